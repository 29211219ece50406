"""The worked example small enough for paper: one head of width 4, two pairs, adjacent pairing.

Only the standard library is used. q = (1, 2, 0.5, -1) and k = (0.5, 1, 2, 1); base 10,000.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = tuple[float, ...]

Q: Vector = (1.0, 2.0, 0.5, -1.0)
"""The chapter's query, before rotation."""
K: Vector = (0.5, 1.0, 2.0, 1.0)
"""The chapter's key, before rotation."""
BASE = 10_000.0


# --8<-- [start:by_hand]
def frequencies(head_dim: int = 4, base: float = BASE) -> Vector:
    """Return the theta of each pair i, `base ** (-2 * i / head_dim)`, in radians a token.

    The first is one, whatever the base. ValueError if `head_dim` is odd or has no pair.
    """
    if head_dim < 2 or head_dim % 2:
        raise ValueError(f"head_dim is {head_dim}; it must be even and positive to form pairs")
    return tuple(base ** (-2 * pair / head_dim) for pair in range(head_dim // 2))


def rotate_pair(a: float, b: float, angle: float) -> tuple[float, float]:
    """Return the point (a, b) turned about the origin by `angle` radians, anticlockwise."""
    return (
        a * math.cos(angle) - b * math.sin(angle),
        a * math.sin(angle) + b * math.cos(angle),
    )


def rotate(vector: Sequence[float], position: int, base: float = BASE) -> Vector:
    """Return `vector` as RoPE leaves it at `position`: pair i turned by position * theta_i."""
    turned: list[float] = []
    for pair, theta in enumerate(frequencies(len(vector), base)):
        turned += rotate_pair(vector[2 * pair], vector[2 * pair + 1], position * theta)
    return tuple(turned)


def score(
    query_position: int,
    key_position: int,
    q: Sequence[float] = Q,
    k: Sequence[float] = K,
    base: float = BASE,
) -> float:
    """Return the dot product of q rotated at one position and k at another.

    Positions are in tokens; the score has no unit and is not yet divided by sqrt(head_dim).
    ValueError if q and k differ in width.
    """
    if len(q) != len(k):
        raise ValueError(f"q has {len(q)} elements and k {len(k)}; they must have as many")
    turned_q, turned_k = rotate(q, query_position, base), rotate(k, key_position, base)
    return sum(a * b for a, b in zip(turned_q, turned_k, strict=True))


def wavelength(pair: int, head_dim: int = 4, base: float = BASE) -> float:
    """Return how many tokens pair `pair` needs for one full turn, 2 pi / theta.

    ValueError if there is no such pair.
    """
    thetas = frequencies(head_dim, base)
    if not 0 <= pair < len(thetas):
        raise ValueError(f"pair is {pair}; head_dim {head_dim} has pairs 0 to {len(thetas) - 1}")
    return 2 * math.pi / thetas[pair]


# --8<-- [end:by_hand]


def main() -> None:
    """Print the example: frequencies, wavelengths, and scores at equal and unequal offsets."""
    print("theta", frequencies(), "wavelengths", wavelength(0), wavelength(1))
    for query_position, key_position in (
        (0, 0),
        (1, 0),
        (2, 1),
        (5, 4),
        (3, 1),
        (103, 101),
        (1, 3),
    ):
        value = score(query_position, key_position)
        print(f"q at {query_position}, k at {key_position}: {value:.6f}")
    print("longest wavelength, width 128:", wavelength(63, 128), wavelength(63, 128, 500_000.0))


if __name__ == "__main__":
    main()
