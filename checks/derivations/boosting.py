"""Derive first-order boosting: minimise losses, differentiate them, count what a bag averages.

All symbols are positive, so a residual here belongs to a prediction that is too low; the counts
beside this file take both signs.
"""

from __future__ import annotations

import sympy
from sympy import (
    Abs,
    Eq,
    Expr,
    Function,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    diff,
    exp,
    expand,
    integrate,
    log,
    product,
    rsolve,
    simplify,
    solve,
    sqrt,
    summation,
)

from checks.derivations import second_order

# -- where to start ---------------------------------------------------------------------------


def _least_squares(*labels: Expr) -> Expr:
    """Minimise the squared error of one constant for all labels."""
    c = Symbol("c", real=True)
    loss = sum((y - c) ** 2 for y in labels)
    assert diff(loss, c, 2) > 0
    return solve(diff(loss, c), c)[0]


def mean_of_six(
    first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr, sixth: Expr
) -> Expr:
    """Minimise the squared error: why boosting on squared error starts from the mean."""
    return _least_squares(first, second, third, fourth, fifth, sixth)


def squared_error_of_constant(
    constant: Expr, label_1: Expr, label_2: Expr, label_3: Expr, label_4: Expr, label_5: Expr,
    label_6: Expr,
) -> Expr:  # fmt: skip
    """Take the parabola in the constant apart: sum of squares, sum, and number of labels."""
    labels = (label_1, label_2, label_3, label_4, label_5, label_6)
    squares, total = sum(y**2 for y in labels), sum(labels)
    return squares - 2 * constant * total + len(labels) * constant**2


def excess_over_mean(constant: Expr, mean: Expr) -> Expr:
    """Subtract: any six labels with that mean, at the constant and at the mean."""
    free = sympy.symbols("y1:6", real=True)
    labels = (*free, 6 * mean - sum(free))
    at_constant, at_mean = (
        squared_error_of_constant(c, *labels) for c in (constant, mean)
    )  # fmt: skip
    return simplify(expand(at_constant - at_mean))


def absolute_error_of_constant(
    constant: Expr, label_1: Expr, label_2: Expr, label_3: Expr, label_4: Expr, label_5: Expr,
    label_6: Expr,
) -> Expr:  # fmt: skip
    """Add up the lengths of six vectors of one component."""
    labels = (label_1, label_2, label_3, label_4, label_5, label_6)
    return sum(sqrt((y - constant) ** 2) for y in labels)


def least_of_three(first: Expr, second: Expr, third: Expr) -> Expr:
    """The greatest number that exceeds none."""
    return Min(third, second, first)


def largest_of_three(first: Expr, second: Expr, third: Expr) -> Expr:
    """The least number that none exceeds."""
    return Max(third, second, first)


def middle_of_three(
    first: Expr, second: Expr, third: Expr, least: Expr, largest: Expr
) -> Expr:  # fmt: skip
    """Solve: the three make the same sum in any order."""
    middle = Symbol("middle", real=True)
    return solve(Eq(least + middle + largest, first + second + third), middle)[0]


# --8<-- [start:median]
def _flat_from(labels: tuple[Expr, ...]) -> int:
    """Return how many labels lie below where the absolute error stops falling.

    With k of n labels below, each pulls the slope up by 1 and each of the others down by 1.
    """
    k = Symbol("k", integer=True)
    return int(solve(k - (len(labels) - k), k)[0])


def _ends_of_ways(
    lower: tuple[Expr, ...], upper: tuple[Expr, ...], k: int
) -> list[tuple[Expr, ...]]:  # fmt: skip
    """Return the outermost label from each half of every way to take k from the starts of both."""
    return [
        (*lower[max(j - 1, 0) : j], *upper[max(k - j - 1, 0) : k - j])
        for j in range(max(0, k - len(upper)), min(k, len(lower)) + 1)
    ]


def third_of_six(
    low: Expr, middle: Expr, high: Expr, other_low: Expr, other_middle: Expr, other_high: Expr
) -> Expr:
    """Go up until as many labels lie at or below as above: to the k-th smallest.

    Every way to take k from the bottoms of two sorted halves covers k labels up to its largest;
    the k-th smallest is the least that does.
    """
    lower, upper = (low, middle, high), (other_low, other_middle, other_high)
    k = _flat_from((*lower, *upper))
    return Min(*(Max(*ends) for ends in _ends_of_ways(lower, upper, k)))


