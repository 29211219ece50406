"""Questions on the gradient of the L1 loss."""

from __future__ import annotations

from typing import Any

from checks.drill import questions as q
from checks.drill.answers import Exact, SignificantDigits, WithinPercent
from worked.formulas import descent, losses
from worked.formulas.ops import absolute, ceil, maximum

# Rates of whole fiftieths and inputs of whole halves keep every weight at two decimals.
RATES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24)
TARGETS = {
    "others.a": (3, 8, 12),
    "others.b": (5, 7, 15),
    "y": (6, 10, 14),
    "others.d": (4, 11, 18),
}


def quantile_of_costs(too_low: Any, too_high: Any) -> Any:
    """Quantile whose pinball odds are the ratio of the two costs: (a/b) / (1 + a/b)."""
    return too_low / (too_low + too_high)


NUMBERS = (
    q.Number(
        "moved-prediction", "model", "other_prediction",
        "A line predicts {{ prediction }} for an input of {{ x }}; its weight is {{ m }}. Training "
        "moves the weight to {{ other }} and leaves the intercept alone. What does the line "
        "predict for that input now?",
        {"x": (0.5, 1.5, 2, 2.5, 3), "m": (-3, -1, 1, 2), "other": (-2, 3, 4, 5, 6),
         "intercept": (-8, -5, -3, 2, 4, 7)},
        (
            q.Mistake("You scaled the prediction with the weight; the intercept does not scale.",
                      lambda prediction, other, m: prediction * other / m),
            q.Mistake("You added the change of the weight; the prediction moves by the input times "
                      "that.", lambda prediction, other, m: prediction + other - m),
            q.Mistake("You left the intercept out.", lambda other, x: other * x),
            q.Mistake("That is the change of the prediction; add it to the old one.",
                      lambda other, m, x: (other - m) * x),
            q.Mistake("You moved the prediction the wrong way.",
                      lambda prediction, other, m, x: prediction - (other - m) * x),
            q.Mistake("You divided the change of the weight by the input; multiply by it.",
                      lambda prediction, other, m, x: prediction + (other - m) / x),
        ),
        ("How far does the prediction move for each unit of weight?",
         "By the input. You need not know the intercept: the old prediction holds it."),
        WithinPercent(1),
    ),
    q.Number(
        "residual", "loss", "residual",
        "A line has the weight {{ m }} and the intercept {{ intercept }}. For an input of {{ x }} "
        "the target is {{ y }}. What is the residual, with its sign (positive when the line is too "
        "low)?",
        {"m": (-3, -2, 2, 3, 4), "intercept": (-6, -3, 2, 4, 5), "x": (0.5, 1.5, 2.5, 3),
         "y": (-9, -4, 8, 10, 13, 17)},
        (
            q.Mistake("You took the target from the prediction. It is the other way round: "
                      "positive when the line is too low.", lambda key: -key),
            q.Mistake("That is the prediction; the residual is what it leaves of the target.",
                      lambda prediction: prediction),
            q.Mistake("You left the intercept out of the prediction.", lambda y, m, x: y - m * x),
            q.Mistake("You added the intercept to the residual; it belongs to the prediction, "
                      "which is subtracted.", lambda y, m, x, intercept: y - m * x + intercept),
            q.Mistake("You measured along the weight, from here to the best one; the residual is "
                      "measured along the target.", lambda best, m: best - m),
            q.Mistake("You squared it: that is the L2 loss.", lambda key: key**2),
        ),
        ("What does the line predict?", "Target minus prediction."),
        WithinPercent(1),
    ),
    q.Number(
        "squared-loss", "loss", "squared_loss",
        "A line has the weight {{ m }} and the intercept {{ intercept }}. For an input of {{ x }} "
        "the target is {{ y }}. What is the L2 loss of this point, with no factor before the "
        "square?",
        {"m": (-2, 1, 2, 3, 4), "intercept": (-6, -3, 2, 4, 5), "x": (2, 3),
         "y": (-9, -4, 10, 13, 17, 20)},
        (
            q.Mistake("That is the L1 loss, the size of the residual; square it.",
                      lambda loss: loss),
            q.half("You put a factor before the square; here it comes without."),
            q.Mistake("You took the difference of the squares; square the difference.",
                      lambda y, prediction: y**2 - prediction**2),
            q.Mistake("You left the intercept out of the prediction.",
                      lambda y, m, x: (y - m * x) ** 2),
            q.Mistake("That is the slope of the square, not the square.",
                      lambda squared_slope: squared_slope),
            q.Mistake("You added prediction and target before squaring; subtract them.",
                      lambda y, prediction: (y + prediction) ** 2),
        ),
        ("What is the residual?", "The square of target minus prediction."),
        WithinPercent(1),
    ),
    q.Number(
        "best-weight", "loss", "best",
        "A line with the fixed intercept {{ intercept }} should pass through one point: input "
        "{{ x }}, target {{ y }}. Which weight does that?",
        {"x": (0.5, 1.25, 2, 2.5), "y": (-9, -4, 6, 10, 13, 15), "intercept": (-6, -3, 2, 4, 5)},
        (
            q.Mistake("You left the intercept out: the line starts at it, not at zero.",
                      lambda y, x: y / x),
            q.Mistake("You added the intercept to the target; bringing it to the other side turns "
                      "its sign.", lambda y, intercept, x: (y + intercept) / x),
            q.Mistake("You did not divide by the input.", lambda y, intercept: y - intercept),
            q.Mistake("You multiplied by the input; divide by it.",
                      lambda y, intercept, x: (y - intercept) * x),
            q.Mistake("The ratio is upside down: rise over input.", lambda key: 1 / key),
            q.Mistake("You divided the intercept alone by the input; the target is divided too.",
                      lambda y, intercept, x: y - intercept / x),
        ),
        ("Set the prediction equal to the target.",
         "Target minus intercept, divided by the input."),
        WithinPercent(1),
    ),
    q.Number(
        "lowest-subgradient", "kink", "subgradient_low",
        "The L1 loss of one point with the input {{ x }} is drawn over the weight, and you stand "
        "at its kink. Which is the smallest subgradient there?",
        {"x": (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.1, 2.2,
               2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3)},
        (
            q.Mistake("That is the lower end for the residual; over the weight the loss is steeper "
                      "by the size of the input.", lambda x: -(x / x)),
            q.Mistake("That is the largest one; the smallest is as far on the other side of zero.",
                      lambda subgradient_high: subgradient_high),
            q.Mistake("That is the one that frameworks return, in the middle of the interval.",
                      lambda x: x * 0),
            q.Mistake("That is the width of the interval; you were asked for its lower end.",
                      lambda subgradient_high, subgradient_low: subgradient_high - subgradient_low),
            q.Mistake("You divided by the input; the chain rule multiplies by it.",
                      lambda x: -1 / x),
            q.Mistake("You brought a factor along that belongs to the slope of a square.",
                      lambda key: key * 2),
        ),
        ("Which slopes does the absolute value of the residual allow at zero?",
         "From minus one to one; times the size of the input, over the weight."),
        WithinPercent(1),
    ),
    q.Number(
        "squared-chain", "chain", "squared_chained",
        "Differentiate the squared error (no factor before the square) of one point by the weight, "
        "link by link, and give its value: weight {{ m }}, intercept {{ intercept }}, input "
        "{{ x }}, target {{ y }}.",
        {"m": (-2, 1, 3, 4), "intercept": (-6, -3, 2, 4, 5), "x": (0.5, 1.5, 2.5, 3),
         "y": (-9, -4, 6, 10, 13, 17)},
        (
            q.Mistake("You lost the middle link: the residual falls as the prediction rises.",
                      lambda key: -key),
            q.half("You lost the factor that the exponent brings down."),
            q.Mistake("You lost the last link: the prediction moves by the input for each unit of "
                      "weight.", lambda key, x: key / x),
            q.Mistake("You put the prediction where the residual belongs.",
                      lambda x, prediction: -2 * x * prediction),
            q.Mistake("You put the target where the residual belongs.", lambda x, y: -2 * x * y),
            q.Mistake("That is the gradient of the L1 loss: only the side of the residual is in "
                      "it.",
                      lambda chained: chained),
        ),
        ("The links: loss by residual, residual by prediction, prediction by weight.",
         "The slope of `r**2` at the residual, times minus one, times the input."),
        WithinPercent(1),
    ),
    q.Number(
        "l1-gradient", "gradient", "gradient",
        "What is the gradient of the absolute error by the weight? Weight {{ m }}, intercept "
        "{{ intercept }}, input {{ x }}, target {{ y }}.",
        {"m": (-3, -2, 2, 3, 4), "intercept": (-6, -3, 2, 4, 5),
         "x": (0.5, 0.6, 0.7, 0.8, 0.9, 1.2, 1.3, 1.5, 1.6, 1.7, 1.8, 2.1, 2.2, 2.4, 2.5, 2.8),
         "y": (-9, -4, 6, 10, 13, 17)},
        (
            q.Mistake("Its sign is wrong. Say it in words: if the line is too low, more weight "
                      "must lower the loss.", lambda key: -key),
            q.Mistake("That is the slope by the prediction; the gradient by the weight carries the "
                      "input.", lambda key, x: key / x),
            q.Mistake("You multiplied by the residual; the L1 gradient knows only its side.",
                      lambda x, residual: -(x * residual)),
            q.Mistake("That is the gradient of the squared error.",
                      lambda squared_gradient: squared_gradient),
            q.Mistake("You differentiated by the input; the weight is the variable.",
                      lambda key, x, m: key / x * m),
        ),
        ("On which side of the target does the prediction lie?",
         "Minus the input if the prediction is too low, plus the input if it is too high."),
        WithinPercent(1),
    ),
    q.Number(
        "l2-proportional", "gradient", "beyond_squared_gradient",
        "The squared error of one point is smallest at the weight {{ best }}. At the weight "
        "{{ m }} its gradient is {{ squared_gradient }}. What is its gradient at {{ beyond }}?",
        {"m": (-4, -2, 2), "beyond": (-8, -6, 4, 6, 8, 10), "x": (0.5, 2, 2.5),
         "intercept": (1.5, 2.5, 4.5), "y": (-3, 6, 9, 10, 13)},
        (
            q.Mistake("You left it as it was: that is how the L1 gradient behaves on one side.",
                      lambda squared_gradient: squared_gradient),
            q.Mistake("Its sign is wrong: it is negative below the minimum and positive above it.",
                      lambda key: -key),
            q.Mistake("You scaled it with the weight; it is proportional to the distance from the "
                      "minimum.",
                      lambda squared_gradient, beyond, m: squared_gradient * beyond / m),
            q.Mistake("The ratio of the distances is upside down.",
                      lambda squared_gradient, beyond, m, best:
                      squared_gradient * (m - best) / (beyond - best)),
            q.Mistake("You squared the ratio of the distances: the loss grows like that, and its "
                      "gradient in proportion.",
                      lambda squared_gradient, beyond, m, best:
                      squared_gradient * ((beyond - best) / (m - best)) ** 2),
        ),
        ("The squared error is a parabola over the weight. What is the slope of a parabola?",
         "It is proportional to the signed distance from the minimum: take the distances' ratio."),
        WithinPercent(1), level="senior",
    ),
    q.Number(
        "l1-steps", "descent", "look_weight[method=l1, pace=1]",
        "Gradient descent on the absolute error of one point starts at the weight {{ m }} with "
        "the rate {{ rate[pace=1] }}. The intercept is {{ intercept }}, the input {{ x }}, the "
        "target {{ y }}. Where is the weight after {{ look }} steps?",
        {"m": (5, 6, 7, 8), "rate.1": (0.04, 0.06, 0.1, 0.12, 0.2), "x": (0.5, 1.5, 2, 2.5),
         "intercept": (-4, 3, 5), "y": (-30, -20, -10, 40, 45, 50),
         "look": (3, 4, 5, 6, 7, 8)},
        (
            q.Mistake("You climbed: descent goes against the gradient.",
                      lambda key, m: 2 * m - key),
            q.Mistake("You forgot the input: a step is the rate times its size.",
                      lambda key, m, x: m + (key - m) / x),
            q.Mistake("You took one step.", lambda m, rate, gradient: m - rate * gradient,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You followed the squared error's gradient.", lambda l2_weight: l2_weight,
                      {"l2_weight": "look_weight[method=l2, pace=1]"}),
            q.Mistake("You took the squared error's first gradient and kept it.",
                      lambda m, look, rate, squared_gradient: m - look * rate * squared_gradient,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You took one step too many: the start is no step.",
                      lambda m, look, rate, gradient: m - (look + 1) * rate * gradient,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You took one step too few.",
                      lambda m, look, rate, gradient: m - (look - 1) * rate * gradient,
                      {"rate": "rate[pace=1]"}),
        ),
        ("Does the step change while the weight stays on one side of the minimum?",
         "Each step is the rate times the input, towards the minimum, which is still far away."),
        SignificantDigits(3),
    ),
    q.Number(
        "contraction", "descent", "contraction[pace=1]",
        "Descent on the squared error (no factor before the square) of one point with the input "
        "{{ x }} runs at the rate {{ rate[pace=1] }}. By which factor, with its sign, does each "
        "step multiply the weight's distance from the minimum?",
        {"x": (1.5, 2.5, 3), "rate.1": RATES},
        (
            q.Mistake("You lost the factor that the exponent brings down.",
                      lambda rate, x: 1 - rate * x**2,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("The input enters squared: once in the gradient by the prediction's slope, "
                      "once in the residual, which is the input times the distance.",
                      lambda rate, x: 1 - 2 * rate * x,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("That is the share of the distance that a step covers; you were asked what "
                      "it leaves.", lambda key: 1 - key),
            q.Mistake("You climbed: descent takes the step off.", lambda key: 2 - key),
            q.Mistake("You left the input out.", lambda rate: 1 - 2 * rate,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You squared the rate as well.", lambda rate, x: 1 - 2 * (rate * x) ** 2,
                      {"rate": "rate[pace=1]"}),
        ),
        ("Write the residual as the input times the distance from the minimum.",
         "The gradient is `2 * x**2` times the distance; a step takes off the rate times that."),
        WithinPercent(1), level="senior",
    ),
    q.Number(
        "l2-steps", "descent", "look_weight[method=l2, pace=1]",
        "Descent on the squared error (no factor before the square) of one point starts at the "
        "weight {{ m }} with the rate {{ rate[pace=1] }}. The intercept is {{ intercept }}, the "
        "input {{ x }}, the target {{ y }}. Where is the weight after {{ look }} steps?",
        {"m": (-3, -1, 1, 2, 3, 5), "rate.1": (0.05, 0.1, 0.15, 0.2), "x": (1, 2),
         "intercept": (-2, 1, 3), "y": (15, 16, 17, 18, 20), "look": (2, 3)},
        (
            q.Mistake("You kept the first gradient; it shrinks with the distance.",
                      lambda m, look, rate, squared_gradient: m - look * rate * squared_gradient,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You took steps of one width, as under the absolute error.",
                      lambda m, look, rate, gradient: m - look * rate * gradient,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You lost the factor that the exponent brings down.",
                      lambda m, best, rate, x, look: best + (m - best) * (1 - rate * x**2) ** look,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You climbed: descent goes against the gradient.",
                      lambda m, best, rate, x, look:
                      best + (m - best) * (1 + 2 * rate * x**2) ** look,
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You took one step.", lambda one_step: one_step,
                      {"one_step": "weight[method=l2, pace=1, step=1]"}),
            q.Mistake("That is what is left of the distance, with its sign; add it to the minimum.",
                      lambda key, best: key - best),
        ),
        ("By which factor does a step multiply the distance from the minimum?",
         "By `1 - 2 * rate * x**2`; apply it once for each step."),
        WithinPercent(1), level="senior",
    ),
    q.Number(
        "arrival", "descent", "arrival[pace=1]",
        "Descent on the absolute error of one point starts at the weight {{ m }} with the rate "
        "{{ rate[pace=1] }}. The intercept is {{ intercept }}, the input {{ x }}, the target "
        "{{ y }}. After how many steps is it, in exact arithmetic, on the minimum or first past "
        "it?",
        {"m": (-2, 1, 2, 3), "rate.1": (0.06, 0.1, 0.12, 0.2), "x": (2, 2.5, 3),
         "intercept": (1, 4, 5), "y": (18, 20, 25, 30, 33)},
        (
            q.Mistake("You rounded down: that many steps are still short of the minimum.",
                      lambda step_count: step_count,
                      {"step_count": "step_count[pace=1]"}),
            q.Mistake("You used the input once; it is needed both to turn the residual into a "
                      "distance of the weight and to turn the rate into a step.",
                      lambda distance, tolerance, rate: ceil((distance - tolerance) / rate),
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You divided the residual by the rate: the input is in the distance and in "
                      "the step.", lambda residual, tolerance, rate:
                      ceil((absolute(residual) - tolerance) / rate),
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You divided the distance of the weight by a step of the prediction.",
                      lambda distance, tolerance, rate, x:
                      ceil((distance - tolerance) / (rate * x**2)),
                      {"rate": "rate[pace=1]"}),
            q.Mistake("You counted the start as a step.", lambda key: key + 1),
        ),
        ("How far is the weight from the best one, and how wide is a step?",
         "Distance over the rate times the input, rounded up."),
        Exact(),
    ),
    q.Number(
        "outlier-step", "compare", "outlier_weight[method=l2]",
        "A point's target is {{ y }}, but it was misread as {{ outlier }}. The weight is {{ m }}, "
        "the intercept {{ intercept }}, the input {{ x }}, the rate {{ rate[pace=1] }}. Where "
        "does one step on the misread point take the weight under the squared error (no factor "
        "before the square)?",
        {"m": (-4, 3, 5, 6), "x": (0.5, 1.5, 2.5, 3), "rate.1": (0.02, 0.04, 0.06, 0.1),
         "intercept": (-3, 2, 4), "y": (8, 10, 13), "outlier": (-50, -30, 60, 80, 100)},
        (
            q.Mistake("That is the step of the absolute error, which sees only the side.",
                      lambda l1_weight: l1_weight,
                      {"l1_weight": "outlier_weight[method=l1]"}),
            q.Mistake("You lost the factor that the exponent brings down.",
                      lambda key, m: (key + m) / 2),
            q.Mistake("You climbed: descent goes against the gradient.",
                      lambda key, m: 2 * m - key),
            q.Mistake("You used the true target; the step is taken on the misread one.",
                      lambda one_step: one_step,
                      {"one_step": "weight[method=l2, pace=1, step=1]"}),
            q.Mistake("You left the input out of the gradient.",
                      lambda key, m, x: m + (key - m) / x),
            q.Mistake("That is the step; add it to the weight.", lambda key, m: key - m),
        ),
        ("What is the residual of the misread point?",
         "The weight moves by `2 * rate * x` times that residual."),
        WithinPercent(1),
    ),
    q.Number(
        "bounce-far", "compare", "far[pace=2]",
        "Descent on the absolute error starts at the weight {{ m }} with the fixed rate "
        "{{ rate[pace=2] }}. The intercept is {{ intercept }}, the input {{ x }}, the target "
        "{{ y }}. It ends up bouncing from one side of the minimum to the other. Which is its "
        "weight beyond the minimum, seen from the start?",
        {"m": (1, 2), "x": (2, 2.5), "rate.2": (0.12, 0.18, 0.22, 0.24),
         "y": (13, 16, 19, 22, 25)},
        (
            q.Mistake("That is the weight on the near side.", lambda near: near,
                      {"near": "near[pace=2]"}),
            q.Mistake("You mirrored the near side at the minimum. The bounce is one step wide, and "
                      "the minimum need not lie in its middle.",
                      lambda best, near: 2 * best - near,
                      {"near": "near[pace=2]"}),
            q.Mistake("You forgot the input: every step is the rate times its size wide.",
                      lambda m, distance, tolerance, rate:
                      m + ceil((distance - tolerance) / rate) * rate,
                      {"rate": "rate[pace=2]"}),
            q.Mistake("That is the minimum; no step lands on it.", lambda best: best),
            q.Mistake("You went one step too far: beyond the minimum the gradient turns round.",
                      lambda key, near: 2 * key - near,
                      {"near": "near[pace=2]"}),
        ),
        ("How many whole steps fit into the distance, and what do they leave?",
         "The next step starts on the near side and is as wide as all others."),
        SignificantDigits(3), level="senior",
    ),
    q.Number(
        "rate-limit", "compare", "rate_limit",
        "From which fixed rate on does descent on the squared error (no factor before the square) "
        "of one point with the input {{ x }} no longer converge?",
        {"x": (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.1, 2.2, 2.3,
               2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3)},
        (
            q.half("At that rate the factor is zero, and descent arrives in a single step."),
            q.twice("You lost the factor that the exponent brings down."),
            q.Mistake("The input enters squared: through the gradient and through the residual.",
                      lambda x: 1 / x),
            q.Mistake("It is upside down: a larger input makes the loss steeper and the rate must "
                      "be smaller.", lambda x: x**2),
            q.Mistake("You stopped at the rate that arrives in a single step, and lost the square "
                      "of the input there.",
                      lambda x: 1 / (2 * x)),
        ),
        ("By which factor does a step multiply the distance, and how large may it be in size?",
         "`1 - 2 * rate * x**2` must stay above minus one."),
        WithinPercent(1), level="senior",
    ),
    q.Number(
        "reach", "compare", "reach",
        "Descent on the absolute error of one point with the input {{ x }} starts with the rate "
        "{{ rate[pace=2] }}, and each rate is {{ ratio }} times the one before. How far can the "
        "weight travel at most, however long it runs?",
        {"x": (0.5, 1.5, 2, 2.5, 3), "rate.2": RATES, "ratio": (0.5, 0.75, 0.8, 0.9, 0.95)},
        (
            q.Mistake("You added up the rates; a step is the rate times the input.",
                      lambda key, x: key / x),
            q.Mistake("You left out the first step.", lambda key, ratio: key * ratio),
            q.Mistake("That is the first step; all others follow.",
                      lambda rate, x: rate * x,
                      {"rate": "rate[pace=2]"}),
            q.Mistake("You divided by the ratio; the sum divides by one minus the ratio.",
                      lambda rate, x, ratio: rate * x / ratio,
                      {"rate": "rate[pace=2]"}),
            q.Mistake("You added the signs of a bounce: these steps all go one way.",
                      lambda rate, x, ratio: rate * x / (1 + ratio),
                      {"rate": "rate[pace=2]"}),
            q.Mistake("You squared the input, as for the squared error.", lambda key, x: key * x),
        ),
        ("How wide are the first, the second and the third step?",
         "A geometric series: the first step over one minus the ratio."),
        WithinPercent(1), level="senior",
    ),
    q.Number(
        "median", "many", "median_with",
        "Some points share the input {{ x }}; their targets are {{ others[neighbour=a] }}, "
        "{{ others[neighbour=b] }}, {{ y }}, {{ others[neighbour=d] }} and {{ outlier }}. The "
        "intercept is fixed at {{ intercept }}. Which weight minimises the mean absolute error?",
        {**TARGETS, "outlier": (-40, 60, 90, 100), "x": (0.5, 1.25, 2, 2.5),
         "intercept": (-3, 2, 4)},
        (
            q.Mistake("That is the mean of the votes, which minimises the squared error.",
                      lambda mean_with: mean_with),
            q.Mistake("You left {{ outlier }} out; an outlier has a vote as well.",
                      lambda median: median),
            q.Mistake("You did not divide by the input.", lambda key, x: key * x),
            q.Mistake("That is the median target; ask which weight puts the line through it.",
                      lambda key, x, intercept: key * x + intercept),
            q.Mistake("You left the intercept out.", lambda key, intercept, x: key + intercept / x),
            q.Mistake("You took the third of the list as it stands; sort the votes first.",
                      lambda best: best),
        ),
        ("Each point votes for the weight that puts the line through it.",
         "Sort the votes and take the middle one."),
        WithinPercent(1),
    ),
    q.Number(
        "mean", "many", "mean_with",
        "Some points share the input {{ x }}; their targets are {{ others[neighbour=a] }}, "
        "{{ others[neighbour=b] }}, {{ y }}, {{ others[neighbour=d] }} and {{ outlier }}. The "
        "intercept is fixed at {{ intercept }}. Which weight minimises the mean squared error?",
        {**TARGETS, "outlier": (-40, 60, 90, 100), "x": (0.5, 2, 2.5), "intercept": (-3, 2, 4)},
        (
            q.Mistake("That is the median of the votes, which minimises the absolute error.",
                      lambda median_with: median_with),
            q.Mistake("You left {{ outlier }} out; the squared error does not.",
                      lambda mean: mean),
            q.Mistake("You divided the sum over all points by the number without the outlier.",
                      lambda key: key * 5 / 4),
            q.Mistake("You did not divide by the input.", lambda key, x: key * x),
            q.Mistake("You left the intercept out.", lambda key, intercept, x: key + intercept / x),
            q.Mistake("That is the mean target; ask which weight puts the line through it.",
                      lambda key, x, intercept: key * x + intercept),
        ),
        ("Each point votes for the weight that puts the line through it.",
         "With one input for all, the best weight is the mean of the votes."),
        WithinPercent(1),
    ),
    q.Number(
        "mean-gradient", "many", "mean_gradient[method=l1]",
        "Some points share the input {{ x }}; their targets are {{ others[neighbour=a] }}, "
        "{{ others[neighbour=b] }}, {{ y }}, {{ others[neighbour=d] }} and {{ outlier }}. At the "
        "weight {{ m }} with the intercept {{ intercept }}, what is the gradient of the mean "
        "absolute error by the weight?",
        {**TARGETS, "outlier": (-40, 60, 90), "x": (0.6, 1.5, 1.8, 2.2, 2.4, 2.5),
         "m": (2, 3), "intercept": (2.3, 3.3, 4.3)},
        (
            q.Mistake("That is the gradient of the sum; divide by the number of points.",
                      lambda key: key * 5),
            q.Mistake("Its sign is wrong: if most targets lie above the line, more weight must "
                      "lower the loss.", lambda key: -key),
            q.Mistake("That is the gradient of the mean squared error.",
                      lambda squared_mean: squared_mean,
                      {"squared_mean": "mean_gradient[method=l2]"}),
            q.Mistake("You forgot the input: each point pulls with the size of it.",
                      lambda key, x: key / x),
            q.Mistake("You left {{ outlier }} out; it pulls as hard as every other point.",
                      lambda a, b, gradient, d: (a + b + gradient + d) / 4,
                      {"a": "row_gradient[method=l1, row=a]",
                       "b": "row_gradient[method=l1, row=b]",
                       "d": "row_gradient[method=l1, row=d]"}),
        ),
        ("How many targets lie above the line, how many below?",
         "Those below minus those above, times the input, over the number of points."),
        WithinPercent(1),
    ),
    q.Number(
        "huber-loss", "between", "huber",
        "A prediction leaves a residual of {{ residual }}. What is Huber's loss (PyTorch's "
        "HuberLoss) with a threshold of {{ delta }}?",
        {"y": (-14, -9, -6, -4, -2, 13, 14, 15, 16, 18, 20, 24, 26), "delta": (3, 4, 5, 6)},
        (
            q.Mistake("You squared it all; beyond the threshold Huber's loss is a straight line.",
                      lambda squared_loss: squared_loss / 2),
            q.Mistake("That is the smooth L1 loss with this threshold; Huber's is the threshold "
                      "times it.", lambda key, delta: key / delta),
            q.Mistake("You drew the line through the origin; it must join the square at the "
                      "threshold.", lambda delta, loss: delta * loss),
            q.Mistake("You counted the straight part alone; the square's share up to the threshold "
                      "is missing.", lambda delta, loss: delta * (loss - delta)),
            q.Mistake("That is the L1 loss.", lambda loss: loss),
            q.Mistake("You let the line go on with slope one; at the join the square has the slope "
                      "of the threshold.", lambda delta, loss: delta**2 / 2 + loss - delta),
        ),
        ("Is the residual inside the threshold?",
         "Beyond a threshold d it is `d * (abs(r) - d / 2)`, the line that joins the square."),
        WithinPercent(1),
    ),
    q.Number(
        "huber-gradient", "between", "huber_gradient",
        "The residual of a point is {{ residual }}, its input {{ x }}. What is the gradient by "
        "the weight of Huber's loss with a threshold of {{ delta }}?",
        {"x": (0.5, 1.5, 2, 2.5, 3), "y": (-12, -9, -5, 16, 18, 22, 27, 30),
         "delta": (3, 4, 5, 6, 7)},
        (
            q.Mistake("You did not clip the residual at the threshold.",
                      lambda x, residual: -(x * residual)),
            q.Mistake("That is the gradient of L1, and of smooth L1 out here; Huber's arms have "
                      "the slope of the threshold.", lambda gradient: gradient),
            q.Mistake("That is the gradient of the squared error.",
                      lambda squared_gradient: squared_gradient),
            q.Mistake("Its sign is wrong.", lambda key: -key),
            q.Mistake("You forgot the input.", lambda key, x: key / x),
            q.Mistake("You divided the residual by the threshold and did not clip it.",
                      lambda x, residual, delta: -(x * residual) / delta),
        ),
        ("Is the residual inside the threshold?",
         "Minus the input times the residual, clipped at the threshold on both sides."),
        WithinPercent(1),
    ),
    q.Number(
        "smooth-gradient", "between", "smooth_gradient",
        "The residual of a point is {{ residual }}, its input {{ x }}. What is the gradient by "
        "the weight of the smooth L1 loss with a threshold of {{ beta }}?",
        {"x": (2, 3), "y": (3, 4, 5, 8, 9, 10, 11), "beta": (5, 10, 20)},
        (
            q.Mistake("That is the gradient of L1; inside the threshold smooth L1's is smaller.",
                      lambda gradient: gradient),
            q.Mistake("That is Huber's gradient with this threshold; smooth L1 divides by it.",
                      lambda x, residual: -(x * residual)),
            q.Mistake("That is the gradient of the squared error.",
                      lambda squared_gradient: squared_gradient),
            q.Mistake("Its sign is wrong.", lambda key: -key),
            q.Mistake("You forgot the input.", lambda key, x: key / x),
            q.twice("You lost the factor in front of the square."),
        ),
        ("Is the residual inside the threshold?",
         "Minus the input times the residual over the threshold."),
        WithinPercent(1),
    ),
    q.Number(
        "pinball", "next", "pinball",
        "A prediction leaves a residual (target minus prediction) of {{ residual }}. What is its "
        "pinball loss at the quantile {{ quantile }}?",
        {"y": (-6, -4, -1, 1, 2, 3, 10, 11, 13, 14, 16, 18), "quantile": (0.1, 0.2, 0.3, 0.7, 0.8,
         0.9)},
        (
            q.Mistake("The arms are swapped: a prediction that is too low pays the quantile, one "
                      "too high pays the rest to one.",
                      lambda residual, quantile: maximum((1 - quantile) * residual,
                                                         -quantile * residual)),
            q.Mistake("That is the L1 loss; the arms have no slope of one here.",
                      lambda loss: loss),
            q.Mistake("A loss is not negative: size and slope of an arm are both positive.",
                      lambda key: -key),
            q.half("You put a factor in front; the slope of the arm is the only one."),
            q.Mistake("You multiplied by the odds of the arms; multiply by one arm's slope.",
                      lambda loss, odds: loss * odds),
        ),
        ("Is the prediction too low or too high?",
         "Too low: the quantile times the residual. Too high: one minus the quantile, times its "
         "size."),
        WithinPercent(1),
    ),
)  # fmt: skip

FORMULAS = (
    q.Formula(
        "contraction-formula", "descent",
        "Write the factor by which one step of descent on the squared error (no factor "
        "before the square) of one point multiplies the distance from the minimum.",
        descent.l2_contraction,
        {"r": q.Symbol("rate", "learning rate", 0.01, 0.3),
         "x": q.Symbol("x", "input", 0.5, 3)},
        (
            q.Mistake("The factor that the exponent brings down is missing.",
                      lambda rate, x: 1 - rate * x**2),
            q.Mistake("The input enters squared: by the slope of the prediction and in the "
                      "residual.",
                      lambda rate, x: 1 - 2 * rate * x),
            q.Mistake("That is the share that the step covers.", lambda rate, x: 2 * rate * x**2),
            q.Mistake("That climbs.", lambda rate, x: 1 + 2 * rate * x**2),
        ),
        ("Write the residual as the input times the distance from the minimum.",),
        level="senior",
    ),
    q.Formula(
        "bounce-floor-formula", "compare",
        "Descent on the absolute error of one point, with a fixed rate, bounces over the "
        "minimum, from one loss to another and back. Write the value that the larger of them "
        "never falls below.",
        descent.bounce_floor,
        {"r": q.Symbol("rate", "learning rate", 0.01, 0.3),
         "x": q.Symbol("x", "input", 0.5, 3)},
        (
            q.Mistake("That is the sum of both losses; the larger is at least their mean.",
                      lambda rate, x: rate * x**2),
            q.Mistake("That is the width of the bounce, a weight; a loss is the input times the "
                      "distance from the minimum.", lambda rate, x: rate * x),
            q.Mistake("That is how far off the weight then is; its loss is the input times that.",
                      lambda rate, x: rate * x / 2),
            q.Mistake("The input is missing, in the step and in the loss.",
                      lambda rate, x: rate / 2),
        ),
        ("How wide is the bounce, and what do the losses at its ends add up to?",
         "They add up to the input times the width; the larger is at least their mean."),
        level="staff",
    ),
    q.Formula(
        "reach-formula", "compare",
        "Each rate is g times the one before. Write how far descent on the absolute error of one "
        "point with a positive input can travel at most.",
        descent.geometric_reach,
        {"r": q.Symbol("initial", "first rate", 0.01, 0.3),
         "x": q.Symbol("x", "input, positive", 0.5, 3),
         "g": q.Symbol("ratio", "ratio of the rates", 0.1, 0.95)},
        (
            q.Mistake("That is the sum of the rates; a step is the rate times the input.",
                      lambda initial, x, ratio: initial / (1 - ratio)),
            q.Mistake("The first step is missing.",
                      lambda initial, x, ratio: initial * x * ratio / (1 - ratio)),
            q.Mistake("Those are alternating steps; these all go one way.",
                      lambda initial, x, ratio: initial * x / (1 + ratio)),
        ),
        ("Sum a geometric series of steps.",),
        level="senior",
    ),
    q.Formula(
        "huber-formula", "between",
        "Write Huber's loss of a residual r for any size of it, in one expression. The functions "
        "min and abs may help.",
        losses.huber_loss,
        {"r": q.Symbol("residual", "residual", -10, 10),
         "d": q.Symbol("threshold", "threshold", 0.5, 5)},
        (
            q.Mistake("That is smooth L1: Huber's is the threshold times it.",
                      losses.smooth_l1_loss),
            q.Mistake("That is the square's piece: right inside the threshold only.",
                      lambda residual, threshold: residual**2 / 2),
            q.Mistake("That is the straight arm: right outside the threshold only.",
                      lambda residual, threshold: threshold * (absolute(residual) - threshold / 2)),
        ),
        ("Call c the smaller of the residual's size and the threshold.",
         "Both pieces are `c * (abs(r) - c / 2)`."),
        level="senior",
    ),
    q.Formula(
        "programme-formula", "intercept",
        "Least absolute deviations with an intercept, written as a linear programme with one "
        "variable for how far each point lies above the plane and one for how far below: how "
        "many variables has it?",
        descent.programme_variables,
        {"n": q.Symbol("points", "points", 10, 1000),
         "p": q.Symbol("inputs", "inputs of a point", 1, 50)},
        (
            q.Mistake("How far a point lies above the plane is one variable, how far below "
                      "another.",
                      lambda points, inputs: inputs + 1 + points),
            q.Mistake("The intercept is a variable too.",
                      lambda points, inputs: inputs + 2 * points),
            q.Mistake("Those are the unknowns of the plane alone.",
                      lambda points, inputs: inputs + 1),
            q.Mistake("Those are the split residuals alone.", lambda points, inputs: 2 * points),
        ),
        ("What is unknown about the plane, and what about each point?",),
    ),
    q.Formula(
        "quantile-formula", "next",
        "A prediction that is too low costs a for each unit, one that is too high costs b. Write "
        "the quantile that the model should predict.",
        quantile_of_costs,
        {"a": q.Symbol("too_low", "cost of a unit too low", 0.5, 20),
         "b": q.Symbol("too_high", "cost of a unit too high", 0.5, 20)},
        (
            q.Mistake("It is upside down: if too low is dear, predict high.",
                      lambda too_low, too_high: too_high / (too_low + too_high)),
            q.Mistake("Those are the odds; a quantile lies between zero and one.",
                      lambda too_low, too_high: too_low / too_high),
            q.Mistake("That is zero where the costs are equal; equal costs ask for the median.",
                      lambda too_low, too_high: (too_low - too_high) / (too_low + too_high)),
        ),
        ("The pinball loss has the slopes of the quantile and of one minus it.",
         "Their ratio should be that of the costs."),
        level="staff",
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "zero-input", "model",
        "One of your points has an input of zero. What can it teach the weight?",
        (
            q.Option("Nothing: its prediction is the intercept, whatever the weight.",
                     "The last link of the chain rule is the input, so its gradient is zero under "
                     "every loss of the residual.", right=True),
            q.Option("Nothing under L2, but under L1 it still has one vote.",
                     "Its vote counts with the size of its input, which is zero."),
            q.Option("As much as any other; the input only changes the sign.",
                     "The gradient carries the size of the input, not only its sign."),
            q.Option("It pushes the weight towards zero.",
                     "That is what a penalty on the weight does; a point pushes through its "
                     "input."),
        ),
        ("How does the prediction follow the weight?",),
    ),
    q.Choice(
        "why-zero", "kink",
        "Why is zero a good value for a framework to return at the kink of the absolute value?",
        (
            q.Option("It is a subgradient there, and the one that says “you are at the minimum”.",
                     "A convex function is smallest just where zero is one of its subgradients; "
                     "descent that lands there then rests.", right=True),
            q.Option("It is the derivative of the absolute value at zero.",
                     "There is none: chords from the right have slope one, from the left minus "
                     "one."),
            q.Option("It is the only subgradient at zero.",
                     "Every slope from minus one to one is; zero is the shortest of them."),
            q.Option("It never matters, since a residual is never exactly zero.",
                     "With several weights the optimum lies on kinks: {{ on_plane }} of "
                     "{{ points }} residuals vanish in the chapter's example."),
        ),
        ("What must hold at the minimum of a convex function with corners?",),
    ),
    q.Order(
        "derive-gradient", "chain",
        "Bring the derivation of the L1 gradient by the weight into order, from the loss "
        "backwards.",
        (
            "Write the loss as the absolute value of the residual, and note where it has no "
            "derivative.",
            "Differentiate the loss by the residual: the sign of the residual.",
            "Differentiate the residual by the prediction: minus one.",
            "Differentiate the prediction by the weight: the input.",
            "Multiply the slopes: minus the input times the sign of the residual.",
            "Fill in the kink: choose a subgradient for a residual of zero.",
            "Check the sign in words: if the line is too low and the input positive, more weight "
            "helps.",
        ),
        "The links are taken from the loss back to the weight, as backpropagation does. The kink "
        "comes after the product, because what is chosen there is a subgradient by the weight.",
        ("Begin at the loss, end at the weight; check last.",),
    ),
    q.Choice(
        "which-schedule", "compare",
        "Descent on the absolute error should come to the minimum from any start, without a "
        "bounce that stays. Which rates for step k ensure that?",
        (
            q.Option("One over the root of k.",
                     "They tend to zero, so the bounce dies; their sum does not converge, so every "
                     "distance is within reach.", right=True),
            q.Option("A small constant.",
                     "It comes near from everywhere, but unless it lands by luck it keeps a bounce "
                     "as wide as one step."),
            q.Option("{{ ratio }} times the rate before.",
                     "A geometric sum is finite: from far enough away it stops short."),
            q.Option("One over k squared.",
                     "They tend to zero so fast that their sum is finite: the reach is bounded."),
        ),
        ("One condition ends the bounce, another makes every start good.",),
        level="senior",
    ),
    q.Choice(
        "on-plane", "intercept",
        "Least absolute deviations on {{ points }} patients with {{ inputs }} inputs and an "
        "intercept: {{ on_plane }} patients lie exactly on the plane. Why?",
        (
            q.Option("At a corner of the programme at least as many residuals vanish as the plane "
                     "has unknowns.",
                     "One for each weight and one for the intercept, and no more unless points "
                     "line up; the other points decide which corner it is.", right=True),
            q.Option("Those patients have the smallest errors by chance.",
                     "A residual of exactly zero is no chance: the optimum sits on kinks."),
            q.Option("The solver's tolerance rounds small residuals to zero.",
                     "The count is that of the unknowns, and the dual programme gives the same "
                     "sum."),
            q.Option("They are the outliers, which L1 fits first.",
                     "Outliers keep large residuals; L1 gives each of them one vote."),
        ),
        ("Count the unknowns of the plane.",),
        level="senior",
    ),
    q.Order(
        "linear-programme", "intercept",
        "Bring the way from least absolute deviations to an exact plane into order.",
        (
            "Write the objective: the sum of the absolute residuals.",
            "Give each point variables that may not be negative, how far it lies above the "
            "plane and how far below, tied by an equation: prediction plus above minus below is "
            "the target.",
            "Replace each absolute residual of the objective by the sum of its point's variables.",
            "Let a linear-programming solver minimise that sum under the equations.",
            "Check that of each pair at least one came out as zero, so that the sum reached is "
            "that of the absolute residuals.",
            "Compare the sum, now known to be the right quantity, with that of the dual "
            "programme.",
        ),
        "The split makes the objective linear. It is honest only because lowering both variables "
        "of a pair together would lower the sum, so an optimum never has both above zero.",
        ("What stands in the way of linearity, and what replaces it?",),
        level="senior",
    ),
    q.Choice(
        "ported-threshold", "between",
        "A training job moves from PyTorch's smooth L1 loss with a threshold of {{ beta }} to "
        "its Huber loss with the same threshold, nothing else changed. What happens to its "
        "gradients?",
        (
            q.Option("Each is multiplied by the threshold, near the minimum and far from it.",
                     "Huber's loss is the threshold times smooth L1, everywhere. Under plain "
                     "gradient descent, divide the rate by it to get the old run back.",
                     right=True),
            q.Option("Nothing; both are names of one loss.",
                     "Only where the threshold is one, which is the default of both."),
            q.Option("Only those of large residuals change.",
                     "Inside the threshold one divides by it and the other does not."),
            q.Option("They shrink: Huber's has a factor before the square that smooth L1's lacks.",
                     "Both have it; the difference is the division by the threshold."),
        ),
        ("Write both losses at a small residual and at a large one.",),
        level="senior",
    ),
    q.Choice(
        "summed-forecasts", "choose",
        "Demand per shop has a long right tail; the forecasts of all shops are added up to order "
        "for the warehouse. The models were trained on the absolute error. What goes wrong?",
        (
            q.Option("The sum falls short, in the same direction every time.",
                     "Each model predicts a median, which lies below the mean on such data; means "
                     "add, medians do not.", right=True),
            q.Option("Nothing: errors of single shops cancel in the sum.",
                     "Random errors cancel; the gap between median and mean has one sign in all "
                     "shops."),
            q.Option("The sum is too high, because of the long tail.",
                     "The tail pulls up the mean; the median hardly sees it."),
            q.Option("The sum becomes noisy, because L1 ignores rare large orders.",
                     "L1 gives them one vote each. The trouble is a bias, not noise."),
        ),
        ("Which number does each loss teach the model to predict?",),
        level="senior",
    ),
    q.Open(
        "delivery-time", "choose",
        "Which loss do you train a delivery-time model with, and what would make you change it? "
        "Answer aloud.",
        {
            "mid": (
                "Asks first which number is wanted: a median, a mean or a quantile.",
                "Says that L1 leads to the median and L2 to the mean.",
                "Says why an outlier pulls L2 in proportion to its error and L1 with one vote (a "
                "gradient of {{ outlier_gradient[method=l2] }} against "
                "{{ outlier_gradient[method=l1] }} in the chapter's example).",
            ),
            "senior": (
                "Names Huber or smooth L1 for a soft landing at a fixed rate, and says how the "
                "threshold is chosen: about an ordinary residual.",
                "Uses the pinball loss where late and early cost differently, with the quantile "
                "from the ratio of the costs.",
                "Separates the training loss from the reported metric and keeps them in line.",
                "Says that no loss on the residual protects against corrupt inputs.",
            ),
            "staff": (
                "Asks what consumes the prediction, and uses the mean where predictions are added "
                "up.",
                "States the price of the median under Gaussian noise, and of the mean under "
                "Laplace noise.",
                "Plans how to notice bias in the aggregate and the coverage of a quantile once it "
                "is in production.",
            ),
        },
        ("Begin with the number that is wanted, not with outliers.",),
    ),
    q.Open(
        "bounce-explained", "compare",
        "A colleague's regression with an absolute error stops improving at a small loss that "
        "goes up and down. “Lower the rate”, says another. Explain what happens and what helps.",
        {
            "mid": (
                "Says that the L1 gradient keeps its size near the minimum, so that steps keep "
                "theirs.",
                "Gives the width of the bounce for one point: rate times input "
                "({{ amplitude[pace=2] }} at a rate of {{ rate[pace=2] }} and an input of "
                "{{ x }}).",
            ),
            "senior": (
                "Says that a lower fixed rate narrows the bounce and slows the approach; it does "
                "not end it.",
                "Asks for rates that tend to zero with a sum that does not converge, and says "
                "what goes wrong without either.",
                "Offers Huber or smooth L1, whose gradient fades inside the threshold.",
            ),
            "staff": (
                "Gives the floor of the larger loss: `rate * x**2 / 2` "
                "({{ floor[pace=2] }} in the chapter's example).",
                "Names what lands exactly: a linear programme, or proximal steps; and keeps the "
                "best point so far, since a subgradient step may raise the loss.",
                "Checks other causes first: noise of mini-batches, a learning-rate schedule that "
                "stopped short, disagreeing points whose least loss is not zero.",
            ),
        },
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
