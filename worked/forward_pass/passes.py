"""What a pass through the model has to do, and how long that takes at best on a machine.

The bytes and FLOPs are the chapter's formulas at a model's shape; the roof is the longer of reading
and computing.

Source: Williams et al. 2009, "Roofline: An Insightful Visual Performance Model", section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worked.formulas import memory, serving
from worked.forward_pass.transformer import Config


def prefill_flops(
    layer_params: Any,
    prompt_tokens: Any,
    head_params: Any,
    layers: Any,
    heads: Any,
    head_dim: Any,
    pairs: Any,
) -> Any:
    """FLOPs of prefill: all tokens through the layers, the last one through the head as well."""
    products = serving.forward_flops(serving.token_flops(layer_params), prompt_tokens)
    attention = serving.attention_flops(layers, heads, head_dim, pairs)
    return products + serving.token_flops(head_params) + attention


def sequence_flops(multiplied: Any, layers: Any, heads: Any, head_dim: Any, context: Any) -> Any:
    """FLOPs of a sequence in a decode step: its products with weights, and its attention."""
    attention = serving.attention_flops(layers, heads, head_dim, context)
    return serving.token_flops(multiplied) + attention


@dataclass(frozen=True)
class Machine:
    """What a machine reaches: bytes read a second and FLOP/s, in a format of `width` bytes."""

    bandwidth: float
    rate: float
    width: int

    @property
    def ridge(self) -> float:
        """FLOPs for each byte read at which computing takes as long as reading."""
        return float(serving.ridge(self.rate, self.bandwidth))

    @property
    def ridge_batch(self) -> float:
        """Rows at which the products with weights reach the ridge."""
        return float(serving.ridge_tokens(self.ridge, self.width))


@dataclass(frozen=True)
class Pass:
    """A pass through the model and what it has to do, however it is done.

    kind: decode or prefill; rows: that go through the layers' matrices, and `head_rows` through
    the head's; read_bytes: weights once, and the cache; flops: products with weights, and
    attention.
    """

    kind: str
    rows: int
    head_rows: int
    read_bytes: float
    flops: float

    @property
    def name(self) -> str:
        """What it is, in words."""
        size = "tokens" if self.kind == "prefill" else "at a time"
        return f"{self.kind}, {self.rows} {size}"

    def roof(self, machine: Machine) -> float:
        """Seconds at best: the longer of reading and computing."""
        reading = serving.read_seconds(self.read_bytes, 1, machine.bandwidth)
        computing = serving.product_seconds(self.flops, 1, machine.rate)
        return float(serving.step_seconds(reading, computing, 0))

    def waits_on_memory(self, machine: Machine) -> bool:
        """Whether reading is the longer."""
        return bool(serving.intensity(self.flops, self.read_bytes) < machine.ridge)


def decode_pass(config: Config, batch: int, context: int, width: int = 4) -> Pass:
    """A decode step of `batch` sequences, each of which looks back on `context` tokens.

    width: bytes of a weight and of a cached value.
    """
    multiplied = config.multiplied_parameters
    kv_width = memory.kv_width(config.kv_heads, config.head_dim)
    kv_token = serving.kv_bytes_per_token(config.layers, kv_width, width)
    each = sequence_flops(multiplied, config.layers, config.heads, config.head_dim, context)
    return Pass(
        "decode",
        batch,
        batch,
        float(serving.step_bytes(multiplied * width, batch, context, kv_token)),
        float(serving.forward_flops(each, batch)),
    )


def prefill_pass(config: Config, tokens: int, width: int = 4) -> Pass:
    """Prefill of a prompt in one chunk: only its last row goes through the head.

    The engine computes the scores of all pairs and masks half of them; they count as computed.
    """
    head = config.vocab * config.hidden
    flops = prefill_flops(
        config.multiplied_parameters - head,
        tokens,
        head,
        config.layers,
        config.heads,
        config.head_dim,
        serving.square_pairs(tokens),
    )
    return Pass(
        "prefill",
        tokens,
        1,
        float(config.multiplied_parameters * width),
        float(flops),
    )
