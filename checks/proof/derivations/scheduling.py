"""Derive who can start from how GPUs are handed out."""

from __future__ import annotations

from sympy import Expr, Min, Piecewise, Symbol, floor, solve


def jobs_that_start(free_gpus: Expr, gpus_per_job: Expr, jobs: Expr) -> Expr:
    """The largest whole number of gangs within what is free, if there are so many jobs."""
    j = Symbol("j", positive=True)
    room = floor(solve(j * gpus_per_job - free_gpus, j)[0])
    return Piecewise((room, room < jobs), (jobs, True))


def held_per_job(free_gpus: Expr, jobs: Expr, gpus_per_job: Expr) -> Expr:
    """Solve: equal holdings use up what is free; whole GPUs, and no job takes more than all."""
    x = Symbol("x", positive=True)
    return Min(floor(solve(x * jobs - free_gpus, x)[0]), gpus_per_job)


def handed_out(free_gpus: Expr, jobs: Expr, gpus_per_job: Expr) -> Expr:
    """The first holds most, a GPU for every round begun; all others hold no more than it."""
    turns_of_the_first = -floor(-free_gpus / jobs)
    nobody_can = free_gpus < gpus_per_job
    return Piecewise((2, nobody_can), (1, turns_of_the_first >= gpus_per_job), (0, True))
