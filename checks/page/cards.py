"""What the working card of each figure shows, as JSON that the page fetches at the first card."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.faces.equations import formulas, kind
from checks.faces.why import recorded_at
from checks.page import code_pages
from checks.page.workings import workings
from worked.figures import Derived, Figure, Given, Graph, Measured, Source
from worked.units import unit


def document(
    slug: str, graph: Graph, root: Path, proofs: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the cards of a chapter as JSON: what each shows, and what its working is written from.

    `proofs` gives the names of the checks that each derived figure passed.
    """
    cards = {n: card(graph, n, root, (proofs or {}).get(n, ())) for n in graph.figures}
    found = {"cards": cards, "workings": workings(graph)}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def card(graph: Graph, name: str, root: Path, checks: Sequence[str] = ()) -> dict[str, Any]:
    """Return the content of one card; what does not apply to the figure's kind is left out."""
    figure = graph.figure(name)
    content = {
        "kind": kind(graph, name),
        "step": graph.step_of[name].title,
        "unitTwin": _is_bytes(figure),
    }
    if isinstance(figure, Derived):
        return content | _derived(graph, figure, root, checks)
    if isinstance(figure, Given):
        origin = _origin(figure.source, figure.note) | {"options": _options(graph, name)}
        each = [_origin(*one) for one in figure.each]
        return content | origin | ({"each": each} if each else {})
    return content | {"record": _record(graph, figure)}


def _is_bytes(figure: Figure) -> bool:
    return unit(figure.unit).dimension.same_as(unit("B").dimension)


def _derived(graph: Graph, figure: Derived, root: Path, checks: Sequence[str]) -> dict[str, Any]:
    name = figure.name
    place = code_pages.line_of(root, figure.formula)
    content: dict[str, Any] = {
        "formulas": formulas(graph, name),
        "doc": inspect.getdoc(figure.formula) or "",
        "checks": list(checks),
    }
    if place:
        path, line = place
        function = figure.formula.__name__
        content["code"] = {
            "file": path,
            "line": line,
            "function": function,
            "href": code_pages.href(path, line),
        }
    return content


def _options(graph: Graph, name: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return where a given's value comes from under each option of the choices that set it."""
    options = {
        c.name: {
            o: _origin(settings[name].source, settings[name].note)
            for o, settings in c.options.items()
            if o != c.default and name in settings
        }
        for c in graph.choices.values()
    }
    return {choice: origins for choice, origins in options.items() if origins}


def _origin(source: Source, note: str) -> dict[str, Any]:
    days = {
        "read": source.read.isoformat() if source.read else None,
        "reviewBy": source.review_by.isoformat() if source.review_by else None,
    }
    return {"note": note, "source": {"text": source.text, "url": source.url} | days}


def _record(graph: Graph, figure: Measured) -> dict[str, Any]:
    return {
        "at": recorded_at(graph, figure),
        "command": figure.command,
        "date": figure.date,
        "machine": figure.machine,
        "deterministic": figure.deterministic,
        "seed": figure.seed,
        "file": figure.record,
    }
