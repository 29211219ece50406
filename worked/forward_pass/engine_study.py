"""What scheduling does to the same requests, counted step by step on the real engine.

A small random model and a fixed set of requests: prompts of uneven length, some with a common
beginning, and answers of uneven length. Each way of running them gives the same tokens (greedily),
so only what was computed, when, and on how many blocks differs. All is counted, none is timed: the
counts are the same on every machine.

    python -m worked.forward_pass.engine_study --record
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from worked.forward_pass.engine import Engine, Request, StepRecord
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.transformer import Config, Transformer, random_weights
from worked.recording import run_study

# The study's model and requests: the running example's own choice, fixed before any run.
SEED = 20
MODEL = Config(vocab=97, hidden=32, layers=2, heads=4, kv_heads=2, head_dim=8, ffn=64)
REQUESTS = 24
SHORTEST_PROMPT, LONGEST_PROMPT = 10, 60
COMMON = 32  # tokens that begin every third prompt
SHORTEST_ANSWER, LONGEST_ANSWER = 4, 40
RUNNING = 8
BUDGET, SMALL_BUDGET = 128, 24
BLOCK, BLOCKS = 16, 64
TINY_BLOCKS = 12
BLOCK_SIZES = (1, 4, 16, 64)


@cache
def model() -> Transformer:
    """The study's model."""
    return Transformer(MODEL, random_weights(MODEL, SEED))


@cache
def requests() -> tuple[Request, ...]:
    """The study's requests; every third begins with the same COMMON tokens."""
    rng = random.Random(SEED)

    def tokens(count: int) -> list[int]:
        return [rng.randrange(MODEL.vocab) for _ in range(count)]

    common = tokens(COMMON)
    made = []
    for i in range(REQUESTS):
        length = rng.randint(SHORTEST_PROMPT, LONGEST_PROMPT)
        shared = common[: length - 1] if i % 3 == 0 else []
        prompt = shared + tokens(length - len(shared))
        made.append(Request(prompt, rng.randint(SHORTEST_ANSWER, LONGEST_ANSWER)))
    return tuple(made)


@dataclass(frozen=True)
class Served:
    """Requests that were served: the record of each step, and each answer."""

    records: tuple[StepRecord, ...]
    answers: tuple[tuple[int, ...], ...]
    pool: Pool


def served(
    batches: Iterable[Iterable[Request]],
    blocks: int = BLOCKS,
    block_size: int = BLOCK,
    budget: int = BUDGET,
    chunked: bool = True,
    prefix_cache: bool = False,
) -> Served:
    """Serve batches one after the other, each when the one before has ended."""
    pool = Pool(blocks, block_size, MODEL)
    engine = Engine(
        model(),
        pool,
        token_budget=budget,
        max_running=RUNNING,
        chunked=chunked,
        prefix_cache=prefix_cache,
    )
    records, answers = [], []
    for batch in batches:
        numbers = [engine.submit(request) for request in batch]
        while engine.busy:
            records.append(engine.step())
        results = engine.run()
        answers += [tuple(results[number].tokens) for number in numbers]
    return Served(tuple(records), tuple(answers), pool)


@cache
def ways() -> dict[str, Served]:
    """Each way of serving the requests, by name, with its trace.

    plain: prompts whole, nothing shared. chunked: prompts cut to a small budget. prefix: blocks
    shared. tiny_pool: blocks for a few only. static: the next batch waits until the longest answer
    of this one has ended; all else continuous, the next request takes a slot as soon as one is
    free. block_size_...: room in the pool is the same, cut finer or coarser.
    """
    asked = requests()
    batches = [asked[i : i + RUNNING] for i in range(0, REQUESTS, RUNNING)]
    room = BLOCKS * BLOCK
    return {
        "plain": served([asked], chunked=False),
        "chunked": served([asked], budget=SMALL_BUDGET),
        "prefix": served([asked], chunked=False, prefix_cache=True),
        "tiny_pool": served([asked], blocks=TINY_BLOCKS, chunked=False),
        "static": served(batches, chunked=False),
        **{
            f"block_size_{size}": served(
                [asked], room // size, size, chunked=False, prefix_cache=True
            )
            for size in BLOCK_SIZES
        },
    }


def counts(run: Served) -> dict[str, tuple[float, str]]:
    """What a way of serving came to: name -> (value, unit).

    computed: tokens through the model, computed_again: those of them that had been computed for
    the same sequence before; hit: prompt tokens found in the cache; widest_step: the most computed
    in one step; idle_slots: places in the batch for which nothing was computed, summed over steps;
    most_decodes: sequences that wrote in one step; most_blocks: held at a time; empty_places: of a
    sequence's blocks that no token had, mean over sequences and steps.
    """
    work = [w for record in run.records for w in record.work]
    reached: dict[int, int] = {}
    again = 0
    for w in work:
        seen = reached.get(w.sequence, 0)
        again += max(0, min(seen, w.start + w.computed) - w.start)
        reached[w.sequence] = max(seen, w.start + w.computed)
    steps, size = len(run.records), run.pool.block_size
    idle = sum(RUNNING - len(record.work) for record in run.records)
    most_blocks = max(record.held for record in run.records)
    empty = [
        len(record.tables[w.sequence]) * size - (w.start + w.computed)
        for record in run.records
        for w in record.work
    ]
    return {
        "steps": (steps, "steps"),
        "computed_tokens": (sum(w.computed for w in work), "tokens"),
        "computed_again_tokens": (again, "tokens"),
        "hit_tokens": (sum(sum(r.admitted.values()) for r in run.records), "tokens"),
        "preemptions": (sum(len(r.preempted) for r in run.records), ""),
        "widest_step_tokens": (max(r.computed for r in run.records), "tokens"),
        "most_decodes": (max(sum(w.decoded for w in r.work) for r in run.records), "sequences"),
        "idle_slots": (idle, ""),
        "idle_slot_share": (idle / (RUNNING * steps), ""),
        "most_blocks": (most_blocks, "blocks"),
        "most_bytes": (most_blocks * size * run.pool.bytes_per_token, "B"),
        "empty_places": (sum(empty) / len(empty), "tokens"),
    }


def study() -> dict[str, tuple[float, str]]:
    """All counts of each way: <way>_<count> -> (value, unit), and what was asked for.

    Raises:
        RuntimeError: a way of serving changed an answer.
    """
    asked, found = requests(), ways()
    values: dict[str, tuple[float, str]] = {
        "requests": (REQUESTS, "requests"),
        "slots": (RUNNING, "sequences"),
        "prompt_tokens": (sum(len(r.prompt) for r in asked), "tokens"),
        "answer_tokens": (sum(r.max_new for r in asked), "tokens"),
        "longest_answer": (max(r.max_new for r in asked), "tokens"),
        "mean_answer": (sum(r.max_new for r in asked) / REQUESTS, "tokens"),
        "kv_bytes_per_token": (found["plain"].pool.bytes_per_token, "B/token"),
    }
    for way, run in found.items():
        if run.answers != found["plain"].answers:
            raise RuntimeError(f"{way} changed an answer")
        values |= {f"{way}_{name}": value for name, value in counts(run).items()}
    return values


def main() -> None:
    """Print the counts; with --record also write measured/engine.json."""
    run_study(
        Path(__file__).parent / "measured" / "engine.json",
        study,
        what=f"{REQUESTS} seeded requests on the chapter's engine and a small random model, served "
        "in each way; counts of steps, tokens, slots and blocks",
        command="python -m worked.forward_pass.engine_study --record",
        seed=SEED,
    )


if __name__ == "__main__":
    main()
