"""The L1 gradient as a graph: every number of the chapter, in the order of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from worked.figures import Derived, Given, Graph, Measured, Step
from worked.formulas import losses
from worked.l1_gradient.pictures import PICTURES
from worked.recording import recorded

__all__ = ["GRAPH", "PICTURES"]

STAYS = ("cuts through", "stays below")
LANDS = ("bounces for ever", "lands and stays")
REACHES = ("stops short", "can get there")
STEPS = 12
DECAY_STEPS = 8


def _signed(
    name: str, formula: Callable[..., Any], label: str, symbol: str, places: int = 1,
    inputs: dict[str, str] | None = None,
) -> Derived:  # fmt: skip
    """Return a derived figure without unit that may be negative."""
    return Derived(name, formula, "", label, symbol, places, inputs or {}, signed=True)


def _size(
    name: str, formula: Callable[..., Any], label: str, symbol: str, places: int = 1,
    inputs: dict[str, str] | None = None,
) -> Derived:  # fmt: skip
    """Return a derived figure without unit that cannot be negative."""
    return Derived(name, formula, "", label, symbol, places, inputs or {})


def _verdict(
    name: str, formula: Callable[..., Any], label: str, symbol: str, words: tuple[str, str],
    inputs: dict[str, str] | None = None,
) -> Derived:  # fmt: skip
    return Derived(name, formula, "", label, symbol, 0, inputs or {}, words)


def _l1_descent(
    kind: str, label: str, mark: str, start: tuple[str, str], rate: Callable[[int], str],
    steps: int, places: int = 2,
) -> tuple[Derived, ...]:  # fmt: skip
    """Return the figures of an L1 descent: after each step the weight, prediction and gradient.

    start: the figures of the weight and of the gradient that it begins with; rate: the figure
    of the rate of step k = 1, 2, ...; mark: LaTeX that goes to the right of m, ŷ and g.
    """
    figures = []
    weight, slope = start
    for k in range(1, steps + 1):
        inputs = {"weight": weight, "rate": rate(k), "gradient": slope}
        weight, at, slope = f"{kind}_weight_{k}", f"{kind}_prediction_{k}", f"{kind}_gradient_{k}"
        figures += [
            _signed(weight, losses.descend, f"{label}: weight after step {k}", f"m{mark}_{{{k}}}",
                    places, inputs),
            _signed(at, losses.prediction, f"{label}: prediction after step {k}",
                    rf"\hat y{mark}_{{{k}}}", places, {"m": weight}),
            _signed(slope, losses.l1_gradient, f"{label}: gradient after step {k}",
                    f"g{mark}_{{{k}}}", places, {"prediction": at}),
        ]  # fmt: skip
    return tuple(figures)


def _smooth_descent(
    kind: str, label: str, mark: str, gradient: Callable[..., Any], first: str, rate: str,
    places: int, threshold: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Derived, ...]:  # fmt: skip
    """Return the figures of a descent on a loss without a kink, whose gradient fades out.

    The residual is carried along, not taken anew from the prediction: it becomes so small that
    the difference of two nearly equal numbers would keep few of its digits.
    first: the figure of the gradient at the start; the rest as for `_l1_descent`.
    """
    figures = []
    weight, left, slope = "m", "residual", first
    for k in range(1, STEPS + 1):
        step = {"rate": rate, "gradient": slope}
        before, left_before = weight, left
        weight, left, slope = f"{kind}_weight_{k}", f"{kind}_residual_{k}", f"{kind}_gradient_{k}"
        figures += [
            _signed(weight, losses.descend, f"{label}: weight after step {k}",
                    f"m^{{{mark}}}_{{{k}}}", places, {"weight": before, **step}),
            _signed(left, losses.next_residual, f"{label}: residual after step {k}",
                    f"r^{{{mark}}}_{{{k}}}", places, {"residual": left_before, **step}),
            _signed(slope, gradient, f"{label}: gradient after step {k}",
                    f"g^{{{mark}}}_{{{k}}}", places, {"residual": left, **threshold}),
        ]  # fmt: skip
    return tuple(figures)


def _float(name: str, value: str, label: str, places: int = 0) -> Measured:
    return recorded("l1_gradient", "floats", value, label, "", places, name)


def _fixed(name: str) -> Callable[[int], str]:
    return lambda k: name


MODEL = Step(
    "model",
    "The model",
    (
        Given("x", 2, "", "x", "Input of the data point", 0.5, 3, places=2,
              note="positive here; every formula holds for a negative input as well"),
        Given("m", 1, "", "m", "The weight, where descent starts", -10, 10, places=2),
        Given("intercept", 4, "", "b", "Intercept, fixed", -20, 20, places=2,
              note="given, not learnt"),
        _signed("prediction", losses.prediction, "Prediction", r"\hat y"),
        Given("other", 2, "", r"\check m", "Another weight, to compare", -10, 10, places=2),
        _signed("other_prediction", losses.prediction, "Prediction with the other weight",
                r"\check y", inputs={"m": "other"}),
    ),
)  # fmt: skip

LOSS = Step(
    "loss",
    "The loss",
    (
        Given("y", 10, "", "y", "Target of the data point", -50, 50, places=2),
        _signed("residual", losses.residual, "Residual", "r"),
        _size("loss", losses.l1_loss, "L1 loss", "L"),
        _size("squared_loss", losses.l2_loss, "L2 loss", "L_2"),
        _signed("best", losses.minimiser, "Weight that puts the line through the point", "m^*",
                places=2),
    ),
)  # fmt: skip

KINK = Step(
    "kink",
    "The kink",
    (
        Given("line_slope", 0.5, "", "c", "Slope of a line through the kink", -2, 2, places=2),
        _verdict("touches", losses.stays_below, "A line of that slope against |r|", "v_c", STAYS),
        _signed("subgradient_low", losses.subgradient_low, "Smallest subgradient at the kink",
                r"g_\mathrm{low}"),
        _size("subgradient_high", losses.subgradient_high, "Largest subgradient at the kink",
              r"g_\mathrm{high}"),
    ),
)  # fmt: skip

CHAIN = Step(
    "chain",
    "The chain rule, link by link",
    (
        _signed("slope", losses.absolute_value_slope, "Slope of |r| at the residual", "s",
                places=0),
        _signed("chained", losses.chain_rule, "Product of the three links",
                r"\frac{\partial L}{\partial m}",
                inputs={"loss_by_residual": "slope", "prediction_by_weight": "x"}),
        _signed("squared_slope", losses.squared_slope, "Slope of r² at the residual", "s_2"),
        _signed("squared_chained", losses.chain_rule, "Product of the links, L2 loss",
                r"\frac{\partial L_2}{\partial m}",
                inputs={"loss_by_residual": "squared_slope", "prediction_by_weight": "x"}),
    ),
)  # fmt: skip

GRADIENT = Step(
    "gradient",
    "The gradient",
    (
        _signed("gradient", losses.l1_gradient, "Gradient of the L1 loss", "g"),
        _signed("squared_gradient", losses.l2_gradient, "Gradient of the L2 loss", "g_{(2)}"),
        Given("beyond", 5, "", r"m_+", "A weight on the other side of the minimum", -10, 10,
              places=2),
        _signed("beyond_prediction", losses.prediction, "Prediction there", r"\hat y_+",
                inputs={"m": "beyond"}),
        _signed("beyond_residual", losses.residual, "Residual there", "r_+",
                inputs={"prediction": "beyond_prediction"}),
        _signed("beyond_gradient", losses.l1_gradient, "Gradient of the L1 loss there", "g_+",
                inputs={"prediction": "beyond_prediction"}),
        _signed("beyond_squared_gradient", losses.l2_gradient, "Gradient of the L2 loss there",
                "g_{+(2)}", inputs={"residual": "beyond_residual"}),
    ),
)  # fmt: skip

DESCENT = Step(
    "descent",
    "Descent, step by step",
    (
        Given("rate", 0.1, "", r"\eta", "Learning rate", 0.01, 0.25, places=3),
        *_l1_descent("l1", "L1", "", ("m", "gradient"), _fixed("rate"), STEPS),
        *_smooth_descent("l2", "L2", "(2)", losses.l2_gradient, "squared_gradient", "rate", 4),
        _size("step_width", losses.l1_step, "Way of one L1 step", "h", places=2),
        _size("distance", losses.distance, "Distance from the start to the minimum", "d",
              places=2, inputs={"weight": "m"}),
        Given("tolerance", 1e-9, "", r"\varepsilon",
              "Distance by which landing may miss", 1e-12, 0.01, places=9,
              note="for the rounding of binary numbers, nothing else"),
        _size("step_count", losses.whole_steps, "Whole L1 steps in the distance", "n", places=0),
        _size("covered", losses.covered, "Way that they cover", r"n\,h", places=2),
        _size("rest", losses.rest, "What they leave of the distance", "q", places=2),
        _size("arrival", losses.steps_to_minimum, "L1 steps until it is at the minimum or past it",
              "k_1", places=0),
        _verdict("landing", losses.lands, "L1 descent", "v_1", LANDS),
        _signed("contraction", losses.l2_contraction, "Factor of the distance in one L2 step",
                r"\rho", places=2),
        _size("l2_left", losses.l2_distance_after, "Distance that L2 has left by then",
              "d_{(2)}", places=9, inputs={"step": "arrival"}),
        _float("float_miss", "weight_past_the_minimum_after_ten_steps",
               "Float weight after ten steps, past the minimum", 17),
        _float("float_miss_units", "in_units_of_the_last_place",
               "The same in units of the last place"),
        _float("float_rest", "prediction_short_of_the_target_after_ten_steps",
               "What the float prediction then misses the target by"),
        _float("float_rate", "small_rate", "A rate of half the size", 2),
        _float("float_exact_steps", "small_rate_exact_steps", "Steps in which it lands exactly"),
        _float("float_amplitude", "small_rate_float_amplitude",
               "Width of its bounce in floats", 2),
        Given("step", 5, "", "k", "Step to look at", 0, STEPS, integer=True),
        _signed("l1_gap", losses.gap_after, "L1: distance from the minimum at that step",
                "e(k)", places=2),
        _signed("l1_at", losses.weight_at, "L1: weight at that step", "m(k)", places=2,
                inputs={"start": "m", "gap": "l1_gap"}),
        _signed("l1_at_prediction", losses.prediction, "L1: prediction at that step",
                r"\hat y(k)", 2, {"m": "l1_at"}),
        _signed("l1_at_residual", losses.residual, "L1: residual at that step", "r(k)", 2,
                {"prediction": "l1_at_prediction"}),
        _size("l1_at_loss", losses.l1_loss, "L1 loss at that step", "L(k)", 2,
              {"residual": "l1_at_residual"}),
        _signed("l1_at_gradient", losses.l1_gradient, "L1: gradient at that step", "g(k)", 2,
                {"prediction": "l1_at_prediction"}),
        _signed("l2_at", losses.l2_weight_after, "L2: weight at that step", "m^{(2)}(k)",
                places=4, inputs={"start": "m"}),
        _signed("l2_at_prediction", losses.prediction, "L2: prediction at that step",
                r"\hat y^{(2)}(k)", 4, {"m": "l2_at"}),
        _signed("l2_at_residual", losses.l2_residual_after, "L2: residual at that step",
                "r^{(2)}(k)", 4),
        _size("l2_at_loss", losses.l2_loss, "L2 loss at that step", "L_2(k)", 4,
              {"residual": "l2_at_residual"}),
        _signed("l2_at_gradient", losses.l2_gradient, "L2: gradient at that step",
                "g^{(2)}(k)", 4, {"residual": "l2_at_residual"}),
    ),
)  # fmt: skip


def _fixed_rate(prefix: str, mark: str) -> tuple[Derived, ...]:
    """Return how L1 descent with another fixed rate ends; `prefix`: of the names."""
    width, count = f"{prefix}_width", f"{prefix}_count"
    way, left = f"{prefix}_covered", f"{prefix}_rest"
    return (
        _size(width, losses.l1_step, "Way of one step at the second rate", f"h{mark}", places=2,
              inputs={"rate": f"{prefix}_rate"}),
        _size(count, losses.whole_steps, "Whole steps at the second rate in the distance",
              f"n{mark}", places=0, inputs={"step_width": width}),
        _size(way, losses.covered, "Way that they cover", f"n{mark}h{mark}", places=2,
              inputs={"step_count": count, "step_width": width}),
        _size(left, losses.rest, "What they leave of the distance", f"q{mark}", places=2,
              inputs={"covered": way, "step_count": count, "arrival": f"{prefix}_arrival"}),
        _size(f"{prefix}_arrival", losses.steps_to_minimum,
              "Steps at the second rate until it is at the minimum or past it", f"k{mark}",
              places=0, inputs={"step_width": width}),
        _verdict(f"{prefix}_landing", losses.lands, "L1 descent at the second rate", f"v{mark}",
                 LANDS, {"step_count": count, "arrival": f"{prefix}_arrival"}),
        _signed(f"{prefix}_near", losses.weight_at, "Weight of the bounce on the near side",
                r"m_\mathrm{near}", 2, {"start": "m", "gap": left}),
        _signed(f"{prefix}_near_prediction", losses.prediction, "Prediction there",
                r"\hat y_\mathrm{near}", 2, {"m": f"{prefix}_near"}),
        _signed(f"{prefix}_near_gradient", losses.l1_gradient, "Gradient there",
                r"g_\mathrm{near}", 2, {"prediction": f"{prefix}_near_prediction"}),
        _signed(f"{prefix}_far", losses.descend, "Weight of the bounce on the far side",
                r"m_\mathrm{far}", 2, {"weight": f"{prefix}_near", "rate": f"{prefix}_rate",
                                       "gradient": f"{prefix}_near_gradient"}),
        _size(f"{prefix}_amplitude", losses.distance, "Width of the bounce", "A", 2,
              {"weight": f"{prefix}_far", "best": f"{prefix}_near"}),
        _size(f"{prefix}_floor", losses.bounce_floor, "Floor of the larger loss of a bounce",
              r"L_\mathrm{floor}", 2, {"rate": f"{prefix}_rate"}),
        _signed(f"{prefix}_gap", losses.gap_after,
                "Second rate: distance from the minimum at the step looked at", f"e{mark}(k)", 2,
                {"step_width": width, "step_count": count, "rest": left}),
        _signed(f"{prefix}_at", losses.weight_at, "Second rate: weight at the step looked at",
                f"m{mark}(k)", 2, {"start": "m", "gap": f"{prefix}_gap"}),
    )  # fmt: skip


def _decay() -> tuple[Derived, ...]:
    """Return the descent that divides the second rate by 1, 2, 3, ..."""
    rates = tuple(
        _size(f"decay_rate_{k + 1}", losses.next_harmonic_rate, f"Rate of decayed step {k + 1}",
              rf"\tilde\eta_{{{k + 1}}}", 4,
              {"previous": "second_rate" if k == 1 else f"decay_rate_{k}",
               "initial": "second_rate"})
        for k in range(1, DECAY_STEPS)
    )  # fmt: skip
    return (
        *rates,
        _signed("decay_prediction_0", losses.prediction, "Decay: prediction at its start",
                r"\hat y^{\downarrow}_{0}", 2, {"m": "decay_start"}),
        _signed("decay_gradient_0", losses.l1_gradient, "Decay: gradient at its start",
                r"g^{\downarrow}_{0}", 2, {"prediction": "decay_prediction_0"}),
        *_l1_descent("decay", "Decay", r"^{\downarrow}", ("decay_start", "decay_gradient_0"),
                     lambda k: "second_rate" if k == 1 else f"decay_rate_{k}", DECAY_STEPS, 3),
    )  # fmt: skip


COMPARE = Step(
    "compare",
    "L1 against L2",
    (
        Given("outlier", 100, "", r"y_\mathrm{out}", "An outlier's target", -1000, 1000,
              places=2, note="the same input, the target misread"),
        _signed("outlier_residual", losses.residual, "Residual of the outlier",
                r"r_\mathrm{out}", inputs={"y": "outlier"}),
        _signed("outlier_gradient", losses.l1_gradient, "Gradient of the L1 loss, outlier",
                r"g_\mathrm{out}", inputs={"y": "outlier"}),
        _signed("outlier_squared_gradient", losses.l2_gradient,
                "Gradient of the L2 loss, outlier", r"g_{\mathrm{out}(2)}",
                inputs={"residual": "outlier_residual"}),
        _signed("outlier_l1_first", losses.descend, "L1: weight after one step on the outlier",
                r"m_{\mathrm{out}}", 2, {"weight": "m", "gradient": "outlier_gradient"}),
        _signed("outlier_l2_first", losses.descend, "L2: weight after one step on the outlier",
                r"m^{(2)}_{\mathrm{out}}", 2,
                {"weight": "m", "gradient": "outlier_squared_gradient"}),
        Given("second_rate", 0.15, "", r"\eta'", "A second learning rate", 0.01, 0.25, places=3),
        *_fixed_rate("second", "'"),
        *_l1_descent("second", "Second rate", "'", ("m", "gradient"),
                  _fixed("second_rate"), STEPS),
        _signed("second_contraction", losses.l2_contraction,
                "Factor of the distance in one L2 step at the second rate", r"\rho'", places=2,
                inputs={"rate": "second_rate"}),
        _size("rate_limit", losses.l2_rate_limit, "Rate from which on L2 no longer converges",
              r"\eta_\mathrm{max}", places=3),
        Given("decay_start", 2.8, "", r"m^{\downarrow}", "Weight where the decayed rates begin",
              -10, 10, places=2, note="the near side of the book's bounce"),
        *_decay(),
        Given("ratio", 0.8, "", r"\gamma", "Ratio of a geometric decay", 0.1, 0.95, places=3),
        _size("reach", losses.geometric_reach, "Longest way under a geometric decay",
              r"D_\gamma", 2, {"initial": "second_rate"}),
        _verdict("reaching", losses.reaches, "Geometric decay from the start", r"v_\gamma",
                 REACHES),
    ),
)  # fmt: skip


def _vote(name: str, target: str, symbol: str, label: str) -> Derived:
    return _signed(name, losses.minimiser, f"Weight that {label} would choose", symbol, 2,
                   {"y": target})  # fmt: skip


VOTES = {"first": "vote_1", "second": "vote_2", "third": "best", "fourth": "vote_4"}

MANY = Step(
    "many",
    "From one point to many",
    (
        Given("y_1", 6, "", "y_1", "Target of the first point", -50, 50, places=2),
        Given("y_2", 8, "", "y_2", "Target of the second point", -50, 50, places=2),
        Given("y_4", 14, "", "y_4", "Target of the fourth point", -50, 50, places=2,
              note="the third point is the chapter's own, the fifth is the outlier"),
        _vote("vote_1", "y_1", "m_1^*", "the first point"),
        _vote("vote_2", "y_2", "m_2^*", "the second point"),
        _vote("vote_4", "y_4", "m_4^*", "the fourth point"),
        _vote("vote_5", "outlier", r"m_\mathrm{out}^*", "the outlier"),
        *(
            _signed(f"pull_of_{k}", losses.l1_gradient, f"L1 gradient of the {label} point",
                    f"g_{{y_{k}}}", inputs={"y": f"y_{k}"})
            for k, label in ((1, "first"), (2, "second"), (4, "fourth"))
        ),
        *(
            _signed(f"residual_of_{k}", losses.residual, f"Residual of the {label} point",
                    f"r_{{y_{k}}}", inputs={"y": f"y_{k}"})
            for k, label in ((1, "first"), (2, "second"), (4, "fourth"))
        ),
        *(
            _signed(f"squared_pull_of_{k}", losses.l2_gradient,
                    f"L2 gradient of the {label} point", f"g_{{y_{k}(2)}}",
                    inputs={"residual": f"residual_of_{k}"})
            for k, label in ((1, "first"), (2, "second"), (4, "fourth"))
        ),
        _signed("mean_gradient", losses.mean_of_five, "Mean L1 gradient of the five points",
                r"\bar g", 2, {"first": "pull_of_1", "second": "pull_of_2", "third": "gradient",
                               "fourth": "pull_of_4", "fifth": "outlier_gradient"}),
        _signed("mean_squared_gradient", losses.mean_of_five,
                "Mean L2 gradient of the five points", r"\bar g_{(2)}", 2,
                {"first": "squared_pull_of_1", "second": "squared_pull_of_2",
                 "third": "squared_gradient", "fourth": "squared_pull_of_4",
                 "fifth": "outlier_squared_gradient"}),
        _signed("median_low", losses.lower_middle, "Lowest minimiser of four points",
                r"\mu_\mathrm{low}", 2, VOTES),
        _signed("median_high", losses.upper_middle, "Highest minimiser of four points",
                r"\mu_\mathrm{high}", 2, VOTES),
        _signed("median_four", losses.mean_of_two, "Their middle, the conventional median",
                r"\mu_4", 2, {"first": "median_low", "second": "median_high"}),
        _signed("mean_four", losses.mean_of_four, "Mean of four votes: the L2 minimiser",
                r"\bar m_4", 2, VOTES),
        _signed("median_five", losses.median_with_one_more, "Median with the outlier", r"\mu_5",
                2, {"lower": "median_low", "upper": "median_high", "added": "vote_5"}),
        _signed("mean_five", losses.mean_of_five, "Mean with the outlier", r"\bar m_5", 2,
                {**VOTES, "fifth": "vote_5"}),
        _size("mean_loss_four", losses.mean_l1_of_four, "Mean L1 loss of four points at m",
              r"\bar L_4", 2, VOTES),
        _size("mean_loss_five", losses.mean_l1_of_five, "Mean L1 loss of five points at m",
              r"\bar L_5", 2, {**VOTES, "fifth": "vote_5"}),
    ),
)  # fmt: skip


def _study(name: str, value: str, label: str, unit: str = "", places: int = 0) -> Measured:
    return recorded("l1_gradient", "least_absolute_deviations", value, label, unit, places, name)


INTERCEPT = Step(
    "intercept",
    "With an intercept: a linear programme",
    (
        _study("points", "points", "Patients in the diabetes data"),
        _study("inputs", "inputs", "Inputs of each"),
        _size("variables", losses.programme_variables, "Variables of the linear programme",
              r"n_\mathrm{LP}", places=0),
        _study("lad_sum", "linear_programme_sum_of_absolute_errors",
               "Least sum of absolute errors", places=2),
        _study("lad_mean", "linear_programme_mean_absolute_error",
               "Mean absolute error of the linear programme's plane", places=2),
        _study("ols_mean", "least_squares_mean_absolute_error",
               "Mean absolute error of the least-squares plane", places=2),
        _study("on_plane", "points_exactly_on_the_plane", "Patients exactly on the plane"),
        _study("descent_steps", "subgradient_descent_steps", "Steps of subgradient descent"),
        _study("descent_sum", "subgradient_descent_sum_of_absolute_errors",
               "Sum of absolute errors that it found", places=2),
        _study("descent_gap", "subgradient_descent_relative_gap",
               "Its excess over the optimum", "%", 5),
        _study("within_1", "subgradient_descent_steps_to_within_1_percent",
               "Steps to within one percent"),
        _study("within_01", "subgradient_descent_steps_to_within_0_1_percent",
               "Steps to within a tenth of that"),
        _study("within_001", "subgradient_descent_steps_to_within_0_01_percent",
               "Steps to within a hundredth of that"),
        _study("spoilt_factor", "outlier_factor", "One patient's target was multiplied by"),
        _study("l1_shift", "mean_shift_of_l1_predictions_after_outlier",
               "Mean shift of the L1 predictions", places=2),
        _study("l2_shift", "mean_shift_of_l2_predictions_after_outlier",
               "Mean shift of the L2 predictions", places=2),
    ),
)  # fmt: skip

DELTA, BETA = {"threshold": "delta"}, {"threshold": "beta"}

BETWEEN = Step(
    "between",
    "Huber and smooth L1",
    (
        Given("delta", 2, "", r"\delta", "Huber's threshold", 0.1, 100, places=2,
              note="PyTorch's default is 1, where its two losses coincide"),
        Given("beta", 2, "", r"\beta", "Smooth L1's threshold", 0.1, 100, places=2,
              note="PyTorch's default is 1, where its two losses coincide"),
        _size("huber", losses.huber_loss, "Huber's loss", r"L_\delta", inputs=DELTA),
        _size("smooth", losses.smooth_l1_loss, "Smooth L1 loss", r"L_\beta", inputs=BETA),
        _signed("huber_gradient", losses.huber_gradient, "Gradient of Huber's loss", r"g_\delta",
                inputs=DELTA),
        _signed("smooth_gradient", losses.smooth_l1_gradient, "Gradient of smooth L1", r"g_\beta",
                inputs=BETA),
        _signed("outlier_huber_gradient", losses.huber_gradient,
                "Gradient of Huber's loss, outlier", r"g_{\mathrm{out},\delta}",
                inputs={**DELTA, "residual": "outlier_residual"}),
        _signed("outlier_smooth_gradient", losses.smooth_l1_gradient,
                "Gradient of smooth L1, outlier", r"g_{\mathrm{out},\beta}",
                inputs={**BETA, "residual": "outlier_residual"}),
        *(
            _signed(f"{gradient.removesuffix('_gradient')}_first", losses.descend,
                    f"{what}: weight after one step", symbol, 2,
                    {"weight": "m", "gradient": gradient})
            for what, symbol, gradient in (
                ("Huber", r"m_\delta", "huber_gradient"),
                ("Smooth L1", r"m_\beta", "smooth_gradient"),
                ("Huber, outlier", r"m_{\mathrm{out},\delta}", "outlier_huber_gradient"),
                ("Smooth L1, outlier", r"m_{\mathrm{out},\beta}", "outlier_smooth_gradient"),
            )
        ),
        *_smooth_descent("smooth", "Smooth L1", r"\beta", losses.smooth_l1_gradient,
                         "smooth_gradient", "second_rate", 3, BETA),
    ),
)  # fmt: skip

CHOOSE = Step("choose", "When to use which", ())

NEXT = Step(
    "next",
    "What an interviewer asks next",
    (
        Given("quantile", 0.9, "", r"\tau", "Quantile to predict", 0.05, 0.95, places=2),
        _size("pinball", losses.pinball_loss, "Pinball loss of the point", r"L_\tau", 2),
        _size("odds", losses.pinball_odds, "Cost of too low over cost of too high",
              r"\tau/(1-\tau)"),
    ),
)  # fmt: skip

GRAPH = Graph(
    "l1-gradient",
    "The gradient of the L1 loss",
    (
        MODEL, LOSS, KINK, CHAIN, GRADIENT, DESCENT, COMPARE, MANY, INTERCEPT, BETWEEN, CHOOSE,
        NEXT,
    ),
)  # fmt: skip
