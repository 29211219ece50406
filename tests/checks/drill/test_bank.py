"""The question banks: each template at many seeds, in the terminal and on the page."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import quickjs

from checks.drill import questions, verify
from checks.drill.answers import (
    Answer,
    Exact,
    OrderOfMagnitude,
    SignificantDigits,
    Tolerance,
    WithinPercent,
    read_answer,
)
from checks.drill.bank import _check, bank, chapters, find
from checks.drill.draw import Asked, Wrong, draw, exact, shown_key, unit_of
from checks.drill.grade import (
    grade,
    points_of,
    written_formula,
)
from checks.page import bank_module as page
from checks.page import browser_model, quiz_data
from checks.page.javascript import context, linked
from checks.terminal.text import judge
from tests.effort import GRADED, SEEDS
from tests.site.fixture import questions as fixture_bank
from worked.chapters import CHAPTERS, graph
from worked.formulas.ops import maximum


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> str:
    """Add the fixture's chapter, which has rows, and its bank; return its name."""
    monkeypatch.setitem(CHAPTERS, "small", "tests.site.fixture.scenario")
    monkeypatch.setitem(sys.modules, "checks.drill.banks.small", fixture_bank)
    return "small"


def every_question() -> list[Any]:
    """Return (chapter, question) for every question of the book."""
    return [pytest.param(s, q, id=f"{s}/{q.name}") for s in chapters() for q in bank(s)]


def numbers() -> list[Any]:
    """Return (chapter, question) for every numeric template."""
    return [p for p in every_question() if isinstance(p.values[1], questions.Number)]


# -- the banks --------------------------------------------------------------------------------


def test_every_chapter_has_a_bank() -> None:
    assert chapters() == list(CHAPTERS)


@pytest.mark.parametrize("slug", list(CHAPTERS))
def test_a_bank_has_a_dozen_templates_that_cover_each_step_and_every_kind(slug: str) -> None:
    own = bank(slug)
    assert sum(isinstance(q, questions.Number) for q in own) >= 12
    assert {q.step for q in own} == {s.slug for s in graph(slug).steps}
    assert {questions.kind_of(q) for q in own} >= {"number", "formula", "choice", "order", "open"}


@pytest.mark.parametrize(("slug", "question"), every_question())
def test_a_question_holds_at_every_seed(slug: str, question: questions.Question) -> None:
    """The key is accepted as it is shown, each mistake refused with its own cause, typed in full
    and to three digits, no diagnosis hidden, and no message holds the key."""
    report = verify.verify(slug, question.name, range(SEEDS))
    assert not report.problems


