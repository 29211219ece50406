"""What is refused when a graph is built, for no value of its givens could make it right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError
from worked.settings import checked_cell
from worked.showing import PLACE, pick, suggest

if TYPE_CHECKING:
    from worked.figures import Graph
    from worked.figures.infer import Kind
    from worked.figures.terms import Term

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
        if len(set(f.axes)) < len(f.axes):
            raise FigureError(f"{f.name}: is over {f.over}, one axis twice; name each once")
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
    givens = {f.name: f for f in graph.givens}
    for axis in graph.axes.values():
        if axis.length:
            given = givens.get(axis.length)
            if given is None:
                raise FigureError(f"{axis.name}: its length {axis.length!r} is no given")
            is_count = given.integer and not given.axes and not given.unit
            if not (is_count and given.low >= 1 and given.high <= axis.most):
                raise FigureError(
                    f"{axis.name}: its length {axis.length!r} must be a whole number without axes "
                    f"or unit, from 1 or more to at most {axis.most}, the most places"
                )


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


def check_recurrences(graph: Graph, kinds: Mapping[str, Kind]) -> None:
    """Check what figures look back at: where it starts, and that nothing looks ahead.

    Raises:
        FigureError: a start is something else than what it starts; or a figure of a recurrence
            looks along its axis, at places that are not computed yet.
    """
    for name, wires in graph.wiring.items():
        befores: list[Any] = [w for w in wires.values() if hasattr(w, "start")]
        for wire in befores:
            one = kinds.get(wire.start) if isinstance(wire.start, str) else None
            other, pure = kinds[wire.name], graph.units[wire.name].dimension.is_pure
            if one and not (one.place == other.place and other.dimension.same_as(one.dimension)):
                raise FigureError(
                    f"{name}: {wire.start} cannot start {wire.name}: it is something else, or in "
                    "another unit"
                )
            if one is None and wire.start and not pure:
                raise FigureError(
                    f"{name}: {wire.name} has a unit, so it cannot start from {wire.start}; "
                    "name a figure with that unit"
                )
    for _, order in graph.plan:
        for axis, members in _recurrences(order):
            for name in members:
                _check_looks_back(graph, name, axis, members)


def _recurrences(order: tuple[Any, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield each recurrence's axis and its figures, those of recurrences inside it as well."""
    for part in order:
        if not isinstance(part, str):
            yield part[0], list(_members(part[1]))
            yield from _recurrences(part[1])


def _members(order: tuple[Any, ...]) -> Iterator[str]:
    for part in order:
        if isinstance(part, str):
            yield part
        else:
            yield from _members(part[1])


def _check_looks_back(graph: Graph, name: str, axis: str, members: list[str]) -> None:
    """Refuse a formula that looks along the axis of its own recurrence."""

    def visit(t: Term, is_along: bool) -> None:
        if t.op == "arg":
            wire = graph.wiring[name][t.args[0]]
            source = getattr(wire, "name", "")
            is_fixed = axis in dict(getattr(wire, "at", ()))
            if source in members and (is_along or is_fixed) and axis in graph.figures[source].axes:
                raise FigureError(
                    f"{name}: looks along {axis} at {source}, which is computed along {axis} "
                    f"together with it; there it knows what is before({source!r}, ...) alone"
                )
        looks = t.args[1:2] == (axis,) or (t.op == "renamed" and axis in t.args[1])
        for part in t.parts():
            visit(part, is_along or looks)

    visit(graph.figures[name].term, False)  # type: ignore[union-attr]


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


def check_knobs(graph: Graph) -> None:
    """Check that numbers to know are figures, and that a knob is a choice or a given in its range.

    Raises:
        FigureError: one is not; the message names it.
    """
    for name in graph.numbers_to_know:
        graph.find(name)
    for knob in graph.knobs:
        if knob.name not in graph.choices:
            f, index = graph.find(knob.name)
            graph.given(f.name)
            if len(knob.values) < 2:
                raise FigureError(f"{knob.name}: a knob wants two values or more to choose from")
            for value in knob.values:
                checked_cell(graph, f, index, value)


def _shape(value: Any) -> list[int]:
    """Return the lengths of nested tuples; of ragged ones an impossible shape."""
    if not isinstance(value, tuple):
        return []
    shapes = [_shape(v) for v in value]
    return [len(value), *shapes[0]] if all(s == shapes[0] for s in shapes) else [-1]
