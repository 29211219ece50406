"""The L1 gradient as a graph: every number of the chapter, in the order of its steps.

One point and one weight; then descents, under four losses (`method`) and with two rates
(`pace`), from the start on (`step` 0); then four points (`row`) and an outlier.
"""

from __future__ import annotations

from worked.declare import derived, shown, signed, step, verdict
from worked.figures import Axis, Given, Graph, Key, Measured, before, label
from worked.formulas import descent, losses, rows
from worked.l1_gradient.pictures import PICTURES
from worked.recording import recorded

__all__ = ["GRAPH", "PICTURES"]

METHOD = Axis("method", ("L1", "L2", "Huber", "smooth L1"), symbol="j")
PACE = Axis("pace", (1, 2), "learning rate", "p")
STEP = Axis("step", tuple(range(13)), "step", "k")
NEIGHBOUR = Axis("neighbour", ("A", "B", "D"), "point")
ROW = Axis("row", ("A", "B", "C", "D"), "point", "i")
WITHIN = Axis("within", (1, 0.1, 0.01), "excess in %")

# fmt: off
X = Given("x", 2, "", "x", "Input of the data point", 0.5, 3, places=2,
          note="positive here; every formula holds for a negative input as well")
M = Given("m", 1, "", "m", "The weight, where descent starts", -10, 10, places=2)
INTERCEPT_GIVEN = Given("intercept", 4, "", "b", "Intercept, fixed", -20, 20, places=2,
                        note="given, not learnt")
OTHER_WEIGHT = Given("other", 2, "", r"\check m", "Another weight, to compare", -10, 10, places=2)
Y = Given("y", 10, "", "y", "Target of the data point", -50, 50, places=2)
LINE_SLOPE = Given("line_slope", 0.5, "", "c", "Slope of a line through the kink", -2, 2, places=2)
BEYOND = Given("beyond", 5, "", r"m_+", "A weight for the other side of the minimum", -10, 10,
               places=2)
RATE = Given("rate", (0.1, 0.15), "", r"\eta_{<pace>}", "Learning rate <pace>", 0.01, 0.25,
             places=3, over="pace")
TOLERANCE = Given("tolerance", 1e-9, "", r"\varepsilon", "Distance by which landing may miss",
                  1e-12, 1e-6, places=9, note="for the rounding of binary numbers, nothing else")
LOOK = Given("look", 5, "", r"\kappa", "Step to look at", 0, 12, integer=True)
OUTLIER = Given("outlier", 100, "", r"y_\mathrm{out}", "An outlier's target", -1000, 1000,
                places=2, note="the same input, the target misread")
DECAY_START = Given("decay_start", 2.8, "", r"m^{\downarrow}",
                    "Weight where the decayed rates begin", -10, 10, places=2,
                    note="the near side of the book's bounce")
RATIO = Given("ratio", 0.8, "", r"\gamma", "Ratio of a geometric decay", 0.1, 0.95, places=3)
OTHERS = Given("others", (6, 8, 14), "", "y_{<neighbour>}", "Target of point <neighbour>",
               -50, 50, places=2, over="neighbour",
               note="C is the chapter's own point; then comes the outlier")
DELTA = Given("delta", 2, "", r"\delta", "Huber's threshold", 0.1, 100, places=2,
              note="PyTorch's default is one, where its losses coincide")
BETA = Given("beta", 2, "", r"\beta", "Smooth L1's threshold", 0.1, 100, places=2,
             note="PyTorch's default is one, where its losses coincide")
QUANTILE = Given("quantile", 0.9, "", r"\tau", "Quantile to predict", 0.05, 0.95, places=2)
# fmt: on

RUN = "method pace step"
# Step 0 is where a descent starts: before it nothing pulls.
START, PULL = before("weight", "step", "m"), before("run_gradient", "step", 0.0)
LEFT = before("run_residual", "step", "residual")
DECAYED = {
    "weight": before("decay_weight", "step", "decay_start"),
    "rate": before("decay_rate", "step", 0.0),
    "gradient": before("decay_gradient", "step", 0.0),
}
AT_START, SECOND = {"weight": "m", "rate": "rate[pace=1]"}, "rate[pace=2]"
LAST_LINK = {"prediction_by_weight": "x"}
BESIDE = {"a": "others[neighbour=a]", "b": "others[neighbour=b]", "d": "others[neighbour=d]"}
LANDS, REACHES = ("bounces for ever", "lands and stays"), ("stops short", "can get there")


