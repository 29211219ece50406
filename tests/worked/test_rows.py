"""Formulas called with rows: what a compiled graph computes, bit for bit, and NumPy's numbers."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.effort import SETTINGS
from tests.worked import direct
from tests.worked.axes_examples import EXAMPLES
from tests.worked.drawing import settings
from worked.chapters import CHAPTERS
from worked.chapters import graph as chapter
from worked.figures import FigureError, Graph
from worked.formulas import ops
from worked.rows import Row

GRAPHS = [*EXAMPLES, *(chapter(slug) for slug in CHAPTERS)]


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda g: g.name)
def test_a_compiled_graph_is_its_formulas_called_with_rows(graph: Graph) -> None:
    """At the book's values and at random settings: the same bits, the same places."""
    rng = random.Random(11)
    compared = 0
    tries = SETTINGS if graph in EXAMPLES else SETTINGS // 5
    for number in range(tries + 1):
        chosen = settings(graph, rng) if number else {}
        try:
            compiled = graph.evaluate(chosen)
        except FigureError:
            continue
        assert direct.evaluate(graph, chosen) == compiled, chosen
        compared += 1
    assert compared > tries / 4


# -- each operation against NumPy ---------------------------------------------------------------

NUMBERS = st.integers(-4, 4).map(lambda n: n / 2)


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a table over a and b, a mask of the same, and a row over b."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = st.lists(NUMBERS, min_size=columns, max_size=columns)
    masks = st.lists(st.booleans(), min_size=columns, max_size=columns)
    table = draw(st.lists(cells, min_size=rows, max_size=rows))
    mask = draw(st.lists(masks, min_size=rows, max_size=rows))
    return np.array(table), np.array(mask), np.array(draw(cells))


def as_rows(table: np.ndarray, mask: np.ndarray, row: np.ndarray) -> tuple[Row, Row, Row]:
    """Return the three as rows."""
    of = Row.of
    return of(table.tolist(), "a", "b"), of(mask.tolist(), "a", "b"), of(row.tolist(), "b")


@drawn(tables())
def test_arithmetic_pairs_axes_by_name(drawn_tables: Any) -> None:
    table, mask, row = drawn_tables
    x, m, y = as_rows(*drawn_tables)
    assert ((x - y) * 2 + 1).nested("a", "b") == ((table - row) * 2 + 1).tolist()
    assert (y - x).nested("a", "b") == (row - table).tolist()
    assert ops.where(m, x, y).nested("a", "b") == np.where(mask, table, row).tolist()
    assert (x <= y).nested("b", "a") == (table <= row).T.tolist()
    assert (x**2).nested("a", "b") == (table**2).tolist()
    assert (-x).nested("a", "b") == (-table).tolist()


@drawn(tables())
def test_what_goes_over_an_axis(drawn_tables: Any) -> None:
    table, mask, _ = drawn_tables
    x, m, _ = as_rows(*drawn_tables)
    assert ops.total(x, "b", where=m).nested("a") == np.where(mask, table, 0).sum(1).tolist()
    assert ops.count(m, "a").nested("b") == mask.sum(0).tolist()
    assert ops.mean(x, "b").nested("a") == pytest.approx(table.mean(1).tolist())
    assert ops.least(x, "a").nested("b") == table.min(0).tolist()
    assert ops.most(x, "a").nested("b") == table.max(0).tolist()
    assert ops.where_least(x, "b").nested("a") == table.argmin(1).tolist()
    assert ops.where_most(x, "b").nested("a") == table.argmax(1).tolist()
    last = table.shape[1] - 1 - table[:, ::-1].argmax(1)
    assert ops.where_most(x, "b", last=True).nested("a") == last.tolist()
    assert ops.nth(x, "b", 1).nested("a") == np.sort(table, 1)[:, 0].tolist()
    for i, (cells, held) in enumerate(zip(table, mask, strict=True)):
        one, its_mask = x.fixed("a", i), m.fixed("a", i)
        kept = cells[held]
        place = ops.where_least(one, "b", where=its_mask).nested()
        if not len(kept):
            assert place is None
            with pytest.raises(ArithmeticError):
                ops.mean(one, "b", where=its_mask).nested()
        else:
            assert cells[place] == kept.min()
            assert ops.mean(one, "b", where=its_mask).nested() == pytest.approx(kept.mean())


@drawn(tables())
def test_what_looks_along_an_axis(drawn_tables: Any) -> None:
    table, _, row = drawn_tables
    x, _, y = as_rows(*drawn_tables)
    order = np.argsort(-table, 1, kind="stable")
    ranks = np.argsort(order, 1, kind="stable") + 1
    assert ops.rank(x, "b").nested("a", "b") == ranks.tolist()
    powers = np.exp(table - table.max(1, keepdims=True))
    shares = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(ops.softmax(x, "b").nested("a", "b"), shares, rtol=1e-14)
    best = ops.where_most(x, "b")
    assert ops.at(y, "b", best).nested("a") == row[table.argmax(1)].tolist()
    outer = y * ops.renamed(y, b="c")
    assert outer.nested("b", "c") == np.outer(row, row).tolist()
    assert ops.along("k", one=y, two=2).nested("k", "b") == [row.tolist(), [2] * len(row)]


# -- lazy, exact and symbolic ---------------------------------------------------------------------


def test_a_cell_that_cannot_be_computed_raises_only_if_it_is_needed() -> None:
    x = Row.of([0.0, 2.0], "row")
    assert ops.where(x > 0, 1 / x, -1).nested("row") == [-1, 0.5]
    with pytest.raises(ZeroDivisionError):
        (1 / x).nested("row")
    assert ops.all_of(x > 0, 1 / x > 0).nested("row") == [False, True]


def test_fractions_stay_exact_and_symbols_stay_symbols() -> None:
    thirds = Row.of([Fraction(1, 3)] * 3, "row")
    assert ops.total(thirds, "row").nested() == 1
    a, b = sympy.symbols("a b")
    mean = ops.mean(Row.of([a, b], "row"), "row").nested()
    assert sympy.simplify(mean - (a + b) / 2) == 0
    assert ops.exp(Row.of([a], "row")).nested("row") == [sympy.exp(a)]


def test_an_axis_has_one_length() -> None:
    with pytest.raises(ValueError, match="row has 2 places in one row and 3 in another"):
        Row.of([1, 2], "row") + Row.of([1, 2, 3], "row")
    assert math.isclose(Row.of(2.0).nested(), 2)
