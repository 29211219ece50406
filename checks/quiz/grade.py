"""Grade an answer: right, wrong with its cause, or asked again.

docs/assets/js/quiz/grade.js is the twin of this file; both say the same words.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checks.quiz import expressions
from checks.quiz.answers import (
    Answer,
    AnswerError,
    Exact,
    SignificantDigits,
    Tolerance,
    WithinPercent,
    read_answer,
)
from checks.quiz.draw import Asked, shown_key, unit_of
from checks.quiz.questions import (
    LEVELS,
    Choice,
    FindMistake,
    Formula,
    Mistake,
    Number,
    Open,
    Order,
)
from worked.units import rounded_fraction

RIGHT, WRONG, AGAIN = "right", "wrong", "again"
# A wrong number this close to what a mistake gives was made by that mistake.
CLOSE = WithinPercent(2)
DIGITS = SignificantDigits(3)


@dataclass(frozen=True)
class Verdict:
    """What became of an answer.

    outcome: "right", "wrong", or "again" where it could not be judged; says: what the reader is
    told, the first sentence alone sufficing; causes: which of the drawn wrongs (or a formula's
    mistakes) it is; share: of an open question's points, those that were met.
    """

    outcome: str
    says: tuple[str, ...]
    causes: tuple[int, ...] = ()
    share: float = 0.0


def again(why: str) -> Verdict:
    """Return the verdict that asks once more."""
    return Verdict(AGAIN, (why[0].upper() + why[1:] + ("" if why.endswith(".") else "."),))


# -- numbers ----------------------------------------------------------------------------------


def grade_number(asked: Asked, text: str) -> Verdict:
    """Judge a typed number with its unit against the key, and diagnose it where it is wrong."""
    q = asked.question
    assert isinstance(q, Number)
    try:
        reading = read_answer(text, asked.unit)
    except AnswerError as error:
        return again(str(error))
    if not isinstance(reading, Answer):
        return again(reading.tell)
    answer, size = reading.value, reading.unit.size
    if q.tolerance.accepts(answer, asked.key, size):
        return Verdict(RIGHT, (f"Right: {shown_key(asked)}.",))
    causes = causes_of(asked, answer, size)
    told = [asked.wrongs[i].cause for i in causes] or [slip(asked, answer)]
    said = " Or: ".join(dict.fromkeys(told))
    return Verdict(WRONG, ("Not right.", said), causes)


def causes_of(asked: Asked, answer: Fraction, size: Fraction) -> tuple[int, ...]:
    """Return which of the drawn wrongs an answer (base units) is, the nearest first."""
    q = asked.question
    assert isinstance(q, Number)
    test = diagnosis_tolerance(q.tolerance)
    hits = [i for i, w in enumerate(asked.wrongs) if test.accepts(answer, w.value, size)]
    return tuple(sorted(hits, key=lambda i: (abs(asked.wrongs[i].value - answer), i)))


def diagnosis_tolerance(tolerance: Tolerance) -> Tolerance:
    """Return how close a wrong answer must be to what a mistake gives."""
    if isinstance(tolerance, SignificantDigits):
        return tolerance
    if isinstance(tolerance, WithinPercent) and tolerance.percent <= CLOSE.percent:
        return tolerance
    return DIGITS if isinstance(tolerance, Exact) else CLOSE


def slip(asked: Asked, answer: Fraction) -> str:
    """Return what a wrong answer that no declared mistake explains has to do with the key."""
    if answer == 0:
        return "It is not zero."
    ratio = answer / asked.key
    if ratio < 0:
        return "Its sign is wrong."
    dimension = unit_of(asked).dimension
    factors = [(Fraction(1000) ** k, "a prefix slipped by a factor of 1,000") for k in (1, 2, 3)]
    factors += [(Fraction(10), "a factor of ten is lost"), (Fraction(100), "two places are lost")]
    factors += [(Fraction(2), "a factor of two is off")]
    if dimension[0]:
        factors += [(Fraction(8), "bits and bytes are mixed up")]
        factors += [
            (Fraction(1024, 1000) ** k, "powers of 1,000 and of 1,024 are mixed up")
            for k in (1, 2, 3, 4)
        ]
    if dimension[1]:
        factors += [(Fraction(60), "seconds and minutes, or minutes and hours, are mixed up")]
        factors += [(Fraction(3600), "seconds and hours are mixed up")]
    off = max(ratio, 1 / ratio)
    for factor, what in factors:
        if WithinPercent(Fraction(1, 2)).accepts(off, factor):
            return f"Your answer is {_times(ratio)}: {what}."
    return f"Your answer is {_times(ratio)}."


def _times(ratio: Fraction) -> str:
    """Return how many times too large or too small an answer is, in words."""
    off = max(ratio, 1 / ratio)
    if off < Fraction(3, 2):
        percent = rounded_fraction((off - 1) * 100, 1)
        return f"{percent}% too {'large' if ratio > 1 else 'small'}"
    places = 2 if off < 10 else 0
    return f"{rounded_fraction(off, places)} times too {'large' if ratio > 1 else 'small'}"


# -- formulas ---------------------------------------------------------------------------------


def grade_formula(asked: Asked, text: str) -> Verdict:
    """Judge a typed expression: right if it equals the reference at random points."""
    q = asked.question
    assert isinstance(q, Formula)
    try:
        steps = expressions.parse(text, q.symbols)
    except expressions.ExpressionError as error:
        return again(str(error))
    ranges = {letter: (s.low, s.high) for letter, s in q.symbols.items()}
    found = expressions.equivalent(steps, in_symbols(q, q.formula), ranges, asked.seed)
    if found.same:
        return Verdict(RIGHT, ("Right.",))
    causes = []
    for i, m in enumerate(q.mistakes):
        try:
            same = expressions.equivalent(steps, in_symbols(q, m.wrong), ranges, asked.seed).same
        except ValueError:
            continue
        if same:
            causes.append(i)
    told = [asked.fill(q.mistakes[i].cause) for i in causes] or [_counterexample(found)]
    return Verdict(WRONG, ("Not right.", " Or: ".join(told)), tuple(causes))


def in_symbols(q: Formula, formula: Callable[..., float]) -> Callable[..., float]:
    """Return `formula` as a function of the question's letters."""
    letters = {s.argument: letter for letter, s in q.symbols.items()}
    arguments = [letters[a] for a in inspect.signature(formula).parameters]
    return lambda **point: formula(*(point[letter] for letter in arguments))


