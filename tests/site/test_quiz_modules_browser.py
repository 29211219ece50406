"""The quiz's modules in a real browser: its engine, its storage, its locks, its tabs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from fsrs import Card, Rating

from checks.drill.portable_random import PortableRandom
from tests.checks.drill.test_javascript import (
    FIXED_ANSWERS,
    FIXED_FORMULAS,
    WANTED,
    XY,
    agree,
    as_sent,
    likely_answer,
    likely_formula,
    parsed,
    reading_of,
)
from tests.checks.drill.test_progress_javascript import SCHEDULER, START, gap, moment, ms_of

pytestmark = pytest.mark.browser

# Run in the page: `modules` by name, and a way to keep declared errors apart from all others.
SETUP = """async (base) => {
  const names = ["answers", "expressions", "fsrs", "portable_random", "progress", "reviews"];
  globalThis.q = {};
  for (const name of names) q[name] = await import(`${base}assets/js/quiz/${name}.js`);
  globalThis.declared = (f, ErrorType) => {
    try { return f(); } catch (error) {
      if (!(error instanceof ErrorType)) throw error;
      return { error: error.message };
    }
  };
  const exactly = (x) => (typeof x === "bigint" ? String(x) : x instanceof Map ? [...x] : x);
  globalThis.json = (x) => JSON.stringify(x, (key, value) => exactly(value));
  globalThis.told = [];
  globalThis.opened = (locks) => {
    globalThis.store = new q.progress.ProgressStore({
      storage: localStorage, locks, tell: (text) => told.push(text) });
    addEventListener("storage", (event) => store.storageChanged(event));
  };
  globalThis.answer = () => store.add({ question: "gpu-wall/zero3", seed: 1, rating: 3,
    mode: "drill" });
}"""


@pytest.fixture
def tabs(browser: Any, site: str) -> Iterator[list[Any]]:
    """Two tabs of one reader, with the quiz's modules loaded."""
    reader = browser.new_context()
    made = [reader.new_page(), reader.new_page()]
    for tab in made:
        tab.goto(site)
        tab.evaluate(SETUP, site)
    yield made
    reader.close()


def run(tab: Any, function: str, cases: Any) -> Any:
    """Return what the page's function gives for all the cases, which travel as JSON."""
    return json.loads(
        tab.evaluate(f"(text) => json(({function})(JSON.parse(text)))", json.dumps(cases))
    )


def test_answers_and_formulas_read_as_in_python(tabs: list[Any]) -> None:
    rng = random.Random(20)
    answers = [[text, wanted] for text in FIXED_ANSWERS for wanted in WANTED]
    answers += [[as_sent(likely_answer(rng)), rng.choice(WANTED)] for _ in range(3000)]
    got = run(
        tabs[0],
        "(cases) => cases.map((c) => declared(() => q.answers.readAnswer(...c),"
        " q.answers.AnswerError))",
        answers,
    )
    for (text, wanted), theirs in zip(answers, got, strict=True):
        assert theirs == reading_of(text, wanted), (text, wanted)
    formulas = FIXED_FORMULAS + [as_sent(likely_formula(rng)) for _ in range(3000)]
    got = run(
        tabs[0],
        "({ texts, xy }) => texts.map((text) => declared(() => {"
        " const steps = q.expressions.parse(text, xy.map(([name]) => name));"
        " return { steps, value: q.expressions.evaluate(steps, new Map(xy)) }; },"
        " q.expressions.ExpressionError))",
        {"texts": formulas, "xy": list(XY.items())},
    )
    for text, theirs in zip(formulas, got, strict=True):
        assert agree(theirs, parsed(text)), (text, theirs, parsed(text))


def test_words_are_pythons(tabs: list[Any]) -> None:
    got = run(
        tabs[0],
        "(seed) => { const r = new q.portable_random.PortableRandom(seed);"
        " return Array.from({ length: 10000 }, () => r.word()); }",
        123456789,
    )
    ours = PortableRandom(123456789)
    assert got == [ours.word() for _ in range(10_000)]


