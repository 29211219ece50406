"""One step of decoding with a cache of rotated keys: a solution.

A rotated key depends on its own position alone, so it is rotated once, stored, and never
touched again. The query of the new token is rotated at the same position as its key; values
are not rotated at all.
"""

import math


def rotate(vector: list[float], position: int, base: float = 10_000.0) -> list[float]:
    """Return `vector` as RoPE leaves it at `position`, halves layout. This one is given."""
    half = len(vector) // 2
    turned = list(vector)
    for i in range(half):
        angle = position * base ** (-2 * i / len(vector))
        a, b = vector[i], vector[i + half]
        turned[i] = a * math.cos(angle) - b * math.sin(angle)
        turned[i + half] = a * math.sin(angle) + b * math.cos(angle)
    return turned


def decode_step(
    keys: list[list[float]],
    values: list[list[float]],
    q: list[float],
    k: list[float],
    v: list[float],
) -> list[float]:
    """Append the new token to the cache and return its attention output.

    keys: rotated keys of the tokens so far, oldest first; values: their values, unrotated; the
    new token's position is how many there are. q, k, v: of the new token, unrotated. The output
    is the values weighted by the softmax of (query . key) / sqrt(len(q)), new token included.
    """
    position = len(keys)
    keys.append(rotate(k, position))
    values.append(list(v))
    turned = rotate(q, position)
    scores = [
        sum(a * b for a, b in zip(turned, key, strict=True)) / math.sqrt(len(q)) for key in keys
    ]
    highest = max(scores)  # subtracting it changes no weight and keeps exp from overflowing
    exponentials = [math.exp(s - highest) for s in scores]
    total = sum(exponentials)
    return [
        sum(e * value[i] for e, value in zip(exponentials, values, strict=True)) / total
        for i in range(len(v))
    ]
