"""Planted mistakes are caught, and a mistake that nothing checks is reported as a survivor."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from checks.proof import mutations, recounts, rewiring
from checks.proof.mutations import KINDS, Mutant, Outcome, formula_mutants, run, summary
from checks.proof.pins import OPTION_PINS, OTHER_PINS, PINS
from worked import units
from worked.chapters import CHAPTERS, graph
from worked.figures import Cell, Derived
from worked.formulas import checkpointing, communication, memory, newton, rows, scheduling

SLUG = "gpu-wall"


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget what was cached from the pins, before and after a test that changes them."""
    mutations.pinned_settings.cache_clear()
    yield
    mutations.pinned_settings.cache_clear()


# -- the run ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_mistake_in_a_chapter_is_caught_or_proved_harmless(slug: str) -> None:
    found = run(slug)
    survivors = [o.mutant for o in found if o.survived]
    assert not survivors
    planted = Counter(o.mutant.kind for o in found)
    # Of units a chapter of pure numbers has few.
    assert all(planted[kind] >= (1 if kind == "unit" else 50) for kind in KINDS), planted
    # The classic ones are among them.
    if slug == SLUG:
        places = {(m.where, m.mistake) for m in (o.mutant for o in found)}
        for classic in CLASSICS:
            assert classic in places, classic


CLASSICS = [
    ("all_reduce_bytes", "2: 2 becomes 1"),
    ("all_reduce_bytes", "ranks - 1: drops - 1"),
    ("kv_width", "kv_heads from heads, not kv_heads"),
    ("kv_width", "kv_heads: head_dim for kv_heads"),
    ("devices_needed", "ceil(total_bytes / device_bytes): floor for ceil"),
    ("young_interval_seconds", "sqrt(2 * write_seconds * mtbf): drops sqrt"),
    ("reaches", "wanted <= value: becomes wanted < value"),
    ("H100 SXM: interconnect_bandwidth", "doubled, as both ways or sparse"),
    ("H100 SXM: interconnect_bandwidth", "interconnect_total for interconnect_bandwidth"),
    ("H100 SXM: peak_bf16", "peak_bf16_sparse for peak_bf16"),
    ("H100 SXM: memory_bytes", "GiB for GB"),
    ("InfiniBand NDR: bandwidth", "times 8, bits"),
    ("Llama 3 8B: kv_heads", "heads for kv_heads"),
    ("tp_bandwidth", "nvlink_bandwidth from network_bandwidth, not nvlink_bandwidth"),
    ("GB", "GiB for GB"),
    ("ms", "times 1,000"),
    ("static_bytes", "GiB shown as GB"),
    ("layout_verdict", "'does not fit' for 'fits'"),
]


def test_the_run_reports_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutations.run, "__defaults__", (("display",),))
    assert mutations.main(["--chapter", SLUG, "--verbose"]) == 0
    out = capsys.readouterr().out
    assert "display: " in out
    assert "every mistake was caught" in out
    assert "display static_bytes: GiB shown as GB: pins" in out


@pytest.mark.usefixtures("fresh")
def test_a_mistake_that_nothing_checks_survives_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the pin of one figure, its display may be anything."""
    monkeypatch.setitem(PINS, SLUG, {n: t for n, t in PINS[SLUG].items() if n != "checkpoint"})
    monkeypatch.setattr(mutations.run, "__defaults__", (("display",),))
    assert mutations.main(["--chapter", SLUG]) == 1
    out = capsys.readouterr().out
    assert "display checkpoint: GiB shown as GB: SURVIVED" in out
    assert f"{len(mutations.DISPLAY_SLIPS)} survived" in out


@pytest.mark.usefixtures("fresh")
def test_a_price_that_nothing_checks_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The price of a GPU that is not the book's has no second source: only its pins know it."""
    place = ("prices", "L40S, running example", "gpu_hour")
    mutant = Mutant("given", "L40S", "doubled")
    assert mutations.judge_fact(SLUG, mutant, place, 2.4).killed_by == mutations.PINNED
    monkeypatch.setitem(OPTION_PINS, SLUG, {})
    monkeypatch.setitem(PINS, SLUG, {n: t for n, t in PINS[SLUG].items() if "l40s" not in n})
    assert mutations.judge_fact(SLUG, mutant, place, 2.4).survived


