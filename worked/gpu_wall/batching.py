"""Dynamic batching: a server that waits a little to run many requests at once.

Two forms of the same rule. `dynamic_batcher` is the real thing, on asyncio, in front of any
`run_batch` function (batching_model.py puts a real network behind it). `simulate_batcher` is the
same rule in simulated time (SimPy), where the latency of a batch is a given curve and the result
is the same on every machine. The rule has two knobs, and its corners are the classic policies:

    no batching    max_batch = 1
    static         max_wait_s = inf: run only full batches
    dynamic        a batch runs when it is full or its oldest request has waited max_wait_s

Times are seconds.

    python -m worked.gpu_wall.batching --record
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import simpy

from worked.gpu_wall.sampling import mean_and_ci95, percentile
from worked.recording import run_study

# The study's latency curve and server: the running example's own choice.
FIXED_S = 0.005
PER_REQUEST_S = 0.0005
MAX_BATCH = 32
MAX_WAIT_S = 0.010
LIGHT_RATE, HEAVY_RATE = 100.0, 800.0
SECONDS = 20.0
SEEDS = range(10)


@dataclass
class Request:
    """One request to the real batcher: its input, when it came, and its answer to be."""

    payload: Any
    arrived: float
    answer: asyncio.Future[Any]


# --8<-- [start:dynamic_batcher]
async def dynamic_batcher(
    queue: asyncio.Queue[Request],
    run_batch: Callable[[list[Any]], Sequence[Any]],
    max_batch: int,
    max_wait_s: float,
) -> None:
    """Serve `queue` for ever: run a batch when it is full or its oldest request has waited enough.

    `run_batch` takes the requests' payloads and returns as many answers, in order. It runs in a
    thread, so that requests keep arriving while it computes. If it raises, so does each answer.
    """
    _check_knobs(max_batch, max_wait_s)
    clock = asyncio.get_running_loop().time
    while True:
        batch = [await queue.get()]
        deadline = batch[0].arrived + max_wait_s
        while len(batch) < max_batch:
            if not queue.empty():
                batch.append(queue.get_nowait())  # already waiting: costs no time to take along
                continue
            seconds_left = deadline - clock()
            if seconds_left <= 0:
                break
            try:
                timeout = None if math.isinf(max_wait_s) else seconds_left
                batch.append(await asyncio.wait_for(queue.get(), timeout))
            except TimeoutError:
                break
        try:
            answers = await asyncio.to_thread(run_batch, [request.payload for request in batch])
            for request, answer in zip(batch, answers, strict=True):
                if not request.answer.done():  # its client may have given up
                    request.answer.set_result(answer)
        except Exception as error:
            for request in batch:
                if not request.answer.done():
                    request.answer.set_exception(error)


# --8<-- [end:dynamic_batcher]


def _check_knobs(max_batch: int, max_wait_s: float) -> None:
    if max_batch < 1:
        raise ValueError(f"max_batch is {max_batch}; it must be 1 (no batching) or more")
    if not max_wait_s >= 0:
        raise ValueError(f"max_wait_s is {max_wait_s}; it must be 0 or more (inf: only full ones)")


def poisson_arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Arrival times, in seconds, of a seeded Poisson stream of `rate` requests a second.

    Rounded to whole microseconds, so that every machine gets the same times.

    Raises:
        ValueError: a rate or a length that is not over 0.
    """
    if rate <= 0 or seconds <= 0:
        raise ValueError(f"rate {rate}/s for {seconds} s: both must be over 0")
    rng = random.Random(seed)
    arrivals = []
    at = rng.expovariate(rate)
    while at < seconds:
        arrivals.append(round(at, 6))
        at += rng.expovariate(rate)
    return arrivals


@dataclass(frozen=True)
class Served:
    """A request that was served: when it arrived, when its batch ran, and the batch's size."""

    arrived: float
    started: float
    ended: float
    batch: int


def simulate_batcher(
    arrivals: Sequence[float],
    latency_s: Callable[[int], float],
    max_batch: int,
    max_wait_s: float,
) -> list[Served]:
    """The batcher's rule in simulated time; one server, first come first served.

    `arrivals` in ascending order; `latency_s` gives the seconds that a batch of that many takes.
    After the last arrival nobody is waited for. Returns the requests in their order.
    """
    _check_knobs(max_batch, max_wait_s)
    if any(later < earlier for earlier, later in pairwise(arrivals)):
        raise ValueError("arrivals must be in ascending order")
    env = simpy.Environment()
    server = _Server(env, arrivals, latency_s, max_batch, max_wait_s, [], env.event(), [])
    env.process(server.receive())
    env.process(server.serve())
    env.run()
    return server.served


