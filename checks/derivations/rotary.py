"""Derive rotary position embedding: rotation as a complex product, everything else solved.

The rotation itself is not assumed in components: a pair is a point of the complex plane, and
turning it is multiplying by e^(iφ).
"""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    I,
    Matrix,
    Piecewise,
    Rational,
    Symbol,
    ceiling,
    conjugate,
    cos,
    exp,
    expand_complex,
    floor,
    im,
    integrate,
    log,
    periodicity,
    re,
    simplify,
    solve,
    sqrt,
    summation,
)  # fmt: skip


def _point(first: Expr, second: Expr) -> Expr:
    return first + I * second


def _turned(first: Expr, second: Expr, turn: Expr) -> Expr:
    return expand_complex(_point(first, second) * exp(I * turn))


def position_table_params(trained_length: Expr, hidden: Expr) -> Expr:
    """Add up the rows."""
    row = Symbol("row", integer=True)
    return summation(hidden, (row, 1, trained_length))


def extended_length(trained_length: Expr, factor: Expr) -> Expr:
    """Solve: the wanted length over the trained one is the factor."""
    want = Symbol("want", positive=True)
    return solve(want / trained_length - factor, want)[0]


def rows_missing(extended_length: Expr, trained_length: Expr) -> Expr:
    """The part of the wanted length that lies beyond the table, by cases."""
    return Piecewise(
        (0, extended_length <= trained_length), (extended_length - trained_length, True)
    )


def within_table(extended_length: Expr, trained_length: Expr) -> Expr:
    """No row is missing."""
    missing = rows_missing(extended_length, trained_length)
    return Piecewise((0, missing > 0), (1, True))


def angle(position: Expr, frequency: Expr) -> Expr:
    """Integrate the frequency from position 0."""
    x = Symbol("x", positive=True)
    return integrate(frequency, (x, 0, position))


def cosine(angle: Expr) -> Expr:
    """The real part of a number of size 1 with that angle."""
    return re(exp(I * angle))


def sine(angle: Expr) -> Expr:
    """Its imaginary part."""
    return im(exp(I * angle))


def turned_first(first: Expr, second: Expr, angle: Expr) -> Expr:
    """The real part of the pair, read as a complex number, times e^(iφ)."""
    return re(_turned(first, second, angle))


def turned_second(first: Expr, second: Expr, angle: Expr) -> Expr:
    """The imaginary part of that product."""
    return im(_turned(first, second, angle))


def pair_length(first: Expr, second: Expr) -> Expr:
    """The size of the pair as a complex number, z times its conjugate under the root."""
    z = _point(first, second)
    return sqrt(expand_complex(z * conjugate(z)))


def head_width(pairs: Expr) -> Expr:
    """Solve: half of the width is the number of pairs."""
    d = Symbol("d", positive=True)
    return solve(d / 2 - pairs, d)[0]


def slowest_pair(pairs: Expr) -> Expr:
    """Solve: the numbers from 0 up to the last, one a pair, are as many as the pairs."""
    last, number = Symbol("last", positive=True), Symbol("number", integer=True)
    return solve(summation(1, (number, 0, last)) - pairs, last)[0]


def existing_pair(pair_wanted: Expr, pairs: Expr) -> Expr:
    """By cases: the last pair is one before the number of pairs, as they count from 0."""
    last = pairs - 1
    return Piecewise((last, pair_wanted > last), (pair_wanted, True))


def frequency(first_frequency: Expr, base: Expr, pair: Expr, head_dim: Expr) -> Expr:
    """A geometric row that would have fallen by the base after half of the width.

    The logarithm falls by the same step from pair to pair: solve for the step, go `pair` steps.
    """
    step = Symbol("step")
    (each,) = solve(step * head_dim / 2 + log(base), step)
    return first_frequency * exp(pair * each)


def second_of_two_frequency(first_frequency: Expr, base: Expr) -> Expr:
    """The row's second member in a head of width 4."""
    return frequency(first_frequency, base, Rational(1), Rational(4))


def slowest_frequency(first_frequency: Expr, base: Expr, head_dim: Expr) -> Expr:
    """The row's last member, one before the half of the width."""
    return frequency(first_frequency, base, head_dim / 2 - 1, head_dim)


def wavelength(frequency: Expr) -> Expr:
    """The period of the cosine of position times frequency."""
    position = Symbol("position", positive=True)
    return periodicity(cos(frequency * position), position)


