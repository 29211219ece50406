"""Time the forward pass's engine against transformers on the same model and requests, as ratios.

Run `python benchmarks/forward_pass.py` from the project's root; needs torch and transformers. The
model has SmolLM2-135M's shape and random weights in fp32; all answer greedily and must give the
same tokens. Against them stand `generate`, on a batch padded to its longest prompt, and
transformers' continuous batching on a paged cache. A ratio above 1 means that ours is faster. All
take turns, on one thread of torch; the processor time of the whole process counts, so that other
programs' work does not, nor the waiting of a thread that holds no processor. Each figure is the
median of the rounds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from logging import getLogger
from pathlib import Path

import torch
from torch import Tensor
from transformers import GenerationConfig
from transformers.generation.configuration_utils import ContinuousBatchingConfig
from transformers.utils import logging

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.oracles.in_transformers import in_transformers
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.packed import packed
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.roofline import SMOLLM2_135M
from worked.forward_pass.timing import process_seconds, take_turns
from worked.forward_pass.transformer import Config, Transformer, random_weights

BATCHES = (1, 8)
BLOCK = 16
NEW = 32
Tokens = list[list[int]]


def prompts_of(config: Config, batch: int) -> Tokens:
    """Return prompts of 64, 61, 58 ... tokens, of which no two begin alike."""
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randint(1, config.vocab, (64 - 3 * i,), generator=generator).tolist()
        for i in range(batch)
    ]


def ways(
    config: Config, weights: Mapping[str, Tensor], prompts: Tokens, new: int
) -> dict[str, Callable[[], Tokens]]:
    """Return the implementations by name; each answers all prompts, ours first."""
    ours, theirs = Transformer(config, weights, packed), in_transformers(config, weights)
    greedy = GenerationConfig(max_new_tokens=new, do_sample=False, eos_token_id=-1, pad_token_id=0)
    longest = max(map(len, prompts))
    blocks = sum(-(-(len(p) + new) // BLOCK) for p in prompts)
    budget = sum(map(len, prompts))
    settings = ContinuousBatchingConfig(
        page_size=BLOCK, num_blocks=2 * blocks, max_batch_tokens=budget, allow_block_sharing=False
    )
    padded = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])

    def engine() -> Tokens:
        running = Engine(ours, Pool(blocks, BLOCK, config), budget, prefix_cache=False)
        numbers = [running.submit(Request(p, new)) for p in prompts]
        results = running.run()
        return [results[n].tokens for n in numbers]

    def generate() -> Tokens:
        # It is told the end of sequence that no token has by None; a -1 would warn in each call.
        out = theirs.generate(
            padded, attention_mask=mask, max_new_tokens=new, do_sample=False,
            eos_token_id=None, pad_token_id=0,
        )  # fmt: skip
        return [row.tolist() for row in out[:, longest:]]

    def continuous() -> Tokens:
        out = theirs.generate_batch(
            prompts,
            generation_config=greedy,
            continuous_batching_config=settings,
            persistent_manager=True,  # or it would be built and warmed up in every call
        )
        return [answer.generated_tokens for answer in out.values()]

    return {"engine": engine, "generate": generate, "continuous batching": continuous}


def compare(
    config: Config, weights: Mapping[str, Tensor], batch: int, new: int, rounds: int
) -> dict[str, float]:
    """Return each implementation's processor seconds, the median of the rounds.

    Raises:
        RuntimeError: one gave other tokens than the engine.
    """
    functions = ways(config, weights, prompts_of(config, batch), new)
    expected = functions["engine"]()
    for name, function in functions.items():
        if function() != expected:
            raise RuntimeError(f"{name} gave other tokens than the engine")
    timings = take_turns(functions, rounds, process_seconds)
    return {name: timing.seconds for name, timing in timings.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each batch."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--new", type=int, default=NEW, metavar="N", help="tokens of each answer")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="after one to warm up")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    getLogger("ContinuousBatchingLogger").setLevel("ERROR")
    weights = random_weights(SMOLLM2_135M, 0)
    for batch in BATCHES:
        found = compare(SMOLLM2_135M, weights, batch, args.new, args.rounds)
        ours = found.pop("engine")
        ratios = ", ".join(f"{who} {seconds / ours:.2f}x" for who, seconds in found.items())
        print(f"{batch} at a time, {args.new} new tokens: engine {ours:.2f} s; {ratios}")


if __name__ == "__main__":
    main()
