"""Derive costs by integrating over time."""

from __future__ import annotations

from sympy import Expr, Symbol, integrate, summation


def gpu_time(gpus: Expr, seconds: Expr) -> Expr:
    """Sum over the GPUs the time that each is held."""
    i = Symbol("i", integer=True)
    return summation(seconds, (i, 1, gpus))


def cost(gpu_seconds: Expr, price: Expr) -> Expr:
    """Integrate the price over the time."""
    t = Symbol("t")
    return integrate(price, (t, 0, gpu_seconds))
