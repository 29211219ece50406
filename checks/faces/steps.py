"""What a person would compute of a formula at one cell: the branch taken, the terms of a sum.

`Steps.see` turns a part of a formula into plain arithmetic on numbers (`Number` and `Done`),
and notes in words why it took what it took.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from checks.faces.arithmetic import Done, Expression, Number, natural, told_apart
from checks.faces.interpret import At, Formula
from checks.faces.trace import text
from worked.figures import Before, Derived, Given, Measured, Places
from worked.figures.terms import ALONG_AXIS, COMPARISONS, OVER_AXIS, Term
from worked.units import exact, unit

_SAID = {
    ("<", True): "is less than",
    ("<", False): "is at least",
    ("<=", True): "is at most",
    ("<=", False): "is more than",
    (">", True): "is more than",
    (">", False): "is at most",
    (">=", True): "is at least",
    (">=", False): "is less than",
}
_CONDITIONS = (*COMPARISONS, "all_of", "any_of", "no", "same", "found")
_FUNCTIONS = {"maximum": "max", "minimum": "min"}
_LONG_LABEL = 40
_PLURAL = re.compile(r"(?<!^1)[\u00a0 ]\w\w[\w-]*s$")


def literal(value: Any, decided: bool = False) -> Number:
    """Return a number that stands in a formula; `decided` if a condition put it there."""
    return Number(exact(value) if isinstance(value, float) else Fraction(value), decided=decided)


def name_of(formula: Formula, name: str, index: Iterable[int]) -> str:
    """Return a cell as it is written."""
    return formula.graph.cell_name(formula.graph.figures[name], tuple(index))


@dataclass
class Steps:
    """How a formula's value comes about.

    `reasons` say why a branch was taken, `remarks` what a number was taken from.
    """

    formula: Formula
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    held: dict[Term, list[tuple[At, bool]]] | None = None
    """Inside an operation over an axis: the conditions met, where each held and where not."""

    def note(self, reason: str) -> None:
        """Keep a reason, and each of several joined by "; ", once."""
        for part in filter(None, reason.split("; ")):
            if part not in self.reasons:
                self.reasons.append(part)

    def remark(self, text: str) -> None:
        """Keep a remark, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    # -- arithmetic ---------------------------------------------------------------------------

    def see(self, t: Term, at: At) -> Expression:
        """Return a part of the formula at `at` as arithmetic."""
        op, a = t.op, t.args
        if op == "arg":
            return self._argument(t, at)
        if op == "num":
            return literal(a[0])
        if op == "pi":
            return Number(Fraction(self.formula.value(t, at)), text="π")
        if op in _CONDITIONS:
            holds = self.formula.value(t, at)
            self.note(self.words(t, at))
            return literal(int(holds), decided=True)
        if op == "where":
            taken = self.see(self.branch(t, at), at)
            is_plain = isinstance(taken, Number) and not taken.cell
            return literal(taken.value, decided=True) if is_plain else taken  # type: ignore[union-attr]
        if op == "along":
            return self.see(list(a[1].values())[at[a[0]]], at)
        if op == "renamed":
            return self.see(a[0], dict(at) | {old: at[new] for old, new in a[1].items()})
        if op == "at":
            place = self.formula.value(a[2], at)
            self.remark(f"looked up at {self.place(a[1], place)}")
            return self.see(a[0], {**at, a[1]: place})
        if op in OVER_AXIS or op in ALONG_AXIS:
            return self._over(t, at)
        first = self.see(a[0], at)
        if op in "*/" and _is_nothing(first):
            return first
        return _joined(op, [first, *(self.see(x, at) for x in a[1:])])

    def branch(self, t: Term, at: At) -> Term:
        """Return the branch of a `where` that is taken at `at`, and note why."""
        holds = self.formula.value(t.args[0], at)
        if self.held is None:
            self.note(self.words(t.args[0], at))
        else:
            self._hold(t.args[0], at, bool(holds))
        taken: Term = t.args[1 if holds else 2]
        return taken

    def _hold(self, condition: Term, at: At, holds: bool) -> None:
        assert self.held is not None
        self.held.setdefault(condition, []).append((dict(at), holds))

    def _argument(self, t: Term, at: At) -> Number:
        formula = self.formula
        wire = formula.wires[t.args[0]]
        source = formula.source(wire, at)
        if not isinstance(source, tuple):
            in_unit = unit("") if isinstance(wire, Places) else formula.graph.units[wire.name]
            return replace(literal(source), unit=in_unit)
        name, index = source
        f = formula.graph.figures[name]
        value = formula.stored(name, index)
        cell = name_of(formula, name, index)
        is_verdict = isinstance(f, Derived) and bool(f.words)
        if is_verdict:
            if self.held is None:
                said = formula.graph.shown(cell, formula.values)
                self.note(f"{self._name(t.args[0], at)} is {value:g} ({said})")
            else:
                self._hold(t, at, bool(value))
        return Number(
            value,
            formula.graph.units[name],
            f.places,
            cell,
            is_given=isinstance(f, (Given, Measured)),
            decided=is_verdict,
            is_verdict=is_verdict,
        )

    def _over(self, t: Term, at: At) -> Expression:
        op, x, axis = t.op, t.args[0], t.args[1]
        formula = self.formula
        if op == "count":
            places = [p for p in self._all(axis, at) if formula.value(x, p)]
            said = f": {self._listed(axis, places)}" if places else ""
            self.remark(f"{len(places) or 'none'} of {formula.length(axis)}{said}")
            return literal(len(places))
        if op in ("rank", "nth"):
            places = self._chosen(t, at)
            values = sorted((self._shown(x, p) for p in places), reverse=op == "rank")
            order = ", ".join(text for _, text in values)
            way = "from the largest" if op == "rank" else "from the smallest"
            value = formula.value(t, at)
            self.remark(f"{way}: {order}")
            if op == "rank":
                return literal(value)
            here = next(p for p in places if formula.value(x, p) == value)
            return self.see(x, here)
        places, terms = self.terms(t, at)
        if op in ("most", "least"):
            return _joined("maximum" if op == "most" else "minimum", terms)
        if op == "softmax":
            if at not in places:
                return literal(0, decided=True)
            powers: list[Expression] = [Done("exp", (e,)) for e in terms]
            return Done("/", (powers[places.index(dict(at))], _sum(powers)))
        kept = [e for e in terms if not _is_nothing(e)] or [literal(0, decided=not terms)]
        whole = _sum(kept)
        return Done("/", (whole, literal(len(terms)))) if op == "mean" and len(terms) > 1 else whole

    def _chosen(self, t: Term, at: At) -> list[dict[str, int]]:
        """Return where an operation over an axis looks, and remark on what it leaves out."""
        axis, places = t.args[1], self.formula.chosen(t, at)
        if len(places) < self.formula.length(axis):
            self.remark(f"over {self._listed(axis, places)} only" if places else "over nothing")
        return places

    def terms(self, t: Term, at: At) -> tuple[list[dict[str, int]], list[Expression]]:
        """Return the places of an operation over an axis, and what stands at each of them.

        What was taken at some and not at others is remarked upon together.
        """
        x, axis, places = t.args[0], t.args[1], self._chosen(t, at)
        if self.held is not None:
            return places, [self.see(x, p) for p in places]
        self.held = {}
        terms = [self.see(x, p) for p in places]
        held, self.held = self.held, None
        for condition, met in held.items():
            said = text(condition, self.names(met[0][0]))
            yes = [dict(p) for p, h in met if h]
            no = [dict(p) for p, h in met if not h]
            if not (yes and no):
                self.remark(f"{said}: at {'every' if yes else 'no'} place")
            else:
                self.remark(
                    f"{said}: at {self._listed(axis, yes)}, not at {self._listed(axis, no)}"
                )
        return places, terms

    def _all(self, axis: str, at: At) -> list[dict[str, int]]:
        return [{**at, axis: i} for i in range(self.formula.length(axis))]

    def _shown(self, x: Term, at: At) -> tuple[float, str]:
        value = self.formula.value(x, at)
        seen = Steps(self.formula).see(x, at)
        if isinstance(seen, Number):
            return value, seen.shown()
        (u, *more), f = natural(seen) or [""], self.formula.graph.figures[self.formula.name]
        return value, Number(value, unit("" if more else u), f.places, self.formula.name).shown()

    # -- names ------------------------------------------------------------------------------

    def names(self, at: At) -> dict[str, str]:
        """Return what each argument is called: the figure, and its place where it is not `at`."""
        return {a: self._name(a, at) for a in self.formula.wires}

    def _name(self, argument: str, at: At) -> str:
        wire = self.formula.wires[argument]
        if isinstance(wire, Places):
            return wire.axis
        if isinstance(wire, Before):
            if wire.over in at and not at[wire.over]:
                return wire.start if isinstance(wire.start, str) else f"{wire.start:g}"
            return f"{wire.name}[{wire.over} − 1]"
        graph = self.formula.graph
        f, at_places = graph.figures[wire.name], {a: graph.place(a, key) for a, key in wire.at}
        return graph.cell_name(f, tuple(at_places.get(a) for a in f.axes))

    # -- words --------------------------------------------------------------------------------

    def place(self, axis: str, i: int | None) -> str:
        """Return what a place is called: "split 4.0 km", "none"."""
        if i is None:
            return "none"
        return self._listed(axis, [{axis: i}])

    def _listed(self, axis: str, places: list[dict[str, int]]) -> str:
        found = (self.formula.graph.label(axis, p[axis], self.formula.values) for p in places)
        labels = list(dict.fromkeys(found))
        if len(labels) > 8:
            labels = [*labels[:3], "...", labels[-1]]
        noun = self.formula.graph.axes[axis].noun or axis
        said = ", ".join(labels)
        return said if labels[0][:1].isalpha() else f"{noun} {said}"

    def words(self, t: Term, at: At) -> str:
        """Return what is the case about a condition at `at`: "3 km is at most 4.5 km"; or ""."""
        op, a = t.op, t.args
        if op in COMPARISONS:
            return self._compared(t, at)
        if op in ("all_of", "any_of"):
            decides = op == "any_of"
            held = [(c, bool(self.formula.value(c, at))) for c in self._looked_at(t, at)]
            alone = [c for c, h in held if h == decides]
            parts = alone or [c for c, _ in held]
            return "; ".join(filter(None, (self.words(c, at) for c in parts)))
        if op == "no":
            return self.words(a[0], at)
        if op == "same":
            one, other = (self._named(x, at) for x in a)
            return f"both are {one}" if self.formula.value(t, at) else f"{one} is not {other}"
        if op == "found":
            return f"{text(a[0], self.names(at))} is {self._named(a[0], at)}"
        if op in ("where", "at", "renamed", "along"):
            inner = Steps(self.formula)
            inner.see(t, at)
            return "; ".join(inner.reasons)
        inner = Steps(self.formula)
        seen = inner.see(t, at)
        if inner.reasons:
            return "; ".join(inner.reasons)
        value = self.formula.value(t, at)
        side = self._called(seen, told_apart(seen, literal(0), "", True)[0], value)
        return f"{side} is {'not ' if value else ''}0"

    def _looked_at(self, t: Term, at: At) -> Iterable[Term]:
        for c in t.args:
            yield c
            if bool(self.formula.value(c, at)) == (t.op == "any_of"):
                return

    def _named(self, x: Term, at: At) -> str:
        return self.place(self._axis_of(x), self.formula.value(x, at))

    def _axis_of(self, x: Term) -> str:
        """Return the axis of which this is a place; of a number ""."""
        if x.op == "arg":
            wire = self.formula.wires[x.args[0]]
            if isinstance(wire, Places):
                return "" if wire.as_numbers else wire.axis
            return self.formula.graph.kinds[wire.name].place or ""
        if x.op.startswith("where_"):
            return str(x.args[1])
        if x.op == "renamed":
            axis = self._axis_of(x.args[0])
            return str(x.args[1].get(axis, axis))
        return self._axis_of(x.args[x.op == "where"]) if x.op in ("at", "where") else ""

    def _compared(self, t: Term, at: At) -> str:
        holds = bool(self.formula.value(t, at))
        said = _SAID[t.op, holds]
        if self._axis_of(t.args[0]):
            one, other = (self._named(x, at) for x in t.args)
            return (
                f"{one} {said.replace('less than', 'before').replace('more than', 'after')} {other}"
            )
        inner = Steps(self.formula)
        sides = [inner.see(x, at) for x in t.args]
        if any(isinstance(s, Number) and s.decided and not s.is_verdict for s in sides):
            return "; ".join(inner.reasons)  # What was decided inside says it already.
        verdict = next((s for s in sides if isinstance(s, Number) and s.is_verdict), None)
        if verdict:
            return "; ".join(inner.reasons)
        one, other = told_apart(sides[0], sides[1], t.op, holds)
        values = [self.formula.value(x, at) for x in t.args]
        one = self._called(sides[0], one, values[0])
        other = self._called(sides[1], other, values[1])
        said = re.sub("^is", "are", said) if _PLURAL.search(one) else said
        return "; ".join([*inner.reasons, f"{one} {said} {other}"])

    def _called(self, e: Expression, written: str, value: Any) -> str:
        """Return a side of a comparison: with its label where it is a bare number.

        Of what is long to compute, its value alone.
        """
        if isinstance(e, Done):
            return written if len(written) <= _LONG_LABEL else f"{value:.4g}".replace("-", "−")
        if not e.cell or e.unit.name:
            return written
        label = self.formula.graph.called(e.cell, self.formula.values)
        return f"{label if len(label) <= _LONG_LABEL else e.cell} ({written})"


