"""Shard real training over real processes, and count the bytes that each holds and sends.

Processes on this machine form a gloo group. The collectives are rings written out over
point-to-point sends, so that every byte is counted; data parallelism and ZeRO stages 1 to 3
are built on them, and so is a tensor-parallel layer. `sharding_study` measures them.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from worked.gpu_wall.memory_real import (
    MixedPrecisionState,
    adam_step,
    saved_activations,
    small_batch,
    tensor_bytes,
    total_bytes,
)
from worked.gpu_wall.transformer import (
    GPTConfig,
    GPTLayer,
    Transformer,
    attention_core,
    dropout,
    next_token_loss,
)

SEED = 12

# --- Rings -------------------------------------------------------------------------------


@dataclass
class Traffic:
    """What this rank has sent and received, and how many of each collective it took part in."""

    sent_bytes: int = 0
    received_bytes: int = 0
    messages: int = 0
    collectives: dict[str, int] = field(default_factory=dict)

    def reset(self) -> None:
        """Start again from zero."""
        self.sent_bytes = self.received_bytes = self.messages = 0
        self.collectives = {}

    def count(self, collective: str) -> None:
        """Note one more `collective`."""
        self.collectives[collective] = self.collectives.get(collective, 0) + 1


# --8<-- [start:ring_all_reduce]
def pass_on(outgoing: Tensor, traffic: Traffic) -> Tensor:
    """Send `outgoing` to the next rank of the ring; return what the previous rank sent."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    incoming = torch.empty_like(outgoing)
    sending = dist.isend(outgoing, (rank + 1) % ranks)
    dist.recv(incoming, (rank - 1) % ranks)
    assert sending is not None  # it is None only for a rank outside the group
    sending.wait()
    traffic.sent_bytes += outgoing.nbytes
    traffic.received_bytes += incoming.nbytes
    traffic.messages += 1
    return incoming


def ring_reduce_scatter(values: Tensor, traffic: Traffic) -> Tensor:
    """Return this rank's share of the sum of all ranks' flat `values`, in `n - 1` steps."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    chunks = list(equal_chunks(values, ranks))
    for step in range(1, ranks):
        incoming = pass_on(chunks[(rank - step) % ranks], traffic)
        mine = (rank - step - 1) % ranks
        chunks[mine] = chunks[mine] + incoming
    return chunks[rank].clone()


def ring_all_gather(shard: Tensor, traffic: Traffic) -> Tensor:
    """Return all ranks' shards, joined in the order of ranks, in `n - 1` steps."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    whole = shard.new_empty(ranks * shard.numel())
    chunks = whole.chunk(ranks)
    chunks[rank].copy_(shard)
    for step in range(ranks - 1):
        incoming = pass_on(chunks[(rank - step) % ranks], traffic)
        chunks[(rank - step - 1) % ranks].copy_(incoming)
    return whole


def ring_all_reduce(values: Tensor, traffic: Traffic) -> Tensor:
    """Return the sum of all ranks' `values` in `2 * (n - 1)` steps (Patarasu and Yuan 2009).

    Each step sends one of n chunks, so each rank sends `2 * (n - 1) / n` times the payload.
    """
    return ring_all_gather(ring_reduce_scatter(values, traffic), traffic)


# --8<-- [end:ring_all_reduce]


def equal_chunks(values: Tensor, ranks: int) -> tuple[Tensor, ...]:
    """Return `values`, a flat tensor, in `ranks` equal views.

    Raises:
        ValueError: the length is not a multiple of `ranks`.
    """
    if values.dim() != 1 or values.numel() % ranks:
        raise ValueError(
            f"a ring over {ranks} ranks needs a flat tensor whose length is a multiple of "
            f"{ranks}, not shape {tuple(values.shape)}: pad it first"
        )
    return values.chunk(ranks)


def ring_order_sum(all_values: list[Tensor]) -> Tensor:
    """Return the sum of flat tensors, one per rank, added in the order in which a ring adds.

    Chunk c starts at rank c + 1 and goes round to rank c. Floating-point addition is not
    associative, so one process that adds in this order gets the very bits that the ring gets.
    """
    ranks = len(all_values)
    pieces = [equal_chunks(values, ranks) for values in all_values]
    sums = []
    for chunk in range(ranks):
        total = pieces[(chunk + 1) % ranks][chunk]
        for step in range(2, ranks + 1):
            total = pieces[(chunk + step) % ranks][chunk] + total
        sums.append(total)
    return torch.cat(sums)


