"""Count first-order boosting: update a leaf row by row, draw every sample that there is."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from checks.proof.brute.brute import at

LEAF = (-13, -12, -4, 1)


@at((0.125,), (0.5,), (0.75,), (1.0,), (1.5,), (1.875,))
def removed_share(learning_rate: float) -> float:
    """Update a leaf of a few rows, exactly, shrunken and with a full step; compare the falls."""
    rows = [Fraction(r) for r in LEAF]
    mean, eta = sum(rows) / len(rows), Fraction(learning_rate)
    before, after, full = (
        sum((r - step * mean) ** 2 for r in rows) for step in (Fraction(0), eta, Fraction(1))
    )
    return float((before - after) / (before - full))


@at((1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (5, 2), (4, 1))
def left_out_share(rows: int, others: int) -> float:
    """Draw every bootstrap sample that there is and count those of the last `others` rows only."""
    drawn = list(product(range(rows), repeat=rows))
    return sum(min(sample) >= rows - others for sample in drawn) / len(drawn)
