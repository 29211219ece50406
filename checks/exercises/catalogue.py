"""Which exercises exist: the manifest, read and checked.

An exercise is data alone. Its entry in `bank/manifest.toml` names it, and four files in the
folders beside the manifest hold it: `unsolved/CHAPTER/FILE.py` (copied to the reader),
`tests/CHAPTER/test_FILE.py` (copied as well), `properties/CHAPTER/FILE.py` and
`solutions/CHAPTER/FILE.py` (never copied). FILE is the name with underscores for hyphens.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from worked.figures import FigureError, suggest

BANK = Path(__file__).parent / "bank"


class ExerciseError(FigureError):
    """A mistake of the reader's that a message can put right."""


@dataclass(frozen=True)
class Wrong:
    """A classic mistake: the solution with `old` replaced by `new`; the tests must refuse it."""

    mistake: str
    old: str
    new: str


@dataclass(frozen=True)
class Exercise:
    """One entry of the manifest; `step` is the slug of a numbered step of the chapter."""

    chapter: str
    name: str
    step: str
    title: str
    hints: tuple[str, ...]
    wrong: tuple[Wrong, ...]

    @property
    def full_name(self) -> str:
        """Return what commands call it, such as gpu-wall/zero3."""
        return f"{self.chapter}/{self.name}"

    @property
    def module(self) -> str:
        """Return the name of its file without the ending."""
        return self.name.replace("-", "_")

    def source(self, kind: str) -> Path:
        """Return its file of one kind: unsolved, tests, properties or solutions."""
        file = f"test_{self.module}.py" if kind == "tests" else f"{self.module}.py"
        return BANK / kind / self.chapter / file


@cache
def exercises() -> tuple[Exercise, ...]:
    """Return every exercise in the order of the manifest."""
    data = tomllib.loads((BANK / "manifest.toml").read_text(encoding="utf-8"))
    return tuple(_exercise(entry) for entry in data["exercise"])


def _exercise(entry: dict[str, Any]) -> Exercise:
    return Exercise(
        chapter=entry["chapter"],
        name=entry["name"],
        step=entry["step"],
        title=entry["title"],
        hints=tuple(h.strip() for h in entry["hints"]),
        wrong=tuple(Wrong(**w) for w in entry["wrong"]),
    )


def find(name: str) -> Exercise:
    """Return the exercise called `name`: gpu-wall/zero3, or zero3 alone where that is unique.

    Raises:
        ExerciseError: there is none, or several; the message lists what could be meant.
    """
    found = [e for e in exercises() if name in (e.full_name, e.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ExerciseError(f"{name}: which of {', '.join(e.full_name for e in found)}?")
    known = [e.full_name for e in exercises()]
    near = suggest(name, known) or suggest(name, [e.name for e in exercises()])
    raise ExerciseError(
        f"{name}: no such exercise{near}; `workbook exercise list` names all {len(known)}"
    )


def of_chapter(slug: str) -> tuple[Exercise, ...]:
    """Return the exercises of a chapter.

    Raises:
        ExerciseError: it has none.
    """
    found = tuple(e for e in exercises() if e.chapter == slug)
    if not found:
        chapters = list(dict.fromkeys(e.chapter for e in exercises()))
        raise ExerciseError(
            f"{slug}: no exercises{suggest(slug, chapters)}; there are some for "
            f"{', '.join(chapters)}"
        )
    return found


def chapter_title(slug: str) -> str:
    """Return a chapter's title where it is in the book, else its slug in words."""
    from worked.chapters import CHAPTERS, graph

    return graph(slug).title if slug in CHAPTERS else slug.replace("-", " ")


def step_title(exercise: Exercise) -> str:
    """Return "4. Which parallelism" where the chapter is in the book, else the step's slug."""
    from worked.chapters import CHAPTERS, graph

    if exercise.chapter not in CHAPTERS:
        return exercise.step.replace("-", " ")
    steps = graph(exercise.chapter).steps
    return next(
        (f"{n}. {s.title}" for n, s in enumerate(steps, 1) if s.slug == exercise.step),
        exercise.step,
    )
