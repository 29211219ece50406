"""What each scheduling policy does to the same streams of jobs, measured and recorded.

Every policy gets the same streams, so policies are compared pair by pair. Everything is seeded
and the results are the same on every machine.

    python -m worked.gpu_wall.scheduling_study --record
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from worked.gpu_wall.cluster import Cluster, crosses_leaves
from worked.gpu_wall.sampling import mean_and_ci95, percentile
from worked.gpu_wall.scheduler import (
    GANG,
    PARTIAL,
    POLICIES,
    PREEMPTION,
    Job,
    Run,
    simulate,
)
from worked.recording import record

MEASURED = Path(__file__).parent / "measured"
HOUR = 3600.0

# The study's cluster and stream: the running example's own choice, fixed before any run.
CLUSTER = Cluster(leaves=4, nodes_per_leaf=8, gpus_per_node=8, oversubscription=2.0)
JOBS = 400
SEEDS = range(10)
RESTART_S = 180.0
OFFERED_LOAD = 0.9
GPUS_WANTED = {1: 0.30, 2: 0.15, 4: 0.15, 8: 0.20, 16: 0.10, 32: 0.06, 64: 0.04}
SHORTEST_S, LONGEST_S = 600, 12 * 3600
LARGEST_OVERESTIMATE = 3.0
COMMUNICATION_SHARES = (0.1, 0.2, 0.3)
URGENT_SHARE = 0.15
NEVER_CHECKPOINTS_SHARE = 0.25
CHECKPOINT_S = 1800
# Below this a job's slowdown is counted against this, so that very short jobs do not dominate.
SHORT_JOB_S = 600.0


def job_stream(
    seed: int, *, jobs: int = JOBS, cluster: Cluster = CLUSTER, load: float = OFFERED_LOAD
) -> list[Job]:
    """A seeded stream of `jobs` jobs that offers `load` of the cluster's GPU-seconds on average.

    Poisson arrivals; GPUs from GPUS_WANTED; durations log-uniform between SHORTEST_S and
    LONGEST_S; estimates uniform between the duration and LARGEST_OVERESTIMATE times it (the f-model
    of Mu'alem & Feitelson 2001); URGENT_SHARE of the jobs have priority 1 and cannot be evicted,
    the others can, and NEVER_CHECKPOINTS_SHARE of those never write a checkpoint.

    Times are rounded to whole seconds, so that no machine's libm can make a difference.
    """
    if load <= 0:
        raise ValueError(f"load is {load}; it must be over 0 (0.9 offers 90 % of the cluster)")
    rng = random.Random(seed)
    log_range = math.log(LONGEST_S / SHORTEST_S)
    mean_duration_s = (LONGEST_S - SHORTEST_S) / log_range
    mean_gpus = math.fsum(gpus * share for gpus, share in GPUS_WANTED.items())
    mean_gap_s = mean_gpus * mean_duration_s / (load * cluster.gpus)
    arrival = 0.0
    stream = []
    for index in range(jobs):
        arrival += rng.expovariate(1 / mean_gap_s)
        gpus = rng.choices(list(GPUS_WANTED), list(GPUS_WANTED.values()))[0]
        duration_s = round(SHORTEST_S * math.exp(log_range * rng.random()))
        estimate_s = math.ceil(duration_s * (1 + (LARGEST_OVERESTIMATE - 1) * rng.random()))
        urgent = rng.random() < URGENT_SHARE
        checkpoints = rng.random() >= NEVER_CHECKPOINTS_SHARE
        communication_share = rng.choice(COMMUNICATION_SHARES)
        stream.append(
            Job(
                name=f"job{index:03d}",
                gpus=gpus,
                duration_s=duration_s,
                arrival_s=round(arrival),
                estimate_s=estimate_s,
                priority=1 if urgent else 0,
                preemptible=not urgent,
                checkpoint_s=CHECKPOINT_S if checkpoints else None,
                communication_share=communication_share if gpus > cluster.gpus_per_node else 0.0,
            )
        )
    return stream


def gpu_seconds(
    run: Run, states: Sequence[str], *, until_s: float = math.inf, useful: bool = False
) -> float:
    """GPU-seconds spent in `states` before `until_s`; `useful` counts work at its pace.

    A GPU that computes across leaves at pace 0.8 is occupied for 1 s and does 0.8 s of work.
    (fsum, because Python 3.12 changed how sum adds floats.)
    """
    return math.fsum(
        max(0.0, min(s.end, until_s) - s.start) * s.gpus * (s.pace if useful else 1.0)
        for s in run.segments
        if s.state in states
    )


ALL_STATES = ("computing", "lost", "restoring", "holding")


def waiting_seconds(run: Run, jobs: Sequence[Job]) -> dict[str, float]:
    """Seconds that each finished job spent without running: time in the system less time running.

    Time back in the queue after an eviction counts, and so does time spent holding only some of
    the GPUs.
    """
    ran: dict[str, float] = {}
    for segment in run.segments:
        if segment.state != "holding":
            ran[segment.job] = ran.get(segment.job, 0.0) + segment.end - segment.start
    return {
        job.name: run.finished[job.name] - job.arrival_s - ran[job.name]
        for job in jobs
        if job.name in run.finished
    }


def bounded_slowdown(run: Run, jobs: Sequence[Job]) -> list[float]:
    """Time in the system over duration, of each finished job, at least 1.

    A duration below SHORT_JOB_S counts as SHORT_JOB_S (Feitelson & Rudolph, JSSPP 1998).
    """
    return [
        max(1.0, (run.finished[job.name] - job.arrival_s) / max(job.duration_s, SHORT_JOB_S))
        for job in jobs
        if job.name in run.finished
    ]


def fragmentation(run: Run, until_s: float) -> tuple[float, float]:
    """How free GPUs were scattered before `until_s`: two shares, each between 0 and 1.

    First: of all free GPU-seconds, the share on partly used nodes, where no job of more than
    one node can use them. Second: of all time, the share in which the head of the queue waited
    although enough GPUs were free in all: only their being spread kept it waiting.
    """
    free = scattered = blocked = 0.0
    ends = [sample.time for sample in run.samples[1:]] + [until_s]
    for sample, end in zip(run.samples, ends, strict=True):
        seconds = max(0.0, min(end, until_s) - sample.time)
        free += seconds * sample.free
        scattered += seconds * sample.free_in_used_nodes
        if 0 < sample.head_wants <= sample.free and not sample.head_fits:
            blocked += seconds
    return (scattered / free if free else 0.0), blocked / until_s


def measure(run: Run, jobs: Sequence[Job]) -> dict[str, tuple[float, str]]:
    """A run's figures, name -> (value, unit).

    The window runs from 0 to the last arrival, the same for every policy: nothing that happens
    while the last jobs drain can flatter or hurt. `utilisation` is work that counted over
    capacity; `occupancy` is GPUs that somebody held, which is what a dashboard shows. If some
    jobs are deadlocked, figures that need every job's end are left out.
    """
    window_s = float(max(job.arrival_s for job in jobs))
    capacity = run.cluster.gpus * window_s
    scattered, blocked = fragmentation(run, window_s)
    useful = gpu_seconds(run, ["computing"], until_s=window_s, useful=True)
    figures = {
        "utilisation": (useful / capacity, ""),
        "occupancy": (gpu_seconds(run, ALL_STATES, until_s=window_s) / capacity, ""),
        "fragmentation": (scattered, ""),
        "blocked_by_fragmentation": (blocked, ""),
        "held_idle_gpu_hours": (gpu_seconds(run, ["holding"], until_s=window_s) / HOUR, "h"),
        "finished_in_window": (float(sum(t <= window_s for t in run.finished.values())), ""),
    }
    if len(run.finished) < len(jobs):
        return figures  # the others wait for ever, so no mean wait or makespan exists
    makespan_s = max(run.finished.values())
    useful_in_all = gpu_seconds(run, ["computing"], useful=True)
    waits = waiting_seconds(run, jobs)
    urgent_waits = [waits[job.name] for job in jobs if job.priority > 0]
    computing = gpu_seconds(run, ["computing"])
    wide = [s for s in run.segments if len(s.placement) > 1 and s.state == "computing"]
    return {
        **figures,
        "utilisation_to_makespan": (useful_in_all / (run.cluster.gpus * makespan_s), ""),
        "makespan": (makespan_s / HOUR, "h"),
        "mean_wait": (fmean(waits.values()) / HOUR, "h"),
        "median_wait": (median(waits.values()) / HOUR, "h"),
        "p95_wait": (percentile(list(waits.values()), 95) / HOUR, "h"),
        "urgent_mean_wait": (fmean(urgent_waits) / HOUR if urgent_waits else 0.0, "h"),
        "mean_bounded_slowdown": (fmean(bounded_slowdown(run, jobs)), ""),
        "evictions": (float(run.evictions), ""),
        "lost_gpu_hours": (gpu_seconds(run, ["lost", "restoring"]) / HOUR, "h"),
        "slowed_gpu_hours": ((computing - useful_in_all) / HOUR, "h"),
        "cross_leaf_share": (
            sum(crosses_leaves(run.cluster, s.placement) for s in wide) / max(1, len(wide)),
            "",
        ),
    }


def study(seeds: Sequence[int] = SEEDS, *, jobs: int = JOBS) -> dict[str, tuple[float, str]]:
    """Every policy on every seed's stream: means over seeds, with confidence intervals.

    Names are `<policy>_<figure>`; `..._ci95` is the half-width of the 95 % interval. The
    differences at the end are paired: the same stream under two policies.
    """
    streams = [job_stream(seed, jobs=jobs) for seed in seeds]
    values: dict[str, tuple[float, str]] = {
        "cluster_gpus": (float(CLUSTER.gpus), ""),
        "jobs_per_stream": (float(jobs), ""),
        "streams": (float(len(streams)), ""),
        "mean_offered_load": (fmean(_offered_load(s) for s in streams), ""),
        "mean_window": (fmean(float(max(j.arrival_s for j in s)) for s in streams) / HOUR, "h"),
    }
    by_policy: dict[str, list[dict[str, tuple[float, str]]]] = {}
    for policy in POLICIES:
        runs = [simulate(stream, CLUSTER, policy, restart_s=RESTART_S) for stream in streams]
        figures = [measure(run, stream) for run, stream in zip(runs, streams, strict=True)]
        by_policy[policy.name] = figures
        for name in min(figures, key=len):
            mean, half_width = mean_and_ci95([f[name][0] for f in figures])
            values[f"{policy.name}_{name}"] = (mean, figures[0][name][1])
            values[f"{policy.name}_{name}_ci95"] = (half_width, figures[0][name][1])
    for better, worse, name in (
        ("backfill", "gang", "mean_wait"),
        ("backfill", "gang", "utilisation"),
        ("topology_aware", "backfill", "mean_wait"),
        ("topology_aware", "backfill", "utilisation"),
        ("preemption", "backfill", "urgent_mean_wait"),
        ("preemption", "backfill", "utilisation"),
    ):
        pairs = zip(by_policy[better], by_policy[worse], strict=True)
        mean, half_width = mean_and_ci95([b[name][0] - w[name][0] for b, w in pairs])
        unit = by_policy[better][0][name][1]
        values[f"{better}_minus_{worse}_{name}"] = (mean, unit)
        values[f"{better}_minus_{worse}_{name}_ci95"] = (half_width, unit)
    return values


def deadlock_study(
    seeds: Sequence[int] = SEEDS, *, jobs: int = JOBS
) -> dict[str, tuple[float, str]]:
    """How often pods placed one by one deadlock: the study's mix of jobs on smaller clusters.

    On each cluster the arrivals are thinned so that the offered load stays OFFERED_LOAD. Returns
    how many of the streams deadlocked.
    """
    figures: dict[str, tuple[float, str]] = {}
    for leaves, nodes_per_leaf in ((2, 4), (3, 4), (4, 4), (4, 8)):
        cluster = Cluster(leaves, nodes_per_leaf, oversubscription=CLUSTER.oversubscription)
        streams = [job_stream(seed, jobs=jobs, cluster=cluster) for seed in seeds]
        runs = [simulate(stream, cluster, PARTIAL, restart_s=RESTART_S) for stream in streams]
        stuck = sum(run.deadlock is not None for run in runs)
        figures[f"partial_deadlocked_streams_on_{cluster.gpus}_gpus"] = (float(stuck), "")
    return figures


def _offered_load(stream: Sequence[Job]) -> float:
    work = sum(job.gpus * job.duration_s for job in stream)
    return work / (CLUSTER.gpus * max(job.arrival_s for job in stream))


# The chapter's scene: 96 free GPUs, two jobs of 64 that arrive together and need ten hours.
DEADLOCK_CLUSTER = Cluster(leaves=3, nodes_per_leaf=4)
DEADLOCK_JOBS = (Job("A", 64, 10 * 3600), Job("B", 64, 10 * 3600))
DEADLOCK_UNTIL_S = 24 * HOUR


def timeline(run: Run, jobs: Sequence[Job], until_s: float) -> list[dict[str, Any]]:
    """What each job was doing up to `until_s`: rows with job, start, end (s), gpus and state.

    States are those of Segment, and "waiting" with 0 GPUs. Pods placed at one time make one row.
    """
    rows: dict[tuple[str, float, float, str], int] = {}
    for segment in run.segments:
        key = (segment.job, segment.start, segment.end, segment.state)
        rows[key] = rows.get(key, 0) + segment.gpus
    for job in jobs:
        starts = [start for name, start, _, _ in rows if name == job.name]
        first = min(starts, default=until_s)
        if first > job.arrival_s:
            rows[(job.name, float(job.arrival_s), first, "waiting")] = 0
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    return [
        {"job": job, "start": start, "end": end, "gpus": rows[(job, start, end, state)]}
        | {"state": state}
        for job, start, end, state in ordered
    ]


def deadlock_scene() -> tuple[dict[str, tuple[float, str]], list[dict[str, Any]]]:
    """Two jobs of 64 GPUs on 96 free ones: pods one by one against gangs; figures and timeline."""
    partial = simulate(DEADLOCK_JOBS, DEADLOCK_CLUSTER, PARTIAL, until_s=DEADLOCK_UNTIL_S)
    gang = simulate(DEADLOCK_JOBS, DEADLOCK_CLUSTER, GANG)
    if partial.deadlock is None:
        raise RuntimeError("two half-placed jobs should be deadlocked")
    rows = [
        {"policy": run.policy} | row
        for run in (partial, gang)
        for row in timeline(run, DEADLOCK_JOBS, DEADLOCK_UNTIL_S)
    ]
    held = {row["job"]: row["gpus"] for row in rows if row["state"] == "holding"}
    figures = {
        "deadlock_free_gpus": (float(DEADLOCK_CLUSTER.gpus), ""),
        "deadlock_gpus_wanted_each": (float(DEADLOCK_JOBS[0].gpus), ""),
        "deadlock_gpus_held_each": (float(held["A"]), ""),
        "deadlock_jobs_in_cycle": (float(len(partial.deadlock.cycle)), ""),
        "deadlock_detected_at": (partial.deadlock.time, "s"),
        "deadlock_finished_jobs": (float(len(partial.finished)), ""),
        "deadlock_idle_gpu_hours_in_a_day": (gpu_seconds(partial, ["holding"]) / HOUR, "h"),
        "gang_first_job_done": (gang.finished["A"] / HOUR, "h"),
        "gang_second_job_done": (gang.finished["B"] / HOUR, "h"),
    }
    return figures, rows


def eviction_scene() -> dict[str, tuple[float, str]]:
    """The chapter's failure: 64 GPUs for 47 h, no checkpoint, evicted; and with checkpoints."""
    urgent = Job("urgent", 64, 3600, arrival_s=47 * 3600, priority=1)
    cluster = Cluster(leaves=1, nodes_per_leaf=8)
    figures = {}
    for name, checkpoint_s in (("never", None), ("every_50_min", 3000)):
        victim = Job("atlas", 64, 100 * 3600, preemptible=True, checkpoint_s=checkpoint_s)
        run = simulate([victim, urgent], cluster, PREEMPTION)
        lost = gpu_seconds(run, ["lost"]) / HOUR
        figures[f"evicted_at_47_h_lost_gpu_hours_checkpoint_{name}"] = (lost, "h")
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Print the study's figures; with --record also write them to measured/."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", action="store_true", help="write measured/*.json")
    arguments = parser.parse_args(argv)
    command = "python -m worked.gpu_wall.scheduling_study --record"
    values: Mapping[str, tuple[float, str]] = {**study(), **deadlock_study(), **eviction_scene()}
    scene, rows = deadlock_scene()
    for name, (value, unit) in {**values, **scene}.items():
        print(f"{name} = {value:.6g} {unit}")
    if not arguments.record:
        return
    record(
        MEASURED / "scheduling.json",
        values,
        what=f"{len(SEEDS)} seeded streams of {JOBS} jobs on {CLUSTER.gpus} simulated GPUs, "
        "each under every scheduling policy; means over streams",
        command=command,
        deterministic=True,
        seed=SEEDS[0],
    )
    record(
        MEASURED / "deadlock_timeline.json",
        scene,
        what="two 64-GPU jobs on 96 free GPUs, simulated: pods placed one by one, then gangs",
        command=command,
        deterministic=True,
        seed=0,
        more={"segments": rows},
    )


if __name__ == "__main__":
    main()
