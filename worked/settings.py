"""Settings as readers write them: givens, cells and choices, in their own units, within range."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError, OutOfRangeError, UnknownNameError
from worked.showing import flat, folded, pick, short, suggest, typed
from worked.sources import YOURS, Source
from worked.units import Unit, exact

if TYPE_CHECKING:
    from worked.figures import Choice, Figure, Given, Graph


def changes(graph: Graph, settings: Mapping[str, Any]) -> dict[str, float]:
    """Turn settings as a reader writes them into given -> value in the given's unit.

    A setting names a choice ("gpu": "H200"), a given ("params": 8e9) or a cell of one
    ("minutes.3": 18); givens win.

    Raises:
        FigureError: a name or an option is not known, a value is no number or out of range.
    """
    values: dict[str, float] = {}
    settings = own(graph, settings)
    for n, v in settings.items():
        if n in graph.choices:
            option = graph.choices[n].options[option_of(graph, graph.choices[n], str(v))]
            values |= {graph.cell(name): setting.value for name, setting in option.items()}
        elif n not in graph.figures and not set(n) & set(".["):
            raise UnknownNameError(
                f"{n}: {graph.name} has no such given"
                f"{suggest(n, [g.name for g in graph.givens] + list(graph.choices))}"
            )
    for n, v in settings.items():
        if n not in graph.choices:
            f, index = graph.find(n)
            values[graph.cell_name(f, index)] = checked_cell(graph, f, index, v)
    return values


def own(graph: Graph, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without their chapter, which pages of several chapters write first."""
    return {n.removeprefix(f"{graph.name}."): v for n, v in settings.items()}


def sweep(
    graph: Graph, name: str, over: str, points: Iterable[float], settings: Mapping[str, Any]
) -> list[tuple[float, Any]]:
    """Evaluate a figure or a cell (base units) with given `over` at each of `points`."""
    graph.find(name)
    graph.given(graph.find(over)[0].name)
    return [(p, graph.value(name, graph.evaluate({**settings, over: p}))) for p in points]


def option_of(graph: Graph, choice: Choice, wanted: str) -> str:
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
            f"{choice.name}: '{short(wanted)}' could be {' or '.join(hits)}; write more of the name"
        )
    raise UnknownNameError(
        f"{choice.name}: no option '{short(wanted)}'; there are {', '.join(choice.options)}"
        f"{suggest(wanted, choice.options)}"
    )


def source(graph: Graph, name: str, settings: Mapping[str, Any]) -> tuple[Source, str]:
    """Return where the value of a given, or of a cell, comes from, and the note on it.

    Of a row as a whole that is where its cells come from that nobody has set.

    Raises:
        FigureError: there is no such given, or a setting is wrong.
    """
    f, index = graph.find(name)
    given, cell = graph.given(f.name), graph.cell_name(f, index)
    value = None if None in index else pick(given.value, index)
    rest = {n: v for n, v in settings.items() if n in graph.choices or graph.cell(n) != cell}
    without = changes(graph, rest).get(cell, value)
    if changes(graph, settings).get(cell, value) != without:
        return YOURS, ""
    found = (
        given.each[index[0]] if given.each and index[0] is not None else (given.source, given.note)
    )
    for n, v in rest.items():
        if n in graph.choices:
            option = graph.choices[n].options[option_of(graph, graph.choices[n], str(v))]
            for wanted, setting in option.items():
                if graph.cell(wanted) == cell:
                    found = setting.source, setting.note
    return found


def limits(graph: Graph, f: Figure, index: Sequence[int | None]) -> tuple[float, float]:
    """Return the least and the largest value that a given, or a cell of one, may have.

    Raises:
        FigureError: it is no given, or one over axes of which places are missing.
    """
    given = graph.given(f.name)
    if any(i is None or i < 0 for i in index):
        cells = [graph.cell_name(f, i) for i in ((0,) * len(f.axes), (1,) * len(f.axes))]
        raise FigureError(f"{f.name}: has a value for each place; set {' or '.join(cells)} ...")
    low, high = (pick(x, index) if isinstance(x, tuple) else x for x in (given.low, given.high))
    return low, high


def checked_cell(graph: Graph, f: Figure, index: Sequence[int | None], value: Any) -> float:
    """Return a value of a given, or of a cell of one, as a number within its range.

    Raises:
        FigureError: as `limits` and `checked`.
    """
    low, high = limits(graph, f, index)
    return checked(graph.cell_name(f, index), graph.given(f.name), value, low, high)


def checked(name: str, given: Given, value: Any, low: float, high: float) -> float:
    """Return a value of a given (or of its cell `name`) as a number within its range.

    Raises:
        FigureError: it is no number, not finite, out of range, or not whole where it must be.
    """
    try:
        number = number_of(value) if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        example = next((x for x in flat(given.value) if x is not None), low)
        raise FigureError(
            f"{name}: '{short(value)}' is not a number; "
            f"give it in {given.unit or 'plain numbers'}, e.g. {typed(example)}"
        ) from None
    where = f"{typed(low)} to {typed(high)} {given.unit}".rstrip()
    if not math.isfinite(number):
        raise FigureError(f"{name}: must be a finite number in {where}, not {short(value)}")
    if not low <= number <= high:
        raise OutOfRangeError(f"{name}: {typed(number)} is outside its range {where}")
    if given.integer and number != int(number):
        raise FigureError(f"{name}: must be a whole number in {where}, not {typed(number)}")
    return number


_NUMBER = re.compile(r"[+-]?(?=[.\d])(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)


def number_of(text: str) -> float:
    """Return what a reader typed as a number: "70", "8e9", "1,024", "−5".

    Raises:
        ValueError: it is none; so is "1,8", which may mean 1.8 or 18.
    """
    plain = text.strip().replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is no number")
    return float(plain.replace(",", ""))


def to_base(value: float, u: Unit) -> float:
    """Return a value given in a unit in base units, rounded once."""
    return float(exact(value) * u.factor)
