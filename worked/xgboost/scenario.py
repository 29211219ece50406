"""XGBoost as a graph: every number of the chapter, in the order of its steps.

Six deliveries (`row`) are sorted by distance. In a `round` a tree cuts them at a threshold
(`split`) in two (`side`), cuts each `child` once more, and takes back what gains too little.
"""

from __future__ import annotations

from typing import Any

from worked.declare import derived, partial, shown, signed, step, steps, verdict
from worked.figures import Axis, Graph, Key, Measured, before, label
from worked.formulas import communication, histograms, newton, rows, trees
from worked.recording import recorded
from worked.xgboost import givens
from worked.xgboost.pictures import PICTURES

__all__ = ["GRAPH", "PICTURES"]

SPLIT = Axis("split", (1, 2, 3, 4, 5), "cut", "k", shown_by="threshold")
SIDE, CHILD = Axis("side", ("left", "right"), symbol="u"), Axis("child", symbol="c", like="side")
LEAF = Axis("leaf", ("lowest", "lower", "upper", "highest"), symbol="j")
ROW, ROUND = Axis("row", (1, 2, 3, 4, 5, 6), "delivery", "i"), Axis("round", (1, 2, 3), symbol="r")
LARGER = Axis("larger", ("larger", "largest"))
BELIEF = Axis("belief", ("sure", "unsure", "rare"), "probability")
DRAW, FAR = Axis("draw", ("tree", "level", "node"), symbol="z"), Axis("far", (8, 20), "km")
WAY, EARLIER = Axis("way", like="side"), Axis("earlier", like="row")
THING = Axis("thing", ("trees", "nodes", "leaves"))
STORE = Axis("store", ("float32", "sorted columns", "bin numbers"))
METHOD, SIZE = Axis("method", ("exact greedy", "histograms")), Axis("size", ("smaller", "larger"))
OTHERS = ("XGBoost, one thread", "XGBoost, all threads", "scikit-learn, one thread")
SYSTEM = Axis("system", ("chapter", *OTHERS, "scikit-learn, all threads"))
PART = Axis("part", ("filling histograms", "searching splits", "moving rows"))
BY_HAND = (ROW, SPLIT, SIDE, CHILD, LEAF, ROUND, LARGER, BELIEF, DRAW, WAY, EARLIER)
AT_SCALE = (STORE, METHOD, THING, SYSTEM, PART, SIZE, FAR)

KEEPS, FED, HOLDS = ("prunes it", "keeps it"), ("starved", "allowed"), ("forbidden", "allowed")
PREDICTED, ASKED = before("prediction", "round", "base"), before("query", "round", "base")
DRAWN = before("columns", "draw", "features")
MARGIN = {"margin": "trial_margin", "label": "trial_label"}
TAYLOR = {"loss": "trial_loss", "gradient": "trial_gradient", "step": "trial_step"}
# Round 1: the two sides of a cut, the leaf of rows 5 and 6, all rows, row 3, and the first tree.
SIDES = {"gradient_sum": "side_gradient", "hessian_sum": "side_hessian"}
G_PAIR, H_PAIR = "side_gradient[split=4, side=right, round=1]", "side_hessian[split=4, side=right]"
PAIR = {"gradient_sum": G_PAIR, "hessian_sum": H_PAIR}
ROWS = {"gradient_sum": "gradient_so_far[row=last]", "hessian_sum": "hessian_so_far[row=last]"}
ALL = {**ROWS, "gradient_sum": "gradient_so_far[row=last, round=1]"}
FIRST = {"side_gradient": "side_gradient[round=1]"}
ALONE = {"gradient_sum": "gradient[row=3, round=1]", "hessian_sum": "row_weight"}
RIGHT = {"cut": "child_cut[child=right, round=1]", "gain": "child_best[child=right, round=1]"}
CHILDREN = {"cut": "child_cut[round=1]", "gain": "child_best[round=1]", "gamma": "larger_gamma"}
ROOT = {"cut": "cut[round=1]", "gain": "best_gain[round=1]", "gamma": "larger_gamma"}
ABOVE, BELOW = "larger_root_stands", "larger_child_stands"
CHILD_SUMS = {"side_gradient": "child_gradient", "side_hessian": "child_hessian"}
CUTS = {"left_cut": "child_cut[child=left]", "right_cut": "child_cut[child=right]"}
STAND = {"left_stands": "child_stands[child=left]", "right_stands": "child_stands[child=right]"}
LEAF_SUMS = {"gradient_sum": "leaf_gradient", "hessian_sum": "leaf_hessian"}
UNKNOWN = {"gradient": "missing_gradient", "hessian": "row_weight"}
SCORED = {"part": "candidates[method=exact-greedy]", "whole": "candidates[method=histograms]"}
STORES = {"sorted_bytes": "table[store=sorted-columns]", "binned_bytes": "table[store=bin-numbers]"}
READ = {"part": "tree_read[method=exact-greedy]", "whole": "tree_read[method=histograms]"}
READING = {"moved_bytes": "tree_read", "bandwidth": "memory_rate"}
REDUCED = {"payload_bytes": "tree_payload", "ranks": "workers"}
SENDING = {"moved_bytes": "model_sent", "bandwidth": "network"}
LATE = {"gradient_sum": "late_sum[side=right]", "hessian_sum": "late_hessian_sum[side=right]"}
LOW, HIGH = (f"side_weight[split=2, side={side}, round=1]" for side in ("left", "right"))
# What a longer run of the deliveries depends on.
LONG = "distance minutes row_weight base_shift reg_lambda reg_alpha gamma min_child_weight eta"
# What training on a larger table depends on; what its record calls the systems and the sizes.
TABLE = "rows features depth max_bin"
CALLED = {
    "xgboost-one-thread": "xgboost_1_thread",
    "scikit-learn-one-thread": "scikit_learn_1_thread",
    "smaller": "10000",
    "larger": "1000000",
}
RUN, SPEED, ONE = "all_reduce_traffic", "training_speed", "xgboost_1_thread"


