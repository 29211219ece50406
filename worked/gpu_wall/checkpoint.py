"""A store of checkpoints that a kill at any moment cannot harm.

A checkpoint is two files: the state (`step-00000040-1f2e3d4c5b6a.state`, opaque bytes, with
the first digits of its SHA-256 in its name) and a manifest (`step-00000040.manifest.json`)
that names the state, its length and its whole SHA-256. The manifest is written last: a state
without one was never committed. Nothing here knows what is in the bytes, so no torch is needed.

A real sharded checkpoint differs in one thing only: there is one state file for each rank, and
rank 0 writes the manifest once every rank has said that its file is on the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
KEEP = 2
MANIFEST_NAME = re.compile(r"step-(\d{8})\.manifest\.json")
STATE_NAME = re.compile(r"step-(\d{8})-[0-9a-f]{12}\.state")
PARTIAL = ".partial"
DAMAGED = ".damaged"
LOCK = ".lock"
WRITE_CHUNKS = 20


class CheckpointError(ValueError):
    """A checkpoint directory that a person must look at; the message says what to do."""


class DamagedCheckpointError(CheckpointError):
    """The manifest or the state is not what was written."""


class NewerFormatError(CheckpointError):
    """The checkpoint was written by a later version of this program."""


class WrongRunError(CheckpointError):
    """The checkpoint belongs to a run with other settings."""


class NoUsableCheckpointError(CheckpointError):
    """There were checkpoints, and every one of them is damaged."""


@dataclass(frozen=True)
class Checkpoint:
    """What was read back: the number of finished steps, the state, and where it lay."""

    step: int
    state: bytes
    directory: Path


# --8<-- [start:atomic_save]
def write_atomically(path: Path, data: bytes, *, write_delay: float = 0.0) -> None:
    """Put `data` at `path` so that a reader finds all of it, or what was there before.

    `write_delay` (seconds) stretches the write, as a slow disk would.

    Raises:
        OSError: the disk is full, or refuses; then nothing new is left behind.
    """
    partial = path.with_name(path.name + PARTIAL)
    chunk = max(1, -(-len(data) // WRITE_CHUNKS))
    try:
        with open(partial, "wb") as file:
            for start in range(0, len(data), chunk):
                file.write(data[start : start + chunk])
                file.flush()
                time.sleep(write_delay / WRITE_CHUNKS)
            os.fsync(file.fileno())  # the bytes are on the disk before they get their name
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    os.replace(partial, path)  # in one directory, hence one file system: all or nothing
    sync_directory(path.parent)  # the name itself survives a power cut


def save(
    directory: Path,
    step: int,
    state: bytes,
    run: Mapping[str, Any],
    *,
    write_delay: float = 0.0,
) -> None:
    """Commit `state` as the checkpoint after `step` finished steps; keep it and the one before.

    `run` holds the settings that must be the same when the run is resumed (JSON values).
    """
    digest = hashlib.sha256(state).hexdigest()
    name = f"step-{step:08d}-{digest[:12]}.state"
    write_atomically(directory / name, state, write_delay=write_delay)
    manifest = {"format": FORMAT, "step": step, "state": name, "bytes": len(state)}
    manifest |= {"sha256": digest, "run": dict(run)}
    write_atomically(directory / f"step-{step:08d}.manifest.json", sealed(manifest))
    remove_older(directory, KEEP)


# --8<-- [end:atomic_save]


def sync_directory(directory: Path) -> None:
    """Force a directory's entries (the names, not the files' bytes) onto the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """Return the manifest as JSON with the SHA-256 of its own fields added."""
    body = json.dumps(manifest, sort_keys=True)
    seal = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({**manifest, "manifest_sha256": seal}, sort_keys=True, indent=1).encode()


def committed(directory: Path) -> list[tuple[int, Path]]:
    """Return (step, manifest) of every committed checkpoint, the oldest first."""
    if not directory.is_dir():
        return []
    found = ((MANIFEST_NAME.fullmatch(path.name), path) for path in directory.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match)


