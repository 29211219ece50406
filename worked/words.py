"""Numbers in words: "six rounds", "third", "about two thirds", "just over twice".

A figure is written in words from its value, so that the words move with it. Four forms:

    count      "six rounds"; `bare` leaves the noun out. Whole numbers up to twelve, larger ones
               in digits; what is not whole is written as it is shown.
    ordinal    "third"; beyond twelve "13th".
    fraction   of a share: "a third", "about two thirds", "just under half"; "all" and "none" are
               exactly so. Where no plain fraction is near, in percent.
    times      of a ratio: "twice", "about ten times", "two and a half times"; else "3.4 times",
               and "13 times" of a whole number that has no word.

`words` takes the form that the unit asks for: a fraction for %, times for ×, else a count. With a
capital (`Words`, `Fraction`) the first letter is one.

A fraction or a multiple stands without a hedge only where it reads the same as the value to the
digits that are shown, and is within 4 % of it; "about" is within 4 %, "just over" and "just under"
within 10 %. Of a share the percentage counts against the share and against what it leaves, so
that nine tenths is not said of 93 %, which leaves a third less. Among words that are equally
close in this sense the plainer one is taken: the order of the tables below.

docs/assets/js/words.js is the twin of this file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from worked.errors import FigureError
from worked.showing import shown, with_unit
from worked.units import COUNTED, rounded, unit

if TYPE_CHECKING:
    from worked.figures import Graph

FORMS = ("words", "count", "ordinal", "fraction", "times")
ABSENT = "—"
ABOUT, JUST = Fraction(1, 25), Fraction(1, 10)
"""How far "about" and "just over" may be off, relative to the smaller of a share and its rest."""

_COUNTS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_FRACTIONS = tuple(
    (words, Fraction(share))
    for words, share in (
        ("half", "1/2"),
        ("a third", "1/3"),
        ("two thirds", "2/3"),
        ("a quarter", "1/4"),
        ("three quarters", "3/4"),
        ("a fifth", "1/5"),
        ("two fifths", "2/5"),
        ("three fifths", "3/5"),
        ("four fifths", "4/5"),
        ("a tenth", "1/10"),
        ("three tenths", "3/10"),
        ("seven tenths", "7/10"),
        ("nine tenths", "9/10"),
        ("a sixth", "1/6"),
        ("five sixths", "5/6"),
        ("an eighth", "1/8"),
        ("seven eighths", "7/8"),
        ("a twentieth", "1/20"),
        ("a fiftieth", "1/50"),
        ("a hundredth", "1/100"),
        ("a thousandth", "1/1000"),
        ("a millionth", "1/1000000"),
    )
)
_TIMES = (
    ("twice", Fraction(2)),
    *((f"{word} times", Fraction(n)) for n, word in enumerate(_COUNTS, 1) if n > 2),
    ("one and a half times", Fraction(3, 2)),
    ("two and a half times", Fraction(5, 2)),
    ("twenty times", Fraction(20)),
    ("fifty times", Fraction(50)),
    ("a hundred times", Fraction(100)),
    ("a thousand times", Fraction(1000)),
    ("a million times", Fraction(10**6)),
    ("a billion times", Fraction(10**9)),
)
_NOUNS = {
    "B": "bytes",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "day": "days",
    "month": "months",
    "year": "years",
}
"""Units that have a noun of their own beside a number word: "two bytes"."""
_NO_NOUN = ("", "×", "%")


def in_words(
    graph: Graph,
    name: str,
    form: str,
    values: Mapping[str, Any] | None = None,
    unit_name: str | None = None,
    places: int | None = None,
    bare: bool = False,
) -> str:
    """Write a figure or a cell in words, in one of the forms, with or without a capital.

    A place is written by its label where that is a whole number, else as its label. "—" stands
    for what is absent.

    Raises:
        FigureError: the form does not fit the figure, or `shown` cannot write it.
    """
    f, _ = graph.find(name)
    if getattr(f, "words", None):
        raise FigureError(f"{name}: is a verdict, which is in words already; leave out {form}")
    if graph.kinds[f.name].place is not None:
        label = shown(graph, name, values)
        if form.lower() not in ("words", "count", "ordinal"):
            raise FigureError(f"{name}: {form} writes a ratio; it is a place")
        return spelled(float(label), label, "", 0, form) if label.isdecimal() else label
    u = unit_name if unit_name is not None else f.unit
    if trouble := misfit(form, u, bare):
        raise FigureError(f"{name}: {trouble}")
    number = shown(graph, name, values, unit_name, places, bare=True)
    if number == ABSENT:
        return ABSENT
    value = graph.value(name, values)
    return spelled(value, number, u, f.places if places is None else places, form, bare)


def misfit(form: str, unit_name: str, bare: bool = False) -> str:
    """Return why a form cannot write a figure of a unit, or ""."""
    kind = _kind(form, unit_name)
    if kind in ("fraction", "times"):
        fits = unit_name in (_NO_NOUN if kind == "fraction" else ("", "×"))
        wants = "a share (% or a plain ratio)" if kind == "fraction" else "a ratio (× or none)"
        if bare:
            return f"{form} has no unit to leave out; leave out bare"
        return "" if fits else f"{form} writes {wants}; it is in {unit_name!r}"
    counted = unit_name in COUNTED or unit_name in _NOUNS
    if unit_name in ("%", "×") or unit_name.startswith(("USD", "$")):
        return f"{form} writes a count; it is in {unit_name!r}"
    if kind == "ordinal":
        fits = not unit_name or counted
        return "" if fits else f"{form} writes what is counted; it is in {unit_name!r}"
    if counted or bare or not unit_name:
        return ""
    return f"{form} writes a count, and {unit_name!r} has no noun; write {form} bare, or digits"


def _kind(form: str, unit_name: str) -> str:
    kind = form.lower()
    if kind == "words":
        return {"%": "fraction", "×": "times"}.get(unit_name, "count")
    return kind


def spelled(
    value: float | None, number: str, unit_name: str, places: int, form: str, bare: bool = False
) -> str:
    """Write `value` (in base units) in words.

    number: the value as it is shown, without its unit, for what has no words; unit_name, places:
    in which it is shown.
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    text = _spelled(value, number, unit_name, places, _kind(form, unit_name), bare)
    return text[0].upper() + text[1:] if form[0].isupper() else text


