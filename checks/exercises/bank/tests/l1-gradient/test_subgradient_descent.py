"""Visible tests of subgradient_descent.py."""

from subgradient_descent import descend

from checks.exercises.calls import called


def test_two_steps() -> None:
    """Two steps towards the point"""
    called(descend, 2, 10, 4, 1, 0.25, 2).gives(
        [1, 1.5, 2.0], because="yhat = 6 is below 10: the gradient is -2, a step is 0.25 x 2"
    )


def test_rests_at_the_kink() -> None:
    """A weight that is right stays"""
    called(descend, 2, 10, 4, 3, 0.25, 3).gives([3, 3, 3, 3], because="2 x 3 + 4 = 10 already")


def test_bounces() -> None:
    """A step too long goes back and forth for ever"""
    called(descend, 2, 10, 4, 2.5, 0.5, 4).gives(
        [2.5, 3.5, 2.5, 3.5, 2.5], because="the kink is at 3 and a step is 0.5 x 2 = 1"
    )
