"""Gradient boosted trees as a graph: every number of the chapter, in the order of its steps.

Six deliveries, sorted by distance, and stumps. Candidate split k sends the first k rows left.
The tables of each round are built by loops; names end in the round and the row or candidate:
`r2_5` is row 5's residual in round 2, `right3_4` the mean right of candidate 4 in round 3.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from worked.figures import Derived, Given, Graph, Measured, Source, Step
from worked.formulas import boosting, losses, second_order
from worked.gradient_boosting.pictures import PICTURES
from worked.recording import recorded

__all__ = ["GRAPH", "PICTURES"]

ROWS, CANDIDATES, ROUNDS = range(1, 7), range(1, 6), range(1, 6)
ORDINAL = ("", "first", "second", "third", "fourth", "fifth", "sixth")

# The ranges keep the six distances apart and in order, as the tables need them.
KM = ((1, 0.1, 1.4), (2, 1.6, 2.4), (3, 2.6, 3.9), (5, 4.1, 5.4), (6, 5.6, 6.9), (8, 7.1, 15))
MINUTES = (8, 9, 17, 22, 31, 39)
LEAVES: dict[int, Callable[..., Any]] = {
    2: boosting.leaf_of_two, 3: boosting.leaf_of_three, 4: boosting.leaf_of_four,
    5: boosting.leaf_of_five,
}  # fmt: skip
ERRORS: dict[int, Callable[..., Any]] = {
    1: boosting.error_after_first, 2: boosting.error_after_second, 3: boosting.error_after_third,
    4: boosting.error_after_fourth, 5: boosting.error_after_fifth,
}  # fmt: skip

LEAF_OF_ROW: dict[int, Callable[..., Any]] = {
    2: boosting.leaf_of_second, 3: boosting.leaf_of_third, 4: boosting.leaf_of_fourth,
    5: boosting.leaf_of_fifth,
}  # fmt: skip

SKLEARN = Source(
    "scikit-learn 1.9.1, the default in the signature of GradientBoostingRegressor",
    "https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.GradientBoostingRegressor.html",
    date(2026, 11, 25),
    date(2027, 11, 25),
)


def _recorded(
    name: str, record: str, value: str, label: str, unit: str | None = None, places: int = 0,
    symbol: str = "", signed: bool = False,
) -> Measured:  # fmt: skip
    """Return a recorded value of this chapter."""
    return recorded(
        "gradient_boosting", record, value, label, unit, places, name, symbol, signed
    )  # fmt: skip


def _six(template: str, start: str) -> dict[str, str]:
    """Return arguments `<start>_1` to `<start>_6` of a formula, each from a figure."""
    return {f"{start}_{i}": template.format(i) for i in ROWS}


def _in_order(names: list[str]) -> dict[str, str]:
    """Return the arguments first, second, ... of a formula, each from a figure."""
    return {ORDINAL[i]: name for i, name in enumerate(names, 1)}


def _means(race: str, what: str, mark: str, places: int) -> tuple[Derived, ...]:
    """Return the means left and right of the five splits of the residuals of a round."""
    n = race[1:]
    return (
        *(
            Derived(f"left{n}_{k}", LEAVES[k], "", f"{what}mean left of split {k}",
                    rf"\bar r^{{{mark}}}_{{L{k}}}", places=places, signed=True,
                    inputs=_in_order([f"{race}_{i}" for i in range(1, k + 1)]))
            for k in (2, 3, 4, 5)
        ),
        *(
            Derived(f"right{n}_{k}", LEAVES[6 - k], "", f"{what}mean right of split {k}",
                    rf"\bar r^{{{mark}}}_{{R{k}}}", places=places, signed=True,
                    inputs=_in_order([f"{race}_{i}" for i in range(k + 1, 7)]))
            for k in (1, 2, 3, 4)
        ),
    )  # fmt: skip


def _stump(race: str, what: str, mark: str, places: int) -> tuple[Derived, ...]:
    """Return the errors of the five splits of a round's residuals, and the leaves of the best.

    race: "r1" to "r5" in the regression, "rc" in the classification; what: begins the labels;
    mark: the superscript of the symbols. The first row is always left, the last always right.
    """
    n = race[1:]
    six = {f"residual_{i}": f"{race}_{i}" for i in ROWS}
    seen = {"best": f"best{n}"} | {f"error_{k}": f"error{n}_{k}" for k in range(1, 5)}

    def some(first: int, last: int) -> dict[str, str]:
        return {"rows_left": f"rows{n}"} | {
            a: v for a, v in six.items() if first <= int(a[-1]) <= last
        }

    return (
        *(
            Derived(f"error{n}_{k}", error, "", f"{what}squared error after split {k}",
                    rf"E^{{{mark}}}_{{{k}}}", places=places,
                    inputs={a: v for a, v in six.items()
                            if (k, int(a[-1])) not in ((1, 1), (5, 6))})
            for k, error in ERRORS.items()
        ),
        Derived(f"best{n}", boosting.least_of_five, "", f"{what}least squared error",
                rf"E^{{{mark}}}_\ast", places=places,
                inputs=_in_order([f"error{n}_{k}" for k in CANDIDATES])),
        Derived(f"rows{n}", boosting.rows_left_of_best, "",
                f"{what}deliveries left of the best split", rf"k^{{{mark}}}_\ast", inputs=seen),
        Derived(f"cut{n}", boosting.of_best_split, "", f"{what}threshold of the best split, km",
                rf"t^{{{mark}}}_\ast", places=1,
                inputs=seen | {f"value_{k}": f"t{k}" for k in CANDIDATES}),
        Derived(f"lower{n}", boosting.mean_of_first, "", f"{what}value of the left leaf",
                rf"w^{{{mark}}}_L", places=places, signed=True, inputs=some(1, 5)),
        Derived(f"upper{n}", boosting.mean_of_last, "", f"{what}value of the right leaf",
                rf"w^{{{mark}}}_R", places=places, signed=True, inputs=some(2, 6)),
        *(
            Derived(f"leaf{n}_{i}", formula, "", f"{what}leaf of delivery {i}",
                    rf"w^{{{mark}}}_{{{i}}}", places=places, signed=True, inputs=some(1, 6))
            for i, formula in LEAF_OF_ROW.items()
        ),
    )  # fmt: skip


def _before(r: int, i: int) -> str:
    """Return the figure that predicts row i before round r."""
    return "base" if r == 1 else f"f{r - 1}_{i}"


def _residuals(r: int) -> tuple[Derived, ...]:
    what = "Residual" if r == 1 else f"Round {r}: residual"
    return tuple(
        Derived(f"r{r}_{i}", losses.residual, "", f"{what} of delivery {i}, minutes",
                rf"r^{{({r})}}_{{{i}}}", places=2, signed=True,
                inputs={"y": f"y{i}", "prediction": _before(r, i)})
        for i in ROWS
    )  # fmt: skip


def _leaves(r: str) -> dict[str, str]:
    return {"cut": f"cut{r}", "lower": f"lower{r}", "upper": f"upper{r}"}


def _leaf(n: str, row: int) -> str:
    """Return the figure that holds a row's leaf: the first is always left, the last right."""
    return {1: f"lower{n}", 6: f"upper{n}"}.get(row, f"leaf{n}_{row}")


