"""Count rotary position embedding: matrices, tables and bit patterns, built and looked at.

The rotated vectors come from the chapter's NumPy system or from matrices multiplied up, the
periods and pairs from walking along positions, the roundings from going through the numbers
that a format can hold.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from checks.counts.brute import at, crossing, dealt, draws, how_many_times
from worked.rope import rotary_numpy

# -- a table of learned positions -------------------------------------------------------------


def position_table_params(trained_length: int, hidden: int) -> int:
    """Build the table."""
    return np.empty((trained_length, hidden)).size


def extended_length(trained_length: int, factor: int) -> int:
    """Lay the trained length down end to end."""
    return len([token for _ in range(factor) for token in range(trained_length)])


def rows_missing(extended_length: int, trained_length: int) -> int:
    """Look every position up."""
    table = set(range(trained_length))
    return sum(position not in table for position in range(extended_length))


@at(*draws("within_table", lambda r: (r(1, 9), r(1, 9)), 60), (5, 5), (1, 2), (2, 1))
def within_table(extended_length: int, trained_length: int) -> int:
    """Look every position up; an index past the end fails."""
    table = [object() for _ in range(trained_length)]
    try:
        for position in range(extended_length):
            table[position]
    except IndexError:
        return 0
    return 1


# -- one pair ---------------------------------------------------------------------------------


def _matrix(turn: float) -> Any:
    """Return the rotation by `turn` radians as a product of many small ones.

    Each small one is the exponential of its generator, summed as a power series.
    """
    pieces = 64
    generator = np.array([[0.0, -1.0], [1.0, 0.0]]) * (turn / pieces)
    term, small = np.eye(2), np.eye(2)
    for n in range(1, 30):
        term = term @ generator / n
        small = small + term
    return np.linalg.matrix_power(small, pieces)


def angle(position: int, frequency: int) -> float:
    """Walk there from position 0 and turn by the frequency at every token."""
    turned = 0.0
    for _ in range(position):
        turned += frequency
    return turned


def cosine(angle: float) -> float:
    """Turn the first unit vector; its first component."""
    return float((_matrix(angle) @ [1.0, 0.0])[0])


def sine(angle: float) -> float:
    """Turn the first unit vector; its second component."""
    return float((_matrix(angle) @ [1.0, 0.0])[1])


def turned_first(first: float, second: float, angle: float) -> float:
    """Turn the pair by a product of matrices."""
    return float((_matrix(angle) @ [first, second])[0])


def turned_second(first: float, second: float, angle: float) -> float:
    """Turn the pair by a product of matrices."""
    return float((_matrix(angle) @ [first, second])[1])


def pair_length(first: float, second: float) -> float:
    """Turn the arrow until it lies along the first axis, and read its length off."""
    return float((_matrix(-math.atan2(second, first)) @ [first, second])[0])


# -- all pairs --------------------------------------------------------------------------------


def head_width(pairs: int) -> int:
    """List the components pair by pair."""
    return len([component for pair in range(pairs) for component in (2 * pair, 2 * pair + 1)])


def slowest_pair(pairs: int) -> int:
    """Ask the chapter's system for a head's frequencies and look where the lowest stands."""
    row = _row(1, 10_000, 2 * pairs)
    return row.index(min(row))


def existing_pair(pair_wanted: int, pairs: int) -> int:
    """Walk along the pairs towards the wanted one."""
    here = 0
    for pair in range(pairs):
        here = pair
        if pair == pair_wanted:
            break
    return here


def _row(first_frequency: float, base: float, head_dim: int) -> list[float]:
    """Ask the chapter's system for all frequencies of the head, and start elsewhere than at 1."""
    return [first_frequency * float(f) for f in rotary_numpy.inverse_frequencies(head_dim, base)]


@at(*draws("frequency", lambda r: (r(1, 4), r(2, 20_000), r(0, 3), 2 * r(4, 40))))
def frequency(first_frequency: int, base: int, pair: int, head_dim: int) -> float:
    """Pick one of the row."""
    return _row(first_frequency, base, head_dim)[pair]


@at(*draws("second", lambda r: (r(1, 4), r(2, 20_000))))
def second_of_two_frequency(first_frequency: int, base: int) -> float:
    """Pick the second of the row of a head of four."""
    return _row(first_frequency, base, 4)[1]


@at(*draws("slowest", lambda r: (r(1, 4), r(2, 20_000), 2 * r(1, 64))))
def slowest_frequency(first_frequency: int, base: int, head_dim: int) -> float:
    """Pick the last of the row."""
    return _row(first_frequency, base, head_dim)[-1]


