"""Distributions over a small vocabulary by hand, and draws that follow them exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worked.forward_pass.sampling import (
    GREEDY,
    NoTokenAllowedError,
    Sampling,
    distribution,
    draw,
)

# Probabilities 8, 4, 2, 1, 1 sixteenths at temperature one.
LOGITS = [math.log(w) for w in (4, 8, 1, 2, 1)]
PLAIN = Sampling(temperature=1)


def test_by_hand_at_temperature_one_and_a_half():
    """Weights 4, 8, 1, 2, 1 of 16; at temperature 1/2 their squares 16, 64, 1, 4, 1 of 86."""
    assert distribution(LOGITS, PLAIN) == pytest.approx([4 / 16, 8 / 16, 1 / 16, 2 / 16, 1 / 16])
    halved = distribution(LOGITS, Sampling(temperature=0.5))
    assert halved == pytest.approx([16 / 86, 64 / 86, 1 / 86, 4 / 86, 1 / 86])


def test_greedy_takes_the_likeliest_the_first_of_equals():
    assert distribution(LOGITS, GREEDY).tolist() == [0, 1, 0, 0, 0]
    assert distribution([1, 3, 3], GREEDY).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("k", "weights"),
    [(1, [0, 8, 0, 0, 0]), (2, [4, 8, 0, 0, 0]), (4, [4, 8, 1, 2, 1]), (9, [4, 8, 1, 2, 1])],
)
def test_top_k_keeps_the_likeliest_and_who_ties_with_the_last(k, weights):
    got = distribution(LOGITS, Sampling(temperature=1, top_k=k))
    assert got == pytest.approx(np.array(weights) / sum(weights))


@pytest.mark.parametrize(
    ("p", "weights"),
    [
        (0.1, [0, 8, 0, 0, 0]),
        (0.51, [4, 8, 0, 0, 0]),
        (0.76, [4, 8, 0, 2, 0]),
        (1, [4, 8, 1, 2, 1]),
    ],
)
def test_top_p_keeps_the_fewest_that_reach_it(p, weights):
    """Running sums 8, 12, 14, 15, 16 of 16: .51 takes two (8/16 is less), .76 three. Of two equal
    ones the first alone reaches exactly a half."""
    got = distribution(LOGITS, Sampling(temperature=1, top_p=p))
    assert got == pytest.approx(np.array(weights) / sum(weights))
    assert distribution([0, 0], Sampling(temperature=1, top_p=0.5)).tolist() == [1, 0]


def test_top_p_is_of_what_temperature_and_top_k_left():
    """top_k 2 leaves 8 and 4 of 12; top_p .6 is reached by 8/12 alone, of 16 it would not be."""
    got = distribution(LOGITS, Sampling(temperature=1, top_k=2, top_p=0.6))
    assert got.tolist() == [0, 1, 0, 0, 0]


def test_a_mask_renormalises_what_it_allows():
    """Tokens 0, 2, 3: 4, 1, 2 of 7. It comes before top-k: the likeliest that is allowed."""
    assert distribution(LOGITS, PLAIN, [3, 0, 2]) == pytest.approx([4 / 7, 0, 1 / 7, 2 / 7, 0])
    assert distribution(LOGITS, Sampling(temperature=1, top_k=1), {2, 3}).tolist() == [
        0,
        0,
        0,
        1,
        0,
    ]
    assert distribution(LOGITS, GREEDY, {2, 3}).tolist() == [0, 0, 0, 1, 0]
    with pytest.raises(NoTokenAllowedError, match="the mask allows no token"):
        distribution(LOGITS, PLAIN, [])


@pytest.mark.parametrize("mask", [[5], [-1], [True, False, True, True, False], [0.5]])
def test_a_mask_that_gives_something_else_than_ids_is_refused(mask):
    """A place from the end, a row of yes and no: NumPy would take either, as something else."""
    with pytest.raises(ValueError, match="ids of the tokens that it allows, from 0 to 4"):
        distribution(LOGITS, PLAIN, mask)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert Sampling(top_k=np.int64(2), seed=np.uint8(3)) == Sampling(top_k=2, seed=3)


def test_draws_split_the_unit_interval_as_the_distribution_says():
    """The inverse of the running sum: counted over a fine even grid of the generator's numbers,
    each token gets its very share; 16 x 64 numbers, so 64 for each sixteenth."""

    class Grid:
        def __init__(self):
            self.numbers = iter((np.arange(1024) + 0.5) / 1024)

        def random(self):
            return next(self.numbers)

    grid = Grid()
    counts = np.bincount([draw(distribution(LOGITS, PLAIN), grid) for _ in range(1024)])
    assert counts.tolist() == [256, 512, 64, 128, 64]


class Ends:
    """A generator at either end of its range."""

    def __init__(self, number):
        self.number = number

    def random(self):
        return self.number


def test_a_token_of_no_probability_is_never_drawn():
    for number in (0.0, 1 - 2**-53):
        assert draw(np.array([0, 0.25, 0, 0.75, 0]), Ends(number)) in (1, 3)


@given(
    st.lists(st.integers(-51_200, 51_200).map(lambda n: n / 64), min_size=1, max_size=12),
    st.floats(0.01, 50),
    st.integers(0, 14),
    st.floats(0.001, 1),
    st.floats(0, 1, exclude_max=True),
)
def test_it_is_a_distribution_and_the_likeliest_token_is_in_it(logits, t, k, p, number):
    """Logits are multiples of 1/64: of two that differ in their last bit one may tie the other."""
    got = distribution(logits, Sampling(t, k, p))
    assert math.isclose(got.sum(), 1, abs_tol=1e-12)
    assert (got >= 0).all()
    assert got[int(np.argmax(logits))] == got.max() > 0
    assert got[draw(got, Ends(number))] > 0
    if k:
        kept = np.flatnonzero(got)
        assert sum(logits[i] > min(np.array(logits)[kept]) for i in range(len(logits))) < k


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"temperature": -1}, "temperature = -1 must be"),
        ({"temperature": math.nan}, "temperature = nan must be"),
        ({"temperature": math.inf}, "temperature = inf must be"),
        ({"top_k": -1}, "top_k = -1 must be"),
        ({"top_k": 2.5}, "top_k = 2.5 must be"),
        ({"top_p": 0}, "top_p = 0 must be over 0"),
        ({"top_p": 1.1}, "top_p = 1.1 must be"),
        ({"seed": -1}, "seed = -1 must be"),
    ],
)
def test_settings_out_of_range_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Sampling(**wrong)


@pytest.mark.parametrize("logits", [[1, math.nan], [1, math.inf], [-math.inf, -math.inf]])
def test_logits_that_are_no_numbers_are_refused(logits):
    with pytest.raises(ValueError, match="the model's output is not a number"):
        distribution(logits, PLAIN)
