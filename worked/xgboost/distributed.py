"""Training on rows spread over workers: what travels is summaries and histograms, no row.

The scheme of XGBoost's hist method. Once: every worker summarises its columns, all summaries
are merged, and everybody gets the same cuts. Then, per level of a tree: every worker fills
histograms from its own rows, one all-reduce sums them, and everybody finds the same splits in
the sums. All workers hold the same trees throughout; none is in charge.

Run as a program, it records how much one tree's histograms weigh on the wire.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.distributed as dist

from worked import processes
from worked.recording import run_study
from worked.xgboost.booster import (
    Booster,
    as_matrix,
    boost,
    draw_uniformly,
    hist_grower,
)
from worked.xgboost.hist_tree import (
    SKETCH_FACTOR,
    Cuts,
    Float64,
    bin_rows,
    cuts_from_summary,
    summary_of_column,
)
from worked.xgboost.objective import (
    base_margin,
    checked_labels,
    label_means,
    objective_named,
)
from worked.xgboost.quantile_sketch import merge_all
from worked.xgboost.splits import TreeParameters

Float32 = npt.NDArray[np.float32]


# --8<-- [start:all_reduce_histograms]
def all_reduce_histograms(histograms: Float64) -> Float64:
    """Return the sum of every worker's `histograms`, the same on all workers.

    The sum is in float64, and each worker sees the very same bits, so all of them pick the
    same split without asking each other.
    """
    summed = torch.from_numpy(histograms.copy())
    dist.all_reduce(summed, op=dist.ReduceOp.SUM)
    return summed.numpy()


def agreed_cuts(x: Float32, max_bin: int) -> list[Cuts]:
    """Return the cuts of the whole data, of which this worker holds the rows `x`.

    Summaries are merged in the order of ranks, so that everybody gets the same cuts.
    """
    mine = [summary_of_column(column, max_bin) for column in x.T]
    everyone: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(everyone, mine)
    cuts = []
    for of_feature in zip(*everyone, strict=True):
        held = [summary for summary in of_feature if summary is not None]
        merged = merge_all(held, max_bin * SKETCH_FACTOR) if held else None
        cuts.append(cuts_from_summary(merged, max_bin))
    return cuts


# --8<-- [end:all_reduce_histograms]


def counting(sent: list[int]) -> Callable[[Float64], Float64]:
    """Return `all_reduce_histograms` that also appends to `sent` the bytes of each array."""

    def all_reduce(histograms: Float64) -> Float64:
        sent.append(histograms.nbytes)
        return all_reduce_histograms(histograms)

    return all_reduce


def train_on_worker(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    p: TreeParameters | None = None,
    *,
    objective: str = "reg:squarederror",
    rounds: int = 10,
    classes: int = 1,
    base_score: float | None = None,
    seed: int = 0,
    sent: list[int] | None = None,
) -> Booster:
    """Train with the other workers of the default process group; return the common model.

    `x` (rows, features) and `y` (rows,) are this worker's own rows; the other arguments must
    be the same everywhere (`seed` draws the same columns on all workers). `sent` collects the
    bytes of each array that was all-reduced.

    Raises:
        ValueError: as `train` does, about this worker's rows.
    """
    p = p or TreeParameters()
    loss = objective_named(objective)
    values = as_matrix(x)
    labels = checked_labels(loss, y, len(values), classes)
    all_reduce = counting([] if sent is None else sent)
    weighted = all_reduce_histograms(
        np.append(label_means(labels, classes) * len(labels), float(len(labels)))
    )
    base = base_margin(loss, weighted[:-1] / weighted[-1], base_score)
    data = bin_rows(values, agreed_cuts(values, p.max_bin))
    grow = hist_grower(data, p, all_reduce)
    return boost(labels, loss, base, rounds, values.shape[1], p, grow, draw_uniformly(seed))


def _run_worker(
    rank: int, workers: int, folder: str, x: Float32, y: Float32, arguments: dict[str, Any]
) -> None:
    """Join the process group, train on this rank's rows, leave (model, bytes sent) in a file."""
    torch.set_num_threads(1)
    store = dist.FileStore(f"{folder}/store", workers)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=workers)
    try:
        rows = np.array_split(np.arange(len(x)), workers)[rank]
        sent: list[int] = []
        model = train_on_worker(x[rows], y[rows], sent=sent, **arguments)
        Path(folder, f"{rank}.pickle").write_bytes(pickle.dumps((model, sent)))
    finally:
        dist.destroy_process_group()


def train_on_processes(
    x: npt.ArrayLike, y: npt.ArrayLike, workers: int, **arguments: Any
) -> list[tuple[Booster, list[int]]]:
    """Start `workers` processes on this machine, each with an equal run of rows, and train.

    `arguments` go to `train_on_worker`. Returns per rank the model and the bytes of each
    all-reduce. Each process imports the caller's main module, which must be import-safe.

    Raises:
        ValueError: fewer rows than workers.
    """
    values, labels = as_matrix(x), np.asarray(y, np.float32)
    if not 1 <= workers <= len(values):
        raise ValueError(f"workers must lie between 1 and the {len(values)} rows, not {workers}")
    with tempfile.TemporaryDirectory() as folder:
        processes.run_ranks(_run_worker, (workers, folder, values, labels, arguments), workers)
        return [
            pickle.loads(Path(folder, f"{rank}.pickle").read_bytes()) for rank in range(workers)
        ]


def traffic_of_one_tree(
    seed: int = 0, workers: int = 2, features: int = 28
) -> dict[str, tuple[float, str]]:
    """Return what one tree of the default depth all-reduces for 4,000 rows."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 300, (4000, features)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 300).astype(np.float32) + (x[:, 2] > 150)
    p = TreeParameters(min_child_weight=0)
    model, sent = train_on_processes(x, y, workers, rounds=1, p=p)[0]
    histograms = [size for size in sent if size > 16]  # the other array is the root's total
    return {
        "workers": (workers, ""),
        "depth": (p.max_depth, ""),
        "features": (features, ""),
        "histogram_bytes_per_node": (histograms[0], "B"),
        "all_reduces_per_tree": (len(sent), ""),
        "histograms_summed_per_tree": (sum(histograms) / histograms[0], ""),
        "all_reduced_bytes_per_tree": (sum(sent), "B"),
        "nodes_in_tree": (len(model.trees[0][0]), ""),
        "rows_bytes_if_sent_instead": (x.nbytes, "B"),
    }


def main() -> None:
    """Print the traffic of one tree; with --record write it to measured/."""
    run_study(
        Path(__file__).parent / "measured" / "all_reduce_traffic.json",
        traffic_of_one_tree,
        what="bytes all-reduced to grow one tree of depth 6, 28 features, 2 processes",
        command="python -m worked.xgboost.distributed --record",
        seed=0,
        line="{name} = {value:,} {unit}",
    )


if __name__ == "__main__":
    main()
