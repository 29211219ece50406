"""Pictures that follow the givens: drawn at build by the same JavaScript that redraws them.

A picture is a dict in a chapter's PICTURES. A *name* below is that of a figure or a cell;
*text* may hold `{{ name }}`. Fields of every picture:

    id       its name in `{{ picture: id }}`
    kind     one of the kinds below
    title    text: names the picture
    alt      text: what a reader who cannot see it should know
    caption  Markdown with figures, shown below

`stacked_bars`: what adds up, against a limit. Bars lie flat, one below the other.
    unit     of the axis ("GB"); places: decimals of the totals (default: of the figures)
    bars     [{label: text, segments: [{figure: name, label: text}], verdict: name (optional)}]
             segments of one label have one colour in all bars; they are the legend
    limit    {figure: name, label: text} (optional)

`bars`: plain bars, in groups when there are several series.
    unit, places; axis: text (optional)
    series   [text] names of the bars in a group; one name for plain bars
    groups   [{label: text, figures: [name for each series]}]
    limit    as above (optional)

`curve`: figures over a given.
    x        name of the given that is swept; x_label: text; from, to: in the given's unit, or
             names
    x_scale  "linear" (default) or "log"; y_scale likewise; points: how many (default 96)
    unit     of the y axis; y_label: text
             around: [names] instead of from and to: what the curve must show, with some room
             near: {step: name, steps: number} instead: that many steps to either side of the
             given's present value; the y axis then holds the curve with some room
    series   [{figure: name, label: text}]
    mark     True (default): a dot on each series at the given's present value
    lines    [{figure: name, label: text}] upright lines at a figure of x's dimension (optional)
    recorded [{label: text, points: [{x: name or number, y: name or number}]}] (optional);
             numbers are in the units of the axes
    y_from, y_to   limits of the y axis in its unit (optional; default: from the values)

`plane`: straight lines and points, with the numbers of the points beside them.
    from, to x_label, y_label: of the axes; numbers without unit
    lines    [{slope: name, intercept: name, label: text, fold: True (optional)}]
             folded: the size of slope times x, a V with its tip at 0; the intercept then is 0
    points   [{x: name, y: name, label: text}] points of one label have one mark (optional)
    gaps     [{x: name, from: name, to: name, figure: name, label: text}] upright stretches
             (optional)

`moves`: where something stood and where it stands now, a row for each thing.
    unit; places (default: of each figure); axis: text; before, after: texts for the legend
    rows     [{label: text, from: name, to: name}]
    limit    {figure: name, label: text} (optional)

`clocks`: a face for each angle to watch, with a hand for each figure in radians.
    clocks   [{label: text, hands: [{figure: name, label: text}]}] the same hands on each

`timeline`: who does what, when.
    unit     of time, for the axis ("min"); x_label: text (optional)
    kinds    {kind: {label: text}} the legend, in the order of its colours
    rows     [{label: text, segments: [{start, end, kind, label: text (optional)}]}]
             start and end: numbers in the unit, or names
    marks    [{at: number or name, label: text}] upright lines (optional)

`layout`: GPUs in their nodes, coloured by the part that they play.
    nodes, per_node, tensor, pipeline: names (or whole numbers); gpus: of the job, where they
    need not fill the last node (default: they do); order: which index runs
    fastest, default ["tensor", "data", "pipeline"]; colour: the index that gives the colour,
    default "pipeline"; node_label: text, default "node"

`tree`: a decision tree whose splits stand or are pruned.
    root     a split: {split: text, gain: name, stands: name of a verdict, merged: name of the
             leaf weight it has when pruned, left: node, right: node}; or a leaf:
             {leaf: text, weight: name}
    answers  [text, text] on the branches to the left and right; gain, pruned, weight, gone,
             nothing: texts for "gain", "pruned", "leaf weight", "no node" and "no split gains"
    legend   [text, text, text] for a split, a leaf, and what is not there
"""

from __future__ import annotations

import html
import json
from functools import cache, lru_cache
from typing import Any

import markdown
import quickjs

from checks.faces.spans import fill
from checks.page.browser_model import expression
from checks.page.javascript import bundle, context
from worked.chapters import graph, pictures
from worked.figures import FigureError, Graph


class PictureError(ValueError):
    """A picture that cannot be drawn as specified."""


def drawing_board(slug: str, graph: Graph, pictures: list[dict[str, Any]]) -> quickjs.Context:
    """Return a JavaScript context whose `drawn(kind, what, settings)` draws for a chapter.

    The kinds are "picture", of an id, and "table" and "chart", of a specification of
    checks/page/over_axes.py; `what` and `settings` are JSON.
    """
    return context(
        bundle(
            "floats.js",
            "exact.js",
            "graph.js",
            "words.js",
            "charts_lines.js",
            "charts_clocks.js",
            "charts.js",
            "over_axes.js",
            "tables.js",
            "axis_charts.js",
        ),
        f"const model = {expression(slug, graph, pictures)};",
        "function drawn(kind, what, settings) {"
        " const draw = { picture, table, chart: axisChart }[kind];"
        " return [draw(model, JSON.parse(what), evaluate(model, JSON.parse(settings)))].join('');"
        " }",
    )


@cache
def _drawing_board(slug: str) -> quickjs.Context:
    return drawing_board(slug, graph(slug), pictures(slug))


@lru_cache(maxsize=256)
def _drawn(slug: str, kind: str, what: str, settings: str) -> str:
    try:
        return str(_drawing_board(slug).get("drawn")(kind, what, settings))
    except quickjs.JSException as error:
        raise PictureError(f"{slug}.{json.loads(what)}: {str(error).splitlines()[0]}") from None


def drawn(slug: str, kind: str, what: Any, settings: dict[str, Any] | None = None) -> str:
    """Return what `drawing_board` draws for a chapter, with the book's values or `settings`.

    Raises:
        PictureError: it cannot be drawn as specified.
    """
    return _drawn(slug, kind, json.dumps(what), json.dumps(settings or {}, sort_keys=True))


def svg(slug: str, picture_id: str, settings: dict[str, Any] | None = None) -> str:
    """Return a picture of a chapter as SVG, drawn with the book's values or after `settings`.

    Raises:
        PictureError: there is no such picture, or its specification is wrong.
    """
    return drawn(slug, "picture", picture_id, settings)


def figure(slug: str, picture_id: str) -> str:
    """Return the whole HTML figure: the SVG in a box that scrolls sideways, and the caption.

    Raises:
        PictureError: there is no such picture, or its specification is wrong.
    """
    spec = _spec(slug, picture_id)
    try:
        caption = markdown.markdown(fill(spec.get("caption", ""), slug))
    except FigureError as error:
        raise PictureError(f"{slug}.{picture_id}: caption: {error}") from None
    title = html.escape(fill(spec["title"], slug, plain=True))
    caption = caption.removeprefix("<p>").removesuffix("</p>")
    return (
        f'<figure class="picture" data-picture="{slug}.{picture_id}">'
        f'<div class="picture-box" tabindex="0" role="group" aria-label="{title}" '
        "data-search-exclude>"
        f"{svg(slug, picture_id)}</div><figcaption>{caption}</figcaption></figure>"
    )


def _spec(slug: str, picture_id: str) -> dict[str, Any]:
    found = [p for p in pictures(slug) if p["id"] == picture_id]
    if not found:
        known = ", ".join(str(p["id"]) for p in pictures(slug)) or "none"
        raise PictureError(f"{slug} has no picture {picture_id!r}; there are {known}")
    return found[0]
