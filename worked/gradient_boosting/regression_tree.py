"""A regression tree grown greedily on squared error: every split of every feature is tried.

The rules that decide equality with scikit-learn's trees are kept: features are compared as
float32, a threshold is the midpoint of two neighbouring values, rows at or below it go left,
values closer than 1e-7 count as equal, and nodes are numbered parent, left branch, right branch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

LEAF = -1
SAME_VALUE = np.float32(1e-7)
PURE_VARIANCE = float(np.finfo(np.float64).eps)
# Two gains closer than this share of the node's sum of squares differ only by rounding.
TIE = 1e-12


class Split(NamedTuple):
    """Rows with feature `feature` <= `threshold` go left; the squared error falls by `gain`."""

    feature: int
    threshold: float
    gain: float


class Tree(NamedTuple):
    """A tree as columns with one entry a node, root first.

    feature: the feature a node splits on, -1 in a leaf. threshold: rows <= it go left.
    left, right: the children's numbers. value: mean of the node's targets, later the leaf's
    step. rows: training rows in the node. gain: by how much its split lowers the sum of
    squared errors. tied: how many candidate splits shared the best gain, 0 in a leaf.
    """

    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    value: FloatArray
    rows: IntArray
    gain: FloatArray
    tied: IntArray


Choose = Callable[[list[Split], int, bool], Split | None]


def first_split(tied: list[Split], node: int, pure: bool) -> Split | None:
    """Return the first of the tied splits (lowest feature, then lowest threshold), or no split.

    `pure` says that the node's targets are all equal: then there is nothing to gain.
    """
    return None if pure else tied[0]


# --8<-- [start:candidate_splits]
def best_splits(X: NDArray[np.float32], target: FloatArray, min_samples_leaf: int) -> list[Split]:
    """Return the split that lowers the squared error of `target` most, with all that tie with it.

    With the targets centred, sum S on the left means -S on the right, and the error falls by
    S^2 / n_left + S^2 / n_right = S^2 n / (n_left n_right): one running sum tries every split.
    The list is in order of feature, then threshold, and empty where no split is possible.
    """
    n = len(target)
    centred = target - np.mean(target)
    order = np.argsort(X, axis=0, kind="stable")
    values = np.take_along_axis(X, order, axis=0)
    left_sum = np.cumsum(centred[order], axis=0)[:-1]
    n_left = np.arange(1, n)[:, None]
    gain = left_sum**2 * n / (n_left * (n - n_left))

    allowed = values[1:] > values[:-1] + SAME_VALUE
    allowed &= (n_left >= min_samples_leaf) & (n - n_left >= min_samples_leaf)
    if not allowed.any():
        return []
    gain = np.where(allowed, gain, -np.inf)
    best = gain >= gain.max() - TIE * float(target @ target)
    below, above = values[:-1].astype(np.float64), values[1:].astype(np.float64)
    return [
        Split(int(f), float(below[i, f] / 2 + above[i, f] / 2), float(gain[i, f]))
        for f, i in zip(*np.nonzero(best.T), strict=True)
    ]


# --8<-- [end:candidate_splits]


def grow_tree(
    X: NDArray[np.float32],
    target: FloatArray,
    max_depth: int,
    min_samples_leaf: int = 1,
    choose: Choose = first_split,
) -> Tree:
    """Return the tree of at most `max_depth` levels of splits fitted to `target`.

    X has shape (rows, features), `target` (rows,). `choose(tied, node, pure)` picks one of the
    splits that share the best gain, or none; the default takes the first, and none in a pure
    node, whose targets are all equal: variance below 2.2e-16, scikit-learn's bound in whatever
    units, so that targets which spread by less than 1.5e-8 are never split. A node also becomes
    a leaf at `max_depth` and where no split leaves `min_samples_leaf` rows on both sides.
    """
    nodes: list[list[float]] = []

    def grow(rows: IntArray, depth: int) -> int:
        here = target[rows]
        node = len(nodes)
        nodes.append([LEAF, 0.0, LEAF, LEAF, float(np.mean(here)), len(rows), 0.0, 0])
        if depth == max_depth or len(rows) < 2:
            return node
        tied = best_splits(X[rows], here, min_samples_leaf)
        split = choose(tied, node, bool(np.var(here) <= PURE_VARIANCE)) if tied else None
        if split:
            goes_left = at_or_below(X[rows, split.feature], split.threshold)
            nodes[node][0:2] = [split.feature, split.threshold]
            nodes[node][6:8] = [split.gain, len(tied)]
            nodes[node][2] = grow(rows[goes_left], depth + 1)
            nodes[node][3] = grow(rows[~goes_left], depth + 1)
        return node

    grow(np.arange(len(target)), 0)
    feature, threshold, left, right, value, rows, gain, tied = np.array(nodes).T
    return Tree(
        feature=feature.astype(np.intp),
        threshold=threshold,
        left=left.astype(np.intp),
        right=right.astype(np.intp),
        value=value,
        rows=rows.astype(np.intp),
        gain=gain,
        tied=tied.astype(np.intp),
    )


def at_or_below(values: NDArray[np.float32], threshold: FloatArray | float) -> NDArray[np.bool_]:
    """Return which of `values` a rule sends left, compared in float64.

    There the midpoint of two float32 numbers is exact. NumPy would round a Python float to
    float32 first, where the midpoint of neighbours (days written as 20180131, seconds since
    1970, ids beyond 2^24) is one of the two.
    """
    return values <= np.asarray(threshold, np.float64)


def leaf_of_each_row(tree: Tree, X: NDArray[np.float32]) -> IntArray:
    """Return the number of the leaf that each row of X (rows, features) falls into."""
    node = np.zeros(len(X), dtype=np.intp)
    row = np.arange(len(X))
    while True:
        feature = tree.feature[node]
        inside = feature != LEAF
        if not inside.any():
            return node
        goes_left = at_or_below(X[row, feature], tree.threshold[node])
        node = np.where(inside, np.where(goes_left, tree.left[node], tree.right[node]), node)
