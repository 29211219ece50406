"""Imports point one way: docs -> checks -> worked; in checks page -> drill -> proof -> faces."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What a folder of checks/ stands on; those of one rank do not know one another.
GAMES = ("drill", "exercises", "defend", "interview")
RANKS = (("faces",), ("proof",), GAMES, ("page", "terminal"))
RANK = {folder: rank for rank, folders in enumerate(RANKS) for folder in folders}


def _imports(path: Path) -> set[str]:
    """Return the modules of this project that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("worked", "checks", "tests", "docs")}


def test_worked_knows_nothing_of_checks() -> None:
    """What the book computes could be shown and proved by something else."""
    for path in (ROOT / "worked").rglob("*.py"):
        assert {name.split(".")[0] for name in _imports(path)} <= {"worked"}, path


def test_no_import_inside_checks_runs_back_up() -> None:
    """A folder of checks/ imports itself and what stands below it, and there are no others."""
    for path in (ROOT / "checks").rglob("*.py"):
        parts = path.relative_to(ROOT / "checks").parts
        if len(parts) == 1 or "bank" in parts:
            continue
        for name in _imports(path):
            if name.startswith("checks."):
                other = name.split(".")[1]
                below = other == parts[0] or RANK[other] < RANK[parts[0]]
                assert below, f"{path.relative_to(ROOT)} imports {name}"
            assert not name.startswith(("tests", "docs")), path
