"""Count second-order boosting: nudge losses, search for minima, run the chapter's real builder.

Where the builder (worked/xgboost) has the rule, the count runs it in float64; elsewhere it walks
through rows and candidates one by one.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from checks.proof.brute.brute import as_rows, at, crossing, draws, lowest, midpoints
from checks.proof.brute.rows import P, nudged
from worked.rows import Row
from worked.xgboost import splits
from worked.xgboost.splits import TreeParameters


def _settings(reg_lambda: float = 0.0, reg_alpha: float = 0.0) -> TreeParameters:
    """Return the real builder's parameters, computing in float64."""
    return TreeParameters(
        reg_lambda=reg_lambda, reg_alpha=reg_alpha, min_child_weight=0.0, gain_dtype="float64"
    )


# -- one row ----------------------------------------------------------------------------------


@at(*draws("gradient", lambda r: (r(1, 5), r(-30, 30), r(-30, 30))))
def gradient(row_weight: int, prediction: int, label: int) -> float:
    """Nudge the prediction both ways and see how the loss changes (exact for a parabola)."""

    def loss(at_: float) -> float:
        return row_weight * (at_ - label) ** 2 / 2

    return (loss(prediction + 1) - loss(prediction - 1)) / 2


@at(*product(P, (0, 1)))
def logistic_gradient(probability: float, label: int) -> float:
    """Nudge the margin and see how the log loss changes."""
    margin = math.log(probability) - math.log(1 - probability)
    return nudged(lambda m: cmath.log(1 + cmath.exp(m)) - label * m, margin)


MARGINS = (-4.5, -1.0, 0.0, 0.7, 3.0)


@at(*product(MARGINS, (0, 1)))
def log_loss(margin: float, label: int) -> float:
    """Take the surprise: minus the log of the probability given to what happened."""
    odds = math.exp(margin)
    chances = [1 / (1 + odds), odds / (1 + odds)]
    return -math.log(chances[label])


@at(*product(MARGINS, (0, 1), (-2.0, 0.5)), tolerance=1e-6)
def log_loss_after(margin: float, label: int, step: float) -> float:
    """Walk along the loss's own slope: each piece counts with that of its middle."""
    here, pieces = log_loss(margin, label), 2000
    for way in midpoints(abs(step), pieces):
        p = 1 / (1 + math.exp(-margin - math.copysign(way, step)))
        here += (p - label) * step / pieces
    return here


def _walk(loss: int, slope: Callable[[Fraction], Any], step: int) -> float:
    """Walk along a slope in pieces: each counts with its middle's."""
    here, pieces = Fraction(loss), 50
    for k in range(pieces):
        here += slope(Fraction(step * (2 * k + 1), 2 * pieces)) * Fraction(step, pieces)
    return float(here)


@at(*draws("first order", lambda r: (r(0, 9), r(-9, 9), r(-5, 5))))
def tangent(loss: int, gradient: int, step: int) -> float:
    """Walk along a slope that never changes."""
    return _walk(loss, lambda t: gradient, step)


@at(*draws("second order", lambda r: (r(0, 9), r(-9, 9), r(1, 9), r(-5, 5))))
def parabola(loss: int, gradient: int, hessian: int, step: int) -> float:
    """Walk along a slope that changes at an even rate."""
    return _walk(loss, lambda t: gradient + hessian * t, step)


@at(*as_rows(((1, 2), (2, 2), (3, 2), (2.5, 2.5))))
def goes_to(x: Row, threshold: Row) -> Row:
    """Only what has not reached the threshold goes left."""
    is_left = not float(x) >= float(threshold)
    return Row.of([is_left, not is_left], "side")


# -- one leaf ---------------------------------------------------------------------------------


def _leaf_point(randint: Any) -> tuple[int, ...]:
    return randint(-40, 40), randint(1, 9), randint(0, 6), randint(0, 9)


LEAVES = draws("leaves", _leaf_point, 40)


@at(*((G, a) for G, _, _, a in LEAVES), (-3, 5), (3, 5), (5, 5), (-5, 5), (0, 0))
def soft_threshold(gradient_sum: int, reg_alpha: int) -> float:
    """Run the real one."""
    return float(splits.soft_threshold(gradient_sum, reg_alpha))


def _slope(w: float, G: float, H: float, reg_lambda: float, reg_alpha: float) -> float:
    return G + (H + reg_lambda) * w + reg_alpha * math.copysign(1, w)


@at(*((w, *leaf) for w, leaf in zip((-7, -2, -1, 0, 1, 3, 5, 8), LEAVES, strict=False)))
def leaf_objective(
    weight: int, gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int
) -> float:
    """Add up the slope on the way from weight 0."""
    penalties = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    pieces, way = 64, math.copysign(1, weight)
    steps = midpoints(abs(weight), pieces)
    return sum(_slope(way * t, *penalties) for t in steps) * weight / pieces


def _objective(w: float, G: float, H: float, reg_lambda: float, reg_alpha: float) -> float:
    """Return what the leaf costs, term by term."""
    return sum((G * w, H * w * w / 2, reg_lambda * w * w / 2, reg_alpha * abs(w)))


