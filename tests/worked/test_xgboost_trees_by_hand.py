"""The chapter's tree builders on their own: laws, brute force, and figures by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worked.heavy import assert_loads_none_of
from worked import recording
from worked.xgboost import by_hand
from worked.xgboost.booster import (
    column_sampler,
    draw_uniformly,
    predict_margin,
    predict_value,
    train,
)
from worked.xgboost.exact_tree import cut_points, grow_exact_tree, sort_columns
from worked.xgboost.hist_tree import bin_rows, grow_hist_tree, node_histogram, quantile_cuts
from worked.xgboost.objective import (
    base_margin,
    label_means,
    logistic_gradients,
    objective_named,
    softmax_gradients,
    squared_error_gradients,
)
from worked.xgboost.splits import (
    Bounds,
    Split,
    TreeParameters,
    child_bounds,
    leaf_weight,
    node_score,
    soft_threshold,
    split_gain,
)
from worked.xgboost.tree import (
    LEAF,
    Tree,
    add_children,
    add_leaf,
    describe,
    nodes_below,
    prune,
    trees_in_model_json,
)

TEXTBOOK = TreeParameters(gain_dtype="float64")


# --- By hand ---------------------------------------------------------------------------------


def test_candidate_gains_by_hand_for_both_lambdas() -> None:
    """Residuals -13 -12 -4 1 10 18; lambda 0 at 1.5: 169/1 + 169/5 - 0 = 202.8, and so on.

    lambda 1 at 4.0: 29^2/4 + 29^2/4 - 0 = 420.5; at 5.5: 28^2/5 + 28^2/3 = 418.13. At lambda 0
    they are 560.67 and 588: lambda alone moves the winner from 5.5 to 4.0.
    """
    free = [169 / 1 + 169 / 5, 625 / 2 + 625 / 4, 841 / 3 + 841 / 3, 784 / 4 + 784 / 2]
    held = [169 / 2 + 169 / 6, 625 / 3 + 625 / 5, 841 / 4 + 841 / 4, 784 / 5 + 784 / 3]
    assert list(by_hand.candidate_gains(0).values()) == pytest.approx([*free, 324 / 5 + 324 / 1])
    assert list(by_hand.candidate_gains(1).values()) == pytest.approx([*held, 324 / 6 + 324 / 2])
    shown = {0: [202.8, 468.75, 560.67, 588.0, 388.8], 1: [112.67, 333.33, 420.5, 418.13, 216.0]}
    for reg_lambda, expected in shown.items():
        gains = by_hand.candidate_gains(reg_lambda)
        assert list(gains) == [1.5, 2.5, 4.0, 5.5, 7.0]
        assert [round(gain, 2) for gain in gains.values()] == expected
    assert (by_hand.best_threshold_km(0), by_hand.best_threshold_km(1)) == (5.5, 4.0)


def test_gamma_prunes_the_left_both_and_the_whole_tree() -> None:
    """Below the root (420.5) the gains are 6.08 left, 51.58 right; gamma cuts from below.

    left (rows 8, 9, 17 about 21; G 29, H 3): 25^2/3 + 4^2/2 - 29^2/4 = 6.08;
    right (G -29): 1^2/2 + 28^2/3 - 29^2/4 = 51.58.
    """
    gains = by_hand.gains_in_first_tree()
    assert gains["root"] == pytest.approx(420.5)
    assert gains["left"] == pytest.approx(625 / 3 + 16 / 2 - 841 / 4, rel=1e-5)
    assert gains["right"] == pytest.approx(1 / 2 + 784 / 3 - 841 / 4, rel=1e-5)
    assert by_hand.splits_left(0) == ["root", "left", "right"]
    assert by_hand.splits_left(10) == ["root", "right"]
    assert by_hand.splits_left(60) == ["root"]
    assert by_hand.splits_left(500) == []


def test_error_by_round_and_no_extrapolation() -> None:
    """eta 0.3, lambda 1, gamma 10, depth 2: 125.67, 83.44, 55.41, 37.45.

    Round 1: leaves -29/4, 1/2 and 28/3, so the rows 8 9 17 get 0.3 x -7.25, 22 gets 0.3 x 0.5
    and 31 39 get 0.3 x 9.333. Beyond 7 km every distance is in the last leaf: 35.4 minutes.
    After round 11 gamma prunes each tree to its root, which still moves all rows alike, until
    the residuals add up to zero.
    """
    residuals = np.array([-13, -12, -4, 1, 10, 18.0])
    steps = 0.3 * np.array([-7.25, -7.25, -7.25, 0.5, 28 / 3, 28 / 3])
    errors = by_hand.mean_squared_errors(3)
    assert errors[1] == pytest.approx(np.mean((residuals - steps) ** 2), rel=1e-6)
    assert [round(e, 2) for e in errors] == [125.67, 83.44, 55.41, 37.45]
    assert by_hand.rounds_until_trees_vanish() == 11
    assert round(by_hand.predicted_minutes(20, 100), 1) == 35.4
    assert by_hand.predicted_minutes(20, 100) == by_hand.predicted_minutes(8, 100)
    late = by_hand.predicted_minutes(20, 100) - by_hand.predicted_minutes(20, 11)
    assert late > 0.1
    assert by_hand.predicted_minutes(1, 100) - by_hand.predicted_minutes(1, 11) == pytest.approx(
        late,
        abs=89 * 2.0**-19,  # 89 more float32 additions, each rounded to half a unit of 35
    )
    free = replace(by_hand.PRUNED, gamma=0.0)  # without gamma it creeps up to the label itself
    assert by_hand.predicted_minutes(20, 200, free) == pytest.approx(39.0, abs=0.01)


def test_vanishing_needs_a_limit_that_is_reached() -> None:
    """Without gamma some split always gains a little, so asking when trees vanish is refused."""
    free = replace(by_hand.PRUNED, gamma=0.0)
    with pytest.raises(ValueError, match="still split after 5 rounds"):
        by_hand.rounds_until_trees_vanish(free, limit=5)


def test_every_hand_figure_is_finite_and_has_a_unit() -> None:
    """`figures` is what the chapter's scenario reads."""
    figures = by_hand.figures()
    assert len(figures) == 26
    assert all(np.isfinite(value) for value, _ in figures.values())
    assert {unit for _, unit in figures.values()} == {"minute-of-delivery", ""}


