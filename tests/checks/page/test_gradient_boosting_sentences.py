"""What the chapter on boosting says where its sentences once outlived their numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.checks.page.telling import assert_says

EQUAL = {f"minutes.{i}": 20 for i in range(1, 7)}
SYMMETRIC = {f"minutes.{i}": y for i, y in enumerate((10, 20, 30, 30, 20, 10), 1)}

CASES: list[tuple[Mapping[str, float], list[str], list[str]]] = [
    (
        # The book.
        {},
        ["The second tree does not repeat the first: the cut moved from 5.5 to 2.5 km.",
         "leaves in the second what it left in the first, 166.00.",
         "In the third round the cut at 4.0 km leaves 38.71, and the next best about as much, "
         "38.88.",
         "A step of 0.5 collects three quarters of the gain, more than its share."],
        ["[off", "[rests"],
    ),
    (
        # One late delivery near by: every round cuts it off again.
        {"minutes.1": 500},
        ["The second tree cuts where the first did, at 1.5 km.",
         "The cut that won the first round, at 1.5 km, leaves in the second what it left in the "
         "first, 551.20.",
         "The mean lies outside and scores worse, 794.00",
         "[rests: Full steps are not the fastest: each one undoes part"],
        ["does not repeat the first", "at 5.5 km, leaves"],
    ),
    (
        # Steps twice as long as full ones: the error stays for ever.
        {"eta": 2},
        ["The mean squared error stays at 125.67.",
         "the error does not fall:",
         "A step of 2 collects none of the gain.",
         "The second tree cuts where the first did, at 5.5 km. A full step leaves both sides of "
         "the first cut with the same mean."],
        ["falls from 125.67", "more than its share", "does not repeat the first"],
    ),
    (
        {"eta": 1},
        ["A step of 1 collects all of the gain.", "the cut moved from 5.5 to 2.5 km."],
        ["more than its share", "still differ in the mean"],
    ),
    (
        # Nothing to learn: every cut is as good as any other.
        EQUAL,
        ["Several cuts leave the least, 0; the lowest of them, at 1.5 km, wins.",
         "the interval between the middle ones. They are equal here, and the slope changes its "
         "sign at 20.00 minutes.",
         "The panel’s 20 is the mean and costs nothing more:",
         "The mean squared error stays at 0."],
        ["The cut at 1.5 km leaves the least, 0. ", "a whole interval", "falls from 0"],
    ),
    (
        # Residuals -10, 0, 10, 10, 0, -10: the outer cuts tie.
        SYMMETRIC,
        ["Several cuts leave the least, 280.00; the lowest of them, at 1.5 km, wins."],
        ["The cut at 1.5 km leaves the least, 280.00."],
    ),
    (
        # Among the deliveries, not beyond them.
        {"query": 2},
        ["After 5 rounds it says 10.02 minutes. For the delivery at 8 km, and for any farther "
         "one, it says 37.30.",
         "At 2 km it says 10.02 minutes after all rounds."],
        ["10.02 minutes, the same as for the delivery", "what it says at the last delivery"],
    ),
    (
        # Nobody is late.
        {"promise": 50},
        ["numbers, which are all equal: no cut gains anything, and the lowest, at 1.5 km, wins"],
        [", and cuts at 1.5 km"],
    ),
    (
        {"more_trees": 1, "trees": 1},
        ["A bag of 1 would have a variance of 9.40.", "A model of 1 tree of depth 3 takes"],
        ["would come down to", "1 trees"],
    ),
    ({"eta": 0.3}, ["scales the step by 0.3 and says that it collects 51.0%"], ["halves the step"]),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "said", "unsaid"), CASES, ids=lambda x: str(x)[:30])
def test_what_stands_there_holds(
    settings: Mapping[str, float], said: list[str], unsaid: list[str]
) -> None:
    assert_says("gradient-boosting", settings, said, unsaid)
