"""A graph evaluated without its program: each formula is called with rows of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from worked.figures import Derived, Graph
from worked.floats import clean
from worked.rows import Row, as_row, places_of, wired
from worked.units import Unit


def plain(graph: Graph) -> list[Derived]:
    """Return the figures that are computed from single numbers alone."""
    return [
        f
        for f in graph.derived
        if graph.kinds[f.name].place is None
        and all(
            n in graph.figures and not graph.figures[n].axes
            for n in (f.name, *graph.arguments(f.name).values())
        )
    ]


def evaluate(
    graph: Graph,
    settings: Mapping[str, Any],
    number: Callable[[float, Unit], Any] | None = None,
    settled: Callable[[Any], Any] = lambda value: clean(float(value)),
) -> dict[str, Any]:
    """Return every figure as `graph.evaluate` does: nested lists in the order of the axes.

    number: makes a given or recorded value of what is written and its unit (default: as the graph);
    settled: what becomes of a computed value.
    """
    changed = graph.changes(settings)
    given = graph.evaluate(settings)
    lengths = {a: graph.length(a, given) for a in graph.axes}
    rows = {}
    for name, f in graph.figures.items():
        if isinstance(f, Derived):
            continue
        cells = []
        for p in places_of({a: lengths[a] for a in f.axes}):
            value = _pick(f.value if number else given[name], p)
            if number and value is not None:
                value = changed.get(graph.cell_name(f, tuple(p.values())), value)
                value = number(value, graph.units[name])
            cells.append(value)
        rows[name] = Row({a: lengths[a] for a in f.axes}, cells)
    for _, order in graph.plan:
        for part in order:
            _fill(graph, part, rows, lengths, {}, settled)
    return {n: r.nested(*graph.figures[n].axes) for n, r in rows.items()}


def _pick(value: Any, places: Mapping[str, int]) -> Any:
    for i in places.values():
        value = value[i]
    return value


def _fill(
    graph: Graph,
    part: Any,
    rows: dict[str, Row],
    lengths: Mapping[str, int],
    at: dict[str, int],
    settled: Callable[[Any], Any],
) -> None:
    """Compute a figure, or a recurrence place by place; `at`: the places that stand fixed."""
    if not isinstance(part, str):
        axis, inner = part
        for i in range(lengths[axis]):
            for p in inner:
                _fill(graph, p, rows, lengths, {**at, axis: i}, settled)
        return
    f = graph.figures[part]
    inputs = [wired(graph, w, rows, lengths, at) for w in graph.wiring[part].values()]
    free = {a: lengths[a] for a in f.axes if a not in at}
    got = as_row(f.formula(*inputs))
    known = rows.setdefault(part, Row({a: lengths[a] for a in f.axes}, [None] * _size(f, lengths)))

    is_place = graph.kinds[part].place is not None
    for p in places_of(free):
        cell = got.at(**p)
        if isinstance(cell, Exception):
            cell = None if f.partial else cell
        elif not is_place and cell is not None:
            cell = settled(cell)
        flat = 0
        for a in f.axes:
            flat = flat * lengths[a] + {**at, **p}[a]
        known.cells[flat] = cell


def _size(f: Derived, lengths: Mapping[str, int]) -> int:
    size = 1
    for a in f.axes:
        size *= lengths[a]
    return size
