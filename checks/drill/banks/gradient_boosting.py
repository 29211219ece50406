"""Questions on gradient boosted trees."""

from __future__ import annotations

from typing import Any

from checks.drill import questions as q
from checks.drill.answers import Exact, WithinPercent
from worked.formulas import boosting
from worked.formulas.ops import exp, ln, sqrt

MINUTES = {"minutes.1": (6, 7, 8), "minutes.2": (9, 10, 11), "minutes.3": (14, 17, 19),
           "minutes.4": (22, 24, 26), "minutes.5": (29, 31, 33),
           "minutes.6": (39, 45, 50, 60)}  # fmt: skip
ETAS = (0.1, 0.2, 0.25, 0.3, 0.4, 0.6, 0.7, 0.8)
LABELS = (
    "{{ minutes[row=1] }}, {{ minutes[row=2] }}, {{ minutes[row=3] }}, "
    "{{ minutes[row=4] }}, {{ minutes[row=5] }} and {{ minutes[row=6] }}"
)
RESIDUALS = (
    "{{ residual[row=1, round=1] }}, {{ residual[row=2, round=1] }}, "
    "{{ residual[row=3, round=1] }}, {{ residual[row=4, round=1] }}, "
    "{{ residual[row=5, round=1] }} and {{ residual[row=6, round=1] }}"
)

