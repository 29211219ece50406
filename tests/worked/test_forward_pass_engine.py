"""The engine: its order, its refusals, and that scheduling changes no request's tokens.

The models compute in float64: whether two tokens are equally likely is then no matter of rounding,
and outputs can be compared token for token whatever Hypothesis draws.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.effort import FULL
from tests.skips import required

torch = required("torch")

import numpy as np  # noqa: E402

from worked.forward_pass.engine import Engine, RefusedError, Request, Result  # noqa: E402
from worked.forward_pass.paged_cache import Pool  # noqa: E402
from worked.forward_pass.protocol import Proposal  # noqa: E402
from worked.forward_pass.sampling import Sampling  # noqa: E402
from worked.forward_pass.transformer import Config, Transformer, random_weights  # noqa: E402

SMALL = Config(vocab=17, hidden=12, layers=2, heads=2, kv_heads=1, head_dim=6, ffn=16)
MODEL = Transformer(SMALL, random_weights(SMALL, 3, torch.float64))
PROMPT = [3, 0, 16, 7, 7, 1, 9]
NOISY = Sampling(temperature=1.5, top_k=12, top_p=0.95, seed=4)


def engine_of(blocks=100, block_size=4, **settings):
    return Engine(MODEL, Pool(blocks, block_size, SMALL, torch.float64), **settings)


def alone(request):
    """The result of a request that has an engine for itself, in the plainest way."""
    engine = engine_of(chunked=False, prefix_cache=False)
    return engine.take(engine.submit(request)) or next(iter(engine.run().values()))


@cache
def tokens_alone(prompt, max_new, sampling, stop=frozenset()):
    return alone(Request(prompt, max_new, sampling, stop=stop))


def records_of(engine):
    records = []
    while engine.busy:
        records.append(engine.step())
    return records


# The order of work ------------------------------------------------------------------------------


def test_a_sequence_that_writes_goes_before_prompts_which_share_what_is_left():
    """Budget 5, prompts of 7: first step 5 of A. Second: A's other 2, and 3 of B. Third: A writes
    its second token (1), B has its other 4. Each prompt's last chunk gives its first token."""
    engine = engine_of(token_budget=5, max_running=5, prefix_cache=False)
    for _ in range(2):
        engine.submit(Request(PROMPT, 3))
    records = records_of(engine)
    work = [[(w.sequence, w.prompt, w.decoded, len(w.emitted)) for w in r.work] for r in records]
    assert work == [
        [(0, 5, 0, 0)],
        [(0, 2, 0, 1), (1, 3, 0, 0)],
        [(0, 0, 1, 1), (1, 4, 0, 1)],
        [(0, 0, 1, 1), (1, 0, 1, 1)],
        [(1, 0, 1, 1)],
    ]
    assert [r.finished for r in records] == [(), (), (), (0,), (1,)]
    assert [r.computed for r in records] == [5, 5, 5, 2, 1]


def test_unchunked_a_prompt_goes_whole_and_the_next_one_waits_for_a_budget_that_holds_it():
    """Budget 10, prompts of 7, 7 and 20: the second waits a step (3 are left), the third goes
    alone and over the budget, in a step with two tokens that others write: 22."""
    engine = engine_of(token_budget=10, max_running=5, chunked=False, prefix_cache=False)
    for prompt in (PROMPT, PROMPT[::-1], PROMPT * 2 + PROMPT[:6]):
        engine.submit(Request(prompt, 4))
    assert [r.computed for r in records_of(engine)] == [7, 8, 22, 3, 2, 1]


def test_a_sequence_joins_when_another_leaves():
    """Two run at a time; the third is admitted in the step after the first has ended."""
    engine = engine_of(max_running=2)
    for max_new in (2, 5, 3):
        engine.submit(Request(PROMPT, max_new))
    records = records_of(engine)
    assert records[1].finished == (0,)
    assert [set(r.admitted) for r in records] == [{0, 1}, set(), {2}, set(), set()]


def test_of_requests_that_come_together_none_finds_the_others_blocks_and_a_later_one_does():
    """7 tokens and 2 new ones in blocks of 4: one full block each; only who comes later has it."""
    engine = engine_of()
    for _ in range(3):
        engine.submit(Request(PROMPT, 2))
    assert engine.step().admitted == {0: 0, 1: 0, 2: 0}
    engine.submit(Request(PROMPT, 2))
    engine.submit(Request(PROMPT, 2, salt="another"))
    record = engine.step()
    assert record.admitted == {3: 4, 4: 0}
    assert record.tables[3][0] == record.tables[0][0]
    assert len({result.tokens[0] for result in engine.run().values()}) == 1


