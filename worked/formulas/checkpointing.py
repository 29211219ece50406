"""Checkpoints: how large, how long to write, how often, and what waiting costs.

δ is the time to write one checkpoint, M the mean time between failures, τ the computing
between two checkpoints, R the time to come back after a failure.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import along, exp, minimum, sqrt
from worked.formulas.rows import reaches


def checkpoint_bytes(params: Any, weight_bytes: Any, optimizer_bytes: Any) -> Any:
    """Bytes of a full checkpoint: weights and optimizer; gradients are made anew.

    weight_bytes, optimizer_bytes: bytes per parameter.
    """
    return params * (weight_bytes + optimizer_bytes)


def write_seconds(checkpoint_bytes: Any, tier_bandwidth: Any) -> Any:
    """Seconds to write a checkpoint to a tier; the rate is that of the whole cluster."""
    return checkpoint_bytes / tier_bandwidth


def young_interval_seconds(write_seconds: Any, mtbf: Any) -> Any:
    """Computing between checkpoints that wastes least, to first order.

    Source: Young 1974, "A first order approximation to the optimum checkpoint interval".
    Often got wrong: the mean time between failures of a cluster of another size (museum:
    harvard-edge/cs249r_book 1782).
    """
    return sqrt(2 * write_seconds * mtbf)


def daly_interval_seconds(write_seconds: Any, mtbf: Any) -> Any:
    """Computing between checkpoints that wastes least, to higher order; for δ < 2M.

    Source: Daly 2006, equation 37.
    """
    x = write_seconds / (2 * mtbf)
    return sqrt(2 * write_seconds * mtbf) * (1 + sqrt(x) / 3 + x / 9) - write_seconds


def waste_fraction(write_seconds: Any, interval: Any, mtbf: Any) -> Any:
    """Share of time lost to writing and to work done again, to first order.

    One write per interval, and half an interval of work lost per failure.
    Source: Young 1974.
    """
    return write_seconds / interval + interval / (2 * mtbf)


def stretch(write_seconds: Any, interval: Any, mtbf: Any, restart_seconds: Any) -> Any:
    """Expected run time over the time without checkpoints or failures, exact.

    Failures come at exponential times, also during writes and restarts.
    Source: Daly 2006, equation 20.
    """
    return (
        mtbf / interval * exp(restart_seconds / mtbf) * (exp((interval + write_seconds) / mtbf) - 1)
    )


def overhead(stretch: Any) -> Any:
    """Extra time as a share of the work, from the whole time over the work."""
    return stretch - 1


def stretch_without_checkpoints(work_seconds: Any, mtbf: Any) -> Any:
    """Expected run time over the work when a failure loses everything, restarts free.

    Source: the same renewal argument with a single segment (Daly 2006, section 2).
    """
    return mtbf / work_seconds * (exp(work_seconds / mtbf) - 1)


def completion_probability(work_seconds: Any, mtbf: Any) -> Any:
    """Probability that no failure comes during the work, exponential failures."""
    return exp(-work_seconds / mtbf)


def in_notice(write_seconds: Any, long_notice: Any, short_notice: Any) -> Any:
    """Whether a checkpoint is written before the machine goes, under each notice: 1 or 0."""
    return along(
        "notice",
        longer=reaches(long_notice, write_seconds),
        shorter=reaches(short_notice, write_seconds),
    )


def bandwidth_for_notice(checkpoint_bytes: Any, notice_seconds: Any) -> Any:
    """Rate that writes a whole checkpoint within the notice."""
    return checkpoint_bytes / notice_seconds


def bytes_within_notice(checkpoint_bytes: Any, tier_bandwidth: Any, notice_seconds: Any) -> Any:
    """Bytes of a checkpoint that a tier takes within the notice."""
    return minimum(checkpoint_bytes, tier_bandwidth * notice_seconds)


def tier_bandwidth(
    node_disk: Any, node_count: Any, fs_bandwidth: Any, object_bandwidth: Any
) -> Any:
    """Rate at which all nodes together write to each tier.

    node_disk: rate of one node's disks, which write their own shares side by side.
    """
    return along(
        "tier",
        node_local_nvme=node_disk * node_count,
        parallel_file_system=fs_bandwidth,
        object_store=object_bandwidth,
    )


def share_bytes(total_bytes: Any, nodes: Any) -> Any:
    """Bytes of each node's equal share."""
    return total_bytes / nodes


def expected_loss_seconds(interval: Any, write_seconds: Any) -> Any:
    """Work lost on average at a failure: half of an interval and its write."""
    return (interval + write_seconds) / 2
