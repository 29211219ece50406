"""The site in a real browser: it follows its givens, opens its cards, and everyone can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.site.accessibility import assert_accessible
from tests.site.fixture.scenario import GRAPH

pytestmark = pytest.mark.browser

CHAPTER = "chapters/small/"
PAGES = ["", CHAPTER, "givens/", "labs/small_lab/", "code/worked/formulas/memory/", "404.html"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Return visit(page, **context options) -> the loaded page; problems fail the test."""
    contexts, problems = [], []

    def go(path: str, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and problems.append(m.text))
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on(
            "request",
            lambda r: r.url.startswith((site, "data:", "blob:")) or problems.append(r.url),
        )
        page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status} {r.url}"))
        page.goto(site + path, wait_until="load")
        if options.get("java_script_enabled", True) and path.split("?")[0] in ("", CHAPTER):
            page.wait_for_selector("html[data-live=ready]")
        return page

    yield go
    for context in contexts:
        context.close()
    assert problems == []


def text(page: Any, figure: str) -> str:
    """Return how a figure first stands in the page's text."""
    return page.locator(f'article .fig[data-fig="small.{figure}"]').first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible(visit: Any, path: str, scheme: str) -> None:
    """Axe finds no violation; no console error, no request outside the site (by `visit`)."""
    page = visit(path, color_scheme=scheme)
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_panel_and_an_open_card_are_accessible(visit: Any, scheme: str) -> None:
    """What the script builds is as accessible as what the build wrote."""
    page = visit(CHAPTER, color_scheme=scheme)
    page.click(".panel-more")
    page.fill("#panel-small-gpus", "99999")
    page.wait_for_selector("input[aria-invalid]")
    assert_accessible(page)
    page.fill("#panel-small-gpus", "65")
    page.click(".panel-more")
    page.locator('article .fig[data-fig="small.total_bytes"]').first.click()
    page.wait_for_selector("dialog.card[open]")
    assert_accessible(page)


def test_the_script_writes_what_the_build_wrote(visit: Any, site: str) -> None:
    """With the book's givens the live page shows, number for number, the page without script."""
    still = visit(CHAPTER, java_script_enabled=False)
    live = visit(CHAPTER)
    numbers = "es => es.map(e => [e.dataset.fig, e.textContent])"
    before = still.eval_on_selector_all("article [data-fig]", numbers)
    assert len(before) > 30
    assert live.eval_on_selector_all("article [data-fig]", numbers) == before
    pictures = "es => es.map(e => e.outerHTML)"
    drawn = still.eval_on_selector_all("svg.chart", pictures)
    assert len(drawn) == 5
    assert live.eval_on_selector_all("svg.chart", pictures) == drawn


def test_numbers_read_without_script(visit: Any) -> None:
    """Without JavaScript numbers, verdicts, pictures and the givens are there as plain text."""
    page = visit(CHAPTER, java_script_enabled=False)
    # 70 billion parameters of 2 + 14 bytes: 1,120 GB.
    assert text(page, "total_bytes") == "1,120 GB"
    assert text(page, "one_fits") == "does not fit"
    assert page.locator("svg.chart").count() == 5
    assert "H100 SXM" in page.locator(".panel-static").inner_text()
    page.locator(".panel-static summary").click()
    assert "70 billion" in page.locator(".panel-static").inner_text()


def test_choosing_a_model_moves_every_number(visit: Any) -> None:
    """8 billion parameters of 16 bytes are 128 GB: text, table, formula, picture, verdict, URL."""
    page = visit(CHAPTER)
    page.select_option("[data-choice=model]", "Llama-3-8B")
    page.wait_for_function("location.search === '?model=Llama-3-8B'")
    assert text(page, "total_bytes") == "128 GB"
    assert text(page, "weight_bytes") == "16 GB"
    # 128 GB / 80 GB, rounded up.
    assert text(page, "devices") == "2 GPUs"
    assert page.locator(".maths .enclosing[data-fig='small.weight_bytes']").inner_text() in (
        "16 GB", "16\u00a0GB",
    )  # fmt: skip
    spoken = page.locator("[data-template]").first.get_attribute("aria-label")
    assert spoken == "Weights = 8 billion × 2 B = 16 GB"
    assert "128 GB" in page.locator("[data-picture='small.memory'] svg").inner_html()
    assert re.match(r"\d+ numbers differ from the book", wait_for_status(page))
    assert "is-changed" in page.locator(".fig[data-fig='small.total_bytes']").first.get_attribute(
        "class"
    )
    # A recorded measurement stays.
    assert text(page, "recorded_waste") == "12.4%"


def wait_for_status(page: Any) -> str:
    """Return what the panel says once it speaks."""
    page.wait_for_function("document.querySelector('.panel-status').textContent !== ''")
    return page.locator(".panel-status").first.inner_text()


