"""Bytes per GPU and time per step under each way of splitting the training of one model.

Symbols: N parameters, n data-parallel ranks, t tensor-parallel, p pipeline-parallel size,
m micro-batches a step; w, g and k are bytes per parameter of weights, gradients and optimizer.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.memory import fits
from worked.formulas.ops import ceil, floor, maximum, minimum, where


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

    Two layers: the one at work and the next one, fetched ahead, if there is a next one.
    Embeddings are spread over the layers, which is close enough where there are many.
    """
    return minimum(2, layers) * params * weight_bytes / layers


def model_parallel_bytes(
    params: Any, bytes_per_param: Any, layers: Any, stage_layers: Any, tensor_parallel: Any
) -> Any:
    """Static bytes per GPU of the fullest stage of a tensor- and pipeline-parallel model.

    stage_layers: layers of that stage; embeddings are spread over the layers.
    Source: Narayanan et al. 2021, section 2.
    """
    return params * bytes_per_param * stage_layers / (layers * tensor_parallel)


def model_parallel_zero1_bytes(
    params: Any, weight_bytes: Any, gradient_bytes: Any, optimizer_bytes: Any, layers: Any,
    stage_layers: Any, tensor_parallel: Any, ranks: Any,
) -> Any:  # fmt: skip
    """Static bytes per GPU of the fullest stage with ZeRO stage 1.

    ranks: data-parallel replicas, over which the optimizer's state of each part is split; where
    there are GPUs for none, the bytes are those of a single one.
    """
    return (
        params * (weight_bytes + gradient_bytes + optimizer_bytes / maximum(1, ranks))
        * stage_layers / (layers * tensor_parallel)
    )  # fmt: skip


def replica_gpus(tensor_parallel: Any, pipeline_parallel: Any) -> Any:
    """GPUs of one replica of a tensor- and pipeline-parallel model."""
    return tensor_parallel * pipeline_parallel


def data_parallel_ranks(gpus: Any, replica_gpus: Any) -> Any:
    """Whole replicas that `gpus` hold; what is left over idles."""
    return floor(gpus / replica_gpus)


def plan(
    needed_bytes: Any, available_bytes: Any, ranks: Any, heads: Any, tensor_parallel: Any,
    layers: Any, pipeline_parallel: Any,
) -> Any:  # fmt: skip
    """Verdict on a tensor- and pipeline-parallel plan: 1 if it can be and fits in memory.

    Otherwise 0 where the bytes do not fit, 2 where the GPUs hold no replica, 3 where the heads
    do not divide by the tensor-parallel size, 4 where there are more stages than layers.
    """
    on_the_gpus = where(ranks > 0, fits(needed_bytes, available_bytes), 2)
    split = where(divides(heads, tensor_parallel) >= 1, on_the_gpus, 3)
    return where(pipeline_parallel <= layers, split, 4)


def layers_per_stage(layers: Any, pipeline_parallel: Any) -> Any:
    """Layers of the fullest pipeline stage."""
    return ceil(layers / pipeline_parallel)


def micro_batches(batch_sequences: Any, ranks: Any, micro_batch: Any) -> Any:
    """Micro-batches that the replica with the most of them works through in one step.

    Where there are GPUs for no replica, they are those of a single one.
    """
    return ceil(batch_sequences / (maximum(1, ranks) * micro_batch))


def least_batch(ranks: Any, micro_batch: Any) -> Any:
    """Sequences in a step that give every replica one micro-batch."""
    return ranks * micro_batch


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
    flops_per_token: Any, micro_batches: Any, micro_batch: Any, seq: Any, peak_flops: Any, mfu: Any
) -> Any:
    """Seconds that the rank with the most micro-batches computes in one step.

    micro_batches: that rank's, of `micro_batch` sequences each; mfu: the model FLOPs utilization
    while it computes; peak_flops: dense FLOP/s of one GPU in the format that is used.
    """
    return flops_per_token * (micro_batches * micro_batch * seq) / (peak_flops * mfu)


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
