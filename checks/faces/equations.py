"""A derived figure as an equation: its symbol, its formula, and the formula with values."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import product
from string import ascii_lowercase
from typing import Any

from checks.faces.interpret import At, Formula
from checks.faces.trace import latex, latex_with_values, text
from checks.faces.why import verdict_number
from worked.figures import Cell, Derived, Figure, Graph, Measured, Places
from worked.figures.kinds import Wire
from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term
from worked.showing import SPOKEN

_TEX_SPECIAL = re.compile(r"([%$#&_{}])")


def _tree(graph: Graph, name: str) -> Term:
    figure = graph.figure(name)
    if not isinstance(figure, Derived):
        raise ValueError(f"{name}: is not computed, so it has no formula")
    return figure.term


def symbol(graph: Graph, name: str) -> str:
    """Return the LaTeX symbol of a figure or a cell.

    Its own, else its name in upright letters; where no place is meant the letters of the axes.
    """
    figure, index = graph.find(name)
    places = index_letters(graph)
    for a, i in zip(figure.axes, index, strict=True):
        if i is not None:
            places[a] = _place(graph, a, i)
    return placed(graph, figure.name, places)


def _place(graph: Graph, axis: str, i: int) -> str:
    if i < 0:
        return r"\text{last}"
    key, label = graph.keys[axis][i], graph.label(axis, i)
    if key.isdigit():
        return key
    is_letter = len(label) == 1 and label.isalpha()
    return label if is_letter else rf"\text{{{tex_text(label)}}}"


def formula_tex(graph: Graph, name: str) -> str:
    """Return "symbol = formula" of a derived figure or of a cell as LaTeX.

    At a cell's own places; of a row with a formula for each place, the one of that place.

    Raises:
        ValueError: the figure is not derived.
    """
    figure, index = graph.find(name)
    tree, wiring = _tree(graph, figure.name), graph.arguments(figure.name)
    at = {a: i for a, i in zip(figure.axes, index, strict=True) if i is not None}
    letters = index_letters(graph) | {a: _place(graph, a, i) for a, i in at.items()}
    symbols = {a: _indexed(graph, s, graph.wiring[figure.name][a]) for a, s in wiring.items()}
    symbols |= {n: rf"\text{{{tex_text(word)}}}" for n, word in _words(figure).items()}
    symbols |= {place: tex_text(label) for place, label in _places(graph).items()}
    formula = latex(_in_words(_at_places(tree, at), figure), symbols, letters, figure.axes)
    return f"{placed(graph, figure.name, letters)} = {formula}"


def argument_symbols(graph: Graph, name: str) -> dict[str, str]:
    """Return the symbol of what each argument of a derived figure's formula takes, as LaTeX."""
    wiring, figure = graph.wiring[name], graph.figure(name)
    symbols = {a: _indexed(graph, source, wiring[a]) for a, source in graph.arguments(name).items()}
    letters = index_letters(graph)
    return {a: latex(Term("arg", (a,)), symbols, letters, figure.axes) for a in symbols}


def _places(graph: Graph) -> dict[str, str]:
    """Return what each place is called, under "axis=key", the key as a plain name."""
    return {
        f"{axis}={key.replace('-', '_')}": graph.label(axis, i)
        for axis, keys in graph.keys.items()
        for i, key in enumerate(keys)
    }


def _words(figure: Figure) -> dict[str, str]:
    """Return the words of a verdict by its numbers, what they show of other figures left out."""
    words = getattr(figure, "words", None) or ()
    return {f"word {n}": SPOKEN.sub("…", word) for n, word in enumerate(words)}


def _in_words(t: Term, figure: Figure) -> Term:
    """Return the formula of a verdict with words in place of the numbers that it chooses from."""
    if t.op == "num" and getattr(figure, "words", None):
        return Term("arg", (f"word {t.args[0]}",))
    if t.op != "where":
        return t
    return Term("where", (t.args[0], *(_in_words(x, figure) for x in t.args[1:])))


