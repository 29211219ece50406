"""Bytes per GPU and time per step under each way of splitting the training of one model.

Symbols: N parameters, n data-parallel ranks, t tensor-parallel, p pipeline-parallel size,
m micro-batches a step; w, g and k are bytes per parameter of weights, gradients and optimizer.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import ceil, maximum, where


def replica_bytes(params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any) -> Any:
    """Static bytes per GPU of plain data parallelism: every rank keeps everything.

    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1.
    """
    return params * (weight_bytes + gradient_bytes + optimizer_bytes)


def zero1_bytes(
    params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any, ranks: Any
) -> Any:
    """Static bytes per GPU of ZeRO stage 1: the optimizer's state is split over the ranks.

    Source: Rajbhandari et al. 2020 (ZeRO), section 5.1.
    """
    return params * (weight_bytes + gradient_bytes + optimizer_bytes / ranks)


def zero2_bytes(
    params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any, ranks: Any
) -> Any:
    """Static bytes per GPU of ZeRO stage 2: gradients are split as well.

    Source: Rajbhandari et al. 2020 (ZeRO), section 5.2.
    """
    return params * (weight_bytes + (gradient_bytes + optimizer_bytes) / ranks)


def zero3_bytes(
    params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any, ranks: Any
) -> Any:
    """Static bytes per GPU of ZeRO stage 3 (FSDP): everything is split.

    Source: Rajbhandari et al. 2020 (ZeRO), section 5.3.
    """
    return params * (weight_bytes + gradient_bytes + optimizer_bytes) / ranks


def gathered_layer_bytes(params: Any, weight_bytes: Any, layers: Any) -> Any:
    """Bytes of whole 16-bit weights that ZeRO stage 3 holds beside its shard.

    Two layers: the one at work and the next one, fetched ahead. Embeddings are spread over
    the layers, which is close enough where there are many.
    """
    return 2 * params * weight_bytes / layers


def model_parallel_bytes(
    params: Any, bytes_per_param: Any, tensor_parallel: Any, pipeline_parallel: Any
) -> Any:
    """Static bytes per GPU when tensor and pipeline parallelism split the model evenly.

    Source: Narayanan et al. 2021, section 2.
    """
    return params * bytes_per_param / (tensor_parallel * pipeline_parallel)


def model_parallel_zero1_bytes(
    params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any,
    tensor_parallel: Any, pipeline_parallel: Any, ranks: Any,
) -> Any:  # fmt: skip
    """Static bytes per GPU of a tensor- and pipeline-parallel model with ZeRO stage 1.

    ranks: data-parallel replicas, over which the optimizer's state of each part is split.
    """
    return (
        params * (weight_bytes + gradient_bytes + optimizer_bytes / ranks)
        / (tensor_parallel * pipeline_parallel)
    )  # fmt: skip


def data_parallel_ranks(gpus: Any, tensor_parallel: Any, pipeline_parallel: Any) -> Any:
    """Replicas that `gpus` hold when one takes tensor times pipeline parallel GPUs."""
    return gpus / (tensor_parallel * pipeline_parallel)


def layers_per_stage(layers: Any, pipeline_parallel: Any) -> Any:
    """Layers of the fullest pipeline stage."""
    return ceil(layers / pipeline_parallel)


def micro_batches(batch_sequences: Any, ranks: Any, micro_batch: Any) -> Any:
    """Micro-batches that each replica works through in one step."""
    return batch_sequences / (ranks * micro_batch)


def tokens_per_step(batch_sequences: Any, seq: Any) -> Any:
    """Tokens that one optimizer step consumes, over all GPUs."""
    return batch_sequences * seq


def bubble_fraction(pipeline_parallel: Any, micro_batches: Any) -> Any:
    """Share of a pipelined step in which a stage waits (1F1B and GPipe alike).

    Source: Huang et al. 2019 (GPipe), section 2.3; Narayanan et al. 2021, section 2.2, states
    the same bubble as a fraction of the ideal time, (p-1)/m.
    """
    return (pipeline_parallel - 1) / (micro_batches + pipeline_parallel - 1)


def compute_seconds(
    flops_per_token: Any, tokens_per_step: Any, gpus: Any, peak_flops: Any, mfu: Any
) -> Any:
    """Seconds of computing in one step at a given model FLOPs utilization.

    peak_flops: dense FLOP/s of one GPU in the format that is used.
    """
    return flops_per_token * tokens_per_step / (gpus * peak_flops * mfu)


def exposed_seconds(communication_seconds: Any, hiding_seconds: Any) -> Any:
    """Seconds of communication that computing does not cover.

    hiding_seconds: computing under which it can proceed, such as the backward pass.
    """
    return maximum(0, communication_seconds - hiding_seconds)


def hiding_seconds(compute_seconds: Any, micro_batches: Any) -> Any:
    """Computing that a gradient reduction can hide under: the last micro-batch's backward.

    Backward is two thirds of a micro-batch's work. Gradients that are accumulated over
    micro-batches are reduced once, and only while the last of them flows back.
    """
    return 2 * compute_seconds / (3 * micro_batches)


def divides(size: Any, parts: Any) -> Any:
    """Whether `size` splits into `parts` without remainder: 1 or 0."""
    return where(ceil(size / parts) * parts <= size, 1, 0)
