"""`workbook roofline`: what it says of a measurement. The seconds here are made up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from checks.terminal import roofline as command
from checks.terminal.main import main
from tests.skips import required

torch = required("torch")

from worked.forward_pass import roofline  # noqa: E402
from worked.forward_pass.passes import Machine, decode_pass, prefill_pass  # noqa: E402
from worked.forward_pass.roofline import Line, Report  # noqa: E402
from worked.forward_pass.timing import Timing  # noqa: E402

MACHINE = Machine(15e9, 150e9, 4)


def line(work, engine, products, plain):
    """A pass of so many milliseconds, its products alone, and these in plain layers."""
    times = (Timing(ms / 1e3, 0.02) for ms in (engine, products, plain))
    return Line(work, work.roof(MACHINE), *times)


# Weights of 537.9 MB at 15 GB/s take 35.9 ms, the caches of 70 tokens up to 6.9 ms more.
LINES = (
    line(decode_pass(roofline.SMOLLM2_135M, 1, 70), 37, 36.5, 37),
    line(decode_pass(roofline.SMOLLM2_135M, 8, 70), 80, 45, 90),
    line(decode_pass(roofline.SMOLLM2_135M, 32, 70), 160, 150, 151),
    line(prefill_pass(roofline.SMOLLM2_135M, 128), 300, 200, 210),
)
REPORT = Report(MACHINE, LINES, 0.02)


@pytest.fixture
def measured(monkeypatch):
    """The command on a machine without a GPU whose measurement is REPORT; what it was asked."""
    asked = {}

    def measure(**settings):
        asked.update(settings, threads=torch.get_num_threads())
        settings["progress"](0, 2)
        return REPORT

    monkeypatch.setattr(roofline, "measure", measure)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return asked


def test_the_report_shows_roof_and_engine_and_fits_eighty_columns(measured, capsys):
    before = torch.get_num_threads()
    assert main(["roofline", "--quick"]) == 0
    out, err = capsys.readouterr()
    assert max(map(len, out.splitlines())) < 80
    assert "\x1b" not in out + err
    # 150 / 15 = 10 FLOP/B, 10 x 4 / 2 = 20 rows
    assert "10.0 FLOP/B, which 20.0 rows reach" in out
    # (537,919,488 + 8 x 70 x 46,080 B) / 15 GB/s = 37.6 ms; 37.6 / 80 = 47 %; 8 / 80 ms = 100/s
    assert "decode, 8 at a time      37.6 ms     80.0 ms      47%      100.0  memory" in out
    assert "prefill, 128 tokens" in out
    assert out.count("arithmetic") == 2  # 32 rows are beyond the ridge, and so is prefill
    assert (measured["rounds"], measured["batches"]) == (roofline.QUICK_ROUNDS, (1, 8, 32))
    assert measured["threads"] == 1
    assert torch.get_num_threads() == before


def test_why_says_the_larger_part_first_and_shares_of_what_is_lost():
    """Of 80 - 37.6 = 42.4 ms the products take 45 - 37.6 = 7.4 and the rest 35: 17 and 83 %."""
    assert command.why(LINES[1]).startswith("decode, 8 at a time: 35.0 ms (83%) in attention")
    assert "7.4 ms (17%) in the matrix products, which alone take 45.0 ms" in command.why(LINES[1])
    assert "unpacked they would take 90.0 ms" in command.why(LINES[1])
    assert "unpacked" not in command.why(LINES[2])  # 151 ms is no more than 150
    assert command.why(LINES[2]).index("products") < command.why(LINES[2]).index("attention")


def test_what_is_at_its_roof_needs_no_reason():
    """35.9 + 0.2 = 36.1 ms of 37 is 98 %."""
    assert command.why(LINES[0]) == "decode, 1 at a time: at the roof, within 10%."


def test_products_that_reach_the_roof_are_not_blamed():
    assert "products" not in command.why(replace(LINES[1], products=Timing(0.03, 0)))


def test_the_gain_of_batching_is_that_of_tokens_a_second():
    """32 in 160 ms against 1 in 37: 7.4 times; at the roof 32 x 36.1 / 59.4 = 19.4 times.

    32 x (2 x 134,479,872 + 4 x 30 x 576 x 70) FLOPs at 150 GFLOP/s take 58.4 ms.
    """
    flops = 32 * (2 * 134_479_872 + 4 * 30 * 576 * 70)
    best = 32 * ((537_919_488 + 70 * 46_080) / 15e9) / (flops / 150e9)
    assert command.gain(REPORT) == (
        "Decoding 32 at a time gives 7.4 times the tokens/s of 1; "
        f"at the roof it would give {best:.1f} times."
    )
    assert "--batch" in command.gain(replace(REPORT, lines=(LINES[1], LINES[3])))


def test_rounds_that_differ_are_called_so(measured, capsys, monkeypatch):
    main(["roofline"])
    out = capsys.readouterr().out
    assert "busy" not in out
    assert "Where the time above the roof goes" in out
    monkeypatch.setattr(roofline, "measure", lambda **_: replace(REPORT, spread=0.4))
    main(["roofline"])
    out = " ".join(capsys.readouterr().out.split())
    assert "40% between rounds" in out
    assert "The rounds differ too much to be believed: this machine is busy." in out
    assert "decode, 8 at a time" in out
    assert "Where the time" not in out  # nothing is concluded from them


def test_a_gpu_is_measured_where_there_is_one(measured, capsys, monkeypatch):
    bare = replace(REPORT, lines=tuple(replace(one, engine=None) for one in LINES))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(roofline, "measure_bare", lambda **_: bare)
    assert main(["roofline"]) == 0
    out = capsys.readouterr().out
    assert "The GPU, bf16" in out
    assert "products  of roof" in out
    assert max(map(len, out.splitlines())) < 80


def test_data_instead_of_text(measured, capsys):
    assert main(["roofline", "--json", "--batch", "2,4"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert measured["batches"] == (2, 4)
    assert data["rounds"] == roofline.ROUNDS
    assert data["processor"]["ridge_batch"] == 20
    eight = data["processor"]["passes"][1]
    assert (eight["name"], eight["engine_seconds"]) == ("decode, 8 at a time", 0.08)
    assert eight["roof_seconds"] == eight["read_bytes"] / 15e9


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threads", "0"], "--threads 0: give a number from 1 to"),
        (["--threads", "100000"], "--threads 100000: give a number from 1 to"),
        (["--batch", "one"], "--batch one: write whole numbers, such as 1,8,32"),
        (["--batch", ""], "write whole numbers, such as 1,8,32"),
        (["--batch", "1,1"], "1,1 as batches: give whole numbers from 1 to 256, each once"),
        (["--batch", "0"], "0 as batches: give whole numbers from 1 to 256"),
        (["--batch", "1000"], "1000 as batches: give whole numbers from 1 to 256"),
    ],
)
def test_options_that_cannot_be_are_refused_in_words(options, said, capsys):
    assert main(["roofline", *options]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out
