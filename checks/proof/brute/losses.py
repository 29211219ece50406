"""Count losses: search for the minimum, split a residual in the cheapest way, pay step by step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from checks.proof.brute.brute import at, draws, lowest


def _off_centre(randint: Callable[[int, int], int]) -> tuple[int, ...]:
    x, b = randint(1, 9), randint(-9, 9)
    return (x * (-1) ** randint(0, 1), b + randint(1, 30) * (-1) ** randint(0, 1), b)


@at(*draws("minimiser", _off_centre))
def minimiser(x: int, y: int, intercept: int) -> float:
    """Search for the weight with the least absolute error."""
    return lowest(lambda m: abs(y - (m * x + intercept)), -50.0, 60.0)


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
    """Split the residual in the cheapest way into a part that pays like L1 and one like L2."""
    return _envelope(residual, threshold, 1)


@at(*RESIDUALS)
def smooth_l1_loss(residual: float, threshold: float) -> float:
    """Split the residual in the cheapest way, the quadratic one over the threshold."""
    return _envelope(residual, 1, 1 / threshold)


@at(*((r, Fraction(k, 10)) for r in range(-6, 7) for k in range(1, 10)))
def pinball_loss(residual: int, quantile: Fraction) -> float:
    """Walk to 0, paying the quantile for each step from above and the rest of 1 from below."""
    here, paid = residual, Fraction(0)
    while here:
        paid += quantile if here > 0 else 1 - quantile
        here += -1 if here > 0 else 1
    return float(paid)
