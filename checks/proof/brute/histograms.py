"""Count what exact greedy and histograms cost: grow trees and see what is read and filled."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.proof.brute.brute import as_rows, at
from worked.rows import Row
from worked.xgboost.hist_tree import bin_rows, grow_hist_tree, quantile_cuts
from worked.xgboost.splits import TreeParameters


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
