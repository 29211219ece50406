"""Visible tests of default_direction.py."""

import math

from default_direction import default_direction

from checks.exercises.calls import called

NAN = math.nan


def test_left() -> None:
    """A missing row that resembles those on the left"""
    called(default_direction, [1, 5, NAN], [-3, 3, -3], [1, 1, 1], 3, 1).gives(
        ("left", 14.25),
        near=1e-12,
        because="left: 36 / 3 + 9 / 2 - 9 / 4 = 14.25; right: 9 / 2 + 0 / 3 - 9 / 4 = 2.25",
    )


def test_right() -> None:
    """A missing row that resembles those on the right"""
    called(default_direction, [1, 5, NAN], [-3, 3, 3], [1, 1, 1], 3, 1).gives(
        ("right", 14.25),
        near=1e-12,
        because="right: 9 / 2 + 36 / 3 - 9 / 4 = 14.25; left: 0 / 3 + 9 / 2 - 9 / 4 = 2.25",
    )


def test_equal() -> None:
    """Where both ways gain the same, right"""
    called(default_direction, [1, 5, NAN], [-3, 3, 0], [1, 1, 1], 3, 1).gives(
        ("right", 7.5), near=1e-12, because="9 / 2 + 9 / 3 - 0 / 4 = 7.5 both ways"
    )
