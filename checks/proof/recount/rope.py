"""Compute the chapter on rotary position embedding once more, in one piece, from its givens.

It uses neither `worked/formulas` nor the scenario's wiring: a pair is a complex number, a
rotation a multiplication, frequencies come from logarithms. It names its results as the figures
are named; each is a number or a NumPy array, its axes in the figure's order, and a place counts
from 0. Givens in base units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Figures = dict[str, Any]
TURN = 2 * np.pi


def recount(g: Mapping[str, Any]) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    r: Figures = {}
    for part in (_example, _cases, _head, _sizes, _bases, _scalings, _probe, _precision, _decode):
        r |= part(g, r)
    return r


def _sides(z: Any) -> np.ndarray:
    """Return complex numbers as x and y along a last axis."""
    return np.stack([z.real, z.imag], axis=-1)


def _turns(angle: Any) -> Any:
    return np.exp(1j * np.asarray(angle))


def _pairs(g: Mapping[str, Any]) -> np.ndarray:
    """Return the pairs of q and k as complex numbers, over vector, pairing and pair.

    Neighbours are adjacent; the first half of a vector and the second are its halves.
    """
    vectors = np.array(g["value"], float)
    neighbours = vectors[:, 0::2] + 1j * vectors[:, 1::2]
    halves = vectors[:, :2] + 1j * vectors[:, 2:]
    return np.stack([neighbours, halves], axis=1)


def _example(g: Mapping[str, Any], r: Figures) -> Figures:
    pairs = _pairs(g)
    adjacent = pairs[:, 0]
    theta = g["first_frequency"] * np.exp(-np.log(g["base"]) * np.array([0, 0.5]))
    angle = np.outer([g["query_position"], g["key_position"]], theta)
    turned = adjacent * _turns(angle)
    part = (turned[0] * turned[1].conj()).real
    product = pairs[0] * pairs[1].conj()
    offset = g["query_position"] - g["key_position"]
    from_offset = (product * _turns(offset * theta)).real
    score = from_offset.sum(axis=1)
    members = np.array([[[0, 1], [2, 3]], [[0, 2], [1, 3]]])
    return {
        "member_number": members,
        "member": members,
        "paired": _sides(pairs),
        "angle": angle,
        "cos": _turns(angle).real,
        "sin": _turns(angle).imag,
        "turned": _sides(turned),
        "length": np.abs(adjacent),
        "turned_length": np.abs(adjacent),
        "width": np.shape(g["value"])[1],
        "frequency": theta,
        "wavelength": TURN / theta,
        "part": part,
        "score": part.sum(),
        "dot": product.real,
        "unrotated": np.array(
            [np.array(g["value"][0]) @ np.array(g["value"][1])] * 2  # whichever way it is paired
        ),
        "cross": -product.imag,
        "imaginary": product.imag,
        "offset_part": from_offset,
        "offset_score": score,
        "complex_part": from_offset,
        "complex_score": score,
        "most_part": np.abs(product),
        "most": np.abs(product).sum(axis=1),
        "pairing_error": np.abs(score[0] - score[1]),
    }


def _cases(g: Mapping[str, Any], r: Figures) -> Figures:
    m, n, t = g["query_position"], g["key_position"], g["shift"]
    places = np.array([[m, n], [m + t, n + t], [n + 1, n], [n + t + 1, n + t], [n, m]])
    angle = places[:, :, None] * r["frequency"]
    turned = _pairs(g)[:, 0] * _turns(angle)
    part = (turned[:, 0] * turned[:, 1].conj()).real
    return {
        "position": places,
        "offset": places[:, 0] - places[:, 1],
        "angle_at": angle,
        "turned_at": _sides(turned),
        "part_at": part,
        "score_at": part.sum(axis=1),
    }


def _row(g: Mapping[str, Any], base: float, number: np.ndarray) -> np.ndarray:
    """Return the frequencies of some of a real head's pairs."""
    return g["first_frequency"] * np.exp(-number / g["pairs"] * np.log(base))


def _head(g: Mapping[str, Any], r: Figures) -> Figures:
    last = g["pairs"] - 1
    number = np.array([0, g["pair_wanted"] if g["pair_wanted"] < last else last, last])
    theta = _row(g, g["base"], number)
    return {
        "head_dim": g["pairs"] + g["pairs"],
        "number": number,
        "head_frequency": theta,
        "head_wavelength": TURN / theta,
        "angle_seen": g["trained_length"] * theta,
        "turns": g["trained_length"] * theta / TURN,
    }


