"""Prove through Pint that every figure's formula has the dimension, and the size, it claims.

`worked/units.py` has its own small unit table because it must load fast. Here each derived
figure is computed again with Pint quantities of its inputs, in the units they are shown in:
a wrong factor in that table, a formula whose dimensions do not fit, or a figure in the wrong
unit gives another number than the graph's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pint

from worked.figures import Derived, FigureError, Given, Graph
from worked.units import COUNTED, unit

_DEFINITIONS = """
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
exa- = 1e18 = E-
milli- = 1e-3 = m-
micro- = 1e-6 = µ- = u-
nano- = 1e-9 = n-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
tebi- = 1099511627776 = Ti-
pebi- = 1125899906842624 = Pi-
second = [time] = s
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour
year = 365 * day
month = year / 12
hertz = 1 / second = Hz
byte = [information] = B
bit = byte / 8
USD = [money]
FLOP = []
OP = []
watt = [] = W
percent = 0.01
"""


@cache
def registry() -> pint.UnitRegistry:
    """Return a Pint registry with bytes, seconds and dollars as base units, counts as pure."""
    ureg: pint.UnitRegistry = pint.UnitRegistry(None)
    for line in _DEFINITIONS.strip().splitlines():
        ureg.define(line)
    for name in COUNTED:
        if name.isidentifier():
            size = unit(name).factor
            ureg.define(f"{name} = {float(size):g}" if size != 1 else f"{name} = []")
    return ureg


def pint_unit(name: str) -> Any:
    """Return the Pint unit for one of our unit names ("GB/s", "GPU·h", "%")."""
    spelled = name.replace("%", "percent").replace("×", "").replace("·", "*").replace("$", "USD")
    spelled = "/".join(p if p.isidentifier() or "*" in p else "1" for p in spelled.split("/"))
    return registry().Unit("" if spelled in ("", "1") else spelled)


def pint_value(graph: Graph, name: str, values: Mapping[str, float]) -> Any:
    """Return a figure's value as a Pint quantity in the unit it is shown in."""
    f = graph.figure(name)
    if isinstance(f, Given) and values[name] == graph.base[name]:
        return registry().Quantity(f.value, pint_unit(f.unit))
    return registry().Quantity(values[name] / float(graph.units[name].factor), pint_unit(f.unit))


def check_figure(graph: Graph, figure: Derived, formula: Callable[..., Any] | None = None) -> bool:
    """Recompute a derived figure with Pint and compare dimension and size with the graph.

    Returns whether the check could have failed on dimension: whether anything in it has one. What
    is over axes is not recomputed.

    Raises:
        FigureError: the dimension does not fit, or the size differs.
    """
    names = (figure.name, *graph.arguments(figure.name).values())
    if any(n not in graph.figures or graph.figures[n].axes for n in names):
        return False  # Pint knows no axes
    inputs = [pint_value(graph, n, graph.base) for n in graph.arguments(figure.name).values()]
    try:
        result = (formula or figure.formula)(*inputs)
        result = registry().Quantity(result) if not hasattr(result, "to") else result
        got = float(result.to(pint_unit(figure.unit)).magnitude)
    except pint.DimensionalityError as error:
        raise FigureError(f"{figure.name}: {figure.formula.__name__}: {error}") from None
    want = graph.base[figure.name] / float(graph.units[figure.name].factor)
    if not abs(got - want) <= 1e-9 * max(abs(got), abs(want), 1e-300):
        raise FigureError(f"{figure.name}: Pint gives {got!r} {figure.unit}, the graph {want!r}")
    return any(not q.dimensionless for q in (*inputs, result))
