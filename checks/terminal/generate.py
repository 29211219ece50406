"""`workbook generate`: a real model answers, and the run's own sums stand below the answer."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any

from checks.faces.output import INTERRUPTED, STAND_INS, emit, moves_cursor, say
from worked.errors import FigureError

if TYPE_CHECKING:  # what follows takes time to import, and no other command needs it
    from worked.forward_pass.generate import Answer
    from worked.forward_pass.real_model import RealModel

ENDINGS = {
    "stop": "the model ended its answer",
    "length": "the answer is as long as --max-new allows",
    "": "you stopped it",
}
EXAMPLE = 'workbook generate "What is the capital of France?"'


def add(commands: Any) -> None:
    """Add the command to the subparsers of the `workbook` command."""
    one = commands.add_parser(
        "generate",
        help="have a small language model answer, and see what it took",
        description="SmolLM2-135M-Instruct answers in the chapter's own engine. As it goes you see"
        " prefill and decode apart: the time to the first token (TTFT), the time of each further"
        " token, and the bytes of the cache; at the end the sums of this very run."
        " `make model` installs the model.",
    )
    one.add_argument("prompt", help='what you say to it: "What is the capital of France?"')
    one.add_argument("--max-new", type=int, default=256, metavar="N", help="new tokens at most")
    one.add_argument(
        "--temperature",
        type=float,
        default=0.0,
        metavar="T",
        help="what logits are divided by; 0: the likeliest token",
    )
    one.add_argument(
        "--top-k", type=int, default=0, metavar="K", help="draw from the K likeliest; 0: from all"
    )
    one.add_argument(
        "--top-p",
        type=float,
        default=1.0,
        metavar="P",
        help="draw from the likeliest that together reach P",
    )
    one.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of the draws; the same one draws the same answer",
    )
    one.add_argument("--draft", choices=["none"], default="none", help="what proposes tokens ahead")
    one.add_argument(
        "--block-size", type=int, default=16, metavar="N", help="tokens to a block of the cache"
    )
    one.add_argument(
        "--chunk", type=int, default=512, metavar="N", help="prompt tokens to a step, at most"
    )
    one.add_argument("--json", action="store_true", help="print data instead of text")
    one.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if not args.prompt.strip():
        raise FigureError(f"the prompt is empty; say something to the model, as {EXAMPLE}")
    screen = _Screen(live=not args.json and moves_cursor(sys.stdout))
    try:
        screen.status(["loading PyTorch"])
        from worked.forward_pass.real_model import load, path

        file = path()
        if not screen.live and sys.stderr.isatty():
            say("reading the model")
        try:
            real = load(file, lambda share: screen.status([f"reading the model: {share:.0%}"]))
            answer = _asked(real, args)
        except ValueError as error:
            raise FigureError(str(error)) from None
        code = 0
        try:
            screen.status(_status(answer))
            for text in answer:
                if not args.json:
                    screen.write(text)
                screen.status(_status(answer))
        except KeyboardInterrupt:
            code = INTERRUPTED
    finally:
        screen.end()
    if args.json:
        emit(_data(real, answer))
        return code
    print("\n".join(_report(answer)))
    return code


def _asked(real: RealModel, args: argparse.Namespace) -> Answer:
    from worked.forward_pass.generate import Answer
    from worked.forward_pass.sampling import Sampling

    return Answer(
        real,
        [{"role": "user", "content": args.prompt}],
        args.max_new,
        Sampling(args.temperature, args.top_k, args.top_p, args.seed),
        args.block_size,
        args.chunk,
    )


# -- what is said of a run --------------------------------------------------------------------


def _status(answer: Answer) -> list[str]:
    """Return the state of a run in words, the longest first; the screen shows the one that fits."""
    prompt, held = len(answer.prompt), f"{answer.bytes_held / 1e6:.1f} MB"
    if not answer.tokens:
        return [f"prefill {answer.read:,} of {prompt:,} tokens | cache {held}"]
    first, each = _seconds(answer.prefill_seconds), _seconds(answer.token_seconds)
    more = answer.decode_steps
    return [
        f"prefill {prompt:,} tokens, TTFT {first} | decode {more:,}, {each} each | cache {held}",
        f"TTFT {first} | {more:,} x {each} | {held}",
    ]


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * 1e3:,.1f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def _report(answer: Answer) -> list[str]:
    """Return the lines below the answer: how it ended, what it took, its sums."""
    prompt = len(answer.prompt)
    lines = [""]
    if not answer.tokens:
        read = f"{answer.read:,} of {prompt:,} tokens of the prompt had been read"
        return [*lines, *_wrapped(f"{ENDINGS['']} before the first token; {read}", "")]
    from checks.faces.working import lines as working
    from worked.forward_pass.run_sums import DECODE, PREFILL, sums

    first, blocks = _seconds(answer.prefill_seconds), answer.pool.blocks_for(answer.cached)
    decode = f"decode: {answer.decode_steps:,} further tokens"
    if answer.token_seconds:
        decode += f", {_seconds(answer.token_seconds)} each ({1 / answer.token_seconds:,.1f}/s)"
    for line in (
        f"{ENDINGS[answer.reason]}",
        f"prefill: {prompt:,} tokens of prompt, the first token after {first} (TTFT)",
        decode,
        f"cache: {answer.cached:,} tokens, {answer.bytes_held:,} bytes in {blocks:,} blocks of "
        f"{answer.pool.block_size:,} tokens",
    ):
        lines += _wrapped(line, "  ")
    lines += ["", "The sums of this run"]
    graph = sums(answer)
    for name in (*PREFILL, *(DECODE if answer.decode_steps else ())):
        lines += ["", *_wrapped(graph.called(name, graph.base), "  ")]
        for line in _joined(working(graph, name, graph.base)):
            lines += _wrapped(line.strip(), "    " + " " * (len(line) - len(line.lstrip())))
    return lines


def _data(real: RealModel, answer: Answer) -> dict[str, Any]:
    """Return a run as data, its figures in bytes, seconds and FLOPs."""
    from worked.forward_pass.run_sums import DECODE, PREFILL, sums

    graph = sums(answer) if answer.tokens else None
    names = (*PREFILL, *(DECODE if answer.decode_steps else ())) if graph else ()
    return {
        "answer": real.tokenizer.decode(answer.tokens),
        "ended": answer.reason or "interrupted",
        "prompt_tokens": len(answer.prompt),
        "answer_tokens": len(answer.tokens),
        "prefill_seconds": answer.prefill_seconds,
        "token_seconds": answer.token_seconds,
        "cache_bytes": answer.bytes_held,
        "figures": {name: graph.value(name, graph.base) for name in names} if graph else {},
    }


def _joined(lines: list[str]) -> list[str]:
    """Undo the wrapping of a working, in which what goes on is indented further than by two."""
    whole: list[str] = []
    for line in lines:
        if line.startswith("   "):
            whole[-1] += " " + line.strip()
        else:
            whole.append(line)
    return whole


def _wrapped(text: str, indent: str) -> list[str]:
    columns = min(100, max(20, _columns()))
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent + "  ") or [
        ""
    ]


# -- the screen -------------------------------------------------------------------------------


def _columns() -> int:
    return shutil.get_terminal_size((80, 24)).columns


class _Screen:
    """The answer as it comes, in whole words to a line, and below it a line that tells the state.

    Where the output is no terminal (`live` is false) the answer is written as it is, and no state.
    """

    def __init__(self, live: bool) -> None:
        self.live = live
        self._line = ""  # the answer's last line, which may still grow
        self._below = ""  # the state, where it is on the screen
        self._wrote = False

    def write(self, text: str) -> None:
        """Add to the answer."""
        self._wrote = self._wrote or bool(text)
        if not self.live:
            print(text, end="", flush=True)
            return
        if not text:
            return
        *whole, self._line = _filled(self._line + _shown(text), max(_columns() - 1, 2))
        self._draw("".join(f"{line}\n" for line in whole), self._below)

    def status(self, choices: list[str]) -> None:
        """Show the first of the choices that fits the terminal, or the last cut short."""
        if not self.live:
            return
        room = max(_columns() - 1, 1)
        fitting = [text for text in choices if len(text) <= room]
        self._draw("", fitting[0] if fitting else choices[-1][:room])

    def end(self) -> None:
        """Take the state away, and end the answer's line."""
        if self.live:
            self._draw("", "")
        if self._wrote:
            print()
        sys.stdout.flush()

    def _draw(self, finished: str, below: str) -> None:
        """Write the finished lines for good, and below them what may still change."""
        back = "\r\x1b[K\x1b[A" if self._below else ""
        state = f"\n{below}" if below else ""
        sys.stdout.write(f"{back}\r\x1b[K{finished}{self._line}{state}")
        sys.stdout.flush()
        self._below = below


def _shown(text: str) -> str:
    """Return a text as the terminal can show it: nothing in it moves the cursor."""
    encoding = sys.stdout.encoding or "utf-8"
    text = text.expandtabs(4).encode(encoding, STAND_INS).decode(encoding)
    broken = "\N{REPLACEMENT CHARACTER}"
    return "".join(c if c == "\n" or c.isprintable() else broken[: c != "\r"] for c in text)


def _filled(text: str, columns: int) -> list[str]:
    """Break a text at its line ends, and at blanks where a line is too long for the terminal."""
    lines = []
    for line in text.split("\n"):
        while _width(line) > columns:
            fits = columns
            while _width(line[:fits]) > columns:
                fits -= 1
            at = line.rfind(" ", 1, fits + 1)
            lines.append(line[: at if at > 0 else fits].rstrip())
            line = line[at + 1 if at > 0 else fits :]
        lines.append(line)
    return lines


def _width(text: str) -> int:
    """Columns that a text takes: none for a combining mark, two for a wide sign."""
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
