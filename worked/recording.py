"""Record what a measurement found, with what is needed to repeat it.

A record ends in a digest of all that it says, so that a number that is changed by hand is refused
when it is read; a digest of the code that made it tells when the measurement is of other code.
Neither stops one who makes a new digest: a deterministic record is computed again in the tests,
and of others they check what its numbers have to do with one another.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import hashlib
import io
import json
import os
import platform
import re
import tokenize
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from worked.figures import Axis, FigureError, Measured
from worked.units import exact, unit

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a record says, as JSON in one form, without its own digest."""
    said = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def code_digest(command: str) -> str:
    """Return the SHA-256 of the file that a record's command runs, as the statements that it is.

    Docstrings, comments and what a formatter decides (blanks, line ends, commas and parentheses)
    are left out, so that it is the same after them and under every version of Python.

    Raises:
        FigureError: the command names no file of this project.
    """
    words = command.split()
    told = words[2:3] if words[1:2] == ["-m"] else words[1:2]
    path = ROOT / ("".join(told).removesuffix(".py").replace(".", "/") + ".py")
    if words[:1] != ["python"] or not path.is_file():
        raise FigureError(f"{command!r} runs no file of this project")
    return hashlib.sha256(_statements(path.read_text(encoding="utf-8")).encode()).hexdigest()


def _statements(source: str) -> str:
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            for row in range(first.lineno - 1, first.end_lineno or first.lineno):
                lines[row] = ""
    return re.sub(r"[\s,()]", "", "\n".join(lines))


def machine() -> str:
    """Describe this machine in words: architecture and number of cores, nothing that names it."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def record(
    path: Path,
    values: Mapping[str, tuple[float, str]],
    *,
    what: str,
    command: str,
    deterministic: bool,
    seed: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write measured `values` (name -> (value, unit)) and their provenance to `path` as JSON.

    `what` says in one sentence what was run; `command` repeats it from the project's root;
    `deterministic` says whether every machine gets these very values (then the tests
    recompute them); a result that is not is only ever quoted with its machine. `more` is
    written beside the values: what is not a number with a unit.

    Raises:
        ValueError: a deterministic result without a seed, or a value that is not finite.
        FigureError: the command names no file of this project.
    """
    if deterministic and seed is None:
        raise ValueError(f"{path.name}: a deterministic measurement must name its seed")
    for name, (value, _) in values.items():
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"{path.name}: {name} is {value}, not a finite number")
    document: dict[str, Any] = {
        "what": what,
        "command": command,
        "date": datetime.date.today().isoformat(),
        "deterministic": deterministic,
        "seed": seed,
        "machine": machine(),
        "code": code_digest(command),
        "values": {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()},
        **(more or {}),
    }
    document["digest"] = digest(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def run_study(
    path: Path,
    study: Callable[[], Mapping[str, tuple[float, str]]],
    *,
    what: str,
    command: str,
    seed: int,
    line: str = "{name} = {value:.6g} {unit}",
    more: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """Print what a deterministic `study` finds, a `line` each; with --record, write it to `path`.

    It is the whole of a module's command; `what`, `command` and `seed` are those of `record`, and
    `more` finds what that writes beside the values.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--record", action="store_true", help=f"write {path.name}")
    wanted = parser.parse_args().record
    values = study()
    for name, (value, unit_name) in values.items():
        print(line.format(name=name, value=value, unit=unit_name).rstrip())
    if wanted:
        record(path, values, what=what, command=command, deterministic=True, seed=seed, more=more())


@cache
def load(path: Path) -> dict[str, Any]:
    """Read what `record` wrote.

    Raises:
        FigureError: it was changed since.
    """
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    check(document, path.name)
    return document


def check(document: Mapping[str, Any], name: str) -> None:
    """Refuse a record that no longer says what was measured.

    Raises:
        FigureError: its digest is another's, or missing.
    """
    if document.get("digest") != digest(document):
        raise FigureError(
            f"{name} was changed after it was recorded; record it again: {document.get('command')}"
        )


def recorded(
    chapter: str,
    record_name: str,
    value: str,
    label: str,
    unit_name: str | None = None,
    places: int = 0,
    name: str | None = None,
    symbol: str = "",
    signed: bool = False,
    over: Axis | tuple[Axis, ...] | None = None,
    called: Mapping[str, str] | None = None,
    at: str = "",
) -> Measured:
    """Return a value of worked/<chapter>/measured/<record_name>.json as a figure.

    unit_name: the unit to show it in, when not the recorded one; name: the figure's name, when
    not the value's. Over an axis, or several, it is a row or a table of values: each {} in
    `value` stands for a place's key, with _ for its hyphens, or for what the record calls it
    (`called`). at: the givens at whose values in the book it was recorded.

    Raises:
        FigureError: the record was changed by hand, has no such value, or the unit has another
            dimension.
    """
    path = Path(__file__).parent / chapter / "measured" / f"{record_name}.json"
    document = load(path)
    shown = name or value
    axes = over if isinstance(over, tuple) else (over,) if over else ()
    words = {k: k.replace("-", "_") for a in axes for k in a.keys} | dict(called or {})
    keys = [value.format(*(words[k] for k in at)) for at in product(*(a.keys for a in axes))]
    if missing := [key for key in keys if key not in document["values"]]:
        raise FigureError(f"{shown}: {record_name}.json records no {missing[0]!r}")
    rows = [document["values"][key] for key in keys]
    want = unit(rows[0]["unit"] if unit_name is None else unit_name)
    for had in (unit(row["unit"]) for row in rows):
        if not want.dimension.same_as(had.dimension):
            raise FigureError(
                f"{shown}: recorded in {had.name!r}, cannot be shown in {want.name!r}"
            )
    values: list[Any] = [
        float(exact(row["value"]) * unit(row["unit"]).factor / want.factor) for row in rows
    ]
    for a in reversed(axes):
        n = len(a.keys)
        values = [tuple(values[i : i + n]) for i in range(0, len(values), n)]
    return Measured(
        shown,
        values[0],
        want.name,
        label,
        f"{chapter}/measured/{record_name}.json",
        document["command"],
        document["date"],
        document["machine"],
        document["deterministic"],
        document["seed"],
        symbol,
        places,
        signed,
        " ".join(a.name for a in axes),
        at,
    )
