"""Speculative decoding: exactly the large model's distribution, enumerated and in the engine."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worked.formulas import serving
from worked.forward_pass import speculation
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.protocol import Proposal
from worked.forward_pass.sampling import GREEDY, Sampling, distribution
from worked.forward_pass.speculation import (
    ModelDraft,
    accept,
    acceptance,
    plain_law,
    residual,
    round_law,
    sequence_law,
    tally,
    total_variation,
)
from worked.forward_pass.transformer import Chunk, Config, Transformer, random_weights

TARGET = Config(61, 48, 3, 4, 2, 12, 80)
DRAFT = Config(61, 24, 1, 2, 1, 12, 40)


def random_law(seed: int, vocab: int, sampling: Sampling):
    """A next-token law that depends on all tokens so far: logits at random for each context."""

    @cache
    def law(tokens):
        rng = np.random.default_rng([seed, len(tokens), *tokens])
        return distribution(rng.normal(scale=1.5, size=vocab), sampling)

    return law


def from_target(p, q):
    """The mutant: a rejected token is drawn from the target, not from the residual."""
    return p


SAMPLINGS = st.sampled_from(
    [
        Sampling(temperature=1.0),
        Sampling(temperature=0.6, top_k=2),
        Sampling(temperature=1.0, top_p=0.7),
        Sampling(temperature=1.4, top_k=3, top_p=0.8),
        GREEDY,
    ]
)


@pytest.mark.parametrize("drafted", [1, 2, 4])
@given(st.integers(0, 10**6), SAMPLINGS, SAMPLINGS)
@settings(max_examples=15, deadline=None)
def test_the_law_of_the_tokens_is_the_targets_whatever_the_draft(drafted, seed, large, small):
    """Four tokens over a vocabulary of three, p and q depending on all before them."""
    p, q = random_law(2 * seed, 3, large), random_law(2 * seed + 1, 3, small)
    law = sequence_law(p, q, drafted, 4)
    assert sum(law.values()) == pytest.approx(1, abs=1e-12)
    assert total_variation(law, plain_law(p, 4)) < 1e-12


@pytest.mark.parametrize("drafted", [1, 2, 4])
def test_resampling_from_the_target_is_caught(drafted):
    """The mutant's total variation is of the order of a tenth, on every one of ten pairs."""
    sampling = Sampling(temperature=1.0)
    for seed in range(10):
        p, q = random_law(2 * seed, 3, sampling), random_law(2 * seed + 1, 3, sampling)
        assert total_variation(sequence_law(p, q, drafted, 2, from_target), plain_law(p, 2)) > 0.01


def test_the_mutant_by_hand():
    """p = (.5, .5), q = (.9, .1): token 0 is accepted with .5 / .9 and so has .5 already; of the
    .4 that are rejected the residual gives all to token 1, the mutant half: .7 against .5.
    """
    p, q = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    assert acceptance(p, q) == pytest.approx(0.6)
    assert residual(p, q).tolist() == pytest.approx([0, 1])
    wrong = sequence_law(lambda _: p, lambda _: q, 1, 1, from_target)
    assert wrong == pytest.approx({(0,): 0.7, (1,): 0.3})
    assert total_variation(wrong, plain_law(lambda _: p, 1)) == pytest.approx(0.2)


def test_a_q_that_was_not_drawn_from_breaks_the_law():
    """Tokens drawn from the top-k of q, accepted by q before top-k: the rule's other mistake."""
    p = np.array([0.2, 0.3, 0.5])
    raw = distribution(np.log([0.5, 0.3, 0.2]), Sampling(temperature=1.0))
    drawn = distribution(np.log([0.5, 0.3, 0.2]), Sampling(temperature=1.0, top_k=1))
    honest = drawn * np.minimum(1, p / np.where(drawn > 0, drawn, 1))
    law = honest + (1 - honest.sum()) * residual(p, drawn)
    np.testing.assert_allclose(law, p, atol=1e-12)
    false = drawn * np.minimum(1, p / raw)
    law = false + (1 - false.sum()) * residual(p, raw)
    assert np.abs(law - p).sum() / 2 > 0.1


@given(
    st.integers(0, 10**6), st.sampled_from([1, 2, 4]), st.floats(0.3, 3), st.sampled_from([2, 5])
)
@settings(max_examples=30, deadline=None)
def test_a_round_brings_the_geometric_sum_of_tokens(seed, drafted, scale, vocab):
    """p and q the same after all tokens: acceptance is independent, as the book's formula says."""
    rng = np.random.default_rng(seed)
    p, q = (
        distribution(rng.normal(scale=scale, size=vocab), Sampling(temperature=1.0))
        for _ in range(2)
    )
    law = round_law(lambda _: p, lambda _: q, drafted)
    a = acceptance(p, q)
    mean = sum(len(tokens) * probability for tokens, probability in law.items())
    assert mean == pytest.approx(serving.tokens_per_round(a, drafted), rel=1e-9)


def test_a_rounds_tokens_by_hand():
    """p = (.5, .5), q = (.9, .1), so a = .6; two drafts: 1 + .6 + .36 = 1.96 tokens."""
    p, q = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    law = round_law(lambda _: p, lambda _: q, 2)
    assert sum(len(tokens) * share for tokens, share in law.items()) == pytest.approx(1.96)


