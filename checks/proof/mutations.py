"""Check the checks: plant the field's classic mistakes one at a time and see that each is caught.

Five kinds of mistake are planted:
- formula: a factor, an addend or a rounding dropped, a numeral halved, doubled or off by one,
  an operator or two arguments swapped, one argument written for another;
- wiring: an argument of a figure fed from another figure of the same dimension (query heads for
  key-value heads, one rate for another);
- given: GiB for GB, bits for bytes, both ways for one, sparse for dense, thousands;
- unit: the same slips in the table of units;
- display: the right value written as if in another unit, or a verdict's words the wrong way round.

A mutant is killed by the first check that notices it; the checks are the project's own. One
that no check can notice because it is the same function is equivalent, and only an algebraic
proof makes it so. Everything else has survived, is listed, and makes the run fail.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.util
import inspect
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from checks.proof import givens as givens_checks
from checks.proof import recounts, rewiring
from checks.proof import table as proof
from checks.proof.dimensions import check_figure
from checks.proof.pins import OPTION_PINS, OTHER_PINS, PINS
from worked import givens, units
from worked.chapters import CHAPTERS, graph
from worked.figures import Cell, Derived, Figure, FigureError, Given, Graph, sane
from worked.figures.kinds import Places, Wire
from worked.formulas import ops

GRAPH, COUNT, DERIVATION, RECOUNT, DIMENSION, PINNED, SECOND_SOURCE = CHECKS = (
    "graph",
    "count",
    "derivation",
    "recount",
    "dimension",
    "pins",
    "givens",
)
KINDS = ("formula", "wiring", "given", "unit", "display")
# How a check says no. A crash that only a mistake can cause says it too: a division by zero, a
# root of a negative number (which is complex, and no float).
NOTICED = (AssertionError, ArithmeticError, ValueError, TypeError)


@dataclass(frozen=True)
class Mutant:
    """One planted mistake: its kind, the place, and what is wrong there now."""

    kind: str
    where: str
    mistake: str


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the check that killed it, or why it is equivalent, or neither."""

    mutant: Mutant
    killed_by: str = ""
    equivalent: str = ""

    @property
    def survived(self) -> bool:
        """Whether nothing noticed the mistake and nothing proves it harmless."""
        return not (self.killed_by or self.equivalent)


# -- what the reader must see -----------------------------------------------------------------


@cache
def pinned_settings(slug: str) -> list[tuple[dict[str, float], dict[str, str]]]:
    """Return (all values, pinned texts) at the book's values and at the other pinned settings."""
    g = graph(slug)
    others = [(dict(recounts.evaluated(g, s)), texts) for s, texts in OTHER_PINS.get(slug, [])]
    return [(dict(g.base), PINS.get(slug, {})), *others]


def unlike_pins(g: Graph, slug: str, name: str, at: Callable[[Mapping[str, Any]], Any]) -> str:
    """Return the check that refuses a figure whose value is `at(values)`, or nothing."""
    for values, texts in pinned_settings(slug):
        for cell in texts:
            if cell.partition("[")[0] != name:
                continue
            try:
                changed = {**values, name: at(values)}
                sane(g.figure(name), float(g.value(cell, changed)))
                if g.shown(cell, changed) != texts[cell]:
                    return PINNED
            except NOTICED:
                return GRAPH
    return ""


# -- formulas ---------------------------------------------------------------------------------

_OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
_SIGN: dict[type[ast.operator], str] = {
    ast.Mult: "×",
    ast.Div: "/",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Pow: "^",
}
_RELATIONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Gt: (ast.GtE, ast.Lt),
}
_OTHER_FUNCTION = {
    "ceil": "floor",
    "floor": "ceil",
    "maximum": "minimum",
    "minimum": "maximum",
    "total": "mean",
    "mean": "total",
    "least": "most",
    "most": "least",
    "where_least": "where_most",
    "where_most": "where_least",
}
_DROPPABLE = ("ceil", "floor", "sqrt", "absolute")


