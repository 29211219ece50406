"""The two real data sets of the chapter, as scikit-learn bundles them (needs scikit-learn)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes

FloatArray = NDArray[np.float64]


def diabetes() -> tuple[FloatArray, FloatArray]:
    """Return (X, y): 442 patients, 10 standardised features; disease progression in a year.

    Source: B. Efron and others, "Least Angle Regression", Annals of Statistics 32 (2004).
    """
    X, y = load_diabetes(return_X_y=True)
    return np.asarray(X), np.asarray(y, dtype=np.float64)


def breast_cancer() -> tuple[FloatArray, FloatArray]:
    """Return (X, y): 569 tumours, 30 features of their cell nuclei; 1 for a benign one.

    Source: W. Wolberg and others, Breast Cancer Wisconsin (Diagnostic), UCI, 1995.
    """
    X, y = load_breast_cancer(return_X_y=True)
    return np.asarray(X), np.asarray(y, dtype=np.float64)


def split_rows(n: int, held_out: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (training rows, test rows) of n rows, shuffled; int(held_out * n) are for testing."""
    shuffled = np.random.RandomState(seed).permutation(n)
    n_test = int(held_out * n)
    return shuffled[n_test:], shuffled[:n_test]
