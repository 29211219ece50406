"""What the tests of an exercise are written with: call the reader's function, say what was wanted.

    called(zero3_bytes, [10], 4, 16).gives(48, because="10 over 4 ranks is padded to 12")
    called(rotate, vector, 3).obeys(lambda turned: ..., "turning keeps the length")

A failure knows what was called, what came and what was wanted, so that a report needs no
traceback. Under pytest it is an ordinary assertion.
"""

from __future__ import annotations

import copy
import dis
import math
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from typing import Any

CALL_SECONDS = 2.0  # of computing, so that a busy machine refuses no right answer
PATIENCE = 10 if hasattr(signal, "setitimer") else 1  # so many times as long by the clock
LONGEST = 300


class UnmetError(AssertionError):
    """One expectation that was not met.

    kind: "value" or "law" (the answer is wrong), "raised" (an exception), "todo" (not written
    yet), "slow" (no answer in time). called, came, wanted, because: text for the reader.
    """

    def __init__(self, kind: str, called: str, came: str, wanted: str, because: str = "") -> None:
        self.kind, self.called, self.came = kind, called, came
        self.wanted, self.because = wanted, because
        reason = f" ({because})" if because else ""
        super().__init__(f"{called} gave {came}; wanted {wanted}{reason}")


class TooSlow(BaseException):
    """No answer in time. Not an Exception, so that no `except Exception` hides it."""

    def __init__(self, unmet: UnmetError) -> None:
        self.unmet = unmet
        super().__init__(str(unmet))


class Alarm(BaseException):
    """The time that its text tells ran out while the reader's code was running."""


class Called:
    """A call of the reader's function and its result, `value`."""

    def __init__(self, text: str, value: Any, remark: str = "") -> None:
        self.text, self.value, self.remark = text, value, remark

    def gives(self, wanted: Any, near: float = 0.0, because: str = "") -> Called:
        """Demand that the result equals `wanted`; numbers within `near` times the
        larger of the two, or of 1.

        Lists, tuples and arrays count as equal when their elements are.
        """
        if not equal(self.value, wanted, near):
            raise UnmetError(
                "value", self.text, shown(self.value) + self.remark, shown(wanted), because
            )
        return self

    def obeys(self, holds: Callable[[Any], bool], law: str, because: str = "") -> Called:
        """Demand that holds(result) is true; `law` says in words what that means."""
        try:
            fulfilled = bool(holds(self.value))
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            fulfilled = False  # not even of the right kind, such as None for a list
        if not fulfilled:
            raise UnmetError("law", self.text, shown(self.value) + self.remark, law, because)
        return self


def called(
    function: Callable[..., Any], *arguments: Any, text: str = "", in_place: bool = False
) -> Called:
    """Call `function(*arguments)` with a time limit; `text` replaces the call in reports.

    Lists are passed as copies, so that a function which changes them spoils no later test;
    with `in_place` they are passed themselves, where changing them is the point.

    Raises:
        UnmetError: the function raised an exception.
        TooSlow: it did not return within CALL_SECONDS of computing.
    """
    text = text or f"{function.__name__}({', '.join(shown(a) for a in arguments)})"
    file = function.__code__.co_filename
    if not in_place:
        arguments = tuple(copy.deepcopy(a) if isinstance(a, list) else a for a in arguments)
    try:
        with time_limit(CALL_SECONDS):
            value = function(*arguments)
    except Alarm as alarm:
        came = f"nothing within {alarm}{where(alarm, file)}; is there a loop that never ends?"
        raise TooSlow(UnmetError("slow", text, came, "an answer")) from None
    except NotImplementedError as error:
        if "TODO" in str(error):
            raise UnmetError("todo", text, "the TODO is still there", "an answer") from None
        raise _raised(text, error, file) from None
    except (Exception, SystemExit) as error:
        raise _raised(text, error, file) from None
    return Called(text, value, "" if _returns(function) else " (is a `return` missing?)")


def _returns(function: Callable[..., Any]) -> bool:
    """Return whether a function has a `return` of anything but None."""
    code = list(dis.get_instructions(function))
    ends = [(a.opname, a.argval, b.opname) for a, b in pairwise(code) if b.opname == "RETURN_VALUE"]
    return any(end[:2] != ("LOAD_CONST", None) for end in ends) or any(
        i.opname == "RETURN_CONST" and i.argval is not None for i in code
    )


def _raised(text: str, error: BaseException, file: str) -> UnmetError:
    message = str(error)
    name = type(error).__name__
    came = f"{name}{': ' + message if message else ''}{where(error, file)}"
    return UnmetError("raised", text, came, "an answer")


def where(error: BaseException, file: str) -> str:
    """Return ", at line 12: `code`" for the last line of `file` that an exception passed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if not frames:
        return ""
    code = f": `{frames[-1].line}`" if frames[-1].line else ""
    return f", at line {frames[-1].lineno}{code}"


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise Alarm in the body when it computes too long, or waits much longer.

    Computing is the processor time of this process; what sleeps or waits spends none.
    """
    if not hasattr(signal, "setitimer"):  # Windows: only the limit on the whole check holds
        yield
        return
    with (
        _timer(signal.ITIMER_PROF, signal.SIGPROF, seconds, "of computing"),
        _timer(signal.ITIMER_REAL, signal.SIGALRM, PATIENCE * seconds, "by the clock"),
    ):
        yield


@contextmanager
def _timer(timer: int, number: int, seconds: float, measure: str) -> Iterator[None]:
    """Raise Alarm in the body when a timer has run for so long."""

    def ring(*_: object) -> None:
        raise Alarm(f"{seconds:g} s {measure}")

    handler = signal.signal(number, ring)
    try:
        # It rings again: the first alarm may be swallowed by a bare `except:`.
        before = signal.setitimer(timer, seconds, seconds / 4)
        try:
            yield
        finally:
            signal.setitimer(timer, *before)
    finally:
        signal.signal(number, handler)


def equal(came: Any, wanted: Any, near: float = 0.0) -> bool:
    """Return whether two results are the same, numbers within `near` times the larger (or 1)."""
    came, wanted = _plain(came), _plain(wanted)
    if isinstance(wanted, Mapping):
        return (
            isinstance(came, Mapping)
            and came.keys() == wanted.keys()
            and all(equal(came[k], wanted[k], near) for k in wanted)
        )
    if _is_sequence(wanted):
        return (
            _is_sequence(came)
            and len(came) == len(wanted)
            and all(equal(a, b, near) for a, b in zip(came, wanted, strict=True))
        )
    if isinstance(wanted, int | float | Fraction) and not isinstance(wanted, bool):
        if not isinstance(came, int | float | Fraction) or isinstance(came, bool):
            return False
        if came == wanted:
            return True
        if near == 0.0:
            return math.isnan(came) and math.isnan(wanted)
        difference = abs(float(came - wanted))
        return difference <= near * max(1.0, abs(float(came)), abs(float(wanted)))
    return bool(type(came) is type(wanted) and came == wanted)


def _plain(value: Any) -> Any:
    """Return NumPy's arrays and scalars as Python's own lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def shown(value: Any) -> str:
    """Return a value as the reader would write it, cut where it is long."""
    text = _written(_plain(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]} ... ({len(text)} characters)"


def _written(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_written(_plain(v)) for v in value)}]"
    if type(value) is tuple:
        inner = ", ".join(_written(_plain(v)) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
