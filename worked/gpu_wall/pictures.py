"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from worked.recording import load

MEASURED = Path(__file__).parent / "measured"

MEMORY_BILL: dict[str, Any] = {
    "id": "memory-bill",
    "kind": "stacked_bars",
    "title": "The memory bill against one GPU",
    "alt": "Stacked bars in GB. Static state: weights {{ weight_bytes }}, gradients "
    "{{ gradient_bytes }}, master weights {{ master_bytes }}, first moment {{ momentum_bytes }}, "
    "second moment {{ variance_bytes }}, {{ static_bytes }} in all. With activations, "
    "{{ acts_with_scores }} more. One GPU holds {{ gpu_memory }}.",
    "caption": "What is in memory at once, against the {{ gpu_memory }} of one GPU.",
    "unit": "GB",
    "places": 0,
    "bars": [
        {
            "label": label,
            "segments": [
                {"figure": "weight_bytes", "label": "weights"},
                {"figure": "gradient_bytes", "label": "gradients"},
                {"figure": "master_bytes", "label": "master weights"},
                {"figure": "momentum_bytes", "label": "first moment"},
                {"figure": "variance_bytes", "label": "second moment"},
                *([{"figure": activations, "label": "activations"}] if activations else []),
            ],
        }
        for label, activations in (
            ("static state", None),
            ("full recomputation", "acts_full_recompute"),
            ("no stored scores", "acts_without_scores"),
            ("everything stored", "acts_with_scores"),
        )
    ],
    "limit": {"figure": "gpu_memory", "label": "one GPU"},
}

PER_GPU: dict[str, Any] = {
    "id": "per-gpu",
    "kind": "stacked_bars",
    "title": "Bytes per GPU under each strategy",
    "alt": "Stacked bars of static state, gathered layers, activations and runtime per GPU. Data "
    "parallel {{ ddp_total }}, ZeRO-1 {{ zero1_total }}, ZeRO-2 {{ zero2_total }}, ZeRO-3 "
    "{{ zero3_total }}, tensor and pipeline parallel {{ mp_total }}, with the shorter pipeline "
    "{{ short_total }}, that with ZeRO-1 {{ short_zero1_total }}; the limit is {{ gpu_memory }}.",
    "caption": "Everything on one GPU, strategy by strategy, against its {{ gpu_memory }}.",
    "unit": "GB",
    "places": 0,
    "bars": [
        {
            "label": label,
            "segments": [
                {"figure": state, "label": "static state"},
                *(
                    [{"figure": "zero3_gathered", "label": "gathered layers"}]
                    if name == "zero3"
                    else []
                ),
                {"figure": activations, "label": "activations"},
                {"figure": "reserved", "label": "runtime"},
            ],
            "verdict": f"{name}_fits",
        }
        for label, name, state, activations in (
            ("data parallel", "ddp", "ddp_state", "acts_data_parallel"),
            ("ZeRO-1", "zero1", "zero1_state", "acts_data_parallel"),
            ("ZeRO-2", "zero2", "zero2_state", "acts_data_parallel"),
            ("ZeRO-3", "zero3", "zero3_state", "acts_data_parallel"),
            ("tensor × pipeline", "mp", "mp_state", "acts_sequence_parallel"),
            ("shorter pipeline", "short", "short_state", "acts_sequence_parallel"),
            ("… with ZeRO-1", "short_zero1", "short_zero1_state", "acts_sequence_parallel"),
        )
    ],
    "limit": {"figure": "gpu_memory", "label": "one GPU"},
}

LAYOUT: dict[str, Any] = {
    "id": "layout",
    "kind": "layout",
    "title": "Tensor groups inside nodes, pipeline stages across them",
    "alt": "A grid of {{ node_count }} of {{ gpus_per_node }} each. A tensor-parallel group of "
    "{{ tensor_parallel }} stands {{ tp_place }}; a pipeline has {{ pipeline_short }} stages, and "
    "{{ short_ranks }} of the pipeline make up the job.",
    "caption": "The layout with the shorter pipeline ({{ short_fits }}): each colour is a stage. A "
    "tensor-parallel group stands {{ tp_place }}; the fast links are inside.",
    "nodes": "node_count",
    "per_node": "gpus_per_node",
    "gpus": "gpus",
    "tensor": "tensor_parallel",
    "pipeline": "pipeline_short",
}


