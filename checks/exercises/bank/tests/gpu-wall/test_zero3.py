"""Visible tests of zero3.py; `workbook exercise check gpu-wall/zero3` runs them and more."""

from zero3 import zero3_bytes

from checks.exercises.calls import called


def test_even() -> None:
    """A unit that divides evenly"""
    called(zero3_bytes, [12], 4, 16).gives(48, because="12 / 4 = 3 parameters, 3 x 16 B = 48 B")


def test_uneven() -> None:
    """A unit that must be padded"""
    called(zero3_bytes, [10], 4, 16).gives(
        48, because="10 is padded to 12, so each rank keeps 3 parameters: 3 x 16 B = 48 B"
    )


def test_units_are_padded_one_by_one() -> None:
    """Every unit is padded on its own"""
    called(zero3_bytes, [5, 5], 4, 16).gives(
        64, because="each 5 is padded to 8, so a rank keeps 2 + 2 parameters: 4 x 16 B = 64 B"
    )


def test_large() -> None:
    """70 billion parameters over 64 GPUs"""
    called(zero3_bytes, [70_000_000_000], 64, 16).gives(
        17_500_000_000, because="70e9 x 16 B / 64 = 17.5 GB"
    )
