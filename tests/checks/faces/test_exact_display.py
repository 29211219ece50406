"""What a reader sees is the correctly rounded value, not the rounding of a rounded one.

A graph computes in floats. Here the same formulas run on exact fractions of the decimal numbers
that stand in the givens (roots, exponentials and angles to 60 digits), and every displayed
figure must be that exact value rounded half away from zero to the digits shown.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import mpmath
import pytest
import sympy

from tests.effort import SETTINGS
from tests.worked.direct import evaluate, plain
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, Figure, FigureError, Given, Graph
from worked.units import exact

DIGITS = Context(prec=60)


def decimal(q: Fraction) -> Decimal:
    """Return a fraction to 60 digits."""
    return DIGITS.divide(Decimal(q.numerator), Decimal(q.denominator))


def to_60_digits(function: Callable[..., Any], *arguments: Fraction) -> Fraction:
    """Return what an mpmath function gives for exact arguments, to 60 digits."""
    with mpmath.workdps(60):
        value = +function(*(mpmath.mpf(a.numerator) / a.denominator for a in arguments))
        return Fraction(*mpmath.libmp.to_rational(value._mpf_))


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return a power, exactly where the exponent is whole."""
    if exponent.denominator == 1:
        return base**exponent.numerator
    return to_60_digits(mpmath.power, base, exponent)


def log2(q: Fraction) -> Fraction:
    """Return the logarithm to the base 2, exactly for a power of two."""
    nearest = round(to_60_digits(lambda x: mpmath.log(x, 2), q))
    if q == Fraction(2) ** nearest:
        return Fraction(nearest)
    return to_60_digits(lambda x: mpmath.log(x, 2), q)


class Exact:
    """An exact number as a formula's argument."""

    def __init__(self, q: Any) -> None:
        self.q = q.q if isinstance(q, Exact) else Fraction(q)

    def __add__(self, other: Any) -> Exact:
        return Exact(self.q + Exact(other).q)

    def __sub__(self, other: Any) -> Exact:
        return Exact(self.q - Exact(other).q)

    def __rsub__(self, other: Any) -> Exact:
        return Exact(Exact(other).q - self.q)

    def __mul__(self, other: Any) -> Exact:
        return Exact(self.q * Exact(other).q)

    def __truediv__(self, other: Any) -> Exact:
        return Exact(self.q / Exact(other).q)

    def __rtruediv__(self, other: Any) -> Exact:
        return Exact(Exact(other).q / self.q)

    def __pow__(self, other: Any) -> Exact:
        return Exact(power(self.q, Exact(other).q))

    def __rpow__(self, other: Any) -> Exact:
        return Exact(power(Exact(other).q, self.q))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Exact:
        return Exact(-self.q)

    def __abs__(self) -> Exact:
        return Exact(abs(self.q))

    def __bool__(self) -> bool:
        return self.q != 0

    def __int__(self) -> int:
        return int(self.q)

    def __eq__(self, other: object) -> bool:
        return self.q == Exact(other).q

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        return self.q < Exact(other).q

    def __le__(self, other: Any) -> bool:
        return self.q <= Exact(other).q

    def __gt__(self, other: Any) -> bool:
        return self.q > Exact(other).q

    def __ge__(self, other: Any) -> bool:
        return self.q >= Exact(other).q

    def formula_op(self, name: str, args: tuple[Any, ...]) -> Any:
        """Apply one of the functions of `worked.formulas.ops`."""
        if name == "where":
            return args[1] if args[0] else args[2]
        if name == "no":
            return not args[0]
        a = [Exact(x).q for x in args]
        known: dict[str, Any] = {
            "ceil": lambda: ceil(a[0]),
            "floor": lambda: floor(a[0]),
            "maximum": lambda: max(a),
            "minimum": lambda: min(a),
            "absolute": lambda: abs(a[0]),
            "sqrt": lambda: Fraction(DIGITS.sqrt(decimal(a[0]))),
            "exp": lambda: Fraction(DIGITS.exp(decimal(a[0]))),
            "ln": lambda: to_60_digits(mpmath.log, a[0]),
            "log2": lambda: log2(a[0]),
            "sin": lambda: to_60_digits(mpmath.sin, a[0]),
            "cos": lambda: to_60_digits(mpmath.cos, a[0]),
            "pi": lambda: to_60_digits(lambda _: mpmath.pi, a[0]),
        }
        return Exact(known[name]())


