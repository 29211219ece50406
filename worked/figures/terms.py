"""Terms: arguments that remember what a formula did with them.

Calling a plain formula with terms gives its expression in the author's order. From that one tree
come the units and axes of a figure, its program in Python and JavaScript, the formula that
readers see, and the working of a number.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

COMPARISONS = ("<", "<=", ">", ">=")
OVER_AXIS = ("total", "mean", "count", "least", "most", "where_least", "where_most", "nth")
"""What takes an axis away: args are (x, axis, where or None, more)."""
ALONG_AXIS = ("rank", "softmax")
"""What gives a value for each place of an axis that it looks at as a whole."""


class TraceError(TypeError):
    """A formula did something that cannot be traced, such as branching on a value."""


@dataclass(frozen=True, eq=False)
class Term:
    """A node of the traced expression: an operation and its arguments.

    `op` is "arg" (args: the name), "num" (args: the number), an infix operator, "neg", or the
    name of one of `worked.formulas.ops`. Axes stand among the arguments as their names.
    """

    op: str
    args: tuple[Any, ...]

    def __bool__(self) -> bool:
        raise TraceError("a formula cannot branch on a value; use ops.where")

    __float__ = __int__ = __index__ = __bool__

    def formula_op(self, name: str, args: tuple[Any, ...]) -> Term:
        """Record one of `worked.formulas.ops`; axes and what is left out stay as they are."""
        return Term(name, tuple(_kept(a) for a in args))

    def parts(self) -> Iterator[Term]:
        """Yield the terms right below this one."""
        for a in self.args:
            if isinstance(a, Term):
                yield a
            elif isinstance(a, Mapping):
                yield from (t for t in a.values() if isinstance(t, Term))


def _infix(op: str) -> tuple[Callable[[Term, Any], Term], Callable[[Term, Any], Term]]:
    return (lambda a, b: Term(op, (a, term(b)))), (lambda a, b: Term(op, (term(b), a)))


for _name, _op in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "pow": "**",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}.items():
    _forward, _backward = _infix(_op)
    setattr(Term, f"__{_name}__", _forward)
    if _op not in COMPARISONS:
        setattr(Term, f"__r{_name}__", _backward)
setattr(Term, "__neg__", lambda a: Term("neg", (a,)))  # noqa: B010


def _kept(value: Any) -> Any:
    """Return an argument of an operation: numbers as terms, also each place's own of `along`."""
    if isinstance(value, dict):
        return {key: _kept(v) for key, v in value.items()}
    return value if value is None or isinstance(value, (str, bool)) else term(value)


def term(value: Any) -> Term:
    """Return `value` as a term; plain numbers become literals of the formula."""
    if isinstance(value, Term):
        return value
    if isinstance(value, (int, float, Fraction)) and not isinstance(value, bool):
        return Term("num", (value,))
    raise TraceError(f"a formula may only contain numbers, not {value!r}")


def trace(formula: Callable[..., Any]) -> Term:
    """Return the expression tree of `formula`.

    Raises:
        TraceError: the formula does something other than arithmetic and `ops`.
    """
    names = inspect.signature(formula).parameters
    return term(formula(*(Term("arg", (n,)) for n in names)))
