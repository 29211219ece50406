"""Gradient descent on the losses of a line with one learnable weight, and where it ends.

The model is ŷ = m·x + b with b fixed. Throughout: m in units of y per unit of x; ŷ, y, b and the
residual r = y - ŷ in units of y; an L1 gradient in units of x, an L2 gradient in units of x times
those of y. A learning rate has whatever unit makes rate times gradient a weight. The axes:
`method` (L1, L2, Huber's loss, smooth L1), `step` (of a descent), `row` (points A to D).
"""

from __future__ import annotations

from typing import Any

from worked.formulas.losses import (
    huber_gradient,
    huber_loss,
    l1_gradient,
    l1_loss,
    l2_gradient,
    l2_loss,
    smooth_l1_gradient,
    smooth_l1_loss,
)
from worked.formulas.ops import absolute, along, at, ceil, floor, where, where_least

# -- one loss beside the others ---------------------------------------------------------------


def loss_by_method(residual: Any, delta: Any, beta: Any) -> Any:
    """Loss of a residual under each method; delta, beta: thresholds of Huber and smooth L1."""
    return along(
        "method",
        l1=l1_loss(residual),
        l2=l2_loss(residual),
        huber=huber_loss(residual, delta),
        smooth_l1=smooth_l1_loss(residual, beta),
    )


def gradient_by_method(x: Any, residual: Any, delta: Any, beta: Any) -> Any:
    """Derivative of each method's loss by m; delta, beta: thresholds of Huber and smooth L1."""
    return along(
        "method",
        l1=l1_gradient(x, residual),
        l2=l2_gradient(x, residual),
        huber=huber_gradient(x, residual, delta),
        smooth_l1=smooth_l1_gradient(x, residual, beta),
    )


# -- steps ------------------------------------------------------------------------------------


def descend(weight: Any, rate: Any, gradient: Any) -> Any:
    """Weight after one step of gradient descent, from the weight and the gradient before it.

    Often got wrong: the step taken uphill (museum: scikit-learn/scikit-learn 9885); the next weight
    printed as the gradient (museum: 42-AI/bootcamp_machine-learning 64).
    """
    return weight - rate * gradient


def next_residual(residual: Any, rate: Any, x: Any, gradient: Any) -> Any:
    """Residual after a step of descent: the prediction moves by x times what the weight moves.

    residual, gradient: before the step. Near the minimum it keeps digits that the difference of
    target and prediction has lost.
    """
    return residual + rate * x * gradient


def looked_step(look: Any, step: Any) -> Any:
    """Place of the step with the number `look`; step: the number of each, 0 for the start."""
    return where_least(absolute(step - look), "step")


def of_looked_step(value: Any, looked: Any) -> Any:
    """What a descent has at the step looked at: its weight, its loss, its gradient."""
    return at(value, "step", looked)


# -- where descent with a fixed rate ends -----------------------------------------------------


def distance(weight: Any, best: Any) -> Any:
    """Distance of a weight from the best one."""
    return absolute(weight - best)


def l1_step(rate: Any, x: Any) -> Any:
    """How far one step under the L1 loss moves the weight, wherever it stands off the kink."""
    return rate * absolute(x)


def whole_steps(distance: Any, step_width: Any, tolerance: Any) -> Any:
    """How many whole L1 steps fit into the distance to the minimum.

    tolerance: distance by which the last one may miss and still count, so that the rounding of
    binary numbers does not turn a whole number of steps into one less.
    """
    return floor((distance + tolerance) / step_width)


def steps_to_minimum(distance: Any, step_width: Any, tolerance: Any) -> Any:
    """Steps until L1 descent with a fixed rate lands on the minimum or first jumps over it.

    tolerance: distance by which the last step may fall short and still land.
    """
    return ceil((distance - tolerance) / step_width)


def covered(step_count: Any, step_width: Any) -> Any:
    """Way that so many steps of one width cover."""
    return step_count * step_width


def rest(distance: Any, covered: Any, landing: Any) -> Any:
    """Distance left after the whole steps, whose way is `covered`; 0 where the last one lands."""
    return where(landing, 0, distance - covered)


def weight_before(best: Any, rest: Any, gradient: Any, x: Any) -> Any:
    """Weight at a distance `rest` from the best one, on the side of the start.

    gradient: of the L1 loss at the start; over its size, which is that of x, it says the side.
    """
    return best + rest * gradient / absolute(x)


def bounce_floor(rate: Any, x: Any) -> Any:
    """Value that the larger of the two losses of a bounce never falls below.

    The two lie on either side of the minimum and add up to rate times x squared.
    """
    return rate * x**2 / 2


def l2_contraction(rate: Any, x: Any) -> Any:
    """Factor by which one L2 step multiplies the distance to the minimum; negative: it crosses."""
    return 1 - 2 * rate * x**2


def l2_distance_after(distance: Any, contraction: Any, step: Any) -> Any:
    """Distance from the minimum after `step` L2 steps with a fixed rate."""
    return distance * absolute(contraction) ** step


def l2_rate_limit(x: Any) -> Any:
    """Rate from which on L2 descent with a fixed rate no longer converges."""
    return 1 / x**2


# -- rates that fall --------------------------------------------------------------------------


def harmonic_rate(initial: Any, step: Any) -> Any:
    """Rate of the step that follows step number `step`: the first divided by 1, 2, 3, ...

    Source: Shor, Minimization Methods for Non-Differentiable Functions, chapter 2 (rates that
    tend to 0 while their sum does not converge).
    """
    return initial / (step + 1)


def geometric_reach(initial: Any, x: Any, ratio: Any) -> Any:
    """Longest way that L1 descent can go when every rate is `ratio` times the one before.

    initial: the first rate; ratio: strictly between 0 and 1.
    """
    return initial * absolute(x) / (1 - ratio)


# -- many points ------------------------------------------------------------------------------


def with_own_point(a: Any, b: Any, d: Any, own: Any) -> Any:
    """Targets of all points as a row: `own` is that of C, the chapter's own point."""
    return along("row", a=a, b=b, c=own, d=d)


def programme_variables(points: Any, inputs: Any) -> Any:
    """Variables of the linear programme of least absolute deviations.

    A coefficient for each input, an intercept, and for each point how far it lies above the
    plane and how far below.
    Source: Charnes, Cooper and Ferguson 1955.
    """
    return inputs + 1 + 2 * points
