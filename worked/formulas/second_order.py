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

_NOISE = 1e-9  # more than a binary fraction is off, less than any share of a column

# -- sums over rows ---------------------------------------------------------------------------


def mean_of_six(first: Any, second: Any, third: Any, fourth: Any, fifth: Any, sixth: Any) -> Any:
    """Mean of six labels: the constant with the least squared error."""
    return (first + second + third + fourth + fifth + sixth) / 6


def shifted(mean: Any, shift: Any) -> Any:
    """Base score that stands off the mean by a shift."""
    return mean + shift


def running_sum(so_far: Any, value: Any) -> Any:
    """Sum over the rows so far and one more."""
    return so_far + value


def sum_of_all(so_far: Any, value: Any) -> Any:
    """Sum over all rows but the last and the last, which may cancel.

    What binary fractions leave of nothing counts as nothing: gradients around a mean add up to 0.
    """
    return _cancelled(so_far + value, absolute(so_far) + absolute(value))


def _cancelled(total: Any, size: Any) -> Any:
    return where(absolute(total) <= 1e-12 * size, 0, total)


# -- one row ----------------------------------------------------------------------------------


def gradient_total(row_weight: Any, shift: Any) -> Any:
    """Gradients of six rows at a base score that stands off their mean by a shift.

    Residuals around the mean cancel, so only the shift is left, six times.
    """
    return 6 * row_weight * shift


def weighted_gradient(row_weight: Any, prediction: Any, label: Any) -> Any:
    """Derivative of w (ŷ - y)² / 2 by ŷ; the second derivative, the hessian, is w itself."""
    return row_weight * (prediction - label)


def probability(margin: Any) -> Any:
    """Probability at a margin (log-odds) m: 1 / (1 + e^-m)."""
    return 1 / (1 + exp(-margin))


def odds(share: Any) -> Any:
    """Odds of a share: so many with the label 1 for each with the label 0."""
    return share / (1 - share)


def log_odds(odds: Any) -> Any:
    """Margin at which the gradients of rows with label 1 and with label 0 cancel."""
    return ln(odds)


def is_late(minutes: Any, promise: Any) -> Any:
    """Label of a delivery: 1 when it takes longer than promised, else 0."""
    return where(promise < minutes, 1, 0)


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
        + score(
            remainder(all_gradient, left_gradient),
            remainder(all_hessian, left_hessian),
            reg_lambda,
            reg_alpha,
        )
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


