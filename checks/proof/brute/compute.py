"""Count floating-point operations: run the products as loops and count every one."""

from __future__ import annotations


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
    forward = product_flops(rows, columns)
    return forward + product_flops(columns, rows) + product_flops(rows, columns)


def parameter_flops_per_token(params: int) -> int:
    """Run a token through a matrix of so many weights and back, and count every operation."""
    return training_flops(params, 1)


def attention_flops_per_token(layers: int, hidden: int, seq: int) -> int:
    """Run a token's attention, scores and mix, through every layer and back, and count."""
    operations = 0
    for _ in range(layers):
        operations += training_flops(seq, hidden)  # a score for each of the keys
        operations += training_flops(hidden, seq)  # the values, weighted by the scores
    return operations
