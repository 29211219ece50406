"""Derive the memory formulas from lists of the tensors that are kept."""

from __future__ import annotations

from sympy import Add, Expr

from checks.proof.steps import noted


def added(kept: dict[str, Expr]) -> Expr:
    """Say each tensor and add them up."""
    for name, width in kept.items():
        noted(name[0].upper() + name[1:], width)
    return noted("Added up", Add(*kept.values()))


def whole_width(activation_width: Expr, mask_width: Expr) -> Expr:
    """Add up what a block saves outside its parallel regions, tensor by tensor.

    Here and below: of one GPT block, in the order it runs. Source: Korthikanti et al. 2022,
    section 4.1.
    """
    return added(
        {
            "input of the first norm": activation_width,
            "input of the query-key-value projections": activation_width,
            "mask of the dropout after attention": mask_width,
            "input of the second norm": activation_width,
            "input of the first feed-forward layer": activation_width,
            "mask of the dropout after the feed-forward block": mask_width,
        }
    )


def split_width(activation_width: Expr) -> Expr:
    """Add up what a block saves inside its parallel regions, tensor by tensor."""
    return added(
        {
            "queries": activation_width,
            "keys": activation_width,
            "values": activation_width,
            "input of the attention's output projection": activation_width,
            "input of the GELU, four times as wide": 4 * activation_width,
            "input of the second feed-forward layer, four times as wide": 4 * activation_width,
        }
    )


def score_width(activation_width: Expr, mask_width: Expr) -> Expr:
    """Add up what each attention score leaves behind."""
    return added(
        {
            "output of the softmax": activation_width,
            "mask of the dropout on the scores": mask_width,
            "scores after dropout, multiplied with the values": activation_width,
        }
    )


def activation_bytes_swiglu(
    layers: Expr,
    seq: Expr,
    micro_batch: Expr,
    activation_width: Expr,
    hidden: Expr,
    kv_width: Expr,
    ffn: Expr,
) -> Expr:
    """Add up the values that a Llama-style block saves for each token."""
    values_per_token = added(
        {
            "inputs of both norms": 2 * hidden,
            "input of the query-key-value projections": hidden,
            "queries": hidden,
            "keys and values": 2 * kv_width,
            "attention output, input of its projection": hidden,
            "input of the gate and up projections": hidden,
            "gate, its SiLU, up and their product": 4 * ffn,
        }
    )
    tokens = seq * micro_batch
    return noted("For all tokens and layers", layers * tokens * activation_width * values_per_token)