def _score(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Return the score of a node that may be empty, which then counts for nothing anyway."""
    return score(gradient_sum, where(hessian_sum <= 0, 1, hessian_sum), reg_lambda, reg_alpha)


def _worth(gain: Any) -> Any:
    """Return the gain, or 0 for a gain of at most a millionth (the library's kRtEps)."""
    return where(gain <= 1e-6, 0, gain)


def counted_gain(
    left_gradient: Any, left_hessian: Any, all_gradient: Any, all_hessian: Any, reg_lambda: Any,
    reg_alpha: Any, min_child_weight: Any,
) -> Any:  # fmt: skip
    """Gain that a candidate enters the race with: 0 unless both children are there and fed.

    The arguments are those of split_gain, for the node that is split; a candidate that lies
    outside the node has nothing on one side. A gain of at most a millionth counts as none (the
    library's kRtEps).
    """
    right_gradient = remainder(all_gradient, left_gradient)
    right_hessian = remainder(all_hessian, left_hessian)
    gain = (
        _score(left_gradient, left_hessian, reg_lambda, reg_alpha)
        + _score(right_gradient, right_hessian, reg_lambda, reg_alpha)
        - _score(all_gradient, all_hessian, reg_lambda, reg_alpha)
    )
    smaller = minimum(left_hessian, right_hessian)
    return where(smaller <= 0, 0, where(min_child_weight <= smaller, _worth(gain), 0))


def gain_above(
    left_gradient: Any, left_hessian: Any, cut_gradient: Any, cut_hessian: Any, all_gradient: Any,
    all_hessian: Any, reg_lambda: Any, reg_alpha: Any, min_child_weight: Any,
) -> Any:  # fmt: skip
    """Gain of splitting the root's right child, counted as in counted_gain.

    left_gradient, left_hessian: sums of all rows below the new threshold; cut_gradient,
    cut_hessian: of all rows below the root's, which are not in this child.
    """
    return counted_gain(
        left_gradient - cut_gradient, left_hessian - cut_hessian, all_gradient - cut_gradient,
        all_hessian - cut_hessian, reg_lambda, reg_alpha, min_child_weight,
    )  # fmt: skip


def gain_of_last_row(
    left_gradient: Any, left_hessian: Any, row_gradient: Any, row_hessian: Any, cut_hessian: Any,
    reg_lambda: Any, reg_alpha: Any,
) -> Any:  # fmt: skip
    """Gain of cutting a last row off the root's left child, 0 where the child ends before it.

    left_gradient, left_hessian: sums of the rows before it; row_gradient, row_hessian: its own;
    cut_hessian: hessian sum of the left child. With one row on the root's other side, which was
    fed, one row is enough here too.
    """
    node_hessian = left_hessian + row_hessian
    gain = (
        score(left_gradient, left_hessian, reg_lambda, reg_alpha)
        + score(row_gradient, row_hessian, reg_lambda, reg_alpha)
        - score(left_gradient + row_gradient, node_hessian, reg_lambda, reg_alpha)
    )
    return where(node_hessian <= cut_hessian, _worth(gain), 0)


def rows_to_feed(min_child_weight: Any, probability: Any) -> Any:
    """Fewest rows of one predicted probability whose hessians reach min_child_weight.

    The small number taken away keeps ten rows of 0.16 for 1.6 at ten: binary fractions make it
    a little more.
    """
    return ceil(min_child_weight / (probability * (1 - probability)) - _NOISE)


# -- one tree of two levels on six sorted rows ------------------------------------------------


def best_of_five(first: Any, second: Any, third: Any, fourth: Any, fifth: Any) -> Any:
    """The largest of five gains."""
    return maximum(maximum(maximum(first, second), maximum(third, fourth)), fifth)


def best_of_four(first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """The largest of four gains."""
    return maximum(maximum(first, second), maximum(third, fourth))


def of_the_winner(
    best: Any, gain_2: Any, gain_3: Any, gain_4: Any, gain_5: Any, value_1: Any, value_2: Any,
    value_3: Any, value_4: Any, value_5: Any,
) -> Any:  # fmt: skip
    """What belongs to the candidate with the best gain (its threshold, its sums); 0 without gain.

    gain_k, value_k: of candidate k, the thresholds rising; when none of the others has the best
    gain, the first has. Of equal gains the highest threshold wins: the library walks a column
    without missing values from its top down and keeps the first.
    """
    lower = where(best <= gain_3, value_3, where(best <= gain_2, value_2, value_1))
    upper = where(best <= gain_5, value_5, where(best <= gain_4, value_4, lower))
    return where(best <= 0, 0, upper)


def of_the_winner_of_four(
    best: Any, gain_2: Any, gain_3: Any, gain_4: Any, value_1: Any, value_2: Any, value_3: Any,
    value_4: Any,
) -> Any:  # fmt: skip
    """What belongs to the best of four candidates; as of_the_winner."""
    lower = where(best <= gain_3, value_3, where(best <= gain_2, value_2, value_1))
    return where(best <= 0, 0, where(best <= gain_4, value_4, lower))


def child_kept(gain: Any, gamma: Any) -> Any:
    """Whether a split with leaves below it survives pruning: it gains, and at least γ."""
    return where(gain <= 0, 0, where(gamma <= gain, 1, 0))


def root_kept(gain: Any, gamma: Any, left_kept: Any, right_kept: Any) -> Any:
    """Whether the root's split survives: a split below it does, or its own gain reaches γ."""
    alone = where(gamma <= gain, 1, 0)
    return where(gain <= 0, 0, 1 - (1 - alone) * (1 - left_kept) * (1 - right_kept))


def splits_kept(root_gain: Any, left_gain: Any, right_gain: Any, gamma: Any) -> Any:
    """Splits of a two-level tree that survive pruning by γ from the bottom up: 0 to 3."""
    left, right = child_kept(left_gain, gamma), child_kept(right_gain, gamma)
    return left + right + root_kept(root_gain, gamma, left, right)


def standing(kept: Any, value: Any) -> Any:
    """A value that belongs to a split, or 0 once the split is pruned; kept: 1 or 0."""
    return kept * value


def second_leaf_sum(root_kept: Any, cut_sum: Any, left_kept: Any, left_sum: Any) -> Any:
    """Sum over the leaf just below the root's threshold.

    root_kept, left_kept: 1 or 0; cut_sum, left_sum: of all rows below the root's threshold, below
    the left child's.
    """
    return root_kept * cut_sum - left_kept * left_sum


def third_leaf_sum(right_kept: Any, right_sum: Any, cut_sum: Any) -> Any:
    """Sum over the leaf just above the root's threshold, 0 where the right split is pruned.

    right_sum, cut_sum: of all rows below the right child's threshold, below the root's.
    """
    return right_kept * (right_sum - cut_sum)


def fourth_leaf_sum(root_kept: Any, cut_sum: Any, third_sum: Any, all_sum: Any) -> Any:
    """Sum over the highest leaf: of all rows less those below the root's threshold and leaf 3.

    It is the whole of the data where the root's split is pruned.
    """
    return all_sum - root_kept * cut_sum - third_sum


def first_leaf_weight(
    left_kept: Any, gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any
) -> Any:
    """Weight of the lowest leaf, 0 where the left child's split is pruned or was never made."""
    return left_kept * tree_leaf_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)


def tree_leaf_weight(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Weight of a leaf that pruning may have emptied: 0 then, else as leaf_weight."""
    weight = leaf_weight(
        gradient_sum, where(hessian_sum <= 0, 1, hessian_sum), reg_lambda, reg_alpha
    )
    return where(hessian_sum <= 0, 0, weight)


def first_row_step(
    prediction: Any, learning_rate: Any, left_kept: Any, root_kept: Any, weight_1: Any,
    weight_2: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction of the first row after one tree: it is in the lowest leaf that stands.

    Without a left split that is the second, without a root split the fourth.
    """
    weight = left_kept * weight_1 + (root_kept - left_kept) * weight_2 + (1 - root_kept) * weight_4
    return prediction + learning_rate * weight


def second_row_step(
    prediction: Any, learning_rate: Any, hessian: Any, left_kept: Any, left_hessian: Any,
    root_kept: Any, cut_hessian: Any, right_kept: Any, weight_1: Any, weight_2: Any,
    weight_3: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction of the second row after one tree; arguments as in row_step.

    Beyond the root's threshold it is the right child's first row.
    """
    upper = weight_4 + right_kept * (weight_3 - weight_4)
    lower = upper + root_kept * where(hessian <= cut_hessian, weight_2 - upper, 0)
    return prediction + learning_rate * (
        lower + left_kept * where(hessian <= left_hessian, weight_1 - lower, 0)
    )


def row_step(
    prediction: Any, learning_rate: Any, hessian: Any, left_kept: Any, left_hessian: Any,
    root_kept: Any, cut_hessian: Any, right_kept: Any, right_hessian: Any, weight_1: Any,
    weight_2: Any, weight_3: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction of a row after one tree: the rows lie in order, so hessian sums find its leaf.

    hessian: sum up to and with the row; left_hessian, cut_hessian, right_hessian: of all rows
    below the left child's threshold, the root's, the right child's. From the highest leaf down,
    each split that stands and whose lower side reaches the row takes it.
    """
    upper = weight_4 + right_kept * where(hessian <= right_hessian, weight_3 - weight_4, 0)
    lower = upper + root_kept * where(hessian <= cut_hessian, weight_2 - upper, 0)
    return prediction + learning_rate * (
        lower + left_kept * where(hessian <= left_hessian, weight_1 - lower, 0)
    )


def fifth_row_step(
    prediction: Any, learning_rate: Any, hessian: Any, root_kept: Any, cut_hessian: Any,
    right_kept: Any, right_hessian: Any, weight_2: Any, weight_3: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction of the fifth row after one tree; the first leaf never reaches so far."""
    upper = weight_4 + right_kept * where(hessian <= right_hessian, weight_3 - weight_4, 0)
    lower = upper + root_kept * where(hessian <= cut_hessian, weight_2 - upper, 0)
    return prediction + learning_rate * lower


def step_through_tree(
    prediction: Any, learning_rate: Any, x: Any, left_cut: Any, cut: Any, right_cut: Any,
    weight_1: Any, weight_2: Any, weight_3: Any, weight_4: Any,
) -> Any:  # fmt: skip
    """Prediction at x after one tree: η times the weight of the leaf that x falls into.

    left_cut, cut, right_cut: thresholds of the left child, the root and the right child, 0 for a
    split that does not stand; weight_1 to weight_4: of the four leaves in order.
    """
    return prediction + learning_rate * where(
        x < cut, where(x < left_cut, weight_1, weight_2), where(x < right_cut, weight_3, weight_4)
    )


def shrunken_step(prediction: Any, learning_rate: Any, weight: Any) -> Any:
    """Prediction after a tree whose leaf has that weight: η of it is added."""
    return prediction + learning_rate * weight


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


def rises(rise: Any) -> Any:
    """Whether a split lets the prediction rise with the feature, or stay: 1 or 0.

    rise: the right child's weight less the left one's.
    """
    return where(rise >= 0, 1, 0)


def falls(rise: Any) -> Any:
    """Whether a split lets the prediction fall with the feature, or stay: 1 or 0."""
    return where(rise <= 0, 1, 0)


# -- what it costs ----------------------------------------------------------------------------


def sampled_columns(columns: Any, share: Any) -> Any:
    """Columns that a draw keeps: the share of those that it draws from, rounded down, at least 1.

    The small addend keeps 0.1 of 30 columns at 3 against the noise of binary fractions.
    """
    return maximum(1, floor(columns * share + _NOISE))


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
