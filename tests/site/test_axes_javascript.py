"""Every figure comes out the same on the page as in Python: bits, places, texts, refusals."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest
import quickjs

from checks.page.browser_model import expression
from checks.page.javascript import bundle, context
from tests.effort import POINTS
from tests.worked.axes_examples import EXAMPLES
from tests.worked.drawing import settings
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, FigureError, Graph
from worked.figures.terms import Term

GRAPHS = {g.name: g for g in [*EXAMPLES, *map(graph, CHAPTERS)]}
SCRIPT = """
function said(compute) {
  try { return JSON.stringify(compute()); }
  catch (error) {
    if (!(error instanceof FigureError)) throw error;
    return JSON.stringify({ error: error.message });
  }
}
// -0 is told from 0, and what is no number from null.
function told(value) {
  if (Array.isArray(value)) return value.map(told);
  if (Object.is(value, -0)) return "-0";
  return value === null || Number.isFinite(value) ? value : String(value);
}
const all = (values) => Object.fromEntries(Object.entries(values).map(([n, v]) => [n, told(v)]));
function evaluated(asked) { return said(() => all(evaluate(model, JSON.parse(asked)))); }
function updated(from, to) {
  return said(() => all(update(model, evaluate(model, JSON.parse(from)), JSON.parse(to))));
}
function written(asked, cells) {
  const values = evaluate(model, JSON.parse(asked));
  const texts = (cell) => [shown(model, cell, values), called(model, cell, values)];
  return JSON.stringify(JSON.parse(cells).map(texts));
}
"""


@pytest.fixture(scope="module")
def pages() -> dict[str, quickjs.Context]:
    """A context with each graph's model loaded."""
    return {
        name: context(
            bundle("floats.js", "exact.js", "graph.js"),
            f"const model = {expression(name, g, [])};",
            SCRIPT,
        )
        for name, g in GRAPHS.items()
    }


def operations(t: Term) -> set[str]:
    """Return the operations of a formula; a square is a product."""
    is_square = t.op == "**" and t.args[1].args == (2,)
    return {"*" if is_square else t.op}.union(*(operations(part) for part in t.parts()))


def exact_figures(g: Graph) -> set[str]:
    """Return the figures that are made by + − × ÷, roots and comparisons alone."""
    inexact = {"exp", "ln", "log2", "sin", "cos", "**", "softmax"}
    direct = {f.name: not operations(f.term) & inexact for f in g.derived}
    return {n for n in g.figures if all(direct.get(m, True) for m in (n, *g.ancestors(n)))}


def bits(value: Any) -> Any:
    """Return a value as the script writes it."""
    if isinstance(value, list):
        return [bits(v) for v in value]
    return "-0" if repr(value) == "-0.0" else value


def drawn(g: Graph) -> list[dict[str, Any]]:
    """Return the book's setting and random ones."""
    rng = random.Random(g.name)
    return [{}, *(settings(g, rng) for _ in range(POINTS))]


@pytest.mark.parametrize("name", GRAPHS)
def test_values_places_texts_and_refusals_are_the_same(
    name: str, pages: dict[str, quickjs.Context]
) -> None:
    """Exact arithmetic to the last bit, exponentials and logarithms to 1e-12."""
    g, page, exact, accepted = GRAPHS[name], pages[name], exact_figures(GRAPHS[name]), 0
    for number, setting in enumerate(drawn(g)):
        asked = json.dumps(setting)
        got = json.loads(page.get("evaluated")(asked), parse_int=float)
        if refusal := refused(g, setting):
            assert got == {"error": refusal}, setting
            continue
        want = g.evaluate(setting)
        accepted += 1
        for n in g.figures:
            if n in exact or g.kinds[n].place is not None:
                assert got[n] == bits(want[n]), (n, setting)
            else:
                assert flat(got[n]) == pytest.approx(flat(want[n]), rel=1e-12, abs=0), (n, setting)
        if number % 5:
            continue  # texts take most of the time
        cells = [g.cell_name(f, i) for f in g.figures.values() for i in g.cells(f.name, want)]
        texts = json.loads(page.get("written")(asked, json.dumps(cells)))
        assert texts == [[g.shown(c, want), g.called(c, want)] for c in cells], setting
    assert accepted >= POINTS / 4


def flat(value: Any) -> list[Any]:
    """Return all cells in a row."""
    return [c for part in value for c in flat(part)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_recomputed_after_a_change_is_what_a_fresh_start_gives(
    name: str, pages: dict[str, quickjs.Context]
) -> None:
    """Also where an axis becomes longer or shorter."""
    g, page = GRAPHS[name], pages[name]
    draws = [json.dumps(s) for s in drawn(g)[:100] if not refused(g, s)]
    for before, after in pairwise(draws):
        assert page.get("updated")(before, after) == page.get("evaluated")(after), (before, after)


def refused(g: Graph, setting: dict[str, Any]) -> str:
    """Return in which words the graph refuses a setting, or nothing."""
    try:
        g.evaluate(setting)
    except FigureError as error:
        return str(error)
    return ""


def test_most_of_the_examples_is_exact_arithmetic() -> None:
    """So the comparison to the last bit is of something."""
    exact = {f"{g.name}.{n}" for g in EXAMPLES for n in exact_figures(g)}
    derived = {
        f"{g.name}.{n}" for g in EXAMPLES for n, f in g.figures.items() if isinstance(f, Derived)
    }
    assert {"boosting.mse", "pipeline.finish", "nested.end", "layouts.fits"} <= exact
    assert not {"two-tower.share", "ndcg.ndcg", "attention.weight"} & exact
    assert len(derived & exact) > len(derived) / 2
