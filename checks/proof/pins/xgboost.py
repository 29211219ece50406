"""What the reader of the XGBoost chapter must see, worked out by hand beside each figure.

None of it was copied from the program. `PINS` holds the values as the book gives them;
`OTHER_PINS` those at settings where a mistake shows that hides at the book's values, where
alpha and the second lambda are zero and all candidates are fed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEEPS, PRUNES = "keeps it", "prunes it"
FED, STARVED = "allowed", "starved"


def minutes(*labels: float) -> dict[str, float]:
    """Return the settings of all labels."""
    return {f"minutes[row={i}]": y for i, y in enumerate(labels, 1)}


PINS: dict[str, str] = {
    # The givens: the six deliveries, the library's defaults, and the chapter's own choices.
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
    "row_weight": "1",
    "trial_margin": "−1",
    "trial_label": "1",
    "trial_step": "1",
    "reg_lambda": "1",
    "reg_alpha": "0",
    "gamma": "10",
    "trial_weight": "14",
    "trial_gamma": "30",
    "other_lambda": "0",
    "larger_gamma[larger=larger]": "60",
    "larger_gamma[larger=largest]": "500",
    "min_child_weight": "1",
    "believed[belief=sure]": "0.99",
    "believed[belief=unsure]": "0.5",
    "believed[belief=rare]": "0.001",
    "eta": "0.3",
    "query_km": "20",
    "features": "28",  # as the HIGGS table has
    "share[draw=tree]": "0.8",
    "share[draw=level]": "0.5",
    "share[draw=node]": "0.5",
    "y_missing": "35",
    "rows": "1,000,000 rows",
    "depth": "6",
    "max_bin": "256",
    "width[store=float32]": "4 B",  # 32 bits
    "width[store=sorted-columns]": "8 B",  # 32 bits of row number and 32 of value
    "width[store=bin-numbers]": "1 B",
    "pair_width": "16 B",  # twice 64 bits
    "memory_rate": "20 GB/s",
    "sketch_factor": "8",
    "sketch_entry": "16 B",  # four times 32 bits
    "promise": "30",
    "workers": "4",
    "trees": "100",
    "network": "1.25 GB/s",  # 10 Gbit/s
    "num_leaves": "31",
    "top_rate": "0.2",
    "other_rate": "0.1",
    # 1. Gradients: the mean is (8 + 9 + 17 + 22 + 31 + 39) / 6 = 126 / 6, each is 21 - y.
    "base_shift": "0",
    "base": "21.00",
    "gradient[row=1, round=1]": "13.00",
    "gradient[row=2, round=1]": "12.00",
    "gradient[row=3, round=1]": "4.00",
    "gradient[row=4, round=1]": "−1.00",
    "gradient[row=5, round=1]": "−10.00",
    "gradient[row=6, round=1]": "−18.00",
    "gradient_so_far[row=2, round=1]": "25.00",  # 13 + 12
    "gradient_so_far[row=3, round=1]": "29.00",  # + 4
    "gradient_so_far[row=4, round=1]": "28.00",  # - 1
    "gradient_so_far[row=5, round=1]": "18.00",  # - 10
    "gradient_so_far[row=6, round=1]": "0",  # - 18: residuals around their mean
    "hessian_so_far[row=2]": "2",
    "hessian_so_far[row=3]": "3",
    "hessian_so_far[row=4]": "4",
    "hessian_so_far[row=5]": "5",
    "hessian_so_far[row=6]": "6",
    "trial_p": "0.269",  # 1 / (1 + e) = 1 / 3.71828 = 0.26894
    "trial_gradient": "−0.731",  # 0.26894 - 1
    "trial_hessian": "0.197",  # 0.26894 x 0.73106 = 0.19661
    "trial_loss": "1.313",  # ln(1 + e^-1) + 1 = 0.31326 + 1
    "trial_exact": "0.693",  # ln 2
    "trial_line": "0.582",  # 1.31326 - 0.73106 = 0.58220
    "trial_parabola": "0.681",  # 0.58220 + 0.19661 / 2 = 0.68051
    # 2. The leaf of rows 5 and 6: G = -28, H = 2, lambda 1.
    "side_gradient[split=1, side=right, round=1]": "−13.00",  # 0 - 13, and so on
    "side_gradient[split=2, side=right, round=1]": "−25.00",
    "side_gradient[split=3, side=right, round=1]": "−29.00",
    "side_gradient[split=4, side=right, round=1]": "−28.00",
    "side_gradient[split=5, side=right, round=1]": "−18.00",
    "side_hessian[split=1, side=right]": "5",
    "side_hessian[split=2, side=right]": "4",
    "side_hessian[split=3, side=right]": "3",
    "side_hessian[split=4, side=right]": "2",
    "side_hessian[split=5, side=right]": "1",
    "goes[row=4, split=4, side=left]": "1",  # 5 km is below 5.5
    "goes[row=4, split=4, side=right]": "0",
    "goes[row=5, split=4, side=right]": "1",
    "side_gradient[split=4, side=left, round=1]": "28.00",
    "side_hessian[split=4, side=left]": "4",
    "free_weight": "14.00",  # 28 / 2
    "thresholded": "−28.00",  # alpha 0 moves nothing
    "side_weight[split=4, side=right, round=1]": "9.33",  # 28 / 3
    "trial_objective": "−98.00",  # -28 x 14 + 3 x 196 / 2 = -392 + 294
    "best_objective": "−130.67",  # -28 x 28/3 + 3/2 x (28/3)^2 = -784/6
    "side_score[split=4, side=right, round=1]": "261.33",  # 784 / 3
    # 3. Gains at lambda 1; the root's score is 0 / 7.
    "gain[split=1, round=1]": "112.67",  # 169/2 + 169/6 = 84.5 + 28.1667
    "gain[split=2, round=1]": "333.33",  # 625/3 + 625/5 = 208.333 + 125
    "gain[split=3, round=1]": "420.50",  # 841/4 + 841/4
    "gain[split=4, round=1]": "418.13",  # 784/5 + 784/3 = 156.8 + 261.333
    "gain[split=5, round=1]": "216.00",  # 324/6 + 324/2 = 54 + 162
    "side_score[split=4, side=left, round=1]": "156.80",  # 784 / 5
    "root_score[round=1]": "0",
    "paper_gain": "199.07",  # 418.1333 / 2 - 10
    "paper_right_gain": "−4.21",  # 51.5833 / 2 - 30 = 25.7917 - 30
    "library_verdict": KEEPS,  # 51.58 is at least 30
    "paper_verdict": PRUNES,  # 25.79 is not
    "library_gamma": "60",  # 2 x 30
    # 4. Thresholds half way; gains at lambda 0.
    "threshold[split=1]": "1.5",
    "threshold[split=2]": "2.5",
    "threshold[split=3]": "4.0",
    "threshold[split=4]": "5.5",
    "threshold[split=5]": "7.0",
    "other_gain[split=1]": "202.80",  # 169 + 169/5 = 169 + 33.8
    "other_gain[split=2]": "468.75",  # 625/2 + 625/4 = 312.5 + 156.25
    "other_gain[split=3]": "560.67",  # 2 x 841/3
    "other_gain[split=4]": "588.00",  # 784/4 + 784/2 = 196 + 392
    "other_gain[split=5]": "388.80",  # 324/5 + 324
    "other_cut": "5.5",
    "best_gain[round=1]": "420.50",
    "cut[round=1]": "4.0",
    # 5. Second level: parents score 841/4 = 210.25 on both sides.
    "in_child[row=3, child=left, round=1]": "1",  # 3 km is below 4.0
    "in_child[row=4, child=left, round=1]": "0",
    "in_child[row=4, child=right, round=1]": "1",
    "child_gradient[split=1, side=left, child=left, round=1]": "13.00",
    "child_gradient[split=1, side=right, child=left, round=1]": "16.00",  # 12 + 4
    "child_gradient[split=5, side=left, child=right, round=1]": "−11.00",  # -1 - 10
    "child_gradient[split=5, side=right, child=right, round=1]": "−18.00",
    "child_hessian[split=1, side=left, child=left, round=1]": "1",
    "child_hessian[split=1, side=right, child=left, round=1]": "2",
    "child_hessian[split=5, side=left, child=right, round=1]": "2",
    "child_may[split=2, child=left, round=1]": FED,
    "child_may[split=3, child=left, round=1]": STARVED,  # nothing is right of it
    "child_may[split=2, child=right, round=1]": STARVED,
    "child_may[split=5, child=right, round=1]": FED,
    # 84.5 + 16^2/3 - 210.25 = 169.8333 - 210.25
    "child_gain[split=1, child=left, round=1]": "−40.42",
    "child_gain[split=2, child=left, round=1]": "6.08",  # 208.333 + 4^2/2 - 210.25 = 6.0833
    "child_gain[split=3, child=left, round=1]": "0",  # the root's own cut
    "child_gain[split=4, child=left, round=1]": "0",  # not in this child
    "child_gain[split=2, child=right, round=1]": "0",  # not in this child
    "child_gain[split=3, child=right, round=1]": "0",  # the root's own cut
    "child_gain[split=4, child=right, round=1]": "51.58",  # 1/2 + 261.333 - 210.25 = 51.5833
    # 11^2/3 + 162 - 210.25 = 202.3333 - 210.25
    "child_gain[split=5, child=right, round=1]": "−7.92",
    "child_best[child=left, round=1]": "6.08",
    "child_cut[child=left, round=1]": "2.5",
    "child_best[child=right, round=1]": "51.58",
    "child_cut[child=right, round=1]": "5.5",
    "child_stands[child=left, round=1]": PRUNES,  # 6.08 is below 10
    "child_stands[child=right, round=1]": KEEPS,
    "root_stands[round=1]": KEEPS,
    "kept[round=1]": "2",
    "larger_child_stands[child=left, larger=larger]": PRUNES,
    "larger_child_stands[child=right, larger=larger]": PRUNES,  # 51.58 is below 60
    "larger_root_stands[larger=larger]": KEEPS,
    "larger_root_stands[larger=largest]": PRUNES,  # 420.5 is below 500
    "larger_kept[larger=larger]": "1",  # 60 is above 51.58, below 420.5
    "larger_kept[larger=largest]": "0",
    "leaf_start[leaf=lower, round=1]": "0",  # pruned
    "leaf_start[leaf=upper, round=1]": "4.0",
    "leaf_start[leaf=highest, round=1]": "5.5",
    "leaf_start[leaf=lowest, round=1]": "0",
    "row_leaf[row=1, round=1]": "lower",
    "row_leaf[row=3, round=1]": "lower",
    "row_leaf[row=4, round=1]": "upper",
    "row_leaf[row=5, round=1]": "highest",
    "row_leaf[row=1, round=2]": "lowest",
    "row_leaf[row=3, round=2]": "lower",
    "leaf_holds[leaf=lowest, round=1]": "0",
    "leaf_holds[leaf=lower, round=1]": "1",
    # the left split is pruned: rows 1 to 3 stay together in the lower
    "leaf_weight[leaf=lowest, round=1]": "0",
    "leaf_gradient[leaf=lower, round=1]": "29.00",
    "leaf_hessian[leaf=lower, round=1]": "3",
    "leaf_weight[leaf=lower, round=1]": "−7.25",  # -29 / 4
    "leaf_gradient[leaf=upper, round=1]": "−1.00",  # row 4 alone: 28 - 29
    "leaf_hessian[leaf=upper, round=1]": "1",
    "leaf_weight[leaf=upper, round=1]": "0.50",  # 1 / 2
    "leaf_gradient[leaf=highest, round=1]": "−28.00",  # 0 - 28
    "leaf_hessian[leaf=highest, round=1]": "2",  # 6 - 4
    "leaf_weight[leaf=highest, round=1]": "9.33",  # 28 / 3
    # 6. min_child_weight 1: every row has hessian 1.
    "may_split[split=1]": FED,
    "may_split[split=2]": FED,
    "may_split[split=3]": FED,
    "may_split[split=4]": FED,
    "may_split[split=5]": FED,
    "rows_to_feed[belief=sure]": "102 rows",  # 1 / 0.0099 = 101.01
    "rows_to_feed[belief=unsure]": "4 rows",  # 1 / 0.25
    "rows_to_feed[belief=rare]": "1,002 rows",  # 1 / 0.000999 = 1,001.001
    # 7. Rounds. Squares of 13 12 4 1 10 18: 169 + 144 + 16 + 1 + 100 + 324 = 754; / 6 = 125.67
    "base_mse": "125.67",
    "prediction[row=1, round=1]": "18.825",  # 21 - 0.3 x 7.25 = 21 - 2.175 = 18.825
    "prediction[row=2, round=1]": "18.825",
    "prediction[row=3, round=1]": "18.825",
    "prediction[row=4, round=1]": "21.150",  # 21 + 0.3 x 0.5
    "prediction[row=5, round=1]": "23.800",  # 21 + 0.3 x 28/3 = 21 + 2.8
    "prediction[row=6, round=1]": "23.800",
    "query_leaf[round=1]": "highest",
    "query[round=1]": "23.800",  # 20 km lies in the last leaf
    # Errors 10.825 9.825 1.825 -0.85 -7.2 -15.2, squared 117.1806 + 96.5306 + 3.3306 + 0.7225
    # + 51.84 + 231.04 = 500.6444
    "mse[round=1]": "83.44",
    "gradient[row=1, round=2]": "10.83",  # 18.825 - 8 = 10.825
    "gradient[row=2, round=2]": "9.83",  # 9.825
    "gradient[row=3, round=2]": "1.83",  # 1.825
    "gradient[row=4, round=2]": "−0.85",  # 21.15 - 22
    "gradient[row=5, round=2]": "−7.20",  # 23.8 - 31
    "gradient[row=6, round=2]": "−15.20",
    "gradient_so_far[row=2, round=2]": "20.65",  # 10.825 + 9.825
    "gradient_so_far[row=3, round=2]": "22.48",  # 22.475
    "gradient_so_far[row=4, round=2]": "21.63",  # 21.625
    "gradient_so_far[row=5, round=2]": "14.43",  # 14.425
    "gradient_so_far[row=6, round=2]": "−0.78",  # -0.775
    # The parent scores 0.775^2 / 7 = 0.0858.
    # 117.1806/2 + 11.6^2/6 - 0.0858 = 58.5903 + 22.4267 - 0.0858
    "gain[split=1, round=2]": "80.93",
    "gain[split=2, round=2]": "233.86",  # 20.65^2/3 + 21.425^2/5 = 142.1408 + 91.8061, less 0.0858
    "gain[split=3, round=2]": "261.34",  # 22.475^2/4 + 23.25^2/4 = 126.2814 + 135.1406, less 0.0858
    "gain[split=4, round=2]": "260.70",  # 21.625^2/5 + 22.4^2/3 = 93.5281 + 167.2533, less 0.0858
    "gain[split=5, round=2]": "150.11",  # 14.425^2/6 + 15.2^2/2 = 34.6801 + 115.52, less 0.0858
    "best_gain[round=2]": "261.34",
    "cut[round=2]": "4.0",
    "child_gain[split=1, child=left, round=2]": "−22.45",  # 58.5903 + 11.65^2/3 - 126.2814
    # 142.1408 + 1.825^2/2 - 126.2814 = 142.1408 + 1.6653 - 126.2814
    "child_gain[split=2, child=left, round=2]": "17.52",
    "child_gain[split=3, child=left, round=2]": "0",  # the root's own cut
    "child_gain[split=4, child=left, round=2]": "0",  # not in this child
    "child_gain[split=2, child=right, round=2]": "0",  # not in this child
    "child_gain[split=3, child=right, round=2]": "0",  # the root's own cut
    # 0.85^2/2 + 167.2533 - 135.1406 = 0.3613 + 32.1127
    "child_gain[split=4, child=right, round=2]": "32.47",
    # 8.05^2/3 + 115.52 - 135.1406 = 21.6008 - 19.6206
    "child_gain[split=5, child=right, round=2]": "1.98",
    "child_best[child=left, round=2]": "17.52",
    "child_cut[child=left, round=2]": "2.5",
    "child_best[child=right, round=2]": "32.47",
    "child_cut[child=right, round=2]": "5.5",
    "child_stands[child=left, round=2]": KEEPS,
    "child_stands[child=right, round=2]": KEEPS,
    "root_stands[round=2]": KEEPS,
    "leaf_start[leaf=lower, round=2]": "2.5",
    "leaf_start[leaf=upper, round=2]": "4.0",
    "leaf_start[leaf=highest, round=2]": "5.5",
    "leaf_gradient[leaf=lower, round=2]": "1.83",  # 22.475 - 20.65 = 1.825
    "leaf_gradient[leaf=upper, round=2]": "−0.85",
    "leaf_gradient[leaf=highest, round=2]": "−22.40",  # -0.775 - 21.625
    "leaf_hessian[leaf=lower, round=2]": "1",
    "leaf_hessian[leaf=upper, round=2]": "1",
    "leaf_hessian[leaf=highest, round=2]": "2",
    "leaf_weight[leaf=lowest, round=2]": "−6.88",  # -20.65 / 3 = -6.8833
    "leaf_weight[leaf=lower, round=2]": "−0.91",  # -1.825 / 2 = -0.9125
    "leaf_weight[leaf=upper, round=2]": "0.43",  # 0.85 / 2 = 0.425
    "leaf_weight[leaf=highest, round=2]": "7.47",  # 22.4 / 3 = 7.4667
    "prediction[row=1, round=2]": "16.760",  # 18.825 - 0.3 x 6.8833 = 18.825 - 2.065
    "prediction[row=2, round=2]": "16.760",
    "prediction[row=3, round=2]": "18.551",  # 18.825 - 0.27375 = 18.55125
    "prediction[row=4, round=2]": "21.278",  # 21.15 + 0.1275 = 21.2775
    "prediction[row=5, round=2]": "26.040",  # 23.8 + 2.24
    "prediction[row=6, round=2]": "26.040",
    "query[round=2]": "26.040",
    # Errors 8.76 7.76 1.55125 -0.7225 -4.96 -12.96: 76.7376 + 60.2176 + 2.4064 + 0.5220
    # + 24.6016 + 167.9616 = 332.4468
    "mse[round=2]": "55.41",
    "gradient[row=1, round=3]": "8.76",
    "gradient[row=2, round=3]": "7.76",
    "gradient[row=3, round=3]": "1.55",
    "gradient[row=4, round=3]": "−0.72",
    "gradient[row=5, round=3]": "−4.96",
    "gradient[row=6, round=3]": "−12.96",
    "gradient_so_far[row=2, round=3]": "16.52",
    "gradient_so_far[row=3, round=3]": "18.07",  # 18.07125
    "gradient_so_far[row=4, round=3]": "17.35",  # 17.34875
    "gradient_so_far[row=5, round=3]": "12.39",  # 12.38875
    "gradient_so_far[row=6, round=3]": "−0.57",  # -0.57125
    # The parent scores 0.57125^2 / 7 = 0.0466.
    "gain[split=1, round=3]": "52.83",  # 76.7376/2 + 9.33125^2/6 = 38.3688 + 14.5120, less 0.0466
    "gain[split=2, round=3]": "149.35",  # 16.52^2/3 + 17.09125^2/5 = 90.9701 + 58.4222, less 0.0466
    # 18.07125^2/4 + 18.6425^2/4 = 81.6425 + 86.8857, less 0.0466
    "gain[split=3, round=3]": "168.48",
    # 17.34875^2/5 + 17.92^2/3 = 60.1958 + 107.0421, less 0.0466
    "gain[split=4, round=3]": "167.19",
    "gain[split=5, round=3]": "109.51",  # 12.38875^2/6 + 12.96^2/2 = 25.5802 + 83.9808, less 0.0466
    "best_gain[round=3]": "168.48",
    "cut[round=3]": "4.0",
    "child_gain[split=1, child=left, round=3]": "−14.37",  # 38.3688 + 9.31125^2/3 - 81.6425
    # 90.9701 + 1.55125^2/2 - 81.6425 = 90.9701 + 1.2032 - 81.6425
    "child_gain[split=2, child=left, round=3]": "10.53",
    "child_gain[split=3, child=left, round=3]": "0",  # the root's own cut
    "child_gain[split=4, child=left, round=3]": "0",  # not in this child
    "child_gain[split=2, child=right, round=3]": "0",  # not in this child
    "child_gain[split=3, child=right, round=3]": "0",  # the root's own cut
    # 0.7225^2/2 + 107.0421 - 86.8857 = 0.2610 + 20.1564
    "child_gain[split=4, child=right, round=3]": "20.42",
    # 5.6825^2/3 + 83.9808 - 86.8857 = 10.7636 - 2.9049
    "child_gain[split=5, child=right, round=3]": "7.86",
    "child_best[child=left, round=3]": "10.53",
    "child_cut[child=left, round=3]": "2.5",
    "child_best[child=right, round=3]": "20.42",
    "child_cut[child=right, round=3]": "5.5",
    "child_stands[child=left, round=3]": KEEPS,  # 10.53 is at least 10
    "child_stands[child=right, round=3]": KEEPS,
    "root_stands[round=3]": KEEPS,
    "leaf_start[leaf=lower, round=3]": "2.5",
    "leaf_start[leaf=upper, round=3]": "4.0",
    "leaf_start[leaf=highest, round=3]": "5.5",
    "leaf_gradient[leaf=lower, round=3]": "1.55",
    "leaf_hessian[leaf=lower, round=3]": "1",
    "leaf_gradient[leaf=upper, round=3]": "−0.72",  # -0.7225
    "leaf_hessian[leaf=upper, round=3]": "1",
    "leaf_gradient[leaf=highest, round=3]": "−17.92",  # -4.96 - 12.96
    "leaf_hessian[leaf=highest, round=3]": "2",
    "leaf_weight[leaf=lowest, round=3]": "−5.51",  # -16.52 / 3 = -5.5067
    "leaf_weight[leaf=lower, round=3]": "−0.78",  # -1.55125 / 2 = -0.7756
    "leaf_weight[leaf=upper, round=3]": "0.36",  # 0.7225 / 2
    "leaf_weight[leaf=highest, round=3]": "5.97",  # 17.92 / 3 = 5.9733
    "prediction[row=1, round=3]": "15.108",  # 16.76 - 1.652 = 15.108
    "prediction[row=2, round=3]": "15.108",
    "prediction[row=3, round=3]": "18.319",  # 18.55125 - 0.2327 = 18.3186
    "prediction[row=4, round=3]": "21.386",  # 21.2775 + 0.1084 = 21.3859
    "prediction[row=5, round=3]": "27.832",  # 26.04 + 1.792 = 27.832
    "prediction[row=6, round=3]": "27.832",
    "query[round=3]": "27.832",
    # Errors 7.108 6.108 1.3186 -0.6141 -3.168 -11.168: 50.5237 + 37.3077 + 1.7386 + 0.3772
    # + 10.0362 + 124.7242 = 224.7076
    "mse[round=3]": "37.45",
    "error_removed": "88.22",  # 125.6667 - 37.4513 = 88.2154
    "share_left[split=4, side=right]": "80%",  # 1 - 0.3 x 2/3
    "share_left[split=5, side=right]": "85%",  # 1 - 0.3 x 1/2
    "columns[draw=tree]": "22",  # 28 x 0.8 = 22.4
    "columns[draw=level]": "11",
    "columns[draw=node]": "5",  # 5.5
    # 8. A seventh row of 35 minutes: g = 21 - 35; parent 14^2 / 8 = 24.5.
    "missing_gradient": "−14.00",
    "whole_score": "24.50",
    "way_score[split=4, side=left, way=left]": "32.67",  # (28 - 14)^2 / 6
    "way_score[split=4, side=left, way=right]": "156.80",  # 784 / 5
    "way_score[split=4, side=right, way=left]": "261.33",  # 784 / 3
    "way_score[split=4, side=right, way=right]": "441.00",  # 42^2 / 4
    "way_gain[split=1, way=right]": "164.14",  # 169/2 + 27^2/7 - 24.5 = 84.5 + 104.1429 - 24.5
    "way_gain[split=2, way=right]": "437.33",  # 625/3 + 39^2/6 - 24.5 = 208.3333 + 253.5 - 24.5
    "way_gain[split=3, way=right]": "555.55",  # 841/4 + 43^2/5 - 24.5 = 210.25 + 369.8 - 24.5
    "way_gain[split=4, way=right]": "573.30",  # 784/5 + 42^2/4 - 24.5 = 156.8 + 441 - 24.5
    "way_gain[split=5, way=right]": "370.83",  # 324/6 + 32^2/3 - 24.5 = 54 + 341.3333 - 24.5
    "way_gain[split=1, way=left]": "4.00",  # 1/3 + 13^2/6 - 24.5 = 0.3333 + 28.1667 - 24.5
    "way_gain[split=2, way=left]": "130.75",  # 121/4 + 625/5 - 24.5 = 30.25 + 125 - 24.5
    "way_gain[split=3, way=left]": "230.75",  # 225/5 + 841/4 - 24.5 = 45 + 210.25 - 24.5
    "way_gain[split=4, way=left]": "269.50",  # 196/6 + 784/3 - 24.5 = 32.6667 + 261.3333 - 24.5
    "way_gain[split=5, way=left]": "139.79",  # 16/7 + 324/2 - 24.5 = 2.2857 + 162 - 24.5
    "apart_gain": "73.50",  # 0 + 196/2 - 24.5
    "way_best[way=right]": "573.30",
    "way_best[way=left]": "269.50",
    "direction": "right",
    # 9. Costs for 1e6 rows x 28.
    "comparisons": "558,083,920",  # 28e6 x log2(1e6) = 28e6 x 19.93156857 (6 / 0.30102999566)
    "candidates[method=exact-greedy]": "27,999,972",  # 28 x 999,999
    "candidates[method=histograms]": "7,140",  # 28 x 255
    "candidate_ratio": "3,922×",  # 999,999 / 255 = 3,921.56
    "table[store=float32]": "112 MB",
    "table[store=sorted-columns]": "224 MB",
    "table[store=bin-numbers]": "28 MB",
    "tree_read[method=exact-greedy]": "1,344 MB",  # 6 x 224
    "tree_read[method=histograms]": "98 MB",  # 28 x (1 + 5/2)
    "read_floor[method=exact-greedy]": "67.2 ms",  # 1.344 / 20
    "read_floor[method=histograms]": "4.9 ms",  # 0.098 / 20
    "read_ratio": "13.7×",  # 1,344 / 98 = 13.714
    "node_histogram": "112 KiB",  # 28 x 256 x 16 = 28 x 4 KiB
    "sketch_eps": "0.049%",  # 1 / 2,048 = 0.00048828
    "misplaced": "488 rows",  # 1e6 / 2,048 = 488.28
    "bin_rows": "3,906 rows",  # 1e6 / 256 = 3,906.25
    "misplaced_share": "12.5%",  # 1 / 8
    "summary_bytes": "896 KiB",  # 28 x 2,048 x 16 = 28 x 32 KiB
    # 10. Late is over 30 minutes: rows 5 and 6.
    "late[row=1]": "on time",
    "late[row=2]": "on time",
    "late[row=3]": "on time",
    "late[row=4]": "on time",
    "late[row=5]": "late",
    "late[row=6]": "late",
    "late_share": "33.3%",
    "late_p": "0.3333",
    "late_odds": "0.5000",  # 1/3 over 2/3
    "late_margin": "−0.693",  # ln(1/2)
    "late_gradient[row=5]": "−0.667",
    "late_gradient[row=6]": "−0.667",
    "late_hessian": "0.222",  # 2/9
    "late_sum[side=right]": "−1.333",
    "late_hessian_sum[side=right]": "0.444",
    "late_hessian_sum[side=left]": "0.889",
    "late_may_split": STARVED,
    "newton": "3.00",  # (4/3) / (4/9)
    "late_weight": "0.923",  # (4/3) / (13/9) = 12/13
    "late_margin_after": "−0.416",  # -0.69315 + 0.3 x 0.92308 = -0.69315 + 0.27692
    "late_p_after": "0.397",  # 1 / (1 + e^0.41623) = 1 / 2.51624
    # 11. Monotone.
    "side_weight[split=2, side=left, round=1]": "−8.33",  # -25 / 3
    "side_weight[split=2, side=right, round=1]": "5.00",  # 25 / 5
    "rise": "13.33",
    "may_rise": "allowed",
    "may_fall": "forbidden",
    "wall": "−1.67",  # half of -8.3333 + 5
    "lone_weight": "−2.00",  # -4 / 2
    "walled": "−1.67",
    # 12. Fast.
    "filled": "32",  # 1 + (1 + 2 + 4 + 8 + 16)
    "tree_payload": "3.67 MB",  # 32 x 114,688 = 3,670,016
    "tree_sent": "5.51 MB",  # x 2 x 3/4 = 5,505,024
    "model_sent": "551 MB",  # 550.5
    "model_network": "0.44 s",  # 0.5505 / 1.25
    "sent_over_table": "4.9×",  # 550.5 / 112 = 4.915
    # 13. Rivals.
    "leaves": "64",
    "conditions": "63",
    "leaves_ratio": "2.1×",  # 64 / 31
    "deepest": "30",
    "goss_rows": "30%",
    "goss_factor": "8.0×",  # 0.8 / 0.1
}

OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    (
        # alpha 5 moves every sum 5 towards zero.
        {"reg_alpha": 5},
        {
            "thresholded": "−23.00",
            "side_weight[split=4, side=right, round=1]": "7.67",  # 23 / 3
            "side_score[split=4, side=right, round=1]": "176.33",  # 529 / 3
            "trial_objective": "−28.00",  # -98 + 5 x 14
            "gain[split=1, round=1]": "42.67",  # 64/2 + 64/6
            "gain[split=3, round=1]": "288.00",  # 2 x 576/4
            "gain[split=4, round=1]": "282.13",  # 529/5 + 529/3 = 105.8 + 176.3333
            "other_gain[split=4]": "396.75",  # 529/4 + 529/2
            "way_gain[split=1, way=left]": "0.54",  # left within alpha: 0; right 64/6; parent 81/8
        },
    ),
    (
        {"min_child_weight": 2},
        {
            "may_split[split=1]": STARVED,
            "may_split[split=2]": FED,
            "may_split[split=5]": STARVED,
            "child_may[split=2, child=left, round=1]": STARVED,
            "child_cut[child=left, round=1]": "none",
            "child_best[child=left, round=1]": "—",
            "child_stands[child=left, round=1]": PRUNES,
            "rows_to_feed[belief=unsure]": "8 rows",
        },
    ),
    (
        # Row weights of 2: twice the sums, the same lambda: 58^2/7 x 2 against 56^2/9 + 56^2/5.
        {"row_weight": 2},
        {
            "gain[split=3, round=1]": "961.14",
            "gain[split=4, round=1]": "975.64",
            "cut[round=1]": "5.5",
            "hessian_so_far[row=6]": "12",
        },
    ),
    (
        # Only the root stands: leaves -29/4 and 29/4. At 5 km, which lies below the pruned right
        # threshold, the prediction is 21 + 0.3 x 7.25.
        {"gamma": 70, "query_km": 5},
        {
            "child_stands[child=left, round=1]": PRUNES,
            "child_stands[child=right, round=1]": PRUNES,
            "root_stands[round=1]": KEEPS,
            "kept[round=1]": "1",
            "leaf_weight[leaf=lowest, round=1]": "0",
            "leaf_weight[leaf=lower, round=1]": "−7.25",
            "leaf_weight[leaf=upper, round=1]": "0",
            "leaf_weight[leaf=highest, round=1]": "7.25",
            "leaf_start[leaf=highest, round=1]": "4.0",
            "query[round=1]": "23.175",
            # Round 2: gradients 10.825 9.825 1.825 1.175 | -7.825 -15.825. The root now cuts after
            # row 4: 23.65^2/5 + 23.65^2/3 = 298.30 against 2 x 22.475^2/4 = 252.56; the left
            # child's best is 20.65^2/3 + 3^2/3 - 23.65^2/5 = 142.14 + 3 - 111.86, below gamma.
            "cut[round=2]": "5.5",
            "child_best[child=left, round=2]": "33.28",
            "child_stands[child=left, round=2]": PRUNES,
            "query[round=2]": "21.756",  # 23.175 - 0.3 x 23.65/5 = 23.175 - 1.419
            # Round 3: rows 1 to 4 sum to 23.65 - 4 x 1.419 = 17.974.
            "query[round=3]": "20.678",  # 21.756 - 0.3 x 17.974/5 = 21.756 - 1.07844
        },
    ),
    (
        # The same at 2 km, below the pruned left thresholds.
        {"gamma": 70, "query_km": 2},
        {
            "query[round=1]": "18.825",  # 21 - 2.175
            "query[round=2]": "17.406",  # 18.825 - 1.419
            "query[round=3]": "16.328",  # 17.406 - 1.07844
        },
    ),
    (
        # No split stands; the base score is 7 too high: G = 42, weight -42/7.
        {"gamma": 2000, "base_shift": 7, "query_km": 3},
        {
            "base": "28.00",
            "gradient_so_far[row=6, round=1]": "42.00",
            "root_score[round=1]": "252.00",  # 42^2 / 7
            "root_stands[round=1]": PRUNES,
            "kept[round=1]": "0",
            "leaf_weight[leaf=lower, round=1]": "0",
            "leaf_weight[leaf=highest, round=1]": "−6.00",
            "wall": "−6.80",  # half of -(25 + 14)/3 - (28 - 25)/5 = half of -13 - 0.6
            "prediction[row=1, round=1]": "26.200",
            "query[round=1]": "26.200",  # 28 - 0.3 x 6
            "query[round=2]": "24.863",  # 26.2 - 0.3 x 6 x 5.2/7 = 26.2 - 1.337143
            "query[round=3]": "23.870",  # 24.862857 - 0.3 x 6 x 3.862857/7 = 24.862857 - 0.993306
        },
    ),
    (
        # Gradients 11 11 11 11 -1 -43: the root cuts after row 5 with 43^2/6 + 43^2/2 = 1232.67,
        # its left child after row 4 with 44^2/5 + 1/2 - 43^2/6 = 387.2 + 0.5 - 308.17.
        {**minutes(10, 10, 10, 10, 22, 64), "gamma": 100},
        {
            "base": "21.00",
            "cut[round=1]": "7.0",
            "best_gain[round=1]": "1,232.67",
            "child_gain[split=4, child=left, round=1]": "79.53",
            "child_cut[child=left, round=1]": "5.5",
            "child_stands[child=left, round=1]": PRUNES,
            "root_stands[round=1]": KEEPS,
            "leaf_weight[leaf=lower, round=1]": "−7.17",  # -43 / 6
            "prediction[row=4, round=1]": "18.850",  # 21 - 0.3 x 7.1667 = 21 - 2.15
        },
    ),
    (
        # Gradients 10 10 10 10 10 -50. Root gains 50^2/6 + 50^2/2 = 1,666.67, then
        # 37.5^2/6 + 42.5^2/2 - 5^2/7 = 1,133.93, then 28.125^2/6 + 36.125^2/2 - 8^2/7 = 775.20:
        # gamma prunes the third tree, whose only leaf is 8/7.
        {**minutes(10, 10, 10, 10, 10, 70), "gamma": 1000},
        {
            "best_gain[round=1]": "1,666.67",
            "best_gain[round=2]": "1,133.93",
            "best_gain[round=3]": "775.20",
            "root_stands[round=2]": KEEPS,
            "cut[round=3]": "7.0",
            "root_stands[round=3]": PRUNES,
            # 20 - 0.3 x 50/6 - 0.3 x 37.5/6 = 20 - 2.5 - 1.875 = 15.625
            "prediction[row=5, round=2]": "15.625",
            "prediction[row=5, round=3]": "15.968",  # 15.625 + 0.3 x 8/7
        },
    ),
    (
        # Labels whose root gains less than what it leads to, lambda 0: thirds of means 50/3 and
        # 30 around 70/3, 6 x (20/3)^2 = 266.67; in the right child 40 40 | 10 around 30:
        # 2 x 10^2 + 20^2 = 600; in the left 20 20 | 10 around 50/3: 2 x (10/3)^2 + (20/3)^2.
        {**minutes(20, 20, 10, 40, 40, 10), "reg_lambda": 0, "gamma": 400},
        {
            "best_gain[round=1]": "266.67",
            "cut[round=1]": "4.0",
            "child_best[child=left, round=1]": "66.67",
            "child_best[child=right, round=1]": "600.00",
            "child_stands[child=left, round=1]": PRUNES,
            "child_stands[child=right, round=1]": KEEPS,
            "root_stands[round=1]": KEEPS,
            "kept[round=1]": "2",
            "leaf_weight[leaf=lower, round=1]": "−6.67",
            "leaf_weight[leaf=upper, round=1]": "16.67",
            "leaf_weight[leaf=highest, round=1]": "−13.33",
            "leaf_hessian[leaf=upper, round=1]": "2",
        },
    ),
    (
        # From here on lambda and gamma are 0 and the leaves hold equal labels, so that each round
        # leaves 0.7 of every residual and 0.49 of every gain. Root: 0 0 0 12 | 60 60 around 22,
        # 4 x 19^2 + 2 x 38^2 = 4,332; left child around 3: 1 + 3 rows 3^2 + 3 x 1^2 = 12, 3 + 1
        # rows 3 x 3^2 + 9^2 = 108.
        {**minutes(0, 0, 0, 12, 60, 60), "reg_lambda": 0, "gamma": 0},
        {
            "best_gain[round=1]": "4,332.00",
            "child_gain[split=1, child=left, round=1]": "12.00",
            "child_gain[split=3, child=left, round=1]": "108.00",
            "child_gain[split=1, child=left, round=2]": "5.88",
            "child_gain[split=3, child=left, round=2]": "52.92",
            "child_gain[split=1, child=left, round=3]": "2.88",
            "child_gain[split=3, child=left, round=3]": "25.93",  # 0.2401 x 12, x 108 = 25.9308
        },
    ),
    (
        # 0 0 0 0 15 | 75 around 15; left child around 3: 4 x 3^2 + 12^2 = 180.
        {**minutes(0, 0, 0, 0, 15, 75), "reg_lambda": 0, "gamma": 0},
        {
            "child_gain[split=4, child=left, round=1]": "180.00",
            "child_gain[split=4, child=left, round=2]": "88.20",
            "child_gain[split=4, child=left, round=3]": "43.22",
        },
    ),
    (
        # Its mirror image, 75 | 15 0 0 0 0. Right child: after row 3, 2 x 4.5^2 + 3 x 3^2 = 67.5;
        # after row 5, 4 x 0.75^2 + 3^2 = 11.25.
        {**minutes(75, 15, 0, 0, 0, 0), "reg_lambda": 0, "gamma": 0},
        {
            "child_gain[split=2, child=right, round=1]": "180.00",
            "child_gain[split=3, child=right, round=1]": "67.50",
            "child_gain[split=5, child=right, round=1]": "11.25",
            "child_gain[split=2, child=right, round=2]": "88.20",
            "child_gain[split=3, child=right, round=2]": "33.08",  # 33.075
            "child_gain[split=2, child=right, round=3]": "43.22",
            "child_gain[split=3, child=right, round=3]": "16.21",  # 16.20675
        },
    ),
    (
        {"gamma": 5, "larger_gamma[larger=largest]": 10},
        {
            "child_stands[child=left, round=1]": KEEPS,
            "kept[round=1]": "3",
            "leaf_start[leaf=lower, round=1]": "2.5",
            "larger_kept[larger=largest]": "2",
            "leaf_weight[leaf=lowest, round=1]": "−8.33",
            "leaf_weight[leaf=lower, round=1]": "−2.00",
        },  # -25/3, -4/2
    ),
    (
        {"trial_step": 2},
        {"trial_exact": "0.313"},  # ln(1 + e) - 1
    ),
    (
        # A quick delivery without a distance: g = 21 - 5 = 16, total 16, parent 256/8 = 32.
        {"y_missing": 5},
        {
            # (29 + 16)^2/5 + 29^2/4 - 32 = 405 + 210.25 - 32
            "way_gain[split=3, way=left]": "583.25",
            "way_best[way=left]": "583.25",
            "direction": "left",
        },
    ),
    ({"min_child_weight": 0.4}, {"late_may_split": FED}),
    (
        # Even where no hessians are asked for, a node without rows is none.
        {"min_child_weight": 0},
        {
            "child_may[split=3, child=left, round=1]": STARVED,
            "child_may[split=2, child=left, round=1]": FED,
            "leaf_holds[leaf=lowest, round=1]": "0",
            "leaf_holds[leaf=upper, round=1]": "1",
        },
    ),
    (
        # A gain of exactly gamma is enough: 108, worked out above.
        {**minutes(0, 0, 0, 12, 60, 60), "reg_lambda": 0, "gamma": 108, "trial_gamma": 54},
        {"child_best[child=left, round=1]": "108.00", "child_stands[child=left, round=1]": KEEPS},
    ),
    (
        {"eta": 0.5},
        {
            "late_margin_after": "−0.232",  # -0.69315 + 0.5 x 0.92308 = -0.69315 + 0.46154
            "late_p_after": "0.442",  # 1 / (1 + e^0.23161) = 1 / 2.26063
        },
    ),
    ({"promise": 100}, {"late_share": "0%", "late_p": "0.0000010", "late_margin": "−13.816"}),
]
