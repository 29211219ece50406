"""What fuzzing asks of everything that reads a reader's text.

A target takes any text. Only the declared refusals may come out of what it calls, no call may
compile, run, import, open or send anything, and its work may not outgrow the length of the text.
Hypothesis calls the targets in the tests, libFuzzer through `python -m checks.drill.fuzz`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from checks.drill.answers import (
    Answer,
    AnswerError,
    Exact,
    ImpossibleUnit,
    MissingUnit,
    OrderOfMagnitude,
    SignificantDigits,
    UnknownUnit,
    WithinPercent,
    find_unit,
    read_answer,
)
from checks.drill.answers import Unit as AnswerUnit
from checks.drill.expressions import ExpressionError, equivalent, evaluate, parse
from checks.drill.work import Result, within

# Lines of Python that may run for each character of a text and for FREE more, about twice the
# most that hard texts and fuzzing needed. A comparison evaluates at 64 points. Calls into C stay
# short since the parsers bound a text's characters, a number's digits and every exponent.
READING, COMPARING, FREE = 80, 800, 50
counting = True  # else lines are not counted, which takes five times as long as not to
LONGEST_MESSAGE = 3000  # room for 200 characters of the reader's, the worst as '\\U0010ffff'
WANTED = ("GB", "GiB", "s", "USD", "USD/GPU/h", "tokens/s", "GB/s", "TFLOP/s", "GPUs", "%", "")
SYMBOLS = {"x": (0.5, 2.0), "y": (0.0, 1e9), "kv_heads": (1.0, 64.0)}
TOLERANCES = (Exact(), SignificantDigits(3), WithinPercent(1), OrderOfMagnitude(1))

# The interpreter reports these to audit hooks; none has any business in reading an answer.
FORBIDDEN = (
    "exec", "compile", "import", "open", "code.__new__", "marshal.", "pickle.", "os.",
    "subprocess.", "shutil.", "socket.", "urllib.", "ctypes.", "mmap.", "builtins.input",
)  # fmt: skip


class CodeRanError(AssertionError):
    """Reading a text made the interpreter compile, run, import, open or send something."""


_watching = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    """Refuse forbidden events while a target is at work."""
    if _watching and event.startswith(FORBIDDEN):
        raise CodeRanError(f"{event} {args!r}")


sys.addaudithook(_hook)


def watched(call: Callable[[], Result], text: str, each: int = READING) -> Result:
    """Return what `call` returns for `text`, or raise what it raises, having watched it.

    each: the lines of Python that it may run for each character.

    Raises:
        CodeRanError: it compiled, ran, imported, opened or sent something.
        TooMuchWorkError: it ran more lines.
    """
    global _watching
    find_unit.cache_clear()
    _watching = True
    try:
        return within(each * (len(text) + FREE), call) if counting else call()
    finally:
        _watching = False


def _message(error: Exception | str) -> None:
    """Assert that what the reader is told is a text of bounded length."""
    text = str(error)
    assert 0 < len(text) <= LONGEST_MESSAGE, len(text)


def answers(text: str) -> None:
    """Read `text` as an answer in a unit that its first character picks, and grade it."""
    wanted = WANTED[ord(text[0]) % len(WANTED)] if text else ""
    text = text[1:]
    try:
        reading = watched(lambda: read_answer(text, wanted), text)
    except AnswerError as error:
        _message(error)
        return
    if isinstance(reading, Answer):
        assert isinstance(reading.value, Fraction)
        for tolerance in TOLERANCES:
            assert tolerance.accepts(reading.value, reading.value, reading.unit.size)
        assert read_answer(text, wanted) == reading, "the same text reads the same again"
    else:
        assert isinstance(reading, MissingUnit | UnknownUnit | ImpossibleUnit)
        _message(reading.tell)


def units(text: str) -> None:
    """Look `text` up as a unit."""
    unit = watched(lambda: find_unit(text), text)
    if isinstance(unit, str):
        _message(unit)
        return
    assert isinstance(unit, AnswerUnit)
    assert unit.size > 0
    assert len(unit.dimension) == 3
    assert 0 not in unit.labels.values()
    hash(unit)


def formulas(text: str) -> None:
    """Parse `text` as a formula, evaluate it, and compare it with itself and with another."""
    try:
        steps = watched(lambda: parse(text, SYMBOLS), text)
    except ExpressionError as error:
        _message(error)
        return
    value = watched(lambda: evaluate(steps, {"x": 1.25, "y": 3e4, "kv_heads": 8.0}), text)
    assert isinstance(value, float)
    assert not math.isinf(value)
    seen: dict[tuple[float, ...], float] = {}

    def itself(**point: float) -> float:
        return seen.setdefault(tuple(point.values()), evaluate(steps, point))

    says = ""
    try:
        same = equivalent(steps, itself, SYMBOLS, seed=1)
        assert same.same, "a formula equals itself"
    except ValueError as error:
        says = str(error)
    assert not says or "the reference is defined at only" in says
    if not says:  # the longest comparison, all points, with a reference that costs nothing
        known = lambda **point: seen[(*point.values(),)]  # noqa: E731
        assert watched(lambda: equivalent(steps, known, SYMBOLS, 1), text, COMPARING).same


TARGETS: dict[str, Callable[[str], None]] = {
    "answers": answers,
    "units": units,
    "formulas": formulas,
}

# Where fuzzing starts from, and the words that it may put together.
SEEDS: dict[str, tuple[str, ...]] = {
    "answers": (
        "02.5 GiB", "02,684 MB", "0~ 1.12 × 10^12 B", "01.12·10¹² B", "3$0.70 per million tokens",
        "524.5 s", "53,008 GPU-hours", "7400 Gbit/s", "940 %", "0-5e-3 GB", "0US$ 9,024", "01/3",
    ),
    "units": (
        "GiB", "GPU·h", "tokens/s/GPU", "USD per GPU-hour", "µs", "$", "%", "TFLOPS", "Gbit/s",
    ),
    "formulas": (
        "2*x*y", "x^2 + y/kv_heads", "max(x, y, 3)", "sqrt(abs(x - y))", "-x^-2", "1.5e3*(x + 1)",
        "ceil(x/3)*floor(y)", "ln(exp(x))", "x**2", "min(x, 2)^0.5", "log2(kv_heads)",
    ),
}  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {
    "answers": (
        " GiB", " GB", " per ", "e99", "10^", "**", "×", ",000", " 000", "_000", "$", "USD", "~",
        "−", "·", "¹²", "⁻", "\u00a0", "\u202f", "%", "GPU-hours", "million", "/s", "e-99", "2^99",
    ),
    "units": ("·", "/", " per ", "-", "GPU", "hours", "tokens", "EB", "ns", "USD", "bit", "µ", "*"),
    "formulas": (
        "sqrt(", "max(", "min(", "exp(", "ln(", "log2(", "ceil(", "floor(", "abs(", "kv_heads",
        "**", "^", "e308", "e-308", ",", "(", ")", "-", "+", "×", "÷", "x", "y", "__class__",
    ),
}  # fmt: skip