def floats(name: str, key: str) -> Measured:
    """Return what the study of descent in floats recorded."""
    return recorded("l1_gradient", "floats", key, "", "", name=name)


def study(name: str, key: str, unit: str = "", over: Axis | None = None) -> Measured:
    """Return what the study of planes through the diabetes data recorded."""
    return recorded("l1_gradient", "least_absolute_deviations", key, "", unit, name=name, over=over)


MODEL = step(
    "model",
    "The model",
    X,
    M,
    INTERCEPT_GIVEN,
    signed("prediction", losses.prediction) | shown("Prediction", r"\hat y", 1),
    OTHER_WEIGHT,
    signed("other_prediction", losses.prediction, m="other")
    | shown("Prediction with the other weight", r"\check y", 1),
)

LOSS = step(
    "loss",
    "The loss",
    Y,
    signed("residual", losses.residual) | shown("Residual", "r", 1),
    derived("loss", losses.l1_loss) | shown("L1 loss", "L", 1),
    derived("squared_loss", losses.l2_loss) | shown("L2 loss", "L_2", 1),
    signed("best", losses.minimiser)
    | shown("Weight that puts the line through the point", "m^*", 2),
)

KINK = step(
    "kink",
    "The kink",
    LINE_SLOPE,
    verdict("touches", losses.stays_below, ("cuts through", "stays on or below"))
    | shown("A line of that slope against |r|", "v_c"),
    signed("subgradient_low", losses.subgradient_low)
    | shown("Smallest subgradient at the kink", r"g_\mathrm{low}", 1),
    derived("subgradient_high", losses.subgradient_high)
    | shown("Largest subgradient at the kink", r"g_\mathrm{high}", 1),
)

CHAIN = step(
    "chain",
    "The chain rule, link by link",
    signed("slope", losses.absolute_value_slope) | shown("Slope of |r| at the residual", "s"),
    signed("chained", losses.chain_rule, loss_by_residual="slope", **LAST_LINK)
    | shown("Product of the links", r"\frac{\partial L}{\partial m}", 1),
    signed("squared_slope", losses.squared_slope)
    | shown("Slope of the square at the residual", "s_2", 1),
    signed("squared_chained", losses.chain_rule, loss_by_residual="squared_slope", **LAST_LINK)
    | shown("Product of the links, L2 loss", r"\frac{\partial L_2}{\partial m}", 1),
)

GRADIENT = step(
    "gradient",
    "The gradient",
    signed("gradient", descent.l1_gradient) | shown("Gradient of the L1 loss", "g", 1),
    signed("squared_gradient", losses.l2_gradient) | shown("Gradient of the L2 loss", "g_{(2)}", 1),
    BEYOND,
    signed("beyond_prediction", losses.prediction, m="beyond")
    | shown("Prediction there", r"\hat y_+", 1),
    signed("beyond_residual", losses.residual, prediction="beyond_prediction")
    | shown("Residual there", "r_+", 1),
    signed("beyond_gradient", descent.l1_gradient, residual="beyond_residual")
    | shown("Gradient of the L1 loss there", "g_+", 1),
    signed("beyond_squared_gradient", losses.l2_gradient, residual="beyond_residual")
    | shown("Gradient of the L2 loss there", "g_{+(2)}", 1),
)

