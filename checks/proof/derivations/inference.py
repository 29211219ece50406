"""Derive serving bounds from what a step must read and compute."""

from __future__ import annotations

from sympy import Expr, Max, Min, Symbol, floor, solve


def instances_per_gpu(
    compute_slices: Expr, memory_slices: Expr, slice_compute: Expr, slice_memory: Expr
) -> Expr:
    """The largest whole n with n instances' slices within both kinds."""
    n = Symbol("n", positive=True)
    by_compute = solve(n * slice_compute - compute_slices, n)[0]
    by_memory = solve(n * slice_memory - memory_slices, n)[0]
    return floor(Min(by_compute, by_memory))


def decode_step_seconds(
    weights: Expr, memory_bandwidth: Expr, params: Expr, batch: Expr, peak_flops: Expr
) -> Expr:
    """Reading and computing overlap at best: the later of the two ends the step."""
    multiply_add = 2
    t = Symbol("t", positive=True)
    reading = solve(memory_bandwidth * t - weights, t)[0]
    computing = solve(peak_flops * t - multiply_add * params * batch, t)[0]
    return Max(reading, computing)


def ridge_batch(weights: Expr, memory_bandwidth: Expr, params: Expr, peak_flops: Expr) -> Expr:
    """Solve: computing takes as long as reading."""
    b = Symbol("b", positive=True)
    return solve(2 * params * b / peak_flops - weights / memory_bandwidth, b)[0]
