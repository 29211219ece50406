"""Derive second-order boosting: differentiate losses, expand them, minimise parabolas.

All symbols are positive, so a gradient sum here stands for a prediction that is too high; the
counts beside this file take both signs.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Min, Rational, Symbol, ceiling, diff, exp, integrate, oo, series, solve

from checks.proof.derivations.rows import by_margin

# -- one row ----------------------------------------------------------------------------------


def gradient(row_weight: Expr, prediction: Expr, label: Expr) -> Expr:
    """Differentiate half of the weighted squared error; its second derivative is the weight."""
    loss = row_weight * (prediction - label) ** 2 / 2
    assert diff(loss, prediction, 2) == row_weight
    return diff(loss, prediction)


def logistic_gradient(probability: Expr, label: Expr) -> Expr:
    """Differentiate the log loss by the margin."""
    return by_margin(label, 1, probability)


def log_loss(margin: Expr, label: Expr) -> Expr:
    """Integrate the gradient from a margin that is sure of 0, where that label costs nothing."""
    t = Symbol("t", real=True)
    rest = integrate(exp(t) / (1 + exp(t)), t)  # of p alone; the label's part is -y times the way
    return rest.subs(t, margin) - sympy.limit(rest, t, -oo) - label * margin


def log_loss_after(margin: Expr, label: Expr, step: Expr) -> Expr:
    """Integrate the gradient on from the margin, over the step."""
    t = Symbol("t", real=True)
    way = integrate(exp(t) / (1 + exp(t)) - label, t)
    return log_loss(margin, label) + way.subs(t, margin + step) - way.subs(t, margin)


def _taylor(loss: Expr, derivatives: list[Expr], step: Expr) -> Expr:
    """Expand a function with those derivatives at 0 and keep as many terms."""
    t = Symbol("t", positive=True)
    f = loss + sum(d * t**k / sympy.factorial(k) for k, d in enumerate(derivatives, 1)) + t**4
    return series(f, t, 0, len(derivatives) + 1).removeO().subs(t, step)


def tangent(loss: Expr, gradient: Expr, step: Expr) -> Expr:
    """Expand to the first order."""
    return _taylor(loss, [gradient], step)


def parabola(loss: Expr, gradient: Expr, hessian: Expr, step: Expr) -> Expr:
    """Expand to the second order."""
    return _taylor(loss, [gradient, hessian], step)


# -- one leaf ---------------------------------------------------------------------------------


def leaf_objective(
    weight: Expr, gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Integrate the slope of loss and penalties from weight 0."""
    t = Symbol("t", positive=True)
    slope = gradient_sum + hessian_sum * t + reg_lambda * t + reg_alpha
    return integrate(slope, (t, 0, weight))


def leaf_weight(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Minimise G w + (H + λ) w² / 2 + α |w| for G > 0, where no weight above 0 helps.

    Below 0, |w| is -w. The parabola's minimum counts where it lies below 0, else 0 is best.
    """
    w = Symbol("w", real=True)
    below = gradient_sum * w + (hessian_sum + reg_lambda) * w**2 / 2 - reg_alpha * w
    (lowest,) = solve(diff(below, w), w)
    return Min(sympy.expand(lowest * (hessian_sum + reg_lambda)), 0) / (hessian_sum + reg_lambda)


def soft_threshold(gradient_sum: Expr, reg_alpha: Expr) -> Expr:
    """Read it off the best weight of a leaf whose parabola has curvature 1: it is minus that."""
    return -leaf_weight(gradient_sum, Rational(1, 2), Rational(1, 2), reg_alpha)


def newton_step(gradient_sum: Expr, hessian_sum: Expr) -> Expr:
    """Find where the slope G + H w of the parabola is 0."""
    w = Symbol("w", real=True)
    (root,) = solve(diff(gradient_sum * w + hessian_sum * w**2 / 2, w), w)
    return root


def least_objective(
    gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Put the best weight back into the objective.

    At the minimum the slope is 0, so the objective there is -(H + λ) w² / 2.
    """
    w = leaf_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)
    v, curvature, b = Symbol("v", real=True), Symbol("k", positive=True), Symbol("b")
    linear = solve(diff(b * v + curvature * v**2 / 2, v), b)[0]
    at_minimum = linear * v + curvature * v**2 / 2
    return at_minimum.subs({v: w, curvature: hessian_sum + reg_lambda})


def score(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Twice the fall from weight 0, which costs nothing, to the best weight."""
    return -2 * least_objective(gradient_sum, hessian_sum, reg_lambda, reg_alpha)


def share_left(eta: Expr, hessian_sum: Expr, reg_lambda: Expr) -> Expr:
    """Take a shrunken step by the best weight and see what is left of the mean residual.

    With a residual of r in each row the gradients add up to -H r.
    """
    r, w = Symbol("r", positive=True), Symbol("w", real=True)
    objective = -hessian_sum * r * w + (hessian_sum + reg_lambda) * w**2 / 2
    (best,) = solve(diff(objective, w), w)
    return sympy.simplify((r - eta * best) / r)


# -- one split --------------------------------------------------------------------------------


def paper_gain(gain: Expr, gamma: Expr) -> Expr:
    """Fall of the whole objective: γ for each leaf, and one leaf has become two."""
    leaves = Symbol("leaves", integer=True)
    charge = gamma * leaves
    return gain / 2 - (charge.subs(leaves, 2) - charge.subs(leaves, 1))


def rows_to_feed(min_child_weight: Expr, probability: Expr) -> Expr:
    """Solve for the number of rows; a part of a row is a whole one."""
    n = Symbol("n", positive=True)
    hessian = by_margin(Symbol("y", positive=True), 2, probability)
    return ceiling(solve(n * hessian - min_child_weight, n)[0])
