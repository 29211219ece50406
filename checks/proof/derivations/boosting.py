"""Derive first-order boosting: minimise losses, differentiate them, count what a bag averages."""

from __future__ import annotations

import sympy
from sympy import (
    Abs,
    Eq,
    Expr,
    Function,
    Piecewise,
    Product,
    Sum,
    Symbol,
    diff,
    rsolve,
    simplify,
    solve,
    summation,
)

from checks.proof.steps import noted, signed

# -- which way is down ------------------------------------------------------------------------


@signed("label", "prediction")
def half_squared_gradient(label: Expr, prediction: Expr) -> Expr:
    """Differentiate half of the squared error."""
    loss = noted("The loss of a row", (label - prediction) ** 2 / 2)
    return noted("Differentiated by the prediction", simplify(diff(loss, prediction)))


@signed("label", "prediction")
def absolute_direction(label: Expr, prediction: Expr) -> Expr:
    """Differentiate |y - F| by F on either side and turn the sign round; at the kink take +1."""
    below, above = (-diff(side * (label - prediction), prediction) for side in (1, -1))
    noted("Minus the slope where the prediction is too low, and too high", [below, above])
    return Piecewise((above, label - prediction < 0), (below, True))


@signed("residual")
def huber_direction(residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss by the residual: quadratic, then a line that joins smoothly."""
    r = Symbol("r", real=True)
    losses = [r**2 / 2, threshold * r - threshold**2 / 2, -threshold * r - threshold**2 / 2]
    assert (losses[0] - losses[1]).subs(r, threshold) == 0
    assert (losses[0] - losses[2]).subs(r, -threshold) == 0
    noted("The loss of a residual r: a parabola, and lines that join it on both sides", losses)
    inner, above, below = (diff(loss, r).subs(r, residual) for loss in losses)
    noted("Their slopes at the residual", [inner, above, below])
    return Piecewise((below, residual < -threshold), (inner, residual <= threshold), (above, True))


# -- the update -------------------------------------------------------------------------------


# --8<-- [start:removed_share]
def removed_share(learning_rate: Expr) -> Expr:
    """Update a leaf of n rows whose residuals have mean w: compare with a full step."""
    n, w, squares, s = sympy.symbols("n w S s", positive=True)
    error = squares - 2 * s * n * w + n * s**2  # the sum of (r - s)²
    noted("After a step s in a leaf of n rows of mean w the squares add up to", error)
    full = noted("A full step takes off", error.subs(s, 0) - error.subs(s, w))
    taken = noted(
        "A shrunken one takes off", simplify(error.subs(s, 0) - error.subs(s, learning_rate * w))
    )
    return noted("One over the other", simplify(taken / full))


# --8<-- [end:removed_share]


def share_left_after(learning_rate: Expr, rounds: Expr) -> Expr:
    """Solve the recurrence: each round leaves what the rate did not take."""
    k, a = Symbol("k", integer=True, nonnegative=True), Function("a")
    rule = noted("Each round takes its share", Eq(a(k + 1), a(k) - learning_rate * a(k)))
    closed = rsolve(rule.lhs - rule.rhs, a(k), {a(0): 1})
    return noted("Solved, from all of it", Abs(closed.subs(k, rounds)))


# -- classification ---------------------------------------------------------------------------


@signed("mean_residual")
def newton_leaf(mean_residual: Expr, mean_hessian: Expr) -> Expr:
    """Minimise the parabola that touches the loss of the leaf."""
    w = Symbol("w", real=True)
    touching = -mean_residual * w + mean_hessian * w**2 / 2
    noted("The parabola that touches the loss where the leaf stands, per row", touching)
    noted("It is least where its slope is zero", Eq(diff(touching, w), 0))
    return noted("Solved for the leaf", solve(diff(touching, w), w)[0])


# -- bagging ----------------------------------------------------------------------------------


def left_out_share(rows: Expr, others: Expr) -> Expr:
    """Multiply the chances of all draws to take another row."""
    k, n = Symbol("k", integer=True), Symbol("n", integer=True, positive=True)
    noted("A draw takes another row with the chance", others / rows)
    draws = Product(others / n, (k, 1, n)).doit().subs(n, rows)
    return noted("and so do all draws, as many as rows", draws)


# --8<-- [start:bagged_variance]
def bagged_variance(tree_variance: Expr, correlation: Expr, trees: Expr) -> Expr:
    """Add up the table of covariances of all trees, and divide by their number squared."""
    i, j = sympy.symbols("i j", integer=True)
    n = Symbol("n", integer=True, positive=True)
    on_diagonal = Sum(tree_variance, (i, 1, n)).doit()
    everywhere = summation(summation(correlation * tree_variance, (j, 1, n)), (i, 1, n))
    off_diagonal = everywhere - summation(correlation * tree_variance, (i, 1, n))
    noted("Covariances of each tree with itself add up to", on_diagonal.subs(n, trees))
    noted("and those of different trees to", simplify(off_diagonal.subs(n, trees)))
    whole = (on_diagonal + off_diagonal) / n**2
    return noted(
        "The mean divides by the number of trees, its variance twice", whole.subs(n, trees)
    )


# --8<-- [end:bagged_variance]


def implied_correlation(bagged: Expr, tree_variance: Expr, trees: Expr) -> Expr:
    """Solve the variance of a bag for the correlation."""
    rho = Symbol("r", real=True)
    meant = noted(
        "This is the variance seen", Eq(bagged_variance(tree_variance, rho, trees), bagged)
    )
    return noted("Solved for the correlation r", simplify(solve(meant, rho)[0]))


# -- what a model costs to ask ----------------------------------------------------------------


def tree_nodes(depth: Expr) -> Expr:
    """Add up the levels: each has twice as many nodes as the one above."""
    k, d = Symbol("k", integer=True), Symbol("d", integer=True, positive=True)
    levels = Sum(2**k, (k, 0, d))
    noted("Level k has twice the nodes of the one above; all levels", levels.subs(d, depth))
    return noted("Summed", levels.doit().subs(d, depth))
