"""The `workbook` command: walk through a chapter, open a number's working, sweep a given."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from checks.exercises.terminal import add_commands as add_exercise_commands
from checks.output import carried_out, emit
from checks.quiz import terminal_drill, terminal_export, terminal_progress
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Given, Graph, Measured


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code, one of those of `carried_out`."""

    def work() -> int:
        args = _parser().parse_args(argv)
        code: int = args.run(args)
        return code

    return carried_out(work)


class _Parser(argparse.ArgumentParser):
    """A parser that does not keep to itself that its help could not be written."""

    def _print_message(self, message: str, file: Any = None) -> None:
        (file or sys.stderr).write(message or "")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="workbook", description="Walk through the workbook's chapters and open its numbers."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = commands.add_parser("list", help="list the chapters and their steps")
    one.add_argument("--json", action="store_true", help="print data instead of text")
    one.set_defaults(run=_list)

    one = commands.add_parser("run", help="walk through a chapter, step by step")
    one.add_argument("chapter", help="its name, as `workbook list` prints it")
    one.add_argument("--step", type=int, metavar="N", help="only this step")
    _add_common(one)
    one.set_defaults(run=_run)

    one = commands.add_parser("why", help="open the working of a number")
    one.add_argument("figure", metavar="CHAPTER.FIGURE", help="such as gpu-wall.static_bytes")
    one.add_argument("--checks", action="store_true", help="run the checks that prove it as well")
    _add_common(one)
    one.set_defaults(run=_why)

    one = commands.add_parser("sweep", help="compute a figure over a range of a given")
    one.add_argument("figure", metavar="CHAPTER.FIGURE", help="such as gpu-wall.memory_per_gpu")
    one.add_argument(
        "--over",
        required=True,
        metavar="GIVEN=RANGE",
        help="gpus=8..512 doubles, gpus=8..64:8 adds, gpus=8,12,64 lists",
    )
    one.add_argument("--plot", metavar="FILE", help="draw it to a .svg, .png or .pdf file")
    _add_common(one)
    one.set_defaults(run=_sweep)

    terminal_drill.add(commands)
    terminal_progress.add(commands)
    terminal_export.add(commands)
    add_exercise_commands(commands)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a given or a choice: params=8e9, gpu=H200; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print data instead of text")


