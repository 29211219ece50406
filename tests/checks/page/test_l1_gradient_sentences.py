"""What the L1 chapter says at settings where a sentence about the book's values would be false."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.checks.page.telling import assert_says, said_at

SLUG = "l1-gradient"
SAID: list[tuple[Mapping[str, float], str, str]] = [
    # (settings, what would be false there, what stands in its place)
    # At the minimum from the start: 5 x 2 + 4 = 14, so the gradient is 0.
    (
        {"m": 5, "y": 14},
        "every step has the same width",
        "−2.0 at every weight below the minimum and 2.0 at every weight above it, so from anywhere "
        "but the minimum a step has the same width",
    ),
    ({"m": 5, "y": 14}, "it only comes closer", "L2 is at the minimum as well"),
    ({"m": 5, "y": 14}, "so more weight helps", "the line meets the point"),
    ({"m": 5, "y": 14}, "lies between them is", "Nothing lies between them"),
    ({"m": 5, "y": 14}, "down the V", "still at the start, which is the minimum"),
    # A factor of 1 - 2 x 0.25 x 4 = -1: the distance of 2 stays for ever.
    ({"rate.1": 0.25}, "step takes away most", "At step 4 a distance of 2.0000 is left."),
    ({"rate.1": 0.25}, "it only comes closer", "L2 does not even come closer"),
    ({"rate.1": 0.25}, "by shrinking ones", "by steps that do not shrink"),
    # A distance of 13 times 0.2 to the power of 65 steps.
    ({"m": -10}, "of it is left", "At step 65 a distance of no more than 0.000000001 is left."),
    # A factor of 1 - 2 x 0.125 x 4 = 0.
    ({"rate.1": 0.125}, "it only comes closer", "L2 arrives with its first step."),
    # The second rate lands too: 2 / 0.2 = 10 steps.
    (
        {"rate.2": 0.1},
        "the next step is wider than what is left",
        "A distance of 2.00 holds 10 of these, with nothing left. The verdict: L1 descent lands "
        "and stays at 3.00.",
    ),
    ({"rate.2": 0.1}, "at every other step the loss", "A rate that left a rest would jump over"),
    (
        {"rate.2": 0.1},
        "The bounce is gone",
        "The same start at the rate of 0.1. L1 lands and stays",
    ),
    ({"rate.2": 0.1}, "at 0.1 it", "Step seven takes a second rate, here the same."),
    # The first rate bounces: 2 / 0.3 = 6.67 steps, the seventh is past the minimum.
    (
        {"rate.1": 0.15},
        "The descent of step six ends on it",
        "At a rate that divides the distance into whole steps, a descent ends on it",
    ),
    ({"rate.1": 0.15}, "it is at the minimum at step", "it is first past the minimum at step 7"),
    ({"rate.1": 0.15}, "Move the second rate to the first", "Move a rate until the distance is a"),
    # One step: 1 + 0.1 x 2 lands on a target of 6.4, whose best weight is 1.2.
    ({"y": 6.4}, "1 whole steps", "Whole steps in that: 1, with 0 left over."),
    # The start is above the minimum: 4 x 2 + 4 = 12 > 10.
    ({"m": 4}, "so more weight helps", "the line is too high and the input is positive"),
    ({"m": 4}, "lies, not how far", "this target does not lie on the same side of the line"),
    ({"m": 4}, ", on either side of the minimum", "which do not lie on opposite sides"),
    # A residual of 3 - 6 = -3 is smaller than the right one of 4.
    ({"outlier": 3}, "is thrown to", "this target pulls no harder than the right one"),
    ({"outlier": 10}, "is misread: 10 instead", "At 10 it is not, and the residual stays 4.0."),
    ({"outlier": 14}, "outlier pulls harder", "outlier pulls no harder than all others together"),
    # B's target becomes that of C: both middle votes are 3.
    ({"others.b": 10}, "every weight from", "Here both are 3.00, so only that is one."),
    ({"others.b": 10}, "the bottom is flat from 3.00 to 3.00; with it, a", "both curves have a"),
    # Reach 0.3 / 0.1 = 3, the distance is 2.
    ({"ratio": 0.9}, "however long it runs. What", "can get there: its reach is enough."),
    # 0.15 x 4 = 0.6, twice the threshold is 0.2.
    ({"beta": 0.1}, "weight settles without", "a step overshoots by at least as much as was left"),
    (
        {"x": 1},
        "here its size off the kink",
        "only at an input of 1, as here, are they equal in size.",
    ),
    # The gradient at the start is 0 there, which says nothing of the input.
    ({"m": 3}, "here it is 0", "here its size off the kink is 2.0."),
    # All of the distance, and not most of it, is gone.
    ({"rate.1": 0.125}, "takes away most", "The first step takes away all of the distance."),
    # 0.15 x 2 / (1 - 0.85) = 2: the reach is the distance, which takes for ever.
    ({"ratio": 0.85}, "its reach is enough", "can get there, but only in the limit"),
    # One step of 0.15 x 2 = 0.3 into 0.4.
    ({"m": 2.6}, "go 1 of these", "A distance of 0.40 holds 1 of these, with 0.10 left."),
]


@pytest.mark.parametrize(("settings", "false", "instead"), SAID)
def test_a_sentence_does_not_outlive_its_condition(
    settings: Mapping[str, float], false: str, instead: str
) -> None:
    """The false sentence is gone, and a true one stands in its place."""
    assert_says(SLUG, settings, said=[instead], unsaid=[false])


@pytest.mark.parametrize("settings", [{}, *(settings for settings, _, _ in SAID)])
def test_no_sentence_is_left_struck_out(settings: Mapping[str, float]) -> None:
    """Each claim that does not hold says what does."""
    said = said_at(SLUG, settings)
    assert "[off" not in said
    assert "[rests" not in said