def test_the_summary_counts_by_kind_and_check() -> None:
    m = Mutant("given", "GB", "GiB for GB")
    lines = summary([Outcome(m, "pins"), Outcome(m), Outcome(m, equivalent="same")]).splitlines()
    assert lines[0].split()[:3] == ["planted", "killed", "survived"]
    (given_line,) = [line for line in lines if line.startswith("given")]
    assert given_line.split() == ["given", "3", "1", "1", "1", "pins", "1"]


def test_wirings_units_and_displays_stand_apart_from_distinct_mistakes() -> None:
    """One wrong formula and two wrong givens are three; a thousand wrong wires are none of them."""
    found = [Outcome(Mutant("formula", "f", "2: 2 becomes 1"), "recount")]
    found += [Outcome(Mutant("given", "x", slip), "pins") for slip in ("halved", "doubled")]
    found += [Outcome(Mutant("wiring", "y", f"wire {n}"), "recount") for n in range(1000)]
    lines = summary(found).splitlines()
    (together,) = [line for line in lines if line.startswith("distinct mistakes")]
    assert together.split()[2] == "3"
    (apart,) = [line for line in lines if line.startswith("apart: wiring")]
    assert apart.split()[2] == "1,000"
    assert len(mutations.distinct(found + found)) == 3


# -- how formulas are changed -----------------------------------------------------------------


def mistakes(formula: Any) -> dict[str, Any]:
    """Return mistake -> changed formula."""
    return {m.mistake: wrong for m, wrong in formula_mutants(formula)}


def test_a_changed_formula_computes_the_mistake() -> None:
    made = mistakes(communication.all_reduce_bytes)
    # 2 x 3 x 8 / 4 = 12 in truth.
    assert communication.all_reduce_bytes(8, 4) == 12
    assert made["2: 2 becomes 1"](8, 4) == 6
    assert made["2: 2 becomes 4"](8, 4) == 24
    assert made["ranks - 1: drops - 1"](8, 4) == 16
    assert made["ranks - 1: + for -"](8, 4) == 20
    assert made["2 * (ranks - 1) * payload_bytes / ranks: drops / ranks"](8, 4) == 48
    assert made["payload_bytes and ranks exchanged"](8, 4) == 2 * 7 * 4 / 8


def test_roundings_comparisons_and_branches_are_changed() -> None:
    whole = mistakes(memory.whole_node_devices)
    ceiling = "ceil(devices / gpus_per_node)"
    assert whole[f"{ceiling}: floor for ceil"](9, 8) == 8
    assert whole[f"{ceiling}: drops ceil"](9, 8) == 9
    verdict = mistakes(rows.reaches)
    relation = "wanted <= value"
    assert verdict[f"{relation}: becomes wanted < value"](5, 5) == 0
    assert verdict[f"where({relation}, 1, 0): branches swapped"](5, 5) == 0
    assert mistakes(checkpointing.completion_probability)["-work_seconds: the minus sign is lost"](
        1, 1
    ) == pytest.approx(2.718281828)
    assert mistakes(scheduling.handed_out)


@pytest.mark.parametrize("slug", [SLUG, "xgboost"])
def test_a_formula_rebuilt_without_a_mistake_passes_every_check(slug: str) -> None:
    """So mutants die of their mistakes, not of being rebuilt."""
    for f in {f.formula: f for f in graph(slug).derived}.values():
        source = mutations.ast.parse(inspect.getsource(f.formula)).body[0]
        assert isinstance(source, mutations.ast.FunctionDef)
        again = mutations._compiled(source, f.formula)
        outcome = mutations.judge_formula(slug, Mutant("formula", f.name, ""), f.formula, again)
        assert not outcome.killed_by, outcome


def test_yes_is_no_number_to_be_off_by_one() -> None:
    assert not [m for m in mistakes(newton.best_cut) if m.startswith("True")]


def test_which_of_two_masks_comes_first_is_no_mistake() -> None:
    """A row counts where it is in the child and goes to the side: in either order."""
    swapped = mistakes(newton.child_sum)["in_child and goes exchanged"]
    g = graph("xgboost")
    users = [f for f in g.derived if f.formula is newton.child_sum]
    why = "the two have the same terms, in another order"
    assert rewiring.why_equal(g, users, newton.child_sum, swapped) == why
    other = mistakes(newton.child_sum)["value: goes for value"]
    assert rewiring.why_equal(g, users, newton.child_sum, other) == ""


def test_the_right_wiring_is_not_killed() -> None:
    g = graph(SLUG)
    for f in g.derived:
        assert not rewiring.is_noticed(SLUG, f, f.formula, g.wiring[f.name]), f.name


