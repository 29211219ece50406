"""Arithmetic as a person writes it: numbers with units that convert, brackets, enough digits.

Every number stands in the unit that its figure is shown in. Where units do not cancel, the
conversion is one more factor ("47 h × 3,600 s/h", "/ 10^9 B/GB"), so that whoever computes with
the numbers as they are printed gets the result in its own unit.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from worked.figures import with_unit
from worked.units import Unit, rounded_fraction, unit

MOST_TERMS = 8
"""How many terms of a sum are written out; of more, the first three and the last."""
GUARD = 3
"""How many more digits than it is displayed with a number may carry."""
MOST_DIGITS = 12
"""How many more a number carries for which that is not enough, in a step of its own."""

# A space that no line may be broken at.
GLUE = "\u00a0"
_PURE = unit("")
_WORDS = {"%": Fraction(1, 100), "billion": Fraction(10**9)}
"""Units that belong to the number: 40% is read as 0.40."""
_BASES = {"FLOP": "FLOP", "OP": "OP", "token": "tokens"}
_BASE_UNITS = {repr(unit(name).dimension): name for name in ("B", "s")}

Digits = Mapping[str, int]
"""How many digits more than displayed each cell is written with."""
Powers = dict[str, Fraction]
"""Units (GB, s, TFLOP) and the powers that they stand in."""


@dataclass(frozen=True)
class Number:
    """A number of the working: a cell's value (base units) or a literal of the formula.

    decided: a condition put it there, so that as a factor of 1 or an addend of 0 it says nothing.
    """

    value: Any
    unit: Unit = _PURE
    places: int = 0
    cell: str = ""
    text: str = ""
    is_given: bool = False
    decided: bool = False
    is_verdict: bool = False

    @property
    def exact(self) -> Fraction:
        """Its value in its unit, of a float the 15 digits that are no noise."""
        value = self.value
        return (
            Fraction(value if isinstance(value, Fraction) else f"{value:.14e}") / self.unit.factor
        )

    def digits(self, extra: int = 0) -> str:
        """Return the number as it is displayed, or with more digits, without its unit."""
        if self.text:
            return self.text
        if not self.cell:
            return _literal(self.exact)
        if self.is_verdict:
            return f"{self.value:g}"
        shown = rounded_fraction(self.exact, self.places)
        if self.is_given and "." in shown and not self.unit.name.startswith("USD"):
            shown = shown.rstrip("0").rstrip(".")
        decimals = _decimals(shown)
        if not extra:
            return shown
        more = rounded_fraction(self.exact, decimals + extra)
        while _decimals(more) > decimals and more.endswith("0"):
            more = more[:-1]
        return more.removesuffix(".")

    def shown(self, extra: int = 0) -> str:
        """Return the number with its unit."""
        name = "" if self.is_verdict or self.unit.name == "×" else self.unit.name
        return with_unit(self.digits(extra), name).replace(" ", GLUE)

    def read(self, extra: int) -> Fraction:
        """Return what a reader takes the written number for, in the units of `powers`."""
        if not self.cell:
            return self.exact * self.unit.factor / _worth(powers_of(self.unit.name))
        scale = self.unit.factor / _worth(powers_of(self.unit.name))
        return _read(self.digits(extra)) * scale


@dataclass(frozen=True)
class Done:
    """An operation on numbers, by the name it has in a term; "+", "min" and "max" take many."""

    op: str
    args: tuple[Expression, ...]


Expression = Number | Done


# -- units ------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _kind(atom: str) -> str:
    """Return what a unit converts within: bytes, seconds, FLOPs; "" for what never converts."""
    u = unit(atom)
    if not u.dimension.is_pure:
        return repr(u.dimension)
    if u.factor == 1 or atom in _WORDS:
        return ""
    return next((kind for kind in _BASES if atom.endswith(kind)), "")


def convertible(unit_name: str) -> dict[str, tuple[str, str, bool]]:
    """Return the units in a unit's name that convert: (kind, base unit, whether it is a count)."""
    kinds = {atom: _kind(atom) for atom in powers_of(unit_name)}
    return {a: (k, _BASES.get(k) or _BASE_UNITS.get(k, a), k in _BASES) for a, k in kinds.items()}


