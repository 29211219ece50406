"""The histogram builder: replace values by bin numbers once, then split on sums per bin.

A node costs one pass over its rows to fill its histogram and one pass over the bins to find
its split; of two siblings only the lighter is filled, the other is parent minus sibling.
With data spread over workers the histograms are all that is summed between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from worked.xgboost.quantile_sketch import Summary, prune, sketch_column
from worked.xgboost.splits import (
    SMALLEST_GAIN,
    Array,
    Bounds,
    Split,
    TreeParameters,
    bounded_weight,
    child_bounds,
    node_score,
    split_gain,
)
from worked.xgboost.tree import Tree, add_children, add_leaf

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]
AllReduce = Callable[[Float64], Float64]
ColumnsFor = Callable[[int], list[int]]

SKETCH_FACTOR = 8  # the sketch resolves eight times finer than the bins it must supply
SMALL_NODE = 4096  # rows below which one bincount over all features beats one per feature


@dataclass(frozen=True)
class Cuts:
    """The bin boundaries of one feature: bin b holds values v with cut[b-1] <= v < cut[b].

    `upper` ascends and its last entry lies beyond every value; `lower` lies below every value.
    """

    upper: Float32
    lower: np.float32


@dataclass(frozen=True)
class BinnedMatrix:
    """The data as bin numbers, shape (features, rows): one byte each for up to 256 codes.

    `missing_code` stands for a missing value; it is one past the widest feature's last bin.
    """

    bins: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    cuts: list[Cuts]
    missing_code: int
    has_missing: bool

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.bins.shape[1]


def cuts_from_summary(summary: Summary | None, max_bin: int) -> Cuts:
    """Return at most `max_bin` bins of nearly equal weight, from a column's quantile summary.

    None is a column without values, which gets one bin.
    """
    margin = float(np.float32(1e-5))  # added in float64, as the library's C++ does
    if summary is None:
        lower = margin
        ends = np.array([margin], np.float32)
    else:
        ends = prune(summary, min(max_bin, int(summary.rmax[-1])) + 1).value.astype(np.float32)
        first = float(ends[0])
        lower = first - abs(first) - margin
    last = float(ends[-1])
    beyond = last + (abs(last) + margin)
    with np.errstate(over="ignore"):  # beyond huge values lies infinity, in the library too
        return Cuts(np.append(ends[1:max_bin], np.float32(beyond)), np.float32(lower))


def summary_of_column(column: Float32, max_bin: int) -> Summary | None:
    """Return the quantile summary of the present values of a column, or None without any."""
    present = column[~np.isnan(column)]
    if len(present) == 0:
        return None
    bins = min(max_bin, len(present))
    summary = sketch_column(present, 1.0 / (bins * SKETCH_FACTOR))
    return prune(summary, max(2, min(len(present), max_bin * SKETCH_FACTOR)))


def quantile_cuts(x: Float32, max_bin: int) -> list[Cuts]:
    """Return the cuts of every column of `x` (rows, features), as XGBoost chooses them."""
    return [cuts_from_summary(summary_of_column(column, max_bin), max_bin) for column in x.T]


def bin_rows(x: Float32, cuts: list[Cuts]) -> BinnedMatrix:
    """Return `x` (rows, features) as bin numbers; a value beyond all cuts gets the last bin."""
    missing_code = max(len(c.upper) for c in cuts)
    has_missing = bool(np.isnan(x).any())
    code: type = np.uint8 if missing_code + has_missing <= 256 else np.uint16
    bins: npt.NDArray[Any] = np.empty((x.shape[1], len(x)), code)
    for f, (column, cut) in enumerate(zip(x.T, cuts, strict=True)):
        found = np.searchsorted(cut.upper, np.ascontiguousarray(column), side="right")
        np.minimum(found, len(cut.upper) - 1, out=found)
        if has_missing:
            found[np.isnan(column)] = missing_code
        bins[f] = found
    return BinnedMatrix(bins, cuts, missing_code, has_missing)


# --8<-- [start:histogram]
def node_histogram(data: BinnedMatrix, rows: Rows, gradient: Float32, hessian: Float32) -> Float64:
    """Return the sums of (gradient, hessian) per bin, shape `(features, bins, 2)`.

    A count weighted by the gradients is the sum of the gradients. A large node makes one pass
    per feature; a small one numbers the bins of all features through and makes a single pass.
    Missing values are counted in a bin of their own, which is then dropped: what is missing
    is known as the node's total less its histogram.
    """
    features, width = len(data.bins), data.missing_code + 1
    sums = np.empty((features, width, 2))
    weights = [v.take(rows).astype(np.float64) for v in (gradient, hessian)]
    if len(rows) < SMALL_NODE:
        offset = np.arange(0, features * width, width)[:, None]
        flat = (data.bins.take(rows, axis=1) + offset).ravel()
        for k, weight in enumerate(weights):
            counted = np.bincount(flat, np.tile(weight, features), features * width)
            sums[:, :, k] = counted.reshape(features, width)
        return sums[:, :-1]
    everyone = len(rows) == data.rows
    for f, column in enumerate(data.bins):
        codes = column if everyone else column.take(rows)
        for k, weight in enumerate(weights):
            sums[f, :, k] = np.bincount(codes, weight, width)
    return sums[:, :-1]


# --8<-- [end:histogram]


@dataclass
class _Node:
    """A leaf that may still be split: its rows, its sums and, while needed, its histogram."""

    number: int
    rows: Rows
    total: tuple[float, float]
    bounds: Bounds
    histogram: Float64 | None = None


_Family = tuple[_Node, _Node, _Node]  # parent, left child, right child


@dataclass(frozen=True)
class _Walk:
    """The candidates of one walk over the bins of several columns: arrays (columns, bins)."""

    gains: Array
    left: tuple[Array, Array]
    right: tuple[Array, Array]


def _walk(
    bins: Float64,
    downward: bool,
    total: tuple[float, float],
    bounds: Bounds,
    constraint: Array,
    p: TreeParameters,
) -> _Walk:
    """Score a cut after every bin; what is missing falls to the side not yet walked over."""
    near = np.cumsum(bins[:, ::-1] if downward else bins, axis=1)
    near_side = near[..., 0], near[..., 1]
    far_side = total[0] - near[..., 0], total[1] - near[..., 1]
    left, right = (far_side, near_side) if downward else (near_side, far_side)
    score = node_score(*total, p, bounds)
    return _Walk(split_gain(left, right, score, p, bounds, constraint), left, right)


def best_split(
    histogram: Float64,
    total: tuple[float, float],
    bounds: Bounds,
    cuts: list[Cuts],
    columns: list[int],
    p: TreeParameters,
) -> Split | None:
    """Return the best split of a node from its histogram, or None where nothing gains.

    The upward walk over the bins sends missing values right, the downward walk left. The
    second is made only for columns whose bins do not add up to the node's total (compared
    exactly, as the library does). Ties keep the lower column, then the upward walk, then the
    first bin walked over.
    """
    bins = histogram[columns]
    constraint = np.array([[p.constraint(f)] for f in columns])
    walks = [_walk(bins, False, total, bounds, constraint, p)]
    walked = np.column_stack([side[:, -1] for side in walks[0].left])
    incomplete = np.flatnonzero((walked != total).any(axis=1))
    best = np.full((len(columns), 2), -np.inf, walks[0].gains.dtype)
    best[:, 0] = walks[0].gains.max(axis=1)
    if len(incomplete):
        walks.append(_walk(bins[incomplete], True, total, bounds, constraint[incomplete], p))
        best[incomplete, 1] = walks[1].gains.max(axis=1)
    column, downward = divmod(int(np.argmax(best)), 2)
    if not best[column, downward] > 0:
        return None
    walk = walks[downward]
    row = int(np.searchsorted(incomplete, column)) if downward else column
    step = int(np.argmax(walk.gains[row]))
    cut = cuts[columns[column]]
    lowest_right = bins.shape[1] - 1 - step if downward else step + 1
    threshold = cut.upper[min(lowest_right, len(cut.upper)) - 1] if lowest_right else cut.lower
    return Split(
        gain=float(walk.gains[row, step]),
        feature=columns[column],
        threshold=float(threshold),
        default_left=bool(downward),
        left=(float(walk.left[0][row, step]), float(walk.left[1][row, step])),
        right=(float(walk.right[0][row, step]), float(walk.right[1][row, step])),
    )


def rows_left_and_right(data: BinnedMatrix, rows: Rows, split: Split) -> tuple[Rows, Rows]:
    """Return a node's rows that the split sends left, and those it sends right, in order."""
    codes = data.bins[split.feature].take(rows)
    cut = data.cuts[split.feature].upper
    first_right = int(np.searchsorted(cut, np.float32(split.threshold))) + 1
    if np.float32(split.threshold) < cut[0]:
        first_right = 0  # present against missing: every present value goes right
    left = codes < first_right
    if data.has_missing:
        left = np.where(codes == data.missing_code, split.default_left, left)
    return rows[left], rows[~left]


