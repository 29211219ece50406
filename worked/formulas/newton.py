"""Second-order boosting of rows by trees of two levels on one feature: XGBoost's exact method.

G is a sum of gradients over rows, H a sum of hessians over the same rows. Under squared error
G is in minutes and H counts rows (times their weight); under the log loss both are pure numbers.
λ, α and γ are the penalties on a leaf weight's square, on its size, and on a split. Gains are on
the library's scale, without the factor 1/2. The axes: `row`, `split` (a candidate threshold),
`side` (of a split), `child` (of the root), `leaf` (of a tree, in the order of the feature), `way`
(the side that a missing value is sent to). A row goes left of a threshold when its value is
smaller. Source: Chen and Guestrin 2016, "XGBoost: A Scalable Tree Boosting System", section 2.2,
and XGBoost 3.2's own rules where they differ.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import (
    absolute,
    all_of,
    along,
    any_of,
    at,
    ceil,
    count,
    exp,
    found,
    least,
    ln,
    maximum,
    mean,
    minimum,
    most,
    renamed,
    same,
    total,
    where,
    where_most,
)
from worked.formulas.trees import shrunken_step

# -- one row ----------------------------------------------------------------------------------


def base_score(label: Any, base_shift: Any) -> Any:
    """Base score: the mean label, which XGBoost estimates itself, moved by a shift."""
    return mean(label, "row") + base_shift


def gradient(row_weight: Any, prediction: Any, label: Any) -> Any:
    """Derivative of w (ŷ - y)² / 2 by ŷ; the second derivative, the hessian, is w itself."""
    return row_weight * (prediction - label)


def logistic_gradient(probability: Any, label: Any) -> Any:
    """Derivative of the log loss by the margin (the log-odds): p - y; label: 0 or 1."""
    return probability - label


def log_loss(margin: Any, label: Any) -> Any:
    """Log loss of one row in nats at a margin m: ln(1 + e^m) - y m; label: 0 or 1.

    Often got wrong: the minus before one of the two terms only (museum: rasbt/machine-learning-book
    239); labels 0 and 1 in the formula for −1 and 1 (museum: scikit-learn/scikit-learn 1625); the
    deviance, twice as much, read as the loss (museum: scikit-learn/scikit-learn 25206).
    """
    return ln(1 + exp(margin)) - label * margin


def log_loss_after(margin: Any, label: Any, step: Any) -> Any:
    """Log loss of one row in nats after a step in its margin; label: 0 or 1."""
    return log_loss(margin + step, label)


def tangent(loss: Any, gradient: Any, step: Any) -> Any:
    """Loss after a step as the straight line through the present loss sees it."""
    return loss + gradient * step


def parabola(loss: Any, gradient: Any, hessian: Any, step: Any) -> Any:
    """Loss after a step as a parabola sees it: Taylor's expansion, which XGBoost minimises.

    Source: Chen and Guestrin 2016, section 2.2, the equation after equation 2.
    """
    return loss + gradient * step + hessian * step**2 / 2


# -- sums over rows ---------------------------------------------------------------------------


def gradient_up_to(gradient: Any, row: Any) -> Any:
    """Sum of the gradients of the rows up to one and with it."""
    so_far = renamed(row, row="earlier") <= row
    return total(renamed(gradient, row="earlier"), "earlier", where=so_far)


def hessian_up_to(row_weight: Any, row: Any) -> Any:
    """Sum of the hessians of the rows up to one and with it: each row's is its weight."""
    return row_weight * count(renamed(row, row="earlier") <= row, "earlier")


def goes_to(x: Any, threshold: Any) -> Any:
    """Whether a row goes to a side of a threshold: 1 or 0; both in the feature's unit."""
    return along("side", left=x < threshold, right=x >= threshold)


def side_sum(value: Any, goes: Any) -> Any:
    """Sum over the rows that go to a side of a split; value: each row's gradient or hessian."""
    return total(value, "row", where=goes)


# -- one leaf ---------------------------------------------------------------------------------


def soft_threshold(gradient_sum: Any, reg_alpha: Any) -> Any:
    """G moved towards zero by α, and 0 where |G| is at most α: what the L1 penalty does."""
    return maximum(gradient_sum - reg_alpha, 0) + minimum(gradient_sum + reg_alpha, 0)