@dataclass
class _Server:
    env: simpy.Environment
    arrivals: Sequence[float]
    latency_s: Callable[[int], float]
    max_batch: int
    max_wait_s: float
    waiting: list[float]
    arrived: simpy.Event
    served: list[Served]
    closed: bool = False

    def receive(self) -> Generator[simpy.Event, Any, None]:
        for at in self.arrivals:
            yield self.env.timeout(at - self.env.now)
            self.waiting.append(at)
            self.arrived.succeed()
            self.arrived = self.env.event()
        self.closed = True
        self.arrived.succeed()
        self.arrived = self.env.event()

    def serve(self) -> Generator[simpy.Event, Any, None]:
        while not self.closed or self.waiting:
            if not self.waiting:
                yield self.arrived
                continue
            yield from self.fill()
            batch = self.waiting[: self.max_batch]
            del self.waiting[: self.max_batch]
            # The clock adds up differences, so it can be a rounding behind the last arrival.
            started = max(self.env.now, batch[-1])
            yield self.env.timeout(self.latency_s(len(batch)))
            self.served += [Served(at, started, self.env.now, len(batch)) for at in batch]

    def fill(self) -> Generator[simpy.Event, Any, None]:
        """Wait until a batch is full, its oldest request has waited enough, or none will come."""
        left = self.waiting[0] + self.max_wait_s - self.env.now
        if left <= 0:
            return
        enough = self.env.event() if math.isinf(left) else self.env.timeout(left)
        while len(self.waiting) < self.max_batch and not self.closed and not enough.processed:
            yield self.arrived | enough


def throughput(served: Sequence[Served]) -> float:
    """Requests a second, from the first arrival to the last end."""
    return len(served) / (max(s.ended for s in served) - min(s.arrived for s in served))


def latencies(served: Sequence[Served]) -> list[float]:
    """Seconds from arrival to answer, of each request."""
    return [s.ended - s.arrived for s in served]


def batch_latency_s(batch: int) -> float:
    """The study's latency curve: FIXED_S + PER_REQUEST_S x batch.

    A fixed part for what a batch shares (reading the weights, launching kernels) and a part for
    each request in it.
    """
    return FIXED_S + PER_REQUEST_S * batch


def md1_mean_wait_s(rate: float, service_s: float) -> float:
    """Mean wait in queue for Poisson arrivals and a constant service time (M/D/1).

    Pollaczek-Khinchine: rho x service / (2 (1 - rho)), rho = rate x service.

    Raises:
        ValueError: rho of 1 or more, where the queue grows without bound.
    """
    rho = rate * service_s
    if rho >= 1:
        raise ValueError(f"load is {rho:.3g}: at 1 or more the queue grows without bound")
    return rho * service_s / (2 * (1 - rho))


def study() -> dict[str, tuple[float, str]]:
    """Throughput and latency of each policy on the same arrivals: name -> (value, unit).

    Means over seeds with the half-width of their 95 % interval. No batching cannot keep up with
    the heavy stream: its latencies there grow with the length of the run.
    """
    values: dict[str, tuple[float, str]] = {
        "fixed_time": (FIXED_S, "s"),
        "time_per_request": (PER_REQUEST_S, "s"),
        "max_batch": (float(MAX_BATCH), ""),
        "max_wait": (MAX_WAIT_S, "s"),
        "light_rate": (LIGHT_RATE, "1/s"),
        "heavy_rate": (HEAVY_RATE, "1/s"),
        "arrivals_last": (SECONDS, "s"),
        "throughput_bound_no_batching": (1 / batch_latency_s(1), "1/s"),
        "throughput_bound_full_batches": (MAX_BATCH / batch_latency_s(MAX_BATCH), "1/s"),
    }
    policies = {
        "no_batching": (1, 0.0),
        "static": (MAX_BATCH, math.inf),
        "dynamic": (MAX_BATCH, MAX_WAIT_S),
        "dynamic_no_wait": (MAX_BATCH, 0.0),
    }
    for load, rate in (("light", LIGHT_RATE), ("heavy", HEAVY_RATE)):
        streams = [poisson_arrivals(rate, SECONDS, seed) for seed in SEEDS]
        for policy, (max_batch, max_wait_s) in policies.items():
            runs = [simulate_batcher(s, batch_latency_s, max_batch, max_wait_s) for s in streams]
            figures = {
                "throughput": ([throughput(run) for run in runs], "1/s"),
                "p50": ([percentile(latencies(run), 50) for run in runs], "s"),
                "p99": ([percentile(latencies(run), 99) for run in runs], "s"),
                "mean_batch": ([_mean_batch(run) for run in runs], ""),
            }
            for name, (by_seed, unit) in figures.items():
                mean, half_width = mean_and_ci95(by_seed)
                values[f"{policy}_{load}_{name}"] = (mean, unit)
                values[f"{policy}_{load}_{name}_ci95"] = (half_width, unit)
    return values


def _mean_batch(served: Sequence[Served]) -> float:
    """Requests per batch: each batch counts once, however many requests shared it."""
    return len(served) / len({s.started for s in served})


def main() -> None:
    """Print the simulated figures; with --record also write measured/batching.json."""
    run_study(
        Path(__file__).parent / "measured" / "batching.json",
        study,
        what=f"a simulated batching server, {len(SEEDS)} seeded Poisson streams a rate; "
        "means over streams",
        command="python -m worked.gpu_wall.batching --record",
        seed=SEEDS[0],
    )


if __name__ == "__main__":
    main()