def _same(sums: Float64) -> Float64:
    return sums


def grow_hist_tree(
    data: BinnedMatrix,
    gradient: Float32,
    hessian: Float32,
    p: TreeParameters,
    columns_for: ColumnsFor,
    all_reduce: AllReduce | None = None,
) -> tuple[Tree, Float32]:
    """Return (tree, what it adds to the margin of every row of `data`).

    `gradient` and `hessian` have shape (rows,). `columns_for(depth)` says which features a
    node may use and is called once per node. `all_reduce` sums an array over all workers; each
    then grows the same tree from its own rows.

    Unlike the exact method, a node whose best gain is below gamma is not split at all, so a
    strong split under a weak one is never found.
    """
    reduce = all_reduce or _same
    everyone = np.arange(data.rows, dtype=np.int32)
    histogram = reduce(node_histogram(data, everyone, gradient, hessian))
    total = _root_total(data, gradient, hessian, histogram, all_reduce)
    tree = Tree()
    root = add_leaf(tree, float(bounded_weight(*total, p, Bounds())), total[1], p.eta)
    level = [_Node(root, everyone, total, Bounds(), histogram)]
    added = np.empty(data.rows, np.float32)
    for depth in range(p.max_depth + 1):
        families: list[_Family] = []
        for node in level:
            split = _split_of(node, data, p, columns_for, depth)
            if split is None:
                added[node.rows] = tree.value[node.number]
            else:
                families.append((node, *_children(tree, node, split, data, p)))
        if depth + 1 < p.max_depth and families:
            _fill_histograms(data, families, gradient, hessian, reduce)
        level = [child for _, left, right in families for child in (left, right)]
    return tree, added


