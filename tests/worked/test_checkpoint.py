"""The checkpoint store: whatever happens during a write, an earlier checkpoint can be read back."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.waiting import until
from worked.gpu_wall import checkpoint

RUN = {"steps": 200, "seed": 0}


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def two_checkpoints(directory: Path) -> None:
    checkpoint.save(directory, 20, b"state after 20", RUN)
    checkpoint.save(directory, 40, b"state after 40", RUN)


def only(directory: Path, pattern: str) -> Path:
    (path,) = directory.glob(pattern)
    return path


@settings(max_examples=30)
@given(state=st.binary(max_size=500), step=st.integers(0, 10**8 - 1))
def test_what_is_saved_is_what_is_read(state: bytes, step: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        checkpoint.save(Path(name), step, state, RUN)
        found = checkpoint.newest([Path(name)], RUN)
        assert found == checkpoint.Checkpoint(step, state, Path(name))


def test_no_checkpoint_was_ever_made(tmp_path: Path) -> None:
    assert checkpoint.newest([tmp_path, tmp_path / "not-mounted-yet"], RUN) is None


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    for step in (20, 40, 60, 80):
        checkpoint.save(tmp_path, step, str(step).encode(), RUN)
    assert [step for step, _ in checkpoint.committed(tmp_path)] == [60, 80]
    assert len(files(tmp_path)) == 4  # two manifests and two states


def test_saving_the_same_step_again_replaces_it(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, 20, b"first", RUN)
    checkpoint.save(tmp_path, 20, b"second", RUN)
    found = checkpoint.newest([tmp_path], RUN)
    assert found is not None
    assert found.state == b"second"


class StoppedError(BaseException):
    """The process ends here."""


def test_a_stop_before_any_system_call_leaves_the_old_checkpoint_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop before the 1st, 2nd, 3rd ... call that touches the disk: never neither, never a mix."""
    calls_left = 0

    def stop_when_spent(call):  # type: ignore[no-untyped-def]
        def guarded(*arguments, **keywords):  # type: ignore[no-untyped-def]
            nonlocal calls_left
            if calls_left == 0:
                raise StoppedError
            calls_left -= 1
            return call(*arguments, **keywords)

        return guarded

    seen = []
    for calls in range(100):
        directory = tmp_path / str(calls)
        directory.mkdir()
        two_checkpoints(directory)
        calls_left = calls
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", stop_when_spent(os.fsync))
            patch.setattr(os, "replace", stop_when_spent(os.replace))
            patch.setattr(time, "sleep", stop_when_spent(time.sleep))  # between two chunks
            patch.setattr(Path, "unlink", stop_when_spent(Path.unlink))
            try:
                checkpoint.save(directory, 60, b"state after 60" * 20, RUN)
                finished = True
            except StoppedError:
                finished = False
        found = checkpoint.newest([directory], RUN)
        assert found is not None
        assert (found.step, found.state) in [
            (40, b"state after 40"),
            (60, b"state after 60" * 20),
        ]
        seen.append(found.step)
        if finished:
            break
    # Each file: 20 chunks, fsync of the file, replace, fsync of the directory = 23 calls.
    # The manifest's replace is call 23 + 22 = 45: before it the old one, after it the new one.
    # Two unlinks (the oldest manifest and state) follow: 48 calls in all.
    assert seen == [40] * 45 + [60] * 4


def test_bytes_reach_the_disk_before_their_name_and_the_state_before_its_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        order.append(("fsync", "directory" if target.is_dir() else target.suffixes[-2]))
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        order.append(("replace", Path(target).suffix))
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    checkpoint.save(tmp_path, 20, b"state", RUN)
    assert order == [
        ("fsync", ".state"),
        ("replace", ".state"),
        ("fsync", "directory"),
        ("fsync", ".json"),
        ("replace", ".json"),
        ("fsync", "directory"),
    ]


