"""Compute the 80 GB wall once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units
(bytes, seconds, dollars; a percentage as a fraction), and names its results as the figures are
named. It takes numbers or NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def recount(g: Mapping[str, Any]) -> dict[str, Any]:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    r: dict[str, Any] = {}
    for part in (
        _failure, _bill, _wall, _parallelism, _communication, _gang, _inference, _mfu,
        _preemption, _chain,
    ):  # fmt: skip
        r |= part(g, r)
    return r


def _yes(condition: Any) -> Any:
    return np.asarray(condition) * 1.0


def _failure(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    hours_in_mtbf = g["run_hours"] / g["mtbf"]
    return {
        "lost_gpu_hours": g["gpus"] * g["run_hours"],
        "lost_cost": g["gpus"] * g["run_hours"] * g["price"],
        "survival": np.exp(-hours_in_mtbf),
        "stretch_bare": np.expm1(hours_in_mtbf) / hours_in_mtbf,
    }


def _bill(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    n, w, grad = g["params"], g["weight_width"], g["gradient_width"]
    fp32 = g["master_width"] + g["momentum_width"] + g["variance_width"]
    v, u, t = g["activation_width"], g["mask_width"], g["tensor_parallel"]
    token_units = g["layers"] * g["seq"] * g["micro_batch"] * g["hidden"]
    pairs = g["layers"] * g["micro_batch"] * g["heads"] * g["seq"] ** 2
    outside, inside, score = 4 * v + 2 * u, 12 * v, 2 * v + u
    keys = g["kv_heads"] * (g["hidden"] / g["heads"])
    own_block = (
        g["layers"] * g["seq"] * g["micro_batch"] * v * (6 * g["hidden"] + 2 * keys + 4 * g["ffn"])
    )
    return {
        "bytes_per_param": w + grad + fp32,
        "optimizer_width": fp32,
        "weight_bytes": n * w,
        "gradient_bytes": n * grad,
        "master_bytes": n * g["master_width"],
        "momentum_bytes": n * g["momentum_width"],
        "variance_bytes": n * g["variance_width"],
        "optimizer_bytes": n * fp32,
        "static_bytes": n * (w + grad + fp32),
        "whole_width": outside,
        "split_width": inside,
        "saved_width": outside + inside,
        "score_width": score,
        "acts_with_scores": token_units * (outside + inside) + pairs * score,
        "acts_without_scores": token_units * (outside + inside),
        "acts_full_recompute": token_units * v,
        "acts_tensor_parallel": token_units * (outside + inside / t) + pairs * score / t,
        "acts_sequence_parallel": token_units * (outside + inside) / t,
        "head_dim": g["hidden"] / g["heads"],
        "kv_width": keys,
        "heads_share": _yes(g["hidden"] % g["heads"] == 0),
        "kv_heads_share": _yes(g["heads"] % g["kv_heads"] == 0),
        "acts_swiglu": own_block,
        "swiglu_over_gpt": own_block / (token_units * (outside + inside)),
        "train_bytes": n * (w + grad + fp32) + token_units * v,
    }


def _wall(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    static, memory, node = r["static_bytes"], g["gpu_memory"], g["gpus_per_node"]
    alone = np.ceil(static / memory)
    left = memory - g["reserved"]
    trained = np.ceil(r["train_bytes"] / left)
    return {
        "devices_static": alone,
        "left_over": alone * memory - static,
        "devices_reported": np.ceil(static / g["reported_memory"]),
        "reported_over_sold": g["reported_memory"] / memory,
        "usable": left,
        "devices_train": trained,
        "devices_nodes": np.ceil(trained / node) * node,
        "wall_share": static / memory,
        "heads_by_14": _yes(g["heads"] % alone == 0),
        "layers_by_14": _yes(g["layers"] % alone == 0),
    }


def _parallelism(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    n, w, grad, opt = g["params"], g["weight_width"], g["gradient_width"], r["optimizer_width"]
    t, p, short = g["tensor_parallel"], g["pipeline_parallel"], g["pipeline_short"]
    at_once = np.minimum(g["layers"], g["one_layer"])
    one_layer = at_once * g["seq"] * g["micro_batch"] * g["hidden"] * r["saved_width"]
    acts = r["acts_full_recompute"] + one_layer
    # A cut model stands in whole replicas; where there is none, its rows show a single one.
    replicas, short_replicas = g["gpus"] // (t * p), g["gpus"] // (t * short)
    one, short_one = np.maximum(replicas, 1), np.maximum(short_replicas, 1)
    micro = g["micro_batch"]
    # Of the fullest stage, where the layers do not divide.
    share, short_share = (np.ceil(g["layers"] / k) / g["layers"] / t for k in (p, short))
    state = {
        "ddp": n * (w + grad + opt),
        "zero1": n * (w + grad) + n * opt / g["gpus"],
        "zero2": n * w + n * (grad + opt) / g["gpus"],
        "zero3": n * (w + grad + opt) / g["gpus"],
        "mp": n * (w + grad + opt) * share,
        "short": n * (w + grad + opt) * short_share,
        "short_zero1": (n * (w + grad) + n * opt / short_one) * short_share,
    }
    gathered = np.where(g["layers"] > 1, 2, 1) * n * w / g["layers"]
    found = {f"{name}_state": held for name, held in state.items()}
    for name, held in state.items():
        beside = r["acts_sequence_parallel"] if name in ("mp", "short", "short_zero1") else acts
        beside = beside + (gathered if name == "zero3" else 0)
        found[f"{name}_total"] = held + beside + g["reserved"]
        found[f"{name}_fits"] = _yes(found[f"{name}_total"] <= g["gpu_memory"])
    for name, stages, count in (
        ("mp", p, replicas),
        ("short", short, short_replicas),
        ("short_zero1", short, short_replicas),
    ):
        obstacles = [stages > g["layers"], g["heads"] % t != 0, count == 0]
        found[f"{name}_fits"] = np.select(obstacles, [4, 3, 2], found[f"{name}_fits"])

    def rounds(ranks: Any) -> Any:
        return -(-g["batch_sequences"] // (ranks * micro))

    def bubble(stages: Any, micro_batches: Any) -> Any:
        waiting = stages - 1
        return waiting / (waiting + micro_batches)

    return found | {
        "layer_working": one_layer,
        "layers_at_once": at_once,
        "acts_data_parallel": acts,
        "zero3_gathered": gathered,
        "zero3_working": state["zero3"] + gathered,
        "mp_gpus": t * p,
        "short_gpus": t * short,
        "mp_ranks": replicas,
        "short_ranks": short_replicas,
        "stage_layers": np.ceil(g["layers"] / p),
        "short_stage_layers": np.ceil(g["layers"] / short),
        "tokens_per_step": g["batch_sequences"] * g["seq"],
        "least_batch": g["gpus"] * micro,
        "batch_feeds": _yes(g["batch_sequences"] >= g["gpus"] * micro),
        "dp_micro_batches": rounds(g["gpus"]),
        "mp_micro_batches": rounds(one),
        "short_micro_batches": rounds(short_one),
        "mp_bubble": bubble(p, rounds(one)),
        "short_bubble": bubble(short, rounds(short_one)),
        "few_bubble": bubble(p, g["few_micro_batches"]),
    }


def _communication(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    gpus, node, nv, net = (
        g["gpus"],
        g["gpus_per_node"],
        g["nvlink_bandwidth"],
        g["network_bandwidth"],
    )
    weights, gradients = g["params"] * g["weight_width"], g["params"] * g["gradient_width"]
    reduced = 2 * gradients * (1 - 1 / gpus)
    gathered = weights * (1 - 1 / gpus)
    # Gradients are scattered after every micro-batch, the new weights gathered at the end.
    zero2 = gradients * (1 - 1 / gpus) * (r["dp_micro_batches"] + 1)
    zero3 = 3 * gathered * r["dp_micro_batches"]
    state = g["seq"] * g["micro_batch"] * g["hidden"] * g["activation_width"]
    # Four all-reduces of a state for each layer of the stage and micro-batch.
    tensor = 4 * 2 * state * (1 - 1 / g["tensor_parallel"])
    tensor = tensor * r["stage_layers"] * r["mp_micro_batches"]
    pipeline = np.minimum(g["pipeline_parallel"] - 1, 2) * state * r["mp_micro_batches"]

    def rails(sent: Any, rate: Any) -> Any:
        return np.maximum(sent / node / rate, sent / nv)

    inside = 2 * gradients * (1 - 1 / node) / nv
    nodes = np.ceil(gpus / node)
    between = 2 * gradients / node * (1 - 1 / nodes) / net
    tensor_rate = np.where(g["tensor_parallel"] <= node, nv, net)
    attention = 12 * g["layers"] * g["hidden"] * g["seq"]
    per_token = 6 * g["params"] + attention
    # The rank with the most micro-batches ends the step.
    tokens = r["dp_micro_batches"] * g["micro_batch"] * g["seq"]
    step = per_token * tokens / (g["peak_flops"] * g["mfu"])
    backward = step * (2 / 3) / r["dp_micro_batches"]
    spine = net / g["oversubscription"]
    one_port, railed, spread = reduced / net, rails(reduced, net), rails(reduced, spine)
    return {
        "node_count": nodes,
        "ar_bytes": reduced,
        "ag_bytes": gathered,
        "ar_one_port": one_port,
        "ar_per_port": reduced / node,
        "ar_railed": railed,
        "ar_hierarchical": inside + between,
        "zero2_volume": zero2,
        "zero2_seconds": rails(zero2, net),
        "zero3_volume": zero3,
        "zero3_seconds": rails(zero3, net),
        "tp_volume": tensor,
        "tp_place": _yes(g["tensor_parallel"] <= node),
        "tp_bandwidth": tensor_rate,
        "tp_seconds": tensor / tensor_rate,
        "tp_network_seconds": tensor / net,
        "pp_volume": pipeline,
        "pp_seconds": pipeline / net,
        "parameter_flops": 6 * g["params"],
        "attention_flops": attention,
        "train_flops": per_token,
        "step_seconds": step,
        "backward_hiding": backward,
        "ar_hides": _yes(railed <= backward),
        "ar_exposed": np.maximum(one_port - backward, 0),
        "ar_railed_exposed": np.maximum(railed - backward, 0),
        "zero3_share": rails(zero3, net) / step,
        "tp_share": tensor / tensor_rate / step,
        "spine_bandwidth": spine,
        "ar_spread": spread,
        "spread_penalty": spread / railed,
    }


def _gang(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    free, jobs, wanted = g["free_gpus"], g["rival_jobs"], g["gpus"]
    held = np.minimum(free // jobs, wanted)
    runs = _yes(-(-free // jobs) >= wanted)
    return {
        "held": held,
        "missing": wanted - held,
        "deadlock": np.where(free < wanted, 2, runs),
        "gang_starts": np.minimum(free // wanted, jobs),
        "deadlock_gpu_hours": g["free_gpus"] * g["one_hour"],
        "deadlock_cost": g["free_gpus"] * g["one_hour"] * g["price"],
    }


def _inference(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    weights = g["small_params"] * g["weight_width"]
    reading = weights / g["memory_bandwidth"]
    one_sequence = 2 * g["small_params"] / g["peak_flops"]
    steps = {b: np.maximum(reading, g[f"batch_{b}"] * one_sequence) for b in ("one", "many")}
    return {
        "small_weights": weights,
        "small_fits": _yes(weights <= g["gpu_memory"]),
        "stranded": np.maximum(g["gpu_memory"] - weights, 0) / g["gpu_memory"],
        "slice_bytes": g["gpu_memory"] / g["memory_slices"] * g["slice_memory"],
        "slice_fits": _yes(weights <= g["gpu_memory"] / g["memory_slices"] * g["slice_memory"]),
        "mig_instances": np.minimum(
            g["compute_slices"] // g["slice_compute"], g["memory_slices"] // g["slice_memory"]
        ),
        "decode_one": steps["one"],
        "decode_many": steps["many"],
        "throughput_one": g["batch_one"] / steps["one"],
        "throughput_many": g["batch_many"] / steps["many"],
        "ridge_batch": reading / one_sequence,
    }


def _mfu(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    useful = g["gpus"] * g["peak_flops"] * g["mfu"]
    with_attention = useful / r["train_flops"]
    logged = g["logged_rate"] * r["train_flops"] / g["gpus"] / g["peak_flops"]
    return {
        "rate_params_only": useful / (6 * g["params"]),
        "rate": with_attention,
        "attention_share": r["attention_flops"] / r["train_flops"],
        "hfu": g["mfu"] * (8 / 6),
        "tokens_lost": with_attention * g["run_hours"],
        "logged_mfu": logged,
        "peak_rate": g["gpus"] * g["peak_flops"] / r["train_flops"],
        "logged_possible": _yes(logged <= 1),
        "sparse_peak": g["peak_flops"] * g["sparsity_factor"],
        "mfu_of_sparse": logged / g["sparsity_factor"],
    }


def _preemption(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    saved = g["params"] * (
        g["weight_width"] + g["master_width"] + g["momentum_width"] + g["variance_width"]
    )
    nodes, m, own = np.ceil(g["gpus"] / g["gpus_per_node"]), g["mtbf"], g["chosen_interval"]
    found = {
        "checkpoint": saved,
        "nvme_bandwidth": g["node_disk"] * nodes,
        "node_share": saved / nodes,
        "rate_for_notice": saved / g["short_notice"],
        "saved_in_notice": np.minimum(g["fs_bandwidth"] * g["short_notice"], saved),
    }
    rates = {
        "nvme": g["node_disk"] * nodes, "fs": g["fs_bandwidth"], "object": g["object_bandwidth"],
    }  # fmt: skip
    for tier, rate in rates.items():
        write = saved / rate
        z = np.sqrt(write / m / 2)
        best = 2 * z * m
        found[f"{tier}_write"] = write
        found[f"{tier}_young"] = best
        found[f"{tier}_daly"] = best * (1 + z / 3 + z**2 / 9) - write
        found[f"{tier}_waste"] = write / best + best / m / 2
        found[f"{tier}_aws"] = _yes(write <= g["long_notice"])
        found[f"{tier}_gcp"] = _yes(write <= g["short_notice"])
        chosen = "chosen_waste" if tier == "fs" else f"{tier}_chosen_waste"
        found[chosen] = write / own + own / m / 2

    def stretched(interval: Any) -> Any:
        attempt = np.expm1((interval + found["fs_write"]) / m) * m
        return attempt * np.exp(g["restart"] / m) / interval

    loss = found["fs_young"] / 2 + found["fs_write"] / 2
    return found | {
        "fs_stretch": stretched(found["fs_young"]),
        "fs_loss": loss,
        "fs_loss_gpu_hours": loss * g["gpus"],
        "fs_loss_cost": loss * g["gpus"] * g["price"],
        "chosen_stretch": stretched(own),
        "chosen_overhead": stretched(own) - 1,
    }


def _chain(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    held = r["zero3_state"] + r["zero3_gathered"] + r["acts_data_parallel"] + g["reserved"]
    return {
        "memory_per_gpu": held,
        "headroom": g["gpu_memory"] - held,
        "saving": r["lost_gpu_hours"] / r["fs_loss_gpu_hours"],
    }
