"""Laws of leaf and gain: no weight does better, and the gain is what the objective loses."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from leaf_and_gain import leaf_weight, split_gain

from checks.exercises.calls import called
from worked.xgboost import splits

G = st.integers(-80, 80).map(lambda n: n / 4)
H = st.integers(1, 80).map(lambda n: n / 4)
PENALTY = st.integers(0, 40).map(lambda n: n / 4)


def objective(G: float, H: float, reg_lambda: float, reg_alpha: float, w: float) -> float:
    """What a leaf of weight w costs."""
    return G * w + (H + reg_lambda) * w * w / 2 + reg_alpha * abs(w)


@given(G, H, PENALTY, PENALTY, st.floats(-30, 30))
def test_no_weight_does_better(
    G: float, H: float, reg_lambda: float, reg_alpha: float, other: float
) -> None:
    """No other weight has a lower objective"""
    arguments = (G, H, reg_lambda, reg_alpha)
    theirs = objective(*arguments, other)
    called(leaf_weight, *arguments).obeys(
        lambda w: objective(*arguments, w) <= theirs + 1e-9,
        f"an objective of at most {theirs:.6g}, which w = {other:.6g} has",
    )


@given(G, H, G, H, PENALTY, PENALTY, PENALTY)
def test_gain_is_what_the_objective_loses(
    G_left: float,
    H_left: float,
    G_right: float,
    H_right: float,
    reg_lambda: float,
    reg_alpha: float,
    gamma: float,
) -> None:
    """The gain is twice the fall of the minimised objective, less gamma"""

    def least(G: float, H: float) -> float:
        # Convex and piecewise quadratic: the least is at 0 or where one of the pieces turns.
        turns = [0.0, *(-(G + s * reg_alpha) / (H + reg_lambda) for s in (-1, 1))]
        return min(objective(G, H, reg_lambda, reg_alpha, w) for w in turns)

    fall = least(G_left + G_right, H_left + H_right) - least(G_left, H_left)
    fall -= least(G_right, H_right)
    called(split_gain, G_left, H_left, G_right, H_right, reg_lambda, reg_alpha, gamma).gives(
        2 * fall - gamma, near=1e-9
    )


@given(G, H, G, H, PENALTY, PENALTY)
def test_like_the_chapter(
    G_left: float,
    H_left: float,
    G_right: float,
    H_right: float,
    reg_lambda: float,
    reg_alpha: float,
) -> None:
    """The chapter's builder, which is equal to the library"""
    p = splits.TreeParameters(
        reg_lambda=reg_lambda, reg_alpha=reg_alpha, min_child_weight=0, gain_dtype="float64"
    )
    left, right = (np.array(G_left), np.array(H_left)), (np.array(G_right), np.array(H_right))
    parent = splits.node_score(G_left + G_right, H_left + H_right, p)
    wanted = float(splits.split_gain(left, right, parent, p))
    called(split_gain, G_left, H_left, G_right, H_right, reg_lambda, reg_alpha, 0).gives(
        wanted, near=1e-9
    )
