"""Derive losses, gradients and descent: differentiate, solve, minimise, sum the series."""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Dummy,
    Eq,
    Expr,
    Integer,
    Max,
    Min,
    Mod,
    Or,
    Piecewise,
    Rational,
    Symbol,
    cancel,
    ceiling,
    diff,
    expand,
    floor,
    integrate,
    limit,
    oo,
    rsolve,
    simplify,
    solve,
    sqrt,
    summation,
)
from sympy import Function as UndefinedFunction


class DisagreementError(ValueError):
    """Two derivations of one thing that do not arrive at the same."""


def prediction(m: Expr, x: Expr, intercept: Expr) -> Expr:
    """Solve: from (0, b) to (x, ŷ) the line rises m for each unit of x."""
    yhat = Symbol("yhat", real=True)
    return solve((yhat - intercept) / x - m, yhat)[0]


def residual(y: Expr, prediction: Expr) -> Expr:
    """Solve: prediction and residual make the target."""
    r = Symbol("r", real=True)
    return solve(prediction + r - y, r)[0]


def l1_loss(residual: Expr) -> Expr:
    """Length of a vector of one component."""
    return sqrt(residual**2)


def l2_loss(residual: Expr) -> Expr:
    """Integrate the slope 2t from a residual of 0 on."""
    t = Dummy("t")
    return integrate(2 * t, (t, 0, residual))


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
    return Piecewise((diff(Abs(t), t).subs(t, residual), residual > 0), (at_kink, Eq(residual, 0)),
                     (diff(Abs(t), t).subs(t, residual), True))  # fmt: skip


def l1_gradient(x: Expr, y: Expr, prediction: Expr) -> Expr:
    """Differentiate |y - (m·x + b)| directly and link by link; both must agree.

    Raises:
        DisagreementError: the chain rule and direct differentiation differ.
    """
    m, b = Dummy("m", real=True), Dummy("b", real=True)
    t, p = Dummy("t", real=True), Dummy("p", real=True)
    yhat = m * x + b
    directly = diff(Abs(y - yhat), m)
    links = diff(Abs(t), t).subs(t, y - yhat), diff(y - p, p), diff(yhat, m)
    linked = links[0] * links[1] * links[2]
    if simplify((directly - linked).rewrite(Piecewise)) != 0:
        raise DisagreementError(f"directly {directly}, by the chain rule {linked}")
    return _at_prediction(directly, m, b, x, prediction).rewrite(Piecewise)


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
    return (
        diff(loss_by_residual * r, r) * diff(y - p, p) * diff(prediction_by_weight * m + b, m)
    )  # fmt: skip


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


def descend(weight: Expr, rate: Expr, gradient: Expr) -> Expr:
    """Minimise the loss's tangent plus the squared way over twice the rate."""
    new = Dummy("m", real=True)
    tangent = gradient * (new - weight)
    return solve(diff(tangent + (new - weight) ** 2 / (2 * rate), new), new)[0]


def next_residual(residual: Expr, rate: Expr, x: Expr, gradient: Expr) -> Expr:
    """Descend, predict anew, and put the weight before the step in terms of its residual."""
    m, b, y = (Dummy(name, real=True) for name in "mby")
    after = y - (descend(m, rate, gradient) * x + b)
    return simplify(after.subs(m, (y - residual - b) / x))


def l1_step(rate: Expr, x: Expr) -> Expr:
    """The way from a weight to the next, on the branch where the prediction is too low."""
    m, y, b = Dummy("m"), Symbol("y"), Symbol("b")
    return Abs(descend(m, rate, diff(y - (m * x + b), m)) - m)


def distance(weight: Expr, best: Expr) -> Expr:
    """Length of the difference."""
    return sqrt((weight - best) ** 2)


def whole_steps(distance: Expr, step_width: Expr, tolerance: Expr) -> Expr:
    """The largest whole number of steps that the distance and the tolerance hold."""
    n = Symbol("n", positive=True)
    return floor(solve(n * step_width - distance - tolerance, n)[0])


def covered(step_count: Expr, step_width: Expr) -> Expr:
    """Sum the steps."""
    k = Symbol("k", integer=True)
    return summation(step_width, (k, 1, step_count))


