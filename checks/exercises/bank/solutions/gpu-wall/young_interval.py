"""How much computing to do between two checkpoints: a solution."""

import math


def young_interval_seconds(
    checkpoint_bytes: float, bytes_per_second: float, nodes: int, node_mtbf_seconds: float
) -> float:
    """Return the seconds of computing between two checkpoints that waste the least."""
    write_seconds = checkpoint_bytes / bytes_per_second
    # Any node stops the job, so failures come `nodes` times as often.
    mtbf_seconds = node_mtbf_seconds / nodes
    # The least of write / t + t / (2 mtbf): its derivative in t is zero there.
    return math.sqrt(2 * write_seconds * mtbf_seconds)
