"""What drafts, fewer bits, two processes, forced schemas and beams come to, counted.

Exact laws are enumerated on small vocabularies; all else is counted on small random models, in
float64, so that every machine chooses the same tokens. A random model is no measure of quality:
how far its logits move under quantisation, and how often a draft of it is accepted, says how the
methods work and nothing of how well they do on a trained one.

    python -m worked.forward_pass.methods_study --record
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from worked.forward_pass.beam import beam_search
from worked.forward_pass.engine import Engine, Request, StepRecord
from worked.forward_pass.paged_cache import Pool, Table
from worked.forward_pass.quantised import Matrix, Quantiser, four_bits, int8, relative_error
from worked.forward_pass.sampling import Distribution, Sampling, distribution, draw
from worked.forward_pass.schema import (
    ORDER,
    Forced,
    conditioned_law,
    example_vocabulary,
    masked_law,
)
from worked.forward_pass.speculation import (
    AfterRejection,
    ModelDraft,
    acceptance,
    plain_law,
    residual,
    round_law,
    sequence_law,
    tally,
    total_variation,
)
from worked.forward_pass.tensor_parallel import run
from worked.forward_pass.transformer import Chunk, Config, Transformer, random_weights
from worked.recording import run_study

Values = dict[str, tuple[float, str]]

# The study's models and sizes: the running example's own choice, fixed before any run.
SEED = 31
DRAFTED = (1, 2, 4)
WORDS = 6  # of the vocabulary whose laws are enumerated
MODEL = Config(vocab=256, hidden=128, layers=4, heads=4, kv_heads=2, head_dim=32, ffn=256)
SMALL = Config(vocab=256, hidden=64, layers=1, heads=2, kv_heads=1, head_dim=32, ffn=128)
BITS: dict[str, Callable[[Tensor], Matrix]] = {
    "int8": int8,
    "four_bits_32": lambda w: four_bits(w, 32),
    "four_bits_64": lambda w: four_bits(w, 64),
    "four_bits_128": lambda w: four_bits(w, 128),
}
SPLIT = Config(vocab=61, hidden=48, layers=3, heads=4, kv_heads=2, head_dim=16, ffn=80)
ANSWERS, LONGEST_ANSWER = 40, 96
WIDTHS = (2, 4, 8)


@cache
def weights(config: Config) -> dict[str, Tensor]:
    """The random weights of one of the study's models."""
    return random_weights(config, SEED, torch.float64)


@cache
def model(bits: str = "") -> Transformer:
    """The study's model, its matrices quantised in one of the ways of BITS, or as they are."""
    if not bits:
        return Transformer(MODEL, weights(MODEL))
    return Transformer(MODEL, weights(MODEL), Quantiser(BITS[bits]))


def pool(config: Config = MODEL) -> Pool:
    """A pool with room for all that the study does."""
    return Pool(256, 16, config, torch.float64)


@cache
def requests(temperature: float = 0.0) -> tuple[Request, ...]:
    """16 prompts of uneven length, 48 tokens each to be generated, at seeds of their own."""
    rng = np.random.default_rng(SEED)
    return tuple(
        Request(
            rng.integers(MODEL.vocab, size=4 + 3 * i).tolist(),
            48,
            Sampling(temperature=temperature, seed=i),
        )
        for i in range(16)
    )


# Drafts ------------------------------------------------------------------------------------------


def from_target(p: Distribution, q: Distribution) -> Distribution:
    """The mistake: a rejected token is drawn from the target and not from the residual."""
    return p


def speculation_laws() -> Values:
    """Acceptance, tokens a round, and how far the law is from the target's, all enumerated."""
    rng = np.random.default_rng(SEED)
    hot = Sampling(temperature=1.0)
    p, q = (distribution(rng.normal(size=WORDS), hot) for _ in range(2))
    values: Values = {"acceptance": (acceptance(p, q), "")}

    def distance(k: int, after_rejection: AfterRejection) -> float:
        law = sequence_law(lambda _: p, lambda _: q, k, 2, after_rejection)
        return total_variation(law, plain_law(lambda _: p, 2))

    for k in DRAFTED:
        law = round_law(lambda _: p, lambda _: q, k)
        mean = sum(len(tokens) * share for tokens, share in law.items())
        values |= {
            f"tokens_per_round_{k}": (mean, "tokens"),
            # What is left are roundings, other on each machine.
            f"total_variation_{k}": (round(distance(k, residual), 12), ""),
            f"total_variation_from_target_{k}": (distance(k, from_target), ""),
        }
    return values


def drafted_run(draft: Transformer | None, k: int, temperature: float) -> list[StepRecord]:
    """The records of an engine that serves the study's requests, with drafts or without."""
    drafts = ModelDraft(draft, pool(draft.config), k, MODEL) if draft else None
    engine = Engine(model(), pool(), draft=drafts)
    for request in requests(temperature):
        engine.submit(request)
    records = []
    while engine.busy:
        records.append(engine.step())
    return records


def drafts() -> Values:
    """What drafts come to in the engine: by the model itself in 4 bits, and by a stranger."""
    small = Transformer(SMALL, weights(SMALL))
    values: Values = {"plain_steps": (len(drafted_run(None, 0, 0.0)), "")}
    for name, draft in (("four_bits", model("four_bits_32")), ("stranger", small)):
        for way, temperature in (("greedy", 0.0), ("sampled", 1.0)):
            for k in DRAFTED:
                records = drafted_run(draft, k, temperature)
                found = tally(records)
                values |= {
                    f"{name}_{way}_{k}_steps": (len(records), ""),
                    f"{name}_{way}_{k}_rounds": (found.rounds, ""),
                    f"{name}_{way}_{k}_drafted": (found.drafted, "tokens"),
                    f"{name}_{way}_{k}_accepted": (found.accepted, "tokens"),
                    f"{name}_{way}_{k}_emitted": (found.emitted, "tokens"),
                }
    return values


