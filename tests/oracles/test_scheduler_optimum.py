"""No policy beats the optimum that OR-Tools' CP-SAT solver proves on small instances."""

from __future__ import annotations

import random

import pytest

from tests.skips import required
from worked.gpu_wall.cluster import Cluster
from worked.gpu_wall.scheduler import (
    BACKFILL,
    COMBINED,
    GANG,
    PREEMPTION,
    TOPOLOGY_AWARE,
    Job,
    simulate,
)

cp_model = required("ortools.sat.python.cp_model")

# Two leaves of two nodes of 4 GPUs. The solver sees only 16 GPUs, so that it may also place jobs
# in ways the cluster could not: its optimum is a lower bound for every policy.
CLUSTER = Cluster(leaves=2, nodes_per_leaf=2, gpus_per_node=4, oversubscription=2.0)


def instance(seed: int, jobs: int = 8) -> list[Job]:
    """Jobs that are all there at the start, with exact estimates and priorities as weights."""
    rng = random.Random(seed)
    return [
        Job(
            name=f"j{index}",
            gpus=rng.choice([1, 2, 4, 4, 8, 12]),
            duration_s=rng.randint(5, 60),
            priority=rng.randint(0, 3),
            preemptible=rng.random() < 0.5,
            checkpoint_s=rng.choice([None, 10]),
        )
        for index in range(jobs)
    ]


def optimum(jobs: list[Job], objective: str) -> int:
    """The least makespan, or weighted sum of ends (weight: priority + 1), proved by CP-SAT."""
    model = cp_model.CpModel()
    horizon = sum(job.duration_s for job in jobs)
    starts = [model.new_int_var(0, horizon, job.name) for job in jobs]
    intervals = [
        model.new_fixed_size_interval_var(start, job.duration_s, job.name)
        for start, job in zip(starts, jobs, strict=True)
    ]
    model.add_cumulative(intervals, [job.gpus for job in jobs], CLUSTER.gpus)
    ends = [start + job.duration_s for start, job in zip(starts, jobs, strict=True)]
    if objective == "makespan":
        makespan = model.new_int_var(0, horizon, "makespan")
        model.add_max_equality(makespan, ends)
        model.minimize(makespan)
    else:
        weighted = [(job.priority + 1) * end for job, end in zip(jobs, ends, strict=True)]
        model.minimize(sum(weighted))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status == cp_model.OPTIMAL
    return round(solver.objective_value)


def achieved(jobs: list[Job], policy) -> tuple[float, float]:
    """A policy's makespan and weighted sum of ends."""
    finished = simulate(jobs, CLUSTER, policy).finished
    return max(finished.values()), sum((job.priority + 1) * finished[job.name] for job in jobs)


@pytest.mark.parametrize("seed", range(6))
def test_no_policy_without_preemption_beats_the_proved_optimum(seed):
    jobs = instance(seed)
    least_makespan = optimum(jobs, "makespan")
    least_weighted = optimum(jobs, "weighted")
    for policy in (GANG, BACKFILL, TOPOLOGY_AWARE):
        makespan, weighted = achieved(jobs, policy)
        assert makespan >= least_makespan - 1e-9
        assert weighted >= least_weighted - 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_no_policy_with_preemption_beats_the_bounds_that_hold_for_preemption_too(seed):
    """A preemptive schedule may beat the optimum above, but not work / GPUs, nor any one job."""
    jobs = instance(seed)
    bound = max(
        sum(job.gpus * job.duration_s for job in jobs) / CLUSTER.gpus,
        max(job.duration_s for job in jobs),
    )
    for policy in (PREEMPTION, COMBINED):
        assert achieved(jobs, policy)[0] >= bound - 1e-9


def test_the_bound_is_tight_where_a_policy_can_be_right():
    """Equal jobs of one node: 4 at a time, 12 jobs of 10 s end at 30; every policy does it."""
    jobs = [Job(f"j{i:02d}", 4, 10) for i in range(12)]
    assert optimum(jobs, "makespan") == 30
    for policy in (GANG, BACKFILL, TOPOLOGY_AWARE, PREEMPTION, COMBINED):
        assert achieved(jobs, policy)[0] == 30


def test_backfill_reaches_the_optimum_where_plain_first_come_cannot():
    """16 GPUs: 8 for 100 s, then 16 for 10 s, then 8 for 100 s, in that order.

    First come: 100 + 10 + 100 = 210. Backfill: the third runs beside the first: 110, the optimum.
    """
    jobs = [Job("a", 8, 100), Job("b", 16, 10), Job("c", 8, 100)]
    assert optimum(jobs, "makespan") == 110
    assert achieved(jobs, GANG)[0] == 210
    assert achieved(jobs, BACKFILL)[0] == 110
