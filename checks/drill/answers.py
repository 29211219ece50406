"""Read a reader's typed answer as an exact number with a unit, and judge how close it is.

`2.5 GiB`, `2.68GB`, `2684354560 B`, `2.68e9 bytes` and `2,684 MB` are numbers with units of the
same dimension. A comma separates thousands and a point marks the decimals; anything that could
be read in two ways is refused with the reason. A missing or unfitting unit is no wrong answer:
it comes back as its own type, so that the reader can be asked again. All arithmetic is exact.

The reader's text is scanned once from left to right, without regular expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from checks.faces.plain_text import plain
from worked.units import COUNTED

LONGEST = 200
LARGEST_EXPONENT = 99
DIGITS = "0123456789"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
GROUPING = ", _'"
# Other ways to type the characters that the grammar knows, beside those of plain_text.
ALIASES = str.maketrans({"μ": "µ", "⋅": "·", "∙": "·", "’": "'"})

# Exponents of (information in bytes, time in seconds, money in dollars).
Dimension = tuple[int, int, int]
PURE: Dimension = (0, 0, 0)


class AnswerError(ValueError):
    """An answer that cannot be read as one number with one unit; the message says why."""


@dataclass(frozen=True)
class Unit:
    """What a unit is worth in base units (byte, second, dollar), its dimension, what it counts.

    labels maps what is counted to its power: tokens/s/GPU has {"token": 1, "GPU": -1}.
    """

    name: str
    size: Fraction
    dimension: Dimension = PURE
    labels: Mapping[str, int] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class Typed:
    """A number and how finely it was typed.

    last: what a one at the place of its last digit is worth; zeros: how many zeros end a whole
    number, which may be digits or only hold the place ("140" has one, "140.0" and "1.40e2" none).
    """

    number: Fraction
    last: Fraction
    zeros: int = 0

    def times(self, factor: Fraction) -> Typed:
        """Return the same digits, worth `factor` times as much."""
        return Typed(self.number * factor, self.last * factor, self.zeros)

    def negative(self) -> Typed:
        """Return the same digits with a minus before them."""
        return Typed(-self.number, self.last, self.zeros)

    @property
    def digits(self) -> str:
        """Return the significant digits, those zeros among them: "140", and "14" for 0.014."""
        return str(abs(self.number / self.last).numerator)

    @property
    def is_guess(self) -> bool:
        """Return whether it is one digit and zeros, as one types who has not computed: 1, 0.20."""
        return len(self.digits.strip("0")) < 2

    def agrees(self, value: Fraction, zeros_count: bool = False) -> int:
        """Return to how many digits `value`, rounded as coarsely, is this number; 0 if it is not.

        A tie agrees either way. With `zeros_count` the zeros that end a whole number are digits.
        """
        agreed, twice_off = 0, 2 * abs(value - self.number)
        for zeros in range(0 if zeros_count else self.zeros, -1, -1):
            if twice_off > self.last * 10**zeros:
                break
            agreed = len(self.digits) - zeros
        return agreed


@dataclass(frozen=True)
class Answer:
    """A number whose unit fits the question: as typed, in base units, and the unit as typed."""

    typed: Typed
    unit: Unit

    @property
    def value(self) -> Fraction:
        """Return the value in base units."""
        return self.typed.number


@dataclass(frozen=True)
class MissingUnit:
    """A number where a unit is needed; `tell` asks the reader for one."""

    number: Fraction
    tell: str


@dataclass(frozen=True)
class UnknownUnit:
    """A unit that is not in the table, or ambiguous; `tell` offers what was perhaps meant."""

    number: Fraction
    typed: str
    tell: str


@dataclass(frozen=True)
class ImpossibleUnit:
    """A known unit of the wrong kind, such as seconds for bytes; `tell` says which is wanted."""

    number: Fraction
    typed: str
    tell: str


Reading = Answer | MissingUnit | UnknownUnit | ImpossibleUnit


# ---- the table of units

_BYTES, _SECONDS, _DOLLARS, _RATE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, -1, 0)
_DECIMAL = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_WORDS = {"kilo": 3, "mega": 6, "giga": 9, "tera": 12, "peta": 15, "exa": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}
_BINARY_WORDS = {"kibi": 10, "mebi": 20, "gibi": 30, "tebi": 40, "pebi": 50}
_TIMES = {
    "ns nanosecond nanoseconds": Fraction(1, 10**9),
    "µs us microsecond microseconds": Fraction(1, 10**6),
    "ms millisecond milliseconds": Fraction(1, 1000),
    "s sec secs second seconds": Fraction(1),
    "min mins minute minutes": Fraction(60),
    "h hr hrs hour hours": Fraction(3600),
    "d day days": Fraction(86400),
    "week weeks": Fraction(7 * 86400),
    "month months": Fraction(365 * 86400, 12),
    "year years": Fraction(365 * 86400),
}
_SHORT_LABELS = {"tok": "token", "toks": "token", "parameter": "param", "parameters": "param"}


def _table() -> dict[str, Unit]:
    """Return every single unit by the name it may be typed as."""
    table: dict[str, Unit] = {}

    def add(names: str, size: Fraction | int, dimension: Dimension, label: str = "") -> None:
        for name in names.split():
            table[name] = Unit(name, Fraction(size), dimension, {label: 1} if label else {})

    prefixes = [(prefix, Fraction(10**power)) for prefix, power in _DECIMAL.items()]
    for prefix, size in [*prefixes, *((p, Fraction(2**power)) for p, power in _BINARY.items())]:
        add(f"{prefix}B", size, _BYTES)
        add(f"{prefix}b {prefix}bit {prefix}bits", size / 8, _BYTES)
    words = [("", Fraction(1)), *((p, Fraction(10**e)) for p, e in _DECIMAL_WORDS.items())]
    for prefix, size in [*words, *((p, Fraction(2**e)) for p, e in _BINARY_WORDS.items())]:
        add(f"{prefix}byte {prefix}bytes", size, _BYTES)
        add(f"{prefix}bit {prefix}bits", size / 8, _BYTES)
    for prefix, size in prefixes:
        add(f"{prefix}bps", size / 8, (1, -1, 0))
        for label in ("FLOP", "OP"):
            add(f"{prefix}{label} {prefix}{label}s", size, PURE, label)
            add(f"{prefix}{label}S", size, _RATE, label)
        add(f"{prefix}Hz", size, _RATE)
        add(f"{prefix}W", size, PURE, "W")
    for names, size in _TIMES.items():
        add(names, size, _SECONDS)
    add("$ USD dollar dollars", 1, _DOLLARS)
    add("cent cents", Fraction(1, 100), _DOLLARS)
    add("% percent", Fraction(1, 100), PURE, "%")
    add("× x 1 times", 1, PURE)
    add("thousand", 10**3, PURE)
    add("million", 10**6, PURE)
    add("billion", 10**9, PURE)
    add("trillion", 10**12, PURE)
    for name in COUNTED:
        if name not in table and name != "Mtoken":
            add(name, 1, PURE, _singular(name))
    for name, label in _SHORT_LABELS.items():
        add(name, 1, PURE, label)
    add("Mtoken Mtokens", 10**6, PURE, "token")
    return table


def _singular(name: str) -> str:
    """Return the singular of a counted thing where the list has it too, else the name itself."""
    for ending, instead in (("ies", "y"), ("s", "")):
        one = name.removesuffix(ending) + instead
        if name.endswith(ending) and one in COUNTED:
            return one
    return name


TABLE: Mapping[str, Unit] = MappingProxyType(_table())
_BY_SMALL_LETTERS: dict[str, list[str]] = {}
for _name in TABLE:
    _BY_SMALL_LETTERS.setdefault(_name.casefold(), []).append(_name)

# In the chapters on trees a target happens to be minutes; it is a plain number to the formulas.
DELIVERY_MINUTES = "minute-of-delivery"
_HINTS = {
    "m": "write min for minutes or ms for milliseconds",
    "KB": "write kB for 1,000 bytes or KiB for 1,024",
    "K": "write the number in full, or with e3",
    "k": "write the number in full, or with e3",
    "M": "write million, or MB or MiB for bytes",
    "G": "write billion, or GB or GiB for bytes",
    "T": "write trillion, or TB or TiB for bytes",
    "bn": "write billion",
}


# ---- reading a unit


def _atoms(text: str) -> list[tuple[int, str]]:
    """Return the single units in `text` with +1, or -1 after the first "/" or "per"."""
    if text.split() == ["per", "cent"]:
        text = "percent"
    for mark in "·*":
        text = text.replace(mark, " ")
    sign, atoms = 1, []
    for part in text.replace("/", " / ").split():
        if part in ("/", "per"):
            sign = -1
            continue
        atoms.append((sign, part))
    return atoms


def _look_up(atom: str) -> list[Unit] | None:
    """Return the unit called `atom`, or the several that hyphens join (GPU-hours), or None."""
    if atom in TABLE:
        return [TABLE[atom]]
    same_letters = _BY_SMALL_LETTERS.get(atom.casefold(), [])
    counted = [TABLE[name] for name in same_letters if TABLE[name].labels.keys() & set(COUNTED)]
    if counted and len(same_letters) == 1:
        return counted
    if "-" in atom:
        parts = [TABLE.get(part) for part in atom.split("-")]
        return [part for part in parts if part] if all(parts) else None
    return None


@lru_cache(maxsize=512)
def find_unit(text: str) -> Unit | str:
    """Return the unit that `text` names, or a message for the reader if there is none.

    Single units are joined by "·", "*", "-" or a space, and divided by "/" or "per"; all that
    follows the first "/" is below the line, as in USD/GPU/h.
    """
    if len(text) > LONGEST:
        return f"a unit has at most {LONGEST} characters; this has {len(text)}"
    atoms = _atoms(text)
    if text.rstrip().endswith("/") or "//" in text.replace(" ", "") or (text and not atoms):
        return f"{text!r} is not a unit: something is missing beside the /"
    size, dimension, labels = Fraction(1), PURE, dict[str, int]()
    for sign, atom in atoms:
        found = _look_up(atom)
        if found is None:
            return f"the unit {atom!r} is not known here{_hint(atom)}"
        for unit in found:
            size *= unit.size**sign
            i, s, d = (a + sign * b for a, b in zip(dimension, unit.dimension, strict=True))
            dimension = (i, s, d)
            for label, power in unit.labels.items():
                labels[label] = labels.get(label, 0) + sign * power
    kept = {label: power for label, power in labels.items() if power}
    return Unit(text, size, dimension, MappingProxyType(kept))


def _hint(atom: str) -> str:
    """Return what the reader perhaps meant by an unknown unit."""
    if atom in _HINTS:
        return f": {_HINTS[atom]}"
    near = _BY_SMALL_LETTERS.get(atom.casefold(), [])
    return f": did you mean {' or '.join(near[:4])}? Capitals count" if near else ""


# ---- reading a number


def _refuse_comma(text: str, start: int) -> AnswerError:
    """Return the refusal of a comma in the number that starts at `start`."""
    end = start
    while end < len(text) and text[end] in DIGITS + ",.":
        end += 1
    number = text[start:end].rstrip(",")
    one_comma = number.count(",") == 1 and "." not in number
    advice = f"; write {number.replace(',', '.')}" if one_comma else ""
    return AnswerError(f"a comma separates thousands, in groups of three, here{advice}")


def _digits(text: str, i: int) -> int:
    """Return where the run of digits that starts at `i` ends."""
    while i < len(text) and text[i] in DIGITS:
        i += 1
    return i


def _scan_whole(text: str, i: int) -> tuple[str, int]:
    """Return (the digits before the decimal point, where they end), groups of three joined."""
    end = _digits(text, i)
    digits, first = text[i:end], text[i:end]
    separator = text[end] if end < len(text) and text[end] in GROUPING else ""
    while separator and end < len(text) and text[end] == separator:
        group_end = _digits(text, end + 1)
        group = text[end + 1 : group_end]
        if separator == " " and not group:
            break
        whole = not first.startswith("0") and 1 <= len(first) <= 3 and len(group) == 3
        if separator == "," and not whole:
            raise _refuse_comma(text, i)
        if not whole:
            raise AnswerError("write one number; thousands are in groups of three, as 1,120")
        digits += group
        end = group_end
    return digits, end


def _scan_exponent(text: str, i: int) -> tuple[int, int]:
    """Return (the integer at `i`, plain with a sign or in superscripts, where it ends)."""
    negative = text[i : i + 1] in ("-", "⁻")
    if negative or text[i : i + 1] == "+":
        i += 1
    end = i
    alphabet = SUPERSCRIPTS if text[i : i + 1] in tuple(SUPERSCRIPTS) else DIGITS
    while end < len(text) and text[end] in alphabet:
        end += 1
    digits = "".join(str(alphabet.index(c)) for c in text[i:end])
    if not digits:
        raise AnswerError("after 10^ comes a whole number, as in 1.12e12 or 1.12 × 10^12")
    if len(digits.lstrip("0")) > 2:
        raise AnswerError(f"an exponent here is at most {LARGEST_EXPONENT}")
    return (-int(digits) if negative else int(digits)), end


def _caret(text: str, i: int) -> int:
    """Return where the exponent starts if a power sign stands at `i`, else -1."""
    if text[i : i + 1] == "^":
        return i + 1
    if text[i : i + 2] == "**":
        return i + 2
    return i if text[i : i + 1] in ("⁻", *SUPERSCRIPTS) else -1


def _skip_spaces(text: str, i: int) -> int:
    while i < len(text) and text[i] == " ":
        i += 1
    return i


def _scan_number(text: str, i: int) -> tuple[Typed, int]:
    """Return (the number that starts at `i`, where it ends).

    Raises:
        AnswerError: there is none, or it could be read in two ways.
    """
    start = i
    whole, i = _scan_whole(text, i)
    part, point = "", text[i : i + 1] == "."
    if point:
        end = _digits(text, i + 1)
        part, i = text[i + 1 : end], end
    if not whole and not part:
        raise AnswerError("an answer starts with a number, as in 2.5 GiB or $9,024")
    if text[i : i + 1] == ",":
        raise _refuse_comma(text, start)
    if text[i : i + 1] == ".":
        raise AnswerError("a point marks the decimals, once; thousands are separated as in 1,120")
    power_at = _caret(text, i)
    if power_at >= 0:
        if whole not in ("2", "10") or part:
            raise AnswerError("only powers of 2 and 10 are read; write the number out")
        exponent, i = _scan_exponent(text, power_at)
        number = Fraction(int(whole)) ** exponent
        # A power of two is all its digits.
        return Typed(number, number if whole == "10" else Fraction(10) ** min(exponent, 0)), i
    last = Fraction(1, 10 ** len(part))
    zeros = 0 if point else len(whole) - len(whole.rstrip("0"))
    typed = Typed(int(whole + part) * last, last, zeros)
    if text[i : i + 1] in ("e", "E"):
        digit_at = i + 2 if text[i + 1 : i + 2] in ("+", "-") else i + 1
        if text[digit_at : digit_at + 1] in tuple(DIGITS):
            exponent, i = _scan_exponent(text, i + 1)
            return typed.times(Fraction(10) ** exponent), i
    times = _skip_spaces(text, i)
    if text[times : times + 1] in ("×", "x", "*", "·"):
        ten = _skip_spaces(text, times + 1)
        if text[ten : ten + 2] == "10" and _caret(text, ten + 2) >= 0:
            exponent, i = _scan_exponent(text, _caret(text, ten + 2))
            return typed.times(Fraction(10) ** exponent), i
    return typed, i


# ---- reading an answer


def split_answer(text: str) -> tuple[Typed, str]:
    """Return (the number, the text of its unit) of a typed answer.

    A dollar sign or "USD" before the number becomes the first unit; "~", "≈" and "=" before it,
    brackets around the whole and a full stop at its end are passed over.

    Raises:
        AnswerError: longer than 200 characters, empty, not one number with one unit, or a
            number that could be read in two ways.
    """
    if not isinstance(text, str):
        raise AnswerError("an answer is a text")
    if len(text) > LONGEST:
        raise AnswerError(f"an answer has at most {LONGEST} characters; this has {len(text)}")
    text = plain(text).translate(ALIASES)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if not text:
        raise AnswerError("type a number with its unit, as in 2.5 GiB")
    i = _skip_spaces(text, 1) if text[0] in "~≈=" else 0
    sign, money = "", ""
    for _ in range(2):  # -$5 and $-5 are both written
        if not sign and text[i : i + 1] in ("-", "+"):
            sign, i = text[i], _skip_spaces(text, i + 1)
        for name in ("$", "US$", "USD"):
            if not money and text.startswith(name, i):
                money, i = "USD ", _skip_spaces(text, i + len(name))
    typed, i = _scan_number(text, i)
    rest = text[i:].strip()
    if any(c in DIGITS for c in rest):
        raise AnswerError("write one number with one unit, not a calculation or two amounts")
    return (typed.negative() if sign == "-" else typed), (money + rest).strip()


def read_answer(text: str, wanted: str = "") -> Reading:
    """Return how `text` reads as an answer in a unit of the same kind as `wanted`.

    `wanted` is the unit of the question's figure, as "GB", "tokens/s" or "" for a pure number.
    A bare number is enough where that unit is worth exactly one (a count, a pure number), and
    for zero. What the unit counts may be left out ("60,282 /s" for tokens/s), but not be
    something else ("60,282 FLOP/s"). Bits are bytes over eight. Where a pure number is wanted
    0.4 and "40 %" are the same; where the question's unit is "%", a bare 0.4 is asked about.

    Raises:
        AnswerError: the text is not one number with at most one unit (see `split_answer`).
        ValueError: `wanted` is no unit.
    """
    want = find_unit(wanted)
    if isinstance(want, str):
        raise ValueError(f"the question's own unit is wrong: {want}")
    typed, named = split_answer(text)
    number = typed.number
    if not named:
        if number == 0 or (want.dimension == PURE and want.size == 1):
            return Answer(typed.times(want.size), want)
        return MissingUnit(number, f"{_plain(number)} of what? {_kind(want)}")
    if DELIVERY_MINUTES in want.labels and named in ("min", "mins", "minute", "minutes"):
        named = DELIVERY_MINUTES
    unit = find_unit(named)
    if isinstance(unit, str):
        return UnknownUnit(number, named, unit)
    if unit.dimension != want.dimension or not _counts_the_same(unit, want):
        byte = " B is the byte; for 10^9 write billion." if unit.name == "B" else ""
        tell = f"{named!r} does not fit this question.{byte} {_kind(want)}"
        return ImpossibleUnit(number, named, tell)
    return Answer(typed.times(unit.size), unit)


def _counts_the_same(unit: Unit, want: Unit) -> bool:
    """Return whether everything that `unit` counts is counted, in the same power, by `want`."""
    if dict(unit.labels) == {"%": 1}:
        return not want.labels or dict(want.labels) == {"%": 1}
    return all(want.labels.get(label) == power for label, power in unit.labels.items())


def _plain(number: Fraction) -> str:
    """Return the number briefly, for a message."""
    return f"{float(number):.6g}"


_KINDS = {
    _BYTES: "An amount of data is wanted, such as 3 GB or 3 GiB.",
    _SECONDS: "A time is wanted, such as 3 s, 3 min or 3 h.",
    _DOLLARS: "An amount of money is wanted, such as $3 or 3 USD.",
    (1, -1, 0): "A data rate is wanted, such as 3 GB/s.",
}


def _kind(want: Unit) -> str:
    """Return a sentence that says what kind of unit is wanted."""
    if dict(want.labels) == {"%": 1}:
        return "A share is wanted: write 40 % with its sign."
    if want.dimension in _KINDS and not want.labels:
        return _KINDS[want.dimension]
    if want.dimension == PURE and not want.labels and want.size == 1:
        return "A plain number is wanted, without a unit."
    return f"An answer like 3 {want.name} is wanted."


# ---- how close is close enough


def _check(ok: bool, what: str) -> None:
    if not ok:
        raise ValueError(what)


@dataclass(frozen=True)
class Exact:
    """Only the key itself will do."""

    def accepts(self, answer: Fraction, key: Fraction, unit: Fraction = Fraction(1)) -> bool:
        """Return whether `answer` is `key` (both in base units)."""
        return answer == key

    def tell(self) -> str:
        """Return what the reader is told."""
        return "exactly"


@dataclass(frozen=True)
class SignificantDigits:
    """Right to `count` significant digits of the key, in the unit in which the reader answers."""

    count: int

    def __post_init__(self) -> None:
        _check(1 <= self.count <= 15, f"{self.count} significant digits; it must be 1 to 15")

    def accepts(self, answer: Fraction, key: Fraction, unit: Fraction = Fraction(1)) -> bool:
        """Return whether `answer` is within half of the last digit that counts.

        Both are in base units; `unit` is what the reader's unit is worth in them, because the
        digits of an amount are others in GiB than in GB.
        """
        if key == 0:
            return answer == 0
        size = abs(key / unit)
        half = Fraction(10) ** (_leading_place(size) - self.count + 1) / 2
        return abs(answer - key) / unit <= half

    def tell(self) -> str:
        """Return what the reader is told."""
        return f"to {self.count} significant digit{'s' if self.count > 1 else ''}"


def _leading_place(size: Fraction) -> int:
    """Return the whole number n with 10^n <= size < 10^(n + 1), for size above 0."""
    place = len(str(size.numerator)) - len(str(size.denominator))
    return place if Fraction(10) ** place <= size else place - 1


@dataclass(frozen=True)
class WithinPercent:
    """At most `percent` per cent of the key away from it."""

    percent: Fraction | int

    def __post_init__(self) -> None:
        _check(0 < self.percent <= 100, f"within {self.percent} %: it must be above 0, at most 100")

    def accepts(self, answer: Fraction, key: Fraction, unit: Fraction = Fraction(1)) -> bool:
        """Return whether `answer` is close enough to `key` (both in base units)."""
        return abs(answer - key) * 100 <= Fraction(self.percent) * abs(key)

    def tell(self) -> str:
        """Return what the reader is told."""
        return f"to within {_plain(Fraction(self.percent))} %"


@dataclass(frozen=True)
class OrderOfMagnitude:
    """At most 10^`decades` times too large or too small: for estimates."""

    decades: Fraction | int

    def __post_init__(self) -> None:
        _check(
            0 < self.decades <= 6 and Fraction(self.decades).denominator <= 10,
            f"{self.decades} decades: it must be above 0 and at most 6, in tenths or simpler",
        )

    def accepts(self, answer: Fraction, key: Fraction, unit: Fraction = Fraction(1)) -> bool:
        """Return whether `answer` has the sign of `key` and is within the factor of it."""
        if key == 0 or answer == 0:
            return answer == key
        ratio = answer / key
        if ratio < 0:
            return False
        power = Fraction(self.decades)
        # ratio <= 10^(n/d) without a root: ratio^d <= 10^n
        larger = max(ratio, 1 / ratio) ** power.denominator
        return larger <= Fraction(10) ** power.numerator

    def tell(self) -> str:
        """Return what the reader is told."""
        return f"to within a factor of {10 ** float(self.decades):.2g} either way"


Tolerance = Exact | SignificantDigits | WithinPercent | OrderOfMagnitude
