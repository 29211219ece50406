"""Laws of boosting: the chapter's exact rounds, an error that never rises, a mean that stays."""

from fractions import Fraction

from boost_stumps import boost
from hypothesis import assume, given
from hypothesis import strategies as st

from checks.exercises.calls import called
from worked.gradient_boosting import by_hand

ROWS = st.lists(st.tuples(st.integers(0, 8), st.integers(-20, 20)), min_size=2, max_size=6).map(
    lambda rows: ([Fraction(x) for x, _ in rows], [Fraction(y) for _, y in rows])
)
RATES = st.sampled_from([Fraction(1, 10), Fraction(1, 2), Fraction(1)])
ROUNDS = st.integers(0, 4)


@given(ROWS, RATES, ROUNDS)
def test_like_the_chapter(
    rows: tuple[list[Fraction], list[Fraction]], rate: Fraction, rounds: int
) -> None:
    """The chapter's rounds, worked in exact fractions"""
    x, y = rows
    assume(len(set(x)) > 1)
    table = by_hand.boosting_rounds(x, y, rate, rounds)
    wanted = table[-1].predictions if table else [by_hand.mean(y)] * len(y)
    called(boost, x, y, rate, rounds).gives(wanted, near=1e-9)


@given(ROWS, RATES, ROUNDS)
def test_error_never_rises(
    rows: tuple[list[Fraction], list[Fraction]], rate: Fraction, rounds: int
) -> None:
    """One more round never makes the training error larger"""
    x, y = rows
    assume(len(set(x)) > 1)

    def error(predicted: list[Fraction]) -> float:
        return float(sum((a - b) ** 2 for a, b in zip(y, predicted, strict=True)))

    before = error(called(boost, x, y, rate, rounds).value)
    called(boost, x, y, rate, rounds + 1).obeys(
        lambda predicted: error(predicted) <= before + 1e-9,
        f"a squared error of at most {before:g}, that of one round fewer",
    )


@given(ROWS, RATES, ROUNDS)
def test_mean_stays(
    rows: tuple[list[Fraction], list[Fraction]], rate: Fraction, rounds: int
) -> None:
    """Predictions average to the mean of y, whatever the rounds: residuals sum to zero"""
    x, y = rows
    assume(len(set(x)) > 1)
    called(boost, x, y, rate, rounds).obeys(
        lambda predicted: abs(sum(predicted) - sum(y)) <= 1e-9 and len(predicted) == len(y),
        f"{len(y)} predictions whose sum is {sum(y)}",
    )
