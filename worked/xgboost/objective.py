"""The losses: what each one tells the trees about every row (gradient, hessian, base score).

All arrays are float32, as in XGBoost, so that the trees grown from them can be compared with
the library's tree for tree; sums of them are taken in float64 by the tree builders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

SMALLEST_HESSIAN = np.float32(1e-16)  # XGBoost's floor: a sure prediction must keep some weight
SMALLEST_PROBABILITY = np.float32(1e-6)  # XGBoost's kRtEps: keeps log and logit finite


def exp(x: Float32) -> Float32:
    """Return e^x correctly rounded to float32.

    NumPy's own float32 exp is up to two units off in the last place, the C library's, which
    XGBoost calls, about half a unit; a whole tree can hang on that.
    """
    return np.exp(x, dtype=np.float64).astype(np.float32)


def log(x: Float32) -> Float32:
    """Return the natural logarithm correctly rounded to float32, for the reason `exp` has."""
    return np.log(x, dtype=np.float64).astype(np.float32)


def sigmoid(margin: Float32) -> Float32:
    """Return the probability 1 / (1 + e^-margin), in float32."""
    return np.float32(1) / (exp(np.minimum(-margin, np.float32(88.7))) + np.float32(1))


def softmax(margin: Float32) -> Float32:
    """Return class probabilities, shape (rows, classes), from margins of the same shape."""
    shifted = exp(margin - np.maximum(margin.max(axis=1, keepdims=True), 0))
    total = shifted.sum(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    return shifted / total


# --8<-- [start:gradients]
def squared_error_gradients(margin: Float32, label: Float32) -> tuple[Float32, Float32]:
    """Return (gradient, hessian) of the squared error of every row: (margin - label, one)."""
    return margin - label, np.ones_like(margin)


def logistic_gradients(margin: Float32, label: Float32) -> tuple[Float32, Float32]:
    """Return (gradient, hessian) of the log loss in the margin: `p - label`, `p * (1 - p)`.

    The hessian is what `min_child_weight` adds up: a row the model is sure of counts for
    almost nothing, a row at even odds counts most.
    """
    p = sigmoid(margin)
    return p - label, np.maximum(p * (np.float32(1) - p), SMALLEST_HESSIAN)


def softmax_gradients(margin: Float32, label: Float32) -> tuple[Float32, Float32]:
    """Return (gradient, hessian) of the softmax cross-entropy, each of shape (rows, classes).

    XGBoost uses `2 * p * (1 - p)`. The diagonal of the true hessian is `p * (1 - p)`, but the
    classes' margins move together, and `2 * diagonal` is what bounds the full matrix,
    p_i (delta_ij - p_j). Leaf values are therefore shorter than a diagonal Newton step.
    """
    p = softmax(margin)
    is_label = np.arange(margin.shape[1], dtype=np.float32) == label[:, None]
    hessian = np.maximum(np.float32(2) * p * (np.float32(1) - p), SMALLEST_HESSIAN)
    return np.where(is_label, p - np.float32(1), p), hessian


# --8<-- [end:gradients]


def label_means(label: Float32, outputs: int) -> Float64:
    """Return what the base margin is made of: the mean label, or every class's share.

    Shape (outputs,). Workers average theirs, weighted by rows, to get the whole data's.
    """
    if outputs == 1:
        return np.array([(label.astype(np.float64) / len(label)).sum()])
    return np.bincount(label.astype(np.intp), minlength=outputs) / len(label)


def squared_error_base(means: Float64) -> Float32:
    """Return the margin every row starts from, shape (1,): the mean label."""
    return means.astype(np.float32)


def logistic_base(means: Float64) -> Float32:
    """Return the margin every row starts from, shape (1,): the log-odds of the mean label.

    The mean is kept off 0 and 1 first, so that labels of one class alone still have a margin.
    """
    p = np.clip(means.astype(np.float32), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return -log(np.float32(1) / p - np.float32(1))


def softmax_base(means: Float64) -> Float32:
    """Return the margins every row starts from, shape (classes,): centred log shares.

    A millionth is added to each share, so that a class without rows has a margin too. What is
    taken off is their mean, summed in float32 class after class, as the library sums it.
    """
    margin = log(means.astype(np.float32) + SMALLEST_PROBABILITY)
    return margin - np.cumsum(margin / np.float32(len(margin)))[-1]


@dataclass(frozen=True)
class Objective:
    """One loss: its gradients, its starting margin, and how a margin becomes a prediction.

    `check_labels(label, classes)` returns what is wrong with the labels, or nothing.
    """

    name: str
    gradients: Callable[[Float32, Float32], tuple[Float32, Float32]]
    base_margin: Callable[[Float64], Float32]
    transform: Callable[[Float32], Float32]
    check_labels: Callable[[Float32, int], str]


def _any_number(label: Float32, classes: int) -> str:
    return "" if np.isfinite(label).all() else "labels must be finite numbers"


def _probabilities(label: Float32, classes: int) -> str:
    good = bool(((label >= 0) & (label <= 1)).all())
    return "" if good else "labels of binary:logistic must lie between 0 and 1"


def _class_numbers(label: Float32, classes: int) -> str:
    if classes < 2:
        return f"multi:softprob needs classes of at least 2, not {classes}"
    good = bool(((label >= 0) & (label < classes) & (label == np.floor(label))).all())
    return "" if good else f"labels of multi:softprob must be whole numbers 0 .. {classes - 1}"


def _same(values: Float32) -> Float32:
    return values


SQUARED_ERROR = Objective(
    "reg:squarederror", squared_error_gradients, squared_error_base, _same, _any_number
)
LOGISTIC = Objective("binary:logistic", logistic_gradients, logistic_base, sigmoid, _probabilities)
SOFTMAX = Objective("multi:softprob", softmax_gradients, softmax_base, softmax, _class_numbers)


def objective_named(name: str) -> Objective:
    """Return the objective called `name`, by XGBoost's own names.

    Raises:
        ValueError: the name is not one of the three that this chapter builds.
    """
    known = {one.name: one for one in (SQUARED_ERROR, LOGISTIC, SOFTMAX)}
    if name not in known:
        raise ValueError(f"unknown objective {name!r}; choose one of {', '.join(known)}")
    return known[name]


def checked_labels(loss: Objective, y: npt.ArrayLike, rows: int, classes: int) -> Float32:
    """Return the labels as float32.

    Raises:
        ValueError: there is not one label per row, or the loss cannot use them.
    """
    label = np.asarray(y, np.float32)
    if label.shape != (rows,):
        raise ValueError(f"y must hold one label per row, {rows}, not shape {label.shape}")
    if problem := loss.check_labels(label, classes):
        raise ValueError(problem)
    return label


def base_margin(loss: Objective, means: Float64, base_score: float | None) -> Float32:
    """Return the starting margin, shape (outputs,): the user's `base_score`, or from `means`.

    A user's score is a label for regression, a probability for binary:logistic, and for
    multi:softprob a margin that all classes share (which changes no probability).
    """
    if base_score is None:
        return loss.base_margin(means)
    if len(means) > 1:
        return np.full(len(means), base_score, np.float32)
    if loss is LOGISTIC and not 0 < base_score < 1:
        raise ValueError(f"base_score of binary:logistic is a probability, not {base_score}")
    return loss.base_margin(np.array([base_score]))
