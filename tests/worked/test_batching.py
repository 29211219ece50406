"""Dynamic batching: the simulation against theory and a recurrence, and the real batcher."""

from __future__ import annotations

import asyncio
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.skips import required
from worked.gpu_wall import batching
from worked.gpu_wall.batching import (
    Request,
    batch_latency_s,
    dynamic_batcher,
    latencies,
    md1_mean_wait_s,
    poisson_arrivals,
    simulate_batcher,
    throughput,
)
from worked.gpu_wall.sampling import T_975, mean_and_ci95, percentile
from worked.recording import load

MEASURED = Path(batching.__file__).parent / "measured"


def waits(served) -> list[float]:
    return [s.started - s.arrived for s in served]


def test_one_at_a_time_it_is_m_d_1_and_waits_as_pollaczek_khinchine_says():
    """Load 0.7: 0.7 x D / (2 x 0.3); 20 seeds; inside the 99.9 % interval (t 3.883 / 2.093)."""
    service = 0.01
    rate = 0.7 / service
    means = []
    for seed in range(20):
        served = simulate_batcher(poisson_arrivals(rate, 60, seed), lambda _: service, 1, 0)
        means.append(fmean(waits(served)))
    mean, half_width = mean_and_ci95(means)
    expected = 0.7 * service / (2 * 0.3)
    assert md1_mean_wait_s(rate, service) == pytest.approx(expected)
    assert abs(mean - expected) < half_width * 3.883 / 2.093
    assert half_width < 0.1 * expected  # so that the test can fail


def test_one_at_a_time_waits_follow_lindleys_recursion():
    """wait(n+1) = max(0, wait(n) + service - gap): each request, not only the mean."""
    arrivals = poisson_arrivals(90, 20, seed=4)
    wait = 0.0
    expected = [0.0]
    for earlier, later in pairwise(arrivals):
        wait = max(0.0, wait + 0.01 - (later - earlier))
        expected.append(wait)
    served = simulate_batcher(arrivals, lambda _: 0.01, 1, 0)
    assert waits(served) == pytest.approx(expected, abs=1e-9)


def by_recurrence(arrivals, latency, max_batch, max_wait_s):
    """The rule in closed steps: a batch starts when the server is free and either its last
    possible member has come or the first one's patience is over; it takes all who came by then."""
    free, first, served = 0.0, 0, []
    while first < len(arrivals):
        last = min(first + max_batch, len(arrivals)) - 1
        start = max(free, min(arrivals[last], arrivals[first] + max_wait_s), arrivals[first])
        size = sum(at <= start for at in arrivals[first : first + max_batch])
        free = start + latency(size)
        served += [(at, start, free, size) for at in arrivals[first : first + size]]
        first += size
    return served


@given(
    gaps=st.lists(st.integers(1, 40), min_size=1, max_size=60),
    max_batch=st.integers(1, 8),
    max_wait=st.sampled_from([0, 7, 30, math.inf]),
)
@settings(max_examples=200)
def test_the_simulation_follows_the_rule_request_by_request(gaps, max_batch, max_wait):
    """Binary fractions of seconds, so that both ways of computing are exact.

    Requests come at whole seconds, waits end on halves, and each batch takes an odd 1/1024
    more than whole seconds: a request never comes at the very moment a batch leaves or ends.
    """
    arrivals = [float(sum(gaps[: i + 1])) for i in range(len(gaps))]
    patience = max_wait + 0.5
    served = simulate_batcher(arrivals, lambda n: 10 + 1 / 1024 + 2 * n, max_batch, patience)
    expected = by_recurrence(arrivals, lambda n: 10 + 1 / 1024 + 2 * n, max_batch, patience)
    assert [(s.arrived, s.started, s.ended, s.batch) for s in served] == expected


@given(
    seed=st.integers(0, 10**6),
    rate=st.sampled_from([50.0, 300.0, 3000.0]),
    max_batch=st.sampled_from([1, 4, 32]),
    max_wait_s=st.sampled_from([0.0, 0.01, math.inf]),
)
@settings(max_examples=60)
def test_every_request_is_served_once_in_order_in_batches_that_are_not_too_large(
    seed, rate, max_batch, max_wait_s
):
    arrivals = poisson_arrivals(rate, 0.5, seed)
    served = simulate_batcher(arrivals, batch_latency_s, max_batch, max_wait_s)
    assert [s.arrived for s in served] == arrivals
    assert all(s.batch <= max_batch for s in served)
    assert all(s.arrived <= s.started < s.ended for s in served)
    # No batch can pass the server faster than a full one: b / t(b) is largest at max_batch.
    if served:
        assert throughput(served) <= max_batch / batch_latency_s(max_batch) * (1 + 1e-9)


