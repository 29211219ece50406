"""Derive losses and gradients: differentiate, solve, minimise, integrate."""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Dummy,
    Eq,
    Expr,
    Integer,
    Piecewise,
    Rational,
    Symbol,
    diff,
    integrate,
    limit,
    simplify,
    solve,
)


class DisagreementError(ValueError):
    """Two derivations of one thing that do not arrive at the same."""


def minimiser(x: Expr, y: Expr, intercept: Expr) -> Expr:
    """Minimise the squared error: it has its only minimum where the absolute error has its own.

    Both are increasing functions of |r|, so what minimises the one minimises the other.
    """
    m = Dummy("m", real=True)
    return solve(diff((y - (m * x + intercept)) ** 2, m), m)[0]


# --8<-- [start:slope]
def absolute_value_slope(residual: Expr) -> Expr:
    """Differentiate |t| off 0; at 0 take the slope of the chords that lie even on both sides."""
    t, h = Dummy("t", real=True), Dummy("h", positive=True)
    at_kink = limit((Abs(h) - Abs(-h)) / (2 * h), h, 0)
    return Piecewise(
        (diff(Abs(t), t).subs(t, residual), residual > 0),
        (at_kink, Eq(residual, 0)),
        (diff(Abs(t), t).subs(t, residual), True),
    )


def l1_gradient(x: Expr, residual: Expr) -> Expr:
    """Differentiate |y - (m·x + b)| directly and link by link; both must agree.

    Raises:
        DisagreementError: the chain rule and direct differentiation differ.
    """
    m, b, y, t, p = (Dummy(name, real=True) for name in "mbytp")
    yhat = m * x + b
    directly = diff(Abs(y - yhat), m)
    links = diff(Abs(t), t).subs(t, y - yhat), diff(y - p, p), diff(yhat, m)
    linked = links[0] * links[1] * links[2]
    if simplify((directly - linked).rewrite(Piecewise)) != 0:
        raise DisagreementError(f"directly {directly}, by the chain rule {linked}")
    return _at_prediction(directly, m, b, x, y - residual).rewrite(Piecewise)


# --8<-- [end:slope]


def _at_prediction(gradient: Expr, m: Expr, b: Expr, x: Expr, prediction: Expr) -> Expr:
    """Return a gradient at the weight whose prediction is the given one."""
    return simplify(gradient.subs(m, (prediction - b) / x))


def squared_slope(residual: Expr) -> Expr:
    """Differentiate t²."""
    t = Dummy("t", real=True)
    return diff(t**2, t).subs(t, residual)


def chain_rule(loss_by_residual: Expr, prediction_by_weight: Expr) -> Expr:
    """Differentiate a loss of that slope, of a residual, of a prediction of that slope."""
    m, p, r = Dummy("m"), Dummy("p"), Dummy("r")
    y, b = Symbol("y"), Symbol("b")
    return diff(loss_by_residual * r, r) * diff(y - p, p) * diff(prediction_by_weight * m + b, m)


def l2_gradient(x: Expr, residual: Expr) -> Expr:
    """Differentiate (y - (m·x + b))² directly, at the weight whose prediction is y - r."""
    m, b, y = (Dummy(name, real=True) for name in "mby")
    return _at_prediction(diff((y - (m * x + b)) ** 2, m), m, b, x, y - residual)


def subgradient_low(x: Expr) -> Expr:
    """The slope from the left at the kink, where the loss at a distance t is |x·t|."""
    t = Dummy("t", real=True)
    return limit(Abs(x * t) / t, t, 0, "-")


def subgradient_high(x: Expr) -> Expr:
    """The slope from the right at the kink."""
    t = Dummy("t", real=True)
    return limit(Abs(x * t) / t, t, 0, "+")


def stays_below(line_slope: Expr) -> Expr:
    """c·r ≤ |r| for all r: both sides scale with |r|, so r = 1 and r = -1 decide."""
    sides = [line_slope * r <= abs(r) for r in (Integer(1), Integer(-1))]
    return Piecewise((1, And(*sides)), (0, True))


def _clipped(residual: Expr, threshold: Expr, inner: Expr, outer: Expr) -> Expr:
    """Integrate a slope from 0 to the residual: `inner` times t up to the threshold, then flat."""
    t = Dummy("t", positive=True)
    below = integrate(inner * t, (t, 0, residual))
    to_join = integrate(inner * t, (t, 0, threshold))
    beyond = integrate(outer, (t, threshold, residual))
    return Piecewise((below, residual <= threshold), (to_join + beyond, True))


def huber_loss(residual: Expr, threshold: Expr) -> Expr:
    """Integrate the slope t, held at the threshold from there on."""
    return _clipped(residual, threshold, Integer(1), threshold)


def smooth_l1_loss(residual: Expr, threshold: Expr) -> Expr:
    """Integrate the slope t/β, held at 1 from β on."""
    return _clipped(residual, threshold, 1 / threshold, Integer(1))


def _by_weight(x: Expr, residual: Expr, threshold: Expr, scale: Expr) -> Expr:
    """Differentiate the three pieces of Huber's loss over `scale` by m."""
    m, b, y = (Dummy(name, real=True) for name in "mby")
    r = y - (m * x + b)
    above, below, between = (
        _at_prediction(diff(piece, m), m, b, x, y - residual) / scale
        for piece in (threshold * (r - threshold / 2), threshold * (-r - threshold / 2), r**2 / 2)
    )
    return Piecewise((above, residual > threshold), (below, residual < -threshold), (between, True))


def huber_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece."""
    return _by_weight(x, residual, threshold, Integer(1))


def smooth_l1_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece, over its threshold."""
    return _by_weight(x, residual, threshold, threshold)


def pinball_loss(residual: Expr, quantile: Expr) -> Expr:
    """Half of |r| tilted by the line (τ - ½)·r."""
    return Abs(residual) / 2 + (quantile - Rational(1, 2)) * residual
