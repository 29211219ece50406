"""Count what checkpoints cost: let time pass in small steps, search for the best interval."""

from __future__ import annotations

from collections.abc import Callable
from math import expm1

import numpy as np

from checks.proof.brute.brute import at, draws, lowest, midpoints


def waste_fraction(write_seconds: float, interval: float, mtbf: float) -> float:
    """Average over failures at every moment of an interval what they undo; add the writing.

    In a time of `mtbf` there is one failure, and a write for each interval.
    """
    redone = list(midpoints(interval, 200))
    lost_to_failure = sum(redone) / len(redone)
    lost_to_writing = write_seconds * (mtbf / interval)
    return (lost_to_writing + lost_to_failure) / mtbf


@at(*draws("young", lambda r: (r(1, 12), r(1, 400)), 12), tolerance=1e-6)
def young_interval_seconds(write_seconds: float, mtbf: float) -> float:
    """Search for the interval that wastes least.

    Near its lowest point a curve is flat, so the search finds it to about half of the digits of
    a float: 1e-6 is what is left of 1e-16.
    """
    top = 10 * (write_seconds + mtbf)
    return lowest(lambda tau: waste_fraction(write_seconds, tau, mtbf), 1e-9 * top, top)


def _exact_overhead(write: float, interval: float, mtbf: float) -> float:
    """Return the expected time over the work, less 1, without losing digits where it is small."""
    return (mtbf * expm1((interval + write) / mtbf) - interval) / interval


# Daly's series stops before the third power of z = √(δ/2M), so at z = 1/100 it is right to a
# few millionths of the interval's leading term, 2zM, while its last term weighs z²/9 = 1.1e-5.
_DALY = [(write, write * 5000 * scale) for write in (1, 3, 8, 20) for scale in (1, 2, 3)]


@at(*_DALY, tolerance=2e-6)
def daly_interval_seconds(write_seconds: float, mtbf: float) -> float:
    """Search for the interval with the least expected time, failures at exponential moments."""
    high = 4 * (2 * write_seconds * mtbf) ** 0.5
    return lowest(lambda tau: _exact_overhead(write_seconds, tau, mtbf), high / 100, high)


def through(needed: float, mtbf: float, come_back: float, steps: int = 4000) -> float:
    """Return the expected time to get `needed` done in one go, after failures and coming back.

    Time passes in steps. In each a failure comes with the step's chance, half-way through it on
    average; then `come_back` passes and all starts anew. What is spent before the next failure
    or the end, and the chance to fail, are added up step by step.
    """
    step = needed / steps
    passes = np.exp(-step / mtbf)
    alive, spent, failed = 1.0, 0.0, 0.0
    for _ in range(steps):
        spent += alive * (passes * step + (1 - passes) * step / 2)
        failed += alive * (1 - passes)
        alive *= passes
    # One attempt takes `spent`; one that failed is followed by the way back and another one.
    attempts, share = 0.0, 1.0
    while share > 1e-15:
        attempts, share = attempts + share, share * failed
    return attempts * spent + (attempts - 1) * come_back


def _stretch_point(randint: Callable[[int, int], int]) -> tuple[int, ...]:
    return (randint(1, 4), randint(1, 12), randint(6, 30), randint(1, 6))


@at(*draws("stretch", _stretch_point, 8), tolerance=1e-6)
def stretch(write_seconds: float, interval: float, mtbf: float, restart_seconds: float) -> float:
    """Let time pass in small steps through a restart, and through an interval with its write.

    Steps of a 4,000th leave an error of their square, below a millionth.
    """
    come_back = through(restart_seconds, mtbf, 0)
    return through(interval + write_seconds, mtbf, come_back) / interval


@at(*draws("survival", lambda r: (r(1, 24), r(6, 30)), 12), tolerance=1e-6)
def completion_probability(work_seconds: float, mtbf: float) -> float:
    """Survive small steps one after the other.

    In a step h the rate takes h/M of those who live half-way through it; the error of such
    steps is of their square.
    """
    steps = 20000
    half = work_seconds / steps / mtbf / 2
    alive = 1.0
    for _ in range(steps):
        alive = alive * (1 - half) / (1 + half)
    return alive
