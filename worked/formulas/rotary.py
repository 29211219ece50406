"""Rotary position embedding: angles, rotated pairs, scores, tables, longer texts, rounding.

A head of width d is cut into P = d/2 pairs. At position p the pair i is turned by p·θ_i
radians, θ_i = b^(-2i/d). Angles are in radians, frequencies in radians a token, positions and
wavelengths in tokens. The arguments q_first, q_second and so on are the two components of one
pair. Source of the method: Su et al. 2021, "RoFormer", sections 3.2 and 3.4.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import (
    absolute,
    ceil,
    cos,
    floor,
    ln,
    log2,
    maximum,
    minimum,
    pi,
    sin,
    sqrt,
    where,
)

# -- a table of learned positions -------------------------------------------------------------


def position_table_params(trained_length: Any, hidden: Any) -> Any:
    """Parameters of a table of learned positions: one row of `hidden` values a position."""
    return trained_length * hidden


def extended_length(trained_length: Any, factor: Any) -> Any:
    """Length in tokens that is wanted: `factor` times the trained one."""
    return factor * trained_length


def rows_missing(extended_length: Any, trained_length: Any) -> Any:
    """Positions of the wanted length for which the trained table has no row."""
    return maximum(extended_length - trained_length, 0)


def within_table(extended_length: Any, trained_length: Any) -> Any:
    """Whether every position of the wanted length has a trained row: 1 or 0."""
    return where(extended_length <= trained_length, 1, 0)


# -- one pair ---------------------------------------------------------------------------------


def angle(position: Any, frequency: Any) -> Any:
    """Angle in radians of a pair of that frequency at a position."""
    return position * frequency


def cosine(angle: Any) -> Any:
    """Cosine of an angle in radians."""
    return cos(angle)


def sine(angle: Any) -> Any:
    """Sine of an angle in radians."""
    return sin(angle)


def turned_first(first: Any, second: Any, angle: Any) -> Any:
    """First component of the pair (first, second) turned anticlockwise by `angle` radians.

    Source: Su et al. 2021, equation 13.
    """
    return first * cos(angle) - second * sin(angle)


def turned_second(first: Any, second: Any, angle: Any) -> Any:
    """Second component of the pair (first, second) turned anticlockwise by `angle` radians.

    Source: Su et al. 2021, equation 13.
    """
    return first * sin(angle) + second * cos(angle)


def pair_length(first: Any, second: Any) -> Any:
    """Length of a pair as an arrow in the plane."""
    return sqrt(first**2 + second**2)


# -- all pairs --------------------------------------------------------------------------------


def head_width(pairs: Any) -> Any:
    """Components of a head's vector: two for each pair."""
    return 2 * pairs


def slowest_pair(pairs: Any) -> Any:
    """Number of a head's last and slowest pair; pairs count from 0."""
    return pairs - 1


def existing_pair(pair_wanted: Any, pairs: Any) -> Any:
    """The wanted pair's number, or the last pair's where there are fewer; pairs count from 0."""
    return minimum(pair_wanted, pairs - 1)


def frequency(first_frequency: Any, base: Any, pair: Any, head_dim: Any) -> Any:
    """Radians a token by which the pair number `pair` of a head is turned.

    first_frequency: radians a token of the pair number 0, which the paper sets to 1.
    Source: Su et al. 2021, section 3.2.2, which counts pairs from 1: θ_i = 10000^(-2(i-1)/d).
    """
    return first_frequency * base ** (-2 * pair / head_dim)


def second_of_two_frequency(first_frequency: Any, base: Any) -> Any:
    """Radians a token of the slower pair of a head of four components: b^(-2/4) of the first."""
    return first_frequency / sqrt(base)


def slowest_frequency(first_frequency: Any, base: Any, head_dim: Any) -> Any:
    """Radians a token of the last pair, number d/2 - 1."""
    return first_frequency * base ** (2 / head_dim - 1)


def wavelength(frequency: Any) -> Any:
    """Tokens in which a pair makes one full turn."""
    return 2 * pi(frequency) / frequency


# -- scores -----------------------------------------------------------------------------------


