"""The working of one number, as plain text: formula, values, inputs, sources, checks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.trace import text
from worked.figures import Derived, Given, Graph, Measured
from worked.figures.terms import trace

ROOT = Path(__file__).resolve().parents[1]


def twin(graph: Graph, name: str, values: Mapping[str, float]) -> str | None:
    """Return the same number of bytes in binary units, or None where it is no byte count."""
    dimension = graph.units[name].dimension
    if [int(p) for p in dimension.powers] != [1, 0, 0]:
        return None
    size = values[name]
    for unit_name, floor in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= floor:
            return graph.shown(name, values, unit_name, 2)
    return None


def verdict_number(graph: Graph, name: str, values: Mapping[str, float]) -> str:
    """Return the number behind the words of a verdict, "1" or "0"; "" for other figures."""
    f = graph.figure(name)
    return f"{values[name]:g}" if isinstance(f, Derived) and f.words else ""


def working(
    graph: Graph,
    name: str,
    values: Mapping[str, float],
    settings: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the lines that explain a figure under `settings`, its inputs one level down.

    Raises:
        UnknownNameError: the graph has no such figure.
    """
    f = graph.figure(name)
    lines = [f"{f.label}", f"  {name} = {graph.shown(name, values)}"]
    if other := twin(graph, name, values):
        lines.append(f"  {'':{len(name)}} = {other}")
    if isinstance(f, Derived):
        lines += _derived(graph, f, values)
    elif isinstance(f, Given):
        lines += ["", "given"] + [f"  {line}" for line in source_lines(graph, f, settings or {})]
    else:
        lines += ["", "measured"] + [f"  {line}" for line in record_lines(f)]
    return lines


def _derived(graph: Graph, f: Derived, values: Mapping[str, float]) -> list[str]:
    arguments = graph.arguments(f.name)
    tree = trace(f.formula)
    numbers = {n: verdict_number(graph, n, values) for n in (f.name, *arguments.values())}
    operands = {a: numbers[n] or graph.shown(n, values) for a, n in arguments.items()}
    result = ", ".join(filter(None, (numbers[f.name], graph.shown(f.name, values))))
    indent = " " * (len(f.formula.__name__) + 2)
    lines = [
        "",
        "formula",
        f"  {f.formula.__name__}: {text(tree, arguments)}",
        f"{indent}= {text(tree, operands)}",
        f"{indent}= {result}",
        "",
        "inputs",
    ]
    width = max(len(n) for n in arguments.values())
    for n in dict.fromkeys(arguments.values()):
        source = graph.figure(n)
        kind = "given" if isinstance(source, Given) else "measured"
        if isinstance(source, Derived):
            kind = f"from {source.formula.__name__}"
        shown = graph.shown(n, values) + (f" ({numbers[n]})" if numbers[n] else "")
        lines.append(f"  {n:{width}}  {shown:>16}  {source.label} ({kind})")
    code = inspect.unwrap(f.formula)
    path = Path(inspect.getsourcefile(code) or "").resolve().relative_to(ROOT)
    lines += ["", "code", f"  {path}:{inspect.getsourcelines(code)[1]}"]
    doc = inspect.getdoc(code) or ""
    return [*lines, "", "what it is", *(f"  {line}".rstrip() for line in doc.splitlines())]


def source_lines(graph: Graph, f: Given, settings: Mapping[str, Any]) -> list[str]:
    """Return where a given's value under `settings` comes from, and what it may be set to."""
    source, note = graph.source(f.name, settings)
    lines = [source.text]
    if source.url:
        lines.append(source.url)
    if source.read:
        due = f", to be read again by {source.review_by}" if source.review_by else ""
        lines.append(f"read on {source.read}{due}")
    if note:
        lines.append(note)
    return [*lines, f"may be set from {f.low:g} to {f.high:g} {f.unit}".rstrip()]


def record_lines(f: Measured) -> list[str]:
    """Return how a measured figure was made."""
    again = "the same on every machine" if f.deterministic else "of that machine only"
    seed = f", seed {f.seed}" if f.seed is not None else ""
    return [f.command, f"on {f.date}{seed}; {f.machine}; {again}", f"recorded in worked/{f.record}"]


def as_json(
    graph: Graph, name: str, values: Mapping[str, float], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a figure under `settings` as data: value in base units and in its own, text, kind.

    With it a computed figure's inputs, and a given's source and range.
    """
    f = graph.figure(name)
    more: dict[str, Any] = {}
    if isinstance(f, Derived):
        more = {"inputs": graph.arguments(name)}
    elif isinstance(f, Given):
        source, note = graph.source(name, settings)
        more = {"source": source.text, "url": source.url, "note": note, "low": f.low,
                "high": f.high}  # fmt: skip
    kind = {Given: "given", Derived: "derived", Measured: "measured"}[type(f)]
    return {
        "name": name,
        "label": f.label,
        "kind": kind,
        "value": values[name] / float(graph.units[name].factor),
        "unit": f.unit,
        "base_value": values[name],
        "text": graph.shown(name, values),
        **more,
    }
