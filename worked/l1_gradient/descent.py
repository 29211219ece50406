"""Gradient descent on one weight: fixed rates bounce, decayed rates come to rest.

Plain arithmetic: with `fractions.Fraction` inputs every iterate is exact, which matters here
because "lands exactly on the minimum" is a statement that rounding can make false.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from worked.l1_gradient.losses import INTERCEPT, Real, magnitude, require_finite

Gradient = Callable[[Real], Real]
Schedule = Callable[[int], Real]


def minimiser(x: Real, y: Real, intercept: Real = INTERCEPT) -> Real:
    """Return the weight m* = (y - intercept) / x that puts the line through the point.

    In units of y per unit of x. It minimises the L1, L2, Huber and smooth L1 loss alike.
    ValueError if x = 0: then the prediction does not depend on m and every m is a minimiser.
    """
    require_finite(x=x, y=y, intercept=intercept)
    if x == 0:
        raise ValueError("x is 0, so the loss does not depend on m; take a point with x not 0")
    if isinstance(x, float) or isinstance(y, float) or isinstance(intercept, float):
        return (y - intercept) / x
    return Fraction(y - intercept) / Fraction(x)


# --8<-- [start:descent]
def descend(gradient: Gradient, start: Real, rate: Schedule, steps: int) -> list[Real]:
    """Return the weights m_0 ... m_steps of m <- m - rate(k) * gradient(m).

    `gradient` maps a weight to dL/dm, `start` is m_0, `rate` maps the number k of a
    step, from zero on, to the learning rate of that step, `steps` is how many steps to take.
    ValueError if `steps` is negative, or a rate is not positive.
    """
    if steps < 0:
        raise ValueError(f"steps is {steps}; it must not be negative")
    weights = [start]
    for k in range(steps):
        step_rate = rate(k)
        if not step_rate > 0:
            raise ValueError(f"the rate of step {k} is {step_rate}; it must be positive")
        weights.append(weights[-1] - step_rate * gradient(weights[-1]))
    return weights


def fixed_rate(rate: Real) -> Schedule:
    """Return a schedule with the same rate at every step."""
    return lambda k: rate


def harmonic_rate(initial: Real) -> Schedule:
    """Return the schedule `initial / (k + 1)`.

    Its rates tend to zero but their sum does not converge, so descent under L1 neither bounces
    for ever nor stops short (Shor, Minimization Methods for Non-Differentiable Functions).
    """
    return lambda k: initial / (k + 1)


def square_root_rate(initial: Real) -> Schedule:
    """Return the schedule `initial / sqrt(k + 1)`: the usual one for subgradient descent.

    It decays more slowly than `harmonic_rate` and so covers a long distance sooner.
    """
    return lambda k: initial / math.sqrt(k + 1)


def geometric_rate(initial: Real, ratio: Real) -> Schedule:
    """Return the schedule `initial * ratio**k`, `0 < ratio < 1`.

    Its rates sum to `initial / (1 - ratio)`: under L1 no descent moves further than |x| times
    that in all, however many steps it takes. ValueError if `ratio` lies elsewhere.
    """
    if not 0 < ratio < 1:
        raise ValueError(f"ratio is {ratio}; it must lie strictly between zero and one")
    return lambda k: initial * ratio**k


# --8<-- [end:descent]


# --8<-- [start:oscillation]
@dataclass(frozen=True)
class FixedRateOutcome:
    """Where L1 descent with a fixed rate ends, in exact arithmetic."""

    steps: int
    """Steps until it lands on the minimiser, or until it first jumps over it."""
    lands: bool
    """True if it lands exactly on the minimiser and stays; False if it bounces for ever."""
    near_side: Real
    """The weight on the side it came from; the minimiser itself if it lands."""
    far_side: Real
    """The weight after the jump; the minimiser itself if it lands."""

    @property
    def amplitude(self) -> Real:
        """Peak-to-peak width of the bounce in units of m: rate * |x|, or zero if it lands."""
        return magnitude(self.far_side - self.near_side)


def l1_fixed_rate_outcome(
    start: Real, x: Real, y: Real, rate: Real, intercept: Real = INTERCEPT
) -> FixedRateOutcome:
    """Return how L1 descent with a fixed `rate` ends, without running it.

    Every step moves m by the same h = rate * |x| towards m*. If the distance |m_0 - m*| is a
    whole number of steps it lands; otherwise the remainder decides the weights between which
    it bounces: one is the remainder short of m*, the other h minus that beyond it.
    Floats are taken at their exact binary value, seldom that of the decimal which was typed, and
    the rounding of each step of a float run is not followed: give Fractions to be exact.
    ValueError if x is zero or `rate` is not positive.
    """
    require_finite(start=start, x=x, y=y, rate=rate, intercept=intercept)
    if rate <= 0:
        raise ValueError(f"rate is {rate}; it must be positive")
    target = Fraction(minimiser(Fraction(x), Fraction(y), Fraction(intercept)))
    step = Fraction(rate) * abs(Fraction(x))
    distance = abs(Fraction(start) - target)
    direction = 1 if Fraction(start) < target else -1
    whole_steps, remainder = divmod(distance, step)
    if remainder == 0:
        return FixedRateOutcome(int(whole_steps), True, target, target)
    near = target - direction * remainder
    return FixedRateOutcome(int(whole_steps) + 1, False, near, near + direction * step)


# --8<-- [end:oscillation]


def l2_contraction(x: Real, rate: Real) -> Real:
    """Return the factor 1 - 2 rate x^2 by which one L2 step multiplies the error m - m*.

    Below 1 in size the error shrinks geometrically; at rate = 1/x^2 the factor is -1 and it
    bounces for ever; beyond that it diverges. No unit when rate has that of m^2/L.
    """
    require_finite(x=x, rate=rate)
    return 1 - 2 * rate * x * x


def steps_until(weights: list[Real], target: Real, tolerance: Real = 0) -> int | None:
    """Return the first step k with |m_k - target| <= tolerance, or None if there is none."""
    return next((k for k, m in enumerate(weights) if magnitude(m - target) <= tolerance), None)
