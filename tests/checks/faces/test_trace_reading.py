"""A printed working read by a stranger comes to the value of its figure.

The reader here knows nothing of the printers. It reads as a person does: products bind before
sums, quotients from left to right, a sign stands only where a sum begins, "A if C, otherwise B"
reaches as far to both sides as it can, and where it cannot tell (two signs in a row, a power
of a power, two comparisons, a comma that could belong to either) it refuses.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import pytest

from checks.faces.trace import latex, latex_with_values, text
from tests.site.test_javascript import random_settings
from tests.worked.direct import plain as plain_figures
from worked.chapters import CHAPTERS, graph
from worked.figures import FigureError, Graph
from worked.figures.terms import trace

Values = Mapping[str, float]
# What a reading comes to, given the values of its names; kept unevaluated until then, so that
# the branch that is not taken may be without a value.
Reading = Callable[[Values], float]

POINTS = 7
TOKEN = re.compile(
    r"\s*(\d[\d,]*(?:\.\d+)?(?:e[+−]?\d+)?|round up|round down|[A-Za-z]\w*|π|[−+×/^()<>≤≥,])"
)
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "round up": math.ceil,
    "round down": math.floor,
    "max": max,
    "min": min,
    "sqrt": math.sqrt,
    "absolute": abs,
    "exp": math.exp,
    "ln": math.log,
    "log2": math.log2,
    "sin": math.sin,
    "cos": math.cos,
}


class UnclearError(ValueError):
    """A text that could be read in two ways, or in none."""


class Reader:
    """Read one line of plain text."""

    def __init__(self, line: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while line[at:].strip():
            match = TOKEN.match(line, at)
            if not match:
                raise UnclearError(f"{line[at:]!r}")
            self.tokens.append(match[1].removesuffix(","))
            self.tokens += [","] if match[1] != "," and match[1].endswith(",") else []
            if match[1] == ",":
                self.tokens[-1] = ","
            at = match.end()
        self.at = 0

    def whole(self) -> Reading:
        """Read all of it."""
        found = self.conditional()
        if self.here:
            raise UnclearError(f"left over: {' '.join(self.tokens[self.at :])}")
        return found

    @property
    def here(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """Take the next token, which must be `wanted` where that is given."""
        token = self.here
        if not token or (wanted and token != wanted):
            raise UnclearError(f"{token!r} where {wanted or 'something'!r} was due")
        self.at += 1
        return token

    def conditional(self) -> Reading:
        """A if C, otherwise B; B goes on as far as it can."""
        then = self.comparison()
        if self.here != "if":
            return then
        self.take()
        condition = self.comparison()
        self.take(",")
        self.take("otherwise")
        other = self.conditional()
        return lambda v: then(v) if condition(v) else other(v)

    def comparison(self) -> Reading:
        left = self.total()
        if self.here not in COMPARED:
            return left
        compared = COMPARED[self.take()]
        right = self.total()
        if self.here in COMPARED:
            raise UnclearError("two comparisons in a row")
        return lambda v: float(compared(left(v), right(v)))

    def total(self) -> Reading:
        negative = self.here == "−"
        if negative:
            self.take()
        first = self.product()
        parts = [(-1 if negative else 1, first)]
        while self.here in ("+", "−"):
            sign = 1 if self.take() == "+" else -1
            parts.append((sign, self.product()))
        if len(parts) == 1 and not negative:
            return first
        return lambda v: sum(sign * part(v) for sign, part in parts)

    def product(self) -> Reading:
        found = self.power()
        while self.here in ("×", "/"):
            if self.take() == "×":
                found = _times(found, self.power())
            else:
                found = _over(found, self.power())
        return found

    def power(self) -> Reading:
        base = self.atom()
        if self.here != "^":
            return base
        self.take()
        exponent = self.atom()
        if self.here == "^":
            raise UnclearError("a power of a power")
        return lambda v: base(v) ** exponent(v)

    def atom(self) -> Reading:
        token = self.take()
        if token == "(":
            found = self.conditional()
            self.take(")")
            return found
        if token == "π":
            return lambda v: math.pi
        if token in FUNCTIONS:
            arguments = [self.argument("(")]
            while self.here == ",":
                arguments.append(self.argument(","))
            self.take(")")
            return lambda v: FUNCTIONS[token](*(a(v) for a in arguments))
        if token[0].isdigit():
            number = float(token.replace(",", "").replace("−", "-"))
            return lambda v: number
        if token in ("if", "otherwise") or not token[0].isalpha():
            raise UnclearError(f"{token!r} where a value was due")
        return lambda v: v[token]

    def argument(self, before: str) -> Reading:
        """Read an argument; a conditional in it needs brackets, for its commas."""
        self.take(before)
        return self.comparison()


def _times(a: Reading, b: Reading) -> Reading:
    return lambda v: a(v) * b(v)


def _over(a: Reading, b: Reading) -> Reading:
    return lambda v: a(v) / b(v)


def read(line: str) -> Reading:
    """Return what a line of plain text says."""
    return Reader(line).whole()


# -- LaTeX: what its layout delimits gets brackets, all else is read as the plain text is -------

WORDS = {
    r"\times": "×",
    r"\,": "×",
    r"\le": "≤",
    r"\ge": "≥",
    r"\pi": "π",
    r"\left(": "(",
    r"\right)": ")",
    r"\ln": "ln",
    r"\exp": "exp",
    r"\sin": "sin",
    r"\cos": "cos",
    r"\log_2": "log2",
    r"\max": "max",
    r"\min": "min",
    r"\left\lceil": "round up(",
    r"\right\rceil": ")",
    r"\left\lfloor": "round down(",
    r"\right\rfloor": ")",
    r"\left|": "absolute(",
    r"\right|": ")",
    "-": "−",
    ",\\,": ",",
}
PIECE = re.compile(
    r"\s*(\\begin\{cases\}|\\end\{cases\}|\\text\{[a-z ]*\}|\\(?:left|right)(?:\\\w+|[(|)])"
    r"|\\t?frac|\\sqrt|\\log_2|,\\,|\\,|\\\\|\\[a-z]+|\d(?:\d|\{,\}|\.\d|e[+−]?\d)*|\w+|[-−+^{}&<>])"
)


def plain(tex: str) -> str:
    """Return LaTeX as a line of the plain text."""
    pieces = []
    at = 0
    while tex[at:].strip():
        match = PIECE.match(tex, at)
        if not match:
            raise UnclearError(f"{tex[at:]!r}")
        pieces.append(match[1])
        at = match.end()
    out = list(_lines(iter(pieces), ""))
    return " ".join(out)


def _lines(pieces: Iterator[str], end: str) -> Iterator[str]:
    """Yield the tokens up to the piece `end`."""
    for piece in pieces:
        if piece == end:
            return
        if piece in (r"\frac", r"\tfrac"):
            above, below = list(_group(pieces)), list(_group(pieces))
            yield from ("((", *above, ")/(", *below, "))")
        elif piece == r"\sqrt":
            yield from ("sqrt(", *_group(pieces), ")")
        elif piece == "^":
            yield from ("^(", *_group(pieces), ")")
        elif piece == r"\begin{cases}":
            # then & if condition \\ other & otherwise
            then, condition = _lines(pieces, "&"), _lines(pieces, r"\\")
            yield from (*then, "if", *_after(r"\text{if }", condition), ", otherwise")
            yield from _lines(pieces, "&")
            yield from _after(r"\text{otherwise}", _lines(pieces, r"\end{cases}"))
        elif piece.startswith("\\text"):
            yield piece
        else:
            yield WORDS.get(piece, piece.replace("{,}", ","))
    if end:
        raise UnclearError(f"no {end}")


def _group(pieces: Iterator[str]) -> Iterator[str]:
    if next(pieces) != "{":
        raise UnclearError("no group")
    yield from _lines(pieces, "}")


def _after(word: str, tokens: Iterator[str]) -> Iterator[str]:
    if next(tokens) != word:
        raise UnclearError(f"no {word}")
    yield from tokens


# -- the reader itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("1 + 2 × 3^2", 19),
        ("12 / 2 / 3", 2),
        ("12 / 2 × 3", 18),
        ("−2 × 3 − (−4)", -2),
        ("5 − 2 − 1", 2),
        # 0 if 1 ≤ 0, otherwise all that follows: 1 + 2.
        ("0 if 1 ≤ 0, otherwise 1 + 2", 3),
        ("7 if 1 < 2, otherwise 1 + 2", 7),
        ("(7 if 1 < 2, otherwise 1) + 2", 9),
        ("0 if 2 < 1, otherwise 4 if 3 < 2, otherwise 6", 6),
        ("max(1,000, 2.5) − round up(1.2)", 998),
        ("2^(3 − 1)", 4),
        ("1 / (1 + exp(−0))", 0.5),
    ],
)
def test_the_reader_reads_as_a_person_does(line: str, value: float) -> None:
    assert read(line)({}) == value


@pytest.mark.parametrize(
    "line",
    [
        "5 − −2",
        "0.1 × −2",
        "2^3^2",
        "1 < 2 < 3",
        "2^−1",
        "−−2",
        "1 +",
        "(1",
        "1 2",
        "x - y",
        "max(1 if 2 < 1, otherwise 3, 4)",
    ],
)
def test_the_reader_refuses_what_is_not_clear(line: str) -> None:
    with pytest.raises(UnclearError):
        read(line)


def test_the_reader_reads_latex() -> None:
    tex = r"\left(\begin{cases} 1 & \text{if } x \le 2 \\ 0 & \text{otherwise} \end{cases}\right)"
    assert plain(tex) == "( 1 if x ≤ 2 , otherwise 0 )"
    assert read(plain(rf"2\,{tex} - \frac{{1}}{{4}}^{{2}}"))({"x": 1}) == 2 - 1 / 16
    assert (
        read(plain(r"\max\left(1{,}000,\, \sqrt{9}\right) \times \left\lceil 1.5 \right\rceil"))({})
        == 2000
    )


# -- every working of the book ------------------------------------------------------------------


def points(g: Graph) -> list[dict[str, float]]:
    """Return the values of every figure at the book's givens and at random ones."""
    rng = random.Random(g.name)
    found = [dict(g.base)]
    while len(found) < POINTS:
        try:
            found.append(g.evaluate(random_settings(g, rng)))
        except FigureError:
            continue
    return found


