"""The `workbook` command, run as a reader runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from checks.terminal.main import main, points
from tests.worked.axes_examples import EXAMPLES
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError

ROOT = Path(__file__).resolve().parents[3]


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
    code, out, _ = run(capsys, "why", "gpu-wall.young.parallel-file-system", "--checks")
    assert code == 0
    # sqrt(2 x 49 s x 43,200 s) = sqrt(4,233,600) = 2,057.6 s = 34.3 min
    assert "young[tier=parallel-file-system] = 34.3 min" in out
    assert "sqrt(2 × write × mtbf)" in out
    assert "= sqrt(2 × 49.0 s × 12 h × 3,600 s/h) / 60 s/min" in out
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


def test_why_of_a_given_that_was_changed_names_the_source_of_its_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not the H100's data sheet for a V100's peak, and no data sheet for the reader's own."""
    _, out, _ = run(capsys, "why", "gpu-wall.peak_flops", "--set", "gpu=V100")
    assert "peak_flops = 125 TFLOP/s" in out
    assert "V100 datasheet" in out
    assert "fp16, dense; no bf16 on Volta" in out
    assert "H100" not in out
    _, out, _ = run(capsys, "why", "gpu-wall.peak_flops", "--set", "peak_flops=500")
    assert "your own value" in out
    assert "NVIDIA" not in out
    _, out, _ = run(capsys, "why", "gpu-wall.layers", "--set", "model=Llama 3 8B", "--json")
    data = json.loads(out)
    assert data["value"] == 32
    assert "Meta-Llama-3-8B" in data["source"]


def test_an_option_that_could_be_several_is_a_users_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = run(capsys, "run", "gpu-wall", "--set", "gpu=A100")
    assert code == 2
    assert "gpu: 'A100' could be A100 80GB SXM or A100 40GB SXM; write more of the name" in err


def test_a_plan_that_cannot_be_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """On 8 GPUs no replica of 8 x 8 stands, and an MFU of 343 % is called what it is."""
    _, out, _ = run(capsys, "run", "gpu-wall", "--set", "gpus=8")
    lines = {line.split("[")[-1].split("]")[0].split(",")[0]: line for line in out.splitlines()}
    rows = out[out.index("[replicas]") : out.index("[stage_layers]")]
    assert "tensor × pipeline         0\n" in rows
    rows = out[out.index("[layout_verdict]") :]
    assert "tensor × pipeline         needs 64 GPUs\n" in rows
    assert lines["missing"].strip().startswith("0 GPUs")
    assert (
        lines["logged_possible"].strip().startswith("cannot be: at their peak the GPUs do 17,503")
    )
    assert "1 nodes" not in out
    assert "1 jobs" not in out


def test_sweep_prints_a_row_for_each_point(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "sweep", "gpu-wall.memory_per_gpu.zero-3", "--over", "gpus=8..512")
    assert code == 0
    # 1,120/64 + 3.5 + 6.5 + 6 = 33.5 GB
    rows = [line for line in out.splitlines() if " GPUs " in line]
    assert len(rows) == 7
    assert any("64 GPUs" in row and "33.5 GB" in row for row in rows)


