"""Find code in the project: a marked section, a function, and the line it starts on."""

from __future__ import annotations

import ast
import re
import textwrap
from functools import lru_cache
from pathlib import Path

_MARKER = re.compile(r"^\s*#\s*--8<--\s*\[(start|end):([\w-]+)\]\s*$")


@lru_cache(maxsize=256)
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines())


def without_markers(text: str) -> str:
    """Return code without its section markers."""
    return "\n".join(line for line in text.splitlines() if not _MARKER.match(line))


def embedded(root: Path, target: str) -> tuple[str, str]:
    """Return (path, code) of `path#name`: the marked section `name`, else the function.

    A path alone gives the whole file. The code is dedented and its marker lines dropped.

    Raises:
        ValueError: there is no such file, section or function.
    """
    path, where = place(root, target)
    shown = _lines(root / path)[where.start - 1 : where.stop - 1]
    code = textwrap.dedent("\n".join(shown)).strip("\n")
    return path, without_markers(code)


def place(root: Path, target: str) -> tuple[str, range]:
    """Return (path, lines) of `path#name`, the lines counted from 1.

    Raises:
        ValueError: there is no such file, section or function.
    """
    path, _, name = target.partition("#")
    file = root / path
    if not file.is_file():
        raise ValueError(f"no file {path!r} to show code from")
    lines = _lines(file)
    if not name:
        return path, range(1, len(lines) + 1)
    found = _section(lines, name)
    if found is None:
        found = _function(lines, name)
    if found is None:
        raise ValueError(f"{path} has neither a section nor a function {name!r}")
    return path, found


def _section(lines: tuple[str, ...], name: str) -> range | None:
    """Return the lines between the markers of `name`, or None where there are none."""
    start = None
    for index, line in enumerate(lines):
        match = _MARKER.match(line)
        if match and match[2] == name:
            if match[1] == "start":
                start = index + 1
            elif start is not None:
                return range(start + 1, index + 1)
    if start is not None:
        raise ValueError(f"section {name!r} is opened and never closed")
    return None


def _function(lines: tuple[str, ...], name: str) -> range | None:
    """Return the lines of the function or class `name`, decorators included."""
    for node in ast.walk(ast.parse("\n".join(lines))):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and node.name == name:  # type: ignore[attr-defined]
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])  # type: ignore[attr-defined]
            return range(first, node.end_lineno + 1)  # type: ignore[attr-defined]
    return None
