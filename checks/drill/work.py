"""Bound the work of a call by counting lines of Python, the same on every machine at any load."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

HUNG_SECONDS = 5.0

Result = TypeVar("Result")


class TooMuchWorkError(AssertionError):
    """A call ran more lines than it may, or stayed in one of them."""


def within(lines: int, call: Callable[[], Result]) -> Result:
    """Return what `call` returns, or raise what it raises, unless it runs more than `lines` lines.

    Each pass of a loop counts its lines, of whatever module. One line may call into C, where
    nothing is counted: what it is given must be bounded in size. That it came back at all is
    seen by the processor time of this thread: 5 seconds, which a sound call stays 100 times
    under.

    Raises:
        TooMuchWorkError: it ran more lines, even if it hid that, or took 5 seconds.
    """
    run = 0

    def entered(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        return stepped

    def stepped(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        nonlocal run
        if event == "line":
            run += 1
            if run > lines:
                raise TooMuchWorkError(f"more than {lines} lines")
        return stepped

    before, start = sys.gettrace(), time.thread_time()
    sys.settrace(entered)
    try:
        return call()
    finally:
        sys.settrace(before)
        took = time.thread_time() - start
        if run > lines:
            raise TooMuchWorkError(f"more than {lines} lines")
        if took > HUNG_SECONDS:
            raise TooMuchWorkError(f"{took:.1f} s of processor time in {run} lines")
