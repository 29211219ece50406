"""Derive who can start from how GPUs are handed out."""

from __future__ import annotations

from sympy import Expr, Piecewise, Symbol, floor, solve


def jobs_that_start(free_gpus: Expr, gpus_per_job: Expr) -> Expr:
    """The largest whole number of gangs within what is free."""
    j = Symbol("j", positive=True)
    return floor(solve(j * gpus_per_job - free_gpus, j)[0])


def held_per_job(free_gpus: Expr, jobs: Expr) -> Expr:
    """Solve: equal holdings use up what is free."""
    x = Symbol("x", positive=True)
    return solve(x * jobs - free_gpus, x)[0]


def missing_gpus(held_per_job: Expr, gpus_per_job: Expr) -> Expr:
    """Solve: what is held and what is missing make a gang."""
    x = Symbol("x")
    return solve(x + held_per_job - gpus_per_job, x)[0]


def deadlocked(held_per_job: Expr, gpus_per_job: Expr) -> Expr:
    """Every job still misses something, and nobody gives anything back."""
    return Piecewise((1, missing_gpus(held_per_job, gpus_per_job) > 0), (0, True))
