"""A chapter computed a second time, start to end, and the graph held against it cell by cell.

`checks/proof/recount/<chapter>.py` has `recount(givens)`: every derived figure from the givens in
base units, in plain NumPy, by code that shares nothing with the formulas. A number, or an array
with the figure's axes in its order; a place counts from 0, none is None, an absent cell NaN.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from checks.proof.pins import OTHER_PINS
from worked.chapters import graph
from worked.figures import Derived, FigureError, Graph
from worked.figures.kinds import Wire
from worked.figures.terms import Term
from worked.rows import Row, as_row, wired
from worked.showing import flat

SAME = 1e-9
"""The largest relative difference between two ways to compute one number."""


def recount(slug: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return the chapter's independent computation.

    Raises:
        LookupError: there is none yet.
    """
    name = slug.replace("-", "_")
    if importlib.util.find_spec(f"checks.proof.recount.{name}") is None:
        raise LookupError(
            f"{slug}: nothing computes this chapter a second time; write "
            f"checks/proof/recount/{name}.py "
            "with a function recount(givens) that returns every derived figure in base units"
        )
    found: Callable[[Mapping[str, Any]], dict[str, Any]] = importlib.import_module(
        f"checks.proof.recount.{name}"
    ).recount
    return found


def drawn_settings(g: Graph, number: int) -> dict[str, float]:
    """Return settings of every given and cell: the book's for number 0, then seeded draws.

    Half of the draws stay within a factor of 3 of the book's values, half within 8, so that every
    comparison goes one way at some and the other at others. In a third of them a row's cells take
    few whole values, 0, 1 or 2 times half of its largest: ties are common there.
    """
    rng = random.Random(f"{g.name} {number}")
    settings: dict[str, float] = {}
    for f in g.givens if number else ():
        for index in g.cells(f.name):
            book, low, high = (cell_of(x, index) for x in (f.value, f.low, f.high))
            if book is None:
                continue
            near = book * (3 if number % 2 else 8) ** rng.uniform(-1, 1)
            value = near if book else rng.uniform(low, high)
            if f.axes and number % 3 == 0:
                value = round(max(abs(x) for x in flat(f.value) if x is not None) / 2)
                value *= rng.randrange(3)
            value = round(value) if f.integer else value
            settings[g.cell_name(f, index)] = min(max(value, low), high)
    return settings


def cell_of(value: Any, index: Sequence[int | None]) -> Any:
    """Return a cell of nested tuples; a plain value is the same at every place."""
    for i in index if isinstance(value, tuple) else ():
        value = value[i]
    return value


@cache
def known(slug: str, number: int) -> dict[str, Row] | None:
    """Return every figure at a draw as rows: givens and records, and what is computed again.

    Draw 0 has the book's values, the first ones after it are the settings that are pinned: they
    were chosen for the edges that no draw hits. None where a figure has no value at the draw.
    """
    g = graph(slug)
    inputs = frozenset(n for n, f in g.figures.items() if not isinstance(f, Derived))
    pinned = [settings for settings, _ in OTHER_PINS.get(slug, [])]
    settings = pinned[number - 1] if 0 < number <= len(pinned) else drawn_settings(g, number)
    try:
        evaluated(g, settings)
    except FigureError:
        return None
    values = g.evaluate(settings, only=inputs)
    with np.errstate(all="ignore"):
        again = recount(slug)({f.name: values[f.name] for f in g.givens})
    again = {n: np.asarray(v).tolist() for n, v in again.items()}
    rows = {n: Row.of(v, *g.figures[n].axes) for n, v in (values | again).items()}
    # Givens of an axis whose length is a given have values for the most places that it may have.
    lengths = lengths_of(g, rows)
    return {n: _shortened(row, lengths) for n, row in rows.items()}


def evaluated(g: Graph, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a chapter's values at settings, also where it refuses them in words of its own.

    Raises:
        FigureError: a figure has no value there.
    """
    try:
        return g.evaluate(settings)
    except FigureError:
        return _unrefused(g).evaluate(settings)


@cache
def _unrefused(g: Graph) -> Graph:
    """Return a chapter's graph without its refusals: what it computes is checked there too."""
    steps = [
        replace(
            s,
            figures=tuple(
                replace(f, must=False) if isinstance(f, Derived) else f for f in s.figures
            ),
        )
        for s in g.steps
    ]
    return Graph(g.name, g.title, steps, g.choices.values(), g.axes.values())


def _shortened(row: Row, lengths: Mapping[str, int]) -> Row:
    for axis, n in row.sizes.items():
        if n > lengths[axis]:
            parts = {i: row.fixed(axis, i) for i in range(lengths[axis])}
            order = list(row.sizes)
            row = as_row(0).formula_op("along", (axis, parts))
            row = Row.of(row.nested(*order), *order)
    return row


def lengths_of(g: Graph, rows: Mapping[str, Row]) -> dict[str, int]:
    """Return how many places each axis has where the figures are `rows`."""
    return {a: g.length(a, {n: r.cells[0] for n, r in rows.items()}) for a in g.axes}


def differs(g: Graph, f: Derived, got: Row, rows: Mapping[str, Row]) -> str:
    """Return the first cell in which a figure is not what was computed again, or nothing.

    What two ways to compute it leave of numbers that cancel is small beside those numbers: the
    largest of the figure's own cells and, where it adds or subtracts, of the inputs of its
    dimension.
    """
    want = rows[f.name]
    if set(got.sizes) != set(f.axes):
        return f.name
    dimension = g.units[f.name].dimension
    inputs = g.sources(f.name) if _adds(f.term) else ()
    names = [n for n in inputs if g.units[n].dimension.same_as(dimension)]
    sizes = [abs(c) for n in (f.name, *names) for c in rows[n].cells if _is_finite(c)]
    noise = SAME * max(sizes, default=0)
    for index in np.ndindex(*(want.sizes[a] for a in f.axes)):
        at = dict(zip(f.axes, index, strict=True))
        mine, theirs = got.at(**at), want.at(**at)
        if isinstance(mine, Exception) or mine is None or theirs is None:
            is_absent = theirs is None or not _is_finite(theirs)
            if is_absent != (isinstance(mine, Exception) or mine is None):
                return g.cell_name(f, index)
        elif _is_finite(theirs) and not abs(mine - theirs) <= noise:
            return g.cell_name(f, index)
    return ""


def _adds(term: Term) -> bool:
    """Whether numbers may cancel in a formula."""
    return term.op in ("+", "-", "total", "mean") or any(map(_adds, term.parts()))


def _is_finite(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and math.isfinite(cell)


def fed(g: Graph, formula: Callable[..., Any], wires: Mapping[str, Wire], rows: Any) -> Row:
    """Return what a formula gives, fed from the figures that are known."""
    lengths = lengths_of(g, rows)
    return as_row(formula(*(wired(g, w, rows, lengths) for w in wires.values())))