DESCENT = step(
    "descent",
    "Descent, step by step",
    RATE,
    signed("weight", descent.descend, RUN, weight=START, gradient=PULL)
    | shown("Weight after step <step>", r"m^{<method>,<pace>}_{<step>}", 4),
    signed("run_prediction", losses.prediction, RUN, m="weight")
    | shown("Prediction after step <step>", r"\hat y^{<method>,<pace>}_{<step>}", 4),
    signed("run_residual", descent.next_residual, RUN, residual=LEFT, gradient=PULL)
    | shown("Residual after step <step>", r"r^{<method>,<pace>}_{<step>}", 4),
    derived("run_loss", descent.loss_by_method, RUN, residual="run_residual")
    | shown("Loss after step <step>", r"L^{<method>,<pace>}_{<step>}", 4),
    signed("run_gradient", descent.gradient_by_method, RUN, residual="run_residual")
    | shown("Gradient after step <step>", r"g^{<method>,<pace>}_{<step>}", 4),
    derived("step_width", descent.l1_step, "pace") | shown("Way of one L1 step", "h_{<pace>}", 2),
    derived("distance", descent.distance, weight="m")
    | shown("Distance from the start to the minimum", "d", 2),
    TOLERANCE,
    derived("step_count", descent.whole_steps, "pace")
    | shown("Whole L1 steps in the distance", "n_{<pace>}"),
    derived("covered", descent.covered, "pace")
    | shown("Way that they cover", r"n_{<pace>}\,h_{<pace>}", 2),
    derived("arrival", descent.steps_to_minimum, "pace")
    | shown("L1 steps until it is at the minimum or past it", "k_{<pace>}"),
    verdict("landing", rows.reaches, LANDS, "pace", value="step_count", wanted="arrival")
    | shown("L1 descent", "v_{<pace>}"),
    derived("rest", descent.rest, "pace")
    | shown("What the whole steps leave of the distance", "q_{<pace>}", 2),
    signed("contraction", descent.l2_contraction, "pace")
    | shown("Factor of the distance in one L2 step", r"\rho_{<pace>}", 2),
    derived("l2_left", descent.l2_distance_after, "pace", step="arrival")
    | shown("Distance that L2 has left by then", "d^{(2)}_{<pace>}", 9),
    floats("float_miss", "weight_past_the_minimum_after_ten_steps")
    | shown("Float weight where it should land, past the minimum", places=17),
    floats("float_miss_units", "in_units_of_the_last_place")
    | shown("That miss in units of the last place"),
    floats("float_rest", "prediction_short_of_the_target_after_ten_steps")
    | shown("What the float prediction then misses the target by"),
    floats("float_rate", "small_rate") | shown("A smaller rate", places=2),
    floats("float_exact_steps", "small_rate_exact_steps")
    | shown("Steps in which it lands exactly"),
    floats("float_amplitude", "small_rate_float_amplitude")
    | shown("Width of its bounce in floats", places=2),
    LOOK,
    derived("looked", descent.looked_step, step=label("step"))
    | shown("The step looked at", r"k_\kappa"),
    signed("look_weight", descent.of_looked_step, "method pace", value="weight")
    | shown("Weight at the step looked at", r"m^{<method>,<pace>}_{\kappa}", 4),
    signed("look_prediction", descent.of_looked_step, "method pace", value="run_prediction")
    | shown("Prediction at the step looked at", r"\hat y^{<method>,<pace>}_{\kappa}", 4),
    signed("look_residual", descent.of_looked_step, "method pace", value="run_residual")
    | shown("Residual at the step looked at", r"r^{<method>,<pace>}_{\kappa}", 4),
    derived("look_loss", descent.of_looked_step, "method pace", value="run_loss")
    | shown("Loss at the step looked at", r"L^{<method>,<pace>}_{\kappa}", 4),
    signed("look_gradient", descent.of_looked_step, "method pace", value="run_gradient")
    | shown("Gradient at the step looked at", r"g^{<method>,<pace>}_{\kappa}", 4),
)

