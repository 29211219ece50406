"""Compute the L1 chapter once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only the givens. It names its
results as the figures are named; each is a number or a NumPy array, its axes in the figure's
order: the methods L1, L2, Huber and smooth L1, the two rates, the steps 0 to 12, the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Figures = dict[str, Any]
STEPS = 12
SAME = 1e-13  # targets and predictions as near as this, relatively, are one number


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter from the givens `g`."""
    r = _one_point(g)
    r |= _descents(g, r)
    return r | _endings(g, r) | _outlier(g) | _decay(g) | _many(g)


def _losses(g: Mapping[str, Any], off: Any) -> np.ndarray:
    """Return the four losses of residuals: by the integral of their slopes, piece by piece."""
    size = np.abs(off)

    def huber(join: float) -> np.ndarray:
        return np.where(size > join, join * size - join * join / 2, size * size / 2)

    return np.array([size, size * size, huber(g["delta"]), huber(g["beta"]) / g["beta"]])


def _slopes(g: Mapping[str, Any], off: Any) -> np.ndarray:
    """Return the derivatives of the four losses by the weight: by the residual, times -x."""
    clipped = [np.clip(off, -join, join) for join in (g["delta"], g["beta"])]
    return -g["x"] * np.array([np.sign(off), 2 * off, clipped[0], clipped[1] / g["beta"]])


def _off(g: Mapping[str, Any], y: Any, m: Any) -> Any:
    """Return target less prediction; what is left of two equal numbers is nothing."""
    yhat = np.multiply(m, g["x"]) + g["intercept"]
    return np.where(np.abs(y - yhat) <= SAME * np.abs(y), 0, y - yhat)


def _one_point(g: Mapping[str, Any]) -> Figures:
    x, y, b = g["x"], g["y"], g["intercept"]
    off, off_beyond = _off(g, y, g["m"]), _off(g, y, g["beyond"])
    return {
        "prediction": g["m"] * x + b,
        "other_prediction": g["other"] * x + b,
        "residual": off,
        "loss": np.abs(off),
        "squared_loss": off * off,
        "best": (y - b) / x,
        "touches": float(-1 <= g["line_slope"] <= 1),
        "subgradient_low": -x,
        "subgradient_high": x,
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
        **dict(zip(("huber", "smooth"), _losses(g, off)[2:], strict=True)),
        **dict(zip(("huber_gradient", "smooth_gradient"), _slopes(g, off)[2:], strict=True)),
        "pinball": g["quantile"] * off if off > 0 else (g["quantile"] - 1) * off,
        "odds": 1 / (1 / g["quantile"] - 1),
    }


def _descents(g: Mapping[str, Any], r: Figures) -> Figures:
    """Walk under each loss with each rate; a residual follows its distance from the minimum."""
    off = np.empty((4, 2, STEPS + 1))
    for p, rate in enumerate(g["rate"]):
        off[:, p, 0] = r["residual"]
        for k in range(1, STEPS + 1):
            last = off[:, p, k - 1]
            moved = np.diagonal(_slopes(g, last)) * rate * g["x"]
            off[:, p, k] = np.where(np.abs(last + moved) <= SAME * np.abs(last), 0, last + moved)
    flat = off.transpose(1, 2, 0)
    loss = np.diagonal(_losses(g, flat), axis1=0, axis2=3)
    slope = np.diagonal(_slopes(g, flat), axis1=0, axis2=3)
    found = {
        "weight": (g["y"] - off - g["intercept"]) / g["x"],
        "run_prediction": g["y"] - off,
        "run_residual": off,
        "run_loss": np.moveaxis(loss, 2, 0),
        "run_gradient": np.moveaxis(slope, 2, 0),
    }
    k = int(g["look"])
    looked = {f"look_{name.removeprefix('run_')}": v[:, :, k] for name, v in found.items()}
    return found | looked | {"looked": k}


def _endings(g: Mapping[str, Any], r: Figures) -> Figures:
    """Find how L1 descent with each rate ends by dividing with remainder."""
    x, way, rate = g["x"], abs(r["best"] - g["m"]), np.array(g["rate"])
    width = rate * x
    whole = np.floor((way + g["tolerance"]) / width + SAME)
    left = way - whole * width
    left = np.where(left > g["tolerance"] + SAME, left, 0)
    side = np.sign(g["m"] - r["best"])
    near, shrink = r["best"] + side * left, 1 - 2 * rate * x**2
    reach = g["rate"][1] * x / (1 - g["ratio"])
    return {
        "distance": way,
        "step_width": width,
        "step_count": whole,
        "covered": whole * width,
        "rest": left,
        "arrival": whole + (left > 0),
        "landing": (left == 0) * 1.0,
        "contraction": shrink,
        "l2_left": way * np.abs(shrink) ** (whole + (left > 0)),
        "near": near,
        "near_prediction": near * x + g["intercept"],
        "near_residual": -side * left * x,
        "near_gradient": np.where(left > 0, x * side, 0),
        "far": np.where(left > 0, near - side * width, near),
        "amplitude": np.where(left > 0, width, 0),
        "floor": width * x / 2,
        "rate_limit": 1 / (x * x),
        "reach": reach,
        "reaching": float(reach >= way),
    }


def _outlier(g: Mapping[str, Any]) -> Figures:
    off = _off(g, g["outlier"], g["m"])
    return {
        "outlier_residual": off,
        "outlier_loss": _losses(g, off),
        "outlier_gradient": _slopes(g, off),
        "outlier_weight": g["m"] - g["rate"][0] * _slopes(g, off),
    }


def _decay(g: Mapping[str, Any]) -> Figures:
    m, x = [g["decay_start"]], g["x"]
    rates = g["rate"][1] / np.arange(1, STEPS + 2)
    for rate in rates[:-1]:
        m.append(m[-1] + rate * x * np.sign(_off(g, g["y"], m[-1])))
    off = _off(g, g["y"], m)
    return {
        "decay_rate": rates,
        "decay_weight": m,
        "decay_prediction": g["y"] - off,
        "decay_residual": off,
        "decay_gradient": -x * np.sign(off),
    }


def _many(g: Mapping[str, Any]) -> Figures:
    a, b, d = g["others"]
    targets = np.array([a, b, g["y"], d, g["outlier"]])
    votes = (targets - g["intercept"]) / g["x"]
    off = _off(g, targets, g["m"])
    four = np.sort(votes[:4])
    return {
        "target": targets[:4],
        "rows": 4,
        "vote": votes[:4],
        "outlier_vote": votes[4],
        "row_residual": off[:4],
        "row_loss": _losses(g, off[:4]),
        "row_gradient": _slopes(g, off[:4]),
        "mean_gradient": _slopes(g, off).mean(axis=1),
        "median_low": four[1],
        "median_high": four[2],
        "median": np.median(four),
        "mean": four.mean(),
        "median_with": np.sort(votes)[2],
        "mean_with": votes.mean(),
        "mean_loss": _losses(g, off[:4]).mean(axis=1),
        "mean_loss_with": _losses(g, off).mean(axis=1),
        "variables": 442 * 2 + 10 + 1.0,
    }
