"""Bytes that training a transformer keeps on the devices.

Symbols: N parameters, L layers, h hidden size, a attention heads, s sequence length in tokens,
b sequences in a micro-batch, t tensor-parallel size. All byte counts are for 16-bit activations.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import ceil, minimum, where


def tensor_bytes(params: Any, bytes_per_value: Any) -> Any:
    """Bytes of one tensor per parameter (weights, gradients, a moment).

    params: number of parameters; bytes_per_value: bytes of one element.
    """
    return params * bytes_per_value


def adam_bytes_per_param(
    weight_bytes: Any, gradient_bytes: Any, master_bytes: Any, momentum_bytes: Any,
    variance_bytes: Any,
) -> Any:  # fmt: skip
    """Bytes that mixed-precision training with Adam keeps for each parameter.

    Each argument: bytes per parameter of that tensor (usually 2, 2, 4, 4, 4).
    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1.
    """
    return weight_bytes + gradient_bytes + master_bytes + momentum_bytes + variance_bytes


def optimizer_bytes_per_param(master_bytes: Any, momentum_bytes: Any, variance_bytes: Any) -> Any:
    """Bytes per parameter of what only the optimizer reads: master copy and Adam's moments.

    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1, where this is K = 12.
    """
    return master_bytes + momentum_bytes + variance_bytes


def sum_bytes(first_bytes: Any, second_bytes: Any) -> Any:
    """Bytes of two things that are in memory at the same time."""
    return first_bytes + second_bytes


def sum3_bytes(first_bytes: Any, second_bytes: Any, third_bytes: Any) -> Any:
    """Bytes of three things that are in memory at the same time."""
    return first_bytes + second_bytes + third_bytes


def sum4_bytes(first_bytes: Any, second_bytes: Any, third_bytes: Any, fourth_bytes: Any) -> Any:
    """Bytes of four things that are in memory at the same time."""
    return first_bytes + second_bytes + third_bytes + fourth_bytes


def whole_width(activation_width: Any, mask_width: Any) -> Any:
    """Bytes that a GPT block saves outside its matrix products, per token and hidden unit.

    Inputs of both norms and of both parallel regions, and two dropout masks: 10 with 16-bit
    activations and masks of one byte.
    activation_width, mask_width: bytes of one value.
    Source: Korthikanti et al. 2022, section 4.1; equation 2 shows the part as 10.
    """
    return 4 * activation_width + 2 * mask_width


def split_width(activation_width: Any) -> Any:
    """Bytes that a GPT block saves inside them, per token and hidden unit.

    Queries, keys, values and the attention's output, h wide each, and two tensors of the
    feed-forward block, 4h wide each: 24 with 16-bit activations.
    Source: Korthikanti et al. 2022, section 4.1; equation 2 shows the part as 24/t.
    """
    return 12 * activation_width


def score_width(activation_width: Any, mask_width: Any) -> Any:
    """Bytes that a GPT block saves for each attention score: 5 with 16-bit activations.

    Softmax's output, the mask of its dropout, and the output of that dropout.
    Source: Korthikanti et al. 2022, section 4.1.
    """
    return 2 * activation_width + mask_width


def activation_bytes_with_scores(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, heads: Any, saved_width: Any,
    score_width: Any,
) -> Any:  # fmt: skip
    """Bytes of activations kept for backward by GPT blocks that store their attention scores.

    saved_width: bytes per token and hidden unit (34); score_width: bytes per score (5).
    Source: Korthikanti et al. 2022, equation 1, sbh(34 + 5as/h), times the layers.
    """
    return layers * seq * micro_batch * hidden * (saved_width + score_width * heads * seq / hidden)


def activation_bytes_without_scores(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, saved_width: Any
) -> Any:
    """Bytes of activations kept when the attention core is recomputed in backward.

    This is selective recomputation; a fused (flash) attention kernel has the same effect up to
    a few bytes of statistics per head and token.
    Source: Korthikanti et al. 2022, section 5: the term in a goes, 34sbh stays.
    """
    return layers * seq * micro_batch * hidden * saved_width


def activation_bytes_full_recompute(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, activation_width: Any
) -> Any:
    """Bytes kept when only each layer's input is stored and all else is recomputed.

    Source: Korthikanti et al. 2022, section 5: 2sbh a layer.
    """
    return layers * seq * micro_batch * hidden * activation_width


def activation_bytes_tensor_parallel(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, heads: Any, whole_width: Any,
    split_width: Any, score_width: Any, tensor_parallel: Any,
) -> Any:  # fmt: skip
    """Bytes per GPU with tensor parallelism alone: norms, dropouts and inputs stay whole.

    Source: Korthikanti et al. 2022, equation 2, sbh(10 + 24/t + 5as/(ht)).
    """
    return (
        layers * seq * micro_batch * hidden
        * (whole_width + (split_width + score_width * heads * seq / hidden) / tensor_parallel)
    )  # fmt: skip


def activation_bytes_sequence_parallel(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, saved_width: Any, tensor_parallel: Any
) -> Any:
    """Bytes per GPU with tensor and sequence parallelism and no stored scores.

    The parts that tensor parallelism leaves whole are split along the sequence.
    Source: Korthikanti et al. 2022, equation 4 with section 5's selective recomputation.
    """
    return layers * seq * micro_batch * hidden * saved_width / tensor_parallel


def activation_bytes_swiglu(
    layers: Any, seq: Any, micro_batch: Any, activation_width: Any, hidden: Any, kv_width: Any,
    ffn: Any,
) -> Any:  # fmt: skip
    """Bytes of activations kept by Llama-style blocks (RMSNorm, grouped queries, SwiGLU).

    Attention scores are not stored. Values per token and layer: inputs of both norms, of the
    query-key-value and of the gate-up projections, the queries and the attention's output
    (6h), keys and values (2 kv_width), gate, its SiLU, up and their product (4 ffn).
    kv_width: key-value heads times head size; ffn: feed-forward width.
    """
    return layers * seq * micro_batch * activation_width * (6 * hidden + 2 * kv_width + 4 * ffn)


def kv_width(kv_heads: Any, head_dim: Any) -> Any:
    """Width of the keys (or of the values) of one token in one layer, in values."""
    return kv_heads * head_dim


def head_dim(hidden: Any, heads: Any) -> Any:
    """Size of one attention head where the heads share the hidden size evenly."""
    return hidden / heads


def usable_bytes(gpu_memory: Any, reserved_bytes: Any) -> Any:
    """Bytes of a device left after what runtime and communication buffers take."""
    return gpu_memory - reserved_bytes


def devices_needed(total_bytes: Any, device_bytes: Any) -> Any:
    """Whole devices that hold `total_bytes`, each offering `device_bytes`."""
    return ceil(total_bytes / device_bytes)


def whole_node_devices(devices: Any, gpus_per_node: Any) -> Any:
    """Devices when only whole nodes can be had."""
    return ceil(devices / gpus_per_node) * gpus_per_node


def layers_recomputed(wanted: Any, layers: Any) -> Any:
    """Layers whose activations are made anew at a time: what is wanted, if there are so many."""
    return minimum(wanted, layers)


def fits(needed_bytes: Any, available_bytes: Any) -> Any:
    """Whether something fits: 1 when what is needed is at most what is available, else 0."""
    return where(needed_bytes <= available_bytes, 1, 0)


def left_over_bytes(total_bytes: Any, devices: Any, device_bytes: Any) -> Any:
    """Bytes that stay free when `total_bytes` are spread over `devices`."""
    return devices * device_bytes - total_bytes


def ratio(part: Any, whole: Any) -> Any:
    """How many times `whole` goes into `part`: a share or a factor, without unit."""
    return part / whole
