"""Gangs of GPUs: who can start, and what waiting holds."""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import ceil, floor, minimum, where


def jobs_that_start(free_gpus: Any, gpus_per_job: Any, jobs: Any) -> Any:
    """Jobs, of those that there are, that start when each gets all its GPUs or none."""
    return minimum(jobs, floor(free_gpus / gpus_per_job))


def held_per_job(free_gpus: Any, jobs: Any, gpus_per_job: Any) -> Any:
    """GPUs that each of several equal jobs holds at least, when they are handed out in turn."""
    return minimum(gpus_per_job, floor(free_gpus / jobs))


def handed_out(free_gpus: Any, jobs: Any, gpus_per_job: Any) -> Any:
    """Verdict on handing GPUs out in turn: 1 where a job gets all that it wants, and runs.

    Otherwise 0, a deadlock: jobs hold and wait, and none can start; and 2 where there are too
    few GPUs for even one job.
    """
    starts = where(ceil(free_gpus / jobs) >= gpus_per_job, 1, 0)
    return where(free_gpus >= gpus_per_job, starts, 2)


def missing_gpus(held_per_job: Any, gpus_per_job: Any) -> Any:
    """GPUs that a job still waits for."""
    return gpus_per_job - held_per_job
