"""Losses of a line with one learnable weight, their gradients, and descent on them.

The model is ŷ = m·x + b with b fixed. Throughout: m in units of y per unit of x; ŷ, y, b and the
residual r = y - ŷ in units of y; an L1 gradient in units of x, an L2 gradient in units of x times
those of y. A learning rate has whatever unit makes rate times gradient a weight.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import absolute, ceil, floor, maximum, minimum, where

# -- the model and its losses -----------------------------------------------------------------


def prediction(m: Any, x: Any, intercept: Any) -> Any:
    """Prediction ŷ of the line at x."""
    return m * x + intercept


def residual(y: Any, prediction: Any) -> Any:
    """What is left of the target after the prediction: positive when the prediction is too low."""
    return y - prediction


def l1_loss(residual: Any) -> Any:
    """Absolute error."""
    return absolute(residual)


def l2_loss(residual: Any) -> Any:
    """Squared error, without a factor of one half."""
    return residual**2


def minimiser(x: Any, y: Any, intercept: Any) -> Any:
    """Weight that puts the line through the point (x, y); x must not be 0."""
    return (y - intercept) / x


# -- slopes and gradients ---------------------------------------------------------------------


def _sign(value: Any) -> Any:
    return where(value > 0, 1, where(value < 0, -1, 0))


def absolute_value_slope(residual: Any) -> Any:
    """Slope of |r|: its derivative where it has one, and the subgradient 0 at r = 0."""
    return _sign(residual)


def squared_slope(residual: Any) -> Any:
    """Slope of r²."""
    return 2 * residual


def chain_rule(loss_by_residual: Any, prediction_by_weight: Any) -> Any:
    """Derivative of a loss by the weight: the product of three links, of which dr/dŷ is -1."""
    return -(loss_by_residual * prediction_by_weight)


def l1_gradient(x: Any, y: Any, prediction: Any) -> Any:
    """Derivative of |y - ŷ| by m at the prediction ŷ = m·x + b; the subgradient 0 at the kink."""
    return -(x * _sign(y - prediction))


def l2_gradient(x: Any, residual: Any) -> Any:
    """Derivative of r² by m, where r = y - (m·x + b)."""
    return -(2 * x * residual)


def subgradient_low(x: Any) -> Any:
    """Smallest subgradient of |y - (m·x + b)| by m at the kink.

    Source: Rockafellar, Convex Analysis, section 23.
    """
    return -absolute(x)


def subgradient_high(x: Any) -> Any:
    """Largest subgradient of |y - (m·x + b)| by m at the kink.

    Source: Rockafellar, Convex Analysis, section 23.
    """
    return absolute(x)


def stays_below(line_slope: Any) -> Any:
    """Whether a line through the kink of |r| with this slope stays on or below |r|: 1 or 0."""
    return where(absolute(line_slope) <= 1, 1, 0)


# -- descent ----------------------------------------------------------------------------------


def descend(weight: Any, rate: Any, gradient: Any) -> Any:
    """Weight after one step of gradient descent."""
    return weight - rate * gradient


def next_residual(residual: Any, rate: Any, x: Any, gradient: Any) -> Any:
    """Residual after a step of descent: the prediction moves by x times what the weight moves."""
    return residual + rate * x * gradient


def l1_step(rate: Any, x: Any) -> Any:
    """How far one step under the L1 loss moves the weight, wherever it stands off the kink."""
    return rate * absolute(x)


def distance(weight: Any, best: Any) -> Any:
    """Distance of a weight from the best one."""
    return absolute(weight - best)


def whole_steps(distance: Any, step_width: Any, tolerance: Any) -> Any:
    """How many whole L1 steps fit into the distance to the minimum.

    tolerance: distance by which the last one may miss and still count, so that the rounding of
    binary numbers does not turn a whole number of steps into one less.
    """
    return floor((distance + tolerance) / step_width)


def covered(step_count: Any, step_width: Any) -> Any:
    """Way that so many steps of one width cover."""
    return step_count * step_width


def rest(distance: Any, covered: Any, step_count: Any, arrival: Any) -> Any:
    """Distance left after the whole steps; 0 when the last of them lands.

    covered: the way of the whole steps; step_count: their number; arrival: the step that is at
    the minimum or past it.
    """
    return where(arrival <= step_count, 0, distance - covered)


def steps_to_minimum(distance: Any, step_width: Any, tolerance: Any) -> Any:
    """Steps until L1 descent with a fixed rate lands on the minimum or first jumps over it.

    tolerance: distance by which the last step may fall short and still land.
    """
    return ceil((distance - tolerance) / step_width)


def lands(step_count: Any, arrival: Any) -> Any:
    """Whether fixed-rate L1 descent lands on the minimum (1) or bounces around it for ever (0).

    step_count: whole steps in the distance; arrival: the step that is at the minimum or past it.
    It lands if that is one of the whole steps.
    """
    return where(arrival <= step_count, 1, 0)


def bounce_floor(rate: Any, x: Any) -> Any:
    """Value that the larger of the two losses of a bounce never falls below.

    The two lie on either side of the minimum and add up to rate times x squared.
    """
    return rate * x**2 / 2


def gap_after(distance: Any, step_width: Any, step_count: Any, rest: Any, step: Any) -> Any:
    """Distance from the minimum after `step` L1 steps with a fixed rate; negative beyond it.

    Falls by a step at a time while whole steps fit (step_count of them) and is the rest then;
    from there it alternates, if anything is left.
    """
    beyond = step - step_count
    odd = beyond - 2 * floor(beyond / 2)
    return where(
        step < step_count,
        distance - step * step_width,
        where(rest <= 0, 0, rest - step_width * odd),
    )


def weight_at(start: Any, best: Any, gap: Any) -> Any:
    """Weight at a distance `gap` from the best one, on the starting side; beyond it if negative."""
    return where(start < best, best - gap, best + gap)


def l2_contraction(rate: Any, x: Any) -> Any:
    """Factor by which one L2 step multiplies the distance to the minimum; negative: it crosses."""
    return 1 - 2 * rate * x**2


def l2_weight_after(start: Any, best: Any, contraction: Any, step: Any) -> Any:
    """Weight after `step` L2 steps with a fixed rate."""
    return best + (start - best) * contraction**step


def l2_residual_after(residual: Any, contraction: Any, step: Any) -> Any:
    """Residual after `step` L2 steps with a fixed rate, from the residual at the start.

    It shrinks like the distance of the weight, of which it is x times.
    """
    return residual * contraction**step


def l2_distance_after(distance: Any, contraction: Any, step: Any) -> Any:
    """Distance from the minimum after `step` L2 steps with a fixed rate."""
    return distance * absolute(contraction) ** step


def l2_rate_limit(x: Any) -> Any:
    """Rate from which on L2 descent with a fixed rate no longer converges."""
    return 1 / x**2


def next_harmonic_rate(previous: Any, initial: Any) -> Any:
    """Rate that follows `previous` in the schedule initial / (k + 1), k = 0, 1, ...

    Source: Shor, Minimization Methods for Non-Differentiable Functions, chapter 2 (rates that
    tend to 0 while their sum does not converge).
    """
    return previous * initial / (previous + initial)


def geometric_reach(initial: Any, x: Any, ratio: Any) -> Any:
    """Longest way that L1 descent can go when every rate is `ratio` times the one before.

    initial: the first rate; ratio: strictly between 0 and 1.
    """
    return initial * absolute(x) / (1 - ratio)


def reaches(distance: Any, reach: Any) -> Any:
    """Whether a distance is within reach: 1 or 0."""
    return where(distance <= reach, 1, 0)


# -- many points ------------------------------------------------------------------------------


def lower_middle(first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """The second smallest of four: the smallest among the larger ones of all pairs."""
    return minimum(
        minimum(
            minimum(
                minimum(
                    minimum(maximum(first, second), maximum(third, fourth)),
                    maximum(first, third),
                ),
                maximum(second, fourth),
            ),
            maximum(first, fourth),
        ),
        maximum(second, third),
    )


def upper_middle(first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """The second largest of four: the largest among the smaller ones of all pairs."""
    return maximum(
        maximum(
            maximum(
                maximum(
                    maximum(minimum(first, second), minimum(third, fourth)),
                    minimum(first, third),
                ),
                minimum(second, fourth),
            ),
            minimum(first, fourth),
        ),
        minimum(second, third),
    )


def median_with_one_more(lower: Any, upper: Any, added: Any) -> Any:
    """Median of an even number of values and one more.

    lower, upper: the two middle ones of the even number, lower <= upper. The added value is the
    median itself if it lies between them; from outside it can move the median no further.
    """
    return maximum(lower, minimum(upper, added))


def mean_of_two(first: Any, second: Any) -> Any:
    """Arithmetic mean of two."""
    return (first + second) / 2


def mean_of_four(first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """Arithmetic mean of four."""
    return (first + second + third + fourth) / 4


def mean_of_five(first: Any, second: Any, third: Any, fourth: Any, fifth: Any) -> Any:
    """Arithmetic mean of five."""
    return (first + second + third + fourth + fifth) / 5


def mean_l1_of_four(m: Any, x: Any, first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """Mean absolute error of the line at four points that share one x.

    first ... fourth: the weight that would put the line through each point.
    """
    return (
        absolute(x)
        * (absolute(first - m) + absolute(second - m) + absolute(third - m) + absolute(fourth - m))
        / 4
    )


def mean_l1_of_five(
    m: Any, x: Any, first: Any, second: Any, third: Any, fourth: Any, fifth: Any
) -> Any:
    """Mean absolute error of the line at five points that share one x.

    first ... fifth: the weight that would put the line through each point.
    """
    return (
        absolute(x)
        * (
            absolute(first - m) + absolute(second - m) + absolute(third - m)
            + absolute(fourth - m) + absolute(fifth - m)
        )
        / 5
    )  # fmt: skip


def programme_variables(points: Any, inputs: Any) -> Any:
    """Variables of the linear programme of least absolute deviations.

    A coefficient for each input, an intercept, and for each point how far it lies above the
    plane and how far below.
    Source: Charnes, Cooper and Ferguson 1955.
    """
    return inputs + 1 + 2 * points


# -- between L1 and L2, and beyond ------------------------------------------------------------


def huber_loss(residual: Any, threshold: Any) -> Any:
    """Huber's loss: r²/2 up to the threshold δ, then a line of slope δ.

    With c the smaller of |r| and δ, both pieces are c·(|r| - c/2).
    Source: Huber 1964, "Robust estimation of a location parameter"; torch.nn.HuberLoss.
    """
    return minimum(absolute(residual), threshold) * (
        absolute(residual) - minimum(absolute(residual), threshold) / 2
    )


def smooth_l1_loss(residual: Any, threshold: Any) -> Any:
    """Smooth L1: r²/(2β) below the threshold β, then a line of slope 1.

    With c the smaller of |r| and β, both pieces are c·(|r| - c/2)/β.
    Source: torch.nn.SmoothL1Loss; with β = 1, Girshick 2015 (Fast R-CNN), equation 3.
    """
    return (
        minimum(absolute(residual), threshold)
        * (absolute(residual) - minimum(absolute(residual), threshold) / 2)
        / threshold
    )


def huber_gradient(x: Any, residual: Any, threshold: Any) -> Any:
    """Derivative of Huber's loss by m: the residual, clipped at δ, times -x."""
    return -(x * maximum(-threshold, minimum(threshold, residual)))


def smooth_l1_gradient(x: Any, residual: Any, threshold: Any) -> Any:
    """Derivative of the smooth L1 loss by m: r/β, clipped at 1, times -x."""
    return -(x * maximum(-1, minimum(1, residual / threshold)))


def pinball_loss(residual: Any, quantile: Any) -> Any:
    """Pinball loss, whose minimiser over many points is a quantile; quantile: 0 to 1.

    Source: Koenker and Bassett 1978, "Regression quantiles".
    """
    return maximum(quantile * residual, (quantile - 1) * residual)


def pinball_odds(quantile: Any) -> Any:
    """How many times harder the pinball loss punishes a prediction too low than one too high."""
    return quantile / (1 - quantile)
