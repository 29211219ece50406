"""Sentences of the forward pass at settings at which a careless page would be false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.checks.page.telling import assert_says, said_at

ALONE = {"model": "Llama 2 7B", "gpus": 1, "batch_size": 8}
"""A model with keys and values for every head, on one GPU."""
SMALL = {"model": "Llama 3 8B", "gpus": 1, "batch_size": 128, "wanted_step": 40}
"""The model that the draft is taken from, as its own draft."""

SAID: list[tuple[Mapping[str, Any], str, str]] = [
    # The settings, what must not stand there, what does.
    (ALONE, "1.008×", "and not the 70 billion of"),
    (ALONE, "share a head of keys and values", "keeps keys and values for every query head"),
    (ALONE, "Most estimates leave it out", "Here that is 0% of the products"),
    (ALONE, "caches set the limit; at the rates", "Which of them sets the limit, the last column"),
    (
        # 16 GPUs for 8 heads of keys and values: each is kept twice.
        {"gpus": 16},
        "holds one copy",
        "With 8 heads of keys and values on 16 GPUs the node holds 2 copies of each",
    ),
    (
        # 30 trillion tokens at 14 billion a day are 2,143 days, equal FLOPs three times that.
        {"people": 0.007},
        "It still comes soon",
        "At this demand that is far off",
    ),
    (
        # 400 sequences: 6.48 ms of weights, 10.7 ms of caches, 5.7 ms of all-reduces.
        {"batch_size": 400},
        "is within the 15 ms",
        "Not this batch: its step of",
    ),
    ({"chunk": 64}, "costs the others time", "A chunk that small rides along for nothing"),
    ({"chunk": 4096}, "no answer waits longer", "Smaller chunks: at 4,096 tokens"),
    ({"prompt_tokens": 200}, "it waits for arithmetic", "both phases wait for memory"),
    ({"shared_tokens": 10, "hit_share": 10}, "Prefix caching on", "Too little is found to matter"),
    (
        # A chance of 10 % for B: then A, x with 35 % of 90 % is the best, and greedy finds it.
        {"begins.b": 10, "begins.a": 90},
        "begins otherwise",
        "here no other is likelier",
    ),
    (SMALL, "it has fewer weights to read", "what it has to read for each token decides"),
    (SMALL, "drafts gain 1", "drafts gain too little for a second model"),
    ({"gpu": "A100 80GB SXM"}, "fp8 leaves the ridge where it was", "fp8 moves the ridge on this"),
    (ALONE, "More than the", "Still less than the"),
    ({"tenants": 5000}, "They fit beside the caches", "keep the rest in the host's memory"),
    (
        # 16 sequences: 27 s of decoding between them against 70 ms of prefill.
        {"batch_size": 8},
        "is the first saving to take",
        "Decoding is most of the bill",
    ),
]


@pytest.mark.parametrize(("settings", "false", "instead"), SAID)
def test_a_sentence_that_was_false_says_what_holds(
    settings: Mapping[str, Any], false: str, instead: str
) -> None:
    assert_says("forward-pass", settings, said=[instead], unsaid=[false])


def test_nothing_is_off_or_rests_in_the_book() -> None:
    assert "[off:" not in said_at("forward-pass")
    assert "[rests:" not in said_at("forward-pass")
