"""Measure on real data: median regression as a linear programme against subgradient descent.

The data are scikit-learn's diabetes set (442 patients, 10 inputs; the target is a measure of
disease progression). Run `python -m worked.l1_gradient.diabetes_study --record` to write
`measured/least_absolute_deviations.json`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes

from worked.l1_gradient.least_absolute_deviations import (
    lad_linear_programme,
    lad_subgradient_descent,
    steps_to_within,
)
from worked.recording import run_study

MEASURED = Path(__file__).parent / "measured" / "least_absolute_deviations.json"
STEPS = 5_000
OUTLIER_FACTOR = 100


def study() -> dict[str, tuple[float, str]]:
    """Return the study's measured values, name -> (value, unit); nothing in it is random."""
    X, y = load_diabetes(return_X_y=True)
    exact = lad_linear_programme(X, y)
    residuals = y - (X @ exact.coefficients + exact.intercept)
    descent = lad_subgradient_descent(X, y, STEPS)
    gap = descent.fit.sum_of_absolute_errors / exact.sum_of_absolute_errors - 1

    # One patient's target misread by two zeros: how far does each method's mean prediction move?
    spoilt = y.copy()
    spoilt[0] *= OUTLIER_FACTOR
    exact_spoilt = lad_linear_programme(X, spoilt)
    design = np.column_stack([X, np.ones(len(y))])
    squares = np.linalg.lstsq(design, y)[0]
    squares_spoilt = np.linalg.lstsq(design, spoilt)[0]
    before = X @ exact.coefficients + exact.intercept
    after = X @ exact_spoilt.coefficients + exact_spoilt.intercept

    values: dict[str, tuple[float, str]] = {
        "points": (len(y), ""),
        "inputs": (X.shape[1], ""),
        "linear_programme_sum_of_absolute_errors": (exact.sum_of_absolute_errors, ""),
        "linear_programme_mean_absolute_error": (exact.sum_of_absolute_errors / len(y), ""),
        "points_exactly_on_the_plane": (int(np.sum(np.abs(residuals) < 1e-9 * np.ptp(y))), ""),
        "least_squares_mean_absolute_error": (float(np.mean(np.abs(y - design @ squares))), ""),
        "subgradient_descent_steps": (STEPS, ""),
        "subgradient_descent_sum_of_absolute_errors": (
            descent.fit.sum_of_absolute_errors,
            "",
        ),
        "subgradient_descent_relative_gap": (gap, ""),
        "outlier_factor": (OUTLIER_FACTOR, ""),
        "mean_shift_of_l1_predictions_after_outlier": (float(np.mean(np.abs(after - before))), ""),
        "mean_shift_of_l2_predictions_after_outlier": (
            float(np.mean(np.abs(design @ (squares_spoilt - squares)))),
            "",
        ),
    }
    for name, tolerance in (("1_percent", 1e-2), ("0_1_percent", 1e-3), ("0_01_percent", 1e-4)):
        steps = steps_to_within(descent.best_objective, exact.sum_of_absolute_errors, tolerance)
        if steps is None:
            raise RuntimeError(f"descent did not come within {tolerance:g} in {STEPS} steps")
        values[f"subgradient_descent_steps_to_within_{name}"] = (steps, "")
    return values


def main() -> None:
    """Print the study's values, and record them when called with --record."""
    run_study(
        MEASURED,
        study,
        what="Least absolute deviations on scikit-learn's diabetes data: linear programme "
        "and subgradient descent, and the effect of one target multiplied by 100",
        command="python -m worked.l1_gradient.diabetes_study --record",
        seed=0,
    )


if __name__ == "__main__":
    main()
