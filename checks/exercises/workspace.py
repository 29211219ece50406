"""The folder that the reader owns: his files, and what is known of each exercise.

    FOLDER/gpu-wall/zero3.py           his file
    FOLDER/gpu-wall/test_zero3.py      his copy of the visible tests
    FOLDER/gpu-wall/zero3.py.1         what stood there before he began again
    FOLDER/.workbook/gpu-wall.zero3.json   solved or not, hints seen

Every exercise has a note of its own, written whole or not at all, so that two terminals can
work in one folder. Nothing that the reader changed is ever overwritten.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from checks.exercises.catalogue import Exercise, ExerciseError, exercises

DEFAULT = "workbook-exercises"
NOTES = ".workbook"
POINTER = "exercises-folder"
FORMAT = 1


@dataclass(frozen=True)
class Note:
    """What is remembered of one exercise. solved: its last check passed."""

    solved: bool = False
    hints: int = 0
    copied: str = ""
    """SHA-256 of the file as it was copied, to tell whether the reader changed it."""


@dataclass(frozen=True)
class Copied:
    """What `Folder.start` did: files written, files kept because changed, backups made."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    backups: tuple[Path, ...]


class Folder:
    """The reader's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []

    def code(self, exercise: Exercise) -> Path:
        """Return where the reader's file is, or would be."""
        return self.path / exercise.chapter / f"{exercise.module}.py"

    def tests(self, exercise: Exercise) -> Path:
        """Return where his copy of the visible tests is, or would be."""
        return self.path / exercise.chapter / f"test_{exercise.module}.py"

    def has(self, exercise: Exercise) -> bool:
        """Return whether the reader's file is there."""
        return os.path.exists(self.code(exercise))

    def state(self, exercise: Exercise) -> str:
        """Return "not started", "in progress" or "solved"."""
        if self.note(exercise).solved:
            return "solved"
        return "in progress" if self.has(exercise) else "not started"

    def started(self) -> list[Exercise]:
        """Return the exercises whose file exists, in the order of the manifest."""
        return [e for e in exercises() if self.has(e)]

    def next_after(self, exercise: Exercise | None) -> Exercise | None:
        """Return the next exercise that is not solved, after this one and then from the top."""
        every = list(exercises())
        at = every.index(exercise) + 1 if exercise else 0
        order = [e for e in every[at:] + every[:at] if e != exercise]
        return next((e for e in order if not self.note(e).solved), None)

    def last_saved(self) -> Exercise | None:
        """Return the started exercise whose file was saved last; unsolved ones come first."""

        def saved(exercise: Exercise) -> tuple[bool, float]:
            try:
                return not self.note(exercise).solved, self.code(exercise).stat().st_mtime
            except OSError:
                return False, 0.0

        return max(self.started(), key=saved, default=None)

    # -- starting ------------------------------------------------------------------------------

    def start(self, exercise: Exercise, again: bool = False) -> Copied:
        """Copy the exercise and its visible tests into the folder.

        A file that the reader has changed is kept; with `again` it is renamed to a numbered
        backup and the exercise begins afresh.

        Raises:
            ExerciseError: the folder cannot be written.
        """
        written, kept, backups = [], [], []
        pairs = [
            (exercise.source("unsolved"), self.code(exercise)),
            (exercise.source("tests"), self.tests(exercise)),
        ]
        note = self.note(exercise)
        try:
            self.code(exercise).parent.mkdir(parents=True, exist_ok=True)
            for source, target in pairs:
                fresh = source.read_bytes()
                if target.exists() or target.is_symlink():
                    if target.is_file() and target.read_bytes() == fresh:
                        continue
                    untouched = target.is_file() and note.copied == _digest(target.read_bytes())
                    if not again and not untouched:
                        kept.append(target)
                        continue
                    if not untouched:
                        backups.append(_set_aside(target))
                _write_whole(target, fresh)
                written.append(target)
        except OSError as error:
            raise _cannot_write(self.path, error) from None
        if self.code(exercise) not in kept and (written or not note.copied):
            copied = _digest(exercise.source("unsolved").read_bytes())
            solved = note.solved and not again and self.code(exercise) not in written
            self.remember(exercise, Note(solved, 0 if again else note.hints, copied))
        return Copied(tuple(written), tuple(kept), tuple(backups))

    # -- notes ---------------------------------------------------------------------------------

    def note(self, exercise: Exercise) -> Note:
        """Return what is remembered; a damaged note is set aside and reported in `warnings`.

        Raises:
            ExerciseError: it was written by a later version.
        """
        file = self._note_file(exercise)
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return Note()
        except OSError as error:
            raise ExerciseError(f"{file}: cannot read it: {error.strerror}") from None
        except ValueError:
            return self._damaged(file)
        if not isinstance(data, dict) or not isinstance(data.get("format"), int):
            return self._damaged(file)
        if data["format"] > FORMAT:
            raise ExerciseError(
                f"{file} has format {data['format']} and this version reads {FORMAT}: it was "
                "written by a later version; use that one, or another --folder"
            )
        solved, hints, copied = data.get("solved"), data.get("hints"), data.get("copied")
        good = isinstance(solved, bool) and isinstance(copied, str) and type(hints) is int
        if not good or not isinstance(hints, int) or hints < 0:
            return self._damaged(file)
        return Note(bool(solved), hints, str(copied))

    def remember(self, exercise: Exercise, note: Note) -> None:
        """Write a note, whole or not at all.

        Raises:
            ExerciseError: the folder cannot be written.
        """
        file = self._note_file(exercise)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"format": FORMAT, **asdict(note)}, indent=1) + "\n"
            _write_whole(file, text.encode())
        except OSError as error:
            raise _cannot_write(self.path, error) from None

    def mark(self, exercise: Exercise, solved: bool) -> None:
        """Remember how the last check went."""
        note = self.note(exercise)
        if note.solved != solved:
            self.remember(exercise, replace(note, solved=solved))

    def one_more_hint(self, exercise: Exercise) -> int:
        """Return how many hints may now be seen, one more than before as far as there are any."""
        note = self.note(exercise)
        seen = min(note.hints + 1, len(exercise.hints))
        if seen != note.hints:
            self.remember(exercise, replace(note, hints=seen))
        return seen

    def _note_file(self, exercise: Exercise) -> Path:
        return self.path / NOTES / f"{exercise.chapter}.{exercise.name}.json"

    def _damaged(self, file: Path) -> Note:
        try:
            aside = _set_aside(file, ".damaged")
        except OSError as error:
            raise _cannot_write(self.path, error) from None
        self.warnings.append(f"{file} was damaged; it is now {aside.name}, and a new one begins")
        return Note()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _set_aside(file: Path, ending: str = "") -> Path:
    """Rename a file to the first free numbered name beside it."""
    number = 1
    while (aside := file.with_name(f"{file.name}{ending}.{number}")).exists():
        number += 1
    os.rename(file, aside)
    return aside


