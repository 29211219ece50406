"""Boosting: round after round, gradients from the margins so far, then one tree per output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worked.xgboost.exact_tree import grow_exact_tree, sort_columns
from worked.xgboost.hist_tree import (
    AllReduce,
    BinnedMatrix,
    Cuts,
    bin_rows,
    grow_hist_tree,
    quantile_cuts,
)
from worked.xgboost.objective import (
    Objective,
    base_margin,
    checked_labels,
    label_means,
    objective_named,
)
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import Tree, predict

Float32 = npt.NDArray[np.float32]
Draw = Callable[[list[int], int], list[int]]  # (features, how many) -> those drawn, ascending
GrowTree = Callable[[Float32, Float32, Callable[[int], list[int]]], tuple[Tree, Float32]]


@dataclass(frozen=True)
class Booster:
    """A trained model of `features` columns: `trees[r][k]` is what round r adds to output k
    (one output unless multiclass), on top of `base_margin`, shape (outputs,)."""

    objective: Objective
    base_margin: Float32
    trees: list[list[Tree]]
    features: int


def predict_margin(booster: Booster, x: npt.ArrayLike, rounds: int | None = None) -> Float32:
    """Return the margins after `rounds` rounds (default all), shape (rows, outputs).

    Raises:
        ValueError: `x` is no such matrix as `train` takes, or has another number of columns.
    """
    values = as_matrix(x)
    if values.shape[1] != booster.features:
        raise ValueError(f"x has {values.shape[1]} columns; the model has {booster.features}")
    margin = np.tile(booster.base_margin, (len(values), 1))
    for trees in booster.trees[:rounds]:
        for k, tree in enumerate(trees):
            margin[:, k] += predict(tree, values)
    return margin


def predict_value(booster: Booster, x: npt.ArrayLike, rounds: int | None = None) -> Float32:
    """Return predictions after `rounds` rounds (default all): numbers or probabilities.

    Shape (rows,), or (rows, classes) for multi:softprob.
    """
    margin = predict_margin(booster, x, rounds)
    outputs = margin if len(booster.base_margin) > 1 else margin[:, 0]
    return booster.objective.transform(outputs)


def draw_uniformly(seed: int) -> Draw:
    """Return a function that draws features without replacement, all equally likely."""
    rng = np.random.default_rng(seed)

    def draw(features: list[int], count: int) -> list[int]:
        return sorted(int(f) for f in rng.choice(features, count, replace=False))

    return draw


def column_sampler(features: int, p: TreeParameters, draw: Draw) -> Callable[[int], list[int]]:
    """Return one tree's `columns_for(depth)`: draws nest, tree then level then node.

    Each draw keeps max(1, floor(share * columns)) of the columns left by the draw above it.
    """

    def drawn(columns: list[int], share: float) -> list[int]:
        return columns if share == 1 else draw(columns, max(1, int(share * len(columns))))

    of_tree = drawn(list(range(features)), p.colsample_bytree)
    of_level: dict[int, list[int]] = {}

    def columns_for(depth: int) -> list[int]:
        if depth not in of_level:
            of_level[depth] = drawn(of_tree, p.colsample_bylevel)
        return drawn(of_level[depth], p.colsample_bynode)

    return columns_for


def train(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    p: TreeParameters | None = None,
    *,
    objective: str = "reg:squarederror",
    rounds: int = 10,
    method: str = "hist",
    classes: int = 1,
    base_score: float | None = None,
    draw: Draw | None = None,
    cuts: list[Cuts] | None = None,
) -> Booster:
    """Train on `x` (rows, features; NaN is missing) and labels `y` (rows,).

    `method` is "exact" or "hist"; `base_score` is a label, or a probability for
    binary:logistic (default: estimated from `y`); `classes` is for multi:softprob only;
    `draw` draws columns (default: `draw_uniformly(0)`); `cuts` replaces the histogram cuts.

    Raises:
        ValueError: shapes that do not match, infinite values, labels the objective cannot
            use, an unknown method, or a parameter the method has no use for.
    """
    p = p or TreeParameters()
    loss = objective_named(objective)
    values = as_matrix(x)
    labels = checked_labels(loss, y, len(values), classes)
    base = base_margin(loss, label_means(labels, classes), base_score)
    if len(p.monotone_constraints) > values.shape[1]:
        raise ValueError(f"more monotone_constraints than features, {values.shape[1]}")
    if method == "exact":
        if p.colsample_bynode != 1:
            raise ValueError("the exact method draws columns by tree and by level, not by node")
        grow = exact_grower(values, p)
    elif method == "hist":
        data = bin_rows(values, cuts or quantile_cuts(values, p.max_bin))
        grow = hist_grower(data, p)
    else:
        raise ValueError(f"method must be 'exact' or 'hist', not {method!r}")
    sampler = draw or draw_uniformly(0)
    return boost(labels, loss, base, rounds, values.shape[1], p, grow, sampler)


def exact_grower(x: Float32, p: TreeParameters) -> GrowTree:
    """Return a function that grows an exact tree on `x`, whose columns are sorted once, here."""
    data = sort_columns(x)

    def grow(
        gradient: Float32, hessian: Float32, columns_for: Callable[[int], list[int]]
    ) -> tuple[Tree, Float32]:
        tree = grow_exact_tree(data, gradient, hessian, p, columns_for)
        return tree, predict(tree, x)

    return grow


def hist_grower(
    data: BinnedMatrix, p: TreeParameters, all_reduce: AllReduce | None = None
) -> GrowTree:
    """Return a function that grows a histogram tree on binned data, alone or with workers."""

    def grow(
        gradient: Float32, hessian: Float32, columns_for: Callable[[int], list[int]]
    ) -> tuple[Tree, Float32]:
        return grow_hist_tree(data, gradient, hessian, p, columns_for, all_reduce)

    return grow


def boost(
    labels: Float32,
    loss: Objective,
    base: Float32,
    rounds: int,
    features: int,
    p: TreeParameters,
    grow: GrowTree,
    draw: Draw,
) -> Booster:
    """Run the boosting loop and return the model.

    All outputs of a round see the margins from before it. Margins are kept in float32 and
    every tree's contribution is added as it comes, as the library does.
    """
    margin = np.tile(base, (len(labels), 1))
    trees: list[list[Tree]] = []
    for _ in range(rounds):
        view = margin if len(base) > 1 else margin[:, 0]
        gradient, hessian = (v.reshape(margin.shape) for v in loss.gradients(view, labels))
        grown = [
            grow(
                np.ascontiguousarray(gradient[:, k]),
                np.ascontiguousarray(hessian[:, k]),
                column_sampler(features, p, draw),
            )
            for k in range(len(base))
        ]
        for k, (_, added) in enumerate(grown):
            margin[:, k] += added
        trees.append([tree for tree, _ in grown])
    return Booster(loss, base, trees, features)


def as_matrix(x: npt.ArrayLike) -> Float32:
    """Return `x` as a float32 matrix, or say what is wrong with it."""
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
        values = np.asarray(x, np.float32)
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"x must be a matrix of rows and features, not of shape {values.shape}")
    if np.isinf(values).any():
        raise ValueError(
            "x holds values that are infinite or too large for float32, which ends at 3.4e38: "
            "mark what is missing as NaN, and use larger units"
        )
    return values
