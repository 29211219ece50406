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
    Integral,
    Matrix,
    Rational,
    Sum,
    Symbol,
    conjugate,
    cos,
    exp,
    expand_complex,
    im,
    log,
    periodicity,
    re,
    simplify,
    solve,
    sqrt,
)

from checks.proof.steps import noted, signed


def _turned(x: Expr, y: Expr, turn: Expr) -> Expr:
    return expand_complex((x + I * y) * exp(I * turn))


@signed("angle")
def cosine(angle: Expr) -> Expr:
    """Take the real part of a number of size 1 with that angle."""
    return noted(
        "The point at that angle on the unit circle has this real part", re(exp(I * angle))
    )


@signed("angle")
def sine(angle: Expr) -> Expr:
    """Take the imaginary part of a number of size 1 with that angle."""
    return noted(
        "The point at that angle on the unit circle has this imaginary part", im(exp(I * angle))
    )


@signed("x", "y", "angle")
def turned(x: Expr, y: Expr, angle: Expr) -> list[Expr]:
    """Multiply the pair, read as a complex number, by the number of size 1 with that angle."""
    noted("Read the pair as a complex number; to turn it multiply", (x + I * y) * exp(I * angle))
    z = _turned(x, y, angle)
    return noted("Real and imaginary part", [re(z), im(z)])


def frequency(first_frequency: Expr, base: Expr, number: Expr, head_dim: Expr) -> Expr:
    """Go down a geometric row that would have fallen by the base after half of the width."""
    fall = Symbol("c")
    noted(
        "From pair to pair the logarithm falls by c, by the base's in all",
        Eq(fall * head_dim / 2, -log(base)),
    )
    each = solve(fall * head_dim / 2 + log(base), fall)[0]
    return noted("So many steps down from the first", first_frequency * exp(number * each))


def wavelength(frequency: Expr) -> Expr:
    """Take the period of the cosine of position times frequency."""
    x = Symbol("x", positive=True)
    wave = noted("At position x the pair points in the direction", cos(frequency * x))
    return noted("It comes round after", periodicity(wave, x))


@signed("q_x", "q_y", "k_x", "k_y")
def imaginary(q_x: Expr, q_y: Expr, k_x: Expr, k_y: Expr) -> Expr:
    """Multiply by the conjugate."""
    product = (q_x + I * q_y) * conjugate(k_x + I * k_y)
    noted("The query's pair times the conjugate of the key's", product)
    return noted("Its imaginary part", im(expand_complex(product)))


