"""The records of what was measured: none can be changed unnoticed.

Each carries a digest of what it says, which refuses a number changed by hand. One who makes a new
digest too is caught where a number follows from others: a deterministic record is computed again
(in the tests of the code that made it); for the others what must hold between their numbers is
written here, and which numbers stand on the digest alone.
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import worked
from tests.skips import required
from worked import recording
from worked.errors import FigureError

RECORDS = sorted(Path(worked.__file__).parent.glob("*/measured/*.json"))
KEYS = {"what", "command", "date", "deterministic", "seed", "machine", "code", "values", "digest"}
Values = Mapping[str, float]


def read(path: Path) -> dict[str, Any]:
    """Return a record as it lies in its file, unchecked."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each number and to each list of a document."""
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from places(inner, (*way, key))
    elif isinstance(node, list):
        yield way
        for index, inner in enumerate(node):
            yield from places(inner, (*way, index))
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield way


def doctored(value: Any) -> Iterator[Any]:
    """Yield a number half as large again and, of a whole one, one more; a list in another order."""
    if isinstance(value, list):
        for index in range(len(value) - 1):
            if value[index] != value[index + 1]:
                yield [*value[:index], value[index + 1], value[index], *value[index + 2 :]]
    else:
        if value:
            yield value * 1.5
        if value == int(value):
            yield value + 1


