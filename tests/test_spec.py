"""The tests can be read as sentences."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import spec


def test_a_test_says_its_name_and_the_first_paragraph_of_its_docstring() -> None:
    """Two lines of one paragraph are one sentence; what follows a blank line is not said."""
    source = (
        "def test_a_ring_sends_its_payload() -> None:\n"
        '    """Each rank sends\n    all but one chunk.\n\n    By hand: 48."""\n'
        "def helper() -> None: ...\n"
        "async def test_nothing_else() -> None: ...\n"
    )
    assert list(spec.sentences(ast.parse(source))) == [
        "A ring sends its payload. Each rank sends all but one chunk.",
        "Nothing else.",
    ]


def test_a_file_is_headed_by_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert spec.main([str(Path(__file__))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "The tests can be read as sentences. (tests/test_spec.py)"
    assert lines[-1].startswith("  - A file is headed by what it is about.")
