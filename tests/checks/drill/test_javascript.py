"""The quiz on the page against the quiz in the terminal: same readings, same words, same numbers.

The modules run without `eval` and `Function` (see quiz_page.py): nothing that a reader types is
ever executed.
"""

from __future__ import annotations

import math
import random
import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.drill.answers import (
    TABLE,
    Answer,
    AnswerError,
    Exact,
    MissingUnit,
    OrderOfMagnitude,
    SignificantDigits,
    Tolerance,
    Unit,
    WithinPercent,
    find_unit,
    read_answer,
)
from checks.drill.expressions import ExpressionError, equivalent, evaluate, parse
from checks.drill.portable_random import PortableRandom, seed_of
from checks.faces.plain_text import plain
from checks.page.javascript import context, linked
from tests.checks.drill.quiz_page import MOST_STEPS, as_sent, called, calls, steps
from tests.effort import some
from worked.figures.program import javascript

# Every character that this Python knows, lone surrogates included. An engine may know a newer
# Unicode; then a character that was added in between reads differently, but never as an answer.
characters = st.characters(exclude_categories=("Cn",))


# ---- modules are linked


def test_modules_that_import_one_another_in_a_circle_are_refused() -> None:
    a, b = 'import { b } from "./b.js";\n', 'import { a as c } from "./a.js";\n'
    with pytest.raises(ValueError, match=r"x/a\.js imports itself"):
        linked("x/a.js", generated={"x/a.js": a, "x/b.js": b})


def test_a_linked_module_sees_what_it_imports_under_the_name_it_gives() -> None:
    """c = 2 * (1 + 1); the module imported twice runs once."""
    modules = {
        "x/a.js": "export let a = 1;\na += 1;\n",
        "x/y/b.js": 'import { a as one } from "../a.js";\nexport const b = () => 2 * one;\n',
        "x/c.js": 'import { a } from "./a.js";\nimport { b } from "./y/b.js";\n'
        "export const c = a === 2 && b();\n",
    }
    assert context(linked("x/c.js", generated=modules)).eval('modules["x/c.js"].c') == 4


# ---- text


def test_characters_are_seen_as_python_sees_them() -> None:
    """Of every character of Unicode, in a reader's run of a quarter of them: is it space, is it a
    letter, how does repr() write it, and what is it when typed?"""
    made = calls(
        ["plain_text", "python_text", "expressions"],
        "seen = (...codes) => codes.map((code) => {"
        "  const c = String.fromCodePoint(code);"
        "  const read = () => q('expressions').parse('1', [c]).length;"
        "  const letter = declared(read, RangeError) === 1;"
        "  return [q('python_text').strip(c) === '', letter, q('python_text').quoted(c),"
        "    q('plain_text').plain(`<${c}>`)]; })",
    )
    # Of those for private use, which are all alike, the first block will do.
    every = [
        code
        for code in range(0xF1000)
        if unicodedata.category(chr(code)) != "Cn" and not 0xE100 <= code < 0xF800
    ]
    assert len(every) > 140_000
    for first in some(range(0, len(every), 2000)):
        codes = every[first : first + 2000]
        (got,) = called(made, "seen", [codes])
        for code, theirs in zip(codes, got, strict=True):
            c = chr(code)
            ours = [c.isspace(), c.isalpha() or c == "_", repr(c), plain(f"<{c}>")]
            assert theirs == ours, hex(code)


@given(st.text(characters, max_size=30))
@example("it's")
@example("'\"\\\n\t\r")
@example("\ufeff\x1c\x85 a \u2029b\u3000")
@settings(max_examples=300)
def test_texts_are_stripped_split_and_quoted_as_python_does(text: str) -> None:
    text = as_sent(text)
    got = called(TEXT, "text", [[text]])[0]
    assert got == [text.strip(), text.rstrip(), text.split(), repr(text), len(text)]


TEXT = calls(
    ["python_text"],
    "text = (x) => { const t = q('python_text');"
    " return [t.strip(x), t.stripEnd(x), t.split(x), t.quoted(x), t.codePoints(x).length]; }",
)


