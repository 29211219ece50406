"""Run the page's own JavaScript at build time and in the tests, in quickjs-ng (no Node)."""

from __future__ import annotations

import re
from pathlib import Path

import quickjs

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs" / "assets" / "js"

_IMPORT = re.compile(r"^import\s.*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export\s+(?=const|function|class|let)", re.MULTILINE)


def as_script(module: str) -> str:
    """Return an ES module as a plain script: its imports dropped, its exports made global."""
    return _EXPORT.sub("", _IMPORT.sub("", module))


def bundle(*names: str) -> str:
    """Join modules of docs/assets/js into one script, in the order given.

    The modules must not use one top-level name for two things.
    """
    return "\n".join(as_script((SCRIPTS / name).read_text(encoding="utf-8")) for name in names)


def context(*scripts: str) -> quickjs.Context:
    """Return a JavaScript context in which the scripts have run."""
    made = quickjs.Context()
    for script in scripts:
        # The trailing 0 keeps quickjs from converting a script's last value to Python.
        made.eval(script + "\n;0")
    return made
