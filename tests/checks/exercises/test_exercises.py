"""The exercises in code: each is sound, and the commands around them lose nothing."""

from __future__ import annotations

import json
import math
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from checks.exercises import calls, runner, workspace
from checks.exercises.calls import Called, TooSlow, UnmetError, called, equal, shown
from checks.exercises.catalogue import BANK, Exercise, exercises, find
from checks.exercises.crashing_disk import CrashingDisk, Died
from checks.exercises.verify import verify
from checks.terminal.main import main
from tests.waiting import until
from worked.chapters import CHAPTERS

ROOT = Path(__file__).resolve().parents[3]
ZERO3 = find("gpu-wall/zero3")
MISTAKE = "pads the whole model once instead of every unit"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with a user's data folder of its own."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run `workbook exercise ...` in this process; return exit code, stdout and stderr."""
    code = main(["exercise", *arguments])
    out = capsys.readouterr()
    return code, out.out, out.err


def code_file(exercise: Exercise = ZERO3) -> Path:
    """The reader's file in the default folder."""
    return Path(workspace.DEFAULT, exercise.chapter, f"{exercise.module}.py")


def solution(exercise: Exercise = ZERO3) -> str:
    """Our solution's text."""
    return exercise.source("solutions").read_text(encoding="utf-8")


def mistaken(mistake: str, exercise: Exercise = ZERO3) -> str:
    """The solution with one of the manifest's mistakes in it."""
    wrong = next(w for w in exercise.wrong if w.mistake == mistake)
    return solution(exercise).replace(wrong.old, wrong.new)


# -- the bank ----------------------------------------------------------------------------------


def test_every_exercise_is_sound() -> None:
    """Unsolved: every test stops at the TODO. Solved: all pass. With a mistake: laws refuse it."""
    results = verify(exercises())
    assert [r.exercise for r in results] == [e.full_name for e in exercises()]
    assert {r.exercise: r.faults for r in results if r.faults} == {}


def test_what_is_copied_names_no_file_that_the_reader_lacks() -> None:
    """A reader has his file and its tests, not the workbook's folders."""
    for exercise in exercises():
        for kind in ("unsolved", "tests"):
            named = re.findall(r"\b[\w/.-]+\.py\b", exercise.source(kind).read_text("utf-8"))
            assert set(named) <= {f"{exercise.module}.py"}, (exercise.full_name, kind)


def test_other_right_solutions_are_accepted() -> None:
    """A law may not demand our way of writing it; these go about it quite differently."""
    folder = Path(__file__).parent / "other_solutions"
    wanted = [e for e in exercises() if (folder / f"{e.module}.py").exists()]
    assert {p.stem for p in folder.glob("*.py")} == {e.module for e in wanted} != set()
    reports = runner.Run([runner.job(e, folder / f"{e.module}.py") for e in wanted], 60).wait()
    refused = {e.name: r.failures for e, r in zip(wanted, reports, strict=True) if not r.passed}
    assert refused == {}


def test_every_chapter_has_two_exercises_at_least() -> None:
    count = {e.chapter: 0 for e in exercises()} | dict.fromkeys(CHAPTERS, 0)
    for e in exercises():
        count[e.chapter] += 1
    assert {chapter: n for chapter, n in count.items() if n < 2} == {}


def test_manifest_and_files_agree() -> None:
    """No file of the bank without an entry, no entry without its files."""
    wanted = {
        e.source(kind)
        for e in exercises()
        for kind in ("unsolved", "tests", "properties", "solutions")
    }
    assert {p for p in BANK.rglob("*.py") if "__pycache__" not in p.parts} == wanted


def test_names_are_told_apart() -> None:
    """A short name must mean one exercise, and a module in the reader's folder one file."""
    assert len({e.name for e in exercises()}) == len(exercises())
    assert not {e.module for e in exercises()} & set(sys.stdlib_module_names)