@at((1,), (2,), (0.01,), (0.3,), (7,), (0.000115,))
def wavelength(frequency: float) -> float:
    """Walk on from half a turn until the sine, then rising, is zero again."""
    rough = 6.0 / frequency
    return crossing(lambda x: math.sin(x * frequency), rough, rough * 1.1)


# -- scores -----------------------------------------------------------------------------------


def pair_dot(q_first: float, q_second: float, k_first: float, k_second: float) -> float:
    """From the lengths alone: half of what the sum's square has beyond the two squares'."""
    together = (q_first + k_first) ** 2 + (q_second + k_second) ** 2
    return (together - q_first**2 - q_second**2 - k_first**2 - k_second**2) / 2


def pair_cross(q_first: int, q_second: int, k_first: int, k_second: int) -> int:
    """Twice the signed area of the triangle from the origin, added up edge by edge."""
    corners = [(0, 0), (q_first, q_second), (k_first, k_second)]
    twice = 0
    for (x, y), (next_x, next_y) in zip(corners, corners[1:] + corners[:1], strict=True):
        twice += (next_x - x) * (next_y + y)
    return -twice


def pairs_score(first_pair: int, second_pair: int) -> int:
    """Count the one on after the other."""
    return len([*range(first_pair), *range(second_pair)])


def rotated_score(
    q_0: float, q_1: float, q_2: float, q_3: float, k_0: float, k_1: float, k_2: float, k_3: float,
    query_position: int, key_position: int, first_frequency: float, second_frequency: float,
) -> float:  # fmt: skip
    """Rotate both vectors with the chapter's system and multiply them."""
    frequencies = np.array([first_frequency, second_frequency], dtype=float)
    q, k = (
        rotary_numpy.rotate_adjacent(
            np.array(vector, dtype=float), *rotary_numpy.rotary_tables(position, frequencies)
        )
        for vector, position in (
            ((q_0, q_1, q_2, q_3), query_position),
            ((k_0, k_1, k_2, k_3), key_position),
        )
    )
    return float(q @ k)


def offset(query_position: int, key_position: int) -> int:
    """Walk from the key to the query, counting steps, backwards ones as negative."""
    step = 1 if query_position > key_position else -1
    return step * len(range(key_position, query_position, step))


def moved_position(position: int, shift: int) -> int:
    """Put so many tokens before the text and look where the token is now."""
    text = [None] * position + ["token"]
    return (["new"] * shift + text).index("token")


def next_position(position: int) -> int:
    """Append a token to the text that ends at this position."""
    return len([None] * position + ["token"])


def _unit_pair_score(dot: float, cross: float, apart: float, frequency: float) -> float:
    """Rotate a query with that dot and cross product to the key (1, 0), three tokens further."""
    q = _matrix((apart + 3) * frequency) @ [dot, -cross]
    k = _matrix(3 * frequency) @ [1.0, 0.0]
    return float(q @ k)


def pair_score_by_offset(dot: float, cross: float, offset: float, frequency: float) -> float:
    """Rotate a query and a key and multiply them."""
    return _unit_pair_score(dot, cross, offset, frequency)


@at(*draws("complex", lambda r: (r(1, 9), r(1, 9), r(0, 12), r(1, 12) / 4)))
def pair_score_complex(real: float, imaginary: float, offset: float, frequency: float) -> float:
    """Multiply the complex number by e^(iφ) for one token, once for every token."""
    # The exponential's power series.
    one_token = sum((1j * frequency) ** n / math.factorial(n) for n in range(40))
    z = complex(real, imaginary)
    for _ in range(int(offset)):
        z *= one_token
    return z.real


def gap(one: int, other: int) -> int:
    """Count the whole numbers between them."""
    return len(range(min(one, other), max(one, other)))


# -- cost -------------------------------------------------------------------------------------


def rotary_table_values(length: int, columns: int) -> int:
    """Build the tables with the chapter's system."""
    cos, sin = rotary_numpy.rotary_tables(np.arange(length), np.ones(columns))
    return int(cos.size + sin.size)


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
def projection_flops(
    layers: int, hidden: int, heads: int, kv_heads: int, head_dim: int
) -> int:  # fmt: skip
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
def pair_of_wavelength(
    pairs: int, wavelength: int, first_wavelength: int, base: int
) -> float:  # fmt: skip
    """Search between the pairs for the wavelength."""
    return crossing(
        lambda i: first_wavelength * base ** (i / pairs) - wavelength, -20.0 * pairs, 20.0 * pairs
    )


@at(*draws("turned", lambda r: (r(1, 20), Fraction(r(0, 90), 4)), 60), (9, 3), (9, 8), (9, 9))
def turned_pairs(pairs: int, last_pair: Fraction) -> int:
    """Go through the pairs and count those that lie at or before the last."""
    return sum(pair <= last_pair for pair in range(pairs))


