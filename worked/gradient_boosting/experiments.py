"""The chapter's experiments: what shrinkage, early stopping, noise columns and bagging do.

Every function returns named values with units and gives the same ones on every machine.
Record them all with:

    python -m worked.gradient_boosting.experiments --record
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worked.gradient_boosting.bagging import bagged_predictions, bias_and_variance, friedman_1
from worked.gradient_boosting.boosting import (
    DEFAULTS,
    Model,
    Settings,
    fit,
    predict_probability,
    predict_raw,
    staged_raw,
)
from worked.gradient_boosting.by_hand import DISTANCE_KM, MINUTES
from worked.gradient_boosting.importance import (
    impurity_importance,
    permutation_importance,
    r_squared,
)
from worked.gradient_boosting.real_data import breast_cancer, diabetes, split_rows
from worked.gradient_boosting.regression_tree import Choose, Split
from worked.recording import run_study

FloatArray = NDArray[np.float64]
Values = dict[str, tuple[float, str]]
MEASURED = Path(__file__).parent / "measured"
SEED = 0
LEARNING_RATES = (1.0, 0.5, 0.3, 0.1)


def tag(number: float) -> str:
    """Return a number as part of a value's name: 0.5 -> 0_5."""
    return f"{number:g}".replace(".", "_")


def small_data_columns() -> tuple[FloatArray, FloatArray]:
    """Return the six deliveries as (X of shape (6, 1) in km, y of shape (6,) in minutes)."""
    return np.array(DISTANCE_KM, dtype=float)[:, None], np.array(MINUTES, dtype=float)


def small_data() -> Values:
    """Six deliveries, stumps: the error after each round and the trees to an MSE below 1."""
    X, y = small_data_columns()
    values: Values = {}
    for eta in LEARNING_RATES:
        model = fit(X, y, Settings(rounds=100, learning_rate=eta, max_depth=1))
        below = [number for number, mse in enumerate(model.train_losses, 1) if mse < 1]
        values[f"trees_to_mse_below_1_at_eta_{tag(eta)}"] = (below[0], "")
        for number in (1, 2, 3, 4, 5, 10, 20, 50, 100):
            values[f"mse_at_eta_{tag(eta)}_after_{number}_trees"] = (
                model.train_losses[number - 1],
                "",
            )
    return values


def no_extrapolation() -> Values:
    """A fitted model at the farthest delivery, at 20 km and at 1,000 km: the same minutes."""
    X, y = small_data_columns()
    model = fit(X, y, Settings(rounds=100, learning_rate=0.5, max_depth=1))
    slope, intercept = np.polyfit(X[:, 0], y, 1)
    values: Values = {"trees": (len(model.trees), "")}
    for km in (8, 20, 1000):
        values[f"predicted_minutes_at_{km}_km"] = (
            float(predict_raw(model, [[km]])[0]),
            "minute-of-delivery",
        )
        values[f"straight_line_minutes_at_{km}_km"] = (
            float(slope * km + intercept),
            "minute-of-delivery",
        )
    return values


def shrinkage() -> Values:
    """Diabetes: the best number of trees on held-out rows for each learning rate.

    Held-out rows pick the number here, so the error at the best round flatters every learning
    rate a little; the comparison between them stands.
    """
    X, y = diabetes()
    train, test = split_rows(len(y), 0.25, SEED)
    depth = 2
    values: Values = {
        "rows": (len(y), ""),
        "held_out_rows": (len(test), ""),
        "depth_of_a_tree": (depth, ""),
    }
    for eta in (1.0, 0.3, 0.1, 0.03):
        model = fit(X[train], y[train], Settings(rounds=400, learning_rate=eta, max_depth=depth))
        test_mse = [float(np.mean((y[test] - raw) ** 2)) for raw in staged_raw(model, X[test])]
        best = int(np.argmin(test_mse))
        values[f"best_round_at_eta_{tag(eta)}"] = (best + 1, "")
        values[f"test_mse_at_best_round_at_eta_{tag(eta)}"] = (test_mse[best], "")
        values[f"test_mse_after_400_rounds_at_eta_{tag(eta)}"] = (test_mse[-1], "")
        values[f"train_mse_after_400_rounds_at_eta_{tag(eta)}"] = (model.train_losses[-1], "")
    return values


