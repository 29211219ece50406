"""Compute the XGBoost chapter once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units, and
names its results as the figures are named. It takes numbers or NumPy arrays, and treats the six
rows as lists of arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Figures = dict[str, Any]


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    y = [np.asarray(g[f"y{i}"], float) for i in range(1, 7)]
    base = sum(y[1:], y[0]) / 6
    cuts = [(np.asarray(g[f"x{k}"]) + g[f"x{k + 1}"]) / 2 for k in range(1, 6)]
    r: Figures = {"base": base, **{f"t{k}": cut for k, cut in enumerate(cuts, 1)}}
    r |= {f"H{k}": sum([g["row_weight"]] * (k - 1), g["row_weight"]) for k in range(2, 7)}
    predictions, query = [base] * 6, base
    r["mse0"] = _mse(predictions, y)
    for number in (1, 2, 3):
        found, predictions, query = _round(g, cuts, y, predictions, query)
        r |= {name if number == 1 else f"r{number}_{name}": v for name, v in found.items()}
        r |= {f"after{number}_{i}": p for i, p in enumerate(predictions, 1)}
        r |= {f"query_after{number}": query, f"mse{number}": _mse(predictions, y)}
    for part in (_one_row, _leaf, _candidates, _pruning, _missing, _more, _costs, _late):
        r |= part(g, r)
    return r


def _yes(condition: Any) -> Any:
    return np.asarray(condition) * 1.0


def _mse(predictions: list[Any], y: list[Any]) -> Any:
    squares = [(p - label) ** 2 for p, label in zip(predictions, y, strict=True)]
    return sum(squares[1:], squares[0]) / 6


def _pulled(G: Any, alpha: Any) -> Any:
    return np.sign(G) * np.maximum(np.abs(G) - alpha, 0)


def _gain(left: tuple[Any, Any], whole: tuple[Any, Any], penalty: Any, alpha: Any) -> Any:
    def score(G: Any, H: Any) -> Any:
        return _pulled(G, alpha) ** 2 / (H + penalty)

    right = whole[0] - left[0], whole[1] - left[1]
    return score(*left) + score(*right) - score(*whole)


def _entering(gain: Any, left_H: Any, right_H: Any, least: Any) -> Any:
    return np.where((left_H >= least) & (right_H >= least) & (gain > 1e-6), gain, 0)


def _top_winner(gains: list[Any], cuts: list[Any], allowed: list[Any]) -> tuple[Any, Any]:
    """Return (best gain, its threshold), walking down, over the candidates that are allowed."""
    best, cut = 0 * gains[0], 0 * gains[0]
    for gain, threshold, may in zip(gains[::-1], cuts[::-1], allowed[::-1], strict=True):
        better = may & (gain > best)
        best, cut = np.where(better, gain, best), np.where(better, threshold, cut)
    return best, cut


def _round(
    g: Mapping[str, Any], cuts: list[Any], y: list[Any], predictions: list[Any], query: Any
) -> tuple[Figures, list[Any], Any]:
    """Grow, prune and apply one tree; return its figures and the predictions after it."""
    w, least, alpha, penalty = (
        g[n] for n in ("row_weight", "min_child_weight", "reg_alpha", "reg_lambda")
    )
    x = [g[f"x{i}"] for i in range(1, 7)]
    gradient = [w * (p - label) for p, label in zip(predictions, y, strict=True)]
    G, H = [gradient[0]], [w]
    for each in gradient[1:]:
        G.append(G[-1] + each)
        H.append(H[-1] + w)
    found: Figures = {f"g{i}": each for i, each in enumerate(gradient, 1)}
    found |= {f"G{k}": G[k - 1] for k in range(2, 7)}

    root = [
        _entering(_gain((G[k], H[k]), (G[5], H[5]), penalty, alpha), H[k], H[5] - H[k], least)
        for k in range(5)
    ]
    found |= {f"counted{k}": gain for k, gain in enumerate(root, 1)}
    everywhere = [np.full(np.shape(root[0]), True)] * 5
    found["root_gain"], found["cut"] = _top_winner(root, cuts, everywhere)

    def below(threshold: Any, values: list[Any]) -> Any:
        total = 0 * threshold
        for position, value in zip(x, values, strict=True):
            total = total + np.where(position < threshold, value, 0)
        return total

    cut = found["cut"]
    found["G_root"], found["H_root"] = below(cut, gradient), below(cut, [w] * 6)
    child = []
    for k, threshold in enumerate(cuts):
        is_left = threshold < cut
        start = [np.where(is_left, 0, found[f"{s}_root"]) for s in "GH"]
        end = [np.where(is_left, found[f"{s}_root"], v[5]) for s, v in (("G", G), ("H", H))]
        left = G[k] - start[0], H[k] - start[1]
        node = end[0] - start[0], end[1] - start[1]
        gain = _entering(_gain(left, node, penalty, alpha), left[1], node[1] - left[1], least)
        child.append(np.where(threshold == cut, 0, gain))
    found |= {f"child_gain{k}": gain for k, gain in enumerate(child, 1)}
    for side in ("left", "right"):
        may = [(t < cut) if side == "left" else (t > cut) for t in cuts]
        found[f"{side}_gain"], at = _top_winner(child, cuts, may)
        found[f"{side}_cut"] = at
        found[f"G_{side}"], found[f"H_{side}"] = below(at, gradient), below(at, [w] * 6)

    stands = {
        side: (found[f"{side}_gain"] > 0) & (found[f"{side}_gain"] >= g["gamma"])
        for side in ("left", "right")
    }
    root_stands = (found["root_gain"] > 0) & (
        (found["root_gain"] >= g["gamma"]) | stands["left"] | stands["right"]
    )
    found |= {f"{side}_kept": _yes(stood) for side, stood in stands.items()}
    found["cut_kept"] = _yes(root_stands)
    for s, total in (("G", G[5]), ("H", H[5])):
        a, b, c = found[f"{s}_left"], found[f"{s}_root"], found[f"{s}_right"]
        lower, upper = np.where(root_stands, b, total), np.where(root_stands, total - b, total)
        found[f"leaf1_{s}"] = np.where(stands["left"], a, lower)
        found[f"leaf2_{s}"] = np.where(stands["left"], b - a, lower)
        found[f"leaf3_{s}"] = np.where(stands["right"], c - b, upper)
        found[f"leaf4_{s}"] = np.where(stands["right"], total - c, upper)
    leaves = []
    for i in range(1, 5):
        weight = -_pulled(found[f"leaf{i}_G"], alpha) / (found[f"leaf{i}_H"] + penalty)
        leaves.append(np.where(found[f"leaf{i}_H"] >= least, weight, 0))
        found[f"leaf{i}"] = leaves[-1]

    def step(prediction: Any, at: Any) -> Any:
        lower = np.where(at < found["left_cut"], leaves[0], leaves[1])
        upper = np.where(at < found["right_cut"], leaves[2], leaves[3])
        return prediction + g["eta"] * np.where(at < cut, lower, upper)

    after = [step(p, at) for p, at in zip(predictions, x, strict=True)]
    return found, after, step(query, g["query_km"])


def _one_row(g: Mapping[str, Any], r: Figures) -> Figures:
    m, label, s = g["trial_margin"], g["trial_label"], g["trial_step"]
    p = 1 / (1 + np.exp(-m))
    loss = np.log1p(np.exp(m)) - label * m
    slope, curve = p - label, p * (1 - p)
    return {
        "trial_p": p,
        "trial_g": slope,
        "trial_h": curve,
        "trial_loss": loss,
        "trial_moved": m + s,
        "trial_exact": np.log1p(np.exp(m + s)) - label * (m + s),
        "trial_first": loss + s * slope,
        "trial_second": loss + s * slope + s**2 * curve / 2,
    }


def _leaf(g: Mapping[str, Any], r: Figures) -> Figures:
    G = {k: r["g1"] if k == 1 else r[f"G{k}"] for k in range(1, 7)}
    H = {k: g["row_weight"] if k == 1 else r[f"H{k}"] for k in range(1, 7)}
    found = {f"right_G{k}": G[6] - G[k] for k in range(1, 6)}
    found |= {f"right_H{k}": H[6] - H[k] for k in range(1, 6)}
    g56, h56 = found["right_G4"], found["right_H4"]
    pulled, stiffness = _pulled(g56, g["reg_alpha"]), h56 + g["reg_lambda"]
    best = -pulled / stiffness

    def cost(w: Any) -> Any:
        return g56 * w + stiffness * w**2 / 2 + g["reg_alpha"] * np.abs(w)

    return found | {
        "free_weight": -g56 / h56,
        "thresholded": pulled,
        "best_weight": best,
        "trial_objective": cost(g["trial_weight"]),
        "best_objective": cost(best),
        "leaf_score": pulled**2 / stiffness,
        "leaf_fall": pulled**2 / stiffness / 2,
        "pair_share": 1 - g["eta"] * h56 / stiffness,
        "single_share": 1 - g["eta"] * found["right_H5"] / (found["right_H5"] + g["reg_lambda"]),
    }


def _candidates(g: Mapping[str, Any], r: Figures) -> Figures:
    whole = r["G6"], r["H6"]
    lefts = [(r["g1"], g["row_weight"]), *((r[f"G{k}"], r[f"H{k}"]) for k in range(2, 6))]
    cuts = [r[f"t{k}"] for k in range(1, 6)]
    alpha = g["reg_alpha"]
    gains = [_gain(left, whole, g["reg_lambda"], alpha) for left in lefts]
    other = [_gain(left, whole, g["other_lambda"], alpha) for left in lefts]
    best = np.max(other, axis=0)
    winner = 0 * best
    for gain, cut in zip(other, cuts, strict=True):
        winner = np.where((gain >= best) & (best > 0), cut, winner)
    found = {f"gain{k}": gain for k, gain in enumerate(gains, 1)}
    found |= {f"other_gain{k}": gain for k, gain in enumerate(other, 1)}
    for k, (_, H) in enumerate(lefts, 1):
        least = g["min_child_weight"]
        found[f"fed{k}"] = _yes((least <= H) & (whole[1] - H >= least))
    return found | {
        "other_best": best,
        "other_cut": winner,
        "left_score4": _pulled(r["G4"], alpha) ** 2 / (r["H4"] + g["reg_lambda"]),
        "root_score": _pulled(r["G6"], alpha) ** 2 / (r["H6"] + g["reg_lambda"]),
        "paper_gain4": 0.5 * gains[3] - g["gamma"],
        "library_verdict": _yes(r["right_gain"] >= g["trial_gamma"]),
        "paper_right_gain": 0.5 * r["right_gain"] - g["trial_gamma"],
        "paper_verdict": _yes(0.5 * r["right_gain"] >= g["trial_gamma"]),
        "library_gamma": g["trial_gamma"] + g["trial_gamma"],
    }


def _pruning(g: Mapping[str, Any], r: Figures) -> Figures:
    found = {}
    for name, gamma in (("kept", "gamma"), ("kept_middle", "gamma_middle"),
                        ("kept_high", "gamma_high")):  # fmt: skip
        left, right, root = (
            (r[f"{n}_gain"] > 0) & (r[f"{n}_gain"] >= g[gamma]) for n in ("left", "right", "root")
        )
        stands = (r["root_gain"] > 0) & (root | left | right)
        found[name] = _yes(left) + _yes(right) + _yes(stands)
    return found


def _missing(g: Mapping[str, Any], r: Figures) -> Figures:
    row = g["row_weight"] * (r["base"] - g["y_missing"]), g["row_weight"]
    whole = r["G6"] + row[0], r["H6"] + row[1]
    lefts = [(r["g1"], g["row_weight"]), *((r[f"G{k}"], r[f"H{k}"]) for k in range(2, 6))]
    penalties = g["reg_lambda"], g["reg_alpha"]
    right = [_gain(left, whole, *penalties) for left in lefts]
    left = [_gain((G + row[0], H + row[1]), whole, *penalties) for G, H in lefts]
    return {
        "g_missing": row[0],
        "missing_G": whole[0],
        "missing_H": whole[1],
        **{f"right_way{k}": gain for k, gain in enumerate(right, 1)},
        **{f"left_way{k}": gain for k, gain in enumerate(left, 1)},
        "apart_gain": _gain((r["G6"], r["H6"]), whole, *penalties),
        "best_right_way": np.max(right, axis=0),
        "best_left_way": np.max(left, axis=0),
        "direction": _yes(np.max(left, axis=0) > np.max(right, axis=0)),
    }


def _more(g: Mapping[str, Any], r: Figures) -> Figures:
    above_G, above_H = r["G6"] - r["G_root"], r["H6"] - r["H_root"]
    low = -_pulled(r["G_root"], g["reg_alpha"]) / (r["H_root"] + g["reg_lambda"])
    high = -_pulled(above_G, g["reg_alpha"]) / (above_H + g["reg_lambda"])
    columns = [g["features"]]
    for share in ("share_tree", "share_level", "share_node"):
        columns.append(np.maximum(np.floor(g[share] * columns[-1] + 1e-9), 1))
    hessian = {n: g[n] * (1 - g[n]) for n in ("sure_p", "unsure_p")}
    return {
        "error_removed": r["mse0"] - r["mse3"],
        "tree_columns": columns[1],
        "level_columns": columns[2],
        "node_columns": columns[3],
        "sure_rows": np.ceil(g["min_child_weight"] / hessian["sure_p"]),
        "unsure_rows": np.ceil(g["min_child_weight"] / hessian["unsure_p"]),
        "side_G": above_G,
        "side_H": above_H,
        "low_weight": low,
        "high_weight": high,
        "may_rise": _yes(high >= low),
        "may_fall": _yes(low >= high),
        "wall": (low + high) / 2,
        "walled": np.maximum(r["leaf3"], (low + high) / 2),
    }


def _costs(g: Mapping[str, Any], r: Figures) -> Figures:
    n, d, bins, depth = g["rows"], g["features"], g["max_bin"], g["depth"]
    cells = n * d
    exact_read = cells * g["entry_width"] * depth
    hist_read = cells * g["bin_width"] + cells * g["bin_width"] * (depth - 1) / 2
    node = d * bins * g["pair_width"]
    filled = 2.0**depth / 2
    sent = 2 * filled * node * (g["workers"] - 1) / g["workers"]
    fine = bins * g["sketch_factor"]
    return {
        "comparisons": cells * np.log2(n),
        "exact_candidates": cells - d,
        "binned_candidates": d * bins - d,
        "candidate_ratio": (n - 1) / (bins - 1),
        "float_bytes": cells * g["value_width"],
        "sorted_bytes": cells * g["entry_width"],
        "binned_bytes": cells * g["bin_width"],
        "exact_read": exact_read,
        "binned_read": hist_read,
        "exact_floor": exact_read / g["memory_rate"],
        "binned_floor": hist_read / g["memory_rate"],
        "read_ratio": exact_read / hist_read,
        "node_histogram": node,
        "sketch_eps": 1 / fine,
        "misplaced": n / fine,
        "bin_rows": n / bins,
        "misplaced_share": 1 / g["sketch_factor"] + 0 * n,
        "summary_bytes": d * fine * g["sketch_entry"],
        "filled": filled,
        "tree_payload": filled * node,
        "tree_sent": sent,
        "model_sent": g["trees"] * sent,
        "model_network": g["trees"] * sent / g["network"],
        "sent_over_table": g["trees"] * sent / (cells * g["value_width"]),
        "leaves": 2.0**depth,
        "conditions": 2.0**depth - 1,
        "leaves_ratio": 2.0**depth / g["num_leaves"],
        "goss_rows": g["top_rate"] + g["other_rate"],
        "goss_factor": (1 - g["top_rate"]) / g["other_rate"],
    }


def _late(g: Mapping[str, Any], r: Figures) -> Figures:
    late = [_yes(np.asarray(g[f"y{i}"]) > g["promise"]) for i in range(1, 7)]
    share = sum(late[1:], late[0]) / 6
    p = np.clip(share, 1e-6, 1 - 1e-6)
    h = p * (1 - p)
    g5, g6 = p - late[4], p - late[5]
    G, H = g5 + g6, h + h
    weight = -_pulled(G, g["reg_alpha"]) / (H + g["reg_lambda"])
    margin = np.log(p / (1 - p))
    after = margin + g["eta"] * weight
    return {
        **{f"late{i}": v for i, v in enumerate(late, 1)},
        "late_share": share,
        "late_p": p,
        "late_margin": margin,
        "late_g5": g5,
        "late_g6": g6,
        "late_h": h,
        "late_G": G,
        "late_H": H,
        "late_left_H": H + H,
        "late_fed": _yes((g["min_child_weight"] <= H + H) & (g["min_child_weight"] <= H)),
        "newton": -G / H,
        "late_weight": weight,
        "late_margin1": after,
        "late_p1": 1 / (1 + np.exp(-after)),
    }