# --- ZeRO --------------------------------------------------------------------------------

Strategy = Literal["ddp", "zero1", "zero2", "zero3"]


# --8<-- [start:shard]
@dataclass
class ShardedUnit:
    """One unit of the model (a layer, say) as one rank keeps it.

    `weights` is the flat tensor that autograd differentiates: the whole unit, or under
    ZeRO-3 this rank's shard. `adam` holds what the optimizer needs for the part that this
    rank updates; its `weights` are a view of that part of `weights`.
    """

    module: nn.Module  # the structure alone, on the meta device: it holds no memory
    parameters: int
    weights: Tensor
    adam: MixedPrecisionState


def shard_unit(
    module: nn.Module, strategy: Strategy, rank: int, ranks: int, dtype: torch.dtype
) -> ShardedUnit:
    """Return rank `rank`'s part of `module`, whose fp32 values are the initial weights.

    Weights and gradients take `dtype`, the optimizer's state fp32. The flat weights are padded
    with zeros to a multiple of `ranks`. Source: Rajbhandari et al. 2020, "ZeRO", section 5.
    """
    flat = torch.cat([p.detach().flatten() for p in module.parameters()])
    parameters = flat.numel()
    flat = functional.pad(flat, (0, -parameters % ranks))
    shard = flat.chunk(ranks)[rank]
    weights = (shard if strategy == "zero3" else flat).to(dtype, copy=True)
    master = (flat if strategy == "ddp" else shard).clone()  # the moments are as long
    updated = weights if len(weights) == len(master) else weights.chunk(ranks)[rank]
    adam = MixedPrecisionState(
        updated, None, master, torch.zeros_like(master), torch.zeros_like(master)
    )
    return ShardedUnit(module.to("meta"), parameters, weights.detach().requires_grad_(), adam)


# --8<-- [end:shard]


def run_unit(unit: ShardedUnit, whole_weights: Tensor, x: Tensor) -> Tensor:
    """Return the unit's output for `x`, computed with `whole_weights` (flat, maybe padded)."""
    named = dict(unit.module.named_parameters())
    parts = whole_weights[: unit.parameters].split([p.numel() for p in named.values()])
    weights = {
        name: part.view(p.shape) for (name, p), part in zip(named.items(), parts, strict=True)
    }
    return functional_call(unit.module, weights, (x,))


def whole_forward(units: list[ShardedUnit], tokens: Tensor) -> Tensor:
    """Return the logits, where every rank has whole weights (DDP, ZeRO-1, ZeRO-2)."""
    x = tokens
    for unit in units:
        x = run_unit(unit, unit.weights, x)
    return x


# --8<-- [start:zero3_step]
class GatherWeights(torch.autograd.Function):
    """Whole weights from the ranks' shards; going back, the sum of gradients, sharded."""

    @staticmethod
    def forward(ctx: Any, shard: Tensor, traffic: Traffic) -> Tensor:
        ctx.traffic = traffic
        traffic.count("all_gather")
        return ring_all_gather(shard, traffic)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        ctx.traffic.count("reduce_scatter")
        return ring_reduce_scatter(gradient, ctx.traffic), None


def gather_and_run(unit: ShardedUnit, x: Tensor, traffic: Traffic) -> Tensor:
    """Return the unit's output; the whole weights live only while it is computed."""
    return run_unit(unit, GatherWeights.apply(unit.weights, traffic), x)


def gathered_forward(units: list[ShardedUnit], tokens: Tensor, traffic: Traffic) -> Tensor:
    """Return the logits under ZeRO-3.

    Checkpointing a unit makes autograd forget its whole weights with its activations, so
    that the backward pass gathers them again: another all-gather, and a reduce-scatter, a unit.
    Afterwards each rank has the gradients of its own shard, and Adam updates that and no more.
    """
    x = tokens
    for unit in units:
        x = checkpoint(gather_and_run, unit, x, traffic, use_reentrant=False)
    return x


