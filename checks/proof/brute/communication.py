"""Count bytes on the wire: move real chunks between simulated ranks and add up what is sent."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, draws, seconds_to_move


# --8<-- [start:ring]
class Ring:
    """Ranks in a ring, each with its own copy of a tensor cut into one chunk a rank."""

    def __init__(self, tensors: list[Any]) -> None:
        self.n = len(tensors)
        self.chunks = [np.array_split(t.copy(), self.n) for t in tensors]
        self.sent = [0] * self.n

    def _pass_on(self, step: int, shift: int, add: bool) -> None:
        """Every rank sends one chunk to the right, all at the same time."""
        outgoing = []
        for rank in range(self.n):
            index = (rank - step + shift) % self.n
            outgoing.append((index, self.chunks[rank][index].copy()))
        for rank, (index, chunk) in enumerate(outgoing):
            self.sent[rank] += chunk.nbytes
            right = self.chunks[(rank + 1) % self.n]
            right[index] = right[index] + chunk if add else chunk

    def reduce_scatter(self) -> None:
        """Leave on each rank one chunk that is the sum over all ranks."""
        for step in range(self.n - 1):
            self._pass_on(step, 0, add=True)

    def all_gather(self) -> None:
        """Spread each rank's finished chunk to all."""
        for step in range(self.n - 1):
            self._pass_on(step, 1, add=False)

    def result(self, rank: int) -> Any:
        """Return the whole tensor as `rank` has it."""
        return np.concatenate(self.chunks[rank])


# --8<-- [end:ring]


def _tensors(payload_bytes: int, ranks: int) -> list[Any]:
    """Return one tensor of so many bytes for each rank, small numbers that add without overflow."""
    return [(np.arange(payload_bytes) % 5 + rank % 7).astype(np.uint8) for rank in range(ranks)]


def _same_for_all(sent: list[int]) -> int:
    (same,) = set(sent)
    return same


@cache
def ring_all_reduce(payload_bytes: int, ranks: int) -> int:
    """Run an all-reduce, see that every rank has the sum, and return the bytes each sent."""
    tensors = _tensors(payload_bytes, ranks)
    ring = Ring(tensors)
    ring.reduce_scatter()
    ring.all_gather()
    for rank in range(ranks):
        np.testing.assert_array_equal(ring.result(rank), np.sum(tensors, axis=0, dtype=np.uint8))
    return _same_for_all(ring.sent)


@cache
def ring_all_gather(payload_bytes: int, ranks: int) -> int:
    """Run an all-gather of one whole tensor, see that all have it, return the bytes each sent."""
    whole = _tensors(payload_bytes, 1)[0]
    ring = Ring([np.zeros_like(whole) for _ in range(ranks)])
    for rank in range(ranks):
        own = (rank + 1) % ranks
        ring.chunks[rank][own] = np.array_split(whole, ranks)[own]
    ring.all_gather()
    for rank in range(ranks):
        np.testing.assert_array_equal(ring.result(rank), whole)
    return _same_for_all(ring.sent)


@cache
def ring_reduce_scatter(payload_bytes: int, ranks: int) -> int:
    """Run a reduce-scatter, see that each rank has its chunk of the sum, return the bytes sent."""
    tensors = _tensors(payload_bytes, ranks)
    ring = Ring(tensors)
    ring.reduce_scatter()
    total = np.array_split(np.sum(tensors, axis=0, dtype=np.uint8), ranks)
    for rank in range(ranks):
        own = (rank + 1) % ranks
        np.testing.assert_array_equal(ring.chunks[rank][own], total[own])
    return _same_for_all(ring.sent)


def _payload(randint: Any) -> tuple[int, int]:
    ranks = randint(1, 8)
    return ranks * randint(1, 12), ranks


@at(*draws("all-reduce", _payload))
def all_reduce_bytes(payload_bytes: int, ranks: int) -> int:
    """Run the ring on real tensors, see that all have the sum, and add up what each sent."""
    return ring_all_reduce(payload_bytes, ranks)


@at(*draws("all-gather", _payload))
def all_gather_bytes(payload_bytes: int, ranks: int) -> int:
    """Run the ring on a real tensor, see that all have it, and add up what each sent."""
    return ring_all_gather(payload_bytes, ranks)


