"""Forced answers against the jsonschema package: whatever the logits, they parse and are valid."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.skips import required
from worked.forward_pass.sampling import GREEDY, Sampling, distribution, draw
from worked.forward_pass.schema import Forced

jsonschema = required("jsonschema")

# All bytes, and tokens that run across the signs of JSON and through characters.
VOCABULARY = [
    *(bytes([b]) for b in range(256)),
    *(b'{"', b'":', b'","', b'"}', b"],[", b"true", b"false,", b"100", b".5", b"}}", b'":"'),
    *("é".encode(), "é".encode()[1:] + b'"', b"\\n", b"\\", "日本".encode(), b"ab", b"lse"),
    b"",
]
END = len(VOCABULARY) - 1

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.floats(-10, 10, allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
lengths = st.tuples(st.integers(0, 3), st.none() | st.integers(3, 5))


def bounded(kind, least, most, more=None):
    return lengths.map(
        lambda b: {
            "type": kind,
            least: b[0],
            **({} if b[1] is None else {most: b[1]}),
            **(more or {}),
        }
    )


def objects(inner):
    names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
    return st.dictionaries(names, inner, max_size=3).map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    )


schemas = st.recursive(
    st.one_of(
        st.sampled_from(["integer", "number", "boolean", "null"]).map(lambda t: {"type": t}),
        st.lists(scalars | st.lists(scalars, max_size=2), min_size=1, max_size=3).map(
            lambda values: {"enum": values}
        ),
        bounded("string", "minLength", "maxLength"),
    ),
    lambda inner: (
        objects(inner)
        | inner.flatmap(lambda items: bounded("array", "minItems", "maxItems", {"items": items}))
    ),
    max_leaves=4,
)


@given(schemas, st.integers(0, 10**6), st.integers(0, 12), st.sampled_from([0.0, 0.5, 3.0]))
@settings(max_examples=120, deadline=None)
def test_every_answer_parses_and_is_valid(schema, seed, spare, temperature):
    """Random logits, greedy, cool and hot, with hardly a token more than the shortest takes."""
    forced = Forced(schema, VOCABULARY, END)
    max_new = forced.least_tokens + spare
    mask, rng = forced.mask(max_new), np.random.default_rng(seed)
    sampling = Sampling(temperature=temperature) if temperature else GREEDY
    answer: list[int] = []
    while not answer or answer[-1] != END:
        logits = rng.normal(scale=4, size=len(VOCABULARY))
        answer.append(draw(distribution(logits, sampling, mask(answer)), rng))
        assert len(answer) <= max_new
    value = json.loads(b"".join(VOCABULARY[token] for token in answer).decode())
    jsonschema.Draft202012Validator(schema).validate(value)


def test_the_oracle_refuses_what_is_wrong():
    """So that its silence above means something."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator({"type": "string", "maxLength": 1}).validate("ab")
