"""The site in a real browser: it follows its givens, opens its cards, and everyone can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.accessibility import assert_accessible
from tests.site.browsing import DRAWN, PHONE, load, next_frame, reach
from tests.site.build import ids_used_twice
from tests.site.fixture.scenario import GRAPH
from worked.showing import flat

pytestmark = pytest.mark.browser

CHAPTER = "chapters/small/"
PAGES = ["", CHAPTER, "givens/", "labs/small_lab/", "code/worked/formulas/memory/", "404.html"]
CARD = "dialog.card[open]:not(:has([role=status]))"
"""A card that has opened and come to what it shows: for a slow network it opens before."""


def number(page: Any, figure: str) -> Any:
    """Return where a figure first stands in the page's text, in view and at rest."""
    return reach(page, page.locator(f'article .fig[data-fig="small.{figure}"]').first)


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
    # What the panel says then takes a line, and moves the page.
    page.wait_for_function("document.querySelector('.panel-status').textContent.includes('differ')")
    page.click(".panel-more")
    number(page, "total_bytes").click()
    page.wait_for_selector(CARD)
    assert_accessible(page)


def test_the_script_writes_what_the_build_wrote(visit: Any, site: str) -> None:
    """With the book's givens the live page shows, number for number, the page without script.

    Its pictures too, once they have been drawn with other givens and then with these again.
    """
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
    for model, search in (("Llama-3-8B", "?model=Llama-3-8B"), ("Atlas-70B", "")):
        live.select_option("[data-choice=model]", model)
        live.wait_for_function(f"location.search === '{search}' && {DRAWN}")
        assert (live.eval_on_selector_all("svg.chart", pictures) == drawn) == (model == "Atlas-70B")


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
        "16 GB",
        "16\u00a0GB",
    )
    spoken = page.locator("[data-template]").first.get_attribute("aria-label")
    assert spoken == "Weights = 8 billion × 2 B = 16 GB"
    page.wait_for_function(DRAWN)
    assert "128 GB" in page.locator("[data-picture='small.memory'] svg").inner_html()
    assert re.match(r"\d+ numbers differ from the book", wait_for_status(page))
    assert "is-changed" in page.locator(".fig[data-fig='small.total_bytes']").first.get_attribute(
        "class"
    )
    # A recorded measurement stays.
    assert text(page, "recorded_waste") == "12.4%"


def test_a_number_in_words_moves_with_its_figure(visit: Any) -> None:
    """Two bytes a weight; with other values in the panel, as many."""
    page = visit(CHAPTER)
    assert text(page, "weight_width") == "two bytes"
    page.click(".panel-more")
    page.fill("#panel-small-weight_width", "4")
    wait_for_status(page)
    assert text(page, "weight_width") == "four bytes"


def test_a_cited_number_names_its_source(visit: Any) -> None:
    """Out of sight until the number has the focus, and then behind it; always read out."""
    page = visit(CHAPTER)
    source = page.locator(".cited-source")
    assert source.text_content() == " (A post about it, 2026)"
    assert source.bounding_box()["width"] <= 1
    page.locator(".cited").focus()
    assert source.bounding_box()["width"] > 50
    assert_accessible(page)


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


@pytest.mark.parametrize(
    ("label", "name", "keys", "value"),
    [
        # A thousandth of the way from 1 to 4,096 GPUs on a logarithmic scale is less than one.
        ("GPUs of the job, slider", "gpus", ["ArrowRight"] * 3, "67"),
        ("GPUs of the job, slider", "gpus", ["ArrowLeft"], "63"),
        ("Time of a checkpoint, slider", "write_time", ["ArrowRight"], "5.04"),
        ("Mean time between failures, slider", "mtbf", ["ArrowLeft"], "11.9"),
    ],
)
def test_every_press_of_an_arrow_key_moves_a_slider(
    visit: Any, label: str, name: str, keys: list[str], value: str
) -> None:
    page = visit(CHAPTER)
    page.click(".panel-more")
    slider = page.get_by_label(label)
    for key in keys:
        before = page.input_value(f"#panel-small-{name}")
        slider.press(key)
        page.wait_for_function(
            "([name, before]) => document.querySelector(`#panel-small-${name}`).value !== before",
            arg=[name, before],
        )
    assert page.input_value(f"#panel-small-{name}") == value


