"""Read a formula that a reader typed, evaluate it, and tell whether it equals the book's.

The grammar is small and nothing is ever executed but the operators and functions below:

    expression := term (("+" | "-") term)*
    term       := signed (("*" | "/") signed)*
    signed     := ("+" | "-") signed | power
    power      := atom (("^" | "**") signed)?
    atom       := number | symbol | function "(" expression ("," expression)* ")"
                | "(" expression ")"

so that -x^2 is -(x^2) and 2^3^2 is 2^9. Multiplication is always written. The parser emits
postfix steps and a loop over a stack evaluates them: simple enough to have a twin in JavaScript.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from checks.drill.portable_random import PortableRandom
from checks.faces.plain_text import plain

LONGEST = 500
DEEPEST = 50
LARGEST_EXPONENT = 64
POINTS = 64
FEWEST_POINTS = 50
RELATIVE = 1e-9
DIGITS = "0123456789"
# Other ways to type the characters that the grammar knows, beside those of plain_text.
ALIASES = str.maketrans({"×": "*", "·": "*", "⋅": "*", "÷": "/"})
# Function -> (fewest, most) arguments.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "sqrt": (1, 1),
    "log2": (1, 1),
    "ln": (1, 1),
    "exp": (1, 1),
    "ceil": (1, 1),
    "floor": (1, 1),
    "abs": (1, 1),
    "min": (2, LONGEST),
    "max": (2, LONGEST),
}


class ExpressionError(ValueError):
    """A formula that cannot be read; the message says what to write instead."""


@dataclass(frozen=True)
class Step:
    """One postfix step: push `number` or the symbol `name`, or apply `name` to `count` values."""

    kind: str  # "number", "symbol" or "apply"
    name: str = ""
    number: float = 0.0
    count: int = 0


@dataclass(frozen=True)
class Token:
    """A number, a name or a sign, with its place in the text (from 0)."""

    kind: str  # "number", "name", "sign" or "end"
    text: str
    at: int


# ---- text to tokens


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of `text`, with an end token last.

    Raises:
        ExpressionError: a character that is not in the grammar, or an unreadable number.
    """
    tokens: list[Token] = []
    i = 0
    while i < len(text):
        c = text[i]
        start = i
        if c == " ":
            i += 1
            continue
        if c in DIGITS or c == ".":
            i = _number_end(text, i)
            tokens.append(Token("number", text[start:i], start))
        elif c.isalpha() or c == "_":
            while i < len(text) and (text[i].isalpha() or text[i] in DIGITS or text[i] == "_"):
                i += 1
            tokens.append(Token("name", text[start:i], start))
        elif text.startswith("**", i):
            i += 2
            tokens.append(Token("sign", "^", start))
        elif c in "+-*/^(),":
            i += 1
            tokens.append(Token("sign", c, start))
        elif c in "[]{}":
            raise ExpressionError(f"write round brackets instead of {c!r} (character {i + 1})")
        else:
            raise ExpressionError(f"{c!r} (character {i + 1}) cannot be part of a formula here")
    tokens.append(Token("end", "", len(text)))
    return tokens


def _number_end(text: str, i: int) -> int:
    """Return where the number that starts at `i` ends: digits, a point, and an e with digits."""
    start = i
    points = digits = 0
    while i < len(text) and (text[i] in DIGITS or text[i] == "."):
        points += text[i] == "."
        digits += text[i] != "."
        i += 1
    if points > 1 or not digits:
        raise ExpressionError(f"{text[start:i]!r} is not a number (character {start + 1})")
    if i < len(text) and text[i] in "eE":
        exponent = i + 2 if text[i + 1 : i + 2] in ("+", "-") else i + 1
        if exponent < len(text) and text[exponent] in DIGITS:
            i = exponent
            while i < len(text) and text[i] in DIGITS:
                i += 1
    if not math.isfinite(float(text[start:i])):
        raise ExpressionError(f"{text[start:i]!r} is too large a number (character {start + 1})")
    return i


