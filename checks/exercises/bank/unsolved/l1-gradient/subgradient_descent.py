"""Descent on the absolute error of one point.

The model is a line with one weight, yhat = m x + intercept, and the loss is |y - yhat|. Away
from the kink the chain rule gives the gradient with respect to m. At the kink every slope from
-|x| to |x| is a subgradient; take 0 there, so that a weight that is right stays right.
"""


def descend(
    x: float, y: float, intercept: float, start: float, rate: float, steps: int
) -> list[float]:
    """Return the weights m_0, m_1, ... m_steps of descent from m_0 = start.

    x, y: the point; rate: how much of the gradient is subtracted in each step.
    """
    raise NotImplementedError("TODO: step against the subgradient of |y - (m x + intercept)|")