# --8<-- [end:zero3_step]


def reduce_as_soon_as_ready(unit: ShardedUnit, traffic: Traffic) -> None:
    """Make ZeRO-2's backward pass keep only this rank's shard of the unit's gradients.

    Only the shard can be accumulated, so every micro-batch ends in a reduce-scatter.
    """

    def reduce(weights: Tensor) -> None:
        assert weights.grad is not None
        shard = ring_reduce_scatter(weights.grad, traffic)
        earlier = unit.adam.gradients  # of the step's micro-batches before this one
        unit.adam.gradients = shard if earlier is None else earlier + shard
        weights.grad = None  # a unit's whole gradients live no longer than this
        traffic.count("reduce_scatter")

    unit.weights.register_post_accumulate_grad_hook(reduce)


def reduce_gradients(unit: ShardedUnit, strategy: Strategy, traffic: Traffic) -> None:
    """Give the optimizer the sum over all ranks of the gradients that it needs here."""
    gradient = unit.weights.grad
    if gradient is None:  # ZeRO-2: done during the backward pass
        return
    if strategy == "ddp":
        gradient.copy_(ring_all_reduce(gradient, traffic))
        traffic.count("all_reduce")
    elif strategy == "zero1":
        whole, gradient = gradient, gradient.chunk(dist.get_world_size())[dist.get_rank()]
        gradient.copy_(ring_reduce_scatter(whole, traffic))
        traffic.count("reduce_scatter")
    unit.adam.gradients = gradient


def share_weights(unit: ShardedUnit, strategy: Strategy, traffic: Traffic) -> None:
    """After the optimizer's step, complete each rank's whole weights (ZeRO-1 and ZeRO-2)."""
    if strategy in ("zero1", "zero2"):
        unit.weights.data.copy_(ring_all_gather(unit.adam.weights, traffic))
        traffic.count("all_gather")


def held_bytes(units: list[ShardedUnit]) -> dict[str, int]:
    """Return the bytes of weights, gradients and optimizer state that this rank holds."""
    gradients = [g for u in units for g in (u.weights.grad, u.adam.gradients) if g is not None]
    return {
        "weights": tensor_bytes(t for u in units for t in (u.weights, u.adam.weights)),
        "gradients": tensor_bytes(gradients),
        "optimizer": tensor_bytes(
            t for u in units for t in (u.adam.master, u.adam.first_moment, u.adam.second_moment)
        ),
    }


def live_storages() -> dict[int, torch.UntypedStorage]:
    """Return address -> storage of every tensor on the CPU that Python can reach.

    A check on `held_bytes` that does not depend on which tensors we remembered to count. Whoever
    keeps the storages keeps their addresses from being used again.
    """
    gc.collect()
    tensors = [t for t in gc.get_objects() if issubclass(type(t), Tensor)]
    tensors += [t.grad for t in tensors if t.is_leaf and t.grad is not None]
    storages = [t.untyped_storage() for t in tensors if t.device.type == "cpu"]
    return {storage.data_ptr(): storage for storage in storages}


def make_units(
    config: GPTConfig, strategy: Strategy, rank: int, ranks: int, dtype: torch.dtype
) -> list[ShardedUnit]:
    """Return this rank's part of each unit of a model that every rank initialises alike.

    Raises:
        ValueError: tied embeddings, which would belong to two units, or dropout, which
            would make the ranks' result depend on their random numbers.
    """
    if config.tied or config.dropout:
        raise ValueError("sharded training here needs tied=False and dropout=0")
    torch.manual_seed(SEED)
    return [shard_unit(u, strategy, rank, ranks, dtype) for u in Transformer(config).units()]


def rank_batch(
    config: GPTConfig, step: int, rank: int, ranks: int, micro: int = 0, micro_batches: int = 1
) -> tuple[Tensor, Tensor]:
    """Return this rank's columns of the step's global batch, for its micro-batch number `micro`.

    Each micro-batch of each rank has two sequences; tokens and targets are (positions, 2).
    """
    parts = ranks * micro_batches
    tokens, targets = small_batch(config, SEED + step, batch=2 * parts)
    mine = micro * ranks + rank
    return tokens.chunk(parts, dim=1)[mine], targets.chunk(parts, dim=1)[mine]