@at(*draws("other", lambda r: (r(10, 20), r(0, 10))))
def other_pairs(pairs: int, turned_pairs: int) -> int:
    """Strike the turned ones off the list."""
    return len(list(range(pairs))[turned_pairs:])


def interpolated_frequency(frequency: int, factor: int) -> float:
    """Deal one token's turn out over as many tokens."""
    return dealt(frequency, factor)


@at(*draws("ntk", lambda r: (r(2, 20_000), r(1, 16), 2 * r(2, 64))))
def ntk_base(base: int, factor: int, head_dim: int) -> float:
    """Search for the base whose slowest frequency is the old one over the factor."""
    wanted = rotary_numpy.inverse_frequencies(head_dim, float(base))[-1] / factor

    def beyond(log_base: float) -> float:
        # In logarithms, and negative while the new slowest pair is still too fast.
        slowest = math.exp(log_base) ** (2 / head_dim - 1)
        return math.log(wanted) - math.log(slowest)

    return math.exp(crossing(beyond, math.log(base) - 1, math.log(base) + 10))


def dynamic_scale(factor: int, length: int, trained_length: int) -> float:
    """Grow token by token from the trained length, each adding its part of the factor."""
    scale = Fraction(1)
    for _token in range(trained_length, length):
        scale += Fraction(factor, trained_length)
    return float(scale)


@at((20.94,), (0.5,), (-3.2,), (7,), (-1,), (0,))
def ramp_start(pair: float) -> int:
    """Walk up from the first pair while the next one does not lie beyond."""
    here = 0
    while here + 1 <= pair:
        here += 1
    return here


@at((45.03, 128), (7, 20), (6.2, 8), (7.5, 8), (9.1, 8), (30, 8), (6.9, 8))
def ramp_end(pair: float, head_dim: int) -> int:
    """Walk up from the first pair until the place is reached or the last index is."""
    for here in range(head_dim):
        if here >= pair:
            return here
    return here


@at(*draws("place", lambda r: (r(0, 40), r(0, 9), r(10, 30))))
def ramp_place(value: int, start: int, end: int) -> float:
    """How often the ramp's length goes into the way from its start; before it, negative."""
    if value >= start:
        return how_many_times(value - start, end - start)
    return -how_many_times(start - value, end - start)


@at((-3,), (0,), (0.25,), (1,), (1.5,), (0.999,), (-0.01,))
def clipped(share: float) -> float:
    """The middle one of three."""
    return sorted([0, share, 1])[1]


@at((0,), (0.25,), (1,), (0.9,))
def rest(share: float) -> float:
    """Take the share away in ten-thousandths."""
    return (10_000 - round(share * 10_000)) / 10_000


@at(*draws("blend", lambda r: (r(1, 9), r(1, 16), Fraction(r(0, 64), 64))))
def blended_frequency(frequency: int, factor: int, kept: Fraction) -> float:
    """Mean over a batch of pairs of which the share `kept` keeps the frequency."""
    batch = [
        Fraction(frequency) if member < kept * 64 else Fraction(frequency, factor)
        for member in range(64)
    ]
    return float(sum(batch) / 64)


@at((1,), (2,), (8,), (16,), (32,))
def yarn_attention_factor(factor: int) -> float:
    """Ask the chapter's system."""
    return rotary_numpy.yarn_attention_factor(factor)


def score_growth(attention_factor: int) -> float:
    """Rotate with tables that carry the factor; one score over the other."""
    q, k = np.array([[3.0, 1.0], [2.0, 5.0]])
    scores = []
    for mu in (1.0, float(attention_factor)):
        tables = rotary_numpy.rotary_tables(7, np.array([0.3]), attention_factor=mu)
        scores.append(
            float(
                rotary_numpy.rotate_adjacent(q, *tables) @ rotary_numpy.rotate_adjacent(k, *tables)
            )
        )
    return scores[1] / scores[0]


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


@at(
    *draws("held", lambda r: (r(0, 400), r(1, 40)), 60),
    (16, 32), (48, 32), (80, 32), (112, 32), (5000, 32), (5, 2), (7, 2), (33, 32), (31, 32),
)  # fmt: skip
def nearest_held(value: int, spacing: int) -> int:
    """Go through the multiples around; the nearest, the even one of two."""
    return min(
        (abs(multiple * spacing - value), multiple % 2, multiple * spacing)
        for multiple in range(value // spacing + 2)
    )[2]


# -- decoding ---------------------------------------------------------------------------------


def rotations_without_cache(tokens: int) -> int:
    """Decode, rotating every key so far at every step, and count."""
    rotations, keys = 0, []
    for token in range(tokens):
        keys.append(token)
        rotations += len(keys)
    return rotations
