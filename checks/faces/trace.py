"""Trace a formula: call it with terms and read back what it did.

From a formula's terms come the LaTeX that readers see, the formula with values in it, and a line
of plain text for terminals and screen readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from worked.figures.terms import ALONG_AXIS, OVER_AXIS, Term

# How closely a piece of a formula holds together, the loosest first.
CASES, COMPARE, ADD, MUL, POW, ATOM = range(6)
# What starts with a sign, in plain text or in LaTeX with its marks around the value.
_SIGNED = re.compile(r"(?:\\htmlData\{[^{}]*\}\{)?(?:\\text\{)?[−-]")

_COMPARE_LATEX = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_COMPARE_TEXT = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


# -- LaTeX ------------------------------------------------------------------------------------


def latex(
    tree: Term,
    symbols: Mapping[str, str],
    letters: Mapping[str, str] | None = None,
    axes: Iterable[str] = (),
) -> str:
    """Write the tree as LaTeX; `symbols` gives the LaTeX of each argument.

    `letters` gives the letter that counts along each axis; `axes` are the figure's own. Where a
    symbol has an axis in angle brackets, "r_{<row>}" or "F_{<row>, <round> - 1}", the index
    stands there: the letter, what a look-up puts in its place, or the letter of the axis that it
    is renamed to; inside a sum along an axis of the figure itself, the letter with a prime. Under
    "axis=key", the key as a plain name, `symbols` may have what a place is called.
    """
    here = {f"<{axis}>": letter for axis, letter in (letters or {}).items()}
    own = {f"own {axis}": "" for axis in axes}
    return _latex(tree, {**symbols, **here, **own}, False)[0]


def latex_with_values(tree: Term, values: Mapping[str, str]) -> str:
    """Write the tree as LaTeX with `values` (LaTeX of each value) in place of the symbols."""
    return _latex(tree, values, True)[0]


def _number(value: Any) -> tuple[str, int]:
    """Write a literal of a formula as LaTeX."""
    if isinstance(value, Fraction) and value.denominator != 1:
        return rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}", MUL
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", r"{,}"), ATOM
    digits, power = _digits(value)
    if not power:
        return digits, ATOM
    return (f"10^{{{power}}}", POW) if digits == "1" else (rf"{digits} \times 10^{{{power}}}", MUL)


def _digits(value: float) -> tuple[str, int]:
    """Return the digits of a number and the power of ten behind them, 0 for most: 2.5, -9."""
    digits, _, power = repr(float(value)).partition("e")
    return digits, int(power or 0)


def _wrap(text: str, level: int, least: int, first: bool = False) -> str:
    """Bracket what holds together less than `least`, or would set a sign behind another.

    first: it stands where a sign is clear, at the start of a sum, a side or an argument.
    """
    if level >= least and (first or not _SIGNED.match(text)):
        return text
    return rf"\left({text}\right)"


def _latex(t: Term, s: Mapping[str, str], valued: bool) -> tuple[str, int]:
    op, a = t.op, t.args
    if op == "arg":
        return re.sub(r"<\w+>", lambda m: s[m[0]], s[a[0]]), ATOM
    if op == "num":
        return _number(a[0])
    if op in OVER_AXIS or op in ALONG_AXIS:
        return _latex_over(t, s, valued)
    if op in _LATEX_PLACES:
        return _latex_places(t, s, valued)
    if op in "+-":
        left = _wrap(*_latex(a[0], s, valued), ADD, first=True)
        return f"{left} {op} {_wrap(*_latex(a[1], s, valued), ADD + (op == '-'))}", ADD
    if op == "*":
        left, right = (_wrap(*_latex(x, s, valued), MUL) for x in a)
        numeric = valued or (_ends_in_number(a[0]) and _starts_with_number(a[1]))
        joint = r" \times " if numeric else r"\,"
        return f"{left}{joint}{right}", MUL
    if op == "/":
        return rf"\frac{{{_latex(a[0], s, valued)[0]}}}{{{_latex(a[1], s, valued)[0]}}}", MUL
    if op == "**":
        base, power = _latex(a[0], s, valued), _latex(a[1], s, valued)[0]
        # A symbol that carries a superscript, or a value with a unit, needs brackets.
        least = ATOM + (valued and a[0].op == "arg") + ("^" in base[0] and a[0].op == "arg")
        return f"{_wrap(*base, least)}^{{{power}}}", POW
    if op == "neg":
        return f"-{_wrap(*_latex(a[0], s, valued), MUL)}", ADD
    if op in _COMPARE_LATEX:
        sides = [_wrap(*_latex(x, s, valued), ADD, first=True) for x in a]
        return f"{sides[0]} {_COMPARE_LATEX[op]} {sides[1]}", COMPARE
    if op == "where":
        condition = _wrap(*_latex(a[0], s, valued), COMPARE, first=True)
        then, other = (_wrap(*_latex(x, s, valued), ADD, first=True) for x in a[1:])
        return (
            rf"\begin{{cases}} {then} & \text{{if }} {condition} \\ "
            rf"{other} & \text{{otherwise}} \end{{cases}}",
            CASES,
        )
    inner = [_wrap(*_latex(x, s, valued), ADD, first=True) for x in a]
    shapes = {
        "ceil": r"\left\lceil {0} \right\rceil",
        "floor": r"\left\lfloor {0} \right\rfloor",
        "sqrt": r"\sqrt{{{0}}}",
        "log2": r"\log_2\left({0}\right)",
        "ln": r"\ln\left({0}\right)",
        "sin": r"\sin\left({0}\right)",
        "cos": r"\cos\left({0}\right)",
        "pi": r"\pi",
        "exp": r"\exp\left({0}\right)",
        "absolute": r"\left|{0}\right|",
        "maximum": r"\max\left({0},\, {1}\right)",
        "minimum": r"\min\left({0},\, {1}\right)",
    }
    return shapes[op].format(*inner), ATOM


_LATEX_PLACES = ("at", "renamed", "along", "same", "found", "all_of", "any_of", "no")
_LATEX_OVER = {
    "total": r"\sum",
    "mean": r"\operatorname*{mean}",
    "least": r"\min",
    "most": r"\max",
    "where_least": r"\operatorname*{arg\,min}",
    "where_most": r"\operatorname*{arg\,max}",
    "rank": r"\operatorname*{rank}",
    "softmax": r"\operatorname*{softmax}",
}


def _latex_over(t: Term, s: Mapping[str, str], valued: bool) -> tuple[str, int]:
    """Write an operation over an axis: the sum over i of r_i, where x_i is small."""
    x, axis, mask, *more = t.args
    letter = s[f"<{axis}>"]
    if t.op in OVER_AXIS:
        letter += "'" if f"own {axis}" in s else ""
        s = {**s, f"<{axis}>": letter, f"own {axis}": ""}
    below = letter if mask is None else rf"{letter}:\, {_latex(mask, s, valued)[0]}"
    what = _latex(x, s, valued)
    if t.op == "count":
        return rf"\#\left\{{{below} :\, {what[0]}\right\}}", ATOM
    if t.op == "nth":
        number = _latex(more[0], s, valued)[0]
        return (
            rf"\left({what[0]}\right)_{{\left({number}\right)\text{{ in order of }}{below}}}",
            ATOM,
        )
    return rf"{_LATEX_OVER[t.op]}_{{{below}}} {_wrap(*what, MUL)}", MUL


def _latex_places(t: Term, s: Mapping[str, str], valued: bool) -> tuple[str, int]:
    """Write a look-up, and conditions on places and on conditions."""
    op, a = t.op, t.args
    if op == "at":
        return _latex(a[0], {**s, f"<{a[1]}>": _latex(a[2], s, valued)[0]}, valued)
    if op == "renamed":
        return _latex(a[0], {**s, **{f"<{o}>": s[f"<{n}>"] for o, n in a[1].items()}}, valued)
    if op == "along":
        values = [(_latex(x, s, valued)[0], _place(s, a[0], key)) for key, x in a[1].items()]
        rows = r" \\ ".join(rf"{value} & \text{{for {key}}}" for value, key in values)
        return rf"\begin{{cases}} {rows} \end{{cases}}", CASES
    if op in ("no", "found"):
        sign = r"\lnot" if op == "no" else r"\exists"
        return f"{sign} {_wrap(*_latex(a[0], s, valued), ADD)}", COMPARE
    joint = {"same": "=", "all_of": r"\land", "any_of": r"\lor"}[op]
    sides = (_wrap(*_latex(x, s, valued), COMPARE, first=True) for x in a)
    return f" {joint} ".join(sides), COMPARE if op == "same" else CASES


def _place(s: Mapping[str, str], axis: str, key: str) -> str:
    """Return what a place of an axis is called, which `s` may say: its key is a plain name."""
    return s.get(f"{axis}={key}", key.replace("_", " "))


def _starts_with_number(t: Term) -> bool:
    if t.op in ("*", "**"):
        return _starts_with_number(t.args[0])
    return t.op == "num"


def _ends_in_number(t: Term) -> bool:
    if t.op == "*":
        return _ends_in_number(t.args[1])
    return t.op == "num"


# -- plain text -----------------------------------------------------------------------------


# What needs no brackets before it is raised to a power.
_BARE = re.compile(r"[\w.,]+")


def text(tree: Term, names: Mapping[str, str], side: bool = False) -> str:
    """Write the tree on one line for a terminal; `names` gives what stands for each argument.

    A name in braces, {x}, is a value to be filled in later; where a negative one would need
    brackets it comes back as {(x)}. side: the line is to stand before an equals sign.
    """
    return _paren(*_text(tree, names), ADD if side else CASES, first=True)


def _plain(value: Any) -> tuple[str, int]:
    """Write a literal of a formula as plain text."""
    if isinstance(value, Fraction) and value.denominator != 1:
        written, level = f"{value.numerator}/{value.denominator}", MUL
    elif float(value).is_integer():
        written, level = f"{int(value):,}", ATOM
    else:
        written, power = _digits(value)
        level = ATOM
        if power:
            tens = f"10^({power})"
            written, level = (tens, POW) if written == "1" else (f"{written} × {tens}", MUL)
    return written.replace("-", "−"), level


def _paren(text_: str, level: int, least: int, first: bool = False) -> str:
    """Bracket as `_wrap` does; a value to be filled in is marked where its sign would matter."""
    if first and level >= least:
        return text_
    if level < least or _SIGNED.match(text_):
        return f"({text_})"
    return re.sub(r"^\{([^{}()#]+)\}", r"{(\1)}", text_)


def _raised(t: Term, s: Mapping[str, str]) -> str:
    """Write a base or an exponent: a value with a unit needs brackets, and one to be filled in."""
    written, level = _text(t, s)
    closed = level == ATOM and (t.op != "arg" or _BARE.fullmatch(written))
    return _paren(written, ATOM if closed else CASES, ATOM)


def _text(t: Term, s: Mapping[str, str]) -> tuple[str, int]:
    op, a = t.op, t.args
    if op == "arg":
        return s[a[0]], ATOM
    if op == "num":
        return _plain(a[0])
    if op in "+-":
        left = _paren(*_text(a[0], s), ADD, first=True)
        right = _paren(*_text(a[1], s), ADD + (op == "-"))
        return f"{left} {'+' if op == '+' else '−'} {right}", ADD
    if op in "*/":
        left, right = _paren(*_text(a[0], s), MUL), _paren(*_text(a[1], s), MUL + (op == "/"))
        return f"{left} {'×' if op == '*' else '/'} {right}", MUL
    if op == "**":
        return f"{_raised(a[0], s)}^{_raised(a[1], s)}", POW
    if op == "neg":
        return f"−{_paren(*_text(a[0], s), MUL)}", ADD
    if op in _COMPARE_TEXT:
        left, right = (_paren(*_text(x, s), ADD, first=True) for x in a)
        return f"{left} {_COMPARE_TEXT[op]} {right}", COMPARE
    if op == "pi":
        return "π", ATOM
    if op == "where":
        condition = _paren(*_text(a[0], s), COMPARE, first=True)
        then, other = (_paren(*_text(x, s), ADD, first=True) for x in a[1:])
        return f"{then} if {condition}, otherwise {other}", CASES
    if op in ("all_of", "any_of"):
        sides = (_paren(*_text(x, s), COMPARE, first=True) for x in a)
        return (" and " if op == "all_of" else " or ").join(sides), CASES
    if op == "no":
        return f"not {_paren(*_text(a[0], s), ATOM)}", CASES
    if op == "same":
        return " is ".join(_text(x, s)[0] for x in a), COMPARE
    if op == "at":
        return f"{_paren(*_text(a[0], s), ATOM)}[{a[1]} = {_text(a[2], s)[0]}]", ATOM
    if op == "renamed":
        return f"{_paren(*_text(a[0], s), ATOM)}[{', '.join(a[1].values())}]", ATOM
    if op == "along":
        values = (f"{_place(s, a[0], key)} {_text(x, s)[0]}" for key, x in a[1].items())
        return f"by {a[0]}: {'; '.join(values)}", CASES
    if op in OVER_AXIS or op in ALONG_AXIS:
        return _over_axis(t, s), ATOM
    inner = [_paren(*_text(x, s), ADD, first=True) for x in a]
    name = {"ceil": "round up", "floor": "round down", "maximum": "max", "minimum": "min"}
    return f"{name.get(op, op)}({', '.join(inner)})", ATOM


_AXIS_NAMES = {
    "total": "sum",
    "least": "min",
    "most": "max",
    "where_least": "place of the least",
    "where_most": "place of the largest",
}


def _over_axis(t: Term, s: Mapping[str, str]) -> str:
    """Write an operation over an axis: sum(x over row where left)."""
    x, axis, mask, *more = t.args
    name = _AXIS_NAMES.get(t.op, t.op)
    if t.op == "nth":
        name = f"number {_paren(*_text(more[0], s), ATOM)} of "
    where = f" where {_text(mask, s)[0]}" if mask is not None else ""
    last = ", the last of equals" if more == [True] else ""
    return f"{name}({_text(x, s)[0]} over {axis}{where}{last})"
