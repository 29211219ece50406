"""How a derivation goes, step by step: recorded by the very code that proves the formula.

A derivation in `checks/proof/derivations/` says what it does as it does it:
`noted("in words", value)` gives the value back, and notes both where someone listens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One step of a derivation: what is done, in words, and the expressions that this gives.

    `left` is what an expression is called there, as LaTeX: "W(\\tau)", or "" where it has no name.
    """

    words: str
    value: Any
    left: str = ""


_LISTENING: ContextVar[list[Step] | None] = ContextVar("listening", default=None)


def noted(words: str, value: T, left: str = "") -> T:
    """Note a step and return its value; what was said in the same words is not said again."""
    heard = _LISTENING.get()
    if heard is not None and all(s.words != words for s in heard):
        heard.append(Step(words, value, left))
    return value


@contextmanager
def listening() -> Iterator[list[Step]]:
    """Collect the steps of the derivations that run meanwhile."""
    heard: list[Step] = []
    token = _LISTENING.set(heard)
    try:
        yield heard
    finally:
        _LISTENING.reset(token)


def heard_from(derivation: Callable[..., Any], arguments: Iterable[Any]) -> tuple[Any, list[Step]]:
    """Run a derivation; return what it arrives at and how."""
    with listening() as heard:
        found = derivation(*arguments)
    return found, heard


def as_tex(step: Step, symbols: Mapping[str, str]) -> str:
    """Return a step's expression as LaTeX, each argument called by its symbol."""
    import sympy

    def written(value: Any) -> str:
        if isinstance(value, (list, tuple)):
            return r",\quad ".join(map(written, value))
        value = sympy.sympify(value)
        names = {s: _whole(symbols.get(s.name, sympy.latex(s))) for s in value.free_symbols}
        tex: str = sympy.latex(value, symbol_names=names, fold_short_frac=False, ln_notation=True)
        return tex

    return f"{step.left} = {written(step.value)}" if step.left else written(step.value)


def _whole(tex: str) -> str:
    """Return a symbol so that it can stand in a product and have an exponent behind it."""
    bare = tex
    while "{" in bare:
        bare, before = re.sub(r"\\?\w*\{[^{}]*\}", "", bare), bare
        if bare == before:
            break
    if any(sign in bare for sign in "+-/"):
        return rf"\left({tex}\right)"
    return f"{{{tex}}}" if "^" in tex or "_" in tex else tex


def as_text(step: Step) -> str:
    """Return a step's expression as plain text, its arguments called by their names."""
    values = step.value if isinstance(step.value, (list, tuple)) else [step.value]
    return ", ".join(map(_plain, values))


def _plain(value: Any) -> str:
    import sympy

    if isinstance(value, sympy.Equality):
        return f"{_plain(value.lhs)} = {_plain(value.rhs)}"
    return sympy.sstr(value).replace("**", "^")


def signed(*arguments: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a derivation that holds for arguments of either sign; the others are positive."""

    def decorate(derivation: Callable[..., Any]) -> Callable[..., Any]:
        derivation.signed = arguments  # type: ignore[attr-defined]
        return derivation

    return decorate
