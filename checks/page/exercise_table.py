"""The table of exercises in code, from their manifest."""

from __future__ import annotations

import html
from itertools import groupby

from checks.exercises.catalogue import Exercise, chapter_title, exercises, of_chapter, step_title
from worked.chapters import CHAPTERS


def table(chapter: str, base: str) -> str:
    """Return the exercises of a chapter ("" for all) as an HTML table, a group a chapter.

    base: from the page to the site's root.

    Raises:
        ExerciseError: the chapter has none.
    """
    wanted = of_chapter(chapter) if chapter else exercises()
    bodies = "".join(
        f'<tbody><tr><th colspan="3" scope="rowgroup">{_chapter(slug, base)}</th></tr>'
        f"{''.join(_row(e, base) for e in group)}</tbody>"
        for slug, group in groupby(wanted, key=lambda e: e.chapter)
    )
    return (
        '<div class="wide-table" tabindex="0" role="region" aria-label="Exercises in code">'
        '<table class="exercises"><thead><tr><th scope="col">Name</th>'
        '<th scope="col">What you write</th><th scope="col">Step</th></tr></thead>'
        f"{bodies}</table></div>"
    )


def _chapter(slug: str, base: str) -> str:
    title = _safe(chapter_title(slug))
    return f'<a href="{base}chapters/{slug}/">{title}</a>' if slug in CHAPTERS else title


def _row(exercise: Exercise, base: str) -> str:
    step = _safe(step_title(exercise))
    if exercise.chapter in CHAPTERS:
        step = f'<a href="{base}chapters/{exercise.chapter}/#{exercise.step}">{step}</a>'
    return (
        f"<tr><td><code>{_safe(exercise.full_name)}</code></td>"
        f"<td>{_safe(exercise.title)}</td><td>{step}</td></tr>"
    )


def _safe(text: str) -> str:
    return html.escape(text).replace("$", "&#36;")
