"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from worked.pictures import curve
from worked.recording import load

MEASURED = Path(__file__).parent / "measured"

MEMORY_BILL: dict[str, Any] = {
    "id": "memory-bill",
    "kind": "stacked_bars",
    "title": "The memory bill against one GPU",
    "alt": "Stacked bars in GB. Static state: weights {{ tensor[kept=weights] }}, gradients "
    "{{ tensor[kept=gradients] }}, master weights {{ tensor[kept=master-weights] }}, first moment "
    "{{ tensor[kept=first-moment] }}, "
    "second moment {{ tensor[kept=second-moment] }}, {{ static_bytes }} in all. With activations, "
    "{{ acts[keeping=everything] }} more. One GPU holds {{ gpu_memory }}.",
    "caption": "What is in memory at once, against the {{ gpu_memory }} of one GPU.",
    "unit": "GB",
    "places": 0,
    "bars": [
        {
            "label": label,
            "segments": [
                {"figure": "tensor[kept=weights]", "label": "weights"},
                {"figure": "tensor[kept=gradients]", "label": "gradients"},
                {"figure": "tensor[kept=master-weights]", "label": "master weights"},
                {"figure": "tensor[kept=first-moment]", "label": "first moment"},
                {"figure": "tensor[kept=second-moment]", "label": "second moment"},
                *([{"figure": activations, "label": "activations"}] if activations else []),
            ],
        }
        for label, activations in (
            ("static state", None),
            ("full recomputation", "acts[keeping=full-recomputation]"),
            ("no stored scores", "acts[keeping=no-scores]"),
            ("everything stored", "acts[keeping=everything]"),
        )
    ],
    "limit": {"figure": "gpu_memory", "label": "one GPU"},
}

LAYOUT: dict[str, Any] = {
    "id": "layout",
    "kind": "layout",
    "title": "Tensor groups and pipeline stages on the nodes",
    "alt": "A grid of {{ node_count }} of {{ gpus_per_node }} each. A tensor-parallel group of "
    "{{ tensor_parallel }} stands {{ tp_place }}; a pipeline is {{ pipeline_short }} stages long, "
    "and {{ gpus }} hold {{ replicas[layout=shorter-pipeline] }} of it.",
    "caption": "The layout with the shorter pipeline "
    "({{ layout_verdict[layout=shorter-pipeline] }}): each colour is a stage. A "
    "tensor-parallel group stands {{ tp_place }}; "
    "{{ claim: nvlink_bandwidth > network_bandwidth | the fast links are inside | here the links "
    "inside are no faster than the network }}.",
    "nodes": "node_count",
    "per_node": "gpus_per_node",
    "gpus": "gpus",
    "tensor": "tensor_parallel",
    "pipeline": "pipeline_short",
}


def _deadlock() -> dict[str, Any]:
    """Return the recorded timeline: two jobs without gangs, then with them."""
    segments = load(MEASURED / "deadlock_timeline.json")["segments"]
    held_by = {"holding": "{{ line_held }}", "computing": "{{ line_wanted }}", "waiting": ""}
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
                            "label": held_by[s["state"]],
                        }
                        for s in segments
                        if s["policy"] == policy and s["job"] == job
                    ],
                }
            )
    return {
        "id": "deadlock",
        "kind": "timeline",
        "title": "Rival jobs, with and without gangs",
        "alt": "A timeline of a day. Handed out worker by worker, both jobs hold {{ line_held }} "
        "each to the end and never compute. As gangs, job A computes on {{ line_wanted }} first "
        "and job B after it.",
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


over_intervals = partial(
    curve,
    x=("chosen_interval", "interval"),
    span=(4, 300),
    x_scale="log",
    unit="%",
    y_span=(0, 40),
)

WASTE = over_intervals(
    "waste",
    "Time wasted against the checkpoint interval",
    "Curves that fall, then rise. Their minima are at "
    "{{ young[tier=node-local-nvme] }} for "
    "node-local NVMe, {{ young[tier=parallel-file-system] }} for the parallel file system and "
    "{{ young[tier=object-store] }} for the "
    "object store.",
    "To first order: the write's share falls with the interval, the lost work rises "
    "with it. The upright line is Young's interval for the parallel file system.",
    y_label="time wasted",
    series={
        "chosen_waste[tier=object-store]": "object store",
        "chosen_waste[tier=parallel-file-system]": "parallel file system",
        "chosen_waste[tier=node-local-nvme]": "node-local NVMe",
    },
    lines={"young[tier=parallel-file-system]": "Young"},
)


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
    return over_intervals(
        "waste-simulated",
        "Daly's expectation and the simulation",
        "The exact expectation of the extra time against the interval, with "
        "simulated points on the curve: {{ mc_overhead[spacing=far-below-young-s] }}, "
        "{{ mc_overhead[spacing=young-s] }} and "
        "{{ mc_overhead[spacing=far-above-young-s] }}.",
        "Extra time on the parallel file system, restarts included: the curve follows "
        "the panel, the simulated points are recorded and do not.",
        y_label="extra time",
        series={"chosen_overhead": "exact expectation"},
        recorded=[{"label": "simulated", "points": points}],
    )


PICTURES: list[dict[str, Any]] = [
    MEMORY_BILL,
    LAYOUT,
    _deadlock(),
    WASTE,
    _simulated(),
]
