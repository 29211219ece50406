"""Speculative decoding: a small model drafts, the large one checks all of it in one step.

A drafted token x is accepted with probability min(1, p(x) / q(x)), p being the large model's
distribution and q the one that x was drawn from: after temperature, top-k and top-p, or the law
below is broken. At the first rejection the round ends with a token from the residual, p less q
where it is larger; if all are accepted, with one more from p. Whatever the draft, the tokens then
have exactly the large model's distribution; the draft decides only how many a round brings.

Sources: Leviathan et al. 2023, "Fast Inference from Transformers via Speculative Decoding",
section 2.3, corollary 3.6 and appendix A.1; Chen et al. 2023, "Accelerating Large
Language Model Decoding with Speculative Sampling", theorem 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worked.forward_pass.paged_cache import OutOfBlocksError, Pool, Table
from worked.forward_pass.protocol import Proposal, Request, StepRecord
from worked.forward_pass.sampling import Distribution, NoTokenAllowedError, distribution, draw
from worked.forward_pass.transformer import Chunk, Config, Transformer

Tokens = tuple[int, ...]
# The distribution of the next token after those so far.
NextLaw = Callable[[Tokens], Distribution]
# What a rejected token is drawn anew from, given p and q.
AfterRejection = Callable[[Distribution, Distribution], Distribution]


# --8<-- [start:accept]
def residual(p: Distribution, q: Distribution) -> Distribution:
    """Return the distribution that a rejected token is replaced from: max(p - q, 0), normalised.

    Where q is p nothing is ever rejected, and p is returned.
    """
    missing = np.maximum(p - q, 0)
    total = missing.sum()
    return missing / total if total > 0 else p


def accept(
    proposal: Proposal, targets: Sequence[Distribution], generator: np.random.Generator
) -> list[int]:
    """Return the drafted tokens that are accepted, and one token more (`Draft.accept`).

    Raises:
        ValueError: p and q are not over the same vocabulary.
    """
    accepted: list[int] = []
    for token, p, q in zip(proposal.tokens, targets, proposal.distributions, strict=False):
        if len(p) != len(q):
            raise ValueError(f"the draft has {len(q)} tokens, the model {len(p)}: not one alphabet")
        if generator.random() * q[token] >= p[token]:  # kept with probability min(1, p / q)
            return [*accepted, draw(residual(p, q), generator)]
        accepted.append(token)
    if len(targets) > len(accepted):
        accepted.append(draw(targets[len(accepted)], generator))
    return accepted


# --8<-- [end:accept]


class ModelDraft:
    """A small model that drafts for a large one, with a cache of its own.

    Keys and values of rejected tokens are cut off; what it has not seen of a sequence it runs
    when it is next asked. Where its pool is full, other sequences' blocks are given back, to be
    computed again; a sequence that is too long for the pool gets no drafts.

    Raises:
        ValueError: no tokens to draft, a pool of another shape or in use, or another vocabulary.
    """

    def __init__(self, model: Transformer, pool: Pool, length: int, target: Config) -> None:
        if length < 1:
            raise ValueError(f"length = {length}: a draft has at least one token")
        if pool.config != model.config or pool.held:
            raise ValueError("the draft needs a pool of its own, of its own model's shape")
        if model.config.vocab != target.vocab:
            raise ValueError(
                f"the draft knows {model.config.vocab} tokens and the model {target.vocab}: "
                "a draft must speak in the model's own tokens"
            )
        self.model, self.pool, self.length = model, pool, length
        self._tables: dict[int, Table] = {}
        self._seen: dict[int, list[int]] = {}  # the tokens whose keys and values a table holds

    def propose(
        self,
        sequence: int,
        tokens: Sequence[int],
        count: int,
        request: Request,
        generator: np.random.Generator,
    ) -> Proposal:
        """Draw up to `count` tokens one after the other, as the request's own sampling does."""
        known, generated = list(tokens), list(tokens[len(request.prompt) :])
        proposal = Proposal([], [])
        for _ in range(count):
            try:
                allowed = request.mask(generated + proposal.tokens) if request.mask else None
                logits = self._next(sequence, known + proposal.tokens)
                q = distribution(logits, request.sampling, allowed)
            except (NoTokenAllowedError, OutOfBlocksError):
                break
            proposal.tokens.append(draw(q, generator))
            proposal.distributions.append(q)
        return proposal

    def accept(
        self,
        proposal: Proposal,
        targets: Sequence[Distribution],
        generator: np.random.Generator,
    ) -> list[int]:
        """Return the drafted tokens that are accepted, and one token more."""
        return accept(proposal, targets, generator)

    def forget(self, sequence: int) -> None:
        """Give a sequence's blocks back."""
        if sequence in self._tables:
            self.pool.give_back(self._tables.pop(sequence))
            del self._seen[sequence]

    def _next(self, sequence: int, tokens: list[int]) -> Distribution:
        """Return the logits after `tokens`, running those that the cache does not hold."""
        table = self._tables.setdefault(sequence, Table())
        seen = self._seen.setdefault(sequence, [])
        pairs = enumerate(zip(seen, tokens[:-1], strict=False))
        same = next((i for i, (a, b) in pairs if a != b), min(len(seen), len(tokens) - 1))
        self.pool.cut(table, same)
        if self.pool.room(table) < len(tokens):
            for other in [s for s in self._tables if s != sequence]:
                self.forget(other)
        self.pool.grow(table, len(tokens))
        logits = self.model.step([Chunk(tokens[same:], same, table.blocks)], self.pool)
        table.length, self._seen[sequence] = len(tokens), tokens
        return logits[0].double().numpy()


