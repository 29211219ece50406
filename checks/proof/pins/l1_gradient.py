"""What the reader must see in the L1 chapter, worked out by hand beside each figure.

`PINS` holds the book's values, `OTHER_PINS` those at other settings, where figures that are
zero or equal at the book's values come apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANDS, BOUNCES = "lands and stays", "bounces for ever"


def row(cells: str, texts: str) -> dict[str, str]:
    """Return cell -> text for each step from 0 on; {} in `cells` stands for the step."""
    return {cells.format(k): text for k, text in enumerate(texts.split())}


def every(cells: str, text: str, first: int = 0) -> dict[str, str]:
    """Return the same text for every step of a descent, from step `first` on."""
    return {cells.format(k): text for k in range(first, 13)}


L1, L2 = "[method=l1, pace=1, step={}]", "[method=l2, pace=1, step={}]"
FASTER, SMOOTH = "[method=l1, pace=2, step={}]", "[method=smooth-l1, pace=2, step={}]"
HUBER = "[method=huber, pace=1, step={}]"

PINS: dict[str, str] = {
    # 1-2. The model and the loss.
    "x": "2",
    "m": "1",
    "intercept": "4",
    "prediction": "6.0",  # 1 x 2 + 4
    "other": "2",
    "other_prediction": "8.0",  # 2 x 2 + 4
    "y": "10",
    "residual": "4.0",  # 10 - 6
    "loss": "4.0",
    "squared_loss": "16.0",  # 4 x 4
    "best": "3.00",  # (10 - 4) / 2
    # 3. The kink.
    "line_slope": "0.5",
    "touches": "stays on or below",  # 0.5 lies between -1 and 1
    "subgradient_low": "−2.0",  # -|2|
    "subgradient_high": "2.0",
    # 4-5. Links and gradients.
    "slope": "1",  # the residual is positive
    "chained": "−2.0",  # 1 x (-1) x 2
    "squared_slope": "8.0",  # 2 x 4
    "squared_chained": "−16.0",  # 8 x (-1) x 2
    "gradient": "−2.0",  # -2 x sign(4)
    "squared_gradient": "−16.0",  # -2 x 2 x 4
    "beyond": "5",
    "beyond_prediction": "14.0",  # 5 x 2 + 4
    "beyond_residual": "−4.0",  # 10 - 14
    "beyond_gradient": "2.0",  # -2 x (-1)
    "beyond_squared_gradient": "16.0",  # -2 x 2 x (-4)
    # 6. Descent. L1: each step adds 0.1 x 2 = 0.2 to m and 0.4 to the prediction, until the tenth
    # is at 1 + 10 x 0.2 = 3, whose prediction is the target.
    "rate[pace=1]": "0.1",
    **row("weight" + L1, "1.0000 1.2000 1.4000 1.6000 1.8000 2.0000 2.2000 2.4000 2.6000 2.8000"),
    **every("weight" + L1, "3.0000", 10),
    **row(
        "run_prediction" + L1,
        "6.0000 6.4000 6.8000 7.2000 7.6000 8.0000 8.4000 8.8000 9.2000 9.6000",
    ),
    **every("run_prediction" + L1, "10.0000", 10),
    **row(
        "run_residual" + L1, "4.0000 3.6000 3.2000 2.8000 2.4000 2.0000 1.6000 1.2000 0.8000 0.4000"
    ),
    **every("run_residual" + L1, "0", 10),
    **row("run_loss" + L1, "4.0000 3.6000 3.2000"),
    **every("run_gradient" + L1, "−2.0000"),
    **every("run_gradient" + L1, "0", 10),
    # L2: each step leaves 1 - 2 x 0.1 x 4 = a fifth of the residual 4 and of the distance 2, and
    # a 25th of the loss; the gradient is -4 times the residual.
    # 3 - 2/5, 3 - 0.08, 0.016, 0.0032, 0.00064, 0.000128, 0.0000256
    **row("weight" + L2, "1.0000 2.6000 2.9200 2.9840 2.9968 2.9994 2.9999"),
    **every("weight" + L2, "3.0000", 7),
    # 4/5 ... 0.0064, 0.00128, 0.000256, 0.0000512, 0.00001024, 0.000002048 ...
    **row(
        "run_residual" + L2,
        "4.0000 0.8000 0.1600 0.0320 0.0064 0.0013 0.00026 0.000051 0.000010 0.0000020 "
        "0.00000041 0.000000082 0.000000016",
    ),
    # 16, 3.2 ... 0.0256, 0.00512, 0.001024, 0.0002048, 0.00004096, 0.000008192 ...
    **row(
        "run_gradient" + L2,
        "−16.0000 −3.2000 −0.6400 −0.1280 −0.0256 −0.0051 −0.0010 −0.00020 −0.000041 −0.0000082 "
        "−0.0000016 −0.00000033 −0.000000066",
    ),
    **row("run_prediction" + L2, "6.0000 9.2000 9.8400 9.9680"),
    # 16, 0.64, 0.0256, 0.001024, 0.00004096
    **row("run_loss" + L2, "16.0000 0.6400 0.0256 0.0010 0.000041"),
    "step_width[pace=1]": "0.20",  # 0.1 x 2
    "tolerance": "0.000000001",
    "distance": "2.00",  # 3 - 1
    "step_count[pace=1]": "10",  # 2 / 0.2
    "covered[pace=1]": "2.00",  # 10 x 0.2
    "rest[pace=1]": "0",
    "arrival[pace=1]": "10",
    "landing[pace=1]": LANDS,
    "contraction[pace=1]": "0.20",  # 1 - 2 x 0.1 x 4
    "l2_left[pace=1]": "0.000000205",  # 2 / 5^10 = 2 / 9,765,625 = 2.048e-7
    "look": "5",
    "looked": "5",
    "look_weight[method=l1, pace=1]": "2.0000",  # 3 - 1
    "look_prediction[method=l1, pace=1]": "8.0000",  # 2 x 2 + 4
    "look_residual[method=l1, pace=1]": "2.0000",  # 10 - 8
    "look_loss[method=l1, pace=1]": "2.0000",
    "look_gradient[method=l1, pace=1]": "−2.0000",
    "look_weight[method=l2, pace=1]": "2.9994",  # 3 - 2 / 3,125 = 3 - 0.00064
    "look_prediction[method=l2, pace=1]": "9.9987",  # 10 - 0.00128
    "look_residual[method=l2, pace=1]": "0.0013",  # 4 / 3,125 = 0.00128
    "look_loss[method=l2, pace=1]": "0.0000016",  # 0.00128^2 = 0.0000016384
    "look_gradient[method=l2, pace=1]": "−0.0051",  # -4 x 0.00128 = -0.00512
    # 7. L1 against L2.
    "outlier": "100",
    "outlier_residual": "94.0",  # 100 - 6
    "outlier_loss[method=l1]": "94.0",
    "outlier_loss[method=l2]": "8,836.0",  # 94 x 94
    "outlier_gradient[method=l1]": "−2.0",
    "outlier_gradient[method=l2]": "−376.0",  # -4 x 94
    "outlier_weight[method=l1]": "1.20",  # 1 + 0.1 x 2
    "outlier_weight[method=l2]": "38.60",  # 1 + 0.1 x 376
    "rate[pace=2]": "0.15",
    "step_width[pace=2]": "0.30",  # 0.15 x 2
    "step_count[pace=2]": "6",  # 2 / 0.3 = 6.67
    "covered[pace=2]": "1.80",  # 6 x 0.3
    "rest[pace=2]": "0.20",  # 2 - 1.8
    "arrival[pace=2]": "7",
    "landing[pace=2]": BOUNCES,
    "near[pace=2]": "2.80",  # 3 - 0.2
    "near_prediction[pace=2]": "9.60",  # 2 x 2.8 + 4
    "near_residual[pace=2]": "0.40",  # 10 - 9.6
    "near_gradient[pace=2]": "−2.00",
    "far[pace=2]": "3.10",  # 2.8 + 0.3
    "amplitude[pace=2]": "0.30",
    "floor[pace=2]": "0.30",  # 0.15 x 4 / 2
    # The rate lands: there is no bounce.
    "near[pace=1]": "3.00",
    "near_gradient[pace=1]": "0",
    "far[pace=1]": "3.00",
    "amplitude[pace=1]": "0",
    "floor[pace=1]": "0.20",  # 0.1 x 4 / 2
    # 0.3 more each step; at 2.8 the prediction 9.6 is too low, at 3.1 its 10.2 is too high.
    **row(
        "weight" + FASTER,
        "1.0000 1.3000 1.6000 1.9000 2.2000 2.5000 2.8000 3.1000 2.8000 3.1000 "
        "2.8000 3.1000 2.8000",
    ),
    **row(
        "run_prediction" + FASTER,
        "6.0000 6.6000 7.2000 7.8000 8.4000 9.0000 9.6000 10.2000 "
        "9.6000 10.2000 9.6000 10.2000 9.6000",
    ),
    **row(
        "run_gradient" + FASTER,
        "−2.0000 −2.0000 −2.0000 −2.0000 −2.0000 −2.0000 −2.0000 2.0000 "
        "−2.0000 2.0000 −2.0000 2.0000 −2.0000",
    ),
    "run_residual[method=l1, pace=2, step=7]": "−0.2000",
    "l2_left[pace=2]": "0.000025600",  # 2 / 5^7 = 2 / 78,125
    # Decay: 0.3 times 1, 1/2, 1/3 ...; 0.15 / 7 = 0.021429, 0.15 / 8 = 0.01875
    "decay_start": "2.8",
    **row("decay_rate[step={}]", "0.1500 0.0750 0.0500 0.0375 0.0300 0.0250 0.0214 0.0188"),
    # 2.8 + 0.3, - 0.15, + 0.1, - 0.075, + 0.06, - 0.05, + 0.042857 (3.027857), - 0.0375
    **row("decay_weight[step={}]", "2.800 3.100 2.950 3.050 2.975 3.035 2.985 3.028 2.990"),
    # 2 m + 4; of the last two 10.055714 and 9.980714
    **row("decay_prediction[step={}]", "9.600 10.200 9.900 10.100 9.950 10.070 9.970 10.056 9.981"),
    **row("decay_residual[step={}]", "0.400 −0.200 0.100 −0.100 0.050 −0.070 0.030 −0.056 0.019"),
    **row("decay_gradient[step={}]", "−2.000 2.000 −2.000 2.000 −2.000 2.000 −2.000 2.000 −2.000"),
    "look_weight[method=l1, pace=2]": "2.5000",
    "contraction[pace=2]": "−0.20",  # 1 - 2 x 0.15 x 4
    "rate_limit": "0.250",  # 1 / 4
    "ratio": "0.8",
    "reach": "1.50",  # 0.3 / 0.2
    "reaching": "stops short",  # 1.5 < 2
    # 8. Many points, all at x = 2; a target of 4 + 2v votes for v.
    "others[neighbour=a]": "6",
    "others[neighbour=b]": "8",
    "others[neighbour=d]": "14",
    "target[row=a]": "6.00",
    "target[row=b]": "8.00",
    "target[row=c]": "10.00",
    "target[row=d]": "14.00",
    "rows": "4",
    "vote[row=a]": "1.00",
    "vote[row=b]": "2.00",
    "vote[row=c]": "3.00",
    "vote[row=d]": "5.00",
    "outlier_vote": "48.00",  # 96 / 2
    "row_gradient[method=l1, row=a]": "0",  # the line passes through point A
    "row_gradient[method=l1, row=b]": "−2.0",
    "row_gradient[method=l1, row=d]": "−2.0",
    "row_residual[row=a]": "0",
    "row_residual[row=b]": "2.0",  # 8 - 6
    "row_residual[row=d]": "8.0",  # 14 - 6
    "row_gradient[method=l1, row=c]": "−2.0",
    "row_gradient[method=l2, row=c]": "−16.0",
    "row_loss[method=l1, row=d]": "8.0",
    "row_loss[method=l2, row=d]": "64.0",
    "row_gradient[method=l2, row=a]": "0",
    "row_gradient[method=l2, row=b]": "−8.0",  # -4 x 2
    "row_gradient[method=l2, row=d]": "−32.0",  # -4 x 8
    "mean_gradient[method=l1]": "−1.60",  # -2 x 4 / 5
    "mean_gradient[method=l2]": "−86.40",  # -(0 + 8 + 16 + 32 + 376) / 5 = -432 / 5
    "median_low": "2.00",  # 1, 2, 3, 5
    "median_high": "3.00",
    "median": "2.50",
    "mean": "2.75",  # 11 / 4
    "median_with": "3.00",  # 1, 2, 3, 5, 48
    "mean_with": "11.80",  # 59 / 5
    "mean_loss[method=l1]": "3.50",  # (0 + 2 + 4 + 8) / 4
    "mean_loss_with[method=l1]": "21.60",  # (14 + 94) / 5
    "mean_loss[method=l2]": "21.00",  # (0 + 4 + 16 + 64) / 4
    "mean_loss_with[method=l2]": "1,784.00",  # (84 + 8,836) / 5
    # 9. The linear programme: 10 coefficients, an intercept, two for each of 442 patients.
    "variables": "895",  # 10 + 1 + 884
    "descent_gap": "0.00047%",  # 0.0889 / 19,024.3433 = 4.67e-6
    # 10. Huber and smooth L1.
    "delta": "2",
    "beta": "2",
    "huber": "6.0",  # 2 x (4 - 1)
    "smooth": "3.0",  # 4 - 1
    "huber_gradient": "−4.0",  # -2 x 2
    "smooth_gradient": "−2.0",  # -2 x 1
    "outlier_gradient[method=huber]": "−4.0",
    "outlier_gradient[method=smooth-l1]": "−2.0",
    "weight[method=huber, pace=1, step=1]": "1.4000",  # 1 + 0.1 x 4
    "weight[method=smooth-l1, pace=1, step=1]": "1.2000",
    "outlier_weight[method=huber]": "1.40",
    "outlier_weight[method=smooth-l1]": "1.20",
    # Huber: steps of 0.4 while the residual is 2 or more, then 1 - 0.1 x 4 = 0.6 of it is left.
    **row("weight" + HUBER, "1.0000 1.4000 1.8000 2.2000 2.5200"),  # 3 - 0.8 x 0.6
    **row("run_loss" + HUBER, "6.0000 4.4000 2.8000 1.2800"),  # 2 x (r - 1), then 1.6² / 2
    # Smooth L1: steps of 0.3 while the residual is 2 or more, then 1 - 0.15 x 4 / 2 = 0.7 of it
    # is left: 1.6, 1.12, 0.784, 0.5488, 0.38416, 0.268912, 0.1882384, 0.13176688, 0.092236816.
    # The weight is half of it short of 3; the gradient is the residual, clipped at 2.
    **row(
        "weight" + SMOOTH,
        "1.0000 1.3000 1.6000 1.9000 2.2000 2.4400 2.6080 2.7256 2.8079 2.8655 "
        "2.9059 2.9341 2.9539",
    ),
    **row(
        "run_residual" + SMOOTH,
        "4.0000 3.4000 2.8000 2.2000 1.6000 1.1200 0.7840 0.5488 0.3842 "
        "0.2689 0.1882 0.1318 0.0922",
    ),
    **row(
        "run_gradient" + SMOOTH,
        "−2.0000 −2.0000 −2.0000 −2.0000 −1.6000 −1.1200 −0.7840 −0.5488 "
        "−0.3842 −0.2689 −0.1882 −0.1318 −0.0922",
    ),
    # 12. The pinball loss.
    "quantile": "0.9",
    "pinball": "3.60",  # 0.9 x 4
    "odds": "9.0",  # 0.9 / 0.1
}

# What only the chapter's own point decides.
ONE_POINT = {
    name: text
    for name, text in PINS.items()
    if not name.startswith(
        ("outlier", "others", "target", "vote", "row_", "mean", "median", "beyond")
    )
}


def to_and_fro(pace: int, odd: tuple[str, str, str], even: tuple[str, str, str]) -> dict[str, str]:
    """Return the texts of an L1 descent that bounces from its first step on."""
    return {
        f"{figure}[method=l1, pace={pace}, step={k}]": (odd if k % 2 else even)[i]
        for k in range(1, 13)
        for i, figure in enumerate(("weight", "run_prediction", "run_gradient"))
    }


OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    (
        # The line is too high, the input is no power of 2, both thresholds are wide.
        {"x": 3, "m": 8, "y": 13, "delta": 20, "beta": 30, "line_slope": -1.5, "outlier": -7,
         "look": 12, "rate[pace=1]": 0.05, "rate[pace=2]": 0.2, "ratio": 0.9},
        {
            "prediction": "28.0",  # 24 + 4
            "residual": "−15.0",
            "loss": "15.0",
            "squared_loss": "225.0",
            "best": "3.00",  # 9 / 3
            "touches": "cuts through",
            "slope": "−1",
            "chained": "3.0",  # -(-1 x 3)
            "squared_slope": "−30.0",
            "squared_chained": "90.0",
            "gradient": "3.0",
            "squared_gradient": "90.0",  # -2 x 3 x (-15)
            "huber": "112.5",  # 225 / 2, inside the threshold
            "smooth": "3.8",  # 225 / 60 = 3.75
            "huber_gradient": "45.0",  # -3 x (-15)
            "smooth_gradient": "1.5",  # -3 x (-15/30)
            "step_width[pace=1]": "0.15",  # 0.05 x 3
            "distance": "5.00",
            "step_count[pace=1]": "33",  # 5 / 0.15 = 33.3
            "covered[pace=1]": "4.95",
            "arrival[pace=1]": "34",
            "landing[pace=1]": BOUNCES,
            "look_weight[method=l1, pace=1]": "6.2000",  # 8 - 12 x 0.15
            "contraction[pace=1]": "0.10",  # 1 - 2 x 0.05 x 9
            "step_width[pace=2]": "0.60",
            "step_count[pace=2]": "8",  # 5 / 0.6 = 8.33
            "rest[pace=2]": "0.20",
            "near[pace=2]": "3.20",  # from above
            "far[pace=2]": "2.60",  # 3.2 - 0.6
            "amplitude[pace=2]": "0.60",
            "floor[pace=2]": "0.90",  # 0.2 x 9 / 2
            "look_weight[method=l1, pace=2]": "3.2000",  # step 12 is four after the eighth
            "contraction[pace=2]": "−2.60",  # 1 - 2 x 0.2 x 9: diverges
            "rate_limit": "0.111",  # 1/9
            "reach": "6.00",  # 0.6 / 0.1
            "reaching": "can get there",
            "outlier_residual": "−35.0",  # -7 - 28
            "outlier_gradient[method=l1]": "3.0",
            "outlier_gradient[method=l2]": "210.0",  # 6 x 35
            "outlier_gradient[method=huber]": "60.0",  # 3 x 20
            "pinball": "1.50",  # 0.1 x 15
        },
    ),
    (
        # Landing at the second rate too, from the other side of nothing: 3 is five steps away.
        {"rate[pace=2]": 0.2, "m": 5, "look": 7},
        {
            "distance": "2.00",
            "step_width[pace=2]": "0.40",
            "step_count[pace=2]": "5",
            "rest[pace=2]": "0",
            "arrival[pace=2]": "5",
            "step_count[pace=1]": "10",
            "weight[method=l1, pace=1, step=1]": "4.8000",  # 5 - 0.2
            "weight[method=l1, pace=2, step=1]": "4.6000",  # 5 - 0.4
            "landing[pace=2]": LANDS,
            "near[pace=2]": "3.00",
            "far[pace=2]": "3.00",
            "amplitude[pace=2]": "0",
            "near_gradient[pace=2]": "0",
            "near_prediction[pace=2]": "10.00",
            "look_weight[method=l1, pace=2]": "3.0000",
            "look_weight[method=l1, pace=1]": "3.6000",
            "look_weight[method=l2, pace=1]": "3.0000",
        },
    ),
    (
        # On the kink from the start, the outlier too: nothing pulls, everything stays.
        {"m": 3, "outlier": 10, "decay_start": 3},
        {
            "prediction": "10.0",
            "residual": "0",
            "loss": "0",
            "squared_loss": "0",
            "slope": "0",
            "chained": "0",
            "squared_slope": "0",
            "squared_chained": "0",
            "gradient": "0",
            "squared_gradient": "0",
            "beyond_gradient": "2.0",
            "beyond_squared_gradient": "16.0",
            "beyond_prediction": "14.0",
            "other_prediction": "8.0",
            "best": "3.00",
            "subgradient_low": "−2.0",
            "subgradient_high": "2.0",
            "distance": "0",
            "step_count[pace=1]": "0",
            "arrival[pace=1]": "0",
            "landing[pace=1]": LANDS,
            "step_width[pace=1]": "0.20",
            "contraction[pace=1]": "0.20",
            "step_width[pace=2]": "0.30",
            "contraction[pace=2]": "−0.20",
            "rate_limit": "0.250",
            "reach": "1.50",
            "look_weight[method=l1, pace=1]": "3.0000",
            "floor[pace=2]": "0.30",
            **every("weight" + L1, "3.0000"),
            **every("weight" + FASTER, "3.0000"),
            **every("run_prediction" + L1, "10.0000"),
            **every("run_prediction" + FASTER, "10.0000"),
            **every("run_gradient" + L1, "0"),
            **every("run_gradient" + L2, "0"),
            **every("run_gradient" + FASTER, "0"),
            **every("decay_weight[step={}]", "3.000"),
            **every("decay_prediction[step={}]", "10.000"),
            **every("weight" + L2, "3.0000"),
            **every("weight" + SMOOTH, "3.0000"),
            "outlier_residual": "0",
            "outlier_gradient[method=l1]": "0",
            "vote[row=a]": "1.00",
            "vote[row=b]": "2.00",
            "vote[row=d]": "5.00",
            "outlier_vote": "3.00",
            "row_gradient[method=l1, row=a]": "2.0",  # the line is now too high for the first two
            "row_gradient[method=l1, row=b]": "2.0",
            "row_gradient[method=l1, row=d]": "−2.0",
            "row_residual[row=a]": "−4.0",
            "row_residual[row=b]": "−2.0",
            "row_residual[row=d]": "4.0",
            "row_gradient[method=l2, row=a]": "16.0",
            "row_gradient[method=l2, row=b]": "8.0",
            "row_gradient[method=l2, row=d]": "−16.0",
            "mean_gradient[method=l1]": "0.40",  # (2 + 2 + 0 - 2 + 0) / 5
            "mean_gradient[method=l2]": "1.60",  # (16 + 8 - 16) / 5
            "median_with": "3.00",
            "mean_with": "2.80",  # 14 / 5
            "mean_loss[method=l1]": "2.50",  # (4 + 2 + 0 + 4) / 4
            "mean_loss_with[method=l1]": "2.00",
            "pinball": "0",
        },
    ),
    (
        # The outlier and two points on the line: they are silent.
        {"outlier": 6, "others[neighbour=b]": 6, "others[neighbour=d]": 6, "beyond": 3},
        {
            **ONE_POINT,
            "beyond_prediction": "10.0",
            "beyond_residual": "0",
            "beyond_gradient": "0",
            "beyond_squared_gradient": "0",
            "outlier_residual": "0",
            "outlier_gradient[method=l1]": "0",
            "outlier_weight[method=l1]": "1.00",
            "outlier_weight[method=l2]": "1.00",
            "outlier_weight[method=huber]": "1.00",
            "row_gradient[method=l1, row=b]": "0",
            "row_gradient[method=l1, row=d]": "0",
            "row_gradient[method=l2, row=b]": "0",
            "row_gradient[method=l2, row=d]": "0",
            "vote[row=a]": "1.00",
            "vote[row=b]": "1.00",
            "vote[row=d]": "1.00",
            "outlier_vote": "1.00",
            "median_low": "1.00",  # 1, 1, 1, 3
            "median_high": "1.00",
            "median_with": "1.00",
            "mean": "1.50",  # 6 / 4
            "mean_with": "1.40",  # 7 / 5
            "mean_gradient[method=l1]": "−0.40",  # -2 / 5
            "mean_gradient[method=l2]": "−3.20",  # -16 / 5
            "mean_loss[method=l1]": "1.00",  # 4 / 4
            "mean_loss_with[method=l1]": "0.80",  # 4 / 5
        },
    ),
    (
        # The L2 factor is 0 while the second rate bounces.
        {"rate[pace=1]": 0.125},
        {
            "contraction[pace=1]": "0",
            "near[pace=2]": "2.80",
            "far[pace=2]": "3.10",
            "look_weight[method=l1, pace=2]": "2.5000",
        },
    ),
    (
        # Close to the minimum: steps of 0.02 and 0.5 that bounce at once, or after one.
        {"m": 2.97, "rate[pace=1]": 0.01, "rate[pace=2]": 0.25, "decay_start": 2.97},
        {
            **to_and_fro(1, ("2.9900", "9.9800", "−2.0000"), ("3.0100", "10.0200", "2.0000")),
            **to_and_fro(2, ("3.4700", "10.9400", "2.0000"), ("2.9700", "9.9400", "−2.0000")),
            "step_count[pace=1]": "1",
            "step_count[pace=2]": "0",
            # 3.47 - 0.25; 3.22 - 0.5/3; 3.05333 - 0.125; 2.92833 + 0.1; 3.02833 - 0.5/6;
            # 2.945 + 0.5/7; 3.016429 - 0.0625
            **row("decay_weight[step={}]", "2.970 3.470 3.220 3.053 2.928 3.028 2.945 3.016 2.954"),
            **row("decay_gradient[step={}]",
                  "−2.000 2.000 2.000 2.000 −2.000 2.000 −2.000 2.000 −2.000"),
        },
    ),
    (
        {"m": 2.99, "rate[pace=1]": 0.01, "rate[pace=2]": 0.25, "decay_start": 2.99},
        {
            **to_and_fro(1, ("3.0100", "10.0200", "2.0000"), ("2.9900", "9.9800", "−2.0000")),
            **to_and_fro(2, ("3.4900", "10.9800", "2.0000"), ("2.9900", "9.9800", "−2.0000")),
            # 3.24 - 0.16667; 3.07333 - 0.125
            **row("decay_weight[step={}]", "2.990 3.490 3.240 3.073 2.948"),
            **row("decay_gradient[step={}]", "−2.000 2.000 2.000 2.000 −2.000"),
        },
    ),
    (
        # The L2 factor is 0: one step and it is there. The second rate lands.
        {"rate[pace=1]": 0.125, "rate[pace=2]": 0.2, "look": 3},
        {
            "slope": "1",
            "gradient": "−2.0",
            "contraction[pace=1]": "0",  # 1 - 2 x 0.125 x 4
            **every("weight" + L2, "3.0000", 1),
            **every("run_residual" + L2, "0", 1),
            "l2_left[pace=1]": "0",
            "step_width[pace=1]": "0.25",
            "step_count[pace=1]": "8",
            "rest[pace=1]": "0",
            "arrival[pace=1]": "8",
            "weight[method=l1, pace=1, step=1]": "1.2500",
            "look_weight[method=l1, pace=1]": "1.7500",  # 1 + 3 x 0.25
            "look_weight[method=l2, pace=1]": "3.0000",
            "step_width[pace=2]": "0.40",
            "step_count[pace=2]": "5",
            "rest[pace=2]": "0",
            "near[pace=2]": "3.00",
            "near_gradient[pace=2]": "0",
            "far[pace=2]": "3.00",
            "amplitude[pace=2]": "0",
            "look_weight[method=l1, pace=2]": "2.2000",  # 1 + 3 x 0.4
            "weight[method=l1, pace=2, step=1]": "1.4000",
            "contraction[pace=2]": "−0.60",  # 1 - 2 x 0.2 x 4
            "mean_gradient[method=l1]": "−1.60",
        },
    ),
    (
        # The widest tolerance, 0.000001: a rest of 0.0000015 is still a rest.
        {"tolerance": 1e-6, "m": 0.9999985, "rate[pace=2]": 0.1},
        {
            "step_count[pace=1]": "10",  # 2.0000025 / 0.2 = 10.0000125
            "rest[pace=1]": "0.0000015",
            "arrival[pace=1]": "11",
            "landing[pace=1]": BOUNCES,
            "step_count[pace=2]": "10",
            "rest[pace=2]": "0.0000015",
            "landing[pace=2]": BOUNCES,
        },
    ),
    (
        # The tenth step would miss by 0.0000005, which the same tolerance lets pass.
        {"tolerance": 1e-6, "m": 1.0000005, "rate[pace=2]": 0.1},
        {
            "step_count[pace=1]": "10",  # 1.9999995 / 0.2 = 9.9999975
            "rest[pace=1]": "0",
            "landing[pace=1]": LANDS,
            "step_count[pace=2]": "10",
            "rest[pace=2]": "0",
            "landing[pace=2]": LANDS,
        },
    ),
    (
        # It falls short by 0.0000005, which the tolerance lets pass as well.
        {"tolerance": 1e-6, "m": 0.9999995, "rate[pace=2]": 0.1},
        {
            "step_count[pace=1]": "10",  # 2.0000015 / 0.2 = 10.0000075
            "rest[pace=1]": "0",
            "arrival[pace=1]": "10",  # 1.9999995 / 0.2 = 9.9999975
            "landing[pace=1]": LANDS,
            "rest[pace=2]": "0",
            "arrival[pace=2]": "10",
            "landing[pace=2]": LANDS,
        },
    ),
    (
        # The rates exchanged: the first bounces, the second lands.
        {"rate[pace=1]": 0.15, "rate[pace=2]": 0.1},
        {
            "step_count[pace=1]": "6",
            "rest[pace=1]": "0.20",
            "arrival[pace=1]": "7",
            "landing[pace=1]": BOUNCES,
            "step_count[pace=2]": "10",
            "rest[pace=2]": "0",
            "arrival[pace=2]": "10",
            "landing[pace=2]": LANDS,
        },
    ),
]  # fmt: skip
