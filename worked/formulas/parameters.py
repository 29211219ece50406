"""How many parameters a decoder-only transformer has: plain arithmetic from its configuration.

Arguments are counts without unit, named as in givens/models.toml. Yes-or-no properties are
numbers too, so that every function stays arithmetic: `tied_embeddings` is 1 where the output
projection is the input embedding, else 0; `qkv_bias` is 1 where queries, keys and values have
biases, else 0.
"""

from __future__ import annotations

from typing import Any


def attention_parameters(
    hidden: Any, heads: Any, kv_heads: Any, head_dim: Any, qkv_bias: Any = 0
) -> Any:
    """Parameters of one layer's grouped-query attention: Q and output, K and V, their biases.

    Q and the output projection are hidden x (heads * head_dim); K and V are
    hidden x (kv_heads * head_dim). Source: Ainslie et al. 2023, "GQA", section 2.2;
    Qwen2.5 technical report (2024), section 2 (QKV bias).
    """
    return (
        2 * hidden * heads * head_dim
        + 2 * hidden * kv_heads * head_dim
        + qkv_bias * (heads + 2 * kv_heads) * head_dim
    )


def gated_mlp_parameters(hidden: Any, ffn: Any) -> Any:
    """Parameters of one SwiGLU feed-forward block: gate, up and down, no biases.

    Source: Shazeer 2020, "GLU Variants Improve Transformer", equation 6.
    """
    return 3 * hidden * ffn


def llama_parameters(
    layers: Any,
    hidden: Any,
    heads: Any,
    kv_heads: Any,
    head_dim: Any,
    ffn: Any,
    vocab: Any,
    tied_embeddings: Any = 0,
    qkv_bias: Any = 0,
) -> Any:
    """All parameters of a dense Llama-style model (Llama, Mistral, Qwen2.5).

    Each layer has attention, a gated feed-forward block and two RMSNorm weights; the model
    adds its embedding table(s) and one final RMSNorm. Source: Touvron et al. 2023, "Llama 2",
    section 2.2 and Table 1.
    """
    layer = (
        attention_parameters(hidden, heads, kv_heads, head_dim, qkv_bias)
        + gated_mlp_parameters(hidden, ffn)
        + 2 * hidden
    )
    return layers * layer + (2 - tied_embeddings) * vocab * hidden + hidden


def mixture_parameters(
    layers: Any,
    hidden: Any,
    heads: Any,
    kv_heads: Any,
    head_dim: Any,
    ffn: Any,
    vocab: Any,
    experts: Any,
    counted_experts: Any,
    tied_embeddings: Any = 0,
) -> Any:
    """Parameters of a Mixtral-style model, counting `counted_experts` experts of each layer.

    With `counted_experts` = `experts` it is the total; with the number of experts a token is
    routed to, it is what is active per token. The router always has hidden x `experts`
    weights; the embedding tables count whole in both. Source: Jiang et al. 2024,
    "Mixtral of Experts", section 2.
    """
    layer = (
        attention_parameters(hidden, heads, kv_heads, head_dim)
        + hidden * experts
        + counted_experts * gated_mlp_parameters(hidden, ffn)
        + 2 * hidden
    )
    return layers * layer + (2 - tied_embeddings) * vocab * hidden + hidden


def gpt_parameters(layers: Any, hidden: Any, vocab: Any, max_positions: Any) -> Any:
    """All parameters of a GPT-2 or GPT-3 model: 4h feed-forward, biases, tied output.

    A layer has 12 h^2 weights (QKV 3, projection 1, feed-forward 4 + 4), 9 h biases (3, 1, 4
    and 1) and 4 h of LayerNorm; the model adds token and position embeddings and a final
    LayerNorm. Source: Radford et al. 2019, section 2.3; Brown et al. 2020, Table 2.1.
    """
    return (
        layers * (12 * hidden**2 + 13 * hidden)
        + vocab * hidden
        + max_positions * hidden
        + 2 * hidden
    )


def latent_attention_parameters(
    hidden: Any,
    heads: Any,
    q_lora_rank: Any,
    kv_lora_rank: Any,
    qk_nope_head_dim: Any,
    qk_rope_head_dim: Any,
    v_head_dim: Any,
) -> Any:
    """Parameters of one layer's multi-head latent attention with compressed queries.

    Queries go down to `q_lora_rank` and up to all heads; keys and values go down to `kv_lora_rank`
    (plus one shared rotary key) and up to all heads; each latent has an RMSNorm.
    Source: DeepSeek-V3 technical report (2024), section 2.1.1, equations 1 to 11.
    """
    queries = (
        hidden * q_lora_rank
        + q_lora_rank
        + q_lora_rank * heads * (qk_nope_head_dim + qk_rope_head_dim)
    )
    keys_and_values = (
        hidden * (kv_lora_rank + qk_rope_head_dim)
        + kv_lora_rank
        + kv_lora_rank * heads * (qk_nope_head_dim + v_head_dim)
    )
    return queries + keys_and_values + heads * v_head_dim * hidden


def latent_mixture_parameters(
    layers: Any,
    dense_layers: Any,
    hidden: Any,
    heads: Any,
    q_lora_rank: Any,
    kv_lora_rank: Any,
    qk_nope_head_dim: Any,
    qk_rope_head_dim: Any,
    v_head_dim: Any,
    ffn: Any,
    expert_ffn: Any,
    vocab: Any,
    experts: Any,
    shared_experts: Any,
    counted_experts: Any,
    tied_embeddings: Any = 0,
) -> Any:
    """Parameters of a DeepSeek-V3-style model, counting `counted_experts` routed experts a layer.

    The first `dense_layers` layers have one feed-forward block of width `ffn`; the others
    have a router (hidden x `experts` weights, and a load-balancing bias per expert, which the
    checkpoint holds though a rule and not a gradient sets it), `shared_experts` experts that
    every token visits and `counted_experts` routed ones, all of width `expert_ffn`. With
    `counted_experts` = `experts` it is the total, with the number a token is routed to it is
    what is active. The multi-token-prediction module is not counted.
    Source: DeepSeek-V3 technical report (2024), sections 2.1 and 4.2.
    """
    attention = latent_attention_parameters(
        hidden, heads, q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim
    )
    dense_layer = attention + gated_mlp_parameters(hidden, ffn) + 2 * hidden
    expert_layer = (
        attention
        + (hidden + 1) * experts
        + (shared_experts + counted_experts) * gated_mlp_parameters(hidden, expert_ffn)
        + 2 * hidden
    )
    return (
        dense_layers * dense_layer
        + (layers - dense_layers) * expert_layer
        + (2 - tied_embeddings) * vocab * hidden
        + hidden
    )
