"""The questions in a real browser: asked, answered in every way, kept, and moved as a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.drill import bank as bank_module
from checks.drill.draw import Asked, draw
from checks.drill.questions import FindMistake, Number, Order
from checks.drill.reviews import export_texts, import_text
from checks.drill.verify import typed
from tests.site.accessibility import assert_accessible
from tests.site.browsing import PHONE
from tests.site.fixture import questions
from worked.chapters import CHAPTERS

pytestmark = pytest.mark.browser

CHAPTER, PRACTICE = "chapters/small/", "practice/"
KEY = "mlsd-workbook-progress"


@pytest.fixture(scope="module", autouse=True)
def small_chapter() -> Iterator[None]:
    """The fixture's chapter and bank are known in this process as well."""
    CHAPTERS["small"] = "tests.site.fixture.scenario"
    sys.modules["checks.drill.banks.small"] = questions
    bank_module.bank.cache_clear()
    yield
    del CHAPTERS["small"], sys.modules["checks.drill.banks.small"]
    bank_module.bank.cache_clear()


def card_of(page: Any, name: str) -> Any:
    """Bring a step's question or one of the set into sight and return its card."""
    section = page.locator(f'[data-quiz="small/{name}"]')
    if section.count():
        section.scroll_into_view_if_needed()
        page.wait_for_selector(f'[data-quiz="small/{name}"][data-live=ready]')
        return section.locator(".quiz-card")
    last = page.locator("[data-quiz-set]")
    last.scroll_into_view_if_needed()
    page.wait_for_selector("[data-quiz-set][data-live=ready]")
    at = next(i for i, q in enumerate(bank_module.bank("small")) if q.name == name)
    last.locator("select").select_option(str(at))
    return last.locator(".quiz-card")


def asked_in(card: Any) -> Asked:
    """Return what a card asks, drawn by Python from the card's seed."""
    slug, question = bank_module.find(card.get_attribute("data-question"))
    return draw(slug, question, int(card.get_attribute("data-seed")))


def log_of(page: Any) -> list[Any]:
    """Return the reviews that the browser keeps, read by Python, after all that it now writes."""
    kept = page.evaluate(f"navigator.locks.request('{KEY}', () => localStorage.getItem('{KEY}'))")
    return list(import_text(kept)) if kept else []


# -- each kind --------------------------------------------------------------------------------


def test_a_number_is_drawn_as_python_draws_it_and_graded(visit: Any) -> None:
    """Wrong unit: asked again. Wrong number: its cause. Right number: right, once counted."""
    page = visit(CHAPTER)
    card = card_of(page, "total")
    asked = asked_in(card)
    assert card.locator(".quiz-ask").inner_text() == asked.text
    card.locator("input").fill("12 s")
    card.locator(".quiz-check").click()
    assert "does not fit this question" in card.locator(".quiz-verdict").inner_text()
    assert log_of(page) == []
    card.locator("input").fill(typed(asked.wrongs[0].value, "GiB"))
    card.locator("input").press("Enter")
    assert "Those are the weights alone." in card.locator(".quiz-verdict").inner_text()
    card.locator("input").fill(typed(asked.key, "MB"))
    card.locator("input").press("Enter")
    assert card.locator(".quiz-verdict.is-right").count() == 1
    card.locator(".quiz-working .katex").first.wait_for()
    assert [(r.question, r.rating, r.mode, r.where) for r in log_of(page)] == [
        ("small/total", 1, "step", "page")
    ]


def test_a_cell_is_drawn_as_python_draws_it_and_graded(visit: Any) -> None:
    """The text has the place's label, the mistake's cause another cell, the answer a working."""
    page = visit(CHAPTER)
    card = card_of(page, "left")
    asked = asked_in(card)
    assert card.locator(".quiz-ask").inner_text() == asked.text
    assert f"Job {asked.places['job'].upper()} wants " in asked.text
    card.locator("input").fill(typed(asked.wrongs[0].value, asked.unit))
    card.locator("input").press("Enter")
    assert asked.wrongs[0].cause in card.locator(".quiz-verdict").inner_text()
    card.locator("input").fill(typed(asked.key, asked.unit))
    card.locator("input").press("Enter")
    assert card.locator(".quiz-verdict.is-right").count() == 1
    card.locator(".quiz-working .katex").first.wait_for()


