"""A small decoder-only transformer, GPT style or Llama style, on which the book measures memory.

Activations are laid out (sequence, batch, hidden) as in Megatron-LM. Every operation is an
eager torch operation, so what it keeps for the backward pass can be counted tensor by tensor.
The model is a list of units (embedding, layers, head), each mapping one tensor to the next:
the granularity at which ZeRO-3 gathers parameters and full recomputation forgets activations.

Sources: Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer
Models", Figure 2 (GPT layer); Touvron et al. 2023, "Llama 2", section 2.2 (RMSNorm, SwiGLU,
grouped-query attention); Jiang et al. 2024, "Mixtral of Experts", section 2 (experts).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

Recompute = Literal["none", "attention", "layer"]


@dataclass(frozen=True)
class GPTConfig:
    """GPT style: LayerNorm, biases everywhere, GELU, learned positions, dropout.

    `recompute` says what is forgotten in the forward pass and computed again in the backward
    pass: nothing, the attention core (selective recomputation) or the whole layer (full).

    Raises:
        ValueError: `hidden` is not a multiple of `heads`.
    """

    layers: int
    hidden: int
    heads: int
    vocab: int
    positions: int
    dropout: float = 0.1
    tied: bool = True
    recompute: Recompute = "none"

    def __post_init__(self) -> None:
        if self.hidden % self.heads:
            raise ValueError(
                f"hidden = {self.hidden} must be a multiple of heads = {self.heads}: "
                "each head takes an equal share of the hidden size"
            )


@dataclass(frozen=True)
class LlamaConfig:
    """Llama style: RMSNorm, no biases, rotary positions, SwiGLU, grouped-query attention.

    `qkv_bias` gives the query, key and value projections a bias (Qwen2.5). `experts` > 0
    replaces the feed-forward block by that many experts, of which a router picks
    `experts_per_token` for each token (Mixtral).

    Raises:
        ValueError: `heads` is not a multiple of `kv_heads`, or `experts_per_token` is
            not between 1 and `experts`.
    """

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    tied: bool = False
    qkv_bias: bool = False
    experts: int = 0
    experts_per_token: int = 0
    rope_theta: float = 10_000.0
    norm_epsilon: float = 1e-5
    recompute: Recompute = "none"

    def __post_init__(self) -> None:
        if self.heads % self.kv_heads:
            raise ValueError(
                f"heads = {self.heads} must be a multiple of kv_heads = {self.kv_heads}: "
                "each key-value head serves an equal group of query heads"
            )
        if self.experts and not 1 <= self.experts_per_token <= self.experts:
            raise ValueError(
                f"experts_per_token = {self.experts_per_token} must lie between 1 and "
                f"experts = {self.experts}"
            )


def dropout(x: Tensor, probability: float) -> Tensor:
    """Return `x` with a fraction `probability` of its elements zeroed and the rest scaled up.

    Uses the fused operation that GPUs run: it keeps a one-byte bool mask for the backward
    pass, as Korthikanti et al. count it. `functional.dropout` on a CPU keeps the mask in x's dtype.
    """
    return torch.native_dropout(x, probability, True)[0] if probability > 0 else x


# --8<-- [start:attention_core]
def attention_core(
    q: Tensor, k: Tensor, v: Tensor, kv_heads: int, head_dim: int, dropout_probability: float = 0.0
) -> Tensor:
    """Return the causal attention context, (s, b, heads * head_dim), with stored scores.

    `q` is (s, b, heads * head_dim), `k` and `v` are (s, b, kv_heads * head_dim). The query
    heads that share a key-value head are stacked along the sequence, so that keys and
    values are never copied out to all heads.
    """
    s, b, width = q.shape
    group = width // (kv_heads * head_dim)  # query heads per key-value head
    q = q.view(s, b, kv_heads, group, head_dim).permute(1, 2, 3, 0, 4)
    q = q.reshape(b * kv_heads, group * s, head_dim)
    k = k.reshape(s, b * kv_heads, head_dim).transpose(0, 1)
    v = v.reshape(s, b * kv_heads, head_dim).transpose(0, 1)

    # Added, not filled: addition keeps nothing for the backward pass.
    future = torch.full((s, s), -math.inf, dtype=q.dtype, device=q.device).triu(1)
    scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(head_dim)
    scores = scores.view(b * kv_heads, group, s, s) + future
    probabilities = dropout(scores.softmax(dim=-1), dropout_probability)
    context = torch.bmm(probabilities.view(b * kv_heads, group * s, s), v)
    context = context.view(b, kv_heads, group, s, head_dim).permute(3, 0, 1, 2, 4)
    return context.reshape(s, b, width)


# --8<-- [end:attention_core]


# --8<-- [start:gpt_layer]
class GPTLayer(nn.Module):
    """One GPT layer: (s, b, h) -> (s, b, h). Korthikanti et al. 2022, Figure 2."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        h = config.hidden
        self.config = config
        self.attention_norm = nn.LayerNorm(h)
        self.qkv = nn.Linear(h, 3 * h)
        self.projection = nn.Linear(h, h)
        self.mlp_norm = nn.LayerNorm(h)
        self.up = nn.Linear(h, 4 * h)
        self.down = nn.Linear(4 * h, h)

    def forward(self, x: Tensor) -> Tensor:
        c = self.config
        joint = self.qkv(self.attention_norm(x))
        q, k, v = (part.contiguous() for part in joint.chunk(3, dim=-1))
        core = functools.partial(
            attention_core,
            kv_heads=c.heads,
            head_dim=c.hidden // c.heads,
            dropout_probability=c.dropout if self.training else 0.0,
        )
        if c.recompute == "attention":
            context = checkpoint(core, q, k, v, use_reentrant=False)
        else:
            context = core(q, k, v)
        p = c.dropout if self.training else 0.0
        x = x + dropout(self.projection(context), p)
        return x + dropout(self.down(functional.gelu(self.up(self.mlp_norm(x)))), p)


