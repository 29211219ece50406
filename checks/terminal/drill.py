"""`workbook drill`, `exam` and `verify`: practice in the terminal.

An answer is saved the moment it is judged, so a process killed at any time loses at most the one
being typed. Ctrl-C ends a drill or an exam as q does, its summary included; the exit code is then
130.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from checks.faces.output import INTERRUPTED, counted
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError

if TYPE_CHECKING:
    from checks.drill.draw import Asked
    from checks.drill.progress import Log
    from checks.drill.questions import Question

AGAIN, HARD, GOOD = 1, 2, 3
KIND_NAMES = ("number", "formula", "choice", "order", "mistake", "open")
SIGNS = "? for a hint, ! for the answer, q to stop"


class StoppedError(Exception):
    """The reader has had enough."""


class SkippedError(Exception):
    """The reader leaves a question of an exam out."""


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
    one.add_argument("what", nargs="?", help="only this chapter, or chapter/question")
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
    from checks.drill import verify

    if args.seeds < 1:
        raise FigureError(f"--seeds {args.seeds}: at least one")
    return verify.main(args.what, args.seeds)


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
    from checks.drill.bank import bank
    from checks.drill.questions import kind_of

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
    g, number = graph(entry.slug), _number(entry)
    return f"{g.title}, {number}. {g.steps[number - 1].title}"


# -- asking -----------------------------------------------------------------------------------


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _edit_lines() -> None:
    """Let the arrow keys work in an answer, where somebody types it and the system can."""
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401


def _read(prompt_text: str) -> str:
    """Read one line; the end of the input stops the drill."""
    try:
        return input(f"  {prompt_text} > ")
    except EOFError:
        print()
        raise StoppedError from None
    except KeyboardInterrupt:
        print()
        raise


@dataclass(frozen=True)
class Judged:
    """An answer as it was typed, how it was rated, what the reader is told, how long it took."""

    typed: str
    rating: int
    said: tuple[str, ...]
    seconds: float


def _judged(asked: Asked, exam: bool) -> Judged:
    """Ask until an answer can be judged.

    Raises:
        StoppedError, SkippedError: the reader wants to stop; in an exam, to skip this one.
    """
    from checks.drill.grade import AGAIN as ONCE_MORE
    from checks.drill.grade import RIGHT
    from checks.drill.questions import Open
    from checks.terminal.text import judge, prompt, rubric_lines, wrapped

    began = time.monotonic()
    hints = 0
    is_open = isinstance(asked.question, Open)
    wanted = prompt(asked)
    while True:
        text = _read(wanted)
        word = text.strip()
        if word.lower() in ("q", "quit", "exit"):
            raise StoppedError
        if exam and word.lower() in ("s", "skip"):
            raise SkippedError
        if not exam and word == "?":
            if hints < len(asked.question.hints):
                _say(*wrapped(asked.fill(asked.question.hints[hints]), "        ", "  hint: "))
                hints += 1
            else:
                said = "no more hints" if hints else "this question has no hints"
                _say(f"  {said}; ! shows the answer")
            continue
        if not exam and word == "!":
            return Judged(word, AGAIN, (), time.monotonic() - began)
        if is_open and wanted == prompt(asked):
            _say(*rubric_lines(asked))
            wanted = "numbers of the points that you met"
            continue
        verdict = judge(asked, text)
        if verdict.outcome == ONCE_MORE:
            _say(*wrapped(verdict.says[0]))
            continue
        if is_open:
            rating = GOOD if verdict.share >= 0.8 else HARD if verdict.share >= 0.5 else AGAIN
        else:
            rating = AGAIN if verdict.outcome != RIGHT else HARD if hints else GOOD
        return Judged(word, rating, verdict.says, time.monotonic() - began)


def _seeds(args: argparse.Namespace) -> Iterator[int]:
    from checks.drill.portable_random import PortableRandom

    random = PortableRandom(args.seed) if args.seed is not None else None
    while True:
        yield random.word() if random else secrets.randbits(32)


# -- the drill --------------------------------------------------------------------------------


def _drill(args: argparse.Namespace) -> int:
    from checks.drill.draw import draw
    from checks.drill.progress import Log
    from checks.terminal.text import question_lines, solution_lines, wrapped

    pool = entries(args)
    right = asked_count = code = 0
    _edit_lines()
    with Log() as log:
        plan = _plan(pool, log, args)
        if not plan:
            return 0
        _say(f"{counted(len(plan), 'question')}. {SIGNS}.")
        seeds = _seeds(args)
        try:
            for number, entry in enumerate(plan, 1):
                asked = draw(entry.slug, entry.question, next(seeds))
                _say("", f"{number} of {len(plan)} · {_where(entry)}", *question_lines(asked))
                judged = _judged(asked, exam=False)
                log.record(
                    asked.id,
                    judged.rating,
                    seed=asked.seed & 0xFFFFFFFF,
                    mode="drill",
                    seconds=judged.seconds,
                )
                asked_count += 1
                right += judged.rating > AGAIN
                for said in judged.said:
                    _say(*wrapped(said))
                if judged.rating == AGAIN:
                    _say("", *solution_lines(asked))
        except StoppedError:
            pass
        except KeyboardInterrupt:
            code = INTERRUPTED
        _say(
            "",
            f"{right} of {asked_count} right. Every answer is saved; "
            "workbook progress shows what is due when.",
        )
    return code


def _plan(pool: list[Entry], log: Log, args: argparse.Namespace) -> list[Entry]:
    """Return what to ask: due first, then new; with a seed, the pool in the seed's order."""
    from checks.drill.portable_random import PortableRandom
    from checks.drill.schedule import memories, next_due, queue

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


