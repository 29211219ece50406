"""Bytes that training a transformer keeps on the devices.

Symbols: N parameters, L layers, h hidden size, a attention heads, s sequence length in tokens,
b sequences in a micro-batch, t tensor-parallel size. All byte counts are for 16-bit activations.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import along, ceil, maximum, minimum, total


def tensor_bytes(params: Any, bytes_per_value: Any) -> Any:
    """Bytes of one tensor per parameter (weights, gradients, a moment).

    params: number of parameters; bytes_per_value: bytes of one element.
    Often got wrong: the bytes of a value multiplied in twice (museum: harvard-edge/cs249r_book
    1118); or lost (museum: chiphuyen/aie-book 7).
    """
    return params * bytes_per_value


def bytes_per_param(width: Any) -> Any:
    """Bytes that mixed-precision training with Adam keeps for each parameter.

    width: bytes per parameter of each tensor that is kept (over `kept`; usually 2, 2, 4, 4, 4).
    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1.
    """
    return total(width, "kept")


def optimizer_bytes_per_param(master_bytes: Any, momentum_bytes: Any, variance_bytes: Any) -> Any:
    """Bytes per parameter of what only the optimizer reads: master copy and Adam's moments.

    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1, where this is K = 12.
    Often got wrong: one of Adam's two moments left out (museum: harvard-edge/cs249r_book 1681); the
    fp32 copy counted alone (museum: caomaolufei/AIInfraGuide 24).
    """
    return master_bytes + momentum_bytes + variance_bytes


def together(one_bytes: Any, other_bytes: Any) -> Any:
    """Bytes of two things that are in memory at the same time."""
    return one_bytes + other_bytes


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


def saved_per_unit(
    saved_width: Any,
    whole_width: Any,
    split_width: Any,
    score_width: Any,
    activation_width: Any,
    heads: Any,
    seq: Any,
    hidden: Any,
    tensor_parallel: Any,
) -> Any:
    """Bytes that a GPU keeps per token, hidden unit and layer, for each way to keep activations.

    Everything, the attention scores too; no scores, for the attention core is recomputed, or a
    fused kernel never writes them; each layer's input alone, for all else is recomputed; then
    everything under tensor parallelism, which leaves the whole part whole; and no scores with
    sequence parallelism, which splits that part as well. Widths in bytes.
    Source: Korthikanti et al. 2022, table 2, divided by sbh: 34 + 5as/h, 34, 2,
    10 + 24/t + 5as/(ht), 34/t.
    """
    scores = score_width * heads * seq / hidden
    return along(
        "keeping",
        everything=saved_width + scores,
        no_scores=saved_width,
        full_recomputation=activation_width,
        everything_tensor_parallel=whole_width + (split_width + scores) / tensor_parallel,
        no_scores_sequence_parallel=saved_width / tensor_parallel,
    )


def activation_bytes(
    layers: Any, seq: Any, micro_batch: Any, hidden: Any, saved_per_unit: Any
) -> Any:
    """Bytes of activations that layers keep for backward.

    saved_per_unit: bytes per token, hidden unit and layer.
    """
    return layers * seq * micro_batch * hidden * saved_per_unit


def activation_bytes_swiglu(
    layers: Any,
    seq: Any,
    micro_batch: Any,
    activation_width: Any,
    hidden: Any,
    kv_width: Any,
    ffn: Any,
) -> Any:
    """Bytes of activations kept by Llama-style blocks (RMSNorm, grouped queries, SwiGLU).

    Attention scores are not stored. Values per token and layer: inputs of both norms, of the
    query-key-value and of the gate-up projections, the queries and the attention's output
    (6h), keys and values (2 kv_width), gate, its SiLU, up and their product (4 ffn).
    kv_width: key-value heads times head size; ffn: feed-forward width.
    """
    return layers * seq * micro_batch * activation_width * (6 * hidden + 2 * kv_width + 4 * ffn)


def kv_width(kv_heads: Any, head_dim: Any) -> Any:
    """Width of the keys (or of the values) of one token in one layer, in values.

    Often got wrong: the number of groups, which is that of key-value heads, taken as a divisor of
    the query heads (museum: rasbt/LLMs-from-scratch 922); the head size guessed from the hidden
    size (museum: ai-dynamo/dynamo 14431, NVIDIA/Model-Optimizer 2482); one head counted for all
    (museum: rohitg00/ai-engineering-from-scratch 57).
    """
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


def state_room(usable: Any, acts: Any, gathered: Any) -> Any:
    """Bytes of a device that are left for its share of the state; negative if it is full before.

    acts: activations, which each device has of its own; gathered: layers that are whole for the
    moment. All in bytes.
    """
    return usable - acts - gathered


def devices_with_room(total_bytes: Any, room_bytes: Any) -> Any:
    """Whole devices that hold `total_bytes`, each with that much room; none where it has none."""
    return ceil(total_bytes / maximum(0, room_bytes))


def whole_node_devices(devices: Any, gpus_per_node: Any) -> Any:
    """Devices when only whole nodes can be had."""
    return ceil(devices / gpus_per_node) * gpus_per_node


def layers_recomputed(wanted: Any, layers: Any) -> Any:
    """Layers whose activations are made anew at a time: what is wanted, if there are so many."""
    return minimum(wanted, layers)


def left_over_bytes(total_bytes: Any, devices: Any, device_bytes: Any) -> Any:
    """Bytes that stay free when `total_bytes` are spread over `devices`."""
    return devices * device_bytes - total_bytes