def powers_of(unit_name: str) -> Powers:
    """Return the units that can convert in a unit's name, with their powers."""
    found: Powers = {}
    for place, part in enumerate(unit_name.split("/")):
        for atom in filter(None, part.split("·")):
            if _kind(atom):
                _count(found, atom, Fraction(-1 if place else 1))
    return found


def _count(powers: Powers, atom: str, power: Fraction) -> None:
    powers[atom] = powers.get(atom, Fraction(0)) + power
    if not powers[atom]:
        del powers[atom]


def _product(parts: Iterable[tuple[Powers, Fraction | int]]) -> Powers:
    result: Powers = {}
    for powers, times in parts:
        for atom, power in powers.items():
            _count(result, atom, power * times)
    return result


def _worth(powers: Powers) -> Fraction:
    result = Fraction(1)
    for atom, power in powers.items():
        result *= _power(unit(atom).factor, power)
    return result


def natural(e: Expression) -> Powers:
    """Return the units that an expression's value is written in when nothing else is asked for."""
    if isinstance(e, Number):
        return powers_of(e.unit.name)
    if e.op in ("*", "/"):
        return _alike(_product((natural(x), s) for s, x in _factors(e)))
    if e.op == "**":
        exponent = e.args[1]
        power = (
            exponent.exact if isinstance(exponent, Number) and not exponent.cell else Fraction(0)
        )
        return _product([(natural(e.args[0]), power)])
    if e.op == "sqrt":
        return _product([(_alike(natural(e.args[0])), Fraction(1, 2))])
    if e.op in ("+", "-", "neg", "absolute", "max", "min"):
        return next(filter(None, map(natural, e.args)), {})
    return {}


def _alike(powers: Powers) -> Powers:
    """Return the same dimension with one unit of each kind, the first."""
    result: Powers = {}
    first: dict[str, str] = {}
    for atom, power in powers.items():
        _count(result, first.setdefault(_kind(atom), atom), power)
    return result


# -- what is printed --------------------------------------------------------------------------


@dataclass(frozen=True)
class Conversion:
    """A number of one unit in another: 3,600 s/h."""

    value: Fraction
    text: str


@dataclass(frozen=True)
class Printed:
    """An operation as it is printed; a sum or a chain of products has a sign for each part."""

    op: str
    parts: tuple[tuple[str, Node], ...]


Node = Number | Conversion | Printed


def planned(e: Expression, wanted: Powers) -> Node:
    """Return an expression as it is printed so that it comes out in the units `wanted`."""
    if isinstance(e, Done):
        if e.op in ("+", "-"):
            return Printed("sum", tuple((s, planned(x, wanted)) for s, x in _addends(e)))
        if e.op in ("neg", "absolute", "max", "min"):
            return Printed(e.op, tuple(("", planned(x, wanted)) for x in e.args))
    if isinstance(e, Number) and (powers_of(e.unit.name) == wanted or not e.value):
        return e
    return _chain(_factors(e), wanted)


def _single(e: Expression) -> Node:
    """Return a factor in its natural units."""
    if isinstance(e, Number):
        return e
    if e.op == "sqrt":
        return Printed("sqrt", (("", planned(e.args[0], _alike(natural(e.args[0])))),))
    if e.op == "**":
        return Printed(
            "**", (("", planned(e.args[0], natural(e.args[0]))), ("", planned(e.args[1], {})))
        )
    if e.op in ("+", "-", "neg", "absolute", "max", "min", "*", "/"):
        return planned(e, natural(e))
    return Printed(e.op, tuple(("", planned(x, {})) for x in e.args))


