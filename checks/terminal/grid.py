"""Rows and tables of numbers as aligned text: what a figure over axes is in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from worked.figures import Derived, Figure, Graph

WIDTH = 100


def is_whole(graph: Graph, name: str) -> bool:
    """Return whether `name` means one number, not rows of them.

    Raises:
        FigureError: there is no such figure, axis or place.
    """
    return None not in graph.find(name)[1]


def names(graph: Graph, name: str, values: Mapping[str, Any]) -> list[str]:
    """Return the names of all cells that `name` means."""
    f, index = graph.find(name)
    ranges = [
        range(graph.length(a, values)) if i is None else (i,)
        for a, i in zip(f.axes, index, strict=True)
    ]
    return [graph.cell_name(f, at) for at in product(*ranges)]


def unit_of(graph: Graph, f: Figure) -> str:
    """Return the unit of the bare numbers of a table; "" where its cells are words or places."""
    return f.unit if _is_numbers(graph, f) else ""


def _is_numbers(graph: Graph, f: Figure) -> bool:
    is_verdict = isinstance(f, Derived) and f.words
    return not is_verdict and graph.kinds[f.name].place is None


def table(
    graph: Graph, name: str, values: Mapping[str, Any], indent: int = 2, most: int = 1_000
) -> list[str]:
    """Return the numbers of a figure over axes, or of a part of one, as aligned lines.

    One axis stands in a line if it fits, else downwards; of two the second stands across, or
    the first if only that fits; further ones give a table for each of their places. Of more than
    `most` lines downwards the rest are counted. The unit is left out (see `unit_of`).
    """
    f, index = graph.find(name)
    axes = [a for a, i in zip(f.axes, index, strict=True) if i is None]
    fixed = {a: i for a, i in zip(f.axes, index, strict=True) if i is not None}
    margin, bare = " " * indent, _is_numbers(graph, f)

    def text(at: Mapping[str, int]) -> str:
        cell = graph.cell_name(f, [at[a] for a in f.axes])
        return graph.shown(cell, values, bare=bare)

    def places(axis: str) -> range:
        return range(graph.length(axis, values))

    def labels(axis: str) -> list[str]:
        return [graph.label(axis, i, values) for i in places(axis)]

    def noun(axis: str) -> str:
        return graph.axes[axis].noun or axis

    def grid(down: str, across: str, at: Mapping[str, int]) -> list[list[str]]:
        head = [f"{noun(down)} \\ {noun(across)}", *labels(across)]
        rows = zip(labels(down), places(down), strict=True)
        return [
            head,
            *([n, *(text({**at, down: i, across: j}) for j in places(across))] for n, i in rows),
        ]

    if len(axes) == 1:
        (axis,) = axes
        cells = [text({**fixed, axis: i}) for i in places(axis)]
        lines = [[noun(axis), *labels(axis)], ["", *cells]]
        if not fits(lines, indent):
            lines = [list(pair) for pair in zip(*lines, strict=True)]
        return [margin + line for line in aligned(lines, indent, most)]
    *outer, down, across = axes
    found = []
    for where in product(*(places(a) for a in outer)):
        at = {**fixed, **dict(zip(outer, where, strict=True))}
        if outer:
            names = (f"{noun(a)} {graph.label(a, at[a], values)}" for a in outer)
            found.append(f"{margin}{', '.join(names)}")
        lines = grid(down, across, at)
        if not fits(lines, indent) and fits(other := grid(across, down, at), indent):
            lines = other
        found += [margin + line for line in aligned(lines, indent, most)]
    return found


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def fits(lines: Sequence[Sequence[str]], indent: int = 2) -> bool:
    """Return whether a table, its head first, is no wider than a terminal."""
    widths = _widths(lines)
    return indent + sum(widths) + 2 * (len(widths) - 1) <= WIDTH


def aligned(lines: Sequence[Sequence[str]], indent: int = 2, most: int = 1_000) -> list[str]:
    """Return a table's lines: the first column to the left, the others to the right.

    Columns for which there is no room follow below, after the first column once more.
    """
    first, *widths = _widths(lines)
    found: list[str] = []
    begin = 0
    while begin < len(widths):
        end, used = begin, indent + first
        while end < len(widths) and (end == begin or used + 2 + widths[end] <= WIDTH):
            used += 2 + widths[end]
            end += 1
        for line in lines[: most + 1]:
            cells = [
                f"{c:>{w}}"
                for c, w in zip(line[1 + begin : 1 + end], widths[begin:end], strict=True)
            ]
            found.append("  ".join([f"{line[0]:{first}}", *cells]).rstrip())
        if len(lines) > most + 1:
            found.append(f"... {len(lines) - most - 1} more")
        begin = end
    return found
