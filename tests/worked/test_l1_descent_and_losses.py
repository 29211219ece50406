"""The L1 chapter's real system against hand arithmetic and the laws it claims."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worked.l1_gradient import descent, float_study, losses, medians
from worked.recording import load

F = Fraction
X, Y, START = F(2), F(10), F(1)  # the chapter's point and first weight

small = st.fractions(min_value=-20, max_value=20, max_denominator=12)
nonzero = small.filter(bool)


def l1(m):
    return losses.l1_gradient(m, X, Y)


def l2(m):
    return losses.l2_gradient(m, X, Y)


def test_the_chapters_point_by_hand():
    # yhat = 1*2 + 4 = 6; L = |10 - 6| = 4; L2 = 16; dL/dm = -2*sign(4) = -2; L2: -2*2*4 = -16
    assert losses.predict(1, 2) == 6
    assert losses.l1_loss(10, 6) == 4
    assert losses.l2_loss(10, 6) == 16
    assert losses.l1_gradient(1, 2, 10) == -2
    assert losses.l2_gradient(1, 2, 10) == -16


def test_the_chain_rule_link_by_link():
    # sign(4) = 1, dr/dyhat = -1, dyhat/dm = x = 2: product -2
    links = losses.l1_chain_rule(1, 2, 10)
    assert (
        links.residual,
        links.loss_by_residual,
        links.residual_by_prediction,
        links.prediction_by_weight,
        links.loss_by_weight,
    ) == (4, 1, -1, 2, -2)


def test_an_outlier_leaves_the_l1_gradient_alone_and_multiplies_the_l2_one():
    # y = 100: residual 94; L1 -2 as before; L2 -2*2*94 = -376, from -16: 23.5 times
    assert losses.l1_gradient(1, 2, 100) == -2
    assert losses.l2_gradient(1, 2, 100) == -376


def test_at_the_kink_the_subdifferential_is_minus_x_to_x_and_the_gradient_is_zero():
    # m = 3: yhat = 10 = y
    assert losses.l1_subdifferential(3, 2, 10) == (-2, 2)
    assert losses.l1_subdifferential(-3, -2, 10) == (-2, 2)  # -3 * -2 + 4 = 10
    assert losses.l1_gradient(3, 2, 10) == 0
    assert losses.l1_subdifferential(1, 2, 10) == (-2, -2)


@settings(max_examples=40)
@given(m=small, x=nonzero, y=small, other=small)
def test_every_subgradient_gives_a_line_that_stays_below_the_loss(m, x, y, other):
    """L(other) >= L(m) + g (other - m) for both ends of the interval: the definition."""
    loss_here = losses.l1_loss(y, losses.predict(m, x))
    loss_there = losses.l1_loss(y, losses.predict(other, x))
    low, high = losses.l1_subdifferential(m, x, y)
    assert low <= losses.l1_gradient(m, x, y) <= high
    for slope in (low, high):
        assert loss_there >= loss_here + slope * (other - m)


@settings(max_examples=40)
@given(x=nonzero, y=small)
def test_no_steeper_line_would_stay_below_at_the_kink(x, y):
    """The interval is the whole subdifferential: one unit beyond either end cuts the loss."""
    m = descent.minimiser(x, y)
    low, high = losses.l1_subdifferential(m, x, y)
    for slope, side in ((high + 1, 1), (low - 1, -1)):
        assert losses.l1_loss(y, losses.predict(m + side, x)) < slope * side


@settings(max_examples=40)
@given(m=small, x=small, y=small, delta=nonzero.map(abs))
def test_central_differences_give_the_gradients(m, x, y, delta):
    """Exact rationals: on each straight or quadratic piece a central difference is exact."""
    h = F(1, 10**9)
    residual = y - losses.predict(m, x)
    near_a_join = any(abs(abs(residual) - join) <= abs(x) * h for join in (0, delta))
    if near_a_join:
        return

    def slope(loss):
        return (loss(y - losses.predict(m + h, x)) - loss(y - losses.predict(m - h, x))) / (2 * h)

    assert slope(abs) == losses.l1_gradient(m, x, y)
    assert slope(lambda r: r * r) == losses.l2_gradient(m, x, y)
    assert slope(lambda r: losses.huber_loss(r, delta)) == losses.huber_gradient(m, x, y, delta)
    assert slope(lambda r: losses.smooth_l1_loss(r, delta)) == losses.smooth_l1_gradient(
        m, x, y, delta
    )


def test_huber_and_smooth_l1_by_hand():
    # threshold 2. r = 1: huber 1/2, smooth 1/4. r = 4: huber 2*(4 - 1) = 6, smooth 4 - 1 = 3.
    assert losses.huber_loss(F(1), F(2)) == F(1, 2)
    assert losses.smooth_l1_loss(F(1), F(2)) == F(1, 4)
    assert losses.huber_loss(F(4), F(2)) == 6
    assert losses.smooth_l1_loss(F(4), F(2)) == 3
    assert losses.huber_gradient_by_residual(F(4), F(2)) == 2
    assert losses.smooth_l1_gradient_by_residual(F(4), F(2)) == 1


@settings(max_examples=40)
@given(residual=small, threshold=nonzero.map(abs))
def test_huber_is_smooth_l1_times_its_threshold(residual, threshold):
    huber = losses.huber_loss(residual, threshold)
    assert huber == threshold * losses.smooth_l1_loss(residual, threshold)


@settings(max_examples=40)
@given(residual=small)
def test_smooth_l1_with_beta_zero_is_l1(residual):
    assert losses.smooth_l1_loss(residual, 0) == abs(residual)
    assert losses.smooth_l1_gradient_by_residual(residual, 0) == losses.sign(residual)


def test_rate_one_tenth_lands_on_the_minimum_in_ten_steps_in_exact_arithmetic():
    # each step 0.1 * 2 = 0.2; distance 3 - 1 = 2; 2 / 0.2 = 10
    weights = descent.descend(l1, START, descent.fixed_rate(F(1, 10)), 12)
    assert weights[9] == F(14, 5)
    assert weights[10:] == [3, 3, 3]
    assert descent.steps_until(weights, 3) == 10
    outcome = descent.l1_fixed_rate_outcome(START, X, Y, F(1, 10))
    assert (outcome.steps, outcome.lands, outcome.amplitude) == (10, True, 0)


def float_descent(rate, steps):
    return descent.descend(
        lambda m: losses.l1_gradient(m, 2.0, 10.0), 1.0, descent.fixed_rate(rate), steps
    )


def test_in_floats_rate_one_tenth_misses_the_minimum_and_rests_only_by_a_second_rounding():
    """m_10 is 3 + 2^-51, not 3; yet 2 m + 4 rounds to 10, so the residual is 0 and it stops."""
    weights = float_descent(0.1, 200)
    assert weights[10] == 3 + 2**-51
    assert 3.0 not in weights
    assert losses.predict(weights[10], 2.0) == 10.0
    assert set(weights[10:]) == {weights[10]}


def test_the_recorded_study_of_floats_is_what_the_study_gives():
    values = {name: entry["value"] for name, entry in load(float_study.MEASURED)["values"].items()}
    assert values == {name: value for name, (value, _) in float_study.study().items()}
    # 2^-51 is one unit in the last place of 3; the step of 0.05 x 2 is the bounce.
    assert values["weight_past_the_minimum_after_ten_steps"] == 2**-51
    assert values["in_units_of_the_last_place"] == 1
    assert values["prediction_short_of_the_target_after_ten_steps"] == 0
    assert values["small_rate_float_amplitude"] == pytest.approx(0.1, abs=1e-14)


def test_in_floats_rate_one_twentieth_bounces_for_ever_where_exact_arithmetic_lands():
    # exact: 2 / (0.05 * 2) = 20 steps, then rest; in floats it steps over by 2e-15 and bounces
    exact = descent.l1_fixed_rate_outcome(START, X, Y, F(1, 20))
    assert (exact.steps, exact.lands) == (20, True)
    late = float_descent(0.05, 2_000)[1_000:]
    assert max(late) - min(late) == pytest.approx(0.1, abs=1e-14)


def test_rate_fifteen_hundredths_bounces_between_2_8_and_3_1_for_ever():
    # step 0.3; 2 = 6 * 0.3 + 0.2: near side 3 - 0.2 = 2.8, far side 2.8 + 0.3 = 3.1
    weights = descent.descend(l1, START, descent.fixed_rate(F(3, 20)), 50)
    outcome = descent.l1_fixed_rate_outcome(START, X, Y, F(3, 20))
    assert (outcome.near_side, outcome.far_side) == (F(14, 5), F(31, 10))
    assert outcome.amplitude == F(3, 10)
    assert set(weights[6:]) == {F(14, 5), F(31, 10)}
    assert weights[outcome.steps] == F(31, 10)
    assert outcome.steps == 7


@settings(max_examples=40)
@given(start=small, x=nonzero, y=small, rate=st.fractions(min_value=F(1, 3), max_value=3))
def test_the_predicted_outcome_of_a_fixed_rate_is_what_descent_does(start, x, y, rate):
    outcome = descent.l1_fixed_rate_outcome(start, x, y, rate)
    if outcome.steps > 500:
        return
    weights = descent.descend(
        lambda m: losses.l1_gradient(m, x, y), start, descent.fixed_rate(rate), outcome.steps + 4
    )
    assert weights[outcome.steps] == outcome.far_side
    assert set(weights[outcome.steps :]) == {outcome.near_side, outcome.far_side}
    assert outcome.amplitude == (0 if outcome.lands else rate * abs(x))


def test_l2_closes_the_same_fraction_of_the_distance_at_every_step():
    # factor 1 - 2*0.1*4 = 0.2: distances 2, 0.4, 0.08, 0.016
    weights = descent.descend(l2, START, descent.fixed_rate(F(1, 10)), 3)
    assert weights == [1, F(13, 5), F(73, 25), F(373, 125)]  # 1, 2.6, 2.92, 2.984
    assert descent.l2_contraction(X, F(1, 10)) == F(1, 5)


def test_l2_bounces_at_rate_one_over_x_squared_and_diverges_beyond():
    # 1/x^2 = 1/4: factor -1, so 1 <-> 5; at 1/2 the factor is -3: distances 2, 6, 18
    assert descent.descend(l2, START, descent.fixed_rate(F(1, 4)), 3) == [1, 5, 1, 5]
    assert descent.descend(l2, START, descent.fixed_rate(F(1, 2)), 2) == [1, 9, -15]


def test_harmonic_decay_ends_the_bounce():
    """Once over the minimum, the distance is never more than the last step, which shrinks."""
    rate = descent.harmonic_rate(F(1))
    weights = descent.descend(l1, START, rate, 60)
    crossed = next(k for k, m in enumerate(weights) if m >= 3)
    for k in range(crossed, 60):
        assert abs(weights[k] - 3) <= 2 * rate(crossed - 1)
        assert abs(weights[k + 1] - 3) <= max(abs(weights[k] - 3), 2 * rate(k))
    assert abs(weights[60] - 3) <= 2 * rate(30)


def test_square_root_decay_comes_to_rest_too():
    weights = descent.descend(
        lambda m: losses.l1_gradient(m, 2.0, 10.0), 1.0, descent.square_root_rate(0.5), 4_000
    )
    # after crossing, within one step: 2 * 0.5 / sqrt(k)
    assert all(abs(weights[k] - 3) <= 1 / math.sqrt(k - 1) for k in range(3_000, 4_001))


def test_geometric_decay_can_stop_short_of_the_minimum():
    # |x| * 0.1 / (1 - 1/2) = 0.4 in all: from 1 it never passes 1.4, though m* = 3
    weights = descent.descend(l1, START, descent.geometric_rate(F(1, 10), F(1, 2)), 200)
    assert weights[-1] < F(14, 10)
    assert F(14, 10) - weights[-1] < F(1, 10**50)


def test_the_median_minimises_and_an_even_count_has_an_interval():
    values = [F(1), F(2), F(4), F(100)]
    assert medians.median_interval(values) == (2, 4)
    # 1 + 0 + 2 + 98 = 101 anywhere in [2, 4]
    for centre in (F(2), F(3), F(4)):
        assert medians.sum_of_absolute_errors(values, centre) == 101
    assert medians.sum_of_absolute_errors(values, F(19, 10)) > 101
    assert medians.sum_of_absolute_errors(values, F(41, 10)) > 101
    assert medians.median_interval([5, 1, 3]) == (3, 3)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(small, st.integers(0, 4)), min_size=1, max_size=9).filter(
        lambda pairs: any(weight for _, weight in pairs)
    )
)
def test_the_weighted_median_is_the_median_of_values_repeated_weight_times(pairs):
    values, weights = zip(*pairs, strict=True)
    repeated = [value for value, weight in pairs for _ in range(weight)]
    assert medians.weighted_median_interval(values, weights) == medians.median_interval(repeated)


@settings(max_examples=40)
@given(st.lists(small, min_size=1, max_size=9))
def test_the_median_interval_is_exactly_the_set_of_minimisers(values):
    """A convex piecewise linear loss has its minimum at a corner: compare with all corners."""
    low, high = medians.median_interval(values)
    best = min(medians.sum_of_absolute_errors(values, corner) for corner in values)
    assert medians.sum_of_absolute_errors(values, low) == best
    assert medians.sum_of_absolute_errors(values, high) == best
    assert medians.sum_of_absolute_errors(values, low - F(1, 1000)) > best
    assert medians.sum_of_absolute_errors(values, high + F(1, 1000)) > best


@settings(max_examples=40)
@given(
    st.lists(st.tuples(nonzero, small), min_size=1, max_size=7),
)
def test_the_best_slope_is_a_weighted_median_of_the_points_slopes(points):
    xs, ys = zip(*points, strict=True)

    def loss(m):
        return sum(losses.l1_loss(y, losses.predict(m, x)) for x, y in points)

    low, high = medians.slope_interval(xs, ys)
    best = min(loss((y - 4) / x) for x, y in points)
    assert loss(low) == loss(high) == best
    assert loss(low - F(1, 1000)) > best
    assert loss(high + F(1, 1000)) > best


def test_one_point_has_the_single_best_slope_three():
    assert medians.slope_interval([X], [Y]) == (3, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: losses.predict(math.nan, 2), "m is nan"),
        (lambda: losses.huber_loss(1, 0), "delta is 0"),
        (lambda: losses.smooth_l1_loss(1, -1), "greater than 0"),
        (lambda: losses.sign(math.inf), "finite"),
        (lambda: descent.minimiser(0, 10), "x is 0"),
        (lambda: descent.descend(l1, 1, descent.fixed_rate(0), 1), "rate of step 0"),
        (lambda: descent.descend(l1, 1, descent.fixed_rate(1), -1), "steps is -1"),
        (lambda: descent.geometric_rate(1, 1), "ratio is 1"),
        (lambda: descent.l1_fixed_rate_outcome(1, 2, 10, 0), "rate is 0"),
        (lambda: medians.median_interval([]), "no value"),
        (lambda: medians.weighted_median_interval([1], [1, 2]), "1 values but 2 weights"),
        (lambda: medians.weighted_median_interval([1], [-1]), "negative"),
        (lambda: medians.slope_interval([1, 2], [1]), "2 values of x but 1 of y"),
        (lambda: medians.slope_interval([0], [1]), "no value"),
    ],
)
def test_bad_input_is_named_in_the_error(call, words):
    with pytest.raises(ValueError, match=words):
        call()
