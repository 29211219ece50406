"""What a chapter's graph is declared with: axes, figures and how they are wired, steps, choices."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from worked.cells import Cell, key_of
from worked.errors import FigureError
from worked.figures.terms import Term, trace
from worked.showing import SPOKEN
from worked.sources import OWN, Source

# -- axes and wiring --------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """A named axis: its places in order, and the noun for one of them ("delivery").

    `labels` are what a reader sees; each place's key is its label in small letters, digits and
    hyphens ("h100-sxm"), and stands in addresses and in `leaf[row=3]`. Instead of labels:
    `length` names the given that says how many places there are, at most `most`, counted from
    1; `like` names the axis whose places it has under a second name (query and key). `shown_by`
    names a figure over this axis that the labels show, such as a threshold that moves; its keys
    then count from 1. `symbol` is the letter of its index in formulas.
    """

    name: str
    labels: tuple[str | float, ...] = ()
    noun: str = ""
    symbol: str = ""
    length: str = ""
    most: int = 0
    like: str = ""
    shown_by: str = ""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of all places that there may be."""
        if self.length or self.shown_by:
            return tuple(str(i) for i in range(1, (self.most or len(self.labels)) + 1))
        return tuple(key_of(label) for label in self.labels)


@dataclass(frozen=True)
class Before:
    """A figure one place earlier along an axis; at the first place, the start."""

    name: str
    over: str
    start: str | float


@dataclass(frozen=True)
class Places:
    """The places of an axis themselves, or the numbers that are their labels."""

    axis: str
    as_numbers: bool = False


Wire = Cell | Before | Places


def before(name: str, over: str, start: str | float) -> Before:
    """Wire an input to `name` one place earlier along `over`; `start` stands before the first."""
    return Before(name, over, start)


def label(axis: str) -> Places:
    """Wire an input to the numbers that are an axis' labels."""
    return Places(axis, as_numbers=True)


_INPUT = r"\w+=\w+(?:\[[^\[\]]*\])?"


# -- figures ----------------------------------------------------------------------------------


AXES = property(lambda figure: tuple(figure.over.split()), doc="The axes that it is over.")


@dataclass(frozen=True)
class Given:
    """An input: its value in `unit`, its declared range in the same unit, and its source.

    Over an axis (`over`) the value is a tuple, and low and high may be; an absent cell is None.
    With a source and a note for each place (`each`) it is a row of facts about things, such as
    the memory of every GPU: it can be set like all others, but no panel offers it. In `label`
    and `symbol` of any figure `<row>` stands for the place on the axis row.
    """

    name: str
    value: Any
    unit: str
    symbol: str
    label: str
    low: Any
    high: Any
    source: Source = OWN
    places: int = 0
    integer: bool = False
    note: str = ""
    over: str = ""
    each: tuple[tuple[Source, str], ...] = ()
    axes = AXES


@dataclass(frozen=True)
class Derived:
    """A formula applied to figures: `inputs` maps an argument to what it takes.

    That is a figure's name, `name[axis=place]`, a `before`, a `label`; an argument that `inputs`
    does not mention takes the figure of the same name, or the places of the axis of that name.
    As text: inputs="part=tax whole=price[year=last]".
    `over` names the figure's axes, with a blank between. `words` turns the values 0, 1, 2 ...
    into a verdict ("does not fit", "fits", "needs {wanted}"), where 1 is the good one and a name
    in braces stands for that figure as it is shown. With `must`, any other verdict refuses the
    setting in these words. `partial`: a cell may be absent, where what it needs is.
    """

    name: str
    formula: Callable[..., Any]
    unit: str
    label: str
    symbol: str = ""
    places: int = 0
    inputs: str | Mapping[str, str | Wire] = field(default_factory=dict)
    words: tuple[str, ...] | None = None
    signed: bool = False
    must: bool = False
    over: str = ""
    partial: bool = False
    axes = AXES

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The arguments of its formula."""
        return tuple(inspect.signature(self.formula).parameters)

    @cached_property
    def wired(self) -> Mapping[str, str | Wire]:
        """What `inputs` says, argument by argument.

        Raises:
            FigureError: the text is not argument=figure, with blanks between.
        """
        if not isinstance(self.inputs, str):
            return self.inputs
        if not re.fullmatch(rf"\s*({_INPUT}\s*)*", self.inputs):
            raise FigureError(
                f"{self.name}: inputs are written argument=figure, with blanks between"
            )
        return dict(part.split("=", 1) for part in re.findall(_INPUT, self.inputs))

    @cached_property
    def term(self) -> Term:
        """What its formula does."""
        return trace(self.formula)

    def spoken(self) -> list[str]:
        """Return the figures that its words mention."""
        return [name for text in self.words or () for name in SPOKEN.findall(text)]


@dataclass(frozen=True)
class Measured:
    """A recorded result: `record` names the file under the chapter's measured/ folder.

    `at` names the givens at whose values in the book it was recorded, with a blank between:
    where one of them differs, so might the result.
    """

    name: str
    value: Any
    unit: str
    label: str
    record: str
    command: str
    date: str
    machine: str
    deterministic: bool
    seed: int | None = None
    symbol: str = ""
    places: int = 0
    signed: bool = False
    over: str = ""
    at: str = ""
    axes = AXES


Figure = Given | Derived | Measured


@dataclass(frozen=True)
class Step:
    """One numbered step of a chapter and the figures that it introduces."""

    slug: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Setting:
    """What an option sets a given to, in the given's unit, and where that value comes from."""

    value: float
    source: Source = OWN
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """A named set of alternatives, each setting several givens at once (a model, a GPU)."""

    name: str
    label: str
    default: str
    options: Mapping[str, Mapping[str, Setting]]


# -- what the reader takes away ---------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A number to know: how one gets it on a whiteboard, and what it decides.

    `route` is an expression over figures, each of which is taken to `digits` significant digits.
    `turns` says what the number decides ("whether ZeRO-3 fits"), `verdict` is its condition, and
    `by` the given that one would move to turn it.
    """

    figure: str
    route: str = ""
    digits: int = 1
    turns: str = ""
    verdict: str = ""
    by: str = ""


@dataclass(frozen=True)
class Knob:
    """What a designer sets: a choice, or a given with its allowed values in its unit."""

    name: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """What a design has to meet, in words, and its condition."""

    says: str
    condition: str
