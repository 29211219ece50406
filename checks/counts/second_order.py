"""Count second-order boosting: nudge losses, search for minima, walk trees, run the real builder.

Where the chapter's own builder (worked/xgboost_scratch) has the rule, the count runs it in
float64; elsewhere it walks through rows and candidates one by one.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np

from checks.counts.brute import at, crossing, dealt, draws, how_many_times, lowest, midpoints
from worked.xgboost_scratch import splits, tree
from worked.xgboost_scratch.hist_tree import bin_rows, grow_hist_tree, quantile_cuts
from worked.xgboost_scratch.splits import TreeParameters

NUDGE = 1e-30  # of an imaginary step, which loses no digits to subtraction


def _settings(
    reg_lambda: float = 0.0, reg_alpha: float = 0.0, min_child_weight: float = 0.0
) -> TreeParameters:
    """Return the real builder's parameters, computing in float64."""
    return TreeParameters(
        reg_lambda=reg_lambda, reg_alpha=reg_alpha, min_child_weight=min_child_weight,
        gain_dtype="float64",
    )  # fmt: skip


# -- sums over rows ---------------------------------------------------------------------------


def mean_of_six(first: int, second: int, third: int, fourth: int, fifth: int, sixth: int) -> float:
    """Pour all labels into one heap and deal it to six."""
    return dealt(sum((first, second, third, fourth, fifth, sixth)), 6)


@at((21, 3), (21, -4), (20, 0))
def shifted(mean: int, shift: int) -> int:
    """Walk from the mean, a minute at a time."""
    here = mean
    for _ in range(abs(shift)):
        here += 1 if shift > 0 else -1
    return here


@at(*draws("running sums", lambda r: (r(-20, 20), r(-20, 20))))
def running_sum(so_far: int, value: int) -> int:
    """Step on one by one."""
    way = 1 if value > 0 else -1
    for _ in range(abs(value)):
        so_far += way
    return so_far


@at(*draws("sums of all", lambda r: (r(-20, 20), r(-20, 20))), (0.3, 0.1 - 0.4), (7, -7))
def sum_of_all(so_far: float, value: float) -> float:
    """Add them as the decimals that they stand for."""
    return float(sum(Fraction(x).limit_denominator(1000) for x in (so_far, value)))


# -- one row ----------------------------------------------------------------------------------


@at(*draws("total", lambda r: (r(1, 5), r(-9, 9))))
def gradient_total(row_weight: int, shift: int) -> float:
    """Take six labels around 0 and add up how far a base score at the shift stands above each."""
    labels = [-13, -12, -4, 1, 10, 18]
    return sum(weighted_gradient(row_weight, shift, y) for y in labels)


@at(*draws("gradient", lambda r: (r(1, 5), r(-30, 30), r(-30, 30))))
def weighted_gradient(row_weight: int, prediction: int, label: int) -> float:
    """Nudge the prediction both ways and see how the loss changes (exact for a parabola)."""

    def loss(at_: float) -> float:
        return row_weight * (at_ - label) ** 2 / 2

    return (loss(prediction + 1) - loss(prediction - 1)) / 2


def _nudged(f: Callable[[complex], complex], x: float) -> float:
    """Return the slope of `f` at x by an imaginary nudge."""
    return f(complex(x, NUDGE)).imag / NUDGE


P = [0.02, 0.1, 0.25, 0.37, 0.5, 0.6, 0.81, 0.99]


@at((-4.5,), (-1.0,), (0.0,), (0.7,), (3.0,))
def probability(margin: float) -> float:
    """Search for the probability whose odds are e^margin."""
    return crossing(lambda p: p - (1 - p) * math.exp(margin), 0.0, 1.0)


@at(*((p,) for p in P))
def odds(share: float) -> float:
    """Take the late of a hundred out one punctual one at a time."""
    late = round(100 * share)
    return how_many_times(late, 100 - late)


@at((0.5,), (3,), (0.25,), (9,), (1.4,))
def log_odds(odds: float) -> float:
    """Search for the margin at which the slopes of both kinds of rows cancel."""

    def slope(margin: float) -> float:
        late, punctual = (
            _nudged(lambda m, y=label: cmath.log(1 + cmath.exp(m)) - y * m, margin)  # type: ignore[misc]
            for label in (1, 0)
        )
        return odds * late + punctual

    return crossing(slope, -30.0, 30.0)


@at((30, 30), (31, 30), (29, 30), (0, 5))
def is_late(minutes: int, promise: int) -> int:
    """Let the promised minutes run out and see whether any are left."""
    return int(len(range(promise, minutes)) > 0)


@at(*product(P, (0, 1)))
def logistic_gradient(probability: float, label: int) -> float:
    """Nudge the margin and see how the log loss changes."""
    margin = math.log(probability) - math.log(1 - probability)
    return _nudged(lambda m: cmath.log(1 + cmath.exp(m)) - label * m, margin)


