"""Every published mistake of the museum is one, and our formulas do not make it."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from urllib.parse import urlsplit

import pytest

from checks.drill.answers import SignificantDigits, find_unit
from checks.drill.museum import FIGURE, FORMULA, MUSEUM, Erratum, kv_cache
from checks.drill.sums import SUM
from worked import formulas
from worked.chapters import graph

# Where the steps of a chapter stand that is not registered yet.
each = pytest.mark.parametrize("entry", MUSEUM, ids=[e.name for e in MUSEUM])


def size_of(unit: str) -> Fraction:
    found = find_unit(unit)
    assert not isinstance(found, str), found
    return found.size


def same(value: float, stated: float, entry: Erratum) -> bool:
    """Return whether `value` is `stated` to the entry's digits, in the entry's unit."""
    assert math.isfinite(value)
    return SignificantDigits(entry.digits).accepts(
        Fraction(float(value)), Fraction(float(stated)), size_of(entry.unit)
    )


# ---- the laws


def test_the_museum_is_large_enough_and_mostly_of_printed_numbers() -> None:
    """At least 25, not counting those that printed a formula without a number."""
    kinds = Counter(entry.kind for entry in MUSEUM)
    assert set(kinds) == {FIGURE, FORMULA}
    assert kinds[FIGURE] >= 25


def test_names_are_unique_slugs() -> None:
    names = [entry.name for entry in MUSEUM]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", name) for name in names)


@each
def test_our_formula_gives_the_right_value(entry: Erratum) -> None:
    assert same(entry.ours(), entry.right, entry)


@each
def test_the_mistake_gives_the_published_value(entry: Erratum) -> None:
    assert same(entry.mistaken(), entry.published, entry)


@each
def test_the_two_values_differ_at_the_digits_given(entry: Erratum) -> None:
    assert not same(entry.published, entry.right, entry)
    assert not same(entry.mistaken(), entry.right, entry)
    assert not same(entry.ours(), entry.published, entry)


@each
def test_the_entry_belongs_to_a_step_of_a_chapter(entry: Erratum) -> None:
    assert entry.step in [step.slug for step in graph(entry.chapter).steps]


@each
def test_the_link_is_well_formed_and_the_text_complete(entry: Erratum) -> None:
    url = urlsplit(entry.url)
    assert (url.scheme, url.netloc) == ("https", "github.com")
    assert re.fullmatch(r"/[\w.-]+/[\w.-]+/(issues/\d+|pull/\d+|blob/[0-9a-f]{40}/\S+)", url.path)
    assert not url.query
    assert not url.fragment
    for text in (entry.source, entry.task, entry.explanation, *entry.lines):
        assert text == text.strip()
        assert "  " not in text
        assert text.count("`") % 2 == 0
    assert entry.task.endswith("?")
    assert entry.explanation.endswith((".", ")"))
    assert len(entry.explanation) > 30
    if entry.kind == FORMULA:
        assert "evaluated" in entry.source, "say at which numbers"


# ---- the working on the whiteboard

FUNCTIONS = {name: getattr(math, name) for name in ("sqrt", "exp", "cos", "sin")} | {"ln": math.log}
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>(?:[A-Za-zµ%]+(?:/[A-Za-z]+)*)?)"
    r"|(?P<call>sqrt|exp|cos|sin|ln)\(|(?P<sign>[×/+−()^]))"
)


def value_of(text: str) -> float | None:
    """Return the value of arithmetic with units, as "8 × 450 GB/s", or None if it is not that.

    Minus is the typographic one. The text is this repository's own, so Python may run it.
    """
    code, at, after_value = "", 0, False
    text = text.strip()
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None or (after_value and (token["number"] or token["call"])):
            return None
        at = token.end()
        if token["number"]:
            unit = find_unit(token["unit"])
            if isinstance(unit, str):
                return None
            code += f"({token['number'].replace(',', '')}*{float(unit.size)!r})"
        elif token["call"]:
            code += token["call"] + "("
        else:
            if after_value and token["sign"] == "(":
                return None
            code += {"×": "*", "−": "-", "^": "**"}.get(token["sign"], token["sign"])
        after_value = bool(token["number"]) or token["sign"] == ")"
    try:
        return float(eval(code, {"__builtins__": {}, **FUNCTIONS}))
    except SyntaxError:
        return None


def half_of_the_last_digit(text: str) -> float:
    """Return half a unit of the last digit that `text`, one number with a unit, shows."""
    number = re.search(r"\d[\d,]*(?:\.(\d+))?\s?([A-Za-zµ%]*(?:/[A-Za-z]+)*)", text)
    assert number is not None, text
    return 0.5 * 10 ** -len(number[1] or "") * float(size_of(number[2]))


def equations(line: str) -> list[tuple[str, str]]:
    """Return the (left, right) sides of the equations of a line that can be evaluated."""
    found = []
    for clause in line.split(";"):
        sides = [side.strip() for side in re.split(r": | = ", clause)]
        usable = [side for side in sides if value_of(side) is not None]
        if " = " in clause and len(usable) >= 2:
            found.append((usable[-2], usable[-1]))
    return found


@each
def test_there_are_a_few_lines_and_one_is_wrong(entry: Erratum) -> None:
    assert 3 <= len(entry.lines) <= 6
    assert 0 <= entry.wrong < len(entry.lines)


@each
def test_every_other_line_follows(entry: Erratum) -> None:
    """Each equation but those of the wrong line holds to the digits it shows."""
    for index, line in enumerate(entry.lines):
        for left, right in equations(line):
            one, other = value_of(left), value_of(right)
            assert one is not None
            assert other is not None
            error = abs(one - other)
            if index != entry.wrong:
                assert error <= half_of_the_last_digit(right) * (1 + 1e-9), line


@each
def test_the_working_ends_in_the_published_value(entry: Erratum) -> None:
    """From the wrong line on, some number is the published value to the digits it shows."""
    found = []
    for line in entry.lines[entry.wrong :]:
        for text in re.findall(r"−?\d[\d,]*(?:\.\d+)?\s?[A-Za-zµ%]*(?:/[A-Za-z]+)*", line):
            value = value_of(text)
            if value is not None:
                found.append(abs(value - entry.published) <= 1.01 * half_of_the_last_digit(text))
    assert any(found)


@each
def test_the_workings_of_the_explanation_hold(entry: Erratum) -> None:
    """What the explanation works out, worked out again by the evaluator of lines."""
    for body in SUM.findall(entry.why):
        shown = replace(entry, why=f"{{{{ {body} }}}}").explanation
        assert " = " not in shown or equations(shown), shown
        for left, right in equations(shown):
            one, other = value_of(left), value_of(right)
            assert one is not None
            assert other is not None
            assert abs(one - other) <= half_of_the_last_digit(right) * (1 + 1e-9), shown


def test_every_entry_has_a_line_that_is_recomputed() -> None:
    checked = [e for e in MUSEUM if any(equations(line) for line in e.lines)]
    assert len(checked) == len(MUSEUM)


def test_the_evaluator_of_lines_itself() -> None:
    """8 x 450 GB/s = 3.6e12 B/s; 1,752 days = 151,372,800 s; ln(64) = 4.1589; words are none."""
    assert value_of("8 × 450 GB/s") == 3.6e12
    assert value_of("1,752 days") == 151_372_800
    assert value_of("0.1 × ln(64) + 1") == pytest.approx(1.41589, abs=1e-5)
    assert value_of("2 × (−1)") == -2
    assert value_of("each row counts") is None
    assert value_of("16 chips") is None
    assert half_of_the_last_digit("149 µs") == 0.5e-6
    assert equations("half: 3 + 1 = 4; other: 2 × 2 = 5") == [("3 + 1", "4"), ("2 × 2", "5")]


def test_the_cache_formula_is_keys_and_values_of_every_layer_and_head() -> None:
    """Llama 2 7B: 2 x 32 x 32 x 128 x 2 B = 524,288 B a token."""
    assert kv_cache(32, 1, 32, 128, 2) == 524_288


# ---- what formulas say of it

MENTION = re.compile(r"\(museum: ([^)]*)\)")


def formulas_that_mention() -> dict[str, str]:
    """Return "topic.name" of each formula whose description speaks of the museum -> that."""
    found = {}
    for module in pkgutil.iter_modules(formulas.__path__):
        path = f"worked.formulas.{module.name}"
        for name, function in vars(importlib.import_module(path)).items():
            said = " ".join((inspect.getdoc(function) or "").split())
            if getattr(function, "__module__", "") == path and "museum:" in said:
                found[f"{module.name}.{name}"] = said
    return found


def test_what_a_formula_says_is_often_got_wrong_hangs_in_the_museum() -> None:
    """Each mention is "owner/repository number" of an issue or pull request of an entry."""
    known = {
        f"{m[1]} {m[2]}"
        for e in MUSEUM
        if (m := re.search(r"github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", e.url))
    }
    mentioned = formulas_that_mention()
    assert len(mentioned) >= 20
    for formula, said in mentioned.items():
        assert "Often got wrong:" in said, formula
        named = {one for m in MENTION.finditer(said) for one in m[1].split(", ")}
        assert named, formula
        assert named <= known, (formula, named - known)
