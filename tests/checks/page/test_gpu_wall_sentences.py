"""The 80 GB wall at settings that made its sentences false: what stands there instead."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.checks.page.telling import assert_says, said_at
from worked.chapters import graph
from worked.figures import FigureError
from worked.units import COUNTED

SLUG = "gpu-wall"
H200, LLAMA = {"gpu": "H200 SXM"}, {"model": "Llama 3 8B"}
GIANT, SLOW = {"model": "Llama 3.1 405B"}, {"gpu": "L40S"}

SAID: list[tuple[dict[str, Any], list[str], list[str]]] = [
    (
        {},
        [
            "A team trains Atlas-70B, a language model of 70 billion parameters",
            "For the state 64.0 GB are left. Now it takes 18 GPUs.",
            "so the order is for 24 GPUs",
            "Choose the H200 or the MI300X in the panel: fewer devices hold the state",
            # 1,120 / 8 = 140 GB on each of eight, whatever the layout
            "on eight GPUs ZeRO-3 does not fit, nor any other layout",
            "leave a node a single port, and the all-reduce does not hide any more",
            "counting the recomputation turns 40% into 53.3%, and leaving attention out 7.1%",
            # 12.57 over 1.0637: expected time against expected time
            "is expected to take 11.8× the time of one with them",
        ],
        ["16 GPUs in whole nodes", "161×", "tensor parallelism inside the node stays the tool"],
    ),
    (
        LLAMA,
        [
            "A team trains Llama 3 8B, a language model of 8 billion parameters",
            "the parallel file system takes the whole 112 GB in that time",
            "gets below that; here that leaves room for the rest",
            "“The weights are 16 GB, so one GPU holds them.",
            "on eight GPUs ZeRO-3 still fits",
            "choose Llama 3 70B",
            "the simulation was run at the book's values",
            "The curve is flat at its minimum, and only there",
        ],
        ["Atlas-70B, a language", "600 GB of the 112 GB", "so we need several GPUs", "[off"],
    ),
    (
        {"gpu": "MI300X"},
        ["Another device. The table says how many of each", "the links inside carry the whole"],
        ["fewer devices hold the state", "NVLink carries", "H100 sold as"],
    ),
    (
        H200,
        ["Another device.", "a device sold as 141 GB reports 143,771 MiB"],
        ["comes out even", "fewer devices hold the state"],
    ),
    (
        GIANT | SLOW,
        [
            "A log of 60,000 tokens/s cannot be: at their peak the GPUs do 9,247 tokens/s",
            "but here the computing waits for the fetch",
            "here the links inside are no faster than the network",
            "already at this port the all-reduce over all ports does not hide",
        ],
        ["MFU of 2", "which it hides", "the fast links are inside"],
    ),
    (
        {"gpus": 8},
        [
            "tensor × pipeline | 17.5 | 34.9 | needs 64 GPUs",
            "tensor × pipeline 34.9 GB (needs 64 GPUs)",
            "The verdict: no deadlock.",
            "Of the 2 jobs a gang scheduler starts all.",
            "Worker by worker: no deadlock, as things stand.",
            "cannot be: at their peak the GPUs do 17,503 tokens/s",
        ],
        ["0.25 replicas", "0.13 replicas", "−40 more", "MFU of 342", "fast enough"],
    ),
    (
        {"gpus": 4096},
        [
            "after the one micro-batch with ZeRO-2",
            "such a step is too small: it needs 4,096 sequences to feed every GPU",
            "The verdict: too few GPUs for even one job.",
        ],
        ["0.25 micro-batches", "nobody gives back", "hardly shows"],
    ),
    (
        {"batch_sequences": 1},
        ["With a step of 1 sequence that is 87.50%"],
        ["0.016", "hardly shows"],
    ),
    ({"free_gpus": 128}, ["The verdict: no deadlock."], ["$384 in 1 h for nothing"]),
    ({"free_gpus": 1}, ["0 GPUs at least", "too few GPUs for even one job"], ["0.50 GPUs"]),
    (
        {"mtbf": 2000, "run_hours": 1},
        ["Preemptions are so rare that checkpoints cost more than they save."],
        ["0.27×", "no budget survives", "nine in every ten", "two days"],
    ),
    (
        {"mtbf": 0.25},
        [
            "2.4 × 10⁷⁹ times the work itself: in practice it never ends.",
            "That is more than the whole",
        ],
        ["000,000,000×", "is what a plan without checkpoints costs"],
    ),
    (
        {"layers": 1},
        ["layers (1): does not divide", "140.0 GB more", "Nothing is left for the state"],
        ["280.0 GB more", "1 layers"],
    ),
    (
        {"tensor_parallel": 64, "pipeline_parallel": 64},
        ["(needs 4,096 GPUs)", "needs 256 GPUs"],
        ["tensor × pipeline 7.9 GB (fits)"],
    ),
    (
        {"seq": 1048576},
        ["however many GPUs there are, it does not fit", "in practice more than any number"],
        ["Now it takes"],
    ),
    (
        {"gpu_memory": 141},
        ["the 81,559 MiB in the panel belong to another device than its 141 GB"],
        ["reports 81,559 MiB"],
    ),
]


@pytest.mark.parametrize(("settings", "there", "gone"), SAID, ids=[str(s) for s, _, _ in SAID])
def test_what_the_chapter_says(settings: dict[str, Any], there: list[str], gone: list[str]) -> None:
    assert_says(SLUG, settings, said=there, unsaid=gone)


PLURALS = "|".join([*(name for name in COUNTED if name.endswith("s")), "ports", "heads"])
ODD = {
    "one of many": re.compile(rf"(?<![\w.,])1 ({PLURALS})\b"),
    "what is absent": re.compile(r"[ (]—[ .,;)]"),
    "a part of what is whole": re.compile(r"\b0\.\d+ (replicas|micro-batches|GPUs|instances|jobs)"),
    "what holds no longer": re.compile(r"\[(off|rests)"),
    "no space": re.compile(r"fitsand|[a-z],[a-z]"),
}
G = graph(SLUG)
CHOSEN = [
    *({"model": model, "gpu": "A100 40GB SXM"} for model in G.choices["model"].options),
    *({"model": "Llama 2 13B", "gpu": gpu} for gpu in G.choices["gpu"].options),
]
PUSHED = [
    {"gpus_per_node": 1}, {"micro_batch": 64}, {"tensor_parallel": 1}, {"pipeline_short": 1},
    {"few_micro_batches": 1}, {"oversubscription": 1}, {"kv_heads": 1}, {"memory_slices": 2},
    {"network_bandwidth": 0.1}, {"params": 1e9}, {"params": 5e12}, {"chosen_interval": 3000},
]  # fmt: skip


@pytest.mark.parametrize("settings", [*CHOSEN, *PUSHED], ids=str)
def test_nothing_reads_oddly(settings: dict[str, Any]) -> None:
    said = said_at(SLUG, settings)
    assert {what: m[0] for what, odd in ODD.items() if (m := odd.search(said))} == {}


@pytest.mark.heavy
@pytest.mark.parametrize("gpu", G.choices["gpu"].options)
def test_nothing_reads_oddly_at_any_choice(gpu: str) -> None:
    for model in G.choices["model"].options:
        test_nothing_reads_oddly({"model": model, "gpu": gpu})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"reserved": 40, "gpu_memory": 16}, "40 is outside its range 0 to 15 GB"),
        ({"gpu_memory": 8}, "8 is outside its range 16 to 1024 GB"),
        ({"mtbf": 0.25, "run_hours": 2000}, "2000 is outside its range 1 to 168 h"),
        ({"params": 1e6}, "outside its range 1e+09 to 5e+12 params"),
        ({"fs_bandwidth": 0.01}, "take a faster tier, a smaller model or rarer preemptions"),
        ({"memory_slices": 1}, "an instance of 2 slices needs a GPU of as many, not 1 slice"),
        ({"kv_heads": 7}, "does not divide by that of key-value heads, 7"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(FigureError, match=re.escape(words)):
        G.evaluate(settings)


@pytest.mark.parametrize("gpu", G.choices["gpu"].options)
def test_the_books_own_invitations_are_not_refused(gpu: str) -> None:
    """Another model or GPU, eight GPUs, a month, preemptions every hour, a port of an eighth."""
    for model in G.choices["model"].options:
        for more in ({}, {"gpus": 8}, {"mtbf": 730}, {"mtbf": 1}, {"network_bandwidth": 6.25}):
            G.evaluate({"model": model, "gpu": gpu, **more})
