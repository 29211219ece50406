"""Train small transformers that differ only in how they know position, then read past their length.

The task: a random word of random length (the period) repeated over and over; predict the next
token. Tokens recur inside a word, so what identifies the answer is "one period back": a
relative position, different in every sequence. (With one fixed period the model could learn
that single offset, and the comparison would say nothing about positions in general.)

Run `python -m worked.rope.extension_training --record` to write `measured/extension.json`.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from worked.recording import record
from worked.rope import rotary_numpy, rotary_torch

MEASURED = Path(__file__).parent / "measured" / "extension.json"
POSITIONS = ("rope", "learned", "no_position")
RATIOS = (2, 4)


@dataclass(frozen=True)
class Setting:
    """Everything that the runs of one study share."""

    trained_length: int = 64
    """Tokens in a training sequence."""
    vocabulary: int = 32
    """Distinct tokens."""
    shortest_period: int = 4
    """Tokens in the shortest word."""
    longest_period: int = 32
    """Tokens in the longest word: half of the trained length, so that every word repeats."""
    width: int = 64
    """Elements of a token's vector."""
    heads: int = 2
    layers: int = 2
    base: float = 10_000.0
    """RoPE's base."""
    batch: int = 32
    """Sequences in a training step."""
    steps: int = 600
    """Training steps."""
    learning_rate: float = 3e-3
    """Highest learning rate; it warms up over the first tenth and falls to 0 at the end."""
    evaluation_sequences: int = 128
    """Sequences in one evaluation."""

    @property
    def head_dim(self) -> int:
        """Return the elements of one head's vector."""
        return self.width // self.heads


Scaling = tuple[np.ndarray, float]
"""Frequencies (head_dim / 2,) in radians a token, and the attention factor."""


def repeated_words(
    setting: Setting, sequences: int, length: int, stretch: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return (tokens, periods): random repeated words, and how long each word is.

    `tokens` has shape (sequences, length + 1), `periods` (sequences, 1): whole tokens, uniform
    between `stretch` times the setting's shortest and longest period.
    ValueError if a word would not be repeated in full within `length`.
    """
    shortest, longest = stretch * setting.shortest_period, stretch * setting.longest_period
    if length < 2 * longest:
        raise ValueError(
            f"length {length} is too short for periods up to {longest}: give {2 * longest} or more"
        )
    periods = torch.randint(shortest, longest + 1, (sequences, 1), generator=generator)
    words = torch.randint(setting.vocabulary, (sequences, longest), generator=generator)
    return words.gather(1, torch.arange(length + 1) % periods), periods


class Block(nn.Module):
    """One pre-norm transformer layer; q and k, not v, are turned if tables are given."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        width = setting.width
        self.heads = setting.heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.mlp_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x: Tensor, tables: tuple[Tensor, Tensor] | None) -> Tensor:
        batch, length, width = x.shape
        split = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, -1)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        if tables is not None:
            q = rotary_torch.rotate_halves(q, *tables)
            k = rotary_torch.rotate_halves(k, *tables)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(functional.relu(self.up(self.mlp_norm(x))))


class Decoder(nn.Module):
    """A small causal language model whose only knowledge of order is the given `position`.

    "rope" turns q and k by tables passed to `forward`; "learned" adds one learned vector per
    absolute position; "no_position" has the causal mask alone.
    """

    def __init__(self, setting: Setting, position: str) -> None:
        super().__init__()
        if position not in POSITIONS:
            raise ValueError(f"position is {position!r}; it must be one of {', '.join(POSITIONS)}")
        self.tokens = nn.Embedding(setting.vocabulary, setting.width)
        # Rows past the trained length exist so that the model can be run there at all. No
        # training step touches them: they stay at their random start.
        rows = setting.trained_length * max(RATIOS)
        self.rows = nn.Embedding(rows, setting.width) if position == "learned" else None
        self.blocks = nn.ModuleList(Block(setting) for _ in range(setting.layers))
        self.norm = nn.LayerNorm(setting.width)
        self.head = nn.Linear(setting.width, setting.vocabulary, bias=False)

    def forward(
        self, tokens: Tensor, tables: tuple[Tensor, Tensor] | None = None, start: int = 0
    ) -> Tensor:
        x = self.tokens(tokens)
        if self.rows is not None:
            x = x + self.rows.weight[start : start + tokens.shape[1]]
        for block in self.blocks:
            x = block(x, tables)
        return self.head(self.norm(x))