def rest(distance: Expr, covered: Expr, step_count: Expr, arrival: Expr) -> Expr:
    """Solve: steps and rest are the distance; none is left if no step beyond them is needed."""
    q = Dummy("q", real=True)
    left = solve(covered + q - distance, q)[0]
    return Piecewise((left, arrival - step_count > 0), (0, True))


def steps_to_minimum(distance: Expr, step_width: Expr, tolerance: Expr) -> Expr:
    """The least whole number of steps that, with the tolerance, are as long as the distance."""
    n = Symbol("n", positive=True)
    return ceiling(solve(n * step_width + tolerance - distance, n)[0])


def lands(step_count: Expr, arrival: Expr) -> Expr:
    """It bounces if a step beyond the whole ones is needed to get there."""
    return Piecewise((0, arrival - step_count > 0), (1, True))


def bounce_floor(rate: Expr, x: Expr) -> Expr:
    """Minimise the larger of two losses by how the step is split between the two sides."""
    q = Dummy("q", positive=True)
    near, far = x * q, x * (l1_step(rate, x) - q)
    return near.subs(q, solve(near - far, q)[0])


def gap_after(distance: Expr, step_width: Expr, step_count: Expr, rest: Expr, step: Expr) -> Expr:
    """Solve the recurrence on the way there; then alternate with the period two.

    On the way e(k+1) = e(k) - w. A step from the rest leads to rest - w, one from there back.
    """
    k, e = Symbol("k", integer=True), UndefinedFunction("e")
    falling = rsolve(e(k + 1) - e(k) + step_width, e(k), {e(0): distance}).subs(k, step)
    here, there = rest, rest - step_width
    alternating = here + (there - here) * Mod(step - step_count, 2)
    return Piecewise((falling, step < step_count), (alternating, rest > 0), (0, True))


def weight_at(start: Expr, best: Expr, gap: Expr) -> Expr:
    """From the best weight go the gap along the unit vector towards the start."""
    unit = (start - best) / sqrt((start - best) ** 2)
    return Piecewise((best + gap, Eq(start, best)), (best + gap * unit, True))


def l2_contraction(rate: Expr, x: Expr) -> Expr:
    """Take one step on (y - (m·x + b))² and divide the distances after and before."""
    m, y, b = Dummy("m"), Symbol("y"), Symbol("b")
    after = descend(m, rate, diff((y - (m * x + b)) ** 2, m))
    best = (y - b) / x
    return cancel((after - best) / (m - best))


def l2_weight_after(start: Expr, best: Expr, contraction: Expr, step: Expr) -> Expr:
    """Solve the recurrence e(k+1) = ρ·e(k) of the signed distance from the best weight."""
    k, e = Symbol("k", integer=True), UndefinedFunction("e")
    solved = rsolve(e(k + 1) - contraction * e(k), e(k), {e(0): start - best})
    return best + expand(solved).subs(k, step)


def l2_residual_after(residual: Expr, contraction: Expr, step: Expr) -> Expr:
    """Take the residual of the weight that the recurrence of the weights leads to."""
    x, best = Symbol("x", positive=True), Symbol("best")
    after = l2_weight_after(best - residual / x, best, contraction, step)
    return simplify(x * (best - after))


def l2_distance_after(distance: Expr, contraction: Expr, step: Expr) -> Expr:
    """The same recurrence, for the size of the distance."""
    return l2_weight_after(distance, Integer(0), Abs(contraction), step)


def l2_rate_limit(x: Expr) -> Expr:
    """Solve: a step multiplies the distance by -1."""
    rate = Symbol("rate", positive=True)
    return solve(l2_contraction(rate, x) + 1, rate)[0]


def next_harmonic_rate(previous: Expr, initial: Expr) -> Expr:
    """With previous = initial/(k+1), solve for k and write down initial/(k+2)."""
    k = Dummy("k")
    before = solve(initial / (k + 1) - previous, k)[0]
    return initial / (before + 2)


def geometric_reach(initial: Expr, x: Expr, ratio: Expr) -> Expr:
    """Sum the steps' widths, a ratio below 1."""
    k, small = Symbol("k", integer=True), Symbol("small", positive=True)
    # With ratio = 1/(1 + small) the series converges for every small > 0.
    total = summation((1 / (1 + small)) ** k, (k, 0, oo))
    if isinstance(total, Piecewise):
        total = total.args[0][0]
    return initial * x * simplify(total).subs(small, 1 / ratio - 1)


