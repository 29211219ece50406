"""The comparison with the library notices a difference, and its records are what it finds."""

from __future__ import annotations

import copy

import pytest

from worked.recording import load
from worked.xgboost import agreement
from worked.xgboost.agreement import MEASURED, Tally, compare
from worked.xgboost.booster import train
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import LEAF, Tree


@pytest.fixture
def first_tree() -> Tree:
    """The first tree of the six deliveries at gamma 10: root, leaf, split with two leaves."""
    x, y, objective, base = agreement.data_sets()[0]
    p = TreeParameters(max_depth=2, gamma=10.0)
    model = train(x, y, p, objective=objective, rounds=1, method="exact", base_score=base)
    return model.trees[0][0]


def test_a_tree_agrees_with_itself(first_tree: Tree) -> None:
    """Two splits stand, so there are 5 nodes, of which 3 are leaves."""
    tally = Tally()
    compare(first_tree, first_tree, tally)
    assert (tally.trees, tally.nodes, tally.differing) == (1, 5, 0)
    assert tally.leaves == [0, 0, 0]
    # 0.3 x 28/3 is the largest leaf.
    assert tally.largest_leaf == pytest.approx(2.8, rel=1e-6)


@pytest.mark.parametrize("what", ["feature", "threshold", "default_left"])
def test_each_part_of_a_rule_counts(first_tree: Tree, what: str) -> None:
    other, tally = copy.deepcopy(first_tree), Tally()
    values = getattr(other, what)
    values[0] = not values[0] if what == "default_left" else values[0] + 1
    compare(first_tree, other, tally)
    assert tally.differing == 1


def test_a_leaf_where_the_other_splits_counts_and_ends_the_walk(first_tree: Tree) -> None:
    other, tally = copy.deepcopy(first_tree), Tally()
    other.left[other.right[0]] = LEAF
    compare(first_tree, other, tally)
    # The root, its left leaf, and the node that differs; nothing below it.
    assert (tally.nodes, tally.differing, len(tally.leaves)) == (3, 1, 1)


def test_leaves_that_differ_are_measured(first_tree: Tree) -> None:
    other, tally = copy.deepcopy(first_tree), Tally()
    leaf = other.left[0]
    other.value[leaf] += 0.25
    compare(first_tree, other, tally)
    assert sorted(tally.leaves) == [0, 0, 0.25]


@pytest.mark.heavy
def test_the_recorded_agreement_is_found_again() -> None:
    """The library's fp32 exponential may differ in its last bit between machines, so only what
    counts trees and splits is compared exactly."""
    found, kept = agreement.agreement(), load(MEASURED / "agreement.json")
    # 4 data sets x 4 settings x 2 methods x 8 rounds.
    assert found["trees_compared"][0] == 4 * 4 * 2 * 8
    for name in (
        "trees_compared",
        "nodes_compared",
        "nodes_that_split_differently",
        "leaves_compared",
    ):
        assert found[name][0] == kept["values"][name]["value"], name
    assert found["largest_leaf_difference_over_largest_leaf"][0] < 1e-6


def test_the_recorded_long_run_is_found_again() -> None:
    kept = load(MEASURED / "long_run.json")
    assert kept["deterministic"]
    for name, (value, _) in agreement.long_run().items():
        assert kept["values"][name]["value"] == pytest.approx(value, rel=1e-12), name