def unsound(monkeypatch: pytest.MonkeyPatch, place: Path, kind: str, text: str) -> str:
    """What verify says of zero3 when one of its files holds `text` instead."""
    file = place / f"{kind}_zero3.py"
    file.write_text(text, encoding="utf-8")
    original = Exercise.source
    monkeypatch.setattr(
        Exercise, "source", lambda self, k: file if k == kind else original(self, k)
    )
    few = tuple(w for w in ZERO3.wrong if w.mistake == MISTAKE)
    return "; ".join(verify([replace(ZERO3, wrong=few)])[0].faults)


def test_verify_refuses_an_exercise_that_is_not_python(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    text = "def zero3_bytes(:\n    TODO"
    assert "broken rather than unsolved" in unsound(monkeypatch, place, "unsolved", text)


def test_verify_refuses_an_exercise_that_is_solved_already(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    assert "not at the TODO" in unsound(monkeypatch, place, "unsolved", solution())


def test_verify_refuses_a_solution_that_fails(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert "the solution fails" in unsound(monkeypatch, place, "solutions", mistaken(MISTAKE))


def test_verify_refuses_properties_that_let_a_mistake_pass(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    text = (
        "from zero3 import zero3_bytes\nfrom checks.exercises.calls import called\n"
        "def test_weak():\n    called(zero3_bytes, [8], 4, 1).gives(2)\n"
    )
    found = unsound(monkeypatch, place, "properties", text)
    assert f"mistake “{MISTAKE}” is not refused by the property tests" in found


# -- starting ----------------------------------------------------------------------------------


def test_start_copies_the_file_and_its_tests(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "start", "gpu-wall/zero3")
    assert code == 0
    assert code_file().read_bytes() == ZERO3.source("unsolved").read_bytes()
    tests = code_file().with_name("test_zero3.py")
    assert tests.read_bytes() == ZERO3.source("tests").read_bytes()
    assert "Next:  replace the TODO in workbook-exercises/gpu-wall/zero3.py" in out


def test_start_never_overwrites_what_the_reader_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "start", "zero3")
    code_file().write_text("mine = 1\n")
    code, out, _ = run(capsys, "start", "zero3")
    assert code == 0
    assert "has changes of yours and was left alone" in out
    assert code_file().read_text() == "mine = 1\n"


def test_again_keeps_every_old_file_as_a_numbered_backup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "start", "zero3")
    for n in (1, 2):
        code_file().write_text(f"mine = {n}\n")
        run(capsys, "start", "zero3", "--again")
        assert code_file().read_bytes() == ZERO3.source("unsolved").read_bytes()
    kept = [code_file().with_name(f"zero3.py.{n}").read_text() for n in (1, 2)]
    assert kept == ["mine = 1\n", "mine = 2\n"]


def test_an_untouched_file_follows_a_new_version_of_the_exercise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file that the reader never changed is replaced where the bank has a newer one."""
    run(capsys, "start", "zero3")
    old = b'"""An older text."""\n'
    code_file().write_bytes(old)
    folder = workspace.chosen(None)
    folder.remember(ZERO3, workspace.Note(copied=workspace._digest(old)))
    run(capsys, "start", "zero3")
    assert code_file().read_bytes() == ZERO3.source("unsolved").read_bytes()
    assert not code_file().with_name("zero3.py.1").exists()


def test_the_folder_is_remembered_elsewhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    run(capsys, "start", "zero3", "--folder", str(mine))
    monkeypatch.chdir(tmp_path)
    _, out, _ = run(capsys, "list", "--chapter", "gpu-wall", "--json")
    states = {e["name"]: e["state"] for e in json.loads(out)}
    assert (tmp_path / "data" / workspace.POINTER).read_text() == f"{mine}\n"
    assert states["gpu-wall/zero3"] == "in progress"
    assert states["gpu-wall/resume"] == "not started"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("start", "zreo3"), "did you mean"),
        (("check",), "nothing is started"),
        (("check", "zero3"), "does not exist; begin with"),
        (("list", "--chapter", "rpoe"), "no exercises"),
        (("start", "zero3", "--folder", "afile"), "is a file"),
        (("start", "zero3", "--folder", "/proc/none"), "cannot write there"),
    ],
)
def test_mistakes_of_the_reader_are_named(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    Path("afile").write_text("")
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


# -- checking ----------------------------------------------------------------------------------


def check(capsys: pytest.CaptureFixture[str], text: str | bytes) -> tuple[int, str]:
    """Start zero3, put `text` into the file, check it."""
    run(capsys, "start", "zero3")
    code_file().write_bytes(text.encode() if isinstance(text, str) else text)
    code, out, _ = run(capsys, "check")
    assert "Traceback" not in out
    return code, out


def test_a_wrong_answer_is_shown_as_the_page_shows_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The session that the page shows is what the commands print, to the letter."""
    code, out = check(capsys, mistaken(MISTAKE))
    assert code == 1
    session = (ROOT / "checks/exercises/wrong_answer.txt").read_text(encoding="utf-8")
    assert session == f"$ workbook exercise check gpu-wall/zero3\n{out}"


def test_the_laws_run_once_the_examples_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """float division is right for small counts and wrong above 2**53."""
    code, out = check(capsys, mistaken("goes through a float, which is wrong for large counts"))
    assert code == 1
    assert "FAILED  Counts stay exact beyond what a float can hold" in out
    assert "7 of 8 tests passed" in out


def test_an_answer_that_changes_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong the first time that it is asked and right ever after."""
    text = (
        "seen = set()\n\n"
        "def zero3_bytes(units, ranks, width):\n"
        "    new = (tuple(units), ranks) not in seen and len(units) > 2\n"
        "    seen.add((tuple(units), ranks))\n"
        "    return sum(-(-u // ranks) for u in units) * width + 10**9 * new\n"
    )
    code, out = check(capsys, text)
    assert code == 1
    assert "came    different answers to the same call" in out


def test_an_answer_of_the_wrong_kind_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Right for the examples, and beyond them nothing that a law could add up."""
    text = solution().replace(
        "    # -(-a", "    if len(unit_params) > 2:\n        return 'many'\n    #"
    )
    code, out = check(capsys, text)
    assert code == 1
    assert "came    'many'" in out
    assert "Traceback" not in out


def test_solved_leads_to_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = check(capsys, solution())
    assert code == 0
    assert "8 of 8 tests passed" in out
    assert "Next: workbook exercise start gpu-wall/ring-all-reduce" in out
    _, listed, _ = run(capsys, "list")
    assert "solved       gpu-wall/zero3" in listed
    assert f"1 of {len(exercises())} solved" in listed


def test_the_same_program_gets_the_same_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    text = mistaken("goes through a float, which is wrong for large counts")
    assert check(capsys, text) == check(capsys, text)


def test_solved_is_lost_when_a_check_fails(capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, solution())
    check(capsys, mistaken(MISTAKE))
    _, out, _ = run(capsys, "list")
    assert "in progress  gpu-wall/zero3" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def zero3_bytes(:", "zero3.py, line 1: `def zero3_bytes(:` invalid syntax"),
        ("", "has no `zero3_bytes`, which the tests call: was it renamed?"),
        (b"x = \0", "null bytes"),
        (b'x = "\xff"', "can't decode byte"),
        ("1 / 0", "ZeroDivisionError: division by zero, at line 1: `1 / 0`"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(3)", "the process ended with code 3"),
        (
            "def zero3_bytes(u, r, b): return r / 0",
            "ZeroDivisionError: division by zero, at line 1",
        ),
        ("def zero3_bytes(u, r, b): 7", "None (is a `return` missing?)"),
        ("def zero3_bytes(u, r, b): return None if u else 7", "came None wanted 48"),
        ("def zero3_bytes(u): return 7", "TypeError: zero3_bytes() takes 1 positional argument"),
        ("def zero3_bytes(u, r, b):\n while True: pass", "is there a loop that never ends?"),
        ("def zero3_bytes(u, r, b): print('hi'); return 7", "    | hi"),
        ("from zero3_gone import x", "No module named 'zero3_gone'"),
    ],
)
def test_whatever_the_file_holds_the_answer_is_plain(
    capsys: pytest.CaptureFixture[str], text: str | bytes, said: str
) -> None:
    code, out = check(capsys, text)
    assert code == 1
    assert " ".join(said.split()) in " ".join(out.split())
    assert "Next:  edit workbook-exercises/gpu-wall/zero3.py" in out


def test_a_loop_that_swallows_every_exception_is_killed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing inside such a process can end it; the system does once it has computed enough."""
    monkeypatch.setattr(runner, "PATIENCE", math.inf)
    file = place / "zero3.py"
    loop = "    try:\n     while True: pass\n    except BaseException: pass\n"
    file.write_text(f"while True:\n  while True:\n   while True:\n{loop}")
    report = runner.check(runner.job(ZERO3, file), seconds=1)
    said = "nothing came within 1 s of computing: is there an endless loop?"
    assert report.broken == ("time", said)
    assert not report.passed


def test_code_that_only_waits_is_ended_by_the_clock(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It computes nothing, so that no limit on computing would ever end it."""
    monkeypatch.setattr(runner, "PATIENCE", 0)
    file = place / "zero3.py"
    file.write_text("import time\nwhile True:\n try: time.sleep(60)\n except BaseException: pass\n")
    kind, said = runner.check(runner.job(ZERO3, file)).broken
    assert (kind, said) == (
        "time",
        "nothing came within 0 s by the clock: is there an endless loop?",
    )


@pytest.mark.parametrize(
    ("loop", "patience", "said"),
    [("pass", 10_000, "0.05 s of computing"), ("signal.pause()", 2, "0.1 s by the clock")],
)
def test_a_call_is_limited_in_computing_and_more_widely_by_the_clock(
    monkeypatch: pytest.MonkeyPatch, loop: str, patience: int, said: str
) -> None:
    """What computes is measured by that alone; what waits, by the clock; other timers go on."""
    scope: dict[str, Any] = {"signal": signal}
    exec(f"def f():\n    while True: {loop}", scope)
    monkeypatch.setattr(calls, "CALL_SECONDS", 0.05)
    monkeypatch.setattr(calls, "PATIENCE", patience)
    outer = signal.getitimer(signal.ITIMER_REAL)
    with pytest.raises(TooSlow, match=f"nothing within {said}, at line 2; is there a loop"):
        called(scope["f"])
    assert (signal.getitimer(signal.ITIMER_REAL)[0] > 0) is (outer[0] > 0)
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_processes_that_the_code_started_are_ended_with_it(place: Path) -> None:
    file, pid = place / "zero3.py", place / "pid"
    file.write_text(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
        f"open({str(pid)!r} + '.new', 'w').write(str(child.pid))\n"
        f"os.rename({str(pid)!r} + '.new', {str(pid)!r})\n"
        "while True:\n    try:\n        time.sleep(3600)\n    except BaseException: pass\n"
    )
    under_way = runner.Run([runner.job(ZERO3, file)])
    try:
        until(pid.exists, "the child's number", under_way._process)
    finally:
        under_way.stop()
    # The group was killed; what is left of the child at most waits to be buried by init.
    until(lambda: not _is_alive(int(pid.read_text())), "the child's end")


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_checks_leave_nothing_behind(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    """No bytecode and no Hypothesis files beside the reader's."""
    check(capsys, solution())
    left = {str(p.relative_to(place)) for p in place.rglob("*") if p.is_file()}
    base = "workbook-exercises/"
    assert left == {
        f"{base}gpu-wall/zero3.py",
        f"{base}gpu-wall/test_zero3.py",
        f"{base}.workbook/gpu-wall.zero3.json",
    }


def test_tests_that_the_reader_adds_run_too(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "start", "zero3")
    code_file().write_text(solution())
    own = code_file().with_name("test_zero3.py")
    own.write_text(
        own.read_text() + "\n\ndef test_mine():\n    '''Mine'''\n"
        "    called(zero3_bytes, [1], 1, 1).gives(2)\n"
    )
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert "FAILED  Mine" in out


def test_a_file_beside_it_can_be_imported_and_hides_no_library(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(capsys, "start", "zero3")
    code_file().with_name("rounding.py").write_text("def up(a, b): return -(-a // b)\n")
    code_file().with_name("json.py").write_text("raise RuntimeError('not the library')\n")
    code, out = check(
        capsys,
        "import json\nfrom rounding import up\n\n"
        "def zero3_bytes(units, ranks, width):\n"
        "    return sum(up(u, ranks) for u in units) * width\n",
    )
    assert code == 0, out


def test_visible_tests_run_under_pytest_by_themselves(place: Path) -> None:
    """In the reader's folder they are ordinary tests."""
    folder = place / "gpu-wall"
    folder.mkdir()
    (folder / "zero3.py").write_text(solution())
    (folder / "test_zero3.py").write_bytes(ZERO3.source("tests").read_bytes())
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_zero3.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert "4 passed" in ran.stdout


# -- hints and solutions -----------------------------------------------------------------------


def test_one_more_hint_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "start", "zero3")
    for seen in range(1, len(ZERO3.hints) + 1):
        _, out, _ = run(capsys, "hint")
        assert len(re.findall(r"^\d\. ", out, re.M)) == seen
    assert "That was the last hint" in out
    _, out, _ = run(capsys, "hint")
    assert len(re.findall(r"^\d\. ", out, re.M)) == len(ZERO3.hints)


def test_the_solution_waits_until_it_is_solved(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "start", "zero3")
    code, out, _ = run(capsys, "solution")
    assert code == 1
    assert "sum(" not in out
    code, out, _ = run(capsys, "solution", "--anyway")
    assert (code, out) == (0, solution())
    check(capsys, solution())
    assert run(capsys, "solution")[:2] == (0, solution())


# -- notes -------------------------------------------------------------------------------------


def note_file() -> Path:
    """Where the note of zero3 lies."""
    return Path(workspace.DEFAULT, workspace.NOTES, "gpu-wall.zero3.json")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": 1, "solved": "yes"}',
        b'{"format": "1"}',
        b'{"format": 1, "solved": true, "hints": -1, "copied": ""}',
        b"null",
    ],
)
def test_a_damaged_note_is_set_aside(capsys: pytest.CaptureFixture[str], damage: bytes) -> None:
    run(capsys, "start", "zero3")
    note_file().write_bytes(damage)
    code, out, err = run(capsys, "list")
    assert code == 0
    assert "in progress  gpu-wall/zero3" in out
    assert "was damaged; it is now gpu-wall.zero3.json.damaged.1" in err
    assert note_file().with_name("gpu-wall.zero3.json.damaged.1").read_bytes() == damage


def test_a_note_of_a_later_version_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "start", "zero3")
    newer = b'{"format": 2, "stars": 5}'
    note_file().write_bytes(newer)
    code, _, err = run(capsys, "hint", "zero3")
    assert code == 2
    assert "written by a later version" in err
    assert note_file().read_bytes() == newer


