"""Verify the banks: every template at many seeds, every key, every mistake, every diagnosis.

For each numeric template and seed: the key is accepted as the book shows it and in other units,
each declared mistake is refused with its own cause, typed in full and to three digits, where two
mistakes give one number both causes are told, and no message holds the key. A mistake that can
seldom be told from the key or from another is reported: the drawn values should tell them apart.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checks.drill import questions
from checks.drill.answers import PURE, find_unit
from checks.drill.bank import bank, chapters, find
from checks.drill.draw import Asked, Wrong, draw, shown_key, unit_of, wrong_value
from checks.drill.grade import (
    AGAIN,
    PERHAPS_SAID,
    RIGHT,
    WRONG,
    Verdict,
    grade,
    points_of,
    written_formula,
)
from checks.faces.output import counted
from worked.chapters import graph

SEEDS = 1000
# A mistake must be told apart from the key and from every other in this share of the draws.
LEAST_APART = 0.5
# Shares are only judged from so many draws on.
ENOUGH = 200
# With fewer answers than this a question could be learnt by heart.
LEAST_ANSWERS = 16
# Answers beyond these are no numbers that a person works out (base units, sizes).
SANE = (Fraction(1, 10**12), Fraction(10**30))
# In the first so many draws the key is typed in every unit that there is for it.
THOROUGH = 50
# A number typed in full, and one as coarse as a diagnosis has to be sure of.
FULL, COARSE = 15, 3
OTHER_BYTES = ("B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "bits")
OTHER_TIMES = ("ms", "s", "min", "h", "days")


@dataclass(frozen=True)
class Report:
    """What was found for one question: how often it was drawn, and what is wrong with it."""

    question: str
    kind: str
    draws: int
    problems: tuple[str, ...]
    distinct_keys: int = 0


def typed(value: Fraction, unit: str, digits: int = 0) -> str:
    """Return an amount of base units as typed in `unit`, to 15 digits or just so many."""
    found = find_unit(unit)
    assert not isinstance(found, str)
    number = float(value / found.size)
    return f"{number:.{digits - 1}e} {unit}".strip() if digits else f"{number:.15g} {unit}".strip()


def verify(slug: str, name: str, seeds: Iterable[int]) -> Report:
    """Return what is wrong with one question at these seeds."""
    question = next(q for q in bank(slug) if q.name == name)
    problems: Counter[str] = Counter()
    apart = Counter[int]()
    keys = set()
    judged: dict[tuple[Any, ...], tuple[list[str], list[int]]] = {}
    draws = 0
    for seed in seeds:
        draws += 1
        try:
            asked = draw(slug, question, seed)
        except questions.BankError as error:
            problems[str(error)] += 1
            continue
        # A question is its draw: what held for it once holds whenever it is drawn again.
        drawn = (*asked.settings.items(), *asked.places.items(), *asked.order)
        if drawn not in judged:
            full = _mistakes_judged(asked, FULL)
            found = list(_problems(asked, full, thorough=len(judged) < THOROUGH))
            judged[drawn] = found, list(_told_apart(asked, full))
        problems.update(judged[drawn][0])
        apart.update(judged[drawn][1])
        if isinstance(question, questions.Number):
            keys.add(asked.key)
        elif not isinstance(question, questions.Choice | questions.Order):
            break
    told = [f"{what} ({n} of {draws} draws)" for what, n in problems.items()]
    if isinstance(question, questions.Number) and draws >= ENOUGH:
        for i, m in enumerate(question.mistakes):
            if apart[i] < LEAST_APART * draws:
                seen = f"is told apart in {apart[i]} of {draws} draws"
                told.append(f"mistake {i + 1} ({m.cause}) {seen}")
        if draws >= SEEDS and len(keys) < LEAST_ANSWERS:
            told.append(f"only {len(keys)} different answers in {draws} draws: it can be memorised")
    return Report(f"{slug}/{name}", questions.kind_of(question), draws, tuple(told), len(keys))


def _mistakes_judged(asked: Asked, digits: int) -> list[Verdict | None]:
    """Return the verdict on each drawn wrong, typed to so many digits; None where it is right."""
    if not isinstance(asked.question, questions.Number):
        return []
    texts = [typed(w.value, asked.unit, digits) for w in asked.wrongs]
    verdicts = [grade(asked, text) for text in texts]
    return [v if v.outcome != RIGHT else None for v in verdicts]


def _told_apart(asked: Asked, full: list[Verdict | None]) -> Iterator[int]:
    """Yield the declared mistakes whose value gets their own diagnosis and no other."""
    q = asked.question
    if not isinstance(q, questions.Number):
        return
    values = [wrong_value(m, asked) for m in q.mistakes]
    drawn = [i for i, value in enumerate(values) if value is not None and value != asked.key]
    for i, (mistake, verdict) in enumerate(zip(drawn, full, strict=True)):
        if verdict and verdict.causes == (i,):
            yield mistake


def _problems(asked: Asked, full: list[Verdict | None], thorough: bool) -> Iterator[str]:
    match asked.question:
        case questions.Number():
            yield from _number_problems(asked, thorough)
            yield from _mistake_problems(asked, asked.question, full, FULL)
            coarse = _mistakes_judged(asked, COARSE)
            yield from _mistake_problems(asked, asked.question, coarse, COARSE)
        case questions.Formula():
            yield from _formula_problems(asked, asked.question)
        case questions.Choice():
            for shown, index in enumerate(asked.order):
                want = RIGHT if asked.question.options[index].right else WRONG
                if grade(asked, shown).outcome != want:
                    yield "an option is judged wrongly"
        case questions.Order():
            n = len(asked.order)
            right = [asked.order.index(i) for i in range(n)]
            if grade(asked, right).outcome != RIGHT:
                yield "the right order is refused"
            if grade(asked, list(range(n))).outcome != WRONG:
                yield "the order shown first is the right one"
        case questions.FindMistake():
            for i in range(len(asked.question.lines)):
                want = RIGHT if i == asked.question.wrong else WRONG
                if grade(asked, i).outcome != want:
                    yield "a line is judged wrongly"
        case questions.Open():
            n = len(points_of(asked))
            if grade(asked, range(n)).share != 1 or grade(asked, []).share != 0:
                yield "the rubric is scored wrongly"


def units_of(asked: Asked) -> list[str]:
    """Return the units in which a number may be answered, its own first."""
    unit = unit_of(asked)
    others = {(1, 0, 0): OTHER_BYTES, (0, 1, 0): OTHER_TIMES}
    return [asked.unit, *(() if unit.labels else others.get(unit.dimension, ()))]


def _number_problems(asked: Asked, thorough: bool) -> Iterator[str]:
    unit = unit_of(asked)
    if not SANE[0] <= abs(asked.key) <= SANE[1]:
        yield "the answer is too large or too small to work with"
    for name in units_of(asked) if thorough else [asked.unit]:
        if grade(asked, typed(asked.key, name)).outcome != RIGHT:
            yield f"the key is refused in {name or 'plain numbers'}"
    bare = f"{float(asked.key / unit.size):.15g}"
    is_plain = unit.dimension == PURE and unit.size == 1
    if not is_plain and grade(asked, bare).outcome != AGAIN:
        yield "the key without its unit is not asked again"
    if grade(asked, shown_key(asked)).outcome != RIGHT:
        yield "the key is refused as it is shown"


def _mistake_problems(
    asked: Asked, q: questions.Number, judged: list[Verdict | None], digits: int
) -> Iterator[str]:
    """Yield what is wrong with the verdicts on the drawn wrongs, typed with so many digits."""
    shown = f"{shown_key(asked)} {graph(asked.chapter).shown(asked.figure, asked.values, q.unit)}"
    telling = numbers(shown) - numbers(asked.text)
    for i, (wrong, verdict) in enumerate(zip(asked.wrongs, judged, strict=True)):
        if verdict is None or _is_key(asked, wrong, verdict):
            continue
        said = verdict.says[-1]
        if verdict.outcome != WRONG:
            yield f"the mistake is not refused: {wrong.cause}"
        elif i not in verdict.causes or wrong.cause not in said:
            yield f"the mistake is refused without its cause: {wrong.cause}"
        elif digits == FULL and said.startswith(PERHAPS_SAID):
            yield f"the cause of a mistake is not stated: {wrong.cause}"
        if telling & numbers(said):
            yield f"what is said of a wrong answer holds the key: {said}"


def _is_key(asked: Asked, wrong: Wrong, verdict: Verdict) -> bool:
    """Return whether the key has a mistake's first digits, so that more are asked for."""
    coarse = [typed(value, asked.unit, COARSE) for value in (wrong.value, asked.key)]
    return verdict.outcome == AGAIN and coarse[0] == coarse[1]


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, as they are written."""
    return set(re.findall(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?", text))


def _formula_problems(asked: Asked, q: questions.Formula) -> Iterator[str]:
    letters = {s.argument: letter for letter, s in q.symbols.items()}
    if grade(asked, written_formula(q.formula, letters)).outcome != RIGHT:
        yield "the formula itself is refused"
    for i, m in enumerate(q.mistakes):
        verdict = grade(asked, written_formula(m.wrong, letters))
        if verdict.outcome != WRONG or verdict.causes != (i,):
            yield f"mistake {i + 1} is not refused with its own cause alone: {m.cause}"


def main(what: str | None = None, seeds: int = SEEDS) -> int:
    """Verify every bank, that of a chapter, or `chapter/question`; exit 1 if anything is wrong.

    Prints a line for each question, and ends with the names of those that have problems and the
    file to mend them in.

    Raises:
        BankError, UnknownNameError: there is no such chapter or question.
    """
    chosen: dict[str, tuple[questions.Question, ...]]
    if what and "/" in what:
        slug, question = find(what)
        chosen = {slug: (question,)}
    else:
        chosen = {slug: bank(slug) for slug in ([what] if what else chapters())}
    failed: dict[str, list[str]] = {}
    for slug, own in chosen.items():
        print(f"\n{graph(slug).title} ({slug})")
        for q in own:
            report = verify(slug, q.name, range(seeds))
            if report.problems:
                failed.setdefault(slug, []).append(q.name)
            mark = "WRONG" if report.problems else "ok   "
            many = f", {report.distinct_keys} different answers" if report.distinct_keys else ""
            print(f"  {mark} {report.kind:8} {q.name:36} {report.draws} draws{many}", flush=True)
            for what in report.problems:
                print(f"          {what}")
    if not failed:
        print("\nall questions hold")
        return 0
    count = sum(map(len, failed.values()))
    print(f"\n{counted(count, 'question')} {'has' if count == 1 else 'have'} problems:")
    for slug, names in failed.items():
        print(f"  {', '.join(names)}: checks/drill/banks/{slug.replace('-', '_')}.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
