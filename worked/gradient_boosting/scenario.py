"""Gradient boosted trees as a graph: every number of the chapter, in the order of its steps.

Six deliveries (`row`) are sorted by distance. A stump cuts them at one of five thresholds
(`split`), and each round of boosting (`round`) grows one on what the rounds before it left.
"""

from __future__ import annotations

from datetime import date

from worked.declare import derived, shown, signed, step
from worked.figures import Axis, Given, Graph, Key, Measured, Source, before, label
from worked.formulas import boosting, losses, rows, trees
from worked.gradient_boosting.pictures import PICTURES
from worked.recording import recorded

__all__ = ["GRAPH", "PICTURES"]

SKLEARN = Source(
    "scikit-learn 1.9.1, the default in the signature of GradientBoostingRegressor",
    "https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.GradientBoostingRegressor.html",
    date(2026, 11, 25),
    date(2027, 11, 25),
)

ROW = Axis("row", (1, 2, 3, 4, 5, 6), "delivery", "i")
SPLIT = Axis("split", (1, 2, 3, 4, 5), "cut", "k", shown_by="threshold")
ROUND = Axis("round", noun="round", symbol="j", length="rounds", most=20)
HAND_RATE = Axis("hand_rate", (1, 0.5, 0.3, 0.1), "eta")
RATE = Axis("rate", (1, 0.3, 0.1, 0.03), "eta")
BRAKES = ("all rounds", "early stopping", "subsampling", "subsampling, early stopping")
STUMPS = ("one stump", "bagged stumps", "boosted stumps")
DEEP_TREES = ("one deep tree", "bagged deep trees", "boosted deep trees")
BRAKE, METHOD = Axis("brake", BRAKES, "run"), Axis("method", (*STUMPS, *DEEP_TREES))
COLUMN = Axis("column", ("express", "floor", "order number"), "column")
COPY = Axis("copy", ("express", "express copy"), "column")
FAR = Axis("far", (8, 20, 1000), "km")

# The ranges keep the six distances apart and in order.
# fmt: off
DISTANCE = Given("distance", (1, 2, 3, 5, 6, 8), "", "x_{<row>}", "Distance of delivery <row>, km",
                (0.1, 1.6, 2.6, 4.1, 5.6, 7.1), (1.4, 2.4, 3.9, 5.4, 6.9, 15), places=1, over="row")
MINUTES = Given("minutes", (8, 9, 17, 22, 31, 39), "", "y_{<row>}", "Minutes of delivery <row>",
                0, 500, places=1, over="row")
TRIAL = Given("trial", 20, "", "c", "A constant to try, minutes", 0, 500, places=1)
PROMISE = Given("promise", 30, "", r"\tau", "Minutes promised; longer is late", 1, 500, places=1)
NUDGE = Given("nudge", 1, "", r"\delta", "A nudge of the prediction, minutes", 0.01, 20, places=2)
HUBER = Given("huber", 10, "", r"\delta_H", "Huber's threshold, minutes", 0.1, 100, places=1)
ETA = Given("eta", 0.5, "", r"\eta", "Learning rate, eta", 0.01, 2, places=2)
ROUNDS = Given("rounds", 5, "", "R", "Rounds of boosting", 5, 20, integer=True)
AIMING = Given("aiming", 10, "", "n", "Trees that all aim at one residual", 1, 20, integer=True)
QUERY = Given("query", 20, "", "x_q", "A distance to ask for, km", 0, 1000, places=1)
LARGER = Given("more_trees", 500, "trees", "B", "Trees in a larger bag", 1, 10000, integer=True)
TREES = Given("trees", 100, "trees", "T", "Trees of a model", 1, 10000, SKLEARN, integer=True)
DEPTH = Given("depth", 3, "", "d", "Depth of a tree", 1, 20, SKLEARN, integer=True)
# fmt: on

LABELS = "minutes"
FITTED = "distance minutes eta"
EARLIER = before("prediction", over="round", start="base")
EARLIER_SSE = before("sse", over="round", start="base_sse")
EARLIER_ANSWER = before("answer", over="round", start="base")
ONE, BAG = "variance[method=one-deep-tree]", "variance[method=bagged-deep-trees]"


