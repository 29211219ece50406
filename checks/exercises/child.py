"""The process that runs a reader's file and its tests; whatever that file does, it stays in here.

Run as `python -m checks.exercises.child JOBS OUTCOMES SECONDS`. JOBS is a JSON file with a list
of jobs (`runner.Job`); every event is appended to OUTCOMES as one line of JSON at once, so that
what was running is known even when this process is killed, as it is by the system once it has
computed for SECONDS.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from checks.exercises.calls import Alarm, TooSlow, UnmetError, time_limit, where

LOAD_SECONDS = 3.0
MEMORY_BYTES = 2 * 10**9
PRINTED = 2000


class Printed(io.TextIOBase):
    """Takes what the reader's code prints and keeps its beginning."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Keep `text` while there is room."""
        self.text += text[: PRINTED - len(self.text)]
        return len(text)

    def writable(self) -> bool:
        """Say that printing is possible."""
        return True


class UnloadableError(Exception):
    """A file that could not be imported; the event says why."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event
        super().__init__(event)


def main(jobs_file: str, outcomes_file: str, seconds: str) -> None:
    """Run every job and append what happens."""
    sys.dont_write_bytecode = True
    # A list that grows without end fails here rather than take the machine down, and no loop,
    # whatever it catches, computes for ever.
    _limit("RLIMIT_AS", MEMORY_BYTES)
    _limit("RLIMIT_CPU", int(seconds))
    jobs = json.loads(Path(jobs_file).read_text(encoding="utf-8"))
    with open(outcomes_file, "a", encoding="utf-8") as outcomes:
        for number, job in enumerate(jobs):
            run_job(job, lambda event, n=number: _emit(outcomes, {"job": n, **event}))  # type: ignore[misc]


def _emit(outcomes: TextIO, event: dict[str, Any]) -> None:
    outcomes.write(json.dumps(event) + "\n")
    outcomes.flush()


def _limit(resource_name: str, most: int) -> None:
    """Limit a resource of this process where the system knows such a limit."""
    try:
        import resource

        number = getattr(resource, resource_name)
        resource.setrlimit(number, (most, resource.getrlimit(number)[1]))
    except (ImportError, AttributeError, ValueError, OSError):
        pass


def run_job(job: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
    """Load the reader's file, then run the tests of each file in turn.

    Tests after a group with a failure wait, unless the job says `every`.
    """
    modules = set(sys.modules)
    # Last, so that a file beside the reader's can be imported and hides no library.
    sys.path.append(str(Path(job["code"]).parent))
    printed = Printed()
    sys.stdout = printed  # type: ignore[assignment]
    try:
        try:
            load(job["code"], job["module"])
            failed = False
            for group, path in job["tests"]:
                if failed and not job["every"]:
                    break
                failed = run_group(group, path, job, emit) or failed
        except UnloadableError as error:
            emit(error.event)
        except TooSlow as slow:
            emit({"event": "end", **_unmet(slow.unmet)})
    finally:
        sys.stdout = sys.__stdout__
        sys.path.pop()
        for name in {job["module"], *(Path(p).stem for _, p in job["tests"])} - modules:
            sys.modules.pop(name, None)
    emit({"event": "done", "printed": printed.text})


def load(path: str, name: str) -> ModuleType:
    """Run a file as the module `name`.

    Raises:
        UnloadableError: it cannot be read, is not Python, raises, or does not come to an end.
    """
    file = Path(path).name
    try:
        code = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    except OSError as error:
        raise UnloadableError(_broken("unreadable", f"{file}: {error.strerror}")) from None
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        text = f" `{error.text.strip()}`" if error.text else ""
        said = f"{file}{line}:{text} {error.msg}"
        raise UnloadableError(_broken("syntax", said)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnloadableError(_broken("syntax", f"{file}: {error}")) from None
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    try:
        with time_limit(LOAD_SECONDS):
            exec(code, module.__dict__)
    except Alarm as alarm:
        said = f"{file} did not load within {alarm}{where(alarm, path)}"
        raise UnloadableError(_broken("slow", said)) from None
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        said = f"{file}: {type(error).__name__}: {error}{where(error, path)}"
        raise UnloadableError(_broken("load", said)) from None
    return module


def _broken(kind: str, message: str) -> dict[str, Any]:
    return {"event": "broken", "kind": kind, "message": message}


def run_group(
    group: str, path: str, job: dict[str, Any], emit: Callable[[dict[str, Any]], None]
) -> bool:
    """Run every test of a file in the order they are written; return whether one failed."""
    if group == "properties":
        _settle_hypothesis(job["examples"], job["shrink"])
    try:
        # The visible tests go by their own name: property tests may share their helpers.
        module = load(path, Path(path).stem if group == "visible" else f"_{group}_tests")
    except UnloadableError as error:
        raise UnloadableError(_renamed(error.event, job)) from None
    failed = False
    tests = [t for name, t in vars(module).items() if name.startswith("test_") and callable(t)]
    for test in tests:
        title = (test.__doc__ or test.__name__).strip().splitlines()[0]
        emit({"event": "begin", "group": group, "title": title})
        outcome = run_test(test, path)
        failed = failed or outcome is not None
        emit({"event": "end", **(outcome or {"kind": "passed"})})
        if failed and job["brief"]:
            break
    return failed


def _renamed(event: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Say plainly that a function which the tests import has gone from the reader's file."""
    import re

    gone = re.search(rf"cannot import name '(\w+)' from '{job['module']}'", event["message"])
    if gone is None:
        return event
    file = f"{job['module']}.py"
    return _broken("load", f"{file} has no `{gone[1]}`, which the tests call: was it renamed?")


def run_test(test: Callable[[], None], path: str) -> dict[str, Any] | None:
    """Run one test; return None if it passed, else what is wrong.

    Raises:
        TooSlow: the reader's function did not come back; there is no sense in going on.
    """
    try:
        test()
    except UnmetError as unmet:
        return _unmet(unmet)
    except Exception as error:
        if type(error).__name__.startswith("Flaky"):
            came = "different answers to the same call"
            wanted = "one answer: does the function keep something between calls, or draw lots?"
            return _unmet(UnmetError("law", "the function, twice", came, wanted))
        said = f"{type(error).__name__}: {error}{where(error, path)} of {Path(path).name}"
        wanted = "an answer that the test can work with"
        return _unmet(UnmetError("raised", "the function, in this test", said, wanted))
    return None


def _unmet(unmet: UnmetError) -> dict[str, Any]:
    names = ("kind", "called", "came", "wanted", "because")
    return {name: getattr(unmet, name) for name in names}


def _settle_hypothesis(examples: int, shrink: bool) -> None:
    """Draw the same examples every time and leave no files: one verdict for one program."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", tempfile.gettempdir())
    from hypothesis import HealthCheck, Phase, Verbosity, settings

    phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if shrink else [])]
    settings.register_profile(
        "exercise",
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("exercise")


if __name__ == "__main__":
    # Under its own name, so that the tests' `called` and this module share their classes.
    importlib.import_module("checks.exercises.child").main(*sys.argv[1:])
