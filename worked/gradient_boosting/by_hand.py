"""The whiteboard version: one feature, six deliveries, stumps, and exact fractions.

Everything here can be checked with pencil and paper. It shares no code with boosting.py and
so is a second, independent route to the same numbers. Run it to print the tables:

    python -m worked.gradient_boosting.by_hand
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

Number = int | Fraction

# The running example: six deliveries, their distance and how long they took.
DISTANCE_KM: tuple[int, ...] = (1, 2, 3, 5, 6, 8)
MINUTES: tuple[int, ...] = (8, 9, 17, 22, 31, 39)
# The same deliveries as a classification: did it take more than 30 minutes?
OVER_30_MINUTES: tuple[int, ...] = tuple(int(minutes > 30) for minutes in MINUTES)


class CandidateSplit(NamedTuple):
    """One way to cut the rows in two: x <= threshold left, the rest right.

    error: the sum of squared errors left when each side predicts its mean. gain: by how much
    that is less than the error of predicting one mean for all.
    """

    threshold: Fraction
    left_mean: Fraction
    right_mean: Fraction
    error: Fraction
    gain: Fraction


class Round(NamedTuple):
    """One round of boosting: the residuals fitted, the stump chosen, and where that leads.

    mse is the mean squared error of `predictions`, which are those after the update.
    """

    number: int
    residuals: tuple[Fraction, ...]
    split: CandidateSplit
    predictions: tuple[Fraction, ...]
    mse: Fraction


# --8<-- [start:base_prediction]
def mean(values: Sequence[Number]) -> Fraction:
    """Return the mean of `values`: the base prediction for squared error."""
    return Fraction(sum(values)) / len(values)


def squared_error(values: Sequence[Number]) -> Fraction:
    """Return the sum of squared distances of `values` from their mean."""
    middle = mean(values)
    return Fraction(sum((value - middle) ** 2 for value in values))


# --8<-- [end:base_prediction]


# --8<-- [start:residuals]
def residuals(y: Sequence[Number], predictions: Sequence[Number]) -> tuple[Fraction, ...]:
    """Return y - prediction for each row: what the next stump is fitted to."""
    return tuple(Fraction(a - b) for a, b in zip(y, predictions, strict=True))


# --8<-- [end:residuals]


# --8<-- [start:candidate_splits]
def candidate_splits(x: Sequence[Number], target: Sequence[Number]) -> list[CandidateSplit]:
    """Return every split of `target` by x, from the lowest threshold to the highest.

    Thresholds lie halfway between neighbouring distinct values of x, which may be in any order.

    Raises:
        ValueError: x and target differ in length, or are empty.
    """
    if len(x) != len(target) or not x:
        raise ValueError(
            f"x has {len(x)} values and target {len(target)}; both need the same, at least one"
        )
    values = sorted(set(x))
    splits = []
    for below, above in pairwise(values):
        left = [t for value, t in zip(x, target, strict=True) if value <= below]
        right = [t for value, t in zip(x, target, strict=True) if value > below]
        error = squared_error(left) + squared_error(right)
        threshold = Fraction(below + above) / 2
        gain = squared_error(target) - error
        splits.append(CandidateSplit(threshold, mean(left), mean(right), error, gain))
    return splits


def best_split(splits: Sequence[CandidateSplit]) -> CandidateSplit:
    """Return the split with the least error; the lowest threshold where several tie."""
    return min(splits, key=lambda split: (split.error, split.threshold))


# --8<-- [end:candidate_splits]


# --8<-- [start:boost]
def boosting_rounds(
    x: Sequence[Number], y: Sequence[Number], learning_rate: Fraction, rounds: int
) -> list[Round]:
    """Return what happens in each of `rounds` rounds of boosting with stumps.

    Start from the mean of y; each round fits a stump to the residuals and adds
    `learning_rate` (a pure number above zero) times its leaf to each prediction.
    """
    predictions = tuple(mean(y) for _ in y)
    table = []
    for number in range(1, rounds + 1):
        wrong_by = residuals(y, predictions)
        split = best_split(candidate_splits(x, wrong_by))
        predictions = tuple(
            now
            + learning_rate * (split.left_mean if value <= split.threshold else split.right_mean)
            for value, now in zip(x, predictions, strict=True)
        )
        mse = Fraction(sum(r * r for r in residuals(y, predictions))) / len(y)
        table.append(Round(number, wrong_by, split, predictions, mse))
    return table


# --8<-- [end:boost]


def rounds_to_mse_below(
    x: Sequence[Number], y: Sequence[Number], learning_rate: Fraction, target: Number, at_most: int
) -> int:
    """Return the number of the first round whose mean squared error is below `target`.

    Raises:
        ValueError: no round up to `at_most` gets there.
    """
    for entry in boosting_rounds(x, y, learning_rate, at_most):
        if entry.mse < target:
            return entry.number
    raise ValueError(f"the error is not below {target} after {at_most} rounds; allow more")


def predict(base: Number, learning_rate: Fraction, table: Sequence[Round], x: Number) -> Fraction:
    """Return the prediction for one new x: the base plus each stump's shrunken leaf."""
    return Fraction(base) + learning_rate * sum(
        (e.split.left_mean if x <= e.split.threshold else e.split.right_mean for e in table),
        Fraction(0),
    )


# --8<-- [start:newton_leaf]
def newton_leaf(labels: Sequence[int], probability: Fraction) -> Fraction:
    """Return the log-odds step of a leaf: sum (y - p) / sum p (1 - p), p the same for all rows."""
    slope = sum((label - probability for label in labels), Fraction(0))
    curvature = len(labels) * probability * (1 - probability)
    return slope / curvature


# --8<-- [end:newton_leaf]


def whiteboard(x: Sequence[Number], y: Sequence[Number], learning_rate: Fraction) -> str:
    """Return the tables a candidate would write: candidate splits, then five rounds."""
    base = mean(y)
    lines = [f"base prediction {float(base):g}, squared error {float(squared_error(y)):g}", ""]
    lines.append("split at   left mean  right mean   error    gain")
    for s in candidate_splits(x, residuals(y, [base] * len(y))):
        lines.append(
            f"{float(s.threshold):8.1f} {float(s.left_mean):11.3f} {float(s.right_mean):11.3f}"
            f" {float(s.error):8.2f} {float(s.gain):8.2f}"
        )
    lines += ["", f"eta {float(learning_rate):g}: round, split, left, right, predictions, MSE"]
    for r in boosting_rounds(x, y, learning_rate, 5):
        predictions = " ".join(f"{float(p):6.2f}" for p in r.predictions)
        lines.append(
            f"{r.number} {float(r.split.threshold):6.1f} {float(r.split.left_mean):8.3f}"
            f" {float(r.split.right_mean):8.3f}   {predictions}  {float(r.mse):7.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(whiteboard(DISTANCE_KM, MINUTES, Fraction(1, 2)))
