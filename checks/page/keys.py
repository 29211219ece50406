"""Numbers to know and what a design must meet, as they stand in a page and on a printed sheet."""

from __future__ import annotations

import html
from collections.abc import Iterator

from checks.faces import spans
from checks.faces.whiteboard import known
from worked.chapters import graph
from worked.figures import FigureError, Key


def aside(slug: str, name: str) -> str:
    """Return a number to know beside its text: its value, the sum in the head, what it decides.

    Raises:
        FigureError: it is none of the chapter's; its route or its verdict cannot be read.
    """
    key = known(graph(slug), name)
    return (
        '<div class="key" role="note">'
        f"<p><b>{_name(slug, key)}</b> {_value(slug, key)}</p>{''.join(_parts(slug, key))}</div>"
    )


def sheet(slug: str) -> str:
    """Return the numbers to know of a chapter as a table that prints on one page.

    Raises:
        FigureError: as `aside`; the chapter names no such numbers.
    """
    keys = graph(slug).numbers_to_know.values()
    if not keys:
        raise FigureError(f"{slug}: its scenario names no numbers to know")
    rows = "".join(
        f'<tr><th scope="row">{_name(slug, key)}</th><td class="number">{_value(slug, key)}</td>'
        f"<td>{''.join(_parts(slug, key))}</td></tr>"
        for key in keys
    )
    title = html.escape(graph(slug).title)
    return (
        '<div class="wide-table" tabindex="0" role="region" '
        f'aria-label="Numbers to know: {title}"><table class="sheet"><thead><tr>'
        '<th scope="col">Number</th><th scope="col">Value</th>'
        '<th scope="col">On the whiteboard, and what it decides</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def requirements(slug: str) -> str:
    """Return what a design must meet, each with whether the present one does.

    Raises:
        FigureError: there is none; a condition cannot be read, or the book does not meet it.
    """
    if not graph(slug).requirements:
        raise FigureError(f"{slug}: its scenario names no requirements")
    rows = "".join(
        f"<tr><td>{spans.fill(html.escape(needed.says), slug)}</td>"
        f"<td>{spans.fill(f'{{{{ claim: {needed.condition} | met | not met }}}}', slug)}</td></tr>"
        for needed in graph(slug).requirements
    )
    return (
        '<table class="requirements"><thead><tr><th scope="col">The design must</th>'
        f'<th scope="col">It is</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _name(slug: str, key: Key) -> str:
    return html.escape(graph(slug).called(key.figure)).replace("$", "&#36;")


def _value(slug: str, key: Key) -> str:
    return spans.fill(f"{{{{ {key.figure} }}}}", slug)


def _parts(slug: str, key: Key) -> Iterator[str]:
    """Yield what is said of a number to know, each in a paragraph."""
    if key.route:
        yield f"<p>In the head: {spans.fill(f'{{{{ board: {key.figure} }}}}', slug)}.</p>"
    if key.verdict:
        flip = spans.fill(f"{{{{ flip: {key.verdict} by {key.by} }}}}", slug)
        by = html.escape(graph(slug).called(key.by))
        yield f"<p>It decides {html.escape(key.turns)}. Turning point, {by}: {flip}.</p>"