def _chain(factors: list[tuple[int, Expression]], wanted: Powers) -> Node:
    """Return a product with the conversions that bring it into the units `wanted`."""
    own = [{a: p * s for a, p in natural(x).items()} for s, x in factors]
    behind, last = _conversions(own, wanted)
    parts: list[tuple[str, Node]] = []
    for (sign, x), converted in zip(factors, behind, strict=True):
        node = _single(x)
        if sign < 0 and converted:
            inner = (
                node.parts if isinstance(node, Printed) and node.op == "chain" else (("×", node),)
            )
            parts.append(("/", Printed("chain", (*inner, *map(_turned, converted)))))
        elif sign > 0 and isinstance(node, Printed) and node.op == "chain":
            parts += node.parts
            parts += converted
        else:
            parts.append(("×" if sign > 0 else "/", node))
            parts += converted
    parts += last
    if parts[0][0] == "/":
        parts.insert(0, ("×", Number(Fraction(1))))
    return parts[0][1] if len(parts) == 1 else Printed("chain", tuple(parts))


def _turned(part: tuple[str, Node]) -> tuple[str, Node]:
    return "/" if part[0] == "×" else "×", part[1]


def _conversions(
    own: list[Powers], wanted: Powers
) -> tuple[list[list[tuple[str, Node]]], list[tuple[str, Node]]]:
    """Return the conversions right behind each factor, and those at the end.

    What the result's unit asks for stands at the end; what two factors have between them, behind
    the one with the larger unit.
    """
    behind: list[list[tuple[str, Node]]] = [[] for _ in own]
    last: list[tuple[str, Node]] = []
    open_ = _product([*((p, 1) for p in own), (wanted, -1)])
    for kind in dict.fromkeys(map(_kind, open_)):
        net = {a: p for a, p in open_.items() if _kind(a) == kind}
        asked = [a for a in net if a in wanted]
        base = _BASES.get(kind, "") if sum(net.values()) else ""
        target = base or (asked or sorted(net, key=lambda a: unit(a).factor))[0]
        for atom, power in net.items():
            if atom == target:
                continue
            if asked:
                last += _converted(atom, target, power)
                continue
            rest = power
            for place, powers in enumerate(own):
                here = powers.get(atom, Fraction(0))
                if here * rest > 0:
                    used = min(here, rest, key=abs)
                    behind[place] += _converted(atom, target, used)
                    rest -= used
    return behind, last


def _converted(atom: str, target: str, power: Fraction) -> list[tuple[str, Node]]:
    """Return the factor that turns atom^power into target^power."""
    ratio = unit(atom).factor / unit(target).factor
    if ratio == 1:
        return []
    base = _BASE_UNITS.get(_kind(atom), target)
    if ratio.denominator != 1 != ratio.numerator and target != base != atom:
        return [*_converted(atom, base, power), *_converted(target, base, -power)]
    large, small = (atom, target) if ratio > 1 else (target, atom)
    ratio = max(ratio, 1 / ratio)
    sign = "×" if (power > 0) == (large == atom) else "/"
    step = Conversion(ratio, f"{_power_text(ratio)} {small}/{large}".replace(" ", GLUE))
    if abs(power) == 1:
        return [(sign, step)]
    exponent = Number(abs(power))
    return [(sign, Printed("**", (("", step), ("", exponent))))]


def _power_text(n: Fraction) -> str:
    for base, least in ((10, 4), (2, 20)):
        power = round(math.log(n, base))
        if power >= least and n == base**power:
            return f"{base}^{power}"
    return _literal(n)


def _factors(e: Expression, sign: int = 1) -> list[tuple[int, Expression]]:
    """Return the factors of a product, 1 or −1 for above or below the line."""
    if isinstance(e, Done) and e.op == "*":
        return [(sign * s, x) for a in e.args for s, x in _factors(a)]
    if isinstance(e, Done) and e.op == "/":
        return [*_factors(e.args[0]), (-1, e.args[1])]
    return [(sign, e)]