# -- what the tests are written with -----------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "wanted", "near", "same"),
    [
        (3, 3.0, 0.0, True),
        (3, Fraction(3), 0.0, True),
        ((1, [2]), [1, (2,)], 0.0, True),
        (0.1 + 0.2, 0.3, 0.0, False),
        (0.1 + 0.2, 0.3, 1e-12, True),
        # 1e6 x (1 + 2e-9) differs by 2e-3, which is 2e-9 of it.
        (1e6 * (1 + 2e-9), 1e6, 1e-9, False),
        (True, 1, 0.0, False),
        ("3", 3, 1.0, False),
        (None, 0, 1.0, False),
        ([1], [1, 2], 0.0, False),
        (float("nan"), float("nan"), 0.0, True),
        (float("nan"), 1.0, 1e9, False),
        ({"a": 1}, {"a": 1.0}, 0.0, True),
        (b"x", "x", 0.0, False),
    ],
)
def test_equal(came: object, wanted: object, near: float, same: bool) -> None:
    assert equal(came, wanted, near) is same


def test_a_law_of_the_wrong_kind_of_answer_is_not_met() -> None:
    """None has no length: that is a failure of the reader's function, not of the test."""
    with pytest.raises(UnmetError, match="two elements"):
        Called("f()", None).obeys(lambda v: len(v) == 2, "two elements")