def measured(
    name: str, record: str, key: str, over: Axis | None = None, unit: str = "", at: str = ""
) -> Measured:
    """Return a recorded value of this chapter, or a row of them; `at`: the givens it rests on."""
    return recorded(
        "gradient_boosting", record, key, "", unit, name=name, signed=True, over=over, at=at
    )


BASE = step(
    "base",
    "The base prediction",
    DISTANCE,
    MINUTES,
    derived("rows", rows.row_count) | shown("Deliveries", "N"),
    derived("base", rows.row_mean, value="minutes")
    | shown("Base prediction: the mean label, minutes", "F_0", 2),
    derived("base_sse", rows.squared_error, label="minutes", prediction="base")
    | shown("Squared error of the mean, square minutes", "E_0", 2),
    derived("base_mse", rows.mean_squared_error, label="minutes", prediction="base")
    | shown("Mean squared error of the mean, square minutes", r"\mathrm{MSE}_0", 2),
    TRIAL,
    derived("trial_sse", rows.squared_error, label="minutes", prediction="trial")
    | shown("Squared error of the constant, square minutes", "E(c)", 2),
    derived("trial_excess", trees.excess_over_mean, constant="trial", mean="base")
    | shown("What the constant costs over the mean, square minutes", "E(c)-E_0", 2),
    derived("lower_median", rows.lower_median, value="minutes")
    | shown("Lower median, minutes", r"m_\mathrm{low}", 1),
    derived("upper_median", rows.upper_median, value="minutes")
    | shown("Upper median, minutes", r"m_\mathrm{high}", 1),
    derived("median", rows.midpoint, low="lower_median", high="upper_median")
    | shown("Median: midway from lower to upper, minutes", "m", 2),
    derived("median_sae", rows.absolute_error, label="minutes", prediction="median")
    | shown("Absolute error of the median, minutes", "A(m)", 2),
    derived("base_sae", rows.absolute_error, label="minutes", prediction="base")
    | shown("Absolute error of the mean, minutes", "A(F_0)", 2),
    derived("trial_sae", rows.absolute_error, label="minutes", prediction="trial")
    | shown("Absolute error of the constant, minutes", "A(c)", 2),
    PROMISE,
    derived("late", rows.is_late, "row")
    | shown("Delivery <row> is late: one, or not: zero", r"\ell_{<row>}"),
    derived("late_share", rows.row_mean, value="late")
    | shown("Share of late deliveries", r"\bar\ell", 1, "%"),
    derived("base_p", rows.clipped_share, share="late_share")
    | shown("Base prediction as a probability", "p_0", 4),
    derived("base_odds", rows.odds, probability="base_p")
    | shown("Odds of a late delivery", "o_0", 4),
    signed("base_log_odds", rows.log_odds, odds="base_odds")
    | shown("Base prediction for log loss: log-odds", "M_0", 3),
)

RESIDUALS = step(
    "residuals",
    "Residuals are negative gradients",
    signed("residual", losses.residual, "row round", y="minutes", prediction=EARLIER)
    | shown("Residual of delivery <row>, minutes", "r^{(<round>)}_{<row>}", 2),
    signed("gradient", boosting.half_squared_gradient, "row", label="minutes", prediction="base")
    | shown("Derivative of the loss of delivery <row>", "g_{<row>}", 2),
    NUDGE,
    derived("loss", boosting.half_squared_error, "row", label="minutes", prediction="base")
    | shown("Loss of delivery <row>, square minutes", r"\tfrac12 r_{<row>}^2", 3),
    derived("nudged", boosting.nudged, prediction="base")
    | shown("Base prediction, nudged", r"F_0+\delta", 2),
    derived("nudged_loss", boosting.half_squared_error, "row", label="minutes", prediction="nudged")
    | shown("Its loss after the nudge, square minutes", r"\tfrac12 (r_{<row>}-\delta)^2", 3),
    signed("chord", boosting.chord_slope, "row", loss_after="nudged_loss", loss_before="loss")
    | shown("Change of that loss per minute of nudge", r"\Delta_{<row>}/\delta", 3),
    HUBER,
    signed("sign", boosting.absolute_direction, "row", label="minutes", prediction="base")
    | shown("Negative gradient of the absolute error of delivery <row>", "s_{<row>}"),
    signed("clip", boosting.huber_direction, "row", residual="residual[round=1]", threshold="huber")
    | shown("Negative gradient of Huber's loss of delivery <row>", "h_{<row>}", 2),
)

