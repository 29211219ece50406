"""What exact greedy and the histogram method cost: splits scored, bytes read, bytes on the wire.

Symbols: n rows, d features, B bins of a feature, D the depth of a tree (levels of splits). The
axis `method`: exact greedy, which walks sorted columns, and histograms. Sources: Chen and Guestrin
2016, "XGBoost: A Scalable Tree Boosting System", sections 3 and 4; Ke et al. 2017, "LightGBM".
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import along, floor, log2, maximum

# -- on one machine ---------------------------------------------------------------------------


def sort_comparisons(rows: Any, features: Any) -> Any:
    """Comparisons to sort every column once, to leading order: d n log₂ n."""
    return features * rows * log2(rows)


def candidates(rows: Any, features: Any, max_bin: Any) -> Any:
    """Splits scored at a root whose values all differ: between neighbouring values, or bins.

    Source: Chen and Guestrin 2016, section 3.1.
    """
    return along("method", exact_greedy=features * (rows - 1), histograms=features * (max_bin - 1))


def table_bytes(rows: Any, features: Any, width: Any) -> Any:
    """Bytes of a dense table of rows by features; width: bytes of an entry."""
    return rows * features * width


def tree_read_bytes(sorted_bytes: Any, binned_bytes: Any, depth: Any) -> Any:
    """Bytes read of the table for one tree, to leading order, at most.

    Exact greedy reads all sorted columns once a level. A histogram is filled from bin numbers: at
    the root of all rows, on every level below it only of the smaller child of each pair, at most
    half of the rows; the sibling is the parent's histogram less that one.
    """
    return along(
        "method",
        exact_greedy=sorted_bytes * depth,
        histograms=binned_bytes * (1 + (depth - 1) / 2),
    )


def histogram_bytes(features: Any, max_bin: Any, pair_width: Any) -> Any:
    """Bytes of one node's histogram; pair_width: of a bin's gradient sum and hessian sum."""
    return features * max_bin * pair_width


def sampled_columns(columns: Any, share: Any) -> Any:
    """Columns that a draw keeps: its share of those that there are, rounded down, at least 1."""
    return maximum(1, floor(columns * share))


# -- the quantile sketch ----------------------------------------------------------------------


def sketch_error(max_bin: Any, sketch_factor: Any) -> Any:
    """Share of all rows by which a rank in the quantile sketch may be wrong, at leading order.

    sketch_factor: how many times finer than the bins the sketch resolves.
    """
    return 1 / (max_bin * sketch_factor)


def misplaced_rows(rows: Any, sketch_eps: Any) -> Any:
    """Rows by which a bin's boundary may be misplaced; sketch_eps: error of a rank, a share."""
    return rows * sketch_eps


def rows_per_bin(rows: Any, max_bin: Any) -> Any:
    """Rows in a bin when quantile cuts are even."""
    return rows / max_bin


def sketch_bytes(features: Any, max_bin: Any, sketch_factor: Any, sketch_entry: Any) -> Any:
    """Bytes of the pruned summaries of all features that a worker sends around.

    sketch_entry: bytes of one entry, which is a value, two bounds on its rank, and its weight.
    """
    return features * max_bin * sketch_factor * sketch_entry


# -- on many machines -------------------------------------------------------------------------


def histograms_filled(depth: Any) -> Any:
    """Histograms filled from rows for a full tree: the root's and one of every pair of siblings.

    The lowest level's nodes are leaves and need none: 1 + (1 + 2 + ... + 2^(depth-2)).
    """
    return 2 ** (depth - 1)


def tree_payload_bytes(node_histogram: Any, filled: Any) -> Any:
    """Bytes that all workers together must sum to grow one tree.

    node_histogram: bytes of a histogram; filled: how many of them a tree needs.
    """
    return node_histogram * filled


def model_bytes(trees: Any, tree_sent: Any) -> Any:
    """Bytes that a worker sends for all trees; tree_sent: bytes for one."""
    return trees * tree_sent


# -- beside other libraries -------------------------------------------------------------------


def full_leaves(depth: Any) -> Any:
    """Leaves of a full tree."""
    return 2**depth


def full_splits(depth: Any) -> Any:
    """Splits of a full tree, each with a condition of its own."""
    return 2**depth - 1


def sampled_share(top_rate: Any, other_rate: Any) -> Any:
    """Share of the rows that gradient-based one-side sampling keeps.

    top_rate: share with the largest gradients, all kept; other_rate: share of all rows drawn
    from the rest. Source: Ke et al. 2017 (LightGBM), section 3.1.
    """
    return top_rate + other_rate


def deepest_tree(num_leaves: Any) -> Any:
    """Depth of the deepest tree of so many leaves: a chain, each split with a leaf beside it."""
    return num_leaves - 1


def small_gradient_factor(top_rate: Any, other_rate: Any) -> Any:
    """Factor by which the rows drawn from the rest count more, so that sums stay unbiased.

    Source: Ke et al. 2017 (LightGBM), algorithm 2: (1 - a) / b.
    """
    return (1 - top_rate) / other_rate
