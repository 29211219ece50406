"""First-order boosting of six rows sorted by one feature: base, residuals, stumps, updates.

Labels, predictions and residuals are in one unit (here minutes), squared errors in its square;
log-odds and probabilities are pure numbers. A row goes left of a threshold when its value is at
most the threshold. Source: Friedman 2001, "Greedy Function Approximation: A Gradient Boosting
Machine", algorithms 1 to 5.

Sums are taken in pairs: so the mean of two to six equal floats is that float, to the last bit,
and a leaf whose rows agree has an error of exactly zero.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import absolute, maximum, minimum, where

# -- which way is down ------------------------------------------------------------------------


def half_squared_error(label: Any, prediction: Any) -> Any:
    """Half of the squared error of one row; the half cancels the two of the derivative."""
    return (label - prediction) ** 2 / 2


def half_squared_gradient(label: Any, prediction: Any) -> Any:
    """Derivative of half the squared error by the prediction: minus the residual."""
    return prediction - label


def nudged(prediction: Any, nudge: Any) -> Any:
    """A prediction moved by a nudge."""
    return prediction + nudge


def chord_slope(loss_after: Any, loss_before: Any, nudge: Any) -> Any:
    """Change of the loss for each unit of a nudge."""
    return (loss_after - loss_before) / nudge


def absolute_direction(label: Any, prediction: Any) -> Any:
    """Negative gradient of the absolute error: the residual's sign, +1 where it is 0.

    There any slope between -1 and 1 is a subgradient; +1 is scikit-learn's choice.
    """
    return where(label < prediction, -1, 1)


def huber_direction(residual: Any, threshold: Any) -> Any:
    """Negative gradient of Huber's loss: the residual, clipped at the threshold δ."""
    return maximum(-threshold, minimum(threshold, residual))


# -- the update -------------------------------------------------------------------------------


def removed_share(learning_rate: Any) -> Any:
    """Share of a split's gain that an update with η really takes off the error: η (2 - η)."""
    return learning_rate * (2 - learning_rate)


def error_after_update(before: Any, gain: Any, share: Any) -> Any:
    """Squared error after an update that takes a share of the split's gain."""
    return before - gain * share


def share_left_after(learning_rate: Any, rounds: Any) -> Any:
    """Size of a residual after rounds whose trees all aim at it exactly, as a share of what it was.

    With η above 1 each round overshoots and the sign changes every time.
    """
    return absolute(1 - learning_rate) ** rounds


# -- classification ---------------------------------------------------------------------------


def newton_leaf(mean_residual: Any, mean_hessian: Any) -> Any:
    """One Newton step for a leaf: the sum of y - p over the sum of p (1 - p), or mean over mean.

    Source: Friedman 2001, algorithm 5.
    """
    return mean_residual / mean_hessian


# -- bagging ----------------------------------------------------------------------------------


def other_rows(rows: Any) -> Any:
    """Rows of a training set other than a given one."""
    return rows - 1


def left_out_share(rows: Any, others: Any) -> Any:
    """Chance that a bootstrap sample of as many draws as rows takes others only.

    others: rows other than the one that is left out.
    """
    return (others / rows) ** rows


def bagged_variance(tree_variance: Any, correlation: Any, trees: Any) -> Any:
    """Variance of the mean of equally good trees with one correlation between any two.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, equation 15.1.
    """
    return correlation * tree_variance + (1 - correlation) * tree_variance / trees


def implied_correlation(bagged: Any, tree_variance: Any, trees: Any) -> Any:
    """Correlation between trees that explains the variance seen of their mean."""
    return (trees * bagged / tree_variance - 1) / (trees - 1)


# -- what a model costs to ask ----------------------------------------------------------------


def comparisons(trees: Any, depth: Any) -> Any:
    """Comparisons to predict one row: one on each level of each tree, at most."""
    return trees * depth


def tree_nodes(depth: Any) -> Any:
    """Nodes of a full tree, leaves among them."""
    return 2 ** (depth + 1) - 1


def model_nodes(trees: Any, nodes: Any) -> Any:
    """Nodes of all trees."""
    return trees * nodes
