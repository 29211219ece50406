"""Laws of admission: who could never end is refused, the others keep their order and their room."""

from admit_or_refuse import admit
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import Called, called
from worked.formulas import serving

REQUESTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)
POOLS = st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
BLOCK_SIZES = st.integers(1, 16)


def needed(tokens: int, block_size: int) -> int:
    """Return the blocks that so many tokens take."""
    return int(serving.blocks_of(tokens, block_size))


@given(REQUESTS, POOLS, BLOCK_SIZES)
def test_refused_is_what_could_never_end(
    waiting: list[tuple[int, int]], pool: tuple[int, int], block_size: int
) -> None:
    """Refused are just those for which the whole pool is too small, whoever waits or runs"""
    free, blocks = pool
    wanted = [p < 1 or n < 1 or needed(p + n - 1, block_size) > blocks for p, n in waiting]
    result = called(admit, waiting, free, blocks, block_size)
    result.obeys(
        lambda verdicts: [v == "refused" for v in verdicts] == wanted,
        f"refused where this says so: {wanted}",
        because="the last new token needs no place, and a pool of free blocks changes nothing",
    )


@given(REQUESTS, POOLS, BLOCK_SIZES)
def test_who_runs_has_room_and_nobody_overtakes(
    waiting: list[tuple[int, int]], pool: tuple[int, int], block_size: int
) -> None:
    """The others start in order while the blocks of their prompts are free, then all wait"""
    free, blocks = pool
    result = called(admit, waiting, free, blocks, block_size)
    result.obeys(
        lambda verdicts: (
            set(verdicts) <= {"runs", "waits", "refused"} and len(verdicts) == len(waiting)
        ),
        f"a verdict for each of {len(waiting)} requests",
    )
    served = [
        (needed(prompt, block_size), verdict)
        for (prompt, _), verdict in zip(waiting, result.value, strict=True)
        if verdict != "refused"
    ]
    runs = [verdict == "runs" for _, verdict in served]
    count = runs.index(False) if False in runs else len(runs)
    left = free - sum(size for size, _ in served[:count])
    told = Called(result.text, result.value)
    told.obeys(lambda _: not any(runs[count:]), "nobody runs behind one that waits")
    told.obeys(lambda _: left >= 0, f"those that run together within {free} free blocks")
    told.obeys(
        lambda _: count == len(served) or served[count][0] > left,
        f"the first that waits needs more than the {left} blocks that are left",
    )
