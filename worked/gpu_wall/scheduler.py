"""A GPU cluster's scheduler, run as a discrete-event simulation (SimPy).

One stream of jobs, several policies, the same cluster: what each policy does to utilisation,
waiting time and fragmentation is then a measurement. The policies differ by one idea each:

    PARTIAL         pods placed one by one, no notion of a job: it can deadlock
    GANG            all of a job's GPUs or none; the head of the queue blocks the rest
    BACKFILL        + a later job may go first if the head's reservation does not move (EASY)
    TOPOLOGY_AWARE  BACKFILL, placed to keep nodes whole and jobs under one leaf
    PREEMPTION      BACKFILL, by priority; a high-priority job may evict low-priority ones
    COMBINED        PREEMPTION with topology-aware placement

Times are seconds. Sources: EASY backfill, Lifka, "The ANL/IBM SP scheduling system" (JSSPP 1995)
and Mu'alem & Feitelson (IEEE TPDS 12(6), 2001); deadlock detection, Coffman, Elphick & Shoshani,
"System deadlocks" (ACM Computing Surveys 3(2), 1971); gang scheduling of training jobs, Jeon et
al., "Analysis of large-scale multi-tenant GPU clusters" (USENIX ATC 2019).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from worked.gpu_wall.cluster import (
    Cluster,
    Place,
    Placement,
    fits,
    give_back,
    place_packed,
    place_spread,
    slowdown,
    take,
)

Process = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class Job:
    """What a user submits.

    gpus: GPUs wanted; duration_s: seconds it needs inside one leaf, uninterrupted; estimate_s:
    the user's guess of that (None: exact), all that a scheduler may look at; priority: larger is
    more urgent; preemptible: may be evicted by a job of higher priority; checkpoint_s: running
    seconds between its checkpoints (None: it never writes one); communication_share: share of
    each step spent in communication, between 0 and 1.
    """

    name: str
    gpus: int
    duration_s: int
    arrival_s: int = 0
    estimate_s: int | None = None
    priority: int = 0
    preemptible: bool = False
    checkpoint_s: int | None = None
    communication_share: float = 0.0

    @property
    def estimated_s(self) -> int:
        """Seconds that the scheduler believes the job takes."""
        return self.duration_s if self.estimate_s is None else self.estimate_s


@dataclass(frozen=True)
class Policy:
    """Which jobs go next (`gang`, `backfill`, `preempt`) and where they go (`place`)."""

    name: str
    place: Place
    gang: bool = True
    backfill: bool = False
    preempt: bool = False


PARTIAL = Policy("partial", place_spread, gang=False)
GANG = Policy("gang", place_spread)
BACKFILL = Policy("backfill", place_spread, backfill=True)
TOPOLOGY_AWARE = Policy("topology_aware", place_packed, backfill=True)
PREEMPTION = Policy("preemption", place_spread, backfill=True, preempt=True)
COMBINED = Policy("combined", place_packed, backfill=True, preempt=True)
POLICIES = (PARTIAL, GANG, BACKFILL, TOPOLOGY_AWARE, PREEMPTION, COMBINED)


@dataclass(frozen=True)
class Segment:
    """What one job did with `gpus` GPUs from `start` to `end`, in seconds.

    state: "computing" (work that counted), "lost" (work thrown away by an eviction),
    "restoring" (reading a checkpoint back), "holding" (GPUs held while waiting for the rest).
    pace: seconds of the job's duration done per second: 1 inside a leaf, less across leaves.
    """

    job: str
    state: str
    start: float
    end: float
    gpus: int
    placement: Placement
    pace: float = 1.0


@dataclass(frozen=True)
class Sample:
    """The cluster from `time` on, until the next sample: taken after each scheduling decision.

    free: free GPUs; free_in_used_nodes: those of them on partly used nodes; head_wants: GPUs
    that the head of the queue waits for (0: nobody waits); head_fits: whether they could be
    placed now.
    """

    time: float
    free: int
    free_in_used_nodes: int
    head_wants: int
    head_fits: bool


@dataclass(frozen=True)
class Deadlock:
    """When jobs became stuck for ever, which, and the ring of jobs that wait for each other."""

    time: float
    jobs: tuple[str, ...]
    cycle: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What a simulation recorded.

    finished: job -> time; segments: in the order in which they ended; reservations: (time, job,
    promised start) each time the head of the queue got one; evictions: their number; ended: the
    time of the last event (or `until_s`).
    """

    policy: str
    cluster: Cluster
    segments: tuple[Segment, ...]
    finished: Mapping[str, float]
    samples: tuple[Sample, ...]
    reservations: tuple[tuple[float, str, float], ...]
    deadlock: Deadlock | None
    evictions: int
    ended: float


