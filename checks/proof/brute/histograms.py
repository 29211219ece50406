"""Count what exact greedy and histograms cost: sort, grow the real tree, draw the rows."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np

from checks.proof.brute.brute import as_rows, at, dealt
from worked.rows import Row
from worked.xgboost.hist_tree import bin_rows, grow_hist_tree, quantile_cuts
from worked.xgboost.splits import TreeParameters


@at(*((2**k, d) for k in (1, 2, 5, 8) for d in (1, 3)))
def sort_comparisons(rows: int, features: int) -> int:
    """Merge runs that double in length; every pass looks at every row once."""
    looks = 0
    for _ in range(features):
        length = 1
        while length < rows:
            looks += sum(1 for _ in range(rows))
            length *= 2
    return looks


@at(*as_rows(product((1, 2, 7), (1, 3), (2, 5))))
def candidates(rows: Row, features: Row, max_bin: Row) -> Row:
    """Look between all neighbours, of values and of bins, of every feature."""
    gaps = []
    for neighbours in (rows, max_bin):
        places = range(int(float(neighbours)))
        gaps.append(sum(1 for _ in range(int(float(features))) for _ in pairwise(places)))
    return Row.of(gaps, "method")


@at(*as_rows((10 * 2**k, 2**k, depth) for k in (4, 6) for depth in (1, 2, 3, 4)))
def tree_read_bytes(sorted_bytes: Row, binned_bytes: Row, depth: Row) -> Row:
    """Grow a tree that always splits evenly, the worst case, filling one child of each pair."""
    whole, exact = int(float(binned_bytes)), float(sorted_bytes)
    nodes, filled = [whole], whole
    for _level in range(int(float(depth)) - 1):
        pairs = [(size // 2, size - size // 2) for size in nodes]
        exact += float(sorted_bytes)
        filled += sum(min(pair) for pair in pairs)
        nodes = [size for pair in pairs for size in pair]
    return Row.of([exact, filled], "method")


@at((28, 0.8), (22, 0.5), (11, 0.5), (30, 0.1), (3, 0.05), (7, 1.0), (1, 0.5), (13, 0.6))
def sampled_columns(columns: int, share: float) -> int:
    """Draw columns as long as they fit into the share, a float32 product as in the library."""
    room = np.float32(share) * np.float32(columns)
    drawn = 1
    while np.float32(drawn + 1) <= room:
        drawn += 1
    return drawn


def sketch_error(max_bin: int, sketch_factor: int) -> float:
    """Deal all the weight to the fine bins."""
    return dealt(1, len(list(product(range(max_bin), range(sketch_factor)))))


@at((1,), (2,), (3,), (4,), (5,))
def histograms_filled(depth: int) -> int:
    """Grow a full tree with the real builder and count the histograms that it sums."""
    x = np.arange(64, dtype=np.float32)[:, None]
    label = x[:, 0] - x.mean()  # a straight line, which is best split in the middle every time
    filled = []

    def count(sums: Any) -> Any:
        if sums.ndim > 1:  # the other array is the root's total
            filled.append(sums.size // (sums.shape[-1] * sums.shape[-2] * sums.shape[-3]))
        return sums

    settings = TreeParameters(max_depth=depth, reg_lambda=0.0, min_child_weight=0.0)
    data = bin_rows(x, quantile_cuts(x, 64))
    grown, _ = grow_hist_tree(data, -label, np.ones_like(label), settings, lambda _: [0], count)
    assert len(grown) == 2 ** (depth + 1) - 1, "the tree is not full"
    return sum(filled)


@at((1,), (2,), (3,), (6,))
def full_leaves(depth: int) -> int:
    """Write down every path of lefts and rights."""
    return len(list(product("LR", repeat=depth)))


@at((1,), (2,), (3,), (6,))
def full_splits(depth: int) -> int:
    """Write down every path that ends above the leaves."""
    return sum(len(list(product("LR", repeat=level))) for level in range(depth))


@at((0.2, 0.1), (0.1, 0.25), (0.3, 0.35), (0.5, 0.5))
def small_gradient_factor(top_rate: float, other_rate: float) -> float:
    """See how many rows outside the top each drawn row stands for."""
    outside = [row for row in range(1000) if row >= Fraction(str(top_rate)) * 1000]
    drawn = [row for row in range(1000) if row < Fraction(str(other_rate)) * 1000]
    return dealt(len(outside), len(drawn))
