"""What a check says to the reader, as plain lines."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable
from pathlib import Path

from checks.exercises.catalogue import Exercise, chapter_title, exercises, step_title
from checks.exercises.runner import Outcome, Report
from checks.exercises.workspace import Copied, Folder
from checks.faces.output import counted

WIDTH = 78
PRINTED_LINES = 10
_GROUPS = {"visible": "visible tests", "own": "your tests", "properties": "property tests"}
_BROKEN = {
    "syntax": "not Python yet",
    "load": "cannot be loaded",
    "slow": "does not come to an end",
    "unreadable": "cannot be read",
    "killed": "ended the process",
    "time": "does not come to an end",
}


# How the reader goes on: by commands, or while `watch` runs by saving, with or without keys.
COMMANDS, SAVING, KEYS = "commands", "saving", "keys"


def lines(exercise: Exercise, report: Report, folder: Folder, by: str = COMMANDS) -> list[str]:
    """Return the report of a check, with what to do next and how (COMMANDS, SAVING or KEYS)."""
    out = [f"{exercise.full_name}: {exercise.title}"]
    if _is_unwritten(report):
        tests = len(report.outcomes)
        wait = f"{counted(tests, 'test')} {'waits' if tests == 1 else 'wait'}"
        out.append(f"  not written yet: the TODO is still there, and {wait}")
        return [*out, "", *next_steps(exercise, report, folder, by)]
    for outcome in report.outcomes:
        out += _outcome(outcome)
    if report.broken[0]:
        kind, message = report.broken
        out.append(f"  {_BROKEN[kind]}")
        out += _wrapped("    ", message)
    if report.printed:
        out.append("  printed by your code:")
        said = report.printed.splitlines()
        out += [f"    | {line}" for line in said[:PRINTED_LINES]]
        out += ["    | ..."] if len(said) > PRINTED_LINES else []
    out += _summary(report)
    return [*out, "", *next_steps(exercise, report, folder, by)]


def _is_unwritten(report: Report) -> bool:
    """Return whether every test stopped at the TODO."""
    return bool(report.outcomes) and all(o.kind == "todo" for o in report.outcomes)


def _outcome(outcome: Outcome) -> list[str]:
    if outcome.kind == "passed":
        return [f"  passed  {outcome.title}"]
    out = [f"  FAILED  {outcome.title}"]
    out += _wrapped("          called  ", outcome.called)
    out += _wrapped("          came    ", outcome.came)
    if outcome.kind != "todo":
        out += _wrapped("          wanted  ", outcome.wanted)
    if outcome.because:
        out += _wrapped("          because ", outcome.because)
    return out


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head.rstrip()]


def _summary(report: Report) -> list[str]:
    out = []
    ran = len(report.outcomes)
    if any(o.kind == "slow" for o in report.outcomes):
        return ["  the check stopped here; the other tests wait"]
    if ran:
        out.append(f"  {ran - len(report.failures)} of {counted(ran, 'test')} passed")
    waiting = [_GROUPS[g] for g in report.waiting if g != "own"]
    if waiting and not report.broken[0]:
        out.append(f"  the {' and the '.join(waiting)} run once these pass")
    return out


def next_steps(exercise: Exercise, report: Report, folder: Folder, by: str) -> list[str]:
    """Return what the reader could do now."""
    name, file = exercise.full_name, place(folder.code(exercise))
    if report.passed:
        following = folder.next_after(exercise)
        out = [f"Solved. Ours, to compare: workbook exercise solution {name}"]
        if following is None:
            return [*out, f"All {len(exercises())} exercises are solved."]
        if by == KEYS:
            return [*out, f"Next: press n for {following.full_name}: {following.title}"]
        if folder.has(following):
            return [*out, f"Next: edit {place(folder.code(following))}"]
        return [*out, f"Next: workbook exercise start {following.full_name}"]
    hint = "press h for a hint" if by == KEYS else f"workbook exercise hint {name}"
    what = "replace the TODO in" if _is_unwritten(report) else "edit"
    then = f"workbook exercise check {name}" if by == COMMANDS else "save"
    return [f"Next:  {what} {file}", f"Then:  {then}", f"Stuck? {hint}"]


def hints(exercise: Exercise, seen: int, by: str = COMMANDS) -> list[str]:
    """Return the first `seen` hints, and what comes after them."""
    out = []
    for number, hint in enumerate(exercise.hints[:seen], 1):
        out += _wrapped(f"{number}. ", hint)
    left = len(exercise.hints) - seen
    if left:
        ask = "press h" if by == KEYS else f"workbook exercise hint {exercise.full_name}"
        out += ["", f"{left} more: {ask}"]
    else:
        solution = f"workbook exercise solution {exercise.full_name} --anyway"
        out += ["", f"That was the last hint. {solution}"]
    return out


def started(exercise: Exercise, folder: Folder, copied: Copied, by: str = COMMANDS) -> list[str]:
    """Return what starting an exercise did, and what to do next."""
    name, file = exercise.full_name, place(folder.code(exercise))
    out = [f"  about    {step_title(exercise)}, in the chapter {chapter_title(exercise.chapter)}"]
    out += [f"  kept     {place(old)}" for old in copied.backups]
    out += [f"  written  {place(new)}" for new in copied.written]
    out += [f"  {place(old)} has changes of yours and was left alone" for old in copied.kept]
    if copied.kept:
        again = f"workbook exercise start {name} --again"
        out.append(f"  {again} begins afresh and keeps your file beside it")
    if not copied.written and not copied.kept:
        out.append(f"  {file} is there already, unchanged")
    then = "save"
    if by == COMMANDS:
        then = f"workbook exercise check {name}, or workbook exercise watch"
    return [*out, "", f"Next:  replace the TODO in {file}", f"Then:  {then}"]


def listing(chosen: Iterable[Exercise], folder: Folder) -> list[str]:
    """Return exercises by chapter and step, with the state of each."""
    out: list[str] = []
    chapter = step = ""
    width = max((len(e.full_name) for e in exercises()), default=0)
    states = []
    for exercise in chosen:
        if exercise.chapter != chapter:
            chapter, step = exercise.chapter, ""
            out += [*([""] if out else []), f"{chapter}: {chapter_title(chapter)}"]
        if exercise.step != step:
            step = exercise.step
            out.append(f"  {step_title(exercise)}")
        states.append(folder.state(exercise))
        out.append(f"    {states[-1]:<11}  {exercise.full_name:<{width}}  {exercise.title}")
    solved = states.count("solved")
    return [*out, "", f"{solved} of {len(states)} solved; your files are in {place(folder.path)}"]


def place(path: Path) -> str:
    """Return a path as one would type it: relative where it lies below the current folder."""
    absolute = path.absolute()
    try:
        return os.fspath(absolute.relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(absolute)
