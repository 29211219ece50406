"""Model FLOPs utilization from a training log, and why "utilization" is something else.

    python -m worked.gpu_wall.mfu "tokens_per_second=60,000 params=70e9 layers=80 hidden=8192
        seq=4096 gpus=64 peak=989e12"

MFU is the FLOP/s that the model needs, over the peak of all its GPUs: dense, and in the number
format of the matrix products. What nvidia-smi calls utilization is the share of time in which
at least one kernel was running, whatever it did (NVML, nvmlUtilization_t).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from worked.formulas import compute
from worked.recording import record

if TYPE_CHECKING:
    from worked.gpu_wall.resumable_training import Settings, TinyTransformer

MEASURED = Path(__file__).parent / "measured" / "mfu.json"
# Where a real run's MFU lies: this checker's own choice. Published large runs report 30 to 55 %
# (PaLM 46 %); even a single large matrix product stays below about 80 % of a data sheet's peak.
PLAUSIBLE = (0.05, 0.80)


@dataclass(frozen=True)
class LoggedRun:
    """What a log and a configuration say about a training run.

    tokens_per_second: of all GPUs together. params: those in matrix products. peak: FLOP/s of
    one GPU, dense, in the number format of the matrix products. embedding_params: those of
    `params` that are only looked up. causal: count only the half of the attention scores that
    a causal mask leaves (PaLM, and most reports, count all).

    Raises:
        ValueError: a value that is not positive and finite, or more embedding parameters
            than parameters.
    """

    tokens_per_second: float
    params: float
    layers: float
    hidden: float
    seq: float
    gpus: float
    peak: float
    embedding_params: float = 0.0
    causal: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name in ("tokens_per_second", "params", "layers", "hidden", "seq", "gpus", "peak"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise ValueError(f"{name} is {value}; it must be positive and finite")
        if not 0 <= self.embedding_params < self.params:
            raise ValueError(
                f"embedding_params is {self.embedding_params}; "
                f"it must be part of params, {self.params}"
            )


# --8<-- [start:mfu]
def model_flops_per_token(run: LoggedRun) -> float:
    """Return the training FLOPs that one token needs, as PaLM's appendix B counts them.

    A parameter is used in a multiply-add forward, and backward in one for the gradient of its
    input and one for its own. Attention adds, in each layer, QKᵀ and the product with V, forward
    and backward. A causal mask hides part of the scores; whether that part counts is a convention.
    """
    attention = float(compute.attention_flops_per_token(run.layers, run.hidden, run.seq))
    parameters = float(compute.parameter_flops_per_token(run.params))
    return parameters + (attention / 2 if run.causal else attention)


def model_flops_utilization(run: LoggedRun) -> float:
    """Return the MFU (one is the peak), believable or not."""
    flops = model_flops_per_token(run)
    return float(compute.model_flops_utilization(run.tokens_per_second, flops, run.gpus, run.peak))


def hardware_flops_utilization(run: LoggedRun) -> float:
    """Return the HFU under full recomputation, where the second forward pass counts as well."""
    return float(compute.hardware_flops_utilization(model_flops_utilization(run)))


# --8<-- [end:mfu]


@dataclass(frozen=True)
class Cause:
    """A mistake that may have been made, and the MFU without it."""

    mistake: str
    corrected: float

    @property
    def plausible(self) -> bool:
        """Whether the corrected figure could be a real run's."""
        return PLAUSIBLE[0] <= self.corrected <= PLAUSIBLE[1]


class ImpossibleMFU(ValueError):  # noqa: N818 - the name says it better without "Error"
    """More FLOP/s than the hardware has; `causes` says which mistake would explain it."""

    def __init__(self, mfu: float, causes: Sequence[Cause]) -> None:
        self.mfu = mfu
        self.causes = list(causes)
        lines = [f"MFU is {mfu:.1%}, and nothing runs above 100 %. Is one of these the mistake?"]
        for plausible, verdict in [(True, "plausible"), (False, "not that alone")]:
            lines += [
                f"  {cause.corrected:8.1%} ({verdict}) if {cause.mistake}"
                for cause in causes
                if cause.plausible is plausible
            ]
        lines.append("If none: was the clock read before the GPU had finished its work?")
        super().__init__("\n".join(lines))


