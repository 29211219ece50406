"""Compute the XGBoost chapter once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units. It
names its results as the figures are named; each is a number or a NumPy array, its axes in the
figure's order. A place counts from 0, none is None, an absent cell NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Figures = dict[str, Any]
SAME = 1e-11  # numbers as near as this, relatively, are a tie
LEAST_GAIN = 1e-6  # the library's kRtEps


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    x, y = np.array(g["distance"], float), np.array(g["minutes"], float)
    cuts = (x[:-1] + x[1:]) / 2  # the distances are given in order
    # Split k, counted from 0, sends rows 0 to k left: rows, splits, sides.
    left = np.triu(np.ones((6, 5)))
    goes = np.stack([left, 1 - left], axis=2)
    r: Figures = {"base": y.mean() + g["base_shift"], "threshold": cuts, "goes": goes}
    r["hessian_so_far"] = g["row_weight"] * np.arange(1, 7)
    r["side_hessian"] = g["row_weight"] * goes.sum(axis=0)
    r |= _rounds(g, x, y, cuts, goes, r["base"])
    for part in (_one_row, _leaf, _root, _larger, _missing, _monotone, _late, _costs):
        r |= part(g, r)
    return r


# -- leaves and splits --------------------------------------------------------------------------


def _reaches(value: Any, limit: Any) -> Any:
    """Return whether a value is at least a limit, or as good as that."""
    return value >= limit - SAME * np.maximum(np.abs(value), np.abs(limit))


def _pulled(g: Mapping[str, Any], G: Any) -> Any:
    return np.sign(G) * np.maximum(np.abs(G) - g["reg_alpha"], 0)


def _weight(g: Mapping[str, Any], G: Any, H: Any) -> Any:
    return -_pulled(g, G) / (H + g["reg_lambda"])


def _score(g: Mapping[str, Any], G: Any, H: Any, penalty: float | None = None) -> Any:
    """Return scores; of no rows without a penalty there is none."""
    stiffness = H + (g["reg_lambda"] if penalty is None else penalty)
    return _pulled(g, G) ** 2 / np.where(stiffness == 0, np.nan, stiffness)


def _gain(g: Mapping[str, Any], G: Any, H: Any, penalty: float | None = None) -> Any:
    """Return the gains of splits whose two sides are the second axis of G and H."""
    parent = _score(g, G.sum(axis=1), H.sum(axis=1), penalty)
    return _score(g, G, H, penalty).sum(axis=1) - parent


def _fed(g: Mapping[str, Any], H: Any) -> Any:
    return (H > 0) & _reaches(H, g["min_child_weight"])


def _winner(gains: Any, may: Any) -> int | None:
    """Return the split of the best gain, walking down from the highest threshold."""
    best, found = LEAST_GAIN, None
    for k in range(len(gains))[::-1]:
        if may[k] and gains[k] > best * (1 + SAME):
            best, found = gains[k], k
    return found


def _of(values: Any, place: int | None) -> float:
    return float("nan") if place is None else float(values[place])


def _stands(gain: float, gamma: float) -> bool:
    """Return whether a split gains gamma; one that is not there has a gain of NaN."""
    return bool(_reaches(gain, gamma))


# -- the rounds ---------------------------------------------------------------------------------


def _rounds(
    g: Mapping[str, Any],
    x: np.ndarray,
    y: np.ndarray,
    cuts: np.ndarray,
    goes: np.ndarray,
    base: float,
) -> Figures:
    """Grow, prune and apply three trees; the rounds are the last axis of every figure."""
    table: dict[str, list[Any]] = {}
    before, asked = np.full(6, base), base
    for _ in range(3):
        found = _tree(g, x, cuts, goes, g["row_weight"] * (before - y))

        def after(prediction: Any, leaf: Any, found: Figures = found) -> Any:
            return prediction + g["eta"] * found["leaf_weight"][leaf]

        before = after(before, found["row_leaf"])
        query_leaf = _leaf_at(found["leaf_start"], g["query_km"])
        asked = after(asked, query_leaf)
        found |= {"prediction": before, "query_leaf": query_leaf, "query": asked}
        found["mse"] = ((before - y) ** 2).mean()
        for name, value in found.items():
            table.setdefault(name, []).append(value)
    r: Figures = {name: np.stack(values, axis=-1) for name, values in table.items()}
    r["base_mse"] = ((base - y) ** 2).mean()
    return r | {"error_removed": r["base_mse"] - r["mse"][-1]}


def _leaf_at(start: np.ndarray, x: float) -> int:
    """Return the leaf at a distance: below the root's threshold or above, then once more."""
    _, low, middle, high = start
    return int(x >= low) if x < middle else 2 + int(x >= high)


