"""A reader's answer becomes one exact number with a unit, or is asked for again, or refused."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.drill import answers
from checks.drill.fuzz_targets import watched
from worked.units import _ATOMS
from worked.units import unit as book_unit

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "wanted", "value"),
    [
        # data
        ("2.5 GiB", "GB", Fraction(5, 2) * GIB),
        ("2.68GB", "GB", 2_680_000_000),
        ("2684354560 B", "GB", 2_684_354_560),
        ("2.68e9 bytes", "GB", 2_680_000_000),
        ("2,684 MB", "GB", 2_684_000_000),
        ("1 120 GB", "GB", 1_120 * 10**9),
        ("1\u202f120\u00a0GB", "GB", 1_120 * 10**9),
        ("1_120 GB", "GB", 1_120 * 10**9),
        ("1.12×10^12 B", "TB", 1_120 * 10**9),
        ("1.12 x 10**12 B", "TB", 1_120 * 10**9),
        ("1.12·10¹² B", "TB", 1_120 * 10**9),
        ("10^12 bytes", "TB", 10**12),
        ("2^30 B", "GiB", GIB),
        ("1,120.5 GB", "GB", 1_120_500_000_000),
        (".5 kB", "B", 500),
        ("5. kB", "B", 5000),
        ("~ 2.5 GiB", "GB", Fraction(5, 2) * GIB),
        ("3 gigabytes", "GB", 3 * 10**9),
        ("3 gibibytes", "GB", 3 * GIB),
        # money
        ("9,024 USD", "USD", 9024),
        ("$9,024", "USD", 9024),
        ("US$ 9,024", "USD", 9024),
        ("-$5", "USD", -5),
        ("$−5", "USD", -5),
        ("$0.70 per million tokens", "USD/Mtoken", Fraction(7, 10**7)),
        ("$3/GPU/h", "USD/GPU/h", Fraction(3, 3600)),
        ("70 cents", "USD", Fraction(7, 10)),
        # time and rates
        ("24.5 s", "s", Fraction(49, 2)),
        ("34 min", "s", 2040),
        ("1e-3 s", "ms", Fraction(1, 1000)),
        ("5 µs", "s", Fraction(5, 10**6)),
        ("5 μs", "s", Fraction(5, 10**6)),  # the Greek letter
        ("60,282 tokens/s", "tokens/s", 60_282),
        ("60,282 /s", "tokens/s", 60_282),
        ("3.35 TB/s", "GB/s", 3_350 * 10**9),
        ("400 Gbps", "GB/s", 50 * 10**9),
        ("400 Gbit/s", "GB/s", 50 * 10**9),
        ("989 TFLOP/s", "TFLOP/s", 989 * 10**12),
        ("989 TFLOPS", "TFLOP/s", 989 * 10**12),
        ("3,008 GPU-hours", "GPU·h", 3008 * 3600),
        ("3,008 GPU h", "GPU·h", 3008 * 3600),
        # counts and shares
        ("14", "GPUs", 14),
        ("14 GPUs", "GPU", 14),
        ("14 gpus", "GPUs", 14),
        ("70 billion params", "params", 70 * 10**9),
        ("40%", "%", Fraction(2, 5)),
        ("40 %", "", Fraction(2, 5)),
        ("0.4", "", Fraction(2, 5)),
        ("2×", "×", 2),
        ("20 min", "minute-of-delivery", 20),
        ("20", "minute-of-delivery", 20),
        ("0", "GB", 0),
        ("12 times", "×", 12),
        ("22 per cent", "%", Fraction(22, 100)),
        # a full stop, and brackets around the whole
        ("140 GB.", "GB", 140 * 10**9),
        ("11520 USD.", "USD", 11_520),
        ("140.", "", 140),
        ("(-0.99)", "", Fraction(-99, 100)),
        ("(5 GB).", "GB", 5 * 10**9),
        # what other keyboards, messengers and word processors make of it
        ("１４ＧＢ", "GB", 14 * 10**9),
        ("１，１２０．５　ＧＢ", "GB", 1_120_500_000_000),
        ("１４０ ＧＢ。", "GB", 140 * 10**9),
        ("١٤٠ GB", "GB", 140 * 10**9),
        ("١٤٠٫٥ GB", "GB", 140_500_000_000),
        ("١٬١٢٠ GB", "GB", 1_120 * 10**9),
        ("٤٠٪", "%", Fraction(2, 5)),
        ("१४० GB", "GB", 140 * 10**9),
        ("𝟏𝟒𝟎 𝐆𝐁", "GB", 140 * 10**9),
        ("\u200f140 GB\u200e", "GB", 140 * 10**9),
        ("\ufeff\u2067140\u2069\u00a0G\u200bB\u061c", "GB", 140 * 10**9),
        ("3 GPU‑hours", "GPU·h", 3 * 3600),
        ("1\u2005120 GB", "GB", 1_120 * 10**9),
        # but a power stays one
        ("１０¹² B", "TB", 10**12),
    ],
)
def test_accepted_answers(text: str, wanted: str, value: Fraction) -> None:
    reading = answers.read_answer(text, wanted)
    assert isinstance(reading, answers.Answer), reading
    assert reading.value == value


def test_five_ways_to_write_one_answer() -> None:
    """2.5 GiB in the book's five spellings: all within 0.2 % of one another."""
    spellings = ("2.5 GiB", "2.68GB", "2684354560 B", "2.68e9 bytes", "2,684 MB")
    key = Fraction(5, 2) * GIB
    for text in spellings:
        reading = answers.read_answer(text, "GB")
        assert isinstance(reading, answers.Answer)
        assert answers.WithinPercent(Fraction(1, 5)).accepts(reading.value, key)