def test_a_verdict_turns_with_its_class(visit: Any) -> None:
    """2 billion parameters of 16 bytes are 32 GB, which one GPU of 80 GB holds."""
    page = visit(CHAPTER)
    verdict = page.locator(".fig[data-fig='small.one_fits']").first
    assert "is-no" in verdict.get_attribute("class")
    page.click(".panel-more")
    page.fill("#panel-small-params", "2")
    page.wait_for_function("location.search === '?params=2'")
    assert verdict.inner_text() == "fits"
    assert "is-yes" in verdict.get_attribute("class")
    assert "is-no" not in verdict.get_attribute("class")


def test_the_slider_moves_a_given(visit: Any) -> None:
    """The keyboard moves a slider, the field and the numbers follow."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    slider = page.get_by_label("Memory of a GPU, slider")
    slider.focus()
    slider.press("End")
    page.wait_for_function("location.search.includes('gpu_memory=1024')")
    assert page.input_value("#panel-small-gpu_memory") == "1024"
    # 1,120 GB in devices of 1,024 GB.
    assert text(page, "devices") == "2 GPUs"


def test_the_address_restores_a_change(visit: Any) -> None:
    """A shared address shows the change; an option may be shortened, a given wins over it."""
    page = visit(CHAPTER + "?params=9&gpu=H200&model=Llama-3-8B")
    # 9 billion x 16 bytes = 144 GB, in devices of 141 GB.
    assert text(page, "total_bytes") == "144 GB"
    assert text(page, "devices") == "2 GPUs"
    assert page.input_value("[data-choice=gpu]") == "H200 SXM"


def test_reset_returns_to_the_book(visit: Any) -> None:
    """Reset gives the book's numbers back and clears address, marks and fields."""
    page = visit(CHAPTER + "?params=9")
    page.click(".panel-reset")
    assert text(page, "total_bytes") == "1,120 GB"
    assert page.evaluate("location.search") == ""
    assert page.locator(".is-changed").count() == 0
    assert page.locator(".panel-reset").is_disabled()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("99999", "99999 is outside its range 1 to 4096 GPUs"),
        ("0", "0 is outside its range 1 to 4096 GPUs"),
        ("2.5", "must be a whole number in 1 to 4096 GPUs, not 2.5"),
        ("many", "'many' is not a number; give it in GPUs, e.g. 64"),
        ("", "'' is not a number; give it in GPUs, e.g. 64"),
    ],
)
def test_a_value_out_of_range_is_refused_beside_its_field(
    visit: Any, typed: str, reason: str
) -> None:
    """The field is marked, the reason stands beside it, and no number moves."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    page.fill("#panel-small-gpus", typed)
    page.wait_for_selector("#panel-small-gpus[aria-invalid=true]")
    assert page.inner_text("#panel-small-gpus-error") == reason
    # The page writes in the next frame: let two pass before saying that nothing moved.
    page.evaluate("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
    assert text(page, "per_gpu") == "17.5 GB"
    page.fill("#panel-small-gpus", "32")
    page.wait_for_function("location.search === '?gpus=32'")
    assert page.get_attribute("#panel-small-gpus", "aria-invalid") is None
    assert text(page, "per_gpu") == "35.0 GB"


def test_a_bad_address_is_said_and_left_out(visit: Any) -> None:
    """What the address asks for in vain is named in the panel; the rest is applied."""
    page = visit(CHAPTER + "?gpus=0&nonsense=1&params=7")
    status = wait_for_status(page)
    assert "gpus: 0 is outside its range" in status
    assert "nonsense" in status
    # 7 billion x 16 bytes = 112 GB.
    assert text(page, "total_bytes") == "112 GB"


def test_a_card_opens_by_keyboard_and_leads_to_the_givens(visit: Any) -> None:
    """Enter opens the card, its inputs open theirs, Back returns, Escape gives the focus back."""
    page = visit(CHAPTER)
    number = page.locator('article .fig[data-fig="small.total_bytes"]').first
    number.focus()
    page.keyboard.press("Enter")
    card = page.locator("dialog.card[open]")
    card.wait_for()
    assert page.evaluate("document.activeElement.id") == "card-title"
    shown = card.inner_text()
    # The twin: 1,120 x 10^9 / 2^30 = 1,043.08 GiB.
    assert "1,120 GB" in shown
    assert "1,043.1 GiB" in shown
    page.keyboard.press("Tab")
    card.get_by_role("button", name="Weights", exact=True).click()
    page.wait_for_function("document.querySelector('#card-title').textContent === 'Weights'")
    card.get_by_role("button", name="Parameters", exact=True).click()
    page.wait_for_function("document.querySelector('#card-title').textContent === 'Parameters'")
    assert "A data sheet" in card.inner_text()
    assert "read 2026-11-01" in card.inner_text()
    card.get_by_role("button", name="Back").click()
    page.wait_for_function("document.querySelector('#card-title').textContent === 'Weights'")
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert number.evaluate("e => e === document.activeElement")


def test_a_card_follows_the_givens(visit: Any) -> None:
    """After a change the card shows the new values, and the book's beside them."""
    page = visit(CHAPTER + "?params=8")
    page.locator('article .fig[data-fig="small.weight_bytes"]').first.click()
    card = page.locator("dialog.card[open]")
    card.wait_for()
    shown = card.inner_text().replace("\u00a0", " ")
    assert "In the book: 140 GB" in shown
    assert "8 billion" in shown
    spoken = card.locator("[data-template]").get_attribute("aria-label")
    assert spoken == "Weights = 8 billion × 2 B = 16 GB"


