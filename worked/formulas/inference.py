"""Serving small models: slices of a GPU, and batches."""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import floor, maximum, minimum


def instances_per_gpu(
    compute_slices: Any, memory_slices: Any, slice_compute: Any, slice_memory: Any
) -> Any:
    """MIG instances of one profile that a GPU holds.

    compute_slices, memory_slices: what the GPU is cut into; slice_compute, slice_memory: how
    many of each one instance takes.
    Source: NVIDIA Multi-Instance GPU user guide, "Partitioning".
    """
    return minimum(floor(compute_slices / slice_compute), floor(memory_slices / slice_memory))


def slice_bytes(gpu_memory: Any, slice_memory: Any, memory_slices: Any) -> Any:
    """Memory of a MIG instance: its slices of the GPU's memory.

    Source: NVIDIA Multi-Instance GPU user guide, "Partitioning".
    """
    return gpu_memory * slice_memory / memory_slices


def stranded_fraction(model_bytes: Any, gpu_memory: Any) -> Any:
    """Share of a GPU's memory that a model alone on it leaves unused, none if it is too large."""
    return maximum(0, 1 - model_bytes / gpu_memory)


def decode_step_seconds(
    weights: Any, memory_bandwidth: Any, params: Any, batch: Any, peak_flops: Any
) -> Any:
    """Least time of one decode step: weights read once, 2 FLOPs per parameter and sequence.

    weights: bytes. The key-value cache's traffic is left out, so this is a lower bound.
    Source: the roofline of Williams et al. 2009, applied to decoding.
    """
    return maximum(weights / memory_bandwidth, 2 * params * batch / peak_flops)


def batch_throughput(batch: Any, step_seconds: Any) -> Any:
    """Tokens per second of one GPU that decodes a batch."""
    return batch / step_seconds


def ridge_batch(weights: Any, memory_bandwidth: Any, params: Any, peak_flops: Any) -> Any:
    """Batch at which computing takes as long as reading the weights."""
    return weights / memory_bandwidth * peak_flops / (2 * params)