def test_bits_and_bytes_decimal_and_binary_are_four_units() -> None:
    values = []
    for text in ("1 Gb", "1 GB", "1 Gib", "1 GiB"):
        reading = answers.read_answer(text, "B")
        assert isinstance(reading, answers.Answer)
        values.append(reading.value)
    assert values == [10**9 // 8, 10**9, GIB // 8, GIB]


@pytest.mark.parametrize(
    ("text", "wanted", "says"),
    [
        ("2.5", "GB", "2.5 of what? An amount of data is wanted, such as 3 GB or 3 GiB."),
        ("24.5", "s", "A time is wanted"),
        ("9,024", "USD", "An amount of money"),
        ("989", "TFLOP", "3 TFLOP"),
        ("60282", "tokens/s", "3 tokens/s"),
        ("0.4", "%", "with its sign"),
    ],
)
def test_a_missing_unit_is_asked_for(text: str, wanted: str, says: str) -> None:
    reading = answers.read_answer(text, wanted)
    assert isinstance(reading, answers.MissingUnit)
    assert says in reading.tell


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5 s", "GB"),
        ("5 GB/s", "GB"),
        ("989 TFLOPs", "TFLOP/s"),  # an amount of work, not a rate
        ("60,282 FLOP/s", "tokens/s"),
        ("14 tokens", "GPU"),
        ("3 GPU·h", "h"),
        ("40 %", "GPU"),
        ("40 %", "s"),
        ("70B", "params"),
        ("5 USD", ""),
    ],
)
def test_a_unit_of_another_kind_is_asked_about(text: str, wanted: str) -> None:
    reading = answers.read_answer(text, wanted)
    assert isinstance(reading, answers.ImpossibleUnit)
    assert "does not fit" in reading.tell


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 gb", "did you mean GB or Gb"),
        ("2 gib", "GiB"),
        ("3 KB", "kB for 1,000 bytes or KiB for 1,024"),
        ("5 G", "GB or GiB"),
        ("5 parsec", "'parsec' is not known"),
        ("5 GB/", "missing beside"),
        ("5 <script>alert()</script>", "missing beside|not known"),
    ],
)
def test_an_unknown_or_ambiguous_unit_is_asked_about(text: str, says: str) -> None:
    reading = answers.read_answer(text, "GB")
    assert isinstance(reading, answers.UnknownUnit)
    assert any(part in reading.tell for part in says.split("|"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2,5 GB", "write 2.5"),
        ("0,684 GB", "write 0.684"),
        ("12,34", "write 12.34"),
        ("1234,567 GB", "write 1234.567"),
        ("1,23,456 GB", "groups of three"),
        ("1.234,5 GB", "a comma separates thousands"),
        ("1.234.567 GB", "a point marks the decimals"),
        ("24 5 s", "write one number"),
        ("1 120,500 GB", "a comma separates thousands"),
        ("1 h 9 min", "one number with one unit"),
        ("1/3", "not a calculation"),
        ("2 + 2 GB", "not a calculation"),
        ("", "type a number"),
        ("   ", "type a number"),
        ("lots", "starts with a number"),
        ("GB 5", "starts with a number"),
        ("--5 GB", "starts with a number"),
        ("1e400 B", "at most 99"),
        ("10^400 B", "at most 99"),
        ("3^4 B", "powers of 2 and 10"),
        ("5² B", "powers of 2 and 10"),
        ("10^ B", "whole number"),
        ("½ GB", "starts with a number"),  # nothing is folded into what it does not mean
        ("Ⅷ GB", "starts with a number"),
        ("5² GB", "powers of 2 and 10"),
        ("② GB", "starts with a number"),
        ("()", "type a number"),
        (".", "type a number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(answers.AnswerError) as refusal:
        answers.read_answer(text, "GB")
    assert says in str(refusal.value)


def test_the_input_is_bounded() -> None:
    assert isinstance(answers.read_answer("9" * answers.LONGEST, ""), answers.Answer)
    with pytest.raises(answers.AnswerError, match="at most 200 characters; this has 201"):
        answers.read_answer("9" * (answers.LONGEST + 1), "")
    with pytest.raises(answers.AnswerError, match="is a text"):
        answers.read_answer(5, "")  # type: ignore[arg-type]


def test_a_question_with_a_wrong_unit_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="the question's own unit is wrong"):
        answers.read_answer("5 GB", "gigs")


def test_every_unit_of_the_book_means_the_same_here() -> None:
    """Each single unit that figures may have is known, with the same worth and dimension."""
    for name in _ATOMS:
        if not name:
            continue
        ours, theirs = answers.find_unit(name), book_unit(name)
        assert not isinstance(ours, str), ours
        assert (ours.size, ours.dimension) == (theirs.factor, theirs.dimension.powers), name


def test_units_joined_as_in_the_book_mean_the_same_here() -> None:
    for name in ("GB/s", "USD/GPU/h", "GPU·h", "tokens/s/GPU", "B/token", "USD/Mtoken", "TFLOP/s"):
        ours, theirs = answers.find_unit(name), book_unit(name)
        assert not isinstance(ours, str), ours
        assert (ours.size, ours.dimension) == (theirs.factor, theirs.dimension.powers), name


def test_no_name_of_a_unit_is_ambiguous_by_its_letters() -> None:
    """FLOPs is an amount and FLOPS a rate: every spelling in the table has one meaning."""
    assert answers.TABLE["TFLOPs"].dimension == (0, 0, 0)
    assert answers.TABLE["TFLOPS"].dimension == (0, -1, 0)
    assert answers.TABLE["MB"].size == 8 * answers.TABLE["Mb"].size
    assert "KB" not in answers.TABLE


# ---- how finely an answer was typed


@pytest.mark.parametrize(
    ("text", "digits", "zeros", "is_guess"),
    [
        ("140", "140", 1, False),
        ("140.0", "1400", 0, False),
        ("1.40e2", "140", 0, False),
        ("1.4×10^2", "14", 0, False),
        ("14e1", "14", 0, False),
        ("1,120", "1120", 1, False),
        ("0.0140", "140", 0, False),
        ("-11.0", "110", 0, False),
        ("2^10", "1024", 0, False),
        ("2^-3", "125", 0, False),
        ("1000", "1000", 3, True),
        ("10^6", "1", 0, True),
        ("1e6", "1", 0, True),
        ("0.20", "20", 0, True),
        ("7", "7", 0, True),
        ("0", "0", 1, True),
    ],
)
def test_the_digits_of_an_answer(text: str, digits: str, zeros: int, is_guess: bool) -> None:
    typed = answers.split_answer(f"{text} GB")[0]
    assert (typed.digits, typed.zeros, typed.is_guess) == (digits, zeros, is_guess)


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("11", "11.3", 2),  # 10.5 to 11.5
        ("11.0", "11.3", 0),  # 10.95 to 11.05
        ("140", "144", 2),  # the zero may hold the place: 135 to 145
        ("140", "140.4", 3),  # or be a digit: 139.5 to 140.5
        ("140.0", "144", 0),
        ("140", "145.1", 0),
        ("140", "145", 2),  # a tie either way
        ("11,800", "11832", 3),
        ("1000", "1040", 2),  # 950 to 1050
        ("1000", "1400", 1),  # 500 to 1500
        ("-2.5", "-2.54", 2),
        ("-2.5", "2.5", 0),
    ],
)
def test_to_how_many_digits_an_answer_is_a_value_rounded(
    text: str, value: str, agrees: int
) -> None:
    typed, _ = answers.split_answer(text)
    assert typed.agrees(Fraction(value)) == agrees
    # The same in another unit, and with the zeros counted as digits.
    assert typed.times(Fraction(2**30)).agrees(Fraction(value) * 2**30) == agrees
    all_digits = len(typed.digits)
    assert typed.agrees(Fraction(value), zeros_count=True) == agrees * (agrees == all_digits)


