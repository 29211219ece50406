"""First-order boosting of rows by stumps on one feature: the split, its leaves, the update.

Labels, predictions, residuals and leaves are in one unit (here minutes), squared errors in its
square; log-odds and probabilities are pure numbers. The axes: `row`, `split` (a candidate
threshold), `copy` (of a column). A row goes left of a threshold when its value is at most the
threshold; of splits that leave the same error, the lowest threshold wins. Source: Friedman 2001,
"Greedy Function Approximation: A Gradient Boosting Machine", algorithms 1 to 5.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import at, mean, no, nth, total, where, where_least

# -- where to start ---------------------------------------------------------------------------


def excess_over_mean(constant: Any, mean: Any, rows: Any) -> Any:
    """By how much a constant's squared error over all rows exceeds that of their mean."""
    return rows * (constant - mean) ** 2


# -- a stump ----------------------------------------------------------------------------------


def threshold(x: Any, number: Any) -> Any:
    """Threshold halfway between two neighbouring values of the feature.

    number: of the lower one in ascending order, from 1.
    """
    return (nth(x, "row", number) + nth(x, "row", number + 1)) / 2


def goes_left(x: Any, threshold: Any) -> Any:
    """Whether a row goes left of a threshold: 1 or 0; both in the feature's unit."""
    return x <= threshold


def left_mean(residual: Any, goes_left: Any) -> Any:
    """Mean residual of the rows left of a split: the constant that fits them best."""
    return mean(residual, "row", where=goes_left)


def right_mean(residual: Any, goes_left: Any) -> Any:
    """Mean residual of the rows right of a split."""
    return mean(residual, "row", where=no(goes_left))


def split_error(residual: Any, goes_left: Any, left: Any, right: Any) -> Any:
    """Squared error that a split leaves when each side predicts its mean.

    left, right: mean residuals of the two sides.
    """
    return total((residual - where(goes_left, left, right)) ** 2, "row")


def best_split(error: Any) -> Any:
    """Split that leaves the least squared error."""
    return where_least(error, "split")


def runner_up(error: Any) -> Any:
    """Squared error of the split that comes second; that of the best again where they tie."""
    return nth(error, "split", 2)


def of_best_split(value: Any, best: Any) -> Any:
    """What belongs to the best split: its error, its threshold, the mean of one of its sides."""
    return at(value, "split", best)


def error_removed(before: Any, after: Any) -> Any:
    """Squared error that a split takes away: the error before it less the error after."""
    return before - after


def leaf_at(x: Any, cut: Any, lower: Any, upper: Any) -> Any:
    """Value of the leaf that x falls into.

    cut: the stump's threshold; lower, upper: values of its left and its right leaf.
    """
    return where(x <= cut, lower, upper)


def shrunken_step(prediction: Any, eta: Any, leaf: Any) -> Any:
    """Prediction after a tree: η, the learning rate, times the value of its leaf is added.

    Often got wrong: the base score left out (museum: dmlc/xgboost 1274).
    """
    return prediction + eta * leaf


# -- importance -------------------------------------------------------------------------------


def of_all_copies(value: Any) -> Any:
    """What all copies of a column come to together."""
    return total(value, "copy")
