"""The weighted quantile sketch: what each operation may do to the error, on arbitrary data.

Weights are whole numbers and ranks float64, so every rank is exact and no tolerance hides a
broken bound; only `prune`, which divides the ranks into steps, is allowed a rounding.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worked.xgboost.hist_tree import bin_rows, cuts_from_summary, quantile_cuts
from worked.xgboost.quantile_sketch import (
    Summary,
    empty_sketch,
    error,
    exact_summary,
    level_size,
    merge,
    merge_all,
    prune,
    push,
    rank_bounds,
    sketch_column,
    summarise,
    total_weight,
)

ROUNDING = 1e-9  # of the total weight: float64 division in `prune`

weighted_values = st.lists(
    st.tuples(st.integers(-30, 30), st.integers(1, 50)), min_size=1, max_size=60
)
summary_sizes = st.integers(2, 20)


def summary_of(data: list[tuple[int, int]]) -> Summary:
    values, weights = (np.array(column, float) for column in zip(*data, strict=True))
    return exact_summary(values, weights)


def weight_below(data: list[tuple[int, int]], value: float) -> int:
    return sum(weight for v, weight in data if v < value)


def assert_bounds_hold(summary: Summary, data: list[tuple[int, int]]) -> None:
    """Every rank the summary claims to know must enclose the true one, within `error`."""
    total = sum(weight for _, weight in data)
    assert total_weight(summary) == total
    for value in np.arange(-31, 31.5, 0.5):
        low, high = rank_bounds(summary, float(value))
        assert low <= weight_below(data, value) <= high
        assert high - low <= error(summary)
    assert (np.diff(summary.value) > 0).all()


@given(weighted_values)
def test_an_exact_summary_knows_every_rank(data: list[tuple[int, int]]) -> None:
    """It keeps every distinct value, so its error is zero and both bounds are the rank."""
    summary = summary_of(data)
    assert error(summary) == 0
    assert_bounds_hold(summary, data)


@given(weighted_values, summary_sizes)
def test_pruning_to_b_entries_adds_at_most_one_part_in_b_minus_one(
    data: list[tuple[int, int]], size: int
) -> None:
    """Error after <= error before + W / (b - 1), at most b entries, both ends kept."""
    before = summary_of(data)
    after = prune(before, size)
    total = total_weight(before)
    assert len(after) <= size
    assert (after.value[0], after.value[-1]) == (before.value[0], before.value[-1])
    assert error(after) <= error(before) + total / (size - 1) + ROUNDING * total
    assert_bounds_hold(after, data)


@given(weighted_values, weighted_values, summary_sizes, summary_sizes)
def test_merging_adds_the_errors_so_the_relative_error_does_not_grow(
    a: list[tuple[int, int]], b: list[tuple[int, int]], size_a: int, size_b: int
) -> None:
    """Absolute errors add; with eps_a W_a + eps_b W_b the union is within max(eps_a, eps_b)."""
    one, two = prune(summary_of(a), size_a), prune(summary_of(b), size_b)
    both = merge(one, two)
    assert error(both) <= error(one) + error(two)
    assert_bounds_hold(both, a + b)
    swapped = merge(two, one)
    for field in ("value", "rmin", "rmax", "weight"):
        np.testing.assert_array_equal(getattr(both, field), getattr(swapped, field))


@settings(max_examples=60)
@given(st.lists(weighted_values, min_size=1, max_size=12), st.floats(0.05, 0.5))
def test_a_stream_of_blocks_stays_within_its_bound(
    blocks: list[list[tuple[int, int]]], eps: float
) -> None:
    """However the data are cut into blocks, the ladder's error is bounded.

    Blocks of any weight, so levels need not double: a datum may be pruned once per level going
    up and once per level when the levels are read out, each time by one part in (limit - 1).
    """
    data = [pair for block in blocks for pair in block]
    sketch = empty_sketch(len(data), eps)
    for block in blocks:
        push(sketch, summary_of(block))
    found = summarise(sketch)
    total = total_weight(found)
    prunes = 2 * len(sketch.levels) + 1
    bound = total * prunes / max(1, sketch.limit - 1)
    assert error(found) <= bound + ROUNDING * total
    assert_bounds_hold(found, data)


@settings(max_examples=25)
@given(st.integers(1, 6000), st.integers(2, 40), st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_a_column_of_any_order_is_within_the_bound(
    rows: int, bins: int, seed: int, order: int
) -> None:
    """Random, ascending, descending and heavily repeated columns: at most eps (1 + 2 / l) W.

    float32 ranks are whole numbers below 2^24 here; the grid that `prune` divides the ranks
    into is rounded to float32, hence the allowance of 1e-6.
    """
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(rows).astype(np.float32)
    values = [values, np.sort(values), np.sort(values)[::-1], np.round(values)][order]
    eps = 1 / (bins * 8)
    summary = sketch_column(values, eps)
    levels, limit = level_size(rows, eps)
    assert error(summary) <= (eps * (1 + 2 / levels) + 1e-6) * rows
    assert len(summary) <= max(2, limit)
    ordered = np.sort(values)
    kept = np.searchsorted(ordered, summary.value)
    assert (summary.rmin <= kept).all()
    assert (kept <= summary.rank_before).all()


@given(st.lists(weighted_values, min_size=2, max_size=5), st.integers(8, 40))
def test_workers_that_merge_and_prune_keep_true_bounds(
    shards: list[list[tuple[int, int]]], size: int
) -> None:
    """k shards: k prunes at most, so the error is at most k W / (size - 1)."""
    found = merge_all((summary_of(shard) for shard in shards), size)
    assert_bounds_hold(found, [pair for shard in shards for pair in shard])
    total = total_weight(found)
    assert error(found) <= len(shards) * total / (size - 1) + ROUNDING * total


def test_four_entries_of_a_hundred_by_hand() -> None:
    """1..100, unit weights, pruned to 4: span 99 - 1, ranks 1 + 98/3 and 1 + 196/3 wanted.

    Twice those are 67.33 and 132.67. Value v has rmin v - 1 and rmax v, so rmin + rmax is
    2 v - 1: the entries just below are 34 (67) and 66 (131). 67.33 lies below the point
    rank_after(34) + rank_before(35) = 68, so 34 stays; 132.67 lies above 132, so 67 is nearer.
    Gaps then hold 32, 32 and 32 values, so the error is 32.
    """
    found = prune(exact_summary(np.arange(1.0, 101.0)), 4)
    assert found.value.tolist() == [1, 34, 67, 100]
    assert error(found) == 32
    assert rank_bounds(found, 50.0) == (34, 66)


def test_a_heavy_value_is_kept_and_known_exactly() -> None:
    """Weights are what make it weighted: one value of weight 900 among 100 of weight 1.

    Pruned to 5 entries its own bounds are still exact, so no bin can straddle it.
    """
    values, weights = np.arange(101.0), np.ones(101)
    weights[50] = 900
    found = prune(exact_summary(values, weights), 5)
    k = found.value.tolist().index(50.0)
    assert (found.rmin[k], found.rmax[k], found.weight[k]) == (50, 950, 900)


def test_levels_and_entries_by_hand() -> None:
    """rows 1,000, eps 0.1: 1 level of 11 holds 22; ... 5 levels of 51 hold 32 x 51 = 1,632.

    4 levels of 41 hold 16 x 41 = 656, too few.
    """
    assert level_size(1000, 0.1) == (5, 51)


def test_bins_hold_nearly_equal_weight() -> None:
    """100,000 normal values in 32 bins: each within (1/32 +- 2 eps) of all, eps = 1/(8 x 32)."""
    x = np.random.default_rng(0).standard_normal((100_000, 1)).astype(np.float32)
    cuts = quantile_cuts(x, 32)
    share = np.bincount(bin_rows(x, cuts).bins[0]) / len(x)
    assert len(share) == 32
    assert np.abs(share - 1 / 32).max() <= 2 / (8 * 32)


def test_few_distinct_values_get_a_bin_each() -> None:
    """Values 1 2 3 (repeated): cuts at 2, 3 and beyond; no bin is wasted, none is shared."""
    column = np.array([[1], [2], [2], [3], [1]], np.float32)
    (cut,) = quantile_cuts(column, 256)
    assert cut.upper[:2].tolist() == [2, 3]
    assert cut.upper[2] > 3 > 1 > cut.lower
    assert bin_rows(column, [cut]).bins.tolist() == [[0, 1, 1, 2, 0]]


def test_a_column_without_values_gets_one_bin() -> None:
    """Nothing to cut: one bin, which stays empty, so the feature is never split on."""
    assert len(cuts_from_summary(None, 256).upper) == 1


def test_bad_input_is_refused_in_words() -> None:
    """Each error says what was wrong and what would be right."""
    with pytest.raises(ValueError, match="at least one value"):
        exact_summary(np.array([]))
    with pytest.raises(ValueError, match="drop missing values"):
        exact_summary(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="weights must be positive"):
        exact_summary(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="keeps at least its ends"):
        prune(exact_summary(np.arange(5.0)), 1)
    with pytest.raises(ValueError, match=r"eps in \(0, 1\)"):
        level_size(10, 0.0)
    with pytest.raises(ValueError, match="the sketch is empty"):
        summarise(empty_sketch(10, 0.1))
    with pytest.raises(ValueError, match="no summaries to merge"):
        merge_all([], 4)
