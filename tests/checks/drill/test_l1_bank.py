"""The bank of the L1 chapter: what its own functions and drawn values must satisfy."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest

from checks.drill.bank import find
from checks.drill.banks.l1_gradient import quantile_of_costs
from checks.drill.questions import Number
from worked.chapters import graph
from worked.formulas import rows

SLUG = "l1-gradient"


@pytest.mark.parametrize(("too_low", "too_high"), [(9, 1), (1, 1), (1, 3), (0.7, 2.5)])
def test_the_quantile_of_two_costs_has_their_ratio_as_its_odds(
    too_low: float, too_high: float
) -> None:
    """By hand: costs 9 and 1 ask for the quantile 9/10, whose odds are 0.9 / 0.1 = 9 / 1."""
    odds = rows.odds(quantile_of_costs(too_low, too_high))
    assert odds == pytest.approx(too_low / too_high, rel=1e-12)


def every_drawing(name: str, *figures: str) -> Iterator[Mapping[str, float]]:
    """Yield the figures' values for every combination of givens that a question may draw."""
    g, q = graph(SLUG), find(f"{SLUG}/{name}")[1]
    assert isinstance(q, Number)
    for drawn in itertools.product(*q.vary.values()):
        yield g.evaluate(dict(zip(q.vary, drawn, strict=True)), g.needed(figures))


def test_the_descent_that_is_said_to_bounce_never_lands() -> None:
    """It lands if the distance is a whole number of steps; then there is no far side."""
    drawings = list(every_drawing("bounce-far", "landing"))
    assert len(drawings) >= 32
    assert not [v for v in drawings if v["landing"][1]]


def test_the_descent_that_is_said_to_be_far_away_has_not_arrived() -> None:
    for v in every_drawing("l1-steps", "arrival", "look"):
        assert v["arrival"][0] > v["look"] + 1


def test_residuals_lie_on_the_side_of_the_threshold_that_the_diagnoses_assume() -> None:
    """Beyond it in both questions on Huber's loss, within it in the one on smooth L1."""
    for name in ("huber-loss", "huber-gradient"):
        assert all(abs(v["residual"]) > v["delta"] for v in every_drawing(name, "huber_gradient"))
    drawings = list(every_drawing("smooth-gradient", "smooth_gradient"))
    assert all(abs(v["residual"]) <= v["beta"] for v in drawings)


def test_a_gradient_that_is_shown_for_comparison_is_never_zero() -> None:
    """From zero at the minimum itself nobody could tell the gradient elsewhere."""
    assert all(v["squared_gradient"] for v in every_drawing("l2-proportional", "squared_gradient"))
