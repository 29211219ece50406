"""Compute the chapter on gradient boosted trees once more, in one piece, from its givens.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units and
the records, and names its results as the figures are named. It takes numbers or NumPy arrays,
and treats the six deliveries as lists of arrays.
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
SAME = 1e-9  # errors as near as this, relatively, are a tie; a mean as small as this is 0


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    x, y = ([np.asarray(g[f"{n}{i}"], float) for i in range(1, 7)] for n in "xy")
    r = _base(g, y)
    r |= _residuals(g, y, r["base"])
    cuts = [x[k] / 2 + x[k + 1] / 2 for k in range(5)]
    r |= {f"t{k}": cut for k, cut in enumerate(cuts, 1)}
    predictions, asked = [r["base"]] * 6, r["base"]
    for number in range(1, 6):
        residuals = [label - p for label, p in zip(y, predictions, strict=True)]
        r |= {f"r{number}_{i}": residual for i, residual in enumerate(residuals, 1)}
        found, (cut, low, high) = _stump(residuals, x, cuts, str(number))
        r |= found
        predictions = [
            p + g["eta"] * np.where(at > cut, high, low)
            for p, at in zip(predictions, x, strict=True)
        ]
        asked = asked + g["eta"] * np.where(g["query"] > cut, high, low)
        r |= {f"f{number}_{i}": p for i, p in enumerate(predictions, 1)}
        r |= {f"mse{number}": _sum_of_squares(y, predictions) / 6, f"q{number}": asked}
    r["gain"] = r["sse0"] - r["best1"]
    r["taken"] = 1 - (1 - g["eta"]) ** 2
    r["sse1"] = r["sse0"] - r["taken"] * r["gain"]
    steps = [np.where(n < g["rounds"], 1 - g["eta"], 1.0) for n in range(20)]
    r["left_over"] = np.abs(np.prod(steps, axis=0))
    return r | _classes(g, x, cuts, r) | _line(g, x, y) | _from_records(g) | _costs(g)


def _total(values: list[Any]) -> Any:
    return sum(values[1:], values[0])


def _sum_of_squares(labels: list[Any], predictions: list[Any]) -> Any:
    return _total([(a - b) ** 2 for a, b in zip(labels, predictions, strict=True)])


def _base(g: Mapping[str, Any], y: list[Any]) -> Figures:
    mean = _total(y) / 6
    trial = [np.asarray(g["trial"], float)] * 6
    ranked = np.sort(np.array(y), axis=0)
    median = (ranked[2] + ranked[3]) / 2
    late = [(label > g["promise"]) * 1.0 for label in y]
    share = _total(late) / 6
    p = np.clip(share, 1e-6, 1 - 1e-6)
    return {
        "base": mean,
        "sse0": _sum_of_squares(y, [mean] * 6),
        "mse0": _sum_of_squares(y, [mean] * 6) / 6,
        "trial_sse": _sum_of_squares(y, trial),
        "trial_excess": (trial[0] - mean) ** 2 + 5 * (trial[0] - mean) ** 2,
        **{
            f"{half}_{place}": np.sort(np.array(y[start : start + 3]), axis=0)[rank]
            for half, start in (("near", 0), ("far", 3))
            for rank, place in enumerate(("low", "middle", "high"))
        },
        "lower_median": ranked[2],
        "upper_median": ranked[3],
        "median": median,
        "mean_sae": _total([np.abs(label - mean) for label in y]),
        "trial_sae": _total([np.abs(label - trial[0]) for label in y]),
        **{f"late{i}": label for i, label in enumerate(late, 1)},
        "late_share": share,
        "base_p": p,
        "base_odds": 1 / (1 / p - 1),
        "base_log_odds": np.log(p) - np.log(1 - p),
    }


def _residuals(g: Mapping[str, Any], y: list[Any], mean: Any) -> Figures:
    residuals = [label - mean for label in y]
    moved = mean + g["nudge"]
    before, after = residuals[5] ** 2 / 2, (y[5] - moved) ** 2 / 2
    return {
        "gradient6": -residuals[5],
        "loss6": before,
        "nudged6": moved,
        "loss6_nudged": after,
        "chord6": (after - before) / g["nudge"],
        **{f"sign{i}": np.where(r >= 0, 1.0, -1.0) for i, r in enumerate(residuals, 1)},
        **{f"clip{i}": np.clip(r, -g["huber"], g["huber"]) for i, r in enumerate(residuals, 1)},
    }


def _stump(
    residuals: list[Any], x: list[Any], cuts: list[Any], tag: str
) -> tuple[Figures, tuple[Any, Any, Any]]:  # fmt: skip
    """Return means and errors of the five splits, and (threshold, left mean, right mean)."""
    found: Figures = {}
    lefts, rights, errors = [], [], []
    for k in range(1, 6):
        left, right = residuals[:k], residuals[k:]
        means = [_total(side) / len(side) for side in (left, right)]
        means = [np.where(np.abs(m) <= SAME, 0, m) for m in means]
        lefts.append(means[0])
        rights.append(means[1])
        errors.append(_sum_of_squares(left, [means[0]] * k)
                      + _sum_of_squares(right, [means[1]] * (6 - k)))  # fmt: skip
        if k > 1 and tag == "1":
            found[f"left{tag}_{k}"] = means[0]
        if k < 5 and tag == "1":
            found[f"right{tag}_{k}"] = means[1]
        found[f"error{tag}_{k}"] = errors[-1]
    best = np.min(errors, axis=0)
    first = np.argmax(np.array(errors) <= best * (1 + SAME), axis=0)  # of the first that ties
    winner = tuple(np.choose(first, values) for values in (cuts, lefts, rights))
    found |= {f"best{tag}": best}
    found |= {f"{n}{tag}": v for n, v in zip(("cut", "lower", "upper"), winner, strict=True)}
    found[f"rows{tag}"] = first + 1.0
    cut, low, high = winner
    found |= {f"leaf{tag}_{i}": np.where(x[i - 1] > cut, high, low) for i in range(2, 6)}
    return found, winner


def _classes(g: Mapping[str, Any], x: list[Any], cuts: list[Any], r: Figures) -> Figures:
    late, p = [r[f"late{i}"] for i in range(1, 7)], r["base_p"]
    residuals = [label - p for label in late]
    found, (cut, low, high) = _stump(residuals, x, cuts, "c")
    curvature = p - p**2
    steps = [np.where(at > cut, high, low) / curvature for at in x]
    margins = [r["base_log_odds"] + g["eta"] * step for step in steps]

    def loss(margins: list[Any]) -> Any:
        chance = [1 / (1 + np.exp(np.where(label > 0, -m, m)))
                  for m, label in zip(margins, late, strict=True)]  # fmt: skip
        return _total([np.log(1 / c) for c in chance]) / 6

    return found | {
        **{f"rc_{i}": residual for i, residual in enumerate(residuals, 1)},
        "hessian": curvature,
        **{f"newton{i}": step for i, step in enumerate(steps, 1)},
        **{f"margin{i}": m for i, m in enumerate(margins, 1)},
        **{f"p{i}": np.exp(m) / (1 + np.exp(m)) for i, m in enumerate(margins, 1)},
        "log_loss0": loss([r["base_log_odds"]] * 6),
        "log_loss1": loss(margins),
    }


def _line(g: Mapping[str, Any], x: list[Any], y: list[Any]) -> Figures:
    x_mean, y_mean = _total(x) / 6, _total(y) / 6
    away = [at - x_mean for at in x]
    rise = [label - y_mean for label in y]
    slope = _total([a * b for a, b in zip(away, rise, strict=True)]) / _total([a * a for a in away])
    return {"x_mean": x_mean, "slope": slope, "line": y_mean + slope * (g["query"] - x_mean)}


def _recorded(name: str) -> dict[str, float]:
    document = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return {key: row["value"] for key, row in document["values"].items()}


def _from_records(g: Mapping[str, Any]) -> Figures:
    shrinkage, importance, spread = (
        _recorded(name) for name in ("shrinkage", "importance", "bias_variance")
    )
    n, trees = spread["training_rows"], spread["trees_in_a_bag"]
    one, bag = spread["variance_of_one_deep_tree"], spread["variance_of_25_bagged_deep_trees"]
    # The bag's variance is between one / trees, for trees that have nothing in common, and one.
    rho = (bag - one / trees) / (one - one / trees)
    late, best = (shrinkage[f"test_mse_{when}_at_eta_0_1"]
                  for when in ("after_400_rounds", "at_best_round"))  # fmt: skip

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