def test_the_address_restores_a_change(visit: Any) -> None:
    """A shared address shows the change; an option may be shortened, a given wins over it."""
    page = visit(CHAPTER + "?params=9&gpu=H200 S&model=Llama-3-8B")
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
    next_frame(page)
    assert text(page, "per_gpu") == "17.5 GB"
    page.fill("#panel-small-gpus", "32")
    page.wait_for_function("location.search === '?gpus=32'")
    assert page.get_attribute("#panel-small-gpus", "aria-invalid") is None
    assert text(page, "per_gpu") == "35.0 GB"


def test_a_bad_address_is_said_and_left_out(visit: Any) -> None:
    """What the address asks for in vain is named in the panel; the rest is applied."""
    page = visit(CHAPTER + "?gpus=0&small.nonsense=1&params=7&gpu=H200")
    status = wait_for_status(page)
    assert "GPUs of the job: 0 is outside its range 1 to 4096 GPUs." in status
    assert "small.nonsense in the address is not a given of this page." in status
    assert "GPU: 'H200' could be H200 SXM or H200 NVL; write more of the name." in status
    # 7 billion x 16 bytes = 112 GB.
    assert text(page, "total_bytes") == "112 GB"
    page.wait_for_function("location.search === '?params=7'")


def test_a_refusal_is_said_in_full_on_a_phone(visit: Any) -> None:
    """Where the panel is closed, its one line is cut; what was refused is not."""
    page = visit(CHAPTER + "?gpus=0&small.nonsense=1&gpu=H200", **PHONE)
    wait_for_status(page)
    assert page.locator(".panel-status").first.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_a_setting_that_makes_another_figure_meaningless_is_named_with_it(visit: Any) -> None:
    """Which setting was left out, and why, in the labels' words."""
    page = visit("?other.params=1&small.params=7")
    said = wait_for_status(page)
    assert "Things is left as it was. Enough to pair: 1 cannot be paired. " in said
    assert text(page, "params") == "7 billion"


@pytest.mark.parametrize("order", [("params", "least"), ("least", "params")])
def test_settings_that_need_each_other_are_taken_in_any_order(
    visit: Any, order: tuple[str, str]
) -> None:
    """One thing cannot be paired unless one is enough: half a pair."""
    page = visit("?" + "&".join(f"other.{name}=1" for name in order))
    assert page.locator('article .fig[data-fig="other.pairs"]').first.inner_text() == "0.50 pairs"
    assert "left as it was" not in wait_for_status(page)


PROTOTYPE = [
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "__proto__",
    "__defineGetter__",
    "toLocaleString",
]


@pytest.mark.parametrize("path", [CHAPTER, ""])
def test_a_name_that_every_object_has_is_nobodys_given(visit: Any, path: str) -> None:
    """Such parameters, options and figures find nothing, and the page lives."""
    asked = (f"{n}=5&small.{n}=5&small.model={n}&small.gpu={n}" for n in PROTOTYPE)
    page = visit(path + "?" + "&".join(asked))
    status = wait_for_status(page)
    for name in PROTOTYPE:
        assert f"small.{name} in the address is not a given of this page." in status
        assert f"Model: no option '{name}'; there are Atlas-70B, " in status
        assert f"GPU: no option '{name}'; " in status
    assert text(page, "params") == "70 billion"
    assert page.input_value("[data-choice=model]") == "Atlas-70B"


def test_parameters_of_others_stay_in_the_address_as_they_are(visit: Any) -> None:
    """A shared link keeps what its sender's tools put there, letter by letter."""
    others = "utm_source=x%20y&ref=a+b&gpsu=8&flag&rope.base=2"
    page = visit(f"{CHAPTER}?{others}&gpus=32")
    assert text(page, "per_gpu") == "35.0 GB"
    page.click(".panel-more")
    page.fill("#panel-small-gpus", "16")
    page.wait_for_function(f"location.search === '?{others}&gpus=16'")
    page.click(".panel-reset")
    page.wait_for_function(f"location.search === '?{others}'")
    assert "gpsu" not in page.locator(".panel-status").first.inner_text()


