"""What a claim says, where it holds, and how it stands in a page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from checks.faces.claims import holds, rests, split
from checks.page.place import PageContext, PlacementError, place
from checks.proof.recounts import drawn_settings
from tests.checks.faces.claims_in_page import held_in_page
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Graph, Measured
from worked.figures.expressions import condition
from worked.figures.expressions import read as read_expression

PAGE = PageContext("docs/chapters/small.md", "small")


@pytest.fixture(autouse=True)
def small_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the fixture's chapter to the book's."""
    monkeypatch.setitem(CHAPTERS, "small", "tests.site.fixture.scenario")


def true(g: Graph, text: str, settings: dict[str, Any] | None = None) -> bool | None:
    """Return whether a condition holds at some settings."""
    return holds(g, condition(g, text), g.evaluate(settings or {}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 1,120 GB on 64 GPUs are 17.5 GB each.
        ("per_gpu <= gpu_memory", True),
        ("total_bytes <= gpu_memory", False),
        ("not total_bytes <= gpu_memory and per_gpu * 2 < gpu_memory", True),
        ("total_bytes / gpus == per_gpu", True),
        ("total_bytes / gpus != per_gpu", False),
        ("per_gpu < gpu_memory < total_bytes", True),
        # A verdict stands for its good word.
        ("split_fits and not one_fits", True),
        # Jobs A, B and C want 8, 24 and 16.
        ("any(wanted > 16, job)", True),
        ("all(wanted > 8, job)", False),
        ("count(wanted > 8, job) == 2", True),
        ("total(wanted, job) == 48 and most(wanted, job) == wanted[job=b]", True),
        ("where_most(wanted, job) == where_most(2 * wanted, job)", True),
    ],
)
def test_conditions_are_written_as_one_would_say_them(text: str, expected: bool) -> None:
    assert true(graph("small"), text) is expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("per_gpu", "is a number; a condition compares"),
        ("per_gpu <", "cannot be read"),
        ("per_gpus < gpu_memory", "no such figure; did you mean per_gpu"),
        ("per_gpu < gpus", "cannot compare"),
        ("wanted > 8", "for each place of job; say which place, or any"),
        ("any(wanted > 8, jobs)", "the axes are"),
        ("any(wanted, job)", "is a number; compare"),
        ("wanted[job=d] > 8", "has no place 'd'; there are a, b, c"),
        ("__import__('os')", "neither arithmetic|there is no"),
        ("per_gpu.real > 1", "neither arithmetic"),
        ("per_gpu is gpu_memory", "compares with <"),
        ("(lambda: 1)() > 0", "neither arithmetic"),
    ],
)
def test_what_cannot_be_a_condition_is_refused_in_its_own_words(text: str, what: str) -> None:
    g = graph("small")
    with pytest.raises(FigureError, match=what):
        condition(g, text)


def test_a_number_can_be_written_as_well() -> None:
    """16 B a parameter: 2 + 14."""
    g = graph("small")
    told = read_expression(g, "total_bytes / params")
    assert not told.is_condition
    assert g.units["total_bytes"].dimension.same_as(told.kind.dimension)


def test_a_claim_holds_as_its_figures_do() -> None:
    """17.5 GB fit in 80; on 8 GPUs it is 140 GB."""
    g = graph("small")
    assert true(g, "per_gpu <= gpu_memory") is True
    assert true(g, "per_gpu <= gpu_memory", {"gpus": 8}) is False


def test_what_has_no_meaning_is_neither_true_nor_false() -> None:
    """With five rounds there is no sixth."""
    g = graph("gradient-boosting")
    told = condition(g, "mse[round=6] < mse[round=2]")
    assert holds(g, told, g.evaluate({"rounds": 6})) is True
    assert holds(g, told, g.base) is None


def test_a_claim_on_a_measurement_rests_where_the_givens_are_others() -> None:
    """It was recorded at the book's time between failures, and at any price."""
    g = graph("small")
    assert isinstance(g.figures["recorded_waste"], Measured)
    told = condition(g, "recorded_waste > 0")
    assert rests(g, told, g.evaluate({"mtbf": 8}))
    assert not rests(g, told, g.evaluate({"price": 3}))


def test_a_claim_is_cut_outside_its_figures_alone() -> None:
    assert split("a > b | x {{ a | GB 1 }} | y") == ["a > b ", " x {{ a | GB 1 }} ", " y"]


