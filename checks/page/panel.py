"""The panel of givens as it stands in the page: a readable list, which the script makes live."""

from __future__ import annotations

import html
from collections.abc import Sequence

from worked.figures import Graph


def panel(slug: str, graph: Graph, names: Sequence[str] = ()) -> str:
    """Return the panel of chapter `slug`; `names` limits it to some choices and givens.

    Raises:
        UnknownNameError: a name is neither a choice nor a given of the chapter.
    """
    for name in names:
        if name not in graph.choices:
            graph.given(name)
    only = f' data-only="{" ".join(names)}"' if names else ""
    shown = [g for g in graph.givens if g.name in names or not (names or g.each)]
    label = (
        "Givens"
        if not names
        else f"Givens: {', '.join(_safe(graph.called(g.name)) for g in shown)}"
    )
    choices = "; ".join(
        f"{html.escape(c.label)}: <b>{html.escape(c.default)}</b>"
        for c in graph.choices.values()
        if not names or c.name in names
    )
    cells = [graph.cell_name(g, i) for g in shown for i in graph.cells(g.name)]
    rows = "".join(
        f"<tr><td>{_safe(graph.called(cell))}</td><td>{_safe(graph.shown(cell))}</td>"
        f"<td>{_safe(graph.source(cell, {})[0].text)}</td></tr>"
        for cell in cells
    )
    return (
        f'<section class="panel" data-panel="{slug}"{only} aria-label="{label}" '
        "data-search-exclude>"
        f'<div class="panel-static"><p>{choices}</p><details><summary>All givens</summary>'
        f"<table><thead><tr><th>Given</th><th>Value</th><th>Source</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details></div></section>"
    )


def _safe(text: str) -> str:
    return html.escape(text).replace("$", "&#36;")