def exact_values(g: Graph, settings: dict[str, Any]) -> dict[str, Any]:
    """Evaluate a graph in exact arithmetic, in base units: each cell by its name.

    A place is its number from 0, or None.
    """

    def settled(value: Any) -> Exact:
        # What cancels but for the sixtieth digit of a sine is zero.
        q = Exact(value).q
        return Exact(q if abs(q) > Fraction(1, 10**50) else 0)

    rows = evaluate(g, settings, lambda value, unit: Exact(exact(value) * unit.factor), settled)
    found = {}
    for cell, value in cells_of(g, rows):
        found[cell] = value.q if isinstance(value, Exact) else value
    return found


def cells_of(g: Graph, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of every cell that there is."""
    for f in g.figures.values():
        yield from _cells_in(g, f, values[f.name], ())


def _cells_in(g: Graph, f: Figure, value: Any, index: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for i, part in enumerate(value):
            yield from _cells_in(g, f, part, (*index, i))
    else:
        yield g.cell_name(f, index), value


def wrong_text(g: Graph, name: str, text: str, value: Any) -> str:
    """Return what is wrong with a displayed cell whose exact value in base units is `value`."""
    f, _ = g.find(name)
    if (axis := g.kinds[f.name].place) is not None:
        place = "none" if value is None else g.label(axis, value)
        return "" if (axis and g.axes[axis].shown_by) or text == place else f"{name}: {text}"
    if value is None:
        return "" if text == "—" else f"{name}: {text}, and there is none"
    if isinstance(f, Derived) and f.words:
        # The figures that the words mention are checked where they stand.
        words = re.sub(r"\\{\w+\\}", ".+", re.escape(f.words[int(value)]))
        return "" if re.fullmatch(words, text) else f"{name}: {text}, exactly {value}"
    if "× 10" in text:
        return _wrong_power(g, name, text, value / g.units[f.name].factor)
    number = "".join(c for c in text.split()[0].replace("−", "-") if c in "-.0123456789")
    shown_places = len(number.partition(".")[2])
    q = value / g.units[f.name].factor
    with localcontext(DIGITS):
        want = decimal(q).quantize(Decimal(1).scaleb(-shown_places), ROUND_HALF_UP)
    if Decimal(number) != want:
        return f"{name}: shows {text}, exactly {float(q)!r} ({want})"
    return _wrong_places(g, name, q, shown_places)


def _wrong_power(g: Graph, name: str, text: str, q: Fraction) -> str:
    """What would take more than fifteen digits, or twelve decimals, has two and a power of ten."""
    digits, power = text.replace("−", "-").split()[0], text.split(" × 10")[1].split()[0]
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    with localcontext(DIGITS):
        want = decimal(q / Fraction(10) ** exponent).quantize(Decimal("0.1"), ROUND_HALF_UP)
    # Exactly zero is also what lies beyond the sixtieth digit here, and a score whose gradients
    # cancel on paper: of them 2^-45 may be left as noise, and its square is shown.
    if Decimal(digits) != want and not (q == 0 and exponent <= -27):
        return f"{name}: shows {text}, exactly {float(q)!r}"
    is_long = abs(q) >= 10**15 or abs(q) < Fraction(1, 10**11)
    return "" if is_long else f"{name}: {text} could be written out"


def _wrong_places(g: Graph, name: str, q: Fraction, shown: int) -> str:
    """A computed figure has the places it declares, or as many as two digits need.

    A difference that is 0.001 on paper may stand a hair below it in floats: one zero more.
    """
    f, _ = g.find(name)
    if not isinstance(f, Derived) or q == 0:
        return ""
    if shown == f.places or (shown > f.places and abs(q) * 10 ** (shown - 1) <= 10):
        return ""
    return f"{name}: {shown} places for {float(q)!r}, which wants {f.places}"


def a_readers_number(rng: random.Random, g: Graph, f: Given, index: tuple[int, ...]) -> float:
    """Return a value of two digits at most, as somebody would type it, within the range."""
    low, high = g.limits(f, index)
    usual: Any = f.value
    for i in index:
        usual = usual[i]
    while True:
        wish = usual * 2 ** rng.uniform(-1.5, 1.5) if usual else rng.uniform(low, high)
        value = float(f"{wish:.1e}") if rng.random() < 0.7 else float(f"{wish:.0e}")
        value = max(round(value), 1) if f.integer else value
        if low <= value <= high:
            return value


def drawn_settings(g: Graph, rng: random.Random) -> dict[str, Any]:
    """Return a choice of model and GPU, and new numbers for about a third of the givens' cells."""
    settings: dict[str, Any] = {c.name: rng.choice(list(c.options)) for c in g.choices.values()}
    for f in g.givens:
        for index in product(*(range(len(g.keys[a])) for a in f.axes)):
            if rng.random() < 1 / 3:
                settings[g.cell_name(f, index)] = a_readers_number(rng, g, f, index)
    return settings


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_books_values_are_correctly_rounded(slug: str) -> None:
    g = graph(slug)
    exactly = exact_values(g, {}).items()
    wrong = [w for n, value in exactly if (w := wrong_text(g, n, g.shown(n), value))]
    assert not wrong


@pytest.mark.parametrize("slug", CHAPTERS)
def test_readers_settings_are_correctly_rounded(slug: str) -> None:
    g, rng, tried, wrong = graph(slug), random.Random(slug), 0, []
    for _ in range(5 * SETTINGS):
        settings = drawn_settings(g, rng)
        try:
            values = g.evaluate(settings)
        except FigureError:
            continue  # such as a pipeline that does not divide into a verdict
        precise = exact_values(g, settings)
        for n, value in precise.items():
            if w := wrong_text(g, n, g.shown(n, values), value):
                wrong.append(f"{w} with {settings}")
        tried += 1
        if tried == SETTINGS:
            break
    assert tried == SETTINGS
    assert not wrong


@pytest.mark.parametrize("slug", CHAPTERS)
def test_sympy_gives_the_same_exact_values(slug: str) -> None:
    """SymPy, evaluated to 50 digits, and the fractions above agree to 45, formula by formula."""
    g = graph(slug)
    mine = exact_values(g, {})
    for f in plain(g):
        inputs = (mine[n] for n in g.arguments(f.name).values())
        value = f.formula(*(sympy.Rational(q.numerator, q.denominator) for q in inputs))
        got = Decimal(str(sympy.N(value, 50)))
        with localcontext(DIGITS):
            want = decimal(mine[f.name])
            among = max(abs(want), *(abs(decimal(mine[n])) for n in g.arguments(f.name).values()))
            assert abs(got - want) <= among * Decimal("1e-45"), f.name


def test_binary_noise_does_not_cost_a_device() -> None:
    """2 + 2 + 4 + 6.3 + 3.3 = 17.6 B for each of 10^11 parameters is 1.76 TB: 22 x 80 GB, no more.

    In floats the product is that and a bit: it would round up to 23, and 22 would be overfull.
    """
    g = graph("gpu-wall")
    values = g.evaluate({"params": 1e11, "width.first-moment": 6.3, "width.second-moment": 3.3})
    assert 1e11 * (2 + 2 + 4 + 6.3 + 3.3) > 1.76e12
    assert g.shown("devices_static", values) == "22 GPUs"
    assert g.shown("left_over", values) == "0 GB"


def test_a_display_that_is_off_in_the_last_digit_is_noticed() -> None:
    """3,008 GPU·h is 64 x 47; one more, one less, or a place too many is wrong."""
    g, value = graph("gpu-wall"), Fraction(64 * 47 * 3600)
    assert wrong_text(g, "lost_gpu_hours", "3,008 GPU·h", value) == ""
    for text in ("3,007 GPU·h", "3,009 GPU·h", "3,008.0 GPU·h"):
        assert wrong_text(g, "lost_gpu_hours", text, value)


def test_binary_noise_does_not_cost_a_digit_of_a_difference() -> None:
    """At a weight of 1 and an intercept of 7.6 the line predicts 9.6, and 9.7 - 9.6 is 0.1.

    In floats the difference is 0.09999999999999964, which would read 0.100.
    """
    g = graph("l1-gradient")
    values = g.evaluate({"intercept": 7.6, "others.a": 9.7})
    assert 9.7 - 9.6 != 0.1
    assert values["row_residual"][0] == 0.1
    assert g.shown("row_residual[row=a]", values, places=2) == "0.10"
