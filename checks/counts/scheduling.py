"""Count gangs of GPUs: hand them out one by one and see who runs."""

from __future__ import annotations

from checks.counts.brute import at, dealt, draws, without


def jobs_that_start(free_gpus: int, gpus_per_job: int) -> int:
    """Give each job all it wants, until there is not enough for another."""
    free, started = list(range(free_gpus)), 0
    while len(free) >= gpus_per_job:
        del free[:gpus_per_job]
        started += 1
    return started


def held_per_job(free_gpus: int, jobs: int) -> float:
    """Hand the GPUs out in turn."""
    return dealt(free_gpus, jobs)


@at(*draws("deadlock", lambda r: (r(1, 12), r(1, 12))), (4, 4), (11, 11), (3, 4), (4, 3))
def deadlocked(held_per_job: int, gpus_per_job: int) -> int:
    """Let two jobs that hold as many each wait for the rest until nothing changes any more."""
    held, free, waiting = [held_per_job, held_per_job], 0, True
    while waiting:
        waiting = False
        for job, have in enumerate(held):
            if have >= gpus_per_job:
                return 0  # it runs, ends, and gives back what the other needs
            if free:
                free, held[job], waiting = free - 1, have + 1, True
    return 1


def missing_gpus(held_per_job: int, gpus_per_job: int) -> int:
    """Number the GPUs that a job wants and take away those that it has."""
    return without(gpus_per_job, held_per_job)