def reaches(distance: Expr, reach: Expr) -> Expr:
    """Something is left of the reach, or nothing, when the distance is taken away."""
    return Piecewise((0, reach - distance < 0), (1, True))


def _inner(a: Expr, b: Expr, c: Expr, d: Expr) -> tuple[Expr, Expr]:
    """Sort both pairs: neither the smaller of the small nor the larger of the large is inner."""
    return Max(Min(a, b), Min(c, d)), Min(Max(a, b), Max(c, d))


def lower_middle(first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """The smaller of the two inner ones that sorting the pairs leaves."""
    return Min(*_inner(first, second, third, fourth))


def upper_middle(first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """The larger of the two inner ones that sorting the pairs leaves."""
    return Max(*_inner(first, second, third, fourth))


def median_with_one_more(lower: Expr, upper: Expr, added: Expr) -> Expr:
    """The slope of Σ|v - c| changes sign at the added value, or at the nearer of the middle two.

    Between the middle two as many values lie below as above, so the slope is that of |added - c|
    alone: downward before the added value, upward after it.
    """
    return Piecewise(
        (lower, Or(added <= lower, upper <= lower)), (upper, added >= upper), (added, True)
    )


def _least_squares(*values: Expr) -> Expr:
    c = Dummy("c", real=True)
    return solve(diff(sum((v - c) ** 2 for v in values), c), c)[0]


def mean_of_two(first: Expr, second: Expr) -> Expr:
    """What minimises the sum of squared distances."""
    return _least_squares(first, second)


def mean_of_four(first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """What minimises the sum of squared distances."""
    return _least_squares(first, second, third, fourth)


def mean_of_five(first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr) -> Expr:
    """What minimises the sum of squared distances."""
    return _least_squares(first, second, third, fourth, fifth)


def _mean_l1(m: Expr, x: Expr, *weights: Expr) -> Expr:
    """Rebuild each point from the weight of its line, and average the absolute residuals."""
    b = Symbol("b", real=True)
    targets = [w * x + b for w in weights]
    return sum(Abs(expand(y - (m * x + b))) for y in targets) * Rational(1, len(weights))


def mean_l1_of_four(m: Expr, x: Expr, first: Expr, second: Expr, third: Expr, fourth: Expr) -> Expr:
    """Average the absolute residuals of four rebuilt points."""
    return _mean_l1(m, x, first, second, third, fourth)


def mean_l1_of_five(
    m: Expr, x: Expr, first: Expr, second: Expr, third: Expr, fourth: Expr, fifth: Expr
) -> Expr:
    """Average the absolute residuals of five rebuilt points."""
    return _mean_l1(m, x, first, second, third, fourth, fifth)


def programme_variables(points: Expr, inputs: Expr) -> Expr:
    """Unknowns less equations leave as many free as there are coefficients and points."""
    n = Symbol("n", positive=True)
    return solve(n - points - (inputs + 1 + points), n)[0]


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
    return Piecewise((above, residual > threshold), (below, residual < -threshold),
                     (between, True))  # fmt: skip


def huber_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece."""
    return _by_weight(x, residual, threshold, Integer(1))


def smooth_l1_gradient(x: Expr, residual: Expr, threshold: Expr) -> Expr:
    """Differentiate Huber's loss piece by piece, over its threshold."""
    return _by_weight(x, residual, threshold, threshold)


def pinball_loss(residual: Expr, quantile: Expr) -> Expr:
    """Half of |r| tilted by the line (τ - ½)·r."""
    return Abs(residual) / 2 + (quantile - Rational(1, 2)) * residual


def pinball_odds(quantile: Expr) -> Expr:
    """Divide the slopes of the two arms of the tilted half of |r|."""
    r = Dummy("r", positive=True)
    t = Dummy("t", real=True)
    tilted = Abs(t) / 2 + (quantile - Rational(1, 2)) * t
    return simplify(diff(tilted.subs(t, r), r) / diff(tilted.subs(t, -r), r))
