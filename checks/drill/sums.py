"""Sums in an explanation: numbers that follow from what is quoted, worked out where they stand.

    {{ 8 × 128 }}                         1,024
    {{ 7 × 67.1 MB / 450 GB/s = | ms 2 }} 7 × 67.1 MB / 450 GB/s = 1.04 ms
    {{ right | GiB 2 }}                   a value by its name, in a unit, to so many decimals
    {{ 64 / 8 | times }}                  eight times: in the forms of worked/words.py

A sum is written as on a whiteboard: × / + − ^, brackets, sqrt, exp, cos, ln, numbers with their
units, and names. Nothing in it is free: each number must stand in what is quoted (one may
always). A number alone is shown as it is typed, a short value in full; of another one says to how
many decimals. Units have to fit, as in a formula of the graph.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from worked.showing import with_unit
from worked.units import Dimension, Unit, rounded, unit
from worked.words import FORMS, misfit, spelled

SUM = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_QUOTED = re.compile(rf"(?<![\d.]){NUMBER}")
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{NUMBER})(?:\s?(?P<unit>%|[A-Za-zµ]+(?:/[A-Za-z]+)*))?"
    r"|(?P<name>[a-z]\w*)|(?P<sign>[×/+−^()]))"
)
_SIGNS = {"×": "*", "−": "-", "^": "**"}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "cos": math.cos,
    "ln": math.log,
}

LONGEST = 6
"""The most decimals of a value that is shown in full."""
Value = tuple[float, str]
"""A value in base units, and the unit that it is in."""


def filled(text: str, quoted: Sequence[str], names: Mapping[str, Value]) -> str:
    """Return a text with its sums worked out.

    quoted: the texts that the numbers come from; names: what else a sum may name.

    Raises:
        ValueError: a sum cannot be read, a number in it is not quoted, or its unit does not fit.
    """
    known = {_number(n) for t in quoted for n in _QUOTED.findall(t)} | {Fraction(1)}
    return SUM.sub(lambda m: _written(m[1], known, names), text)


def _written(body: str, known: set[Fraction], names: Mapping[str, Value]) -> str:
    sum_, _, options = (part.strip() for part in body.partition("|"))
    shows_sum = sum_.endswith("=")
    sum_ = sum_.removesuffix("=").strip()
    value, dimension = _value(sum_, known, names)
    if not options and re.fullmatch(rf"{NUMBER}(?: \S+)?", sum_):
        return sum_
    unit_name, places, form, bare = _options(body, options)
    u = unit(unit_name)
    if not dimension.same_as(u.dimension):
        raise ValueError(f"{body}: is {dimension!r}, which {unit_name or 'no unit'!r} does not fit")
    if places is None:
        places = _decimals(body, value, u)
        number = rounded(value, u, places)
        number = number.rstrip("0").rstrip(".") if "." in number else number
    else:
        number = rounded(value, u, places)
    if form:
        if trouble := misfit(form, unit_name, bare):
            raise ValueError(f"{body}: {trouble}")
        shown = spelled(value, number, unit_name, places, form, bare)
    else:
        shown = number if bare else with_unit(number, unit_name)
    return f"{sum_} = {shown}" if shows_sum else shown


def _decimals(body: str, value: float, u: Unit) -> int:
    """Return how many decimals show the whole value, where a few do."""
    in_unit = Fraction(f"{value:.14e}") / u.factor
    for places in range(LONGEST + 1):
        if (in_unit * 10**places).denominator == 1:
            return places
    raise ValueError(f"{body}: is {float(in_unit):g} {u.name}; say to how many decimals")


def _options(body: str, options: str) -> tuple[str, int | None, str, bool]:
    """Return unit, decimals, form in words and whether the unit is left out."""
    unit_name, places, form, bare = "", None, "", False
    for word in options.split():
        if word.isdecimal():
            places = int(word)
        elif word.lower() in FORMS:
            form = word
        elif word == "bare":
            bare = True
        elif unit_name:
            raise ValueError(f"{body}: has two units, {unit_name} and {word}")
        else:
            unit_name = word
    return unit_name, places, form, bare


def _value(text: str, known: set[Fraction], names: Mapping[str, Value]) -> tuple[float, Dimension]:
    """Return the value of a sum in base units, and its dimension.

    What is run is put together here, of signs, brackets and places that stand for numbers; once
    with the numbers in these places, once with their dimensions.
    """
    code, at = "", 0
    numbers: dict[str, Any] = dict(_FUNCTIONS)
    dimensions: dict[str, Any] = {name: _of_dimension(name) for name in _FUNCTIONS}
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"{text}: cannot be read from {text[at:]!r} on")
        at = token.end()
        if token["sign"]:
            code += _SIGNS.get(token["sign"], token["sign"])
            continue
        if token["name"] in _FUNCTIONS:
            code += token["name"]
            continue
        place = f"x{len(numbers)}"
        if token["number"]:
            number = _number(token["number"])
            if number not in known:
                raise ValueError(f"{text}: {token['number']} is not quoted")
            u = unit(token["unit"] or "")
            numbers[place] = float(number * u.factor)
        elif token["name"] in names:
            numbers[place], of = names[token["name"]]
            u = unit(of)
        else:
            raise ValueError(f"{text}: knows no {token['name']}; there are {', '.join(names)}")
        dimensions[place] = u.dimension
        code += f" {place} "
    try:
        value = float(eval(code, {"__builtins__": {}, **numbers}))
        dimension = eval(code, {"__builtins__": {}, **dimensions})
    except (ArithmeticError, SyntaxError, TypeError) as error:
        raise ValueError(f"{text}: is no sum") from error
    return value, dimension


def _of_dimension(name: str) -> Callable[[Dimension], Dimension]:
    return lambda of: of.formula_op(name, (of,))


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))
