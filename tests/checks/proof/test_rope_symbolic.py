"""The theorems of the RoPE chapter, proved with SymPy for symbolic vectors and positions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sympy import (
    Expr,
    I,
    Matrix,
    Rational,
    Symbol,
    arg,
    cos,
    diff,
    exp,
    expand,
    expand_trig,
    eye,
    log,
    re,
    simplify,
    sin,
    sqrt,
    symbols,
)

from worked.formulas import rotation
from worked.rows import Row, as_row

m, n, t = symbols("m n t", real=True)
theta, theta_slow = symbols("theta theta_slow", positive=True)
q = symbols("q:4", real=True)
k = symbols("k:4", real=True)
base, factor, d, trained = symbols("b s d L", positive=True)
i = Symbol("i", nonnegative=True)


# --8<-- [start:relative]
def rotation_matrix(angle: Expr) -> Matrix:
    """Return the matrix that turns the plane anticlockwise by an angle."""
    return Matrix([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])


def score(vector: Matrix, other: Matrix, position: Expr, other_position: Expr) -> Expr:
    """Return the dot product of a pair and another, each turned for its own position."""
    turned = rotation_matrix(position * theta) * vector
    return expand(expand_trig((turned.T * rotation_matrix(other_position * theta) * other)[0]))


def test_the_score_of_any_two_vectors_depends_on_the_offset_alone() -> None:
    """Both positions moved by any t leave the score, and no derivative in t is left of it."""
    query, key = Matrix(q[:2]), Matrix(k[:2])
    moved = score(query, key, m + t, n + t)
    assert simplify(moved - score(query, key, m, n)) == 0
    assert simplify(diff(moved, t)) == 0
    # With the key at the start and the query at the offset it is the same again.
    assert simplify(score(query, key, m - n, Rational(0)) - score(query, key, m, n)) == 0


# --8<-- [end:relative]


def turned(pair: Sequence[Expr], angle: Expr) -> list[Expr]:
    """Return x and y of a pair after the chapter's formula has turned it."""
    rotated: list[Expr] = rotation.turned(*map(as_row, (*pair, angle))).nested("side")
    return rotated


def dot(one: Sequence[Expr], other: Sequence[Expr]) -> Expr:
    """Return what the chapter's formula adds to a score."""
    return rotation.dot(*(Row.of(list(pair), "side") for pair in (one, other))).nested()


def test_the_two_components_are_the_rotation_matrix_times_the_pair() -> None:
    first, second = rotation_matrix(m * theta) * Matrix(q[:2])
    x, y = turned(q[:2], m * theta)
    assert simplify(x - first) == simplify(y - second) == 0


def test_the_whole_score_of_two_pairs_is_the_one_by_offset() -> None:
    """Eight components, two positions and two frequencies, all symbols."""
    whole = by_offset = Rational(0)
    for p, frequency in ((0, theta), (2, theta_slow)):
        one, other = q[p : p + 2], k[p : p + 2]
        rotated = turned(one, m * frequency), turned(other, n * frequency)
        whole += dot(*rotated)
        by_offset += rotation.part_by_offset(
            dot(one, other), rotation.cross(*one, *other), rotation.offset(m, n), frequency
        )
    assert simplify(expand(expand_trig(expand(whole - by_offset)))) == 0


def test_the_sign_of_the_offset_matters_by_twice_the_cross_product() -> None:
    """S(Δ) - S(-Δ) = 2·(q0·k1 - q1·k0)·sin(Δθ): nothing if and only if the cross is 0."""
    query, key = Matrix(q[:2]), Matrix(k[:2])
    difference = score(query, key, m, n) - score(query, key, n, m)
    cross = q[0] * k[1] - q[1] * k[0]
    assert simplify(difference - 2 * cross * sin((m - n) * theta)) == 0
    assert simplify(score(query, query, m, n) - score(query, query, n, m)) == 0


def test_rotating_one_of_the_two_the_wrong_way_makes_the_score_depend_on_the_sum() -> None:
    """The mistake of the forgotten conjugate: the positions add instead of cancelling."""
    query, key = Matrix(q[:2]), Matrix(k[:2])
    assert simplify(score(query, key, m, -n) - score(query, key, m + n, Rational(0))) == 0
    assert simplify(diff(score(query, key, m + t, -n - t), t)) != 0


def test_a_rotation_keeps_lengths_and_dot_products() -> None:
    """Its transpose is its inverse, and its determinant is 1, so nothing is mirrored."""
    turn = rotation_matrix(m * theta)
    assert simplify(turn.T * turn) == eye(2)
    assert simplify(turn.det()) == 1
    before, after = (
        rotation.length(Row.of(list(pair), "side")).nested()
        for pair in (q[:2], turned(q[:2], m * theta))
    )
    assert simplify(after**2 - before**2) == 0


def test_rotations_add_up_and_the_one_of_position_zero_is_none() -> None:
    both = rotation_matrix(m * theta) * rotation_matrix(n * theta)
    assert simplify(both - rotation_matrix((m + n) * theta)) == Matrix.zeros(2)
    assert simplify(rotation_matrix(m * theta) * rotation_matrix(-m * theta)) == eye(2)
    assert rotation_matrix(Rational(0)) == eye(2)


