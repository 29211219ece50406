"""The chapter's two processes against XGBoost's own distributed training, on Dask.

Two Dask workers inside this process (their trackers and all-reduces are the real ones), the
same rows on each as on the two gloo processes.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from tests.skips import required
from worked.xgboost.booster import train
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import Tree, first_difference, trees_in_model_json

required("torch", "torch is not installed: no process group to compare with")
xgb = required("xgboost", "xgboost-cpu is not installed: no oracle to ask")
required("dask.array", "dask is not installed: no distributed oracle")
required("dask.dataframe", "xgboost.dask needs dask[dataframe] (pyarrow)")
distributed = required("distributed", "dask's distributed is not installed")

TOLERANCE = 32 * 2.0**-24  # as in test_xgboost_trees.py: 32 roundings of float32


def trees_from_dask(
    x: np.ndarray, y: np.ndarray, workers: int, rounds: int, folder: Path, **settings: object
) -> list[Tree]:
    """Return the trees that XGBoost grows on Dask, an equal run of rows on each worker."""
    import dask.array as da
    from xgboost import dask as dxgb

    rows = len(x) // workers
    cluster = distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        dashboard_address=None,
        local_directory=str(folder),
    )
    with cluster, distributed.Client(cluster) as client:
        data = dxgb.DaskDMatrix(
            client, da.from_array(x, chunks=(rows, x.shape[1])), da.from_array(y, chunks=rows)
        )
        assert len(client.scheduler_info()["workers"]) == workers
        told = {"tree_method": "hist", "nthread": 1, "verbosity": 0, **settings}
        booster = dxgb.train(client, told, data, num_boost_round=rounds)["booster"]
    return trees_in_model_json(bytes(booster.save_raw("json")))


def test_two_processes_grow_the_trees_that_two_dask_workers_grow(tmp_path: Path) -> None:
    """Same shards, same merged cuts, same trees: the scheme of `distributed.py` is XGBoost's.

    3,000 rows a worker and 16 bins make both sketches prune before they merge, so the cuts
    are not those of one process; that the trees still agree shows the merge is the same too.
    """
    from worked.xgboost.distributed import train_on_processes

    rng = np.random.default_rng(21)
    x = rng.standard_normal((6000, 5)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    y = (np.nan_to_num(x[:, 0] - x[:, 1] ** 2) + rng.standard_normal(6000) > -1).astype(np.float32)
    # An explicit base score: the library adds the workers' shares of the mean in float32.
    told = {"objective": "binary:logistic", "rounds": 3, "base_score": 0.5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dask warns of its own choices, none of them ours
        oracle = trees_from_dask(x, y, 2, folder=tmp_path, max_depth=4, max_bin=16, **told)
    p = TreeParameters(max_depth=4, max_bin=16)
    (model, _), (other, _) = train_on_processes(x, y, 2, p=p, **told)
    assert model.trees == other.trees  # both ranks hold the same model, bit for bit

    def close(mine: float, theirs: float, scale: float) -> bool:
        return abs(mine - theirs) <= TOLERANCE * scale

    mine = [trees[0] for trees in model.trees]
    assert [first_difference(a, b, close) for a, b in zip(mine, oracle, strict=True)] == [""] * 3
    alone = train(x, y, p, **told)
    thresholds = [set(trees[0].threshold) for trees in alone.trees]
    assert thresholds != [set(tree.threshold) for tree in mine]  # one process has other cuts
