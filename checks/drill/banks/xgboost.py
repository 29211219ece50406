"""Questions on XGBoost."""

from __future__ import annotations

from checks.drill import questions as q
from checks.drill.answers import Exact, WithinPercent
from worked.formulas import histograms, rows
from worked.formulas.ops import exp, floor, log2

LAMBDAS = (0.5, 1, 2, 3, 5, 10)
MINUTES = {"minutes.1": (6, 7, 8), "minutes.2": (9, 11), "minutes.3": (14, 17),
           "minutes.4": (22, 24), "minutes.5": (29, 31), "minutes.6": (39, 43, 48)}  # fmt: skip

# Cells that mistakes are computed from.
RIGHT = {
    "G_right": "side_gradient[split=4, side=right, round=1]",
    "H_right": "side_hessian[split=4, side=right]",
}
BOTH = {
    "G_left": "side_gradient[split=4, side=left, round=1]",
    "H_left": "side_hessian[split=4, side=left]",
    "G_right": "side_gradient[split=4, side=right, round=1]",
    "H_right": "side_hessian[split=4, side=right]",
}
LAST_ROWS = {"fifth": "gradient[row=5, round=1]", "sixth": "gradient[row=6, round=1]"}
ROOT = {"root_score": "root_score[round=1]"}
LEAF = {"G": "leaf_gradient[leaf=highest, round=1]", "H": "leaf_hessian[leaf=highest, round=1]"}
SURE = {"p": "believed[belief=sure]"}
LATE = {"G": "late_sum[side=right]"}