def test_texts_sort_by_code_point() -> None:
    """U+FF5E comes before U+1F600, whose first UTF-16 unit is U+D83D."""
    made = calls(["python_text"], "sorted = (...x) => x.sort(q('python_text').byCodePoint)")
    texts = ["b", "\U0001f600", "\uff5e", "", "a", "ab", "é"]
    assert called(made, "sorted", [texts]) == [sorted(texts)]


# ---- the random numbers

RANDOM = calls(
    ["portable_random"],
    "words = (seed, n) => { const r = new (q('portable_random').PortableRandom)(seed);"
    " return Array.from({ length: n }, () => r.word()); }",
    "drawn = (seed, n) => { const r = new (q('portable_random').PortableRandom)(seed);"
    " return [r.uniform(), r.below(n), r.shuffled(Array.from({ length: n % 50 }, (_, i) => i)),"
    " r.state]; }",
    "seeds = (text) => q('portable_random').seedOf(text)",
    "below = (n) => declared(() => new (q('portable_random').PortableRandom)(0).below(n),"
    " RangeError)",
)


def test_ten_thousand_words_are_the_same() -> None:
    seeds = [0, 1, 42, 2**32 - 1, 2**32, 2**53 - 1, -1, -(2**40) - 7, 123456789, 987654321]
    got = called(RANDOM, "words", [[seed, 1000] for seed in seeds])
    for seed, words in zip(seeds, got, strict=True):
        ours = PortableRandom(seed)
        assert words == [ours.word() for _ in range(1000)]


def test_numbers_and_shuffles_are_the_same() -> None:
    rng = random.Random(1)
    cases = [[rng.randrange(2**32), rng.randint(1, 2**20)] for _ in range(1000)]
    for (seed, n), theirs in zip(cases, called(RANDOM, "drawn", cases), strict=True):
        ours = PortableRandom(seed)
        assert theirs == [ours.uniform(), ours.below(n), ours.shuffled(range(n % 50)), ours.state]


def test_a_shuffle_is_fair_and_keeps_the_items() -> None:
    """Of three items the six orders come 1,000 times each in 6,000, give or take 5 times 29."""
    drawn = PortableRandom(3)
    counts: dict[str, int] = {}
    for _ in range(6000):
        order = "".join(drawn.shuffled("abc"))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(sorted(order) == ["a", "b", "c"] for order in counts)
    assert max(abs(count - 1000) for count in counts.values()) < 5 * 29


@given(st.text(characters, max_size=40))
@example("gpu-wall/zero3")
@example("\ud800x\udfff λ 🤖")
@settings(max_examples=300)
def test_seeds_of_texts_are_the_same(text: str) -> None:
    text = as_sent(text)
    assert called(RANDOM, "seeds", [[text]]) == [seed_of(text)]


@pytest.mark.parametrize("n", [0, -1, 2**20 + 1])
def test_what_cannot_be_drawn_is_refused_in_the_same_words(n: int) -> None:
    with pytest.raises(ValueError) as refusal:
        PortableRandom(0).below(n)
    assert called(RANDOM, "below", [[n]]) == [{"error": str(refusal.value)}]


# ---- answers

ANSWERS = calls(
    ["answers"],
    "read = (text, wanted) => declared(() => q('answers').readAnswer(text, wanted),"
    " q('answers').AnswerError)",
    "units = (text) => q('answers').findUnit(text)",
    "wrong = (wanted) => declared(() => q('answers').readAnswer('5 GB', wanted), RangeError)",
    "accepts = (kind, argument, answer, key, unit) => {"
    " const big = (pair) => pair.map((x) => BigInt(x));"
    " const exact = Array.isArray(argument) ? big(argument) : argument;"
    " return declared(() => { const tolerance = new (q('answers')[kind])(exact);"
    " return [tolerance.accepts(big(answer), big(key), big(unit)), tolerance.tell()]; },"
    " RangeError); }",
)
WANTED = ("GB", "", "tokens/s", "%", "USD", "s", "GPU·h", "minute-of-delivery", "params", "B/token")


def pair(x: Fraction) -> list[str]:
    """Return a fraction as the page writes it."""
    return [str(x.numerator), str(x.denominator)]


def plain_unit(unit: Unit) -> dict[str, Any]:
    """Return a unit as the page writes it."""
    labels = [list(item) for item in unit.labels.items()]
    dimension = list(unit.dimension)
    return {"name": unit.name, "size": pair(unit.size), "dimension": dimension, "labels": labels}


