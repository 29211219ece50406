"""Scoring a split: the leaf weight, the gain, and the best of many candidates.

The derivation is in Chen and Guestrin, "XGBoost" (KDD 2016), section 2.2; two things in the
library differ from the paper and are kept here. Its gain has no factor 1/2 (the paper's
equation 7 has one), and `gamma` is compared with that larger number. And it rounds each
node's score to float32, which decides between candidates that are equal on paper.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SMALLEST_GAIN = float(np.float32(1e-6))  # a split must gain more than this (XGBoost's kRtEps)


@dataclass(frozen=True)
class TreeParameters:
    """What bounds a tree. Names and defaults are XGBoost's.

    Attributes:
        max_depth: levels of splits below the root, at least 1.
        eta: shrinkage; every leaf weight is multiplied by it.
        reg_lambda: L2 penalty on a leaf weight (per leaf: lambda w^2 / 2).
        reg_alpha: L1 penalty on a leaf weight (per leaf: alpha |w|).
        gamma: the gain a split must reach, on the scale without the factor 1/2.
        min_child_weight: the hessian sum a child must reach.
        max_bin: the most histogram bins per feature (histogram builder only), 2 to 65535.
        colsample_bytree, colsample_bylevel, colsample_bynode: shares of columns drawn for a
            tree, of those for each level, of those for each node, in (0, 1].
        monotone_constraints: for each of the first features +1 (prediction may not fall as
            the feature rises), -1 (may not rise) or 0; the others are free.
        gain_dtype: "float32" rounds scores as the library does, "float64" is the textbook.

    Raises:
        ValueError: a value outside its range.
    """

    max_depth: int = 6
    eta: float = 0.3
    reg_lambda: float = 1.0
    reg_alpha: float = 0.0
    gamma: float = 0.0
    min_child_weight: float = 1.0
    max_bin: int = 256
    colsample_bytree: float = 1.0
    colsample_bylevel: float = 1.0
    colsample_bynode: float = 1.0
    monotone_constraints: tuple[int, ...] = ()
    gain_dtype: str = "float32"

    def __post_init__(self) -> None:
        for name in ("eta", "reg_lambda", "reg_alpha", "gamma", "min_child_weight"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        for name in ("colsample_bytree", "colsample_bylevel", "colsample_bynode"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in (0, 1], not {getattr(self, name)}")
        if self.max_depth < 1:
            raise ValueError(f"max_depth must be at least 1, not {self.max_depth}")
        if not 2 <= self.max_bin <= 65535:
            raise ValueError(f"max_bin must lie between 2 and 65535, not {self.max_bin}")
        if any(c not in (-1, 0, 1) for c in self.monotone_constraints):
            raise ValueError("monotone_constraints holds -1, 0 or +1 for each feature")
        if self.gain_dtype not in ("float32", "float64"):
            raise ValueError(f"gain_dtype is float32 or float64, not {self.gain_dtype}")
        if self.gain_dtype == "float32":  # the library stores every parameter as a float32
            for field in fields(self):
                if isinstance(value := getattr(self, field.name), float):
                    object.__setattr__(self, field.name, float(np.float32(value)))

    @property
    def constrained(self) -> bool:
        """Whether weights are clipped and scored as such: constraints are given, be they all 0.

        As in XGBoost 3.2, where a list of zeros binds nothing but does change the scores.
        """
        return bool(self.monotone_constraints)

    def constraint(self, feature: int) -> int:
        """Return the monotone constraint of `feature`: -1, 0 or +1."""
        held = self.monotone_constraints
        return held[feature] if feature < len(held) else 0


@dataclass(frozen=True)
class Bounds:
    """The range a node's weight may take, narrowed by monotone splits above it."""

    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Split:
    """The best split of one node, with the gradient and hessian sums of its two sides."""

    gain: float
    feature: int
    threshold: float
    default_left: bool
    left: tuple[float, float]
    right: tuple[float, float]


def soft_threshold(gradient_sum: Array | float, alpha: float) -> Array:
    """Return G moved towards zero by alpha, and 0 where |G| <= alpha: what the L1 term does."""
    g = np.asarray(gradient_sum, np.float64)
    return np.sign(g) * np.maximum(np.abs(g) - alpha, 0.0)


