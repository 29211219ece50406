"""Each loss against its own definition: minimise it numerically, differentiate it numerically."""

import numpy as np
import pytest

from worked.gradient_boosting.losses import (
    ABSOLUTE_ERROR,
    LOGISTIC,
    SQUARED_ERROR,
    Loss,
    huber_loss,
    loss_for_round,
    lower_median,
    newton_leaf,
    sigmoid,
)

Y = np.array([8.0, 9.0, 17.0, 22.0, 31.0, 39.0])
LABELS = np.array([0.0, 0, 1, 0, 1, 1, 1])
# (loss, targets, mean_loss is this many times the loss that is differentiated)
LOSSES = {
    "squared error": (SQUARED_ERROR, Y, 2.0),  # (y - f)^2 is shown, half of it differentiated
    "absolute error": (ABSOLUTE_ERROR, Y, 1.0),
    "huber": (huber_loss(9.0), Y, 1.0),
    "logistic": (LOGISTIC, LABELS, 2.0),  # the deviance is twice the log loss
}


@pytest.mark.parametrize("name", LOSSES)
def test_negative_gradient_is_minus_the_slope_of_the_loss(name: str) -> None:
    """Central differences of the summed loss, one row at a time, away from the kinks."""
    loss, y, factor = LOSSES[name]
    raw = np.linspace(-1.3, 2.1, len(y)) + (20 if y is Y else 0)
    step = 1e-6
    for row in range(len(y)):
        up, down = raw.copy(), raw.copy()
        up[row] += step
        down[row] -= step
        slope = (loss.mean_loss(y, up) - loss.mean_loss(y, down)) / (2 * step)
        expected = -slope * len(y) / factor
        assert loss.negative_gradient(y, raw)[row] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["squared error", "absolute error", "logistic"])
def test_base_prediction_minimises_the_loss(name: str) -> None:
    """No constant on a fine grid around it does better."""
    loss, y, _ = LOSSES[name]
    base = loss.base_prediction(y)
    at_base = loss.mean_loss(y, np.full(len(y), base))
    for shift in np.linspace(-3, 3, 601):
        assert loss.mean_loss(y, np.full(len(y), base + shift)) >= at_base - 1e-12


def test_base_predictions_by_hand() -> None:
    assert SQUARED_ERROR.base_prediction(Y) == 21  # 126 / 6
    assert ABSOLUTE_ERROR.base_prediction(Y) == 19.5  # between 17 and 22
    # 4 of 7 are ones: ln((4/7) / (3/7)) = ln(4/3) = 0.28768
    assert LOGISTIC.base_prediction(LABELS) == pytest.approx(0.28768207245178, abs=1e-13)


def test_the_base_prediction_leaves_a_zero_gradient_on_average() -> None:
    for name in ("squared error", "logistic"):
        loss, y, _ = LOSSES[name]
        raw = np.full(len(y), loss.base_prediction(y))
        assert np.sum(loss.negative_gradient(y, raw)) == pytest.approx(0, abs=1e-12)


def test_absolute_error_slope_where_the_prediction_is_exact() -> None:
    """At raw = y the negative gradient is taken as +1, as in scikit-learn."""
    y = np.array([1.0, 1.0, 1.0])
    assert ABSOLUTE_ERROR.negative_gradient(y, np.array([0.0, 1.0, 2.0])).tolist() == [1, 1, -1]


def test_lower_median_is_one_of_the_values() -> None:
    assert lower_median(np.array([4.0, 1.0, 3.0, 2.0])) == 2
    assert lower_median(np.array([5.0, 1.0, 3.0])) == 3
    assert lower_median(np.array([7.0])) == 7


def test_leaf_values_minimise_the_loss_of_the_leaf() -> None:
    """Exact for squared and absolute error; Huber's and the logistic one are single steps."""
    raw = np.full(6, 15.0)
    # residuals -7 -6 2 7 16 24: mean 6, lower median 2
    assert SQUARED_ERROR.leaf_value(Y, raw) == 6
    assert ABSOLUTE_ERROR.leaf_value(Y, raw) == 2
    # delta 9 around the median 2: -9 -8 0 5 9(14) 9(22) -> mean 1, so 2 + 1 = 3
    assert huber_loss(9.0).leaf_value(Y, raw) == 3
    for loss, step in ((SQUARED_ERROR, 6.0), (ABSOLUTE_ERROR, 2.0)):
        best = loss.mean_loss(Y, raw + step)
        assert all(loss.mean_loss(Y, raw + step + d) >= best for d in np.linspace(-4, 4, 81))


def test_huber_is_squared_inside_delta_and_absolute_far_outside() -> None:
    raw = np.zeros(2)
    # error 3 <= 4: 9 / 2; error 10 > 4: 4 * (10 - 2) = 32; mean (4.5 + 32) / 2
    assert huber_loss(4.0).mean_loss(np.array([3.0, -10.0]), raw) == 18.25
    assert huber_loss(4.0).negative_gradient(np.array([3.0, -10.0]), raw).tolist() == [3, -4]


def test_huber_delta_is_a_quantile_of_todays_errors() -> None:
    y, raw = np.arange(10.0), np.zeros(10)
    # errors 0..9: nine tenths of the rows have at most 8
    loss = loss_for_round("huber", y, raw, 0.9)
    assert loss.negative_gradient(y, raw).max() == 8


def test_newton_leaf_is_slope_over_curvature() -> None:
    # p = 1/2 for all: sum (y - p) = 4 - 7/2 = 1/2; sum p (1 - p) = 7/4; step 2/7
    assert newton_leaf(LABELS, np.zeros(7)) == pytest.approx(2 / 7, rel=1e-14)


def test_newton_leaf_takes_no_step_without_curvature() -> None:
    """With log-odds of +-800 every probability is 0 or 1 to double precision."""
    assert newton_leaf(np.array([1.0, 0.0]), np.array([800.0, -800.0])) == 0.0


def test_sigmoid_neither_overflows_nor_loses_small_probabilities() -> None:
    with np.errstate(over="raise"):
        p = sigmoid(np.array([-800.0, -50.0, 0.0, 50.0, 800.0]))
    assert p[2] == 0.5
    assert p[1] == pytest.approx(np.exp(-50.0), rel=1e-14)
    assert p[4] == 1.0


def test_deviance_is_twice_the_log_loss() -> None:
    p = np.array([0.9, 0.2])
    raw = np.log(p / (1 - p))
    by_definition = -2 * (np.log(0.9) + np.log(0.8)) / 2
    assert LOGISTIC.mean_loss(np.array([1.0, 0.0]), raw) == pytest.approx(by_definition, rel=1e-14)


def test_an_unknown_loss_is_named() -> None:
    with pytest.raises(ValueError, match="'hinge' is not one of squared_error"):
        loss_for_round("hinge", Y, Y, 0.9)


def test_every_name_gives_a_loss() -> None:
    for name in ("squared_error", "absolute_error", "logistic", "huber"):
        assert isinstance(loss_for_round(name, LABELS, LABELS, 0.9), Loss)
