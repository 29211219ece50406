"""What is refused when a graph is built, for no value of its givens could make it right."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError
from worked.settings import checked_cell
from worked.showing import PLACE, pick, suggest

if TYPE_CHECKING:
    from worked.figures import Graph

MOST_CELLS = 1_000
"""How many cells a figure may have."""


def check_axes(graph: Graph) -> None:
    """Check that figures are over axes that there are, and hold as many values as these places.

    Raises:
        FigureError: one does not; the message names it.
    """
    for f in graph.figures.values():
        for a in f.axes:
            if a not in graph.axes:
                raise FigureError(
                    f"{f.name}: is over {a!r}, which is no axis of {graph.name}"
                    f"{suggest(a, graph.axes)}"
                )
        for text in (f.label, f.symbol):
            for a in PLACE.findall(text):
                if a not in f.axes:
                    raise FigureError(f"{f.name}: is not over {a!r}, which {text!r} mentions")
        sizes = [len(graph.keys[a]) for a in f.axes]
        if (count := math.prod(sizes)) > MOST_CELLS:
            raise FigureError(
                f"{f.name}: has {count:,} cells; compute more than {MOST_CELLS:,} on demand"
            )
        shape = _shape(getattr(f, "value", None))
        if hasattr(f, "value") and shape != sizes:
            raise FigureError(
                f"{f.name}: over {f.over or 'no axis'} it wants values of shape {sizes}, "
                f"not {shape}"
            )
    givens = [f.name for f in graph.givens]
    for axis in graph.axes.values():
        if axis.length and axis.length not in givens:
            raise FigureError(f"{axis.name}: its length {axis.length!r} is no given")


def check_inputs(graph: Graph) -> None:
    """Check that every input is one of an argument that the formula has.

    Raises:
        FigureError: one is not.
    """
    for f in graph.derived:
        for name in f.wired:
            if name not in f.parameters:
                raise FigureError(
                    f"{f.name}: {f.formula.__name__} has no argument {name!r}; it takes "
                    f"{', '.join(f.parameters)}{suggest(name, f.parameters)}"
                )


def check_words(graph: Graph) -> None:
    """Check that the figures in the words of verdicts are known before the verdict is.

    Raises:
        FigureError: one is not.
    """
    for f in graph.derived:
        known = graph.ancestors(f.name) if f.must else graph.figures
        for name in f.spoken():
            if name not in known:
                raise FigureError(
                    f"{f.name}: its words mention {name!r}, which "
                    f"{'it does not depend on' if f.must else f'{graph.name} does not have'}"
                )


def check_values(graph: Graph) -> None:
    """Check that the book's values, and those of the options of choices, lie in their ranges.

    Raises:
        FigureError: one does not; the message names it, and the option.
    """
    for given in graph.givens:
        for at in product(*(range(len(graph.keys[a])) for a in given.axes)):
            if (value := pick(given.value, at)) is not None:
                checked_cell(graph, given, at, value)
    for c in graph.choices.values():
        if c.default not in c.options:
            raise FigureError(f"{c.name}: its default {c.default!r} is not among its options")
        for option, values in c.options.items():
            for n, setting in values.items():
                f, index = graph.find(n)
                graph.given(f.name)
                try:
                    checked_cell(graph, f, index, setting.value)
                except FigureError as error:
                    raise FigureError(f"{c.name} {option!r}: {error}") from None


def _shape(value: Any) -> list[int]:
    """Return the lengths of nested tuples; of ragged ones an impossible shape."""
    if not isinstance(value, tuple):
        return []
    shapes = [_shape(v) for v in value]
    return [len(value), *shapes[0]] if all(s == shapes[0] for s in shapes) else [-1]