def _tables(scaling: Scaling | None, length: int) -> tuple[Tensor, Tensor] | None:
    if scaling is None:
        return None
    frequencies, attention_factor = scaling
    return rotary_torch.halves_tables(
        torch.arange(length), torch.as_tensor(frequencies), attention_factor=attention_factor
    )


def scalings(setting: Setting, ratio: int) -> dict[str, Scaling]:
    """Return each method's frequencies and attention factor for `ratio` times the length.

    Each has its authors' own settings; none was adjusted to this model. "dynamic" is NTK-aware
    with the scale that Hugging Face's form gives at the full extended length.
    """
    head_dim, base, trained = setting.head_dim, setting.base, setting.trained_length
    return {
        "unscaled": (rotary_numpy.inverse_frequencies(head_dim, base), 1.0),
        "linear": (rotary_numpy.linear_frequencies(head_dim, base, ratio), 1.0),
        "ntk": (rotary_numpy.ntk_frequencies(head_dim, base, ratio), 1.0),
        "dynamic": (
            rotary_numpy.dynamic_ntk_frequencies(head_dim, base, ratio, ratio * trained, trained),
            1.0,
        ),
        "yarn": (
            rotary_numpy.yarn_frequencies(head_dim, base, ratio, trained),
            rotary_numpy.yarn_attention_factor(ratio),
        ),
        "llama3": (rotary_numpy.llama3_frequencies(head_dim, base, ratio, trained), 1.0),
    }


