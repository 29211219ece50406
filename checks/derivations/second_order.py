"""Derive second-order boosting: differentiate losses, minimise parabolas, sum levels of a tree.

All symbols are positive, so a gradient sum here stands for a prediction that is too high; the
counts beside this file take both signs.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import (
    Eq,
    Expr,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    ceiling,
    diff,
    exp,
    floor,
    integrate,
    log,
    oo,
    series,
    simplify,
    solve,
    summation,
)

TINY = Rational(1, 10**6)  # the library's kRtEps


def _negative_log_likelihood(margin: Expr, label: Expr) -> Expr:
    """Return minus the log of the probability that the label had, p being 1 / (1 + e^-m)."""
    p = 1 / (1 + exp(-margin))
    return -label * log(p) - (1 - label) * log(1 - p)


def _by_margin(label: Expr, order: int, probability: Expr) -> Expr:
    """Differentiate the log loss by the margin, then write e^m as the odds p / (1 - p)."""
    m = Symbol("m", real=True)
    derivative = diff(_negative_log_likelihood(m, label), m, order)
    return simplify(derivative.subs(m, log(probability / (1 - probability))))


# -- sums over rows ---------------------------------------------------------------------------


def mean_of_six(
    first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr, sixth: Expr
) -> Expr:
    """Minimise the sum of the squared distances from a constant."""
    c = Symbol("c", real=True)
    distances = [(c - y) ** 2 for y in (first, second, third, fourth, fifth, sixth)]
    return solve(diff(sympy.Add(*distances), c), c)[0]


def shifted(mean: Expr, shift: Expr) -> Expr:
    """Solve: less the mean it is the shift."""
    base = Symbol("base", real=True)
    return solve(base - mean - shift, base)[0]


def running_sum(so_far: Expr, value: Expr) -> Expr:
    """Solve: less the row it is what it was before."""
    total = Symbol("total", real=True)
    return solve(total - value - so_far, total)[0]


def sum_of_all(so_far: Expr, value: Expr) -> Expr:
    """Solve: less the last row it is what it was before; a millionth of a millionth is nothing."""
    total = running_sum(so_far, value)
    noise = Rational(1, 10**12) * (sympy.Abs(so_far) + sympy.Abs(value))
    return Piecewise((0, sympy.Abs(total) <= noise), (total, True))


# -- one row ----------------------------------------------------------------------------------


def gradient_total(row_weight: Expr, shift: Expr) -> Expr:
    """Add up six gradients around a base score that is the labels' mean and the shift."""
    labels = sympy.symbols("y1:7", real=True)
    base = mean_of_six(*labels) + shift
    return simplify(sympy.Add(*(row_weight * (base - y) for y in labels)))


def weighted_gradient(row_weight: Expr, prediction: Expr, label: Expr) -> Expr:
    """Differentiate half of the weighted squared error; its second derivative is the weight."""
    loss = row_weight * (prediction - label) ** 2 / 2
    assert diff(loss, prediction, 2) == row_weight
    return diff(loss, prediction)


def probability(margin: Expr) -> Expr:
    """Solve: the log of the odds is the margin."""
    p = Symbol("p", positive=True)
    return solve(log(p) - log(1 - p) - margin, p)[0]


def odds(share: Expr) -> Expr:
    """Solve: the rest, so many times, is the share."""
    ratio = Symbol("ratio", positive=True)
    return solve(ratio * (1 - share) - share, ratio)[0]


def log_odds(odds: Expr) -> Expr:
    """Find the constant margin m at which the loss of both kinds of rows is flat; u is e^m."""
    u, m = Symbol("u", positive=True), Symbol("m", real=True)
    whole = odds * _negative_log_likelihood(m, sympy.Integer(1))
    whole += _negative_log_likelihood(m, sympy.Integer(0))
    slope = simplify(diff(whole, m).subs(m, log(u)))
    return log(solve(slope, u)[0])


def is_late(minutes: Expr, promise: Expr) -> Expr:
    """On time up to the promise, that minute included."""
    return 1 - _iverson(minutes <= promise)


def logistic_gradient(probability: Expr, label: Expr) -> Expr:
    """Differentiate the log loss by the margin."""
    return _by_margin(label, 1, probability)


