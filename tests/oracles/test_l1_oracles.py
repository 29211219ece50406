"""The L1 chapter's code against PyTorch, SciPy, scikit-learn and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.skips import required
from tests.worked.recorded import assert_recorded
from worked.l1_gradient import losses, medians

torch = required("torch")
lad = required("worked.l1_gradient.least_absolute_deviations")

RANDOM = np.random.default_rng(3)
POINTS = [tuple(map(float, row)) for row in RANDOM.normal(scale=4, size=(60, 3))]
THRESHOLDS = [0.25, 1.0, 3.0]


def autograd(loss_of_prediction, m, x):
    weight = torch.tensor(m, dtype=torch.float64, requires_grad=True)
    loss = loss_of_prediction(weight * x + losses.INTERCEPT)
    loss.backward()
    return loss.item(), weight.grad.item()


def target(y):
    return torch.tensor(y, dtype=torch.float64)


def test_l1_and_l2_loss_and_gradient_equal_autograd():
    for m, x, y in POINTS:
        loss, gradient = autograd(lambda p, y=y: torch.nn.L1Loss()(p, target(y)), m, x)
        assert losses.l1_loss(y, losses.predict(m, x)) == pytest.approx(loss, rel=1e-14)
        assert losses.l1_gradient(m, x, y) == gradient
        loss, gradient = autograd(lambda p, y=y: torch.nn.MSELoss()(p, target(y)), m, x)
        assert losses.l2_loss(y, losses.predict(m, x)) == pytest.approx(loss, rel=1e-14)
        assert losses.l2_gradient(m, x, y) == pytest.approx(gradient, rel=1e-14)


def test_at_the_kink_torch_takes_the_subgradient_zero_as_we_do():
    # m = 3, x = 2: yhat = 10 = y
    for loss in (torch.nn.L1Loss(), torch.nn.SmoothL1Loss(beta=0.0)):
        value, gradient = autograd(lambda p, loss=loss: loss(p, target(10.0)), 3.0, 2.0)
        assert (value, gradient) == (0, 0)
    assert losses.l1_gradient(3.0, 2.0, 10.0) == 0


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_huber_and_smooth_l1_equal_torchs_two_different_losses(threshold):
    for m, x, y in POINTS:
        residual = y - losses.predict(m, x)
        huber = torch.nn.HuberLoss(delta=threshold)
        loss, gradient = autograd(lambda p, f=huber, y=y: f(p, target(y)), m, x)
        assert losses.huber_loss(residual, threshold) == pytest.approx(loss, rel=1e-13)
        assert losses.huber_gradient(m, x, y, threshold) == pytest.approx(gradient, rel=1e-13)
        smooth = torch.nn.SmoothL1Loss(beta=threshold)
        loss, gradient = autograd(lambda p, f=smooth, y=y: f(p, target(y)), m, x)
        assert losses.smooth_l1_loss(residual, threshold) == pytest.approx(loss, rel=1e-13)
        assert losses.smooth_l1_gradient(m, x, y, threshold) == pytest.approx(gradient, rel=1e-13)


def test_at_the_joins_the_losses_equal_torchs_as_well():
    for threshold in THRESHOLDS:
        for residual in (threshold, -threshold, 0.0):
            # prediction 0 and target residual: y - yhat = residual
            r = torch.tensor(residual, dtype=torch.float64)
            zero = torch.zeros_like(r)
            assert losses.huber_loss(residual, threshold) == pytest.approx(
                torch.nn.HuberLoss(delta=threshold)(zero, r).item(), abs=1e-15
            )
            assert losses.smooth_l1_loss(residual, threshold) == pytest.approx(
                torch.nn.SmoothL1Loss(beta=threshold)(zero, r).item(), abs=1e-15
            )


def test_torch_descent_takes_our_steps():
    from worked.l1_gradient import descent

    ours = descent.descend(
        lambda m: losses.l1_gradient(m, 2.0, 10.0), 1.0, descent.fixed_rate(0.15), 20
    )
    weight = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    optimizer = torch.optim.SGD([weight], lr=0.15)
    for k in range(20):
        assert weight.item() == pytest.approx(ours[k], rel=1e-14)
        optimizer.zero_grad()
        torch.nn.functional.l1_loss(weight * 2 + 4, target(10.0)).backward()
        optimizer.step()


def test_median_interval_contains_numpys_median():
    for count in (1, 2, 5, 8, 101):
        values = RANDOM.normal(size=count)
        low, high = medians.median_interval(values.tolist())
        assert (low + high) / 2 == pytest.approx(np.median(values), rel=1e-15)


def test_numpy_takes_the_middle_of_an_even_count_and_torch_the_lower_end():
    """Of 1, 2, 3, 5 every number from 2 to 3 minimises; the libraries pick 2.5 and 2."""
    assert medians.median_interval([1, 2, 3, 5]) == (2, 3)
    assert np.median([1, 2, 3, 5]) == 2.5
    assert torch.median(torch.tensor([1.0, 2.0, 3.0, 5.0])).item() == 2


def test_the_best_slope_is_what_a_linear_programme_without_intercept_finds():
    from scipy.optimize import linprog

    x, y = RANDOM.normal(size=(2, 41))
    low, high = medians.slope_interval(x.tolist(), y.tolist())
    identity = np.eye(41)
    result = linprog(
        np.r_[0, np.ones(82)],
        A_eq=np.hstack([x[:, None], identity, -identity]),
        b_eq=y - 4,
        bounds=[(None, None)] + [(0, None)] * 82,
    )
    assert low == high == pytest.approx(result.x[0], rel=1e-12)


@pytest.fixture(scope="module")
def diabetes():
    return required("sklearn.datasets").load_diabetes(return_X_y=True)


@pytest.fixture(scope="module")
def exact(diabetes):
    return lad.lad_linear_programme(*diabetes)


def test_linear_programme_equals_scikit_learns_quantile_regressor(diabetes, exact):
    from sklearn.linear_model import QuantileRegressor

    X, y = diabetes
    theirs = QuantileRegressor(quantile=0.5, alpha=0.0, solver="highs").fit(X, y)
    objective = np.abs(y - theirs.predict(X)).sum()
    assert exact.sum_of_absolute_errors == pytest.approx(objective, rel=1e-12)
    np.testing.assert_allclose(exact.coefficients, theirs.coef_, rtol=1e-9)
    assert exact.intercept == pytest.approx(theirs.intercept_, rel=1e-9)


def test_linear_programme_equals_its_dual(diabetes, exact):
    """Strong duality: the maximum of y.u over -1 <= u <= 1 with X'u = 0 and sum u = 0."""
    from scipy.optimize import linprog

    X, y = diabetes
    design = np.column_stack([X, np.ones(len(y))])
    dual = linprog(-y, A_eq=design.T, b_eq=np.zeros(design.shape[1]), bounds=[(-1, 1)] * len(y))
    assert -dual.fun == pytest.approx(exact.sum_of_absolute_errors, rel=1e-10)


