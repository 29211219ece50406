"""Losses of a line with one learnable weight, and their gradients.

The model is ŷ = m·x + b with b fixed. Throughout: m in units of y per unit of x; ŷ, y, b and the
residual r = y - ŷ in units of y; an L1 gradient in units of x, an L2 gradient in units of x times
those of y. A learning rate has whatever unit makes rate times gradient a weight.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.ops import absolute, maximum, minimum, where

# -- the model and its losses -----------------------------------------------------------------


def prediction(m: Any, x: Any, intercept: Any) -> Any:
    """Prediction ŷ of the line at x."""
    return m * x + intercept


def residual(y: Any, prediction: Any) -> Any:
    """What is left of the target after the prediction: positive when the prediction is too low."""
    return y - prediction


def l1_loss(residual: Any) -> Any:
    """Absolute error."""
    return absolute(residual)


def l2_loss(residual: Any) -> Any:
    """Squared error, without a factor of one half."""
    return residual**2


def minimiser(x: Any, y: Any, intercept: Any) -> Any:
    """Weight that puts the line through the point (x, y); x must not be 0."""
    return (y - intercept) / x


# -- slopes and gradients ---------------------------------------------------------------------


def _sign(value: Any) -> Any:
    return where(value > 0, 1, where(value < 0, -1, 0))


def absolute_value_slope(residual: Any) -> Any:
    """Slope of |r|: its derivative where it has one, and the subgradient 0 at r = 0."""
    return _sign(residual)


def squared_slope(residual: Any) -> Any:
    """Slope of r²."""
    return 2 * residual


def chain_rule(loss_by_residual: Any, prediction_by_weight: Any) -> Any:
    """Derivative of a loss by the weight: the product of three links, of which dr/dŷ is -1."""
    return -(loss_by_residual * prediction_by_weight)


def l1_gradient(x: Any, residual: Any) -> Any:
    """Derivative of |y - (m·x + b)| by m: -x sign(r), with the subgradient 0 at the kink."""
    return where(residual > 0, -x, where(residual < 0, x, 0))


def l2_gradient(x: Any, residual: Any) -> Any:
    """Derivative of r² by m, where r = y - (m·x + b)."""
    return -(2 * x * residual)


def subgradient_low(x: Any) -> Any:
    """Smallest subgradient of |y - (m·x + b)| by m at the kink.

    Source: Rockafellar, Convex Analysis, section 23.
    """
    return -absolute(x)


def subgradient_high(x: Any) -> Any:
    """Largest subgradient of |y - (m·x + b)| by m at the kink.

    Source: Rockafellar, Convex Analysis, section 23.
    """
    return absolute(x)


def stays_below(line_slope: Any) -> Any:
    """Whether a line through the kink of |r| with this slope stays on or below |r|: 1 or 0."""
    return where(absolute(line_slope) <= 1, 1, 0)


# -- between L1 and L2, and beyond ------------------------------------------------------------


def huber_loss(residual: Any, threshold: Any) -> Any:
    """Huber's loss: r²/2 up to the threshold δ, then a line of slope δ.

    With c the smaller of |r| and δ, both pieces are c·(|r| - c/2).
    Source: Huber 1964, "Robust estimation of a location parameter"; torch.nn.HuberLoss.
    Often got wrong: the residual's sign kept in the linear branch (museum: PaddlePaddle/Paddle
    44019).
    """
    return minimum(absolute(residual), threshold) * (
        absolute(residual) - minimum(absolute(residual), threshold) / 2
    )


def smooth_l1_loss(residual: Any, threshold: Any) -> Any:
    """Smooth L1: r²/(2β) below the threshold β, then a line of slope 1.

    With c the smaller of |r| and β, both pieces are c·(|r| - c/2)/β.
    Source: torch.nn.SmoothL1Loss; with β = 1, Girshick 2015 (Fast R-CNN), equation 3.
    Often got wrong: the square not divided by β (museum: ml-explore/mlx 1986).
    """
    return (
        minimum(absolute(residual), threshold)
        * (absolute(residual) - minimum(absolute(residual), threshold) / 2)
        / threshold
    )


def huber_gradient(x: Any, residual: Any, threshold: Any) -> Any:
    """Derivative of Huber's loss by m: the residual, clipped at δ, times -x."""
    return -(x * maximum(-threshold, minimum(threshold, residual)))


def smooth_l1_gradient(x: Any, residual: Any, threshold: Any) -> Any:
    """Derivative of the smooth L1 loss by m: r/β, clipped at 1, times -x."""
    return -(x * maximum(-1, minimum(1, residual / threshold)))


def pinball_loss(residual: Any, quantile: Any) -> Any:
    """Pinball loss, whose minimiser over many points is a quantile; quantile: 0 to 1.

    Source: Koenker and Bassett 1978, "Regression quantiles".
    Often got wrong: a branch with the wrong sign, so that the loss falls without end (museum:
    scikit-learn/scikit-learn 8087); the quantile and its rest exchanged (museum: ufal/npfl139 17).
    """
    return maximum(quantile * residual, (quantile - 1) * residual)
