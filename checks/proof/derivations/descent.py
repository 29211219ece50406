"""Derive descent and where it ends: minimise, solve recurrences, sum the series."""

from __future__ import annotations

from sympy import (
    Abs,
    Dummy,
    Expr,
    Piecewise,
    Symbol,
    cancel,
    diff,
    oo,
    rsolve,
    simplify,
    solve,
    summation,
)
from sympy import Function as UndefinedFunction


def descend(weight: Expr, rate: Expr, gradient: Expr) -> Expr:
    """Minimise the loss's tangent plus the squared way over twice the rate."""
    new = Dummy("m", real=True)
    tangent = gradient * (new - weight)
    return solve(diff(tangent + (new - weight) ** 2 / (2 * rate), new), new)[0]


def next_residual(residual: Expr, rate: Expr, x: Expr, gradient: Expr) -> Expr:
    """Descend, predict anew, and put the weight before the step in terms of its residual."""
    m, b, y = (Dummy(name, real=True) for name in "mby")
    after = y - (descend(m, rate, gradient) * x + b)
    return simplify(after.subs(m, (y - residual - b) / x))


def l1_step(rate: Expr, x: Expr) -> Expr:
    """The way from a weight to the next, on the branch where the prediction is too low."""
    m, y, b = Dummy("m"), Symbol("y"), Symbol("b")
    return Abs(descend(m, rate, diff(y - (m * x + b), m)) - m)


def bounce_floor(rate: Expr, x: Expr) -> Expr:
    """Minimise the larger of two losses by how the step is split between the two sides."""
    q = Dummy("q", positive=True)
    near, far = x * q, x * (l1_step(rate, x) - q)
    return near.subs(q, solve(near - far, q)[0])


def l2_contraction(rate: Expr, x: Expr) -> Expr:
    """Take one step on (y - (m·x + b))² and divide the distances after and before."""
    m, y, b = Dummy("m"), Symbol("y"), Symbol("b")
    after = descend(m, rate, diff((y - (m * x + b)) ** 2, m))
    best = (y - b) / x
    return cancel((after - best) / (m - best))


def l2_distance_after(distance: Expr, contraction: Expr, step: Expr) -> Expr:
    """Solve the recurrence e(k+1) = |ρ|·e(k) of the distance from the best weight."""
    k, e = Symbol("k", integer=True), UndefinedFunction("e")
    return rsolve(e(k + 1) - Abs(contraction) * e(k), e(k), {e(0): distance}).subs(k, step)


def l2_rate_limit(x: Expr) -> Expr:
    """Solve: a step multiplies the distance by -1."""
    rate = Symbol("rate", positive=True)
    return solve(l2_contraction(rate, x) + 1, rate)[0]


def geometric_reach(initial: Expr, x: Expr, ratio: Expr) -> Expr:
    """Sum the steps' widths, a ratio below 1."""
    k, small = Symbol("k", integer=True), Symbol("small", positive=True)
    # With ratio = 1/(1 + small) the series converges for every small > 0.
    total = summation((1 / (1 + small)) ** k, (k, 0, oo))
    if isinstance(total, Piecewise):
        total = total.args[0][0]
    return initial * x * simplify(total).subs(small, 1 / ratio - 1)