COMPARE = step(
    "compare",
    "L1 against L2",
    OUTLIER,
    signed("outlier_residual", losses.residual, y="outlier")
    | shown("Residual of the outlier", r"r_\mathrm{out}", 1),
    derived("outlier_loss", descent.loss_by_method, "method", residual="outlier_residual")
    | shown("Loss of the outlier", r"L^{<method>}_\mathrm{out}", 1),
    signed("outlier_gradient", descent.gradient_by_method, "method", residual="outlier_residual")
    | shown("Gradient, outlier", r"g^{<method>}_\mathrm{out}", 1),
    signed("outlier_weight", descent.descend, "method", gradient="outlier_gradient", **AT_START)
    | shown("Weight after one step on the outlier", r"m^{<method>}_\mathrm{out}", 2),
    signed("near", descent.weight_before, "pace")
    | shown("Weight of the bounce on the near side", r"m^{<pace>}_\mathrm{near}", 2),
    signed("near_prediction", losses.prediction, "pace", m="near")
    | shown("Prediction there", r"\hat y^{<pace>}_\mathrm{near}", 2),
    signed("near_residual", losses.residual, "pace", prediction="near_prediction")
    | shown("Residual there", r"r^{<pace>}_\mathrm{near}", 2),
    signed("near_gradient", descent.l1_gradient, "pace", residual="near_residual")
    | shown("Gradient there", r"g^{<pace>}_\mathrm{near}", 2),
    signed("far", descent.descend, "pace", weight="near", gradient="near_gradient")
    | shown("Weight of the bounce on the far side", r"m^{<pace>}_\mathrm{far}", 2),
    derived("amplitude", descent.distance, "pace", weight="far", best="near")
    | shown("Width of the bounce", "A_{<pace>}", 2),
    derived("floor", descent.bounce_floor, "pace")
    | shown("Floor of the larger loss of a bounce", r"L^{<pace>}_\mathrm{floor}", 2),
    derived("rate_limit", descent.l2_rate_limit)
    | shown("Rate from which on L2 no longer converges", r"\eta_\mathrm{max}", 3),
    DECAY_START,
    derived("decay_rate", descent.harmonic_rate, "step", initial=SECOND, step=label("step"))
    | shown("Decay: rate of the step after step <step>", r"\tilde\eta_{<step>}", 4),
    signed("decay_weight", descent.descend, "step", **DECAYED)
    | shown("Decay: weight after step <step>", r"m^{\downarrow}_{<step>}", 3),
    signed("decay_prediction", losses.prediction, "step", m="decay_weight")
    | shown("Decay: prediction after step <step>", r"\hat y^{\downarrow}_{<step>}", 3),
    signed("decay_residual", losses.residual, "step", prediction="decay_prediction")
    | shown("Decay: residual after step <step>", r"r^{\downarrow}_{<step>}", 3),
    signed("decay_gradient", descent.l1_gradient, "step", residual="decay_residual")
    | shown("Decay: gradient after step <step>", r"g^{\downarrow}_{<step>}", 3),
    RATIO,
    derived("reach", descent.geometric_reach, initial=SECOND)
    | shown("Longest way under a geometric decay", r"D_\gamma", 2),
    verdict("reaching", rows.reaches, REACHES, value="reach", wanted="distance")
    | shown("Geometric decay from the start", r"v_\gamma"),
)

MANY = step(
    "many",
    "From one point to many",
    OTHERS,
    signed("target", descent.with_own_point, "row", own="y", **BESIDE)
    | shown("Target of point <row>", "y_{<row>}", 2),
    derived("rows", rows.row_count) | shown("Points besides the outlier", "n"),
    signed("vote", losses.minimiser, "row", y="target")
    | shown("Weight that point <row> would choose", "m_{<row>}^*", 2),
    signed("outlier_vote", losses.minimiser, y="outlier")
    | shown("Weight that the outlier would choose", r"m_\mathrm{out}^*", 2),
    signed("row_residual", losses.residual, "row", y="target")
    | shown("Residual of point <row>", "r_{<row>}", 1),
    derived("row_loss", descent.loss_by_method, "method row", residual="row_residual")
    | shown("Loss of point <row>", r"L^{<method>}_{<row>}", 1),
    signed("row_gradient", descent.gradient_by_method, "method row", residual="row_residual")
    | shown("Gradient of point <row>", r"g^{<method>}_{<row>}", 1),
    signed(
        "mean_gradient", rows.mean_with, "method", value="row_gradient", added="outlier_gradient"
    )
    | shown("Mean gradient of all points", r"\bar g^{<method>}", 2),
    signed("median_low", rows.lower_median, value="vote")
    | shown("Lowest minimiser without the outlier", r"\mu_\mathrm{low}", 2),
    signed("median_high", rows.upper_median, value="vote")
    | shown("Highest minimiser without the outlier", r"\mu_\mathrm{high}", 2),
    signed("median", rows.midpoint, low="median_low", high="median_high")
    | shown("Median without the outlier, by convention the middle", r"\mu_4", 2),
    signed("mean", rows.row_mean, value="vote")
    | shown("Mean of the votes without the outlier", r"\bar m_4", 2),
    signed(
        "median_with", rows.median_with, low="median_low", high="median_high", added="outlier_vote"
    )
    | shown("Median with the outlier", r"\mu_5", 2),
    signed("mean_with", rows.mean_with, value="vote", added="outlier_vote")
    | shown("Mean of the votes with the outlier", r"\bar m_5", 2),
    derived("mean_loss", rows.row_mean, "method", value="row_loss")
    | shown("Mean loss at m without the outlier", r"\bar L^{<method>}_4", 2),
    derived("mean_loss_with", rows.mean_with, "method", value="row_loss", added="outlier_loss")
    | shown("Mean loss at m with the outlier", r"\bar L^{<method>}_5", 2),
)

