"""Rotary position embedding: angles, turned pairs, scores, tables, longer texts, rounding.

A head of width d is cut into P = d/2 pairs (`pair`), each an arrow in the plane (`side` x and y).
At position p the pair i is turned by p·θ_i radians, θ_i = b^(-2i/d). Angles are in radians,
frequencies in radians a token, positions and wavelengths in tokens. Of a real head three pairs
are followed (`hand`): the first and fastest, one to look at, the last and slowest. Source of the
method: Su et al. 2021, "RoFormer", sections 3.2 and 3.4.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import (
    absolute,
    along,
    at,
    ceil,
    cos,
    count,
    floor,
    found,
    ln,
    log2,
    maximum,
    minimum,
    pi,
    sin,
    sqrt,
    total,
    where_most,
)

# -- a table of learned positions -------------------------------------------------------------


def position_table_params(trained_length: Any, hidden: Any) -> Any:
    """Parameters of a table of learned positions: one row of `hidden` values a position."""
    return trained_length * hidden


def wanted_length(trained_length: Any, factor: Any) -> Any:
    """Length in tokens that is wanted: `factor` times the trained one."""
    return factor * trained_length


def rows_missing(wanted_length: Any, trained_length: Any) -> Any:
    """Positions of the wanted length for which the trained table has no row."""
    return wanted_length - trained_length


def length_ratio(times: Any) -> Any:
    """Length of each text of a study over the trained one; times: the places of that axis."""
    return times


# -- a pair and its rotation ------------------------------------------------------------------


def width(component: Any) -> Any:
    """Components of a vector; component: the places of the axis."""
    return count(found(component), "component")


def member_number(pair: Any) -> Any:
    """Number of the component that a pair has on each side: its neighbour, or half a vector on.

    pair: its number, from 0; of a vector of four components.
    Source: Su et al. 2021, equation 15 (adjacent); GPT-NeoX, `rotate_half` (halves layout).
    Often got wrong: partners of one layout with angles of the other (museum:
    raiyanyahya/how-to-train-your-gpt 7).
    """
    adjacent = along("side", x=2 * pair, y=2 * pair + 1)
    halves = along("side", x=pair, y=pair + 2)
    return along("pairing", adjacent=adjacent, halves_layout=halves)


def member(component: Any, member_number: Any) -> Any:
    """Component that a pair has on each side; component: the number of each, from 0."""
    return where_most(component, "component", where=component <= member_number)


def in_pairs(vector: Any, member: Any) -> Any:
    """Component of a vector that a pair has on each side; member: which one that is."""
    return at(vector, "component", member)


def angle(position: Any, frequency: Any) -> Any:
    """Angle in radians of a pair of that frequency at a position.

    Often got wrong: positions multiplied by a scale where linear scaling divides (museum:
    ml-explore/mlx-lm 1553).
    """
    return position * frequency


def angle_of_vector(query_position: Any, key_position: Any, frequency: Any) -> Any:
    """Angle in radians of a pair of the query and of the key, each at its position."""
    return along("vector", q=angle(query_position, frequency), k=angle(key_position, frequency))


def cosine(angle: Any) -> Any:
    """Cosine of an angle in radians."""
    return cos(angle)


def sine(angle: Any) -> Any:
    """Sine of an angle in radians."""
    return sin(angle)


def turned(x: Any, y: Any, angle: Any) -> Any:
    """Both components of the pair (x, y), turned anticlockwise by `angle` radians.

    Source: Su et al. 2021, equation 13.
    """
    return along("side", x=x * cos(angle) - y * sin(angle), y=x * sin(angle) + y * cos(angle))


def length(pair: Any) -> Any:
    """Length of a pair as an arrow in the plane."""
    return sqrt(total(pair**2, "side"))


# -- frequencies ------------------------------------------------------------------------------


def head_width(pairs: Any) -> Any:
    """Components of a head's vector: two for each pair."""
    return 2 * pairs


