"""Visible tests of weighted_median.py."""

from weighted_median import weighted_median

from checks.exercises.calls import called


def test_equal_weights() -> None:
    """Equal weights give the median"""
    called(weighted_median, [1, 2, 9], [1, 1, 1]).gives(2)


def test_a_heavy_value_wins() -> None:
    """More than half of the weight decides alone"""
    called(weighted_median, [1, 2, 9], [1, 1, 3]).gives(
        9, because="3 of 5 is more than half: below 9, moving right saves 3 and costs 2 at most"
    )


def test_any_order() -> None:
    """The order of the values does not matter"""
    called(weighted_median, [9, 1, 2], [3, 1, 1]).gives(9)


def test_flat() -> None:
    """Of a whole interval of minimisers, the lowest"""
    called(weighted_median, [1, 5], [2, 2]).gives(1, because="every c from 1 to 5 costs 8")
