"""Count rotary position embedding: matrices and bit patterns, built and looked at.

A rotation is a product of matrices; operations are counted by numbers that count, roundings by
going through the numbers that a format can hold.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, draws
from worked.rows import Row

# -- one pair ---------------------------------------------------------------------------------


def _matrix(turn: float) -> Any:
    """Return the rotation by `turn` radians as a product of many small ones.

    Each small one is the exponential of its generator, summed as a power series.
    """
    pieces = 1024
    generator = np.array([[0.0, -1.0], [1.0, 0.0]]) * (turn / pieces)
    term, small = np.eye(2), np.eye(2)
    for n in range(1, 30):
        term = term @ generator / n
        small = small + term
    return np.linalg.matrix_power(small, pieces)


@at(*((Row.of(p, "side"),) for p in ((3, 4), (-5, 12), (-1, -1), (0, -7), (9, -2), (1, 0))))
def length(pair: Row) -> float:
    """Turn the arrow until it lies along the first axis, and read its length off."""
    x, y = pair.nested("side")
    return float((_matrix(-math.atan2(y, x)) @ [x, y])[0])


# -- cost -------------------------------------------------------------------------------------


class Counted:
    """A number that counts the operations it takes part in."""

    done = 0

    def __mul__(self, other: Any) -> Counted:
        Counted.done += 1
        return Counted()

    def __add__(self, other: Any) -> Counted:
        Counted.done += 1
        return Counted()

    __sub__ = __add__


def _rotated(head: list[Counted]) -> None:
    """Turn each pair of neighbours in place."""
    cos, sin = Counted(), Counted()
    for pair in range(len(head) // 2):
        a, b = head[2 * pair], head[2 * pair + 1]
        head[2 * pair], head[2 * pair + 1] = a * cos - b * sin, a * sin + b * cos


@at(*draws("rotation", lambda r: (r(1, 5), r(1, 5), r(1, 5), 2 * r(1, 8))))
def rotation_flops(layers: int, heads: int, kv_heads: int, head_dim: int) -> int:
    """Rotate every query and key of a token with numbers that count."""
    Counted.done = 0
    for _layer in range(layers):
        for _head in range(heads + kv_heads):
            _rotated([Counted() for _ in range(head_dim)])
    return Counted.done


@at(*draws("projection", lambda r: (r(1, 3), r(1, 8), r(1, 4), r(1, 4), 2 * r(1, 4))))
def projection_flops(layers: int, hidden: int, heads: int, kv_heads: int, head_dim: int) -> int:
    """Make every component of every query and key with numbers that count."""
    Counted.done = 0
    token, row = [Counted()] * hidden, [Counted()] * hidden
    for _layer in range(layers):
        for _component in range((heads + kv_heads) * head_dim):
            total = Counted()
            for x, w in zip(token, row, strict=True):
                total = total + x * w
    return Counted.done


# -- longer than trained ----------------------------------------------------------------------


@at(*draws("turned", lambda r: (r(1, 20), Fraction(r(0, 90), 4)), 60), (9, 3), (9, 8), (9, 9))
def turned_pairs(pairs: int, last_turned: Fraction) -> int:
    """Go through the pairs and count those that lie at or before the last."""
    return sum(pair <= last_turned for pair in range(pairs))


# -- rounding ---------------------------------------------------------------------------------


def _held(bits: int, value: int) -> bool:
    """Whether a whole number's ones all lie within `bits` places from its first."""
    return len(bin(value).removeprefix("0b").rstrip("0")) <= bits


def lost_position(bits: int) -> int:
    """Count positions up until one has too many bits."""
    return next(x for x in count(1) if not _held(bits, x))


def number_spacing(value: int, bits: int) -> float:
    """List the format's numbers up from the leading bit; how far the first two lie apart."""
    leading = Fraction(1)
    while leading * 2 <= value:
        leading *= 2
    numbers = [leading * (1 + Fraction(n, 2 ** (bits - 1))) for n in range(2)]
    return float(numbers[1] - numbers[0])


@at(*draws("held", lambda r: (Fraction(r(0, 400), 8),), 60), (0.5,), (1.5,), (2.5,), (3.5,), (4,))
def nearest_multiple(spacings: Fraction) -> int:
    """Go through the whole numbers around; the nearest, the even one of two."""
    return min((abs(n - spacings), n % 2, n) for n in range(int(spacings) + 2))[2]
