"""Laws of a cache: the same answers as without one, and each key rotated once."""

import numpy as np
from cached_decode import decode_step
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import Called, called, shown
from worked.rope import cached_decode as chapter
from worked.rope import rotary_numpy

ELEMENTS = st.integers(-16, 16).map(lambda n: n / 8)


@st.composite
def sequences(draw: st.DrawFn) -> list[list[list[float]]]:
    """Tokens, each with its q, k and v of one width."""
    width = 2 * draw(st.integers(1, 3))
    vector = st.lists(ELEMENTS, min_size=width, max_size=width)
    return draw(st.lists(st.lists(vector, min_size=3, max_size=3), min_size=1, max_size=5))


@given(sequences())
def test_like_recomputing(tokens: list[list[list[float]]]) -> None:
    """Every step gives what attention without a cache gives"""
    qs, ks, vs = (np.array([t[i] for t in tokens]) for i in range(3))
    frequencies = rotary_numpy.inverse_frequencies(qs.shape[1])
    keys: list[list[float]] = []
    values: list[list[float]] = []
    for position, (q, k, v) in enumerate(tokens):
        wanted, _ = chapter.recomputed_step(qs, ks, vs, position, frequencies)
        before = f"tokens so far (q, k, v): {shown(tokens[:position])}; " if position else ""
        text = f"{before}decode_step(keys, values, {shown(q)}, {shown(k)}, {shown(v)})"
        called(decode_step, keys, values, q, k, v, text=text, in_place=True).gives(
            wanted, near=1e-9
        )


@given(sequences())
def test_old_entries_are_left_alone(tokens: list[list[list[float]]]) -> None:
    """A step adds one key and one value and changes no other"""
    keys: list[list[float]] = []
    values: list[list[float]] = []
    for position, (q, k, v) in enumerate(tokens):
        old_keys, old_values = [list(x) for x in keys], [list(x) for x in values]
        called(decode_step, keys, values, q, k, v, in_place=True)
        Called(f"keys before the last, after step {position}", keys[:-1]).gives(old_keys)
        Called(f"values before the last, after step {position}", values[:-1]).gives(old_values)