def _stepped(
    name: str, label: str, symbol: str, places: int, prediction: str, leaf: str
) -> Derived:
    """Return a row's prediction after a stump."""
    step = {"prediction": prediction, "learning_rate": "eta", "leaf": leaf}
    return Derived(
        name, boosting.shrunken_step, "", label, symbol, places, inputs=step, signed=True
    )  # fmt: skip


def _predictions(r: int) -> tuple[Derived, ...]:
    """Return every row's prediction after a round, and the error."""
    return (
        *(
            _stepped(f"f{r}_{i}", f"Prediction of delivery {i} after round {r}, minutes",
                     rf"F_{{{r}}}(x_{{{i}}})", 2, _before(r, i), _leaf(str(r), i))
            for i in ROWS
        ),
        Derived(f"mse{r}", second_order.mean_squared_error, "",
                f"Mean squared error after round {r}, square minutes",
                rf"\mathrm{{MSE}}_{{{r}}}", places=2,
                inputs=_six(f"f{r}_{{}}", "prediction") | _six("y{}", "label")),
    )  # fmt: skip


def _what(r: int) -> str:
    return f"Round {r}: "


def _square(r: int) -> str:
    return f"({r})"


_LABELS = _six("y{}", "label")
_Y = _in_order([f"y{i}" for i in ROWS])

