"""A disk in memory that dies where it is told to, and then forgets what was never synced.

It stands in for a POSIX file system at its least helpful: bytes are sure to be on the disk
after `sync`, names (new files, renames, removals) after `sync_directory`, though both may get
there sooner.
"""

from __future__ import annotations

from dataclasses import dataclass


class Died(BaseException):
    """The machine lost its power. Not an Exception: nothing can be put right any more."""


@dataclass
class _Content:
    """The bytes of a file, whatever it is called, and whether they are sure to be on the disk."""

    data: bytes
    synced: bool = False


class CrashingDisk:
    """Files by name, as the program sees them and as they would be after a crash."""

    def __init__(
        self, operations: int | None = None, bytes_kept: float = 0.0, names_kept: float = 0.0
    ) -> None:
        """Make an empty disk that dies in the operation after `operations` (None: never).

        bytes_kept: of the bytes of every unsynced file, the share (from the beginning) that
        reached the disk nevertheless; names_kept: the same of the unsynced changes of names.
        """
        self.operations, self.bytes_kept, self.names_kept = operations, bytes_kept, names_kept
        self.log: list[str] = []
        self._now: dict[str, _Content] = {}
        self._on_disk: dict[str, _Content] = {}
        self._changes: list[tuple[str, str | None, _Content | None]] = []

    def read(self, name: str) -> bytes:
        """Return a file's bytes; FileNotFoundError where there is none."""
        return self._file(name).data

    def write(self, name: str, data: bytes) -> None:
        """Put `data` into the file in place of what was there; a new file is made."""
        dies = self._starts(f"write({name!r}, {len(data)} bytes)")
        if name not in self._now:
            self._now[name] = _Content(b"")
            self._changes.append((name, None, self._now[name]))
        content = self._now[name]
        content.data, content.synced = bytes(data), False
        if dies:
            raise Died

    def sync(self, name: str) -> None:
        """Force a file's bytes onto the disk."""
        file = self._file(name)
        if self._starts(f"sync({name!r})"):
            raise Died
        file.synced = True

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in place of any file of that name; all or nothing."""
        self._file(old)
        if self._starts(f"rename({old!r}, {new!r})"):
            raise Died
        self._now[new] = self._now.pop(old)
        self._changes.append((old, new, None))

    def remove(self, name: str) -> None:
        """Remove a file."""
        self._file(name)
        if self._starts(f"remove({name!r})"):
            raise Died
        del self._now[name]
        self._changes.append((name, None, None))

    def sync_directory(self) -> None:
        """Force new names, renames and removals onto the disk."""
        if self._starts("sync_directory()"):
            raise Died
        self._on_disk, self._changes = dict(self._now), []

    def crash(self) -> None:
        """Come back after a loss of power: only what reached the disk is left."""
        for old, new, made in self._changes[: self._part(len(self._changes), self.names_kept)]:
            if made is not None:
                self._on_disk[old] = made
            elif new is not None:
                self._on_disk[new] = self._on_disk.pop(old)
            else:
                del self._on_disk[old]
        self._now = {
            name: _Content(
                c.data if c.synced else c.data[: self._part(len(c.data), self.bytes_kept)], True
            )
            for name, c in self._on_disk.items()
        }
        self._on_disk, self._changes, self.operations = dict(self._now), [], None

    def _file(self, name: str) -> _Content:
        if name not in self._now:
            raise FileNotFoundError(name)
        return self._now[name]

    def _starts(self, operation: str) -> bool:
        """Note an operation; return whether the disk dies in it."""
        self.log.append(operation)
        return self.operations is not None and len(self.log) > self.operations

    @staticmethod
    def _part(whole: int, share: float) -> int:
        return round(whole * share)
