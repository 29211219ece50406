"""The `workbook` command on any output: other encodings, a full disk, nothing open, no library.

Each test runs the command in a process of its own, as a shell does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from checks.faces.output import EXTRAS, counted, missing, stand_ins

ROOT = Path(__file__).resolve().parents[3]
WORKBOOK = f"{sys.executable} -m checks.terminal.main"
FULL = "workbook: the output could not be written: no space left on device\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in an empty folder, with a reader's data of its own."""
    return Shell(tmp_path)


class Shell:
    """Runs lines of shell; `workbook` in them is the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "library"
        self.environment = {
            n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "LC_", "LANG"))
        } | {"WORKBOOK_DATA": str(folder / "data"), "PYTHONPATH": f"{self.library}:{ROOT}"}

    def __call__(
        self, line: str, typed: str = "", encoding: str = "utf-8", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["sh", "-c", line.replace("workbook", WORKBOOK)],
            cwd=self.folder,
            input=typed.encode(encoding),
            capture_output=True,
            check=False,
            env=self.environment | variables,
        )
        out, err = (x.decode(encoding) for x in (done.stdout, done.stderr))
        assert "Traceback" not in out + err, out + err
        assert "Exception ignored" not in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def without(self, *libraries: str) -> None:
        """Let these libraries not be installed, in this process and those that it starts."""
        self.library.mkdir()
        (self.library / "sitecustomize.py").write_text(
            "import sys\n"
            "class Absent:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            f"        if name.partition('.')[0] in {libraries!r}:\n"
            "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
            "sys.meta_path.insert(0, Absent())\n"
        )


# -- encodings --------------------------------------------------------------------------------

COMMANDS = (
    "workbook run gpu-wall --step 3 && workbook why rope.part.1 && workbook exercise list"
    " && workbook exam --seed 11 --count 2 && workbook drill --seed 3 --count 1"
)


@pytest.mark.parametrize(
    ("encoding", "variables"),
    [
        ("ascii", {"PYTHONIOENCODING": "ascii"}),
        # A terminal without a locale, where Python is kept from choosing UTF-8 by itself.
        ("ascii", {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
        ("latin-1", {"PYTHONIOENCODING": "latin-1"}),
    ],
)
def test_every_command_speaks_every_encoding(
    shell: Shell, encoding: str, variables: dict[str, str]
) -> None:
    """0.53 times 1.99 plus minus 0.98: a minus is a hyphen where the encoding has none."""
    done = shell(COMMANDS, typed="q\n", encoding=encoding, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    times = "x" if encoding == "ascii" else "×"
    assert f"0.5297705 {times} 1.9899002 + (-0.984552)" in done.stdout
    assert "?" not in shell("workbook why rope.part.1", encoding=encoding, **variables).stdout


def test_data_stays_data_in_every_encoding(shell: Shell) -> None:
    """JSON escapes what the encoding lacks; a stand-in would be another text."""
    plain = json.loads(shell("workbook run rope --json").stdout)
    for encoding in ("ascii", "cp1252"):
        done = shell("workbook run rope --json", encoding=encoding, PYTHONIOENCODING=encoding)
        assert json.loads(done.stdout) == plain
    assert "−" in json.dumps(plain, ensure_ascii=False)


def test_an_error_says_what_was_typed_in_every_encoding(shell: Shell) -> None:
    done = shell(
        "workbook why gpu-wall.µ; workbook why $(printf '\\377').x",
        encoding="latin-1",
        PYTHONIOENCODING="ascii",
    )
    assert "workbook: u: gpu-wall has no such figure" in done.stderr


def test_what_is_typed_need_not_be_of_the_encoding(shell: Shell) -> None:
    """The two bytes of µ in an ASCII terminal: asked again, then stopped."""
    done = shell(
        "workbook drill --kind number --seed 3 --count 1",
        typed="3 µs\nq\n",
        encoding="utf-8",
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 0
    assert "0 of 0 right" in done.stdout


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2 − 3 × 4 ≤ 5 · x ÷ y", "2 - 3 x 4 <= 5 * x / y"),
        ("10⁻⁷ m² ≈ 3 µs ± 1", "10^-7 m^2 ~ 3 us +- 1"),
        ("δ Σ λ π √2 ŷ₂ ½", "delta Sigma lambda pi sqrt2 y2 1/2"),
        ("“a…b” – it’s →", '"a...b" - it\'s ->'),
        ("12‐3∕4∗5。", "12-3/4*5."),
        ("日\udcff", "??"),
    ],
)
def test_stand_ins_are_readable(text: str, written: str) -> None:
    assert stand_ins(text) == written


def test_every_sign_of_the_book_has_a_stand_in() -> None:
    """None of what chapters, questions and exercises print comes out as a question mark."""
    files = [
        p
        for folder in ("worked", "checks")
        for p in (ROOT / folder).rglob("*.*")
        if p.suffix in (".py", ".toml")
    ]
    used = {c for p in files for c in p.read_text(encoding="utf-8") if not c.isascii()}
    assert len(used) > 30
    assert {c for c in used if "?" in stand_ins(c)} <= {"¶"}


# -- an output that takes nothing -----------------------------------------------------------------

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@needs_full
@pytest.mark.parametrize(
    "command",
    [
        "list",
        "--help",
        "run gpu-wall",
        "why rope.part.1 --json",
        "exercise list",
        "progress",
        "drill --seed 3 --count 1",
    ],
)
def test_a_full_disk_is_said(shell: Shell, command: str) -> None:
    done = shell(f"workbook {command} >/dev/full")
    assert (done.returncode, done.stderr) == (2, FULL)


@needs_full
def test_a_full_disk_is_said_where_python_keeps_nothing_back(shell: Shell) -> None:
    """Then it is the first write that fails, in argparse as well."""
    for command in ("list", "--help"):
        done = shell(f"workbook {command} >/dev/full", PYTHONUNBUFFERED="1")
        assert (done.returncode, done.stderr) == (2, FULL)
    assert shell("workbook list >/dev/full 2>/dev/full").returncode == 2


def test_what_is_closed_is_said_or_suffered(shell: Shell) -> None:
    closed = "workbook: the output could not be written: the standard output is closed\n"
    for command in ("list", "--help", "exam --count 1"):
        done = shell(f"workbook {command} >&-")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", closed)
    assert shell("workbook list >&- 2>&-").returncode == 2
    assert shell("workbook why nonsense.x 2>&-").stdout == ""
    done = shell("workbook drill --count 1 <&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 of 0 right" in done.stdout


def test_a_closed_pipe_ends_quietly(shell: Shell) -> None:
    """`workbook run gpu-wall | head -1`: the reader has seen enough."""
    done = shell("{ workbook run gpu-wall --json; echo $? >&2; } | head -c 10")
    assert done.stderr == "0\n"


# -- a folder that is gone --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("list", 0),
        ("exercise list", 2),
        ("export anki --chapter rope", 2),
        ("exercise check", 2),
        ("exercise start gpu-wall/zero3", 2),
        ("progress export x.json", 2),
    ],
)
def test_a_deleted_folder_is_said(shell: Shell, command: str, code: int) -> None:
    done = shell(f"mkdir gone && cd gone && rmdir ../gone && workbook {command}")
    assert done.returncode == code
    if code:
        assert done.stderr.startswith("workbook: ")
        assert done.stderr.count("\n") == 1
    if command == "exercise list":
        assert "the folder that you are in no longer exists" in done.stderr


# -- a library that is not there ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "library", "extra"),
    [
        ("why rope.part.1 --checks", "pint", "site"),
        ("why rope.part.1 --checks", "sympy", "site"),
        (
            "sweep gpu-wall.waste.parallel-file-system --over mtbf=1..64 --plot x.svg",
            "matplotlib",
            "site",
        ),
        ("drill --count 1", "fsrs", "practice"),
        ("progress", "fsrs", "practice"),
        ("export anki", "genanki", "practice"),
        ("exercise verify gpu-wall/zero3", "hypothesis", "practice"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_how_to_install_it(
    shell: Shell, command: str, library: str, extra: str
) -> None:
    shell.without(library)
    done = shell(f"workbook {command}")
    assert done.returncode == 2
    assert done.stderr.strip() == f"workbook: {missing(library)}"
    assert f"pip install -e '.[{extra}]'" in done.stderr


def test_without_platformdirs_the_place_of_the_progress_is_not_known(shell: Shell) -> None:
    shell.without("platformdirs")
    done = shell(
        "env -u WORKBOOK_DATA workbook progress".replace(
            "workbook progress", WORKBOOK + " progress"
        )
    )
    assert done.returncode == 2
    assert "platformdirs" in done.stderr
    assert shell("workbook progress").returncode == 0, "with WORKBOOK_DATA it is not needed"


def test_the_extras_named_are_those_of_the_project() -> None:
    """Each optional library stands in the extra that the message tells to install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, libraries in EXTRAS.items():
        declared = {d.split(">")[0] for d in project["optional-dependencies"][extra]}
        assert set(libraries) <= declared
    assert missing("checks.nonsense") == ""


def test_one_is_singular() -> None:
    assert [counted(n, "question") for n in (0, 1, 2, 1000)] == [
        "0 questions",
        "1 question",
        "2 questions",
        "1,000 questions",
    ]
