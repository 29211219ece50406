"""What is said of the rows of a sample: means, medians, errors of a prediction, odds.

A value is one row's (over the axis `row`), in any unit; a count or a share is a pure number.
Formulas that several chapters need stand here once.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import (
    absolute,
    ceil,
    count,
    exp,
    floor,
    found,
    ln,
    maximum,
    mean,
    minimum,
    nth,
    total,
    where,
)

# -- the middle of a sample -------------------------------------------------------------------


def row_count(row: Any) -> Any:
    """Number of rows; row: the places of the axis."""
    return count(found(row), "row")


def row_mean(value: Any) -> Any:
    """Arithmetic mean over the rows: the constant with the least squared error.

    Often got wrong: the sum not divided by the number of rows (museum: apache/spark 19190).
    """
    return mean(value, "row")


def lower_median(value: Any, rows: Any) -> Any:
    """Largest value of the lower half, in order; rows: how many there are."""
    return nth(value, "row", ceil(rows / 2))


def upper_median(value: Any, rows: Any) -> Any:
    """Least value of the upper half, in order; of an odd number of rows the lower median again."""
    return nth(value, "row", floor(rows / 2) + 1)


def midpoint(low: Any, high: Any) -> Any:
    """Value halfway between two."""
    return (low + high) / 2


def mean_with(value: Any, added: Any, rows: Any) -> Any:
    """Arithmetic mean of the rows and one value that is added to them; rows: how many there are."""
    return (total(value, "row") + added) / (rows + 1)


def median_with(low: Any, high: Any, added: Any) -> Any:
    """Median of an even number of rows and one value that is added to them.

    low, high: their lower and upper median. The added value is the median itself if it lies
    between them; from outside it can move the median no further than to one of them.
    """
    return maximum(low, minimum(high, added))


# -- the error of a prediction ----------------------------------------------------------------


def squared_error(label: Any, prediction: Any) -> Any:
    """Sum of the squared errors of all rows; prediction: each row's, or one constant for all."""
    return total((label - prediction) ** 2, "row")


def mean_squared_error(label: Any, prediction: Any) -> Any:
    """Mean of the squared errors of all rows; prediction: each row's, or one constant for all."""
    return mean((label - prediction) ** 2, "row")


def absolute_error(label: Any, prediction: Any) -> Any:
    """Sum of the absolute errors of all rows; prediction: each row's, or one constant for all."""
    return total(absolute(label - prediction), "row")


def mean_log_loss(margin: Any, label: Any) -> Any:
    """Mean log loss in nats; margin: a row's log-odds, or one for all; label: 0 or 1.

    It is ln(1 + e^-m) for a 1 and ln(1 + e^m) for a 0, which loses nothing where the model is sure.
    """
    return mean(ln(1 + exp((1 - 2 * label) * margin)), "row")


# -- shares and odds --------------------------------------------------------------------------


def is_late(minutes: Any, promise: Any) -> Any:
    """Label of a delivery: 1 when it takes longer than promised, else 0; both in minutes."""
    return where(promise < minutes, 1, 0)


def clipped_share(share: Any) -> Any:
    """A share of labels kept a millionth away from 0 and 1, so that it has log-odds."""
    return minimum(maximum(share, 1e-6), 1 - 1e-6)


def odds(probability: Any) -> Any:
    """Odds of a probability: how much more often it happens than not."""
    return probability / (1 - probability)


def log_odds(odds: Any) -> Any:
    """Natural logarithm of the odds; of those of the share of ones, the base for log loss."""
    return ln(odds)


def probability(log_odds: Any) -> Any:
    """Probability that has these log-odds: the logistic function 1 / (1 + e^-m)."""
    return 1 / (1 + exp(-log_odds))


def logistic_hessian(probability: Any) -> Any:
    """Second derivative of the log loss by the log-odds: p (1 - p), at most 1/4."""
    return probability * (1 - probability)


def ratio(part: Any, whole: Any) -> Any:
    """How many times as large one number is as another of the same unit."""
    return part / whole


def reaches(value: Any, wanted: Any) -> Any:
    """Whether a value is at least as large as another of the same unit: 1 or 0."""
    return where(wanted <= value, 1, 0)


# -- a straight line --------------------------------------------------------------------------


def line_slope(x: Any, y: Any, x_mean: Any) -> Any:
    """Slope of the least-squares line, in units of y per unit of x.

    Covariance over variance: the distances of x from its mean sum to zero, so that the mean of y
    drops out.
    """
    return total((x - x_mean) * y, "row") / total((x - x_mean) ** 2, "row")


def line_at(x: Any, slope: Any, x_mean: Any, y_mean: Any) -> Any:
    """Height of the least-squares line at x: it goes through the point of the two means."""
    return y_mean + slope * (x - x_mean)
