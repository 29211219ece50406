"""A checkpoint that survives being cut off at any moment.

The disk forgets what it was not told to keep. When the machine dies,

- a file whose bytes were written but not synced may hold any beginning of them, even nothing;
- a new name, a rename or a removal that was not followed by `sync_directory` may or may not
  have happened (of several, the first ones have);
- whatever was synced is there.

`disk` offers read(name) -> bytes (FileNotFoundError where there is no such file),
write(name, data), which replaces what was there, sync(name), rename(old, new), which is
all or nothing, remove(name) and sync_directory(); `python -m pydoc
checks.exercises.crashing_disk` prints all about it.
"""

from checks.exercises.crashing_disk import CrashingDisk


def save(disk: CrashingDisk, state: bytes) -> None:
    """Make `state` the checkpoint.

    Once this has returned, `load` returns `state` even after a crash. If the machine dies
    before that, `load` returns either the previous state or the new one, never a mixture.
    """
    raise NotImplementedError("TODO: write so that a reader finds all of it or none of it")


def load(disk: CrashingDisk) -> bytes | None:
    """Return the last state that was saved whole, or None if there never was one."""
    raise NotImplementedError("TODO: read it back")
