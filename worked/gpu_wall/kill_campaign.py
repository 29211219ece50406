"""Kill a real training run at random moments until it is done, and measure what that costs.

python -m worked.gpu_wall.kill_campaign --record
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from worked import processes
from worked.gpu_wall import resumable_training
from worked.gpu_wall.resumable_training import (
    EXIT_NEEDS_A_PERSON,
    Settings,
    new_training,
    state_of,
    to_bytes,
    train_step,
)
from worked.recording import record

MEASURED = Path(__file__).parent / "measured" / "resume.json"


@dataclass(frozen=True)
class Kill:
    """When to kill: `seconds` after the first `event` in the log, `steps` after the start."""

    signal: signal.Signals
    event: str
    steps: int
    seconds: float


@dataclass(frozen=True)
class Ended:
    """How one process of the run ended, from its exit code and its log."""

    exit_code: int
    started_at: int
    last_step: int
    mid_write: bool
    seconds_to_die: float
    sha256: str | None


def enter(arguments: Sequence[str]) -> None:
    """Be the whole program in a process of its own."""
    sys.exit(resumable_training.main(arguments))


def read_log(path: Path) -> list[dict[str, str]]:
    """Return the whole lines of a log as dictionaries of text; a torn last line is left out."""
    text = path.read_text() if path.exists() else ""
    return [
        dict(field.split("=", 1) for field in line.split())
        for line in text.split("\n")[:-1]
        if line
    ]


def is_due(kill: Kill, lines: Sequence[Mapping[str, str]]) -> bool:
    """Return whether the log has come to the moment of the kill."""
    return any(
        line["event"] == kill.event and int(line["step"]) >= int(lines[0]["step"]) + kill.steps
        for line in lines
    )


def run_and_kill(arguments: Sequence[str], log: Path, kill: Kill | None) -> Ended:
    """Run the trainer in a new process, kill it as told, and return how it ended."""
    process = processes.context().Process(target=enter, args=([*arguments, "--log", str(log)],))
    process.start()
    assert process.pid is not None
    killed_at: float | None = None
    while process.is_alive():
        if kill and killed_at is None and is_due(kill, read_log(log)):
            time.sleep(kill.seconds)
            killed_at = time.monotonic()
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(process.pid, kill.signal)
        process.join(0.002)
    died_at = time.monotonic()
    lines = read_log(log)
    return Ended(
        exit_code=process.exitcode if process.exitcode is not None else -1,
        started_at=int(lines[0]["step"]) if lines else -1,
        last_step=int(lines[-1]["step"]) if lines else -1,
        mid_write=bool(lines) and lines[-1]["event"] == "writing",
        seconds_to_die=died_at - killed_at if killed_at is not None else 0.0,
        sha256=lines[-1].get("sha256") if lines else None,
    )


def kill_until_done(
    directory: Path,
    *,
    seed: int,
    kills: int,
    steps: int,
    every: int,
    write_delay: float,
) -> list[tuple[Kill | None, Ended]]:
    """Kill the run `kills` times at seeded random moments, then let it end.

    Half of the moments fall in the computing and half in a write; half of the signals are
    SIGTERM and half SIGKILL. The list has one entry for each process, in order.
    """
    directory.mkdir(exist_ok=True)
    rng = random.Random(seed)
    arguments = ["--dir", str(directory / "durable"), "--steps", str(steps)]
    arguments += ["--every", str(every), "--write-delay", str(write_delay)]
    history: list[tuple[Kill | None, Ended]] = []
    while not history or history[-1][1].exit_code != 0:
        kill = None
        if len(history) < kills:
            number = rng.choice([signal.SIGTERM, signal.SIGKILL])
            if rng.random() < 0.5:
                kill = Kill(number, "writing", 1, rng.uniform(0.1, 0.9) * write_delay)
            else:
                kill = Kill(number, "step", rng.randint(1, 3 * every // 2), 0.0)
        ended = run_and_kill(arguments, directory / f"log-{len(history)}", kill)
        if ended.exit_code == EXIT_NEEDS_A_PERSON:
            raise RuntimeError(f"the run in {directory} refused to resume")
        history.append((kill, ended))
    return history


def steps_lost(history: Sequence[tuple[Kill | None, Ended]]) -> list[int]:
    """Return, for each kill, the finished steps that the next process had to do again."""
    ended = [end for _, end in history]
    return [
        max(before.last_step, 0) - max(after.started_at, 0)
        for before, after in itertools.pairwise(ended)
    ]


def record_campaign(seeds: int = 8, kills: int = 8) -> None:
    """Kill runs of 200 steps at random moments and write what that cost to measured/."""
    steps, every, write_delay = 200, 20, 0.2
    lost: dict[signal.Signals, list[int]] = {signal.SIGTERM: [], signal.SIGKILL: []}
    flush_seconds: list[float] = []
    mid_write = 0
    identical = 0
    with tempfile.TemporaryDirectory() as name:
        plain = kill_until_done(
            Path(name) / "plain", seed=0, kills=0, steps=steps, every=every, write_delay=0.0
        )
        for seed in range(1, seeds + 1):
            history = kill_until_done(
                Path(name) / str(seed),
                seed=seed,
                kills=kills,
                steps=steps,
                every=every,
                write_delay=write_delay,
            )
            identical += history[-1][1].sha256 == plain[-1][1].sha256
            for (kill, ended), steps_again in zip(history, steps_lost(history), strict=False):
                if kill is None or ended.exit_code == 0:
                    continue
                lost[kill.signal].append(steps_again)
                mid_write += ended.mid_write
                if kill.signal == signal.SIGTERM:
                    flush_seconds.append(ended.seconds_to_die)
    settings = Settings(steps)
    training = new_training(settings)
    parameters = sum(weight.numel() for weight in training.model.parameters())
    losses = [train_step(training) for _ in range(steps)]
    values: dict[str, tuple[float, str]] = {
        "killed_runs": (seeds, ""),
        "killed_runs_identical_to_uninterrupted": (identical, ""),
        "killed_run_steps": (steps, ""),
        "killed_run_checkpoint_interval_steps": (every, ""),
        "sigterm_kills": (len(lost[signal.SIGTERM]), ""),
        "sigkill_kills": (len(lost[signal.SIGKILL]), ""),
        "kills_during_a_write": (mid_write, ""),
        "most_steps_lost_to_sigterm": (max(lost[signal.SIGTERM]), ""),
        "most_steps_lost_to_sigkill": (max(lost[signal.SIGKILL]), ""),
        "mean_steps_lost_to_sigkill": (
            sum(lost[signal.SIGKILL]) / len(lost[signal.SIGKILL]),
            "",
        ),
        "longest_sigterm_to_exit_seconds": (max(flush_seconds), "s"),
        "checkpoint_write_seconds_stretched_to": (write_delay, "s"),
        "tiny_model_parameters": (parameters, ""),
        "tiny_model_checkpoint_bytes": (len(to_bytes(state_of(training))), "B"),
        "tiny_model_first_loss": (losses[0], ""),
        "tiny_model_mean_loss_of_last_twenty_steps": (sum(losses[-20:]) / 20, ""),
    }
    record(
        MEASURED,
        values,
        what="A real training run killed with SIGTERM and SIGKILL at seeded random moments, "
        "also during writes, and resumed until done",
        command="python -m worked.gpu_wall.kill_campaign --record",
        deterministic=False,
        seed=1,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m worked.gpu_wall.kill_campaign")
    parser.add_argument(
        "--record", action="store_true", required=True, help="write measured/resume.json"
    )
    parser.parse_args(arguments)
    record_campaign()
    return 0


if __name__ == "__main__":
    sys.exit(main())
