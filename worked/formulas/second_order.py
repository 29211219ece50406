"""Second-order boosting on rows sorted by one feature: gradients, leaf weights, gains, trees.

G is a sum of gradients over rows, H a sum of hessians over the same rows. Under squared error
G is in minutes and H counts rows (times their weight); under the log loss both are pure numbers.
λ, α and γ are the penalties on a leaf weight's square, on its size, and on a split. Gains are on
the library's scale, without the factor 1/2, unless a name says paper. A row goes left of a
threshold when its value is smaller. Sources: Chen and Guestrin 2016, "XGBoost: A Scalable Tree
Boosting System", section 2.2 (equations 5 to 7), and XGBoost 3.2's own rules where they differ.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import absolute, ceil, exp, floor, ln, log2, maximum, minimum, where

# -- one row ----------------------------------------------------------------------------------


def weighted_gradient(row_weight: Any, prediction: Any, label: Any) -> Any:
    """Derivative of w (ŷ - y)² / 2 by ŷ; the second derivative, the hessian, is w itself."""
    return row_weight * (prediction - label)


def logistic_gradient(probability: Any, label: Any) -> Any:
    """Derivative of the log loss by the margin (the log-odds): p - y."""
    return probability - label


def logistic_hessian(probability: Any) -> Any:
    """Second derivative of the log loss by the margin: p (1 - p), at most 1/4."""
    return probability * (1 - probability)


def log_loss(margin: Any, label: Any) -> Any:
    """Log loss of one row in nats at a margin m: ln(1 + e^m) - y m; label: 0 or 1."""
    return ln(1 + exp(margin)) - label * margin


def moved(margin: Any, step: Any) -> Any:
    """Margin after a step."""
    return margin + step


def first_order_estimate(loss: Any, gradient: Any, step: Any) -> Any:
    """Loss after a step as a straight line sees it."""
    return loss + gradient * step


def second_order_estimate(loss: Any, gradient: Any, hessian: Any, step: Any) -> Any:
    """Loss after a step as a parabola sees it: Taylor's expansion up to the second order."""
    return loss + gradient * step + hessian * step**2 / 2


# -- one leaf ---------------------------------------------------------------------------------


def soft_threshold(gradient_sum: Any, reg_alpha: Any) -> Any:
    """G moved towards zero by α, and 0 where |G| is at most α: what the L1 penalty does."""
    return maximum(gradient_sum - reg_alpha, 0) + minimum(gradient_sum + reg_alpha, 0)


def leaf_objective(
    weight: Any, gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any
) -> Any:
    """What a leaf of weight w adds to the objective: G w + (H + λ) w² / 2 + α |w|.

    Source: Chen and Guestrin 2016, equation 4, with the L1 term that the library adds.
    """
    return (
        gradient_sum * weight + (hessian_sum + reg_lambda) * weight**2 / 2
        + reg_alpha * absolute(weight)
    )  # fmt: skip


def leaf_weight(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Leaf weight with the least objective: -T(G) / (H + λ), T the soft threshold.

    Source: Chen and Guestrin 2016, equation 5 (α = 0).
    """
    return -soft_threshold(gradient_sum, reg_alpha) / (hessian_sum + reg_lambda)


def newton_step(gradient_sum: Any, hessian_sum: Any) -> Any:
    """Leaf weight without penalties: one step of Newton's method, -G / H."""
    return -gradient_sum / hessian_sum


def kept_leaf_weight(
    gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any, min_child_weight: Any
) -> Any:
    """Leaf weight as a tree stores it: 0 where the hessian sum is below min_child_weight.

    Only a root can be so starved: no split makes such a child.
    """
    return where(
        min_child_weight <= hessian_sum,
        leaf_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha),
        0,
    )


