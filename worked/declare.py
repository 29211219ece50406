"""Declare a figure in two lines: what computes it | how it is shown.

    signed("residual", residual, "row round", y="minutes", prediction=BEFORE)
    | shown("Residual of delivery <row>, minutes", r"r_{<row>}", 2),

An axis in angle brackets stands for the label of the cell's own place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from worked.figures.kinds import Derived, Figure, FigureError, Measured, Step, Wire

F = TypeVar("F", Derived, Measured)


def step(slug: str, title: str, *figures: Figure) -> Step:
    """Return a step of a chapter and the figures that it introduces."""
    return Step(slug, title, figures)


def steps(*parts: Step | Figure) -> list[Step]:
    """Return a chapter's steps, each with the figures that stand behind it.

    Raises:
        FigureError: a figure stands before the first step.
    """
    found: list[Step] = []
    for part in parts:
        if isinstance(part, Step):
            found.append(part)
        elif found:
            found[-1] = replace(found[-1], figures=(*found[-1].figures, part))
        else:
            raise FigureError(f"{part.name}: stands before the first step")
    return found


def derived(
    name: str, formula: Callable[..., Any], over: str = "", /, **inputs: str | Wire
) -> Derived:
    """Return a figure that is not negative; `inputs`: what each argument takes."""
    return Derived(name, formula, "", "", inputs=inputs, over=over)


def partial(
    name: str, formula: Callable[..., Any], over: str = "", /, **inputs: str | Wire
) -> Derived:
    """Return a figure that may be negative, and absent where something that it needs is."""
    return replace(signed(name, formula, over, **inputs), partial=True)


def signed(
    name: str, formula: Callable[..., Any], over: str = "", /, **inputs: str | Wire
) -> Derived:
    """Return a figure that may be negative."""
    return replace(derived(name, formula, over, **inputs), signed=True)


def verdict(
    name: str,
    formula: Callable[..., Any],
    words: tuple[str, ...],
    over: str = "",
    /,
    **inputs: str | Wire,
) -> Derived:
    """Return a figure that is shown in words, the first for 0, the next for 1."""
    return replace(derived(name, formula, over, **inputs), words=words)


def must(
    name: str,
    formula: Callable[..., Any],
    words: tuple[str, str],
    over: str = "",
    /,
    **inputs: str,
) -> Derived:
    """Return a verdict that refuses a setting where it is 0, in the words for 0."""
    return replace(verdict(name, formula, words, over, **inputs), must=True)


@dataclass(frozen=True)
class shown:  # noqa: N801 - it reads as what it does
    """How a figure is shown: its label, its symbol, its decimals, its unit."""

    label: str
    symbol: str = ""
    places: int = 0
    unit: str | None = None

    def __ror__(self, figure: F) -> F:
        """Return the figure, shown so; without a unit here, in the unit that it has.

        Raises:
            FigureError: a measured figure has values in another unit.
        """
        if isinstance(figure, Measured) and self.unit not in (None, figure.unit):
            raise FigureError(
                f"{figure.name}: is recorded in {figure.unit!r}; name {self.unit!r} where it is "
                "taken from its record, so that its values are converted"
            )
        unit = figure.unit if self.unit is None else self.unit
        return replace(figure, label=self.label, symbol=self.symbol, places=self.places, unit=unit)