def number_of_hand(pair_wanted: Any, pairs: Any) -> Any:
    """Numbers of three of a head's pairs, which count from 0; of the wanted one, at most the last.

    pairs: how many the head has.
    """
    last = pairs - 1
    return along("hand", fastest=0, looked_at=minimum(pair_wanted, last), slowest=last)


def frequency(first_frequency: Any, base: Any, number: Any, head_dim: Any) -> Any:
    """Radians a token by which the pair with that number turns; they count from 0.

    first_frequency: radians a token of the pair number 0, which the paper sets to 1; head_dim:
    the head's width. Source: Su et al. 2021, section 3.2.2, which counts pairs from 1:
    θ_i = 10000^(-2(i-1)/d).
    Often got wrong: the exponent without its minus (museum:
    labmlai/annotated_deep_learning_paper_implementations 313).
    """
    return first_frequency * base ** (-2 * number / head_dim)


def wavelength(frequency: Any) -> Any:
    """Tokens in which a pair makes one full turn."""
    return 2 * pi(frequency) / frequency


# -- scores -----------------------------------------------------------------------------------


def dot(q: Any, k: Any) -> Any:
    """Dot product of a query's and a key's pair: what the pair adds to the score."""
    return total(q * k, "side")


def cross(q_x: Any, q_y: Any, k_x: Any, k_y: Any) -> Any:
    """Cross product of a query's and a key's pair: positive where the key is anticlockwise."""
    return q_x * k_y - q_y * k_x


def imaginary(q_x: Any, q_y: Any, k_x: Any, k_y: Any) -> Any:
    """Imaginary part of a query's pair times the conjugate of a key's, as complex numbers."""
    return q_y * k_x - q_x * k_y


def score(part: Any) -> Any:
    """Score of two vectors, before the division by the root of the width.

    part: what each pair adds.
    """
    return total(part, "pair")


def offset(query_position: Any, key_position: Any) -> Any:
    """Tokens from the key to the query; positive where the key lies in the past."""
    return query_position - key_position


def position_in_case(query_position: Any, key_position: Any, shift: Any) -> Any:
    """Position of the query and of the key in each case.

    As given; both moved by `shift` tokens; the query right after the key, there and moved; and
    the two positions exchanged.
    """
    query = along(
        "case",
        here=query_position,
        moved=query_position + shift,
        next=key_position + 1,
        next_moved=key_position + shift + 1,
        swapped=key_position,
    )
    key = along(
        "case",
        here=key_position,
        moved=key_position + shift,
        next=key_position,
        next_moved=key_position + shift,
        swapped=query_position,
    )
    return along("vector", q=query, k=key)


def part_by_offset(dot: Any, cross: Any, offset: Any, frequency: Any) -> Any:
    """What a pair adds to the score, from the offset alone.

    dot, cross: of the pair before any rotation.
    Source: Su et al. 2021, section 3.2.1, the real part written out.
    Often got wrong: second times first where it is second times second (museum:
    labmlai/annotated_deep_learning_paper_implementations 265).
    """
    return dot * cos(offset * frequency) + cross * sin(offset * frequency)


def part_by_complex(real: Any, imaginary: Any, offset: Any, frequency: Any) -> Any:
    """Real part of (real + i·imaginary)·e^(i·offset·frequency).

    real, imaginary: the parts of the query's pair times the conjugate of the key's.
    Source: Su et al. 2021, section 3.2.1.
    """
    return real * cos(offset * frequency) - imaginary * sin(offset * frequency)


def modulus(real: Any, imaginary: Any) -> Any:
    """Size of a complex number: the most that its turns can have as a real part."""
    return sqrt(real**2 + imaginary**2)


def gap(one: Any, other: Any) -> Any:
    """How far two numbers lie apart."""
    return absolute(one - other)


# -- cost -------------------------------------------------------------------------------------


def table_values(wanted_length: Any, pairs: Any, head_dim: Any, hidden: Any) -> Any:
    """Values in a table of each kind, for the wanted length in tokens.

    Cosines and sines, a column a pair, or, with each angle stored twice, a column a component;
    or a learned row of `hidden` values a position.
    """
    return along(
        "table",
        cosines_and_sines=2 * wanted_length * pairs,
        by_component=2 * wanted_length * head_dim,
        learned=wanted_length * hidden,
    )


