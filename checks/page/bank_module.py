"""A chapter's bank as an ES module, for the page to draw and grade from.

Texts are cut into parts, so that the page need not parse directives; formulas and mistakes are
the JavaScript of the traced Python functions.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection
from fractions import Fraction
from typing import Any

from checks.drill import questions
from checks.drill.answers import (
    Exact,
    OrderOfMagnitude,
    SignificantDigits,
    Tolerance,
    WithinPercent,
)
from checks.drill.bank import bank
from checks.drill.draw import arguments, figures_in, places_of
from checks.drill.grade import written_formula
from checks.faces.spans import DIRECTIVE, literal, reference
from checks.page.browser_model import worth
from worked.chapters import graph
from worked.figures.program import javascript
from worked.units import unit


def module(slug: str) -> str:
    """Return the text of assets/quiz/<slug>.js."""
    asked = ",\n".join(_question(slug, q) for q in bank(slug))
    steps = [{"slug": s.slug, "title": s.title} for s in graph(slug).steps]
    head = f'{{"slug":{json.dumps(slug)},"title":{_json(graph(slug).title)},"steps":{_json(steps)}'
    return f'export const bank = {head},"questions":[\n{asked}\n]}};\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts(text: str, slug: str, drawn: Collection[str] = ()) -> list[Any]:
    """Return a text as a list of strings and figures to be written.

    A figure is {"fig": name} with unit, worth, places, bare and words where it asks for them; the
    label of the place on a drawn axis {"axis": name}.
    """
    found: list[Any] = []
    end = 0
    for match in DIRECTIVE.finditer(text):
        found.append(text[end : match.start()])
        end = match.end()
        if (said := literal(match[1])) is not None:
            found.append(said)
            continue
        if match[1] in drawn:
            found.append({"axis": match[1]})
            continue
        ref = reference(match[1], slug)
        part: dict[str, Any] = {"fig": ref.name}
        if ref.unit is not None:
            part |= {"unit": ref.unit, "worth": worth(unit(ref.unit))}
        if ref.places is not None:
            part["places"] = ref.places
        if ref.bare:
            part["bare"] = True
        if ref.words is not None:
            part["words"] = ref.words
        found.append(part)
    found.append(text[end:])
    return [p for p in found if p != ""]


def _question(slug: str, q: questions.Question) -> str:
    places = places_of(slug, q)
    fields: dict[str, Any] = {
        "id": f"{slug}/{q.name}",
        "kind": questions.kind_of(q),
        "step": q.step,
        "level": q.level,
        "ask": parts(q.ask, slug, places),
        "hints": [parts(h, slug, places) for h in q.hints],
        "needs": [n for n in graph(slug).figures if n in figures_in(slug, q)],
    }
    code: dict[str, str] = {}
    match q:
        case questions.Number():
            fields |= {
                "figure": q.figure,
                "vary": {n: list(v) for n, v in q.vary.items()},
                "unit": q.unit if q.unit is not None else graph(slug).find(q.figure)[0].unit,
                "places": places,
                "ownUnit": q.unit is not None,
                "tolerance": _tolerance(q.tolerance),
            }
            if q.unit is not None:
                fields["worth"] = worth(unit(q.unit))
            code["mistakes"] = _mistakes(slug, q, places)
        case questions.Formula():
            fields["symbols"] = [
                {
                    "letter": letter,
                    "argument": s.argument,
                    "meaning": parts(s.meaning, slug),
                    "low": s.low,
                    "high": s.high,
                }
                for letter, s in q.symbols.items()
            ]
            letters = {s.argument: letter for letter, s in q.symbols.items()}
            code["formula"] = _in_letters(q.formula, letters)
            pairs = [(parts(m.cause, slug), _in_letters(m.wrong, letters)) for m in q.mistakes]
            mistakes = [f'{{"cause":{_json(cause)},"wrong":{wrong}}}' for cause, wrong in pairs]
            code["mistakes"] = f"[{','.join(mistakes)}]"
            fields["answer"] = written_formula(q.formula, letters)
        case questions.Choice():
            fields["options"] = [
                {"text": parts(o.text, slug), "why": parts(o.why, slug), "right": o.right}
                for o in q.options
            ]
        case questions.Order():
            fields |= {"items": [parts(i, slug) for i in q.items], "why": parts(q.why, slug)}
        case questions.FindMistake():
            fields |= {
                "lines": [parts(line, slug) for line in q.lines],
                "wrong": q.wrong,
                "why": parts(q.why, slug),
                "source": q.source,
                "url": q.url,
            }
        case questions.Open():
            fields["points"] = [
                {"level": level, "text": parts(point, slug)}
                for level in questions.LEVELS
                for point in q.rubric[level]
            ]
    rest = "".join(f',"{name}":{text}' for name, text in code.items())
    return f"{_json(fields)[:-1]}{rest}}}"


def _mistakes(slug: str, q: questions.Number, drawn: Collection[str]) -> str:
    """Return the mistakes of a number: cause, what the arguments are, the function."""
    return (
        "["
        + ",".join(
            f'{{"cause":{_json(parts(m.cause, slug, drawn))},"args":{_json(arguments(m, q))},'
            f'"wrong":{javascript(m.wrong)}}}'
            for m in q.mistakes
        )
        + "]"
    )


def _in_letters(formula: Any, letters: dict[str, str]) -> str:
    """Return a formula as a JavaScript function of the letters, in their order."""
    position = {letter: f"x{i}" for i, letter in enumerate(letters.values())}
    arguments = ", ".join(position[letters[a]] for a in inspect.signature(formula).parameters)
    return f"({', '.join(position.values())}) => ({javascript(formula)})({arguments})"


def _tolerance(t: Tolerance) -> dict[str, Any]:
    match t:
        case Exact():
            return {"kind": "exact"}
        case SignificantDigits():
            return {"kind": "digits", "count": t.count}
        case WithinPercent():
            return {"kind": "percent", "ratio": _ratio(t.percent)}
        case OrderOfMagnitude():
            return {"kind": "decades", "ratio": _ratio(t.decades)}


def _ratio(value: Fraction | int) -> list[int]:
    return [Fraction(value).numerator, Fraction(value).denominator]
