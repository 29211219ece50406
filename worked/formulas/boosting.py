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

from worked.formulas.ops import absolute, exp, ln, maximum, minimum, where

# -- where to start ---------------------------------------------------------------------------


def mean_of_six(
    first: Any, second: Any, third: Any, fourth: Any, fifth: Any, sixth: Any
) -> Any:  # fmt: skip
    """Arithmetic mean of six: the constant with the least squared error. Summed in pairs."""
    return ((first + second) + (third + fourth) + (fifth + sixth)) / 6


def squared_error_of_constant(
    constant: Any, label_1: Any, label_2: Any, label_3: Any, label_4: Any, label_5: Any,
    label_6: Any,
) -> Any:  # fmt: skip
    """Sum of squared errors of six rows when all get one prediction."""
    return (
        (label_1 - constant) ** 2 + (label_2 - constant) ** 2 + (label_3 - constant) ** 2
        + (label_4 - constant) ** 2 + (label_5 - constant) ** 2 + (label_6 - constant) ** 2
    )  # fmt: skip


def excess_over_mean(constant: Any, mean: Any) -> Any:
    """By how much a constant's squared error over six rows exceeds that of their mean."""
    return 6 * (constant - mean) ** 2


def absolute_error_of_constant(
    constant: Any, label_1: Any, label_2: Any, label_3: Any, label_4: Any, label_5: Any,
    label_6: Any,
) -> Any:  # fmt: skip
    """Sum of absolute errors of six rows when all get one prediction."""
    return (
        absolute(label_1 - constant) + absolute(label_2 - constant) + absolute(label_3 - constant)
        + absolute(label_4 - constant) + absolute(label_5 - constant)
        + absolute(label_6 - constant)
    )  # fmt: skip


def least_of_three(first: Any, second: Any, third: Any) -> Any:
    """The smallest of three."""
    return minimum(minimum(first, second), third)


def largest_of_three(first: Any, second: Any, third: Any) -> Any:
    """The largest of three."""
    return maximum(maximum(first, second), third)


def middle_of_three(first: Any, second: Any, third: Any, least: Any, largest: Any) -> Any:
    """The middle one of three: what the smallest and the largest leave."""
    return first + second + third - least - largest


def third_of_six(
    low: Any, middle: Any, high: Any, other_low: Any, other_middle: Any, other_high: Any
) -> Any:
    """The third smallest of six, from two sorted halves: the lower median.

    Three of the six are taken from the bottoms of both halves in each of the four ways; the way
    whose largest is least takes the three smallest.
    """
    return minimum(
        minimum(high, other_high), minimum(maximum(middle, other_low), maximum(low, other_middle))
    )


def fourth_of_six(
    low: Any, middle: Any, high: Any, other_low: Any, other_middle: Any, other_high: Any
) -> Any:
    """The fourth smallest of six, from two sorted halves: the upper median. As the third, from
    the tops."""
    return maximum(
        maximum(low, other_low), maximum(minimum(middle, other_high), minimum(high, other_middle))
    )


def is_late(minutes: Any, promise: Any) -> Any:
    """Whether a delivery took longer than promised: 1 or 0."""
    return where(minutes <= promise, 0, 1)


def odds(probability: Any) -> Any:
    """Odds of a probability: how much more often it happens than not."""
    return probability / (1 - probability)


def log_odds(odds: Any) -> Any:
    """Natural logarithm of the odds; of those of the share of ones, the base for log loss."""
    return ln(odds)


def probability(log_odds: Any) -> Any:
    """Probability that has these log-odds: the logistic function."""
    return 1 / (1 + exp(-log_odds))


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


# -- a stump ----------------------------------------------------------------------------------


def _settled(mean: Any) -> Any:
    # Residuals that sum to 0 on paper leave the noise of binary fractions in floats.
    return where(absolute(mean) * 1000000000 <= 1, 0, mean)


def leaf_of_two(first: Any, second: Any) -> Any:
    """Value of a leaf with two residuals: their mean, and 0 within a billionth of it."""
    return _settled((first + second) / 2)


def leaf_of_three(first: Any, second: Any, third: Any) -> Any:
    """Value of a leaf with three residuals: their mean, and 0 within a billionth of it."""
    return _settled((first + second + third) / 3)