@signed("dot", "cross", "offset")
def part_by_offset(dot: Expr, cross: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Rotate a query and a key at two positions and see what is left of them.

    With the key along the first axis at length 1 the query is (dot, -cross); nothing but the
    difference of the positions survives.
    """
    n = Symbol("n", positive=True)
    noted("With the key at (1, 0) the query lies at", [dot, -cross])
    q = _turned(dot, -cross, (n + offset) * frequency)
    k = _turned(Rational(1), Rational(0), n * frequency)
    noted("Turned at a position n, the key lies at", [re(k), im(k)])
    return noted("Their dot product, without n", simplify(re(q) * re(k) + im(q) * im(k)))


@signed("real", "imaginary", "offset")
def part_by_complex(real: Expr, imaginary: Expr, offset: Expr, frequency: Expr) -> Expr:
    """Multiply, and take the mean of the product and its conjugate."""
    product = noted("Turned by the offset", (real + I * imaginary) * exp(I * offset * frequency))
    z = expand_complex(product)
    return noted("The mean of it and its conjugate", expand_complex((z + conjugate(z)) / 2))


@signed("real", "imaginary")
def modulus(real: Expr, imaginary: Expr) -> Expr:
    """Take the root of the number times its conjugate."""
    z = real + I * imaginary
    squared = noted("The number times its conjugate", expand_complex(z * conjugate(z)))
    return noted("The size is its root", sqrt(squared))


def pair_of_wavelength(pairs: Expr, wavelength: Expr, first_wavelength: Expr, base: Expr) -> Expr:
    """Solve the row of wavelengths, in logarithms, for the pair."""
    i = Symbol("i")
    each = noted("From pair to pair the logarithm of the wavelength grows by", log(base) / pairs)
    reached = noted(
        "Pair i has that wavelength at", Eq(log(first_wavelength) + i * each, log(wavelength))
    )
    return noted("Solved for the pair", solve(reached, i)[0])


def _interpolated(frequency: Expr, factor: Expr) -> Expr:
    """Solve: at `factor` times a position the new frequency gives the angle of the old one."""
    new, x = Symbol("nu", positive=True), Symbol("x", positive=True)
    same = noted(
        "Linear: at so many times the position the old angle", Eq(factor * x * new, x * frequency)
    )
    return solve(same, new)[0]


def ntk_base(base: Expr, factor: Expr, head_dim: Expr) -> Expr:
    """Solve in logarithms for the base whose slowest frequency is the old one over the factor."""
    growth = Symbol("g")  # of the base's logarithm
    slower = noted(
        "NTK-aware: g more in the base's logarithm slows the last pair so",
        Eq(growth * (2 / head_dim - 1), -log(factor)),
    )
    found = noted("Solved", solve(slower, growth)[0], "g")
    return noted("The base that has grown by it", base * factor ** simplify(found / log(factor)))


def blended(frequency: Expr, factor: Expr, kept: Expr) -> Expr:
    """Draw a straight line in `kept`: interpolated at 0, unchanged at 1."""
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
    """Take the row as trained, the interpolated one, two of new bases, and two mixtures."""
    linear = _interpolated(own, factor)
    rows = [frequency(first_frequency, b, number, head_dim) for b in (ntk_base, dynamic_base)]
    mixtures = [blended(own, factor, kept) for kept in (yarn_kept, llama_kept)]
    noted("A new base makes a row anew: NTK-aware, dynamic", rows)
    noted("A straight line from the slowed frequency to the kept one: YaRN, Llama 3.1", mixtures)
    return [own, linear, *rows, *mixtures]


def slowed_frequency(own: Expr, factor: Expr, number: Expr, head_dim: Expr) -> list[Expr]:
    """Put the larger base into the row, and hold the new row over the old one."""
    base = Symbol("B", positive=True)
    linear = _interpolated(own, factor)
    rows = [
        frequency(Rational(1), b, number, head_dim)
        for b in (ntk_base(base, factor, head_dim), base)
    ]
    fall = (log(rows[0]) - log(rows[1])).expand(force=True)
    aware = own * factor ** simplify(fall / log(factor))
    return [
        own,
        linear,
        noted("The new row over the old one, times the frequency as trained", aware),
    ]


def yarn_attention_factor(factor: Expr) -> Expr:
    """Integrate a tenth more for every factor of e in length, from 1."""
    x = Symbol("x", positive=True)
    more = noted("At a length x a little more of it adds a tenth of its share", 1 / (10 * x))
    return noted("From the trained length on", 1 + Integral(more, (x, 1, factor)).doit())


def score_growth(attention_factor: Expr) -> Expr:
    """Hold the dot product of two vectors that are both multiplied over that of the two."""
    a, b = (Matrix([Symbol(f"{v}_{i}", positive=True) for i in (1, 2)]) for v in "uv")
    noted("The dot product of two vectors", a.dot(b))
    multiplied = noted("and of both multiplied", (attention_factor * a).dot(attention_factor * b))
    return noted("One over the other", simplify(multiplied / a.dot(b)))


def lost_position(bits: Expr) -> Expr:
    """Take the number after the next power of two past all bits ones."""
    k = Symbol("k", integer=True)
    ones = Sum(2**k, (k, 0, bits - 1))
    all_ones = noted("With all bits ones the number is", simplify(ones.doit()))
    held = noted("The next has a single one, and is held too", all_ones + 1)
    return noted("The one after it needs a first bit and a last one too far apart", held + 1)


def rotations_without_cache(tokens: Expr) -> Expr:
    """Sum the keys that each step rotates."""
    k = Symbol("k", integer=True)
    rotated = Sum(k, (k, 1, tokens))
    noted("Step k rotates as many keys; over all steps", rotated)
    return noted("Summed", rotated.doit())