def table_bytes(values: Any, table_width: Any, weight_width: Any) -> Any:
    """Bytes of a table of each kind.

    table_width, weight_width: bytes of one value of a cosine or sine, and of a learned weight.
    """
    return along(
        "table",
        cosines_and_sines=values * table_width,
        by_component=values * table_width,
        learned=values * weight_width,
    )


def rotation_flops(layers: Any, heads: Any, kv_heads: Any, head_dim: Any) -> Any:
    """FLOPs a token of rotating all queries and keys: four products and two sums a pair."""
    return 3 * head_dim * (heads + kv_heads) * layers


def projection_flops(layers: Any, hidden: Any, heads: Any, kv_heads: Any, head_dim: Any) -> Any:
    """FLOPs a token of the products that make the queries and keys, a product and a sum each."""
    return 2 * hidden * head_dim * (heads + kv_heads) * layers


# -- longer than trained ----------------------------------------------------------------------


def base_of_size(base: Any, other_base: Any) -> Any:
    """The two bases that are compared, by size."""
    return along("size", smaller=minimum(base, other_base), larger=maximum(base, other_base))


def pair_of_wavelength(pairs: Any, wavelength: Any, first_wavelength: Any, base: Any) -> Any:
    """Number, not whole, of the pair that would make one turn in `wavelength` tokens.

    pairs: how many the head has; first_wavelength: that of the pair number 0.
    Source: Peng et al. 2023 (YaRN), section 3.2, the frequency solved for i.
    """
    return pairs * ln(wavelength / first_wavelength) / ln(base)


def turned_pairs(pairs: Any, last_turned: Any) -> Any:
    """Pairs that make at least one full turn.

    last_turned: number, not whole, of the pair that would make exactly one.
    """
    return minimum(pairs, floor(last_turned) + 1)


def other_pairs(pairs: Any, turned_pairs: Any) -> Any:
    """Pairs that make less than one full turn."""
    return pairs - turned_pairs


def ntk_base(base: Any, factor: Any, head_dim: Any) -> Any:
    """Base under NTK-aware scaling: it slows the last pair by exactly `factor`.

    Source: bloc97 2023 (the proposal of NTK-aware scaling); Peng et al. 2023, section 3.1.
    """
    return base * factor ** (head_dim / (head_dim - 2))


def dynamic_scale(dynamic_factor: Any, current_length: Any, trained_length: Any) -> Any:
    """Scale that dynamic NTK uses at the length so far; 1 up to the trained length.

    dynamic_factor: 1 for the plain ratio of the lengths. Lengths in tokens.
    Source: emozilla 2023 (the proposal of dynamic scaling), in the form of transformers 5.
    Often got wrong: the longest length allowed for the present one, so that nothing is dynamic
    (museum: vllm-project/vllm 41236).
    """
    longer = maximum(current_length, trained_length)
    return dynamic_factor * longer / trained_length - (dynamic_factor - 1)


def turns(length: Any, wavelength: Any) -> Any:
    """Full turns that a pair makes over a length; both in tokens."""
    return length / wavelength


def wavelength_of_turns(length: Any, turns: Any) -> Any:
    """Wavelength in tokens of a pair that makes so many turns over a length in tokens."""
    return length / turns


def ramp_end(pair: Any, head_dim: Any) -> Any:
    """Whole pair at each end of YaRN's ramp.

    The fast end is rounded down, not below the first pair; the slow one up, not above d - 1.
    Source: Peng et al. 2023, the authors' code.
    """
    return along("border", fast=maximum(floor(pair), 0), slow=minimum(ceil(pair), head_dim - 1))


