"""How much of ZeRO-3's gathered weights is in memory at once, on real tensors.

As in FSDP, a layer's whole weights have one buffer whose storage is filled by an all-gather
before the layer runs and emptied right after it, forward and again backward; while one layer
runs, the gather of the next `ahead` layers is under way, so their storage is taken already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from worked.gpu_wall.sharding_real import (
    SEED,
    ShardedUnit,
    Traffic,
    ring_reduce_scatter,
    run_unit,
    shard_unit,
)
from worked.gpu_wall.transformer import GPTConfig, GPTLayer

SEQUENCE, BATCH = 8, 2  # tokens and sequences of the input


class Prefetcher:
    """Gathers whole weights into their buffers ahead of use, and knows what is held.

    `most_weights` and `most_gradients` are the high-water marks, in bytes, of the buffers'
    storages and of whole gradients; `gathers` counts all-gathers.
    """

    def __init__(self, units: list[ShardedUnit], ranks: int, ahead: int) -> None:
        self.units, self.ahead = units, ahead
        self.buffers = [
            torch.empty(ranks * len(u.weights), dtype=u.weights.dtype, requires_grad=True)
            for u in units
        ]
        self.sizes = [b.nbytes for b in self.buffers]
        self.coming: dict[int, Any] = {}
        self.most_weights = self.most_gradients = self.gathers = 0
        for buffer in self.buffers:
            buffer.untyped_storage().resize_(0)

    def fetch(self, number: int) -> None:
        """Start to gather a unit, if there is one of that number and it is not there already."""
        if not 0 <= number < len(self.units) or number in self.coming:
            return
        buffer = self.buffers[number]
        buffer.untyped_storage().resize_(self.sizes[number])
        # .data: to autograd, weights that return as they went were never written
        self.coming[number] = dist.all_gather_into_tensor(
            buffer.data, self.units[number].weights.detach(), async_op=True
        )
        self.gathers += 1

    def use(self, number: int, direction: int) -> Tensor:
        """Return a unit's whole weights, flat; those next in `direction` (1 or -1) are begun."""
        for step in range(self.ahead + 1):
            self.fetch(number + direction * step)
        self.coming[number].wait()
        self.note()
        return self.buffers[number]

    def free(self, number: int) -> None:
        """Give a unit's whole weights back; its shard stays."""
        self.note()
        del self.coming[number]
        self.buffers[number].untyped_storage().resize_(0)

    def note(self) -> None:
        """Raise the high-water marks to what is held now."""
        weights = sum(b.untyped_storage().nbytes() for b in self.buffers)
        gradients = sum(b.grad.nbytes for b in self.buffers if b.grad is not None)
        self.most_weights = max(self.most_weights, weights)
        self.most_gradients = max(self.most_gradients, gradients)


def forward(prefetcher: Prefetcher, x: Tensor, traffic: Traffic) -> Tensor:
    """Return the output of all units for x, (s, b, h); backward gathers and frees as it goes."""
    for number, unit in enumerate(prefetcher.units):
        weights = prefetcher.use(number, direction=1)
        x = run_unit(unit, weights, x)
        prefetcher.free(number)

        def begin_backward(_: Tensor, number: int = number) -> None:
            prefetcher.use(number, direction=-1)

        def end_backward(buffer: Tensor, number: int = number) -> None:
            prefetcher.note()
            assert buffer.grad is not None
            prefetcher.units[number].adam.gradients = ring_reduce_scatter(buffer.grad, traffic)
            buffer.grad = None
            prefetcher.free(number)

        x.register_hook(begin_backward)
        weights.register_post_accumulate_grad_hook(end_backward)
    return x


def layers_and_input(config: GPTConfig) -> tuple[list[GPTLayer], Tensor]:
    """Return the model's layers, without embeddings, and an input (s, b, h), the same anywhere."""
    torch.manual_seed(SEED)
    layers = [GPTLayer(config) for _ in range(config.layers)]
    return layers, torch.randn(SEQUENCE, BATCH, config.hidden)


def high_water(config: GPTConfig, ahead: int) -> dict[str, Any]:
    """Run one forward and backward pass (loss: half the sum of squares) in this process group.

    Returns the high-water marks of whole weights and of whole gradients in bytes, what is left
    of the weights' buffers afterwards, the number of all-gathers, the bytes of one layer's
    whole fp32 weights and this rank's shards of the gradients summed over the ranks.

    Raises:
        ValueError: `ahead` is negative.
    """
    if ahead < 0:
        raise ValueError(f"ahead = {ahead}: as many layers are fetched ahead, 0 or more")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    layers, x = layers_and_input(config)
    units = [shard_unit(layer, "zero3", rank, ranks, torch.float32) for layer in layers]
    prefetcher = Prefetcher(units, ranks, ahead)
    (forward(prefetcher, x, Traffic()) ** 2).sum().div(2).backward()
    return {
        "weights": prefetcher.most_weights,
        "gradients": prefetcher.most_gradients,
        "left": sum(b.untyped_storage().nbytes() for b in prefetcher.buffers),
        "gathers": prefetcher.gathers,
        "layer": prefetcher.sizes[0],
        "gradient_shards": [unit.adam.gradients for unit in units],
    }


def survey(config: GPTConfig, counts: tuple[int, ...]) -> dict[str, Any]:
    """Return `high_water` of models of so many layers, fetching none, one or two ahead."""
    return {
        f"{count} layers, {ahead} ahead": high_water(replace(config, layers=count), ahead)
        for count in counts
        for ahead in (0, 1, 2)
    }
