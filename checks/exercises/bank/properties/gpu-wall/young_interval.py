"""Laws of the best interval: no other wastes less, and how it scales."""

from hypothesis import given
from hypothesis import strategies as st
from young_interval import young_interval_seconds

from checks.exercises.calls import called
from worked.formulas import checkpointing

BYTES = st.floats(1e9, 1e13)
RATE = st.floats(1e9, 1e12)
NODES = st.integers(1, 4096)
MTBF = st.floats(1e5, 1e8)


@given(BYTES, RATE, NODES, MTBF, st.sampled_from([0.5, 0.9, 1.1, 2.0]))
def test_no_other_interval_wastes_less(
    size: float, rate: float, nodes: int, mtbf: float, factor: float
) -> None:
    """An interval somewhat longer or shorter wastes more"""
    write = size / rate

    def is_least(interval: float) -> bool:
        here = checkpointing.waste_fraction(write, interval, mtbf / nodes)
        return here < checkpointing.waste_fraction(write, interval * factor, mtbf / nodes)

    called(young_interval_seconds, size, rate, nodes, mtbf).obeys(
        is_least, f"less waste (write / interval + interval / (2 MTBF)) than {factor:g} times it"
    )


@given(BYTES, RATE, NODES, MTBF)
def test_four_times_the_nodes_halve_it(size: float, rate: float, nodes: int, mtbf: float) -> None:
    """Four times the nodes, half the interval"""
    few = called(young_interval_seconds, size, rate, nodes, mtbf).value
    called(young_interval_seconds, size, rate, 4 * nodes, mtbf).gives(
        few / 2, near=1e-9, because=f"{nodes} nodes give {few}"
    )


@given(BYTES, RATE, NODES, MTBF)
def test_four_times_the_rate_halves_it(size: float, rate: float, nodes: int, mtbf: float) -> None:
    """Storage four times as fast, half the interval"""
    slow = called(young_interval_seconds, size, rate, nodes, mtbf).value
    called(young_interval_seconds, size, 4 * rate, nodes, mtbf).gives(
        slow / 2, near=1e-9, because=f"the slower storage gives {slow}"
    )
