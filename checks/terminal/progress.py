"""`workbook progress`: what has been asked and answered, and the file that carries it elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.faces.output import counted, emit

if TYPE_CHECKING:  # what follows takes time to import, and `workbook list` needs none of it
    from checks.drill.reviews import Review
    from checks.drill.schedule import Tally

GONE = "questions no longer in the book"
COLUMNS = ("asked", "right", "due", "streak", "retention")


def add(commands: Any) -> None:
    """Add the command to the subparsers of the `workbook` command."""
    one = commands.add_parser(
        "progress",
        help="show, export or import your progress",
        description="Show your progress by chapter and step. asked and right count answers, due"
        " counts questions; streak is the right answers in a row, up to the latest; retention is"
        " the mean chance, by the model that plans the questions, that you still know the answer.",
    )
    one.add_argument("--json", action="store_true", help="print data instead of text")
    one.set_defaults(run=_show)
    more = one.add_subparsers(title="commands", metavar="COMMAND")

    two = more.add_parser("export", help="write your progress to a file that the page can import")
    two.add_argument("file", help="the file to write; - for the standard output")
    two.add_argument("--force", action="store_true", help="replace whatever the file holds")
    two.set_defaults(run=_export)

    two = more.add_parser("import", help="add the answers in a file, each one once")
    two.add_argument("file", nargs="+", help="what the page or the terminal has exported")
    two.set_defaults(run=_import)


def _show(args: argparse.Namespace) -> int:
    from checks.drill.progress import log_path, recorded
    from checks.drill.schedule import memories, new_today, next_due, tally

    now = datetime.now().astimezone()
    path = log_path()
    reviews = recorded(path)
    known = memories(reviews).values()
    everything = tally((m.question for m in known), reviews, now)
    groups = _chapters(reviews, now)
    soon = next_due(known, now)
    today = new_today(known, now)
    if args.json:
        from checks.drill.reviews import timestamp

        shown = {
            "log": str(path),
            "all": asdict(everything),
            "new_today": today,
            "next_due": None if soon is None else timestamp(soon),
            "chapters": groups,
        }
        return emit(shown, default=asdict)
    if not reviews:
        print(f"Nothing answered yet. Your answers will be kept in {path}")
        return 0
    rows: list[tuple[str, Tally]] = []
    for group in groups:
        rows.append((f"{group['chapter']}: {group['title']}", group["all"]))
        rows += [
            (f"  {s['number'] or '':2} {s['title']}", s["all"])
            for s in group["steps"]
            if s["all"].asked
        ]
    rows.append(("all", everything))
    print("\n".join(_table(rows)))
    print(f"\n{everything.due} due now, {today} asked for the first time today", end="")
    print("" if soon is None else f"; the next is due in {_span(soon - now)}")
    print(f"kept in {path}")
    return 0


def _chapters(reviews: list[Review], now: datetime) -> list[dict[str, Any]]:
    """Return the counts of each chapter that was asked, and of its steps, in the book's order."""
    from checks.drill.schedule import tally
    from worked.chapters import CHAPTERS, graph

    by_chapter: dict[str, list[Review]] = {}
    for review in reviews:
        by_chapter.setdefault(review.question.split("/")[0], []).append(review)
    found = []
    for slug in [*(s for s in CHAPTERS if s in by_chapter), *sorted(by_chapter.keys() - CHAPTERS)]:
        own = by_chapter[slug]
        asked = {r.question for r in own}
        steps = []
        title = GONE
        if slug in CHAPTERS:
            title = graph(slug).title
            step_of = _steps(slug)
            for number, step in enumerate(graph(slug).steps, 1):
                questions = [q for q in asked if step_of.get(q) == step.slug]
                counts = tally(questions, own, now)
                steps.append(
                    {"step": step.slug, "number": number, "title": step.title, "all": counts}
                )
            if gone := asked - step_of.keys():
                counts = tally(gone, own, now)
                steps.append({"step": None, "number": None, "title": GONE, "all": counts})
        found.append(
            {"chapter": slug, "title": title, "all": tally(asked, own, now), "steps": steps}
        )
    return found


def _steps(slug: str) -> dict[str, str]:
    """Return the step (its slug) of each question (its id) of a chapter."""
    from checks.drill.bank import bank

    return {f"{slug}/{q.name}": q.step for q in bank(slug)}


def _table(rows: list[tuple[str, Tally]]) -> list[str]:
    width = max(len(label) for label, _ in rows)

    def line(label: str, cells: Iterable[str]) -> str:
        columns = (f"{v:>{len(c) + 2}}" for v, c in zip(cells, COLUMNS, strict=True))
        return f"{label:<{width}}{''.join(columns)}"

    lines = [line("", COLUMNS)]
    for label, t in rows:
        retention = "–" if t.retention is None else f"{100 * t.retention:.0f} %"
        counts = (str(n) for n in (t.asked, t.right, t.due, t.streak))
        lines.append(line(label, (*counts, retention)))
    return lines


def _span(span: timedelta) -> str:
    """Return a span of time in the largest unit of which it holds at least two."""
    seconds = max(0, span.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return counted(round(seconds), "second")


def _export(args: argparse.Namespace) -> int:
    from checks.drill.progress import export_to, recorded
    from checks.drill.reviews import ProgressError, export_texts

    reviews = recorded()
    if args.file == "-":
        texts = export_texts(reviews, datetime.now(UTC))
        if len(texts) > 1:
            raise ProgressError("that is too much for one file; give a name to write several")
        sys.stdout.write(texts[0])
        return 0
    paths = export_to(Path(args.file), reviews, force=args.force)
    print(f"{counted(len(reviews), 'answer')} written to {', '.join(str(p) for p in paths)}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from checks.drill.progress import Log, read_export

    reviews = [r for name in args.file for r in read_export(Path(name))]
    with Log() as log:
        added = log.add(reviews)
    print(f"{counted(added.new, 'answer')} added, {added.known} known already", end="")
    print(f", {added.differing} known with a difference" if added.differing else "")
    return 0
