"""The `workbook` command, run as a reader runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from checks.terminal import main, points
from worked.figures import FigureError

ROOT = Path(__file__).resolve().parents[2]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; return exit code, stdout and stderr."""
    code = main(list(arguments))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_list_names_every_chapter_and_step(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert "gpu-wall: The 80 GB wall" in out
    assert "9 Surviving preemption" in out


def test_run_walks_through_the_steps_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "run", "gpu-wall")
    assert code == 0
    titles = ["1. The failure", "2. The memory bill", "3. The wall", "10. Back to the bill"]
    assert [out.index(t) for t in titles] == sorted(out.index(t) for t in titles)
    # 47 h x 64 GPUs x $3 = 3,008 x 3 = $9,024
    assert "$9,024" in out


def test_run_one_step_with_settings_says_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "run", "gpu-wall", "--step", "2", "--set", "params=8e9", "--set", "gpu=H200"
    )
    assert code == 0
    # 8e9 x 16 B = 128 GB
    assert "128 GB  Static training state [static_bytes]  was 1,120 GB" in out
    assert "The failure" not in out


def test_run_as_json_carries_value_unit_and_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "run", "gpu-wall", "--json", "--set", "params=8e9")
    assert code == 0
    steps = json.loads(out)["steps"]
    figures = {f["name"]: f for s in steps for f in s["figures"]}
    assert figures["static_bytes"]["value"] == 128
    assert figures["static_bytes"]["unit"] == "GB"
    assert figures["static_bytes"]["inputs"] == {
        "params": "params",
        "bytes_per_value": "bytes_per_param",
    }


def test_why_shows_formula_values_inputs_code_and_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(capsys, "why", "gpu-wall.fs_young", "--checks")
    assert code == 0
    # sqrt(2 x 49 s x 43,200 s) = sqrt(4,233,600) = 2,057.6 s = 34.3 min
    assert "fs_young = 34.3 min" in out
    assert "sqrt(2 × fs_write × mtbf)" in out
    assert "sqrt(2 × 49.0 s × 12 h)" in out
    assert "worked/formulas/checkpointing.py:" in out
    assert "derivation" in out.split("checks")[-1]


def test_why_gives_the_binary_twin_of_a_byte_count(capsys: pytest.CaptureFixture[str]) -> None:
    # 840e9 / 2^30 = 782.31
    _, out, _ = run(capsys, "why", "gpu-wall.optimizer_bytes")
    assert "840 GB" in out
    assert "782.31 GiB" in out


def test_why_of_a_given_and_of_a_measured_figure_names_their_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "why", "gpu-wall.gpu_memory")
    assert "datasheet" in out
    assert "may be set from" in out
    _, out, _ = run(capsys, "why", "gpu-wall.kill_identical")
    assert "python -m worked.gpu_wall.kill_campaign --record" in out


def test_sweep_prints_a_row_for_each_point(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "sweep", "gpu-wall.memory_per_gpu", "--over", "gpus=8..512")
    assert code == 0
    # 1,120/64 + 3.5 + 6.5 + 6 = 33.5 GB
    rows = [line for line in out.splitlines() if " GPUs " in line]
    assert len(rows) == 7
    assert any("64 GPUs" in row and "33.5 GB" in row for row in rows)


def test_sweep_draws_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "sweep.svg"
    code, out, _ = run(
        capsys, "sweep", "gpu-wall.fs_waste", "--over", "mtbf=1..64", "--plot", str(target)
    )
    assert code == 0
    assert str(target) in out
    assert "<svg" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["why", "gpu-wall.optimiser_bytes"], "did you mean optimizer_bytes"),
        (["why", "optimizer_bytes"], "write it as chapter.figure"),
        (["run", "gpuwall"], "did you mean gpu-wall"),
        (["run", "gpu-wall", "--step", "11"], "has steps 1 to 10"),
        (["run", "gpu-wall", "--set", "params"], "name=value"),
        (["run", "gpu-wall", "--set", "params=many"], "is not a number"),
        (["run", "gpu-wall", "--set", "params=nan"], "finite"),
        (["run", "gpu-wall", "--set", "params=1"], "outside its range"),
        (["run", "gpu-wall", "--set", "gpus=64.5"], "whole number"),
        (["run", "gpu-wall", "--set", "gpu=H900"], "no option 'H900'"),
        (["run", "gpu-wall", "--set", "static_bytes=1"], "cannot be set"),
        (["run", "gpu-wall", "--set", "parms=8e9"], "did you mean params"),
        (["sweep", "gpu-wall.fs_waste", "--over", "mtbf"], "given=range"),
        (["sweep", "gpu-wall.fs_waste", "--over", "mtbf=a..b"], "not a range"),
        (["sweep", "gpu-wall.fs_waste", "--over", "mtbf=1..8", "--plot", "x.doc"], ".svg"),
    ],
)
def test_a_users_mistake_gets_a_sentence_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_ranges_double_add_or_list() -> None:
    assert points("8..64", integer=True) == [8, 16, 32, 64]
    assert points("8..100", integer=True) == [8, 16, 32, 64, 100]
    assert points("8..32:8", integer=True) == [8, 16, 24, 32]
    assert points("3,1", integer=False) == [3, 1]
    for wrong in ("", "8..", "0..8", "9..8", "1..8:-1"):
        with pytest.raises(FigureError, match="not a range"):
            points(wrong, integer=False)


def test_a_closed_pipe_is_no_error() -> None:
    """`workbook run gpu-wall | head -1` ends quietly."""
    script = f"{sys.executable} -m checks.terminal run gpu-wall --json | head -c 10"
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
