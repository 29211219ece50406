"""Where the book's claims hold: at the book's values, over the panel's choices, at random settings.

A claim has to be true in the book and false somewhere that a reader can get to; where it fails
for more than a tenth of what the panel offers it needs a sentence for that; a law has to hold
everywhere. `python -m checks.page.truth [chapter]` prints each with the share that it fails for.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from checks.faces.claims import BLOCK, KINDS, Claim, holds, made, read, rests
from checks.faces.spans import DIRECTIVE
from worked.chapters import CHAPTERS, graph, pictures
from worked.figures import FigureError, Given, Graph
from worked.showing import pick

ROOT = Path(__file__).resolve().parents[2]
DRAWS = 300
MOST_FAILING = 0.1
STEPS = (1 / 8, 1 / 3, 1 / 2, 2, 3, 8)


@dataclass(frozen=True)
class Told:
    """A claim and where it stands."""

    path: str
    line: int
    claim: Claim

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.claim.kind} {self.claim.condition}"


# -- which claims there are -------------------------------------------------------------------


def told(slug: str) -> list[Told]:
    """Return the claims about a chapter's figures, on every page and in its pictures."""
    found: list[Told] = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        front = re.match(r"---\n.*?^chapter:\s*(\S+).*?\n---", text, re.DOTALL | re.MULTILINE)
        found += _in_text(text, front[1] if front else None, str(path.relative_to(ROOT)))
    for text in _strings(pictures(slug)):
        found += _in_text(text, slug, f"the pictures of {slug}")
    return [t for t in found if t.claim.slug == slug]


def _in_text(text: str, chapter: str | None, path: str) -> Iterator[Told]:
    def line(position: int) -> int:
        return text.count("\n", 0, position) + 1

    for match in BLOCK.finditer(text):
        kind, condition, then, otherwise = match.groups()
        yield Told(path, line(match.start()), made(kind, chapter, condition, then, otherwise))
        for part in (then, otherwise or ""):
            yield from _in_lines(part, chapter, path, line(match.start()))
    yield from _in_lines(BLOCK.sub(lambda m: "\n" * m[0].count("\n"), text), chapter, path, 1)


def _in_lines(text: str, chapter: str | None, path: str, first: int) -> Iterator[Told]:
    for match in DIRECTIVE.finditer(text):
        word, colon, body = (x.strip() for x in match[1].partition(":"))
        if colon and word in KINDS:
            at = first + text.count("\n", 0, match.start())
            claim = read(word, body, chapter)
            yield Told(path, at, claim)
            for part in (claim.then, claim.otherwise or ""):
                yield from _in_lines(part, chapter, path, at)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _strings(part)


# -- what a reader can set --------------------------------------------------------------------


@cache
def offered(slug: str) -> tuple[Mapping[str, Any], ...]:
    """Return the chapter's values at every combination of its choices and at random settings.

    The draws move a few givens at once by up to a factor of three, within their ranges. Settings
    that the chapter refuses are left out.
    """
    g = graph(slug)
    options = [[(c.name, option) for option in c.options] for c in g.choices.values()]
    chosen = [dict(combination) for combination in product(*options)]
    return tuple(_accepted(g, [*chosen, *(drawn(g, i) for i in range(DRAWS))]))


@cache
def pushed(slug: str) -> tuple[Mapping[str, Any], ...]:
    """Return the chapter's values with each given moved alone, to its ends and in between.

    It also takes the values of the others in its unit, and rows are made equal throughout, since
    much turns where two are equal.
    """
    g = graph(slug)
    settings: list[dict[str, Any]] = []
    cells = list(_cells(g))
    for f, index, book, low, high in cells:
        name = g.cell_name(f, index)
        others = {value for other, _, value, _, _ in cells if other.unit == f.unit}
        moved = (*(book * s for s in STEPS), *(book + s for s in (-1, 1)))
        for value in (low, high, 0.0, *moved, *sorted(others - {book})):
            if low <= value <= high:
                settings.append({name: round(value) if f.integer else value})
    return tuple(_accepted(g, [*settings, *_level(g)]))


def _level(g: Graph) -> Iterator[dict[str, Any]]:
    """Yield for each row of givens that may be equal the setting in which they are."""
    rows: dict[str, list[tuple[str, float, float, float]]] = {}
    for f, index, book, low, high in _cells(g):
        if f.axes:
            rows.setdefault(f.name, []).append((g.cell_name(f, index), book, low, high))
    for cells in rows.values():
        value = cells[0][1]
        if all(low <= value <= high for _, _, low, high in cells):
            yield {name: value for name, _, _, _ in cells}


def drawn(g: Graph, number: int) -> dict[str, Any]:
    """Return random settings of a few givens, and a choice of each kind in half of the draws."""
    rng = random.Random(f"{g.name} {number}")
    settings: dict[str, Any] = {}
    if number % 2:
        settings |= {c.name: rng.choice(list(c.options)) for c in g.choices.values()}
    cells = list(_cells(g))
    for f, index, book, low, high in rng.sample(cells, min(len(cells), rng.randint(1, 4))):
        value = book * 3 ** rng.uniform(-1, 1) if book else rng.uniform(low, high)
        value = min(max(round(value) if f.integer else float(f"{value:.3g}"), low), high)
        settings[g.cell_name(f, index)] = value
    return settings


def _cells(g: Graph) -> Iterator[tuple[Given, tuple[int, ...], float, float, float]]:
    """Yield each cell that a panel offers: its given, its place, its value and its range."""
    for f in g.givens:
        for index in g.cells(f.name):
            book = pick(f.value, index)
            if book is not None and not f.each:
                yield f, index, book, *g.limits(f, index)


def _accepted(g: Graph, settings: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for setting in settings:
        try:
            yield g.evaluate(setting)
        except FigureError:
            continue


# -- where a claim holds ----------------------------------------------------------------------


def failing(told: Told) -> float:
    """Return the share of what the panel offers for which a claim does not hold."""
    g, expression = told.claim.graph, told.claim.expression
    values = [v for v in offered(told.claim.slug) if not rests(g, expression, v)]
    return sum(not holds(g, expression, v) for v in values) / max(1, len(values))


def fault(told: Told) -> str | None:
    """Return what is wrong with a claim, or nothing."""
    g, expression = told.claim.graph, told.claim.expression
    if not holds(g, expression, g.base):
        return f"{told}: does not hold in the book"
    share = failing(told)
    can_fail = share > 0 or any(
        not holds(g, expression, v) or rests(g, expression, v) for v in pushed(told.claim.slug)
    )
    can_fail = can_fail or any(rests(g, expression, v) for v in offered(told.claim.slug))
    if told.claim.kind == "law":
        return f"{told}: does not hold everywhere; write claim" if can_fail else None
    if not can_fail:
        return f"{told}: holds wherever one looks; write law"
    if share > MOST_FAILING and told.claim.otherwise is None:
        return f"{told}: fails for {share:.0%} of what the panel offers; say what holds otherwise"
    return None


def main(argv: list[str]) -> int:
    """Print the claims of a chapter, or of all; exit 1 where one is at fault."""
    faults = []
    for slug in argv or CHAPTERS:
        for one in told(slug):
            print(f"{failing(one):6.1%}  {one}{'' if one.claim.otherwise is None else '  | ...'}")
            faults += [wrong] if (wrong := fault(one)) else []
    print("\n".join(["", *faults]) if faults else "\nall claims hold where they say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
