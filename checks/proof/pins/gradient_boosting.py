"""What the reader of the chapter on gradient boosted trees must see, worked out by hand.

None of it was copied from the program. In every round S_k is the sum of the first k residuals;
all six sum to 0, so the mean left of split k is S_k / k, the mean right -S_k / (6 - k), and the
split takes S_k² (1/k + 1/(6-k)) off the squared error: S² times 1.2, 0.75, 2/3, 0.75, 1.2.
With eta a half an update takes three quarters of the gain. A split is named by its place, 1 to
5, and shown as its threshold. `OTHER_PINS` holds settings at which splits tie, a threshold is met
exactly, nothing or half of the deliveries is late, and there are more rounds.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

BOOK = {
    # The givens: six deliveries and the chapter's own choices; 100 trees of depth 3 are
    # scikit-learn's defaults.
    "distance[row=1..6] minutes[row=1..6]": "1 | 2 | 3 | 5 | 6 | 8 | 8 | 9 | 17 | 22 | 31 | 39",
    "rows trial promise nudge huber eta": "6 | 20 | 30 | 1 | 10 | 0.5",
    "rounds aiming query more_trees trees depth": "5 | 10 | 20 | 500 trees | 100 trees | 3",
    # 1. The base prediction.
    "base": "21.00",  # 8 + 9 + 17 + 22 + 31 + 39 = 126, over 6
    "base_sse base_mse": "754.00 | 125.67",  # 169 + 144 + 16 + 1 + 100 + 324; 754 / 6 = 125.667
    "trial_sse trial_excess": "760.00 | 6.00",  # around 20: 144 + 121 + 9 + 4 + 121 + 361; 6 x 1²
    "lower_median upper_median median": "17.0 | 22.0 | 19.50",
    "median_sae": "58.00",  # 22 + 31 + 39 - 8 - 9 - 17
    "base_sae": "58.00",  # 13 + 12 + 4 + 1 + 10 + 18; 21 lies between 17 and 22
    "trial_sae late[row=1..6]": "58.00 | 0 | 0 | 0 | 0 | 1 | 1",  # 12 + 11 + 3 + 2 + 11 + 19
    "late_share base_p base_odds": "33.3% | 0.3333 | 0.5000",  # 2 / 6; 1 to 2
    "base_log_odds": "−0.693",  # ln(1/3 over 2/3) = -ln 2
    # 2. Residuals: label less 21.
    "residual[row=1..6, round=1]": "−13.00 | −12.00 | −4.00 | 1.00 | 10.00 | 18.00",
    "gradient[row=1 4 6]": "13.00 | −1.00 | −18.00",
    # 1: 169 / 2; 6: 324 / 2
    "loss[row=1..6] nudged": "84.500 | 72.000 | 8.000 | 0.500 | 50.000 | 162.000 | 22.00",
    # 6: 17² / 2; 1: 14² / 2
    "nudged_loss[row=6 1 4] chord[row=1 4 6]": "144.500 | 98.000 | 0 | 13.500 | −0.500 | −17.500",
    "sign[row=1..6]": "−1 | −1 | −1 | 1 | 1 | 1",
    "clip[row=1..6]": "−10.00 | −10.00 | −4.00 | 1.00 | 10.00 | 10.00",
    # 3. The first tree: S = -13, -25, -29, -28, -18.
    "threshold[split=1..5] goes_left[row=4 5, split=4]": "1.5 | 2.5 | 4.0 | 5.5 | 7.0 | 1 | 0",
    "left[split=1..5, round=1]": "−13.00 | −12.50 | −9.67 | −7.00 | −3.60",  # 3: 29 / 3 = 9.667
    "right[split=1..5, round=1]": "2.60 | 6.25 | 9.67 | 14.00 | 18.00",
    # 1: 754 - 169 x 1.2 = 754 - 202.8; 2: 754 - 625 x 0.75 = 754 - 468.75; 3: 754 - 841 x 2/3 = 754
    # - 560.667; 4: 754 - 784 x 0.75 = 754 - 588; 5: 754 - 324 x 1.2 = 754 - 388.8
    "error[split=1..5, round=1]": "551.20 | 285.25 | 193.33 | 166.00 | 365.20",
    "least_error[round=1] best[round=1] cut[round=1] lower[round=1]": "166.00 | 5.5 | 5.5 | −7.00",
    "runner_up[round=1 2] upper[round=1]": "193.33 | 84.83 | 14.00",
    "leaf[row=1..6, round=1]": "−7.00 | −7.00 | −7.00 | −7.00 | 14.00 | 14.00",
    # 2: 313 - 70; 3: 138.0625 x 2/3
    "gain[round=1..5]": "588.00 | 243.00 | 92.04 | 55.35 | 13.84",
    # 4. The update: 21 - 3.5 and 21 + 7.
    "prediction[row=1..6, round=1]": "17.50 | 17.50 | 17.50 | 17.50 | 28.00 | 28.00",
    "mse[round=1]": "52.17",  # 313 / 6 = 52.1667
    "sse[round=1..5] taken": "313.00 | 130.75 | 61.72 | 20.20 | 9.83 | 75.0%",  # 0.5 x 1.5
    "sse_by_share[round=1 2]": "313.00 | 130.75",  # 754 - 441; 313 - 0.75 x 243
    # 5. Round 2, from 313: S = -9.5, -18, -18.5, -14, -11.
    "residual[row=1..6, round=2]": "−9.50 | −8.50 | −0.50 | 4.50 | 3.00 | 11.00",
    # 1: 313 - 90.25 x 1.2 = 313 - 108.3; 2: 313 - 324 x 0.75 = 313 - 243; 3: 313 - 342.25 x 2/3 =
    # 313 - 228.1667; 4: 313 - 196 x 0.75 = 313 - 147; 5: 313 - 121 x 1.2 = 313 - 145.2
    "error[split=1..5, round=2]": "204.70 | 70.00 | 84.83 | 166.00 | 167.80",
    "least_error[round=2] best[round=2] cut[round=2] lower[round=2]": "70.00 | 2.5 | 2.5 | −9.00",
    "upper[round=2]": "4.50",
    # 1: 17.5 - 4.5; 3: 17.5 + 2.25; 5: 28 + 2.25
    "prediction[row=1..6, round=2]": "13.00 | 13.00 | 19.75 | 19.75 | 30.25 | 30.25",
    "mse[round=2]": "21.79",  # 313 - 0.75 x 243 = 130.75, over 6: 21.7917
    # Round 3, from 130.75: S = -5, -9, -11.75, -9.5, -8.75.
    "least_error[round=3] best[round=3] cut[round=3] lower[round=3]": "38.71 | 4.0 | 4.0 | −3.92",
    "upper[round=3]": "3.92",
    # Half of 3.91667 is 1.95833.
    "mse[round=3]": "10.29",  # 130.75 - 69.03125 = 61.71875, over 6: 10.2865
    # Round 4, from 61.7188: S = -3.04167, -5.08333, -5.875, -5.58333, -6.79167.
    "least_error[round=4] best[round=4] cut[round=4] lower[round=4]": "6.37 | 7.0 | 7.0 | −1.36",
    "upper[round=4] mse[round=4]": "6.79 | 3.37",  # 61.71875 - 41.51406 = 20.20469, over 6: 3.36745
    # Round 5, from 20.2047: S = -2.3625, -3.725, -3.8375, -2.86667, -3.39583.
    "least_error[round=5] best[round=5] cut[round=5] lower[round=5]": "6.37 | 7.0 | 7.0 | −0.68",
    "upper[round=5] mse[round=5]": "3.40 | 1.64",  # 20.20469 - 10.37852 = 9.82617, over 6: 1.63770
    # 6. Shrinkage.
    "left_over": "0.098%",  # 1 / 1,024
    # 7. Overfitting: 4,222.574 / 3,323.103
    "overfit": "1.27×",
    # 8. Late or not, p = 1/3: S = -1/3, -2/3, -1, -4/3, -2/3; squares sum to 4/9 + 8/9 = 4/3.
    "late_residual[row=1..6]": "−0.3333 | −0.3333 | −0.3333 | −0.3333 | 0.6667 | 0.6667",
    "late_left[split=4 5] late_right[split=1 4]": "−0.3333 | −0.1333 | 0.0667 | 0.6667",
    "late_error[split=3 4]": "0.6667 | 0",  # 4/3 - 2/3; 4/3 - 16/9 x 0.75
    "late_leaf[row=4 5]": "−0.3333 | 0.6667",
    "late_least_error late_best late_cut late_lower late_upper": "0 | 5.5 | 5.5 | −0.3333 | 0.6667",
    "hessian": "0.2222",  # 1/3 x 2/3
    "newton[row=1..6]": "−1.500 | −1.500 | −1.500 | −1.500 | 3.000 | 3.000",  # 1: 1/3 over 2/9
    # 1: -0.6931 - 0.75; 5: -0.6931 + 1.5
    "margin[row=1..6]": "−1.443 | −1.443 | −1.443 | −1.443 | 0.807 | 0.807",
    # 1: e^1.4431 = 2 x 2.1170 = 4.2340; 1 / 5.2340 = 0.19106; 5: e^0.8069 = 4.48169 / 2 = 2.24084;
    # 2.24084 / 3.24084 = 0.69144
    "late_p[row=1..6]": "0.191 | 0.191 | 0.191 | 0.191 | 0.691 | 0.691",
    "base_log_loss": "0.6365",  # ln 3 - 2/3 ln 2 = 1.09861 - 0.46210
    # -(4 ln 0.80894 + 2 ln 0.69144) / 6 = (4 x 0.21203 + 2 x 0.36898) / 6
    "log_loss": "0.2643",
    # 9. Importance: 0.238179 + 0.151165, and 0.171439 + 0.042428
    "share_together loss_together": "38.9% | 0.214",
    # 10. Extrapolation: beyond every threshold, as delivery 6.
    "query_leaf[round=1 2]": "14.00 | 4.50",
    "answer[round=1..5] x_mean": "28.00 | 30.25 | 32.21 | 35.60 | 37.30 | 4.17",  # 25 / 6
    # Products: 8 + 18 + 51 + 110 + 186 + 312 = 685, less 25 x 21: 160. Squares: 139 - 625/6.
    "slope line": "4.59 | 93.73",  # 160 / 34.8333 = 4.5933; 21 + 4.5933 x 15.8333 = 21 + 72.7273
    # 11. Bagging.
    "others left_out": "99 | 36.6%",  # 0.99^100 = e^-1.005034 = 0.36603
    "correlation": "0.162",  # (25 x 1.837633 / 9.404525 - 1) / 24 = 3.884969 / 24 = 0.161874
    "larger_bag": "1.54",  # 9.404525 x (0.161874 + 0.838126 / 500) = 1.52235 + 0.01576
    # 12. Next.
    "comparisons nodes model_nodes": "300 | 15 | 1,500",  # 1 + 2 + 4 + 8
}

OTHERS = {
    # Full steps: each tree's leaves end with residuals that sum to 0.
    "eta=1": {
        "prediction[row=1 6, round=1]": "14.00 | 35.00",  # 1: 21 - 7
        "taken sse_by_share[round=1] mse[round=1]": "100.0% | 166.00 | 27.67",  # 166 / 6
        "left_over residual[row=1 3 5, round=2]": "0% | −6.00 | 3.00 | −4.00",
        # S = -6, -11, -8, 0, -4: 121 x 0.75 = 90.75 is the most, and split 4 has nothing left.
        "error[split=4, round=2]": "166.00",
        "least_error[round=2] cut[round=2] lower[round=2]": "75.25 | 2.5 | −5.50",
        "upper[round=2] mse[round=2]": "2.75 | 12.54",  # 75.25 / 6 = 12.5417
        "answer[round=2]": "37.75",  # 35 + 2.75
    },
    # A tie: residuals -10, 0, 10, 10, 0, -10 make S = -10, -10, 0, 10, 10, so the outer two
    # splits take 100 x 1.2 = 120 each. The lower threshold wins.
    "minutes=10 20 30 30 20 10": {
        "base lower_median upper_median base_sse": "20.00 | 20.0 | 20.0 | 400.00",
        "error[split=1 5, round=1] runner_up[round=1]": "280.00 | 280.00 | 280.00",
        "cut[round=1] lower[round=1] upper[round=1] gain[round=1]": "1.5 | −10.00 | 2.00 | 120.00",
        # Deliveries 3 and 4 are not late at a promise of 30: the promise is kept exactly.
        "late[row=3] sign[row=2]": "0 | 1",  # a residual of 0 counts as up
    },
    # 4 km lies exactly at the third round's threshold, and goes left there.
    "query=4": {
        # 1: below 5.5; 2: beyond 2.5; 3: at 4.0
        "answer[round=1..5]": "17.50 | 19.75 | 17.79 | 17.11 | 16.77",
        "line": "20.23",  # 21 - 4.5933 / 6 = 21 - 0.7656 = 20.2344
    },
    # One outlier at the near end: 2 and five times 20 have the mean 17. Every round cuts it
    # off again and takes half of its residual: -15, -7.5, -3.75, -1.875, -0.9375.
    "minutes=2 20 20 20 20 20, query=1": {
        "cut[round=1 5] least_error[round=1]": "1.5 | 1.5 | 0",
        # 1: 17 - 7.5; 2: 9.5 - 3.75; 3: 3.875; 4: 2.9375; 5: 2.46875
        "answer[round=1..5]": "9.50 | 5.75 | 3.88 | 2.94 | 2.47",
        "leaf[row=2, round=5]": "0.19",  # 3 x 0.5^4 = 0.1875
    },
    # Nothing is late: the share is kept a millionth away from 0.
    "promise=50": {
        "late[row=6] late_share base_p": "0 | 0% | 0.0000010",
        "base_log_odds late_cut": "−13.816 | 1.5",  # -6 ln 10 = -13.8155; five equal errors of 0
    },
    # All but the first are late: odds of 5 to 1.
    "promise=8.5": {
        "late[row=1..3] late_share base_odds": "0 | 1 | 1 | 83.3% | 5.0000",  # 5 / 6
        "base_log_odds late_cut": "1.609 | 1.5",  # ln 5 = 1.60944
    },
    # Half is late: 22, 31 and 39.
    "promise=20": {
        "late[row=4] late_share base_log_odds late_cut": "1 | 50.0% | 0 | 4.0",
        "newton[row=1 6]": "−2.000 | 2.000",  # 1: 1/2 over 1/4
        "late_p[row=1 6]": "0.269 | 0.731",  # 1: 1 / (1 + e) = 0.26894
    },
    # Unsorted labels: 39, 8, 31, 9, 22, 17 have the same mean and medians.
    "minutes=39 8 31 9 22 17, trial=30, huber=5": {
        "base lower_median upper_median": "21.00 | 17.0 | 22.0",
        "trial_sse trial_excess": "1,240.00 | 486.00",  # 754 + 6 x 81
        "trial_sae clip[row=1 2]": "74.00 | 5.00 | −5.00",  # 9 + 22 + 1 + 21 + 8 + 13
        "late[row=1 6]": "1 | 0",
        # Residuals 2/3, -1/3, 2/3, -1/3, -1/3, -1/3: S = 2/3, 1/3, 1, 2/3, 1/3.
        "late_error[split=4]": "1.0000",  # 4/3 - 4/9 x 0.75
        "late_least_error late_cut": "0.6667 | 4.0",  # 4/3 - 1 x 2/3
    },
    # Twenty rounds: the fifth is as before, and the outlier of above is halved in each.
    "rounds=20, minutes=2 20 20 20 20 20": {
        "rounds residual[row=1, round=5] residual[row=1, round=11]": "20 | −0.94 | −0.015",
    },
    "eta=1.5, aiming=3": {"left_over": "12.5%", "taken": "75.0%"},  # 0.5³; 1.5 x 0.5
    "nudge=0.1": {"chord[row=6]": "−17.950", "nudged": "21.10"},  # -18 + 0.05
    # 300 x 6; 2^7 - 1; x 300; a bag of 25 is the recorded one
    "trees=300, depth=6, more_trees=25": {
        "comparisons nodes model_nodes larger_bag": "1,800 | 127 | 38,100 | 1.84",
    },
}

PINS = cells(BOOK)
OTHER_PINS = at_others(OTHERS)
