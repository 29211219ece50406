"""What a reader sees is the correctly rounded value, not the rounding of a rounded one.

A graph computes in floats. Here the same formulas run on exact fractions of the decimal numbers
that stand in the givens (roots, exponentials and angles to 60 digits), and every displayed
figure must be that exact value rounded half away from zero to the digits shown.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from math import ceil, floor
from typing import Any

import mpmath
import pytest
import sympy

from tests.effort import SETTINGS
from worked.chapters import CHAPTERS, graph
from worked.figures import Derived, FigureError, Given, Graph
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


def exact_values(g: Graph, settings: dict[str, Any]) -> dict[str, Fraction]:
    """Evaluate a graph in exact arithmetic, in base units."""
    changed = g.changes(settings)
    values: dict[str, Fraction] = {}
    for name in g.order:
        f = g.figures[name]
        if isinstance(f, Derived):
            inputs = [Exact(values[n]) for n in g.arguments(name).values()]
            value = Exact(f.formula(*inputs)).q
            # What cancels but for the sixtieth digit of a sine is zero.
            values[name] = value if abs(value) > Fraction(1, 10**50) else Fraction(0)
        else:
            values[name] = exact(changed.get(name, f.value)) * g.units[name].factor
    return values


def wrong_text(g: Graph, name: str, text: str, value: Fraction) -> str:
    """Return what is wrong with a displayed figure whose exact value in base units is `value`."""
    f = g.figures[name]
    if isinstance(f, Derived) and f.words:
        # The figures that the words mention are checked where they stand.
        words = re.sub(r"\\{\w+\\}", ".+", re.escape(f.words[int(value)]))
        return "" if re.fullmatch(words, text) else f"{name}: {text}, exactly {value}"
    number = "".join(c for c in text.split()[0].replace("−", "-") if c in "-.0123456789")
    shown_places = len(number.partition(".")[2])
    q = value / g.units[name].factor
    with localcontext(DIGITS):
        want = decimal(q).quantize(Decimal(1).scaleb(-shown_places), ROUND_HALF_UP)
    if Decimal(number) != want:
        return f"{name}: shows {text}, exactly {float(q)!r} ({want})"
    return _wrong_places(g, name, q, shown_places)


def _wrong_places(g: Graph, name: str, q: Fraction, shown: int) -> str:
    """A computed figure has the places it declares, or as many as two digits need."""
    f = g.figures[name]
    if not isinstance(f, Derived) or q == 0:
        return ""
    if shown == f.places or (shown > f.places and abs(q) * 10 ** (shown - 1) < 10):
        return ""
    return f"{name}: {shown} places for {float(q)!r}, which wants {f.places}"


def a_readers_number(rng: random.Random, f: Given) -> float:
    """Return a value of two digits at most, as somebody would type it, within the range."""
    while True:
        wish = f.value * 2 ** rng.uniform(-1.5, 1.5) if f.value else rng.uniform(f.low, f.high)
        value = float(f"{wish:.1e}") if rng.random() < 0.7 else float(f"{wish:.0e}")
        value = max(round(value), 1) if f.integer else value
        if f.low <= value <= f.high:
            return value


def drawn_settings(g: Graph, rng: random.Random) -> dict[str, Any]:
    """Return a choice of model and GPU, and new numbers for about a third of the givens."""
    settings: dict[str, Any] = {c.name: rng.choice(list(c.options)) for c in g.choices.values()}
    for f in g.givens:
        if rng.random() < 1 / 3:
            settings[f.name] = a_readers_number(rng, f)
    return settings


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_books_values_are_correctly_rounded(slug: str) -> None:
    g = graph(slug)
    values = exact_values(g, {})
    wrong = [w for n in g.figures if (w := wrong_text(g, n, g.shown(n), values[n]))]
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
        for n in g.figures:
            if w := wrong_text(g, n, g.shown(n, values), precise[n]):
                wrong.append(f"{w} with {settings}")
        tried += 1
        if tried == SETTINGS:
            break
    assert tried == SETTINGS
    assert not wrong


@pytest.mark.parametrize("slug", CHAPTERS)
def test_sympy_gives_the_same_exact_values(slug: str) -> None:
    """SymPy's rationals, evaluated to 50 digits, and the fractions above agree to 45."""
    g = graph(slug)
    mine, theirs = exact_values(g, {}), {}
    for name in g.order:
        f = g.figures[name]
        if isinstance(f, Derived):
            theirs[name] = f.formula(*(theirs[n] for n in g.arguments(name).values()))
        else:
            q = exact(f.value) * g.units[name].factor
            theirs[name] = sympy.Rational(q.numerator, q.denominator)
        got = Decimal(str(sympy.N(theirs[name], 50)))
        with localcontext(DIGITS):
            want = decimal(mine[name])
            assert abs(got - want) <= abs(want) * Decimal("1e-45"), name


def test_binary_noise_does_not_cost_a_device() -> None:
    """2 + 2 + 4 + 6.3 + 3.3 = 17.6 B for each of 10^11 parameters is 1.76 TB: 22 x 80 GB, no more.

    In floats the product is that and a bit: it would round up to 23, and 22 would be overfull.
    """
    g = graph("gpu-wall")
    values = g.evaluate({"params": 1e11, "momentum_width": 6.3, "variance_width": 3.3})
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