def fourth_of_six(
    low: Expr, middle: Expr, high: Expr, other_low: Expr, other_middle: Expr, other_high: Expr
) -> Expr:
    """Come down until as many lie at or above as below: the same from the tops."""
    lower, upper = (high, middle, low), (other_high, other_middle, other_low)
    k = _flat_from((*lower, *upper))
    return Max(*(Min(*ends) for ends in _ends_of_ways(lower, upper, k)))


# --8<-- [end:median]


def is_late(minutes: Expr, promise: Expr) -> Expr:
    """Late when there are minutes over the promise."""
    return Piecewise((1, promise < minutes), (0, True))


def odds(probability: Expr) -> Expr:
    """Solve: that many times the chance that it does not happen is the chance that it does."""
    times = Symbol("times", positive=True)
    return solve(Eq(times * (1 - probability), probability), times)[0]


def log_odds(odds: Expr) -> Expr:
    """Minimise the mean log loss of labels of which odds / (1 + odds) are 1."""
    m, share = Symbol("m", real=True), odds / (1 + odds)
    ones, zeros = -log(1 / (1 + exp(-m))), -log(1 / (1 + exp(m)))
    slope = simplify(diff(share * ones + (1 - share) * zeros, m))
    u = Symbol("u", positive=True)
    (best,) = solve(simplify(slope.rewrite(exp).subs(m, log(u))), u)
    return log(best)


def probability(log_odds: Expr) -> Expr:
    """Solve for the probability that has those odds."""
    p = Symbol("p", positive=True)
    return solve(Eq(p / (1 - p), exp(log_odds)), p)[0]


# -- which way is down ------------------------------------------------------------------------


def half_squared_error(label: Expr, prediction: Expr) -> Expr:
    """Integrate the residual on the way from the label to the prediction."""
    t = Symbol("t", real=True)
    return integrate(t - label, (t, label, prediction))


def half_squared_gradient(label: Expr, prediction: Expr) -> Expr:
    """Differentiate half of the squared error."""
    return diff((label - prediction) ** 2 / 2, prediction)


def nudged(prediction: Expr, nudge: Expr) -> Expr:
    """Integrate a movement of speed one."""
    t = Symbol("t", positive=True)
    return prediction + integrate(1, (t, 0, nudge))


def chord_slope(loss_after: Expr, loss_before: Expr, nudge: Expr) -> Expr:
    """Solve for the slope of a line through both ends."""
    slope = Symbol("slope", real=True)
    return solve(Eq(loss_before + slope * nudge, loss_after), slope)[0]


def absolute_direction(label: Expr, prediction: Expr) -> Expr:
    """Differentiate |y - F| by F on either side and turn the sign round; at the kink take +1."""
    below, above = (-diff(side * (label - prediction), prediction) for side in (1, -1))
    return Piecewise((above, label - prediction < 0), (below, True))


