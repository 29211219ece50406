"""Figures: the numbers a reader sees, and the graph that computes them.

A **given** is an input with a source, a **derived** figure is a formula applied to other
figures, a **measured** one comes from a recorded run. A chapter's graph holds its figures in
the order of its numbered steps, checks them once when it is built, and evaluates them in
microseconds. All values inside a graph are floats in base units (byte, second, dollar).
"""

from __future__ import annotations

import difflib
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

from worked.units import Dimension, Unit, UnitError, exact, rounded, unit


class FigureError(ValueError):
    """A figure that makes no sense; the message starts with the figure's name."""


class OutOfRangeError(FigureError):
    """A given set outside its declared range."""


class UnknownNameError(FigureError):
    """A name that the graph does not have; the message suggests one that it has."""


@dataclass(frozen=True)
class Source:
    """Where a given comes from, when it was read, and when to read it again."""

    text: str
    url: str | None = None
    read: date | None = None
    review_by: date | None = None

    @property
    def is_own_choice(self) -> bool:
        """Whether the value is the running example's own, not a fact about the world."""
        return self.text.startswith(OWN_CHOICE)


OWN_CHOICE = "the running example's own choice"
OWN = Source(OWN_CHOICE)
YOURS = Source("your own value")


@dataclass(frozen=True)
class Given:
    """An input: its value in `unit`, its declared range in the same unit, and its source."""

    name: str
    value: float
    unit: str
    symbol: str
    label: str
    low: float
    high: float
    source: Source = OWN
    places: int = 0
    integer: bool = False
    note: str = ""


@dataclass(frozen=True)
class Derived:
    """A formula applied to figures: `inputs` maps an argument to a figure's name.

    An argument that `inputs` does not mention takes the figure of the same name. `words`
    turns the values 0, 1, 2 ... into a verdict ("does not fit", "fits", "needs {wanted}"), where
    1 is the good one and a name in braces stands for that figure as it is shown. With `must`,
    any other verdict refuses the setting in these words.
    """

    name: str
    formula: Callable[..., Any]
    unit: str
    label: str
    symbol: str = ""
    places: int = 0
    inputs: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] | None = None
    signed: bool = False
    must: bool = False

    def arguments(self) -> dict[str, str]:
        """Return formula argument -> figure name, in the order of the formula's signature."""
        return {a: self.inputs.get(a, a) for a in inspect.signature(self.formula).parameters}

    def spoken(self) -> list[str]:
        """Return the names of the figures that its words mention."""
        return [name for text in self.words or () for name in _NAME.findall(text)]


_NAME = re.compile(r"\{(\w+)\}")
"""A figure in the words of a verdict."""


@dataclass(frozen=True)
class Measured:
    """A recorded result: `record` names the file under the chapter's measured/ folder."""

    name: str
    value: float
    unit: str
    label: str
    record: str
    command: str
    date: str
    machine: str
    deterministic: bool
    seed: int | None = None
    symbol: str = ""
    places: int = 0
    signed: bool = False


Figure = Given | Derived | Measured


@dataclass(frozen=True)
class Step:
    """One numbered step of a chapter and the figures that it introduces."""

    slug: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Setting:
    """What an option sets a given to, in the given's unit, and where that value comes from."""

    value: float
    source: Source = OWN
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """A named set of alternatives, each setting several givens at once (a model, a GPU)."""

    name: str
    label: str
    default: str
    options: Mapping[str, Mapping[str, Setting]]


