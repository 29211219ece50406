"""Bytes on the wire and seconds of the collectives that parallel training lives on.

Payload means the bytes of the whole tensor; rates are one-way, in bytes per second and GPU.
n ranks, of which g share a node; M = n / g nodes.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import along, ceil, maximum, minimum, where


def all_reduce_bytes(payload_bytes: Any, ranks: Any) -> Any:
    """Bytes that each rank sends (and receives) in a ring all-reduce.

    Source: Patarasu and Yuan 2009: n-1 steps of reduce-scatter and n-1 of all-gather.
    """
    return 2 * (ranks - 1) * payload_bytes / ranks


def all_gather_bytes(payload_bytes: Any, ranks: Any) -> Any:
    """Bytes that each rank sends in a ring all-gather (a reduce-scatter costs the same).

    payload_bytes: the gathered tensor; each rank starts with 1/n of it.
    Often got wrong: the shares that come in from all others taken for one (museum:
    jax-ml/scaling-book 128).
    """
    return (ranks - 1) * payload_bytes / ranks


def zero2_step_bytes(payload_bytes: Any, ranks: Any, micro_batches: Any) -> Any:
    """Bytes that each rank sends in one step of ZeRO stage 2.

    A rank keeps its shard of the gradients alone, so every micro-batch ends in a
    reduce-scatter; the updated weights are gathered once.
    payload_bytes: 16-bit gradients; 16-bit weights are as large.
    Source: Rajbhandari et al. 2020 (ZeRO), section 7.1, with gradient accumulation.
    """
    return (micro_batches + 1) * (ranks - 1) * payload_bytes / ranks


def zero3_step_bytes(payload_bytes: Any, ranks: Any, micro_batches: Any) -> Any:
    """Bytes that each rank sends in one step of ZeRO stage 3.

    Weights are gathered for forward and again for backward of every micro-batch, and every
    micro-batch ends in a reduce-scatter, for no rank has room to accumulate whole gradients.
    payload_bytes: 16-bit weights; 16-bit gradients are as large.
    Source: Rajbhandari et al. 2020 (ZeRO), section 7.2 (3 payloads a micro-batch).
    """
    return 3 * micro_batches * (ranks - 1) * payload_bytes / ranks


def tensor_parallel_step_bytes(
    micro_batches: Any,
    layers_per_stage: Any,
    seq: Any,
    micro_batch: Any,
    hidden: Any,
    activation_width: Any,
    tensor_parallel: Any,
) -> Any:
    """Bytes that each GPU sends for tensor parallelism in one step.

    Two all-reduces a layer in forward and two in backward, each over b·s·h values, each
    sending 2(t-1)/t of them.
    Source: Shoeybi et al. 2019 (Megatron-LM), section 3; Narayanan et al. 2021, section 3.2.
    """
    return (
        8
        * micro_batches
        * layers_per_stage
        * seq
        * micro_batch
        * hidden
        * activation_width
        * (tensor_parallel - 1)
        / tensor_parallel
    )


def pipeline_step_bytes(
    micro_batches: Any,
    seq: Any,
    micro_batch: Any,
    hidden: Any,
    activation_width: Any,
    pipeline_parallel: Any,
) -> Any:
    """Bytes that the busiest pipeline stage's GPU sends in one step: states on, gradients back.

    A middle stage sends both ways, the ends of a pipeline of two one way, a single stage nothing.
    Source: Narayanan et al. 2021, section 3.2 (b·s·h values a micro-batch and boundary).
    """
    return (
        minimum(2, pipeline_parallel - 1)
        * micro_batches
        * seq
        * micro_batch
        * hidden
        * activation_width
    )


def step_traffic(
    ar_bytes: Any, zero2_volume: Any, zero3_volume: Any, tp_volume: Any, pp_volume: Any
) -> Any:
    """Bytes that each GPU sends in a step, by what sends them.

    ZeRO's stage 1 sends what data parallelism does, in another order.
    """
    return along(
        "traffic",
        data_parallel_zero_1=ar_bytes,
        zero_2=zero2_volume,
        zero_3=zero3_volume,
        tensor_parallel=tp_volume,
        tensor_parallel_network=tp_volume,
        pipeline=pp_volume,
    )


def traffic_seconds(
    sent: Any,
    gpus_per_node: Any,
    nvlink_bandwidth: Any,
    network_bandwidth: Any,
    tp_bandwidth: Any,
) -> Any:
    """Seconds of a step's traffic, by what sends it; rates one-way.

    Collectives of all GPUs run as a ring through every port; a tensor-parallel group has its
    own rate, and also that of the network to compare; a pipeline crosses the network.
    """
    railed = railed_ring_seconds(sent, gpus_per_node, nvlink_bandwidth, network_bandwidth)
    networked = sent / network_bandwidth
    return along(
        "traffic",
        data_parallel_zero_1=railed,
        zero_2=railed,
        zero_3=railed,
        tensor_parallel=sent / tp_bandwidth,
        tensor_parallel_network=networked,
        pipeline=networked,
    )


def transfer_seconds(moved_bytes: Any, bandwidth: Any) -> Any:
    """Seconds to move bytes at a one-way rate, latency left out.

    Often got wrong: a rate that counts both directions (museum: open-mpi/hwloc 574); bytes read as
    bits (museum: Infrasys-AI/AISystem 271).
    """
    return moved_bytes / bandwidth


def nodes(gpus: Any, gpus_per_node: Any) -> Any:
    """Nodes that `gpus` take up, the last one perhaps in part."""
    return ceil(gpus / gpus_per_node)


def group_bandwidth(
    tensor_parallel: Any, gpus_per_node: Any, nvlink_bandwidth: Any, network_bandwidth: Any
) -> Any:
    """Rate of the slowest link within a tensor-parallel group: NVLink if a node holds it."""
    return where(tensor_parallel <= gpus_per_node, nvlink_bandwidth, network_bandwidth)


def ring_bytes_per_link(sent_bytes: Any, gpus_per_node: Any) -> Any:
    """Bytes through each network port when a node's g ports each carry one of g rings."""
    return sent_bytes / gpus_per_node


def railed_ring_seconds(
    sent_bytes: Any, gpus_per_node: Any, nvlink_bandwidth: Any, network_bandwidth: Any
) -> Any:
    """Seconds of a collective run as g rings, one through each network port of a node.

    Every ring carries 1/g of the bytes through its port while NVLink carries them all; the
    slower of the two sets the pace.
    sent_bytes: what each rank sends in all; rates one-way.
    """
    return maximum(sent_bytes / nvlink_bandwidth, sent_bytes / gpus_per_node / network_bandwidth)


def hierarchical_all_reduce_seconds(
    payload_bytes: Any,
    gpus_per_node: Any,
    nodes: Any,
    nvlink_bandwidth: Any,
    network_bandwidth: Any,
) -> Any:
    """Seconds of an all-reduce in three phases that do not overlap.

    Reduce-scatter inside each node, all-reduce of each shard between nodes, all-gather inside.
    Often got wrong: the last phase run over a share in place of the whole (museum:
    harvard-edge/cs249r_book 1530).
    """
    return (
        2 * (gpus_per_node - 1) * payload_bytes / gpus_per_node / nvlink_bandwidth
        + 2 * (nodes - 1) * payload_bytes / gpus_per_node / nodes / network_bandwidth
    )


def oversubscribed_bandwidth(network_bandwidth: Any, oversubscription: Any) -> Any:
    """Rate per GPU once traffic leaves its leaf switch, all ports busy.

    oversubscription: ports down to hosts over ports up to the spine.
    """
    return network_bandwidth / oversubscription
