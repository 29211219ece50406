"""The losses of one data point and their gradients: L1, L2, Huber and smooth L1.

Everything here is plain arithmetic on numbers, so `fractions.Fraction` inputs give exact
results. The model throughout is a line with one learnable weight, yhat = m x + intercept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

Real = int | float | Fraction

INTERCEPT = 4
"""The chapter's fixed intercept, in the units of y. It is given, not learnt."""


def require_finite(**values: Real) -> None:
    """Return nothing; raise ValueError naming the first of `values` that is not finite."""
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}; it must be a finite number")


def sign(value: Real) -> int:
    """Return -1, 0 or +1: the sign of `value` (any unit), with sign(0) = 0."""
    require_finite(value=value)
    return (value > 0) - (value < 0)


def magnitude(value: Real) -> Real:
    """Return |value|, in its own unit."""
    return value if value >= 0 else -value


def predict(m: Real, x: Real, intercept: Real = INTERCEPT) -> Real:
    """Return the prediction yhat = m x + intercept, in the units of y.

    `m` is the weight (units of y per unit of x), `x` the input (its own unit) and
    `intercept` the prediction at an input of zero (units of y). ValueError if one is not finite.
    """
    require_finite(m=m, x=x, intercept=intercept)
    return m * x + intercept


# --8<-- [start:l1_loss]
def l1_loss(y: Real, yhat: Real) -> Real:
    """Return the absolute error |y - yhat|, in the units of y."""
    require_finite(y=y, yhat=yhat)
    return magnitude(y - yhat)


def l2_loss(y: Real, yhat: Real) -> Real:
    """Return the squared error `(y - yhat)**2`, in the square of the units of y.

    The plain square: with `(y - yhat)**2 / 2` the factor of every L2 gradient would cancel.
    """
    require_finite(y=y, yhat=yhat)
    residual = y - yhat
    return residual * residual


# --8<-- [end:l1_loss]


# --8<-- [start:subgradient]
def absolute_value_subdifferential(residual: Real) -> tuple[int, int]:
    """Return (lowest, highest) slope of a line that touches |r| at `residual` and stays below.

    Away from zero there is one such slope, the derivative. At zero every slope from minus one
    to one will do: they are the subdifferential (Rockafellar, Convex Analysis, section 23).
    `residual` is y - yhat in the units of y; the slopes have no unit.
    """
    slope = sign(residual)
    return (slope, slope) if slope else (-1, 1)


def l1_subdifferential(m: Real, x: Real, y: Real, intercept: Real = INTERCEPT) -> tuple[Real, Real]:
    """Return (lowest, highest) subgradient of |y - (m x + intercept)| with respect to m.

    Both are in the units of x. Away from the kink they are equal, and are the gradient; at
    the kink they are -|x| and +|x|. The interval contains zero exactly when m is a minimiser.
    """
    low, high = absolute_value_subdifferential(y - predict(m, x, intercept))
    ends = (-x * low, -x * high)
    return min(ends), max(ends)


# --8<-- [end:subgradient]


# --8<-- [start:chain_rule]
@dataclass(frozen=True)
class ChainRule:
    """The links of dL/dm and their product, for one point under the L1 loss."""

    residual: Real
    """r = y - yhat, in the units of y."""
    loss_by_residual: int
    """dL/dr = sign(r): no unit. At the kink, the subgradient zero."""
    residual_by_prediction: int
    """dr/dyhat, which is minus one: no unit."""
    prediction_by_weight: Real
    """dyhat/dm = x, in the units of x."""
    loss_by_weight: Real
    """dL/dm, the product of the links, in the units of x."""


def l1_chain_rule(m: Real, x: Real, y: Real, intercept: Real = INTERCEPT) -> ChainRule:
    """Return the chain rule of |y - (m x + intercept)| with respect to m, link by link.

    Units as in `predict`; `y` is the target. ValueError if an argument is not finite.
    """
    residual = y - predict(m, x, intercept)
    links = sign(residual), -1, x
    return ChainRule(residual, *links, loss_by_weight=links[0] * links[1] * links[2])


def l1_gradient(m: Real, x: Real, y: Real, intercept: Real = INTERCEPT) -> Real:
    """Return d|y - yhat|/dm = -x sign(y - yhat), in the units of x; zero at the kink."""
    return l1_chain_rule(m, x, y, intercept).loss_by_weight


def l2_gradient(m: Real, x: Real, y: Real, intercept: Real = INTERCEPT) -> Real:
    """Return the same of the L2 loss, `-2 * x * (y - yhat)`, in units of x times those of y."""
    return -2 * x * (y - predict(m, x, intercept))


# --8<-- [end:chain_rule]


# --8<-- [start:huber]
def huber_loss(residual: Real, delta: Real) -> Real:
    """Return Huber's loss: `r**2 / 2` up to |r| = delta, then `delta * (abs(r) - delta / 2)`.

    `residual` and `delta` (positive) are in the units of y, the loss in their square.
    Huber, "Robust estimation of a location parameter" (1964); `torch.nn.HuberLoss`.
    """
    _require_positive(delta=delta)
    require_finite(residual=residual)
    size = magnitude(residual)
    return residual * residual / 2 if size <= delta else delta * (size - delta / 2)


def smooth_l1_loss(residual: Real, beta: Real) -> Real:
    """Return smooth L1: `r**2 / (2 * beta)` up to |r| = beta, then `abs(r) - beta / 2`.

    It is Huber's loss divided by its threshold, so its slope far out is one for every `beta`,
    where Huber's is delta. `residual` and `beta` are in the units of y, and so is the loss.
    A beta of zero is the L1 loss itself, as in `torch.nn.SmoothL1Loss`; a negative one is a
    ValueError.
    """
    if beta == 0:
        return l1_loss(residual, 0)
    return huber_loss(residual, beta) / beta


def huber_gradient_by_residual(residual: Real, delta: Real) -> Real:
    """Return the derivative of Huber's loss: the residual clipped to [-delta, delta].

    `residual` and `delta` (positive) are in the units of y, and so is the derivative.
    """
    _require_positive(delta=delta)
    require_finite(residual=residual)
    return max(-delta, min(delta, residual))


def smooth_l1_gradient_by_residual(residual: Real, beta: Real) -> Real:
    """Return the derivative of smooth L1: residual / beta, clipped at one in size; no unit.

    At a beta of zero it is the sign of the residual, with the subgradient zero at the kink.
    """
    if beta == 0:
        return sign(residual)
    return huber_gradient_by_residual(residual, beta) / beta


# --8<-- [end:huber]


def huber_gradient(m: Real, x: Real, y: Real, delta: Real, intercept: Real = INTERCEPT) -> Real:
    """Return the derivative of Huber's loss of the line with respect to m.

    In the units of x times those of y; `delta` (> 0) is in the units of y.
    """
    return -x * huber_gradient_by_residual(y - predict(m, x, intercept), delta)


def smooth_l1_gradient(m: Real, x: Real, y: Real, beta: Real, intercept: Real = INTERCEPT) -> Real:
    """Return the derivative of the smooth L1 loss of the line with respect to m.

    In the units of x; `beta` (>= 0) is in the units of y.
    """
    return -x * smooth_l1_gradient_by_residual(y - predict(m, x, intercept), beta)


def _require_positive(**values: Real) -> None:
    for name, value in values.items():
        require_finite(**{name: value})
        if value <= 0:
            raise ValueError(f"{name} is {value}; it must be greater than 0")