def reading_of(text: str, wanted: str) -> dict[str, Any]:
    """Return Python's reading as the page writes it."""
    try:
        reading = read_answer(text, wanted)
    except AnswerError as error:
        return {"error": str(error)}
    kind = type(reading).__name__
    if isinstance(reading, Answer):
        typed = {
            "number": pair(reading.value),
            "last": pair(reading.typed.last),
            "zeros": reading.typed.zeros,
        }
        return {"kind": kind, "typed": typed, "unit": plain_unit(reading.unit)}
    if isinstance(reading, MissingUnit):
        return {"kind": kind, "number": pair(reading.number), "tell": reading.tell}
    number = pair(reading.number)
    return {"kind": kind, "number": number, "typed": reading.typed, "tell": reading.tell}


FIXED_ANSWERS = [
    *("2.5 GiB", "2.68GB", "2684354560 B", "2.68e9 bytes", "2,684 MB", "1 120 GB", "1_120 GB"),
    *("1\u202f120\u00a0GB", "1.12×10^12 B", "1.12 x 10**12 B", "1.12·10¹² B", "10^-3 s", "10⁻³ s"),
    *("$-5", "-$5", "US$ 9,024", "$0.70 per million tokens", "$3/GPU/h", "70 cents", "5 μs"),
    *("5 µs", "5 Μs", "5 Kb", "3 Kib", "3 toKens", "3 ſ", "5 GPUß", "5 ſecs", "2 gb"),
    *("3,008 GPU-hours", "14 gpus", "40%", "0.4", "2×", "20 min", "0", "0.4 %", "5 GB/", "5 //s"),
    *(
        "2,5 GB",
        "0,684",
        "12,34",
        "1234,567",
        "1,23,456",
        "1.234,5",
        "1.2.3",
        "24 5 s",
        "1 h 9 min",
    ),
    *("1/3", "", "   ", "lots", "--5 GB", "1e400 B", "10^400", "3^4", "5² B", "10^ B", "٣ GB", "B"),
    *("5 __proto__", "5 constructor", "5 toString/valueOf", "5 GB hasOwnProperty", "5 G", "5 m"),
    *(
        "5 <script>alert()</script>",
        "5 'x'",
        '5 "\'"',
        "5 \x1cGB",
        "5 GB\x85",
        "\ufeff5 GB",
        "5\x00",
    ),
    *("9" * 200, "9" * 201, "🤖" * 200, "🤖" * 201, "0." + "0" * 190 + "e-99", "9" * 190 + "e99"),
    *("2^99" + " ·GB" * 49, "5 " + "GPU-" * 49, "/" * 200, "$" * 200, "1" + ",000" * 49, "5 GB-GB"),
    *("1234565 x/y", "1234565", "12345.25", "1e-5", "0.5e22", "~ 2.5", "= 3", "≈3 GB", "+3 GB"),
    *("140 GB.", "140.", "5..", "140 GB。", "(5 GB)", "(-0.99).", "(5", "5)", "()", "(5) (6)", "."),
    *(
        "12 times",
        "22 per cent",
        "22 per  cents",
        "140.0",
        "1.40e2",
        "1000",
        "0.00",
        "2^-3",
        "14e1",
    ),
    *(
        "１４ＧＢ",
        "１，１２０．５　ＧＢ",
        "＄９",
        "١٤٠ GB",
        "١٤٠٫٥ GB",
        "١٬١٢٠ GB",
        "٤٠٪",
        "۱۴۰ GB",
    ),
    *("१४० GB", "𝟏𝟒𝟎 𝐆𝐁", "𝟿𝟶 ℊ", "½ GB", "② GB", "1₀ GB", "10²", "٣²", "5 ㎇", "5 Ω", "5 ﬁ"),
    *(
        "\u200f140 GB\u200e",
        "\u2067140\u2069 G\u200bB\u061c",
        "1\u00ad4 GB",
        "5 G\ufe0fB",
        "\u200d",
    ),
    *("3 GPU‑hours", "1\u2005120 GB", "3∕4", "5∗10^2", "−5", "‐5", "﹣5"),
    *("$$5", "$ USD 5", "US$USD5", "$-$5", "--5", "+-5", "-$-5", "USD5", "$ - 5", "~~5", "-~5"),
]


