"""Compute the 80 GB wall once more, in one piece, from its givens and the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units
(bytes, seconds, dollars; a percentage as a fraction), and names its results as the figures are
named. Over axes they are arrays, their axes in the figure's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def recount(g: Mapping[str, Any]) -> dict[str, Any]:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    r: dict[str, Any] = {}
    for part in (
        _failure,
        _bill,
        _wall,
        _parallelism,
        _communication,
        _gang,
        _inference,
        _mfu,
        _preemption,
        _chain,
    ):
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
    n, w = g["params"], np.array(g["width"])
    fp32 = w[2] + w[3] + w[4]
    v, u, t = g["activation_width"], g["mask_width"], g["tensor_parallel"]
    token_units = g["layers"] * g["seq"] * g["micro_batch"] * g["hidden"]
    pairs = g["layers"] * g["micro_batch"] * g["heads"] * g["seq"] ** 2
    outside, inside, score = 4 * v + 2 * u, 12 * v, 2 * v + u
    keys = g["kv_heads"] * (g["hidden"] / g["heads"])
    own_block = (
        g["layers"] * g["seq"] * g["micro_batch"] * v * (6 * g["hidden"] + 2 * keys + 4 * g["ffn"])
    )
    acts = np.array(
        [
            token_units * (outside + inside) + pairs * score,
            token_units * (outside + inside),
            token_units * v,
            token_units * (outside + inside / t) + pairs * score / t,
            token_units * (outside + inside) / t,
        ]
    )
    return {
        "bytes_per_param": sum(w),
        "optimizer_width": fp32,
        "tensor": n * w,
        "optimizer_bytes": n * fp32,
        "static_bytes": n * sum(w),
        "model_static": np.array(g["model_params"]) * sum(w),
        "whole_width": outside,
        "split_width": inside,
        "saved_width": outside + inside,
        "score_width": score,
        "acts": acts,
        "saved": acts / token_units,
        "head_dim": g["hidden"] / g["heads"],
        "kv_width": keys,
        "heads_share": _yes(g["hidden"] % g["heads"] == 0),
        "kv_heads_share": _yes(g["heads"] % g["kv_heads"] == 0),
        "acts_swiglu": own_block,
        "swiglu_over_gpt": own_block / (token_units * (outside + inside)),
    }


def _wall(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    static, memory, node = r["static_bytes"], g["gpu_memory"], g["gpus_per_node"]
    alone = np.ceil(static / memory)
    left = memory - g["reserved"]
    layers, at_once = g["layers"], min(g["layers"], g["one_layer"])
    one_layer = at_once * g["seq"] * g["micro_batch"] * g["hidden"] * r["saved_width"]
    acts = r["acts"][2] + one_layer
    gathered = (2 if layers > 1 else 1) * g["params"] * g["width"][0] / layers
    room = left - acts - gathered
    trained = np.ceil(static / room) if room > 0 else np.nan
    return {
        "layer_working": one_layer,
        "layers_at_once": at_once,
        "acts_data_parallel": acts,
        "zero3_gathered": gathered,
        "room": room,
        "devices_static": alone,
        "left_over": alone * memory - static,
        "devices_reported": np.ceil(static / g["reported_memory"]),
        "reported_over_sold": g["reported_memory"] / memory,
        "usable": left,
        "devices_train": trained,
        "devices_nodes": np.ceil(trained / node) * node,
        "heads_by_devices": _yes(g["heads"] % alone == 0),
        "layers_by_devices": _yes(g["layers"] % alone == 0),
        "devices_of": np.ceil(static / np.array(g["sold_memory"])),
        "model_devices": np.ceil(r["model_static"] / memory),
    }


# The four layouts that keep a model whole, then the three that cut it.
CUTS = np.array([False] * 4 + [True] * 3)
ZERO_1, ZERO_2, ZERO_3, SHORT_ZERO_1 = 1, 2, 3, 6


def _parallelism(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    n, w, layers, gpus = g["params"], np.array(g["width"]), g["layers"], g["gpus"]
    t = np.where(CUTS, g["tensor_parallel"], 1)
    long, short = g["pipeline_parallel"], g["pipeline_short"]
    stages = np.array([1, 1, 1, 1, long, short, short])
    acts, gathered = r["acts_data_parallel"], r["zero3_gathered"]
    replicas = gpus // (t * stages)
    # A cut model stands in whole replicas; where there is none, its rows show a single one.
    one, micro = np.maximum(replicas, 1), g["micro_batch"]
    shared = np.ones((7, 5))
    for layout in (ZERO_1, ZERO_2, ZERO_3, SHORT_ZERO_1):
        shared[layout, 2:] = one[layout]
    shared[[ZERO_2, ZERO_3], 1] = gpus
    shared[ZERO_3, 0] = gpus
    # Of the fullest stage, where the layers do not divide.
    share = np.ceil(layers / stages) / layers / t
    kept = n * w / shared * share[:, None]
    beside = np.where(CUTS, r["acts"][4], acts)
    fetched = np.eye(7)[ZERO_3] * gathered
    parts = np.stack([kept.sum(axis=1), fetched, beside, np.full(7, g["reserved"])], axis=1)
    held = parts.sum(axis=1)
    fits = _yes(held <= g["gpu_memory"])
    obstacles = [stages > layers, g["heads"] % t != 0, replicas == 0]
    rounds = -(-g["batch_sequences"] // (one * micro))
    waiting = stages - 1
    return {
        "tensor_ways": t,
        "stages": stages,
        "replica_gpus": t * stages,
        "replicas": replicas,
        "stage_layers": np.ceil(layers / stages),
        "sharing": shared,
        "kept_bytes": kept,
        "state": kept.sum(axis=1),
        "memory_part": parts,
        "memory_per_gpu": held,
        "fits": fits,
        "heads_divide": _yes(g["heads"] % t == 0),
        "stages_have_layers": _yes(stages <= layers),
        "layout_verdict": np.select(obstacles, [4, 3, 2], fits),
        "tokens_per_step": g["batch_sequences"] * g["seq"],
        "least_batch": gpus * micro,
        "batch_feeds": _yes(g["batch_sequences"] >= gpus * micro),
        "micro_batches": rounds,
        "dp_micro_batches": rounds[0],
        "bubble": waiting / (waiting + rounds),
        "few_bubble": (long - 1) / (long - 1 + g["few_micro_batches"]),
    }


def _communication(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    gpus, node, nv, net = (
        g["gpus"],
        g["gpus_per_node"],
        g["nvlink_bandwidth"],
        g["network_bandwidth"],
    )
    weights, gradients = r["tensor"][:2]
    alone, cut = r["micro_batches"][0], r["micro_batches"][4]
    reduced = 2 * gradients * (1 - 1 / gpus)
    gathered = weights * (1 - 1 / gpus)
    # Gradients are scattered after every micro-batch, the new weights gathered at the end.
    zero2 = gradients * (1 - 1 / gpus) * (alone + 1)
    zero3 = 3 * gathered * alone
    state = g["seq"] * g["micro_batch"] * g["hidden"] * g["activation_width"]
    # Four all-reduces of a state for each layer of the stage and micro-batch.
    tensor = 4 * 2 * state * (1 - 1 / g["tensor_parallel"])
    tensor = tensor * r["stage_layers"][4] * cut
    pipeline = np.minimum(g["pipeline_parallel"] - 1, 2) * state * cut

    def rails(sent: Any, rate: Any) -> Any:
        return np.maximum(sent / node / rate, sent / nv)

    inside = 2 * gradients * (1 - 1 / node) / nv
    nodes = np.ceil(gpus / node)
    between = 2 * gradients / node * (1 - 1 / nodes) / net
    tensor_rate = np.where(g["tensor_parallel"] <= node, nv, net)
    attention = 12 * g["layers"] * g["hidden"] * g["seq"]
    per_token = 6 * g["params"] + attention
    # The rank with the most micro-batches ends the step.
    tokens = alone * g["micro_batch"] * g["seq"]
    step = per_token * tokens / (g["peak_flops"] * g["mfu"])
    backward = step * (2 / 3) / alone
    spine = net / g["oversubscription"]
    one_port, railed, spread = reduced / net, rails(reduced, net), rails(reduced, spine)
    sent = [reduced, zero2, zero3, tensor, tensor, pipeline]
    railed_seconds = [rails(x, net) for x in sent[:3]]
    seconds = np.array([*railed_seconds, tensor / tensor_rate, tensor / net, pipeline / net])
    steps = step * g["peak_flops"] / np.array(g["peak_of"])
    return {
        "sent": np.array(sent),
        "sending": seconds,
        "over_computing": seconds / step,
        "step_on": steps,
        "step_time_on": steps * gpus,
        "step_cost_on": steps * gpus * np.array(g["price_of"]),
        "node_count": nodes,
        "ar_bytes": reduced,
        "ag_bytes": gathered,
        "ar_one_port": one_port,
        "ar_per_port": reduced / node,
        "ar_railed": railed,
        "ar_hierarchical": inside + between,
        "zero2_volume": zero2,
        "zero3_volume": zero3,
        "tp_volume": tensor,
        "tp_place": _yes(g["tensor_parallel"] <= node),
        "tp_bandwidth": tensor_rate,
        "pp_volume": pipeline,
        "parameter_flops": 6 * g["params"],
        "attention_flops": attention,
        "train_flops": per_token,
        "step_seconds": step,
        "backward_hiding": backward,
        "ar_hides": _yes(railed <= backward),
        "ar_exposed": np.maximum(one_port - backward, 0),
        "ar_railed_exposed": np.maximum(railed - backward, 0),
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
    weights = g["small_params"] * g["width"][0]
    reading = weights / g["memory_bandwidth"]
    one_sequence = 2 * g["small_params"] / g["peak_flops"]
    batch = np.array(g["batch"])
    steps = np.maximum(reading, batch * one_sequence)
    return {
        "small_weights": weights,
        "small_fits": _yes(weights <= g["gpu_memory"]),
        "stranded": np.maximum(g["gpu_memory"] - weights, 0) / g["gpu_memory"],
        "slice_bytes": g["gpu_memory"] / g["memory_slices"] * g["slice_memory"],
        "slice_fits": _yes(weights <= g["gpu_memory"] / g["memory_slices"] * g["slice_memory"]),
        "compute_there": _yes(g["compute_slices"] // g["slice_compute"] > 0),
        "memory_there": _yes(g["memory_slices"] // g["slice_memory"] > 0),
        "mig_instances": np.minimum(
            g["compute_slices"] // g["slice_compute"], g["memory_slices"] // g["slice_memory"]
        ),
        "decode": steps,
        "throughput": batch / steps,
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
    w, m, own = g["width"], g["mtbf"], g["chosen_interval"]
    saved = g["params"] * (w[0] + w[2] + w[3] + w[4])
    nodes = np.ceil(g["gpus"] / g["gpus_per_node"])
    rate = np.array([g["node_disk"] * nodes, g["fs_bandwidth"], g["object_bandwidth"]])
    write = saved / rate
    z = np.sqrt(write / m / 2)
    best = 2 * z * m
    notices = np.array([g["long_notice"], g["short_notice"]])
    loss = best / 2 + write / 2

    def stretched(interval: Any) -> Any:
        attempt = np.expm1((interval + write[1]) / m) * m
        return attempt * np.exp(g["restart"] / m) / interval

    return {
        "checkpoint": saved,
        "tier_rate": rate,
        "node_share": saved / nodes,
        "write": write,
        "leaves_time": _yes(2 * write <= m),
        "young": best,
        "daly": best * (1 + z / 3 + z**2 / 9) - write,
        "waste": write / best + best / m / 2,
        "in_time": _yes(write[:, None] <= notices),
        "rate_for_notice": saved / g["short_notice"],
        "saved_in_notice": np.minimum(rate * g["short_notice"], saved),
        "fs_stretch": stretched(best[1]),
        "loss": loss,
        "loss_gpu_hours": loss * g["gpus"],
        "loss_cost": loss * g["gpus"] * g["price"],
        "chosen_waste": write / own + own / m / 2,
        "chosen_stretch": stretched(own),
        "chosen_overhead": stretched(own) - 1,
    }


def _chain(g: Mapping[str, Any], r: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "headroom": g["gpu_memory"] - r["memory_per_gpu"][ZERO_3],
        "saving": r["stretch_bare"] / r["fs_stretch"],
    }