def test_histories_are_scheduled_as_by_the_library(tabs: list[Any]) -> None:
    """300 questions of up to 30 reviews; due to the millisecond, the rest to 1e-9 of its size."""
    rng = random.Random(21)
    cases = []
    for _ in range(300):
        at, reviews = START, []
        for _ in range(rng.randint(1, 30)):
            at += gap(rng)
            reviews.append([rng.choices((1, 2, 3, 4), (3, 2, 5, 2))[0], at])
        cases.append(reviews)
    got = run(
        tabs[0],
        "(cases) => cases.map((reviews) => { let card = q.fsrs.newCard(0);"
        " return reviews.map(([rating, at]) => card = q.fsrs.reviewed(card, rating, at)); })",
        cases,
    )
    for reviews, theirs in zip(cases, got, strict=True):
        card = Card(card_id=1)
        for (rating, at), page in zip(reviews, theirs, strict=True):
            card, _ = SCHEDULER.review_card(card, Rating(rating), moment(at))
            assert (page["state"], page["step"]) == (card.state.value, card.step)
            assert page["due"] == ms_of(card.due)
            assert page["stability"] == pytest.approx(card.stability, rel=1e-9, abs=0)
            assert page["difficulty"] == pytest.approx(card.difficulty, rel=1e-9, abs=0)


def counts(tabs: list[Any]) -> list[int]:
    """Return the number of different answers each tab knows."""
    return [tab.evaluate("new Set(store.log.map((r) => r.id)).size") for tab in tabs]


@pytest.mark.parametrize("locks", ["navigator.locks", "null"])
def test_two_tabs_at_once_lose_nothing(tabs: list[Any], locks: str) -> None:
    """Both add thirty answers as fast as they can; each ends up with all sixty, and so does a
    third that opens later."""
    for tab in tabs:
        tab.evaluate(f"opened({locks})")
    for tab in tabs:
        tab.evaluate(
            "{ globalThis.done = (async () => { for (let i = 0; i < 30; i += 1) {"
            " await answer(); await new Promise((go) => setTimeout(go, Math.random() * 5));"
            " } })(); }"
        )
    for tab in tabs:
        tab.evaluate("done")
    for tab in tabs:
        tab.wait_for_function("store.log.length === 60")
    assert counts(tabs) == [60, 60]
    tabs[0].reload()
    tabs[0].evaluate(SETUP, tabs[0].url)
    tabs[0].evaluate(f"opened({locks})")
    assert counts(tabs) == [60, 60]
    assert tabs[1].evaluate("told") == []


def test_erasing_reaches_the_other_tab(tabs: list[Any]) -> None:
    for tab in tabs:
        tab.evaluate("opened(navigator.locks)")
    tabs[0].evaluate("answer()")
    tabs[1].wait_for_function("store.log.length === 1")
    tabs[0].evaluate("store.erase()")
    tabs[1].wait_for_function("store.log.length === 0")
    assert tabs[1].evaluate("localStorage.getItem(q.progress.KEY)") is None


def test_a_full_storage_is_told_and_the_answer_kept_in_memory(tabs: list[Any]) -> None:
    tab = tabs[0]
    saved = tab.evaluate(
        """async () => { opened(navigator.locks); const first = await answer();
        for (let size = 2 ** 23; size >= 1; size /= 2) {
          try { localStorage.setItem(`fill ${size}`, "x".repeat(size)); } catch { /* full */ }
        }
        return [first, await answer(), store.log.length]; }"""
    )
    assert saved == [True, False, 2]
    (told,) = tab.evaluate("told")
    assert told.startswith("The browser's storage has no room for more.")


def test_damaged_data_is_set_aside(tabs: list[Any]) -> None:
    tab = tabs[0]
    got = tab.evaluate(
        """async () => { localStorage.setItem(q.progress.KEY, "<b>damaged</b>");
        opened(navigator.locks); await answer();
        return [store.log.length, store.unread().map(([, text]) => text), told.length]; }"""
    )
    assert got == [1, ["<b>damaged</b>"], 1]
