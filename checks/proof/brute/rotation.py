"""Count rotary position embedding: matrices and bit patterns, built and looked at.

Rotations come from matrices multiplied up or from the chapter's NumPy system, periods and pairs
from walking along positions, roundings from going through the numbers that a format can hold.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, crossing, draws
from worked.rope import rotary_numpy
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


def turned(x: float, y: float, angle: float) -> list[float]:
    """Turn the pair by a product of matrices."""
    return list(_matrix(angle) @ [x, y])


def length(pair: Row) -> float:
    """Turn the arrow until it lies along the first axis, and read its length off."""
    x, y = pair.nested("side")
    return float((_matrix(-math.atan2(y, x)) @ [x, y])[0])


def _arrows(times: int) -> list[tuple[Row, ...]]:
    """Return arrows of whole numbers, `times` at a point."""
    rng = random.Random(times)
    one = lambda: Row.of([rng.randint(-9, 9), rng.randint(-9, 9)], "side")  # noqa: E731
    return [tuple(one() for _ in range(times)) for _ in range(25)]


length.points = [p for p in _arrows(1) if any(p[0].cells)]  # type: ignore[attr-defined]


def dot(q: Row, k: Row) -> float:
    """From the lengths alone: half of what the sum's square has beyond the two squares'."""
    (a, b), (c, d) = (row.nested("side") for row in (q, k))
    return ((a + c) ** 2 + (b + d) ** 2 - a**2 - b**2 - c**2 - d**2) / 2  # type: ignore[no-any-return]


dot.points = _arrows(2)  # type: ignore[attr-defined]


# -- frequencies ------------------------------------------------------------------------------


def _row(first_frequency: float, base: float, head_dim: int) -> list[float]:
    """Ask the chapter's system for all frequencies of the head, and start elsewhere than at 1."""
    return [first_frequency * float(f) for f in rotary_numpy.inverse_frequencies(head_dim, base)]


@at(*draws("frequency", lambda r: (r(1, 4), r(2, 20_000), r(0, 3), 2 * r(4, 40))))
def frequency(first_frequency: int, base: int, number: int, head_dim: int) -> float:
    """Pick one of the row."""
    return _row(first_frequency, base, head_dim)[number]


@at((1,), (2,), (0.01,), (0.3,), (7,), (0.000115,))
def wavelength(frequency: float) -> float:
    """Walk on from half a turn until the sine, then rising, is zero again."""
    rough = 6.0 / frequency
    return crossing(lambda x: math.sin(x * frequency), rough, rough * 1.1)


# -- scores -----------------------------------------------------------------------------------


def part_by_offset(dot: float, cross: float, offset: float, frequency: float) -> float:
    """Rotate a query with that dot and cross product to the key (1, 0), three tokens further."""
    q = _matrix((offset + 3) * frequency) @ [dot, -cross]
    k = _matrix(3 * frequency) @ [1.0, 0.0]
    return float(q @ k)


@at(*draws("complex", lambda r: (r(1, 9), r(1, 9), r(0, 12), r(1, 12) / 4)))
def part_by_complex(real: float, imaginary: float, offset: float, frequency: float) -> float:
    """Multiply the complex number by e^(iφ) for one token, once for every token."""
    # The exponential's power series.
    one_token = sum((1j * frequency) ** n / math.factorial(n) for n in range(40))
    z = complex(real, imaginary)
    for _ in range(int(offset)):
        z *= one_token
    return z.real


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


@at(*draws("pair_of", lambda r: (r(1, 64), r(2, 5000), r(1, 9), r(2, 20_000))))
def pair_of_wavelength(pairs: int, wavelength: int, first_wavelength: int, base: int) -> float:
    """Search between the pairs for the wavelength."""
    return crossing(
        lambda i: first_wavelength * base ** (i / pairs) - wavelength, -20.0 * pairs, 20.0 * pairs
    )


@at(*draws("turned", lambda r: (r(1, 20), Fraction(r(0, 90), 4)), 60), (9, 3), (9, 8), (9, 9))
def turned_pairs(pairs: int, last_turned: Fraction) -> int:
    """Go through the pairs and count those that lie at or before the last."""
    return sum(pair <= last_turned for pair in range(pairs))


@at(*draws("ntk", lambda r: (r(2, 20_000), r(1, 16), 2 * r(2, 64))))
def ntk_base(base: int, factor: int, head_dim: int) -> float:
    """Search for the base whose slowest frequency is the old one over the factor."""
    wanted = rotary_numpy.inverse_frequencies(head_dim, float(base))[-1] / factor

    def beyond(log_base: float) -> float:
        # In logarithms, and negative while the new slowest pair is still too fast.
        slowest = math.exp(log_base) ** (2 / head_dim - 1)
        return math.log(wanted) - math.log(slowest)

    return math.exp(crossing(beyond, math.log(base) - 1, math.log(base) + 10))


def dynamic_scale(dynamic_factor: int, current_length: int, trained_length: int) -> float:
    """Grow token by token from the trained length, each adding its part of the factor."""
    scale = Fraction(1)
    for _token in range(trained_length, current_length):
        scale += Fraction(dynamic_factor, trained_length)
    return float(scale)


@at((1,), (2,), (8,), (16,), (32,))
def yarn_attention_factor(factor: int) -> float:
    """Ask the chapter's system."""
    return rotary_numpy.yarn_attention_factor(factor)


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
