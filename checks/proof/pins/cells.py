"""Pins as they are written: several cells or figures on one line, their texts between bars.

`"mse[round=1..3]": "83.44 | 55.41 | 37.45"` pins three cells, `"draw[kind=tree node]"` those two
places, `"seen[gpu=*]"` all places of an axis, and `"layers heads"` two figures. Where there is one
text for many cells, all of them have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

OUTSIDE_BRACKETS = re.compile(r" (?![^\[]*\])")
MANY = re.compile(r"(\w+)=([^,\]]*(?: |\.\.|\*)[^,\]]*)")


def cells(pins: Mapping[str, str], **axes: str) -> dict[str, str]:
    """Return cell -> text, one by one; `axes` has the places of the axes that are written as *.

    Raises:
        ValueError: the texts are not as many as the cells.
    """
    found: dict[str, str] = {}
    for written, text in pins.items():
        names = list(_names(written, axes))
        texts = [t.strip() for t in text.split("|")]
        texts *= len(names) if len(texts) == 1 else 1
        found |= dict(zip(names, texts, strict=True))
    return found


def at_others(
    others: Mapping[str, Mapping[str, str]], **axes: str
) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return (settings, pins) of pins at other settings, which are written "gpu=H200, layers=4".

    A row of numbers, "minutes=2 20 20", sets the cells of a row from the first on.
    """
    return [(_settings(written), cells(pins, **axes)) for written, pins in others.items()]


def _settings(written: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in re.split(r", (?![^\[]*\])", written):
        name, _, value = one.rpartition("=")
        if re.fullmatch(r"-?[\d.]+( -?[\d.]+)+", value):
            found |= {f"{name}.{i}": float(x) for i, x in enumerate(value.split(), 1)}
        elif re.fullmatch(r"-?[\d.]+(e\d+)?", value):
            found[name] = float(value) if "." in value or "e" in value else int(value)
        else:
            found[name] = value
    return found


def _names(written: str, axes: Mapping[str, str]) -> Iterator[str]:
    for name in OUTSIDE_BRACKETS.split(written):
        if not (many := MANY.search(name)):
            yield name
            continue
        for place in _places(many[2], axes.get(many[1], "")):
            yield f"{name[: many.start(2)]}{place}{name[many.end(2) :]}"


def _places(written: str, all_of_them: str) -> list[str]:
    first, dots, last = written.partition("..")
    if dots:
        return [str(n) for n in range(int(first), int(last) + 1)]
    return (all_of_them if written == "*" else written).split()