# --- The leaf weight, the score and the gain --------------------------------------------------

sums = st.floats(-50, 50)
hessians = st.floats(0.5, 50)
penalties = st.floats(0, 10)


def objective_at(w: float, G: float, H: float, p: TreeParameters) -> float:
    """Return G w + (H + lambda) w^2 / 2 + alpha |w|, the part of the loss that a leaf sets."""
    return G * w + (H + p.reg_lambda) * w * w / 2 + p.reg_alpha * abs(w)


@given(sums, hessians, penalties, penalties, st.floats(-5, 5))
def test_no_other_weight_is_better(
    G: float, H: float, reg_lambda: float, reg_alpha: float, step: float
) -> None:
    """The leaf weight is the minimum: any step away from it costs; its score is twice the fall."""
    p = replace(TEXTBOOK, reg_lambda=reg_lambda, reg_alpha=reg_alpha, min_child_weight=0.0)
    w = float(leaf_weight(G, H, p))
    best = objective_at(w, G, H, p)
    assert best <= objective_at(w + step, G, H, p) + 1e-9
    assert float(node_score(G, H, p)) == pytest.approx(-2 * best, abs=1e-7)


def test_soft_threshold_by_hand() -> None:
    """alpha 2 moves -5 to -3 and 3 to 1, and holds everything within +-2 at 0."""
    moved = soft_threshold(np.array([-5.0, -2.0, 0.0, 1.5, 3.0]), 2.0)
    np.testing.assert_array_equal(moved, [-3, 0, 0, 0, 1])