@pytest.mark.parametrize("max_batch", [1, 8, 32])
def test_under_overload_throughput_reaches_a_full_batch_over_its_time(max_batch):
    """4,000 requests a second offered; 32 / 21 ms = 1,524 a second is the most."""
    arrivals = poisson_arrivals(4000, 3, seed=1)
    served = simulate_batcher(arrivals, batch_latency_s, max_batch, 0.01)
    bound = max_batch / (0.005 + 0.0005 * max_batch)
    assert throughput(served) == pytest.approx(bound, rel=0.01)


def test_static_batching_waits_for_a_full_batch_and_dynamic_for_its_patience():
    """Requests at 0, 1, 2 s, batches of 2, 0.1 s each.

    Static: 0 and 1 leave at 1; 2 leaves when nobody else will come, at 2. Dynamic, patience
    0.25: each leaves alone, 0.25 after it came, but the last, for whom nobody will come, at once.
    """
    arrivals = [0.0, 1.0, 2.0]
    static = simulate_batcher(arrivals, lambda _: 0.1, 2, math.inf)
    assert [s.started for s in static] == [1.0, 1.0, 2.0]
    dynamic = simulate_batcher(arrivals, lambda _: 0.1, 2, 0.25)
    assert [s.started for s in dynamic] == [0.25, 1.25, 2.0]


def test_waiting_buys_nothing_when_the_server_would_be_idle():
    """On the same light stream each extra millisecond of max_wait makes the median later."""
    arrivals = poisson_arrivals(100, 20, seed=2)
    medians = [
        percentile(latencies(simulate_batcher(arrivals, batch_latency_s, 32, wait)), 50)
        for wait in (0.0, 0.005, 0.010)
    ]
    assert medians == sorted(medians)
    assert medians[0] < medians[2]


# The real batcher, on asyncio.


