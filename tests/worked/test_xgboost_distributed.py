"""Rows spread over real processes: the trees are those of one process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.skips import required

required("torch", "torch is not installed: no process group to run on")

from worked import recording  # noqa: E402
from worked.xgboost import distributed  # noqa: E402
from worked.xgboost.booster import train  # noqa: E402
from worked.xgboost.splits import TreeParameters  # noqa: E402
from worked.xgboost.tree import first_difference  # noqa: E402


def sixteenths(rng: np.random.Generator, rows: int, features: int) -> np.ndarray:
    """Return values on a grid of 64, so that every worker's summary is exact."""
    return (rng.integers(0, 64, (rows, features)) / 16).astype(np.float32)


@pytest.mark.parametrize("workers", [2, 4])
def test_all_reduced_histograms_give_the_trees_of_one_process(workers: int) -> None:
    """1,003 rows, unevenly split, missing values, one column missing on the first worker.

    Bits: all ranks must agree exactly. Against one process only the order of float64 sums
    differs, which shows, if at all, in the last bits of float32 gains and leaves.
    """
    rng = np.random.default_rng(workers)
    x = sixteenths(rng, 1003, 4)
    x[rng.random(x.shape) < 0.15] = np.nan
    x[:502, 3] = np.nan
    margin = np.nan_to_num(x[:, 0] - x[:, 1]) + np.nan_to_num(x[:, 3], nan=1.0)
    y = (margin + rng.standard_normal(1003) > 1).astype(np.float32)
    p = TreeParameters(max_depth=5, colsample_bynode=0.8, gamma=0.1)
    models = [
        model
        for model, _ in distributed.train_on_processes(
            x, y, workers, p=p, objective="binary:logistic", rounds=4
        )
    ]
    for model in models[1:]:
        assert model.trees == models[0].trees
        np.testing.assert_array_equal(model.base_margin, models[0].base_margin)
    alone = train(x, y, p, objective="binary:logistic", rounds=4)

    def close(mine: float, theirs: float, scale: float) -> bool:
        return abs(mine - theirs) <= 8 * 2.0**-24 * scale

    pairs = zip(models[0].trees, alone.trees, strict=True)
    assert [first_difference(a[0], b[0], close) for a, b in pairs] == [""] * 4
    assert sum(len(trees[0]) for trees in alone.trees) > 60  # trees worth comparing


def test_traffic_is_one_histogram_for_the_root_and_one_for_each_pair_of_siblings() -> None:
    """The recorded bytes are measured again, and are what the scheme predicts.

    A histogram holds 2 float64 for each bin of each feature; a bin count just under 256 shows
    that summaries, not rows, set the cuts. Depth 6: one all-reduce for the root's histogram,
    one for its 16-byte total (data on several workers), one for each of levels 1 to 5.
    """
    measured = distributed.traffic_of_one_tree()
    path = Path(distributed.__file__).parent / "measured" / "all_reduce_traffic.json"
    recorded = recording.load(path)
    assert {k: v["value"] for k, v in recorded["values"].items()} == {
        k: v for k, (v, _) in measured.items()
    }
    per_node = measured["histogram_bytes_per_node"][0]
    assert per_node % (28 * 2 * 8) == 0
    assert 200 < per_node / (28 * 2 * 8) <= 256
    assert measured["all_reduces_per_tree"][0] == 1 + 1 + 5
    summed = measured["histograms_summed_per_tree"][0]
    assert measured["all_reduced_bytes_per_tree"][0] == summed * per_node + 16
    assert summed <= 1 + 1 + 2 + 4 + 8 + 16  # at most half of the nodes of levels 1 to 5


def test_more_workers_than_rows_is_refused() -> None:
    """There is no row for the third worker: say so before any process starts."""
    with pytest.raises(ValueError, match="workers must lie between 1 and the 2 rows"):
        distributed.train_on_processes([[1.0], [2.0]], [0.0, 1.0], 3)