@at(*((p,) for p in P))
def logistic_hessian(probability: float) -> float:
    """Nudge the margin and see how the probability, and with it the gradient, changes."""
    margin = math.log(probability) - math.log(1 - probability)
    return _nudged(lambda m: 1 / (1 + cmath.exp(-m)), margin)


@at(*product((-4.5, -1.0, 0.0, 0.7, 3.0), (0, 1)))
def log_loss(margin: float, label: int) -> float:
    """Take the surprise: minus the log of the probability given to what happened."""
    odds = math.exp(margin)
    chances = [1 / (1 + odds), odds / (1 + odds)]
    return -math.log(chances[label])


@at((-1, 1), (2, 3), (5, -7), (-4, -2))
def moved(margin: int, step: int) -> float:
    """Walk in a hundred small steps."""
    here = Fraction(margin)
    for _ in range(100):
        here += Fraction(step, 100)
    return float(here)


@at(*draws("first order", lambda r: (r(0, 9), r(-9, 9), r(-5, 5))))
def first_order_estimate(loss: int, gradient: int, step: int) -> float:
    """Walk along a slope that never changes."""
    return second_order_estimate(loss, gradient, 0, step)


@at(*draws("second order", lambda r: (r(0, 9), r(-9, 9), r(1, 9), r(-5, 5))))
def second_order_estimate(loss: int, gradient: int, hessian: int, step: int) -> float:
    """Walk along a slope that changes at an even rate: each piece counts with its middle's."""
    here, pieces = Fraction(loss), 50
    for k in range(pieces):
        middle = Fraction(step * (2 * k + 1), 2 * pieces)
        here += (gradient + hessian * middle) * Fraction(step, pieces)
    return float(here)


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


@at(*((*leaf, c) for leaf, c in product(LEAVES[:12], (0, 3, 5, 8))), (4, 3, 1, 0, 3))
def kept_leaf_weight(
    gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int, min_child_weight: int
) -> float:
    """Run the real one."""
    settings = _settings(reg_lambda, reg_alpha, min_child_weight)
    return float(splits.leaf_weight(gradient_sum, hessian_sum, settings))


