"""The study of the methods: its record, computed again, and what must hold between its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.skips import required
from tests.worked.recorded import assert_recorded

required("torch")

from worked.formulas import serving  # noqa: E402
from worked.forward_pass import methods_study  # noqa: E402
from worked.forward_pass.methods_study import BITS, DRAFTED, MODEL, SPLIT, WIDTHS, study  # noqa: E402
from worked.forward_pass.tensor_parallel import payload_bytes  # noqa: E402
from worked.recording import load  # noqa: E402

RECORD = Path(methods_study.__file__).parent / "measured" / "methods.json"


@pytest.fixture(scope="module")
def values():
    return {name: entry["value"] for name, entry in load(RECORD)["values"].items()}


@pytest.mark.heavy
def test_the_record_is_what_the_study_gives():
    """Float64 throughout, so that only the order of sums differs between machines."""
    assert_recorded(RECORD, study(), lambda _, value: pytest.approx(value, rel=1e-9))


@pytest.mark.parametrize("k", DRAFTED)
def test_the_enumerated_law_is_the_targets_and_a_rounds_tokens_are_the_formulas(values, k):
    assert values[f"total_variation_{k}"] == 0
    assert values[f"total_variation_from_target_{k}"] > 0.05
    wanted = serving.tokens_per_round(values["acceptance"], k)
    assert values[f"tokens_per_round_{k}"] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("draft", ["four_bits", "stranger"])
@pytest.mark.parametrize("way", ["greedy", "sampled"])
def test_a_round_emits_what_was_accepted_and_one_token(values, draft, way):
    """And more drafts a round mean fewer rounds, of which none is longer than it may be."""
    rounds = []
    for k in DRAFTED:
        count = {
            name: values[f"{draft}_{way}_{k}_{name}"]
            for name in ("rounds", "drafted", "accepted", "emitted")
        }
        assert count["emitted"] == count["accepted"] + count["rounds"]
        assert count["accepted"] <= count["drafted"] <= k * count["rounds"]
        rounds.append(count["rounds"])
    assert rounds == sorted(rounds, reverse=True)


def test_a_draft_that_is_nearly_the_model_is_accepted_more_than_a_stranger(values):
    for way in ("greedy", "sampled"):
        for k in DRAFTED:
            near, far = (
                values[f"{draft}_{way}_{k}_accepted"] / values[f"{draft}_{way}_{k}_drafted"]
                for draft in ("four_bits", "stranger")
            )
            assert near > 1.5 * far
            assert values[f"four_bits_{way}_{k}_steps"] < values["plain_steps"]


def test_bits_are_the_formulas_and_the_error_grows_as_they_fall(values):
    """Int8: 32 bits of scale a row, over 128 or 256 weights a row (the down matrices)."""
    rows = MODEL.layers * (128 + 64 + 64 + 128 + 256 + 256 + 128) + 256
    wanted = 8 + 32 * rows / MODEL.multiplied_parameters
    assert values["int8_bits_per_weight"] == pytest.approx(wanted)
    for group in (32, 64, 128):
        bits = serving.bits_with_scales(4, 32, group)
        assert values[f"four_bits_{group}_bits_per_weight"] == bits
    for error in ("weight_error", "logit_error"):
        assert [values[f"{name}_{error}"] for name in BITS] == sorted(
            values[f"{name}_{error}"] for name in BITS
        )
    assert values["int8_same_likeliest"] > values["four_bits_32_same_likeliest"]


def test_two_all_reduces_a_layer_each_of_hidden_numbers_a_token(values):
    assert values["split_all_reduces_per_layer"] == 2
    assert values["split_payload"] == payload_bytes(SPLIT, int(values["split_computed"]))
    whole = serving.kv_bytes_per_token(SPLIT.layers, SPLIT.kv_heads * SPLIT.head_dim, 4)
    assert values["split_kv_bytes_per_token"] == whole / 2


def test_a_schemas_states_are_soon_all_known(values):
    """Most masks are of a state that was met before; and the tree is a part of the vocabulary."""
    assert values["schema_states"] < values["schema_masks"] / 10
    assert values["schema_states_of_first_answer"] > values["schema_states_of_last_answer"]
    assert values["schema_edges"] < values["schema_states"] * values["schema_vocabulary"]
    assert values["schema_whole_vocabularies"] == (
        values["schema_masks"] * values["schema_vocabulary"]
    )


def test_masking_is_not_conditioning(values):
    """.9 against .09 / .19, as worked by hand in the schema's own tests."""
    assert values["masked_chance"] == pytest.approx(0.9)
    assert values["valid_chance"] == pytest.approx(0.09 / 0.19)
    assert values["masked_total_variation"] == pytest.approx(0.9 - 0.09 / 0.19)


def test_wider_beams_find_no_worse_and_hold_more_but_less_than_apart(values):
    """Here; a wider beam can lose, in general. Shared, they hold less than each its own."""
    scores = [values[f"beam_{width}_score"] for width in (1, *WIDTHS)]
    assert scores == sorted(scores)
    for width in WIDTHS:
        assert values[f"beam_{width}_blocks"] < values[f"beam_{width}_unshared_blocks"]