def logistic_hessian(probability: Expr) -> Expr:
    """Differentiate the log loss by the margin twice."""
    return _by_margin(Symbol("y", positive=True), 2, probability)


def log_loss(margin: Expr, label: Expr) -> Expr:
    """Integrate the gradient from a margin that is sure of 0, where that label costs nothing."""
    t = Symbol("t", real=True)
    rest = integrate(exp(t) / (1 + exp(t)), t)  # of p alone; the label's part is -y times the way
    return rest.subs(t, margin) - sympy.limit(rest, t, -oo) - label * margin


def moved(margin: Expr, step: Expr) -> Expr:
    """Integrate a step of speed one over its length."""
    t = Symbol("t", positive=True)
    return margin + integrate(1, (t, 0, step))


def _taylor(loss: Expr, derivatives: list[Expr], step: Expr) -> Expr:
    """Expand a function with those derivatives at 0 and keep as many terms."""
    t = Symbol("t", positive=True)
    f = loss + sum(d * t**k / sympy.factorial(k) for k, d in enumerate(derivatives, 1)) + t**4
    return series(f, t, 0, len(derivatives) + 1).removeO().subs(t, step)


def first_order_estimate(loss: Expr, gradient: Expr, step: Expr) -> Expr:
    """Expand to the first order."""
    return _taylor(loss, [gradient], step)


def second_order_estimate(loss: Expr, gradient: Expr, hessian: Expr, step: Expr) -> Expr:
    """Expand to the second order."""
    return _taylor(loss, [gradient, hessian], step)


# -- one leaf ---------------------------------------------------------------------------------


def _best_weight(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Minimise G w + (H + lambda) w^2 / 2 + alpha |w| for G > 0, where no weight above 0 helps.

    Below 0, |w| is -w. The parabola's minimum counts where it lies below 0, else 0 is best.
    """
    w = Symbol("w", real=True)
    below = gradient_sum * w + (hessian_sum + reg_lambda) * w**2 / 2 - reg_alpha * w
    (lowest,) = solve(diff(below, w), w)
    return Min(sympy.expand(lowest * (hessian_sum + reg_lambda)), 0) / (hessian_sum + reg_lambda)


def soft_threshold(gradient_sum: Expr, reg_alpha: Expr) -> Expr:
    """Read it off the best weight of a leaf whose parabola has curvature 1: it is minus that."""
    return -_best_weight(gradient_sum, Rational(1, 2), Rational(1, 2), reg_alpha)


def leaf_objective(
    weight: Expr, gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Integrate the slope of loss and penalties from weight 0."""
    t = Symbol("t", positive=True)
    slope = gradient_sum + hessian_sum * t + reg_lambda * t + reg_alpha
    return integrate(slope, (t, 0, weight))


def leaf_weight(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Minimise the leaf's objective."""
    return _best_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)


def newton_step(gradient_sum: Expr, hessian_sum: Expr) -> Expr:
    """Find where the slope G + H w of the parabola is 0."""
    w = Symbol("w", real=True)
    (root,) = solve(diff(gradient_sum * w + hessian_sum * w**2 / 2, w), w)
    return root


def kept_leaf_weight(
    gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr,
    min_child_weight: Expr,
) -> Expr:  # fmt: skip
    """The best weight, or none for a leaf that is starved."""
    best = _best_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)
    return Piecewise((best, min_child_weight <= hessian_sum), (0, True))


