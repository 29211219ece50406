"""Visible tests of cached_decode.py."""

import math

from cached_decode import decode_step, rotate

from checks.exercises.calls import Called, called


def test_first_token() -> None:
    """The first token attends to itself alone"""
    keys, values = [], []
    called(decode_step, keys, values, [1.0, 0.0], [0.0, 1.0], [3.0, 4.0], in_place=True).gives(
        [3.0, 4.0], near=1e-12, because="a softmax over one score is 1"
    )
    Called("the cached keys after that", keys).gives(
        [[0.0, 1.0]], near=1e-12, because="at position 0 nothing turns"
    )
    Called("the cached values after that", values).gives([[3.0, 4.0]], near=1e-12)


def test_second_token() -> None:
    """The second token, by hand"""
    keys, values = [[1.0, 0.0]], [[1.0, 0.0]]
    # q and k turn by 1 radian alike, so its own score is 1 x 1; the first key's is cos 1.
    first, own = math.exp(math.cos(1) / math.sqrt(2)), math.exp(1 / math.sqrt(2))
    called(decode_step, keys, values, [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], in_place=True).gives(
        [first / (first + own), own / (first + own)],
        near=1e-12,
        because="scores cos(1) / sqrt(2) and 1 / sqrt(2), then softmax",
    )
    Called("the cached keys after that", keys).gives(
        [[1.0, 0.0], rotate([1.0, 0.0], 1)], near=1e-12, because="only the new key is turned"
    )
