"""A Llama-style transformer that runs one step for many sequences at once, on a paged cache.

A step takes chunks: some tokens of one sequence each, at the positions where that sequence
stands. A prompt is a long chunk, a decode is a chunk of one token, a draft to verify one of a
few. All rows go through the matrices together, which is what batching is; only attention tells
the sequences apart, since each of them looks back at its own keys and values.

Weights carry the names that transformers gives a Llama. Sources: Touvron et al. 2023, "Llama 2",
section 2.2 (RMSNorm, SwiGLU, grouped-query attention); Su et al. 2021, "RoFormer", section 3.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from worked.rope.rotary_torch import halves_tables, rotate_halves

if TYPE_CHECKING:
    from worked.forward_pass.paged_cache import Pool

# Maps rows (rows, in) to rows (rows, out): a matrix, in whatever form it is kept.
Linear = Callable[[Tensor], Tensor]
# Makes the Linear of a weight (out, in) from its name: the one seam for quantised or split ones.
MakeLinear = Callable[[str, Tensor], Linear]


@dataclass(frozen=True)
class Config:
    """The shape of a Llama-style model.

    `head_dim` need not be hidden / heads. `rotary_dims` are the leading dimensions of a head that
    are rotated (all of them where it is None). `tied`: the head is the embedding, used again.

    Raises:
        ValueError: a size that is not positive, heads that are no multiple of the key-value
            heads, or rotary dimensions that are odd or more than a head has.
    """

    vocab: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    rope_base: float = 10_000.0
    rotary_dims: int | None = None
    norm_eps: float = 1e-5
    tied: bool = False

    def __post_init__(self) -> None:
        for name in ("vocab", "hidden", "layers", "heads", "kv_heads", "head_dim", "ffn"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"{name} = {size!r} must be a whole number of at least 1")
        if self.heads % self.kv_heads:
            raise ValueError(
                f"heads = {self.heads} must be a multiple of kv_heads = {self.kv_heads}: "
                "each key-value head serves an equal group of query heads"
            )
        if self.rotary % 2 or not 0 <= self.rotary <= self.head_dim:
            raise ValueError(
                f"rotary_dims = {self.rotary} must be an even number from 0 to head_dim = "
                f"{self.head_dim}: dimensions are rotated in pairs"
            )
        for name in ("rope_base", "norm_eps"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} = {getattr(self, name)!r} must be a number over 0")

    @property
    def rotary(self) -> int:
        """Dimensions of a head that are rotated."""
        return self.head_dim if self.rotary_dims is None else self.rotary_dims

    @property
    def parameters(self) -> int:
        """All parameters, tied ones once."""
        return sum(torch.Size(shape).numel() for shape in shapes(self).values())

    @property
    def multiplied_parameters(self) -> int:
        """Parameters that multiply each token: all matrices and the head, not the look-up."""
        sizes = {name: torch.Size(shape) for name, shape in shapes(self).items()}
        matrices = sum(s.numel() for n, s in sizes.items() if len(s) == 2 and n != EMBEDDING)
        return matrices + (self.vocab * self.hidden if self.tied else 0)


EMBEDDING = "model.embed_tokens.weight"
NORM = "model.norm.weight"
HEAD = "lm_head.weight"


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Return the shape of each weight by transformers' name; matrices are (out, in)."""
    queries, keys = config.heads * config.head_dim, config.kv_heads * config.head_dim
    layer: dict[str, tuple[int, ...]] = {
        "input_layernorm": (config.hidden,),
        "self_attn.q_proj": (queries, config.hidden),
        "self_attn.k_proj": (keys, config.hidden),
        "self_attn.v_proj": (keys, config.hidden),
        "self_attn.o_proj": (config.hidden, queries),
        "post_attention_layernorm": (config.hidden,),
        "mlp.gate_proj": (config.ffn, config.hidden),
        "mlp.up_proj": (config.ffn, config.hidden),
        "mlp.down_proj": (config.hidden, config.ffn),
    }
    table = (config.vocab, config.hidden)
    return {
        EMBEDDING: table,
        **{
            f"model.layers.{i}.{name}.weight": shape
            for i in range(config.layers)
            for name, shape in layer.items()
        },
        NORM: (config.hidden,),
        **({} if config.tied else {HEAD: table}),
    }


def random_weights(
    config: Config, seed: int, dtype: torch.dtype = torch.float32
) -> dict[str, Tensor]:
    """Return random weights that keep activations near one, so that logits are far from flat.

    Norms are random too (around one): a norm that is left out or swapped shows.
    """
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes(config).items():
        draw = torch.randn(shape, generator=generator, dtype=torch.float64)
        if len(shape) == 1:
            draw = 1 + 0.2 * draw
        elif name != EMBEDDING or config.tied:
            draw = draw / shape[1] ** 0.5
        weights[name] = draw.to(dtype)
    return weights


