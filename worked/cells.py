"""Cells of a graph: how they are written, found, counted and looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError, UnknownNameError
from worked.showing import folded, pick, short

if TYPE_CHECKING:
    from worked.figures import Figure, Graph

_REFERENCE = re.compile(r"([A-Za-z_]\w*)(?:\[([^\[\]]*)\])?")

MOST_NAMED = 24
"""How many places of an axis a message names."""


@dataclass(frozen=True)
class Cell:
    """A figure, at fixed places (their keys) of some of its axes, which may be none."""

    name: str
    at: tuple[tuple[str, str], ...] = ()


def key_of(label: str | float) -> str:
    """Return what a label is called in an address: small letters, digits and hyphens."""
    text = f"{label:.15g}" if isinstance(label, (int, float)) else label
    text = f"minus {text[1:]}" if text.startswith("-") else text
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("+", " plus")).strip("-")


def reference(text: str) -> Cell:
    """Read `name` or `name[axis=key, axis=key]`; whether there is such a cell is not looked at.

    Raises:
        FigureError: it is written in another way.
    """
    match = _REFERENCE.fullmatch(text.strip())
    if not match:
        raise FigureError(f"{text}: write a figure as name or name[axis=place, axis=place]")
    at = []
    for part in filter(None, (p.strip() for p in (match[2] or "").split(","))):
        axis, equals, key = (x.strip() for x in part.partition("="))
        if not (axis and equals and key):
            raise FigureError(f"{text}: a place is written axis=place, not {part!r}")
        at.append((axis, key))
    return Cell(match[1], tuple(at))


def place(graph: Graph, axis: str, key: str, wanted_by: str = "") -> int:
    """Return the number of a place, from 0; -1 for the last of an axis whose length may change.

    Raises:
        UnknownNameError: the axis has no such place.
    """
    keys = graph.keys[axis]
    if key == "last":
        return -1 if graph.axes[graph.axes[axis].like or axis].length else len(keys) - 1
    if key in keys:
        return keys.index(key)
    near = [i for i, k in enumerate(keys) if folded(k) == folded(key) and not key.startswith("-")]
    if not near:
        known = keys if len(keys) <= MOST_NAMED else (*keys[:3], "...", keys[-1])
        raise UnknownNameError(
            f"{wanted_by or graph.name}: {axis} has no place '{short(key)}'; "
            f"there are {', '.join(known)}"
        )
    return near[0]


def find(graph: Graph, text: str) -> tuple[Figure, tuple[int | None, ...]]:
    """Read `leaf[row=3, round=2]` or `leaf.3.2`; return the figure and its places.

    A place that is left out is None: the whole axis is meant.

    Raises:
        FigureError: there is no such figure, axis or place.
    """
    name, dot, rest = text.partition(".")
    if dot and "[" not in name:
        f = graph.figure(name)
        keys = rest.split(".")
        if len(keys) != len(f.axes):
            if not f.axes:
                raise UnknownNameError(f"{text}: {name} is a single number; write {name}")
            raise UnknownNameError(f"{text}: a cell of {name} is {'.'.join((name, *f.axes))}")
        cell = Cell(name, tuple(zip(f.axes, keys, strict=True)))
    else:
        cell = reference(text)
    f = graph.figure(cell.name)
    for a, k in cell.at:
        if k == "0" and (cell.name, a) in graph.starts and k not in graph.keys[a]:
            # Place 0 of what a recurrence looks back at is what it starts from.
            start = graph.figure(graph.starts[cell.name, a])
            others = _places(graph, text, f, [(b, key) for b, key in cell.at if b != a])
            return start, tuple(others.get(b) for b in start.axes)
    places = _places(graph, text, f, cell.at)
    return f, tuple(places.get(a) for a in f.axes)


def _places(graph: Graph, text: str, f: Figure, at: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return the number of each place that a cell of `f` is said to be at."""
    found: dict[str, int] = {}
    for axis, key in at:
        if axis not in f.axes:
            over = ", ".join(f.axes) or "no axis"
            raise UnknownNameError(f"{text}: {f.name} is over {over}, not {axis!r}")
        found[axis] = place(graph, axis, key, short(text))
    return found


def cell_name(graph: Graph, f: Figure, index: Sequence[int | None]) -> str:
    """Return a cell as it is written: leaf[row=3, round=2]; a figure without axes as it is."""
    parts = [
        f"{a}={'last' if i < 0 else graph.keys[a][i]}"
        for a, i in zip(f.axes, index, strict=True)
        if i is not None
    ]
    return f"{f.name}[{', '.join(parts)}]" if parts else f.name


def cell(graph: Graph, text: str) -> str:
    """Return the one way in which messages and pages write a figure or a cell.

    Raises:
        FigureError: there is no such figure, axis or place.
    """
    return cell_name(graph, *find(graph, text))


def cell_at(graph: Graph, text: str, places: Mapping[str, str]) -> str:
    """Return a figure or a cell with the axes that it leaves open at `places` (axis -> key).

    Raises:
        FigureError: there is no such figure, axis or place.
    """
    f, index = find(graph, text)
    filled = [
        place(graph, a, places[a], text) if i is None and a in places else i
        for a, i in zip(f.axes, index, strict=True)
    ]
    return cell_name(graph, f, filled)


def cells(
    graph: Graph, name: str, values: Mapping[str, Any] | None = None
) -> Iterator[tuple[int, ...]]:
    """Yield the places of all cells of a figure, those of its last axis fastest."""
    values = graph.base if values is None else values
    return product(*(range(length(graph, a, values)) for a in graph.figure(name).axes))


def length(graph: Graph, axis: str, values: Mapping[str, Any]) -> int:
    """Return how many places an axis has."""
    a = graph.axes[axis]
    if a.like:
        return length(graph, a.like, values)
    return int(values[a.length]) if a.length else len(graph.keys[axis])


def value(graph: Graph, text: str, values: Mapping[str, Any] | None = None) -> Any:
    """Return a figure's or a cell's value: a number, or the rows over the axes left open.

    Raises:
        FigureError: there is no such figure, axis or place, or no longer at these values.
    """
    f, index = find(graph, text)
    values = graph.base if values is None else values
    for axis, i in zip(f.axes, index, strict=True):
        if i is not None and i >= (most := length(graph, axis, values)):
            raise FigureError(f"{text}: {axis} has only the places up to {most} here")
    return pick(values[f.name], index)
