"""Prove the exercises: unsolved they fail, solved they pass, and classic mistakes are refused."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checks.exercises.catalogue import Exercise
from checks.exercises.runner import Job, Report, Run, job
from checks.faces.output import counted

SECONDS_EACH = 60
FEWEST_MISTAKES = 2
FEWEST_HINTS = 2


@dataclass(frozen=True)
class Result:
    """What was found of one exercise; sound where `faults` is empty."""

    exercise: str
    summary: str
    faults: tuple[str, ...]


def verify(wanted: Sequence[Exercise]) -> list[Result]:
    """Run every exercise unsolved, solved, and with each of its mistakes planted."""
    with tempfile.TemporaryDirectory(prefix="workbook-verify-") as place:
        jobs: list[Job] = []
        spans = []
        for number, exercise in enumerate(wanted):
            mine = _jobs(exercise, Path(place) / str(number))
            spans.append(slice(len(jobs), len(jobs) + len(mine)))
            jobs += mine
        reports = Run(jobs, SECONDS_EACH * max(1, len(wanted))).wait()
    return [_result(e, reports[span]) for e, span in zip(wanted, spans, strict=True)]


def _jobs(exercise: Exercise, place: Path) -> list[Job]:
    """Return the jobs: unsolved, solution, then each mistake."""
    place.mkdir()
    files = [exercise.source("unsolved"), exercise.source("solutions")]
    solution = files[1].read_text(encoding="utf-8")
    for number, wrong in enumerate(exercise.wrong):
        file = place / f"mistake_{number}.py"
        file.write_text(solution.replace(wrong.old, wrong.new), encoding="utf-8")
        files.append(file)
    jobs = [replace(job(exercise, f), every=True, shrink=False) for f in files]
    return [*jobs[:2], *(replace(j, brief=True) for j in jobs[2:])]


def _result(exercise: Exercise, reports: Sequence[Report]) -> Result:
    unsolved, solved, *mistakes = reports
    faults = [*_of_data(exercise), *_of_unsolved(unsolved), *_of_solution(solved)]
    for wrong, report in zip(exercise.wrong, mistakes, strict=True):
        faults += [f"mistake “{wrong.mistake}” {fault}" for fault in _of_mistake(report)]
    groups = [o.group for o in solved.outcomes]
    summary = (
        f"unsolved refused, solution passes {groups.count('visible')} visible and "
        f"{counted(groups.count('properties'), 'property test')}, "
        f"{counted(len(mistakes), 'mistake')} refused"
    )
    return Result(exercise.full_name, summary if not faults else "not sound", tuple(faults))


def _of_data(exercise: Exercise) -> list[str]:
    """Return what is wrong with the entry itself."""
    from worked.chapters import CHAPTERS, graph

    faults = []
    if exercise.chapter in CHAPTERS:
        steps = [s.slug for s in graph(exercise.chapter).steps]
        if exercise.step not in steps:
            faults.append(f"step {exercise.step!r} is not one of {', '.join(steps)}")
    if len(exercise.hints) < FEWEST_HINTS:
        faults.append(f"{counted(len(exercise.hints), 'hint')}; write {FEWEST_HINTS} at least")
    if len(exercise.wrong) < FEWEST_MISTAKES:
        faults.append(
            f"{counted(len(exercise.wrong), 'mistake')}; plant {FEWEST_MISTAKES} at least"
        )
    solution = exercise.source("solutions").read_text(encoding="utf-8")
    for wrong in exercise.wrong:
        if (found := solution.count(wrong.old)) != 1:
            faults.append(f"mistake “{wrong.mistake}”: its text stands {found} times, not once")
    return faults


def _of_unsolved(report: Report) -> list[str]:
    """The unsolved file must load, and every single test must stop at its TODO."""
    if report.broken[0] or not report.finished:
        return [f"the unsolved file is broken rather than unsolved: {report.broken[1]}"]
    return [
        f"unsolved, the test “{o.title}” ends in {o.kind!r} and not at the TODO"
        for o in report.outcomes
        if o.kind != "todo"
    ]


def _of_solution(report: Report) -> list[str]:
    if report.broken[0]:
        return [f"the solution: {report.broken[1]}"]
    faults = [
        f"the solution fails “{o.title}”: {o.called} gave {o.came}; wanted {o.wanted}"
        for o in report.failures
    ]
    groups = {o.group for o in report.outcomes}
    faults += [f"there are no {g} tests" for g in ("visible", "properties") if g not in groups]
    return faults


def _of_mistake(report: Report) -> list[str]:
    """A mistake must run and give a wrong answer that the property tests see by themselves.

    They alone count here: the visible examples could be learnt by heart.
    """
    if report.broken[0]:
        return [f"does not run: {report.broken[1]}"]
    refused = [o for o in report.failures if o.group == "properties"]
    if not refused:
        return ["is not refused by the property tests"]
    if refused[0].kind not in ("value", "law"):
        return [f"ends in {refused[0].kind!r}: {refused[0].came}; it should give a wrong answer"]
    return []
