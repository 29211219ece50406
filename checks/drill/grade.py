"""Grade an answer: right, wrong with its cause, or asked again.

docs/assets/js/quiz/grade.js is the twin of this file; both say the same words.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checks.drill import expressions
from checks.drill.answers import (
    Answer,
    AnswerError,
    Dimension,
    Exact,
    Typed,
    WithinPercent,
    read_answer,
)
from checks.drill.draw import Asked, shown_key, unit_of
from checks.drill.questions import (
    LEVELS,
    Choice,
    FindMistake,
    Formula,
    Mistake,
    Number,
    Open,
    Order,
)

RIGHT, WRONG, AGAIN = "right", "wrong", "again"
# How well an explanation fits a wrong number: not at all, perhaps, in its ratio, in its digits.
NOT, PERHAPS, IN_RATIO, IN_DIGITS = range(4)
PERHAPS_SAID = "Perhaps: "
RATIO, NEAR = WithinPercent(Fraction(1, 10)), WithinPercent(1)


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
    """Return the verdict that asks once more; what a reader typed stands in `why` in quotes."""
    return Verdict(AGAIN, (why[0].upper() + why[1:] + ("" if why.endswith(".") else "."),))


def grade(asked: Asked, answer: Any) -> Verdict:
    """Judge an answer as the question's kind takes it: a text, a position, positions, points."""
    return _JUDGES[type(asked.question)](asked, answer)


# -- numbers ----------------------------------------------------------------------------------


def grade_number(asked: Asked, text: str) -> Verdict:
    """Judge a typed number with its unit against the key, and diagnose it where it is wrong.

    The key rounded to fewer digits than the tolerance needs is asked again: whoever rounded has
    the answer, and whoever did not can show it with one digit more.
    """
    q = asked.question
    assert isinstance(q, Number)
    try:
        reading = read_answer(text, asked.unit)
    except AnswerError as error:
        return again(str(error))
    if not isinstance(reading, Answer):
        return again(reading.tell)
    if q.tolerance.accepts(reading.value, asked.key, reading.unit.size):
        return Verdict(RIGHT, (f"Right: {shown_key(asked)}.",))
    # In a count that is asked for exactly, the zeros at its end are digits.
    is_count = isinstance(q.tolerance, Exact)
    if reading.typed.agrees(asked.key, is_count) >= 2:
        return again(f"too coarse: give more digits (graded {q.tolerance.tell()})")
    causes, said = diagnosis(asked, reading.typed, is_count)
    return Verdict(WRONG, ("Not right.", said), causes)


def diagnosis(asked: Asked, typed: Typed, is_count: bool) -> tuple[tuple[int, ...], str]:
    """Return (which of the drawn wrongs a wrong answer is, the nearest first; what is said).

    What fits best is told, a declared mistake before a slip: what has its digits (three or more),
    then what has its ratio. It is stated where the ratio is met within 0.1 %, and said with
    "perhaps" where it is not. How far off an answer is stands in words alone, and no slip is named
    for one digit and zeros, which may be a guess: the key could be computed from either.
    """
    key = asked.key
    fits = [fit(typed, w.value, key, is_count) for w in asked.wrongs]
    best = max(fits, default=NOT)
    ratio = typed.number / key
    slips: list[tuple[int, bool, str]] = []
    if ratio > 0 and best < IN_DIGITS and not typed.is_guess:
        for factor, what in _slips(unit_of(asked).dimension):
            value = key * factor if ratio > 1 else key / factor
            how = fit(typed, value, key, is_count)
            # A few per cent can be anything: so small a factor has to be met in every way.
            is_sure = how > PERHAPS and RATIO.accepts(typed.number, value)
            if factor >= 2 or (how == IN_DIGITS and is_sure):
                slips.append((how, is_sure, what))
    best_slip = max((how for how, _, _ in slips), default=NOT)
    if best and best >= best_slip:
        hits = [i for i, f in enumerate(fits) if f == best]
        causes = tuple(sorted(hits, key=lambda i: (abs(asked.wrongs[i].value - typed.number), i)))
        told = " Or: ".join(dict.fromkeys(asked.wrongs[i].cause for i in causes))
        are_met = all(RATIO.accepts(typed.number, asked.wrongs[i].value) for i in causes)
        return causes, told if best > PERHAPS and are_met else PERHAPS_SAID + told
    side = ("large" if ratio > 1 else "small") + (" in size" if key < 0 else "")
    if best_slip:
        is_sure, what = next((sure, what) for how, sure, what in slips if how == best_slip)
        return (), f"Your answer is too {side}: {'' if is_sure else 'perhaps '}{what}."
    if ratio <= 0:
        return (), "Its sign is wrong." if ratio else "It is not zero."
    return (), f"Your answer is {_how_far(max(ratio, 1 / ratio), side)}."


def fit(typed: Typed, value: Fraction, key: Fraction, is_count: bool) -> int:
    """Return how well a wrong answer fits `value`, which an explanation of it gives."""
    digits = typed.agrees(value, is_count)
    if digits >= 3:
        return IN_DIGITS
    if RATIO.accepts(typed.number, value) and not RATIO.accepts(typed.number, key):
        return IN_RATIO
    is_near = digits >= 2 or NEAR.accepts(typed.number, value)
    return PERHAPS if is_near and not typed.is_guess else NOT


def _slips(dimension: Dimension) -> list[tuple[Fraction, str]]:
    """Return (factor, what is said) of the slips that happen with numbers of any question."""
    factors = [
        (Fraction(10**3), "a prefix slipped by a factor of a thousand"),
        (Fraction(10**6), "a prefix slipped by a factor of a million"),
        (Fraction(10**9), "a prefix slipped by a factor of a billion"),
        (Fraction(10), "a factor of ten is off"),
        (Fraction(100), "a factor of a hundred is off"),
        (Fraction(2), "a factor of two is off"),
    ]
    if dimension[0]:
        mixed = "powers of 1,000 and of 1,024 are mixed up"
        factors.append((Fraction(8), "bits and bytes are mixed up"))
        factors += [(Fraction(1024, 1000) ** k, mixed) for k in (1, 2, 3, 4)]
    if dimension[1]:
        factors.append((Fraction(60), "seconds and minutes, or minutes and hours, are mixed up"))
        factors.append((Fraction(3600), "seconds and hours are mixed up"))
    return factors


def _how_far(off: Fraction, side: str) -> str:
    """Return in words how many times too large or too small an answer is."""
    if off < Fraction(3, 2):
        return f"a little too {side}"
    if off < 10:
        return f"too {side}, by less than a factor of ten"
    return f"too {side}, by a factor of {'ten' if off < 1000 else 'a thousand'} or more"


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
    from checks.faces.trace import text
    from worked.figures.terms import trace

    written = text(trace(formula), letters)
    for sign, instead in (
        ("×", "*"),
        ("−", "-"),
        ("round up(", "ceil("),
        ("round down(", "floor("),
        ("absolute(", "abs("),
    ):
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
    of = "what stands above it" if picked else "the question"
    said = f"Line {picked + 1} is no mistake of its own: it follows from {of}."
    return Verdict(WRONG, ("Not right.", said))


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


_JUDGES: dict[type, Callable[[Asked, Any], Verdict]] = {
    Number: grade_number,
    Formula: grade_formula,
    Choice: grade_choice,
    Order: grade_order,
    FindMistake: grade_find_mistake,
    Open: grade_open,
}
