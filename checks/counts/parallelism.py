"""Count what parallel training holds and waits for: split real arrays, run the schedules."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.counts.brute import at, dealt, draws, how_many_times
from checks.counts.memory import in_memory, tensor


def on_each_rank(
    params: int, ranks: int, whole: list[int], split: list[int], within: int = 1
) -> int:
    """Return the bytes of one rank, after building them for all and seeing that they agree.

    whole, split: bytes per parameter of tensors that every rank keeps, and of those it shares;
    within: into how many equal parts the model itself is cut first.
    """
    held = []
    for rank in range(ranks):
        own_part = [np.array_split(tensor(params, width=w), within)[0] for w in whole]
        shared = [np.array_split(tensor(params, width=w), within)[0] for w in split]
        held.append(in_memory(*own_part, *(np.array_split(s, ranks)[rank] for s in shared)))
    (same,) = set(held)
    return same


def _even(randint: Any) -> tuple[int, ...]:
    ranks = randint(1, 6)
    return (ranks * randint(1, 12), randint(1, 12), randint(1, 12), randint(1, 12), ranks)


def replica_bytes(params: int, weight_bytes: int, gradient_bytes: int, optimizer_bytes: int) -> int:
    """Give each of three ranks everything."""
    return on_each_rank(params, 3, [weight_bytes, gradient_bytes, optimizer_bytes], [])


@at(*draws("zero 1", _even))
def zero1_bytes(
    params: int, weight_bytes: int, gradient_bytes: int, optimizer_bytes: int, ranks: int
) -> int:
    """Cut the optimizer's tensor into one piece a rank."""
    return on_each_rank(params, ranks, [weight_bytes, gradient_bytes], [optimizer_bytes])


@at(*draws("zero 2", _even))
def zero2_bytes(
    params: int, weight_bytes: int, gradient_bytes: int, optimizer_bytes: int, ranks: int
) -> int:
    """Cut the gradients too."""
    return on_each_rank(params, ranks, [weight_bytes], [gradient_bytes, optimizer_bytes])


@at(*draws("zero 3", _even))
def zero3_bytes(
    params: int, weight_bytes: int, gradient_bytes: int, optimizer_bytes: int, ranks: int
) -> int:
    """Cut everything."""
    return on_each_rank(params, ranks, [], [weight_bytes, gradient_bytes, optimizer_bytes])


@at(*draws("gathered", lambda r: ((n := r(1, 8)) * r(1, 12), r(1, 12), n)), (12, 2, 1))
def gathered_layer_bytes(params: int, weight_bytes: int, layers: int) -> int:
    """Walk through the layers, fetch the next one early, and note the most held at once."""
    shards = np.array_split(tensor(params, width=weight_bytes), layers)
    most = 0
    for now in range(layers):
        held = [shards[now], *shards[now + 1 : now + 2]]
        most = max(most, in_memory(*held))
    return most


def in_stage(params: int, layers: int, stage_layers: int) -> int:
    """Return how many parameters lie in a stage of so many layers."""
    return sum(len(layer) for layer in np.array_split(np.arange(params), layers)[:stage_layers])


def _staged(randint: Any) -> tuple[int, int, int, int]:
    layers, t, ranks = randint(1, 5), randint(1, 4), randint(1, 4)
    return layers, randint(1, layers), t, ranks


def _model_parallel_point(randint: Any) -> tuple[int, ...]:
    layers, stage, t, _ = _staged(randint)
    return (layers * t * randint(1, 8), randint(1, 20), layers, stage, t)


@at(*draws("model parallel", _model_parallel_point))
def model_parallel_bytes(
    params: int, bytes_per_param: int, layers: int, stage_layers: int, tensor_parallel: int
) -> int:
    """Put a stage's layers on its GPUs, each cut across them; count the last GPU's bytes."""
    model = np.array_split(tensor(params, width=bytes_per_param), layers)
    return in_memory(*(np.array_split(x, tensor_parallel)[-1] for x in model[:stage_layers]))


def _model_parallel_zero1_point(randint: Any) -> tuple[int, ...]:
    layers, stage, t, ranks = _staged(randint)
    widths = [randint(1, 12) for _ in range(3)]
    return (layers * t * ranks * randint(1, 4), *widths, layers, stage, t, ranks)


@at(*draws("model parallel with zero 1", _model_parallel_zero1_point), (12, 2, 2, 12, 3, 2, 2, 0))
def model_parallel_zero1_bytes(
    params: int, weight_bytes: int, gradient_bytes: int, optimizer_bytes: int, layers: int,
    stage_layers: int, tensor_parallel: int, ranks: int,
) -> int:  # fmt: skip
    """Cut out a stage, then share the optimizer of each part among that part's replicas."""
    stage = in_stage(params, layers, stage_layers)
    split = [optimizer_bytes]
    return on_each_rank(stage, ranks or 1, [weight_bytes, gradient_bytes], split, tensor_parallel)


def replica_gpus(tensor_parallel: int, pipeline_parallel: int) -> int:
    """Give every GPU of a replica its place: a stage, and a share of the stage's matrices."""
    return len({(s, t) for s in range(pipeline_parallel) for t in range(tensor_parallel)})


@at(*draws("replicas", lambda r: (r(1, 40), r(1, 12))), (8, 64), (63, 64), (64, 64), (128, 64))
def data_parallel_ranks(gpus: int, replica_gpus: int) -> int:
    """Form replicas, GPU by GPU, until too few are left for another."""
    free, replicas = list(range(gpus)), 0
    while len(free) >= replica_gpus:
        for _gpu in range(replica_gpus):
            free.pop()
        replicas += 1
    return replicas