PLANE = step(
    "intercept",
    "With an intercept: a linear programme",
    study("points", "points") | shown("Patients in the diabetes data"),
    study("inputs", "inputs") | shown("Inputs of each"),
    derived("variables", descent.programme_variables)
    | shown("Variables of the linear programme", r"n_\mathrm{LP}"),
    study("lad_sum", "linear_programme_sum_of_absolute_errors")
    | shown("Least sum of absolute errors", places=2),
    study("lad_mean", "linear_programme_mean_absolute_error")
    | shown("Mean absolute error of the linear programme's plane", places=2),
    study("ols_mean", "least_squares_mean_absolute_error")
    | shown("Mean absolute error of the least-squares plane", places=2),
    study("on_plane", "points_exactly_on_the_plane") | shown("Patients exactly on the plane"),
    study("descent_steps", "subgradient_descent_steps") | shown("Steps of subgradient descent"),
    study("descent_sum", "subgradient_descent_sum_of_absolute_errors")
    | shown("Sum of absolute errors that it found", places=2),
    study("descent_gap", "subgradient_descent_relative_gap", "%")
    | shown("Its excess over the optimum", places=5),
    study("steps_within", "subgradient_descent_steps_to_within_{}_percent", over=WITHIN)
    | shown("Steps to within <within>% of it"),
    study("spoilt_factor", "outlier_factor") | shown("One patient's target was multiplied by"),
    study("l1_shift", "mean_shift_of_l1_predictions_after_outlier")
    | shown("Mean shift of the L1 predictions", places=2),
    study("l2_shift", "mean_shift_of_l2_predictions_after_outlier")
    | shown("Mean shift of the L2 predictions", places=2),
)

BETWEEN = step(
    "between",
    "Huber and smooth L1",
    DELTA,
    BETA,
    derived("huber", losses.huber_loss, threshold="delta") | shown("Huber's loss", r"L_\delta", 1),
    derived("smooth", losses.smooth_l1_loss, threshold="beta")
    | shown("Smooth L1 loss", r"L_\beta", 1),
    signed("huber_gradient", losses.huber_gradient, threshold="delta")
    | shown("Gradient of Huber's loss", r"g_\delta", 1),
    signed("smooth_gradient", losses.smooth_l1_gradient, threshold="beta")
    | shown("Gradient of smooth L1", r"g_\beta", 1),
)

CHOOSE = step("choose", "When to use which")

NEXT = step(
    "next",
    "What an interviewer asks next",
    QUANTILE,
    derived("pinball", losses.pinball_loss) | shown("Pinball loss of the point", r"L_\tau", 2),
    derived("odds", rows.odds, probability="quantile")
    | shown("Cost of too low over cost of too high", r"\tau/(1-\tau)", 1),
)

KEYS = (
    Key("gradient", "-(slope * x)", 1, "which way the weight goes", "gradient < 0", "m"),
    Key("squared_gradient", "-(2 * residual * x)"),
    Key("step_width[pace=1]", "rate[pace=1] * x"),
    Key("arrival[pace=1]", "distance / (rate[pace=1] * x)"),
    Key(
        "contraction[pace=1]",
        "1 - 2 * rate[pace=1] * x ** 2",
        1,
        "whether descent on the L2 loss converges",
        "rate[pace=1] < rate_limit",
        "rate[pace=1]",
    ),
    Key("rate_limit", "1 / x ** 2"),
    Key("floor[pace=1]", "rate[pace=1] * x ** 2 / 2"),
    Key(
        "reach",
        "decay_rate[step=0] * x / (1 - ratio)",
        2,
        "whether a geometric decay gets to the minimum from the start",
        "reach < distance",
        "ratio",
    ),
    Key("mean_with", "(mean * rows + outlier_vote) / (rows + 1)"),
    Key("odds", "quantile / (1 - quantile)"),
)
GRAPH = Graph(
    "l1-gradient",
    "The gradient of the L1 loss",
    [MODEL, LOSS, KINK, CHAIN, GRADIENT, DESCENT, COMPARE, MANY, PLANE, BETWEEN, CHOOSE, NEXT],
    axes=[METHOD, PACE, STEP, NEIGHBOUR, ROW, WITHIN],
    keys=KEYS,
)
