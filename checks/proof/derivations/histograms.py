"""Derive what exact greedy and histograms cost: sum levels, solve for what is asked."""

from __future__ import annotations

import sympy
from sympy import Eq, Expr, Symbol, simplify, solve, summation


def sort_comparisons(rows: Expr, features: Expr) -> Expr:
    """Merge sort: log₂ n passes, each comparing every row once, for every feature."""
    passes = Symbol("k", positive=True)
    # After k passes runs are 2^k long; the last pass makes one of all rows.
    (count,) = solve(Eq(2**passes, rows), passes)
    return sympy.expand_log(features * rows * count)


def sketch_error(max_bin: Expr, sketch_factor: Expr) -> Expr:
    """Solve: a sketch of that error tells as many places apart as there are fine bins."""
    eps = Symbol("eps", positive=True)
    return solve(eps * max_bin * sketch_factor - 1, eps)[0]


def histograms_filled(depth: Expr) -> Expr:
    """The root's, and on each level that splits again one for each pair of siblings."""
    level, D = Symbol("l", integer=True), Symbol("D", integer=True, positive=True)
    pairs = summation(2**level / 2, (level, 1, D - 1))
    return simplify(1 + pairs).subs(D, depth)


def full_leaves(depth: Expr) -> Expr:
    """Solve the recurrence: every level has twice the nodes of the one above it."""
    n = Symbol("n", integer=True)
    nodes = sympy.Function("nodes")
    return sympy.rsolve(nodes(n + 1) - 2 * nodes(n), nodes(n), {nodes(0): 1}).subs(n, depth)


def full_splits(depth: Expr) -> Expr:
    """Sum the nodes of all levels above the leaves."""
    level, D = Symbol("l", integer=True), Symbol("D", integer=True, positive=True)
    return simplify(summation(2**level, (level, 0, D - 1))).subs(D, depth)


def small_gradient_factor(top_rate: Expr, other_rate: Expr) -> Expr:
    """Solve: the drawn rows, enlarged, stand for all rows outside the top."""
    n, factor = Symbol("n", positive=True), Symbol("factor", positive=True)
    drawn, outside = other_rate * n, n - top_rate * n
    return simplify(solve(drawn * factor - outside, factor)[0])
