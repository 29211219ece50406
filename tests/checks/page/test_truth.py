"""Every claim is true in the book, false somewhere, with a sentence for where it often fails."""

from __future__ import annotations

import pytest

from checks.faces.claims import Claim, holds
from checks.page import truth
from tests.checks.faces.claims_in_page import held_in_page
from worked.chapters import CHAPTERS, graph


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_claims_of_a_chapter_hold_where_they_say(slug: str) -> None:
    """Over every choice of the panel, random settings, and each given pushed to its ends."""
    assert [wrong for one in truth.told(slug) if (wrong := truth.fault(one))] == []


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_page_finds_the_same_claims_true(slug: str) -> None:
    """Every claim of the chapter, at settings spread over all that a reader can reach."""
    told = [one.claim.expression for one in truth.told(slug)]
    reach = [*truth.offered(slug), *truth.pushed(slug)]
    settings = [reach[0], *reach[7 :: len(reach) // 40]]
    conditions = [one.text for one in told]
    for values, theirs in zip(settings, held_in_page(slug, conditions, settings), strict=True):
        ours = [holds(graph(slug), one, values) for one in told]
        assert dict(zip(conditions, theirs, strict=True)) == dict(
            zip(conditions, ours, strict=True)
        )


def claim(kind: str, condition: str, otherwise: str | None = None) -> truth.Told:
    """Return a claim of XGBoost's, as if it stood on a page."""
    return truth.Told("a.md", 3, Claim(kind, "xgboost", condition, "so it is", otherwise))


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (claim("claim", "eta > 1"), "does not hold in the book"),
        (claim("claim", "eta > 0"), "holds wherever one looks; write law"),
        (claim("law", "eta > 0.2"), "does not hold everywhere; write claim"),
        (claim("claim", "cut[round=1] != other_cut"), "say what holds otherwise"),
    ],
)
def test_a_claim_at_fault_is_named_with_its_line(told: truth.Told, what: str) -> None:
    fault = truth.fault(told)
    assert fault is not None
    assert fault.startswith("a.md:3: ")
    assert what in fault


def test_a_claim_that_often_fails_is_right_with_an_otherwise() -> None:
    assert truth.fault(claim("claim", "cut[round=1] != other_cut", "the same cut wins")) is None
    assert truth.fault(claim("law", "eta > 0")) is None


def test_claims_are_found_wherever_they_stand() -> None:
    """In blocks, in lines, in the branches of blocks, with the line that they begin in."""
    text = (
        "---\nchapter: rope\n---\n\n{{ claim: base > 1 | a {{ base }} | b }}\n\n"
        "::: law base > 0\nx {{ law: pairs > 0 | y }}\n:::\n"
    )
    found = [(t.line, t.claim.kind, t.claim.condition) for t in truth._in_text(text, "rope", "a")]
    assert sorted(found) == [
        (5, "claim", "base > 1"),
        (7, "law", "base > 0"),
        (7, "law", "pairs > 0"),
    ]
