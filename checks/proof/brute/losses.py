"""Count losses and gradients: walk the number line, search for the minimum, nudge the weight.

Points are whole numbers or fractions, so finite differences away from a kink are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from checks.proof.brute.brute import at, draws, lowest
from worked.l1_gradient import losses

NUDGE = Fraction(1, 10**6)
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


# -- the minimum --------------------------------------------------------------------------------


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


def _by_weight(loss: Callable[[Any], Any], x: int, residual: int) -> float:
    """Nudge the weight of a line through the origin with this residual, and see the loss."""
    return nudged(lambda m: loss(3 + residual - m * x), Fraction(3, x))


@at(*((x, r) for x in (-3, 1, 2, 5) for (r,) in SIGNED))
def l1_gradient(x: int, residual: int) -> float:
    """Nudge the weight; at the kink the chord lies as the subgradient 0."""
    return _by_weight(abs, x, residual)


@at(*((x, r) for x in (-3, 1, 2, 5) for (r,) in SIGNED))
def l2_gradient(x: int, residual: int) -> float:
    """Nudge the weight of the line through the origin that misses a target by so much."""
    return _by_weight(lambda r: r * r, x, residual)


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
    return _by_weight(lambda r: losses.huber_loss(r, threshold), x, residual)


@at(*draws("smooth l1 gradient", _huber_lines, 40), (2, 4, Fraction(5, 2)))
def smooth_l1_gradient(x: int, residual: int, threshold: Fraction) -> float:
    """Nudge the weight under the real loss."""
    return _by_weight(lambda r: losses.smooth_l1_loss(r, threshold), x, residual)


QUANTILES = [Fraction(k, 10) for k in range(1, 10)]


@at(*((r, q) for r in range(-6, 7) for q in QUANTILES))
def pinball_loss(residual: int, quantile: Fraction) -> float:
    """Walk to 0, paying the quantile for each step from above and the rest of 1 from below."""
    fare = quantile if residual > 0 else 1 - quantile
    paid = Fraction(0)
    for _ in range(walked(residual, 0)):
        paid += fare
    return float(paid)
