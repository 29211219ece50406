"""The functions beyond arithmetic that formulas may use, for every kind of argument.

Each takes numbers, NumPy arrays, SymPy expressions, Pint quantities, dimensions and traced
terms alike. None of those libraries is imported here unless an argument already comes from it.
"""

from __future__ import annotations

import math
from typing import Any

NAMES = (
    "ceil", "floor", "sqrt", "log2", "ln", "exp", "absolute", "maximum", "minimum", "where",
    "sin", "cos", "pi",
)  # fmt: skip


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


_PLAIN: dict[str, Any] = {
    "ceil": math.ceil, "floor": math.floor, "sqrt": math.sqrt, "log2": math.log2,
    "ln": math.log, "exp": math.exp, "absolute": abs, "maximum": max, "minimum": min,
    "where": lambda c, a, b: a if c else b, "sin": math.sin, "cos": math.cos,
    "pi": lambda like: math.pi,
}  # fmt: skip


def _apply(name: str, *args: Any) -> Any:
    """Dispatch on what the arguments are; plain numbers are the common case."""
    homes = set()
    for a in args:
        op = getattr(a, "formula_op", None)
        if op is not None:
            return op(name, args)
        homes.add(type(a).__module__.partition(".")[0])
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
        "ceil": sympy.ceiling, "floor": sympy.floor, "sqrt": sympy.sqrt, "ln": sympy.log,
        "log2": lambda x: sympy.log(x) / sympy.log(2), "exp": sympy.exp,
        "absolute": sympy.Abs, "maximum": sympy.Max, "minimum": sympy.Min,
        "sin": sympy.sin, "cos": sympy.cos, "pi": lambda like: sympy.pi,
    }  # fmt: skip
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
