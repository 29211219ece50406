"""Mistakes planted in a graph over axes: wrong formulas and wrong wires, held against the recount.

A mistake is noticed where a cell of its figure differs from the chapter's second computation at
the book's values or at one of many draws of all givens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

from checks.proof.recounts import differs, fed, known
from worked.chapters import graph
from worked.figures import Before, Cell, Derived, Given, Graph, Places
from worked.figures.infer import infer
from worked.figures.kinds import Wire
from worked.figures.terms import COMPARISONS, Term, trace
from worked.rows import Row, as_row, places_of, wired
from worked.units import UnitError, exact

DRAWS = 128


def is_noticed(
    slug: str, f: Derived, formula: Callable[..., Any], wires: Mapping[str, Wire]
) -> bool:
    """Whether a figure computed so differs from the second computation at some draw."""
    g = graph(slug)
    for number in range(DRAWS):
        rows = known(slug, number)
        if rows is not None and differs(g, f, fed(g, formula, wires, rows), rows):
            return True
    return False


def is_ill_typed(g: Graph, f: Derived, formula: Callable[..., Any]) -> bool:
    """Whether the graph would refuse a figure with this formula: its unit, axes or places."""
    try:
        kinds = {a: g.kind_of(w) for a, w in g.wiring[f.name].items()}
        got = infer(trace(formula), kinds, g.keys)
    except (UnitError, TypeError, ValueError, ArithmeticError):
        return True
    want = g.kinds[f.name]
    fits = g.units[f.name].dimension.same_as(got.dimension)
    return got.axes != want.axes or got.place != want.place or not fits


def wrong_wires(g: Graph, f: Derived, argument: str) -> Iterator[tuple[str, Wire]]:
    """Yield (what is wrong, the wire) for an argument: what the graph would take as well.

    Another figure of the same dimension over the same axes; another place of a fixed axis; the
    present value for the one before.
    """
    right = g.wiring[f.name][argument]
    if isinstance(right, Before):
        yield f"{right.name} of the same {right.over}", Cell(right.name)
    if not isinstance(right, Cell):
        return
    for axis, key in right.at:
        keys = g.keys[axis]
        i = g.place(axis, key) % len(keys)
        for other in {keys[i - 1], keys[(i + 1) % len(keys)]} - {keys[i]}:
            places = tuple((a, other if a == axis else k) for a, k in right.at)
            yield f"{right.name} at {axis} {other}", Cell(right.name, places)
    kind = g.kinds[right.name]
    for name, other_kind in g.kinds.items():
        fits = g.units[name].dimension.same_as(g.units[right.name].dimension)
        same = fits and other_kind.axes == kind.axes and other_kind.place == kind.place
        if same and name not in (right.name, f.name):
            yield f"{argument} from {name}, not {right.name}", Cell(name, right.at)


def source_of(wire: Wire) -> str:
    """Return the figure that a wire takes from."""
    assert not isinstance(wire, Places)
    return wire.name


def never_changes(g: Graph, wire: Wire) -> bool:
    """Whether what a wire takes depends on no given."""
    name = source_of(wire)
    return not any(isinstance(g.figures[n], Given) for n in (name, *g.ancestors(name)))


@cache
def in_givens(slug: str, name: str) -> Row:
    """Return a figure as a row of SymPy expressions of the chapter's givens.

    Raises:
        TypeError: its formula, or one before it, compares or looks back.
    """
    import sympy

    g = graph(slug)
    f = g.figures[name]
    if isinstance(f, Derived):
        return _through(slug, f, g.wiring[name])
    cells = {index: g.cell_name(f, index) for index in g.cells(name)}
    if isinstance(f, Given):
        values = [
            sympy.Symbol(cell, positive=g.limits(f, index)[0] >= 0 or None, real=True)
            for index, cell in cells.items()
        ]
    else:
        values = [sympy.Rational(exact(g.value(cell))) for cell in cells.values()]
    return Row({a: g.length(a, g.base) for a in f.axes}, values)


def _through(slug: str, f: Derived, wires: Mapping[str, Wire]) -> Row:
    """Return what a figure is through `wires`, in the chapter's givens."""
    g = graph(slug)
    if any(isinstance(w, Before) for w in wires.values()):
        raise TypeError(f"{f.name} looks back")
    rows = {w.name: in_givens(slug, w.name) for w in wires.values() if isinstance(w, Cell)}
    lengths = {a: g.length(a, g.base) for a in g.axes}
    return as_row(f.formula(*(wired(g, w, rows, lengths) for w in wires.values())))


def sources_agree(slug: str, one: Wire, other: Wire) -> bool:
    """Whether two wires take the same, by algebra on the givens: then any formula gives the same.

    Two cells of one figure may, and a formula that compares them could not show it.
    """
    if not (isinstance(one, Cell) and isinstance(other, Cell)):
        return False
    g = graph(slug)
    lengths = {a: g.length(a, g.base) for a in g.axes}
    try:
        rows = {w.name: in_givens(slug, w.name) for w in (one, other)}
        return _are_same(*(as_row(wired(g, w, rows, lengths)) for w in (one, other)))
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return False  # what compares or chooses has no value for symbols


