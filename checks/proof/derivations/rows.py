"""Derive odds and probabilities from the loss that they minimise."""

from __future__ import annotations

from sympy import Eq, Expr, Symbol, diff, exp, log, simplify, solve

from checks.proof.steps import noted, signed


def log_odds(odds: Expr) -> Expr:
    """Minimise the mean log loss of labels with those odds of being 1."""
    m, u, share = Symbol("z", real=True), Symbol("u", positive=True), odds / (1 + odds)
    ones, zeros = -log(1 / (1 + exp(-m))), -log(1 / (1 + exp(m)))
    loss = noted("At one score z for all rows the mean loss is", share * ones + (1 - share) * zeros)
    slope = simplify(diff(loss, m))
    noted("It is least where its slope is zero", Eq(slope, 0))
    (best,) = solve(simplify(slope.rewrite(exp).subs(m, log(u))), u)
    return noted("Solved for the score", log(best))


@signed("log_odds")
def probability(log_odds: Expr) -> Expr:
    """Solve for the probability that has those odds."""
    p = Symbol("p", positive=True)
    meant = noted("Odds are the chance for over the chance against", Eq(p / (1 - p), exp(log_odds)))
    return noted("Solved for the chance", solve(meant, p)[0])


def by_margin(label: Expr, order: int, probability: Expr) -> Expr:
    """Return that derivative of the log loss by the log-odds, at a probability.

    The loss is minus the logarithm of the probability that the label had.
    """
    m = Symbol("z", real=True)
    p = noted("A score z gives the probability", 1 / (1 + exp(-m)))
    loss = -label * log(p) - (1 - label) * log(1 - p)
    noted("The loss is minus the logarithm of what the label was given", loss)
    derivative = simplify(diff(loss, m, order))
    noted(
        "Differentiated twice by the score" if order == 2 else "Differentiated by the score",
        derivative,
    )
    there = derivative.subs(m, log(probability / (1 - probability)))
    return noted("At the score of that probability", simplify(there))


def logistic_hessian(probability: Expr) -> Expr:
    """Differentiate the log loss by the log-odds twice."""
    return by_margin(Symbol("y", positive=True), 2, probability)
