"""Derive what each parallelism holds and waits for, from which tensors it splits."""

from __future__ import annotations

from sympy import Add, Eq, Expr, Max, Min, Mod, Piecewise, Rational, Symbol, floor, solve


def _bytes(params: Expr, split: dict[str, tuple[Expr, Expr]]) -> Expr:
    """Add up tensors given as (bytes per parameter, number of ranks that share it)."""
    return Add(*(params * width / shared for width, shared in split.values()))


def replica_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr
) -> Expr:
    """Nothing is shared."""
    one = Rational(1)
    return _bytes(params, {"weights": (weight_bytes, one), "gradients": (gradient_bytes, one),
                           "optimizer": (optimizer_bytes, one)})  # fmt: skip


def zero1_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr, ranks: Expr
) -> Expr:
    """Each rank updates its own share of the parameters, so only it needs their optimizer."""
    one = Rational(1)
    return _bytes(params, {"weights": (weight_bytes, one), "gradients": (gradient_bytes, one),
                           "optimizer": (optimizer_bytes, ranks)})  # fmt: skip


def zero2_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr, ranks: Expr
) -> Expr:
    """And only it needs their reduced gradients."""
    return _bytes(params, {"weights": (weight_bytes, Rational(1)),
                           "gradients": (gradient_bytes, ranks),
                           "optimizer": (optimizer_bytes, ranks)})  # fmt: skip


def zero3_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr, ranks: Expr
) -> Expr:
    """And it keeps their weights, which the others fetch when they need them."""
    return _bytes(params, {"weights": (weight_bytes, ranks), "gradients": (gradient_bytes, ranks),
                           "optimizer": (optimizer_bytes, ranks)})  # fmt: skip


def gathered_layer_bytes(params: Expr, weight_bytes: Expr, layers: Expr) -> Expr:
    """Solve for one layer's weights, all layers alike; hold the present one and, if the model
    has one, the next."""
    layer = Symbol("layer")
    one = solve(layers * layer - params * weight_bytes, layer)[0]
    return Min(one + one, layers * one)


def model_parallel_bytes(
    params: Expr, bytes_per_param: Expr, layers: Expr, stage_layers: Expr, tensor_parallel: Expr
) -> Expr:
    """Solve for one layer, all alike; a stage has some, each cut across its GPUs."""
    layer = Symbol("layer", positive=True)
    one = solve(layers * layer - params, layer)[0]
    return bytes_per_param * (stage_layers * one / tensor_parallel)


def model_parallel_zero1_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr, layers: Expr,
    stage_layers: Expr, tensor_parallel: Expr, ranks: Expr,
) -> Expr:  # fmt: skip
    """Apply ZeRO stage 1 to the part of the model that a GPU holds."""
    part = model_parallel_bytes(params, Rational(1), layers, stage_layers, tensor_parallel)
    several = zero1_bytes(part, weight_bytes, gradient_bytes, optimizer_bytes, ranks)
    alone = replica_bytes(part, weight_bytes, gradient_bytes, optimizer_bytes)
    return Piecewise((several, ranks > 1), (alone, True))


def replica_gpus(tensor_parallel: Expr, pipeline_parallel: Expr) -> Expr:
    """Solve: a stage's share of the GPUs is one tensor-parallel group."""
    n = Symbol("n", positive=True)
    return solve(n / pipeline_parallel - tensor_parallel, n)[0]


def data_parallel_ranks(gpus: Expr, replica_gpus: Expr) -> Expr:
    """Take away the GPUs that make up no whole replica; what is left divides."""
    return (gpus - Mod(gpus, replica_gpus)) / replica_gpus


def plan(
    needed_bytes: Expr, available_bytes: Expr, ranks: Expr, heads: Expr, tensor_parallel: Expr,
    layers: Expr, pipeline_parallel: Expr,
) -> Expr:  # fmt: skip
    """State each obstacle, the worst first; where there is none the plan stands."""
    stages_stand_empty = pipeline_parallel > layers
    heads_are_cut = Mod(heads, tensor_parallel) > 0
    return Piecewise(
        (4, stages_stand_empty), (3, heads_are_cut), (2, ranks <= 0),
        (0, needed_bytes > available_bytes), (1, True),
    )  # fmt: skip


def micro_batches(batch_sequences: Expr, ranks: Expr, micro_batch: Expr) -> Expr:
    """Solve: in m rounds all replicas read the batch; a round that has begun counts whole."""
    m = Symbol("m", positive=True)
    rounds = [solve(m * n * micro_batch - batch_sequences, m)[0] for n in (ranks, Rational(1))]
    whole, one_replica = (-floor(-r) for r in rounds)
    return Piecewise((whole, ranks > 1), (one_replica, True))


def least_batch(ranks: Expr, micro_batch: Expr) -> Expr:
    """Solve: one round of micro-batches reads the batch."""
    b = Symbol("b", positive=True)
    return solve(b / (ranks * micro_batch) - 1, b)[0]


def tokens_per_step(batch_sequences: Expr, seq: Expr) -> Expr:
    """Lay the sequences end to end; the last token's number is their number."""
    last = Symbol("last")
    return solve(last / batch_sequences - seq, last)[0]


def bubble_fraction(pipeline_parallel: Expr, micro_batches: Expr) -> Expr:
    """Read the schedule: the last stage starts p-1 slots late, then works without a gap.

    In units of one micro-batch on one stage (forward and backward together), a stage is busy
    for m slots; from the first stage's start to the last stage's end there are m + p - 1.
    """
    start_of_last_stage = pipeline_parallel - 1
    busy = micro_batches
    whole = start_of_last_stage + busy
    return (whole - busy) / whole


def compute_seconds(
    flops_per_token: Expr, micro_batches: Expr, micro_batch: Expr, seq: Expr, peak_flops: Expr,
    mfu: Expr,
) -> Expr:  # fmt: skip
    """Solve the definition of MFU, useful FLOPs over possible FLOPs, for one rank's time."""
    t = Symbol("t", positive=True)
    tokens = tokens_per_step(micro_batches * micro_batch, seq)
    return solve(flops_per_token * tokens / (t * peak_flops) - mfu, t)[0]


def exposed_seconds(communication_seconds: Expr, hiding_seconds: Expr) -> Expr:
    """Both start together: the step ends with the later, less what computing takes anyway."""
    return Max(communication_seconds, hiding_seconds) - hiding_seconds


def hiding_seconds(compute_seconds: Expr, micro_batches: Expr) -> Expr:
    """Of a micro-batch's 2 + 4 FLOPs per parameter and token, backward does 4."""
    forward, backward = 2, 4
    return compute_seconds / micro_batches * Rational(backward, forward + backward)


def layers_per_stage(layers: Expr, pipeline_parallel: Expr) -> Expr:
    """Hand layers out in rounds, one a stage: the first stage gets one in every round begun."""
    return -floor(-layers / pipeline_parallel)


def divides(size: Expr, parts: Expr) -> Expr:
    """Nothing is left over when `parts` are taken away as often as they go into `size`."""
    return Piecewise((1, Eq(Mod(size, parts), 0)), (0, True))
