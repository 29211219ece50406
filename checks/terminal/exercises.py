"""`workbook exercise ...`: list, start, check, hint, solution, watch, verify.

Imports of what a command needs are inside it, so that `workbook` itself starts at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from checks.faces.output import emit

if TYPE_CHECKING:
    from checks.exercises.catalogue import Exercise
    from checks.exercises.workspace import Folder


def add_commands(commands: Any) -> None:
    """Add `exercise` and its own commands to the parser of `workbook`."""
    group = commands.add_parser("exercise", help="solve exercises in code, checked by tests")
    inner = group.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = _command(inner, "list", _list, "list the exercises and what you have solved")
    one.add_argument("--chapter", metavar="X", help="only this chapter's")
    one.add_argument("--json", action="store_true", help="print data instead of text")

    one = _command(inner, "start", _start, "copy an exercise into your folder")
    one.add_argument("name", help="such as gpu-wall/zero3")
    one.add_argument(
        "--again", action="store_true", help="begin afresh; your file is kept as a numbered backup"
    )

    one = _command(inner, "check", _check, "run an exercise's tests on your file")
    one.add_argument("name", nargs="?", help="by default the one that you saved last")

    one = _command(inner, "hint", _hint, "show a hint, one more each time")
    one.add_argument("name", nargs="?", help="by default the one that you saved last")

    one = _command(inner, "solution", _solution, "show our solution, once you have yours")
    one.add_argument("name", nargs="?", help="by default the one that you saved last")
    one.add_argument("--anyway", action="store_true", help="show it before you have solved it")

    one = _command(inner, "watch", _watch, "check at every save, and say what is next")
    one.add_argument("name", nargs="?", help="by default the one that you saved last")

    one = inner.add_parser("verify", help="prove that tests refuse mistakes and pass solutions")
    one.add_argument("name", nargs="*", help="by default all exercises")
    one.set_defaults(run=_verify)


def _command(
    inner: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = inner.add_parser(name, help=text)
    parser.add_argument("--folder", metavar="DIR", help="where your files are")
    parser.set_defaults(run=run)
    return parser


def _print(lines: Iterable[str]) -> None:
    print("\n".join(lines))


def _folder(args: argparse.Namespace) -> Folder:
    from checks.exercises.workspace import chosen

    return chosen(args.folder)


def _warn(folder: Folder) -> None:
    for warning in folder.warnings:
        print(f"workbook: {warning}", file=sys.stderr)
    folder.warnings.clear()


def _chosen(args: argparse.Namespace, folder: Folder) -> Exercise:
    """Return the exercise that a command names, or the one that was saved last."""
    from checks.exercises.catalogue import ExerciseError, exercises, find

    if args.name:
        return find(args.name)
    last = folder.last_saved()
    if last is None:
        raise ExerciseError(
            f"nothing is started in {folder.path}; begin with: "
            f"workbook exercise start {exercises()[0].full_name}"
        )
    return last


def _list(args: argparse.Namespace) -> int:
    from checks.exercises import report
    from checks.exercises.catalogue import exercises, of_chapter

    folder = _folder(args)
    wanted = of_chapter(args.chapter) if args.chapter else exercises()
    if args.json:
        data = [
            {
                "name": e.full_name,
                "chapter": e.chapter,
                "step": e.step,
                "title": e.title,
                "state": folder.state(e),
            }
            for e in wanted
        ]
        emit(data)
    else:
        _print(report.listing(wanted, folder))
        print("workbook exercise start NAME begins one; workbook exercise watch checks as you save")
    _warn(folder)
    return 0


def _start(args: argparse.Namespace) -> int:
    from checks.exercises import report, workspace
    from checks.exercises.catalogue import find

    folder = _folder(args)
    exercise = find(args.name)
    copied = folder.start(exercise, args.again)
    workspace.remember_folder(folder)
    print(f"{exercise.full_name}: {exercise.title}")
    _print(report.started(exercise, folder, copied))
    _warn(folder)
    return 0


def _check(args: argparse.Namespace) -> int:
    from checks.exercises import report, runner
    from checks.exercises.catalogue import ExerciseError

    folder = _folder(args)
    exercise = _chosen(args, folder)
    file = folder.code(exercise)
    if not folder.has(exercise):
        raise ExerciseError(
            f"{report.place(file)} does not exist; "
            f"begin with: workbook exercise start {exercise.full_name}"
        )
    found = runner.check(runner.job(exercise, file.absolute(), folder.tests(exercise).absolute()))
    folder.mark(exercise, found.passed)
    _print(report.lines(exercise, found, folder))
    _warn(folder)
    return 0 if found.passed else 1


def _hint(args: argparse.Namespace) -> int:
    from checks.exercises import report

    folder = _folder(args)
    exercise = _chosen(args, folder)
    print(f"{exercise.full_name}: {exercise.title}")
    _print(report.hints(exercise, folder.one_more_hint(exercise)))
    _warn(folder)
    return 0


def _solution(args: argparse.Namespace) -> int:
    folder = _folder(args)
    exercise = _chosen(args, folder)
    solved = folder.note(exercise).solved
    _warn(folder)
    if not solved and not args.anyway:
        print(f"{exercise.full_name} is not solved yet. workbook exercise hint may be enough;")
        print(f"workbook exercise solution {exercise.full_name} --anyway shows it nevertheless.")
        return 1
    print(exercise.source("solutions").read_text(encoding="utf-8"), end="")
    return 0


def _watch(args: argparse.Namespace) -> int:
    from checks.exercises.catalogue import find
    from checks.exercises.watch import watch

    folder = _folder(args)
    return watch(folder, find(args.name) if args.name else folder.last_saved())


def _verify(args: argparse.Namespace) -> int:
    from checks.exercises.catalogue import exercises, find
    from checks.exercises.verify import verify

    wanted = [find(name) for name in args.name] or list(exercises())
    sound = True
    for result in verify(wanted):
        print(f"{result.exercise}: {result.summary}")
        for fault in result.faults:
            print(f"  WRONG  {fault}")
        sound = sound and not result.faults
    return 0 if sound else 1