def test_chapters_of_one_page_keep_their_settings_apart(visit: Any) -> None:
    """Home shows two chapters that both have params and model: every option works, each alone."""
    page = visit("")
    pairs = page.locator('article .fig[data-fig="other.pairs"]').first
    for model, total in (("Llama-3-8B", "0.13 TB"), ("GPT-3 175B", "2.80 TB")):
        page.select_option("[data-choice=model]", model)
        asked = f"?small.model={model.replace(' ', '+')}"
        page.wait_for_function(f"location.search === '{asked}'")
        assert text(page, "total_bytes") == total
        assert page.input_value("[data-choice=model]") == model
        assert pairs.inner_text() == "3 pairs"
    page = visit("?other.model=A score&small.params=8&params=9")
    # Twenty things; 8 billion parameters, for a plain name comes after and means the panel's.
    assert page.locator('article .fig[data-fig="other.pairs"]').first.inner_text() == "10 pairs"
    assert text(page, "params") == "9 billion"
    page.click(".panel-reset")
    page.wait_for_function("location.search === ''")
    assert text(page, "params") == "70 billion"


# -- cells ----------------------------------------------------------------------------------------


def test_a_cell_of_a_given_moves_what_depends_on_it(visit: Any) -> None:
    """30 GPUs for job B's 24: 24, 18 and 12 are left of them; its field stands in the row's."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    group = page.get_by_role("group", name="GPUs that each job wants", exact=True)
    assert group.locator("label").all_inner_texts() == [f"GPUs that job {j} wants" for j in "ABC"]
    group.get_by_label("GPUs that job B wants", exact=True).fill("30")
    page.wait_for_function("location.search === '?wanted.b=30'")
    assert text(page, "wanted[job=b]") == "30 GPUs"
    assert text(page, "left[job=b, round=1]") == "24 GPUs"
    assert text(page, "left[job=b, round=last]") == "12 GPUs"
    assert text(page, "wanted[job=c]") == "16 GPUs"
    changed = page.locator(".given-row.is-changed input[type=text]")
    assert changed.evaluate_all("es => es.map((e) => e.id)") == ["panel-small-wanted-b"]
    # In the text wanted three times, left three times, the queue.
    assert "7 numbers differ from the book." in wait_for_status(page)
    page.click(".panel-reset")
    page.wait_for_function("location.search === ''")
    assert text(page, "wanted[job=b]") == "24 GPUs"
    page.go_back()
    page.wait_for_function("location.search === '?wanted.b=30'")
    assert page.input_value("#panel-small-wanted-b") == "30"


def test_a_cell_is_refused_beside_its_own_field(visit: Any) -> None:
    """Job A wants 64 GPUs at most, job B 96."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    page.fill("#panel-small-wanted-b", "96")
    page.wait_for_function("location.search === '?wanted.b=96'")
    page.fill("#panel-small-wanted-a", "96")
    page.wait_for_selector("#panel-small-wanted-a[aria-invalid=true]")
    assert page.inner_text("#panel-small-wanted-a-error") == "96 is outside its range 1 to 64 GPUs"
    assert page.get_attribute("#panel-small-wanted-b", "aria-invalid") is None
    assert text(page, "wanted[job=a]") == "8 GPUs"


def test_cells_in_the_address(visit: Any) -> None:
    """Short on the chapter's page, with the chapter elsewhere; what there is not is said."""
    page = visit(CHAPTER + "?wanted.b=30&small.wanted.c=17&wanted.d=5&wanted=9&wanted.a=0")
    status = wait_for_status(page)
    assert (text(page, "wanted[job=b]"), text(page, "wanted[job=c]")) == ("30 GPUs", "17 GPUs")
    assert "wanted.d: job has no place 'd'; there are a, b, c." in status
    assert "GPUs that each job wants: has a value for each place; set wanted[job=a] or" in status
    assert "GPUs that job A wants: 0 is outside its range 1 to 64 GPUs." in status
    page.wait_for_function("location.search === '?wanted.b=30&wanted.c=17'")
    home = visit("?small.wanted.b=30")
    assert text(home, "wanted[job=b]") == "30 GPUs"
    home.fill("#panel-small-params", "8")
    home.wait_for_function("location.search === '?small.wanted.b=30&small.params=8'")


def test_a_choice_sets_cells(visit: Any) -> None:
    """A quiet day's job B wants 4 GPUs, which one round serves; a cell typed before gives way."""
    page = visit(CHAPTER + "?wanted.b=30&wanted.c=17")
    page.select_option("[data-choice=day]", "Quiet")
    page.wait_for_function("location.search === '?wanted.c=17&day=Quiet'")
    assert text(page, "wanted[job=b]") == "4 GPUs"
    assert text(page, "left[job=b, round=1]") == "0 GPUs"


