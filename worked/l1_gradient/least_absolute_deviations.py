"""Least absolute deviations with many inputs and an intercept: a linear programme, and descent.

Needs SciPy. For one input and a fixed intercept the exact answer is a weighted median; see
`worked.l1_gradient.medians`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A fitted plane, and how good it is."""

    coefficients: Array
    """One per input, shape (inputs,), in units of y per unit of that input."""
    intercept: float
    """In units of y."""
    sum_of_absolute_errors: float
    """Over all points, in units of y."""


def _design(X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Return X with a column of ones appended, and y, checked."""
    inputs, target = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if inputs.ndim != 2 or target.shape != (inputs.shape[0],):
        raise ValueError(
            f"X has shape {inputs.shape} and y {target.shape}; give (points, inputs) and (points,)"
        )
    if not (np.isfinite(inputs).all() and np.isfinite(target).all()):
        raise ValueError("X and y must be finite; drop or fill missing values first")
    design = np.column_stack([inputs, np.ones(len(target))])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError(
            "the inputs and the intercept are linearly dependent, so the coefficients are not "
            "unique; drop an input or add points"
        )
    return design, target


def _fit(design: Array, target: Array, weights: Array) -> Fit:
    errors = np.abs(target - design @ weights)
    return Fit(weights[:-1], float(weights[-1]), float(errors.sum()))


# --8<-- [start:lad_linear_programme]
def lad_linear_programme(X: ArrayLike, y: ArrayLike) -> Fit:
    """Return the plane that minimises sum |y - (X w + b)|, to the solver's precision.

    |r| is not linear, but the smallest over + under with over - under = r and neither negative
    is |r|. Writing every residual so leaves a linear objective under linear equalities, with
    a pair of extra variables for each point (Charnes, Cooper and Ferguson, 1955).

    `X` has shape (points, inputs), `y` (points,). ValueError if they do not match, are not
    finite, or the inputs are linearly dependent; RuntimeError if the solver gives up.
    """
    design, target = _design(X, y)
    points, weights = design.shape
    identity = np.eye(points)
    result = linprog(
        c=np.concatenate([np.zeros(weights), np.ones(2 * points)]),
        A_eq=np.hstack([design, identity, -identity]),
        b_eq=target,
        bounds=[(None, None)] * weights + [(0, None)] * (2 * points),
        method="highs",
    )
    if not result.success:
        raise RuntimeError(f"the linear programme was not solved: {result.message}")
    return _fit(design, target, result.x[:weights])


# --8<-- [end:lad_linear_programme]


# --8<-- [start:subgradient_descent]
@dataclass(frozen=True)
class SubgradientDescent:
    """The best plane that subgradient descent came across, and the way there."""

    fit: Fit
    best_objective: Array
    """Lowest sum of absolute errors up to each step, shape `(steps + 1,)`, in units of y."""


def lad_subgradient_descent(X: ArrayLike, y: ArrayLike, steps: int) -> SubgradientDescent:
    """Return the result of `steps` steps of subgradient descent on mean |y - (X w + b)|.

    Some choices make it converge, none of them tuned. Columns are first made orthonormal (QR),
    since a kink in a long thin valley is slow going, and a linear change of variable leaves
    the optimum alone. The rate is `R / sqrt(k + 1)`, where R, the root mean square of y, bounds
    how far the least-squares answer is from the start at zero, and the subgradient's norm is at
    most one in these coordinates. A step can make the loss worse (the subgradient is no descent
    direction), so the best point so far is kept (Nesterov, Lectures on Convex Optimization,
    section 3.2.3).

    `X` has shape (points, inputs), `y` (points,). ValueError as in `lad_linear_programme`, or
    if `steps` is negative.
    """
    if steps < 0:
        raise ValueError(f"steps is {steps}; it must not be negative")
    design, target = _design(X, y)
    points = len(target)
    q, r = np.linalg.qr(design)
    basis = q * np.sqrt(points)
    radius = np.sqrt(np.mean(target**2))
    weights = np.zeros(design.shape[1])
    best, best_objective = weights, np.empty(steps + 1)
    lowest = np.inf
    for k in range(steps + 1):
        residuals = target - basis @ weights
        objective = np.abs(residuals).sum()
        if objective < lowest:
            lowest, best = objective, weights
        best_objective[k] = lowest
        subgradient = -basis.T @ np.sign(residuals) / points
        weights = weights - radius / np.sqrt(k + 1) * subgradient
    original = np.linalg.solve(r, best * np.sqrt(points))
    return SubgradientDescent(_fit(design, target, original), best_objective)


# --8<-- [end:subgradient_descent]


def steps_to_within(best_objective: Array, optimum: float, relative_gap: float) -> int | None:
    """Return the first step whose objective exceeds `optimum` by at most `relative_gap`.

    `best_objective` as in `SubgradientDescent`; `optimum` in its unit; the gap is a fraction
    of the optimum. None if no step got there.
    """
    reached = np.flatnonzero(best_objective <= optimum * (1 + relative_gap))
    return int(reached[0]) if len(reached) else None
