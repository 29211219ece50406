"""Derive what collectives move by summing their steps."""

from __future__ import annotations

from sympy import Expr, Min, Sum, Symbol

from checks.proof.steps import noted

K = Symbol("k", integer=True)


def all_reduce_bytes(payload_bytes: Expr, ranks: Expr) -> Expr:
    """Sum the ring's steps: those that reduce and those that gather, a chunk in each."""
    chunk = noted("Cut for the ring, a chunk is", payload_bytes / ranks)
    way = noted("A chunk's sum has been everywhere after as many steps", ranks - 1)
    passed = Sum(chunk, (K, 1, 2 * way))
    return noted(
        "Every rank sends a chunk in each step that adds and that copies", passed.doit().factor()
    )


def all_gather_bytes(payload_bytes: Expr, ranks: Expr) -> Expr:
    """Sum the ring's steps: each passes a chunk on, until all others' have come by."""
    chunk = noted("Each rank starts with a chunk of", payload_bytes / ranks)
    passed = Sum(chunk, (K, 1, ranks - 1))
    return noted("It passes on its own, then each that comes but the last", passed.doit().factor())


def zero2_step_bytes(payload_bytes: Expr, ranks: Expr, micro_batches: Expr) -> Expr:
    """Sum the collectives: every micro-batch scatters gradients, the step ends with a gather."""
    half = all_gather_bytes(payload_bytes, ranks)
    scattered = Sum(half, (K, 1, micro_batches)).doit()
    noted("A reduce-scatter is a gather run backwards; every micro-batch ends in one", scattered)
    return noted("The updated weights are gathered once", (scattered + half).factor())


def zero3_step_bytes(payload_bytes: Expr, ranks: Expr, micro_batches: Expr) -> Expr:
    """Sum the collectives: every micro-batch gathers for both passes and scatters its gradients."""
    gather = all_gather_bytes(payload_bytes, ranks)
    weights = noted(
        "A micro-batch gathers the weights for forward and for backward", gather + gather
    )
    one = noted("and scatters its gradients, a gather run backwards", weights + gather)
    return noted("Over all micro-batches", Sum(one, (K, 1, micro_batches)).doit())


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
    layer = Symbol("l", integer=True)
    state = noted("A partial sum of the states has", activation_width * seq * micro_batch * hidden)
    one = noted("Its all-reduce over the group sends", all_reduce_bytes(state, tensor_parallel))
    per_layer = noted("After attention and feed-forward, in both passes", (one + one) + (one + one))
    all_layers = Sum(per_layer, (layer, 1, layers_per_stage)).doit()
    return noted("Over the stage's layers and all micro-batches", all_layers * micro_batches)


def pipeline_step_bytes(
    micro_batches: Expr,
    seq: Expr,
    micro_batch: Expr,
    hidden: Expr,
    activation_width: Expr,
    pipeline_parallel: Expr,
) -> Expr:
    """Sum over micro-batches: a hidden state forward, its gradient back, to each neighbour."""
    state = noted("A micro-batch's hidden state has", activation_width * seq * micro_batch * hidden)
    sent = noted("To one neighbour the step sends", Sum(state, (K, 1, micro_batches)).doit())
    neighbours = Min(pipeline_parallel - 1, 2)
    noted("A stage has two neighbours, or as many as there are other stages", neighbours)
    return noted("so the busiest sends", neighbours * sent)


def hierarchical_all_reduce_seconds(
    payload_bytes: Expr,
    gpus_per_node: Expr,
    nodes: Expr,
    nvlink_bandwidth: Expr,
    network_bandwidth: Expr,
) -> Expr:
    """Sum three phases: scatter inside, reduce each shard between the nodes, gather inside."""
    inside = all_gather_bytes(payload_bytes, gpus_per_node) / nvlink_bandwidth
    noted("A reduce-scatter inside the node leaves each GPU a shard; it takes", inside)
    shard = payload_bytes / gpus_per_node
    between = all_reduce_bytes(shard, nodes) / network_bandwidth
    noted("All GPUs at once then reduce their own shard between the nodes", between)
    whole = inside + between + inside
    return noted("and a gather inside ends it as the scatter began it", whole)
