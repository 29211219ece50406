"""Outside CI a missing library skips what compares with it; in CI it fails, with the reason."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPING = {
    "call": "import pytest\n\ndef test_it():\n    pytest.skip('no Chromium')\n",
    "mark": (
        "import pytest\n\n@pytest.mark.skipif(True, reason='no node')\ndef test_it():\n    pass\n"
    ),
    "fixture": (
        "import pytest\n\n@pytest.fixture\ndef disk():\n    pytest.skip('no disk')\n\n"
        "def test_it(disk):\n    pass\n"
    ),
    "file": (
        "from tests.skips import required\n\nlost = required('lost_oracle', 'the oracle')\n\n"
        "def test_it():\n    pass\n"
    ),
    "inside": (
        "from tests.skips import required\n\ndef test_it():\n    required('other_oracle.deep')\n"
    ),
    "plain": "import pytest\n\ndef test_it():\n    pytest.importorskip('third_oracle')\n",
}
REASONS = ("no Chromium", "no node", "no disk", "lost_oracle", "other_oracle", "third_oracle")
FINE = (
    "import pytest\nfrom tests.skips import required\n\n"
    "def test_it():\n    assert required('math').pi > 3\n\n"
    "@pytest.mark.xfail(reason='known')\ndef test_known():\n    assert False\n"
)


def run(folder: Path, ci: str, *options: str) -> tuple[int, str]:
    """Run the tests of a folder under the hooks with CI set to `ci`; return status and words."""
    for name, text in {**SKIPPING, "fine": FINE}.items():
        (folder / f"test_{name}_.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "tests.skips", "-p", "no:cacheprovider",
         "--import-mode=importlib", "--continue-on-collection-errors", *options,
         f"--rootdir={folder}", str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_skip_is_a_skip_outside_ci(tmp_path: Path) -> None:
    """By a call, a mark, a fixture, in a test or at the head of its file: six, each with why."""
    status, said = run(tmp_path, "")
    assert status == 0
    assert re.search(r"1 passed, 6 skipped, 1 xfailed", said.splitlines()[-1])
    assert all(reason in said for reason in REASONS)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "two workers"])
def test_every_skip_is_a_failure_in_ci(tmp_path: Path, workers: list[str]) -> None:
    """Three tests fail, and a mark, a fixture and a file are errors; xfail is neither."""
    status, said = run(tmp_path, "1", *workers)
    assert status == 1
    assert re.search(r"3 failed, 1 passed, 1 xfailed, 3 errors", said.splitlines()[-1])
    assert said.count("this one was not run") >= 6
    assert all(reason in said for reason in REASONS)
