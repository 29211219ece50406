"""How far the chapter's trees agree with the library's, and where a long run ends, for the record.

    python -m worked.xgboost.agreement [--record]

The tests compare on a wider grid; here three real sets and the six deliveries are counted.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from worked.recording import record
from worked.xgboost import by_hand
from worked.xgboost.booster import train
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import LEAF, Tree, trees_in_model_json

Float32 = npt.NDArray[np.float32]
Values = dict[str, tuple[float, str]]

MEASURED = Path(__file__).parent / "measured"
ROUNDS = 8
LONG = 100
SETTINGS = (
    TreeParameters(max_depth=3),
    TreeParameters(max_depth=6, reg_lambda=0.0),
    TreeParameters(max_depth=4, reg_alpha=1.5, min_child_weight=3.0),
    TreeParameters(max_depth=5, gamma=50.0, eta=0.1),
)


def data_sets() -> list[tuple[Float32, Float32, str, float]]:
    """Return (x, y, objective, base score) of the deliveries, diabetes with and without holes,
    and breast cancer."""
    from sklearn.datasets import load_breast_cancer, load_diabetes

    diabetes, cancer = load_diabetes(), load_breast_cancer()
    x, y = diabetes.data.astype(np.float32), diabetes.target.astype(np.float32)
    holed = x.copy()
    holed[np.random.default_rng(7).random(x.shape) < 0.2] = np.nan
    squared = "reg:squarederror"
    return [
        (
            np.array(by_hand.DISTANCE_KM, np.float32)[:, None],
            np.array(by_hand.MINUTES, np.float32),
            squared,
            by_hand.base_prediction_minutes(),
        ),
        (x, y, squared, 152.0),
        (holed, y, squared, 152.0),
        (cancer.data.astype(np.float32), cancer.target.astype(np.float32), "binary:logistic", 0.5),
    ]


@dataclass
class Tally:
    """What was compared so far: trees, nodes, nodes whose split differs, and leaf values."""

    trees: int = 0
    nodes: int = 0
    differing: int = 0
    leaves: list[float] = field(default_factory=list)
    largest_leaf: float = 0.0


def compare(mine: Tree, theirs: Tree, tally: Tally) -> None:
    """Walk both trees from their roots and add to the tally."""
    tally.trees += 1
    stack = [(0, 0)]
    while stack:
        a, b = stack.pop()
        tally.nodes += 1
        is_leaf = mine.left[a] == LEAF
        if is_leaf != (theirs.left[b] == LEAF):
            tally.differing += 1
        elif is_leaf:
            tally.leaves.append(abs(mine.value[a] - theirs.value[b]))
            tally.largest_leaf = max(tally.largest_leaf, abs(theirs.value[b]))
        else:
            rules = [
                (t.feature[n], t.threshold[n], t.default_left[n])
                for t, n in ((mine, a), (theirs, b))
            ]
            tally.differing += rules[0] != rules[1]
            stack += [(mine.left[a], theirs.left[b]), (mine.right[a], theirs.right[b])]


def agreement() -> Values:
    """Train both on every set, with every setting and both methods, and count."""
    import xgboost as xgb

    tally, unused = Tally(), ("gain_dtype", "monotone_constraints")
    for x, y, objective, base in data_sets():
        for p in SETTINGS:
            for method in ("exact", "hist"):
                model = train(
                    x, y, p, objective=objective, rounds=ROUNDS, method=method, base_score=base
                )
                told = {k: v for k, v in asdict(p).items() if k not in unused}
                told |= {
                    "objective": objective,
                    "tree_method": method,
                    "nthread": 1,
                    "base_score": base,
                    "verbosity": 0,
                }
                booster = xgb.train(told, xgb.DMatrix(x, label=y), ROUNDS)
                theirs = trees_in_model_json(bytes(booster.save_raw("json")))
                for mine, other in zip((t[0] for t in model.trees), theirs, strict=True):
                    compare(mine, other, tally)
    return {
        "trees_compared": (tally.trees, ""),
        "nodes_compared": (tally.nodes, ""),
        "nodes_that_split_differently": (tally.differing, ""),
        "leaves_compared": (len(tally.leaves), ""),
        "leaves_equal_to_the_bit": (sum(d == 0 for d in tally.leaves), ""),
        "largest_leaf_difference_over_largest_leaf": (
            max(tally.leaves) / tally.largest_leaf,
            "",
        ),
    }


def long_run() -> Values:
    """Return what a hundred rounds on the six deliveries end in."""
    return {
        "rounds": (LONG, ""),
        "predicted_minutes_at_20_km": (by_hand.predicted_minutes(20.0, LONG), ""),
        "predicted_minutes_at_8_km": (by_hand.predicted_minutes(8.0, LONG), ""),
        "rounds_until_trees_vanish": (by_hand.rounds_until_trees_vanish(), ""),
        "mean_squared_error_minutes_squared": (by_hand.mean_squared_errors(LONG)[-1], ""),
    }


def main() -> None:
    """Print both; with --record write them to measured/."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", action="store_true")
    wanted = parser.parse_args().record
    for name, what, values, deterministic in (
        (
            "agreement",
            "trees of the chapter beside those of xgboost 3.2.0, 8 rounds, 4 settings, "
            "4 data sets, exact and hist",
            agreement(),
            False,
        ),
        (
            "long_run",
            "100 rounds on the six deliveries: depth 2, eta 0.3, lambda 1, gamma 10",
            long_run(),
            True,
        ),
    ):
        for value, (number, _) in values.items():
            print(f"{value} = {number:g}")
        if wanted:
            record(
                MEASURED / f"{name}.json",
                values,
                what=what,
                deterministic=deterministic,
                command="python -m worked.xgboost.agreement --record",
                seed=0 if deterministic else None,
            )


if __name__ == "__main__":
    main()
