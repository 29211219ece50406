"""The figure graph: a chapter's numbers, computed from one another in the order of its steps.

All values inside a graph are in base units (byte, second, dollar): a float, or nested lists of
floats in the order of the figure's axes; None where a cell is absent. A figure that is a place
of an axis holds the place's number, counted from 0, or None for none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any

from worked import floats
from worked.figures import program
from worked.figures.infer import Kind, infer
from worked.figures.kinds import (
    PLACE,
    SPOKEN,
    YOURS,
    Axis,
    Before,
    Cell,
    Choice,
    Derived,
    Figure,
    FigureError,
    Given,
    Measured,
    Places,
    Source,
    Step,
    UnknownNameError,
    Wire,
    reference,
)
from worked.figures.show import (
    checked,
    flat,
    folded,
    sane,
    short,
    suggest,
    to_base,
    with_unit,
    word,
)
from worked.units import Dimension, Unit, UnitError, rounded, unit

MOST_CELLS = 1_000
"""How many cells a figure may have."""
MOST_NAMED = 24
"""How many places of an axis a message names."""


class Graph:
    """A chapter's scenario: its steps, its figures by name, and how to evaluate them."""

    def __init__(
        self,
        name: str,
        title: str,
        steps: Iterable[Step],
        choices: Iterable[Choice] = (),
        axes: Iterable[Axis] = (),
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
        self._check_axes()
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
        inputs = (n for n, f in figures.items() if not isinstance(f, Derived))
        self.order = (*inputs, *(n for names, _ in self.plan for n in names))
        self._check_words()
        self._check_choices()

    # -- building -------------------------------------------------------------------------

    def _keys_of(self, axis: Axis) -> tuple[str, ...]:
        if axis.like:
            if axis.like not in self.axes:
                raise FigureError(f"{axis.name}: there is no axis {axis.like!r} to be like")
            return self.axes[axis.like].keys
        if len(set(axis.keys)) != len(axis.keys) or not axis.keys:
            raise FigureError(f"{axis.name}: an axis wants places whose keys differ")
        return axis.keys

    def _check_axes(self) -> None:
        for f in self.figures.values():
            for a in f.axes:
                if a not in self.axes:
                    raise FigureError(
                        f"{f.name}: is over {a!r}, which is no axis of {self.name}"
                        f"{suggest(a, self.axes)}"
                    )
            for text in (f.label, f.symbol):
                for a in PLACE.findall(text):
                    if a not in f.axes:
                        raise FigureError(f"{f.name}: is not over {a!r}, which {text!r} mentions")
            sizes = [len(self.keys[a]) for a in f.axes]
            count = 1
            for size in sizes:
                count *= size
            if count > MOST_CELLS:
                raise FigureError(
                    f"{f.name}: has {count:,} cells; compute more than {MOST_CELLS:,} on demand"
                )
            if not isinstance(f, Derived) and _shape(f.value) != sizes:
                raise FigureError(
                    f"{f.name}: over {f.over or 'no axis'} it wants values of shape {sizes}, "
                    f"not {_shape(f.value)}"
                )
        for axis in self.axes.values():
            if axis.length and not isinstance(self.figures.get(axis.length), Given):
                raise FigureError(f"{axis.name}: its length {axis.length!r} is no given")

    def _wire(self, f: Derived, argument: str) -> Wire:
        wanted = f.wired.get(argument, argument)
        if wanted == argument and argument not in self.figures and argument in self.axes:
            return Places(argument)
        wire = reference(wanted) if isinstance(wanted, str) else wanted
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
            for group in _components(graph)
            if isinstance(self.figures[group[0]], Derived)
        ]

    def _loops(self, group: Sequence[str], done: frozenset[str]) -> Iterator[Any]:
        """Yield names, or (axis, loops), for figures that depend on one another through before."""
        inside = set(group)
        graph = {n: [s for s in self.sources(n, done) if s in inside] for n in group}
        for part in _components(graph):
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
        return kinds

    def _checked_kind(self, name: str, kinds: Mapping[str, Kind]) -> Kind:
        f = self.figures[name]
        assert isinstance(f, Derived)
        formula = getattr(f.formula, "__name__", "its formula")
        try:
            arguments = {a: self.kind_of(w, kinds) for a, w in self.wiring[name].items()}
            got = infer(f.term, arguments, self.keys)
        except UnitError as error:
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

    def _check_words(self) -> None:
        for f in self.derived:
            known = self.ancestors(f.name) if f.must else self.figures
            for name in f.spoken():
                if name not in known:
                    raise FigureError(
                        f"{f.name}: its words mention {name!r}, which "
                        f"{'it does not depend on' if f.must else f'{self.name} does not have'}"
                    )

    def _check_choices(self) -> None:
        for c in self.choices.values():
            if c.default not in c.options:
                raise FigureError(f"{c.name}: its default {c.default!r} is not among its options")
            for option, values in c.options.items():
                for n, setting in values.items():
                    f, index = self.find(n)
                    self.given(f.name)
                    try:
                        self._checked(f, index, setting.value)
                    except FigureError as error:
                        raise FigureError(f"{c.name} {option!r}: {error}") from None

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

    def place(self, axis: str, key: str, wanted_by: str = "") -> int:
        """Return the number of a place, from 0; -1 for the last of an axis whose length may change.

        Raises:
            UnknownNameError: the axis has no such place.
        """
        keys = self.keys[axis]
        if key == "last":
            return -1 if self.axes[self.axes[axis].like or axis].length else len(keys) - 1
        hits = [i for i, k in enumerate(keys) if k == key or folded(k) == folded(key)]
        if not hits:
            known = keys if len(keys) <= MOST_NAMED else (*keys[:3], "...", keys[-1])
            raise UnknownNameError(
                f"{wanted_by or self.name}: {axis} has no place '{short(key)}'; "
                f"there are {', '.join(known)}"
            )
        return hits[0]

    def find(self, text: str) -> tuple[Figure, tuple[int | None, ...]]:
        """Read `leaf[row=3, round=2]` or `leaf.3.2`; return the figure and its places.

        A place that is left out is None: the whole axis is meant.

        Raises:
            FigureError: there is no such figure, axis or place.
        """
        name, dot, rest = text.partition(".")
        if dot and "[" not in name:
            f = self.figure(name)
            keys = rest.split(".")
            if len(keys) != len(f.axes):
                axes = ".".join(f.axes)
                raise UnknownNameError(f"{text}: a cell of {name} is {f'{name}.{axes}'.strip('.')}")
            return f, self._index(text, f, zip(f.axes, keys, strict=True))
        cell = reference(text)
        f = self.figure(cell.name)
        for a, k in cell.at:
            if k == "0" and (cell.name, a) in self.starts and k not in self.keys[a]:
                # Place 0 of what a recurrence looks back at is what it starts from.
                start = self.figure(self.starts[cell.name, a])
                others = tuple((b, key) for b, key in cell.at if b in start.axes)
                return start, self._index(text, start, others)
        for a, _ in cell.at:
            if a not in f.axes:
                over = ", ".join(f.axes) or "no axis"
                raise UnknownNameError(f"{text}: {cell.name} is over {over}, not {a!r}")
        return f, self._index(text, f, cell.at)

    def _index(self, text: str, f: Figure, at: Iterable[tuple[str, str]]) -> tuple[int | None, ...]:
        places = {a: self.place(a, k, short(text)) for a, k in at}
        return tuple(places.get(a) for a in f.axes)

    def cell_name(self, f: Figure, index: Sequence[int | None]) -> str:
        """Return a cell as it is written: leaf[row=3, round=2]; a figure without axes as it is."""
        parts = [
            f"{a}={'last' if i < 0 else self.keys[a][i]}"
            for a, i in zip(f.axes, index, strict=True)
            if i is not None
        ]
        return f"{f.name}[{', '.join(parts)}]" if parts else f.name

    def cell(self, text: str) -> str:
        """Return the one way in which messages and pages write a figure or a cell.

        Raises:
            FigureError: there is no such figure, axis or place.
        """
        return self.cell_name(*self.find(text))

    def cell_at(self, text: str, places: Mapping[str, str]) -> str:
        """Return a figure or a cell with the axes that it leaves open at `places` (axis -> key).

        Raises:
            FigureError: there is no such figure, axis or place.
        """
        f, index = self.find(text)
        filled = [
            self.place(a, places[a], text) if i is None and a in places else i
            for a, i in zip(f.axes, index, strict=True)
        ]
        return self.cell_name(f, filled)

    def cells(
        self, name: str, values: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[int, ...]]:
        """Yield the places of all cells of a figure, those of its last axis fastest."""
        values = self.base if values is None else values
        return product(*(range(self.length(a, values)) for a in self.figure(name).axes))

    def length(self, axis: str, values: Mapping[str, Any]) -> int:
        """Return how many places an axis has."""
        a = self.axes[axis]
        if a.like:
            return self.length(a.like, values)
        return int(values[a.length]) if a.length else len(self.keys[axis])

    def value(self, text: str, values: Mapping[str, Any] | None = None) -> Any:
        """Return a figure's or a cell's value: a number, or the rows over the axes left open.

        Raises:
            FigureError: there is no such figure, axis or place, or no longer at these values.
        """
        f, index = self.find(text)
        values = self.base if values is None else values
        for axis, i in zip(f.axes, index, strict=True):
            if i is not None and i >= (most := self.length(axis, values)):
                raise FigureError(f"{text}: {axis} has only the places up to {most} here")
        return _pick(values[f.name], index)

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

    def changes(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """Turn settings as a reader writes them into given -> value in the given's unit.

        A setting names a choice ("gpu": "H200"), a given ("params": 8e9) or a cell of one
        ("minutes.3": 18); givens win.

        Raises:
            FigureError: a name or an option is not known, a value is no number or out of range.
        """
        values: dict[str, float] = {}
        for n, v in settings.items():
            if n in self.choices:
                option = self.choices[n].options[self._option(self.choices[n], str(v))]
                values |= {self.cell(name): setting.value for name, setting in option.items()}
            elif n not in self.figures and not set(n) & set(".["):
                raise UnknownNameError(
                    f"{n}: {self.name} has no such given"
                    f"{suggest(n, [g.name for g in self.givens] + list(self.choices))}"
                )
        for n, v in settings.items():
            if n not in self.choices:
                f, index = self.find(n)
                values[self.cell_name(f, index)] = self._checked(f, index, v)
        return values

    def _option(self, choice: Choice, wanted: str) -> str:
        """Return the name of the option that `wanted` is or begins: "h200" finds "H200 SXM"."""
        if wanted in choice.options:
            return wanted
        key = folded(wanted)
        hits = [o for o in choice.options if folded(o) == key] or [
            o for o in choice.options if key and folded(o).startswith(key)
        ]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UnknownNameError(
                f"{choice.name}: '{short(wanted)}' could be {' or '.join(hits)}; "
                f"write more of the name"
            )
        raise UnknownNameError(
            f"{choice.name}: no option '{short(wanted)}'; there are {', '.join(choice.options)}"
            f"{suggest(wanted, choice.options)}"
        )

    def source(self, name: str, settings: Mapping[str, Any]) -> tuple[Source, str]:
        """Return where the value of a given, or of a cell, comes from, and the note on it.

        Of a row as a whole that is where its cells come from that nobody has set.

        Raises:
            FigureError: there is no such given, or a setting is wrong.
        """
        f, index = self.find(name)
        given, cell = self.given(f.name), self.cell_name(f, index)
        value = None if None in index else _pick(given.value, index)
        rest = {n: v for n, v in settings.items() if n in self.choices or self.cell(n) != cell}
        without = self.changes(rest).get(cell, value)
        if self.changes(settings).get(cell, value) != without:
            return YOURS, ""
        found = given.origin(index[0] if index else None)
        for n, v in rest.items():
            if n in self.choices:
                option = self.choices[n].options[self._option(self.choices[n], str(v))]
                for wanted, setting in option.items():
                    if self.cell(wanted) == cell:
                        found = setting.source, setting.note
        return found

    def limits(self, f: Figure, index: Sequence[int | None]) -> tuple[float, float]:
        """Return the least and the largest value that a given, or a cell of one, may have.

        Raises:
            FigureError: it is no given, or one over axes of which places are missing.
        """
        given = self.given(f.name)
        if any(i is None or i < 0 for i in index):
            cells = [self.cell_name(f, i) for i in ((0,) * len(f.axes), (1,) * len(f.axes))]
            raise FigureError(f"{f.name}: has a value for each place; set {' or '.join(cells)} ...")
        low, high = (
            _pick(x, index) if isinstance(x, tuple) else x for x in (given.low, given.high)
        )
        return low, high

    def _checked(self, f: Figure, index: Sequence[int | None], value: Any) -> float:
        low, high = self.limits(f, index)
        return checked(self.cell_name(f, index), self.given(f.name), value, low, high)

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
            name = self.cell_name(f, index)
            if name not in changed and value is None:
                return None
            number = changed[name] if name in changed else self._checked(f, index, value)
            return to_base(number, u)

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
            except (ArithmeticError, ValueError) as error:
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
                said = word(f, value)
                if f.must and value != 1:
                    cell = self.cell_name(f, index)
                    raise FigureError(f"{cell}: {self._spoken(said, f, index, values)}")

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

    def sweep(
        self, name: str, over: str, points: Iterable[float], settings: Mapping[str, Any]
    ) -> list[tuple[float, Any]]:
        """Evaluate a figure or a cell (base units) with given `over` at each of `points`."""
        self.find(name)
        self.given(self.find(over)[0].name)
        return [(p, self.value(name, self.evaluate({**settings, over: p}))) for p in points]

    # -- showing --------------------------------------------------------------------------

    def shown(
        self,
        name: str,
        values: Mapping[str, Any] | None = None,
        unit_name: str | None = None,
        places: int | None = None,
        bare: bool = False,
    ) -> str:
        """Write a figure or a cell as the reader sees it: exactly rounded, with its unit.

        `bare` leaves the unit out. "—" stands for what is absent, as a cell is of which its
        axis has become too short.

        Raises:
            FigureError: the figure is not known, is no single number, has no bare one, or
                `unit_name` has another dimension.
        """
        f, index = self.find(name)
        values = self.base if values is None else values
        if None in index:
            open_axes = [a for a, i in zip(f.axes, index, strict=True) if i is None]
            cell = self.cell_name(f, [i or 0 for i in index])
            raise FigureError(
                f"{name}: has a value for each place of {', '.join(open_axes)}; write {cell}, say"
            )
        if bare and (self.kinds[f.name].place or getattr(f, "words", None)):
            what = "place" if self.kinds[f.name].place else "verdict"
            raise FigureError(f"{name}: is a {what}, which has no bare number")
        try:
            value = _pick(values[f.name], index)
        except IndexError:
            return "—"
        if (axis := self.kinds[f.name].place) is not None:
            return "none" if value is None else self.label(axis, value, values)
        if value is None:
            return "—"
        if isinstance(f, Derived) and f.words:
            return self._spoken(word(f, value), f, index, values)
        u = self.units[f.name]
        if unit_name is not None:
            try:
                u = unit(unit_name)
            except UnitError as error:
                raise FigureError(f"{name}: {error}") from None
            if not u.dimension.same_as(self.units[f.name].dimension):
                raise FigureError(f"{name}: cannot be shown in {unit_name!r}, it is in {f.unit!r}")
        number = rounded(value, u, f.places if places is None else places)
        if isinstance(f, Given) and places is None and not u.name.startswith("USD"):
            # A given is what it was given as: 5 GB/s, not 5.0 GB/s.
            number = number.rstrip("0").rstrip(".") if "." in number else number
        return number if bare else with_unit(number, u.name)

    def called(self, name: str, values: Mapping[str, Any] | None = None) -> str:
        """Return what a figure or a cell is called: "Minutes of delivery 3", "Leaf, round 2".

        A label's `<row>` is the place's label; of a row as a whole "delivery <row>" is "each
        delivery". Places that the label does not mention stand behind it, after their axes' nouns.
        """
        f, index = self.find(name)
        values = self.base if values is None else values
        title, rest = f.label, ""
        for a, i in zip(f.axes, index, strict=True):
            noun = self.axes[a].noun or a
            if i is None:
                title = title.replace(f"{noun} <{a}>", f"each {noun}").replace(f" <{a}>", "")
                continue
            at = self.label(a, i if i >= 0 else self.length(a, values) - 1, values)
            rest += "" if f"<{a}>" in title else f", {noun} {at}"
            title = title.replace(f"<{a}>", at)
        return title + rest

    def shown_by(self, axis: str) -> str:
        """Return the figure that the labels of an axis show, or ""."""
        a = self.axes[axis]
        return self.shown_by(a.like) if a.like else a.shown_by

    def label(self, axis: str, i: int, values: Mapping[str, Any] | None = None) -> str:
        """Return what a reader sees of a place: its label, which may be a live figure."""
        a = self.axes[axis]
        if a.like:
            return self.label(a.like, i, values)
        if a.shown_by:
            return self.shown(f"{a.shown_by}[{axis}={self.keys[axis][i]}]", values)
        labels = a.labels or self.keys[axis]
        return f"{labels[i]:,.15g}" if isinstance(labels[i], (int, float)) else str(labels[i])

    def _spoken(
        self, words: str, f: Figure, index: Sequence[int | None], values: Mapping[str, Any]
    ) -> str:
        """Fill the figures into the words of a verdict, at the verdict's own places."""
        at = dict(zip(f.axes, index, strict=True))

        def shown(name: str) -> str:
            other = self.figures[name]
            return self.shown(self.cell_name(other, [at.get(a) for a in other.axes]), values)

        return SPOKEN.sub(lambda match: shown(match[1]), words)


_NO_VALUE = "has no finite value here"


def _unit_of(f: Figure) -> Unit:
    try:
        return unit(f.unit)
    except UnitError as error:
        raise FigureError(f"{f.name}: {error}") from None


def _may_be_absent(f: Figure) -> bool:
    return f.partial if isinstance(f, Derived) else None in flat(f.value)


def _shape(value: Any) -> list[int]:
    """Return the lengths of nested tuples; of ragged ones an impossible shape."""
    if not isinstance(value, tuple):
        return []
    shapes = [_shape(v) for v in value]
    return [len(value), *shapes[0]] if all(s == shapes[0] for s in shapes) else [-1]


def _rows(lengths: Sequence[int]) -> Any:
    if not lengths:
        return None
    return [_rows(lengths[1:]) for _ in range(lengths[0])]


def _pick(value: Any, index: Sequence[int | None]) -> Any:
    """Return the part of nested rows at some places; None leaves an axis open."""
    if not index:
        return value
    if index[0] is None:
        return [_pick(v, index[1:]) for v in value]
    return _pick(value[index[0]], index[1:])


def _components(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the strongly connected parts of a graph, each before those that depend on it.

    `graph` maps a name to the names it depends on; within a part and among parts that do not
    depend on one another the graph's own order is kept. (Tarjan, SIAM J. Computing 1972.)
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    done: set[str] = set()
    parts: list[list[str]] = []
    at = {n: i for i, n in enumerate(graph)}

    def visit(n: str) -> None:
        number[n] = low[n] = len(number)
        stack.append(n)
        for m in graph[n]:
            if m not in number:
                visit(m)
            if m not in done:
                low[n] = min(low[n], low[m])
        if low[n] == number[n]:
            part = stack[stack.index(n) :]
            del stack[stack.index(n) :]
            done.update(part)
            parts.append(sorted(part, key=at.__getitem__))

    for n in graph:
        if n not in number:
            visit(n)
    return parts