def stopping_and_subsampling() -> Values:
    """Diabetes: early stopping against all 400 rounds, and rows subsampled by half."""
    X, y = diabetes()
    train, test = split_rows(len(y), 0.25, SEED)

    def test_mse(model: Model) -> float:
        return float(np.mean((y[test] - predict_raw(model, X[test])) ** 2))

    patience, share = 10, 0.5
    values: Values = {
        "test_mse_of_the_mean": (float(np.mean((y[test] - y[train].mean()) ** 2)), ""),
        "learning_rate": (DEFAULTS.learning_rate, ""),
        "patience": (patience, ""),
        "subsampled_share": (share, ""),
        "validation_fraction": (DEFAULTS.validation_fraction, ""),
    }
    for name, settings in (
        ("all_rounds", Settings(rounds=400, max_depth=2)),
        ("early_stopping", Settings(rounds=400, max_depth=2, patience=patience)),
        ("subsampling", Settings(rounds=400, max_depth=2, subsample=share)),
        (
            "subsampling_early_stopping",
            Settings(rounds=400, max_depth=2, subsample=share, patience=patience),
        ),
    ):
        model = fit(X[train], y[train], settings)
        values[f"rounds_with_{name}"] = (len(model.trees), "")
        values[f"test_mse_with_{name}"] = (test_mse(model), "")
        values[f"train_mse_with_{name}"] = (model.train_losses[-1], "")
    return values


def classification() -> Values:
    """Breast cancer: held-out accuracy and log loss, against always predicting the base rate."""
    X, y = breast_cancer()
    train, test = split_rows(len(y), 0.25, SEED)
    model = fit(X[train], y[train], Settings(loss="logistic", rounds=100))
    p = predict_probability(model, X[test])
    base_rate = float(np.mean(y[train]))

    def log_loss(p: FloatArray) -> float:
        return float(-np.mean(y[test] * np.log(p) + (1 - y[test]) * np.log(1 - p)))

    return {
        "base_log_odds": (model.base, ""),
        "test_rows": (len(test), ""),
        "test_accuracy": (float(np.mean((p > 0.5) == y[test])), ""),
        "test_accuracy_of_the_majority_class": (float(np.mean(y[test])), ""),
        "test_log_loss": (log_loss(p), ""),
        "test_log_loss_of_the_base_rate": (log_loss(np.full(len(test), base_rate)), ""),
    }


def runaway_newton_steps() -> Values:
    """Breast cancer with eta 1 and 60 % of rows: the largest log-odds that a leaf step leads to.

    A leaf whose in-bag rows are all predicted with near certainty, one of them wrongly, has
    hardly any curvature to divide by; nothing here bounds the step (XGBoost's lambda does).
    """
    X, y = breast_cancer()
    rounds, gentle = 30, 0.1
    values: Values = {"rounds": (rounds, ""), "small_learning_rate": (gentle, "")}
    for eta in (gentle, 1.0):
        settings = Settings(
            loss="logistic", rounds=rounds, learning_rate=eta, max_depth=1, subsample=0.6, seed=3
        )
        largest = float(np.max(np.abs(predict_raw(fit(X, y, settings), X))))
        # Beyond a few digits the size of a runaway step is rounding: keep its order only.
        values[f"decades_of_largest_log_odds_at_eta_{tag(eta)}"] = (
            float(np.floor(np.log10(largest))),
            "",
        )
    return values


def deliveries(n: int, generator: np.random.RandomState) -> tuple[FloatArray, FloatArray]:
    """Return (X, y) of n invented deliveries whose last column cannot matter.

    Columns: express (0 or 1), floor (0 to 4), order number (all distinct, drawn at random).
    Minutes: 30 - 6 express + 1 floor + noise with a standard deviation of 5.
    """
    express = generator.randint(0, 2, size=n)
    floor = generator.randint(0, 5, size=n)
    order_number = generator.permutation(n)
    minutes = 30 - 6 * express + floor + 5 * generator.normal(size=n)
    return np.column_stack([express, floor, order_number]).astype(float), minutes


def tied_splits_at_random(seed: int) -> Callable[[int], Choose]:
    """Return the rule that shares ties out by lot, as scikit-learn's shuffled features do."""
    generator = np.random.RandomState(seed)

    def choose(tied: list[Split], node: int, pure: bool) -> Split | None:
        return None if pure else tied[generator.randint(len(tied))]

    return lambda round_number: choose


