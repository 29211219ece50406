"""A real training run that survives preemption: killed at any moment, it ends bit for bit the same.

A tiny transformer learns to count in ones and in twos. Everything that a real run must carry over
is here: weights, AdamW's moments, a learning-rate schedule, two random generators (torch's for
dropout, Python's for skipping layers) and the position in the data.

    python -m worked.gpu_wall.resumable_training --steps 200 --every 20 --dir DIR

Run it again after a kill: it resumes. Exit codes: 0 done; 143 (128 + 15) preempted by SIGTERM and
flushed; 2 a person must look (the message says at what).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import math
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn

from worked.gpu_wall import checkpoint

EXIT_PREEMPTED = 128 + signal.SIGTERM
EXIT_NEEDS_A_PERSON = 2
WRITE_SAFETY = 1.5  # a flush is tried where its last write, half as long again, still fits


@dataclass(frozen=True)
class Settings:
    """What decides the result of the run; a checkpoint of other settings is refused."""

    steps: int
    seed: int = 0
    batch: int = 8
    context: int = 16
    vocabulary: int = 11
    hidden: int = 32
    layers: int = 2
    heads: int = 2
    dropout: float = 0.1
    layer_drop: float = 0.1
    learning_rate: float = 1e-2
    warmup: int = 10


class Block(nn.Module):
    """One pre-norm transformer layer: causal self-attention, then an MLP four times as wide."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        h = settings.hidden
        self.heads = settings.heads
        self.attention_norm = nn.LayerNorm(h)
        self.queries_keys_values = nn.Linear(h, 3 * h, bias=False)
        self.attention_out = nn.Linear(h, h, bias=False)
        self.mlp_norm = nn.LayerNorm(h)
        self.mlp = nn.Sequential(
            nn.Linear(h, 4 * h, bias=False), nn.GELU(), nn.Linear(4 * h, h, bias=False)
        )
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the layer's output, of the shape of `x`: (batch, context, hidden)."""
        batch, context, h = x.shape
        q, k, v = (
            part.view(batch, context, self.heads, h // self.heads).transpose(1, 2)
            for part in self.queries_keys_values(self.attention_norm(x)).split(h, dim=-1)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(h // self.heads)
        future = torch.ones(context, context, dtype=torch.bool).triu(1)
        attention = self.dropout(scores.masked_fill(future, -math.inf).softmax(dim=-1))
        mixed = (attention @ v).transpose(1, 2).reshape(batch, context, h)
        x = x + self.dropout(self.attention_out(mixed))
        return x + self.dropout(self.mlp(self.mlp_norm(x)))


class TinyTransformer(nn.Module):
    """A causal language model; in training each layer is skipped with probability layer_drop."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.layer_drop = settings.layer_drop
        self.token = nn.Embedding(settings.vocabulary, settings.hidden)
        self.position = nn.Embedding(settings.context, settings.hidden)
        self.blocks = nn.ModuleList(Block(settings) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(settings.hidden)
        self.head = nn.Linear(settings.hidden, settings.vocabulary, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits (batch, context, vocabulary) for `tokens` (batch, context)."""
        x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
        for block in self.blocks:
            if not (self.training and random.random() < self.layer_drop):
                x = block(x)
        logits: torch.Tensor = self.head(self.norm(x))
        return logits


def batch_at(settings: Settings, step: int) -> torch.Tensor:
    """Return the tokens (batch, context + 1) of one step: a pure function of seed and step.

    Each row counts upwards modulo the vocabulary from a random start in ones or in twos. The
    generator is its own, so drawing data does not disturb the generators of the training.
    """
    generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
    start = torch.randint(settings.vocabulary, (settings.batch, 1), generator=generator)
    stride = torch.randint(1, 3, (settings.batch, 1), generator=generator)
    return (start + stride * torch.arange(settings.context + 1)) % settings.vocabulary


@dataclass
class Training:
    """Everything that changes while the run goes on."""

    settings: Settings
    model: TinyTransformer
    optimizer: torch.optim.AdamW
    schedule: torch.optim.lr_scheduler.LambdaLR
    step: int = 0


def new_training(settings: Settings) -> Training:
    """Return a training at step 0; sets torch's and Python's global generators by the seed."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(settings.seed)
    random.seed(settings.seed)
    model = TinyTransformer(settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate)

    def warmup_then_cosine(step: int) -> float:
        progress = min(step / settings.steps, 1.0)
        return min((step + 1) / settings.warmup, 1.0) * (1 + math.cos(math.pi * progress)) / 2

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup_then_cosine)
    return Training(settings, model, optimizer, schedule)


def train_step(training: Training) -> float:
    """Do one step of training; return its loss (nats a token)."""
    tokens = batch_at(training.settings, training.step)
    logits = training.model(tokens[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    training.optimizer.zero_grad()
    loss.backward()
    training.optimizer.step()
    training.schedule.step()
    training.step += 1
    return loss.item()


def state_of(training: Training) -> dict[str, Any]:
    """Return all that the next step depends on. Leave one out and the resumed run differs."""
    return {
        "weights": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "schedule": training.schedule.state_dict(),
        "torch_rng": torch.get_rng_state(),
        "python_rng": random.getstate(),
        "data_position": training.step,
    }


def restore(training: Training, state: Mapping[str, Any]) -> None:
    """Put a state from `state_of` back; the generators are set last, as loading may draw."""
    training.model.load_state_dict(state["weights"])
    training.optimizer.load_state_dict(state["optimizer"])
    training.schedule.load_state_dict(state["schedule"])
    training.step = state["data_position"]
    torch.set_rng_state(state["torch_rng"])
    random.setstate(state["python_rng"])


def to_bytes(state: Mapping[str, Any]) -> bytes:
    """Return the state as the bytes that go into a checkpoint."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    return buffer.getvalue()


def from_bytes(data: bytes) -> dict[str, Any]:
    """Return a state from its bytes; tensors and plain values only, so no code can hide in it."""
    state: dict[str, Any] = torch.load(io.BytesIO(data), weights_only=True)
    return state


def state_sha256(state: Mapping[str, Any]) -> str:
    """Return the SHA-256 of every bit of a state: weights, moments, schedule, generators."""
    digest = hashlib.sha256()

    def add(name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key in sorted(value, key=str):
                add(f"{name}/{key}", value[key])
        elif isinstance(value, torch.Tensor):
            digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
            digest.update(value.detach().numpy().tobytes())
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                add(f"{name}/{index}", item)
        else:
            digest.update(f"{name}={value!r}".encode())

    add("", state)
    return digest.hexdigest()


@dataclass
class Tier:
    """A place for checkpoints: how often, how slow, and what was last written there."""

    name: str
    directory: Path
    every: int
    write_delay: float = 0.0
    last_step: int = -1
    last_write_seconds: float = math.inf  # not known until something was written


class PreemptionNotice:
    """Remembers when SIGTERM came. The handler does nothing else: a step may be under way."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.came_at: float | None = None

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal; a second one does not move the deadline."""
        if self.came_at is None:
            self.came_at = time.monotonic()

    def seconds_left(self) -> float:
        """Return the seconds until the machine goes; infinite while there is no notice."""
        if self.came_at is None:
            return math.inf
        return self.seconds - (time.monotonic() - self.came_at)


Log = Callable[..., None]


def save(training: Training, tier: Tier, log: Log) -> None:
    """Write a checkpoint to one tier and remember how long that took."""
    log(event="writing", step=training.step, tier=tier.name)
    began = time.monotonic()
    state = to_bytes(state_of(training))
    run = asdict(training.settings)
    checkpoint.save(tier.directory, training.step, state, run, write_delay=tier.write_delay)
    tier.last_step = training.step
    tier.last_write_seconds = time.monotonic() - began
    log(event="written", step=training.step, tier=tier.name, seconds=tier.last_write_seconds)


# --8<-- [start:sigterm_flush]
def flush_tier(tiers: Sequence[Tier], seconds_left: float) -> Tier:
    """Return where to flush: the most durable tier whose write fits in the notice.

    `tiers` go from fast and local to slow and durable. If none fits, the fastest is tried: an
    atomic write that is cut off harms nothing.
    """
    for tier in reversed(tiers):
        if tier.last_write_seconds * WRITE_SAFETY <= seconds_left:
            return tier
    return tiers[0]


def train(training: Training, tiers: Sequence[Tier], notice: PreemptionNotice, log: Log) -> int:
    """Train to the end, or until a notice comes; return the exit code."""
    while training.step < training.settings.steps:
        loss = train_step(training)
        log(event="step", step=training.step, loss=loss)
        for tier in tiers:
            if training.step % tier.every == 0 and notice.came_at is None:
                save(training, tier, log)
        if notice.came_at is not None:  # the step is finished: the state is whole
            tier = flush_tier(tiers, notice.seconds_left())
            if tier.last_step < training.step:
                save(training, tier, log)
            log(event="preempted", step=training.step, seconds_left=notice.seconds_left())
            return EXIT_PREEMPTED
    for tier in tiers:
        if tier.last_step < training.step:
            save(training, tier, log)
    log(event="done", step=training.step, sha256=state_sha256(state_of(training)))
    return 0


# --8<-- [end:sigterm_flush]


def resume(training: Training, tiers: Sequence[Tier], log: Log) -> None:
    """Bring a new training to the newest sound checkpoint of any tier, if there is one."""
    found = checkpoint.newest(
        [tier.directory for tier in tiers],
        asdict(training.settings),
        report=lambda message: print(f"warning: {message}", file=sys.stderr),
    )
    if found is not None:
        restore(training, from_bytes(found.state))
    for tier in tiers:
        tier.last_step = max((step for step, _ in checkpoint.committed(tier.directory)), default=-1)
    source = next((tier.name for tier in tiers if found and tier.directory == found.directory), "")
    log(event="start", step=training.step, source=source or "nothing")


def positive(kind: type) -> Callable[[str], Any]:
    """Return a parser of command-line values that refuses zero and less."""

    def parse(text: str) -> Any:
        value = kind(text)
        if not 0 < value < math.inf:
            raise argparse.ArgumentTypeError(f"{text} must be more than 0")
        return value

    return parse


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line's values."""
    parser = argparse.ArgumentParser(
        prog="python -m worked.gpu_wall.resumable_training", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--steps", type=positive(int), default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--dir", type=Path, required=True, help="durable tier of checkpoints: outlives the node"
    )
    parser.add_argument("--every", type=positive(int), default=20, help="steps between")
    parser.add_argument("--local", type=Path, help="local tier: fast, and dies with its node")
    parser.add_argument("--local-every", type=positive(int), default=5, help="steps between")
    parser.add_argument("--notice", type=positive(float), default=30.0, metavar="SECONDS")
    parser.add_argument(
        "--write-delay", type=float, default=0.0, help="seconds that a durable write is stretched"
    )
    parser.add_argument("--log", type=Path, help="append the log here; else standard output")
    values = parser.parse_args(arguments)
    if not 0 <= values.write_delay < math.inf:
        parser.error(f"--write-delay is {values.write_delay}; it must be 0 or more seconds")
    if not 0 <= values.seed < 2**32:
        parser.error(f"--seed is {values.seed}; it must be from 0 to 2**32 - 1")
    if values.local is not None and values.local == values.dir:
        parser.error("--local and --dir are one directory: the tiers must differ")
    return values


def main(arguments: Sequence[str] | None = None) -> int:
    """Run or resume the training; return the exit code."""
    values = parse_arguments(arguments)
    notice = PreemptionNotice(values.notice)
    signal.signal(signal.SIGTERM, notice.receive)
    tiers = [Tier("durable", values.dir, values.every, values.write_delay)]
    if values.local is not None:
        tiers.insert(0, Tier("local", values.local, values.local_every))
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(open(values.log, "a")) if values.log else sys.stdout

        def log(**fields: Any) -> None:
            print(*(f"{key}={value}" for key, value in fields.items()), file=output, flush=True)

        try:
            for tier in tiers:
                stack.enter_context(checkpoint.opened(tier.directory))
            training = new_training(Settings(values.steps, values.seed))
            resume(training, tiers, log)
            return train(training, tiers, notice, log)
        except (checkpoint.CheckpointError, OSError) as error:  # OSError: a full disk, say
            print(f"error: {error}", file=sys.stderr)
            return EXIT_NEEDS_A_PERSON


if __name__ == "__main__":
    sys.exit(main())