def written_formula(formula: Callable[..., float], letters: Mapping[str, str]) -> str:
    """Return a formula as a reader would type it; `letters` gives that of each argument."""
    from checks.trace import text, trace

    written = text(trace(formula), letters)
    for sign, instead in (
        ("×", "*"), ("−", "-"), ("round up(", "ceil("), ("round down(", "floor("),
        ("absolute(", "abs("),
    ):  # fmt: skip
        written = written.replace(sign, instead)
    # The commas of thousands go; those between the arguments of a function, with a space, stay.
    return re.sub(r",(?=\d)", "", written)


def _counterexample(found: expressions.Comparison) -> str:
    point = ", ".join(f"{name} = {value:.4g}" for name, value in found.differs_at.items())
    theirs = "has no value" if found.theirs != found.theirs else f"gives {found.theirs:.4g}"
    return f"At {point} yours {theirs}, the right one gives {found.ours:.4g}."


# -- picked from what is shown ------------------------------------------------------------------


def grade_choice(asked: Asked, picked: int) -> Verdict:
    """Judge the option at position `picked` (from 0) of those shown."""
    q = asked.question
    assert isinstance(q, Choice)
    if not 0 <= picked < len(q.options):
        return again(f"pick one of the {len(q.options)} options")
    option = q.options[asked.order[picked]]
    first = "Right." if option.right else "Not right."
    return Verdict(RIGHT if option.right else WRONG, (first, asked.fill(option.why)))


def grade_order(asked: Asked, picked: Sequence[int]) -> Verdict:
    """Judge an order of the positions shown (from 0), the first one first."""
    q = asked.question
    assert isinstance(q, Order)
    if sorted(picked) != list(range(len(q.items))):
        return again("name each item once")
    order = [asked.order[p] for p in picked]
    if order == list(range(len(q.items))):
        return Verdict(RIGHT, ("Right.", asked.fill(q.why)))
    place = next(i for i, item in enumerate(order) if item != i)
    item = asked.fill(q.items[order[place]])
    said = (
        "Up to here it is right; then this comes too early" if place else "This does not come first"
    )
    return Verdict(WRONG, ("Not right.", f"{said}: {item}"))


def grade_find_mistake(asked: Asked, picked: int) -> Verdict:
    """Judge the line at index `picked` (from 0)."""
    q = asked.question
    assert isinstance(q, FindMistake)
    if not 0 <= picked < len(q.lines):
        return again(f"pick one of the {len(q.lines)} lines")
    if picked == q.wrong:
        return Verdict(RIGHT, ("Right.", asked.fill(q.why)))
    why = "follows from the lines above" if picked < q.wrong else "follows from its line above"
    return Verdict(WRONG, ("Not right.", f"Line {picked + 1} is no mistake of its own: it {why}."))


def points_of(asked: Asked) -> list[tuple[str, str]]:
    """Return (level, point) for each point of an open question's rubric, as shown."""
    q = asked.question
    assert isinstance(q, Open)
    return [(level, asked.fill(point)) for level in LEVELS for point in q.rubric[level]]


def grade_open(asked: Asked, met: Sequence[int]) -> Verdict:
    """Score an open question by the rubric's points that the reader says were met."""
    q = asked.question
    assert isinstance(q, Open)
    points = points_of(asked)
    kept = sorted({i for i in met if 0 <= i < len(points)})
    reached = ""
    for level in LEVELS:
        of_level = [i for i, (its, _) in enumerate(points) if its == level]
        if not all(i in kept for i in of_level):
            break
        reached = level
    share = len(kept) / len(points)
    said = f"{len(kept)} of {len(points)} points."
    level_said = f"All points up to {reached}." if reached else "Not yet all points of a mid level."
    return Verdict(RIGHT if reached else WRONG, (said, level_said), share=share)


def mistakes_of(asked: Asked) -> tuple[Mistake, ...]:
    """Return the declared mistakes of a number or a formula; none for the other kinds."""
    q = asked.question
    return q.mistakes if isinstance(q, Number | Formula) else ()
