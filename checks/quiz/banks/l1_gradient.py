"""Questions on the gradient of the L1 loss."""

from __future__ import annotations

from checks.quiz.answers import Exact, WithinPercent
from checks.quiz.questions import (
    Choice,
    Formula,
    Mistake,
    Number,
    Open,
    Option,
    Order,
    Question,
    Symbol,
    half,
    twice,
)
from worked.formulas import losses
from worked.formulas.ops import absolute, ceil, floor, where

X = (1.5, 2, 2.5, 3)
INTERCEPTS = (-4, -2, 2, 3, 4, 6)
TARGETS = (-9, -5, 8, 10, 12, 15, 20, 25)
WEIGHTS = (-3, -2, -1, 1, 2, 3)
LINE = (
    "The line predicts ŷ = m·x + b with b = {{ intercept }}. At x = {{ x }} the target is {{ y }}. "
)

NUMBERS = (
    Number(
        "prediction", "model", "prediction",
        "A line has the weight {{ m }} and the intercept {{ intercept }}. What does it predict at "
        "x = {{ x }}?",
        {"x": X, "m": WEIGHTS, "intercept": INTERCEPTS},
        (
            Mistake("You left out the intercept.", lambda m, x: m * x),
            Mistake("You multiplied the intercept by x as well.",
                    lambda m, x, intercept: (m + intercept) * x),
            Mistake("You subtracted the intercept.", lambda m, x, intercept: m * x - intercept),
            Mistake("You added x to the weight; the weight multiplies it.",
                    lambda m, x, intercept: m + x + intercept),
            Mistake("You exchanged weight and intercept.",
                    lambda m, x, intercept: intercept * x + m),
        ),
        ("Weight times input, and then?", "Weight times input plus intercept."),
        WithinPercent(1),
    ),
    Number(
        "best-weight", "loss", "best",
        "With the intercept fixed at {{ intercept }}, which weight puts the line through the point "
        "({{ x }}, {{ y }})?",
        {"x": X, "y": TARGETS, "intercept": INTERCEPTS},
        (
            Mistake("You left out the intercept: the line does not start at zero.",
                    lambda y, x: y / x),
            Mistake("You added the intercept; it must be taken off the target.",
                    lambda y, x, intercept: (y + intercept) / x),
            Mistake("You did not divide by x.", lambda y, intercept: y - intercept),
            Mistake("The sign is wrong: target minus intercept, not the other way round.",
                    lambda y, x, intercept: (intercept - y) / x),
            Mistake("You divided x by the height instead of the height by x.",
                    lambda y, x, intercept: x / (y - intercept)),
        ),
        ("At that weight the residual is zero.", "Solve target = weight × x + intercept."),
    ),
    Number(
        "squared-loss", "loss", "squared_loss",
        LINE + "What is the L2 loss (without a factor of one half) at the weight {{ m }}?",
        {"x": X, "y": TARGETS, "intercept": INTERCEPTS, "m": WEIGHTS},
        (
            half("That has the factor of one half, which was to be left out."),
            Mistake("That is the L1 loss; square the residual.", lambda residual:
                    absolute(residual)),
            Mistake("You left the intercept out of the prediction.",
                    lambda y, m, x: (y - m * x) ** 2),
            Mistake("You added prediction and target before squaring.",
                    lambda y, prediction: (y + prediction) ** 2),
            Mistake("You squared target and prediction one by one; the difference is squared.",
                    lambda y, prediction: y**2 - prediction**2),
            Mistake("That is the slope of the square, twice the residual, not the square.",
                    lambda residual: 2 * residual),
        ),
        ("What is the prediction, and what does it leave of the target?",
         "The square of target minus prediction."),
    ),
    Number(
        "subgradient", "kink", "subgradient_high",
        "The loss |y − (m·x + b)| has a kink in m. At x = {{ x }} its subgradients there fill an "
        "interval; what is the upper end?",
        {"x": (0.5, 0.6, 0.75, 0.8, 1.2, 1.25, 1.4, 1.5, 1.6, 1.75, 1.8, 2, 2.2, 2.25, 2.4, 2.5,
               2.6, 2.75, 2.8, 3)},
        (
            Mistake("That is the end for |r|; the chain rule brings a factor of x.",
                    lambda key: key / key),
            Mistake("You took the square's slope: there is no factor of two in |r|.",
                    lambda key: key * 2),
            half("That is the middle between zero and the end."),
            Mistake("The input enters once, not squared.", lambda x: x * x),
            Mistake("That is the lower end.", lambda x: -x),
        ),
        ("Which slopes keep a line through the corner of |r| below it?",
         "From minus one to plus one, times the last link."),
        WithinPercent(1),
    ),
    Number(
        "chain", "chain", "squared_chained",
        LINE + "What is the derivative of the L2 loss, the squared residual, with respect to m at "
        "m = {{ m }}?",
        {"x": X, "y": TARGETS, "intercept": INTERCEPTS, "m": WEIGHTS},
        (
            Mistake("You lost the middle link: the residual falls as the prediction rises, so a "
                    "minus sign belongs there.", lambda key: -key),
            half("The factor of two from the square is missing."),
            Mistake("The last link is missing: the prediction moves by x for each unit of m.",
                    lambda residual: -2 * residual),
            Mistake("That is the L1 gradient: it knows the side of the residual, not its size.",
                    lambda chained: chained),
            Mistake("You counted the last link twice.", lambda key, x: key * x),
        ),
        ("Three links: loss by residual, residual by prediction, prediction by weight.",
         "Two times the residual, times minus one, times x."),
        level="senior",
    ),
    Number(
        "far-gradient", "gradient", "beyond_squared_gradient",
        LINE + "What is the gradient of the L2 loss by m at m = {{ beyond }}?",
        {"x": X, "y": TARGETS, "intercept": INTERCEPTS, "beyond": (-6, -4, 4, 5, 6, 8)},
        (
            Mistake("Its sign is wrong: too high a line must be told to come down.",
                    lambda key: -key),
            half("The factor of two from the square is missing."),
            Mistake("The factor x is missing.", lambda beyond_residual: -2 * beyond_residual),
            Mistake("You left out the intercept.",
                    lambda beyond, x, y: -2 * x * (y - beyond * x)),
            Mistake("That is the L1 gradient.", lambda beyond_gradient: beyond_gradient),
        ),
        ("What is the residual at that weight?", "Minus two times x times the residual."),
    ),
    Number(
        "arrival", "descent", "arrival",
        "L1 descent starts at m = {{ m }} with the rate {{ rate }}; the minimum is at "
        "{{ best | 4 }} and x = {{ x }}. After how many steps is it at the minimum, or first past "
        "it, in exact arithmetic?",
        {"x": X, "y": (9, 11, 13, 17, 21), "intercept": (2, 4), "m": (-2, -1, 1),
         "rate": (0.07, 0.09, 0.11, 0.13, 0.15, 0.17)},
        (
            Mistake("You divided by the rate alone; a step is the rate times x. (Dividing the "
                    "residual by the step gives the same.)",
                    lambda distance, rate: ceil(distance / rate)),
            Mistake("A step is the rate times x, once, not squared.",
                    lambda distance, rate, x: ceil(distance / (rate * x**2))),
            Mistake("That many steps fall short: the last one still has to be taken.",
                    lambda distance, step_width: floor(distance / step_width)),
            Mistake("You counted the start as a step.",
                    lambda distance, step_width: ceil(distance / step_width) + 1),
            Mistake("You gave the L1 gradient the factor of two that belongs to the square.",
                    lambda distance, step_width: ceil(distance / (2 * step_width))),
        ),
        ("How far does one step move the weight?", "Distance over rate times x, rounded up."),
        Exact(),
    ),
    Number(
        "contraction", "descent", "contraction",
        "L2 descent with the rate {{ rate }} at x = {{ x }}: by which factor does one step "
        "multiply the (signed) distance to the minimum?",
        {"x": (0.5, 0.75, 1.5, 2, 2.5, 3), "rate": (0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2)},
        (
            Mistake("The factor of two from the square is missing.",
                    lambda rate, x: 1 - rate * x**2),
            Mistake("The input enters twice: once by the gradient, once by the distance.",
                    lambda rate, x: 1 - 2 * rate * x),
            Mistake("The input is missing.", lambda rate: 1 - 2 * rate),
            Mistake("That is the share that a step removes; the factor is what it leaves.",
                    lambda key: 1 - key),
            Mistake("The step goes against the gradient, so it takes away.",
                    lambda key: 2 - key),
        ),
        ("Write the gradient by the distance to the minimum.",
         "The new distance is the old one times one minus two times rate times x squared."),
        level="senior",
    ),
    Number(
        "first-step", "descent", "l2_weight_1",
        LINE + "One step of L2 descent (the loss is the squared residual) from m = {{ m }} with "
        "the rate {{ rate }}: where is the weight?",
        {"x": X, "y": (8, 10, 12, 15, 20), "intercept": (2, 3, 4), "m": (-2, -1, 1, 2),
         "rate": (0.02, 0.05, 0.1)},
        (
            Mistake("You went with the gradient, uphill.", lambda m, key: 2 * m - key),
            Mistake("You took the gradient itself for the step; multiply by the rate.",
                    lambda m, squared_gradient: m - squared_gradient),
            Mistake("That is the step; add it to the weight.", lambda m, key: key - m),
            Mistake("You took the L1 gradient.", lambda l1_weight_1: l1_weight_1),
            Mistake("The factor of two from the square is missing.", lambda m, key: (m + key) / 2),
        ),
        ("What is the gradient at the start?", "Weight minus rate times gradient."),
        WithinPercent(1),
    ),
    Number(
        "outlier-jump", "compare", "outlier_l2_first",
        "A mislabelled point has x = {{ x }} and the target {{ outlier }}; the line has the "
        "intercept {{ intercept }} and m = {{ m }}. Where does one step of L2 descent (the loss is "
        "the squared residual) with the rate {{ rate }} on this point put the weight?",
        {"x": X, "outlier": (40, 60, 80, 100, 150, 200), "intercept": (2, 3, 4),
         "m": (1, 2, 3), "rate": (0.02, 0.05, 0.1)},
        (
            Mistake("That is L1: its step does not know how far off the point is.",
                    lambda outlier_l1_first: outlier_l1_first),
            Mistake("The factor of two from the square is missing.", lambda m, key: (m + key) / 2),
            Mistake("You took the gradient itself for the step; multiply by the rate.",
                    lambda m, outlier_squared_gradient: m - outlier_squared_gradient),
            Mistake("You went with the gradient, uphill.", lambda m, key: 2 * m - key),
            Mistake("The factor x is missing from the gradient.",
                    lambda m, rate, outlier_residual: m + 2 * rate * outlier_residual),
        ),
        ("How large is the residual of the outlier?",
         "The gradient is minus two times x times that residual."),
    ),
    Number(
        "bounce", "compare", "second_amplitude",
        "L1 descent with the fixed rate {{ second_rate }} at x = {{ x }} has come within a step of "
        "the minimum without landing on it. How wide is the bounce in m from now on?",
        {"x": (1.2, 1.5, 1.8, 2, 2.4, 2.5, 3), "second_rate": (0.03, 0.05, 0.07, 0.09, 0.13, 0.15)},
        (
            half("That would be a bounce centred on the minimum; its width is a whole step."),
            twice("One step leads there and one back, over the same stretch."),
            Mistake("The gradient is not one: it carries the input.",
                    lambda second_rate: second_rate),
            Mistake("That is the width in the prediction; in m the input enters once.",
                    lambda second_rate, x: second_rate * x**2),
            Mistake("You divided by the input; the gradient carries it as a factor.",
                    lambda second_rate, x: second_rate / x),
        ),
        ("How far does each step move the weight?", "Rate times the size of the gradient, x."),
        WithinPercent(1),
    ),
    Number(
        "median", "many", "median_five",
        "Five points share x = {{ x }}; their targets are {{ y_1 }}, {{ y_2 }}, {{ y }}, {{ y_4 }} "
        "and {{ outlier }}. The intercept is {{ intercept }}. Which weight minimises the sum of "
        "absolute errors?",
        {"x": (1.5, 2, 2.5), "y_1": (5, 6, 7), "y_2": (9, 11, 12), "y": (14, 17, 19),
         "y_4": (22, 24, 27), "outlier": (80, 100, 150, 200), "intercept": (2, 3, 4)},
        (
            Mistake("That is the mean of the votes: the L2 minimiser, dragged by the outlier.",
                    lambda mean_five: mean_five),
            Mistake("You left the outlier out; it has one vote like any other.",
                    lambda median_four: median_four),
            Mistake("That is the median of the targets; a point's vote is target minus intercept "
                    "over x.", lambda median_five, x, intercept: median_five * x + intercept),
            Mistake("You left out the intercept.",
                    lambda median_five, x, intercept: median_five + intercept / x),
            Mistake("That is the mean without the outlier.", lambda mean_four: mean_four),
        ),
        ("Which weight would each point choose for itself?",
         "Sort the five votes and take the middle one."),
        WithinPercent(1),
    ),
    Number(
        "mean", "many", "mean_five",
        "Five points share x = {{ x }}; their targets are {{ y_1 }}, {{ y_2 }}, {{ y }}, {{ y_4 }} "
        "and {{ outlier }}. The intercept is {{ intercept }}. Which weight minimises the sum of "
        "squared errors?",
        {"x": (1.5, 2, 2.5), "y_1": (5, 6, 7), "y_2": (9, 11, 12), "y": (14, 17, 19),
         "y_4": (22, 24, 27), "outlier": (60, 80, 100, 120), "intercept": (2, 3, 4)},
        (
            Mistake("That is the median of the votes: the L1 minimiser.",
                    lambda median_five: median_five),
            Mistake("You divided the sum of five votes by four.",
                    lambda mean_five: mean_five * 5 / 4),
            Mistake("You left the outlier out.", lambda mean_four: mean_four),
            Mistake("You left out the intercept.",
                    lambda mean_five, x, intercept: mean_five + intercept / x),
            Mistake("You averaged heights above the intercept; divide by x.",
                    lambda mean_five, x: mean_five * x),
        ),
        ("Which weight would each point choose for itself?", "The mean of the five votes."),
    ),
    Number(
        "huber", "between", "huber",
        "A residual is {{ residual | 4 }}. What is Huber's loss with the threshold {{ delta }} (as "
        "in PyTorch's `HuberLoss`)?",
        {"y": (10, 12, 15, 18, 21), "m": (1, 2), "delta": (0.5, 1.5, 2, 2.5, 3)},
        (
            Mistake("That is smooth L1: divided by the threshold.",
                    lambda huber, delta: huber / delta),
            Mistake("That is half the square; beyond the threshold the loss goes on as a line.",
                    lambda residual: residual**2 / 2),
            Mistake("The line's offset is missing: half the threshold squared comes off.",
                    lambda residual, delta: delta * absolute(residual)),
            Mistake("That is the absolute error.", lambda loss: loss),
            Mistake("Half of the threshold comes off |r|, not all of it.",
                    lambda residual, delta: delta * (absolute(residual) - delta)),
        ),
        ("Is the residual inside the threshold or outside?",
         "Outside: threshold × (|r| − threshold / {{ lit: 2 }})."),
    ),
    Number(
        "smooth-l1", "between", "smooth",
        "A residual is {{ residual | 4 }}. What is the smooth L1 loss with the threshold "
        "{{ beta }} (as in PyTorch's `SmoothL1Loss`)?",
        {"y": (10, 12, 15, 18, 21), "m": (1, 2), "beta": (0.5, 1.5, 2, 2.5, 3)},
        (
            Mistake("That is Huber's loss: times the threshold.",
                    lambda smooth, beta: smooth * beta),
            Mistake("The offset is missing: half the threshold comes off.", lambda loss: loss),
            Mistake("That is half the square; beyond the threshold the loss goes on as a line.",
                    lambda residual: residual**2 / 2),
            Mistake("Half of the threshold comes off, not all of it.",
                    lambda residual, beta: absolute(residual) - beta),
            Mistake("Half of the threshold is taken off, not added.",
                    lambda residual, beta: absolute(residual) + beta / 2),
        ),
        ("Is the residual inside the threshold or outside?",
         "Outside: |r| − threshold / {{ lit: 2 }}, a line of slope one."),
    ),
    Number(
        "pinball", "next", "pinball",
        "The target is {{ y }}, the prediction {{ prediction | 4 }}. What is the pinball loss for "
        "the quantile {{ quantile }}?",
        {"y": (-6, -2, 9, 12, 15, 18), "m": (-1, 1, 2, 3),
         "quantile": (0.1, 0.2, 0.25, 0.75, 0.8, 0.9)},
        (
            Mistake("You took the other arm: too low a prediction costs the quantile, too high a "
                    "one what is left to one.",
                    lambda residual, quantile: where(residual > 0, (1 - quantile) * residual,
                                                     -(quantile * residual))),
            Mistake("That is the absolute error, without weights.", lambda loss: loss),
            Mistake("That is the quantile one half.", lambda loss: loss / 2),
            Mistake("The residual is not squared.",
                    lambda residual, key: key * absolute(residual)),
            Mistake("A loss is not negative.", lambda key: -key),
        ),
        ("Is the prediction too low or too high?",
         "Too low: quantile times the residual. Too high: the rest to one times its size."),
        WithinPercent(1),
    ),
)  # fmt: skip

