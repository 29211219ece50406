"""Count losses and gradients: walk the number line, nudge the weight, run the real descent.

Points are whole numbers or fractions, so finite differences away from a kink are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from checks.counts.brute import at, crossing, dealt, draws, how_many_times, lowest
from worked.l1_gradient import descent, losses

NUDGE = Fraction(1, 10**6)
TOLERANCE = Fraction(1, 10**9)
SIGNED = [(r,) for r in range(-7, 8)]


def walked(start: int, end: int) -> int:
    """Return the number of unit steps on the way from start to end."""
    here, steps = start, 0
    while here != end:
        here, steps = here + (1 if end > here else -1), steps + 1
    return steps


def nudged(f: Callable[[Any], Any], where: Any) -> float:
    """Return the slope of the chord of `f` that reaches as far to either side of `where`."""
    high, low = f(Fraction(where) + NUDGE), f(Fraction(where) - NUDGE)
    return float((high - low) / (2 * NUDGE))


# -- the model and its losses -----------------------------------------------------------------


def prediction(m: int, x: int, intercept: int) -> int:
    """Start at the intercept and rise by m for each unit of x."""
    height = intercept
    for _ in range(x):
        height += m
    return height


@at(*draws("residual", lambda r: (r(-9, 9), r(-9, 9))))
def residual(y: int, prediction: int) -> int:
    """Walk from the prediction to the target; downward counts as negative."""
    way = walked(prediction, y)
    return way if y > prediction else -way


@at(*SIGNED)
def l1_loss(residual: int) -> int:
    """Walk from the residual to 0."""
    return walked(residual, 0)


@at(*SIGNED)
def l2_loss(residual: int) -> int:
    """Count the cells of a square with this side."""
    side = walked(residual, 0)
    return sum(1 for _row in range(side) for _cell in range(side))


def _off_centre(randint: Callable[[int, int], int]) -> tuple[int, ...]:
    x, b = randint(1, 9), randint(-9, 9)
    return (x * (-1) ** randint(0, 1), b + randint(1, 30) * (-1) ** randint(0, 1), b)


@at(*draws("minimiser", _off_centre))
def minimiser(x: int, y: int, intercept: int) -> float:
    """Search for the weight with the least absolute error."""
    return lowest(lambda m: abs(y - (m * x + intercept)), -50.0, 60.0)


# -- slopes and gradients ---------------------------------------------------------------------


@at(*SIGNED)
def absolute_value_slope(residual: int) -> float:
    """Nudge the residual."""
    return nudged(lambda r: r if r >= 0 else -r, residual)


@at(*SIGNED)
def squared_slope(residual: int) -> float:
    """Nudge the residual."""
    return nudged(lambda r: r * r, residual)


@at(*draws("chain", lambda r: (r(-9, 9), r(-9, 9))))
def chain_rule(loss_by_residual: int, prediction_by_weight: int) -> float:
    """Nudge the weight and see the prediction, the residual and the loss move in turn."""

    def loss(m: Any) -> Any:
        yhat = prediction_by_weight * m
        return loss_by_residual * (5 - yhat)

    return nudged(loss, 3)


def _lines(randint: Callable[[int, int], int]) -> tuple[int, ...]:
    return (randint(-5, 5) or 1, randint(-20, 20), randint(-20, 20))


# Predictions that hit the target: there the subgradient 0 is wanted.
ON_THE_LINE = [(2, 10, 10), (1, 1, 1), (-3, -1, -1), (4, 0, 0)]


def _by_weight(loss: Callable[[Any], Any], x: int, y: int, prediction: int) -> float:
    """Nudge the weight of the line through the origin that predicts this, and see the loss."""
    return nudged(lambda m: loss(y - m * x), Fraction(prediction, x))


@at(*draws("l1 gradient", _lines, 40), *ON_THE_LINE)
def l1_gradient(x: int, y: int, prediction: int) -> float:
    """Nudge the weight."""
    return _by_weight(abs, x, y, prediction)


@at(*((x, r) for x in (-3, 1, 2, 5) for (r,) in SIGNED))
def l2_gradient(x: int, residual: int) -> float:
    """Nudge the weight of the line through the origin that misses a target by so much."""
    return _by_weight(lambda r: r * r, x, 3 + residual, 3)


def _touching(x: int) -> list[Fraction]:
    """Return all slopes of a fine grid whose line through the kink stays on or below the loss."""
    grid = [Fraction(k, 4) for k in range(-40, 41)]
    sides = [Fraction(k, 3) for k in range(-9, 10)]
    return [g for g in grid if all(g * t <= abs(x * t) for t in sides)]


@at(*((x,) for x in range(-9, 10)))
def subgradient_low(x: int) -> float:
    """Try slopes and take the lowest that stays below."""
    return float(min(_touching(x)))


@at(*((x,) for x in range(-9, 10)))
def subgradient_high(x: int) -> float:
    """Try slopes and take the highest that stays below."""
    return float(max(_touching(x)))


@at(*((Fraction(k, 4),) for k in range(-9, 10)))
def stays_below(line_slope: Fraction) -> int:
    """Compare the line with |r| point by point."""
    return int(all(line_slope * r <= abs(r) for r in range(-20, 21)))


# -- descent ----------------------------------------------------------------------------------


@at(*draws("descend", lambda r: (r(-9, 9), r(1, 9), r(-9, 9))))
def descend(weight: int, rate: int, gradient: int) -> int:
    """Take the gradient away as often as the rate says."""
    for _ in range(rate):
        weight -= gradient
    return weight


def _run(distance: Any, width: Any, steps: int) -> list[Any]:
    """Run the real descent on |w - 0| from `distance` with steps of `width`."""
    return descent.descend(
        lambda w: losses.l1_gradient(w, 1, 0, 0),
        Fraction(distance), descent.fixed_rate(Fraction(width)), steps,
    )  # fmt: skip


@at(*draws("next residual", lambda r: (r(-9, 9), Fraction(r(1, 20), 20), r(1, 9), r(-9, 9))))
def next_residual(residual: int, rate: Fraction, x: int, gradient: int) -> float:
    """Step with the real descent from a line through the origin, and predict anew."""
    start, y = Fraction(2), 2 * x + residual
    after = descent.descend(lambda m: gradient, start, descent.fixed_rate(rate), 1)[-1]
    return float(y - losses.predict(after, x, 0))


@at(*draws("l1 step", lambda r: (Fraction(r(1, 20), 20), r(-9, 9) or 2)))
def l1_step(rate: Fraction, x: int) -> float:
    """Run one step of the real descent and see how far it went."""
    before, after = descent.descend(
        lambda m: losses.l1_gradient(m, x, 100, 0), 0, descent.fixed_rate(rate), 1
    )
    return abs(float(after) - float(before))


@at(*draws("distance", lambda r: (r(-9, 9), r(-9, 9))))
def distance(weight: int, best: int) -> int:
    """Walk from one to the other."""
    return walked(weight, best)


def _ways(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    return (Fraction(randint(1, 90), 10), Fraction(randint(1, 20), 10), TOLERANCE)


# The third distance misses a whole number of steps by a rounding error, and the tolerance holds it.
EXACT_WAYS = [
    (Fraction(2), Fraction(1, 5), TOLERANCE),
    (Fraction(2), Fraction(3, 10), TOLERANCE),
    (Fraction(2) - Fraction(1, 10**12), Fraction(1, 5), TOLERANCE),
    (Fraction(0), Fraction(1, 5), TOLERANCE),
]


@at(*draws("whole steps", _ways), *EXACT_WAYS)
def whole_steps(distance: Fraction, step_width: Fraction, tolerance: Fraction) -> int:
    """Take step after step, as long as not even the tolerance is short of one."""
    left, taken = distance, 0
    while left >= step_width - tolerance:
        left, taken = left - step_width, taken + 1
    return taken


def covered(step_count: int, step_width: int) -> int:
    """Walk step by step."""
    way = 0
    for _ in range(step_count):
        way += step_width
    return way


@at(*draws("steps", _ways), *EXACT_WAYS[:2], EXACT_WAYS[3])
def steps_to_minimum(distance: Fraction, step_width: Fraction, tolerance: Fraction) -> int:
    """Run the real descent until it is at 0 or beyond."""
    weights = _run(distance, step_width, int(distance / step_width) + 2)
    return next(k for k, w in enumerate(weights) if w <= tolerance)


def _rest_point(distance: Fraction, width: Fraction, tolerance: Fraction) -> tuple[Any, ...]:
    count = whole_steps(distance, width, tolerance)
    return (distance, count * width, count, steps_to_minimum(distance, width, tolerance))


REST_POINTS = [_rest_point(*way) for way in EXACT_WAYS]


@at(*draws("rest", lambda r: _rest_point(*_ways(r))), *REST_POINTS)
def rest(distance: Fraction, covered: Fraction, step_count: int, arrival: int) -> float:
    """Run the real descent for the whole steps, and see how far it still is unless it arrived."""
    near = _run(distance, covered / step_count if step_count else 1, step_count)[-1]
    return 0.0 if arrival in range(step_count + 1) else float(near)


@at(*draws("lands", lambda r: _rest_point(*_ways(r))[2:]), *(p[2:] for p in REST_POINTS))
def lands(step_count: int, arrival: int) -> int:
    """Count the whole steps one by one, and see whether the arrival is among them."""
    return sum(1 for step in range(step_count + 1) if step == arrival)


@at(*draws("floor", lambda r: (Fraction(r(1, 20), 20), r(-6, 6) or 1)))
def bounce_floor(rate: Fraction, x: int) -> float:
    """Run the real descent from starts all over a step; take the least of the largest late losses.

    One of the starts splits the step in half.
    """
    width = rate * abs(x)
    worst = []
    for share in range(2, 200, 2):
        path = descent.descend(
            lambda m: losses.l1_gradient(m, x, 0, 0), width * Fraction(share, 200),
            descent.fixed_rate(rate), 6,
        )  # fmt: skip
        worst.append(max(float(losses.l1_loss(0, losses.predict(m, x, 0))) for m in path))
    return min(worst)


def _gaps(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    width, n = Fraction(randint(1, 20), 10), randint(0, 6)
    left = width * Fraction(randint(0, 3), 4)
    return (n * width + left, width, n, left, randint(0, 14))


# In the last two the whole steps miss the minimum by a rounding error, which counts as no rest.
@at(*draws("gap", _gaps, 60), *((3 + Fraction(1, 10**10), 1, 3, 0, k) for k in (3, 4)))
def gap_after(
    distance: Fraction, step_width: Fraction, step_count: int, rest: Fraction, step: int
) -> float:
    """Run the real descent: the whole steps from the start, what follows from the rest."""
    if step < step_count:
        return float(_run(distance, step_width, step)[-1])
    return float(_run(rest, step_width, step - step_count)[-1])


def _sides(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    best = randint(-9, 9)
    return (best + randint(1, 9) * (-1) ** randint(0, 1), best, Fraction(randint(-8, 8), 2))


@at(*draws("weight at", _sides), (3, 3, 0))
def weight_at(start: int, best: int, gap: Fraction) -> float:
    """Of the two weights that far from the best one take the near side's, or the far side's."""
    candidates = sorted((best - abs(gap), best + abs(gap)), key=lambda w: abs(w - start))
    return float(candidates[0] if gap >= 0 else candidates[1])


def _l2_rates(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    return (Fraction(randint(1, 40), 40), randint(-4, 4) or 1)


@at(*draws("contraction", _l2_rates))
def l2_contraction(rate: Fraction, x: int) -> float:
    """Run one step of the real L2 descent; divide the distances after and before."""
    y, b, start = 10, 4, Fraction(1, 3)
    best = descent.minimiser(x, y, b)
    after = descent.descend(
        lambda m: losses.l2_gradient(m, x, y, b), start, descent.fixed_rate(rate), 1
    )[-1]
    return float((after - best) / (start - best))


def _contracting(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    return (randint(-9, 9), randint(-9, 9), Fraction(randint(-12, 12), 8), randint(0, 8))


@at(*draws("l2 weight", _contracting))
def l2_weight_after(start: int, best: int, contraction: Fraction, step: int) -> float:
    """Multiply the distance step after step."""
    apart = Fraction(start - best)
    for _ in range(step):
        apart *= contraction
    return float(best + apart)


@at(*draws("l2 residual", lambda r: (r(-9, 9), Fraction(r(-12, 12), 8), r(0, 8))))
def l2_residual_after(residual: int, contraction: Fraction, step: int) -> float:
    """Run the real L2 descent with the rate that has this factor; predict and take the rest."""
    x, b, y = 2, 4, 10
    start = Fraction(y - b - residual, x)
    rate = (1 - contraction) / (2 * x * x)
    m: losses.Real = start
    for _ in range(step):
        m -= rate * losses.l2_gradient(m, x, y, b)
    return float(y - losses.predict(m, x, b))


@at(*draws("l2 distance", lambda r: (r(0, 9), Fraction(r(-12, 12), 8), r(0, 8))))
def l2_distance_after(distance: int, contraction: Fraction, step: int) -> float:
    """Multiply step after step, and see how far from 0 that leads."""
    return abs(l2_weight_after(distance, 0, contraction, step))


@at(*((x,) for x in (-5, -2, 1, 2, 3, 7)))
def l2_rate_limit(x: int) -> float:
    """Halve an interval of rates until one step of the real descent just mirrors the distance."""

    def too_far(rate: float) -> float:
        after = descent.descend(
            lambda m: losses.l2_gradient(m, x, 0, 0), 1.0, descent.fixed_rate(rate), 1
        )[-1]
        return -1 - float(after)

    return crossing(too_far, 1e-9, 4.0)


@at(*((Fraction(i, k), i) for i in (1, 3, 8) for k in range(1, 8)))
def next_harmonic_rate(previous: Fraction, initial: int) -> float:
    """See which share of the first rate this one was, and deal the first rate to one more."""
    players = round(how_many_times(initial, previous))
    return dealt(initial, players + 1)


@at(*draws("reach", lambda r: (Fraction(r(1, 9), 10), r(-9, 9), Fraction(r(1, 9), 10))))
def geometric_reach(initial: Fraction, x: int, ratio: Fraction) -> float:
    """Take the steps one by one until they are too short to matter."""
    step, way = float(initial) * walked(x, 0), 0.0
    while step > 1e-16:
        step, way = step * float(ratio), way + step
    return way


@at(*draws("reaches", lambda r: (r(1, 9), r(1, 9))), (4, 4))
def reaches(distance: int, reach: int) -> int:
    """Walk as far as one can and see whether the end was passed."""
    return int(distance in range(reach + 1))


# -- many points ------------------------------------------------------------------------------


def _minimisers(*values: int) -> list[Fraction]:
    """Return all centres of a fine grid with the least sum of absolute distances."""
    grid = [Fraction(k, 2) for k in range(2 * min(values) - 2, 2 * max(values) + 3)]
    total = {c: sum(abs(v - c) for v in values) for c in grid}
    least = min(total.values())
    return [c for c in grid if total[c] == least]


def _some(count: int) -> Callable[[Callable[[int, int], int]], tuple[int, ...]]:
    return lambda randint: tuple(randint(-9, 9) for _ in range(count))


# --8<-- [start:medians]
@at(*draws("lower middle", _some(4)), (1, 2, 3, 5), (5, 3, 2, 1))
def lower_middle(first: int, second: int, third: int, fourth: int) -> float:
    """Try centres: the lowest that minimises the sum of absolute distances."""
    return float(_minimisers(first, second, third, fourth)[0])


@at(*draws("upper middle", _some(4)), (1, 2, 3, 5), (5, 3, 2, 1))
def upper_middle(first: int, second: int, third: int, fourth: int) -> float:
    """Try centres: the highest that minimises the sum of absolute distances."""
    return float(_minimisers(first, second, third, fourth)[-1])


def _with_one_more(randint: Callable[[int, int], int]) -> tuple[int, ...]:
    lower = randint(-9, 9)
    return (lower, lower + randint(0, 5), randint(-20, 20))


@at(*draws("median", _with_one_more), (2, 3, 48), (2, 3, 3), (1, 4, 2))
def median_with_one_more(lower: int, upper: int, added: int) -> float:
    """Try centres for the added value, the middle two and one more value on either side."""
    (only,) = _minimisers(lower - 4, lower, upper, upper + 2, added)
    return float(only)


# --8<-- [end:medians]


@at(*draws("mean of two", lambda r: (r(0, 12), r(0, 12))))
def mean_of_two(first: int, second: int) -> float:
    """Put all together and deal it out evenly."""
    return dealt(sum([first, second]), 2)


@at(*draws("mean of four", lambda r: tuple(r(0, 12) for _ in range(4))))
def mean_of_four(first: int, second: int, third: int, fourth: int) -> float:
    """Put all together and deal it out evenly."""
    return dealt(sum([first, second, third, fourth]), 4)


@at(*draws("mean of five", lambda r: tuple(r(0, 12) for _ in range(5))))
def mean_of_five(first: int, second: int, third: int, fourth: int, fifth: int) -> float:
    """Put all together and deal it out evenly."""
    return dealt(sum([first, second, third, fourth, fifth]), 5)


def _mean_error(m: int, x: int, *weights: int) -> float:
    """Draw the line and the points, walk from each point to the line, average the walks."""
    points = [(x, losses.predict(w, x)) for w in weights]
    ways = [walked(int(y), int(losses.predict(m, px))) for px, y in points]
    return dealt(sum(ways), len(ways))


@at(*draws("mean l1 of four", lambda r: (r(-5, 5), r(-5, 5), *_some(4)(r))))
def mean_l1_of_four(m: int, x: int, first: int, second: int, third: int, fourth: int) -> float:
    """Walk from four points to the line."""
    return _mean_error(m, x, first, second, third, fourth)


@at(*draws("mean l1 of five", lambda r: (r(-5, 5), r(-5, 5), *_some(5)(r))))
def mean_l1_of_five(
    m: int, x: int, first: int, second: int, third: int, fourth: int, fifth: int
) -> float:
    """Walk from five points to the line."""
    return _mean_error(m, x, first, second, third, fourth, fifth)


def programme_variables(points: int, inputs: int) -> int:
    """Build the constraint matrix and count its columns."""
    design = np.column_stack([np.zeros((points, inputs)), np.ones(points)])
    return int(np.hstack([design, np.eye(points), -np.eye(points)]).shape[1])


# -- between L1 and L2, and beyond ------------------------------------------------------------


def _envelope(residual: float, slope: float, curvature: float) -> float:
    """Return the least of slope·|u| + curvature·(r - u)²/2 over all u.

    Huber's loss is this envelope: a residual splits into a part that pays like L1 and one that
    pays like L2.
    """

    def cost(u: float) -> float:
        return slope * abs(u) + curvature * (residual - u) ** 2 / 2

    far = 2 * abs(residual) + 1
    return min(cost(lowest(cost, -far, far)), cost(0.0))


RESIDUALS = [(r, d) for r in (-9, -4, -2, -1, 0, 1, 2, 3, 4, 7) for d in (1, 2, 5)]


@at(*RESIDUALS)
def huber_loss(residual: float, threshold: float) -> float:
    """Split the residual in the cheapest way."""
    return _envelope(residual, threshold, 1)


@at(*RESIDUALS)
def smooth_l1_loss(residual: float, threshold: float) -> float:
    """Split the residual in the cheapest way, the quadratic part costing 1/β."""
    return _envelope(residual, 1, 1 / threshold)


def _huber_lines(randint: Callable[[int, int], int]) -> tuple[Any, ...]:
    # A half in the threshold keeps whole residuals off the joins, where chords are not exact.
    return (randint(-5, 5) or 1, randint(-20, 20), Fraction(2 * randint(0, 9) + 1, 2))


@at(*draws("huber gradient", _huber_lines, 40), (2, 4, Fraction(5, 2)))
def huber_gradient(x: int, residual: int, threshold: Fraction) -> float:
    """Nudge the weight under the real loss."""
    return _by_weight(lambda r: losses.huber_loss(r, threshold), x, 3 + residual, 3)


@at(*draws("smooth l1 gradient", _huber_lines, 40), (2, 4, Fraction(5, 2)))
def smooth_l1_gradient(x: int, residual: int, threshold: Fraction) -> float:
    """Nudge the weight under the real loss."""
    return _by_weight(lambda r: losses.smooth_l1_loss(r, threshold), x, 3 + residual, 3)


QUANTILES = [Fraction(k, 10) for k in range(1, 10)]


@at(*((r, q) for r in range(-6, 7) for q in QUANTILES))
def pinball_loss(residual: int, quantile: Fraction) -> float:
    """Walk to 0, paying the quantile for each step from above and the rest of 1 from below."""
    fare = quantile if residual > 0 else 1 - quantile
    paid = Fraction(0)
    for _ in range(walked(residual, 0)):
        paid += fare
    return float(paid)


@at(*((q,) for q in QUANTILES))
def pinball_odds(quantile: Fraction) -> float:
    """How many steps from below cost as much as one from above."""
    return how_many_times(quantile, 1 - quantile)