def importance() -> Values:
    """Two traps: a column of distinct numbers that means nothing, and a column with a copy."""
    generator = np.random.RandomState(SEED)
    X, y = deliveries(400, generator)
    X_test, y_test = deliveries(400, generator)
    names = ("express", "floor", "order_number")
    settings = Settings(rounds=100, max_depth=4)
    values: Values = {"rows": (len(y), "")}

    def measure(
        label: str, model: Model, X: FloatArray, X_test: FloatArray, names: tuple[str, ...]
    ) -> None:
        def score(y: FloatArray, X: FloatArray) -> float:
            return r_squared(y, predict_raw(model, X))

        shares = impurity_importance(model, len(names))
        on_training = permutation_importance(partial(score, y), X, 10, SEED).mean(axis=1)
        on_held_out = permutation_importance(partial(score, y_test), X_test, 10, SEED).mean(axis=1)
        for i, name in enumerate(names):
            values[f"{label}_impurity_share_of_{name}"] = (float(shares[i]), "")
            values[f"{label}_r2_lost_on_training_rows_without_{name}"] = (float(on_training[i]), "")
            values[f"{label}_r2_lost_on_held_out_rows_without_{name}"] = (float(on_held_out[i]), "")

    measure("noise_column", fit(X, y, settings), X, X_test, names)
    doubled, doubled_test = (np.column_stack([A[:, 0], A]) for A in (X, X_test))
    with_copy = ("express_copy", *names)
    measure("copy_first_wins", fit(doubled, y, settings), doubled, doubled_test, with_copy)
    by_lot = fit(doubled, y, settings, tied_splits_at_random(SEED))
    measure("copy_by_lot", by_lot, doubled, doubled_test, with_copy)
    return values


def boosted(
    X: FloatArray, y: FloatArray, X_new: FloatArray, seed: int, rounds: int, eta: float, depth: int
) -> FloatArray:
    """Return predictions for X_new of `rounds` boosted trees with learning rate `eta`."""
    settings = Settings(rounds=rounds, learning_rate=eta, max_depth=depth, seed=seed)
    return predict_raw(fit(X, y, settings), X_new)


def bagged(
    X: FloatArray, y: FloatArray, X_new: FloatArray, seed: int, trees: int, depth: int
) -> FloatArray:
    """Return predictions for X_new of `trees` bagged trees."""
    return bagged_predictions(X, y, X_new, trees, depth, seed)


def single_tree(
    X: FloatArray, y: FloatArray, X_new: FloatArray, seed: int, depth: int
) -> FloatArray:
    """Return predictions for X_new of one tree: boosting with one round and no shrinkage."""
    return predict_raw(fit(X, y, Settings(rounds=1, learning_rate=1.0, max_depth=depth)), X_new)


def bias_variance() -> Values:
    """Squared bias and variance of single trees, bagging and boosting over 10 training sets.

    100 rows of Friedman's first function with noise of standard deviation 1; deep trees have
    20 levels, which is as good as unlimited for 100 rows. Stumps are boosted with eta 0.1,
    deep trees with 0.5: ten such steps leave 0.1 % of the residuals.
    """
    X_new = np.random.RandomState(12345).uniform(size=(200, 5))
    truth = friedman_1(X_new)

    def draw(generator: np.random.RandomState) -> tuple[FloatArray, FloatArray]:
        X = generator.uniform(size=(100, 5))
        return X, friedman_1(X) + generator.normal(size=100)

    sets, bag, stumps, deep = 10, 25, 100, 10
    values: Values = {"training_rows": (100, ""), "training_sets": (sets, "")}
    for name, trees, method in (
        ("one_stump", 1, partial(single_tree, depth=1)),
        ("bagged_stumps", bag, partial(bagged, trees=bag, depth=1)),
        ("boosted_stumps", stumps, partial(boosted, rounds=stumps, eta=0.1, depth=1)),
        ("one_deep_tree", 1, partial(single_tree, depth=20)),
        ("bagged_deep_trees", bag, partial(bagged, trees=bag, depth=20)),
        ("boosted_deep_trees", deep, partial(boosted, rounds=deep, eta=0.5, depth=20)),
    ):
        values[f"trees_of_{name}"] = (trees, "")
        bias, variance = bias_and_variance(method, draw, X_new, truth, sets)
        values[f"squared_bias_of_{name}"] = (bias, "")
        values[f"variance_of_{name}"] = (variance, "")
    return values


EXPERIMENTS: dict[str, Callable[[], Values]] = {
    "small_data": small_data,
    "no_extrapolation": no_extrapolation,
    "shrinkage": shrinkage,
    "stopping_and_subsampling": stopping_and_subsampling,
    "classification": classification,
    "runaway_newton_steps": runaway_newton_steps,
    "importance": importance,
    "bias_variance": bias_variance,
}


def main() -> None:
    """Run every experiment, print its values, and with --record write them to measured/."""
    for name, experiment in EXPERIMENTS.items():
        run_study(
            MEASURED / f"{name}.json",
            experiment,
            what=(experiment.__doc__ or "").splitlines()[0],
            command="python -m worked.gradient_boosting.experiments --record",
            seed=SEED,
            line=f"{name}: {{name}} = {{value:.6g}} {{unit}}",
        )


if __name__ == "__main__":
    main()
