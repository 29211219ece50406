"""A derived figure as an equation: its symbol, its formula, and the formula with values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from checks.trace import Term, latex, latex_with_values, text, trace
from worked.figures import Derived, Graph, Measured

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
    symbols = {a: symbol(graph, s) for a, s in wiring.items()}
    return f"{symbol(graph, name)} = {latex(tree, symbols)}"


def values_tex(graph: Graph, slug: str, name: str, shown: Mapping[str, str] | None = None) -> str:
    """Return "symbol = formula with values = value" as LaTeX.

    Each value carries the figure's qualified name, so that the page can change it; `shown`
    replaces how a figure is written.

    Raises:
        ValueError: the figure is not derived.
    """
    tree, wiring = _tree(graph, name), graph.arguments(name)

    def value(figure: str) -> str:
        written = (shown or {}).get(figure) or graph.shown(figure)
        return rf"\htmlData{{fig={slug}.{figure}}}{{\text{{{tex_text(written)}}}}}"

    values = {a: value(s) for a, s in wiring.items()}
    return f"{symbol(graph, name)} = {latex_with_values(tree, values)} = {value(name)}"


def values_template(graph: Graph, name: str) -> str:
    """Return the formula with values in words, each value as {figure name}."""
    tree, wiring = _tree(graph, name), graph.arguments(name)
    right = text(tree, {a: f"{{{s}}}" for a, s in wiring.items()})
    return f"{graph.figure(name).label} = {right} = {{{name}}}"


def filled(graph: Graph, template: str) -> str:
    """Return a template of `values_template` with the book's values in it."""
    return re.sub(r"\{(\w+)\}", lambda m: graph.shown(m[1]), template)


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