class Scripted:
    """A generator that gives the numbers it was told."""

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def random(self):
        return self.numbers.pop(0)


def test_accept_draws_by_the_law_that_was_enumerated():
    """Every combination of midpoints of a grid, each as likely as another: the shares of the
    outcomes are those of `round_law`, up to the grid's width for each number that is compared.
    """
    n, vocab = 40, 3
    p, q = (random_law(seed, vocab, Sampling(temperature=1.0)) for seed in (3, 4))
    law = round_law(p, q, 1)
    grid = (np.arange(n) + 0.5) / n
    shares = {}
    for token in range(vocab):
        proposal = Proposal([token], [q(())])
        for u, v in product(grid, grid):
            got = tuple(accept(proposal, [p(()), p((token,))], Scripted(u, v)))
            shares[got] = shares.get(got, 0) + q(())[token] / n**2
    assert shares.keys() <= law.keys()
    for outcome, probability in law.items():
        assert shares.get(outcome, 0) == pytest.approx(probability, abs=vocab * 2 / n)
    assert total_variation(shares, law) < 0.05


def test_where_what_follows_is_masked_nothing_is_added():
    """Two targets for two drafts: the third was not asked for. Both accepted, and no token more."""
    half = np.array([0.5, 0.5])
    proposal = Proposal([0, 1], [half, half])
    assert accept(proposal, [half, half], Scripted(0.0, 0.0)) == [0, 1]
    # The second is impossible: rejected whatever the number, and replaced.
    none = np.array([1.0, 0.0])
    assert accept(proposal, [half, none], Scripted(0.0, 0.0, 0.3)) == [0, 0]


# In the engine -----------------------------------------------------------------------------------

WAYS = {
    "plain": (400, 8, {"chunked": False, "prefix_cache": False}),
    "chunks of a tiny budget": (400, 8, {"token_budget": 9, "max_running": 3}),
    "shared prefixes": (400, 8, {"max_running": 4}),
    "a tiny pool": (20, 4, {"prefix_cache": False}),
    "a tiny pool and shared prefixes": (20, 4, {"token_budget": 40, "max_running": 30}),
    "blocks of one token": (600, 1, {"max_running": 6}),
}
NEW = 14


def requests():
    """18 prompts, some with the same beginning, some equal, one of one token."""
    rng = np.random.default_rng(8)
    system = [0, *rng.integers(61, size=20).tolist()]
    prompts = [
        (system if i % 3 == 0 else []) + rng.integers(61, size=1 + 2 * i).tolist()
        for i in range(16)
    ]
    return [Request(prompt, NEW) for prompt in [*prompts, [0], prompts[3]]]


def model_draft(length=3, blocks=200, weights=None):
    small = Transformer(DRAFT, weights or random_weights(DRAFT, 5))
    return ModelDraft(small, Pool(blocks, 8, DRAFT), length, TARGET)


@cache
def plain_answers():
    engine = Engine(Transformer(TARGET, random_weights(TARGET, 4)), Pool(400, 8, TARGET))
    return engine.generate(requests())


def speculated(way, draft):
    blocks, block_size, settings_ = WAYS[way]
    model = Transformer(TARGET, random_weights(TARGET, 4))
    pool = Pool(blocks, block_size, TARGET)
    engine = Engine(model, pool, draft=draft, **settings_)
    numbers = [engine.submit(request) for request in requests()]
    records = []
    while engine.busy:
        records.append(engine.step())
    assert pool.held == draft.pool.held == 0
    return [engine.take(number).tokens for number in numbers], records


@pytest.mark.parametrize("way", WAYS)
def test_greedy_tokens_are_the_targets_own(way):
    """However steps are cut and shared: a random draft changes no token."""
    answers, records = speculated(way, model_draft())
    assert answers == plain_answers()
    counts = tally(records)
    assert counts.rounds > 5
    assert counts.drafted > counts.accepted
    preempted = sum(len(record.preempted) for record in records)
    assert (preempted > 0) == (WAYS[way][0] == 20)


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_that_is_the_target_has_every_token_accepted(way):
    """So a round of k drafts brings k + 1 tokens, and steps fall."""
    model = Transformer(TARGET, random_weights(TARGET, 4))
    draft = ModelDraft(model, Pool(400, 8, TARGET), 3, TARGET)
    answers, records = speculated(way, draft)
    assert answers == plain_answers()
    counts = tally(records)
    assert counts.accepted == counts.drafted
    assert counts.emitted == counts.accepted + counts.rounds
    assert set(counts.by_accepted) <= {1, 2, 3}


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_that_is_half_right_is_rolled_back_where_it_is_wrong(way):
    """The target's own weights and some noise: rounds of every number of accepted tokens."""
    weights, noise = random_weights(TARGET, 4), random_weights(TARGET, 99)
    near = {name: weight + 0.15 * noise[name] for name, weight in weights.items()}
    draft = ModelDraft(Transformer(TARGET, near), Pool(400, 8, TARGET), 3, TARGET)
    answers, records = speculated(way, draft)
    assert answers == plain_answers()
    assert set(tally(records).by_accepted) == {0, 1, 2, 3}


