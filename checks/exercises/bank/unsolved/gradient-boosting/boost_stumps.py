"""Gradient boosting with stumps, for squared error.

Start from the mean of y. In each round fit a stump to what is still wrong and add a share of
its prediction, the learning rate, to the prediction of every row.
"""

from collections.abc import Callable
from itertools import pairwise

Stump = Callable[[float], float]


def fit_stump(x: list[float], target: list[float]) -> Stump:
    """Return the stump that fits `target` best: stump(value) predicts. This one is given."""

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    def error(values: list[float]) -> float:
        return sum((v - mean(values)) ** 2 for v in values)

    best = None
    for below, above in pairwise(sorted(set(x))):
        left = [t for value, t in zip(x, target, strict=True) if value <= below]
        right = [t for value, t in zip(x, target, strict=True) if value > below]
        found = (error(left) + error(right), (below + above) / 2, mean(left), mean(right))
        best = min(best, found) if best else found
    if best is None:
        raise ValueError("x has one value only")
    _, threshold, low, high = best
    return lambda value: low if value <= threshold else high


def boost(x: list[float], y: list[float], learning_rate: float, rounds: int) -> list[float]:
    """Return the prediction for every row after `rounds` rounds."""
    raise NotImplementedError("TODO: base prediction, then rounds of residuals and stumps")