def formulas(graph: Graph, name: str) -> list[dict[str, Any]]:
    """Return the formula of a derived figure, as LaTeX and in words: [{at, tex, spoken}].

    One that has a formula for each place of an axis has one for each, `at` axis -> place.
    """
    figure = graph.figure(name)
    found: list[dict[str, Any]] = []
    axes = list(_case_axes(_tree(graph, name)))
    for places in product(*(range(len(graph.keys[a])) for a in axes)):
        at = dict(zip(axes, places, strict=True))
        cell = graph.cell_name(figure, [at.get(a) for a in figure.axes])
        found.append(
            {"at": at, "tex": formula_tex(graph, cell), "spoken": formula_text(graph, cell)}
        )
    return found


def _case_axes(t: Term) -> dict[str, None]:
    """Return the axes along which a formula has one of its own at each place."""
    if t.op in (*OVER_AXIS, *ALONG_AXIS, "at", "renamed"):
        return {}
    found = {t.args[0]: None} if t.op == "along" else {}
    for part in t.parts():
        found |= _case_axes(part)
    return found


def _at_places(t: Any, at: At) -> Any:
    """Return a formula in which rows with a formula for each place have that of the place."""
    if not isinstance(t, Term):
        return {key: _at_places(x, at) for key, x in t.items()} if isinstance(t, dict) else t
    if t.op == "along" and at.get(t.args[0], -1) >= 0:
        return _at_places(list(t.args[1].values())[at[t.args[0]]], at)
    if t.op in (*OVER_AXIS, *ALONG_AXIS, "at"):
        at = {a: i for a, i in at.items() if a != t.args[1]}
    return Term(t.op, tuple(_at_places(x, at) for x in t.args))


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
    if isinstance(wire, Cell):
        fixed = {a: _place(graph, a, graph.place(a, key)) for a, key in wire.at}
    else:
        fixed = {wire.over: f"<{wire.over}> - 1"}
    return placed(graph, name, {a: f"<{a}>" for a in graph.axes} | fixed)


def placed(graph: Graph, name: str, places: Mapping[str, str]) -> str:
    """Return the symbol of a figure at places, each as LaTeX.

    They stand where the symbol has <axis>, else behind it: x_{<row>} gives x_{i}, F gives F_{i}.
    """
    figure = graph.figure(name)
    own, axes = figure.symbol or rf"\text{{{name.replace('_', ' ')}}}", figure.axes
    if axes and "<" in own:
        return re.sub(r"<(\w+)>", lambda m: places[m[1]], own)
    return with_index(own, [places[a] for a in axes])


def with_index(tex: str, index: Iterable[str]) -> str:
    """Return a symbol with an index behind it, or behind the one that it has."""
    written = ", ".join(index)
    if not written:
        return tex
    own = re.fullmatch(r"(.*)_(?:\{(.*)\}|(\w))", tex)
    return f"{own[1]}_{{{own[2] or own[3]}, {written}}}" if own else f"{tex}_{{{written}}}"


def _at_cell(graph: Graph, name: str) -> Term:
    """Return the formula of a figure or a cell, its arguments called by the cells they take.

    A sum or a mean over an axis is written out, as far as no value decides what is in it.

    Raises:
        ValueError: it is no single number, not derived, or cannot be written so.
    """
    figure, index = graph.find(name)
    tree = _tree(graph, figure.name)
    if None in index:
        one = graph.cell_name(figure, [0 if i is None else i for i in index])
        raise ValueError(f"has values of its own at each place; write {{{{ eq: {one} | values }}}}")
    formula = Formula(graph, figure.name, graph.base)
    at = {a: i % formula.length(a) for a, i in zip(figure.axes, index, strict=True)}  # type: ignore[operator]
    return _written_out(formula, tree, at)


def _written_out(formula: Formula, t: Term, at: At) -> Term:
    graph, op, a = formula.graph, t.op, t.args
    if op == "num":
        return t
    if op == "arg":
        source = formula.source(formula.wires[a[0]], at)
        if isinstance(source, tuple):
            return Term("arg", (graph.cell_name(graph.figures[source[0]], source[1]),))
        return Term("num", (source,))
    if op in ("total", "mean") and a[2] is None and not graph.axes[a[1]].length:
        count = formula.length(a[1])
        parts: list[Any] = [_written_out(formula, a[0], {**at, a[1]: i}) for i in range(count)]
        whole: Term = reduce(operator.add, parts)
        return whole if op == "total" else Term("/", (whole, Term("num", (count,))))
    if op == "along":
        return _written_out(formula, list(a[1].values())[at[a[0]]], at)
    if op in (*OVER_AXIS, *ALONG_AXIS, "at", "renamed"):
        raise ValueError(f"its values decide what it takes; write {{{{ eq: {formula.name} }}}}")
    return Term(op, tuple(_written_out(formula, x, at) for x in a))