def huber_direction(residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss by the residual: quadratic, then a line that joins smoothly."""
    r = Symbol("r", real=True)
    line = threshold * r - threshold**2 / 2
    assert (r**2 / 2 - line).subs(r, threshold) == 0
    inner, outer = (diff(loss, r).subs(r, residual) for loss in (r**2 / 2, line))
    return Piecewise((inner, residual <= threshold), (outer, True))


# -- a stump ----------------------------------------------------------------------------------


def _leaf(*residuals: Expr) -> Expr:
    """Minimise the squared error in the leaf; next to nothing is nothing."""
    step = _least_squares(*residuals)
    return Piecewise((0, step <= Rational(1, 10**9)), (step, True))


def leaf_of_two(first: Expr, second: Expr) -> Expr:
    """Minimise the squared error."""
    return _leaf(first, second)


def leaf_of_three(first: Expr, second: Expr, third: Expr) -> Expr:
    """Minimise the squared error."""
    return _leaf(first, second, third)


def leaf_of_four(first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """Minimise the squared error."""
    return _leaf(first, second, third, fourth)


def leaf_of_five(first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr) -> Expr:
    """Minimise the squared error."""
    return _leaf(first, second, third, fourth, fifth)


def _left_in(*residuals: Expr) -> Expr:
    """Put the best constant back into the squared error of a leaf."""
    step = _least_squares(*residuals)
    return expand(sum((r - step) ** 2 for r in residuals))


def error_after_first(
    residual_2: Expr, residual_3: Expr, residual_4: Expr, residual_5: Expr, residual_6: Expr
) -> Expr:
    """Minimise the squared error in each leaf."""
    return _left_in(residual_2, residual_3, residual_4, residual_5, residual_6)


def error_after_second(
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """Minimise the squared error in each leaf."""
    return _left_in(residual_1, residual_2) + _left_in(
        residual_3, residual_4, residual_5, residual_6
    )


def error_after_third(
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """Minimise the squared error in each leaf."""
    return _left_in(residual_1, residual_2, residual_3) + _left_in(
        residual_4, residual_5, residual_6
    )


def error_after_fourth(
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """Minimise the squared error in each leaf."""
    return _left_in(residual_1, residual_2, residual_3, residual_4) + _left_in(
        residual_5, residual_6
    )


def error_after_fifth(
    residual_1: Expr, residual_2: Expr, residual_3: Expr, residual_4: Expr, residual_5: Expr
) -> Expr:
    """Minimise the squared error in each leaf."""
    return _left_in(residual_1, residual_2, residual_3, residual_4, residual_5)


def least_of_five(first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr) -> Expr:
    """The greatest number that exceeds none."""
    return Min(fifth, fourth, third, second, first)


def of_best_split(
    best: Expr, error_1: Expr, error_2: Expr, error_3: Expr, error_4: Expr, value_1: Expr,
    value_2: Expr, value_3: Expr, value_4: Expr, value_5: Expr,
) -> Expr:  # fmt: skip
    """Walk up the candidates and stop at the first that is not worse than the best."""
    worse = best + best * Rational(1, 10**9)
    race = [(error_1, value_1), (error_2, value_2), (error_3, value_3), (error_4, value_4)]
    return Piecewise(*((value, worse >= error) for error, value in race), (value_5, True))


def rows_left_of_best(
    best: Expr, error_1: Expr, error_2: Expr, error_3: Expr, error_4: Expr
) -> Expr:
    """Number the candidates by the rows that they send left."""
    numbers = [sympy.Integer(k) for k in range(1, 6)]
    return of_best_split(best, error_1, error_2, error_3, error_4, *numbers)


def _mean_where(chosen: list[tuple[Expr, Expr]]) -> Expr:
    """Minimise the squared error over the rows that are in; (residual, whether it is in)."""
    w = Symbol("w", real=True)
    weights = [Piecewise((1, inside), (0, True)) for _, inside in chosen]
    terms = [Piecewise((r, inside), (0, True)) for r, inside in chosen]
    # The slope of the sum of weight x (r - w)² / 2, where weight x r is the row's term.
    slope = w * Symbol("W") - Symbol("R")
    best = solve(slope, w)[0]
    return best.subs({"W": sympy.Add(*weights), "R": sympy.Add(*terms)})


def mean_of_first(
    rows_left: Expr,
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
) -> Expr:
    """Minimise the squared error over the rows up to rows_left, of which there is at least one."""
    rows = [residual_1, residual_2, residual_3, residual_4, residual_5]
    return _mean_where(
        [(r, sympy.true if i == 1 else rows_left >= i) for i, r in enumerate(rows, 1)]
    )


def mean_of_last(
    rows_left: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """Minimise the squared error over the rows beyond rows_left, of which there is at least one."""
    rows = [residual_2, residual_3, residual_4, residual_5, residual_6]
    return _mean_where(
        [(r, sympy.true if i == 6 else rows_left < i) for i, r in enumerate(rows, 2)]
    )


def leaf_of_second(
    rows_left: Expr,
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """The minimum on the row's own side of the cut."""
    return Piecewise(
        (
            mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
            rows_left < 2,
        ),
        (
            mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
            True,
        ),
    )


def leaf_of_third(
    rows_left: Expr,
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """The minimum on the row's own side of the cut."""
    return Piecewise(
        (
            mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
            rows_left < 3,
        ),
        (
            mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
            True,
        ),
    )


def leaf_of_fourth(
    rows_left: Expr,
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """The minimum on the row's own side of the cut."""
    return Piecewise(
        (
            mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
            rows_left < 4,
        ),
        (
            mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
            True,
        ),
    )


def leaf_of_fifth(
    rows_left: Expr,
    residual_1: Expr,
    residual_2: Expr,
    residual_3: Expr,
    residual_4: Expr,
    residual_5: Expr,
    residual_6: Expr,
) -> Expr:
    """The minimum on the row's own side of the cut."""
    return Piecewise(
        (
            mean_of_last(rows_left, residual_2, residual_3, residual_4, residual_5, residual_6),
            rows_left < 5,
        ),
        (
            mean_of_first(rows_left, residual_1, residual_2, residual_3, residual_4, residual_5),
            True,
        ),
    )


def error_removed(before: Expr, after: Expr) -> Expr:
    """Solve: what was removed and what is left make what was there."""
    gone = Symbol("gone", real=True)
    return solve(Eq(gone + after, before), gone)[0]


# -- the update -------------------------------------------------------------------------------


def shrunken_step(prediction: Expr, learning_rate: Expr, leaf: Expr) -> Expr:
    """Integrate a movement of the leaf's size for a time η."""
    t = Symbol("t", positive=True)
    return prediction + integrate(leaf, (t, 0, learning_rate))


def boosted(
    prediction: Expr, learning_rate: Expr, x: Expr, cut: Expr, lower: Expr, upper: Expr
) -> Expr:
    """Step with the leaf on either side."""
    return Piecewise(
        (shrunken_step(prediction, learning_rate, upper), x > cut),
        (shrunken_step(prediction, learning_rate, lower), True),
    )


# --8<-- [start:removed_share]
def removed_share(learning_rate: Expr) -> Expr:
    """Update a leaf of n rows whose residuals have mean w: compare with a full step."""
    n, w, squares = sympy.symbols("n w squares", positive=True)

    def error_after(step: Expr) -> Expr:
        return squares - 2 * step * n * w + n * step**2  # the sum of (r - step)²

    full = error_after(0) - error_after(w)
    return simplify((error_after(0) - error_after(learning_rate * w)) / full)


# --8<-- [end:removed_share]


def error_after_update(before: Expr, gain: Expr, share: Expr) -> Expr:
    """Integrate the gain away, up to the share."""
    t = Symbol("t", positive=True)
    return before - integrate(gain, (t, 0, share))


def share_left_after(learning_rate: Expr, rounds: Expr) -> Expr:
    """Solve the recurrence: each round leaves what η did not take."""
    n = Symbol("n", integer=True, nonnegative=True)
    a = Function("a")
    closed = rsolve(a(n + 1) - a(n) + learning_rate * a(n), a(n), {a(0): 1})
    return Abs(closed.subs(n, rounds))


def running_sum(so_far: Expr, residual: Expr) -> Expr:
    """Solve: without the new term it is the old sum."""
    s = Symbol("s", real=True)
    return solve(Eq(s - residual, so_far), s)[0]


def ratio(part: Expr, whole: Expr) -> Expr:
    """Solve: so many times the whole is the part."""
    times = Symbol("times", positive=True)
    return solve(Eq(times * whole, part), times)[0]


# -- classification ---------------------------------------------------------------------------


def label_residual(label: Expr, probability: Expr) -> Expr:
    """Differentiate the log loss by the log-odds and turn the sign round."""
    return -second_order.logistic_gradient(probability, label)


def newton_leaf(mean_residual: Expr, mean_hessian: Expr) -> Expr:
    """Minimise the parabola that touches the loss of the leaf: slope -r, curvature h."""
    step = Symbol("step", real=True)
    return solve(diff(-mean_residual * step + mean_hessian * step**2 / 2, step), step)[0]


def mean_log_loss(
    margin_1: Expr, margin_2: Expr, margin_3: Expr, margin_4: Expr, margin_5: Expr,
    margin_6: Expr, label_1: Expr, label_2: Expr, label_3: Expr, label_4: Expr, label_5: Expr,
    label_6: Expr,
) -> Expr:  # fmt: skip
    """Average the surprise, minus the log of the probability given to what happened."""
    margins = (margin_1, margin_2, margin_3, margin_4, margin_5, margin_6)
    labels = (label_1, label_2, label_3, label_4, label_5, label_6)
    m, y = sympy.symbols("m y", real=True)
    chance = 1 / (1 + exp(-(y - (1 - y)) * m))  # of the label: the sign of m turns with it
    p = 1 / (1 + exp(-m))
    assert simplify(chance.subs(y, 1) - p) == 0
    assert simplify(chance.subs(y, 0) - (1 - p)) == 0
    rows = [log(1 / chance).subs({m: margin, y: label}, simultaneous=True)
            for margin, label in zip(margins, labels, strict=True)]  # fmt: skip
    return sum(rows) / len(rows)


# -- a straight line beside the trees ---------------------------------------------------------


def line_slope(
    x_1: Expr, x_2: Expr, x_3: Expr, x_4: Expr, x_5: Expr, x_6: Expr, y_1: Expr, y_2: Expr,
    y_3: Expr, y_4: Expr, y_5: Expr, y_6: Expr,
) -> Expr:  # fmt: skip
    """Minimise the squared error over slope and intercept."""
    a, b = sympy.symbols("a b", real=True)
    xs, ys = (x_1, x_2, x_3, x_4, x_5, x_6), (y_1, y_2, y_3, y_4, y_5, y_6)
    loss = sum((y - a - b * x) ** 2 for x, y in zip(xs, ys, strict=True))
    return solve([expand(diff(loss, a)), expand(diff(loss, b))], [a, b])[b]


def line_at(x: Expr, slope: Expr, x_mean: Expr, y_mean: Expr) -> Expr:
    """Solve for the height from the rise over the run."""
    h = Symbol("h", real=True)
    return solve(Eq((h - y_mean) / (x - x_mean), slope), h)[0]


# -- bagging ----------------------------------------------------------------------------------


def other_rows(rows: Expr) -> Expr:
    """Solve: with the one they are all rows."""
    n = Symbol("n", real=True)
    return solve(Eq(n + 1, rows), n)[0]


def left_out_share(rows: Expr, others: Expr) -> Expr:
    """Multiply the chances of all draws to take another row."""
    k, n = Symbol("k", integer=True), Symbol("n", integer=True, positive=True)
    return product(others / n, (k, 1, n)).subs(n, rows)


# --8<-- [start:bagged_variance]
def bagged_variance(tree_variance: Expr, correlation: Expr, trees: Expr) -> Expr:
    """Add up the table of covariances of B trees and divide by B², since the mean divides by B."""
    i, j = sympy.symbols("i j", integer=True)
    n = Symbol("n", integer=True, positive=True)
    on_diagonal = summation(tree_variance, (i, 1, n))
    everywhere = summation(summation(correlation * tree_variance, (j, 1, n)), (i, 1, n))
    off_diagonal = everywhere - summation(correlation * tree_variance, (i, 1, n))
    return ((on_diagonal + off_diagonal) / n**2).subs(n, trees)


# --8<-- [end:bagged_variance]


def implied_correlation(bagged: Expr, tree_variance: Expr, trees: Expr) -> Expr:
    """Solve the variance of a bag for the correlation."""
    rho = Symbol("rho", real=True)
    return solve(Eq(bagged_variance(tree_variance, rho, trees), bagged), rho)[0]


# -- what a model costs to ask ----------------------------------------------------------------


def comparisons(trees: Expr, depth: Expr) -> Expr:
    """Add up the levels of all trees."""
    k, n = Symbol("k", integer=True), Symbol("n", integer=True, positive=True)
    return summation(depth, (k, 1, n)).subs(n, trees)


def tree_nodes(depth: Expr) -> Expr:
    """Add up the levels: each has twice as many nodes as the one above."""
    k, d = Symbol("k", integer=True), Symbol("d", integer=True, positive=True)
    return summation(2**k, (k, 0, d)).subs(d, depth)


def model_nodes(trees: Expr, nodes: Expr) -> Expr:
    """Add up all trees."""
    return comparisons(trees, nodes)
