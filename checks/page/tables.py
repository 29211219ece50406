"""Tables of the site: givens with their sources, and how each formula is proved."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from checks.faces.output import counted
from checks.page import code_pages
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, Given, Graph, Source, with_unit
from worked.units import rounded_fraction


def givens(name: str) -> str:
    """Return every fact of a givens file, or every given of a chapter, as one HTML table.

    Rows stand in groups, one for each thing or step; a given over axes shows all its cells.

    Raises:
        KeyError: there is no such file or chapter.
    """
    groups = _of_chapter(graph(name)) if name in CHAPTERS else _of_file(name)
    bodies = "".join(
        f'<tbody><tr><th colspan="3" scope="rowgroup" id="{name}-{key}">{title}</th></tr>'
        f"{''.join(rows)}</tbody>"
        for key, title, rows in groups
    )
    return (
        '<div class="wide-table" tabindex="0" role="region" '
        f'aria-label="Givens: {_safe(name)}"><table class="givens"><thead><tr>'
        '<th scope="col">Fact</th><th scope="col">Value</th><th scope="col">Source</th>'
        f"</tr></thead>{bodies}</table></div>"
    )


def _of_file(file: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield id, title and table rows of each thing of a givens file."""
    import worked.givens

    known = worked.givens.things(file)
    for thing, facts in groupby(worked.givens.rows(file), key=lambda f: f.thing):
        title = _safe(thing) + _vendor(known[thing].vendor)
        yield known[thing].id, title, [_fact_row(f) for f in facts]


def _of_chapter(g: Graph) -> Iterator[tuple[str, str, list[str]]]:
    """Yield id, title and table rows of each step of a chapter that has givens."""
    for step in g.steps:
        if own := [f for f in step.figures if isinstance(f, Given)]:
            yield step.slug, _safe(step.title), [row for f in own for row in _given_rows(g, f)]


def _given_rows(g: Graph, f: Given) -> list[str]:
    """Return the table row of a given, with each cell after its place; of facts a row for each."""
    if f.each:
        cells = [g.cell_name(f, index) for index in g.cells(f.name)]
        return [
            _row(g.called(cell), note, _safe(g.shown(cell)), source)
            for cell, (source, note) in zip(cells, f.each, strict=True)
        ]
    values = []
    for index in g.cells(f.name):
        places = ", ".join(g.label(a, i) for a, i in zip(f.axes, index, strict=True))
        shown = _safe(g.shown(g.cell_name(f, index)))
        values.append(f'<span class="quiet">{_safe(places)}</span> {shown}' if places else shown)
    return [_row(g.called(f.name), f.note, "<br>".join(values), f.source)]


def _row(name: str, note: str, value: str, source: Source) -> str:
    return (
        f"<tr><td>{_safe(name)}{_small(note)}</td>"
        f'<td class="number">{value}</td><td>{source_html(source)}</td></tr>'
    )


def _vendor(vendor: str) -> str:
    return f' <span class="quiet">{_safe(vendor)}</span>' if vendor else ""


def _fact_row(fact: Any) -> str:
    value = _safe(with_unit(number(fact.value), fact.unit))
    return _row(fact.name.replace("_", " "), fact.remark, value, fact.source)


def number(value: float) -> str:
    """Return a given's value with every digit that it has, thousands separated."""
    from worked.units import exact

    fraction = exact(value)
    places = 0
    while (fraction * 10**places).denominator != 1:
        places += 1
    return rounded_fraction(fraction, places)


def source_html(source: Source) -> str:
    """Return a source with its link, the day it was read and when to read it again."""
    text = _safe(source.text)
    if source.url:
        text = f'<a href="{html.escape(source.url)}" rel="external">{text}</a>'
    days = [
        f"{word} {_day(day)}"
        for word, day in (("read", source.read), ("review by", source.review_by))
        if day and not source.is_own_choice
    ]
    return text + _small("; ".join(days))


def _day(day: date) -> str:
    return day.isoformat()


def _small(text: str) -> str:
    return f'<br><small class="quiet">{_safe(text)}</small>' if text else ""


def proof(slug: str, base: str) -> str:
    """Return how each formula of a chapter is proved, in words, with its figures and their pins.

    Raises:
        ProofError, FigureError: a check disagrees with a formula, or nothing proves a figure.
    """

    from checks.proof.table import PLAIN, ProofError, how, table

    proved = table(slug)
    if weak := [r.figure for r in proved if not r.proved]:
        raise ProofError(f"{slug}: nothing proves {', '.join(weak)}")
    g = graph(slug)
    by_formula: dict[Any, list[Derived]] = {}
    for f in g.derived:
        by_formula.setdefault(f.formula, []).append(f)
    rows: dict[bool, list[str]] = {True: [], False: []}
    for formula, figures in by_formula.items():
        words = how(formula).words
        said = "" if words == (PLAIN,) else "".join(f"<br>{_sentence(w)}" for w in words)
        rows[bool(said)].append(
            f"<tr><td><code>{_safe(formula.__name__)}</code>{said}</td>"
            f"<td>{'<br>'.join(_pinned(slug, f) for f in figures)}</td></tr>"
        )
    again = f"checks/proof/recount/{slug.replace('-', '_')}.py"
    label = _safe(g.title)
    return (
        f'<p>Computed a second time, cell by cell, by <a href="{base}{code_pages.href(again, 1)}">'
        f"<code>{again}</code></a>: every figure agrees.</p>"
        f"{_proofs(f'Formulas with a route of their own: {label}', rows[True])}"
        f"<details><summary>{PLAIN.capitalize()}: {counted(len(rows[False]), 'formula')}</summary>"
        f"{_proofs(f'Plain arithmetic: {label}', rows[False])}</details>"
    )


def _proofs(label: str, rows: Sequence[str]) -> str:
    return (
        f'<div class="wide-table" tabindex="0" role="region" aria-label="{label}">'
        '<table class="proof"><thead><tr><th scope="col">Formula, and how it is proved</th>'
        '<th scope="col">Figures, and what is pinned of them</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


MOST_PINS = 3


def _pinned(slug: str, f: Derived) -> str:
    """Return a figure's label and the texts that are pinned of it, up to a few."""
    from checks.proof.pins import PINS

    texts = [t for cell, t in PINS.get(slug, {}).items() if cell.partition("[")[0] == f.name]
    more = f" and {len(texts) - MOST_PINS} more" if len(texts) > MOST_PINS else ""
    pinned = f": {'; '.join(texts[:MOST_PINS])}{more}" if texts else ""
    return f'{_safe(graph(slug).called(f.name))}<span class="quiet">{_safe(pinned)}</span>'


def _sentence(words: str) -> str:
    return _safe(f"{words[:1].upper()}{words[1:]}.")


def _safe(text: str) -> str:
    return html.escape(text).replace("$", "&#36;")
