"""Run a command and say at the end how much processor time it and all that it started took.

    python -m tests.cpu_time python -m pytest

The exit status is the command's.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # Linux: <sys/prctl.h>
PATIENCE = 10


def adopt_orphans() -> None:
    """Let processes whose parent has ended become ours, so that their time is counted (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def status_of(command: list[str]) -> int:
    """Run `command` to its end and return its exit status, having waited for what it left behind.

    What is still there PATIENCE seconds later is not ours to wait for, and is not counted.
    """
    child = subprocess.Popen(command)
    while True:
        try:
            status = child.wait()
            break
        except KeyboardInterrupt:  # the command was interrupted too, and says so itself
            continue
    with contextlib.suppress(ChildProcessError):  # none is left
        for _ in range(PATIENCE * 10):
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.1)
    return status


def minutes(seconds: float) -> str:
    """Return a time in minutes and seconds."""
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def main(command: list[str]) -> int:
    """Run the command, print its times, return its exit status."""
    adopt_orphans()
    began = time.monotonic()
    status = status_of(command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = minutes(time.monotonic() - began)
    print(f"{minutes(used.ru_utime + used.ru_stime)} of processor time, {took} in all")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
