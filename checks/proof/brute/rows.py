"""What is said of a sample's rows, counted on small samples by other means."""

from __future__ import annotations

import cmath
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, crossing
from worked.gradient_boosting import losses
from worked.rows import Row

SAMPLES = [[3, 1, 2], [4, 1, 3, 2], [5, 5, 1, 2, 2], [6, 1, 6, 1, 3, 0], [7, 7]]
"""Of odd and of even length, with and without ties."""


def _halves(value: Row) -> tuple[list[Any], list[Any]]:
    """Take the least and the largest away in turn until one or two are left in the middle."""
    rest = sorted(value.nested("row"))
    while len(rest) > 2:
        rest = rest[1:-1]
    return rest[:1], rest[-1:]


def lower_median(value: Row, rows: int) -> float:
    """The lower of what is left in the middle."""
    return float(_halves(value)[0][0])


def upper_median(value: Row, rows: int) -> float:
    """The upper of what is left in the middle."""
    return float(_halves(value)[1][0])


lower_median.points = [(Row.of(s, "row"), len(s)) for s in SAMPLES]  # type: ignore[attr-defined]
upper_median.points = lower_median.points  # type: ignore[attr-defined]


def is_late(minutes: float, promise: float) -> float:
    """What has come by the promised minute, its last moment included, is not late."""
    return 1.0 - (minutes <= promise)


is_late.points = [(29, 30), (30, 30), (31, 30)]  # type: ignore[attr-defined]


def line_slope(x: Row, y: Row, x_mean: float) -> float:
    """Least squares by its normal equations, two unknowns: the slope that they give."""
    xs, ys = x.nested("row"), y.nested("row")
    n, sx, sy = len(xs), sum(xs), sum(ys)
    sxx, sxy = sum(a * a for a in xs), sum(a * b for a, b in zip(xs, ys, strict=True))
    return (n * sxy - sx * sy) / (n * sxx - sx * sx)


def _lines() -> list[tuple[Row, Row, float]]:
    rng = random.Random("lines")
    points = []
    for _ in range(20):
        xs = [rng.randint(0, 9) for _ in range(5)]
        if len(set(xs)) > 1:
            ys = [rng.randint(-9, 9) for _ in range(5)]
            points.append((Row.of(xs, "row"), Row.of(ys, "row"), sum(xs) / 5))
    return points


line_slope.points = _lines()  # type: ignore[attr-defined]


# -- odds, run through the chapter's real losses ------------------------------------------------

P = [0.02, 0.1, 0.25, 0.37, 0.6, 0.81, 0.99]
NUDGE = 1e-30  # of an imaginary step, which loses no digits to subtraction


def nudged(f: Callable[[complex], complex], x: float) -> float:
    """Return the slope of `f` at x by an imaginary nudge."""
    return f(complex(x, NUDGE)).imag / NUDGE


@at(*((p / (1 - p),) for p in P), tolerance=1e-6)
def log_odds(odds: float) -> float:
    """Search for the log-odds with the least log loss where odds to 1 of the labels are 1."""
    return crossing(lambda m: 1 / (1 + math.exp(-m)) - odds / (1 + odds), -20, 20)


@at((-4.5,), (-1.0,), (0.0,), (0.7,), (3.0,), tolerance=1e-9)
def probability(log_odds: float) -> float:
    """Run the real one."""
    return float(losses.sigmoid(np.array([log_odds]))[0])


@at(*((p,) for p in P))
def logistic_hessian(probability: float) -> float:
    """Nudge the log-odds and see how the probability, and with it the gradient, changes."""
    margin = math.log(probability) - math.log(1 - probability)
    return nudged(lambda m: 1 / (1 + cmath.exp(-m)), margin)


def mean_log_loss(margin: Row, label: Row) -> float:
    """Run the real deviance, which is twice as much."""
    y, raw = (np.array(row.nested("row"), float) for row in (label, margin))
    return losses.deviance(y, raw) / 2


def _labelled() -> list[tuple[Row, Row]]:
    rng = random.Random("log loss")
    return [
        (
            Row.of([rng.randint(-30, 30) / 10 for _ in range(rows)], "row"),
            Row.of([rng.randint(0, 1) for _ in range(rows)], "row"),
        )
        for rows in range(1, 9)
    ]


mean_log_loss.points = _labelled()  # type: ignore[attr-defined]
