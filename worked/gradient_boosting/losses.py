"""The four losses of gradient boosting: where to start, which way is downhill, how far to step.

Each loss is four plain functions of the targets `y` and the model's current output `raw`
(a prediction for regression, log-odds for classification). Source: J. Friedman, "Greedy
Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29 (2001),
algorithms 2 to 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Loss(NamedTuple):
    """What boosting asks of a loss; `y` and `raw` have one entry for each row.

    Attributes:
        base_prediction: y -> the constant that minimises the loss, where boosting starts.
        mean_loss: (y, raw) -> the mean loss, on the scale that early stopping compares.
        negative_gradient: (y, raw) -> what the next tree is fitted to, one value a row.
        leaf_value: (y, raw) of the rows of one leaf -> the step to take for all of them.
    """

    base_prediction: Callable[[FloatArray], float]
    mean_loss: Callable[[FloatArray, FloatArray], float]
    negative_gradient: Callable[[FloatArray, FloatArray], FloatArray]
    leaf_value: Callable[[FloatArray, FloatArray], float]


def lower_median(values: FloatArray) -> float:
    """Return the middle value, or the lower of the two middle values: always one of `values`.

    Every number between the two middle values minimises the absolute error; scikit-learn's
    leaves take the lower one, its base prediction takes their mean.
    """
    return float(np.quantile(values, 0.5, method="inverted_cdf"))


def sigmoid(log_odds: FloatArray) -> FloatArray:
    """Return the probabilities 1 / (1 + exp(-log_odds)), without overflow on either side."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small))


# --8<-- [start:base_prediction]
def mean(y: FloatArray) -> float:
    """Return the constant c with the least squared error: there sum (y - c) is zero."""
    return float(np.mean(y))


def median(y: FloatArray) -> float:
    """Return a constant with the least absolute error: as many rows above it as below."""
    return float(np.median(y))


def log_odds(y: FloatArray) -> float:
    """Return `ln(p / (1 - p))` for the share p of ones: there sum (y - sigmoid(c)) is zero."""
    p = float(np.mean(y))
    return float(np.log(p / (1 - p)))


# --8<-- [end:base_prediction]


# --8<-- [start:residuals]
def residual(y: FloatArray, raw: FloatArray) -> FloatArray:
    """Return y - raw, the negative gradient of `(y - raw) ** 2 / 2`."""
    return y - raw


def residual_sign(y: FloatArray, raw: FloatArray) -> FloatArray:
    """Return the negative gradient of |y - raw|: down above the target, up at or below it.

    At raw = y any slope between those is a subgradient; this is the choice of scikit-learn.
    """
    return np.where(raw > y, -1.0, 1.0)


def probability_residual(y: FloatArray, raw: FloatArray) -> FloatArray:
    """Return y - p, the negative gradient of the log loss with respect to the log-odds."""
    return y - sigmoid(raw)


# --8<-- [end:residuals]


# --8<-- [start:newton_leaf]
def newton_leaf(y: FloatArray, raw: FloatArray) -> float:
    """Return a Newton step for the log loss of a leaf: `sum(y - p) / sum(p * (1 - p))`.

    The best step has no closed form, so it takes slope over curvature, once (Friedman 2001,
    algorithm 5). A leaf whose probabilities are all zero or one has no curvature and takes none.
    """
    p = sigmoid(raw)
    curvature = float(np.mean(p * (1 - p)))
    if curvature < 1e-150:
        return 0.0
    return float(np.mean(y - p)) / curvature


# --8<-- [end:newton_leaf]


def deviance(y: FloatArray, raw: FloatArray) -> float:
    """Return twice the mean log loss, in nats: the scale of scikit-learn's `train_score_`."""
    return float(2 * np.mean(np.logaddexp(0, raw) - y * raw))


SQUARED_ERROR = Loss(
    base_prediction=mean,
    mean_loss=lambda y, raw: float(np.mean((y - raw) ** 2)),
    negative_gradient=residual,
    leaf_value=lambda y, raw: float(np.mean(y - raw)),
)
ABSOLUTE_ERROR = Loss(
    base_prediction=median,
    mean_loss=lambda y, raw: float(np.mean(np.abs(y - raw))),
    negative_gradient=residual_sign,
    leaf_value=lambda y, raw: lower_median(y - raw),
)
LOGISTIC = Loss(
    base_prediction=log_odds,
    mean_loss=deviance,
    negative_gradient=probability_residual,
    leaf_value=newton_leaf,
)


def huber_loss(delta: float) -> Loss:
    """Return the loss that is squared for errors up to `delta` and absolute beyond it.

    Its leaf value is one step from the leaf's median towards the mean, with every residual
    clipped to `delta` (Friedman 2001, algorithm 4). `delta` is in the units of y.
    """

    def mean_loss(y: FloatArray, raw: FloatArray) -> float:
        error = np.abs(y - raw)
        return float(np.mean(np.where(error <= delta, error**2 / 2, delta * (error - delta / 2))))

    def leaf_value(y: FloatArray, raw: FloatArray) -> float:
        middle = lower_median(y - raw)
        return middle + float(np.mean(np.clip(y - raw - middle, -delta, delta)))

    return Loss(
        base_prediction=median,
        mean_loss=mean_loss,
        negative_gradient=lambda y, raw: np.clip(y - raw, -delta, delta),
        leaf_value=leaf_value,
    )


def loss_for_round(name: str, y: FloatArray, raw: FloatArray, huber_quantile: float) -> Loss:
    """Return the loss called `name` as this round uses it.

    Only Huber's changes from round to round: its delta is the `huber_quantile` (0 to 1) of
    the absolute errors that the model makes now, so "outlier" tightens as the fit improves.

    Raises:
        ValueError: no loss has that name.
    """
    if name == "huber":
        return huber_loss(
            float(np.quantile(np.abs(y - raw), huber_quantile, method="inverted_cdf"))
        )
    fixed = {
        "squared_error": SQUARED_ERROR,
        "absolute_error": ABSOLUTE_ERROR,
        "logistic": LOGISTIC,
    }
    if name not in fixed:
        raise ValueError(f"loss {name!r} is not one of {', '.join([*fixed, 'huber'])}")
    return fixed[name]
