"""The chapter's graph as an ES module: what the page needs to recompute every number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from checks.faces.equations import symbol
from checks.page import maths
from worked.figures import Derived, Figure, Given, Graph, Measured
from worked.figures.program import JAVASCRIPT
from worked.units import Unit, unit

# Twins that a card offers for bytes, besides what figures and pictures use themselves.
_TWINS = ("B", "MB", "GB", "TB", "MiB", "GiB", "TiB")


def module(slug: str, graph: Graph, pictures: Iterable[dict[str, Any]]) -> str:
    """Return the text of assets/chapters/<slug>.js."""
    head = 'import { floats } from "../js/floats.js";\n'
    return f"{head}export const model = {expression(slug, graph, pictures)};\n"


def expression(slug: str, graph: Graph, pictures: Iterable[dict[str, Any]]) -> str:
    """Return the model as a JavaScript expression, which takes what it needs from `floats`."""
    pictures = list(pictures)
    givens = {g.name: _given(graph, g) for g in graph.givens}
    measured = {n: _measured(graph, f) for n, f in graph.figures.items() if _is_measured(f)}
    derived = ",\n".join(f"  {json.dumps(f.name)}: {_derived(graph, f)}" for f in graph.derived)
    parts = {
        "slug": json.dumps(slug),
        "title": _json(graph.title),
        "givens": _table(givens),
        "choices": _choices(graph),
        "axes": _table({n: _axis(graph, n) for n in graph.axes}),
        "steps": "[\n" + ",\n".join(_steps(graph)) + "\n]",
        "derived": _OWN_ONLY + derived + "\n}",
        "measured": _table(measured),
        "units": _json(_units(graph, pictures)),
        "pictures": _json(pictures),
    }
    model = "{\n" + ",\n".join(f"{k}: {v}" for k, v in parts.items()) + "\n}"
    return f"(() => {{\nconst {{ {_FLOATS} }} = floats;\nreturn {model};\n}})()"


# What the steps of a program may call.
_FLOATS = (
    "plus, minus, more, divided, power, pi, sqrt, log2, ln, exp, ceil, floor, sin, cos, absolute, "
    "maximum, minimum, same, found, loop, each, total, count, mean, least, most, whereLeast, "
    "whereMost, nth, rank, softmax, place, has, tried"
)


# A table has no prototype, so that no name from an address ("constructor") finds what nobody
# put in.
_OWN_ONLY = '{"__proto__":null,\n'


def _table(rows: dict[str, Any]) -> str:
    return _OWN_ONLY + _json(rows)[1:]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_measured(figure: Figure) -> bool:
    return isinstance(figure, Measured)


def worth(u: Unit) -> tuple[str, str]:
    """Return the exact worth of a unit in base units as two strings for BigInt."""
    return str(u.factor.numerator), str(u.factor.denominator)


def _common(graph: Graph, figure: Figure) -> dict[str, Any]:
    num, den = worth(graph.units[figure.name])
    return {
        "name": figure.name,
        "label": figure.label,
        "unit": figure.unit,
        "num": num,
        "den": den,
        "places": figure.places,
        "over": figure.axes,
    }


def _given(graph: Graph, given: Given) -> dict[str, Any]:
    return _common(graph, given) | {
        "value": given.value,
        "low": given.low,
        "high": given.high,
        "integer": given.integer,
        "step": graph.step_of[given.name].title,
        "isRowOfFacts": bool(given.each),
        "symbolHtml": maths.render(symbol(graph, given.name), spoken=""),
    }


def _axis(graph: Graph, name: str) -> dict[str, Any]:
    a = graph.axes[name]
    has_labels = not (a.shown_by or a.like)
    labels = [graph.label(name, i) for i in range(len(graph.keys[name]))] if has_labels else []
    return {
        "keys": graph.keys[name],
        "labels": labels,
        "noun": a.noun,
        "length": a.length,
        "shownBy": a.shown_by,
        "like": a.like,
    }


def _steps(graph: Graph) -> Iterable[str]:
    """Yield the program's steps: the figures they fill and take, the axes, what they come from."""
    program = graph.printed(JAVASCRIPT)
    for (names, _), (code, needs, axes) in zip(graph.plan, program, strict=True):
        sources = sorted({s for n in names for s in graph.sources(n)} - set(names))
        head = _json({"names": names, "needs": needs, "axes": axes, "sources": sources})
        yield f'{head[:-1]},"run":{code}}}'


def _measured(graph: Graph, figure: Figure) -> dict[str, Any]:
    assert isinstance(figure, Measured)
    return _common(graph, figure) | {"value": graph.base[figure.name], "at": figure.at.split()}


def _derived(graph: Graph, figure: Derived) -> str:
    fields = _common(graph, figure) | {
        "words": list(figure.words) if figure.words else None,
        "signed": figure.signed,
        "must": figure.must,
        "partial": figure.partial,
        "place": graph.kinds[figure.name].place,
        "starts": {a: start for (n, a), start in graph.starts.items() if n == figure.name},
    }
    return _json(fields)


def _choices(graph: Graph) -> str:
    rows = []
    for c in graph.choices.values():
        options = ",".join(
            f"{_json(option)}:{_table({graph.cell(n): s.value for n, s in settings.items()})}"
            for option, settings in c.options.items()
        )
        rows.append(
            f'{_json(c.name)}:{{"label":{_json(c.label)},"default":{_json(c.default)},'
            f'"options":{_OWN_ONLY}{options}}}}}'
        )
    return _OWN_ONLY + ",".join(rows) + "}"


def _units(graph: Graph, pictures: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    names = {f.unit for f in graph.figures.values()} | set(_TWINS) | set(_picture_units(pictures))
    return {n: worth(unit(n)) for n in sorted(names)}


def _picture_units(value: Any) -> Iterable[str]:
    """Yield every unit that a picture specification names."""
    if isinstance(value, list):
        for v in value:
            yield from _picture_units(v)
    elif isinstance(value, dict):
        for k, v in value.items():
            if k in ("unit", "x_unit") and isinstance(v, str):
                yield v
            else:
                yield from _picture_units(v)