def _write_whole(file: Path, data: bytes) -> None:
    """Put `data` into the file so that nobody ever sees half of it."""
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, file)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _cannot_write(folder: Path, error: OSError) -> ExerciseError:
    return ExerciseError(
        f"{folder}: cannot write there: {error.strerror}; name another place with --folder"
    )


# -- which folder ------------------------------------------------------------------------------


def chosen(folder: str | None) -> Folder:
    """Return the folder to work in.

    The one asked for; else ./workbook-exercises where it exists; else the one that was last
    begun in, where it still exists; else ./workbook-exercises, to be made.

    Raises:
        ExerciseError: it is a file.
    """
    path = Path(os.path.expanduser(folder) if folder else DEFAULT)
    if not folder and not os.path.isdir(path):
        path = _last_folder() or path
    if os.path.exists(path) and not os.path.isdir(path):
        raise ExerciseError(f"{path} is a file; name a folder for the exercises with --folder")
    return Folder(path)


def remember_folder(folder: Folder) -> None:
    """Remember a folder for commands given elsewhere; where that is not possible, do not."""
    try:
        _pointer().parent.mkdir(parents=True, exist_ok=True)
        _write_whole(_pointer(), f"{folder.path.resolve()}\n".encode())
    except OSError:
        pass  # it is a convenience: --folder does the same


def _last_folder() -> Path | None:
    try:
        path = Path(_pointer().read_text(encoding="utf-8").strip())
        return path if path.is_absolute() and os.path.isdir(path) else None
    except (OSError, ValueError):
        return None


def _pointer() -> Path:
    """Return the file, in the folder of the reader's data, that names the folder last begun in."""
    if chosen_by_hand := os.environ.get("WORKBOOK_DATA"):
        return Path(os.path.expanduser(chosen_by_hand)) / POINTER
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(os.path.expanduser(base)) / "mlsd-workbook" / POINTER