def test_an_axis_may_become_shorter_than_what_the_text_shows(visit: Any) -> None:
    """Of one round the third has no queue; the last is the first. Live labels move as well."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    page.fill("#panel-small-rounds", "1")
    page.wait_for_function("location.search === '?rounds=1'")
    assert text(page, "queue[round=3]") == "—"
    assert text(page, "left[job=b, round=last]") == text(page, "left[job=b, round=1]") == "18 GPUs"
    page.fill("#panel-small-quota-1", "25")
    page.wait_for_function("location.search === '?rounds=1&quota.1=25'")
    assert text(page, "granted[job=b, limit=1]") == "within 25 GPUs"
    verdict = page.locator(".fig[data-fig='small.granted[job=b, limit=1]']")
    assert "is-yes" in verdict.get_attribute("class")
    assert page.locator("label[for=panel-small-quota-1]").inner_text() == "Quota, quota 25 GPUs"
    assert text(page, "holds[job=b]") == "25 GPUs"


def test_a_cell_opens_its_card(visit: Any) -> None:
    """Called by its places, with its value; a given's leads to its field."""
    page = visit(CHAPTER + "?wanted.b=30")
    number(page, "left[job=b, round=1]").click()
    card = page.locator(CARD)
    card.wait_for()
    assert page.inner_text("#card-title") == "Still waiting, job B, round 1"
    assert page.inner_text(".card-value") == "24 GPUs"
    assert "In the book: 18 GPUs" in card.inner_text()
    page.keyboard.press("Escape")
    number(page, "wanted[job=b]").click()
    card.wait_for()
    assert page.inner_text("#card-title") == "GPUs that job B wants"
    assert "Source your own value" in card.inner_text()
    card.get_by_role("button", name="Change this given").click()
    assert focused(page) == "panel-small-wanted-b"


def test_back_undoes_a_change_and_forward_does_it_again(visit: Any) -> None:
    """A choice is a step; all that is typed into one field, or one pull of a slider, is one."""
    page = visit("")
    load(page, page.url + CHAPTER)
    page.select_option("[data-choice=model]", "Llama-3-8B")
    page.wait_for_function("location.search === '?model=Llama-3-8B'")
    page.click(".panel-more")
    field = page.locator("#panel-small-gpus")
    field.fill("")
    for typed in ("3", "32", "321"):
        field.press_sequentially(typed[-1])
        page.wait_for_function(f"location.search.endsWith('gpus={typed}')")
    slider = page.get_by_label("Memory of a GPU, slider")
    slider.focus()
    for _ in range(3):
        before = page.evaluate("location.search")
        slider.press("ArrowRight")
        page.wait_for_function("(before) => location.search !== before", arg=before)
    page.go_back()
    page.wait_for_function("location.search === '?model=Llama-3-8B&gpus=321'")
    page.wait_for_function("document.querySelector('#panel-small-gpu_memory').value === '80'")
    field.focus()
    page.go_back()
    page.wait_for_function("location.search === '?model=Llama-3-8B'")
    # Even the field that has the focus shows what is so.
    page.wait_for_function("document.querySelector('#panel-small-gpus').value === '64'")
    assert text(page, "total_bytes") == "128 GB"
    page.go_back()
    page.wait_for_function("location.search === ''")
    page.wait_for_function(
        "document.querySelector('article [data-fig=\"small.total_bytes\"]').textContent"
        " === '1,120 GB'"
    )
    assert page.input_value("[data-choice=model]") == "Atlas-70B"
    page.go_forward()
    page.wait_for_function("location.search === '?model=Llama-3-8B'")
    page.wait_for_function("document.querySelector('[data-choice=model]').value === 'Llama-3-8B'")
    page.go_back()
    page.go_back()
    assert not page.url.endswith(CHAPTER)


OTHER = "chapters/other/"


def test_a_choice_overrides_what_was_typed_into_its_givens(visit: Any) -> None:
    """Also where the typed value and the option's would make no sense with one another."""
    page = visit(OTHER + "?least=10&params=12")
    page.select_option("[data-choice=model]", "A score")
    page.wait_for_function("location.search === '?least=10&model=A+score'")
    assert page.locator('article [data-fig="other.pairs"]').first.inner_text() == "10 pairs"