def test_a_card_stays_in_view(visit: Any) -> None:
    """Wherever the number stands in the window, its card lies within the window."""
    page = visit(CHAPTER)
    for share in (0.2, 0.5, 0.9):
        number = page.locator('article .fig[data-fig="small.total_bytes"]').nth(3)
        number.evaluate(
            "(e, share) => scrollTo(0, e.getBoundingClientRect().top + scrollY - 900 * share)",
            share,
        )
        number.evaluate("e => e.click()")
        page.wait_for_selector("dialog.card[open]")
        box = page.locator("dialog.card").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        page.keyboard.press("Escape")


def test_a_measured_card_says_how_to_repeat_it(visit: Any) -> None:
    """A recorded figure's card names command, date, machine and seed."""
    page = visit(CHAPTER)
    page.locator('article .fig[data-fig="small.recorded_waste"]').first.click()
    shown = page.locator("dialog.card[open]").inner_text()
    for part in ("does not change", "python -m tests.site.fixture", "2026-11-20", "x86_64", "7"):
        assert part in shown


def test_a_card_opens_by_touch_on_a_phone(visit: Any) -> None:
    """A tap opens the card at the foot of the screen, a tap elsewhere closes it."""
    page = visit(CHAPTER, **PHONE)
    page.locator('article .fig[data-fig="small.total_bytes"]').first.tap()
    card = page.locator("dialog.card[open]")
    card.wait_for()
    box = card.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert abs(box["y"] + box["height"] - 844) < 1
    page.locator("h1").first.tap()
    assert page.locator("dialog.card[open]").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(visit: Any, path: str) -> None:
    """Wide tables, formulas and pictures scroll in their own boxes, not the page."""
    page = visit(path, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_phone_panel_opens_over_the_page(visit: Any) -> None:
    """The panel lies at the foot of the screen and opens to its fields."""
    page = visit(CHAPTER, **PHONE)
    assert page.locator(".panel-body").is_hidden()
    page.locator(".panel-more").tap()
    box = page.locator(".panel").bounding_box()
    assert abs(box["y"] + box["height"] - 844) < 1
    assert page.locator("#panel-small-params").is_visible()


def test_the_home_page_moves_too(visit: Any) -> None:
    """A page without a chapter of its own follows the panel that it shows."""
    page = visit("")
    page.fill("#panel-small-params", "8")
    page.wait_for_function("location.search === '?params=8'")
    # 128 GB in TB with two decimals.
    assert text(page, "total_bytes") == "0.13 TB"


def test_print_shows_no_controls(visit: Any) -> None:
    """On paper there is the text, with the present numbers, and no panel."""
    page = visit(CHAPTER)
    page.emulate_media(media="print")
    assert page.locator(".panel").is_hidden()
    assert page.locator(".md-header").is_hidden()
    assert page.locator("svg.chart").first.is_visible()


def test_search_finds_chapter_and_figure(visit: Any) -> None:
    """Numbers are in the search index, formulas are not."""
    page = visit("")
    answer = page.evaluate("fetch('search/search_index.json').then(r => r.json())")
    everything = " ".join(d["title"] + " " + d["text"] for d in answer["docs"])
    assert "1,120 GB" in everything
    assert "A small chapter" in everything
    assert "katex" not in everything
    assert "mathrm" not in everything
    assert "def tensor_bytes" not in everything


def test_a_change_is_written_within_50_ms(visit: Any) -> None:
    """The best of several changes: the machine of a test is shared."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    times = []
    for value in ("32", "48", "100", "128", "256"):
        page.fill("#panel-small-gpus", value)
        page.wait_for_function(f"location.search === '?gpus={value}'")
        times.append(float(page.evaluate("document.documentElement.dataset.recomputed")))
    assert min(times) < 50


def test_the_models_of_page_and_build_agree(visit: Any) -> None:
    """Every figure, evaluated in the browser, equals Python's to 1e-12."""
    page = visit(CHAPTER)
    values = page.evaluate(
        "Promise.all([import(new URL('../../assets/chapters/small.js', location)),"
        "import(new URL('../../assets/js/graph.js', location))])"
        ".then(([m, g]) => g.evaluate(m.model, {params: 8.03, gpus: 96}))"
    )
    want = GRAPH.evaluate({"params": 8.03, "gpus": 96})
    assert values == pytest.approx(want, rel=1e-12)
