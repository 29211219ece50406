"""Derive what exact greedy and histograms cost: sum levels, solve for what is asked."""

from __future__ import annotations

import sympy
from sympy import Eq, Expr, Sum, Symbol, simplify, solve

from checks.proof.steps import noted

LEVEL, D = Symbol("l", integer=True), Symbol("D", integer=True, positive=True)


def sort_comparisons(rows: Expr, features: Expr) -> Expr:
    """Count the passes of a merge sort, whose runs double until one holds all rows."""
    k = Symbol("k", positive=True)
    grown = noted("After k passes sorted runs are so long; the last makes one", Eq(2**k, rows))
    passes = noted("so there are as many passes", solve(grown, k)[0])
    return noted(
        "Each looks at all rows of all features", sympy.expand_log(features * rows * passes)
    )


def histograms_filled(depth: Expr) -> Expr:
    """Add to the root's one for each pair of siblings, on each level that splits again."""
    pairs = Sum(2**LEVEL / 2, (LEVEL, 1, D - 1))
    noted("Of two siblings the smaller is filled, the other a difference", pairs.subs(D, depth))
    return noted("With the root's own", simplify(1 + pairs.doit()).subs(D, depth))


def full_leaves(depth: Expr) -> Expr:
    """Solve the recurrence: every level has twice the nodes of the one above it."""
    n = Symbol("n", integer=True)
    nodes = sympy.Function("N")
    rule = noted("Each node has two children", Eq(nodes(n + 1), 2 * nodes(n)))
    return noted(
        "From a single root",
        sympy.rsolve(rule.lhs - rule.rhs, nodes(n), {nodes(0): 1}).subs(n, depth),
    )


def full_splits(depth: Expr) -> Expr:
    """Sum the nodes of all levels above the leaves."""
    nodes = Sum(2**LEVEL, (LEVEL, 0, D - 1))
    noted("Every node above the leaves is a split", nodes.subs(D, depth))
    return noted("Summed", simplify(nodes.doit()).subs(D, depth))