def test_a_leaf_below_min_child_weight_predicts_nothing() -> None:
    """H = 0.9 < 1: weight 0, as the library answers for a root that light."""
    assert float(leaf_weight(-10.0, 0.9, TreeParameters())) == 0


def test_gain_of_a_starved_child_is_minus_infinity() -> None:
    """min_child_weight 3 over six rows of hessian 1: only the middle cut is allowed."""
    H = np.arange(1.0, 6.0)
    p = replace(TEXTBOOK, min_child_weight=3.0)
    gains = split_gain((-H, H), (H - 6, 6 - H), 0.0, p)
    assert np.isfinite(gains).tolist() == [False, False, True, False, False]


def test_bounds_below_a_monotone_split_meet_in_the_middle() -> None:
    """Weights -2 and 4: the wall stands at 1; left stays below it and right above."""
    p = replace(TEXTBOOK, monotone_constraints=(1,), reg_lambda=0.0)
    split = Split(1.0, 0, 0.0, True, left=(4.0, 2.0), right=(-8.0, 2.0))
    assert child_bounds(split, p, Bounds()) == (Bounds(upper=1.0), Bounds(lower=1.0))
    falling = replace(p, monotone_constraints=(-1,))
    assert child_bounds(split, falling, Bounds()) == (Bounds(lower=1.0), Bounds(upper=1.0))
    other = replace(split, feature=1)  # a free feature hands its bounds down unchanged
    assert child_bounds(other, p, Bounds(-3, 7)) == (Bounds(-3, 7), Bounds(-3, 7))


# --- Gradients ---------------------------------------------------------------------------------


def squared_error(margin: np.ndarray, label: float) -> float:
    return float((margin[0] - label) ** 2 / 2)


def log_loss(margin: np.ndarray, label: float) -> float:
    return float(np.logaddexp(0, margin[0]) - label * margin[0])


def cross_entropy(margin: np.ndarray, label: float) -> float:
    return float(np.log(np.exp(margin).sum()) - margin[int(label)])


@pytest.mark.parametrize(
    ("loss", "gradients", "label", "factor"),
    [
        (squared_error, squared_error_gradients, 1.5, 1),
        (log_loss, logistic_gradients, 1.0, 1),
        (log_loss, logistic_gradients, 0.0, 1),
        (cross_entropy, softmax_gradients, 2.0, 2),
    ],
)
def test_gradients_and_hessians_are_the_losses_derivatives(
    loss: Any, gradients: Any, label: float, factor: float
) -> None:
    """Central differences in float64; softmax's hessian is twice the diagonal, on purpose."""
    margin = np.array([0.3, -1.1, 0.8]) if loss is cross_entropy else np.array([0.7])
    step = 1e-4
    given_margin = margin[None].astype(np.float32) if len(margin) > 1 else margin.astype(np.float32)
    g, h = (v.ravel() for v in gradients(given_margin, np.array([label], np.float32)))
    for k in range(len(margin)):
        e = step * np.eye(len(margin))[k]
        up, mid, down = loss(margin + e, label), loss(margin, label), loss(margin - e, label)
        assert g[k] == pytest.approx((up - down) / (2 * step), abs=1e-5)
        assert h[k] == pytest.approx(factor * (up - 2 * mid + down) / step**2, abs=1e-4)


def test_base_margins_by_hand() -> None:
    """Mean 21; a quarter positive: log(1/3); shares 1/2 1/4 1/4: log 2 x (2/3, -1/3, -1/3)."""
    minutes = np.array(by_hand.MINUTES, np.float32)
    quarter = np.array([1, 0, 0, 0], np.float32)
    classes = np.array([0, 0, 1, 2], np.float32)
    regression, logistic, softmax = (
        objective_named(name) for name in ("reg:squarederror", "binary:logistic", "multi:softprob")
    )
    assert base_margin(regression, label_means(minutes, 1), None).tolist() == [21.0]
    assert base_margin(logistic, label_means(quarter, 1), None) == pytest.approx(np.log(1 / 3))
    centred = np.log(2) * np.array([2 / 3, -1 / 3, -1 / 3])
    found = base_margin(softmax, label_means(classes, 3), None)
    assert found == pytest.approx(centred, abs=1e-5)  # the added millionth moves it by 2e-6
    assert base_margin(logistic, label_means(quarter, 1), 0.5).tolist() == [0.0]