def leaf_of_four(first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """Value of a leaf with four residuals: their mean, and 0 within a billionth of it."""
    return _settled(((first + second) + (third + fourth)) / 4)


def leaf_of_five(first: Any, second: Any, third: Any, fourth: Any, fifth: Any) -> Any:
    """Value of a leaf with five residuals: their mean, and 0 within a billionth of it."""
    return _settled(((first + second) + (third + fourth) + fifth) / 5)


def _scatter(*residuals: Any) -> Any:
    """Sum of squared distances from their mean, as the sum over all pairs of squared differences.

    That sum over the number of residuals is the same, needs no mean, and is exactly 0 where all
    are equal.
    """
    pairs = [(a - b) ** 2 for i, a in enumerate(residuals) for b in residuals[i + 1 :]]
    total = pairs[0]
    for pair in pairs[1:]:
        total = total + pair
    return total / len(residuals)


def error_after_first(
    residual_2: Any, residual_3: Any, residual_4: Any, residual_5: Any, residual_6: Any
) -> Any:
    """Squared error of six residuals when the first is cut off and each leaf takes its mean.

    A leaf of one row has none.
    """
    return _scatter(residual_2, residual_3, residual_4, residual_5, residual_6)


def error_after_second(
    residual_1: Any, residual_2: Any, residual_3: Any, residual_4: Any, residual_5: Any,
    residual_6: Any,
) -> Any:  # fmt: skip
    """Squared error of six residuals cut after the second, each leaf taking its mean."""
    return _scatter(residual_1, residual_2) + _scatter(
        residual_3, residual_4, residual_5, residual_6
    )


def error_after_third(
    residual_1: Any, residual_2: Any, residual_3: Any, residual_4: Any, residual_5: Any,
    residual_6: Any,
) -> Any:  # fmt: skip
    """Squared error of six residuals cut after the third, each leaf taking its mean."""
    return _scatter(residual_1, residual_2, residual_3) + _scatter(
        residual_4, residual_5, residual_6
    )


def error_after_fourth(
    residual_1: Any, residual_2: Any, residual_3: Any, residual_4: Any, residual_5: Any,
    residual_6: Any,
) -> Any:  # fmt: skip
    """Squared error of six residuals cut after the fourth, each leaf taking its mean."""
    return _scatter(residual_1, residual_2, residual_3, residual_4) + _scatter(
        residual_5, residual_6
    )


def error_after_fifth(
    residual_1: Any, residual_2: Any, residual_3: Any, residual_4: Any, residual_5: Any
) -> Any:
    """Squared error of six residuals when the last is cut off and each leaf takes its mean."""
    return _scatter(residual_1, residual_2, residual_3, residual_4, residual_5)


def least_of_five(first: Any, second: Any, third: Any, fourth: Any, fifth: Any) -> Any:
    """The smallest of five errors."""
    return minimum(minimum(minimum(first, second), minimum(third, fourth)), fifth)


def of_best_split(
    best: Any, error_1: Any, error_2: Any, error_3: Any, error_4: Any, value_1: Any, value_2: Any,
    value_3: Any, value_4: Any, value_5: Any,
) -> Any:  # fmt: skip
    """Value that belongs to the split with the least error; of equal errors the first wins.

    best: the least error; error_k, value_k: of candidate k, in the order of their thresholds.
    Errors within a billionth of the best count as equal: they are equal on paper and differ in
    the last bits of floats only.
    """
    limit = best * (1 + 1e-9)
    return where(
        error_1 <= limit,
        value_1,
        where(
            error_2 <= limit,
            value_2,
            where(error_3 <= limit, value_3, where(error_4 <= limit, value_4, value_5)),
        ),
    )


def rows_left_of_best(best: Any, error_1: Any, error_2: Any, error_3: Any, error_4: Any) -> Any:
    """Rows left of the split with the least error; ties as in of_best_split."""
    return of_best_split(best, error_1, error_2, error_3, error_4, 1, 2, 3, 4, 5)


def mean_of_first(
    rows_left: Any,
    residual_1: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
) -> Any:
    """Mean of the residuals of the first rows, of which there is at least one."""
    total = (
        residual_1 + where(rows_left >= 2, residual_2, 0) + where(rows_left >= 3, residual_3, 0)
        + where(rows_left >= 4, residual_4, 0) + where(rows_left >= 5, residual_5, 0)
    )  # fmt: skip
    rows = (
        1 + where(rows_left >= 2, 1, 0) + where(rows_left >= 3, 1, 0)
        + where(rows_left >= 4, 1, 0) + where(rows_left >= 5, 1, 0)
    )  # fmt: skip
    return total / rows


def mean_of_last(
    rows_left: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
    residual_6: Any,
) -> Any:
    """Mean of the residuals of the rows after those, of which there is at least one."""
    total = (
        where(rows_left < 2, residual_2, 0) + where(rows_left < 3, residual_3, 0)
        + where(rows_left < 4, residual_4, 0) + where(rows_left < 5, residual_5, 0) + residual_6
    )  # fmt: skip
    rows = (
        where(rows_left < 2, 1, 0) + where(rows_left < 3, 1, 0) + where(rows_left < 4, 1, 0)
        + where(rows_left < 5, 1, 0) + 1
    )  # fmt: skip
    return total / rows


def leaf_of_second(
    rows_left: Any,
    residual_1: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
    residual_6: Any,
) -> Any:
    """Value of the leaf that the second row falls into: the mean of the side where it lies."""
    return where(
        rows_left < 2,
        mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
        mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
    )


def leaf_of_third(
    rows_left: Any,
    residual_1: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
    residual_6: Any,
) -> Any:
    """Value of the leaf that the third row falls into: the mean of the side where it lies."""
    return where(
        rows_left < 3,
        mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
        mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
    )


def leaf_of_fourth(
    rows_left: Any,
    residual_1: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
    residual_6: Any,
) -> Any:
    """Value of the leaf that the fourth row falls into: the mean of the side where it lies."""
    return where(
        rows_left < 4,
        mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
        mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
    )


def leaf_of_fifth(
    rows_left: Any,
    residual_1: Any,
    residual_2: Any,
    residual_3: Any,
    residual_4: Any,
    residual_5: Any,
    residual_6: Any,
) -> Any:
    """Value of the leaf that the fifth row falls into: the mean of the side where it lies."""
    return where(
        rows_left < 5,
        mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
        mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
    )


def error_removed(before: Any, after: Any) -> Any:
    """Squared error that a split takes away: the error before it less the error after."""
    return before - after


# -- the update -------------------------------------------------------------------------------


def shrunken_step(prediction: Any, learning_rate: Any, leaf: Any) -> Any:
    """Prediction after a step of η times the leaf's value."""
    return prediction + learning_rate * leaf


def boosted(
    prediction: Any, learning_rate: Any, x: Any, cut: Any, lower: Any, upper: Any
) -> Any:  # fmt: skip
    """Prediction after a stump: plus η times the leaf on the side of the cut where x lies.

    lower: value of the leaf of rows at most at the cut; upper: of those beyond it.
    """
    return prediction + learning_rate * where(x <= cut, lower, upper)


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


def running_sum(so_far: Any, residual: Any) -> Any:
    """A sum with one more term."""
    return so_far + residual


def ratio(part: Any, whole: Any) -> Any:
    """How many times as large one number is as another."""
    return part / whole


# -- classification ---------------------------------------------------------------------------


def label_residual(label: Any, probability: Any) -> Any:
    """Negative gradient of the log loss by the log-odds: y - p."""
    return label - probability


def newton_leaf(mean_residual: Any, mean_hessian: Any) -> Any:
    """One Newton step for a leaf: the sum of y - p over the sum of p (1 - p), or mean over mean.

    Source: Friedman 2001, algorithm 5.
    """
    return mean_residual / mean_hessian


def _log_loss(margin: Any, label: Any) -> Any:
    # ln(1 + e^-m) for a 1 and ln(1 + e^m) for a 0, which loses nothing where the model is sure.
    return ln(1 + exp((1 - 2 * label) * margin))


def mean_log_loss(
    margin_1: Any, margin_2: Any, margin_3: Any, margin_4: Any, margin_5: Any, margin_6: Any,
    label_1: Any, label_2: Any, label_3: Any, label_4: Any, label_5: Any, label_6: Any,
) -> Any:  # fmt: skip
    """Mean log loss of six rows in nats; margin_i: log-odds of row i, label_i: 0 or 1."""
    return (
        _log_loss(margin_1, label_1) + _log_loss(margin_2, label_2) + _log_loss(margin_3, label_3)
        + _log_loss(margin_4, label_4) + _log_loss(margin_5, label_5)
        + _log_loss(margin_6, label_6)
    ) / 6  # fmt: skip


# -- a straight line beside the trees ---------------------------------------------------------


def line_slope(
    x_1: Any, x_2: Any, x_3: Any, x_4: Any, x_5: Any, x_6: Any, y_1: Any, y_2: Any, y_3: Any,
    y_4: Any, y_5: Any, y_6: Any,
) -> Any:  # fmt: skip
    """Slope of the least-squares line through six points.

    Covariance over variance, both summed over all pairs of points, which needs no means.
    """
    points = ((x_1, y_1), (x_2, y_2), (x_3, y_3), (x_4, y_4), (x_5, y_5), (x_6, y_6))
    return _over_pairs(points) / _over_pairs(tuple((x, x) for x, _ in points))


def _over_pairs(points: tuple[tuple[Any, Any], ...]) -> Any:
    pairs = [(a - c) * (b - d) for i, (a, b) in enumerate(points) for c, d in points[i + 1 :]]
    total = pairs[0]
    for pair in pairs[1:]:
        total = total + pair
    return total


def line_at(x: Any, slope: Any, x_mean: Any, y_mean: Any) -> Any:
    """Height of the least-squares line at x: it goes through the point of the two means."""
    return y_mean + slope * (x - x_mean)


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
