"""Programs of a graph: from terms to plain Python and to JavaScript, by one printer.

A program is a list of functions. Each fills one figure, or the figures of a recurrence together,
cell by cell in the order of the axes, from figures that stand before it. Both languages read
alike, an expression of calls to `worked/floats.py` or its twin; what differs is how a
function, a condition and a sequence are spelt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from worked.figures.kinds import Cell, Derived, Places, Wire
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term


@dataclass(frozen=True)
class Language:
    """How a language spells what the two do not share."""

    name: str
    function: Callable[[str, str], str]
    choose: Callable[[str, str, str], str]
    operators: Mapping[str, str]
    none: str
    plain: str = ""

    def call(self, name: str, *args: str) -> str:
        """Return a call of one of `floats`, in the language's own spelling of the name."""
        if self.plain:
            return f"Math.{_MATH.get(name, name)}({', '.join(args)})"
        if self is JAVASCRIPT:
            name = re.sub(r"_(\w)", lambda m: m[1].upper(), name)
        return f"{name}({', '.join(args)})"


PYTHON = Language(
    "Python",
    lambda args, body: f"lambda {args}: {body}" if args else f"lambda: {body}",
    lambda condition, then, other: f"({then} if {condition} else {other})",
    {"all_of": " and ", "any_of": " or ", "no": "not "},
    "None",
)
JAVASCRIPT = Language(
    "JavaScript",
    lambda args, body: f"({args}) => {body}",
    lambda condition, then, other: f"({condition} ? {then} : {other})",
    {"all_of": " && ", "any_of": " || ", "no": "!"},
    "null",
)

PLAIN_JAVASCRIPT = replace(JAVASCRIPT, plain="+-/<=>=")
"""Floats as they are, for formulas that are called with plain numbers in Python as well."""

_MATH = {
    "ln": "log",
    "absolute": "abs",
    "maximum": "max",
    "minimum": "min",
    "power": "pow",
}
_NAMES = {"**": "power", "/": "divided", "+": "plus", "-": "minus"}


@dataclass(frozen=True)
class Shape:
    """What a printer must know of a figure: its axes in order, and whether cells may be absent."""

    axes: tuple[str, ...]
    may_be_absent: bool


