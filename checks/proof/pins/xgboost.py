"""What the reader of the XGBoost chapter must see, worked out by hand beside each figure.

None of it was copied from the program. `PINS` holds the values as the book gives them;
`OTHER_PINS` those at settings where a mistake shows that hides at the book's values, where
alpha and the second lambda are zero and all candidates are fed.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

KEEPS, PRUNES = "keeps it", "prunes it"
FED, STARVED = "allowed", "starved"


BOOK = {
    # The givens: the six deliveries, the library's defaults, and the chapter's own choices.
    "distance[row=1..6] minutes[row=1..6]": "1 | 2 | 3 | 5 | 6 | 8 | 8 | 9 | 17 | 22 | 31 | 39",
    "row_weight trial_margin trial_label trial_step reg_lambda reg_alpha": "1 | −1 | 1 | 1 | 1 | 0",
    "gamma trial_weight trial_gamma other_lambda": "10 | 14 | 30 | 0",
    "larger_gamma[larger=larger largest] min_child_weight": "60 | 500 | 1",
    "believed[belief=sure unsure rare] eta query_km": "0.99 | 0.5 | 0.001 | 0.3 | 20",
    "features share[draw=tree level node]": "28 | 0.8 | 0.5 | 0.5",  # as the HIGGS table has
    "y_missing rows depth max_bin": "35 | 1,000,000 rows | 6 | 256",
    # float32: 32 bits; sorted-columns: 32 bits of row number and 32 of value
    "width[store=float32 sorted-columns bin-numbers]": "4 B | 8 B | 1 B",
    "pair_width memory_rate sketch_factor": "16 B | 20 GB/s | 8",  # twice 64 bits
    "sketch_entry promise workers trees": "16 B | 30 | 4 | 100",  # four times 32 bits
    "network num_leaves top_rate other_rate": "1.25 GB/s | 31 | 0.2 | 0.1",  # 10 Gbit/s
    # 1. Gradients: the mean is (8 + 9 + 17 + 22 + 31 + 39) / 6 = 126 / 6, each is 21 - y.
    "base_shift base": "0 | 21.00",
    "gradient[row=1..6, round=1]": "13.00 | 12.00 | 4.00 | −1.00 | −10.00 | −18.00",
    # 2: 13 + 12; 3: + 4; 4: - 1; 5: - 10; 6: - 18: residuals around their mean
    "gradient_so_far[row=2..6, round=1]": "25.00 | 29.00 | 28.00 | 18.00 | 0",
    "hessian_so_far[row=2..6]": "2 | 3 | 4 | 5 | 6",
    "trial_p trial_gradient": "0.269 | −0.731",  # 1 / (1 + e) = 1 / 3.71828 = 0.26894; 0.26894 - 1
    "trial_hessian": "0.197",  # 0.26894 x 0.73106 = 0.19661
    "trial_loss trial_exact": "1.313 | 0.693",  # ln(1 + e^-1) + 1 = 0.31326 + 1; ln 2
    "trial_line": "0.582",  # 1.31326 - 0.73106 = 0.58220
    "trial_parabola": "0.681",  # 0.58220 + 0.19661 / 2 = 0.68051
    # 2. The leaf of rows 5 and 6: G = -28, H = 2, lambda 1.
    # 1: 0 - 13, and so on
    "side_gradient[split=1..5, side=right, round=1]": "−13.00 | −25.00 | −29.00 | −28.00 | −18.00",
    "side_hessian[split=1..5, side=right]": "5 | 4 | 3 | 2 | 1",
    "goes[row=4, split=4, side=left right]": "1 | 0",  # left: 5 km is below 5.5
    "goes[row=5, split=4, side=right] side_gradient[split=4, side=left, round=1]": "1 | 28.00",
    "side_hessian[split=4, side=left] free_weight": "4 | 14.00",  # 28 / 2
    "thresholded": "−28.00",  # alpha 0 moves nothing
    "side_weight[split=4, side=right, round=1]": "9.33",  # 28 / 3
    "trial_objective": "−98.00",  # -28 x 14 + 3 x 196 / 2 = -392 + 294
    "best_objective": "−130.67",  # -28 x 28/3 + 3/2 x (28/3)^2 = -784/6
    "side_score[split=4, side=right, round=1]": "261.33",  # 784 / 3
    # 3. Gains at lambda 1; the root's score is 0 / 7.
    # 1: 169/2 + 169/6 = 84.5 + 28.1667; 2: 625/3 + 625/5 = 208.333 + 125; 3: 841/4 + 841/4; 4:
    # 784/5 + 784/3 = 156.8 + 261.333; 5: 324/6 + 324/2 = 54 + 162
    "gain[split=1..5, round=1]": "112.67 | 333.33 | 420.50 | 418.13 | 216.00",
    "side_score[split=4, side=left, round=1] root_score[round=1]": "156.80 | 0",  # 784 / 5
    "paper_gain": "199.07",  # 418.1333 / 2 - 10
    "paper_right_gain": "−4.21",  # 51.5833 / 2 - 30 = 25.7917 - 30
    "library_verdict paper_verdict": "keeps it | prunes it",  # 51.58 is at least 30; 25.79 is not
    "library_gamma": "60",  # 2 x 30
    # 4. Thresholds half way; gains at lambda 0.
    "threshold[split=1..5]": "1.5 | 2.5 | 4.0 | 5.5 | 7.0",
    # 1: 169 + 169/5 = 169 + 33.8; 2: 625/2 + 625/4 = 312.5 + 156.25; 3: 2 x 841/3; 4: 784/4 + 784/2
    # = 196 + 392; 5: 324/5 + 324
    "other_gain[split=1..5]": "202.80 | 468.75 | 560.67 | 588.00 | 388.80",
    "other_cut best_gain[round=1] cut[round=1]": "5.5 | 420.50 | 4.0",
    # 5. Second level: parents score 841/4 = 210.25 on both sides.
    # right: 12 + 4
    "in_child[row=3 4, child=left, round=1]": "1 | 0",  # 3 km is below 4.0, 5 km is not
    "child_gradient[split=1, side=left right, child=left, round=1]": "13.00 | 16.00",
    "child_hessian[split=1, side=left right, child=left, round=1]": "1 | 2",
    "child_may[split=2 3, child=left, round=1]": "allowed | starved",  # 3: nothing is right of it
    # 84.5 + 16^2/3 - 210.25 = 169.8333 - 210.25
    # 2: 208.333 + 4^2/2 - 210.25 = 6.0833; 3: the root's own cut; 4: not in this child
    "child_gain[split=1..4, child=left, round=1]": "−40.42 | 6.08 | 0 | 0",
    # 2: not in this child; 3: the root's own cut; 4: 1/2 + 261.333 - 210.25 = 51.5833; 5: 11^2/3 +
    # 162 - 210.25 = 202.3333 - 210.25
    "child_gain[split=2..5, child=right, round=1]": "0 | 0 | 51.58 | −7.92",
    "child_best[child=left, round=1] child_cut[child=left, round=1]": "6.08 | 2.5",
    "child_best[child=right, round=1] child_cut[child=right, round=1]": "51.58 | 5.5",
    "child_stands[child=left right, round=1]": "prunes it | keeps it",  # left: 6.08 is below 10
    "root_stands[round=1] kept[round=1]": "keeps it | 2",
    # right: 51.58 is below 60
    "larger_child_stands[child=left right, larger=larger]": "prunes it | prunes it",
    # largest: 420.5 is below 500
    "larger_root_stands[larger=larger largest]": "keeps it | prunes it",
    "larger_kept[larger=larger largest]": "1 | 0",  # larger: 60 is above 51.58, below 420.5
    "leaf_start[leaf=lower upper highest lowest, round=1]": "0 | 4.0 | 5.5 | 0",  # lower: pruned
    "row_leaf[row=1 3 4 5, round=1]": "lower | lower | upper | highest",
    "leaf_holds[leaf=lowest lower, round=1]": "0 | 1",
    # the left split is pruned: rows 1 to 3 stay together in the lower
    "leaf_weight[leaf=lowest, round=1] leaf_gradient[leaf=lower, round=1]": "0 | 29.00",
    "leaf_hessian[leaf=lower, round=1] leaf_weight[leaf=lower, round=1]": "3 | −7.25",  # -29 / 4
    "leaf_gradient[leaf=upper, round=1]": "−1.00",  # row 4 alone: 28 - 29
    "leaf_hessian[leaf=upper, round=1] leaf_weight[leaf=upper, round=1]": "1 | 0.50",  # 1 / 2
    "leaf_gradient[leaf=highest, round=1]": "−28.00",  # 0 - 28
    "leaf_hessian[leaf=highest, round=1]": "2",  # 6 - 4
    "leaf_weight[leaf=highest, round=1]": "9.33",  # 28 / 3
    # 6. min_child_weight 1: every row has hessian 1.
    "may_split[split=1..5]": "allowed | allowed | allowed | allowed | allowed",
    # sure: 1 / 0.0099 = 101.01; unsure: 1 / 0.25; rare: 1 / 0.000999 = 1,001.001
    "rows_to_feed[belief=sure unsure rare]": "102 rows | 4 rows | 1,002 rows",
    # 7. Rounds. Squares of 13 12 4 1 10 18: 169 + 144 + 16 + 1 + 100 + 324 = 754; / 6 = 125.67
    "base_mse": "125.67",
    # 1: 21 - 0.3 x 7.25 = 21 - 2.175 = 18.825; 4: 21 + 0.3 x 0.5; 5: 21 + 0.3 x 28/3 = 21 + 2.8
    "prediction[row=1..6, round=1]": "18.825 | 18.825 | 18.825 | 21.150 | 23.800 | 23.800",
    "query_leaf[round=1] query[round=1]": "highest | 23.800",  # 20 km lies in the last leaf
    # Errors 10.825 9.825 1.825 -0.85 -7.2 -15.2, squared 117.1806 + 96.5306 + 3.3306 + 0.7225
    # + 51.84 + 231.04 = 500.6444
    "mse[round=1]": "83.44",
    # The parent scores 0.775^2 / 7 = 0.0858.
    # 117.1806/2 + 11.6^2/6 - 0.0858 = 58.5903 + 22.4267 - 0.0858
    # 2: 20.65^2/3 + 21.425^2/5 = 142.1408 + 91.8061, less 0.0858; 3: 22.475^2/4 + 23.25^2/4 =
    # 126.2814 + 135.1406, less 0.0858; 4: 21.625^2/5 + 22.4^2/3 = 93.5281 + 167.2533, less 0.0858;
    # 5: 14.425^2/6 + 15.2^2/2 = 34.6801 + 115.52, less 0.0858
    "gain[split=1..5, round=2]": "80.93 | 233.86 | 261.34 | 260.70 | 150.11",
    "best_gain[round=2] cut[round=2]": "261.34 | 4.0",
    # 1: 18.825 - 0.3 x 6.8833 = 18.825 - 2.065; 3: 18.825 - 0.27375 = 18.55125; 4: 21.15 + 0.1275 =
    # 21.2775; 5: 23.8 + 2.24
    "prediction[row=1..6, round=2]": "16.760 | 16.760 | 18.551 | 21.278 | 26.040 | 26.040",
    "query[round=2]": "26.040",
    # Errors 8.76 7.76 1.55125 -0.7225 -4.96 -12.96: 76.7376 + 60.2176 + 2.4064 + 0.5220
    # + 24.6016 + 167.9616 = 332.4468
    "mse[round=2]": "55.41",
    # The parent scores 0.57125^2 / 7 = 0.0466.
    "best_gain[round=3] cut[round=3] query[round=3]": "168.48 | 4.0 | 27.832",
    # Errors 7.108 6.108 1.3186 -0.6141 -3.168 -11.168: 50.5237 + 37.3077 + 1.7386 + 0.3772
    # + 10.0362 + 124.7242 = 224.7076
    "mse[round=3] error_removed": "37.45 | 88.22",  # 125.6667 - 37.4513 = 88.2154
    # 4: 1 - 0.3 x 2/3; 5: 1 - 0.3 x 1/2
    "share_left[split=4 5, side=right]": "80% | 85%",
    # tree: 28 x 0.8 = 22.4; node: 5.5
    "columns[draw=tree level node]": "22 | 11 | 5",
    # 8. A seventh row of 35 minutes: g = 21 - 35; parent 14^2 / 8 = 24.5.
    "missing_gradient whole_score": "−14.00 | 24.50",
    # left: (28 - 14)^2 / 6; right: 784 / 5
    "way_score[split=4, side=left, way=left right]": "32.67 | 156.80",
    # left: 784 / 3; right: 42^2 / 4
    "way_score[split=4, side=right, way=left right]": "261.33 | 441.00",
    # 1: 169/2 + 27^2/7 - 24.5 = 84.5 + 104.1429 - 24.5; 2: 625/3 + 39^2/6 - 24.5 = 208.3333 + 253.5
    # - 24.5; 3: 841/4 + 43^2/5 - 24.5 = 210.25 + 369.8 - 24.5; 4: 784/5 + 42^2/4 - 24.5 = 156.8 +
    # 441 - 24.5; 5: 324/6 + 32^2/3 - 24.5 = 54 + 341.3333 - 24.5
    "way_gain[split=1..5, way=right]": "164.14 | 437.33 | 555.55 | 573.30 | 370.83",
    # 1: 1/3 + 13^2/6 - 24.5 = 0.3333 + 28.1667 - 24.5; 2: 121/4 + 625/5 - 24.5 = 30.25 + 125 -
    # 24.5; 3: 225/5 + 841/4 - 24.5 = 45 + 210.25 - 24.5; 4: 196/6 + 784/3 - 24.5 = 32.6667 +
    # 261.3333 - 24.5; 5: 16/7 + 324/2 - 24.5 = 2.2857 + 162 - 24.5
    "way_gain[split=1..5, way=left]": "4.00 | 130.75 | 230.75 | 269.50 | 139.79",
    "apart_gain way_best[way=right left]": "73.50 | 573.30 | 269.50",  # 0 + 196/2 - 24.5
    "direction": "right",
    # 9. Costs for 1e6 rows x 28.
    "comparisons": "558,083,920",  # 28e6 x log2(1e6) = 28e6 x 19.93156857 (6 / 0.30102999566)
    # exact-greedy: 28 x 999,999; histograms: 28 x 255
    "candidates[method=exact-greedy histograms]": "27,999,972 | 7,140",
    "candidate_ratio": "3,922×",  # 999,999 / 255 = 3,921.56
    "table[store=float32 sorted-columns bin-numbers]": "112 MB | 224 MB | 28 MB",
    # exact-greedy: 6 x 224; histograms: 28 x (1 + 5/2)
    "tree_read[method=exact-greedy histograms]": "1,344 MB | 98 MB",
    # exact-greedy: 1.344 / 20; histograms: 0.098 / 20
    "read_floor[method=exact-greedy histograms]": "67.2 ms | 4.9 ms",
    "read_ratio": "13.7×",  # 1,344 / 98 = 13.714
    "node_histogram": "112 KiB",  # 28 x 256 x 16 = 28 x 4 KiB
    "sketch_eps misplaced": "0.049% | 488 rows",  # 1 / 2,048 = 0.00048828; 1e6 / 2,048 = 488.28
    "bin_rows misplaced_share": "3,906 rows | 12.5%",  # 1e6 / 256 = 3,906.25; 1 / 8
    "summary_bytes": "896 KiB",  # 28 x 2,048 x 16 = 28 x 32 KiB
    # 10. Late is over 30 minutes: rows 5 and 6.
    "late[row=1..6]": "on time | on time | on time | on time | late | late",
    "late_share late_p late_odds": "33.3% | 0.3333 | 0.5000",  # 1/3 over 2/3
    "late_margin late_gradient[row=5 6]": "−0.693 | −0.667 | −0.667",  # ln(1/2)
    "late_hessian late_sum[side=right]": "0.222 | −1.333",  # 2/9
    "late_hessian_sum[side=right left] late_may_split": "0.444 | 0.889 | starved",
    "newton late_weight": "3.00 | 0.923",  # (4/3) / (4/9); (4/3) / (13/9) = 12/13
    "late_margin_after": "−0.416",  # -0.69315 + 0.3 x 0.92308 = -0.69315 + 0.27692
    "late_p_after": "0.397",  # 1 / (1 + e^0.41623) = 1 / 2.51624
    # 11. Monotone.
    "side_weight[split=2, side=left right, round=1]": "−8.33 | 5.00",  # -25 / 3; 25 / 5
    "rise may_rise may_fall": "13.33 | allowed | forbidden",
    # half of -8.3333 + 5; -4 / 2
    "wall lone_weight walled": "−1.67 | −2.00 | −1.67",
    # 12. Fast.
    "filled tree_payload": "32 | 3.67 MB",  # 1 + (1 + 2 + 4 + 8 + 16); 32 x 114,688 = 3,670,016
    "tree_sent model_sent": "5.51 MB | 551 MB",  # x 2 x 3/4 = 5,505,024; 550.5
    "model_network sent_over_table": "0.44 s | 4.9×",  # 0.5505 / 1.25; 550.5 / 112 = 4.915
    # 13. Rivals.
    "leaves conditions leaves_ratio deepest goss_rows": "64 | 63 | 2.1× | 30 | 30%",  # 64 / 31
    "goss_factor": "8.0×",  # 0.8 / 0.1
}

OTHERS = {
    # alpha 5 moves every sum 5 towards zero.
    "reg_alpha=5": {
        "thresholded side_weight[split=4, side=right, round=1]": "−23.00 | 7.67",  # 23 / 3
        "side_score[split=4, side=right, round=1]": "176.33",  # 529 / 3
        "trial_objective": "−28.00",  # -98 + 5 x 14
        # 1: 64/2 + 64/6; 3: 2 x 576/4; 4: 529/5 + 529/3 = 105.8 + 176.3333
        "gain[split=1 3 4, round=1]": "42.67 | 288.00 | 282.13",
        "other_gain[split=4]": "396.75",  # 529/4 + 529/2
        "way_gain[split=1, way=left]": "0.54",  # left within alpha: 0; right 64/6; parent 81/8
    },
    "min_child_weight=2": {
        "may_split[split=1 2 5]": "starved | allowed | starved",
        "child_may[split=2, child=left, round=1]": STARVED,
        "child_cut[child=left, round=1] child_best[child=left, round=1]": "none | —",
        "child_stands[child=left, round=1] rows_to_feed[belief=unsure]": "prunes it | 8 rows",
    },
    # Row weights of 2: twice the sums, the same lambda: 58^2/7 x 2 against 56^2/9 + 56^2/5.
    "row_weight=2": {"gain[split=3 4, round=1] cut[round=1]": "961.14 | 975.64 | 5.5"},
    # Only the root stands: leaves -29/4 and 29/4. At 5 km, which lies below the pruned right
    # threshold, the prediction is 21 + 0.3 x 7.25.
    "gamma=70, query_km=5": {
        "child_stands[child=left right, round=1]": "prunes it | prunes it",
        "root_stands[round=1] kept[round=1]": "keeps it | 1",
        "leaf_weight[leaf=lowest lower upper highest, round=1]": "0 | −7.25 | 0 | 7.25",
        "leaf_start[leaf=highest, round=1] query[round=1]": "4.0 | 23.175",
        # Round 2: gradients 10.825 9.825 1.825 1.175 | -7.825 -15.825. The root now cuts after
        # row 4: 23.65^2/5 + 23.65^2/3 = 298.30 against 2 x 22.475^2/4 = 252.56; the left
        # child's best is 20.65^2/3 + 3^2/3 - 23.65^2/5 = 142.14 + 3 - 111.86, below gamma.
        "cut[round=2] child_best[child=left, round=2]": "5.5 | 33.28",
        "child_stands[child=left, round=2]": PRUNES,
        "query[round=2]": "21.756",  # 23.175 - 0.3 x 23.65/5 = 23.175 - 1.419
        # Round 3: rows 1 to 4 sum to 23.65 - 4 x 1.419 = 17.974.
        "query[round=3]": "20.678",  # 21.756 - 0.3 x 17.974/5 = 21.756 - 1.07844
    },
    # The same at 2 km, below the pruned left thresholds.
    # 21 - 2.175; 18.825 - 1.419; 17.406 - 1.07844
    "gamma=70, query_km=2": {"query[round=1..3]": "18.825 | 17.406 | 16.328"},
    # No split stands; the base score is 7 too high: G = 42, weight -42/7.
    "gamma=2000, base_shift=7, query_km=3": {
        "base gradient_so_far[row=6, round=1]": "28.00 | 42.00",
        "root_score[round=1]": "252.00",  # 42^2 / 7
        "root_stands[round=1] kept[round=1]": "prunes it | 0",
        "leaf_weight[leaf=lower highest, round=1]": "0 | −6.00",
        # half of -(25 + 14)/3 - (28 - 25)/5 = half of -13 - 0.6
        "wall prediction[row=1, round=1]": "−6.80 | 26.200",
        # 1: 28 - 0.3 x 6; 2: 26.2 - 0.3 x 6 x 5.2/7 = 26.2 - 1.337143; 3: 24.862857 - 0.3 x 6 x
        # 3.862857/7 = 24.862857 - 0.993306
        "query[round=1..3]": "26.200 | 24.863 | 23.870",
    },
    # Gradients 11 11 11 11 -1 -43: the root cuts after row 5 with 43^2/6 + 43^2/2 = 1232.67,
    # its left child after row 4 with 44^2/5 + 1/2 - 43^2/6 = 387.2 + 0.5 - 308.17.
    "minutes=10 10 10 10 22 64, gamma=100": {
        "base cut[round=1] best_gain[round=1]": "21.00 | 7.0 | 1,232.67",
        "child_gain[split=4, child=left, round=1]": "79.53",
        "child_cut[child=left, round=1] child_stands[child=left, round=1]": "5.5 | prunes it",
        "root_stands[round=1] leaf_weight[leaf=lower, round=1]": "keeps it | −7.17",  # -43 / 6
        "prediction[row=4, round=1]": "18.850",  # 21 - 0.3 x 7.1667 = 21 - 2.15
    },
    # Gradients 10 10 10 10 10 -50. Root gains 50^2/6 + 50^2/2 = 1,666.67, then
    # 37.5^2/6 + 42.5^2/2 - 5^2/7 = 1,133.93, then 28.125^2/6 + 36.125^2/2 - 8^2/7 = 775.20:
    # gamma prunes the third tree, whose only leaf is 8/7.
    "minutes=10 10 10 10 10 70, gamma=1000": {
        "best_gain[round=1..3]": "1,666.67 | 1,133.93 | 775.20",
        "root_stands[round=2] cut[round=3] root_stands[round=3]": "keeps it | 7.0 | prunes it",
        # 20 - 0.3 x 50/6 - 0.3 x 37.5/6 = 20 - 2.5 - 1.875 = 15.625
        "prediction[row=5, round=2 3]": "15.625 | 15.968",  # 3: 15.625 + 0.3 x 8/7
    },
    # Labels whose root gains less than what it leads to, lambda 0: thirds of means 50/3 and
    # 30 around 70/3, 6 x (20/3)^2 = 266.67; in the right child 40 40 | 10 around 30:
    # 2 x 10^2 + 20^2 = 600; in the left 20 20 | 10 around 50/3: 2 x (10/3)^2 + (20/3)^2.
    "minutes=20 20 10 40 40 10, reg_lambda=0, gamma=400": {
        "best_gain[round=1] cut[round=1]": "266.67 | 4.0",
        "child_best[child=left right, round=1]": "66.67 | 600.00",
        "child_stands[child=left right, round=1]": "prunes it | keeps it",
        "root_stands[round=1] kept[round=1]": "keeps it | 2",
        "leaf_weight[leaf=lower upper highest, round=1]": "−6.67 | 16.67 | −13.33",
        "leaf_hessian[leaf=upper, round=1]": "2",
    },
    # From here on lambda and gamma are 0 and the leaves hold equal labels, so that each round
    # leaves 0.7 of every residual and 0.49 of every gain. Root: 0 0 0 12 | 60 60 around 22,
    # 4 x 19^2 + 2 x 38^2 = 4,332; left child around 3: 1 + 3 rows 3^2 + 3 x 1^2 = 12, 3 + 1
    # rows 3 x 3^2 + 9^2 = 108.
    "minutes=0 0 0 12 60 60, reg_lambda=0, gamma=0": {
        "best_gain[round=1]": "4,332.00",
        "child_gain[split=1 3, child=left, round=1]": "12.00 | 108.00",
        "child_gain[split=1 3, child=left, round=2]": "5.88 | 52.92",
        # 3: 0.2401 x 12, x 108 = 25.9308
        "child_gain[split=1 3, child=left, round=3]": "2.88 | 25.93",
    },
    # 0 0 0 0 15 | 75 around 15; left child around 3: 4 x 3^2 + 12^2 = 180.
    "minutes=0 0 0 0 15 75, reg_lambda=0, gamma=0": {
        "child_gain[split=4, child=left, round=1..3]": "180.00 | 88.20 | 43.22"
    },
    # Its mirror image, 75 | 15 0 0 0 0. Right child: after row 3, 2 x 4.5^2 + 3 x 3^2 = 67.5;
    # after row 5, 4 x 0.75^2 + 3^2 = 11.25.
    "minutes=75 15 0 0 0 0, reg_lambda=0, gamma=0": {
        "child_gain[split=2 3 5, child=right, round=1]": "180.00 | 67.50 | 11.25",
        "child_gain[split=2 3, child=right, round=2]": "88.20 | 33.08",  # 3: 33.075
        "child_gain[split=2 3, child=right, round=3]": "43.22 | 16.21",  # 3: 16.20675
    },
    "gamma=5, larger_gamma[larger=largest]=10": {
        "child_stands[child=left, round=1] kept[round=1]": "keeps it | 3",
        "leaf_start[leaf=lower, round=1] larger_kept[larger=largest]": "2.5 | 2",
        "leaf_weight[leaf=lowest lower, round=1]": "−8.33 | −2.00",
    },  # -25/3, -4/2
    "trial_step=2": {"trial_exact": "0.313"},  # ln(1 + e) - 1
    # A quick delivery without a distance: g = 21 - 5 = 16, total 16, parent 256/8 = 32.
    # (29 + 16)^2/5 + 29^2/4 - 32 = 405 + 210.25 - 32
    "y_missing=5": {"way_gain[split=3, way=left] direction": "583.25 | left"},
    "min_child_weight=0.4": {"late_may_split": FED},
    # Even where no hessians are asked for, a node without rows is none.
    "min_child_weight=0": {"child_may[split=3 2, child=left, round=1]": "starved | allowed"},
    # A gain of exactly gamma is enough: 108, worked out above.
    "minutes=0 0 0 12 60 60, reg_lambda=0, gamma=108, trial_gamma=54": {
        "child_stands[child=left, round=1]": KEEPS
    },
    # -0.69315 + 0.5 x 0.92308 = -0.69315 + 0.46154; 1 / (1 + e^0.23161) = 1 / 2.26063
    "eta=0.5": {"late_margin_after late_p_after": "−0.232 | 0.442"},
    "promise=100": {"late_share": "0%", "late_p": "0.0000010", "late_margin": "−13.816"},
}

PINS = cells(BOOK)
OTHER_PINS = at_others(OTHERS)