def measured(
    name: str, record: str, key: str, over: Any = None, unit: Any = None, at: str = ""
) -> Measured:
    """Return a recorded value of this chapter, or a row of them."""
    at = at or (TABLE if record == SPEED else "")
    return recorded("xgboost", record, key, "", unit, name=name, over=over, called=CALLED, at=at)


STEPS = steps(
    step("second-order", "From first order to second"),
    *givens.DELIVERIES,
    signed("base", newton.base_score, label="minutes") | shown("Base score", r"\hat y^{(0)}", 2),
    signed("gradient", newton.gradient, "row round", label="minutes", prediction=PREDICTED)
    | shown("Gradient of delivery <row>", "g^{(<round>)}_{<row>}", 2),
    signed("gradient_so_far", newton.gradient_up_to, "row round")
    | shown("Gradients up to delivery <row>", "G^{(<round>)}_{<row>}", 2),
    derived("hessian_so_far", newton.hessian_up_to, "row")
    | shown("Hessians up to delivery <row>", "H_{<row>}"),
    *givens.TRIAL_ROW,
    derived("trial_p", rows.probability, log_odds="trial_margin") | shown("Probability", "p", 3),
    signed("trial_gradient", newton.logistic_gradient, probability="trial_p", label="trial_label")
    | shown("Gradient of the log loss there", r"g_\mathrm{log}", 3),
    derived("trial_hessian", rows.logistic_hessian, probability="trial_p")
    | shown("Hessian of the log loss there", r"h_\mathrm{log}", 3),
    derived("trial_loss", newton.log_loss, **MARGIN) | shown("Log loss there", r"\ell(m)", 3),
    derived("trial_exact", newton.log_loss_after, **MARGIN, step="trial_step")
    | shown("Log loss after the step", r"\ell(m+s)", 3),
    signed("trial_line", newton.tangent, **TAYLOR)
    | shown("Log loss after the step, to first order", r"\ell_1", 3),
    signed("trial_parabola", newton.parabola, **TAYLOR, hessian="trial_hessian")
    | shown("Log loss after the step, to second order", r"\ell_2", 3),
    step("objective", "The objective and the best leaf weight"),
    *givens.PENALTIES,
    derived("goes", newton.goes_to, "row split side", x="distance")
    | shown("Whether delivery <row> goes <side>: one, or zero"),
    signed("side_gradient", newton.side_sum, "split side round", value="gradient")
    | shown("Gradients <side> of the cut", "G^{(<round>)}_{<split>,<side>}", 2),
    derived("side_hessian", newton.side_sum, "split side", value="row_weight")
    | shown("Hessians <side> of the cut", "H_{<split>,<side>}"),
    signed("free_weight", newton.newton_step, **PAIR)
    | shown("Best weight of the leaf of the last rows without penalties", r"w_\mathrm{free}", 2),
    signed("thresholded", newton.soft_threshold, gradient_sum=G_PAIR)
    | shown("Gradient sum of the last rows after the L1 penalty", r"T_\alpha(G)", 2),
    signed("side_weight", newton.leaf_weight, "split side round", **SIDES)
    | shown("Best weight of the rows <side> of the cut", "w^{(<round>)}_{<split>,<side>}", 2),
    givens.TRIAL_WEIGHT,
    signed("trial_objective", newton.leaf_objective, weight="trial_weight", **PAIR)
    | shown("Objective of that leaf at the weight tried", r"\mathcal{L}(w)", 2),
    signed("best_objective", newton.least_objective, **PAIR)
    | shown("Objective of that leaf at its best weight", r"\mathcal{L}(w^*)", 2),
    step("gain", "The gain, and what the code leaves out"),
    derived("side_score", newton.score, "split side round", **SIDES)
    | shown("Score of the rows <side> of the cut", "S^{(<round>)}_{<split>,<side>}", 2),
    derived("root_score", newton.score, "round", **ROWS)
    | shown("Score of all rows", "S^{(<round>)}", 2),
    signed("gain", newton.gain, "split round", node_score="root_score")
    | shown("Gain of the cut", r"\Delta^{(<round>)}_{<split>}", 2),
    signed("paper_gain", newton.paper_gain, gain="gain[split=4, round=1]")
    | shown(
        "Gain of the cut after the fourth row in the paper's writing, less gamma",
        r"\tilde\Delta",
        2,
    ),
    givens.TRIAL_GAMMA,
    verdict("library_verdict", newton.stands, KEEPS, **RIGHT, gamma="trial_gamma")
    | shown("What the library does with the right child's split at that gamma", r"v_\mathrm{code}"),
    partial("paper_right_gain", newton.paper_gain, gain=RIGHT["gain"], gamma="trial_gamma")
    | shown("Right child's gain in the paper's writing, less it", r"\tilde\Delta_\mathrm{R}", 2),
    verdict("paper_verdict", newton.paper_keeps, KEEPS, **RIGHT, gamma="trial_gamma")
    | shown("What the paper's formula would do with it", r"v_\mathrm{paper}"),
    derived("library_gamma", newton.library_gamma, paper_gamma="trial_gamma")
    | shown("The gamma to give the library for that gamma of the paper", r"\gamma_\mathrm{code}"),
    step("splits", "Every split by hand"),
    derived("threshold", trees.threshold, "split", x="distance", number=label("split"))
    | shown("Threshold between neighbouring deliveries, km", "t_{<split>}", 1),
    givens.OTHER_LAMBDA,
    signed("other_gain", newton.gain_of_sums, "split", **FIRST, reg_lambda="other_lambda")
    | shown("Gain of the cut at the second lambda", r"\Delta^{\lambda_0}_{<split>}", 2),
    derived("other_cut", newton.best_cut, gain="other_gain")
    | shown("Best cut at the second lambda, km", r"k^{\lambda_0}"),
    derived("cut", newton.best_cut, "round") | shown("The root's cut, km", "k^{(<round>)}"),
    partial("best_gain", trees.of_best_split, "round", value="gain", best="cut")
    | shown("Gain of the root's cut", r"\Delta^{(<round>)}", 2),
    step("pruning", "A second level, and pruning by gamma"),
    derived("in_child", newton.in_child, "row child round")
    | shown("Whether delivery <row> is in the <child> child: one, or zero"),
    signed("child_gradient", newton.child_sum, "split side child round", value="gradient")
    | shown("In the <child> child: gradients <side>", "G^{(<round>)}_{<split><side><child>}", 2),
    derived("child_hessian", newton.child_sum, "split side child round", value="row_weight")
    | shown("In the <child> child: hessians <side>", "H^{(<round>)}_{<split><side><child>}"),
    partial("child_gain", newton.gain_of_sums, "split child round", **CHILD_SUMS)
    | shown("Gain of the cut in the <child> child", r"\Delta^{(<round>)}_{<split>,<child>}", 2),
    verdict("child_may", newton.may_split, FED, "split child round", side_hessian="child_hessian")
    | shown(
        "min_child_weight on the cut in the <child> child", r"\phi^{(<round>)}_{<split>,<child>}"
    ),
    derived("child_cut", newton.best_cut, "child round", gain="child_gain", may_split="child_may")
    | shown("Cut of the <child> child, km", "k^{(<round>)}_{<child>}"),
    partial("child_best", trees.of_best_split, "child round", value="child_gain", best="child_cut")
    | shown("Gain of the <child> child's cut", r"\Delta^{(<round>)}_{<child>}", 2),
    verdict("child_stands", newton.stands, KEEPS, "child round", cut="child_cut", gain="child_best")
    | shown("Gamma on the <child> child's split", "v^{(<round>)}_{<child>}"),
    verdict("root_stands", newton.root_stands, KEEPS, "round", gain="best_gain")
    | shown("Gamma on the root's split", "v^{(<round>)}"),
    derived("leaf_start", newton.leaf_start, "leaf round", **CUTS, **STAND)
    | shown("Where the <leaf> leaf begins, km", r"\theta^{(<round>)}_{<leaf>}", 1),
    derived("row_leaf", newton.leaf_of, "row round", x="distance")
    | shown("Leaf of delivery <row>", "j^{(<round>)}_{<row>}"),
    signed("leaf_gradient", newton.leaf_sum, "leaf round", value="gradient")
    | shown("Gradients of the <leaf> leaf", r"G^{(<round>)}_{<leaf>}", 2),
    derived("leaf_hessian", newton.leaf_sum, "leaf round", value="row_weight")
    | shown("Hessians of the <leaf> leaf", r"H^{(<round>)}_{<leaf>}"),
    derived("leaf_holds", newton.holds_enough, "leaf round", hessian_sum="leaf_hessian")
    | shown("Whether the <leaf> leaf has enough for a weight: one, or zero"),
    signed("leaf_weight", newton.stored_weight, "leaf round", **LEAF_SUMS)
    | shown("Weight of the <leaf> leaf", r"w^{(<round>)}_{<leaf>}", 2),
    derived("kept", newton.splits_standing, "round")
    | shown("Splits that survive gamma", r"n^{(<round>)}_\gamma"),
    givens.LARGER_GAMMA,
    verdict("larger_child_stands", newton.stands, KEEPS, "child larger", **CHILDREN)
    | shown("The <larger> gamma on the <child> child's split", "v_{<larger>,<child>}"),
    verdict("larger_root_stands", newton.root_stands, KEEPS, "larger", **ROOT, child_stands=BELOW)
    | shown("The <larger> gamma on the root's split", "v_{<larger>}"),
    derived("larger_kept", newton.splits_standing, "larger", root_stands=ABOVE, child_stands=BELOW)
    | shown("Splits that survive the <larger> gamma", "n_{<larger>}"),
    step("child-weight", "min_child_weight: a sum of hessians"),
    *givens.FEEDING,
    verdict("may_split", newton.may_split, FED, "split")
    | shown("min_child_weight on the cut", r"\phi_{<split>}"),
    derived("rows_to_feed", newton.rows_to_feed, "belief", probability="believed")
    | shown("Rows to feed a child at the <belief> probability", r"n_{<belief>}", 0, "rows"),
    step("shrinkage", "Shrinkage, rounds and column sampling"),
    *givens.ROUNDS,
    derived("base_mse", rows.mean_squared_error, label="minutes", prediction="base")
    | shown("Mean squared error of the base score", r"\mathrm{MSE}_0", 2),
    signed("prediction", newton.boosted, "row round", prediction=PREDICTED, leaf="row_leaf")
    | shown("Prediction of delivery <row>, minutes", r"\hat y^{(<round>)}_{<row>}", 3),
    derived("query_leaf", newton.leaf_of, "round", x="query_km")
    | shown("Leaf of the chosen distance", "j^{(<round>)}_q"),
    signed("query", newton.boosted, "round", prediction=ASKED, leaf="query_leaf")
    | shown("Prediction at the chosen distance, minutes", r"\hat y^{(<round>)}_q", 3),
    derived("mse", rows.mean_squared_error, "round", label="minutes")
    | shown("Mean squared error", r"\mathrm{MSE}_{<round>}", 2),
    derived("share_left", newton.share_left, "split side", hessian_sum="side_hessian")
    | shown("Mean residual that a leaf <side> of the cut leaves", r"\rho_{<split>,<side>}", 0, "%"),
    signed("error_removed", trees.error_removed, before="base_mse", after="mse[round=last]")
    | shown("Mean squared error that all rounds removed", r"\mathrm{MSE}_0-\mathrm{MSE}_3", 2),
    measured("long_rounds", "long_run", "rounds", at=LONG) | shown("Rounds of a long run"),
    measured("long_minutes", "long_run", "predicted_minutes_at_{}_km", FAR, at=LONG)
    | shown("Minutes that it predicts for <far> km", places=1),
    measured("long_mse", "long_run", "mean_squared_error_minutes_squared", at=LONG)
    | shown("Mean squared error at its end", places=2),
    measured("long_vanish", "long_run", "rounds_until_trees_vanish", at=LONG)
    | shown("Rounds that split"),
    *givens.COLUMNS,
    derived("columns", histograms.sampled_columns, "draw", columns=DRAWN)
    | shown("Columns drawn for a <draw>", r"d_{<draw>}"),
    step("missing", "Missing values and the learned default direction"),
    givens.MISSING,
    signed("missing_gradient", newton.gradient, prediction="base", label="y_missing")
    | shown("Gradient of that row", "g_?", 2),
    derived("way_score", newton.side_score_with, "split side way", **FIRST, **UNKNOWN)
    | shown("Score <side> of the cut, the row sent <way>", "S^{<way>}_{<split>,<side>}", 2),
    derived("whole_score", newton.score_with, **ALL, **UNKNOWN)
    | shown("Score of all rows and that one", "S_?", 2),
    signed("way_gain", newton.gain, "split way", side_score="way_score", node_score="whole_score")
    | shown("Gain of the cut with the row of unknown distance", r"\Delta^{<way>}_{<split>}", 2),
    signed("apart_gain", newton.gain_of_absence, root_score="root_score[round=1]", **UNKNOWN)
    | shown("Gain of present against missing", r"\Delta^?", 2),
    signed("way_best", newton.best_gain, "way", gain="way_gain")
    | shown("Best gain with the row sent <way>", r"\Delta^{<way>}_\ast", 2),
    derived("direction", newton.best_way, best_gain="way_best") | shown("Where it goes", "v_?"),
    step("histograms", "Exact greedy, histograms and sketches: what they cost"),
    *givens.TABLE,
    derived("comparisons", histograms.sort_comparisons)
    | shown("Comparisons to sort all columns", r"C_\mathrm{sort}"),
    derived("candidates", histograms.candidates, "method")
    | shown("Splits scored at a root by <method>", r"C_{<method>}"),
    derived("candidate_ratio", rows.ratio, **SCORED)
    | shown("Exact greedy over histograms", r"C_\mathrm{exact}/C_\mathrm{hist}", 0, "×"),
    derived("table", histograms.table_bytes, "store")
    | shown("The table as <store>", r"M_{<store>}", 0, "MB"),
    derived("tree_read", histograms.tree_read_bytes, "method", **STORES)
    | shown("Read for one tree by <method>, at most", r"R_{<method>}", 0, "MB"),
    derived("read_floor", communication.transfer_seconds, "method", **READING)
    | shown("Least time to read that by <method>", r"T_{<method>}", 1, "ms"),
    derived("read_ratio", rows.ratio, **READ)
    | shown("Bytes read, exact over histograms", r"R_\mathrm{exact}/R_\mathrm{hist}", 1, "×"),
    derived("node_histogram", histograms.histogram_bytes)
    | shown("One node's histogram", r"b_\mathrm{node}", 0, "KiB"),
    *givens.SKETCH,
    derived("sketch_eps", histograms.sketch_error)
    | shown("Error of a rank in the sketch", r"\varepsilon", 3, "%"),
    derived("misplaced", histograms.misplaced_rows)
    | shown("Rows by which a boundary may be misplaced", r"\varepsilon n", 0, "rows"),
    derived("bin_rows", histograms.rows_per_bin) | shown("Rows in a bin", "n/B", 0, "rows"),
    derived("misplaced_share", rows.ratio, part="misplaced", whole="bin_rows")
    | shown("A misplaced boundary, in bins", r"\varepsilon B", 1, "%"),
    derived("summary_bytes", histograms.sketch_bytes)
    | shown("Summaries of all features that a worker sends", r"b_\mathrm{sum}", 0, "KiB"),
    measured("compared", "agreement", "{}_compared", THING) | shown("Compared: <thing>"),
    measured("differing", "agreement", "nodes_that_split_differently") | shown("Nodes that differ"),
    measured("equal_leaves", "agreement", "leaves_equal_to_the_bit")
    | shown("Leaf values equal to the bit"),
    step("logistic", "Logistic loss and the base score"),
    givens.PROMISE,
    verdict("late", rows.is_late, ("on time", "late"), "row")
    | shown("Delivery <row>", r"\ell_{<row>}"),
    derived("late_share", rows.row_mean, value="late")
    | shown("Share of late deliveries", r"\bar\ell", 1, "%"),
    derived("late_p", rows.clipped_share, share="late_share")
    | shown("Base score as a probability", "p_0", 4),
    derived("late_odds", rows.odds, probability="late_p") | shown("Odds of being late", "o_0", 4),
    signed("late_margin", rows.log_odds, odds="late_odds")
    | shown("Base score as a margin: its log-odds", "m_0", 3),
    signed("late_gradient", newton.logistic_gradient, "row", probability="late_p", label="late")
    | shown("Gradient of delivery <row>, late or not", "g'_{<row>}", 3),
    derived("late_hessian", rows.logistic_hessian, probability="late_p")
    | shown("Hessian of every row", "h'", 3),
    signed("late_sum", newton.side_sum, "side", value="late_gradient", goes="goes[split=4]")
    | shown("Gradients of the log loss <side> of the cut after the fourth row", "G'_{<side>}", 3),
    derived("late_hessian_sum", newton.side_sum, "side", value="late_hessian", goes="goes[split=4]")
    | shown("Hessians of the log loss <side> of the cut after the fourth row", "H'_{<side>}", 3),
    verdict("late_may_split", newton.may_split, FED, side_hessian="late_hessian_sum")
    | shown("min_child_weight on that cut", r"\phi'"),
    signed("newton", newton.newton_step, **LATE)
    | shown("Newton step of the last rows, without penalties", r"w_\mathrm{Newton}", 2),
    signed("late_weight", newton.leaf_weight, **LATE) | shown("Late leaf's weight", r"w_\ell", 3),
    signed("late_margin_after", trees.shrunken_step, prediction="late_margin", leaf="late_weight")
    | shown("Margin of the last rows after a round", "m_1", 3),
    derived("late_p_after", rows.probability, log_odds="late_margin_after")
    | shown("Probability of the last rows after a round", "p_1", 3),
    step("monotone", "Monotone constraints"),
    signed("rise", newton.rise, low=LOW, high=HIGH)
    | shown(
        "Rise of the weight at the cut after the second row", r"w_\mathrm{high}-w_\mathrm{low}", 2
    ),
    verdict("may_rise", newton.rises, HOLDS) | shown("A rising constraint", r"v_\mathrm{up}"),
    verdict("may_fall", newton.falls, HOLDS) | shown("A falling constraint", r"v_\mathrm{down}"),
    signed("wall", rows.midpoint, low=LOW, high=HIGH)
    | shown("Wall between the subtrees", r"\omega", 2),
    signed("lone_weight", newton.leaf_weight, **ALONE)
    | shown("Weight of the third row alone as a leaf", r"w'_3", 2),
    signed("walled", newton.walled_weight, weight="lone_weight")
    | shown("Weight of the third row alone, held at or above the wall", r"\bar w_3", 2),
    step("fast", "Why it is fast, on one machine and on many"),
    *givens.CLUSTER,
    derived("filled", histograms.histograms_filled) | shown("Histograms of a full tree", "F"),
    derived("tree_payload", histograms.tree_payload_bytes)
    | shown("Histograms to be summed for one tree", r"P_\mathrm{tree}", 2, "MB"),
    derived("tree_sent", communication.all_reduce_bytes, **REDUCED)
    | shown("Sent by each worker for one tree", r"V_\mathrm{tree}", 2, "MB"),
    derived("model_sent", histograms.model_bytes)
    | shown("Sent by each worker for the model", r"V_\mathrm{model}", 0, "MB"),
    derived("model_network", communication.transfer_seconds, **SENDING)
    | shown("Time of that on the network", r"T_\mathrm{net}", 2, "s"),
    derived("sent_over_table", rows.ratio, part="model_sent", whole="table[store=float32]")
    | shown("Sent for the model over the table's bytes", r"V_\mathrm{model}/M", 1, "×"),
    measured("real_workers", RUN, "workers") | shown("Processes of a real run"),
    measured("real_depth", RUN, "depth") | shown("Depth of its tree"),
    measured("real_features", RUN, "features") | shown("Its features"),
    measured("real_node", RUN, "histogram_bytes_per_node", unit="KiB")
    | shown("A histogram in a real run"),
    measured("real_reduces", RUN, "all_reduces_per_tree") | shown("All-reduces for its tree"),
    measured("real_filled", RUN, "histograms_summed_per_tree") | shown("Histograms summed for it"),
    measured("real_payload", RUN, "all_reduced_bytes_per_tree", unit="MB")
    | shown("Bytes all-reduced for it"),
    measured("real_rows_bytes", RUN, "rows_bytes_if_sent_instead", unit="MB")
    | shown("Its rows", places=2),
    measured("speed", SPEED, "{}_training_rows_per_second_at_1000000_rows", SYSTEM)
    | shown("Training speed"),
    measured("memory", SPEED, "{}_extra_bytes_at_1000000_rows", SYSTEM, "MB")
    | shown("Memory beyond the data"),
    measured("prepare", SPEED, "{}_prepare_seconds_at_1000000_rows", SYSTEM)
    | shown("Time of cuts and binning", places=1),
    measured("spent", SPEED, "chapter_share_of_{}_at_1000000_rows", PART, "%")
    | shown("Share of the boosting spent <part>"),
    measured("own_over_xgb", SPEED, f"chapter_speed_over_{ONE}_at_{{}}_rows", SIZE, "%")
    | shown("This chapter's speed over XGBoost's on the <size> table, one thread"),
    measured("own_whole", SPEED, f"chapter_whole_speed_over_{ONE}_at_1000000_rows", unit="%")
    | shown("Its speed over XGBoost's with cuts and binning, one thread"),
    step("rivals", "XGBoost, LightGBM, CatBoost"),
    *givens.LIGHTGBM,
    derived("leaves", histograms.full_leaves) | shown("Leaves of a full tree of that depth", "2^D"),
    derived("conditions", histograms.full_splits) | shown("Splits of a full tree", "2^D-1"),
    derived("leaves_ratio", rows.ratio, part="leaves", whole="num_leaves")
    | shown("Leaves of the full tree over LightGBM's limit", r"2^D/\Lambda", 1, "×"),
    derived("deepest", histograms.deepest_tree)
    | shown("Depth of the deepest tree of LightGBM's leaves", r"\Lambda-1"),
    derived("goss_rows", histograms.sampled_share) | shown("Rows that GOSS keeps", "a+b", 0, "%"),
    derived("goss_factor", histograms.small_gradient_factor)
    | shown("Factor on the rows drawn from the others", r"(1-a)/b", 1, "×"),
    step("next", "What the interviewer asks next"),
)