@dataclass
class Attempt:
    """One try at running a job: from its start until it finishes or is evicted."""

    job: Job
    placement: Placement
    start: float
    restore_s: float
    pace: float
    done_s: float
    process: simpy.Process | None = None

    @property
    def seconds(self) -> float:
        """How long the attempt takes if nobody evicts it."""
        return self.restore_s + (self.job.duration_s - self.done_s) / self.pace

    def expected_end(self, now: float) -> float:
        """When the scheduler believes that it ends, from the user's estimate."""
        left = max(0.0, self.job.estimated_s - self.done_s)
        return max(now, self.start + self.restore_s + left / self.pace)

    def saved_seconds(self, now: float) -> float:
        """Running seconds of this attempt that its checkpoints have kept by `now`."""
        if self.job.checkpoint_s is None:
            return 0.0
        ran = max(0.0, now - self.start - self.restore_s)
        return ran // self.job.checkpoint_s * self.job.checkpoint_s

    def lost_gpu_seconds(self, now: float) -> float:
        """GPU-seconds of computing thrown away if it were evicted at `now`."""
        ran = max(0.0, now - self.start - self.restore_s)
        return (ran - self.saved_seconds(now)) * self.job.gpus


@dataclass
class State:
    """The simulation at one moment: what the cluster holds, who waits, who runs."""

    env: simpy.Environment
    cluster: Cluster
    policy: Policy
    restart_s: float
    free: list[int]
    changed: simpy.Event
    queue: list[Job] = field(default_factory=list)
    running: list[Attempt] = field(default_factory=list)
    # Of jobs that were evicted: seconds of their duration that a checkpoint has kept.
    done_s: dict[str, float] = field(default_factory=dict)
    # Of jobs that hold some of their GPUs and wait for the rest: (time, pod's placement).
    held: dict[str, list[tuple[float, Placement]]] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    finished: dict[str, float] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    reservations: list[tuple[float, str, float]] = field(default_factory=list)
    deadlock: Deadlock | None = None
    evictions: int = 0


def simulate(
    jobs: Sequence[Job],
    cluster: Cluster,
    policy: Policy,
    *,
    restart_s: float = 0.0,
    until_s: float | None = None,
) -> Run:
    """Run a stream of jobs under a policy and return what happened.

    `restart_s`: seconds an evicted job spends reading its checkpoint back before it computes
    again; `until_s`: stop then (None: run until nothing more can happen, which is when every job
    has finished, or when the rest are deadlocked).

    Raises:
        ValueError: a job that could never run on this cluster, two jobs with one name, or a
            time or share that makes no sense.
    """
    _check(jobs, cluster)
    env = simpy.Environment()
    free = [cluster.gpus_per_node] * cluster.nodes
    state = State(env, cluster, policy, restart_s, free, env.event())
    env.process(_arrivals(state, jobs))
    env.process(_scheduler(state))
    env.run(until=until_s)
    _close_open_segments(state)
    return Run(
        policy.name,
        cluster,
        tuple(state.segments),
        state.finished,
        tuple(state.samples),
        tuple(state.reservations),
        state.deadlock,
        state.evictions,
        env.now,
    )


def _check(jobs: Sequence[Job], cluster: Cluster) -> None:
    size = cluster.gpus_per_node
    if len({job.name for job in jobs}) != len(jobs):
        raise ValueError("two jobs have the same name; each needs its own")
    for job in jobs:
        if not 1 <= job.gpus <= cluster.gpus:
            raise ValueError(f"{job.name} wants {job.gpus} GPUs; the cluster has {cluster.gpus}")
        if job.gpus > size and job.gpus % size:
            raise ValueError(f"{job.name} wants {job.gpus} GPUs: over {size}, take whole nodes")
        if job.duration_s <= 0 or job.arrival_s < 0 or job.estimated_s <= 0:
            raise ValueError(f"{job.name}: duration and estimate must be over 0, arrival 0 or more")
        if job.checkpoint_s is not None and job.checkpoint_s <= 0:
            raise ValueError(f"{job.name}: checkpoint_s must be over 0, or None for never")
        if not 0 <= job.communication_share <= 1:
            raise ValueError(f"{job.name}: communication_share must be between 0 and 1")


def _arrivals(state: State, jobs: Sequence[Job]) -> Process:
    for job in sorted(jobs, key=lambda job: (job.arrival_s, job.name)):
        yield state.env.timeout(job.arrival_s - state.env.now)
        state.queue.append(job)
        _wake(state)


def _wake(state: State) -> None:
    if not state.changed.triggered:
        state.changed.succeed()


def _scheduler(state: State) -> Process:
    """Decide anew whenever a job arrives or GPUs are freed."""
    while True:
        yield state.changed
        # Events of the same instant come first, so that one decision sees all of them.
        yield state.env.timeout(0)
        state.changed = state.env.event()
        if state.policy.gang:
            schedule_gangs(state)
        else:
            place_pods_one_by_one(state)
        _take_sample(state)


