"""What rounding does to positions and angles, and from which position on.

bfloat16 keeps 8 significant bits, so of the whole numbers it holds each one only up to 256.
Run `python -m worked.rope.precision --record` to write `measured/precision.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from worked.recording import run_study
from worked.rope.rotary_numpy import Array, inverse_frequencies, relative_score

MEASURED = Path(__file__).parent / "measured" / "precision.json"
SIGNIFICANT_BITS = {"bfloat16": 8, "float16": 11, "float32": 24}
"""Bits of the significand with the leading one, which is not stored."""

Rounding = Callable[[ArrayLike], Array]


# --8<-- [start:precision]
def round_to_bfloat16(values: ArrayLike) -> Array:
    """Return `values` rounded to the nearest bfloat16, ties to even, held in float32.

    bfloat16 keeps the upper bits of a float32; the lower ones are rounded away. ValueError if a
    value is not finite.
    """
    single = np.asarray(values, dtype=np.float32)
    if not np.isfinite(single).all():
        raise ValueError("values must be finite")
    bits = single.view(np.uint32)
    to_even = (bits >> np.uint32(16)) & np.uint32(1)
    rounded = (bits + np.uint32(0x7FFF) + to_even) & np.uint32(0xFFFF_0000)
    return rounded.view(np.float32)


def first_wrong_position(rounding: Rounding, limit: int) -> int | None:
    """Return the first position below `limit`, in tokens, that `rounding` does not keep.

    None if it keeps them all. With b significant bits it is `2**b + 1`, the first whole number
    that needs another bit.
    """
    positions = np.arange(limit)
    wrong = np.flatnonzero(rounding(positions).astype(np.float64) != positions)
    return int(wrong[0]) if len(wrong) else None


def distinct_positions(rounding: Rounding, length: int) -> int:
    """Return how many positions of a text of `length` tokens stay different after `rounding`."""
    return len(np.unique(rounding(np.arange(length))))


# --8<-- [end:precision]


def round_to_float16(values: ArrayLike) -> Array:
    """Return `values` rounded to float16."""
    return np.asarray(values).astype(np.float16)


def round_to_float32(values: ArrayLike) -> Array:
    """Return `values` rounded to float32."""
    return np.asarray(values).astype(np.float32)


def rounded_score(
    q: Array, k: Array, query_position: int, key_position: int, frequencies: Array, how: str
) -> float:
    """Return the score of q and k (head_dim,) with one thing rounded and all else in float64.

    `how` says what is rounded: "float32_angles" the frequencies and the angles, as most
    libraries do; "bfloat16_positions" the positions; "bfloat16_tables" the cosines and sines
    of right angles. Adjacent pairs; positions in tokens. ValueError for another `how`.
    """
    pair_roundings: dict[str, tuple[Rounding, Rounding, Rounding]] = {
        "float32_angles": (_keep, round_to_float32, _keep),
        "bfloat16_positions": (round_to_bfloat16, _keep, _keep),
        "bfloat16_tables": (_keep, _keep, round_to_bfloat16),
    }
    if how not in pair_roundings:
        raise ValueError(f"how is {how!r}; it must be one of {', '.join(pair_roundings)}")
    position_rounding, angle_rounding, table_rounding = pair_roundings[how]

    def turned(vector: Array, position: int) -> tuple[Array, Array]:
        # A float32 position times a float32 frequency, in float32: where the angle loses digits.
        angle = angle_rounding(
            angle_rounding(position_rounding(position)) * angle_rounding(frequencies)
        ).astype(np.float64)
        cos, sin = (table_rounding(f(angle)).astype(np.float64) for f in (np.cos, np.sin))
        return vector[0::2] * cos - vector[1::2] * sin, vector[0::2] * sin + vector[1::2] * cos

    (q_first, q_second), (k_first, k_second) = turned(q, query_position), turned(k, key_position)
    return float(q_first @ k_first + q_second @ k_second)


def _keep(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def largest_score_error(
    how: str, position: int, offset: int, head_dim: int = 128, pairs: int = 200, seed: int = 0
) -> float:
    """Return the largest error of q.k / sqrt(head_dim) over random unit-normal q and k.

    q stands at a random place between `position` and 10 % beyond it, so that no error hides
    behind a round number, and k `offset` tokens before it. The right score is computed from the
    offset alone, in float64. `how` as in `rounded_score`; `pairs` random pairs of vectors.
    ValueError if the key would stand before position 0.
    """
    if not 0 <= offset <= position:
        raise ValueError(f"offset is {offset}; it must lie between 0 and the position {position}")
    random = np.random.default_rng(seed)
    frequencies = inverse_frequencies(head_dim)
    errors = []
    for _ in range(pairs):
        q, k = random.standard_normal((2, head_dim))
        right = relative_score(q, k, offset, frequencies)
        place = int(random.integers(position, position + position // 10 + 1))
        got = rounded_score(q, k, place, place - offset, frequencies, how)
        errors.append(abs(got - right) / np.sqrt(head_dim))
    return float(max(errors))


def study() -> dict[str, tuple[float, str]]:
    """Return the measured values of this topic, name -> (value, unit)."""
    values: dict[str, tuple[float, str]] = {}
    for name, rounding, limit in (
        ("bfloat16", round_to_bfloat16, 2**9),
        ("float16", round_to_float16, 2**12),
    ):
        first = first_wrong_position(rounding, limit)
        if first is None:
            raise RuntimeError(f"{name} kept every position below {limit}")
        values[f"first_wrong_{name}_position"] = (first, "")
    values["position_5000_in_bfloat16"] = (float(round_to_bfloat16(5_000)), "")
    counted = 8_192
    values["positions_counted"] = (counted, "")
    values[f"distinct_bfloat16_positions_of_{counted}"] = (
        distinct_positions(round_to_bfloat16, counted),
        "",
    )
    for how in ("float32_angles", "bfloat16_positions", "bfloat16_tables"):
        for position in (100, 1_000, 10_000, 100_000, 1_000_000):
            error = largest_score_error(how, position, offset=100)
            values[f"largest_score_error_{how}_at_{position}"] = (error, "")
    return values


def main() -> None:
    """Print the study's values, and record them when called with --record."""
    run_study(
        MEASURED,
        study,
        what="Positions that bfloat16 and float16 cannot hold, and the largest error of "
        "q.k/sqrt(128) over 200 random pairs 100 tokens apart, base 10,000, by what is rounded",
        command="python -m worked.rope.precision --record",
        seed=0,
        line="{name} = {value:.4g} {unit}",
    )


if __name__ == "__main__":
    main()
