"""Count second-order boosting: search for the cheapest leaf, walk through cuts and leaves."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from typing import Any

from checks.proof.brute.brute import as_rows, at, crossing, draws, lowest
from worked.rows import Row

# -- one row ----------------------------------------------------------------------------------


@at(*((z, y) for z in (-4.5, -1.0, 0.0, 0.7, 3.0) for y in (0, 1)))
def log_loss(margin: float, label: int) -> float:
    """Take the surprise: minus the logarithm of the chance given to what happened."""
    odds = math.exp(margin)
    return -math.log((1, odds)[label] / (1 + odds))


@at(*as_rows(((1, 2), (2, 2), (3, 2), (2.5, 2.5))))
def goes_to(x: Row, threshold: Row) -> Row:
    """Hold rows below, on and above the threshold: only what has not reached it goes left."""
    is_left = not float(x) >= float(threshold)
    return Row.of([is_left, not is_left], "side")


# -- one leaf ---------------------------------------------------------------------------------


def _leaf_point(randint: Any) -> tuple[int, ...]:
    return randint(-40, 40), randint(1, 9), randint(0, 6), randint(0, 9)


LEAVES = draws("leaves", _leaf_point, 40)


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

    def slope(w: float) -> float:
        return G + (H + reg_lambda) * w + reg_alpha * math.copysign(1, w)

    low, high = (-1e3, -1e-9) if G > 0 else (1e-9, 1e3)
    return crossing(slope, low, high)


@at(*LEAVES)
def leaf_weight(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Search for the cheapest weight by its slope; a search of the cost itself must agree."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    found = _searched(*leaf)
    assert abs(lowest(lambda w: _objective(w, *leaf), -100.0, 100.0) - found) < 1e-4
    return found


@at(*LEAVES)
def least_objective(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Search for the cheapest weight and put it into the cost."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    return _objective(_searched(*leaf), *leaf)


# -- splits and leaves ------------------------------------------------------------------------


def _split_point(randint: Any) -> tuple[Any, ...]:
    G, H = [randint(-30, 30), randint(-30, 30)], [randint(1, 6), randint(1, 6)]
    return Row.of(G, "side"), Row.of(H, "side"), randint(0, 5), randint(0, 6)


@at(*draws("splits", _split_point, 40))
def gain_of_sums(side_gradient: Row, side_hessian: Row, reg_lambda: int, reg_alpha: int) -> float:
    """Search for the cheapest weight of the node and of each child; twice the fall of the cost."""
    G, H = side_gradient.nested("side"), side_hessian.nested("side")
    left, right, node = (
        least_objective(*leaf, reg_lambda, reg_alpha)
        for leaf in (*zip(G, H, strict=True), (sum(G), sum(H)))
    )
    return 2 * (node - left - right)


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