def _tree(
    g: Mapping[str, Any], x: np.ndarray, cuts: np.ndarray, goes: np.ndarray, gradient: np.ndarray
) -> Figures:
    """Return one round's figures up to the leaf weights."""
    w = g["row_weight"]
    sides = np.einsum("i,iks->ks", gradient, goes), w * goes.sum(axis=0)
    gains, may = _gain(g, *sides), _fed(g, sides[1].min(axis=1))
    cut = _winner(gains, may)
    inside = np.zeros((6, 2)) if cut is None else goes[:, cut]
    below_G = np.einsum("i,ic,iks->ksc", gradient, inside, goes)
    below_H = w * np.einsum("ic,iks->ksc", inside, goes)
    below, fed = _gain(g, below_G, below_H), _fed(g, below_H.min(axis=1))
    child_cuts = [_winner(below[:, c], fed[:, c]) for c in range(2)]
    bests = [_of(below[:, c], child_cuts[c]) for c in range(2)]
    best = _of(gains, cut)
    stand = [_stands(b, g["gamma"]) for b in bests]
    root = any(stand) or _stands(best, g["gamma"])
    middle = _of(cuts, cut) if root else 0
    low, high = (
        _of(cuts, c) if s else e for c, s, e in zip(child_cuts, stand, (0, middle), strict=True)
    )
    start = np.array([0, low, middle, high])
    leaf = np.array([_leaf_at(start, at) for at in x])
    member = leaf == np.arange(4)[:, None]
    G, H = member @ gradient, w * member.sum(axis=1)
    holds = _fed(g, H)
    return {
        "gradient": gradient,
        "gradient_so_far": np.cumsum(gradient),
        "side_gradient": sides[0],
        "side_weight": _weight(g, *sides),
        "side_score": _score(g, *sides),
        "root_score": _score(g, gradient.sum(), 6 * w),
        "gain": gains,
        "cut": cut,
        "best_gain": best,
        "in_child": inside,
        "child_gradient": below_G,
        "child_hessian": below_H,
        "child_gain": below,
        "child_may": fed * 1.0,
        "child_cut": np.array(child_cuts, object),
        "child_best": bests,
        "child_stands": np.array(stand) * 1.0,
        "root_stands": float(root),
        "kept": float(root + sum(stand)),
        "leaf_start": start,
        "row_leaf": leaf,
        "leaf_gradient": G,
        "leaf_hessian": H,
        "leaf_holds": holds * 1.0,
        "leaf_weight": np.where(holds, _weight(g, G, np.where(holds, H, 1)), 0),
    }


# -- beside the rounds --------------------------------------------------------------------------


def _log_loss(margin: float, label: float) -> float:
    """Return minus the logarithm of the probability that the label has."""
    return float(np.logaddexp(0, margin) - label * margin)


def _one_row(g: Mapping[str, Any], r: Figures) -> Figures:
    m, label, s = g["trial_margin"], g["trial_label"], g["trial_step"]
    p = np.exp(m) / (1 + np.exp(m))
    loss, slope, curve = _log_loss(m, label), p - label, p - p**2
    return {
        "trial_p": p,
        "trial_gradient": slope,
        "trial_hessian": curve,
        "trial_loss": loss,
        "trial_exact": _log_loss(m + s, label),
        "trial_line": loss + s * slope,
        "trial_parabola": loss + s * (slope + s * curve / 2),
    }


def _leaf(g: Mapping[str, Any], r: Figures) -> Figures:
    """Return what is said of the leaf of the last two rows, and of leaves by their hessians."""
    G, H, w = r["gradient"][4:, 0].sum(), 2 * g["row_weight"], g["trial_weight"]
    stiffness, penalty = H + g["reg_lambda"], g["reg_alpha"] * abs(w)
    sides = r["side_hessian"]
    return {
        "free_weight": -G / H,
        "thresholded": _pulled(g, G),
        "trial_objective": w * (G + w * stiffness / 2) + penalty,
        "best_objective": -(_pulled(g, G) ** 2) / stiffness / 2,
        "share_left": 1 - g["eta"] / (1 + g["reg_lambda"] / sides),
        "may_split": _fed(g, sides.min(axis=1)) * 1.0,
        "rows_to_feed": [
            np.ceil(g["min_child_weight"] / (p - p * p) - SAME) for p in g["believed"]
        ],
    }


def _root(g: Mapping[str, Any], r: Figures) -> Figures:
    other = _gain(g, r["side_gradient"][:, :, 0], r["side_hessian"], g["other_lambda"])
    right, gamma = r["child_best"][1, 0], g["trial_gamma"]
    columns = [g["features"]]
    for share in g["share"]:
        columns.append(max(np.floor(columns[-1] * share + SAME * columns[-1]), 1))
    return {
        "other_gain": other,
        "other_cut": _winner(other, r["may_split"]),
        "paper_gain": 0.5 * r["gain"][3, 0] - g["gamma"],
        "library_verdict": float(_stands(right, gamma)),
        "paper_right_gain": 0.5 * right - gamma,
        "paper_verdict": float(_stands(0.5 * right, gamma)),
        "library_gamma": gamma + gamma,
        "columns": columns[1:],
    }


