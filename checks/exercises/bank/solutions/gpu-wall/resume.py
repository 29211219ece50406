"""A checkpoint that survives being cut off at any moment: a solution."""

from checks.exercises.crashing_disk import CrashingDisk

NAME = "checkpoint"
PARTIAL = "checkpoint.partial"


def save(disk: CrashingDisk, state: bytes) -> None:
    """Make `state` the checkpoint."""
    disk.write(PARTIAL, state)
    disk.sync(PARTIAL)  # the bytes are on the disk before they get their name
    disk.rename(PARTIAL, NAME)  # all or nothing
    disk.sync_directory()  # the name itself survives


def load(disk: CrashingDisk) -> bytes | None:
    """Return the last state that was saved whole, or None if there never was one."""
    try:
        return disk.read(NAME)
    except FileNotFoundError:
        return None
