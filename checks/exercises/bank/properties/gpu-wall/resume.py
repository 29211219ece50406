"""The law of a checkpoint: after a crash at any moment it is whole, old or new."""

from hypothesis import given
from hypothesis import strategies as st
from resume import load, save

from checks.exercises.calls import called
from checks.exercises.crashing_disk import CrashingDisk, Died

STATES = st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=3, unique=True)
SHARE = st.sampled_from([0.0, 0.5, 1.0])


@given(STATES, st.integers(0, 30), SHARE, SHARE)
def test_killed_anywhere(states: list[bytes], moment: int, data: float, names: float) -> None:
    """A kill at any moment leaves the checkpoint before or the one being written"""
    disk = CrashingDisk(moment, data, names)
    saved, writing = None, None
    try:
        for state in states:
            writing = state
            called(save, disk, state, text=f"save(disk, {state!r})")
            saved = state
    except Died:
        pass
    disk.crash()
    log = ", ".join(disk.log)
    after = f"a crash at the end of: {log}; it kept {data:.0%} of unsynced bytes and {names:.0%} "
    text = f"load(disk) after {after}of unsynced names"
    found = called(load, disk, text=text)
    if saved == writing:
        found.gives(saved, because="save had returned")
    else:
        found.obeys(lambda got: got in (saved, writing), f"{saved!r} or {writing!r}")


@given(STATES, st.integers(0, 30), SHARE, SHARE, st.binary(min_size=1, max_size=8))
def test_goes_on_after_a_kill(
    states: list[bytes], moment: int, data: float, names: float, last: bytes
) -> None:
    """What a kill left lying about does not stop the next save"""
    disk = CrashingDisk(moment, data, names)
    try:
        for state in states:
            called(save, disk, state, text=f"save(disk, {state!r})")
    except Died:
        pass
    disk.crash()
    log = ", ".join(disk.log)
    called(save, disk, last, text=f"save(disk, {last!r}) after a crash at the end of: {log}")
    disk.crash()
    called(load, disk, text=f"load(disk) after save(disk, {last!r}) and a crash").gives(last)