def _sizes(g: Mapping[str, Any], r: Figures) -> Figures:
    have, want = g["trained_length"], g["trained_length"] * g["factor"]
    learned = have * g["hidden"]
    values = want * np.array([2 * g["pairs"], 4 * g["pairs"], g["hidden"]])
    turned = g["layers"] * (g["heads"] + g["kv_heads"]) * g["pairs"]
    return {
        "wanted_length": want,
        "rows_missing": max(want - have, 0),
        "within_table": 0 if want > have else 1,
        "table_params": learned,
        "table_bytes": learned * g["weight_width"],
        "longer": np.array([2, 4]),
        "table_share": learned / g["params"],
        "key_heads_fit": 0 if g["kv_heads"] > g["heads"] else 1,
        "values": values,
        "bytes": values * [g["table_width"], g["table_width"], g["weight_width"]],
        "rotation_flops": 6 * turned,
        "projection_flops": 4 * g["hidden"] * turned,
        "rotation_share": 3 / (2 * g["hidden"]),
    }


def _bases(g: Mapping[str, Any], r: Figures) -> Figures:
    bases = np.sort([g["base"], g["other_base"]])
    theta = np.stack([_row(g, base, r["number"]) for base in bases])
    turns = g["trained_length"] * g["first_frequency"] / TURN
    last = g["pairs"] * np.log(turns) / np.log(bases)
    turned = np.clip(np.floor(last) + 1, None, g["pairs"])
    return {
        "bases": bases,
        "size_frequency": theta,
        "size_wavelength": TURN / theta,
        "growth": (bases[1] / bases[0]) ** (r["number"] / g["pairs"]),
        "last_turned": last,
        "turned_pairs": turned,
        "other_pairs": g["pairs"] - turned,
    }


def _scalings(g: Mapping[str, Any], r: Figures) -> Figures:
    pairs, s, theta = g["pairs"], g["factor"], r["head_frequency"]
    over = max(g["current_length"] / g["trained_length"] - 1, 0)
    scale = 1 + g["dynamic_factor"] * over
    raised = pairs / (pairs - 1)  # a base that is raised by this power slows the last pair in full
    slows = r["number"] / (pairs - 1)
    beta = np.array(g["beta"])
    limit = g["trained_length"] / beta
    limit_pair = pairs * np.log(limit * g["first_frequency"] / TURN) / np.log(g["base"])
    start, end = max(np.floor(limit_pair[0]), 0), min(np.ceil(limit_pair[1]), 2 * pairs - 1)
    yarn = (r["number"] - start) / (end - start)
    llama = (r["turns"] - g["low_factor"]) / (g["high_factor"] - g["low_factor"])
    kept = np.clip([1 - yarn, llama], 0, 1)
    slower = np.stack(
        [
            np.ones(3),
            np.full(3, 1 / s),
            s**-slows,
            scale**-slows,
            *(1 / s + kept * (1 - 1 / s)),
        ]
    )
    scaled = slower * theta
    mu = 1 + np.log(s) / 10
    return {
        "ntk_base": g["base"] * s**raised,
        "dynamic_scale": scale,
        "dynamic_base": g["base"] * scale**raised,
        "limit": limit,
        "limit_pair": limit_pair,
        "ramp_pair": np.array([start, end]),
        "attention_factor": mu,
        "score_growth": mu * mu,
        "place": np.stack([yarn, llama]),
        "kept": kept,
        "scaled": scaled,
        "scaled_wavelength": TURN / scaled,
        "reached": g["trained_length"] * s * scaled,
        "cached": g["cached_position"] * scaled,
        "stale_error": g["cached_position"] * (theta - scaled[3]),
    }


def _probe(g: Mapping[str, Any], r: Figures) -> Figures:
    q, k = _pairs(g)[:, 0]
    slower = np.array([[1, 1], [g["factor"]] * 2, [1, g["factor"]]])
    theta = r["frequency"] / slower
    part = (q * k.conj() * _turns(g["probe"] * theta)).real
    return {"slowed": theta, "probe_part": part, "probe_score": part.sum(axis=1)}


def _precision(g: Mapping[str, Any], r: Figures) -> Figures:
    def spacing(x: float, bits: float) -> float:
        _, exponent = np.frexp(float(x))  # x = fraction × 2^exponent, from 1/2
        return float(np.ldexp(1.0, int(exponent - bits)))

    x, first = g["rounded_position"], g["first_frequency"]
    step = spacing(x, g["bf16_bits"])
    error = abs(np.rint(x / step) * step - x)
    return {
        "lost_position": np.exp2(g["bf16_bits"]) + 1,
        "spacing": step,
        "spacings": x / step,
        "multiple": np.rint(x / step),
        "held_position": np.rint(x / step) * step,
        "position_error": error,
        "angle_error": error * first,
        "turns_error": error * first / TURN,
        "far_angle": g["far_position"] * first,
        "fp32_spacing": spacing(g["far_position"] * first, g["fp32_bits"]),
    }


def _decode(g: Mapping[str, Any], r: Figures) -> Figures:
    tokens, moved = g["decoded"], g["key_position"] + g["shift"]
    return {
        "recomputed": (tokens * tokens + tokens) / 2,
        "recomputed_over_cached": (tokens + 1) / 2,
        "shift_angle": g["shift"] * r["frequency"],
        "twice": _sides(_pairs(g)[1, 0] * _turns(moved * r["frequency"])),
    }
