"""The dynamic batcher in front of a real network on the CPU, timed.

First the latency of a batch against its size, then real requests at real times through no, static
and dynamic batching. These are timings: true of the machine that is recorded with them.

    python -m worked.gpu_wall.batching_model --record
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median

import torch

from worked.gpu_wall.batching import (
    Request,
    dynamic_batcher,
    poisson_arrivals,
    simulate_batcher,
)
from worked.gpu_wall.sampling import percentile
from worked.recording import record

# One token a request, as when a language model decodes: a batch reads the weights once, however
# many requests share it, and that is what batching saves.
WIDTH, LAYERS, HEADS, TOKENS = 512, 6, 8, 1
MAX_BATCH, MAX_WAIT_S = 16, 0.010
SIZES = (1, 2, 4, 8, 16, 32)


def small_model(seed: int = 0) -> torch.nn.Module:
    """A small transformer encoder in eval mode, weights from `seed`."""
    torch.manual_seed(seed)
    layer = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, batch_first=True)
    return torch.nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False).eval()


@torch.inference_mode()
def run_batch(model: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The model's outputs for inputs of shape (TOKENS, WIDTH), computed as one batch."""
    return list(model(torch.stack(list(inputs))))


def latency_curve(
    model: torch.nn.Module, sizes: Sequence[int] = SIZES, repeats: int = 30
) -> dict[int, float]:
    """Median seconds of a batch of each size."""
    curve = {}
    for size in sizes:
        inputs = [torch.randn(TOKENS, WIDTH) for _ in range(size)]
        seconds = []
        for repeat in range(repeats + 5):
            began = time.perf_counter()
            run_batch(model, inputs)
            if repeat >= 5:  # the first few warm caches up
                seconds.append(time.perf_counter() - began)
        curve[size] = median(seconds)
    return curve


def fit_line(curve: dict[int, float]) -> tuple[float, float]:
    """Seconds per batch and seconds per request of the least-squares line through `curve`."""
    mean_size, mean_s = fmean(curve), fmean(curve.values())
    above = sum((size - mean_size) * (s - mean_s) for size, s in curve.items())
    slope = above / sum((size - mean_size) ** 2 for size in curve)
    return mean_s - slope * mean_size, slope


def interpolate(curve: dict[int, float], size: int) -> float:
    """Seconds of a batch of `size`, on straight lines between the measured sizes.

    Raises:
        ValueError: a size outside those measured.
    """
    if not min(curve) <= size <= max(curve):
        raise ValueError(f"batch of {size}: measured only {min(curve)} to {max(curve)}")
    low = max(measured for measured in curve if measured <= size)
    high = min(measured for measured in curve if measured >= size)
    if low == high:
        return curve[low]
    return curve[low] + (curve[high] - curve[low]) * (size - low) / (high - low)


async def serve(
    model: torch.nn.Module, arrivals: Sequence[float], max_batch: int, max_wait_s: float
) -> tuple[float, list[float]]:
    """Send a request at each arrival time; return requests a second and each one's seconds."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Request] = asyncio.Queue()
    batcher = asyncio.create_task(
        dynamic_batcher(queue, lambda inputs: run_batch(model, inputs), max_batch, max_wait_s)
    )
    began = loop.time()

    async def client(at: float) -> tuple[float, float]:
        await asyncio.sleep(began + at - loop.time())
        request = Request(torch.randn(TOKENS, WIDTH), loop.time(), loop.create_future())
        queue.put_nowait(request)
        await request.answer
        return request.arrived, loop.time()

    times = await asyncio.gather(*(client(at) for at in arrivals))
    batcher.cancel()
    took = max(end for _, end in times) - min(arrived for arrived, _ in times)
    return len(times) / took, [end - arrived for arrived, end in times]


def measure(seconds: float = 6.0, seed: int = 0, repeats: int = 3) -> dict[str, tuple[float, str]]:
    """Time the model and the batcher; name -> (value, unit).

    The stream offers one and a half times what the model serves one request at a time, so that
    without batching the queue can only grow. The number of requests is a multiple of MAX_BATCH,
    so that static batching, which runs only full batches, can end. Each policy serves the stream
    `repeats` times; its figures are medians. The load average tells how busy the machine was with
    other work: over its number of cores, tails are not the batcher's own.
    """
    load_average = os.getloadavg()[0]
    torch.set_num_threads(1)
    model = small_model()
    curve = latency_curve(model)
    fixed_s, per_request_s = fit_line(curve)
    misfit = max(abs((fixed_s + per_request_s * n) / s - 1) for n, s in curve.items())
    rate = 1.5 / curve[1]
    arrivals = poisson_arrivals(rate, seconds, seed)
    arrivals = arrivals[: len(arrivals) // MAX_BATCH * MAX_BATCH]
    values: dict[str, tuple[float, str]] = {
        f"batch_of_{size}_time": (s, "s") for size, s in curve.items()
    }
    values |= {
        "fitted_fixed_time": (fixed_s, "s"),
        "fitted_time_per_request": (per_request_s, "s"),
        "fit_worst_relative_error": (misfit, ""),
        "load_average_at_start": (load_average, ""),
        "parameters": (float(sum(p.numel() for p in model.parameters())), ""),
        "offered_rate": (rate, "1/s"),
        "requests": (float(len(arrivals)), ""),
        "max_batch": (float(MAX_BATCH), ""),
        "max_wait": (MAX_WAIT_S, "s"),
    }
    for policy, max_batch, max_wait_s in (
        ("no_batching", 1, 0.0),
        ("static", MAX_BATCH, math.inf),
        ("dynamic", MAX_BATCH, MAX_WAIT_S),
    ):
        runs = [asyncio.run(serve(model, arrivals, max_batch, max_wait_s)) for _ in range(repeats)]
        simulated = simulate_batcher(
            arrivals, lambda size: interpolate(curve, size), max_batch, max_wait_s
        )
        values[f"{policy}_throughput"] = (median(per_second for per_second, _ in runs), "1/s")
        values[f"{policy}_p50"] = (median(percentile(took, 50) for _, took in runs), "s")
        values[f"{policy}_p99"] = (median(percentile(took, 99) for _, took in runs), "s")
        predicted = [s.ended - s.arrived for s in simulated]
        values[f"{policy}_p50_simulated"] = (percentile(predicted, 50), "s")
        values[f"{policy}_p99_simulated"] = (percentile(predicted, 99), "s")
    return values


def main(argv: Sequence[str] | None = None) -> None:
    """Print the timings; with --record also write measured/batching_timing.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", action="store_true", help="write the timings to measured/")
    arguments = parser.parse_args(argv)
    values = measure()
    for name, (value, unit) in values.items():
        print(f"{name} = {value:.6g} {unit}")
    if arguments.record:
        record(
            Path(__file__).parent / "measured" / "batching_timing.json",
            values,
            what=f"a {LAYERS}-layer transformer of width {WIDTH}, {TOKENS} token a request, one "
            f"CPU thread, torch {torch.__version__}, behind the asyncio batcher",
            command="python -m worked.gpu_wall.batching_model --record",
            deterministic=False,
        )


if __name__ == "__main__":
    main()