_HALVES = {
    f"{other}{place}": f"{half}_{place}"
    for half, other in (("near", ""), ("far", "other_"))
    for place in ("low", "middle", "high")
}


def _sorted_half(half: str, which: str, letter: str, start: int) -> tuple[Derived, ...]:
    """Return the least, middle and largest of three labels."""
    three = _in_order([f"y{i}" for i in range(start, start + 3)])
    ends = {"least": f"{half}_low", "largest": f"{half}_high"}
    return (
        Derived(f"{half}_low", boosting.least_of_three, "",
                f"Least of the {which} three labels, minutes", f"{letter}_1", places=1,
                inputs=three),
        Derived(f"{half}_high", boosting.largest_of_three, "",
                f"Largest of the {which} three labels, minutes", f"{letter}_3", places=1,
                inputs=three),
        Derived(f"{half}_middle", boosting.middle_of_three, "",
                f"Middle one of the {which} three labels, minutes", f"{letter}_2", places=1,
                inputs=three | ends),
    )  # fmt: skip


BASE = Step(
    "base",
    "The base prediction",
    (
        *(
            Given(f"x{i}", km, "", f"x_{{{i}}}", f"Distance of delivery {i}, km", low, high,
                  places=1)
            for i, (km, low, high) in enumerate(KM, 1)
        ),
        *(
            Given(f"y{i}", y, "", f"y_{{{i}}}", f"Minutes of delivery {i}", 0, 500, places=1)
            for i, y in enumerate(MINUTES, 1)
        ),
        Derived("base", boosting.mean_of_six, "", "Base prediction: the mean label, minutes",
                "F_0", places=2, inputs=_Y),
        Derived("sse0", boosting.squared_error_of_constant, "",
                "Squared error of the mean, square minutes", "E_0", places=2,
                inputs={"constant": "base", **_LABELS}),
        Derived("mse0", second_order.mean_squared_error, "",
                "Mean squared error of the mean, square minutes", r"\mathrm{MSE}_0", places=2,
                inputs={f"prediction_{i}": "base" for i in ROWS} | _LABELS),
        Given("trial", 20, "", "c", "A constant to try, minutes", 0, 500, places=1),
        Derived("trial_sse", boosting.squared_error_of_constant, "",
                "Squared error of the constant, square minutes", "E(c)", places=2,
                inputs={"constant": "trial", **_LABELS}),
        Derived("trial_excess", boosting.excess_over_mean, "",
                "What the constant costs over the mean, square minutes", "E(c)-E_0", places=2,
                inputs={"constant": "trial", "mean": "base"}),
        *_sorted_half("near", "first", "a", 1),
        *_sorted_half("far", "last", "b", 4),
        Derived("lower_median", boosting.third_of_six, "", "Lower median, minutes",
                r"m_\mathrm{low}", places=1, inputs=_HALVES),
        Derived("upper_median", boosting.fourth_of_six, "", "Upper median, minutes",
                r"m_\mathrm{high}", places=1, inputs=_HALVES),
        Derived("median", losses.mean_of_two, "", "Median: the middle of the two, minutes", "m",
                places=2, inputs={"first": "lower_median", "second": "upper_median"}),
        Derived("mean_sae", boosting.absolute_error_of_constant, "",
                "Absolute error of the mean, minutes", "A(F_0)", places=2,
                inputs={"constant": "base", **_LABELS}),
        Derived("trial_sae", boosting.absolute_error_of_constant, "",
                "Absolute error of the constant, minutes", "A(c)", places=2,
                inputs={"constant": "trial", **_LABELS}),
        Given("promise", 30, "", r"\tau", "Minutes promised; longer is late", 1, 500, places=1),
        *(
            Derived(f"late{i}", boosting.is_late, "", f"Delivery {i} is late: 1, or not: 0",
                    rf"\ell_{{{i}}}", inputs={"minutes": f"y{i}"})
            for i in ROWS
        ),
        Derived("late_share", boosting.mean_of_six, "%", "Share of late deliveries",
                r"\bar\ell", places=1, inputs=_in_order([f"late{i}" for i in ROWS])),
        Derived("base_p", second_order.clipped_share, "", "Base prediction as a probability",
                "p_0", places=4, inputs={"share": "late_share"}),
        Derived("base_odds", boosting.odds, "", "Odds of a late delivery", "o_0", places=4,
                inputs={"probability": "base_p"}),
        Derived("base_log_odds", boosting.log_odds, "", "Base prediction for log loss: log-odds",
                "M_0", places=3, signed=True, inputs={"odds": "base_odds"}),
    ),
)  # fmt: skip

