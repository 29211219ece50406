"""Givens about the world: hardware, models, prices and storage, each value with its source.

The data stand in TOML files beside this one, a table for each thing and a row for each fact. What a
source says in numbers of its own ("the datasheet prints 900 GB/s, both ways added") is `quoted` and
becomes part of the citation; a `note` is ours and has no numbers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from worked.figures import OWN_CHOICE, Given, Setting, Source, suggest
from worked.sources import EACH
from worked.units import exact, unit

NO_FACT = Source("no such value is published")
FILES = ("hardware", "models", "prices", "storage")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    """One value with its unit, source and, for a rate, what kind of rate it is."""

    thing: str
    name: str
    value: float
    unit: str
    source: Source
    note: str = ""
    direction: str = ""
    sparsity: str = ""
    format: str = ""

    @property
    def kind(self) -> str:
        """What the value must be read with: number format, dense or sparse, one-way or both."""
        return ", ".join(x for x in (self.format, self.sparsity, self.direction) if x)

    @property
    def remark(self) -> str:
        """Its kind and the note on it, for a reader."""
        return "; ".join(x for x in (self.kind, self.note) if x)


@dataclass(frozen=True)
class Thing:
    """A device, a model, a price list or a storage tier, and its facts by name."""

    name: str
    id: str
    vendor: str
    facts: dict[str, Fact]

    def fact(self, name: str) -> Fact:
        """Return a fact.

        Raises:
            KeyError: there is none of that name; the message suggests one.
        """
        if name not in self.facts:
            raise KeyError(f"{self.name} has no fact {name!r}{suggest(name, self.facts)}")
        return self.facts[name]


@cache
def things(file: str) -> dict[str, Thing]:
    """Read one of `FILES`: name as shown to readers -> thing.

    Raises:
        KeyError: there is no such file.
    """
    if file not in FILES:
        raise KeyError(f"no givens file {file!r}; there are {', '.join(FILES)}")
    with (HERE / f"{file}.toml").open("rb") as handle:
        tables = tomllib.load(handle)
    return {
        name: Thing(
            name,
            table["id"],
            table.get("vendor", ""),
            {row["name"]: _fact(name, row) for row in table["facts"]},
        )
        for name, table in tables.items()
    }


def fact(file: str, thing: str, name: str) -> Fact:
    """Return one fact of one thing.

    Raises:
        KeyError: the file, the thing or the fact does not exist.
    """
    known = things(file)
    if thing not in known:
        raise KeyError(f"{file} has no {thing!r}{suggest(thing, known)}")
    return known[thing].fact(name)


def rows(file: str) -> list[Fact]:
    """Return every fact of a file, in its order."""
    return [f for thing in things(file).values() for f in thing.facts.values()]


def given(
    fact: Fact,
    name: str,
    symbol: str,
    label: str,
    low: float,
    high: float,
    places: int = 0,
    integer: bool = False,
) -> Given:
    """Return a fact as a given of a chapter, with its range in the fact's unit."""
    return Given(
        name,
        fact.value,
        fact.unit,
        symbol,
        label,
        low,
        high,
        fact.source,
        places,
        integer,
        fact.remark,
    )


def given_row(
    facts: Sequence[Fact | None],
    name: str,
    unit_name: str,
    symbol: str,
    label: str,
    low: float,
    high: float,
    over: str,
    places: int = 0,
    integer: bool = False,
) -> Given:
    """Return a fact about each thing of an axis as a row, absent where there is none."""
    found = [setting(f, unit_name) if f else None for f in facts]
    return Given(
        name,
        tuple(s.value if s else None for s in found),
        unit_name,
        symbol,
        label,
        low,
        high,
        EACH,
        places,
        integer,
        "",
        over,
        tuple((s.source, s.note) if s else (NO_FACT, "") for s in found),
    )


def setting(fact: Fact, unit_name: str | None = None) -> Setting:
    """Return a fact as what an option of a choice sets, in another unit of its dimension."""
    value = fact.value
    if unit_name is not None:
        value = float(exact(value) * unit(fact.unit).factor / unit(unit_name).factor)
    return Setting(value, fact.source, fact.remark)


def overdue(today: date) -> list[Fact]:
    """Return the facts whose review date is past: prices move, data sheets are revised."""
    return [
        f
        for file in FILES
        for f in rows(file)
        if f.source.review_by is not None and f.source.review_by < today
    ]


def _fact(thing: str, row: dict[str, object]) -> Fact:
    text = OWN_CHOICE if row.get("own_choice") else str(row["source"])
    if quoted := row.get("quoted"):
        text += f" ({quoted})"
    source = Source(
        text,
        str(row["url"]) if "url" in row else None,
        row.get("read"),  # type: ignore[arg-type]
        row.get("review_by"),  # type: ignore[arg-type]
    )
    extra = {k: str(row.get(k, "")) for k in ("note", "direction", "sparsity", "format")}
    value = row["value"]
    assert isinstance(value, (int, float))
    return Fact(thing, str(row["name"]), value, str(row["unit"]), source, **extra)