def _root_total(
    data: BinnedMatrix,
    gradient: Float32,
    hessian: Float32,
    histogram: Float64,
    all_reduce: AllReduce | None,
) -> tuple[float, float]:
    """Return (G, H) of all rows, in the library's order of addition.

    Where nothing is missing, every feature's bins add up to the total and the first one's are
    used; otherwise, or with several workers, the rows are.
    """
    if all_reduce is None and not data.has_missing:
        G, H = np.cumsum(histogram[0], axis=0)[-1]
    else:
        own = [np.cumsum(v, dtype=np.float64)[-1] if len(v) else 0.0 for v in (gradient, hessian)]
        G, H = (all_reduce or _same)(np.array(own))
    return float(G), float(H)


def _split_of(
    node: _Node, data: BinnedMatrix, p: TreeParameters, columns_for: ColumnsFor, depth: int
) -> Split | None:
    """Return the node's best split if it is worth making, else None.

    Worth it means gain above noise and at least gamma, and some hessian on both sides. A node
    at the depth limit has no histogram and is not split.
    """
    if node.histogram is None:
        return None
    split = best_split(node.histogram, node.total, node.bounds, data.cuts, columns_for(depth), p)
    if split is None or split.gain <= SMALLEST_GAIN or split.gain < p.gamma:
        return None
    return split if split.left[1] != 0 and split.right[1] != 0 else None


def _children(
    tree: Tree, node: _Node, split: Split, data: BinnedMatrix, p: TreeParameters
) -> tuple[_Node, _Node]:
    """Split `node` in the tree and return its two children with their rows."""
    number = add_children(tree, node.number, split, p, node.bounds)
    rows = rows_left_and_right(data, node.rows, split)
    bounds = child_bounds(split, p, node.bounds)
    return (
        _Node(number[0], rows[0], split.left, bounds[0]),
        _Node(number[1], rows[1], split.right, bounds[1]),
    )


def _fill_histograms(
    data: BinnedMatrix,
    families: list[_Family],
    gradient: Float32,
    hessian: Float32,
    reduce: AllReduce,
) -> None:
    """Give every child its histogram: the lighter one of each pair is filled, the other is
    the parent's less that one. All that were filled go through a single sum over the workers.

    "Lighter" is by hessian sum, on which all workers agree; row counts they would not know.
    """
    filled = [right if right.total[1] < left.total[1] else left for _, left, right in families]
    summed = reduce(
        np.stack([node_histogram(data, node.rows, gradient, hessian) for node in filled])
    )
    for (parent, left, right), node, histogram in zip(families, filled, summed, strict=True):
        assert parent.histogram is not None
        sibling = left if node is right else right
        node.histogram = histogram
        sibling.histogram = parent.histogram - histogram
        parent.histogram = None  # not needed again
