"""The chapter's figures against XGBoost itself: its trees at other deliveries and parameters."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.effort import SETTINGS
from tests.skips import required
from worked.chapters import graph
from worked.xgboost.tree import LEAF, Tree, trees_in_model_json

xgb = required("xgboost", "xgboost-cpu is not installed: no oracle to ask")

G = graph("xgboost")
GIVENS = {
    "reg_lambda": (0.5, 1, 2, 5),
    "reg_alpha": (0, 0, 2, 15),
    "gamma": (0, 10, 60, 300),
    "min_child_weight": (0, 1, 2, 3),
    "eta": (0.1, 0.3, 0.7, 1),
    "row_weight": (1, 1, 2, 4),
    "base_shift": (0, 0, -4, 9),
    "query_km": (0.5, 2.2, 4, 20),
}


def drawn_settings(rng: random.Random) -> dict[str, Any]:
    """Return settings of the first three rounds; labels whose gains do not tie."""
    labels = {f"minutes[row={i}]": round(rng.uniform(0, 60), 3) for i in range(1, 7)}
    return labels | {name: rng.choice(values) for name, values in GIVENS.items()}


def trained(values: dict[str, Any]) -> Any:
    """Return the library's model of the deliveries as they are set."""
    x = np.array(values["distance"], np.float32)[:, None]
    weights = np.full(6, values["row_weight"])
    names = ("reg_lambda", "reg_alpha", "gamma", "min_child_weight", "eta")
    settings = {
        "tree_method": "exact",
        "nthread": 1,
        "max_depth": 2,
        "base_score": values["base"],
        **{name: values[name] for name in names},
    }
    return xgb.train(settings, xgb.DMatrix(x, label=values["minutes"], weight=weights), 3)


def splits_of(tree: Tree, node: int = 0) -> int:
    """Return how many splits stand at a node and below it."""
    if tree.left[node] == LEAF:
        return 0
    return 1 + splits_of(tree, tree.left[node]) + splits_of(tree, tree.right[node])


def test_cuts_gains_leaves_and_predictions_are_the_librarys() -> None:
    """Three rounds of two levels; the library computes in fp32."""
    rng = random.Random(5)
    kept = set()
    for _ in range(SETTINGS):
        chosen = drawn_settings(rng)
        v = G.evaluate(chosen)
        model = trained(v)
        matrices = [
            xgb.DMatrix(np.array(x, np.float32)[:, None]) for x in (v["distance"], [v["query_km"]])
        ]
        for k, tree in enumerate(trees_in_model_json(bytes(model.save_raw("json")))):
            rows, asked = (model.predict(m, iteration_range=(0, k + 1)) for m in matrices)
            assert [r[k] for r in v["prediction"]] == pytest.approx(rows, abs=2e-4), chosen
            assert v["query"][k] == pytest.approx(asked[0], abs=2e-4), chosen
            splits = splits_of(tree)
            assert v["kept"][k] == splits, chosen
            if splits:
                assert v["threshold"][v["cut"][k]] == pytest.approx(tree.threshold[0])
                assert v["best_gain"][k] == pytest.approx(tree.gain[0], rel=1e-3, abs=1e-3)
            kept.add(splits)
    assert kept == {0, 1, 2, 3}


def test_missing_minutes_are_sent_where_the_library_sends_them() -> None:
    """A seventh delivery without a distance, at the book's base score and at others."""
    rng = random.Random(6)
    ways = set()
    for _ in range(SETTINGS):
        chosen = drawn_settings(rng) | {"y_missing": round(rng.uniform(0, 60), 3), "gamma": 0}
        chosen["min_child_weight"] = 0
        v = G.evaluate(chosen)
        best = max(v["way_best"])
        if best < 1 or v["apart_gain"] > best - 1e-3:
            continue  # then the library parts it from all others
        x = np.array([*v["distance"], np.nan], np.float32)[:, None]
        y = [*v["minutes"], v["y_missing"]]
        settings = {
            "tree_method": "exact",
            "nthread": 1,
            "max_depth": 1,
            "gamma": 0,
            "eta": 1,
            "min_child_weight": 0,
            "base_score": v["base"],
            "reg_lambda": v["reg_lambda"],
            "reg_alpha": v["reg_alpha"],
        }
        weights = np.full(7, v["row_weight"])
        model = xgb.train(settings, xgb.DMatrix(x, label=y, weight=weights), 1)
        (tree,) = trees_in_model_json(bytes(model.save_raw("json")))
        assert tree.default_left[0] == (v["direction"] == 0), chosen
        assert tree.gain[0] == pytest.approx(best, rel=1e-3), chosen
        ways.add(v["direction"])
    assert ways == {0, 1}
