"""Training speed and memory of the chapter's histogram builder beside real libraries.

    python benchmarks/xgboost_training.py --rows 10000 100000 1000000 [--record]

Every system trains the same model (binary log loss, depth 6, eta 0.3, lambda 1, 256 bins, 28
normal features) from the same float32 matrix, each in a process of its own, one after another.
"Boosting" is the time of the rounds alone, "whole" includes finding cuts and binning. Each
time is the least of the repeats: other work on the machine only ever adds. Ratios are rows
per second of the chapter's code to the other's, so 0.25 means four times slower.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import io
import json
import os
import pstats
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # so that the benchmark runs from a checkout that is not installed
    sys.path.insert(0, str(ROOT))

from worked.recording import machine, record  # noqa: E402
from worked.xgboost.booster import Booster, boost, draw_uniformly, hist_grower  # noqa: E402
from worked.xgboost.hist_tree import bin_rows, quantile_cuts  # noqa: E402
from worked.xgboost.objective import LOGISTIC  # noqa: E402
from worked.xgboost.splits import TreeParameters  # noqa: E402

FEATURES = 28  # as many as the HIGGS data set has
DEPTH, ETA, REG_LAMBDA, BINS = 6, 0.3, 1.0, 256
Float32 = npt.NDArray[np.float32]
Timed = tuple[float, float]  # seconds to prepare the data, seconds of boosting


def synthetic(rows: int) -> tuple[Float32, Float32]:
    """Return (x, y): normal features, labels from a product, a term and noise."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, FEATURES), dtype=np.float32)
    noise = rng.standard_normal(rows, dtype=np.float32)
    return x, (x[:, 0] * x[:, 1] + x[:, 2] + noise > 0).astype(np.float32)


def time_chapter(x: Float32, y: Float32, rounds: int) -> Timed:
    """Time the chapter's own builder."""
    start = time.perf_counter()
    data = bin_rows(x, quantile_cuts(x, BINS))
    prepared = time.perf_counter()
    grow = hist_grower(data, TreeParameters(max_depth=DEPTH, eta=ETA, reg_lambda=REG_LAMBDA))
    _boost(y, rounds, grow)
    return prepared - start, time.perf_counter() - prepared


def _boost(y: Float32, rounds: int, grow: Any) -> Booster:
    base = np.zeros(1, np.float32)
    return boost(y, LOGISTIC, base, rounds, FEATURES, TreeParameters(), grow, draw_uniformly(0))


def time_xgboost(threads: int) -> Callable[[Float32, Float32, int], Timed]:
    """Return the timer of xgboost's hist method with a number of threads."""

    def timer(x: Float32, y: Float32, rounds: int) -> Timed:
        import xgboost as xgb

        start = time.perf_counter()
        data = xgb.QuantileDMatrix(x, label=y, max_bin=BINS, nthread=threads)
        prepared = time.perf_counter()
        told = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": DEPTH,
            "eta": ETA,
            "lambda": REG_LAMBDA,
            "max_bin": BINS,
            "base_score": 0.5,
            "nthread": threads,
        }
        xgb.train(told, data, rounds)
        return prepared - start, time.perf_counter() - prepared

    return timer


