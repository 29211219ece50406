"""Derive serving bounds from what a step must read and compute."""

from __future__ import annotations

from sympy import Eq, Expr, Symbol, solve

from checks.proof.steps import noted


def ridge_batch(weights: Expr, memory_bandwidth: Expr, params: Expr, peak_flops: Expr) -> Expr:
    """Solve for the batch at which computing takes as long as reading."""
    b = Symbol("b", positive=True)
    reading = noted("A step reads all weights, whatever the batch", weights / memory_bandwidth)
    computing = noted(
        "It multiplies and adds each weight for every sequence", 2 * params * b / peak_flops
    )
    return noted("They take equally long at", solve(Eq(computing, reading), b)[0])
