"""Visible tests of resume.py."""

from resume import load, save

from checks.exercises.calls import called
from checks.exercises.crashing_disk import CrashingDisk, Died


def test_nothing_yet() -> None:
    """An empty disk holds no checkpoint"""
    called(load, CrashingDisk(), text="load(empty disk)").gives(None)


def test_there_and_back() -> None:
    """The newest checkpoint is read back"""
    disk = CrashingDisk()
    called(save, disk, b"step 1", text="save(disk, b'step 1')")
    called(save, disk, b"step 2", text="save(disk, b'step 2')")
    called(load, disk, text="load(disk)").gives(b"step 2")


def test_killed_at_once() -> None:
    """A kill in the first operation of the second save leaves the first checkpoint"""
    disk = CrashingDisk()
    called(save, disk, b"step 1", text="save(disk, b'step 1')")
    disk.operations = len(disk.log)
    try:
        called(save, disk, b"step 2", text="save(disk, b'step 2')")
    except Died:
        disk.crash()
    text = f"load(disk) after save(disk, b'step 2') was killed in {disk.log[-1]}"
    called(load, disk, text=text).gives(b"step 1")
