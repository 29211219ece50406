"""Every figure is proved, and a proof that should fail does."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from checks.faces.equations import argument_symbols
from checks.page import maths, tables
from checks.page.cards import why
from checks.proof import recounts, rewiring, steps
from checks.proof import table as proof
from checks.proof.brute import brute
from checks.proof.brute.communication import ring_all_gather, ring_all_reduce, ring_reduce_scatter
from checks.proof.brute.parallelism import run_pipeline
from checks.proof.measured import MEASURED
from checks.proof.recount.gpu_wall import recount
from checks.proof.table import Proof, ProofError, Row, count, counterpart, derive
from worked import rows
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, Given, Graph, Step
from worked.figures.terms import trace
from worked.formulas import (
    boosting,
    checkpointing,
    communication,
    inference,
    memory,
    newton,
    ops,
    parallelism,
    scheduling,
)
from worked.formulas import rows as rows_of_a_sample
from worked.showing import flat

SLUGS = list(CHAPTERS)
ROOT = Path(__file__).resolve().parents[3]


def posing(formula: Callable[..., Any], as_: Callable[..., Any]) -> Callable[..., Any]:
    """Let `formula` be looked up under the name of another one."""
    formula.__name__, formula.__module__ = as_.__name__, as_.__module__
    return formula


# -- what must hold ---------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.parametrize("slug", SLUGS)
def test_each_derived_figure_is_computed_again_and_proved_where_it_has_content(slug: str) -> None:
    """Every build of the book refuses a weaker one too, and tests/site/test_book.py builds it."""
    weak = [row.figure for row in proof.table(slug) if not row.proved]
    assert not weak


def test_a_book_with_a_figure_that_nothing_proves_is_not_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Row("fits", "Verdict", "fits", ("count",))
    monkeypatch.setattr(proof, "table", lambda slug: [row])
    with pytest.raises(ProofError, match="gpu-wall: nothing proves fits"):
        tables.proof("gpu-wall", "")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_chapter_computed_a_second_time_in_one_piece_agrees(slug: str) -> None:
    """At the book's values and at draws of all givens: no figure is wrongly wired."""
    g = graph(slug)
    again = recounts.known(slug, 0)
    assert again is not None
    assert set(again) == set(g.figures)
    for f in g.derived:
        assert not rewiring.is_noticed(slug, f, f.formula, g.wiring[f.name]), f.name


def test_the_second_computation_is_the_graphs_at_the_books_values() -> None:
    g = graph("gpu-wall")
    again = recount({f.name: g.base[f.name] for f in g.givens})
    for f in g.derived:
        cells = np.asarray(again[f.name], float).ravel().tolist()
        assert cells == pytest.approx(flat(g.base[f.name]), rel=1e-12), f.name


def test_the_draws_bring_out_both_sides_of_every_verdict() -> None:
    g = graph("gpu-wall")
    draws = [rows for n in range(rewiring.DRAWS) if (rows := recounts.known("gpu-wall", n))]
    for f in g.derived:
        # A verdict that must be good is never drawn otherwise.
        if f.words and not f.must:
            assert {0.0, 1.0} <= {cell for rows in draws for cell in rows[f.name].cells}, f.name


# -- what must not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "original"),
    [
        (
            lambda payload_bytes, ranks: (ranks - 1) * payload_bytes / ranks,
            communication.all_reduce_bytes,
        ),
        (
            lambda payload_bytes, ranks: 2 * ranks * payload_bytes / ranks,
            communication.all_reduce_bytes,
        ),
        (lambda stages, micro_batches: (stages - 1) / micro_batches, parallelism.bubble_fraction),
        (lambda rows, others: (others / rows) ** others, boosting.left_out_share),
        (lambda rows, others: math.nan, boosting.left_out_share),
    ],
)
def test_a_wrong_formula_is_refused_by_both_routes(
    wrong: Callable[..., Any], original: Callable[..., Any]
) -> None:
    with pytest.raises(ProofError):
        count(posing(wrong, original))
    with pytest.raises(ProofError):
        derive(posing(wrong, original))


def test_a_formula_that_is_wrong_only_below_zero_is_refused_by_its_derivation() -> None:
    """A leaf of gradient sum -5 with nothing to penalise weighs 5 over its hessians, not 0."""

    def wrong(gradient_sum: Any, hessian_sum: Any, reg_lambda: Any, reg_alpha: Any) -> Any:
        return -ops.maximum(gradient_sum - reg_alpha, 0) / (hessian_sum + reg_lambda)

    assert wrong(5, 2, 0, 0) == newton.leaf_weight(5, 2, 0, 0)
    with pytest.raises(ProofError, match="differs from its derivation"):
        derive(posing(wrong, newton.leaf_weight))