def test_shown_is_cut() -> None:
    assert shown([Fraction(1, 2), (3,)]) == "[1/2, (3,)]"
    assert len(shown(list(range(10_000)))) < 400


def test_called_passes_copies_unless_it_is_told_not_to() -> None:
    def spoils(values: list[int]) -> list[int]:
        values.append(4)
        return values

    mine = [3]
    assert called(spoils, mine).gives([3, 4]).text == "spoils([3])"
    assert mine == [3]
    called(spoils, mine, in_place=True)
    assert mine == [3, 4]


def test_called_names_call_and_line() -> None:
    def broken(x: int) -> float:
        return 1 / x

    with pytest.raises(UnmetError) as caught:
        called(broken, 0)
    assert caught.value.called == "broken(0)"
    assert "ZeroDivisionError: division by zero, at line" in caught.value.came
    assert caught.value.came.endswith("`return 1 / x`")


def test_the_disk_forgets_what_was_not_synced() -> None:
    disk = CrashingDisk(bytes_kept=0.5, names_kept=1.0)
    disk.write("a", b"1234")
    disk.crash()
    assert disk.read("a") == b"12"  # half of the bytes, the name kept

    disk = CrashingDisk(bytes_kept=1.0, names_kept=0.0)
    disk.write("a", b"1234")
    disk.sync("a")
    disk.crash()
    with pytest.raises(FileNotFoundError):
        disk.read("a")  # the bytes are there and have no name

    disk = CrashingDisk()
    disk.write("a", b"old")
    disk.sync("a")
    disk.sync_directory()
    disk.write("b", b"new")
    disk.sync("b")
    disk.rename("b", "a")
    disk.crash()
    assert disk.read("a") == b"old"  # the rename never reached the disk


