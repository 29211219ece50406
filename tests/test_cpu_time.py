"""`make test` says how much processor time it took, whoever took it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cpu_time

ROOT = Path(__file__).parents[1]
BURN = "import time\nwhile time.process_time() < 1.2: pass\n"
ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"


def said(code: str) -> tuple[int, str]:
    """Run a Python program under the command; return its exit status and what was printed."""
    patient = "import sys; from tests import cpu_time; cpu_time.PATIENCE = 10**6; "
    run = patient + "sys.exit(cpu_time.main([sys.executable, '-c', sys.argv[1]]))"
    done = subprocess.run(
        [sys.executable, "-c", run, code], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout


def test_the_status_is_the_commands() -> None:
    assert said("raise SystemExit(3)")[0] == 3
    assert said("import os; os.kill(os.getpid(), 9)")[0] == 128 + 9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives us the orphans")
def test_the_time_of_a_process_that_its_parent_left_behind_counts() -> None:
    status, out = said(ORPHAN)
    assert status == 0
    found = re.search(r"(\d+) min (\d+) s of processor time, \d+ min \d+ s in all", out)
    assert found
    assert 60 * int(found[1]) + int(found[2]) >= 1


def test_an_hour_is_sixty_minutes() -> None:
    assert cpu_time.minutes(3605.9) == "60 min 5 s"