def test_a_choice_that_makes_no_sense_is_refused_and_the_page_lives(visit: Any) -> None:
    """Twenty are fewer than thirty: the choice jumps back, and the reason is said."""
    page = visit(OTHER + "?least=30&params=35")
    page.select_option("[data-choice=model]", "A score")
    page.get_by_text("Enough to pair: 20 cannot be paired.").wait_for()
    assert page.input_value("[data-choice=model]") == "Half a dozen"
    assert page.evaluate("location.search") == "?least=30&params=35"
    page.click(".panel-more")
    page.fill("#panel-other-params", "36")
    page.wait_for_function("location.search === '?least=30&params=36'")
    assert page.locator('article [data-fig="other.pairs"]').first.inner_text() == "18 pairs"


def test_the_address_of_a_state_brings_it_back(visit: Any) -> None:
    """In whatever order a reader came to it: first few things with few, then fewer."""
    page = visit(OTHER)
    page.click(".panel-more")
    for name, value in (("params", "3"), ("least", "3"), ("params", "4"), ("least", "4")):
        page.fill(f"#panel-other-{name}", value)
        page.wait_for_function(f"location.search.includes('{name}={value}')")
    again = visit(OTHER + page.evaluate("location.search"))
    assert again.locator('article [data-fig="other.pairs"]').first.inner_text() == "2 pairs"
    assert again.evaluate("location.search") == page.evaluate("location.search")


