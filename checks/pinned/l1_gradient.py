"""What the reader must see in the L1 chapter, worked out by hand beside each figure.

`PINS` holds the book's values, `OTHER_PINS` those at other settings, where figures that are
zero or equal at the book's values come apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANDS, BOUNCES = "lands and stays", "bounces for ever"

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
    "touches": "stays below",  # 0.5 lies between -1 and 1
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
    # 6. Descent. L1: each step adds 0.1 x 2 = 0.2 to m and 0.4 to the prediction.
    "rate": "0.1",
    "l1_weight_1": "1.20",  # 1 + 0.2
    "l1_prediction_1": "6.40",  # 2 x 1.2 + 4
    "l1_gradient_1": "−2.00",  # still below 10
    "l1_weight_2": "1.40",
    "l1_prediction_2": "6.80",
    "l1_gradient_2": "−2.00",
    "l1_weight_3": "1.60",
    "l1_prediction_3": "7.20",
    "l1_gradient_3": "−2.00",
    "l1_weight_4": "1.80",
    "l1_prediction_4": "7.60",
    "l1_gradient_4": "−2.00",
    "l1_weight_5": "2.00",  # 1 + 5 x 0.2
    "l1_prediction_5": "8.00",
    "l1_gradient_5": "−2.00",
    "l1_weight_6": "2.20",
    "l1_prediction_6": "8.40",
    "l1_gradient_6": "−2.00",
    "l1_weight_7": "2.40",
    "l1_prediction_7": "8.80",
    "l1_gradient_7": "−2.00",
    "l1_weight_8": "2.60",
    "l1_prediction_8": "9.20",
    "l1_gradient_8": "−2.00",
    "l1_weight_9": "2.80",
    "l1_prediction_9": "9.60",
    "l1_gradient_9": "−2.00",
    "l1_weight_10": "3.00",  # 1 + 10 x 0.2
    "l1_prediction_10": "10.00",  # the target
    "l1_gradient_10": "0",  # sign(0)
    "l1_weight_11": "3.00",
    "l1_prediction_11": "10.00",
    "l1_gradient_11": "0",
    "l1_weight_12": "3.00",
    "l1_prediction_12": "10.00",
    "l1_gradient_12": "0",
    # L2: each step leaves 1 - 2 x 0.1 x 4 = a fifth of the residual 4 and of the distance 2;
    # the gradient is -4 times the residual.
    "l2_weight_1": "2.6000",  # 1 + 0.1 x 16 = 3 - 2/5
    "l2_residual_1": "0.8000",  # 4/5
    "l2_gradient_1": "−3.2000",
    "l2_weight_2": "2.9200",  # 3 - 0.08
    "l2_residual_2": "0.1600",
    "l2_gradient_2": "−0.6400",
    "l2_weight_3": "2.9840",  # 3 - 0.016
    "l2_residual_3": "0.0320",
    "l2_gradient_3": "−0.1280",
    "l2_weight_4": "2.9968",  # 3 - 0.0032
    "l2_residual_4": "0.0064",
    "l2_gradient_4": "−0.0256",
    "l2_weight_5": "2.9994",  # 3 - 0.00064 = 2.99936
    "l2_residual_5": "0.0013",  # 0.00128
    "l2_gradient_5": "−0.0051",  # 0.00512
    "l2_weight_6": "2.9999",  # 3 - 0.000128
    "l2_residual_6": "0.00026",  # 0.000256
    "l2_gradient_6": "−0.0010",  # 0.001024
    "l2_weight_7": "3.0000",  # 3 - 0.0000256
    "l2_residual_7": "0.000051",  # 0.0000512
    "l2_gradient_7": "−0.00020",  # 0.0002048
    "l2_weight_8": "3.0000",
    "l2_residual_8": "0.000010",  # 0.00001024
    "l2_gradient_8": "−0.000041",  # 0.00004096
    "l2_weight_9": "3.0000",
    "l2_residual_9": "0.0000020",  # 0.000002048
    "l2_weight_10": "3.0000",
    "l2_residual_10": "0.00000041",  # 0.0000004096
    "l2_weight_11": "3.0000",
    "l2_residual_11": "0.000000082",  # 0.00000008192
    "l2_weight_12": "3.0000",
    "l2_residual_12": "0.000000016",  # 0.000000016384
    "l2_gradient_9": "−0.0000082",  # 0.000008192
    "l2_gradient_10": "−0.0000016",  # 0.0000016384
    "l2_gradient_11": "−0.00000033",  # 0.00000032768
    "l2_gradient_12": "−0.000000066",  # 0.000000065536
    "step_width": "0.20",  # 0.1 x 2
    "tolerance": "0.000000001",
    "distance": "2.00",  # 3 - 1
    "step_count": "10",  # 2 / 0.2
    "covered": "2.00",  # 10 x 0.2
    "rest": "0",
    "arrival": "10",
    "landing": LANDS,
    "contraction": "0.20",  # 1 - 2 x 0.1 x 4
    "l2_left": "0.000000205",  # 2 / 5^10 = 2 / 9,765,625 = 2.048e-7
    "step": "5",
    "l1_gap": "1.00",  # 2 - 5 x 0.2
    "l1_at": "2.00",  # 3 - 1
    "l1_at_prediction": "8.00",  # 2 x 2 + 4
    "l1_at_residual": "2.00",  # 10 - 8
    "l1_at_loss": "2.00",
    "l1_at_gradient": "−2.00",
    "l2_at": "2.9994",  # 3 - 2 / 3,125 = 3 - 0.00064
    "l2_at_prediction": "9.9987",  # 10 - 0.00128
    "l2_at_residual": "0.0013",  # 4 / 3,125 = 0.00128
    "l2_at_loss": "0.0000016",  # 0.00128^2 = 0.0000016384
    "l2_at_gradient": "−0.0051",  # -4 x 0.00128 = -0.00512
    # 7. L1 against L2.
    "outlier": "100",
    "outlier_residual": "94.0",  # 100 - 6
    "outlier_gradient": "−2.0",
    "outlier_squared_gradient": "−376.0",  # -4 x 94
    "outlier_l1_first": "1.20",  # 1 + 0.1 x 2
    "outlier_l2_first": "38.60",  # 1 + 0.1 x 376
    "second_rate": "0.15",
    "second_width": "0.30",  # 0.15 x 2
    "second_count": "6",  # 2 / 0.3 = 6.67
    "second_covered": "1.80",  # 6 x 0.3
    "second_rest": "0.20",  # 2 - 1.8
    "second_arrival": "7",
    "second_landing": BOUNCES,
    "second_near": "2.80",  # 3 - 0.2
    "second_near_prediction": "9.60",  # 2 x 2.8 + 4
    "second_near_gradient": "−2.00",
    "second_far": "3.10",  # 2.8 + 0.3
    "second_amplitude": "0.30",
    "second_floor": "0.30",  # 0.15 x 4 / 2
    "decay_start": "2.8",
    "second_gap": "0.50",  # 2 - 5 x 0.3
    "second_at": "2.50",
    "second_weight_1": "1.30",  # 0.3 more each step
    "second_prediction_1": "6.60",
    "second_gradient_1": "−2.00",
    "second_weight_2": "1.60",
    "second_prediction_2": "7.20",
    "second_gradient_2": "−2.00",
    "second_weight_3": "1.90",
    "second_prediction_3": "7.80",
    "second_gradient_3": "−2.00",
    "second_weight_4": "2.20",
    "second_prediction_4": "8.40",
    "second_gradient_4": "−2.00",
    "second_weight_5": "2.50",
    "second_prediction_5": "9.00",
    "second_gradient_5": "−2.00",
    "second_weight_6": "2.80",
    "second_prediction_6": "9.60",
    "second_gradient_6": "−2.00",  # 9.6 is too low
    "second_weight_7": "3.10",
    "second_prediction_7": "10.20",
    "second_gradient_7": "2.00",  # 10.2 is too high
    "second_weight_8": "2.80",  # 3.1 - 0.3
    "second_prediction_8": "9.60",
    "second_gradient_8": "−2.00",
    "second_weight_9": "3.10",
    "second_prediction_9": "10.20",
    "second_gradient_9": "2.00",
    "second_weight_10": "2.80",
    "second_prediction_10": "9.60",
    "second_gradient_10": "−2.00",
    "second_weight_11": "3.10",
    "second_prediction_11": "10.20",
    "second_gradient_11": "2.00",
    "second_weight_12": "2.80",
    "second_prediction_12": "9.60",
    "second_gradient_12": "−2.00",
    "second_contraction": "−0.20",  # 1 - 2 x 0.15 x 4
    "rate_limit": "0.250",  # 1 / 4
    "decay_rate_2": "0.0750",  # 0.15 / 2
    "decay_rate_3": "0.0500",
    "decay_rate_4": "0.0375",
    "decay_rate_5": "0.0300",
    "decay_rate_6": "0.0250",
    "decay_rate_7": "0.0214",  # 0.15 / 7 = 0.021429
    "decay_rate_8": "0.0188",  # 0.15 / 8 = 0.01875
    "decay_prediction_0": "9.60",  # 2 x 2.8 + 4
    "decay_gradient_0": "−2.00",
    "decay_weight_1": "3.100",  # 2.8 + 0.3
    "decay_prediction_1": "10.200",
    "decay_gradient_1": "2.000",
    "decay_weight_2": "2.950",  # 3.1 - 0.15
    "decay_prediction_2": "9.900",
    "decay_gradient_2": "−2.000",
    "decay_weight_3": "3.050",  # 2.95 + 0.1
    "decay_prediction_3": "10.100",
    "decay_gradient_3": "2.000",
    "decay_weight_4": "2.975",  # 3.05 - 0.075
    "decay_prediction_4": "9.950",
    "decay_gradient_4": "−2.000",
    "decay_weight_5": "3.035",  # 2.975 + 0.06
    "decay_prediction_5": "10.070",
    "decay_gradient_5": "2.000",
    "decay_weight_6": "2.985",  # 3.035 - 0.05
    "decay_prediction_6": "9.970",
    "decay_gradient_6": "−2.000",
    "decay_weight_7": "3.028",  # 2.985 + 0.042857 = 3.027857
    "decay_prediction_7": "10.056",  # 10.055714
    "decay_gradient_7": "2.000",
    "decay_weight_8": "2.990",  # 3.027857 - 0.0375 = 2.990357
    "decay_prediction_8": "9.981",  # 9.980714
    "decay_gradient_8": "−2.000",
    "ratio": "0.8",
    "reach": "1.50",  # 0.3 / 0.2
    "reaching": "stops short",  # 1.5 < 2
    # 8. Many points, all at x = 2; a target of 4 + 2v votes for v.
    "y_1": "6",
    "y_2": "8",
    "y_4": "14",
    "vote_1": "1.00",
    "vote_2": "2.00",
    "vote_4": "5.00",
    "vote_5": "48.00",  # 96 / 2
    "pull_of_1": "0",  # the line passes through the first point
    "pull_of_2": "−2.0",
    "pull_of_4": "−2.0",
    "residual_of_1": "0",
    "residual_of_2": "2.0",  # 8 - 6
    "residual_of_4": "8.0",  # 14 - 6
    "squared_pull_of_1": "0",
    "squared_pull_of_2": "−8.0",  # -4 x 2
    "squared_pull_of_4": "−32.0",  # -4 x 8
    "mean_gradient": "−1.60",  # -2 x 4 / 5
    "mean_squared_gradient": "−86.40",  # -(0 + 8 + 16 + 32 + 376) / 5 = -432 / 5
    "median_low": "2.00",  # 1, 2, 3, 5
    "median_high": "3.00",
    "median_four": "2.50",
    "mean_four": "2.75",  # 11 / 4
    "median_five": "3.00",  # 1, 2, 3, 5, 48
    "mean_five": "11.80",  # 59 / 5
    "mean_loss_four": "3.50",  # (0 + 2 + 4 + 8) / 4
    "mean_loss_five": "21.60",  # (14 + 94) / 5
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
    "outlier_huber_gradient": "−4.0",
    "outlier_smooth_gradient": "−2.0",
    "huber_first": "1.40",  # 1 + 0.1 x 4
    "smooth_first": "1.20",
    "outlier_huber_first": "1.40",
    "outlier_smooth_first": "1.20",
    # Steps of 0.3 while the residual is 2 or more, then 1 - 0.15 x 4 / 2 = 0.7 of it is left.
    "smooth_weight_1": "1.300",
    "smooth_residual_1": "3.400",  # 4 - 0.6
    "smooth_gradient_1": "−2.000",
    "smooth_weight_2": "1.600",
    "smooth_residual_2": "2.800",
    "smooth_gradient_2": "−2.000",
    "smooth_weight_3": "1.900",
    "smooth_residual_3": "2.200",
    "smooth_gradient_3": "−2.000",
    "smooth_weight_4": "2.200",
    "smooth_residual_4": "1.600",
    "smooth_gradient_4": "−1.600",  # -2 x 1.6 / 2
    "smooth_weight_5": "2.440",  # 3 - 0.56
    "smooth_residual_5": "1.120",  # 1.6 x 0.7
    "smooth_gradient_5": "−1.120",
    "smooth_weight_6": "2.608",  # 3 - 0.392
    "smooth_residual_6": "0.784",
    "smooth_gradient_6": "−0.784",
    "smooth_weight_7": "2.726",  # 3 - 0.2744 = 2.7256
    "smooth_residual_7": "0.549",  # 0.5488
    "smooth_gradient_7": "−0.549",
    "smooth_weight_8": "2.808",  # 3 - 0.19208 = 2.80792
    "smooth_residual_8": "0.384",  # 0.38416
    "smooth_gradient_8": "−0.384",
    "smooth_weight_9": "2.866",  # 3 - 0.134456 = 2.865544
    "smooth_residual_9": "0.269",  # 0.268912
    "smooth_gradient_9": "−0.269",
    "smooth_weight_10": "2.906",  # 3 - 0.0941192 = 2.9058808
    "smooth_residual_10": "0.188",  # 0.1882384
    "smooth_gradient_10": "−0.188",
    "smooth_weight_11": "2.934",  # 3 - 0.06588344 = 2.93411656
    "smooth_residual_11": "0.132",  # 0.13176688
    "smooth_gradient_11": "−0.132",
    "smooth_weight_12": "2.954",  # 3 - 0.046118408 = 2.953881592
    "smooth_residual_12": "0.092",  # 0.092236816
    "smooth_gradient_12": "−0.092",
    # 12. The pinball loss.
    "quantile": "0.9",
    "pinball": "3.60",  # 0.9 x 4
    "odds": "9.0",  # 0.9 / 0.1
}

ALL, DECAY = range(1, 13), range(1, 9)
# What only the chapter's own point decides.
ONE_POINT = {
    name: text
    for name, text in PINS.items()
    if not name.startswith(
        (
            "outlier",
            "y_",
            "vote_",
            "mean_",
            "median_",
            "pull_of_",
            "residual_of_",
            "squared_pull_of_",
            "beyond",
        )
    )
}


def to_and_fro(kind: str, odd: tuple[str, str, str], even: tuple[str, str, str]) -> dict[str, str]:
    """Return the texts of an L1 descent that bounces from its first step on."""
    parts = ("weight", "prediction", "gradient")
    return {
        f"{kind}_{part}_{k}": (odd if k % 2 else even)[i]
        for k in ALL
        for i, part in enumerate(parts)
    }


OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    (
        # The line is too high, the input is no power of 2, both thresholds are wide.
        {"x": 3, "m": 8, "y": 13, "delta": 20, "beta": 30, "line_slope": -1.5, "outlier": -7,
         "step": 12, "rate": 0.05, "second_rate": 0.2, "ratio": 0.9},
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
            "step_width": "0.15",  # 0.05 x 3
            "distance": "5.00",
            "step_count": "33",  # 5 / 0.15 = 33.3
            "covered": "4.95",
            "arrival": "34",
            "landing": BOUNCES,
            "l1_at": "6.20",  # 8 - 12 x 0.15
            "contraction": "0.10",  # 1 - 2 x 0.05 x 9
            "second_width": "0.60",
            "second_count": "8",  # 5 / 0.6 = 8.33
            "second_rest": "0.20",
            "second_near": "3.20",  # from above
            "second_far": "2.60",  # 3.2 - 0.6
            "second_amplitude": "0.60",
            "second_floor": "0.90",  # 0.2 x 9 / 2
            "second_at": "3.20",  # step 12 is four after the eighth
            "second_contraction": "−2.60",  # 1 - 2 x 0.2 x 9: diverges
            "rate_limit": "0.111",  # 1/9
            "reach": "6.00",  # 0.6 / 0.1
            "reaching": "can get there",
            "outlier_residual": "−35.0",  # -7 - 28
            "outlier_gradient": "3.0",
            "outlier_squared_gradient": "210.0",  # 6 x 35
            "outlier_huber_gradient": "60.0",  # 3 x 20
            "pinball": "1.50",  # 0.1 x 15
        },
    ),
    (
        # Landing at the second rate too, from the other side of nothing: 3 is five steps away.
        {"second_rate": 0.2, "m": 5, "step": 7},
        {
            "distance": "2.00",
            "second_width": "0.40",
            "second_count": "5",
            "second_rest": "0",
            "second_arrival": "5",
            "step_count": "10",
            "l1_weight_1": "4.80",  # 5 - 0.2
            "second_weight_1": "4.60",  # 5 - 0.4
                    "second_landing": LANDS,
            "second_near": "3.00",
            "second_far": "3.00",
            "second_amplitude": "0",
            "second_near_gradient": "0",
            "second_near_prediction": "10.00",
            "second_gap": "0",
            "second_at": "3.00",
            "l1_gap": "0.60",  # 2 - 7 x 0.2
            "l1_at": "3.60",
            "l2_at": "3.0000",
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
            "step_count": "0",
            "arrival": "0",
            "landing": LANDS,
            "step_width": "0.20",
            "contraction": "0.20",
            "second_width": "0.30",
            "second_contraction": "−0.20",
            "rate_limit": "0.250",
            "reach": "1.50",
            "l1_at": "3.00",
            "decay_prediction_0": "10.00",
            "decay_gradient_0": "0",
            "second_floor": "0.30",
            **{f"{kind}_weight_{k}": "3.00" for kind in ("l1", "second") for k in ALL},
            **{f"{kind}_prediction_{k}": "10.00" for kind in ("l1", "second") for k in ALL},
            **{f"{kind}_gradient_{k}": "0" for kind in ("l1", "l2", "second") for k in ALL},
            **{f"decay_weight_{k}": "3.000" for k in DECAY},
            **{f"decay_prediction_{k}": "10.000" for k in DECAY},
            **{f"l2_weight_{k}": "3.0000" for k in ALL},
            **{f"smooth_weight_{k}": "3.000" for k in ALL},
            "outlier_residual": "0",
            "outlier_gradient": "0",
                            "vote_1": "1.00",
            "vote_2": "2.00",
            "vote_4": "5.00",
            "vote_5": "3.00",
            "pull_of_1": "2.0",  # the line is now too high for the first two
            "pull_of_2": "2.0",
            "pull_of_4": "−2.0",
            "residual_of_1": "−4.0",
            "residual_of_2": "−2.0",
            "residual_of_4": "4.0",
            "squared_pull_of_1": "16.0",
            "squared_pull_of_2": "8.0",
            "squared_pull_of_4": "−16.0",
            "mean_gradient": "0.40",  # (2 + 2 + 0 - 2 + 0) / 5
            "mean_squared_gradient": "1.60",  # (16 + 8 - 16) / 5
            "median_five": "3.00",
            "mean_five": "2.80",  # 14 / 5
            "mean_loss_four": "2.50",  # (4 + 2 + 0 + 4) / 4
            "mean_loss_five": "2.00",
            "pinball": "0",
        },
    ),
    (
        # The outlier and two points on the line: they are silent.
        {"outlier": 6, "y_2": 6, "y_4": 6, "beyond": 3},
        {
            **ONE_POINT,
            "beyond_prediction": "10.0",
            "beyond_residual": "0",
            "beyond_gradient": "0",
            "beyond_squared_gradient": "0",
            "outlier_residual": "0",
            "outlier_gradient": "0",
            "outlier_l1_first": "1.00",
            "outlier_l2_first": "1.00",
            "outlier_huber_first": "1.00",
            "pull_of_2": "0",
            "pull_of_4": "0",
            "squared_pull_of_2": "0",
            "squared_pull_of_4": "0",
            "vote_1": "1.00",
            "vote_2": "1.00",
            "vote_4": "1.00",
            "vote_5": "1.00",
            "median_low": "1.00",  # 1, 1, 1, 3
            "median_high": "1.00",
            "median_five": "1.00",
            "mean_four": "1.50",  # 6 / 4
            "mean_five": "1.40",  # 7 / 5
            "mean_gradient": "−0.40",  # -2 / 5
            "mean_squared_gradient": "−3.20",  # -16 / 5
            "mean_loss_four": "1.00",  # 4 / 4
            "mean_loss_five": "0.80",  # 4 / 5
        },
    ),
    (
        # The L2 factor is 0 while the second rate bounces.
        {"rate": 0.125},
        {"contraction": "0", "second_near": "2.80", "second_far": "3.10", "second_at": "2.50"},
    ),
    (
        # Close to the minimum: steps of 0.02 and 0.5 that bounce at once, or after one.
        {"m": 2.97, "rate": 0.01, "second_rate": 0.25, "decay_start": 2.97},
        {
            **to_and_fro("l1", ("2.99", "9.98", "−2.00"), ("3.01", "10.02", "2.00")),
            **to_and_fro("second", ("3.47", "10.94", "2.00"), ("2.97", "9.94", "−2.00")),
            "step_count": "1",
            "second_count": "0",
            "decay_weight_1": "3.470",
            "decay_weight_2": "3.220",  # 3.47 - 0.25
            "decay_weight_3": "3.053",  # 3.22 - 0.5/3
            "decay_weight_4": "2.928",  # 3.05333 - 0.125
            "decay_weight_5": "3.028",  # 2.92833 + 0.1
            "decay_weight_6": "2.945",  # 3.02833 - 0.5/6
            "decay_weight_7": "3.016",  # 2.945 + 0.5/7
            "decay_weight_8": "2.954",  # 3.016429 - 0.0625
            "decay_gradient_1": "2.000",
            "decay_gradient_2": "2.000",
            "decay_gradient_3": "2.000",
            "decay_gradient_4": "−2.000",
            "decay_gradient_5": "2.000",
            "decay_gradient_6": "−2.000",
            "decay_gradient_7": "2.000",
            "decay_gradient_8": "−2.000",
        },
    ),
    (
        {"m": 2.99, "rate": 0.01, "second_rate": 0.25, "decay_start": 2.99},
        {
            **to_and_fro("l1", ("3.01", "10.02", "2.00"), ("2.99", "9.98", "−2.00")),
            **to_and_fro("second", ("3.49", "10.98", "2.00"), ("2.99", "9.98", "−2.00")),
            "decay_weight_1": "3.490",
            "decay_weight_2": "3.240",
            "decay_weight_3": "3.073",  # 3.24 - 0.16667
            "decay_weight_4": "2.948",  # 3.07333 - 0.125
            "decay_gradient_1": "2.000",
            "decay_gradient_2": "2.000",
            "decay_gradient_3": "2.000",
            "decay_gradient_4": "−2.000",
        },
    ),
    (
        # The L2 factor is 0: one step and it is there. The second rate lands.
        {"rate": 0.125, "second_rate": 0.2, "step": 3},
        {
            "slope": "1",
            "gradient": "−2.0",
            "contraction": "0",  # 1 - 2 x 0.125 x 4
            **{f"l2_weight_{k}": "3.0000" for k in ALL},
            **{f"l2_residual_{k}": "0" for k in ALL},
            "l2_left": "0",
            "step_width": "0.25",
            "step_count": "8",
            "rest": "0",
            "arrival": "8",
            "l1_weight_1": "1.25",
            "l1_at": "1.75",  # 1 + 3 x 0.25
            "l1_gap": "1.25",
            "l2_at": "3.0000",
            "second_width": "0.40",
            "second_count": "5",
            "second_rest": "0",
            "second_near": "3.00",
            "second_near_gradient": "0",
            "second_far": "3.00",
            "second_amplitude": "0",
            "second_gap": "0.80",  # 2 - 3 x 0.4
            "second_at": "2.20",  # 1 + 3 x 0.4
            "second_weight_1": "1.40",
            "second_contraction": "−0.60",  # 1 - 2 x 0.2 x 4
                    "mean_gradient": "−1.60",
        },
    ),
    (
        # A wide tolerance of 0.002: a rest of 0.003 is still a rest.
        {"tolerance": 0.002, "m": 0.997, "second_rate": 0.1},
        {
            "step_count": "10",  # 2.003 / 0.2 = 10.015
            "rest": "0.0030",
            "arrival": "11",
            "landing": BOUNCES,
            "second_count": "10",
            "second_rest": "0.0030",
            "second_landing": BOUNCES,
        },
    ),
    (
        # The tenth step would miss by 0.001, which the same tolerance lets pass.
        {"tolerance": 0.002, "m": 1.001, "second_rate": 0.1},
        {
            "step_count": "10",  # 1.999 / 0.2 = 9.995
            "rest": "0",
            "landing": LANDS,
            "second_count": "10",
            "second_rest": "0",
            "second_landing": LANDS,
        },
    ),
    (
        # It falls short by 0.001, which the tolerance lets pass as well.
        {"tolerance": 0.002, "m": 0.999, "second_rate": 0.1},
        {
            "step_count": "10",  # 2.003 / 0.2 = 10.015
            "rest": "0",
            "arrival": "10",  # 1.999 / 0.2 = 9.995
            "landing": LANDS,
            "second_rest": "0",
            "second_arrival": "10",
            "second_landing": LANDS,
        },
    ),
    (
        # The rates exchanged: the first bounces, the second lands.
        {"rate": 0.15, "second_rate": 0.1},
        {
            "step_count": "6",
            "rest": "0.20",
            "arrival": "7",
            "landing": BOUNCES,
            "second_count": "10",
            "second_rest": "0",
            "second_arrival": "10",
            "second_landing": LANDS,
        },
    ),
]  # fmt: skip
