"""Arithmetic of a compiled graph, in which the noise of binary numbers decides nothing.

Its twin is docs/assets/js/floats.js: both give the same bits for + − × ÷, square roots and
comparisons. Additions run from left to right. A sum or a difference that is zero but for noise
is zero, and numbers that differ by noise only are equal wherever two are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

NOISE = 2.0**-45
"""Relative size of what is taken for noise: 128 times the spacing of floats."""
TIE = 2.0**-40
"""Relative difference below which two numbers count as equal when they are compared."""

Term = Callable[[int], Any]


class AbsentError(ArithmeticError):
    """A value was needed that is not there; the message says what is missing."""


def plus(a: float, b: float) -> float:
    """Return a + b, without its noise where the two nearly cancel; what is but noise is nothing."""
    total = a + b
    return settled(total, abs(a)) if abs(total) <= abs(a) / 8 else total


def settled(value: float, size: float) -> float:
    """Return what is left of numbers as large as `size` as the decimal that it is but for noise.

    Their noise is that of 12 digits of theirs, and more of what is left: 437.625 - 436.75 may
    come out as 0.87499999999995, which would be rounded down.
    """
    if value == 0 or abs(value) < NOISE * size:
        return 0.0
    lost = exponent(size) - exponent(value)
    return decimal(value, max(0, 11 - lost), NOISE * size)


def decimal(value: float, digits: int, noise: float) -> float:
    """Return the decimal of so many digits behind the first, if it is the value but for noise."""
    near = float(f"{value:.{digits}e}")
    return near if abs(near - value) <= noise else value


def exponent(value: float) -> int:
    """Return the power of ten of a number's first digit."""
    return int(f"{value:.16e}".partition("e")[2])


def minus(a: float, b: float) -> float:
    """Return a − b, as `plus` does."""
    return plus(a, -b)


def more(a: float | None, b: float | None) -> bool:
    """Whether a is larger than b by more than noise; a place, whether it comes later.

    Raises:
        AbsentError: one is none.
    """
    if a is None or b is None:
        raise AbsentError("there is no such place")
    return a - b > TIE * max(abs(a), abs(b))


def clean(value: float) -> float:
    """Return the decimal of 12 digits that `value` is but for its last bits, or `value` itself.

    So the noise of binary arithmetic reaches no later rounding up, comparison or difference:
    17.6 B for 10^11 parameters come out as 1,760,000,000,000.0002 B; at 80 GB that is 22
    devices, not 23. A difference of near values carries more of it: 9.7 - 9.6 comes out as
    0.09999999999999964, and the rule leaves room for that.
    """
    if value.is_integer():
        return value + 0.0  # a zero has no sign
    return decimal(value, 11, NOISE * abs(value))


inf, nan = math.inf, math.nan
sqrt, log2, ln, exp, power = math.sqrt, math.log2, math.log, math.exp, math.pow
sin, cos, pi, absolute, maximum, minimum = math.sin, math.cos, math.pi, abs, max, min


def ceil(x: float) -> float:
    """Round up to the next whole number, but not from noise above one."""
    return math.ceil(clean(float(x)))


def floor(x: float) -> float:
    """Round down to a whole number, but not from noise below one."""
    return math.floor(clean(float(x)))


def same(one: int | None, other: int | None) -> bool:
    """Whether two places of an axis are the same; none is the same as nothing."""
    return one == other and one is not None


def found(place: int | None) -> bool:
    """Whether a place is one, not none."""
    return place is not None


def loop(n: int, body: Term) -> None:
    """Call `body` with 0 ... n − 1."""
    for i in range(n):
        body(i)


def each(n: int, value: Term) -> list[Any]:
    """Return what `value` gives for 0 ... n − 1."""
    return [value(i) for i in range(n)]


def chosen(n: int, where: Term | None) -> Sequence[int]:
    """Return the places of 0 ... n − 1 at which a condition holds; without one, all."""
    return range(n) if where is None else [i for i in range(n) if where(i)]


