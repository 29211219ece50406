"""Numbers in words: which words, and that they never say what is false."""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pytest

from checks.faces.spans import fill
from tests.worked.axes_examples import EXAMPLES
from worked.figures import Derived, FigureError, Given, Graph, Step
from worked.units import rounded, unit
from worked.words import in_words, misfit, spelled


def said(value: float, form: str, unit_name: str = "", places: int = 0, bare: bool = False) -> str:
    """Return a value of a unit in words."""
    in_base = float(Fraction(str(value)) * unit(unit_name).factor)
    number = rounded(in_base, unit(unit_name), places)
    return spelled(in_base, number, unit_name, places, form, bare)


@pytest.mark.parametrize(
    ("value", "unit_name", "words"),
    [
        (1, "tokens", "one token"),
        (6, "GPUs", "six GPUs"),
        (12, "micro-batches", "twelve micro-batches"),
        (13, "tokens", "13 tokens"),
        (2048, "tokens", "2,048 tokens"),
        (2, "", "two"),
        (1, "B", "one byte"),
        (2, "B", "two bytes"),
        (8, "h", "eight hours"),
        (24, "h", "24 h"),
        (7, "billion", "seven billion"),
        (2.5, "steps", "2.5 steps"),
        (-3, "steps", "−3 steps"),
        (0, "steps", "0 steps"),
    ],
)
def test_a_count_is_a_word_up_to_twelve(value: float, unit_name: str, words: str) -> None:
    """From thirteen on in digits; what is negative, none or not whole as it is shown."""
    places = 1 if value % 1 else 0
    assert said(value, "words", unit_name, places) == words
    assert said(value, "Words", unit_name, places) == words[0].upper() + words[1:]


def test_a_bare_count_leaves_the_noun_out() -> None:
    """As the bare number does; a unit that is no noun allows nothing else."""
    assert said(6, "words", "GPUs", bare=True) == "six"
    assert said(2, "words", "B/token", bare=True) == "two"
    assert said(130, "words", "GPUs", bare=True) == "130"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "first"),
        (3, "third"),
        (12, "twelfth"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (103, "103rd"),
        (111, "111th"),
        (1012, "1,012th"),
        (2.5, "2.5"),
        (0, "0"),
    ],
)
def test_an_ordinal_is_a_word_up_to_twelfth(value: float, words: str) -> None:
    """English endings beyond: 21st, 22nd, 103rd, but 111th to 113th."""
    assert said(value, "ordinal", "", 1 if value % 1 else 0) == words


@pytest.mark.parametrize(
    ("percent", "places", "words"),
    [
        (50, 0, "half"),
        (33.333, 1, "a third"),
        (33.1, 0, "a third"),  # shown as 33 %, as a third is
        (33.1, 1, "about a third"),  # 0.7 % below it
        (34, 0, "about a third"),
        (35, 0, "just over a third"),  # 5 % above
        (37, 0, "just under two fifths"),  # 7.5 % below, and 11 % above a third
        (28, 0, "just under three tenths"),
        (17.5, 1, "just over a sixth"),
        (14, 0, "14%"),
        (66.7, 1, "two thirds"),
        (75, 0, "three quarters"),
        (72, 0, "just over seven tenths"),
        (93, 0, "93%"),  # 3 % above nine tenths, yet it leaves 7 % and not 10 %
        (90, 0, "nine tenths"),
        (10, 0, "a tenth"),
        (1, 0, "a hundredth"),
        (0, 0, "none"),
        (100, 0, "all"),
        (99.9, 0, "100%"),
        (140, 0, "140%"),
        (-30, 0, "−30%"),
    ],
)
def test_a_share_is_the_nearest_plain_fraction(percent: float, places: int, words: str) -> None:
    """Without a hedge where it is shown alike; else about, just over or under, or in percent."""
    assert said(percent, "words", "%", places) == words
    assert said(percent, "fraction", "%", places) == words