def test_the_disk_dies_where_it_is_told_to() -> None:
    disk = CrashingDisk(operations=1, bytes_kept=0.5, names_kept=1.0)
    disk.write("a", b"1")
    with pytest.raises(Died):
        disk.write("b", b"1234")
    disk.crash()
    assert disk.read("b") == b"12"


# -- watching ----------------------------------------------------------------------------------


class Screen:
    """`workbook exercise watch` in a pseudo-terminal, or without one."""

    def __init__(self, place: Path, terminal: bool) -> None:
        import pty

        self.place, self.seen, self.at = place, "", 0
        self.parent, child = pty.openpty() if terminal else os.pipe()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "checks.terminal.main", "exercise", "watch"],
            cwd=place,
            env=environment,
            start_new_session=True,
            stdin=child if terminal else subprocess.DEVNULL,
            stdout=child,
            stderr=child,
        )
        self.child = child if terminal else -1
        if not terminal:
            os.close(child)

    def press(self, key: str) -> None:
        """Type one key."""
        os.write(self.parent, key.encode())

    def wait(self, *texts: str) -> None:
        """Read until each text has come, in this order, after what was waited for before."""
        for text in texts:
            until(lambda text=text: self._read_to(text), repr(text), self.process)

    def _read_to(self, text: str) -> bool:
        """Read what is there; return whether `text` has come, and if so pass it."""
        while select.select([self.parent], [], [], 0)[0]:
            try:
                more = os.read(self.parent, 65536)
            except OSError:  # the other end is closed
                break
            if not more:
                break
            self.seen += more.decode("utf-8", "replace")
        found = self.seen.find(text, self.at)
        self.at = found + len(text) if found >= 0 else self.at
        return found >= 0

    def write(self, text: str, exercise: Exercise = ZERO3) -> None:
        """Save the reader's file, as an editor does: beside it, then renamed."""
        file = self.place / code_file(exercise)
        partial = file.with_name("partial")
        partial.write_text(text)
        partial.replace(file)

    def close(self) -> None:
        """End it however it stands."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.parent)
        if self.child >= 0:
            os.close(self.child)


# Code that no alarm ends, and that leaves the machine to the others.
WAITS = """import time