def train(setting: Setting, position: str, seed: int) -> tuple[Decoder, list[float]]:
    """Return a model trained at the trained length, and its loss at every step, in nats.

    The loss counts the tokens from the second round of each word on: those of the first round
    are random, and nothing before them says what they will be.
    """
    torch.manual_seed(seed)
    model = Decoder(setting, position)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=setting.learning_rate, betas=(0.9, 0.98), fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, setting.learning_rate, total_steps=setting.steps, pct_start=0.1
    )
    length = setting.trained_length
    unscaled = scalings(setting, 1)["unscaled"] if position == "rope" else None
    tables = _tables(unscaled, length)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(setting.steps):
        tokens, periods = repeated_words(setting, setting.batch, length, 1, generator)
        counted = torch.arange(1, length + 1) >= periods
        logits = model(tokens[:, :-1], tables)[counted]
        loss = functional.cross_entropy(logits, tokens[:, 1:][counted])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def accuracy(
    setting: Setting,
    model: Decoder,
    scaling: Scaling | None,
    ratio: int,
    stretch: int,
    withheld: int = 0,
) -> float:
    """Return the share of right next tokens in the last quarter of sequences of ratio * length.

    That quarter lies past the trained length as soon as `ratio` is 2. With `stretch` 1 the
    words are as long as in training, and one period back is a distance that training showed;
    with `stretch` = `ratio` they grow with the sequence, and most distances are new. The first
    `withheld` tokens are not shown; the others keep their positions.
    """
    length = ratio * setting.trained_length
    generator = torch.Generator().manual_seed(1_000_003)  # no training seed: unseen words
    tokens, _ = repeated_words(setting, setting.evaluation_sequences, length, stretch, generator)
    tables = _tables(scaling, length)
    if tables is not None:
        tables = tables[0][withheld:], tables[1][withheld:]
    predicted = model(tokens[:, withheld:-1], tables, withheld).argmax(-1)
    right = predicted == tokens[:, withheld + 1 :]
    return right[:, -(length // 4) :].double().mean().item()


def run(setting: Setting, position: str, seed: int) -> dict[str, float]:
    """Return one model's measurements, name -> value: losses in nats, accuracies as shares.

    "cpu_time" is what the whole run took of one core, in seconds.
    """
    torch.set_num_threads(1)
    start = time.process_time()
    model, losses = train(setting, position, seed)
    tail = losses[-max(1, len(losses) // 20) :]
    values = {
        f"{position}_first_loss": losses[0],
        f"{position}_final_loss": sum(tail) / len(tail),
    }
    for ratio in (1, *RATIOS):
        methods: dict[str, Scaling | None] = {"": None}
        if position == "rope":
            methods = {f"_{name}": scaling for name, scaling in scalings(setting, ratio).items()}
            if ratio == 1:
                methods = {"": methods["_unscaled"]}
        for name, scaling in methods.items():
            place = f"{position}{name}_{ratio}x"
            if ratio == 1:
                values[f"{place}_accuracy"] = accuracy(setting, model, scaling, 1, 1)
                continue
            for words, stretch in (("familiar_words", 1), ("stretched_words", ratio)):
                values[f"{place}_{words}_accuracy"] = accuracy(
                    setting, model, scaling, ratio, stretch
                )
    # A table of positions has trained rows for the start of a longer text. Without that start
    # only rows that no training step has touched are in view.
    ratio, scaling = max(RATIOS), scalings(setting, 1)["unscaled"] if position == "rope" else None
    values[f"{position}_{ratio}x_without_start_accuracy"] = accuracy(
        setting, model, scaling, ratio, 1, setting.trained_length
    )
    values["cpu_time"] = time.process_time() - start
    return values


def study(setting: Setting, seeds: tuple[int, ...], workers: int) -> dict[str, tuple[float, str]]:
    """Return the mean of every measurement over `seeds`, and its lowest and highest value.

    The runs are shared among `workers` processes of one thread each. The result is
    name -> (value, unit), losses in nats and accuracies as shares, both without a unit.
    """
    start = time.perf_counter()
    jobs = [(position, seed) for seed in seeds for position in POSITIONS]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(run, setting, position, seed) for position, seed in jobs]
        results = [future.result() for future in futures]
    # On an idle machine the wall time is this over the workers; on a busy one it is longer.
    cpu_time = sum(result.pop("cpu_time") for result in results)
    values: dict[str, tuple[float, str]] = {
        "seeds": (len(seeds), ""),
        "trained_length_tokens": (setting.trained_length, ""),
        "training_steps": (setting.steps, ""),
        "parameters": (sum(p.numel() for p in Decoder(setting, "rope").parameters()), ""),
        "chance_accuracy": (1 / setting.vocabulary, ""),
    }
    for name in dict.fromkeys(name for result in results for name in result):
        found = [result[name] for result in results if name in result]
        values[f"{name}_mean"] = (sum(found) / len(found), "")
        values[f"{name}_lowest"] = (min(found), "")
        values[f"{name}_highest"] = (max(found), "")
    values["study_cpu_time"] = (cpu_time, "s")
    values["study_wall_time"] = (time.perf_counter() - start, "s")
    return values


def main() -> None:
    """Run the study and print it; with --record, write it down."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    setting, seeds = Setting(), (0, 1, 2)
    values = study(setting, seeds, arguments.workers)
    for name, (value, unit) in values.items():
        print(f"{name} = {value:.4g} {unit}".rstrip())
    if arguments.record:
        record(
            MEASURED,
            values,
            what="Two-layer transformers trained on repeated random words of 4 to 32 tokens at "
            f"length {setting.trained_length}, with RoPE, learned absolute positions or neither, "
            "then read at 2 and 4 times that length; mean, lowest and highest over three seeds",
            command="python -m worked.rope.extension_training --record",
            deterministic=False,
            seed=seeds[0],
        )


if __name__ == "__main__":
    main()
