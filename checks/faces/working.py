"""The working of a figure or a cell, as a person writes it by hand.

First the formula, of which only the branch that was taken; then the same with its numbers; then
the result, and the reasons for what was taken. The numbers carry as many digits as it takes for
the printed arithmetic to come out at the result as it is displayed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from checks.faces.arithmetic import (
    GLUE,
    GUARD,
    Node,
    Number,
    Printed,
    cells,
    computed,
    enough,
    in_brackets,
    natural,
    planned,
    powers_of,
    shows,
    written,
)
from checks.faces.interpret import At, Formula
from checks.faces.steps import Steps
from checks.trace import text
from worked.figures import Derived, FigureError, Graph
from worked.figures.kinds import SPOKEN
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term
from worked.floats import more

WIDTH = 96
"""The longest line; what prints it may indent it by four."""
MOST_SAID = 6
"""How many reasons are given; of more it is said how many there are."""
_MOST_DIGITS = 12


def lines(graph: Graph, cell: str, values: Mapping[str, Any]) -> list[str]:
    """Return the working of a computed figure or cell: formula, terms, result and reasons.

    The first line begins with the cell's name, those of terms and result with "=", those of
    reasons with "since"; what goes on from the line before is indented further.

    Raises:
        FigureError: there is no such cell, or it is not computed.
    """
    f, index = graph.find(cell)
    if not isinstance(f, Derived) or None in index:
        raise FigureError(f"{cell}: only a computed number has a working")
    formula = Formula(graph, f.name, values)
    at = {
        a: i % formula.length(a)  # type: ignore[operator]
        for a, i in zip(f.axes, index, strict=True)
    }
    steps = Steps(formula)
    name = graph.cell_name(f, tuple(at.values()))
    result = graph.shown(name, values)
    if graph.value(name, values) is None and graph.kinds[f.name].place is None:
        return [
            *_wrapped(f"{name} = {text(f.term, steps.names(at))}", ""),
            "  = —, for want of a value",
        ]
    terms: list[str] = []
    written_terms, extra = "", 0
    if graph.kinds[f.name].place is not None:
        written_terms = _place_terms(steps, f.term, at)
    else:
        shown = Number(
            graph.value(name, values), graph.units[f.name], f.places, name, is_verdict=bool(f.words)
        )
        node = planned(steps.see(f.term, at), powers_of("" if f.words else f.unit))
        digits, extra = _digits(node, shown)
        written_terms = written(node, digits)
        terms += _steps_between(formula, node, digits)
        if isinstance(node, Number) or _is_negated(node):
            written_terms = ""
    head = f"{name} = {_formula(steps, f, at)}"
    found = [*_wrapped(head, "")]
    for line in terms:
        found += _wrapped(line, "  ")
    if written_terms and written_terms.replace(GLUE, " ") != result:
        found += _wrapped(f"= {written_terms}", "  ")
    if extra:
        found.append(f"  = {shown.shown(extra)}".replace(GLUE, " "))
    found.append(f"  = {result}")
    if steps.reasons:
        found += _wrapped(f"since {_few(steps.reasons)}", "  ")
    if steps.remarks:
        found += _wrapped(f"({_few(steps.remarks)})", "  ")
    return found


def _is_negated(node: Node) -> bool:
    """Whether a number with a sign before it is all that there is."""
    return isinstance(node, Printed) and node.op == "neg" and isinstance(node.parts[0][1], Number)


def _few(said: list[str]) -> str:
    few = (
        said
        if len(said) <= MOST_SAID
        else [*said[: MOST_SAID - 1], f"{len(said) + 1 - MOST_SAID} more"]
    )
    return "; ".join(few)


def _wrapped(line: str, indent: str) -> list[str]:
    parts = textwrap.wrap(
        line, WIDTH, initial_indent=indent, subsequent_indent=indent + "    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [part.replace(GLUE, " ") for part in parts]


# -- the terms with their values ---------------------------------------------------------------


def _digits(node: Node, shown: Number) -> tuple[dict[str, int], int]:
    """Return the digits of the terms, and how many more the result needs in between.

    With the first that suffice the arithmetic comes out at the number shown. Where none do, as
    half way between two numbers (11.475, from 12.48333... − 1.00833...), the result is written
    with more digits first, and then rounded; then terms may have as many digits as it takes.
    """
    for guard, extra in [(GUARD, e) for e in range(GUARD + 1)] + [(_MOST_DIGITS, 0)]:
        if extra and not shows(shown)(shown.read(extra)):
            continue
        found = enough(node, shows(shown, extra), guard)
        if found is not None:
            return found, extra
    return {}, 0


def _steps_between(formula: Formula, node: Node, digits: Mapping[str, int]) -> list[str]:
    """Return a line for each number that needs more digits than a reader is shown of it."""
    found = []
    for number in {n.cell: n for n in cells(node) if digits.get(n.cell, 0) > GUARD}.values():
        extra = digits[number.cell]
        f, index = formula.graph.find(number.cell)
        middle = ""
        if isinstance(f, Derived) and not f.words:
            inner = Formula(formula.graph, f.name, formula.values)
            at = dict(zip(f.axes, index, strict=True))
            part = planned(Steps(inner).see(f.term, at), powers_of(f.unit))  # type: ignore[arg-type]
            fewer = enough(part, shows(number, extra))
            if fewer is not None:
                middle = f"{written(part, fewer)} = "
        found.append(f"with {number.cell} = {middle}{number.shown(extra)}")
    return found


def _place_terms(steps: Steps, t: Term, at: At) -> str:
    """Return how a place was found: "min(3.0, 2.0) = 2.0"."""
    if t.op == "where":
        return _place_terms(steps, steps._branch(t, at), at)
    if not t.op.startswith("where_"):
        return ""
    formula = steps.formula
    place = formula.value(t, at)
    seen = steps.see(t, at) if place is not None else None
    if seen is None:
        return ""
    x = t.args[0]
    best = Steps(formula).see(x, {**at, t.args[1]: place})
    wanted = natural(seen)
    node, alone = planned(seen, wanted), planned(best, wanted)
    others = [
        planned(Steps(formula).see(x, p), wanted)
        for p in formula.chosen(t, at)
        if more(formula.value(x, p), formula.value(x, {**at, t.args[1]: place}))
        or more(formula.value(x, {**at, t.args[1]: place}), formula.value(x, p))
    ]
    names = {n.cell for n in cells(node)}
    digits: dict[str, int] = {}
    for extra in range(_MOST_DIGITS):
        digits = dict.fromkeys(names, extra)
        if all(computed(o, digits) != computed(alone, digits) for o in others):
            break
    return f"{written(node, digits)} = {written(alone, digits)}, at {steps.place(t.args[1], place)}"


# -- the formula ------------------------------------------------------------------------------

_REST = Term("arg", ("...",))
"""What a branch that was not taken would have been."""


def _formula(steps: Steps, f: Derived, at: At) -> str:
    """Return the formula in the names of its figures, of branches only those taken."""
    words = {str(n): SPOKEN.sub(r"\1", word) for n, word in enumerate(f.words or ())}
    names = {**steps.names(at), "...": "...", **words}
    written_ = text(_taken(steps.formula, f.term, at, bool(words)), names)
    written_ = re.sub("round (up|down)", rf"round{GLUE}\1", written_)
    glued = re.sub(r" ([+−×/]) ", rf" \1{GLUE}", written_)
    return re.sub(r"\([^()]*\)", lambda m: in_brackets(m[0][1:-1]), glued)


def _taken(formula: Formula, t: Term, at: At, in_words: bool = False) -> Term:
    """Return a formula with the branches that are taken at `at`.

    Of two of which the one taken is but a number, both, so that it can be seen for what it stands.
    """
    if t.op == "where":
        holds = formula.value(t.args[0], at)
        taken = t.args[1 if holds else 2]
        if taken.op != "num":
            return _taken(formula, taken, at, in_words)
        return Term("where", (t.args[0], *(_said(x, in_words) for x in t.args[1:])))
    if t.op == "along":
        return _taken(formula, list(t.args[1].values())[at[t.args[0]]], at)
    if t.op in OVER_AXIS or t.op in ALONG_AXIS or t.op in ("renamed", "at"):
        return t
    return Term(t.op, tuple(_taken(formula, x, at) if isinstance(x, Term) else x for x in t.args))


def _said(x: Term, in_words: bool) -> Term:
    if x.op not in ("num", "arg"):
        return _REST
    return Term("arg", (str(x.args[0]),)) if in_words and x.op == "num" else x
