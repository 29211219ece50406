"""How much computing to do between two checkpoints.

A job on many nodes stops when any of them fails. Writing a checkpoint stops the job for a
while; not writing one loses, at a failure, half an interval of work on average. Young's
interval is the one at which the two cost least, to first order.
"""


def young_interval_seconds(
    checkpoint_bytes: float, bytes_per_second: float, nodes: int, node_mtbf_seconds: float
) -> float:
    """Return the seconds of computing between two checkpoints that waste the least.

    checkpoint_bytes: the whole checkpoint; bytes_per_second: rate of the storage for the whole
    job; node_mtbf_seconds: mean time between failures of one node.
    """
    raise NotImplementedError("TODO: Young's interval")
