"""The best split of one feature for squared error.

A stump cuts the rows at a threshold and predicts the mean of each side. Its gain is by how much
the sum of squared errors falls against one mean for all rows.
"""


def best_split(x: list[float], target: list[float]) -> tuple[float, float] | None:
    """Return (threshold, gain) of the split with the largest gain; None if x has one value only.

    Rows with x <= threshold go left. Thresholds lie halfway between neighbouring different
    values of x. Of several equally good ones take the lowest. x need not be sorted.
    """
    raise NotImplementedError("TODO: try every threshold")