RESIDUALS = Step(
    "residuals",
    "Residuals are negative gradients",
    (
        *_residuals(1),
        Derived("gradient6", boosting.half_squared_gradient, "",
                "Derivative of half the squared error of delivery 6", "g_6", places=2,
                signed=True, inputs={"label": "y6", "prediction": "base"}),
        Given("nudge", 1, "", r"\delta", "A nudge of the prediction, minutes", 0.01, 20,
              places=2),
        Derived("loss6", boosting.half_squared_error, "", "Half the squared error of delivery 6",
                r"\tfrac12 r_6^2", places=3, inputs={"label": "y6", "prediction": "base"}),
        Derived("nudged6", boosting.nudged, "", "Its prediction, nudged", r"F_0+\delta",
                places=2, inputs={"prediction": "base"}),
        Derived("loss6_nudged", boosting.half_squared_error, "",
                "Half the squared error after the nudge", r"\tfrac12 (r_6-\delta)^2", places=3,
                inputs={"label": "y6", "prediction": "nudged6"}),
        Derived("chord6", boosting.chord_slope, "", "Change of that loss per minute of nudge",
                r"\Delta/\delta", places=3, signed=True,
                inputs={"loss_after": "loss6_nudged", "loss_before": "loss6"}),
        Given("huber", 10, "", r"\delta_H", "Huber's threshold, minutes", 0.1, 100, places=1),
        *(
            Derived(f"sign{i}", boosting.absolute_direction, "",
                    f"Negative gradient of the absolute error of delivery {i}",
                    rf"s_{{{i}}}", signed=True, inputs={"label": f"y{i}", "prediction": "base"})
            for i in ROWS
        ),
        *(
            Derived(f"clip{i}", boosting.huber_direction, "",
                    f"Negative gradient of Huber's loss of delivery {i}", rf"h_{{{i}}}",
                    places=2, signed=True,
                    inputs={"residual": f"r1_{i}", "threshold": "huber"})
            for i in ROWS
        ),
    ),
)  # fmt: skip

FIRST_TREE = Step(
    "first-tree",
    "The first correction tree",
    (
        *(
            Derived(f"t{k}", losses.mean_of_two, "",
                    f"Threshold between deliveries {k} and {k + 1}, km", f"t_{{{k}}}", places=1,
                    inputs={"first": f"x{k}", "second": f"x{k + 1}"})
            for k in CANDIDATES
        ),
        *_means("r1", _what(1), _square(1), 2),
        *_stump("r1", _what(1), _square(1), 2),
        Derived("gain", boosting.error_removed, "",
                "Squared error that the first split removes, square minutes", r"\Delta",
                places=2, inputs={"before": "sse0", "after": "best1"}),
    ),
)  # fmt: skip

UPDATE = Step(
    "update",
    "The update, with shrinkage",
    (
        Given("eta", 0.5, "", r"\eta", "Learning rate, eta", 0.01, 2, places=2),
        *_predictions(1),
        Derived("taken", boosting.removed_share, "%", "Share of the gain that the update takes",
                r"\eta(2-\eta)", places=1, inputs={"learning_rate": "eta"}),
        Derived("sse1", boosting.error_after_update, "",
                "Squared error after the update, square minutes", "E_1", places=2,
                inputs={"before": "sse0", "share": "taken"}),
    ),
)  # fmt: skip

LATER_ROUNDS = Step(
    "rounds",
    "Rounds two and on, on the whiteboard",
    tuple(
        figure
        for r in ROUNDS[1:]
        for figure in (
            *_residuals(r),
            *_stump(f"r{r}", _what(r), _square(r), 2),
            *_predictions(r),
        )
    ),
)