def _addends(e: Done) -> Iterator[tuple[str, Expression]]:
    for place, x in enumerate(e.args):
        sign = "−" if e.op == "-" and place else "+"
        if sign == "+" and isinstance(x, Done) and x.op in ("+", "-"):
            yield from _addends(x)
        else:
            yield sign, x


# -- reading it back --------------------------------------------------------------------------


def _read(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace("−", "-").strip("()"))


def _power(x: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1 and abs(exponent) < 200:
        return x ** int(exponent)
    return Fraction(float(x) ** float(exponent))


_REAL: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "ln": math.log,
    "log2": math.log2,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
}
_EXACT: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "absolute": abs,
    "max": max,
    "min": min,
    "ceil": math.ceil,
    "floor": math.floor,
    "**": _power,
}


def computed(node: Node, digits: Digits) -> Fraction:
    """Return what the printed arithmetic comes to.

    Raises:
        ArithmeticError: the digits are too few for it to have a value.
    """
    if isinstance(node, Number):
        return node.read(digits.get(node.cell, 0))
    if isinstance(node, Conversion):
        return node.value
    x = [computed(part, digits) for _, part in node.parts]
    signs = [sign for sign, _ in node.parts]
    if node.op == "sum":
        return sum((-v if s == "−" else v for s, v in zip(signs, x, strict=True)), Fraction(0))
    if node.op == "chain":
        result = Fraction(1)
        for sign, v in zip(signs, x, strict=True):
            result = result / v if sign == "/" else result * v
        return result
    if node.op in _REAL:
        try:
            return Fraction(_REAL[node.op](float(x[0])))
        except ValueError as error:
            raise ArithmeticError(str(error)) from None
    return Fraction(_EXACT[node.op](*x))


def cells(node: Node) -> Iterator[Number]:
    """Yield the numbers of the printed arithmetic that are cells."""
    if isinstance(node, Number):
        if node.cell:
            yield node
    elif isinstance(node, Printed):
        for _, part in node.parts:
            yield from cells(part)


def enough(
    node: Node, fits: Callable[[Fraction], bool], most: int = GUARD
) -> dict[str, int] | None:
    """Return the fewest digits beyond those displayed with which the arithmetic `fits`.

    None if `most` for each number do not suffice.
    """

    def comes_out(digits: Digits) -> bool:
        try:
            return fits(computed(node, digits))
        except ArithmeticError:
            return False

    names = list(dict.fromkeys(n.cell for n in cells(node)))
    for extra in range(most + 1):
        digits = dict.fromkeys(names, extra)
        if comes_out(digits):
            for name in names if extra else ():
                for fewer in range(extra):
                    if comes_out({**digits, name: fewer}):
                        digits[name] = fewer
                        break
            return digits
    return None


def told_apart(one: Expression, other: Expression, op: str, holds: bool) -> tuple[str, str]:
    """Write two sides of a comparison with the digits that it takes to see that it `holds`."""
    units = [natural(e) for e in (one, other)]
    nodes = [planned(e, u) for e, u in zip((one, other), units, strict=True)]
    compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}.get(op)
    names = {n.cell for node in nodes for n in cells(node)}
    for extra in range(MOST_DIGITS + 1):
        digits = dict.fromkeys(names, extra)
        try:
            x = [computed(n, digits) * _worth(u) for n, u in zip(nodes, units, strict=True)]
        except ArithmeticError:
            continue
        if compare is None or compare(*x) == holds:
            break
    else:
        digits = {}
    return written(nodes[0], digits), written(nodes[1], digits)


# -- writing ----------------------------------------------------------------------------------

_ADD, _MUL, _POW, _ATOM = range(4)
_BARE = re.compile(r"[\w.,π]+|\(.*\)")
_SHORT = 36
_CALLED = {"ceil": f"round{GLUE}up", "floor": f"round{GLUE}down"}


def written(node: Node, digits: Digits) -> str:
    """Write the arithmetic; GLUE stands where no line may be broken."""
    return _written(node, digits)[0]


