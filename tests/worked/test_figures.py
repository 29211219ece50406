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
    Choice,
    Derived,
    FigureError,
    Given,
    Graph,
    Measured,
    OutOfRangeError,
    Source,
    Step,
    UnknownNameError,
    with_unit,
)
from worked.formulas.ops import ceil, sqrt, where

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
GPU = Choice("gpu", "GPU", "H100", {"H100": {"memory": 80}, "H200 SXM": {"memory": 141}})


def small(*figures: Any, choices: tuple[Choice, ...] = (GPU,)) -> Graph:
    """Return a graph of the figures above and more."""
    return Graph("small", "Small", (Step("one", "One", (*BASE, *figures)),), choices)


def changed(name: str, **changes: Any) -> Graph:
    """Return the graph above with one figure changed."""
    figures = tuple(replace(f, **changes) if f.name == name else f for f in BASE)
    return Graph("small", "Small", (Step("one", "One", figures),), (GPU,))


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
    g = small(Derived("third", seconds, "", "A third", inputs={"total": "one", "rate": "three"}),
              Given("one", 1, "", "1", "One", 0, 10), Given("three", 3, "", "3", "Three", 1, 10),
              )  # fmt: skip
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
        (lambda: changed("free", signed=False), "free: comes out negative .* no meaning"),
        (lambda: changed("rate", value=0), "seconds: seconds has no value here"),
        (lambda: changed("verdict", formula=devices), "verdict: a verdict must be 0 or 1, not 2"),
        (
            lambda: small(choices=(replace(GPU, default="H300"),)),
            "gpu: its default 'H300' is not among its options",
        ),
        (
            lambda: small(choices=(replace(GPU, options={"H100": {"memory": 5000}}),)),
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


@pytest.mark.parametrize(("formula", "what"), [(not_a_number, "nan"), (without_end, "inf")])
def test_a_figure_that_is_no_number_is_refused_by_name(
    formula: Callable[..., Any], what: str
) -> None:
    with pytest.raises(FigureError, match=f"odd: comes out as {what}, not a finite number"):
        small(Derived("odd", formula, "", "Odd"))


def test_a_measured_figure_must_be_a_number_too() -> None:
    m = Measured("took", math.nan, "s", "Took", "r.json", "x", "2026-11-24", "x", True, 1)
    with pytest.raises(FigureError, match="took: comes out as nan"):
        small(m)
    with pytest.raises(FigureError, match="took: comes out negative"):
        small(replace(m, value=-1.0))


# -- what it refuses when it is asked ---------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"parms": 1}, UnknownNameError, "parms: small has no such given; did you mean params"),
        ({"total": 1}, UnknownNameError, "total: is computed, so it cannot be set"),
        ({"gpu": "A100"}, UnknownNameError, "gpu: no option 'A100'.*there are H100, H200 SXM"),
        ({"gpu": ""}, UnknownNameError, "gpu: no option ''"),
        ({"params": "many"}, FigureError, "params: 'many' is not a number; give it in params"),
        ({"params": None}, FigureError, "params: None is not a number"),
        ({"params": math.nan}, FigureError, "params: must be a finite number"),
        ({"params": -math.inf}, FigureError, "params: must be a finite number"),
        ({"params": -1}, OutOfRangeError, "params: -1 is outside its range 0 to 1e.12 params"),
        ({"width": 8.5}, OutOfRangeError, "width: 8.5 is outside its range 0.5 to 8 B"),
        ({"params": 10.5}, FigureError, "params: must be a whole number"),
        ({"rate": 0}, FigureError, "seconds: seconds has no value here"),
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
            assert f.source.text, f.name
            # A fact about the world says when it was read and when to read it again.
            assert f.source.is_own_choice or (f.source.read and f.source.review_by), f.name


@pytest.mark.parametrize("slug", CHAPTERS)
def test_importing_a_chapter_imports_no_heavy_library(slug: str) -> None:
    """Neither torch nor SymPy nor Pint, and for the sake of the terminal not NumPy either."""
    heavy = ["torch", "sympy", "pint", "numpy", "scipy", "simpy"]
    code = (
        f"import sys, {CHAPTERS[slug]}; print([m for m in {heavy} if m in sys.modules])"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