def possible_causes(run: LoggedRun, other_peaks: Mapping[str, float]) -> list[Cause]:
    """Return each known mistake that a log invites, with the MFU once it is put right.

    other_peaks: dense FLOP/s of one GPU, by name: other number formats, other GPUs.
    """

    def without(mistake: str, **right: Any) -> Cause:
        return Cause(mistake, model_flops_utilization(replace(run, **right)))

    causes = [
        without(f"the peak should be that of {name}", peak=peak)
        for name, peak in other_peaks.items()
        if peak != run.peak
    ]
    if run.gpus > 1:
        causes.append(
            without(
                "tokens/s of all GPUs were multiplied by the number of GPUs again",
                tokens_per_second=run.tokens_per_second / run.gpus,
            )
        )
    causes.append(without("gpus counts nodes of 8 GPUs", gpus=8 * run.gpus))
    if run.embedding_params:
        matrices = run.params - run.embedding_params
        causes.append(
            without("params hold embeddings, only looked up", params=matrices, embedding_params=0.0)
        )
    if not run.causal:
        causes.append(without("attention skips what is masked: 6·L·h·s, not 12", causal=True))
    forward_only = run.tokens_per_second / 3
    causes.append(
        without("tokens/s are of a forward pass: 2N, not 6N", tokens_per_second=forward_only)
    )
    causes.append(without("the peak is the sparse one, twice the dense", peak=run.peak / 2))
    return causes


# --8<-- [start:impossible_mfu]
def checked_mfu(run: LoggedRun, other_peaks: Mapping[str, float] | None = None) -> float:
    """Return the MFU, a number up to one.

    Raises:
        ImpossibleMFU: it is above one; the message lists the likely mistakes.
    """
    mfu = model_flops_utilization(run)
    if mfu > 1:
        raise ImpossibleMFU(mfu, possible_causes(run, other_peaks or {}))
    return mfu


# --8<-- [end:impossible_mfu]


FIELDS = ("tokens_per_second", "params", "layers", "hidden", "seq", "gpus", "peak")
OPTIONAL_FIELDS = ("embedding_params", "causal")


def read_log_line(line: str, **known: float) -> LoggedRun:
    """Return the run that a line of `name=value` words describes, with `known` for the rest.

    Thousands may be set apart by commas or underscores (60,282). Words with other names are
    passed over, as logs hold more than this needs.

    Raises:
        ValueError: a field is missing, or its value is not a number.
    """
    found: dict[str, float] = dict(known)
    for name, text in re.findall(r"(\w+)=(\S+)", line):
        if name in FIELDS or name in OPTIONAL_FIELDS:
            try:
                found[name] = float(re.sub(r"(?<=\d)[,_](?=\d{3})", "", text.rstrip(",;")))
            except ValueError:
                raise ValueError(f"{name}={text} in the log line is not a number") from None
    missing = [name for name in FIELDS if name not in found]
    if missing:
        raise ValueError(f"the log line lacks {', '.join(missing)}; write them as name=value")
    return LoggedRun(**{**found, "causal": bool(found.get("causal", False))})  # type: ignore[arg-type]


# What follows runs three programs that all look "100 % busy", and counts what they do.


@dataclass(frozen=True)
class Work:
    """What a program did: FLOPs, the bytes it moved (0 where not counted), and its seconds.

    `held` are the seconds in which it held a processor. `held` over `wall` is what a process
    monitor shows as busy, the counterpart of "a kernel was running".
    """

    flops: float
    moved: float
    wall: float
    held: float


def repeat(seconds: float, flops: float, moved: float, action: Callable[[], object]) -> Work:
    """Repeat `action`, each time worth `flops` and `moved` bytes, for about `seconds`."""
    action()
    count = 0
    before, began = os.times(), time.perf_counter()
    while time.perf_counter() - began < seconds:
        action()
        count += 1
    wall, after = time.perf_counter() - began, os.times()
    held = after.user + after.system - before.user - before.system
    return Work(count * flops, count * moved, wall, held)


def matrix_products(seconds: float, size: int = 768) -> Work:
    """Multiply square fp32 matrices: 2·n³ FLOPs on 3·n² numbers."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((size, size), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)
    return repeat(seconds, 2 * size**3, 12 * size**2, lambda: np.matmul(a, b, out=out))


def elementwise(seconds: float, length: int = 2**25) -> Work:
    """Scale a long fp32 vector in place: one FLOP for 4 B read and 4 B written."""
    x = np.ones(length, dtype=np.float32)
    return repeat(seconds, length, 8 * length, lambda: np.multiply(x, np.float32(1.0), out=x))


def tiny_training(seconds: float) -> Work:
    """Train the chapter's tiny transformer: many small operations, much time between them."""
    from worked.gpu_wall.resumable_training import Settings, new_training, train_step

    settings = Settings(steps=10**9, layer_drop=0.0)
    training = new_training(settings)
    run = tiny_model_run(settings, training.model)
    tokens = settings.batch * settings.context
    return repeat(seconds, tokens * model_flops_per_token(run), 0.0, lambda: train_step(training))