def test_a_hint_makes_it_hard_and_other_numbers_can_be_had(visit: Any) -> None:
    page = visit(CHAPTER)
    card = card_of(page, "total")
    card.locator(".quiz-hint").click()
    assert card.locator(".quiz-hints code").inner_text() == "N"
    card.locator("input").fill(typed(asked_in(card).key, "GB"))
    card.locator("input").press("Enter")
    assert [r.rating for r in log_of(page)] == [2]
    seed = card.get_attribute("data-seed")
    card.locator(".quiz-again").click()
    assert card.get_attribute("data-seed") != seed
    assert page.evaluate("document.activeElement.classList.contains('quiz-answer')")


def test_a_mistakes_cause_is_shown_as_text(visit: Any) -> None:
    """The bank's second cause holds a tag; nothing of it becomes an element."""
    page = visit(CHAPTER)
    card = card_of(page, "total")
    card.locator("input").fill(typed(asked_in(card).wrongs[1].value, "GB"))
    card.locator("input").press("Enter")
    said = card.locator(".quiz-verdict")
    assert "Those are the states alone <b>& no weights</b>." in said.inner_text()
    assert said.locator("b").count() == 0


@pytest.mark.parametrize("evil", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script> GB"])
def test_script_typed_as_an_answer_is_shown_as_text(visit: Any, evil: str) -> None:
    page = visit(CHAPTER)
    for name in ("total", "share"):
        card = card_of(page, name)
        card.locator("input").fill(evil)
        card.locator("input").press("Enter")
        assert card.locator(".quiz-verdict").inner_text()
        assert card.locator(".quiz-verdict img, .quiz-verdict script").count() == 0


def test_a_formula_in_another_form_is_right(visit: Any) -> None:
    page = visit(CHAPTER)
    card = card_of(page, "share")
    card.locator("input").fill("n/B")
    card.locator("input").press("Enter")
    assert "It is upside down." in card.locator(".quiz-verdict").inner_text()
    card.locator("input").fill("B * (1/n)")
    card.locator("input").press("Enter")
    assert card.locator(".is-right").count() == 1


def test_a_choice_by_keyboard(visit: Any) -> None:
    """Space picks, Enter checks; each distractor is explained with the answer."""
    page = visit(CHAPTER)
    card = card_of(page, "verdict")
    asked = asked_in(card)
    right = asked.order.index(0)
    card.locator("input").nth(right).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert card.locator(".quiz-verdict.is-right").count() == 1
    assert "does not fit" in card.locator(".quiz-verdict").inner_text()
    assert "Both numbers are given." in card.locator(".quiz-working").inner_text()


def test_an_order_by_keyboard(visit: Any) -> None:
    """Up and down move an item, the focus goes with it, its place is said."""
    page = visit(CHAPTER)
    card = card_of(page, "save")
    asked = asked_in(card)
    assert isinstance(asked.question, Order)
    order = list(asked.order)
    for place in range(len(order)):
        at = order.index(place)
        while at > place:
            card.locator("li").nth(at).locator(".is-up").focus()
            page.keyboard.press("Enter")
            order[at - 1], order[at] = order[at], order[at - 1]
            at -= 1
            focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
            assert asked.question.items[place] in focused
            assert f"place {at + 1} of 3" in card.locator(".quiz-moved").inner_text()
    card.locator(".quiz-check").click()
    assert card.locator(".quiz-verdict.is-right").count() == 1


def test_the_wrong_line_is_found_and_its_source_named(visit: Any) -> None:
    page = visit(CHAPTER)
    card = card_of(page, "line")
    asked = asked_in(card)
    assert isinstance(asked.question, FindMistake)
    card.locator("input").nth(asked.question.wrong).check()
    card.locator(".quiz-check").click()
    assert "The root was to be taken." in card.locator(".quiz-verdict").inner_text()
    assert card.locator(".quiz-source a").get_attribute("href") == asked.question.url


def test_an_open_question_is_scored_by_the_reader(visit: Any) -> None:
    """Both points of the first level and none above: 2 of 4, which is hard."""
    page = visit(CHAPTER)
    card = card_of(page, "tell")
    assert not card.locator("input").first.is_visible()
    card.locator(".quiz-check").first.click()
    card.locator("input").nth(0).check()
    card.locator("input").nth(1).check()
    card.get_by_text("Score my answer").click()
    said = card.locator(".quiz-verdict").inner_text()
    assert "2 of 4 points." in said
    assert "All points up to mid." in said
    assert [r.rating for r in log_of(page)] == [2]


def test_giving_up_counts_as_wrong_and_shows_the_working(visit: Any) -> None:
    page = visit(CHAPTER)
    card = card_of(page, "total")
    card.locator(".quiz-reveal").click()
    card.locator(".quiz-working .katex").first.wait_for()
    shown = card.locator(".quiz-key").inner_text()
    asked = asked_in(card)
    assert isinstance(asked.question, Number)
    assert shown.endswith(" GB")
    assert [r.rating for r in log_of(page)] == [1]


# -- everybody can use it --------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_every_kind_is_accessible_before_and_after(
    visit: Any, scheme: str, device: dict[str, Any]
) -> None:
    page = visit(CHAPTER, color_scheme=scheme, reduced_motion="reduce", **device)
    for q in questions.QUESTIONS:
        card = card_of(page, q.name)
        if card.locator(".quiz-reveal").is_visible():
            card.locator(".quiz-reveal").click()
        else:
            card.locator(".quiz-check").first.click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_without_javascript_each_question_is_there_with_its_answer(visit: Any) -> None:
    page = visit(CHAPTER, java_script_enabled=False)
    for q in questions.QUESTIONS:
        asked = draw("small", q, 1)
        assert page.get_by_text(asked.text).count() >= 1
    assert page.locator("[data-quiz] summary").first.inner_text() == "Hints"
    page.locator("[data-quiz] details").nth(1).locator("summary").click()
    answer = page.locator("[data-quiz] details").nth(1)
    assert answer.locator("b").first.inner_text().endswith("GB")
    page = visit(PRACTICE, java_script_enabled=False)
    assert page.locator("[data-practice] a").first.get_attribute("href").endswith("#practice")