SHRINKAGE = Step(
    "shrinkage",
    "Shrinkage against the number of trees",
    (
        Given("rounds", 10, "", "n", "Trees that all aim at one residual", 1, 20, integer=True),
        Derived("left_over", boosting.share_left_after, "%",
                "Share of a residual left after those trees, at best", r"|1-\eta|^n", places=1,
                inputs={"learning_rate": "eta"}),
        *(
            _recorded(f"trees_{tag}", "small_data", f"trees_to_mse_below_1_at_eta_{tag}",
                      f"Trees to a mean squared error below 1 at eta {eta}")
            for tag, eta in (("1", "1"), ("0_5", "0.5"), ("0_3", "0.3"), ("0_1", "0.1"))
        ),
        *(
            _recorded(f"{name}_{tag}", "shrinkage", f"{value}_at_eta_{tag}",
                      f"Diabetes: {label} at eta {eta}")
            for tag, eta in (("1", "1"), ("0_3", "0.3"), ("0_1", "0.1"), ("0_03", "0.03"))
            for name, value, label in (
                ("best_round", "best_round", "best number of trees"),
                ("best_mse", "test_mse_at_best_round", "test error at that number"),
                ("late_mse", "test_mse_after_400_rounds", "test error after 400 trees"),
                ("fit_mse", "train_mse_after_400_rounds", "training error after 400 trees"),
            )
        ),
    ),
)  # fmt: skip

OVERFITTING = Step(
    "overfitting",
    "Overfitting, early stopping, subsampling",
    (
        Derived("overfit", boosting.ratio, "×",
                "Test error after 400 trees over that of the best number", "o", places=2,
                inputs={"part": "late_mse_0_1", "whole": "best_mse_0_1"}),
        _recorded("mean_mse", "stopping_and_subsampling", "test_mse_of_the_mean",
                  "Diabetes: test error of predicting the mean"),
        *(
            _recorded(f"{short}_{tag}", "stopping_and_subsampling", f"{value}_with_{name}",
                      f"Diabetes, {label}: {what}")
            for tag, name, label in (
                ("all", "all_rounds", "every round"),
                ("early", "early_stopping", "early stopping"),
                ("half", "half_the_rows", "half of the rows for each tree"),
                ("half_early", "half_the_rows_early_stopping",
                 "half of the rows and early stopping"),
            )
            for short, value, what in (
                ("stop_rounds", "rounds", "trees"),
                ("stop_test", "test_mse", "test error"),
                ("stop_train", "train_mse", "training error"),
            )
        ),
    ),
)  # fmt: skip

CLASSIFICATION = Step(
    "classification",
    "From regression to classification",
    (
        *(
            Derived(f"rc_{i}", boosting.label_residual, "",
                    f"Late or not: residual of delivery {i}", rf"r^{{c}}_{{{i}}}", places=4,
                    signed=True, inputs={"label": f"late{i}", "probability": "base_p"})
            for i in ROWS
        ),
        *_stump("rc", "Late or not: ", "c", 4),
        Derived("hessian", second_order.logistic_hessian, "", "Hessian of every row", "h",
                places=4, inputs={"probability": "base_p"}),
        *(
            Derived(f"newton{i}", boosting.newton_leaf, "",
                    f"Newton step of the leaf of delivery {i}", rf"\gamma_{{{i}}}", places=3,
                    signed=True,
                    inputs={"mean_residual": _leaf("c", i), "mean_hessian": "hessian"})
            for i in ROWS
        ),
        *(
            _stepped(f"margin{i}", f"Log-odds of delivery {i} after one round",
                     rf"M_1(x_{{{i}}})", 3, "base_log_odds", f"newton{i}")
            for i in ROWS
        ),
        *(
            Derived(f"p{i}", boosting.probability, "",
                    f"Probability that delivery {i} is late, after one round", f"p_{{{i}}}",
                    places=3, inputs={"log_odds": f"margin{i}"})
            for i in ROWS
        ),
        Derived("log_loss0", boosting.mean_log_loss, "", "Mean log loss of the base, nats",
                "L_0", places=4,
                inputs={f"margin_{i}": "base_log_odds" for i in ROWS} | _six("late{}", "label")),
        Derived("log_loss1", boosting.mean_log_loss, "", "Mean log loss after one round, nats",
                "L_1", places=4, inputs=_six("margin{}", "margin") | _six("late{}", "label")),
        _recorded("cancer_accuracy", "classification", "test_accuracy",
                  "Breast cancer: accuracy on held-out rows", "%", 1),
        _recorded("cancer_majority", "classification", "test_accuracy_of_the_majority_class",
                  "Breast cancer: accuracy of the majority class", "%", 1),
        _recorded("cancer_rows", "classification", "test_rows", "Breast cancer: held-out rows"),
        _recorded("cancer_loss", "classification", "test_log_loss",
                  "Breast cancer: log loss on held-out rows", places=3),
        _recorded("cancer_base_loss", "classification", "test_log_loss_of_the_base_rate",
                  "Breast cancer: log loss of the base rate", places=3),
        _recorded("decades_gentle", "runaway_newton_steps",
                  "decades_of_largest_log_odds_at_eta_0_1",
                  "Power of ten of the largest log-odds at eta 0.1"),
        _recorded("decades_wild", "runaway_newton_steps", "decades_of_largest_log_odds_at_eta_1",
                  "Power of ten of the largest log-odds at eta 1"),
    ),
)  # fmt: skip

