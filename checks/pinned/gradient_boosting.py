"""What the reader of the chapter on gradient boosted trees must see, worked out by hand.

None of it was copied from the program. In every round S_k is the sum of the first k residuals;
all six sum to 0, so the mean left of split k is S_k / k, the mean right -S_k / (6 - k), and the
split takes S_k² (1/k + 1/(6-k)) off the squared error: S² times 1.2, 0.75, 2/3, 0.75, 1.2.
With eta a half an update takes three quarters of the gain. `OTHER_PINS` holds settings at which
splits tie, a threshold is met exactly, and nothing or half of the deliveries is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ON_TIME, LATE = "on time", "late"

PINS: dict[str, str] = {
    # The givens: six deliveries and the chapter's own choices; 100 trees of depth 3 are
    # scikit-learn's defaults.
    "x1": "1",
    "x2": "2",
    "x3": "3",
    "x4": "5",
    "x5": "6",
    "x6": "8",
    "y1": "8",
    "y2": "9",
    "y3": "17",
    "y4": "22",
    "y5": "31",
    "y6": "39",
    "trial": "20",
    "promise": "30",
    "nudge": "1",
    "huber": "10",
    "eta": "0.5",
    "rounds": "10",
    "query": "20",
    "more_trees": "500 trees",
    "trees": "100 trees",
    "depth": "3",
    # 1. The base prediction.
    "base": "21.00",  # 8 + 9 + 17 + 22 + 31 + 39 = 126, over 6
    "sse0": "754.00",  # 169 + 144 + 16 + 1 + 100 + 324
    "mse0": "125.67",  # 754 / 6 = 125.667
    "trial_sse": "760.00",  # around 20: 144 + 121 + 9 + 4 + 121 + 361
    "trial_excess": "6.00",  # 6 x 1²
    "near_low": "8.0",
    "near_middle": "9.0",
    "near_high": "17.0",
    "far_low": "22.0",
    "far_middle": "31.0",
    "far_high": "39.0",
    "lower_median": "17.0",
    "upper_median": "22.0",
    "median": "19.50",
    "mean_sae": "58.00",  # 13 + 12 + 4 + 1 + 10 + 18; 21 lies between 17 and 22
    "trial_sae": "58.00",  # 12 + 11 + 3 + 2 + 11 + 19
    "late1": ON_TIME,
    "late2": ON_TIME,
    "late3": ON_TIME,
    "late4": ON_TIME,
    "late5": LATE,
    "late6": LATE,
    "late_share": "33.3%",  # 2 / 6
    "base_p": "0.3333",
    "base_odds": "0.5000",  # 1 to 2
    "base_log_odds": "−0.693",  # ln(1/3 over 2/3) = -ln 2
    # 2. Residuals: label less 21.
    "r1_1": "−13.00",
    "r1_2": "−12.00",
    "r1_3": "−4.00",
    "r1_4": "1.00",
    "r1_5": "10.00",
    "r1_6": "18.00",
    "gradient6": "−18.00",
    "loss6": "162.000",  # 324 / 2
    "nudged6": "22.00",
    "loss6_nudged": "144.500",  # 17² / 2
    "chord6": "−17.500",
    "sign1": "−1",
    "sign2": "−1",
    "sign3": "−1",
    "sign4": "1",
    "sign5": "1",
    "sign6": "1",
    "clip1": "−10.00",
    "clip2": "−10.00",
    "clip3": "−4.00",
    "clip4": "1.00",
    "clip5": "10.00",
    "clip6": "10.00",
    # 3. The first tree: S = -13, -25, -29, -28, -18.
    "t1": "1.5",
    "t2": "2.5",
    "t3": "4.0",
    "t4": "5.5",
    "t5": "7.0",
    "left1_2": "−12.50",
    "left1_3": "−9.67",  # 29 / 3 = 9.667
    "left1_4": "−7.00",
    "left1_5": "−3.60",
    "right1_1": "2.60",
    "right1_2": "6.25",
    "right1_3": "9.67",
    "right1_4": "14.00",
    "error1_1": "551.20",  # 754 - 169 x 1.2 = 754 - 202.8
    "error1_2": "285.25",  # 754 - 625 x 0.75 = 754 - 468.75
    "error1_3": "193.33",  # 754 - 841 x 2/3 = 754 - 560.667
    "error1_4": "166.00",  # 754 - 784 x 0.75 = 754 - 588
    "error1_5": "365.20",  # 754 - 324 x 1.2 = 754 - 388.8
    "best1": "166.00",
    "rows1": "4",
    "cut1": "5.5",
    "lower1": "−7.00",
    "upper1": "14.00",
    "leaf1_2": "−7.00",
    "leaf1_3": "−7.00",
    "leaf1_4": "−7.00",
    "leaf1_5": "14.00",
    "gain": "588.00",
    # 4. The update: 21 - 3.5 and 21 + 7.
    "f1_1": "17.50",
    "f1_2": "17.50",
    "f1_3": "17.50",
    "f1_4": "17.50",
    "f1_5": "28.00",
    "f1_6": "28.00",
    "mse1": "52.17",  # 313 / 6 = 52.1667
    "taken": "75.0%",  # 0.5 x 1.5
    "sse1": "313.00",  # 754 - 441
    # 5. Round 2, from 313: S = -9.5, -18, -18.5, -14, -11.
    "r2_1": "−9.50",
    "r2_2": "−8.50",
    "r2_3": "−0.50",
    "r2_4": "4.50",
    "r2_5": "3.00",
    "r2_6": "11.00",
    "error2_1": "204.70",  # 313 - 90.25 x 1.2 = 313 - 108.3
    "error2_2": "70.00",  # 313 - 324 x 0.75 = 313 - 243
    "error2_3": "84.83",  # 313 - 342.25 x 2/3 = 313 - 228.1667
    "error2_4": "166.00",  # 313 - 196 x 0.75 = 313 - 147
    "error2_5": "167.80",  # 313 - 121 x 1.2 = 313 - 145.2
    "best2": "70.00",
    "rows2": "2",
    "cut2": "2.5",
    "lower2": "−9.00",
    "upper2": "4.50",
    "leaf2_2": "−9.00",
    "leaf2_3": "4.50",
    "leaf2_4": "4.50",
    "leaf2_5": "4.50",
    "f2_1": "13.00",  # 17.5 - 4.5
    "f2_2": "13.00",
    "f2_3": "19.75",  # 17.5 + 2.25
    "f2_4": "19.75",
    "f2_5": "30.25",  # 28 + 2.25
    "f2_6": "30.25",
    "mse2": "21.79",  # 313 - 0.75 x 243 = 130.75, over 6: 21.7917
    # Round 3, from 130.75: S = -5, -9, -11.75, -9.5, -8.75.
    "r3_1": "−5.00",
    "r3_2": "−4.00",
    "r3_3": "−2.75",
    "r3_4": "2.25",
    "r3_5": "0.75",
    "r3_6": "8.75",
    "error3_1": "100.75",  # 130.75 - 30
    "error3_2": "70.00",  # 130.75 - 60.75
    "error3_3": "38.71",  # 130.75 - 138.0625 x 2/3 = 130.75 - 92.0417
    "error3_4": "63.06",  # 130.75 - 90.25 x 0.75 = 130.75 - 67.6875 = 63.0625
    "error3_5": "38.88",  # 130.75 - 76.5625 x 1.2 = 130.75 - 91.875 = 38.875: a near miss
    "best3": "38.71",
    "rows3": "3",
    "cut3": "4.0",
    "lower3": "−3.92",
    "upper3": "3.92",
    "leaf3_2": "−3.92",
    "leaf3_3": "−3.92",
    "leaf3_4": "3.92",
    "leaf3_5": "3.92",
    # Half of 3.91667 is 1.95833.
    "f3_1": "11.04",  # 13 - 1.9583
    "f3_2": "11.04",
    "f3_3": "17.79",  # 19.75 - 1.9583
    "f3_4": "21.71",  # 19.75 + 1.9583
    "f3_5": "32.21",  # 30.25 + 1.9583
    "f3_6": "32.21",
    "mse3": "10.29",  # 130.75 - 69.03125 = 61.71875, over 6: 10.2865
    # Round 4, from 61.7188: S = -3.04167, -5.08333, -5.875, -5.58333, -6.79167.
    "r4_1": "−3.04",  # 8 - 11.0417
    "r4_2": "−2.04",
    "r4_3": "−0.79",  # 17 - 17.7917
    "r4_4": "0.29",  # 22 - 21.7083
    "r4_5": "−1.21",  # 31 - 32.2083
    "r4_6": "6.79",
    "error4_1": "50.62",  # 61.7188 - 9.2517 x 1.2 = 61.7188 - 11.1021 = 50.6167
    "error4_2": "42.34",  # 61.7188 - 25.8403 x 0.75 = 61.7188 - 19.3802
    "error4_3": "38.71",  # 61.7188 - 34.5156 x 2/3 = 61.7188 - 23.0104
    "error4_4": "38.34",  # 61.7188 - 31.1736 x 0.75 = 61.7188 - 23.3802
    "error4_5": "6.37",  # 61.7188 - 46.1267 x 1.2 = 61.7188 - 55.3521 = 6.3667
    "best4": "6.37",
    "rows4": "5",
    "cut4": "7.0",
    "lower4": "−1.36",
    "upper4": "6.79",
    "leaf4_2": "−1.36",
    "leaf4_3": "−1.36",
    "leaf4_4": "−1.36",
    "leaf4_5": "−1.36",
    "f4_1": "10.36",  # 11.04167 - 0.67917 = 10.3625
    "f4_2": "10.36",
    "f4_3": "17.11",  # 17.1125
    "f4_4": "21.03",  # 21.0292
    "f4_5": "31.53",  # 31.5292
    "f4_6": "35.60",  # 32.20833 + 3.39583 = 35.6042
    "mse4": "3.37",  # 61.71875 - 41.51406 = 20.20469, over 6: 3.36745
    # Round 5, from 20.2047: S = -2.3625, -3.725, -3.8375, -2.86667, -3.39583.
    "r5_1": "−2.36",  # 2.3625
    "r5_2": "−1.36",
    "r5_3": "−0.11",  # 0.1125
    "r5_4": "0.97",  # 0.97083
    "r5_5": "−0.53",  # 0.52917
    "r5_6": "3.40",  # 3.39583
    "error5_1": "13.51",  # 20.2047 - 5.5814 x 1.2 = 20.2047 - 6.6977
    "error5_2": "9.80",  # 20.2047 - 13.8756 x 0.75 = 20.2047 - 10.4067
    "error5_3": "10.39",  # 20.2047 - 14.7264 x 2/3 = 20.2047 - 9.8176
    "error5_4": "14.04",  # 20.2047 - 8.2178 x 0.75 = 20.2047 - 6.1633
    "error5_5": "6.37",  # 20.2047 - 11.5317 x 1.2 = 20.2047 - 13.8380: the same cut again
    "best5": "6.37",
    "rows5": "5",
    "cut5": "7.0",
    "lower5": "−0.68",
    "upper5": "3.40",
    "leaf5_2": "−0.68",
    "leaf5_3": "−0.68",
    "leaf5_4": "−0.68",
    "leaf5_5": "−0.68",
    "f5_1": "10.02",  # 10.3625 - 0.3396
    "f5_2": "10.02",
    "f5_3": "16.77",
    "f5_4": "20.69",
    "f5_5": "31.19",
    "f5_6": "37.30",  # 35.6042 + 1.6979
    "mse5": "1.64",  # 20.20469 - 10.37852 = 9.82617, over 6: 1.63770
    # 6. Shrinkage.
    "left_over": "0.098%",  # 1 / 1,024
    # 7. Overfitting: 4,222.574 / 3,323.103
    "overfit": "1.27×",
    # 8. Late or not, p = 1/3: S = -1/3, -2/3, -1, -4/3, -2/3; squares sum to 4/9 + 8/9 = 4/3.
    "rc_1": "−0.3333",
    "rc_2": "−0.3333",
    "rc_3": "−0.3333",
    "rc_4": "−0.3333",
    "rc_5": "0.6667",
    "rc_6": "0.6667",
    "errorc_1": "1.2000",  # 4/3 - 1/9 x 1.2 = 1.3333 - 0.1333
    "errorc_2": "1.0000",  # 4/3 - 4/9 x 0.75 = 4/3 - 1/3
    "errorc_3": "0.6667",  # 4/3 - 2/3
    "errorc_4": "0",  # 4/3 - 16/9 x 0.75
    "errorc_5": "0.8000",  # 4/3 - 4/9 x 1.2 = 1.3333 - 0.5333
    "bestc": "0",
    "rowsc": "4",
    "cutc": "5.5",
    "lowerc": "−0.3333",
    "upperc": "0.6667",
    "leafc_2": "−0.3333",
    "leafc_3": "−0.3333",
    "leafc_4": "−0.3333",
    "leafc_5": "0.6667",
    "hessian": "0.2222",  # 1/3 x 2/3
    "newton1": "−1.500",  # 1/3 over 2/9
    "newton2": "−1.500",
    "newton3": "−1.500",
    "newton4": "−1.500",
    "newton5": "3.000",
    "newton6": "3.000",
    "margin1": "−1.443",  # -0.6931 - 0.75
    "margin2": "−1.443",
    "margin3": "−1.443",
    "margin4": "−1.443",
    "margin5": "0.807",  # -0.6931 + 1.5
    "margin6": "0.807",
    "p1": "0.191",  # e^1.4431 = 2 x 2.1170 = 4.2340; 1 / 5.2340 = 0.19106
    "p2": "0.191",
    "p3": "0.191",
    "p4": "0.191",
    "p5": "0.691",  # e^0.8069 = 4.48169 / 2 = 2.24084; 2.24084 / 3.24084 = 0.69144
    "p6": "0.691",
    "log_loss0": "0.6365",  # ln 3 - 2/3 ln 2 = 1.09861 - 0.46210
    # -(4 ln 0.80894 + 2 ln 0.69144) / 6 = (4 x 0.21203 + 2 x 0.36898) / 6
    "log_loss1": "0.2643",
    # 9. Importance: 0.238179 + 0.151165, and 0.171439 + 0.042428
    "share_together": "38.9%",
    "loss_together": "0.214",
    # 10. Extrapolation: beyond every threshold, as delivery 6.
    "q1": "28.00",
    "q2": "30.25",
    "q3": "32.21",
    "q4": "35.60",
    "q5": "37.30",
    "x_mean": "4.17",  # 25 / 6
    # Products: 8 + 18 + 51 + 110 + 186 + 312 = 685, less 25 x 21: 160. Squares: 139 - 625/6.
    "slope": "4.59",  # 160 / 34.8333 = 4.5933
    "line": "93.73",  # 21 + 4.5933 x 15.8333 = 21 + 72.7273
    # 11. Bagging.
    "others": "99",
    "left_out": "36.6%",  # 0.99^100 = e^-1.005034 = 0.36603
    "correlation": "0.162",  # (25 x 1.837633 / 9.404525 - 1) / 24 = 3.884969 / 24 = 0.161874
    "larger_bag": "1.54",  # 9.404525 x (0.161874 + 0.838126 / 500) = 1.52235 + 0.01576
    # 12. Next.
    "comparisons": "300",
    "nodes": "15",  # 1 + 2 + 4 + 8
    "model_nodes": "1,500",
}

OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    (
        # Full steps: each tree's leaves end with residuals that sum to 0.
        {"eta": 1},
        {
            "f1_1": "14.00",  # 21 - 7
            "f1_6": "35.00",
            "taken": "100.0%",
            "sse1": "166.00",
            "mse1": "27.67",  # 166 / 6
            "left_over": "0%",
            "r2_1": "−6.00",
            "r2_3": "3.00",
            "r2_5": "−4.00",
            # S = -6, -11, -8, 0, -4: 121 x 0.75 = 90.75 is the most, and split 4 has nothing left.
            "error2_4": "166.00",
            "best2": "75.25",
            "cut2": "2.5",
            "lower2": "−5.50",
            "upper2": "2.75",
            "mse2": "12.54",  # 75.25 / 6 = 12.5417
            "q2": "37.75",  # 35 + 2.75
        },
    ),
    (
        # A tie: residuals -10, 0, 10, 10, 0, -10 make S = -10, -10, 0, 10, 10, so the outer two
        # splits take 100 x 1.2 = 120 each. The lower threshold wins.
        {"y1": 10, "y2": 20, "y3": 30, "y4": 30, "y5": 20, "y6": 10},
        {
            "base": "20.00",
            "lower_median": "20.0",
            "upper_median": "20.0",
            "sse0": "400.00",
            "error1_1": "280.00",
            "error1_5": "280.00",
            "cut1": "1.5",
            "lower1": "−10.00",
            "upper1": "2.00",
            "gain": "120.00",
            # Deliveries 3 and 4 are not late at a promise of 30: the promise is kept exactly.
            "late3": ON_TIME,
            "sign2": "1",  # a residual of 0 counts as up
        },
    ),
    (
        # 4 km lies exactly at the third round's threshold, and goes left there.
        {"query": 4},
        {
            "q1": "17.50",  # below 5.5
            "q2": "19.75",  # beyond 2.5
            "q3": "17.79",  # at 4.0
            "q4": "17.11",
            "q5": "16.77",
            "line": "20.23",  # 21 - 4.5933 / 6 = 21 - 0.7656 = 20.2344
        },
    ),
    (
        # One outlier at the near end: 2 and five times 20 have the mean 17. Every round cuts it
        # off again and takes half of its residual: -15, -7.5, -3.75, -1.875, -0.9375.
        {"y1": 2, "y2": 20, "y3": 20, "y4": 20, "y5": 20, "y6": 20, "query": 1},
        {
            "cut1": "1.5",
            "cut5": "1.5",
            "best1": "0",
            "q1": "9.50",  # 17 - 7.5
            "q2": "5.75",  # 9.5 - 3.75
            "q3": "3.88",  # 3.875
            "q4": "2.94",  # 2.9375
            "q5": "2.47",  # 2.46875
            "leaf5_2": "0.19",  # 3 x 0.5^4 = 0.1875
        },
    ),
    (
        # Nothing is late: the share is kept a millionth away from 0.
        {"promise": 50},
        {
            "late6": ON_TIME,
            "late_share": "0%",
            "base_p": "0.0000010",
            "base_log_odds": "−13.816",  # -6 ln 10 = -13.8155
            "cutc": "1.5",  # five equal errors of 0
        },
    ),
    (
        # Half is late: 22, 31 and 39.
        {"promise": 20},
        {
            "late4": LATE,
            "late_share": "50.0%",
            "base_log_odds": "0",
            "cutc": "4.0",
            "newton1": "−2.000",  # 1/2 over 1/4
            "newton6": "2.000",
            "p1": "0.269",  # 1 / (1 + e) = 0.26894
            "p6": "0.731",
        },
    ),
    (
        # Unsorted labels: 39, 8, 31, 9, 22, 17 have the same mean and medians.
        {"y1": 39, "y2": 8, "y3": 31, "y4": 9, "y5": 22, "y6": 17, "trial": 30, "huber": 5},
        {
            "base": "21.00",
            "near_low": "8.0",
            "near_middle": "31.0",
            "near_high": "39.0",
            "far_low": "9.0",
            "far_middle": "17.0",
            "far_high": "22.0",
            "lower_median": "17.0",
            "upper_median": "22.0",
            "trial_sse": "1,240.00",  # 754 + 6 x 81
            "trial_excess": "486.00",
            "trial_sae": "74.00",  # 9 + 22 + 1 + 21 + 8 + 13
            "clip1": "5.00",
            "clip2": "−5.00",
            "late1": LATE,
            "late6": ON_TIME,
            # Residuals 2/3, -1/3, 2/3, -1/3, -1/3, -1/3: S = 2/3, 1/3, 1, 2/3, 1/3.
            "errorc_4": "1.0000",  # 4/3 - 4/9 x 0.75
            "bestc": "0.6667",  # 4/3 - 1 x 2/3
            "cutc": "4.0",
        },
    ),
    ({"eta": 1.5, "rounds": 3}, {"left_over": "12.5%", "taken": "75.0%"}),  # 0.5³; 1.5 x 0.5
    ({"nudge": 0.1}, {"chord6": "−17.950", "nudged6": "21.10"}),  # -18 + 0.05
    ({"trees": 300, "depth": 6, "more_trees": 25},
     # 300 x 6; 2^7 - 1; x 300; a bag of 25 is the recorded one
     {"comparisons": "1,800", "nodes": "127", "model_nodes": "38,100", "larger_bag": "1.84"}),
]  # fmt: skip
