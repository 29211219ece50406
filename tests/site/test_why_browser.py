"""A card says why its formula holds, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.site.accessibility import assert_accessible
from tests.site.browsing import reach

pytestmark = pytest.mark.browser

STEPS = [
    {"words": "A rate times a time is what is moved", "tex": r"\beta t = {B_\mathrm{all}}"},
    {"words": "Solved for the time", "tex": r"\frac{{B_\mathrm{all}}}{\beta}"},
]


def test_a_card_unfolds_why_its_formula_holds(visit: Any) -> None:
    """Each step in words and drawn, folded until it is asked for; to readers MathML speaks."""
    page = visit("chapters/small/")

    def with_steps(route: Any) -> None:
        found = route.fetch().json()
        found["cards"]["total_bytes"] |= {"why": STEPS, "checks": ["derived with SymPy: solve"]}
        route.fulfill(json=found)

    page.route("**/small.cards.json*", with_steps)
    reach(page, page.locator('article .fig[data-fig="small.total_bytes"]').first).click()
    card = page.locator("dialog.card[open]:not(:has([role=status]))")
    card.wait_for()
    steps = card.locator(".card-why li")
    assert not steps.first.is_visible()
    card.get_by_text("Why this formula").click()
    assert steps.count() == len(STEPS)
    for shown, step in zip(steps.all(), STEPS, strict=True):
        assert shown.inner_text().startswith(step["words"])
        assert shown.locator(".katex math").count() == 1
    assert "Proved derived with SymPy: solve" in card.inner_text()
    assert_accessible(page)
