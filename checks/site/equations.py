"""A derived figure as an equation: its symbol, its formula, and the formula with values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from checks.trace import Symbol, latex, latex_with_values, text
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


def letter(graph: Graph, axis: str) -> str:
    """Return the letter of an axis' index in formulas: its own, else the first of its name."""
    return graph.axes[axis].symbol or axis[0]


def placed(graph: Graph, name: str, places: Mapping[str, str]) -> str:
    """Return the symbol of a figure at places, each as LaTeX: r_{i}, at a place r_{3}."""
    own, axes = symbol(graph, name), graph.figure(name).axes
    if not axes:
        return own
    if "<" not in own:
        return f"{{{own}}}_{{{', '.join(places[a] for a in axes)}}}"
    return re.sub(r"<(\w+)>", lambda m: places[m[1]], own)


def cell_symbol(graph: Graph, cell: str) -> str:
    """Return the symbol of a figure or a cell; what is left open has its axis' letter."""
    f, index = graph.find(cell)
    at = {
        a: letter(graph, a) if i is None else _key(graph.keys[a][i])
        for a, i in zip(f.axes, index, strict=True)
    }
    return placed(graph, f.name, at)


def _key(key: str) -> str:
    return key if key.isdigit() else rf"\text{{{key}}}"


def _symbol_of(graph: Graph, wire: Wire) -> Symbol:
    """Return what stands for an argument in a formula, at whatever places."""

    def write(places: Mapping[str, str]) -> str:
        if isinstance(wire, Places):
            return places[wire.axis]
        if isinstance(wire, Cell):
            fixed = {a: _key(key) for a, key in wire.at}
            return placed(graph, wire.name, {**places, **fixed})
        return placed(graph, wire.name, {**places, wire.over: f"{places[wire.over]}-1"})

    return write


def formula_tex(graph: Graph, name: str) -> str:
    """Return "symbol = formula" of a derived figure as LaTeX.

    Raises:
        ValueError: the figure is not derived.
    """
    tree = _tree(graph, name)
    letters = {a: letter(graph, a) for a in graph.axes}
    symbols = {a: _symbol_of(graph, w) for a, w in graph.wiring[name].items()}
    return f"{placed(graph, name, letters)} = {latex(tree, symbols, letters)}"


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
    return f"{graph.called(name)} = {text(tree, labels)}"


def _label(graph: Graph, name: str) -> str:
    label = graph.called(name) if name in graph.figures else graph.axes[name].noun or name
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
