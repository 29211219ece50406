"""Bytes per GPU and time per step under each way of splitting the training of one model.

Symbols: N parameters, n data-parallel ranks, t tensor-parallel, p pipeline-parallel size,
m micro-batches a step; w, g and k are bytes per parameter of weights, gradients and optimizer.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import along, ceil, floor, maximum, minimum, total, where

_LAYOUTS = (
    "data_parallel",
    "zero_1",
    "zero_2",
    "zero_3",
    "tensor_pipeline",
    "shorter_pipeline",
    "shorter_pipeline_zero_1",
)


def _by_layout(most: Any, **others: Any) -> Any:
    """Return a row over the layouts: `most` in each but those that are named."""
    return along("layout", **(dict.fromkeys(_LAYOUTS, most) | others))


def tensor_ways(tensor_parallel: Any) -> Any:
    """GPUs over which each layout cuts a layer's matrices; 1 where it does not."""
    return _by_layout(
        1,
        tensor_pipeline=tensor_parallel,
        shorter_pipeline=tensor_parallel,
        shorter_pipeline_zero_1=tensor_parallel,
    )


def pipeline_stages(pipeline_parallel: Any, pipeline_short: Any) -> Any:
    """Stages into which each layout cuts the layers; 1 where it does not."""
    return _by_layout(
        1,
        tensor_pipeline=pipeline_parallel,
        shorter_pipeline=pipeline_short,
        shorter_pipeline_zero_1=pipeline_short,
    )


def sharing_ranks(replicas: Any) -> Any:
    """Replicas that divide each tensor between them, by layout; 1 where none takes a share.

    ZeRO's stage 1 splits what the optimizer reads, stage 2 the gradients as well, stage 3 (FSDP)
    the weights too. Where there are GPUs for no replica, the ranks are those of a single one.
    Source: Rajbhandari et al. 2020 (ZeRO), sections 3.1 and 5.
    """
    n = maximum(1, replicas)
    optimizer = _by_layout(1, zero_1=n, zero_2=n, zero_3=n, shorter_pipeline_zero_1=n)
    gradients = _by_layout(1, zero_2=n, zero_3=n)
    weights = _by_layout(1, zero_3=n)
    return along(
        "kept",
        weights=weights,
        gradients=gradients,
        master_weights=optimizer,
        first_moment=optimizer,
        second_moment=optimizer,
    )


def kept_bytes(
    params: Any, width: Any, layers: Any, stage_layers: Any, tensor_ways: Any, sharing: Any
) -> Any:
    """Bytes of a tensor that a GPU of the fullest stage keeps.

    width: bytes per parameter; stage_layers: layers of that stage; tensor_ways: GPUs over which
    a matrix is cut; sharing: ranks that share one copy. Embeddings are spread over the layers.
    Source: Narayanan et al. 2021, section 2; Rajbhandari et al. 2020 (ZeRO), section 5.
    """
    return params * width * stage_layers / (layers * tensor_ways * sharing)


def state_bytes(kept_bytes: Any) -> Any:
    """Static bytes of a GPU: all tensors that it keeps."""
    return total(kept_bytes, "kept")


def memory_parts(
    state: Any, gathered: Any, acts_data_parallel: Any, acts_model_parallel: Any, reserved: Any
) -> Any:
    """Bytes of a GPU by what they hold, in each layout.

    Layers are gathered by ZeRO's stage 3 alone. Whoever keeps the model whole recomputes its
    activations; whoever cuts it keeps all but the scores, split by sequence parallelism.
    """
    fetched = _by_layout(0, zero_3=gathered)
    activations = _by_layout(
        acts_data_parallel,
        tensor_pipeline=acts_model_parallel,
        shorter_pipeline=acts_model_parallel,
        shorter_pipeline_zero_1=acts_model_parallel,
    )
    return along(
        "part",
        static_state=state,
        gathered_layers=fetched,
        activations=activations,
        runtime=reserved,
    )


def memory_per_gpu(memory_part: Any) -> Any:
    """Bytes of a GPU: all that is in its memory at the same time."""
    return total(memory_part, "part")


def gathered_layer_bytes(params: Any, weight_bytes: Any, layers: Any) -> Any:
    """Bytes of whole 16-bit weights that ZeRO stage 3 holds beside its shard.

    Two layers: the one at work and the next one, fetched ahead, if there is a next one.
    Embeddings are spread over the layers, which is close enough where there are many.
    """
    return minimum(2, layers) * params * weight_bytes / layers


def replica_gpus(tensor_ways: Any, stages: Any) -> Any:
    """GPUs of one replica of a model that is cut into stages, and their matrices over GPUs."""
    return tensor_ways * stages


def data_parallel_ranks(gpus: Any, replica_gpus: Any) -> Any:
    """Whole replicas that `gpus` hold; what is left over idles."""
    return floor(gpus / replica_gpus)


def layout_verdict(fits: Any, replicas: Any, heads_divide: Any, stages_have_layers: Any) -> Any:
    """Verdict on a layout: 1 if it can be and fits in memory; all but `replicas` are 0 or 1.

    Otherwise 0 where the bytes do not fit, 2 where the GPUs hold no replica, 3 where the heads
    do not divide by the tensor-parallel size, 4 where there are more stages than layers.
    """
    on_the_gpus = where(replicas > 0, fits, 2)
    split = where(heads_divide, on_the_gpus, 3)
    return where(stages_have_layers, split, 4)


def layers_per_stage(layers: Any, stages: Any) -> Any:
    """Layers of the fullest pipeline stage."""
    return ceil(layers / stages)


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


def bubble_fraction(stages: Any, micro_batches: Any) -> Any:
    """Share of a pipelined step in which a stage waits (1F1B and GPipe alike).

    Source: Huang et al. 2019 (GPipe), section 2.3; Narayanan et al. 2021, section 2.2, states
    the same bubble as a fraction of the ideal time, (p-1)/m.
    """
    return (stages - 1) / (micro_batches + stages - 1)


def compute_seconds(
    flops_per_token: Any, micro_batches: Any, micro_batch: Any, seq: Any, peak_flops: Any, mfu: Any
) -> Any:
    """Seconds that the rank with the most micro-batches computes in one step.

    micro_batches: that rank's, of `micro_batch` sequences each; mfu: the model FLOPs utilization
    while it computes; peak_flops: dense FLOP/s of one GPU in the format that is used.
    """
    return flops_per_token * (micro_batches * micro_batch * seq) / (peak_flops * mfu)


def exposed_seconds(communication_seconds: Any, backward_hiding: Any) -> Any:
    """Seconds of communication that computing does not cover.

    backward_hiding: computing under which it can proceed, such as the backward pass.
    """
    return maximum(0, communication_seconds - backward_hiding)


def hiding_seconds(step_seconds: Any, micro_batches: Any) -> Any:
    """Computing that a gradient reduction can hide under: the last micro-batch's backward.

    Backward is two thirds of a micro-batch's work. Gradients that are accumulated over
    micro-batches are reduced once, and only while the last of them flows back.
    """
    return 2 * step_seconds / (3 * micro_batches)


def divides(size: Any, parts: Any) -> Any:
    """Whether `size` splits into `parts` without remainder: 1 or 0."""
    return where(ceil(size / parts) * parts <= size, 1, 0)