LAST_TWO = "[split=4, side=right, round=1]"
KEYS = (
    Key("trial_hessian", "trial_p * (1 - trial_p)"),
    Key(
        f"side_weight{LAST_TWO}",
        f"-(side_gradient{LAST_TWO} / (side_hessian[split=4, side=right] + reg_lambda))",
    ),
    Key(
        "gain[split=4, round=1]",
        f"side_score[split=4, side=left, round=1] + side_score{LAST_TWO} - root_score[round=1]",
        2,
        "whether the cut stands by itself",
        "gain[split=4, round=1] >= gamma",
        "gamma",
    ),
    Key("paper_gain", "gain[split=4, round=1] / 2 - gamma", 2),
    Key(
        "rows_to_feed[belief=sure]",
        "min_child_weight / (believed[belief=sure] * (1 - believed[belief=sure]))",
        2,
    ),
    Key(
        "share_left[split=4, side=right]",
        "1 - eta * side_hessian[split=4, side=right] "
        "/ (side_hessian[split=4, side=right] + reg_lambda)",
    ),
    Key("newton", "-(late_sum[side=right] / late_hessian_sum[side=right])", 2),
    Key("late_margin", "ln(late_odds)"),
    Key("table[store=bin-numbers]", "rows * features * width[store=bin-numbers]"),
    Key("node_histogram", "features * max_bin * pair_width", 2),
    Key("tree_sent", "2 * tree_payload * (workers - 1) / workers"),
    Key(
        "leaves",
        "2 ** depth",
        1,
        "whether LightGBM's limit cuts such a tree",
        "leaves > num_leaves",
        "depth",
    ),
    Key("goss_factor", "(1 - top_rate) / other_rate"),
)
GRAPH = Graph("xgboost", "XGBoost", STEPS, axes=(*BY_HAND, *AT_SCALE), keys=KEYS)
