"""Gangs of GPUs: who can start, and what waiting holds."""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import floor, where


def jobs_that_start(free_gpus: Any, gpus_per_job: Any) -> Any:
    """Jobs that start at once when each gets all its GPUs or none."""
    return floor(free_gpus / gpus_per_job)


def held_per_job(free_gpus: Any, jobs: Any) -> Any:
    """GPUs that each of several equal jobs holds when they are handed out in turn."""
    return free_gpus / jobs


def deadlocked(held_per_job: Any, gpus_per_job: Any) -> Any:
    """Whether jobs that hold and wait can never start: 1 when none has all it wants."""
    return where(held_per_job < gpus_per_job, 1, 0)


def missing_gpus(held_per_job: Any, gpus_per_job: Any) -> Any:
    """GPUs that a job still waits for."""
    return gpus_per_job - held_per_job
