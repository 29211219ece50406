"""Units: what a number's unit is worth in base units, and what dimension it has.

Base units are the byte, the second and the US dollar. Things that are counted (parameters,
tokens, FLOPs, GPUs) are pure numbers with a name. Decimal prefixes mean powers of 1,000 (GB),
binary ones powers of 1,024 (GiB); a bare "G" is no unit here.

`Dimension` is a stand-in argument for a formula: it carries no value, only the dimension, and
does the arithmetic that tells whether the formula's operations make sense. It is what lets a
graph refuse an ill-typed figure at once; `checks/proof/dimensions.py` proves the same through Pint.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

AXES = ("B", "s", "USD")


class UnitError(ValueError):
    """A unit that is not known, or an operation whose dimensions do not fit."""


class Dimension:
    """Exponents of byte, second and dollar; answers to the arithmetic of a formula.

    Adding, comparing or choosing between two dimensions wants them equal; a plain zero fits any.
    """

    __slots__ = ("powers",)

    def __init__(self, *powers: Fraction | int) -> None:
        self.powers = tuple(Fraction(p) for p in powers) or (Fraction(0),) * len(AXES)

    def __repr__(self) -> str:
        text = [a if p == 1 else f"{a}^{p}" for a, p in zip(AXES, self.powers, strict=True) if p]
        return "·".join(text) or "a pure number"

    @property
    def is_pure(self) -> bool:
        """Whether this is a pure number."""
        return not any(self.powers)

    def same_as(self, other: Any) -> bool:
        """Whether `other` (a Dimension or a plain number) has the same dimension."""
        return _fits(self, other)

    def _combine(self, other: Any, sign: int) -> Dimension:
        theirs = other.powers if isinstance(other, Dimension) else Dimension().powers
        return Dimension(*(a + sign * b for a, b in zip(self.powers, theirs, strict=True)))

    def __mul__(self, other: Any) -> Dimension:
        return self._combine(other, 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dimension:
        return self._combine(other, -1)

    def __rtruediv__(self, other: Any) -> Dimension:
        return Dimension(*(-p for p in self.powers))

    def __pow__(self, exponent: Any) -> Dimension:
        if isinstance(exponent, Dimension):
            if not (exponent.is_pure and self.is_pure):
                raise UnitError(f"cannot raise {self!r} to a power that has no fixed value")
            return Dimension()
        return Dimension(*(p * Fraction(exponent) for p in self.powers))

    def __rpow__(self, base: Any) -> Dimension:
        if not self.is_pure:
            raise UnitError(f"an exponent must be a pure number, not {self!r}")
        return Dimension()

    def _match(self, other: Any, what: str) -> Dimension:
        if not _fits(self, other):
            theirs = other if isinstance(other, Dimension) else "a pure number"
            raise UnitError(f"cannot {what} {self!r} and {theirs!s}")
        return self

    def __add__(self, other: Any) -> Dimension:
        return self._match(other, "add")

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dimension:
        return self._match(other, "subtract")

    __rsub__ = __sub__

    def __neg__(self) -> Dimension:
        return self

    def _compare(self, other: Any) -> Dimension:
        self._match(other, "compare")
        return Dimension()

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def formula_op(self, name: str, args: tuple[Any, ...]) -> Dimension:
        """Apply one of `worked.formulas.ops` to arguments of which at least one is a Dimension."""
        dims = [a if isinstance(a, Dimension) else Dimension() for a in args]
        if name == "sqrt":
            return dims[0] ** Fraction(1, 2)
        if name == "absolute":
            return dims[0]
        if name in ("maximum", "minimum"):
            return _common(args, name)
        if name == "where":
            return _common(args[1:], "choose between")
        if not dims[0].is_pure:
            raise UnitError(f"{name} wants a pure number, not {dims[0]!r}")
        return Dimension()


def _fits(one: Dimension, other: Any) -> bool:
    if isinstance(other, Dimension):
        return one.powers == other.powers
    return one.is_pure or other == 0


def _common(args: tuple[Any, ...], what: str) -> Dimension:
    """Return the one dimension that all `args` share; a plain zero fits any."""
    dims = [a for a in args if isinstance(a, Dimension)]
    if not dims:
        return Dimension()
    for a in args:
        dims[0]._match(a, what)
    return dims[0]


@dataclass(frozen=True)
class Unit:
    """A unit as written, its worth in base units, and its dimension."""

    name: str
    factor: Fraction
    dimension: Dimension

    def __hash__(self) -> int:
        return hash(self.name)


_PURE = Dimension()
_BYTE, _SECOND, _DOLLAR = Dimension(1, 0, 0), Dimension(0, 1, 0), Dimension(0, 0, 1)

_DECIMAL = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}

_ATOMS: dict[str, tuple[Fraction, Dimension]] = {
    "": (Fraction(1), _PURE),
    "1": (Fraction(1), _PURE),
    "%": (Fraction(1, 100), _PURE),
    "USD": (Fraction(1), _DOLLAR),
    "$": (Fraction(1), _DOLLAR),
    "W": (Fraction(1), _PURE),
    "ns": (Fraction(1, 10**9), _SECOND),
    "µs": (Fraction(1, 10**6), _SECOND),
    "us": (Fraction(1, 10**6), _SECOND),
    "ms": (Fraction(1, 1000), _SECOND),
    "s": (Fraction(1), _SECOND),
    "min": (Fraction(60), _SECOND),
    "h": (Fraction(3600), _SECOND),
    "day": (Fraction(86400), _SECOND),
    "month": (Fraction(86400 * 365, 12), _SECOND),
    "year": (Fraction(86400 * 365), _SECOND),
}
for _prefix, _power in _DECIMAL.items():
    _ATOMS[_prefix + "B"] = (Fraction(10**_power), _BYTE)
    _ATOMS[_prefix + "bit"] = (Fraction(10**_power, 8), _BYTE)
    _ATOMS[_prefix + "FLOP"] = (Fraction(10**_power), _PURE)
    _ATOMS[_prefix + "OP"] = (Fraction(10**_power), _PURE)
    _ATOMS[_prefix + "Hz"] = (Fraction(10**_power), _SECOND**-1)
for _prefix, _power in _BINARY.items():
    _ATOMS[_prefix + "B"] = (Fraction(2**_power), _BYTE)
# Power is only ever listed, never computed with, so the watt has no dimension here.
# Counted things: the singular is the unit's name, the plural reads better before "/s".
COUNTED = (
    "param", "params", "GPU", "GPUs", "token", "tokens", "layer", "layers", "step", "steps",
    "job", "jobs", "node", "nodes", "head", "heads", "request", "requests", "query", "queries",
    "track", "tracks", "value", "values", "row", "rows", "tree", "trees", "minute-of-delivery",
    "pair", "pairs", "position", "positions", "rad", "×", "instance", "instances", "device",
    "devices", "collective", "collectives", "slice", "slices", "replica", "replicas",
    "micro-batch", "micro-batches", "sequence", "sequences", "block", "blocks", "expert", "experts",
    "word", "words", "adapter", "adapters", "chunk", "chunks", "round", "rounds", "people",
    "Mtoken", "billion", "trillion",
)  # fmt: skip
for _name in COUNTED:
    _ATOMS[_name] = (Fraction(1), _PURE)
_ATOMS["Mtoken"] = (Fraction(10**6), _PURE)
_ATOMS["billion"] = (Fraction(10**9), _PURE)
_ATOMS["trillion"] = (Fraction(10**12), _PURE)


@lru_cache(maxsize=512)
def unit(name: str) -> Unit:
    """Look a unit up by name: atoms joined by "/" and "·", as "GB/s", "GPU·h", "USD/GPU/h".

    Raises:
        UnitError: an atom is not known; the message offers the nearest that are.
    """
    factor, dimension = Fraction(1), Dimension()
    for index, part in enumerate(name.split("/")):
        for atom in part.split("·"):
            if atom not in _ATOMS or (not atom and name):
                raise UnitError(f"unknown unit {atom!r} in {name!r}{_hint(atom)}")
            size, dim = _ATOMS[atom]
            factor = factor / size if index else factor * size
            dimension = dimension / dim if index else dimension * dim
    return Unit(name, factor, dimension)


def _hint(atom: str) -> str:
    import difflib

    if atom in ("G", "M", "T", "K", "k"):
        return f": a bare {atom!r} could be decimal or binary bytes; write {atom}B or {atom}iB"
    near = [a for a in _ATOMS if a.lower() == atom.lower()]
    near = near or difflib.get_close_matches(atom, _ATOMS, n=3, cutoff=0.5)
    return f": did you mean {' or '.join(near)}?" if near else ""


def exact(value: float | int | Fraction | str) -> Fraction:
    """Return the number that a reader would write for `value`, as an exact fraction.

    A float is taken as its shortest decimal form (0.1 is one tenth, not the nearest binary).
    """
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(value)


def rounded(value: float, in_unit: Unit, places: int) -> str:
    """Write `value` (base units) in `in_unit`, rounded half away from zero to `places` decimals.

    The float is first read to 15 significant digits, which removes the noise of binary
    arithmetic; from there on the arithmetic is exact. A value so small that fewer than two
    significant digits would be left gets as many decimals as two digits need.
    Thousands are separated by commas; the minus sign is the typographic one.

    Raises:
        ValueError: the value is not finite, or `places` is negative.
    """
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"cannot display {value}: not a finite number")
    if places < 0:
        raise ValueError(f"places must be 0 or more, not {places}")
    q = Fraction(f"{value:.14e}") / in_unit.factor
    return rounded_fraction(q, places)


MOST_WHOLE, MOST_DECIMALS = 15, 12
"""Digits before the point, and zeros and digits behind it, beyond which nobody reads them."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(value: float, in_unit: Unit, places: int) -> str:
    """Write `value` as `rounded` does, but 2.4 × 10⁷⁶ where that takes more digits than one reads.

    Two digits stand before the power of ten then, rounded half away from zero.

    Raises:
        ValueError: as `rounded`.
    """
    if value == 0 or not math.isfinite(value):
        return rounded(value, in_unit, places)
    q = abs(Fraction(f"{value:.14e}") / in_unit.factor)
    if 10 * Fraction(1, 10**MOST_DECIMALS) <= q < 10**MOST_WHOLE:
        return rounded(value, in_unit, places)
    power = 0
    while q >= Fraction(10) ** (power + 1):
        power += 1
    while q < Fraction(10) ** power:
        power -= 1
    digits = int(q / Fraction(10) ** (power - 1) + Fraction(1, 2))
    if digits == 100:
        digits, power = 10, power + 1
    sign = "−" if value < 0 else ""
    return f"{sign}{digits // 10}.{digits % 10} × 10{str(power).translate(_RAISED)}"


def rounded_fraction(q: Fraction, places: int) -> str:
    """Write the exact number `q` as `rounded` does."""
    if q == 0:
        return "0"
    size = abs(q)
    while size * 10**places < 10 and size.denominator != 1 and places < 30:
        places += 1
    digits = int(size * 10**places + Fraction(1, 2))
    whole, part = divmod(digits, 10**places)
    text = f"{whole:,}" + (f".{part:0{places}d}" if places else "")
    return ("−" if q < 0 else "") + text
