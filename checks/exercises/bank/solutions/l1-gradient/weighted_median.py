"""The weighted median: a solution."""


def weighted_median(values: list[float], weights: list[float]) -> float:
    """Return the lowest c that minimises sum of weights_i |values_i - c|."""
    pairs = sorted(zip(values, weights, strict=True))
    total = sum(weights)
    so_far = 0.0
    for value, weight in pairs:
        so_far += weight
        # To the right of this value the weight on the left is no longer the lighter one.
        if 2 * so_far >= total:
            return value
    raise ValueError("give at least one value")