# --8<-- [end:gpt_layer]


class GPTEmbedding(nn.Module):
    """Token and learned position embeddings: tokens (s, b) -> (s, b, h)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab, config.hidden)
        self.positions = nn.Embedding(config.positions, config.hidden)

    def forward(self, tokens: Tensor) -> Tensor:
        positions = torch.arange(tokens.shape[0], device=tokens.device)
        x = self.tokens(tokens) + self.positions(positions)[:, None]
        return dropout(x, self.config.dropout if self.training else 0.0)


class GPTHead(nn.Module):
    """Final LayerNorm and output projection: (s, b, h) -> logits (s, b, vocab)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.hidden)
        self.output = nn.Linear(config.hidden, config.vocab, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.norm(x))


@functools.lru_cache(maxsize=16)
def rotary_tables(
    length: int, head_dim: int, theta: float, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Return the cosines and sines of rotary positions, each (length, 1, 1, head_dim)."""
    frequency = theta ** (
        -torch.arange(0, head_dim, 2, device=device, dtype=torch.float32) / head_dim
    )
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * frequency
    angle = torch.cat([angle, angle], dim=-1)[:, None, None]
    return angle.cos().to(dtype), angle.sin().to(dtype)


def rotate(x: Tensor, theta: float) -> Tensor:
    """Return `x`, (s, b, heads, head_dim), turned by its position: pairs are (i, i + d/2)."""
    cos, sin = rotary_tables(x.shape[0], x.shape[-1], theta, x.dtype, x.device)
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class GatedMLP(nn.Module):
    """SwiGLU feed-forward block: down(silu(gate(x)) * up(x))."""

    def __init__(self, hidden: int, ffn: int) -> None:
        super().__init__()
        self.gate = nn.Linear(hidden, ffn, bias=False)
        self.up = nn.Linear(hidden, ffn, bias=False)
        self.down = nn.Linear(ffn, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(functional.silu(self.gate(x)) * self.up(x))


class ExpertMLP(nn.Module):
    """Mixture of experts: a router sends each token to its `experts_per_token` best experts."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.experts_per_token = config.experts_per_token
        self.router = nn.Linear(config.hidden, config.experts, bias=False)
        self.experts = nn.ModuleList(
            GatedMLP(config.hidden, config.ffn) for _ in range(config.experts)
        )

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.reshape(-1, x.shape[-1])
        weight, chosen = self.router(tokens).float().softmax(-1).topk(self.experts_per_token)
        weight = (weight / weight.sum(-1, keepdim=True)).to(x.dtype)
        out = torch.zeros_like(tokens)
        for index, expert in enumerate(self.experts):
            token, slot = torch.where(chosen == index)
            out = out.index_add(0, token, expert(tokens[token]) * weight[token, slot, None])
        return out.view_as(x)


class LlamaLayer(nn.Module):
    """One Llama layer: (s, b, h) -> (s, b, h)."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        h, d = config.hidden, config.head_dim
        self.config = config
        self.attention_norm = nn.RMSNorm(h, eps=config.norm_epsilon)
        self.q = nn.Linear(h, config.heads * d, bias=config.qkv_bias)
        self.k = nn.Linear(h, config.kv_heads * d, bias=config.qkv_bias)
        self.v = nn.Linear(h, config.kv_heads * d, bias=config.qkv_bias)
        self.projection = nn.Linear(config.heads * d, h, bias=False)
        self.mlp_norm = nn.RMSNorm(h, eps=config.norm_epsilon)
        self.mlp = ExpertMLP(config) if config.experts else GatedMLP(h, config.ffn)

    def forward(self, x: Tensor) -> Tensor:
        c = self.config
        s, b, _ = x.shape
        normed = self.attention_norm(x)
        q = rotate(self.q(normed).view(s, b, c.heads, c.head_dim), c.rope_theta)
        k = rotate(self.k(normed).view(s, b, c.kv_heads, c.head_dim), c.rope_theta)
        core = functools.partial(attention_core, kv_heads=c.kv_heads, head_dim=c.head_dim)
        if c.recompute == "attention":
            context = checkpoint(
                core, q.flatten(2), k.flatten(2), self.v(normed), use_reentrant=False
            )
        else:
            context = core(q.flatten(2), k.flatten(2), self.v(normed))
        x = x + self.projection(context)
        return x + self.mlp(self.mlp_norm(x))


class LlamaEmbedding(nn.Module):
    """Token embedding: tokens (s, b) -> (s, b, h)."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.tokens = nn.Embedding(config.vocab, config.hidden)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.tokens(tokens)


class LlamaHead(nn.Module):
    """Final RMSNorm and output projection: (s, b, h) -> logits (s, b, vocab)."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(config.hidden, eps=config.norm_epsilon)
        self.output = nn.Linear(config.hidden, config.vocab, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.norm(x))


class Transformer(nn.Module):
    """A decoder-only language model: tokens (s, b) -> logits (s, b, vocab).

    The config's class selects the style. Build it under `torch.device("meta")` to count
    the parameters of a model that no machine here could hold.
    """

    def __init__(self, config: GPTConfig | LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding: nn.Module
        self.head: nn.Module
        if isinstance(config, GPTConfig):
            self.embedding, self.head = GPTEmbedding(config), GPTHead(config)
            self.layers = nn.ModuleList(GPTLayer(config) for _ in range(config.layers))
        else:
            self.embedding, self.head = LlamaEmbedding(config), LlamaHead(config)
            self.layers = nn.ModuleList(LlamaLayer(config) for _ in range(config.layers))
        if config.tied:
            self.head.output.weight = self.embedding.tokens.weight

    def units(self) -> list[nn.Module]:
        """Return the units in the order in which an input passes them."""
        return [self.embedding, *self.layers, self.head]

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for layer in self.layers:
            if self.config.recompute == "layer":
                x = checkpoint(layer, x, use_reentrant=False)
            else:
                x = layer(x)
        return self.head(x)


def next_token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy, in nats, computed in fp32 as training does.

    `logits` is (s, b, vocab), `targets` (s, b) holds token numbers.
    """
    return functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten())


def count_parameters(config: GPTConfig | LlamaConfig) -> int:
    """Return the exact number of parameters, counted on the meta device (no memory used).

    A weight shared by two modules (tied embeddings) is counted once.
    """
    with torch.device("meta"):
        return sum(p.numel() for p in Transformer(config).parameters())
