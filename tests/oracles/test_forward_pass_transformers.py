"""The engine against transformers: the same greedy tokens, however its steps are cut and shared.

The models are random, in the shapes that differ between families: grouped or whole heads, tied or
untied, heads that are no share of the hidden size, rotation of a part of each head.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from tests.oracles.in_transformers import in_transformers
from tests.skips import required
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool, Table
from worked.forward_pass.sampling import Sampling, distribution
from worked.forward_pass.transformer import Chunk, Config, Transformer, random_weights

torch = required("torch")
transformers = required("transformers")

NEW = 12
SHAPES = {
    "grouped": Config(61, 48, 3, 4, 2, 12, 80),
    "grouped, tied": Config(61, 48, 2, 4, 1, 12, 80, tied=True),
    "a key for each query": Config(61, 48, 2, 4, 4, 12, 80, norm_eps=1e-6),
    "a key for each query, tied": Config(61, 48, 2, 4, 4, 12, 80, rope_base=1e6, tied=True),
    "heads wider than their share": Config(61, 42, 2, 6, 2, 16, 64),
    "half of each head rotated": Config(61, 48, 2, 4, 2, 16, 80, rotary_dims=8),
}
# The pool's blocks and their size, and the engine's settings.
WAYS = {
    "plain": (400, 8, {"chunked": False, "prefix_cache": False}),
    "chunks of a tiny budget": (
        400,
        8,
        {"token_budget": 7, "max_running": 5, "prefix_cache": False},
    ),
    "shared prefixes": (400, 8, {"max_running": 4}),
    "a tiny pool": (20, 4, {"prefix_cache": False}),
    "a tiny pool and shared prefixes": (20, 4, {"token_budget": 30, "max_running": 30}),
    "a tiny pool, unchunked": (20, 4, {"chunked": False}),
    "blocks of one token": (600, 1, {"max_running": 6}),
}


def prompts(vocab):
    """24 prompts: a third with a shared beginning; token 0 in many; equal ones; of one token."""
    r = random.Random(5)
    system = [0, *(r.randrange(vocab) for _ in range(20))]
    made = [
        (system if i % 3 == 0 else []) + [r.randrange(vocab) for _ in range(r.randint(1, 40))]
        for i in range(20)
    ]
    return [*made, [0], [7], made[0], made[1]]


@cache
def expected(shape):
    """Weights, prompts, and the tokens that transformers generates after each prompt alone."""
    config = SHAPES[shape]
    weights = random_weights(config, seed=len(shape))
    model = in_transformers(config, weights, attn_implementation="eager")
    model.generation_config.eos_token_id = None
    answers = []
    for prompt in prompts(config.vocab):
        ids = torch.tensor([prompt])
        # Without a mask of ones, generate would take a token 0 for padding and hide it.
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW, do_sample=False
        )
        answers.append(out[0, len(prompt) :].tolist())
    return weights, prompts(config.vocab), answers


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", WAYS)
def test_greedy_tokens_are_those_of_transformers(shape, way):
    """Token for token, in every request; what the way is for must have happened."""
    weights, asked, answers = expected(shape)
    blocks, block_size, settings = WAYS[way]
    pool = Pool(blocks, block_size, SHAPES[shape])
    engine = Engine(Transformer(SHAPES[shape], weights), pool, **settings)
    numbers = [engine.submit(Request(prompt, NEW)) for prompt in asked]
    records = []
    while engine.busy:
        records.append(engine.step())
    assert [engine.take(number).tokens for number in numbers] == answers
    assert len({tuple(answer) for answer in answers}) > 15  # no model that says one thing
    assert pool.held == 0
    hits = sum(sum(record.admitted.values()) for record in records)
    preemptions = sum(len(record.preempted) for record in records)
    cut = any(work.prompt and not work.emitted for record in records for work in record.work)
    assert (hits > 0) == settings.get("prefix_cache", True)
    assert (preemptions > 0) == (blocks == 20)
    assert cut == ("token_budget" in settings)


@pytest.mark.parametrize("shape", SHAPES)
def test_logits_are_those_of_transformers_to_float32_rounding(shape):
    config = SHAPES[shape]
    weights, asked, _ = expected(shape)
    prompt = max(asked, key=len)
    with torch.inference_mode():
        wanted = in_transformers(config, weights, attn_implementation="eager")(
            torch.tensor([prompt])
        ).logits[0]
    pool = Pool(100, 8, config)
    table = Table()
    pool.grow(table, len(prompt))
    chunk = Chunk(prompt, 0, table.blocks, logits=len(prompt))
    got = Transformer(config, weights).step([chunk], pool)
    assert (got - wanted).abs().max() < 2e-5 * wanted.abs().max()


def test_llama_of_transformers_ignores_a_part_that_is_to_be_rotated():
    """So it cannot be the reference of a model that rotates a part: its tables are whole heads."""
    family = transformers.LlamaConfig(
        hidden_size=32,
        num_attention_heads=4,
        head_dim=8,
        rope_parameters={
            "rope_type": "default",
            "rope_theta": 1e4,
            "partial_rotary_factor": 0.5,
        },
    )
    rotary = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding(family)
    cos, _ = rotary(torch.zeros(1, 1, 32), torch.tensor([[3]]))
    assert cos.shape[-1] == 8


SETTINGS = [
    Sampling(temperature=t, top_k=k, top_p=p)
    for t in (0.3, 1.0, 1.7)
    for k in (0, 1, 5)
    for p in (0.05, 0.5, 0.9, 1.0)
]


@pytest.mark.parametrize("sampling", SETTINGS, ids=str)
def test_the_distribution_is_that_of_transformers_processors(sampling):
    """Every probability of a vocabulary of 12, at twenty random sets of logits without ties."""
    kinds = transformers.generation.logits_process
    chain = transformers.LogitsProcessorList([kinds.TemperatureLogitsWarper(sampling.temperature)])
    if sampling.top_k:
        chain.append(kinds.TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1:
        chain.append(kinds.TopPLogitsWarper(sampling.top_p))
    for seed in range(20):
        logits = np.random.default_rng(seed).normal(scale=2, size=12)
        assert all(a < b for a, b in pairwise(np.sort(logits)))
        wanted = chain(None, torch.tensor(logits)[None]).softmax(-1)[0].numpy()
        got = distribution(logits, sampling)
        assert set(np.flatnonzero(got)) == set(np.flatnonzero(wanted))
        np.testing.assert_allclose(got, wanted, atol=1e-15, rtol=1e-12)
