"""The answers that a JSON schema allows, as a regular language over bytes.

A language is a term: some bytes, one after another, one of several, several times. What is left of
it once a byte is written is its derivative, again a term; two answers that can go on in the same
ways stand at the same term, so that terms are the states of an automaton and nothing else has to
be built (Brzozowski 1964, "Derivatives of Regular Expressions"; terms are kept in one form, so
that there are finitely many).

JSON is written in one way: no blanks, all of an object's keys in the schema's order, no \\u
escapes, no exponents, and numbers of at most 15 digits before the point and after it, which
every reader of JSON keeps (RFC 8259, section 6). Strings are valid UTF-8 (RFC 3629, section 4).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from typing import Any

DIGITS = 15
INFINITY = 10**9  # of what cannot be completed at all
MOST_DEPTH, MOST_TERMS = 300, 10_000  # of terms inside a term


class UnsupportedSchemaError(ValueError):
    """A schema that says something that is not enforced here, or allows nothing."""


# Languages ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Byte:
    """One byte of these."""

    of: frozenset[int]


@dataclass(frozen=True)
class Text:
    """These very bytes."""

    text: bytes


@dataclass(frozen=True)
class Then:
    """One after the other."""

    first: Language
    rest: Language


@dataclass(frozen=True)
class Either:
    """One of several."""

    options: frozenset[Language]


@dataclass(frozen=True)
class Times:
    """The same, `least` to `most` times; None: any number. What is repeated is not empty."""

    inner: Language
    least: int
    most: int | None


Language = Byte | Text | Then | Either | Times

EMPTY: Language = Text(b"")
NOTHING: Language = Either(frozenset())


def byte(*ranges: tuple[int, int] | str) -> Language:
    """One byte of these ranges (first and last) and characters."""
    found: set[int] = set()
    for part in ranges:
        found |= set(part.encode()) if isinstance(part, str) else set(range(part[0], part[1] + 1))
    return Byte(frozenset(found))


def then(*parts: Language) -> Language:
    """All of them, one after the other, the last in the innermost pair."""
    return reduce(lambda rest, first: _pair(first, rest), reversed(parts), EMPTY)


def _pair(first: Language, rest: Language) -> Language:
    if NOTHING in (first, rest):
        return NOTHING
    if first == EMPTY or rest == EMPTY:
        return rest if first == EMPTY else first
    if isinstance(first, Then):
        return _pair(first.first, _pair(first.rest, rest))
    return Then(first, rest)


def either(*options: Language) -> Language:
    """One of them; equal ones count once."""
    flat: set[Language] = set()
    for option in options:
        flat |= option.options if isinstance(option, Either) else {option}
    return flat.pop() if len(flat) == 1 else Either(frozenset(flat))


def times(inner: Language, least: int, most: int | None) -> Language:
    """`inner`, from `least` to `most` times."""
    if most == 0 or (inner == NOTHING and not least):
        return EMPTY
    return NOTHING if inner == NOTHING else Times(inner, least, most)


def ends(language: Language) -> bool:
    """Whether an answer may end here."""
    match language:
        case Text(text):
            return not text
        case Then(first, rest):
            return ends(first) and ends(rest)
        case Either(options):
            return any(map(ends, options))
        case Times(_, least, _):
            return least == 0
    return False


# --8<-- [start:derivative]
def derivative(language: Language, written: int) -> Language:
    """Return what may follow once this byte is written."""
    match language:
        case Byte(of):
            return EMPTY if written in of else NOTHING
        case Text(text):
            return Text(text[1:]) if text[:1] == bytes([written]) else NOTHING
        case Then(first, rest):
            inside = then(derivative(first, written), rest)
            return either(inside, derivative(rest, written)) if ends(first) else inside
        case Either(options):
            return either(*(derivative(option, written) for option in options))
        case Times(inner, least, most):
            again = times(inner, max(least - 1, 0), None if most is None else most - 1)
            return then(derivative(inner, written), again)
    raise TypeError(f"{language!r} is no language")


# --8<-- [end:derivative]


def shortest(language: Language) -> int:
    """Return the bytes of its shortest answer."""
    match language:
        case Byte(of):
            return 1 if of else INFINITY
        case Text(text):
            return len(text)
        case Then(first, rest):
            return shortest(first) + shortest(rest)
        case Either(options):
            return min(map(shortest, options), default=INFINITY)
        case Times(inner, least, _):
            return least * shortest(inner)
    raise TypeError(f"{language!r} is no language")


def manageable(language: Language) -> bool:
    """Whether a term is small enough for what goes into its parts by recursion, at each byte."""
    terms, stack = 0, [(language, 1)]
    while stack:
        term, depth = stack.pop()
        terms += 1
        if depth > MOST_DEPTH or terms > MOST_TERMS:
            return False
        match term:
            case Then(first, rest):
                stack += [(first, depth + 1), (rest, depth + 1)]
            case Either(options):
                stack += [(option, depth + 1) for option in options]
            case Times(inner):
                stack.append((inner, depth + 1))
    return True


def spelled(language: Language, single: frozenset[int]) -> Language:
    """Return the part of it that can be written with these bytes alone."""
    match language:
        case Byte(of):
            return Byte(of & single) if of & single else NOTHING
        case Text(text):
            return language if set(text) <= single else NOTHING
        case Then(first, rest):
            return then(spelled(first, single), spelled(rest, single))
        case Either(options):
            return either(*(spelled(option, single) for option in options))
        case Times(inner, least, most):
            return times(spelled(inner, single), least, most)
    raise TypeError(f"{language!r} is no language")


# JSON --------------------------------------------------------------------------------------------

_TAIL = byte((0x80, 0xBF))
CHARACTER = either(
    byte((0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7F)),  # all of ASCII but controls, quote, backslash
    then(Text(b"\\"), byte('"\\/bfnrt')),
    then(byte((0xC2, 0xDF)), _TAIL),
    then(byte((0xE0, 0xE0)), byte((0xA0, 0xBF)), _TAIL),
    then(byte((0xE1, 0xEC), (0xEE, 0xEF)), _TAIL, _TAIL),
    then(byte((0xED, 0xED)), byte((0x80, 0x9F)), _TAIL),  # the rest are surrogates
    then(byte((0xF0, 0xF0)), byte((0x90, 0xBF)), _TAIL, _TAIL),
    then(byte((0xF1, 0xF3)), _TAIL, _TAIL, _TAIL),
    then(byte((0xF4, 0xF4)), byte((0x80, 0x8F)), _TAIL, _TAIL),
)
_DIGIT = byte("0123456789")
_SIGN = times(Text(b"-"), 0, 1)
INTEGER = then(_SIGN, either(Text(b"0"), then(byte("123456789"), times(_DIGIT, 0, DIGITS - 1))))
NUMBER = then(INTEGER, times(then(Text(b"."), times(_DIGIT, 1, DIGITS)), 0, 1))
PLAIN = {
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": either(Text(b"true"), Text(b"false")),
    "null": Text(b"null"),
}
# Keywords that are enforced, by type; those in DESCRIBING only describe.
KEYWORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength"},
    **{name: set() for name in PLAIN},
}
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
DESCRIBING = {"title", "description", "$schema", "default", "examples"}


def of_schema(schema: Any) -> Language:
    """Return the language of a schema's answers.

    Supported: objects with fixed `properties`, all of which are written; arrays; strings;
    integers, numbers, booleans, null; enum and const.

    Raises:
        UnsupportedSchemaError: it says something else, and the message names where and what; or
            it has too many parts.
    """
    try:
        return _of(schema, "$")
    except RecursionError:
        raise UnsupportedSchemaError("$: the schema is nested too deep") from None


def _of(schema: Any, at: str) -> Language:
    language = _language(schema, at)
    if not manageable(language):
        raise UnsupportedSchemaError(
            f"{at}: too many properties or values, or nested too deep: the automaton of an answer "
            f"has at most {MOST_TERMS} terms, {MOST_DEPTH} of them inside one another"
        )
    return language


def _language(schema: Any, at: str) -> Language:
    if not isinstance(schema, dict):
        raise UnsupportedSchemaError(f"{at}: a schema is an object here, not {schema!r}")
    said, kind = set(schema) - DESCRIBING, schema.get("type")
    for name in ("enum", "const"):
        if name in said:
            _only(said, {name, "type"}, at, f"beside {name!r}")
            return _one_of(schema[name] if name == "enum" else [schema[name]], kind, at)
    if not isinstance(kind, str) or kind not in KEYWORDS:
        raise UnsupportedSchemaError(
            f"{at}: 'type' is {kind!r}; it must be one of {', '.join(sorted(KEYWORDS))}, "
            "or there must be an 'enum' or a 'const'"
        )
    _only(said, KEYWORDS[kind] | {"type"}, at, f"of type {kind!r}")
    if kind == "object":
        return _object(schema, at)
    if kind == "array":
        return _array(schema, at)
    if kind == "string":
        least, most = _bounds(schema, "minLength", "maxLength", at)
        return then(Text(b'"'), times(CHARACTER, least, most), Text(b'"'))
    return PLAIN[kind]


def _only(said: set[str], enforced: set[str], at: str, where: str) -> None:
    if strangers := sorted(said - enforced, key=str):
        raise UnsupportedSchemaError(
            f"{at}: {strangers[0]!r} {where} is not enforced here, so an answer might break it"
        )


def _one_of(values: Any, kind: Any, at: str) -> Language:
    if not isinstance(values, list) or not values:
        raise UnsupportedSchemaError(f"{at}: an enum is a list of at least one value")
    if kind is not None:
        for value in values:
            if kind not in KEYWORDS or not _is(value, kind):
                raise UnsupportedSchemaError(f"{at}: {value!r} is not of type {kind!r}")
    return either(*(Text(_written(value, at)) for value in values))


def _is(value: Any, kind: str) -> bool:
    """Whether a value is of a type; True and False are no numbers, as they are in Python."""
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, TYPES[kind])


def _written(value: Any, at: str) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise UnsupportedSchemaError(f"{at}: {value!r} cannot be written as JSON") from error


def _bounds(schema: dict[str, Any], least: str, most: str, at: str) -> tuple[int, int | None]:
    low, high = schema.get(least, 0), schema.get(most)
    for name, bound in ((least, low), (most, high)):
        if bound is not None and (type(bound) is not int or bound < 0):
            raise UnsupportedSchemaError(f"{at}: {name} = {bound!r} must be a whole number from 0")
    if high is not None and high < low:
        raise UnsupportedSchemaError(f"{at}: {most} = {high} is less than {least} = {low}")
    return low, high


def _array(schema: dict[str, Any], at: str) -> Language:
    if "items" not in schema:
        raise UnsupportedSchemaError(f"{at}: an array must say what its 'items' are")
    item = _of(schema["items"], f"{at}[]")
    least, most = _bounds(schema, "minItems", "maxItems", at)
    if most == 0:
        return Text(b"[]")
    more = times(then(Text(b","), item), max(least - 1, 0), None if most is None else most - 1)
    some = then(Text(b"["), item, more, Text(b"]"))
    return some if least else either(Text(b"[]"), some)


def _object(schema: dict[str, Any], at: str) -> Language:
    """All properties, in the schema's order; so what is `required` is there in any case."""
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        raise UnsupportedSchemaError(f"{at}: 'properties' is an object from names to schemas")
    required = schema.get("required", [])
    if not isinstance(required, list):
        raise UnsupportedSchemaError(f"{at}: 'required' is a list of names, not {required!r}")
    for name in required:
        if not isinstance(name, str) or name not in properties:
            raise UnsupportedSchemaError(f"{at}: {name!r} is required and is no property")
    if not isinstance(schema.get("additionalProperties", False), bool):
        raise UnsupportedSchemaError(f"{at}: 'additionalProperties' can only be true or false")
    parts: list[Language] = []
    for name, inner in properties.items():
        if not isinstance(name, str):
            raise UnsupportedSchemaError(f"{at}: the name of a property is a text, not {name!r}")
        comma = b"," if parts else b"{"
        parts += [Text(comma + _written(name, at) + b":"), _of(inner, f"{at}.{name}")]
    return then(*parts, Text(b"}")) if parts else Text(b"{}")