_RX = {"x": Symbol("x", "input", 0.5, 5), "r": Symbol("residual", "residual", -10, 10)}

FORMULAS = (
    Formula(
        "l2-gradient-formula", "gradient",
        "Write the derivative of the squared residual by the weight m, where r = y − (m·x + b).",
        losses.l2_gradient, _RX,
        (
            Mistake("The minus sign of the middle link is missing.",
                    lambda x, residual: 2 * x * residual),
            Mistake("The factor of two from the square is missing.",
                    lambda x, residual: -(x * residual)),
            Mistake("The last link, x, is missing.", lambda x, residual: -2 * residual),
        ),
        ("Three links.",),
    ),
    Formula(
        "contraction-formula", "descent",
        "Write the factor by which one L2 step multiplies the distance to the minimum.",
        losses.l2_contraction,
        {"e": Symbol("rate", "learning rate", 0.001, 1), "x": Symbol("x", "input", 0.2, 5)},
        (
            Mistake("The factor of two is missing.", lambda rate, x: 1 - rate * x**2),
            Mistake("The input enters squared.", lambda rate, x: 1 - 2 * rate * x),
            Mistake("The step takes away from the distance.", lambda rate, x: 1 + 2 * rate * x**2),
        ),
        ("The gradient is two times x squared times the distance.",),
        level="senior",
    ),
    Formula(
        "variables-formula", "intercept",
        "Least absolute deviations as a linear programme: how many variables has it?",
        losses.programme_variables,
        {"n": Symbol("points", "points", 5, 5000), "p": Symbol("inputs", "inputs of each", 1, 100)},
        (
            Mistake("The intercept is a variable too.", lambda points, inputs: inputs + 2 * points),
            Mistake("A residual is split in two: above and below the plane.",
                    lambda points, inputs: inputs + 1 + points),
            Mistake("You forgot the weights.", lambda points, inputs: 2 * points + 1),
        ),
        ("Weights, intercept, and for each point how far it lies above and how far below.",),
        level="senior",
    ),
    Formula(
        "odds-formula", "next",
        "Under the pinball loss for the quantile q, how many times as much does a prediction that "
        "is too low cost as one that is too high by the same amount?",
        losses.pinball_odds,
        {"q": Symbol("quantile", "quantile, between zero and one", 0.05, 0.95)},
        (
            Mistake("It is upside down.", lambda quantile: (1 - quantile) / quantile),
            Mistake("That is the cost of too low alone; divide by that of too high.",
                    lambda quantile: quantile),
            Mistake("The cost of too high is one minus the quantile.",
                    lambda quantile: 1 / (1 - quantile)),
        ),
        ("The two arms have the slopes q and one minus q.",),
    ),
)  # fmt: skip

