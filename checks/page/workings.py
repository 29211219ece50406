"""What the page needs to write workings itself: the formulas' terms, their wires, the units."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from checks.faces.arithmetic import convertible
from checks.page.browser_model import worth
from worked.figures import Before, Graph, Places
from worked.figures.kinds import Wire
from worked.figures.terms import Term, trace
from worked.units import unit


def workings(graph: Graph) -> dict[str, Any]:
    """Return the terms and wires of every computed figure, and the units that convert."""
    atoms: dict[str, Any] = {}
    for u in graph.units.values():
        for atom, (kind, base, counts) in convertible(u.name).items():
            atoms.setdefault(base, {"worth": worth(unit(base)), "kind": ""})
            atoms[atom] = {"worth": worth(unit(atom)), "kind": kind, "base": base, "counts": counts}
    formulas = list(dict.fromkeys(f.formula for f in graph.derived))
    return {
        "terms": [as_json(trace(formula)) for formula in formulas],
        "figures": {
            f.name: {
                "term": formulas.index(f.formula),
                "wires": {a: _wire(graph, w) for a, w in graph.wiring[f.name].items()},
            }
            for f in graph.derived
        },
        "atoms": atoms,
    }


def as_json(t: Any) -> Any:
    """Return a term as nested lists: [operation, ...arguments]; a ratio as "1/3"."""
    if isinstance(t, Term):
        return [t.op, *map(as_json, t.args)]
    if isinstance(t, Mapping):
        return {key: as_json(x) for key, x in t.items()}
    if isinstance(t, Fraction):
        return str(t) if t.denominator != 1 else int(t)
    return t


def _wire(graph: Graph, wire: Wire) -> list[Any]:
    if isinstance(wire, Places):
        labels = graph.axes[wire.axis].labels or range(1, len(graph.keys[wire.axis]) + 1)
        return ["places", wire.axis, [float(x) for x in labels] if wire.as_numbers else None]
    if isinstance(wire, Before):
        return ["before", wire.name, wire.over, wire.start]
    return ["cell", wire.name, {a: graph.place(a, key) for a, key in wire.at}]
