"""What the reader must see in the L1 chapter, worked out by hand beside each figure.

`PINS` holds the book's values, `OTHER_PINS` those at other settings, where figures that are
zero or equal at the book's values come apart.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

LANDS, BOUNCES = "lands and stays", "bounces for ever"


BOOK = {
    # 1-2. The model and the loss.
    "x m intercept prediction other": "2 | 1 | 4 | 6.0 | 2",  # 1 x 2 + 4
    "other_prediction y residual loss": "8.0 | 10 | 4.0 | 4.0",  # 2 x 2 + 4; 10 - 6
    "squared_loss best": "16.0 | 3.00",  # 4 x 4; (10 - 4) / 2
    # 3. The kink.
    "line_slope touches": "0.5 | stays on or below",  # 0.5 lies between -1 and 1
    "subgradient_low subgradient_high": "−2.0 | 2.0",  # -|2|
    # 4-5. Links and gradients.
    "slope chained": "1 | −2.0",  # the residual is positive; 1 x (-1) x 2
    "squared_slope squared_chained": "8.0 | −16.0",  # 2 x 4; 8 x (-1) x 2
    "gradient squared_gradient beyond": "−2.0 | −16.0 | 5",  # -2 x sign(4); -2 x 2 x 4
    "beyond_prediction beyond_residual": "14.0 | −4.0",  # 5 x 2 + 4; 10 - 14
    "beyond_gradient beyond_squared_gradient": "2.0 | 16.0",  # -2 x (-1); -2 x 2 x (-4)
    # 6. Descent. L1: each step adds 0.1 x 2 = 0.2 to m and 0.4 to the prediction, until the tenth
    # is at 1 + 10 x 0.2 = 3, whose prediction is the target.
    "rate[pace=1]": "0.1",
    "weight[method=l1, pace=1, step=0 1 2 9]": "1.0000 | 1.2000 | 1.4000 | 2.8000",
    "weight[method=l1, pace=1, step=10..12]": "3.0000",
    "run_prediction[method=l1, pace=1, step=0 1 9 10]": "6.0000 | 6.4000 | 9.6000 | 10.0000",
    "run_residual[method=l1, pace=1, step=0 1 9 10]": "4.0000 | 3.6000 | 0.4000 | 0",
    "run_loss[method=l1, pace=1, step=0..2]": "4.0000 | 3.6000 | 3.2000",
    "run_gradient[method=l1, pace=1, step=0 9 10]": "−2.0000 | −2.0000 | 0",
    # L2: each step leaves 1 - 2 x 0.1 x 4 = a fifth of the residual 4 and of the distance 2, and
    # a 25th of the loss; the gradient is -4 times the residual.
    # 3 - 2/5, 3 - 0.08, 0.016, 0.0032, 0.00064, 0.000128, 0.0000256
    "weight[method=l2, pace=1, step=0..4]": "1.0000 | 2.6000 | 2.9200 | 2.9840 | 2.9968",
    "weight[method=l2, pace=1, step=7..12]": "3.0000",
    # 4/5, 4/25, ..., 4/5^5 = 0.00128
    "run_residual[method=l2, pace=1, step=1 2 5]": "0.8000 | 0.1600 | 0.0013",
    "run_gradient[method=l2, pace=1, step=0..2]": "−16.0000 | −3.2000 | −0.6400",
    "run_loss[method=l2, pace=1, step=0..2]": "16.0000 | 0.6400 | 0.0256",
    "step_width[pace=1] tolerance distance": "0.20 | 0.000000001 | 2.00",  # 0.1 x 2; 3 - 1
    "step_count[pace=1] covered[pace=1]": "10 | 2.00",  # 2 / 0.2; 10 x 0.2
    "rest[pace=1] arrival[pace=1] landing[pace=1]": "0 | 10 | lands and stays",
    "contraction[pace=1]": "0.20",  # 1 - 2 x 0.1 x 4
    "l2_left[pace=1] look looked": "0.000000205 | 5 | 5",  # 2 / 5^10 = 2 / 9,765,625 = 2.048e-7
    # 3 - 1; 2 x 2 + 4; 10 - 8
    "look_weight[method=l1, pace=1] look_prediction[method=l1, pace=1]": "2.0000 | 8.0000",
    "look_residual[method=l1, pace=1] look_loss[method=l1, pace=1]": "2.0000",
    "look_gradient[method=l1, pace=1]": "−2.0000",
    "look_weight[method=l2, pace=1]": "2.9994",  # 3 - 2 / 3,125 = 3 - 0.00064
    "look_prediction[method=l2, pace=1]": "9.9987",  # 10 - 0.00128
    "look_residual[method=l2, pace=1]": "0.0013",  # 4 / 3,125 = 0.00128
    "look_loss[method=l2, pace=1]": "0.0000016",  # 0.00128^2 = 0.0000016384
    "look_gradient[method=l2, pace=1]": "−0.0051",  # -4 x 0.00128 = -0.00512
    # 7. L1 against L2.
    "outlier outlier_residual": "100 | 94.0",  # 100 - 6
    "outlier_loss[method=l1 l2]": "94.0 | 8,836.0",  # l2: 94 x 94
    "outlier_gradient[method=l1 l2]": "−2.0 | −376.0",  # l2: -4 x 94
    # l1: 1 + 0.1 x 2; l2: 1 + 0.1 x 376
    "outlier_weight[method=l1 l2] rate[pace=2]": "1.20 | 38.60 | 0.15",
    "step_width[pace=2] step_count[pace=2]": "0.30 | 6",  # 0.15 x 2; 2 / 0.3 = 6.67
    "covered[pace=2] rest[pace=2]": "1.80 | 0.20",  # 6 x 0.3; 2 - 1.8
    "arrival[pace=2] landing[pace=2] near[pace=2]": "7 | bounces for ever | 2.80",  # 3 - 0.2
    "near_prediction[pace=2] near_residual[pace=2]": "9.60 | 0.40",  # 2 x 2.8 + 4; 10 - 9.6
    "near_gradient[pace=2] far[pace=2] amplitude[pace=2]": "−2.00 | 3.10 | 0.30",  # 2.8 + 0.3
    "floor[pace=2]": "0.30",  # 0.15 x 4 / 2
    # The rate lands: there is no bounce.
    "near[pace=1] near_gradient[pace=1] far[pace=1] amplitude[pace=1]": "3.00 | 0 | 3.00 | 0",
    "floor[pace=1]": "0.20",  # 0.1 x 4 / 2
    # 0.3 more each step; at 2.8 the prediction 9.6 is too low, at 3.1 its 10.2 is too high.
    "weight[method=l1, pace=2, step=1 6 7 8 9 12]": (
        "1.3000 | 2.8000 | 3.1000 | 2.8000 | 3.1000 | 2.8000"
    ),
    "run_prediction[method=l1, pace=2, step=6..8]": "9.6000 | 10.2000 | 9.6000",
    "run_gradient[method=l1, pace=2, step=6..8]": "−2.0000 | 2.0000 | −2.0000",
    "run_residual[method=l1, pace=2, step=7]": "−0.2000",
    "l2_left[pace=2]": "0.000025600",  # 2 / 5^7 = 2 / 78,125
    # Decay: 0.3 times 1, 1/2, 1/3 ...; 0.15 / 7 = 0.021429, 0.15 / 8 = 0.01875
    "decay_start": "2.8",
    "decay_rate[step=0..7]": (
        "0.1500 | 0.0750 | 0.0500 | 0.0375 | 0.0300 | 0.0250 | 0.0214 | 0.0188"
    ),
    # 2.8 + 0.3, - 0.15, + 0.1, - 0.075, + 0.06, - 0.05, + 0.042857 (3.027857), - 0.0375
    "decay_weight[step=0..8]": (
        "2.800 | 3.100 | 2.950 | 3.050 | 2.975 | 3.035 | 2.985 | 3.028 | 2.990"
    ),
    # 2 m + 4; of the last 9.980714
    "decay_prediction[step=0 1 2 8]": "9.600 | 10.200 | 9.900 | 9.981",
    "decay_residual[step=0 1 2 8]": "0.400 | −0.200 | 0.100 | 0.019",
    "decay_gradient[step=0..3]": "−2.000 | 2.000 | −2.000 | 2.000",
    "look_weight[method=l1, pace=2] contraction[pace=2]": "2.5000 | −0.20",  # 1 - 2 x 0.15 x 4
    "rate_limit ratio reach": "0.250 | 0.8 | 1.50",  # 1 / 4; 0.3 / 0.2
    "reaching": "stops short",  # 1.5 < 2
    # 8. Many points, all at x = 2; a target of 4 + 2v votes for v.
    "others[neighbour=a b d] target[row=a b c d]": "6 | 8 | 14 | 6.00 | 8.00 | 10.00 | 14.00",
    "rows vote[row=a b c d] outlier_vote": "4 | 1.00 | 2.00 | 3.00 | 5.00 | 48.00",  # 96 / 2
    "row_gradient[method=l1, row=a b d]": "0 | −2.0 | −2.0",  # a: the line passes through point A
    # b: 8 - 6; d: 14 - 6
    "row_residual[row=a b d] row_gradient[method=l1 l2, row=c]": "0 | 2.0 | 8.0 | −2.0 | −16.0",
    "row_loss[method=l1 l2, row=d]": "8.0 | 64.0",
    # b: -4 x 2; d: -4 x 8
    "row_gradient[method=l2, row=a b d]": "0 | −8.0 | −32.0",
    # l1: -2 x 4 / 5; l2: -(0 + 8 + 16 + 32 + 376) / 5 = -432 / 5
    "mean_gradient[method=l1 l2] median_low": "−1.60 | −86.40 | 2.00",  # 1, 2, 3, 5
    "median_high median mean median_with": "3.00 | 2.50 | 2.75 | 3.00",  # 11 / 4; 1, 2, 3, 5, 48
    "mean_with mean_loss[method=l1]": "11.80 | 3.50",  # 59 / 5; (0 + 2 + 4 + 8) / 4
    "mean_loss_with[method=l1]": "21.60",  # (14 + 94) / 5
    "mean_loss[method=l2]": "21.00",  # (0 + 4 + 16 + 64) / 4
    "mean_loss_with[method=l2]": "1,784.00",  # (84 + 8,836) / 5
    # 9. The linear programme: 10 coefficients, an intercept, two for each of 442 patients.
    "variables descent_gap": "895 | 0.00047%",  # 10 + 1 + 884; 0.0889 / 19,024.3433 = 4.67e-6
    # 10. Huber and smooth L1.
    "delta beta huber smooth": "2 | 2 | 6.0 | 3.0",  # 2 x (4 - 1); 4 - 1
    "huber_gradient smooth_gradient": "−4.0 | −2.0",  # -2 x 2; -2 x 1
    "outlier_gradient[method=huber smooth-l1]": "−4.0 | −2.0",
    "weight[method=huber smooth-l1, pace=1, step=1]": "1.4000 | 1.2000",  # huber: 1 + 0.1 x 4
    "outlier_weight[method=huber smooth-l1]": "1.40 | 1.20",
    # Huber: steps of 0.4 while the residual is 2 or more, then 1 - 0.1 x 4 = 0.6 of it is left.
    # 3 - 0.8 x 0.6
    "weight[method=huber, pace=1, step=0..4]": "1.0000 | 1.4000 | 1.8000 | 2.2000 | 2.5200",
    # 2 x (r - 1), then 1.6² / 2
    "run_loss[method=huber, pace=1, step=0..3]": "6.0000 | 4.4000 | 2.8000 | 1.2800",
    # Smooth L1: steps of 0.3 while the residual is 2 or more, then 1 - 0.15 x 4 / 2 = 0.7 of it
    # is left: 1.6, 1.12, 0.784, ...; the gradient is the residual, clipped at 2.
    "weight[method=smooth-l1, pace=2, step=1 3 4 5]": "1.3000 | 1.9000 | 2.2000 | 2.4400",
    "run_residual[method=smooth-l1, pace=2, step=3..6]": "2.2000 | 1.6000 | 1.1200 | 0.7840",
    "run_gradient[method=smooth-l1, pace=2, step=3..6]": "−2.0000 | −1.6000 | −1.1200 | −0.7840",
    # 12. The pinball loss.
    "quantile pinball odds": "0.9 | 3.60 | 9.0",  # 0.9 x 4; 0.9 / 0.1
}

OTHERS = {
    # The line is too high, the input is no power of 2, both thresholds are wide.
    (
        "x=3, m=8, y=13, delta=20, beta=30, line_slope=-1.5, outlier=-7, look=12, "
        "rate[pace=1]=0.05, rate[pace=2]=0.2, ratio=0.9"
    ): {
        "prediction residual best": "28.0 | −15.0 | 3.00",  # 24 + 4; 13 - 28; 9 / 3
        "touches gradient squared_gradient": "cuts through | 3.0 | 90.0",  # -2 x 3 x (-15)
        "huber smooth": "112.5 | 3.8",  # 225 / 2, inside the threshold; 225 / 60 = 3.75
        "huber_gradient smooth_gradient": "45.0 | 1.5",  # -3 x (-15); -3 x (-15/30)
        "step_count[pace=1] arrival[pace=1]": "33 | 34",  # 5 / 0.15 = 33.3
        "step_count[pace=2] rest[pace=2]": "8 | 0.20",  # 5 / 0.6 = 8.33
        "near[pace=2] far[pace=2]": "3.20 | 2.60",  # from above; 3.2 - 0.6
        "floor[pace=2]": "0.90",  # 0.2 x 9 / 2
        "contraction[pace=2]": "−2.60",  # 1 - 2 x 0.2 x 9: diverges
        "reach reaching": "6.00 | can get there",  # 0.6 / 0.1
        "outlier_gradient[method=l1 l2 huber]": "3.0 | 210.0 | 60.0",  # 2 x 3 x 35; 3 x 20
        "pinball": "1.50",  # 0.1 x 15
    },
    # Landing at the second rate too, from the other side of nothing: 3 is five steps away.
    "rate[pace=2]=0.2, m=5, look=7": {
        "step_count[pace=2] landing[pace=2] amplitude[pace=2]": f"5 | {LANDS} | 0"
    },
    # On the kink from the start, the outlier too: nothing pulls, everything stays.
    "m=3, outlier=10, decay_start=3": {
        "loss slope gradient squared_gradient huber pinball": "0",
        "step_count[pace=1] landing[pace=1]": f"0 | {LANDS}",
        "weight[method=l1, pace=1, step=0..12]": "3.0000",
        "run_gradient[method=l1, pace=2, step=0..12]": "0",
        # The line is now too high for the first two: (2 + 2 + 0 - 2 + 0) / 5
        "row_gradient[method=l1, row=a b d]": "2.0 | 2.0 | −2.0",
        "mean_gradient[method=l1 l2]": "0.40 | 1.60",  # (16 + 8 - 16) / 5
        "median_with mean_with": "3.00 | 2.80",  # 14 / 5
    },
    # The outlier and two points on the line: they are silent.
    "outlier=6, others[neighbour=b]=6, others[neighbour=d]=6, beyond=3": {
        "row_gradient[method=l1, row=b d]": "0",
        "median_low median_high median_with": "1.00",  # 1, 1, 1, 3
        "mean_gradient[method=l1 l2]": "−0.40 | −3.20",  # -2 / 5; -16 / 5
        "mean_loss[method=l1] mean_loss_with[method=l1]": "1.00 | 0.80",  # 4 / 4; 4 / 5
    },
    # The L2 factor is 0 while the second rate bounces.
    "rate[pace=1]=0.125": {"contraction[pace=1] far[pace=2]": "0 | 3.10"},
    # Close to the minimum: steps of 0.02 and 0.5 that bounce at once, or after one.
    "m=2.97, rate[pace=1]=0.01, rate[pace=2]=0.25, decay_start=2.97": {
        "weight[method=l1, pace=1, step=1..4]": "2.9900 | 3.0100 | 2.9900 | 3.0100",
        "weight[method=l1, pace=2, step=1..4]": "3.4700 | 2.9700 | 3.4700 | 2.9700",
        # 3.47 - 0.25; 3.22 - 0.5/3; 3.05333 - 0.125
        "decay_weight[step=0..4]": "2.970 | 3.470 | 3.220 | 3.053 | 2.928",
    },
    "m=2.99, rate[pace=1]=0.01, rate[pace=2]=0.25, decay_start=2.99": {
        "weight[method=l1, pace=2, step=1..4]": "3.4900 | 2.9900 | 3.4900 | 2.9900"
    },
    # The L2 factor is 0: one step and it is there. The second rate lands.
    "rate[pace=1]=0.125, rate[pace=2]=0.2, look=3": {
        "contraction[pace=1] l2_left[pace=1]": "0",  # 1 - 2 x 0.125 x 4
        "weight[method=l2, pace=1, step=1..12]": "3.0000",
        "look_weight[method=l1 l2, pace=1]": "1.7500 | 3.0000",  # 1 + 3 x 0.25
        "look_weight[method=l1, pace=2]": "2.2000",  # 1 + 3 x 0.4
    },
    # The widest tolerance, 0.000001: a rest of 0.0000015 is still a rest.
    # 2.0000015 / 0.2 = 10.0000075
    "tolerance=1e-6, m=0.9999985, rate[pace=2]=0.1": {
        "step_count[pace=1] rest[pace=1] arrival[pace=1]": "10 | 0.0000015 | 11"
    },
    # The tenth step would miss by 0.0000005, which the same tolerance lets pass.
    # 1.9999995 / 0.2 = 9.9999975
    "tolerance=1e-6, m=1.0000005, rate[pace=2]=0.1": {
        "step_count[pace=1] rest[pace=1] landing[pace=1]": f"10 | 0 | {LANDS}"
    },
    # At the book's tolerance a tenth step that would miss by 0.000003 is not a whole one.
    "m=1.000003, rate[pace=2]=0.1": {"step_count[pace=1]": "9"},  # 1.999997 / 0.2 = 9.999985
    # It falls short by 0.0000005, which the tolerance lets pass as well.
    "tolerance=1e-6, m=0.9999995, rate[pace=2]=0.1": {
        "step_count[pace=1] rest[pace=1] arrival[pace=1]": "10 | 0 | 10"
    },
    # The rates exchanged: the first bounces, the second lands.
    "rate[pace=1]=0.15, rate[pace=2]=0.1": {
        "landing[pace=1] landing[pace=2]": f"{BOUNCES} | {LANDS}"
    },
}

PINS = cells(BOOK)
OTHER_PINS = at_others(OTHERS)