def test_a_plain_ratio_is_a_share_where_the_form_asks() -> None:
    """0.25 is "a quarter"; what has no plain fraction comes in percent: 0.285 is 29%."""
    assert said(0.25, "fraction", "", 2) == "a quarter"
    assert said(0.285, "fraction", "", 2) == "just under three tenths"
    assert said(0.0712, "fraction", "", 3) == "7.1%"


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (2, 0, "twice"),
        (1.96, 2, "about twice"),
        (2.1, 1, "just over twice"),
        (1.85, 2, "just under twice"),
        (3, 1, "three times"),
        (1.5, 1, "one and a half times"),
        (3.4, 1, "3.4 times"),
        (10, 0, "ten times"),
        (1000, 0, "a thousand times"),
        (13, 0, "13 times"),
        (1, 0, "once"),
        (0.5, 1, "0.50 times"),
        (1.02, 2, "1.02 times"),
    ],
)
def test_a_ratio_is_a_multiple(value: float, places: int, words: str) -> None:
    """Twice, three times ... near one of them, else in digits."""
    assert said(value, "times", "×", places) == words
    assert said(value, "words", "×", places) == words


_NUMBER = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "fifty": 50,
}  # fmt: skip
_PART = {
    w: Fraction(1, n)
    for w, n in [
        ("half", 2), ("third", 3), ("quarter", 4), ("fifth", 5), ("sixth", 6), ("eighth", 8),
        ("tenth", 10), ("twentieth", 20), ("fiftieth", 50), ("hundredth", 100),
        ("thousandth", 1000), ("millionth", 10**6),
    ]
}  # fmt: skip
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}


def read(words: str) -> tuple[str, Fraction]:
    """Return the hedge of some words and the number that they say, by a reading of their own."""
    hedge = next((h for h in ("about", "just over", "just under") if words.startswith(h)), "")
    words = words.removeprefix(hedge).strip().removesuffix("times").strip()
    if words.endswith("%"):
        return "shown", Fraction(words[:-1].replace(",", "").replace("−", "-")) / 100
    if re.fullmatch(r"−?[\d.,]+", words):
        return "shown", Fraction(words.replace(",", "").replace("−", "-"))
    if words in ("half", "twice", "once", "all", "none"):
        plain = {"half": Fraction(1, 2), "twice": 2, "once": 1, "all": 1, "none": 0}[words]
        return hedge, Fraction(plain)
    if words.endswith("and a half"):
        return hedge, _NUMBER[words.split()[0]] + Fraction(1, 2)
    count, *rest = words.split()
    if not rest:
        return hedge, Fraction(_NUMBER[count])
    (what,) = rest
    worth = _LARGE.get(what) or _PART[what.removesuffix("s")]
    return hedge, Fraction(_NUMBER[count] * worth)


def test_words_never_say_what_is_false() -> None:
    """10,000 values: within 4 % with "about" or no hedge, within 10 % and on the right side else.

    Of a share what it leaves is held to the same. Without a hedge the words also read as the value
    to the digits shown; digits are the value rounded to them.
    """
    rng = random.Random(7)
    hedges = set()
    for i in range(10_000):
        form = ("fraction", "times")[i % 2]
        places = rng.randint(0, 3)
        if form == "fraction":
            unit_name = rng.choice(("%", ""))
            value = rng.random() if i % 3 else 10 ** rng.uniform(-7, 0)
        else:
            unit_name = rng.choice(("×", ""))
            value = 10 ** rng.uniform(-2, 10) if i % 3 else rng.uniform(1, 12)
        u = unit(unit_name)
        words = spelled(value, rounded(value, u, places), unit_name, places, form)
        hedge, number = read(words)
        hedges.add(hedge)
        gap = abs(Fraction(value) - number)
        if hedge == "shown":
            # Half of the last digit, of which there are at least two significant.
            assert gap <= max(abs(number), Fraction(1, 10**9)) / 19, (value, words)
            continue
        room = min(number, 1 - number) if number < 1 else number
        share = Fraction(1, 10) if hedge.startswith("just") else Fraction(1, 25)
        assert gap <= share * room + Fraction(1, 10**12), (value, words)
        if hedge == "just over":
            assert value > number
        if hedge == "just under":
            assert value < number
        if not hedge:
            assert rounded(value, u, places) == rounded(float(number), u, places)
    assert hedges == {"", "about", "just over", "just under", "shown"}


