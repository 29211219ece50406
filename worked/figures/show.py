"""How single values are read and written: units, what is typed, verdicts, names that are near."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from typing import Any

from worked.figures.kinds import Derived, Figure, FigureError, Given, OutOfRangeError
from worked.floats import clean
from worked.units import Unit, exact, rounded, unit


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


def typed(number: float) -> str:
    """Return a number as one types it, in full: 1e+12, 0.1, 1048576."""
    full, short = f"{number:.15g}", f"{number:g}"
    return short if float(short) == number and len(short) < len(full) else full


def to_base(value: float, u: Unit) -> float:
    """Return a value given in a unit in base units, rounded once."""
    return float(exact(value) * u.factor)


def checked(name: str, given: Given, value: Any, low: float, high: float) -> float:
    """Return a value of a given (or of its cell `name`) as a number within its range.

    Raises:
        FigureError: it is no number, not finite, out of range, or not whole where it must be.
    """
    try:
        number = float(value)
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


def sane(f: Figure, value: float, signed: bool = False, name: str = "") -> float:
    """Return a computed value without its noise; `signed` allows it to be negative in any case.

    Raises:
        FigureError: it is not finite, or negative where that is meaningless.
    """
    if not math.isfinite(value):
        raise FigureError(f"{name or f.name}: has no finite value here")
    value = clean(value)
    if value < 0 and not (signed or getattr(f, "signed", True)):
        shown = with_unit(rounded(value, unit(f.unit), f.places), f.unit)
        raise FigureError(f"{name or f.name}: comes out as {shown}, which has no meaning here")
    return value


def word(f: Derived, value: float) -> str:
    """Return the words of a verdict, its figures still as names in braces.

    Raises:
        FigureError: the value is none of the verdict's.
    """
    words = f.words or ()
    if value not in range(len(words)):
        raise FigureError(
            f"{f.name}: a verdict is a whole number below {len(words)}, not {value:g}"
        )
    return words[int(value)]


def flat(value: Any) -> list[Any]:
    """Return the cells of a value: of a number itself, of nested rows in the order of the axes."""
    if isinstance(value, (list, tuple)):
        return [cell for part in value for cell in flat(part)]
    return [value]


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
