"""The figure graph: a chapter's numbers, computed from one another in the order of its steps.

All values inside a graph are in base units (byte, second, dollar): a float, or nested lists of
floats in the order of the figure's axes; None where a cell is absent. A figure that is a place
of an axis holds the place's number, counted from 0, or None for none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from worked import cells, floats, settings, showing, soundness
from worked.components import components
from worked.errors import FigureError, UnknownNameError
from worked.figures import program
from worked.figures.infer import Kind, infer
from worked.figures.kinds import (
    Axis,
    Before,
    Cell,
    Choice,
    Derived,
    Figure,
    Given,
    Key,
    Knob,
    Measured,
    Places,
    Requirement,
    Step,
    Wire,
)
from worked.figures.terms import TraceError
from worked.showing import flat, sane, suggest, word
from worked.units import Dimension, Unit, UnitError, unit


class Graph:
    """A chapter's scenario: its steps, its figures by name, and how to evaluate them."""

    def __init__(
        self,
        name: str,
        title: str,
        steps: Iterable[Step],
        choices: Iterable[Choice] = (),
        axes: Iterable[Axis] = (),
        keys: Iterable[Key] = (),
        knobs: Iterable[Knob] = (),
        requirements: Iterable[Requirement] = (),
    ) -> None:
        """Check how the figures hang together, and work out the order of evaluation.

        What their formulas do is traced and checked at the first look at a value.

        Raises:
            FigureError: a name used twice or not known, a cycle, an unknown unit, values that
                do not fit their axes; the message names the figure.
        """
        self.name, self.title = name, title
        self.steps = tuple(steps)
        self.choices = {c.name: c for c in choices}
        self.axes = {a.name: a for a in axes}
        self.numbers_to_know = {k.figure: k for k in keys}
        self.knobs, self.requirements = tuple(knobs), tuple(requirements)
        figures: dict[str, Figure] = {}
        self.step_of: dict[str, Step] = {}
        for step in self.steps:
            for f in step.figures:
                if f.name in figures:
                    raise FigureError(
                        f"{f.name}: the name is used twice in {name}; give each figure its own"
                    )
                figures[f.name] = f
                self.step_of[f.name] = step
        self.figures: Mapping[str, Figure] = MappingProxyType(figures)
        self.units: dict[str, Unit] = {n: _unit_of(f) for n, f in figures.items()}
        self.keys = {n: self._keys_of(a) for n, a in self.axes.items()}
        soundness.check_axes(self)
        soundness.check_inputs(self)
        self.wiring = {
            n: {a: self._wire(f, a) for a in f.parameters}
            for n, f in figures.items()
            if isinstance(f, Derived)
        }
        self.starts = {
            (w.name, w.over): w.start
            for wires in self.wiring.values()
            for w in wires.values()
            if isinstance(w, Before) and isinstance(w.start, str)
        }
        self.plan = self._plan()
        soundness.check_words(self)
        soundness.check_values(self)
        soundness.check_knobs(self)

    # How readers name, set and see what a graph holds: modules of their own.
    place, find, value = cells.place, cells.find, cells.value
    cell, cell_name, cell_at = cells.cell, cells.cell_name, cells.cell_at
    cells, length = cells.cells, cells.length
    changes, limits, source = settings.changes, settings.limits, settings.source
    sweep, shown, called = settings.sweep, showing.shown, showing.called
    label, shown_by = showing.label, showing.shown_by

    # -- building -------------------------------------------------------------------------

    def _keys_of(self, axis: Axis) -> tuple[str, ...]:
        if axis.like:
            if axis.like not in self.axes or self.axes[axis.like].like:
                raise FigureError(f"{axis.name}: there is no plain axis {axis.like!r} to be like")
            return self.axes[axis.like].keys
        if len(set(axis.keys)) != len(axis.keys) or not axis.keys:
            raise FigureError(f"{axis.name}: an axis wants places whose keys differ")
        return axis.keys

    def _wire(self, f: Derived, argument: str) -> Wire:
        wanted = f.wired.get(argument, argument)
        if wanted == argument and argument not in self.figures and argument in self.axes:
            return Places(argument)
        wire = cells.reference(wanted) if isinstance(wanted, str) else wanted
        if isinstance(wire, Places):
            if wire.axis not in self.axes:
                raise FigureError(f"{f.name}: wants the places of {wire.axis!r}, which is no axis")
            return wire
        sources = [wire.name]
        if isinstance(wire, Before) and isinstance(wire.start, str):
            sources.append(wire.start)
        for source in sources:
            if source not in self.figures:
                raise FigureError(
                    f"{f.name}: its argument {argument!r} wants a figure {source!r}, "
                    f"which {self.name} does not have{suggest(source, self.figures)}"
                )
        axes = self.figures[wire.name].axes
        for axis in (a for a, _ in wire.at) if isinstance(wire, Cell) else (wire.over,):
            if axis not in axes:
                raise FigureError(
                    f"{f.name}: {wire.name} is over {', '.join(axes) or 'no axis'}, not {axis}"
                )
        if isinstance(wire, Cell):
            for axis, key in wire.at:
                self.place(axis, key, f.name)
        return wire

    def sources(self, name: str, without: frozenset[str] = frozenset()) -> list[str]:
        """Return the figures that a figure is computed from, but for those before along axes."""
        found: list[str] = []
        for wire in self.wiring.get(name, {}).values():
            if isinstance(wire, Cell):
                found.append(wire.name)
            elif isinstance(wire, Before):
                found += [wire.name] if wire.over not in without else []
                found += [wire.start] if isinstance(wire.start, str) else []
        return found

    def _plan(self) -> list[tuple[tuple[str, ...], tuple[Any, ...]]]:
        """Return what is computed together: (names, the order of their loops), first to last."""
        graph = {n: self.sources(n) for n in self.figures}
        return [
            (tuple(group), tuple(self._loops(group, frozenset())))
            for group in components(graph)
            if isinstance(self.figures[group[0]], Derived)
        ]

    def _loops(self, group: Sequence[str], done: frozenset[str]) -> Iterator[Any]:
        """Yield names, or (axis, loops), for figures that depend on one another through before."""
        inside = set(group)
        graph = {n: [s for s in self.sources(n, done) if s in inside] for n in group}
        for part in components(graph):
            if len(part) == 1 and part[0] not in graph[part[0]]:
                yield part[0]
                continue
            along = {
                w.over: w.name
                for n in part
                for w in self.wiring[n].values()
                if isinstance(w, Before) and w.over not in done and w.name in part
            }
            axis = next((a for a in along if all(a in self.figures[n].axes for n in part)), None)
            if axis is None:
                ring = " -> ".join([*part, part[0]])
                raise FigureError(f"{part[0]}: depends on itself: {ring}")
            yield axis, tuple(self._loops(part, done | {axis}))

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """What each figure is: a number of a dimension, or a place of an axis.

        Raises:
            FigureError: a dimension, an axis or a place does not fit a figure's formula.
        """
        kinds: dict[str, Kind] = {}
        for n, f in self.figures.items():
            if not isinstance(f, Derived):
                kinds[n] = Kind(self.units[n].dimension, frozenset(f.axes))
        for names, _ in self.plan:
            # Within a recurrence a figure is what it says it is; that it says so truly is checked.
            for n in names:
                kinds[n] = Kind(self.units[n].dimension, frozenset(self.figures[n].axes))
            for n in names:
                kinds[n] = self._checked_kind(n, kinds)
        soundness.check_recurrences(self, kinds)
        return kinds

    def _checked_kind(self, name: str, kinds: Mapping[str, Kind]) -> Kind:
        f = self.figures[name]
        assert isinstance(f, Derived)
        formula = getattr(f.formula, "__name__", "its formula")
        try:
            arguments = {a: self.kind_of(w, kinds) for a, w in self.wiring[name].items()}
            got = infer(f.term, arguments, self.keys)
        except (UnitError, TraceError) as error:
            raise FigureError(f"{name}: {formula} cannot be right: {error}") from None
        if got.axes != set(f.axes):
            raise FigureError(
                f"{name}: {formula} gives a value over {', '.join(sorted(got.axes)) or 'no axis'}, "
                f"but it is declared over {', '.join(f.axes) or 'no axis'}"
            )
        want = self.units[name].dimension
        if not want.same_as(got.dimension):
            shown = got.dimension if isinstance(got.dimension, Dimension) else "a pure number"
            raise FigureError(
                f"{name}: {formula} gives {shown!s}, but its unit {f.unit!r} means {want!r}"
            )
        return got

    def kind_of(self, wire: Wire, kinds: Mapping[str, Kind] | None = None) -> Kind:
        """Return what an argument gets through a wire."""
        kinds = self.kinds if kinds is None else kinds
        if isinstance(wire, Places):
            pure = Dimension()
            return Kind(pure, frozenset({wire.axis}), None if wire.as_numbers else wire.axis)
        k = kinds[wire.name]
        if isinstance(wire, Cell):
            return Kind(k.dimension, k.axes - {a for a, _ in wire.at}, k.place)
        if isinstance(wire.start, str) and not kinds[wire.start].axes <= k.axes - {wire.over}:
            raise UnitError(f"{wire.start} cannot start {wire.name}: it is over other axes")
        return Kind(k.dimension, k.axes | {wire.over}, k.place)

    # -- looking up -----------------------------------------------------------------------

    def figure(self, name: str) -> Figure:
        """Return the figure called `name`.

        Raises:
            UnknownNameError: there is none; the nearest names are suggested.
        """
        if name not in self.figures:
            raise UnknownNameError(
                f"{name}: {self.name} has no such figure{suggest(name, self.figures)}"
            )
        return self.figures[name]

    def given(self, name: str) -> Given:
        """Return the given called `name`.

        Raises:
            UnknownNameError: there is none, or the name is that of a computed figure.
        """
        f = self.figure(name)
        if not isinstance(f, Given):
            raise UnknownNameError(
                f"{name}: is {'computed' if isinstance(f, Derived) else 'measured'}, "
                f"so it cannot be set; set one of its inputs"
            )
        return f

    @property
    def givens(self) -> list[Given]:
        """All givens, in the order of the steps."""
        return [f for f in self.figures.values() if isinstance(f, Given)]

    @property
    def derived(self) -> list[Derived]:
        """All derived figures, in the order of the steps."""
        return [f for f in self.figures.values() if isinstance(f, Derived)]

    def arguments(self, name: str) -> dict[str, str]:
        """Return formula argument -> the figure it is taken from, or the axis."""
        return {
            a: w.axis if isinstance(w, Places) else w.name for a, w in self.wiring[name].items()
        }

    def ancestors(self, name: str) -> list[str]:
        """Return the figures that `name` depends on, nearest last, each once."""
        seen: dict[str, None] = {}
        visited = {name}

        def visit(n: str) -> None:
            for source in self.sources(n):
                if source not in visited:
                    visited.add(source)
                    visit(source)
                    seen[source] = None

        visit(name)
        return list(seen)

    # -- evaluating -----------------------------------------------------------------------

    def needed(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and all that they depend on, for `evaluate` of no more than that.

        The figures that a verdict's words or a place's label show count as well, and the lengths
        of axes.

        Raises:
            UnknownNameError: the graph lacks one of them.
        """
        found: set[str] = set()
        rest = [self.figure(n).name for n in names]
        rest += [a.length for a in self.axes.values() if a.length]
        while rest:
            n = rest.pop()
            if n not in found:
                found.add(n)
                f = self.figures[n]
                rest += self.sources(n)
                rest += f.spoken() if isinstance(f, Derived) else []
                if (axis := self.kinds[n].place) and (shown := self.shown_by(axis)):
                    rest.append(shown)
        return frozenset(found)

    @cached_property
    def base(self) -> Mapping[str, Any]:
        """The values at the book's settings.

        Raises:
            FigureError: as `kinds` and `evaluate`.
        """
        return MappingProxyType(self.evaluate())

    def evaluate(
        self, settings: Mapping[str, Any] | None = None, only: frozenset[str] | None = None
    ) -> dict[str, Any]:
        """Compute every figure, in base units, after applying `settings` (see `changes`).

        `only` (from `needed`) leaves the others out.

        Raises:
            FigureError: a setting is wrong, or a figure comes out NaN, infinite, or negative
                where that is meaningless.
        """
        changed = self.changes(settings) if settings else {}
        values: dict[str, Any] = {}
        for n, f in self.figures.items():
            if isinstance(f, Derived) or (only is not None and n not in only):
                continue
            values[n] = self._input(f, changed)
        lengths = {n: self.length(n, values) for n in self.axes} if self.axes else {}
        for (names, _), (function, needs, axes) in zip(self.plan, self._program, strict=True):
            if only is not None and only.isdisjoint(names):
                continue
            for n in names:
                if self.figures[n].axes:
                    values[n] = _rows([lengths[a] for a in self.figures[n].axes])
            puts = [self._setter(n, values) for n in names]
            function(*[values[n] for n in needs], *puts, *[lengths[a] for a in axes])
        return values

    def _input(self, f: Given | Measured, changed: Mapping[str, float]) -> Any:
        """Return the value of a given or a measured figure, in base units."""
        u = self.units[f.name]

        def base(value: Any, index: tuple[int, ...]) -> Any:
            if isinstance(value, tuple):
                return [base(x, (*index, i)) for i, x in enumerate(value)]
            if isinstance(f, Measured):
                return sane(f, value * float(u.factor))
            number = changed.get(self.cell_name(f, index), value) if changed else value
            return None if number is None else settings.to_base(number, u)

        return base(f.value, ())

    def _setter(self, name: str, values: dict[str, Any]) -> Any:
        """Return put(compute, *places), which stores what `compute` gives, cleaned of noise."""
        f = self.figures[name]
        assert isinstance(f, Derived)
        is_place = self.kinds[name].place is not None

        def put(compute: Any, *index: int) -> None:
            try:
                value = compute()
                if not is_place:
                    value = floats.clean(float(value))
                    if not (0 <= value < math.inf or (f.signed and math.isfinite(value))):
                        sane(f, value, name=self.cell_name(f, index))
            except (ArithmeticError, ValueError, IndexError) as error:
                if isinstance(error, FigureError):
                    raise
                if not f.partial:
                    said = str(error) if isinstance(error, floats.AbsentError) else _NO_VALUE
                    raise FigureError(f"{self.cell_name(f, index)}: {said}") from None
                value = None
            if index:
                row = values[name]
                for i in index[:-1]:
                    row = row[i]
                row[index[-1]] = value
            else:
                values[name] = value
            if f.words and value is not None:
                said = word(f.name, f.words, value)
                if f.must and value != 1:
                    cell = self.cell_name(f, index)
                    raise FigureError(f"{cell}: {showing.spoken(self, said, f, index, values)}")

        return put

    @cached_property
    def _program(self) -> list[tuple[Any, list[str], list[str]]]:
        """The functions of the plan, with the figures and the lengths that each takes."""
        steps = self.printed(program.PYTHON)
        source = "[" + ",\n".join(code for code, _, _ in steps) + "]"
        functions = eval(compile(source, f"<{self.name}>", "eval"), vars(floats))
        return [(f, needs, axes) for f, (_, needs, axes) in zip(functions, steps, strict=True)]

    def printed(self, language: program.Language) -> list[tuple[str, list[str], list[str]]]:
        """Return the function of each step of the plan, as `program.step` does."""
        shapes = {
            n: program.Shape(f.axes, self.kinds[n].place is None and _may_be_absent(f))
            for n, f in self.figures.items()
        }

        def index(axis: str, key: str) -> str:
            i = self.place(axis, key)
            return str(i) if i >= 0 else f"n_{axis} - 1"

        def numbers(axis: str) -> tuple[float, ...]:
            labels = self.axes[axis].labels or range(1, len(self.keys[axis]) + 1)
            return tuple(float(x) for x in labels)

        def member(name: str) -> tuple[Derived, program.Printer]:
            f = self.figures[name]
            assert isinstance(f, Derived)
            return f, program.Printer(language, shapes, self.wiring[name], index, numbers)

        return [
            program.step(language, {n: member(n) for n in names}, order)
            for names, order in self.plan
        ]


_NO_VALUE = "has no finite value here"


def _unit_of(f: Figure) -> Unit:
    try:
        return unit(f.unit)
    except UnitError as error:
        raise FigureError(f"{f.name}: {error}") from None


def _may_be_absent(f: Figure) -> bool:
    return f.partial if isinstance(f, Derived) else None in flat(f.value)


def _rows(lengths: Sequence[int]) -> Any:
    if not lengths:
        return None
    return [_rows(lengths[1:]) for _ in range(lengths[0])]
