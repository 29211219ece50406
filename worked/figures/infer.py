"""What a formula gives: its dimension, the axes that it is over, and whether it is a place."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worked.figures.terms import ALONG_AXIS, COMPARISONS, OVER_AXIS, Term
from worked.units import Dimension, UnitError


@dataclass(frozen=True)
class Kind:
    """What a value is: a number of a dimension (or a literal), or a place of an axis."""

    dimension: Any
    axes: frozenset[str] = frozenset()
    place: str | None = None


_PURE = Dimension()
_BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def infer(t: Term, arguments: Mapping[str, Kind], keys: Mapping[str, tuple[str, ...]]) -> Kind:
    """Return what a term gives, from what its arguments are and the keys of every axis.

    Raises:
        UnitError: an operation whose dimensions, axes or places do not fit; the message says
            which met, and what would be right.
    """
    if t.op == "arg":
        return arguments[t.args[0]]
    if t.op == "num":
        return Kind(t.args[0])
    if t.op == "along":
        return _along(t, arguments, keys)
    kinds = [infer(part, arguments, keys) for part in t.parts()]
    axes = frozenset().union(*(k.axes for k in kinds))
    names = [a for a in t.args if isinstance(a, str)]
    if names and names[0] not in keys:
        raise UnitError(f"there is no axis {names[0]!r}; there are {', '.join(keys) or 'none'}")
    if t.op in OVER_AXIS or t.op in ALONG_AXIS:
        return _over(t, kinds, axes, names[0])
    if t.op == "at":
        row, place = kinds
        if names[0] not in row.axes:
            raise UnitError(f"at looks along {names[0]}, but the row is over {_listed(row.axes)}")
        if place.place != names[0]:
            got = _what(place)
            raise UnitError(f"at looks along {names[0]}: it wants a place of it, not {got}")
        return Kind(row.dimension, (row.axes - {names[0]}) | place.axes, row.place)
    if t.op == "renamed":
        return _renamed(kinds[0], t.args[1], keys)
    if t.op in ("same", "found", *COMPARISONS) and any(k.place for k in kinds):
        if len({k.place for k in kinds}) > 1:
            raise UnitError(f"cannot compare {_what(kinds[0])} and {_what(kinds[1])}")
        return Kind(_PURE, axes)
    if t.op in ("same", "found"):
        raise UnitError(f"{t.op} wants places, not {_what(kinds[0])}")
    if t.op == "where" and kinds[1].place and kinds[1].place == kinds[2].place:
        return Kind(_PURE, axes, kinds[1].place)
    for k in kinds:
        if k.place:
            raise UnitError(f"{_what(k)} is no number: look a row up at it, or wire its label")
    return Kind(_dimension(t, [k.dimension for k in kinds]), axes)


def _dimension(t: Term, dims: list[Any]) -> Any:
    if t.op in _BINARY:
        return _BINARY[t.op](*dims)
    if t.op == "neg":
        return -dims[0]
    if t.op in ("all_of", "any_of", "no"):
        return _PURE
    whole = next((d for d in dims if isinstance(d, Dimension)), _PURE)
    return whole.formula_op(t.op, tuple(dims))


def _over(t: Term, kinds: list[Kind], axes: frozenset[str], axis: str) -> Kind:
    if axis not in axes:
        raise UnitError(f"{t.op} goes over {axis}, but what it is given is over {_listed(axes)}")
    x = kinds[0]
    if t.op == "nth" and axis in kinds[-1].axes:
        raise UnitError(f"nth over {axis} wants one number, not one for each place of {axis}")
    if x.place or (t.args[2] is not None and kinds[1].place):
        raise UnitError(f"{t.op} wants numbers and conditions, not {_what(x)}")
    if t.op in ("rank", "softmax"):
        if t.op == "softmax" and isinstance(x.dimension, Dimension) and not x.dimension.is_pure:
            raise UnitError(f"softmax wants pure numbers, not {x.dimension!r}")
        return Kind(_PURE, axes)
    if t.op in ("where_least", "where_most"):
        return Kind(_PURE, axes - {axis}, axis)
    dimension = x.dimension if t.op != "count" and isinstance(x.dimension, Dimension) else _PURE
    return Kind(dimension, axes - {axis})


def _along(t: Term, arguments: Mapping[str, Kind], keys: Mapping[str, tuple[str, ...]]) -> Kind:
    axis, values = t.args
    wanted = [key.replace("-", "_") for key in keys.get(axis, ())]
    if list(values) != wanted:
        raise UnitError(
            f"along({axis!r}) gives {', '.join(values)}; the places are, in order, "
            f"{', '.join(wanted) or 'none'}"
        )
    kinds = [infer(v, arguments, keys) for v in values.values()]
    whole = next((k.dimension for k in kinds if isinstance(k.dimension, Dimension)), _PURE)
    dimension = whole.formula_op("maximum", tuple(k.dimension for k in kinds))
    return Kind(dimension, frozenset({axis}).union(*(k.axes for k in kinds)))


def _renamed(x: Kind, names: Mapping[str, str], keys: Mapping[str, tuple[str, ...]]) -> Kind:
    for old, new in names.items():
        if old not in x.axes or new in x.axes or new not in keys:
            raise UnitError(f"cannot rename {old} to {new}: the row is over {_listed(x.axes)}")
        if keys[old] != keys[new]:
            raise UnitError(f"cannot rename {old} to {new}: they have other places")
    return Kind(x.dimension, frozenset(names.get(a, a) for a in x.axes), x.place)


def _what(k: Kind) -> str:
    return f"a place of {k.place}" if k.place else "a number"


def _listed(axes: frozenset[str]) -> str:
    return ", ".join(sorted(axes)) or "no axis"
