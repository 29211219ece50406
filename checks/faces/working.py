"""The working of a figure or a cell, as a person writes it by hand.

First the formula, of which only the branch that was taken; then the same with its numbers; then
the result, and the reasons for what was taken. The numbers carry as many digits as it takes for
the printed arithmetic to come out at the result as it is displayed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from itertools import product
from typing import Any

from checks.faces.arithmetic import (
    GLUE,
    GUARD,
    MOST_DIGITS,
    Digits,
    Done,
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
from checks.faces.trace import text
from worked.figures import Derived, FigureError, Graph
from worked.figures.kinds import SPOKEN
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term
from worked.floats import more

WIDTH = 96
"""The longest line; what prints it may indent it by four."""
MOST_SAID = 6
"""How many reasons are given; of more it is said how many there are."""


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
    at = {a: (i or 0) % formula.length(a) for a, i in zip(f.axes, index, strict=True)}
    steps = Steps(formula)
    name = graph.cell_name(f, tuple(at.values()))
    is_place = graph.kinds[f.name].place is not None
    if graph.value(name, values) is None and not is_place:
        whole = text(f.term, steps.names(at))
        return [*_wrapped(f"{name} = {whole}", ""), "  = —, for want of a value"]
    middle = _search(steps, f.term, at) if is_place else _arithmetic(steps, f, at, name)
    found = _wrapped(f"{name} = {_formula(steps, f, at)}", "")
    for line in middle:
        found += _wrapped(line, "  ")
    found.append(f"  = {graph.shown(name, values)}")
    if steps.reasons:
        found += _wrapped(f"since {_few(steps.reasons)}", "  ")
    if steps.remarks:
        found += _wrapped(f"({_few(steps.remarks)})", "  ")
    return found


def _few(said: list[str]) -> str:
    if len(said) > MOST_SAID:
        said = [*said[: MOST_SAID - 1], f"{len(said) + 1 - MOST_SAID} more"]
    return "; ".join(said)


def _wrapped(line: str, indent: str) -> list[str]:
    parts = textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part.replace(GLUE, " ") for part in parts]


# -- the terms with their values ---------------------------------------------------------------


def _arithmetic(steps: Steps, f: Derived, at: At, name: str) -> list[str]:
    """Return the terms with their values, and what stands before or behind them."""
    graph, values = steps.formula.graph, steps.formula.values
    is_verdict = bool(f.words)
    shown = Number(
        graph.value(name, values), graph.units[f.name], f.places, name, is_verdict=is_verdict
    )
    node = planned(steps.see(f.term, at), {} if is_verdict else powers_of(f.unit))
    if isinstance(node, Number) or _is_negated(node):
        return []
    digits, extra = _digits(node, shown)
    found = [*_steps_between(steps.formula, node, digits), f"= {written(node, digits)}"]
    return [*found, f"= {shown.shown(extra)}"] if extra else found


def _is_negated(node: Node) -> bool:
    """Whether a number with a sign before it is all that there is."""
    return isinstance(node, Printed) and node.op == "neg" and isinstance(node.parts[0][1], Number)


def _digits(node: Node, shown: Number) -> tuple[dict[str, int], int]:
    """Return the digits of the terms, and how many more the result needs in between.

    With the first that suffice the arithmetic comes out at the number shown. Where none do, as
    half way between two numbers (11.475, from 12.48333... − 1.00833...), the result is written
    with more digits first, and then rounded; then terms may have as many digits as it takes.
    """
    for guard, extra in product((GUARD, MOST_DIGITS), range(GUARD + 1)):
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
            inner = Steps(Formula(formula.graph, f.name, formula.values))
            at = {a: i or 0 for a, i in zip(f.axes, index, strict=True)}
            part = planned(inner.see(f.term, at), powers_of(f.unit))
            fewer = enough(part, shows(number, extra))
            if fewer is not None:
                middle = f"{written(part, fewer)} = "
        found.append(f"with {number.cell} = {middle}{number.shown(extra)}")
    return found


def _search(steps: Steps, t: Term, at: At) -> list[str]:
    """Return how a place was found: "= min(3.0, 2.0) = 2.0, at Tape"."""
    if t.op == "where":
        return _search(steps, steps.branch(t, at), at)
    place = steps.formula.value(t, at)
    if not t.op.startswith("where_") or place is None:
        return []
    x, axis = t.args[:2]
    places, terms = steps.terms(t, at)
    node = planned(Done("min" if t.op == "where_least" else "max", tuple(terms)), natural(terms[0]))
    assert isinstance(node, Printed)
    best = [p[axis] for p in places].index(place)
    values = [steps.formula.value(x, p) for p in places]
    ties = [not more(v, values[best]) and not more(values[best], v) for v in values]

    def is_seen(digits: Digits) -> bool:
        printed = [computed(part, digits) for _, part in node.parts]
        return [v == printed[best] for v in printed] == ties

    names = {n.cell for n in cells(node)}
    tries = [dict.fromkeys(names, extra) for extra in range(MOST_DIGITS)]
    digits = next(filter(is_seen, tries), tries[-1])
    found = f"{written(node.parts[best][1], digits)}, at {steps.place(axis, place)}"
    return [f"= {written(node, digits)} = {found}"] if len(terms) > 1 else [f"= {found}"]


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