@at(*draws("plan", lambda r: (r(1, 9), r(1, 9), r(0, 2), r(1, 16), r(1, 5), r(1, 9), r(1, 9)), 60))
def plan(
    needed_bytes: int, available_bytes: int, ranks: int, heads: int, tensor_parallel: int,
    layers: int, pipeline_parallel: int,
) -> int:  # fmt: skip
    """Try to build it: deal out layers, then heads, then look for GPUs, then fill one."""
    stages = [list(range(layers))[s::pipeline_parallel] for s in range(pipeline_parallel)]
    if not all(stages):
        return 4
    if len({len(list(range(heads))[g::tensor_parallel]) for g in range(tensor_parallel)}) > 1:
        return 3
    if not list(range(ranks)):
        return 2
    return int(not set(range(needed_bytes)) - set(range(available_bytes)))


def layers_per_stage(layers: int, pipeline_parallel: int) -> int:
    """Hand layers out in turn and look at the fullest stage."""
    stages = [0] * pipeline_parallel
    for layer in range(layers):
        stages[layer % pipeline_parallel] += 1
    return max(stages)


@at(*draws("micro-batches", lambda r: (r(1, 60), r(0, 5), r(1, 5))), (1, 64, 1), (1024, 48, 1))
def micro_batches(batch_sequences: int, ranks: int, micro_batch: int) -> int:
    """Let the replicas (one, where there is none) take micro-batches in turn; ask the first."""
    left, taken = list(range(batch_sequences)), [0] * (ranks or 1)
    while left:
        for rank in range(len(taken)):
            taken[rank] += bool(left)
            del left[:micro_batch]
    return taken[0]


def least_batch(ranks: int, micro_batch: int) -> int:
    """Fill one micro-batch on every replica and count what is in them."""
    return sum(1 for _rank in range(ranks) for _sequence in range(micro_batch))


def tokens_per_step(batch_sequences: int, seq: int) -> int:
    """Lay out the batch as a table of tokens."""
    return np.zeros((batch_sequences, seq)).size


# --8<-- [start:pipeline]
def run_pipeline(stages: int, micro_batches: int, one_forward_one_backward: bool) -> list[int]:
    """Run a pipelined step slot by slot and return the slots in which each stage stood idle.

    A forward takes one slot, a backward two. A stage's forward needs the same micro-batch's
    forward on the stage before, its backward the backward on the stage after. Under 1F1B a
    stage runs p - i forwards ahead (i counts from 0) and then takes turns; under GPipe it runs
    all forwards first.
    """
    plans = [_plan(s, stages, micro_batches, one_forward_one_backward) for s in range(stages)]
    finished: dict[tuple[str, int, int], int] = {}
    idle, busy_until, now = [0] * stages, [0] * stages, 0
    while any(plans) or now < max(busy_until):
        for s in range(stages):
            if busy_until[s] > now:
                continue
            if plans[s] and _ready(*plans[s][0], s, stages, finished, now):
                kind, k = plans[s].pop(0)
                busy_until[s] = now + (1 if kind == "forward" else 2)
                finished[kind, k, s] = busy_until[s]
            else:
                idle[s] += 1
        now += 1
    return [*idle, now]


def _plan(stage: int, stages: int, m: int, alternate: bool) -> list[tuple[str, int]]:
    ahead = min(m, stages - stage) if alternate else m
    order = [("forward", k) for k in range(ahead)]
    for k in range(m):
        order.append(("backward", k))
        if ahead + k < m:
            order.append(("forward", ahead + k))
    return order


def _ready(
    kind: str, k: int, stage: int, stages: int, finished: dict[tuple[str, int, int], int], now: int
) -> bool:
    if kind == "forward":
        needed = [("forward", k, stage - 1)] if stage else []
    else:
        needed = [("backward", k, stage + 1)] if stage + 1 < stages else [("forward", k, stage)]
    return all(finished.get(n, now + 1) <= now for n in needed)


# --8<-- [end:pipeline]


def bubble_fraction(pipeline_parallel: int, micro_batches: int) -> float:
    """Run both schedules and count the idle slots of every stage."""
    shares = set()
    for alternate in (True, False):
        *idle, slots = run_pipeline(pipeline_parallel, micro_batches, alternate)
        shares |= {how_many_times(waited, slots) for waited in idle}
    (same,) = shares
    return same


def compute_seconds(
    flops_per_token: int, micro_batches: int, micro_batch: int, seq: int, peak_flops: int, mfu: int
) -> float:
    """Add up one rank's work token by token, and see how many of its seconds that takes away."""
    tokens = np.ones((micro_batches, micro_batch, seq))
    work = sum(flops_per_token for _ in tokens.flat)
    return how_many_times(work, sum(mfu for _ in range(peak_flops)))


def exposed_seconds(communication_seconds: int, hiding_seconds: int) -> int:
    """Watch second by second: the network is busy and the GPU is not."""
    exposed = 0
    for second in range(communication_seconds + hiding_seconds):
        sending, computing = second < communication_seconds, second < hiding_seconds
        exposed += sending and not computing
    return exposed


def hiding_seconds(compute_seconds: int, micro_batches: int) -> float:
    """Lay out the step in equal slots, one forward and two backward for each micro-batch.

    The gradients are whole once the last backward starts; its slots are what can hide them.
    """
    slots = [f"{kind} {k}" for k in range(micro_batches) for kind in ("F", "B", "B")]
    last = slots.count(f"B {micro_batches - 1}")
    return last * dealt(compute_seconds, len(slots))


@at(*draws("divides", lambda r: (r(1, 24), r(1, 6))), (64, 14), (80, 14), (64, 16), (6, 6), (3, 7))
def divides(size: int, parts: int) -> int:
    """Hand the pieces out in turn and see whether all end with equally many."""
    held = [0] * parts
    for piece in range(size):
        held[piece % parts] += 1
    return int(len(set(held)) == 1)
