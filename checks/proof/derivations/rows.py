"""Derive what is said of the rows of a sample: odds and probabilities from the loss they minimise.

All symbols are positive; the counts beside this file take both signs.
"""

from __future__ import annotations

from sympy import Eq, Expr, Symbol, diff, exp, log, simplify, solve


def log_odds(odds: Expr) -> Expr:
    """Minimise the mean log loss of labels of which odds / (1 + odds) are 1."""
    m, share = Symbol("m", real=True), odds / (1 + odds)
    ones, zeros = -log(1 / (1 + exp(-m))), -log(1 / (1 + exp(m)))
    slope = simplify(diff(share * ones + (1 - share) * zeros, m))
    u = Symbol("u", positive=True)
    (best,) = solve(simplify(slope.rewrite(exp).subs(m, log(u))), u)
    return log(best)


def probability(log_odds: Expr) -> Expr:
    """Solve for the probability that has those odds."""
    p = Symbol("p", positive=True)
    return solve(Eq(p / (1 - p), exp(log_odds)), p)[0]


def by_margin(label: Expr, order: int, probability: Expr) -> Expr:
    """Return that derivative of the log loss by the log-odds, at a probability.

    The loss is minus the logarithm of the probability that the label had.
    """
    m = Symbol("m", real=True)
    p = 1 / (1 + exp(-m))
    derivative = diff(-label * log(p) - (1 - label) * log(1 - p), m, order)
    return simplify(derivative.subs(m, log(probability / (1 - probability))))


def logistic_hessian(probability: Expr) -> Expr:
    """Differentiate the log loss by the log-odds twice."""
    return by_margin(Symbol("y", positive=True), 2, probability)
