"""Time RoPE's rotation against transformers' on the same tensors, as ratios.

Run `python benchmarks/rope_rotation.py` from the project's root; needs torch and transformers.
A ratio above 1 means that ours is faster. The yardstick is Llama's function, which pairs halves;
its Cohere pairs neighbours and is timed beside it. Each figure is the best of many turns, the
implementations taking turns with one another so that a busy moment hits all of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers.models.cohere.modeling_cohere import apply_rotary_pos_emb as cohere_rotation
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from worked.rope import rotary_numpy, rotary_torch

QUERY_HEADS, KEY_HEADS, HEAD_DIM = 32, 8, 128
SHAPES = (("decode, 1 sequence", 1, 1), ("decode, 8 sequences", 8, 1), ("prefill, 512", 1, 512))


def best_seconds(functions: list[Callable[[], object]], turns: int, calls: int) -> list[float]:
    """Return each function's shortest mean time over `calls` calls, in seconds."""
    best = [float("inf")] * len(functions)
    for _ in range(turns):
        for which, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(calls):
                function()
            best[which] = min(best[which], (time.perf_counter() - start) / calls)
    return best


def compare(batch: int, length: int, dtype: torch.dtype, turns: int = 20) -> dict[str, float]:
    """Return the time of transformers' Llama in seconds, and its ratio to each of the others."""
    torch.manual_seed(0)
    # The layout of a real layer: projected as (batch, length, heads, width), then transposed.
    q = torch.randn(batch, length, QUERY_HEADS, HEAD_DIM).to(dtype).transpose(1, 2)
    k = torch.randn(batch, length, KEY_HEADS, HEAD_DIM).to(dtype).transpose(1, 2)
    theta = rotary_numpy.inverse_frequencies(HEAD_DIM)
    frequencies, positions = torch.as_tensor(theta), torch.arange(length)
    halves = rotary_torch.halves_tables(positions, frequencies, dtype)
    adjacent = rotary_torch.adjacent_tables(positions, frequencies, dtype)
    angles = positions[:, None] * frequencies
    wide = torch.cat((angles, angles), -1)[None]
    cos, sin = wide.cos().to(dtype), wide.sin().to(dtype)
    beside = angles.repeat_interleave(2, -1)[None]
    cohere_tables = beside.cos().to(dtype), beside.sin().to(dtype)
    functions: dict[str, Callable[[], object]] = {
        "transformers": lambda: apply_rotary_pos_emb(q, k, cos, sin),
        "transformers_adjacent": lambda: cohere_rotation(q, k, *cohere_tables),
        "torch_halves": lambda: (
            rotary_torch.rotate_halves(q, *halves),
            rotary_torch.rotate_halves(k, *halves),
        ),
        "torch_adjacent": lambda: (
            rotary_torch.rotate_adjacent(q, *adjacent),
            rotary_torch.rotate_adjacent(k, *adjacent),
        ),
    }
    if dtype == torch.float32:
        numpy_q, numpy_k = q.numpy(), k.numpy()
        tables = rotary_numpy.rotary_tables(positions.numpy(), theta, "float32")
        functions["numpy_halves"] = lambda: (
            rotary_numpy.rotate_halves(numpy_q, *tables),
            rotary_numpy.rotate_halves(numpy_k, *tables),
        )
    calls = max(1, 200 // (batch * length))
    with torch.no_grad():
        seconds = best_seconds(list(functions.values()), turns, calls)
    theirs, *ours = seconds
    ratios = {name: theirs / s for name, s in zip(list(functions)[1:], ours, strict=True)}
    return {"transformers_seconds": theirs, **ratios}


def main() -> None:
    """Print a line for every shape and number format."""
    torch.set_num_threads(1)
    for name, batch, length in SHAPES:
        for dtype in (torch.float32, torch.bfloat16):
            found = compare(batch, length, dtype)
            theirs = found.pop("transformers_seconds")
            ratios = ", ".join(f"{who} {ratio:.2f}x" for who, ratio in found.items())
            print(f"{name}, {str(dtype)[6:]}: transformers {theirs * 1e6:.0f} µs; {ratios}")


if __name__ == "__main__":
    main()
