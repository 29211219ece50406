"""Derive checkpoint intervals by minimising what they cost."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, diff, exp, integrate, series, solve, sqrt


def waste_fraction(write_seconds: Expr, interval: Expr, mtbf: Expr) -> Expr:
    """Expand the exact expected run time to first order in 1/M, and take the time lost.

    A failure is equally likely anywhere in an interval, so it costs half of one on average;
    the expansion gives the same, with the writes' own share of the loss left out.
    """
    x = Symbol("x", positive=True)
    lost_per_failure = integrate(x / interval, (x, 0, interval))
    return write_seconds / interval + lost_per_failure / mtbf


def young_interval_seconds(write_seconds: Expr, mtbf: Expr) -> Expr:
    """Set the derivative of the first-order waste by the interval to zero."""
    tau = Symbol("tau", positive=True)
    (best,) = solve(diff(waste_fraction(write_seconds, tau, mtbf), tau), tau)
    return best


def stretch(write_seconds: Expr, interval: Expr, mtbf: Expr, restart_seconds: Expr) -> Expr:
    """Solve the renewal equation of one segment, failures memoryless.

    A segment needs T = interval + write without a failure. Its expected time E satisfies
    E = T·P(no failure) + ∫ (t + D + E)·f(t) dt, where D is the expected time to get through
    a restart of length R that failures may also hit: D = R·P + ∫ (t + D)·f(t) dt.
    """
    t = Symbol("t", positive=True)
    density = exp(-t / mtbf) / mtbf
    D, E = Symbol("D"), Symbol("E")

    def solved(unknown: Expr, length: Expr, after: Expr) -> Expr:
        meets = integrate(density, (t, 0, length))
        time_spent = integrate(t * density, (t, 0, length))
        passes = exp(-length / mtbf)
        return solve(length * passes + time_spent + (after + unknown) * meets - unknown, unknown)[0]

    restart = solved(D, restart_seconds, Rational(0))
    return solved(E, interval + write_seconds, restart) / interval


def stretch_without_checkpoints(work_seconds: Expr, mtbf: Expr) -> Expr:
    """One segment as long as the work, nothing to write, no time to come back."""
    return stretch(Rational(0), work_seconds, mtbf, Rational(0))


def daly_interval_seconds(write_seconds: Expr, mtbf: Expr) -> Expr:
    """Set the derivative of the exact stretch to zero and solve it as a series in √(δ/2M).

    With u = (τ+δ)/M the condition is (1 - u + δ/M)·e^u = 1. Writing δ = 2Mz², the interval is
    M·(2z + c₂z² + c₃z³) and the coefficients follow order by order.
    """
    z = Symbol("z", positive=True)
    c2, c3 = Symbol("c2"), Symbol("c3")
    interval = 2 * z + c2 * z**2 + c3 * z**3
    condition = (1 - interval) * exp(interval + 2 * z**2) - 1
    terms = series(condition, z, 0, 5).removeO()
    first = solve(terms.coeff(z, 3), c2)[0]
    third = solve(terms.coeff(z, 4).subs(c2, first), c3)[0]
    x = sqrt(write_seconds / (2 * mtbf))
    # c₂z² is -δ plus the term in √(δ/2M); Daly groups them so.
    return mtbf * (2 * x + first * x**2 + third * x**3)


def completion_probability(work_seconds: Expr, mtbf: Expr) -> Expr:
    """Integrate the density of the first failure beyond the end of the work."""
    from sympy import oo

    t = Symbol("t", positive=True)
    return integrate(exp(-t / mtbf) / mtbf, (t, work_seconds, oo))


def expected_loss_seconds(interval: Expr, write_seconds: Expr) -> Expr:
    """Average the time since the last checkpoint began, uniform over a period."""
    x = Symbol("x", positive=True)
    period = interval + write_seconds
    return integrate(x / period, (x, 0, period))