def test_who_yields_is_the_youngest_and_keeps_what_it_wrote():
    """5 blocks of 2 tokens; two prompts of 3 that write 5 each, so 7 tokens in the cache at last.
    Both fit with 4 blocks until they have 4 tokens; then A takes the fifth, and B, which needs one
    too, yields. It comes back when A has ended and computes its prompt and what it had again."""
    engine = engine_of(blocks=5, block_size=2, prefix_cache=False)
    a, b = (engine.submit(Request(PROMPT[i : i + 3], 5)) for i in range(2))
    records = records_of(engine)
    assert [r.preempted for r in records] == [(), (), (b,), (), (), (), (), ()]
    again = next(r for r in records[3:] if b in r.admitted)
    assert a in records[4].finished
    assert again.step == 5
    assert [(w.start, w.prompt) for w in again.work] == [(0, 5)]
    assert [sum(len(w.emitted) for w in r.work) for r in records] == [2, 2, 1, 1, 1, 1, 1, 1]
    assert engine.pool.available == 5


def test_who_yielded_comes_back_a_step_later_and_finds_the_blocks_of_its_twin():
    """15 blocks of 1 token; two equal prompts of 7, computed side by side, hold 14. The first takes
    the last block, the second yields its 7; all 7 tokens are there in the first one's blocks."""
    engine = engine_of(blocks=15, block_size=1)
    for _ in range(2):
        engine.submit(Request(PROMPT, 4))
    records = records_of(engine)
    assert [r.preempted for r in records] == [(), (1,), (), (), ()]
    assert [r.admitted for r in records] == [{0: 0, 1: 0}, {}, {1: 7}, {}, {}]


# What is refused, cancelled, stopped -------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"prompt": []}, "the prompt is empty"),
        ({"prompt": [3, 17]}, "token 17 is unknown: ids are from 0 to 16"),
        ({"prompt": [-1]}, "token -1 is unknown"),
        ({"stop": frozenset({99})}, "token 99 is unknown"),
        ({"max_new": 0}, "max_new = 0 must be at least 1"),
        ({"max_new": 2.5}, "all of them are whole numbers"),
        ({"prompt": "text"}, "all of them are whole numbers"),
        ({"stop": 3}, "all of them are whole numbers"),
        ({"max_new": 15}, "7 tokens of prompt and 15 new ones need 6 blocks, and the whole pool"),
    ],
)
def test_a_request_that_cannot_be_served_is_refused_at_once_and_in_words(wrong, words):
    engine = engine_of(blocks=5)
    with pytest.raises(RefusedError, match=words):
        engine.generate([Request(PROMPT, 3), replace(Request(PROMPT, 3), **wrong)])
    assert not engine.busy


def test_a_prompt_that_is_changed_after_it_was_handed_in_changes_nothing():
    """A chat's list of tokens grows while its answer is on the way."""
    engine, prompt = engine_of(), list(PROMPT)
    number = engine.submit(Request(prompt, 4))
    prompt += [1, 2]
    assert engine.run()[number] == alone(Request(PROMPT, 4))


@pytest.mark.parametrize("sampling", [Sampling(), NOISY])
def test_a_model_whose_logits_are_no_numbers_gives_no_tokens(sampling):
    broken = random_weights(SMALL, 3, torch.float64)
    broken["lm_head.weight"][:] = torch.nan
    engine = Engine(Transformer(SMALL, broken), Pool(9, 4, SMALL, torch.float64))
    with pytest.raises(ValueError, match="the model's output is not a number"):
        engine.generate([Request(PROMPT, 4, sampling)])


def test_a_request_that_just_fits_the_pool_is_served():
    """7 + 14 tokens, of which the last is never run: 20 in 5 blocks of 4."""
    engine = engine_of(blocks=5)
    (tokens,) = engine.generate([Request(PROMPT, 14)])
    assert len(tokens) == 14


def test_who_cancels_gives_blocks_back_whether_running_or_waiting():
    engine = engine_of(max_running=2, prefix_cache=False)
    numbers = [engine.submit(Request(PROMPT, 9)) for _ in range(4)]
    engine.step()
    assert engine.pool.held == 4
    assert engine.cancel(numbers[0])
    assert engine.cancel(numbers[3])
    assert engine.pool.held == 2
    assert not engine.cancel(numbers[0])
    assert not engine.cancel(77)
    assert set(engine.run()) == {numbers[1], numbers[2]}
    assert engine.pool.held == 0
    assert not engine.cancel(numbers[1])


def test_an_answer_ends_with_its_stop_token():
    long = tokens_alone(tuple(PROMPT), 8, NOISY).tokens
    stop = long[3]
    first = long.index(stop)
    got = tokens_alone(tuple(PROMPT), 8, NOISY, frozenset({stop}))
    assert got == Result(long[: first + 1], "stop")