def test_a_number_typed_after_a_pause_is_a_step_of_the_history(visit: Any) -> None:
    """The empty field between old and new is refused, and is no step of its own."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    field = page.locator("#panel-small-gpus")
    field.fill("")
    page.wait_for_selector("#panel-small-gpus[aria-invalid]")
    # The page has set its timer by the next frame; one that is set later and is longer ends later.
    next_frame(page)
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    field.press_sequentially("32")
    page.wait_for_function("location.search === '?gpus=32'")
    page.go_back()
    page.wait_for_function("location.search === ''")
    assert page.url.split("?")[0].endswith(CHAPTER)
    page.wait_for_function("document.querySelector('#panel-small-gpus').value === '64'")


def test_a_jump_within_the_page_is_no_change(visit: Any) -> None:
    """Following a link to a heading and coming back leaves the settings alone."""
    page = visit(CHAPTER + "?gpus=32")
    page.evaluate("location.hash = 'wall'")
    page.evaluate("location.hash = 'bill'")
    page.go_back()
    page.wait_for_function("location.hash === '#wall'")
    assert page.evaluate("location.search") == "?gpus=32"
    assert text(page, "per_gpu") == "35.0 GB"


def test_a_card_opens_by_keyboard_and_leads_to_the_givens(visit: Any) -> None:
    """Enter opens the card, its inputs open theirs, Back returns, Escape gives the focus back."""
    page = visit(CHAPTER)
    number = page.locator('article .fig[data-fig="small.total_bytes"]').first
    number.focus()
    page.keyboard.press("Enter")
    card = page.locator(CARD)
    card.wait_for()
    assert page.evaluate("document.activeElement.id") == "card-title"
    shown = card.inner_text()
    # The twin: 1,120 x 10^9 / 2^30 = 1,043.08 GiB.
    assert "1,120 GB" in shown
    assert "1,043.1 GiB" in shown
    assert card.get_by_role("button", name="Back").count() == 0
    page.keyboard.press("Tab")
    card.get_by_role("button", name="Weights", exact=True).click()
    page.wait_for_function("document.querySelector('#card-title').textContent === 'Weights'")
    # Back leads to the number where one began, and not further.
    card.get_by_role("button", name="Back").click()
    page.wait_for_function("document.querySelector('#card-title').textContent !== 'Weights'")
    assert page.inner_text("#card-title") == "All static bytes"
    assert card.get_by_role("button", name="Back").count() == 0
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


def focused(page: Any) -> str:
    """Return what has the focus: a figure, an id, or a text."""
    return page.evaluate(
        "(({ dataset, id, textContent, tagName }) => dataset.fig ?? (id || textContent || tagName))"
        "(document.activeElement)"
    )


def test_the_tab_key_leads_through_a_card_and_on_from_its_number(visit: Any) -> None:
    """Past the last control comes what follows the number; before the first one, the number."""
    page = visit(CHAPTER)
    numbers = page.locator('article .fig[role="button"]')
    first, second = (numbers.nth(i).get_attribute("data-fig") for i in (0, 1))
    numbers.nth(0).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(CARD)
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator("dialog.card[open]").count() == 0:
            break
        seen.append(focused(page))
    assert seen[-1] == "Change this given"
    assert focused(page) == second
    numbers.nth(0).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(CARD)
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "×"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == first
    assert page.locator("dialog.card[open]").count() == 0


def test_every_number_of_a_formula_or_picture_opens_by_keyboard(visit: Any) -> None:
    """A figure that stands in no text has a button beside the formula, seen when it has focus."""
    page = visit(CHAPTER)
    missing = page.evaluate(
        "(() => { const all = [...document.querySelectorAll('.katex [data-fig], svg [data-fig]')];"
        " const text = new Set([...document.querySelectorAll('.fig[role=button]')]"
        ".map((e) => e.dataset.fig));"
        " return [...new Set(all.map((e) => e.dataset.fig).filter((f) => !text.has(f)))]; })()"
    )
    assert "small.state_bytes" in missing
    keys = page.locator(".fig-keys button")
    assert keys.count() == len(missing)
    for i in range(keys.count()):
        key = keys.nth(i)
        key.focus()
        box = key.bounding_box()
        assert box["width"] > 20
        assert box["height"] > 10
        label = key.inner_text()
        page.keyboard.press("Enter")
        page.wait_for_selector(CARD)
        assert page.inner_text("#card-title") == label
        page.keyboard.press("Escape")
        assert key.evaluate("e => e === document.activeElement")


def test_every_number_of_a_formula_opens_by_mouse(visit: Any) -> None:
    """Nothing lies over a number, in a denominator or under a root either."""
    page = visit(CHAPTER)
    covered = page.evaluate(
        "[...document.querySelectorAll('article .katex [data-fig]')].filter((e) => {"
        " e.scrollIntoView({ block: 'center' }); const box = e.getBoundingClientRect();"
        " const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);"
        " return at?.closest('[data-fig]') !== e; }).map((e) => e.dataset.fig)"
    )
    assert covered == []
    assert page.locator("article .katex .vlist [data-fig]").count() > 1


def test_a_card_writes_the_working_and_leads_on_to_its_inputs(visit: Any) -> None:
    """Terms with their values and the result; a click on an input opens its card."""
    page = visit(CHAPTER)
    number = page.locator('article .fig[data-fig="small.total_bytes"]').first
    number.click()
    card = page.locator(CARD)
    card.wait_for()
    assert card.locator(".card-steps li").all_inner_texts()[-1] == "= 1,120 GB"
    card.get_by_role("button", name="Training state", exact=True).click()
    page.wait_for_function("document.querySelector('#card-title').textContent === 'Training state'")
    card.get_by_role("button", name="Back").click()
    page.wait_for_function(
        "document.querySelector('#card-title').textContent === 'All static bytes'"
    )
    page.keyboard.press("Escape")
    assert number.evaluate("e => e === document.activeElement")


def test_a_card_that_could_not_be_loaded_says_so_and_can_be_tried_again(
    browser: Any, site: str
) -> None:
    """One failure of the network costs one try, not all cards until the page is loaded anew."""
    context = browser.new_context()
    page = context.new_page()
    load(page, site + CHAPTER)
    page.route("**/*.cards.json*", lambda route: route.abort())
    number(page, "total_bytes").click()
    card = page.locator(CARD)
    card.wait_for()
    assert "All static bytes" in card.inner_text()
    assert "1,120 GB" in card.inner_text()
    assert "could not be loaded" in card.get_by_role("alert").inner_text()
    page.unroute("**/*.cards.json*")
    page.route("**/*.cards.json*", lambda route: route.fulfill(status=503, body="busy"))
    card.get_by_role("button", name="Try again").click()
    page.wait_for_function("document.activeElement.id === 'card-title'")
    assert "could not be loaded" in card.inner_text()
    page.unroute("**/*.cards.json*")
    card.get_by_role("button", name="Try again").click()
    card.get_by_role("heading", name="Inputs").wait_for()
    assert card.get_by_role("button", name="Back").count() == 0
    context.close()


@pytest.fixture
def slow(browser: Any, site: str) -> Iterator[tuple[Any, Callable[[], None]]]:
    """A page whose cards do not come until the second value is called."""
    context = browser.new_context()
    page, held = context.new_page(), []
    page.route("**/*.cards.json*", lambda route: held.append(route))
    load(page, site + CHAPTER)
    page.click(".panel-more")

    def release() -> None:
        while not held:
            next_frame(page)
        while held:
            held.pop().continue_()
        page.evaluate("fetch('../../assets/chapters/small.js').then((r) => r.text())")
        next_frame(page)

    yield page, release
    context.close()


def test_a_card_that_is_still_loading_says_so_and_comes(slow: Any) -> None:
    page, release = slow
    number(page, "total_bytes").click()
    card = page.locator("dialog.card[open]")
    card.get_by_text("Loading the working").wait_for()
    assert "1,120 GB" in card.inner_text()
    release()
    card.get_by_role("heading", name="Inputs").wait_for()


@pytest.mark.parametrize("how", ["Escape", "field", "another"])
def test_a_card_that_is_still_loading_can_be_called_off(slow: Any, how: str) -> None:
    """It opens no more, takes no focus, and leaves no number marked as open."""
    page, release = slow
    number(page, "total_bytes").click()
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "field":
        page.locator("#panel-small-gpus").focus()
        page.keyboard.press("End")
    else:
        number(page, "per_gpu").click()
    release()
    if how == "another":
        page.locator("dialog.card[open]").get_by_role("heading", name="Inputs").wait_for()
        assert page.inner_text("#card-title") == "Bytes on each GPU"
        assert page.locator(".fig.is-open").count() == 1
    else:
        assert page.locator("dialog.card[open]").count() == 0
        assert page.locator(".fig.is-open").count() == 0
    if how == "field":
        assert focused(page) == "panel-small-gpus"


def test_an_open_card_follows_the_browsers_back(visit: Any) -> None:
    page = visit(CHAPTER)
    page.select_option("[data-choice=model]", "Llama-3-8B")
    page.wait_for_function("location.search === '?model=Llama-3-8B'")
    number(page, "total_bytes").click()
    card = page.locator(CARD)
    card.get_by_text("In the book: 1,120 GB").wait_for()
    page.go_back()
    card.get_by_text("In the book").wait_for(state="detached")
    assert page.locator(".card-value").inner_text().startswith("1,120 GB")


def test_from_a_number_in_a_formula_the_tab_key_leads_on(visit: Any) -> None:
    """Opened by mouse and closed by Escape, its place is where the keyboard goes on."""
    page = visit(CHAPTER)
    numbers = page.locator(".equation .katex [data-fig='small.weight_bytes']")
    numbers.first.click()
    page.wait_for_selector(CARD)
    page.keyboard.press("Escape")
    assert focused(page) == "small.weight_bytes"
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.querySelector('.equation .katex [data-fig=\"small.weight_bytes\"]')"
        ".compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    assert numbers.first.get_attribute("tabindex") is None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("numbers.js", "The numbers on this page cannot be changed now: a file could not be"),
        (
            "quiz/grade.js",
            "These questions cannot be answered here now: a file could not be loaded",
        ),
    ],
)
def test_a_part_whose_script_cannot_be_loaded_says_so(
    browser: Any, site: str, script: str, said: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(f"**/assets/js/{script}", lambda route: route.abort())
    page.goto(site + CHAPTER)
    page.get_by_text(said).first.wait_for(state="attached")
    assert text(page, "total_bytes") == "1,120 GB"
    context.close()


def test_a_page_whose_numbers_cannot_be_loaded_says_so(browser: Any, site: str) -> None:
    """Without its model the page stays readable and the panel says what is wrong."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/assets/chapters/small.js*", lambda route: route.abort())
    page.goto(site + CHAPTER)
    page.get_by_text("The numbers on this page cannot be changed now").wait_for()
    assert text(page, "total_bytes") == "1,120 GB"
    context.close()