NUMBERS = (
    q.Number(
        "gradient", "second-order", "trial_gradient",
        "A classifier's margin (log-odds) for a row is {{ trial_margin }} and its label is "
        "{{ trial_label }}. What is the gradient of the log loss by the margin?",
        {"trial_margin": (-3, -2.5, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3),
         "trial_label": (0, 1)},
        (
            q.Mistake("The sign is wrong: probability minus label.", lambda key: -key),
            q.Mistake("That is the probability of the label itself, not its distance from the "
                      "label.",
                      lambda trial_p, trial_label: trial_p * trial_label + (1 - trial_p)
                      * (1 - trial_label)),
            q.Mistake("That is the hessian.", lambda trial_hessian: trial_hessian),
            q.Mistake("You took the label from the margin itself.",
                      lambda trial_margin, trial_label: trial_margin - trial_label),
            q.Mistake("Those are odds minus label; turn the margin into a probability.",
                      lambda trial_margin, trial_label: exp(trial_margin) - trial_label),
        ),
        ("What probability does the margin stand for?", "Probability minus label."),
    ),
    q.Number(
        "hessian", "second-order", "trial_hessian",
        "A classifier's margin (log-odds) for a row is {{ trial_margin }}. What is the second "
        "derivative of the log loss by the margin?",
        {"trial_margin": (-3.5, -3, -2.5, -2, -1.75, -1.5, -1.25, -1, -0.75, -0.5, 0.4, 0.6, 0.8,
                          0.9, 1.1, 1.3, 1.6, 1.8, 2.2, 2.4, 2.8, 3.2)},
        (
            q.Mistake("That is the probability.", lambda trial_p: trial_p),
            q.Mistake("That is the other probability.", lambda trial_p: 1 - trial_p),
            q.Mistake("You squared the probability.", lambda trial_p: trial_p**2),
            q.twice("There is no such factor here."),
            q.Mistake("The log loss is not quadratic: its curvature is one for the squared error "
                      "only.", lambda key: key / key),
        ),
        ("What probability does the margin stand for?", "It times what is left to one."),
    ),
    q.Number(
        "leaf-weight", "objective", "side_weight[split=4, side=right, round=1]",
        "A leaf holds the gradients {{ gradient[row=5, round=1] }} and "
        "{{ gradient[row=6, round=1] }}, each with a hessian of one. Lambda is {{ reg_lambda }}, "
        "alpha is zero. What is its best weight?",
        {**MINUTES, "reg_lambda": LAMBDAS},
        (
            q.Mistake("The sign is lost: the weight goes against the gradient.", lambda key: -key),
            q.Mistake("You left out lambda: that is the mean residual.",
                      lambda free_weight: free_weight),
            q.Mistake("You left out the hessians.",
                      lambda fifth, sixth, reg_lambda: -(fifth + sixth) / reg_lambda, LAST_ROWS),
            q.Mistake("You forgot to divide: that is the negative gradient sum.",
                      lambda fifth, sixth: -(fifth + sixth), LAST_ROWS),
            q.Mistake("You counted one hessian; each row brings one.",
                      lambda fifth, sixth, reg_lambda: -(fifth + sixth) / (1 + reg_lambda),
                      LAST_ROWS),
        ),
        ("Write what the leaf adds to the objective and minimise it over w.",
         "Minus the gradient sum over hessian sum plus lambda."),
    ),
    q.Number(
        "score", "objective", "side_score[split=4, side=right, round=1]",
        "A leaf's gradients sum to {{ side_gradient[split=4, side=right, round=1] }}, its "
        "hessians to {{ side_hessian[split=4, side=right] }}. Lambda is {{ reg_lambda }}, alpha "
        "zero. What is its score, as it stands in the gain that the library reports?",
        {**MINUTES, "reg_lambda": LAMBDAS},
        (
            q.half("That is the fall of the objective; the library leaves the paper's factor out."),
            q.Mistake("You did not square the gradient sum; that is the weight.",
                      lambda G_right, H_right, reg_lambda: -G_right / (H_right + reg_lambda),
                      RIGHT),
            q.Mistake("You left out lambda.", lambda G_right, H_right: G_right**2 / H_right, RIGHT),
            q.Mistake("You squared the denominator too.",
                      lambda weight: weight**2,
                      {"weight": "side_weight[split=4, side=right, round=1]"}),
            q.Mistake("Lambda is added to the hessians, not multiplied with them.",
                      lambda G_right, H_right, reg_lambda:
                      G_right**2 / (H_right * (1 + reg_lambda)), RIGHT),
        ),
        ("By how much can the leaf lower the objective?",
         "Gradient sum squared over hessian sum plus lambda."),
    ),
    q.Number(
        "gain", "gain", "gain[split=4, round=1]",
        "A split sends gradients of {{ side_gradient[split=4, side=left, round=1] }} over "
        "hessians of {{ side_hessian[split=4, side=left] }} left and "
        "{{ side_gradient[split=4, side=right, round=1] }} over "
        "{{ side_hessian[split=4, side=right] }} right. Lambda is {{ reg_lambda }}. What gain "
        "does the library report?",
        {**MINUTES, "reg_lambda": LAMBDAS, "base_shift": (-3, -2, -1, 1, 2, 3)},
        (
            q.half("That is the paper's formula; the library leaves its factor out."),
            q.Mistake("You left out the score of the node before the split.",
                      lambda key, root_score: key + root_score, ROOT),
            q.Mistake("You added the parent's score instead of taking it off.",
                      lambda key, root_score: key + 2 * root_score, ROOT),
            q.Mistake("You left out lambda.",
                      lambda G_left, H_left, G_right, H_right:
                      G_left**2 / H_left + G_right**2 / H_right
                      - (G_left + G_right) ** 2 / (H_left + H_right), BOTH),
            q.Mistake("That is the right child's score alone.",
                      lambda G_right, H_right, reg_lambda:
                      G_right**2 / (H_right + reg_lambda), RIGHT),
            q.Mistake("You took gamma off; gamma is compared with the gain, not part of it.",
                      lambda key, gamma: key - gamma),
        ),
        ("A score for each child and for the node before.",
         "Left score plus right score minus the score of both together."),
        WithinPercent(1),
    ),
    q.Number(
        "gamma", "gain", "library_gamma",
        "A paper prunes where the gain of its formula, with the factor in front, falls below a "
        "gamma of {{ trial_gamma }}. Which gamma do you give the library for the same trees?",
        {"trial_gamma": (1.5, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 18, 20, 25, 30, 35, 40, 45)},
        (
            q.Mistake("The library's gain is larger than the paper's, so its gamma must be too.",
                      lambda trial_gamma: trial_gamma),
            q.Mistake("The wrong way: the library compares gamma with the whole gain.",
                      lambda trial_gamma: trial_gamma / 2),
            q.Mistake("You applied the factor once too often.",
                      lambda trial_gamma: 4 * trial_gamma),
            q.Mistake("You squared it.", lambda trial_gamma: trial_gamma**2),
            q.Mistake("The factor does not depend on the number of splits.",
                      lambda trial_gamma: 3 * trial_gamma),
        ),
        ("Which of the gains lacks the factor?",
         "Gammas are to one another as the gains that they are compared with."),
        Exact(),
        level="senior",
    ),
    q.Number(
        "first-cut", "splits", "gain[split=2, round=1]",
        "Rows with a hessian of one each have the gradients {{ gradient[row=1, round=1] }}, "
        "{{ gradient[row=2, round=1] }}, {{ gradient[row=3, round=1] }}, "
        "{{ gradient[row=4, round=1] }}, {{ gradient[row=5, round=1] }} and "
        "{{ gradient[row=6, round=1] }}. Lambda is {{ reg_lambda }}. What gain does the library "
        "report for a cut after the second row?",
        {**MINUTES, "reg_lambda": LAMBDAS},
        (
            q.half("That is the paper's formula; the library leaves its factor out."),
            q.Mistake("That is the left child's score alone.",
                      lambda G_left, reg_lambda: G_left**2 / (2 + reg_lambda),
                      {"G_left": "side_gradient[split=2, side=left, round=1]"}),
            q.Mistake("That is the cut after the first row.", lambda first: first,
                      {"first": "gain[split=1, round=1]"}),
            q.Mistake("That is the cut after the third row.", lambda third: third,
                      {"third": "gain[split=3, round=1]"}),
            q.Mistake("You left out lambda.",
                      lambda G_left, G_right: G_left**2 / 2 + G_right**2 / 4,
                      {"G_left": "side_gradient[split=2, side=left, round=1]",
                       "G_right": "side_gradient[split=2, side=right, round=1]"}),
        ),
        ("Sum the gradients on each side.",
         "Both sides' squared sums over count plus lambda; the whole sums to zero."),
        WithinPercent(1),
    ),
    q.Number(
        "pruned-weight", "pruning", "leaf_weight[leaf=highest, round=1]",
        "A tree has been pruned by a gamma of {{ gamma }}. The last leaf that is left begins at "
        "{{ leaf_start[leaf=highest, round=1] }} km and holds gradients of "
        "{{ leaf_gradient[leaf=highest, round=1] }} over hessians of "
        "{{ leaf_hessian[leaf=highest, round=1] }}; lambda is {{ reg_lambda }}. What is the "
        "leaf's weight, before shrinkage?",
        {**MINUTES, "reg_lambda": (0.5, 1, 2, 3)},
        (
            q.Mistake("The sign is lost.", lambda key: -key),
            q.Mistake("You left out lambda.", lambda G, H: -G / H, LEAF),
            q.Mistake("You shrank it; that comes afterwards.", lambda key, eta: key * eta),
            q.Mistake("You forgot to divide by the hessians.", lambda G: -G,
                      {"G": "leaf_gradient[leaf=highest, round=1]"}),
            q.Mistake("Gamma decides whether a split stands; it does not enter the weight.",
                      lambda G, H, reg_lambda, gamma:
                      -G / (H + reg_lambda + gamma), LEAF),
        ),
        ("Does gamma enter a leaf's weight?", "Minus gradients over hessians plus lambda."),
    ),
    q.Number(
        "feed", "child-weight", "rows_to_feed[belief=sure]",
        "A classifier predicts {{ believed[belief=sure] }} for every row of a region. With "
        "min_child_weight {{ min_child_weight }}, how many of these rows must a child hold at "
        "least?",
        {"believed.sure": (0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98),
         "min_child_weight": (1, 2, 3, 5)},
        (
            q.Mistake("It is no count of rows: a row counts with its hessian, p·(one − p).",
                      lambda min_child_weight: min_child_weight),
            q.Mistake("You divided by what is left to one only.",
                      lambda min_child_weight, p: -floor(-(min_child_weight / (1 - p))), SURE),
            q.Mistake("You rounded down: then the sum falls short.", lambda key: key - 1),
            q.Mistake("You took the hessian of a row that the model knows nothing about.",
                      lambda min_child_weight: min_child_weight * 4),
            q.Mistake("You divided by the square of what is left to one.",
                      lambda min_child_weight, p:
                      -floor(-(min_child_weight / (1 - p) ** 2)), SURE),
        ),
        ("What does one such row contribute to the sum?",
         "min_child_weight over p times one minus p, rounded up."),
        Exact(),
        level="senior",
    ),
    q.Number(
        "shrunken", "shrinkage", "share_left[split=4, side=right]",
        "A leaf's hessians sum to {{ side_hessian[split=4, side=right] }}. Lambda is "
        "{{ reg_lambda }}, the learning rate {{ eta }}. Which share of the leaf's mean "
        "residual is left after one round?",
        {"reg_lambda": (0.5, 1, 2, 3, 4, 6), "eta": (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)},
        (
            q.Mistake("You left out lambda, which shrinks the leaf as well.", lambda eta: 1 - eta),
            q.Mistake("That is the share that is gone.", lambda key: 1 - key),
            q.Mistake("You counted one row; all of the leaf's hessians stand against lambda.",
                      lambda single: single, {"single": "share_left[split=5, side=right]"}),
            q.Mistake("You left out the learning rate.",
                      lambda reg_lambda: 1 - 2 / (2 + reg_lambda)),
            q.Mistake("That is the share of the squared error.", lambda key: key**2),
        ),
        ("Which share of the mean residual is the leaf's weight?",
         "One minus rate times hessians over hessians plus lambda."),
        WithinPercent(1),
    ),
    q.Number(
        "columns", "shrinkage", "columns[draw=node]",
        "A table has {{ features }} features. With colsample_bytree {{ share[draw=tree] }}, "
        "colsample_bylevel {{ share[draw=level] }} and colsample_bynode {{ share[draw=node] }}, "
        "how many does a node see? (Each draw rounds down.)",
        {"features": (40, 50, 64, 80, 100, 120, 200), "share.tree": (0.5, 0.6, 0.8),
         "share.level": (0.5, 0.75), "share.node": (0.4, 0.5, 0.8)},
        (
            q.Mistake("You stopped at the level.", lambda level: level,
                      {"level": "columns[draw=level]"}),
            q.Mistake("You stopped at the tree.", lambda tree: tree,
                      {"tree": "columns[draw=tree]"}),
            q.Mistake("You took the node's share of all features.",
                      lambda features, node_share: floor(features * node_share),
                      {"node_share": "share[draw=node]"}),
            q.Mistake("You skipped the level.",
                      lambda tree, node_share: floor(tree * node_share),
                      {"tree": "columns[draw=tree]", "node_share": "share[draw=node]"}),
            q.Mistake("You skipped the tree.",
                      lambda features, level_share, node_share:
                      floor(floor(features * level_share) * node_share),
                      {"level_share": "share[draw=level]", "node_share": "share[draw=node]"}),
        ),
        ("The shares act one after the other.", "All times tree, level and node share."),
        Exact(),
    ),
    q.Number(
        "missing", "missing", "way_gain[split=4, way=right]",
        "Rows are cut after the fourth: gradients "
        "{{ side_gradient[split=4, side=left, round=1] }} over "
        "{{ side_hessian[split=4, side=left] }} left, "
        "{{ side_gradient[split=4, side=right, round=1] }} over "
        "{{ side_hessian[split=4, side=right] }} right. A seventh with a missing value has the "
        "gradient {{ missing_gradient }} and a hessian of one. Lambda is {{ reg_lambda }}. What "
        "gain does sending it right have?",
        {**MINUTES, "reg_lambda": (0.5, 1, 2), "y_missing": (28, 33, 35, 40)},
        (
            q.Mistake("That is sending it left.", lambda left: left,
                      {"left": "way_gain[split=4, way=left]"}),
            q.Mistake("That is the cut without the seventh row.", lambda six: six,
                      {"six": "gain[split=4, round=1]"}),
            q.half("That is the paper's formula; the library leaves its factor out."),
            q.Mistake("You forgot its hessian on the right.",
                      lambda G_left, H_left, G_right, H_right, reg_lambda, missing_gradient:
                      G_left**2 / (H_left + reg_lambda)
                      + (G_right + missing_gradient) ** 2 / (H_right + reg_lambda)
                      - missing_gradient**2 / (H_left + H_right + 1 + reg_lambda), BOTH),
            q.Mistake("You left out the score of the node before the split.",
                      lambda key, whole_score: key + whole_score),
        ),
        ("Add the row's gradient and hessian to the right side, and to the whole.",
         "Left score plus right score minus the score of all rows."),
    ),
    q.Number(
        "candidates", "histograms", "candidate_ratio",
        "A table of {{ rows }} has all values different. How many times as many splits does exact "
        "greedy score at the root as a histogram of {{ max_bin }} bins a feature?",
        {"rows": (50000, 100000, 200000, 500000, 1000000, 2000000, 5000000),
         "max_bin": (32, 64, 128, 256, 512)},
        (
            q.Mistake("That is the number of splits of the exact way for one feature.",
                      lambda rows: rows - 1),
            q.Mistake("The features cancel.", lambda key, features: key * features),
            q.Mistake("Scoring is linear in the rows; the logarithm belongs to sorting.",
                      lambda rows, max_bin: rows * log2(rows) / max_bin),
            q.half("A bin border is one split; nothing is counted again."),
            q.Mistake("You turned the ratio round.", lambda key: 1 / key),
        ),
        ("One split between neighbouring values, or between neighbouring bins.",
         "Rows over bins, each less one."),
    ),
    q.Number(
        "read", "histograms", "table[store=bin-numbers]",
        "{{ rows }} of {{ features }} features are stored as bin numbers of "
        "{{ width[store=bin-numbers] }}. How much memory is that?",
        {"rows": (200000, 500000, 1000000, 2000000, 5000000), "features": (10, 20, 28, 50, 100)},
        (
            q.Mistake("That is the table as floats.", lambda floats: floats,
                      {"floats": "table[store=float32]"}),
            q.Mistake("Those are sorted columns with row numbers, or you counted bits.",
                      lambda columns: columns, {"columns": "table[store=sorted-columns]"}),
            q.Mistake("That is one feature.", lambda rows: rows),
            q.Mistake("Those would be sums for each value; only bins have sums.",
                      lambda key: key * 16),
            q.Mistake("You multiplied by the number of bins; a value stores which bin it is in.",
                      lambda key, max_bin: key * max_bin),
        ),
        ("One small number for each value.", "Rows × features × bytes of a bin number."),
        WithinPercent(1),
    ),
    q.Number(
        "newton", "logistic", "late_weight",
        "A share of {{ late_share }} of all rows is positive, and the base score is that share. A "
        "leaf holds {{ side_hessian[split=4, side=right] | words }} positive rows. "
        "Lambda is {{ reg_lambda }}. What is its weight, in log-odds, before shrinkage?",
        {"promise": (8.5, 12, 20, 25), "reg_lambda": (0.25, 0.5, 1, 2, 3)},
        (
            q.Mistake("You left out lambda.", lambda newton: newton),
            q.Mistake("You took the mean residual; divide by the hessians.",
                      lambda G: -G / 2, LATE),
            q.Mistake("The sign is lost.", lambda key: -key),
            q.Mistake("You took a hessian of one for each row, as for the squared error.",
                      lambda G, reg_lambda: -G / (2 + reg_lambda), LATE),
            q.Mistake("You counted the hessian of one row.",
                      lambda G, late_hessian, reg_lambda: -G / (late_hessian + reg_lambda), LATE),
        ),
        ("Gradient of a row: probability minus label. Hessian: p·(one − p).",
         "Minus the gradient sum over hessian sum plus lambda."),
        level="senior",
    ),
    q.Number(
        "wall", "monotone", "wall",
        "A rising constraint holds. A split's children would weigh "
        "{{ side_weight[split=2, side=left, round=1] }} and "
        "{{ side_weight[split=2, side=right, round=1] }}. At which weight does the wall between "
        "the subtrees stand?",
        {**MINUTES, "reg_lambda": (0.5, 1, 2, 3), "base_shift": (-3, -2, -1, 1, 2, 3)},
        (
            q.Mistake("That is the left child's weight; the right subtree may go below the right "
                      "child.", lambda low: low,
                      {"low": "side_weight[split=2, side=left, round=1]"}),
            q.Mistake("That is the right child's weight.", lambda high: high,
                      {"high": "side_weight[split=2, side=right, round=1]"}),
            q.Mistake("That is their distance.", lambda rise: rise),
            q.Mistake("That is how far the middle is from either weight, not where it stands.",
                      lambda rise: rise / 2),
            q.twice("That is the sum of the weights, not their mean."),
        ),
        ("Both subtrees must stay on their side.", "The mean of the weights."),
        level="senior",
    ),
    q.Number(
        "all-reduce", "fast", "tree_sent",
        "{{ workers }} workers hold the rows of a table with {{ features }} features and "
        "{{ max_bin }} bins of {{ pair_width }} each. For a tree of depth {{ depth }} they sum "
        "{{ filled }} histograms by a ring all-reduce. How much does each send?",
        {"workers": (2, 4, 8, 16), "features": (20, 28, 50, 100), "max_bin": (64, 128, 256),
         "depth": (4, 5, 6)},
        (
            q.Mistake("That is the payload; each phase of a ring sends all but one worker's part.",
                      lambda tree_payload: tree_payload),
            q.half("That is the reduce-scatter alone; the all-gather follows."),
            q.Mistake("You sent the payload to every other worker.",
                      lambda tree_payload, workers: tree_payload * (workers - 1)),
            q.Mistake("That is one node's histogram.", lambda node_histogram: node_histogram),
            q.Mistake("You filled a histogram for each child; a sibling is a subtraction.",
                      lambda key: key * 2),
        ),
        ("How large is one histogram, and how many are summed?",
         "Reduce-scatter, then all-gather: in each, all of the payload but one worker's part."),
    ),
    q.Number(
        "goss", "rivals", "goss_factor",
        "LightGBM's GOSS keeps the share {{ top_rate }} of rows with the largest gradients and "
        "draws another {{ other_rate }} (of all rows) from the rest. With which factor do these "
        "count?",
        {"top_rate": (0.05, 0.1, 0.15, 0.2, 0.3, 0.4), "other_rate": (0.05, 0.1, 0.15, 0.2, 0.25)},
        (
            q.Mistake("The draw is from the rest only, not from all rows.",
                      lambda other_rate: 1 / other_rate),
            q.Mistake("You turned it round.", lambda key: 1 / key),
            q.Mistake("That is the share of rows kept, turned round.",
                      lambda top_rate, other_rate: 1 / (top_rate + other_rate)),
            q.Mistake("The kept share stands for itself; what is left is one minus it.",
                      lambda top_rate, other_rate: top_rate / other_rate),
            q.Mistake("The drawn rows stand for themselves and for those not drawn.",
                      lambda top_rate, other_rate: (1 - top_rate - other_rate) / other_rate),
        ),
        ("For how many rows does one drawn row stand?", "The rest over the share that is drawn."),
        WithinPercent(1),
        level="senior",
    ),
)  # fmt: skip

