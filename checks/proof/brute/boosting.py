"""Count first-order boosting: deal out sums, sort, search for minima, run the real losses.

Where the chapter's own code (worked/gradient_boosting) has the rule, the count runs it;
elsewhere it walks through rows, candidates, draws and trees one by one.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, crossing, draws
from worked.gradient_boosting import losses


def _signed(seed: str, arity: int, span: int = 30) -> list[tuple[Any, ...]]:
    """Return points of whole numbers of both signs."""
    return draws(seed, lambda r: tuple(r(-span, span) for _ in range(arity)))


# -- which way is down ------------------------------------------------------------------------


@at(*_signed("gradient", 2))
def half_squared_gradient(label: int, prediction: int) -> float:
    """Nudge the prediction both ways and see how the loss changes (exact for a parabola)."""
    after, before = ((label - prediction - d) ** 2 / 2 for d in (1, -1))
    return (after - before) / 2


@at((0, 3), (4, 5), (5, 5), (0, 0), (6, 5), (30, -2))
def absolute_direction(label: int, prediction: int) -> float:
    """Run the real one."""
    return float(losses.residual_sign(np.array([float(label)]), np.array([float(prediction)]))[0])


@at(*product((-9, -4, -1, 0, 2, 4, 7), (1, 4, 6)))
def huber_direction(residual: int, threshold: int) -> float:
    """Run the real one."""
    real = losses.huber_loss(float(threshold))
    return float(real.negative_gradient(np.array([float(residual)]), np.array([0.0]))[0])


# -- the update -------------------------------------------------------------------------------


LEAF = (-13, -12, -4, 1)


@at((0.125,), (0.5,), (0.75,), (1.0,), (1.5,), (1.875,))
def removed_share(learning_rate: float) -> float:
    """Update one leaf of four rows, exactly, with η and with a full step; compare the falls."""
    rows = [Fraction(r) for r in LEAF]
    mean, eta = sum(rows) / len(rows), Fraction(learning_rate)
    before, after, full = (
        sum((r - step * mean) ** 2 for r in rows) for step in (Fraction(0), eta, Fraction(1))
    )
    return float((before - after) / (before - full))


@at(*draws("after", lambda r: (r(50, 90), r(0, 40), r(0, 4) / 4)))
def error_after_update(before: int, gain: int, share: float) -> float:
    """Take a quarter of the gain away for each quarter of the share."""
    left = Fraction(before)
    for _ in range(int(share * 4)):
        left -= Fraction(gain, 4)
    return float(left)


@at(*product((0.125, 0.5, 0.75, 1.0, 1.5), (1, 2, 3, 7)))
def share_left_after(learning_rate: float, rounds: int) -> float:
    """Take η of what is left, round by round."""
    left = Fraction(1)
    for _ in range(rounds):
        left -= Fraction(learning_rate) * left
    return float(abs(left))


# -- classification ---------------------------------------------------------------------------


def _leaf_of_labels(rows: int, ones: int, margin: float) -> tuple[Any, Any]:
    return np.array([1.0] * ones + [0.0] * (rows - ones)), np.full(rows, margin)


NEWTON = {}
for _rows, _ones, _margin in ((4, 0, -0.7), (2, 2, -0.7), (3, 1, 0.4), (5, 4, 1.5), (6, 3, -2.0)):
    _p = 1 / (1 + math.exp(-_margin))
    NEWTON[(_ones / _rows - _p, _p * (1 - _p))] = (_rows, _ones, _margin)


@at(*NEWTON)
def newton_leaf(mean_residual: float, mean_hessian: float) -> float:
    """Run the real one on a leaf that has these means."""
    return losses.newton_leaf(*_leaf_of_labels(*NEWTON[mean_residual, mean_hessian]))


# -- bagging ----------------------------------------------------------------------------------


@at((1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (5, 2), (4, 1))
def left_out_share(rows: int, others: int) -> float:
    """Draw every bootstrap sample that there is and count those of the last `others` rows only."""
    samples = list(product(range(rows), repeat=rows))
    return sum(min(sample) >= rows - others for sample in samples) / len(samples)


@at(*product((1, 4, 9), (0.0, 0.25, 0.5, 1.0), (1, 2, 5)))
def bagged_variance(tree_variance: int, correlation: float, trees: int) -> float:
    """Build the table of covariances and average all of its cells."""
    table = [
        tree_variance * (1 if i == j else Fraction(correlation))
        for i, j in product(range(trees), repeat=2)
    ]
    return float(Fraction(sum(table)) / len(table))


@at(*product((1, 2, 3), (7, 11), (2, 5, 25)), tolerance=1e-6)
def implied_correlation(bagged: int, tree_variance: int, trees: int) -> float:
    """Search for the correlation at which the bag has that variance."""

    def excess(rho: float) -> float:
        cells = trees * tree_variance + trees * (trees - 1) * rho * tree_variance
        return cells / trees**2 - bagged

    return crossing(excess, -2, 3)


# -- what a model costs to ask ----------------------------------------------------------------


@cache
def _grown(depth: int) -> int:
    return 1 + (2 * _grown(depth - 1) if depth else 0)


@at(*((d,) for d in range(9)))
def tree_nodes(depth: int) -> float:
    """Grow the tree: a node and two smaller trees below it."""
    return _grown(depth)
