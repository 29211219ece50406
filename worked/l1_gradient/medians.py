"""From one point to many: the minimiser of a sum of absolute errors is a (weighted) median.

Plain arithmetic, no libraries; exact for `fractions.Fraction` inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from worked.l1_gradient.losses import INTERCEPT, Real, magnitude, require_finite


# --8<-- [start:median]
def weighted_median_interval(values: Sequence[Real], weights: Sequence[Real]) -> tuple[Real, Real]:
    """Return (lowest, highest) c that minimises sum_i weights_i |values_i - c|.

    Moving c to the right adds the weight on its left and saves the weight on its right, so
    the minimum is where they balance. If the weight up to some value is exactly that beyond
    it, the loss is flat from there to the next value and every c between minimises.
    `values` share one unit, which is that of the result; `weights` are not negative, nor all zero,
    and matter only in proportion. ValueError if the lengths differ or these do not hold.
    """
    if len(values) != len(weights):
        raise ValueError(f"{len(values)} values but {len(weights)} weights; give one for each")
    for value, weight in zip(values, weights, strict=True):
        require_finite(value=value, weight=weight)
        if weight < 0:
            raise ValueError(f"weight {weight} of value {value} is negative")
    # Exact sums: a rounding error would turn an interval of minimisers into a point.
    pairs = sorted(
        (value, Fraction(weight)) for value, weight in zip(values, weights, strict=True) if weight
    )
    if not pairs:
        raise ValueError("no value has a positive weight; give at least one")
    total = sum(weight for _, weight in pairs)
    below = Fraction(0)
    for position, (value, weight) in enumerate(pairs):
        below += weight
        if 2 * below == total:
            return value, pairs[position + 1][0]
        if 2 * below > total:
            return value, value
    raise AssertionError("the weights up to the last value are all of them")


def median_interval(values: Sequence[Real]) -> tuple[Real, Real]:
    """Return (lowest, highest) c that minimises sum_i |values_i - c|.

    One point for an odd count; the middle values for an even one. ValueError if empty.
    """
    return weighted_median_interval(values, [1] * len(values))


def slope_interval(
    xs: Sequence[Real], ys: Sequence[Real], intercept: Real = INTERCEPT
) -> tuple[Real, Real]:
    """Return (lowest, highest) m that minimises sum_i |y_i - (m x_i + intercept)|.

    |y - m x - b| = |x| |(y - b)/x - m|: each point votes for the slope that passes through
    it, with weight |x|. In units of y per unit of x. Points with an input of zero have no say;
    it is a ValueError if no other is left, or if `xs` and `ys` differ in length.
    """
    if len(xs) != len(ys):
        raise ValueError(f"{len(xs)} values of x but {len(ys)} of y; give one for each")
    votes = [(y - intercept) / x if x else 0 for x, y in zip(xs, ys, strict=True)]
    return weighted_median_interval(votes, [magnitude(x) for x in xs])


# --8<-- [end:median]


def sum_of_absolute_errors(values: Sequence[Real], centre: Real) -> Real:
    """Return sum_i |values_i - centre|, in the unit of `values`."""
    return sum((magnitude(value - centre) for value in values), start=0)
