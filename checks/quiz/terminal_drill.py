"""`workbook drill`, `exam` and `verify`: practice in the terminal.

An answer is saved the moment it is judged, so a process killed at any time loses at most the one
being typed.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError

if TYPE_CHECKING:
    from checks.quiz.draw import Asked
    from checks.quiz.progress import Log
    from checks.quiz.questions import Question

AGAIN, HARD, GOOD = 1, 2, 3
KIND_NAMES = ("number", "formula", "choice", "order", "mistake", "open")
SIGNS = "? for a hint, ! for the answer, q to stop"


class StoppedError(Exception):
    """The reader has had enough."""


class TimeUpError(Exception):
    """The exam's time is over."""


def add(commands: Any) -> None:
    """Add the commands to the `workbook` parser."""
    one = commands.add_parser("drill", help="practise: what is due first, then new questions")
    _common(one, 10)
    one.add_argument("--ahead", action="store_true", help="practise even where nothing is due")
    one.set_defaults(run=_drill)

    one = commands.add_parser("exam", help="a timed, mixed exam with a report by step")
    _common(one, 12)
    one.add_argument("--minutes", type=float, default=30, metavar="M", help="time, 30 if not given")
    one.set_defaults(run=_exam)

    one = commands.add_parser("verify", help="check every question of the bank at many seeds")
    one.add_argument("chapter", nargs="?", help="only this chapter")
    one.add_argument("--seeds", type=int, default=1000, metavar="N", help="1,000 if not given")
    one.set_defaults(run=_verify)


def _common(parser: argparse.ArgumentParser, count: int) -> None:
    parser.add_argument("--chapter", action="append", metavar="NAME", help="may be repeated")
    parser.add_argument("--kind", action="append", choices=KIND_NAMES, help="may be repeated")
    parser.add_argument(
        "--count", type=int, default=count, metavar="N", help=f"{count} if not given"
    )
    parser.add_argument("--seed", type=int, metavar="S", help="draw the same questions again")


def _verify(args: argparse.Namespace) -> int:
    from checks.quiz import verify

    if args.chapter is not None:
        graph(args.chapter)
    if args.seeds < 1:
        raise FigureError(f"--seeds {args.seeds}: at least one")
    return verify.main(args.chapter, args.seeds)


# -- which questions --------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A question of some chapter."""

    slug: str
    question: Question

    @property
    def id(self) -> str:
        """Its id, chapter/name."""
        return f"{self.slug}/{self.question.name}"


def entries(args: argparse.Namespace, without: Sequence[str] = ()) -> list[Entry]:
    """Return the questions that the options ask for, the chapters taking turns.

    Raises:
        FigureError: an unknown chapter, a count below one, or nothing fits.
    """
    from checks.quiz.bank import bank
    from checks.quiz.questions import kind_of

    if args.count < 1:
        raise FigureError(f"--count {args.count}: at least one question")
    for slug in args.chapter or ():
        graph(slug)
    slugs = [s for s in CHAPTERS if not args.chapter or s in args.chapter]
    kinds = args.kind or [k for k in KIND_NAMES if k not in without]
    lists = [[Entry(s, q) for q in bank(s) if kind_of(q) in kinds] for s in slugs]
    longest = max((len(its) for its in lists), default=0)
    found = [its[i] for i in range(longest) for its in lists if i < len(its)]
    if not found:
        raise FigureError("no question fits these options; leave out --kind or --chapter")
    return found


def _where(entry: Entry) -> str:
    g = graph(entry.slug)
    number = [s.slug for s in g.steps].index(entry.question.step)
    return f"{g.title}, {number + 1}. {g.steps[number].title}"


# -- asking -----------------------------------------------------------------------------------


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _read(prompt_text: str) -> str:
    """Read one line; the end of the input stops the drill."""
    try:
        return input(f"  {prompt_text} > ")
    except EOFError:
        print()
        raise StoppedError from None