@pytest.mark.parametrize("wanted", WANTED)
def test_fixed_answers_read_the_same(wanted: str) -> None:
    got = called(ANSWERS, "read", [[text, wanted] for text in FIXED_ANSWERS])
    for text, theirs in zip(FIXED_ANSWERS, got, strict=True):
        assert theirs == reading_of(text, wanted), text


PARTS = [
    *"0123456789.,'_ +-−×x*/^·%$~eE",
    *("10^", "**", "¹²", "⁻", "GB", "GiB", "per", "USD", "\u00a0", "1,120", "e9", "K", "ſ"),
    *("Ⅷ", "½", "٣", "\ud800", "\x00", "\x1c", "\x85", "\ufeff", "🤖", "__proto__"),
    *(
        "１",
        "Ｂ",
        "．",
        "۹",
        "𝟏",
        "𝐆",
        "\u200f",
        "\u2069",
        "\u00ad",
        "٫",
        "٬",
        "。",
        "(",
        ")",
        "times",
    ),
    *TABLE,
]


def likely_answer(rng: random.Random) -> str:
    """Return a number in one of many spellings with one to three units, or a few loose parts."""
    if rng.random() < 0.2:
        return "".join(rng.choices(PARTS, k=rng.randint(1, 12)))
    size = 10 ** rng.uniform(-3, 13)
    number = rng.choice(
        [f"{size:.{rng.randint(0, 4)}f}", f"{size:,.1f}", f"{size:.3e}", f"{size:g}"]
    )
    if rng.random() < 0.2:
        number = f"{size:.2f}".replace(".", ",")
    names = [rng.choice(list(TABLE)) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]
    names = [rng.choice((name, name, name.lower(), name.upper(), name.title())) for name in names]
    answer = (
        rng.choice(("", "", "$", "~", "-"))
        + number
        + rng.choice(("", " "))
        + rng.choice(("/", " per ", "·", "-", " ", "//")).join(names)
    )
    return disguised(answer, rng) if rng.random() < 0.2 else answer


DIGITS_OF_SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿")


def disguised(text: str, rng: random.Random) -> str:
    """Return a text in the characters of another keyboard, with marks that nobody sees."""
    digits = rng.choice(DIGITS_OF_SCRIPTS)
    texts = [
        text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
        text.translate(str.maketrans("0123456789", digits)),
        "".join(c + rng.choice(("", "", "\u200f", "\u00ad", "\ufeff")) for c in text),
        f"\u2067{text}\u2069.",
        f"({text})",
    ]
    return rng.choice(texts)


def test_ten_thousand_likely_answers_read_the_same() -> None:
    """Four readings and the refusal each turn up at least a hundred times among them."""
    rng = random.Random(2)
    cases = [[as_sent(likely_answer(rng)), rng.choice(WANTED)] for _ in range(10_000)]
    counts: dict[str, int] = {}
    for (text, wanted), theirs in zip(cases, called(ANSWERS, "read", cases), strict=True):
        assert theirs == reading_of(text, wanted), (text, wanted)
        kind = theirs.get("kind", "refused")
        counts[kind] = counts.get(kind, 0) + 1
    assert len(counts) == 5
    assert min(counts.values()) >= 100, counts


@given(
    st.one_of(
        st.text(characters, max_size=205),
        st.lists(st.sampled_from(PARTS), max_size=60).map("".join),
        st.tuples(st.from_regex(r"\A[0-9,. ]{1,9}\Z"), st.text(characters, max_size=9)).map(
            "".join
        ),
    ),
    st.sampled_from(WANTED),
)
@settings(max_examples=1500)
def test_any_text_reads_the_same(text: str, wanted: str) -> None:
    """Same kind, same exact value, same words, whatever is typed."""
    text = as_sent(text)
    assert called(ANSWERS, "read", [[text, wanted]]) == [reading_of(text, wanted)]


@pytest.mark.parametrize("value", [None, 5, True, [], {}, ["5 GB"]])
def test_what_is_no_text_is_no_answer(value: Any) -> None:
    assert called(ANSWERS, "read", [[value, "GB"]]) == [{"error": "an answer is a text"}]