def _arguments(tree: Term) -> set[str]:
    if tree.op == "arg":
        return {tree.args[0]}
    return {name for part in tree.parts() for name in _arguments(part)}


def values_tex(graph: Graph, slug: str, name: str) -> str:
    """Return "symbol = formula with values = value" of a figure or a cell as LaTeX.

    Each value carries the qualified name of its figure, or of its cell with dots, since commas
    have a meaning of their own there: so the page can change it. A verdict that the formula
    computes with is its number.

    Raises:
        ValueError: the figure is not derived, is no single number, or its formula cannot be
            written with values.
    """
    tree = _at_cell(graph, name)

    def value(cell: str, operand: bool) -> str:
        number = verdict_number(graph, cell, graph.base) if operand else ""
        f, index = graph.find(cell)
        keys = (graph.keys[a][i] for a, i in zip(f.axes, index, strict=True))  # type: ignore[index]
        # A factor is a number, not "8×", among others.
        is_factor = operand and f.unit == "×"
        data = f"fig={slug}.{'.'.join([f.name, *keys])}{number and ', number='}"
        data += ", bare=" if is_factor else ""
        shown = number or graph.shown(cell, bare=is_factor)
        return rf"\htmlData{{{data}}}{{\text{{{tex_text(shown)}}}}}"

    values = {cell: value(cell, operand=True) for cell in _arguments(tree)}
    result = value(graph.cell(name), operand=False)
    return f"{symbol(graph, name)} = {latex_with_values(tree, values)} = {result}"


def values_template(graph: Graph, name: str) -> str:
    """Return the formula with values in words, for `filled` and the page's script to fill in.

    {x} is the value of the figure or cell x, {(x)} the same in brackets where it is negative,
    {#x} the number of a verdict.

    Raises:
        ValueError: as for `values_tex`.
    """
    tree = _at_cell(graph, name)
    numbers = {s: verdict_number(graph, s, graph.base) for s in _arguments(tree)}
    gaps = {s: f"{{{numbers[s] and '#'}{s}}}" for s in numbers}
    right = text(tree, gaps, side=True)
    return f"{graph.called(name)} = {right} = {{{graph.cell(name)}}}"


def filled(graph: Graph, template: str) -> str:
    """Return a template of `values_template` with the book's values in it."""

    def value(match: re.Match[str]) -> str:
        guarded, number, name = match.groups()
        written = verdict_number(graph, name, graph.base) if number else graph.shown(name)
        return f"({written})" if guarded and written.startswith("−") else written

    return re.sub(r"\{(\(?)(#?)([^{}()#]+)\)?\}", value, template)


def formula_text(graph: Graph, name: str) -> str:
    """Return "label = formula" of a figure or a cell in words, each input by its label."""
    figure, index = graph.find(name)
    at = {a: i for a, i in zip(figure.axes, index, strict=True) if i is not None}
    tree = _in_words(_at_places(_tree(graph, figure.name), at), figure)
    labels = {a: _label(graph, s) for a, s in graph.arguments(figure.name).items()}
    return f"{graph.called(name)} = {text(tree, labels | _words(figure) | _places(graph))}"


def _label(graph: Graph, name: str) -> str:
    label = graph.called(name) if name in graph.figures else graph.axes[name].noun or name
    return f"({label})" if "," in label else label


def tex_text(written: str) -> str:
    r"""Return plain text for use inside `\text{...}`; its fonts have no micro sign."""
    return _TEX_SPECIAL.sub(r"\\\1", written).replace("µ", r"$\mu$")


def kind(graph: Graph, name: str) -> str:
    """Return "given", "derived" or "measured"."""
    figure = graph.figure(name)
    if isinstance(figure, Derived):
        return "derived"
    return "measured" if isinstance(figure, Measured) else "given"