def in_own_thread(coroutine):
    """Run a coroutine where no other test's event loop (a browser's) can be in the way."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def serve(payloads, run_batch, max_batch, max_wait_s, gap_s=0.0):
    """The answers (or exceptions) that the real batcher gives to requests `gap_s` apart."""

    async def go():
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Request] = asyncio.Queue()
        batcher = asyncio.create_task(dynamic_batcher(queue, run_batch, max_batch, max_wait_s))
        requests = []
        for payload in payloads:
            requests.append(Request(payload, loop.time(), loop.create_future()))
            queue.put_nowait(requests[-1])
            if gap_s:
                await asyncio.sleep(gap_s)
        answers = await asyncio.gather(*(r.answer for r in requests), return_exceptions=True)
        batcher.cancel()
        return answers

    return in_own_thread(go())


def test_the_real_batcher_answers_each_request_with_its_own_answer():
    sizes = []

    def square(batch):
        sizes.append(len(batch))
        return [x * x for x in batch]

    assert serve(range(20), square, 8, 0.02) == [x * x for x in range(20)]
    assert sizes == [8, 8, 4]  # all 20 were there: two full batches and the rest


def test_the_real_batcher_gathers_what_arrives_while_a_batch_computes():
    """The first batch computes until 5 more requests are queued: they form the second batch."""
    sizes = []
    gate = threading.Event()

    def held(batch):
        sizes.append(len(batch))
        gate.wait()
        return batch

    async def go():
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Request] = asyncio.Queue()
        batcher = asyncio.create_task(dynamic_batcher(queue, held, 8, 0.0))
        requests = [Request(i, loop.time(), loop.create_future()) for i in range(6)]
        queue.put_nowait(requests[0])
        while not sizes:
            await asyncio.sleep(0.001)
        for request in requests[1:]:
            queue.put_nowait(request)
        gate.set()
        answers = await asyncio.gather(*(request.answer for request in requests))
        batcher.cancel()
        return answers

    assert in_own_thread(go()) == list(range(6))
    assert sizes == [1, 5]


def test_a_batch_that_fails_fails_each_of_its_requests_and_the_next_is_served():
    def fails_on_zero(batch):
        return [1 / x for x in batch]

    answers = serve([0, 1, 2, 4], fails_on_zero, 2, 0.01)
    assert [type(a) for a in answers[:2]] == [ZeroDivisionError, ZeroDivisionError]
    assert answers[2:] == [0.5, 0.25]


def test_with_infinite_patience_only_full_batches_run():
    sizes = []

    def note(batch):
        sizes.append(len(batch))
        return batch

    assert serve(range(6), note, 3, math.inf, gap_s=0.005) == list(range(6))
    assert sizes == [3, 3]


def test_a_real_networks_batched_answers_are_its_single_answers():
    torch = required("torch")
    from worked.gpu_wall import batching_model

    torch.set_num_threads(1)
    model = batching_model.small_model()
    inputs = [torch.randn(batching_model.TOKENS, batching_model.WIDTH) for _ in range(6)]
    answers = serve(inputs, lambda batch: batching_model.run_batch(model, batch), 4, 0.05)
    for one, answer in zip(inputs, answers, strict=True):
        alone = batching_model.run_batch(model, [one])[0]
        torch.testing.assert_close(answer, alone, rtol=1e-4, atol=1e-5)


def test_line_and_interpolation_through_a_latency_curve():
    required("torch")
    from worked.gpu_wall.batching_model import fit_line, interpolate

    curve = {1: 5.5, 4: 7.0, 8: 9.0}  # 5 + 0.5 b
    assert fit_line(curve) == (pytest.approx(5), pytest.approx(0.5))
    assert [interpolate(curve, n) for n in (1, 2, 6, 8)] == pytest.approx([5.5, 6.0, 8.0, 9.0])
    with pytest.raises(ValueError, match="measured only 1 to 8"):
        interpolate(curve, 9)


# Input that makes no sense.


def test_knobs_and_streams_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="max_batch is 0"):
        simulate_batcher([1.0], batch_latency_s, 0, 0)
    for bad in (-1.0, math.nan):
        with pytest.raises(ValueError, match="max_wait_s"):
            simulate_batcher([1.0], batch_latency_s, 1, bad)
    with pytest.raises(ValueError, match="ascending"):
        simulate_batcher([2.0, 1.0], batch_latency_s, 1, 0)
    with pytest.raises(ValueError, match="both must be over 0"):
        poisson_arrivals(0, 1, 0)
    with pytest.raises(ValueError, match="without bound"):
        md1_mean_wait_s(200, 0.005)


# Statistics and the recorded figures.


def test_t_quantiles_and_percentiles_are_scipys_and_numpys():
    stats = required("scipy.stats")
    numpy = required("numpy")
    for freedom, quantile in T_975.items():
        assert quantile == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-8)
    values = [3.0, 1.0, 4.0, 1.5, 9.0]
    for q in (0, 10, 50, 95, 100):
        assert percentile(values, q) == pytest.approx(numpy.percentile(values, q))
    mean, half_width = mean_and_ci95(values)
    low, high = stats.t.interval(0.95, 4, loc=mean, scale=stats.sem(values))
    assert (mean - half_width, mean + half_width) == pytest.approx((low, high))
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 50)
    with pytest.raises(ValueError, match="t quantiles"):
        mean_and_ci95([1.0, 2.0])


@pytest.mark.heavy
def test_the_recorded_simulation_is_what_the_code_gives():
    recorded = load(MEASURED / "batching.json")["values"]
    fresh = batching.study()
    assert set(recorded) == set(fresh)
    for name, (value, unit) in fresh.items():
        assert recorded[name]["unit"] == unit
        assert recorded[name]["value"] == pytest.approx(value, rel=1e-12), name


def test_the_recorded_timing_names_its_machine_and_shows_the_gain_of_batching():
    """Half again what one at a time can serve: without batching the queue grows, with it not."""
    document = load(MEASURED / "batching_timing.json")
    assert document["deterministic"] is False
    assert document["machine"]
    value = {name: entry["value"] for name, entry in document["values"].items()}
    assert value["batch_of_16_time"] < 16 * value["batch_of_1_time"]
    assert value["no_batching_throughput"] < 0.9 * value["offered_rate"]
    assert value["dynamic_throughput"] > 0.9 * value["offered_rate"]
    assert value["dynamic_p99"] < value["no_batching_p50"]
