"""Derive what each parallelism holds and waits for, from which tensors it splits."""

from __future__ import annotations

from sympy import Add, Eq, Expr, Max, Mod, Piecewise, Rational, Symbol, floor, solve


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
    """Solve for one layer's weights, all layers alike; hold the present and the next."""
    layer = Symbol("layer")
    one = solve(layers * layer - params * weight_bytes, layer)[0]
    return one + one


def model_parallel_bytes(
    params: Expr, bytes_per_param: Expr, tensor_parallel: Expr, pipeline_parallel: Expr
) -> Expr:
    """Cut the layers into stages, then every matrix of a stage across its GPUs."""
    stage = params / pipeline_parallel
    return bytes_per_param * (stage / tensor_parallel)


def model_parallel_zero1_bytes(
    params: Expr, weight_bytes: Expr, gradient_bytes: Expr, optimizer_bytes: Expr,
    tensor_parallel: Expr, pipeline_parallel: Expr, ranks: Expr,
) -> Expr:  # fmt: skip
    """Apply ZeRO stage 1 to the part of the model that a GPU holds."""
    part = model_parallel_bytes(params, Rational(1), tensor_parallel, pipeline_parallel)
    return zero1_bytes(part, weight_bytes, gradient_bytes, optimizer_bytes, ranks)


def data_parallel_ranks(gpus: Expr, tensor_parallel: Expr, pipeline_parallel: Expr) -> Expr:
    """Solve: replicas times stages times GPUs per stage are all GPUs."""
    d = Symbol("d", positive=True)
    return solve(d * tensor_parallel * pipeline_parallel - gpus, d)[0]


def micro_batches(batch_sequences: Expr, ranks: Expr, micro_batch: Expr) -> Expr:
    """Solve: what all replicas read in m micro-batches is the batch."""
    m = Symbol("m", positive=True)
    return solve(m * ranks * micro_batch - batch_sequences, m)[0]


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
    flops_per_token: Expr, tokens_per_step: Expr, gpus: Expr, peak_flops: Expr, mfu: Expr
) -> Expr:
    """Solve the definition of MFU, useful FLOPs over possible FLOPs, for the time."""
    t = Symbol("t", positive=True)
    return solve(flops_per_token * tokens_per_step / (t * gpus * peak_flops) - mfu, t)[0]


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
