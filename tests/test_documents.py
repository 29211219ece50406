"""What README and CONTRIBUTING show is so: excerpts, paths and commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from checks.terminal.main import _parser

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
EXCERPT = re.compile(r"<!-- (?P<path>\S+) -->\n```python\n(?P<code>.*?)```", re.DOTALL)
PATH = re.compile(r"`((?:checks|docs|tests|worked|benchmarks)/[\w./-]*\w/?)`")
COMMAND = re.compile(r"^ {4}(workbook [^#\n]*)", re.MULTILINE)
TARGET = re.compile(r"`make (\w+)|^ {4}make (\w+)", re.MULTILINE)


def read(name: str) -> str:
    """Return a document of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def stripped(text: str) -> list[str]:
    """Return the lines of a text that say something, without their indentation."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def stands_in(part: list[str], lines: list[str], first: int) -> int:
    """Return behind which line some lines stand one after the other, or -1."""
    for i in range(first, len(lines) - len(part) + 1):
        if lines[i : i + len(part)] == part:
            return i + len(part)
    return -1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_excerpts_stand_in_the_files_that_they_name(name: str) -> None:
    """Line for line, in their order; a line of dots leaves some out, and each names its file."""
    text = read(name)
    assert len(EXCERPT.findall(text)) == text.count("```python")
    for path, code in EXCERPT.findall(text):
        lines, at = stripped(read(path)), 0
        for part in re.split(r"^\.\.\.$", code, flags=re.MULTILINE):
            at = stands_in(stripped(part), lines, at)
            assert at >= 0, f"{name}: {path} does not say (any more)\n{part}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_files_and_folders_that_a_document_names_exist(name: str) -> None:
    assert [p for p in PATH.findall(read(name)) if not (ROOT / p).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_that_a_document_names_exist(name: str) -> None:
    """`workbook ...` is understood with its options; `make ...` is a target."""
    for command in COMMAND.findall(read(name)):
        _parser().parse_args(shlex.split(command)[1:])
    targets = re.findall(r"^(\w+):", read("Makefile"), flags=re.MULTILINE)
    wanted = [one or other for one, other in TARGET.findall(read(name))]
    assert [t for t in wanted if t not in targets] == []
