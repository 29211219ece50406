"""The tree picture shows which splits stand, and what became of the others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from checks.page.pictures import svg


def boxes(settings: dict[str, Any]) -> dict[str, str]:
    """Return what is written in each box of the first tree -> the box's class."""
    found = re.findall(
        r'class="([^"]+)"><title>([^<]+)</title></rect>', svg("xgboost", "tree", settings)
    )
    return {title: kind for kind, title in found}


def test_at_the_books_gamma_the_left_split_is_a_leaf() -> None:
    """6.08 is below 10, so its node is a leaf of -29/4; 51.58 and 420.50 stand."""
    drawn = boxes({})
    assert drawn["below 4.0 km?, gain 420.50"] == "segment tone-1"
    assert drawn["below 5.5 km?, gain 51.58"] == "segment tone-1"
    assert drawn["below 2.5 km?, gain 6.08: pruned, leaf of weight −7.25"] == "segment tone-2"
    assert drawn["lowest leaf"] == drawn["lower leaf"] == "idle"
    assert drawn["upper leaf, 0.50"] == drawn["highest leaf, 9.33"] == "segment tone-2"


def test_a_gamma_above_all_gains_leaves_one_leaf() -> None:
    """The root's gain of 420.50 is below 500: one leaf, of weight 0 since the base is the mean."""
    drawn = boxes({"gamma": 500})
    assert drawn["below 4.0 km?, gain 420.50: pruned, leaf of weight 0"] == "segment tone-2"
    assert drawn["no node"] == "idle"
    assert not any(kind == "segment tone-1" for kind in drawn.values())


def test_a_child_that_nothing_splits_says_so() -> None:
    """Labels of 10 in the left child: there is nothing to gain, at any gamma."""
    equal = {"minutes.1": 10, "minutes.2": 10, "minutes.3": 10, "gamma": 0}
    assert any(title.startswith("no split gains, leaf of weight −") for title in boxes(equal))


@pytest.mark.parametrize("gamma", [0, 10, 60, 500])
def test_a_branch_is_solid_exactly_where_its_split_stands(gamma: float) -> None:
    """Two branches for each split; gamma 0, 10, 60, 500 leaves 3, 2, 1, 0 of three standing."""
    standing = {0: 3, 10: 2, 60: 1, 500: 0}[int(gamma)]
    drawn = svg("xgboost", "tree", {"gamma": gamma})
    assert drawn.count('class="edge"') == 2 * standing
    assert drawn.count('class="edge pruned"') == 2 * (3 - standing)
