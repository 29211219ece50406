"""The whiteboard numbers: every one beside its pencil-and-paper arithmetic."""

from fractions import Fraction
from itertools import pairwise

import pytest

from tests.worked.heavy import assert_loads_none_of
from worked.gradient_boosting.by_hand import (
    DISTANCE_KM,
    MINUTES,
    OVER_30_MINUTES,
    best_split,
    boosting_rounds,
    candidate_splits,
    mean,
    newton_leaf,
    predict,
    residuals,
    rounds_to_mse_below,
    squared_error,
    whiteboard,
)

HALF = Fraction(1, 2)


def first_residuals() -> tuple[Fraction, ...]:
    """Return the residuals of the six deliveries around their mean."""
    return residuals(MINUTES, [mean(MINUTES)] * 6)


def test_base_prediction_is_the_mean() -> None:
    # (8 + 9 + 17 + 22 + 31 + 39) / 6 = 126 / 6 = 21
    assert mean(MINUTES) == 21


def test_residuals_of_the_base_prediction_sum_to_zero() -> None:
    # 8-21, 9-21, 17-21, 22-21, 31-21, 39-21
    assert first_residuals() == (-13, -12, -4, 1, 10, 18)
    assert sum(first_residuals()) == 0


def test_the_base_error_is_754_or_a_mean_of_125_67() -> None:
    # 169 + 144 + 16 + 1 + 100 + 324 = 754; 754 / 6 = 125.67
    assert squared_error(MINUTES) == 754
    assert round(float(squared_error(MINUTES) / 6), 2) == 125.67


def test_every_candidate_split_with_its_gain() -> None:
    """The gain of a split is S^2 n / (n_left n_right), with S the left sum of the residuals."""
    # left sums -13, -25, -29, -28, -18; S^2 * 6 / (k (6 - k)):
    by_arithmetic = {
        Fraction(3, 2): Fraction(169 * 6, 1 * 5),  # 202.8
        Fraction(5, 2): Fraction(625 * 6, 2 * 4),  # 468.75
        Fraction(4): Fraction(841 * 6, 3 * 3),  # 560.67
        Fraction(11, 2): Fraction(784 * 6, 4 * 2),  # 588
        Fraction(7): Fraction(324 * 6, 5 * 1),  # 388.8
    }
    splits = candidate_splits(DISTANCE_KM, first_residuals())
    assert {s.threshold: s.gain for s in splits} == by_arithmetic
    assert all(s.error + s.gain == 754 for s in splits)


def test_the_first_stump_splits_at_five_and_a_half_km() -> None:
    best = best_split(candidate_splits(DISTANCE_KM, first_residuals()))
    # left (-13 - 12 - 4 + 1) / 4 = -7, right (10 + 18) / 2 = 14, error 754 - 588 = 166
    assert (best.threshold, best.left_mean, best.right_mean, best.error) == (5.5, -7, 14, 166)


def test_the_first_two_rounds_with_half_the_step() -> None:
    first, second = boosting_rounds(DISTANCE_KM, MINUTES, HALF, 2)
    # 21 - 7/2 = 17.5 up to 5.5 km, 21 + 14/2 = 28 beyond
    assert first.predictions == (17.5, 17.5, 17.5, 17.5, 28, 28)
    # errors -9.5, -8.5, -.5, 4.5, 3, 11: (90.25 + 72.25 + .25 + 20.25 + 9 + 121) / 6 = 313 / 6
    assert first.mse == Fraction(313, 6)
    # split at 2.5: left (-9.5 - 8.5) / 2 = -9, right (-.5 + 4.5 + 3 + 11) / 4 = 4.5
    assert (second.split.threshold, second.split.left_mean, second.split.right_mean) == (
        2.5,
        -9,
        4.5,
    )
    assert second.predictions == (13, 13, 19.75, 19.75, 30.25, 30.25)


def test_mse_by_round_with_half_the_step() -> None:
    rounds = boosting_rounds(DISTANCE_KM, MINUTES, HALF, 5)
    assert [round(float(r.mse), 2) for r in rounds] == [52.17, 21.79, 10.29, 3.37, 1.64]


@pytest.mark.parametrize(
    ("eta", "trees"),
    [(Fraction(1), 10), (HALF, 6), (Fraction(3, 10), 11), (Fraction(1, 10), 36)],
)
def test_trees_to_an_mse_below_one(eta: Fraction, trees: int) -> None:
    assert rounds_to_mse_below(DISTANCE_KM, MINUTES, eta, 1, at_most=60) == trees


def test_the_update_never_raises_the_training_error() -> None:
    """A step of 0 < eta < 2 towards the residuals' leaf means lowers their squared error."""
    for eta in (Fraction(1, 10), HALF, Fraction(1), Fraction(19, 10)):
        rounds = boosting_rounds(DISTANCE_KM, MINUTES, eta, 20)
        errors = [Fraction(754, 6), *(r.mse for r in rounds)]
        assert all(later <= now for now, later in pairwise(errors))
    # a step of eta takes 2 eta - eta^2 of the gain: nothing at eta 2, 754 - 0 * 588 = 754
    assert boosting_rounds(DISTANCE_KM, MINUTES, Fraction(2), 1)[0].mse == Fraction(754, 6)


def test_trees_do_not_extrapolate() -> None:
    table = boosting_rounds(DISTANCE_KM, MINUTES, HALF, 20)
    at_8, at_20 = (predict(mean(MINUTES), HALF, table, km) for km in (8, 20))
    assert at_8 == at_20 == table[-1].predictions[-1]


def test_newton_leaf_by_hand() -> None:
    """Two of six took over 30 minutes, p = 1/3: the leaf steps of the split at 5.5 km."""
    assert OVER_30_MINUTES == (0, 0, 0, 0, 1, 1)
    # left: 4 * (0 - 1/3) / (4 * 2/9) = -3/2; right: 2 * (2/3) / (2 * 2/9) = 3
    assert newton_leaf((0, 0, 0, 0), Fraction(1, 3)) == Fraction(-3, 2)
    assert newton_leaf((1, 1), Fraction(1, 3)) == 3


def test_rows_may_come_in_any_order() -> None:
    shuffled = [3, 0, 5, 1, 4, 2]
    x = [DISTANCE_KM[i] for i in shuffled]
    target = [first_residuals()[i] for i in shuffled]
    assert candidate_splits(x, target) == candidate_splits(DISTANCE_KM, first_residuals())


def test_equal_values_of_x_are_never_separated() -> None:
    assert [s.threshold for s in candidate_splits([1, 1, 2], [5, 7, 9])] == [1.5]
    assert candidate_splits([4, 4], [1, 2]) == []


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="x has 2 values and target 1"):
        candidate_splits([1, 2], [3])
    with pytest.raises(ValueError, match="not below 1 after 3 rounds"):
        rounds_to_mse_below(DISTANCE_KM, MINUTES, HALF, 1, at_most=3)


def test_the_whiteboard_shows_every_candidate_and_five_rounds() -> None:
    text = whiteboard(DISTANCE_KM, MINUTES, HALF)
    assert "base prediction 21, squared error 754" in text
    for threshold in ("1.5", "2.5", "4.0", "5.5", "7.0"):
        assert f"{threshold} " in text
    assert text.splitlines()[-1].startswith("5 ")
    assert text.endswith("1.64")


def test_the_whiteboard_needs_no_library() -> None:
    """The chapter and its by-hand module import nothing heavy (nothing beyond Python itself)."""
    assert_loads_none_of({"numpy", "sklearn", "scipy", "torch"}, "worked.gradient_boosting.by_hand")
