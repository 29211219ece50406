"""What the reader of the chapter on rotary position embedding must see, worked out by hand.

None of it was copied from the program: the arithmetic stands beside each figure. Used
throughout: cos 3 = -0.989992, sin 3 = 0.141120, cos 2 = -0.41614684, sin 2 = 0.90929743,
cos 1 = 0.540302, sin 1 = 0.841471, and for small x cos x = 1 - x²/2, sin x = x - x³/6.
ln 2π = 1.837877, ln 10,000 = 9.210340, ln 500,000 = 13.122363. `OTHER_PINS` adds settings at
which figures that are zero, equal or held at a limit at the book's values are not. Scalings are
compared at three pairs: the first, the last and number 40.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

BOOK = {
    # 1. Why a table of positions ends.
    "trained_length hidden weight_width": "4,096 tokens | 4,096 | 2 B",  # Llama 2
    "table_params": "16,777,216 params",  # 4,096 x 4,096 = 2^24
    "table_bytes factor": "33.6 MB | 8×",  # 2^25 = 33.554e6
    "params": "6,738,415,616 params",
    "table_share": "0.25%",  # 16.777 / 6,738.4 = 0.00249
    "longer[times=2 4]": "2× | 4×",
    "wanted_length": "32,768 tokens",  # 4,096 x 8 = 2^15
    "rows_missing within_table": "28,672 tokens | No",  # 32,768 - 4,096
    # 2. One pair, by hand: (1, 2) at position 3.
    "value[vector=q, component=0 1] query_position first_frequency": "1 | 2 | 3 | 1 rad/token",
    # Neighbours make a pair, or components half the vector apart.
    "member_number[pairing=adjacent, pair=0, side=x y]": "0 | 1",
    "member_number[pairing=adjacent, pair=1, side=x y]": "2 | 3",
    "member_number[pairing=halves-layout, pair=0, side=x y]": "0 | 2",
    "member_number[pairing=halves-layout, pair=1, side=x y]": "1 | 3",
    "member[pairing=halves-layout, pair=0, side=y]": "2",
    "member[pairing=halves-layout, pair=1, side=x]": "1",
    "paired[vector=q, pairing=adjacent, pair=1, side=y]": "−1.0000",
    "paired[vector=k, pairing=halves-layout, pair=0, side=y]": "2.0000",
    "angle[vector=q, pair=0] cos[vector=q, pair=0]": "3.00 rad | −0.989992",  # 3 x 1
    "sin[vector=q, pair=0]": "0.141120",
    # x: 1 x -0.989992 - 2 x 0.141120 = -1.272232; y: 1 x 0.141120 + 2 x -0.989992 = -1.838864
    "turned[vector=q, pair=0, side=x y]": "−1.2722 | −1.8389",
    "length[vector=q, pair=0]": "2.2361",  # √(1 + 4)
    "turned_length[vector=q, pair=0]": "2.2361",  # √(1.618574 + 3.381421) = √4.999995
    "length[vector=k, pair=1]": "2.2361",  # √(4 + 1)
    # 3. All pairs.
    "base width": "10,000 | 4",
    "frequency[pair=0 1]": "1.0000 rad/token | 0.0100 rad/token",  # 1: 1/√10,000
    # 0: 2π; 1: 200π
    "wavelength[pair=0 1] pairs head_dim": "6.28 tokens | 628.32 tokens | 64 | 128",  # 128 / 2
    "number[hand=slowest] pair_wanted": "63 | 40",  # 64 pairs, from 0
    "number[hand=looked-at]": "40",  # below 63
    "head_frequency[hand=looked-at]": "0.003162 rad/token",  # 10^(-4 x 40/64) = 10^-2.5
    "head_wavelength[hand=looked-at]": "1,987 tokens",  # 6.283185 / 0.00316228 = 1,986.92
    # slowest: 10^-3.9375 = 0.000115478
    "head_frequency[hand=slowest fastest]": "0.000115 rad/token | 1.000000 rad/token",
    # fastest: 2π; slowest: 10^3.9375 = 8,659.64; x 6.283185 = 54,410
    "head_wavelength[hand=fastest slowest]": "6.3 tokens | 54,410 tokens",
    # 4. Rotate q and k.
    "value[vector=q, component=2 3] value[vector=k, component=0..3]": "0.5 | −1 | 0.5 | 1 | 2 | 1",
    "key_position angle[vector=q, pair=1]": "1 | 0.030 rad",  # 3 x 0.01, two digits
    "angle[vector=k, pair=0 1]": "1.00 rad | 0.010 rad",
    # cos 0.03 = 0.999550, sin 0.03 = 0.0299955
    # x: 0.5 x 0.999550 + 1 x 0.0299955 = 0.529771; y: 0.5 x 0.0299955 - 0.999550 = -0.984552
    "turned[vector=q, pair=1, side=x y]": "0.5298 | −0.9846",
    # x: 0.5 x 0.540302 - 0.841471 = -0.571320; y: 0.5 x 0.841471 + 0.540302 = 0.961037
    "turned[vector=k, pair=0, side=x y]": "−0.5713 | 0.9610",
    # cos 0.01 = 0.999950, sin 0.01 = 0.00999983
    # x: 2 x 0.999950 - 0.0099998 = 1.989900; y: 0.0199997 + 0.99995 = 1.0199496
    "turned[vector=k, pair=1, side=x y]": "1.9899 | 1.0199",
    # At offset 2 the pairs give 2.5 cos 2 and 2.5 sin 0.02, step 5.
    "part[pair=0 1] score": "−1.040367 | 0.049997 | −0.990370",
    # 0: 1 x 0.5 + 2 x 1; 1: 0.5 x 2 - 1 x 1
    "dot[pairing=adjacent, pair=0 1] unrotated[pairing=adjacent]": "2.5000 | 0 | 2.500000",
    # 5. Only the offset counts.
    "offset[case=here]": "2",  # 3 - 1
    # 0: 1 x 1 - 2 x 0.5; 1: 0.5 x 1 + 1 x 2
    "cross[pairing=adjacent, pair=0 1]": "0 | 2.5000",
    # 0: 2.5 x -0.41614684 = -1.04036709; 1: 2.5 x 0.01999867 = 0.04999667
    "offset_part[pairing=adjacent, pair=0 1]": "−1.040367 | 0.049997",
    "offset_score[pairing=adjacent]": "−0.990370",  # -1.04036709 + 0.04999667 = -0.99037042
    "shift position[case=here, vector=q k]": "100 | 3 | 1",
    "position[case=swapped, vector=q k] offset[case=moved swapped]": "1 | 3 | 2 | −2",
    "angle_at[case=moved, vector=q, pair=1]": "1.03 rad",  # 103 x 0.01
    "part_at[case=swapped, pair=0 1]": "−1.040367 | −0.049997",  # 0: 2.5 cos 2, whichever way
    "score_at[case=here] position[case=moved, vector=q k]": "−0.990370 | 103 | 101",
    "score_at[case=moved] position[case=next, vector=q]": "−0.990370 | 2",  # the same offset
    "score_at[case=next]": "1.375755",  # 2.5 x (0.5403023 + 0.0099998) = 1.3757553
    "position[case=next-moved, vector=q]": "102",
    # swapped: -1.04036709 - 0.04999667 = -1.09036376
    "score_at[case=next-moved swapped]": "1.375755 | −1.090364",
    # 6. The complex form: (1 + 2i)(0.5 - i) = 2.5 and (0.5 - i)(2 - i) = -2.5i.
    "imaginary[pairing=adjacent, pair=0 1]": "0 | −2.5000",
    "complex_part[pairing=adjacent, pair=0 1]": "−1.040367 | 0.049997",
    "complex_score[pairing=adjacent]": "−0.990370",
    "most_part[pairing=adjacent, pair=0 1] most[pairing=adjacent]": "2.5000 | 2.5000 | 5.0000",
    # 7. Halves layout: pairs (1, 0.5) with (0.5, 2), (2, -1) with (1, 1): dots 1.5 and 1, crosses
    # 1 x 2 - 0.5 x 0.5 = 1.75 and 2 x 1 + 1 x 1 = 3.
    # 1.5 x -0.41614684 + 1.75 x 0.90929743 + 0.99980001 + 3 x 0.01999867
    # -0.62422025 + 1.59127050 + 0.99980001 + 0.05999600 = 2.02684626
    "offset_score[pairing=halves-layout]": "2.026846",
    "pairing_error": "3.017217",  # 2.02684626 + 0.99037042 = 3.01721668
    # 0: 1 x 0.5 + 0.5 x 2; 1: 2 x 1 - 1 x 1
    "dot[pairing=halves-layout, pair=0 1]": "1.5000 | 1.0000",
    "cross[pairing=halves-layout, pair=0 1]": "1.7500 | 3.0000",
    # 0: -0.62422025 + 1.59127050; 1: 0.99980001 + 0.05999600
    "offset_part[pairing=halves-layout, pair=0 1]": "0.967050 | 1.059796",
    # 0: √(1.5² + 1.75²) = √5.3125 = 2.304886; 1: √10 = 3.162278
    "most_part[pairing=halves-layout, pair=0 1]": "2.3049 | 3.1623",
    "most[pairing=halves-layout]": "5.4672",  # 2.304886 + 3.162278 = 5.467164
    "unrotated[pairing=halves-layout]": "2.500000",  # 1.5 + 1
    # 8. What the tables cost.
    "table_width": "4 B",
    "values[table=cosines-and-sines]": "4,194,304 values",  # 2 x 32,768 x 64 = 2^22
    "bytes[table=cosines-and-sines]": "16.8 MB",  # 2^24 = 16.777e6
    "values[table=by-component] bytes[table=by-component]": "8,388,608 values | 33.6 MB",  # 2^23
    "values[table=learned]": "134,217,728 values",  # 2^15 x 2^12 = 2^27
    "bytes[table=learned] layers heads kv_heads": "268.4 MB | 32 | 32 | 32",  # 2^28 = 268.435e6
    "key_heads_fit": "each has its queries",  # 32 of 32
    "rotation_flops": "786,432 FLOP/token",  # 3 x 128 x 64 x 32 = 3 x 2^18
    "projection_flops": "2,147 MFLOP/token",  # 2 x 4,096 x 128 x 64 x 32 = 2^31
    "rotation_share": "0.037%",  # 3 / 8,192 = 0.0366 %
    # 9. Two bases. 500,000^(1/64) = e^0.2050369 = 1.227570
    "other_base": "500,000",
    # e^(-0.625 x 13.122363) = e^-8.201477 = 0.00027425
    "size_frequency[size=larger, hand=looked-at]": "0.000274 rad/token",
    # e^8.201477 = 3,646.33; x 6.283185 = 22,910.6
    "size_wavelength[size=larger, hand=looked-at]": "22,911 tokens",
    # 1.227570 / 500,000 = 0.00000245514
    "size_frequency[size=larger, hand=slowest]": "0.0000025 rad/token",
    # 500,000 / 1.227570 = 407,308.7; x 6.283185
    "size_wavelength[size=larger, hand=slowest]": "2,559,196 tokens",
    "size_wavelength[size=smaller, hand=slowest]": "54,410 tokens",
    # slowest: 50^(63/64) = 50 x e^-0.0611254 = 50 x 0.940705; looked-at: 50^0.625 = e^(0.625 x
    # 3.912023) = e^2.445014 = 11.531
    "growth[hand=slowest looked-at] bases[size=smaller larger]": "47.0× | 11.5× | 10,000 | 500,000",
    # ln 4,096 = 8.317766, less 1.837877 = 6.479889, x 64 = 414.7129
    "last_turned[size=smaller]": "45.03",  # 414.7129 / 9.210340
    "turned_pairs[size=smaller] other_pairs[size=smaller]": "46 | 18",  # pairs 0 to 45; 64 - 46
    "last_turned[size=larger]": "31.60",  # 414.7129 / 13.122363
    "turned_pairs[size=larger] other_pairs[size=larger]": "32 | 32",
    "angle_seen[hand=slowest]": "0.473 rad",  # 4,096 x 0.000115478 = 0.47300
    "reached[scaling=as-trained, hand=slowest]": "3.784 rad",  # x 8 = 3.78398
    "angle_seen[hand=looked-at]": "12.953 rad",  # 4,096 x 0.00316228 = 12.9527
    # 10. Past the trained length, factor 8, pair 40.
    "scaled[scaling=linear, hand=looked-at]": "0.000395 rad/token",  # 0.00316228 / 8
    # 1,986.918 x 8 = 15,895.3
    "scaled_wavelength[scaling=linear, hand=looked-at]": "15,895 tokens",
    "scaled[scaling=linear, hand=fastest]": "0.125000 rad/token",  # 1 / 8
    # 8^(1/63) = e^(2.0794415 / 63) = e^0.0330070 = 1.0335578
    "ntk_base": "82,685",  # 10,000 x 8 x 1.0335578 = 82,684.6
    # 8^(-40/63) = e^-1.3202803 = 0.2670605
    # 0.00316228 x 0.2670605 = 0.00084452
    "scaled[scaling=ntk-aware, hand=looked-at]": "0.000845 rad/token",
    # 1,986.918 / 0.2670605 = 7,439.9
    "scaled_wavelength[scaling=ntk-aware, hand=looked-at]": "7,440 tokens",
    "scaled[scaling=ntk-aware, hand=slowest]": "0.000014 rad/token",  # 0.000115478 / 8 = 0.0000144
    "reached[scaling=ntk-aware, hand=slowest]": "0.473 rad",  # 32,768 x 0.0000144348
    "current_length dynamic_factor": "16,384 tokens | 1",
    "dynamic_scale": "4.00×",  # 16,384 / 4,096 - 0
    # 4^(1/63) = e^(1.3862944 / 63) = 1.0222485; 4^(-40/63) = e^-0.8801869 = 0.414705
    "dynamic_base": "40,890",  # 40,000 x 1.0222485 = 40,889.9
    # 0.00316228 x 0.414705 = 0.00131141
    "scaled[scaling=dynamic, hand=looked-at]": "0.001311 rad/token",
    # 1,986.918 / 0.414705 = 4,791.2
    "scaled_wavelength[scaling=dynamic, hand=looked-at]": "4,791 tokens",
    "beta[border=fast slow]": "32 | 1",
    "limit[border=fast slow]": "128.0 tokens | 4,096.0 tokens",  # fast: 4,096 / 32
    # 64 x (4.852030 - 1.837877) / 9.210340 = 192.9058 / 9.210340
    "limit_pair[border=fast slow] ramp_pair[border=fast slow]": "20.94 | 45.03 | 20 | 46",
    # looked-at: (40 - 20) / 26; fastest: (0 - 20) / 26
    "place[ramped=yarn, hand=looked-at fastest]": "0.769 | −0.769",
    "kept[ramped=yarn, hand=looked-at]": "23.1%",  # 6 / 26
    # 6/26 + 20/26/8 = 8.5/26 = 0.3269231; x 0.00316228
    "scaled[scaling=yarn, hand=looked-at]": "0.001034 rad/token",
    # 1,986.918 / 0.3269231 = 6,077.6
    "scaled_wavelength[scaling=yarn, hand=looked-at]": "6,078 tokens",
    "attention_factor score_growth": "1.2079× | 1.459×",  # 0.1 x 2.0794415 + 1; 1.2079442²
    "low_factor high_factor": "1 | 4",
    # looked-at: 4,096 / 1,986.918 = 2.061484; fastest: 4,096 / 6.283185 = 651.8987
    "turns[hand=looked-at fastest]": "2.06 | 651.90",
    # fastest: 650.8987 / 3; looked-at: 1.061484 / 3 = 0.353828
    "place[ramped=llama-3-1, hand=fastest looked-at]": "216.966 | 0.354",
    "kept[ramped=llama-3-1, hand=looked-at]": "35.4%",
    # 0.353828 + 0.646172 / 8 = 0.4345995
    # 0.00316228 x 0.4345995 = 0.00137432
    "scaled[scaling=llama-3-1, hand=looked-at]": "0.001374 rad/token",
    # 1,986.918 / 0.4345995 = 4,571.8
    "scaled_wavelength[scaling=llama-3-1, hand=looked-at]": "4,572 tokens",
    # The ends: linear slows both, the others spare the fastest and slow the slowest by 8.
    "scaled[scaling=ntk-aware yarn llama-3-1, hand=fastest]": (
        "1.000000 rad/token | 1.000000 rad/token | 1.000000 rad/token"
    ),
    # yarn: 8 x 54,410.14; dynamic: 4 x 54,410.14
    "scaled_wavelength[scaling=yarn llama-3-1 dynamic, hand=slowest]": (
        "435,281 tokens | 435,281 tokens | 217,641 tokens"
    ),
    "reached[scaling=linear, hand=looked-at] probe": "12.953 rad | 2",  # as seen in training
    "slowed[slowing=linear, pair=1]": "0.00125 rad/token",  # 0.01 / 8
    "probe_part[slowing=as-trained, pair=0 1]": "−1.040367 | 0.049997",
    # 0: 2.5 cos 0.25 = 2.5 x 0.9689124; 1: 2.5 sin 0.0025 = 2.5 x 0.0024999974
    "probe_part[slowing=linear, pair=0 1]": "2.422281 | 0.006250",
    # linear: 2.422281 + 0.006250; ntk-aware: -1.040367 + 0.006250
    "probe_score[slowing=as-trained linear ntk-aware]": "−0.990370 | 2.428531 | −1.034117",
    # 11. Precision.
    "bf16_bits lost_position rounded_position": "8 | 257 | 5,000",  # 2^8 + 1
    "spacing spacings": "32 | 156.25",  # 2^12 = 4,096 leads; 2^(12 + 1 - 8) = 2^5; 5,000 / 32
    "multiple held_position": "156 | 4,992",  # 5,000 / 32 = 156.25; 156 x 32
    "position_error angle_error turns_error": "8 | 8.0 rad | 1.27",  # 8 / 6.283185 = 1.2732
    "fp32_bits far_position far_angle": "24 | 1,000,000 | 1,000,000 rad",
    "fp32_spacing": "0.0625 rad",  # 2^19 = 524,288 leads; 2^(19 + 1 - 24) = 1/16
    # 12. Decoding.
    "decoded recomputed": "1,000 tokens | 500,500",  # 1,000 x 1,001 / 2
    "recomputed_over_cached shift_angle[pair=0]": "500.5× | 100.00 rad",
    "angle_at[case=moved, vector=k, pair=0]": "101.00 rad",
    # 101 - 32π = 101 - 100.530965 = 0.469035: cosine 0.892005, sine 0.452026
    "twice[pair=0, side=x]": "−0.0060",
    # 0.5 x 0.892005 - 0.452026 = -0.0060235
    "turned_at[case=moved, vector=k, pair=0, side=x] cached_position": "−0.0060 | 1,000",
    # as-trained: 1,000 x 0.00316228; dynamic: 1,000 x 0.00131141
    "cached[scaling=as-trained dynamic, hand=looked-at]": "3.162 rad | 1.311 rad",
    # looked-at: 3.16228 - 1.31141 = 1.85087; fastest: its frequency does not move; slowest: 1,000 x
    # 0.000115478 x (1 - 1/4) = 0.0866
    "stale_error[hand=looked-at fastest slowest]": "1.851 rad | 0 rad | 0.087 rad",
}

OTHERS = {
    # The score at offset 1 elsewhere.
    "query_position=5, key_position=4": {"offset[case=here]": "1", "score": "1.375755"},
    "query_position=1, key_position=0": {
        "offset[case=here] score": "1 | 1.375755",
        "turned[vector=k, pair=0, side=x y]": "0.5000 | 1.0000",
    },
    # The query behind the key.
    "query_position=1, key_position=3": {
        "offset[case=here] score score_at[case=swapped]": "−2 | −1.090364 | −0.990370",
    },
    "value[vector=q, component=0]=2, value[vector=q, component=2]=1": {
        "dot[pairing=adjacent, pair=0]": "3.0000",  # 2 x 0.5 + 2 x 1
        "cross[pairing=adjacent, pair=0]": "1.0000",  # 2 x 1 - 2 x 0.5
        "imaginary[pairing=adjacent, pair=0]": "−1.0000",
        "dot[pairing=adjacent, pair=1]": "1.0000",  # 1 x 2 - 1 x 1
        "cross[pairing=adjacent, pair=1]": "3.0000",  # 1 x 1 + 1 x 2
        "imaginary[pairing=adjacent, pair=1] unrotated[pairing=adjacent]": "−3.0000 | 4.000000",
        "most_part[pairing=adjacent, pair=0 1]": "3.1623 | 3.1623",  # 0: √(9 + 1)
        "most[pairing=adjacent]": "6.3246",  # 2√10
    },
    # Another model, nothing stretched, and a pair that the head does not have.
    "model=Llama 3 8B, factor=1, pair_wanted=100": {
        "rows_missing within_table number[hand=looked-at]": "0 tokens | Yes | 63",
        "frequency[pair=1]": "0.0014 rad/token",  # 1/√500,000 = 0.00141421
        "head_wavelength[hand=looked-at]": "2,559,196 tokens",
        "scaled_wavelength[scaling=linear, hand=looked-at]": "2,559,196 tokens",
        "attention_factor": "1.0000×",
        # The bases are the same two: the model's own is the larger one now.
        "other_base bases[size=smaller larger]": "10,000 | 10,000 | 500,000",
        # 64 x (9.010913 - 1.837877) / 13.122363 = 459.0743 / 13.122363
        "last_turned[size=larger]": "34.98",
        "turned_pairs[size=larger] other_pairs[size=larger]": "35 | 29",
        "last_turned[size=smaller]": "49.84",  # 459.0743 / 9.210340
        "turned_pairs[size=smaller] other_pairs[size=smaller]": "50 | 14",
        "growth[hand=slowest]": "47.0×",
        "table_share": "0.42%",  # 8,192 x 4,096 = 33.554e6; over 8,030.3e6
        "rotation_flops rotation_share": "491,520 FLOP/token | 0.037%",  # 3 x 128 x 40 x 32
        "dynamic_scale": "2.00×",  # 16,384 / 8,192
    },
    # A text that is still short.
    "current_length=1000": {
        "dynamic_scale dynamic_base stale_error[hand=looked-at]": "1.00× | 10,000 | 0 rad",
    },
    # With a factor of 8 the scale at twice the length is 8 x 2 - 7.
    "dynamic_factor=8, current_length=8192": {"dynamic_scale": "9.00×"},
    # 5,008 / 32 = 156.5 and 5,040 / 32 = 157.5: ties go to the even multiple.
    "rounded_position=5008": {
        "spacings multiple held_position position_error": "156.50 | 156 | 4,992 | 16",
        "angle_error turns_error": "16.0 rad | 2.55",  # 16 / 6.283185
    },
    "rounded_position=5040": {"multiple": "158", "held_position": "5,056", "position_error": "16"},
    # A fast pair, kept by both: 10^-0.625 = 0.23713737, 154.58953 turns.
    "pair_wanted=10": {
        "place[ramped=yarn, hand=looked-at]": "−0.385",  # -10 / 26
        "kept[ramped=yarn, hand=looked-at]": "100.0%",
        "scaled[scaling=yarn, hand=looked-at]": "0.237137 rad/token",
        "place[ramped=llama-3-1, hand=looked-at]": "51.197",  # 153.58953 / 3
        "kept[ramped=llama-3-1, hand=looked-at]": "100.0%",
        "scaled[scaling=llama-3-1, hand=looked-at]": "0.237137 rad/token",
    },
    # The slowest: 4,096 / 54,410 = 0.0753 turns.
    "pair_wanted=63": {
        "place[ramped=yarn, hand=looked-at]": "1.654",  # 43 / 26
        "kept[ramped=yarn, hand=looked-at]": "0%",
        "place[ramped=llama-3-1, hand=looked-at]": "−0.308",  # -0.9247 / 3
        "kept[ramped=llama-3-1, hand=looked-at]": "0%",
        # 8 x 8,659.6432 x 6.2831853 = 8 x 54,410.14
        "scaled_wavelength[scaling=ntk-aware, hand=looked-at]": "435,281 tokens",
    },
    # So short that no pair turns so often: the ramp starts at the first.
    "trained_length=256, beta[border=fast]=128": {
        "limit[border=fast]": "2.0 tokens",
        "limit_pair[border=fast]": "−7.95",  # 64 x (0.693147 - 1.837877) / 9.210340
        "ramp_pair[border=fast]": "0",
    },
    # So long that every pair turns, and the ramp ends at the last index of the width.
    "pairs=8, base=1000, trained_length=1048576, beta[border=slow]=0.25": {
        "limit_pair[border=slow]": "15.53",  # 8 x (15.249238 - 1.837877) / 6.907755
        "ramp_pair[border=slow]": "15",
        "last_turned[size=smaller]": "13.93",  # 8 x (13.862944 - 1.837877) / 6.907755
        "turned_pairs[size=smaller] other_pairs[size=smaller]": "8 | 0",
    },
    # The other base is the smaller one, and the model's as large as it may be.
    "pairs=8, base=1e9, other_base=1000, trained_length=1048576": {
        "bases[size=smaller larger]": "1,000 | 1,000,000,000",
        # larger: 8 x 12.025067 / 20.723266 = 4.642, pairs 0 to 4; smaller: 13.93 again
        "turned_pairs[size=larger smaller] other_pairs[size=smaller]": "5 | 8 | 0",
    },
    # A faster first pair: 8 tokens of error are 16 radians.
    "first_frequency=2": {
        "wavelength[pair=0] frequency[pair=1]": "3.14 tokens | 0.0200 rad/token",
        "angle_error turns_error far_angle": "16.0 rad | 2.55 | 2,000,000 rad",
        "fp32_spacing": "0.1250 rad",
    },
}

_MODEL = (
    *("base", "other_base", "trained_length", "pairs", "params"),
    *("hidden", "layers", "heads", "kv_heads"),
)

OPTION_PINS: dict[str, dict[str, dict[str, float]]] = {
    "model": {
        name: dict(zip(_MODEL, values, strict=True))
        for name, values in {
            "Llama 2 7B": (10_000, 500_000, 4096, 64, 6_738_415_616, 4096, 32, 32, 32),
            "Llama 3 8B": (500_000, 10_000, 8192, 64, 8_030_261_248, 4096, 32, 32, 8),
        }.items()
    }
}

PINS = cells(BOOK)
OTHER_PINS = at_others(OTHERS)