# ---- tokens to postfix steps


class _Parser:
    """Walks over the tokens once, appending postfix steps; one method for each grammar rule."""

    def __init__(self, tokens: list[Token], symbols: Collection[str]) -> None:
        self.tokens = tokens
        self.symbols = symbols
        self.next = 0
        self.depth = 0
        self.steps: list[Step] = []

    def take(self, *signs: str) -> str:
        """Move past the next token if it is one of `signs`, and return it, else ""."""
        token = self.tokens[self.next]
        if token.kind == "sign" and token.text in signs:
            self.next += 1
            return token.text
        return ""

    def need(self, sign: str, why: str) -> None:
        """Move past `sign`, or refuse with `why`."""
        if not self.take(sign):
            token = self.tokens[self.next]
            self.no_implicit_product(token)
            raise ExpressionError(f"{why} (character {token.at + 1})")

    def no_implicit_product(self, token: Token) -> None:
        """Refuse a value that directly follows a value: the product's sign is missing."""
        if token.kind in ("number", "name") or token.text == "(":
            before = self.tokens[self.next - 1]
            if self.next and (before.kind in ("number", "name") or before.text == ")"):
                after = _apart(token.text, self.symbols)
                raise ExpressionError(
                    f"write the multiplication sign: {before.text}*{after} "
                    f"(character {token.at + 1})"
                )

    def apply(self, name: str, count: int) -> None:
        self.steps.append(Step("apply", name, count=count))

    def expression(self) -> None:
        self.term()
        while sign := self.take("+", "-"):
            self.term()
            self.apply(sign, 2)

    def term(self) -> None:
        self.signed()
        while sign := self.take("*", "/"):
            self.signed()
            self.apply(sign, 2)

    def signed(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"the formula is nested more than {DEEPEST} deep")
        if sign := self.take("+", "-"):
            self.signed()
            if sign == "-":
                self.apply("negate", 1)
        else:
            self.power()
        self.depth -= 1

    def power(self) -> None:
        self.atom()
        if not self.take("^"):
            return
        first, at = len(self.steps), self.tokens[self.next].at
        self.signed()
        exponent = self.steps[first:]
        if all(step.kind != "symbol" for step in exponent):
            size = abs(evaluate(tuple(exponent), {}))
            if not size <= LARGEST_EXPONENT:
                raise ExpressionError(
                    f"an exponent here is at most {LARGEST_EXPONENT} (character {at + 1})"
                )
        self.apply("^", 2)

    def atom(self) -> None:
        token = self.tokens[self.next]
        if token.kind == "number":
            self.next += 1
            self.steps.append(Step("number", number=float(token.text)))
        elif token.kind == "name":
            self.next += 1
            self.named(token)
        elif self.take("("):
            self.expression()
            self.need(")", "a closing bracket is missing")
        elif token.kind == "end":
            raise ExpressionError("the formula ends where a number or a name should follow")
        else:
            raise ExpressionError(
                f"a number or a name should stand instead of {token.text!r} "
                f"(character {token.at + 1})"
            )

    def named(self, token: Token) -> None:
        """Read a symbol, or a function with its arguments; `token` is its name, already taken."""
        name = token.text
        if name not in FUNCTIONS:
            if name not in self.symbols:
                raise ExpressionError(_unknown_name(name, self.symbols, token.at))
            self.steps.append(Step("symbol", name))
            return
        if not self.take("("):
            raise ExpressionError(
                f"{name!r} is a function: write {name}(...) (character {token.at + 1})"
            )
        count = 1
        self.expression()
        while self.take(","):
            self.expression()
            count += 1
        self.need(")", f"a closing bracket is missing after the arguments of {name}")
        fewest, most = FUNCTIONS[name]
        if not fewest <= count <= most:
            wanted = "one argument" if most == 1 else "two arguments or more"
            raise ExpressionError(f"{name!r} takes {wanted}, not {count}")
        self.apply(name, count)