def wires_agree(slug: str, f: Derived, wires: Mapping[str, Wire]) -> bool:
    """Whether a figure through `wires` is what it is through its own, by algebra on the givens."""

    try:
        return _are_same(*(_through(slug, f, w) for w in (graph(slug).wiring[f.name], wires)))
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return False  # what compares or chooses has no value for symbols


def _are_same(mine: Row, theirs: Row) -> bool:
    """Whether two rows of expressions are equal, cell by cell."""
    import sympy

    return mine.sizes == theirs.sizes and all(
        sympy.simplify(sympy.nsimplify(mine.at(**at) - theirs.at(**at), rational=True)) == 0
        for at in places_of(mine.sizes)
    )


CONDITIONS = (*COMPARISONS, "all_of", "any_of", "no", "same", "found")


def expansions(formula: Callable[..., Any], g: Graph, f: Derived) -> Iterator[Any]:
    """Yield a formula's value over rows of two symbols along each axis, for algebra.

    What is a condition holds or does not: there is a value for each way in which it may.
    """
    import sympy

    cells: dict[str, list[Any]] = {}
    open_cells: list[tuple[str, int]] = []
    for argument, wire in g.wiring[f.name].items():
        count = 2 ** len(g.kind_of(wire).axes)
        cells[argument] = list(sympy.symbols(f"{argument}_:{count}", positive=True))
        source = None if isinstance(wire, Places) else g.figures[wire.name]
        if isinstance(source, Derived) and source.term.op in CONDITIONS:
            open_cells += [(argument, i) for i in range(count)]
    for held in product((0, 1), repeat=len(open_cells)):
        for (argument, i), value in zip(open_cells, held, strict=True):
            cells[argument][i] = value
        rows = (
            Row(dict.fromkeys(sorted(g.kind_of(w).axes), 2), cells[a])
            for a, w in g.wiring[f.name].items()
        )
        yield formula(*rows)


def why_equal(
    g: Graph, users: Sequence[Derived], one: Callable[..., Any], two: Callable[..., Any]
) -> str:
    """Return why two formulas are one function in all that use them, or nothing.

    That no draw tells them apart is known.
    """
    if all(never_changes(g, Cell(f.name)) for f in users):
        return "no given changes the figure"
    if _in_one_order(trace(one)) == _in_one_order(trace(two)):
        return "the two have the same terms, in another order"
    if _are_equal(g, users[0], one, two):
        return "the two are equal on rows of symbols"
    if all(_are_equal_at_every_setting(g, f, one, two) for f in users):
        return "the two are equal at every value that the givens can take"
    return ""


NOTHING = "num(0)"


def _in_one_order(part: Any) -> str:
    """Return a term as text in which what may stand in any order stands in one.

    What is multiplied by 0 is 0, as where no links are waited for. Conditions that are arguments
    may stand in any: looking at one that need not be looked at changes nothing.
    """
    if isinstance(part, Mapping):
        return str({key: _in_one_order(p) for key, p in part.items()})
    if not isinstance(part, Term):
        return repr(part)
    parts = [_in_one_order(p) for p in part.args]
    if part.op == "*" and NOTHING in parts:
        return NOTHING
    plain = all(p.op == "arg" for p in part.parts())
    if part.op in ("all_of", "any_of") and plain:
        parts.sort()
    return f"{part.op}({', '.join(parts)})"


MANY = 1000  # more settings than are tried one by one


def _are_equal_at_every_setting(
    g: Graph, f: Derived, one: Callable[..., Any], two: Callable[..., Any]
) -> bool:
    """Whether two formulas agree wherever a figure is fed from whole givens and axes alone."""
    wires = g.wiring[f.name]
    found = {source_of(w) for w in wires.values() if not isinstance(w, Places)}
    givens = [x for x in map(g.figures.__getitem__, found) if isinstance(x, Given)]
    if len(givens) < len(found) or not all(x.integer and not x.axes for x in givens):
        return False
    ranges = [range(int(x.low), int(x.high) + 1) for x in givens]
    if math.prod(map(len, ranges)) > MANY:
        return False
    for values in product(*ranges):
        rows = {x.name: Row.of(v) for x, v in zip(givens, values, strict=True)}
        mine, theirs = (fed(g, formula, wires, rows) for formula in (one, two))
        if (mine.sizes, mine.cells) != (theirs.sizes, theirs.cells):
            return False
    return True


def _are_equal(g: Graph, f: Derived, one: Callable[..., Any], two: Callable[..., Any]) -> bool:
    """Whether two formulas are one function of positive numbers, by algebra on small rows."""

    try:
        for mine, theirs in zip(expansions(one, g, f), expansions(two, g, f), strict=True):
            if not _are_same(mine, theirs):
                return False
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return False  # what compares or chooses has no value for symbols
    return True