def _deadlock() -> dict[str, Any]:
    """Return the recorded timeline: two jobs without gangs, then with them."""
    segments = load(MEASURED / "deadlock_timeline.json")["segments"]
    held, wanted = (
        max(s["gpus"] for s in segments if s["policy"] == p) for p in ("partial", "gang")
    )
    rows = []
    for policy, title in (("partial", "worker by worker"), ("gang", "gang")):
        for job in ("A", "B"):
            rows.append(
                {
                    "label": f"{title}: job {job}",
                    "segments": [
                        {
                            "start": s["start"] / 3600,
                            "end": s["end"] / 3600,
                            "kind": s["state"],
                            "label": f"{s['gpus']} GPUs",
                        }
                        for s in segments
                        if s["policy"] == policy and s["job"] == job
                    ],
                }
            )
    return {
        "id": "deadlock",
        "kind": "timeline",
        "title": "Two jobs, with and without gangs",
        "alt": f"A timeline of a day. Handed out worker by worker, both jobs hold {held} GPUs each "
        f"to the end and never compute. As gangs, job A computes on {wanted} GPUs first and job B "
        "after it.",
        "caption": "A day of the simulated cluster (recorded: it does not follow the panel).",
        "unit": "h",
        "x_label": "time",
        "kinds": {
            "holding": {"label": "holds and waits"},
            "waiting": {"label": "waits, holds nothing"},
            "computing": {"label": "computes"},
        },
        "rows": rows,
    }


WASTE: dict[str, Any] = {
    "id": "waste",
    "kind": "curve",
    "title": "Time wasted against the checkpoint interval",
    "alt": "Three curves that fall, then rise. Their minima are at {{ nvme_young }} for "
    "node-local NVMe, {{ fs_young }} for the parallel file system and {{ object_young }} for the "
    "object store.",
    "caption": "To first order: the write's share falls with the interval, the lost work rises "
    "with it. The upright line is Young's interval for the parallel file system.",
    "x": "chosen_interval",
    "x_label": "interval",
    "from": 4,
    "to": 300,
    "x_scale": "log",
    "unit": "%",
    "y_label": "time wasted",
    "y_from": 0,
    "y_to": 40,
    "series": [
        {"figure": "object_chosen_waste", "label": "object store"},
        {"figure": "chosen_waste", "label": "parallel file system"},
        {"figure": "nvme_chosen_waste", "label": "node-local NVMe"},
    ],
    "lines": [{"figure": "fs_young", "label": "Young"}],
}


def _simulated() -> dict[str, Any]:
    """Return the exact overhead as a curve, with the recorded simulation on it."""
    values = load(MEASURED / "waste.json")["values"]
    young = values["waste_file_system_best_interval_of_grid_seconds"]["value"] / 60
    points = [
        {"x": young * factor, "y": 100 * values[f"waste_file_system_overhead_{at}"]["value"]}
        for factor, at in (
            (0.25, "at_a_quarter_of_young"),
            (1, "at_young"),
            (4, "at_four_times_young"),
        )
    ]
    return {
        "id": "waste-simulated",
        "kind": "curve",
        "title": "Daly's expectation and the simulation",
        "alt": "The exact expectation of the extra time against the interval, with three "
        "simulated points on the curve: {{ mc_fs_quarter }}, {{ mc_fs_overhead }} and "
        "{{ mc_fs_four }}.",
        "caption": "Extra time on the parallel file system, restarts included: the curve follows "
        "the panel, the simulated points are recorded and do not.",
        "x": "chosen_interval",
        "x_label": "interval",
        "from": 4,
        "to": 300,
        "x_scale": "log",
        "unit": "%",
        "y_label": "extra time",
        "y_from": 0,
        "y_to": 40,
        "series": [{"figure": "chosen_overhead", "label": "exact expectation"}],
        "recorded": [{"label": "simulated", "points": points}],
    }


PICTURES: list[dict[str, Any]] = [
    MEMORY_BILL,
    PER_GPU,
    LAYOUT,
    _deadlock(),
    WASTE,
    _simulated(),
]
