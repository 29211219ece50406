"""Visible tests of boost_stumps.py."""

from boost_stumps import boost

from checks.exercises.calls import called


def test_no_round() -> None:
    """Without a round there is the base prediction"""
    called(boost, [1, 2], [0, 8], 0.5, 0).gives([4, 4], near=1e-12, because="the mean of 0 and 8")


def test_one_round() -> None:
    """One round goes part of the way"""
    called(boost, [1, 2], [0, 8], 0.5, 1).gives(
        [2, 6], near=1e-12, because="residuals -4 and 4; half of that from 4 is 2 and 6"
    )


def test_two_rounds() -> None:
    """The second round fits what the first one left"""
    called(boost, [1, 2], [0, 8], 0.5, 2).gives(
        [1, 7], near=1e-12, because="residuals are now -2 and 2; half of that from 2 and 6"
    )
