"""The question banks: each template at a thousand seeds, in the terminal and on the page."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import quickjs

from checks.prose import loose_numbers
from checks.quiz import page, verify
from checks.quiz.answers import Exact, SignificantDigits, WithinPercent
from checks.quiz.bank import _check, bank, chapters, find
from checks.quiz.draw import Asked, draw, shown_key
from checks.quiz.grade import (
    causes_of,
    grade_choice,
    grade_find_mistake,
    grade_formula,
    grade_number,
    grade_open,
    grade_order,
    points_of,
    written_formula,
)
from checks.quiz.questions import (
    BankError,
    Choice,
    FindMistake,
    Formula,
    Mistake,
    Number,
    Open,
    Option,
    Order,
    Question,
    kind_of,
    texts_of,
)
from checks.quiz.terminal_text import judge
from checks.site import browser_model, quiz_data
from checks.site.javascript import context, linked
from worked.chapters import CHAPTERS, graph
from worked.formulas.ops import maximum

SEEDS = 1_000
# Words of a worked line or of a source: numerals in them are quoted.
QUOTED = (FindMistake,)


def questions() -> list[Any]:
    """Return (chapter, question) for every question of the book."""
    return [pytest.param(s, q, id=f"{s}/{q.name}") for s in chapters() for q in bank(s)]


def numbers() -> list[Any]:
    """Return (chapter, question) for every numeric template."""
    return [p for p in questions() if isinstance(p.values[1], Number)]


# -- the banks --------------------------------------------------------------------------------


def test_every_chapter_has_a_bank() -> None:
    assert chapters() == list(CHAPTERS)


@pytest.mark.parametrize("slug", list(CHAPTERS))
def test_a_bank_has_a_dozen_templates_that_cover_each_step_and_every_kind(slug: str) -> None:
    own = bank(slug)
    assert sum(isinstance(q, Number) for q in own) >= 12
    assert {q.step for q in own} == {s.slug for s in graph(slug).steps}
    assert {kind_of(q) for q in own} >= {"number", "formula", "choice", "order", "open"}


@pytest.mark.parametrize(("slug", "question"), questions())
def test_a_question_holds_at_a_thousand_seeds(slug: str, question: Question) -> None:
    """The key is accepted, each mistake refused with its own cause, no diagnosis hidden."""
    report = verify.verify(slug, question.name, range(SEEDS))
    assert not report.problems


@pytest.mark.parametrize(("slug", "question"), questions())
def test_no_number_of_a_question_is_typed_by_hand(slug: str, question: Question) -> None:
    texts = [question.ask, *question.hints] if isinstance(question, QUOTED) else texts_of(question)
    assert not [str(n) for t in texts for n in loose_numbers(t, f"{slug}/{question.name}")]


@pytest.mark.parametrize(("slug", "question"), numbers())
def test_a_number_has_five_declared_mistakes_and_a_hint(slug: str, question: Number) -> None:
    assert len(question.mistakes) >= 5
    assert question.hints


# -- the page draws and grades as the terminal does ----------------------------------------------

DRIVER = """
const { draw, exact, fill, shownKey } = modules["assets/js/quiz/draw.js"];
const { grade } = modules["assets/js/quiz/grade.js"];
const plain = (f) => `${f[0]}/${f[1]}`;
function questionOf(id) {
  return BANK.questions.find((q) => q.id === id);
}
function drawnAll(id, seeds) {
  const q = questionOf(id);
  return JSON.stringify(JSON.parse(seeds).map((seed) => {
    const a = draw(MODEL, q, seed);
    return {
      text: a.text, settings: a.settings, order: a.order,
      key: a.key ? plain(a.key) : "0/1",
      shown: q.kind === "number" ? shownKey(a) : "",
      wrongs: a.wrongs.map((w) => [plain(w.value), w.cause]),
      hints: q.hints.map((h) => fill(MODEL, h, a.values)),
    };
  }));
}
function gradedAll(id, cases) {
  const q = questionOf(id);
  return JSON.stringify(JSON.parse(cases).map(([seed, answer]) => {
    const v = grade(draw(MODEL, q, seed), answer);
    return { outcome: v.outcome, says: v.says, causes: v.causes, share: v.share };
  }));
}
"""


@pytest.fixture(scope="module")
def page_of() -> Callable[[str], quickjs.Context]:
    """Return a function from chapter to a JavaScript context with its bank and model."""
    made: dict[str, quickjs.Context] = {}

    def get(slug: str) -> quickjs.Context:
        if slug not in made:
            modules = linked(
                "assets/js/quiz/draw.js", "assets/js/quiz/grade.js",
                generated=dict(quiz_data.modules()),
            )  # fmt: skip
            model = browser_model.expression(slug, graph(slug), [])
            text = page.module(slug).replace("export const bank =", "const BANK =")
            made[slug] = context(f"{modules}\n{text}\nconst MODEL = {model};\n{DRIVER}")
        return made[slug]

    return get


def sent(context_: quickjs.Context, function: str, id_: str, cases: Any) -> Any:
    return json.loads(
        context_.eval(f"{function}({json.dumps(id_)}, {json.dumps(json.dumps(cases))})")
    )


def as_page(asked: Asked) -> dict[str, Any]:
    q = asked.question
    return {
        "text": asked.text,
        "settings": dict(asked.settings),
        "order": list(asked.order),
        "key": f"{asked.key.numerator}/{asked.key.denominator}",
        "shown": shown_key(asked) if isinstance(q, Number) else "",
        "wrongs": [[f"{w.value.numerator}/{w.value.denominator}", w.cause] for w in asked.wrongs],
        "hints": [asked.fill(h) for h in q.hints],
    }


@pytest.mark.parametrize(("slug", "question"), questions())
def test_the_page_draws_what_the_terminal_draws(
    slug: str, question: Question, page_of: Callable[[str], quickjs.Context]
) -> None:
    """A thousand seeds: text, givens, key, what the mistakes give, order, to the digit."""
    rng = random.Random(question.name)
    seeds = [rng.randrange(2**32) for _ in range(SEEDS)]
    theirs = sent(page_of(slug), "drawnAll", f"{slug}/{question.name}", seeds)
    for seed, drawn in zip(seeds, theirs, strict=True):
        assert drawn == as_page(draw(slug, question, seed)), seed


def answers_for(asked: Asked, rng: random.Random) -> list[Any]:
    """Return answers of all sorts: right, wrong by each mistake, off by a bit, garbage."""
    q = asked.question
    match q:
        case Number():
            near = [asked.key * Fraction(rng.randrange(900, 1100), 1000) for _ in range(2)]
            off = [asked.key * f for f in (2, 8, 10, 60, 1000, Fraction(1, 3600), -1, 3, 0)]
            values = [asked.key, *near, *off, *(w.value for w in asked.wrongs)]
            typed = [verify.typed(v, asked.unit) for v in values]
            return [*typed, typed[0].split(" ")[0], f"{typed[0]} parsec", "", "12 apples", "1e99 B"]
        case Formula():
            letters = {s.argument: letter for letter, s in q.symbols.items()}
            own = [written_formula(f, letters) for f in (q.formula, *(m.wrong for m in q.mistakes))]
            return [*own, f"2*({own[0]})", f"({own[0]})+0", "1/0", "((", "nothing", ""]
        case Choice():
            return list(range(-1, len(q.options) + 1))
        case Order():
            n = len(q.items)
            right = [asked.order.index(i) for i in range(n)]
            shuffled = rng.sample(range(n), n)
            return [right, list(range(n)), shuffled, [0] * n, [0], []]
        case FindMistake():
            return list(range(-1, len(q.lines) + 1))
    n = len(points_of(asked))
    return [[], list(range(n)), [0], sorted(rng.sample(range(n), n // 2)), [n, -1]]


def graded(asked: Asked, answer: Any) -> dict[str, Any]:
    judges: dict[type, Callable[..., Any]] = {
        Number: grade_number, Formula: grade_formula, Choice: grade_choice, Order: grade_order,
        FindMistake: grade_find_mistake, Open: grade_open,
    }  # fmt: skip
    v = judges[type(asked.question)](asked, answer)
    return {"outcome": v.outcome, "says": list(v.says), "causes": list(v.causes), "share": v.share}


@pytest.mark.parametrize(("slug", "question"), questions())
def test_the_page_grades_as_the_terminal_does_word_for_word(
    slug: str, question: Question, page_of: Callable[[str], quickjs.Context]
) -> None:
    rng = random.Random(question.name)
    cases = []
    want = []
    for _ in range(40 if isinstance(question, Number) else 6):
        seed = rng.randrange(2**32)
        asked = draw(slug, question, seed)
        for answer in answers_for(asked, rng):
            cases.append([seed, answer])
            want.append(graded(asked, answer))
    theirs = sent(page_of(slug), "gradedAll", f"{slug}/{question.name}", cases)
    for case, mine, page_says in zip(cases, want, theirs, strict=True):
        assert page_says == mine, case


# -- grading ----------------------------------------------------------------------------------


def static_bytes(seed: int = 1) -> Asked:
    slug, question = find("gpu-wall/static-bytes")
    return draw(slug, question, seed)


def test_the_unit_is_the_readers_choice() -> None:
    """N parameters of 16 B: the same amount in GB, TB, GiB, bytes and bits is right."""
    asked = static_bytes()
    size = asked.key
    for text in (
        f"{float(size / 10**9)} GB", f"{float(size / 10**12)} TB", f"{float(size)} B",
        f"{float(size / 2**30):.6f} GiB", f"{float(size * 8)} bits", f"{float(size):e} bytes",
    ):  # fmt: skip
        assert grade_number(asked, text).outcome == "right", text


def test_a_missing_or_impossible_unit_is_asked_again_not_marked_wrong() -> None:
    asked = static_bytes()
    for text in ("1120", "1120 s", "1120 G", "", "a lot", "1,12 TB"):
        assert grade_number(asked, text).outcome == "again", text


def test_the_weights_alone_are_diagnosed() -> None:
    """2 of 16 bytes a parameter are the weights."""
    asked = static_bytes()
    verdict = grade_number(asked, f"{float(asked.key / 8 / 10**9)} GB")
    assert verdict.outcome == "wrong"
    assert verdict.says[1] == "Those are the bf16 weights alone."


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1000, "1,000 times too large: a prefix slipped by a factor of 1,000."),
        (Fraction(1, 10), "10 times too small: a factor of ten is lost."),
        (2, "2.00 times too large: a factor of two is off."),
        (8, "8.00 times too large: bits and bytes are mixed up."),
        (Fraction(1024**3, 1000**3), "7.4% too large: powers of 1,000 and of 1,024 are mixed up."),
        (3, "3.00 times too large."),
    ],
)
def test_a_slip_that_nobody_declared_is_named(factor: Fraction, said: str) -> None:
    asked = replace(static_bytes(), wrongs=())
    value = verify.typed(asked.key * factor, "GB")
    assert grade_number(asked, value).says[1] == f"Your answer is {said}"


def test_two_mistakes_with_one_number_are_both_told() -> None:
    asked = static_bytes()
    twin = replace(asked.wrongs[0], cause="Another road to the same number.")
    both = replace(asked, wrongs=(*asked.wrongs, twin))
    said = grade_number(both, verify.typed(twin.value, "GB")).says[1]
    assert said == f"{asked.wrongs[0].cause} Or: Another road to the same number."
    assert len(causes_of(both, twin.value, Fraction(10**9))) == 2


def test_the_nearest_mistake_is_named_first() -> None:
    asked = static_bytes()
    key = asked.key
    near = [replace(asked.wrongs[0], value=key * 3 * f, cause=c)
            for f, c in ((Fraction(99, 100), "low"), (Fraction(1005, 1000), "high"))]  # fmt: skip
    assert causes_of(replace(asked, wrongs=tuple(near)), key * 3, Fraction(1)) == (1, 0)


def test_a_formula_is_right_in_any_form_and_its_mistakes_are_named() -> None:
    slug, question = find("gpu-wall/all-reduce-formula")
    asked = draw(slug, question, 3)
    for text in ("2*(n-1)*S/n", "2*S - 2*S/n", "S*(1-1/n)*2", "(n-1)/n*S + S*(n-1)/n"):
        assert grade_formula(asked, text).outcome == "right", text
    half = grade_formula(asked, "(n-1)*S/n")
    assert half.says[1].startswith("That is one of the two halves")
    other = grade_formula(asked, "S*n")
    assert other.says[1].startswith("At S = ")
    assert grade_formula(asked, "2(n-1)S/n").outcome == "again"


def test_a_formula_is_written_with_the_commas_between_a_functions_arguments() -> None:
    """max(n, L) takes two arguments; the comma of 1,000 is for readers and goes."""
    letters = {"length": "n", "trained_length": "L"}

    def formula(length: Any, trained_length: Any) -> Any:
        return 1000 * maximum(length, trained_length)

    assert written_formula(formula, letters) == "1000 * max(n, L)"


def test_an_order_says_where_it_first_goes_wrong() -> None:
    slug, question = find("gpu-wall/sigterm-path")
    assert isinstance(question, Order)
    asked = draw(slug, question, 5)
    right = [asked.order.index(i) for i in range(len(question.items))]
    assert grade_order(asked, right).outcome == "right"
    swapped = [*right[:3], right[4], right[3], *right[5:]]
    said = grade_order(asked, swapped).says[1]
    assert said == f"Up to here it is right; then this comes too early: {question.items[4]}"


def test_an_open_question_is_scored_by_level() -> None:
    """All points of a level count only with those below it."""
    slug, question = find("gpu-wall/design-spot")
    asked = draw(slug, question, 1)
    levels = [level for level, _ in points_of(asked)]
    mid = [i for i, level in enumerate(levels) if level == "mid"]
    senior = [i for i, level in enumerate(levels) if level == "senior"]
    assert grade_open(asked, mid).says[1] == "All points up to mid."
    assert grade_open(asked, mid + senior).says[1] == "All points up to senior."
    assert grade_open(asked, senior).says[1] == "Not yet all points of a mid level."
    assert grade_open(asked, range(len(levels))).share == 1


def test_what_is_typed_in_a_terminal_means_what_is_picked_on_the_page() -> None:
    slug, question = find("gpu-wall/gang-why")
    asked = draw(slug, question, 2)
    assert judge(asked, " B ") == grade_choice(asked, 1)
    assert judge(asked, "bb").outcome == "again"
    slug, question = find("gpu-wall/sigterm-path")
    asked = draw(slug, question, 2)
    assert judge(asked, "b, a c d > e f g h") == grade_order(asked, [1, 0, 2, 3, 4, 5, 6, 7])
    assert judge(asked, "a b").outcome == "again"


# -- a bank that makes no sense is refused ---------------------------------------------------------


def good_number() -> Number:
    found = find("gpu-wall/static-bytes")[1]
    assert isinstance(found, Number)
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": "nowhere"}, "no step 'nowhere'"),
        ({"figure": "nothing"}, "nothing"),
        ({"figure": "params"}, "is no derived number"),
        ({"figure": "zero1_fits"}, "is no derived number"),
        ({"vary": {"params": (7e9,)}}, "two values or more"),
        ({"vary": {"static_bytes": (1, 2)}}, "is computed"),
        ({"unit": "s"}, "cannot be shown in 's'"),
        ({"name": "Bad Name"}, "words-with-hyphens"),
        ({"level": "principal"}, "no level 'principal'"),
        ({"ask": " loose "}, "loose spaces"),
        ({"mistakes": (Mistake("x", lambda nonsense: nonsense),)}, "no figure"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    wrong = replace(good_number(), **change)
    with pytest.raises((BankError, ValueError), match=said):
        _check("gpu-wall", graph("gpu-wall"), wrong)


def test_a_choice_needs_just_one_right_option() -> None:
    wrong = Choice("c", "bill", "?", tuple(Option(str(i), "y", right=True) for i in range(3)))
    with pytest.raises(BankError, match="one option must be right"):
        _check("gpu-wall", graph("gpu-wall"), wrong)


def test_an_unknown_question_is_refused_by_name() -> None:
    with pytest.raises(BankError, match="no such question"):
        find("gpu-wall/nonsense")


# -- the verification can fail ------------------------------------------------------------------


def reported(monkeypatch: pytest.MonkeyPatch, question: Question) -> tuple[str, ...]:
    monkeypatch.setattr(verify, "bank", lambda slug: (question,))
    return verify.verify("gpu-wall", question.name, range(1000)).problems


def test_a_mistake_that_gives_the_key_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    same = replace(good_number(), mistakes=(Mistake("none at all", lambda key: key),))
    assert any("told apart in 0 of" in p for p in reported(monkeypatch, same))


def test_a_mistake_within_the_tolerance_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    near = replace(good_number(), mistakes=(Mistake("close", lambda key: key * 1.01),))
    assert any("told apart in 0 of" in p for p in reported(monkeypatch, near))


def test_two_mistakes_that_always_collide_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = (Mistake("one", lambda key: key * 3), Mistake("other", lambda key: 3 * key))
    problems = reported(monkeypatch, replace(good_number(), mistakes=twins))
    assert sum("told apart in 0 of" in p for p in problems) == 2


def test_a_question_that_can_be_learnt_by_heart_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = replace(good_number(), vary={"params": (7e9, 8e9)})
    assert any("memorised" in p for p in reported(monkeypatch, few))


def test_a_tolerance_that_refuses_the_key_in_other_units_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deaf(WithinPercent):
        def accepts(self, answer: Fraction, key: Fraction, unit: Fraction = Fraction(1)) -> bool:
            return False

    deaf = replace(good_number(), tolerance=Deaf(2))
    assert any("the key is refused" in p for p in reported(monkeypatch, deaf))


def test_each_tolerance_reaches_the_page() -> None:
    told = {page._tolerance(t)["kind"] for t in (Exact(), SignificantDigits(2), WithinPercent(3))}
    assert told == {"exact", "digits", "percent"}