class Graph:
    """A chapter's scenario: its steps, its figures by name, and how to evaluate them."""

    def __init__(
        self, name: str, title: str, steps: Iterable[Step], choices: Iterable[Choice] = ()
    ) -> None:
        """Check every figure and work out the order of evaluation.

        Raises:
            FigureError: a name used twice or not known, a cycle, an unknown unit, a dimension
                that does not fit its formula, or a value that makes no sense; the message
                names the figure.
        """
        self.name, self.title = name, title
        self.steps = tuple(steps)
        self.choices = {c.name: c for c in choices}
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
        self.wiring = {n: f.arguments() for n, f in figures.items() if isinstance(f, Derived)}
        self.order = self._order()
        self._factors = {n: float(u.factor) for n, u in self.units.items()}
        self._check_dimensions()
        self._check_words()
        self._check_choices()
        self._plan = [
            (f, tuple(self.wiring[n].values()))
            for n in self.order
            if isinstance(f := figures[n], Derived)
        ]
        self.base: Mapping[str, float] = MappingProxyType(self.evaluate())

    # -- building -------------------------------------------------------------------------

    def _order(self) -> tuple[str, ...]:
        for n, arguments in self.wiring.items():
            for argument, source in arguments.items():
                if source not in self.figures:
                    raise FigureError(
                        f"{n}: its argument {argument!r} wants a figure {source!r}, "
                        f"which {self.name} does not have{_suggest(source, self.figures)}"
                    )
        sorter = TopologicalSorter({n: list(self.wiring.get(n, {}).values()) for n in self.figures})
        try:
            return tuple(sorter.static_order())
        except CycleError as error:
            ring = " -> ".join(reversed(error.args[1]))
            raise FigureError(f"{error.args[1][0]}: depends on itself: {ring}") from None

    def _check_dimensions(self) -> None:
        for n in self.order:
            f = self.figures[n]
            if not isinstance(f, Derived):
                continue
            try:
                got = f.formula(*(self.units[a].dimension for a in self.wiring[n].values()))
            except UnitError as error:
                raise FigureError(f"{n}: {f.formula.__name__} cannot be right: {error}") from None
            want = self.units[n].dimension
            if not want.same_as(got):
                shown = got if isinstance(got, Dimension) else "a pure number"
                raise FigureError(
                    f"{n}: {f.formula.__name__} gives {shown!s}, "
                    f"but its unit {f.unit!r} means {want!r}"
                )

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
                    given = self.given(n)
                    try:
                        self._checked(given, setting.value)
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
                f"{name}: {self.name} has no such figure{_suggest(name, self.figures)}"
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
        """Return formula argument -> figure name of a derived figure."""
        return self.wiring[name]

    def ancestors(self, name: str) -> list[str]:
        """Return the figures that `name` depends on, nearest last, each once."""
        seen: dict[str, None] = {}

        def visit(n: str) -> None:
            for source in self.wiring.get(n, {}).values():
                if source not in seen:
                    visit(source)
                    seen[source] = None

        visit(name)
        return list(seen)

    # -- evaluating -----------------------------------------------------------------------

    def changes(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """Turn settings as a reader writes them into given -> value in the given's unit.

        A setting names a choice ("gpu": "H200") or a given ("params": 8e9); givens win.

        Raises:
            FigureError: a name or an option is not known, a value is no number or out of range.
        """
        values: dict[str, float] = {}
        for n, v in settings.items():
            if n in self.choices:
                option = self.choices[n].options[self._option(self.choices[n], str(v))]
                values |= {name: setting.value for name, setting in option.items()}
            elif n not in self.figures:
                raise UnknownNameError(
                    f"{n}: {self.name} has no such given"
                    f"{_suggest(n, [g.name for g in self.givens] + list(self.choices))}"
                )
        for n, v in settings.items():
            if n not in self.choices:
                values[n] = self._checked(self.given(n), v)
        return values

    def _option(self, choice: Choice, wanted: str) -> str:
        """Return the name of the option that `wanted` is or begins: "h200" finds "H200 SXM"."""
        if wanted in choice.options:
            return wanted
        key = _folded(wanted)
        hits = [o for o in choice.options if _folded(o) == key] or [
            o for o in choice.options if key and _folded(o).startswith(key)
        ]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UnknownNameError(
                f"{choice.name}: '{_short(wanted)}' could be {' or '.join(hits)}; "
                f"write more of the name"
            )
        raise UnknownNameError(
            f"{choice.name}: no option '{_short(wanted)}'; there are {', '.join(choice.options)}"
            f"{_suggest(wanted, choice.options)}"
        )

    def source(self, name: str, settings: Mapping[str, Any]) -> tuple[Source, str]:
        """Return where a given's value under `settings` comes from, and the note on it.

        Raises:
            FigureError: there is no such given, or a setting is wrong.
        """
        given = self.given(name)
        rest = {n: v for n, v in settings.items() if n != name}
        without = self.changes(rest).get(name, given.value)
        if self.changes(settings).get(name, given.value) != without:
            return YOURS, ""
        found = given.source, given.note
        for n, v in rest.items():
            if n in self.choices:
                option = self.choices[n].options[self._option(self.choices[n], str(v))]
                if name in option:
                    found = option[name].source, option[name].note
        return found

    def _checked(self, given: Given, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise FigureError(
                f"{given.name}: '{_short(value)}' is not a number; "
                f"give it in {given.unit or 'plain numbers'}, e.g. {typed(given.value)}"
            ) from None
        where = f"{typed(given.low)} to {typed(given.high)} {given.unit}".rstrip()
        if not math.isfinite(number):
            raise FigureError(
                f"{given.name}: must be a finite number in {where}, not {_short(value)}"
            )
        if not given.low <= number <= given.high:
            raise OutOfRangeError(f"{given.name}: {typed(number)} is outside its range {where}")
        if given.integer and number != int(number):
            raise FigureError(
                f"{given.name}: must be a whole number in {where}, not {typed(number)}"
            )
        return number

    def needed(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and all that they depend on, for `evaluate` of no more than that.

        The figures that a verdict's words mention count as well.

        Raises:
            UnknownNameError: the graph lacks one of them.
        """
        found: set[str] = set()
        rest = [self.figure(n).name for n in names]
        while rest:
            n = rest.pop()
            if n not in found:
                found.add(n)
                f = self.figures[n]
                rest += self.wiring.get(n, {}).values()
                rest += f.spoken() if isinstance(f, Derived) else []
        return frozenset(found)

    def evaluate(
        self, settings: Mapping[str, Any] | None = None, only: frozenset[str] | None = None
    ) -> dict[str, float]:
        """Compute every figure, in base units, after applying `settings` (see `changes`).

        `only` (from `needed`) leaves the others out.

        Raises:
            FigureError: a setting is wrong, or a figure comes out NaN, infinite, or negative
                where that is meaningless.
        """
        changed = self.changes(settings) if settings else {}
        values: dict[str, float] = {}
        for n, f in self.figures.items():
            if only is not None and n not in only:
                continue
            if isinstance(f, Given):
                number = changed[n] if n in changed else self._checked(f, f.value)
                values[n] = _to_base(number, self.units[n])
            elif isinstance(f, Measured):
                values[n] = sane(f, f.value * self._factors[n])
        for derived, arguments in self._plan:
            n = derived.name
            if only is not None and n not in only:
                continue
            try:
                value = float(derived.formula(*[values[a] for a in arguments]))
            except (ZeroDivisionError, OverflowError, ValueError):
                value = math.nan
            values[n] = sane(derived, value)
            if derived.words:
                said = self._verdict(derived, values) if derived.must else _word(derived, value)
                if derived.must and values[n] != 1:
                    raise FigureError(f"{n}: {said}")
        return values

    def _verdict(self, f: Derived, values: Mapping[str, float]) -> str:
        return _NAME.sub(lambda match: self.shown(match[1], values), _word(f, values[f.name]))

    def sweep(
        self, name: str, over: str, points: Iterable[float], settings: Mapping[str, Any]
    ) -> list[tuple[float, float]]:
        """Evaluate figure `name` (base units) with given `over` at each of `points` (its unit)."""
        self.figure(name)
        self.given(over)
        return [(p, self.evaluate({**settings, over: p})[name]) for p in points]

    # -- showing --------------------------------------------------------------------------

    def shown(
        self,
        name: str,
        values: Mapping[str, float] | None = None,
        unit_name: str | None = None,
        places: int | None = None,
    ) -> str:
        """Write a figure as the reader sees it: exactly rounded, with its unit.

        Raises:
            FigureError: the figure is not known, or `unit_name` has another dimension.
        """
        f = self.figure(name)
        values = values or self.base
        value = values[name]
        if isinstance(f, Derived) and f.words:
            return self._verdict(f, values)
        u = self.units[name]
        if unit_name is not None:
            try:
                u = unit(unit_name)
            except UnitError as error:
                raise FigureError(f"{name}: {error}") from None
            if not u.dimension.same_as(self.units[name].dimension):
                raise FigureError(f"{name}: cannot be shown in {unit_name!r}, it is in {f.unit!r}")
        number = rounded(value, u, f.places if places is None else places)
        if isinstance(f, Given) and places is None and not u.name.startswith("USD"):
            # A given is what it was given as: 5 GB/s, not 5.0 GB/s.
            number = number.rstrip("0").rstrip(".") if "." in number else number
        return with_unit(number, u.name)


def with_unit(number: str, unit_name: str) -> str:
    """Join a written number and its unit: "$9,024", "40%", "1.12 TB", "1 GPU"."""
    if unit_name.startswith("USD"):
        rest = unit_name[3:]
        sign, digits = ("−", number[1:]) if number.startswith("−") else ("", number)
        return f"{sign}${digits}{rest and ' per ' + rest[1:].replace('/', '-')}"
    if unit_name == "%":
        return number + "%"
    if unit_name == "×":
        return number + "×"
    if number in ("1", "−1"):
        unit_name = _PLURAL.sub(lambda m: "y" if m[0] == "ies" else "", unit_name)
    return f"{number} {unit_name}" if unit_name else number


_PLURAL = re.compile(r"(?<=\w\w)(?:ies|(?<=ch)es|s)(?=/|$)")
"""What makes a counted unit plural: GPUs, queries/s, micro-batches; s and ms are no plurals."""


def from_rows(given: Given, row: Mapping[str, Any]) -> Given:
    """Return `given` with the value, unit and source of a row of a givens file."""
    return replace(given, value=row["value"], unit=row["unit"], source=row["source"])


def _unit_of(f: Figure) -> Unit:
    try:
        return unit(f.unit)
    except UnitError as error:
        raise FigureError(f"{f.name}: {error}") from None


def typed(number: float) -> str:
    """Return a number as one types it, in full: 1e+12, 0.1, 1048576."""
    full, short = f"{number:.15g}", f"{number:g}"
    return short if float(short) == number and len(short) < len(full) else full


def _to_base(value: float, u: Unit) -> float:
    return float(exact(value) * u.factor)


def _word(f: Derived, value: float) -> str:
    """Return the words of a verdict, its figures still as names in braces."""
    words = f.words or ()
    if value not in range(len(words)):
        raise FigureError(
            f"{f.name}: a verdict is a whole number below {len(words)}, not {value:g}"
        )
    return words[int(value)]


def sane(f: Figure, value: float, signed: bool = False) -> float:
    """Return a computed value without its noise; `signed` allows it to be negative in any case.

    Raises:
        FigureError: it is not finite, or negative where that is meaningless.
    """
    if not math.isfinite(value):
        raise FigureError(f"{f.name}: has no finite value here")
    value = _without_noise(value)
    if value < 0 and not (signed or getattr(f, "signed", True)):
        shown = with_unit(rounded(value, unit(f.unit), f.places), f.unit)
        raise FigureError(f"{f.name}: comes out as {shown}, which has no meaning here")
    return value


_NOISE = 2.0**-45
"""Relative size of what is taken for noise: 128 times the spacing of floats."""


def _without_noise(value: float) -> float:
    """Return the decimal of 12 digits that `value` is but for its last bits, or `value` itself.

    So the noise of binary arithmetic reaches no later rounding up, comparison or difference:
    17.6 B for 10^11 parameters come out as 1,760,000,000,000.0002 B; at 80 GB that is 22
    devices, not 23. A difference of near values carries more of it: 9.7 - 9.6 comes out as
    0.09999999999999964, and the rule leaves room for that.
    """
    decimal = float(f"{value:.11e}")
    return decimal if abs(decimal - value) <= _NOISE * abs(value) else value


def _short(text: Any, most: int = 40) -> str:
    """Return what somebody typed, cut where it is too long to be repeated."""
    written = str(text)
    return written if len(written) <= most else f"{written[:most]}..."


def _folded(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _suggest(name: str, known: Iterable[str]) -> str:
    by_letters = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), list(by_letters), n=3, cutoff=0.5)
    near = [by_letters[k] for k in close]
    return f"; did you mean {' or '.join(near)}?" if near else ""
