"""The theorems of the L1 chapter, proved with SymPy for symbols and for exact rationals."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    Expr,
    Interval,
    Piecewise,
    Rational,
    Symbol,
    diff,
    limit,
    oo,
    sign,
    simplify,
    symbols,
)

from checks.proof.derivations import descent

x = Symbol("x", real=True, nonzero=True)
m, y, b = symbols("m y b", real=True)
q, w = symbols("q w", positive=True)


def piecewise(size_of: Expr) -> Piecewise:
    """Return |r| by its definition."""
    return Piecewise((size_of, size_of > 0), (-size_of, True))


def test_the_chain_rule_and_direct_differentiation_give_one_piecewise_gradient() -> None:
    """Link by link -x·sign(r); directly, from the two pieces of |r|: -x above 0, x below."""
    r = y - (m * x + b)
    linked = sign(r) * -1 * diff(m * x + b, m)
    direct = diff(piecewise(r), m)
    for side, slope in ((1, -x), (-1, x)):
        at = {y: m * x + b + side * q}
        assert simplify(direct.subs(at) - slope) == 0
        assert simplify(linked.subs(at) - slope) == 0


def test_the_subdifferential_at_the_kink_is_the_interval_between_the_one_sided_slopes() -> None:
    """The loss at a distance t from the kink is |x·t|, so its slopes there are -|x| and |x|.

    A line g·t stays on or below |x|·|t| if and only if it does so at t = 1 and t = -1, since
    both sides scale with |t|: g <= |x| and -g <= |x|.
    """
    t, g = symbols("t g", real=True)
    left, right = limit(Abs(t) * Abs(x) / t, t, 0, "-"), limit(Abs(t) * Abs(x) / t, t, 0, "+")
    assert (left, right) == (-Abs(x), Abs(x))
    two = Interval(left.subs(x, -2), right.subs(x, -2))
    touching = (g <= 2).as_set().intersect((-g <= 2).as_set())
    assert touching == two == Interval(-2, 2)
    assert 0 in touching


HERE, RATE, SLOPE = symbols("here rate slope")
STEP = descent.descend(HERE, RATE, SLOPE)


def path_of(start: Rational, rate: Rational, steps: int) -> list[Expr]:
    """Return the weights of L1 descent at x = 2, y = 10, b = 4 in exact rationals."""
    path: list[Expr] = [start]
    for _ in range(steps):
        here = path[-1]
        slope = -2 * sign(10 - (here * 2 + 4))
        path.append(STEP.xreplace({HERE: here, RATE: rate, SLOPE: slope}))
    return path


@pytest.mark.parametrize("denominator", range(4, 40))
def test_the_step_count_is_the_exact_quotient_and_the_amplitude_one_exact_step(
    denominator: int,
) -> None:
    """The distance 2 over the step 2/d is d: whole, so it lands after d steps and stays.

    With the rate 1/d + 1/(3·d²) it does not divide: the last weights are two, a step apart.
    """
    rate = Rational(1, denominator)
    path = path_of(Rational(1), rate, denominator + 3)
    assert path[denominator - 1] != 3
    assert path[denominator:] == [3, 3, 3, 3]
    odd = rate + Rational(1, 3 * denominator**2)
    near, far = sorted(set(path_of(Rational(1), odd, denominator + 6)[-4:]))
    assert far - near == odd * 2
    assert near < 3 < far


def test_a_bounce_is_one_step_wide_whatever_the_rest_and_its_losses_add_up() -> None:
    """From q short of the minimum a step of w leads w - q beyond it, and the next one back."""
    step = descent.l1_step(w, Symbol("X", positive=True))
    near, far = -q, -q + step
    assert simplify(far - near - step) == 0
    assert simplify(far - step - near) == 0
    # The two losses are X·q and X·(step - q): their sum does not depend on q.
    assert diff(q + (step - q), q) == 0


@pytest.mark.parametrize("count", range(1, 8))
def test_the_slope_of_a_sum_of_absolute_errors_changes_sign_at_the_median(count: int) -> None:
    """Between the k-th and the next of n sorted values the slope is k - (n - k) = 2k - n.

    It is negative up to half of them and positive beyond: an odd count has the middle value as
    its only minimiser, an even one every point between the middle two, where the slope is 0.
    """
    gaps = symbols(f"g1:{count}", positive=True)
    values = [Symbol("v", real=True)]
    for g in gaps:
        values.append(values[-1] + g)
    c = Symbol("c", real=True)
    slopes = []
    for k in range(count + 1):
        if k == 0:
            centre = values[0] - q
        elif k == count:
            centre = values[-1] + q
        else:
            centre = values[k - 1] + gaps[k - 1] / 2
        total = sum(Abs(v - c) for v in values)
        slopes.append(simplify(diff(total, c).subs(c, centre).doit()))
    assert slopes == [2 * k - count for k in range(count + 1)]
    flat = [k for k, s in enumerate(slopes) if s == 0]
    assert flat == ([count // 2] if count % 2 == 0 else [])


def test_rates_of_one_over_k_sum_to_infinity_and_geometric_ones_do_not() -> None:
    """So the first reach any distance, the second no further than rate·|x|/(1 - γ)."""
    from sympy import harmonic, summation

    k, n = symbols("k n", integer=True, positive=True)
    assert limit(harmonic(n), n, oo) == oo
    assert summation(Rational(4, 5) ** (k - 1), (k, 1, oo)) == 5
