"""Keys and values in blocks: who holds which block, and which blocks can be shared.

The pool is one tensor of keys and one of values, cut into blocks of a few tokens. A sequence's
block table says where its tokens are; nothing is reserved ahead but the rest of its last block
(Kwon et al. 2023, "Efficient Memory Management for Large Language Model Serving with
PagedAttention", section 4). A full block whose tokens are final is published: another sequence
that begins with the very same tokens, under the same salt, takes it instead of computing it. It is
looked up by a hash and then compared by its tokens and all before them; a hash alone would one day
hand somebody another's context. Blocks that nobody holds stay published until they are needed,
the one that was given back first goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from worked.forward_pass.transformer import Config


class OutOfBlocksError(Exception):
    """The pool has fewer blocks left than were asked for; nothing was taken."""


@dataclass(frozen=True, eq=False)
class Prefix:
    """What a full block holds: its tokens, after those of all blocks before it, under a salt."""

    salt: str
    parent: Prefix | None
    tokens: tuple[int, ...]
    digest: int

    def same_as(self, other: Prefix | None) -> bool:
        """Whether both are the same tokens from the first on, under the same salt."""
        mine: Prefix | None = self
        while mine is not other:
            if mine is None or other is None:
                return False
            if mine.tokens != other.tokens or mine.salt != other.salt:
                return False
            mine, other = mine.parent, other.parent
        return True


@dataclass
class Table:
    """The block table of one sequence.

    blocks: in order; length: tokens whose keys and values they hold; salt: who may share them;
    prefix: what the leading blocks hold that are published, or shared, and how many those are.
    """

    salt: str = ""
    blocks: list[int] = field(default_factory=list)
    length: int = 0
    prefix: Prefix | None = None
    published: int = 0


class Pool:
    """Blocks of keys and values, with who holds them.

    `dtype` is the weights'. `hashed` makes the hash by which a prefix is looked up.

    Raises:
        ValueError: fewer than one block, or blocks of less than one token.
    """

    def __init__(
        self,
        blocks: int,
        block_size: int,
        config: Config,
        dtype: torch.dtype = torch.float32,
        hashed: Callable[[Hashable], int] = hash,
    ) -> None:
        for name, size in (("blocks", blocks), ("block_size", block_size)):
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"{name} = {size!r} must be a whole number of at least 1")
        self.blocks, self.block_size, self.config = blocks, block_size, config
        shape = (config.layers, config.kv_heads, blocks * block_size, config.head_dim)
        self.keys, self.values = torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)
        self.references = [0] * blocks
        self._hashed = hashed
        self._free = list(reversed(range(blocks)))  # hold nothing that could be shared
        self._idle: OrderedDict[int, None] = OrderedDict()  # published, held by nobody
        self._content: dict[int, Prefix] = {}  # of each published block
        self._by_digest: dict[int, list[int]] = {}

    # Memory ------------------------------------------------------------------------------------

    @property
    def bytes_per_token(self) -> int:
        """Bytes of keys and values of a token, in all layers."""
        tokens = self.blocks * self.block_size
        return (self.keys.nbytes + self.values.nbytes) // tokens

    @property
    def available(self) -> int:
        """Blocks that can be taken: free ones, and published ones that nobody holds."""
        return len(self._free) + len(self._idle)

    @property
    def held(self) -> int:
        """Blocks that at least one sequence holds."""
        return self.blocks - self.available

    @property
    def idle(self) -> int:
        """Published blocks that nobody holds: they can be shared, and taken for other tokens."""
        return len(self._idle)

    @property
    def bytes_held(self) -> int:
        """Bytes of the blocks that at least one sequence holds, each once."""
        return self.held * self.block_size * self.bytes_per_token

    def blocks_for(self, tokens: int) -> int:
        """Blocks that this many tokens of one sequence take."""
        return -(-tokens // self.block_size)

    # What the model reads and writes -----------------------------------------------------------

    def write(self, layer: int, slots: Tensor, keys: Tensor, values: Tensor) -> None:
        """Store the keys and values (rows, kv_heads, head_dim) of a layer at these slots (rows,).

        A slot is block * block_size + place in the block.
        """
        self.keys[layer].index_copy_(1, slots, keys.transpose(0, 1))
        self.values[layer].index_copy_(1, slots, values.transpose(0, 1))

    def read(self, layer: int, slots: Tensor) -> tuple[Tensor, Tensor]:
        """Copy a layer's keys and values from these slots, each (kv_heads, *slots, head_dim)."""
        flat, shape = slots.flatten(), (-1, *slots.shape, self.config.head_dim)
        keys, values = self.keys[layer], self.values[layer]
        return keys.index_select(1, flat).view(shape), values.index_select(1, flat).view(shape)

    # Tables ------------------------------------------------------------------------------------

    def grow(self, table: Table, tokens: int) -> None:
        """Take blocks until the table has room for `tokens` tokens in all.

        Raises:
            OutOfBlocksError: there are too few; the table is as it was.
        """
        missing = self.blocks_for(tokens) - len(table.blocks)
        if missing > self.available:
            raise OutOfBlocksError(f"{missing} blocks are needed and {self.available} are left")
        for _ in range(missing):
            block = self._free.pop() if self._free else self._evict()
            self.references[block] = 1
            table.blocks.append(block)

    def room(self, table: Table) -> int:
        """How many tokens the table could hold if it took every block that is left."""
        return (len(table.blocks) + self.available) * self.block_size

    def cut(self, table: Table, tokens: int) -> None:
        """Forget what stands after the first `tokens` tokens, and give back what is not needed.

        Raises:
            ValueError: some of it is published already, so that others may be reading it.
        """
        if not table.published * self.block_size <= tokens <= table.length:
            raise ValueError(
                f"cut to {tokens} tokens: it must be from {table.published * self.block_size}, "
                f"which are published and final, to {table.length}"
            )
        table.length = tokens
        while len(table.blocks) > self.blocks_for(tokens):
            self._release(table.blocks.pop())

    def give_back(self, table: Table) -> None:
        """Release all blocks of a table, the last first, so that a prefix outlives what follows."""
        while table.blocks:
            self._release(table.blocks.pop())
        table.length, table.prefix, table.published = 0, None, 0

    # Sharing -----------------------------------------------------------------------------------

    def share(self, table: Table, tokens: Sequence[int]) -> int:
        """Give an empty table the published blocks that `tokens` begin with; return their tokens.

        At least the last token is left out: it must be computed, for its logits are needed.
        """
        if table.blocks:
            raise ValueError("only an empty block table can begin with shared blocks")
        while table.length + self.block_size < len(tokens):
            wanted = self._prefix(table, tokens)
            block = self._find(wanted)
            if block is None:
                break
            self._idle.pop(block, None)
            self.references[block] += 1
            table.blocks.append(block)
            table.length += self.block_size
            table.published += 1
            table.prefix = self._content[block]
        return table.length

    def publish(self, table: Table, tokens: Sequence[int]) -> None:
        """Make the table's full blocks, which hold these `tokens`, known to others.

        A block whose twin is published already stays unknown: one is enough.
        """
        while (table.published + 1) * self.block_size <= table.length:
            wanted = self._prefix(table, tokens)
            twin = self._find(wanted)
            if twin is None:
                block = table.blocks[table.published]
                self._content[block] = wanted
                self._by_digest.setdefault(wanted.digest, []).append(block)
            table.prefix = wanted if twin is None else self._content[twin]
            table.published += 1

    def content(self, block: int) -> Prefix | None:
        """What a published block holds; None of any other."""
        return self._content.get(block)

    def _prefix(self, table: Table, tokens: Sequence[int]) -> Prefix:
        """The content of the table's next block that is not published or shared yet."""
        begin = table.published * self.block_size
        own = tuple(tokens[begin : begin + self.block_size])
        before = table.prefix.digest if table.prefix else None
        return Prefix(table.salt, table.prefix, own, self._hashed((table.salt, before, own)))

    def _find(self, wanted: Prefix) -> int | None:
        for block in self._by_digest.get(wanted.digest, ()):
            if wanted.same_as(self._content[block]):
                return block
        return None

    def _release(self, block: int) -> None:
        self.references[block] -= 1
        if self.references[block]:
            return
        if block in self._content:
            self._idle[block] = None
        else:
            self._free.append(block)

    def _evict(self) -> int:
        """Take the published block that has been held by nobody for the longest time."""
        block, _ = self._idle.popitem(last=False)
        digest = self._content.pop(block).digest
        self._by_digest[digest].remove(block)
        if not self._by_digest[digest]:
            del self._by_digest[digest]
        return block
