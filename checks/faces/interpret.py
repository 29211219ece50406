"""The value of any part of a formula at a cell, as the compiled graph computes it.

The graph stores what its figures come to. To write how a person would compute one of them, the
parts in between are needed as well: which branch is taken, what each term of a sum is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from worked import floats
from worked.figures import Before, Cell, Graph, Places
from worked.figures.kinds import Wire
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term

At = Mapping[str, int]
"""A place on each axis, from 0."""

_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": floats.plus,
    "-": floats.minus,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": floats.power,
    "neg": lambda a: -a,
    "pi": lambda like: floats.pi,
    "no": lambda c: not c,
    "<": lambda a, b: floats.more(b, a),
    ">": floats.more,
    "<=": lambda a, b: not floats.more(a, b),
    ">=": lambda a, b: not floats.more(b, a),
}


@dataclass(frozen=True)
class Formula:
    """A figure's formula among a graph's values: what its arguments are, wherever it stands.

    own: what each argument takes, of an expression that is no figure's formula.
    """

    graph: Graph
    name: str
    values: Mapping[str, Any]
    own: Mapping[str, Cell] | None = None

    @property
    def wires(self) -> Mapping[str, Wire]:
        """What each argument takes."""
        return self.graph.wiring[self.name] if self.own is None else self.own

    def length(self, axis: str) -> int:
        """Return how many places an axis has."""
        return self.graph.length(axis, self.values)

    def source(self, wire: Wire, at: At) -> tuple[str, tuple[int, ...]] | float:
        """Return the figure and the places that an argument takes, or a number of its own.

        The places of an axis come as their number from 0, or as the numbers that are their labels.
        """
        if isinstance(wire, Places):
            labels = self.graph.axes[wire.axis].labels if wire.as_numbers else ()
            i = at[wire.axis]
            return float(labels[i]) if labels else i + 1.0 if wire.as_numbers else i
        found = self.place_of(wire, at)
        if found is None:
            return wire.start  # type: ignore[union-attr, return-value]
        return found  # type: ignore[return-value]

    def place_of(self, wire: Wire, at: At) -> tuple[str, tuple[int | None, ...]] | None:
        """Return the figure that an argument takes and its places, None for an axis as a whole.

        None where it takes no figure: places themselves, or a start that is a number.
        """
        if isinstance(wire, Places):
            return None
        there = dict(at)
        name = wire.name
        if isinstance(wire, Cell):
            for axis, key in wire.at:
                i = self.graph.place(axis, key)
                there[axis] = i if i >= 0 else self.length(axis) - 1
        elif at.get(wire.over, 1):
            if wire.over in at:
                there[wire.over] = at[wire.over] - 1
        elif isinstance(wire.start, str):
            name = wire.start
        else:
            return None
        return name, tuple(there.get(a) for a in self.graph.figures[name].axes)

    def stored(self, name: str, index: tuple[int, ...]) -> Any:
        """Return what the graph holds of a cell.

        Raises:
            AbsentError: it is absent.
        """
        found = self.values[name]
        for i in index:
            found = found[i]
        return found if self.graph.kinds[name].place is not None else floats.has(found)

    def value(self, t: Term, at: At) -> Any:
        """Return what a part of the formula comes to at `at`, in base units; a place as its number.

        Raises:
            AbsentError: it needs a value that is not there.
        """
        op, a = t.op, t.args
        if op == "arg":
            source = self.source(self.wires[a[0]], at)
            return self.stored(*source) if isinstance(source, tuple) else source
        if op == "num":
            is_ratio = isinstance(a[0], Fraction)
            return a[0].numerator / a[0].denominator if is_ratio else a[0]
        if op == "where":
            return self.value(a[1] if self.value(a[0], at) else a[2], at)
        if op == "all_of":
            return all(self.value(c, at) for c in a)
        if op == "any_of":
            return any(self.value(c, at) for c in a)
        if op == "along":
            return self.value(list(a[1].values())[at[a[0]]], at)
        if op == "renamed":
            return self.value(a[0], dict(at) | {old: at[new] for old, new in a[1].items()})
        if op == "at":
            return self.value(a[0], {**at, a[1]: floats.place(self.value(a[2], at))})
        if op in OVER_AXIS or op in ALONG_AXIS:
            return self._over(t, at)
        compute = _OPERATORS.get(op) or getattr(floats, op)
        return compute(*(self.value(x, at) for x in a))

    def looked_at(self, t: Term, at: At) -> set[str]:
        """Return the arguments that are needed at `at`: of branches only those that are taken."""
        op, a = t.op, t.args
        if op == "arg":
            return {a[0]}
        parts = list(t.parts())
        try:
            if op == "where":
                parts = [a[0], a[1] if self.value(a[0], at) else a[2]]
            elif op == "along":
                parts = [list(a[1].values())[at[a[0]]]]
        except (ArithmeticError, LookupError, TypeError):
            pass  # along an axis that is looked at as a whole each place may take another branch
        return set().union(*(self.looked_at(part, at) for part in parts))

    def chosen(self, t: Term, at: At) -> list[dict[str, int]]:
        """Return where an operation over an axis looks: the places at which its mask holds."""
        axis, mask = t.args[1], t.args[2]
        places = [{**at, axis: i} for i in range(self.length(axis))]
        return [p for p in places if mask is None or self.value(mask, p)]

    def _over(self, t: Term, at: At) -> Any:
        x, axis, mask, *more = t.args

        def row(part: Term) -> Callable[[int], Any]:
            return lambda i: self.value(part, {**at, axis: i})

        arguments: list[Any] = [self.length(axis), row(x)]
        arguments += [self.value(more[0], at)] if t.op == "nth" else []
        arguments += [None if mask is None else row(mask)] if t.op != "count" else []
        arguments += more if t.op.startswith("where_") else []
        result = getattr(floats, t.op)(*arguments)
        return floats.has(result[at[axis]]) if t.op in ALONG_AXIS else result


# -- for the page's twin -----------------------------------------------------------------------


def term_as_json(t: Any) -> Any:
    """Return a term as nested lists: [operation, ...arguments]; a ratio as "1/3"."""
    if isinstance(t, Term):
        return [t.op, *map(term_as_json, t.args)]
    if isinstance(t, Mapping):
        return {key: term_as_json(x) for key, x in t.items()}
    if isinstance(t, Fraction):
        return str(t) if t.denominator != 1 else int(t)
    return t


def wire_as_json(graph: Graph, wire: Wire) -> list[Any]:
    """Return what an argument takes as a list: [kind, figure or axis, more]."""
    if isinstance(wire, Places):
        labels = graph.axes[wire.axis].labels or range(1, len(graph.keys[wire.axis]) + 1)
        return ["places", wire.axis, [float(x) for x in labels] if wire.as_numbers else None]
    if isinstance(wire, Before):
        return ["before", wire.name, wire.over, wire.start]
    return ["cell", wire.name, {a: graph.place(a, key) for a, key in wire.at}]