@pytest.mark.parametrize(("slug", "question"), numbers())
def test_a_number_has_five_declared_mistakes_and_a_hint(
    slug: str, question: questions.Number
) -> None:
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
      text: a.text, settings: a.settings, order: a.order, places: a.places,
      key: a.key ? plain(a.key) : "0/1",
      shown: q.kind === "number" ? shownKey(a) : "",
      wrongs: a.wrongs.map((w) => [plain(w.value), w.cause]),
      hints: q.hints.map((h) => fill(a, h)),
    };
  }));
}
function gradedAll(id, cases) {
  const q = questionOf(id);
  return JSON.stringify(JSON.parse(cases).flatMap(([seed, answers]) => {
    const asked = draw(MODEL, q, seed);
    return answers.map((answer) => {
      const v = grade(asked, answer);
      return { outcome: v.outcome, says: v.says, causes: v.causes, share: v.share };
    });
  }));
}
"""


FLOATS = 'const { floats } = modules["assets/js/floats.js"];'


@pytest.fixture(scope="module")
def page_of() -> Callable[[str], quickjs.Context]:
    """Return a function from chapter to a JavaScript context with its bank and model."""
    made: dict[str, quickjs.Context] = {}

    def get(slug: str) -> quickjs.Context:
        if slug not in made:
            modules = linked(
                "assets/js/quiz/draw.js",
                "assets/js/quiz/grade.js",
                generated=dict(quiz_data.modules()),
            )
            model = browser_model.expression(slug, graph(slug), [])
            text = page.module(slug).replace("export const bank =", "const BANK =")
            made[slug] = context(f"{modules}\n{FLOATS}\n{text}\nconst MODEL = {model};\n{DRIVER}")
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
        "places": dict(asked.places),
        "key": f"{asked.key.numerator}/{asked.key.denominator}",
        "shown": shown_key(asked) if isinstance(q, questions.Number) else "",
        "wrongs": [[f"{w.value.numerator}/{w.value.denominator}", w.cause] for w in asked.wrongs],
        "hints": [asked.fill(h) for h in q.hints],
    }


@pytest.mark.parametrize(("slug", "question"), every_question())
def test_the_page_draws_what_the_terminal_draws(
    slug: str, question: questions.Question, page_of: Callable[[str], quickjs.Context]
) -> None:
    """Text, givens, key, what the mistakes give, order, to the digit."""
    rng = random.Random(question.name)
    seeds = [rng.randrange(2**32) for _ in range(SEEDS)]
    theirs = sent(page_of(slug), "drawnAll", f"{slug}/{question.name}", seeds)
    for seed, drawn in zip(seeds, theirs, strict=True):
        assert drawn == as_page(draw(slug, question, seed)), seed


def answers_for(asked: Asked, rng: random.Random) -> list[Any]:
    """Return answers of all sorts: right, wrong by each mistake, off by a bit, garbage."""
    q = asked.question
    match q:
        case questions.Number():
            near = [asked.key * Fraction(rng.randrange(900, 1100), 1000) for _ in range(2)]
            off = [asked.key * f for f in (2, 8, 10, 60, 1000, Fraction(1, 3600), -1, 3, 0)]
            values = [asked.key, *near, *off, *(w.value for w in asked.wrongs)]
            typed = [verify.typed(v, asked.unit) for v in values]
            coarse = [verify.typed(v, asked.unit, rng.randint(1, 4)) for v in values if v]
            return [
                shown_key(asked),
                *typed,
                *coarse,
                *rng.sample(guesses(asked), 4),
                typed[0].split(" ")[0],
                f"{typed[0]} parsec",
                "",
                "12 apples",
                "1e99 B",
            ]
        case questions.Formula():
            letters = {s.argument: letter for letter, s in q.symbols.items()}
            own = [written_formula(f, letters) for f in (q.formula, *(m.wrong for m in q.mistakes))]
            return [*own, f"2*({own[0]})", f"({own[0]})+0", "1/0", "((", "nothing", ""]
        case questions.Choice():
            return list(range(-1, len(q.options) + 1))
        case questions.Order():
            n = len(q.items)
            right = [asked.order.index(i) for i in range(n)]
            shuffled = rng.sample(range(n), n)
            return [right, list(range(n)), shuffled, [0] * n, [0], []]
        case questions.FindMistake():
            return list(range(-1, len(q.lines) + 1))
    n = len(points_of(asked))
    return [[], list(range(n)), [0], sorted(rng.sample(range(n), n // 2)), [n, -1]]


def guesses(asked: Asked) -> list[str]:
    """Return what somebody types who has no answer: powers of ten, in each unit that fits."""
    return [
        f"{n} {unit}".strip() for unit in verify.units_of(asked) for n in ("1", "10", "1000", "1e6")
    ]


def graded(asked: Asked, answer: Any) -> dict[str, Any]:
    v = grade(asked, answer)
    return {"outcome": v.outcome, "says": list(v.says), "causes": list(v.causes), "share": v.share}


@pytest.mark.parametrize(("slug", "question"), every_question())
def test_the_page_grades_as_the_terminal_does_word_for_word(
    slug: str, question: questions.Question, page_of: Callable[[str], quickjs.Context]
) -> None:
    rng = random.Random(question.name)
    cases = []
    want = []
    for _ in range(GRADED if isinstance(question, questions.Number) else 6):
        seed = rng.randrange(2**32)
        asked = draw(slug, question, seed)
        answers = answers_for(asked, rng)
        cases.append([seed, answers])
        want += [(seed, answer, graded(asked, answer)) for answer in answers]
    theirs = sent(page_of(slug), "gradedAll", f"{slug}/{question.name}", cases)
    for (seed, answer, mine), page_says in zip(want, theirs, strict=True):
        assert page_says == mine, (seed, answer)


# -- grading ----------------------------------------------------------------------------------


def static_bytes(seed: int = 1) -> Asked:
    slug, question = find("gpu-wall/static-bytes")
    return draw(slug, question, seed)


def test_the_unit_is_the_readers_choice() -> None:
    """N parameters of 16 B: the same amount in GB, TB, GiB, bytes and bits is right."""
    asked = static_bytes()
    size = asked.key
    for text in (
        f"{float(size / 10**9)} GB",
        f"{float(size / 10**12)} TB",
        f"{float(size)} B",
        f"{float(size / 2**30):.6f} GiB",
        f"{float(size * 8)} bits",
        f"{float(size):e} bytes",
    ):
        assert grade(asked, text).outcome == "right", text


def test_a_missing_or_impossible_unit_is_asked_again_not_marked_wrong() -> None:
    asked = static_bytes()
    for text in ("1120", "1120 s", "1120 G", "", "a lot", "1,12 TB"):
        assert grade(asked, text).outcome == "again", text


def test_the_weights_alone_are_diagnosed() -> None:
    """2 of 16 bytes a parameter are the weights."""
    asked = static_bytes()
    verdict = grade(asked, f"{float(asked.key / 8 / 10**9)} GB")
    assert verdict.outcome == "wrong"
    assert verdict.says[1] == "Those are the bf16 weights alone."


def with_key(key: str, wrongs: tuple[Wrong, ...] = (), percent: Fraction | int = 2) -> Asked:
    """Return a question whose key is so many GB."""
    asked = static_bytes()
    question = replace(good_number(), tolerance=WithinPercent(percent))
    return replace(asked, question=question, key=Fraction(key) * 10**9, wrongs=wrongs)


def said_of(asked: Asked, text: str) -> str:
    """Return what a wrong answer is told after "Not right."."""
    verdict = grade(asked, text)
    assert verdict.outcome == "wrong"
    return verdict.says[1]


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1000, "too large: a prefix slipped by a factor of a thousand."),
        (Fraction(1, 10**6), "too small: a prefix slipped by a factor of a million."),
        (Fraction(1, 10), "too small: a factor of ten is off."),
        (2, "too large: a factor of two is off."),
        (8, "too large: bits and bytes are mixed up."),
        (Fraction(1024**3, 1000**3), "too large: powers of 1,000 and of 1,024 are mixed up."),
        (3, "too large, by less than a factor of ten."),
        (Fraction(1, 10000), "too small, by a factor of a thousand or more."),
        (12, "too large, by a factor of ten or more."),
        (Fraction(11, 10), "a little too large."),
    ],
)
def test_a_slip_that_nobody_declared_is_named(factor: Fraction, said: str) -> None:
    asked = with_key("1.264")
    value = verify.typed(asked.key * factor, "GB")
    assert said_of(asked, value) == f"Your answer is {said}"


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        # 144 / 1.024 = 140.625, which nobody rounds to 141 for sure; 144 rounded is 140.
        ("144", "140.6 GB", "Your answer is too small: powers of 1,000 and of 1,024 are mixed up."),
        ("144", "141 GB", "Your answer is a little too small."),
        ("144", "140.0 GB", "Your answer is a little too small."),
        # A factor of two with two digits is likely, with three it is stated.
        ("14.44", "7.2 GB", "Your answer is too small: perhaps a factor of two is off."),
        ("14.44", "7.22 GB", "Your answer is too small: a factor of two is off."),
        ("14.44", "7.26 GB", "Your answer is too small: perhaps a factor of two is off."),
        ("14.44", "7.3 GB", "Your answer is too small, by less than a factor of ten."),
        (
            "1.43",
            "1.4 TB",
            "Your answer is too large: perhaps a prefix slipped by a factor of a thousand.",
        ),
        # One digit and zeros may be a guess: no factor is named, though it is met to the last bit.
        ("1", "1 TB", "Your answer is too large, by a factor of a thousand or more."),
        ("1", "1.000 TB", "Your answer is too large, by a factor of a thousand or more."),
        ("1", "8 GB", "Your answer is too large, by less than a factor of ten."),
        ("1", "10 GB", "Your answer is too large, by a factor of ten or more."),
        ("2256", "1 GB", "Your answer is too small, by a factor of a thousand or more."),
        ("1", "1e99 GB", "Your answer is too large, by a factor of a thousand or more."),
        ("1", "0 GB", "It is not zero."),
        ("1", "-1 GB", "Its sign is wrong."),
        ("-2", "-3.1 GB", "Your answer is too large in size, by less than a factor of ten."),
    ],
)
def test_how_far_off_an_answer_is_stands_in_words(key: str, text: str, said: str) -> None:
    assert said_of(with_key(key), text) == said


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("144", "140 GB"),
        ("11.3", "11 GB"),
        ("1.43", "1.4 GB"),
        ("1.43", "1,400 MB"),
        ("10.4", "10 GB"),
        ("1.43", "1.4e9 B"),
    ],
)
def test_the_key_rounded_too_far_is_asked_again(key: str, text: str) -> None:
    """No mistake is found in it, though 140.6, 11.04 and 1.396 are these keys over 1.024."""
    mixed_up = Wrong(Fraction(key) * 10**9 / Fraction("1.024"), "Mixed up.")
    verdict = grade(with_key(key, (mixed_up,)), text)
    assert verdict.outcome == "again"
    assert verdict.says == ("Too coarse: give more digits (graded to within 2 %).",)


def test_of_an_exact_count_the_zeros_are_digits() -> None:
    """150 GPUs are no rounded 148: whoever types them has counted to 150."""
    asked = static_bytes()
    question = replace(good_number(), tolerance=Exact())
    asked = replace(asked, question=question, key=Fraction(148), unit="GPUs", wrongs=())
    assert said_of(asked, "150") == "Your answer is a little too large."
    assert grade(asked, "1.5e2").says[0] == "Too coarse: give more digits (graded exactly)."
    nodes = replace(asked, wrongs=(Wrong(Fraction(150), "Whole nodes."), Wrong(Fraction(149), "x")))
    assert said_of(nodes, "150") == "Whole nodes."


MISTAKE = (Wrong(Fraction("72.46") * 10**9, "Half."), Wrong(Fraction("300.4") * 10**9, "Twice."))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("72.46 GB", "Half."),
        ("72.5 GB", "Half."),  # 0.055 %
        ("72.50 GB", "Half."),  # 0.06 %
        ("72.6 GB", "Perhaps: Half."),  # 0.2 %
        ("72 GB", "Perhaps: Half."),  # its digits, but only two
        ("73 GB", "Perhaps: Half."),  # 0.7 %
        ("70 GB", "Your answer is too small, by less than a factor of ten."),  # one digit
        ("300.4 GB", "Twice."),
        ("300 GB", "Perhaps: Twice."),  # 0.13 %, though it has its digits
        ("3e2 GB", "Your answer is too large, by less than a factor of ten."),
        ("0.3 TB", "Your answer is too large, by less than a factor of ten."),
    ],
)
def test_a_cause_is_stated_only_where_it_is_sure(text: str, said: str) -> None:
    assert said_of(with_key("148.2", MISTAKE), text) == said


def test_two_mistakes_with_one_number_are_both_told() -> None:
    asked = static_bytes()
    twin = replace(asked.wrongs[0], cause="Another road to the same number.")
    both = replace(asked, wrongs=(*asked.wrongs, twin))
    verdict = grade(both, verify.typed(twin.value, "GB"))
    assert verdict.says[1] == f"{asked.wrongs[0].cause} Or: Another road to the same number."
    assert len(verdict.causes) == 2


def test_the_nearest_mistake_is_named_first_and_what_fits_better_alone() -> None:
    """Of 297.9 and 301.2, within 1 % of 300.0 both, the second is nearer; 301.2 is one of them."""
    near = tuple(Wrong(Fraction(f) * 10**9, c) for f, c in (("297.9", "low."), ("301.2", "high.")))
    asked = with_key("100", near)
    assert grade(asked, "300.1 GB").causes == (1, 0)
    assert said_of(asked, "300.1 GB") == "Perhaps: high. Or: low."
    assert said_of(asked, "301 GB") == "high."


def test_the_key_explains_an_answer_as_well_as_a_mistake_does() -> None:
    """20,010 is 0.05 % from the key and from the mistake: that it is the mistake is not sure."""
    off_by_one = Wrong(Fraction(20_020) * 10**9, "One too many.")
    asked = with_key("20_000", (off_by_one,), percent=Fraction(1, 100))
    assert said_of(asked, "20,010 GB") == "Perhaps: One too many."
    assert said_of(asked, "20,020 GB") == "One too many."


# -- nobody can compute the key from what a wrong answer is told --------------------------------

SIDES = ("large", "small", "large in size", "small in size")
SAID_OF_GUESSES = {
    "Its sign is wrong.",
    *(f"Your answer is a little too {side}." for side in SIDES),
    *(f"Your answer is too {side}, by less than a factor of ten." for side in SIDES),
    *(f"Your answer is too {side}, by a factor of ten or more." for side in SIDES),
    *(f"Your answer is too {side}, by a factor of a thousand or more." for side in SIDES),
}


@pytest.mark.parametrize(("slug", "question"), numbers())
def test_a_guess_is_told_nothing_that_the_key_can_be_computed_from(
    slug: str, question: questions.Number
) -> None:
    """Answers of 1, 10, 1,000 and a million in each unit.

    A guess that is no mistake's value is told one of a few sentences, each of which fits keys that
    lie half as far again apart; one that is, to 0.5 %, is told that mistake. An attacker who
    takes any number of what is said as a factor, a share or the key itself is refused.
    """
    for seed in range(40):
        asked = draw(slug, question, seed)
        for text in guesses(asked):
            verdict = grade(asked, text)
            reading = read_answer(text, asked.unit)
            assert isinstance(reading, Answer)
            guess = reading.value
            if verdict.outcome == "again":
                assert verdict.says[0].startswith("Too coarse: give more digits (graded ")
                assert abs(guess - asked.key) * 20 <= max(abs(guess), abs(asked.key)) * 1.06
            if verdict.outcome != "wrong":
                continue
            if verdict.causes:
                for i in verdict.causes:
                    value = asked.wrongs[i].value
                    assert abs(guess - value) * 200 <= abs(value)
            else:
                assert verdict.says[1] in SAID_OF_GUESSES
            for number in verify.numbers(verdict.says[1]) - verify.numbers(asked.text):
                n = Fraction(number.replace(",", ""))
                size = reading.unit.size
                tries = [n * size, n * unit_of(asked).size, guess * n, guess * (1 + n / 100)]
                tries += [guess / n, guess / (1 + n / 100), guess / (1 - n / 100)] if n > 1 else []
                for attempt in (t for t in tries if t > 0):
                    for sign in (1, -1):
                        is_key = question.tolerance.accepts(sign * attempt, asked.key, size)
                        assert not is_key, (seed, text, verdict.says[1], number)


# -- questions about cells ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["left", "holds", "total"])
def test_a_question_about_cells_is_the_same_on_the_page(
    name: str, small: str, page_of: Callable[[str], quickjs.Context]
) -> None:
    """The same places are drawn, and with them the same texts, keys, mistakes and verdicts."""
    _, question = find(f"{small}/{name}")
    assert not verify.verify(small, name, range(200)).problems
    test_the_page_draws_what_the_terminal_draws(small, question, page_of)
    test_the_page_grades_as_the_terminal_does_word_for_word(small, question, page_of)


def test_what_is_left_open_means_the_place_drawn(small: str) -> None:
    """Job C's 48 GPUs less 5 in each of three rounds; every job and both rounds are drawn."""
    _, question = find(f"{small}/left")
    drawn = [draw(small, question, seed) for seed in range(300)]
    assert {(a.places["job"], a.places["round"]) for a in drawn} == {
        (job, number) for job in "abc" for number in "23"
    }
    wanted = {"wanted[job=c]": 48, "served": 5}
    asked = next(a for a in drawn if a.settings == wanted and a.places["round"] == "3")
    assert asked.text == (
        "Job C wants 48 GPUs, and 5 GPUs come free for it in each round. For how many does it "
        "still wait after round 3?"
    )
    assert asked.figure == "left[job=c, round=3]"
    assert asked.key == 33
    assert asked.wrongs == (
        Wrong(Fraction(43), "You took the first round for all: 43 GPUs."),
        Wrong(Fraction(15), "That is what job C has got."),
    )
    assert shown_key(asked) == "33 GPUs"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cell": {"job": "any"}}, "left has a value for each place of round"),
        ({"cell": {"job": "any", "split": "any"}}, "no axis 'split'; there are job, round, limit"),
        ({"cell": {"job": ("a", "d"), "round": "any"}}, "job has no place 'd'"),
        ({"cell": {"job": ("a",), "round": "any"}}, "a drawn place is any, or one of two or more"),
        ({"figure": "left[job=b, round=9]"}, "round has no place '9'"),
        ({"figure": "largest"}, "largest is no derived number"),
        ({"vary": {"wanted[job=d]": (1, 2)}}, "job has no place 'd'"),
        ({"vary": {"left": (1, 2)}}, "left: is computed"),
    ],
)
def test_a_cell_that_makes_no_sense_is_refused(
    change: dict[str, Any], said: str, small: str
) -> None:
    question = replace(find(f"{small}/left")[1], **change)
    with pytest.raises(questions.BankError, match=said):
        _check(small, graph(small), question)


