"""The roofline: what passes have to do, counted in the engine; and what is said of a measurement.

No clock decides here: seconds are made up, and of a real run only what must hold is looked at.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.skips import required
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.transformer import Config, Transformer, dense, random_weights

torch = required("torch")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from worked.forward_pass import passes, roofline  # noqa: E402
from worked.forward_pass.passes import Machine, Pass  # noqa: E402
from worked.forward_pass.roofline import Line, Products  # noqa: E402
from worked.forward_pass.timing import Timing, take_turns, thread_seconds  # noqa: E402

SMALL = Config(vocab=31, hidden=24, layers=2, heads=4, kv_heads=2, head_dim=6, ffn=40)
# By hand, a layer: 24x24 + 2x24x12 + 24x24 + 3x24x40 = 4,608; the head 24x31 = 744.
LAYERS, HEAD = 2 * 4608, 744


def small_model(config=SMALL):
    return Transformer(config, random_weights(config, 1), dense)


def counted(task):
    """FLOPs that torch counts while a task runs."""
    with FlopCounterMode(display=False) as counter:
        task()
    return counter.get_total_flops()


# -- measuring


def test_a_timing_is_the_median_and_the_middle_half_over_it():
    """1, 2, 3, 4, 10: median 3, quartiles 2 and 4, so (4 - 2) / 3; the 10 alone widens nothing."""
    assert Timing.of([10, 1, 4, 2, 3]) == Timing(3, 2 / 3)
    assert Timing.of([10, 1, 4, 2, 3]) == Timing.of([1000, 1, 4, 2, 3])
    assert Timing.of([5, 5]) == Timing(5, 0)


def test_tasks_take_turns_and_the_first_round_does_not_count():
    """Seconds rise by one with each run: a has 1, 3, 5, 7, b 2, 4, 6, 8; 1 and 2 warm up."""
    order, told = [], []
    tasks = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}

    def stopwatch(task):
        task()
        return len(order)

    found = take_turns(tasks, 3, stopwatch, lambda *at: told.append(at))
    assert order == ["a", "b"] * 4
    assert (found["a"].seconds, found["b"].seconds) == (5, 6)
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_is_between_runs_before_each_task_and_is_not_timed():
    """So no task follows another directly, and none of its seconds are in theirs."""
    order = []
    tasks = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}

    def stopwatch(task):
        before = len(order)
        task()
        return len(order) - before

    found = take_turns(tasks, 2, stopwatch, between=lambda: order.append("between"))
    assert order == ["between", "a", "between", "b"] * 3
    assert found["a"].seconds == found["b"].seconds == 1


def test_a_single_round_is_refused():
    with pytest.raises(ValueError, match="rounds = 1 must be at least 2"):
        take_turns({}, 1, thread_seconds)


# -- what a pass has to do


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_decode_steps_flops_are_those_that_torch_counts(batch, tied):
    """2 N a sequence, and 4 L a d a token looked back on: 10 of context, 11 in the first step."""
    config = replace(SMALL, tied=tied)
    step = roofline.decode_task(small_model(config), batch, 10, 3)
    work = passes.decode_pass(config, batch, 11)
    assert counted(step) == work.flops == batch * (2 * (LAYERS + HEAD) + 4 * 2 * 24 * 11)


def test_a_prefills_flops_are_those_that_torch_counts():
    """All 13 rows through the layers and one through the head; the scores of all 13² pairs."""
    task = roofline.prefill_task(small_model(), 13)
    work = passes.prefill_pass(SMALL, 13)
    assert work.flops == 2 * LAYERS * 13 + 2 * HEAD + 4 * 2 * 24 * 13**2
    assert [counted(task), counted(task)] == [work.flops] * 2  # it can be run again


def test_a_decode_step_reads_the_weights_once_and_the_cache_of_each():
    """The bytes of the model's matrices, and of a pool's tokens, as they lie in memory."""
    weights = random_weights(SMALL, 1)
    matrices = sum(w.nbytes for n, w in weights.items() if w.dim() == 2 and "embed" not in n)
    token = Pool(1, 16, SMALL).bytes_per_token
    for batch, context in ((1, 11), (3, 50)):
        work = passes.decode_pass(SMALL, batch, context)
        assert work.read_bytes == matrices + batch * context * token
    assert passes.prefill_pass(SMALL, 50).read_bytes == matrices


@pytest.mark.parametrize("rounds", [3, 5, 15])
def test_the_context_of_a_measurement_is_that_of_its_middle_round(rounds):
    """The tokens that the engine's own records say each measured step looked back on."""
    step = roofline.decode_task(small_model(), 2, 10, rounds + 1)
    seen = [step().work[0].start + 1 for _ in range(rounds + 1)][1:]
    assert sorted(seen)[rounds // 2] == roofline.middle_context(10, rounds)


def test_a_decoding_batch_lasts_for_all_its_steps_and_no_longer():
    step = roofline.decode_task(small_model(), 2, 10, 4)
    assert [step().computed for _ in range(6)] == [2, 2, 2, 2, 2, 0]


@pytest.mark.parametrize(("rows", "head_rows"), [(3, 3), (13, 1)])
def test_products_alone_are_a_pass_without_its_attention(rows, head_rows):
    products = Products(dense)
    Transformer(SMALL, random_weights(SMALL, 1), products.make_linear)
    task = products.task(rows, head_rows, "cpu", torch.float32)
    assert counted(task) == 2 * LAYERS * rows + 2 * HEAD * head_rows


def test_smollm2s_shape_has_its_parameters():
    """134,515,008, as its model card's file has them (tied, so the head is no further matrix)."""
    layer = 2 * 576 * 576 + 2 * 576 * 192 + 3 * 576 * 1536 + 2 * 576
    assert roofline.SMOLLM2_135M.parameters == 30 * layer + 49152 * 576 + 576 == 134_515_008


# -- the roof


def test_the_ridge_is_where_computing_takes_as_long_as_reading():
    """150 GFLOP/s over 15 GB/s: 10 FLOP/B, 20 rows on weights of 4 B, 10 on weights of 2."""
    machine = Machine(15e9, 150e9, 4)
    assert (machine.ridge, machine.ridge_batch) == (10, 20)
    assert replace(machine, width=2).ridge_batch == 10
    at = Pass("decode", 1, 1, 3e9, 30e9)
    assert at.roof(machine) == 3e9 / 15e9 == 30e9 / 150e9


def test_the_roof_is_the_longer_of_reading_and_computing():
    """6 GB at 15 GB/s take 0.4 s, 30 GFLOP at 150 GFLOP/s 0.2 s; 90 GFLOP take 0.6 s."""
    machine = Machine(15e9, 150e9, 4)
    reads, computes = Pass("decode", 1, 1, 6e9, 30e9), Pass("decode", 1, 1, 6e9, 90e9)
    assert (reads.roof(machine), computes.roof(machine)) == (0.4, 0.6)
    assert reads.waits_on_memory(machine)
    assert not computes.waits_on_memory(machine)


def line(roof, engine, products):
    at = Pass("decode", 8, 8, 6e9, 30e9)
    return Line(at, roof, Timing(engine, 0), Timing(products, 0), Timing(products, 0))


@pytest.mark.parametrize(
    ("roof", "engine", "products", "in_products", "beside"),
    [
        (4, 10, 7, 3, 3),  # 10 = 4 + 3 + 3
        (4, 10, 3, 0, 6),  # products from a cache may be under a roof that reads from memory
        (4, 10, 10, 6, 0),
        (4, 9, 11, 7, 0),  # products measured longer than the pass that holds them
        (4, 3, 2, 0, 0),
    ],
)
def test_what_is_lost_is_the_products_or_beside_them(roof, engine, products, in_products, beside):
    one = line(roof, engine, products)
    assert (one.lost_in_products, one.lost_beside) == (in_products, beside)
    assert one.share == roof / engine


# -- real runs


def test_a_measurement_has_a_line_for_each_pass_and_adds_up():
    told = []
    report = roofline.measure(SMALL, (1, 3), 13, 10, 2, 8, lambda *at: told.append(at))
    assert [one.work.name for one in report.lines] == [
        "decode, 1 at a time",
        "decode, 3 at a time",
        "prefill, 13 tokens",
    ]
    assert told[-1] == (3, 3)
    for one in report.lines:
        assert one.engine is not None
        assert one.roof == one.work.roof(report.machine) > 0
        assert all(t.seconds > 0 for t in (one.engine, one.products, one.plain))
        assert report.spread >= max(one.engine.spread, one.products.spread, one.plain.spread)
    assert report.lines[1].work == passes.decode_pass(SMALL, 3, 13)
    values = roofline.values_of(report)
    assert values["decode_3_roof"] == (report.lines[1].roof, "s")
    assert values["prefill_13_rate"] == (13 / report.lines[2].measured.seconds, "tokens/s")
    assert all(math.isfinite(value) for value, _ in values.values())


def test_bare_products_are_measured_in_another_format_on_any_device():
    """The way of a GPU, run on the processor: weights of two bytes, and no engine."""
    report = roofline.measure_bare(SMALL, (1, 3), 13, 10, 2, 8, "cpu", torch.bfloat16)
    assert report.machine.width == 2
    for one in report.lines:
        assert one.engine is None
        assert one.measured == one.products == one.plain
        assert one.lost_beside == max(0, one.products.seconds - max(one.products.seconds, one.roof))
    assert report.lines[1].work == passes.decode_pass(SMALL, 3, 10, 2)
    assert report.lines[1].work.read_bytes * 2 == passes.decode_pass(SMALL, 3, 10).read_bytes


@pytest.mark.parametrize("batches", [(), (0,), (1, -3), (8, 8), (257,)])
def test_batches_that_cannot_be_are_refused_with_what_would_be_right(batches):
    for measured in (roofline.measure, roofline.measure_bare):
        with pytest.raises(ValueError, match="whole numbers from 1 to 256, each once, such as 1"):
            measured(SMALL, batches)


def test_rounds_that_differ_widely_are_not_to_be_believed():
    """15 % and no more."""
    machine = Machine(15e9, 150e9, 4)
    assert roofline.Report(machine, (), 0.15).steady
    assert not roofline.Report(machine, (), 0.151).steady


def test_what_is_not_steady_is_not_recorded(monkeypatch, tmp_path, capsys):
    """Rounds that lie 40 % apart are printed and not kept; those 10 % apart are."""
    monkeypatch.setattr(roofline, "MEASURED", tmp_path / "roofline.json")
    work = passes.decode_pass(SMALL, 3, 11)
    for spread, code in ((0.4, 1), (0.1, 0)):
        lines = (replace(line(4, 10, 7), work=work),)
        report = roofline.Report(Machine(15e9, 150e9, 4), lines, spread)
        monkeypatch.setattr(roofline, "measure", lambda report=report: report)
        assert roofline.main(["--record"]) == code
        assert roofline.MEASURED.exists() is (code == 0)
        assert ("not recorded" in capsys.readouterr().out) is bool(code)
