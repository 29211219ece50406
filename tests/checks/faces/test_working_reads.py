"""Every printed working, computed as it is printed, comes out at the result that it shows.

The reader here shares nothing with the writer. It takes the text as a person with a calculator
does: numbers with their units, products before sums, what stands in brackets first. Units are
carried along as words that cancel (s/h against h), so a conversion that is wrong or missing
leaves a unit behind.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from mpmath import mp, mpf

from checks.faces.working import lines
from tests.checks.faces.tiers_example import TIERS
from tests.worked.axes_examples import EXAMPLES
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Given, Graph

mp.dps = 60
GRAPHS = {g.name: g for g in [*map(graph, CHAPTERS), *EXAMPLES, TIERS]}
RANDOM_SETTINGS = 6

CONVERTED = re.compile(
    r"[kMGTPE]?B|[KMGT]iB|ns|µs|ms|s|min|h|day|month|year|[kMGTPE](?:FLOP|OP)|Mtoken"
)
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
POWER = re.compile(r" × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
TOKEN = re.compile(
    rf"\s*(?:(?P<call>round up|round down|[a-z]+2?)\(|(?P<number>\$?{NUMBER}(?:e-?\d+|\^\d+)?)"
    r"(?P<unit>%|×| per [A-Za-z-]+| [A-Za-zµ][\w·µ-]*(?:/[\w·µ-]+)*)?(?![\w(])"
    r"|(?P<sign>[−+×/^(),π]))"
)


class UnclearError(ValueError):
    """A text that can be read in two ways, or in none."""


@dataclass(frozen=True)
class Amount:
    """A number and the units it is in, of those that convert: {"s": 1, "h": -1}."""

    number: mpf
    units: dict[str, mpf]

    def times(self, other: Amount, power: int) -> Amount:
        units = dict(self.units)
        for unit, p in other.units.items():
            units[unit] = units.get(unit, 0) + power * p
        return Amount(self.number * other.number**power, {u: p for u, p in units.items() if p})


LARGE = {"billion": 10**9, "trillion": 10**12}


def units_of(text: str) -> dict[str, mpf]:
    """Read GB/s, GPU·h, per GPU-h."""
    if text.startswith("per "):
        text = "1/" + text[4:].replace("-", "/")
    found: dict[str, mpf] = {}
    for place, part in enumerate(text.split("/")):
        for unit in part.split("·"):
            if CONVERTED.fullmatch(unit):
                found[unit] = found.get(unit, mpf(0)) + (-1 if place else 1)
    return {u: p for u, p in found.items() if p}


def amount(number: str, unit: str) -> Amount:
    """Read a number as it is printed: 1,024, 10^9, 40%, 9.5 billion, $3.00."""
    digits, _, power = number.removeprefix("$").replace(",", "").partition("^")
    value = mpf(digits) ** int(power or 1)
    if unit == "%":
        return Amount(value / 100, {})
    name, _, rest = unit.partition("/")
    if name in LARGE:
        return Amount(value * LARGE[name], units_of(f"/{rest}"))
    return Amount(value, units_of(unit))


class Reader:
    """Compute one printed expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, str]] = []
        text, at = POWER.sub(lambda m: "e" + m[1].translate(RAISED), text), 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            if not match:
                raise UnclearError(f"{text[at:]!r} in {text!r}")
            kind = match.lastgroup or ""
            kind = "number" if match["number"] else kind
            unit = (match["unit"] or "").strip()
            self.tokens.append((kind, match["call"] or match["number"] or match["sign"], unit))
            at = match.end()
        self.tokens.append(("end", "", ""))

    def peek(self) -> str:
        kind, text, _ = self.tokens[0]
        return text if kind == "sign" else ""

    def read(self) -> Amount:
        found = self.sum()
        if self.tokens[0][0] != "end":
            raise UnclearError(f"{self.tokens[0]} is left")
        return found

    def sum(self) -> Amount:
        is_negative = self.peek() == "−"
        if is_negative:
            self.tokens.pop(0)
        found = self.product()
        if is_negative:
            found = Amount(-found.number, found.units)
        while self.peek() in ("+", "−") and self.peek():
            sign = self.tokens.pop(0)[1]
            other = self.product()
            alike([found, other])
            units = found.units or other.units
            found = Amount(found.number + (-1 if sign == "−" else 1) * other.number, units)
        return found

    def product(self) -> Amount:
        found = self.power()
        while self.peek() in ("×", "/") and self.peek():
            sign = self.tokens.pop(0)[1]
            found = found.times(self.power(), -1 if sign == "/" else 1)
        return found

    def power(self) -> Amount:
        base = self.atom()
        if self.peek() != "^":
            return base
        self.tokens.pop(0)
        exponent = self.atom()
        if self.peek() == "^":
            raise UnclearError("a power of a power")
        bare([exponent])
        units = {u: p * exponent.number for u, p in base.units.items()}
        return Amount(base.number**exponent.number, units)

    def atom(self) -> Amount:
        kind, text, unit = self.tokens.pop(0)
        if kind == "number":
            return amount(text, unit)
        if text == "π":
            return Amount(mp.pi, {})
        if kind == "call":
            return call(text, self.arguments())
        if text == "(":
            return self.arguments()[0]
        raise UnclearError(f"{text!r} where a number should be")

    def arguments(self) -> list[Amount]:
        found = [self.sum()]
        while self.peek() == ",":
            self.tokens.pop(0)
            found.append(self.sum())
        if self.peek() != ")":
            raise UnclearError(f"{self.tokens[0]} where a bracket should close")
        self.tokens.pop(0)
        return found


