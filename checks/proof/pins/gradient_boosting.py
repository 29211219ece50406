"""What the reader of the chapter on gradient boosted trees must see, worked out by hand.

None of it was copied from the program. In every round S_k is the sum of the first k residuals;
all six sum to 0, so the mean left of split k is S_k / k, the mean right -S_k / (6 - k), and the
split takes S_k² (1/k + 1/(6-k)) off the squared error: S² times 1.2, 0.75, 2/3, 0.75, 1.2.
With eta a half an update takes three quarters of the gain. A split is named by its place, 1 to
5, and shown as its threshold. `OTHER_PINS` holds settings at which splits tie, a threshold is met
exactly, nothing or half of the deliveries is late, and there are more rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PINS: dict[str, str] = {
    # The givens: six deliveries and the chapter's own choices; 100 trees of depth 3 are
    # scikit-learn's defaults.
    "distance[row=1]": "1",
    "distance[row=2]": "2",
    "distance[row=3]": "3",
    "distance[row=4]": "5",
    "distance[row=5]": "6",
    "distance[row=6]": "8",
    "minutes[row=1]": "8",
    "minutes[row=2]": "9",
    "minutes[row=3]": "17",
    "minutes[row=4]": "22",
    "minutes[row=5]": "31",
    "minutes[row=6]": "39",
    "rows": "6",
    "trial": "20",
    "promise": "30",
    "nudge": "1",
    "huber": "10",
    "eta": "0.5",
    "rounds": "5",
    "aiming": "10",
    "query": "20",
    "more_trees": "500 trees",
    "trees": "100 trees",
    "depth": "3",
    # 1. The base prediction.
    "base": "21.00",  # 8 + 9 + 17 + 22 + 31 + 39 = 126, over 6
    "base_sse": "754.00",  # 169 + 144 + 16 + 1 + 100 + 324
    "base_mse": "125.67",  # 754 / 6 = 125.667
    "trial_sse": "760.00",  # around 20: 144 + 121 + 9 + 4 + 121 + 361
    "trial_excess": "6.00",  # 6 x 1²
    "lower_median": "17.0",
    "upper_median": "22.0",
    "median": "19.50",
    "median_sae": "58.00",  # 22 + 31 + 39 - 8 - 9 - 17
    "base_sae": "58.00",  # 13 + 12 + 4 + 1 + 10 + 18; 21 lies between 17 and 22
    "trial_sae": "58.00",  # 12 + 11 + 3 + 2 + 11 + 19
    "late[row=1]": "0",
    "late[row=2]": "0",
    "late[row=3]": "0",
    "late[row=4]": "0",
    "late[row=5]": "1",
    "late[row=6]": "1",
    "late_share": "33.3%",  # 2 / 6
    "base_p": "0.3333",
    "base_odds": "0.5000",  # 1 to 2
    "base_log_odds": "−0.693",  # ln(1/3 over 2/3) = -ln 2
    # 2. Residuals: label less 21.
    "residual[row=1, round=1]": "−13.00",
    "residual[row=2, round=1]": "−12.00",
    "residual[row=3, round=1]": "−4.00",
    "residual[row=4, round=1]": "1.00",
    "residual[row=5, round=1]": "10.00",
    "residual[row=6, round=1]": "18.00",
    "gradient[row=1]": "13.00",
    "gradient[row=4]": "−1.00",
    "gradient[row=6]": "−18.00",
    "loss[row=1]": "84.500",  # 169 / 2
    "loss[row=2]": "72.000",
    "loss[row=3]": "8.000",
    "loss[row=4]": "0.500",
    "loss[row=5]": "50.000",
    "loss[row=6]": "162.000",  # 324 / 2
    "nudged": "22.00",
    "nudged_loss[row=6]": "144.500",  # 17² / 2
    "nudged_loss[row=1]": "98.000",  # 14² / 2
    "nudged_loss[row=4]": "0",
    "chord[row=1]": "13.500",
    "chord[row=4]": "−0.500",
    "chord[row=6]": "−17.500",
    "sign[row=1]": "−1",
    "sign[row=2]": "−1",
    "sign[row=3]": "−1",
    "sign[row=4]": "1",
    "sign[row=5]": "1",
    "sign[row=6]": "1",
    "clip[row=1]": "−10.00",
    "clip[row=2]": "−10.00",
    "clip[row=3]": "−4.00",
    "clip[row=4]": "1.00",
    "clip[row=5]": "10.00",
    "clip[row=6]": "10.00",
    # 3. The first tree: S = -13, -25, -29, -28, -18.
    "threshold[split=1]": "1.5",
    "threshold[split=2]": "2.5",
    "threshold[split=3]": "4.0",
    "threshold[split=4]": "5.5",
    "threshold[split=5]": "7.0",
    "goes_left[row=4, split=4]": "1",
    "goes_left[row=5, split=4]": "0",
    "left[split=1, round=1]": "−13.00",
    "left[split=2, round=1]": "−12.50",
    "left[split=3, round=1]": "−9.67",  # 29 / 3 = 9.667
    "left[split=4, round=1]": "−7.00",
    "left[split=5, round=1]": "−3.60",
    "right[split=1, round=1]": "2.60",
    "right[split=2, round=1]": "6.25",
    "right[split=3, round=1]": "9.67",
    "right[split=4, round=1]": "14.00",
    "right[split=5, round=1]": "18.00",
    "error[split=1, round=1]": "551.20",  # 754 - 169 x 1.2 = 754 - 202.8
    "error[split=2, round=1]": "285.25",  # 754 - 625 x 0.75 = 754 - 468.75
    "error[split=3, round=1]": "193.33",  # 754 - 841 x 2/3 = 754 - 560.667
    "error[split=4, round=1]": "166.00",  # 754 - 784 x 0.75 = 754 - 588
    "error[split=5, round=1]": "365.20",  # 754 - 324 x 1.2 = 754 - 388.8
    "least_error[round=1]": "166.00",
    "best[round=1]": "5.5",
    "cut[round=1]": "5.5",
    "lower[round=1]": "−7.00",
    "upper[round=1]": "14.00",
    "leaf[row=1, round=1]": "−7.00",
    "leaf[row=2, round=1]": "−7.00",
    "leaf[row=3, round=1]": "−7.00",
    "leaf[row=4, round=1]": "−7.00",
    "leaf[row=5, round=1]": "14.00",
    "leaf[row=6, round=1]": "14.00",
    "gain[round=1]": "588.00",
    "gain[round=2]": "243.00",  # 313 - 70
    "gain[round=3]": "92.04",  # 138.0625 x 2/3
    "gain[round=4]": "55.35",
    "gain[round=5]": "13.84",
    # 4. The update: 21 - 3.5 and 21 + 7.
    "prediction[row=1, round=1]": "17.50",
    "prediction[row=2, round=1]": "17.50",
    "prediction[row=3, round=1]": "17.50",
    "prediction[row=4, round=1]": "17.50",
    "prediction[row=5, round=1]": "28.00",
    "prediction[row=6, round=1]": "28.00",
    "mse[round=1]": "52.17",  # 313 / 6 = 52.1667
    "sse[round=1]": "313.00",
    "sse[round=2]": "130.75",
    "sse[round=3]": "61.72",
    "sse[round=4]": "20.20",
    "sse[round=5]": "9.83",
    "taken": "75.0%",  # 0.5 x 1.5
    "sse_by_share[round=1]": "313.00",  # 754 - 441
    "sse_by_share[round=2]": "130.75",  # 313 - 0.75 x 243
    "sse_by_share[round=3]": "61.72",
    "sse_by_share[round=4]": "20.20",
    "sse_by_share[round=5]": "9.83",
    # 5. Round 2, from 313: S = -9.5, -18, -18.5, -14, -11.
    "residual[row=1, round=2]": "−9.50",
    "residual[row=2, round=2]": "−8.50",
    "residual[row=3, round=2]": "−0.50",
    "residual[row=4, round=2]": "4.50",
    "residual[row=5, round=2]": "3.00",
    "residual[row=6, round=2]": "11.00",
    "left[split=1, round=2]": "−9.50",
    "left[split=2, round=2]": "−9.00",
    "left[split=3, round=2]": "−6.17",
    "left[split=4, round=2]": "−3.50",
    "left[split=5, round=2]": "−2.20",
    "right[split=1, round=2]": "1.90",
    "right[split=2, round=2]": "4.50",
    "right[split=3, round=2]": "6.17",
    "right[split=4, round=2]": "7.00",
    "right[split=5, round=2]": "11.00",
    "error[split=1, round=2]": "204.70",  # 313 - 90.25 x 1.2 = 313 - 108.3
    "error[split=2, round=2]": "70.00",  # 313 - 324 x 0.75 = 313 - 243
    "error[split=3, round=2]": "84.83",  # 313 - 342.25 x 2/3 = 313 - 228.1667
    "error[split=4, round=2]": "166.00",  # 313 - 196 x 0.75 = 313 - 147
    "error[split=5, round=2]": "167.80",  # 313 - 121 x 1.2 = 313 - 145.2
    "least_error[round=2]": "70.00",
    "best[round=2]": "2.5",
    "cut[round=2]": "2.5",
    "lower[round=2]": "−9.00",
    "upper[round=2]": "4.50",
    "leaf[row=1, round=2]": "−9.00",
    "leaf[row=2, round=2]": "−9.00",
    "leaf[row=3, round=2]": "4.50",
    "leaf[row=4, round=2]": "4.50",
    "leaf[row=5, round=2]": "4.50",
    "leaf[row=6, round=2]": "4.50",
    "prediction[row=1, round=2]": "13.00",  # 17.5 - 4.5
    "prediction[row=2, round=2]": "13.00",
    "prediction[row=3, round=2]": "19.75",  # 17.5 + 2.25
    "prediction[row=4, round=2]": "19.75",
    "prediction[row=5, round=2]": "30.25",  # 28 + 2.25
    "prediction[row=6, round=2]": "30.25",
    "mse[round=2]": "21.79",  # 313 - 0.75 x 243 = 130.75, over 6: 21.7917
    # Round 3, from 130.75: S = -5, -9, -11.75, -9.5, -8.75.
    "residual[row=1, round=3]": "−5.00",
    "residual[row=2, round=3]": "−4.00",
    "residual[row=3, round=3]": "−2.75",
    "residual[row=4, round=3]": "2.25",
    "residual[row=5, round=3]": "0.75",
    "residual[row=6, round=3]": "8.75",
    "error[split=1, round=3]": "100.75",  # 130.75 - 30
    "error[split=2, round=3]": "70.00",  # 130.75 - 60.75
    "error[split=3, round=3]": "38.71",  # 130.75 - 138.0625 x 2/3 = 130.75 - 92.0417
    "error[split=4, round=3]": "63.06",  # 130.75 - 90.25 x 0.75 = 130.75 - 67.6875 = 63.0625
    "error[split=5, round=3]": "38.88",  # 130.75 - 76.5625 x 1.2 = 130.75 - 91.875 = 38.875
    "least_error[round=3]": "38.71",
    "best[round=3]": "4.0",
    "cut[round=3]": "4.0",
    "lower[round=3]": "−3.92",
    "upper[round=3]": "3.92",
    "leaf[row=1, round=3]": "−3.92",
    "leaf[row=2, round=3]": "−3.92",
    "leaf[row=3, round=3]": "−3.92",
    "leaf[row=4, round=3]": "3.92",
    "leaf[row=5, round=3]": "3.92",
    "leaf[row=6, round=3]": "3.92",
    # Half of 3.91667 is 1.95833.
    "prediction[row=1, round=3]": "11.04",  # 13 - 1.9583
    "prediction[row=2, round=3]": "11.04",
    "prediction[row=3, round=3]": "17.79",  # 19.75 - 1.9583
    "prediction[row=4, round=3]": "21.71",  # 19.75 + 1.9583
    "prediction[row=5, round=3]": "32.21",  # 30.25 + 1.9583
    "prediction[row=6, round=3]": "32.21",
    "mse[round=3]": "10.29",  # 130.75 - 69.03125 = 61.71875, over 6: 10.2865
    # Round 4, from 61.7188: S = -3.04167, -5.08333, -5.875, -5.58333, -6.79167.
    "residual[row=1, round=4]": "−3.04",  # 8 - 11.0417
    "residual[row=2, round=4]": "−2.04",
    "residual[row=3, round=4]": "−0.79",  # 17 - 17.7917
    "residual[row=4, round=4]": "0.29",  # 22 - 21.7083
    "residual[row=5, round=4]": "−1.21",  # 31 - 32.2083
    "residual[row=6, round=4]": "6.79",
    "error[split=1, round=4]": "50.62",  # 61.7188 - 9.2517 x 1.2 = 61.7188 - 11.1021 = 50.6167
    "error[split=2, round=4]": "42.34",  # 61.7188 - 25.8403 x 0.75 = 61.7188 - 19.3802
    "error[split=3, round=4]": "38.71",  # 61.7188 - 34.5156 x 2/3 = 61.7188 - 23.0104
    "error[split=4, round=4]": "38.34",  # 61.7188 - 31.1736 x 0.75 = 61.7188 - 23.3802
    "error[split=5, round=4]": "6.37",  # 61.7188 - 46.1267 x 1.2 = 61.7188 - 55.3521 = 6.3667
    "least_error[round=4]": "6.37",
    "best[round=4]": "7.0",
    "cut[round=4]": "7.0",
    "lower[round=4]": "−1.36",
    "upper[round=4]": "6.79",
    "leaf[row=1, round=4]": "−1.36",
    "leaf[row=2, round=4]": "−1.36",
    "leaf[row=3, round=4]": "−1.36",
    "leaf[row=4, round=4]": "−1.36",
    "leaf[row=5, round=4]": "−1.36",
    "leaf[row=6, round=4]": "6.79",
    "prediction[row=1, round=4]": "10.36",  # 11.04167 - 0.67917 = 10.3625
    "prediction[row=2, round=4]": "10.36",
    "prediction[row=3, round=4]": "17.11",  # 17.1125
    "prediction[row=4, round=4]": "21.03",  # 21.0292
    "prediction[row=5, round=4]": "31.53",  # 31.5292
    "prediction[row=6, round=4]": "35.60",  # 32.20833 + 3.39583 = 35.6042
    "mse[round=4]": "3.37",  # 61.71875 - 41.51406 = 20.20469, over 6: 3.36745
    # Round 5, from 20.2047: S = -2.3625, -3.725, -3.8375, -2.86667, -3.39583.
    "residual[row=1, round=5]": "−2.36",  # 2.3625
    "residual[row=2, round=5]": "−1.36",
    "residual[row=3, round=5]": "−0.11",  # 0.1125
    "residual[row=4, round=5]": "0.97",  # 0.97083
    "residual[row=5, round=5]": "−0.53",  # 0.52917
    "residual[row=6, round=5]": "3.40",  # 3.39583
    "error[split=1, round=5]": "13.51",  # 20.2047 - 5.5814 x 1.2 = 20.2047 - 6.6977
    "error[split=2, round=5]": "9.80",  # 20.2047 - 13.8756 x 0.75 = 20.2047 - 10.4067
    "error[split=3, round=5]": "10.39",  # 20.2047 - 14.7264 x 2/3 = 20.2047 - 9.8176
    "error[split=4, round=5]": "14.04",  # 20.2047 - 8.2178 x 0.75 = 20.2047 - 6.1633
    "error[split=5, round=5]": "6.37",  # 20.2047 - 11.5317 x 1.2 = 20.2047 - 13.8380: again
    "least_error[round=5]": "6.37",
    "best[round=5]": "7.0",
    "cut[round=5]": "7.0",
    "lower[round=5]": "−0.68",
    "upper[round=5]": "3.40",
    "leaf[row=1, round=5]": "−0.68",
    "leaf[row=2, round=5]": "−0.68",
    "leaf[row=3, round=5]": "−0.68",
    "leaf[row=4, round=5]": "−0.68",
    "leaf[row=5, round=5]": "−0.68",
    "leaf[row=6, round=5]": "3.40",
    "prediction[row=1, round=5]": "10.02",  # 10.3625 - 0.3396
    "prediction[row=2, round=5]": "10.02",
    "prediction[row=3, round=5]": "16.77",
    "prediction[row=4, round=5]": "20.69",
    "prediction[row=5, round=5]": "31.19",
    "prediction[row=6, round=5]": "37.30",  # 35.6042 + 1.6979
    "mse[round=5]": "1.64",  # 20.20469 - 10.37852 = 9.82617, over 6: 1.63770
    # 6. Shrinkage.
    "left_over": "0.098%",  # 1 / 1,024
    # 7. Overfitting: 4,222.574 / 3,323.103
    "overfit": "1.27×",
    # 8. Late or not, p = 1/3: S = -1/3, -2/3, -1, -4/3, -2/3; squares sum to 4/9 + 8/9 = 4/3.
    "late_residual[row=1]": "−0.3333",
    "late_residual[row=2]": "−0.3333",
    "late_residual[row=3]": "−0.3333",
    "late_residual[row=4]": "−0.3333",
    "late_residual[row=5]": "0.6667",
    "late_residual[row=6]": "0.6667",
    "late_left[split=1]": "−0.3333",
    "late_left[split=2]": "−0.3333",
    "late_left[split=3]": "−0.3333",
    "late_left[split=4]": "−0.3333",
    "late_left[split=5]": "−0.1333",
    "late_right[split=1]": "0.0667",
    "late_right[split=2]": "0.1667",
    "late_right[split=3]": "0.3333",
    "late_right[split=4]": "0.6667",
    "late_right[split=5]": "0.6667",
    "late_error[split=1]": "1.2000",  # 4/3 - 1/9 x 1.2 = 1.3333 - 0.1333
    "late_error[split=2]": "1.0000",  # 4/3 - 4/9 x 0.75 = 4/3 - 1/3
    "late_error[split=3]": "0.6667",  # 4/3 - 2/3
    "late_error[split=4]": "0",  # 4/3 - 16/9 x 0.75
    "late_error[split=5]": "0.8000",  # 4/3 - 4/9 x 1.2 = 1.3333 - 0.5333
    "late_least_error": "0",
    "late_best": "5.5",
    "late_cut": "5.5",
    "late_lower": "−0.3333",
    "late_upper": "0.6667",
    "late_leaf[row=1]": "−0.3333",
    "late_leaf[row=2]": "−0.3333",
    "late_leaf[row=3]": "−0.3333",
    "late_leaf[row=4]": "−0.3333",
    "late_leaf[row=5]": "0.6667",
    "late_leaf[row=6]": "0.6667",
    "hessian": "0.2222",  # 1/3 x 2/3
    "newton[row=1]": "−1.500",  # 1/3 over 2/9
    "newton[row=2]": "−1.500",
    "newton[row=3]": "−1.500",
    "newton[row=4]": "−1.500",
    "newton[row=5]": "3.000",
    "newton[row=6]": "3.000",
    "margin[row=1]": "−1.443",  # -0.6931 - 0.75
    "margin[row=2]": "−1.443",
    "margin[row=3]": "−1.443",
    "margin[row=4]": "−1.443",
    "margin[row=5]": "0.807",  # -0.6931 + 1.5
    "margin[row=6]": "0.807",
    "late_p[row=1]": "0.191",  # e^1.4431 = 2 x 2.1170 = 4.2340; 1 / 5.2340 = 0.19106
    "late_p[row=2]": "0.191",
    "late_p[row=3]": "0.191",
    "late_p[row=4]": "0.191",
    "late_p[row=5]": "0.691",  # e^0.8069 = 4.48169 / 2 = 2.24084; 2.24084 / 3.24084 = 0.69144
    "late_p[row=6]": "0.691",
    "base_log_loss": "0.6365",  # ln 3 - 2/3 ln 2 = 1.09861 - 0.46210
    # -(4 ln 0.80894 + 2 ln 0.69144) / 6 = (4 x 0.21203 + 2 x 0.36898) / 6
    "log_loss": "0.2643",
    # 9. Importance: 0.238179 + 0.151165, and 0.171439 + 0.042428
    "share_together": "38.9%",
    "loss_together": "0.214",
    # 10. Extrapolation: beyond every threshold, as delivery 6.
    "query_leaf[round=1]": "14.00",
    "query_leaf[round=2]": "4.50",
    "answer[round=1]": "28.00",
    "answer[round=2]": "30.25",
    "answer[round=3]": "32.21",
    "answer[round=4]": "35.60",
    "answer[round=5]": "37.30",
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
            "prediction[row=1, round=1]": "14.00",  # 21 - 7
            "prediction[row=6, round=1]": "35.00",
            "taken": "100.0%",
            "sse_by_share[round=1]": "166.00",
            "mse[round=1]": "27.67",  # 166 / 6
            "left_over": "0%",
            "residual[row=1, round=2]": "−6.00",
            "residual[row=3, round=2]": "3.00",
            "residual[row=5, round=2]": "−4.00",
            # S = -6, -11, -8, 0, -4: 121 x 0.75 = 90.75 is the most, and split 4 has nothing left.
            "error[split=4, round=2]": "166.00",
            "least_error[round=2]": "75.25",
            "cut[round=2]": "2.5",
            "lower[round=2]": "−5.50",
            "upper[round=2]": "2.75",
            "mse[round=2]": "12.54",  # 75.25 / 6 = 12.5417
            "answer[round=2]": "37.75",  # 35 + 2.75
        },
    ),
    (
        # A tie: residuals -10, 0, 10, 10, 0, -10 make S = -10, -10, 0, 10, 10, so the outer two
        # splits take 100 x 1.2 = 120 each. The lower threshold wins.
        {"minutes.1": 10, "minutes.2": 20, "minutes.3": 30, "minutes.4": 30,
         "minutes.5": 20, "minutes.6": 10},
        {
            "base": "20.00",
            "lower_median": "20.0",
            "upper_median": "20.0",
            "base_sse": "400.00",
            "error[split=1, round=1]": "280.00",
            "error[split=5, round=1]": "280.00",
            "cut[round=1]": "1.5",
            "lower[round=1]": "−10.00",
            "upper[round=1]": "2.00",
            "gain[round=1]": "120.00",
            # Deliveries 3 and 4 are not late at a promise of 30: the promise is kept exactly.
            "late[row=3]": "0",
            "sign[row=2]": "1",  # a residual of 0 counts as up
        },
    ),
    (
        # 4 km lies exactly at the third round's threshold, and goes left there.
        {"query": 4},
        {
            "answer[round=1]": "17.50",  # below 5.5
            "answer[round=2]": "19.75",  # beyond 2.5
            "answer[round=3]": "17.79",  # at 4.0
            "answer[round=4]": "17.11",
            "answer[round=5]": "16.77",
            "line": "20.23",  # 21 - 4.5933 / 6 = 21 - 0.7656 = 20.2344
        },
    ),
    (
        # One outlier at the near end: 2 and five times 20 have the mean 17. Every round cuts it
        # off again and takes half of its residual: -15, -7.5, -3.75, -1.875, -0.9375.
        {"minutes.1": 2, "minutes.2": 20, "minutes.3": 20, "minutes.4": 20,
         "minutes.5": 20, "minutes.6": 20, "query": 1},
        {
            "cut[round=1]": "1.5",
            "cut[round=5]": "1.5",
            "least_error[round=1]": "0",
            "answer[round=1]": "9.50",  # 17 - 7.5
            "answer[round=2]": "5.75",  # 9.5 - 3.75
            "answer[round=3]": "3.88",  # 3.875
            "answer[round=4]": "2.94",  # 2.9375
            "answer[round=5]": "2.47",  # 2.46875
            "leaf[row=2, round=5]": "0.19",  # 3 x 0.5^4 = 0.1875
        },
    ),
    (
        # Nothing is late: the share is kept a millionth away from 0.
        {"promise": 50},
        {
            "late[row=6]": "0",
            "late_share": "0%",
            "base_p": "0.0000010",
            "base_log_odds": "−13.816",  # -6 ln 10 = -13.8155
            "late_cut": "1.5",  # five equal errors of 0
        },
    ),
    (
        # All but the first are late: odds of 5 to 1.
        {"promise": 8.5},
        {
            "late[row=1]": "0",
            "late[row=2]": "1",
            "late[row=3]": "1",
            "late_share": "83.3%",  # 5 / 6
            "base_odds": "5.0000",
            "base_log_odds": "1.609",  # ln 5 = 1.60944
            "late_cut": "1.5",
        },
    ),
    (
        # Half is late: 22, 31 and 39.
        {"promise": 20},
        {
            "late[row=4]": "1",
            "late_share": "50.0%",
            "base_log_odds": "0",
            "late_cut": "4.0",
            "newton[row=1]": "−2.000",  # 1/2 over 1/4
            "newton[row=6]": "2.000",
            "late_p[row=1]": "0.269",  # 1 / (1 + e) = 0.26894
            "late_p[row=6]": "0.731",
        },
    ),
    (
        # Unsorted labels: 39, 8, 31, 9, 22, 17 have the same mean and medians.
        {"minutes.1": 39, "minutes.2": 8, "minutes.3": 31, "minutes.4": 9,
         "minutes.5": 22, "minutes.6": 17, "trial": 30, "huber": 5},
        {
            "base": "21.00",
            "lower_median": "17.0",
            "upper_median": "22.0",
            "trial_sse": "1,240.00",  # 754 + 6 x 81
            "trial_excess": "486.00",
            "trial_sae": "74.00",  # 9 + 22 + 1 + 21 + 8 + 13
            "clip[row=1]": "5.00",
            "clip[row=2]": "−5.00",
            "late[row=1]": "1",
            "late[row=6]": "0",
            # Residuals 2/3, -1/3, 2/3, -1/3, -1/3, -1/3: S = 2/3, 1/3, 1, 2/3, 1/3.
            "late_error[split=4]": "1.0000",  # 4/3 - 4/9 x 0.75
            "late_least_error": "0.6667",  # 4/3 - 1 x 2/3
            "late_cut": "4.0",
        },
    ),
    (
        # Twenty rounds: the fifth is as before, and the outlier of above is halved in each.
        {"rounds": 20, "minutes.1": 2, "minutes.2": 20, "minutes.3": 20, "minutes.4": 20,
         "minutes.5": 20, "minutes.6": 20},
        {"rounds": "20", "residual[row=1, round=5]": "−0.94",
         "residual[row=1, round=11]": "−0.015"},
        # -15 / 2^4 = -0.9375; -15 / 2^10 = -0.01465
    ),
    ({"eta": 1.5, "aiming": 3}, {"left_over": "12.5%", "taken": "75.0%"}),  # 0.5³; 1.5 x 0.5
    ({"nudge": 0.1}, {"chord[row=6]": "−17.950", "nudged": "21.10"}),  # -18 + 0.05
    ({"trees": 300, "depth": 6, "more_trees": 25},
     # 300 x 6; 2^7 - 1; x 300; a bag of 25 is the recorded one
     {"comparisons": "1,800", "nodes": "127", "model_nodes": "38,100", "larger_bag": "1.84"}),
]  # fmt: skip
