"""Who waits when a long prompt arrives: the engine's steps with and without chunks, as a timeline.

    python -m worked.forward_pass.trace_study --record

Time is counted in tokens computed, so that the trace is the same on every machine: a step lasts as
long as it has tokens, for all that take part in it.
"""

from __future__ import annotations

import random
from pathlib import Path

from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.engine_study import MODEL, model
from worked.forward_pass.paged_cache import Pool
from worked.recording import run_study

MEASURED = Path(__file__).parent / "measured" / "trace.json"
SEED = 4
PROMPTS, ANSWER = (8, 12, 6, 48), 12
LATE = 5
"""The last and longest prompt comes before this step."""
BUDGET = 16
BLOCK, BLOCKS = 4, 64


def trace(chunked: bool) -> list[dict[str, int | str]]:
    """Return a segment for each sequence and step: request, start, end, and what it computed."""
    rng = random.Random(SEED)
    requests = [Request([rng.randrange(MODEL.vocab) for _ in range(n)], ANSWER) for n in PROMPTS]
    engine = Engine(
        model(),
        Pool(BLOCKS, BLOCK, MODEL),
        token_budget=BUDGET if chunked else sum(PROMPTS),
        max_running=len(PROMPTS),
        chunked=chunked,
        prefix_cache=False,
    )
    for request in requests[:-1]:
        engine.submit(request)
    segments: list[dict[str, int | str]] = []
    now = 0
    while engine.busy or engine.steps <= LATE:
        if engine.steps == LATE:
            engine.submit(requests[-1])
        done = engine.step()
        for work in done.work:
            kind = "prompt" if work.prompt else "answer"
            segments.append(
                {
                    "request": work.sequence,
                    "start": now,
                    "end": now + done.computed,
                    "kind": kind,
                }
            )
        now += done.computed
    return segments


def longest_gap(segments: list[dict[str, int | str]]) -> int:
    """Return the most tokens that the engine computed between two tokens of one answer."""
    ends: dict[int | str, int] = {}
    longest = 0
    for s in segments:
        if s["kind"] == "answer":
            longest = max(longest, int(s["end"]) - ends.get(s["request"], int(s["end"])))
        ends[s["request"]] = int(s["end"])
    return longest


def traces() -> dict[str, list[dict[str, int | str]]]:
    """Return the trace of each way."""
    return {"at_once": trace(chunked=False), "in_chunks": trace(chunked=True)}


def study() -> dict[str, tuple[float, str]]:
    """Return the longest gap of each way."""
    return {f"{way}_longest_gap": (longest_gap(t), "tokens") for way, t in traces().items()}


if __name__ == "__main__":
    run_study(
        MEASURED,
        study,
        what="requests on the chapter's engine, the last with a long prompt that comes late, "
        "computed at once and in chunks; time in tokens computed",
        command="python -m worked.forward_pass.trace_study --record",
        seed=SEED,
        more=lambda: {"segments": traces()},
    )
