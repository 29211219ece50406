"""The NumPy trees and the boosting loop: against brute force, by hand, and their own laws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worked.gradient_boosting import importance
from worked.gradient_boosting.bagging import bagged_predictions, bias_and_variance, friedman_1
from worked.gradient_boosting.boosting import (
    Settings,
    draw_rows,
    fit,
    hold_out,
    predict_probability,
    predict_raw,
    staged_raw,
    still_improving,
)
from worked.gradient_boosting.by_hand import (
    DISTANCE_KM,
    MINUTES,
    OVER_30_MINUTES,
    boosting_rounds,
    candidate_splits,
)
from worked.gradient_boosting.regression_tree import (
    LEAF,
    best_splits,
    grow_tree,
    leaf_of_each_row,
)

X6 = np.array(DISTANCE_KM, dtype=float)[:, None]
Y6 = np.array(MINUTES, dtype=float)
small_integers = st.integers(-8, 8)


@given(st.lists(st.tuples(small_integers, small_integers, small_integers), min_size=2, max_size=9))
@settings(max_examples=150)
def test_best_splits_are_those_that_exact_fractions_find(
    rows: list[tuple[int, int, int]],
) -> None:
    """Two features and integer targets: the same thresholds and gains, every tie included."""
    target = [row[2] for row in rows]
    exact = [
        (feature, split.threshold, split.gain)
        for feature in (0, 1)
        for split in candidate_splits([row[feature] for row in rows], target)
    ]
    top = max((gain for _, _, gain in exact), default=Fraction(0))
    expected = [(f, float(t), float(g)) for f, t, g in exact if g == top]
    X = np.array([row[:2] for row in rows], dtype=np.float32)
    found = best_splits(X, np.array(target, dtype=float), 1)
    assert [(s.feature, s.threshold) for s in found] == [e[:2] for e in expected]
    assert [s.gain for s in found] == pytest.approx([e[2] for e in expected], abs=1e-9)


@pytest.mark.parametrize("eta", [Fraction(1), Fraction(1, 2), Fraction(3, 10), Fraction(1, 10)])
def test_numpy_and_fractions_agree_round_by_round(eta: Fraction) -> None:
    """Two implementations that share no code: predictions after each of 40 rounds to 1e-9."""
    model = fit(X6, Y6, Settings(rounds=40, learning_rate=float(eta), max_depth=1))
    by_hand = boosting_rounds(DISTANCE_KM, MINUTES, eta, 40)
    for raw, entry, mse in zip(staged_raw(model, X6), by_hand, model.train_losses, strict=True):
        assert raw == pytest.approx([float(p) for p in entry.predictions], abs=1e-9)
        assert mse == pytest.approx(float(entry.mse), abs=1e-9)


def test_first_classification_stump_by_hand() -> None:
    """Base log-odds ln(1/2); Newton leaves -3/2 and 3 at 5.5 km (see the by-hand test)."""
    model = fit(X6, OVER_30_MINUTES, Settings(loss="logistic", rounds=1, max_depth=1))
    assert model.base == pytest.approx(np.log(0.5), rel=1e-15)
    tree = model.trees[0]
    assert tree.threshold[0] == 5.5
    assert tree.value[1:] == pytest.approx([-1.5, 3.0], rel=1e-14)
    # ln(1/2) + 0.1 * 3 = -0.3931...: p = 0.40296
    assert predict_probability(model, [[9.0]])[0] == pytest.approx(
        1 / (1 + 2 * np.exp(-0.3)), rel=1e-14
    )


def test_a_deep_tree_fits_distinct_rows_exactly_and_counts_them() -> None:
    tree = grow_tree(X6.astype(np.float32), Y6, max_depth=10)
    assert tree.value[leaf_of_each_row(tree, X6.astype(np.float32))].tolist() == Y6.tolist()
    assert tree.rows[0] == 6
    assert (tree.feature == LEAF).sum() == 6  # one leaf a row
    inside = tree.feature != LEAF
    assert (tree.rows[tree.left[inside]] + tree.rows[tree.right[inside]]).tolist() == tree.rows[
        inside
    ].tolist()
    # all of the squared error of 754 is removed, split by split
    assert tree.gain.sum() == pytest.approx(754, rel=1e-13)


def test_depth_and_leaf_size_bound_the_tree() -> None:
    generator = np.random.RandomState(0)
    X, y = generator.normal(size=(200, 3)).astype(np.float32), generator.normal(size=200)
    assert (grow_tree(X, y, max_depth=3).feature == LEAF).sum() <= 8  # 2^3
    tree = grow_tree(X, y, max_depth=8, min_samples_leaf=15)
    assert tree.rows[tree.feature == LEAF].min() >= 15


def test_a_pure_node_is_a_leaf_and_a_useless_split_is_still_made() -> None:
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    assert len(grow_tree(X, np.ones(4), max_depth=3).feature) == 1
    # exclusive or: no first split gains anything, the second level gains all
    tree = grow_tree(X, np.array([0.0, 1.0, 1.0, 0.0]), max_depth=2)
    assert tree.gain[0] == 0
    assert tree.value[leaf_of_each_row(tree, X)].tolist() == [0, 1, 1, 0]


def test_values_closer_than_the_resolution_are_not_separated() -> None:
    X = np.array([[0.5], [0.5 + 6e-8], [0.9]], dtype=np.float32)
    assert len(best_splits(X, np.array([0.0, 10.0, 10.0]), 1)) == 1  # only 0.5... | 0.9
    assert best_splits(X, np.array([0.0, 10.0, 10.0]), 1)[0].threshold > 0.6


def test_ties_go_to_the_lowest_feature_then_the_lowest_threshold() -> None:
    X = np.array([[1, 1], [2, 2], [3, 3]], dtype=np.float32)
    tied = best_splits(X, np.array([-1.0, 0.0, 1.0]), 1)
    assert [(s.feature, s.threshold) for s in tied] == [(0, 1.5), (0, 2.5), (1, 1.5), (1, 2.5)]
    tree = grow_tree(X, np.array([-1.0, 0.0, 1.0]), 1)
    assert (tree.feature[0], tree.threshold[0], tree.tied[0]) == (0, 1.5, 4)


def test_trees_do_not_care_about_monotone_changes_of_a_feature() -> None:
    """Only the order of a feature counts: x and x^3 give the same predictions on the rows."""
    a, b = (fit(X, Y6, Settings(rounds=20)) for X in (X6, X6**3))
    assert predict_raw(a, X6).tolist() == predict_raw(b, X6**3).tolist()


def test_predictions_are_flat_beyond_the_training_range() -> None:
    model = fit(X6, Y6, Settings(rounds=50, max_depth=2))
    low, edge_low, edge_high, high = predict_raw(model, [[-100.0], [1.0], [8.0], [1e6]])
    assert (low, high) == (edge_low, edge_high)


def test_draw_rows_takes_the_right_number_each_equally_often() -> None:
    """1,000 draws of 3 of 10 rows: each row 300 times, give or take 5 standard deviations."""
    generator = np.random.RandomState(0)
    counts = np.zeros(10)
    for _ in range(1000):
        rows = draw_rows(10, 0.3, generator)
        assert len(set(rows.tolist())) == 3
        counts[rows] += 1
    assert np.abs(counts - 300).max() < 5 * np.sqrt(1000 * 0.3 * 0.7)


def test_drawn_rows_are_all_that_a_tree_sees() -> None:
    """With 60 % of 6 rows, int(3.6) = 3 rows are in the root of each tree."""
    model = fit(X6, Y6, Settings(rounds=20, subsample=0.6))
    assert {int(tree.rows[0]) for tree in model.trees} == {3}


def test_hold_out_parts_are_disjoint_and_complete() -> None:
    for by_class in (False, True):
        y = np.array([0.0] * 30 + [1.0] * 11)
        train, held = hold_out(y, 0.25, 7, by_class)
        assert sorted([*train, *held]) == list(range(41))
        assert len(held) == 11  # ceil(0.25 * 41)
        if by_class:
            assert y[held].sum() == 3  # 11 * 11 / 41 = 2.95


def test_hold_out_says_when_it_cannot() -> None:
    with pytest.raises(ValueError, match="leaves none to train on"):
        hold_out(Y6, 0.95, 0, False)
    with pytest.raises(ValueError, match="hold out a larger share"):
        hold_out(np.array([0.0] * 50 + [1.0]), 0.1, 0, True)


def test_still_improving_compares_with_the_worst_of_a_window() -> None:
    assert still_improving([], 5.0, patience=2, tol=0.0)
    assert still_improving([5.0, 4.0], 4.5, patience=2, tol=0.1)  # 4.6 < 5
    assert not still_improving([5.0, 4.0], 4.95, patience=2, tol=0.1)  # 5.05 > 5
    assert not still_improving([9.0, 5.0, 4.0], 6.0, patience=2, tol=0.0)  # 9 is out of view


def test_early_stopping_keeps_the_tree_that_failed() -> None:
    generator = np.random.RandomState(1)
    X = generator.normal(size=(120, 2))
    y = generator.normal(size=120)  # pure noise: it must stop soon
    model = fit(X, y, Settings(rounds=500, patience=4, learning_rate=0.5))
    losses = model.validation_losses
    assert len(losses) == len(model.trees) == len(model.train_losses) < 100
    assert losses[-1] + 1e-4 >= max(losses[-5:-1])
    for stop in range(5, len(losses)):
        assert losses[stop - 1] + 1e-4 < max(losses[stop - 5 : stop - 1])


def test_impurity_importance_by_hand() -> None:
    """One tree, two useful features: shares are the gains of their splits."""
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    y = np.array([0.0, 2.0, 10.0, 12.0])
    model = fit(X, y, Settings(rounds=1, max_depth=2, learning_rate=1.0))
    # first split: mean 6, left -6 -4, S = -10: 100 * 4 / (2 * 2) = 100; then 2 + 2 = 4 inside
    assert importance.impurity_importance(model, 2) == pytest.approx(
        [100 / 104, 4 / 104], rel=1e-13
    )


def test_importance_of_a_model_that_never_splits_is_zero() -> None:
    model = fit(X6, np.ones(6), Settings(rounds=3))
    assert importance.impurity_importance(model, 1).tolist() == [0.0]


def test_permutation_importance_of_a_column_the_score_ignores_is_zero() -> None:
    X = np.random.RandomState(0).normal(size=(50, 2))
    y = X[:, 0].copy()
    lost = importance.permutation_importance(
        lambda A: importance.r_squared(y, A[:, 0]), X, repeats=5, seed=1
    )
    assert lost[1].tolist() == [0.0] * 5
    # a shuffled copy of y predicts with 1 - (2 var) / var = -1 on average: 2 of R^2 are lost
    assert lost[0].mean() == pytest.approx(2, abs=0.5)
    assert X[:, 0].tolist() == y.tolist(), "the caller's array is left as it was"


def test_bagging_a_constant_or_one_region_changes_nothing() -> None:
    assert bagged_predictions(X6, np.full(6, 7.0), X6, trees=5, max_depth=3, seed=0) == (
        pytest.approx([7.0] * 6, rel=1e-15)
    )


def test_bias_and_variance_of_known_estimators() -> None:
    """A constant has only bias; the mean of 25 unit normals has variance 1/25 and none."""
    X_new, truth = np.zeros((3, 1)), np.array([1.0, 2.0, 3.0])

    def draw(generator: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((25, 1)), generator.normal(size=25)

    bias, variance = bias_and_variance(lambda X, y, new, seed: np.zeros(3), draw, X_new, truth, 10)
    assert (bias, variance) == (pytest.approx(14 / 3), 0.0)  # (1 + 4 + 9) / 3
    bias, variance = bias_and_variance(
        lambda X, y, new, seed: np.full(3, y.mean()), draw, X_new, np.zeros(3), 400
    )
    # 400 samples: the variance estimate has a relative standard deviation of sqrt(2 / 399) = 7 %
    assert variance == pytest.approx(1 / 25, rel=5 * 0.071)
    assert bias == pytest.approx(0, abs=5 * np.sqrt(2) / 25 / 400)


def test_the_bias_is_freed_of_the_spread_of_a_few_samples() -> None:
    """Two samples predict 0 and 1: mean 1/2, variance 1/2, and (1/2)^2 - (1/2) / 2 = 0 bias."""

    def draw(generator: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((1, 1)), np.zeros(1)

    found = bias_and_variance(
        lambda X, y, new, seed: np.full(1, float(seed)), draw, np.zeros((1, 1)), np.zeros(1), 2
    )
    assert found == (0.0, 0.5)


def test_a_value_on_the_threshold_goes_left() -> None:
    """The stump splits at 5.5 km: 5.5 km itself is predicted as 5 km is."""
    model = fit(X6, Y6, Settings(rounds=1, max_depth=1))
    at_5, on_it, beyond = predict_raw(model, [[5.0], [5.5], [5.6]])
    assert at_5 == on_it != beyond


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "logistic"])
@pytest.mark.parametrize(
    ("low", "high"),
    [(33554436.0, 33554440.0), (20180130.0, 20180131.0), (1.7e9, 1.7e9 + 128), (2.0, 2.0 + 2**-22)],
)
def test_neighbouring_float32_values_are_parted_alike_in_fit_and_prediction(
    low: float, high: float, loss: str
) -> None:
    """Ids, days, seconds since 1970: no float32 lies between the two values, but their midpoint
    is a float64 number, and each tree predicts for a row what it learned from that row."""
    X, y = [[low], [low], [high], [high]], [0.0, 0.0, 1.0, 1.0]
    model = fit(X, y, Settings(loss=loss, rounds=3, max_depth=1, learning_rate=1.0))
    assert model.trees[0].rows.tolist() == [4, 2, 2]
    raw = predict_raw(model, X)
    assert raw[0] == raw[1] < raw[2] == raw[3]
    if loss != "logistic":
        assert raw.tolist() == pytest.approx(y, abs=1e-12)


def test_bagged_trees_part_neighbouring_float32_values() -> None:
    """A bootstrap sample of both rows gives 0 and 1, one row twice the same for both: the mean
    over 40 trees lies apart by the share of samples with both, about a half."""
    X, y = np.array([[33554436.0], [33554440.0]]), np.array([0.0, 1.0])
    low, high = bagged_predictions(X, y, X, trees=40, max_depth=1, seed=0)
    assert high - low == pytest.approx(0.5, abs=0.25)


def test_predicting_needs_the_columns_that_were_fitted() -> None:
    model = fit(X6, Y6, Settings(rounds=1))
    for columns in (0, 2):
        with pytest.raises(ValueError, match=f"X has {columns} columns; the model has 1"):
            predict_raw(model, np.zeros((3, columns)))
    with pytest.raises(ValueError, match="X has 2 columns; the model has 1"):
        bagged_predictions(X6, Y6, np.zeros((3, 2)), trees=1, max_depth=1, seed=0)


def test_friedman_1_by_hand() -> None:
    # 10 sin(pi / 4) + 20 * 0.25 + 10 + 5
    assert friedman_1(np.array([[0.5, 0.5, 0.0, 1.0, 1.0]]))[0] == pytest.approx(
        10 * np.sqrt(0.5) + 20, rel=1e-14
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("rounds", 0, "rounds is 0; it must be at least 1"),
        ("learning_rate", 0.0, "must be above 0"),
        ("learning_rate", float("nan"), "must be above 0"),
        ("max_depth", 0, "must be at least 1"),
        ("min_samples_leaf", 0, "must be at least 1"),
        ("subsample", 1.5, "above 0 and at most 1"),
        ("huber_quantile", 1.0, "between 0 and 1"),
        ("patience", 0, "None or at least 1"),
        ("validation_fraction", 0.0, "between 0 and 1"),
        ("tol", -1.0, "0 or more"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Settings(**{name: value})


@pytest.mark.parametrize(
    ("X", "y", "loss", "told"),
    [
        ([1.0, 2.0], [1.0, 2.0], "squared_error", r"must be \(rows, features\)"),
        ([[1.0], [2.0]], [1.0], "squared_error", r"must be \(2,\)"),
        ([[1.0], [np.nan]], [1.0, 2.0], "squared_error", "not finite"),
        ([[1.0], [1e39]], [1.0, 2.0], "squared_error", "too large for float32"),
        ([[1.0], [2.0]], [1.0, np.inf], "squared_error", "only finite"),
        ([[1.0], [2.0]], [1.0, 1e151], "huber", "squares overflow"),
        (np.zeros((0, 1)), [], "squared_error", "at least one value"),
        ([[1.0], [2.0]], [1.0, 2.0], "logistic", "targets 0 and 1, both present"),
        ([[1.0], [2.0]], [1.0, 1.0], "logistic", "both present"),
        ([[1.0], [2.0]], [1.0, 2.0], "hinge", "'hinge' is not one of"),
    ],
)
def test_bad_data_is_refused(X: object, y: object, loss: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fit(X, y, Settings(loss=loss))  # type: ignore[arg-type]


def test_probabilities_need_the_logistic_loss() -> None:
    with pytest.raises(ValueError, match="predicts no probabilities"):
        predict_probability(fit(X6, Y6, Settings(rounds=1)), X6)
