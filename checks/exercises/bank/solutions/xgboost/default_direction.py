"""Where rows with a missing value go: a solution."""

import math


def default_direction(
    x: list[float],
    gradients: list[float],
    hessians: list[float],
    threshold: float,
    reg_lambda: float,
) -> tuple[str, float]:
    """Return ("left" or "right", gain) for missing values at a split with this threshold."""
    rows = list(zip(x, gradients, hessians, strict=True))

    def score(G: float, H: float) -> float:
        return G * G / (H + reg_lambda)

    def gain(missing_go_left: bool) -> float:
        # NaN < threshold is False, so the missing rows must be asked for by name.
        left = [r for r in rows if (missing_go_left if math.isnan(r[0]) else r[0] < threshold)]
        G, H = sum(gradients), sum(hessians)
        G_left, H_left = sum(r[1] for r in left), sum(r[2] for r in left)
        return score(G_left, H_left) + score(G - G_left, H - H_left) - score(G, H)

    left, right = gain(True), gain(False)
    return ("left", left) if left > right else ("right", right)
