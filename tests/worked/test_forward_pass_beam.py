"""Beam search: all answers where the beams are wide enough, blocks shared, the pool left clean."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from worked.forward_pass.beam import beam_search, fork
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import OutOfBlocksError, Pool, Table
from worked.forward_pass.transformer import Chunk, Config, Transformer, random_weights

CONFIG = Config(12, 24, 2, 4, 2, 8, 32)
MODEL = Transformer(CONFIG, random_weights(CONFIG, 3))
PROMPT = [3, 1, 4, 1, 5, 9, 2]


def log_probability(answer):
    """Of an answer after the prompt, in one go."""
    pool = Pool(8, 4, CONFIG)
    tokens = [*PROMPT, *answer]
    logits = MODEL.step([Chunk(tokens, 0, list(range(8)), len(answer) + 1)], pool)
    rows = logits.log_softmax(-1)
    return sum(float(rows[i, token]) for i, token in enumerate(answer))


def test_one_beam_is_greedy():
    greedy = Engine(MODEL, Pool(20, 4, CONFIG)).generate([Request(PROMPT, 9)])[0]
    (best,) = beam_search(MODEL, Pool(20, 4, CONFIG), PROMPT, 1, 9).answers
    assert list(best.tokens) == greedy
    assert best.score == pytest.approx(log_probability(greedy) / 9, abs=1e-5)


def test_beams_as_wide_as_the_vocabulary_find_the_best_of_all_answers():
    """Over two tokens with twelve beams, one for each token that there is to begin with.

    All 144 are enumerated: the twelve that are found are the twelve likeliest, in order.
    """
    everything = {answer: log_probability(answer) for answer in product(range(12), repeat=2)}
    found = beam_search(MODEL, Pool(20, 4, CONFIG), PROMPT, 12, 2).answers
    best = sorted(everything, key=everything.__getitem__, reverse=True)[:12]
    assert [answer.tokens for answer in found] == best
    for answer in found:
        assert answer.score == pytest.approx(everything[answer.tokens] / 2, abs=1e-5)
    assert [a.score for a in found] == sorted((a.score for a in found), reverse=True)


def test_without_a_length_penalty_short_answers_win():
    """Every token costs: with the power 0 a stop comes as early as it is likely at all."""
    lengths = [
        len(beam_search(MODEL, Pool(60, 4, CONFIG), PROMPT, 3, 12, power, {7}).answers[0].tokens)
        for power in (0.0, 1.0, 3.0)
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("block_size", [1, 3, 4, 16])
def test_blocks_are_shared_and_all_come_back(block_size):
    """The answers are the same whatever the blocks; four beams hold less than four times one."""
    pool = Pool(240 // block_size, block_size, CONFIG)
    found = beam_search(MODEL, pool, PROMPT, 4, 20, stop={7})
    wide = beam_search(MODEL, Pool(1000, 1, CONFIG), PROMPT, 4, 20, stop={7})
    assert [a.tokens for a in found.answers] == [a.tokens for a in wide.answers]
    assert pool.held == 0
    assert pool.references == [0] * pool.blocks
    assert found.held < found.unshared or block_size == 16
    assert (found.copied == 0) == (block_size == 1)


def test_a_fork_reads_the_same_and_writes_apart():
    """Seven tokens in blocks of four: the full block is one, the begun one is copied."""
    pool = Pool(8, 4, CONFIG)
    table = Table()
    pool.grow(table, 8)
    MODEL.step([Chunk(PROMPT, 0, table.blocks)], pool)
    table.length = 7
    child = fork(pool, table)
    assert child.blocks[0] == table.blocks[0]
    assert child.blocks[1] != table.blocks[1]
    assert pool.references[child.blocks[0]] == 2
    left, right = MODEL.step(
        [Chunk([6], 7, table.blocks), Chunk([8], 7, child.blocks)], pool
    ).unbind()
    for got, token in ((left, 6), (right, 8)):
        alone = MODEL.step([Chunk([*PROMPT, token], 0, [0, 1])], Pool(2, 4, CONFIG))[0]
        torch.testing.assert_close(got, alone, rtol=1e-4, atol=1e-5)
    pool.give_back(table)
    assert pool.references[child.blocks[0]] == 1
    pool.give_back(child)
    assert pool.held == 0


def test_a_pool_that_is_too_small_is_left_clean():
    pool = Pool(4, 4, CONFIG)
    with pytest.raises(OutOfBlocksError):
        beam_search(MODEL, pool, PROMPT, 4, 20)
    assert pool.held == 0


def test_searches_that_make_no_sense_are_refused_in_words():
    pool = Pool(4, 4, CONFIG)
    for prompt, width, new in (([], 2, 2), (PROMPT, 0, 2), (PROMPT, 2, 0)):
        with pytest.raises(ValueError, match="each must be at least 1"):
            beam_search(MODEL, pool, prompt, width, new)
    for token in (-1, 12):
        with pytest.raises(ValueError, match=f"token {token} is unknown: ids are from 0 to 11"):
            beam_search(MODEL, pool, [token], 2, 2)
    with pytest.raises(ValueError, match="only 12 tokens to begin with"):
        beam_search(MODEL, pool, PROMPT, 13, 2)