def mistakes_at(node: ast.AST, arguments: list[str]) -> Iterator[tuple[str, ast.expr]]:
    """Yield what might wrongly stand in place of one node of a formula."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        n = node.value
        if isinstance(n, bool):
            return
        for wrong in dict.fromkeys((n * 2, n / 2 if n % 2 else n // 2, n + 1, n - 1)):
            if wrong != n:
                yield f"{n} becomes {wrong}", ast.Constant(wrong)
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic_mistakes(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "the minus sign is lost", node.operand
    elif isinstance(node, ast.Compare):
        for wrong_relation in _RELATIONS[type(node.ops[0])]:
            changed = copy.deepcopy(node)
            changed.ops = [wrong_relation()]
            yield f"becomes {ast.unparse(changed)}", changed
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _function_mistakes(node, node.func.id)
    elif isinstance(node, ast.Name) and node.id in arguments:
        for other in arguments:
            if other != node.id:
                yield f"{other} for {node.id}", ast.Name(other, ast.Load())


def _arithmetic_mistakes(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    left, right, kind = node.left, node.right, type(node.op)
    yield f"drops {_SIGN[kind]} {ast.unparse(right)}", left
    if kind in (ast.Mult, ast.Add):
        yield f"drops {ast.unparse(left)} {_SIGN[kind]}", right
    else:
        yield f"{_SIGN[kind]} the other way round", ast.BinOp(right, node.op, left)
    if kind in _OPPOSITE:
        wrong = _OPPOSITE[kind]
        yield f"{_SIGN[wrong]} for {_SIGN[kind]}", ast.BinOp(left, wrong(), right)


def _function_mistakes(node: ast.Call, name: str) -> Iterator[tuple[str, ast.expr]]:
    if name in _OTHER_FUNCTION:
        other = ast.Name(_OTHER_FUNCTION[name], ast.Load())
        yield f"{other.id} for {name}", ast.Call(other, node.args, node.keywords)
    if name in _DROPPABLE:
        yield f"drops {name}", node.args[0]
    keywords = {k.arg: k for k in node.keywords}
    if "where" in keywords:
        others = [k for k in node.keywords if k.arg != "where"]
        yield "leaves nothing out", ast.Call(node.func, node.args, others)
    if "last" in keywords:
        others = [k for k in node.keywords if k.arg != "last"]
        yield "the first of equals", ast.Call(node.func, node.args, others)
    elif name.startswith("where_"):
        last = ast.keyword("last", ast.Constant(True))
        yield "the last of equals", ast.Call(node.func, node.args, [*node.keywords, last])
    if name == "where":
        yield "branches swapped", ast.Call(node.func, [node.args[0], *node.args[:0:-1]], [])


class _Replace(ast.NodeTransformer):
    """Put `new` in place of the node `old`."""

    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """Return the node to stand here."""
        return self.new if node is self.old else self.generic_visit(node)


class _Exchange(ast.NodeTransformer):
    """Write each of two names for the other."""

    def __init__(self, one: str, two: str) -> None:
        self.names = {one: two, two: one}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Return the other name."""
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def formula_mutants(
    formula: Callable[..., Any],
) -> Iterator[tuple[Mutant, Callable[..., Any]]]:
    """Yield each mistake that can be made in a formula, with the formula that makes it."""
    text = textwrap.dedent(inspect.getsource(formula))
    source = _parsed(text)
    arguments = [a.arg for a in source.args.args]
    for i, statement in enumerate(source.body):
        for k, node in enumerate(ast.walk(statement)):
            for mistake, wrong in mistakes_at(node, arguments):
                changed = _parsed(text)
                target = list(ast.walk(changed.body[i]))[k]
                changed.body[i] = _Replace(target, copy.deepcopy(wrong)).visit(changed.body[i])
                place = f"{ast.unparse(node)}: {mistake}"
                yield Mutant("formula", formula.__name__, place), _compiled(changed, formula)
    for i, one in enumerate(arguments):
        for two in arguments[i + 1 :]:
            changed = _parsed(text)
            changed.body = [_Exchange(one, two).visit(s) for s in changed.body]
            mistake = f"{one} and {two} exchanged"
            yield Mutant("formula", formula.__name__, mistake), _compiled(changed, formula)


