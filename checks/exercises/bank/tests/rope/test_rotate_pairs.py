"""Visible tests of rotate_pairs.py."""

import math

from rotate_pairs import rotate

from checks.exercises.calls import called


def test_position_zero() -> None:
    """At position 0 nothing turns"""
    called(rotate, [1.0, 2.0, 0.5, -1.0], 0, 10_000.0).gives([1.0, 2.0, 0.5, -1.0], near=1e-12)


def test_one_pair() -> None:
    """One pair turns by 1 radian a token, anticlockwise"""
    called(rotate, [1.0, 0.0], 1, 10_000.0).gives(
        [math.cos(1), math.sin(1)], near=1e-12, because="theta_0 = 1; (1, 0) becomes (cos, sin)"
    )


def test_two_pairs() -> None:
    """Pair 0 is made of elements 0 and 2, pair 1 of elements 1 and 3"""
    slow = 0.01
    called(rotate, [1.0, 1.0, 0.0, 0.0], 1, 10_000.0).gives(
        [math.cos(1), math.cos(slow), math.sin(1), math.sin(slow)],
        near=1e-12,
        because="theta is 1 for pair 0 and 10,000 ** (-2/4) = 0.01 for pair 1",
    )