@cache
def _searched(G: float, H: float, reg_lambda: float, reg_alpha: float) -> float:
    """Return the weight at which the cost is lowest, found where its slope changes sign."""
    penalties = G, H, reg_lambda, reg_alpha
    if abs(G) <= reg_alpha:
        nearby = [_objective(w, *penalties) for w in (-1e-3, 0.0, 1e-3)]
        assert min(nearby) == nearby[1]
        return 0.0
    low, high = (-1e3, -1e-9) if G > 0 else (1e-9, 1e3)
    return crossing(lambda w: _slope(w, *penalties), low, high)


@at(*LEAVES)
def leaf_weight(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Search for the cheapest weight; a golden-section search of the cost must agree."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    found = _searched(*leaf)
    assert abs(lowest(lambda w: _objective(w, *leaf), -100.0, 100.0) - found) < 1e-4
    return found


@at(*((G, H) for G, H, _, _ in LEAVES))
def newton_step(gradient_sum: int, hessian_sum: int) -> float:
    """Search for the place where the slope is 0."""
    return crossing(lambda w: gradient_sum + hessian_sum * w, -1e3, 1e3)


@at(*LEAVES)
def least_objective(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Put the weight that was found into the cost."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    return _objective(_searched(*leaf), *leaf)


@at(*LEAVES)
def score(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Run the real one."""
    leaf = np.float64(gradient_sum), np.float64(hessian_sum)
    return float(splits.node_score(*leaf, _settings(reg_lambda, reg_alpha)))


@at(*product((0.1, 0.3, 1.0), (1, 2, 5), (0, 1, 7)))
def share_left(eta: float, hessian_sum: int, reg_lambda: int) -> float:
    """Fit a leaf of rows that are all too low by 1, with the real weight, and look again."""
    weight = float(splits.leaf_weight(-hessian_sum, hessian_sum, _settings(reg_lambda)))
    return 1 - (0 + eta * weight)


# -- one split --------------------------------------------------------------------------------


def _real_gain(
    left: tuple[float, float], right: tuple[float, float], settings: TreeParameters
) -> float:
    whole = left[0] + right[0], left[1] + right[1]
    parent = splits.node_score(*whole, settings)
    sides: Any = [(np.float64(G), np.float64(H)) for G, H in (left, right)]
    return float(splits.split_gain(sides[0], sides[1], parent, settings))


def _split_point(randint: Any) -> tuple[Any, ...]:
    G, H = [randint(-30, 30), randint(-30, 30)], [randint(1, 6), randint(1, 6)]
    return Row.of(G, "side"), Row.of(H, "side"), randint(0, 5), randint(0, 6)


@at(*draws("splits", _split_point, 40))
def gain_of_sums(side_gradient: Row, side_hessian: Row, reg_lambda: int, reg_alpha: int) -> float:
    """Run the real one; the fall of the cost, searched leaf by leaf, must agree."""
    G, H = side_gradient.nested("side"), side_hessian.nested("side")
    left, right = zip(G, H, strict=True)
    twice = [
        2 * least_objective(*leaf, reg_lambda, reg_alpha)
        for leaf in (left, right, (sum(G), sum(H)))
    ]
    found = _real_gain(left, right, _settings(reg_lambda, reg_alpha))
    assert abs(twice[2] - twice[0] - twice[1] - found) < 1e-6
    return found


def _race(randint: Any) -> tuple[Row, Row]:
    gains = [randint(-2, 4) for _ in range(4)]
    return Row.of(gains, "split"), Row.of([randint(0, 1) for _ in gains], "split")


# At a millionth nothing is gained yet.
SMALL = [(Row.of([x, -1.0], "split"), Row.of([1, 1], "split")) for x in (9e-7, 1e-6, 1.1e-6)]


@at(*draws("races", _race, 40), *SMALL)
def best_cut(gain: Row, may_split: Row) -> int | None:
    """Walk down from the highest threshold and keep the first of the best."""
    best, winner = Fraction(1, 10**6), None
    candidates = [*zip(gain.nested("split"), may_split.nested("split"), strict=True)]
    for k, (value, may) in [*enumerate(candidates)][::-1]:
        if may and Fraction(str(value)) > best:
            best, winner = Fraction(str(value)), k
    return winner


@at(
    *(
        (x, Row.of(starts, "leaf"))
        for starts in ((0, 2.5, 4, 5.5), (0, 0, 4, 4), (0, 4, 2, 5))
        for x in (0.5, 2.5, 3, 4, 4.5, 5.5, 9)
    )
)
def leaf_of(x: float, leaf_start: Row) -> int:
    """Walk from where the leaves begin up to x and keep the one that began last."""
    starts = sorted((start, k) for k, start in enumerate(leaf_start.nested("leaf")))
    return [k for start, k in starts if not start > x][-1]


@at((418.25, 10), (51.5, 30), (12.0, 12.0))
def paper_gain(gain: float, gamma: float) -> float:
    """Pay γ for one leaf before and for two after; each score counts by half."""
    before, after = -gamma, gain / 2 - gamma - gamma
    return after - before


@at(
    *(
        (Fraction(c), Fraction(p))
        for c, p in product(("0", "1", "2", "1.6"), ("0.99", "0.5", "0.8"))
    )
)
def rows_to_feed(min_child_weight: Fraction, probability: Fraction) -> int:
    """Take row after row until their hessians are enough."""
    fed, rows = Fraction(0), 0
    while fed < min_child_weight:
        fed, rows = fed + probability * (1 - probability), rows + 1
    return rows