def train_sharded(
    strategy: Strategy,
    config: GPTConfig,
    steps: int,
    dtype: torch.dtype = torch.bfloat16,
    micro_batches: int = 1,
) -> dict[str, Any]:
    """Train in this process group; return what this rank held and sent, and the weights.

    Each step adds up the gradients of `micro_batches` micro-batches. `held` and `live_bytes`
    are read in the last step, when gradients are complete and the optimizer has not yet run;
    `traffic` is that step's. `weights` is the whole model, flat, without padding.

    Raises:
        ValueError: an unknown `strategy`.
    """
    if strategy not in get_args(Strategy):
        raise ValueError(f"strategy {strategy!r} is not one of {', '.join(get_args(Strategy))}")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    before = live_storages()
    traffic = Traffic()
    units = make_units(config, strategy, rank, ranks, dtype)
    if strategy == "zero2":
        for unit in units:
            reduce_as_soon_as_ready(unit, traffic)
    for step in range(1, steps + 1):
        traffic.reset()
        for micro in range(micro_batches):
            tokens, targets = rank_batch(config, step, rank, ranks, micro, micro_batches)
            if strategy == "zero3":
                logits = gathered_forward(units, tokens, traffic)
            else:
                logits = whole_forward(units, tokens)
            (next_token_loss(logits, targets) / (ranks * micro_batches)).backward()
        for unit in units:
            reduce_gradients(unit, strategy, traffic)
        if step == steps:
            del logits, tokens, targets
            live = sum(s.nbytes() for a, s in live_storages().items() if a not in before)
            held = held_bytes(units)
        for unit in units:
            adam_step(unit.adam, step)
            share_weights(unit, strategy, traffic)
            unit.weights.grad = unit.adam.gradients = None
    whole = [
        ring_all_gather(u.weights.detach(), Traffic()) if strategy == "zero3" else u.weights
        for u in units
    ]
    return {
        "held": held,
        "live_bytes": live,
        "traffic": asdict(traffic),
        "weights": torch.cat(
            [w.detach()[: u.parameters] for w, u in zip(whole, units, strict=True)]
        ),
    }


def train_alone(
    config: GPTConfig,
    ranks: int,
    steps: int,
    dtype: torch.dtype = torch.bfloat16,
    micro_batches: int = 1,
    reduce_each: bool = False,
) -> Tensor:
    """Return the weights that one process trains on the batches that `ranks` ranks would see.

    It computes each rank's gradients in turn and adds them in the order of the ring: over the
    micro-batches first, as where whole gradients are accumulated (DDP, ZeRO-1), or with
    `reduce_each` over the ranks first, as where every micro-batch is reduced (ZeRO-2, ZeRO-3).
    """
    units = make_units(config, "ddp", 0, ranks, dtype)
    micros = range(micro_batches)

    def gradients(step: int, rank: int, numbers: Sequence[int]) -> list[Tensor]:
        for micro in numbers:
            tokens, targets = rank_batch(config, step, rank, ranks, micro, micro_batches)
            loss = next_token_loss(whole_forward(units, tokens), targets)
            (loss / (ranks * micro_batches)).backward()
        found = [unit.weights.grad for unit in units]
        for unit in units:
            unit.weights.grad = None
        return [gradient for gradient in found if gradient is not None]

    for step in range(1, steps + 1):
        for numbers in [[micro] for micro in micros] if reduce_each else [list(micros)]:
            by_rank = [gradients(step, rank, numbers) for rank in range(ranks)]
            for unit, seen in zip(units, zip(*by_rank, strict=True), strict=True):
                summed, earlier = ring_order_sum(list(seen)), unit.adam.gradients
                unit.adam.gradients = summed if earlier is None else earlier + summed
        for unit in units:
            adam_step(unit.adam, step)
            unit.adam.gradients = None
    return torch.cat([u.weights.detach()[: u.parameters] for u in units])


# --- Tensor and sequence parallelism ------------------------------------------------------