def test_a_step_with_nothing_to_do_is_empty():
    record = engine_of().step()
    assert (record.work, record.computed, record.held) == ((), 0, 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"token_budget": 4, "max_running": 5}, "max_running = 5 must be from 1 to token_budget"),
        ({"max_running": 0}, "max_running = 0 must be"),
    ],
)
def test_a_budget_without_a_token_for_each_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        engine_of(**settings)


def test_a_pool_of_another_shape_or_in_use_is_refused():
    with pytest.raises(ValueError, match="the pool is for"):
        Engine(MODEL, Pool(9, 4, replace(SMALL, layers=1)))
    engine = engine_of()
    engine.submit(Request(PROMPT, 3))
    engine.step()
    with pytest.raises(ValueError, match="2 blocks of the pool are in use"):
        Engine(MODEL, engine.pool)


# Masks and drafts --------------------------------------------------------------------------------


def climbing(generated):
    """Only tokens larger than the last one: 16 ends it. It is asked about nothing else."""
    assert list(generated) == sorted(set(generated))
    return range(generated[-1] + 1 if generated else 0, SMALL.vocab)


def test_a_mask_is_asked_at_every_token_and_where_it_allows_none_the_answer_ends():
    for sampling in (Sampling(), NOISY):
        result = alone(Request(PROMPT, 30, sampling, mask=climbing))
        assert result.reason == "no token allowed"
        assert result.tokens == sorted(set(result.tokens))
        assert result.tokens[-1] == 16


class Scripted:
    """A draft that proposes the greedy model's own tokens, each `every`-th one spoilt."""

    def __init__(self, length, every):
        self.length, self.every, self.forgotten = length, every, []

    def propose(self, sequence, tokens, count, request, generator):
        right = tokens_alone(tuple(tokens), count, Sampling()).tokens
        drafted = [
            (token + 1) % SMALL.vocab if (len(tokens) + i) % self.every == 0 else token
            for i, token in enumerate(right)
        ]
        return Proposal(drafted, [np.eye(SMALL.vocab)[token] for token in drafted])

    def accept(self, proposal, targets, generator):
        emitted = []
        for i, target in enumerate(targets):
            emitted.append(int(target.argmax()))
            if i == len(proposal.tokens) or emitted[-1] != proposal.tokens[i]:
                break
        return emitted

    def forget(self, sequence):
        self.forgotten.append(sequence)


@pytest.mark.parametrize("every", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"chunked": False, "prefix_cache": False},
        {"token_budget": 6, "max_running": 3},
        {"blocks": 12, "block_size": 2},
        {"block_size": 1},
    ],
    ids=str,
)
def test_drafts_change_no_token_right_or_wrong(every, settings):
    """Rejected tokens leave the cache, accepted ones stay; the answers are the model's own."""
    draft = Scripted(3, every)
    engine = engine_of(**settings, draft=draft)
    asked = [Request(PROMPT[i:], 5 + i) for i in range(5)]
    for request in asked:
        engine.submit(request)
    records = records_of(engine)
    got = engine.run()
    assert [got[i] for i in range(5)] == [alone(request) for request in asked]
    assert engine.pool.held == 0
    assert set(draft.forgotten) == set(range(5))
    work = [w for r in records for w in r.work if w.drafted]
    assert work
    assert all(w.accepted <= w.drafted and len(w.emitted) <= w.accepted + 1 for w in work)
    if every == 1:
        assert not any(w.accepted for w in work)
    if every == 1000:
        assert all(w.accepted == w.drafted for w in work)


def test_a_good_draft_saves_steps():
    """12 tokens: 1 from the prompt, then 4 a round (3 drafted, all accepted, and one more), and
    where 3 are left no more than 2 are drafted: 1 + 4 + 4 + 3."""
    engine = engine_of(draft=Scripted(3, 1000))
    engine.submit(Request(PROMPT, 12))
    work = [w for record in records_of(engine) for w in record.work]
    assert [(w.drafted, len(w.emitted)) for w in work] == [(0, 1), (3, 4), (3, 4), (2, 3)]


def test_a_mask_holds_for_drafts_too():
    """The draft knows nothing of it: what it proposes against it is rejected, and the mask is not
    asked what would follow."""
    for every in (2, 1000):
        engine = engine_of(draft=Scripted(3, every))
        engine.submit(Request(PROMPT, 30, mask=climbing))
        assert engine.run()[0] == alone(Request(PROMPT, 30, mask=climbing))


# Whatever comes ----------------------------------------------------------------------------------

LONGEST = 14
BEGINNINGS = ((), (3, 0, 16, 7), (3, 0, 16, 7, 7, 1, 9, 2))