def dense(name: str, weight: Tensor) -> Linear:
    """Return the plain linear layer of a weight (out, in): x → x Wᵀ.

    It keeps a transposed copy: for the few rows of a decode step a CPU's matrix product is up to
    twice as fast when both its operands are read along their rows.
    """
    transposed = weight.t().contiguous()
    return lambda x: x @ transposed


@dataclass(frozen=True)
class Chunk:
    """Tokens of one sequence that a step runs.

    tokens: their ids, at least one; start: the position of the first, which is how many tokens of
    the sequence the cache holds already; blocks: the sequence's block table, with room for
    start + len(tokens) tokens; logits: of how many of its last rows the logits are wanted.
    """

    tokens: Sequence[int]
    start: int
    blocks: Sequence[int]
    logits: int = 1


@dataclass(frozen=True)
class _Group:
    """Chunks with equally many tokens, whose attention is one batched product.

    rows: theirs among the step's rows; size: chunks; slots: where the cache holds the keys that
    they see, (size, longest); mask: 0 where a token may look and -inf where it may not,
    (size, 1, tokens, longest), None where each may look at all.
    """

    rows: slice
    size: int
    slots: Tensor
    mask: Tensor | None


@dataclass(frozen=True)
class _Layout:
    """What a step's chunks come to, once for all layers; rows are ordered by group."""

    ids: Tensor
    positions: Tensor
    slots: Tensor
    groups: list[_Group]
    wanted: Tensor


def _check(chunks: Sequence[Chunk], block_size: int) -> None:
    for chunk in chunks:
        end, room = chunk.start + len(chunk.tokens), len(chunk.blocks) * block_size
        if not 0 <= chunk.logits <= len(chunk.tokens) or not chunk.tokens:
            raise ValueError(
                f"a chunk of {len(chunk.tokens)} tokens cannot give {chunk.logits} rows of logits: "
                "it has at least one token, and a row of each at most"
            )
        if end > room:
            raise ValueError(
                f"a chunk ends at token {end}, and its block table has room for {room}: "
                "grow the table first"
            )