PICKED = (
    Choice(
        "why-zero", "kink",
        "PyTorch returns a gradient of zero where the residual is exactly zero. Why is that right?",
        (
            Option("Zero is one of the subgradients there, the shortest, and marks the minimum.",
                   "Any number between −|x| and |x| is a subgradient; zero is the one that says "
                   "“stay”.", right=True),
            Option("The derivative of |r| at zero is zero.",
                   "It has none: from the left the slope is minus one, from the right plus one."),
            Option("It is the average of the slopes at the two sides, so it is the derivative.",
                   "The average is a valid subgradient, but no derivative exists there."),
            Option("Floats never reach a residual of exactly zero, so any value will do.",
                   "They do: the book's own descent rests there."),
        ),
        ("What must hold at the minimum of a convex function?",),
    ),
    Choice(
        "l2-never-arrives", "compare",
        "With a fixed rate that is small enough, where does descent end up?",
        (
            Option("L2 comes ever closer without arriving; L1 arrives or bounces for ever.",
                   "L2's steps shrink with the distance, L1's keep their width.", right=True),
            Option("Both arrive after finitely many steps.",
                   "L2 multiplies the distance by a factor each time, which is zero only at one "
                   "special rate."),
            Option("Both bounce for ever.", "L2's gradient fades near the minimum."),
            Option("L1 comes ever closer without arriving; L2 bounces.",
                   "It is the other way round: the constant gradient is L1's."),
        ),
        ("What does each gradient do near the minimum?",),
    ),
    Choice(
        "interval", "many",
        "Four points vote for {{ vote_1 }}, {{ vote_2 }}, {{ best }} and {{ vote_4 }}. Which "
        "weights minimise the sum of absolute errors?",
        (
            Option("Every weight from {{ median_low }} to {{ median_high }}.",
                   "Between the two middle votes as many lie on the left as on the right: the "
                   "slope is zero.", right=True),
            Option("{{ median_four }} alone.",
                   "That is the conventional median; the loss is just as small on the whole "
                   "stretch."),
            Option("{{ mean_four }} alone.", "That is the mean, which minimises squared errors."),
            Option("The two middle votes, and nothing between.",
                   "The loss is flat between them."),
        ),
    ),
    Choice(
        "lad-plane", "intercept",
        "Least absolute deviations on {{ points }} patients with {{ inputs }} inputs: exactly "
        "{{ on_plane }} of them lie on the fitted plane. Why that many?",
        (
            Option("One for each weight and one for the intercept: a corner of the programme.",
                   "At a corner as many residuals vanish as there are unknowns.", right=True),
            Option("Those patients have no noise.",
                   "Which ones lie on the plane is decided by the optimum, not by their noise."),
            Option("The solver rounds small residuals to zero.",
                   "They vanish in exact arithmetic."),
            Option("It is a coincidence of this data set.",
                   "Shuffle the targets and as many lie on the new plane."),
        ),
        level="senior",
    ),
    Choice(
        "which-loss", "choose",
        "You forecast the demand of each shop, and a planner adds the forecasts up to order for "
        "the warehouse. Demand has a long right tail. Which loss?",
        (
            Option("L2: it learns means, and means add up.",
                   "A sum of medians falls short of the median of the sum in the same direction "
                   "every time.", right=True),
            Option("L1: it is robust against the tail.",
                   "It learns medians, which lie below the means, and they do not add up."),
            Option("Huber with a small threshold.",
                   "Near L1: the same bias, a little smaller."),
            Option("It does not matter: all of them fit the same line.",
                   "On skewed data they fit different quantities."),
        ),
        ("Which number is wanted?",),
        level="senior",
    ),
    Order(
        "by-hand", "chain",
        "Bring the working of one L1 descent step into order.",
        (
            "Compute the prediction from the weight.",
            "Take it from the target: the residual.",
            "Take the residual's sign.",
            "Multiply by minus one and by the input: the gradient.",
            "Multiply by the learning rate.",
            "Subtract from the weight.",
        ),
        "Forward first, then back along the same chain, then the step against the gradient.",
    ),
    Open(
        "explain-l1", "choose",
        "A colleague switched a delivery-time model from squared to absolute error “because of "
        "outliers”, and the training now oscillates and the average forecast is too low. Explain "
        "what happened and what you would do.",
        {
            "mid": (
                "The L1 gradient has a constant size, so a fixed rate bounces near the minimum.",
                "Absolute error fits the median; with a long right tail it lies below the mean.",
            ),
            "senior": (
                "Width of the bounce: rate times input ({{ second_amplitude }} in the example at a "
                "rate of {{ second_rate }}).",
                "Cures for the bounce: a decaying rate whose sum diverges, or Huber or smooth L1.",
                "Asks which number is wanted before choosing the loss.",
            ),
            "staff": (
                "Checks whether forecasts are added up downstream.",
                "Separates bad labels from true tails: clean the first, model the second.",
                "Proposes quantiles (pinball losses) where costs are uneven.",
            ),
        },
        ("Two symptoms, two causes.",),
    ),
)  # fmt: skip

QUESTIONS: tuple[Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