# --8<-- [start:tensor_parallel_mlp]
class CopyToRanks(torch.autograd.Function):
    """Megatron's f: all ranks use the same x; going back, their gradients of x are summed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, traffic: Traffic) -> Tensor:
        ctx.traffic = traffic
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        ctx.traffic.count("all_reduce")
        return ring_all_reduce(gradient.flatten(), ctx.traffic).view_as(gradient), None


class SumOverRanks(torch.autograd.Function):
    """Megatron's g: the ranks' partial results are summed; going back, nothing to do."""

    @staticmethod
    def forward(ctx: Any, partial: Tensor, traffic: Traffic) -> Tensor:
        traffic.count("all_reduce")
        return ring_all_reduce(partial.flatten(), traffic).view_as(partial)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        return gradient, None


def tensor_parallel_mlp(x: Tensor, w: dict[str, Tensor], traffic: Traffic) -> Tensor:
    """Return the feed-forward block's output for x, (s, b, h), the same on each rank.

    Each rank has its share of the rows of `up` and the columns of `down`: GELU needs no other
    rank's numbers, so the block communicates once forward and once backward.
    Source: Shoeybi et al. 2019, "Megatron-LM", section 3.
    """
    inner = functional.linear(CopyToRanks.apply(x, traffic), w["up.weight"], w["up.bias"])
    partial = functional.linear(functional.gelu(inner), w["down.weight"])
    return SumOverRanks.apply(partial, traffic) + w["down.bias"]


# --8<-- [end:tensor_parallel_mlp]


class GatherThenLinear(torch.autograd.Function):
    """A column-parallel linear whose input is split along the sequence.

    Keeps only this rank's part of the input and gathers the whole again going back, where
    the gradients of the input are summed and scattered. Source: Korthikanti et al. 2022,
    section 4.2.2.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, traffic: Traffic) -> Tensor:
        ctx.traffic = traffic
        ctx.save_for_backward(x, weight)
        return functional.linear(gather_sequence(x, traffic), weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        x, weight = ctx.saved_tensors
        whole = gather_sequence(x, ctx.traffic)
        weight_gradient = gradient.flatten(0, 1).T @ whole.flatten(0, 1)
        x_gradient = scatter_sequence_sum(gradient @ weight, ctx.traffic)
        return x_gradient, weight_gradient, gradient.sum((0, 1)), None


class ScatterSumOverRanks(torch.autograd.Function):
    """Partial results, summed and split along the sequence; going back, gathered."""

    @staticmethod
    def forward(ctx: Any, partial: Tensor, traffic: Traffic) -> Tensor:
        ctx.traffic = traffic
        return scatter_sequence_sum(partial, traffic)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        return gather_sequence(gradient, ctx.traffic), None


def gather_sequence(part: Tensor, traffic: Traffic) -> Tensor:
    """Return the ranks' parts of the sequence, (s/n, b, width) each, joined: (s, b, width)."""
    traffic.count("all_gather")
    return ring_all_gather(part.flatten(), traffic).view(-1, *part.shape[1:])


def scatter_sequence_sum(partial: Tensor, traffic: Traffic) -> Tensor:
    """Return this rank's part of the sequence, (s/n, b, width), of the sum over ranks."""
    traffic.count("reduce_scatter")
    return ring_reduce_scatter(partial.flatten(), traffic).view(-1, *partial.shape[1:])


def tensor_parallel_shard(whole: dict[str, Tensor], rank: int, ranks: int) -> dict[str, Tensor]:
    """Return rank `rank`'s part of a GPT layer's named weights (or of their gradients).

    Q, K and V and the first feed-forward matrix are split by output, the output projection
    and the second feed-forward matrix by input; norms and the biases added after a sum stay
    whole.

    Raises:
        ValueError: the hidden size is not a multiple of `ranks`.
    """
    h = whole["projection.weight"].shape[0]
    if h % ranks:
        raise ValueError(f"hidden = {h} must be a multiple of ranks = {ranks}")

    def part(tensor: Tensor, dim: int) -> Tensor:
        return tensor.chunk(ranks, dim)[rank]

    return whole | {
        "qkv.weight": part(whole["qkv.weight"].view(3, h, h), 1).reshape(-1, h),
        "qkv.bias": part(whole["qkv.bias"].view(3, h), 1).flatten(),
        "projection.weight": part(whole["projection.weight"], 1).contiguous(),
        "up.weight": part(whole["up.weight"], 0).clone(),
        "up.bias": part(whole["up.bias"], 0).clone(),
        "down.weight": part(whole["down.weight"], 1).contiguous(),
    }


def tensor_parallel_layer(
    x: Tensor,
    w: dict[str, Tensor],
    config: GPTConfig,
    traffic: Traffic,
    sequence_parallel: bool = False,
) -> Tensor:
    """Return one GPT layer's output, computed by all ranks with the weights `w` of each.

    `x` is (s, b, h), the same on each rank, and so is the result; with `sequence_parallel`
    each rank has and returns its (s/n, b, h) of the sequence.
    """
    h, p = config.hidden, config.dropout

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (h,), w[f"{name}.weight"], w[f"{name}.bias"])

    def column_linear(x: Tensor, name: str) -> Tensor:
        weight, bias = w[f"{name}.weight"], w[f"{name}.bias"]
        if sequence_parallel:
            return GatherThenLinear.apply(x, weight, bias, traffic)
        return functional.linear(CopyToRanks.apply(x, traffic), weight, bias)

    def row_linear(x: Tensor, name: str) -> Tensor:
        total = ScatterSumOverRanks if sequence_parallel else SumOverRanks
        partial = functional.linear(x, w[f"{name}.weight"])
        return total.apply(partial, traffic) + w[f"{name}.bias"]

    joint = column_linear(norm(x, "attention_norm"), "qkv")
    q, k, v = (part.contiguous() for part in joint.chunk(3, dim=-1))
    context = attention_core(q, k, v, q.shape[-1] * config.heads // h, h // config.heads, p)
    x = x + dropout(row_linear(context, "projection"), p)
    if sequence_parallel:
        mlp = row_linear(functional.gelu(column_linear(norm(x, "mlp_norm"), "up")), "down")
    else:
        mlp = tensor_parallel_mlp(norm(x, "mlp_norm"), w, traffic)
    return x + dropout(mlp, p)


def gpt_layer_and_input(
    config: GPTConfig, s: int, b: int, dtype: torch.dtype
) -> tuple[GPTLayer, Tensor]:
    """Return a layer and an input (s, b, h), the same in every process."""
    torch.manual_seed(SEED)
    return GPTLayer(config).to(dtype), torch.randn(s, b, config.hidden, dtype=dtype)


def run_tensor_parallel(
    config: GPTConfig, s: int, b: int, dtype: torch.dtype, sequence_parallel: bool
) -> dict[str, Any]:
    """Run one layer forward and backward (loss: half the sum of squares) in this group.

    Returns this rank's output, gradients of its weights and of its input, the traffic of the
    forward and of the backward pass, and the bytes that it kept between the two.
    """
    rank, ranks = dist.get_rank(), dist.get_world_size()
    layer, x = gpt_layer_and_input(config, s, b, dtype)
    whole = {name: p.detach() for name, p in layer.named_parameters()}
    w = tensor_parallel_shard(whole, rank, ranks)
    w = {name: p.clone().requires_grad_() for name, p in w.items()}
    if sequence_parallel:
        x = x.chunk(ranks)[rank].clone()
    x.requires_grad_()
    traffic, outputs = Traffic(), []

    def run() -> Tensor:
        outputs.append(tensor_parallel_layer(x, w, config, traffic, sequence_parallel))
        return outputs[0]

    saved = saved_activations(run, w.values())
    after_forward = asdict(traffic)
    traffic.reset()  # the autograd functions hold this counter, so it now counts backward
    (outputs[0] ** 2).sum().div(2).backward()
    gradients = {name: p.grad for name, p in w.items()}
    if sequence_parallel:  # these saw only this rank's part of the sequence
        for name in w:
            if "norm" in name or name in ("projection.bias", "down.bias"):
                dist.all_reduce(gradients[name])
    return {
        "output": outputs[0].detach(),
        "x_gradient": x.grad,
        "gradients": gradients,
        "saved_bytes": total_bytes(saved),
        "forward": after_forward,
        "backward": asdict(traffic),
    }
