"""Numbers to know: how one gets each on a whiteboard, how far that is off, where its verdict turns.

On a whiteboard a figure is taken to a digit or two. The route is an expression over such figures;
what it comes to is taken to two digits as well, and held against the true value. A verdict turns
where its condition changes when one given is moved alone: the nearest place, found by bisection.
docs/assets/js/whiteboard.js is the twin of this file.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from checks.faces.claims import attributes, expression_as_json, holds
from checks.faces.interpret import Formula
from checks.faces.trace import text
from worked.cells import Cell
from worked.figures import FigureError, Graph, Key, with_unit
from worked.figures.expressions import Expression, condition, read
from worked.figures.terms import Term
from worked.showing import pick
from worked.units import Unit, rounded, unit

RESULT_DIGITS = 2
LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
STEPS, HALVINGS = 32, 60
NEVER = "nowhere in its range"

# -- on the board -----------------------------------------------------------------------------


def taken(value: float, u: Unit, digits: int) -> tuple[float, str]:
    """Return a value to so many significant digits of its unit, and how that is written."""
    worth, scale = float(u.factor), ""
    if worth == 1:
        worth, scale = next(((w, f" {n}") for w, n in LARGE if abs(value) >= w), (worth, scale))
    context = Context(prec=digits, rounding=ROUND_HALF_UP)
    number = context.create_decimal(Decimal(value / worth))
    places = max(0, digits - 1 - number.adjusted()) if number else 0
    short = float(number)
    while places and round(short, places - 1) == short:
        places -= 1
    written = rounded(short, unit(""), places) + scale
    return short * worth, with_unit(written, u.name)


def route(g: Graph, name: str, told: Expression, digits: int, values: Mapping[str, Any]) -> str:
    """Return the sum in the head for a figure, and how far it is off: "16 × 70 = 1,100, 2% low"."""
    figure, index = g.find(name)
    shown: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for argument, wire in told.wires.items():
        numbers[argument], shown[argument] = taken(
            _value(g, wire, values), g.units[wire.name], digits
        )
    result = Formula(g, "", values, {}).value(_put(told.term, numbers), {})
    back, written = taken(result, g.units[figure.name], RESULT_DIGITS)
    return f"{text(told.term, shown)} ≈ {written}, {off(back, pick(values[figure.name], index))}"


def _put(t: Any, numbers: Mapping[str, float]) -> Any:
    """Return a term with numbers in place of its arguments."""
    if not isinstance(t, Term):
        return t
    if t.op == "arg":
        return Term("num", (numbers[t.args[0]],))
    return Term(t.op, tuple(_put(a, numbers) for a in t.args))


def _value(g: Graph, wire: Cell, values: Mapping[str, Any]) -> float:
    found = Formula(g, "", values, {"x": wire}).value(Term("arg", ("x",)), {})
    return float(found)


def off(found: float, true: float | None) -> str:
    """Return how far a number is from the true one, in words: "exact", "2% too high"."""
    if not true:
        return "exact" if true == found else "of nothing"
    error = found / true - 1
    if abs(error) < 0.0005:
        return "exact to three digits"
    size = rounded(abs(error), unit("%"), 0 if abs(error) >= 0.0095 else 1)
    return f"{size}% too {'high' if error > 0 else 'low'}"


# -- where a verdict turns --------------------------------------------------------------------


def turn(g: Graph, told: Expression, by: str, settings: Mapping[str, Any] | None = None) -> str:
    """Return the value of the given `by` nearest to its present one at which a condition changes.

    To three significant digits, with the given's unit; `NEVER` where it does not change.

    Raises:
        FigureError: `by` is no given, or a whole row of them.
    """
    f, index = g.find(by)
    given, name = g.given(f.name), g.cell_name(f, index)
    low, high = g.limits(given, index)
    settings = dict(settings or {})
    now = float(g.changes(settings).get(name, pick(given.value, index)))

    def at(value: float) -> bool | None:
        try:
            return holds(g, told, g.evaluate({**settings, name: value}))
        except FigureError:
            return None

    found = [x for end in (low, high) if (x := _turn(at, now, end, given.integer)) is not None]
    if not found:
        return NEVER
    nearest = min(found, key=lambda x: _far(now, x))
    u = g.units[given.name]
    if given.integer:
        return with_unit(rounded(nearest * float(u.factor), u, 0), u.name)
    return taken(nearest * float(u.factor), u, 3)[1]


def _turn(at: Callable[[float], bool | None], now: float, end: float, whole: bool) -> float | None:
    """Return where a condition changes first on the way from `now` to `end`."""
    present, near = at(now), now
    for k in range(1, STEPS + 1):
        far = _on_the_way(now, end, k / STEPS, whole)
        if (state := at(far)) is None:
            return None
        if state != present:
            return _halved(at, near, far, whole)
        near = far
    return None


def _halved(at: Callable[[float], bool | None], near: float, far: float, whole: bool) -> float:
    """Return the value between two at which a condition changes, on the side of the second."""
    present = at(near)
    for _ in range(HALVINGS):
        middle = _on_the_way(near, far, 0.5, whole)
        if middle in (near, far):
            break
        near, far = (middle, far) if at(middle) == present else (near, middle)
    return far


def _on_the_way(one: float, other: float, share: float, whole: bool) -> float:
    """Return a value on the way: in equal ratios where both are positive."""
    if share == 1:
        return other
    equal = one * (other / one) ** share if one > 0 and other > 0 else one + (other - one) * share
    return float(math.floor(equal + 0.5)) if whole else float(equal)


def _far(now: float, x: float) -> float:
    return abs(math.log(x / now)) if now > 0 and x > 0 else abs(x - now)


# -- in a page --------------------------------------------------------------------------------


def board(g: Graph, name: str, plain: bool = False) -> str:
    """Return the sum in the head of a number to know, in a span that the page writes again.

    Raises:
        FigureError: it is no number to know, or has no route.
    """
    key = known(g, name)
    if not key.route:
        raise FigureError(f"{name}: its chapter says no route on a whiteboard")
    told = read(g, key.route)
    said = html.escape(route(g, name, told, key.digits, g.base))
    data = expression_as_json(g, told) | {"figure": name, "digits": key.digits}
    return said if plain else _span("board", data, said)


def flip(g: Graph, text: str, by: str, plain: bool = False) -> str:
    """Return the value of the given `by` at which a condition changes, in such a span.

    Raises:
        FigureError: the condition cannot be read, `by` is no given.
    """
    told = condition(g, text)
    said = html.escape(turn(g, told, by))
    return said if plain else _span("flip", expression_as_json(g, told) | {"by": by}, said)


def known(g: Graph, name: str) -> Key:
    """Return a number to know by its figure.

    Raises:
        FigureError: it is none of the chapter's.
    """
    if name not in g.numbers_to_know:
        among = ", ".join(g.numbers_to_know) or "none"
        raise FigureError(f"{name}: is no number to know; there are {among}")
    return g.numbers_to_know[name]


def _span(kind: str, data: Mapping[str, Any], said: str) -> str:
    return f"<span {attributes(kind, data)}>{said.replace('$', '&#36;')}</span>"
