"""Wait for what another process does, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from subprocess import Popen
from typing import Any, TypeVar

Result = TypeVar("Result")


def until(
    condition: Callable[[], Result], what: str, process: Popen[Any] | BaseProcess | None = None
) -> Result:
    """Return `condition()` once it is true; fail where `process` ended and `what` never came.

    No time is set: what never comes is ended by pytest's own limit on a test.
    """
    while True:
        ended = process is not None and _has_ended(process)
        if result := condition():
            return result
        assert not ended, f"{what} did not come, and the process has ended"
        time.sleep(0.01)


def _has_ended(process: Popen[Any] | BaseProcess) -> bool:
    return process.poll() is not None if isinstance(process, Popen) else not process.is_alive()
