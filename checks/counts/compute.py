"""Count floating-point operations: run the products as loops and count every one."""

from __future__ import annotations

from itertools import chain

from checks.counts.brute import dealt, how_many_times


def product_flops(rows: int, columns: int) -> int:
    """Multiply a matrix with a vector, element by element, and return the operations done."""
    operations = 0
    for _row in range(rows):
        for _column in range(columns):
            operations += 1  # multiply
            operations += 1  # add to the row's sum
    return operations


def training_flops(rows: int, columns: int) -> int:
    """Count a product in forward, and in backward the gradients of both its factors.

    The input's gradient is a product with the transposed matrix; the matrix's gradient is a
    column times a row, added to what other tokens left there.
    """
    return (
        product_flops(rows, columns) + product_flops(columns, rows) + product_flops(rows, columns)
    )


def parameter_flops_per_token(params: int) -> int:
    """Run one token through a matrix of so many weights and back."""
    return training_flops(params, 1)


def attention_flops_per_token(layers: int, hidden: int, seq: int) -> int:
    """Run one token's attention in every layer: the keys times the query, the values' mix."""
    operations = 0
    for _ in range(layers):
        operations += training_flops(seq, hidden)  # a score for each of the keys
        operations += training_flops(hidden, seq)  # the values, weighted by the scores
    return operations


def train_flops_per_token(parameter_flops: int, attention_flops: int) -> int:
    """Do one after the other and count."""
    return sum(1 for _ in chain(range(parameter_flops), range(attention_flops)))


def tokens_per_second(gpus: int, peak_flops: int, mfu: int, flops_per_token: int) -> float:
    """Let every GPU work for a second and see for how many tokens that is enough."""
    done = sum(mfu for _gpu in range(gpus) for _ in range(peak_flops))
    return how_many_times(done, flops_per_token)


def model_flops_utilization(
    tokens_per_second: int, flops_per_token: int, gpus: int, peak_flops: int
) -> float:
    """Count a second's useful operations and the ones that were possible."""
    useful = sum(flops_per_token for _ in range(tokens_per_second))
    possible = sum(peak_flops for _ in range(gpus))
    return how_many_times(useful, possible)


def token_rate_at_peak(gpus: int, peak_flops: int, flops_per_token: int) -> float:
    """Let every GPU do all it can for a second."""
    return tokens_per_second(gpus, peak_flops, 1, flops_per_token)


def hardware_flops_utilization(mfu: int) -> float:
    """Run a step with full recomputation: the passes needed make up the MFU, all make the HFU."""
    run = ["forward", "forward again", "input gradients", "weight gradients"]
    needed = [done for done in run if not done.endswith("again")]
    return sum(dealt(mfu, len(needed)) for _ in run)


def tokens_trained(tokens_per_second: int, seconds: int) -> int:
    """Watch the counter second by second."""
    return sum(tokens_per_second for _ in range(seconds))


def scaled(value: int, factor: int) -> int:
    """Add the value up, factor times."""
    return sum(value for _ in range(factor))