def test_one_class_alone_has_a_finite_margin() -> None:
    """All labels 1: the probability is kept a millionth off 1, a margin of log(10^6) = 13.8."""
    ones = np.ones((4, 1), np.float32)
    model = train(ones, ones[:, 0], objective="binary:logistic", rounds=1)
    assert float(model.base_margin[0]) == pytest.approx(np.log(1e6), rel=0.01)


# --- Splits against brute force -----------------------------------------------------------------


def brute_force_best(x: np.ndarray, g: np.ndarray, h: np.ndarray, p: TreeParameters) -> float:
    """Return the best gain over every feature, cut and side for the missing, naively."""

    def score(rows: np.ndarray) -> float:
        return float(g[rows].sum() ** 2 / (h[rows].sum() + p.reg_lambda))

    everyone = np.ones(len(x), bool)
    best = 0.0
    for f in range(x.shape[1]):
        missing = np.isnan(x[:, f])
        for cut in [*np.unique(x[~missing, f])[1:], np.inf]:
            for to_left in (False, True):
                left = np.where(missing, to_left, x[:, f] < cut)
                if min(h[left].sum(), h[~left].sum()) >= p.min_child_weight:
                    best = max(best, score(left) + score(~left) - score(everyone))
    return best


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["exact", "hist"]))
def test_the_root_split_is_the_best_of_all(seed: int, method: str) -> None:
    """Twelve rows, three features with repeats and holes: brute force finds nothing better."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 5, (12, 3)).astype(np.float32)
    x[rng.random(x.shape) < 0.3] = np.nan
    g, h = rng.standard_normal(12).astype(np.float32), rng.random(12).astype(np.float32) + 0.2
    p = replace(TEXTBOOK, max_depth=1, min_child_weight=0.5)
    columns = column_sampler(3, p, draw_uniformly(0))
    if method == "exact":
        tree = grow_exact_tree(sort_columns(x), g, h, p, columns)
    else:
        tree, _ = grow_hist_tree(bin_rows(x, quantile_cuts(x, 256)), g, h, p, columns)
    expected = brute_force_best(x, g.astype(float), h.astype(float), p)
    assert tree.gain[0] == pytest.approx(expected, abs=2e-6)  # gains below 1e-6 do not split


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_what_training_adds_to_a_row_is_what_prediction_finds(seed: int) -> None:
    """Rows are routed by bin number in training and by value in prediction: same leaves."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((200, 3)).astype(np.float32)
    x[rng.random(x.shape) < 0.2] = np.nan
    y = rng.standard_normal(200).astype(np.float32)
    p = TreeParameters(max_depth=4, max_bin=16)
    grown, added = grow_hist_tree(
        bin_rows(x, quantile_cuts(x, 16)), -y, np.ones_like(y), p, lambda depth: [0, 1, 2]
    )
    model = train(x, y, p, rounds=1, base_score=0.0)
    np.testing.assert_array_equal(added, predict_margin(model, x)[:, 0])
    assert grown == model.trees[0][0]


def test_with_a_bin_per_value_hist_and_exact_make_the_same_partition() -> None:
    """40 distinct values: thresholds differ (upper value against midpoint), predictions do not."""
    rng = np.random.default_rng(1)
    x = rng.permutation(40).astype(np.float32)[:, None]
    y = (np.sin(x[:, 0]) + rng.standard_normal(40)).astype(np.float32)
    models = [
        train(x, y, TreeParameters(max_depth=4), rounds=3, method=m) for m in ("exact", "hist")
    ]
    np.testing.assert_allclose(*(predict_value(model, x) for model in models), rtol=1e-5)
    assert models[0].trees[0][0].threshold[0] + 0.5 == models[1].trees[0][0].threshold[0]