@pytest.mark.parametrize("blocks", [1, 3])
def test_a_draft_whose_pool_is_too_small_drafts_less_and_changes_nothing(blocks):
    """In 1 or 3 blocks of 8 tokens it cannot read the longer sequences."""
    answers, records = speculated("plain", model_draft(blocks=blocks))
    assert answers == plain_answers()
    assert 0 < tally(records).drafted < tally(speculated("plain", model_draft())[1]).drafted


def test_a_draft_whose_pool_holds_one_sequence_at_a_time_drafts_as_much():
    """8 blocks of 8: the others' are given back, and computed again when their turn comes."""
    answers, records = speculated("plain", model_draft(blocks=8))
    assert answers == plain_answers()
    assert tally(records) == tally(speculated("plain", model_draft())[1])


def test_after_a_rollback_a_draft_proposes_what_a_fresh_one_would():
    """Cut back by any number of tokens, and gone on elsewhere: nothing stale is left."""
    request = Request([7, 3, 9], 30)
    used = model_draft(length=4)
    rng = np.random.default_rng(0)
    tokens = [7, 3, 9]
    for back, new in ((0, 5), (3, 1), (0, 1), (4, 6), (1, 2), (7, 1)):
        tokens = [*tokens[: len(tokens) - back], *rng.integers(61, size=new).tolist()]
        again = used.propose(0, tokens, 4, request, rng)
        fresh = model_draft(length=4).propose(0, tokens, 4, request, rng)
        assert again.tokens == fresh.tokens
    used.forget(0)
    assert used.pool.held == 0


TINY = Config(3, 16, 1, 2, 1, 8, 16)
TINY_DRAFT = Config(3, 8, 1, 1, 1, 8, 16)


def engine_chi_square(requests_):
    """Chi-square of three tokens after one prompt, many requests, against the target's own law."""
    weights = random_weights(TINY, 11)
    model = Transformer(TINY, weights)
    sampling = Sampling(temperature=1.0)
    pool = Pool(400, 8, TINY)

    @cache
    def p(tokens):
        own = Pool(2, 8, TINY)
        logits = model.step([Chunk([1, *tokens], 0, [0, 1])], own)[0]
        return distribution(logits.double().numpy(), sampling)

    small = Transformer(TINY_DRAFT, random_weights(TINY_DRAFT, 12))
    draft = ModelDraft(small, Pool(400, 8, TINY_DRAFT), 2, TINY)
    engine = Engine(model, pool, max_running=200, draft=draft)
    answers = engine.generate(
        Request([1], 3, Sampling(temperature=1.0, seed=seed)) for seed in range(requests_)
    )
    expected = plain_law(p, 3)
    observed = dict.fromkeys(expected, 0)
    for answer in answers:
        observed[tuple(answer)] += 1
    return sum(
        (observed[key] - requests_ * share) ** 2 / (requests_ * share)
        for key, share in expected.items()
    )


def test_sampled_tokens_in_the_engine_have_the_targets_law(monkeypatch):
    """27 outcomes, so 26 degrees of freedom: 54.05 is exceeded once in a thousand. The mutant,
    planted in the engine's own path, exceeds it by far.
    """
    assert engine_chi_square(2000) < 54.05
    monkeypatch.setattr(speculation, "residual", from_target)
    assert engine_chi_square(2000) > 100


def test_the_draft_obeys_the_requests_mask():
    """Even and odd tokens in turn: the model as its own draft has every token accepted, so the
    draft was asked about the same places as the model; the answers are those without a draft.
    """

    def in_turn(generated):
        return range(len(generated) % 2, 61, 2)

    asked = [Request(r.prompt, NEW, mask=in_turn) for r in requests()]
    model = Transformer(TARGET, random_weights(TARGET, 4))
    wanted = Engine(model, Pool(400, 8, TARGET)).generate(asked)
    draft = ModelDraft(model, Pool(400, 8, TARGET), 3, TARGET)
    engine = Engine(model, Pool(400, 8, TARGET), draft=draft)
    for request in asked:
        engine.submit(request)
    records = []
    while engine.busy:
        records.append(engine.step())
    assert [engine.take(i).tokens for i in range(len(asked))] == wanted
    assert tally(records).accepted == tally(records).drafted > 0


def test_drafts_that_cannot_be_checked_are_refused_in_words():
    small = Transformer(DRAFT, random_weights(DRAFT, 5))
    with pytest.raises(ValueError, match="speak in the model's own tokens"):
        ModelDraft(small, Pool(4, 8, DRAFT), 2, TINY)
    with pytest.raises(ValueError, match="at least one token"):
        ModelDraft(small, Pool(4, 8, DRAFT), 0, TARGET)
    with pytest.raises(ValueError, match="pool of its own"):
        ModelDraft(small, Pool(4, 8, TARGET), 2, TARGET)
    with pytest.raises(ValueError, match="not one alphabet"):
        accept(Proposal([0], [np.ones(1)]), [np.ones(2) / 2], Scripted(0.5))
