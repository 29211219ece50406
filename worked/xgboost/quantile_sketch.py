"""The weighted quantile sketch: a small summary of a column that knows its own error.

Chen and Guestrin (KDD 2016), appendix A, after Greenwald and Khanna (SIGMOD 2001): a summary
keeps some of the values, and for each of them bounds on its rank. Two summaries merge into
one of the union, and a summary prunes to fewer entries; every rank stays bounded throughout.
XGBoost finds its histogram cuts with it, and workers exchange it instead of their data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Summary:
    """Entries in ascending order of value, as parallel arrays.

    For each value, `rmin` is at most the total weight of all smaller data, `rmax` is at least
    the total weight of all data not larger, and `weight` is the weight known to sit at it.
    """

    value: Array
    rmin: Array
    rmax: Array
    weight: Array

    def __len__(self) -> int:
        return len(self.value)

    @property
    def rank_before(self) -> Array:
        """At least the weight of all data smaller than each value."""
        return self.rmax - self.weight

    @property
    def rank_after(self) -> Array:
        """At most the weight of all data not larger than each value."""
        return self.rmin + self.weight


def exact_summary(values: Array, weights: Array | None = None, dtype: Any = np.float64) -> Summary:
    """Return the summary that keeps every distinct value: no error, but as large as the data.

    Raises:
        ValueError: there are no values, one of them is NaN, or a weight is not positive.
    """
    if len(values) == 0:
        raise ValueError("a summary needs at least one value")
    if np.isnan(values).any():
        raise ValueError("values must not be NaN: drop missing values first")
    if weights is None:
        ordered = np.sort(values)
        start = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        value = ordered[start]
        weight = np.diff(np.append(start, len(values))).astype(dtype)
    else:
        if not (weights > 0).all():
            raise ValueError("weights must be positive: leave out rows of weight 0")
        value, group = np.unique(values, return_inverse=True)
        weight = np.bincount(group, weights=weights).astype(dtype)
    after = np.cumsum(weight, dtype=dtype)
    return Summary(value, np.append(np.zeros(1, dtype), after[:-1]), after, weight)


def total_weight(summary: Summary) -> float:
    """Return the weight of all the data that the summary stands for."""
    return float(summary.rmax[-1])


def error(summary: Summary) -> float:
    """Return the widest doubt about a rank, as a weight: what the summary does not know."""
    inside = summary.rmax - summary.rmin - summary.weight
    between = summary.rank_before[1:] - summary.rank_after[:-1]
    return float(max(inside.max(), between.max(initial=0.0)))


def rank_bounds(summary: Summary, value: float) -> tuple[float, float]:
    """Return bounds on the weight of all data smaller than `value`.

    For a value that the summary keeps, those are its own bounds; between two kept values, the
    weight is at least what is certain of the lower one and at most what may precede the upper.
    """
    k = int(np.searchsorted(summary.value, value))
    if k < len(summary) and summary.value[k] == value:
        return float(summary.rmin[k]), float(summary.rank_before[k])
    low = float(summary.rank_after[k - 1]) if k > 0 else 0.0
    high = float(summary.rank_before[k]) if k < len(summary) else total_weight(summary)
    return low, high


# --8<-- [start:sketch_merge]
def merge(a: Summary, b: Summary) -> Summary:
    """Return the summary of the data of both: ranks add, and so do the errors."""
    value = np.union1d(a.value, b.value)
    low_a, high_a, weight_a = _bounds_in(a, value)
    low_b, high_b, weight_b = _bounds_in(b, value)
    return Summary(value, low_a + low_b, high_a + high_b, weight_a + weight_b)


def _bounds_in(s: Summary, value: Array) -> tuple[Array, Array, Array]:
    """Return (rmin, rmax, weight) in `s` of every `value`, whether `s` keeps it or not."""
    at = np.searchsorted(s.value, value)
    kept = s.value[np.minimum(at, len(s) - 1)] == value
    zero, top = np.zeros(1, s.rmin.dtype), s.rmax[-1:]
    low = np.where(kept, np.append(s.rmin, top)[at], np.append(zero, s.rank_after)[at])
    high = np.where(kept, np.append(s.rmax, top)[at], np.append(s.rank_before, top)[at])
    return low, high, np.where(kept, np.append(s.weight, zero)[at], zero)


def prune(s: Summary, size: int) -> Summary:
    """Return at most `size` of the entries, spread evenly over the ranks, with both ends.

    The error grows by no more than `total_weight / (size - 1)`.
    """
    if size < 2:
        raise ValueError(f"a pruned summary keeps at least its ends, so not size {size}")
    if len(s) <= size:
        return s
    real = s.rmin.dtype.type
    steps, span = size - 1, s.rmin[-1] - s.rmax[0]
    wanted = real(2) * (np.arange(1, steps).astype(real) * span / real(steps) + s.rmax[0])
    # The sum of each entry's rank bounds: the last entry below each wanted rank ...
    i = np.searchsorted((s.rmin + s.rmax)[2:], wanted, side="right") + 1
    i = i[i < len(s) - 1]
    # ... or the one after it, whichever is nearer.
    i = i + (wanted[: len(i)] >= s.rank_after[i] + s.rank_before[i + 1])
    keep = np.unique(np.concatenate([[0], i, [len(s) - 1]]))
    return Summary(s.value[keep], s.rmin[keep], s.rmax[keep], s.weight[keep])


# --8<-- [end:sketch_merge]


@dataclass
class Sketch:
    """A stream's summary in bounded memory: full blocks climb a ladder of levels, as in
    binary addition, each level standing for twice the data of the one below.

    Each level holds at most `limit` entries, or nothing.
    """

    eps: float
    limit: int
    levels: list[Summary | None] = field(default_factory=list)


def level_size(rows: int, eps: float) -> tuple[int, int]:
    """Return (l levels, entries per level) for a stream of `rows` data at error `eps`.

    limit = ceil(l / eps) + 1, and l levels of that size must hold all the data: 2^l * limit >=
    rows. A datum is pruned at most once per level on its way up, which adds l / (limit - 1),
    at most eps. Reading the levels out prunes once more for each; as every level weighs twice
    the one below, those add up to at most 2 / (limit - 1). In all: eps (1 + 2 / l).
    """
    if rows < 1 or not 0 < eps < 1:
        raise ValueError(f"need rows of at least 1 and eps in (0, 1), not {rows} and {eps}")
    levels = 1
    while True:
        limit = min(rows, int(np.ceil(levels / eps)) + 1)
        if (limit << levels) >= rows:
            return levels, limit
        levels += 1


def empty_sketch(rows: int, eps: float) -> Sketch:
    """Return a sketch ready for a stream of `rows` data; see `level_size` for its error."""
    return Sketch(eps, level_size(rows, eps)[1])


def push(sketch: Sketch, block: Summary) -> None:
    """Add the summary of one block: carry it up the levels until one has room."""
    block = prune(block, max(2, sketch.limit))
    for k, held in enumerate(sketch.levels):
        if held is None:
            sketch.levels[k] = block
            return
        both = merge(block, held)
        if len(both) <= sketch.limit:
            sketch.levels[k] = both
            return
        sketch.levels[k] = None
        block = prune(both, max(2, sketch.limit))
    sketch.levels.append(block)


def summarise(sketch: Sketch, rest: Summary | None = None) -> Summary:
    """Return one summary of everything pushed, and of `rest`, from the lowest level up.

    Raises:
        ValueError: nothing was pushed.
    """
    total = prune(rest, max(2, sketch.limit)) if rest else None
    for held in sketch.levels:
        if held is not None:
            total = prune(merge(total, held), max(2, sketch.limit)) if total else held
    if total is None:
        raise ValueError("the sketch is empty")
    return total


def sketch_column(values: Array, eps: float, weights: Array | None = None) -> Summary:
    """Return a summary of a column of any length, of error at most eps (1 + 2 / levels).

    `values` is read once, in blocks, as a stream would be. The arrays are float32, with
    which XGBoost's own cuts come out to the last bit.
    """
    sketch = empty_sketch(len(values), eps)
    run = np.flatnonzero(np.append(True, values[1:] != values[:-1]))  # equal neighbours are one
    block_starts = run[:: 2 * sketch.limit]
    blocks = [
        exact_summary(values[a:b], None if weights is None else weights[a:b], np.float32)
        for a, b in zip(block_starts, np.append(block_starts[1:], len(values)), strict=True)
    ]
    for block in blocks[:-1]:
        push(sketch, block)
    return summarise(sketch, blocks[-1])


def merge_all(summaries: Iterable[Summary], size: int) -> Summary:
    """Return the summary of all, pruned to `size` after every merge, in the order given."""
    total: Summary | None = None
    for one in summaries:
        total = prune(merge(total, one) if total else one, size)
    if total is None:
        raise ValueError("there are no summaries to merge")
    return total
