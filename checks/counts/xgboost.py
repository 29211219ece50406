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
    mean = sum(y[1:], y[0]) / 6
    base = mean + g["base_shift"]
    cuts = [(np.asarray(g[f"x{k}"]) + g[f"x{k + 1}"]) / 2 for k in range(1, 6)]
    r: Figures = {
        "mean_label": mean,
        "base": base,
        **{f"t{k}": cut for k, cut in enumerate(cuts, 1)},
    }
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
    found |= {f"gain{k}": gain for k, gain in enumerate(root, 1)}
    everywhere = [np.full(np.shape(root[0]), True)] * 5
    found["root_gain"], found["cut"] = _top_winner(root, cuts, everywhere)

    def below(threshold: Any, values: list[Any]) -> Any:
        total = 0 * threshold
        for position, value in zip(x, values, strict=True):
            total = total + np.where(position < threshold, value, 0)
        return total

    cut = found["cut"]
    found["G_root"], found["H_root"] = below(cut, gradient), below(cut, [w] * 6)
    top = found["G_root"], found["H_root"]
    children: dict[str, list[Any]] = {"left": [], "right": []}
    for k in range(5):
        for side in children:
            (a, b), (c, d), (e, f) = (
                ((0, 0), (G[k], H[k]), top) if side == "left" else (top, (G[k], H[k]), (G[5], H[5]))
            )
            # A threshold that is not inside the child has no rows on one of its sides.
            inside = (b < d) & (d < f)
            with np.errstate(all="ignore"):
                gain = _gain((c - a, d - b), (e - a, f - b), penalty, alpha)
                gain = np.where(inside, _entering(gain, d - b, f - d, least), 0)
            children[side].append(gain)
    for side, gains in children.items():
        kept = gains[:-1] if side == "left" else gains[1:]
        found |= {f"{side}_gain{k}": v for k, v in enumerate(kept, 1 + (side == "right"))}
        found[f"{side}_gain"], at = _top_winner(gains, cuts, everywhere)
        found[f"{side}_cut"] = at
        found[f"G_{side}"], found[f"H_{side}"] = below(at, gradient), below(at, [w] * 6)

    stands = {
        side: (found[f"{side}_gain"] > 0) & (found[f"{side}_gain"] >= g["gamma"])
        for side in ("left", "right")
    }
    stands["cut"] = (found["root_gain"] > 0) & (
        (found["root_gain"] >= g["gamma"]) | stands["left"] | stands["right"]
    )
    found |= {f"{side}_kept": _yes(stood) for side, stood in stands.items()}
    lows, mids, highs = (
        np.where(stands[side], found["cut" if side == "cut" else f"{side}_cut"], 0)
        for side in ("left", "cut", "right")
    )
    found |= {"standing_left": lows, "standing_cut": mids, "standing_right": highs}

    def leaf_of(at: Any) -> Any:
        """Return the number of the leaf at a distance, by the thresholds that stand."""
        return np.where(at < mids, np.where(at < lows, 1, 2), np.where(at < highs, 3, 4))

    leaves = []
    for i in range(1, 5):
        sums: dict[str, Any] = {}
        members = [leaf_of(at) == i for at in x]
        for s, values in (("G", gradient), ("H", [w] * 6)):
            parts = [np.where(m, v, 0) for m, v in zip(members, values, strict=True)]
            sums[s] = sum(parts[1:], parts[0])
        if i > 1:
            found |= {f"leaf{i}_{s}": total for s, total in sums.items()}
        full = sums["H"]
        with np.errstate(all="ignore"):
            weight = -_pulled(sums["G"], alpha) / (full + penalty)
        leaves.append(np.where((full > 0) & (full >= least), weight, 0))
        found[f"leaf{i}"] = leaves[-1]

    def step(prediction: Any, at: Any) -> Any:
        return prediction + g["eta"] * np.choose(leaf_of(at) - 1, leaves)

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
    found = {"plain_gain": gains[3]}
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
    low, high, fourth = (
        -_pulled(G, g["reg_alpha"]) / (H + g["reg_lambda"])
        for G, H in ((r["G3"], r["H3"]), (r["G6"] - r["G3"], r["H6"] - r["H3"]),
                     (r["g4"], g["row_weight"]))
    )  # fmt: skip
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
        "low_weight": low,
        "high_weight": high,
        "may_rise": _yes(high >= low),
        "may_fall": _yes(low >= high),
        "wall": (low + high) / 2,
        "rise": high - low,
        "fourth_weight": fourth,
        "walled": np.maximum(fourth, (low + high) / 2),
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
        "late_odds": p / (1 - p),
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
