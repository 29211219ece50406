"""Laws of rotations: lengths stay, positions add up, only the offset counts."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rotate_pairs import rotate

from checks.exercises.calls import called
from worked.rope import rotary_numpy

ELEMENTS = st.integers(-40, 40).map(lambda n: n / 8)
VECTORS = st.integers(1, 4).flatmap(
    lambda pairs: st.lists(ELEMENTS, min_size=2 * pairs, max_size=2 * pairs)
)
POSITIONS = st.integers(0, 500)
BASES = st.sampled_from([100.0, 10_000.0, 500_000.0])


@given(VECTORS, POSITIONS, BASES)
def test_like_the_chapter(vector: list[float], position: int, base: float) -> None:
    """The chapter's rotation, which is that of Llama in Transformers"""
    frequencies = rotary_numpy.inverse_frequencies(len(vector), base)
    cos, sin = rotary_numpy.rotary_tables([position], frequencies)
    wanted = rotary_numpy.rotate_halves(np.array([vector]), cos, sin)[0]
    called(rotate, vector, position, base).gives(wanted, near=1e-9)


@given(VECTORS, POSITIONS, BASES)
def test_length_stays(vector: list[float], position: int, base: float) -> None:
    """A rotation leaves the length of the vector as it is"""
    length = math.hypot(*vector)
    called(rotate, vector, position, base).obeys(
        lambda turned: abs(math.hypot(*turned) - length) <= 1e-9 * max(1, length),
        f"a vector of length {length}",
    )


@given(VECTORS, st.integers(0, 100), st.integers(0, 100), BASES)
def test_positions_add_up(vector: list[float], first: int, second: int, base: float) -> None:
    """Turning to one position and then on by another is turning by their sum"""
    twice = called(rotate, called(rotate, vector, first, base).value, second, base).value
    called(rotate, vector, first + second, base).gives(
        twice, near=1e-9, because=f"the same as for {first} and then {second}"
    )
