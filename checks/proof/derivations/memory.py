"""Derive the memory formulas from lists of the tensors that are kept."""

from __future__ import annotations

from sympy import Add, Expr, Symbol, summation


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


def activation_bytes_swiglu(
    layers: Expr,
    seq: Expr,
    micro_batch: Expr,
    activation_width: Expr,
    hidden: Expr,
    kv_width: Expr,
    ffn: Expr,
) -> Expr:
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