def test_a_step_that_is_wrong_only_at_its_edge_is_refused() -> None:
    """An instance too few where the slices are used up exactly: 8 over 2 is 4."""
    wrong = posing(
        lambda compute_slices, memory_slices, slice_compute, slice_memory: min(
            (compute_slices - 1) // slice_compute, memory_slices // slice_memory
        ),
        inference.instances_per_gpu,
    )
    with pytest.raises(ProofError, match="counted"):
        count(wrong)


def test_a_verdict_that_is_wrong_only_on_a_tie_is_refused() -> None:
    """Of 128 GPUs two jobs get the 64 that each wants; of 64 one could have had all."""

    def wrong(free_gpus: int, jobs: int, gpus_per_job: int) -> int:
        starts = int(-(-free_gpus // jobs) >= gpus_per_job)
        return starts if free_gpus > gpus_per_job else 2

    with pytest.raises(ProofError, match="counted"):
        count(posing(wrong, scheduling.handed_out))


def test_a_formula_over_an_axis_is_counted_cell_by_cell() -> None:
    """Half of what tensor parallelism cuts, at one of five places: the others agree."""

    @functools.wraps(memory.saved_per_unit)
    def wrong(*arguments: Any) -> Any:
        right = memory.saved_per_unit(*arguments)
        parts = {str(i): right.fixed("keeping", i) for i in range(5)}
        return ops.along("keeping", **parts | {"3": parts["3"] / 2})

    assert count(memory.saved_per_unit) == "count"
    with pytest.raises(ProofError, match="counted"):
        count(wrong)


def test_a_row_is_counted_cell_by_cell_and_none_is_no_number() -> None:
    """A row of 2 km at a threshold of 2 km goes right; no gain of a millionth is a best one."""
    gains = rows.Row.of([1e-6], "split")
    assert newton.best_cut(gains, rows.Row.of([1], "split")).nested() is None
    assert count(newton.best_cut) == count(newton.goes_to) == "count"

    def to_the_left(x: Any, threshold: Any) -> Any:
        return ops.along("side", left=x <= threshold, right=x > threshold)

    with pytest.raises(ProofError, match=r"counted 0\.0 and 1\.0, formula 1\.0 and 0\.0"):
        count(posing(to_the_left, newton.goes_to))

    def at_a_millionth(gain: Any, may_split: Any) -> Any:
        may = ops.all_of(may_split, gain >= 1e-6)
        return ops.where_most(gain, "split", where=may, last=True)

    with pytest.raises(ProofError, match=r"counted None, formula 0\.0"):
        count(posing(at_a_millionth, newton.best_cut))


def test_a_count_that_takes_other_arguments_is_refused() -> None:
    with pytest.raises(ProofError, match=r"is_late takes \['minutes', 'promise'\]"):
        counterpart("brute", posing(lambda promise, minutes: minutes, rows_of_a_sample.is_late))


def test_a_formula_without_any_proof_has_no_route() -> None:
    def unheard_of(x: float) -> float:
        return x

    assert counterpart("brute", unheard_of) is None
    assert counterpart("derivations", posing(unheard_of, memory.tensor_bytes)) is None
    assert derive(memory.tensor_bytes) is None


def test_what_counts_as_proved() -> None:
    """Arithmetic needs the recount; what has content needs a derivation or a count besides."""
    assert not Row("x", "X", "f", ("count", "dimension")).proved
    assert Row("x", "X", "f", ("recount",)).proved
    assert not Row("x", "X", "f", ("recount", "dimension"), has_content=True).proved
    assert Row("x", "X", "f", ("recount", "count"), has_content=True).proved


@pytest.mark.parametrize(
    ("formula", "content"),
    [
        (lambda a, b: 2 * a / (b - 1), False),
        (lambda a, b: ops.where(a < b, ops.ceil(a), a**2), False),
        (lambda a, b: ops.total(a * b, "row"), False),
        (lambda a, b: ops.sqrt(2 * a * b), True),
        (lambda a, b: 1 - (1 - a) ** b, True),
        (lambda a, b: ops.total(ops.exp(a), "row") + b, True),
    ],
)
def test_what_has_content(formula: Callable[..., Any], content: bool) -> None:
    assert proof.has_content(trace(formula)) is content


def one_chapter(monkeypatch: pytest.MonkeyPatch, *figures: Any, again: dict[str, Any]) -> None:
    """Let the book have one chapter of a few figures, and `again` be its second computation."""
    small = Graph("small", "Small", (Step("one", "One", figures),))
    for module in (proof, recounts):
        monkeypatch.setattr(module, "graph", lambda slug: small)
    monkeypatch.setattr(proof, "CHAPTERS", {"small": ""})
    monkeypatch.setattr(recounts, "recount", lambda slug: lambda givens: again)
    recounts.known.cache_clear()


SIZE = Given("size", 3, "GB", "s", "Size", 1, 9)


def test_the_table_fails_where_a_figure_is_not_computed_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = Derived("double", lambda size: 2 * size, "GB", "Twice")
    one_chapter(monkeypatch, SIZE, twice, again={})
    assert proof.main([]) == 1
    out = capsys.readouterr().out
    assert "WEAK double" in out
    assert "1 figure not proved" in out
    assert out.splitlines()[-1] == (
        "  small: double: compute it again in checks/proof/recount/small.py"
    )


def test_the_table_fails_where_the_second_computation_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = Derived("double", lambda size: 2 * size, "GB", "Twice")
    one_chapter(monkeypatch, SIZE, twice, again={"double": 7e9})
    assert proof.main([]) == 1
    assert "FAIL double" in capsys.readouterr().out


def test_the_table_fails_where_a_check_disagrees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_too_many(activation_width: Any) -> Any:
        return 13 * activation_width

    given = Given("activation_width", 2, "B", "v", "Width", 1, 9)
    wrong = Derived("number", posing(one_too_many, memory.split_width), "B", "Saved")
    one_chapter(monkeypatch, given, wrong, again={"number": 26})
    assert proof.main([]) == 1
    assert "FAIL number" in capsys.readouterr().out


def test_the_table_ends_with_the_file_in_which_a_formula_with_content_is_to_be_proved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = posing(lambda size: ops.sqrt(size), memory.tensor_bytes)
    one_chapter(
        monkeypatch,
        Given("size", 4, "", "s", "Size", 1, 9),
        Derived("side", root, "", "Side"),
        again={"side": 2.0},
    )
    assert proof.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "  small: side: tensor_bytes has content; prove it in "
        "checks/proof/derivations/memory.py or checks/proof/brute/memory.py"
    )


def test_a_chapter_that_does_not_exist_is_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert proof.main(["no-such"]) == 2
    assert capsys.readouterr().out == f"no-such: no such chapter; there are {', '.join(SLUGS)}\n"


# -- what the reader is told --------------------------------------------------------------------


def test_a_formula_is_said_to_be_plain_arithmetic_or_how_it_is_proved() -> None:
    assert proof.how(memory.tensor_bytes) == Proof(("plain arithmetic: recounted",))
    young = proof.how(checkpointing.young_interval_seconds)
    assert young.words == (
        "derived with SymPy: set the derivative of the first-order waste by the interval to zero",
        "counted by brute force: search for the interval that wastes least",
    )
    assert proof.how(communication.all_reduce_bytes).words[-1].startswith("measured: the bytes")


def test_the_steps_shown_are_those_of_the_code_that_proves() -> None:
    """The last step of the derivation is what the formula is held against."""
    young = proof.how(checkpointing.young_interval_seconds)
    write, mtbf = sympy.symbols("write_seconds mtbf", positive=True)
    assert young.steps[-1].value == sympy.sqrt(2 * write * mtbf)
    assert proof.told(young)[-2:] == [
        "5. Solved for the interval",
        "     sqrt(2)*sqrt(mtbf)*sqrt(write_seconds)",
    ]


def formulas_of(slug: str) -> dict[Callable[..., Any], Derived]:
    return {f.formula: f for f in graph(slug).derived}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_derivation_shows_its_steps_in_the_symbols_of_the_figure(slug: str) -> None:
    """KaTeX draws them, and no letter of a derivation's own is one that the figure has."""
    g = graph(slug)
    for f in g.derived:
        way = proof.how(f.formula).steps
        assert bool(way) is (counterpart("derivations", f.formula) is not None), f.name
        symbols = argument_symbols(g, f.name)
        for step, shown in zip(way, why(g, f.name, way), strict=True):
            maths.render(shown["tex"], display=True)
            values = step.value if isinstance(step.value, (list, tuple)) else [step.value]
            letters = {s for v in values for s in sympy.sympify(v).free_symbols}
            own = {sympy.latex(s) for s in letters if s.name not in symbols}
            assert not own & set(symbols.values()), (f.name, step.words)


def test_a_symbol_that_is_a_quotient_is_put_in_brackets() -> None:
    """n/g nodes less one are (n/g) - 1, and g of them are g (n/g)."""
    g, m = sympy.symbols("g nodes", positive=True)
    shown = steps.as_tex(steps.Step("", g * (m - 1)), {"nodes": "n/g", "g": r"g_\mathrm{n}"})
    assert shown == r"{g_\mathrm{n}} \left(\left(n/g\right) - 1\right)"


def test_what_was_said_is_not_said_again_and_nobody_listens_outside() -> None:
    """A derivation that uses another twice says its steps once, and proves as silently."""

    def twice(x: Any) -> Any:
        return steps.noted("half", x / 2) + steps.noted("half", x / 2)

    value, heard = steps.heard_from(twice, [6])
    assert (value, [s.words for s in heard]) == (6, ["half"])
    assert twice(6) == 6


@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_of_proofs_has_each_formula_once_and_each_figure_with_its_pins(slug: str) -> None:
    """Those that are plain arithmetic stand apart, and are said to be."""
    page = tables.proof(slug, "../")
    route, plain = page.split("<details>")
    assert "Plain arithmetic: recounted" in plain
    for formula in formulas_of(slug):
        row = f"<code>{formula.__name__}</code>"
        is_plain = proof.how(formula).words == (proof.PLAIN,)
        assert (route.count(row), plain.count(row)) == ((0, 1) if is_plain else (1, 0)), row
    assert page.count("</span>") == len(graph(slug).derived)
    assert f"code/checks/proof/recount/{slug.replace('-', '_')}/" in page
    assert "dimension" not in page


def test_what_is_said_to_be_measured_is_measured_by_a_test() -> None:
    """Each names a formula of the book and a test that there is."""
    known = {
        f"{f.__module__.rpartition('.')[2]}.{f.__name__}" for s in SLUGS for f in formulas_of(s)
    }
    for formula, measured in MEASURED.items():
        assert formula in known, formula
        path, _, test = measured.test.partition("::")
        assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), measured.test


