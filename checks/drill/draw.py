"""Draw a question: from a question and a seed to what the reader is asked.

The same seed gives the same question in the terminal and on the page (docs/assets/js/quiz/
draw.js is the twin of this file).
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from checks.drill.answers import Answer, Unit, find_unit, read_answer
from checks.drill.portable_random import PortableRandom, seed_of
from checks.drill.questions import (
    BankError,
    Choice,
    Mistake,
    Number,
    Order,
    Question,
    kind_of,
    texts_of,
)
from checks.faces.spans import DIRECTIVE, literal, reference, written
from worked.chapters import graph
from worked.figures import Derived, FigureError

TRIES = 64
MOST_PLACES = 16


@dataclass(frozen=True)
class Wrong:
    """What a classic mistake gives for the values drawn, and its cause in words."""

    value: Fraction
    cause: str


@dataclass(frozen=True)
class Asked:
    """A question as it is put to a reader.

    settings: the givens drawn (in their units); values: the figures that matter, in base
    units; places: axis -> the key of the place drawn; key: the right value of a number, in base
    units; wrongs: what the mistakes give, in the order in which the question declares them, those
    left out that give nothing or the key; order: for a choice or an ordering, the indices of what
    is shown, as shown.
    """

    chapter: str
    question: Question
    seed: int
    text: str
    settings: Mapping[str, float | str]
    values: Mapping[str, float]
    key: Fraction = Fraction(0)
    unit: str = ""
    wrongs: tuple[Wrong, ...] = ()
    order: tuple[int, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The question's id: chapter/name."""
        return f"{self.chapter}/{self.question.name}"

    @property
    def kind(self) -> str:
        """The question's kind, as commands and pages name it."""
        return kind_of(self.question)

    @property
    def figure(self) -> str:
        """The figure or cell that a number asks for."""
        assert isinstance(self.question, Number)
        return graph(self.chapter).cell_at(self.question.figure, self.places)

    def value(self, name: str) -> float | None:
        """Return a figure's or a cell's value, in base units; of what is open, at the places drawn.

        Raises:
            FigureError: there is none such, or not at the settings drawn.
        """
        g = graph(self.chapter)
        value: float | None = g.value(g.cell_at(name, self.places), self.values)
        return value

    def fill(self, text: str) -> str:
        """Return a text of the question with the drawn values in it."""
        g = graph(self.chapter)

        def one(match: re.Match[str]) -> str:
            body = match[1]
            if (said := literal(body)) is not None:
                return said
            if body in self.places:
                return g.label(body, g.place(body, self.places[body]), self.values)
            ref = reference(body, self.chapter)
            return written(replace(ref, name=g.cell_at(ref.name, self.places)), self.values)

        return DIRECTIVE.sub(one, text)


def draw(slug: str, question: Question, seed: int) -> Asked:
    """Return the question as it is asked for `seed` (any integer; its lowest 32 bits count).

    Raises:
        BankError: no values that make sense were drawn in 64 tries.
    """
    random = PortableRandom(seed_of(f"{slug}/{question.name}") ^ (seed & 0xFFFFFFFF))
    if isinstance(question, Number):
        return _number(slug, question, seed, random)
    values = graph(slug).evaluate({}, figures_in(slug, question))
    order: tuple[int, ...] = ()
    if isinstance(question, Choice):
        order = tuple(random.shuffled(range(len(question.options))))
    elif isinstance(question, Order):
        right = tuple(range(len(question.items)))
        order = tuple(random.shuffled(right))
        if order == right:
            order = (*right[1:], right[0])
    asked = Asked(slug, question, seed, "", {}, values, order=order)
    return replace(asked, text=asked.fill(question.ask))


