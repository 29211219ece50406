"""What checkpoints cost, by simulation: is Young's interval, or Daly's, really the best one?

    python -m worked.gpu_wall.waste_simulation [--record]

The overhead is the wall time beyond the useful computing, over the useful computing:
T_w / T_s - 1. It is made of writing checkpoints, of computing that a failure throws away, and
of coming back. The waste is the same lost time over the wall time: 1 - T_s / T_w.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worked.formulas.checkpointing import (
    checkpoint_bytes,
    daly_interval_seconds,
    expected_loss_seconds,
    stretch,
    waste_fraction,
    write_seconds,
    young_interval_seconds,
)
from worked.recording import record

MEASURED = Path(__file__).parent / "measured" / "waste.json"
SEED = 2026
# The chapter's running example, in base units.
MTBF_SECONDS = 12 * 3600.0
RESTART_SECONDS = 600.0  # as in the simulations of Daly 2006
TIER_BYTES_PER_SECOND = {"nvme": 40e9, "file_system": 20e9, "object_store": 5e9}


@dataclass(frozen=True)
class Scenario:
    """One job's conditions, all in seconds."""

    write: float
    mtbf: float
    restart: float

    def __post_init__(self) -> None:
        """Refuse what is not a duration."""
        for name, value, smallest in [
            ("write", self.write, 0.0),
            ("mtbf", self.mtbf, math.ulp(0.0)),
            ("restart", self.restart, 0.0),
        ]:
            if not smallest <= value < math.inf:
                raise ValueError(f"{name} is {value} s; it must be finite and not below zero")


@dataclass(frozen=True)
class PerFailure:
    """A simulated mean (s) over failures with the half-width of its 95 % confidence interval."""

    mean: float
    half_width: float

    def holds(self, expected: float, standard_errors: float = 1.96) -> bool:
        """Whether `expected` is within so many standard errors; 1.96 is the interval itself."""
        return abs(self.mean - expected) <= standard_errors * self.half_width / 1.96


@dataclass(frozen=True)
class Overhead:
    """A simulated overhead (pure number) with the half-width of its 95 % confidence interval."""

    mean: float
    half_width: float
    writing: float
    lost_work: float
    coming_back: float
    replicas: int
    failures: int
    loss_per_failure: PerFailure
    return_per_failure: PerFailure

    @property
    def waste(self) -> float:
        """The same as a share of the wall time."""
        return self.mean / (1 + self.mean)


# --8<-- [start:waste_monte_carlo]
def simulate(
    scenario: Scenario, interval: float, useful: float, replicas: int, seed: int
) -> Overhead:
    """Run `replicas` independent jobs and return their mean overhead and where it went.

    A job computes `interval` seconds and writes a checkpoint, again and again, until it has
    `useful` seconds of computing behind it (rounded to whole intervals). Failures come at
    exponential times whatever the job is doing: in a segment they cost all of the segment, in
    a restart the restart begins again. One turn of the loop is one attempt of every job.

    A failure here is one that hits computing or writing; `loss_per_failure` is what it throws
    away, `return_per_failure` the time until computing goes on, failed restarts and all.

    Raises:
        ValueError: an interval that is not positive, a job of less than one interval, or
            a single replica (it has no spread).
    """
    if not 0 < interval <= useful < math.inf:
        raise ValueError(f"interval {interval} s must be positive and at most useful {useful} s")
    if replicas < 2:
        raise ValueError(f"replicas is {replicas}; a confidence interval needs more than one")
    rng = np.random.default_rng(seed)
    segments = np.full(replicas, round(useful / interval))
    computed = segments * interval
    restarting = np.zeros(replicas, dtype=bool)
    lost = np.zeros(replicas)
    back = np.zeros(replicas)
    failures = np.zeros(replicas)
    until_failure = rng.exponential(scenario.mtbf, replicas)
    running = np.arange(replicas)
    while running.size:
        needed = np.where(restarting[running], scenario.restart, interval + scenario.write)
        survived = needed <= until_failure[running]
        spent = np.where(survived, needed, until_failure[running])
        until_failure[running] -= spent
        back[running] += np.where(restarting[running], spent, 0.0)
        lost[running] += np.where(~restarting[running] & ~survived, spent, 0.0)
        failures[running] += ~restarting[running] & ~survived
        segments[running] -= survived & ~restarting[running]
        restarting[running] = ~survived
        failed = running[~survived]
        until_failure[failed] = rng.exponential(scenario.mtbf, failed.size)
        running = running[segments[running] > 0]
    written = computed / interval * scenario.write
    overheads = (written + lost + back) / computed
    half_width = 1.96 * overheads.std(ddof=1) / math.sqrt(replicas)
    return Overhead(
        mean=float(overheads.mean()),
        half_width=float(half_width),
        writing=float((written / computed).mean()),
        lost_work=float((lost / computed).mean()),
        coming_back=float((back / computed).mean()),
        replicas=replicas,
        failures=int(failures.sum()),
        loss_per_failure=_per_failure(lost, failures),
        return_per_failure=_per_failure(back, failures),
    )


