"""The log survives kills, two writers, damage and a full disk; export and import lose nothing."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from checks.drill.progress import (
    SCHEMA,
    Added,
    Log,
    LogError,
    _lock,
    _set_aside,
    data_folder,
    export_to,
    log_path,
    read_export,
    recorded,
    write_whole,
)
from checks.drill.reviews import (
    NewerError,
    ProgressError,
    Review,
    ReviewError,
    export_texts,
    import_text,
    in_order,
    review_from,
    timestamp,
)
from checks.terminal.main import main

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 25, 22, 10, 0, 123_000, tzinfo=UTC)


def some(count: int, seed: int = 0, **changes: object) -> list[Review]:
    """Return reviews with random ids, one a minute, in order."""
    rng = random.Random(seed)
    found = []
    for n in range(count):
        data = {
            "id": f"{rng.getrandbits(128):032x}",
            "question": f"gpu-wall/q-{n % 20}",
            "seed": n,
            "at": f"2026-11-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00.000Z",
            "rating": 1 + n % 4,
            "seconds": 12.3 if n % 2 else None,
            "where": "terminal",
            "mode": "drill",
            "hints": n % 3,
        }
        found.append(review_from({**data, **changes}))
    return in_order(found)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.sqlite"


@pytest.fixture
def fast_path(path: Path) -> Iterator[Path]:
    """Give a path in memory where there is such a folder, for tests that make many files."""
    if not os.access("/dev/shm", os.W_OK):
        yield path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder) / "data" / "progress.sqlite"


def filled(path: Path, reviews: list[Review]) -> bytes:
    """Make a log of these reviews and return the bytes of the file."""
    with Log(path) as log:
        log.add(reviews)
    return path.read_bytes()


def damaged_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob("progress.damaged-*"))


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python that runs `code` on the workbook; without site packages it starts fast."""
    return subprocess.Popen(
        [sys.executable, "-S", "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Lets a process die once it has computed for so long: in the midst of whatever it does then, as by
# SIGKILL, and after as much work on a busy machine as on an idle one.
DIES = """
import signal, sys
def dies(): signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
"""


def killed(child: subprocess.Popen[str]) -> str:
    """Return what a process said that `dies`, or is done before that."""
    said, errors = child.communicate()
    assert errors == ""
    assert child.returncode in (0, -signal.SIGPROF)
    return said


# ---- keeping


def test_what_was_recorded_is_there_in_order_when_the_log_is_opened_again(path: Path) -> None:
    before = datetime.now(UTC)
    with Log(path) as log:
        b = log.record("gpu-wall/b", 3, seed=7, mode="drill", seconds=12.34, now=NOW)
        a = log.record("gpu-wall/a", 1, seed=8, mode="exam", where="page")
    assert b.at == timestamp(NOW)
    assert b.seconds == 12.3
    assert timestamp(before) <= a.at <= timestamp(datetime.now(UTC))
    assert a.id != b.id
    assert recorded(path) == in_order([a, b])


def test_a_bad_answer_is_refused_and_the_log_goes_on(path: Path) -> None:
    with Log(path) as log:
        with pytest.raises(ReviewError, match="rating: 5"):
            log.record("gpu-wall/a", 5, seed=0, mode="drill")
        log.record("gpu-wall/a", 4, seed=0, mode="drill", seconds=1e9)
        (kept,) = log.reviews()
    # A terminal left open for a year: the time is cut to what a review may hold.
    assert kept.seconds == 1_000_000


def test_adding_counts_what_is_new_known_and_differing_and_never_doubles(path: Path) -> None:
    reviews = some(10)
    changed = review_from({**as_data(reviews[0]), "rating": 4})
    with Log(path) as log:
        assert log.add(reviews[:6]) == Added(new=6)
        assert log.add(reviews[3:]) == Added(new=4, known=3)
        assert log.add([]) == Added()
        # The greater rating stays, whichever came first.
        assert reviews[0].rating < 4
        assert log.add([changed]) == Added(differing=1)
        assert log.add([reviews[0]]) == Added(differing=1)
        assert log.reviews() == [changed, *reviews[1:]]


def as_data(review: Review) -> dict[str, object]:
    text = export_texts([review], NOW)[0]
    found: dict[str, object] = json.loads(text)["reviews"][0]
    return found


def test_the_log_is_one_plain_sqlite_file_that_other_tools_can_read(path: Path) -> None:
    filled(path, some(3))
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        sql = "SELECT sum(review ->> '$.rating') FROM reviews"
        assert database.execute(sql).fetchone() == (1 + 2 + 3,)
    assert [p.name for p in path.parent.iterdir() if p.suffix != ".lock"] == ["progress.sqlite"]


def test_looking_makes_no_file(path: Path) -> None:
    assert recorded(path) == []
    assert not path.parent.exists()


def test_the_folder_is_the_systems_unless_the_reader_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    assert log_path() == tmp_path / "progress.sqlite"
    monkeypatch.setenv("WORKBOOK_DATA", "~/x")
    assert data_folder() == Path.home() / "x"
    monkeypatch.delenv("WORKBOOK_DATA")
    assert data_folder().name == "mlsd-workbook"
    assert data_folder().is_relative_to(Path.home())


# ---- kills

RECORD_FOR_EVER = (
    DIES
    + """
first = int(sys.argv[3])
if first < 0: dies()
from pathlib import Path
from checks.drill.progress import Log
with Log(Path(sys.argv[2])) as log:
    for n in range(10**9):
        if n == first: dies()
        print(log.record("gpu-wall/q", 3, seed=n, mode="drill").id, flush=True)
"""
)


def test_nothing_acknowledged_is_lost_when_the_process_is_killed_at_any_moment(
    fast_path: Path,
) -> None:
    rng = random.Random(1)
    acknowledged: set[str] = set()
    count = 0
    for kill in range(24):
        # The first kills fall before or into the making of the file, the others into a write.
        first = -1 if kill < 6 else rng.randrange(4)
        seconds = rng.uniform(1e-6, 0.1 if kill < 6 else 0.02)
        said = killed(python(RECORD_FOR_EVER, seconds, fast_path, first))
        # An id cut off by the kill was not acknowledged.
        whole = said.rpartition("\n")[0].split()
        assert len(whole) >= first
        count += len(whole)
        acknowledged |= set(whole)
        with Log(fast_path, tell=pytest.fail) as log:
            found = {r.id for r in log.reviews()}
        assert acknowledged <= found
        # Saved but not yet acknowledged: one for each kill at the most.
        assert len(found) <= len(acknowledged) + kill + 1
    assert len(acknowledged) == count >= 24
    assert damaged_files(fast_path) == []


IMPORT = (
    DIES
    + """
from pathlib import Path
from checks.drill.progress import Log, read_export
reviews = read_export(Path(sys.argv[3]))
with Log(Path(sys.argv[2])) as log:
    dies()
    log.add(reviews)
    print("done", flush=True)
"""
)


def test_an_import_that_is_killed_is_there_as_a_whole_or_not_at_all(
    fast_path: Path, tmp_path: Path
) -> None:
    before, batch = some(5), some(4_000, seed=1)
    export = tmp_path / "export.json"
    export.write_text(export_texts(batch, NOW)[0])
    rng = random.Random(2)
    cut_off = 0
    for _ in range(8):
        shutil.rmtree(fast_path.parent, ignore_errors=True)
        filled(fast_path, before)
        done = "done" in killed(python(IMPORT, rng.uniform(1e-6, 0.05), fast_path, export))
        found = set(recorded(fast_path, tell=pytest.fail))
        assert found in ({*before}, {*before, *batch})
        assert found > {*before} or not done
        cut_off += not done
    assert cut_off


OPEN = (
    DIES
    + """
from pathlib import Path
from checks.drill.progress import Log
dies()
Log(Path(sys.argv[2]), tell=lambda message: None)
"""
)


def test_setting_aside_that_is_killed_loses_nothing_that_could_be_read(fast_path: Path) -> None:
    """The kill may fall before, within or after it; the next to come finds or finishes the job."""
    reviews = some(400)
    good = filled(fast_path, reviews)
    broken = b"x" * 100 + good[100:]
    rng = random.Random(3)
    for _ in range(16):
        shutil.rmtree(fast_path.parent)
        fast_path.parent.mkdir()
        fast_path.write_bytes(broken)
        killed(python(OPEN, rng.uniform(1e-6, 0.02), fast_path))
        assert recorded(fast_path, tell=lambda message: None) == reviews
        assert broken in [p.read_bytes() for p in damaged_files(fast_path)]
        assert not list(fast_path.parent.glob("progress.new-*"))


# ---- two at once

RECORD_FORTY = """
import sys
from pathlib import Path
from checks.drill.progress import Log
for n in range(40):
    with Log(Path(sys.argv[1]), tell=lambda message: print(message, file=sys.stderr)) as log:
        print(log.record("gpu-wall/q", 3, seed=n, mode="drill").id, flush=True)
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_two_terminals_at_once_lose_and_corrupt_nothing(fast_path: Path, damaged: bool) -> None:
    """From nothing, or from a damaged file that both meet: one of them sets it aside, once."""
    reviews = some(30) if damaged else []
    if damaged:
        fast_path.parent.mkdir()
        fast_path.write_bytes(b"x" * 50 + filled(fast_path, reviews)[50:])
    children = [python(RECORD_FORTY, fast_path) for _ in range(2)]
    outputs = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    ids = "".join(out for out, _ in outputs).split()
    assert len(ids) == len(set(ids)) == 80
    assert {r.id for r in recorded(fast_path, tell=pytest.fail)} == {*ids, *(r.id for r in reviews)}
    assert len(damaged_files(fast_path)) == damaged
    assert "".join(errors for _, errors in outputs).count("is damaged") == damaged


def test_a_terminal_whose_file_was_set_aside_by_another_writes_into_the_new_one(
    path: Path,
) -> None:
    said: list[str] = []
    with Log(path, said.append) as first:
        kept = first.record("gpu-wall/a", 3, seed=0, mode="drill")
        raw = bytearray(path.read_bytes())
        raw[100:108] = b"\xff" * 8
        path.write_bytes(raw)  # the same file, damaged under the first terminal
        with Log(path, said.append) as second:
            assert second.reviews() == [kept]
        later = first.record("gpu-wall/a", 3, seed=1, mode="drill")
    assert recorded(path) == in_order([kept, later])
    assert len(said) == 1


def test_a_log_removed_under_an_open_terminal_is_made_anew(path: Path) -> None:
    with Log(path, pytest.fail) as log:
        log.record("gpu-wall/a", 3, seed=0, mode="drill")
        path.unlink()
        later = log.record("gpu-wall/a", 3, seed=1, mode="drill")
    assert recorded(path) == [later]


def test_a_terminal_that_waits_too_long_says_so_and_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.drill.progress.BUSY_SECONDS", 0.1)
    good = filled(path, some(3))
    with (
        contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other,
        Log(path, pytest.fail) as log,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match="another terminal"):
            log.record("gpu-wall/a", 3, seed=0, mode="drill")
        other.execute("ROLLBACK")
        assert path.read_bytes() == good
        log.record("gpu-wall/a", 3, seed=0, mode="drill")
        assert len(log.reviews()) == 4


# ---- damage


def after_damage(path: Path, content: bytes, reviews: list[Review]) -> str:
    """Put damaged content in place of a log, use the log, and check the laws of damage.

    Nothing is overwritten; what is read was once written; where the file stays in use it has
    everything; an answer given now is saved. Returns what became of the file.
    """
    for old in damaged_files(path):
        old.unlink()
    path.write_bytes(content)
    said: list[str] = []
    try:
        with Log(path, said.append) as log:
            found = log.reviews()
            later = log.record("gpu-wall/later", 3, seed=0, mode="drill")
            assert set(log.reviews()) == {*found, later}
    except NewerError:
        assert path.read_bytes() == content
        return "newer"
    assert set(found) <= set(reviews)
    if not damaged_files(path):
        assert found == reviews
        assert said == []
        return "in use"
    (aside,) = damaged_files(path)
    assert aside.read_bytes() == content
    (message,) = said
    assert aside.name in message
    assert f"{len(found)} answer" in message
    return "set aside"


def test_a_file_cut_off_anywhere_is_set_aside_and_what_is_left_of_it_saved(fast_path: Path) -> None:
    reviews = some(60)
    good = filled(fast_path, reviews)
    for length in (1, 15, 16, 99, 100, 4095, 4096, 4097, 8192, 12_288, len(good) - 1):
        assert after_damage(fast_path, good[:length], reviews) == "set aside"
    # Cut to nothing, it is as good as no file.
    fast_path.write_bytes(b"")
    assert recorded(fast_path, tell=pytest.fail) == []


def test_flipped_bytes_anywhere_alter_no_answer_and_nothing_is_overwritten(fast_path: Path) -> None:
    reviews = some(60)
    good = filled(fast_path, reviews)
    rng = random.Random(4)
    outcomes = []
    # Every byte that means something in the header, and many places in the pages.
    places = [*range(72), *range(92, 116), *(rng.randrange(len(good)) for _ in range(200))]
    for place in places:
        raw = bytearray(good)
        raw[place] ^= rng.randrange(1, 256)
        outcomes.append(after_damage(fast_path, bytes(raw), reviews))
    assert {"set aside", "in use", "newer"} == set(outcomes)


def test_opening_alone_notices_a_file_cut_by_one_byte(fast_path: Path) -> None:
    """Who only records an answer does not read the others; what is left must not be written to.

    SQLite takes a last page that is cut short as filled up with noughts.
    """
    for count in range(1, 40):
        good = filled(fast_path, some(count))
        fast_path.write_bytes(good[:-1])
        Log(fast_path, tell=lambda message: None).close()
        (aside,) = damaged_files(fast_path)
        assert aside.read_bytes() == good[:-1]
        aside.unlink()
        fast_path.unlink()


def test_a_schema_with_other_words_is_noticed(path: Path) -> None:
    reviews = some(5)
    good = filled(path, reviews)
    assert after_damage(path, good.replace(b"review TEXT", b"review REAL"), reviews) == "set aside"


def test_a_row_under_a_wrong_id_is_noticed(path: Path) -> None:
    """As another program might leave it: a sound file, a whole text, another review's id."""
    reviews = some(5)
    filled(path, reviews)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE reviews SET id = ? WHERE id = ?", ("f" * 32, reviews[0].id))
        database.commit()
    assert after_damage(path, path.read_bytes(), reviews) == "set aside"


def test_a_sound_file_is_not_set_aside_by_who_comes_second(path: Path) -> None:
    """A second terminal that met the damage finds, once its turn comes, that all is done."""
    good = filled(path, some(5))
    assert _set_aside(path) is None
    assert path.read_bytes() == good
    assert damaged_files(path) == []


# Says when it finds the lock taken, before it waits for it.
TELLS = """
import fcntl
flock = fcntl.flock
def told(file, kind):
    try:
        flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        print("blocked", flush=True)
        flock(file, kind)
fcntl.flock = told
"""


def test_a_damaged_file_is_set_aside_while_nobody_is_writing(path: Path) -> None:
    broken = b"x" * 100 + filled(path, some(5))[100:]
    path.write_bytes(broken)
    with _lock(path.parent, alone=False):  # another terminal is writing
        child = python(TELLS + OPEN, 0, path)
        assert child.stdout is not None
        assert child.stdout.readline() == "blocked\n"
        assert path.read_bytes() == broken
        assert damaged_files(path) == []
    assert killed(child) == ""
    assert len(damaged_files(path)) == 1
    assert len(recorded(path, tell=pytest.fail)) == 5


def test_nobody_writes_while_a_file_is_set_aside(path: Path) -> None:
    filled(path, some(5))
    with _lock(path.parent, alone=True):
        child = python(TELLS + RECORD_FORTY, path)
        assert child.stdout is not None
        assert child.stdout.readline() == "blocked\n"
        assert len(recorded(path)) == 5  # reading needs no turn
    assert len(child.communicate()[0].split()) == 40
    assert len(recorded(path)) == 45


def test_a_flipped_bit_within_an_answer_is_noticed(path: Path) -> None:
    """SQLite's own check sees nothing wrong with a rating of 3 that was once a 2."""
    reviews = some(20)
    good = filled(path, reviews)
    assert after_damage(path, good.replace(b'"rating":2', b'"rating":3', 1), reviews) == "set aside"
    # 20 answers, one of them no longer as it was written
    assert len(recorded(path)) == 19 + 1  # and the one recorded since


def test_a_file_that_is_no_database_or_another_programs_is_set_aside(
    path: Path, tmp_path: Path
) -> None:
    path.parent.mkdir()
    other = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE songs(title)")
    wrong = tmp_path / "wrong.sqlite"
    with contextlib.closing(sqlite3.connect(wrong)) as database:
        database.execute(SCHEMA)
    for content in (b"not a database", bytes(4096), other.read_bytes(), wrong.read_bytes()):
        assert after_damage(path, content, []) == "set aside"


def test_files_set_aside_within_one_second_keep_names_of_their_own(path: Path) -> None:
    path.parent.mkdir()
    for n in range(5):
        path.write_bytes(b"damaged %d" % n)
        Log(path, tell=lambda message: None).close()
    assert {p.read_bytes() for p in damaged_files(path)} == {b"damaged %d" % n for n in range(5)}


def test_a_row_never_leaves_its_page_so_that_a_scan_can_find_it(path: Path) -> None:
    """The longest review that is taken: 64 + 64 letters, extra keys of 2,000 characters."""
    (longest,) = some(1, question=f"{'a' * 64}/{'b' * 64}", hints="x" * 1_988)
    assert len(longest.extra) == 2_000
    good = filled(path, [longest])
    assert after_damage(path, b"x" * 100 + good[100:], [longest]) == "set aside"
    assert longest in recorded(path)


def test_a_newer_log_is_left_as_it_is(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(path, some(3))
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")
        database.execute("PRAGMA journal_mode = WAL")
    content = path.read_bytes()
    names = sorted(path.parent.iterdir())
    for use in (Log, recorded):
        with pytest.raises(NewerError, match=r"has version 2 .* update the workbook"):
            use(path)
    assert path.read_bytes() == content
    assert sorted(path.parent.iterdir()) == names


# ---- folders and disks


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """Give a folder and take away the rights of root, for whom nothing is read-only."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    am_root = os.geteuid() == 0
    if am_root:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if am_root:
            os.seteuid(0)
        for inner in [folder, *folder.rglob("*")]:
            inner.chmod(0o777)
        shutil.rmtree(folder)


def test_a_read_only_folder_can_be_read_and_says_why_it_cannot_be_written(
    ordinary: Path,
) -> None:
    path = ordinary / "data" / "progress.sqlite"
    reviews = some(3)
    good = filled(path, reviews)
    (path.parent / "progress.lock").unlink()
    path.parent.chmod(0o555)
    for mode in (0o644, 0o444):
        path.chmod(mode)
        with Log(path, pytest.fail) as log:
            assert log.reviews() == reviews
            with pytest.raises(LogError, match="permission denied; set WORKBOOK_DATA"):
                log.record("gpu-wall/a", 3, seed=0, mode="drill")
    assert path.read_bytes() == good
    with pytest.raises(LogError, match=r"cannot write .*permission denied"):
        export_to(path.parent / "export.json", reviews)
    path.chmod(0o000)
    with pytest.raises(LogError, match="permission denied"):
        Log(path)


def test_a_log_that_may_not_be_written_in_a_folder_that_may(ordinary: Path) -> None:
    path = ordinary / "progress.sqlite"
    good = filled(path, some(3))
    path.chmod(0o444)
    with Log(path, pytest.fail) as log, pytest.raises(LogError, match="read-only"):
        log.record("gpu-wall/a", 3, seed=0, mode="drill")
    assert path.read_bytes() == good


def test_a_damaged_log_in_a_read_only_folder_stays_and_is_reported(ordinary: Path) -> None:
    path = ordinary / "data" / "progress.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    path.parent.chmod(0o555)
    with pytest.raises(LogError, match=r"is damaged .* cannot be set aside: permission denied"):
        Log(path)
    assert path.read_bytes() == b"damaged"


def test_a_folder_that_cannot_be_made_is_reported(ordinary: Path) -> None:
    ordinary.chmod(0o555)
    with pytest.raises(LogError, match="permission denied; set WORKBOOK_DATA"):
        Log(ordinary / "data" / "progress.sqlite")
    with pytest.raises(LogError, match=r"cannot be read or saved|permission denied"):
        Log(ordinary / "progress.sqlite")
    with pytest.raises(LogError, match="cannot use"):
        Log(Path("/proc/nowhere/progress.sqlite"))
    with pytest.raises(LogError, match="cannot use"):
        Log(Path(__file__) / "progress.sqlite")
    with pytest.raises(LogError, match="is a directory"):
        Log(Path(__file__).parent)


def test_a_full_disk_is_reported_and_costs_only_the_answer_at_hand(path: Path) -> None:
    reviews = some(20)
    filled(path, reviews)
    with Log(path, pytest.fail) as log:
        assert log._connection is not None
        pages = log._connection.execute("PRAGMA page_count").fetchone()[0]
        log._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LogError, match=r"the disk is full\. Nothing was changed"):
            log.add(some(200, seed=1))
        assert log.reviews() == reviews
        log.record("gpu-wall/a", 3, seed=0, mode="drill")
    assert len(recorded(path, tell=pytest.fail)) == 21


@contextlib.contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let every write beyond `size` bytes of a file fail, as on a disk that fills up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_fails_half_way_leaves_log_and_export_as_they_were(
    path: Path, tmp_path: Path
) -> None:
    reviews = some(20)
    good = filled(path, reviews)
    export = tmp_path / "export.json"
    export_to(export, reviews[:1])
    before = export.read_bytes()
    with (
        Log(path, pytest.fail) as log,
        files_no_larger_than(len(good)),
        pytest.raises(LogError, match="disk"),
    ):
        log.add(some(200, seed=1))
    with files_no_larger_than(1_000), pytest.raises(LogError, match="cannot write"):
        export_to(export, reviews)
    assert recorded(path, tell=pytest.fail) == reviews
    assert export.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "export.json"]


def test_a_damaged_log_that_cannot_be_replaced_on_a_full_disk_stays(path: Path) -> None:
    content = b"x" * 100 + filled(path, some(100))[100:]
    path.write_bytes(content)
    with files_no_larger_than(8_192), pytest.raises(LogError, match=r"disk|too large"):
        Log(path)
    assert path.read_bytes() == content
    assert sorted(p.name for p in path.parent.iterdir()) == ["progress.lock", "progress.sqlite"]


# ---- export and import


def test_an_export_replaces_an_older_one_and_nothing_else(path: Path, tmp_path: Path) -> None:
    reviews = some(6)
    target = tmp_path / "export.json"
    assert export_to(target, reviews[:4]) == [target]
    with target.open() as reader:
        before = reader.read(100)
        export_to(target, reviews)  # all it held is in the log
        # Who was reading the older one reads it to its end.
        assert import_text(before + reader.read()) == reviews[:4]
    assert read_export(target) == reviews
    with pytest.raises(LogError, match="has 2 answers that your progress lacks; import it first"):
        export_to(target, reviews[2:])
    for content in (b"my thesis", b"{}", b"\xff\xfe"):
        target.write_bytes(content)
        with pytest.raises(LogError, match="not an export of your progress"):
            export_to(target, reviews)
        assert target.read_bytes() == content
    export_to(target, reviews, force=True)
    assert read_export(target) == reviews
    target.write_bytes(b"")
    export_to(target, reviews)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export.json"]


def test_an_export_of_a_newer_workbook_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "export.json"
    content = export_texts(some(2), NOW)[0].replace('"version":1', '"version":2')
    target.write_text(content)
    with pytest.raises(NewerError):
        export_to(target, some(2))
    assert target.read_text() == content


def test_an_export_follows_a_link_and_refuses_what_is_no_file(tmp_path: Path) -> None:
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(target)
    export_to(link, some(2))
    assert link.is_symlink()
    assert read_export(target) == some(2)
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        for force in (False, True):
            with pytest.raises(LogError, match="is not a file"):
                export_to(wrong, some(2), force=force)
    with pytest.raises(LogError, match="no such file or directory"):
        write_whole(tmp_path / "nowhere" / "x.json", b"")
    with pytest.raises(LogError, match="too long"):
        export_to(tmp_path / ("x" * 300), some(2))


def test_an_export_in_parts_imports_as_the_whole(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.drill.reviews.MOST_BYTES", 2_000)
    reviews = some(20)
    paths = export_to(tmp_path / "export.json", reviews)
    assert [p.name for p in paths[:2]] == ["export.json", "export-2.json"]
    with Log(path) as log:
        for part in reversed(paths):
            log.add(read_export(part))
        assert log.reviews() == reviews


def test_a_file_that_cannot_be_imported_is_named_with_the_reason(tmp_path: Path) -> None:
    for name, content, message in (
        ("missing.json", None, "cannot read .*missing.json: no such file"),
        ("text.json", b"hello", "text.json: the file is not JSON"),
        ("large.json", b" " * 5_000_001, "large.json: the file has more than 5000000 bytes"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(ReviewError, match=message):
            read_export(tmp_path / name)
    with pytest.raises(ReviewError, match="is a directory"):
        read_export(tmp_path)


# ---- the command

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with a data folder of its own and a bank of two questions."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    questions = (
        SimpleNamespace(name="late", step="wall"),
        SimpleNamespace(name="early", step="bill"),
    )
    bank = SimpleNamespace(bank=lambda slug: questions)
    monkeypatch.setitem(sys.modules, "checks.drill.bank", bank)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(a) for a in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_progress_without_a_log_says_where_it_will_be(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("progress")
    assert code == 0
    assert "Nothing answered yet" in out
    assert str(tmp_path / "data" / "progress.sqlite") in out
    assert json.loads(run("progress", "--json")[1])["all"]["asked"] == 0
    assert not (tmp_path / "data").exists()


def answered(*answers: tuple[str, int]) -> None:
    with Log() as log:
        for question, rating in answers:
            log.record(question, rating, seed=0, mode="drill")


def test_progress_counts_by_chapter_and_step_in_aligned_columns(run: Run) -> None:
    from worked.chapters import graph

    steps = [s.slug for s in graph("gpu-wall").steps]
    sys.modules["checks.drill.bank"].bank = lambda slug: (
        SimpleNamespace(name="late", step=steps[2]),
        SimpleNamespace(name="early", step=steps[1]),
    )
    answered(
        ("gpu-wall/late", 1),
        ("gpu-wall/early", 3),
        ("gpu-wall/early", 3),
        ("gpu-wall/gone", 3),
        ("old-chapter/x", 2),
    )
    code, out, _ = run("progress")
    assert code == 0
    lines = out.split("\n\n")[0].splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split() == ["asked", "right", "due", "streak", "retention"]
    rows = {line[:-38].strip(): line[-38:].split() for line in lines[1:]}
    # Answered just now: the chance of recall is 100 % of what was right, and nothing of the one
    # of four that was wrong; nothing is due for a minute yet.
    assert rows == {
        "gpu-wall: The 80 GB wall": ["4", "3", "0", "3", "67", "%"],
        "2 The memory bill": ["2", "2", "0", "2", "100", "%"],
        "3 The wall": ["1", "0", "0", "0", "0", "%"],
        "questions no longer in the book": ["1", "1", "0", "1", "100", "%"],
        "old-chapter: questions no longer in the book": ["1", "1", "0", "1", "100", "%"],
        "all": ["5", "4", "0", "4", "75", "%"],
    }
    assert "0 due now, 4 asked for the first time today; the next is due in " in out
    data = json.loads(run("progress", "--json")[1])
    assert data["all"] == {
        "questions": 4,
        "asked": 5,
        "right": 4,
        "due": 0,
        "streak": 4,
        "retention": 0.75,
    }
    chapter = data["chapters"][0]
    assert chapter["chapter"] == "gpu-wall"
    assert len(chapter["steps"]) == len(steps) + 1
    assert chapter["steps"][1]["all"]["asked"] == 2
    assert data["new_today"] == 4


def test_progress_goes_to_a_file_and_comes_back_once(run: Run, tmp_path: Path) -> None:
    answered(("gpu-wall/late", 1), ("gpu-wall/early", 3))
    before = recorded()
    export = tmp_path / "my progress.json"
    assert run("progress", "export", export)[1] == f"2 answers written to {export}\n"
    assert run("progress", "export", "-")[1].splitlines()[1:] == export.read_text().splitlines()[1:]
    log_path().unlink()
    assert run("progress", "import", export)[1] == "2 answers added, 0 known already\n"
    assert run("progress", "import", export, export)[1] == "0 answers added, 4 known already\n"
    assert recorded() == before


def test_a_users_mistake_gets_a_sentence_and_exit_code_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.json").write_text("precious")
    answered(("gpu-wall/late", 1))
    for arguments, message in (
        (["import", tmp_path / "none.json"], "cannot read"),
        (["import", tmp_path / "thesis.json"], "not JSON"),
        (["export", tmp_path / "thesis.json"], "--force"),
        (["export", tmp_path], "is not a file"),
    ):
        code, out, errors = run("progress", *arguments)
        assert code == 2
        assert out == ""
        assert errors.startswith("workbook: ")
        assert message in errors
    assert (tmp_path / "thesis.json").read_text() == "precious"
    assert run("progress", "export", tmp_path / "thesis.json", "--force")[0] == 0
    assert len(read_export(tmp_path / "thesis.json")) == 1


def test_an_import_of_several_files_takes_all_or_none(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    export_to(good, some(3))
    bad.write_text(good.read_text().replace('"rating":2', '"rating":9'))
    code, _, errors = run("progress", "import", good, bad)
    assert code == 2
    assert "bad.json: review 2 of 3: rating: 9 is not a whole number from 1 to 4" in errors
    assert recorded() == []


def test_a_damaged_log_is_told_on_the_error_stream_and_the_command_goes_on(
    run: Run, tmp_path: Path
) -> None:
    answered(("gpu-wall/late", 1))
    log_path().write_bytes(b"x" * 20 + log_path().read_bytes()[20:])
    code, out, errors = run("progress", "--json")
    assert code == 0
    assert json.loads(out)["all"]["asked"] == 1
    assert "It was moved to progress.damaged-" in errors
    assert "1 answer could be read" in errors


def test_the_list_of_chapters_imports_none_of_this() -> None:
    code = (
        "import sys; from checks.terminal.main import main; main(['list'])\n"
        "heavy = {'sqlite3', 'fsrs', 'platformdirs', 'genanki', 'checks.drill.progress'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_every_error_is_one_that_a_command_catches() -> None:
    assert all(issubclass(e, ProgressError) for e in (LogError, NewerError, ReviewError))