# --8<-- [start:gang]
def schedule_gangs(state: State) -> None:
    """Start jobs from the head of the queue, each with all its GPUs or not at all."""
    while state.queue:
        state.queue.sort(key=lambda job: _place_in_queue(state.policy, job))
        head = state.queue[0]
        placement = state.policy.place(state.cluster, state.free, head.gpus)
        if placement is not None:
            start(state, head, placement)
            continue
        victims = choose_victims(state, head) if state.policy.preempt else []
        if victims:
            for attempt in victims:
                evict(state, attempt)
            continue
        if state.policy.backfill:
            backfill(state)
        return


# --8<-- [end:gang]


def _place_in_queue(policy: Policy, job: Job) -> tuple[int, int, str]:
    return (-job.priority if policy.preempt else 0, job.arrival_s, job.name)


def _attempt(state: State, job: Job, placement: Placement) -> Attempt:
    evicted_before = job.name in state.done_s
    return Attempt(
        job,
        placement,
        start=state.env.now,
        restore_s=state.restart_s if evicted_before else 0.0,
        pace=1 / slowdown(state.cluster, placement, job.communication_share),
        done_s=state.done_s.get(job.name, 0.0),
    )


def start(state: State, job: Job, placement: Placement) -> None:
    """Take the placement's GPUs and set the job running on them."""
    take(state.free, placement)
    state.queue.remove(job)
    attempt = _attempt(state, job, placement)
    state.running.append(attempt)
    attempt.process = state.env.process(_compute(state, attempt))


def _compute(state: State, attempt: Attempt) -> Process:
    try:
        yield state.env.timeout(attempt.seconds)
    except simpy.Interrupt:
        return  # `evict` has already settled the accounts.
    computing_from = attempt.start + attempt.restore_s
    _record(state, attempt, "restoring", attempt.start, computing_from)
    _record(state, attempt, "computing", computing_from, state.env.now)
    state.finished[attempt.job.name] = state.env.now
    _release(state, attempt)


def _release(state: State, attempt: Attempt) -> None:
    state.running.remove(attempt)
    give_back(state.free, attempt.placement)
    _wake(state)


def _record(state: State, attempt: Attempt, what: str, start: float, end: float) -> None:
    if end > start:
        pace = attempt.pace if what == "computing" else 0.0
        job = attempt.job
        placement = attempt.placement
        state.segments.append(Segment(job.name, what, start, end, job.gpus, placement, pace))


# --8<-- [start:backfill]
def backfill(state: State) -> None:
    """Let later jobs go first where that does not move the start promised to the head (EASY).

    The promise comes from the users' estimates: where these are upper bounds it is kept.
    """
    head, *others = state.queue
    promised = earliest_start(state, head)
    state.reservations.append((state.env.now, head.name, promised))
    for job in others:
        placement = state.policy.place(state.cluster, state.free, job.gpus)
        if placement is None:
            continue
        if earliest_start(state, head, _attempt(state, job, placement)) <= promised:
            start(state, job, placement)


def earliest_start(state: State, head: Job, candidate: Attempt | None = None) -> float:
    """When `head` could start, in seconds, if jobs end as estimated and `candidate` ran too."""
    now = state.env.now
    free = list(state.free)
    running = list(state.running)
    if candidate is not None:
        take(free, candidate.placement)
        running.append(candidate)
    if fits(state.cluster, free, head.gpus):
        return now
    for attempt in sorted(running, key=lambda attempt: attempt.expected_end(now)):
        give_back(free, attempt.placement)
        if fits(state.cluster, free, head.gpus):
            return attempt.expected_end(now)
    raise RuntimeError(f"{head.name} does not fit an empty cluster")  # _check refuses such a job


# --8<-- [end:backfill]


# --8<-- [start:preempt]
def choose_victims(state: State, head: Job) -> list[Attempt]:
    """Running jobs to evict so that `head` can start: the least lost work, found greedily.

    Only preemptible jobs of lower priority. Cheapest first until the head fits, then any victim
    that turned out not to be needed is spared, dearest first. Empty if no choice makes it fit.
    """

    def loss(attempt: Attempt) -> tuple[float, int, str]:
        return attempt.lost_gpu_seconds(state.env.now), attempt.job.gpus, attempt.job.name

    lower = [a for a in state.running if a.job.preemptible and a.job.priority < head.priority]
    free = list(state.free)
    victims: list[Attempt] = []
    for attempt in sorted(lower, key=loss):
        if fits(state.cluster, free, head.gpus):
            break
        give_back(free, attempt.placement)
        victims.append(attempt)
    if not fits(state.cluster, free, head.gpus):
        return []
    for attempt in sorted(victims, key=loss, reverse=True):
        take(free, attempt.placement)
        if fits(state.cluster, free, head.gpus):
            victims.remove(attempt)
        else:
            give_back(free, attempt.placement)
    return victims


