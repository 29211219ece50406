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

PINS: dict[str, str] = {
    # The givens: the six deliveries, the library's defaults, and the chapter's own choices.
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
    "gamma_middle": "60",
    "gamma_high": "500",
    "min_child_weight": "1",
    "sure_p": "0.99",
    "unsure_p": "0.5",
    "eta": "0.3",
    "query_km": "20",
    "features": "28",  # as the HIGGS table has
    "share_tree": "0.8",
    "share_level": "0.5",
    "share_node": "0.5",
    "y_missing": "35",
    "rows": "1,000,000 rows",
    "depth": "6",
    "max_bin": "256",
    "value_width": "4 B",  # 32 bits
    "entry_width": "8 B",  # 32 bits of row number and 32 of value
    "bin_width": "1 B",
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
    "mean_label": "21.00",
    "base_shift": "0",
    "base": "21.00",
    "g1": "13.00",
    "g2": "12.00",
    "g3": "4.00",
    "g4": "−1.00",
    "g5": "−10.00",
    "g6": "−18.00",
    "G2": "25.00",  # 13 + 12
    "G3": "29.00",  # + 4
    "G4": "28.00",  # - 1
    "G5": "18.00",  # - 10
    "G6": "0",  # - 18: residuals around their mean
    "H2": "2",
    "H3": "3",
    "H4": "4",
    "H5": "5",
    "H6": "6",
    "trial_p": "0.269",  # 1 / (1 + e) = 1 / 3.71828 = 0.26894
    "trial_g": "−0.731",  # 0.26894 - 1
    "trial_h": "0.197",  # 0.26894 x 0.73106 = 0.19661
    "trial_loss": "1.313",  # ln(1 + e^-1) + 1 = 0.31326 + 1
    "trial_moved": "0",  # -1 + 1
    "trial_exact": "0.693",  # ln 2
    "trial_first": "0.582",  # 1.31326 - 0.73106 = 0.58220
    "trial_second": "0.681",  # 0.58220 + 0.19661 / 2 = 0.68051
    # 2. The leaf of rows 5 and 6: G = -28, H = 2, lambda 1.
    "right_G1": "−13.00",  # 0 - 13, and so on
    "right_G2": "−25.00",
    "right_G3": "−29.00",
    "right_G4": "−28.00",
    "right_G5": "−18.00",
    "right_H1": "5",
    "right_H2": "4",
    "right_H3": "3",
    "right_H4": "2",
    "right_H5": "1",
    "free_weight": "14.00",  # 28 / 2
    "thresholded": "−28.00",  # alpha 0 moves nothing
    "best_weight": "9.33",  # 28 / 3
    "trial_objective": "−98.00",  # -28 x 14 + 3 x 196 / 2 = -392 + 294
    "best_objective": "−130.67",  # -28 x 28/3 + 3/2 x (28/3)^2 = -784/6
    "leaf_score": "261.33",  # 784 / 3
    "leaf_fall": "130.67",  # half of it
    # 3. Gains at lambda 1; the root's score is 0 / 7.
    "gain1": "112.67",  # 169/2 + 169/6 = 84.5 + 28.1667
    "gain2": "333.33",  # 625/3 + 625/5 = 208.333 + 125
    "gain3": "420.50",  # 841/4 + 841/4
    "gain4": "418.13",  # 784/5 + 784/3 = 156.8 + 261.333
    "gain5": "216.00",  # 324/6 + 324/2 = 54 + 162
    "plain_gain": "418.13",
    "left_score4": "156.80",  # 784 / 5
    "root_score": "0",
    "paper_gain4": "199.07",  # 418.1333 / 2 - 10
    "paper_right_gain": "−4.21",  # 51.5833 / 2 - 30 = 25.7917 - 30
    "library_verdict": KEEPS,  # 51.58 is at least 30
    "paper_verdict": PRUNES,  # 25.79 is not
    "library_gamma": "60",  # 2 x 30
    # 4. Thresholds half way; gains at lambda 0.
    "t1": "1.5",
    "t2": "2.5",
    "t3": "4.0",
    "t4": "5.5",
    "t5": "7.0",
    "other_gain1": "202.80",  # 169 + 169/5 = 169 + 33.8
    "other_gain2": "468.75",  # 625/2 + 625/4 = 312.5 + 156.25
    "other_gain3": "560.67",  # 2 x 841/3
    "other_gain4": "588.00",  # 784/4 + 784/2 = 196 + 392
    "other_gain5": "388.80",  # 324/5 + 324
    "other_best": "588.00",
    "other_cut": "5.5",
    "root_gain": "420.50",
    "cut": "4.0",
    "G_root": "29.00",  # 13 + 12 + 4
    "H_root": "3",
    # 5. Second level: parents score 841/4 = 210.25 on both sides.
    "left_gain1": "0",  # 84.5 + 16^2/3 - 210.25 = 84.5 + 85.333 - 210.25 is negative
    "left_gain2": "6.08",  # 208.333 + 4^2/2 - 210.25 = 6.0833
    "left_gain3": "0",  # the root's own cut
    "left_gain4": "0",  # not in this child
    "right_gain2": "0",  # not in this child
    "right_gain3": "0",  # the root's own cut
    "right_gain4": "51.58",  # 1/2 + 261.333 - 210.25 = 51.5833
    "right_gain5": "0",  # 11^2/3 + 162 - 210.25 = 40.333 + 162 - 210.25 is negative
    "left_gain": "6.08",
    "left_cut": "2.5",
    "G_left": "25.00",
    "H_left": "2",
    "right_gain": "51.58",
    "right_cut": "5.5",
    "G_right": "28.00",
    "H_right": "4",
    "left_kept": PRUNES,  # 6.08 is below 10
    "right_kept": KEEPS,
    "cut_kept": KEEPS,
    "kept": "2",
    "kept_middle": "1",  # 60 is above 51.58, below 420.5
    "kept_high": "0",
    "standing_left": "0",  # pruned
    "standing_cut": "4.0",
    "standing_right": "5.5",
    "leaf1": "0",  # the left split is pruned: rows 1 to 3 stay together, in leaf 2
    "leaf2_G": "29.00",
    "leaf2_H": "3",
    "leaf2": "−7.25",  # -29 / 4
    "leaf3_G": "−1.00",  # row 4 alone: 28 - 29
    "leaf3_H": "1",
    "leaf3": "0.50",  # 1 / 2
    "leaf4_G": "−28.00",  # 0 - 28
    "leaf4_H": "2",  # 6 - 4
    "leaf4": "9.33",  # 28 / 3
    # 6. min_child_weight 1: every row has hessian 1.
    "fed1": FED,
    "fed2": FED,
    "fed3": FED,
    "fed4": FED,
    "fed5": FED,
    "sure_rows": "102 rows",  # 1 / 0.0099 = 101.01
    "unsure_rows": "4 rows",  # 1 / 0.25
    # 7. Rounds. Squares of 13 12 4 1 10 18: 169 + 144 + 16 + 1 + 100 + 324 = 754; / 6 = 125.67
    "mse0": "125.67",
    "after1_1": "18.825",  # 21 - 0.3 x 7.25 = 21 - 2.175 = 18.825
    "after1_2": "18.825",
    "after1_3": "18.825",
    "after1_4": "21.150",  # 21 + 0.3 x 0.5
    "after1_5": "23.800",  # 21 + 0.3 x 28/3 = 21 + 2.8
    "after1_6": "23.800",
    "query_after1": "23.800",  # 20 km lies in the last leaf
    # Errors 10.825 9.825 1.825 -0.85 -7.2 -15.2, squared 117.1806 + 96.5306 + 3.3306 + 0.7225
    # + 51.84 + 231.04 = 500.6444
    "mse1": "83.44",
    "r2_g1": "10.825",  # 18.825 - 8 = 10.825
    "r2_g2": "9.825",  # 9.825
    "r2_g3": "1.825",  # 1.825
    "r2_g4": "−0.850",  # 21.15 - 22
    "r2_g5": "−7.200",  # 23.8 - 31
    "r2_g6": "−15.200",
    "r2_G2": "20.650",  # 10.825 + 9.825
    "r2_G3": "22.475",  # 22.475
    "r2_G4": "21.625",  # 21.625
    "r2_G5": "14.425",  # 14.425
    "r2_G6": "−0.775",  # -0.775
    # The parent scores 0.775^2 / 7 = 0.0858.
    "r2_gain1": "80.93",  # 117.1806/2 + 11.6^2/6 - 0.0858 = 58.5903 + 22.4267 - 0.0858
    "r2_gain2": "233.86",  # 20.65^2/3 + 21.425^2/5 = 142.1408 + 91.8061, less 0.0858
    "r2_gain3": "261.34",  # 22.475^2/4 + 23.25^2/4 = 126.2814 + 135.1406, less 0.0858
    "r2_gain4": "260.70",  # 21.625^2/5 + 22.4^2/3 = 93.5281 + 167.2533, less 0.0858
    "r2_gain5": "150.11",  # 14.425^2/6 + 15.2^2/2 = 34.6801 + 115.52, less 0.0858
    "r2_root_gain": "261.34",
    "r2_cut": "4.0",
    "r2_G_root": "22.475",
    "r2_H_root": "3",
    "r2_left_gain1": "0",  # 58.59 + 11.65^2/3 - 126.28 is negative
    "r2_left_gain2": "17.52",  # 142.1408 + 1.825^2/2 - 126.2814 = 142.1408 + 1.6653 - 126.2814
    "r2_left_gain3": "0",  # the root's own cut
    "r2_left_gain4": "0",  # not in this child
    "r2_right_gain2": "0",  # not in this child
    "r2_right_gain3": "0",  # the root's own cut
    "r2_right_gain4": "32.47",  # 0.85^2/2 + 167.2533 - 135.1406 = 0.3613 + 32.1127
    "r2_right_gain5": "1.98",  # 8.05^2/3 + 115.52 - 135.1406 = 21.6008 - 19.6206
    "r2_left_gain": "17.52",
    "r2_left_cut": "2.5",
    "r2_right_gain": "32.47",
    "r2_right_cut": "5.5",
    "r2_left_kept": KEEPS,
    "r2_right_kept": KEEPS,
    "r2_cut_kept": KEEPS,
    "r2_standing_left": "2.5",
    "r2_standing_cut": "4.0",
    "r2_standing_right": "5.5",
    "r2_G_left": "20.650",
    "r2_H_left": "2",
    "r2_G_right": "21.625",
    "r2_H_right": "4",
    "r2_leaf2_G": "1.825",  # 22.475 - 20.65 = 1.825
    "r2_leaf3_G": "−0.850",
    "r2_leaf4_G": "−22.400",  # -0.775 - 21.625
    "r2_leaf2_H": "1",
    "r2_leaf3_H": "1",
    "r2_leaf4_H": "2",
    "r2_leaf1": "−6.88",  # -20.65 / 3 = -6.8833
    "r2_leaf2": "−0.91",  # -1.825 / 2 = -0.9125
    "r2_leaf3": "0.43",  # 0.85 / 2 = 0.425
    "r2_leaf4": "7.47",  # 22.4 / 3 = 7.4667
    "after2_1": "16.76",  # 18.825 - 0.3 x 6.8833 = 18.825 - 2.065
    "after2_2": "16.76",
    "after2_3": "18.55",  # 18.825 - 0.27375 = 18.55125
    "after2_4": "21.28",  # 21.15 + 0.1275 = 21.2775
    "after2_5": "26.04",  # 23.8 + 2.24
    "after2_6": "26.04",
    "query_after2": "26.04",
    # Errors 8.76 7.76 1.55125 -0.7225 -4.96 -12.96: 76.7376 + 60.2176 + 2.4064 + 0.5220
    # + 24.6016 + 167.9616 = 332.4468
    "mse2": "55.41",
    "r3_g1": "8.76",
    "r3_g2": "7.76",
    "r3_g3": "1.55",
    "r3_g4": "−0.72",
    "r3_g5": "−4.96",
    "r3_g6": "−12.96",
    "r3_G2": "16.52",
    "r3_G3": "18.07",  # 18.07125
    "r3_G4": "17.35",  # 17.34875
    "r3_G5": "12.39",  # 12.38875
    "r3_G6": "−0.57",  # -0.57125
    # The parent scores 0.57125^2 / 7 = 0.0466.
    "r3_gain1": "52.83",  # 76.7376/2 + 9.33125^2/6 = 38.3688 + 14.5120, less 0.0466
    "r3_gain2": "149.35",  # 16.52^2/3 + 17.09125^2/5 = 90.9701 + 58.4222, less 0.0466
    "r3_gain3": "168.48",  # 18.07125^2/4 + 18.6425^2/4 = 81.6425 + 86.8857, less 0.0466
    "r3_gain4": "167.19",  # 17.34875^2/5 + 17.92^2/3 = 60.1958 + 107.0421, less 0.0466
    "r3_gain5": "109.51",  # 12.38875^2/6 + 12.96^2/2 = 25.5802 + 83.9808, less 0.0466
    "r3_root_gain": "168.48",
    "r3_cut": "4.0",
    "r3_left_gain1": "0",  # 38.37 + 9.31125^2/3 - 81.64 is negative
    "r3_left_gain2": "10.53",  # 90.9701 + 1.55125^2/2 - 81.6425 = 90.9701 + 1.2032 - 81.6425
    "r3_left_gain3": "0",  # the root's own cut
    "r3_left_gain4": "0",  # not in this child
    "r3_right_gain2": "0",  # not in this child
    "r3_right_gain3": "0",  # the root's own cut
    "r3_right_gain4": "20.42",  # 0.7225^2/2 + 107.0421 - 86.8857 = 0.2610 + 20.1564
    "r3_right_gain5": "7.86",  # 5.6825^2/3 + 83.9808 - 86.8857 = 10.7636 - 2.9049
    "r3_left_gain": "10.53",
    "r3_left_cut": "2.5",
    "r3_right_gain": "20.42",
    "r3_right_cut": "5.5",
    "r3_left_kept": KEEPS,  # 10.53 is at least 10
    "r3_right_kept": KEEPS,
    "r3_cut_kept": KEEPS,
    "r3_standing_left": "2.5",
    "r3_standing_cut": "4.0",
    "r3_standing_right": "5.5",
    "r3_G_root": "18.07",  # 8.76 + 7.76 + 1.55125
    "r3_H_root": "3",
    "r3_G_left": "16.52",
    "r3_H_left": "2",
    "r3_G_right": "17.35",
    "r3_H_right": "4",
    "r3_leaf2_G": "1.55",
    "r3_leaf2_H": "1",
    "r3_leaf3_G": "−0.72",  # -0.7225
    "r3_leaf3_H": "1",
    "r3_leaf4_G": "−17.92",  # -4.96 - 12.96
    "r3_leaf4_H": "2",
    "r3_leaf1": "−5.51",  # -16.52 / 3 = -5.5067
    "r3_leaf2": "−0.78",  # -1.55125 / 2 = -0.7756
    "r3_leaf3": "0.36",  # 0.7225 / 2
    "r3_leaf4": "5.97",  # 17.92 / 3 = 5.9733
    "after3_1": "15.11",  # 16.76 - 1.652 = 15.108
    "after3_2": "15.11",
    "after3_3": "18.32",  # 18.55125 - 0.2327 = 18.3186
    "after3_4": "21.39",  # 21.2775 + 0.1084 = 21.3859
    "after3_5": "27.83",  # 26.04 + 1.792 = 27.832
    "after3_6": "27.83",
    "query_after3": "27.83",
    # Errors 7.108 6.108 1.3186 -0.6141 -3.168 -11.168: 50.5237 + 37.3077 + 1.7386 + 0.3772
    # + 10.0362 + 124.7242 = 224.7076
    "mse3": "37.45",
    "error_removed": "88.22",  # 125.6667 - 37.4513 = 88.2154
    "pair_share": "80%",  # 1 - 0.3 x 2/3
    "single_share": "85%",  # 1 - 0.3 x 1/2
    "tree_columns": "22",  # 28 x 0.8 = 22.4
    "level_columns": "11",
    "node_columns": "5",  # 5.5
    # 8. A seventh row of 35 minutes: g = 21 - 35; parent 14^2 / 8 = 24.5.
    "g_missing": "−14.00",
    "missing_G": "−14.00",
    "missing_H": "7",
    "right_way1": "164.14",  # 169/2 + 27^2/7 - 24.5 = 84.5 + 104.1429 - 24.5
    "right_way2": "437.33",  # 625/3 + 39^2/6 - 24.5 = 208.3333 + 253.5 - 24.5
    "right_way3": "555.55",  # 841/4 + 43^2/5 - 24.5 = 210.25 + 369.8 - 24.5
    "right_way4": "573.30",  # 784/5 + 42^2/4 - 24.5 = 156.8 + 441 - 24.5
    "right_way5": "370.83",  # 324/6 + 32^2/3 - 24.5 = 54 + 341.3333 - 24.5
    "left_way1": "4.00",  # 1/3 + 13^2/6 - 24.5 = 0.3333 + 28.1667 - 24.5
    "left_way2": "130.75",  # 121/4 + 625/5 - 24.5 = 30.25 + 125 - 24.5
    "left_way3": "230.75",  # 225/5 + 841/4 - 24.5 = 45 + 210.25 - 24.5
    "left_way4": "269.50",  # 196/6 + 784/3 - 24.5 = 32.6667 + 261.3333 - 24.5
    "left_way5": "139.79",  # 16/7 + 324/2 - 24.5 = 2.2857 + 162 - 24.5
    "apart_gain": "73.50",  # 0 + 196/2 - 24.5
    "best_right_way": "573.30",
    "best_left_way": "269.50",
    "direction": "right",
    # 9. Costs for 1e6 rows x 28.
    "comparisons": "558,083,920",  # 28e6 x log2(1e6) = 28e6 x 19.93156857 (6 / 0.30102999566)
    "exact_candidates": "27,999,972",  # 28 x 999,999
    "binned_candidates": "7,140",  # 28 x 255
    "candidate_ratio": "3,922×",  # 999,999 / 255 = 3,921.56
    "float_bytes": "112 MB",
    "sorted_bytes": "224 MB",
    "binned_bytes": "28 MB",
    "exact_read": "1,344 MB",  # 6 x 224
    "binned_read": "98 MB",  # 28 x (1 + 5/2)
    "exact_floor": "67.2 ms",  # 1.344 / 20
    "binned_floor": "4.9 ms",  # 0.098 / 20
    "read_ratio": "13.7×",  # 1,344 / 98 = 13.714
    "node_histogram": "112 KiB",  # 28 x 256 x 16 = 28 x 4 KiB
    "sketch_eps": "0.049%",  # 1 / 2,048 = 0.00048828
    "misplaced": "488 rows",  # 1e6 / 2,048 = 488.28
    "bin_rows": "3,906 rows",  # 1e6 / 256 = 3,906.25
    "misplaced_share": "12.5%",  # 1 / 8
    "summary_bytes": "896 KiB",  # 28 x 2,048 x 16 = 28 x 32 KiB
    # 10. Late is over 30 minutes: rows 5 and 6.
    "late1": "on time",
    "late2": "on time",
    "late3": "on time",
    "late4": "on time",
    "late5": "late",
    "late6": "late",
    "late_share": "33.3%",
    "late_p": "0.3333",
    "late_odds": "0.5000",  # 1/3 over 2/3
    "late_margin": "−0.693",  # ln(1/2)
    "late_g5": "−0.667",
    "late_g6": "−0.667",
    "late_h": "0.222",  # 2/9
    "late_G": "−1.333",
    "late_H": "0.444",
    "late_left_H": "0.889",
    "late_fed": STARVED,
    "newton": "3.00",  # (4/3) / (4/9)
    "late_weight": "0.923",  # (4/3) / (13/9) = 12/13
    "late_margin1": "−0.416",  # -0.69315 + 0.3 x 0.92308 = -0.69315 + 0.27692
    "late_p1": "0.397",  # 1 / (1 + e^0.41623) = 1 / 2.51624
    # 11. Monotone.
    "low_weight": "−7.25",  # -29 / 4
    "high_weight": "7.25",
    "rise": "14.50",
    "may_rise": "allowed",
    "may_fall": "forbidden",
    "wall": "0",
    "fourth_weight": "0.50",  # 1 / 2
    "walled": "0.50",
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
    "goss_rows": "30%",
    "goss_factor": "8.0×",  # 0.8 / 0.1
}

OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    (
        # alpha 5 moves every sum 5 towards zero.
        {"reg_alpha": 5},
        {
            "thresholded": "−23.00",
            "best_weight": "7.67",  # 23 / 3
            "leaf_score": "176.33",  # 529 / 3
            "trial_objective": "−28.00",  # -98 + 5 x 14
            "gain1": "42.67",  # 64/2 + 64/6
            "gain3": "288.00",  # 2 x 576/4
            "gain4": "282.13",  # 529/5 + 529/3 = 105.8 + 176.3333
            "other_gain4": "396.75",  # 529/4 + 529/2
            "left_way1": "0.54",  # left within alpha: 0; right 64/6; parent 81/8
        },
    ),
    (
        {"min_child_weight": 2},
        {"fed1": STARVED, "fed2": FED, "fed5": STARVED, "gain1": "0", "left_gain2": "0",
         "unsure_rows": "8 rows"},
    ),
    (
        # Row weights of 2: twice the sums, the same lambda: 58^2/7 x 2 against 56^2/9 + 56^2/5.
        {"row_weight": 2},
        {"gain3": "961.14", "gain4": "975.64", "cut": "5.5", "H6": "12"},
    ),
    (
        # Only the root stands: leaves -29/4 and 29/4. At 5 km, which lies below the pruned right
        # threshold, the prediction is 21 + 0.3 x 7.25.
        {"gamma": 70, "query_km": 5},
        {
            "left_kept": PRUNES, "right_kept": PRUNES, "cut_kept": KEEPS, "kept": "1",
            "leaf1": "0", "leaf2": "−7.25", "leaf3": "0", "leaf4": "7.25",
            "standing_right": "0", "query_after1": "23.175",
            # Round 2: gradients 10.825 9.825 1.825 1.175 | -7.825 -15.825. The root now cuts after
            # row 4: 23.65^2/5 + 23.65^2/3 = 298.30 against 2 x 22.475^2/4 = 252.56; the left
            # child's best is 20.65^2/3 + 3^2/3 - 23.65^2/5 = 142.14 + 3 - 111.86, below gamma.
            "r2_cut": "5.5", "r2_left_gain": "33.28", "r2_left_kept": PRUNES,
            "query_after2": "21.76",  # 23.175 - 0.3 x 23.65/5 = 23.175 - 1.419
            # Round 3: rows 1 to 4 sum to 23.65 - 4 x 1.419 = 17.974.
            "query_after3": "20.68",  # 21.756 - 0.3 x 17.974/5 = 21.756 - 1.07844
        },
    ),
    (
        # The same at 2 km, below the pruned left thresholds.
        {"gamma": 70, "query_km": 2},
        {
            "query_after1": "18.825",  # 21 - 2.175
            "query_after2": "17.41",  # 18.825 - 1.419
            "query_after3": "16.33",  # 17.406 - 1.07844
        },
    ),
    (
        # No split stands; the base score is 7 too high: G = 42, weight -42/7.
        {"gamma": 2000, "base_shift": 7, "query_km": 3},
        {
            "base": "28.00", "G6": "42.00", "root_score": "252.00",  # 42^2 / 7
            "cut_kept": PRUNES, "kept": "0", "leaf2": "0", "leaf4": "−6.00",
            "wall": "−5.25",  # half of -(29 + 21)/4 + (29 - 21)/4
            "after1_1": "26.200", "query_after1": "26.200",  # 28 - 0.3 x 6
            "query_after2": "24.86",  # 26.2 - 0.3 x 6 x 5.2/7 = 26.2 - 1.337143
            "query_after3": "23.87",  # 24.862857 - 0.3 x 6 x 3.862857/7 = 24.862857 - 0.993306
        },
    ),
    (
        # Gradients 11 11 11 11 -1 -43: the root cuts after row 5 with 43^2/6 + 43^2/2 = 1232.67,
        # its left child after row 4 with 44^2/5 + 1/2 - 43^2/6 = 387.2 + 0.5 - 308.17.
        {"y1": 10, "y2": 10, "y3": 10, "y4": 10, "y5": 22, "y6": 64, "gamma": 100},
        {
            "base": "21.00", "cut": "7.0", "root_gain": "1,232.67", "left_gain4": "79.53",
            "left_cut": "5.5", "left_kept": PRUNES, "cut_kept": KEEPS,
            "leaf2": "−7.17",  # -43 / 6
            "after1_4": "18.850",  # 21 - 0.3 x 7.1667 = 21 - 2.15
        },
    ),
    (
        # Gradients 10 10 10 10 10 -50. Root gains 50^2/6 + 50^2/2 = 1,666.67, then
        # 37.5^2/6 + 42.5^2/2 - 5^2/7 = 1,133.93, then 28.125^2/6 + 36.125^2/2 - 8^2/7 = 775.20:
        # gamma prunes the third tree, whose only leaf is 8/7.
        {"y1": 10, "y2": 10, "y3": 10, "y4": 10, "y5": 10, "y6": 70, "gamma": 1000},
        {
            "root_gain": "1,666.67", "r2_root_gain": "1,133.93", "r3_root_gain": "775.20",
            "r2_cut_kept": KEEPS, "r3_cut": "7.0", "r3_cut_kept": PRUNES,
            "after2_5": "15.63",  # 20 - 0.3 x 50/6 - 0.3 x 37.5/6 = 20 - 2.5 - 1.875 = 15.625
            "after3_5": "15.97",  # 15.625 + 0.3 x 8/7
        },
    ),
    (
        # Labels whose root gains less than what it leads to, lambda 0: thirds of means 50/3 and
        # 30 around 70/3, 6 x (20/3)^2 = 266.67; in the right child 40 40 | 10 around 30:
        # 2 x 10^2 + 20^2 = 600; in the left 20 20 | 10 around 50/3: 2 x (10/3)^2 + (20/3)^2.
        {"y1": 20, "y2": 20, "y3": 10, "y4": 40, "y5": 40, "y6": 10, "reg_lambda": 0,
         "gamma": 400},
        {
            "root_gain": "266.67", "cut": "4.0", "left_gain": "66.67", "right_gain": "600.00",
            "left_kept": PRUNES, "right_kept": KEEPS, "cut_kept": KEEPS, "kept": "2",
            "leaf2": "−6.67", "leaf3": "16.67", "leaf4": "−13.33", "leaf3_H": "2",
        },
    ),
    (
        # From here on lambda and gamma are 0 and the leaves hold equal labels, so that each round
        # leaves 0.7 of every residual and 0.49 of every gain. Root: 0 0 0 12 | 60 60 around 22,
        # 4 x 19^2 + 2 x 38^2 = 4,332; left child around 3: 1 + 3 rows 3^2 + 3 x 1^2 = 12, 3 + 1
        # rows 3 x 3^2 + 9^2 = 108.
        {"y1": 0, "y2": 0, "y3": 0, "y4": 12, "y5": 60, "y6": 60, "reg_lambda": 0, "gamma": 0},
        {
            "root_gain": "4,332.00", "left_gain1": "12.00", "left_gain3": "108.00",
            "r2_left_gain1": "5.88", "r2_left_gain3": "52.92",
            "r3_left_gain1": "2.88", "r3_left_gain3": "25.93",  # 0.2401 x 12, x 108 = 25.9308
        },
    ),
    (
        # 0 0 0 0 15 | 75 around 15; left child around 3: 4 x 3^2 + 12^2 = 180.
        {"y1": 0, "y2": 0, "y3": 0, "y4": 0, "y5": 15, "y6": 75, "reg_lambda": 0, "gamma": 0},
        {"left_gain4": "180.00", "r2_left_gain4": "88.20", "r3_left_gain4": "43.22"},
    ),
    (
        # Its mirror image, 75 | 15 0 0 0 0. Right child: after row 3, 2 x 4.5^2 + 3 x 3^2 = 67.5;
        # after row 5, 4 x 0.75^2 + 3^2 = 11.25.
        {"y1": 75, "y2": 15, "y3": 0, "y4": 0, "y5": 0, "y6": 0, "reg_lambda": 0, "gamma": 0},
        {
            "right_gain2": "180.00", "right_gain3": "67.50", "right_gain5": "11.25",
            "r2_right_gain2": "88.20", "r2_right_gain3": "33.08",  # 33.075
            "r3_right_gain2": "43.22", "r3_right_gain3": "16.21",  # 16.20675
        },
    ),
    (
        {"gamma": 5, "gamma_high": 10},
        {"left_kept": KEEPS, "kept": "3", "standing_left": "2.5", "kept_high": "2",
         "leaf1": "−8.33", "leaf2": "−2.00"},  # -25/3, -4/2
    ),
    (
        {"trial_step": 2},
        {"trial_moved": "1.00", "trial_exact": "0.313"},  # -1 + 2; ln(1 + e) - 1
    ),
    (
        # A quick delivery without a distance: g = 21 - 5 = 16, total 16, parent 256/8 = 32.
        {"y_missing": 5},
        {
            "left_way3": "583.25",  # (29 + 16)^2/5 + 29^2/4 - 32 = 405 + 210.25 - 32
            "best_left_way": "583.25",
            "direction": "left",
        },
    ),
    ({"min_child_weight": 0.4}, {"late_fed": FED}),
    ({"promise": 100}, {"late_share": "0%", "late_p": "0.0000010", "late_margin": "−13.816"}),
]  # fmt: skip
