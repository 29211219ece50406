"""A formula written once answers alike to numbers, arrays, symbols, quantities and terms."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

import worked.formulas
from checks.proof.dimensions import pint_unit, registry
from tests.worked.direct import plain
from worked.chapters import CHAPTERS, graph
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term, trace
from worked.formulas import ops
from worked.units import Dimension, UnitError, unit

POINTS = 12


# Formulas over axes are called with rows, in test_rows.py, and by each chapter's recount.
OVER_AXES = (
    *OVER_AXIS,
    *ALONG_AXIS,
    "at",
    "same",
    "found",
    "renamed",
    "along",
    "all_of",
    "any_of",
    "no",
)


def is_plain(formula: Callable[..., Any]) -> bool:
    """Whether a formula takes plain numbers: nothing in it goes along an axis."""
    rest = [trace(formula)]
    for part in rest:
        rest += part.parts()
    return not any(part.op in OVER_AXES for part in rest)


def all_formulas() -> list[Any]:
    """Return every public function of `worked/formulas` that is a formula of plain numbers."""
    found = []
    for info in pkgutil.iter_modules(worked.formulas.__path__):
        if info.name in ("ops", "symbols"):
            continue
        module = importlib.import_module(f"worked.formulas.{info.name}")
        for name, f in vars(module).items():
            is_own = inspect.isfunction(f) and f.__module__ == module.__name__ and name[0] != "_"
            if is_own and is_plain(f):
                found.append(pytest.param(f, id=f"{info.name}.{name}"))
    return found


def arguments(formula: Callable[..., Any]) -> list[str]:
    """Return the names of a formula's arguments."""
    return list(inspect.signature(formula).parameters)


def points(formula: Callable[..., Any]) -> list[list[float]]:
    """Return seeded points where the formula has a finite value: whole, real, and below 1."""
    rng, found = random.Random(formula.__name__), []
    draws = (lambda: rng.randint(1, 24), lambda: rng.uniform(1, 24), lambda: rng.uniform(0, 1))
    for i in range(20 * POINTS):
        point = [float(draws[i % 3]()) for _ in arguments(formula)]
        try:
            if math.isfinite(formula(*point)):
                found.append(point)
        except (ValueError, ArithmeticError, TypeError):
            continue  # outside of the formula's domain, or complex there
        if len(found) == POINTS:
            return found
    raise AssertionError(f"{formula.__name__} has almost no value anywhere")


def value_of(tree: Term, at: dict[str, float]) -> Any:
    """Compute a traced formula: an interpreter of nothing but the tree."""
    if tree.op == "arg":
        return at[tree.args[0]]
    if tree.op == "num":
        return float(tree.args[0])
    a = [value_of(x, at) for x in tree.args]
    known: dict[str, Callable[..., Any]] = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "/": lambda x, y: x / y,
        "**": lambda x, y: x**y,
        "neg": lambda x: -x,
        "<": lambda x, y: x < y,
        "<=": lambda x, y: x <= y,
        ">": lambda x, y: x > y,
        ">=": lambda x, y: x >= y,
        "ceil": math.ceil,
        "floor": math.floor,
        "sqrt": math.sqrt,
        "log2": math.log2,
        "ln": math.log,
        "exp": math.exp,
        "absolute": abs,
        "maximum": max,
        "minimum": min,
        "where": lambda c, x, y: x if c else y,
        "sin": math.sin,
        "cos": math.cos,
        "pi": lambda like: math.pi,
    }
    return known[tree.op](*a)


@pytest.mark.parametrize("formula", all_formulas())
def test_arrays_give_what_numbers_give(formula: Callable[..., Any]) -> None:
    at = points(formula)
    got = formula(*(np.array(column) for column in zip(*at, strict=True)))
    assert np.broadcast_to(got, (len(at),)) == pytest.approx([formula(*p) for p in at], rel=1e-12)