@settings(max_examples=60)
@given(data=st.data())
def test_any_changed_byte_sends_the_reader_to_the_checkpoint_before(data: st.DataObject) -> None:
    """Whatever one byte becomes, no wrong state is returned, and nothing is deleted."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        two_checkpoints(directory)
        kind = data.draw(st.sampled_from(["step-00000040-*.state", "step-00000040.manifest.json"]))
        damaged = only(directory, kind)
        content = bytearray(damaged.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        damaged.write_bytes(content)
        found = checkpoint.newest([directory], RUN)
        assert found is not None
        if found.step == 40:  # a blank between two fields of the manifest became another blank
            assert found.state == b"state after 40"
            assert damaged.suffix == ".json"
        else:
            assert (found.step, found.state) == (20, b"state after 20")
            assert damaged.with_name(damaged.name + ".damaged").read_bytes() == content


@pytest.mark.parametrize("length", range(14))
def test_a_state_cut_short_is_set_aside(tmp_path: Path, length: int) -> None:
    two_checkpoints(tmp_path)
    state = only(tmp_path, "step-00000040-*.state")
    os.truncate(state, length)
    reports: list[str] = []
    found = checkpoint.newest([tmp_path], RUN, reports.append)
    assert found is not None
    assert found.step == 20
    assert f"{length} B that do not have the SHA-256 of the 14 B written" in reports[0]
    assert state.with_name(state.name + ".damaged").stat().st_size == length


def test_a_missing_state_is_damage_too(tmp_path: Path) -> None:
    two_checkpoints(tmp_path)
    only(tmp_path, "step-00000040-*.state").unlink()
    found = checkpoint.newest([tmp_path], RUN)
    assert found is not None
    assert found.step == 20


def test_files_set_aside_twice_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for content in (b"a", b"b"):
        two_checkpoints(tmp_path)
        only(tmp_path, "step-00000040.manifest.json").write_bytes(content)
        checkpoint.newest([tmp_path], RUN)
    kept = sorted(tmp_path.glob("step-00000040.manifest.json.damaged*"))
    assert [path.read_bytes() for path in kept] == [b"a", b"b"]


def test_when_all_are_damaged_a_person_decides_now_and_at_the_next_start(tmp_path: Path) -> None:
    """A restart must not find an empty-looking directory and quietly begin again at step 0."""
    two_checkpoints(tmp_path)
    for manifest in tmp_path.glob("*.json"):
        manifest.write_bytes(b"{}")
    for _ in range(2):
        with pytest.raises(checkpoint.NoUsableCheckpointError, match="begin again on purpose"):
            checkpoint.newest([tmp_path], RUN)


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    two_checkpoints(tmp_path)
    path = only(tmp_path, "step-00000040.manifest.json")
    manifest = json.loads(path.read_text())
    del manifest["manifest_sha256"]
    path.write_bytes(checkpoint.sealed(manifest | {"format": 2}))
    before = files(tmp_path)
    with pytest.raises(checkpoint.NewerFormatError, match=r"format 2, .* formats up to 1"):
        checkpoint.newest([tmp_path], RUN)
    assert files(tmp_path) == before


def test_a_manifest_of_another_step_is_damage(tmp_path: Path) -> None:
    two_checkpoints(tmp_path)
    only(tmp_path, "step-00000020.manifest.json").rename(tmp_path / "step-00000099.manifest.json")
    found = checkpoint.newest([tmp_path], RUN)
    assert found is not None
    assert found.step == 40


def test_another_run_is_refused_with_what_differs(tmp_path: Path) -> None:
    two_checkpoints(tmp_path)
    with pytest.raises(checkpoint.WrongRunError, match="seed is 0 there and 7 here") as caught:
        checkpoint.newest([tmp_path], {"steps": 200, "seed": 7})
    assert "steps" not in str(caught.value)


def test_of_two_tiers_the_newest_is_read_and_at_one_step_the_first(tmp_path: Path) -> None:
    local, durable = tmp_path / "local", tmp_path / "durable"
    local.mkdir()
    durable.mkdir()
    checkpoint.save(durable, 40, b"durable 40", RUN)
    checkpoint.save(local, 45, b"local 45", RUN)
    assert checkpoint.newest([local, durable], RUN).state == b"local 45"  # type: ignore[union-attr]
    checkpoint.save(durable, 60, b"60", RUN)
    assert checkpoint.newest([local, durable], RUN).directory == durable  # type: ignore[union-attr]
    checkpoint.save(local, 60, b"60", RUN)
    assert checkpoint.newest([local, durable], RUN).directory == local  # type: ignore[union-attr]


def test_a_full_disk_harms_no_earlier_checkpoint(tmp_path: Path) -> None:
    """The limit on file size makes the kernel refuse a real write half-way."""
    two_checkpoints(tmp_path)
    before = files(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            checkpoint.save(tmp_path, 60, bytes(100_000), RUN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert files(tmp_path) == before
    assert checkpoint.newest([tmp_path], RUN).step == 40  # type: ignore[union-attr]


def test_opening_removes_half_written_files_only(tmp_path: Path) -> None:
    two_checkpoints(tmp_path)
    before = files(tmp_path)
    (tmp_path / "step-00000060-0123456789ab.state.partial").write_bytes(b"half")
    with checkpoint.opened(tmp_path):
        pass
    assert files(tmp_path) == before | {".lock"}


def test_a_directory_has_one_writer_and_a_dead_writer_does_not_block(tmp_path: Path) -> None:
    holder = os.fork()
    if holder == 0:
        with checkpoint.opened(tmp_path / "checkpoints"):
            (tmp_path / "held").touch()
            signal.pause()
    try:
        until((tmp_path / "held").exists, "the other writer")
        with (
            pytest.raises(checkpoint.CheckpointError, match="another process"),
            checkpoint.opened(tmp_path / "checkpoints"),
        ):
            pass
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
    with checkpoint.opened(tmp_path / "checkpoints"):
        pass


def test_a_wrong_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "beach.jpg").touch()
    for directory, message in [
        (tmp_path / "file", "is a file"),
        (tmp_path / "mistyped" / "run", "does not exist: mistyped"),
        (tmp_path / "photos", "holds 'beach.jpg' and no checkpoint"),
    ]:
        with (
            pytest.raises(checkpoint.CheckpointError, match=message),
            checkpoint.opened(directory),
        ):
            pass
    assert files(tmp_path / "photos") == {"beach.jpg"}


def test_a_new_disk_with_its_lost_and_found_is_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    with checkpoint.opened(tmp_path):
        pass


def test_the_store_needs_no_torch() -> None:
    code = "import worked.gpu_wall.checkpoint, sys; sys.exit('torch' in sys.modules)"
    root = Path(checkpoint.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