def test_the_page_has_the_books_branch_and_hides_the_other() -> None:
    """Without JavaScript and to the search the book's sentence is all there is."""
    placed = place(
        "It {{ claim: per_gpu <= gpu_memory | fits in {{ gpu_memory }} | does not }}.", PAGE
    )
    assert '<span class="then">fits in <span class="fig given"' in placed
    assert '<span class="otherwise" hidden data-search-exclude>does not</span></span>.' in placed
    data = json.loads(html.unescape(re.findall('data-claim="(.*?)"', placed)[0]))
    assert data["slug"] == "small"
    assert data["term"] == ["<=", ["arg", "per_gpu"], ["arg", "gpu_memory"]]


def test_a_block_holds_paragraphs_of_either_branch() -> None:
    source = (
        "::: claim per_gpu <= gpu_memory\nIt fits: {{ per_gpu }}.\n\n- so\n\n"
        "::: otherwise\nIt does not.\n:::\n"
    )
    placed = place(source, PAGE)
    assert placed.count('markdown="block"') == 3
    assert '<div class="otherwise" markdown="block" hidden data-search-exclude>' in placed
    assert "::: " not in placed


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{ claim: per_gpu > gpu_memory | no }}", "does not hold at the book's values"),
        ("{{ claim: per_gpu <= gpu_memory }}", "write {{ claim: CONDITION"),
        ("{{ claim: per_gpu <= gpu_memory | a | b | c }}", "write {{ claim: CONDITION"),
        ("{{ law: per_gpu <= gpu_memory | a | b }}", "there is no otherwise"),
        ("::: claim per_gpu > gpu_memory\nno\n:::\n", "does not hold at the book's values"),
        ("::: law gpus > 0\na\n::: otherwise\nb\n:::\n", "there is no otherwise"),
        ("{{ choice: engine }}", "no choice 'engine'; there are"),
    ],
)
def test_a_claim_that_cannot_stand_fails_the_build_with_its_place(source: str, what: str) -> None:
    with pytest.raises(PlacementError, match=what) as error:
        place(source, PAGE)
    assert str(error.value).startswith("docs/chapters/small.md:1")


def test_a_claim_may_stand_within_a_claim() -> None:
    """One with figures of its own; what is deeper, or does not close, is refused and not shown."""
    inner = "{{ claim: gpus > 8 | on {{ gpus }} | on few }}"
    placed = place(f"It {{{{ claim: per_gpu <= gpu_memory | fits {inner} | does not }}}}.", PAGE)
    assert placed.count("data-claim") == 2
    assert ">64 GPUs</span>" in placed
    assert "{{" not in placed
    deeper = f"{{{{ claim: gpus > 4 | so {inner} }}}}"
    for text in (f"{{{{ claim: per_gpu <= gpu_memory | {deeper} }}}}", "{{ claim: gpus > 4 | so }"):
        with pytest.raises(PlacementError, match="braces do not close"):
            place(text, PAGE)


CONDITIONS = {
    "gradient-boosting": [
        "mse[round=3] < mse[round=2]",
        "all(residual[round=1] > 0, row) or any(residual[round=1] > 10, row)",
        "not where_least(minutes, row) == where_most(minutes, row)",
        "mean(minutes, row) <= 3 * least(minutes, row)",
        "maximum(eta, 1) >= 1 and not eta > 0.9",
        "count(minutes > 12, row) > 2",
    ],
    "rope": ["base >= 10000", "all(head_frequency <= 1, hand) and rows_missing > 0"],
    "xgboost": ["all(gain[round=1] > gamma, split)", "may_split[split=1] or eta > 0.5"],
}


@pytest.mark.parametrize("slug", CONDITIONS)
def test_the_page_finds_true_what_python_does(slug: str) -> None:
    """At the book's values and at sixty random settings, meaningless ones included."""
    g = graph(slug)
    told = [condition(g, text) for text in CONDITIONS[slug]]
    settings = []
    for number in range(61):
        try:
            settings.append(g.evaluate(drawn_settings(g, number)))
        except FigureError:
            continue
    answers = set()
    for values, theirs in zip(
        settings, held_in_page(slug, CONDITIONS[slug], settings), strict=True
    ):
        assert theirs == [holds(g, one, values) for one in told]
        answers |= set(theirs)
    assert {True, False} <= answers
