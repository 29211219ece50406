"""The log of reviews on disk: one SQLite file in the user's data folder, which only grows.

Each review is a transaction of its own, on the disk before it counts as saved: a process killed
at any moment loses at most the answer being typed. The file uses SQLite's rollback journal, not
its write-ahead log: a home folder may lie on a network disk, where the latter does not work; the
log at rest is then a single file that can be copied; and one small write per answer gains
nothing from the other. SQLite's locks keep two terminals apart; each waits for the other.

Each row carries a checksum, so that even a flipped bit within a number is noticed. A damaged
file is kept under a new name, and what can still be read goes into a new log.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from checks.drill.reviews import (
    LONGEST_SECONDS,
    MOST_BYTES,
    NewerError,
    ProgressError,
    Review,
    ReviewError,
    export_texts,
    import_text,
    in_order,
    merge,
    review_from,
    review_text,
    stronger,
    timestamp,
)
from checks.faces.output import counted, say

try:
    import fcntl
except ModuleNotFoundError:  # Windows: two terminals that meet one damaged file may both move it
    fcntl = None  # type: ignore[assignment]

APPLICATION = int.from_bytes(b"MLSD", "big")
SCHEMA_VERSION = 1
SCHEMA = (
    "CREATE TABLE reviews(id TEXT PRIMARY KEY NOT NULL, review TEXT NOT NULL, crc TEXT NOT NULL)"
)
PAGE = 4096
BUSY_SECONDS = 10.0
T = TypeVar("T")


class LogError(ProgressError):
    """The log cannot be read or written now; the message says why and what to do."""


class _DamageError(Exception):
    """The file is no sound log of the workbook; the message says how this was noticed."""


# SQLite's message may quote the damaged bytes, which Python then fails to decode.
_SIGNS_OF_DAMAGE = (_DamageError, UnicodeDecodeError)


@dataclass(frozen=True)
class Added:
    """What became of reviews that were added: new ones, known ones, and known ones that differ."""

    new: int = 0
    known: int = 0
    differing: int = 0


def data_folder() -> Path:
    """Return the folder of the reader's data: $WORKBOOK_DATA, or the system's usual place."""
    if chosen := os.environ.get("WORKBOOK_DATA"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("mlsd-workbook", appauthor=False)


def log_path() -> Path:
    """Return the path of the log."""
    return data_folder() / "progress.sqlite"


class Log:
    """An open log; use it in a `with` block, in one thread.

    Raises, here and in every method:
        NewerError: a newer version of the workbook wrote the file; it is left as it is.
        LogError: the file cannot be read or written: no folder, no permission, a full disk ...

    A damaged file is no error: it is set aside, `tell` is told, and the work goes on.
    """

    def __init__(self, path: Path | None = None, tell: Callable[[str], None] = say) -> None:
        self.path = log_path() if path is None else path
        self._tell = tell
        self._connection: sqlite3.Connection | None = None
        self._run(lambda connection: None)

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was added is on the disk already."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def record(
        self,
        question: str,
        rating: int,
        *,
        seed: int,
        mode: str,
        seconds: float | None = None,
        where: str = "terminal",
        now: datetime | None = None,
    ) -> Review:
        """Save an answer given just now; when this returns, it is on the disk.

        Raises:
            ReviewError: a field is out of its range.
        """
        if seconds is not None:
            seconds = min(max(round(seconds, 1), 0), LONGEST_SECONDS)
        at = timestamp(datetime.now(UTC) if now is None else now)
        review = Review(secrets.token_hex(16), question, seed, at, rating, seconds, where, mode)
        self.add([review])
        return review

    def add(self, reviews: Iterable[Review]) -> Added:
        """Add reviews in one transaction: all of them or, where this raises, none."""
        batch = list(reviews)

        def insert(connection: sqlite3.Connection) -> Added:
            with _lock(self.path.parent, alone=False):
                return _insert(connection, batch)

        return self._run(insert)

    def reviews(self) -> list[Review]:
        """Return every review in the log, in order."""
        return self._run(lambda connection: in_order(_rows(connection)))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        for _ in range(4):
            try:
                if self._connection is None:
                    self._connection = _opened(self.path)
                return work(self._connection)
            except OSError as error:
                self.close()
                raise LogError(_unusable(self.path.parent, error)) from None
            except sqlite3.ProgrammingError:  # a mistake of ours, such as a second thread
                raise
            except sqlite3.Error as error:
                self.close()
                if _name(error) == "SQLITE_READONLY_DBMOVED":
                    continue  # another terminal has set the file aside meanwhile
                if _is_outside(error):
                    raise LogError(_explained(error, self.path)) from None
                self._replace(str(error))
            except _SIGNS_OF_DAMAGE as damage:
                self.close()
                said = isinstance(damage, _DamageError)
                self._replace(str(damage) if said else "its schema cannot be read")
            except BaseException:
                self.close()  # rolls back
                raise
        raise LogError(f"{self.path} is damaged again and again: is the disk failing?")

    def _replace(self, reason: str) -> None:
        reason = " ".join(reason.split())[:100]
        if not reason.isprintable():  # it quotes damaged bytes, which a terminal might obey
            reason = "its structure is broken"
        try:
            found = _set_aside(self.path)
        except sqlite3.Error as error:
            raise LogError(_explained(error, self.path)) from None
        except OSError as error:
            raise LogError(
                f"{self.path} is damaged ({reason}) and cannot be set aside: {_why(error)}"
            ) from None
        if found is not None:
            aside, saved = found
            self._tell(
                f"{self.path} is damaged ({reason}). It was moved to {aside.name};"
                f" {counted(saved, 'answer')} could be read"
                " and went into a new log."
            )


def recorded(path: Path | None = None, tell: Callable[[str], None] = say) -> list[Review]:
    """Return every review in the log, in order; none, and no new file, where there is no log.

    Raises:
        NewerError, LogError: as `Log`.
    """
    path = log_path() if path is None else path
    if not path.exists():
        return []
    with Log(path, tell) as log:
        return log.reviews()


# ---- the file


def _opened(path: Path) -> sqlite3.Connection:
    """Open the log, make it where there is none, and examine its structure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_newer(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        # Whatever bytes a damaged file holds as text, they must not stop us from looking at it.
        connection.text_factory = bytes
        connection.execute("PRAGMA synchronous = EXTRA")
        _create(connection, path)
        _examine(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _header(path: Path) -> bytes:
    # No transaction of this process is open here: closing a file gives up SQLite's locks on it.
    try:
        with path.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        return b""


def _refuse_newer(path: Path) -> None:
    """Look at a file's version without touching it as a database, which might change it."""
    head = _header(path)
    version, application = head[60:64], head[68:72]
    if (
        head.startswith(b"SQLite format 3\0")
        and int.from_bytes(application, "big") == APPLICATION
        and (found := int.from_bytes(version, "big", signed=True)) > SCHEMA_VERSION
    ):
        raise NewerError(
            f"{path} has version {found} and this workbook knows version {SCHEMA_VERSION}:"
            " update the workbook, or set WORKBOOK_DATA to another folder;"
            " the file is left as it is"
        )


def _create(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size:
        return
    connection.execute(f"PRAGMA page_size = {PAGE}")
    with _transaction(connection, "IMMEDIATE"):
        if not path.stat().st_size:  # else another terminal has just made it
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute(SCHEMA)


def _examine(connection: sqlite3.Connection, path: Path) -> None:
    """Check the structure of the file.

    Raises:
        _DamageError, sqlite3.DatabaseError: it is not sound.
    """
    with _transaction(connection, "DEFERRED"):
        # The first statement rolls back what a killed process left half-written.
        if _pragma(connection, "application_id") != APPLICATION:
            raise _DamageError("it is not a log of the workbook")
        if _pragma(connection, "user_version") != SCHEMA_VERSION:
            raise _DamageError("its version is impossible")
        tables = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
        if tables != [(SCHEMA.encode(),)]:
            raise _DamageError("its table is not as it was made")
        size = _pragma(connection, "page_count") * _pragma(connection, "page_size")
        if size != path.stat().st_size:
            raise _DamageError("its size is wrong")
        result = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if result != [(b"ok",)]:
            raise _DamageError(bytes(result[0][0]).decode("utf-8", "replace"))
    # The format numbers of reading and writing: 1 is the rollback journal. SQLite takes some
    # other values for a file that may only be read.
    if _header(path)[18:20] != b"\1\1":
        raise _DamageError("its header is wrong")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


# ---- rows


def _crc(text: bytes) -> bytes:
    return f"{zlib.crc32(text):08x}".encode()


def _insert(connection: sqlite3.Connection, batch: Sequence[Review]) -> Added:
    new = known = differing = 0
    with _transaction(connection, "IMMEDIATE"):
        for review in batch:
            row = connection.execute(
                "SELECT id, review, crc FROM reviews WHERE id = ?", (review.id,)
            ).fetchone()
            before = None if row is None else _review(*row)
            if before is None:
                new += 1
                _write(connection, "INSERT", review)
            elif before == review:
                known += 1
            else:
                differing += 1
                if stronger(before, review) is not before:
                    _write(connection, "REPLACE", review)
    return Added(new, known, differing)


def _write(connection: sqlite3.Connection, verb: str, review: Review) -> None:
    text = review_text(review)
    connection.execute(
        f"{verb} INTO reviews VALUES (?, ?, ?)",
        (review.id, text, _crc(text.encode()).decode()),
    )


def _rows(connection: sqlite3.Connection) -> list[Review]:
    with _transaction(connection, "DEFERRED"):
        rows = connection.execute("SELECT id, review, crc FROM reviews").fetchall()
    return [_review(*row) for row in rows]


def _review(own_id: object, text: object, crc: object) -> Review:
    """Return the review of a row.

    Raises:
        _DamageError: the row is not as it was written.
    """
    if not isinstance(text, bytes) or crc != _crc(text):
        raise _DamageError("an answer in it is not as it was written")
    try:
        review = review_from(json.loads(text))
    except (ValueError, RecursionError):
        raise _DamageError("an answer in it cannot be read") from None
    if review.id.encode() != own_id:
        raise _DamageError("an answer in it has the wrong id")
    return review


# ---- damage


def _set_aside(path: Path) -> tuple[Path, int] | None:
    """Keep a damaged log under a new name and put a new one, with what it can save, in its place.

    At every moment `path` is the old log or the new one, whole: the new one is made beside it
    and takes its name in one step. Returns the new name of the old file and how many reviews
    were saved; None where another terminal has done it all in the meantime.

    Raises:
        OSError, sqlite3.Error: it cannot be done; the damaged file is where it was.
        NewerError: the file there is now of a newer version.
    """
    with _lock(path.parent, alone=True):
        if _is_sound(path):
            return None
        journal = path.with_name(f"{path.name}-journal")
        parts = [path.read_bytes()]
        if journal.exists():
            parts.append(journal.read_bytes())
        for unfinished in path.parent.glob("progress.new-*"):  # of a process killed in here
            unfinished.unlink()
        saved = merge(_salvaged(b"\0".join(parts)))
        made = _new_log(path, saved)
        try:
            aside = _free_name(path, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
            _keep(parts[0], aside)
            if parts[1:]:
                _keep(parts[1], aside.with_name(f"{aside.name}-journal"))
                journal.unlink()
            os.replace(made, path)
            _sync_folder(path.parent)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
    return aside, len(saved)


@contextlib.contextmanager
def _lock(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold the lock that writers share, and that who sets a damaged file aside has alone.

    SQLite's own locks need a sound file; and a write that was under way when the file got a new
    name would go where nobody looks.
    """
    with (folder / "progress.lock").open("ab") as file:
        if fcntl is not None:
            with contextlib.suppress(OSError):  # a network disk without such locks
                fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def _is_sound(path: Path) -> bool:
    try:
        with contextlib.closing(_opened(path)) as connection:
            _rows(connection)
        return True
    except _SIGNS_OF_DAMAGE:
        return False
    except sqlite3.Error as error:
        if _is_outside(error):
            raise
        return False


def _salvaged(data: bytes) -> Iterator[Review]:
    """Return the reviews whose bytes are whole, wherever in the file they lie.

    A row is smaller than a page, so that its text and its checksum stand together.
    """
    start = data.find(b'{"id":"')
    while start >= 0:
        end = data.find(b"}", start, start + PAGE)
        while end >= 0:
            text, crc = data[start : end + 1], data[end + 1 : end + 9]
            if crc == _crc(text):
                with contextlib.suppress(ValueError, RecursionError):
                    yield review_from(json.loads(text))
                break
            end = data.find(b"}", end + 1, start + PAGE)
        start = data.find(b'{"id":"', start + 1)


def _new_log(path: Path, reviews: Sequence[Review]) -> Path:
    """Make a whole log beside `path` and return its name."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="progress.new-", suffix=".sqlite")
    os.close(handle)
    made = Path(name)
    try:
        with contextlib.closing(_opened(made)) as connection:
            _insert(connection, reviews)
        return made
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _free_name(path: Path, time: str) -> Path:
    number = 1
    while True:
        more = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.stem}.damaged-{time}{more}{path.suffix}")
        if not name.exists():
            return name
        number += 1


def _keep(content: bytes, name: Path) -> None:
    with name.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


# ---- what is wrong, in words

_OUTSIDE = {
    sqlite3.SQLITE_BUSY: "another terminal has been writing to it for too long; try again",
    sqlite3.SQLITE_LOCKED: "another terminal has been writing to it for too long; try again",
    sqlite3.SQLITE_PERM: "you may not write to it",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder is missing or may not be written to",
    sqlite3.SQLITE_AUTH: "you may not write to it",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk reports an error; it may be full or failing",
    sqlite3.SQLITE_PROTOCOL: "its locks do not work on this disk",
    sqlite3.SQLITE_NOLFS: "it is too large for this disk",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_INTERRUPT: "it was interrupted",
}


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "")


def _is_outside(error: sqlite3.Error) -> bool:
    """Return whether the cause lies in the system around the file, and not in its bytes.

    The statements are fixed and right for a sound file: any other error speaks of damage.
    """
    return _code(error) in _OUTSIDE


def _explained(error: sqlite3.Error, path: Path) -> str:
    reason = _OUTSIDE.get(_code(error), str(error))
    return f"your progress in {path} cannot be read or saved: {reason}. Nothing was changed."


def _unusable(folder: Path, error: OSError) -> str:
    return (
        f"cannot use {folder} for your progress: {_why(error)};"
        " set WORKBOOK_DATA to a folder that you can write to"
    )


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


# ---- files that the reader names


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name leads to the old content or the new, and never to a part.

    Raises:
        LogError: it cannot be written; what was there is as it was.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            raise LogError(f"{path} is not a file")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise LogError(f"cannot write {path}: {_why(error)}") from None


def _sync_folder(folder: Path) -> None:
    # Not every system can open a folder; the file's content is safe without this.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_export(path: Path) -> list[Review]:
    """Return the reviews of an export file.

    Raises:
        ReviewError: it cannot be read or taken; the message starts with the path.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReviewError(f"cannot read {path}: {_why(error)}") from None
    try:
        return import_text(data)
    except NewerError as error:
        raise NewerError(f"{path}: {error}") from None
    except ReviewError as error:
        raise ReviewError(f"{path}: {error}") from None


def export_to(
    path: Path, reviews: Sequence[Review], *, force: bool = False, now: datetime | None = None
) -> list[Path]:
    """Write the log to an export file and return its path, or those of its parts.

    An existing file is replaced where it is an export whose every review is in the log too, so
    that nothing is lost; any other is left alone, unless `force` is true.

    Raises:
        LogError: a file is in the way, or cannot be written.
    """
    texts = export_texts(reviews, datetime.now(UTC) if now is None else now)
    paths = [path] + [
        path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, len(texts) + 1)
    ]
    if not force:
        known = set(reviews)
        for target in paths:
            _refuse_loss(target, known)
    for target, text in zip(paths, texts, strict=True):
        write_whole(target, text.encode())
    return paths


def _refuse_loss(path: Path, known: set[Review]) -> None:
    try:
        if not path.exists() or (path.is_file() and path.stat().st_size == 0):
            return
        if not path.is_file():
            raise LogError(f"{path} is not a file")
        there = read_export(path)
    except OSError as error:
        raise LogError(f"cannot write {path}: {_why(error)}") from None
    except ReviewError:
        raise LogError(
            f"{path} exists and is not an export of your progress; choose another name,"
            " or say --force to replace it"
        ) from None
    if lost := sum(review not in known for review in there):
        raise LogError(
            f"{path} exists and has {counted(lost, 'answer')} that your"
            " progress lacks; import it first, choose another name, or say --force"
        )
