"""Which features matter: by what the trees gained, and by what is lost without them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from worked.gradient_boosting.boosting import Model
from worked.gradient_boosting.regression_tree import LEAF

FloatArray = NDArray[np.float64]


# --8<-- [start:impurity_importance]
def impurity_importance(model: Model, n_features: int) -> FloatArray:
    """Return each feature's share (features,) of all the squared error that splits removed.

    Counted on the training rows, so a feature that only ever fitted noise earns its share
    too, and one with many distinct values has many chances to. All zeros if nothing split.
    """
    removed = np.zeros(n_features)
    for tree in model.trees:
        inside = tree.feature != LEAF
        np.add.at(removed, tree.feature[inside], tree.gain[inside] / tree.rows[0])
    total = removed.sum()
    return removed / total if total > 0 else removed


# --8<-- [end:impurity_importance]


# --8<-- [start:permutation_importance]
def permutation_importance(
    score: Callable[[FloatArray], float], X: FloatArray, repeats: int, seed: int
) -> FloatArray:
    """Return by how much shuffling each column of X lowers `score`, of shape (features, repeats).

    `score(X)` is any measure for which more is better. Give it held-out rows: on training
    rows a memorised noise column looks important. A column with a copy looks unimportant,
    because the model can read the copy instead. Source: L. Breiman, "Random Forests"
    (2001), section 10; the shuffles follow scikit-learn's `permutation_importance`.
    """
    intact = score(X)
    lost = np.zeros((X.shape[1], repeats))
    for column in range(X.shape[1]):
        generator = np.random.RandomState(seed)
        order = np.arange(len(X))
        shuffled = X.copy()
        for repeat in range(repeats):
            generator.shuffle(order)
            shuffled[:, column] = shuffled[order, column]
            lost[column, repeat] = intact - score(shuffled)
    return lost


# --8<-- [end:permutation_importance]


def r_squared(y: FloatArray, predicted: FloatArray) -> float:
    """Return 1 - (squared error of `predicted`) / (squared error of the mean of y)."""
    return float(1 - np.sum((y - predicted) ** 2) / np.sum((y - np.mean(y)) ** 2))