def _larger(g: Mapping[str, Any], r: Figures) -> Figures:
    """Prune the first tree again by each of the larger gammas."""
    found = []
    for gamma in g["larger_gamma"]:
        below = [_stands(best, gamma) for best in r["child_best"][:, 0]]
        root = any(below) or _stands(r["best_gain"][0], gamma)
        found.append((*below, root))
    table = np.array(found, float).T
    return {
        "larger_child_stands": table[:2],
        "larger_root_stands": table[2],
        "larger_kept": table.sum(axis=0),
    }


def _missing(g: Mapping[str, Any], r: Figures) -> Figures:
    row, w = g["row_weight"] * (r["base"] - g["y_missing"]), g["row_weight"]
    G, H, both = r["side_gradient"][:, :, 0], r["side_hessian"], np.eye(2)
    # Splits, sides, ways: the row joins the side that it is sent to.
    scores = _score(g, G[:, :, None] + row * both, H[:, :, None] + w * both)
    six = r["gradient"][:, 0].sum()
    whole = _score(g, six + row, 7 * w)
    gains = scores.sum(axis=1) - whole
    best = gains.max(axis=0)
    return {
        "missing_gradient": row,
        "way_score": scores,
        "whole_score": whole,
        "way_gain": gains,
        "apart_gain": _score(g, six, 6 * w) + _score(g, row, w) - whole,
        "way_best": best,
        "direction": int(_reaches(best[1], best[0])),
    }


def _monotone(g: Mapping[str, Any], r: Figures) -> Figures:
    low, high = r["side_weight"][1, :, 0]
    third = _weight(g, r["gradient"][2, 0], g["row_weight"])
    return {
        "rise": high - low,
        "may_rise": float(_reaches(high, low)),
        "may_fall": float(_reaches(low, high)),
        "wall": (low + high) / 2,
        "lone_weight": third,
        "walled": max(third, (low + high) / 2),
    }


def _late(g: Mapping[str, Any], r: Figures) -> Figures:
    late = (np.array(g["minutes"]) > g["promise"]) * 1.0
    p = min(max(late.sum() / 6, 1e-6), 1 - 1e-6)
    h, gradient = p - p * p, p - late
    G, H = np.array([gradient[:4].sum(), gradient[4:].sum()]), np.array([4 * h, 2 * h])
    weight = _weight(g, G[1], H[1])
    margin = np.log(p) - np.log(1 - p)
    after = margin + g["eta"] * weight
    return {
        "late": late,
        "late_share": late.mean(),
        "late_p": p,
        "late_odds": 1 / (1 / p - 1),
        "late_margin": margin,
        "late_gradient": gradient,
        "late_hessian": h,
        "late_sum": G,
        "late_hessian_sum": H,
        "late_may_split": float(_fed(g, H[1])),  # the smaller of the two
        "newton": -G[1] / H[1],
        "late_weight": weight,
        "late_margin_after": after,
        "late_p_after": np.exp(after) / (1 + np.exp(after)),
    }


def _costs(g: Mapping[str, Any], r: Figures) -> Figures:
    n, d, bins, depth = g["rows"], g["features"], g["max_bin"], g["depth"]
    stores = n * d * np.array(g["width"])
    # Exact greedy reads on every level; histograms all at the root, half on each level below.
    read = stores[1] * depth, stores[2] * (depth + 1) / 2
    node, fine = d * bins * g["pair_width"], bins * g["sketch_factor"]
    filled = 2.0**depth / 2
    sent = 2 * filled * node * (g["workers"] - 1) / g["workers"]
    return {
        "comparisons": n * d * np.log(n) / np.log(2),
        "candidates": [n * d - d, d * bins - d],
        "candidate_ratio": (n - 1) / (bins - 1),
        "table": stores,
        "tree_read": read,
        "read_floor": np.array(read) / g["memory_rate"],
        "read_ratio": read[0] / read[1],
        "node_histogram": node,
        "sketch_eps": 1 / fine,
        "misplaced": n / fine,
        "bin_rows": n / bins,
        "misplaced_share": 1 / g["sketch_factor"],
        "summary_bytes": d * fine * g["sketch_entry"],
        "filled": filled,
        "tree_payload": filled * node,
        "tree_sent": sent,
        "model_sent": g["trees"] * sent,
        "model_network": g["trees"] * sent / g["network"],
        "sent_over_table": g["trees"] * sent / stores[0],
        "leaves": 2.0**depth,
        "conditions": 2.0**depth - 1,
        "leaves_ratio": 2.0**depth / g["num_leaves"],
        "deepest": g["num_leaves"] - 1,
        "goss_rows": g["top_rate"] + g["other_rate"],
        "goss_factor": (1 - g["top_rate"]) / g["other_rate"],
    }
