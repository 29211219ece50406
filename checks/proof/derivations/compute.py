"""Derive FLOPs by counting multiplications and additions of the matrix products."""

from __future__ import annotations

from sympy import Expr, Rational

MULTIPLY_ADD = 2
BACKWARD_OVER_FORWARD = 2  # one product for the inputs' gradient, one for the weights'


def parameter_flops_per_token(params: Expr) -> Expr:
    """Each parameter multiplies one value and is added once; backward does it twice over."""
    forward = MULTIPLY_ADD * params
    return forward + BACKWARD_OVER_FORWARD * forward


def attention_flops_per_token(layers: Expr, hidden: Expr, seq: Expr) -> Expr:
    """Per token and layer: scores against s keys and the weighted sum of s values, h wide."""
    scores, weighted_sum = MULTIPLY_ADD * seq * hidden, MULTIPLY_ADD * seq * hidden
    forward = layers * (scores + weighted_sum)
    return forward + BACKWARD_OVER_FORWARD * forward


def hardware_flops_utilization(mfu: Expr) -> Expr:
    """Forward runs twice: count what is run over what is needed."""
    forward, backward = 1, BACKWARD_OVER_FORWARD
    return mfu * Rational(forward + forward + backward, forward + backward)
