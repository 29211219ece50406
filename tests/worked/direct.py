"""A graph evaluated without its program: each formula is called with rows of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worked.figures import Derived, Graph
from worked.figures.rows import Row, as_row, places_of, wired
from worked.floats import clean


def evaluate(graph: Graph, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return every figure as `graph.evaluate` does: nested lists in the order of the axes."""
    given = graph.evaluate(settings)
    lengths = {a: graph.length(a, given) for a in graph.axes}
    rows = {}
    for name, f in graph.figures.items():
        if not isinstance(f, Derived):
            row = Row.of(given[name], *f.axes)
            rows[name] = row if not f.axes else _cut(row, lengths)
    for _, order in graph.plan:
        for part in order:
            _fill(graph, part, rows, lengths, {})
    return {n: r.nested(*graph.figures[n].axes) for n, r in rows.items()}


def _cut(row: Row, lengths: Mapping[str, int]) -> Row:
    """Leave out the places beyond an axis' present length; an absent cell is an error kept."""
    sizes = {a: min(n, lengths[a]) for a, n in row.sizes.items()}

    cells = [row.at(**p) for p in places_of(sizes)]
    return Row(sizes, cells)


def _fill(graph: Graph, part: Any, rows: dict[str, Row], lengths: Any, at: dict[str, int]) -> None:
    """Compute a figure, or a recurrence place by place; `at`: the places that stand fixed."""
    if not isinstance(part, str):
        axis, inner = part
        for i in range(lengths[axis]):
            for p in inner:
                _fill(graph, p, rows, lengths, {**at, axis: i})
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
            cell = clean(float(cell))
        flat = 0
        for a in f.axes:
            flat = flat * lengths[a] + {**at, **p}[a]
        known.cells[flat] = cell


def _size(f: Derived, lengths: Mapping[str, int]) -> int:
    size = 1
    for a in f.axes:
        size *= lengths[a]
    return size
