"""An engine that serves many requests with one model: what each step computes, and for whom.

A step runs some tokens of some sequences. First every sequence that is writing its answer gets its
next token, then what the token budget leaves goes to prompts, the oldest first, in chunks (Agrawal
et al. 2024, "Sarathi-Serve", section 4), and to drafts last. A sequence joins as soon as there is
room and leaves when it ends (continuous batching: Yu et al. 2022, "Orca", section 3.1). Where
blocks run out, the youngest sequence gives its own back and is computed again later; every running
sequence is older than every waiting one, so the oldest always gets on and nothing circles.

A request that could never fit the pool is refused when it comes: admitted, it would push itself
out for ever.
"""

from __future__ import annotations

import operator
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from worked.forward_pass.paged_cache import OutOfBlocksError, Pool, Table
from worked.forward_pass.protocol import (
    Draft,
    Proposal,
    RefusedError,
    Request,
    Result,
    StepRecord,
    Work,
)
from worked.forward_pass.sampling import Distribution, NoTokenAllowedError, distribution, draw
from worked.forward_pass.transformer import Chunk, Transformer

__all__ = ["Engine", "RefusedError", "Request", "Result", "StepRecord", "Work"]


@dataclass
class _Sequence:
    """A request on its way: its tokens, and how far the cache has them (`table.length`)."""

    id: int
    request: Request
    tokens: list[int]
    table: Table
    generator: np.random.Generator

    @property
    def generated(self) -> list[int]:
        return self.tokens[len(self.request.prompt) :]

    @property
    def left(self) -> int:
        """Tokens that are known and not in the cache."""
        return len(self.tokens) - self.table.length

    @property
    def decodes(self) -> bool:
        """Whether all but the answer's last token is in the cache."""
        return self.left == 1 and len(self.tokens) > len(self.request.prompt)

    def until_end(self, emitted: list[int]) -> tuple[list[int], str]:
        """Cut what was generated at a stop token or the wanted length, and say which it was."""
        left = self.request.max_new - len(self.generated)
        for i, token in enumerate(emitted[:left]):
            if token in self.request.stop:
                return emitted[: i + 1], "stop"
        return emitted[:left], "length" if len(emitted) >= left else ""


@dataclass
class _Plan:
    """A step before it is run: how many tokens of which sequence, and drafts."""

    budget: int
    counts: dict[int, int] = field(default_factory=dict)  # by sequence, in order of planning
    drafts: dict[int, Proposal] = field(default_factory=dict)
    admitted: dict[int, int] = field(default_factory=dict)
    preempted: list[int] = field(default_factory=list)

    def add(self, sequence: _Sequence, count: int) -> None:
        self.counts[sequence.id] = count
        self.budget -= count