def test_every_route_is_of_a_formula_that_the_book_uses() -> None:
    """A proof of what nothing shows is dead."""
    used = {f.__name__ for s in SLUGS for f in formulas_of(s)}
    topics = {f.__module__.rpartition(".")[2] for s in SLUGS for f in formulas_of(s)}
    for kind in ("derivations", "brute"):
        for path in (ROOT / "checks/proof" / kind).glob("*.py"):
            if path.stem in topics:
                routes = set(re.findall(r"^@.*\)\ndef (\w+)\(", path.read_text("utf-8"), re.M))
                assert routes <= used, (path.name, routes - used)


# -- the counters themselves ------------------------------------------------------------------


def test_the_simulated_rings_move_what_was_worked_out_by_hand() -> None:
    """4 ranks, 32 B: chunks of 8 B, 3 steps out and 3 back, 48 B sent by each."""
    assert ring_all_reduce(32, 4) == 6 * 8
    assert ring_all_gather(32, 4) == 3 * 8
    assert ring_reduce_scatter(32, 4) == 3 * 8
    assert ring_all_reduce(32, 1) == 0


@pytest.mark.parametrize("alternate", [True, False])
def test_the_simulated_pipeline_takes_what_was_drawn_by_hand(alternate: bool) -> None:
    """2 stages, 2 micro-batches, forward 1 slot, backward 2: 9 slots, 6 of them busy.

    Stage 1 does F1 in slot 2 and B1 in 3 and 4 at the earliest; its last backward can end in
    slot 7 and stage 0's in slot 9.
    """
    *idle, slots = run_pipeline(2, 2, alternate)
    assert slots == 9
    assert idle == [3, 3]


def test_the_searches_find_what_they_search_for() -> None:
    assert brute.lowest(lambda x: (x - 3) ** 2, 0, 10) == pytest.approx(3, rel=1e-6)
    assert brute.crossing(lambda x: x * x - 2, 0, 10) == pytest.approx(2**0.5, rel=1e-12)