def forgeries(document: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield the document with one number or one pair of a list changed, and where."""
    for way in places(document):
        inner = document
        for key in way[:-1]:
            inner = inner[key]
        for wrong in doctored(inner[way[-1]]):
            changed = copy.deepcopy(document)
            inside = changed
            for key in way[:-1]:
                inside = inside[key]
            inside[way[-1]] = wrong
            yield way, changed


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_doctored_number_is_refused(path: Path) -> None:
    """Every number half as large again, or one more; every two neighbours of a list swapped."""
    document = read(path)
    recording.check(document, path.name)
    tried = 0
    for way, forged in forgeries(document):
        with pytest.raises(FigureError, match="was changed after it was recorded"):
            recording.check(forged, path.name)
        assert forged != document, way
        tried += 1
    assert tried >= len(document["values"])


def test_what_is_read_is_checked_first(tmp_path: Path) -> None:
    """`load` and so every chapter refuse an edited file; the message says how to make it anew."""
    document = read(RECORDS[0])
    document["values"][next(iter(document["values"]))]["value"] += 1
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FigureError, match=re.escape(document["command"])):
        recording.load(edited)
    del document["digest"]
    edited.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FigureError, match=r"edited\.json was changed"):
        recording.load(edited)


def test_a_record_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    """What `record` writes, with more beside the values, `load` accepts and gives back."""
    path = tmp_path / "measured" / "new.json"
    recording.record(
        path,
        {"rate": (0.1 + 0.2, "1/s")},
        what="a test",
        command="python -m worked.gpu_wall.mfu --record",
        deterministic=False,
        more={"segments": [1, 2]},
    )
    document = recording.load(path)
    assert document.keys() == KEYS | {"segments"}
    assert document["values"]["rate"] == {"value": 0.1 + 0.2, "unit": "1/s"}
    assert document["code"] == recording.code_digest("python worked/gpu_wall/mfu.py --anything")
    with pytest.raises(FigureError, match="runs no file"):
        recording.code_digest("python -m worked.gpu_wall.no_such_module --record")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_record_says_all_that_is_needed_to_repeat_it(path: Path) -> None:
    """A deterministic one has its seed; of another the code that made it is the code of today.

    (A deterministic one is computed again by today's code, which says more.)
    """
    document = recording.load(path)
    assert document.keys() - {"segments"} == KEYS
    if document["deterministic"]:
        assert document["seed"] is not None
    else:
        assert document["machine"]
        assert document["code"] == recording.code_digest(document["command"]), (
            f"{path.name} was measured by other code: {document['command']}"
        )


def test_the_digest_of_code_is_that_of_its_statements() -> None:
    """Layout, comments and docstrings may change; a number, a name or a string may not."""
    before = '"""Of old."""\n\ndef f(a, b):\n    """Doc."""\n    return g(a, "x # y", 2)  # two\n'
    after = 'def f(\n    a,\n    b,\n):\n    # said\n    return g(\n        a, "x # y", 2,\n    )\n'
    same = recording._statements
    assert same(before) == same(after)
    for other in (
        before.replace("2)", "3)"),
        before.replace("g(", "h("),
        before.replace("x # y", "x # z"),
    ):
        assert same(other) != same(before)


# ---------------------------------------------------------------- what must hold between numbers


def near(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal to so much of the second."""
    return abs(a - b) <= tolerance * abs(b)


def batching_timing(v: Values) -> Iterator[bool]:
    """The line through the measured times; the stream made of them; its simulation, run again."""
    from worked.gpu_wall.batching import poisson_arrivals, simulate_batcher
    from worked.gpu_wall.batching_model import MAX_BATCH, MAX_WAIT_S, fit_line, interpolate
    from worked.gpu_wall.sampling import percentile

    curve = {n: v[f"batch_of_{n}_time"] for n in (1, 2, 4, 8, 16, 32)}
    fixed, each = fit_line(curve)
    yield near(v["fitted_fixed_time"], fixed)
    yield near(v["fitted_time_per_request"], each)
    misfit = max(abs((fixed + each * n) / s - 1) for n, s in curve.items())
    yield near(v["fit_worst_relative_error"], misfit)
    yield near(v["offered_rate"], 1.5 / curve[1])
    yield v["parameters"] == parameters_of_the_batched_model()
    yield (v["max_batch"], v["max_wait"]) == (MAX_BATCH, MAX_WAIT_S)
    arrivals = poisson_arrivals(1.5 / curve[1], 6.0, 0)
    arrivals = arrivals[: len(arrivals) // MAX_BATCH * MAX_BATCH]
    yield v["requests"] == len(arrivals)
    most = len(arrivals) / (arrivals[-1] - arrivals[0])  # served no sooner than they came
    for policy, size, wait in (
        ("no_batching", 1, 0.0),
        ("static", MAX_BATCH, math.inf),
        ("dynamic", MAX_BATCH, MAX_WAIT_S),
    ):
        served = simulate_batcher(arrivals, lambda n: interpolate(curve, n), size, wait)
        took = [s.ended - s.arrived for s in served]
        for q in (50, 99):
            yield near(v[f"{policy}_p{q}_simulated"], percentile(took, q))
        yield v[f"{policy}_p50"] < v[f"{policy}_p99"]
        yield v[f"{policy}_throughput"] <= most
    yield v["no_batching_throughput"] <= 1 / curve[1]


@cache
def parameters_of_the_batched_model() -> int:
    """Count them, once."""
    from worked.gpu_wall.batching_model import small_model

    return sum(p.numel() for p in small_model().parameters())


def mfu(v: Values) -> Iterator[bool]:
    """A share of the peak is a rate over the peak; eight bytes a FLOP go through memory."""
    for program in ("matrix_products", "elementwise", "tiny_training"):
        share = v[f"{program}_flops_per_second"] / v["one_core_peak_flops_per_second"]
        yield near(v[f"{program}_share_of_peak"], share)
        yield 0 < share <= 1
        yield 0 < v[f"{program}_busy_share"] <= 1.02  # the clock ticks in hundredths
    yield near(v["elementwise_bytes_per_second"], 8 * v["elementwise_flops_per_second"])


def resume(v: Values) -> Iterator[bool]:
    """All runs identical, nothing lost to SIGTERM, at most an interval to SIGKILL; sizes."""
    yield (v["killed_runs"], v["killed_run_steps"]) == (8, 200)
    yield v["killed_runs_identical_to_uninterrupted"] == v["killed_runs"]
    yield v["killed_run_checkpoint_interval_steps"] == 20
    yield v["checkpoint_write_seconds_stretched_to"] == 0.2
    yield v["most_steps_lost_to_sigterm"] == 0
    yield v["most_steps_lost_to_sigkill"] <= v["killed_run_checkpoint_interval_steps"]
    yield v["mean_steps_lost_to_sigkill"] <= v["most_steps_lost_to_sigkill"]
    steps = v["mean_steps_lost_to_sigkill"] * v["sigkill_kills"]
    yield near(steps, round(steps))
    yield v["sigterm_kills"] + v["sigkill_kills"] <= 8 * v["killed_runs"]
    yield v["kills_during_a_write"] <= v["sigterm_kills"] + v["sigkill_kills"]
    parameters, size, losses = uninterrupted_run()
    yield v["tiny_model_parameters"] == parameters
    yield near(v["tiny_model_checkpoint_bytes"], size, 0.02)
    yield near(v["tiny_model_first_loss"], losses[0], 1e-4)
    yield near(v["tiny_model_mean_loss_of_last_twenty_steps"], sum(losses[-20:]) / 20, 0.05)


@cache
def uninterrupted_run() -> tuple[int, int, list[float]]:
    """Train the small model's 200 steps, once: its parameters, its checkpoint's bytes, its losses.

    Another processor rounds otherwise, and a pickle's size may vary with its library.
    """
    from worked.gpu_wall import kill_campaign as kc

    training = kc.new_training(kc.Settings(200))
    losses = [kc.train_step(training) for _ in range(200)]
    parameters = sum(weight.numel() for weight in training.model.parameters())
    return parameters, len(kc.to_bytes(kc.state_of(training))), losses


def spread_over_seeds(v: Values) -> Iterator[bool]:
    """Ties never matter on the training rows, but for absolute error."""
    yield v["largest_spread_on_training_rows_with_squared_error"] == 0
    yield v["largest_spread_on_training_rows_with_huber"] == 0
    yield min(value for name, value in v.items() if "held_out" in name) > 1


def extension(v: Values) -> Iterator[bool]:
    """An accuracy is a whole number of answers over all; the mean of three seeds leaves a third.

    The last quarter of 128 sequences of 64 tokens is asked: 2,048 answers, twice or four times
    as many of longer ones. What the mean leaves for the middle seed lies between the other two.
    """
    setting = required("worked.rope.extension_training").Setting()
    yield (v["seeds"], v["training_steps"]) == (3, setting.steps)
    yield v["trained_length_tokens"] == setting.trained_length
    yield v["chance_accuracy"] == 1 / setting.vocabulary
    yield v["parameters"] == 70_656  # by hand in the study's own test
    for name, mean in v.items():
        if not name.endswith("_mean"):
            continue
        stem = name.removesuffix("_mean")
        low, high = v[f"{stem}_lowest"], v[f"{stem}_highest"]
        middle = 3 * mean - low - high
        yield low - 1e-9 <= middle <= high + 1e-9
        if stem.endswith("_accuracy"):
            ratio = re.search(r"_(\d)x_", name)
            assert ratio
            answers = setting.evaluation_sequences * int(ratio[1]) * setting.trained_length // 4
            yield all(near(x * answers, round(x * answers)) for x in (low, middle, high))
            yield 0 <= low <= high <= 1


def agreement(v: Values) -> Iterator[bool]:
    """Binary trees: a leaf more than splits in each. All equal leaves, so no difference."""
    yield v["trees_compared"] == 4 * 4 * 2 * 8
    yield 2 * v["leaves_compared"] == v["nodes_compared"] + v["trees_compared"]
    yield v["nodes_that_split_differently"] == 0
    yield v["leaves_equal_to_the_bit"] == v["leaves_compared"]
    yield v["largest_leaf_difference_over_largest_leaf"] == 0


def training_speed(v: Values) -> Iterator[bool]:
    """Ratios of speeds are those of the speeds, to their four digits; shares of time add up."""
    for rows in (10_000, 100_000, 1_000_000):
        boosting = {
            name: 10 * rows / v[f"{name}_training_rows_per_second_at_{rows}_rows"]
            for name in ("chapter", *LIBRARIES)
        }
        whole = {n: s + v[f"{n}_prepare_seconds_at_{rows}_rows"] for n, s in boosting.items()}
        for name in LIBRARIES:
            ratio = v[f"chapter_speed_over_{name}_at_{rows}_rows"]
            yield abs(ratio - boosting[name] / boosting["chapter"]) < 1e-4
            ratio = v[f"chapter_whole_speed_over_{name}_at_{rows}_rows"]
            yield abs(ratio - whole[name] / whole["chapter"]) < 3e-4
    shares = [value for name, value in v.items() if name.startswith("chapter_share_of_")]
    yield abs(sum(shares) - 1) < 1e-3


def roofline(v: Values) -> Iterator[bool]:
    """The roofs of the passes are worked out anew from the two rates; shares and rates follow."""
    of = required("worked.forward_pass.roofline", "the roofline is measured by torch")
    passes = required("worked.forward_pass.passes")
    machine, config = passes.Machine(v["bandwidth"], v["rate"], 4), of.SMOLLM2_135M
    yield near(v["ridge"], machine.ridge)
    yield near(v["ridge_batch"], machine.ridge_batch)
    context = of.middle_context(of.CONTEXT, of.ROUNDS)
    decodes = [passes.decode_pass(config, b, context) for b in of.BATCHES]
    for work in [*decodes, passes.prefill_pass(config, of.PROMPT)]:
        name = f"{work.kind}_{work.rows}"
        yield near(v[f"{name}_roof"], work.roof(machine))
        yield near(v[f"{name}_share_of_roof"], v[f"{name}_roof"] / v[f"{name}_engine"])
        yield near(v[f"{name}_rate"], work.rows / v[f"{name}_engine"])


LIBRARIES = (
    "xgboost_1_thread",
    "xgboost_all_threads",
    "scikit_learn_1_thread",
    "scikit_learn_all_threads",
)
RELATIONS: dict[str, Callable[[Values], Iterator[bool]]] = {
    "batching_timing": batching_timing,
    "mfu": mfu,
    "resume": resume,
    "spread_over_seeds": spread_over_seeds,
    "extension": extension,
    "agreement": agreement,
    "training_speed": training_speed,
    "roofline": roofline,
}
# What follows from nothing else in its record: only the digest guards it. No law of the text
# hangs on its exact value; the text's claims of it are tested where the code that made it is.
ALONE = {
    "batching_timing": {
        "load_average_at_start",
        *(f"{policy}_p{q}" for policy in ("no_batching", "static", "dynamic") for q in (50, 99)),
    },
    "mfu": set(),
    "resume": {"kills_during_a_write", "longest_sigterm_to_exit_seconds"},
    "spread_over_seeds": {
        "largest_spread_on_held_out_rows_with_squared_error",
        "largest_spread_on_held_out_rows_with_huber",
        "largest_spread_on_held_out_rows_with_absolute_error",
        "largest_spread_on_training_rows_with_absolute_error",
    },
    "extension": {"study_cpu_time", "study_wall_time"},
    "agreement": set(),
    "training_speed": {
        f"{name}_extra_bytes_at_{rows}_rows"
        for name in ("chapter", *LIBRARIES)
        for rows in (10_000, 100_000, 1_000_000)
    },
    "roofline": {
        f"{name}_{what}"
        for name in ("decode_1", "decode_8", "decode_32", "prefill_128")
        for what in ("products", "plain_products")
    },
}


def test_every_record_that_no_test_computes_again_has_its_relations() -> None:
    assert {path.stem for path in RECORDS if not read(path)["deterministic"]} == set(RELATIONS)


@pytest.mark.parametrize("name", RELATIONS)
def test_what_must_hold_between_a_records_numbers_holds(name: str) -> None:
    assert all(RELATIONS[name](values_of(name)))


@pytest.mark.parametrize("name", RELATIONS)
def test_a_number_doctored_with_a_new_digest_breaks_a_relation(name: str) -> None:
    """But for those named above: half as large again, or one more of a count of up to 10,000.

    One of three million rows a second is less than what rates were rounded to.
    """
    values = values_of(name)
    missed = set()
    for key, value in values.items():
        for wrong in doctored(value):
            if wrong - value >= 1e-4 * value and all(RELATIONS[name]({**values, key: wrong})):
                missed.add(key)
    assert missed == ALONE[name]


def values_of(name: str) -> dict[str, float]:
    """Return a record's numbers by name."""
    (path,) = (path for path in RECORDS if path.stem == name)
    return {key: entry["value"] for key, entry in recording.load(path)["values"].items()}
