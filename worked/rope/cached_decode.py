"""Decoding with a key-value cache: rotate each key once, store it rotated, never touch it again.

That works because a rotated key depends on its own position alone. One head, in NumPy;
vectors have shape (head_dim,) and pairs follow the halves layout, as in `rotate_halves`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from worked.rope.rotary_numpy import Array, rotary_tables, rotate_halves


def rotate_at(vectors: Array, positions: ArrayLike, frequencies: Array) -> Array:
    """Return `vectors` (..., head_dim) turned for `positions` (...,), in tokens."""
    cos, sin = rotary_tables(positions, frequencies)
    return rotate_halves(vectors, cos, sin)


def attend(q: Array, keys: Array, values: Array) -> Array:
    """Return softmax(q . keys / sqrt(head_dim)) . values, shape (head_dim,).

    `q` is (head_dim,), `keys` and `values` (tokens, head_dim), q and keys already rotated.
    """
    scores = keys @ q / np.sqrt(len(q))
    weights = np.exp(scores - scores.max())
    return weights @ values / weights.sum()


# --8<-- [start:cached_decode]
@dataclass
class RotatedCache:
    """The rotated keys and the plain values of the tokens so far, and how many there are."""

    keys: Array
    values: Array
    length: int = 0
    rotations: int = 0
    """Keys rotated so far: one for each token."""


def empty_cache(capacity: int, head_dim: int) -> RotatedCache:
    """Return a cache for up to `capacity` tokens of one head. ValueError if it holds none."""
    if capacity < 1:
        raise ValueError(f"capacity is {capacity}; it must be at least one token")
    return RotatedCache(np.zeros((capacity, head_dim)), np.zeros((capacity, head_dim)))


def decode_step(cache: RotatedCache, q: Array, k: Array, v: Array, frequencies: Array) -> Array:
    """Return the attention output of the next token, and keep its rotated key and its value.

    `q`, `k` and `v` (head_dim,) are unrotated; the token's position is the cache's length.
    v is stored as it is: position belongs in the scores, not in what is mixed. ValueError if
    the cache is full.
    """
    position = cache.length
    if position == len(cache.keys):
        raise ValueError(f"the cache is full at {position} tokens; make a larger one")
    cache.keys[position] = rotate_at(k, position, frequencies)
    cache.values[position] = v
    cache.length += 1
    cache.rotations += 1
    turned_q = rotate_at(q, position, frequencies)
    return attend(turned_q, cache.keys[: cache.length], cache.values[: cache.length])


# --8<-- [end:cached_decode]


def recomputed_step(
    qs: Array, ks: Array, vs: Array, position: int, frequencies: Array
) -> tuple[Array, int]:
    """Return what `decode_step` returns at `position`, with every key rotated afresh.

    `qs`, `ks`, `vs` have shape (tokens, head_dim), unrotated. The second value is the number
    of keys rotated in this step, position + 1: over n tokens n (n + 1) / 2 in all.
    """
    tokens = position + 1
    keys = rotate_at(ks[:tokens], np.arange(tokens), frequencies)
    output = attend(rotate_at(qs[position], position, frequencies), keys, vs[:tokens])
    return output, tokens


def shift_rotated_keys(keys: Array, offset: int, frequencies: Array) -> Array:
    """Return rotated `keys` (tokens, head_dim) as if each had stood `offset` tokens later.

    Rotations add up, R(offset) R(p) = R(p + offset), so a cache that drops its oldest tokens
    can renumber the rest without their unrotated keys. `offset` may be negative.
    """
    return rotate_at(keys, np.full(len(keys), offset), frequencies)


def stale_score(
    q: Array, k: Array, query_position: int, key_position: int, now: Array, then: Array
) -> float:
    """Return the score of q rotated with frequencies `now` against k cached with `then`.

    It equals the right score, with `now` for both, only if the frequencies have not changed:
    a cache of rotated keys and frequencies that depend on the length (dynamic NTK) do not go
    together.
    """
    return float(rotate_at(q, query_position, now) @ rotate_at(k, key_position, then))