def leaf_weight(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Leaf weight with the least objective: -T(G) / (H + λ), T the soft threshold.

    Source: Chen and Guestrin 2016, equation 5 (α = 0).
    """
    return -soft_threshold(gradient_sum, reg_alpha) / (hessian_sum + reg_lambda)


def newton_step(gradient_sum: Any, hessian_sum: Any) -> Any:
    """Leaf weight without penalties: one step of Newton's method, -G / H."""
    return -gradient_sum / hessian_sum


def leaf_objective(
    weight: Any, gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any
) -> Any:
    """What a leaf of weight w adds to the objective: G w + (H + λ) w² / 2 + α |w|.

    Source: Chen and Guestrin 2016, equation 4, with the L1 term that the library adds.
    """
    squared = (hessian_sum + reg_lambda) * weight**2 / 2
    return gradient_sum * weight + squared + reg_alpha * absolute(weight)


def score(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Twice the fall of the objective that a leaf's best weight brings: T(G)² / (H + λ).

    Source: Chen and Guestrin 2016, equation 6, without its factor -1/2.
    """
    return soft_threshold(gradient_sum, reg_alpha) ** 2 / (hessian_sum + reg_lambda)


def least_objective(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """What a leaf of the best weight adds to the objective: minus half its score.

    Source: Chen and Guestrin 2016, equation 6.
    """
    return -score(gradient_sum, hessian_sum, reg_lambda, reg_alpha) / 2


def share_left(eta: Any, hessian_sum: Any, reg_lambda: Any) -> Any:
    """Share of a leaf's mean residual that one round leaves, α = 0: 1 - η H / (H + λ)."""
    return 1 - eta * hessian_sum / (hessian_sum + reg_lambda)


# -- one split --------------------------------------------------------------------------------


def gain(side_score: Any, node_score: Any) -> Any:
    """Gain of a split: the scores of its two sides less the score of the node that is split.

    Source: Chen and Guestrin 2016, equation 7, doubled and without γ.
    """
    return total(side_score, "side") - node_score


def gain_of_sums(side_gradient: Any, side_hessian: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
    """Gain of a split from the sums of its sides, which add up to those of the node."""
    sides = score(side_gradient, side_hessian, reg_lambda, reg_alpha)
    node = total(side_gradient, "side"), total(side_hessian, "side")
    return gain(sides, score(*node, reg_lambda, reg_alpha))


def holds_enough(hessian_sum: Any, min_child_weight: Any) -> Any:
    """Whether a node holds rows, and their hessians reach min_child_weight: 1 or 0."""
    return all_of(hessian_sum > 0, hessian_sum >= min_child_weight)


def may_split(side_hessian: Any, min_child_weight: Any) -> Any:
    """Whether a node may be split there: both sides hold rows and reach min_child_weight."""
    return holds_enough(least(side_hessian, "side"), min_child_weight)


def best_cut(gain: Any, may_split: Any) -> Any:
    """Split with the largest gain, of those that may be made; none where none gains.

    Of equal gains the highest threshold wins: the library walks a column without missing values
    from its top down and keeps the first. A gain of at most a millionth counts as none (the
    library's kRtEps).
    """
    return where_most(gain, "split", where=all_of(may_split, gain > 1e-6), last=True)


def paper_gain(gain: Any, gamma: Any) -> Any:
    """Gain as the paper and the documents write it: half the library's, less γ.

    Source: Chen and Guestrin 2016, equation 7; XGBoost documentation, "Introduction to Boosted
    Trees".
    Often got wrong: held against the gain that the library prints, which leaves the half out
    (museum: dmlc/xgboost 665).
    """
    return gain / 2 - gamma


def stands(cut: Any, gain: Any, gamma: Any) -> Any:
    """Whether a split survives pruning for its own sake: there is one, and it gains γ."""
    return all_of(found(cut), gain >= gamma)


def paper_keeps(cut: Any, gain: Any, gamma: Any) -> Any:
    """Whether the paper's formula keeps a split: there is one, and half its gain reaches γ."""
    return stands(cut, gain / 2, gamma)


def library_gamma(paper_gamma: Any) -> Any:
    """The γ to give the library for the γ of the paper's formula.

    Often got wrong: the paper's γ given to the library as it is (museum: dmlc/xgboost 2283).
    """
    return 2 * paper_gamma


# -- one tree of two levels -------------------------------------------------------------------


def in_child(goes: Any, cut: Any) -> Any:
    """Whether a row is in a child of the root: 1 or 0; in none where the root is not split.

    goes: whether it goes to a side of each candidate; cut: the split that is made.
    """
    return where(found(cut), renamed(at(goes, "split", cut), side="child"), 0)


def child_sum(value: Any, in_child: Any, goes: Any) -> Any:
    """Sum over the rows of a child that go to a side of a split; value: gradients or hessians."""
    return total(value, "row", where=all_of(in_child, goes))


def root_stands(cut: Any, gain: Any, gamma: Any, child_stands: Any) -> Any:
    """Whether the root's split survives: a split below it does, or it gains γ itself."""
    return any_of(count(child_stands, "child") > 0, stands(cut, gain, gamma))


def splits_standing(root_stands: Any, child_stands: Any) -> Any:
    """Splits of the tree that survive pruning."""
    return root_stands + count(child_stands, "child")


def leaf_start(
    threshold: Any,
    left_cut: Any,
    cut: Any,
    right_cut: Any,
    left_stands: Any,
    root_stands: Any,
    right_stands: Any,
) -> Any:
    """Where on the feature a leaf begins; the lowest begins at 0.

    A split that does not stand leaves its lower leaf no room: the next one up begins there too.
    """
    root_start = where(root_stands, at(threshold, "split", cut), 0)
    return along(
        "leaf",
        lowest=0,
        lower=where(left_stands, at(threshold, "split", left_cut), 0),
        upper=root_start,
        highest=where(right_stands, at(threshold, "split", right_cut), root_start),
    )


def leaf_of(x: Any, leaf_start: Any) -> Any:
    """Leaf that x falls into: the last of those that begin at x or below."""
    return where_most(leaf_start, "leaf", where=leaf_start <= x, last=True)


def leaf_sum(value: Any, row_leaf: Any, leaf: Any) -> Any:
    """Sum over the rows of a leaf; value: each row's gradient or hessian."""
    return total(value, "row", where=same(row_leaf, leaf))


def stored_weight(
    leaf_holds: Any, gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any
) -> Any:
    """Leaf weight as the tree stores it: 0 where the leaf is empty or starved.

    leaf_holds: whether it holds rows enough. No split starves a leaf, but a root may be starved
    from the start.
    """
    return where(leaf_holds, leaf_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha), 0)


def boosted(prediction: Any, eta: Any, leaf_weight: Any, leaf: Any) -> Any:
    """Prediction after a tree: η times the weight of the leaf that it falls into is added."""
    return shrunken_step(prediction, eta, at(leaf_weight, "leaf", leaf))


# -- a row without a value --------------------------------------------------------------------


def score_with(
    gradient_sum: Any,
    hessian_sum: Any,
    gradient: Any,
    hessian: Any,
    reg_lambda: Any,
    reg_alpha: Any,
) -> Any:
    """Score of rows and one more; gradient, hessian: of that one."""
    return score(gradient_sum + gradient, hessian_sum + hessian, reg_lambda, reg_alpha)


def side_score_with(
    side_gradient: Any,
    side_hessian: Any,
    gradient: Any,
    hessian: Any,
    reg_lambda: Any,
    reg_alpha: Any,
    side: Any,
) -> Any:
    """Score of a side of a split when a row without a value is sent one way or the other.

    gradient, hessian: of that row. Source: Chen and Guestrin 2016, algorithm 3.
    """
    joins = same(side, renamed(side, side="way"))
    alone = score(side_gradient, side_hessian, reg_lambda, reg_alpha)
    both = score_with(side_gradient, side_hessian, gradient, hessian, reg_lambda, reg_alpha)
    return where(joins, both, alone)


def gain_of_absence(
    root_score: Any, whole_score: Any, gradient: Any, hessian: Any, reg_lambda: Any, reg_alpha: Any
) -> Any:
    """Gain of parting a row without a value from all others.

    root_score, whole_score: score of the others, of all; gradient, hessian: of that row.
    """
    return root_score + score(gradient, hessian, reg_lambda, reg_alpha) - whole_score


def best_gain(gain: Any) -> Any:
    """The largest gain of all splits."""
    return most(gain, "split")


def best_way(best_gain: Any) -> Any:
    """Side that missing values are sent to: where it gains more; of equal gains the right."""
    return where_most(best_gain, "way", last=True)


# -- rows that feed a child, monotone constraints ---------------------------------------------


def rows_to_feed(min_child_weight: Any, probability: Any) -> Any:
    """Fewest rows of one predicted probability whose hessians reach min_child_weight.

    Often got wrong: each row counted as 1 (museum: OHDSI/PatientLevelPrediction 256).
    """
    return ceil(min_child_weight / (probability * (1 - probability)))


def rise(low: Any, high: Any) -> Any:
    """How far the weight right of a split stands above the one left of it."""
    return high - low


def rises(rise: Any) -> Any:
    """Whether a split lets the prediction rise with the feature, or stay: 1 or 0."""
    return where(rise >= 0, 1, 0)


def falls(rise: Any) -> Any:
    """Whether a split lets the prediction fall with the feature, or stay: 1 or 0."""
    return where(rise <= 0, 1, 0)


def walled_weight(weight: Any, wall: Any) -> Any:
    """Leaf weight held at or above a wall, as a rising monotone constraint demands."""
    return maximum(weight, wall)
