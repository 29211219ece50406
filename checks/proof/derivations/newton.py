"""Derive second-order boosting: differentiate losses, expand them, minimise parabolas."""

from __future__ import annotations

import sympy
from sympy import (
    Abs,
    Eq,
    Expr,
    Integral,
    Max,
    Min,
    Rational,
    Symbol,
    ceiling,
    diff,
    exp,
    integrate,
    oo,
    solve,
)

from checks.proof.derivations.rows import by_margin
from checks.proof.steps import noted, signed

W = Symbol("w", real=True)
"""A leaf's weight, any."""

# -- one row ----------------------------------------------------------------------------------


@signed("prediction", "label")
def gradient(row_weight: Expr, prediction: Expr, label: Expr) -> Expr:
    """Differentiate half of the weighted squared error; its second derivative is the weight."""
    loss = noted("The loss of a row", row_weight * (prediction - label) ** 2 / 2)
    assert sympy.simplify(diff(loss, prediction, 2) - row_weight) == 0
    return noted("Differentiated by the prediction", sympy.simplify(diff(loss, prediction)))


def logistic_gradient(probability: Expr, label: Expr) -> Expr:
    """Differentiate the log loss by the score."""
    return by_margin(label, 1, probability)


@signed("margin")
def log_loss(margin: Expr, label: Expr) -> Expr:
    """Integrate the gradient from a score that is sure of 0, where that label costs nothing."""
    t = Symbol("t", real=True)
    slope = noted("At a score t the loss has the slope p - y, where p is", exp(t) / (1 + exp(t)))
    rest = integrate(slope, t)  # of p alone; the label's part is -y times the way
    grown = rest.subs(t, margin) - sympy.limit(rest, t, -oo)
    noted("Integrated over p from a score that is sure of 0, where this label costs nothing", grown)
    return noted("and over the label", grown - label * margin)


@signed("margin", "step")
def log_loss_after(margin: Expr, label: Expr, step: Expr) -> Expr:
    """Integrate the gradient on from the score, over the step."""
    t = Symbol("t", real=True)
    here = log_loss(margin, label)
    way = integrate(exp(t) / (1 + exp(t)) - label, t)
    walked = way.subs(t, margin + step) - way.subs(t, margin)
    return here + noted("On over the step, the same slope adds", walked)


@signed("gradient", "step")
def tangent(loss: Expr, gradient: Expr, step: Expr) -> Expr:
    """Integrate a slope that stays as it is, from the loss here."""
    t = Symbol("t", real=True)
    walked = noted("From the loss here, over the step", loss + Integral(gradient, (t, 0, step)))
    return noted("Integrated", walked.doit())


@signed("gradient", "step")
def parabola(loss: Expr, gradient: Expr, hessian: Expr, step: Expr) -> Expr:
    """Integrate a curvature that stays as it is to the slope, and that to the loss."""
    s, t = Symbol("s", real=True), Symbol("t", real=True)
    slope = gradient + Integral(hessian, (s, 0, t)).doit()
    noted("A curvature that stays makes the slope at t", slope)
    walked = loss + Integral(slope, (t, 0, step))
    noted("From the loss here, over the step", walked)
    return noted("Integrated", walked.doit())


# -- one leaf ---------------------------------------------------------------------------------


@signed("weight", "gradient_sum")
def leaf_objective(
    weight: Expr, gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Integrate the slope of loss and penalties from weight 0."""
    t = Symbol("t", real=True)
    smooth = gradient_sum + hessian_sum * t + reg_lambda * t
    noted("Loss and squares have this slope at a weight t", smooth)
    walked = Integral(smooth, (t, 0, weight)).doit()
    return noted("Integrated, and the way from zero charged", walked + reg_alpha * Abs(weight))


@signed("gradient_sum")
def leaf_weight(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Minimise the leaf's objective on either side of 0, where |w| has a kink.

    A parabola's lowest point counts where it lies on the parabola's own side, else 0 is best.
    """
    smooth = gradient_sum * W + (hessian_sum + reg_lambda) * W**2 / 2
    noted("The objective of a leaf of weight w", smooth + reg_alpha * Abs(W))
    sides = [smooth + reg_alpha * W, smooth - reg_alpha * W]
    above, below = (solve(diff(side, W), W)[0] for side in sides)
    noted("Its slope is zero, were w above 0 or below it, at", [above, below])
    curvature = hessian_sum + reg_lambda
    found = (
        Max(0, sympy.expand(above * curvature)) + Min(0, sympy.expand(below * curvature))
    ) / curvature
    return noted("Each counts on its own side only; else 0 is best", found)


@signed("gradient_sum")
def soft_threshold(gradient_sum: Expr, reg_alpha: Expr) -> Expr:
    """Read it off the best weight of a leaf whose parabola has curvature 1: it is minus that."""
    return -leaf_weight(gradient_sum, Rational(1, 2), Rational(1, 2), reg_alpha)


@signed("gradient_sum")
def newton_step(gradient_sum: Expr, hessian_sum: Expr) -> Expr:
    """Find where the slope of the parabola is 0."""
    touching = noted("The parabola touching the loss", gradient_sum * W + hessian_sum * W**2 / 2)
    noted("It is least where its slope is zero", Eq(diff(touching, W), 0))
    return noted("Solved for the weight", solve(diff(touching, W), W)[0])


@signed("gradient_sum")
def least_objective(
    gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr
) -> Expr:
    """Put the best weight back into the objective."""
    w = leaf_weight(gradient_sum, hessian_sum, reg_lambda, reg_alpha)
    there = leaf_objective(W, gradient_sum, hessian_sum, reg_lambda, reg_alpha)
    return noted("Put into the objective", there.subs(W, w))


@signed("gradient_sum")
def score(gradient_sum: Expr, hessian_sum: Expr, reg_lambda: Expr, reg_alpha: Expr) -> Expr:
    """Take twice the fall from weight 0, which costs nothing, to the best weight."""
    return -2 * least_objective(gradient_sum, hessian_sum, reg_lambda, reg_alpha)


def share_left(eta: Expr, hessian_sum: Expr, reg_lambda: Expr) -> Expr:
    """Take a shrunken step by the best weight and see what is left of the mean residual."""
    r = Symbol("r", positive=True)
    pull = noted("With a residual r in every row the gradients add up to", -hessian_sum * r)
    objective = pull * W + (hessian_sum + reg_lambda) * W**2 / 2
    best = noted("The best weight is", solve(diff(objective, W), W)[0])
    return noted("After a shrunken step is left, of r", sympy.simplify((r - eta * best) / r))


# -- one split --------------------------------------------------------------------------------


@signed("gain")
def paper_gain(gain: Expr, gamma: Expr) -> Expr:
    """Take the fall of the whole objective: a leaf costs gamma, and one leaf has become two."""
    leaves = Symbol("T", integer=True)
    charge = noted("A tree of T leaves is charged", gamma * leaves)
    more = noted("One leaf becomes two", charge.subs(leaves, leaves + 1) - charge)
    return noted("The objective falls by half the gain, less that", gain / 2 - sympy.expand(more))


def rows_to_feed(min_child_weight: Expr, probability: Expr) -> Expr:
    """Solve for the number of rows; a part of a row is a whole one."""
    n = Symbol("n", positive=True)
    hessian = by_margin(Symbol("y", positive=True), 2, probability)
    enough = noted("n rows are enough from", Eq(n * hessian, min_child_weight))
    return noted("Solved, in whole rows", ceiling(solve(enough, n)[0]))