def test_a_question_with_a_wrong_unit_is_our_own_mistake_here_too() -> None:
    with pytest.raises(ValueError) as refusal:
        read_answer("5 GB", "gigs")
    assert called(ANSWERS, "wrong", [["gigs"]]) == [{"error": str(refusal.value)}]


def test_every_unit_is_the_same() -> None:
    names = list(TABLE)
    for name, theirs in zip(names, called(ANSWERS, "units", [[n] for n in names]), strict=True):
        assert theirs == plain_unit(find_unit(name)), name  # type: ignore[arg-type]


def tolerances(rng: random.Random) -> Tolerance:
    """Return some tolerance."""
    return rng.choice(
        [
            Exact(),
            SignificantDigits(rng.randint(1, 15)),
            WithinPercent(Fraction(rng.randint(1, 1000), 10)),
            OrderOfMagnitude(Fraction(rng.randint(1, 60), 10)),
        ]
    )


def test_tolerances_accept_the_same() -> None:
    """3,000 answers at, near and far from the key, many of them exactly on the edge."""
    rng = random.Random(3)
    sizes = [Fraction(1), Fraction(2**30), Fraction(1, 8), Fraction(1, 3600), Fraction(10**9)]
    cases, wanted = [], []
    for _ in range(3000):
        tolerance, unit = tolerances(rng), rng.choice(sizes)
        key = Fraction(rng.randint(-(10**6), 10**6), 10 ** rng.randint(0, 6)) * unit
        factor = rng.choice([1, Fraction(rng.randint(1, 1000), 500), 10, Fraction(1, 100), -1, 0])
        edge = Fraction(10) ** rng.randint(-6, 6) / 2 * unit
        answer = key * factor if rng.random() < 0.6 else key + rng.choice((-1, 1)) * edge
        if isinstance(tolerance, WithinPercent) and rng.random() < 0.3:
            answer = key * (1 + Fraction(tolerance.percent) / 100)
        argument: Any = getattr(tolerance, "count", None)
        for name in ("percent", "decades"):
            if hasattr(tolerance, name):
                argument = pair(Fraction(getattr(tolerance, name)))
        cases.append([type(tolerance).__name__, argument, pair(answer), pair(key), pair(unit)])
        wanted.append([tolerance.accepts(answer, key, unit), tolerance.tell()])
    assert called(ANSWERS, "accepts", cases) == wanted
    assert 500 < sum(accepted for accepted, _ in wanted) < 2500


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (SignificantDigits, 0),
        (SignificantDigits, 16),
        (WithinPercent, Fraction(0)),
        (WithinPercent, Fraction(1001, 10)),
        (OrderOfMagnitude, Fraction(0)),
        (OrderOfMagnitude, Fraction(7)),
        (OrderOfMagnitude, Fraction(1, 97)),
    ],
)
def test_senseless_tolerances_are_refused_in_the_same_words(kind: Any, argument: Any) -> None:
    with pytest.raises(ValueError) as refusal:
        kind(argument)
    sent = pair(argument) if isinstance(argument, Fraction) else argument
    one = ["1", "1"]
    got = called(ANSWERS, "accepts", [[kind.__name__, sent, one, one, one]])
    assert got == [{"error": str(refusal.value)}]


# ---- formulas

EXPRESSIONS = calls(
    ["expressions"],
    "read = (text, symbols, values) => declared(() => {"
    " const steps = q('expressions').parse(text, symbols);"
    " return { steps, value: q('expressions').evaluate(steps, new Map(values)) }; },"
    " q('expressions').ExpressionError)",
    "symbol = (name) => declared(() => q('expressions').parse('1', [name]).length, RangeError)",
)
XY = {"x": 3.0, "y": 5.0, "λ": 0.5}


def parsed(text: str) -> dict[str, Any]:
    """Return Python's steps and value, or its refusal, as the page writes them."""
    try:
        steps = parse(text, XY)
    except ExpressionError as error:
        return {"error": str(error)}
    made: list[dict[str, Any]] = []
    for step in steps:
        if step.kind == "number":
            made.append({"kind": step.kind, "number": step.number})
        elif step.kind == "symbol":
            made.append({"kind": step.kind, "name": step.name})
        else:
            made.append({"kind": step.kind, "name": step.name, "count": step.count})
    return {"steps": made, "value": evaluate(steps, XY)}