# -- the key as it is shown ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "tolerance", "shown"),
    [
        (144e9, WithinPercent(2), "144 GB"),  # the figure's own places are enough
        (1.44e9, WithinPercent(2), "1.44 GB"),  # 1.4 is 2.8 % off
        (1.42e9, WithinPercent(2), "1.42 GB"),  # 1.4 is right, but by a hair: 1.4 %
        (1.41e9, WithinPercent(2), "1.4 GB"),
        (2.684354e9, SignificantDigits(3), "2.684 GB"),  # 2.68 is off by 0.004 of 0.005
        (2.684354e9, Exact(), "2.684354 GB"),
        (2.6e9, OrderOfMagnitude(1), "2.6 GB"),
    ],
)
def test_the_key_is_shown_with_the_digits_that_it_needs(
    value: float, tolerance: Tolerance, shown: str
) -> None:
    """The static bytes are shown in whole GB, and to two digits at least."""
    asked = static_bytes()
    question = replace(good_number(), tolerance=tolerance)
    values = {**asked.values, "static_bytes": value}
    asked = replace(asked, question=question, values=values, key=exact(value))
    assert shown_key(asked) == shown
    assert grade(asked, shown).says == (f"Right: {shown}.",)


def test_a_line_that_is_right_is_said_to_follow_from_what_there_is() -> None:
    """Above the first line stands the question alone."""
    slug, question = find("gpu-wall/kv-cookbook-hidden-width")
    asked = draw(slug, question, 1)
    first, third = (grade(asked, i).says[1] for i in (0, 2))
    assert first == "Line 1 is no mistake of its own: it follows from the question."
    assert third == "Line 3 is no mistake of its own: it follows from what stands above it."


