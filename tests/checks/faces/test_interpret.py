"""Interpreting a formula at a cell gives what the compiled graph gives, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from checks.faces.interpret import Formula
from tests.checks.faces.test_working_reads import GRAPHS, cases
from worked.figures import sane


@pytest.mark.parametrize("name", GRAPHS)
def test_the_interpreter_agrees_with_the_graph_to_the_last_bit(name: str) -> None:
    """At the book's values and at 20 random settings; what is absent is absent in both."""
    g = GRAPHS[name]
    for settings, values in cases(g, 20):
        for f in g.derived:
            formula = Formula(g, f.name, values)
            for index in g.cells(f.name, values):
                want: Any = values[f.name]
                for i in index:
                    want = want[i]
                try:
                    got = formula.value(f.term, dict(zip(f.axes, index, strict=True)))
                except (ArithmeticError, ValueError):
                    got = None
                if got is not None and g.kinds[f.name].place is None:
                    got = sane(f, float(got))
                assert got == want, (g.cell_name(f, index), settings)
