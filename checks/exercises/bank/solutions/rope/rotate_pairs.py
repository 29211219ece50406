"""Rotary position embedding of one vector, in the halves layout: a solution."""

import math


def rotate(vector: list[float], position: int, base: float) -> list[float]:
    """Return `vector` as RoPE leaves it at `position`."""
    d = len(vector)
    half = d // 2
    turned = list(vector)
    for i in range(half):
        angle = position * base ** (-2 * i / d)
        a, b = vector[i], vector[i + half]
        turned[i] = a * math.cos(angle) - b * math.sin(angle)
        turned[i + half] = a * math.sin(angle) + b * math.cos(angle)
    return turned
