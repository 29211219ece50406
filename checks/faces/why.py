"""All that there is to one number, as plain text: value, working, inputs, source, code."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.faces.interpret import Formula
from checks.faces.working import lines
from worked.figures import Derived, Figure, FigureError, Given, Graph, Measured

ROOT = Path(__file__).resolve().parents[2]
_COLUMNS = 98
_MOST_CELLS = 3


def whole(graph: Graph, text: str, values: Mapping[str, Any]) -> str:
    """Return the name of the one number that `text` means: a figure without axes, or a cell.

    Raises:
        FigureError: there is none, or it is a row of numbers; the message names one of them.
    """
    f, index = graph.find(text)
    if None in index:
        one = graph.cell_name(f, [0 if i is None else i for i in index])
        raise FigureError(
            f"{text}: has a value for each place of {', '.join(f.axes)}; ask for {one}"
        )
    return graph.cell_name(f, index)


def twin(graph: Graph, name: str, values: Mapping[str, float]) -> str | None:
    """Return the same number of bytes in binary units, or None where it is no byte count."""
    dimension = graph.units[graph.find(name)[0].name].dimension
    if [int(p) for p in dimension.powers] != [1, 0, 0]:
        return None
    size = graph.value(name, values)
    if size is None:
        return None
    for unit_name, floor in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= floor:
            return graph.shown(name, values, unit_name, 2)
    return None


def verdict_number(graph: Graph, name: str, values: Mapping[str, float]) -> str:
    """Return the number behind the words of a verdict, "1" or "0"; "" for other figures."""
    f, _ = graph.find(name)
    return f"{graph.value(name, values):g}" if isinstance(f, Derived) and f.words else ""


def working(
    graph: Graph,
    name: str,
    values: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the lines that explain a figure or a cell under `settings`.

    Raises:
        FigureError: the graph has no such figure, or it is a row of numbers.
    """
    name = whole(graph, name, values)
    f, index = graph.find(name)
    found = [graph.called(name, values), f"  {name} = {graph.shown(name, values)}"]
    if other := twin(graph, name, values):
        found.append(f"  {'':{len(name)}} = {other}")
    if isinstance(f, Derived):
        found += ["", "working", *(f"  {line}" for line in lines(graph, name, values))]
        found += ["", "inputs", *_inputs(graph, f, index, values), "", "code", *_code(f)]
    elif isinstance(f, Given):
        found += ["", "given"]
        for line in source_lines(graph, f, settings or {}, name):
            found += textwrap.wrap(
                line,
                _COLUMNS,
                initial_indent="  ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    else:
        found += ["", "measured"] + [f"  {line}" for line in record_lines(graph, f)]
    return found


def inputs(graph: Graph, cell: str, values: Mapping[str, Any]) -> dict[str, None]:
    """Return what a cell is computed from, in the branches that are taken.

    A cell, or a row of them where an axis is looked along.
    """
    f, index = graph.find(cell)
    assert isinstance(f, Derived)
    formula = Formula(graph, f.name, values)
    at = {a: (i or 0) % formula.length(a) for a, i in zip(f.axes, index, strict=True)}
    needed = formula.looked_at(f.term, at)
    wires = (wire for argument, wire in formula.wires.items() if argument in needed)
    sources = filter(None, (formula.place_of(wire, at) for wire in wires))
    return {graph.cell_name(graph.figures[name], there): None for name, there in sources}


def _inputs(
    graph: Graph, f: Derived, index: tuple[int | None, ...], values: Mapping[str, Any]
) -> list[str]:
    """Return a line for each figure that is needed there: name, value, label, what it is."""
    rows: dict[str, tuple[str, str]] = {}
    for cell in inputs(graph, graph.cell_name(f, index), values):
        figure, there = graph.find(cell)
        kind = {Given: "given", Measured: "measured"}.get(type(figure), "computed")
        rows[cell] = (
            _values(graph, figure, there, values),
            f"{graph.called(cell, values)} ({kind})",
        )
    width = max(map(len, rows), default=0)
    wide = max((len(shown) for shown, _ in rows.values()), default=0)
    found = []
    for cell, (shown, label) in rows.items():
        start = f"  {cell:{width}}  {shown:>{wide}}  "
        found += textwrap.wrap(
            label, _COLUMNS, initial_indent=start, subsequent_indent=" " * len(start)
        )
    return found


def _values(
    graph: Graph, f: Figure, there: tuple[int | None, ...], values: Mapping[str, Any]
) -> str:
    """Return what stands at some places of a figure: up to three numbers, or how many there are."""
    cells = [
        graph.cell_name(f, at)
        for at in graph.cells(f.name, values)
        if all(want in (None, i) for want, i in zip(there, at, strict=True))
    ]
    if len(cells) > _MOST_CELLS:
        return f"{len(cells)} numbers"
    shown = [graph.shown(cell, values) for cell in cells]
    if len(cells) == 1 and (number := verdict_number(graph, cells[0], values)):
        return f"{shown[0]} ({number})"
    return "; ".join(shown)


def _code(f: Derived) -> list[str]:
    """Return where the formula stands, and what is said of it there."""
    code = inspect.unwrap(f.formula)
    path = Path(inspect.getsourcefile(code) or "").resolve().relative_to(ROOT)
    doc = (inspect.getdoc(code) or "").splitlines()
    return [
        f"  {path}:{inspect.getsourcelines(code)[1]}",
        *(f"    {line}".rstrip() for line in doc),
    ]


def source_lines(graph: Graph, f: Given, settings: Mapping[str, Any], cell: str = "") -> list[str]:
    """Return where the value of a given, or of a cell of one, comes from, and its range."""
    source, note = graph.source(cell or f.name, settings)
    found = [source.text]
    if source.url:
        found.append(source.url)
    if source.read:
        due = f", to be read again by {source.review_by}" if source.review_by else ""
        found.append(f"read on {source.read}{due}")
    if note:
        found.append(note)
    if f.axes and not cell:
        return found
    low, high = graph.limits(*graph.find(cell or f.name))
    return [*found, f"may be set from {low:g} to {high:g} {f.unit}".rstrip()]


def recorded_at(graph: Graph, f: Measured) -> str:
    """Return the givens at which it was recorded, with the book's values: "eta 0.5, rounds 5"."""
    names = [cell for n in f.at.split() for cell in _cells(graph, n)]
    return ", ".join(f"{graph.called(n)} {graph.shown(n)}" for n in names)


def _cells(graph: Graph, name: str) -> list[str]:
    return [graph.cell_name(graph.figures[name], index) for index in graph.cells(name)]


def record_lines(graph: Graph, f: Measured) -> list[str]:
    """Return how a measured figure was made."""
    again = "the same on every machine" if f.deterministic else "of that machine only"
    seed = f", seed {f.seed}" if f.seed is not None else ""
    at = [f"at {said}"] if (said := recorded_at(graph, f)) else []
    made = f"on {f.date}{seed}; {f.machine}; {again}"
    return [f.command, *at, made, f"recorded in worked/{f.record}"]


def as_json(
    graph: Graph, name: str, values: Mapping[str, float], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a figure under `settings` as data: value in base units and in its own, text, kind.

    With it a computed figure's inputs, and a given's source and range.
    """
    name = whole(graph, name, values)
    f, index = graph.find(name)
    more: dict[str, Any] = {}
    if isinstance(f, Derived):
        more = {"inputs": graph.arguments(f.name)}
    elif isinstance(f, Given):
        source, note = graph.source(name, settings)
        low, high = graph.limits(f, index)
        more = {"source": source.text, "url": source.url, "note": note, "low": low, "high": high}
    kind = {Given: "given", Derived: "derived", Measured: "measured"}[type(f)]
    value = graph.value(name, values)
    is_number = value is not None and graph.kinds[f.name].place is None
    return {
        "name": name,
        "label": graph.called(name, values),
        "kind": kind,
        "value": value / float(graph.units[f.name].factor) if is_number else value,
        "unit": f.unit,
        "base_value": value,
        "text": graph.shown(name, values),
        **more,
    }
