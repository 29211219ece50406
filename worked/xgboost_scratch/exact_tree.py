"""The exact greedy builder: sort every column once, then try every cut between two values.

Algorithms 1 and 3 of Chen and Guestrin (KDD 2016). Sorting costs O(d n log n) once; a level
of the tree then costs O(d n) because every node keeps its rows in sorted order per column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worked.xgboost_scratch.splits import (
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
from worked.xgboost_scratch.tree import Tree, add_children, add_leaf, prune

Float32 = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
ColumnsFor = Callable[[int], list[int]]  # depth of a node -> the features it may split on


@dataclass(frozen=True)
class SortedColumns:
    """The data with, per feature, its present rows in ascending order of value.

    `both_ways[f]` says whether feature f is scanned in both directions: only when it has
    missing values and is not constant (the library's rule; a dense column needs one scan).
    """

    x: Float32
    order: list[Rows]
    both_ways: list[bool]


def sort_columns(x: Float32) -> SortedColumns:
    """Sort each column of `x` (rows, features) once; NaN is missing and left out."""
    order, both_ways = [], []
    for column in x.T:
        present = np.flatnonzero(~np.isnan(column))
        rows = present[np.argsort(column[present], kind="stable")]
        order.append(rows)
        varied = len(rows) > 0 and column[rows[0]] != column[rows[-1]]
        both_ways.append(len(rows) < len(column) and bool(varied))
    return SortedColumns(x, order, both_ways)


# --8<-- [start:exact_split]
def cut_points(values: Float32) -> tuple[Rows, Float32]:
    """Return every place where sorted `values` can be cut, and the threshold of each.

    A cut at k puts values[:k] left. The threshold is the float32 midpoint of its neighbours;
    when the two are so close that it equals the smaller one, the larger one is taken, since
    the rule is "left if value < threshold".
    """
    cut = np.flatnonzero(values[1:] != values[:-1]) + 1
    below, above = values[cut - 1], values[cut]
    middle = (below + above) * np.float32(0.5)
    return cut, np.where(middle == below, above, middle)


def scan(
    values: Float32, G: Array, H: Array, total: tuple[float, float]
) -> tuple[Float32, tuple[Array, Array], tuple[Array, Array]]:
    """Return (thresholds, near sums, far sums) of all cuts, walking `values` in their order.

    `G` and `H` are the rows' gradients and hessians in that order. The near side is what has
    been walked over; the far side is the node's total less that, so rows that are missing
    here, which the walk never meets, fall to the far side.
    """
    near_G, near_H = np.cumsum(G, dtype=np.float64), np.cumsum(H, dtype=np.float64)
    cut, threshold = cut_points(values)
    last = values[-1]
    ahead = np.float32(1) if values[-1] >= values[0] else np.float32(-1)
    beyond = last + ahead * (np.abs(last) + np.float32(1e-6))
    picked = np.append(cut - 1, len(values) - 1)  # the last candidate: present against missing
    near = near_G[picked], near_H[picked]
    far = total[0] - near[0], total[1] - near[1]
    return np.append(threshold, beyond), near, far


# --8<-- [end:exact_split]


# --8<-- [start:missing_direction]
def best_of_feature(
    feature: int,
    data: SortedColumns,
    rows: Rows,
    gradients: tuple[Float32, Float32],
    total: tuple[float, float],
    score: Array,
    p: TreeParameters,
    bounds: Bounds,
) -> Split | None:
    """Return the best split of a node on one feature, or None where nothing gains.

    `rows` are the node's present rows in ascending order. The upward walk sends missing
    values right, the downward walk sends them left; upward is tried first and a tie keeps
    what came first, so equal gains mean "missing goes right". With no missing values both
    walks see the same splits and only the downward one is made: missing would go left.
    """
    best: Split | None = None
    for default_left in [False, True] if data.both_ways[feature] else [True]:
        walk = rows[::-1] if default_left else rows
        values = data.x[walk, feature]
        threshold, near, far = scan(values, gradients[0][walk], gradients[1][walk], total)
        left, right = (far, near) if default_left else (near, far)
        gains = split_gain(left, right, score, p, bounds, p.constraint(feature))
        k = int(np.argmax(gains))  # the first of equals, in walking order
        if gains[k] > (best.gain if best else 0.0):
            best = Split(
                gain=float(gains[k]),
                feature=feature,
                threshold=float(threshold[k]),
                default_left=default_left,
                left=(float(left[0][k]), float(left[1][k])),
                right=(float(right[0][k]), float(right[1][k])),
            )
    return best


# --8<-- [end:missing_direction]


@dataclass
class _Node:
    """A leaf that may still be split: its rows, and the same rows sorted by each feature."""

    number: int
    depth: int
    rows: Rows
    order: list[Rows]
    total: tuple[float, float]
    bounds: Bounds


def best_split(
    node: _Node,
    data: SortedColumns,
    gradients: tuple[Float32, Float32],
    columns: list[int],
    p: TreeParameters,
) -> Split | None:
    """Return the best split over `columns` (ascending; a tie keeps the lower feature)."""
    score = node_score(*node.total, p, node.bounds)
    best: Split | None = None
    for feature in columns:
        rows = node.order[feature]
        if len(rows) == 0:
            continue
        found = best_of_feature(feature, data, rows, gradients, node.total, score, p, node.bounds)
        if found and (best is None or found.gain > best.gain):
            best = found
    return best


def goes_left(data: SortedColumns, rows: Rows, split: Split) -> npt.NDArray[np.bool_]:
    """Return for each of `rows` whether the split sends it left."""
    values = data.x[rows, split.feature]
    below = values < np.float32(split.threshold)
    return np.where(np.isnan(values), split.default_left, below)


def _children(
    node: _Node,
    numbers: tuple[int, int],
    split: Split,
    data: SortedColumns,
    gradients: tuple[Float32, Float32],
    p: TreeParameters,
) -> list[_Node]:
    """Return the two nodes below a split, each with its rows and sorted orders."""
    is_left = np.zeros(len(data.x), np.bool_)
    is_left[node.rows[goes_left(data, node.rows, split)]] = True
    found = []
    for number, bounds, side in zip(
        numbers, child_bounds(split, p, node.bounds), (is_left, ~is_left), strict=True
    ):
        rows = node.rows[side[node.rows]]
        order = [o[side[o]] for o in node.order]
        total = sums(gradients, rows)
        found.append(_Node(number, node.depth + 1, rows, order, total, bounds))
    return found


def sums(gradients: tuple[Float32, Float32], rows: Rows) -> tuple[float, float]:
    """Return (G, H) of `rows`, added one by one in float64, as the library adds them."""
    G, H = (np.cumsum(values[rows], dtype=np.float64)[-1] for values in gradients)
    return float(G), float(H)


def grow_exact_tree(
    data: SortedColumns,
    gradient: Float32,
    hessian: Float32,
    p: TreeParameters,
    columns_for: ColumnsFor,
) -> Tree:
    """Return one tree grown level by level to `max_depth`, then pruned by gamma.

    `gradient` and `hessian` have shape (rows,); `columns_for(depth)` says which features a
    node may use.
    """
    gradients = gradient, hessian
    everyone = np.arange(len(data.x))
    total = sums(gradients, everyone)
    tree = Tree()
    root = add_leaf(tree, float(bounded_weight(*total, p, Bounds())), total[1], p.eta)
    level = [_Node(root, 0, everyone, data.order, total, Bounds())]
    for depth in range(p.max_depth):
        columns = columns_for(depth)  # drawn once a level: the exact method has no draw by node
        below: list[_Node] = []
        for node in level:
            split = best_split(node, data, gradients, columns, p)
            if split and split.gain > SMALLEST_GAIN:
                numbers = add_children(tree, node.number, split, p, node.bounds)
                below += _children(node, numbers, split, data, gradients, p)
        level = below
    prune(tree, p.gamma)
    return tree
