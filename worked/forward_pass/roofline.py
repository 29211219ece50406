"""The roofline of this machine, and how near the chapter's engine comes to it.

    workbook roofline --quick

Two operations that have nothing else to do measure what the machine reaches: a sum over as many
bytes as the model has (so that it reads from where the model lies), and a product of two large
matrices. From the chapter's formulas they say how long prefill and decode take at best. Then the
engine runs them, and its matrix products run alone: what they take more than the roof is the
kernels', what the engine takes more than they do is attention's, the norms' and Python's.

Source: Williams et al. 2009, "Roofline: An Insightful Visual Performance Model", section 2.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from worked.formulas import serving
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.packed import packed
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.passes import Machine, Pass, decode_pass, prefill_pass
from worked.forward_pass.timing import (
    Task,
    Timing,
    cuda_seconds,
    take_turns,
    thread_seconds,
    wall_seconds,
)
from worked.forward_pass.transformer import (
    Config,
    Linear,
    MakeLinear,
    Transformer,
    dense,
    random_weights,
)
from worked.recording import record

MEASURED = Path(__file__).parent / "measured" / "roofline.json"
SMOLLM2_135M = Config(49152, 576, 30, 9, 3, 64, 1536, 100_000.0, tied=True)
"""The shape of SmolLM2-135M (config.json of HuggingFaceTB/SmolLM2-135M on Hugging Face)."""
BATCHES = (1, 8, 32)
MOST = 256
"""Sequences at a time: more would take minutes to fill their caches, and gigabytes."""
PROMPT, CONTEXT = 128, 64
"""Tokens that prefill reads; tokens in each cache when decoding begins."""
BLOCK = 16
ROUNDS, QUICK_ROUNDS = 15, 5
STEADY = 0.15
"""Middle halves of the rounds wider than this share of their median are not to be believed."""


# -- the tasks ----------------------------------------------------------------------------------


def machine_tasks(read_bytes: int, edge: int, device: str, dtype: torch.dtype) -> dict[str, Task]:
    """Return what measures the machine: a sum over bytes, a product of edge³ multiply-adds."""
    much = torch.ones(read_bytes // dtype.itemsize, dtype=dtype, device=device)
    one, other = (torch.randn(edge, edge, device=device).to(dtype) for _ in range(2))
    return {"reading": much.sum, "computing": lambda: one @ other}


def machine_of(
    timings: Mapping[str, Timing], read_bytes: int, edge: int, dtype: torch.dtype
) -> Machine:
    """Return what the machine reached in those tasks."""
    return Machine(
        read_bytes / timings["reading"].seconds,
        float(serving.token_flops(edge**3)) / timings["computing"].seconds,
        dtype.itemsize,
    )


class Products:
    """The matrix products of a model's passes without all else: its linear layers, one by one."""

    def __init__(self, make_linear: MakeLinear) -> None:
        self._make_linear = make_linear
        self._linears: list[tuple[str, int, Linear]] = []

    def make_linear(self, name: str, weight: Tensor) -> Linear:
        """Make a linear layer for a model, and keep it."""
        linear = self._make_linear(name, weight)
        self._linears.append((name, weight.shape[1], linear))
        return linear

    def task(self, rows: int, head_rows: int, device: str, dtype: torch.dtype) -> Task:
        """Return a pass's products as a task: `rows` through each matrix, the head apart."""
        inputs = {
            (wide, count): torch.randn(count, wide, device=device).to(dtype)
            for _, wide, _ in self._linears
            for count in (rows, head_rows)
        }

        @torch.inference_mode()
        def run() -> None:
            for name, wide, linear in self._linears:
                linear(inputs[wide, head_rows if name == "lm_head" else rows])

        return run


