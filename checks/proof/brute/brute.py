"""Arithmetic done the long way: dealing out, taking away, a clock that ticks for every byte.

The counting functions beside this file use these instead of the division that they check.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from worked.rows import Row


def seconds_to_move(size: int, rate: Any) -> float:
    """Return what a clock shows that advances by one byte's time for every byte."""
    clock = Fraction(0)
    for _ in range(size):
        clock += Fraction(1) / Fraction(rate)
    return float(clock)


def lowest(f: Callable[[float], float], low: float, high: float) -> float:
    """Return where `f`, falling and then rising, is lowest: golden-section search.

    The bracket shrinks until rounding hides which end is lower.
    """
    golden = (5**0.5 - 1) / 2
    a, b = high - golden * (high - low), low + golden * (high - low)
    fa, fb = f(a), f(b)
    for _ in range(90):
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - golden * (high - low)
            fa = f(a)
        else:
            low, a, fa = a, b, fb
            b = low + golden * (high - low)
            fb = f(b)
    return (low + high) / 2


def crossing(f: Callable[[float], float], low: float, high: float) -> float:
    """Return where the rising `f` passes zero, by halving."""
    for _ in range(120):
        middle = (low + high) / 2
        if f(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def draws(
    seed: str, make: Callable[[Callable[[int, int], int]], tuple[Any, ...]], times: int = 25
) -> list[tuple[Any, ...]]:
    """Return `times` points that `make` builds from a seeded `randint`."""
    randint = random.Random(seed).randint
    return [make(randint) for _ in range(times)]


def at(*points: tuple[Any, ...], tolerance: float | None = None) -> Callable[[Any], Any]:
    """Decorate a count with the points at which it is compared, and its tolerance if it has one."""

    def decorate(counter: Any) -> Any:
        counter.points = list(points)
        if tolerance is not None:
            counter.tolerance = tolerance
        return counter

    return decorate


def as_rows(points: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return points whose numbers are rows without axes, for a formula that comes out over one."""
    return [tuple(Row.of(x) for x in point) for point in points]


def midpoints(length: Any, pieces: int) -> Iterator[float]:
    """Yield the middles of `pieces` equal pieces of a time from 0 to `length`."""
    for i in range(pieces):
        yield float(length) * (2 * i + 1) / (2 * pieces)
