"""Visible tests of young_interval.py."""

from young_interval import young_interval_seconds

from checks.exercises.calls import called


def test_one_node() -> None:
    """One node"""
    called(young_interval_seconds, 100, 10, 1, 500).gives(
        100, near=1e-12, because="10 s to write, 500 s between failures: sqrt(2 x 10 x 500) = 100"
    )


def test_four_nodes() -> None:
    """Four nodes fail four times as often as one"""
    called(young_interval_seconds, 100, 10, 4, 500).gives(
        50, near=1e-12, because="500 s / 4 = 125 s between failures: sqrt(2 x 10 x 125) = 50"
    )
