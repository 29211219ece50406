"""Units: what they are worth, which are refused, and how a number is written."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worked.units import Dimension, UnitError, exact, readable, rounded, rounded_fraction, unit

BYTE, SECOND, DOLLAR = unit("B").dimension, unit("s").dimension, unit("USD").dimension


@pytest.mark.parametrize(
    ("name", "worth"),
    [
        ("B", 1),
        ("GB", 10**9),
        ("GiB", 2**30),
        ("TiB", 2**40),
        ("Gbit", Fraction(10**9, 8)),  # 8 bits to the byte
        ("GB/s", 10**9),
        ("Gbit/s", Fraction(10**9, 8)),
        ("GPU·h", 3600),  # a GPU is a count
        ("USD/GPU/h", Fraction(1, 3600)),
        ("µs", Fraction(1, 10**6)),
        ("us", Fraction(1, 10**6)),
        ("ms", Fraction(1, 1000)),
        ("min", 60),
        ("day", 24 * 3600),
        ("year", 365 * 24 * 3600),
        ("month", Fraction(365 * 24 * 3600, 12)),
        ("%", Fraction(1, 100)),
        ("×", 1),
        ("", 1),
        ("TFLOP/s", 10**12),
        ("GFLOP/token", 10**9),
        ("billion", 10**9),
    ],
)
def test_a_unit_is_worth_what_its_definition_says(name: str, worth: int | Fraction) -> None:
    assert unit(name).factor == worth


def test_units_join_by_division_and_product() -> None:
    """USD per GPU and hour times GPU-hours is USD; GB/s times s is bytes."""
    assert (unit("USD/GPU/h").dimension * unit("GPU·h").dimension).same_as(DOLLAR)
    assert (unit("GB/s").dimension * SECOND).same_as(BYTE)
    assert (unit("Hz").dimension * SECOND).is_pure


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("G", "write GB or GiB"),
        ("80 GB", "unknown unit '80 GB'"),
        ("gb", "did you mean"),
        ("GB/sec", "unknown unit 'sec'"),
        ("GB//s", "unknown unit ''"),
        ("/s", "unknown unit ''"),
        ("GBs", "did you mean"),
        ("furlong", "unknown unit 'furlong'"),
    ],
)
def test_an_unknown_unit_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UnitError, match="unknown unit") as refused:
        unit(name)
    assert hint in str(refused.value)


def test_a_float_means_the_decimal_that_a_reader_would_write() -> None:
    """0.1 is a tenth, not 0.1000000000000000055."""
    assert exact(0.1) == Fraction(1, 10)
    assert exact(989.4) == Fraction(9894, 10)
    assert exact("1/3") == Fraction(1, 3)
    assert exact(8e9) == 8 * 10**9


@pytest.mark.parametrize(
    ("value", "unit_name", "places", "text"),
    [
        (0.0, "GB", 2, "0"),
        (1120e9, "GB", 0, "1,120"),
        (1120e9, "TB", 2, "1.12"),
        (80e9, "GiB", 1, "74.5"),  # 80 / 1.073741824 = 74.506
        # Ties go away from zero, also where the float lies just under the tie.
        (12.5, "", 0, "13"),
        (-12.5, "", 0, "−13"),
        (2.675, "", 2, "2.68"),  # as a float 2.67499999999999982
        (1.005, "", 2, "1.01"),  # as a float 1.00499999999999989
        (55.125, "", 2, "55.13"),
        # Small values keep two digits, whatever places say.
        (0.04567, "", 1, "0.046"),
        (0.000123, "", 0, "0.00012"),
        (1.5e9, "GB", 0, "1.5"),
        (3e9, "GB", 0, "3"),  # whole numbers need no digits behind the point
        (9.96, "", 0, "10.0"),
        # Huge ones are written out.
        (1.5e18, "", 0, "1,500,000,000,000,000,000"),
        (123456789012345678.0, "", 0, "123,456,789,012,346,000"),  # 15 digits are known
        (-1234.5, "", 0, "−1,235"),
        (0.1 + 0.2, "", 3, "0.300"),  # 0.30000000000000004
        (4.35 * 100, "", 0, "435"),  # 434.99999999999994
    ],
)
def test_a_number_is_rounded_once_half_away_from_zero(
    value: float, unit_name: str, places: int, text: str
) -> None:
    assert rounded(value, unit(unit_name), places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.36e76, "2.4 × 10⁷⁶"),
        (9.96e75, "1.0 × 10⁷⁶"),  # 9.96 rounds to 10
        (-4.3e-21, "−4.3 × 10⁻²¹"),
        (1e15, "1.0 × 10¹⁵"),
        (999_999_999_999_999.0, "999,999,999,999,999.0"),  # fifteen digits are written out
        (1e-11, "0.000000000010"),  # and twelve decimals
        (0.0, "0"),
    ],
)
def test_a_number_of_more_digits_than_one_reads_is_a_power_of_ten(value: float, text: str) -> None:
    assert readable(value, unit(""), 1) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_not_displayed(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        rounded(value, unit("GB"), 1)
    with pytest.raises(ValueError, match="not a finite number"):
        readable(value, unit("GB"), 1)


def test_places_count_from_zero() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        rounded(1.0, unit("GB"), -1)


@given(st.fractions(min_value=-(10**12), max_value=10**12), st.integers(0, 6))
def test_rounding_agrees_with_decimal(q: Fraction, places: int) -> None:
    """Python's decimal module, 60 digits, ROUND_HALF_UP, at the places that were shown."""
    text = rounded_fraction(q, places)
    plain = text.replace(",", "").replace("−", "-")
    shown = len(plain.partition(".")[2])
    with localcontext(Context(prec=60)):
        want = (Decimal(q.numerator) / Decimal(q.denominator)).quantize(
            Decimal(1).scaleb(-shown), ROUND_HALF_UP
        )
    assert Decimal(plain) == want
    assert q == 0 or shown >= places


# -- dimensions -------------------------------------------------------------------------------


def test_like_adds_to_like_and_zero_to_all() -> None:
    assert (BYTE + BYTE).same_as(BYTE)
    assert (BYTE - 0).same_as(BYTE)
    assert (0 + BYTE).same_as(BYTE)
    assert (-BYTE).same_as(BYTE)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: BYTE + SECOND,
        lambda: BYTE - 1,
        lambda: 1 + BYTE,
        lambda: BYTE < SECOND,
        lambda: BYTE > 2,
        lambda: 2**BYTE,
        lambda: BYTE ** Dimension(),
    ],
)
def test_unlike_does_not(wrong: object) -> None:
    with pytest.raises(UnitError):
        wrong()  # type: ignore[operator]


def test_products_and_powers_multiply_dimensions() -> None:
    assert (BYTE * SECOND / SECOND).same_as(BYTE)
    assert (1 / SECOND * SECOND).is_pure
    assert ((BYTE * BYTE) ** Fraction(1, 2)).same_as(BYTE)
    assert (2 ** Dimension()).is_pure
    assert (Dimension() ** Dimension()).is_pure
    assert (BYTE < 2 * BYTE).is_pure


def test_a_dimension_reads_as_its_powers() -> None:
    assert repr(Dimension()) == "a pure number"
    assert repr(BYTE / SECOND) == "B·s^-1"
    assert repr(DOLLAR) == "USD"