class Engine:
    """Serves requests on a model and a pool that nothing else uses; not safe for several threads.

    token_budget: tokens that a step computes at most; max_running: sequences at a time; chunked:
    whether a prompt may be cut to fit the budget, or goes through whole, whatever the budget;
    prefix_cache: whether blocks are shared; draft: what proposes tokens ahead.

    Raises:
        ValueError: a pool of another shape, or a budget that has no token for each that runs.
    """

    def __init__(
        self,
        model: Transformer,
        pool: Pool,
        token_budget: int = 512,
        max_running: int = 64,
        chunked: bool = True,
        prefix_cache: bool = True,
        draft: Draft | None = None,
    ) -> None:
        if pool.config != model.config:
            raise ValueError(f"the pool is for {pool.config}, the model is {model.config}")
        if pool.held:
            raise ValueError(f"{pool.held} blocks of the pool are in use by another")
        if not 1 <= max_running <= token_budget:
            raise ValueError(
                f"max_running = {max_running} must be from 1 to token_budget = {token_budget}: "
                "each sequence that runs may need a token in every step"
            )
        self.model, self.pool, self.draft = model, pool, draft
        self.token_budget, self.max_running = token_budget, max_running
        self.chunked, self.prefix_cache = chunked, prefix_cache
        self.steps = 0
        self._submitted = 0
        self._running: list[_Sequence] = []  # both in the order in which they were submitted,
        self._waiting: list[_Sequence] = []  # and all of the first before all of the second
        self._results: dict[int, Result] = {}

    # For who asks --------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a request runs or waits."""
        return bool(self._running or self._waiting)

    def submit(self, request: Request) -> int:
        """Take a request; return its number.

        Raises:
            RefusedError: it is empty, has unknown tokens, or could never fit the pool.
        """
        request = self._checked(request)
        sequence = _Sequence(
            self._submitted,
            request,
            list(request.prompt),
            Table(request.salt),
            request.sampling.generator(),
        )
        self._submitted += 1
        self._waiting.append(sequence)
        return sequence.id

    def cancel(self, number: int) -> bool:
        """Drop a request and give its blocks back; False if it had ended or never was."""
        for queue in (self._running, self._waiting):
            for sequence in queue:
                if sequence.id == number:
                    queue.remove(sequence)
                    self._clear(sequence)
                    return True
        return False

    def take(self, number: int) -> Result | None:
        """Return the result of a request that has ended, and forget it; None of any other."""
        return self._results.pop(number, None)

    def run(self) -> dict[int, Result]:
        """Step until nothing runs or waits; return all results that were not taken."""
        while self.busy:
            self.step()
        results, self._results = self._results, {}
        return results

    def generate(self, requests: Iterable[Request]) -> list[list[int]]:
        """Return the generated tokens of each request, in their order."""
        wanted = list(requests)
        for request in wanted:
            self._checked(request)  # one that is refused is refused before any is taken
        numbers = [self.submit(request) for request in wanted]
        while self.busy:
            self.step()
        return [self._results.pop(number).tokens for number in numbers]

    def _checked(self, request: Request) -> Request:
        """Return the request, if it can be served, with tokens that nobody else can change."""
        vocab = self.model.config.vocab
        try:
            prompt = tuple(operator.index(token) for token in request.prompt)
            stop = frozenset(operator.index(token) for token in request.stop)
            max_new = operator.index(request.max_new)
        except TypeError:
            raise RefusedError(
                "the prompt and what stops an answer are ids of tokens, and max_new counts tokens: "
                "all of them are whole numbers"
            ) from None
        if not prompt:
            raise RefusedError("the prompt is empty: it must have at least one token")
        for token in (*prompt, *stop):
            if not 0 <= token < vocab:
                raise RefusedError(f"token {token} is unknown: ids are from 0 to {vocab - 1}")
        if max_new < 1:
            raise RefusedError(f"max_new = {max_new} must be at least 1")
        # The last token that is generated is not run, so it needs no room.
        needed = self.pool.blocks_for(len(prompt) + max_new - 1)
        if needed > self.pool.blocks:
            raise RefusedError(
                f"{len(prompt)} tokens of prompt and {max_new} new ones need {needed} "
                f"blocks, and the whole pool has {self.pool.blocks}: it could never be served"
            )
        return replace(request, prompt=prompt, stop=stop, max_new=max_new)

    # A step --------------------------------------------------------------------------------------

    def step(self) -> StepRecord:
        """Compute one step and say what it was; with nothing to do, an empty one."""
        plan = _Plan(self.token_budget)
        self._plan_decodes(plan)
        self._plan_prompts(plan)
        if not plan.preempted:  # who yields a step's room does not come back in it
            self._admit(plan)
        self._plan_drafts(plan)
        tables = {s.id: tuple(s.table.blocks) for s in self._running}
        held, idle = self.pool.held, self.pool.idle
        work = self._compute([s for s in self._running if s.id in plan.counts], plan)
        running = {s.id for s in self._running}
        self.steps += 1
        return StepRecord(
            self.steps - 1,
            tuple(work),
            plan.admitted,
            tuple(plan.preempted),
            tuple(number for number in tables if number not in running),
            tables,
            held,
            idle,
            len(self._waiting),
        )

    def _plan_decodes(self, plan: _Plan) -> None:
        for sequence in [s for s in self._running if s.decodes]:
            while sequence in self._running:
                try:
                    self.pool.grow(sequence.table, len(sequence.tokens))
                except OutOfBlocksError:
                    self._preempt(plan)
                else:
                    plan.add(sequence, 1)
                    break

    def _plan_prompts(self, plan: _Plan) -> None:
        """Give the budget that is left to prompts that are half read, as far as blocks reach.

        There is one at most, the youngest that runs: it came in when there was room for all of
        it, and takes all that is left, of the budget or of the blocks, before another comes in.
        So where no sequence writes, it runs alone and has the whole pool.
        """
        for sequence in [s for s in self._running if s.id not in plan.counts]:
            count = min(sequence.left, plan.budget, self._room(sequence))
            if count:
                self.pool.grow(sequence.table, sequence.table.length + count)
                plan.add(sequence, count)

    def _admit(self, plan: _Plan) -> None:
        """Let the waiting in, in order, while there is room for all that each must compute."""
        while self._waiting and len(self._running) < self.max_running and plan.budget > 0:
            sequence = self._waiting[0]
            hit = self.pool.share(sequence.table, sequence.tokens) if self.prefix_cache else 0
            whole = self.chunked or sequence.left <= plan.budget or not plan.admitted
            if not whole or self._room(sequence) < sequence.left:
                self.pool.give_back(sequence.table)
                return
            count = min(sequence.left, plan.budget) if self.chunked else sequence.left
            self.pool.grow(sequence.table, sequence.table.length + count)
            self._running.append(self._waiting.pop(0))
            plan.add(sequence, count)
            plan.admitted[sequence.id] = hit

    def _plan_drafts(self, plan: _Plan) -> None:
        """Spend what is left of the budget, and of the blocks, on drafts."""
        if self.draft is None:
            return
        for sequence in [s for s in self._running if s.decodes and s.id in plan.counts]:
            answer_left = sequence.request.max_new - len(sequence.generated) - 1
            room = self._room(sequence) - sequence.left
            count = min(self.draft.length, plan.budget, answer_left, room)
            if count < 1:
                continue
            proposal = self.draft.propose(
                sequence.id, sequence.tokens, count, sequence.request, sequence.generator
            )
            self.pool.grow(sequence.table, len(sequence.tokens) + len(proposal.tokens))
            plan.budget -= len(proposal.tokens)
            plan.drafts[sequence.id] = proposal

    def _room(self, sequence: _Sequence) -> int:
        """Tokens that could be computed for a sequence with the blocks that are left."""
        return self.pool.room(sequence.table) - sequence.table.length

    def _preempt(self, plan: _Plan) -> None:
        """Send the youngest that runs back to wait; its blocks are given back, its tokens kept."""
        sequence = self._running.pop()
        self._clear(sequence)
        insort(self._waiting, sequence, key=lambda s: s.id)
        plan.preempted.append(sequence.id)

    def _clear(self, sequence: _Sequence) -> None:
        self.pool.give_back(sequence.table)
        if self.draft is not None:
            self.draft.forget(sequence.id)

    def _compute(self, planned: list[_Sequence], plan: _Plan) -> list[Work]:
        """Run the planned tokens, choose the next ones, let go who has ended."""
        if not planned:
            return []
        chunks = [self._chunk(s, plan) for s in planned]
        logits = self.model.step(chunks, self.pool).split([c.logits for c in chunks])
        return [
            self._settle(s, c, rows, plan.drafts.get(s.id))
            for s, c, rows in zip(planned, chunks, logits, strict=True)
        ]

    def _chunk(self, sequence: _Sequence, plan: _Plan) -> Chunk:
        start, count = sequence.table.length, plan.counts[sequence.id]
        drafted = plan.drafts[sequence.id].tokens if sequence.id in plan.drafts else []
        tokens = sequence.tokens[start : start + count] + drafted
        logits = 1 + len(drafted) if count == sequence.left else 0
        return Chunk(tokens, start, sequence.table.blocks, logits)

    def _settle(
        self, sequence: _Sequence, chunk: Chunk, rows: Tensor, drafted: Proposal | None
    ) -> Work:
        """Take what a chunk has computed: its place in the cache, and tokens from its logits."""
        ahead = len(drafted.tokens) if drafted else 0
        known = len(chunk.tokens) - ahead
        decodes = sequence.decodes
        emitted, reason = self._choose(sequence, rows, drafted) if chunk.logits else ([], "")
        accepted = max(len(emitted) - 1, 0) if ahead else 0
        if not reason:
            emitted, reason = sequence.until_end(emitted)
        sequence.tokens += emitted
        sequence.table.length += len(chunk.tokens)
        # What rejected tokens left in the cache is cut off; the last token emitted was not run.
        final = len(sequence.tokens) - bool(emitted)
        self.pool.cut(sequence.table, min(final, sequence.table.length))
        if self.prefix_cache:
            self.pool.publish(sequence.table, sequence.tokens)
        if reason:
            self._results[sequence.id] = Result(sequence.generated, reason)
            self._running.remove(sequence)
            self._clear(sequence)
        prompt, decoded = (0, known) if decodes else (known, 0)
        return Work(sequence.id, chunk.start, prompt, decoded, ahead, accepted, tuple(emitted))

    def _choose(
        self, sequence: _Sequence, rows: Tensor, drafted: Proposal | None
    ) -> tuple[list[int], str]:
        """Choose the next token from one row of logits, or settle a draft from several.

        The second is why the answer ends here, where the mask allows no token.
        """
        request = sequence.request
        if drafted is None and request.sampling.greedy and request.mask is None:
            best = int(rows[0].argmax())
            if rows[0, best].isfinite():  # what is no number is refused below
                return [best], ""
        generated, ahead = sequence.generated, drafted.tokens if drafted else []
        targets: list[Distribution] = []
        for i, row in enumerate(rows.double().numpy()):
            allowed = request.mask([*generated, *ahead[:i]]) if request.mask else None
            try:
                targets.append(distribution(row, request.sampling, allowed))
            except NoTokenAllowedError:
                break
            if i < len(ahead) and not targets[i][ahead[i]]:
                break  # it is rejected for certain: the mask is not asked what would follow it
        if not targets:
            return [], "no token allowed"
        if drafted is None or self.draft is None:
            return [draw(targets[0], sequence.generator)], ""
        return self.draft.accept(drafted, targets, sequence.generator), ""