def pair_dot(q_first: Expr, q_second: Expr, k_first: Expr, k_second: Expr) -> Expr:
    """The real part of one pair times the other's conjugate."""
    return re(expand_complex(_point(q_first, q_second) * conjugate(_point(k_first, k_second))))


def pair_cross(q_first: Expr, q_second: Expr, k_first: Expr, k_second: Expr) -> Expr:
    """The area of the parallelogram from the query's pair to the key's: a determinant."""
    return Matrix([[q_first, q_second], [k_first, k_second]]).det()


def pairs_score(first_pair: Expr, second_pair: Expr) -> Expr:
    """A dot product of two parts is the dot product with ones."""
    return (Matrix([[first_pair, second_pair]]) * Matrix([1, 1]))[0]


def rotated_score(
    q_0: Expr, q_1: Expr, q_2: Expr, q_3: Expr, k_0: Expr, k_1: Expr, k_2: Expr, k_3: Expr,
    query_position: Expr, key_position: Expr, first_frequency: Expr, second_frequency: Expr,
) -> Expr:  # fmt: skip
    """Both pairs' complex products at the offset alone, the real parts added up."""
    apart = query_position - key_position
    total = Rational(0)
    for q, k, frequency_ in (
        (_point(q_0, q_1), _point(k_0, k_1), first_frequency),
        (_point(q_2, q_3), _point(k_2, k_3), second_frequency),
    ):
        total += re(expand_complex(q * conjugate(k) * exp(I * apart * frequency_)))
    return total


def offset(query_position: Expr, key_position: Expr) -> Expr:
    """Solve: the key's position and the offset make the query's."""
    x = Symbol("x")
    return solve(key_position + x - query_position, x)[0]


def moved_position(position: Expr, shift: Expr) -> Expr:
    """Solve: going back by the shift gives the old position."""
    x = Symbol("x")
    return solve(x - shift - position, x)[0]


def next_position(position: Expr) -> Expr:
    """Count the tokens from position 0 up to this one: the number is the next position."""
    token = Symbol("token", integer=True)
    return summation(1, (token, 0, position))