def decode_task(model: Transformer, batch: int, context: int, steps: int) -> Task:
    """Return a decode step of a running batch as a task, which can be run `steps` times.

    context: tokens that each of its sequences has in the cache before the first.
    """
    config = model.config
    pool = Pool(batch * -(-(context + steps + 1) // BLOCK), BLOCK, config)
    engine = Engine(model, pool, batch * context, batch, prefix_cache=False)
    for i in range(batch):
        engine.submit(Request([(i + j) % config.vocab for j in range(context)], steps + 2))
    engine.step()  # prefill
    return engine.step


def middle_context(context: int, rounds: int) -> int:
    """Return on how many tokens, itself included, a decode step looks back in the middle round.

    The first step looks on one more than the cache held, and is the warm-up; each adds one more.
    """
    return context + 2 + rounds // 2


def prefill_task(model: Transformer, tokens: int) -> Task:
    """Return prefill of a prompt as a task."""
    pool = Pool(-(-tokens // BLOCK) + 1, BLOCK, model.config)
    engine = Engine(model, pool, tokens, 1, prefix_cache=False)
    prompt = [i % model.config.vocab for i in range(tokens)]

    def run() -> None:
        engine.submit(Request(prompt, 1))
        engine.step()

    return run


# -- the report -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A pass as predicted and as measured.

    roof: seconds at best; engine: in the engine, None where it was not run; products: its matrix
    products alone, as the engine does them; plain: the same in layers that are not packed.
    """

    work: Pass
    roof: float
    engine: Timing | None
    products: Timing
    plain: Timing

    @property
    def measured(self) -> Timing:
        """The pass in the engine, or else its products."""
        return self.engine or self.products

    @property
    def share(self) -> float:
        """Of the roof that is reached."""
        return self.roof / self.measured.seconds

    @property
    def lost_in_products(self) -> float:
        """Seconds that the products alone take more than the roof; none where it is less."""
        return max(self.products.seconds - self.roof, 0.0)

    @property
    def lost_beside(self) -> float:
        """Seconds that the pass takes beside its products: attention, norms, cache, Python."""
        return max(self.measured.seconds - max(self.products.seconds, self.roof), 0.0)


@dataclass(frozen=True)
class Report:
    """A machine, a line for each pass, and the widest spread among all measurements."""

    machine: Machine
    lines: tuple[Line, ...]
    spread: float

    @property
    def steady(self) -> bool:
        """Whether the rounds agree well enough to be believed."""
        return self.spread <= STEADY


def measure(
    config: Config = SMOLLM2_135M,
    batches: Sequence[int] = BATCHES,
    prompt: int = PROMPT,
    context: int = CONTEXT,
    rounds: int = ROUNDS,
    edge: int = 1536,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Measure this machine's processor and the engine on it, in fp32, with random weights.

    It takes as many threads as torch is set to. The time of a pass does not hang on the values.

    Raises:
        ValueError: no batch, or one out of 1 to 256, or fewer than two rounds.
    """
    _check(batches)
    products, plain = Products(packed), Products(dense)
    weights = random_weights(config, 0)
    model = Transformer(config, weights, products.make_linear)
    Transformer(config, weights, plain.make_linear)
    seen = middle_context(context, rounds)
    works = [*(decode_pass(config, b, seen) for b in batches), prefill_pass(config, prompt)]
    runs = [*(decode_task(model, b, context, rounds + 1) for b in batches)]
    runs.append(prefill_task(model, prompt))
    read_bytes = config.multiplied_parameters * 4
    tasks = machine_tasks(read_bytes, edge, "cpu", torch.float32)
    for work, run in zip(works, runs, strict=True):
        shape = work.rows, work.head_rows, "cpu", torch.float32
        tasks[f"{work.name}: engine"] = run
        tasks[f"{work.name}: products"] = products.task(*shape)
        tasks[f"{work.name}: plain"] = plain.task(*shape)
    stopwatch = thread_seconds if torch.get_num_threads() == 1 else wall_seconds
    timings = take_turns(tasks, rounds, stopwatch, progress, tasks["reading"])
    machine = machine_of(timings, read_bytes, edge, torch.float32)
    return _report(machine, works, timings)


def measure_bare(
    config: Config = SMOLLM2_135M,
    batches: Sequence[int] = BATCHES,
    prompt: int = PROMPT,
    context: int = CONTEXT,
    rounds: int = ROUNDS,
    edge: int = 8192,
    device: str = "cuda",
    dtype: torch.dtype = torch.bfloat16,
) -> Report:
    """Measure a GPU, and on it the matrix products of the same passes.

    The engine computes on the processor, so a pass is its products alone here.

    Raises:
        ValueError: no batch, or one out of 1 to 256, or fewer than two rounds.
    """
    _check(batches)
    products = Products(dense)
    weights = {n: w.to(device, dtype) for n, w in random_weights(config, 0).items()}
    Transformer(config, weights, products.make_linear)
    width = dtype.itemsize
    works = [decode_pass(config, b, context, width) for b in batches]
    works.append(prefill_pass(config, prompt, width))
    read_bytes = config.multiplied_parameters * width
    tasks = machine_tasks(read_bytes, edge, device, dtype)
    for work in works:
        tasks[f"{work.name}: products"] = products.task(work.rows, work.head_rows, device, dtype)
    stopwatch = cuda_seconds if device == "cuda" else wall_seconds
    timings = take_turns(tasks, rounds, stopwatch, between=tasks["reading"])
    return _report(machine_of(timings, read_bytes, edge, dtype), works, timings)


def _check(batches: Sequence[int]) -> None:
    once = len(set(batches)) == len(batches)
    if not (batches and once and min(batches) >= 1 and max(batches) <= MOST):
        raise ValueError(
            f"{','.join(map(str, batches)) or 'nothing'} as batches: give whole numbers from 1 to "
            f"{MOST}, each once, such as {','.join(map(str, BATCHES))}"
        )


def _report(machine: Machine, works: Sequence[Pass], timings: Mapping[str, Timing]) -> Report:
    lines = []
    for work in works:
        products = timings[f"{work.name}: products"]
        engine, plain = (timings.get(f"{work.name}: {what}") for what in ("engine", "plain"))
        lines.append(Line(work, work.roof(machine), engine, products, plain or products))
    return Report(machine, tuple(lines), max(t.spread for t in timings.values()))


def values_of(report: Report) -> dict[str, tuple[float, str]]:
    """Return what a record keeps of a report of the engine: seconds, and what follows from them."""
    machine = report.machine
    kept = {
        "bandwidth": (machine.bandwidth, "B/s"),
        "rate": (machine.rate, "FLOP/s"),
        "ridge": (machine.ridge, "FLOP/B"),
        "ridge_batch": (machine.ridge_batch, "sequences"),
    }
    for line in report.lines:
        name = f"{line.work.kind}_{line.work.rows}"
        kept |= {
            f"{name}_roof": (line.roof, "s"),
            f"{name}_engine": (line.measured.seconds, "s"),
            f"{name}_products": (line.products.seconds, "s"),
            f"{name}_plain_products": (line.plain.seconds, "s"),
            f"{name}_share_of_roof": (line.share, ""),
            f"{name}_rate": (line.work.rows / line.measured.seconds, "tokens/s"),
        }
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on one thread and print each value; with --record, keep what is steady."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"write {MEASURED.name}")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    report = measure()
    values = values_of(report)
    for name, (value, unit) in values.items():
        print(f"{name} = {value:.6g} {unit}".rstrip())
    if args.record and not report.steady:
        print(f"not recorded: this machine is busy, rounds differ by {report.spread:.0%}")
        return 1
    if args.record:
        record(
            MEASURED,
            values,
            what="Bandwidth, FLOP/s, and passes of the engine through a model of SmolLM2-135M's "
            "shape in fp32 beside their matrix products alone; one thread, its processor time",
            command="python -m worked.forward_pass.roofline --record",
            deterministic=False,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