def _number(slug: str, q: Number, seed: int, random: PortableRandom) -> Asked:
    g = graph(slug)
    unit = q.unit if q.unit is not None else g.find(q.figure)[0].unit
    for _ in range(TRIES):
        places = {a: keys[random.below(len(keys))] for a, keys in places_of(slug, q).items()}
        settings = {
            n if n in g.choices else g.cell_at(n, places): options[random.below(len(options))]
            for n, options in q.vary.items()
        }
        try:
            values = g.evaluate(settings, figures_in(slug, q))
            asked = Asked(slug, q, seed, "", settings, values, unit=unit, places=places)
            value = asked.value(q.figure)
        except FigureError:
            continue
        if not value:
            continue
        key = exact(value)
        wrongs = [(wrong_value(m, asked), m.cause) for m in q.mistakes]
        return replace(
            asked,
            text=asked.fill(q.ask),
            key=key,
            wrongs=tuple(
                Wrong(wrong, asked.fill(cause))
                for wrong, cause in wrongs
                if wrong is not None and wrong != key
            ),
        )
    raise BankError(f"{slug}/{q.name}: no values that make sense in {TRIES} tries (seed {seed})")


def places_of(slug: str, q: Question) -> dict[str, tuple[str, ...]]:
    """Return axis -> the keys that may be drawn for the cell that a question asks for."""
    g = graph(slug)
    return {
        axis: g.keys[axis][: g.length(axis, g.base)] if keys == "any" else tuple(keys)
        for axis, keys in (q.cell if isinstance(q, Number) else {}).items()
    }


def exact(value: float) -> Fraction:
    """Return the number that is shown for a value: its first 15 digits, exactly."""
    return Fraction(f"{value:.14e}")


def arguments(mistake: Mistake, q: Number) -> list[str]:
    """Return the figures and cells that a mistake takes, in the order of its arguments."""
    inputs = {"key": q.figure, **mistake.inputs}
    return [inputs.get(n, n) for n in inspect.signature(mistake.wrong).parameters]


def wrong_value(mistake: Mistake, asked: Asked) -> Fraction | None:
    """Return what a mistake gives, None where it gives no number."""
    assert isinstance(asked.question, Number)
    try:
        value = mistake.wrong(*(asked.value(n) for n in arguments(mistake, asked.question)))
        return exact(float(value)) if math.isfinite(value) else None
    except (ArithmeticError, ValueError, TypeError):
        return None  # a division by zero, a root that is complex, a cell that is not there


@lru_cache(maxsize=4096)
def figures_in(slug: str, question: Question) -> frozenset[str]:
    """Return the figures that a question needs, with all that they depend on."""
    g, places = graph(slug), places_of(slug, question)
    names = [
        reference(match[1], slug).figure
        for text in texts_of(question)
        for match in DIRECTIVE.finditer(text)
        if literal(match[1]) is None and match[1] not in places
    ]
    names += [shown for axis in places if (shown := g.shown_by(axis))]
    if isinstance(question, Number):
        wanted = [question.figure, *(n for m in question.mistakes for n in arguments(m, question))]
        names += [g.find(n)[0].name for n in wanted]
    return g.needed(names)


def unit_of(asked: Asked) -> Unit:
    """Return the unit in which a number is wanted."""
    found = find_unit(asked.unit)
    assert isinstance(found, Unit)
    return found


def shown_key(asked: Asked) -> str:
    """Return the right value of a number as the book writes it, with the digits that it needs.

    They are the fewest decimals, no fewer than the figure's own, with which it would still be
    right if it were rounded off by twice as much.
    """
    q = asked.question
    assert isinstance(q, Number)
    g = graph(asked.chapter)
    figure = g.find(q.figure)[0]
    assert isinstance(figure, Derived)
    for places in range(figure.places, MOST_PLACES):
        text = g.shown(asked.figure, asked.values, q.unit, places)
        reading = read_answer(text, asked.unit)
        if isinstance(reading, Answer):
            twice = 2 * reading.value - asked.key
            if q.tolerance.accepts(twice, asked.key, reading.unit.size):
                return text
    return g.shown(asked.figure, asked.values, q.unit)
