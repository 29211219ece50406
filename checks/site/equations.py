"""A derived figure as an equation: its symbol, its formula, and the formula with values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import ascii_lowercase

from checks.trace import latex, latex_with_values, text
from checks.working import verdict_number
from worked.figures import Cell, Derived, Graph, Measured, Places
from worked.figures.kinds import Wire
from worked.figures.terms import Term, trace

_TEX_SPECIAL = re.compile(r"([%$#&_{}])")


@lru_cache(maxsize=4096)
def _tree(graph: Graph, name: str) -> Term:
    figure = graph.figure(name)
    if not isinstance(figure, Derived):
        raise ValueError(f"{name}: is not computed, so it has no formula")
    return trace(figure.formula)


def symbol(graph: Graph, name: str) -> str:
    """Return the LaTeX symbol of a figure.

    Its own, else its name in upright letters.
    """
    figure = graph.figure(name)
    return figure.symbol or rf"\text{{{name.replace('_', ' ')}}}"


def formula_tex(graph: Graph, name: str) -> str:
    """Return "symbol = formula" of a derived figure as LaTeX.

    Raises:
        ValueError: the figure is not derived.
    """
    tree = _tree(graph, name)
    wiring = graph.arguments(name)
    letters, axes = index_letters(graph), graph.figure(name).axes
    symbols = {a: _indexed(graph, s, graph.wiring[name][a]) for a, s in wiring.items()}
    return f"{placed(graph, name, letters)} = {latex(tree, symbols, letters, axes)}"


def index_letters(graph: Graph) -> dict[str, str]:
    """Return the letter that counts along each axis: its symbol, or one that no other axis has."""
    found = {a.name: a.symbol for a in graph.axes.values() if a.symbol}
    for axis in graph.axes:
        free = (c for c in axis + ascii_lowercase if c.isalpha() and c not in found.values())
        found.setdefault(axis, next(free))
    return found


def _indexed(graph: Graph, name: str, wire: Wire) -> str:
    """Return the symbol of what an argument takes, its axes in angle brackets as `latex` wants."""
    if isinstance(wire, Places):
        return f"<{wire.axis}>"
    fixed = dict(wire.at) if isinstance(wire, Cell) else {wire.over: f"<{wire.over}> - 1"}
    last = {a: rf"\text{{{key}}}" if isinstance(wire, Cell) else key for a, key in fixed.items()}
    return placed(graph, name, {a: f"<{a}>" for a in graph.axes} | last)


def placed(graph: Graph, name: str, places: Mapping[str, str]) -> str:
    """Return the symbol of a figure at places, each as LaTeX.

    They stand where the symbol has <axis>, else behind it: x_{<row>} gives x_{i}, F gives F_{i}.
    """
    own, axes = symbol(graph, name), graph.figure(name).axes
    if axes and "<" in own:
        return re.sub(r"<(\w+)>", lambda m: places[m[1]], own)
    return with_index(own, [places[a] for a in axes])


def cell_symbol(graph: Graph, cell: str) -> str:
    """Return the symbol of a figure or a cell as LaTeX; what is left open has its axis' letter."""
    f, index = graph.find(cell)
    keys = {a: graph.keys[a][i] for a, i in zip(f.axes, index, strict=True) if i is not None}
    at = {a: key if key.isdigit() else rf"\text{{{key}}}" for a, key in keys.items()}
    return placed(graph, f.name, index_letters(graph) | at)


def with_index(tex: str, index: Iterable[str]) -> str:
    """Return a symbol with an index behind it, or behind the one that it has."""
    written = ", ".join(index)
    if not written:
        return tex
    own = re.fullmatch(r"(.*)_(?:\{(.*)\}|(\w))", tex)
    return f"{own[1]}_{{{own[2] or own[3]}, {written}}}" if own else f"{tex}_{{{written}}}"


def values_tex(graph: Graph, slug: str, name: str) -> str:
    """Return "symbol = formula with values = value" as LaTeX.

    Each value carries the figure's qualified name, so that the page can change it. A verdict
    that the formula computes with is its number.

    Raises:
        ValueError: the figure is not derived.
    """
    tree, wiring = _tree(graph, name), graph.arguments(name)

    def value(figure: str, operand: bool) -> str:
        number = verdict_number(graph, figure, graph.base) if operand else ""
        data = f"fig={slug}.{figure}{number and ', number='}"
        return rf"\htmlData{{{data}}}{{\text{{{tex_text(number or graph.shown(figure))}}}}}"

    values = {a: value(s, operand=True) for a, s in wiring.items()}
    result = value(name, operand=False)
    return f"{symbol(graph, name)} = {latex_with_values(tree, values)} = {result}"


def values_template(graph: Graph, name: str) -> str:
    """Return the formula with values in words, for `filled` and the page's script to fill in.

    {x} is the value of the figure x, {(x)} the same in brackets where it is negative, {#x} the
    number of a verdict.
    """
    tree, wiring = _tree(graph, name), graph.arguments(name)
    numbers = {s: verdict_number(graph, s, graph.base) for s in wiring.values()}
    gaps = {a: f"{{{numbers[s] and '#'}{s}}}" for a, s in wiring.items()}
    right = text(tree, gaps, side=True)
    return f"{graph.figure(name).label} = {right} = {{{name}}}"


def filled(graph: Graph, template: str) -> str:
    """Return a template of `values_template` with the book's values in it."""

    def value(match: re.Match[str]) -> str:
        guarded, number, name = match.groups()
        written = verdict_number(graph, name, graph.base) if number else graph.shown(name)
        return f"({written})" if guarded and written.startswith("−") else written

    return re.sub(r"\{(\(?)(#?)(\w+)\)?\}", value, template)


def formula_text(graph: Graph, name: str) -> str:
    """Return "label = formula" in words, each input by its label."""
    tree, wiring = _tree(graph, name), graph.arguments(name)
    labels = {a: _label(graph, s) for a, s in wiring.items()}
    return f"{graph.figure(name).label} = {text(tree, labels)}"


def _label(graph: Graph, name: str) -> str:
    label = graph.figure(name).label
    return f"({label})" if "," in label else label


def tex_text(written: str) -> str:
    r"""Return plain text for use inside `\text{...}`."""
    return _TEX_SPECIAL.sub(r"\\\1", written)


def kind(graph: Graph, name: str) -> str:
    """Return "given", "derived" or "measured"."""
    figure = graph.figure(name)
    if isinstance(figure, Derived):
        return "derived"
    return "measured" if isinstance(figure, Measured) else "given"
