"""The exact greedy builder: sort every column once, then try every cut between two values.

Algorithms 1 and 3 of Chen and Guestrin (KDD 2016). Sorting costs O(d n log n) once; a level
of the tree then costs O(d n) because every node keeps its rows in sorted order per column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

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
from worked.xgboost.tree import Tree, add_children, add_leaf, prune

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
    """Return every place where `values`, in walking order, can be cut, and its threshold.

    A cut at k has values[:k] behind it. The threshold is the float32 midpoint of the values on
    its sides; where that equals the value ahead, as it may between neighbouring floats,
    the value behind is taken. The rule is "left if value < threshold", so walking downward
    this always parts them; walking upward past neighbours it may leave both on the right,
    in the library too.
    """
    cut = np.flatnonzero(values[1:] != values[:-1]) + 1
    behind, ahead = values[cut - 1], values[cut]
    with np.errstate(over="ignore"):  # the library's midpoint of huge values is infinite, too
        middle = (behind + ahead) * np.float32(0.5)
    return cut, np.where(middle == ahead, behind, middle)


def scan(
    values: Float32, G: Array, H: Array, total: tuple[float, float], downward: bool
) -> tuple[Float32, tuple[Array, Array], tuple[Array, Array]]:
    """Return (thresholds, near sums, far sums) of all cuts, walking `values` in their order.

    `G` and `H` are the rows' gradients and hessians in that order. The near side is what has
    been walked over; the far side is the node's total less that, so rows that are missing
    here, which the walk never meets, fall to the far side.
    """
    near_G, near_H = np.cumsum(G, dtype=np.float64), np.cumsum(H, dtype=np.float64)
    cut, threshold = cut_points(values)
    last = values[-1]
    with np.errstate(over="ignore"):
        gap = np.abs(last) + np.float32(1e-6)
        beyond = last - gap if downward else last + gap
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
        sums_of = gradients[0][walk], gradients[1][walk]
        threshold, near, far = scan(values, *sums_of, total, default_left)
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
    """A leaf that may still be split: its rows, and the same rows sorted by each feature.

    `score` is the node's own; like its weight it keeps within its parent's bounds, while
    `bounds` holds what may come below it.
    """

    number: int
    rows: Rows
    order: list[Rows]
    total: tuple[float, float]
    score: Array
    bounds: Bounds


def best_split(
    node: _Node,
    data: SortedColumns,
    gradients: tuple[Float32, Float32],
    columns: list[int],
    p: TreeParameters,
) -> Split | None:
    """Return the best split over `columns` (ascending; a tie keeps the lower feature)."""
    best: Split | None = None
    for feature in columns:
        rows = node.order[feature]
        if len(rows) == 0:
            continue
        found = best_of_feature(
            feature, data, rows, gradients, node.total, node.score, p, node.bounds
        )
        if found and (best is None or found.gain > best.gain):
            best = found
    return best


def goes_left(data: SortedColumns, rows: Rows, split: Split) -> npt.NDArray[np.bool_]:
    """Return for each of `rows` whether the split sends it left."""
    values = data.x[rows, split.feature]
    below = values < np.float32(split.threshold)
    return np.where(np.isnan(values), split.default_left, below)


def _split_node(
    node: _Node,
    split: Split,
    tree: Tree,
    data: SortedColumns,
    gradients: tuple[Float32, Float32],
    p: TreeParameters,
) -> list[_Node]:
    """Split `node` in the tree; return the two nodes below, with their rows and sorted orders.

    The children's sums are those of the rows that they get, not those of the scan: where a
    threshold does not part its neighbours, the two differ.
    """
    is_left = np.zeros(len(data.x), np.bool_)
    is_left[node.rows[goes_left(data, node.rows, split)]] = True
    sides = is_left, ~is_left
    rows = [node.rows[side[node.rows]] for side in sides]
    left, right = (sums(gradients, of_side) for of_side in rows)
    split = replace(split, left=left, right=right)
    numbers = add_children(tree, node.number, split, p, node.bounds)
    bounds = child_bounds(split, p, node.bounds)
    return [
        _Node(
            number=numbers[k],
            rows=rows[k],
            order=[o[sides[k][o]] for o in node.order],
            total=total,
            score=node_score(*total, p, node.bounds),
            bounds=bounds[k],
        )
        for k, total in enumerate((left, right))
    ]


def sums(gradients: tuple[Float32, Float32], rows: Rows) -> tuple[float, float]:
    """Return (G, H) of `rows`, added one by one in float64, as the library adds them.

    Both are 0 without any rows.
    """
    G, H = (np.cumsum(values[rows], dtype=np.float64)[-1:].sum() for values in gradients)
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
    score = node_score(*total, p)
    level = [_Node(root, everyone, data.order, total, score, Bounds())]
    for depth in range(p.max_depth):
        columns = columns_for(depth)  # drawn once a level: the exact method has no draw by node
        below: list[_Node] = []
        for node in level:
            split = best_split(node, data, gradients, columns, p)
            if split and split.gain > SMALLEST_GAIN:
                below += _split_node(node, split, tree, data, gradients, p)
        level = below
    prune(tree, p.gamma)
    return tree