@at(*LEAVES)
def score(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Put the weight that was found into the cost; twice what it is below 0."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    return -2 * _objective(_searched(*leaf), *leaf)


def objective_fall(node_score: int) -> float:
    """Deal the score out to two."""
    return dealt(node_score, 2)


@at((3, 5), (5, 3), (-2, 0), (-2, -4), (1, 1))
def clipped_weight(weight: int, wall: int) -> int:
    """Climb from the weight until the wall is not above."""
    while weight < wall:
        weight += 1
    return weight


# -- one split --------------------------------------------------------------------------------


@at(*draws("remainder", lambda r: (r(-20, 20), r(-20, 20))))
def remainder(whole: int, part: int) -> int:
    """Step from the part to the whole."""
    steps = 0
    while part + steps != whole:
        steps += 1 if part < whole else -1
    return steps


def _split_point(randint: Any) -> tuple[int, ...]:
    left, right = randint(1, 6), randint(1, 6)
    return (
        randint(-30, 30), left, randint(-30, 30), left + right, randint(0, 5), randint(0, 6),
    )  # fmt: skip


SPLITS = draws("splits", _split_point, 40)


def _real_gain(
    left: tuple[float, float], right: tuple[float, float], settings: TreeParameters
) -> float:
    whole = left[0] + right[0], left[1] + right[1]
    parent = splits.node_score(*whole, settings)
    sides: Any = [(np.float64(G), np.float64(H)) for G, H in (left, right)]
    return float(splits.split_gain(sides[0], sides[1], parent, settings))


@at(*SPLITS)
def split_gain(
    left_gradient: int, left_hessian: int, all_gradient: int, all_hessian: int, reg_lambda: int,
    reg_alpha: int,
) -> float:  # fmt: skip
    """Run the real one; the fall of the cost, searched leaf by leaf, must agree."""
    left = left_gradient, left_hessian
    right = all_gradient - left_gradient, all_hessian - left_hessian
    leaves = [left, right, (all_gradient, all_hessian)]
    twice = [2 * _objective(_searched(G, H, reg_lambda, reg_alpha), G, H, reg_lambda, reg_alpha)
             for G, H in leaves]  # fmt: skip
    found = _real_gain(left, right, _settings(reg_lambda, reg_alpha))
    assert abs(twice[2] - twice[0] - twice[1] - found) < 1e-6
    return found


@at(*draws("row left", lambda r: (r(-20, 20), a := r(1, 5), r(-9, 9), b := r(1, 3), r(-20, 20),
                                  a + b + r(1, 5), r(0, 5), r(0, 6)), 40))  # fmt: skip
def gain_with_row_left(
    left_gradient: int, left_hessian: int, row_gradient: int, row_hessian: int, all_gradient: int,
    all_hessian: int, reg_lambda: int, reg_alpha: int,
) -> float:  # fmt: skip
    """Put the row into the left heap, see what is left for the right one, run the real gain."""
    heap = [(left_gradient, left_hessian), (row_gradient, row_hessian)]
    left = sum(G for G, _ in heap), sum(H for _, H in heap)
    right = all_gradient - left[0], all_hessian - left[1]
    return _real_gain(left, right, _settings(reg_lambda, reg_alpha))


@at((3, 5), (5, 3), (4, 4))
def goes_left(best_left: int, best_right: int) -> int:
    """Try right first; left must beat it."""
    best, where_to = -math.inf, 0
    for gain, is_left in ((best_right, 0), (best_left, 1)):
        if gain > best:
            best, where_to = gain, is_left
    return where_to


@at(*product((3, 20, 21, 60), (0, 5, 10)))
def paper_gain(gain: int, gamma: int) -> float:
    """Write down the objective before and after, with gamma for every leaf."""
    before, after = [0.0], [-gain / 4, -gain / 4]  # the fall is half the gain, here in two parts
    return sum(fall + gamma for fall in before) - sum(fall + gamma for fall in after)


EDGES = [*product((9, 10, 11, 19, 20, 21), (10,)), (7, 3), (6, 3), (5, 3), (2, 3)]
SLIGHT = [(0.5, 0.25), (0.5, 0.75)]


def _tree_of(root_gain: float, left_gain: float, right_gain: float) -> tree.Tree:
    """Return a two-level tree with those gains; a gain of 0 means that nothing was split."""
    grown = tree.Tree()
    settings = _settings()
    made = splits.Split(1.0, 0, 0.0, True, (0.0, 1.0), (0.0, 1.0))
    root = tree.add_leaf(grown, 0.0, 4.0, 1.0)
    if root_gain > 0:
        children = tree.add_children(grown, root, made, settings, splits.Bounds())
        grown.gain[root] = root_gain
        for node, gain in zip(children, (left_gain, right_gain), strict=True):
            if gain > 0:
                tree.add_children(grown, node, made, settings, splits.Bounds())
                grown.gain[node] = gain
    return grown


def _standing(root_gain: float, left_gain: float, right_gain: float, gamma: float) -> list[int]:
    """Return how many splits stand at each depth after the real pruning."""
    grown = _tree_of(root_gain, left_gain, right_gain)
    tree.prune(grown, gamma)
    if grown.left[0] == tree.LEAF:
        return [0, 0]
    children = (grown.left[0], grown.right[0])
    return [1, sum(grown.left[node] != tree.LEAF for node in children)]


@at(*EDGES)
def library_keeps(gain: int, gamma: int) -> int:
    """Prune a tree with that one split."""
    return _standing(gain, 0, 0, gamma)[0]


@at(*EDGES)
def paper_keeps(gain: int, gamma: int) -> int:
    """Keep the split unless the objective with it is the higher one."""
    with_split, without = 2 * gamma - Fraction(gain, 2), 1 * gamma
    return int(not with_split > without)


def library_gamma(paper_gamma: int) -> int:
    """Find the smallest gain that the paper keeps, which is the library's gamma."""
    return next(g for g in range(1000) if 2 * paper_gamma - Fraction(g, 2) <= paper_gamma)


def _entering(
    left: tuple[float, float], right: tuple[float, float], settings: TreeParameters
) -> float:
    """Return the gain if the real builder would take it; no rows on a side is no candidate."""
    if left[1] <= 0 or right[1] <= 0:
        return 0.0
    gain = _real_gain(left, right, settings)
    return gain if gain > splits.SMALLEST_GAIN else 0.0


# Gains of 2 G^2 around a millionth, and sides that are just fed or just starved.
TINY_GAINS = [(math.sqrt(g / 2), 1, 0, 2, 0, 0, 0) for g in (0.6e-6, 0.9e-6, 1.2e-6, 1.9e-6, 5e-6)]
FEEDING = [(9, left, 1, left + right, 1, 0, 3) for left, right in product((2, 3, 4), repeat=2)]
# Candidates that lie at an end of the node or beyond it, without any limit or penalty.
OUTSIDE = [(9, 4, 9, 4, 0, 0, 0), (9, 4, 4, 4, 0, 0, 0), (9, 5, 4, 4, 0, 0, 0),
           (0, 0, 9, 4, 0, 0, 0),
           (-3, -2, 9, 4, 0, 0, 0), (9, 3, 0, 0, 0, 0, 0), (9, 4, 3, 2, 2, 0, 0)]  # fmt: skip


@at(
    *((*s, c) for s, c in zip(SPLITS, [0, 1, 2, 3] * 10, strict=True)),
    *TINY_GAINS,
    *FEEDING,
    *OUTSIDE,
)
def counted_gain(
    left_gradient: float, left_hessian: int, all_gradient: float, all_hessian: int,
    reg_lambda: int, reg_alpha: int, min_child_weight: int,
) -> float:  # fmt: skip
    """Run the real gain and enter it as the real builder does."""
    left = left_gradient, left_hessian
    right = all_gradient - left_gradient, all_hessian - left_hessian
    return _entering(left, right, _settings(reg_lambda, reg_alpha, min_child_weight))


@at(
    *(
        (G, H, g, h, H + h + outside, *penalties)
        for (G, H, *_), (g, h, *_), outside, penalties in zip(
            LEAVES, LEAVES[::-1], [0, -1, 2, 0] * 10, [(1, 0), (0, 4), (2, 1)] * 14, strict=False
        )
    ),
    *((math.sqrt(g / 2), 1, -math.sqrt(g / 2), 1, 2, 0, 0) for g in (0.6e-6, 0.9e-6, 1.2e-6, 5e-6)),
)
def gain_of_last_row(
    left_gradient: float, left_hessian: int, row_gradient: float, row_hessian: int,
    cut_hessian: int, reg_lambda: int, reg_alpha: int,
) -> float:  # fmt: skip
    """Run the real gain on the two heaps, if the child has room for both."""
    room = cut_hessian - left_hessian - row_hessian
    if room < 0:
        return 0.0
    heaps = (left_gradient, left_hessian), (row_gradient, row_hessian)
    return _entering(*heaps, _settings(reg_lambda, reg_alpha))


@at((1, 0.5), (1, 0.99), (3, 0.3), (2, 0.9), (7, 0.05), (5, 0.81))
def rows_to_feed(min_child_weight: int, probability: float) -> int:
    """Add row after row."""
    rows, fed = 0, Fraction(0)
    p = Fraction(str(probability))
    while fed < min_child_weight:
        rows, fed = rows + 1, fed + p * (1 - p)
    return rows


# -- one tree ---------------------------------------------------------------------------------


@at(*draws("five", lambda r: tuple(r(0, 20) for _ in range(5)), 40))
def best_of_five(first: int, second: int, third: int, fourth: int, fifth: int) -> int:
    """Sort them."""
    return sorted((first, second, third, fourth, fifth))[-1]


@at(*draws("four", lambda r: tuple(r(0, 20) for _ in range(4)), 40))
def best_of_four(first: int, second: int, third: int, fourth: int) -> int:
    """Sort them."""
    return sorted((first, second, third, fourth))[-1]


def _races(entries: int) -> list[tuple[int, ...]]:
    """Return races with many ties: (best, gains from the second on, values)."""

    def point(randint: Any) -> tuple[int, ...]:
        gains = [randint(0, 4) for _ in range(entries)]
        return max(gains), *gains[1:], *(randint(-9, 9) for _ in gains)

    alone = [(7, *(7 if i == k else 0 for i in range(1, entries)), *range(1, entries + 1))
             for k in range(entries)]  # fmt: skip
    none = (0, *[0] * (entries - 1), *range(1, entries + 1))
    slight = [(0.5, *(g / 14 for g in p[1:entries]), *p[entries:]) for p in alone]
    return [*draws(f"races of {entries}", point, 80), *alone, none, *slight]


def _walk_down(best: int, gains: list[int], values: list[int]) -> int:
    """Return the value of the first that holds the best, the lowest having what is left."""
    if best == 0:
        return 0
    race = list(zip([best, *gains], values, strict=True))
    while race[-1][0] != best:
        race.pop()
    return race[-1][1]


@at(*_races(5))
def of_the_winner(
    best: int, gain_2: int, gain_3: int, gain_4: int, gain_5: int, value_1: int, value_2: int,
    value_3: int, value_4: int, value_5: int,
) -> int:  # fmt: skip
    """Walk the candidates from the top down until one has the best gain."""
    return _walk_down(best, [gain_2, gain_3, gain_4, gain_5],
                      [value_1, value_2, value_3, value_4, value_5])  # fmt: skip


@at(*_races(4))
def of_the_winner_of_four(
    best: int, gain_2: int, gain_3: int, gain_4: int, value_1: int, value_2: int, value_3: int,
    value_4: int,
) -> int:  # fmt: skip
    """Walk the candidates from the top down until one has the best gain."""
    return _walk_down(best, [gain_2, gain_3, gain_4], [value_1, value_2, value_3, value_4])


def _child_points() -> Iterator[tuple[float, ...]]:
    """Yield two-level situations on six rows: every pair of cuts, or none, several penalties."""
    gradients, hessian = [13, 12, 4, -1, -10, -18.5], 2
    sums = [(sum(gradients[:k]), hessian * k) for k in range(7)]
    penalties = [(1, 0, 1), (0, 0, 0), (2, 4, 0), (0.5, 1, 4), (1, 0, 5)]
    for k, cut, settings in product(range(1, 6), range(6), penalties):
        yield (*sums[k], *sums[cut], *sums[6], *settings)


@at(*_child_points())
def gain_above(
    left_gradient: float, left_hessian: int, cut_gradient: float, cut_hessian: int,
    all_gradient: float, all_hessian: int, reg_lambda: int, reg_alpha: int,
    min_child_weight: int,
) -> float:  # fmt: skip
    """Take the child's rows as those above the cut, and run the real gain on its two halves."""
    left = left_gradient - cut_gradient, left_hessian - cut_hessian
    right = all_gradient - left_gradient, all_hessian - left_hessian
    return _entering(left, right, _settings(reg_lambda, reg_alpha, min_child_weight))


@at(*EDGES, *SLIGHT, (0, 0), (0, 3), (2, 0))
def child_kept(gain: float, gamma: float) -> int:
    """Prune a tree whose root would stand anyway and whose left child has that gain."""
    return _standing(1000, gain, 0, gamma)[1]


@at(*((g, gamma, left, right) for g, gamma in (*EDGES, *SLIGHT, (2, 0)) for left in (0, 1)
      for right in (0, 1)), (0, 0, 0, 0), (0, 3, 0, 0))  # fmt: skip
def root_kept(gain: float, gamma: float, left_kept: int, right_kept: int) -> int:
    """Prune a tree whose children's splits are far above gamma, or were never made."""
    return _standing(gain, 1000 * left_kept, 1000 * right_kept, gamma)[0]


@at(*((r, a, b, 10) for r in (5, 9, 10, 11) for a in (0, 9, 10, 11) for b in (0, 9, 10, 11)),
    (0, 0, 0, 0), (0, 0, 0, 3), (4, 0, 0, 0), (4, 2, 0, 0), (4, 0, 2, 0))  # fmt: skip
def splits_kept(root_gain: int, left_gain: int, right_gain: int, gamma: int) -> int:
    """Run the real pruning and count what stands."""
    return sum(_standing(root_gain, left_gain, right_gain, gamma))


@at(*product((0, 1), (7, -3, 0)))
def standing(kept: int, value: int) -> int:
    """Take the value out of a list that holds it only if the split stands."""
    return sum([value][:kept])


def _leaves(boundaries: list[tuple[int, int]], whole: int) -> list[int]:
    """Return the four leaves' sums from (sum up to it, stands) of the three boundaries.

    A boundary that does not stand leaves its lower piece empty: those rows go to the next leaf
    up, those at the root's boundary to the highest.
    """
    (left, left_stands), (cut, cut_stands), (right, right_stands) = boundaries
    lower = list(range(cut)) if cut_stands else []
    upper = list(range(cut if cut_stands else 0, whole))
    first = [row for row in lower if left_stands and row < left]
    third = [row for row in upper if right_stands and row < right]
    pieces = first, lower[len(first) :], third, upper[len(third) :]
    return [len(piece) for piece in pieces]


# (left, cut, right, all) as numbers of rows of hessian 1, and which of the three stand.
PRUNED = [(sums, stands) for sums in ((1, 3, 4, 6), (2, 3, 5, 6), (1, 2, 4, 6), (3, 4, 5, 6))
          for stands in ((1, 1, 1), (0, 1, 1), (1, 1, 0), (0, 1, 0), (0, 0, 0))]  # fmt: skip


def _leaf_of(row_sum: int, sums: tuple[int, ...], stands: tuple[int, ...]) -> int:
    """Return the number, from 0, of the leaf that holds the row up to which that many rows lie."""
    sizes = _leaves(list(zip(sums[:3], stands, strict=True)), sums[3])
    rows = [leaf for leaf, size in enumerate(sizes) for _ in range(size)]
    return rows[row_sum - 1]


@at(*((stand[1], s[1], stand[0], s[0]) for s, stand in PRUNED))
def second_leaf_sum(root_kept: int, cut_sum: int, left_kept: int, left_sum: int) -> int:
    """Lay the rows out and take those from the left child's boundary to the root's."""
    return _leaves([(left_sum, left_kept), (cut_sum, root_kept), (0, 0)], 99)[1]


@at(*((stand[2], s[2], s[1]) for s, stand in PRUNED))
def third_leaf_sum(right_kept: int, right_sum: int, cut_sum: int) -> int:
    """Lay the rows out and take those from the root's boundary to the right child's."""
    return _leaves([(0, 0), (cut_sum, 1), (right_sum, right_kept)], 99)[2]


@at(*((stand[1], s[1], _leaves(list(zip(s[:3], stand, strict=True)), s[3])[2], s[3])
      for s, stand in PRUNED))  # fmt: skip
def fourth_leaf_sum(root_kept: int, cut_sum: int, third_sum: int, all_sum: int) -> int:
    """Lay the rows out, drop those below the root's boundary, then the third leaf's."""
    rows = list(range(all_sum))
    return len(rows[cut_sum if root_kept else 0 :][third_sum:])


@at(*LEAVES, (0, 0, 0, 0), (0, 0, 2, 1), (0, 0, 0, 3),
    (3, 0, 1, 0), (3, 0.5, 1, 0))  # fmt: skip
def tree_leaf_weight(gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int) -> float:
    """Run the real one; no rows, no weight."""
    if hessian_sum == 0:
        return 0.0
    return float(splits.leaf_weight(gradient_sum, hessian_sum, _settings(reg_lambda, reg_alpha)))


@at(*((21, 0.5, *stand, -8, 3, 16) for stand in ((0, 0), (0, 1), (1, 1))))
def first_row_step(
    prediction: float, learning_rate: float, left_kept: int, root_kept: int, weight_1: int,
    weight_2: int, weight_4: int,
) -> float:  # fmt: skip
    """Lay out rows and pruned leaves and look where the first row lies."""
    leaf = _leaf_of(1, (1, 3, 4, 6), (left_kept, root_kept, 0))
    return prediction + learning_rate * (weight_1, weight_2, math.nan, weight_4)[leaf]


@at(*((kept, *leaf) for kept in (0, 1) for leaf in LEAVES), (0, 0, 0, 0, 0), (0, 0, 0, 2, 1))
def first_leaf_weight(
    left_kept: int, gradient_sum: int, hessian_sum: int, reg_lambda: int, reg_alpha: int
) -> float:
    """Ask a tree that has the leaf only if the split stands."""
    leaf = gradient_sum, hessian_sum, reg_lambda, reg_alpha
    return sum([tree_leaf_weight(*leaf)][:left_kept])


ROW_STEPS = [
    (21, 0.25, row, stand[0], s[0], stand[1], s[1], stand[2], s[2], -8, 4, 12, 20)
    for s, stand in PRUNED for row in range(1, 7)
]  # fmt: skip


@at(*ROW_STEPS)
def row_step(
    prediction: float, learning_rate: float, hessian: int, left_kept: int, left_hessian: int,
    root_kept: int, cut_hessian: int, right_kept: int, right_hessian: int, weight_1: int,
    weight_2: int, weight_3: int, weight_4: int,
) -> float:  # fmt: skip
    """Lay out rows and pruned leaves and look where the row lies."""
    sums = left_hessian, cut_hessian, right_hessian, 6
    leaf = _leaf_of(hessian, sums, (left_kept, root_kept, right_kept))
    return prediction + learning_rate * (weight_1, weight_2, weight_3, weight_4)[leaf]


@at(*((21, 0.25, 2, *kept[:1], left, *kept[1:2], cut, *kept[2:], -8, 4, 12, 20)
      for left, cut in ((0, 1), (1, 2), (1, 3), (2, 3)) for kept in
      ((0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 1, 0), (1, 1, 1)) if left or not kept[0]))  # fmt: skip
def second_row_step(
    prediction: float, learning_rate: float, hessian: int, left_kept: int, left_hessian: int,
    root_kept: int, cut_hessian: int, right_kept: int, weight_1: int, weight_2: int,
    weight_3: int, weight_4: int,
) -> float:  # fmt: skip
    """Lay out rows and pruned leaves and look where the second row lies."""
    sums = left_hessian, cut_hessian, 4, 6
    leaf = _leaf_of(hessian, sums, (left_kept, root_kept, right_kept))
    return prediction + learning_rate * (weight_1, weight_2, weight_3, weight_4)[leaf]


FIFTH = [
    (3, 4),
    (4, 5),
    (5, 5),
    (2, 3),
    (3, 0),
]  # rows below the root's boundary, below the right one


@at(*((21, 0.25, 5, root, cut, right, end, 4, 12, 20) for cut, end in FIFTH
      for root, right in ((0, 0), (1, 0), (1, 1)) if not (right and end <= cut)))  # fmt: skip
def fifth_row_step(
    prediction: float, learning_rate: float, hessian: int, root_kept: int, cut_hessian: int,
    right_kept: int, right_hessian: int, weight_2: int, weight_3: int, weight_4: int,
) -> float:  # fmt: skip
    """Lay out rows and pruned leaves and look where the fifth row lies."""
    leaf = _leaf_of(hessian, (0, cut_hessian, right_hessian, 6), (0, root_kept, right_kept))
    return prediction + learning_rate * (math.nan, weight_2, weight_3, weight_4)[leaf]


@at(*((21, 0.5, x, 2.5, 4.0, 5.5, -8, 3, 1, 16) for x in (1, 2.5, 3, 4.0, 5, 5.5, 6)),
    (4, 0.25, 3, 0, 4.0, 7.0, 1, 2, 8, 32), (4, 0.25, 9, 0, 4.0, 7.0, 1, 2, 8, 32))  # fmt: skip
def step_through_tree(
    prediction: float, learning_rate: float, x: float, left_cut: float, cut: float,
    right_cut: float, weight_1: float, weight_2: float, weight_3: float, weight_4: float,
) -> float:  # fmt: skip
    """Send the row through a real tree of those splits and leaves."""
    grown = _tree_of(1, 1, 1)
    children = grown.left[0], grown.right[0]
    for node, threshold in zip((0, *children), (cut, left_cut, right_cut), strict=True):
        grown.threshold[node] = threshold
    leaves = [n for c in children for n in (grown.left[c], grown.right[c])]
    for node, weight in zip(leaves, (weight_1, weight_2, weight_3, weight_4), strict=True):
        grown.value[node] = learning_rate * weight
    return prediction + float(tree.predict(grown, np.array([[x]], np.float32))[0])


@at(*draws("steps", lambda r: (r(-20, 20), r(1, 9), r(-20, 20))))
def shrunken_step(prediction: int, learning_rate: int, weight: int) -> float:
    """Send a row through a real tree that is a single leaf."""
    grown = tree.Tree()
    tree.add_leaf(grown, float(weight), 1.0, float(learning_rate))
    return prediction + float(tree.predict(grown, np.zeros((1, 1), np.float32))[0])


@at(*draws("errors", lambda r: tuple(r(-9, 9) for _ in range(12))))
def mean_squared_error(
    prediction_1: int, prediction_2: int, prediction_3: int, prediction_4: int, prediction_5: int,
    prediction_6: int, label_1: int, label_2: int, label_3: int, label_4: int, label_5: int,
    label_6: int,
) -> float:  # fmt: skip
    """Lay out a square for every row, deal all the tiles to six."""
    predictions = (prediction_1, prediction_2, prediction_3, prediction_4, prediction_5,
                   prediction_6)  # fmt: skip
    labels = label_1, label_2, label_3, label_4, label_5, label_6
    tiles = 0
    for p, y in zip(predictions, labels, strict=True):
        side = len(range(min(p, y), max(p, y)))
        tiles += len(list(product(range(side), repeat=2)))
    return dealt(tiles, 6)


@at(*((rate, H, reg_lambda) for rate in (0.1, 0.3, 1.0) for H, reg_lambda in
      ((1, 1), (2, 1), (5, 0), (3, 7))))  # fmt: skip
def share_left(learning_rate: float, hessian_sum: int, reg_lambda: int) -> float:
    """Fit a leaf of rows that are all too low by 1, with the real weight, and look again."""
    weight = float(splits.leaf_weight(-hessian_sum, hessian_sum, _settings(reg_lambda)))
    return 1 - (0 + learning_rate * weight)


@at((0.0,), (1.0,), (1 / 3,), (0.5,), (2e-7,), (1.5e-6,), (1 - 3e-7,), (1 - 1.5e-6,))
def clipped_share(share: float) -> float:
    """Put it in a row with the two ends and take the one in the middle."""
    return sorted((1e-6, share, 0.999999))[1]


@at((-7,), (7,), (0,), (-0.5,), (0.5,))
def rises(rise: int) -> int:
    """Sort left weight, here 0, and right weight: is left in front?"""
    return int(sorted((0, rise))[0] == 0)


@at((-7,), (7,), (0,), (-0.5,), (0.5,))
def falls(rise: int) -> int:
    """Sort left weight, here 0, and right weight: is right in front?"""
    return int(sorted((0, rise))[0] == rise)


# -- what it costs ----------------------------------------------------------------------------


@at((28, 0.8), (22, 0.5), (11, 0.5), (10, 0.7), (30, 0.1), (3, 0.05), (100, 0.29), (7, 1.0),
    (1, 0.5), (13, 0.6))  # fmt: skip
def sampled_columns(columns: int, share: float) -> int:
    """Draw columns as long as they fit into the share, a float32 product as in the library."""
    room = np.float32(share) * np.float32(columns)
    drawn = 1
    while np.float32(drawn + 1) <= room:
        drawn += 1
    return drawn


@at(*((2**k, d) for k in (1, 2, 5, 8) for d in (1, 3)))
def sort_comparisons(rows: int, features: int) -> int:
    """Merge runs that double in length; every pass looks at every row once."""
    looks = 0
    for _ in range(features):
        length = 1
        while length < rows:
            looks += sum(1 for _ in range(rows))
            length *= 2
    return looks


def candidates_exact(rows: int, features: int) -> int:
    """Look between all neighbours of every feature."""
    return sum(1 for _ in range(features) for _ in pairwise(range(rows)))


def candidates_binned(bins: int, features: int) -> int:
    """Look between all neighbouring bins of every feature."""
    return sum(1 for _ in range(features) for _ in pairwise(range(bins)))


def matrix_bytes(rows: int, features: int, value_bytes: int) -> int:
    """Build the matrix."""
    return np.empty((rows, features), dtype=f"V{value_bytes}").nbytes


def exact_tree_bytes(sorted_bytes: int, depth: int) -> int:
    """Read all columns for each level."""
    read = 0
    for _level in range(depth):
        read += len(bytes(sorted_bytes))
    return read


@at(*((2**k, depth) for k in (4, 6) for depth in (1, 2, 3, 4)))
def binned_tree_bytes(binned_bytes: int, depth: int) -> int:
    """Grow a tree that always splits evenly, the worst case, filling one child of each pair."""
    nodes, read = [binned_bytes], binned_bytes
    for _level in range(depth - 1):
        pairs = [(size // 2, size - size // 2) for size in nodes]
        read += sum(min(pair) for pair in pairs)
        nodes = [size for pair in pairs for size in pair]
    return read


def histogram_bytes(features: int, bins: int, pair_bytes: int) -> int:
    """Build the histogram."""
    return np.empty((features, bins), dtype=f"V{pair_bytes}").nbytes


@at((1,), (2,), (3,), (4,), (5,))
def histograms_filled(depth: int) -> int:
    """Grow a full tree with the real builder and count the histograms that it sums."""
    x = np.arange(64, dtype=np.float32)[:, None]
    label = x[:, 0] - x.mean()  # a straight line, which is best split in the middle every time
    filled = []

    def count(sums: Any) -> Any:
        if sums.ndim > 1:  # the other array is the root's total
            filled.append(sums.size // (sums.shape[-1] * sums.shape[-2] * sums.shape[-3]))
        return sums

    settings = TreeParameters(max_depth=depth, reg_lambda=0.0, min_child_weight=0.0)
    data = bin_rows(x, quantile_cuts(x, 64))
    grown, _ = grow_hist_tree(data, -label, np.ones_like(label), settings, lambda _: [0], count)
    assert len(grown) == 2 ** (depth + 1) - 1, "the tree is not full"
    return sum(filled)


def tree_payload_bytes(histogram_bytes: int, histograms: int) -> int:
    """Put them one behind the other."""
    return len(b"".join(bytes(histogram_bytes) for _ in range(histograms)))


def sketch_error(bins: int, factor: int) -> float:
    """Deal all the weight to the fine bins."""
    return dealt(1, len(list(product(range(bins), range(factor)))))


@at((100, 0.25), (1000, 0.002), (64, 0.5))
def rank_error(rows: int, error: float) -> float:
    """Add the error's share of every row."""
    return float(sum(Fraction(str(error)) for _ in range(rows)))


def rows_per_bin(rows: int, bins: int) -> float:
    """Deal the rows to the bins."""
    return dealt(rows, bins)


def sketch_bytes(features: int, bins: int, factor: int, entry_bytes: int) -> int:
    """Build the summaries."""
    return np.empty((features, bins, factor), dtype=f"V{entry_bytes}").nbytes


@at((1,), (2,), (3,), (6,))
def full_leaves(depth: int) -> int:
    """Write down every path of lefts and rights."""
    return len(list(product("LR", repeat=depth)))


@at((1,), (2,), (3,), (6,))
def full_splits(depth: int) -> int:
    """Write down every path that ends above the leaves."""
    return sum(len(list(product("LR", repeat=level))) for level in range(depth))


RATES = [(0.2, 0.1), (0.1, 0.25), (0.3, 0.35), (0.5, 0.5)]


@at(*RATES)
def sampled_share(top_rate: float, other_rate: float) -> float:
    """Sort a thousand rows by gradient, keep the top and draw from the rest."""
    rows = list(range(1000))
    top = rows[: int(Fraction(str(top_rate)) * 1000)]
    drawn = rows[len(top) :][: int(Fraction(str(other_rate)) * 1000)]
    return len(top + drawn) / len(rows)


@at(*RATES)
def small_gradient_factor(top_rate: float, other_rate: float) -> float:
    """See how many rows outside the top each drawn row stands for."""
    outside = [row for row in range(1000) if row >= Fraction(str(top_rate)) * 1000]
    drawn = [row for row in range(1000) if row < Fraction(str(other_rate)) * 1000]
    return dealt(len(outside), len(drawn))