def test_what_is_absent_is_a_dash() -> None:
    """As `shown` writes it; likewise what is not finite."""
    for form in ("words", "ordinal", "fraction", "times"):
        assert spelled(None, "", "", 0, form) == "—"
        assert spelled(float("inf"), "", "", 0, form) == "—"


@pytest.mark.parametrize(
    ("form", "unit_name", "why"),
    [
        ("fraction", "GB", "fraction writes a share (% or a plain ratio); it is in 'GB'"),
        ("times", "%", "times writes a ratio (× or none); it is in '%'"),
        ("words", "tokens/s", "words writes a count, and 'tokens/s' has no noun"),
        ("words", "USD", "words writes a count; it is in 'USD'"),
        ("count", "%", "count writes a count; it is in '%'"),
        ("ordinal", "GB", "ordinal writes what is counted; it is in 'GB'"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(form: str, unit_name: str, why: str) -> None:
    """In words, with the unit that it is in."""
    assert why in misfit(form, unit_name)
    assert misfit(form, unit_name, bare=form == "words" and "/" in unit_name) or "/" in unit_name


def double(rounds: float) -> float:
    """Twice as many."""
    return rounds + rounds


def part(rounds: float) -> float:
    """What is left of one."""
    return 1 / rounds


GRAPH = Graph(
    "small",
    "Small",
    (
        Step(
            "one",
            "One",
            (
                Given("rounds", 6, "steps", "n", "Rounds", 1, 100, integer=True),
                Derived("doubled", double, "steps", "Doubled", inputs={"rounds": "rounds"}),
                Derived("left", part, "%", "Left", inputs={"rounds": "rounds"}),
                Derived("fits", part, "", "Fits", inputs={"rounds": "rounds"}, places=1),
            ),
        ),
    ),
)


def test_a_figure_is_written_from_its_value() -> None:
    """6 steps; doubled 12; of the steps one is a sixth: 1/6. At 3 steps a third."""
    assert in_words(GRAPH, "rounds", "Words") == "Six steps"
    assert in_words(GRAPH, "doubled", "words", bare=True) == "twelve"
    assert in_words(GRAPH, "rounds", "ordinal") == "sixth"
    assert in_words(GRAPH, "left", "words", places=1) == "a sixth"
    at_three = GRAPH.evaluate({"rounds": 3})
    assert in_words(GRAPH, "left", "fraction", at_three, places=1) == "a third"
    assert in_words(GRAPH, "fits", "fraction", at_three, "%", 1) == "a third"
    with pytest.raises(FigureError, match="left: times writes a ratio"):
        in_words(GRAPH, "left", "times")


def test_a_place_is_written_by_its_number() -> None:
    """A place whose label is no whole number keeps its label; a verdict has words already."""
    for g in EXAMPLES:
        for f in g.derived:
            cell = g.cell_name(f, [0] * len(f.axes))
            if f.words:
                with pytest.raises(FigureError, match="is a verdict"):
                    in_words(g, cell, "words")
            elif g.kinds[f.name].place is not None:
                label = g.shown(cell)
                words = in_words(g, cell, "ordinal")
                assert words == label or label.isdecimal()
                with pytest.raises(FigureError, match="it is a place"):
                    in_words(g, cell, "fraction")


def test_a_text_asks_for_words_beside_unit_and_decimals() -> None:
    """The span carries the form; plain text has none."""
    text = "{{ gpu-wall.gpus | Words }} or {{ gpu-wall.mtbf | h words }}"
    filled = fill(text, None)
    assert 'data-words="Words"' in filled
    assert 'data-unit="h"' in filled
    assert "<" not in fill(text, None, plain=True)
    with pytest.raises(ValueError, match="words is given twice"):
        fill("{{ gpu-wall.gpus | words ordinal }}", None)
    with pytest.raises(ValueError, match="fraction writes a share"):
        fill("{{ gpu-wall.gpus | fraction }}", None)
