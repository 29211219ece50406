"""Derive descent and where it ends: minimise, solve recurrences, sum the series."""

from __future__ import annotations

from sympy import (
    Abs,
    Eq,
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

from checks.proof.steps import noted, signed

M, B, Y = (Symbol(name, real=True) for name in "mby")
"""The weight, the intercept and the target, where the formula does not know them."""


@signed("weight", "gradient")
def descend(weight: Expr, rate: Expr, gradient: Expr) -> Expr:
    """Minimise the loss's tangent plus the squared way over twice the rate."""
    new = Symbol("w", real=True)
    model = gradient * (new - weight) + (new - weight) ** 2 / (2 * rate)
    noted("Near the weight take the loss for its tangent, and charge the way", model)
    noted("The cheapest weight is where its slope is zero", Eq(diff(model, new), 0))
    return noted("Solved", solve(diff(model, new), new)[0])


@signed("residual", "x", "gradient")
def next_residual(residual: Expr, rate: Expr, x: Expr, gradient: Expr) -> Expr:
    """Descend, predict anew, and put the weight before the step in terms of its residual."""
    after = noted("After a step is left", Y - ((M - rate * gradient) * x + B))
    before = noted("Before it the weight was", (Y - residual - B) / x)
    return noted("so that weight, intercept and target drop out", simplify(after.subs(M, before)))


@signed("x")
def l1_step(rate: Expr, x: Expr) -> Expr:
    """Take the way from a weight to the next, where the prediction is too low."""
    gradient = noted("Where the prediction is too low the slope is", diff(Y - (M * x + B), M))
    return noted("A step goes the rate times it", Abs(M - rate * gradient - M))


@signed("x")
def bounce_floor(rate: Expr, x: Expr) -> Expr:
    """Minimise the larger of two losses by how the step is split between the two sides."""
    q = Symbol("q", positive=True)
    near, far = Abs(x) * q, Abs(x) * (l1_step(rate, x) - q)
    noted("A step over the minimum leaves these losses before and after it", [near, far])
    noted("The larger is least where they are equal", Eq(near, far))
    return noted("There both are", Abs(x) * solve(near - far, q)[0])


@signed("x")
def l2_contraction(rate: Expr, x: Expr) -> Expr:
    """Take one step on the squared error and divide the distances after and before."""
    after = M - rate * diff((Y - (M * x + B)) ** 2, M)
    noted("A step on the squared error leads to", after)
    best = noted("The weight that fits is", (Y - B) / x)
    return noted("Distance after over distance before", cancel((after - best) / (M - best)))


def l2_distance_after(distance: Expr, contraction: Expr, step: Expr) -> Expr:
    """Solve the recurrence of the distance from the best weight."""
    k, e = Symbol("k", integer=True), UndefinedFunction("e")
    rule = Eq(e(k + 1), Abs(contraction) * e(k))
    noted("Each step multiplies the distance by the same factor", rule)
    return noted("Solved", rsolve(rule.lhs - rule.rhs, e(k), {e(0): distance}).subs(k, step))


@signed("x")
def l2_rate_limit(x: Expr) -> Expr:
    """Solve for the rate at which a step mirrors the distance."""
    rate = Symbol("eta", positive=True)
    mirrored = Eq(l2_contraction(rate, x), -1)
    noted("Descent just fails to converge where a step mirrors the distance", mirrored)
    return noted("Solved for the rate", solve(mirrored, rate)[0])


@signed("x")
def geometric_reach(initial: Expr, x: Expr, ratio: Expr) -> Expr:
    """Sum the steps' widths, a ratio below 1."""
    k, small = Symbol("k", integer=True), Symbol("small", positive=True)
    noted("Step number k goes as far as", initial * Abs(x) * ratio**k)
    # With ratio = 1/(1 + small) the series converges for every small > 0.
    total = summation((1 / (1 + small)) ** k, (k, 0, oo))
    if isinstance(total, Piecewise):
        total = total.args[0][0]
    way = initial * Abs(x) * simplify(total).subs(small, 1 / ratio - 1)
    return noted("All steps together, a geometric series", simplify(way))
