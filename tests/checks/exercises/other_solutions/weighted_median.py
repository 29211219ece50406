"""Brute force over the values."""


def weighted_median(values, weights):
    def cost(centre):
        return sum(w * abs(v - centre) for v, w in zip(values, weights, strict=True))

    return min(sorted(values), key=cost)
