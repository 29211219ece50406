"""Pint, an independent unit system, agrees with the small table that the workbook loads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pint
import pytest

from checks.proof.dimensions import check_figure, pint_unit, pint_value, registry
from tests.worked.direct import plain
from worked import units
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, FigureError, Given, Graph, Step
from worked.units import unit


def total(params: Any, width: Any) -> Any:
    """Bytes of all parameters."""
    return params * width


def seconds(total: Any, rate: Any) -> Any:
    """Time to move it."""
    return total / rate


def twice(params: Any) -> Any:
    """A pure number."""
    return 2 * params


FIGURES = (
    Given("params", 70e9, "params", "N", "Parameters", 0, 1e12),
    Given("width", 16, "bit", "w", "Bits of each", 1, 64),
    Given("rate", 400, "Gbit/s", "r", "Rate, one-way", 1, 1000),
    Derived("total", total, "GB", "All of it", "B"),
    Derived("seconds", seconds, "ms", "Time", "t"),
    Derived("twice", twice, "", "Twice", "2N"),
)


def small() -> Graph:
    """70e9 x 2 B = 140 GB; at 50 GB/s 2.8 s."""
    return Graph("small", "Small", (Step("one", "One", FIGURES),))


def derived(g: Graph, name: str) -> Derived:
    """Return a derived figure."""
    f = g.figure(name)
    assert isinstance(f, Derived)
    return f


@pytest.mark.parametrize("atom", sorted(a for a in units._ATOMS if a))
def test_each_unit_is_worth_the_same_to_pint(atom: str) -> None:
    base = registry().Quantity(1, pint_unit(atom)).to_base_units()
    assert base.magnitude == pytest.approx(float(unit(atom).factor), rel=1e-12)
    powers = tuple(base.dimensionality.get(f"[{d}]", 0) for d in ("information", "time", "money"))
    assert powers == tuple(map(float, unit(atom).dimension.powers))


@pytest.mark.parametrize("name", ["GB/s", "USD/GPU/h", "GPU·h", "GFLOP/token", "tokens/s"])
def test_compound_units_are_worth_the_same_to_pint(name: str) -> None:
    got = registry().Quantity(1, pint_unit(name)).to_base_units().magnitude
    assert got == pytest.approx(float(unit(name).factor), rel=1e-12)


def test_pint_uses_the_number_that_was_given_in_the_unit_it_was_given_in() -> None:
    g = small()
    assert str(pint_value(g, "rate", g.base)) == "400 gigabit / second"
    assert pint_value(g, "total", g.base).to("B").magnitude == 140e9


def test_a_figure_is_recomputed_in_pints_units() -> None:
    g = small()
    assert check_figure(g, derived(g, "total")) is True
    assert check_figure(g, derived(g, "seconds")) is True


def test_a_check_without_any_dimension_says_that_it_could_not_have_failed() -> None:
    g = small()
    assert check_figure(g, derived(g, "twice")) is False


def test_a_formula_of_another_dimension_is_refused_by_name() -> None:
    g = small()
    with pytest.raises(FigureError, match=r"seconds: seconds: Cannot convert"):
        check_figure(g, derived(g, "seconds"), formula=lambda total, rate: total * rate)


def test_a_figure_in_another_unit_is_refused_by_name() -> None:
    g = small()
    wrong = replace(derived(g, "seconds"), unit="GB")
    with pytest.raises(FigureError, match="seconds: "):
        check_figure(g, wrong)


@pytest.mark.parametrize("factor", [8, 1000, 1.073741824, float("nan")])
def test_a_formula_of_another_size_is_refused(factor: float) -> None:
    g = small()
    with pytest.raises(FigureError, match="total: Pint gives"):
        check_figure(g, derived(g, "total"), formula=lambda p, w: p * w * factor)


def test_a_wrong_unit_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With GB taken for GiB the graph would say that 70e9 x 2 B are 130 GB; Pint says 140."""
    monkeypatch.setitem(units._ATOMS, "GB", units._ATOMS["GiB"])
    unit.cache_clear()
    try:
        g = small()
        with pytest.raises(FigureError, match=r"total: Pint gives 140\.0 GB, the graph 130"):
            check_figure(g, derived(g, "total"))
    finally:
        monkeypatch.undo()
        unit.cache_clear()


@pytest.mark.parametrize("slug", CHAPTERS)
def test_pint_recomputes_every_figure_of_a_chapter(slug: str) -> None:
    """Pint's check counts for just those figures that have a dimension, in or out.

    Of the plain figures of the chapter of bytes, seconds and dollars that is most.
    """
    g = graph(slug)
    with_dimension = [f.name for f in g.derived if check_figure(g, f)]
    assert with_dimension == [
        f.name
        for f in plain(g)
        if not all(g.units[n].dimension.is_pure for n in (f.name, *g.arguments(f.name).values()))
    ]
    assert slug != "gpu-wall" or len(with_dimension) > len(list(plain(g))) / 2


def test_bytes_and_seconds_do_not_add_up_in_pint_either() -> None:
    with pytest.raises(pint.DimensionalityError):
        registry().Quantity(1, "GB") + registry().Quantity(1, "s")
