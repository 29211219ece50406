"""The forward pass's transformer: its counts to the byte and FLOP, and that a step is a step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.skips import required
from worked.forward_pass.paged_cache import Pool, Table
from worked.forward_pass.transformer import (
    EMBEDDING,
    Chunk,
    Config,
    Transformer,
    dense,
    random_weights,
    shapes,
)

torch = required("torch")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

SMALL = Config(vocab=31, hidden=24, layers=2, heads=4, kv_heads=2, head_dim=6, ffn=40)
TOKENS = [3, 0, 17, 30, 5, 5, 9, 12, 1, 22, 8]


def model_of(config=SMALL, dtype=torch.float64, **more):
    return Transformer(config, random_weights(config, 1, dtype), **more)


def fresh(config=SMALL, tokens=64, block_size=4, dtype=torch.float64):
    """A pool, and a table in it with room for so many tokens, its blocks in no neat order."""
    pool = Pool(3 * tokens // block_size, block_size, config, dtype)
    table = Table()
    pool.grow(table, tokens)
    table.blocks.reverse()
    return pool, table


def logits_of(tokens, model=None, rows=None):
    """The logits of one sequence in one step; of all rows, or of the last ones."""
    pool, table = fresh()
    chunk = Chunk(tokens, 0, table.blocks, len(tokens) if rows is None else rows)
    return (model or model_of()).step([chunk], pool)


def test_a_token_keeps_two_values_a_layer_and_key_value_dimension_of_four_bytes():
    """2 x 2 layers x 2 heads x 6 x 4 B = 192 B, counted from the tensors; 768 B x 10 for SmolLM."""
    pool = Pool(5, 16, SMALL)
    assert pool.bytes_per_token == 2 * 2 * 2 * 6 * 4 == 192
    assert pool.keys.nbytes + pool.values.nbytes == 5 * 16 * 192


@pytest.mark.parametrize("tokens", [1, 2, 7, 11])
@pytest.mark.parametrize("tied", [False, True])
def test_a_prompt_takes_two_flops_a_parameter_and_token_and_four_a_pair_of_tokens(tokens, tied):
    """2 N T + 4 L T² h, h the width of all query heads: all T² pairs of scores are computed, and
    those of a token with a later one, nearly half, are masked. N: what multiplies, by hand a layer
    24x24 + 2x24x12 + 24x24 + 3x24x40 = 4,608, and the head 24x31 = 744."""
    config = replace(SMALL, tied=tied)
    multiplied = 2 * 4608 + 744
    assert config.multiplied_parameters == multiplied
    pool, table = fresh(config)
    model = model_of(config)
    with FlopCounterMode(display=False) as counter:
        model.step([Chunk(TOKENS[:tokens], 0, table.blocks, logits=tokens)], pool)
    assert counter.get_total_flops() == 2 * multiplied * tokens + 4 * 2 * tokens**2 * 24


def test_logits_that_nobody_wants_are_not_computed():
    """Of a prompt of 11 only the last row goes through the head: 2 x 744 x 10 FLOPs less."""
    model, (pool, table) = model_of(), fresh()
    with FlopCounterMode(display=False) as counter:
        model.step([Chunk(TOKENS, 0, table.blocks)], pool)
    assert counter.get_total_flops() == 2 * 9960 * 11 + 4 * 2 * 11**2 * 24 - 2 * 744 * 10


def test_a_decode_takes_two_flops_a_parameter_and_four_a_token_it_looks_at():
    """After 10 tokens the eleventh: 2 N + 4 L (10 + 1) h; nothing is masked."""
    model, (pool, table) = model_of(), fresh()
    model.step([Chunk(TOKENS[:10], 0, table.blocks)], pool)
    with FlopCounterMode(display=False) as counter:
        model.step([Chunk(TOKENS[10:], 10, table.blocks)], pool)
    assert counter.get_total_flops() == 2 * 9960 + 4 * 2 * 11 * 24


@pytest.mark.parametrize("cuts", [(5,), (1, 2, 3), (4, 8), tuple(range(1, 11))])
def test_a_prompt_in_chunks_is_the_prompt_whole(cuts):
    """Whatever the chunks: their logits, one after the other, are those of one step."""
    pool, table = fresh()
    model = model_of()
    got = []
    for start, end in zip((0, *cuts), (*cuts, len(TOKENS)), strict=True):
        chunk = Chunk(TOKENS[start:end], start, table.blocks, logits=end - start)
        got.append(model.step([chunk], pool))
    torch.testing.assert_close(torch.cat(got), logits_of(TOKENS), rtol=1e-10, atol=1e-10)


def test_sequences_in_one_step_do_not_see_each_other():
    """A prompt, a decode and a chunk of the same length at other places, in any order: each gets
    the logits that it gets alone, in the order in which they were asked for."""
    model = model_of()
    pool = Pool(20, 4, SMALL, torch.float64)
    tables = [Table() for _ in range(4)]
    for table in tables:
        pool.grow(table, 12)
    seen = [TOKENS[:0], TOKENS[:7], TOKENS[::-1][:9], TOKENS[4:5]]
    new = [TOKENS[:5], TOKENS[7:8], TOKENS[::-1][9:10], TOKENS[5:10]]
    for table, before in zip(tables, seen, strict=True):
        if before:
            model.step([Chunk(before, 0, table.blocks)], pool)
    chunks = [
        Chunk(tokens, len(before), table.blocks, logits)
        for tokens, before, table, logits in zip(new, seen, tables, (2, 1, 1, 3), strict=True)
    ]
    got = model.step(chunks, pool)
    alone = [
        logits_of(before + tokens, model, rows)
        for before, tokens, rows in zip(seen, new, (2, 1, 1, 3), strict=True)
    ]
    torch.testing.assert_close(got, torch.cat(alone), rtol=1e-10, atol=1e-10)


def test_numbers_that_are_none_stay_with_their_sequence():
    """A block of NaNs that belongs to another sequence, longer and in the same step: no effect."""
    model = model_of()
    pool = Pool(20, 4, SMALL, torch.float64)
    ours, theirs = Table(), Table()
    pool.grow(theirs, 16)
    pool.grow(ours, 16)
    pool.keys[:, :, torch.tensor([4 * b for b in theirs.blocks])] = torch.nan
    pool.values[:] = torch.where(pool.keys.isnan(), torch.nan, pool.values)
    model.step([Chunk(TOKENS[:3], 0, ours.blocks)], pool)
    got = model.step([Chunk([9], 13, theirs.blocks), Chunk(TOKENS[3:4], 3, ours.blocks)], pool)
    assert got[0].isnan().all()
    torch.testing.assert_close(got[1:], logits_of(TOKENS[:4], model, 1), rtol=1e-10, atol=1e-10)


def test_without_rotation_one_layer_does_not_know_the_order():
    """The last token sees the same set, whatever its order; with rotation it does know."""
    for rotary, same in ((0, True), (2, False), (6, False)):
        model = model_of(replace(SMALL, layers=1, rotary_dims=rotary))
        one, other = (logits_of(tokens, model, 1) for tokens in ([4, 7, 9, 2], [9, 4, 7, 2]))
        assert torch.allclose(one, other, rtol=1e-10, atol=1e-10) == same


def test_every_matrix_comes_through_the_seam_once_and_can_be_replaced():
    """All of `multiplied_parameters`, by name; a seam that doubles the head doubles the logits."""
    seen = {}

    def doubled(name, weight):
        assert name not in seen
        seen[name] = weight.numel()
        return (lambda x: 2 * dense(name, weight)(x)) if name == "lm_head" else dense(name, weight)

    for config in (SMALL, replace(SMALL, tied=True)):
        seen.clear()
        model = model_of(config, make_linear=doubled)
        assert sum(seen.values()) == config.multiplied_parameters
        assert len(seen) == 2 * 7 + 1
        torch.testing.assert_close(
            logits_of(TOKENS, model), 2 * logits_of(TOKENS, model_of(config))
        )


def test_parameters_are_those_of_the_weights():
    for config in (SMALL, replace(SMALL, tied=True)):
        weights = random_weights(config, 1)
        assert config.parameters == sum(w.numel() for w in weights.values())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"layers": 0}, "layers = 0 must be a whole number of at least 1"),
        ({"vocab": 31.0}, "vocab = 31.0 must be a whole number"),
        ({"heads": 3}, "heads = 3 must be a multiple of kv_heads = 2"),
        ({"head_dim": 7}, "rotary_dims = 7 must be an even number"),
        ({"rotary_dims": 8}, "from 0 to head_dim = 6"),
        ({"rope_base": 0.0}, "rope_base = 0.0 must be a number over 0"),
        ({"norm_eps": float("nan")}, "norm_eps = nan must be a number over 0"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        replace(SMALL, **wrong)


def test_weights_that_do_not_fit_are_refused_by_name():
    weights = random_weights(SMALL, 1)
    name = "model.layers.1.mlp.up_proj.weight"
    for wrong, words in (
        ({n: w for n, w in weights.items() if n != name}, "up_proj.weight' is missing"),
        ({**weights, name: weights[name].T}, r"has shape \(24, 40\); this model's is \(40, 24\)"),
        ({**weights, "model.layers.2.x": weights[name]}, "has no weight 'model.layers.2.x'"),
    ):
        with pytest.raises(ValueError, match=words):
            Transformer(SMALL, wrong)
    assert shapes(SMALL)[EMBEDDING] == (31, 24)


@pytest.mark.parametrize(
    ("tokens", "start", "logits", "words"),
    [
        ([], 0, 0, "a chunk of 0 tokens cannot give 0 rows of logits"),
        ([1, 2], 0, 3, "a chunk of 2 tokens cannot give 3 rows of logits"),
        ([1, 2], 7, 1, "a chunk ends at token 9, and its block table has room for 8"),
    ],
)
def test_a_chunk_without_tokens_or_room_is_refused_before_it_writes(tokens, start, logits, words):
    pool, table = fresh(tokens=8)
    with pytest.raises(ValueError, match=words):
        model_of().step([Chunk(tokens, start, table.blocks, logits)], pool)
    assert not pool.keys.any()
