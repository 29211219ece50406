"""Laws of descent on one point: step length, direction, rest; and the chapter's own descent."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from subgradient_descent import descend

from checks.exercises.calls import called
from worked.l1_gradient import descent
from worked.l1_gradient.losses import l1_subdifferential

# Multiples of 1/8 within these bounds are exact in floating point, and so are their sums.
EIGHTHS = st.integers(-160, 160).map(lambda n: n / 8)
RATES = st.sampled_from([0.125, 0.25, 0.5, 1.0])
STEPS = st.integers(0, 12)


@given(EIGHTHS, EIGHTHS, EIGHTHS, EIGHTHS, RATES, STEPS)
def test_like_the_chapter(
    x: float, y: float, intercept: float, start: float, rate: float, steps: int
) -> None:
    """The same weights as the chapter's own descent"""

    def slope(m: float) -> float:
        low, high = l1_subdifferential(m, x, y, intercept)
        return low if low == high else 0

    wanted = descent.descend(slope, start, descent.fixed_rate(rate), steps)
    called(descend, x, y, intercept, start, rate, steps).gives(wanted, near=1e-12)


@given(EIGHTHS, EIGHTHS, EIGHTHS, EIGHTHS, RATES, STEPS)
def test_every_step_is_as_long(
    x: float, y: float, intercept: float, start: float, rate: float, steps: int
) -> None:
    """However far the point, a step moves the weight by rate |x| or not at all"""
    called(descend, x, y, intercept, start, rate, steps).obeys(
        lambda m: (
            len(m) == steps + 1 and all(abs(b - a) in (0, rate * abs(x)) for a, b in pairwise(m))
        ),
        f"{steps + 1} weights, each {rate * abs(x)} from the one before or equal to it",
    )


@given(EIGHTHS, EIGHTHS, EIGHTHS, RATES, STEPS)
def test_rests_where_the_line_passes(
    x: float, intercept: float, start: float, rate: float, steps: int
) -> None:
    """A line through the point already is left as it is"""
    y = start * x + intercept
    called(descend, x, y, intercept, start, rate, steps).gives(
        [start] * (steps + 1), because=f"{start} x {x} + {intercept} = {y}: the residual is 0"
    )
