"""What the reader of the chapter on rotary position embedding must see, worked out by hand.

None of it was copied from the program: the arithmetic stands beside each figure. Used
throughout: cos 3 = -0.989992, sin 3 = 0.141120, cos 2 = -0.41614684, sin 2 = 0.90929743,
cos 1 = 0.540302, sin 1 = 0.841471, and for small x cos x = 1 - x²/2, sin x = x - x³/6.
ln 2π = 1.837877, ln 10,000 = 9.210340, ln 500,000 = 13.122363. `OTHER_PINS` adds settings at
which figures that are zero, equal or held at a limit at the book's values are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PINS: dict[str, str] = {
    # 1. Why a table of positions ends.
    "trained_length": "4,096 tokens",  # Llama 2
    "hidden": "4,096",
    "weight_width": "2 B",
    "table_params": "16,777,216 params",  # 4,096 x 4,096 = 2^24
    "table_bytes": "33.6 MB",  # 2^25 = 33.554e6
    "factor": "8×",
    "wanted_length": "32,768 tokens",  # 4,096 x 8 = 2^15
    "rows_missing": "28,672 tokens",  # 32,768 - 4,096
    "within_table": "No",
    # 2. One pair, by hand: (1, 2) at position 3.
    "q_0": "1",
    "q_1": "2",
    "query_position": "3",
    "theta_0": "1 rad/token",
    "q_angle_0": "3.00 rad",  # 3 x 1
    "q_cos_0": "−0.989992",
    "q_sin_0": "0.141120",
    "q_turned_0": "−1.2722",  # 1 x -0.989992 - 2 x 0.141120 = -1.272232
    "q_turned_1": "−1.8389",  # 1 x 0.141120 + 2 x -0.989992 = -1.838864
    "q_length_0": "2.2361",  # √(1 + 4)
    "q_turned_length_0": "2.2361",  # √(1.618574 + 3.381421) = √4.999995
    # 3. All pairs.
    "base": "10,000",
    "theta_1": "0.0100 rad/token",  # 1/√10,000
    "lambda_0": "6.28 tokens",  # 2π
    "lambda_1": "628 tokens",  # 200π
    "pairs": "64",  # 128 / 2
    "head_dim": "128",
    "slowest_pair": "63",  # 64 pairs, from 0
    "pair_wanted": "40",
    "pair": "40",  # below 63
    "theta_i": "0.003162 rad/token",  # 10^(-4 x 40/64) = 10^-2.5
    "lambda_i": "1,987 tokens",  # 6.283185 / 0.00316228 = 1,986.92
    "theta_slow": "0.000115 rad/token",  # 10^(-4 x 63/64) = 10^-3.9375 = 0.000115478
    "lambda_slow": "54,410 tokens",  # 10^3.9375 = 8,659.64; x 6.283185 = 54,410
    # 4. Rotate q and k.
    "q_2": "0.5",
    "q_3": "−1",
    "k_0": "0.5",
    "k_1": "1",
    "k_2": "2",
    "k_3": "1",
    "key_position": "1",
    "q_angle_1": "0.030 rad",  # 3 x 0.01, two digits
    "k_angle_0": "1.00 rad",
    "k_angle_1": "0.010 rad",
    # cos 0.03 = 0.999550, sin 0.03 = 0.0299955
    "q_turned_2": "0.5298",  # 0.5 x 0.999550 + 1 x 0.0299955 = 0.529771
    "q_turned_3": "−0.9846",  # 0.5 x 0.0299955 - 0.999550 = -0.984552
    "k_turned_0": "−0.5713",  # 0.5 x 0.540302 - 0.841471 = -0.571320
    "k_turned_1": "0.9610",  # 0.5 x 0.841471 + 0.540302 = 0.961037
    # cos 0.01 = 0.999950, sin 0.01 = 0.00999983
    "k_turned_2": "1.9899",  # 2 x 0.999950 - 0.0099998 = 1.989900
    "k_turned_3": "1.0199",  # 2 x 0.0099998 + 0.999950 = 1.019950 less 0.0000004: 1.0199496
    # At offset 2 the pairs give 2.5 cos 2 and 2.5 sin 0.02, step 5.
    "part_0": "−1.040367",
    "part_1": "0.049997",
    "score": "−0.990370",
    "dot_0": "2.5000",  # 1 x 0.5 + 2 x 1
    "dot_1": "0",  # 0.5 x 2 - 1 x 1
    "score_unrotated": "2.500000",
    # 5. Only the offset counts.
    "offset": "2",  # 3 - 1
    "cross_0": "0",  # 1 x 1 - 2 x 0.5
    "cross_1": "2.5000",  # 0.5 x 1 + 1 x 2
    "offset_part_0": "−1.040367",  # 2.5 x -0.41614684 = -1.04036709
    "offset_part_1": "0.049997",  # 2.5 x 0.01999867 = 0.04999667
    "offset_score": "−0.990370",  # -1.04036709 + 0.04999667 = -0.99037042
    "shift": "100",
    "moved_query": "103",
    "moved_key": "101",
    "score_moved": "−0.990370",  # the same offset
    "next_key": "2",
    "score_next": "1.375755",  # 2.5 x (0.5403023 + 0.0099998) = 1.3757553
    "next_moved_key": "102",
    "score_next_moved": "1.375755",
    "score_swapped": "−1.090364",  # -1.04036709 - 0.04999667 = -1.09036376
    # 6. The complex form: (1 + 2i)(0.5 - i) = 2.5 and (0.5 - i)(2 - i) = -2.5i.
    "imaginary_0": "0",
    "imaginary_1": "−2.5000",
    "complex_part_0": "−1.040367",
    "complex_part_1": "0.049997",
    "complex_score": "−0.990370",
    "most_0": "2.5000",
    "most_1": "2.5000",
    "most": "5.0000",
    # 7. Halves: pairs (1, 0.5) with (0.5, 2), (2, -1) with (1, 1): dots 1.5 and 1, crosses
    # 1 x 2 - 0.5 x 0.5 = 1.75 and 2 x 1 + 1 x 1 = 3.
    # 1.5 x -0.41614684 + 1.75 x 0.90929743 + 0.99980001 + 3 x 0.01999867
    "score_halves": "2.026846",  # -0.62422025 + 1.59127050 + 0.99980001 + 0.05999600 = 2.02684626
    "pairing_error": "3.017217",  # 2.02684626 + 0.99037042 = 3.01721668
    "halves_dot_0": "1.5000",  # 1 x 0.5 + 0.5 x 2
    "halves_dot_1": "1.0000",  # 2 x 1 - 1 x 1
    "score_halves_same": "2.500000",  # 1.5 + 1
    # 8. What the tables cost.
    "table_width": "4 B",
    "table_values": "4,194,304 values",  # 2 x 32,768 x 64 = 2^22
    "tables_bytes": "16.8 MB",  # 2^24 = 16.777e6
    "wide_values": "8,388,608 values",  # 2^23
    "wide_bytes": "33.6 MB",
    "learned_wanted_params": "134,217,728 params",  # 2^15 x 2^12 = 2^27
    "learned_wanted_bytes": "268.4 MB",  # 2^28 = 268.435e6
    "layers": "32",
    "heads": "32",
    "kv_heads": "32",
    "rotation_flops": "786,432 FLOP/token",  # 3 x 128 x 64 x 32 = 3 x 2^18
    "projection_flops": "2,147 MFLOP/token",  # 2 x 4,096 x 128 x 64 x 32 = 2^31
    "rotation_share": "0.037%",  # 3 / 8,192 = 0.0366 %
    # 9. Two bases. 500,000^(1/64) = e^0.2050369 = 1.227570
    "large_base": "500,000",
    "large_theta_i": "0.000274 rad/token",  # e^(-0.625 x 13.122363) = e^-8.201477 = 0.00027425
    "large_lambda_i": "22,911 tokens",  # e^8.201477 = 3,646.33; x 6.283185 = 22,910.6
    "large_theta_slow": "0.0000025 rad/token",  # 1.227570 / 500,000 = 0.00000245514
    "large_lambda_slow": "2,559,196 tokens",  # 500,000 / 1.227570 = 407,308.7; x 6.283185
    "large_over_small": "47.0×",  # 50^(63/64) = 50 x e^-0.0611254 = 50 x 0.940705
    # ln 4,096 = 8.317766, less 1.837877 = 6.479889, x 64 = 414.7129
    "last_turned": "45.03",  # 414.7129 / 9.210340
    "turned": "46",  # pairs 0 to 45
    "unturned": "18",  # 64 - 46
    "large_last_turned": "31.60",  # 414.7129 / 13.122363
    "large_turned": "32",
    "large_unturned": "32",
    "slow_seen": "0.473 rad",  # 4,096 x 0.000115478 = 0.47300
    "slow_wanted": "3.784 rad",  # x 8 = 3.78398
    # 10. Past the trained length, factor 8, pair 40.
    "linear_theta": "0.000395 rad/token",  # 0.00316228 / 8
    "linear_lambda": "15,895 tokens",  # 1,986.918 x 8 = 15,895.3
    "linear_theta_0": "0.1250 rad/token",  # 1 / 8
    # 8^(1/63) = e^(2.0794415 / 63) = e^0.0330070 = 1.0335578
    "ntk_base": "82,685",  # 10,000 x 8 x 1.0335578 = 82,684.6
    # 8^(-40/63) = e^-1.3202803 = 0.2670605
    "ntk_theta": "0.000845 rad/token",  # 0.00316228 x 0.2670605 = 0.00084452
    "ntk_lambda": "7,440 tokens",  # 1,986.918 / 0.2670605 = 7,439.9
    "ntk_theta_slow": "0.000014 rad/token",  # 0.000115478 / 8 = 0.0000144
    "ntk_slow_wanted": "0.473 rad",  # 32,768 x 0.0000144348
    "current_length": "16,384 tokens",
    "dynamic_factor": "1",
    "dynamic_scale": "4.00×",  # 16,384 / 4,096 - 0
    # 4^(1/63) = e^(1.3862944 / 63) = 1.0222485; 4^(-40/63) = e^-0.8801869 = 0.414705
    "dynamic_base": "40,890",  # 40,000 x 1.0222485 = 40,889.9
    "dynamic_theta": "0.001311 rad/token",  # 0.00316228 x 0.414705 = 0.00131141
    "dynamic_lambda": "4,791 tokens",  # 1,986.918 / 0.414705 = 4,791.2
    "beta_fast": "32",
    "beta_slow": "1",
    "fast_limit": "128.0 tokens",  # 4,096 / 32
    "slow_limit": "4,096.0 tokens",
    "fast_pair": "20.94",  # 64 x (4.852030 - 1.837877) / 9.210340 = 192.9058 / 9.210340
    "slow_pair": "45.03",
    "ramp_start": "20",
    "ramp_end": "46",
    "yarn_place": "0.769",  # (40 - 20) / 26
    "yarn_interpolated": "76.9%",
    "yarn_kept": "23.1%",  # 6 / 26
    "yarn_theta": "0.001034 rad/token",  # 6/26 + 20/26/8 = 8.5/26 = 0.3269231; x 0.00316228
    "yarn_lambda": "6,078 tokens",  # 1,986.918 / 0.3269231 = 6,077.6
    "attention_factor": "1.2079×",  # 0.1 x 2.0794415 + 1
    "score_growth": "1.459×",  # 1.2079442²
    "low_factor": "1",
    "high_factor": "4",
    "turns": "2.06",  # 4,096 / 1,986.918 = 2.061484
    "llama3_place": "0.354",  # 1.061484 / 3 = 0.353828
    "llama3_kept": "35.4%",
    # 0.353828 + 0.646172 / 8 = 0.4345995
    "llama3_theta": "0.001374 rad/token",  # 0.00316228 x 0.4345995 = 0.00137432
    "llama3_lambda": "4,572 tokens",  # 1,986.918 / 0.4345995 = 4,571.8
    "probe": "2",
    "linear_theta_1": "0.00125 rad/token",  # 0.01 / 8
    "probe_part_0": "−1.040367",
    "probe_part_1": "0.049997",
    "probe_linear_part_0": "2.422281",  # 2.5 cos 0.25 = 2.5 x 0.9689124
    "probe_linear_part_1": "0.006250",  # 2.5 sin 0.0025 = 2.5 x 0.0024999974
    "probe_score": "−0.990370",
    "probe_linear": "2.428531",  # 2.422281 + 0.006250
    "probe_ntk": "−1.034117",  # -1.040367 + 0.006250
    # 11. Precision.
    "bf16_bits": "8",
    "lost_position": "257",  # 2^8 + 1
    "rounded_position": "5,000",
    "bf16_spacing": "32",  # 2^12 = 4,096 leads; 2^(12 + 1 - 8) = 2^5
    "held_position": "4,992",  # 5,000 / 32 = 156.25; 156 x 32
    "position_error": "8",
    "angle_error": "8.0 rad",
    "turns_error": "1.27",  # 8 / 6.283185 = 1.2732
    "fp32_bits": "24",
    "far_position": "1,000,000",
    "far_angle": "1,000,000 rad",
    "fp32_spacing": "0.0625 rad",  # 2^19 = 524,288 leads; 2^(19 + 1 - 24) = 1/16
    # 12. Decoding.
    "decoded": "1,000 tokens",
    "recomputed": "500,500",  # 1,000 x 1,001 / 2
    "recomputed_over_cached": "500.5×",
    "shift_angle": "100.00 rad",
    "moved_angle": "101.00 rad",
    # 101 - 32π = 101 - 100.530965 = 0.469035: cosine 0.892005, sine 0.452026
    "k_twice": "−0.0060",
    "k_once": "−0.0060",  # 0.5 x 0.892005 - 0.452026 = -0.0060235
    "cached_position": "1,000",
    "cached_angle": "3.162 rad",  # 1,000 x 0.00316228
    "fresh_angle": "1.311 rad",  # 1,000 x 0.00131141
    "stale_error": "1.851 rad",  # 3.16228 - 1.31141 = 1.85087
}

OTHER_PINS: list[tuple[Mapping[str, Any], dict[str, str]]] = [
    # The score at offset 1 elsewhere.
    ({"query_position": 5, "key_position": 4}, {"offset": "1", "score": "1.375755"}),
    (
        {"query_position": 1, "key_position": 0},
        {"offset": "1", "score": "1.375755", "k_turned_0": "0.5000", "k_turned_1": "1.0000"},
    ),
    (
        # The query behind the key.
        {"query_position": 1, "key_position": 3},
        {"offset": "−2", "score": "−1.090364", "score_swapped": "−0.990370"},
    ),
    (
        {"q_0": 2, "q_2": 1},
        {
            "dot_0": "3.0000",  # 2 x 0.5 + 2 x 1
            "cross_0": "1.0000",  # 2 x 1 - 2 x 0.5
            "imaginary_0": "−1.0000",
            "dot_1": "1.0000",  # 1 x 2 - 1 x 1
            "cross_1": "3.0000",  # 1 x 1 + 1 x 2
            "imaginary_1": "−3.0000",
            "score_unrotated": "4.000000",
            "most_0": "3.1623",  # √(9 + 1)
            "most_1": "3.1623",
            "most": "6.3246",  # 2√10
        },
    ),
    (
        # Another model, nothing stretched, and a pair that the head does not have.
        {"model": "Llama 3 8B", "factor": 1, "pair_wanted": 100},
        {
            "rows_missing": "0 tokens",
            "within_table": "Yes",
            "pair": "63",
            "theta_1": "0.0014 rad/token",  # 1/√500,000 = 0.00141421
            "lambda_i": "2,559,196 tokens",
            "linear_lambda": "2,559,196 tokens",
            "attention_factor": "1.0000×",
            "last_turned": "34.98",  # 64 x (9.010913 - 1.837877) / 13.122363 = 459.0743 / 13.122363
            "turned": "35",
            "unturned": "29",
            "large_over_small": "1.0×",
            "rotation_flops": "491,520 FLOP/token",  # 3 x 128 x 40 x 32
            "rotation_share": "0.037%",
            "dynamic_scale": "2.00×",  # 16,384 / 8,192
        },
    ),
    (
        # A text that is still short.
        {"current_length": 1000},
        {"dynamic_scale": "1.00×", "dynamic_base": "10,000", "stale_error": "0 rad"},
    ),
    # With a factor of 8 the scale at twice the length is 8 x 2 - 7.
    ({"dynamic_factor": 8, "current_length": 8192}, {"dynamic_scale": "9.00×"}),
    (
        # 5,008 / 32 = 156.5 and 5,040 / 32 = 157.5: ties go to the even multiple.
        {"rounded_position": 5008},
        {
            "held_position": "4,992",
            "position_error": "16",
            "angle_error": "16.0 rad",
            "turns_error": "2.55",  # 16 / 6.283185
        },
    ),
    ({"rounded_position": 5040}, {"held_position": "5,056", "position_error": "16"}),
    (
        # A fast pair, kept by both: 10^-0.625 = 0.23713737, 154.58953 turns.
        {"pair_wanted": 10},
        {
            "yarn_place": "−0.385",  # -10 / 26
            "yarn_kept": "100.0%",
            "yarn_theta": "0.237137 rad/token",
            "llama3_place": "51.197",  # 153.58953 / 3
            "llama3_kept": "100.0%",
            "llama3_theta": "0.237137 rad/token",
        },
    ),
    (
        # The slowest: 4,096 / 54,410 = 0.0753 turns.
        {"pair_wanted": 63},
        {
            "yarn_place": "1.654",  # 43 / 26
            "yarn_interpolated": "100.0%",
            "yarn_kept": "0%",
            "llama3_place": "−0.308",  # -0.9247 / 3
            "llama3_kept": "0%",
            "ntk_lambda": "435,281 tokens",  # 8 x 8,659.6432 x 6.2831853 = 8 x 54,410.14
        },
    ),
    (
        # So short that no pair turns so often: the ramp starts at the first.
        {"trained_length": 256, "beta_fast": 128},
        {
            "fast_limit": "2.0 tokens",
            "fast_pair": "−7.95",  # 64 x (0.693147 - 1.837877) / 9.210340
            "ramp_start": "0",
        },
    ),
    (
        # So long that every pair turns, and the ramp ends at the last index of the width.
        {"pairs": 8, "base": 1000, "trained_length": 1048576, "beta_slow": 0.25},
        {
            "slow_pair": "15.53",  # 8 x (15.249238 - 1.837877) / 6.907755
            "ramp_end": "15",
            "last_turned": "13.93",  # 8 x (13.862944 - 1.837877) / 6.907755
            "turned": "8",
            "unturned": "0",
        },
    ),
    (
        # The same for the larger base, while the other is as large as it may be.
        {"pairs": 8, "base": 1e9, "large_base": 1000, "trained_length": 1048576},
        {
            "turned": "5",  # 8 x 12.025067 / 20.723266 = 4.642, pairs 0 to 4
            "large_turned": "8",  # 13.93 again
            "large_unturned": "0",
        },
    ),
    (
        # A faster first pair: 8 tokens of error are 16 radians.
        {"theta_0": 2},
        {
            "lambda_0": "3.14 tokens",
            "theta_1": "0.0200 rad/token",
            "angle_error": "16.0 rad",
            "turns_error": "2.55",
            "far_angle": "2,000,000 rad",
            "fp32_spacing": "0.1250 rad",
        },
    ),
]

_MODEL = ("base", "trained_length", "pairs", "hidden", "layers", "heads", "kv_heads")

OPTION_PINS: dict[str, dict[str, dict[str, float]]] = {
    "model": {
        name: dict(zip(_MODEL, values, strict=True))
        for name, values in {
            "Llama 2 7B": (10_000, 4096, 64, 4096, 32, 32, 32),
            "Llama 3 8B": (500_000, 8192, 64, 4096, 32, 32, 8),
        }.items()
    }
}
