"""Print the tests as sentences, file by file: `python -m tests.spec [folder or file ...]`.

A test says its law in the first line of its docstring, or in its name.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def sentence(test: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return what a test says: its name as a sentence, and the first line of its docstring."""
    words = test.name.removeprefix("test_").replace("_", " ")
    said = (ast.get_docstring(test) or "").split("\n\n", 1)[0]
    name = words[:1].upper() + words[1:]
    return f"{name}. {' '.join(said.split())}" if said else f"{name}."


def sentences(tree: ast.Module) -> Iterator[str]:
    """Yield the sentence of each test of a file, in its order; those of a class as well."""
    for node in ast.walk(tree):
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if is_function and node.name.startswith("test_"):
            yield sentence(node)


def spec(path: Path) -> list[str]:
    """Return a file's title and its sentences; nothing where it has no tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = list(sentences(tree))
    title = (ast.get_docstring(tree) or path.stem).split("\n", 1)[0]
    return (
        ["", f"{title} ({path.relative_to(ROOT)})", *(f"  - {s}" for s in found)] if found else []
    )


def main(arguments: Sequence[str]) -> int:
    """Print the tests of the folders and files, or of all."""
    asked = [Path(a).resolve() for a in arguments] or [ROOT / "tests"]
    for start in asked:
        for path in [start] if start.is_file() else sorted(start.rglob("test_*.py")):
            for line in spec(path):
                print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
