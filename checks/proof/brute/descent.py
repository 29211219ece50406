"""Count descent: run the real one, step by step, and see where it gets.

Points are whole numbers or fractions, so that every step is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, draws
from worked.l1_gradient import descent, losses

TOLERANCE = Fraction(1, 10**9)


def _run(start: Any, rate: Any, x: Any, steps: int) -> list[Any]:
    """Run the real descent on the loss |x·w| from a weight."""
    gradient = lambda w: losses.l1_gradient(w, x, 0, 0)  # noqa: E731
    return descent.descend(gradient, start, descent.fixed_rate(Fraction(rate)), steps)


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
    weights = _run(distance, step_width, 1, int(distance / step_width) + 2)
    return next(k for k, w in enumerate(weights) if w <= tolerance)


@at(*draws("floor", lambda r: (Fraction(r(1, 20), 20), r(-6, 6) or 1)))
def bounce_floor(rate: Fraction, x: int) -> float:
    """Run the real descent from starts all over a step; take the least of the largest late losses.

    One of the starts splits the step in half.
    """
    width = rate * abs(x)
    paths = [_run(width * Fraction(share, 200), rate, x, 6) for share in range(2, 200, 2)]
    return float(min(max(abs(x * w) for w in path) for path in paths))


def programme_variables(points: int, inputs: int) -> int:
    """Build the constraint matrix of the linear programme and count its columns."""
    design = np.column_stack([np.zeros((points, inputs)), np.ones(points)])
    return int(np.hstack([design, np.eye(points), -np.eye(points)]).shape[1])
