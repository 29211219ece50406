"""Derive the memory formulas from lists of the tensors that are kept."""

from __future__ import annotations

from sympy import Add, Expr, Piecewise, Rational, Symbol, ceiling, solve, summation


def adam_bytes_per_param(
    weight_bytes: Expr, gradient_bytes: Expr, master_bytes: Expr, momentum_bytes: Expr,
    variance_bytes: Expr,
) -> Expr:  # fmt: skip
    """Add up the tensors of one element per parameter that a step with Adam reads and writes."""
    kept = {
        "weights, used by forward and backward": weight_bytes,
        "gradients, made by backward": gradient_bytes,
        "weights that the optimizer adds small updates to": master_bytes,
        "running mean of the gradient": momentum_bytes,
        "running mean of its square": variance_bytes,
    }
    return Add(*kept.values())


def optimizer_bytes_per_param(
    master_bytes: Expr, momentum_bytes: Expr, variance_bytes: Expr
) -> Expr:
    """Take from all of Adam's tensors those that forward and backward need."""
    w, g = Symbol("w"), Symbol("g")
    everything = adam_bytes_per_param(w, g, master_bytes, momentum_bytes, variance_bytes)
    return everything - w - g


def sum_bytes(first_bytes: Expr, second_bytes: Expr) -> Expr:
    """Solve "what is left after removing each is nothing" for the total."""
    total = Symbol("total")
    return solve(total - first_bytes - second_bytes, total)[0]


def sum3_bytes(first_bytes: Expr, second_bytes: Expr, third_bytes: Expr) -> Expr:
    """Add two, then the third."""
    return sum_bytes(sum_bytes(first_bytes, second_bytes), third_bytes)


def sum4_bytes(
    first_bytes: Expr, second_bytes: Expr, third_bytes: Expr, fourth_bytes: Expr
) -> Expr:
    """Add two pairs, then the sums."""
    return sum_bytes(sum_bytes(first_bytes, second_bytes), sum_bytes(third_bytes, fourth_bytes))


def gpt_block_tensors(activation: Expr, mask: Expr) -> dict[str, dict[str, Expr]]:
    """List the tensors that one GPT block saves for backward, by where they live.

    "whole" (what tensor parallelism cannot split) and "split" (what it does) are in bytes per
    token and hidden unit, "core" in bytes per attention score. `activation` and `mask` are the
    bytes of one value. Source: Korthikanti et al. 2022, section 4.1, operation by operation.
    """
    return {
        "whole": {
            "input of the first norm": activation,
            "input of the query-key-value projections": activation,
            "mask of the dropout after attention": mask,
            "input of the second norm": activation,
            "input of the first feed-forward layer": activation,
            "mask of the dropout after the feed-forward block": mask,
        },
        "split": {
            "queries": activation,
            "keys": activation,
            "values": activation,
            "input of the attention's output projection": activation,
            "input of the GELU, 4h wide": 4 * activation,
            "input of the second feed-forward layer, 4h wide": 4 * activation,
        },
        "core": {
            "output of the softmax": activation,
            "mask of the dropout on the scores": mask,
            "scores after dropout, multiplied with the values": activation,
        },
    }


def whole_width(activation_width: Expr, mask_width: Expr) -> Expr:
    """Add up what lives outside the parallel regions."""
    return Add(*gpt_block_tensors(activation_width, mask_width)["whole"].values())


def split_width(activation_width: Expr) -> Expr:
    """Add up what lives inside them."""
    return Add(*gpt_block_tensors(activation_width, Symbol("mask"))["split"].values())


def score_width(activation_width: Expr, mask_width: Expr) -> Expr:
    """Add up what each score leaves behind."""
    return Add(*gpt_block_tensors(activation_width, mask_width)["core"].values())


def _layers(one: Expr, layers: Expr) -> Expr:
    i = Symbol("i", integer=True)
    return summation(one, (i, 1, layers))


def activation_bytes_with_scores(
    layers: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, heads: Expr, saved_width: Expr,
    score_width: Expr,
) -> Expr:  # fmt: skip
    """Every token keeps its hidden units; every head keeps a score for each pair of tokens."""
    tokens, pairs = seq * micro_batch, seq * seq * micro_batch
    return _layers(tokens * hidden * saved_width + heads * pairs * score_width, layers)