def test_sweep_over_a_choice_prints_a_row_for_each_option(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """1,120 GB: 14 devices of 80 GB, 8 of 141 GB."""
    options = "gpu=A100 80GB SXM,H200 SXM"
    target = tmp_path / "choice.svg"
    command = ("sweep", "gpu-wall.devices_static", "--over", options)
    code, out, err = run(capsys, *command, "--plot", str(target))
    assert (code, err) == (0, "")
    rows = [" ".join(line.split()) for line in out.splitlines()[1:3]]
    assert rows == ["A100 80GB SXM 14 GPUs", "H200 SXM 8 GPUs"]
    assert "<svg" in target.read_text(encoding="utf-8")
    code, out, _ = run(capsys, *command, "--json")
    assert [(row["gpu"], row["value"]) for row in json.loads(out)] == [
        ("A100 80GB SXM", 14),
        ("H200 SXM", 8),
    ]


@pytest.mark.parametrize(
    ("command", "notes"),
    [
        (["sweep", "gpu-wall.memory_per_gpu.zero-3", "--over", "gpus=8,64"], []),
        (["sweep", "gpu-wall.memory_per_gpu.zero-3", "--over", "gpu_memory=40,80"], ["gpu_memory"]),
        (["sweep", "gpu-wall.memory_per_gpu.zero-3", "--over", "gpu=H100 SXM,H200 SXM"], ["gpu"]),
        (["sweep", "gpu-wall.gpus", "--over", "gpus=8,64"], []),
        (
            [
                "sweep",
                "gpu-wall.memory_per_gpu.zero-3",
                "--over",
                "gpus=8,64",
                "--set",
                "price=2",
                "--set",
                "model=Llama 3 8B",
            ],
            ["price"],
        ),
        (["why", "gpu-wall.memory_per_gpu.zero-3", "--set", "gpu_memory=100"], ["gpu_memory"]),
        (["why", "gpu-wall.memory_per_gpu.zero-3", "--set", "gpus=8", "--json"], []),
    ],
)
def test_a_setting_that_changes_nothing_is_said(
    capsys: pytest.CaptureFixture[str], command: list[str], notes: list[str]
) -> None:
    """The memory per GPU depends on how many there are, not on how much each has."""
    code, _, err = run(capsys, *command)
    assert code == 0
    cell = "memory_per_gpu.zero-3"
    assert err.splitlines() == [
        f"workbook: {n} does not enter {cell}: it changes nothing here" for n in notes
    ]


def test_a_setting_that_the_sweep_overrides_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    over = ["--over", "gpus=8,64", "--set", "gpus=16"]
    code, out, err = run(capsys, "sweep", "gpu-wall.memory_per_gpu.zero-3", *over)
    assert code == 0
    assert err == "workbook: --set gpus changes nothing here: --over sets it\n"
    assert " 16 GPUs" not in out


def test_sweep_draws_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "sweep.svg"
    code, out, _ = run(
        capsys,
        "sweep",
        "gpu-wall.waste.parallel-file-system",
        "--over",
        "mtbf=1..64",
        "--plot",
        str(target),
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
        (["run", "gpu-wall", "--set", "params=nan"], "is not a number"),
        (["run", "gpu-wall", "--set", "params=1"], "outside its range"),
        (["run", "gpu-wall", "--set", "gpus=64.5"], "whole number"),
        (["run", "gpu-wall", "--set", "gpu=H900"], "no option 'H900'"),
        (["run", "gpu-wall", "--set", "static_bytes=1"], "cannot be set"),
        (["run", "gpu-wall", "--set", "parms=8e9"], "did you mean params"),
        (["sweep", "gpu-wall.waste.parallel-file-system", "--over", "mtbf"], "given=range"),
        (["sweep", "gpu-wall.waste.parallel-file-system", "--over", "mtbf=a..b"], "not a range"),
        (
            [
                "sweep",
                "gpu-wall.waste.parallel-file-system",
                "--over",
                "mtbf=1..8",
                "--plot",
                "x.doc",
            ],
            ".svg",
        ),
        (["run", "gpu-wall", "--set", "GPUs=8"], "did you mean gpus"),
        (
            [
                "sweep",
                "gpu-wall.layout_verdict.tensor-pipeline",
                "--over",
                "gpus=8..64",
                "--plot",
                "x.svg",
            ],
            "is a verdict",
        ),
        (
            ["sweep", "gpu-wall.memory_per_gpu.zero-3", "--over", "gpus=1..100000:1"],
            "more than 10,000",
        ),
        (
            ["sweep", "gpu-wall.waste.parallel-file-system", "--over", "gpu=H900"],
            "no option 'H900'",
        ),
        (["sweep", "gpu-wall.waste.parallel-file-system", "--over", "gpu="], "no option ''"),
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
    assert points("0..0.4:0.1", integer=False) == [0, 0.1, 0.2, 0.3, 0.4]
    assert points("0.3..2.4", integer=False) == [0.3, 0.6, 1.2, 2.4]
    assert len(points("1..10000:1", integer=True)) == 10_000
    with pytest.raises(FigureError, match="more than 10,000 points; take a larger step"):
        points("1..10001:1", integer=True)
    for endless in ("1..2:1e-320", "1e-320..1", "1e-300..1e300"):
        with pytest.raises(FigureError, match="more than 10,000 points"):
            points(endless, integer=False)
    with pytest.raises(FigureError, match="takes whole numbers; write whole ends and steps"):
        points("8..64:0.5", integer=True)
    for wrong in ("", "8..", "0..8", "9..8", "1..8:-1", "8..inf", "nan..8", "1..8:nan", "1..2..3"):
        with pytest.raises(FigureError, match="not a range"):
            points(wrong, integer=False)


# -- figures over axes ----------------------------------------------------------------------------


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a chapter with rows, and the small graphs over axes, to the book's."""
    monkeypatch.setitem(CHAPTERS, "small", "tests.site.fixture.scenario")
    for g in EXAMPLES:
        name = f"tests.example_{g.name}"
        module = ModuleType(name)
        module.__dict__["GRAPH"] = g
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setitem(CHAPTERS, g.name, name)


@pytest.mark.usefixtures("examples")
def test_a_walk_prints_rows_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """30 GPUs for job B's 24: its row of what is left is 24, 18, 12 instead of 18, 12, 6."""
    command = ("run", "small", "--step", "4", "--set", "wanted.b=30")
    code, out, _ = run(capsys, *command)
    assert code == 0
    lines = [line.rstrip() for line in out.splitlines()]
    at = lines.index("                over job  GPUs that each job wants [wanted, given], GPUs")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["job", "A", "B", "C"],
        ["8", "30", "16"],
        ["was", "24", "GPUs", "at", "job=b"],
    ]
    at = lines.index("         over job, round  Still waiting [left], GPUs")
    table = [line.strip() for line in lines[at + 1 : at + 7]]
    assert table == [
        "job \\ round   1   2   3",
        "A             2   0   0",
        "B            24  18  12",
        "C            10   4   0",
        "was 18 GPUs at job=b, round=1; 12 GPUs at job=b, round=2; 6 GPUs at job=b,",
        "round=3",
    ]
    assert "                       B  The job that waits longest [largest]" in lines


@pytest.mark.usefixtures("examples")
@pytest.mark.parametrize("chapter", ["small", *(g.name for g in EXAMPLES)])
def test_no_table_is_wider_than_a_terminal(
    chapter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    g = graph(chapter)
    long = {"rounds": 20} if chapter == "boosting" else {}
    settings = [part for n, v in long.items() for part in ("--set", f"{n}={v}")]
    commands = [["run", chapter, *settings]]
    commands += [["why", f"{chapter}.{n}", *settings] for n, f in g.figures.items() if f.axes]
    for command in commands:
        code, out, _ = run(capsys, *command)
        assert code == 0
        assert max(map(len, out.splitlines())) <= 100, command


@pytest.mark.usefixtures("examples")
def test_why_of_rows_shows_them_and_says_which_cells_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "why", "small.left")
    assert "  job: a, b, c\n  round: 1, 2, 3\n  workbook why small.left.a.1 opens one" in out
    assert "  B            18  12  6" in out
    assert "left = max(left − served, 0)" in out
    _, out, _ = run(capsys, "why", "small.left[job=b]")
    assert out.splitlines()[0] == "Still waiting, job B"
    assert "workbook why small.left.b.1 opens one" in out
    for name in ("small.left.b.2", "small.left[job=b, round=2]"):
        _, out, _ = run(capsys, "why", name)
        assert "max(18 GPUs − 6 GPUs, 0)" in out
    _, out, _ = run(capsys, "why", "small.wanted.b", "--set", "wanted[job=b]=30")
    assert "wanted[job=b] = 30 GPUs" in out
    assert "your own value\n  may be set from 1 to 96 GPUs" in out


@pytest.mark.usefixtures("examples")
def test_a_cell_is_swept_and_may_be_swept_over(capsys: pytest.CaptureFixture[str]) -> None:
    """Three rounds of 6 GPUs: of B's 32, 14 are left; A and C add none."""
    command = ("sweep", "small.queue.3", "--over", "wanted.b=8..32:8", "--set", "wanted[job=b]=3")
    code, out, err = run(capsys, *command)
    assert (code, err) == (
        0,
        "workbook: --set wanted[job=b] changes nothing here: --over sets it\n",
    )
    assert [" ".join(line.split()) for line in out.splitlines()[1:]] == [
        "8 GPUs 0 GPUs",
        "16 GPUs 0 GPUs",
        "24 GPUs 6 GPUs",
        "32 GPUs 14 GPUs",
    ]
    _, out, _ = run(capsys, "sweep", "small.queue", "--over", "rounds=1,3")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["round=1", "round=2", "round=3"],
        ["1", "30", "—", "—"],
        ["3", "30", "16", "6"],
    ]


