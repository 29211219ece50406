"""Run the tests of exercises in a process of their own, with a limit on its computing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from checks.exercises.calls import PATIENCE
from checks.exercises.catalogue import Exercise, ExerciseError
from checks.faces.output import missing

SECONDS = 30
EXAMPLES = 60
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Job:
    """One file to be tested.

    code: the file; module: the name under which the tests import it; tests: (group, file)
    pairs in order, group being "visible", "own" or "properties"; every: go on after a group
    that failed; brief: of each group, stop at the first failure; shrink: look for the simplest
    failing example.
    """

    code: str
    module: str
    tests: tuple[tuple[str, str], ...]
    examples: int = EXAMPLES
    every: bool = False
    brief: bool = False
    shrink: bool = True


@dataclass(frozen=True)
class Outcome:
    """One test and how it went: kind is "passed" or one of `calls.UnmetError`."""

    group: str
    title: str
    kind: str
    called: str = ""
    came: str = ""
    wanted: str = ""
    because: str = ""


@dataclass
class Report:
    """What came of one job.

    broken: why no test could run, or ("", ""); its kind is syntax, load, slow, unreadable,
    killed or time. waiting: the groups that did not get their turn.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    broken: tuple[str, str] = ("", "")
    printed: str = ""
    finished: bool = False
    waiting: tuple[str, ...] = ()

    @property
    def failures(self) -> list[Outcome]:
        """Return the tests that did not pass."""
        return [o for o in self.outcomes if o.kind != "passed"]

    @property
    def passed(self) -> bool:
        """Return whether every test ran and passed."""
        return bool(self.outcomes) and self.finished and not self.failures and not self.broken[0]


def job(exercise: Exercise, code: Path, own_tests: Path | None = None) -> Job:
    """Return the job for a reader's file; his copy of the tests runs too where he changed it."""
    visible = exercise.source("tests")
    tests = [("visible", str(visible))]
    if own_tests is not None and own_tests.is_file():
        try:
            changed = own_tests.read_bytes() != visible.read_bytes()
        except OSError:
            changed = False
        if changed:
            tests.append(("own", str(own_tests)))
    tests.append(("properties", str(exercise.source("properties"))))
    return Job(str(code), exercise.module, tuple(tests))


class Run:
    """Jobs under way in a process; `poll` until it returns the reports.

    The process may compute for `seconds` and take 10 times as long by the clock.
    """

    def __init__(self, jobs: Sequence[Job], seconds: int = SECONDS) -> None:
        self.jobs, self.seconds = list(jobs), seconds
        self._folder = tempfile.TemporaryDirectory(prefix="workbook-exercise-")
        place = Path(self._folder.name)
        self._outcomes = place / "outcomes"
        self._errors = place / "errors"
        (place / "jobs").write_text(json.dumps([asdict(j) for j in jobs]), encoding="utf-8")
        self._outcomes.touch()
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_PROJECT), os.environ.get("PYTHONPATH", "")]),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(place / "hypothesis"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "checks.exercises.child",
                    str(place / "jobs"),
                    str(self._outcomes),
                    str(self.seconds),
                ],
                cwd=place,
                env=environment,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self._deadline = time.monotonic() + PATIENCE * self.seconds

    def poll(self) -> list[Report] | None:
        """Return the reports once the process has ended or its time is up; None until then."""
        code = self._process.poll()
        late = code is None and time.monotonic() > self._deadline
        if code is None and not late:
            return None
        reports = self._reports(code, late)
        self.stop()
        return reports

    def wait(self) -> list[Report]:
        """Return the reports, however long it takes."""
        try:
            while (reports := self.poll()) is None:
                time.sleep(0.02)
            return reports
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process and whatever it started."""
        if self._process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _reports(self, code: int | None, late: bool) -> list[Report]:
        reports = [Report() for _ in self.jobs]
        begun: dict[str, Any] = {}
        last = 0
        for line in self._outcomes.read_text(encoding="utf-8").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                break  # killed while it wrote this line
            last = event["job"]
            begun = _apply(reports[last], event, begun)
        unfinished = next((r for r in reports if not r.finished), None)
        if unfinished is None:
            for one, report in zip(self.jobs, reports, strict=True):
                ran = {o.group for o in report.outcomes}
                report.waiting = tuple(g for g, _ in one.tests if g not in ran)
            return reports
        where = f", during the test “{begun['title']}”" if begun else ""
        computed = hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU
        if late or computed:
            limit = "of computing" if computed else "by the clock"
            most = self.seconds * (1 if computed else PATIENCE)
            said = f"nothing came within {most} s {limit}{where}: is there an endless loop?"
            unfinished.broken = ("time", said)
        else:
            said = f"the process ended with code {code}{where}{self._last_words()}"
            unfinished.broken = ("killed", said)
        return reports

    def _last_words(self) -> str:
        lines = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if lines and "No module named 'hypothesis'" in lines[-1]:
            raise ExerciseError(missing("hypothesis"))
        return f": {lines[-1]}" if lines else ""


def _apply(report: Report, event: dict[str, Any], begun: dict[str, Any]) -> dict[str, Any]:
    """Write one event into the report; return the test that is under way after it."""
    match event.pop("event"):
        case "begin":
            return event
        case "end":
            event.pop("job")
            report.outcomes.append(Outcome(begun["group"], begun["title"], **event))
        case "broken":
            report.broken = (event["kind"], event["message"])
        case "done":
            report.printed = event["printed"]
            report.finished = True
    return {}


def check(one: Job, seconds: int = SECONDS) -> Report:
    """Run one job and return what came of it."""
    return Run([one], seconds).wait()[0]
