"""Tables and charts over axes: what a directive means, how a mistake is named, what is drawn."""

from __future__ import annotations

import html
import json
import random
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from checks.page import over_axes, pictures
from checks.page.place import PageContext, PlacementError, place
from tests.worked.axes_examples import BOOSTING, EXAMPLES, LAYOUTS
from worked.chapters import CHAPTERS
from worked.figures import Derived, Figure, FigureError, Graph

TABLES = {
    "boosting": [
        "minutes, residual, leaf by row at round=2",
        "residual, leaf by row at round=last | mark: least residual",
        "prediction by row and round | start",
        "error by split and round | mark: least",
        "best, mse by round | transposed | mark: least mse",
        "left by split and row",
        "threshold, lower, upper by split at round=3 | mark: most",
    ],
    "pipeline": ["finish by stage and batch", "finish by batch at stage=second"],
    "nested": ["node by round and level", "start, end by round | heads: Pass, From, To"],
    "two-tower": ["score, logit, share by item | mark: most share", "v by item and dim"],
    "ndcg": ["gain, term, ideal_place, ideal_term by shown"],
    "attention": ["weight by position and key", "x by position and dim"],
    "layouts": ["bytes by layout", "memory by gpu", "fits by layout and gpu"],
}
CHARTS = {
    "boosting": [
        "mse over round",
        "mse over round | log",
        "prediction over round by row | start",
        "lower, upper over split at round=1 | limit: base",
        "minutes, leaf over row at round=last | bars",
        "lower over split at round=2 | limit: leaf[row=1, round=last]",
    ],
    "pipeline": ["finish over batch by stage", "seconds over stage"],
    "two-tower": ["share over item", "v over dim by item"],
    "ndcg": ["term, ideal_term over shown | bars"],
    "attention": ["weight over key by position"],
    "layouts": ["bytes over layout | limit: limit", "bytes over layout | log", "memory over gpu"],
}
GRAPHS = {g.name: g for g in EXAMPLES}