FIRST_TREE = step(
    "first-tree",
    "The first correction tree",
    derived("threshold", trees.threshold, "split", x="distance", number=label("split"))
    | shown("Threshold between neighbours, km", "t_{<split>}", 1),
    derived("goes_left", trees.goes_left, "row split", x="distance")
    | shown("Delivery <row> goes left: one, or right: zero"),
    signed("left", trees.left_mean, "split round")
    | shown("Mean residual to the left", r"\bar r^{(<round>)}_{L,<split>}", 2),
    signed("right", trees.right_mean, "split round")
    | shown("Mean residual to the right", r"\bar r^{(<round>)}_{R,<split>}", 2),
    derived("error", trees.split_error, "split round")
    | shown("Squared error left by a cut", "E^{(<round>)}_{<split>}", 2),
    derived("best", trees.best_split, "round") | shown("Best cut, km", r"k^{(<round>)}_\ast"),
    derived("least_error", trees.of_best_split, "round", value="error")
    | shown("Least squared error", r"E^{(<round>)}_\ast", 2),
    derived("runner_up", trees.runner_up, "round")
    | shown("Squared error of the cut that comes second", r"E^{(<round>)}_{\ast\ast}", 2),
    derived("cut", trees.of_best_split, "round", value="threshold")
    | shown("Threshold of the best cut, km", r"t^{(<round>)}_\ast", 1),
    signed("lower", trees.of_best_split, "round", value="left")
    | shown("Value of the left leaf", "w^{(<round>)}_L", 2),
    signed("upper", trees.of_best_split, "round", value="right")
    | shown("Value of the right leaf", "w^{(<round>)}_R", 2),
    derived("gain", trees.error_removed, "round", before=EARLIER_SSE, after="least_error")
    | shown("Squared error that the best cut removes", r"\Delta^{(<round>)}", 2),
)

UPDATE = step(
    "update",
    "The update, with shrinkage",
    ETA,
    signed("leaf", trees.leaf_at, "row round", x="distance")
    | shown("Leaf of delivery <row>", "w^{(<round>)}_{<row>}", 2),
    signed("prediction", trees.shrunken_step, "row round", prediction=EARLIER)
    | shown("Prediction of delivery <row>, minutes", "F_{<round>}(x_{<row>})", 2),
    derived("sse", rows.squared_error, "round", label="minutes")
    | shown("Squared error after the update, square minutes", "E_{<round>}", 2),
    derived("mse", rows.mean_squared_error, "round", label="minutes")
    | shown("Mean squared error after the update", r"\mathrm{MSE}_{<round>}", 2),
    derived("taken", boosting.removed_share, learning_rate="eta")
    | shown("Share of the gain that the update takes", r"\eta(2-\eta)", 1, "%"),
    derived("sse_by_share", boosting.error_after_update, "round", before=EARLIER_SSE, share="taken")
    | shown("Squared error by the share taken, square minutes", "E_{<round>}", 2),
)

LATER_ROUNDS = step("rounds", "The next rounds, on the whiteboard", ROUNDS)

SHRINKAGE = step(
    "shrinkage",
    "Shrinkage against the number of trees",
    AIMING,
    derived("left_over", boosting.share_left_after, learning_rate="eta", rounds="aiming")
    | shown("Share of a residual left after those trees, at best", r"|1-\eta|^n", 1, "%"),
    measured("trees_needed", "small_data", "trees_to_mse_below_1_at_eta_{}", HAND_RATE, at=LABELS)
    | shown("Trees to a mean squared error below one"),
    measured("patients", "shrinkage", "rows") | shown("Diabetes: patients"),
    measured("held_out", "shrinkage", "held_out_rows") | shown("Diabetes: of them held out"),
    measured("fit_depth", "shrinkage", "depth_of_a_tree") | shown("Diabetes: depth of a tree"),
    measured("best_round", "shrinkage", "best_round_at_eta_{}", RATE)
    | shown("Diabetes: best number of trees"),
    measured("best_mse", "shrinkage", "test_mse_at_best_round_at_eta_{}", RATE)
    | shown("Diabetes: test error at the best number of trees"),
    measured("late_mse", "shrinkage", "test_mse_after_400_rounds_at_eta_{}", RATE)
    | shown("Diabetes: test error after all trees"),
    measured("fit_mse", "shrinkage", "train_mse_after_400_rounds_at_eta_{}", RATE)
    | shown("Diabetes: training error after all trees"),
)