def agree(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Return whether the two are equal, values to 1e-13 of their size; JSON has null for nan.

    Powers and logarithms are the only operations that IEEE 754 leaves a last digit of.
    """
    if "error" in theirs or "error" in ours:
        return theirs == ours
    if theirs["steps"] != ours["steps"]:
        return False
    value, want = theirs["value"], ours["value"]
    if value is None or math.isnan(want):
        return value is None and math.isnan(want)
    return math.isclose(value, want, rel_tol=1e-13)


FIXED_FORMULAS = [
    *("1 + 2*3", "8/2/2", "2^3^2", "-x^2", "2^-1", "2**3", "- -x", "3 × y − 2·x ÷ 2", "1.5e3*x"),
    *(".5*x", "5.*x", "sqrt(16) + log2(8) + ln(exp(2)) + abs(-1)", "ceil(x/2) + floor(x/2)"),
    *("min(x, y, 4) + max(x, y)", "ceil((0.1 + 0.2)*10)", "floor((0.3 - 0.1)*10)", "ceil(-0.5)"),
    *("2x", "x(2)", "(x)(y)", "x y", "(2 x)", "xy", "sin(x)", "log(x)", "lg", "sqrt x", "max(x)"),
    *("sqrt(x, y)", "1,000*x", "(x", "x)", "x +", "* x", "x ^^ 2", "", "  ", "1.2.3", ".", "1e999"),
    *(
        "x.",
        "2.",
        "(x).",
        "ｘ＋２",
        "𝑥*𝐲",
        "٢*x",
        "x\u200b*\u2067y\u2069",
        "2xyλ",
        "xyx(2)",
        "2sqrt(x)",
        "xz",
    ),
    *(
        "sqrt(2yx)",
        "yyλyx",
        "x\u3000+ y",
        "x ∗ y ∕ 2",
        "٢٫٥*x",
        "x²",
        "½*x",
        "max(x، y)",
        "1e９",
        "2x2",
    ),
    *("[x]", "{x}", "x = 2", "x.real", "__import__", "__proto__", "constructor", "toString(x)"),
    *(
        "lambda: 1",
        "'x'",
        '"x"',
        "x; y",
        "x^65",
        "x^-(8^3)",
        "2^(1/0)",
        "x^64",
        "2^(2^6)",
        "e",
        "1e",
    ),
    *("1/(x - 3)", "sqrt(x - y)", "ln(0)", "log2(-x)", "(x - 4)^0.5", "exp(1000)", "1e308*10"),
    *(
        "1/(1e308*10)",
        "2^(x*y*y)",
        "0*(1/(x-3))",
        "λ*2",
        "min(0, -0)",
        "1/min(0, -0)",
        "floor(1e300)",
    ),
    *(
        "x" * 501,
        "🤖" * 501,
        "🤖 x",
        "x 🤖",
        "(🤖)",
        "x²",
        "√x",
        "x\x85",
        "\ufeffx",
        "\ud800",
        "9" * 500,
    ),
    *("(" * 49 + "x" + ")" * 49, "(" * 50 + "x" + ")" * 50, "-" * 50 + "x", "x^" * 50 + "x"),
    *("1e" + "9" * 498, "x^" * 49 + "x", "2^" * 49 + "2", "max(" + "x," * 240 + "x)", "9^64^" * 20),
    *(
        "0.1234567890123456789012345678901234567890",
        "1e-400",
        "4.9e-324",
        "123456789012345678901234",
    ),
]


def test_fixed_formulas_read_the_same() -> None:
    got = called(
        EXPRESSIONS, "read", [[text, list(XY), list(XY.items())] for text in FIXED_FORMULAS]
    )
    for text, theirs in zip(FIXED_FORMULAS, got, strict=True):
        assert agree(theirs, parsed(text)), (text, theirs, parsed(text))


FORMULA_PARTS = [
    *("x", "y", "λ", "2", "0.5", "1e3", ".", "(", ")", "+", "-", "*", "/", "^", "**", ",", " "),
    *("sqrt(", "max(", "min(", "exp(", "ln(", "log2(", "ceil(", "floor(", "abs(", "e", "e9"),
    *("×", "²", "٣", "\ud800", "\x00", "🤖", "__proto__", "log", "'", "[", "}", "#", "\u00a0"),
    *("ｘ", "２", "（", "𝑦", "\u200f", "xy", "2x", "λx", "∕", "，"),
]


def likely_formula(rng: random.Random, depth: int = 0) -> str:
    """Return a formula in the grammar, with a slip here and there, or in other characters."""
    if depth == 0 and rng.random() < 0.1:
        return disguised(likely_formula(rng, 1), rng)
    if rng.random() < 0.01:
        return rng.choice(FORMULA_PARTS)
    if depth > 4 or rng.random() < 0.25:
        return rng.choice(["x", "y", "λ", "2", "3.5", "1e3", ".25", "16"])
    a, b = likely_formula(rng, depth + 1), likely_formula(rng, depth + 1)
    form = rng.choice(
        [
            *("{a}+{b}", "{a} - {b}", "{a}*{b}", "{a}/{b}", "({a} + {b})", "({a} − {b})*2", "-{a}"),
            *("sqrt({a})", "log2({a})", "ln({a})", "abs({a})", "ceil({a})", "floor({a})"),
            *(
                "max({a}, {b})",
                "min({a}, {b}, 2)",
                "exp(-abs({a}))",
                "({a})^2",
                "{a}**0.5",
                "2^{a}",
            ),
        ]
    )
    return form.format(a=a, b=b)


def test_ten_thousand_likely_formulas_read_the_same() -> None:
    """More than half are formulas with a value; all three outcomes are among them."""
    rng = random.Random(4)
    texts = [likely_formula(rng) for _ in range(9000)]
    texts += [
        as_sent("".join(rng.choices(FORMULA_PARTS, k=rng.randint(1, 12)))) for _ in range(1000)
    ]
    got = called(EXPRESSIONS, "read", [[text, list(XY), list(XY.items())] for text in texts])
    refused = valued = 0
    for text, theirs in zip(texts, got, strict=True):
        ours = parsed(text)
        assert agree(theirs, ours), (text, theirs, ours)
        refused += "error" in ours
        valued += "error" not in ours and math.isfinite(ours["value"])
    assert valued > 5000
    assert refused > 1000
    assert len(texts) - valued - refused > 100


@given(
    st.one_of(
        st.text(characters, max_size=505),
        st.lists(st.sampled_from(FORMULA_PARTS), max_size=60).map("".join),
    )
)
@settings(max_examples=1000)
def test_any_formula_reads_the_same(text: str) -> None:
    text = as_sent(text)
    (theirs,) = called(EXPRESSIONS, "read", [[text, list(XY), list(XY.items())]])
    ours = parsed(text)
    assert agree(theirs, ours), (theirs, ours)


@pytest.mark.parametrize("symbol", ["sqrt", "", "2x", "a b", "a.b", "a-b", "it's"])
def test_a_symbol_that_is_no_name_is_refused_in_the_same_words(symbol: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse("1", {symbol})
    assert called(EXPRESSIONS, "symbol", [[symbol]]) == [{"error": str(refusal.value)}]


def test_the_symbols_are_listed_in_pythons_order() -> None:
    """By code point: U+FB00 before U+1D465, whose first UTF-16 unit is U+D835."""
    symbols = ["𝑥", "ﬀ", "b", "B", "_", "aa", "a"]
    (theirs,) = called(EXPRESSIONS, "read", [["nope", symbols, []]])
    with pytest.raises(ExpressionError) as refusal:
        parse("nope", symbols)
    assert theirs == {"error": str(refusal.value)}
    assert "the symbols are B, _, a, aa, b, ﬀ, 𝑥;" in theirs["error"]


def kv_bytes(layers: Any, heads: Any, dim: Any, width: Any) -> Any:
    """Return the bytes of keys and values that one token keeps."""
    return 2 * layers * heads * dim * width


KV = {"layers": (1.0, 128.0), "heads": (1.0, 64.0), "dim": (32.0, 256.0), "width": (1.0, 4.0)}


def test_equivalence_is_judged_the_same_at_the_same_points() -> None:
    """Of 300 formulas for the bytes of K and V, right and wrong: the same points in both
    languages, the same verdict, the same first difference."""
    made = calls(
        ["expressions"],
        "same = (text, names, ranges, seed) => q('expressions').equivalent("
        f"q('expressions').parse(text, names), {javascript(kv_bytes)}, ranges, seed)",
        "points = (ranges, seed, low) => [...q('expressions').randomPoint(ranges,"
        " new (q('portable_random').PortableRandom)(seed), low).values()]",
    )
    rng = random.Random(5)
    right = "2*layers*heads*dim*width"
    wrong = [
        *("layers*heads*dim*width", f"{right}*(1 + 2e-9)", f"{right} + 1", "2*layers*heads*dim"),
        *(
            f"max({right}, 5000)",
            f"min({right}, 1e6)",
            f"{right}/(layers - layers)",
            "sqrt(-heads)",
        ),
        *("exp(ln(2*layers) + ln(heads*dim) + ln(width))", "2*(layers*heads)*(dim*width)"),
        *("width*dim*2^1*heads*layers^2/layers", f"{right}*(1 + 2e-10)", "x"),
    ]
    texts = [rng.choice([right, *wrong[:-1]]) for _ in range(300)]
    ranges = [[name, low, high] for name, (low, high) in KV.items()]
    cases = [[text, list(KV), ranges, rng.randrange(2**32)] for text in texts]
    verdicts = set()
    for (text, _, _, seed), theirs in zip(cases, called(made, "same", cases), strict=True):
        ours = equivalent(parse(text, KV), kv_bytes, KV, seed)
        verdicts.add(ours.same)
        assert (theirs["same"], theirs["points"]) == (ours.same, ours.points), text
        assert dict(theirs["differsAt"]) == ours.differs_at
        for one, two in ((theirs["theirs"], ours.theirs), (theirs["ours"], ours.ours)):
            assert one is None if math.isnan(two) else one == pytest.approx(two, rel=1e-13)
    assert verdicts == {True, False}


def test_a_range_that_makes_no_sense_is_our_own_mistake_here_too() -> None:
    made = calls(
        ["expressions"],
        "same = (formula, low, high) => declared(() => q('expressions').equivalent("
        "q('expressions').parse('x', ['x']), formula ? (x) => x : (x) => 1 / (x - x),"
        " [['x', low, high]], 0), RangeError)",
    )
    wide, reversed_range = called(made, "same", [[False, 0, 1], [True, 1, 0]])
    with pytest.raises(ValueError) as refusal:
        equivalent(parse("x", {"x"}), lambda x: 1 / (x - x), {"x": (0.0, 1.0)}, seed=0)
    assert wide == {"error": str(refusal.value)}
    assert "needs low <= high" in reversed_range["error"]


# ---- nothing takes long


def test_no_text_takes_more_than_ten_thousand_steps_on_the_page() -> None:
    """The hardest of each kind. Of a longer formula 120 characters are read, since no more than
    10,000 can be counted: it takes 8,600 at most, and one for each pair would be 14,400."""
    symbols, values = list(XY), list(XY.items())
    for text in FIXED_ANSWERS:
        assert steps(ANSWERS, "read", [text, "GB"]) < MOST_STEPS, text
    for text in FIXED_FORMULAS:
        assert steps(EXPRESSIONS, "read", [text[:120], symbols, values]) < MOST_STEPS, text


def test_steps_are_counted_exactly_up_to_ten_thousand() -> None:
    """A pass of a loop takes two more, its test and its jump; every pair of 200 is too many."""
    made = calls(
        [],
        "passes = (n) => { let m = 0; for (let i = 0; i < n; i++) m += i; return m; }",
        "pairs = (text) => { let m = 0; for (const a of text) for (const b of text) m += a === b;"
        " return m; }",
    )
    counts = [steps(made, "passes", [n]) for n in (0, 1, 1_000, 1_000)]
    assert [count - counts[0] for count in counts] == [0, 2, 2_000, 2_000]
    assert steps(made, "pairs", ["x" * 200]) == MOST_STEPS
    assert called(made, "pairs", [["x" * 200]]) == [40_000]  # and it is as it was
