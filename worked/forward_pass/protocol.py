"""What goes into the engine and what comes out: requests, results, drafts, records of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from worked.forward_pass.sampling import GREEDY, Distribution, Sampling

# Gives the ids that may follow the tokens generated so far; it is asked only about tokens that it
# allowed itself.
Mask = Callable[[Sequence[int]], Iterable[int]]


class RefusedError(ValueError):
    """A request that this engine cannot serve, with the reason in words."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    prompt: token ids; max_new: tokens to generate at most; sampling: how they are chosen; salt:
    only requests of the same salt share cached blocks (one a tenant: who can see that a prefix is
    cached learns that somebody sent it); stop: ids that end the answer, as its last token; mask:
    what may come next.
    """

    prompt: Sequence[int]
    max_new: int
    sampling: Sampling = GREEDY
    salt: str = ""
    stop: frozenset[int] = frozenset()
    mask: Mask | None = None


@dataclass(frozen=True)
class Result:
    """A request's generated tokens and why it ended: length, stop, no token allowed."""

    tokens: list[int]
    reason: str


@dataclass(frozen=True)
class Proposal:
    """Drafted tokens, and for each the distribution that it was drawn from."""

    tokens: list[int]
    distributions: list[Distribution]


class Draft(Protocol):
    """What proposes tokens ahead, for the model to verify all at once (`speculation.py`)."""

    length: int  # tokens to propose a round, at most

    def propose(
        self,
        sequence: int,
        tokens: Sequence[int],
        count: int,
        request: Request,
        generator: np.random.Generator,
    ) -> Proposal:
        """Propose up to `count` tokens after `tokens`, prompt and answer, of this sequence."""

    def accept(
        self,
        proposal: Proposal,
        targets: Sequence[Distribution],
        generator: np.random.Generator,
    ) -> list[int]:
        """Return the drafted tokens that are accepted, and one token more.

        targets[i] is the model's distribution after the first i drafted tokens. There is one more
        than tokens, or fewer where a mask makes what follows impossible; where there is none for
        the token after those accepted, nothing is added.
        """

    def forget(self, sequence: int) -> None:
        """The sequence ended, or gave its blocks back."""


@dataclass(frozen=True)
class Work:
    """What a step computed for one sequence.

    start: the position of its first token; prompt: tokens that were there to be read; decoded:
    1 where the answer's last token was run; drafted: tokens to verify; accepted: of those;
    emitted: what was generated.
    """

    sequence: int
    start: int
    prompt: int
    decoded: int
    drafted: int
    accepted: int
    emitted: tuple[int, ...]

    @property
    def computed(self) -> int:
        """Tokens that went through the model."""
        return self.prompt + self.decoded + self.drafted


@dataclass(frozen=True)
class StepRecord:
    """What happened in a step.

    admitted: sequence to tokens found in the prefix cache; preempted, finished: sequences;
    tables: the block tables of those that ran, with the blocks for the step's tokens; held: blocks
    in them, each once; idle: published blocks that nobody held.
    """

    step: int
    work: tuple[Work, ...]
    admitted: dict[int, int]
    preempted: tuple[int, ...]
    finished: tuple[int, ...]
    tables: dict[int, tuple[int, ...]]
    held: int
    idle: int
    waiting: int

    @property
    def computed(self) -> int:
        """Tokens that went through the model."""
        return sum(work.computed for work in self.work)