# Fewer bits --------------------------------------------------------------------------------------


def logits(of: Transformer) -> Tensor:
    """The logits after each of 512 random tokens, in four sequences."""
    cache_ = pool()
    chunks = []
    for tokens in np.random.default_rng(SEED).integers(MODEL.vocab, size=(4, 128)).tolist():
        table = Table()
        cache_.grow(table, len(tokens))
        chunks.append(Chunk(tokens, 0, table.blocks, logits=len(tokens)))
    return of.step(chunks, cache_)


def quantisation() -> Values:
    """Bits a weight, how far weights and logits move, and how often the likeliest token stays."""
    exact = logits(model())
    values: Values = {"logits_compared": (len(exact), "")}
    for name, quantise in BITS.items():
        quantiser = Quantiser(quantise)
        moved = logits(Transformer(MODEL, weights(MODEL), quantiser))
        pairs = [
            (weights(MODEL)[f"{matrix}.weight"].flatten(), q.dequantised().flatten())
            for matrix, q in quantiser.matrices.items()
        ]
        before, after = (torch.cat(side) for side in zip(*pairs, strict=True))
        values |= {
            f"{name}_bits_per_weight": (quantiser.bits_per_weight, "bit"),
            f"{name}_weight_error": (relative_error(before, after), ""),
            f"{name}_logit_error": (relative_error(exact, moved), ""),
            f"{name}_same_likeliest": (int((exact.argmax(-1) == moved.argmax(-1)).sum()), ""),
        }
    return values


# Two processes, schemas, beams -------------------------------------------------------------------


def two_processes() -> Values:
    """All-reduces and their bytes, counted by the two ranks of one real run."""
    prompts = [[i, 2 * i, 7] * (i + 1) for i in range(6)]
    first, second = run(SPLIT, SEED, prompts, 8, 2)
    if first != second:
        raise RuntimeError("the two ranks did not see the same")
    return {
        "split_steps": (first.steps, ""),
        "split_computed": (first.computed, "tokens"),
        "split_all_reduces": (first.all_reduces, ""),
        "split_all_reduces_per_layer": (first.all_reduces / first.steps / SPLIT.layers, ""),
        "split_payload": (first.payload, "B"),
        "split_kv_bytes_per_token": (first.kv_bytes_per_token, "B/token"),
    }


def forced_answers() -> Values:
    """What masks look at while random logits are forced into orders, and what they tilt."""
    vocabulary, end = example_vocabulary()
    forced = Forced(ORDER, vocabulary, end)
    mask, rng = forced.mask(LONGEST_ANSWER), np.random.default_rng(SEED)
    by_answer = []
    for _ in range(ANSWERS):
        answer: list[int] = []
        while not answer or answer[-1] != end:
            scores = rng.normal(size=len(vocabulary))
            chances = distribution(scores, Sampling(temperature=1.0), mask(answer))
            answer.append(draw(chances, rng))
        by_answer.append(forced.cost.states)
    masks, states, edges = forced.cost.masks, forced.cost.states, forced.cost.edges
    tiny = Forced({"enum": [11, 2]}, [b"1", b"2", b""], 2).mask(9)
    chances_of = {(): [0.9, 0.1, 0], (0,): [0.1, 0.6, 0.3]}
    masked, valid = (
        law(lambda answer: np.array(chances_of.get(answer, [0, 0, 1.0])), tiny, 2)
        for law in (masked_law, conditioned_law)
    )
    return {
        "schema_vocabulary": (len(vocabulary), "tokens"),
        "schema_answers": (ANSWERS, ""),
        "schema_masks": (masks, ""),
        "schema_states": (states, ""),
        "schema_states_of_first_answer": (by_answer[0], ""),
        "schema_states_of_last_answer": (by_answer[-1] - by_answer[-2], ""),
        "schema_edges": (edges, ""),
        "schema_whole_vocabularies": (masks * len(vocabulary), "tokens"),
        "masked_chance": (masked[0, 0, 2], ""),
        "valid_chance": (valid[0, 0, 2], ""),
        "masked_total_variation": (total_variation(masked, valid), ""),
    }


def beams() -> Values:
    """Blocks held by beams that share and that would not, and what the best answer gains."""
    prompt = requests()[-1].prompt
    values: Values = {
        "beam_1_score": (beam_search(model(), pool(), prompt, 1, 48).answers[0].score, "")
    }
    for width in WIDTHS:
        found = beam_search(model(), pool(), prompt, width, 48)
        values |= {
            f"beam_{width}_score": (found.answers[0].score, ""),
            f"beam_{width}_blocks": (found.held, ""),
            f"beam_{width}_unshared_blocks": (found.unshared, ""),
            f"beam_{width}_copied_blocks": (found.copied, ""),
        }
    return values


def study() -> Values:
    """All of it: name -> (value, unit)."""
    return {
        **speculation_laws(),
        **drafts(),
        **quantisation(),
        **two_processes(),
        **forced_answers(),
        **beams(),
    }


def main() -> None:
    """Print the counts; with --record also write measured/methods.json."""
    run_study(
        Path(__file__).parent / "measured" / "methods.json",
        study,
        what="drafts, quantised weights, two processes, forced schemas and beams on small random "
        "models of the chapter's engine; laws enumerated, all else counted",
        command="python -m worked.forward_pass.methods_study --record",
        seed=SEED,
    )


if __name__ == "__main__":
    main()
