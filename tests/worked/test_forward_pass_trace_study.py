"""The traced steps: chunks take nothing away and part what a long prompt would stop."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.skips import required

required("torch")

from tests.worked.recorded import assert_recorded  # noqa: E402
from worked.forward_pass import trace_study  # noqa: E402
from worked.recording import load  # noqa: E402


def test_the_record_is_what_the_engine_does_now() -> None:
    assert_recorded(trace_study.MEASURED, trace_study.study(), lambda name, value: value)
    assert load(trace_study.MEASURED)["segments"] == trace_study.traces()


@pytest.mark.parametrize("chunked", [False, True])
def test_every_request_is_computed_once_and_in_order(chunked: bool) -> None:
    """A prompt's steps come before its answer's; no two steps of a request overlap."""
    segments = trace_study.trace(chunked)
    for request in range(len(trace_study.PROMPTS)):
        own = [s for s in segments if s["request"] == request]
        kinds = [s["kind"] for s in own]
        assert kinds == sorted(kinds, reverse=True)
        assert kinds.count("answer") == trace_study.ANSWER - 1  # The first comes with the prompt.
        assert all(a["end"] <= b["start"] for a, b in pairwise(own))


def test_a_gap_is_a_whole_prompt_or_a_chunk() -> None:
    """At once: the 48 tokens of the late prompt and 3 answers' tokens. In chunks: the budget."""
    assert trace_study.longest_gap(trace_study.trace(False)) == 48 + 3
    assert trace_study.longest_gap(trace_study.trace(True)) == trace_study.BUDGET
