"""The weight of a leaf and the gain of a split, with all three penalties: a solution."""


def soft_threshold(G: float, reg_alpha: float) -> float:
    """Return G moved towards zero by reg_alpha, and 0 if it would pass it."""
    if reg_alpha < G:
        return G - reg_alpha
    if -reg_alpha > G:
        return G + reg_alpha
    return 0.0


def leaf_weight(G: float, H: float, reg_lambda: float, reg_alpha: float) -> float:
    """Return the weight that minimises the leaf's objective."""
    return -soft_threshold(G, reg_alpha) / (H + reg_lambda)


def split_gain(
    G_left: float,
    H_left: float,
    G_right: float,
    H_right: float,
    reg_lambda: float,
    reg_alpha: float,
    gamma: float,
) -> float:
    """Return the gain of a split, less gamma: the split is kept when this is above 0."""

    def score(G: float, H: float) -> float:
        return soft_threshold(G, reg_alpha) ** 2 / (H + reg_lambda)

    parent = score(G_left + G_right, H_left + H_right)
    return score(G_left, H_left) + score(G_right, H_right) - parent - gamma