# ---- tolerances


def test_exact_means_equal() -> None:
    assert answers.Exact().accepts(Fraction(1, 3), Fraction(2, 6))
    assert not answers.Exact().accepts(Fraction(333, 1000), Fraction(1, 3))
    assert answers.Exact().tell() == "exactly"


@pytest.mark.parametrize(
    ("answer", "right"),
    [("2.68", True), ("2.684", True), ("2.68435456", True), ("2.69", False), ("2.67", False)],
)
def test_three_significant_digits(answer: str, right: bool) -> None:
    """The key 2.68435456 GB: half of the third digit is 0.005."""
    key = Fraction("2.68435456")
    assert answers.SignificantDigits(3).accepts(Fraction(answer), key) is right


def test_digits_count_in_the_unit_of_the_answer() -> None:
    """9.97 GB is 9.285... GiB; 9.29 GiB is right to 3 digits of GiB, 0.05 % off in bytes."""
    key = Fraction("9.97e9")
    answer = Fraction("9.29") * GIB  # 9.97506...e9: off by 5.06e6 B
    assert not answers.SignificantDigits(3).accepts(answer, key)  # half a digit of GB: 5.00e6 B
    assert answers.SignificantDigits(3).accepts(answer, key, unit=Fraction(GIB))  # of GiB: 5.37e6 B