def written(value: float) -> str:
    """Return a value with all its digits, as the book writes a negative one."""
    return format(Decimal(value), "f").replace("-", "−")


def filled(template: str, numbers: Mapping[str, str]) -> str:
    """Return a template with its gaps filled: {x} as it is, {(x)} in brackets if negative."""

    def one(match: re.Match[str]) -> str:
        number = numbers[match[2]]
        return f"({number})" if match[1] and number.startswith("−") else number

    return re.sub(r"\{(\(?)(\w+)\)?\}", one, template)


@pytest.mark.parametrize("slug", list(CHAPTERS))
def test_a_printed_formula_reads_as_the_value_that_it_has(slug: str) -> None:
    """Of every figure of single numbers: text and LaTeX, with names, values, gaps to fill."""
    g = graph(slug)
    everywhere = points(g)
    wrong = []
    for f in plain_figures(g):
        tree, names = trace(f.formula), g.arguments(f.name)
        template = text(tree, {a: f"{{{n}}}" for a, n in names.items()})
        try:
            named = [read(text(tree, names)), read(plain(latex(tree, names)))]
            for values in everywhere:
                numbers = {n: written(values[n]) for n in names.values()}
                shown = {a: numbers[n] for a, n in names.items()}
                lines = [text(tree, shown), filled(template, numbers)]
                lines.append(plain(latex_with_values(tree, shown)))
                came = [reading(values) for reading in (*named, *map(read, lines))]
                among = max(abs(x) for x in (values[f.name], *(values[n] for n in names.values())))
                if max(abs(c - values[f.name]) for c in came) > 1e-9 * among:
                    raise UnclearError(f"reads {came}, is {values[f.name]}")
        except UnclearError as error:
            wrong.append(f"{f.name}: {error}")
    assert not wrong, "\n".join([*wrong[:20], f"{len(wrong)} of {len(plain_figures(g))}"])
