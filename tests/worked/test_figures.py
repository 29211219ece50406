"""A graph evaluates what makes sense and refuses what does not, naming the figure."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from worked.chapters import CHAPTERS, graph
from worked.figures import (
    OWN,
    YOURS,
    Choice,
    Derived,
    FigureError,
    Given,
    Graph,
    Measured,
    OutOfRangeError,
    Setting,
    Source,
    Step,
    UnknownNameError,
    with_unit,
)
from worked.formulas.ops import ceil, sqrt, where
from worked.sources import EACH

ROOT = Path(__file__).resolve().parents[2]


def total(params: Any, width: Any) -> Any:
    """Bytes of all parameters."""
    return params * width


def devices(total: Any, memory: Any) -> Any:
    """Whole devices."""
    return ceil(total / memory)


def fits(total: Any, memory: Any) -> Any:
    """Verdict: 1 or 0."""
    return where(total <= memory, 1, 0)


def free(memory: Any, total: Any) -> Any:
    """What is left, negative where nothing is."""
    return memory - total


def seconds(total: Any, rate: Any) -> Any:
    """Time to move it."""
    return total / rate


def root(params: Any) -> Any:
    """A square root."""
    return sqrt(params)


PARAMS = Given("params", 70e9, "params", "N", "Parameters", 0, 1e12, integer=True)
WIDTH = Given("width", 2, "B", "w", "Bytes of each", 0.5, 8)
MEMORY = Given("memory", 80, "GB", "M", "Memory", 8, 1024)
RATE = Given("rate", 0.4, "GB/s", "r", "Rate, one-way", 0, 100, places=1)
TOTAL = Derived("total", total, "GB", "All of it", "B")
DEVICES = Derived("devices", devices, "GPUs", "Devices", "n")
FREE = Derived("free", free, "GB", "Left", "f", places=1, signed=True)
VERDICT = Derived("verdict", fits, "", "Verdict", "v", words=("does not fit", "fits"))
SECONDS = Derived("seconds", seconds, "min", "Time", "t", places=1)
BASE = (PARAMS, WIDTH, MEMORY, RATE, TOTAL, DEVICES, FREE, VERDICT, SECONDS)
SHEET = Source("The H200's data sheet")
H200 = Setting(141, SHEET, "six stacks")
GPU = Choice("gpu", "GPU", "H100", {"H100": {"memory": Setting(80)}, "H200 SXM": {"memory": H200}})


def looked_at(graph: Graph) -> Graph:
    """Return a graph whose values have been looked at: that is when formulas are checked."""
    assert graph.base is not None
    return graph


def small(*figures: Any, choices: tuple[Choice, ...] = (GPU,)) -> Graph:
    """Return a graph of the figures above and more."""
    return looked_at(Graph("small", "Small", (Step("one", "One", (*BASE, *figures)),), choices))


def changed(name: str, **changes: Any) -> Graph:
    """Return the graph above with one figure changed."""
    figures = tuple(replace(f, **changes) if f.name == name else f for f in BASE)
    return looked_at(Graph("small", "Small", (Step("one", "One", figures),), (GPU,)))


# -- values -----------------------------------------------------------------------------------


def test_a_graph_computes_in_base_units_and_shows_in_its_own() -> None:
    """70e9 x 2 B = 140 GB, two devices, 60 GB too many; at 0.4 GB/s 350 s = 5.8 min."""
    g = small()
    assert g.base["total"] == 140e9
    assert g.base["devices"] == 2
    assert g.base["free"] == -60e9
    assert g.base["seconds"] == 350
    assert g.shown("total") == "140 GB"
    assert g.shown("free") == "−60.0 GB"
    assert g.shown("verdict") == "does not fit"
    assert g.shown("seconds") == "5.8 min"
    assert g.shown("seconds", unit_name="s", places=0) == "350 s"
    assert g.shown("total", unit_name="GiB", places=1) == "130.4 GiB"  # 140 / 1.073742 = 130.385
    assert g.shown("rate") == "0.4 GB/s"


def test_a_decimal_given_is_exactly_that_decimal() -> None:
    """0.1 + 0.2 GB is 300,000,000 B, not one more or less."""
    g = small()
    assert g.evaluate({"rate": 0.1})["rate"] == 100_000_000
    assert g.evaluate({"width": 2.2, "params": 10})["total"] == 22


def test_settings_change_givens_and_what_follows() -> None:
    g = small()
    assert g.evaluate({"params": 8e9})["total"] == 16e9
    assert g.evaluate({"params": "8e9"})["total"] == 16e9
    assert g.shown("verdict", g.evaluate({"params": 8e9})) == "fits"
    assert g.base["total"] == 140e9


def test_a_choice_sets_givens_and_a_given_wins_over_it() -> None:
    g = small()
    assert g.evaluate({"gpu": "H200 SXM"})["memory"] == 141e9
    assert g.evaluate({"gpu": "h200"})["memory"] == 141e9
    assert g.evaluate({"memory": 90, "gpu": "H200 SXM"})["memory"] == 90e9


def test_the_noise_of_floats_does_not_reach_a_rounding_up() -> None:
    """17.6 B x 10^11 = 1.76e12 B, which 22 x 80 GB hold exactly; the float is 0.0002 B more."""
    g = changed("width", value=17.6, high=20)
    values = g.evaluate({"params": 1e11})
    assert 17.6 * 1e11 > 1.76e12
    assert values["total"] == 1.76e12
    assert values["devices"] == 22


def test_noise_is_only_what_lies_beyond_twelve_digits() -> None:
    """A third stays a third: only decimals of up to 12 digits are made clean."""
    assert changed("params", value=1, integer=False).evaluate({"width": 1})["total"] == 1
    g = small(
        Derived("third", seconds, "", "A third", inputs={"total": "one", "rate": "three"}),
        Given("one", 1, "", "1", "One", 0, 10),
        Given("three", 3, "", "3", "Three", 1, 10),
    )
    assert g.base["third"] == 1 / 3


def test_a_sweep_varies_one_given() -> None:
    g = small()
    swept = g.sweep("total", "params", [1e9, 2e9], {"width": 4})
    assert swept == [(1e9, 4e9), (2e9, 8e9)]


def test_ancestors_are_all_that_a_figure_depends_on() -> None:
    g = small()
    assert g.ancestors("devices") == ["params", "width", "total", "memory"]
    assert g.ancestors("params") == []


def test_measured_figures_stand_in_the_graph_as_recorded() -> None:
    m = Measured("took", 2, "min", "Took", "r.json", "python -m x", "2026-11-24", "x", True, 1)
    g = small(m, Derived("moved", total, "GB", "Moved", inputs={"params": "rate", "width": "took"}))
    assert g.base["took"] == 120
    assert g.base["moved"] == 48e9  # 0.4 GB/s x 120 s
    with pytest.raises(UnknownNameError, match="took: is measured"):
        g.evaluate({"took": 3})


# -- what a graph refuses when it is built ----------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: changed("rate", unit="G/s"), "rate: unknown unit 'G' .* write GB or GiB"),
        (lambda: changed("total", unit="gigabyte"), "total: unknown unit 'gigabyte'"),
        (lambda: changed("total", unit="GB/s"), "total: total gives B, but its unit 'GB/s' means"),
        (lambda: changed("devices", inputs={"memory": "rate"}), "devices: devices cannot be right"),
        (lambda: changed("free", inputs={"memory": "rate"}), "free: .* cannot subtract"),
        (lambda: changed("verdict", inputs={"memory": "params"}), "verdict: .* cannot compare"),
        (lambda: changed("seconds", unit="GB"), "seconds: seconds gives s, but"),
        (lambda: small(TOTAL), "total: the name is used twice in small"),
        (
            lambda: changed("total", inputs={"params": "parms"}),
            "total: its argument 'params' wants a figure 'parms'.* did you mean params",
        ),
        (
            lambda: small(
                Derived("egg", root, "", "Egg", inputs={"params": "hen"}),
                Derived("hen", root, "", "Hen", inputs={"params": "egg"}),
            ),
            "depends on itself: (egg -> hen -> egg|hen -> egg -> hen)",
        ),
        (
            lambda: small(Derived("self", root, "", "Self", inputs={"params": "self"})),
            "self: depends on itself",
        ),
        (lambda: changed("width", value=math.nan), "width: must be a finite number"),
        (lambda: changed("width", value=math.inf), "width: must be a finite number"),
        (lambda: changed("width", value=9), "width: 9 is outside its range 0.5 to 8 B"),
        (lambda: changed("width", value=-1), "width: -1 is outside its range"),
        (lambda: changed("params", value=1.5), "params: must be a whole number"),
        (
            lambda: changed("free", signed=False),
            "free: comes out as −60.0 GB, which has no meaning here",
        ),
        (lambda: changed("rate", value=0), "seconds: has no finite value here"),
        (
            lambda: changed("verdict", formula=devices),
            "verdict: a verdict is a whole number below 2, not 2",
        ),
        (
            lambda: changed("verdict", words=("needs {more}", "fits")),
            "verdict: its words mention 'more', which small does not have",
        ),
        (
            lambda: changed("verdict", words=("with {rate}", "fits"), must=True),
            "verdict: its words mention 'rate', which it does not depend on",
        ),
        (
            lambda: small(choices=(replace(GPU, default="H300"),)),
            "gpu: its default 'H300' is not among its options",
        ),
        (
            lambda: small(choices=(replace(GPU, options={"H100": {"memory": Setting(5000)}}),)),
            "gpu 'H100': memory: 5000 is outside its range",
        ),
        (
            lambda: small(choices=(replace(GPU, options={"H100": {"total": 1}}),)),
            "total: is computed, so it cannot be set",
        ),
        (
            lambda: small(choices=(replace(GPU, options={"H100": {"memroy": 1}}),)),
            "memroy: small has no such figure; did you mean memory",
        ),
    ],
)
def test_a_graph_that_makes_no_sense_is_refused_by_name(
    build: Callable[[], Graph], message: str
) -> None:
    with pytest.raises(FigureError, match=message):
        build()


def not_a_number(params: Any) -> Any:
    """Comes out as NaN."""
    return params * math.nan


def without_end(params: Any) -> Any:
    """Comes out as infinity."""
    return params * math.inf


@pytest.mark.parametrize("formula", [not_a_number, without_end])
def test_a_figure_that_is_no_number_is_refused_by_name(formula: Callable[..., Any]) -> None:
    with pytest.raises(FigureError, match="odd: has no finite value here"):
        small(Derived("odd", formula, "", "Odd"))


def test_a_measured_figure_must_be_a_number_too() -> None:
    m = Measured("took", math.nan, "s", "Took", "r.json", "x", "2026-11-24", "x", True, 1)
    with pytest.raises(FigureError, match="took: has no finite value"):
        small(m)
    with pytest.raises(FigureError, match="took: comes out as −1 s"):
        small(replace(m, value=-1.0))


# -- verdicts ---------------------------------------------------------------------------------


def plan(total: Any, memory: Any, devices: Any) -> Any:
    """Fits on one device: 1, on a few: 0; 2 where it takes more than a few."""
    return where(total <= memory, 1, where(devices <= 5, 0, 2))


def test_a_verdict_says_what_is_needed_instead() -> None:
    """140 GB take two devices of 80 GB and one of 141 GB; 800 GB take ten."""
    words = ("needs {devices}", "fits", "is too much for {memory}")
    g = small(Derived("plan", plan, "", "Plan", words=words))
    assert g.shown("plan") == "needs 2 GPUs"
    assert g.shown("plan", g.evaluate({"params": 80e9})) == "needs 2 GPUs"  # 160 GB
    assert g.shown("plan", g.evaluate({"params": 100e9})) == "needs 3 GPUs"  # 200 GB
    assert g.shown("plan", g.evaluate({"gpu": "H200"})) == "fits"
    assert g.shown("plan", g.evaluate({"params": 400e9})) == "is too much for 80 GB"
    # A question that shows the verdict needs the figures in its words as well.
    assert g.needed(["plan"]) >= {"devices", "memory", "total"}


def test_a_verdict_that_must_be_good_refuses_the_setting_in_its_words() -> None:
    must = Derived(
        "enough", fits, "", "Enough", words=("{total} are too many", "enough"), must=True
    )
    with pytest.raises(FigureError, match="enough: 140 GB are too many"):
        small(must)
    figures = tuple(replace(f, value=40e9) if f.name == "params" else f for f in BASE)
    g = Graph("small", "Small", (Step("one", "One", (*figures, must)),), (GPU,))
    assert g.shown("enough") == "enough"
    with pytest.raises(FigureError, match="enough: 160 GB are too many"):
        g.evaluate({"params": 80e9})


# -- where a value comes from -----------------------------------------------------------------


def test_a_given_that_was_changed_does_not_cite_the_source_of_the_default() -> None:
    g = small()
    assert g.source("memory", {}) == (OWN, "")
    assert g.source("memory", {"params": 8e9}) == (OWN, "")
    assert g.source("memory", {"gpu": "H200"}) == (SHEET, "six stacks")
    assert g.source("memory", {"memory": 90}) == (YOURS, "")
    assert g.source("memory", {"gpu": "H200", "memory": "90"}) == (YOURS, "")
    # Set to what it would be anyway, it is no value of the reader's.
    assert g.source("memory", {"memory": "80.0"}) == (OWN, "")
    assert g.source("memory", {"gpu": "H200", "memory": 141}) == (SHEET, "six stacks")


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_option_of_every_choice_says_where_its_values_come_from(slug: str) -> None:
    """By the running example's own choice only what the example makes up itself."""
    for choice in graph(slug).choices.values():
        for option, settings in choice.options.items():
            for name, setting in settings.items():
                made_up = option.startswith("Atlas") or name == "price"
                assert setting.source.is_own_choice is made_up, (option, name)


