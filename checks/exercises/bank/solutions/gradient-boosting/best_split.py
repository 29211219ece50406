"""The best split of one feature for squared error: a solution."""

from itertools import pairwise


def squared_error(values: list[float]) -> float:
    """Return the sum of squared distances from the mean."""
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values)


def best_split(x: list[float], target: list[float]) -> tuple[float, float] | None:
    """Return (threshold, gain) of the split with the largest gain; None if x has one value only."""
    best = None
    for below, above in pairwise(sorted(set(x))):
        left = [t for value, t in zip(x, target, strict=True) if value <= below]
        right = [t for value, t in zip(x, target, strict=True) if value > below]
        gain = squared_error(target) - squared_error(left) - squared_error(right)
        if best is None or gain > best[1]:
            best = ((below + above) / 2, gain)
    return best