def alike(amounts: list[Amount]) -> None:
    """Refuse to add or compare minutes and hours; nothing is nothing in any unit."""
    units = [a.units for a in amounts if a.number]
    if any(u != units[0] for u in units):
        raise UnclearError(f"{units} together")


def bare(amounts: list[Amount]) -> None:
    if any(a.units for a in amounts):
        raise UnclearError(f"{[a.units for a in amounts]} where a bare number should be")


def call(name: str, x: list[Amount]) -> Amount:
    if name in ("max", "min"):
        alike(x)
        choose = max if name == "max" else min
        return Amount(choose(a.number for a in x), next((a.units for a in x if a.number), {}))
    (a,) = x
    if name == "absolute":
        return Amount(abs(a.number), a.units)
    if name == "sqrt":
        return Amount(mp.sqrt(a.number), {u: p / 2 for u, p in a.units.items()})
    bare(x)
    functions = {
        "round up": lambda v: mp.ceil(v - mpf(10) ** -40),
        "ln": mp.log,
        "round down": lambda v: mp.floor(v + mpf(10) ** -40),
        "log2": lambda v: mp.log(v, 2),
        "exp": mp.exp,
        "sin": mp.sin,
        "cos": mp.cos,
    }
    return Amount(functions[name](a.number), {})


def shows(x: Amount, shown: str) -> bool:
    """Whether an amount is what is shown, at the digits shown and in its unit."""
    want = Reader(shown).read()
    decimals = len(re.findall(rf"^[−$]*{NUMBER}", shown)[0].partition(".")[2])
    raised = POWER.search(shown)
    step = mpf(10) ** ((int(raised[1].translate(RAISED)) if raised else 0) - decimals)
    step *= mpf(10) ** -2 if shown.endswith("%") else 1
    step *= next((size for name, size in LARGE.items() if name in shown), 1)
    is_same = mp.floor(abs(x.number) / step + mpf("0.5") + mpf(10) ** -30) == mp.nint(
        abs(want.number) / step
    )
    has_sign = x.number * want.number >= 0
    return is_same and has_sign and (x.units == want.units or not x.number or not want.number)


def joined(working: list[str]) -> list[str]:
    """Return the steps of a working, each on one line."""
    found: list[str] = []
    for line in working:
        if re.match(r"  (?! )", line) or not found:
            found.append(line.strip())
        else:
            found[-1] += " " + line.strip()
    return found


def check(working: list[str]) -> bool:
    """Compute the steps of a working; return whether there was arithmetic to be computed."""
    steps = [s[2:] for s in joined(working)[1:] if s.startswith("= ")]
    between = [s for s in joined(working)[1:] if s.startswith("with ")]
    for step in between:
        *terms, shown = step.split(" = ")[1:]
        assert all(shows(Reader(t).read(), shown) for t in terms), step
    if len(steps) < 2 or "..." in steps[0]:
        return False
    if ", at " in steps[0]:
        steps = steps[0].partition(", at ")[0].split(" = ")
    for terms, shown in pairwise(steps):
        got = Reader(terms).read()
        assert shows(got, shown), f"{terms} is {mp.nstr(got.number, 12)} {got.units}, not {shown}"
    return True


