"""Sentences of the RoPE chapter at settings at which they used to be false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.checks.page.telling import assert_says, said_at

BOTH_WAYS = {"value.k.0": 1, "value.k.1": 2, "value.k.2": 0.5, "value.k.3": -1}
"""The key is the query."""

SAID: list[tuple[Mapping[str, Any], str, str]] = [
    # The settings, what must not stand there, what does.
    (
        # Llama 3 brings its own base, and is compared with Llama 2's.
        {"model": "Llama 3 8B"},
        "Some models use a base of 500,000",
        "With Llama 3 8B's base of 500,000 the slowest pair has turned by 0.020 rad",
    ),
    ({"model": "Llama 3 8B"}, "1.0× as long", "from 54,410 tokens to 2,559,196 tokens, 47.0×"),
    (
        {"base": 500_000},
        "Some models use a base of 500,000",
        "This model has a base of 500,000. Why not another?",
    ),
    ({"base": 500_000}, "1.0× as long", "Both bases in the panel are 500,000"),
    (
        # A base above the other one is the larger of the two.
        {"base": 1_000_000},
        "a base of 1,000,000, others one of 500,000",
        "a base of 500,000, others one of 1,000,000",
    ),
    (
        {"trained_length": 1_000_000, "factor": 1.5},
        "angles that are new to the network",
        "it turns by 173.217 rad, and meets no angle that is new",
    ),
    (
        # 1,000,000 tokens are more than the 54,410 of the slowest pair's turn.
        {"trained_length": 1_000_000},
        "less than that",
        "training showed 1,000,000 tokens, as many or more",
    ),
    (
        {"trained_length": 1_000_000},
        "most angles of the slowest pair are never seen",
        "of a pair that does not go round some angles are never seen",
    ),
    (
        # 1,000,000 rows of 4,096: 4.1 of the 6.7 billion.
        {"trained_length": 1_000_000},
        "It is a rounding error beside the model",
        "Here it is 60.79% of the model",
    ),
    (
        {"trained_length": 1_000_000},
        "Right of its line",
        "Of a base without a line all pairs make a full turn",
    ),
    ({"factor": 1}, "the customer wants 4,096 tokens", "the customer wants more"),
    ({"factor": 1}, "0 are missing", "is there a row for every position? Yes, up to there."),
    ({"factor": 1}, "0 of its rows untrained", "all of its rows trained"),
    ({"factor": 1}, "the fine hand is blurred", "nothing is blurred yet"),
    ({"factor": 1}, "angles that are new to the network", "meets no angle that is new"),
    (
        # 10.038 rad are a turn and 3.755 rad, which is less than the 4.563 rad of training.
        {"base": 1_000, "factor": 2.2},
        "which the network has never met",
        "it turns by 10.038 rad, and meets angles that are new to the network",
    ),
    ({"factor": 1}, "NTK-aware only the slow one", "nothing is slowed, and the curves are one"),
    ({"factor": 1}, "do leave the range", "would leave the range"),
    (
        {"dynamic_factor": 2},
        "With a dynamic factor of 2 the scale is the plain ratio",
        "a dynamic factor of 2 overshoots the ratio of the lengths",
    ),
    (
        # YaRN's ramp goes from pair 20 to pair 46.
        {"pair_wanted": 5},
        "Pair 5 lies on it",
        "Pair 5 lies outside it or at its end, at",
    ),
    (
        # Every pair turns, so the ramp ends where the head has no pair.
        {"trained_length": 1_000_000},
        "to pair 84 (rounded",
        "to pair 84 (beyond the last one; rounded",
    ),
    (
        {"first_frequency": 0.5},
        "once a radian apart",
        "neighbours, in the fastest pair 0.5 rad apart as trained, are 0.0625 rad apart now",
    ),
    (
        # What is said of bf16's tables stays with the measured positions.
        {"far_position": 1_000},
        "near position 1,000 its numbers lie",
        "in the last row its error passes that of bf16 tables. Near position 1,000 the fastest "
        "pair's angles in fp32 lie 0.000061 rad apart.",
    ),
    (BOTH_WAYS, "It is not symmetric", "It is symmetric, since no pair has a cross product"),
    (BOTH_WAYS, "the score is another one", "Here that changes nothing"),
    (
        {"query_position": 7, "key_position": 7},
        "the score is another one",
        "Here that changes nothing, since they are the same",
    ),
    ({"query_position": 7_000}, "The dots are at", "Position 7,000 lies further right"),
    (
        {"rounded_position": 100},
        "Position 100 becomes 100",
        "Position 100 is held as it is: numbers of that size lie 0.50 apart",
    ),
    (
        {"rounded_position": 100},
        "seem 0.50 apart",
        "Position 100 is held as it is: near it the format's numbers lie 0.50 apart",
    ),
    (
        # The picture reaches to 259, and bf16 does not hold 257.
        {"rounded_position": 255},
        "Here every position is held",
        "Position 255 is held as it is: near it the format's numbers lie 1 apart",
    ),
    (
        {"bf16_bits": 12},
        "bf16 has $p$ = 12",
        "Suppose that bf16 had $p$ = 12 significant bits",
    ),
    ({"bf16_bits": 12}, "it fails later", "it fails as well, from 2,049 on"),
    (
        # A text that is still short: nothing has been rescaled.
        {"current_length": 2_000},
        "It is off by 0 rad",
        "A key stored while the text was short keeps the angles of that time",
    ),
    (
        # Not stored while the text was short: the trained length is 4,096.
        {"cached_position": 9_000},
        "A key stored at position 9,000 while the text was short",
        "A key stored while the text was short keeps the angles of that time",
    ),
    ({"table_width": 2}, "in fp32, shared", "or 8.4 MB at 2 B a value, shared by all layers"),
    ({"weight_width": 4}, "in bf16: affordable", "or 67.1 MB at 4 B a weight, 0.25% of the"),
]


@pytest.mark.parametrize(("settings", "false", "instead"), SAID)
def test_a_sentence_gives_way_where_it_would_be_false(
    settings: Mapping[str, Any], false: str, instead: str
) -> None:
    assert_says("rope", settings, said=[instead], unsaid=[false])


@pytest.mark.parametrize(
    ("settings", "resting", "standing"),
    [
        # The models of the study and of the table of errors turned by a base of 10,000.
        ({"model": "Llama 3 8B"}, "Read off it:", None),
        ({"base": 20_000}, "In this toy linear interpolation", None),
        ({"base": 20_000}, "Rounded *positions* wreck the score", None),
        # YaRN's borders matter to the scalings alone.
        ({"beta.fast": 16}, "In this toy linear interpolation", "Read off it:"),
        ({"bf16_bits": 10}, "Of the first 8,192 positions bf16 leaves 897", "Read off it:"),
        # The panel's stretch is not the study's.
        ({"factor": 3}, None, "In this toy linear interpolation"),
    ],
)
def test_what_was_measured_rests_where_it_was_not_measured(
    settings: Mapping[str, Any], resting: str | None, standing: str | None
) -> None:
    said = said_at("rope", settings)
    assert resting is None or f"[rests: {resting}" in said
    assert standing is None or (standing in said and f"[rests: {standing}" not in said)


def test_nothing_is_off_or_rests_in_the_book() -> None:
    assert "[off:" not in said_at("rope")
    assert "[rests:" not in said_at("rope")
