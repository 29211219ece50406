"""Derive losses and gradients: differentiate, solve, minimise, integrate."""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Integer,
    Integral,
    Piecewise,
    Rational,
    Symbol,
    diff,
    limit,
    simplify,
    solve,
)

from checks.proof.steps import noted, signed

M, B, Y, T, P = (Symbol(name, real=True) for name in ("m", "b", "y", "t", r"\hat y"))
"""The weight, the intercept, the target, a residual and a prediction, for any value."""


class DisagreementError(ValueError):
    """Two derivations of one thing that do not arrive at the same."""


@signed("x", "y", "intercept")
def minimiser(x: Expr, y: Expr, intercept: Expr) -> Expr:
    """Minimise the squared error: it has its only minimum where the absolute error has its own.

    Both are increasing functions of |r|, so what minimises the one minimises the other.
    """
    loss = noted("What minimises |r| minimises its square", (y - (M * x + intercept)) ** 2)
    noted("There the slope is zero", Eq(diff(loss, M), 0))
    return noted("Solved for the weight", solve(diff(loss, M), M)[0])


# --8<-- [start:slope]
@signed("residual")
def absolute_value_slope(residual: Expr) -> Expr:
    """Differentiate |t| off zero; at zero take the chords that lie even on both sides."""
    h = Symbol("h", positive=True)
    off_kink = noted("Off zero the slope of |t| is the sign", diff(Abs(T), T).subs(T, residual))
    chord = (Abs(h) - Abs(-h)) / (2 * h)
    at_kink = noted("At zero the chords even on both sides have the slope", limit(chord, h, 0))
    return Piecewise((at_kink, Eq(residual, 0)), (off_kink, True))


@signed("x", "residual")
def l1_gradient(x: Expr, residual: Expr) -> Expr:
    """Differentiate |y - (m·x + b)| directly and link by link; both must agree.

    Raises:
        DisagreementError: the chain rule and direct differentiation differ.
    """
    yhat = M * x + B
    directly = noted("Differentiated by the weight directly", diff(Abs(Y - yhat), M))
    links = diff(Abs(T), T).subs(T, Y - yhat), diff(Y - P, P), diff(yhat, M)
    noted("Link by link: loss by residual, that by prediction, that by weight", links)
    linked = links[0] * links[1] * links[2]
    if simplify((directly - linked).rewrite(Piecewise)) != 0:
        raise DisagreementError(f"directly {directly}, by the chain rule {linked}")
    at_residual = _at_prediction(directly, x, Y - residual)
    return noted("Both are the same; at the residual", at_residual).rewrite(Piecewise)


# --8<-- [end:slope]


def _at_prediction(gradient: Expr, x: Expr, prediction: Expr) -> Expr:
    """Return a gradient at the weight whose prediction is the given one."""
    return simplify(gradient.subs(M, (prediction - B) / x))


@signed("residual")
def squared_slope(residual: Expr) -> Expr:
    """Differentiate the square."""
    return noted("The slope of the square", diff(T**2, T).subs(T, residual))


@signed("loss_by_residual", "prediction_by_weight")
def chain_rule(loss_by_residual: Expr, prediction_by_weight: Expr) -> Expr:
    """Differentiate a loss of that slope, of a residual, of a prediction of that slope."""
    loss = loss_by_residual * (Y - (prediction_by_weight * M + B))
    noted("A loss of this slope, of the residual of a line of that slope", loss)
    return noted("Differentiated by the weight", diff(loss, M))


@signed("x", "residual")
def l2_gradient(x: Expr, residual: Expr) -> Expr:
    """Differentiate the squared error directly, at the weight that leaves the residual."""
    slope = noted("Differentiated by the weight", diff((Y - (M * x + B)) ** 2, M))
    return noted("At the weight that leaves the residual", _at_prediction(slope, x, Y - residual))


@signed("x")
def subgradient_low(x: Expr) -> Expr:
    """Take the slope from the left at the kink."""
    loss = noted("At a distance t from the kink the loss is", Abs(x * T))
    return noted("Its chords from the left have the slope", limit(loss / T, T, 0, "-"))


@signed("x")
def subgradient_high(x: Expr) -> Expr:
    """Take the slope from the right at the kink."""
    loss = noted("At a distance t from the kink the loss is", Abs(x * T))
    return noted("Its chords from the right have the slope", limit(loss / T, T, 0, "+"))


@signed("line_slope")
def stays_below(line_slope: Expr) -> Expr:
    """Compare the line with |r| on either side; both scale with |r|, so one point each decides."""
    sides = [line_slope * r <= abs(r) for r in (Integer(1), Integer(-1))]
    noted("Line and |r| both scale with |r|, so a point on either side decides", sides)
    return Piecewise((1, And(*sides)), (0, True))


def _clipped(residual: Expr, threshold: Expr, inner: Expr, outer: Expr) -> Expr:
    """Integrate a slope from 0 to the size of the residual: up to the threshold, then flat."""
    t = Symbol("t", positive=True)
    size = Symbol("c", positive=True)
    noted("Up to the threshold the loss has this slope, beyond it that one", [inner * t, outer])
    below = Integral(inner * t, (t, 0, size)).doit()
    noted("Integrated up to a residual of size c below the threshold", below)
    beyond = Integral(inner * t, (t, 0, threshold)).doit() + outer * (size - threshold)
    noted("and beyond it", beyond)
    return Piecewise((below, size <= threshold), (beyond, True)).subs(size, Abs(residual))


@signed("residual")
def huber_loss(residual: Expr, threshold: Expr) -> Expr:
    """Integrate a slope that grows up to the threshold and stays there."""
    return _clipped(residual, threshold, Integer(1), threshold)


@signed("residual")
def smooth_l1_loss(residual: Expr, threshold: Expr) -> Expr:
    """Integrate a slope that reaches 1 at the threshold and stays there."""
    return _clipped(residual, threshold, 1 / threshold, Integer(1))


def _by_weight(x: Expr, residual: Expr, threshold: Expr, scale: Expr) -> Expr:
    """Differentiate the three pieces of Huber's loss over `scale` by m."""
    r = Y - (M * x + B)
    losses = [threshold * (r - threshold / 2), threshold * (-r - threshold / 2), r**2 / 2]
    pieces = [piece / scale for piece in losses]
    noted("The loss has three pieces: above the threshold, below minus it, between", pieces)
    above, below, between = (_at_prediction(diff(p, M), x, Y - residual) for p in pieces)
    noted("Each differentiated by the weight, at the residual", [above, below, between])
    return Piecewise((above, residual > threshold), (below, residual < -threshold), (between, True))


@signed("x", "residual")
def huber_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece."""
    return _by_weight(x, residual, threshold, Integer(1))


@signed("x", "residual")
def smooth_l1_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece, over its threshold."""
    return _by_weight(x, residual, threshold, threshold)


@signed("residual")
def pinball_loss(residual: Expr, quantile: Expr) -> Expr:
    """Tilt half of |r| by a line until its slopes are the quantile and what is missing to 1."""
    tilt = Symbol("k", real=True)
    slopes = Rational(1, 2) + tilt, Rational(1, 2) - tilt
    noted("Half of |r| and a line of slope k fall to zero at these rates on the two sides", slopes)
    found = noted("They are the quantile and the rest at", solve(Eq(slopes[0], quantile), tilt)[0])
    return noted("so the loss is", Abs(residual) / 2 + found * residual)
