"""What ties among equally good splits do to scikit-learn's trees (needs scikit-learn).

scikit-learn visits the features of a node in a shuffled order and keeps the first split with
the best gain, so its seed matters even where no rows are drawn; here the first in order of
feature and threshold wins. Each function returns named values with units. Record them with:

    python -m worked.gradient_boosting.tie_experiment --record
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

from worked.gradient_boosting.boosting import Settings, fit
from worked.gradient_boosting.real_data import diabetes, split_rows
from worked.gradient_boosting.regression_tree import LEAF
from worked.recording import record

FloatArray = NDArray[np.float64]
Values = dict[str, tuple[float, str]]
MEASURED = Path(__file__).parent / "measured"
LOSSES = ("squared_error", "huber", "absolute_error")
SEEDS = 3


def tied_nodes() -> Values:
    """Diabetes, 50 trees of depth 3: how many of the splits had an equally good rival."""
    X, y = diabetes()
    settings = Settings(rounds=50)
    values: Values = {
        "trees": (settings.rounds, ""),
        "depth_of_a_tree": (settings.max_depth, ""),
    }
    for loss in LOSSES:
        trees = fit(X, y, replace(settings, loss=loss)).trees
        values[f"splits_with_{loss}"] = (sum(int(np.sum(t.feature != LEAF)) for t in trees), "")
        values[f"tied_splits_with_{loss}"] = (sum(int(np.sum(t.tied > 1)) for t in trees), "")
    return values


def spread_over_seeds() -> Values:
    """Diabetes, 50 trees of depth 3 by scikit-learn: how far its seeds' predictions lie apart.

    The largest difference between any two of 3 seeds for any one row, in the units of the
    target (25 to 346), on the rows trained on and on held-out rows.
    """
    X, y = diabetes()
    train, test = split_rows(len(y), 0.25, 0)
    values: Values = {}
    for loss in LOSSES:
        models = [
            GradientBoostingRegressor(loss=loss, n_estimators=50, random_state=seed).fit(
                X[train], y[train]
            )
            for seed in range(SEEDS)
        ]
        for name, rows in (("training", train), ("held_out", test)):
            apart = np.ptp([model.predict(X[rows]) for model in models], axis=0)
            # Below 1e-9 it is the rounding of sums in another order.
            spread = float(apart.max())
            values[f"largest_spread_on_{name}_rows_with_{loss}"] = (
                spread if spread > 1e-9 else 0.0,
                "",
            )
    return values


def main() -> None:
    """Run both experiments, print their values, and with --record write them to measured/."""
    parser = argparse.ArgumentParser(description="Measure what tied splits do.")
    parser.add_argument("--record", action="store_true", help="write worked/.../measured/*.json")
    recording = parser.parse_args().record
    # Which of two equal gains rounds to the larger depends on the machine's arithmetic, so
    # the spread is not deterministic, while our own count of ties is.
    for experiment, deterministic in ((tied_nodes, True), (spread_over_seeds, False)):
        values = experiment()
        for key, (value, unit) in values.items():
            print(f"{experiment.__name__}: {key} = {value:.6g} {unit}")
        if recording:
            record(
                MEASURED / f"{experiment.__name__}.json",
                values,
                what=(experiment.__doc__ or "").splitlines()[0],
                command="python -m worked.gradient_boosting.tie_experiment --record",
                deterministic=deterministic,
                seed=0,
            )


if __name__ == "__main__":
    main()