def _written(node: Node, digits: Digits, is_first: bool = True) -> tuple[str, int]:
    """Return the text and how closely it holds together; is_first: a sign is clear before it."""
    if isinstance(node, Number):
        text = node.shown(digits.get(node.cell, 0))
        level = _ATOM if node.cell else _POW if "^" in text else _MUL if "/" in text else _ATOM
        return text, _MUL if f"{GLUE}×" in text else level
    if isinstance(node, Conversion):
        return node.text, _POW if "^" in node.text else _ATOM
    if node.op == "sum":
        texts = []
        for place, (sign, part) in enumerate(node.parts):
            text, level = _written(part, digits, place == 0)
            text = _bracketed(text, level, _MUL if sign == "−" else _ADD, place == 0)
            texts.append(text if not place else f"{sign}{GLUE}{text}")
        return " ".join(_elided(texts, f"+{GLUE}...")), _ADD
    if node.op == "chain":
        texts = []
        for place, (sign, part) in enumerate(node.parts):
            text, level = _written(part, digits)
            if is_first and place == 0 and isinstance(part, Printed) and part.op == "neg":
                level = _MUL
            least = _POW if sign == "/" else _MUL
            text = _bracketed(text, level, least, is_first and place == 0)
            texts.append(f"{sign}{GLUE}{text}" if place else text)
        return " ".join(texts), _MUL
    inner = [_written(part, digits) for _, part in node.parts]
    if node.op == "neg":
        return f"−{_bracketed(*inner[0], _MUL, False)}", _ADD
    if node.op == "**":
        base, power = (_raised(*x) for x in inner)
        return f"{base}^{power}", _POW
    texts = _elided([text for text, _ in inner], "...")
    return f"{_CALLED.get(node.op, node.op)}({', '.join(texts)})", _ATOM


def _bracketed(text: str, level: int, least: int, is_first: bool) -> str:
    is_clear = level >= least and (is_first or not text.startswith("−"))
    return text if is_clear else in_brackets(text)


def in_brackets(text: str) -> str:
    """Bracket a text; no line is broken within a short one."""
    return f"({text.replace(' ', GLUE) if len(text) <= _SHORT else text})"


def _raised(text: str, level: int) -> str:
    closed = level == _ATOM and (_BARE.fullmatch(text) or text.endswith(")"))
    return text if closed and not text.startswith("−") else in_brackets(text)


def _elided(texts: list[str], gap: str) -> list[str]:
    return texts if len(texts) <= MOST_TERMS else [*texts[:3], gap, texts[-1]]


def _literal(q: Fraction) -> str:
    """Write a number that stands in a formula: 1,000, 0.1, 1/3, 10^(−9)."""
    decimals = next((n for n in range(13) if (q * 10**n).denominator == 1), None)
    if decimals is None:
        return f"{q.numerator:,}/{q.denominator:,}".replace("-", "−")
    power = math.floor(math.log10(abs(q))) if q else 0
    if decimals > 5 and power < -4:
        digits = _literal(q / Fraction(10) ** power)
        tens = f"10^(−{-power})"
        return tens if digits == "1" else f"{digits}{GLUE}×{GLUE}{tens}"
    whole, part = divmod(int(abs(q) * 10**decimals), 10**decimals)
    return ("−" if q < 0 else "") + f"{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def shows(shown: Number, extra: int = 0) -> Callable[[Fraction], bool]:
    """Return whether a computed value is the number shown, at the digits shown."""
    text = shown.digits(extra)
    decimals = _decimals(text)
    scale = shown.unit.factor / _worth(powers_of(shown.unit.name)) / 10**decimals
    want = abs(_read(text)) * 10**decimals

    def fits(x: Fraction) -> bool:
        is_turned = x * shown.value < 0
        return int(abs(x / scale) + Fraction(1, 2)) == want and not (is_turned and want)

    return fits