@contextlib.contextmanager
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


NOT_REACHED, SKIPPED = "not reached", "skipped"


@dataclass(frozen=True)
class Result:
    """What became of one question of an exam: it was answered, skipped or not reached."""

    entry: Entry
    asked: Asked
    judged: Judged | None = None
    missing: str = NOT_REACHED

    @property
    def right(self) -> bool:
        """Whether it was answered right."""
        return self.judged is not None and self.judged.rating > AGAIN


def _exam(args: argparse.Namespace) -> int:
    from checks.drill.draw import draw
    from checks.drill.portable_random import PortableRandom
    from checks.drill.progress import Log
    from checks.terminal.text import question_lines

    if not 0 < args.minutes <= 24 * 60:
        raise FigureError(f"--minutes {args.minutes:g}: above 0 and at most a day")
    pool = entries(args, without=("open",))
    seed = args.seed if args.seed is not None else secrets.randbits(32)
    chosen = PortableRandom(seed).shuffled(pool)[: args.count]
    seeds = PortableRandom(seed ^ 0x5EED)
    paper = [(e, draw(e.slug, e.question, seeds.word())) for e in chosen]
    ends = time.monotonic() + args.minutes * 60
    results = [Result(e, a) for e, a in paper]
    code = 0
    _edit_lines()
    _say(
        f"Exam: {counted(len(paper), 'question')}, {counted(args.minutes, 'minute')}, no hints. "
        f"s skips a question, q stops. The same paper again: --seed {seed}"
    )
    with Log() as log:
        try:
            with _time_limit(args.minutes * 60):
                for at, (entry, asked) in enumerate(paper):
                    minutes, rest = divmod(max(0, int(ends - time.monotonic())), 60)
                    head = f"{at + 1} of {len(paper)} · {minutes}:{rest:02d} left"
                    _say("", head, *question_lines(asked))
                    try:
                        judged = _judged(asked, exam=True)
                    except SkippedError:
                        results[at] = Result(entry, asked, missing=SKIPPED)
                        continue
                    if time.monotonic() > ends:
                        raise TimeUpError
                    log.record(
                        asked.id,
                        judged.rating,
                        seed=asked.seed,
                        mode="exam",
                        seconds=judged.seconds,
                    )
                    results[at] = Result(entry, asked, judged)
        except TimeUpError:
            _say("", "Time is up.")
        except StoppedError:
            pass
        except KeyboardInterrupt:
            code = INTERRUPTED
    _say(*report_lines(results))
    return code


def report_lines(results: Sequence[Result]) -> list[str]:
    """Return the report of an exam: the score, each step, what to reread, what went wrong.

    What was skipped or not reached counts neither as right nor as wrong.
    """
    from checks.terminal.text import wrapped

    answered = [r for r in results if r.judged]
    missing = {
        m: [r for r in results if not r.judged and r.missing == m] for m in (SKIPPED, NOT_REACHED)
    }
    apart = "".join(f", {len(its)} {what}" for what, its in missing.items() if its)
    right = sum(r.right for r in answered)
    score = f"{right} of {len(answered)} {'answered ' if apart else ''}right"
    lines = ["", f"{score if answered else 'Nothing answered'}{apart}.", ""]
    by_step: dict[tuple[int, int], list[Result]] = {}
    for r in sorted(answered, key=lambda r: _place(r.entry)):
        by_step.setdefault(_place(r.entry), []).append(r)
    reread = []
    for its in by_step.values():
        good = sum(r.right for r in its)
        lines.append(f"  {good} of {len(its)}  {_where(its[0].entry)}")
        if good < len(its):
            reread.append((good / len(its), its[0].entry))
    if reread:
        lines += ["", "Reread, the weakest first:"]
        for _, entry in sorted(reread, key=lambda item: item[0]):
            slug, step = entry.slug, entry.question.step
            lines.append(f"  {_where(entry)}")
            lines.append(
                f"      chapters/{slug}/#{step}   workbook run {slug} --step {_number(entry)}"
            )
    lines += [""] if apart else []
    for what, its in missing.items():
        if its:
            lines += wrapped(f"{_steps([r.entry for r in its])}.", first=f"{what.capitalize()}: ")
    for r in answered:
        if not r.right:
            lines += _missed(r)
    return lines


def _steps(entries: Sequence[Entry]) -> str:
    """Return the steps of questions, by chapter: "The 80 GB wall, steps 2, 5; XGBoost, step 9"."""
    by_chapter: dict[str, dict[str, None]] = {}
    for entry in sorted(entries, key=_place):
        title = graph(entry.slug).title
        by_chapter.setdefault(title, {})[str(_number(entry))] = None
    return "; ".join(
        f"{title}, step{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        for title, numbers in by_chapter.items()
    )


def _missed(result: Result) -> list[str]:
    """Return a question answered wrong: the question, the answer, its verdict, the right one."""
    from checks.terminal.text import question_lines, solution_lines, wrapped

    assert result.judged is not None
    lines = ["", f"Wrong: {_where(result.entry)}", *question_lines(result.asked), ""]
    lines += wrapped(result.judged.typed, "    ", "  You answered: ")
    lines += wrapped(" ".join(result.judged.said))
    return [*lines, "  The right answer:", *solution_lines(result.asked, brief=True)]


def _place(entry: Entry) -> tuple[int, int]:
    """Return where a question stands in the book: which chapter, which step."""
    return list(CHAPTERS).index(entry.slug), _number(entry)


def _number(entry: Entry) -> int:
    """Return the number of the question's step."""
    return [s.slug for s in graph(entry.slug).steps].index(entry.question.step) + 1
