"""Compute the chapter on gradient boosted trees once more, in one piece, from its givens.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units and
the records. It names its results as the figures are named; each is a number or a NumPy array,
its axes in the figure's order, and a place counts from 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from worked import gradient_boosting

Figures = dict[str, Any]
RECORDS = Path(gradient_boosting.__file__).parent / "measured"
SAME = 1e-9  # errors as near as this, relatively, are a tie
NOISE = 1e-18  # a squared error as small as this, for a squared error of 1, is 0


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    x, y = np.array(g["distance"], float), np.array(g["minutes"], float)
    cuts = (x[:-1] + x[1:]) / 2  # the distances are given in order
    r = _base(g, y) | _directions(g, y)
    # Split k, counted from 0, sends rows 0 to k left.
    r |= {"threshold": cuts, "goes_left": np.triu(np.ones((6, 5)))}
    r |= _rounds(g, x, y, cuts)
    r["taken"] = 1 - (1 - g["eta"]) ** 2
    started = np.array([r["base_sse"], *r["sse"][:-1]])
    r["gain"] = started - r["least_error"]
    r["sse_by_share"] = started - r["taken"] * r["gain"]
    r["left_over"] = abs(np.prod(np.full(int(g["aiming"]), 1 - g["eta"])))
    return r | _classes(g, x, y, cuts) | _line(g, x, y) | _from_records(g) | _costs(g)


def _base(g: Mapping[str, Any], y: np.ndarray) -> Figures:
    late = (y > g["promise"]) * 1.0
    p = np.clip(late.mean(), 1e-6, 1 - 1e-6)
    ranked = np.sort(y)
    constant = {"base": y.mean(), "trial": g["trial"]}
    return {
        "rows": len(y),
        "base": y.mean(),
        "base_mse": np.var(y),
        **{f"{name}_sse": ((y - c) ** 2).sum() for name, c in constant.items()},
        **{f"{name}_sae": np.abs(y - c).sum() for name, c in constant.items()},
        "trial_excess": len(y) * (g["trial"] - y.mean()) ** 2,
        "lower_median": ranked[2],
        "upper_median": ranked[3],
        "median": np.median(y),
        # What the upper half exceeds the lower half by.
        "median_sae": ranked[3:].sum() - ranked[:3].sum(),
        "late": late,
        "late_share": late.mean(),
        "base_p": p,
        "base_odds": 1 / (1 / p - 1),
        "base_log_odds": np.log(p) - np.log(1 - p),
    }


def _directions(g: Mapping[str, Any], y: np.ndarray) -> Figures:
    away = y.mean() - y
    moved = away + g["nudge"]
    return {
        "gradient": away,
        "loss": away**2 / 2,
        "nudged": y.mean() + g["nudge"],
        "nudged_loss": moved**2 / 2,
        "chord": (moved**2 - away**2) / 2 / g["nudge"],
        "sign": np.where(away <= 0, 1.0, -1.0),
        "clip": np.clip(-away, -g["huber"], g["huber"]),
    }


def _stump(target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return the five splits' means left, means right and errors, and which is the best."""
    halves = [np.split(target, [k]) for k in range(1, len(target))]
    left, right = np.array([[side.mean() for side in sides] for sides in halves]).T
    errors = np.array([sum(np.var(side) * len(side) for side in sides) for sides in halves])
    limit = errors.min() * (1 + SAME) + NOISE * (target**2).sum()
    return left, right, errors, int(np.flatnonzero(errors <= limit)[0])