# --8<-- [end:waste_monte_carlo]


def _per_failure(spent: NDArray[np.float64], failures: NDArray[np.float64]) -> PerFailure:
    """Return the mean over all jobs' failures; the spread is that of jobs, which are independent.

    A ratio of two sums: its variance is, to first order, that of spent - mean * failures.
    Source: Cochran 1977, "Sampling Techniques", section 6.4. No failure costs nothing.
    """
    if not failures.any():
        return PerFailure(0.0, 0.0)
    mean = spent.sum() / failures.sum()
    residual = spent - mean * failures
    error = residual.std(ddof=1) / (math.sqrt(len(spent)) * failures.mean())
    return PerFailure(float(mean), float(1.96 * error))


def first_order_loss(scenario: Scenario, interval: float) -> float:
    """Return the chapter's loss per failure (s): half of the interval and its write."""
    return float(expected_loss_seconds(interval, scenario.write))


def exact_loss(scenario: Scenario, interval: float) -> float:
    """Return the expected loss per failure (s) when failures come at exponential times.

    The mean of an exponential time T of mean M, given that it is shorter than the segment
    S = τ + δ: M - S / (e^(S/M) - 1), which is S/2 - S²/(12M) + ...: an early failure is likelier
    than a late one, so a little less than half is lost.
    """
    segment = interval + scenario.write
    return scenario.mtbf - segment / math.expm1(segment / scenario.mtbf)


def exact_return(scenario: Scenario) -> float:
    """Return the expected time (s) to come back after a failure: M (e^(R/M) - 1).

    To first order R; the rest is restarts that fail themselves.
    """
    return scenario.mtbf * math.expm1(scenario.restart / scenario.mtbf)


def expected_overhead(scenario: Scenario, interval: float) -> float:
    """Return the exact expected overhead (Daly 2006, equation 20)."""
    return float(stretch(scenario.write, interval, scenario.mtbf, scenario.restart)) - 1


def first_order_overhead(scenario: Scenario, interval: float) -> float:
    """Return δ/τ + τ/(2M): a write per interval, and half an interval lost per failure."""
    return float(waste_fraction(scenario.write, interval, scenario.mtbf))


def exact_best_interval(scenario: Scenario) -> float:
    """Return the interval (s) that minimises the exact expected overhead.

    The derivative of log(M/τ (e^((τ+δ)/M) - 1)) is zero where (τ/M) = 1 - e^(-(τ+δ)/M); its
    only positive solution is found by bisection. The restart time is not in it: it stretches
    every interval alike.

    Raises:
        ValueError: a write that takes no time has no best interval: shorter is always better.
    """
    if scenario.write == 0:
        raise ValueError("a write of 0 s has no best interval: shorter is always better")
    low, high = 0.0, scenario.mtbf
    for _ in range(200):
        middle = (low + high) / 2
        if middle / scenario.mtbf < -math.expm1(-(middle + scenario.write) / scenario.mtbf):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def interval_grid(around: float, steps_each_side: int = 8) -> NDArray[np.float64]:
    """Return intervals (s) in steps of a quarter octave, `around` in the middle."""
    powers = np.arange(-steps_each_side, steps_each_side + 1) / 4
    grid: NDArray[np.float64] = around * 2.0**powers
    return grid


def sweep(
    scenario: Scenario,
    intervals: Sequence[float] | NDArray[np.float64],
    useful: float,
    replicas: int,
    seed: int,
) -> list[Overhead]:
    """Return the simulated overhead of each interval, with fresh failures for each."""
    return [
        simulate(scenario, float(interval), useful, replicas, seed + number)
        for number, interval in enumerate(intervals)
    ]


def indistinguishable_from_best(overheads: Sequence[Overhead]) -> list[int]:
    """Return the positions whose confidence interval overlaps that of the lowest mean."""
    best = min(overheads, key=lambda overhead: overhead.mean)
    return [
        position
        for position, overhead in enumerate(overheads)
        if overhead.mean - overhead.half_width <= best.mean + best.half_width
    ]


def chapter_scenario(tier: str) -> Scenario:
    """Return the running example with one storage tier: 70e9 parameters of 2 + 12 bytes."""
    full = checkpoint_bytes(70e9, 2, 12)
    write = write_seconds(full, TIER_BYTES_PER_SECOND[tier])
    return Scenario(write, MTBF_SECONDS, RESTART_SECONDS)


