"""What the working card of each figure shows, as JSON that the page fetches at the first card."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.faces.equations import argument_symbols, formulas, kind
from checks.faces.why import recorded_at
from checks.page import code_pages
from checks.page.workings import workings
from checks.proof.steps import Step, as_tex
from worked.figures import Derived, Figure, Given, Graph, Measured, Source
from worked.units import unit

if TYPE_CHECKING:
    from checks.proof.table import Proof


def document(slug: str, graph: Graph, root: Path, proofs: Mapping[str, Proof] | None = None) -> str:
    """Return the cards of a chapter as JSON: what each shows, and what its working is written from.

    `proofs` says how the formula of each derived figure is proved.
    """
    cards = {n: card(graph, n, root, (proofs or {}).get(n)) for n in graph.figures}
    found = {"cards": cards, "workings": workings(graph)}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def card(graph: Graph, name: str, root: Path, proof: Proof | None = None) -> dict[str, Any]:
    """Return the content of one card; what does not apply to the figure's kind is left out."""
    figure = graph.figure(name)
    content = {
        "kind": kind(graph, name),
        "step": graph.step_of[name].title,
        "unitTwin": _is_bytes(figure),
    }
    if isinstance(figure, Derived):
        return content | _derived(graph, figure, root, proof)
    if isinstance(figure, Given):
        origin = _origin(figure.source, figure.note) | {"options": _options(graph, name)}
        each = [_origin(*one) for one in figure.each]
        return content | origin | ({"each": each} if each else {})
    return content | {"record": _record(graph, figure)}


def _is_bytes(figure: Figure) -> bool:
    return unit(figure.unit).dimension.same_as(unit("B").dimension)


def _derived(graph: Graph, figure: Derived, root: Path, proof: Proof | None) -> dict[str, Any]:
    name = figure.name
    place = code_pages.line_of(root, figure.formula)
    content: dict[str, Any] = {
        "formulas": formulas(graph, name),
        "doc": inspect.getdoc(figure.formula) or "",
        "checks": list(proof.words) if proof else [],
        "why": why(graph, name, proof.steps) if proof else [],
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


def why(graph: Graph, name: str, steps: Sequence[Step]) -> list[dict[str, str]]:
    """Return the steps of a derivation, in words and as LaTeX in the symbols of the figure."""
    symbols = argument_symbols(graph, name)
    return [{"words": s.words, "tex": as_tex(s, symbols)} for s in steps]


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