def _rounds(g: Mapping[str, Any], x: np.ndarray, y: np.ndarray, cuts: np.ndarray) -> Figures:
    names = (
        "residual",
        "left",
        "right",
        "error",
        "best",
        "least_error",
        "runner_up",
        "cut",
        "lower",
        "upper",
        "leaf",
        "prediction",
        "sse",
        "mse",
        "query_leaf",
        "answer",
    )
    table: dict[str, list[Any]] = {name: [] for name in names}
    predicted, asked = np.full(len(y), y.mean()), y.mean()
    for _ in range(int(g["rounds"])):
        residual = np.where(abs(y - predicted) < 1e-13 * y.max(), 0, y - predicted)
        left, right, errors, best = _stump(residual)
        leaf = np.repeat([left[best], right[best]], [best + 1, len(y) - best - 1])
        query_leaf = right[best] if g["query"] > cuts[best] else left[best]
        predicted = predicted + g["eta"] * leaf
        asked = asked + g["eta"] * query_leaf
        squares = (y - predicted) ** 2
        found = (
            residual,
            left,
            right,
            errors,
            best,
            errors[best],
            np.sort(errors)[1],
            cuts[best],
            left[best],
            right[best],
            leaf,
            predicted,
            squares.sum(),
            squares.mean(),
            query_leaf,
            asked,
        )
        for name, value in zip(names, found, strict=True):
            table[name].append(value)
    # The rounds are the last axis of what has a row or a split as well.
    return {name: np.array(values).T for name, values in table.items()}


def _classes(g: Mapping[str, Any], x: np.ndarray, y: np.ndarray, cuts: np.ndarray) -> Figures:
    late = y > g["promise"]
    p = min(max(late.sum() / 6, 1e-6), 1 - 1e-6)
    start = np.log(p) - np.log(1 - p)
    residual = late - p
    left, right, errors, best = _stump(residual)
    leaf = np.where(x > cuts[best], right[best], left[best])
    margin = start + g["eta"] * leaf / (p - p**2)

    def loss(margin: Any) -> float:
        chance = 1 / (1 + np.exp(np.where(late, -margin, margin)))
        return float(-np.log(chance).mean())

    return {
        "late_residual": residual,
        "late_left": left,
        "late_right": right,
        "late_error": errors,
        "late_best": best,
        "late_least_error": errors[best],
        "late_cut": cuts[best],
        "late_lower": left[best],
        "late_upper": right[best],
        "late_leaf": leaf,
        "hessian": p - p**2,
        "newton": leaf / (p - p**2),
        "margin": margin,
        "late_p": np.exp(margin) / (1 + np.exp(margin)),
        "base_log_loss": loss(start),
        "log_loss": loss(margin),
    }


def _line(g: Mapping[str, Any], x: np.ndarray, y: np.ndarray) -> Figures:
    slope = np.cov(x, y, bias=True)[0, 1] / np.var(x)
    return {"x_mean": x.mean(), "slope": slope, "line": y.mean() + slope * (g["query"] - x.mean())}


def _recorded(name: str) -> dict[str, float]:
    document = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return {key: row["value"] for key, row in document["values"].items()}


def _from_records(g: Mapping[str, Any]) -> Figures:
    shrinkage, importance, spread = (
        _recorded(name) for name in ("shrinkage", "importance", "bias_variance")
    )
    n, trees = spread["training_rows"], spread["trees_of_bagged_deep_trees"]
    one, bag = spread["variance_of_one_deep_tree"], spread["variance_of_bagged_deep_trees"]
    # The bag's variance is between one / trees, for trees that have nothing in common, and one.
    rho = (bag - one / trees) / (one - one / trees)
    late, best = (
        shrinkage[f"test_mse_{when}_at_eta_0_1"] for when in ("after_400_rounds", "at_best_round")
    )

    def both(value: str) -> float:
        return sum(importance[f"copy_by_lot_{value}_{c}"] for c in ("express", "express_copy"))

    return {
        "overfit": late / best,
        "share_together": both("impurity_share_of"),
        "loss_together": both("r2_lost_on_held_out_rows_without"),
        "others": n - 1,
        "left_out": np.exp(n * np.log1p(-1 / n)),
        "correlation": rho,
        "larger_bag": one * (rho + (1 - rho) / g["more_trees"]),
    }


def _costs(g: Mapping[str, Any]) -> Figures:
    nodes = 2 * 2 ** g["depth"] - 1
    return {
        "comparisons": g["depth"] * g["trees"],
        "nodes": nodes,
        "model_nodes": nodes * g["trees"],
    }