def test_without_javascript_no_unfolded_answer_scrolls_a_phone_sideways(visit: Any) -> None:
    page = visit(CHAPTER, java_script_enabled=False, **PHONE)
    page.evaluate("document.querySelectorAll('.quiz details').forEach(d => { d.open = true; })")
    assert page.locator(".quiz details pre:visible").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("script", [True, False])
def test_a_list_of_questions_names_none_of_them(visit: Any, script: bool) -> None:
    """By number, kind and step: a question called "upside down" would be answered by its name."""
    page = visit(CHAPTER, java_script_enabled=script)
    if script:
        page.locator("[data-quiz-set]").scroll_into_view_if_needed()
        page.wait_for_selector("[data-quiz-set][data-live=ready]")
    listed = page.locator("[data-quiz-set]").locator(
        "option" if script else ":scope > div > details"
    )
    named = [o if script else o.split("\n")[0] for o in listed.all_inner_texts()]
    assert len(named) == len(questions.QUESTIONS)
    if script:
        assert named[4] == "5 of 8: Find the mistake · 3. Surviving"
    else:
        assert named[4] == "5. Surviving: find the mistake"
    for q, name in zip(questions.QUESTIONS, named, strict=True):
        assert q.name not in name.lower().replace("open question", "").replace("the mistake", "")


@pytest.mark.parametrize("script", [True, False])
def test_on_paper_hints_and_answers_stay_folded(visit: Any, script: bool) -> None:
    """The theme opens all that is folded when a page is printed; what gives answers away stays."""
    page = visit(CHAPTER, java_script_enabled=script)
    page.locator("[data-quiz-set]").scroll_into_view_if_needed()
    if script:
        page.wait_for_selector("[data-quiz-set][data-live=ready]")
        page.locator("[data-quiz-set] .quiz-reveal").click()
        page.locator("[data-quiz-set] .quiz-working[open]").wait_for()
    page.emulate_media(media="print")
    if script:
        page.wait_for_function("matchMedia('print').matches")
        # What the reader asked for on the page is on the paper as well.
        assert page.locator("[data-quiz-set] .quiz-key").is_visible()
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    folded = page.locator(".quiz details:not(.quiz-working) > :not(summary)")
    assert folded.count() > (0 if script else 10)
    assert [f.inner_text() for f in folded.all() if f.is_visible()] == []
    # The questions themselves are printed.
    assert page.locator(".quiz-ask").first.is_visible()


