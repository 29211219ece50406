"""What was counted on the chapter's engine and measured with it: rows of its records."""

from __future__ import annotations

from collections.abc import Mapping

from worked.declare import shown
from worked.figures import Axis, Measured
from worked.recording import recorded

SERVED = Axis("served", ("static batches", "continuous", "in chunks", "prefix cache", "small pool"),
              "way")  # fmt: skip
BLOCKED = Axis("blocked", (1, 4, 16, 64), "block of")
AXES = (SERVED, BLOCKED)
WAYS = {"static-batches": "static", "continuous": "plain", "in-chunks": "chunked",
        "prefix-cache": "prefix", "small-pool": "tiny_pool"}  # fmt: skip


def counted(name: str, value: str, over: Axis | None = None, unit: str | None = None,
            called: Mapping[str, str] = WAYS) -> Measured:  # fmt: skip
    """Return what the study of the engine's ways to serve the same requests recorded."""
    return recorded("forward_pass", "engine", value, "", unit, name=name, over=over, called=called)


REQUESTS = (
    counted("study_requests", "requests") | shown("Requests of the engine's study"),
    counted("study_slots", "slots") | shown("Sequences that it runs at a time"),
    counted("study_steps", "{}_steps", SERVED) | shown("Steps: <served>"),
    counted("study_idle", "{}_idle_slot_share", SERVED, "%") | shown("Slots that idle: <served>"),
    counted("study_preemptions", "{}_preemptions", SERVED) | shown("Preemptions: <served>"),
    counted("study_again", "{}_computed_again_tokens", SERVED)
    | shown("Tokens computed again: <served>"),
)
CHUNKED = (
    counted("study_widest", "{}_widest_step_tokens", SERVED)
    | shown("Tokens of the widest step: <served>"),
    recorded("forward_pass", "trace", "at_once_longest_gap", "", name="gap_at_once")
    | shown("Longest gap of the traced answers, prompt at once"),
    recorded("forward_pass", "trace", "in_chunks_longest_gap", "", name="gap_in_chunks")
    | shown("Longest gap of the traced answers, prompt in chunks"),
)
SHARED = (
    counted("study_computed", "{}_computed_tokens", SERVED) | shown("Tokens computed: <served>"),
    counted("study_hits", "{}_hit_tokens", SERVED) | shown("Tokens found in the cache: <served>"),
    counted("study_block_hits", "block_size_{}_hit_tokens", BLOCKED)
    | shown("Tokens found in blocks of <blocked>"),
)
BLOCKS = (
    counted("study_empty", "block_size_{}_empty_places", BLOCKED)
    | shown("Places left empty in a sequence's last block of <blocked>", places=1),
)
