"""Derive what each parallelism waits for, from its schedule."""

from __future__ import annotations

from sympy import Expr

from checks.proof.steps import noted


def bubble_fraction(stages: Expr, micro_batches: Expr) -> Expr:
    """Read the schedule: the last stage starts late, then works without a gap.

    In units of one micro-batch on one stage, forward and backward together.
    """
    waiting = noted("The first micro-batch reaches the last stage after as many slots", stages - 1)
    whole = noted("There it works without a gap, so the step lasts", waiting + micro_batches)
    return noted("Idle slots over all", (whole - micro_batches) / whole)