def zero3_bytes(u, r, b):
    while True:
        try: time.sleep(3600)
        except BaseException: pass
"""


@pytest.fixture
def screen(place: Path) -> Iterator[Screen]:
    """The watcher in a terminal of 80 columns or so."""
    one = Screen(place, terminal=True)
    yield one
    one.close()


def test_watch_from_nothing_to_the_second_exercise(screen: Screen) -> None:
    """A reader's way: begin, ask a hint, err, mend, go on."""
    import termios

    screen.wait("Nothing is started yet", "Press n to begin with gpu-wall/zero3", "q quit")
    screen.press("n")
    screen.wait("written  workbook-exercises/gpu-wall/zero3.py", "save", "q quit")
    screen.press("h")
    screen.wait("1. Take one unit first", "q quit")
    screen.write(mistaken(MISTAKE))
    screen.wait("checking gpu-wall/zero3", "FAILED", "came    48", "wanted  64", "q quit")
    screen.write(solution())
    screen.wait("8 of 8 tests passed", "press n for gpu-wall/ring-all-reduce", "[1 of")
    screen.press("n")
    screen.wait("ring_all_reduce.py", "[1 of")
    mode = termios.tcgetattr(screen.child)[3]
    assert not mode & termios.ICANON  # key by key while it runs
    screen.press("q")
    screen.wait("Stopped; your files are as you saved them.")
    assert screen.process.wait() == 0
    mode = termios.tcgetattr(screen.child)[3]
    assert mode & termios.ICANON  # and line by line again
    assert mode & termios.ECHO


