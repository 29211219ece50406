"""Conditions worked out by the page's own JavaScript, to be held against Python's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checks.faces.claims import expression_as_json
from checks.page.browser_model import expression
from checks.page.javascript import context, linked
from worked.chapters import graph
from worked.figures.expressions import condition


def held_in_page(
    slug: str, conditions: Iterable[str], settings: Iterable[Mapping[str, Any]]
) -> Iterator[list[bool | None]]:
    """Yield for each of some values of a chapter which of the conditions hold, as the page says."""
    g = graph(slug)
    page = context(
        linked("assets/js/claims.js"),
        "const { floats } = modules['assets/js/floats.js'];",
        "const { holds } = modules['assets/js/claims.js'];",
        f"const model = {expression(slug, g, [])};",
        """function all(claims, values) {
             const found = JSON.parse(values);
             return JSON.stringify(JSON.parse(claims).map((c) => holds(model, c, found)));
           }""",
    )
    sent = json.dumps([expression_as_json(g, condition(g, text)) for text in conditions])
    for values in settings:
        yield json.loads(page.get("all")(sent, json.dumps(values)))
