"""Laws of the best split: none is better, and what shifting and scaling do to it."""

from best_split import best_split
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import called
from worked.gradient_boosting import by_hand

ROWS = st.lists(st.tuples(st.integers(0, 8), st.integers(-20, 20)), min_size=2, max_size=9).map(
    lambda rows: ([x for x, _ in rows], [t for _, t in rows])
)


@given(ROWS)
def test_none_is_better(rows: tuple[list[int], list[int]]) -> None:
    """The gain is the largest of all splits, and the threshold has that gain"""
    x, target = rows
    splits = by_hand.candidate_splits(x, target)
    if not splits:
        called(best_split, x, target).gives(None)
        return
    best = by_hand.best_split(splits)
    gain_at = {float(s.threshold): float(s.gain) for s in splits}
    tied = [t for t, g in gain_at.items() if abs(g - float(best.gain)) <= 1e-9]
    called(best_split, x, target).obeys(
        lambda found: found[0] in tied and abs(found[1] - float(best.gain)) <= 1e-9,
        f"threshold {' or '.join(f'{t:g}' for t in tied)} with gain {float(best.gain):.10g}",
    )


@given(ROWS, st.integers(-50, 50))
def test_a_shift_changes_nothing(rows: tuple[list[int], list[int]], shift: int) -> None:
    """Adding one number to every target changes no gain"""
    x, target = rows
    found = called(best_split, x, target).value
    if found is None:
        return
    called(best_split, x, [t + shift for t in target]).obeys(
        lambda moved: abs(moved[1] - found[1]) <= 1e-9 * max(1, found[1]),
        f"the gain {found[1]}, as for {target}",
    )