USEFUL_SECONDS = 30 * 86400.0
REPLICAS = 200
FAILED_RUN_SECONDS = 47 * 3600.0


def results() -> dict[str, tuple[float, str]]:
    """Simulate the chapter's three tiers; return the values to record."""
    bare = without_checkpoints(FAILED_RUN_SECONDS, MTBF_SECONDS, 20 * REPLICAS, SEED)
    values: dict[str, tuple[float, str]] = {
        "waste_no_checkpoint_stretch": (1 + bare.mean, ""),
        "waste_no_checkpoint_stretch_half_width": (bare.half_width, ""),
        "waste_job_useful_seconds": (USEFUL_SECONDS, "s"),
        "waste_replicas": (REPLICAS, ""),
        "waste_restart_seconds": (RESTART_SECONDS, "s"),
    }
    for number, tier in enumerate(TIER_BYTES_PER_SECOND):
        scenario = chapter_scenario(tier)
        young = float(young_interval_seconds(scenario.write, scenario.mtbf))
        grid = interval_grid(young)
        overheads = sweep(scenario, grid, USEFUL_SECONDS, REPLICAS, SEED + 1000 * number)
        best = min(range(len(grid)), key=lambda position: overheads[position].mean)
        flat = indistinguishable_from_best(overheads)
        at_young = overheads[len(grid) // 2]
        values |= {
            f"waste_{tier}_best_interval_of_grid_seconds": (float(grid[best]), "s"),
            f"waste_{tier}_flat_from_seconds": (float(grid[flat[0]]), "s"),
            f"waste_{tier}_flat_to_seconds": (float(grid[flat[-1]]), "s"),
            f"waste_{tier}_exact_best_interval_seconds": (exact_best_interval(scenario), "s"),
            f"waste_{tier}_overhead_at_young": (at_young.mean, ""),
            f"waste_{tier}_overhead_at_young_half_width": (at_young.half_width, ""),
            f"waste_{tier}_expected_overhead_at_young": (expected_overhead(scenario, young), ""),
            f"waste_{tier}_first_order_overhead_at_young": (
                first_order_overhead(scenario, young),
                "",
            ),
            f"waste_{tier}_share_of_wall_at_young": (at_young.waste, ""),
            f"waste_{tier}_writing_at_young": (at_young.writing, ""),
            f"waste_{tier}_lost_work_at_young": (at_young.lost_work, ""),
            f"waste_{tier}_coming_back_at_young": (at_young.coming_back, ""),
            f"waste_{tier}_overhead_at_a_quarter_of_young": (overheads[0].mean, ""),
            f"waste_{tier}_overhead_at_four_times_young": (overheads[-1].mean, ""),
        }
    return values


def without_checkpoints(useful: float, mtbf: float, replicas: int, seed: int) -> Overhead:
    """Simulate a job that saves nothing: one segment as long as the job, a free restart."""
    return simulate(Scenario(0.0, mtbf, 0.0), useful, useful, replicas, seed)


def show(tier: str) -> None:
    """Print the simulated, exact and first-order overhead over a grid of intervals."""
    scenario = chapter_scenario(tier)
    young = float(young_interval_seconds(scenario.write, scenario.mtbf))
    daly = float(daly_interval_seconds(scenario.write, scenario.mtbf))
    print(f"{tier}: write {scenario.write:.1f} s, mean time between failures 12 h, restart 10 min")
    print(
        f"  Young {young / 60:.1f} min, Daly {daly / 60:.1f} min, "
        f"exact {exact_best_interval(scenario) / 60:.1f} min"
    )
    grid = interval_grid(young)
    for interval, overhead in zip(
        grid, sweep(scenario, grid, USEFUL_SECONDS, REPLICAS, SEED), strict=True
    ):
        print(
            f"  every {interval / 60:6.1f} min: "
            f"{overhead.mean:7.2%} ± {overhead.half_width:.2%} simulated, "
            f"{expected_overhead(scenario, float(interval)):7.2%} expected, "
            f"{first_order_overhead(scenario, float(interval)):7.2%} to first order"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sweep of each tier, or record it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m worked.gpu_wall.waste_simulation")
    parser.add_argument("--record", action="store_true", help="write measured/waste.json")
    if parser.parse_args(arguments).record:
        record(
            MEASURED,
            results(),
            what="Monte Carlo of jobs with exponential failures: what checkpointing at each "
            "interval costs, three storage tiers",
            command="python -m worked.gpu_wall.waste_simulation --record",
            deterministic=True,
            seed=SEED,
        )
    else:
        for tier in TIER_BYTES_PER_SECOND:
            show(tier)
    return 0


if __name__ == "__main__":
    sys.exit(main())
