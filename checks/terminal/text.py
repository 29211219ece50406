"""Questions as a terminal shows them: the text, how it is answered, the solution."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable

from checks.drill.draw import Asked, shown_key
from checks.drill.grade import (
    Verdict,
    again,
    grade,
    points_of,
    written_formula,
)
from checks.drill.questions import Choice, FindMistake, Formula, Number, Open, Order
from checks.faces.why import working
from worked.chapters import graph

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# How wide lines are: as the terminal, or as long as the text, for what wraps them itself.
TERMINAL, UNWRAPPED = 0, 10**6


def wrapped(
    text: str, indent: str = "  ", first: str | None = None, width: int = TERMINAL
) -> list[str]:
    """Return a text in lines of `width`, or that fit the terminal, at most 100 columns."""
    if width == TERMINAL:
        width = min(100, max(40, shutil.get_terminal_size((80, 24)).columns))
    start = indent if first is None else first
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=indent) or [""]


def question_lines(asked: Asked, width: int = TERMINAL) -> list[str]:
    """Return the question as the reader sees it."""
    q = asked.question
    lines = wrapped(asked.text, width=width)
    match q:
        case Number():
            lines += ["", f"  (graded {q.tolerance.tell()})"]
        case Formula():
            lines.append("")
            lines += [f"    {letter:4} {s.meaning}" for letter, s in q.symbols.items()]
        case Choice():
            lines += _listed([asked.fill(q.options[i].text) for i in asked.order], LETTERS, width)
        case Order():
            lines += _listed([asked.fill(q.items[i]) for i in asked.order], LETTERS, width)
        case FindMistake():
            lines += _listed([asked.fill(line) for line in q.lines], "123456789", width)
    return lines


def _listed(texts: list[str], marks: str, width: int) -> list[str]:
    lines = [""]
    for mark, text in zip(marks, texts, strict=False):
        lines += wrapped(text, "       ", f"    {mark}  ", width)
    return lines


def prompt(asked: Asked) -> str:
    """Return what is asked for on the answer's line."""
    match asked.question:
        case Number():
            return "answer with unit" if asked.unit else "answer"
        case Formula():
            return "formula"
        case Choice() as q:
            return f"a to {LETTERS[len(q.options) - 1]}"
        case Order() as q:
            return f"the right order, as {' '.join(LETTERS[: len(q.items)])}"
        case FindMistake() as q:
            return f"the wrong line, 1 to {len(q.lines)}"
    return "answer aloud, then press Enter for the rubric"


def judge(asked: Asked, text: str) -> Verdict:
    """Judge what was typed; an open question takes the numbers of the points that were met."""
    judges: dict[type, Callable[[Asked, str], Verdict]] = {
        Number: grade,
        Formula: grade,
        Choice: _choice,
        Order: _order,
        FindMistake: _line,
        Open: _points,
    }
    return judges[type(asked.question)](asked, text)


def _choice(asked: Asked, text: str) -> Verdict:
    letter = text.strip().lower()
    at = LETTERS.find(letter) if len(letter) == 1 else -1
    return grade(asked, at)


def _order(asked: Asked, text: str) -> Verdict:
    letters = [c for c in text.lower() if not (c.isspace() or c in ",;>-")]
    return grade(asked, [LETTERS.find(c) for c in letters])


def _line(asked: Asked, text: str) -> Verdict:
    number = text.strip()
    is_number = number.isascii() and number.isdigit() and len(number) < 3
    return grade(asked, int(number) - 1 if is_number else -1)


def _points(asked: Asked, text: str) -> Verdict:
    words = text.replace(",", " ").split()
    most = len(points_of(asked))
    if not all(w.isascii() and w.isdigit() and len(w) < 4 and 1 <= int(w) <= most for w in words):
        return again(f"type the numbers of the points that you met, 1 to {most}, or nothing")
    return grade(asked, [int(w) - 1 for w in words])


def rubric_lines(asked: Asked, width: int = TERMINAL) -> list[str]:
    """Return an open question's rubric, its points numbered."""
    lines: list[str] = []
    last = ""
    for number, (level, point) in enumerate(points_of(asked), 1):
        if level != last:
            lines += ["", f"  a {level} answer"]
            last = level
        lines += wrapped(point, "       ", f"    {number:2} ", width)
    return lines


def solution_lines(asked: Asked, brief: bool = False, width: int = TERMINAL) -> list[str]:
    """Return the answer with its working.

    brief: of a choice the right option alone; a number's working without the code behind it.
    """
    match asked.question:
        case Number():
            lines = working(graph(asked.chapter), asked.figure, asked.values)
            lines = lines[: lines.index("code") - 1] if brief else lines
            return [f"  {shown_key(asked)}", "", *(f"  {line}".rstrip() for line in lines)]
        case Formula() as q:
            letters = {s.argument: letter for letter, s in q.symbols.items()}
            return [f"  {written_formula(q.formula, letters)}"]
        case Choice() as q:
            lines = []
            for letter, i in zip(LETTERS, asked.order, strict=False):
                option = q.options[i]
                if option.right or not brief:
                    mark = f"  {letter} {'right' if option.right else 'wrong'}  "
                    lines += wrapped(
                        f"{asked.fill(option.text)} {asked.fill(option.why)}",
                        " " * len(mark),
                        mark,
                        width,
                    )
            return lines
        case Order() as q:
            lines = []
            for number, item in enumerate(q.items, 1):
                lines += wrapped(asked.fill(item), "     ", f"  {number}. ", width)
            return [*lines, *wrapped(asked.fill(q.why), width=width)]
        case FindMistake() as q:
            said = f"Line {q.wrong + 1}. {asked.fill(q.why)}", f"Published in {q.source}."
            return [
                *(line for s in said for line in wrapped(s, width=width)),
                f"  {q.url}".rstrip(),
            ]
    return []