NUMBERS = (
    q.Number(
        "base", "base", "base",
        f"{{{{ rows | Words }}}} deliveries took {LABELS} minutes. With which number does gradient "
        "boosting on the squared error start?",
        MINUTES,
        (
            q.Mistake("That is the median, the base for the absolute error.",
                      lambda median: median),
            q.Mistake("That is the middle between the shortest and the longest.",
                      lambda first, last: (first + last) / 2,
                      {"first": "minutes[row=1]", "last": "minutes[row=6]"}),
            q.Mistake("That is the sum; divide it by the number of deliveries.",
                      lambda key: key * 6),
            q.Mistake("You left out the longest delivery.", lambda key, last: (6 * key - last) / 5,
                      {"last": "minutes[row=6]"}),
            q.Mistake("That is the upper of the middle labels.",
                      lambda upper_median: upper_median),
        ),
        ("Which constant has the least squared error?", "The mean of the labels."),
        WithinPercent(1),
    ),
    q.Number(
        "base-error", "base", "base_sse",
        f"{{{{ rows | Words }}}} deliveries took {LABELS} minutes, {{{{ base }}}} on average. What "
        "is the sum of squared errors of predicting that average?",
        MINUTES,
        (
            q.Mistake("That is the mean squared error; the sum is asked for.",
                      lambda base_mse: base_mse),
            q.Mistake("Those are the absolute errors, added up.", lambda base_sae: base_sae),
            q.Mistake("You divided by one fewer than the rows, as for a sample variance.",
                      lambda key: key / 5),
            q.Mistake("You took the root: that is the length of the residuals.",
                      lambda key: sqrt(key)),
            q.Mistake("You squared the labels themselves, without taking off the average.",
                      lambda key, base: key + 6 * base * base),
        ),
        ("The residuals, squared and added.",),
    ),
    q.Number(
        "residual", "residuals", "residual[row=6, round=1]",
        f"{{{{ rows | Words }}}} deliveries took {LABELS} minutes. What is the residual of the "
        "last one in the first round, that is, what will the first tree be fitted to there?",
        MINUTES,
        (
            q.Mistake("Its sign is wrong: label minus prediction.", lambda key: -key),
            q.Mistake("You took it from the median; the base for the squared error is the mean.",
                      lambda last, median: last - median,
                      {"last": "minutes[row=6]"}),
            q.Mistake("That is the loss; the residual is minus its derivative.",
                      lambda loss: loss,
                      {"loss": "loss[row=6]"}),
            q.Mistake("That is the label itself: the base comes off first.", lambda last: last,
                      {"last": "minutes[row=6]"}),
            q.Mistake("That is minus the slope of the plain square; the loss is scaled so that it "
                      "is the residual itself.",
                      lambda key: 2 * key),
        ),
        ("What does the model predict before the first tree?", "Label minus mean."),
    ),
    q.Number(
        "split-error", "first-tree", "error[split=3, round=1]",
        f"The residuals, by distance, are {RESIDUALS}. A stump cuts after the third. Which sum of "
        "squared errors does it leave, each side predicting its mean?",
        MINUTES,
        (
            q.Mistake("That is the sum of squares before the cut.", lambda base_sse: base_sse),
            q.Mistake("That is what the cut removes.", lambda base_sse, key: base_sse - key),
            q.Mistake("That is the cut after the fourth.", lambda later: later,
                      {"later": "error[split=4, round=1]"}),
            q.Mistake("That is the cut after the second.", lambda earlier: earlier,
                      {"earlier": "error[split=2, round=1]"}),
            q.Mistake("That is the mean; the sum is asked for.", lambda key: key / 6),
            q.Mistake("You left out the right side.",
                      lambda one, two, three, mean:
                      (one - mean) ** 2 + (two - mean) ** 2 + (three - mean) ** 2,
                      {"one": "residual[row=1, round=1]", "two": "residual[row=2, round=1]",
                       "three": "residual[row=3, round=1]", "mean": "left[split=3, round=1]"}),
        ),
        ("What does each side predict?",
         "Sum of squares, minus for each side the squared sum over its count."),
    ),
    q.Number(
        "leaf", "first-tree", "right[split=4, round=1]",
        f"The residuals, by distance, are {RESIDUALS}. A stump cuts after the fourth. What does "
        "its right leaf predict?",
        MINUTES,
        (
            q.twice("That is the sum of its residuals; a leaf predicts their mean."),
            q.Mistake("That is the left leaf.", lambda left: left,
                      {"left": "left[split=4, round=1]"}),
            q.Mistake("You divided by all rows, not by those of the leaf.", lambda key: key / 3),
            q.Mistake("That is the mean of the labels; the tree is fitted to residuals.",
                      lambda key, base: key + base),
            q.Mistake("That is the largest residual alone.", lambda residual: residual,
                      {"residual": "residual[row=6, round=1]"}),
        ),
        ("Which rows lie on the right?", "Their mean residual."),
    ),
    q.Number(
        "update", "update", "prediction[row=6, round=1]",
        "The base is {{ base }} minutes, the learning rate {{ eta }}; the first stump cuts at "
        "{{ cut[round=1] }} km with the leaves {{ lower[round=1] }} (left) and "
        "{{ upper[round=1] }} (right). What does the "
        "model predict now for the delivery of {{ distance[row=6] }} km?",
        {**MINUTES, "eta": ETAS},
        (
            q.Mistake("You took the whole step; the learning rate shrinks it.",
                      lambda base, upper: base + upper,
                      {"upper": "upper[round=1]"}),
            q.Mistake("That is the step alone; add it to the base.",
                      lambda eta, upper: eta * upper,
                      {"upper": "upper[round=1]"}),
            q.Mistake("You took the left leaf; the delivery lies beyond the cut.",
                      lambda base, eta, lower: base + eta * lower,
                      {"lower": "lower[round=1]"}),
            q.Mistake("You shrank the base as well.",
                      lambda base, eta, upper: eta * (base + upper),
                      {"upper": "upper[round=1]"}),
            q.Mistake("You took the step off; residuals are added.",
                      lambda base, eta, upper: base - eta * upper,
                      {"upper": "upper[round=1]"}),
        ),
        ("On which side of the cut does it lie?", "Base plus learning rate times leaf."),
        WithinPercent(1),
    ),
    q.Number(
        "taken", "update", "taken",
        "A split's leaves hold mean residuals. Which share of the squared error that the split "
        "could remove does an update with the learning rate {{ eta }} remove?",
        {"eta": (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.55, 0.6, 0.65, 0.7, 0.75,
                 0.8, 0.85)},
        (
            q.Mistake("The error is a parabola in the step: a small step removes more than its "
                      "share.", lambda eta: eta),
            q.Mistake("That is the square of the rate.", lambda eta: eta * eta),
            q.Mistake("That is the share that is left.", lambda eta: (1 - eta) ** 2),
            q.Mistake("You followed the slope at the start; the square of the rate comes off.",
                      lambda eta: 2 * eta),
            q.Mistake("That is the share of the residual that is left.", lambda eta: 1 - eta),
        ),
        ("What is left of each leaf's mean residual after the update?",
         "One minus the square of one minus the rate."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "error-after", "update", "sse_by_share[round=1]",
        "The squared error is {{ base_sse }}; the best split could remove {{ gain[round=1] }} of "
        "it. With the "
        "learning rate {{ eta }}, what is left after the update?",
        {**MINUTES, "eta": ETAS},
        (
            q.Mistake("That is after a whole step.", lambda least_error: least_error,
                      {"least_error": "least_error[round=1]"}),
            q.Mistake("You let the gain shrink in proportion; the error is a parabola in the step.",
                      lambda base_sse, eta, gain: base_sse - eta * gain,
                      {"gain": "gain[round=1]"}),
            q.Mistake("You squared the rate; the square of one minus the rate is what is left of "
                      "the gain.",
                      lambda base_sse, eta, gain: base_sse - eta * eta * gain,
                      {"gain": "gain[round=1]"}),
            q.Mistake("That is what the update removes.", lambda taken, gain: taken * gain,
                      {"gain": "gain[round=1]"}),
            q.Mistake("You took the share off the whole error; it is a share of the gain.",
                      lambda base_sse, taken: base_sse * (1 - taken)),
        ),
        ("Which share of the gain does this rate take?",
         "One minus the square of one minus the rate."),
        level="senior",
    ),
    q.Number(
        "second-residual", "rounds", "residual[row=6, round=2]",
        "A delivery's residual in the first round is {{ residual[row=6, round=1] }}; the stump's "
        "leaf there is {{ upper[round=1] }} and the learning rate {{ eta }}. What is its residual "
        "in the second round?",
        {**MINUTES, "eta": ETAS},
        (
            q.Mistake("You took the whole leaf off; the step is shrunk.",
                      lambda residual, upper: residual - upper,
                      {"residual": "residual[row=6, round=1]", "upper": "upper[round=1]"}),
            q.Mistake("You shrank the residual by the rate; the leaf is what is taken off.",
                      lambda residual, eta: residual * (1 - eta),
                      {"residual": "residual[row=6, round=1]"}),
            q.Mistake("That is the residual of the first round.", lambda residual: residual,
                      {"residual": "residual[row=6, round=1]"}),
            q.Mistake("You added the step; a prediction that rises leaves less.",
                      lambda residual, eta, upper: residual + eta * upper,
                      {"residual": "residual[row=6, round=1]", "upper": "upper[round=1]"}),
            q.Mistake("That is the step.", lambda eta, upper: eta * upper,
                      {"upper": "upper[round=1]"}),
        ),
        ("By how much has the prediction moved?", "Residual minus rate times leaf."),
    ),
    q.Number(
        "two-rounds", "rounds", "prediction[row=6, round=2]",
        "Base {{ base }}, learning rate {{ eta }}. In both rounds the delivery of "
        "{{ distance[row=6] }} km "
        "falls "
        "into the right leaf: {{ upper[round=1] }}, then {{ upper[round=2] }}. What does the "
        "model predict for it "
        "after them?",
        {**MINUTES, "eta": ETAS},
        (
            q.Mistake("You took whole steps.",
                      lambda base, upper, next_upper: base + upper + next_upper,
                      {"upper": "upper[round=1]", "next_upper": "upper[round=2]"}),
            q.Mistake("You forgot the first tree: steps add up.",
                      lambda base, eta, next_upper: base + eta * next_upper,
                      {"next_upper": "upper[round=2]"}),
            q.Mistake("You forgot the second tree.",
                      lambda base, eta, upper: base + eta * upper,
                      {"upper": "upper[round=1]"}),
            q.Mistake("You averaged the trees; that is bagging.",
                      lambda base, upper, next_upper: base + (upper + next_upper) / 2,
                      {"upper": "upper[round=1]", "next_upper": "upper[round=2]"}),
            q.Mistake("You shrank the second step by the rate's square; the rate is the same in "
                      "each round.",
                      lambda base, eta, upper, next_upper:
                      base + eta * upper + eta * eta * next_upper,
                      {"upper": "upper[round=1]", "next_upper": "upper[round=2]"}),
        ),
        ("Every tree adds its own step.", "Base plus rate times the sum of the leaves."),
        WithinPercent(1),
    ),
    q.Number(
        "left-over", "shrinkage", "left_over",
        "If {{ aiming }} trees all aim exactly at the same residual, with the learning rate "
        "{{ eta }}, "
        "which share of it is left?",
        {"eta": (0.05, 0.1, 0.15, 0.2, 0.3, 0.4), "aiming": (2, 3, 4, 5, 6, 8)},
        (
            q.Mistake("Each tree takes its share of what is left, not of the whole.",
                      lambda eta, aiming: 1 - eta * aiming),
            q.Mistake("That is the share that is gone.", lambda key: 1 - key),
            q.Mistake("You raised the rate to the power; what is left is one minus the rate.",
                      lambda eta, aiming: eta**aiming),
            q.Mistake("That is one tree.", lambda eta: 1 - eta),
            q.Mistake("That is the share of the squared error.", lambda key: key * key),
        ),
        ("What is left after one tree?", "One minus the rate, to the power of the trees."),
    ),
    q.Number(
        "newton-margin", "classification", "margin[row=6]",
        "A classifier starts at the log-odds {{ base_log_odds }}. In a leaf the mean of label "
        "minus "
        "probability is {{ late_upper }} and the mean of p·(one − p) is {{ hessian }}. With the "
        "learning rate {{ eta }}, what are the log-odds of its rows after one Newton step?",
        {"promise": (8.5, 12, 25, 35), "eta": (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6)},
        (
            q.Mistake("You took the mean residual for the leaf: divide it by the curvature.",
                      lambda base_log_odds, eta, late_upper: base_log_odds + eta * late_upper),
            q.Mistake("You took the whole step.",
                      lambda base_log_odds, newton: base_log_odds + newton,
                      {"newton": "newton[row=6]"}),
            q.Mistake("That is the step alone.", lambda eta, newton: eta * newton,
                      {"newton": "newton[row=6]"}),
            q.Mistake("You multiplied by the curvature; a Newton step divides by it.",
                      lambda base_log_odds, eta, late_upper, hessian:
                      base_log_odds + eta * late_upper * hessian),
            q.Mistake("You added the step to the probability; the model adds up log-odds.",
                      lambda base_p, eta, newton: base_p + eta * newton,
                      {"newton": "newton[row=6]"}),
        ),
        ("A Newton step is first derivative over second.",
         "Base plus rate times mean residual over mean curvature."),
        WithinPercent(3),
        level="senior",
    ),
    q.Number(
        "newton-probability", "classification", "late_p[row=6]",
        "After one round a delivery's log-odds of being late are {{ margin[row=6] }}. What "
        "probability "
        "is "
        "that?",
        {"promise": (8.5, 12, 20, 25, 35), "eta": (0.1, 0.2, 0.3, 0.4, 0.6, 0.8)},
        (
            q.Mistake("That is the probability of being on time.", lambda key: 1 - key),
            q.Mistake("Those are the odds; divide by one plus the odds.",
                      lambda margin: exp(margin),
                      {"margin": "margin[row=6]"}),
            q.Mistake("Log-odds are no probability yet.", lambda margin: margin,
                      {"margin": "margin[row=6]"}),
            q.Mistake("You took the logarithm for a binary one; it is natural.",
                      lambda margin: 1 / (1 + exp(-margin * ln(2))),
                      {"margin": "margin[row=6]"}),
            q.Mistake("That is p·(one − p), the curvature.", lambda key: key * (1 - key)),
        ),
        ("From log-odds to odds, from odds to a probability.",
         "One over one plus e to the minus log-odds."),
    ),
    q.Number(
        "line", "extrapolation", "line",
        "The least-squares line through the deliveries has the slope {{ slope }} minutes per km "
        "and goes through the means, {{ x_mean }} km and {{ base }} minutes. What does it say at "
        "{{ query }} km?",
        {**MINUTES, "query": (12, 15, 20, 25, 30, 40)},
        (
            q.Mistake("You exchanged the means.",
                      lambda x_mean, slope, query, base: x_mean + slope * (query - base)),
            q.Mistake("You counted the distance from zero, not from the mean.",
                      lambda base, slope, query: base + slope * query),
            q.Mistake("That is what the trees say: the last leaf, for ever.", lambda answer: answer,
                      {"answer": "answer[round=5]"}),
            q.Mistake("You forgot the mean of the minutes.",
                      lambda slope, query, x_mean: slope * (query - x_mean)),
            q.Mistake("You divided by the slope.",
                      lambda base, query, x_mean, slope: base + (query - x_mean) / slope),
        ),
        ("How far from the mean distance is it?", "Mean plus slope times that distance."),
    ),
    q.Number(
        "bag", "bagging", "larger_bag",
        "One tree has the variance {{ variance[method=one-deep-tree] }}; each pair of trees in a "
        "bag has the correlation "
        "{{ correlation }}. What is the variance of the mean of {{ more_trees }}?",
        {"more_trees": (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 22, 24, 28)},
        (
            q.Mistake("Only independent trees average that well.",
                      lambda tree_variance, more_trees: tree_variance / more_trees,
                      {"tree_variance": "variance[method=one-deep-tree]"}),
            q.Mistake("That is the floor for very many trees.",
                      lambda tree_variance, correlation: correlation * tree_variance,
                      {"tree_variance": "variance[method=one-deep-tree]"}),
            q.Mistake("That is the part that averages away; the shared part stays.",
                      lambda tree_variance, correlation, more_trees:
                      (1 - correlation) * tree_variance / more_trees,
                      {"tree_variance": "variance[method=one-deep-tree]"}),
            q.Mistake("A bag is not as noisy as one tree.", lambda tree_variance: tree_variance,
                      {"tree_variance": "variance[method=one-deep-tree]"}),
            q.Mistake("You took the root: that is a deviation.", lambda key: sqrt(key)),
        ),
        ("One part of the noise is shared by all trees, the rest is their own.",
         "The shared part stays; the rest is divided by the number of trees."),
        level="senior",
    ),
    q.Number(
        "nodes", "next", "model_nodes",
        "A model has {{ trees }} of depth {{ depth }}, all full. How many nodes does it have, "
        "leaves among them?",
        {"trees": (20, 30, 50, 80, 100, 120, 150, 200), "depth": (2, 3, 4, 5, 6)},
        (
            q.Mistake("Those are the leaves alone.", lambda trees, depth: trees * 2**depth),
            q.Mistake("Those are the splits alone.", lambda trees, depth: trees * (2**depth - 1)),
            q.Mistake("Those are the comparisons for one row.", lambda comparisons: comparisons),
            q.Mistake("That is one node too many for each tree: the root has no sibling.",
                      lambda trees, depth: trees * 2 ** (depth + 1)),
            q.Mistake("Those are the nodes of one tree.", lambda nodes: nodes),
        ),
        ("How many nodes has one full tree?",
         "Each level has one node more than all levels above it together."),
        Exact(),
    ),
)  # fmt: skip


def left_out_of_rows(rows: Any) -> Any:
    """Chance that a bootstrap sample of as many draws as rows (2 or more) misses a given row."""
    return boosting.left_out_share(rows, boosting.other_rows(rows))


def log_odds_of_share(probability: Any) -> Any:
    """Log-odds of a share."""
    return ln(probability / (1 - probability))


FORMULAS = (
    q.Formula(
        "log-odds-formula", "base",
        "Write the base prediction for log loss, when a share p of the labels is positive.",
        log_odds_of_share, {"p": q.Symbol("probability", "share of positive labels", 0.02, 0.98)},
        (
            q.Mistake("Those are the odds; take the logarithm.",
                      lambda probability: probability / (1 - probability)),
            q.Mistake("That is upside down.",
                      lambda probability: ln((1 - probability) / probability)),
            q.Mistake("That is the logarithm of the share, not of the odds.",
                      lambda probability: ln(probability)),
        ),
        ("At which log-odds does the probability equal the share?",),
    ),
    q.Formula(
        "taken-formula", "update",
        "Write the share of a split's gain that an update with the rate e removes.",
        boosting.removed_share, {"e": q.Symbol("learning_rate", "learning rate", 0.01, 1.5)},
        (
            q.Mistake("The error is a parabola in the step, not a line.",
                      lambda learning_rate: 1 * learning_rate),
            q.Mistake("That is the share left.", lambda learning_rate: (1 - learning_rate) ** 2),
            q.Mistake("That is the square of the rate.", lambda learning_rate: learning_rate**2),
        ),
        ("The square of one minus e is left.",),
        level="senior",
    ),
    q.Formula(
        "left-out-formula", "bagging",
        "Write the chance that a bootstrap sample of n draws from n rows leaves a given row out.",
        left_out_of_rows, {"n": q.Symbol("rows", "rows", 2, 50)},
        (
            q.Mistake("That is one draw; there are n of them.", lambda rows: 1 - 1 / rows),
            q.Mistake("That is the chance that it is drawn.",
                      lambda rows: 1 - (1 - 1 / rows) ** rows),
            q.Mistake("That is the chance that every draw takes it.",
                      lambda rows: (1 / rows) ** rows),
        ),
        ("What is the chance that one draw misses it?",),
    ),
    q.Formula(
        "bag-formula", "bagging",
        "Write the variance of the mean of B trees with the variance v each and the correlation c.",
        boosting.bagged_variance,
        {"v": q.Symbol("tree_variance", "variance of a tree", 0.1, 20),
         "c": q.Symbol("correlation", "correlation between trees", 0, 1),
         "B": q.Symbol("trees", "trees", 1, 500)},
        (
            q.Mistake("That holds for independent trees only.",
                      lambda tree_variance, correlation, trees: tree_variance / trees),
            q.Mistake("That part averages away; the shared one is missing.",
                      lambda tree_variance, correlation, trees:
                      (1 - correlation) * tree_variance / trees),
            q.Mistake("Only what is not shared is divided.",
                      lambda tree_variance, correlation, trees:
                      correlation * tree_variance + tree_variance / trees),
        ),
        ("A shared part and an own part.",),
        level="senior",
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "why-gradient", "residuals",
        "What is the gradient in gradient boosting taken with respect to?",
        (
            q.Option("The predictions of the training rows.",
                     "Each prediction is a coordinate; the tree approximates the step in that "
                     "space.", right=True),
            q.Option("The thresholds of the tree.", "A threshold has no gradient: the loss is a "
                     "staircase in it."),
            q.Option("The leaf values of all trees together.",
                     "Earlier trees are never changed again."),
            q.Option("The features.", "They are data."),
        ),
    ),
    q.Choice(
        "shortcut", "first-tree",
        "To find the best cut by hand it is enough to compare one number for each threshold. "
        "Which?",
        (
            q.Option("For both sides the squared sum of residuals over the count, added up.",
                     "The sum of squares is the same for every cut; the largest sum wins.",
                     right=True),
            q.Option("The difference of the sides' means.",
                     "It ignores how many rows lie on each side."),
            q.Option("The larger of the sides' sums of residuals.",
                     "Cutting off one extreme row would often win."),
            q.Option("The sum of the absolute residuals on both sides.",
                     "It does not depend on the cut at all."),
        ),
        level="senior",
    ),
    q.Choice(
        "rate-and-trees", "shrinkage",
        "You lower the learning rate and keep the number of trees. Training error and "
        "held-out error both get worse. What does that show?",
        (
            q.Option("The model was not finished: rate and trees are one budget.",
                     "A rate that is divided by some factor needs about that factor more trees.",
                     right=True),
            q.Option("The smaller rate overfits.", "Then the training error would be better."),
            q.Option("The smaller rate is worse for this data.",
                     "That cannot be said before it is given its trees."),
            q.Option("The trees are too shallow.", "Nothing about the trees has changed."),
        ),
    ),
    q.Choice(
        "honest-error", "overfitting",
        "You train {{ stop_rounds[brake=all-rounds] }} trees, look up the number with the least "
        "error on the "
        "test "
        "rows, and report that error. What is wrong?",
        (
            q.Option("The number of trees was chosen on the rows that judge it.",
                     "The least of many noisy errors is too good; hold out other rows to choose.",
                     right=True),
            q.Option("The number must be a round one.", "It need not be."),
            q.Option("Early stopping always finds a better number.",
                     "It finds an honest one; the best in hindsight is never worse."),
            q.Option("Test error must be measured with all trees.",
                     "Any number is fine if it was chosen elsewhere."),
        ),
    ),
    q.Choice(
        "noise-first", "importance",
        "A column of random order numbers gets {{ share[column=order-number] }} of the impurity "
        "importance, the largest share. Why?",
        (
            q.Option("It has a place to cut between each row and the next, and training rows judge "
                     "it.",
                     "On held-out rows shuffling it costs "
                     "{{ test_loss[column=order-number] }}.", right=True),
            q.Option("It is correlated with the label by accident.",
                     "Hardly; it is the number of possible cuts that lets trees memorise rows."),
            q.Option("Its values are large, and trees favour large values.",
                     "Trees look at the order of values only."),
            q.Option("It must carry a signal after all.",
                     "It was drawn by lot; held-out rows show none."),
        ),
        ("On which rows is impurity importance computed?",),
    ),
    q.Choice(
        "bag-or-boost", "bagging",
        "You may add up {{ trees }}. Which trees suit which method?",
        (
            q.Option("Deep trees for bagging, shallow ones for boosting.",
                     "A bag cuts variance and keeps bias; boosting cuts bias.", right=True),
            q.Option("Shallow trees for bagging, deep ones for boosting.",
                     "Bagged stumps keep their bias; boosted deep trees have nothing left to do."),
            q.Option("Deep trees for both.", "The first deep tree leaves boosting no residual."),
            q.Option("Stumps for both.", "A bag of stumps stays as biased as one."),
        ),
    ),
    q.Choice(
        "flat-future", "extrapolation",
        "A boosted model forecasts weekly orders of a growing business from the week's number. "
        "What do its forecasts for next year look like?",
        (
            q.Option("Flat at the level of the last weeks.",
                     "All future weeks lie beyond the last threshold of every tree.", right=True),
            q.Option("They continue the trend.", "No tree has a slope."),
            q.Option("They fall back to the mean.",
                     "They stay in the last leaf, which is near the last weeks."),
            q.Option("They oscillate.", "Beyond the last threshold nothing changes."),
        ),
    ),
    q.Order(
        "one-round", "rounds",
        "Bring one round of boosting with log loss into order.",
        (
            "Turn the log-odds into probabilities.",
            "Take label minus probability for each row.",
            "Search the split with the least squared error of these.",
            "Replace each leaf's mean by one Newton step.",
            "Multiply by the learning rate.",
            "Add the step to the log-odds of each row.",
        ),
        "The split is searched on gradients; the leaf's value comes from gradient and curvature.",
    ),
    q.Open(
        "delivery-forecast", "next",
        "A team's boosted model of delivery times is excellent offline and promises too short "
        "times "
        "to customers far away. Find causes and cures.",
        {
            "mid": (
                "Trees do not extrapolate: beyond the farthest training delivery the forecast is "
                "flat ({{ answer[round=5] }} at {{ query }} km in the example).",
                "Checks whether the training data hold far deliveries at all.",
            ),
            "senior": (
                "Proposes a target that does not grow: minutes per kilometre, or the residual of a "
                "line ({{ line }} at {{ query }} km).",
                "Looks at the loss: squared error fits means, and a promise wants a quantile.",
                "Splits the evaluation by distance instead of reporting one number.",
            ),
            "staff": (
                "Asks who is hurt by which error and chooses the quantile with them.",
                "Monitors the share of requests outside the training range.",
                "Considers a monotone constraint in distance.",
            ),
        },
        ("Where do the thresholds lie?",),
        level="staff",
    ),
    q.Open(
        "explain-boosting", "update",
        "Explain gradient boosting on a whiteboard, with a few rows and rounds, in a few minutes.",
        {
            "mid": (
                "Starts with the mean and writes the residuals.",
                "Fits a stump to the residuals and adds a shrunken step.",
                "Writes the new residuals and repeats.",
            ),
            "senior": (
                "Says that residuals are negative gradients by the predictions.",
                "Says what changes for the absolute error and for log loss.",
            ),
            "staff": (
                "Explains why a step of {{ eta }} removes {{ taken | fraction }} of the gain.",
                "Relates learning rate, number of trees and early stopping.",
            ),
        },
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