def pair_score_by_offset(dot: Expr, cross: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Rotate a query and a key of general components at two positions; collect what is left.

    With the key along the first axis at length 1 the query is (dot, -cross); nothing but the
    difference of the positions survives.
    """
    key_position = Symbol("n", positive=True)
    q = _turned(dot, -cross, (key_position + offset) * frequency)
    k = _turned(Rational(1), Rational(0), key_position * frequency)
    return simplify(re(q) * re(k) + im(q) * im(k))


def pair_score_complex(real: Expr, imaginary: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Multiply, and take the mean of the product and its conjugate."""
    z = expand_complex((real + I * imaginary) * exp(I * offset * frequency))
    return expand_complex((z + conjugate(z)) / 2)


def gap(one: Expr, other: Expr) -> Expr:
    """By cases."""
    return Piecewise((one - other, one >= other), (other - one, True))


def rotary_table_values(length: Expr, columns: Expr) -> Expr:
    """Add up, position by position, a cosine and a sine for each angle."""
    row = Symbol("row", integer=True)
    column = Symbol("column", integer=True)
    return summation(summation(1 + 1, (column, 1, columns)), (row, 1, length))


def rotation_flops(layers: Expr, heads: Expr, kv_heads: Expr, head_dim: Expr) -> Expr:
    """A pair's rotation is a 2 × 2 matrix times a vector: two rows of two products and a sum."""
    layer, pair = Symbol("layer", integer=True), Symbol("pair", integer=True)
    row = 2 + 1
    head = summation(2 * row, (pair, 1, head_dim / 2))
    return summation(heads * head + kv_heads * head, (layer, 1, layers))


def projection_flops(
    layers: Expr, hidden: Expr, heads: Expr, kv_heads: Expr, head_dim: Expr
) -> Expr:
    """Every output is a sum over the hidden size, a product and an addition each."""
    layer, unit = Symbol("layer", integer=True), Symbol("unit", integer=True)
    output = summation(1 + 1, (unit, 1, hidden))
    return summation(output * (heads * head_dim + kv_heads * head_dim), (layer, 1, layers))


def pair_of_wavelength(pairs: Expr, wavelength: Expr, first_wavelength: Expr, base: Expr) -> Expr:
    """Solve the row of wavelengths, in logarithms, for the pair."""
    i = Symbol("i")
    (step,) = solve(i * pairs - log(base), i)  # by how much ln(wavelength) grows from pair to pair
    return solve(log(first_wavelength) + i * step - log(wavelength), i)[0]


def turned_pairs(pairs: Expr, last_pair: Expr) -> Expr:
    """Count whole numbers from 0 up to the last, and no more than there are, by cases."""
    reached = floor(last_pair + 1)
    return Piecewise((pairs, reached > pairs), (reached, True))


def other_pairs(pairs: Expr, turned_pairs: Expr) -> Expr:
    """Solve: the two kinds together are all pairs."""
    x = Symbol("x")
    return solve(turned_pairs + x - pairs, x)[0]


def interpolated_frequency(frequency: Expr, factor: Expr) -> Expr:
    """Solve: at `factor` times a position the new frequency gives the angle of the old one."""
    new, position = Symbol("new", positive=True), Symbol("x", positive=True)
    return solve(factor * position * new - position * frequency, new)[0]


def ntk_base(base: Expr, factor: Expr, head_dim: Expr) -> Expr:
    """Solve in logarithms: the slowest frequency of the new base is the old one over factor."""
    growth = Symbol("growth")  # of the base's logarithm
    (found,) = solve(growth * (2 / head_dim - 1) + log(factor), growth)
    return base * factor ** simplify(found / log(factor))


def dynamic_scale(factor: Expr, length: Expr, trained_length: Expr) -> Expr:
    """A straight line: 1 up to the trained length, then `factor` more for every further one."""
    beyond = rows_missing(length, trained_length)
    return 1 + factor * beyond / trained_length


def ramp_start(pair: Expr) -> Expr:
    """By cases."""
    return Piecewise((floor(pair), floor(pair) > 0), (0, True))


def ramp_end(pair: Expr, head_dim: Expr) -> Expr:
    """Rounding up is rounding the negative down; by cases."""
    up, last = -floor(-pair), head_dim - 1
    return Piecewise((last, up > last), (up, True))


def ramp_place(value: Expr, start: Expr, end: Expr) -> Expr:
    """Solve: a straight line from (start, 0) to (end, 1)."""
    slope, level = Symbol("slope"), Symbol("level")
    line = solve([slope * start + level, slope * end + level - 1], [slope, level])
    return line[slope] * value + line[level]


def clipped(share: Expr) -> Expr:
    """By cases."""
    return Piecewise((0, share < 0), (1, share > 1), (share, True))


def rest(share: Expr) -> Expr:
    """Solve: the two make the whole."""
    x = Symbol("x")
    return solve(share + x - 1, x)[0]


def blended_frequency(frequency: Expr, factor: Expr, kept: Expr) -> Expr:
    """A straight line in `kept`: interpolated at 0, unchanged at 1."""
    low = interpolated_frequency(frequency, factor)
    return low + kept * (frequency - low)


def yarn_attention_factor(factor: Expr) -> Expr:
    """A tenth more for every factor of e in length, from 1: integrate d(factor)/(10·factor)."""
    x = Symbol("x", positive=True)
    return 1 + integrate(1 / (10 * x), (x, 1, factor))


def score_growth(attention_factor: Expr) -> Expr:
    """The dot product of two vectors that are both multiplied, over that of the two."""
    a, b = Matrix([Symbol("a0", positive=True), 2]), Matrix([3, Symbol("b1", positive=True)])
    return simplify((attention_factor * a).dot(attention_factor * b) / a.dot(b))


def lost_position(bits: Expr) -> Expr:
    """All bits ones is the last of the whole numbers without a gap but one; then add two.

    The ones add up to a geometric sum; the next power of two is held, the number after is not.
    """
    power = Symbol("power", integer=True)
    all_ones = simplify(summation(2**power, (power, 0, bits - 1)))
    return all_ones + 2


def number_spacing(value: Expr, bits: Expr) -> Expr:
    """A number of `bits` bits whose first is worth 2^e has a last bit worth 2^(e - bits + 1)."""
    first_bit = 2 ** floor(log(value, 2))
    return first_bit * Rational(1, 2) ** (bits - 1)


def nearest_held(value: Expr, spacing: Expr) -> Expr:
    """Round half down and half up; where they differ it is a tie, and the even one is taken."""
    down = ceiling(value / spacing - Rational(1, 2))
    up = floor(value / spacing + Rational(1, 2))
    even = 2 * floor((down + 1) / 2)
    return spacing * Piecewise((down, Eq(down, up)), (even, True))


def rotations_without_cache(tokens: Expr) -> Expr:
    """Sum: step number t rotates t keys."""
    step = Symbol("step", integer=True)
    return summation(step, (step, 1, tokens))
