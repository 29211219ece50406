"""The chapter's figures that a candidate would work out on a whiteboard.

Six deliveries: distance in km and minutes. Squared error, so a row's gradient is prediction
minus label and its hessian 1: G is minus the sum of residuals, H is a count of rows. The gains
are worked out in plain arithmetic here; the trees below them come from the real builder.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from worked.xgboost.booster import Booster, predict_value, train
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import LEAF, Tree

DISTANCE_KM = (1.0, 2.0, 3.0, 5.0, 6.0, 8.0)
MINUTES = (8.0, 9.0, 17.0, 22.0, 31.0, 39.0)

# Two levels, so that there is a split below the root to prune; eta, lambda: XGBoost's defaults.
TWO_LEVELS = TreeParameters(max_depth=2, eta=0.3, reg_lambda=1.0)
PRUNED = replace(TWO_LEVELS, gamma=10.0)


def base_prediction_minutes() -> float:
    """Return the base score: the mean of the six times, in minutes."""
    return sum(MINUTES) / len(MINUTES)


def candidate_gains(reg_lambda: float) -> dict[float, float]:
    """Return the gain of every first split: threshold in km -> gain in minutes squared.

    G_L^2 / (n_L + lambda) + G_R^2 / (n_R + lambda) - G^2 / (n + lambda), without the factor
    1/2, as XGBoost reports it.
    """
    base = base_prediction_minutes()
    gradient = [base - minutes for minutes in MINUTES]
    gains = {}
    for n_left in range(1, len(MINUTES)):
        G_left, G_right = sum(gradient[:n_left]), sum(gradient[n_left:])
        score = [
            G**2 / (n + reg_lambda)
            for G, n in (
                (G_left, n_left),
                (G_right, len(MINUTES) - n_left),
                (G_left + G_right, len(MINUTES)),
            )
        ]
        threshold = (DISTANCE_KM[n_left - 1] + DISTANCE_KM[n_left]) / 2
        gains[threshold] = score[0] + score[1] - score[2]
    return gains


def best_threshold_km(reg_lambda: float) -> float:
    """Return the threshold of the first split with the largest gain."""
    gains = candidate_gains(reg_lambda)
    return max(gains, key=lambda threshold: gains[threshold])


def fitted(p: TreeParameters, rounds: int) -> Booster:
    """Return the exact builder's model of the six deliveries, from the mean as base score."""
    x = np.array(DISTANCE_KM, np.float32)[:, None]
    return train(x, MINUTES, p, rounds=rounds, method="exact", base_score=base_prediction_minutes())


def first_tree(gamma: float) -> Tree:
    """Return the first tree, two levels deep, lambda 1, after pruning by `gamma`."""
    return fitted(replace(TWO_LEVELS, gamma=gamma), 1).trees[0][0]


def splits_left(gamma: float) -> list[str]:
    """Return which of the three splits survive `gamma`: of "root", "left" and "right"."""
    tree = first_tree(gamma)
    if tree.left[0] == LEAF:
        return []
    children = {"left": tree.left[0], "right": tree.right[0]}
    return ["root"] + [side for side, node in children.items() if tree.left[node] != LEAF]


def gains_in_first_tree() -> dict[str, float]:
    """Return the gains of the three splits of the unpruned first tree."""
    tree = first_tree(0.0)
    nodes = {"root": 0, "left": tree.left[0], "right": tree.right[0]}
    return {name: tree.gain[node] for name, node in nodes.items()}


def mean_squared_errors(rounds: int, p: TreeParameters = PRUNED) -> list[float]:
    """Return the training error in minutes squared after 0, 1, ... `rounds` rounds."""
    model = fitted(p, rounds)
    x = np.array(DISTANCE_KM, np.float32)[:, None]
    return [
        float(np.mean((predict_value(model, x, k).astype(np.float64) - MINUTES) ** 2))
        for k in range(rounds + 1)
    ]


def predicted_minutes(distance_km: float, rounds: int, p: TreeParameters = PRUNED) -> float:
    """Return the predicted minutes for one distance after `rounds` rounds."""
    return float(predict_value(fitted(p, rounds), np.array([[distance_km]]))[0])


def rounds_until_trees_vanish(p: TreeParameters = PRUNED, limit: int = 200) -> int:
    """Return how many rounds still grow a split.

    After that gamma prunes every tree down to its root, a lone leaf: all rows still move, by
    the same amount, until their residuals add up to zero.

    Raises:
        ValueError: trees still split after `limit` rounds.
    """
    trees = [one[0] for one in fitted(p, limit).trees]
    splitting = [k for k, tree in enumerate(trees) if tree.left[0] != LEAF]
    if splitting and splitting[-1] == limit - 1:
        raise ValueError(f"trees still split after {limit} rounds: raise the limit")
    return splitting[-1] + 1 if splitting else 0


def figures() -> dict[str, tuple[float, str]]:
    """Return the chapter's hand figures: name -> (value, unit).

    Gains and squared errors are in squared minutes of delivery, thresholds in km: plain numbers
    to a unit system of bytes and seconds, so their unit is empty and the name says it.
    """
    found: dict[str, tuple[float, str]] = {
        "base_prediction_minutes": (base_prediction_minutes(), "minute-of-delivery")
    }
    for reg_lambda in (0, 1):
        for threshold, gain in candidate_gains(reg_lambda).items():
            name = f"gain_at_{threshold}_km_lambda_{reg_lambda}".replace(".", "_")
            found[name] = gain, ""
        found[f"best_threshold_km_lambda_{reg_lambda}"] = best_threshold_km(reg_lambda), ""
    for name, gain in gains_in_first_tree().items():
        found[f"{name}_gain_lambda_1"] = gain, ""
    for gamma in (10, 60, 500):
        found[f"splits_left_gamma_{gamma}"] = len(splits_left(gamma)), ""
    for k, squared in enumerate(mean_squared_errors(3)):
        found[f"mean_squared_error_round_{k}"] = squared, ""
    found["predicted_minutes_at_20_km"] = predicted_minutes(20.0, 100), "minute-of-delivery"
    found["predicted_minutes_at_8_km"] = predicted_minutes(8.0, 100), "minute-of-delivery"
    found["rounds_until_trees_vanish"] = rounds_until_trees_vanish(), ""
    return found


if __name__ == "__main__":
    for name, (value, unit) in figures().items():
        print(f"{name} = {value:.6g} {unit}")