@pytest.mark.usefixtures("examples")
def test_rows_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "why", "small.left", "--json", "--set", "rounds=2")
    data = json.loads(out)
    assert data["over"] == {"job": ["A", "B", "C"], "round": ["1", "2"]}
    assert data["value"] == [[2, 0], [18, 12], [10, 4]]
    assert data["text"][1] == ["18 GPUs", "12 GPUs"]
    _, out, _ = run(capsys, "why", "small.wanted[job=b]", "--json")
    assert json.loads(out)["high"] == 96
    _, out, _ = run(capsys, "run", "small", "--json")
    figures = {f["name"]: f for step in json.loads(out)["steps"] for f in step["figures"]}
    assert figures["wanted"]["high"] == [64, 96, 64]
    assert figures["holds"]["text"] == ["10 GPUs", "40 GPUs", "20 GPUs"]


@pytest.mark.usefixtures("examples")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["why", "small.wanted.d"], "wanted.d: job has no place 'd'; there are a, b, c"),
        (["why", "small.wanted[split=1]"], "wanted is over job, not 'split'"),
        (["why", "small.wanted.a.1"], "a cell of wanted is wanted.job"),
        (["why", "small.queue.5"], "queue.5: round has only the places up to 3 here"),
        (["run", "small", "--set", "wanted=3"], "wanted: has a value for each place; set wanted["),
        (["run", "small", "--set", "wanted.a=96"], "wanted[job=a]: 96 is outside its range"),
        (["run", "small", "--set", "left.a.1=9"], "left: is computed, so it cannot be set"),
        (["sweep", "small.queue", "--over", "wanted=1,2"], "wanted: has a value for each place"),
        (
            ["sweep", "small.queue", "--over", "gpus=1,2", "--plot", "x.svg"],
            "queue has a value for each place; draw queue[round=1], say",
        ),
        (
            ["sweep", "small.largest", "--over", "gpus=1,2", "--plot", "x.svg"],
            "largest is a place, which has no scale",
        ),
    ],
)
def test_mistakes_about_cells_are_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in err


def test_a_closed_pipe_is_no_error() -> None:
    """`workbook run gpu-wall | head -1` ends quietly."""
    script = f"{sys.executable} -m checks.terminal.main run gpu-wall --json | head -c 10"
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_a_setting_may_begin_with_its_chapter(capsys: pytest.CaptureFixture[str]) -> None:
    """As it does in the address of a page that shows several chapters."""
    for figure, setting in (
        ("gradient-boosting.minutes.3", "minutes.3=18"),
        ("gpu-wall.gpu_memory", "gpu=H200"),
    ):
        alone = run(capsys, "why", figure, "--set", setting)
        assert alone[0] == 0
        chapter = figure.partition(".")[0]
        assert run(capsys, "why", figure, "--set", f"{chapter}.{setting}") == alone