def random_settings(g: Graph, rng: random.Random) -> dict[str, object]:
    """Return an option of some choices and values of some givens or their cells."""
    settings: dict[str, object] = {
        c.name: rng.choice(list(c.options)) for c in g.choices.values() if rng.random() < 0.5
    }
    for f in rng.sample(g.givens, k=min(3, len(g.givens))):
        index = tuple(rng.randrange(len(g.keys[a])) for a in f.axes)
        settings[g.cell_name(f, index)] = _within(f, index, rng)
    return settings


def _within(f: Given, index: tuple[int, ...], rng: random.Random) -> float:
    value, low, high = f.value, f.low, f.high
    for i in index:
        value = value[i]
        low, high = (x[i] if isinstance(x, tuple) else x for x in (low, high))
    ends = sorted(((value or 1) / 4, (value or 1) * 4))
    low, high = max(low, ends[0]), min(high, ends[1])
    number = rng.uniform(low, high)
    return float(max(math.ceil(low), math.floor(number))) if f.integer else round(number, 3) or low


def cases(g: Graph, count: int) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield settings and what the graph comes to: the book's, then random ones."""
    yield {}, dict(g.base)
    rng = random.Random(g.name)
    while count:
        settings = random_settings(g, rng)
        try:
            values = g.evaluate(settings)
        except FigureError:
            continue
        yield settings, values
        count -= 1


@pytest.mark.parametrize("name", GRAPHS)
def test_a_working_comes_out_as_printed_and_keeps_to_its_lines(name: str) -> None:
    g = GRAPHS[name]
    wrong: list[str] = []
    long: set[str] = set()
    computed = 0
    for settings, values in cases(g, RANDOM_SETTINGS):
        for f in g.derived:
            for index in g.cells(f.name, values):
                cell = g.cell_name(f, index)
                working = lines(g, cell, values)
                try:
                    computed += check(working)
                except (AssertionError, UnclearError, ArithmeticError) as error:
                    wrong.append(f"{cell} {settings}: {error}")
                assert all(len(line) <= 96 for line in working), working
                if len(working) > 12:
                    long.add(f.formula.__name__)
    assert not wrong, f"{len(wrong)} of {computed}:\n" + "\n".join(wrong[:20])
    assert not long, "a formula that cannot be shown in twelve lines is two formulas"
    assert computed


GOOD = [
    ("64 GPUs × 47 h × $3.00 per GPU-h", "$9,024"),
    ("56,011 tokens/s × 47 h × 3,600 s/h", "9.5 billion"),
    ("sqrt(2 × 49.0 s × 12 h × 3,600 s/h) / 60 s/min", "34.3 min"),
    ("(−3.04 − (−2.54))^2 + (−2.04 − (−2.54))^2", "0.50"),
    ("round up(1,120 GB / 80 GB) × max(1, 2, 3)", "42 GPUs"),
    ("1 − 40%", "60%"),
    ("−2^2 + 2 × (−3)", "−10"),
    ("0.00000125 × 0.00000340", "4.3 × 10⁻¹²"),
    ("−4.3 × 10⁻¹² × 100", "−4.3 × 10⁻¹⁰"),
]
BAD = [
    ("56,011 tokens/s × 47 h", "9.5 billion"),
    ("56,011 tokens/s × 47 h / 3,600 s/h", "9.5 billion"),
    ("47 h + 30 min", "77 min"),
    ("exp(3 h)", "20.1"),
    ("0.5 × 4.5", "2.2"),
    ("0.1 × −2.00", "−0.20"),
    ("keeps it × 5.5", "5.5"),
    ("1 - 2", "−1"),
    ("2^3^2", "512"),
    ("0.00000125 × 0.00000340", "4.3 × 10⁻¹³"),
]


@pytest.mark.parametrize(("terms", "shown"), GOOD)
def test_the_reader_computes_what_is_printed(terms: str, shown: str) -> None:
    assert comes_out(terms, shown)


@pytest.mark.parametrize(("terms", "shown"), BAD)
def test_the_reader_refuses_what_is_unclear_or_does_not_come_out(terms: str, shown: str) -> None:
    """A unit is left over, is on the wrong side or meets another; two signs; a word; a hyphen."""
    assert not comes_out(terms, shown)


def comes_out(terms: str, shown: str) -> bool:
    try:
        return shows(Reader(terms).read(), shown)
    except UnclearError:
        return False
