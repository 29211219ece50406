"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from worked.pictures import curve
from worked.recording import load

LAST = "counted=all-reduces-too"
STEP_TIME: dict[str, Any] = {
    "id": "step-time",
    "kind": "stacked_bars",
    "title": "Where a decode step's time goes",
    "alt": "Stacked bars in ms, the rates achieved and all-reduces counted. Reading the weights "
    "takes {{ weight_time[counted=all-reduces-too] }} in each. Caches add "
    "{{ cache_time_at[counted=all-reduces-too, batch=1] }} at a batch of one, "
    "{{ cache_time_at[counted=all-reduces-too, batch=64] }} at "
    "{{ verify_tokens_at[drafted=0, batch=64] | bare }} and "
    "{{ cache_time_at[counted=all-reduces-too, batch=512] }} at the largest batch; all-reduces "
    "{{ all_reduce_at[batch=1] }}, {{ all_reduce_at[batch=64] }} and "
    "{{ all_reduce_at[batch=512] }}.",
    "caption": "Reading and waiting in a step, by the batch. Arithmetic runs beside the reading "
    "and adds nothing {{ claim: all(computing_at[counted=all-reduces-too] <= "
    "reading_at[counted=all-reduces-too], batch) | at any of these batches | but where it takes "
    "longer, as it does here at a large batch }}.",
    "unit": "ms",
    "places": 1,
    "bars": [
        {
            "label": f"{{{{ verify_tokens_at[drafted=0, batch={batch}] | bare }}}} at a time",
            "segments": [
                {"figure": f"weight_time[{LAST}]", "label": "weights"},
                {"figure": f"cache_time_at[{LAST}, batch={batch}]", "label": "caches"},
                {"figure": f"all_reduce_at[batch={batch}]", "label": "all-reduces"},
            ],
        }
        for batch in (1, 16, 64, 256, 512)
    ],
}

ROOFLINE = curve(
    "roofline",
    "The roofline, by the batch",
    "Curves of the FLOP/s that a GPU attains against the batch, both scales logarithmic. Without "
    "caches it rises with the batch and bends at {{ reached_ridge_tokens }} to "
    "{{ product_rate[counted=all-reduces-too] }}; with them it rises more slowly. The design, at "
    "{{ batch_size }}, attains {{ attained }}.",
    "What a GPU attains in a decode step at the rates that are reached, all-reduces aside. Each "
    "sequence brings its own cache, and so the curve with caches leaves the slope early.",
    x=("batch_size", "sequences decoded together"),
    span=(1, 1024),
    x_scale="log",
    y_scale="log",
    unit="TFLOP/s",
    y_label="attained by a GPU",
    series={"attained_uncached": "weights alone", "attained": "weights and caches"},
    lines={"reached_ridge_tokens": "the ridge reached"},
)


def _gantt() -> dict[str, Any]:
    """Return the engine's recorded steps: a long prompt comes late, at once and in chunks."""
    traces = load(Path(__file__).parent / "measured" / "trace.json")["segments"]
    names = "ABCD"
    return {
        "id": "gantt",
        "kind": "timeline",
        "title": "A long prompt comes late",
        "alt": "A timeline in tokens computed. At once, the late prompt is a single wide step, and "
        "the answers of the others stop for {{ gap_at_once }}. In chunks it is spread over several "
        "narrower steps, and no answer stops for more than {{ gap_in_chunks }}.",
        "caption": "Steps of the engine, counted in tokens computed; the last request comes late "
        "with the longest prompt (recorded: it does not follow the panel).",
        "unit": "tokens",
        "x_label": "computed so far",
        "kinds": {"prompt": {"label": "its prompt"}, "answer": {"label": "a token of its answer"}},
        "rows": [
            {
                "label": f"{title}: {names[request]}",
                "segments": [
                    {"start": s["start"], "end": s["end"], "kind": s["kind"]}
                    for s in traces[way]
                    if s["request"] == request
                ],
            }
            for way, title in (("at_once", "at once"), ("in_chunks", "in chunks"))
            for request in sorted({s["request"] for s in traces[way]})
        ],
    }


PICTURES: list[dict[str, Any]] = [STEP_TIME, ROOFLINE, _gantt()]
