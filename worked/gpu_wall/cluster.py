"""A GPU cluster's shape, and where on it a job's GPUs can be placed.

Nodes of (usually) eight GPUs hang in groups under leaf switches. A job of at most one node's GPUs
must sit inside one node (its tensor-parallel traffic needs NVLink); a larger job takes whole
nodes. That rule is what makes free GPUs unusable when they are spread over half-used nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Which nodes a job got and how many GPUs on each: ((node, gpus), ...).
Placement = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Cluster:
    """The cluster's shape.

    leaves: leaf switches; nodes_per_leaf: nodes under each; gpus_per_node: GPUs in each node;
    oversubscription: how many times less bandwidth a GPU has across leaves than inside one
    (1 = a full-bisection fabric, where crossing costs nothing).
    """

    leaves: int
    nodes_per_leaf: int
    gpus_per_node: int = 8
    oversubscription: float = 1.0

    def __post_init__(self) -> None:
        if min(self.leaves, self.nodes_per_leaf, self.gpus_per_node) < 1:
            raise ValueError("a cluster needs at least one leaf, one node a leaf, one GPU a node")
        if self.oversubscription < 1:
            raise ValueError(
                f"oversubscription is {self.oversubscription}; 1 means none, 2 means 2:1"
            )

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.leaves * self.nodes_per_leaf

    @property
    def gpus(self) -> int:
        """Number of GPUs."""
        return self.nodes * self.gpus_per_node

    def leaf_of(self, node: int) -> int:
        """The leaf switch that `node` hangs under."""
        return node // self.nodes_per_leaf


Place = Callable[[Cluster, Sequence[int], int], Placement | None]


def fits(cluster: Cluster, free: Sequence[int], gpus: int) -> bool:
    """Whether `gpus` GPUs can be placed, given `free` GPUs on each node."""
    if gpus <= cluster.gpus_per_node:
        return any(have >= gpus for have in free)
    whole = sum(have == cluster.gpus_per_node for have in free)
    return whole * cluster.gpus_per_node >= gpus


def place_spread(cluster: Cluster, free: Sequence[int], gpus: int) -> Placement | None:
    """Placement that knows no topology, or None where nothing fits.

    A small job goes to the emptiest node (what Kubernetes' default scoring, LeastAllocated,
    does); a large one takes the lowest-numbered empty nodes, whatever leaf they are under.
    """
    size = cluster.gpus_per_node
    if not fits(cluster, free, gpus):
        return None
    if gpus <= size:
        node = max(range(cluster.nodes), key=lambda n: (free[n], -n))
        return ((node, gpus),)
    empty = [node for node in range(cluster.nodes) if free[node] == size]
    return tuple((node, size) for node in empty[: gpus // size])


# --8<-- [start:topology_aware]
def place_packed(cluster: Cluster, free: Sequence[int], gpus: int) -> Placement | None:
    """Topology-aware placement, or None where nothing fits.

    Best fit at both levels: a small job goes to the fullest node that still has room, so that
    whole nodes stay whole; a large one to the fullest leaf that can hold all of it, so that its
    traffic stays under one switch. Only if no leaf can, it crosses as few leaves as possible.
    """
    size = cluster.gpus_per_node
    if not fits(cluster, free, gpus):
        return None
    empty: dict[int, list[int]] = {leaf: [] for leaf in range(cluster.leaves)}
    for node in range(cluster.nodes):
        if free[node] == size:
            empty[cluster.leaf_of(node)].append(node)
    if gpus <= size:
        room = [node for node in range(cluster.nodes) if free[node] >= gpus]
        best = min(room, key=lambda n: (free[n], len(empty[cluster.leaf_of(n)]), n))
        return ((best, gpus),)
    wanted = gpus // size
    one_leaf = [nodes for nodes in empty.values() if len(nodes) >= wanted]
    if one_leaf:
        return tuple((node, size) for node in min(one_leaf, key=len)[:wanted])
    roomiest_first = sorted(empty.values(), key=len, reverse=True)
    chosen = [node for nodes in roomiest_first for node in nodes][:wanted]
    return tuple((node, size) for node in sorted(chosen))


# --8<-- [end:topology_aware]


def crosses_leaves(cluster: Cluster, placement: Placement) -> bool:
    """Whether a placement's nodes hang under more than one leaf switch."""
    return len({cluster.leaf_of(node) for node, _ in placement}) > 1


def slowdown(cluster: Cluster, placement: Placement, communication_share: float) -> float:
    """How many times longer each step takes on this placement than inside one leaf.

    Across leaves the communicating part of the step (`communication_share`, between 0 and 1, not
    hidden behind compute) takes `oversubscription` times as long and the rest is unchanged.
    """
    if not crosses_leaves(cluster, placement):
        return 1.0
    return 1 + communication_share * (cluster.oversubscription - 1)


def take(free: list[int], placement: Placement) -> None:
    """Mark a placement's GPUs as used in `free` (changed in place).

    Raises:
        ValueError: a node has fewer free GPUs than the placement takes.
    """
    for node, gpus in placement:
        if free[node] < gpus:
            raise ValueError(f"node {node} has {free[node]} free GPUs, not {gpus}")
        free[node] -= gpus


def give_back(free: list[int], placement: Placement) -> None:
    """Mark a placement's GPUs as free again in `free` (changed in place)."""
    for node, gpus in placement:
        free[node] += gpus