def test_right_values_units_and_texts_are_not_killed() -> None:
    g, nothing = graph(SLUG), Fraction(1)
    for cell in (g.cell_name(f, index) for f in g.givens for index in g.cells(f.name)):
        assert mutations.judge_own_given(SLUG, Mutant("given", cell, ""), cell, nothing).survived
    for d in g.derived:
        assert mutations.judge_display(SLUG, Mutant("display", d.name, ""), d, nothing).survived
    assert mutations.judge_unit(SLUG, Mutant("unit", "GB", ""), "GB", nothing).survived
    place = ("hardware", "H100 SXM", "peak_bf16")
    assert mutations.judge_fact(SLUG, Mutant("given", "peak", ""), place, 989.4).survived


def test_a_unit_is_put_back_after_it_was_wrong() -> None:
    before = dict(units._ATOMS)
    m = Mutant("unit", "GB", "GiB for GB")
    assert mutations.judge_unit(SLUG, m, "GB", mutations.GIB).killed_by
    assert before == units._ATOMS
    assert units.unit("GB").factor == 10**9


def outcomes_of(figure: str, slug: str = "l1-gradient") -> dict[str, Outcome]:
    """Return what becomes of each wrong wire of a figure of a chapter."""
    f = graph(slug).figure(figure)
    assert isinstance(f, Derived)
    return {o.mutant.mistake: o for o in mutations.judge_wires(slug, f)}


def test_a_wrong_wire_that_makes_no_difference_is_proved_harmless() -> None:
    """|x| is x where x is positive, |r| squared is r squared, a slope has its residual's sign."""
    found = outcomes_of("best")["x from subgradient_high, not x"]
    assert found.equivalent == "the figure is the same formula of the givens"
    found = outcomes_of("squared_loss")["residual from loss, not residual"]
    assert found.equivalent == "the figure is the same formula of the givens"
    found = outcomes_of("gradient")["residual from slope, not residual"]
    assert found.equivalent.endswith("the same for any number that the right source may be")


def test_a_wrong_wire_that_differs_at_one_point_only_is_killed_at_a_pinned_setting() -> None:
    """The gradient is as large as x everywhere but at the kink, where no draw of numbers goes."""
    found = outcomes_of("subgradient_high")["x from gradient, not x"]
    assert found.killed_by == mutations.RECOUNT
    f = graph("l1-gradient").figure("subgradient_high")
    assert isinstance(f, Derived)
    # Algebra does not call it harmless either.
    assert not mutations._why_wires_agree("l1-gradient", f, "x", Cell("gradient"))
    # |r| for r has another gradient below 0.
    f = graph("l1-gradient").figure("gradient")
    assert isinstance(f, Derived)
    assert not mutations._why_wires_agree("l1-gradient", f, "residual", Cell("loss"))


def test_what_differs_only_where_the_book_does_not_show_it_is_killed_by_the_recount() -> None:
    """Weights and gradients take 140 GB each in the book; with 4-byte gradients they differ."""
    outcome = outcomes_of("ar_bytes", SLUG)["tensor at kept weights"]
    assert outcome.killed_by == mutations.RECOUNT


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind 'typo'; there are formula"):
        next(mutations.outcomes(SLUG, "typo"))


def test_a_chapter_that_nothing_computes_twice_is_refused() -> None:
    with pytest.raises(LookupError, match=r"write checks/proof/recount/no_such\.py"):
        recounts.recount("no-such")


# -- the pins ---------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", CHAPTERS)
def test_what_was_worked_out_by_hand_is_what_the_reader_sees(slug: str) -> None:
    g = graph(slug)
    for settings, texts in [({}, PINS[slug]), *OTHER_PINS.get(slug, [])]:
        values = recounts.evaluated(g, settings)
        for name, text in texts.items():
            assert g.shown(name, values) == text, (name, settings)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_computed_figure_and_every_given_is_pinned(slug: str) -> None:
    g = graph(slug)
    pinned = {cell.partition("[")[0] for cell in PINS[slug]}
    assert {f.name for f in (*g.derived, *g.givens)} <= pinned


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_option_of_every_choice_is_pinned(slug: str) -> None:
    for name, choice in graph(slug).choices.items():
        set_to = {o: {n: s.value for n, s in v.items()} for o, v in choice.options.items()}
        assert set_to == OPTION_PINS[slug][name]