def ramp_place(
    number: Any, start: Any, end: Any, turns: Any, low_factor: Any, high_factor: Any
) -> Any:
    """Where a pair lies on a method's ramp: 0 at its start, 1 at its end; outside, beyond those.

    YaRN's goes by the number of the pair, from `start` to `end`; Llama 3.1's by the turns over
    the trained length, from low_factor to high_factor.
    Source: Peng et al. 2023, section 3.2; Meta's Llama 3.1 code.
    """
    return along(
        "ramped",
        yarn=(number - start) / (end - start),
        llama_3_1=(turns - low_factor) / (high_factor - low_factor),
    )


def clipped(share: Any) -> Any:
    """A share held between 0 and 1."""
    return minimum(1, maximum(0, share))


def kept_share(place: Any) -> Any:
    """Share of its frequency that a pair keeps under each method with a ramp.

    place: on the ramp. YaRN's ramp leads away from the pairs that keep theirs, Llama 3.1's to them.
    """
    return along("ramped", yarn=1 - clipped(place), llama_3_1=clipped(place))


def blended(frequency: Any, factor: Any, kept: Any) -> Any:
    """Frequency of which the share `kept` stays as it is and the rest is divided by `factor`.

    Source: Peng et al. 2023, equation 13; Meta's Llama 3.1 code mixes in the same way.
    """
    return kept * frequency + (1 - kept) * frequency / factor


def scaled_frequency(
    own: Any,
    factor: Any,
    yarn_kept: Any,
    llama_kept: Any,
    ntk_base: Any,
    dynamic_base: Any,
    first_frequency: Any,
    number: Any,
    head_dim: Any,
) -> Any:
    """Frequency of a pair under each scaling, in radians a token.

    own: as it was trained; factor: wanted length over trained one; yarn_kept, llama_kept: the
    share of it that the method keeps; ntk_base, dynamic_base: the base that the method takes
    instead. Sources: Chen et al. 2023, "Extending Context Window of Large Language Models via
    Positional Interpolation", equation 4 (linear); those of `ntk_base`, `dynamic_scale`, `blended`.
    """
    return along(
        "scaling",
        as_trained=own,
        linear=own / factor,
        ntk_aware=frequency(first_frequency, ntk_base, number, head_dim),
        dynamic=frequency(first_frequency, dynamic_base, number, head_dim),
        yarn=blended(own, factor, yarn_kept),
        llama_3_1=blended(own, factor, llama_kept),
    )


def slowed_frequency(own: Any, factor: Any, number: Any, head_dim: Any) -> Any:
    """Frequency of a pair under each way of slowing, in radians a token.

    own: as it was trained. NTK-aware slows the pair by a power of `factor` that grows from 0 for
    the first pair to 1 for the last, as the larger base does. number: the pair's, from 0.
    Source: as `scaled_frequency`; Peng et al. 2023, section 3.1, the base put in.
    """
    ntk_aware = own / factor ** (2 * number / (head_dim - 2))
    return along("slowing", as_trained=own, linear=own / factor, ntk_aware=ntk_aware)


def yarn_attention_factor(factor: Any) -> Any:
    """Factor on the rotated queries and on the rotated keys under YaRN.

    Source: Peng et al. 2023, equation 15.
    Often got wrong: the factor put through the logarithm again (museum: NVIDIA/TensorRT-LLM 16379).
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


def spacings(value: Any, spacing: Any) -> Any:
    """How many times the distance between two neighbouring numbers goes into `value`."""
    return value / spacing


def nearest_multiple(spacings: Any) -> Any:
    """Nearest whole number of spacings, a tie going to the even one.

    The two roundings of the half give the same for an even number and neighbours for an odd one;
    between two numbers only one of them moves at a tie, and it moves at the odd number.
    Source: IEEE 754-2019, section 4.3.1 (roundTiesToEven).
    """
    return ceil(spacings / 2 - 1 / 4) + floor(spacings / 2 + 1 / 4)


def held(multiple: Any, spacing: Any) -> Any:
    """Number that a format holds: so many times the distance between two neighbours."""
    return multiple * spacing


# -- decoding ---------------------------------------------------------------------------------


def rotations_without_cache(tokens: Any) -> Any:
    """Keys rotated a head to decode `tokens` when every step rotates all of them again."""
    return tokens * (tokens + 1) / 2
