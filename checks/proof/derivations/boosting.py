"""Derive first-order boosting: minimise losses, differentiate them, count what a bag averages.

All symbols are positive, so a residual here belongs to a prediction that is too low; the counts
beside this file take both signs.
"""

from __future__ import annotations

import sympy
from sympy import (
    Abs,
    Eq,
    Expr,
    Function,
    Piecewise,
    Symbol,
    diff,
    integrate,
    product,
    rsolve,
    simplify,
    solve,
    summation,
)

# -- which way is down ------------------------------------------------------------------------


def half_squared_gradient(label: Expr, prediction: Expr) -> Expr:
    """Differentiate half of the squared error."""
    return diff((label - prediction) ** 2 / 2, prediction)


def absolute_direction(label: Expr, prediction: Expr) -> Expr:
    """Differentiate |y - F| by F on either side and turn the sign round; at the kink take +1."""
    below, above = (-diff(side * (label - prediction), prediction) for side in (1, -1))
    return Piecewise((above, label - prediction < 0), (below, True))


def huber_direction(residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss by the residual: quadratic, then a line that joins smoothly."""
    r = Symbol("r", real=True)
    line = threshold * r - threshold**2 / 2
    assert (r**2 / 2 - line).subs(r, threshold) == 0
    inner, outer = (diff(loss, r).subs(r, residual) for loss in (r**2 / 2, line))
    return Piecewise((inner, residual <= threshold), (outer, True))


# -- the update -------------------------------------------------------------------------------


# --8<-- [start:removed_share]
def removed_share(learning_rate: Expr) -> Expr:
    """Update a leaf of n rows whose residuals have mean w: compare with a full step."""
    n, w, squares = sympy.symbols("n w squares", positive=True)

    def error_after(step: Expr) -> Expr:
        return squares - 2 * step * n * w + n * step**2  # the sum of (r - step)²

    full = error_after(0) - error_after(w)
    return simplify((error_after(0) - error_after(learning_rate * w)) / full)


# --8<-- [end:removed_share]


def error_after_update(before: Expr, gain: Expr, share: Expr) -> Expr:
    """Integrate the gain away, up to the share."""
    t = Symbol("t", positive=True)
    return before - integrate(gain, (t, 0, share))


def share_left_after(learning_rate: Expr, rounds: Expr) -> Expr:
    """Solve the recurrence: each round leaves what η did not take."""
    n = Symbol("n", integer=True, nonnegative=True)
    a = Function("a")
    closed = rsolve(a(n + 1) - a(n) + learning_rate * a(n), a(n), {a(0): 1})
    return Abs(closed.subs(n, rounds))


# -- classification ---------------------------------------------------------------------------


def newton_leaf(mean_residual: Expr, mean_hessian: Expr) -> Expr:
    """Minimise the parabola that touches the loss of the leaf: slope -r, curvature h."""
    step = Symbol("step", real=True)
    return solve(diff(-mean_residual * step + mean_hessian * step**2 / 2, step), step)[0]


# -- bagging ----------------------------------------------------------------------------------


def left_out_share(rows: Expr, others: Expr) -> Expr:
    """Multiply the chances of all draws to take another row."""
    k, n = Symbol("k", integer=True), Symbol("n", integer=True, positive=True)
    return product(others / n, (k, 1, n)).subs(n, rows)


# --8<-- [start:bagged_variance]
def bagged_variance(tree_variance: Expr, correlation: Expr, trees: Expr) -> Expr:
    """Add up the table of covariances of B trees and divide by B², since the mean divides by B."""
    i, j = sympy.symbols("i j", integer=True)
    n = Symbol("n", integer=True, positive=True)
    on_diagonal = summation(tree_variance, (i, 1, n))
    everywhere = summation(summation(correlation * tree_variance, (j, 1, n)), (i, 1, n))
    off_diagonal = everywhere - summation(correlation * tree_variance, (i, 1, n))
    return ((on_diagonal + off_diagonal) / n**2).subs(n, trees)


# --8<-- [end:bagged_variance]


def implied_correlation(bagged: Expr, tree_variance: Expr, trees: Expr) -> Expr:
    """Solve the variance of a bag for the correlation."""
    rho = Symbol("rho", real=True)
    return solve(Eq(bagged_variance(tree_variance, rho, trees), bagged), rho)[0]


# -- what a model costs to ask ----------------------------------------------------------------


def tree_nodes(depth: Expr) -> Expr:
    """Add up the levels: each has twice as many nodes as the one above."""
    k, d = Symbol("k", integer=True), Symbol("d", integer=True, positive=True)
    return summation(2**k, (k, 0, d)).subs(d, depth)
