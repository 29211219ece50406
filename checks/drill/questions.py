"""Questions: what a chapter's bank is made of, as plain data.

A question belongs to a numbered step of its chapter. Its texts may hold figures in double
braces, as the chapters do; `{{ name }}` shows the value that was drawn. Six kinds:

- `Number`: a derived figure with givens drawn anew; a wrong answer is compared with what the
  field's classic mistakes would have given;
- `Formula`: an expression in declared symbols, right if equivalent;
- `Choice`, `Order`, `FindMistake`: picked from what is shown, each distractor explained;
- `Open`: answered aloud or on paper and scored by the reader against a rubric.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.drill.answers import Tolerance, WithinPercent
from worked.figures import FigureError

LEVELS = ("mid", "senior", "staff")


class BankError(FigureError):
    """A question that makes no sense; the message starts with the question's id."""


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: its cause, as the reader is told it, and the value it would give.

    `wrong` is a plain formula of figures of the chapter (arguments by figure name, in base
    units); the argument `key` stands for the right value. `inputs` names the cell that an argument
    takes, where it is none of that name: inputs={"first": "left[round=1]"}.
    """

    cause: str
    wrong: Callable[..., Any]
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Number:
    """Compute the derived figure or cell `figure`, with the givens in `vary` drawn anew.

    vary: given, cell of one (values in its unit) or choice (names of options) -> what may be
    drawn. The values should be ones that a reader can compute with. unit: that of the answer,
    where it is not the figure's own. cell: axis -> the keys of the places that may be drawn, or
    "any"; whatever leaves that axis open (figure, vary, mistakes, texts) means the place that was
    drawn, and the axis' name in double braces its label: "Job {{ job }} wants {{ wanted }}."
    """

    name: str
    step: str
    figure: str
    ask: str
    vary: Mapping[str, Sequence[float | str]]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    tolerance: Tolerance = field(default_factory=lambda: WithinPercent(2))
    unit: str | None = None
    level: str = "mid"
    cell: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Symbol:
    """A letter of a formula: the argument that it stands for, its meaning, its range."""

    argument: str
    meaning: str
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Posed:
    """What every kind but `Number` begins with."""

    name: str
    step: str
    ask: str


@dataclass(frozen=True, eq=False)
class Formula(Posed):
    """Write `formula` in the declared symbols; `mistakes` are formulas of the same arguments."""

    formula: Callable[..., Any]
    symbols: Mapping[str, Symbol]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    level: str = "mid"


@dataclass(frozen=True)
class Option:
    """One option of a choice, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True, eq=False)
class Choice(Posed):
    """Pick the one right option."""

    options: tuple[Option, ...]
    hints: tuple[str, ...] = ()
    level: str = "mid"


@dataclass(frozen=True, eq=False)
class Order(Posed):
    """Bring `items`, given here in the right order, into that order; `why` explains it."""

    items: tuple[str, ...]
    why: str
    hints: tuple[str, ...] = ()
    level: str = "mid"


@dataclass(frozen=True, eq=False)
class FindMistake(Posed):
    """Find the line that is wrong (`wrong` is its index); it was published where `source` says.

    written: `why` with its sums still to be worked out, where it has some.
    """

    lines: tuple[str, ...]
    wrong: int
    why: str
    source: str
    url: str
    hints: tuple[str, ...] = ()
    level: str = "senior"
    written: str = ""


@dataclass(frozen=True, eq=False)
class Open(Posed):
    """Answer aloud; then score yourself: `rubric` is level -> the points of a good answer."""

    rubric: Mapping[str, tuple[str, ...]]
    hints: tuple[str, ...] = ()
    level: str = "senior"


Question = Number | Formula | Choice | Order | FindMistake | Open
KINDS: dict[str, type] = {
    "number": Number,
    "formula": Formula,
    "choice": Choice,
    "order": Order,
    "mistake": FindMistake,
    "open": Open,
}


KIND_TITLES = {
    "number": "number",
    "formula": "formula",
    "choice": "choice",
    "order": "put in order",
    "mistake": "find the mistake",
    "open": "open question",
}


def kind_of(question: Question) -> str:
    """Return the kind as commands and pages name it."""
    return next(name for name, kind in KINDS.items() if isinstance(question, kind))


def texts_of(question: Question) -> list[str]:
    """Return every text of a question that a reader may see, before figures are filled in."""
    texts = [question.ask, *question.hints]
    match question:
        case Number() | Formula():
            texts += [m.cause for m in question.mistakes]
            if isinstance(question, Formula):
                texts += [s.meaning for s in question.symbols.values()]
        case Choice():
            texts += [t for o in question.options for t in (o.text, o.why)]
        case Order():
            texts += [*question.items, question.why]
        case FindMistake():
            texts += [*question.lines, question.why, question.source]
        case Open():
            texts += [point for points in question.rubric.values() for point in points]
    return texts


# -- the mistakes that many figures share -------------------------------------------------------


def query_heads(of: Callable[..., Any]) -> Mistake:
    """Query heads counted where key-value heads are: `of` is a formula of figures."""
    return Mistake("You counted query heads, not key-value heads.", of)


def binary_for_decimal(prefix: str = "G", power: int = 3) -> Mistake:
    """Divided by a power of 1,024 and written with the decimal prefix."""
    return Mistake(
        f"You divided by the binary unit but wrote {prefix}B; that number is in {prefix}iB.",
        lambda key: key * 1000**power / 1024**power,
    )


def bits_for_bytes() -> Mistake:
    """Bits counted as bytes."""
    return Mistake("You counted bits where the answer is in bytes.", lambda key: key * 8)


def bytes_for_bits() -> Mistake:
    """Divided by eight what was in bytes already."""
    return Mistake("You converted from bits: the rate was in bytes already.", lambda key: key / 8)


def both_ways() -> Mistake:
    """A link's rate in both directions added up, so that the time is half."""
    return Mistake(
        "You used the link's rate of both directions together; the data goes one way.",
        lambda key: key / 2,
    )


def twice(cause: str) -> Mistake:
    """A factor of two too many."""
    return Mistake(cause, lambda key: key * 2)


def half(cause: str) -> Mistake:
    """A factor of two forgotten."""
    return Mistake(cause, lambda key: key / 2)
