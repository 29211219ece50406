"""Draw a question: from a question and a seed to what the reader is asked.

The same seed gives the same question in the terminal and on the page (docs/assets/js/quiz/
draw.js is the twin of this file).
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from checks.quiz.answers import Answer, Unit, find_unit, read_answer
from checks.quiz.portable_random import PortableRandom, seed_of
from checks.quiz.questions import (
    BankError,
    Choice,
    Mistake,
    Number,
    Order,
    Question,
    kind_of,
    texts_of,
)
from checks.site.spans import DIRECTIVE, reference, written
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
    units; key: the right value of a number, in base units; wrongs: what the mistakes give, in
    the order in which the question declares them, those left out that give nothing or the key;
    order: for a choice or an ordering, the indices of what is shown, as shown.
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

    @property
    def id(self) -> str:
        """The question's id: chapter/name."""
        return f"{self.chapter}/{self.question.name}"

    @property
    def kind(self) -> str:
        """The question's kind, as commands and pages name it."""
        return kind_of(self.question)

    def fill(self, text: str) -> str:
        """Return a text of the question with the drawn values in it."""
        return fill(text, self.chapter, self.values)


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
    asked = fill(question.ask, slug, values)
    return Asked(slug, question, seed, asked, {}, values, order=order)


def _number(slug: str, q: Number, seed: int, random: PortableRandom) -> Asked:
    g = graph(slug)
    for _ in range(TRIES):
        settings = {n: options[random.below(len(options))] for n, options in q.vary.items()}
        try:
            values = g.evaluate(settings, figures_in(slug, q))
        except FigureError:
            continue
        if values[q.figure] == 0:
            continue
        key = exact(values[q.figure])
        wrongs = []
        for m in q.mistakes:
            value = wrong_value(m, values, q.figure)
            if value is not None and value != key:
                wrongs.append(Wrong(value, fill(m.cause, slug, values)))
        text = fill(q.ask, slug, values)
        unit = q.unit if q.unit is not None else g.figure(q.figure).unit
        return Asked(slug, q, seed, text, settings, values, key, unit, tuple(wrongs))
    raise BankError(f"{slug}/{q.name}: no values that make sense in {TRIES} tries (seed {seed})")


def exact(value: float) -> Fraction:
    """Return the number that is shown for a value: its first 15 digits, exactly."""
    return Fraction(f"{value:.14e}")


def wrong_value(mistake: Mistake, values: Mapping[str, float], figure: str) -> Fraction | None:
    """Return what a mistake gives, None where it gives no number."""
    names = inspect.signature(mistake.wrong).parameters
    try:
        value = mistake.wrong(*(values[figure if n == "key" else n] for n in names))
        return exact(float(value)) if math.isfinite(value) else None
    except (ArithmeticError, ValueError, TypeError):
        return None  # a division by zero, or a root that is complex


@lru_cache(maxsize=4096)
def figures_in(slug: str, question: Question) -> frozenset[str]:
    """Return the figures that a question needs, with all that they depend on."""
    names = [
        reference(match[1], slug).name
        for text in texts_of(question)
        for match in DIRECTIVE.finditer(text)
        if not match[1].startswith("lit:")
    ]
    if isinstance(question, Number):
        names.append(question.figure)
        for m in question.mistakes:
            names += [n for n in inspect.signature(m.wrong).parameters if n != "key"]
    return graph(slug).needed(names)


def fill(text: str, slug: str, values: Mapping[str, float]) -> str:
    """Return `text` with each figure in double braces written with `values`."""

    def one(match: re.Match[str]) -> str:
        body = match[1]
        if body.startswith("lit:"):
            return body[4:].strip()
        return written(reference(body, slug), values)

    return DIRECTIVE.sub(one, text)


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
    figure = g.figure(q.figure)
    assert isinstance(figure, Derived)
    for places in range(figure.places, MOST_PLACES):
        text = g.shown(q.figure, asked.values, q.unit, places)
        reading = read_answer(text, asked.unit)
        if isinstance(reading, Answer):
            twice = 2 * reading.value - asked.key
            if q.tolerance.accepts(twice, asked.key, reading.unit.size):
                return text
    return g.shown(q.figure, asked.values, q.unit)
