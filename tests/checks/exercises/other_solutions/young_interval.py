"""The least waste by bisection instead of the formula."""

import math


def young_interval_seconds(checkpoint_bytes, bytes_per_second, nodes, node_mtbf_seconds):
    write, mtbf = checkpoint_bytes / bytes_per_second, node_mtbf_seconds / nodes
    # Where the two costs cross is where their sum is least: bisect on the logarithm.
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        interval = math.exp(middle)
        if write / interval > interval / (2 * mtbf):
            low = middle
        else:
            high = middle
    return math.exp(low)
