"""Derive rotary position embedding: rotation as a complex product, the rest solved or summed.

The rotation itself is not assumed in components: a pair is a point of the complex plane, and
turning it is multiplying by e^(iφ). Where a formula gives a value for each of several ways, its
derivation is a list of them.
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
)


def _turned(x: Expr, y: Expr, turn: Expr) -> Expr:
    return expand_complex((x + I * y) * exp(I * turn))


def cosine(angle: Expr) -> Expr:
    """The real part of a number of size 1 with that angle."""
    return re(exp(I * angle))


def sine(angle: Expr) -> Expr:
    """Its imaginary part."""
    return im(exp(I * angle))


def turned(x: Expr, y: Expr, angle: Expr) -> list[Expr]:
    """Both parts of the pair, read as a complex number, times e^(iφ)."""
    z = _turned(x, y, angle)
    return [re(z), im(z)]


def frequency(first_frequency: Expr, base: Expr, number: Expr, head_dim: Expr) -> Expr:
    """A geometric row that would have fallen by the base after half of the width.

    The logarithm falls by the same step from pair to pair: solve for the step, go `number` steps.
    """
    step = Symbol("step")
    (each,) = solve(step * head_dim / 2 + log(base), step)
    return first_frequency * exp(number * each)


def wavelength(frequency: Expr) -> Expr:
    """The period of the cosine of position times frequency."""
    position = Symbol("position", positive=True)
    return periodicity(cos(frequency * position), position)


def cross(q_x: Expr, q_y: Expr, k_x: Expr, k_y: Expr) -> Expr:
    """The area of the parallelogram from the query's pair to the key's: a determinant."""
    return Matrix([[q_x, q_y], [k_x, k_y]]).det()


def imaginary(q_x: Expr, q_y: Expr, k_x: Expr, k_y: Expr) -> Expr:
    """Multiply by the conjugate."""
    return im(expand_complex((q_x + I * q_y) * conjugate(k_x + I * k_y)))


def part_by_offset(dot: Expr, cross: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Rotate a query and a key of general components at two positions; collect what is left.

    With the key along the first axis at length 1 the query is (dot, -cross); nothing but the
    difference of the positions survives.
    """
    key_position = Symbol("n", positive=True)
    q = _turned(dot, -cross, (key_position + offset) * frequency)
    k = _turned(Rational(1), Rational(0), key_position * frequency)
    return simplify(re(q) * re(k) + im(q) * im(k))


def part_by_complex(real: Expr, imaginary: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Multiply, and take the mean of the product and its conjugate."""
    z = expand_complex((real + I * imaginary) * exp(I * offset * frequency))
    return expand_complex((z + conjugate(z)) / 2)


def modulus(real: Expr, imaginary: Expr) -> Expr:
    """The root of the number times its conjugate."""
    z = real + I * imaginary
    return sqrt(expand_complex(z * conjugate(z)))


def rotation_flops(layers: Expr, heads: Expr, kv_heads: Expr, head_dim: Expr) -> Expr:
    """A pair's rotation is a 2 × 2 matrix times a vector: two rows of two products and a sum."""
    layer, pair = Symbol("layer", integer=True), Symbol("pair", integer=True)
    row = 2 + 1
    head = summation(2 * row, (pair, 1, head_dim / 2))
    return summation(heads * head + kv_heads * head, (layer, 1, layers))


def pair_of_wavelength(pairs: Expr, wavelength: Expr, first_wavelength: Expr, base: Expr) -> Expr:
    """Solve the row of wavelengths, in logarithms, for the pair."""
    i = Symbol("i")
    (step,) = solve(i * pairs - log(base), i)  # by how much ln(wavelength) grows from pair to pair
    return solve(log(first_wavelength) + i * step - log(wavelength), i)[0]


def _interpolated(frequency: Expr, factor: Expr) -> Expr:
    """Solve: at `factor` times a position the new frequency gives the angle of the old one."""
    new, position = Symbol("new", positive=True), Symbol("x", positive=True)
    return solve(factor * position * new - position * frequency, new)[0]


def ntk_base(base: Expr, factor: Expr, head_dim: Expr) -> Expr:
    """Solve in logarithms: the slowest frequency of the new base is the old one over factor."""
    growth = Symbol("growth")  # of the base's logarithm
    (found,) = solve(growth * (2 / head_dim - 1) + log(factor), growth)
    return base * factor ** simplify(found / log(factor))


def dynamic_scale(dynamic_factor: Expr, current_length: Expr, trained_length: Expr) -> Expr:
    """A straight line: 1 up to the trained length, then so much more for every further one."""
    beyond = Piecewise(
        (0, current_length <= trained_length), (current_length - trained_length, True)
    )
    return 1 + dynamic_factor * beyond / trained_length


def blended(frequency: Expr, factor: Expr, kept: Expr) -> Expr:
    """A straight line in `kept`: interpolated at 0, unchanged at 1."""
    low = _interpolated(frequency, factor)
    return low + kept * (frequency - low)


def scaled_frequency(
    own: Expr,
    factor: Expr,
    yarn_kept: Expr,
    llama_kept: Expr,
    ntk_base: Expr,
    dynamic_base: Expr,
    first_frequency: Expr,
    number: Expr,
    head_dim: Expr,
) -> list[Expr]:
    """As trained, interpolated, two new rows, and two mixtures."""
    new_rows = (frequency(first_frequency, b, number, head_dim) for b in (ntk_base, dynamic_base))
    mixtures = (blended(own, factor, kept) for kept in (yarn_kept, llama_kept))
    return [own, _interpolated(own, factor), *new_rows, *mixtures]


def slowed_frequency(own: Expr, factor: Expr, number: Expr, head_dim: Expr) -> list[Expr]:
    """The row of the larger base over the row of the old one, times the frequency as trained."""
    base = Symbol("base", positive=True)
    larger = ntk_base(base, factor, head_dim)
    rows = [frequency(Rational(1), b, number, head_dim) for b in (larger, base)]
    fall = (log(rows[0]) - log(rows[1])).expand(force=True)
    return [own, _interpolated(own, factor), own * factor ** simplify(fall / log(factor))]


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


def nearest_multiple(spacings: Expr) -> Expr:
    """Round half down and half up; where they differ it is a tie, and the even one is taken."""
    down = ceiling(spacings - Rational(1, 2))
    up = floor(spacings + Rational(1, 2))
    return Piecewise((down, Eq(down, up)), (2 * floor((down + 1) / 2), True))


def rotations_without_cache(tokens: Expr) -> Expr:
    """Sum: step number t rotates t keys."""
    step = Symbol("step", integer=True)
    return summation(step, (step, 1, tokens))
