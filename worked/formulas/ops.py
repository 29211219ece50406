"""The functions beyond arithmetic that formulas may use, for every kind of argument.

Each takes numbers, NumPy arrays, SymPy expressions, Pint quantities, rows and traced terms alike.
None of those libraries is imported here unless an argument already comes from it.

The second half works along a named axis of rows: over it (`total`, `where_least`), at one of its
places (`at`), or for each place with a look at all (`rank`). A condition `where` leaves places
out. A place is no number: it shows its label, is compared by `same`, and may be none.
"""

from __future__ import annotations

import math
from typing import Any


def ceil(x: Any) -> Any:
    """Round up to the next whole number."""
    return _apply("ceil", x)


def floor(x: Any) -> Any:
    """Round down to a whole number."""
    return _apply("floor", x)


def sqrt(x: Any) -> Any:
    """Return the square root."""
    return _apply("sqrt", x)


def log2(x: Any) -> Any:
    """Return the logarithm to base 2."""
    return _apply("log2", x)


def ln(x: Any) -> Any:
    """Return the natural logarithm."""
    return _apply("ln", x)


def exp(x: Any) -> Any:
    """Return e to the power x."""
    return _apply("exp", x)


def sin(x: Any) -> Any:
    """Return the sine of an angle in radians."""
    return _apply("sin", x)


def cos(x: Any) -> Any:
    """Return the cosine of an angle in radians."""
    return _apply("cos", x)


def pi(like: Any) -> Any:
    """Return π as the kind of number that `like` is: exact for SymPy, a symbol when traced."""
    return _apply("pi", like)


def absolute(x: Any) -> Any:
    """Return the magnitude."""
    return _apply("absolute", x)


def maximum(a: Any, b: Any) -> Any:
    """Return the larger of two."""
    return _apply("maximum", a, b)


def minimum(a: Any, b: Any) -> Any:
    """Return the smaller of two."""
    return _apply("minimum", a, b)


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return `then` where the condition holds, `otherwise` elsewhere."""
    return _apply("where", condition, then, otherwise)


def all_of(*conditions: Any) -> Any:
    """Return whether every condition holds; those after one that does not are not looked at."""
    return _apply("all_of", *conditions)


def any_of(*conditions: Any) -> Any:
    """Return whether some condition holds; those after one that does are not looked at."""
    return _apply("any_of", *conditions)


def no(condition: Any) -> Any:
    """Return whether a condition does not hold."""
    return _apply("no", condition)


def total(x: Any, over: str, where: Any = None) -> Any:
    """Return the sum over an axis, added from its first place to its last; 0 over nothing."""
    return _apply("total", x, over, where)


def mean(x: Any, over: str, where: Any = None) -> Any:
    """Return the mean over an axis; absent over nothing."""
    return _apply("mean", x, over, where)


def count(condition: Any, over: str) -> Any:
    """Return at how many places of an axis a condition holds."""
    return _apply("count", condition, over, None)


def least(x: Any, over: str, where: Any = None) -> Any:
    """Return the least over an axis; absent over nothing."""
    return _apply("least", x, over, where)


def most(x: Any, over: str, where: Any = None) -> Any:
    """Return the largest over an axis; absent over nothing."""
    return _apply("most", x, over, where)


def where_least(x: Any, over: str, where: Any = None, last: bool = False) -> Any:
    """Return the place of the least: the first among equals, or the last; none over nothing."""
    return _apply("where_least", x, over, where, last)


def where_most(x: Any, over: str, where: Any = None, last: bool = False) -> Any:
    """Return the place of the largest: the first among equals, or the last; none over nothing."""
    return _apply("where_most", x, over, where, last)


def nth(x: Any, over: str, number: Any, where: Any = None) -> Any:
    """Return the value with that number in ascending order, from 1: medians, percentiles."""
    return _apply("nth", x, over, where, number)


def rank(x: Any, over: str, where: Any = None) -> Any:
    """Return each place's number in descending order, from 1; the first of equals is first."""
    return _apply("rank", x, over, where)


def softmax(x: Any, over: str, where: Any = None) -> Any:
    """Return each place's share of the exponentials along an axis (shifted by the largest)."""
    return _apply("softmax", x, over, where)


def at(x: Any, axis: str, place: Any) -> Any:
    """Return a row's value at a place of an axis; absent where the place is none."""
    return _apply("at", x, axis, place)


def same(one: Any, other: Any) -> Any:
    """Return whether two places of an axis are the same; none is the same as nothing."""
    return _apply("same", one, other)


def found(place: Any) -> Any:
    """Return whether a place is one, not none."""
    return _apply("found", place)


def renamed(x: Any, **axes: str) -> Any:
    """Return a row along another axis of the same places: renamed(x, position="key")."""
    return _apply("renamed", x, axes)


def along(axis: str, **values: Any) -> Any:
    """Return a row over an axis with a value of its own at each place, given by the place's key."""
    return _apply("along", axis, values)


_PLAIN: dict[str, Any] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "log2": math.log2,
    "ln": math.log,
    "exp": math.exp,
    "absolute": abs,
    "maximum": max,
    "minimum": min,
    "where": lambda c, a, b: a if c else b,
    "sin": math.sin,
    "cos": math.cos,
    "pi": lambda like: math.pi,
    "no": lambda c: not c,
    "all_of": lambda *cs: all(cs),
    "any_of": lambda *cs: any(cs),
}


def _apply(name: str, *args: Any) -> Any:
    """Dispatch on what the arguments are; plain numbers are the common case."""
    homes = set()
    below = [v for a in args if isinstance(a, dict) for v in a.values()]
    for a in (*args, *below):
        op = getattr(a, "formula_op", None)
        if op is not None:
            return op(name, args)
        homes.add(type(a).__module__.partition(".")[0])
    if name not in _PLAIN:
        raise TypeError(f"{name} works along an axis of rows, and got plain values only")
    if "sympy" in homes:
        return _sympy(name, args)
    if "pint" in homes:
        return _pint(name, args)
    if "numpy" in homes:
        return _numpy(name, args)
    return _PLAIN[name](*args)


def _sympy(name: str, args: tuple[Any, ...]) -> Any:
    import sympy

    if name == "where":
        return sympy.Piecewise((args[1], args[0]), (args[2], True))
    table = {
        "ceil": sympy.ceiling,
        "floor": sympy.floor,
        "sqrt": sympy.sqrt,
        "ln": sympy.log,
        "log2": lambda x: sympy.log(x) / sympy.log(2),
        "exp": sympy.exp,
        "absolute": sympy.Abs,
        "maximum": sympy.Max,
        "minimum": sympy.Min,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "pi": lambda like: sympy.pi,
    }
    return table[name](*args)


def _numpy(name: str, args: tuple[Any, ...]) -> Any:
    import numpy as np

    table: dict[str, Any] = {"ln": np.log, "pi": lambda like: np.pi}
    return (table.get(name) or getattr(np, name))(*args)


def _pint(name: str, args: tuple[Any, ...]) -> Any:
    if name == "sqrt":
        return args[0] ** 0.5
    if name == "absolute":
        return abs(args[0])
    if name == "where":
        # Both branches must have one dimension, whichever is taken.
        return args[1] + 0 * args[2] if args[0] else args[2] + 0 * args[1]
    if name in ("maximum", "minimum"):
        return _PLAIN[name](args[0] + 0 * args[1], args[1] + 0 * args[0])
    return _PLAIN[name](args[0].m_as("dimensionless"))
