"""What several seeded runs say together: percentiles, means and their confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

# Student's t, 97.5 % quantile, by degrees of freedom (number of values - 1).
T_975 = {4: 2.776445105, 9: 2.262157163, 19: 2.093024054}


def percentile(values: Sequence[float], q: float) -> float:
    """The q-th percentile (0 to 100) by linear interpolation, as NumPy's default.

    Raises:
        ValueError: no values, or q outside 0 to 100.
    """
    if not values or not 0 <= q <= 100:
        raise ValueError("a percentile needs at least one value and q between 0 and 100")
    ordered = sorted(values)
    at = (len(ordered) - 1) * q / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def mean_and_ci95(values: Sequence[float]) -> tuple[float, float]:
    """The mean of independent values and the half-width of its 95 % confidence interval.

    Student's t with n - 1 degrees of freedom.

    Raises:
        ValueError: a number of values without a t quantile in T_975.
    """
    freedom = len(values) - 1
    if freedom not in T_975:
        known = ", ".join(str(n + 1) for n in T_975)
        raise ValueError(f"{len(values)} values; have t quantiles for {known}")
    return fmean(values), T_975[freedom] * stdev(values) / math.sqrt(len(values))
