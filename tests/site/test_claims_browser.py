"""Claims, terms and numbers to know in a browser: what holds stands there, the rest is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.site.accessibility import assert_accessible
from tests.site.browsing import DRAWN, PHONE, load

pytestmark = pytest.mark.browser

PAGE = "chapters/told/"
Visit = Callable[..., Any]


def text(page: Any) -> str:
    """Return what a reader sees of the page above its question, on one line."""
    said = page.inner_text(".md-content article").replace("\u00a0", " ")
    return " ".join(said.partition("Practice")[0].split())


def test_the_book_says_what_holds_in_it(visit: Visit) -> None:
    """17.5 GB of 1,120 GB on 64 GPUs fit into 80 GB."""
    said = text(visit(PAGE))
    assert "A part of 17.5 GB of Atlas-70B fits into 80 GB on H100 SXM." in said
    assert "There are more GPUs, each a rank, than it takes." in said
    assert "A simulation wastes 12.4%." in said
    assert "One GPU does not hold all of it: 1,120 GB are too many." in said
    assert "One GPU holds it." not in said
    assert "no longer so" not in said


def test_another_setting_says_what_holds_there(visit: Visit) -> None:
    """On 8 GPUs a part has 140 GB; a model of 8 billion parameters has 128 GB in all."""
    said = text(visit(f"{PAGE}?gpus=8"))
    assert "A part of 140.0 GB of Atlas-70B is too large for 80 GB on H100 SXM." in said
    assert (
        "There are more GPUs, each a rank, than it takes. (no longer so with these numbers)" in said
    )
    said = text(visit(f"{PAGE}?model=Llama-3-8B&gpu=H200+SXM"))
    assert "of Llama-3-8B fits into 141 GB on H200 SXM." in said
    assert "One GPU holds it." in said
    assert "does not hold all" not in said


def test_a_value_of_ones_own_makes_the_choice_yours(visit: Visit) -> None:
    said = text(visit(f"{PAGE}?gpu_memory=20"))
    assert "of Atlas-70B fits into 20 GB on your GPU." in said


def test_what_was_measured_elsewhere_rests(visit: Visit) -> None:
    """The simulation ran at 12 hours between failures: at 6 its sentence is marked."""
    page = visit(f"{PAGE}?mtbf=6")
    assert "wastes 12.4% (measured at other settings)" in text(page)
    number = page.locator(".fig.is-elsewhere")
    assert "changed since" in number.get_attribute("title")


def test_the_panel_counts_the_sentences_that_no_longer_hold(visit: Visit) -> None:
    page = visit(f"{PAGE}?gpus=8")
    status = page.locator(".panel [role=status]")
    status.filter(has_text="1 sentence no longer holds, and is marked.").wait_for()


def test_going_back_brings_the_books_sentences_back(visit: Visit) -> None:
    page = visit(PAGE)
    before = text(page)
    load(page, page.url + "?gpus=8")
    page.get_by_role("button", name="Reset").first.click()
    page.wait_for_function("!location.search")
    page.wait_for_function(DRAWN)
    assert text(page) == before


def test_sums_in_the_head_and_turning_points_follow(visit: Visit) -> None:
    """1,000 GB / 60 = 17 GB; on 8 GPUs 1,000 / 8 = 125, which is written to two digits."""
    page = visit(PAGE)
    assert "In the head: 1,000 GB / 60 GPUs ≈ 17 GB, 2.9% too low." in text(page)
    assert "It decides whether a part fits. Turning point, GPUs of the job: 13 GPUs." in text(page)
    load(page, page.url + "?gpus=8")
    page.wait_for_function(DRAWN)
    assert "1,000 GB / 8 GPUs ≈ 130 GB, 7.1% too low." in text(page)
    assert "Turning point, GPUs of the job: 14 GPUs." in text(page)
    assert "hold its part on every GPU not met" in text(page)


def test_without_javascript_the_books_branch_is_read(visit: Visit) -> None:
    said = text(visit(PAGE, java_script_enabled=False))
    assert "fits into 80 GB" in said
    assert "too large" not in said


def test_a_term_says_what_it_means_to_mouse_keyboard_and_finger(visit: Visit) -> None:
    """Escape takes it away; the first tap says it, the second goes to the page of terms."""
    page = visit(PAGE)
    term, tip = page.locator("a.term"), page.get_by_role("tooltip")
    term.hover()
    tip.wait_for()
    assert tip.inner_text() == term.get_attribute("data-says")
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    term.focus()
    tip.wait_for()
    phone = visit(PAGE, **PHONE)
    phone.locator("a.term").tap()
    phone.get_by_role("tooltip").wait_for()
    assert phone.url.endswith(PAGE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marked_sentences_are_accessible(visit: Visit, scheme: str) -> None:
    for query in ("", "?gpus=8&mtbf=6"):
        assert_accessible(visit(f"{PAGE}{query}", color_scheme=scheme))
