"""Tables and charts over axes: `{{ table: residual, leaf by row at round=2 }}` and the like.

    table: FIGURES by AXIS [and AXIS] [at axis=place, ...] [| options]
    chart: FIGURES over AXIS [by AXIS] [at axis=place, ...] [| options]

A table has a row for each place of its first axis and a column for each figure, or for each place
of a second axis. A chart draws lines over an axis of numbers, bars over one of names; several
figures, or a second axis, give several series. Axes that are left are held at a place by `at`, or
in a figure itself: `accuracy[times=2]`.

Options stand apart by `|`. Of both: `caption: TEXT`, which may hold figures as {name}; `start`,
what a recurrence starts from as place 0. Of a table: `heads: TEXT, ...` for the rows and then each
figure, in place of the axis' noun and the figures' labels; `mark: least` or `mark: most`, of each
column or only of `mark: least NAME`; `transposed`. Of a chart: `bars`, also over numbers;
`limit: NAME`, a line at a figure or a cell; `log`, the values on a logarithmic scale, and
`log: AXIS`, the axis.

Both are drawn by the page's own JavaScript, at build time and again when a given changes.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import markdown

from checks.faces.spans import fill
from checks.page.pictures import drawn
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, Figure, Graph, reference, suggest
from worked.showing import flat


def table(text: str, chapter: str | None) -> str:
    """Return the HTML of the table that the directive's `text` asks for on a page of `chapter`.

    Raises:
        ValueError: it is not written as one, or names what the chapter does not have; the
            message names the figure and the axis, and what would be right.
    """
    asked = _read(_TABLE, text, chapter)
    name = f"{_labels(asked)} by {' and '.join(_noun(asked, a) for a in asked.by)}"
    box = f'class="wide-table" tabindex="0" role="region" aria-label="{_safe(name)}"'
    return _placed("table", asked, table_spec(asked), "over-axes", box)


def chart(text: str, chapter: str | None) -> str:
    """Return the HTML of the chart that the directive's `text` asks for on a page of `chapter`.

    Raises:
        ValueError: as for `table`.
    """
    asked = _read(_CHART, text, chapter)
    name = f"{_labels(asked)} over {' by '.join(_noun(asked, a) for a in asked.by)}"
    box = f'class="picture-box" role="group" aria-label="{_safe(name)}" data-search-exclude'
    return _placed("chart", asked, chart_spec(asked), "picture over-axes", box)


@dataclass(frozen=True)
class Asked:
    """What a directive asks for: figures, laid out by axes, at places of the others."""

    slug: str
    graph: Graph
    figures: tuple[str, ...]
    by: tuple[str, ...]
    at: dict[str, str]
    options: dict[str, list[str]]


# -- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Form:
    """How one of the two directives is written: `layout` finds its parts, `options` may follow."""

    usage: str
    layout: re.Pattern[str]
    options: tuple[str, ...]


_AT = r"(?:\s+at\s+(?P<at>.+))?"
_TABLE = _Form(
    "table: FIGURES by AXIS [and AXIS] [at axis=place, ...] [| options]",
    re.compile(rf"(?P<figures>.+?)\s+by\s+(?P<first>\w+)(?:\s+and\s+(?P<second>\w+))?{_AT}"),
    ("caption", "heads", "mark", "start", "transposed"),
)
_CHART = _Form(
    "chart: FIGURES over AXIS [by AXIS] [at axis=place, ...] [| options]",
    re.compile(rf"(?P<figures>.+?)\s+over\s+(?P<first>\w+)(?:\s+by\s+(?P<second>\w+))?{_AT}"),
    ("bars", "caption", "limit", "log", "start"),
)
_FLAGS = ("bars", "start", "transposed")
_EITHER = ("log",)


def read_table(text: str, chapter: str | None) -> dict[str, Any]:
    """Return the specification that docs/assets/js/tables.js draws; errors are those of `table`."""
    return table_spec(_read(_TABLE, text, chapter))


def read_chart(text: str, chapter: str | None) -> dict[str, Any]:
    """Return the specification for docs/assets/js/axis_charts.js; errors are those of `chart`."""
    return chart_spec(_read(_CHART, text, chapter))


def _read(form: _Form, text: str, chapter: str | None) -> Asked:
    head, *rest = (part.strip() for part in text.split("|"))
    match = form.layout.fullmatch(head)
    if not match:
        raise ValueError(f"write {form.usage}")
    names = re.split(r",(?![^\[]*\])", match["figures"])
    references = [name.strip().rpartition(".") for name in names]
    slugs = {prefix or chapter for prefix, _, _ in references}
    if len(slugs) > 1:
        raise ValueError(f"the figures of {len(slugs)} chapters: take those of one")
    slug = slugs.pop()
    if slug is None:
        raise ValueError("this page has no chapter; write chapter.figure")
    if slug not in CHAPTERS:
        raise ValueError(f"{slug}: no such chapter; there are {', '.join(CHAPTERS)}")
    g = graph(slug)
    figures = tuple(name for _, _, name in references)
    by = tuple(axis for axis in (match["first"], match["second"]) if axis)
    asked = Asked(slug, g, figures, by, _held(g, match["at"] or ""), _options(form, rest))
    _check(asked)
    return asked


def _held(g: Graph, text: str) -> dict[str, str]:
    at = dict(reference(f"x[{text}]").at)
    return {axis: _key(g, axis, place) for axis, place in at.items() if _known_axis(g, axis)}


def _known_axis(g: Graph, axis: str) -> bool:
    if axis not in g.axes:
        known = ", ".join(g.axes) or "none"
        raise ValueError(
            f"{axis}: {g.name} has no such axis; there are {known}{suggest(axis, g.axes)}"
        )
    return True


def _key(g: Graph, axis: str, place: str) -> str:
    number = g.place(axis, place)
    return "last" if number < 0 else g.keys[axis][number]


def _options(form: _Form, parts: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        name, colon, value = (x.strip() for x in part.partition(":"))
        if name not in form.options:
            raise ValueError(f"no option {name!r}; there are {', '.join(form.options)}")
        if name in _FLAGS and colon:
            raise ValueError(f"{name}: takes nothing after it")
        if name not in _FLAGS + _EITHER and not value:
            raise ValueError(f"{name}: say what, as in {name}: ...")
        if name in found and name not in ("log", "mark"):
            raise ValueError(f"{name}: is given twice")
        found.setdefault(name, []).append(value)
    return found


def _check(asked: Asked) -> None:
    """Raise ValueError unless every figure lies over the axes asked for, and over no more."""
    g, by, at = asked.graph, asked.by, asked.at
    figures = [g.find(name)[0] for name in asked.figures]
    for axis in by:
        _known_axis(g, axis)
        if axis in at:
            raise ValueError(f"{axis}: is laid out and held at a place; leave it out of `at`")
    if len(set(by)) < len(by):
        raise ValueError(f"{by[0]}: is laid out twice; take two axes")
    if len(by) > 1 and len(figures) > 1:
        raise ValueError(
            f"{', '.join(asked.figures)} by {by[0]} and {by[1]}: two axes take one figure; "
            f"write one directive for each"
        )
    for f, name in zip(figures, asked.figures, strict=True):
        if not f.axes:
            raise ValueError(f"{f.name}: is a single number; write {{{{ {f.name} }}}} in the text")
        own = _open(g, name)
        for axis in by:
            if axis not in f.axes:
                raise ValueError(f"{f.name}: is over {_list(f.axes)}, not {axis}")
            if axis not in own:
                raise ValueError(f"{name}: {axis} is laid out; leave it out of the brackets")
        if open_axes := [a for a in own if a not in by and a not in at]:
            places = ", ".join(f"{a}={g.keys[a][0]}" for a in open_axes)
            raise ValueError(
                f"{f.name}: is over {_list(f.axes)}; hold {_list(open_axes)} at a place: "
                f"at {places}"
            )
    for axis in at:
        if not any(axis in _open(g, name) for name in asked.figures):
            raise ValueError(f"at {axis}={at[axis]}: {_list(asked.figures)} is not over {axis}")


def _open(g: Graph, cell: str) -> list[str]:
    """Return the axes of a figure that are not held at a place in `cell` itself."""
    f, index = g.find(cell)
    return [axis for axis, i in zip(f.axes, index, strict=True) if i is None]


def _list(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


# -- specifications ---------------------------------------------------------------------------


def _spec(asked: Asked) -> dict[str, Any]:
    spec: dict[str, Any] = {"figures": asked.figures, "by": asked.by}
    if asked.at:
        spec["at"] = asked.at
    if "start" in asked.options:
        names = [reference(name).name for name in asked.figures]
        starts = [a for a in asked.by if any((f, a) in asked.graph.starts for f in names)]
        if not starts:
            raise ValueError(
                f"start: no formula looks back at {_list(asked.figures)} along "
                f"{_list(asked.by)} with a figure to start from"
            )
        spec["start"] = starts
    return spec


def table_spec(asked: Asked) -> dict[str, Any]:
    """Return what docs/assets/js/tables.js draws."""
    spec = _spec(asked)
    if heads := asked.options.get("heads"):
        spec["heads"] = [head.strip() for head in heads[0].split(",")]
        wanted = ["the rows", *asked.figures]
        if len(spec["heads"]) != len(wanted):
            raise ValueError(f"heads: wants {len(wanted)} texts, for {_list(wanted)}")
    if "transposed" in asked.options:
        if len(asked.by) > 1:
            raise ValueError(f"transposed: write by {asked.by[1]} and {asked.by[0]} instead")
        spec["transposed"] = True
    marks: dict[str, str] = {}
    for mark in asked.options.get("mark", []):
        which, _, name = (x.strip() for x in mark.partition(" "))
        if which not in ("least", "most") or (name and name not in asked.figures):
            raise ValueError(
                f"mark: {mark}: write least or most, or least {asked.figures[0]} for one column"
            )
        for f in [name] if name else asked.figures:
            _number(asked.graph, asked.graph.find(f)[0], "mark: the least or most is a number's")
            if f in marks:
                raise ValueError(f"mark: {f} is marked twice")
            marks[f] = which
    return spec | ({"mark": marks} if marks else {})


def _number(g: Graph, f: Figure, why: str) -> None:
    if (isinstance(f, Derived) and f.words) or g.kinds[f.name].place is not None:
        what = "a place" if g.kinds[f.name].place is not None else "a verdict"
        raise ValueError(f"{f.name}: is {what}; {why}")


MOST_SERIES = 12
"""How many lines a reader can tell apart."""


def chart_spec(asked: Asked) -> dict[str, Any]:
    """Return what docs/assets/js/axis_charts.js draws."""
    g, spec = asked.graph, _spec(asked)
    first = asked.figures[0]
    for name in asked.figures:
        _number(g, g.find(name)[0], "a chart draws numbers; put it into a table")
        _same_scale(g, name, first)
    over, *by = asked.by
    for axis in by:
        if len(g.keys[axis]) > MOST_SERIES:
            raise ValueError(
                f"{first} by {axis}: {len(g.keys[axis])} lines are too many to tell apart; "
                f"hold {axis} at a place, at {axis}={g.keys[axis][0]}"
            )
    if "bars" in asked.options or not _is_numeric(g, over):
        spec["bars"] = True
    if limit := asked.options.get("limit"):
        cell = reference(limit[0])
        f, index = g.find(limit[0])
        if None in index:
            raise ValueError(f"limit: {f.name}: is over {_list(f.axes)}; say which place is meant")
        _number(g, f, "a limit is a number")
        _same_scale(g, f.name, first)
        spec["limit"] = {"name": f.name, "at": {a: _key(g, a, k) for a, k in cell.at}}
    if "log" in asked.options:
        spec["log"] = [_logarithmic(asked, value, spec) for value in asked.options["log"]]
    return spec


def _same_scale(g: Graph, name: str, first: str) -> None:
    name, first = reference(name).name, reference(first).name
    if not g.units[name].dimension.same_as(g.units[first].dimension):
        one, other = (g.figure(n).unit or "a plain number" for n in (first, name))
        raise ValueError(f"{name}: one scale cannot show {one} of {first} and {other}")


def _is_numeric(g: Graph, axis: str) -> bool:
    a = g.axes[axis]
    if a.like:
        return _is_numeric(g, a.like)
    if a.shown_by:
        shown = g.figure(a.shown_by)
        return (
            not (isinstance(shown, Derived) and shown.words) and g.kinds[a.shown_by].place is None
        )
    return all(isinstance(label, (int, float)) for label in a.labels)


def _logarithmic(asked: Asked, value: str, spec: dict[str, Any]) -> str:
    """Return "values" or "places", what is on a logarithmic scale.

    Raises:
        ValueError: it cannot be, for it holds what is not positive, or has no scale.
    """
    g, over = asked.graph, asked.by[0]
    if value:
        if value != over:
            raise ValueError(f"log: {value}: write log for the values, log: {over} for the axis")
        if spec.get("bars"):
            raise ValueError(f"log: {over}: bars stand at places, not on a scale")
        return "places"
    for name in asked.figures:
        numbers = flat(g.value(g.cell_at(name, asked.at)))
        if any(number is not None and number <= 0 for number in numbers):
            raise ValueError(f"log: {name} is not above zero everywhere; leave out log")
    return "values"


# -- HTML -------------------------------------------------------------------------------------


def _placed(kind: str, asked: Asked, spec: dict[str, Any], classes: str, box: str) -> str:
    """Return the drawing of `spec` in a box of these attributes, with the caption below."""
    drawing = drawn(asked.slug, kind, spec)
    return (
        f'<figure class="{classes}" {_data(kind, asked, spec)}><div {box}>'
        f"{drawing}</div>{_caption(asked)}</figure>"
    )


def _data(kind: str, asked: Asked, spec: dict[str, Any]) -> str:
    packed = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    return f'data-{kind}="{_safe(packed)}" data-chapter="{asked.slug}"'


def _labels(asked: Asked) -> str:
    """Return what the figures are called, with the places that they are held at."""
    g = asked.graph
    return ", ".join(g.called(g.cell_at(name, asked.at)) for name in asked.figures)


def _noun(asked: Asked, axis: str) -> str:
    return asked.graph.axes[axis].noun or axis.replace("_", " ")


def _caption(asked: Asked) -> str:
    text = " ".join(asked.options.get("caption", []))
    marks = {mark.split()[0].replace("most", "largest") for mark in asked.options.get("mark", [])}
    said = f"In bold: the {' or '.join(sorted(marks))} of its column." if marks else ""
    if "transposed" in asked.options:
        said = said.replace("column", "row")
    if not (text or said):
        return ""
    body = markdown.markdown(fill(f"{_braced(text)} {said}".strip(), asked.slug))
    return f"<figcaption>{body.removeprefix('<p>').removesuffix('</p>')}</figcaption>"


def _braced(text: str) -> str:
    """Return a text with {name} as the directive of a figure."""
    return re.sub(r"\{([^{}]*)\}", r"{{ \1 }}", text)


def _safe(text: str) -> str:
    return html.escape(text).replace("$", "&#36;")
