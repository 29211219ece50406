"""Expressions over a graph's figures, as text: what a sentence claims of them, a sum in the head.

    memory[layout=zero-3] <= gpu_memory and not any(waits > 0, job)

Names are figures or cells; beside arithmetic, comparisons, `and`, `or` and `not` there are `any`
and `all` over an axis, and the operations of `worked/formulas/ops.py`. A verdict stands for its
being the good one. What is written so becomes a term, like a formula.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from worked.cells import Cell
from worked.errors import FigureError
from worked.figures.infer import Kind, infer
from worked.figures.terms import COMPARISONS, Term, TraceError, term
from worked.formulas import ops
from worked.units import UnitError

if TYPE_CHECKING:
    from worked.figures.graph import Graph

CONDITIONS = (*COMPARISONS, "all_of", "any_of", "no", "same", "found")
OVER = ("total", "mean", "count", "least", "most", "where_least", "where_most")
PLAIN = ("sqrt", "ln", "log2", "exp", "ceil", "floor", "absolute", "maximum", "minimum", "found")

_CELL = re.compile(r"([A-Za-z_]\w*)\[([^\[\]]*)\]")
_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True)
class Expression:
    """A term over figures of a graph: each of its arguments is the cell of that name."""

    text: str
    term: Term
    wires: Mapping[str, Cell]
    kind: Kind

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false, and no number."""
        return self.term.op in CONDITIONS


def read(graph: Graph, text: str) -> Expression:
    """Read an expression that comes to one number, or to true or false.

    Raises:
        FigureError: it is not written as one, names what the graph lacks, or does not fit in
            dimensions or axes; the message quotes it.
    """
    found = _Reader(graph, text).read()
    if found.kind.axes:
        axes = ", ".join(sorted(found.kind.axes))
        raise FigureError(
            f"{text}: comes to a value for each place of {axes}; say which place, or any(..., "
            f"{axes}) or all(..., {axes})"
        )
    return found


def condition(graph: Graph, text: str) -> Expression:
    """Read an expression that is true or false.

    Raises:
        FigureError: as `read`; it is a number.
    """
    found = read(graph, text)
    if not found.is_condition:
        raise FigureError(f"{text}: is a number; a condition compares, as in {text} > 0")
    return found


def _equal(one: Term, other: Term) -> Term:
    return Term("all_of", (Term(">=", (one, other)), Term("<=", (one, other))))


class _Reader:
    """Reads one text; cells are put out of Python's sight and back."""

    def __init__(self, graph: Graph, text: str) -> None:
        self.graph, self.text = graph, text
        self.cells: list[str] = []
        self.wires: dict[str, Cell] = {}

    def read(self) -> Expression:
        def aside(match: re.Match[str]) -> str:
            self.cells.append(match[0])
            return f"cell_{len(self.cells) - 1}"

        try:
            tree = ast.parse(_CELL.sub(aside, self.text.strip()), mode="eval")
            found = self.condition_or_number(tree.body)
            return Expression(self.text, found, self.wires, self.kind(found))
        except SyntaxError:
            raise self.error("cannot be read; write figure <= other and not third") from None
        except (UnitError, TraceError) as error:
            raise self.error(f"cannot be right: {error}") from None

    def error(self, what: str) -> FigureError:
        return FigureError(f"{self.text}: {what}")

    def kind(self, t: Term) -> Kind:
        kinds = {name: self.graph.kind_of(wire) for name, wire in self.wires.items()}
        return infer(t, kinds, self.graph.keys)

    def figure(self, name: str) -> Term:
        """Return an argument that takes a figure or a cell, under the cell's own name."""
        if name.startswith("cell_"):
            name = self.cells[int(name.removeprefix("cell_"))]
        f, index = self.graph.find(name)
        name = self.graph.cell_name(f, index)
        places = zip(f.axes, index, strict=True)
        at = [(a, self.graph.keys[a][i] if i >= 0 else "last") for a, i in places if i is not None]
        self.wires[name] = Cell(f.name, tuple(at))
        return Term("arg", (name,))

    def condition_or_number(self, node: ast.expr) -> Term:
        """Return what a verdict that stands alone means, or any other expression."""
        found = self.term(node)
        if found.op == "arg" and self.words(found):
            return _equal(found, term(1))
        return found

    def words(self, argument: Term) -> Any:
        return getattr(self.graph.figures[self.wires[argument.args[0]].name], "words", None)

    def truth(self, node: ast.expr) -> Term:
        """Return a part that has to be true or false."""
        found = self.condition_or_number(node)
        if found.op not in CONDITIONS:
            raise self.error(f"{ast.unparse(node)} is a number; compare it with something")
        return found

    def term(self, node: ast.expr) -> Term:
        """Return the term of a part."""
        if isinstance(node, ast.Name):
            return self.figure(node.id)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return term(node.value)
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            found = _ARITHMETIC[type(node.op)](self.term(node.left), self.term(node.right))
            return term(found)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Term("neg", (self.term(node.operand),))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Term("no", (self.truth(node.operand),))
        if isinstance(node, ast.BoolOp):
            op = "all_of" if isinstance(node.op, ast.And) else "any_of"
            return Term(op, tuple(self.truth(part) for part in node.values))
        if isinstance(node, ast.Compare):
            return self.compared(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self.called(node.func.id, node.args)
        raise self.error(f"{ast.unparse(node)} is neither arithmetic nor a comparison of figures")

    def compared(self, node: ast.Compare) -> Term:
        sides = [self.term(part) for part in (node.left, *node.comparators)]
        pairs = [
            self.pair(op, one, other)
            for op, one, other in zip(node.ops, sides[:-1], sides[1:], strict=True)
        ]
        return pairs[0] if len(pairs) == 1 else Term("all_of", tuple(pairs))

    def pair(self, op: ast.cmpop, one: Term, other: Term) -> Term:
        if type(op) in _COMPARED:
            return Term(_COMPARED[type(op)], (one, other))
        if not isinstance(op, (ast.Eq, ast.NotEq)):
            raise self.error("compares with <, <=, >, >=, == or !=")
        if self.kind(one).place is not None:
            equal = Term("same", (one, other))
        else:
            equal = _equal(one, other)
        return equal if isinstance(op, ast.Eq) else Term("no", (equal,))

    def called(self, name: str, args: list[ast.expr]) -> Term:
        if name in ("any", "all"):
            inner, axis = self.truth(args[0]), self.axis(name, args)
            if name == "any":
                return Term(">", (term(ops.count(inner, axis)), term(0)))
            return Term("<=", (term(ops.count(Term("no", (inner,)), axis)), term(0)))
        if name == "count":
            return term(ops.count(self.truth(args[0]), self.axis(name, args)))
        if name in OVER:
            return term(getattr(ops, name)(self.term(args[0]), self.axis(name, args)))
        if name in PLAIN:
            return term(getattr(ops, name)(*map(self.term, args)))
        known = ", ".join(["any", "all", *OVER, *PLAIN])
        raise self.error(f"there is no {name}(); there are {known}")

    def axis(self, name: str, args: list[ast.expr]) -> str:
        axis = args[1] if len(args) == 2 else None
        if not isinstance(axis, ast.Name) or axis.id not in self.graph.axes:
            known = ", ".join(self.graph.axes) or "none"
            raise self.error(f"write {name}(what, axis); the axes are {known}")
        return axis.id
