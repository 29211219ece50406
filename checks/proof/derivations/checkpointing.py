"""Derive checkpoint intervals by minimising what they cost."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Integral,
    Rational,
    Symbol,
    diff,
    exp,
    integrate,
    oo,
    series,
    solve,
    sqrt,
)

from checks.proof.steps import noted


def waste_fraction(write_seconds: Expr, interval: Expr, mtbf: Expr) -> Expr:
    """Add what is written in an interval to what a failure loses of it on average."""
    x = Symbol("x", positive=True)
    writing = noted("Each interval ends in a write, of this share", write_seconds / interval)
    lost = Integral(x / interval, (x, 0, interval))
    noted("A failure is as likely at any moment x; on average it loses", Eq(lost, lost.doit()))
    return noted(
        "Failures come their mean time apart; lost in all is", writing + lost.doit() / mtbf
    )


def young_interval_seconds(write_seconds: Expr, mtbf: Expr) -> Expr:
    """Set the derivative of the first-order waste by the interval to zero."""
    tau = Symbol("tau", positive=True)
    slope = diff(waste_fraction(write_seconds, tau, mtbf), tau)
    noted("Where the waste is least its slope is zero", Eq(slope, 0))
    return noted("Solved for the interval", solve(slope, tau)[0])


def stretch(write_seconds: Expr, interval: Expr, mtbf: Expr, restart_seconds: Expr) -> Expr:
    """Solve the renewal equation of one segment, failures memoryless.

    A segment needs T = interval + write without a failure. Its expected time E satisfies
    E = T·P(no failure) + ∫ (t + D + E)·f(t) dt, where D is the expected time to get through
    a restart of length R that failures may also hit: D = R·P + ∫ (t + D)·f(t) dt.
    """
    t = Symbol("t", positive=True)
    density = noted("A failure at the moment t has the density", exp(-t / mtbf) / mtbf)
    D, E = Symbol("D"), Symbol("E")

    def solved(unknown: Expr, length: Expr, after: Expr, words: str) -> Expr:
        meets = integrate(density, (t, 0, length))
        time_spent = integrate(t * density, (t, 0, length))
        passes = exp(-length / mtbf)
        whole = length * passes + time_spent + (after + unknown) * meets
        return noted(words, solve(whole - unknown, unknown)[0], str(unknown))

    restart = solved(
        D,
        restart_seconds,
        Rational(0),
        "To come back takes a restart without a failure, or the time to one and all anew; solved",
    )
    segment = solved(
        E,
        interval + write_seconds,
        restart,
        "A segment is worked and written without a failure, or comes back and starts anew; solved",
    )
    return noted("Over the work of a segment", segment / interval)


def stretch_without_checkpoints(work_seconds: Expr, mtbf: Expr) -> Expr:
    """Take one segment as long as the work, nothing to write, no time to come back."""
    return stretch(Rational(0), work_seconds, mtbf, Rational(0))


def daly_interval_seconds(write_seconds: Expr, mtbf: Expr) -> Expr:
    """Set the derivative of the exact stretch to zero and solve it as a series in √(δ/2M).

    With u = (τ+δ)/M the condition is (1 - u + δ/M)·e^u = 1. Writing δ = 2Mz², the interval is
    M·(2z + c₂z² + c₃z³) and the coefficients follow order by order.
    """
    tau, z = Symbol("tau", positive=True), Symbol("z", positive=True)
    c2, c3 = Symbol("c_2"), Symbol("c_3")
    zero = diff(stretch(write_seconds, tau, mtbf, Rational(0)), tau) * tau**2 / mtbf
    noted("The exact stretch has no slope where", Eq(zero.expand(), 0))
    interval = noted(
        "Sought as a series in z, the root of half the write, all over M",
        2 * z + c2 * z**2 + c3 * z**3,
    )
    condition = zero.subs({tau: interval * mtbf, write_seconds: 2 * mtbf * z**2})
    terms = series(condition.simplify(), z, 0, 5).removeO()
    first = solve(terms.coeff(z, 3), c2)[0]
    third = solve(terms.coeff(z, 4).subs(c2, first), c3)[0]
    noted("Order by order the coefficients are", [Eq(c2, first), Eq(c3, third)])
    x = sqrt(write_seconds / (2 * mtbf))
    return noted("With z put back", mtbf * (2 * x + first * x**2 + third * x**3))


def completion_probability(work_seconds: Expr, mtbf: Expr) -> Expr:
    """Integrate the density of the first failure beyond the end of the work."""
    t = Symbol("t", positive=True)
    density = noted("The first failure comes at t with the density", exp(-t / mtbf) / mtbf)
    return noted("It comes after the work", integrate(density, (t, work_seconds, oo)))


def expected_loss_seconds(interval: Expr, write_seconds: Expr) -> Expr:
    """Average the time since the last checkpoint began, uniform over a period."""
    x = Symbol("x", positive=True)
    period = noted("From checkpoint to checkpoint it takes", interval + write_seconds)
    lost = Integral(x / period, (x, 0, period))
    return noted("All since its start is lost, on average", lost.doit().factor())
