"""Run the page's own JavaScript at build time and in the tests, in quickjs-ng (no Node)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

import quickjs

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs" / "assets" / "js"

_IMPORT = re.compile(r"^import\s.*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export\s+(?=const|function|class|let|async)", re.MULTILINE)
_NAMED = re.compile(r"^export\s+(?:async\s+)?(?:const|function|class|let)\s+(\w+)", re.MULTILINE)
_FROM = re.compile(r"^import\s*\{([^}]*)\}\s*from\s*\"([^\"]+)\";", re.MULTILINE)


def as_script(module: str) -> str:
    """Return an ES module as a plain script: its imports dropped, its exports made global."""
    return _EXPORT.sub("", _IMPORT.sub("", module))


def bundle(*names: str) -> str:
    """Join modules of docs/assets/js into one script, in the order given.

    The modules must not use one top-level name for two things.
    """
    return "\n".join(as_script((SCRIPTS / name).read_text(encoding="utf-8")) for name in names)


def linked(*entries: str, generated: Mapping[str, str] | None = None) -> str:
    """Join modules with all that they import into one script, each in a scope of its own.

    Addresses are those of the site ("assets/js/exact.js"); `generated` gives the text of the
    modules that the build writes. Afterwards `modules[address]` holds a module's exports.

    Raises:
        ValueError: modules that import one another in a circle.
    """
    texts = dict(generated or {})
    done: list[str] = []
    script = ["const modules = {};"]

    def add(address: str, above: tuple[str, ...]) -> None:
        if address in above:
            raise ValueError(f"{address} imports itself through {above[above.index(address) :]}")
        if address in done:
            return
        text = texts.get(address) or (ROOT / "docs" / address).read_text(encoding="utf-8")
        taken = []
        for names, path in _FROM.findall(text):
            source = posixpath.normpath(posixpath.join(posixpath.dirname(address), path))
            add(source, (*above, address))
            taken.append(f"const {{{names.replace(' as ', ': ')}}} = modules[{source!r}];")
        exports = ", ".join(_NAMED.findall(text))
        script.append(
            f"modules[{address!r}] = (() => {{\n"
            + "\n".join([*taken, as_script(text), f"return {{ {exports} }};"])
            + "\n})();"
        )
        done.append(address)

    for entry in entries:
        add(entry, ())
    return "\n".join(script)


def context(*scripts: str) -> quickjs.Context:
    """Return a JavaScript context in which the scripts have run."""
    made = quickjs.Context()
    for script in scripts:
        # The trailing 0 keeps quickjs from converting a script's last value to Python.
        made.eval(script + "\n;0")
    return made
