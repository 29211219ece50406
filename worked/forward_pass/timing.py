"""Time tasks on a machine that others use, too: in turns, by the thread's own processor time.

Such a machine slows down and recovers. So tasks that are to be compared take turns in rounds, on
one thread its processor time counts and not the clock on the wall, and of the rounds the median.
How far apart the rounds lie is kept with it: where that is much, nothing else counts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

Task = Callable[[], object]
Stopwatch = Callable[[Task], float]


@dataclass(frozen=True)
class Timing:
    """Seconds of a task: the median of its rounds, and how wide their middle half is, over it."""

    seconds: float
    spread: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> Timing:
        """Take several rounds together, at least two."""
        low, median, high = statistics.quantiles(rounds, n=4, method="inclusive")
        return cls(median, (high - low) / median)


def thread_seconds(task: Task) -> float:
    """Processor seconds of this thread: those in which it held a processor."""
    began = time.thread_time()
    task()
    return time.thread_time() - began


def process_seconds(task: Task) -> float:
    """Processor seconds of the whole process, whichever thread a library takes."""
    began = time.process_time()
    task()
    return time.process_time() - began


def wall_seconds(task: Task) -> float:
    """Seconds by the clock, for a task that runs on several threads."""
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def cuda_seconds(task: Task) -> float:
    """Seconds that a task takes on the GPU, by its own events."""
    began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    began.record()
    task()
    ended.record()
    ended.synchronize()
    return float(began.elapsed_time(ended)) / 1e3


def take_turns(
    tasks: Mapping[str, Task],
    rounds: int,
    stopwatch: Stopwatch,
    progress: Callable[[int, int], None] = lambda done, of: None,
    between: Task = lambda: None,
) -> dict[str, Timing]:
    """Run each task once a round, after a round to warm up; return their timings by name.

    `progress` is told how many rounds are done, of how many. `between` is run before each task and
    not timed: it can read something large, so that no task finds in a cache what another left.

    Raises:
        ValueError: fewer than two rounds, which say nothing of how steady they are.
    """
    if rounds < 2:
        raise ValueError(f"rounds = {rounds} must be at least 2, to see whether they agree")
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for done in range(rounds + 1):
        progress(done, rounds + 1)
        for name, task in tasks.items():
            between()
            seconds = stopwatch(task)
            if done:
                found[name].append(seconds)
    progress(rounds + 1, rounds + 1)
    return {name: Timing.of(seconds) for name, seconds in found.items()}