def test_questions_that_could_not_be_loaded_can_be_tried_again(visit: Any, browser: Any) -> None:
    """What the build wrote stays; the second try makes it live. The practice page likewise."""
    context = browser.new_context()
    context.route("**/assets/quiz/small.js*", lambda route: route.abort())
    for path, ready in ((CHAPTER, "[data-quiz]"), (PRACTICE, "[data-practice]")):
        page = context.new_page()
        page.goto(visit("").url + path)
        section = page.locator(ready).first
        section.scroll_into_view_if_needed()
        section.get_by_text("a file could not be loaded").wait_for()
        context.unroute("**/assets/quiz/small.js*")
        section.get_by_role("button", name="Try again").click()
        page.wait_for_selector(f"{ready}[data-live=ready]")
        assert section.get_by_text("a file could not be loaded").count() == 0
        context.route("**/assets/quiz/small.js*", lambda route: route.abort())
    context.close()


# -- the practice page -----------------------------------------------------------------------------


def answer_rightly(page: Any) -> str:
    """Answer the practice page's question rightly; return its id."""
    card = page.locator("[data-practice] .quiz-card")
    asked = asked_in(card)
    q = asked.question
    if isinstance(q, Number):
        card.locator("input").fill(typed(asked.key, asked.unit))
        card.locator("input").press("Enter")
    else:
        raise AssertionError(asked.kind)
    card.locator(".quiz-verdict.is-right").wait_for()
    return asked.id


def only(page: Any, kind: str) -> None:
    """Leave one kind of question ticked."""
    for box in page.locator(".practice-filters fieldset").nth(1).locator("input").all():
        if box.get_attribute("id") != f"practice-{kind}":
            box.uncheck()


def test_practice_keeps_score_and_comes_back_to_what_was_wrong(visit: Any) -> None:
    page = visit(PRACTICE)
    assert page.locator(".practice-status").inner_text() == "0 due now, 8 new."
    only(page, "formula")
    assert page.locator(".practice-status").inner_text() == "0 due now, 1 new."
    card = page.locator(".quiz-card")
    card.locator("input").fill("n/B")
    card.locator("input").press("Enter")
    card.locator(".quiz-verdict.is-wrong").wait_for()
    status = page.locator(".practice-status")
    assert "This session: 0 of 1 right." in status.inner_text()
    assert "until then you practise ahead" in status.inner_text()
    assert len(log_of(page)) == 1
    kept = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))
    kept["reviews"][0]["at"] = "2026-01-01T00:00:00.000Z"
    again = visit(PRACTICE, within=page.context)
    again.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, json.dumps(kept)])
    again.reload()
    again.wait_for_selector("[data-practice][data-live=ready]")
    assert again.locator(".practice-status").inner_text() == "1 due now, 7 new."
    assert again.locator(".quiz-card").get_attribute("data-question") == "small/share"


def test_another_question_goes_through_all_of_them(visit: Any) -> None:
    """A question that was passed over comes back after all others, in the order of passing."""
    page = visit(PRACTICE)
    seen = []
    for _ in range(2 * len(questions.QUESTIONS)):
        seen.append(page.locator(".quiz-card").get_attribute("data-question"))
        page.get_by_role("button", name="Another question").click()
    first, second = seen[: len(questions.QUESTIONS)], seen[len(questions.QUESTIONS) :]
    assert sorted(first) == sorted(f"small/{q.name}" for q in questions.QUESTIONS)
    assert second == first


def test_with_other_numbers_there_is_still_a_way_on(visit: Any) -> None:
    page = visit(PRACTICE)
    only(page, "number")
    page.locator(".quiz-reveal").click()
    page.get_by_role("button", name="Next question").wait_for()
    assert page.get_by_role("button", name="Another question").is_hidden()
    page.locator(".quiz-again").click()
    assert page.get_by_role("button", name="Another question").is_visible()