def activation_bytes_without_scores(
    layers: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, saved_width: Expr
) -> Expr:
    """The same with no bytes left for a score."""
    return activation_bytes_with_scores(
        layers, seq, micro_batch, hidden, Symbol("a"), saved_width, Rational(0)
    )


def activation_bytes_full_recompute(
    layers: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, activation_width: Expr
) -> Expr:
    """Keep only the tensor from which the rest of a block can be made again: its input."""
    block = gpt_block_tensors(activation_width, Symbol("mask"))
    kept = block["whole"]["input of the first norm"]
    return _layers(seq * micro_batch * hidden * kept, layers)


def activation_bytes_tensor_parallel(
    layers: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, heads: Expr, whole_width: Expr,
    split_width: Expr, score_width: Expr, tensor_parallel: Expr,
) -> Expr:  # fmt: skip
    """Each GPU has 1/t of the heads and of the feed-forward width, and all of the rest."""
    tokens, pairs = seq * micro_batch, seq * seq * micro_batch
    own_units, own_heads = hidden / tensor_parallel, heads / tensor_parallel
    one = tokens * hidden * whole_width + tokens * own_units * split_width
    return _layers(one + own_heads * pairs * score_width, layers)


def activation_bytes_sequence_parallel(
    layers: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, saved_width: Expr,
    tensor_parallel: Expr,
) -> Expr:  # fmt: skip
    """Each GPU keeps the whole part for 1/t of the tokens, the split part for 1/t of the width."""
    whole = Symbol("whole")
    own_tokens, own_units = seq * micro_batch / tensor_parallel, hidden / tensor_parallel
    outside = own_tokens * hidden * whole
    inside = seq * micro_batch * own_units * (saved_width - whole)
    return _layers(outside + inside, layers)


def activation_bytes_swiglu(
    layers: Expr, seq: Expr, micro_batch: Expr, activation_width: Expr, hidden: Expr,
    kv_width: Expr, ffn: Expr,
) -> Expr:  # fmt: skip
    """List the values that a Llama-style block saves for each token."""
    values_per_token = {
        "input of the first norm": hidden,
        "input of the query-key-value projections": hidden,
        "queries": hidden,
        "keys": kv_width,
        "values": kv_width,
        "attention output, input of its projection": hidden,
        "input of the second norm": hidden,
        "input of the gate and up projections": hidden,
        "gate, input of its SiLU": ffn,
        "SiLU of the gate": ffn,
        "up": ffn,
        "their product, input of the down projection": ffn,
    }
    return _layers(seq * micro_batch * activation_width * Add(*values_per_token.values()), layers)


def kv_width(kv_heads: Expr, head_dim: Expr) -> Expr:
    """Add one head's width for each key-value head."""
    i = Symbol("i", integer=True)
    return summation(head_dim, (i, 1, kv_heads))


def head_dim(hidden: Expr, heads: Expr) -> Expr:
    """Solve: the heads side by side are as wide as the hidden state."""
    d = Symbol("d", positive=True)
    return solve(heads * d - hidden, d)[0]


def usable_bytes(gpu_memory: Expr, reserved_bytes: Expr) -> Expr:
    """Solve: what is usable and what is reserved make up the device."""
    u = Symbol("u")
    return solve(u + reserved_bytes - gpu_memory, u)[0]


def whole_node_devices(devices: Expr, gpus_per_node: Expr) -> Expr:
    """Take nodes one more than have been filled before the last device comes."""
    full_nodes = -ceiling(-(ceiling(devices / gpus_per_node) - 1))
    return (full_nodes + 1) * gpus_per_node


def layers_recomputed(wanted: Expr, layers: Expr) -> Expr:
    """What is wanted beyond what there is cannot be had."""
    return Piecewise((layers, wanted > layers), (wanted, True))


def fits(needed_bytes: Expr, available_bytes: Expr) -> Expr:
    """What is needed is taken from what there is: a shortage means that it does not fit."""
    return Piecewise((0, available_bytes - needed_bytes < 0), (1, True))


def left_over_bytes(total_bytes: Expr, devices: Expr, device_bytes: Expr) -> Expr:
    """Solve: what is free and what is used make up all devices."""
    free = Symbol("free")
    return solve(free + total_bytes - devices * device_bytes, free)[0]


def ratio(part: Expr, whole: Expr) -> Expr:
    """Solve: the ratio of the whole is the part."""
    r = Symbol("r")
    return solve(r * whole - part, r)[0] * Rational(1)
