"""Rows of numbers: what a formula over axes gives when it is called with values.

A `Row` holds cells over named axes, of any kind of number: floats, fractions, SymPy's symbols. It
answers to arithmetic, pairing axes by name, and to every operation of `worked.formulas.ops`. A
cell that cannot be computed is carried along, and raises only if it is asked for, since `where`
looks at one branch. With floats it computes as a compiled graph does, to the last bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from worked import floats
from worked.figures.kinds import Cell, Places, Wire
from worked.formulas import ops

if TYPE_CHECKING:
    from worked.figures.graph import Graph

_NOWHERE: Mapping[str, int] = {}
FAILURES = (ArithmeticError, ValueError)


class Row:
    """Cells over named axes, flat in the order of the axes; `of` takes them nested.

    Raises:
        ValueError: the sizes of an axis that two rows share differ.
    """

    def __init__(self, sizes: Mapping[str, int], cells: Sequence[Any]) -> None:
        self.sizes, self.cells = dict(sizes), list(cells)

    @classmethod
    def of(cls, nested: Any, *axes: str) -> Row:
        """Return the row of nested lists over axes; of a single number without any."""
        sizes, cells = {}, [nested]
        for axis in axes:
            sizes[axis] = len(cells[0])
            cells = [part for cell in cells for part in cell]
        return cls(sizes, cells)

    def nested(self, *axes: str) -> Any:
        """Return the cells as nested lists in the order of `axes`, which are all that it has.

        Raises:
            what computing a cell raised.
        """
        if not axes:
            return _needed(self.at())
        return [self.fixed(axes[0], i).nested(*axes[1:]) for i in range(self.sizes[axes[0]])]

    def at(self, **places: int) -> Any:
        """Return the cell at a place of every axis; places of other axes do not matter."""
        flat = 0
        for axis, size in self.sizes.items():
            flat = flat * size + places[axis]
        return self.cells[flat]

    def fixed(self, axis: str, place: int) -> Row:
        """Return the row at one place of an axis, without that axis."""
        rest = {a: n for a, n in self.sizes.items() if a != axis}
        return Row(rest, [self.at(**p, **{axis: place}) for p in places_of(rest)])

    def formula_op(self, name: str, args: tuple[Any, ...]) -> Row:
        """Apply one of `worked.formulas.ops`."""
        if name in _ALONG:
            return _ALONG[name](*args)
        if name == "along":
            axis, values = args
            parts = [as_row(v) for v in values.values()]
            sizes = {axis: len(parts)} | _joined(parts)
            return Row(sizes, [parts[p[axis]].at(**p) for p in places_of(sizes)])
        if name == "renamed":
            return Row({args[1].get(a, a): n for a, n in args[0].sizes.items()}, args[0].cells)
        if name in ("total", "mean", "least", "most", "where_least", "where_most", "nth", "count"):
            return _over(name, *args)
        if name in ("rank", "softmax"):
            return _each(name, *args)
        return _paired(lambda *cells: _scalar(name, cells), *args, is_lazy=name in _LAZY)

    def __neg__(self) -> Row:
        return _paired(operator.neg, self)

    def __float__(self) -> float:
        return float(self.nested())

    def __bool__(self) -> bool:
        raise TypeError("a formula cannot branch on a row; use ops.where")


def as_row(value: Any) -> Row:
    """Return a value as a row; a number is one without axes."""
    return value if isinstance(value, Row) else Row({}, [value])


def _infix(f: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    return (lambda a, b: _paired(f, a, b)), (lambda a, b: _paired(f, b, a))


def _float_or(name: str, plain: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the operation of compiled graphs where both are floats, else the plain one."""
    compiled = getattr(floats, name)
    return lambda a, b: compiled(a, b) if _is_float(a, b) else plain(a, b)


_MORE = _float_or("more", operator.gt)
for _name, _f in {
    "add": _float_or("plus", operator.add),
    "sub": _float_or("minus", operator.sub),
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": _float_or("power", operator.pow),
}.items():
    _forward, _backward = _infix(_f)
    setattr(Row, f"__{_name}__", _forward)
    setattr(Row, f"__r{_name}__", _backward)
for _name, _compare in {
    "gt": _MORE,
    "lt": lambda a, b: _MORE(b, a),
    "le": lambda a, b: not _MORE(a, b),
    "ge": lambda a, b: not _MORE(b, a),
}.items():
    setattr(Row, f"__{_name}__", _infix(_compare)[0])


def _is_float(*values: Any) -> bool:
    return all(v is None or isinstance(v, (int, float)) for v in values)


def _needed(cell: Any) -> Any:
    if isinstance(cell, Exception):
        raise cell
    return cell


