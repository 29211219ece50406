"""Pins as they are written: several cells or figures on one line, their texts between bars.

`"mse[round=1..3]": "83.44 | 55.41 | 37.45"` pins three cells, `"draw[kind=tree node]"` those two
places, `"seen[gpu=*]"` all places of an axis, and `"layers heads"` two figures. Where there is one
text for many cells, all of them have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    settings: Sequence[tuple[Mapping[str, Any], Mapping[str, str]]], **axes: str
) -> list[tuple[Mapping[str, Any], dict[str, str]]]:
    """Return the same of pins at other settings."""
    return [(changed, cells(pins, **axes)) for changed, pins in settings]


def minutes(*labels: float) -> dict[str, float]:
    """Return the settings of all labels."""
    return {f"minutes[row={i}]": y for i, y in enumerate(labels, 1)}


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
