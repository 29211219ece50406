"""Count serving: place instances one by one, read weights byte by byte, search for the ridge."""

from __future__ import annotations

from checks.proof.brute.brute import (
    at,
    crossing,
    draws,
    seconds_to_move,
)
from checks.proof.brute.compute import product_flops


def instances_per_gpu(
    compute_slices: int, memory_slices: int, slice_compute: int, slice_memory: int
) -> int:
    """Place one instance after the other for as long as slices of both kinds are left."""
    compute, memory, placed = list(range(compute_slices)), list(range(memory_slices)), 0
    while len(compute) >= slice_compute and len(memory) >= slice_memory:
        del compute[:slice_compute], memory[:slice_memory]
        placed += 1
    return placed


def decode_step_seconds(
    weights: int, memory_bandwidth: int, params: int, batch: int, peak_flops: int
) -> float:
    """Read the weights on one clock, run the products on another; the later one ends the step."""
    operations = sum(product_flops(params, 1) for _sequence in range(batch))
    clocks = (seconds_to_move(weights, memory_bandwidth), seconds_to_move(operations, peak_flops))
    return sorted(clocks)[-1]


@at(*draws("ridge", lambda r: tuple(r(1, 12) for _ in range(4)), 12))
def ridge_batch(weights: int, memory_bandwidth: int, params: int, peak_flops: int) -> float:
    """Search for the batch whose products take as long as the reading."""
    reading = seconds_to_move(weights, memory_bandwidth)
    one_sequence = seconds_to_move(product_flops(params, 1), peak_flops)
    return crossing(lambda batch: batch * one_sequence - reading, 0, 1e4)
