"""How numbers, verdicts and labels are written, and what a message says of what was typed."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError
from worked.floats import clean
from worked.units import UnitError, readable, unit

if TYPE_CHECKING:
    from worked.figures import Figure, Graph

SPOKEN = re.compile(r"\{(\w+)\}")
"""A figure in the words of a verdict."""
PLACE = re.compile(r"<(\w+)>")
"""Where a label has the place of an axis: "Minutes of delivery <row>"."""

# -- figures of a graph -----------------------------------------------------------------------


def shown(
    graph: Graph,
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
    f, index = graph.find(name)
    values = graph.base if values is None else values
    if None in index:
        open_axes = [a for a, i in zip(f.axes, index, strict=True) if i is None]
        cell = graph.cell_name(f, [i or 0 for i in index])
        raise FigureError(
            f"{name}: has a value for each place of {', '.join(open_axes)}; write {cell}, say"
        )
    if bare and (graph.kinds[f.name].place or getattr(f, "words", None)):
        what = "place" if graph.kinds[f.name].place else "verdict"
        raise FigureError(f"{name}: is a {what}, which has no bare number")
    try:
        value = pick(values[f.name], index)
    except IndexError:
        return "—"
    if (axis := graph.kinds[f.name].place) is not None:
        return "none" if value is None else label(graph, axis, value, values)
    if value is None:
        return "—"
    if words := getattr(f, "words", None):
        return spoken(graph, word(name, words, value), f, index, values)
    u = graph.units[f.name]
    if unit_name is not None:
        try:
            u = unit(unit_name)
        except UnitError as error:
            raise FigureError(f"{name}: {error}") from None
        if not u.dimension.same_as(graph.units[f.name].dimension):
            raise FigureError(f"{name}: cannot be shown in {unit_name!r}, it is in {f.unit!r}")
    number = readable(value, u, f.places if places is None else places)
    if hasattr(f, "low") and places is None and not u.name.startswith("USD"):
        # A given is what it was given as: 5 GB/s, not 5.0 GB/s.
        plain = "." in number and "×" not in number
        number = number.rstrip("0").rstrip(".") if plain else number
    return number if bare else with_unit(number, u.name)


def called(graph: Graph, name: str, values: Mapping[str, Any] | None = None) -> str:
    """Return what a figure or a cell is called: "Minutes of delivery 3", "Leaf, round 2".

    A label's `<row>` is the place's label; of a row as a whole "delivery <row>" and "the
    <row> delivery" are "each delivery". Places that the label does not mention stand behind
    it, after their axes' nouns.
    """
    f, index = graph.find(name)
    values = graph.base if values is None else values
    title, rest = f.label, ""
    for a, i in zip(f.axes, index, strict=True):
        noun = graph.axes[a].noun or a
        if i is None:
            each = rf"(?<!\w)((the|an?|its) )?<{a}>( {noun})?|{noun} <{a}>"
            title = re.sub(each, f"each {noun}", title, flags=re.IGNORECASE)
            title = title.replace(f"<{a}>", "…")
            continue
        at = label(graph, a, i if i >= 0 else graph.length(a, values) - 1, values)
        rest += "" if f"<{a}>" in title else f", {noun} {at}"
        title = title.replace(f"<{a}>", at)
    return re.sub("^each", "Each", title) + rest


def shown_by(graph: Graph, axis: str) -> str:
    """Return the figure that the labels of an axis show, or ""."""
    a = graph.axes[axis]
    return shown_by(graph, a.like) if a.like else a.shown_by


def label(graph: Graph, axis: str, i: int, values: Mapping[str, Any] | None = None) -> str:
    """Return what a reader sees of a place: its label, which may be a live figure."""
    a = graph.axes[axis]
    if a.like:
        return label(graph, a.like, i, values)
    if a.shown_by:
        return shown(graph, f"{a.shown_by}[{axis}={graph.keys[axis][i]}]", values)
    labels = a.labels or graph.keys[axis]
    return f"{labels[i]:,.15g}" if isinstance(labels[i], (int, float)) else str(labels[i])


def spoken(
    graph: Graph, words: str, f: Figure, index: Sequence[int | None], values: Mapping[str, Any]
) -> str:
    """Fill the figures into the words of a verdict, at the verdict's own places."""
    at = dict(zip(f.axes, index, strict=True))

    def one(match: re.Match[str]) -> str:
        other = graph.figures[match[1]]
        return shown(graph, graph.cell_name(other, [at.get(a) for a in other.axes]), values)

    return SPOKEN.sub(one, words)


