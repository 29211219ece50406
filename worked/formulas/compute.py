"""Floating-point operations of training and what share of a GPU they use.

FLOP/s are dense and in the number format that the matrix products run in.
"""

from __future__ import annotations

from typing import Any


def parameter_flops_per_token(params: Any) -> Any:
    """FLOPs of training per token that the parameters cause: 2 forward, 4 backward each.

    Source: Kaplan et al. 2020, section 2.1.
    """
    return 6 * params


def attention_flops_per_token(layers: Any, hidden: Any, seq: Any) -> Any:
    """FLOPs of training per token for attention scores and their use, no causal saving.

    Source: Chowdhery et al. 2022 (PaLM), appendix B: 12·L·H·Q·T with H·Q = h.
    Often got wrong: one of the two products forgotten (museum: karpathy/nanoGPT 456).
    """
    return 12 * layers * hidden * seq


def train_flops_per_token(parameter_flops: Any, attention_flops: Any) -> Any:
    """Model FLOPs of training per token, the numerator of MFU."""
    return parameter_flops + attention_flops


def tokens_per_second(gpus: Any, peak_flops: Any, mfu: Any, flops_per_token: Any) -> Any:
    """Tokens that a cluster trains on per second, all GPUs together."""
    return gpus * peak_flops * mfu / flops_per_token


def model_flops_utilization(
    tokens_per_second: Any, flops_per_token: Any, gpus: Any, peak_flops: Any
) -> Any:
    """MFU: model FLOPs done per second over the dense peak of all GPUs.

    tokens_per_second: of the whole cluster, not per GPU.
    Source: Chowdhery et al. 2022 (PaLM), appendix B.
    Often got wrong: another GPU's peak (museum: karpathy/nanoGPT 464); the peak with sparsity
    (museum: pytorch/torchtitan 1393, qoofyk/LLM_Sizing_Guide 3).
    """
    return tokens_per_second * flops_per_token / (gpus * peak_flops)


def token_rate_at_peak(gpus: Any, peak_flops: Any, flops_per_token: Any) -> Any:
    """Tokens per second, all GPUs together, that no program can exceed."""
    return gpus * peak_flops / flops_per_token


def hardware_flops_utilization(mfu: Any) -> Any:
    """HFU under full recomputation: the second forward pass counts as work done.

    Forward is a third of a step's model FLOPs, so 8 are run for every 6 that count.
    Source: Korthikanti et al. 2022, appendix A.
    """
    return mfu * 4 / 3


def tokens_trained(tokens_per_second: Any, seconds: Any) -> Any:
    """Tokens trained on in a time."""
    return tokens_per_second * seconds


def scaled(value: Any, factor: Any) -> Any:
    """A quantity times a pure factor."""
    return value * factor