def places_of(sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every place, as axis -> number; those of the last axis fastest."""
    for index in product(*(range(n) for n in sizes.values())):
        yield dict(zip(sizes, index, strict=True))


def _joined(rows: Sequence[Row]) -> dict[str, int]:
    """Return the sizes of all axes that rows have."""
    sizes: dict[str, int] = {}
    for row in rows:
        for axis, n in row.sizes.items():
            if sizes.setdefault(axis, n) != n:
                raise ValueError(f"{axis} has {sizes[axis]} places in one row and {n} in another")
    return sizes


def _paired(f: Callable[..., Any], *values: Any, is_lazy: bool = False) -> Row:
    rows = [as_row(v) for v in values]
    sizes = _joined(rows)
    return Row(sizes, [_tried(f, [r.at(**p) for r in rows], is_lazy) for p in places_of(sizes)])


def _tried(f: Callable[..., Any], cells: list[Any], is_lazy: bool) -> Any:
    try:
        return f(*(cells if is_lazy else map(_needed, cells)))
    except FAILURES as error:
        return error


def _holds(condition: Any) -> bool:
    """Whether a condition holds; a symbol neither does nor does not, whatever Python says."""
    if type(_needed(condition)).__module__.startswith("sympy") and not condition.is_number:
        raise TypeError(f"cannot choose by {condition}, which has no value")
    return bool(condition)


# What looks at an argument only if it has to.
_LAZY: dict[str, Callable[..., Any]] = {
    "where": lambda condition, then, other: _needed(then if _holds(condition) else other),
    "all_of": lambda *conditions: all(map(_holds, conditions)),
    "any_of": lambda *conditions: any(map(_holds, conditions)),
}


def _scalar(name: str, cells: tuple[Any, ...]) -> Any:
    if name in _LAZY:
        return _LAZY[name](*cells)
    if name in ("same", "found") or (name != "no" and _is_float(*cells)):
        value = getattr(floats, name)
        return value(*cells) if callable(value) else value
    return getattr(ops, name)(*cells)


def _over(name: str, x: Any, axis: str, where: Any = None, *more: Any) -> Row:
    """Take an axis away: sum, mean, least, place of the least, n-th."""
    x, mask = as_row(x), None if where is None else as_row(where)
    number = as_row(more[0]) if name == "nth" else as_row(0)
    sizes = _joined([r for r in (x, mask, number) if r is not None])
    n = sizes.pop(axis)

    def at(p: dict[str, int]) -> Any:
        def value(i: int) -> Any:
            return _needed(x.at(**p, **{axis: i}))

        holds = None if mask is None else (lambda i: _holds(mask.at(**p, **{axis: i})))
        if name == "count":
            return floats.count(n, lambda i: _holds(value(i)))
        if name == "nth":
            return floats.nth(n, value, _needed(number.at(**p)), holds)
        if name.startswith("where_"):
            return getattr(floats, name)(n, value, holds, *more)
        if name in ("total", "mean"):
            cells = [value(i) for i in floats.chosen(n, holds)]
            if not _is_float(*cells):
                whole = sum(cells[1:], cells[0])
                return whole / len(cells) if name == "mean" else whole
        return getattr(floats, name)(n, value, holds)

    return Row(sizes, [_tried(at, [p], False) for p in places_of(sizes)])


def _each(name: str, x: Any, axis: str, where: Any = None) -> Row:
    """Give a value for each place of an axis that is looked at as a whole."""
    x, mask = as_row(x), None if where is None else as_row(where)
    sizes = _joined([r for r in (x, mask) if r is not None])

    def at(p: dict[str, int]) -> Any:
        holds = None if mask is None else (lambda i: _needed(mask.at(**{**p, axis: i})))

        def value(i: int) -> Any:
            return _needed(x.at(**{**p, axis: i}))

        if name == "softmax":
            chosen = floats.chosen(sizes[axis], holds)
            if not _is_float(*map(value, chosen)):
                powers = {i: ops.exp(value(i)) for i in chosen}
                return powers.get(p[axis], 0) / sum(powers.values())
        return _needed(getattr(floats, name)(sizes[axis], value, holds)[p[axis]])

    return Row(sizes, [_tried(at, [p], False) for p in places_of(sizes)])


def _look_up(x: Any, axis: str, place: Any) -> Row:
    x, place = as_row(x), as_row(place)
    rest = {a: n for a, n in x.sizes.items() if a != axis}
    sizes = _joined([Row(rest, []), place])

    def at(p: dict[str, int]) -> Any:
        return _needed(x.at(**{**p, axis: floats.place(_needed(place.at(**p)))}))

    return Row(sizes, [_tried(at, [p], False) for p in places_of(sizes)])


_ALONG: dict[str, Callable[..., Row]] = {"at": _look_up}


# -- the inputs of a figure -----------------------------------------------------------------------


def wired(
    graph: Graph,
    wire: Wire,
    rows: Mapping[str, Row],
    lengths: Mapping[str, int],
    at: Mapping[str, int] = _NOWHERE,
) -> Row:
    """Return what an argument gets, at the places `at` that stand fixed in a recurrence.

    rows: the figures that are known; lengths: how many places each axis has.
    """
    if isinstance(wire, Places):
        n = lengths[wire.axis]
        labels = graph.axes[wire.axis].labels or range(1, n + 1)
        cells: list[Any] = [float(x) for x in labels][:n] if wire.as_numbers else list(range(n))
        return _at(Row.of(cells, wire.axis), at)
    if isinstance(wire, Cell):
        row = rows[wire.name]
        for axis, key in wire.at:
            row = row.fixed(axis, graph.place(axis, key) % lengths[axis])
        if graph.kinds[wire.name].place is None:
            cells = [ArithmeticError("is absent") if c is None else c for c in row.cells]
            row = Row(row.sizes, cells)
        return _at(row, at)
    start = as_row(rows[wire.start] if isinstance(wire.start, str) else wire.start)
    axis = wire.over
    if axis in at:
        i = at[axis]
        return _at(rows[wire.name].fixed(axis, i - 1) if i else start, at)
    earlier = [rows[wire.name].fixed(axis, i) for i in range(lengths[axis] - 1)]
    return _at(start.formula_op("along", (axis, dict(enumerate([start, *earlier])))), at)


def _at(row: Row, at: Mapping[str, int]) -> Row:
    for axis, i in at.items():
        if axis in row.sizes:
            row = row.fixed(axis, i)
    return row