def test_a_tie_is_right_either_way_and_a_zero_only_as_zero() -> None:
    digits = answers.SignificantDigits(2)
    assert digits.accepts(Fraction("2.6"), Fraction("2.65"))
    assert digits.accepts(Fraction("2.7"), Fraction("2.65"))
    assert digits.accepts(Fraction(0), Fraction(0))
    assert not digits.accepts(Fraction(1, 10**9), Fraction(0))
    assert not digits.accepts(Fraction("-2.65"), Fraction("2.65"))


def test_the_leading_place_at_powers_of_ten() -> None:
    """1 has its half digit at 0.05, 0.999 at 0.0005 (both to two digits: 0.05 and 0.005)."""
    two = answers.SignificantDigits(2)
    assert two.accepts(Fraction("1.05"), Fraction(1))
    assert not two.accepts(Fraction("1.051"), Fraction(1))
    assert two.accepts(Fraction("1.004"), Fraction("0.999"))
    assert not two.accepts(Fraction("1.0041"), Fraction("0.999"))
    assert two.accepts(Fraction(1000 + 50), Fraction(1000))


def test_within_percent_is_of_the_key() -> None:
    one = answers.WithinPercent(1)
    assert one.accepts(Fraction(101), Fraction(100))
    assert not one.accepts(Fraction("101.001"), Fraction(100))
    assert one.accepts(Fraction(-99), Fraction(-100))
    assert not one.accepts(Fraction(99), Fraction(-100))
    assert one.tell() == "to within 1 %"


def test_order_of_magnitude_is_a_factor_either_way() -> None:
    one = answers.OrderOfMagnitude(1)
    assert one.accepts(Fraction(10), Fraction(100))
    assert one.accepts(Fraction(1000), Fraction(100))
    assert not one.accepts(Fraction(1001), Fraction(100))
    assert not one.accepts(Fraction(-100), Fraction(100))
    assert not one.accepts(Fraction(0), Fraction(100))
    half = answers.OrderOfMagnitude(Fraction(1, 2))  # a factor of 3.1622...
    assert half.accepts(Fraction("316.2"), Fraction(100))
    assert not half.accepts(Fraction("316.3"), Fraction(100))
    assert half.tell() == "to within a factor of 3.2 either way"
    assert one.tell() == "to within a factor of 10 either way"


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (answers.SignificantDigits, 0),
        (answers.SignificantDigits, 16),
        (answers.WithinPercent, 0),
        (answers.WithinPercent, 101),
        (answers.OrderOfMagnitude, 0),
        (answers.OrderOfMagnitude, 7),
        (answers.OrderOfMagnitude, Fraction(1, 97)),
    ],
)
def test_senseless_tolerances_are_refused(kind: type, argument: Fraction) -> None:
    with pytest.raises(ValueError, match="must be"):
        kind(argument)


