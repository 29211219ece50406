"""Count first-order boosting: deal out sums, sort, search for minima, run the real losses.

Where the chapter's own code (worked/gradient_boosting) has the rule, the count runs it;
elsewhere it walks through rows, candidates, draws and trees one by one.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from checks.counts.brute import at, crossing, dealt, draws, how_many_times
from worked.gradient_boosting import losses

# -- where to start ---------------------------------------------------------------------------


def _signed(seed: str, arity: int, span: int = 30) -> list[tuple[Any, ...]]:
    """Return points of whole numbers of both signs."""
    return draws(seed, lambda r: tuple(r(-span, span) for _ in range(arity)))


def _balance(*labels: Any) -> float:
    """Deal out what is above the least label, and put the least back."""
    least = min(labels)
    return least + dealt(sum(label - least for label in labels), len(labels))


@at(*_signed("six", 6))
def mean_of_six(first: int, second: int, third: int, fourth: int, fifth: int, sixth: int) -> float:
    """Deal out."""
    return _balance(first, second, third, fourth, fifth, sixth)


def _square(a: int, b: int) -> int:
    """Count the cells of the square between two whole numbers."""
    low, high = sorted((a, b))
    return sum(1 for _ in product(range(low, high), repeat=2))


@at(*_signed("constant", 7, 12))
def squared_error_of_constant(
    constant: int, label_1: int, label_2: int, label_3: int, label_4: int, label_5: int,
    label_6: int,
) -> float:  # fmt: skip
    """Count the cells of six squares."""
    labels = (label_1, label_2, label_3, label_4, label_5, label_6)
    return sum(_square(label, constant) for label in labels)


@at(*_signed("excess", 2))
def excess_over_mean(constant: int, mean: int) -> float:
    """Put six labels around the mean, and count the squares around the constant and around it."""
    labels = [mean + d for d in (-5, -3, -2, 1, 2, 7)]
    around_constant = sum(_square(label, constant) for label in labels)
    return around_constant - sum(_square(label, mean) for label in labels)


@at(*_signed("absolute", 7))
def absolute_error_of_constant(
    constant: int, label_1: int, label_2: int, label_3: int, label_4: int, label_5: int,
    label_6: int,
) -> float:  # fmt: skip
    """Walk from the constant to each label and count the steps."""
    labels = (label_1, label_2, label_3, label_4, label_5, label_6)
    return sum(len(range(min(y, constant), max(y, constant))) for y in labels)


@at(*_signed("least of three", 3), *_signed("tied three", 3, 1))
def least_of_three(first: int, second: int, third: int) -> float:
    """Sort and take the first."""
    return sorted((first, second, third))[0]


@at(*_signed("largest of three", 3), *_signed("tied three", 3, 1))
def largest_of_three(first: int, second: int, third: int) -> float:
    """Sort and take the last."""
    return sorted((first, second, third))[-1]


def _three(randint: Any) -> tuple[Any, ...]:
    three = tuple(randint(-30, 30) for _ in range(3))
    return *three, min(three), max(three)


@at(*draws("middle of three", _three))
def middle_of_three(first: int, second: int, third: int, least: int, largest: int) -> float:
    """Sort and take the second."""
    return sorted((first, second, third))[1]


def _halves(span: int) -> Any:
    def make(randint: Any) -> tuple[Any, ...]:
        halves = (sorted(randint(-span, span) for _ in range(3)) for _ in range(2))
        return tuple(label for half in halves for label in half)

    return make


HALVES = [*draws("halves", _halves(30), 60), *draws("tied halves", _halves(2), 30)]


@at(*HALVES)
def third_of_six(
    low: int, middle: int, high: int, other_low: int, other_middle: int, other_high: int
) -> float:
    """Sort and take the third."""
    return sorted((low, middle, high, other_low, other_middle, other_high))[2]


@at(*HALVES)
def fourth_of_six(
    low: int, middle: int, high: int, other_low: int, other_middle: int, other_high: int
) -> float:
    """Sort and take the fourth."""
    return sorted((low, middle, high, other_low, other_middle, other_high))[3]


@at((30, 30), (31, 30), (29, 30), (5, 40), (40, 5))
def is_late(minutes: int, promise: int) -> float:
    """Look for a minute beyond the promise."""
    return float(any(minute > promise for minute in range(1, minutes + 1)))


P = [0.02, 0.1, 0.25, 0.37, 0.6, 0.81, 0.99]


@at(*((k / 8,) for k in range(1, 8)))
def odds(probability: float) -> float:
    """Take the eighths in which it does not happen away from those in which it does."""
    return how_many_times(int(8 * probability), 8 - int(8 * probability))


@at(*((p / (1 - p),) for p in P), tolerance=1e-6)
def log_odds(odds: float) -> float:
    """Search for the log-odds with the least log loss where odds to 1 of the labels are 1."""
    return crossing(lambda m: 1 / (1 + math.exp(-m)) - odds / (1 + odds), -20, 20)


@at((-4.5,), (-1.0,), (0.0,), (0.7,), (3.0,), tolerance=1e-9)
def probability(log_odds: float) -> float:
    """Run the real one."""
    return float(losses.sigmoid(np.array([log_odds]))[0])


# -- which way is down ------------------------------------------------------------------------


@at(*_signed("half", 2))
def half_squared_error(label: int, prediction: int) -> float:
    """Count the cells of the square and deal them to two."""
    return dealt(_square(label, prediction), 2)


@at(*_signed("gradient", 2))
def half_squared_gradient(label: int, prediction: int) -> float:
    """Nudge the prediction both ways and see how the loss changes (exact for a parabola)."""
    after, before = (half_squared_error(label, prediction + d) for d in (1, -1))
    return (after - before) / 2


@at((20, 3), (-4, 5), (7, -9), (0, 0))
def nudged(prediction: int, nudge: int) -> float:
    """Walk in a hundred small steps."""
    here = Fraction(prediction)
    for _ in range(100):
        here += Fraction(nudge, 100)
    return float(here)


@at(*draws("chord", lambda r: (r(0, 90), r(0, 90), r(1, 9))))
def chord_slope(loss_after: int, loss_before: int, nudge: int) -> float:
    """Deal the change out to the minutes of the nudge."""
    change = loss_after - loss_before
    return math.copysign(dealt(abs(change), nudge), change)


@at((0, 3), (4, 5), (5, 5), (0, 0), (6, 5), (30, -2))
def absolute_direction(label: int, prediction: int) -> float:
    """Run the real one."""
    return float(losses.residual_sign(np.array([float(label)]), np.array([float(prediction)]))[0])


@at(*product((-9, -4, -1, 0, 2, 4, 7), (1, 4, 6)))
def huber_direction(residual: int, threshold: int) -> float:
    """Run the real one."""
    real = losses.huber_loss(float(threshold))
    return float(real.negative_gradient(np.array([float(residual)]), np.array([0.0]))[0])


# -- a stump ----------------------------------------------------------------------------------


def _leaf(*residuals: Any) -> float:
    """Deal out, and look whether a billion of what each gets would fill one."""
    mean = _balance(*(Fraction(r) for r in residuals))
    return mean if abs(mean) * 10**9 > 1 else 0.0


TINY = 2.0**-31  # of a billionth's size, exact in binary


@at(*_signed("two", 2), (3, -3), (4 * TINY, 0.0), (8 * TINY, TINY), (-2 * TINY, TINY))
def leaf_of_two(first: float, second: float) -> float:
    """Deal out."""
    return _leaf(first, second)


@at(*_signed("three", 3), (3, -4, 1), (2 * TINY, 2 * TINY, TINY), (9 * TINY, TINY, 0.0))
def leaf_of_three(first: float, second: float, third: float) -> float:
    """Deal out."""
    return _leaf(first, second, third)


@at(*_signed("four", 4), (3, -4, 2, -1), (TINY, TINY, 4 * TINY, TINY), (9 * TINY, TINY, 0.0, 0.0))
def leaf_of_four(first: float, second: float, third: float, fourth: float) -> float:
    """Deal out."""
    return _leaf(first, second, third, fourth)


@at(*_signed("five", 5), (3, -4, 2, -1, 0), (TINY, TINY, 4 * TINY, TINY, 0.0))
def leaf_of_five(
    first: float, second: float, third: float, fourth: float, fifth: float
) -> float:  # fmt: skip
    """Deal out."""
    return _leaf(first, second, third, fourth, fifth)


def _left_in(*residuals: int) -> float:
    """Take the mean off each residual and add up the squares, in fractions."""
    mean = Fraction(sum(residuals), len(residuals))
    return float(sum((r - mean) * (r - mean) for r in residuals))


@at(*_signed("error first", 5))
def error_after_first(
    residual_2: int, residual_3: int, residual_4: int, residual_5: int, residual_6: int
) -> float:
    """Add up the squares in each leaf."""
    return _left_in(residual_2, residual_3, residual_4, residual_5, residual_6)


@at(*_signed("error second", 6))
def error_after_second(
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Add up the squares in each leaf."""
    return _left_in(residual_1, residual_2) + _left_in(
        residual_3, residual_4, residual_5, residual_6
    )


