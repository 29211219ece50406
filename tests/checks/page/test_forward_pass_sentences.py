"""Sentences of the forward pass at settings at which a careless page would be false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.checks.page.telling import assert_says

ALONE = {"model": "Llama 2 7B", "gpus": 1, "batch_size": 8}
"""A model with keys and values for every head, on one GPU."""
SMALL = {"model": "Llama 3 8B", "gpus": 1, "batch_size": 128, "wanted_step": 40}
"""The model that the draft is taken from, as its own draft."""
ALIKE = {f"answer.{i}": 250 for i in range(1, 9)}
"""A batch whose answers all end at the same step."""

SAID: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    # The settings; what the book says and must not stand there, with what does.
    (
        ALONE,
        {
            "has the shape of Llama 3 70B": "another model than the 70 billion",
            "Whoever only divides by": "Here that is 0% of the products",
            "groups of query heads share one": "keeps keys and values for every query head",
            "caches set the ceiling; at the rates": "What the ceiling is made of, the last column",
            "wait for all-reduces as the target's do": "113% of the target's 5.27 ms, most of it",
            # A latent and a rotary key of each layer are 70 kB a token, 32 heads 524 kB.
            "The node keeps more than the": "Still less than the",
            # $0.80 for a million tokens written, $0.023 for a million read.
            "and now you know from where": "not the ratio of usual price lists",
            # 256 caches of 1.05 GB do not fit beside 13.5 GB of weights.
            "before anybody's prompt comes in between": "either does not fit or saves next to",
        },
    ),
    (
        # 2 billion tokens a day: the longer run's 30 trillion take 15,000 days.
        {"people": 0.001},
        {"Price the request, not the run": "At this demand the run is the larger bill"},
    ),
    (
        # 16 GPUs for 8 heads of keys and values: each is kept twice.
        {"gpus": 16},
        {
            "holds every token once": "for 16 GPUs the node holds 2 copies of each",
            "tensor parallelism across nodes pays": "16 GPUs are here taken to share one NVLink",
        },
    ),
    (
        # 139 GB are read for 139 GFLOP of each of 100 tokens: 6.48 ms beside 3.51 ms.
        {"prompt_tokens": 100},
        {
            "FLOP/s buy prompts": "With prompts this short",
            "The products hide the reading": "longer than such products, and count in their place",
            "Prompts of less than": "This prompt waits for memory too",
            "the first 1,000 are shared": "All of a prompt is shared",
            "works on the smaller part": "of the bill, and decoding the larger part",
        },
    ),
    (
        # 300 sequences: 6.48 ms of weights, 8.0 ms of caches, 4.7 ms of all-reduces.
        {"batch_size": 300},
        {
            "from the node, while no prompt": "Not this batch: its step of",
            "are below it": "The design's 300 are beyond it",
        },
    ),
    ({"batch_size": 400}, {"Patience bounds the batch": "memory is as near a limit as patience"}),
    (
        # 64 caches of 7,750 tokens are 163 GB beside 139 GB of weights; the products of 7,500
        # tokens alone are 1,042 TFLOP, on 3,958 TFLOP/s 263 ms.
        {"prompt_tokens": 7500},
        {
            "In seconds it is nearly the same": "In seconds it is less",
            "no gap beyond": "No chunk will do",
        },
    ),
    ({"reserved_tokens": 1000}, {"of that stays empty": "cannot be served at all"}),
    (ALIKE, {"the static batch takes": "answers as alike as these gain nothing"}),
    ({"chunk": 64}, {"the step now waits for arithmetic": "the step still waits for memory"}),
    (
        {"chunk": 4096},
        {
            "no gap beyond": "Another chunk than 4,096 tokens",
            "The gap shrinks": "A chunk this long cuts nothing off",
        },
    ),
    (
        {"shared_tokens": 10, "hit_share": 10},
        {
            "a hit leaves something to compute": "too little is shared",
            "is the next saving to take; its hits": "or prompts share too little",
        },
    ),
    (
        # A chance of 10 % for B: then A, x with 35 % of 90 % is the best, and greedy finds it.
        {"begins.b": 10, "begins.a": 90},
        {"and begins otherwise": "here none is likelier"},
    ),
    (SMALL, {"the best is": "drafts gain too little for a second model"}),
    (
        {"gpu": "A100 80GB SXM"},
        {
            "it stays at": "on this GPU, which multiplies no faster",
            "Yet fp8 first": "prefill gains where the GPU multiplies faster",
        },
    ),
    ({"weight_width": 1}, {"Yet fp8 first": "What a step gains at your batch says the chart"}),
    ({"tenants": 5000}, {"They fit beside the caches": "the rarely used ones wait in the host"}),
    (
        # 8 sequences: 523 ms of decoding beside 70 ms of prefill.
        {"batch_size": 8},
        {"so the prefix cache of step eleven": "Decoding is most of it"},
    ),
    (
        # (29.2 + 58.9) ms of the node for each of 100 sequences, over 499 tokens: 17.7 ms.
        {"batch_size": 100},
        {"its hits also bring the pace": "its hits alone do not bring the pace"},
    ),
    ({"wanted_price": 0.5}, {"sequences: within": "not within the $0.50"}),
]


@pytest.mark.parametrize(("settings", "instead"), SAID)
def test_a_sentence_that_was_false_says_what_holds(
    settings: Mapping[str, Any], instead: Mapping[str, str]
) -> None:
    assert_says("forward-pass", settings, said=instead.values(), unsaid=instead)


def test_what_is_no_longer_said_there_is_said_in_the_book() -> None:
    assert_says("forward-pass", {}, said=[false for _, told in SAID for false in told], unsaid=[])


def test_nothing_is_off_or_rests_in_the_book() -> None:
    assert_says("forward-pass", {}, said=[], unsaid=["[off:", "[rests:"])