@pytest.mark.parametrize(
    ("id_", "text", "said"),
    [
        ("gpu-wall/static-bytes", "5 gigs", "'gigs' is not known here"),
        ("gpu-wall/static-bytes", "5 s", "'s' does not fit this question. An amount of data"),
        ("gpu-wall/static-bytes", "5 tokens per s", "'tokens per s' does not fit this question."),
        ("gpu-wall/all-reduce-formula", "2*delta", "'delta' is not known here (character 3)"),
        ("gpu-wall/all-reduce-formula", "s*n", "'s' is not known here (character 1)"),
        ("gpu-wall/all-reduce-formula", "sqrt n", "'sqrt' is a function: write sqrt(...)"),
        ("gpu-wall/all-reduce-formula", "max(n)", "'max' takes two arguments or more, not 1."),
        ("gpu-wall/all-reduce-formula", "log(n)", "'log' is not known here: write log2"),
        ("gpu-wall/all-reduce-formula", "n*1e999", "'1e999' is too large a number (character 3)."),
        ("gpu-wall/all-reduce-formula", "2nS", "Write the multiplication sign: 2*n*S (character"),
        ("gpu-wall/all-reduce-formula", "nS/n", "Write the multiplication sign: n*S (character 1)"),
    ],
)
def test_what_was_typed_is_quoted_as_it_was_typed(id_: str, text: str, said: str) -> None:
    """A sentence begins with a capital letter, a symbol keeps its own."""
    verdict = judge(draw(*find(id_), 1), text)
    assert verdict.outcome == "again"
    assert said in verdict.says[0]