_COLUMNS = ("express", "floor", "order_number")

IMPORTANCE = Step(
    "importance",
    "Feature importance and its traps",
    (
        *(
            _recorded(f"{short}_{column}", "importance", f"noise_column_{value}_{column}",
                      f"{label} {column.replace('_', ' ')}", unit, places, signed=True)
            for column in _COLUMNS
            for short, value, label, unit, places in (
                ("share", "impurity_share_of", "Impurity share of", "%", 1),
                ("train_loss", "r2_lost_on_training_rows_without",
                 "R² lost on training rows by shuffling", "", 3),
                ("test_loss", "r2_lost_on_held_out_rows_without",
                 "R² lost on held-out rows by shuffling", "", 3),
            )
        ),
        *(
            _recorded(f"lot_{short}_{column}", "importance", f"copy_by_lot_{value}_{column}",
                      f"With a copy: {label} {column.replace('_', ' ')}", unit, places,
                      signed=True)
            for column in ("express", "express_copy")
            for short, value, label, unit, places in (
                ("share", "impurity_share_of", "impurity share of", "%", 1),
                ("loss", "r2_lost_on_held_out_rows_without",
                 "R² lost on held-out rows by shuffling", "", 3),
            )
        ),
        Derived("share_together", boosting.running_sum, "%", "Impurity share of both copies",
                places=1, inputs={"so_far": "lot_share_express",
                                  "residual": "lot_share_express_copy"}),
        Derived("loss_together", boosting.running_sum, "",
                "R² lost by shuffling either copy, added up", places=3, signed=True,
                inputs={"so_far": "lot_loss_express", "residual": "lot_loss_express_copy"}),
    ),
)  # fmt: skip

EXTRAPOLATION = Step(
    "extrapolation",
    "No extrapolation",
    (
        Given("query", 20, "", "x_q", "A distance to ask for, km", 0, 1000, places=1),
        *(
            Derived(f"q{r}", boosting.boosted, "",
                    f"Prediction at that distance after round {r}, minutes",
                    rf"F_{{{r}}}(x_q)", places=2, signed=True,
                    inputs={"prediction": "base" if r == 1 else f"q{r - 1}", "learning_rate": "eta",
                            "x": "query", **_leaves(str(r))})
            for r in ROUNDS
        ),
        Derived("x_mean", boosting.mean_of_six, "", "Mean distance, km", r"\bar x", places=2,
                inputs=_in_order([f"x{i}" for i in ROWS])),
        Derived("slope", boosting.line_slope, "", "Slope of the straight line, minutes per km",
                "b", places=2, signed=True,
                inputs=_six("x{}", "x") | _six("y{}", "y")),
        Derived("line", boosting.line_at, "",
                "The straight line at that distance, minutes", r"\hat y_q", places=2,
                signed=True, inputs={"x": "query", "y_mean": "base"}),
        *(
            _recorded(f"long_{km}", "no_extrapolation", f"predicted_minutes_at_{km}_km",
                      f"Prediction at {km} km after 100 trees, minutes", "", 2)
            for km in (8, 20, 1000)
        ),
    ),
)  # fmt: skip