def test_a_cell_of_a_row_of_facts_has_its_own_source_and_note() -> None:
    """The V100's peak is of fp16, the H100's of bf16; the row as a whole names no one sheet."""
    g = graph("gpu-wall")
    source, note = g.source("peak_of.v100-sxm2-32gb", {})
    assert "V100" in source.text
    assert note.startswith("fp16, dense")
    assert g.source("peak_of[gpu=h100-sxm]", {})[1].startswith("bf16, dense")
    assert g.source("peak_of", {}) == (EACH, "")
    assert g.source("peak_of.h100-sxm", {"peak_of.h100-sxm": 500}) == (YOURS, "")


def test_a_v100_is_not_said_to_do_bf16_by_the_sheet_of_an_h100() -> None:
    source, note = graph("gpu-wall").source("peak_flops", {"gpu": "V100"})
    assert "V100" in source.text
    assert note.startswith("fp16, dense")
    assert "bf16" not in graph("gpu-wall").figure("peak_flops").label


def test_an_option_that_could_be_several_is_not_guessed() -> None:
    g = graph("gpu-wall")
    for choice, wanted, names in (
        ("gpu", "A100", "A100 80GB SXM or A100 40GB SXM; write more of the name"),
        ("gpu", "h100", "H100 SXM or H100 PCIe; write more"),
        ("model", "llama", "Llama 3 8B or Llama 2 7B or "),
    ):
        with pytest.raises(UnknownNameError, match=f"{choice}: '{wanted}' could be {names}"):
            g.evaluate({choice: wanted})
    assert g.evaluate({"gpu": "a100 80"})["gpu_memory"] == 80e9


