"""`workbook exercise watch`: check at every save, show where the reader is and what is next.

One loop looks at the files, at the running check and at the keyboard, a few times a second. The
reader's code runs in a process of its own (`runner`), so nothing in it can stop this loop.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.exercises import report, runner
from checks.exercises.catalogue import Exercise, ExerciseError, exercises
from checks.exercises.workspace import Folder

TICK_SECONDS = 0.1
GONE_LOOKS = 6
CLEAR = "\x1b[2J\x1b[3J\x1b[H"

# When a file was last written, its size and which file it is; None while it is missing.
Stamp = tuple[int, int, int] | None


def watch(folder: Folder, first: Exercise | None) -> int:
    """Watch until the reader quits; return the exit code."""
    with _keyboard() as keyboard:
        watcher = _Watcher(folder, first, keyboard is not None)
        try:
            watcher.begin()
            while watcher.step(_key(keyboard)):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            watcher.end()
    print("\nStopped; your files are as you saved them.", flush=True)
    return 0


class _Watcher:
    """What the loop knows: the exercise on show, the files' stamps, the check under way."""

    def __init__(self, folder: Folder, current: Exercise | None, interactive: bool) -> None:
        self.folder, self.current, self.interactive = folder, current, interactive
        self.by = report.KEYS if interactive else report.SAVING
        self.stamps: dict[str, tuple[Stamp, ...]] = {}
        self.run: runner.Run | None = None
        self.due = False
        self.gone = 0  # the looks since the current file was there

    def begin(self) -> None:
        """Take the first look and check what is there."""
        self.stamps = self._look()
        if self.current is None:
            name = exercises()[0].full_name
            start = f"in another terminal: workbook exercise start {name}"
            how = f"Press n to begin with {name}, or {start}" if self.interactive else start
            self._say(["Nothing is started yet.", how[0].upper() + how[1:]])
        else:
            self.due = self.folder.has(self.current)

    def end(self) -> None:
        """Stop a check that is under way."""
        if self.run is not None:
            self.run.stop()
            self.run = None

    def step(self, key: str) -> bool:
        """Do what has to be done at this moment; return whether to go on."""
        if key in ("q", "Q", "\x04"):
            return False
        try:
            if key in ("h", "H"):
                self._hint()
            elif key in ("n", "N"):
                self._next()
            self._look_for_saves()
            self._look_at_the_check()
        except ExerciseError as error:
            self._say([f"workbook: {error}"])
        return True

    # -- files ---------------------------------------------------------------------------------

    def _look(self) -> dict[str, tuple[Stamp, ...]]:
        """Return the stamps of every exercise that is started, or on show."""
        return {
            e.full_name: stamps
            for e in exercises()
            if (stamps := (_stamp(self.folder.code(e)), _stamp(self.folder.tests(e))))[0]
            or e == self.current
        }

    def _look_for_saves(self) -> None:
        now = self._look()
        changed = [e for e in exercises() if now.get(e.full_name) != self.stamps.get(e.full_name)]
        self.stamps = now
        if changed:
            self.end()  # a check of what stood there before is of no use
            there = [e for e in changed if now.get(e.full_name, (None,))[0]]
            if there:
                self.current = there[-1] if self.current not in there else self.current
                self.due = True
        elif self.due and self.current is not None:
            # Nothing has changed for one tick: whoever was writing has finished.
            self.due = False
            self._check()
        self._look_for_loss(now)

    def _look_for_loss(self, now: dict[str, tuple[Stamp, ...]]) -> None:
        """Say once that the current file is gone; editors that rename take it away a moment."""
        if self.current is None or now.get(self.current.full_name, (None,))[0]:
            self.gone = 0
            return
        self.gone += 1
        if self.gone == GONE_LOOKS:
            file = report.place(self.folder.code(self.current))
            again = f"in another terminal: workbook exercise start {self.current.full_name}"
            how = f"press n, or {again}" if self.interactive else again
            self._say([f"{file} is not there.", f"To begin with it afresh: {how}"])

    # -- checks --------------------------------------------------------------------------------

    def _check(self) -> None:
        assert self.current is not None
        file, own = self.folder.code(self.current), self.folder.tests(self.current)
        if not self.folder.has(self.current):
            return
        if self.interactive:
            print(f"\nchecking {self.current.full_name} ...", flush=True)
        self.run = runner.Run([runner.job(self.current, file.absolute(), own.absolute())])

    def _look_at_the_check(self) -> None:
        if self.run is None or self.current is None:
            return
        try:
            reports = self.run.poll()
        except ExerciseError:
            self.end()
            raise
        if reports is None:
            return
        self.run = None
        self.folder.mark(self.current, reports[0].passed)
        self._say(report.lines(self.current, reports[0], self.folder, self.by))

    # -- keys ----------------------------------------------------------------------------------

    def _hint(self) -> None:
        if self.current is None:
            return
        seen = self.folder.one_more_hint(self.current)
        self._say([self.current.full_name, *report.hints(self.current, seen, self.by)], clear=False)

    def _next(self) -> None:
        following = self.current  # not begun, or gone: that one first
        if following is None or self.folder.has(following):
            following = self.folder.next_after(self.current)
        if following is None:
            self._say([f"All {len(exercises())} exercises are solved."], clear=False)
            return
        from checks.exercises import workspace

        self.end()
        self.current = following
        self.due = self.folder.has(following)
        lines = [f"{following.full_name}: {following.title}"]
        if not self.due:
            copied = self.folder.start(following)
            workspace.remember_folder(self.folder)
            lines += report.started(following, self.folder, copied, self.by)
        self.stamps = self._look()
        self._say(lines)

    # -- words ---------------------------------------------------------------------------------

    def _say(self, lines: list[str], clear: bool = True) -> None:
        """Print, on an empty screen where there is one."""
        if self.interactive and clear:
            sys.stdout.write(CLEAR)
        print("\n".join(lines))
        for warning in self.folder.warnings:
            print(f"workbook: {warning}")
        self.folder.warnings.clear()
        print(f"\n{self._footer()}", flush=True)

    def _footer(self) -> str:
        states = [self.folder.state(e) for e in exercises()]
        solved = f"{states.count('solved')} of {len(states)} solved"
        keys = "h hint, n next, q quit" if self.interactive else "Ctrl-C stops"
        return f"[{solved}] waiting for you to save; {keys}"