def test_a_formula_is_right_in_any_form_and_its_mistakes_are_named() -> None:
    slug, question = find("gpu-wall/all-reduce-formula")
    asked = draw(slug, question, 3)
    for text in ("2*(n-1)*S/n", "2*S - 2*S/n", "S*(1-1/n)*2", "(n-1)/n*S + S*(n-1)/n"):
        assert grade(asked, text).outcome == "right", text
    half = grade(asked, "(n-1)*S/n")
    assert half.says[1].startswith("That is one round of it")
    other = grade(asked, "S*n")
    assert other.says[1].startswith("At S = ")
    assert grade(asked, "2(n-1)S/n").outcome == "again"


def test_a_formula_is_written_with_the_commas_between_a_functions_arguments() -> None:
    """max(n, L) takes two arguments; the comma of 1,000 is for readers and goes."""
    letters = {"length": "n", "trained_length": "L"}

    def formula(length: Any, trained_length: Any) -> Any:
        return 1000 * maximum(length, trained_length)

    assert written_formula(formula, letters) == "1000 * max(n, L)"


def test_an_order_says_where_it_first_goes_wrong() -> None:
    slug, question = find("gpu-wall/sigterm-path")
    assert isinstance(question, questions.Order)
    asked = draw(slug, question, 5)
    right = [asked.order.index(i) for i in range(len(question.items))]
    assert grade(asked, right).outcome == "right"
    swapped = [*right[:3], right[4], right[3], *right[5:]]
    said = grade(asked, swapped).says[1]
    assert said == f"Up to here it is right; then this comes too early: {question.items[4]}"


