"""Compute the L1 chapter once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only the givens, and names its
results as the figures are named. It takes numbers or NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

STEPS, DECAY_STEPS = 12, 8


def recount(g: Mapping[str, Any]) -> dict[str, Any]:
    """Return every derived figure of the chapter from the givens `g`."""
    r: dict[str, Any] = {}
    for part in (_one_point, _descents, _endings, _outlier, _decay, _many, _between):
        r |= part(g, r)
    return r


def _clean(value: Any) -> Any:
    """Round away what binary arithmetic adds to decimal numbers."""
    return np.round(np.asarray(value, dtype=float), 13)


def _yes(condition: Any) -> Any:
    return np.asarray(condition) * 1.0


def _one_point(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    x, y, b = g["x"], g["y"], g["intercept"]
    off, off_beyond = y - (g["m"] * x + b), y - (g["beyond"] * x + b)
    return {
        "prediction": g["m"] * x + b,
        "other_prediction": g["other"] * x + b,
        "residual": off,
        "loss": np.abs(off),
        "squared_loss": off * off,
        "best": (y - b) / x,
        "touches": _yes((g["line_slope"] >= -1) & (g["line_slope"] <= 1)),
        "subgradient_low": -x,
        "subgradient_high": x * 1.0,
        "slope": np.sign(off),
        "chained": -x * np.sign(off),
        "squared_slope": 2 * off,
        "squared_chained": -2 * x * off,
        "gradient": -x * np.sign(off),
        "squared_gradient": -2 * x * off,
        "beyond_prediction": g["beyond"] * x + b,
        "beyond_residual": off_beyond,
        "beyond_gradient": -x * np.sign(off_beyond),
        "beyond_squared_gradient": -2 * x * off_beyond,
        "pinball": np.where(off > 0, g["quantile"] * off, (1 - g["quantile"]) * -off),
        "odds": 1 / (1 / g["quantile"] - 1),
    }


def _walk(
    kind: str, g: Mapping[str, Any], start: Any, steps: int, rate: Callable[[int], Any]
) -> dict[str, Any]:
    """Return the figures of an L1 descent, those of its start as step 0."""
    found: dict[str, Any] = {}
    m = start
    for k in range(steps + 1):
        yhat = _clean(m * g["x"] + g["intercept"])
        slope = -g["x"] * np.sign(_clean(g["y"] - yhat))
        found |= {f"{kind}_weight_{k}": m, f"{kind}_prediction_{k}": yhat,
                  f"{kind}_gradient_{k}": slope}  # fmt: skip
        m = _clean(m - rate(k) * slope)
    return found


def _shrink(
    kind: str, g: Mapping[str, Any], off: Any, factor: Callable[[Any], Any],
    gradient: Callable[[Any], Any],
) -> dict[str, Any]:  # fmt: skip
    """Return the figures of a descent that multiplies the residual by a factor at each step."""
    found: dict[str, Any] = {}
    for k in range(1, STEPS + 1):
        off = off * factor(off)
        found |= {f"{kind}_weight_{k}": (g["y"] - g["intercept"] - off) / g["x"],
                  f"{kind}_residual_{k}": off, f"{kind}_gradient_{k}": gradient(off)}  # fmt: skip
    return found


def _without_start(found: dict[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in found.items() if not n.endswith("_0")}


def _descents(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    x = g["x"]
    first = _walk("l1", g, g["m"], STEPS, lambda k: g["rate"])
    second = _walk("second", g, g["m"], STEPS, lambda k: g["second_rate"])
    squared = _shrink(
        "l2", g, r["residual"], lambda off: 1 - 2 * g["rate"] * x**2, lambda off: -2 * x * off
    )
    # Outside the threshold the residual loses η·x² a step, which is a factor as well.
    smooth = _shrink(
        "smooth", g, r["residual"],
        lambda off: 1 - g["second_rate"] * x**2 / np.maximum(np.abs(off), g["beta"]),
        lambda off: -x * np.clip(off / g["beta"], -1, 1),
    )  # fmt: skip
    return {**_without_start(first | second), **squared, **smooth}


def _ending(g: Mapping[str, Any], r: Mapping[str, Any], rate: Any) -> dict[str, Any]:
    """Return how L1 descent with a rate ends, found by dividing with remainder."""
    way, width = np.abs(r["best"] - g["m"]), rate * g["x"]
    whole = np.floor((way + g["tolerance"]) / width)
    left = np.where(way - whole * width > g["tolerance"], way - whole * width, 0)
    back = np.sign(g["m"] - r["best"])
    over = np.where(left > 0, left - width, 0)
    k = g["step"]
    late = np.where((k - whole) % 2 == 1, over, left)
    gap = np.where(k < whole, way - k * width, late)
    near = r["best"] + back * left
    return {
        "width": width, "count": whole, "covered": whole * width, "rest": left,
        "arrival": whole + (left > 0), "landing": _yes(left == 0),
        "near": near, "near_prediction": near * g["x"] + g["intercept"],
        "near_gradient": np.where(left > 0, g["x"] * back, 0),
        "far": r["best"] + back * over, "amplitude": left - over,
        "floor": width * g["x"] / 2, "gap": gap, "at": r["best"] + back * gap,
    }  # fmt: skip


def _looked_at(g: Mapping[str, Any], kind: str, m: Any) -> dict[str, Any]:
    """Return what stands beside the weight at the step looked at, under L1."""
    yhat = _clean(m * g["x"] + g["intercept"])
    off = _clean(g["y"] - yhat)
    return {
        f"{kind}_at_prediction": yhat,
        f"{kind}_at_residual": off,
        f"{kind}_at_loss": np.abs(off),
        f"{kind}_at_gradient": -g["x"] * np.sign(off),
    }


def _endings(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    one, two = _ending(g, r, g["rate"]), _ending(g, r, g["second_rate"])
    way = np.abs(r["best"] - g["m"])
    shrink = 1 - 2 * g["rate"] * g["x"] ** 2
    return {
        "distance": way,
        "step_width": one["width"],
        "step_count": one["count"],
        "covered": one["covered"],
        "rest": one["rest"],
        "arrival": one["arrival"],
        "landing": one["landing"],
        "l1_gap": one["gap"],
        "l1_at": one["at"],
        **_looked_at(g, "l1", one["at"]),
        "l2_at_prediction": g["y"] - r["residual"] * shrink ** g["step"],
        "l2_at_residual": r["residual"] * shrink ** g["step"],
        "l2_at_loss": (r["residual"] * shrink ** g["step"]) ** 2,
        "l2_at_gradient": -2 * g["x"] * r["residual"] * shrink ** g["step"],
        "contraction": shrink,
        "l2_left": way * np.abs(shrink) ** one["arrival"],
        "l2_at": r["best"] + (g["m"] - r["best"]) * shrink ** g["step"],
        **{f"second_{name}": value for name, value in two.items()},
        "second_contraction": 1 - 2 * g["second_rate"] * g["x"] ** 2,
        "rate_limit": 1 / (g["x"] * g["x"]),
        "reach": g["second_rate"] * g["x"] / (1 - g["ratio"]),
        "reaching": _yes(g["second_rate"] * g["x"] / (1 - g["ratio"]) >= way),
    }


def _outlier(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    off = g["outlier"] - r["prediction"]
    slope, squared = -g["x"] * np.sign(off), -2 * g["x"] * off
    return {
        "outlier_residual": off,
        "outlier_gradient": slope,
        "outlier_squared_gradient": squared,
        "outlier_l1_first": g["m"] - g["rate"] * slope,
        "outlier_l2_first": g["m"] - g["rate"] * squared,
    }


def _decay(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    rates = {f"decay_rate_{k}": g["second_rate"] / k for k in range(2, DECAY_STEPS + 1)}
    found = _walk("decay", g, g["decay_start"], DECAY_STEPS, lambda k: g["second_rate"] / (k + 1))
    del found["decay_weight_0"]
    return rates | found


def _many(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    targets = {"1": g["y_1"], "2": g["y_2"], "3": g["y"], "4": g["y_4"], "5": g["outlier"]}
    votes = {k: (y - g["intercept"]) / g["x"] for k, y in targets.items()}
    off = {k: y - r["prediction"] for k, y in targets.items()}
    four = np.sort(np.stack(np.broadcast_arrays(*(votes[k] for k in "1234"))), axis=0)
    five = np.sort(np.stack(np.broadcast_arrays(*votes.values())), axis=0)
    found = {f"vote_{k}": votes[k] for k in "1245"}
    for k in "124":
        found[f"pull_of_{k}"] = -g["x"] * np.sign(off[k])
        found[f"residual_of_{k}"] = off[k]
        found[f"squared_pull_of_{k}"] = -2 * g["x"] * off[k]
    return {
        **found,
        "mean_gradient": -g["x"] * sum(np.sign(o) for o in off.values()) / 5,
        "mean_squared_gradient": -2 * g["x"] * sum(off.values()) / 5,
        "median_low": four[1],
        "median_high": four[2],
        "median_four": np.median(four, axis=0),
        "mean_four": four.mean(axis=0),
        "median_five": five[2],
        "mean_five": five.mean(axis=0),
        "mean_loss_four": sum(np.abs(off[k]) for k in "1234") / 4,
        "mean_loss_five": sum(np.abs(o) for o in off.values()) / 5,
        "variables": 442 * 2 + 10 + 1.0,
    }


def _between(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    def huber(off: Any, join: Any) -> Any:
        return np.where(np.abs(off) > join, join * np.abs(off) - join * join / 2, off * off / 2)

    off, out = r["residual"], r["outlier_residual"]
    slopes = {
        "huber": -g["x"] * np.clip(off, -g["delta"], g["delta"]),
        "smooth": -g["x"] * np.clip(off, -g["beta"], g["beta"]) / g["beta"],
        "outlier_huber": -g["x"] * np.clip(out, -g["delta"], g["delta"]),
        "outlier_smooth": -g["x"] * np.clip(out, -g["beta"], g["beta"]) / g["beta"],
    }
    return {
        "huber": huber(off, g["delta"]),
        "smooth": huber(off, g["beta"]) / g["beta"],
        **{f"{name}_gradient": slope for name, slope in slopes.items()},
        **{f"{name}_first": g["m"] - g["rate"] * slope for name, slope in slopes.items()},
    }