def test_what_was_missed_is_not_recalled(visit: Any) -> None:
    """Right after a miss the table says 0%, not that the answer has just been shown."""
    page = visit(PRACTICE)
    only(page, "number")
    page.locator(".quiz-reveal").click()
    page.locator(".quiz-working").wait_for()
    row = page.locator(".practice-summary tbody tr").first.locator("th, td").all_inner_texts()
    assert row == ["A small chapter", "8", "1", "1", "0", "0", "0%"]


def test_progress_moves_to_the_terminal_and_back(visit: Any, tmp_path: Path) -> None:
    """The page's export is read by Python; what Python exports is added on the page, once."""
    page = visit(PRACTICE)
    only(page, "number")
    answer_rightly(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export progress").click()
    file = tmp_path / "from-page.json"
    download.value.save_as(file)
    reviews = list(import_text(file.read_text()))
    assert [r.question for r in reviews] == ["small/total"]
    other = tmp_path / "both.json"
    more = [*reviews, *import_text(file.read_text().replace(reviews[0].id, "f" * 32))]
    other.write_text(*export_texts(more, reviews[0].when()))
    for expected in ("1 new answer", "0 new answers"):
        page.set_input_files("#practice-import", str(other))
        page.get_by_text(expected).wait_for()
    assert len(log_of(page)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "the file is not JSON"),
        ('{"format": "other"}', "not a progress file"),
        (
            '{"format": "mlsd-workbook-progress", "version": 99, "reviews": []}',
            "update the workbook",
        ),
        ('{"format": "<img src=x onerror=alert(1)>"}', "not a progress file"),
    ],
)
def test_a_bad_file_is_refused_and_changes_nothing(
    visit: Any, tmp_path: Path, text: str, said: str
) -> None:
    page = visit(PRACTICE)
    only(page, "number")
    answer_rightly(page)
    before = [r.id for r in log_of(page)]
    file = tmp_path / "<img src=x onerror=alert(1)>.json"
    file.write_text(text)
    page.set_input_files("#practice-import", str(file))
    page.get_by_text(said).wait_for()
    assert page.locator(".practice-message img").count() == 0
    assert [r.id for r in log_of(page)] == before


def test_damaged_storage_is_set_aside_and_told(visit: Any) -> None:
    page = visit(PRACTICE)
    page.evaluate(f"localStorage.setItem('{KEY}', '{{broken')")
    page.reload()
    page.wait_for_selector("[data-practice][data-live=ready]")
    assert "set aside" in page.locator(".practice-message").inner_text()
    kept = page.evaluate("Object.values({...localStorage})")
    assert "{broken" in kept


def test_two_tabs_lose_nothing(visit: Any) -> None:
    one = visit(PRACTICE)
    other = visit(PRACTICE, within=one.context)
    for page in (one, other):
        only(page, "number")
        answer_rightly(page)
    one.wait_for_function(f"JSON.parse(localStorage['{KEY}']).reviews.length === 2")
    assert len(log_of(one)) == 2


def test_erasing_asks_twice(visit: Any) -> None:
    """The second time within a while, after which it asks again."""
    page = visit(PRACTICE)
    only(page, "number")
    answer_rightly(page)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    button = page.get_by_role("button", name="Erase")
    button.click()
    page.clock.run_for(8_001)
    button.click()
    page.clock.run_for(7_999)
    assert len(log_of(page)) == 1
    button.click()
    assert log_of(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_the_practice_page_is_accessible(visit: Any, scheme: str, device: dict[str, Any]) -> None:
    page = visit(PRACTICE, color_scheme=scheme, reduced_motion="reduce", **device)
    page.locator(".quiz-reveal, .quiz-check").first.click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_practice_by_keyboard_alone(visit: Any) -> None:
    """Tab reaches the answer, Enter checks, Tab reaches the next question."""
    page = visit(PRACTICE)
    only(page, "number")
    page.locator(".quiz-answer").focus()
    page.keyboard.type(typed(asked_in(page.locator(".quiz-card")).key, "GB"))
    page.keyboard.press("Enter")
    page.locator(".quiz-next").wait_for()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('quiz-next')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('quiz-answer')")