class AnyTraffic(RuleBasedStateMachine):
    """Requests come, are cancelled and served, on pools and budgets of any size."""

    @initialize(
        block_size=st.integers(1, 5),
        spare=st.integers(0, 20),
        budget=st.integers(1, 20),
        running=st.integers(1, 6),
        chunked=st.booleans(),
        prefix_cache=st.booleans(),
        draft=st.sampled_from([None, None, (1, 2), (3, 3)]),
        hashed=st.sampled_from([hash, lambda _: 0, lambda content: hash(content) % 3]),
    )
    def start(self, block_size, spare, budget, running, chunked, prefix_cache, draft, hashed):
        blocks = -(-LONGEST // block_size) + spare
        pool = Pool(blocks, block_size, SMALL, torch.float64, hashed)
        self.engine = Engine(
            MODEL,
            pool,
            budget,
            min(running, budget),
            chunked,
            prefix_cache,
            draft and Scripted(*draft),
        )
        self.asked, self.cancelled, self.salts = {}, set(), {}
        self.steps = self.written = 0

    @rule(
        beginning=st.sampled_from(BEGINNINGS),
        end=st.lists(st.integers(0, 16), min_size=1, max_size=4),
        max_new=st.integers(1, 10),
        salt=st.sampled_from(["", "a"]),
        noisy=st.booleans(),
        stop=st.sampled_from([frozenset(), frozenset({2, 5})]),
    )
    def submit(self, beginning, end, max_new, salt, noisy, stop):
        prompt = (*beginning, *end)
        max_new = min(max_new, LONGEST + 1 - len(prompt))
        # Drafts take numbers of the generator: only greedy answers are the same with them.
        sampling = NOISY if noisy and self.engine.draft is None else Sampling()
        number = self.engine.submit(Request(prompt, max_new, sampling, salt, stop))
        self.asked[number] = (prompt, max_new, sampling, stop)
        self.salts[number] = salt

    @rule(data=st.data())
    @precondition(lambda self: getattr(self, "asked", None))
    def cancel(self, data):
        number = data.draw(st.sampled_from(sorted(self.asked)))
        if self.engine.cancel(number):
            self.cancelled.add(number)

    @rule(steps=st.integers(1, 6))
    def step(self, steps):
        for _ in range(steps):
            self.check_step(self.engine.step())

    def check_step(self, record):
        """It got on if there was anything to do, kept to its budget, and shared what it may."""
        engine = self.engine
        assert record.work or not engine.busy
        assert not (record.preempted and record.admitted)
        prompts = [w for w in record.work if w.prompt]
        if engine.chunked or len(prompts) > 1:
            assert record.computed <= engine.token_budget
        assert len(record.tables) <= engine.max_running
        holders = {}
        for number, blocks in record.tables.items():
            assert len(set(blocks)) == len(blocks)
            for place, block in enumerate(blocks):
                holders.setdefault(block, []).append((number, place))
        for held in holders.values():
            if len(held) > 1:
                assert engine.prefix_cache
                assert len({place for _, place in held}) == 1
                assert len({self.salts[number] for number, _ in held}) == 1
                end = (held[0][1] + 1) * engine.pool.block_size
                assert len({self.known(number)[:end] for number, _ in held}) == 1
        assert len(holders) == record.held

    def known(self, number):
        """A request's prompt and the answer that it has when alone."""
        return self.asked[number][0] + tuple(tokens_alone(*self.asked[number]).tokens)

    @invariant()
    def every_block_is_held_as_often_as_tables_name_it(self):
        if not hasattr(self, "engine"):
            return
        pool = self.engine.pool
        named = [b for s in self.engine._running for b in s.table.blocks]
        assert [named.count(block) for block in range(pool.blocks)] == pool.references
        assert not any(s.table.blocks for s in self.engine._waiting)
        running = self.engine._running
        assert all(s.decodes for s in running[:-1])  # only the youngest's prompt is half read
        numbers = [s.id for s in (*running, *self.engine._waiting)]
        assert numbers == sorted(numbers)
        assert pool.available == sum(count == 0 for count in pool.references)

    def teardown(self):
        """All that was not cancelled ends, in a bounded number of steps, as it would have alone."""
        if not hasattr(self, "engine"):
            return
        # Each step lets somebody write a token, or the oldest prompt get on by one.
        bound = sum(len(prompt) + 2 * max_new for prompt, max_new, *_ in self.asked.values())
        steps = 0
        while self.engine.busy:
            self.check_step(self.engine.step())
            steps += 1
            assert steps <= bound
        results = self.engine.run()
        assert set(results) == set(self.asked) - self.cancelled
        for number, result in results.items():
            assert result == tokens_alone(*self.asked[number])
        assert self.engine.pool.held == 0


AnyTraffic.TestCase.settings = settings(max_examples=600 if FULL else 100, stateful_step_count=20)
TestAnyTraffic = AnyTraffic.TestCase