def pair_dot(q_first: Any, q_second: Any, k_first: Any, k_second: Any) -> Any:
    """Dot product of a query's and a key's pair: what the pair adds to the score."""
    return q_first * k_first + q_second * k_second


def pair_cross(q_first: Any, q_second: Any, k_first: Any, k_second: Any) -> Any:
    """Cross product of a query's and a key's pair: positive where the key is anticlockwise."""
    return q_first * k_second - q_second * k_first


def pairs_score(first_pair: Any, second_pair: Any) -> Any:
    """Score of two vectors of two pairs, before the division by the root of the width."""
    return first_pair + second_pair


def rotated_score(
    q_0: Any, q_1: Any, q_2: Any, q_3: Any, k_0: Any, k_1: Any, k_2: Any, k_3: Any,
    query_position: Any, key_position: Any, first_frequency: Any, second_frequency: Any,
) -> Any:  # fmt: skip
    """Score of a query and a key of four components, both rotated, adjacent pairs.

    Positions in tokens, frequencies in radians a token; before the division by the root of
    the width.
    """
    return pair_dot(
        turned_first(q_0, q_1, query_position * first_frequency),
        turned_second(q_0, q_1, query_position * first_frequency),
        turned_first(k_0, k_1, key_position * first_frequency),
        turned_second(k_0, k_1, key_position * first_frequency),
    ) + pair_dot(
        turned_first(q_2, q_3, query_position * second_frequency),
        turned_second(q_2, q_3, query_position * second_frequency),
        turned_first(k_2, k_3, key_position * second_frequency),
        turned_second(k_2, k_3, key_position * second_frequency),
    )


def offset(query_position: Any, key_position: Any) -> Any:
    """Tokens from the key to the query; positive where the key lies in the past."""
    return query_position - key_position


def moved_position(position: Any, shift: Any) -> Any:
    """Position after the whole text has been moved by `shift` tokens."""
    return position + shift


def next_position(position: Any) -> Any:
    """Position of the token after this one."""
    return position + 1


def pair_score_by_offset(dot: Any, cross: Any, offset: Any, frequency: Any) -> Any:
    """What a pair adds to the score, from the offset alone.

    dot, cross: `pair_dot` and `pair_cross` of the pair before any rotation.
    Source: Su et al. 2021, section 3.2.1, the real part written out.
    """
    return dot * cos(offset * frequency) + cross * sin(offset * frequency)


def pair_score_complex(real: Any, imaginary: Any, offset: Any, frequency: Any) -> Any:
    """Real part of (real + i·imaginary)·e^(i·offset·frequency).

    real, imaginary: the parts of the query's pair times the conjugate of the key's.
    Source: Su et al. 2021, section 3.2.1.
    """
    return real * cos(offset * frequency) - imaginary * sin(offset * frequency)


def gap(one: Any, other: Any) -> Any:
    """How far two numbers lie apart."""
    return absolute(one - other)


# -- cost -------------------------------------------------------------------------------------


def rotary_table_values(length: Any, columns: Any) -> Any:
    """Values in a cosine and a sine table of `length` positions and `columns` angles each."""
    return 2 * length * columns


def rotation_flops(layers: Any, heads: Any, kv_heads: Any, head_dim: Any) -> Any:
    """FLOPs a token of rotating all queries and keys: four products and two sums a pair."""
    return 3 * head_dim * (heads + kv_heads) * layers


def projection_flops(layers: Any, hidden: Any, heads: Any, kv_heads: Any, head_dim: Any) -> Any:
    """FLOPs a token of the products that make the queries and keys, a product and a sum each."""
    return 2 * hidden * head_dim * (heads + kv_heads) * layers


# -- longer than trained ----------------------------------------------------------------------


def pair_of_wavelength(pairs: Any, wavelength: Any, first_wavelength: Any, base: Any) -> Any:
    """Number, not whole, of the pair that would make one turn in `wavelength` tokens.

    first_wavelength: that of the pair number 0.
    Source: Peng et al. 2023 (YaRN), section 3.2, the frequency solved for i.
    """
    return pairs * ln(wavelength / first_wavelength) / ln(base)


def turned_pairs(pairs: Any, last_pair: Any) -> Any:
    """Pairs that make at least one full turn.

    last_pair: number, not whole, of the pair that would make exactly one.
    """
    return minimum(pairs, floor(last_pair) + 1)


