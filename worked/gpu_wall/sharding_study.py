"""What sharded training holds and sends: the rings, ZeRO and tensor parallelism, measured.

Each of 2 and of 4 gloo processes runs the survey once; PyTorch's own DDP,
ZeroRedundancyOptimizer and FSDP2 are measured beside ours.

Run `python -m worked.gpu_wall.sharding_study --record` to write measured/sharding.json.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import torch
import torch.distributed as dist
from torch import Tensor, nn

from worked.gpu_wall.memory_real import tensor_bytes
from worked.gpu_wall.process_group import kernel_bytes_sent_by, run_group
from worked.gpu_wall.sharding_real import (
    SEED,
    Strategy,
    Traffic,
    rank_batch,
    ring_all_gather,
    ring_all_reduce,
    ring_reduce_scatter,
    run_tensor_parallel,
    train_sharded,
)
from worked.gpu_wall.transformer import GPTConfig, Transformer, next_token_loss
from worked.recording import run_study

RECORD = Path(__file__).parent / "measured" / "sharding.json"

# --- Checks and comparisons run inside a group --------------------------------------------


def check_rings(numbers: int) -> dict[str, Any]:
    """Compare the rings with torch's collectives on `numbers` whole fp32 numbers a rank.

    They are small, so that fp32 adds them exactly in any order. Returns whether
    each result is equal, the traffic of one all-reduce, and what the kernel's sockets sent
    for it and for torch's own all-reduce (a barrier's share subtracted).
    """
    rank, ranks = dist.get_rank(), dist.get_world_size()
    generator = torch.Generator().manual_seed(SEED + rank)
    mine = torch.randint(-1000, 1000, (numbers,), generator=generator).float()
    expected = mine.clone()
    dist.all_reduce(expected)
    traffic = Traffic()
    result: dict[str, Any] = {
        "all_reduce_equal": torch.equal(ring_all_reduce(mine, traffic), expected)
    }
    result["traffic"] = asdict(traffic)

    shard = expected.chunk(ranks)[rank]
    result["reduce_scatter_equal"] = torch.equal(ring_reduce_scatter(mine, Traffic()), shard)
    gathered = [torch.empty_like(shard) for _ in range(ranks)]
    dist.all_gather(gathered, shard)
    result["all_gather_equal"] = torch.equal(ring_all_gather(shard, Traffic()), torch.cat(gathered))
    if sys.platform == "linux":
        barrier = kernel_bytes_sent_by(lambda: None)
        result["kernel_ring_bytes"] = (
            kernel_bytes_sent_by(lambda: ring_all_reduce(mine, Traffic())) - barrier
        )
        result["kernel_torch_bytes"] = (
            kernel_bytes_sent_by(lambda: dist.all_reduce(mine.clone())) - barrier
        )
    return result


TORCH_METHODS = ("ddp", "zero1", "fsdp2", "fsdp2_reshard_root")


def torch_bytes_per_rank(method: str, config: GPTConfig) -> dict[str, Any]:
    """Train one fp32 step by PyTorch's own `method`; return the bytes this rank then holds.

    `method` is "ddp" (DistributedDataParallel), "zero1" (ZeroRedundancyOptimizer) or
    "fsdp2" (fully_shard on each layer and on the whole; the root keeps its whole weights from
    forward to backward, as is the default) or "fsdp2_reshard_root" (it does not). Adam's step
    counters, one number for each tensor, are left out. `collectives` counts those of forward
    and backward.

    Raises:
        ValueError: an unknown `method`.
    """
    from torch.distributed.fsdp import fully_shard
    from torch.distributed.optim import ZeroRedundancyOptimizer
    from torch.distributed.tensor import DTensor
    from torch.distributed.tensor.debug import CommDebugMode
    from torch.nn.parallel import DistributedDataParallel

    if method not in TORCH_METHODS:
        raise ValueError(f"method {method!r} is not one of {', '.join(TORCH_METHODS)}")
    warnings.simplefilter("ignore")  # PyTorch's wrappers warn about PyTorch's own calls
    torch.manual_seed(SEED)
    model = Transformer(config)
    tokens, targets = rank_batch(config, 1, dist.get_rank(), dist.get_world_size())
    wrapped: nn.Module = model
    if method in ("fsdp2", "fsdp2_reshard_root"):
        mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (dist.get_world_size(),))
        for layer in model.layers:
            fully_shard(layer, mesh=mesh)
        fully_shard(model, mesh=mesh, reshard_after_forward=method != "fsdp2" or None)
    else:
        wrapped = DistributedDataParallel(model, gradient_as_bucket_view=True)
    optimizer: torch.optim.Optimizer
    if method == "zero1":
        optimizer = ZeroRedundancyOptimizer(model.parameters(), torch.optim.Adam)
        states = optimizer.optim.state
    else:
        optimizer = torch.optim.Adam(model.parameters())
        states = optimizer.state
    with CommDebugMode() as collectives:
        next_token_loss(wrapped(tokens), targets).backward()
    optimizer.step()

    def local(tensor: Tensor) -> Tensor:
        return tensor.to_local() if isinstance(tensor, DTensor) else tensor

    moments = [s[name] for s in states.values() for name in ("exp_avg", "exp_avg_sq")]
    return {
        "weights": tensor_bytes(local(p) for p in model.parameters()),
        "gradients": tensor_bytes(local(p.grad) for p in model.parameters() if p.grad is not None),
        "optimizer": tensor_bytes(local(m) for m in moments),
        "collectives": {
            str(operation).split(".")[-1]: count
            for operation, count in collectives.get_comm_counts().items()
        },
    }


# --- What is recorded ----------------------------------------------------------------------

EVEN = GPTConfig(layers=4, hidden=32, heads=4, vocab=64, positions=16, dropout=0.0, tied=False)
UNEVEN = GPTConfig(layers=2, hidden=33, heads=3, vocab=61, positions=13, dropout=0.0, tied=False)
STEPS = 3
RING_NUMBERS = 65_536
SEQUENCE, BATCH = 16, 2  # of the tensor-parallel layer


def survey() -> dict[str, Any]:
    """Run everything in this process group once; return what this rank found, by name.

    EVEN's units have numbers of parameters that 4 divides; UNEVEN's have odd ones.
    """
    found: dict[str, Any] = {"rings": check_rings(RING_NUMBERS)}
    for strategy in get_args(Strategy):
        found[strategy] = train_sharded(strategy, EVEN, STEPS)
        found[f"{strategy}_uneven"] = train_sharded(strategy, UNEVEN, 1)
        found[f"{strategy}_fp32"] = train_sharded(strategy, EVEN, STEPS, torch.float32)
    for name, sequence_parallel in (("tensor_parallel", False), ("sequence_parallel", True)):
        found[name] = run_tensor_parallel(EVEN, SEQUENCE, BATCH, torch.float64, sequence_parallel)
        found[f"{name}_training"] = run_tensor_parallel(
            replace(EVEN, dropout=0.1), SEQUENCE, BATCH, torch.bfloat16, sequence_parallel
        )
    for method in TORCH_METHODS:
        found[f"torch_{method}"] = torch_bytes_per_rank(method, EVEN)
    return found


def survey_accumulation(strategy: Strategy, micro_batches: Sequence[int]) -> dict[str, Any]:
    """Train EVEN with so many micro-batches a step, in bf16 and in fp32; return what was found.

    The result is keyed by the number and the format: "2_bf16", "2_fp32".
    """
    formats = {"bf16": torch.bfloat16, "fp32": torch.float32}
    return {
        f"{count}_{name}": train_sharded(strategy, EVEN, STEPS, dtype, count)
        for count in micro_batches
        for name, dtype in formats.items()
    }


def unit_sizes(config: GPTConfig) -> list[int]:
    """Return the number of parameters of each unit of the model."""
    with torch.device("meta"):
        units = Transformer(config).units()
    return [sum(p.numel() for p in unit.parameters()) for unit in units]


def values_of(found: dict[str, Any], ranks: int) -> dict[str, tuple[float, str]]:
    """Return name -> (value, unit) of what rank 0 of a group of `ranks` found."""
    values: dict[str, tuple[float, str]] = {}
    group = f"ranks_{ranks}"
    parameters = sum(unit_sizes(EVEN))

    def held(name: str, kinds: dict[str, int], count: int) -> None:
        kinds = {kind: kinds[kind] for kind in ("weights", "gradients", "optimizer")}
        for kind, size in kinds.items():
            values[f"{group}_{name}_{kind}_bytes"] = (size, "B")
        values[f"{group}_{name}_bytes"] = (sum(kinds.values()), "B")
        values[f"{group}_{name}_bytes_per_parameter"] = (sum(kinds.values()) / count, "B")

    for strategy in get_args(Strategy):
        for name, config in ((strategy, EVEN), (f"{strategy}_uneven", UNEVEN)):
            held(name, found[name]["held"], sum(unit_sizes(config)))
            values[f"{group}_{name}_sent_bytes_per_step"] = (
                found[name]["traffic"]["sent_bytes"],
                "B",
            )
    for method in TORCH_METHODS:
        held(f"torch_{method}", found[f"torch_{method}"], parameters)
        for operation, count in found[f"torch_{method}"]["collectives"].items():
            operation = operation.strip("_").replace("_base", "").replace("all", "all_")
            values[f"{group}_torch_{method}_{operation}_count"] = (count, "")
    values[f"{group}_ring_payload_bytes"] = (4 * RING_NUMBERS, "B")
    values[f"{group}_ring_all_reduce_sent_bytes"] = (found["rings"]["traffic"]["sent_bytes"], "B")
    values[f"{group}_ring_all_reduce_steps"] = (found["rings"]["traffic"]["messages"], "")
    for name in ("kernel_ring_bytes", "kernel_torch_bytes"):
        if name in found["rings"]:
            values[f"{group}_{name}"] = (found["rings"][name], "B")
    for name in ("tensor_parallel", "sequence_parallel"):
        values[f"{group}_{name}_saved_bytes"] = (found[f"{name}_training"]["saved_bytes"], "B")
        for way in ("forward", "backward"):
            traffic = found[f"{name}_training"][way]
            values[f"{group}_{name}_{way}_sent_bytes"] = (traffic["sent_bytes"], "B")
            for collective, count in traffic["collectives"].items():
                values[f"{group}_{name}_{way}_{collective}_count"] = (count, "")
    return values


def measure(groups: dict[int, list[dict[str, Any]]]) -> dict[str, tuple[float, str]]:
    """Return name -> (value, unit) of surveys by groups, keyed by their number of ranks."""
    values: dict[str, tuple[float, str]] = {
        "even_parameters": (sum(unit_sizes(EVEN)), ""),
        "even_layers": (EVEN.layers, ""),
        "uneven_parameters": (sum(unit_sizes(UNEVEN)), ""),
        "tensor_parallel_hidden": (EVEN.hidden, ""),
        "tensor_parallel_heads": (EVEN.heads, ""),
        "tensor_parallel_sequence": (SEQUENCE, ""),
        "tensor_parallel_batch": (BATCH, ""),
    }
    for ranks, found in groups.items():
        padding = sum(-size % ranks for size in unit_sizes(UNEVEN))
        values[f"ranks_{ranks}_uneven_padding_parameters"] = (padding, "")
        values |= values_of(found[0], ranks)
    return values


def main() -> None:
    """Run groups of 2 and 4 processes and print what they found; with --record, write it."""
    run_study(
        RECORD,
        lambda: measure({ranks: run_group(ranks, survey) for ranks in (2, 4)}),
        what="Bytes that each of 2 and of 4 gloo processes holds and sends under data "
        "parallelism, ZeRO 1 to 3, tensor and sequence parallelism, and under PyTorch's own.",
        command="python -m worked.gpu_wall.sharding_study --record",
        seed=SEED,
        line="{name:56} {value:>14,} {unit}",
    )


if __name__ == "__main__":
    main()
