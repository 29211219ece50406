"""The working that the page writes is Python's, line for line and input for input."""

from __future__ import annotations

import json

import pytest

from checks.faces.why import inputs
from checks.faces.working import lines
from checks.page.browser_model import expression
from checks.page.javascript import context, linked
from checks.page.workings import workings
from tests.checks.faces.test_working_reads import GRAPHS, cases


@pytest.mark.parametrize("name", GRAPHS)
def test_the_page_writes_the_same_working(name: str) -> None:
    """Of every cell, at the book's values and at three random settings."""
    g = GRAPHS[name]
    page = context(
        linked("assets/js/working/working.js"),
        "const { floats } = modules['assets/js/floats.js'];",
        "const { inputsOf, lines, prepared } = modules['assets/js/working/working.js'];",
        f"const model = {expression(name, g, [])};",
        f"const data = prepared({json.dumps(workings(g))});",
        """function all(cells, values) {
             const found = JSON.parse(values);
             const both = (c) => [lines(model, data, c, found), inputsOf(model, data, c, found)];
             return JSON.stringify(JSON.parse(cells).map(both));
           }""",
    )
    for settings, values in cases(g, 3):
        cells = [g.cell_name(f, i) for f in g.derived for i in g.cells(f.name, values)]
        theirs = json.loads(page.get("all")(json.dumps(cells), json.dumps(values)))
        wrong = [
            (settings, got, want)
            for cell, got in zip(cells, theirs, strict=True)
            if got != (want := [lines(g, cell, values), list(inputs(g, cell, values))])
        ]
        assert not wrong, f"{len(wrong)} of {len(cells)}: {wrong[:3]}"