sizes = st.fractions(min_value=Fraction(1, 10**12), max_value=10**15, max_denominator=10**12)


@given(sizes, st.integers(1, 8))
@settings(max_examples=100)
def test_the_key_rounded_to_the_digits_is_accepted(key: Fraction, digits: int) -> None:
    """What is printed to n significant digits is right to n significant digits, ties included.

    60 digits hold every key that could be a tie (up to 15 digits and 40 decimals) exactly.
    """
    with localcontext(prec=60):
        exactly = Decimal(key.numerator) / Decimal(key.denominator)
        printed = Fraction(f"{exactly:.{digits - 1}e}")
    assert answers.SignificantDigits(digits).accepts(printed, key)
    assert answers.SignificantDigits(digits).accepts(key, key)
    if printed >= 1:  # two units of the last digit further is always too far
        last = Fraction(10) ** (len(str(int(printed))) - digits)
        assert not answers.SignificantDigits(digits).accepts(printed + 2 * last, key)


@given(sizes, sizes)
@settings(max_examples=100)
def test_order_of_magnitude_does_not_depend_on_the_direction(a: Fraction, b: Fraction) -> None:
    assert answers.OrderOfMagnitude(1).accepts(a, b) == answers.OrderOfMagnitude(1).accepts(b, a)


# ---- trying to break it

SHARDS = st.sampled_from(
    [
        *"0123456789.,'_ +-−×x*/^·%$~eE",
        *("10^", "**", "¹²", "⁻", "GB", "GiB", "per", "USD", "\u00a0", "1,120", "e9"),
        *(
            "Ⅷ",
            "½",
            "٣",
            "\ud800",
            "\x00",
            "🤖",
            "１",
            "Ｂ",
            "٫",
            "𝟗",
            "\u200f",
            "\u00ad",
            "。",
            "(",
            ")",
        ),
        *sorted(answers.TABLE)[:40],
    ]
)


@given(st.one_of(st.text(max_size=answers.LONGEST + 5), st.lists(SHARDS, max_size=90).map("".join)))
@example("1" + ",000" * 49)
@example("1" + " 000" * 49)
@example("9" * 200)
@example("0." + "0" * 190 + "e-99")
@example("2^99" + " ·GB" * 49)
@example("/" * 200)
@example("5 " + "-" * 198)
@example("5 " + "GPU-" * 49)
@example("$" * 200)
@example("𝟿" * 200)
@example("٩" * 200)
@example("\u200f" * 200)
@example("(" * 100 + ")" * 100)
@settings(max_examples=400)
def test_any_text_is_read_or_refused_with_little_work(text: str) -> None:
    """Only the declared error comes out."""
    for wanted in ("GB", "tokens/s", ""):
        reading: object
        try:
            reading = watched(lambda wanted=wanted: answers.read_answer(text, wanted), text)
        except answers.AnswerError as error:
            reading = error
        if isinstance(reading, answers.Answer):
            assert isinstance(reading.value, Fraction)
        else:
            assert isinstance(
                reading,
                answers.MissingUnit
                | answers.UnknownUnit
                | answers.ImpossibleUnit
                | answers.AnswerError,
            )


@given(st.integers(0, 10**15), st.sampled_from(["B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB"]))
@settings(max_examples=150)
def test_every_way_of_grouping_gives_the_same_value(n: int, unit: str) -> None:
    """12345 = 12,345 = 12 345 = 12_345, exactly, whatever the unit."""
    expected = n * answers.TABLE[unit].size
    for text in (f"{n} {unit}", f"{n:,} {unit}", f"{n:_}{unit}", f"{n:,}".replace(",", " ") + unit):
        reading = answers.read_answer(text, "GB")
        assert isinstance(reading, answers.Answer)
        assert reading.value == expected


@given(st.decimals(min_value="1e-20", max_value="1e20", allow_nan=False, allow_infinity=False))
@settings(max_examples=150)
def test_decimals_are_read_exactly(number: object) -> None:
    text = str(number)
    assert answers.split_answer(f"{text} GB")[0].number == Fraction(text)
