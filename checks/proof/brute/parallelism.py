"""Count what parallel training holds and waits for: split real arrays, run the schedules."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.proof.brute.brute import at, draws
from checks.proof.brute.memory import in_memory, tensor


@at(*draws("gathered", lambda r: ((n := r(1, 8)) * r(1, 12), r(1, 12), n)), (12, 2, 1))
def gathered_layer_bytes(params: int, weight_bytes: int, layers: int) -> int:
    """Walk through the layers, fetch the next one early, and note the most held at once."""
    shards = np.array_split(tensor(params, width=weight_bytes), layers)
    most = 0
    for now in range(layers):
        held = [shards[now], *shards[now + 1 : now + 2]]
        most = max(most, in_memory(*held))
    return most


def _kept_point(randint: Any) -> tuple[int, ...]:
    layers, ways, ranks = randint(1, 5), randint(1, 4), randint(1, 4)
    params = layers * ways * ranks * randint(1, 4)
    return params, randint(1, 12), layers, randint(1, layers), ways, ranks


@at(*draws("kept", _kept_point))
def kept_bytes(
    params: int, width: int, layers: int, stage_layers: int, tensor_ways: int, sharing: int
) -> int:
    """Build the model, take a stage's layers, cut each over the GPUs, share the cut: one's bytes.

    All ranks are looked at, and must agree.
    """
    model = np.array_split(tensor(params, width=width), layers)[:stage_layers]
    cut = [np.array_split(layer, tensor_ways)[-1] for layer in model]
    ranks = range(sharing)
    held = {in_memory(*(np.array_split(c, sharing)[rank] for c in cut)) for rank in ranks}
    (same,) = held
    return same


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


def bubble_fraction(stages: int, micro_batches: int) -> float:
    """Run both schedules and count the idle slots of every stage."""
    shares = set()
    for alternate in (True, False):
        *idle, slots = run_pipeline(stages, micro_batches, alternate)
        shares |= {waited / slots for waited in idle}
    (same,) = shares
    return same
