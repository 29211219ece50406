"""Count serving: place instances one by one."""

from __future__ import annotations


def instances_per_gpu(
    compute_slices: int, memory_slices: int, slice_compute: int, slice_memory: int
) -> int:
    """Place an instance after the other for as long as slices of both kinds are left."""
    compute, memory, placed = list(range(compute_slices)), list(range(memory_slices)), 0
    while len(compute) >= slice_compute and len(memory) >= slice_memory:
        del compute[:slice_compute], memory[:slice_memory]
        placed += 1
    return placed