# -- single values ----------------------------------------------------------------------------


def with_unit(number: str, unit_name: str) -> str:
    """Join a written number and its unit: "$9,024", "40%", "1.12 TB", "1 GPU"."""
    if unit_name.startswith("USD"):
        rest = unit_name[3:]
        sign, digits = ("−", number[1:]) if number.startswith("−") else ("", number)
        return f"{sign}${digits}{rest and ' per ' + rest[1:].replace('/', '-')}"
    if unit_name in ("%", "×"):
        if "×" in number:  # a power of ten
            return f"{number} {unit_name.replace('×', 'times')}"
        return number + unit_name
    if number in ("1", "−1"):
        unit_name = _PLURAL.sub(lambda m: "y" if m[0] == "ies" else "", unit_name)
    return f"{number} {unit_name}" if unit_name else number


_PLURAL = re.compile(r"(?<=\w\w)(?:ies|(?<=ch)es|s)(?=/|$)")
"""What makes a counted unit plural: GPUs, queries/s, micro-batches; s and ms are no plurals."""


def typed(number: float) -> str:
    """Return a number as one types it, in full: 1e+12, 0.1, 1048576."""
    full, short = f"{number:.15g}", f"{number:g}"
    return short if float(short) == number and len(short) < len(full) else full


def sane(f: Figure, value: float, signed: bool = False, name: str = "") -> float:
    """Return a computed value without its noise; `signed` allows it to be negative in any case.

    Raises:
        FigureError: it is not finite, or negative where that is meaningless.
    """
    if not math.isfinite(value):
        raise FigureError(f"{name or f.name}: has no finite value here")
    value = clean(value)
    if value < 0 and not (signed or getattr(f, "signed", True)):
        shown = with_unit(readable(value, unit(f.unit), f.places), f.unit)
        raise FigureError(f"{name or f.name}: comes out as {shown}, which has no meaning here")
    return value


def word(name: str, words: tuple[str, ...], value: float) -> str:
    """Return the words of a verdict, its figures still as names in braces.

    Raises:
        FigureError: the value is none of the verdict's.
    """
    if value not in range(len(words)):
        raise FigureError(f"{name}: a verdict is a whole number below {len(words)}, not {value:g}")
    return words[int(value)]


def flat(value: Any) -> list[Any]:
    """Return the cells of a value: of a number itself, of nested rows in the order of the axes."""
    if isinstance(value, (list, tuple)):
        return [cell for part in value for cell in flat(part)]
    return [value]


def pick(value: Any, index: Sequence[int | None]) -> Any:
    """Return the part of nested rows at some places; None leaves an axis open."""
    if not index:
        return value
    if index[0] is None:
        return [pick(v, index[1:]) for v in value]
    return pick(value[index[0]], index[1:])


def short(text: Any, most: int = 40) -> str:
    """Return what somebody typed, cut where it is too long to be repeated."""
    written = str(text)
    return written if len(written) <= most else f"{written[:most]}..."


def folded(text: str) -> str:
    """Return the letters and digits of a name, in small letters."""
    return "".join(c for c in text.lower() if c.isalnum())


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" with the names near `name`, or nothing."""
    by_letters = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), list(by_letters), n=3, cutoff=0.5)
    near = [by_letters[k] for k in close]
    return f"; did you mean {' or '.join(near)}?" if near else ""
