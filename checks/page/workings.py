"""What the page needs to write workings itself: the formulas' terms, their wires, the units."""

from __future__ import annotations

from typing import Any

from checks.faces.arithmetic import convertible
from checks.faces.interpret import term_as_json, wire_as_json
from checks.page.browser_model import worth
from worked.figures import Graph
from worked.figures.terms import trace
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
        "terms": [term_as_json(trace(formula)) for formula in formulas],
        "figures": {
            f.name: {
                "term": formulas.index(f.formula),
                "wires": {a: wire_as_json(graph, w) for a, w in graph.wiring[f.name].items()},
            }
            for f in graph.derived
        },
        "atoms": atoms,
    }