def test_an_open_question_is_scored_by_level() -> None:
    """All points of a level count only with those below it."""
    slug, question = find("gpu-wall/design-spot")
    asked = draw(slug, question, 1)
    levels = [level for level, _ in points_of(asked)]
    mid = [i for i, level in enumerate(levels) if level == "mid"]
    senior = [i for i, level in enumerate(levels) if level == "senior"]
    assert grade(asked, mid).says[1] == "All points up to mid."
    assert grade(asked, mid + senior).says[1] == "All points up to senior."
    assert grade(asked, senior).says[1] == "Not yet all points of a mid level."
    assert grade(asked, range(len(levels))).share == 1


def test_what_is_typed_in_a_terminal_means_what_is_picked_on_the_page() -> None:
    slug, question = find("gpu-wall/gang-why")
    asked = draw(slug, question, 2)
    assert judge(asked, " B ") == grade(asked, 1)
    assert judge(asked, "bb").outcome == "again"
    slug, question = find("gpu-wall/sigterm-path")
    asked = draw(slug, question, 2)
    assert judge(asked, "b, a c d > e f g h") == grade(asked, [1, 0, 2, 3, 4, 5, 6, 7])
    assert judge(asked, "a b").outcome == "again"


# -- a bank that makes no sense is refused ---------------------------------------------------------