@at(*draws("zero 2", lambda r: (*_payload(r), r(1, 6))))
def zero2_step_bytes(payload_bytes: int, ranks: int, micro_batches: int) -> int:
    """Run the collectives of every micro-batch and the one that ends the step."""
    sent = 0
    for _ in range(micro_batches):
        sent += ring_reduce_scatter(payload_bytes, ranks)  # gradients
    return sent + ring_all_gather(payload_bytes, ranks)  # updated weights


@at(*draws("zero 3", lambda r: (*_payload(r), r(1, 6))))
def zero3_step_bytes(payload_bytes: int, ranks: int, micro_batches: int) -> int:
    """Run the collectives of every micro-batch."""
    sent = 0
    for _ in range(micro_batches):
        sent += ring_all_gather(payload_bytes, ranks)  # weights, for forward
        sent += ring_all_gather(payload_bytes, ranks)  # weights, for backward
        sent += ring_reduce_scatter(payload_bytes, ranks)  # gradients
    return sent


def _tensor_parallel_point(randint: Any) -> tuple[int, ...]:
    t = randint(1, 6)
    return (*(randint(1, 4) for _ in range(4)), t * randint(1, 4), randint(1, 4), t)


@at(*draws("tensor parallel", _tensor_parallel_point))
def tensor_parallel_step_bytes(
    micro_batches: int,
    layers_per_stage: int,
    seq: int,
    micro_batch: int,
    hidden: int,
    activation_width: int,
    tensor_parallel: int,
) -> int:
    """Walk through the step and run an all-reduce wherever a GPU has only a partial sum."""
    partial_sum = np.empty((seq, micro_batch, hidden), dtype=f"V{activation_width}").nbytes
    sent = 0
    for _micro_batch in range(micro_batches):
        for _layer in range(layers_per_stage):
            for _block in ("attention", "feed-forward"):
                for _direction in ("forward: its output", "backward: its input's gradient"):
                    sent += ring_all_reduce(partial_sum, tensor_parallel)
    return sent


def pipeline_step_bytes(
    micro_batches: int,
    seq: int,
    micro_batch: int,
    hidden: int,
    activation_width: int,
    pipeline_parallel: int,
) -> int:
    """Send each micro-batch's state to the next stage and its gradient to the one before."""
    sent = [0] * pipeline_parallel
    for _ in range(micro_batches):
        state = np.empty((seq, micro_batch, hidden), dtype=f"V{activation_width}")
        gradient = np.empty_like(state)
        for stage in range(pipeline_parallel):
            sent[stage] += state.nbytes if stage + 1 < pipeline_parallel else 0
            sent[stage] += gradient.nbytes if stage else 0
    return max(sent)


def _hierarchy_point(randint: Any) -> tuple[int, ...]:
    g, m = randint(1, 4), randint(1, 4)
    return (g * m * randint(1, 6), g, m, randint(1, 12), randint(1, 12))


@at(*draws("hierarchical", _hierarchy_point))
def hierarchical_all_reduce_seconds(
    payload_bytes: int,
    gpus_per_node: int,
    nodes: int,
    nvlink_bandwidth: int,
    network_bandwidth: int,
) -> float:
    """Run the phases on all GPUs, see that all have the sum, and read a GPU's clock."""
    tensors = _tensors(payload_bytes, gpus_per_node * nodes)
    rings = [Ring(tensors[i * gpus_per_node : (i + 1) * gpus_per_node]) for i in range(nodes)]
    for ring in rings:
        ring.reduce_scatter()
    seconds = seconds_to_move(_same_for_all(rings[0].sent), nvlink_bandwidth)
    for gpu in range(gpus_per_node):
        own = (gpu + 1) % gpus_per_node
        between = Ring([ring.chunks[gpu][own] for ring in rings])
        between.reduce_scatter()
        between.all_gather()
        for node, ring in enumerate(rings):
            ring.chunks[gpu][own] = between.result(node)
    seconds += seconds_to_move(_same_for_all(between.sent), network_bandwidth)
    for ring in rings:
        ring.sent = [0] * ring.n
        ring.all_gather()
        for gpu in range(gpus_per_node):
            total = np.sum(tensors, axis=0, dtype=np.uint8)
            np.testing.assert_array_equal(ring.result(gpu), total)
    return seconds + seconds_to_move(_same_for_all(rings[0].sent), nvlink_bandwidth)
