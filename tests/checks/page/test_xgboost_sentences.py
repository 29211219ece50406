"""XGBoost: what its sentences say at settings at which they once were false, or read oddly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.page.telling import assert_says, said_at

EQUAL = {f"minutes.{row}": 10 for row in range(1, 7)}
BIG = {"min_child_weight": 20}

# Settings, what the page must say there, and what it must not.
SETTINGS: list[tuple[dict[str, Any], list[str], list[str]]] = [
    (
        {},
        [
            "The base score is the mean of the labels, 21.00 minutes",
            "residuals around their own mean cancel",
            "With $\\lambda$ = 0 the cut at 5.5 km wins, with $\\lambda$ = 1 the one at 4.0 km",
            "and a gamma of 10 would leave no tree",
            "so the same number means different trees",
            "would get −2.00, below the wall; held there it gets −1.67",
            "allowed in this regression and starved in the [classification",
            "in the second round it is 0.086",
        ],
        ["[off:", "[rests:", "none km", "—"],
    ),
    (
        {"base_shift": 5},
        [
            "The base score is 26.00 minutes, 5 off the mean of the labels",
            "residuals around anything but their mean do not cancel",
            "The root's is 128.57 here, with a base score that is not the mean",
        ],
        ["the mean of the labels, 26", "residuals around their own mean cancel"],
    ),
    # alpha swallows the whole sum, so the root's score is 0 although the score stands off.
    (
        {"base_shift": 5, "reg_alpha": 50},
        ["The root's is 0 here, with a base score that is not the mean", "to 0 here, and a leaf"],
        ["because the base score is the mean"],
    ),
    (
        {"reg_lambda": 0.5},
        [
            "With $\\lambda$ = 0 and with $\\lambda$ = 0.5 the same cut wins, the one at 5.5 km",
            "the right child's split: there is none",
            "Here our first tree has no split in its right child, on which this could be seen",
        ],
        ["the cut at 5.5 km wins, with", "none km"],
    ),
    ({"reg_lambda": 0}, ["The penalties leave the lowest point at 14.00"], ["move the lowest"]),
    (
        BIG,
        [
            "With $\\lambda$ = 0 no cut wins, with $\\lambda$ = 1 none does",
            "The left child makes no cut; the right child makes none",
            "the root's split: there is none",
            "its root finds no cut",
            "by these gains alone missing values would go right",
            "no first cut",
            "these rounds do not bring down",
        ],
        ["cut at 0 km", "at none km", "so missing values go"],
    ),
    (
        EQUAL,
        ["worth 234.38 here, more than the best cut", "no first cut"],
        ["at none km", "so missing values go"],
    ),
    (
        {"gamma": 0},
        ["the minutes in an hour, and gamma has to shrink with them"],
        ["a gamma of 0 would leave no tree"],
    ),
    # The largest gain in hours is 420.5 / 3,600 = 0.117.
    ({"gamma": 0.1}, ["and gamma has to shrink with them"], ["would leave no tree"]),
    ({"gamma": 0.12}, ["and a gamma of 0.12 would leave no tree"], []),
    # In the right child 51.58 reaches 4, and so does its half; in the left child 6.08 / 2 does not.
    (
        {"trial_gamma": 4},
        ["keeps it, too: on this split they agree"],
        ["means different trees"],
    ),
    (
        {"min_child_weight": 0.4},
        [
            "With a min_child_weight of 0.4 that split is allowed",
            "allowed in this regression and al",
        ],
        ["But with a min_child_weight"],
    ),
    (
        {"query_km": 2, "gamma": 2000},
        ["from leaves of its own where a tree cuts between them", "[rests: A longer run"],
        ["from the same leaves"],
    ),
    # Labels that fall: a rising constraint refuses the split.
    (
        {"minutes.1": 60, "minutes.6": 2},
        ["which is a fall", "Here the split is refused, so no wall stands"],
        ["held there it gets"],
    ),
    # The first row alone stands far off: the left child is that row, and only the right one is cut.
    (
        {"minutes.1": 39, "minutes.5": 8, "minutes.6": 8},
        ["The left child makes no cut; the right child's best is 35.65, at 5.5 km"],
        ["; the right child's is"],
    ),
    # With 3 rows a side only the middle cut is left: 560.67 at 4.0 km, though 588.00 is more.
    (
        {"min_child_weight": 3},
        ["With $\\lambda$ = 0 and with $\\lambda$ = 1 the same cut wins, the one at 4.0 km"],
        ["1 of the splits stand.", "cut none, gain —, gamma prunes it"],
    ),
    ({"sketch_factor": 2}, ["sketch is twice as fine as the bins"], ["twice finer"]),
    ({"max_bin": 1000}, ["1,000 bins need more than a byte"], ["a byte is enough"]),
    (
        {"depth": 1, "num_leaves": 2},
        ["leaves: 2, conditions: 1", "2 leaves reach a depth of 1"],
        [],
    ),
]


@pytest.mark.parametrize(("settings", "said", "unsaid"), SETTINGS)
def test_sentences_follow_the_settings(
    settings: dict[str, Any], said: list[str], unsaid: list[str]
) -> None:
    assert_says("xgboost", settings, said, unsaid)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        # More bins than rows, more rows drawn than are left, nobody to send to.
        ({"rows": 1000, "max_bin": 2000}, "1000 is outside its range"),
        ({"top_rate": 0.9, "other_rate": 0.2}, "0.9 is outside its range"),
        ({"workers": 1}, "1 is outside its range"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        said_at("xgboost", settings)