def good_number() -> questions.Number:
    found = find("gpu-wall/static-bytes")[1]
    assert isinstance(found, questions.Number)
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": "nowhere"}, "no step 'nowhere'"),
        ({"figure": "nothing"}, "nothing"),
        ({"figure": "params"}, "is no derived number"),
        ({"figure": "fits[layout=zero-1]"}, "is no derived number"),
        ({"vary": {"params": (7e9,)}}, "two values or more"),
        ({"vary": {"static_bytes": (1, 2)}}, "is computed"),
        ({"unit": "s"}, "cannot be shown in 's'"),
        ({"name": "Bad Name"}, "words-with-hyphens"),
        ({"level": "principal"}, "no level 'principal'"),
        ({"ask": " loose "}, "loose spaces"),
        ({"mistakes": (questions.Mistake("x", lambda nonsense: nonsense),)}, "no figure"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    wrong = replace(good_number(), **change)
    with pytest.raises((questions.BankError, ValueError), match=said):
        _check("gpu-wall", graph("gpu-wall"), wrong)


def test_a_choice_needs_just_one_right_option() -> None:
    wrong = questions.Choice(
        "c", "bill", "?", tuple(questions.Option(str(i), "y", right=True) for i in range(3))
    )
    with pytest.raises(questions.BankError, match="one option must be right"):
        _check("gpu-wall", graph("gpu-wall"), wrong)


def test_an_unknown_question_is_refused_by_name() -> None:
    with pytest.raises(questions.BankError, match="no such question"):
        find("gpu-wall/nonsense")


# -- the verification can fail ------------------------------------------------------------------


def reported(monkeypatch: pytest.MonkeyPatch, question: questions.Question) -> tuple[str, ...]:
    monkeypatch.setattr(verify, "bank", lambda slug: (question,))
    return verify.verify("gpu-wall", question.name, range(1000)).problems


def test_a_mistake_that_gives_the_key_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    same = replace(good_number(), mistakes=(questions.Mistake("none at all", lambda key: key),))
    assert any("told apart in 0 of" in p for p in reported(monkeypatch, same))


def test_a_mistake_within_the_tolerance_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    near = replace(good_number(), mistakes=(questions.Mistake("close", lambda key: key * 1.01),))
    assert any("told apart in 0 of" in p for p in reported(monkeypatch, near))


def test_two_mistakes_that_always_collide_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = (
        questions.Mistake("one", lambda key: key * 3),
        questions.Mistake("other", lambda key: 3 * key),
    )
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


def test_a_key_that_is_shown_too_coarsely_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """1.1 MFLOP/token for 1.106 was 32 of 120 draws."""
    slug, question = find("rope/rotation-flops")
    assert isinstance(question, questions.Number)

    def as_the_book_writes_it(asked: Asked) -> str:
        return graph(slug).shown(question.figure, asked.values, question.unit)

    monkeypatch.setattr(verify, "shown_key", as_the_book_writes_it)
    problems = verify.verify(slug, question.name, range(120)).problems
    assert any("the key is refused as it is shown" in p for p in problems)


def test_a_cause_that_holds_the_key_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    telling = (questions.Mistake("It should have been {{ static_bytes }}.", lambda key: key * 3),)
    problems = reported(monkeypatch, replace(good_number(), mistakes=telling))
    assert any("what is said of a wrong answer holds the key" in p for p in problems)


def test_a_given_that_a_cause_names_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = (questions.Mistake("There are {{ params | billion }} of them.", lambda key: key * 3),)
    assert not reported(monkeypatch, replace(good_number(), mistakes=fine))


def test_each_tolerance_reaches_the_page() -> None:
    told = {page._tolerance(t)["kind"] for t in (Exact(), SignificantDigits(2), WithinPercent(3))}
    assert told == {"exact", "digits", "percent"}