def other_pairs(pairs: Any, turned_pairs: Any) -> Any:
    """Pairs that make less than one full turn."""
    return pairs - turned_pairs


def interpolated_frequency(frequency: Any, factor: Any) -> Any:
    """Frequency under position interpolation: positions are divided by `factor`.

    Source: Chen et al. 2023, "Extending Context Window of Large Language Models via Positional
    Interpolation", equation 4.
    """
    return frequency / factor


def ntk_base(base: Any, factor: Any, head_dim: Any) -> Any:
    """Base under NTK-aware scaling: it slows the last pair by exactly `factor`.

    Source: bloc97 2023 (the proposal of NTK-aware scaling); Peng et al. 2023, section 3.1.
    """
    return base * factor ** (head_dim / (head_dim - 2))


def dynamic_scale(factor: Any, length: Any, trained_length: Any) -> Any:
    """Scale that dynamic NTK uses at the present `length`; 1 up to the trained length.

    factor: 1 for the plain ratio of the lengths. Lengths in tokens.
    Source: emozilla 2023 (the proposal of dynamic scaling), in the form of transformers 5.
    """
    return factor * maximum(length, trained_length) / trained_length - (factor - 1)


def ramp_start(pair: Any) -> Any:
    """Pair at which YaRN's ramp starts: rounded down, not below the first.

    Source: Peng et al. 2023, the authors' code.
    """
    return maximum(floor(pair), 0)


def ramp_end(pair: Any, head_dim: Any) -> Any:
    """Pair at which YaRN's ramp ends: rounded up, not above d - 1.

    Source: Peng et al. 2023, the authors' code.
    """
    return minimum(ceil(pair), head_dim - 1)


def ramp_place(value: Any, start: Any, end: Any) -> Any:
    """Where `value` lies between `start` (0) and `end` (1); outside, beyond those."""
    return (value - start) / (end - start)


def clipped(share: Any) -> Any:
    """A share held between 0 and 1."""
    return minimum(1, maximum(0, share))


def rest(share: Any) -> Any:
    """What a share leaves of the whole."""
    return 1 - share


def blended_frequency(frequency: Any, factor: Any, kept: Any) -> Any:
    """Frequency of which the share `kept` stays as it is and the rest is divided by `factor`.

    Source: Peng et al. 2023, equation 13; Meta's Llama 3.1 code mixes in the same way.
    """
    return kept * frequency + (1 - kept) * frequency / factor


def yarn_attention_factor(factor: Any) -> Any:
    """Factor on the rotated queries and on the rotated keys under YaRN.

    Source: Peng et al. 2023, equation 15.
    """
    return 0.1 * ln(factor) + 1


def score_growth(attention_factor: Any) -> Any:
    """Factor on the scores when queries and keys are both multiplied by `attention_factor`."""
    return attention_factor**2


# -- rounding ---------------------------------------------------------------------------------


def lost_position(bits: Any) -> Any:
    """First whole number that a format with so many significant bits cannot hold.

    bits: of the significand, with the leading one that is not stored.
    """
    return 2**bits + 1


def number_spacing(value: Any, bits: Any) -> Any:
    """Distance between neighbouring numbers of a binary format at the size of `value`.

    value: above 0; bits: of the significand, with the leading one.
    Source: IEEE 754-2019, section 3.3.
    """
    return 2 ** (floor(log2(value)) + 1 - bits)


def nearest_held(value: Any, spacing: Any) -> Any:
    """The multiple of `spacing` nearest to `value`, a tie going to the even multiple.

    Source: IEEE 754-2019, section 4.3.1 (roundTiesToEven).
    """
    multiple = floor(value / spacing + 1 / 2)
    odd = multiple - 2 * floor(multiple / 2)
    return spacing * (multiple - where(value / spacing + 1 / 2 <= multiple, odd, 0))


# -- decoding ---------------------------------------------------------------------------------


def rotations_without_cache(tokens: Any) -> Any:
    """Keys rotated a head to decode `tokens` when every step rotates all of them again."""
    return tokens * (tokens + 1) / 2
