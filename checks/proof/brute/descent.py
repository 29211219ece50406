"""Count descent: run the real one, step by step, and see where it gets.

Points are whole numbers or fractions, so that every step is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, crossing, draws
from worked.l1_gradient import descent, losses

TOLERANCE = Fraction(1, 10**9)


def _run(distance: Any, width: Any, steps: int) -> list[Any]:
    """Run the real descent on |w - 0| from `distance` with steps of `width`."""
    return descent.descend(
        lambda w: losses.l1_gradient(w, 1, 0, 0),
        Fraction(distance),
        descent.fixed_rate(Fraction(width)),
        steps,
    )


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


@at(*draws("steps", _ways), *EXACT_WAYS[:2], EXACT_WAYS[3])
def steps_to_minimum(distance: Fraction, step_width: Fraction, tolerance: Fraction) -> int:
    """Run the real descent until it is at 0 or beyond."""
    weights = _run(distance, step_width, int(distance / step_width) + 2)
    return next(k for k, w in enumerate(weights) if w <= tolerance)


@at(*draws("floor", lambda r: (Fraction(r(1, 20), 20), r(-6, 6) or 1)))
def bounce_floor(rate: Fraction, x: int) -> float:
    """Run the real descent from starts all over a step; take the least of the largest late losses.

    One of the starts splits the step in half.
    """
    width = rate * abs(x)
    worst = []
    for share in range(2, 200, 2):
        path = descent.descend(
            lambda m: losses.l1_gradient(m, x, 0, 0),
            width * Fraction(share, 200),
            descent.fixed_rate(rate),
            6,
        )
        worst.append(max(float(losses.l1_loss(0, losses.predict(m, x, 0))) for m in path))
    return min(worst)


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


@at(*draws("l2 distance", lambda r: (r(0, 9), Fraction(r(-12, 12), 8), r(0, 8))))
def l2_distance_after(distance: int, contraction: Fraction, step: int) -> float:
    """Run the real L2 descent, from that far beside the minimum, at the rate with this factor."""
    x, y, b = 2, 10, 4
    best = descent.minimiser(x, y, b)
    m, rate = best + distance, (1 - contraction) / (2 * x * x)
    for _ in range(step):
        m -= rate * losses.l2_gradient(m, x, y, b)
    return abs(float(m - best))


@at(*((x,) for x in (-5, -2, 1, 2, 3, 7)))
def l2_rate_limit(x: int) -> float:
    """Halve an interval of rates until one step of the real descent just mirrors the distance."""

    def too_far(rate: float) -> float:
        after = descent.descend(
            lambda m: losses.l2_gradient(m, x, 0, 0), 1.0, descent.fixed_rate(rate), 1
        )[-1]
        return -1 - float(after)

    return crossing(too_far, 1e-9, 4.0)


@at(*draws("reach", lambda r: (Fraction(r(1, 9), 10), r(-9, 9), Fraction(r(1, 9), 10))))
def geometric_reach(initial: Fraction, x: int, ratio: Fraction) -> float:
    """Take the steps one by one until they are too short to matter."""
    step, way = float(initial) * abs(x), 0.0
    while step > 1e-16:
        step, way = step * float(ratio), way + step
    return way


def programme_variables(points: int, inputs: int) -> int:
    """Build the constraint matrix and count its columns."""
    design = np.column_stack([np.zeros((points, inputs)), np.ones(points)])
    return int(np.hstack([design, np.eye(points), -np.eye(points)]).shape[1])