def time_scikit_learn(x: Float32, y: Float32, rounds: int) -> Timed:
    """Time HistGradientBoostingClassifier; its thread count comes from OMP_NUM_THREADS.

    It bins inside `fit` and prints, when verbose, how long that took.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        max_depth=DEPTH,
        max_leaf_nodes=None,
        learning_rate=ETA,
        l2_regularization=REG_LAMBDA,
        min_samples_leaf=1,
        max_bins=BINS - 1,  # its largest; it keeps one code for missing values
        early_stopping=False,
        verbose=1,
    )
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        model.fit(x, y)
    whole = time.perf_counter() - start
    binning = re.search(r"Binning .* training data: ([\d.]+) s", printed.getvalue())
    if binning is None:
        raise RuntimeError(f"scikit-learn no longer prints its binning time: {printed.getvalue()}")
    return float(binning[1]), whole - float(binning[1])


CORES = os.cpu_count() or 1
SYSTEMS: dict[str, tuple[Callable[[Float32, Float32, int], Timed], int]] = {
    "chapter": (time_chapter, 1),
    "xgboost_1_thread": (time_xgboost(1), 1),
    "xgboost_all_threads": (time_xgboost(CORES), CORES),
    "scikit_learn_1_thread": (time_scikit_learn, 1),
    "scikit_learn_all_threads": (time_scikit_learn, CORES),
}


def measure(name: str, rows: int, rounds: int, repeats: int) -> dict[str, float]:
    """Run one system in this process and return its least times and its peak memory.

    `extra_bytes` is how far the process's peak rose above what it held with the data loaded
    and the library imported (a small training beforehand imports it and starts its threads).
    """
    timer = SYSTEMS[name][0]
    timer(*synthetic(1000), 1)
    x, y = synthetic(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    timer(x, y, rounds)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = [timer(x, y, rounds) for _ in range(repeats)]
    return {
        "prepare_s": min(t[0] for t in times),
        "boost_s": min(t[1] for t in times),
        "extra_bytes": (after - before) * 1024,
    }


def measure_apart(name: str, rows: int, rounds: int, repeats: int) -> dict[str, float]:
    """Run `measure` in a process of its own, with the system's number of threads."""
    command = [sys.executable, __file__, "--one", name, "--rows", str(rows)]
    command += ["--rounds", str(rounds), "--repeats", str(repeats)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(SYSTEMS[name][1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} with {rows} rows failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def shares_of_boosting(rows: int, rounds: int) -> dict[str, float]:
    """Return where the chapter's boosting time goes, as shares that add up to 1 (cProfile)."""
    x, y = synthetic(rows)
    grow = hist_grower(bin_rows(x, quantile_cuts(x, BINS)), TreeParameters(max_depth=DEPTH))
    profile = cProfile.Profile()
    profile.runcall(_boost, y, rounds, grow)
    stats = pstats.Stats(profile)
    total = stats.total_tt  # type: ignore[attr-defined]
    parts = {
        "filling_histograms": "node_histogram",
        "searching_splits": "best_split",
        "moving_rows": "rows_left_and_right",
        "gradients": "logistic_gradients",
    }
    spent = {
        name: sum(row[3] for key, row in stats.stats.items() if key[2] == function)  # type: ignore[attr-defined]
        for name, function in parts.items()
    }
    shares = {name: seconds / total for name, seconds in spent.items()}
    return {**shares, "everything_else": 1 - sum(shares.values())}


def compare(rows: int, rounds: int, repeats: int) -> dict[str, tuple[float, str]]:
    """Measure all systems at one size, print a table, and return the values to record.

    Small sizes are repeated more often, since a disturbance weighs more on a short run.
    """
    repeats *= max(1, 100_000 // rows)
    found = {name: measure_apart(name, rows, rounds, repeats) for name in SYSTEMS}
    chapter = found["chapter"]
    print(f"\n{rows:,} rows x {FEATURES}, {rounds} rounds of depth {DEPTH}")
    print(
        f"{'':26}{'prepare':>9}{'boosting':>10}{'rows/s':>12}{'ratio':>8}{'whole':>8}{'extra':>10}"
    )
    values: dict[str, tuple[float, str]] = {}
    for name, one in found.items():
        speed = rows * rounds / one["boost_s"]
        ratio = one["boost_s"] / chapter["boost_s"]
        whole = (one["boost_s"] + one["prepare_s"]) / (chapter["boost_s"] + chapter["prepare_s"])
        memory = one["extra_bytes"] / 1e6
        print(
            f"{name:26}{one['prepare_s']:8.3f}s{one['boost_s']:9.3f}s{speed:12,.0f}"
            f"{ratio:8.2f}{whole:8.2f}{memory:7.0f} MB"
        )
        at = f"at_{rows}_rows"
        values[f"{name}_training_rows_per_second_{at}"] = round(speed), "rows/s"
        values[f"{name}_prepare_seconds_{at}"] = round(one["prepare_s"], 4), "s"
        values[f"{name}_extra_bytes_{at}"] = one["extra_bytes"], "B"
        if name != "chapter":
            values[f"chapter_speed_over_{name}_{at}"] = round(ratio, 4), ""
            values[f"chapter_whole_speed_over_{name}_{at}"] = round(whole, 4), ""
    return values


def main() -> None:
    """Run the benchmark; with --record also write measured/training_speed.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--one", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if min(told.rows) < 1000 or told.rounds < 1 or told.repeats < 1:
        parser.error("--rows needs at least 1000, --rounds and --repeats at least 1")
    if told.one:
        print(json.dumps(measure(told.one, told.rows[0], told.rounds, told.repeats)))
        return
    values: dict[str, tuple[float, str]] = {}
    for rows in told.rows:
        values |= compare(rows, told.rounds, told.repeats)
    print(f"\nWhere the chapter's boosting time goes at {max(told.rows):,} rows:")
    for name, share in shares_of_boosting(max(told.rows), told.rounds).items():
        print(f"  {name:20}{share:7.1%}")
        values[f"chapter_share_of_{name}_at_{max(told.rows)}_rows"] = round(share, 4), ""
    print(f"on {machine()}")
    if told.record:
        record(
            ROOT / "worked" / "xgboost" / "measured" / "training_speed.json",
            values,
            what=(
                f"training speed and memory, {FEATURES} features, depth {DEPTH}, "
                f"{told.rounds} rounds, least of {told.repeats} repeats, every system alone"
            ),
            command="python benchmarks/xgboost_training.py --record",
            deterministic=False,
        )


if __name__ == "__main__":
    main()
