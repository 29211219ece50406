"""The weighted median: what minimises a weighted sum of absolute errors.

Moving c to the right adds the weight on its left and saves the weight on its right. The loss
is least where the two balance. For a line with a fixed intercept each point votes for the slope
through it, with weight |x|; the best slope is the weighted median of the votes.
"""


def weighted_median(values: list[float], weights: list[float]) -> float:
    """Return the lowest c that minimises sum of weights_i |values_i - c|.

    values: in any order; weights: positive, one for each value.
    """
    raise NotImplementedError("TODO: find where the weights balance")
