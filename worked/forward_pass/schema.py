"""Forcing an answer into a JSON schema by masking: at each step only tokens that can still fit.

The answers that a schema allows are a regular language over bytes (`grammar.py`). Where an answer
stands in it is a state; a token is allowed where its bytes lead on. Which tokens those are depends
on the state alone, so it is computed once for each state that is met: all tokens, kept as a tree
by their bytes, are walked together with the language, and a branch that leads nowhere is left at
its first byte.

An answer that stops in the middle of an object is no JSON. So a token is allowed only if what is
still missing after it fits into the tokens that are left, spelled byte by byte if need be.

Masking makes each step's distribution anew over what is allowed there. That is not the model's
distribution given that the whole answer is valid: a first token is taken as often as the model
likes it, however hard it is to go on from (`masked_law`, `conditioned_law`).

Source: Willard and Louf 2023, "Efficient Guided Generation for Large Language Models", section 3;
Park et al. 2024, "Grammar-Aligned Decoding", section 2 (what masking does to the distribution).

    python -m worked.forward_pass.schema
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from worked.forward_pass.engine import Engine
from worked.forward_pass.grammar import (
    NOTHING,
    derivative,
    ends,
    of_schema,
    shortest,
    spelled,
)
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.protocol import Mask, Request
from worked.forward_pass.sampling import Distribution, Sampling
from worked.forward_pass.transformer import Config, Transformer, random_weights

START = 0


@dataclass
class Cost:
    """What masks have cost: masks given, states met, edges of the tokens' tree looked at.

    A mask without a tree and without a cache would look at every token every time.
    """

    masks: int = 0
    states: int = 0
    edges: int = 0
    seconds: float = 0.0


@dataclass
class _Node:
    """A place in the tokens' tree: the tokens that end here, and where each byte leads."""

    ids: list[int] = field(default_factory=list)
    after: dict[int, _Node] = field(default_factory=dict)


@dataclass(frozen=True)
class _Allowed:
    """Tokens that a state allows, the least bytes from it that each leaves to be written, and the
    state that it leads to."""

    ids: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    next_state: dict[int, int]


class Forced:
    """A schema over a vocabulary: gives the masks of requests.

    vocabulary: the bytes of each token by its id; empty for one that writes nothing, which is
    never allowed; end: the id that ends an answer, allowed where it is complete. One `Forced`
    serves any number of requests, which share what it has found out.

    Raises:
        UnsupportedSchemaError: the schema says something that is not enforced here.
        ValueError: the vocabulary cannot spell any answer.
    """

    def __init__(self, schema: Any, vocabulary: Sequence[bytes], end: int) -> None:
        if not 0 <= end < len(vocabulary):
            raise ValueError(f"end = {end} is no token: ids are from 0 to {len(vocabulary) - 1}")
        self.end = end
        self.vocabulary = list(vocabulary)
        self.vocabulary[end] = b""
        self.cost = Cost()
        single = frozenset(token[0] for token in self.vocabulary if len(token) == 1)
        language = spelled(of_schema(schema), single)
        if language == NOTHING:
            raise ValueError(
                "the vocabulary cannot spell this schema: every byte of an answer must be a "
                "token, as it is in a byte-level vocabulary"
            )
        self._languages = [language]  # by state
        self._states = {language: START}
        self._missing = [shortest(language)]
        self._moves: dict[tuple[int, int], int] = {}  # state and byte to state; -1 is nowhere
        self._allowed: dict[int, _Allowed] = {}
        self._tree = _Node()
        for i, token in enumerate(self.vocabulary):
            if token:
                node = self._tree
                for byte in token:
                    node = node.after.setdefault(byte, _Node())
                node.ids.append(i)

    @property
    def least_tokens(self) -> int:
        """Tokens that always suffice for the shortest answer: its bytes, and the end."""
        return self._missing[START] + 1

    def mask(self, max_new: int) -> Mask:
        """Return a request's mask; its answer is complete within `max_new` tokens.

        Raises:
            ValueError: not even the shortest answer is sure to fit.
        """
        if max_new < self.least_tokens:
            raise ValueError(
                f"max_new = {max_new} may cut every answer off: the shortest is sure to fit into "
                f"{self.least_tokens} tokens"
            )

        def allowed(generated: Sequence[int]) -> Iterable[int]:
            if self.end in generated:
                return ()  # a draft asks what would follow the end: nothing
            began = time.perf_counter()
            state = self.state(generated)
            # After this token there must be room for what is then missing, and for the end.
            room = max_new - len(generated) - 2
            found = self.allowed(state)
            ids = found.ids[found.missing <= room]
            if ends(self._languages[state]):
                ids = np.append(ids, self.end)
            self.cost.masks += 1
            self.cost.seconds += time.perf_counter() - began
            return ids

        return allowed

    def state(self, generated: Iterable[int]) -> int:
        """Return the state after tokens that were allowed.

        Raises:
            ValueError: one of them was not.
        """
        state = START
        for token in generated:
            following = self.allowed(state).next_state.get(token)
            if following is None:
                raise ValueError(f"token {token} was not allowed after what stands before it")
            state = following
        return state

    def allowed(self, state: int) -> _Allowed:
        """Return the tokens that a state allows, computed when it is first asked."""
        if state not in self._allowed:
            next_state: dict[int, int] = {}
            stack = [(self._tree, state)]
            while stack:
                node, at = stack.pop()
                next_state.update(dict.fromkeys(node.ids, at))
                for byte, child in node.after.items():
                    self.cost.edges += 1
                    if (to := self._move(at, byte)) >= 0:
                        stack.append((child, to))
            ids = np.array(sorted(next_state), dtype=np.int64)
            missing = np.array([self._missing[next_state[i]] for i in ids], dtype=np.int64)
            self._allowed[state] = _Allowed(ids, missing, next_state)
            self.cost.states += 1
        return self._allowed[state]

    def _move(self, state: int, byte: int) -> int:
        """Return where a byte leads from a state, -1 for nowhere."""
        if (state, byte) not in self._moves:
            language = derivative(self._languages[state], byte)
            if language == NOTHING:
                self._moves[state, byte] = -1
            else:
                to = self._states.setdefault(language, len(self._languages))
                if to == len(self._languages):
                    self._languages.append(language)
                    self._missing.append(shortest(language))
                self._moves[state, byte] = to
        return self._moves[state, byte]


