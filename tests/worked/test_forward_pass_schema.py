"""Forcing a schema: languages, masks, what they cost, and what they do to a distribution."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.grammar import (
    CHARACTER,
    INTEGER,
    NOTHING,
    NUMBER,
    UnsupportedSchemaError,
    derivative,
    ends,
    of_schema,
    shortest,
    times,
)
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.sampling import Sampling
from worked.forward_pass.schema import ORDER, Forced, conditioned_law, masked_law
from worked.forward_pass.speculation import ModelDraft, tally, total_variation
from worked.forward_pass.transformer import Config, Transformer, random_weights

BYTES = [bytes([b]) for b in range(256)]


def says(language, text: bytes) -> bool:
    """Whether a language holds a text."""
    for written in text:
        language = derivative(language, written)
    return ends(language)


# Languages ---------------------------------------------------------------------------------------


@given(st.text(alphabet="-+.0123456789eE", max_size=8))
def test_numbers_are_those_of_the_json_grammar(text):
    """RFC 8259, section 6, without exponents."""
    assert says(INTEGER, text.encode()) == bool(re.fullmatch(r"-?(0|[1-9]\d*)", text))
    assert says(NUMBER, text.encode()) == bool(re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text))


def test_numbers_have_fifteen_digits_at_most_on_either_side_of_the_point():
    digits = b"9" * 15
    assert says(NUMBER, digits + b"." + digits)
    assert not says(NUMBER, digits + b"9")
    assert not says(NUMBER, digits + b"." + digits + b"9")


@given(st.binary(max_size=5))
def test_strings_are_valid_utf8_without_bare_controls_quotes_and_backslashes(raw):
    """What Python decodes, and JSON reads as a string; escapes of two bytes, no \\u."""
    try:
        read = isinstance(json.loads(b'"' + raw + b'"'), str)
    except ValueError:
        read = False
    assert says(times(CHARACTER, 0, None), raw) == (read and b"\\u" not in raw)


def test_utf8_is_the_shortest_form_of_what_is_no_surrogate():
    """Each end of each range of RFC 3629, and what is just beyond: surrogates, forms too long."""
    character = times(CHARACTER, 1, 1)
    ends_of_ranges = (0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF)
    ends_of_ranges += (0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF)
    for code in ends_of_ranges:
        assert says(character, chr(code).encode())
    for code in range(0xD800, 0xE000):
        assert not says(character, chr(code).encode("utf-8", "surrogatepass"))
    for raw in (b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xff"):
        assert not says(character, raw)


@given(st.characters(), st.integers(0, 4))
def test_a_character_is_one_however_many_bytes_it_has(character, count):
    """maxLength counts code points, as JSON Schema does."""
    if character in '"\\' or character < " " or "\ud800" <= character <= "\udfff":
        return
    text = (character * count).encode()
    assert says(times(CHARACTER, 0, 4), text)
    assert says(times(CHARACTER, count, count), text)
    assert count == 0 or not says(times(CHARACTER, 0, count - 1), text)


def test_an_object_has_all_its_keys_in_order_and_no_blanks():
    language = of_schema(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"enum": [True, "x", [1]]}},
        }
    )
    assert says(language, b'{"a":-7,"b":true}')
    assert says(language, b'{"a":0,"b":[1]}')
    for text in (b'{"a":7}', b'{"b":true,"a":7}', b'{"a": 7,"b":true}', b'{"a":7,"b":false}'):
        assert not says(language, text)
    assert shortest(language) == len(b'{"a":7,"b":"x"}')


def test_arrays_have_the_items_that_they_may_have():
    """From one to three: [1], [1,2], [1,2,3]; and from none on."""
    some = of_schema({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3})
    texts = [b"[" + b",".join([b"4"] * n) + b"]" for n in range(5)]
    assert [says(some, text) for text in texts] == [False, True, True, True, False]
    none = of_schema({"type": "array", "items": {"type": "null"}, "maxItems": 0})
    assert says(none, b"[]")
    assert derivative(none, ord("n")) == NOTHING
    assert says(of_schema({"type": "array", "items": {"const": "é"}}), '["é","é"]'.encode())


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "string", "pattern": "a+"}, r"\$: 'pattern' of type 'string' is not enforced"),
        (
            {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}},
            r"\$\.age: 'minimum' of type 'integer' is not enforced",
        ),
        ({"anyOf": [{"type": "null"}]}, "'type' is None; it must be one of array, boolean"),
        ({"type": ["string", "null"]}, "it must be one of"),
        ({"enum": [1, "a"], "type": "integer"}, "'a' is not of type 'integer'"),
        ({"const": True, "type": "integer"}, "True is not of type 'integer'"),
        ({"enum": [1], "minLength": 2}, "'minLength' beside 'enum'"),
        ({"enum": []}, "at least one value"),
        ({"enum": [float("nan")]}, "cannot be written as JSON"),
        ({"type": "array"}, "must say what its 'items' are"),
        ({"type": "array", "items": {"type": "x"}}, r"\$\[\]: 'type' is 'x'"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "maxLength = 2 is less than"),
        ({"type": "string", "maxLength": -1}, "must be a whole number from 0"),
        ({"type": "object", "required": ["a"]}, "'a' is required and is no property"),
        ({"type": "object", "required": "a"}, "'required' is a list of names"),
        ({"type": "object", "additionalProperties": {}}, "can only be true or false"),
        ({"type": "object", "required": [["a"]]}, r"\['a'\] is required and is no property"),
        ({"type": "object", "properties": {1: {"type": "null"}}}, "is a text, not 1"),
        ({"type": "object", 1: 2, "x": 3}, "1 of type 'object' is not enforced"),
        (True, "a schema is an object here"),
    ],
)
def test_what_is_not_enforced_is_refused_in_words(schema, why):
    with pytest.raises(UnsupportedSchemaError, match=why):
        of_schema(schema)


def nested(levels):
    """Arrays of arrays ... of nulls; each may be empty or begin with an item and go on with it."""
    schema = {"type": "null"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        nested(60),  # an item stands twice in its array's term, so this one has 2**60 in it
        nested(2000),
        {"type": "object", "properties": {f"k{i}": {"type": "string"} for i in range(300)}},
    ],
)
def test_a_schema_too_large_for_recursion_is_refused_in_words(schema):
    with pytest.raises(UnsupportedSchemaError, match="nested too deep"):
        of_schema(schema)


def test_a_schema_of_fifty_strings_is_not_too_large():
    """A key with its comma, a quote, characters, a quote: four terms a property, 201 in all."""
    schema = {"type": "object", "properties": {f"k{i}": {"type": "string"} for i in range(50)}}
    language = of_schema(schema)
    assert says(language, json.dumps({f"k{i}": "" for i in range(50)}).replace(" ", "").encode())


# Masks -------------------------------------------------------------------------------------------


def test_a_token_may_run_across_the_signs_of_json():
    """After {"a": the token 12} closes the object; 012 does not start a number, nor does 1x."""
    vocabulary = [*BYTES, b"12}", b"012", b"1x", b'{"a":', b""]
    forced = Forced({"type": "object", "properties": {"a": {"type": "integer"}}}, vocabulary, 260)
    state = forced.state([259])
    allowed = set(forced.allowed(state).ids.tolist())
    assert allowed == {*b"-0123456789", 256}
    assert list(forced.mask(30)([259, 256])) == [260]
    assert list(forced.mask(30)([259, 256, 260])) == []


def test_a_mask_leaves_room_for_what_is_missing():
    """Ten tokens: quote, eight characters or fewer, quote, end makes an answer of 7 at most."""
    forced = Forced({"type": "string"}, [*BYTES, b"four", b""], 257)
    assert forced.least_tokens == 3
    mask = forced.mask(4)
    opened = [ord('"')]
    assert {ord("a"), ord('"'), 256} <= set(mask(opened))
    # Two bytes of UTF-8 would leave no room to close: 0xC3 needs its tail, the quote and the end.
    assert 0xC3 not in set(mask(opened))
    assert list(mask([*opened, 256])) == [ord('"')]
    assert list(mask([*opened, 256, ord('"')])) == [257]
    with pytest.raises(ValueError, match="sure to fit into 3 tokens"):
        forced.mask(2)


def test_states_are_computed_once():
    """Two answers that stand at the same place share what was found; counts say so."""
    forced = Forced({"type": "array", "items": {"type": "boolean"}}, [*BYTES, b""], 256)
    mask = forced.mask(60)
    answer = list(b"[true,false,true")
    for n in range(len(answer) + 1):
        mask(answer[:n])
    first = (forced.cost.states, forced.cost.edges)
    for n in range(len(answer) + 1):
        mask(answer[:n])
    assert (forced.cost.states, forced.cost.edges) == first
    # Start; after [; t, tr, f, fa, fal; tru and fals, after both of which only e is left; after an
    # item; after a comma: 10 states, each of which looks at the 256 first bytes and no further.
    assert first == (10, 10 * 256)
    assert forced.cost.masks == 2 * 17


def test_a_vocabulary_that_cannot_spell_an_answer_is_refused():
    with pytest.raises(ValueError, match="cannot spell this schema"):
        Forced({"type": "boolean"}, [b"t", b"r", b"u", b"true", b"false", b""], 5)
    # With the bytes of one of two answers that one is left.
    forced = Forced({"type": "boolean"}, [b"t", b"r", b"u", b"e", b"false", b""], 5)
    assert list(forced.mask(5)([])) == [0]
    with pytest.raises(ValueError, match="is no token"):
        Forced({"type": "boolean"}, [*BYTES], 256)
    with pytest.raises(ValueError, match="was not allowed"):
        forced.state([4])


CONFIG = Config(259, 32, 1, 2, 1, 16, 48)
VOCABULARY = [*BYTES, b'{"', b'":', b""]
END = 258


@pytest.mark.parametrize("drafted", [0, 3])
def test_in_the_engine_every_answer_is_an_order(drafted):
    """Sampled hot and at once, with and without drafts; none is cut off by its length."""
    forced = Forced(ORDER, VOCABULARY, END)
    model = Transformer(CONFIG, random_weights(CONFIG, 2))
    draft = ModelDraft(model, Pool(60, 16, CONFIG), drafted, CONFIG) if drafted else None
    engine = Engine(model, Pool(200, 16, CONFIG), draft=draft)
    numbers = [
        engine.submit(
            Request(
                [i],
                90 + i,
                Sampling(temperature=1.5, seed=i),
                stop=frozenset({END}),
                mask=forced.mask(90 + i),
            )
        )
        for i in range(20)
    ]
    records = []
    while engine.busy:
        records.append(engine.step())
    results = [engine.take(number) for number in numbers]
    assert (tally(records).accepted > 0) == bool(drafted)
    for result in results:
        assert result.tokens[-1] == END
        order = json.loads(b"".join(VOCABULARY[token] for token in result.tokens))
        assert list(order) == ["item", "size", "count", "price", "gift"]
        assert 1 <= len(order["item"]) <= 24
        assert order["size"] in ("small", "medium", "large")
        assert type(order["count"]) is int
        assert isinstance(order["price"], (int, float))
        assert type(order["gift"]) is bool


# The distribution --------------------------------------------------------------------------------


def bigram(rows):
    """A model whose next token depends on the last one alone."""
    return lambda answer: np.array(rows[answer[-1] if answer else None])


def test_masking_is_not_conditioning_by_hand():
    """Answers 11 and 2 over the tokens 1, 2, end. The model likes to begin with 1 (.9), and then
    hardly ever writes the second 1 (.1), which the mask makes certain.

    Masked: P(11) = .9. Given that the answer is valid: .9 x .1 = .09 against .1 x 1: .09 / .19.
    """
    forced = Forced({"enum": [11, 2]}, [b"1", b"2", b""], 2)
    model = bigram({None: [0.9, 0.1, 0], 0: [0.1, 0.6, 0.3], 1: [0, 0, 1.0]})

    def after_two_ones(answer):
        return np.array([0, 0, 1.0]) if answer == (0, 0) else model(answer)

    masked = masked_law(after_two_ones, forced.mask(9), 2)
    given_valid = conditioned_law(after_two_ones, forced.mask(9), 2)
    assert masked == pytest.approx({(0, 0, 2): 0.9, (1, 2): 0.1})
    assert given_valid == pytest.approx({(0, 0, 2): 0.09 / 0.19, (1, 2): 0.1 / 0.19})
    assert total_variation(masked, given_valid) == pytest.approx(0.9 - 9 / 19)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_both_are_the_same_where_every_step_leaves_the_same_share(seed):
    """If what a mask allows has the same probability everywhere, nothing is tilted."""
    rng = np.random.default_rng(seed)
    forced = Forced({"enum": [11, 12, 21, 22]}, [b"1", b"2", b"x", b""], 3)
    share = rng.uniform(0.2, 0.9)

    def model(answer):
        if len(answer) == 2:
            return np.array([0, 0, 1 - share, share])
        one = rng.uniform() if answer not in drawn else drawn[answer]
        drawn[answer] = one
        return np.array([share * one, share * (1 - one), 1 - share, 0])

    drawn: dict = {}
    masked = masked_law(model, forced.mask(9), 3)
    assert sum(masked.values()) == pytest.approx(1)
    assert total_variation(masked, conditioned_law(model, forced.mask(9), 3)) < 1e-12