OVERFITTING = step(
    "overfitting",
    "Overfitting, early stopping, subsampling",
    derived("overfit", rows.ratio, part="late_mse[rate=0-1]", whole="best_mse[rate=0-1]")
    | shown("Test error after all trees over that of the best number", "o", 2, "×"),
    measured("stop_eta", "stopping_and_subsampling", "learning_rate")
    | shown("Diabetes: learning rate", places=1),
    measured("judges", "stopping_and_subsampling", "validation_fraction", unit="%")
    | shown("Diabetes: share of the training rows that early stopping holds out"),
    measured("patience", "stopping_and_subsampling", "patience")
    | shown("Diabetes: rounds that early stopping looks back on"),
    measured("subsample", "stopping_and_subsampling", "subsampled_share", unit="%")
    | shown("Diabetes: share of the rows that a tree is given by subsampling"),
    measured("mean_mse", "stopping_and_subsampling", "test_mse_of_the_mean")
    | shown("Diabetes: test error of predicting the mean"),
    measured("stop_rounds", "stopping_and_subsampling", "rounds_with_{}", BRAKE)
    | shown("Diabetes: trees"),
    measured("stop_test", "stopping_and_subsampling", "test_mse_with_{}", BRAKE)
    | shown("Diabetes: test error"),
    measured("stop_train", "stopping_and_subsampling", "train_mse_with_{}", BRAKE)
    | shown("Diabetes: training error"),
)

LATE = {"residual": "late_residual", "left": "late_left", "right": "late_right"}
LATE_LEAVES = {"cut": "late_cut", "lower": "late_lower", "upper": "late_upper"}
CLASSIFICATION = step(
    "classification",
    "From regression to classification",
    signed("late_residual", losses.residual, "row", y="late", prediction="base_p")
    | shown("Late or not: residual of delivery <row>", "r^{c}_{<row>}", 4),
    signed("late_left", trees.left_mean, "split", residual="late_residual")
    | shown("Late or not: mean to the left", r"\bar r^{c}_{L,<split>}", 4),
    signed("late_right", trees.right_mean, "split", residual="late_residual")
    | shown("Late or not: mean to the right", r"\bar r^{c}_{R,<split>}", 4),
    derived("late_error", trees.split_error, "split", **LATE)
    | shown("Late or not: squared error left by a cut", "E^{c}_{<split>}", 4),
    derived("late_best", trees.best_split, error="late_error")
    | shown("Late or not: best cut, km", r"k^{c}_\ast"),
    derived("late_least_error", trees.of_best_split, value="late_error", best="late_best")
    | shown("Late or not: least squared error", r"E^{c}_\ast", 4),
    derived("late_cut", trees.of_best_split, value="threshold", best="late_best")
    | shown("Late or not: threshold of the best cut, km", r"t^{c}_\ast", 1),
    signed("late_lower", trees.of_best_split, value="late_left", best="late_best")
    | shown("Late or not: value of the left leaf", "w^{c}_L", 4),
    signed("late_upper", trees.of_best_split, value="late_right", best="late_best")
    | shown("Late or not: value of the right leaf", "w^{c}_R", 4),
    signed("late_leaf", trees.leaf_at, "row", x="distance", **LATE_LEAVES)
    | shown("Late or not: leaf of delivery <row>", "w^{c}_{<row>}", 4),
    derived("hessian", rows.logistic_hessian, probability="base_p")
    | shown("Hessian of every row", "h", 4),
    signed("newton", boosting.newton_leaf, "row", mean_residual="late_leaf", mean_hessian="hessian")
    | shown("Newton step of the leaf of delivery <row>", r"\gamma_{<row>}", 3),
    signed("margin", trees.shrunken_step, "row", prediction="base_log_odds", leaf="newton")
    | shown("Log-odds of delivery <row> after one round", "M_1(x_{<row>})", 3),
    derived("late_p", rows.probability, "row", log_odds="margin")
    | shown("Probability that delivery <row> is late, after one round", "p_{<row>}", 3),
    derived("base_log_loss", rows.mean_log_loss, margin="base_log_odds", label="late")
    | shown("Mean log loss of the base, nats", "L_0", 4),
    derived("log_loss", rows.mean_log_loss, label="late")
    | shown("Mean log loss after one round, nats", "L_1", 4),
    measured("cancer_accuracy", "classification", "test_accuracy", unit="%")
    | shown("Breast cancer: accuracy on held-out rows", places=1),
    measured("cancer_majority", "classification", "test_accuracy_of_the_majority_class", unit="%")
    | shown("Breast cancer: accuracy of the majority class", places=1),
    measured("cancer_rows", "classification", "test_rows") | shown("Breast cancer: held-out rows"),
    measured("cancer_loss", "classification", "test_log_loss")
    | shown("Breast cancer: log loss on held-out rows", places=3),
    measured("cancer_base_loss", "classification", "test_log_loss_of_the_base_rate")
    | shown("Breast cancer: log loss of the base rate", places=3),
    measured("wild_rounds", "runaway_newton_steps", "rounds")
    | shown("Breast cancer: rounds of the runaway"),
    measured("gentle_eta", "runaway_newton_steps", "small_learning_rate")
    | shown("Breast cancer: learning rate without a runaway", places=1),
    measured("decades_gentle", "runaway_newton_steps", "decades_of_largest_log_odds_at_eta_0_1")
    | shown("Orders of magnitude of the largest log-odds, small steps"),
    measured("decades_wild", "runaway_newton_steps", "decades_of_largest_log_odds_at_eta_1")
    | shown("Orders of magnitude of the largest log-odds, full steps"),
)