def _unknown_name(name: str, symbols: Collection[str], at: int) -> str:
    """Return the message for a name that is neither a symbol nor a function."""
    if name in ("log", "log10", "lg"):
        return f"{name!r} is not known here: write log2(...) or ln(...) (character {at + 1})"
    product = _apart(name, symbols)
    if product != name:
        return f"write the multiplication sign: {product} (character {at + 1})"
    known = ", ".join(sorted(symbols)) or "none"
    return (
        f"{name!r} is not known here (character {at + 1}); the symbols are {known}; "
        f"the functions are {', '.join(FUNCTIONS)}; products are written with *"
    )


def _apart(name: str, symbols: Collection[str]) -> str:
    """Return a name that is symbols side by side as their product: d*M for dM; else itself."""
    if name in symbols or name in FUNCTIONS:
        return name
    longest_first = sorted(symbols, key=len, reverse=True)
    products = {len(name): ""}  # of the rest of the name, by where it starts
    for i in reversed(range(len(name))):
        for symbol in longest_first:
            rest = products.get(i + len(symbol))
            if rest is not None and name.startswith(symbol, i):
                products[i] = f"{symbol}*{rest}" if rest else symbol
                break
    return products.get(0, name)


def parse(text: str, symbols: Collection[str]) -> tuple[Step, ...]:
    """Return the postfix steps of the formula `text` over the declared `symbols`.

    Raises:
        ExpressionError: longer than 500 characters, nested deeper than 50, a constant exponent
            beyond 64, or not in the grammar; the message says where and what to write.
        ValueError: a declared symbol is no name, or is the name of a function.
    """
    for symbol in symbols:
        letters = symbol.replace("_", "a").translate({ord(d): "a" for d in DIGITS})
        if symbol in FUNCTIONS or not letters.isalpha() or symbol[0] in DIGITS:
            raise ValueError(f"{symbol!r} cannot be a symbol of a formula")
    if not isinstance(text, str):
        raise ExpressionError("a formula is a text")
    if len(text) > LONGEST:
        raise ExpressionError(f"a formula has at most {LONGEST} characters; this has {len(text)}")
    parser = _Parser(tokens_of(plain(text).translate(ALIASES)), symbols)
    if parser.tokens[0].kind == "end":
        raise ExpressionError("type a formula")
    parser.expression()
    token = parser.tokens[parser.next]
    if token.kind != "end":
        parser.no_implicit_product(token)
        if token.text == ",":
            raise ExpressionError(
                "a comma only separates the arguments of a function; "
                f"write 1000 and 2.5 (character {token.at + 1})"
            )
        raise ExpressionError(f"{token.text!r} is one too many (character {token.at + 1})")
    return tuple(parser.steps)


# ---- evaluation


def _whole(x: float, rounding: Callable[[float], int]) -> float:
    """Return floor or ceil of x, with an x that is within 1e-9 of a whole number taken as it.

    An expression that is equal on paper may come out as 10.000000000000002 and must not
    become 11.
    """
    if abs(x) >= 2.0**53:
        return x
    nearest = float(math.floor(x + 0.5))
    return nearest if abs(x - nearest) <= RELATIVE * max(1.0, abs(x)) else float(rounding(x))


def _apply(name: str, a: list[float]) -> float:
    """Return the value of one operator or function; `a` are its arguments, all finite."""
    match name:
        case "+":
            return a[0] + a[1]
        case "-":
            return a[0] - a[1]
        case "*":
            return a[0] * a[1]
        case "/":
            return a[0] / a[1]
        case "^":
            return math.pow(a[0], a[1]) if abs(a[1]) <= LARGEST_EXPONENT else math.nan
        case "negate":
            return -a[0]
        case "sqrt":
            return math.sqrt(a[0])
        case "log2":
            return math.log2(a[0])
        case "ln":
            return math.log(a[0])
        case "exp":
            return math.exp(a[0])
        case "ceil":
            return _whole(a[0], math.ceil)
        case "floor":
            return _whole(a[0], math.floor)
        case "abs":
            return abs(a[0])
        case "min":
            return min(a)
        case _:
            return max(a)