def test_a_card_cites_the_source_of_the_value_that_it_shows(visit: Any) -> None:
    """The book's data sheet for the book's value; an option's own; for a typed one, the reader."""
    home = visit("")
    home.locator('article .fig[data-fig="other.pairs"]').first.click()
    home.locator("dialog.card").get_by_role("button", name="Things").click()
    change = home.get_by_role("link", name="Change it in its chapter")
    assert change.get_attribute("href").endswith("/chapters/other/")

    def source(settings: str) -> str:
        page = visit(CHAPTER + settings)
        page.locator('article [data-fig="small.gpu_memory"]').first.click()
        page.wait_for_selector(CARD)
        return page.locator("dialog.card").inner_text()

    book, chosen, typed = (source(s) for s in ("", "?gpu=H200 SXM", "?gpu=H200 SXM&gpu_memory=99"))
    assert "Source A data sheet (read 2026-11-01, review by 2027-11-01)" in book
    assert "Source Another data sheet (read 2026-11-02)" in chosen
    assert "six stacks" in chosen
    assert "A data sheet" not in chosen
    assert "Source your own value" in typed
    assert "Without it Another data sheet" in typed


def test_a_card_follows_the_givens(visit: Any) -> None:
    """After a change the card shows the new values, and the book's beside them."""
    page = visit(CHAPTER + "?params=8")
    number(page, "weight_bytes").click()
    card = page.locator(CARD)
    card.wait_for()
    shown = card.inner_text().replace("\u00a0", " ")
    assert "In the book: 140 GB" in shown
    assert "8 billion" in shown
    steps = card.locator(".card-steps li").all_inner_texts()
    assert steps[1:] == ["= 8 billion × 2 B / 10^9 B/GB", "= 16 GB"]


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
        page.wait_for_selector(CARD)
        box = page.locator("dialog.card").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        page.keyboard.press("Escape")


