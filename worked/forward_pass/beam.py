"""Beam search: the few likeliest answers so far are carried along together.

A step runs the last token of each beam at once; of all their continuations the likeliest survive.
An answer that ends is set aside with the sum of its log-probabilities over its length to the power
of `length_penalty`: without one (0) short answers win, since every token costs. Beams that come
from the same one share its full blocks; only the block that both go on writing is copied
(copy-on-write: Kwon et al. 2023, section 4.4).

The rules, and when the search stops, are those of transformers' `generate` (`early_stopping=False`,
its default), of which Wu et al. 2016, "Google's Neural Machine Translation System", section 7, is
the ancestor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch

from worked.forward_pass.paged_cache import Pool, Table
from worked.forward_pass.transformer import Chunk, Transformer


@dataclass(frozen=True)
class Answer:
    """A finished answer: its tokens, with the one that ended it, and its score."""

    tokens: tuple[int, ...]
    score: float


@dataclass(frozen=True)
class Found:
    """Answers, the best first; held: the most blocks of the pool that were held at once; unshared:
    the most that the beams would have held, each with blocks of its own; copied: blocks copied."""

    answers: list[Answer]
    held: int
    unshared: int
    copied: int


@dataclass
class _Beam:
    tokens: tuple[int, ...]
    log_probability: float
    table: Table


def beam_search(
    model: Transformer,
    pool: Pool,
    prompt: Sequence[int],
    width: int,
    max_new: int,
    length_penalty: float = 1.0,
    stop: Collection[int] = (),
) -> Found:
    """Return up to `width` answers of up to `max_new` tokens to a prompt.

    The pool must have room for the beams; it is left as it was found.

    Raises:
        ValueError: an empty prompt, unknown tokens in it, a length below 1, or a width that is not
            from 1 to the tokens that there are to begin with.
        OutOfBlocksError: the pool is too small.
    """
    if not prompt or width < 1 or max_new < 1:
        raise ValueError(
            f"a prompt of {len(prompt)} tokens, width = {width}, max_new = {max_new}: each must be "
            "at least 1"
        )
    if width > model.config.vocab:
        raise ValueError(
            f"width = {width}: there are only {model.config.vocab} tokens to begin with"
        )
    for token in prompt:
        if not 0 <= token < model.config.vocab:
            raise ValueError(
                f"token {token} is unknown: ids are from 0 to {model.config.vocab - 1}"
            )
    search = _Search(model, pool, width, max_new, length_penalty, frozenset(stop))
    return search.run(tuple(prompt))


class _Search:
    def __init__(
        self,
        model: Transformer,
        pool: Pool,
        width: int,
        max_new: int,
        length_penalty: float,
        stop: frozenset[int],
    ) -> None:
        self.model, self.pool = model, pool
        self.width, self.max_new, self.length_penalty = width, max_new, length_penalty
        self.stop = stop
        self.finished: list[Answer] = []
        self.held = self.unshared = self.copied = 0

    def run(self, prompt: tuple[int, ...]) -> Found:
        self.tables = [Table()]  # all that ever were: what is given back is empty
        beams = [_Beam((), 0.0, self.tables[0])]
        try:
            for length in range(1, self.max_new + 1):
                beams = self._extend(beams, prompt, length)
                if not beams or self._settled(beams[0].log_probability, length):
                    break
        finally:
            for table in self.tables:
                self.pool.give_back(table)
        return Found(self.finished, self.held, self.unshared, self.copied)

    def _score(self, log_probability: float, length: int) -> float:
        return log_probability / length**self.length_penalty

    def _settled(self, best: float, length: int) -> bool:
        """Whether enough have finished, and the best beam is, as it stands, no better than they."""
        enough = len(self.finished) == self.width
        return enough and self._score(best, length) <= self.finished[-1].score

    def _extend(self, beams: list[_Beam], prompt: tuple[int, ...], length: int) -> list[_Beam]:
        """Run the beams' last tokens and return those that go on; set aside those that end."""
        totals = self._log_probabilities(beams, prompt)
        # So many that `width` go on even if all others end here; fewer where there are no more.
        candidates = max(2, 1 + len(self.stop)) * self.width
        best = totals.flatten().topk(min(candidates, totals.numel()))
        going_on: list[tuple[int, int, float]] = []
        for rank, (total, index) in enumerate(
            zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ):
            parent, token = divmod(index, self.model.config.vocab)
            if token in self.stop or length == self.max_new:
                if rank < self.width:  # the others were kept only to have enough that go on
                    tokens = (*beams[parent].tokens, token)
                    self.finished.append(Answer(tokens, self._score(total, length)))
            elif len(going_on) < self.width:
                going_on.append((parent, token, total))
        self.finished = sorted(self.finished, key=lambda answer: -answer.score)[: self.width]
        return self._descend(beams, going_on)

    def _log_probabilities(self, beams: list[_Beam], prompt: tuple[int, ...]) -> torch.Tensor:
        """Return the log-probability of each beam with each token after it, (beams, vocab)."""
        chunks = []
        for beam in beams:
            tokens = (prompt + beam.tokens)[beam.table.length :]
            self.pool.grow(beam.table, beam.table.length + len(tokens))
            chunks.append(Chunk(tokens, beam.table.length, beam.table.blocks))
            beam.table.length += len(tokens)
        self.held = max(self.held, self.pool.held)
        self.unshared = max(self.unshared, sum(len(beam.table.blocks) for beam in beams))
        logits = self.model.step(chunks, self.pool)
        return logits.log_softmax(-1) + torch.tensor([[beam.log_probability] for beam in beams])

    def _descend(self, beams: list[_Beam], going_on: list[tuple[int, int, float]]) -> list[_Beam]:
        """The first child of a beam takes over its table, the others fork it."""
        parents = [parent for parent, _, _ in going_on]
        tables = {}
        for i, parent in enumerate(parents):
            if i != parents.index(parent):
                tables[i] = fork(self.pool, beams[parent].table)
                self.tables.append(tables[i])
                self.copied += tables[i].length % self.pool.block_size > 0
        for i, beam in enumerate(beams):
            if i in parents:
                tables[parents.index(i)] = beam.table
            else:
                self.pool.give_back(beam.table)
        return [
            _Beam((*beams[parent].tokens, token), total, tables[i])
            for i, (parent, token, total) in enumerate(going_on)
        ]


# --8<-- [start:fork]
def fork(pool: Pool, table: Table) -> Table:
    """Return a table of the same tokens: full blocks are shared, a begun one is copied.

    Full blocks are never written again, so they can be read by both.

    Raises:
        OutOfBlocksError: there is no block left for the copy; nothing was taken.
    """
    full, begun = divmod(table.length, pool.block_size)
    child = Table(table.salt)
    if begun:
        pool.grow(child, 1)
        of, to = (block * pool.block_size for block in (table.blocks[full], child.blocks[0]))
        for cache in (pool.keys, pool.values):
            cache[:, :, to : to + begun] = cache[:, :, of : of + begun]
    for block in table.blocks[:full]:
        pool.references[block] += 1
    child.blocks[:0] = table.blocks[:full]
    child.length = table.length
    return child


# --8<-- [end:fork]
