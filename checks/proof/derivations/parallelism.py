"""Derive what each parallelism holds and waits for, from which tensors it splits."""

from __future__ import annotations

from sympy import Expr, Min, Rational, Symbol, solve


def gathered_layer_bytes(params: Expr, weight_bytes: Expr, layers: Expr) -> Expr:
    """Solve for one layer's weights, all layers alike; hold the present one and, if the model
    has one, the next."""
    layer = Symbol("layer")
    one = solve(layers * layer - params * weight_bytes, layer)[0]
    return Min(one + one, layers * one)


def bubble_fraction(stages: Expr, micro_batches: Expr) -> Expr:
    """Read the schedule: the last stage starts p-1 slots late, then works without a gap.

    In units of one micro-batch on one stage (forward and backward together), a stage is busy
    for m slots; from the first stage's start to the last stage's end there are m + p - 1.
    """
    start_of_last_stage = stages - 1
    busy = micro_batches
    whole = start_of_last_stage + busy
    return (whole - busy) / whole


def hiding_seconds(step_seconds: Expr, micro_batches: Expr) -> Expr:
    """Of a micro-batch's 2 + 4 FLOPs per parameter and token, backward does 4."""
    forward, backward = 2, 4
    return step_seconds / micro_batches * Rational(backward, forward + backward)
