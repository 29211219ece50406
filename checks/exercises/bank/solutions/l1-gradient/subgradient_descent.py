"""Descent on the absolute error of one point: a solution."""


def descend(
    x: float, y: float, intercept: float, start: float, rate: float, steps: int
) -> list[float]:
    """Return the weights m_0, m_1, ... m_steps of descent from m_0 = start."""
    weights = [start]
    for _ in range(steps):
        m = weights[-1]
        residual = y - (m * x + intercept)
        sign = (residual > 0) - (residual < 0)  # 0 at the kink
        # dL/dm = dL/dr times dr/dm = sign(r) times -x.
        gradient = -sign * x
        weights.append(m - rate * gradient)
    return weights