def _stamp(file: Path) -> Stamp:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


# -- the keyboard ------------------------------------------------------------------------------


@contextlib.contextmanager
def _keyboard() -> Iterator[Any]:
    """Give keys one by one where stdin is a terminal (else None), and put it back as it was."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        termios = None  # type: ignore[assignment]
    if termios is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        with _ended_by_a_signal():
            yield None
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def by_key(*_: object) -> None:
        tty.setcbreak(descriptor, termios.TCSANOW)

    # After Ctrl-Z and `fg` the shell has put the terminal back; take it again.
    old = signal.signal(signal.SIGCONT, by_key)
    try:
        by_key()
        with _ended_by_a_signal():
            yield descriptor
    finally:
        signal.signal(signal.SIGCONT, old)
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


@contextlib.contextmanager
def _ended_by_a_signal() -> Iterator[None]:
    """Treat a request to end, or a closed terminal, as Ctrl-C, so that all is put back."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {n: signal.signal(n, stop) for n in numbers}
    try:
        yield
    finally:
        for n, handler in before.items():
            signal.signal(n, handler)


def _key(descriptor: int | None) -> str:
    """Wait one tick for a key; return it, or "" if none came."""
    if descriptor is None:
        time.sleep(TICK_SECONDS)
        return ""
    if not select.select([descriptor], [], [], TICK_SECONDS)[0]:
        return ""
    try:
        typed = os.read(descriptor, 64).decode("utf-8", "replace")
    except OSError:
        return "q"  # the terminal has gone
    if not typed:
        return "q"
    return "" if typed.startswith("\x1b") else typed[0]