def total(n: int, value: Term, where: Term | None = None) -> float:
    """Return the sum over an axis; over nothing, or where all but noise cancels, it is 0."""
    result = size = 0.0
    for i in chosen(n, where):
        x = value(i)
        result, size = plus(result, x), size + abs(x)
    return settled(result, size) if abs(result) <= size / 8 else result


def count(n: int, where: Term) -> int:
    """Return at how many places of an axis a condition holds."""
    return len(chosen(n, where))


def mean(n: int, value: Term, where: Term | None = None) -> float:
    """Return the mean over an axis.

    Raises:
        AbsentError: there is nothing to average.
    """
    values = _some("mean", n, value, where)
    return total(len(values), values.__getitem__) / len(values)


def least(n: int, value: Term, where: Term | None = None) -> float:
    """Return the least over an axis.

    Raises:
        AbsentError: there is nothing.
    """
    return min(_some("least", n, value, where))


def most(n: int, value: Term, where: Term | None = None) -> float:
    """Return the largest over an axis.

    Raises:
        AbsentError: there is nothing.
    """
    return max(_some("largest", n, value, where))


def where_least(n: int, value: Term, where: Term | None = None, last: bool = False) -> int | None:
    """Return the first place (or the last) that ties with the least; None over nothing."""
    return where_most(n, lambda i: -value(i), where, last)


def where_most(n: int, value: Term, where: Term | None = None, last: bool = False) -> int | None:
    """Return the first place (or the last) that ties with the largest; None over nothing."""
    places = chosen(n, where)
    if not places:
        return None
    values = [value(i) for i in places]
    top = max(values)
    ties = [i for i, x in zip(places, values, strict=True) if not more(top, x)]
    return ties[-1 if last else 0]


def nth(n: int, value: Term, count: float, where: Term | None = None) -> float:
    """Return the count-th smallest over an axis, from 1.

    Raises:
        AbsentError: there are fewer.
    """
    values = sorted(value(i) for i in chosen(n, where))
    if count not in range(1, len(values) + 1):
        raise AbsentError(f"there is no number {count:g} of {len(values)}")
    return values[int(count) - 1]


def rank(n: int, value: Term, where: Term | None = None) -> list[int | AbsentError]:
    """Return each place's rank along an axis: 1 for the largest, the first of equals first."""
    places = chosen(n, where)
    values = [value(i) for i in places]
    ranks: list[int | AbsentError] = [AbsentError("has no rank here")] * n
    for k, (i, x) in enumerate(zip(places, values, strict=True)):
        ranks[i] = 1 + sum(more(y, x) or (j < k and not more(x, y)) for j, y in enumerate(values))
    return ranks


def softmax(n: int, value: Term, where: Term | None = None) -> list[float]:
    """Return each place's share of the exponentials along an axis, shifted by the largest.

    A place at which the condition does not hold has none of it.
    """
    places = chosen(n, where)
    values = [value(i) for i in places]
    powers = [math.exp(x - max(values)) for x in values]
    whole = total(len(powers), powers.__getitem__)
    shares = [0.0] * n
    for i, power in zip(places, powers, strict=True):
        shares[i] = power / whole
    return shares


def place(found: int | None) -> int:
    """Return a place that a look-up needs.

    Raises:
        AbsentError: it is none.
    """
    if found is None:
        raise AbsentError("there is no such place")
    return found


def has(value: Any) -> Any:
    """Return a value that may be absent, or computed in vain, where it is there.

    Raises:
        AbsentError: it is not.
    """
    if isinstance(value, Exception):
        raise value
    if value is None:
        raise AbsentError("there is no value here")
    return value


def tried(value: Callable[[], Any]) -> Any:
    """Return a value, or the error of computing it, for `has` to raise if it is needed."""
    try:
        return value()
    except (ArithmeticError, ValueError) as error:
        return error


def _some(what: str, n: int, value: Term, where: Term | None) -> list[float]:
    values = [value(i) for i in chosen(n, where)]
    if not values:
        raise AbsentError(f"there is nothing to take the {what} of")
    return values
