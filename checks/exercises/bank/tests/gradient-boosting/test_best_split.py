"""Visible tests of best_split.py."""

from best_split import best_split

from checks.exercises.calls import called


def test_two_groups() -> None:
    """Two groups fall apart between them"""
    called(best_split, [1, 2, 5, 6], [0, 0, 4, 4]).gives(
        (3.5, 16),
        near=1e-12,
        because="one mean, 2, leaves 4 x 2 squared = 16; two means, 0 and 4, leave nothing",
    )


def test_unsorted() -> None:
    """Rows in any order"""
    called(best_split, [6, 1, 5, 2], [4, 0, 4, 0]).gives((3.5, 16), near=1e-12)


def test_equal_values_stay_together() -> None:
    """Rows with equal x cannot be parted"""
    called(best_split, [1, 1, 3], [0, 6, 6]).gives(
        (2, 6),
        near=1e-12,
        because="one mean, 4, leaves 16 + 4 + 4 = 24; left mean 3 leaves 9 + 9 = 18",
    )


def test_nothing_to_split() -> None:
    """One value of x allows no split"""
    called(best_split, [2, 2], [0, 9]).gives(None)