IMPORTANCE = step(
    "importance",
    "Feature importance and its traps",
    measured("noise_rows", "importance", "rows") | shown("Invented deliveries"),
    measured("share", "importance", "noise_column_impurity_share_of_{}", COLUMN, "%")
    | shown("Impurity share", places=1),
    measured("train_loss", "importance", "noise_column_r2_lost_on_training_rows_without_{}", COLUMN)
    | shown("Share of variance lost by shuffling it, training rows", places=3),
    measured("test_loss", "importance", "noise_column_r2_lost_on_held_out_rows_without_{}", COLUMN)
    | shown("Share of variance lost by shuffling it, held-out rows", places=3),
    measured("copy_share", "importance", "copy_by_lot_impurity_share_of_{}", COPY, "%")
    | shown("With a copy: impurity share", places=1),
    measured("copy_loss", "importance", "copy_by_lot_r2_lost_on_held_out_rows_without_{}", COPY)
    | shown("With a copy: share of variance lost by shuffling it, held-out rows", places=3),
    measured("first_share", "importance", "copy_first_wins_impurity_share_of_{}", COPY, "%")
    | shown("With a copy that always wins: impurity share", places=1),
    derived("share_together", trees.of_all_copies, value="copy_share")
    | shown("Impurity share of both copies", places=1, unit="%"),
    signed("loss_together", trees.of_all_copies, value="copy_loss")
    | shown("Share of variance lost by shuffling either copy, added up", places=3),
)

EXTRAPOLATION = step(
    "extrapolation",
    "No extrapolation",
    QUERY,
    signed("query_leaf", trees.leaf_at, "round", x="query")
    | shown("Leaf of that distance", "w^{(<round>)}(x_q)", 2),
    signed("answer", trees.shrunken_step, "round", prediction=EARLIER_ANSWER, leaf="query_leaf")
    | shown("Prediction at that distance, minutes", "F_{<round>}(x_q)", 2),
    derived("x_mean", rows.row_mean, value="distance") | shown("Mean distance, km", r"\bar x", 2),
    signed("slope", rows.line_slope, x="distance", y="minutes")
    | shown("Slope of the straight line, minutes per km", "b", 2),
    signed("line", rows.line_at, x="query", y_mean="base")
    | shown("The straight line at that distance, minutes", r"\hat y_q", 2),
    measured("long_trees", "no_extrapolation", "trees") | shown("Trees of a longer run"),
    measured("long", "no_extrapolation", "predicted_minutes_at_{}_km", FAR, at=FITTED)
    | shown("Prediction of the longer run, minutes", places=2),
)

