"""`workbook export anki`: the bank as a deck for Anki."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.faces.output import counted
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError

if TYPE_CHECKING:
    from checks.drill.anki import Note

# A note holds one drawing of a question, so a number comes as several notes.
DRAWINGS = 3


def add(commands: Any) -> None:
    """Add the command to the `workbook` parser."""
    one = commands.add_parser("export", help="write the questions for another program")
    kinds = one.add_subparsers(title="programs", required=True, metavar="PROGRAM")
    two = kinds.add_parser("anki", help="a deck for each chapter, as a .apkg file")
    two.add_argument("file", nargs="?", default="workbook.apkg", help="workbook.apkg if not given")
    two.add_argument("--chapter", action="append", metavar="NAME", help="may be repeated")
    two.set_defaults(run=_anki)


def _anki(args: argparse.Namespace) -> int:
    from checks.drill.anki import write

    for slug in args.chapter or ():
        graph(slug)
    slugs = [s for s in CHAPTERS if not args.chapter or s in args.chapter]
    path = Path(args.file)
    if path.suffix != ".apkg":
        raise FigureError(f"{args.file}: Anki reads files that end in .apkg")
    made = [note for slug in slugs for note in notes(slug)]
    if not made:
        raise FigureError(f"no questions yet for {', '.join(slugs)}")
    write(path, made, {slug: graph(slug).title for slug in slugs})
    print(
        f"{counted(len(made), 'note')} in {path}; in Anki: File, Import. "
        "Import a later one to update."
    )
    return 0


def notes(slug: str) -> Iterator[Note]:
    """Yield the notes of a chapter: front the question, back the answer with its working.

    A note's id is the question's, for a number with the drawing's; it stays the same for ever.
    """
    from checks.drill.anki import Note, as_html
    from checks.drill.bank import bank
    from checks.drill.draw import draw
    from checks.drill.questions import Number
    from checks.terminal.text import (
        UNWRAPPED,
        question_lines,
        rubric_lines,
        solution_lines,
    )

    for q in bank(slug):
        for drawing in range(1, (DRAWINGS if isinstance(q, Number) else 1) + 1):
            asked = draw(slug, q, drawing)
            suffix = f"-{drawing}" if isinstance(q, Number) else ""
            back = solution_lines(asked, width=UNWRAPPED) or rubric_lines(asked, UNWRAPPED)
            tags = (f"step::{q.step}", f"kind::{asked.kind}", f"level::{q.level}")
            front = as_html(_joined(question_lines(asked, UNWRAPPED)))
            yield Note(f"{slug}/{q.name}{suffix}", front, as_html(_joined(back)), tags, slug)


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")
