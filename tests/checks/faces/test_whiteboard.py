"""Numbers to know: the sum in the head and its error, where a verdict turns, also in the page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from checks.faces.whiteboard import NEVER, off, route, taken, turn
from checks.page.browser_model import expression as model_of
from checks.page.javascript import context, linked
from checks.page.place import PageContext, PlacementError, place
from checks.page.truth import drawn
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Given, Graph, Key, Knob, Step
from worked.figures.expressions import condition, read
from worked.units import unit


@pytest.fixture(autouse=True)
def small_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the fixture's chapter to the book's."""
    monkeypatch.setitem(CHAPTERS, "small", "tests.site.fixture.scenario")


@pytest.mark.parametrize(
    ("value", "in_unit", "digits", "written"),
    [
        (1.12e12, "TB", 1, "1 TB"),
        (1.12e12, "TB", 2, "1.1 TB"),
        (980e9, "GB", 1, "1,000 GB"),
        (980e9, "GB", 2, "980 GB"),
        (70e9, "params", 1, "70 billion params"),
        (2.5, "", 1, "3"),
        (0.0483, "%", 1, "5%"),
        (0.5, "", 2, "0.50"),
        (0.0, "GB", 1, "0 GB"),
    ],
)
def test_a_figure_is_taken_to_so_many_digits(
    value: float, in_unit: str, digits: int, written: str
) -> None:
    assert taken(value, unit(in_unit), digits)[1] == written


def test_how_far_a_sum_is_off_is_said_in_words() -> None:
    """1.1 for 1.12 is 1.8 % too low."""
    assert off(1.1, 1.12) == "1.8% too low"
    assert off(3.0, 2.0) == "50% too high"
    assert off(980.0, 980.0) == "exact to three digits"
    assert off(0.0, 0.0) == "exact"


def test_the_sum_in_the_head_is_made_of_rounded_figures() -> None:
    """2 B x 70 billion = 140 GB, to a digit each; 1,120 GB / 64 is 1,000 / 60 = 17."""
    g = graph("small")
    told = read(g, "total_bytes / gpus")
    assert route(g, "per_gpu", told, 1, g.base) == "1,000 GB / 60 GPUs ≈ 17 GB, 2.9% too low"


def test_a_verdict_turns_at_the_nearest_value_of_the_given_that_changes_it() -> None:
    """17.5 GB a GPU fit down to 17.5 GB of memory; 1,120 GB fit in 80 GB from 14 GPUs on."""
    g = graph("small")
    told = condition(g, "per_gpu <= gpu_memory")
    assert turn(g, told, "gpu_memory") == "17.5 GB"
    assert turn(g, told, "gpus") == "13 GPUs"
    assert turn(g, told, "gpus", {"gpus": 8}) == "14 GPUs"
    assert turn(g, told, "price") == NEVER


def test_what_turns_a_verdict_is_a_given() -> None:
    g = graph("small")
    with pytest.raises(FigureError, match="is computed, so it cannot be set"):
        turn(g, condition(g, "per_gpu <= gpu_memory"), "total_bytes")
    with pytest.raises(PlacementError, match="flip: CONDITION by GIVEN"):
        place("{{ flip: per_gpu <= gpu_memory }}", PageContext("a.md", "small"))
    with pytest.raises(PlacementError, match="is no number to know; there are per_gpu"):
        place("{{ board: total_bytes }}", PageContext("a.md", "small"))


def test_knobs_lie_within_their_givens_ranges() -> None:
    gpus = Given("gpus", 8, "GPUs", "G", "GPUs", 1, 64, integer=True)
    steps = [Step("one", "One", (gpus,))]
    Graph("a", "A", steps, knobs=[Knob("gpus", (8, 16))])
    with pytest.raises(FigureError, match="outside its range"):
        Graph("a", "A", steps, knobs=[Knob("gpus", (8, 128))])
    with pytest.raises(FigureError, match="two values or more"):
        Graph("a", "A", steps, knobs=[Knob("gpus", (8,))])
    with pytest.raises(FigureError, match="no such figure"):
        Graph("a", "A", steps, keys=[Key("bytes")])


BOOK = [slug for slug in CHAPTERS if slug != "small"]


@pytest.mark.parametrize("slug", BOOK)
def test_every_sum_in_the_head_comes_within_a_fifth(slug: str) -> None:
    """What is further off would be no help at the board."""
    g = graph(slug)
    for key in g.numbers_to_know.values():
        if key.route:
            said = route(g, key.figure, read(g, key.route), key.digits, g.base)
            far = re.search(r"([\d.]+)% too", said)
            assert far is None or float(far[1]) <= 20, said


@pytest.mark.parametrize("slug", BOOK)
def test_the_page_does_the_same_sums_and_finds_the_same_turning_points(slug: str) -> None:
    """At the book's values and at two random settings."""
    g = graph(slug)
    page = context(
        linked("assets/js/whiteboard.js"),
        "const { floats } = modules['assets/js/floats.js'];",
        "const { route, turn } = modules['assets/js/whiteboard.js'];",
        "const { evaluate } = modules['assets/js/graph.js'];",
        f"const model = {model_of(slug, g, [])};",
        """function sums(all, settings) {
             const values = evaluate(model, JSON.parse(settings));
             return JSON.stringify(JSON.parse(all).map((data) => route(model, data, values)));
           }
           function turns(all, settings) {
             const its = JSON.parse(settings);
             const values = evaluate(model, its);
             return JSON.stringify(JSON.parse(all).map((data) => turn(model, data, its, values)));
           }""",
    )
    keys = list(g.numbers_to_know.values())
    sums = [k for k in keys if k.route]
    flips = [k for k in keys if k.verdict]
    boards = [_sent("board", k.figure, slug) for k in sums]
    turns = [_sent("flip", f"{k.verdict} by {k.by}", slug) for k in flips]
    for settings in ({}, *(drawn(g, number) for number in range(2))):
        try:
            values = g.evaluate(settings)
        except FigureError:
            continue
        ours = [route(g, k.figure, read(g, k.route), k.digits, values) for k in sums]
        theirs = json.loads(page.get("sums")(json.dumps(boards), json.dumps(settings)))
        assert theirs == ours
        mine = [turn(g, condition(g, k.verdict), k.by, settings) for k in flips]
        assert json.loads(page.get("turns")(json.dumps(turns), json.dumps(settings))) == mine


def _sent(kind: str, body: str, slug: str) -> Any:
    placed = place(f"x {{{{ {kind}: {body} }}}}", PageContext("a.md", slug))
    return json.loads(html.unescape(re.findall(f'data-{kind}="(.*?)"', placed)[0]))