def _spelled(value: float, number: str, unit_name: str, places: int, kind: str, bare: bool) -> str:
    if kind == "fraction":
        words = _fraction(value, unit_name, places)
        in_percent = unit_name == "%"
        shown_in_percent = number if in_percent else rounded(value, unit("%"), max(places - 2, 0))
        return words or f"{shown_in_percent}%"
    if kind == "times":
        words = "once" if value == 1 else _near(value, _TIMES, unit_name, places)
        is_hedged = words.startswith(("about", "just"))
        return f"{number} times" if not words or (is_hedged and value % 1 == 0) else words
    size = Fraction(f"{value:.14e}") / unit(unit_name).factor
    is_count = size.denominator == 1 and size >= 1
    if is_count:
        number = f"{int(size):,}"
    if kind == "ordinal":
        return _ordinal(int(size), number) if is_count else with_unit(number, unit_name)
    word = _COUNTS[int(size) - 1] if is_count and size <= len(_COUNTS) else ""
    if bare:
        return word or number
    noun = _NOUNS.get(unit_name, unit_name) if word else unit_name
    text = with_unit(number, noun)
    return word + text[len(number) :] if word else text


def _ordinal(count: int, digits: str) -> str:
    if count <= len(_ORDINALS):
        return _ORDINALS[count - 1]
    teens = 11 <= count % 100 <= 13
    return digits + ("th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th"))


def _fraction(value: float, unit_name: str, places: int) -> str:
    if value in (0, 1):
        return "all" if value else "none"
    return _near(value, _FRACTIONS, unit_name, places)


def _near(value: float, table: Sequence[tuple[str, Fraction]], unit_name: str, places: int) -> str:
    """Return the words of the table that are close to the value, with their hedge, or ""."""
    size, u = Fraction(f"{value:.14e}"), unit(unit_name)
    written = rounded(value, u, places)
    about, just = "", ""
    for words, target in table:
        gap = abs(size - target)
        # Of a share neither it nor what it leaves may be far off.
        room = min(target, 1 - target) if target < 1 else target
        if gap <= ABOUT * room:
            if written == rounded(float(target), u, places):
                return words
            about = about or f"about {words}"
        elif gap <= JUST * room:
            just = just or f"just {'over' if size > target else 'under'} {words}"
    return about or just
