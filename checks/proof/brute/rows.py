"""What is said of a sample's rows, counted on small samples by other means."""

from __future__ import annotations

import math
import random

from checks.proof.brute.brute import at
from worked.rows import Row


def samples(*cells: list[float]) -> list[tuple[Row, int]]:
    """Return samples as rows, each with its size."""
    return [(Row.of(s, "row"), len(s)) for s in cells]


# Of odd and of even length, with and without ties.
SAMPLES = samples([3, 1, 2], [4, 1, 3, 2], [5, 5, 1, 2, 2], [6, 1, 6, 1, 3, 0], [7, 7])


def middle(value: Row) -> list[float]:
    """Take the least and the largest away in turn until one or two are left in the middle."""
    rest = sorted(value.nested("row"))
    while len(rest) > 2:
        rest = rest[1:-1]
    return rest


@at(*SAMPLES)
def lower_median(value: Row, rows: int) -> float:
    """Take the least and the largest away in turn; the lower of what is left."""
    return middle(value)[0]


@at(*SAMPLES)
def upper_median(value: Row, rows: int) -> float:
    """Take the least and the largest away in turn; the upper of what is left."""
    return middle(value)[-1]


@at((29, 30), (30, 30), (31, 30))
def is_late(minutes: float, promise: float) -> float:
    """Hold minutes before, at and after the promise: what comes at its last moment is not late."""
    return 1.0 - (minutes <= promise)


def _lines() -> list[tuple[Row, Row, float]]:
    rng = random.Random("lines")
    points = []
    for _ in range(20):
        xs = [rng.randint(0, 9) for _ in range(5)]
        if len(set(xs)) > 1:
            ys = [rng.randint(-9, 9) for _ in range(5)]
            points.append((Row.of(xs, "row"), Row.of(ys, "row"), sum(xs) / 5))
    return points


@at(*_lines())
def line_slope(x: Row, y: Row, x_mean: float) -> float:
    """Solve the normal equations of least squares, two unknowns, for the slope."""
    xs, ys = x.nested("row"), y.nested("row")
    n, sx, sy = len(xs), sum(xs), sum(ys)
    sxx, sxy = sum(a * a for a in xs), sum(a * b for a, b in zip(xs, ys, strict=True))
    return (n * sxy - sx * sy) / (n * sxx - sx * sx)


def _labelled() -> list[tuple[Row, Row]]:
    rng = random.Random("log loss")
    return [
        (
            Row.of([rng.randint(-30, 30) / 10 for _ in range(rows)], "row"),
            Row.of([rng.randint(0, 1) for _ in range(rows)], "row"),
        )
        for rows in range(1, 9)
    ]


@at(*_labelled())
def mean_log_loss(margin: Row, label: Row) -> float:
    """Multiply the chances given to what happened; minus the logarithm of their geometric mean."""
    odds = [math.exp(m) for m in margin.nested("row")]
    given = [(1, o)[y] / (1 + o) for o, y in zip(odds, label.nested("row"), strict=True)]
    return -math.log(math.prod(given) ** (1 / len(given)))
