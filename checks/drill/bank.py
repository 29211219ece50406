"""The question bank of each chapter that has one, checked when it is loaded.

A bank is data: `checks/drill/banks/<chapter>.py` holds `QUESTIONS`. To add a chapter's bank is to
add that file; page, terminal, Anki and the checks find it here.
"""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from typing import Any

from checks.drill.answers import find_unit
from checks.drill.questions import (
    LEVELS,
    BankError,
    Choice,
    FindMistake,
    Formula,
    Number,
    Open,
    Order,
    Question,
    texts_of,
)
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, FigureError, Graph

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def chapters() -> list[str]:
    """Return the chapters that have a bank, in the book's order."""
    return [slug for slug in CHAPTERS if bank(slug)]


@cache
def bank(slug: str) -> tuple[Question, ...]:
    """Return the questions of a chapter in the order of its steps; empty where it has no bank.

    Raises:
        UnknownNameError: there is no such chapter.
        BankError: a question makes no sense.
    """
    g = graph(slug)
    module = f"checks.drill.banks.{slug.replace('-', '_')}"
    try:
        questions: list[Question] = list(importlib.import_module(module).QUESTIONS)
    except ModuleNotFoundError as error:
        if error.name not in (module, "checks.drill.banks"):
            raise
        return ()
    questions += published_mistakes(slug)
    seen: set[str] = set()
    for q in questions:
        if q.name in seen:
            raise BankError(f"{slug}/{q.name}: the name is used twice")
        seen.add(q.name)
        _check(slug, g, q)
    steps = [s.slug for s in g.steps]
    return tuple(sorted(questions, key=lambda q: steps.index(q.step)))


def published_mistakes(slug: str) -> list[Question]:
    """Return the errata museum's entries of a chapter as questions."""
    from checks.drill.museum import MUSEUM

    return [
        FindMistake(
            *(e.name, e.step, e.task, e.lines, e.wrong, e.explanation, e.source, e.url),
            written=e.why,
        )
        for e in MUSEUM
        if e.chapter == slug
    ]


def find(question_id: str) -> tuple[str, Question]:
    """Return (chapter, question) of an id such as "gpu-wall/static-bytes".

    Raises:
        BankError: no such question.
        UnknownNameError: no such chapter.
    """
    slug, slash, name = question_id.partition("/")
    for q in bank(slug) if slash else ():
        if q.name == name:
            return slug, q
    raise BankError(f"{question_id}: no such question; write chapter/name")


def _check(slug: str, g: Graph, q: Question) -> None:
    where = f"{slug}/{q.name}"

    def need(ok: bool, what: str) -> None:
        if not ok:
            raise BankError(f"{where}: {what}")

    need(bool(_NAME.fullmatch(q.name)) and len(q.name) <= 64, "a name is words-with-hyphens")
    steps = [s.slug for s in g.steps]
    need(q.step in steps, f"no step {q.step!r}; there are {', '.join(steps)}")
    need(q.level in LEVELS, f"no level {q.level!r}; there are {', '.join(LEVELS)}")
    need(all(t.strip() == t and t for t in texts_of(q)), "a text is empty or has loose spaces")
    match q:
        case Number():
            _check_number(g, q, need)
        case Formula():
            arguments = list(inspect.signature(q.formula).parameters)
            named = [s.argument for s in q.symbols.values()]
            need(sorted(named) == sorted(arguments), f"its symbols are not just {arguments}")
            for m in q.mistakes:
                theirs = list(inspect.signature(m.wrong).parameters)
                need(set(theirs) <= set(arguments), f"a mistake takes {theirs}, not {arguments}")
        case Choice():
            need(sum(o.right for o in q.options) == 1, "one option must be right")
            need(len(q.options) >= 3, "a choice has three options or more")
            need(len({o.text for o in q.options}) == len(q.options), "two options are the same")
        case Order():
            need(len(q.items) >= 3, "three items or more")
            need(len(set(q.items)) == len(q.items), "two items are the same")
        case FindMistake():
            need(0 <= q.wrong < len(q.lines) and len(q.lines) >= 3, "which line is wrong?")
            need(q.url.startswith("https://") or not q.url, "its source needs an https address")
        case Open():
            need(tuple(q.rubric) == LEVELS, f"its rubric is by level: {', '.join(LEVELS)}")
            need(all(q.rubric.values()), "a level has no points")


def _check_number(g: Graph, q: Number, need: Any) -> None:
    try:
        for axis, keys in q.cell.items():
            need(axis in g.axes, f"no axis {axis!r}; there are {', '.join(g.axes)}")
            need(
                keys == "any" or len(set(keys)) >= 2, "a drawn place is any, or one of two or more"
            )
            for key in () if keys == "any" else keys:
                g.place(axis, key)
        f, index = g.find(q.figure)
        undrawn = [a for a, i in zip(f.axes, index, strict=True) if i is None and a not in q.cell]
        need(not undrawn, f"{q.figure} has a value for each place of {', '.join(undrawn)}")
        for name in q.vary:
            if name not in g.choices:
                g.limits(*g.find(g.cell_at(name, {a: g.keys[a][0] for a in q.cell})))
    except FigureError as error:
        need(False, str(error))
    is_number = isinstance(f, Derived) and not f.words and g.kinds[f.name].place is None
    need(is_number, f"{q.figure} is no derived number")
    varied = all(len(set(v)) == len(v) >= 2 for v in q.vary.values())
    need(varied, "each drawn given needs two values or more, all different")
    need(not isinstance(find_unit(q.unit or f.unit), str), f"no unit {q.unit}")
    if q.unit:
        g.shown(g.cell_at(q.figure, {a: g.keys[a][0] for a in q.cell}), unit_name=q.unit)
    for m in q.mistakes:
        for name in inspect.signature(m.wrong).parameters:
            known = name == "key" or m.inputs.get(name, name).partition("[")[0] in g.figures
            need(known, f"a mistake takes {name!r}, no figure")
