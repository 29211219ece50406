"""A model on two processes: the tokens of one, and two all-reduces a layer, counted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from worked.formulas import serving
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.tensor_parallel import payload_bytes, run, shard, shard_config
from worked.forward_pass.transformer import Config, Transformer, random_weights

pytestmark = pytest.mark.slow

CONFIG = Config(61, 48, 3, 4, 2, 16, 80)
SEED, NEW = 6, 10


def prompts():
    rng = np.random.default_rng(3)
    return [rng.integers(61, size=int(n)).tolist() for n in (1, 5, 17, 40, 9, 40)]


@cache
def reports():
    """Run the group once for all tests."""
    return run(CONFIG, SEED, prompts(), NEW, 2)


def test_the_tokens_are_those_of_one_process():
    """On both ranks, though each has half of the heads and half of the feed-forward."""
    model = Transformer(CONFIG, random_weights(CONFIG, SEED))
    alone = Engine(model, Pool(64, 8, CONFIG)).generate(Request(p, NEW) for p in prompts())
    assert len({tuple(answer) for answer in alone}) == 6
    assert [report.tokens for report in reports()] == [alone, alone]


def test_two_all_reduces_a_layer_and_step():
    """Three layers: six a step, by our count and by PyTorch's."""
    for report in reports():
        assert report.steps > NEW
        assert report.all_reduces == report.traced == 6 * report.steps


def test_each_token_adds_hidden_numbers_to_each_all_reduce():
    """6 all-reduces of 48 float32 a token: 1,152 B."""
    for report in reports():
        assert report.payload == 1152 * report.computed == payload_bytes(CONFIG, report.computed)
        assert report.computed == sum(map(len, prompts())) + 6 * (NEW - 1)


def test_keys_and_values_lie_with_their_heads():
    """2 x 3 layers x 2 heads x 16 x 4 B = 768 B a token in all, half of it on each rank."""
    for report in reports():
        assert report.kv_bytes_per_token == 768 // 2
        assert serving.kv_bytes_per_token(3, 2 * 16, 4) == 768


def test_shares_add_up_to_the_model():
    """Each matrix of a layer is on one rank or the other, in order; the rest is on both."""
    whole = random_weights(CONFIG, SEED)
    left, right = (shard(whole, rank, 2) for rank in range(2))
    for name, weight in whole.items():
        joined = [torch.cat((left[name], right[name]), d) for d in range(weight.dim())]
        if ".mlp." in name or ".self_attn." in name:
            assert any(j.shape == weight.shape and (j == weight).all() for j in joined)
        else:
            assert (left[name] == weight).all()
            assert (right[name] == weight).all()


def test_partly_rotated_heads_keep_their_rotated_dimensions():
    assert shard_config(Config(61, 48, 3, 4, 2, 16, 80, rotary_dims=8), 2).rotary == 8


@pytest.mark.parametrize(
    ("config", "ranks", "why"),
    [
        (CONFIG, 4, "would have to be copied"),
        (Config(61, 48, 3, 6, 3, 16, 80), 2, "kv_heads = 3 does not divide"),
        (Config(61, 48, 3, 4, 2, 16, 81), 2, "ffn = 81 does not divide"),
        (CONFIG, 0, "at least 1"),
    ],
)
def test_a_model_that_cannot_be_shared_equally_is_refused_before_a_process_starts(
    config, ranks, why
):
    with pytest.raises(ValueError, match=why):
        run(config, SEED, prompts(), NEW, ranks)