def remove_older(directory: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints; never what was set aside as damaged.

    A manifest goes before its state, so that no manifest ever names a state that has gone.
    """
    manifests = committed(directory)
    for _, manifest in manifests[:-keep]:
        manifest.unlink()
    oldest_kept = manifests[-keep:][0][0]
    for path in directory.iterdir():
        match = STATE_NAME.fullmatch(path.name)
        if match and int(match[1]) < oldest_kept:
            path.unlink()


# --8<-- [start:resume]
def newest(
    directories: Sequence[Path],
    run: Mapping[str, Any],
    report: Callable[[str], None] = lambda message: None,
) -> Checkpoint | None:
    """Return the newest sound checkpoint in any of `directories`; None if none was ever made.

    Where several tiers hold the same step, the tier listed first (the faster one) is read. A
    damaged checkpoint is set aside under another name, `report`ed, and the next one tried.

    Raises:
        NoUsableCheckpointError: there were checkpoints and all are damaged. To begin again
            from step 0 is then a person's decision, not this function's.
        WrongRunError, NewerFormatError: the files are sound but not for this program to use.
    """
    candidates = [
        (step, -tier, manifest)
        for tier, directory in enumerate(directories)
        for step, manifest in committed(directory)
    ]
    for step, _, manifest in sorted(candidates, reverse=True):
        try:
            return read(manifest, run)
        except DamagedCheckpointError as error:
            set_aside(manifest.parent, step)
            report(f"{error}; set aside, trying the one before")
    damaged = [path.name for place in directories for path in place.glob(f"*{DAMAGED}*")]
    if damaged:
        raise NoUsableCheckpointError(
            f"no sound checkpoint in {' or '.join(map(str, directories))}, and "
            f"{len(damaged)} damaged files such as {min(damaged)}: repair one, or "
            "begin again on purpose with an empty directory"
        )
    return None


# --8<-- [end:resume]


def read(manifest_path: Path, run: Mapping[str, Any]) -> Checkpoint:
    """Return the checkpoint that a manifest names, once every byte of it has been checked."""
    manifest = read_manifest(manifest_path)
    differences = [
        f"{name} is {manifest['run'].get(name)!r} there and {run.get(name)!r} here"
        for name in sorted(set(manifest["run"]) | set(run))
        if manifest["run"].get(name) != run.get(name)
    ]
    if differences:
        raise WrongRunError(f"{manifest_path} is of another run: {'; '.join(differences)}")
    state_path = manifest_path.with_name(manifest["state"])
    try:
        state = state_path.read_bytes()
    except FileNotFoundError:
        raise DamagedCheckpointError(f"{state_path} is missing") from None
    if hashlib.sha256(state).hexdigest() != manifest["sha256"]:
        raise DamagedCheckpointError(
            f"{state_path} is damaged: {len(state)} B that do not have the SHA-256 of the "
            f"{manifest['bytes']} B written"
        )
    return Checkpoint(manifest["step"], state, manifest_path.parent)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a manifest's fields after checking its own seal, its format and its step.

    Raises:
        DamagedCheckpointError: not JSON, or not the fields that were sealed.
        NewerFormatError: sound, but of a format that this program does not know. Every
            format keeps the seal, so that damage is told apart from a later version.
    """
    try:
        manifest = json.loads(path.read_bytes())
        seal = manifest.pop("manifest_sha256")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise DamagedCheckpointError(f"{path} is damaged: not a manifest") from None
    body = json.dumps(manifest, sort_keys=True)
    if hashlib.sha256(body.encode()).hexdigest() != seal:
        raise DamagedCheckpointError(f"{path} is damaged: its fields do not match its seal")
    if manifest["format"] > FORMAT:
        raise NewerFormatError(
            f"{path} has format {manifest['format']}, and this program reads formats up to "
            f"{FORMAT}: resume with the program that wrote it, or a later one"
        )
    if path.name != f"step-{manifest['step']:08d}.manifest.json":
        raise DamagedCheckpointError(f"{path} was renamed: it is of step {manifest['step']}")
    return dict(manifest)


def set_aside(directory: Path, step: int) -> None:
    """Rename every file of a damaged checkpoint; it may hold the only clue, or be repairable."""
    for path in sorted(directory.glob(f"step-{step:08d}*")):
        if DAMAGED in path.name or path.name.endswith(PARTIAL):
            continue
        aside = path.with_name(path.name + DAMAGED)
        attempt = 1
        while aside.exists():
            attempt += 1
            aside = path.with_name(f"{path.name}{DAMAGED}-{attempt}")
        os.rename(path, aside)
    sync_directory(directory)


@contextlib.contextmanager
def opened(directory: Path) -> Iterator[Path]:
    """Hold `directory` for one writer: made if missing, freed of half-written files.

    The lock goes with the process, however it dies. It stops a preempted run that is still
    using its last seconds from writing beside the run that replaces it on the same machine.

    Raises:
        CheckpointError: not a directory; its parent does not exist (a mistyped path would
            begin again at step 0); it holds other files and no checkpoint; or another
            process holds it.
    """
    directory = Path(directory)
    if directory.exists() and not directory.is_dir():
        raise CheckpointError(f"{directory} is a file; name a directory for the checkpoints")
    if not directory.parent.is_dir():
        raise CheckpointError(
            f"{directory.parent} does not exist: mistyped, or a disk that is not mounted?"
        )
    directory.mkdir(exist_ok=True)
    names = [path.name for path in directory.iterdir() if path.name != "lost+found"]
    others = sorted(name for name in names if not name.startswith((".", "step-")))
    if others and len(others) == len([name for name in names if name != LOCK]):
        raise CheckpointError(
            f"{directory} holds {others[0]!r} and no checkpoint: the wrong directory? "
            "Name a new or an empty one"
        )
    with open(directory / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CheckpointError(
                f"another process is writing checkpoints to {directory}; wait until it ends"
            ) from None
        for partial in directory.glob(f"*{PARTIAL}"):
            partial.unlink()  # never committed, and as large as a checkpoint
        yield directory