# --8<-- [start:masked_law]
Answer = tuple[int, ...]
NextLaw = Callable[[Answer], Distribution]


def masked_law(model: NextLaw, mask: Mask, end: int) -> dict[Answer, float]:
    """Return each complete answer's probability where every step is masked and made to sum to one.

    model: the next token's distribution after an answer's tokens. Enumerates all: for tiny ones.
    """
    return _answers(model, mask, end, renormalised=True)


def conditioned_law(model: NextLaw, mask: Mask, end: int) -> dict[Answer, float]:
    """Return the model's own distribution over complete answers, given that the whole is valid."""
    law = _answers(model, mask, end, renormalised=False)
    valid = sum(law.values())
    return {answer: probability / valid for answer, probability in law.items()}


def _answers(model: NextLaw, mask: Mask, end: int, *, renormalised: bool) -> dict[Answer, float]:
    law: dict[Answer, float] = {}
    stack: list[tuple[Answer, float]] = [((), 1.0)]
    while stack:
        answer, probability = stack.pop()
        if answer and answer[-1] == end:
            law[answer] = probability
            continue
        allowed = list(mask(answer))
        shares = model(answer)[allowed]
        if renormalised:
            shares = shares / shares.sum()
        stack += [
            ((*answer, int(token)), probability * float(share))
            for token, share in zip(allowed, shares, strict=True)
        ]
    return law


# --8<-- [end:masked_law]


# What it costs -----------------------------------------------------------------------------------

ORDER = {
    "type": "object",
    "properties": {
        "item": {"type": "string", "minLength": 1, "maxLength": 24},
        "size": {"enum": ["small", "medium", "large"]},
        "count": {"type": "integer"},
        "price": {"type": "number"},
        "gift": {"type": "boolean"},
    },
    "required": ["item", "count"],
}


def example_vocabulary() -> tuple[list[bytes], int]:
    """Return a byte-level vocabulary of some size, and its end token.

    All bytes, all pairs of printable ASCII, all numbers of three digits: tokens that run across
    JSON's own signs, as those of real vocabularies do.
    """
    printable = bytes(range(0x20, 0x7F))
    tokens = [bytes([b]) for b in range(256)]
    tokens += [bytes(pair) for pair in product(printable, repeat=2)]
    tokens += [f"{n:03}".encode() for n in range(1000)]
    return [*tokens, b""], len(tokens)


def main() -> None:
    """Serve forced answers with a random model; print what the masks took of the steps."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--answers", type=int, default=16, help="how many requests to serve")
    wanted = parser.parse_args().answers
    vocabulary, end = example_vocabulary()
    config = Config(len(vocabulary), 256, 4, 8, 4, 32, 1024)
    forced = Forced(ORDER, vocabulary, end)
    engine = Engine(Transformer(config, random_weights(config, 1)), Pool(256, 16, config))
    mask, stop = forced.mask(96), frozenset({end})
    for label, answers in (("first", range(wanted)), ("again", range(wanted, 2 * wanted))):
        before = dataclasses.replace(forced.cost)
        began = time.perf_counter()
        results = engine.generate(
            Request([1 + seed % 200], 96, Sampling(temperature=1.0, seed=seed), "", stop, mask)
            for seed in answers
        )
        seconds = time.perf_counter() - began
        masks, states, edges = (
            getattr(forced.cost, name) - getattr(before, name)
            for name in ("masks", "states", "edges")
        )
        share = (forced.cost.seconds - before.seconds) / seconds
        print(
            f"{label}: {masks} masks, {states} new states, {edges} edges looked at (whole "
            f"vocabularies: {masks * len(vocabulary)} tokens), {share:.1%} of {seconds:.2f} s"
        )
        for answer in results[:2]:
            print("  ", b"".join(forced.vocabulary[token] for token in answer).decode())


if __name__ == "__main__":
    main()