@pytest.fixture(autouse=True)
def examples(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a chapter of each example."""
    for name, graph in GRAPHS.items():
        module = ModuleType(f"example_{name.replace('-', '_')}")
        module.__dict__.update(GRAPH=graph, PICTURES=[])
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(CHAPTERS, name, module.__name__)
    pictures._drawing_board.cache_clear()
    yield
    pictures._drawing_board.cache_clear()


def cases(of: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return (chapter, directive) for each."""
    return [(slug, text) for slug, texts in of.items() for text in texts]


# -- what is read -------------------------------------------------------------------------------


def test_a_table_is_read_into_figures_axes_and_places() -> None:
    assert over_axes.read_table("residual, leaf by row at round=2", "boosting") == {
        "figures": ("residual", "leaf"),
        "by": ("row",),
        "at": {"round": "2"},
    }
    assert over_axes.read_table("boosting.error by split and round | mark: least", None) == {
        "figures": ("error",),
        "by": ("split", "round"),
        "mark": {"error": "least"},
    }
    assert over_axes.read_table("prediction by row and round | start", "boosting")["start"] == [
        "round"
    ]


def test_a_chart_is_of_lines_over_numbers_and_of_bars_over_names() -> None:
    lines = over_axes.read_chart("mse over round | log | log: round", "boosting")
    assert lines == {"figures": ("mse",), "by": ("round",), "log": ["values", "places"]}
    bars = over_axes.read_chart("bytes over layout | limit: memory[gpu=h100]", "layouts")
    assert bars["bars"] is True
    assert bars["limit"] == {"name": "memory", "at": {"gpu": "h100"}}
    # The places of `key` are those of `position`, which are numbers.
    assert "bars" not in over_axes.read_chart("weight over key by position", "attention")


TABLE_ERRORS = {
    "residual": r"write table: FIGURES by AXIS \[and AXIS\]",
    "resdual by row at round=1": "resdual: boosting has no such figure; did you mean residual",
    "residual by rwo at round=1": "rwo: boosting has no such axis; there are row, split, round",
    "mse by row": "mse: is over round, not row",
    "final by round": "final: is a single number; write {{ final }} in the text",
    "residual by row": "residual: is over row and round; hold round at a place: at round=1",
    "residual by row at round=1, split=2": "at split=2: residual is not over split",
    "residual by row at round=99": "round has no place '99'; there are 1, 2",
    "residual by row at row=1": "row: is laid out and held at a place; leave it out of `at`",
    "residual by row at round": "a place is written axis=place, not 'round'",
    "residual, leaf by row and round": "two axes take one figure",
    "residual by row and row": "row: is laid out twice",
    "mse by round | color: red": "no option 'color'; there are caption, heads, mark, start",
    "mse by round | start": "start: no formula looks back at mse along round",
    "mse by round | caption": "caption: say what, as in caption: ...",
    "mse by round | transposed: yes": "transposed: takes nothing after it",
    "mse by round | caption: one | caption: two": "caption: is given twice",
    "mse by round | heads: Round": "heads: wants 2 texts, for the rows and mse",
    "mse by round | mark: best": "mark: best: write least or most, or least mse for one column",
    "mse by round | mark: least leaf": "write least or most, or least mse",
    "best by round | mark: least": "best: is a place; mark: the least or most is a number's",
    "error by split and round | transposed": "write by round and split instead",
    "mse, layouts.bytes by round": "the figures of 2 chapters",
    "nowhere.mse by round": "nowhere: no such chapter",
}
CHART_ERRORS = {
    "mse by round": r"write chart: FIGURES over AXIS \[by AXIS\]",
    "best over round": "best: is a place; a chart draws numbers; put it into a table",
    "mse over row": "mse: is over round, not row",
    "prediction over row by round": "prediction by round: 20 lines are too many to tell apart",
    "residual over row at round=1 | log": "log: residual is not above zero everywhere",
    "mse over round | log: row": "log: row: write log for the values, log: round for the axis",
    "minutes over row | bars | log: row": "log: row: bars stand at places, not on a scale",
    "mse over round | limit: nothing": "nothing: boosting has no such figure",
    "mse over round | limit: minutes": "limit: minutes: is over row; say which place is meant",
    "mse over round | limit: best[round=1]": "best: is a place; a limit is a number",
}


@pytest.mark.parametrize("text", TABLE_ERRORS)
def test_a_table_that_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        over_axes.table(text, "boosting")
    assert re.search(TABLE_ERRORS[text].replace("{", r"\{"), str(refused.value)), refused.value


@pytest.mark.parametrize("text", CHART_ERRORS)
def test_a_chart_that_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        over_axes.chart(text, "boosting")
    assert re.search(CHART_ERRORS[text].replace("{", r"\{"), str(refused.value)), refused.value


def test_what_has_another_dimension_has_no_place_on_the_scale() -> None:
    with pytest.raises(ValueError, match="gpus: one scale cannot show GB of bytes and a plain"):
        over_axes.chart("bytes over layout | limit: gpus", "layouts")
    with pytest.raises(ValueError, match="fits: is a verdict; a chart draws numbers"):
        over_axes.chart("fits over layout by gpu", "layouts")


def test_a_page_without_a_chapter_names_one() -> None:
    with pytest.raises(ValueError, match=r"this page has no chapter; write chapter\.figure"):
        over_axes.table("mse by round", None)


def test_an_error_names_file_and_line_and_the_directive() -> None:
    page = PageContext("docs/chapters/boosting.md", "boosting")
    with pytest.raises(PlacementError) as refused:
        place("# A title\n\n{{ table: mse by row }}\n", page)
    assert str(refused.value) == (
        "docs/chapters/boosting.md:3: {{ table: mse by row }}: mse: is over round, not row"
    )
    with pytest.raises(PlacementError, match="must stand alone on its line"):
        place("Here: {{ chart: mse over round }}", page)


# -- what is drawn ------------------------------------------------------------------------------


def random_settings(g: Graph, rng: random.Random) -> dict[str, Any]:
    """Return settings of some cells and scalars, within their ranges."""
    settings: dict[str, Any] = {}
    for given in rng.sample(g.givens, k=min(3, len(g.givens))):
        index = rng.choice(list(g.cells(given.name)))
        value = given.value
        for i in index:
            value = value[i]
        if value is None:
            continue
        low, high = max(given.low, -50.0), min(given.high, 400.0)
        number = round(rng.uniform(low, high), 2)
        settings[g.cell_name(given, index)] = float(round(number)) if given.integer else number
    return settings


def accepted(g: Graph, count: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return so many settings that the graph takes, with its values under them."""
    rng, found = random.Random(g.name), [({}, dict(g.base))]
    while len(found) < count:
        settings = random_settings(g, rng)
        try:
            found.append((settings, g.evaluate(settings)))
        except FigureError:
            continue
    return found


def is_number(g: Graph, f: Figure) -> bool:
    """Whether a figure is a number, not a verdict and not a place."""
    return not (isinstance(f, Derived) and f.words) and g.kinds[f.name].place is None


def bare(g: Graph, cell: str, values: dict[str, Any]) -> str:
    """Return what a table's cell says: its number without the unit."""
    f, _ = g.find(cell)
    shown = g.shown(cell, values)
    ending = f" {f.unit}" if f.unit else ""
    return shown.removesuffix(ending) if is_number(g, f) else shown


@pytest.mark.parametrize(("slug", "text"), cases(TABLES))
def test_a_table_says_what_the_graph_says(slug: str, text: str) -> None:
    """At the book's values and 20 random settings: as many rows, each cell digit for digit."""
    g = GRAPHS[slug]
    spec = over_axes.read_table(text, slug)
    for settings, values in accepted(g, 21):
        drawn = pictures.drawn(slug, "table", spec, settings)
        cells = re.findall(r'<span class="fig[^"]*" data-fig="([^"]+)"[^>]*>([^<]*)</span>', drawn)
        assert cells
        for reference, written in cells:
            name = reference.removeprefix(f"{slug}.")
            label = name.split("[")[0] not in (*spec["figures"], "base")
            assert html.unescape(written) in (
                (g.shown(name, values),) if label else (bare(g, name, values),)
            ), (settings, name)
        across = spec["by"][1:]
        columns = g.length(across[0], values) if across else len(spec["figures"])
        rows = g.length(spec["by"][0], values)
        if spec.get("transposed"):
            rows, columns = columns, rows
        columns += len(spec.get("start", []))
        assert drawn.count('scope="row"') == rows
        assert drawn.count("<td") - drawn.count("<td rowspan") == rows * columns


@pytest.mark.parametrize(("slug", "text"), cases(CHARTS))
def test_a_chart_is_drawn_at_any_setting(slug: str, text: str) -> None:
    """No coordinate is missing, none leaves the drawing, and the words say every number."""
    g = GRAPHS[slug]
    spec = over_axes.read_chart(text, slug)
    for settings, values in accepted(g, 21):
        drawn = pictures.drawn(slug, "chart", spec, settings)
        assert not re.search("NaN|Infinity|undefined|null", drawn), settings
        for width, height in re.findall(r'viewBox="0 0 (\d+) ([\d.]+)"', drawn):
            assert float(height) < 3000, (width, height)
        said = html.unescape(re.findall(r'aria-label="([^"]*)"', drawn)[0])
        for name in spec["figures"]:
            f = g.figure(name)
            for index in g.cells(name, values):
                cell = dict(zip(f.axes, index, strict=True))
                held = spec.get("at", {})
                length = {a: g.length(a, values) for a in cell}
                if all(cell[a] == g.place(a, k) % length[a] for a, k in held.items() if a in cell):
                    assert g.shown(g.cell_name(f, index), values) in said


def test_what_is_marked_as_the_least_is_what_where_least_finds() -> None:
    """In each round's column of errors the one at the best split, and no other."""
    spec = over_axes.read_table("error by split and round | mark: least", "boosting")
    drawn = pictures.drawn("boosting", "table", spec)
    marked = re.findall(r'best"><span class="fig derived" data-fig="boosting.(error[^"]*)"', drawn)
    best = [BOOSTING.base["best"][r] for r in range(5)]
    assert marked == sorted(
        (f"error[split={b + 1}, round={r + 1}]" for r, b in enumerate(best)),
        key=lambda cell: re.findall(r"\d+", cell),
    )


def test_a_place_that_is_gone_shows_a_dash_and_comes_back() -> None:
    spec = over_axes.read_table("residual by row at round=5", "boosting")
    gone = pictures.drawn("boosting", "table", spec, {"rounds": 3})
    assert gone.count("—") == 6
    assert "data-fig" not in gone
    assert "data-fig" in pictures.drawn("boosting", "table", spec, {"rounds": 5})


def test_an_absent_cell_shows_a_dash_and_opens() -> None:
    """The V100 has no figure for its memory, so no layout is said to fit or not."""
    drawn = pictures.drawn("layouts", "table", over_axes.read_table("memory by gpu", "layouts"))
    assert 'data-fig="layouts.memory[gpu=v100]" data-bare>—</span>' in drawn
    assert LAYOUTS.base["memory"][1] is None


def test_what_fits_is_seen_beside_what_does_not() -> None:
    """17.5 GB against a limit of 80 GB beside 1,120 GB: more than an eighth of the width."""
    spec = over_axes.read_chart("bytes over layout | limit: limit", "layouts")
    drawn = pictures.drawn("layouts", "chart", spec)
    (width,) = re.findall(r'<rect [^>]*width="([\d.]+)"', drawn.split("</svg>")[0])
    assert float(width) > 640 / 8
    assert drawn.count("torn end") == 2  # said once in each of the two drawings
    # Where nothing comes near the limit, nothing is torn.
    all_over = pictures.drawn("layouts", "chart", spec, {"limit": 1, "states": 4000})
    assert "torn end" not in all_over


def test_a_caption_holds_figures_and_says_what_is_marked() -> None:
    got = over_axes.table("mse by round | mark: least | caption: It ends at {final}.", "boosting")
    assert 'It ends at <span class="fig derived" data-fig="boosting.final">1.64</span>.' in got
    assert "In bold: the least of its column." in got


def test_the_page_keeps_what_draws_a_table_again() -> None:
    got = over_axes.table("weight by position and key", "attention")
    (packed,) = re.findall(r'data-table="([^"]*)"', got)
    assert json.loads(html.unescape(packed)) == {
        "figures": ["weight"],
        "by": ["position", "key"],
    }
    assert 'data-chapter="attention"' in got


def test_tables_held_at_different_places_have_different_names() -> None:
    """A reader who jumps from landmark to landmark hears which one this is."""
    light, heavy = (
        re.findall(
            'aria-label="([^"]*)"',
            over_axes.table(f"latency by way and percentile at load={load}", "gpu-wall"),
        )
        for load in ("light", "heavy")
    )
    assert light == ["Latency, load light by batches and percentile"]
    assert heavy == ["Latency, load heavy by batches and percentile"]