_METHODS = (
    ("stump", "one_stump", "one stump"),
    ("bagged_stumps", "25_bagged_stumps", "25 bagged stumps"),
    ("boosted_stumps", "100_boosted_stumps", "100 boosted stumps"),
    ("tree", "one_deep_tree", "one deep tree"),
    ("bagged_trees", "25_bagged_deep_trees", "25 bagged deep trees"),
    ("boosted_trees", "10_boosted_deep_trees", "10 boosted deep trees"),
)

BAGGING = Step(
    "bagging",
    "Boosting against bagging",
    (
        _recorded("sample_rows", "bias_variance", "training_rows", "Rows of a training set"),
        Derived("others", boosting.other_rows, "", "Rows other than a given one", "n-1",
                inputs={"rows": "sample_rows"}),
        Derived("left_out", boosting.left_out_share, "%",
                "Chance that a bootstrap sample leaves a row out", r"P_\mathrm{out}", places=1,
                inputs={"rows": "sample_rows"}),
        *(
            _recorded(f"{what}_{short}", "bias_variance", f"{record}_of_{value}",
                      f"{words} of {label}", places=2,
                      symbol=r"\sigma^2" if (what, short) == ("variance", "tree") else "")
            for short, value, label in _METHODS
            for what, record, words in (
                ("bias", "squared_bias", "Squared bias"), ("variance", "variance", "Variance"),
            )
        ),
        _recorded("bag_trees", "bias_variance", "trees_in_a_bag", "Trees in a bag"),
        Derived("correlation", boosting.implied_correlation, "",
                "Correlation between trees that explains the bag's variance", r"\rho", places=3,
                signed=True,
                inputs={"bagged": "variance_bagged_trees", "tree_variance": "variance_tree",
                        "trees": "bag_trees"}),
        Given("more_trees", 500, "trees", "B", "Trees in a larger bag", 1, 10000, integer=True),
        Derived("larger_bag", boosting.bagged_variance, "",
                "Variance of a larger bag by the formula", r"\mathrm{Var}_B", places=2,
                inputs={"tree_variance": "variance_tree", "trees": "more_trees"}),
    ),
)  # fmt: skip

NEXT = Step(
    "next",
    "What the interviewer asks next",
    (
        Given("trees", 100, "trees", "T", "Trees of a model", 1, 10000, SKLEARN, integer=True),
        Given("depth", 3, "", "d", "Depth of a tree", 1, 20, SKLEARN, integer=True),
        Derived("comparisons", boosting.comparisons, "", "Comparisons for one prediction",
                r"T d"),
        Derived("nodes", boosting.tree_nodes, "", "Nodes of a full tree", "2^{d+1}-1"),
        Derived("model_nodes", boosting.model_nodes, "", "Nodes of the model, at most",
                r"T (2^{d+1}-1)"),
        _recorded("splits_seen", "tied_nodes", "splits_with_squared_error",
                  "Splits in fifty trees on diabetes"),
        _recorded("splits_tied", "tied_nodes", "tied_splits_with_squared_error",
                  "Of them with an equally good rival"),
        _recorded("tie_spread", "spread_over_seeds",
                  "largest_spread_on_held_out_rows_with_squared_error",
                  "Largest difference of a held-out prediction between seeds", "", 1),
        _recorded("tie_spread_train", "spread_over_seeds",
                  "largest_spread_on_training_rows_with_squared_error",
                  "Largest difference of a training prediction between seeds", "", 1),
    ),
)  # fmt: skip

GRAPH = Graph(
    "gradient-boosting",
    "Gradient boosted trees",
    (
        BASE, RESIDUALS, FIRST_TREE, UPDATE, LATER_ROUNDS, SHRINKAGE, OVERFITTING,
        CLASSIFICATION, IMPORTANCE, EXTRAPOLATION, BAGGING, NEXT,
    ),
)  # fmt: skip
