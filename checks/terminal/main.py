"""The `workbook` command: walk through a chapter, open a number's working, sweep a given."""

from __future__ import annotations

import argparse
import math
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.faces.output import carried_out, counted, emit, say
from checks.terminal import drill, export, generate, grid, progress, roofline
from checks.terminal.exercises import add_commands as add_exercise_commands
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, Figure, FigureError, Given, Graph, Measured
from worked.settings import own


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

    one = commands.add_parser("sweep", help="compute a figure over a range of a given or a choice")
    one.add_argument("figure", metavar="CHAPTER.FIGURE", help="such as gpu-wall.lost_cost")
    one.add_argument(
        "--over",
        required=True,
        metavar="GIVEN=RANGE",
        help="gpus=8..512 doubles, gpus=8..64:8 adds, gpus=8,12,64 lists; minutes.3=8..24:2 "
        "sweeps a cell, "
        "'gpu=H100 SXM,H200 SXM' the options of a choice",
    )
    one.add_argument("--plot", metavar="FILE", help="draw it to a .svg, .png or .pdf file")
    _add_common(one)
    one.set_defaults(run=_sweep)

    generate.add(commands)
    roofline.add(commands)
    drill.add(commands)
    progress.add(commands)
    export.add(commands)
    add_exercise_commands(commands)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a given, a cell of one or a choice: params=8e9, minutes.3=18, gpu=H200; "
        "may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print data instead of text")