def _layout(chunks: Sequence[Chunk], block_size: int, dtype: torch.dtype) -> _Layout:
    """Group the chunks by their number of tokens; find where each row reads and writes."""
    by_length: dict[int, list[int]] = {}
    for i, chunk in enumerate(chunks):
        by_length.setdefault(len(chunk.tokens), []).append(i)
    ids: list[int] = []
    positions, writes, groups = [], [], []
    first_row = {}
    for length, members in by_length.items():
        begin = len(ids)
        for i in members:
            first_row[i] = len(ids)
            ids += chunks[i].tokens
        starts = torch.tensor([chunks[i].start for i in members])
        longest = int(starts.max()) + length
        at = starts[:, None] + torch.arange(length)  # (size, length): positions of the rows
        widest = -(-longest // block_size)
        tables = torch.tensor([_padded(chunks[i].blocks, widest) for i in members])
        seen = torch.arange(longest).expand(len(members), -1)
        mask = None
        if not bool((at[:, :1] == longest - 1).all()):
            far = seen[:, None, :] > at[:, :, None]
            mask = torch.zeros(far.shape, dtype=dtype).masked_fill_(far, -torch.inf)[:, None]
        # A shorter sequence is padded with its own last slot, so that its masked products are
        # with numbers of its own: nothing of another sequence, not even a NaN, comes near it.
        seen = torch.minimum(seen, at[:, -1:])
        groups.append(
            _Group(slice(begin, len(ids)), len(members), _slots(tables, seen, block_size), mask)
        )
        positions.append(at.flatten())
        writes.append(_slots(tables, at, block_size).flatten())
    wanted = [
        first_row[i] + len(chunk.tokens) - back
        for i, chunk in enumerate(chunks)
        for back in range(chunk.logits, 0, -1)
    ]
    return _Layout(
        torch.tensor(ids),
        torch.cat(positions),
        torch.cat(writes),
        groups,
        torch.tensor(wanted, dtype=torch.long),
    )


def _padded(blocks: Sequence[int], widest: int) -> list[int]:
    return [*blocks[:widest], *[0] * (widest - len(blocks))]


def _slots(tables: Tensor, positions: Tensor, block_size: int) -> Tensor:
    """Where the cache holds these positions of each sequence, both (sequences, positions)."""
    return tables.gather(1, positions // block_size) * block_size + positions % block_size


class Transformer:
    """A model: its shape and its weights.

    `make_linear` is called once for each matrix, the head included, with its name less ".weight";
    what it returns takes the matrix's place.

    Raises:
        ValueError: a weight is missing, has another shape, or is not of this model.
    """

    def __init__(
        self, config: Config, weights: Mapping[str, Tensor], make_linear: MakeLinear = dense
    ) -> None:
        expected = shapes(config)
        for name, shape in expected.items():
            if name not in weights:
                raise ValueError(f"the weight {name!r} is missing")
            if tuple(weights[name].shape) != shape:
                raise ValueError(
                    f"{name!r} has shape {tuple(weights[name].shape)}; this model's is {shape}"
                )
        if strangers := sorted(set(weights) - set(expected)):
            raise ValueError(f"this model has no weight {strangers[0]!r}")
        self.config = config
        self.dtype = weights[EMBEDDING].dtype
        self._embedding = weights[EMBEDDING]
        self._norms = {n: w for n, w in weights.items() if w.dim() == 1}
        matrices = {n: w for n, w in weights.items() if w.dim() == 2 and n != EMBEDDING}
        matrices[HEAD] = weights[EMBEDDING if config.tied else HEAD]
        self._linears = {
            name.removesuffix(".weight"): make_linear(name.removesuffix(".weight"), weight)
            for name, weight in matrices.items()
        }
        pairs = torch.arange(0, config.rotary, 2, dtype=torch.float64)
        self._frequencies = config.rope_base ** (-pairs / max(config.rotary, 1))

    @torch.inference_mode()
    def step(self, chunks: Sequence[Chunk], pool: Pool) -> Tensor:
        """Run the chunks' tokens; return the logits that they want, (wanted rows, vocab), in order.

        Writes the tokens' keys and values into the pool and reads those before them.

        Raises:
            ValueError: a chunk is empty, wants more logits than it has tokens, or has no room.
        """
        _check(chunks, pool.block_size)
        layout = _layout(chunks, pool.block_size, self.dtype)
        tables = halves_tables(layout.positions[:, None], self._frequencies, self.dtype)
        x = self._embedding[layout.ids]
        for i in range(self.config.layers):
            layer = f"model.layers.{i}."
            x = x + self._attention(
                i, self._norm(x, layer + "input_layernorm"), layout, tables, pool
            )
            x = x + self._feed_forward(layer, self._norm(x, layer + "post_attention_layernorm"))
        return self._linears["lm_head"](self._norm(x[layout.wanted], "model.norm"))

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight = self._norms[name + ".weight"]
        return functional.rms_norm(x, weight.shape, weight, self.config.norm_eps)

    def _feed_forward(self, layer: str, x: Tensor) -> Tensor:
        """SwiGLU: W_down (silu(W_gate x) * W_up x)."""
        gate, up, down = (self._linears[f"{layer}mlp.{n}_proj"] for n in ("gate", "up", "down"))
        return down(functional.silu(gate(x)) * up(x))

    def _attention(
        self, i: int, x: Tensor, layout: _Layout, tables: tuple[Tensor, Tensor], pool: Pool
    ) -> Tensor:
        """Rotated queries against the cache's keys, of which this step's own are written first."""
        config = self.config
        q, k, v, out = (
            self._linears[f"model.layers.{i}.self_attn.{n}_proj"] for n in ("q", "k", "v", "o")
        )
        heads = torch.cat((q(x), k(x)), 1).unflatten(1, (-1, config.head_dim))
        queries, keys = _rotate(heads, *tables).split((config.heads, config.kv_heads), 1)
        pool.write(i, layout.slots, keys, v(x).unflatten(1, (-1, config.head_dim)))
        queries = queries * config.head_dim**-0.5
        context = [
            _attend(queries[group.rows], *pool.read(i, group.slots), group)
            for group in layout.groups
        ]
        return out(torch.cat(context))


def _rotate(x: Tensor, cos: Tensor, signed_sin: Tensor) -> Tensor:
    """Turn the leading dimensions, as many as the tables have; the rest passes."""
    width = cos.shape[-1]
    if width == x.shape[-1]:
        return rotate_halves(x, cos, signed_sin)
    if not width:
        return x
    return torch.cat((rotate_halves(x[..., :width], cos, signed_sin), x[..., width:]), -1)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, group: _Group) -> Tensor:
    """Return the context of a group's rows, (rows, heads * head_dim).

    queries (rows, heads, head_dim), scaled; keys and values (kv_heads, size, longest, head_dim).
    The query heads of one key-value head are stacked along the tokens, so that keys and values
    are not copied out to all heads. Scores are computed for all of a chunk's tokens with all that
    the longest sees and then masked: of a whole prompt's, half (less the diagonal) is thrown away.
    """
    kv_heads, size, longest, head_dim = keys.shape
    tokens = len(queries) // size
    stacked = queries.view(size, tokens, kv_heads, -1, head_dim).permute(2, 0, 3, 1, 4)
    share = stacked.shape[2]  # query heads of one key-value head
    stacked = stacked.reshape(kv_heads * size, share * tokens, head_dim)
    scores = stacked @ keys.flatten(0, 1).transpose(1, 2)
    if group.mask is not None:
        scores.view(kv_heads, size, share, tokens, longest).add_(group.mask)
    context = scores.softmax(-1) @ values.flatten(0, 1)
    context = context.view(kv_heads, size, share, tokens, head_dim).permute(1, 3, 0, 2, 4)
    return context.reshape(size * tokens, -1)
