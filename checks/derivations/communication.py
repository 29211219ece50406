"""Derive what collectives move by summing their steps."""

from __future__ import annotations

from sympy import Expr, Max, Min, Piecewise, Rational, Symbol, floor, solve, summation


def all_reduce_bytes(payload_bytes: Expr, ranks: Expr) -> Expr:
    """Sum the ring's steps: n-1 that reduce and n-1 that gather, a chunk of 1/n in each."""
    k = Symbol("k", integer=True)
    chunk = payload_bytes / ranks
    return summation(chunk, (k, 1, 2 * (ranks - 1)))


def all_gather_bytes(payload_bytes: Expr, ranks: Expr) -> Expr:
    """Sum the ring's steps: each passes one of the n chunks on, until n-1 have come by."""
    k = Symbol("k", integer=True)
    return summation(payload_bytes / ranks, (k, 1, ranks - 1))


def zero2_step_bytes(payload_bytes: Expr, ranks: Expr, micro_batches: Expr) -> Expr:
    """Every micro-batch reduce-scatters its gradients; the step ends with one gather."""
    k = Symbol("k", integer=True)
    half = all_gather_bytes(payload_bytes, ranks)
    return summation(half, (k, 1, micro_batches)) + half


def zero3_step_bytes(payload_bytes: Expr, ranks: Expr, micro_batches: Expr) -> Expr:
    """Every micro-batch: gather for forward, gather for backward, reduce-scatter gradients."""
    k = Symbol("k", integer=True)
    one = 2 * all_gather_bytes(payload_bytes, ranks) + all_gather_bytes(payload_bytes, ranks)
    return summation(one, (k, 1, micro_batches))


def tensor_parallel_step_bytes(
    micro_batches: Expr, layers_per_stage: Expr, seq: Expr, micro_batch: Expr, hidden: Expr,
    activation_width: Expr, tensor_parallel: Expr,
) -> Expr:  # fmt: skip
    """Sum the all-reduces: after attention and feed-forward, in forward and in backward."""
    blocks, passes = 2, 2
    one = all_reduce_bytes(activation_width * seq * micro_batch * hidden, tensor_parallel)
    layer = Symbol("layer", integer=True)
    per_micro_batch = summation(blocks * passes * one, (layer, 1, layers_per_stage))
    return per_micro_batch * micro_batches


def pipeline_step_bytes(
    micro_batches: Expr, seq: Expr, micro_batch: Expr, hidden: Expr, activation_width: Expr,
    pipeline_parallel: Expr,
) -> Expr:  # fmt: skip
    """Sum over micro-batches: one hidden state forward, its gradient back, to each neighbour.

    A stage has a neighbour on either side, but no more than there are other stages.
    """
    k = Symbol("k", integer=True)
    state = activation_width * seq * micro_batch * hidden
    neighbours = Min(pipeline_parallel - 1, 2)
    return neighbours * summation(state, (k, 1, micro_batches))


def transfer_seconds(moved_bytes: Expr, bandwidth: Expr) -> Expr:
    """Solve: rate times time is what was moved."""
    t = Symbol("t", positive=True)
    return solve(bandwidth * t - moved_bytes, t)[0]


def nodes(gpus: Expr, gpus_per_node: Expr) -> Expr:
    """Solve: nodes times GPUs in each are all GPUs; a node that is begun counts whole."""
    m = Symbol("m", positive=True)
    return -floor(-solve(m * gpus_per_node - gpus, m)[0])


def group_bandwidth(
    tensor_parallel: Expr, gpus_per_node: Expr, nvlink_bandwidth: Expr, network_bandwidth: Expr
) -> Expr:
    """A group that outgrows its node waits for the network."""
    return Piecewise((network_bandwidth, tensor_parallel > gpus_per_node), (nvlink_bandwidth, True))


def ring_bytes_per_link(sent_bytes: Expr, gpus_per_node: Expr) -> Expr:
    """Solve: as many equal rings as ports, one a port, carry all."""
    x = Symbol("x", positive=True)
    return solve(x * gpus_per_node - sent_bytes, x)[0]


def railed_ring_seconds(
    sent_bytes: Expr, gpus_per_node: Expr, nvlink_bandwidth: Expr, network_bandwidth: Expr
) -> Expr:
    """Every GPU passes all rings on over NVLink but one, g-th part, over its port.

    The two links work at the same time, so the later of them ends the collective.
    """
    through_port = ring_bytes_per_link(sent_bytes, gpus_per_node)
    return Max(
        transfer_seconds(through_port, network_bandwidth),
        transfer_seconds(sent_bytes, nvlink_bandwidth),
    )


def hierarchical_all_reduce_seconds(
    payload_bytes: Expr, gpus_per_node: Expr, nodes: Expr, nvlink_bandwidth: Expr,
    network_bandwidth: Expr,
) -> Expr:  # fmt: skip
    """Sum three phases: scatter inside, reduce each shard between the nodes, gather inside."""
    inside = all_gather_bytes(payload_bytes, gpus_per_node) / nvlink_bandwidth
    shard = payload_bytes / gpus_per_node
    between = all_reduce_bytes(shard, nodes) / network_bandwidth
    return inside + between + inside


def oversubscribed_bandwidth(network_bandwidth: Expr, oversubscription: Expr) -> Expr:
    """All ports of a leaf send at once through fewer ports up; each gets an equal share."""
    down, up = Symbol("down", positive=True), Symbol("up", positive=True)
    share = up * network_bandwidth / down
    return share.subs(down, oversubscription * up) * Rational(1)
