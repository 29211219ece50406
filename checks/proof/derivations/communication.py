"""Derive what collectives move by summing their steps."""

from __future__ import annotations

from sympy import Expr, Max, Min, Symbol, solve, summation


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
    micro_batches: Expr,
    layers_per_stage: Expr,
    seq: Expr,
    micro_batch: Expr,
    hidden: Expr,
    activation_width: Expr,
    tensor_parallel: Expr,
) -> Expr:
    """Sum the all-reduces: after attention and feed-forward, in forward and in backward."""
    blocks, passes = 2, 2
    one = all_reduce_bytes(activation_width * seq * micro_batch * hidden, tensor_parallel)
    layer = Symbol("layer", integer=True)
    per_micro_batch = summation(blocks * passes * one, (layer, 1, layers_per_stage))
    return per_micro_batch * micro_batches


def pipeline_step_bytes(
    micro_batches: Expr,
    seq: Expr,
    micro_batch: Expr,
    hidden: Expr,
    activation_width: Expr,
    pipeline_parallel: Expr,
) -> Expr:
    """Sum over micro-batches: one hidden state forward, its gradient back, to each neighbour.

    A stage has a neighbour on either side, but no more than there are other stages.
    """
    k = Symbol("k", integer=True)
    state = activation_width * seq * micro_batch * hidden
    neighbours = Min(pipeline_parallel - 1, 2)
    return neighbours * summation(state, (k, 1, micro_batches))


def railed_ring_seconds(
    sent_bytes: Expr, gpus_per_node: Expr, nvlink_bandwidth: Expr, network_bandwidth: Expr
) -> Expr:
    """Every GPU passes all rings on over NVLink but one, g-th part, over its port.

    The two links work at the same time, so the later of them ends the collective.
    """
    x, t = Symbol("x", positive=True), Symbol("t", positive=True)
    (through_port,) = solve(x * gpus_per_node - sent_bytes, x)
    (ports_done,) = solve(network_bandwidth * t - through_port, t)
    (links_done,) = solve(nvlink_bandwidth * t - sent_bytes, t)
    return Max(ports_done, links_done)


def hierarchical_all_reduce_seconds(
    payload_bytes: Expr,
    gpus_per_node: Expr,
    nodes: Expr,
    nvlink_bandwidth: Expr,
    network_bandwidth: Expr,
) -> Expr:
    """Sum three phases: scatter inside, reduce each shard between the nodes, gather inside."""
    inside = all_gather_bytes(payload_bytes, gpus_per_node) / nvlink_bandwidth
    shard = payload_bytes / gpus_per_node
    between = all_reduce_bytes(shard, nodes) / network_bandwidth
    return inside + between + inside
