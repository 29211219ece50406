"""Where rows with a missing value go: the direction that a split learns.

XGBoost tries every split twice, once with all rows that lack the feature on the left and once
with all of them on the right, and keeps the better way. Rows that lack it at prediction time
follow.
"""


def default_direction(
    x: list[float],
    gradients: list[float],
    hessians: list[float],
    threshold: float,
    reg_lambda: float,
) -> tuple[str, float]:
    """Return ("left" or "right", gain) for missing values at a split with this threshold.

    x: the feature of every row, NaN where it is missing (in one row at least); rows with
    x < threshold go left.
    The gain is G_left**2 / (H_left + lambda) + G_right**2 / (H_right + lambda)
    - G**2 / (H + lambda). Where both ways gain the same, the answer is "right".
    """
    raise NotImplementedError("TODO: the gain with the missing rows on each side")