def _parsed(text: str) -> ast.FunctionDef:
    """Return a function as a tree of its own (parsing is quicker than copying), undocumented."""
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [s for s in function.body if not _is_docstring(s)]
    return function


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _compiled(function: ast.FunctionDef, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return the changed function, living where the original lives so that checks find it."""
    tree = ast.fix_missing_locations(ast.Module([function], []))
    scope = original.__globals__ | {n: f for n, f in vars(ops).items() if callable(f)}  # type: ignore[attr-defined]
    exec(compile(tree, f"<mutant of {original.__name__}>", "exec"), scope)
    made: Callable[..., Any] = scope[original.__name__]
    return made


def judge_formula(
    slug: str, mutant: Mutant, original: Callable[..., Any], wrong: Callable[..., Any]
) -> Outcome:
    """Hold a wrong formula against everything that checks a formula, cheapest first."""
    g = graph(slug)
    users = [f for f in g.derived if f.formula is original]
    if any(rewiring.is_ill_typed(g, f, wrong) for f in users):
        return Outcome(mutant, GRAPH)
    if any(rewiring.is_noticed(slug, f, wrong, g.wiring[f.name]) for f in users):
        return Outcome(mutant, RECOUNT)
    if by := _route_that_notices(wrong):
        return Outcome(mutant, by)
    return Outcome(mutant, equivalent=rewiring.why_equal(g, users, original, wrong))


def _route_that_notices(wrong: Callable[..., Any]) -> str:
    """Return the check of the formula alone that refuses it, or nothing."""
    for check, route in ((COUNT, proof.count), (DERIVATION, proof.derive)):
        try:
            route(wrong)
        except NOTICED:
            return check
    return ""


# -- wiring -----------------------------------------------------------------------------------


BY_THEOREM = {
    ("median_sae", "prediction"): "the absolute error is flat between the two middle labels",
    ("likeliest", "logit"): "temperature, softmax, top-k and top-p leave the likeliest word first",
    ("some_allowed", "allowed"): "masked, a word has a chance just where the schema allows it",
    ("place_of", "chance"): "temperature and softmax keep the order of the logits",
}
"""Wires of a figure whose neighbours give the same by a theorem that no algebra here finds."""


def judge_wires(slug: str, f: Derived) -> Iterator[Outcome]:
    """Hold a figure, fed through each wrong wire, against the second computation."""
    g = graph(slug)
    for argument in g.wiring[f.name]:
        for mistake, wire in rewiring.wrong_wires(g, f, argument):
            mutant = Mutant("wiring", f.name, mistake)
            wires = {**g.wiring[f.name], argument: wire}
            if rewiring.is_noticed(slug, f, f.formula, wires):
                yield Outcome(mutant, RECOUNT)
            elif f.name in _ancestors(slug, rewiring.source_of(wire)):
                yield Outcome(mutant, GRAPH)  # it would depend on itself
            elif rewiring.never_changes(g, wire) and rewiring.never_changes(
                g, g.wiring[f.name][argument]
            ):
                why = "neither source changes with a given, and the figure is the same at any draw"
                yield Outcome(mutant, equivalent=why)
            elif rewiring.wires_agree(slug, f, wires):
                yield Outcome(mutant, equivalent="the figure is the same formula of the givens")
            elif rewiring.sources_agree(slug, g.wiring[f.name][argument], wire):
                yield Outcome(
                    mutant, equivalent="the two sources are the same formula of the givens"
                )
            else:
                yield Outcome(mutant, equivalent=_why_wires_agree(slug, f, argument, wire))


def _why_wires_agree(slug: str, f: Derived, argument: str, wrong: Wire) -> str:
    """Return why a figure is the same through a wrong wire, proved by algebra, or nothing."""
    import sympy

    if (f.name, argument) in BY_THEOREM:
        return BY_THEOREM[f.name, argument]
    g, wires = graph(slug), graph(slug).wiring[f.name]
    right = wires[argument]
    if not (_is_formula(slug, right) and _is_formula(slug, wrong)):
        return ""
    name, other = rewiring.source_of(right), rewiring.source_of(wrong)
    if _same_figure(slug, name, other):
        return "the two sources are the same formula of the givens"
    cases = [_in_givens(slug, name)]
    if isinstance(g.figures[name], Derived):  # then it may have any sign
        size = sympy.Symbol(name, positive=True)
        cases = [size, -size, sympy.Integer(0)]
    for case in cases:
        sources = {a: sympy.Symbol(str(w), real=True) for a, w in wires.items()}
        sources |= {
            a: _in_givens(slug, rewiring.source_of(w))
            for a, w in wires.items()
            if _is_formula(slug, w)
        }
        sources[argument] = case
        misled = sources | {argument: _in_givens(slug, other, name, case)}
        try:
            difference = f.formula(*sources.values()) - f.formula(*misled.values())
        except (TypeError, LookupError):
            return ""  # what works along an axis has no value for symbols
        if not _is_zero(difference):
            return ""
    return "the figure comes out the same for any number that the right source may be"


def _is_formula(slug: str, wire: Wire) -> bool:
    """Whether what a wire takes, and all from which it follows, knows of no axis."""
    if not isinstance(wire, Cell):
        return False
    g = graph(slug)
    return not any(
        g.kinds[n].axes or any(isinstance(w, Places) for w in g.wiring.get(n, {}).values())
        for n in (wire.name, *_ancestors(slug, wire.name))
    )


@cache
def _ancestors(slug: str, name: str) -> frozenset[str]:
    return frozenset(graph(slug).ancestors(name))


@cache
def _in_givens(slug: str, name: str, known: str = "", value: Any = None) -> Any:
    """Return a figure as a SymPy expression of the chapter's givens, and of one figure's value.

    A given whose range holds no negative number is taken as positive.
    """
    import sympy

    if name == known:
        return value
    g = graph(slug)
    f = g.figure(name)
    if isinstance(f, Derived):
        sources = g.arguments(name).values()
        return f.formula(*(_in_givens(slug, n, known, value) for n in sources))
    if isinstance(f, Given):
        return sympy.Symbol(name, positive=f.low >= 0 or None, real=True)
    return sympy.Rational(units.exact(g.base[name]))


@cache
def _same_figure(slug: str, one: str, two: str) -> bool:
    return _is_zero(_in_givens(slug, one) - _in_givens(slug, two))


def _is_zero(expression: Any) -> bool:
    import sympy

    try:
        return bool(sympy.simplify(sympy.piecewise_fold(sympy.sympify(expression))) == 0)
    except ValueError:  # as it simplifies it may meet an infinity, which it compares with nothing
        return False


# -- givens -----------------------------------------------------------------------------------

GIB = Fraction(2**30, 10**9)
SLIPS: tuple[tuple[str, Fraction], ...] = (
    ("doubled, as both ways or sparse", Fraction(2)),
    ("halved", Fraction(1, 2)),
    ("times 8, bits", Fraction(8)),
    ("an eighth, bytes", Fraction(1, 8)),
    ("times 1,000", Fraction(1000)),
    ("a thousandth", Fraction(1, 1000)),
    ("GiB for GB", GIB),
    ("GB for GiB", 1 / GIB),
)


def sourced_facts(slug: str) -> list[tuple[str, str, str]]:
    """Return (file, thing, fact) of every row of the data files that the chapter reads."""
    read: list[tuple[str, str, str]] = []

    class Reading(dict[str, givens.Fact]):
        """A thing's facts, which notes what is asked of it."""

        def __init__(self, file: str, thing: givens.Thing) -> None:
            super().__init__(thing.facts)
            self.place = (file, thing.name)

        def __getitem__(self, key: str) -> givens.Fact:
            read.append((*self.place, key))
            return super().__getitem__(key)

        def get(self, key: str, default: Any = None) -> Any:
            read.append((*self.place, key))
            return super().get(key, default)

    known = [(file, t) for file in givens.FILES for t in givens.things(file).values()]
    with _facts({t.name: Reading(file, t) for file, t in known}):
        rebuilt(slug)
    return [r for r in dict.fromkeys(read) if r[2] in givens.things(r[0])[r[1]].facts]


def rebuilt(slug: str) -> Graph:
    """Return a chapter's graph, built anew from whatever the data files and units now say.

    Raises:
        FigureError: its values make no sense.
    """
    package, _, _ = CHAPTERS[slug].rpartition(".")
    own = importlib.import_module(package)
    before = {n: getattr(own, n) for n in ("givens", "records") if hasattr(own, n)}
    try:
        for n, part in before.items():
            setattr(own, n, _executed(part.__name__))
        found: Graph = _executed(CHAPTERS[slug]).GRAPH
    finally:
        for n, part in before.items():
            setattr(own, n, part)
    assert found.base is not None  # at the first look at a value a graph is checked
    return found


def _executed(name: str) -> Any:
    """Return a module executed anew, beside the one that is imported."""
    spec = importlib.util.find_spec(name)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _facts(changed: Mapping[str, dict[str, givens.Fact]]) -> Iterator[None]:
    """Let things (by name) have other facts for a while."""
    things = [t for file in givens.FILES for t in givens.things(file).values() if t.name in changed]
    before = [t.facts for t in things]
    try:
        for t in things:
            object.__setattr__(t, "facts", changed[t.name])
        yield
    finally:
        for t, facts in zip(things, before, strict=True):
            object.__setattr__(t, "facts", facts)


def fact_mutants(slug: str) -> Iterator[tuple[Mutant, tuple[str, str, str], float]]:
    """Yield each slip in each row that the chapter reads, and each row with another's value."""
    for file, thing, name in sourced_facts(slug):
        facts = givens.things(file)[thing].facts
        right = facts[name]
        # A factor does not change a zero.
        wrong = [(m, _slipped(right.value, slip)) for m, slip in SLIPS if right.value]
        wrong += [
            (f"{other.name} for {name}", other.value)
            for other in facts.values()
            if other.unit == right.unit and other.value != right.value
        ]
        for mistake, value in wrong:
            yield Mutant("given", f"{thing}: {name}", mistake), (file, thing, name), value


def judge_fact(slug: str, mutant: Mutant, place: tuple[str, str, str], value: float) -> Outcome:
    """Hold a wrong row against the second sources, then the whole chapter against its pins."""
    file, thing, name = place
    table = _tables()[file][thing]
    rows = [r | {"value": value} if r["name"] == name else r for r in table["facts"]]
    try:
        found = givens_checks.check_givens({file: {thing: {**table, "facts": rows}}})
    except NOTICED:
        return Outcome(mutant, SECOND_SOURCE)
    if any(c.verdict == givens_checks.DISAGREES for c in found):
        return Outcome(mutant, SECOND_SOURCE)
    right = givens.things(file)[thing].facts
    try:
        with _facts({thing: right | {name: replace(right[name], value=value)}}):
            chapter = rebuilt(slug)
    except NOTICED:
        return Outcome(mutant, GRAPH)
    return Outcome(mutant, PINNED if differs_from_pins(chapter, slug) else "")


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return givens_checks.load()


def _slipped(value: float, slip: Fraction) -> float:
    wrong = units.exact(value) * slip
    return int(wrong) if wrong.denominator == 1 else float(wrong)


def differs_from_pins(g: Graph, slug: str) -> bool:
    """Whether a chapter shows anything other than what is pinned, at any pinned setting."""
    for choice, options in OPTION_PINS.get(slug, {}).items():
        for option, pinned in options.items():
            given_values = g.choices[choice].options[option]
            if any(given_values[n].value != v for n, v in pinned.items()):
                return True
    settings = [({}, PINS.get(slug, {})), *OTHER_PINS.get(slug, [])]
    for changes, texts in settings:
        values = recounts.evaluated(g, changes)
        if any(g.shown(n, values) != text for n, text in texts.items()):
            return True
    return False


def own_given_mutants(g: Graph) -> Iterator[tuple[Mutant, str, Fraction]]:
    """Yield each slip in each given, or cell of one, of the chapter, whatever it comes from."""
    for f in g.givens:
        for index in g.cells(f.name):
            cell = g.cell_name(f, index)
            for mistake, slip in SLIPS:
                if recounts.cell_of(f.value, index):  # a factor does not change a zero
                    yield Mutant("given", cell, mistake), cell, slip


def judge_own_given(slug: str, mutant: Mutant, cell: str, slip: Fraction) -> Outcome:
    """Hold a wrong given against its own range and everything that the chapter then shows."""
    g = graph(slug)
    f, index = g.find(cell)
    assert isinstance(f, Given)
    try:
        values = g.evaluate({cell: _slipped(recounts.cell_of(f.value, index), slip)})
    except FigureError:
        return Outcome(mutant, GRAPH)
    texts = PINS.get(slug, {})
    wrong = any(g.shown(n, values) != text for n, text in texts.items())
    return Outcome(mutant, PINNED if wrong else "")


# -- units and display ------------------------------------------------------------------------


def unit_mutants(g: Graph) -> Iterator[tuple[Mutant, str, Fraction]]:
    """Yield each slip in each unit that the chapter uses and that is not a base unit itself."""
    names = {a for u in g.units.values() for part in u.name.split("/") for a in part.split("·")}
    for atom in sorted(names):
        if atom and units._ATOMS[atom][0] != 1:
            for mistake, slip in (*SLIPS, ("minutes for seconds", Fraction(60))):
                yield Mutant("unit", atom, mistake), atom, slip


def judge_unit(slug: str, mutant: Mutant, atom: str, slip: Fraction) -> Outcome:
    """Build the chapter with a wrong unit; hold it against the pins and against Pint's units."""
    size, dimension = units._ATOMS[atom]
    try:
        units._ATOMS[atom] = (size * slip, dimension)
        units.unit.cache_clear()
        return Outcome(mutant, _noticing_unit(slug))
    finally:
        units._ATOMS[atom] = (size, dimension)
        units.unit.cache_clear()


def _noticing_unit(slug: str) -> str:
    """Return the check that refuses the chapter as the table of units now is, or nothing."""
    try:
        wrong = rebuilt(slug)
        if differs_from_pins(wrong, slug):
            return PINNED
    except NOTICED:
        return GRAPH
    try:
        for f in wrong.derived:
            check_figure(wrong, f)
    except FigureError:
        return DIMENSION
    return ""


DISPLAY_SLIPS = (
    ("GiB shown as GB", 1 / GIB),
    ("GB shown as GiB", GIB),
    ("bits shown as bytes", Fraction(8)),
    ("bytes shown as bits", Fraction(1, 8)),
    ("thousand times too much", Fraction(1000)),
    ("a thousandth", Fraction(1, 1000)),
    ("a minute's number for a second's", Fraction(1, 60)),
    ("an hour's number for a minute's", Fraction(60)),
)


def display_mutants(g: Graph) -> Iterator[tuple[Mutant, Figure, Fraction]]:
    """Yield each slip in how a computed figure is written, and each verdict turned round."""
    for f in g.derived:
        if g.kinds[f.name].place is not None:
            continue  # a place shows its label, in no unit
        if f.words:
            yield Mutant("display", f.name, f"{f.words[0]!r} for {f.words[1]!r}"), f, Fraction(0)
        else:
            for mistake, slip in DISPLAY_SLIPS:
                yield Mutant("display", f.name, mistake), f, slip


def judge_display(slug: str, mutant: Mutant, f: Figure, slip: Fraction) -> Outcome:
    """Hold the wrong text against the pinned one."""
    g = graph(slug)
    if slip == 0:
        return Outcome(mutant, unlike_pins(g, slug, f.name, lambda v: _each(v[f.name], -1, 1)))
    size = float(slip)
    return Outcome(mutant, unlike_pins(g, slug, f.name, lambda v: _each(v[f.name], size)))


def _each(value: Any, factor: float, addend: float = 0) -> Any:
    """Return every cell of a value times a factor plus an addend."""
    if isinstance(value, list):
        return [_each(v, factor, addend) for v in value]
    return None if value is None else value * factor + addend


# -- the run ----------------------------------------------------------------------------------


def outcomes(slug: str, kind: str) -> Iterator[Outcome]:
    """Plant every mistake of one kind in a chapter and yield what became of it."""
    g = graph(slug)
    if kind == "formula":
        for formula in dict.fromkeys(f.formula for f in g.derived):
            for mutant, wrong in formula_mutants(formula):
                yield judge_formula(slug, mutant, formula, wrong)
    elif kind == "wiring":
        for f in g.derived:
            yield from judge_wires(slug, f)
    elif kind == "given":
        for m, place, value in fact_mutants(slug):
            yield judge_fact(slug, m, place, value)
        for m, own, slip in own_given_mutants(g):
            yield judge_own_given(slug, m, own, slip)
    elif kind == "unit":
        for m, atom, slip in unit_mutants(g):
            yield judge_unit(slug, m, atom, slip)
    elif kind == "display":
        for m, shown, slip in display_mutants(g):
            yield judge_display(slug, m, shown, slip)
    else:
        raise ValueError(f"no kind {kind!r}; there are {', '.join(KINDS)}")


def run(slug: str, kinds: Iterable[str] = KINDS) -> list[Outcome]:
    """Plant every mistake of the given kinds in a chapter; print progress, return outcomes."""
    found: list[Outcome] = []
    for kind in kinds:
        start = time.perf_counter()
        these = list(outcomes(slug, kind))
        found += these
        took = time.perf_counter() - start
        print(f"  {kind}: {len(these):,} mistakes planted, {took:.1f} s", flush=True)
    return found


DISTINCT, APART = ("formula", "given"), ("wiring", "unit", "display")


def summary(found: list[Outcome]) -> str:
    """Return the outcomes as a table: kinds by what killed them.

    What is counted together is distinct mistakes in formulas and givens. Wrong wires, units and
    displays stand apart: one mistake makes many of them.
    """
    head = f"{'':20}{'planted':>9}{'killed':>9}{'survived':>10}{'equivalent':>12}   killed first by"
    lines = [head]
    for name, kinds in (
        *((kind, (kind,)) for kind in DISTINCT),
        ("distinct mistakes", DISTINCT),
        *((f"apart: {kind}", (kind,)) for kind in APART),
    ):
        these = [o for o in found if o.mutant.kind in kinds]
        by = Counter(o.killed_by for o in these if o.killed_by)
        detail = ", ".join(f"{check} {by[check]:,}" for check in CHECKS if by[check])
        survived = sum(o.survived for o in these)
        equal = sum(bool(o.equivalent) for o in these)
        lines.append(f"{name:20}{len(these):9,}{by.total():9,}{survived:10,}{equal:12,}   {detail}")
    return "\n".join(lines)


def distinct(found: Iterable[Outcome]) -> set[tuple[str, str, str]]:
    """Return the distinct mistakes in formulas and givens: what, where, and what is wrong there."""
    return {
        (o.mutant.kind, o.mutant.where, o.mutant.mistake)
        for o in found
        if o.mutant.kind in DISTINCT
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the chapters' mutants; exit 1 where one survived."""
    parser = argparse.ArgumentParser(description="Plant classic mistakes; see them caught.")
    parser.add_argument("--chapter", choices=list(CHAPTERS), help="only this chapter")
    parser.add_argument("--verbose", action="store_true", help="list every mutant")
    options = parser.parse_args(arguments)
    survived, mistakes = 0, set()
    for slug in [options.chapter] if options.chapter else CHAPTERS:
        print(f"{graph(slug).title} ({slug})", flush=True)
        found = run(slug)
        print(summary(found))
        for o in found:
            if o.survived or options.verbose or o.equivalent:
                fate = o.killed_by or (
                    f"equivalent, {o.equivalent}" if o.equivalent else "SURVIVED"
                )
                print(f"  {o.mutant.kind} {o.mutant.where}: {o.mutant.mistake}: {fate}")
        survived += sum(o.survived for o in found)
        mistakes |= distinct(found)
    print(f"\n{len(mistakes):,} distinct mistakes in formulas and givens, wirings apart: ", end="")
    print(f"{survived} survived" if survived else "every mistake was caught or proved harmless")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