@pytest.mark.parametrize(
    ("number", "unit", "written"),
    [
        ("1", "GPUs", "1 GPU"),
        ("−1", "GPUs", "−1 GPU"),
        ("2", "GPUs", "2 GPUs"),
        ("1.0", "GPUs", "1.0 GPUs"),
        ("1", "tokens/s", "1 token/s"),
        ("1", "s", "1 s"),
        ("1", "ms", "1 ms"),
        ("1", "queries", "1 query"),
        ("1", "micro-batches", "1 micro-batch"),
        ("1", "GB/s", "1 GB/s"),
        ("1", "params", "1 param"),
        ("0", "jobs", "0 jobs"),
    ],
)
def test_one_of_a_thing_is_singular(number: str, unit: str, written: str) -> None:
    assert with_unit(number, unit) == written


# -- what it refuses when it is asked ---------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"parms": 1}, UnknownNameError, "parms: small has no such given; did you mean params"),
        ({"total": 1}, UnknownNameError, "total: is computed, so it cannot be set"),
        ({"gpu": "A100"}, UnknownNameError, "gpu: no option 'A100'.*there are H100, H200 SXM"),
        ({"gpu": ""}, UnknownNameError, "gpu: no option ''"),
        ({"params": "many"}, FigureError, "params: 'many' is not a number; give it in params"),
        ({"params": None}, FigureError, "params: 'None' is not a number"),
        ({"params": math.nan}, FigureError, "params: must be a finite number"),
        ({"params": -math.inf}, FigureError, "params: must be a finite number"),
        ({"params": -1}, OutOfRangeError, "params: -1 is outside its range 0 to 1e.12 params"),
        (
            {"params": 1e12 + 1},
            OutOfRangeError,
            "params: 1000000000001 is outside its range 0 to 1e",
        ),
        ({"width": 8.5}, OutOfRangeError, "width: 8.5 is outside its range 0.5 to 8 B"),
        ({"params": 10.5}, FigureError, "params: must be a whole number"),
        ({"rate": 0}, FigureError, "seconds: has no finite value here"),
        ({"params": "9" * 99 + "x"}, FigureError, f"params: '{'9' * 40}...' is not a number"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(
    settings: dict[str, Any], error: type[FigureError], message: str
) -> None:
    with pytest.raises(error, match=message):
        small().evaluate(settings)


def test_a_figure_can_only_be_shown_in_a_unit_of_its_dimension() -> None:
    g = small()
    with pytest.raises(FigureError, match="total: cannot be shown in 's', it is in 'GB'"):
        g.shown("total", unit_name="s")
    with pytest.raises(FigureError, match="total: unknown unit 'G'"):
        g.shown("total", unit_name="G")
    with pytest.raises(UnknownNameError, match=r"totl: small has no such figure.*total"):
        g.shown("totl")


@pytest.mark.parametrize(
    ("number", "unit_name", "text"),
    [
        ("9,024", "USD", "$9,024"),
        ("3.00", "USD/GPU/h", "$3.00 per GPU-h"),
        ("−5", "USD", "−$5"),
        ("40", "%", "40%"),
        ("2", "×", "2×"),
        ("80", "GB", "80 GB"),
        ("64", "", "64"),
    ],
)
def test_a_number_and_its_unit_join_as_readers_write_them(
    number: str, unit_name: str, text: str
) -> None:
    assert with_unit(number, unit_name) == text


def test_a_source_says_whether_a_value_is_the_examples_own() -> None:
    assert OWN.is_own_choice
    assert not Source("A data sheet").is_own_choice


# -- the chapters -----------------------------------------------------------------------------


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_figure_of_a_chapter_has_a_label_and_every_given_a_source(slug: str) -> None:
    for f in graph(slug).figures.values():
        assert f.label
        if isinstance(f, Given):
            assert f.symbol, f.name
            for source in [s for s, _ in f.each] or [f.source]:
                assert source.text, f.name
                # A fact about the world says when it was read and when to read it again.
                assert source.is_own_choice or (source.read and source.review_by), f.name


@pytest.mark.parametrize("slug", CHAPTERS)
def test_importing_a_chapter_imports_no_heavy_library(slug: str) -> None:
    """Neither torch nor SymPy nor Pint, and for the sake of the terminal not NumPy either."""
    heavy = ["torch", "sympy", "pint", "numpy", "scipy", "simpy"]
    code = f"import sys, {CHAPTERS[slug]}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
