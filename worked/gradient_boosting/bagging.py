"""Bagging on the same trees, and what it and boosting do to bias and variance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from worked.gradient_boosting.boosting import checked, checked_features
from worked.gradient_boosting.regression_tree import grow_tree, leaf_of_each_row

FloatArray = NDArray[np.float64]
# Fits (X, y) with the given seed and returns predictions (rows,) for the third argument.
FitPredict = Callable[[FloatArray, FloatArray, FloatArray, int], FloatArray]


# --8<-- [start:bagging]
def bagged_predictions(
    X: FloatArray, y: FloatArray, X_new: FloatArray, trees: int, max_depth: int, seed: int
) -> FloatArray:
    """Return the mean prediction (rows,) for X_new of trees grown on bootstrap samples.

    Each tree sees as many rows as there are, drawn with replacement, and none knows of the
    others: their mean keeps a tree's bias and averages away its variance. Source: L.
    Breiman, "Bagging Predictors", Machine Learning (1996).
    """
    features, targets = checked(X, y, "squared_error")
    new = checked_features(X_new, features.shape[1])
    generator = np.random.RandomState(seed)
    total = np.zeros(len(new))
    for _ in range(trees):
        rows = generator.randint(0, len(targets), size=len(targets))
        tree = grow_tree(features[rows], targets[rows], max_depth)
        total += tree.value[leaf_of_each_row(tree, new)]
    return total / trees


# --8<-- [end:bagging]


# --8<-- [start:bias_variance]
def bias_and_variance(
    fit_predict: FitPredict,
    draw: Callable[[np.random.RandomState], tuple[FloatArray, FloatArray]],
    X_new: FloatArray,
    truth: FloatArray,
    training_sets: int,
) -> tuple[float, float]:
    """Return (squared bias, variance) of a method's predictions for X_new, averaged over rows.

    The method is fitted to `training_sets` samples of (X, y) from `draw`; `truth` is the
    noiseless target for X_new. Bias: how far the mean over samples is from the truth.
    Variance: how much one sample's prediction differs from that mean. The mean over samples
    still moves with their number R, which adds variance / R to the bias measured; that is
    taken off again, as is the usual R - 1 in the variance.
    """
    predictions = np.array(
        [
            fit_predict(*draw(np.random.RandomState(seed)), X_new, seed)
            for seed in range(training_sets)
        ]
    )
    variance = float(np.mean(np.var(predictions, axis=0, ddof=1)))
    apart = float(np.mean((predictions.mean(axis=0) - truth) ** 2))
    return apart - variance / training_sets, variance


# --8<-- [end:bias_variance]


def friedman_1(X: FloatArray) -> FloatArray:
    """Return Friedman's first test function of X (rows, at least 5 features in 0..1).

    10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5: an interaction, a curve and two lines.
    Source: J. Friedman, "Multivariate Adaptive Regression Splines" (1991), section 4.3.
    """
    return np.asarray(
        10 * np.sin(np.pi * X[:, 0] * X[:, 1])
        + 20 * (X[:, 2] - 0.5) ** 2
        + 10 * X[:, 3]
        + 5 * X[:, 4]
    )