def _judged(asked: Asked, allow_help: bool) -> tuple[int, float, Any]:
    """Ask until an answer can be judged; return (rating, seconds, verdict or None)."""
    from checks.quiz.grade import AGAIN as ONCE_MORE
    from checks.quiz.grade import RIGHT
    from checks.quiz.questions import Open
    from checks.quiz.terminal_text import judge, prompt, rubric_lines, wrapped

    began = time.monotonic()
    hints = 0
    is_open = isinstance(asked.question, Open)
    wanted = prompt(asked)
    while True:
        text = _read(wanted)
        word = text.strip()
        if word.lower() in ("q", "quit", "exit"):
            raise StoppedError
        if allow_help and word == "?":
            if hints < len(asked.question.hints):
                _say(*wrapped(asked.fill(asked.question.hints[hints]), "        ", "  hint: "))
                hints += 1
            else:
                _say("  no more hints; ! shows the answer")
            continue
        if allow_help and word == "!":
            return AGAIN, time.monotonic() - began, None
        if is_open and wanted == prompt(asked):
            _say(*rubric_lines(asked))
            wanted = "numbers of the points that you met"
            continue
        verdict = judge(asked, text)
        if verdict.outcome == ONCE_MORE:
            _say(*wrapped(verdict.says[0]))
            continue
        seconds = time.monotonic() - began
        if is_open:
            share = verdict.share
            return GOOD if share >= 0.8 else HARD if share >= 0.5 else AGAIN, seconds, verdict
        rating = AGAIN if verdict.outcome != RIGHT else HARD if hints else GOOD
        return rating, seconds, verdict


def _seeds(args: argparse.Namespace) -> Iterator[int]:
    from checks.quiz.portable_random import PortableRandom

    random = PortableRandom(args.seed) if args.seed is not None else None
    while True:
        yield random.word() if random else secrets.randbits(32)


# -- the drill --------------------------------------------------------------------------------


def _drill(args: argparse.Namespace) -> int:
    from checks.quiz.draw import draw
    from checks.quiz.progress import Log
    from checks.quiz.terminal_text import question_lines, solution_lines, wrapped

    pool = entries(args)
    right = asked_count = 0
    with Log() as log:
        plan = _plan(pool, log, args)
        if not plan:
            return 0
        _say(f"{len(plan)} questions. {SIGNS}.")
        seeds = _seeds(args)
        try:
            for number, entry in enumerate(plan, 1):
                asked = draw(entry.slug, entry.question, next(seeds))
                _say("", f"{number} of {len(plan)} · {_where(entry)}", *question_lines(asked))
                rating, seconds, verdict = _judged(asked, allow_help=True)
                log.record(asked.id, rating, seed=asked.seed & 0xFFFFFFFF, mode="drill",
                           seconds=seconds)  # fmt: skip
                asked_count += 1
                right += rating > AGAIN
                for said in verdict.says if verdict else ():
                    _say(*wrapped(said))
                if rating == AGAIN:
                    _say("", *solution_lines(asked))
        except StoppedError:
            pass
        _say("", f"{right} of {asked_count} right. Every answer is saved; "
             "workbook progress shows what is due when.")  # fmt: skip
    return 0


def _plan(pool: list[Entry], log: Log, args: argparse.Namespace) -> list[Entry]:
    """Return what to ask: due first, then new; with a seed, the pool in the seed's order."""
    from checks.quiz.portable_random import PortableRandom
    from checks.quiz.schedule import memories, next_due, queue

    if args.seed is not None:
        return PortableRandom(args.seed).shuffled(pool)[: args.count]
    now = datetime.now().astimezone()
    by_id = {e.id: e for e in pool}
    known = memories(log.reviews())
    plan = [by_id[i] for i in queue(list(by_id), known, now)][: args.count]
    if plan:
        return plan
    if args.ahead:
        soonest = sorted((known[i].due, i) for i in by_id if i in known)
        rest = [by_id[i] for _, i in soonest] + [e for e in pool if e.id not in known]
        return rest[: args.count]
    due = next_due([m for i, m in known.items() if i in by_id], now)
    when = f" until {due.astimezone():%Y-%m-%d %H:%M}" if due else ""
    _say(f"Nothing is due{when}, and today's new questions are done. --ahead practises anyway.")
    return []


