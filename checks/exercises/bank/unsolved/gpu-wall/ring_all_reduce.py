"""A ring all-reduce over lists, sending no more than it must.

Rank r may send to rank (r + 1) % n and to nobody else. Cut every rank's vector into n chunks.
In n - 1 steps of reduce-scatter each rank sends one chunk on and adds the one that it receives
to its own; then each rank owns one finished chunk. In n - 1 steps of all-gather the finished
chunks go once round the ring.

All ranks live in this one process. What one rank learns from another must go through `send`,
which counts the values: that is where the bytes on the wire come from.
"""

from collections.abc import Callable

Send = Callable[[int, int, list[int]], list[int]]


def ring_all_reduce(vectors: list[list[int]], send: Send) -> list[list[int]]:
    """Return what every rank holds at the end: the element-wise sum, n times over.

    vectors: one list for each rank, all of one length, which n divides; they are left as they
    are. send(source, target, values) carries a chunk to the next rank and returns it there.
    """
    raise NotImplementedError("TODO: reduce-scatter, then all-gather")
