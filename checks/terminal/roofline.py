"""`workbook roofline`: what this machine reaches, and how near the engine comes to its roof."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from checks.faces.output import emit, moves_cursor
from worked.errors import FigureError

if TYPE_CHECKING:  # what follows takes time to import, and no other command needs it
    from worked.forward_pass.passes import Machine
    from worked.forward_pass.roofline import Line, Report

WIDTH = 79
NEAR = 0.9
"""A pass that reaches this share of its roof needs no explanation."""


def add(commands: Any) -> None:
    """Add the command to the subparsers of the `workbook` command."""
    one = commands.add_parser(
        "roofline",
        help="measure this machine, and how near the chapter's engine comes to what it can",
        description="Measures this machine's memory bandwidth and FLOP/s, says what they make of"
        " prefill and decode at best, runs both in the chapter's engine on a model of"
        " SmolLM2-135M's shape with random weights, and says where the difference goes. Where"
        " there is a GPU it is measured as well.",
    )
    one.add_argument("--quick", action="store_true", help="fewer rounds: under a minute")
    one.add_argument("--batch", metavar="N,N,...", help="sequences to decode at a time: 1,8,32")
    one.add_argument(
        "--threads", type=int, default=1, metavar="N", help="threads of the engine: one, as it is"
    )
    one.add_argument("--json", action="store_true", help="print data instead of text")
    one.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    cores = os.cpu_count() or 1
    if not 1 <= args.threads <= cores:
        raise FigureError(
            f"--threads {args.threads}: give a number from 1 to {cores}, this machine's cores"
        )
    progress = _Progress()
    progress.say("loading PyTorch")
    import torch

    from worked.forward_pass import roofline

    batches = _batches(args.batch) if args.batch is not None else roofline.BATCHES
    rounds = roofline.QUICK_ROUNDS if args.quick else roofline.ROUNDS
    before = torch.get_num_threads()
    torch.set_num_threads(args.threads)
    try:
        progress.say("making a model and filling its caches")
        reports = {
            "processor": roofline.measure(batches=batches, rounds=rounds, progress=progress.rounds)
        }
        if torch.cuda.is_available():
            progress.say("measuring the GPU")
            reports["GPU"] = roofline.measure_bare(batches=batches, rounds=rounds)
    except ValueError as error:
        raise FigureError(str(error)) from None
    finally:
        progress.end()
        torch.set_num_threads(before)
    if args.json:
        return emit(
            {
                "threads": args.threads,
                "rounds": rounds,
                **{where: _data(report) for where, report in reports.items()},
            }
        )
    print("\n".join(told(reports["processor"], args.threads, rounds)))
    if "GPU" in reports:
        print("\n" + "\n".join(told_of_gpu(reports["GPU"], rounds)))
    return 0


def _batches(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise FigureError(f"--batch {text}: write whole numbers, such as 1,8,32") from None


# -- what is said -----------------------------------------------------------------------------


def told(report: Report, threads: int, rounds: int) -> list[str]:
    """Return the lines about the processor and the engine, each at most 79 characters."""
    from worked.forward_pass.roofline import SMOLLM2_135M

    clock = "its processor time" if threads == 1 else "time by the clock"
    on = "one thread" if threads == 1 else f"{threads} threads"
    multiplied = SMOLLM2_135M.multiplied_parameters
    lines = [
        *_head(report, f"This machine, {on}, fp32 ({clock}, median of {rounds} rounds)"),
        "",
        "The engine, on a model of SmolLM2-135M's shape with random weights:",
        f"{multiplied:,} parameters that multiply, {multiplied * 4 / 1e6:,.0f} MB",
        "",
        *_table(report, "engine"),
    ]
    if report.steady:
        lines += ["", "Where the time above the roof goes"]
        lines += [line for one in report.lines for line in _wrapped(why(one))]
        lines += ["", *_wrapped(gain(report))]
    return lines


def told_of_gpu(report: Report, rounds: int) -> list[str]:
    """Return the lines about a GPU: the products of the same passes alone."""
    return [
        *_head(report, f"The GPU, bf16 (its own events, median of {rounds} rounds)"),
        "",
        "The matrix products of the same passes, without attention:",
        "",
        *_table(report, "products"),
    ]


def _head(report: Report, title: str) -> Iterator[str]:
    machine = report.machine
    yield title
    yield f"  reads     {machine.bandwidth / 1e9:8,.1f} GB/s"
    yield f"  computes  {machine.rate / 1e9:8,.1f} GFLOP/s"
    yield (
        f"  ridge     {machine.ridge:8,.1f} FLOP/B, which {machine.ridge_batch:,.1f} rows reach"
        f" (weights of {machine.width} B)"
    )
    yield f"  spread    {report.spread:8.0%} between rounds, at most"
    if not report.steady:
        yield from _wrapped(
            "The rounds differ too much to be believed: this machine is busy. Measure again when"
            " it is quiet."
        )


def _table(report: Report, what: str) -> Iterator[str]:
    yield f"  {'':22}{'roof':>10}{what:>12}{'of roof':>9}{'tokens/s':>11}  waits for"
    for line in report.lines:
        seconds = line.measured.seconds
        yield (
            f"  {line.work.name:22}{_ms(line.roof):>10}{_ms(seconds):>12}{line.share:>9.0%}"
            f"{line.work.rows / seconds:>11,.1f}  {_waits_for(line, report.machine)}"
        )


def _waits_for(line: Line, machine: Machine) -> str:
    return "memory" if line.work.waits_on_memory(machine) else "arithmetic"


def why(line: Line) -> str:
    """Return where a pass loses time, by what was measured apart, the larger part first."""
    above = line.measured.seconds - line.roof
    if line.share >= NEAR:
        return f"{line.work.name}: at the roof, within {1 - NEAR:.0%}."
    products = line.products.seconds
    reading, computing = line.work.read_bytes / products, line.work.flops / products
    kernels = (
        f"in the matrix products, which alone take {_ms(products)}: they read"
        f" {reading / 1e9:,.1f} GB/s and compute {computing / 1e9:,.1f} GFLOP/s"
    )
    if line.plain.seconds > 1.1 * products:
        kernels += f" (unpacked they would take {_ms(line.plain.seconds)})"
    parts = [(line.lost_in_products, kernels)]
    if line.engine:
        parts.append((line.lost_beside, "in attention, norms, the cache and Python"))
    parts = sorted((part for part in parts if part[0] > 0), reverse=True)
    lost = "; ".join(f"{_ms(seconds)} ({seconds / above:.0%}) {what}" for seconds, what in parts)
    return f"{line.work.name}: {lost}."


def gain(report: Report) -> str:
    """Return in a sentence what batching gives, and what it would give at the roof."""
    decodes = [line for line in report.lines if line.work.kind == "decode"]
    few, *_, many = sorted([decodes[0], *decodes], key=lambda line: line.work.rows)
    if few is many:
        return "Give --batch several numbers to see what batching gains."
    rows = many.work.rows / few.work.rows
    got = rows * few.measured.seconds / many.measured.seconds
    best = rows * few.roof / many.roof
    return (
        f"Decoding {many.work.rows} at a time gives {got:.1f} times the tokens/s of"
        f" {few.work.rows}; at the roof it would give {best:.1f} times."
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.3g} ms" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _data(report: Report) -> dict[str, Any]:
    """Return a report as data, in bytes, FLOPs and seconds."""
    machine = report.machine
    return {
        "bandwidth": machine.bandwidth,
        "rate": machine.rate,
        "ridge": machine.ridge,
        "ridge_batch": machine.ridge_batch,
        "spread": report.spread,
        "steady": report.steady,
        "passes": [
            {
                "name": line.work.name,
                "rows": line.work.rows,
                "read_bytes": line.work.read_bytes,
                "flops": line.work.flops,
                "roof_seconds": line.roof,
                "engine_seconds": line.engine.seconds if line.engine else None,
                "products_seconds": line.products.seconds,
                "products_unpacked_seconds": line.plain.seconds,
                "share_of_roof": line.share,
                "waits_for": _waits_for(line, machine),
            }
            for line in report.lines
        ],
    }


class _Progress:
    """A line on a terminal that tells what is being done; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._live = moves_cursor(sys.stderr)

    def say(self, text: str) -> None:
        """Show what is being done."""
        if self._live:
            line = f"{text} ..."[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def rounds(self, done: int, of: int) -> None:
        """Show how far the rounds are."""
        self.say(f"round {min(done + 1, of)} of {of}")

    def end(self) -> None:
        """Take the line away."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
