"""Visible tests of admit_or_refuse.py."""

from admit_or_refuse import admit

from checks.exercises.calls import called


def test_in_order() -> None:
    """Two start, the third waits"""
    called(admit, [(30, 10), (16, 20), (20, 10)], 4, 10, 16).gives(
        ["runs", "runs", "waits"],
        because="prompts of 2, 1 and 2 blocks of 16; of 4 free blocks 1 is left for the third",
    )


def test_larger_than_the_pool() -> None:
    """A request that could never end is refused, though its prompt would fit"""
    called(admit, [(100, 100)], 10, 10, 16).gives(
        ["refused"], because="100 + 100 - 1 = 199 tokens take 13 blocks of 16; the pool has 10"
    )


def test_just_fits() -> None:
    """A request that fills the pool to the last place is served"""
    called(admit, [(100, 61)], 10, 10, 16).gives(
        ["runs"], because="100 + 61 - 1 = 160 tokens take all 10 blocks; the last one is not run"
    )


def test_refused_behind_one_that_waits() -> None:
    """Refusing does not wait for its turn"""
    called(admit, [(64, 1), (500, 1), (16, 1)], 3, 10, 16).gives(
        ["waits", "refused", "waits"],
        because="4 blocks are more than 3; 500 tokens never fit; nobody overtakes",
    )