def score(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Twice the fall of the objective that a leaf's best weight brings: T(G)² / (H + λ).

    Source: Chen and Guestrin 2016, equation 6, without its factor -1/2.
    """
    return soft_threshold(gradient_sum, reg_alpha) ** 2 / (hessian_sum + reg_lambda)


def objective_fall(node_score: Any) -> Any:
    """Fall of the objective that a leaf's best weight brings: half its score."""
    return node_score / 2


def clipped_weight(weight: Any, wall: Any) -> Any:
    """Leaf weight held at or above a wall, as a rising monotone constraint demands."""
    return maximum(weight, wall)


# -- one split --------------------------------------------------------------------------------


def remainder(whole: Any, part: Any) -> Any:
    """What the other side has: the whole less one side."""
    return whole - part


def split_gain(
    left_gradient: Any, left_hessian: Any, all_gradient: Any, all_hessian: Any, reg_lambda: Any,
    reg_alpha: Any,
) -> Any:  # fmt: skip
    """Gain of a split on the library's scale: score left + score right - score of the parent.

    all_gradient, all_hessian: sums over the parent; the right side has what the left has not.
    Source: Chen and Guestrin 2016, equation 7, doubled and without γ.
    """
    return (
        score(left_gradient, left_hessian, reg_lambda, reg_alpha)
        + score(all_gradient - left_gradient, all_hessian - left_hessian, reg_lambda, reg_alpha)
        - score(all_gradient, all_hessian, reg_lambda, reg_alpha)
    )


def gain_with_row_left(
    left_gradient: Any, left_hessian: Any, row_gradient: Any, row_hessian: Any, all_gradient: Any,
    all_hessian: Any, reg_lambda: Any, reg_alpha: Any,
) -> Any:  # fmt: skip
    """Gain of a split when a row without a value is sent left as well.

    left_gradient, left_hessian: sums of the rows with a value on the left; row_gradient,
    row_hessian: of the row without; all_gradient, all_hessian: of all rows, that one too.
    Source: Chen and Guestrin 2016, algorithm 3.
    """
    return split_gain(
        left_gradient + row_gradient, left_hessian + row_hessian, all_gradient, all_hessian,
        reg_lambda, reg_alpha,
    )  # fmt: skip


def goes_left(best_left: Any, best_right: Any) -> Any:
    """Whether missing values go left: 1 when that gains more; where both gain the same, right."""
    return where(best_right < best_left, 1, 0)


def paper_gain(gain: Any, gamma: Any) -> Any:
    """Gain as the paper and the documents write it: half the library's, less γ.

    Source: Chen and Guestrin 2016, equation 7; XGBoost documentation, "Introduction to Boosted
    Trees".
    """
    return gain / 2 - gamma


def library_keeps(gain: Any, gamma: Any) -> Any:
    """Whether the library keeps a split: 1 when the gain without 1/2 is at least γ."""
    return where(gamma <= gain, 1, 0)


def paper_keeps(gain: Any, gamma: Any) -> Any:
    """Whether the paper's formula keeps a split: 1 when half the library's gain is at least γ."""
    return where(gamma <= gain / 2, 1, 0)


def library_gamma(paper_gamma: Any) -> Any:
    """The γ to give the library for the γ of the paper's formula."""
    return 2 * paper_gamma


def is_fed(left_hessian: Any, right_hessian: Any, min_child_weight: Any) -> Any:
    """Whether both children of a split reach min_child_weight: 1 or 0."""
    return where(min_child_weight <= minimum(left_hessian, right_hessian), 1, 0)


def _counted(gain: Any, left_hessian: Any, all_hessian: Any, min_child_weight: Any) -> Any:
    return where(
        min_child_weight <= minimum(left_hessian, all_hessian - left_hessian),
        where(gain <= 1e-6, 0, gain),
        0,
    )


def counted_gain(
    left_gradient: Any, left_hessian: Any, all_gradient: Any, all_hessian: Any, reg_lambda: Any,
    reg_alpha: Any, min_child_weight: Any,
) -> Any:  # fmt: skip
    """Gain that a candidate enters the race with: 0 unless both children are fed.

    A gain of at most a millionth counts as none (the library's kRtEps). The first four arguments
    are those of split_gain.
    """
    return _counted(
        split_gain(
            left_gradient, left_hessian, all_gradient, all_hessian, reg_lambda, reg_alpha
        ),
        left_hessian, all_hessian, min_child_weight,
    )  # fmt: skip


def rows_to_feed(min_child_weight: Any, probability: Any) -> Any:
    """Fewest rows of one predicted probability whose hessians reach min_child_weight."""
    return ceil(min_child_weight / (probability * (1 - probability)))


# -- one tree of two levels on six sorted rows ------------------------------------------------


def best_of_five(first: Any, second: Any, third: Any, fourth: Any, fifth: Any) -> Any:
    """The largest of five gains."""
    return maximum(maximum(maximum(first, second), maximum(third, fourth)), fifth)


def winning_threshold(
    best: Any, gain_1: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any, threshold_1: Any,
    threshold_2: Any, threshold_3: Any, threshold_4: Any, threshold_5: Any,
) -> Any:  # fmt: skip
    """Threshold of the candidate with the best gain, or 0 where nothing gains.

    threshold_k: of candidate k, rising. Of equal gains the highest threshold wins: the library
    walks a column without missing values from its top down and keeps the first.
    """
    return where(
        best <= 0,
        0,
        maximum(
            maximum(
                maximum(
                    where(best <= gain_1, threshold_1, 0), where(best <= gain_2, threshold_2, 0)
                ),
                maximum(
                    where(best <= gain_3, threshold_3, 0), where(best <= gain_4, threshold_4, 0)
                ),
            ),
            where(best <= gain_5, threshold_5, 0),
        ),
    )


def gradient_below(
    threshold: Any, x_1: Any, x_2: Any, x_3: Any, x_4: Any, x_5: Any, x_6: Any, gradient_1: Any,
    gradient_2: Any, gradient_3: Any, gradient_4: Any, gradient_5: Any, gradient_6: Any,
) -> Any:  # fmt: skip
    """Sum of the gradients of the rows whose value is below the threshold."""
    return (
        where(x_1 < threshold, gradient_1, 0) + where(x_2 < threshold, gradient_2, 0)
        + where(x_3 < threshold, gradient_3, 0) + where(x_4 < threshold, gradient_4, 0)
        + where(x_5 < threshold, gradient_5, 0) + where(x_6 < threshold, gradient_6, 0)
    )  # fmt: skip


def hessian_below(
    threshold: Any, x_1: Any, x_2: Any, x_3: Any, x_4: Any, x_5: Any, x_6: Any, row_weight: Any
) -> Any:
    """Sum of the hessians of the rows whose value is below the threshold, one weight for all."""
    return row_weight * (
        where(x_1 < threshold, 1, 0) + where(x_2 < threshold, 1, 0)
        + where(x_3 < threshold, 1, 0) + where(x_4 < threshold, 1, 0)
        + where(x_5 < threshold, 1, 0) + where(x_6 < threshold, 1, 0)
    )  # fmt: skip


def gain_in_child(
    left_gradient: Any, left_hessian: Any, cut_gradient: Any, cut_hessian: Any, all_gradient: Any,
    all_hessian: Any, threshold: Any, cut: Any, reg_lambda: Any, reg_alpha: Any,
    min_child_weight: Any,
) -> Any:  # fmt: skip
    """Gain of splitting one child of the root again, counted as in counted_gain.

    left_gradient, left_hessian: sums of all rows below the new threshold; cut_gradient,
    cut_hessian: of all rows below the root's cut. Below the cut the node runs from the first row
    to the cut, above it from the cut to the last row; at the cut itself there is nothing to gain.
    """
    before = where(cut < threshold, cut_gradient, 0), where(cut < threshold, cut_hessian, 0)
    end = (
        where(threshold < cut, cut_gradient, all_gradient),
        where(threshold < cut, cut_hessian, all_hessian),
    )
    left = left_gradient - before[0], left_hessian - before[1]
    node = end[0] - before[0], end[1] - before[1]
    gain = split_gain(left[0], left[1], node[0], node[1], reg_lambda, reg_alpha)
    elsewhere = where(threshold < cut, 1, where(cut < threshold, 1, 0))
    return elsewhere * _counted(gain, left[1], node[1], min_child_weight)


def best_below(
    cut: Any, threshold_1: Any, threshold_2: Any, threshold_3: Any, threshold_4: Any,
    threshold_5: Any, gain_1: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any,
) -> Any:  # fmt: skip
    """The largest gain among the candidates in the root's left child: those below its cut."""
    return best_of_five(
        where(threshold_1 < cut, gain_1, 0), where(threshold_2 < cut, gain_2, 0),
        where(threshold_3 < cut, gain_3, 0), where(threshold_4 < cut, gain_4, 0),
        where(threshold_5 < cut, gain_5, 0),
    )  # fmt: skip


def best_above(
    cut: Any, threshold_1: Any, threshold_2: Any, threshold_3: Any, threshold_4: Any,
    threshold_5: Any, gain_1: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any,
) -> Any:  # fmt: skip
    """The largest gain among the candidates in the root's right child: those above its cut."""
    return best_of_five(
        where(cut < threshold_1, gain_1, 0), where(cut < threshold_2, gain_2, 0),
        where(cut < threshold_3, gain_3, 0), where(cut < threshold_4, gain_4, 0),
        where(cut < threshold_5, gain_5, 0),
    )  # fmt: skip


def winner_below(
    cut: Any, best: Any, gain_1: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any,
    threshold_1: Any, threshold_2: Any, threshold_3: Any, threshold_4: Any, threshold_5: Any,
) -> Any:  # fmt: skip
    """Threshold of the left child's best split, or 0 where nothing gains; ties as in the root.

    best: best gain below the root's cut; a candidate at or above the cut cannot have won.
    """
    return winning_threshold(
        best, gain_1, gain_2, gain_3, gain_4, gain_5,
        where(threshold_1 < cut, threshold_1, 0), where(threshold_2 < cut, threshold_2, 0),
        where(threshold_3 < cut, threshold_3, 0), where(threshold_4 < cut, threshold_4, 0),
        where(threshold_5 < cut, threshold_5, 0),
    )  # fmt: skip


def winner_above(
    cut: Any, best: Any, gain_1: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any,
    threshold_1: Any, threshold_2: Any, threshold_3: Any, threshold_4: Any, threshold_5: Any,
) -> Any:  # fmt: skip
    """Threshold of the right child's best split, or 0 where nothing gains; ties as in the root.

    best: best gain above the root's cut; a candidate at or below the cut cannot have won.
    """
    return winning_threshold(
        best, gain_1, gain_2, gain_3, gain_4, gain_5,
        where(cut < threshold_1, threshold_1, 0), where(cut < threshold_2, threshold_2, 0),
        where(cut < threshold_3, threshold_3, 0), where(cut < threshold_4, threshold_4, 0),
        where(cut < threshold_5, threshold_5, 0),
    )  # fmt: skip


def child_kept(gain: Any, gamma: Any) -> Any:
    """Whether a split with leaves below it survives pruning: it gains, and at least γ."""
    return where(gain <= 0, 0, where(gamma <= gain, 1, 0))


def root_kept(gain: Any, gamma: Any, left_kept: Any, right_kept: Any) -> Any:
    """Whether the root's split survives: a split below it does, or its own gain reaches γ."""
    return where(gain <= 0, 0, maximum(where(gamma <= gain, 1, 0), maximum(left_kept, right_kept)))


def splits_kept(root_gain: Any, left_gain: Any, right_gain: Any, gamma: Any) -> Any:
    """Splits of a two-level tree that survive pruning by γ from the bottom up: 0 to 3."""
    left, right = child_kept(left_gain, gamma), child_kept(right_gain, gamma)
    return left + right + root_kept(root_gain, gamma, left, right)


def first_leaf_sum(
    left_kept: Any, root_kept: Any, left_sum: Any, cut_sum: Any, all_sum: Any
) -> Any:
    """Sum over the lowest leaf that pruning left.

    left_kept, root_kept: 1 or 0; left_sum, cut_sum, all_sum: sums of all rows below the left
    child's threshold, below the root's, and of all rows.
    """
    return where(left_kept < 1, where(root_kept < 1, all_sum, cut_sum), left_sum)


def second_leaf_sum(
    left_kept: Any, root_kept: Any, left_sum: Any, cut_sum: Any, all_sum: Any
) -> Any:
    """Sum over the leaf just below the root's threshold; arguments as in first_leaf_sum."""
    return where(left_kept < 1, where(root_kept < 1, all_sum, cut_sum), cut_sum - left_sum)


def third_leaf_sum(
    right_kept: Any, root_kept: Any, right_sum: Any, cut_sum: Any, all_sum: Any
) -> Any:
    """Sum over the leaf just above the root's threshold.

    right_sum: sum of all rows below the right child's threshold; cut_sum: below the root's.
    """
    return where(
        right_kept < 1, where(root_kept < 1, all_sum, all_sum - cut_sum), right_sum - cut_sum
    )


def fourth_leaf_sum(
    right_kept: Any, root_kept: Any, right_sum: Any, cut_sum: Any, all_sum: Any
) -> Any:
    """Sum over the highest leaf that pruning left; arguments as in third_leaf_sum."""
    return where(
        right_kept < 1, where(root_kept < 1, all_sum, all_sum - cut_sum), all_sum - right_sum
    )


def step_through_tree(
    prediction: Any, learning_rate: Any, x: Any, left_cut: Any, cut: Any, right_cut: Any,
    weight_1: Any, weight_2: Any, weight_3: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction at x after one tree: η times the weight of the leaf that x falls into.

    left_cut, cut, right_cut: thresholds of the left child, the root and the right child;
    weight_1 to weight_4: of the four leaves in order (equal where pruning has joined them).
    """
    return prediction + learning_rate * where(
        x < cut, where(x < left_cut, weight_1, weight_2), where(x < right_cut, weight_3, weight_4)
    )


def mean_squared_error(
    prediction_1: Any, prediction_2: Any, prediction_3: Any, prediction_4: Any, prediction_5: Any,
    prediction_6: Any, label_1: Any, label_2: Any, label_3: Any, label_4: Any, label_5: Any,
    label_6: Any,
) -> Any:  # fmt: skip
    """Mean of the squared errors of six rows."""
    return (
        (prediction_1 - label_1) ** 2 + (prediction_2 - label_2) ** 2
        + (prediction_3 - label_3) ** 2 + (prediction_4 - label_4) ** 2
        + (prediction_5 - label_5) ** 2 + (prediction_6 - label_6) ** 2
    ) / 6  # fmt: skip


def share_left(learning_rate: Any, hessian_sum: Any, reg_lambda: Any) -> Any:
    """Share of a leaf's mean residual that one round leaves, α = 0: 1 - η H / (H + λ)."""
    return 1 - learning_rate * hessian_sum / (hessian_sum + reg_lambda)


# -- base score -------------------------------------------------------------------------------


def clipped_share(share: Any) -> Any:
    """A share of labels kept a millionth away from 0 and 1, so that it has log-odds."""
    return minimum(maximum(share, 1e-6), 1 - 1e-6)


def rises(left_weight: Any, right_weight: Any) -> Any:
    """Whether a split lets the prediction rise with the feature, or stay: 1 or 0."""
    return where(left_weight <= right_weight, 1, 0)


# -- what it costs ----------------------------------------------------------------------------


def sampled_columns(columns: Any, share: Any) -> Any:
    """Columns that a draw keeps: the share of those that it draws from, rounded down, at least 1.

    The small addend keeps 0.1 of 30 columns at 3 against the noise of binary fractions.
    """
    return maximum(1, floor(columns * share + 1e-9))


def sort_comparisons(rows: Any, features: Any) -> Any:
    """Comparisons to sort every column once, to leading order: d n log₂ n."""
    return features * rows * log2(rows)


def candidates_exact(rows: Any, features: Any) -> Any:
    """Splits that exact greedy scores at a root whose values all differ: one between neighbours."""
    return features * (rows - 1)


def candidates_binned(bins: Any, features: Any) -> Any:
    """Splits that the histogram method scores at a node: one between neighbouring bins."""
    return features * (bins - 1)


def matrix_bytes(rows: Any, features: Any, value_bytes: Any) -> Any:
    """Bytes of a dense matrix of rows by features; value_bytes: of one entry."""
    return rows * features * value_bytes


def exact_tree_bytes(sorted_bytes: Any, depth: Any) -> Any:
    """Bytes that exact greedy reads for one tree: all sorted columns once a level."""
    return sorted_bytes * depth


def binned_tree_bytes(binned_bytes: Any, depth: Any) -> Any:
    """Bytes of bin numbers read for one tree, to leading order, at most.

    The root reads all rows. On every level below it only the smaller child of each pair is
    filled, at most half of the rows; the sibling is the parent's histogram less that one.
    """
    return binned_bytes * (1 + (depth - 1) / 2)


def histogram_bytes(features: Any, bins: Any, pair_bytes: Any) -> Any:
    """Bytes of one node's histogram: a gradient and a hessian sum for each bin of each feature."""
    return features * bins * pair_bytes


def histograms_filled(depth: Any) -> Any:
    """Histograms filled from rows for a full tree: the root's and one of every pair of siblings.

    The lowest level's nodes are leaves and need none: 1 + (1 + 2 + ... + 2^(depth-2)).
    """
    return 2 ** (depth - 1)


def tree_payload_bytes(histogram_bytes: Any, histograms: Any) -> Any:
    """Bytes that all workers together must sum to grow one tree."""
    return histogram_bytes * histograms


def sketch_error(bins: Any, factor: Any) -> Any:
    """Share of all rows by which a rank in the quantile sketch may be wrong at first order.

    factor: how many times finer than the bins the sketch resolves (XGBoost: 8).
    """
    return 1 / (bins * factor)


def rank_error(rows: Any, error: Any) -> Any:
    """Rows by which a bin's boundary may be misplaced."""
    return rows * error


def rows_per_bin(rows: Any, bins: Any) -> Any:
    """Rows in a bin when quantile cuts are even."""
    return rows / bins


def sketch_bytes(features: Any, bins: Any, factor: Any, entry_bytes: Any) -> Any:
    """Bytes of the pruned summaries of all features that a worker sends around.

    entry_bytes: of one entry, which is a value, two bounds on its rank, and its weight.
    """
    return features * bins * factor * entry_bytes


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


def small_gradient_factor(top_rate: Any, other_rate: Any) -> Any:
    """Factor by which the rows drawn from the rest count more, so that sums stay unbiased.

    Source: Ke et al. 2017 (LightGBM), algorithm 2: (1 - a) / b.
    """
    return (1 - top_rate) / other_rate
