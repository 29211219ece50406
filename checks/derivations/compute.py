"""Derive FLOPs by counting multiplications and additions of the matrix products."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, solve

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


def train_flops_per_token(parameter_flops: Expr, attention_flops: Expr) -> Expr:
    """Solve: taking both parts from the whole leaves nothing."""
    x = Symbol("x")
    return solve(x - parameter_flops - attention_flops, x)[0]


def tokens_per_second(gpus: Expr, peak_flops: Expr, mfu: Expr, flops_per_token: Expr) -> Expr:
    """Solve the definition of MFU for the rate."""
    r = Symbol("r", positive=True)
    return solve(r * flops_per_token / (gpus * peak_flops) - mfu, r)[0]


def model_flops_utilization(
    tokens_per_second: Expr, flops_per_token: Expr, gpus: Expr, peak_flops: Expr
) -> Expr:
    """Compare the time that the work would take at peak with the time that it takes."""
    ideal = flops_per_token / (gpus * peak_flops)
    actual = 1 / tokens_per_second
    return ideal / actual


def token_rate_at_peak(gpus: Expr, peak_flops: Expr, flops_per_token: Expr) -> Expr:
    """Solve: the definition of MFU at an MFU of one."""
    return tokens_per_second(gpus, peak_flops, Rational(1), flops_per_token)


def hardware_flops_utilization(mfu: Expr) -> Expr:
    """Forward runs twice: count what is run over what is needed."""
    forward, backward = 1, BACKWARD_OVER_FORWARD
    return mfu * Rational(forward + forward + backward, forward + backward)


def tokens_trained(tokens_per_second: Expr, seconds: Expr) -> Expr:
    """Integrate a constant rate over the time."""
    from sympy import integrate

    t = Symbol("t")
    return integrate(tokens_per_second, (t, 0, seconds))


def scaled(value: Expr, factor: Expr) -> Expr:
    """Solve: the ratio of the result to the value is the factor."""
    x = Symbol("x")
    return solve(x / value - factor, x)[0]