def evict(state: State, attempt: Attempt) -> None:
    """Stop a running job, keep what its checkpoints saved, and put it back in the queue."""
    now = state.env.now
    saved_s = attempt.saved_seconds(now)
    computing_from = min(now, attempt.start + attempt.restore_s)
    _record(state, attempt, "restoring", attempt.start, computing_from)
    _record(state, attempt, "computing", computing_from, computing_from + saved_s)
    _record(state, attempt, "lost", computing_from + saved_s, now)
    state.done_s[attempt.job.name] = attempt.done_s + saved_s * attempt.pace
    state.evictions += 1
    state.queue.append(attempt.job)
    _release(state, attempt)
    if attempt.process is not None:
        attempt.process.interrupt()


# --8<-- [end:preempt]


# --8<-- [start:partial_allocation]
def place_pods_one_by_one(state: State) -> None:
    """Give each waiting job one more pod in turn, as long as any pod fits anywhere.

    This scheduler knows pods, not jobs: one pod is at most one node's GPUs, and a pod that is
    placed keeps its GPUs while the job waits for the others. (Kubernetes' own order among
    waiting pods depends on back-off timers; taking turns is its deterministic stand-in.)
    """
    placed = True
    while placed:
        placed = False
        for job in list(state.queue):
            pod_gpus = min(job.gpus, state.cluster.gpus_per_node)
            pod = state.policy.place(state.cluster, state.free, pod_gpus)
            if pod is None:
                continue
            placed = True
            take(state.free, pod)
            pods = state.held.setdefault(job.name, [])
            pods.append((state.env.now, pod))
            if len(pods) * pod_gpus == job.gpus:
                _start_held(state, job)
    if state.deadlock is None:
        state.deadlock = find_deadlock(state)


# --8<-- [end:partial_allocation]


def _start_held(state: State, job: Job) -> None:
    """Start a job whose pods are all placed."""
    pods = state.held.pop(job.name)
    _record_holding(state, job.name, pods)
    placement = tuple(node for _, pod in pods for node in pod)
    give_back(state.free, placement)
    start(state, job, placement)


def _record_holding(state: State, name: str, pods: list[tuple[float, Placement]]) -> None:
    for since, pod in pods:
        if state.env.now > since:
            gpus = sum(count for _, count in pod)
            state.segments.append(Segment(name, "holding", since, state.env.now, gpus, pod, 0.0))


# --8<-- [start:deadlock]
def deadlocked_jobs(available: int, held: Mapping[str, int], wanted: Mapping[str, int]) -> set[str]:
    """Jobs that can never get all they want, whatever the order of events.

    `available`: GPUs that are free now or that running jobs will free; `held` and `wanted`:
    GPUs that each waiting job holds and wants in all. Any job whose missing GPUs are available
    can finish and free the ones it holds; strike it out and look again. Whoever is left waits
    for GPUs that only others who are left hold (Coffman et al. 1971).
    """
    stuck = set(wanted)
    progress = True
    while progress:
        progress = False
        for job in sorted(stuck):
            if wanted[job] - held.get(job, 0) <= available:
                available += held.get(job, 0)
                stuck.remove(job)
                progress = True
    return stuck


def find_deadlock(state: State) -> Deadlock | None:
    """The deadlock that the cluster is in now, or None."""
    running = sum(attempt.job.gpus for attempt in state.running)
    held = {
        name: sum(gpus for _, pod in pods for _, gpus in pod) for name, pods in state.held.items()
    }
    wanted = {job.name: job.gpus for job in state.queue}
    stuck = deadlocked_jobs(sum(state.free) + running, held, wanted)
    if not stuck:
        return None
    # All GPUs being alike, each stuck job waits for every other one that holds some: a ring.
    cycle = tuple(sorted(job for job in stuck if held.get(job, 0) > 0))
    return Deadlock(state.env.now, tuple(sorted(stuck)), cycle)


# --8<-- [end:deadlock]


def _take_sample(state: State) -> None:
    size = state.cluster.gpus_per_node
    in_used = sum(free for free in state.free if free < size)
    head = state.queue[0] if state.queue else None
    wants = head.gpus if head else 0
    head_fits = head is not None and fits(state.cluster, state.free, head.gpus)
    state.samples.append(Sample(state.env.now, sum(state.free), in_used, wants, head_fits))


def _close_open_segments(state: State) -> None:
    """Record what still held GPUs when the simulation stopped."""
    for job in list(state.queue):
        _record_holding(state, job.name, state.held.get(job.name, []))
    for attempt in state.running:
        computing_from = min(state.env.now, attempt.start + attempt.restore_s)
        _record(state, attempt, "restoring", attempt.start, computing_from)
        _record(state, attempt, "computing", computing_from, state.env.now)