BAGGING = step(
    "bagging",
    "Boosting against bagging",
    measured("sample_rows", "bias_variance", "training_rows") | shown("Rows of a training set"),
    measured("training_sets", "bias_variance", "training_sets") | shown("Training sets"),
    derived("others", boosting.other_rows, rows="sample_rows")
    | shown("Rows other than a given one", "n-1"),
    derived("left_out", boosting.left_out_share, rows="sample_rows")
    | shown("Chance that a bootstrap sample leaves a row out", r"P_\mathrm{out}", 1, "%"),
    measured("bias", "bias_variance", "squared_bias_of_{}", METHOD)
    | shown("Squared bias", places=2),
    measured("variance", "bias_variance", "variance_of_{}", METHOD)
    | shown("Variance", r"\sigma^2_{<method>}", 2),
    measured("grown", "bias_variance", "trees_of_{}", METHOD) | shown("Trees of the model"),
    measured("bag_size", "bias_variance", "trees_of_bagged_deep_trees") | shown("Trees in a bag"),
    signed(
        "correlation", boosting.implied_correlation, bagged=BAG, tree_variance=ONE, trees="bag_size"
    )
    | shown("Correlation between trees that explains the bag's variance", r"\rho", 3),
    LARGER,
    derived("larger_bag", boosting.bagged_variance, tree_variance=ONE, trees="more_trees")
    | shown("Variance of a larger bag by the formula", r"\mathrm{Var}_B", 2),
)

NEXT = step(
    "next",
    "What the interviewer asks next",
    TREES,
    DEPTH,
    derived("comparisons", boosting.comparisons) | shown("Comparisons for one prediction", "T d"),
    derived("nodes", boosting.tree_nodes) | shown("Nodes of a full tree", "2^{d+1}-1"),
    derived("model_nodes", boosting.model_nodes)
    | shown("Nodes of the model, at most", "T (2^{d+1}-1)"),
    measured("tied_trees", "tied_nodes", "trees") | shown("Diabetes: trees of that fit"),
    measured("tied_depth", "tied_nodes", "depth_of_a_tree") | shown("Diabetes: their depth"),
    measured("splits_seen", "tied_nodes", "splits_with_squared_error")
    | shown("Diabetes: splits in those trees"),
    measured("splits_tied", "tied_nodes", "tied_splits_with_squared_error")
    | shown("Of them with an equally good rival"),
    measured("test_gap", "spread_over_seeds", "largest_spread_on_held_out_rows_with_squared_error")
    | shown("Largest difference of a held-out prediction between seeds", places=1),
    measured("fit_gap", "spread_over_seeds", "largest_spread_on_training_rows_with_squared_error")
    | shown("Largest difference of a training prediction between seeds", places=1),
)

BY_HAND = (BASE, RESIDUALS, FIRST_TREE, UPDATE, LATER_ROUNDS, SHRINKAGE, OVERFITTING)
BEYOND = (CLASSIFICATION, IMPORTANCE, EXTRAPOLATION, BAGGING, NEXT)
AXES = (ROW, SPLIT, ROUND, HAND_RATE, RATE, BRAKE, COLUMN, COPY, FAR, METHOD)
KEYS = (
    Key("base_mse", "base_sse / rows"),
    Key("base_log_odds", "ln(late_share / (1 - late_share))", 2),
    Key("prediction[row=6, round=1]", "base + eta * leaf[row=6, round=1]", 2),
    Key(
        "taken",
        "1 - (1 - eta) ** 2",
        1,
        "whether a step takes less than the whole gain",
        "taken < 1",
        "eta",
    ),
    Key("left_over", "(1 - eta) ** aiming"),
    Key("newton[row=6]", "late_leaf[row=6] / hessian", 2),
    Key("left_out", "(1 - 1 / (others + 1)) ** others", 2),
    Key("line", "base + slope * (query - x_mean)", 2),
    Key("comparisons", "trees * depth"),
    Key("model_nodes", "trees * 2 ** (depth + 1)"),
)
TITLE = "Gradient boosted trees"
GRAPH = Graph("gradient-boosting", TITLE, (*BY_HAND, *BEYOND), axes=AXES, keys=KEYS)