@pytest.mark.parametrize("low", [1.0, 1.0 + 2**-23, -1.0, 20180130.0, 33554436.0])
def test_a_downward_walk_parts_neighbouring_floats(low: float) -> None:
    """Between adjacent float32 numbers there is no midpoint, and the rounded one may be either.

    Walking downward the threshold is the larger one, so that "less than" parts them. Walking
    upward it is the smaller, as in the library: neither is less.
    """
    small = np.float32(low)
    large = np.nextafter(small, np.float32(np.inf))
    values = np.array([small, small, large], np.float32)
    cuts, thresholds = cut_points(values[::-1])
    assert (cuts.tolist(), thresholds.tolist()) == ([1], [large])
    cuts, thresholds = cut_points(values)
    assert (cuts.tolist(), thresholds.tolist()) == ([2], [small])


def test_two_days_written_as_numbers_are_parted() -> None:
    """Each side: G = +-1, H = 2, weight -+1/3; times 0.3 from 0.5: 0.4 and 0.6."""
    x = [[20180130], [20180130], [20180131], [20180131]]
    for method in ("exact", "hist"):
        p = TreeParameters(max_depth=1)
        model = train(x, [0, 0, 1, 1], p, rounds=1, method=method, base_score=0.5)
        assert predict_value(model, x) == pytest.approx([0.4, 0.4, 0.6, 0.6], rel=1e-6)


def test_a_child_may_get_no_row() -> None:
    """Days at 0 and 1 and missing ones at 1: the walk upward promises to part the days, and its
    threshold does not. The empty child has no hessian and no weight."""
    x = [[20180130], [20180131], [np.nan]]
    p = TreeParameters(max_depth=2, min_child_weight=0)
    tree = train(x, [0, 1, 1], p, rounds=1, method="exact", base_score=0.5).trees[0][0]
    empty = tree.left[0]
    assert (tree.left[empty], tree.cover[empty], tree.value[empty]) == (LEAF, 0, 0)
    assert tree.cover[tree.right[0]] == 3


