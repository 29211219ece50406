"""Laws of an all-reduce: the right sums, the least traffic, inputs left alone."""

from hypothesis import given
from hypothesis import strategies as st
from ring_all_reduce import ring_all_reduce
from test_ring_all_reduce import Wire, run

from checks.exercises.calls import Called, called, shown
from worked.formulas import communication


@st.composite
def all_vectors(draw: st.DrawFn) -> list[list[int]]:
    """One vector for each of n ranks, n chunks long."""
    n = draw(st.integers(1, 6))
    length = n * draw(st.integers(1, 3))
    one = st.lists(st.integers(-99, 99), min_size=length, max_size=length)
    return draw(st.lists(one, min_size=n, max_size=n))


@given(all_vectors())
def test_sums(vectors: list[list[int]]) -> None:
    """Every rank ends with the element-wise sum"""
    total = [sum(column) for column in zip(*vectors, strict=True)]
    result, _ = run(vectors)
    result.gives([total] * len(vectors))


@given(all_vectors())
def test_volume(vectors: list[list[int]]) -> None:
    """Every rank sends what the chapter's formula says, and no more"""
    n, length = len(vectors), len(vectors[0])
    result, wire = run(vectors)
    least = communication.all_reduce_bytes(length, n)
    Called(f"values sent by each rank in {result.text}", wire.sent).gives(
        [least] * n, because=f"2 (n - 1) / n of {length} values"
    )


@given(all_vectors())
def test_inputs_are_left_alone(vectors: list[list[int]]) -> None:
    """The vectors passed in are as they were"""
    text = f"vectors, after ring_all_reduce({shown(vectors)}, send)"
    given_in = [list(v) for v in vectors]
    called(ring_all_reduce, given_in, Wire(len(vectors)).send, text=text, in_place=True)
    Called(text, given_in).gives(vectors)