def score(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Put the best weight back into the objective and take minus twice what comes out.

    At the minimum the slope is 0, so the objective there is -(H + lambda) w^2 / 2.
    """
    w = _best_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)
    v, curvature = Symbol("v", real=True), Symbol("k", positive=True)
    linear = solve(diff(Symbol("b") * v + curvature * v**2 / 2, v), Symbol("b"))[0]
    at_minimum = linear * v + curvature * v**2 / 2
    return (-2 * at_minimum).subs({v: w, curvature: hessian_sum + reg_lambda})


def objective_fall(node_score: Expr) -> Expr:
    """The score is twice the fall."""
    fall = Symbol("fall", positive=True)
    return solve(2 * fall - node_score, fall)[0]


def clipped_weight(weight: Expr, wall: Expr) -> Expr:
    """Minimise the distance from the weight among all that are not below the wall."""
    return Max(wall, weight)


# -- one split --------------------------------------------------------------------------------


def remainder(whole: Expr, part: Expr) -> Expr:
    """Solve: both sides together are the whole."""
    other = Symbol("other", real=True)
    return solve(part + other - whole, other)[0]


def _signed_score(G: Expr, H: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """The score of a gradient sum of either sign: that of its distance beyond alpha."""
    pulled = Max(G - reg_alpha, 0) + Min(G + reg_alpha, 0)
    return pulled**2 / (H + reg_lambda)


def split_gain(
    left_gradient: Expr, left_hessian: Expr, all_gradient: Expr, all_hessian: Expr,
    reg_lambda: Expr, reg_alpha: Expr,
) -> Expr:  # fmt: skip
    """Take the fall with two leaves less the fall with one, twice."""
    sides = [
        (left_gradient, left_hessian),
        (remainder(all_gradient, left_gradient), remainder(all_hessian, left_hessian)),
    ]
    falls = [_signed_score(G, H, reg_lambda, reg_alpha) / 2 for G, H in sides]
    before = _signed_score(all_gradient, all_hessian, reg_lambda, reg_alpha) / 2
    return 2 * (falls[0] + falls[1] - before)


def gain_with_row_left(
    left_gradient: Expr, left_hessian: Expr, row_gradient: Expr, row_hessian: Expr,
    all_gradient: Expr, all_hessian: Expr, reg_lambda: Expr, reg_alpha: Expr,
) -> Expr:  # fmt: skip
    """Take the row away from the right side and give it to the left."""
    G = remainder(all_gradient, left_gradient) - row_gradient
    H = remainder(all_hessian, left_hessian) - row_hessian
    return (
        _signed_score(left_gradient + row_gradient, left_hessian + row_hessian, reg_lambda,
                      reg_alpha)
        + _signed_score(G, H, reg_lambda, reg_alpha)
        - _signed_score(all_gradient, all_hessian, reg_lambda, reg_alpha)
    )  # fmt: skip


def _iverson(condition: Any) -> Expr:
    return Piecewise((1, condition), (0, True))


def goes_left(best_left: Expr, best_right: Expr) -> Expr:
    """Left only if it is strictly better."""
    return _iverson(best_left > best_right)


def paper_gain(gain: Expr, gamma: Expr) -> Expr:
    """Fall of the whole objective: gamma for each leaf, and one leaf has become two."""
    leaves = Symbol("leaves", integer=True)
    charge = gamma * leaves
    return gain / 2 - (charge.subs(leaves, 2) - charge.subs(leaves, 1))


def library_keeps(gain: Expr, gamma: Expr) -> Expr:
    """Prune what is below gamma, keep the rest."""
    return 1 - _iverson(gain < gamma)


def paper_keeps(gain: Expr, gamma: Expr) -> Expr:
    """Prune where the objective would rise."""
    return _iverson(paper_gain(gain, gamma) >= 0)


def library_gamma(paper_gamma: Expr) -> Expr:
    """Find the gamma at which both stand at their edge for the same gain."""
    gain, code = Symbol("gain", positive=True), Symbol("code", positive=True)
    at_edge = solve(paper_gain(gain, paper_gamma), gain)[0]
    return solve(at_edge - code, code)[0]


def _counted(left: tuple[Expr, Expr], right: tuple[Expr, Expr], reg_lambda: Expr, reg_alpha: Expr,
             least: Expr) -> Expr:  # fmt: skip
    """Twice the fall of two leaves less one, unless one is empty or starved or nothing is won."""
    both = left[0] + right[0], left[1] + right[1]
    # Where a node is empty another hessian stands in, in a branch that is not taken.
    scores = [_signed_score(G, Piecewise((1, H <= 0), (H, True)), reg_lambda, reg_alpha)
              for G, H in (left, right, both)]  # fmt: skip
    gain = scores[0] + scores[1] - scores[2]
    worth = Piecewise((0, gain <= TINY), (gain, True))
    smaller = Min(left[1], right[1])
    fed = Piecewise((worth, least <= smaller), (0, True))
    return Piecewise((0, smaller <= 0), (fed, True))


def counted_gain(
    left_gradient: Expr, left_hessian: Expr, all_gradient: Expr, all_hessian: Expr,
    reg_lambda: Expr, reg_alpha: Expr, min_child_weight: Expr,
) -> Expr:  # fmt: skip
    """Deal the node's rows to two leaves."""
    right = remainder(all_gradient, left_gradient), remainder(all_hessian, left_hessian)
    left = left_gradient, left_hessian
    return _counted(left, right, reg_lambda, reg_alpha, min_child_weight)


def gain_above(
    left_gradient: Expr, left_hessian: Expr, cut_gradient: Expr, cut_hessian: Expr,
    all_gradient: Expr, all_hessian: Expr, reg_lambda: Expr, reg_alpha: Expr,
    min_child_weight: Expr,
) -> Expr:  # fmt: skip
    """The rows between the two thresholds are one leaf, those above the new one the other."""
    left = remainder(left_gradient, cut_gradient), remainder(left_hessian, cut_hessian)
    right = remainder(all_gradient, left_gradient), remainder(all_hessian, left_hessian)
    return _counted(left, right, reg_lambda, reg_alpha, min_child_weight)


def gain_of_last_row(
    left_gradient: Expr, left_hessian: Expr, row_gradient: Expr, row_hessian: Expr,
    cut_hessian: Expr, reg_lambda: Expr, reg_alpha: Expr,
) -> Expr:  # fmt: skip
    """Twice the fall of two leaves less the fall of one that holds both."""
    sides = [(left_gradient, left_hessian), (row_gradient, row_hessian)]
    both = left_gradient + row_gradient, left_hessian + row_hessian
    gain = sympy.Add(*(_signed_score(*side, reg_lambda, reg_alpha) for side in sides))
    gain -= _signed_score(*both, reg_lambda, reg_alpha)
    worth = Piecewise((0, gain <= TINY), (gain, True))
    return Piecewise((worth, both[1] <= cut_hessian), (0, True))


def rows_to_feed(min_child_weight: Expr, probability: Expr) -> Expr:
    """Solve for the rows whose hessians add up to it, and round up."""
    n = Symbol("n", positive=True)
    rows = solve(n * logistic_hessian(probability) - min_child_weight, n)[0]
    return ceiling(rows - Rational(1, 10**9))


# -- one tree ---------------------------------------------------------------------------------


def best_of_five(first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr) -> Expr:
    """The least number that none exceeds."""
    return Max(fifth, fourth, third, second, first)


def best_of_four(first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """The least number that none exceeds."""
    return Max(fourth, third, second, first)


def _highest_winner(best: Expr, gains: list[Expr], values: list[Expr]) -> Expr:
    """From the top down, the first whose gain is not below the best; the lowest is left over."""
    held = [(value, gain >= best) for gain, value in zip(gains[::-1], values[:0:-1], strict=True)]
    return Piecewise((0, best <= 0), *held, (values[0], True))


def of_the_winner(
    best: Expr, gain_2: Expr, gain_3: Expr, gain_4: Expr, gain_5: Expr, value_1: Expr,
    value_2: Expr, value_3: Expr, value_4: Expr, value_5: Expr,
) -> Expr:  # fmt: skip
    """Walk from the top down."""
    return _highest_winner(best, [gain_2, gain_3, gain_4, gain_5],
                           [value_1, value_2, value_3, value_4, value_5])  # fmt: skip


def of_the_winner_of_four(
    best: Expr, gain_2: Expr, gain_3: Expr, gain_4: Expr, value_1: Expr, value_2: Expr,
    value_3: Expr, value_4: Expr,
) -> Expr:  # fmt: skip
    """Walk from the top down."""
    return _highest_winner(best, [gain_2, gain_3, gain_4], [value_1, value_2, value_3, value_4])


def child_kept(gain: Expr, gamma: Expr) -> Expr:
    """A split that gains nothing was never made; of the others gamma prunes those below it."""
    return Piecewise((0, gain <= 0), (_iverson(gain >= gamma), True))


def root_kept(gain: Expr, gamma: Expr, left_kept: Expr, right_kept: Expr) -> Expr:
    """Anything that holds the root up: its own gain, or a split on either side."""
    falls_alone = _iverson(gain < gamma)
    without = sympy.Mul(falls_alone, 1 - left_kept, 1 - right_kept)
    return Piecewise((0, gain <= 0), (1 - without, True))


def splits_kept(root_gain: Expr, left_gain: Expr, right_gain: Expr, gamma: Expr) -> Expr:
    """Add up the three."""
    left, right = _iverson(left_gain >= gamma), _iverson(right_gain >= gamma)
    return left + right + Max(_iverson(root_gain >= gamma), left, right)


def standing(kept: Expr, value: Expr) -> Expr:
    """Sum over as many copies as stand."""
    k = Symbol("k", integer=True)
    return summation(value, (k, 1, kept))


def second_leaf_sum(root_kept: Expr, cut_sum: Expr, left_kept: Expr, left_sum: Expr) -> Expr:
    """Solve: the two lower leaves hold what the root's split sends left, if it stands."""
    leaf = Symbol("leaf", real=True)
    lower = leaf + standing(left_kept, left_sum)
    return solve(lower - standing(root_kept, cut_sum), leaf)[0]


def third_leaf_sum(right_kept: Expr, right_sum: Expr, cut_sum: Expr) -> Expr:
    """What lies between two thresholds, if the upper one stands."""
    return standing(right_kept, right_sum) - standing(right_kept, cut_sum)


def fourth_leaf_sum(root_kept: Expr, cut_sum: Expr, third_sum: Expr, all_sum: Expr) -> Expr:
    """Solve: the four leaves hold all rows; the lower two hold what the root sends left."""
    leaf, first = Symbol("leaf", real=True), Symbol("first", real=True)
    lower = first + second_leaf_sum(root_kept, cut_sum, sympy.Integer(1), first)
    return solve(lower + third_sum + leaf - all_sum, leaf)[0]


def first_leaf_weight(
    left_kept: Expr, gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """The best weight of the leaf, if it is there."""
    return standing(left_kept, _best_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha))


def tree_leaf_weight(
    gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Minimise the leaf's objective (a leaf of positive hessian; an empty one is counted)."""
    return _best_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)


def first_row_step(
    prediction: Expr, learning_rate: Expr, left_kept: Expr, root_kept: Expr, weight_1: Expr,
    weight_2: Expr, weight_4: Expr,
) -> Expr:  # fmt: skip
    """Start in the highest leaf, and change over for every split that stands."""
    weight = weight_4 + root_kept * (weight_2 - weight_4) + left_kept * (weight_1 - weight_2)
    return shrunken_step(prediction, learning_rate, weight)


def _below(row: Expr, end: Expr, kept: Expr) -> Any:
    """Whether a split that may be pruned holds a row on its lower side, as 1 or 0."""
    return kept * Piecewise((1, end >= row), (0, True))


def _mixed(weights: list[Expr], below: list[Expr]) -> Expr:
    """The highest leaf's weight, handed down by every split that holds the row below it."""
    found = weights[-1]
    for weight, holds in zip(weights[-2::-1], below[::-1], strict=True):
        found = holds * weight + (1 - holds) * found
    return found


def second_row_step(
    prediction: Expr, learning_rate: Expr, hessian: Expr, left_kept: Expr, left_hessian: Expr,
    root_kept: Expr, cut_hessian: Expr, right_kept: Expr, weight_1: Expr, weight_2: Expr,
    weight_3: Expr, weight_4: Expr,
) -> Expr:  # fmt: skip
    """Every split of the right child has the second row below it."""
    below = [_below(hessian, left_hessian, left_kept), _below(hessian, cut_hessian, root_kept),
             right_kept]  # fmt: skip
    leaf = _mixed([weight_1, weight_2, weight_3, weight_4], below)
    return prediction + learning_rate * leaf


def row_step(
    prediction: Expr, learning_rate: Expr, hessian: Expr, left_kept: Expr, left_hessian: Expr,
    root_kept: Expr, cut_hessian: Expr, right_kept: Expr, right_hessian: Expr, weight_1: Expr,
    weight_2: Expr, weight_3: Expr, weight_4: Expr,
) -> Expr:  # fmt: skip
    """From the highest leaf down."""
    ends = ((left_hessian, left_kept), (cut_hessian, root_kept), (right_hessian, right_kept))
    below = [_below(hessian, end, kept) for end, kept in ends]
    leaf = _mixed([weight_1, weight_2, weight_3, weight_4], below)
    return prediction + learning_rate * leaf


def fifth_row_step(
    prediction: Expr, learning_rate: Expr, hessian: Expr, root_kept: Expr, cut_hessian: Expr,
    right_kept: Expr, right_hessian: Expr, weight_2: Expr, weight_3: Expr, weight_4: Expr,
) -> Expr:  # fmt: skip
    """From the highest leaf down to the second."""
    below = [_below(hessian, end, kept) for end, kept in (
        (cut_hessian, root_kept), (right_hessian, right_kept))]  # fmt: skip
    return prediction + learning_rate * _mixed([weight_2, weight_3, weight_4], below)


def step_through_tree(
    prediction: Expr, learning_rate: Expr, x: Expr, left_cut: Expr, cut: Expr, right_cut: Expr,
    weight_1: Expr, weight_2: Expr, weight_3: Expr, weight_4: Expr,
) -> Expr:  # fmt: skip
    """Answer the tree's questions, then the leaf's weight times the rate is what is added."""
    lower = Piecewise((weight_1, x < left_cut), (weight_2, True))
    upper = Piecewise((weight_3, x < right_cut), (weight_4, True))
    leaf = Piecewise((lower, x < cut), (upper, True))
    return prediction + learning_rate * leaf


def shrunken_step(prediction: Expr, learning_rate: Expr, weight: Expr) -> Expr:
    """Solve: the change is the rate's share of the leaf's weight."""
    after = Symbol("after", real=True)
    return solve((after - prediction) / weight - learning_rate, after)[0]


def mean_squared_error(
    prediction_1: Expr, prediction_2: Expr, prediction_3: Expr, prediction_4: Expr,
    prediction_5: Expr, prediction_6: Expr, label_1: Expr, label_2: Expr, label_3: Expr,
    label_4: Expr, label_5: Expr, label_6: Expr,
) -> Expr:  # fmt: skip
    """Integrate twice the error from label to prediction for each row, and share among them."""
    t = Symbol("t", real=True)
    rows = [(prediction_1, label_1), (prediction_2, label_2), (prediction_3, label_3),
            (prediction_4, label_4), (prediction_5, label_5), (prediction_6, label_6)]  # fmt: skip
    return sum((integrate(2 * (t - y), (t, y, p)) for p, y in rows), sympy.Integer(0)) / len(rows)


def share_left(learning_rate: Expr, hessian_sum: Expr, reg_lambda: Expr) -> Expr:
    """Take a shrunken step by the best weight and see what is left of the mean residual.

    With a residual of r in each row the gradients add up to -H r.
    """
    r, w = Symbol("r", positive=True), Symbol("w", real=True)
    objective = -hessian_sum * r * w + (hessian_sum + reg_lambda) * w**2 / 2
    (best,) = solve(diff(objective, w), w)
    return simplify((r - learning_rate * best) / r)


def clipped_share(share: Expr) -> Expr:
    """Hold it between a millionth and all but a millionth."""
    return Min(Max(TINY, share), 1 - TINY)


def rises(rise: Expr) -> Expr:
    """Forbidden where the left side predicts more."""
    return 1 - _iverson(rise < 0)


def falls(rise: Expr) -> Expr:
    """Forbidden where the right side predicts more."""
    return 1 - _iverson(rise > 0)


# -- what it costs ----------------------------------------------------------------------------


def sampled_columns(columns: Expr, share: Expr) -> Expr:
    """As many whole columns as the share has, and one where it has none."""
    return Max(floor(share * columns + Rational(1, 10**9)), 1)


def sort_comparisons(rows: Expr, features: Expr) -> Expr:
    """Merge sort: log2(n) passes, each comparing every row once, for every feature."""
    passes = Symbol("k", positive=True)
    # After k passes runs are 2^k long; the last pass makes one of all rows.
    (count,) = solve(Eq(2**passes, rows), passes)
    return sympy.expand_log(features * rows * count)


def candidates_exact(rows: Expr, features: Expr) -> Expr:
    """Sum the gaps between n neighbours over the features."""
    f = Symbol("f", integer=True)
    return summation(rows - 1, (f, 1, features))


def candidates_binned(bins: Expr, features: Expr) -> Expr:
    """Sum the gaps between B neighbours over the features."""
    f = Symbol("f", integer=True)
    return summation(bins - 1, (f, 1, features))


def matrix_bytes(rows: Expr, features: Expr, value_bytes: Expr) -> Expr:
    """Sum a row's bytes over the rows."""
    i, f = Symbol("i", integer=True), Symbol("f", integer=True)
    return summation(summation(value_bytes, (f, 1, features)), (i, 1, rows))


def exact_tree_bytes(sorted_bytes: Expr, depth: Expr) -> Expr:
    """Sum over the levels: every row is in one of a level's nodes."""
    level = Symbol("l", integer=True)
    return summation(sorted_bytes, (level, 1, depth))


def binned_tree_bytes(binned_bytes: Expr, depth: Expr) -> Expr:
    """The root reads all; each level below, at most half."""
    level = Symbol("l", integer=True)
    return binned_bytes + summation(binned_bytes / 2, (level, 2, depth))


def histogram_bytes(features: Expr, bins: Expr, pair_bytes: Expr) -> Expr:
    """Sum over features and bins."""
    f, b = Symbol("f", integer=True), Symbol("b", integer=True)
    return summation(summation(pair_bytes, (b, 1, bins)), (f, 1, features))


def histograms_filled(depth: Expr) -> Expr:
    """The root's, and on each level that splits again one for each pair of siblings."""
    level, D = Symbol("l", integer=True), Symbol("D", integer=True, positive=True)
    pairs = summation(2**level / 2, (level, 1, D - 1))
    return simplify(1 + pairs).subs(D, depth)


def tree_payload_bytes(histogram_bytes: Expr, histograms: Expr) -> Expr:
    """Sum over the histograms."""
    k = Symbol("k", integer=True)
    return summation(histogram_bytes, (k, 1, histograms))


def sketch_error(bins: Expr, factor: Expr) -> Expr:
    """Solve: a sketch of that error tells as many places apart as there are fine bins."""
    eps = Symbol("eps", positive=True)
    return solve(eps * bins * factor - 1, eps)[0]


def rank_error(rows: Expr, error: Expr) -> Expr:
    """A share of the rows, row by row."""
    i = Symbol("i", integer=True)
    return summation(error, (i, 1, rows))


def rows_per_bin(rows: Expr, bins: Expr) -> Expr:
    """Solve: equal bins hold all rows."""
    each = Symbol("each", positive=True)
    return solve(each * bins - rows, each)[0]


def sketch_bytes(features: Expr, bins: Expr, factor: Expr, entry_bytes: Expr) -> Expr:
    """Sum over features and entries, as many entries as the sketch has fine bins."""
    f, k = Symbol("f", integer=True), Symbol("k", integer=True)
    entries = 1 / sketch_error(bins, factor)
    return summation(summation(entry_bytes, (k, 1, entries)), (f, 1, features))


def full_leaves(depth: Expr) -> Expr:
    """Solve the recurrence: every level has twice the nodes of the one above it."""
    n = Symbol("n", integer=True)
    nodes = sympy.Function("nodes")
    return sympy.rsolve(nodes(n + 1) - 2 * nodes(n), nodes(n), {nodes(0): 1}).subs(n, depth)


def full_splits(depth: Expr) -> Expr:
    """Sum the nodes of all levels above the leaves."""
    level, D = Symbol("l", integer=True), Symbol("D", integer=True, positive=True)
    return simplify(summation(2**level, (level, 0, D - 1))).subs(D, depth)


def sampled_share(top_rate: Expr, other_rate: Expr) -> Expr:
    """Rows kept of n, over n."""
    n = Symbol("n", positive=True)
    return simplify((top_rate * n + other_rate * n) / n)


def small_gradient_factor(top_rate: Expr, other_rate: Expr) -> Expr:
    """Solve: the drawn rows, enlarged, stand for all rows outside the top."""
    n, factor = Symbol("n", positive=True), Symbol("factor", positive=True)
    drawn, outside = other_rate * n, n - top_rate * n
    return simplify(solve(drawn * factor - outside, factor)[0])