def test_a_histogram_sums_to_its_rows_whatever_the_size_of_the_node() -> None:
    """Small nodes (one pass) and large ones (a pass per feature) count the same sums."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((9000, 3)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    data = bin_rows(x, quantile_cuts(x, 32))
    g, h = rng.standard_normal((2, 9000)).astype(np.float32)
    rows = np.flatnonzero(rng.random(9000) < 0.9).astype(np.int32)
    whole = node_histogram(data, rows, g, h)
    parts = sum(node_histogram(data, part, g, h) for part in np.array_split(rows, 4))
    np.testing.assert_allclose(whole, parts, atol=1e-10)
    for f, b in ((0, 3), (2, 31)):
        inside = rows[data.bins[f, rows] == b]
        expected = [g[inside].sum(dtype=float), h[inside].sum(dtype=float)]
        np.testing.assert_allclose(whole[f, b], expected, atol=1e-10)


def test_bins_take_one_byte_while_256_codes_suffice() -> None:
    """256 bins fit in a byte; 256 bins and a code for missing do not, 255 and one do."""
    x = np.arange(1000, dtype=np.float32)[:, None]
    assert bin_rows(x, quantile_cuts(x, 256)).bins.dtype == np.uint8
    x[0] = np.nan
    assert bin_rows(x, quantile_cuts(x, 256)).bins.dtype == np.uint16
    assert bin_rows(x, quantile_cuts(x, 255)).bins.dtype == np.uint8


# --- Pruning, sampling, constraints ---------------------------------------------------------------


def tower(*gains: float) -> Tree:
    """Return a tree in which each split is the right child of the one before."""
    tree, p = Tree(), TreeParameters()
    node = add_leaf(tree, 0.0, 1.0, 1.0)
    for gain in gains:
        split = Split(gain, 0, 0.0, True, (1.0, 1.0), (-1.0, 1.0))
        node = add_children(tree, node, split, p, Bounds())[1]
    return tree


@pytest.mark.parametrize(
    ("gains", "splits"),
    [((9, 9, 1), 2), ((9, 1, 1), 1), ((1, 1, 9), 3), ((1, 9, 1), 2), ((1, 1, 1), 0), ((5,), 1)],
)
def test_pruning_stops_at_the_lowest_strong_split(gains: tuple[float, ...], splits: int) -> None:
    """gamma 5: a weak split falls only if nothing strong hangs below it; 5 itself stays."""
    tree = tower(*gains)
    prune(tree, 5.0)
    assert sum(tree.left[node] != LEAF for node in nodes_below(tree)) == splits


def test_columns_are_drawn_inside_what_was_drawn_above() -> None:
    """20 columns, shares 0.5, 0.5, 0.4: 10 for a tree, 5 of them a level, 2 of those a node."""
    p = TreeParameters(colsample_bytree=0.5, colsample_bylevel=0.5, colsample_bynode=0.4)
    sizes: list[tuple[set[int], int]] = []
    plain = draw_uniformly(4)

    def watched(columns: list[int], count: int) -> list[int]:
        drawn = plain(columns, count)
        sizes.append((set(columns), len(drawn)))
        assert drawn == sorted(set(drawn))
        assert set(drawn) <= set(columns)
        return drawn

    columns_for = column_sampler(20, p, watched)
    nodes = [set(columns_for(depth)) for depth in (0, 1, 1)]
    assert [size for _, size in sizes] == [10, 5, 2, 5, 2, 2]
    assert sizes[4][0] == sizes[5][0]  # nodes of one level draw from the same five
    assert all(len(columns) == 2 for columns in nodes)


def test_at_least_one_column_is_drawn() -> None:
    """A share of 0.01 of three columns still leaves one."""
    p = TreeParameters(colsample_bytree=0.01)
    assert len(column_sampler(3, p, draw_uniformly(0))(0)) == 1


@pytest.mark.parametrize("method", ["exact", "hist"])
def test_a_constrained_feature_never_moves_the_prediction_the_wrong_way(method: str) -> None:
    """Rising in feature 0 and falling in feature 1, whatever the other feature says.

    Checked on a full grid; without the constraint the same noisy data do break the order.
    """
    rng = np.random.default_rng(8)
    x = rng.random((400, 3)).astype(np.float32)
    y = (x[:, 0] - x[:, 1] + np.sin(9 * x[:, 2]) + rng.standard_normal(400)).astype(np.float32)
    axis = np.linspace(0, 1, 12)
    grid = np.array(list(itertools.product(axis, axis, axis)), np.float32)

    def wrong_moves(constraints: tuple[int, ...]) -> int:
        p = TreeParameters(max_depth=5, monotone_constraints=constraints)
        model = train(x, y, p, rounds=20, method=method)
        cube = predict_value(model, grid).reshape(12, 12, 12)
        return int((np.diff(cube, axis=0) < 0).sum() + (np.diff(cube, axis=1) > 0).sum())

    assert wrong_moves((1, -1)) == 0
    assert wrong_moves(()) > 100


def test_probabilities_of_all_classes_add_up_to_one() -> None:
    """Three classes, three trees a round; the fit beats the class shares."""
    rng = np.random.default_rng(9)
    x = rng.standard_normal((300, 2)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)
    model = train(x, y, objective="multi:softprob", classes=3, rounds=10)
    assert [len(trees) for trees in model.trees] == [3] * 10
    p = predict_value(model, x)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert (p.argmax(axis=1) == y).mean() > 0.95


def test_a_tree_describes_itself_line_by_line() -> None:
    """The first tree of the six deliveries at gamma 60: one split, two leaves."""
    assert describe(by_hand.first_tree(60.0)) == (
        "x0 < 4, missing goes left, gain 420.5 cover 6\n"
        "  leaf -2.175 cover 3\n"
        "  leaf 2.175 cover 3\n"
    )


# --- Bad input and imports --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"eta": -1.0}, "eta must be 0 or more"),
        ({"gamma": float("nan")}, "gamma must be 0 or more"),
        ({"colsample_bytree": 0.0}, r"colsample_bytree must lie in \(0, 1\]"),
        ({"max_depth": 0}, "max_depth must be at least 1"),
        ({"max_bin": 1}, "max_bin must lie between 2 and 65535"),
        ({"monotone_constraints": (2,)}, "holds -1, 0 or"),
        ({"gain_dtype": "float16"}, "gain_dtype is float32 or float64"),
    ],
)
def test_parameters_out_of_range_are_refused(change: dict[str, Any], message: str) -> None:
    """Each error names the parameter, the value and the range."""
    with pytest.raises(ValueError, match=message):
        TreeParameters(**change)


@pytest.mark.parametrize("method", ["exact", "hist"])
def test_predicting_needs_the_columns_that_were_trained_on(method: str) -> None:
    """Fewer columns and more are refused, whether a tree splits on the missing ones or not."""
    x = np.arange(8, dtype=np.float32).reshape(4, 2)
    model = train(x, [0, 1, 2, 3], rounds=1, method=method)
    for columns in (1, 3):
        with pytest.raises(ValueError, match=f"x has {columns} columns; the model has 2"):
            predict_value(model, np.zeros((2, columns)))


def test_bad_training_data_are_refused() -> None:
    """Each error says what was wrong and what would be right."""
    x, y = np.ones((4, 2)), np.array([0.0, 1, 2, 1])
    for arguments, more, message in [
        ((x, y[:3]), {}, "one label per row, 4"),
        ((x[:, 0], y), {}, "must be a matrix"),
        ((x * np.inf, y), {}, "mark what is missing as NaN"),
        ((x * 1e39, y), {}, "too large for float32"),
        ((x, y * np.nan), {}, "labels must be finite"),
        ((x, y), {"objective": "binary:logistic"}, "between 0 and 1"),
        ((x, y), {"objective": "multi:softprob"}, "classes of at least 2"),
        ((x, y + 0.5), {"objective": "multi:softprob", "classes": 3}, "whole numbers 0 .. 2"),
        ((x, y), {"objective": "rank:ndcg"}, "unknown objective 'rank:ndcg'"),
        ((x, y), {"method": "approx"}, "'exact' or 'hist'"),
        ((x, y, TreeParameters(colsample_bynode=0.5)), {"method": "exact"}, "not by node"),
        ((x, y, TreeParameters(monotone_constraints=(1, 1, 1))), {}, "more monotone_constraints"),
        ((x, y / 2), {"objective": "binary:logistic", "base_score": 2.0}, "is a probability"),
    ]:
        with pytest.raises(ValueError, match=message):
            train(*arguments, **more)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a gbtree model"):
        trees_in_model_json("{}")


def test_the_recorded_speed_is_within_ten_times_of_xgboosts_single_thread() -> None:
    """At 10^6 rows x 28, from the recorded run; the shares of its time add up to one."""
    path = Path(by_hand.__file__).parent / "measured" / "training_speed.json"
    recorded = recording.load(path)
    assert recorded["machine"]
    values = {name: v["value"] for name, v in recorded["values"].items()}
    at = "at_1000000_rows"
    ratio = values[f"chapter_speed_over_xgboost_1_thread_{at}"]
    assert ratio >= 0.1
    chapter, library = (
        values[f"{name}_training_rows_per_second_{at}"] for name in ("chapter", "xgboost_1_thread")
    )
    assert ratio == pytest.approx(chapter / library, rel=1e-3)
    shares = [value for name, value in values.items() if name.startswith("chapter_share_of_")]
    assert sum(shares) == pytest.approx(1, abs=1e-3)


def test_the_chapter_imports_nothing_heavy() -> None:
    """The chapter and its hand figures load without torch, xgboost, scikit-learn or SciPy."""
    assert_loads_none_of(
        {"torch", "xgboost", "sklearn", "scipy"},
        "worked.xgboost.by_hand, worked.xgboost.quantile_sketch",
    )