def test_the_complex_form_is_the_rotation() -> None:
    """(q0 + i·q1)·e^(imθ) has the turned components as its parts."""
    z = expand((q[0] + I * q[1]) * exp(I * m * theta), complex=True)
    assert simplify(re(z) - turned(q[:2], m * theta)[0]) == 0
    # The most that a pair can add is |q|·|k|: it is reached where the two are aligned.
    squares = dot(q[:2], k[:2]) ** 2 + rotation.cross(*q[:2], *k[:2]) ** 2
    sizes = (q[0] ** 2 + q[1] ** 2) * (k[0] ** 2 + k[1] ** 2)
    assert expand(squares - sizes) == 0
    aligned = arg(3 - 4 * I)  # a dot of 3 and a cross of -4: 5 at most
    assert rotation.part_by_offset(3, -4, aligned, 1) == sqrt(9 + 16)


# -- frequencies under each scaling -------------------------------------------------------------

theta_i = rotation.frequency(1, base, i, d)
last = d / 2 - 1
slowest = rotation.frequency(1, base, last, d)


def same(one: Expr, other: Expr) -> bool:
    """Whether two products of powers are one, by their logarithms."""
    return bool(simplify(expand(log(one / other), force=True, log=True, power_base=True)) == 0)


def test_linear_scaling_is_a_division_of_every_position() -> None:
    slowed = rotation.slowed_frequency(*map(as_row, (theta_i, factor, i, d))).cells[1]
    assert same(slowed, theta_i / factor)
    assert not same(slowed, theta_i)
    assert simplify(rotation.angle(factor * t, slowed) - rotation.angle(t, theta_i)) == 0


def test_ntk_keeps_the_fastest_pair_and_slows_the_slowest_by_exactly_the_factor() -> None:
    """And pair i by the factor to the power of i / (d/2 - 1), its place in the row."""
    stretched = rotation.ntk_base(base, factor, d)
    assert rotation.frequency(1, stretched, 0, d) == rotation.frequency(1, base, 0, d) == 1
    assert same(rotation.frequency(1, stretched, last, d), slowest / factor)
    assert same(rotation.frequency(1, stretched, i, d), theta_i * factor ** (-i / (d / 2 - 1)))


def test_dynamic_scaling_starts_from_nothing_and_is_ntk_at_the_ratio_of_the_lengths() -> None:
    assert rotation.dynamic_scale(factor, Rational(4096), Rational(4096)) == 1
    assert rotation.dynamic_scale(factor, Rational(100), Rational(4096)) == 1
    grown = rotation.dynamic_scale(1, Rational(5 * 4096), Rational(4096))
    assert grown == 5
    # A factor above 1 overshoots: at that multiple of the length, s·s - (s - 1) instead of s.
    overshot = rotation.dynamic_scale(Rational(4), Rational(4 * 64), Rational(64))
    assert overshot == 13


def on_ramp(*values: Expr | int) -> list[Expr]:
    """Return the shares that YaRN and Llama 3.1 keep, from what `ramp_place` takes."""
    return list(rotation.kept_share(rotation.ramp_place(*map(as_row, values))).cells)


@pytest.mark.parametrize(
    ("turns", "kept"),
    # Llama 3.1: 1 turn or fewer is interpolated, 4 or more is kept, 5/2 is half of the way.
    [(Rational(1, 2), 0), (1, 0), (Rational(5, 2), Rational(1, 2)), (4, 1), (9, 1)],
)
def test_llama_3_mixes_by_turns(turns: Expr, kept: Expr) -> None:
    share = on_ramp(0, 0, 1, Rational(turns), Rational(1), Rational(4))[1]
    assert share == kept
    mixed = rotation.blended(theta, factor, share)
    assert simplify(mixed - (kept * theta + (1 - kept) * theta / factor)) == 0


def test_yarn_ramps_from_kept_to_interpolated_between_two_pairs() -> None:
    """Pair 20 and before are kept, 46 and later divided; 33, in the middle, is half of each."""
    for pair, interpolated in ((5, 0), (20, 0), (33, Rational(1, 2)), (46, 1), (60, 1)):
        kept = on_ramp(Rational(pair), Rational(20), Rational(46), 0, 0, 1)[0]
        assert kept == 1 - interpolated
        mixed = rotation.blended(theta, factor, kept)
        want = theta * (1 - interpolated) + theta / factor * interpolated
        assert simplify(mixed - want) == 0


def test_the_borders_of_yarns_ramp_are_pairs_that_turn_so_often() -> None:
    """Put the pair that `pair_of_wavelength` finds back into the row: its wavelength is asked."""
    turns = Symbol("beta", positive=True)
    first = rotation.wavelength(Rational(1))
    found = rotation.pair_of_wavelength(d / 2, trained / turns, first, base)
    wavelength = first / rotation.frequency(1, base, found, d)
    difference = expand(log(wavelength), force=True) - log(trained / turns)
    assert simplify(expand(difference, force=True)) == 0