def tiny_model_run(settings: Settings, model: TinyTransformer) -> LoggedRun:
    """Return the tiny transformer as a run of one token/s on a GPU of 1 FLOP/s.

    Its params are those of matrix products: no embeddings, no norms.
    """
    matrices = sum(
        weight.numel()
        for name, weight in model.named_parameters()
        if weight.dim() == 2 and not name.startswith(("token", "position"))
    )
    return LoggedRun(1.0, matrices, settings.layers, settings.hidden, settings.context, 1, 1.0)


def measured_peak(seconds: float) -> float:
    """Return the best FLOP/s of any single matrix product of several sizes, one thread."""
    best = 0.0
    for size in (384, 512, 768, 1024):
        a = np.random.default_rng(1).standard_normal((size, size), dtype=np.float32)
        out = np.empty_like(a)
        began = time.perf_counter()
        while time.perf_counter() - began < seconds / 4:
            start = time.perf_counter()
            np.matmul(a, a, out=out)
            best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


PROGRAMS: Mapping[str, Callable[[float], Work]] = {
    "matrix_products": matrix_products,
    "elementwise": elementwise,
    "tiny_training": tiny_training,
}


def in_own_process(program: str, seconds: float) -> dict[str, float]:
    """Run a program, or `peak`, in a process of its own with one thread; return what it said."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-m", "worked.gpu_wall.mfu", "--program", program, str(seconds)],
        env={**os.environ, **one_thread},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 + 10 * seconds,
    )
    said: dict[str, float] = json.loads(done.stdout)
    return said


def demonstrate(seconds: float) -> dict[str, tuple[float, str]]:
    """Return, for each program, how busy it looks and what share of the peak it reaches.

    Rates are per second of held processor, so that a neighbour on the machine does not count.
    """
    peak = in_own_process("peak", seconds)["peak"]
    values: dict[str, tuple[float, str]] = {"one_core_peak_flops_per_second": (peak, "FLOP/s")}
    for name in PROGRAMS:
        work = in_own_process(name, seconds)
        rate = work["flops"] / work["held"]
        values |= {
            f"{name}_busy_share": (work["held"] / work["wall"], ""),
            f"{name}_flops_per_second": (rate, "FLOP/s"),
            f"{name}_share_of_peak": (rate / peak, ""),
        }
        if name == "elementwise":
            values[f"{name}_bytes_per_second"] = (work["moved"] / work["held"], "B/s")
    return values


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the MFU of a log line, or run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m worked.gpu_wall.mfu", description=__doc__.splitlines()[0]
    )
    parser.add_argument("line", nargs="?", help="name=value words: " + ", ".join(FIELDS))
    parser.add_argument(
        "--other-peak",
        action="append",
        default=[],
        metavar="NAME=FLOP/s",
        help="the dense peak of another number format or GPU, to try on an impossible MFU",
    )
    parser.add_argument("--record", action="store_true", help="measure, write measured/mfu.json")
    parser.add_argument("--program", nargs=2, metavar=("NAME", "SECONDS"), help=argparse.SUPPRESS)
    values = parser.parse_args(arguments)
    if values.program:
        name, seconds = values.program[0], float(values.program[1])
        if name == "peak":
            print(json.dumps({"peak": measured_peak(seconds)}))
        else:
            print(json.dumps(vars(PROGRAMS[name](seconds))))
    elif values.record:
        record(
            MEASURED,
            demonstrate(4.0),
            what="Three programs on one core that are equally busy, and the share of the "
            "measured fp32 peak that each reaches",
            command="python -m worked.gpu_wall.mfu --record",
            deterministic=False,
        )
    elif values.line:
        try:
            run = read_log_line(values.line)
            others = [text.rsplit("=", 1) for text in values.other_peak]
            mfu = checked_mfu(run, {name: float(peak) for name, peak in others})
            print(f"MFU {mfu:.1%}")
            print(f"HFU {hardware_flops_utilization(run):.1%} if all activations are recomputed")
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    else:
        parser.error("give a log line, or --record")
    return 0


if __name__ == "__main__":
    sys.exit(main())