def test_a_measured_card_says_how_to_repeat_it(visit: Any) -> None:
    """A recorded figure's card names command, date, machine and seed."""
    page = visit(CHAPTER)
    number(page, "recorded_waste").click()
    shown = page.locator(CARD).inner_text()
    for part in ("does not change", "python -m tests.site.fixture", "2026-11-20", "x86_64", "7"):
        assert part in shown


def test_a_card_opens_by_touch_on_a_phone(visit: Any) -> None:
    """A tap opens the card at the foot of the screen, a tap elsewhere closes it."""
    page = visit(CHAPTER, **PHONE)
    number(page, "total_bytes").tap()
    card = page.locator(CARD)
    card.wait_for()
    box = card.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert abs(box["y"] + box["height"] - 844) < 1
    page.locator("h1").first.tap()
    page.wait_for_selector("dialog.card[open]", state="detached")


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
    page.wait_for_selector("#panel-small-params")
    box = page.locator(".panel").bounding_box()
    assert abs(box["y"] + box["height"] - 844) < 1


def test_the_home_page_moves_too(visit: Any) -> None:
    """A page without a chapter of its own follows the panel that it shows."""
    page = visit("")
    page.fill("#panel-small-params", "8")
    page.wait_for_function("location.search === '?small.params=8'")
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
    # Nothing of a formula is left, for what is left would say something else: √(2δμ) is not 2δμ.
    assert "δ" not in everything
    assert "√" not in everything
    assert "2 B = 140 GB" not in everything
    # Nor answers, nor the labels of a picture run together.
    assert "Those are the weights alone" not in everything
    assert "Add both widths first" not in everything
    assert "holds and waits" not in everything
    places = {d["location"].split("#")[0] for d in answer["docs"]}
    assert not {p for p in places if p.startswith(("givens", "practice", "code"))}
    assert "def tensor_bytes" not in everything


def test_no_page_uses_an_id_twice(site_folder: Path) -> None:
    """A link leads to one place; labels and descriptions belong to one element."""
    assert ids_used_twice(site_folder) == {}


def test_a_change_writes_once_each_number_that_differs_and_no_other(visit: Any) -> None:
    """So its work grows with what changes; benchmarks/site.py prints how long it takes."""
    page = visit(CHAPTER)
    page.click(".panel-more")
    page.evaluate(
        """() => {
          window.numbers = [...document.querySelectorAll("article .fig")]
            .map((element) => ({ element, before: element.textContent, writes: 0 }));
          const article = document.querySelector("article");
          new MutationObserver((records) => {
            for (const { target } of records) {
              for (const n of numbers) if (n.element.contains(target)) n.writes += 1;
            }
          }).observe(article, { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.fill("#panel-small-gpus", "32")
    page.wait_for_function("location.search === '?gpus=32'")
    next_frame(page)
    differs_and_writes = page.evaluate(
        "numbers.map(({ element, before, writes }) => [element.textContent !== before, writes])"
    )
    assert {(True, 1), (False, 0)} == {(differs, n) for differs, n in differs_and_writes}


def test_the_models_of_page_and_build_agree(visit: Any) -> None:
    """Every figure, evaluated in the browser, equals Python's to 1e-12."""
    page = visit(CHAPTER)
    values = page.evaluate(
        "Promise.all([import(new URL('../../assets/chapters/small.js', location)),"
        "import(new URL('../../assets/js/graph.js', location))])"
        ".then(([m, g]) => g.evaluate(m.model, {params: 8.03, gpus: 96}))"
    )
    want = GRAPH.evaluate({"params": 8.03, "gpus": 96})
    assert {n: flat(v) for n, v in values.items()} == {
        n: pytest.approx(flat(v), rel=1e-12) for n, v in want.items()
    }
