"""Trace a formula: call it with terms and read back what it did.

A `Term` is an argument that remembers. Calling a plain formula with terms gives its expression
tree in the author's order, and from that one tree come the LaTeX that readers see, the formula
with values in it, a line of plain text for terminals and screen readers, and the JavaScript
that recomputes it on the page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

ADD, MUL, NEG, POW, ATOM = 1, 2, 3, 4, 5

_COMPARE_LATEX = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_COMPARE_TEXT = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


class TraceError(TypeError):
    """A formula did something that cannot be traced, such as branching on a value."""


@dataclass(frozen=True, eq=False)
class Term:
    """A node of the traced expression: an operation and its arguments.

    `op` is "arg" (args: the name), "num" (args: the number), an infix operator, or the name of
    one of `worked.formulas.ops`.
    """

    op: str
    args: tuple[Any, ...]

    def __add__(self, other: Any) -> Term:
        return Term("+", (self, term(other)))

    def __radd__(self, other: Any) -> Term:
        return Term("+", (term(other), self))

    def __sub__(self, other: Any) -> Term:
        return Term("-", (self, term(other)))

    def __rsub__(self, other: Any) -> Term:
        return Term("-", (term(other), self))

    def __mul__(self, other: Any) -> Term:
        return Term("*", (self, term(other)))

    def __rmul__(self, other: Any) -> Term:
        return Term("*", (term(other), self))

    def __truediv__(self, other: Any) -> Term:
        return Term("/", (self, term(other)))

    def __rtruediv__(self, other: Any) -> Term:
        return Term("/", (term(other), self))

    def __pow__(self, other: Any) -> Term:
        return Term("**", (self, term(other)))

    def __rpow__(self, other: Any) -> Term:
        return Term("**", (term(other), self))

    def __neg__(self) -> Term:
        return Term("neg", (self,))

    def __lt__(self, other: Any) -> Term:
        return Term("<", (self, term(other)))

    def __le__(self, other: Any) -> Term:
        return Term("<=", (self, term(other)))

    def __gt__(self, other: Any) -> Term:
        return Term(">", (self, term(other)))

    def __ge__(self, other: Any) -> Term:
        return Term(">=", (self, term(other)))

    def __bool__(self) -> bool:
        raise TraceError("a formula cannot branch on a value; use ops.where")

    __float__ = __int__ = __index__ = __bool__

    def formula_op(self, name: str, args: tuple[Any, ...]) -> Term:
        """Record one of `worked.formulas.ops`."""
        return Term(name, tuple(term(a) for a in args))


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


def numbers_in(tree: Term) -> list[float]:
    """Return the literals of a formula, in reading order."""
    if tree.op == "num":
        return [tree.args[0]]
    return [x for a in tree.args if isinstance(a, Term) for x in numbers_in(a)]


# -- LaTeX ------------------------------------------------------------------------------------


def latex(tree: Term, symbols: Mapping[str, str]) -> str:
    """Write the tree as LaTeX; `symbols` gives the LaTeX of each argument."""
    return _latex(tree, symbols, False)[0]


def latex_with_values(tree: Term, values: Mapping[str, str]) -> str:
    """Write the tree as LaTeX with `values` (LaTeX of each value) in place of the symbols."""
    return _latex(tree, values, True)[0]


def _number(value: Any) -> str:
    if isinstance(value, Fraction):
        return rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}".replace(",", r"{,}")
    return repr(float(value))


def _wrap(text: str, level: int, least: int) -> str:
    return text if level >= least else rf"\left({text}\right)"


_NEGATIVE = re.compile(r"(?:\\htmlData\{[^{}]*\}\{)?(?:\\text\{)?[−-]")


def _operand(t: Term, s: Mapping[str, str], valued: bool) -> tuple[str, int]:
    """Write an operand; a negative value gets brackets, so that no two signs meet."""
    written, level = _latex(t, s, valued)
    if valued and t.op == "arg" and _NEGATIVE.match(written):
        return rf"\left({written}\right)", ATOM
    return written, level


def _latex(t: Term, s: Mapping[str, str], valued: bool) -> tuple[str, int]:
    op, a = t.op, t.args
    if op == "arg":
        return s[a[0]], ATOM
    if op == "num":
        fraction = isinstance(a[0], Fraction) and a[0].denominator != 1
        return _number(a[0]), NEG if a[0] < 0 else MUL if fraction else ATOM
    if op in "+-":
        left, right = _latex(a[0], s, valued), _operand(a[1], s, valued)
        return f"{left[0]} {op} {_wrap(*right, ADD + (op == '-'))}", ADD
    if op == "*":
        left, right = _operand(a[0], s, valued), _operand(a[1], s, valued)
        numeric = valued or (_ends_in_number(a[0]) and _starts_with_number(a[1]))
        joint = r" \times " if numeric else r"\,"
        return f"{_wrap(*left, MUL)}{joint}{_wrap(*right, MUL)}", MUL
    if op == "/":
        return rf"\frac{{{_latex(a[0], s, valued)[0]}}}{{{_latex(a[1], s, valued)[0]}}}", MUL
    if op == "**":
        base, power = _latex(a[0], s, valued), _latex(a[1], s, valued)[0]
        # A symbol that carries a superscript, or a value with a unit, needs brackets.
        least = ATOM + (valued and a[0].op == "arg") + ("^" in base[0] and a[0].op == "arg")
        return f"{_wrap(*base, least)}^{{{power}}}", POW
    if op == "neg":
        return f"-{_wrap(*_operand(a[0], s, valued), MUL)}", ADD
    if op in _COMPARE_LATEX:
        sides = [_latex(x, s, valued)[0] for x in a]
        return f"{sides[0]} {_COMPARE_LATEX[op]} {sides[1]}", 0
    inner = [_latex(x, s, valued)[0] for x in a]
    shapes = {
        "ceil": r"\left\lceil {0} \right\rceil", "floor": r"\left\lfloor {0} \right\rfloor",
        "sqrt": r"\sqrt{{{0}}}", "log2": r"\log_2\left({0}\right)", "ln": r"\ln\left({0}\right)",
        "sin": r"\sin\left({0}\right)", "cos": r"\cos\left({0}\right)", "pi": r"\pi",
        "exp": r"\exp\left({0}\right)", "absolute": r"\left|{0}\right|",
        "maximum": r"\max\left({0},\, {1}\right)", "minimum": r"\min\left({0},\, {1}\right)",
        "where": r"\begin{{cases}} {1} & \text{{if }} {0} \\ "
        r"{2} & \text{{otherwise}} \end{{cases}}",
    }  # fmt: skip
    return shapes[op].format(*inner), ATOM


def _starts_with_number(t: Term) -> bool:
    if t.op in ("*", "**"):
        return _starts_with_number(t.args[0])
    return t.op == "num"


def _ends_in_number(t: Term) -> bool:
    if t.op == "*":
        return _ends_in_number(t.args[1])
    return t.op == "num"


# -- plain text and JavaScript ----------------------------------------------------------------


def text(tree: Term, names: Mapping[str, str]) -> str:
    """Write the tree on one line for a terminal; `names` gives what stands for each argument."""
    return _text(tree, names)[0]


def _plain(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return f"{int(value):,}" if float(value).is_integer() else repr(float(value))


def _paren(text_: str, level: int, least: int) -> str:
    return text_ if level >= least else f"({text_})"


def _text(t: Term, s: Mapping[str, str]) -> tuple[str, int]:
    op, a = t.op, t.args
    if op == "arg":
        return s[a[0]], ATOM
    if op == "num":
        fraction = isinstance(a[0], Fraction) and a[0].denominator != 1
        return _plain(a[0]), NEG if a[0] < 0 else MUL if fraction else ATOM
    if op in "+-":
        return f"{_text(a[0], s)[0]} {op} {_paren(*_text(a[1], s), ADD + (op == '-'))}", ADD
    if op in "*/":
        sign = "×" if op == "*" else "/"
        right = _paren(*_text(a[1], s), MUL + (op == "/"))
        return f"{_paren(*_text(a[0], s), MUL)} {sign} {right}", MUL
    if op == "**":
        return f"{_paren(*_text(a[0], s), ATOM)}^{_paren(*_text(a[1], s), ATOM)}", POW
    if op == "neg":
        return f"-{_paren(*_text(a[0], s), MUL)}", ADD
    if op in _COMPARE_TEXT:
        return f"{_text(a[0], s)[0]} {_COMPARE_TEXT[op]} {_text(a[1], s)[0]}", 0
    inner = [_text(x, s)[0] for x in a]
    if op == "pi":
        return "π", ATOM
    if op == "where":
        return f"{inner[1]} if {inner[0]}, otherwise {inner[2]}", 0
    name = {"ceil": "round up", "floor": "round down", "maximum": "max", "minimum": "min"}
    return f"{name.get(op, op)}({', '.join(inner)})", ATOM


_JS_FUNCTION = {
    "ceil": "Math.ceil", "floor": "Math.floor", "sqrt": "Math.sqrt", "log2": "Math.log2",
    "ln": "Math.log", "exp": "Math.exp", "absolute": "Math.abs", "maximum": "Math.max",
    "minimum": "Math.min", "**": "Math.pow", "sin": "Math.sin", "cos": "Math.cos",
}  # fmt: skip


def javascript(formula: Callable[..., Any]) -> str:
    """Return the formula as a JavaScript arrow function of the same arguments."""
    names = ", ".join(inspect.signature(formula).parameters)
    return f"({names}) => {_js(trace(formula))}"


def _js(t: Term) -> str:
    op, a = t.op, t.args
    if op == "arg":
        return cast(str, a[0])
    if op == "num":
        if isinstance(a[0], Fraction):
            return f"({a[0].numerator} / {a[0].denominator})"
        return f"({a[0]!r})" if a[0] < 0 else repr(a[0])
    inner = [_js(x) for x in a]
    if op == "pi":
        return "Math.PI"
    if op == "where":
        return f"({inner[0]} ? {inner[1]} : {inner[2]})"
    if op == "neg":
        return f"(-{inner[0]})"
    if op in _JS_FUNCTION:
        return f"{_JS_FUNCTION[op]}({', '.join(inner)})"
    return f"({inner[0]} {op} {inner[1]})"