def _is_nothing(e: Expression) -> bool:
    return isinstance(e, Number) and e.decided and not e.is_verdict and e.value == 0


def _sum(parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Done("+", tuple(parts))


def _joined(op: str, parts: list[Expression]) -> Expression:
    """Return an operation without what a decision made idle: a factor of 1, an addend of 0."""
    decided = [isinstance(p, Number) and p.decided for p in parts]
    plain = [isinstance(p, Number) and (p.decided or not p.cell) and not p.text for p in parts]
    if any(decided) and all(plain) and op in ("+", "-", "*", "neg"):
        x = [p.value for p in parts]  # type: ignore[union-attr]
        result = -x[0] if op == "neg" else {"+": sum(x), "-": x[0] - x[-1], "*": x[0] * x[-1]}[op]
        return literal(Fraction(result), decided=True)
    if op == "*":
        for i in (0, 1):
            if decided[i] and parts[i].value == 0:  # type: ignore[union-attr]
                return literal(0, decided=True)
            if decided[i] and parts[i].value == 1:  # type: ignore[union-attr]
                return parts[1 - i]
    if op == "/" and _is_nothing(parts[0]):
        return literal(0, decided=True)
    if op == "/" and decided[1] and parts[1].value == 1:  # type: ignore[union-attr]
        return parts[0]
    if op in "+-" and _is_nothing(parts[1]):
        return parts[0]
    if op == "+" and _is_nothing(parts[0]):
        return parts[1]
    if op == "-" and _is_nothing(parts[0]):
        return Done("neg", (parts[1],))
    if op in ("maximum", "minimum"):
        name = _FUNCTIONS[op]
        flat = [
            q for p in parts for q in (p.args if isinstance(p, Done) and p.op == name else (p,))
        ]
        return flat[0] if len(flat) == 1 else Done(name, tuple(flat))
    return Done(op, tuple(parts))