@pytest.mark.parametrize("formula", all_formulas())
def test_symbols_give_what_numbers_give(formula: Callable[..., Any]) -> None:
    """SymPy's expression of the formula, computed by mpmath with 30 digits."""
    symbols = [sympy.Symbol(n, positive=True) for n in arguments(formula)]
    compute = sympy.lambdify(symbols, sympy.sympify(formula(*symbols)), "mpmath")
    with mpmath.workdps(30):
        for p in points(formula):
            got = compute(*map(mpmath.mpf, p))
            assert float(got) == pytest.approx(float(formula(*p)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("formula", all_formulas())
def test_terms_give_what_numbers_give(formula: Callable[..., Any]) -> None:
    """The tree that LaTeX and JavaScript are written from computes the same."""
    tree = trace(formula)
    for p in points(formula):
        got = value_of(tree, dict(zip(arguments(formula), p, strict=True)))
        assert got == pytest.approx(float(formula(*p)), rel=1e-12)


@pytest.mark.parametrize("formula", all_formulas())
def test_fractions_give_what_numbers_give(formula: Callable[..., Any]) -> None:
    for p in points(formula):
        assert float(formula(*map(Fraction, p))) == pytest.approx(float(formula(*p)), rel=1e-9)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_quantities_give_what_numbers_give(slug: str) -> None:
    """Each figure's formula on Pint quantities in the figures' own units, and in base units."""
    g = graph(slug)
    for f in plain(g):
        names = g.arguments(f.name).values()
        given = [
            registry().Quantity(g.base[n] / float(g.units[n].factor), pint_unit(g.units[n].name))
            for n in names
        ]
        got = registry().Quantity(f.formula(*given)).to(pint_unit(f.unit)).magnitude
        want = g.base[f.name] / float(g.units[f.name].factor)
        assert got == pytest.approx(want, rel=1e-9, abs=1e-9), f.name


@pytest.mark.parametrize("slug", CHAPTERS)
def test_dimensions_are_those_that_pint_finds(slug: str) -> None:
    """Two implementations of dimensional analysis agree on every figure."""
    g = graph(slug)
    for f in plain(g):
        names = list(g.arguments(f.name).values())
        mine = f.formula(*(g.units[n].dimension for n in names))
        theirs = f.formula(
            *(
                registry().Quantity(
                    g.base[n] / float(g.units[n].factor), pint_unit(g.units[n].name)
                )
                for n in names
            )
        )
        theirs = registry().Quantity(theirs).dimensionality
        powers = (theirs.get("[information]", 0), theirs.get("[time]", 0), theirs.get("[money]", 0))
        assert g.units[f.name].dimension.same_as(mine), f.name
        assert tuple(map(float, g.units[f.name].dimension.powers)) == tuple(map(float, powers))


# -- the functions themselves -----------------------------------------------------------------

X = 2.5
ONE_ARGUMENT = {
    "ceil": 3,
    "floor": 2,
    "sqrt": 1.5811388300841898,
    "log2": 1.3219280948873624,
    "ln": 0.9162907318741551,
    "exp": 12.182493960703473,
    "absolute": 2.5,
    "sin": 0.5984721441039565,
    "cos": -0.8011436155469337,
    "pi": 3.141592653589793,
}


def test_no_function_is_left_untested() -> None:
    plain = set(ops._PLAIN) - {"no", "all_of", "any_of"}
    assert {*ONE_ARGUMENT, "maximum", "minimum", "where"} == plain


@pytest.mark.parametrize(("name", "want"), ONE_ARGUMENT.items())
def test_functions_of_one_argument(name: str, want: float) -> None:
    f = getattr(ops, name)
    assert f(X) == pytest.approx(want)
    assert np.broadcast_to(f(np.array([X, X])), 2) == pytest.approx([want, want])
    assert float(f(sympy.Rational(5, 2))) == pytest.approx(want)
    assert value_of(f(Term("arg", ("x",))), {"x": X}) == pytest.approx(want)
    pure = f(registry().Quantity(X))
    assert float(getattr(pure, "magnitude", pure)) == pytest.approx(want)
    assert f(Dimension()).is_pure


def test_functions_of_two_arguments_keep_the_dimension() -> None:
    two, three = registry().Quantity(2, "kB"), registry().Quantity(3, "B")
    assert ops.maximum(two, three).to("B").magnitude == 2000
    assert ops.minimum(two, three).to("B").magnitude == 3
    assert ops.maximum(0, three).to("B").magnitude == 3
    assert list(ops.maximum(np.array([1, 5]), 3)) == [3, 5]
    assert list(ops.minimum(np.array([1, 5]), 3)) == [1, 3]
    assert ops.maximum(sympy.Symbol("x"), 3) == sympy.Max(sympy.Symbol("x"), 3)
    assert ops.maximum(2, 3) == 3
    assert ops.minimum(2, 3) == 2


def test_where_chooses() -> None:
    assert ops.where(1 <= 2, 5, 6) == 5
    assert list(ops.where(np.array([1, 3]) <= 2, 5, 6)) == [5, 6]
    x = sympy.Symbol("x")
    chosen = ops.where(x <= 2, 5, 6)
    assert [chosen.subs(x, v) for v in (2, 3)] == [5, 6]
    assert ops.where(registry().Quantity(1, "kB") <= registry().Quantity(999, "B"), 5, 6) == 6


@pytest.mark.parametrize(
    "wrong",
    [
        lambda b: ops.ceil(b),
        lambda b: ops.exp(b),
        lambda b: ops.log2(b),
        lambda b: ops.maximum(b, 1),
        lambda b: ops.minimum(b, unit("s").dimension),
        lambda b: ops.where(b <= b, b, 1),
    ],
)
def test_a_dimension_is_refused_where_only_a_number_makes_sense(
    wrong: Callable[[Any], Any],
) -> None:
    with pytest.raises(UnitError):
        wrong(unit("B").dimension)


def test_the_square_root_halves_the_dimension() -> None:
    second = unit("s").dimension
    assert ops.sqrt(second * second).same_as(second)
    assert ops.sqrt(registry().Quantity(9, "s") * registry().Quantity(4, "s")).to("s").m == 6