def _settings(g: Graph, pairs: Sequence[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        name, equals, value = pair.rpartition("=")
        if not equals or not name or not value:
            raise FigureError(f"--set {pair}: write it as name=value, e.g. params=8e9")
        settings[name.strip()] = value.strip()
    return own(g, settings)


def _split(figure: str) -> tuple[Graph, str]:
    chapter, dot, name = figure.partition(".")
    if not dot or not name:
        raise FigureError(f"{figure}: write it as chapter.figure, e.g. gpu-wall.static_bytes")
    g = graph(chapter)
    g.find(name) if set(name) & set("[.") else g.figure(name)
    return g, name


def _list(args: argparse.Namespace) -> int:
    chapters = {slug: graph(slug) for slug in CHAPTERS}
    if args.json:
        return emit(
            {
                slug: {"title": g.title, "steps": [s.title for s in g.steps]}
                for slug, g in chapters.items()
            }
        )
    for slug, g in chapters.items():
        print(f"{slug}: {g.title} ({counted(len(g.figures), 'figure')})")
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
    settings = _settings(g, args.set)
    values = g.evaluate(settings)
    if args.json:
        return emit(
            {
                "chapter": g.name,
                "settings": settings,
                "steps": [
                    {
                        "number": n,
                        "title": s.title,
                        "figures": [_data(g, f.name, values, settings) for f in s.figures],
                    }
                    for n, s in steps
                ],
            }
        )
    print(g.title)
    for number, step in steps:
        print(f"\n{number}. {step.title}")
        for f in step.figures:
            mark = {Given: "given", Measured: "measured"}.get(type(f), "")
            head = f"{g.called(f.name)} [{f.name}{', ' + mark if mark else ''}]"
            if f.axes:
                print("\n".join(_rows(g, f, head, values)))
                continue
            before = g.shown(f.name)
            now = g.shown(f.name, values)
            changed = f"  was {before}" if now != before else ""
            print("\n".join(_beside(now, head + changed)))
    print(f"\nworkbook why {args.chapter}.FIGURE opens a number; the names stand in brackets")
    return 0


MOST_LINES, MOST_CHANGES = 12, 4
"""How many lines of a table, and how many changes in it, a walk through a chapter prints."""


def _swept(g: Graph, name: str) -> str:
    """Return what a figure is called over settings at which its last place may be another."""
    f, index = g.find(name)
    last = [g.axes[a].noun or a for a, i in zip(f.axes, index, strict=True) if i == -1]
    open_ = g.cell_name(f, [None if i == -1 else i for i in index])
    return ", ".join([g.called(open_), *(f"last {noun}" for noun in last)])


def _beside(number: str, head: str) -> list[str]:
    """Return a line with a number and what it is, in as many lines as a terminal needs."""
    start = f"  {number:>22}  "
    return textwrap.wrap(
        head, 100, initial_indent=start, subsequent_indent=" " * 26, break_on_hyphens=False
    )


def _rows(g: Graph, f: Figure, head: str, values: Mapping[str, Any]) -> list[str]:
    """Return a figure over axes as a walk prints it: its head, its numbers, and what changed."""
    unit = grid.unit_of(g, f)
    over = f"over {', '.join(g.axes[a].noun or a for a in f.axes)}"
    found = _beside(over, head + (unit and f", {unit}"))
    found += grid.table(g, f.name, values, 26, MOST_LINES)
    was = [(n, g.shown(n)) for n in grid.names(g, f.name, values)]
    was = [(n, before) for n, before in was if before not in ("—", g.shown(n, values))]
    said = [f"{before} at {n.partition('[')[2].rstrip(']')}" for n, before in was[:MOST_CHANGES]]
    if more := len(was) - len(said):
        said.append(counted(more, "more change"))
    margin = " " * 26
    changed = textwrap.wrap(
        f"was {'; '.join(said)}", grid.WIDTH, initial_indent=margin, subsequent_indent=margin + "  "
    )
    return [*found, *(changed if was else [])]


def _data(
    g: Graph, name: str, values: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a figure or a cell as data; of rows, values and texts are nested lists."""
    from checks.faces.why import as_json

    if grid.is_whole(g, name):
        return as_json(g, name, values, settings)
    cells = {n: as_json(g, n, values, settings) for n in grid.names(g, name, values)}
    f, index = g.find(name)
    axes = [a for a, i in zip(f.axes, index, strict=True) if i is None]

    def nested(key: str, fixed: tuple[int | None, ...]) -> Any:
        if None not in fixed:
            return cells[g.cell_name(f, fixed)][key]
        at = fixed.index(None)
        places = range(g.length(f.axes[at], values))
        return [nested(key, (*fixed[:at], i, *fixed[at + 1 :])) for i in places]

    first = next(iter(cells.values()))
    each = [k for k in ("value", "base_value", "text", "low", "high") if k in first]
    return {
        **first,
        "name": name,
        "label": g.called(name, values),
        "over": {a: [g.label(a, i, values) for i in range(g.length(a, values))] for a in axes},
        **{key: nested(key, index) for key in each},
    }


def _why_rows(
    g: Graph, name: str, values: Mapping[str, Any], settings: dict[str, str]
) -> list[str]:
    """Return what there is to rows of numbers: which cells, their values, where they come from."""
    from checks.faces.trace import text
    from checks.faces.why import record_lines, source_lines

    f, index = g.find(name)
    first = [0 if i is None else i for i in index]
    keys = [g.keys[a][i] for a, i in zip(f.axes, first, strict=True)]
    unit = grid.unit_of(g, f)
    found = [g.called(name, values), f"  {name}{unit and f', {unit}'}", ""]
    found += grid.table(g, name, values)
    found += ["", "cells"]
    for axis, i in zip(f.axes, index, strict=True):
        if i is None:
            there = ", ".join(g.keys[axis][: g.length(axis, values)])
            found += textwrap.wrap(
                f"{axis}: {there}", grid.WIDTH, initial_indent="  ", subsequent_indent="    "
            )
    found.append(f"  workbook why {'.'.join([g.name, f.name, *keys])} opens one")
    if isinstance(f, Derived):
        formula = f"{f.name} = {text(f.term, g.arguments(f.name))}"
        found += ["", "formula"]
        found += textwrap.wrap(formula, grid.WIDTH, initial_indent="  ", subsequent_indent="      ")
    elif isinstance(f, Given):
        found += ["", "given", *(f"  {line}" for line in source_lines(g, f, settings))]
    else:
        found += ["", "measured", *(f"  {line}" for line in record_lines(g, f))]
    return found


def _why(args: argparse.Namespace) -> int:
    from checks.faces.why import working

    g, name = _split(args.figure)
    settings = _settings(g, args.set)
    values = g.evaluate(settings)
    g.value(name, values)  # refuses a cell that is not there at these settings
    _say_idle(g, name, settings)
    if args.json:
        return emit(_data(g, name, values, settings))
    opened = working if grid.is_whole(g, name) else _why_rows
    print("\n".join(opened(g, name, values, settings)))
    if args.checks:
        from checks.proof.table import ProofError, how, prove_figure, told

        f = g.find(name)[0]
        print("\nchecks")
        if not isinstance(f, Derived):
            print("  a given or measured figure has a source instead")
            return 0
        try:
            print(f"  {', '.join(prove_figure(g.name, f).routes)}: agree")
            print("\n".join(f"  {line}" for line in told(how(f.formula))))
        except ProofError as error:
            print(f"  {error}")
            return 1
    return 0


MOST_POINTS = 10_000


def points(text: str, integer: bool) -> list[float]:
    """Return the points of a range: "8..512" doubles, "8..64:8" adds, "8,12,64" lists.

    Raises:
        FigureError: the text is none of these, or there are too many.
    """
    try:
        if ".." not in text:
            return [float(p) for p in text.split(",")]
        ends, _, added = text.partition(":")
        low, high = (float(p) for p in ends.split(".."))
        step = float(added) if added else 0
    except ValueError:
        low = high = step = math.nan
        added = ""
    if not (low <= high < math.inf and (step > 0 if added else low > 0)):
        raise FigureError(
            f"{text}: not a range; write 8..512 (doubling), 8..64:8 (adding) or 8,12,64"
        )
    # A step of a tenth is no exact float: leave room at the end, and drop the noise.
    steps = (high - low) / step + 1e-9 if added else math.log2(high / low)
    if steps >= MOST_POINTS:
        raise FigureError(f"{text}: more than {MOST_POINTS:,} points; take a larger step")
    count = int(steps) + 1
    found = [float(f"{low + i * step if added else low * 2**i:.12g}") for i in range(count)]
    if found[-1] < high and not added:
        found.append(high)
    if integer and any(not p.is_integer() for p in found):
        raise FigureError(f"{text}: this given takes whole numbers; write whole ends and steps")
    return found


def _sweep(args: argparse.Namespace) -> int:
    g, name = _split(args.figure)
    over, equals, span = args.over.rpartition("=")
    if not equals:
        raise FigureError(f"--over {args.over}: write it as given=range, e.g. gpus=8..512")
    settings = _settings(g, args.set)
    places: list[Any]
    if over in g.choices:
        places = [option.strip() for option in span.split(",")]
        label, unit = g.choices[over].label, ""
    else:
        given, index = g.find(over)
        g.limits(given, index)  # refuses what cannot be set
        places = points(span, integer=getattr(given, "integer", False))
        label, unit = g.called(over), given.unit
    g.changes(settings)
    overridden = [n for n in settings if _setting(g, n) == _setting(g, over)]
    rest = {n: v for n, v in settings.items() if n not in overridden}
    swept = [(p, g.evaluate({**rest, over: p})) for p in places]
    for n in overridden:
        say(f"--set {n} changes nothing here: --over sets it")
    _say_idle(g, name, [over, *rest])
    if args.plot:
        _plot(args.plot, g, name, _axis(label, unit), [(p, g.value(name, v)) for p, v in swept])
    if args.json:
        return emit([{over: p, **_data(g, name, values, rest)} for p, values in swept])
    print(f"{label} ({over}) against {_swept(g, name)} ({name})")
    points_shown = [str(p) if over in g.choices else g.shown(over, v) for p, v in swept]
    if grid.is_whole(g, name):
        for point, (_, values) in zip(points_shown, swept, strict=True):
            print(f"  {point:>16}  {g.shown(name, values):>16}")
    else:
        cells = max((grid.names(g, name, values) for _, values in swept), key=len)
        bare = grid.unit_of(g, g.find(name)[0]) != ""
        lines = [["", *(n.partition("[")[2].rstrip("]") for n in cells)]]
        for point, (_, values) in zip(points_shown, swept, strict=True):
            lines.append([point, *(g.shown(n, values, bare=bare) for n in cells)])
        print("\n".join(f"  {line}" for line in grid.aligned(lines)))
    if args.plot:
        print(f"drawn to {args.plot}")
    return 0


def _setting(g: Graph, name: str) -> str:
    return name if name in g.choices else g.cell(name)


def _say_idle(g: Graph, name: str, settings: Iterable[str]) -> None:
    """Say which settings do not enter a figure, so that nobody waits for them to change it."""
    entering = g.needed([g.find(name)[0].name])
    for setting in settings:
        choice = g.choices.get(setting)
        cells = [n for o in choice.options.values() for n in o] if choice else [setting]
        if not {g.find(cell)[0].name for cell in cells} & entering:
            say(f"{setting} does not enter {name}: it changes nothing here")


def _axis(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _plot(path: str, g: Graph, name: str, label: str, swept: list[tuple[Any, float]]) -> None:
    if not path.endswith((".svg", ".png", ".pdf")):
        raise FigureError(f"--plot {path}: give a file that ends in .svg, .png or .pdf")
    figure, _ = g.find(name)
    if getattr(figure, "words", None) or g.kinds[figure.name].place:
        what = "place" if g.kinds[figure.name].place else "verdict"
        raise FigureError(f"--plot: {name} is a {what}, which has no scale; leave out --plot")
    if not grid.is_whole(g, name):
        one = next(iter(grid.names(g, name, g.base)))
        raise FigureError(f"--plot: {name} has a value for each place; draw {one}, say")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    factor = float(g.units[figure.name].factor)
    canvas, axes = pyplot.subplots(figsize=(6.4, 4))
    places = [p for p, _ in swept]
    values = [math.nan if v is None else v / factor for _, v in swept]
    if isinstance(places[0], str):
        axes.bar(places, values)
        axes.tick_params("x", rotation=30)
    else:
        axes.plot(places, values, marker="o")
        if len(places) > 2 and places[-1] / max(places[0], 1e-300) > 30:
            axes.set_xscale("log", base=2)
    axes.set_xlabel(label)
    axes.set_ylabel(textwrap.fill(_axis(_swept(g, name), figure.unit), 36))
    canvas.tight_layout()
    try:
        canvas.savefig(path)
    except OSError as error:
        raise FigureError(f"--plot {path}: cannot write it: {error.strerror}") from None


if __name__ == "__main__":
    sys.exit(main())