# What a round is, without drawing anything -------------------------------------------------------


# --8<-- [start:acceptance]
def acceptance(p: Distribution, q: Distribution) -> float:
    """Return the probability that a token drawn from q is accepted: the sum of min(p, q)."""
    return float(np.minimum(p, q).sum())


# --8<-- [end:acceptance]


def round_law(
    p: NextLaw, q: NextLaw, drafted: int, after_rejection: AfterRejection = residual
) -> dict[Tokens, float]:
    """Return the probability of each outcome of one round: the tokens that it adds."""
    law: dict[Tokens, float] = {}

    def settle(tokens: Tokens, probability: float) -> None:
        """Add what can happen once `tokens` are drafted and accepted."""
        target = p(tokens)
        if len(tokens) == drafted:
            for token, share in enumerate(target):
                _add(law, (*tokens, token), probability * share)
            return
        draft = q(tokens)
        kept = np.minimum(target, draft)
        for token, share in enumerate(kept):
            if share > 0:
                settle((*tokens, token), probability * share)
        rejected = probability * (1 - kept.sum())
        for token, share in enumerate(after_rejection(target, draft)):
            _add(law, (*tokens, token), rejected * share)

    settle((), 1.0)
    return law


def sequence_law(
    p: NextLaw,
    q: NextLaw,
    drafted: int,
    length: int,
    after_rejection: AfterRejection = residual,
) -> dict[Tokens, float]:
    """Return the law of the first `length` tokens, over as many rounds as they take."""
    law: dict[Tokens, float] = {}

    def go_on(tokens: Tokens, probability: float) -> None:
        if len(tokens) >= length:
            _add(law, tokens[:length], probability)
            return
        one_round = round_law(
            lambda new: p(tokens + new), lambda new: q(tokens + new), drafted, after_rejection
        )
        for new, share in one_round.items():
            if share > 0:
                go_on(tokens + new, probability * share)

    go_on((), 1.0)
    return law


def plain_law(p: NextLaw, length: int) -> dict[Tokens, float]:
    """Return the law of `length` tokens drawn one after the other from p."""
    law: dict[Tokens, float] = {(): 1.0}
    for _ in range(length):
        law = {
            (*tokens, token): probability * share
            for tokens, probability in law.items()
            for token, share in enumerate(p(tokens))
        }
    return law


def total_variation(a: Mapping[Tokens, float], b: Mapping[Tokens, float]) -> float:
    """Return half the sum of the differences: the most that any event's probability is off by."""
    return sum(abs(a.get(key, 0.0) - b.get(key, 0.0)) for key in a.keys() | b.keys()) / 2


def _add(law: dict[Tokens, float], tokens: Tokens, probability: float) -> None:
    law[tokens] = law.get(tokens, 0.0) + float(probability)


# What an engine's drafts came to -----------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """Rounds with drafts, tokens drafted, accepted and emitted in them; rounds by accepted."""

    rounds: int
    drafted: int
    accepted: int
    emitted: int
    by_accepted: dict[int, int]


def tally(records: Iterable[StepRecord]) -> Tally:
    """Count an engine's rounds: one is one sequence's drafts in one step."""
    work = [w for record in records for w in record.work if w.drafted]
    counts = [w.accepted for w in work]
    return Tally(
        len(work),
        sum(w.drafted for w in work),
        sum(counts),
        sum(len(w.emitted) for w in work),
        {n: counts.count(n) for n in sorted(set(counts))},
    )
