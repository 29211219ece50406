"""The study of scheduling: its record, computed again, and what must hold between its counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.skips import required
from tests.worked.recorded import assert_recorded

required("torch")

from worked.forward_pass import engine_study  # noqa: E402
from worked.forward_pass.engine_study import BLOCK_SIZES, RUNNING, requests, study, ways  # noqa: E402

RECORD = Path(engine_study.__file__).parent / "measured" / "engine.json"


@pytest.fixture(scope="module")
def values():
    return {name: value for name, (value, _) in study().items()}


def test_the_record_is_what_the_study_gives():
    assert_recorded(RECORD, study(), lambda _, value: pytest.approx(value, rel=1e-12))


def test_every_token_but_each_answers_last_is_computed_once_or_found_or_computed_again(values):
    """762 of prompts + 433 of answers - 24 last ones = 1,171, in every way of serving."""
    once = values["prompt_tokens"] + values["answer_tokens"] - values["requests"]
    assert once == 762 + 433 - 24 == 1171
    for way in ways():
        found = values[f"{way}_computed_tokens"] + values[f"{way}_hit_tokens"]
        assert found - values[f"{way}_computed_again_tokens"] == once


def test_only_the_tiny_pool_computes_again(values):
    for way in ways():
        tiny = way == "tiny_pool"
        assert (values[f"{way}_preemptions"] > 0) == tiny
        assert (values[f"{way}_computed_again_tokens"] > 0) == tiny


def test_a_static_batch_takes_as_many_steps_as_its_longest_answer_once_all_its_prompts_are_in(
    values,
):
    """A batch's prompts go in over a few steps, whole, within the budget; each answer has its
    first token with its prompt, so its longest ends as many steps later as it has more."""
    begun, expected = {}, 0
    for record in ways()["static"].records:
        begun |= dict.fromkeys(record.admitted, record.step)
    for first in range(0, len(requests()), RUNNING):
        batch = range(first, first + RUNNING)
        ends = [begun[i] + requests()[i].max_new for i in batch]
        assert begun[first] == expected  # the batch before has ended
        expected = max(ends)
    assert values["static_steps"] == expected
    assert values["static_idle_slots"] == RUNNING * expected - sum(
        len(record.work) for record in ways()["static"].records
    )


def test_continuous_batching_does_the_same_work_in_fewer_steps(values):
    """The same tokens, fewer empty slots: steps x slots = work + empty, and the work is equal."""
    assert values["plain_computed_tokens"] == values["static_computed_tokens"]
    assert values["plain_steps"] < values["static_steps"]
    worked = [
        RUNNING * values[f"{way}_steps"] - values[f"{way}_idle_slots"]
        for way in ("plain", "static")
    ]
    assert worked[0] == worked[1] == values["answer_tokens"]


def test_chunks_keep_a_step_within_the_budget_that_a_prompt_breaks(values):
    assert values["chunked_widest_step_tokens"] <= engine_study.SMALL_BUDGET
    assert values["plain_widest_step_tokens"] > engine_study.SMALL_BUDGET
    assert values["chunked_steps"] > values["plain_steps"]


def test_a_sequence_leaves_about_half_a_block_empty(values):
    """(size - 1) / 2 where every fill is as likely: 0, 1.5, 7.5; no sequence of these is evenly
    spread over a block of 64. Smaller blocks find more of a common beginning, and hold less."""
    assert values["block_size_1_empty_places"] == 0
    for size in (4, 16):
        assert values[f"block_size_{size}_empty_places"] == pytest.approx((size - 1) / 2, rel=0.1)
    hits = [values[f"block_size_{size}_hit_tokens"] for size in BLOCK_SIZES]
    held = [values[f"block_size_{size}_most_bytes"] for size in BLOCK_SIZES]
    assert hits == sorted(hits, reverse=True)
    assert held == sorted(held)
    assert all(h % size == 0 for h, size in zip(hits, BLOCK_SIZES, strict=True))


def test_a_token_keeps_256_bytes(values):
    """2 x 2 layers x 2 key-value heads x 8 x 4 B."""
    assert values["kv_bytes_per_token"] == 2 * 2 * 2 * 8 * 4 == 256