def _settings(pairs: Sequence[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise FigureError(f"--set {pair}: write it as name=value, e.g. params=8e9")
        settings[name.strip()] = value.strip()
    return settings


def _split(figure: str) -> tuple[Graph, str]:
    chapter, dot, name = figure.partition(".")
    if not dot or not name:
        raise FigureError(f"{figure}: write it as chapter.figure, e.g. gpu-wall.static_bytes")
    g = graph(chapter)
    g.figure(name)
    return g, name


def _list(args: argparse.Namespace) -> int:
    chapters = {slug: graph(slug) for slug in CHAPTERS}
    if args.json:
        return emit(
            {slug: {"title": g.title, "steps": [s.title for s in g.steps]}
             for slug, g in chapters.items()}
        )  # fmt: skip
    for slug, g in chapters.items():
        print(f"{slug}: {g.title} ({len(g.figures)} figures)")
        for number, step in enumerate(g.steps, 1):
            print(f"  {number:2} {step.title}")
    print("\nworkbook run CHAPTER walks through one; workbook why CHAPTER.FIGURE opens a number")
    return 0


def _run(args: argparse.Namespace) -> int:
    g = graph(args.chapter)
    steps = list(enumerate(g.steps, 1))
    if args.step is not None:
        if not 1 <= args.step <= len(steps):
            raise FigureError(f"--step {args.step}: {args.chapter} has steps 1 to {len(steps)}")
        steps = [steps[args.step - 1]]
    values = g.evaluate(_settings(args.set))
    if args.json:
        from checks.working import as_json

        return emit(
            {"chapter": g.name, "settings": _settings(args.set),
             "steps": [{"number": n, "title": s.title,
                        "figures": [as_json(g, f.name, values) for f in s.figures]}
                       for n, s in steps]}
        )  # fmt: skip
    print(g.title)
    for number, step in steps:
        print(f"\n{number}. {step.title}")
        for f in step.figures:
            mark = {Given: "given", Measured: "measured"}.get(type(f), "")
            before = g.shown(f.name)
            now = g.shown(f.name, values)
            changed = f"  was {before}" if now != before else ""
            print(f"  {now:>22}  {f.label} [{f.name}{', ' + mark if mark else ''}]{changed}")
    print(f"\nworkbook why {args.chapter}.FIGURE opens a number; the names stand in brackets")
    return 0


def _why(args: argparse.Namespace) -> int:
    from checks.working import as_json, working

    g, name = _split(args.figure)
    values = g.evaluate(_settings(args.set))
    if args.json:
        return emit(as_json(g, name, values))
    print("\n".join(working(g, name, values)))
    if args.checks:
        from checks.proof import ProofError, prove_figure
        from worked.figures import Derived

        f = g.figure(name)
        print("\nchecks")
        if not isinstance(f, Derived):
            print("  a given or measured figure has a source instead")
            return 0
        try:
            print(f"  {', '.join(prove_figure(g, f).routes)}: agree")
        except ProofError as error:
            print(f"  {error}")
            return 1
    return 0


def points(text: str, integer: bool) -> list[float]:
    """Return the points of a range: "8..512" doubles, "8..64:8" adds, "8,12,64" lists.

    Raises:
        FigureError: the text is none of these.
    """
    try:
        if ".." not in text:
            return [float(p) for p in text.split(",")]
        ends, _, step = text.partition(":")
        low, high = (float(p) for p in ends.split(".."))
        if (low <= 0 and not step) or high < low or (step and float(step) <= 0):
            raise ValueError
        found = [low]
        while (following := found[-1] + float(step) if step else found[-1] * 2) <= high:
            found.append(following)
            if len(found) > 10_000:
                raise FigureError(f"{text}: more than 10,000 points; take a larger step")
        if found[-1] != high and not step:
            found.append(high)
        return [float(int(p)) if integer else p for p in found]
    except ValueError:
        raise FigureError(
            f"{text}: not a range; write 8..512 (doubling), 8..64:8 (adding) or 8,12,64"
        ) from None


def _sweep(args: argparse.Namespace) -> int:
    g, name = _split(args.figure)
    over, equals, span = args.over.partition("=")
    if not equals:
        raise FigureError(f"--over {args.over}: write it as given=range, e.g. gpus=8..512")
    given = g.given(over)
    settings = _settings(args.set)
    swept = [
        (p, g.evaluate({**settings, over: p})) for p in points(span, integer=given.integer)
    ]  # fmt: skip
    if args.plot:
        _plot(args.plot, g, name, given, [(p, values[name]) for p, values in swept])
    if args.json:
        from checks.working import as_json

        return emit([{over: p, **as_json(g, name, values)} for p, values in swept])
    print(f"{given.label} ({over}) against {g.figure(name).label} ({name})")
    for _, values in swept:
        print(f"  {g.shown(over, values):>16}  {g.shown(name, values):>16}")
    if args.plot:
        print(f"drawn to {args.plot}")
    return 0


def _plot(path: str, g: Graph, name: str, given: Given, swept: list[tuple[float, float]]) -> None:
    if not path.endswith((".svg", ".png", ".pdf")):
        raise FigureError(f"--plot {path}: give a file that ends in .svg, .png or .pdf")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    factor = float(g.units[name].factor)
    figure, axes = pyplot.subplots(figsize=(6.4, 4))
    axes.plot([p for p, _ in swept], [v / factor for _, v in swept], marker="o")
    axes.set_xlabel(f"{given.label} ({given.unit})" if given.unit else given.label)
    axes.set_ylabel(f"{g.figure(name).label} ({g.figure(name).unit})")
    if len(swept) > 2 and swept[-1][0] / max(swept[0][0], 1e-300) > 30:
        axes.set_xscale("log", base=2)
    figure.tight_layout()
    try:
        figure.savefig(path)
    except OSError as error:
        raise FigureError(f"--plot {path}: cannot write it: {error.strerror}") from None


if __name__ == "__main__":
    sys.exit(main())
