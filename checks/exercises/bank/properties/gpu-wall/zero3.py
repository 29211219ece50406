"""Laws of sharding: nothing is lost, nobody keeps more than another, padding is the least."""

from hypothesis import given
from hypothesis import strategies as st
from zero3 import zero3_bytes

from checks.exercises.calls import called
from worked.formulas import parallelism

UNITS = st.lists(st.integers(1, 10**6), min_size=1, max_size=6)


@given(UNITS, st.integers(1, 64))
def test_no_parameter_is_lost_and_padding_is_least(units: list[int], ranks: int) -> None:
    """Shares hold every parameter, with less padding than one for each rank and unit"""
    whole, most = sum(units), sum(units) + len(units) * (ranks - 1)
    called(zero3_bytes, units, ranks, 1).obeys(
        lambda kept: whole <= kept * ranks <= most,
        f"k bytes with {whole} <= {ranks} k <= {most}",
        because=f"{ranks} shares hold {whole} parameters of 1 B, and the least padding",
    )


@given(UNITS, st.integers(1, 64), st.integers(1, 20))
def test_what_even_division_gives(units: list[int], ranks: int, width: int) -> None:
    """Where every unit divides, the chapter's formula holds"""
    even = [u * ranks for u in units]
    wanted = parallelism.kept_bytes(sum(even), width, 1, 1, 1, ranks)
    called(zero3_bytes, even, ranks, width).gives(wanted, near=1e-12)


@given(UNITS, UNITS, st.integers(1, 64))
def test_units_add_up(first: list[int], second: list[int], ranks: int) -> None:
    """Units are sharded one by one, so two models' bytes add up"""
    apart = (
        called(zero3_bytes, first, ranks, 16).value + called(zero3_bytes, second, ranks, 16).value
    )
    called(zero3_bytes, first + second, ranks, 16).gives(
        apart, because=f"{first} alone and {second} alone give {apart} together"
    )


@given(st.integers(10**17, 10**18), st.integers(2, 1024))
def test_exact_for_large_counts(params: int, ranks: int) -> None:
    """Counts stay exact beyond what a float can hold"""
    called(zero3_bytes, [params], ranks, 1).obeys(
        lambda kept: (kept - 1) * ranks < params <= kept * ranks,
        f"the whole k with {ranks} (k - 1) < {params} <= {ranks} k",
    )
