"""Compute the chapter on rotary position embedding once more, in one piece, from its givens.

It uses neither `worked/formulas` nor the scenario's wiring: vectors are complex numbers, a
rotation is a multiplication, frequencies come from logarithms. Givens in base units; numbers
or NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

TURN = 2 * np.pi


def recount(g: Mapping[str, Any]) -> dict[str, Any]:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    r: dict[str, Any] = {}
    for part in (
        _table, _toy, _relative, _complex, _pairings, _head, _cost, _bases, _scaling, _probe,
        _precision, _decode,
    ):  # fmt: skip
        r |= part(g, r)
    return r


def _table(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    want = g["trained_length"] * g["factor"]
    return {
        "table_params": g["trained_length"] * g["hidden"],
        "table_bytes": g["trained_length"] * g["hidden"] * g["weight_width"],
        "wanted_length": want,
        "rows_missing": np.where(want > g["trained_length"], want - g["trained_length"], 0.0),
        "within_table": np.where(want > g["trained_length"], 0.0, 1.0),
    }


def _vector(g: Mapping[str, Any], letter: str) -> tuple[Any, Any]:
    """Return the two adjacent pairs of q or k as complex numbers."""
    a, b, c, d = (g[f"{letter}_{i}"] for i in range(4))
    return a + 1j * b, c + 1j * d


def _toy_frequencies(g: Mapping[str, Any]) -> tuple[Any, Any]:
    return g["theta_0"] * 1.0, g["theta_0"] * np.exp(-np.log(g["base"]) / 2)


def _rotated(vector: tuple[Any, Any], position: Any, frequencies: tuple[Any, Any]) -> list[Any]:
    pairs = zip(vector, frequencies, strict=True)
    return [z * np.exp(1j * position * theta) for z, theta in pairs]


def _toy(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    thetas = _toy_frequencies(g)
    m, n = g["query_position"], g["key_position"]
    q, k = _vector(g, "q"), _vector(g, "k")
    tq, tk = _rotated(q, m, thetas), _rotated(k, n, thetas)
    parts = [(a * np.conj(b)).real for a, b in zip(tq, tk, strict=True)]
    dots = [(a * np.conj(b)).real for a, b in zip(q, k, strict=True)]
    return {
        "theta_1": thetas[1],
        "lambda_0": TURN / thetas[0],
        "lambda_1": TURN / thetas[1],
        "q_angle_0": m * thetas[0],
        "q_angle_1": m * thetas[1],
        "k_angle_0": n * thetas[0],
        "k_angle_1": n * thetas[1],
        "q_cos_0": np.exp(1j * m * thetas[0]).real,
        "q_sin_0": np.exp(1j * m * thetas[0]).imag,
        **{
            f"{letter}_turned_{2 * pair + i}": part
            for letter, turned in (("q", tq), ("k", tk))
            for pair, z in enumerate(turned)
            for i, part in enumerate((z.real, z.imag))
        },
        "q_length_0": np.abs(q[0]),
        "q_turned_length_0": np.abs(tq[0]),
        "part_0": parts[0],
        "part_1": parts[1],
        "score": parts[0] + parts[1],
        "dot_0": dots[0],
        "dot_1": dots[1],
        "score_unrotated": dots[0] + dots[1],
    }


def _score(g: Mapping[str, Any], m: Any, n: Any, halves: bool = False) -> Any:
    """Return the score at two positions with either pairing."""

    def vector(letter: str) -> tuple[Any, Any]:
        a, b, c, d = (g[f"{letter}_{i}"] for i in range(4))
        return (a + 1j * c, b + 1j * d) if halves else (a + 1j * b, c + 1j * d)

    thetas = _toy_frequencies(g)
    q, k = _rotated(vector("q"), m, thetas), _rotated(vector("k"), n, thetas)
    return sum((a * np.conj(b)).real for a, b in zip(q, k, strict=True))


def _relative(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    m, n, t = g["query_position"], g["key_position"], g["shift"]
    q, k, thetas = _vector(g, "q"), _vector(g, "k"), _toy_frequencies(g)
    parts = [
        (a * np.conj(b) * np.exp(1j * (m - n) * theta)).real
        for a, b, theta in zip(q, k, thetas, strict=True)
    ]
    return {
        "offset": m - n,
        "cross_0": -(q[0] * np.conj(k[0])).imag,
        "cross_1": -(q[1] * np.conj(k[1])).imag,
        "offset_part_0": parts[0],
        "offset_part_1": parts[1],
        "offset_score": parts[0] + parts[1],
        "moved_query": m + t,
        "moved_key": n + t,
        "score_moved": _score(g, m + t, n + t),
        "next_key": n + 1,
        "score_next": _score(g, n + 1, n),
        "next_moved_key": n + t + 1,
        "score_next_moved": _score(g, n + t + 1, n + t),
        "score_swapped": _score(g, n, m),
    }


def _complex(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    q, k = _vector(g, "q"), _vector(g, "k")
    products = [a * np.conj(b) for a, b in zip(q, k, strict=True)]
    sizes = [np.abs(z) for z in products]
    return {
        "imaginary_0": products[0].imag,
        "imaginary_1": products[1].imag,
        "complex_part_0": r["offset_part_0"],
        "complex_part_1": r["offset_part_1"],
        "complex_score": r["offset_score"],
        "most_0": sizes[0],
        "most_1": sizes[1],
        "most": sizes[0] + sizes[1],
    }


def _pairings(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    m = g["query_position"]
    wrong = _score(g, m, g["key_position"], halves=True)
    halves = [g[f"q_{i}"] * g[f"k_{i}"] + g[f"q_{i + 2}"] * g[f"k_{i + 2}"] for i in range(2)]
    return {
        "score_halves": wrong,
        "pairing_error": np.abs(wrong - r["score"]),
        "halves_dot_0": halves[0],
        "halves_dot_1": halves[1],
        "score_halves_same": _score(g, m, m, halves=True),
    }


def _theta(g: Mapping[str, Any], base: Any, pair: Any) -> Any:
    return g["theta_0"] * np.exp(-pair / g["pairs"] * np.log(base))


def _head(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    pairs = g["pairs"]
    pair = np.where(g["pair_wanted"] < pairs, g["pair_wanted"], pairs - 1.0)
    theta, slow = _theta(g, g["base"], pair), _theta(g, g["base"], pairs - 1)
    return {
        "head_dim": pairs + pairs,
        "slowest_pair": pairs - 1.0,
        "pair": pair,
        "theta_i": theta,
        "lambda_i": TURN / theta,
        "theta_slow": slow,
        "lambda_slow": TURN / slow,
    }


def _cost(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    want, pairs, u = r["wanted_length"], g["pairs"], g["table_width"]
    all_pairs = g["layers"] * (g["heads"] + g["kv_heads"]) * pairs
    return {
        "table_values": 2 * want * pairs,
        "tables_bytes": 2 * want * pairs * u,
        "wide_values": 4 * want * pairs,
        "wide_bytes": 4 * want * pairs * u,
        "learned_wanted_params": want * g["hidden"],
        "learned_wanted_bytes": want * g["hidden"] * g["weight_width"],
        "rotation_flops": 6 * all_pairs,
        "projection_flops": 4 * g["hidden"] * all_pairs,
        "rotation_share": 3 / (2 * g["hidden"]),
    }


def _bases(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    pairs, trained = g["pairs"], g["trained_length"]
    large = _theta(g, g["large_base"], r["pair"])
    large_slow = _theta(g, g["large_base"], pairs - 1)
    found = {
        "large_theta_i": large,
        "large_lambda_i": TURN / large,
        "large_theta_slow": large_slow,
        "large_lambda_slow": TURN / large_slow,
        "large_over_small": (g["large_base"] / g["base"]) ** ((pairs - 1) / pairs),
        "slow_seen": trained * r["theta_slow"],
        "slow_wanted": r["wanted_length"] * r["theta_slow"],
    }
    for prefix, base in (("", g["base"]), ("large_", g["large_base"])):
        last = pairs * np.log(trained * g["theta_0"] / TURN) / np.log(base)
        turned = np.clip(np.floor(last) + 1, None, pairs)
        found |= {
            f"{prefix}last_turned": last,
            f"{prefix}turned": turned,
            f"{prefix}unturned": pairs - turned,
        }
    return found


def _scaling(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    pairs, pair, theta, s = g["pairs"], r["pair"], r["theta_i"], g["factor"]
    trained, base = g["trained_length"], g["base"]
    # NTK-aware: every frequency falls by the factor to the power of the pair's place in the row.
    ntk = theta * s ** (-pair / (pairs - 1))
    over = np.where(g["current_length"] > trained, g["current_length"] / trained - 1, 0.0)
    scale = 1 + g["dynamic_factor"] * over
    dynamic = theta * scale ** (-pair / (pairs - 1))
    stretched = pairs / (pairs - 1)
    fast, slow = (
        pairs * np.log(trained * g["theta_0"] / (g[beta] * TURN)) / np.log(base)
        for beta in ("beta_fast", "beta_slow")
    )
    start = np.where(fast < 0, 0.0, np.floor(fast))
    end = np.where(np.ceil(slow) > 2 * pairs - 1, 2 * pairs - 1.0, np.ceil(slow))
    place = (pair - start) / (end - start)
    interpolated = np.clip(place, 0, 1)
    turns = trained * theta / TURN
    place_3 = (turns - g["low_factor"]) / (g["high_factor"] - g["low_factor"])
    kept_3 = np.clip(place_3, 0, 1)
    thetas = {
        "linear": theta / s,
        "ntk": ntk,
        "dynamic": dynamic,
        "yarn": theta * (1 - interpolated * (1 - 1 / s)),
        "llama3": theta * (kept_3 * (1 - 1 / s) + 1 / s),
    }
    slowest_ntk = r["theta_slow"] / s
    mu = 1 + np.log(s) / 10
    return {
        **{f"{name}_theta": value for name, value in thetas.items()},
        **{f"{name}_lambda": TURN / value for name, value in thetas.items()},
        "linear_theta_0": g["theta_0"] / s,
        "ntk_base": base * s**stretched,
        "ntk_theta_slow": slowest_ntk,
        "ntk_slow_wanted": trained * r["theta_slow"],
        "dynamic_scale": scale,
        "dynamic_base": base * scale**stretched,
        "fast_limit": trained / g["beta_fast"],
        "slow_limit": trained / g["beta_slow"],
        "fast_pair": fast,
        "slow_pair": slow,
        "ramp_start": start,
        "ramp_end": end,
        "yarn_place": place,
        "yarn_interpolated": interpolated,
        "yarn_kept": 1 - interpolated,
        "attention_factor": mu,
        "score_growth": mu * mu,
        "turns": turns,
        "llama3_place": place_3,
        "llama3_kept": kept_3,
    }


def _probe(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    q, k, thetas = _vector(g, "q"), _vector(g, "k"), _toy_frequencies(g)
    products = [a * np.conj(b) for a, b in zip(q, k, strict=True)]

    def part(pair: int, slower: Any) -> Any:
        return (products[pair] * np.exp(1j * g["probe"] * thetas[pair] / slower)).real

    s = g["factor"]
    return {
        "linear_theta_1": thetas[1] / s,
        "probe_part_0": part(0, 1),
        "probe_part_1": part(1, 1),
        "probe_linear_part_0": part(0, s),
        "probe_linear_part_1": part(1, s),
        "probe_score": part(0, 1) + part(1, 1),
        "probe_linear": part(0, s) + part(1, s),
        "probe_ntk": part(0, 1) + part(1, s),
    }


def _precision(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    def spacing(x: Any, bits: Any) -> Any:
        _, exponent = np.frexp(np.asarray(x, dtype=float))  # x = fraction × 2^exponent, from 1/2
        return np.ldexp(1.0, exponent - np.asarray(bits).astype(int))

    x = g["rounded_position"]
    step = spacing(x, g["bf16_bits"])
    held = np.rint(x / step) * step
    error = np.abs(held - x)
    return {
        "lost_position": np.exp2(g["bf16_bits"]) + 1,
        "bf16_spacing": step,
        "held_position": held,
        "position_error": error,
        "angle_error": error * g["theta_0"],
        "turns_error": error * g["theta_0"] / TURN,
        "far_angle": g["far_position"] * g["theta_0"],
        "fp32_spacing": spacing(g["far_position"] * g["theta_0"], g["fp32_bits"]),
    }


def _decode(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    tokens, place = g["decoded"], g["cached_position"]
    key, moved = _vector(g, "k")[0], g["key_position"] + g["shift"]
    turned = (key * np.exp(1j * moved * g["theta_0"])).real
    return {
        "recomputed": (tokens * tokens + tokens) / 2,
        "recomputed_over_cached": (tokens + 1) / 2,
        "shift_angle": g["shift"] * g["theta_0"],
        "moved_angle": moved * g["theta_0"],
        "k_twice": turned,
        "k_once": turned,
        "cached_angle": place * r["theta_i"],
        "fresh_angle": place * r["dynamic_theta"],
        "stale_error": place * (r["theta_i"] - r["dynamic_theta"]),
    }