# --8<-- [start:leaf_weight]
def leaf_weight(G: Array | float, H: Array | float, p: TreeParameters) -> Array:
    """Return the leaf weight with which the leaf's objective is least.

    `G` and `H` are sums of gradients and hessians over the rows of the leaf. A sum of
    hessians below `min_child_weight` gives zero, as the library does. Shrinkage is not applied.
    """
    H = np.asarray(H, np.float64)
    enough = (p.min_child_weight <= H) & (H > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        w = -soft_threshold(G, p.reg_alpha) / (H + p.reg_lambda)
    return np.where(enough, w, 0.0).astype(p.gain_dtype)


# --8<-- [end:leaf_weight]


def bounded_weight(G: Array | float, H: Array | float, p: TreeParameters, bounds: Bounds) -> Array:
    """Return the leaf weight, moved into the node's `bounds` when there are constraints."""
    w = leaf_weight(G, H, p)
    return np.clip(w, bounds.lower, bounds.upper).astype(w.dtype) if p.constrained else w


def node_score(
    G: Array | float, H: Array | float, p: TreeParameters, bounds: Bounds = Bounds()
) -> Array:
    """Return how much a node's best weight lowers the objective, times two.

    Free of constraints that is T(G)^2 / (H + lambda), T the soft threshold. When constraints
    are given the weight may be clipped, and the library scores the clipped weight by
    -(2 G w + (H + lambda) w^2) for every feature; that expression leaves out 2 alpha |w|,
    so with alpha > 0 merely switching a constraint on changes every gain.
    """
    real = np.dtype(p.gain_dtype).type
    H = np.asarray(H, np.float64)
    if p.constrained:
        w, g, h = bounded_weight(G, H, p, bounds), np.asarray(G).astype(real), H.astype(real)
        score = -(real(2) * g * w + (h + real(p.reg_lambda)) * (w * w))
    else:
        squared = np.square(soft_threshold(G, p.reg_alpha)).astype(real)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = squared / (H + p.reg_lambda).astype(real)
    return np.where(H > 0, score, real(0))


# --8<-- [start:split_gain]
def split_gain(
    left: tuple[Array, Array],
    right: tuple[Array, Array],
    parent_score: Array | float,
    p: TreeParameters,
    bounds: Bounds = Bounds(),
    constraint: Array | int = 0,
) -> Array:
    """Return the gain of each candidate: score(left) + score(right) - score(parent).

    `left` and `right` are (gradient sums, hessian sums) of the sides, arrays of one shape;
    `constraint` is the feature's sign, or zero, and broadcasts against them. A candidate
    that starves a child of hessian, or breaks its constraint, gains minus infinity.
    """
    gain = node_score(*left, p, bounds) + node_score(*right, p, bounds)
    gain = gain - np.asarray(parent_score, gain.dtype)
    allowed = (p.min_child_weight <= left[1]) & (p.min_child_weight <= right[1])
    if p.constrained:
        rise = bounded_weight(*right, p, bounds) - bounded_weight(*left, p, bounds)
        allowed &= np.asarray(constraint) * rise >= 0
    return np.where(allowed & np.isfinite(gain), gain, -np.inf)


# --8<-- [end:split_gain]


def child_bounds(split: Split, p: TreeParameters, bounds: Bounds) -> tuple[Bounds, Bounds]:
    """Return the bounds of the left and the right child of a node that was split.

    Across a monotone split the midpoint of the two weights becomes a wall: one subtree stays
    below it and the other above, whatever features they split on.
    """
    if not p.constrained:
        return bounds, bounds
    left = bounded_weight(*split.left, p, bounds)
    right = bounded_weight(*split.right, p, bounds)
    middle = float((left + right) / left.dtype.type(2))
    match p.constraint(split.feature):
        case 1:
            return Bounds(bounds.lower, middle), Bounds(middle, bounds.upper)
        case -1:
            return Bounds(middle, bounds.upper), Bounds(bounds.lower, middle)
        case _:
            return bounds, bounds