_GH = {
    "G": q.Symbol("gradient_sum", "gradient sum", -50, 50),
    "H": q.Symbol("hessian_sum", "hessian sum", 0.5, 50),
    "l": q.Symbol("reg_lambda", "lambda", 0.1, 10),
}


def leaf_weight_without_alpha(gradient_sum: float, hessian_sum: float, reg_lambda: float) -> float:
    """Best weight of a leaf when alpha is zero."""
    return -gradient_sum / (hessian_sum + reg_lambda)


def score_without_alpha(gradient_sum: float, hessian_sum: float, reg_lambda: float) -> float:
    """Score of a leaf when alpha is zero."""
    return gradient_sum**2 / (hessian_sum + reg_lambda)


FORMULAS = (
    q.Formula(
        "weight-formula", "objective",
        "Write the best weight of a leaf when alpha is zero.",
        leaf_weight_without_alpha, _GH,
        (
            q.Mistake("The minus sign is missing.", lambda gradient_sum, hessian_sum, reg_lambda:
                      gradient_sum / (hessian_sum + reg_lambda)),
            q.Mistake("Lambda is missing.", lambda gradient_sum, hessian_sum, reg_lambda:
                      -gradient_sum / hessian_sum),
            q.Mistake("That is the score, up to the sign.",
                      lambda gradient_sum, hessian_sum, reg_lambda:
                      -(gradient_sum**2) / (hessian_sum + reg_lambda)),
        ),
        ("Set the derivative of what the leaf adds to the objective to zero.",),
    ),
    q.Formula(
        "score-formula", "objective",
        "Write a leaf's score as the library adds it up for the gain, when alpha is zero.",
        score_without_alpha, _GH,
        (
            q.Mistake("That has the paper's factor; the library leaves it out.",
                      lambda gradient_sum, hessian_sum, reg_lambda:
                      gradient_sum**2 / (2 * (hessian_sum + reg_lambda))),
            q.Mistake("Lambda is missing.", lambda gradient_sum, hessian_sum, reg_lambda:
                      gradient_sum**2 / hessian_sum),
            q.Mistake("The gradient sum is squared.", lambda gradient_sum, hessian_sum, reg_lambda:
                      gradient_sum / (hessian_sum + reg_lambda)),
        ),
        ("Put the best weight into the objective.",),
    ),
    q.Formula(
        "hessian-formula", "second-order",
        "Write the second derivative of the log loss by the margin, with the probability p.",
        rows.logistic_hessian,
        {"p": q.Symbol("probability", "probability", 0.01, 0.99)},
        (
            q.Mistake("That is the gradient for a label of zero.", lambda probability:
                      1 * probability),
            q.Mistake("That is the inverse: the derivative of the margin by the probability.",
                      lambda probability: 1 / (probability * (1 - probability))),
            q.Mistake("One factor is p, the other what is left to one.",
                      lambda probability: probability**2),
        ),
        ("Differentiate p by the margin.",),
    ),
    q.Formula(
        "goss-formula", "rivals",
        "GOSS keeps the share a of rows with the largest gradients and draws the share b (of all "
        "rows) from the rest. Write the factor of the drawn rows.",
        histograms.small_gradient_factor,
        {"a": q.Symbol("top_rate", "share kept", 0.05, 0.5),
         "b": q.Symbol("other_rate", "share drawn", 0.02, 0.4)},
        (
            q.Mistake("The draw is from the rest only.",
                      lambda top_rate, other_rate: 1 / other_rate),
            q.Mistake("It is upside down.",
                      lambda top_rate, other_rate: other_rate / (1 - top_rate)),
            q.Mistake("Drawn rows stand for themselves as well.",
                      lambda top_rate, other_rate: (1 - top_rate - other_rate) / other_rate),
        ),
        ("For how many rows does a drawn one stand?",),
        level="senior",
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "why-second-order", "second-order",
        "What does XGBoost gain from the second derivative?",
        (
            q.Option("The size of each leaf's step, for any loss, from sums over its rows.",
                     "A Newton step needs no line search, and gradients and hessians simply add "
                     "up.",
                     right=True),
            q.Option("Steps that cannot overshoot, so that no learning rate is needed.",
                     "A Newton step can overshoot; eta still keeps it short."),
            q.Option("Exact minimisation of the loss in one step.",
                     "Only for the squared error, whose curvature is constant."),
            q.Option("Smaller trees.", "That is what gamma and depth are for."),
        ),
    ),
    q.Choice(
        "lambda-moves", "splits",
        "With lambda {{ reg_lambda }} the first cut is at {{ cut[round=1] }} km, with "
        "{{ other_lambda }} at {{ other_cut }} km. Why can lambda alone move the winner?",
        (
            q.Option("It punishes small hessian sums more, so cuts with an unbalanced side lose.",
                     "A score is divided by hessians plus lambda, so a small side loses the larger "
                     "share.", right=True),
            q.Option("It rounds gains, and ties fall otherwise.",
                     "Scores are rounded to fp32, far more finely than lambda moves them."),
            q.Option("It changes the gradients.", "Gradients come from the predictions before."),
            q.Option("It subtracts the same amount from every gain.",
                     "Then the order of the gains would stay."),
        ),
        level="senior",
    ),
    q.Choice(
        "bottom-up", "pruning",
        "A root's gain lies below gamma, and a grandchild's gain far above it. What does the "
        "library do with `tree_method=exact`?",
        (
            q.Option("It keeps the root's split for the sake of the split below it.",
                     "Trees grow to the full depth first and are pruned from the leaves up.",
                     right=True),
            q.Option("It never splits the root.",
                     "So does `hist`, the default, which stops there."),
            q.Option("It removes the root's split and keeps the one below.",
                     "A split cannot stand without those above it."),
            q.Option("It removes both.", "A split with a surviving child is not looked at."),
        ),
    ),
    q.Choice(
        "default-direction", "missing",
        "Where does a missing value go at a split that saw no missing value in training?",
        (
            q.Option("To a side that no data decided: left by `exact`, right by `hist`.",
                     "So a new kind of missingness in production is routed by accident: monitor "
                     "it.",
                     right=True),
            q.Option("Both ways, averaged.", "No: one side is stored in the tree."),
            q.Option("The prediction is missing too.", "A tree always answers."),
            q.Option("To the side with more rows.", "Only gains decide, and there were none to "
                     "compare."),
        ),
        level="senior",
    ),
    q.Choice(
        "falling", "monotone",
        "On a split allowed by a rising constraint, why may a grandchild's weight have to be "
        "clipped?",
        (
            q.Option("Otherwise a leaf left of the split could end up above one on its right.",
                     "A wall between the weights holds for both subtrees.", right=True),
            q.Option("Weights must be positive.", "They may have any sign."),
            q.Option("Clipping lowers the loss.", "It raises it; it is the price of the promise."),
            q.Option("Because the features are correlated.", "It happens with a single feature."),
        ),
    ),
    q.Choice(
        "sibling", "fast",
        "Why is only one of a pair of siblings' histograms filled from rows?",
        (
            q.Option("The other is the parent's minus it, bin by bin.",
                     "Sums add up, so the smaller child is filled and the larger one subtracted.",
                     right=True),
            q.Option("The other child is always empty.", "It holds the other rows."),
            q.Option("Histograms are random samples.", "Every row of the child is counted."),
            q.Option("The other is estimated by the sketch.", "It is exact up to rounding."),
        ),
    ),
    q.Order(
        "one-tree", "pruning",
        "Bring the building of one tree by `tree_method=exact` into order.",
        (
            "Compute gradient and hessian of every row.",
            "Score every cut of every node and take the best, level by level, to the full depth.",
            "Prune from the leaves up where the gain falls below gamma.",
            "Give each remaining leaf its weight.",
            "Multiply by the learning rate and add to the margins.",
        ),
        "Pruning comes after growing, so that a poor split may be kept for a good one below it.",
    ),
    q.Open(
        "pick-library", "rivals",
        "Your team asks whether to use XGBoost, LightGBM or CatBoost for a table of fraud labels "
        "with many categories. Answer as you would in a design review.",
        {
            "mid": (
                "Level-wise against leaf-wise growth, and what a limit of leaves does.",
                "How each treats categories and missing values.",
            ),
            "senior": (
                "Which of them needs target statistics, and how leakage is avoided.",
                "Rare positives: hessian sums, min_child_weight, and the base score.",
                "Says that tuned errors usually differ by less than the noise of the split.",
            ),
            "staff": (
                "Asks for a time-based evaluation and the cost of each kind of error first.",
                "Weighs serving, monitoring and what the team already runs.",
                "Names what would make it change its mind.",
            ),
        },
        level="staff",
    ),
    q.Open(
        "explain-gain", "next",
        "Derive leaf weight and gain on a whiteboard and say what became of the paper's factor.",
        {
            "mid": (
                "Writes what a leaf adds to the objective, with its penalties.",
                "Sets the derivative to zero and puts the weight back in.",
            ),
            "senior": (
                "Gain: the scores of both children minus that of the node, and what gamma is "
                "compared with in the paper and in the library.",
                "Says what alpha changes: a soft threshold on the gradient sum.",
            ),
            "staff": (
                "Explains why the sums can be collected on many machines.",
                "Relates min_child_weight to the noise of the estimated weight.",
            ),
        },
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