def test_watch_survives_what_a_file_can_become(
    capsys: pytest.CaptureFixture[str], screen: Screen
) -> None:
    run(capsys, "start", "zero3")
    screen.wait("the TODO is still there", "q quit")
    screen.write("def zero3_bytes(unit_par")
    screen.wait("not Python yet", "was never closed", "q quit")
    screen.write(WAITS)
    screen.wait("checking")
    # Saving again while it runs ends that check, which would else go on for minutes.
    screen.write("")
    screen.wait("has no `zero3_bytes`", "q quit")
    (screen.place / code_file()).unlink()
    screen.wait("is not there", "press n", "workbook exercise start gpu-wall/zero3", "q quit")
    screen.press("n")
    screen.wait("written  workbook-exercises/gpu-wall/zero3.py", "q quit")
    screen.write(solution())
    screen.wait("8 of 8 tests passed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_watch_ends_cleanly_in_the_middle_of_a_check(
    capsys: pytest.CaptureFixture[str], screen: Screen, number: int
) -> None:
    import termios

    run(capsys, "start", "zero3")
    screen.wait("the TODO is still there")
    screen.write(WAITS)
    screen.wait("checking")
    screen.process.send_signal(number)
    screen.wait("Stopped; your files are as you saved them.")
    assert screen.process.wait() == 0
    assert "Traceback" not in screen.seen
    assert termios.tcgetattr(screen.child)[3] & termios.ECHO


def test_watch_without_a_terminal_prints_plainly(
    capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    run(capsys, "start", "zero3")
    one = Screen(place, terminal=False)
    try:
        one.wait("the TODO is still there", "Ctrl-C stops")
        one.write(solution())
        one.wait("8 of 8 tests passed", "Next: workbook exercise start gpu-wall/ring-all-reduce")
        one.process.send_signal(signal.SIGINT)
        one.wait("Stopped")
        assert one.process.wait() == 0
        assert "\x1b" not in one.seen
        assert "press" not in one.seen
    finally:
        one.close()


# -- the command line stays quick --------------------------------------------------------------


def test_the_list_of_chapters_loads_nothing_of_the_exercises() -> None:
    """`workbook list` must not pay for what `workbook exercise` needs."""
    program = (
        "import sys; from checks.terminal.main import main; main(['list']); "
        "print([m for m in sys.modules if m.startswith(('checks.exercises', 'hypothesis'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