def evaluate(steps: tuple[Step, ...], values: Mapping[str, float]) -> float:
    """Return the value of a parsed formula, with the symbols' `values` (finite floats).

    Where it is not defined, it is nan: a division by zero, the root or logarithm of a number
    that has none, an exponent beyond 64, and as soon as any part is too large for a float.
    """
    stack: list[float] = []
    for step in steps:
        if step.kind == "number":
            value = step.number
        elif step.kind == "symbol":
            value = values[step.name]
        else:
            arguments = stack[-step.count :]
            del stack[-step.count :]
            try:
                value = _apply(step.name, arguments)
            except (ArithmeticError, ValueError):
                return math.nan
        if not math.isfinite(value):
            return math.nan
        stack.append(value)
    return stack[0]


# ---- equality


@dataclass(frozen=True)
class Comparison:
    """Whether two formulas agree, at how many points, and where they first did not.

    At the point `differs_at` (empty when they agree) they gave `theirs`, nan where the
    reader's formula is not defined, and `ours`.
    """

    same: bool
    points: int
    differs_at: Mapping[str, float]
    theirs: float = math.nan
    ours: float = math.nan


def random_point(
    ranges: Mapping[str, tuple[float, float]], random: PortableRandom, low_end: bool
) -> dict[str, float]:
    """Return one value for each symbol, in the order of `ranges`: low + (high - low) * u.

    With `low_end`, u to the fourth power instead, so that the small end of a wide range is
    visited too.
    """
    point = {}
    for name, (low, high) in ranges.items():
        u = random.uniform()
        point[name] = low + (high - low) * (u * u * u * u if low_end else u)
    return point


def equivalent(
    steps: tuple[Step, ...],
    reference: Callable[..., float],
    ranges: Mapping[str, tuple[float, float]],
    seed: int,
) -> Comparison:
    """Return whether a parsed formula equals `reference` at 64 random points, to 1e-9 relative.

    `reference` takes the symbols as keyword arguments; `ranges` gives low and high for each.
    Points where the reference itself is not defined are passed over; where only the reader's
    formula is not defined the two differ. Two formulas that differ agree at 64 random points
    only if they differ by less than 1e-9 of their value almost everywhere in the ranges.

    Raises:
        ValueError: a range that is empty or not finite, or a reference that is defined at
            fewer than 50 of 256 points.
    """
    for name, (low, high) in ranges.items():
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ValueError(f"{name} has the range {low} to {high}; it needs low <= high, finite")
    random = PortableRandom(seed)
    points = 0
    for draw in range(4 * POINTS):
        point = random_point(ranges, random, low_end=draw % 2 == 1)
        ours = _reference_value(reference, point)
        if math.isnan(ours):
            continue
        theirs = evaluate(steps, point)
        points += 1
        if not abs(theirs - ours) <= RELATIVE * max(abs(theirs), abs(ours)):
            return Comparison(False, points, point, theirs, ours)
        if points == POINTS:
            break
    if points < FEWEST_POINTS:
        raise ValueError(
            f"the reference is defined at only {points} of {4 * POINTS} points; narrow the ranges"
        )
    return Comparison(True, points, {})


def _reference_value(reference: Callable[..., float], point: Mapping[str, float]) -> float:
    """Return the reference at `point`, nan where it is not defined there."""
    try:
        value = reference(**point)
    except (ArithmeticError, ValueError):
        return math.nan
    if isinstance(value, complex) or not math.isfinite(value):
        return math.nan
    return float(value)
