"""Count gangs of GPUs: hand them out one by one and see who runs."""

from __future__ import annotations

from checks.proof.brute.brute import at, draws


def jobs_that_start(free_gpus: int, gpus_per_job: int, jobs: int) -> int:
    """Give each job all it wants, until there is not enough for another, or no other."""
    free, started = list(range(free_gpus)), 0
    while started < jobs and len(free) >= gpus_per_job:
        del free[:gpus_per_job]
        started += 1
    return started


def in_turn(free_gpus: int, jobs: int, gpus_per_job: int) -> list[int]:
    """Hand the GPUs out one by one, to each job in its turn that still wants one."""
    held = [0] * jobs
    for turn in range(free_gpus + jobs * gpus_per_job):
        if sum(held) < free_gpus and held[turn % jobs] < gpus_per_job:
            held[turn % jobs] += 1
    return held


def held_per_job(free_gpus: int, jobs: int, gpus_per_job: int) -> int:
    """Hand the GPUs out in turn and look at who holds least."""
    return min(in_turn(free_gpus, jobs, gpus_per_job))


@at(
    *draws("handed out", lambda r: (r(1, 30), r(2, 5), r(1, 12)), 60),
    (96, 2, 64),
    (127, 2, 64),
    (128, 2, 64),
    (126, 2, 64),
    (1, 2, 64),
)
def handed_out(free_gpus: int, jobs: int, gpus_per_job: int) -> int:
    """Hand the GPUs out in turn and see whether a job has all it wants, or could have had."""
    if gpus_per_job in in_turn(free_gpus, jobs, gpus_per_job):
        return 1
    return 0 if gpus_per_job in in_turn(free_gpus, 1, gpus_per_job) else 2