# -- the exam ---------------------------------------------------------------------------------


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in the block once the time is over (where the system has alarms)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: Any) -> None:
        raise TimeUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Result:
    """What became of one question of an exam; rating None where it was not reached."""

    entry: Entry
    asked: Asked
    rating: int | None
    said: tuple[str, ...] = ()


def _exam(args: argparse.Namespace) -> int:
    from checks.quiz.draw import draw
    from checks.quiz.portable_random import PortableRandom
    from checks.quiz.progress import Log
    from checks.quiz.terminal_text import question_lines

    if not 0 < args.minutes <= 24 * 60:
        raise FigureError(f"--minutes {args.minutes:g}: above 0 and at most a day")
    pool = entries(args, without=("open",))
    seed = args.seed if args.seed is not None else secrets.randbits(32)
    chosen = PortableRandom(seed).shuffled(pool)[: args.count]
    seeds = PortableRandom(seed ^ 0x5EED)
    paper = [(e, draw(e.slug, e.question, seeds.word())) for e in chosen]
    ends = time.monotonic() + args.minutes * 60
    results: list[Result] = []
    _say(f"Exam: {len(paper)} questions, {args.minutes:g} minutes, no hints. q stops. "
         f"The same paper again: --seed {seed}")  # fmt: skip
    with Log() as log:
        try:
            with _time_limit(args.minutes * 60):
                for number, (entry, asked) in enumerate(paper, 1):
                    minutes, rest = divmod(max(0, int(ends - time.monotonic())), 60)
                    head = f"{number} of {len(paper)} · {minutes}:{rest:02d} left"
                    _say("", head, *question_lines(asked))
                    rating, seconds, verdict = _judged(asked, allow_help=False)
                    if time.monotonic() > ends:
                        raise TimeUpError
                    results.append(Result(entry, asked, rating, verdict.says if verdict else ()))
                    log.record(asked.id, rating, seed=asked.seed, mode="exam", seconds=seconds)
        except TimeUpError:
            _say("", "Time is up.")
        except StoppedError:
            pass
    answered = {r.entry.id for r in results}
    results += [Result(e, a, None) for e, a in paper if e.id not in answered]
    _say(*report_lines(results))
    return 0


def report_lines(results: Sequence[Result]) -> list[str]:
    """Return the report of an exam: the score, each step, what to reread, what went wrong."""
    from checks.quiz.terminal_text import solution_lines, wrapped

    right = sum((r.rating or 0) > AGAIN for r in results)
    missing = sum(r.rating is None for r in results)
    unreached = f", {missing} not reached" if missing else ""
    lines = ["", f"{right} of {len(results)} right{unreached}.", ""]
    by_step: dict[tuple[str, str], list[Result]] = {}
    for r in sorted(results, key=lambda r: (list(CHAPTERS).index(r.entry.slug), _number(r.entry))):
        by_step.setdefault((r.entry.slug, r.entry.question.step), []).append(r)
    reread = []
    for (slug, step), its in by_step.items():
        good = sum((r.rating or 0) > AGAIN for r in its)
        lines.append(f"  {good} of {len(its)}  {_where(its[0].entry)}")
        if good < len(its):
            reread.append((good / len(its), slug, step, its[0].entry))
    if reread:
        lines += ["", "Reread, the weakest first:"]
        for _, slug, step, entry in sorted(reread, key=lambda item: item[0]):
            lines.append(f"  {_where(entry)}")
            lines.append(f"      chapters/{slug}/#{step}   workbook run {slug} "
                         f"--step {_number(entry)}")  # fmt: skip
    for r in results:
        if r.rating == AGAIN:
            lines += ["", f"Wrong: {_where(r.entry)}", *wrapped(r.asked.text)]
            for said in r.said[1:]:
                lines += wrapped(said)
            lines += solution_lines(r.asked)[:1]
    return lines


def _number(entry: Entry) -> int:
    """Return the number of the question's step."""
    return [s.slug for s in graph(entry.slug).steps].index(entry.question.step) + 1