class Printer:
    """Prints one figure's formula. `index` turns a place's key into its number along an axis."""

    def __init__(
        self,
        language: Language,
        shapes: Mapping[str, Shape],
        wires: Mapping[str, Wire],
        index: Callable[[str, str], str],
        numbers: Callable[[str], tuple[float, ...]],
    ) -> None:
        self.language, self.shapes, self.wires = language, shapes, wires
        self.index, self.numbers = index, numbers
        self.count = 0
        self.hoisted: list[tuple[str, list[str], str]] = []

    def fill(self, figure: Derived, fixed: tuple[str, ...]) -> str:
        """Return an expression that computes all cells, inside the loops over `fixed` axes."""
        free = [a for a in figure.axes if a not in fixed]
        self.inner = {f"i_{a}": a for a in free}
        code = self.term(figure.term, {a: f"i_{a}" for a in figure.axes})
        function, call = self.language.function, self.language.call
        places = [f"i_{a}" for a in figure.axes]
        body = f"put_{figure.name}({', '.join([function('', code), *places])})"
        for a in reversed(free):
            body = call("loop", f"n_{a}", function(f"i_{a}", body))
        for name, axes, value in reversed(self.hoisted):
            row = call("tried", function("", value))
            for a in reversed(axes):
                row = call("each", f"n_{a}", function(f"i_{a}", row))
            body = f"({function(name, body)})({row})"
        return body

    def term(self, t: Term, places: Mapping[str, str]) -> str:
        """Return a term's code; `places` says how its place along each axis is written."""
        op, a, call = t.op, t.args, self.language.call
        if op == "arg":
            return self.read(self.wires[a[0]], places)
        if op == "num":
            return _literal(a[0])
        if op == "renamed":
            return self.term(a[0], dict(places) | {old: places[new] for old, new in a[1].items()})
        if op == "along":
            return self.along(a[0], list(a[1].values()), places)
        if op == "at":
            k = self.variable()
            row = self.term(a[0], {**places, a[1]: k})
            return f"({self.language.function(k, row)})({call('place', self.term(a[2], places))})"
        if op in OVER_AXIS or op in ALONG_AXIS:
            return self.over(t, places)
        inner = [self.term(x, places) for x in a]
        if op == "where":
            return self.language.choose(*inner)
        if op == "neg":
            return f"(-{inner[0]})"
        if op == "*" or (op == "/" and self.language is PYTHON) or op in self.language.plain:
            return f"({inner[0]} {op} {inner[1]})"
        if op in ("<", ">", "<=", ">="):
            one, other = inner if op in (">", "<=") else inner[::-1]
            more = call("more", one, other)
            return more if op in "<>" else f"({self.language.operators['no']}{more})"
        if op in ("all_of", "any_of"):
            return f"({self.language.operators[op].join(inner)})"
        if op == "no":
            return f"({self.language.operators[op]}{inner[0]})"
        if op == "pi":
            return "Math.PI" if self.language.plain else "pi"
        return call(_NAMES.get(op, op), *inner)

    def read(self, wire: Wire, places: Mapping[str, str]) -> str:
        """Return the code of an argument's value."""
        if isinstance(wire, str):
            return wire
        if isinstance(wire, Places):
            at = places[wire.axis]
            if not wire.as_numbers:
                return at
            numbers = ", ".join(_literal(x) for x in self.numbers(wire.axis))
            return f"[{numbers}][{at}]"
        if isinstance(wire, Cell):
            keys = dict(wire.at)
            found = {a: self.index(a, k) for a, k in keys.items()}
            return self.cell(wire.name, {**places, **found})
        at = places[wire.over]
        earlier = self.cell(wire.name, {**places, wire.over: f"{at} - 1"})
        start = wire.start
        first = self.cell(start, places) if isinstance(start, str) else _literal(start)
        return self.language.choose(at, earlier, first)

    def cell(self, name: str, places: Mapping[str, str]) -> str:
        """Return the code of a figure's value at places."""
        shape = self.shapes[name]
        code = f"f_{name}" + "".join(f"[{places[a]}]" for a in shape.axes)
        return self.language.call("has", code) if shape.may_be_absent else code

    def over(self, t: Term, places: Mapping[str, str]) -> str:
        """Return the code of an operation over an axis, computed once where it can be."""
        op, (x, axis, where, *more) = t.op, t.args
        before, j = self.count, self.variable()
        inner = {**places, axis: j}
        call, function = self.language.call, self.language.function
        parts = [function(j, self.term(x, inner))]
        if op == "nth":
            parts.append(self.term(more[0], places))
        last = op.startswith("where_") and more[0]
        if where is not None or last:
            none = self.language.none
            parts.append(none if where is None else function(j, self.term(where, inner)))
        if last:
            parts.append("True" if self.language is PYTHON else "true")
        code = call(op, f"n_{axis}", *parts)
        index = f"[{places[axis]}]" if op in ALONG_AXIS else ""
        bound = {int(n) for n in re.findall(r"\bj(\d+)\b", code)}
        used = [v for v in self.inner if re.search(rf"\b{v}\b", code)]
        is_worth_it = bool(index) or len(used) < len(self.inner)
        if any(n <= before for n in bound) or not is_worth_it:
            return call("has", code + index) if index else code
        name = f"t{len(self.hoisted)}"
        self.hoisted.append((name, [self.inner[v] for v in used], code))
        kept = call("has", name + "".join(f"[{v}]" for v in used))
        return call("has", kept + index) if index else kept

    def along(self, axis: str, values: list[Term], places: Mapping[str, str]) -> str:
        """Return the code of a row with a formula of its own at each place."""
        *rest, code = [self.term(v, places) for v in values]
        for i in range(len(rest) - 1, -1, -1):
            code = self.language.choose(f"{places[axis]} == {i}", rest[i], code)
        return code

    def variable(self) -> str:
        """Return the name of an index that is used nowhere else in the figure."""
        self.count += 1
        return f"j{self.count}"


def _literal(value: Any) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"({value.numerator} / {value.denominator})"
    return f"({value!r})" if value < 0 else repr(value)


def javascript(formula: Callable[..., Any]) -> str:
    """Return a formula of plain numbers as a JavaScript function of the same arguments."""
    f = Derived("value", formula, "", "")
    wires: dict[str, Any] = {name: name for name in f.parameters}
    printer = Printer(PLAIN_JAVASCRIPT, {}, wires, lambda axis, key: "", lambda axis: ())
    printer.inner = {}
    return JAVASCRIPT.function(", ".join(f.parameters), printer.term(f.term, {}))


def step(
    language: Language, members: Mapping[str, tuple[Derived, Printer]], order: tuple[Any, ...]
) -> tuple[str, list[str], list[str]]:
    """Return the function that fills some figures, the figures that it takes, and the axes.

    order: what is computed one after the other: a figure's name, or (axis, order) where a
    recurrence goes along an axis. The function's arguments are f_<figure> (its values), f_ and
    put_<figure> of each member, and n_<axis> (its length).
    """

    def body(part: Any, fixed: tuple[str, ...]) -> str:
        if isinstance(part, str):
            figure, printer = members[part]
            return printer.fill(figure, fixed)
        axis, rest = part
        inner = "[" + ", ".join(body(p, (*fixed, axis)) for p in rest) + "]"
        return language.call("loop", f"n_{axis}", language.function(f"i_{axis}", inner))

    code = ", ".join(body(p, ()) for p in order)
    code = f"[{code}]" if len(order) > 1 else code
    needs = [n for n in _used("f", code) if n not in members]
    mine = [n for n, (f, _) in members.items() if f.axes and n in _used("f", code)]
    axes = _used("n", code)
    arguments = (
        [f"f_{n}" for n in [*needs, *mine]]
        + [f"put_{n}" for n in members]
        + [f"n_{a}" for a in axes]
    )
    return language.function(", ".join(arguments), code), [*needs, *mine], axes


def _used(prefix: str, code: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"\b{prefix}_(\w+)", code)))