def test_linear_programme_equals_statsmodels_median_regression(diabetes, exact):
    quantile = required("statsmodels.regression.quantile_regression")
    X, y = diabetes
    theirs = quantile.QuantReg(y, np.column_stack([X, np.ones(len(y))])).fit(
        q=0.5, max_iter=5_000, p_tol=1e-10
    )
    # iteratively reweighted least squares: close to the corner, not on it
    assert exact.sum_of_absolute_errors == pytest.approx(np.abs(theirs.resid).sum(), rel=1e-6)
    assert exact.sum_of_absolute_errors <= np.abs(theirs.resid).sum() * (1 + 1e-12)


def test_the_plane_passes_through_as_many_points_as_it_has_coefficients(diabetes, exact):
    # a corner of the linear programme: 10 inputs + 1 intercept = 11
    X, y = diabetes
    residuals = y - X @ exact.coefficients - exact.intercept
    assert np.sum(np.abs(residuals) < 1e-8) == 11


def test_subgradient_descent_converges_to_the_linear_programmes_objective(diabetes, exact):
    found = lad.lad_subgradient_descent(*diabetes, steps=3_000)
    optimum = exact.sum_of_absolute_errors
    assert optimum <= found.fit.sum_of_absolute_errors <= optimum * (1 + 2e-5)
    assert found.fit.sum_of_absolute_errors == pytest.approx(found.best_objective[-1], rel=1e-12)
    # The bound of the method: (distance^2 + R^2 sum 1/k) / (2 R sum 1/sqrt k), per point.
    X, y = diabetes
    design = np.column_stack([X, np.ones(len(y))])
    radius = math.sqrt(np.mean(y**2))
    plane = design @ np.append(exact.coefficients, exact.intercept)
    distance = math.sqrt(np.mean(plane**2))
    for steps in (10, 100, 1_000):
        k = np.arange(1, steps + 1)
        bound = (distance**2 + radius**2 * np.sum(1 / k)) / (2 * radius * np.sum(k**-0.5))
        assert (found.best_objective[steps - 1] - optimum) / len(y) <= bound


def test_the_recorded_study_is_what_the_study_gives():
    from worked.l1_gradient import diabetes_study

    assert_recorded(
        diabetes_study.MEASURED,
        diabetes_study.study(),
        # the gap is a difference of sums that agree to 5 digits, so it keeps fewer
        lambda name, value: pytest.approx(
            value, rel=1e-5 if name.endswith("relative_gap") else 1e-9
        ),
    )


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.ones((3, 1)), np.ones(2), r"shape \(3, 1\)"),
        (np.arange(3.0), np.ones(3), "points, inputs"),
        (np.full((3, 1), np.nan), np.ones(3), "finite"),
        (np.ones((3, 1)), np.ones(3), "linearly dependent"),
    ],
)
def test_bad_data_is_named_in_the_error(X, y, words):
    for fit in (lad.lad_linear_programme, lambda X, y: lad.lad_subgradient_descent(X, y, 1)):
        with pytest.raises(ValueError, match=words):
            fit(X, y)


def test_negative_steps_are_refused(diabetes):
    with pytest.raises(ValueError, match="steps is -1"):
        lad.lad_subgradient_descent(*diabetes, steps=-1)