@at(*_signed("error third", 6))
def error_after_third(
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Add up the squares in each leaf."""
    return _left_in(residual_1, residual_2, residual_3) + _left_in(
        residual_4, residual_5, residual_6
    )


@at(*_signed("error fourth", 6))
def error_after_fourth(
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Add up the squares in each leaf."""
    return _left_in(residual_1, residual_2, residual_3, residual_4) + _left_in(
        residual_5, residual_6
    )


@at(*_signed("error fifth", 5))
def error_after_fifth(
    residual_1: int, residual_2: int, residual_3: int, residual_4: int, residual_5: int
) -> float:
    """Add up the squares in each leaf."""
    return _left_in(residual_1, residual_2, residual_3, residual_4, residual_5)


@at(*_signed("least", 5), *_signed("least again", 5))
def least_of_five(first: int, second: int, third: int, fourth: int, fifth: int) -> float:
    """Sort and take the first."""
    return sorted((first, second, third, fourth, fifth))[0]


def _race(randint: Any) -> tuple[Any, ...]:
    """Return a race with ties: the best error, the first four errors, five values."""
    errors = [randint(0, 3) for _ in range(5)]
    return min(errors), *errors[:4], *(randint(-40, 40) for _ in range(5))


NEARLY = [  # just within a billionth of the best, and just outside, each candidate in turn
    (1, *(1 + slip if i == k else 2.0 for i in range(4)), 11, 12, 13, 14, 15)
    for k in range(4)
    for slip in (0.4e-9, 0.75e-9, 1.5e-9, 3e-9)
]


@at(*draws("race", _race, 60), *NEARLY)
def of_best_split(
    best: float, error_1: float, error_2: float, error_3: float, error_4: float, value_1: int,
    value_2: int, value_3: int, value_4: int, value_5: int,
) -> float:  # fmt: skip
    """Lay the candidates out and pick up the first that is no worse, to nine digits."""
    errors = [Fraction(e) for e in (error_1, error_2, error_3, error_4)]
    standing = [e - Fraction(best) <= Fraction(best) / 10**9 for e in errors]
    values = (value_1, value_2, value_3, value_4, value_5)
    return values[standing.index(True)] if any(standing) else value_5


@at(*draws("rows left", lambda r: _race(r)[:5], 60), *(point[:5] for point in NEARLY))
def rows_left_of_best(
    best: float, error_1: float, error_2: float, error_3: float, error_4: float
) -> float:  # fmt: skip
    """Count how many candidates are passed by, and the one that is taken."""
    limit, passed = Fraction(best) * (1 + Fraction(1, 10**9)), 0
    for error in (error_1, error_2, error_3, error_4):
        if Fraction(error) <= limit:
            break
        passed += 1
    return passed + 1


SIDES = [
    *draws("sides", lambda r: (r(1, 5), *(r(-30, 30) for _ in range(5))), 40),
    *((n, *(3 * s for s in signs)) for n in range(1, 6) for signs in ((1, -1, 1, -1, 1),)),
]


@at(*SIDES)
def mean_of_first(
    rows_left: int,
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
) -> float:
    """Deal out."""
    return _leaf(*(residual_1, residual_2, residual_3, residual_4, residual_5)[:rows_left])


@at(*SIDES)
def mean_of_last(
    rows_left: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Deal out."""
    rows = (residual_2, residual_3, residual_4, residual_5, residual_6)
    return _leaf(*rows[rows_left - 1 :])


def _side(row: int, rows_left: int, residuals: tuple[int, ...]) -> float:
    """Deal out the side of a cut list on which the row lies."""
    sides = residuals[:rows_left], residuals[rows_left:]
    return _leaf(*sides[row > rows_left])


@at(*draws("leaf of second", lambda r: (r(1, 5), *(r(-30, 30) for _ in range(6))), 40))
def leaf_of_second(
    rows_left: int,
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Deal out."""
    return _side(
        2, rows_left, (residual_1, residual_2, residual_3, residual_4, residual_5, residual_6)
    )


@at(*draws("leaf of third", lambda r: (r(1, 5), *(r(-30, 30) for _ in range(6))), 40))
def leaf_of_third(
    rows_left: int,
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Deal out."""
    return _side(
        3, rows_left, (residual_1, residual_2, residual_3, residual_4, residual_5, residual_6)
    )


@at(*draws("leaf of fourth", lambda r: (r(1, 5), *(r(-30, 30) for _ in range(6))), 40))
def leaf_of_fourth(
    rows_left: int,
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Deal out."""
    return _side(
        4, rows_left, (residual_1, residual_2, residual_3, residual_4, residual_5, residual_6)
    )


@at(*draws("leaf of fifth", lambda r: (r(1, 5), *(r(-30, 30) for _ in range(6))), 40))
def leaf_of_fifth(
    rows_left: int,
    residual_1: int,
    residual_2: int,
    residual_3: int,
    residual_4: int,
    residual_5: int,
    residual_6: int,
) -> float:
    """Deal out."""
    return _side(
        5, rows_left, (residual_1, residual_2, residual_3, residual_4, residual_5, residual_6)
    )


@at(*draws("removed", lambda r: (r(10, 90), r(0, 10))))
def error_removed(before: int, after: int) -> float:
    """Take the rest away, cell by cell."""
    return len(set(range(before)) - set(range(after)))


# -- the update -------------------------------------------------------------------------------


@at(*draws("step", lambda r: (r(-30, 30), r(1, 9) / 8, r(-20, 20))))
def shrunken_step(prediction: int, learning_rate: float, leaf: int) -> float:
    """Add an eighth of the leaf for each eighth of η."""
    here = Fraction(prediction)
    for _ in range(int(learning_rate * 8)):
        here += Fraction(leaf, 8)
    return float(here)


@at(*draws("boosted", lambda r: (r(-30, 30), r(1, 9) / 8, r(0, 4), r(0, 4), r(-20, 20), r(-9, 9))))
def boosted(
    prediction: int, learning_rate: float, x: int, cut: int, lower: int, upper: int
) -> float:
    """Look for x among the numbers up to the cut, and take that side's leaf."""
    return shrunken_step(prediction, learning_rate, lower if x in range(cut + 1) else upper)


LEAF = (-13, -12, -4, 1)


@at((0.125,), (0.5,), (0.75,), (1.0,), (1.5,), (1.875,))
def removed_share(learning_rate: float) -> float:
    """Update one leaf of four rows, exactly, with η and with a full step; compare the falls."""
    rows = [Fraction(r) for r in LEAF]
    mean, eta = sum(rows) / len(rows), Fraction(learning_rate)
    before, after, full = (
        sum((r - step * mean) ** 2 for r in rows) for step in (Fraction(0), eta, Fraction(1))
    )
    return float((before - after) / (before - full))


@at(*draws("after", lambda r: (r(50, 90), r(0, 40), r(0, 4) / 4)))
def error_after_update(before: int, gain: int, share: float) -> float:
    """Take a quarter of the gain away for each quarter of the share."""
    left = Fraction(before)
    for _ in range(int(share * 4)):
        left -= Fraction(gain, 4)
    return float(left)


@at(*product((0.125, 0.5, 0.75, 1.0, 1.5), (1, 2, 3, 7)))
def share_left_after(learning_rate: float, rounds: int) -> float:
    """Take η of what is left, round by round."""
    left = Fraction(1)
    for _ in range(rounds):
        left -= Fraction(learning_rate) * left
    return float(abs(left))


@at(*_signed("running", 2))
def running_sum(so_far: int, residual: int) -> float:
    """Walk the new term's way, one by one."""
    here = so_far
    for _ in range(abs(residual)):
        here += 1 if residual > 0 else -1
    return here


@at(*draws("ratio", lambda r: (r(1, 90), r(1, 30))))
def ratio(part: int, whole: int) -> float:
    """Take the whole away from the part as often as it goes."""
    return how_many_times(part, whole)


# -- classification ---------------------------------------------------------------------------


@at(*product((0, 1), P))
def label_residual(label: int, probability: float) -> float:
    """Run the real one."""
    raw = np.array([math.log(probability) - math.log(1 - probability)])
    return float(losses.probability_residual(np.array([float(label)]), raw)[0])


def _leaf_of_labels(rows: int, ones: int, margin: float) -> tuple[Any, Any]:
    return np.array([1.0] * ones + [0.0] * (rows - ones)), np.full(rows, margin)


NEWTON = {}
for _rows, _ones, _margin in ((4, 0, -0.7), (2, 2, -0.7), (3, 1, 0.4), (5, 4, 1.5), (6, 3, -2.0)):
    _p = 1 / (1 + math.exp(-_margin))
    NEWTON[(_ones / _rows - _p, _p * (1 - _p))] = (_rows, _ones, _margin)


@at(*NEWTON)
def newton_leaf(mean_residual: float, mean_hessian: float) -> float:
    """Run the real one on a leaf that has these means."""
    return losses.newton_leaf(*_leaf_of_labels(*NEWTON[mean_residual, mean_hessian]))


def _labelled(randint: Any) -> tuple[Any, ...]:
    return (*(randint(-30, 30) / 10 for _ in range(6)), *(randint(0, 1) for _ in range(6)))


@at(*draws("log loss", _labelled))
def mean_log_loss(
    margin_1: float, margin_2: float, margin_3: float, margin_4: float, margin_5: float,
    margin_6: float, label_1: int, label_2: int, label_3: int, label_4: int, label_5: int,
    label_6: int,
) -> float:  # fmt: skip
    """Run the real deviance, which is twice as much."""
    y = np.array([label_1, label_2, label_3, label_4, label_5, label_6], float)
    raw = np.array([margin_1, margin_2, margin_3, margin_4, margin_5, margin_6])
    return losses.deviance(y, raw) / 2


# -- a straight line beside the trees ---------------------------------------------------------


def _points(randint: Any) -> tuple[Any, ...]:
    x = [randint(1, 9) + 10 * i for i in range(6)]
    return (*x, *(randint(-40, 40) for _ in range(6)))


@at(*draws("line", _points, 12), tolerance=1e-5)
def line_slope(
    x_1: int, x_2: int, x_3: int, x_4: int, x_5: int, x_6: int, y_1: int, y_2: int, y_3: int,
    y_4: int, y_5: int, y_6: int,
) -> float:  # fmt: skip
    """Turn a line about the point of the means until its squared error is least."""
    xs, ys = (x_1, x_2, x_3, x_4, x_5, x_6), (y_1, y_2, y_3, y_4, y_5, y_6)
    x_mean, y_mean = _balance(*xs), _balance(*ys)

    def error(slope: float) -> float:
        away = zip(xs, ys, strict=True)
        return sum((y - y_mean - slope * (x - x_mean)) ** 2 for x, y in away)

    return crossing(lambda s: error(s + 0.5) - error(s - 0.5), -1000, 1000)


@at(*draws("line at", lambda r: (r(-9, 30), r(-4, 4), r(1, 9), r(0, 40))))
def line_at(x: int, slope: int, x_mean: int, y_mean: int) -> float:
    """Walk to x in steps of one and rise with each."""
    height, way = y_mean, 1 if x > x_mean else -1
    for _ in range(abs(x - x_mean)):
        height += way * slope
    return height


# -- bagging ----------------------------------------------------------------------------------


@at(*((n,) for n in range(1, 9)))
def other_rows(rows: int) -> float:
    """Leave the first one out."""
    return len(range(rows)[1:])


@at((1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (5, 2), (4, 1))
def left_out_share(rows: int, others: int) -> float:
    """Draw every bootstrap sample that there is and count those of the last `others` rows only."""
    samples = list(product(range(rows), repeat=rows))
    return sum(min(sample) >= rows - others for sample in samples) / len(samples)


@at(*product((1, 4, 9), (0.0, 0.25, 0.5, 1.0), (1, 2, 5)))
def bagged_variance(tree_variance: int, correlation: float, trees: int) -> float:
    """Build the table of covariances and average all of its cells."""
    table = [
        tree_variance * (1 if i == j else Fraction(correlation))
        for i, j in product(range(trees), repeat=2)
    ]
    return float(Fraction(sum(table)) / len(table))


@at(*product((1, 2, 3), (7, 11), (2, 5, 25)), tolerance=1e-6)
def implied_correlation(bagged: int, tree_variance: int, trees: int) -> float:
    """Search for the correlation at which the bag has that variance."""

    def excess(rho: float) -> float:
        cells = trees * tree_variance + trees * (trees - 1) * rho * tree_variance
        return cells / trees**2 - bagged

    return crossing(excess, -2, 3)


# -- what a model costs to ask ----------------------------------------------------------------


def comparisons(trees: int, depth: int) -> float:
    """Ask every level of every tree."""
    return sum(1 for _ in product(range(trees), range(depth)))


@cache
def _grown(depth: int) -> int:
    return 1 + (2 * _grown(depth - 1) if depth else 0)


@at(*((d,) for d in range(9)))
def tree_nodes(depth: int) -> float:
    """Grow the tree: a node and two smaller trees below it."""
    return _grown(depth)


def model_nodes(trees: int, nodes: int) -> float:
    """Number the nodes of all trees."""
    return len(set(product(range(trees), range(nodes))))
