"""What the reader of the forward pass must see, worked out by hand: arithmetic beside each figure.

None of it was copied from the program. `OTHER_PINS` holds figures that others published, at the
settings that they state, and settings chosen because at the book's values some figures are zero,
equal, or verdicts with room to spare. `OPTION_PINS` says what each option of a choice must set,
in the given's unit, read from data sheets and published configurations once more.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

AXES = {
    "run": "shorter longer",
    "piece": "attention feed-forward output-head look-up-table norms-and-biases",
    "context": "2000 8000 32000 128000",
    "counted": "data-sheet achieved-rates all-reduces-too",
    "sharing": "multi-head grouped-query multi-query",
    "word": "paris lyon nice the a",
    "format": "bf16 fp8 int4-weights",
    "smaller": "as-it-is pruned-anywhere pruned-in-a-pattern distilled",
    "mixture": "mixtral-8x7b deepseek-v3",
}
FULL = "counted=all-reduces-too"

BOOK = {
    # 1. Who asks, and how much.
    "people queries prompt_tokens answer_tokens": (
        "7 billion | 1 query/day | 1,500 tokens | 500 tokens"
    ),
    "training_tokens[run=*]": "15 trillion | 30 trillion",  # Llama 3 read 15; twice as much
    "heavy_queries horizon": "100 queries/day | 1 day",
    "request_tokens query_rate": "2,000 tokens | 81,019 queries/s",  # 7e9 / 86,400 = 81,018.5
    "token_rate served": "162 Mtoken/s | 14.0 trillion",  # 81,018.5 x 2,000; 7e9 x 2,000
    "parity[run=*]": "1.07 day | 2.14 day",  # 15 / 14, 30 / 14
    "flop_parity[run=*] flop_ratio": "3.2 day | 6.4 day | 3×",  # 6 over 2: three times as long
    "served_over_trained[run=*]": "0.93× | 0.47×",  # 14 / 15, 14 / 30
    "heavy_query_rate heavy_token_rate": "8,101,852 queries/s | 16,204 Mtoken/s",  # 100 times
    "heavy_over_trained[run=*]": "93× | 47×",
    # 2. The shape of Llama 3 70B.
    "layers hidden heads kv_heads": "80 | 8,192 | 64 | 8",
    "head_dim ffn vocab tied qkv_bias": "128 | 28,672 | 128,256 | 0 | 0",
    # 80 x 8,192 = 655,360 =: U. Attention: 2 x 8,192 + 2 x 1,024 = 18,432 columns, U x 18,432;
    # feed-forward: U x 3 x 28,672 = U x 86,016; head and look-up: 128,256 x 8,192 each;
    # norms: 161 of 8,192 = 1,318,912.
    "piece_params[piece=*]": (
        "12.08 billion | 56.37 billion | 1.05 billion | 1.05 billion | 0.0013 billion"
    ),
    # 12,079,595,520 + 56,371,445,760 + 2 x 1,050,673,152 + 1,318,912
    "params round_params": "70,553,706,496 params | 70,000,000,000 params",
    "exact_over_round": "1.0079×",  # 70.5537 / 70
    "multiplied": "69,501,714,432 params",  # less one table of 1,050,673,152 and the norms
    "token_flops weight_width": "139.0 GFLOP | 2 B",  # 2 x 69.5017
    "weight_bytes weights_read": "141.1 GB | 139.0 GB",  # 2 x 70.5537, 2 x 69.5017
    # One attention block by hand.
    "state[component=1..4]": "2 | −1 | 0.5 | 3",
    "question[component=1..4]": "1 | 2 | −1 | 1",
    "offer[key=1, component=1..4]": "1 | 0 | −1 | 1",
    "offer[key=2, component=1..4]": "2 | 2 | 0 | 1",
    "offer[key=3, component=1..4]": "0 | 1 | 1 | −1",
    "content[key=1, component=1..4]": "1 | 0 | 0 | 2",
    "content[key=2, component=1..4]": "0 | 3 | 1 | 0",
    "content[key=3, component=1..4]": "2 | 0 | 4 | 1",
    "rms": "1.8875",  # (4 + 1 + 0.25 + 9) / 4 = 3.5625, its root
    "normed[component=1..4]": "1.060 | −0.530 | 0.265 | 1.589",  # 2 / 1.8875 ...
    "width_by_hand key_count": "4 | 3",
    # 1 + 1 + 1; 2 + 4 + 1; 2 - 1 - 1
    "score[key=1..3]": "3.00 | 7.00 | 0",
    "spread scaled_score[key=1..3]": "2.00 | 1.500 | 3.500 | 0",
    # e^1.5 = 4.4817, e^3.5 = 33.1155, e^0 = 1: 38.5972 in all
    "attention_on[key=1..3]": "0.116 | 0.858 | 0.026",
    # e^3 = 20.0855, e^7 = 1,096.633, 1: 1,117.719
    "unscaled_attention[key=1..3]": "0.018 | 0.981 | 0.00089",
    # 0.11611 + 2 x 0.02591; 3 x 0.85798; 0.85798 + 4 x 0.02591; 2 x 0.11611 + 0.02591
    "attended[component=1..4]": "0.168 | 2.574 | 0.962 | 0.258",
    "real_spread": "11.31",  # 11.3137^2 = 128
    # 3. Prefill on a node of eight H100.
    "gpus peak_flops memory_bandwidth mfu": "8 GPUs | 989.4 TFLOP/s | 3.35 TB/s | 50%",
    "heads_split heads_grouped": "divide | divide",  # 64 = 8 x 8
    "prompt_flops": "208.5 TFLOP",  # 139.0034 x 1.5
    "prompt_pairs square_pairs": "1,125,750 | 2,250,000",  # 1,500 x 1,501 / 2; 1,500^2
    "square_excess": "2.00×",  # 2 x 1,500 / 1,501
    "prompt_attention": "2.95 TFLOP",  # 4 x 655,360 = 2,621,440 a pair, x 1,125,750 = 2.9511e12
    "prefill_flops attention_share": "211.5 TFLOP | 1.4%",  # 2.9511 / 208.5051 = 0.01415
    "product_rate[counted=*]": "989.4 TFLOP/s | 494.7 TFLOP/s | 494.7 TFLOP/s",
    # 211.4562 / 7,915.2 = 26.715 ms, twice that at half the rate
    "prefill_products[counted=*]": "26.7 ms | 53.4 ms | 53.4 ms",
    "nvlink_bandwidth hop_latency activation_width": "450 GB/s | 10 µs | 2 B",
    "prefill_sent": "43.0 MB",  # 1,500 x 8,192 x 2 B = 24.576 MB, x 7/4
    "prefill_all_reduces": "16.9 ms",  # 160 x (10 + 43.008 / 0.45 = 95.573) µs = 16.892
    "prefill_waiting[counted=*]": "0 ms | 0 ms | 16.9 ms",
    "prefill[counted=*]": "26.7 ms | 53.4 ms | 70.3 ms",
    "waiting_over_products": "32%",  # 16.892 / 53.430
    # n (n + 1) / 2
    "pairs_of[context=*]": "2,001,000 | 32,004,000 | 512,016,000 | 8,192,064,000",
    "flops_of[context=*]": "278 TFLOP | 1,112 TFLOP | 4,448 TFLOP | 17,792 TFLOP",  # x 0.139003
    "attention_of[context=*]": "5.2 TFLOP | 84 TFLOP | 1,342 TFLOP | 21,475 TFLOP",  # x 2.62144e6
    "attention_share_of[context=*]": "1.9% | 7.5% | 30.2% | 120.7%",  # 21,475 / 17,792 = 1.207
    "crossover": "106,051 tokens",  # 69,501,714,432 / 655,360
    # 4. Decode, and the ridge.
    "decode_steps bandwidth_share": "499 steps | 80%",
    "bandwidth[counted=*]": "3.35 TB/s | 2.68 TB/s | 2.68 TB/s",
    "weight_time[counted=*]": "5.187 ms | 6.483 ms | 6.483 ms",  # 139.0034 / 26.8, / 21.44
    "token_products[counted=*]": "17.6 µs | 35.1 µs | 35.1 µs",  # 139.0034e9 / 7,915.2e12
    "reading_over_computing": "295×",  # 5,186.7 / 17.562
    "decode_intensity prefill_intensity": "1.00 FLOP/B | 1,500 FLOP/B",  # 2 FLOPs for 2 B a token
    "sparsity_factor sparse_ridge": "2× | 590.7 FLOP/B",
    "ridge ridge_tokens": "295.3 FLOP/B | 295.3 tokens",  # 989.4 / 3.35; x 2 B / 2 FLOPs
    # 5. The cache.
    "kv_value_width kv_width kv_token": "2 B | 1,024 | 327,680 B",  # 8 x 128; 2 x 80 x 1,024 x 2
    "kv_shared": "divide",
    "kv_copies kv_read": "1 | 327,680 B",  # eight heads on eight GPUs
    "kv_sequence kv_over_weights": "0.655 GB | 0.46%",  # 0.65536 / 141.107
    "heads_kept[sharing=*]": "64 | 8 | 1",
    "width_of[sharing=*]": "8,192 | 1,024 | 128",
    "kv_of[sharing=*]": "2,621,440 B | 327,680 B | 40,960 B",
    "sequence_of[sharing=*]": "5.243 GB | 0.655 GB | 0.082 GB",
    "kv_context[context=*]": "0.66 GB | 2.62 GB | 10.49 GB | 41.94 GB",
    # The steps read 1,501 to 1,999 tokens.
    "context_read decode_attention": "1,750 tokens | 4.59 GFLOP",  # 1,750 x 2.62144e6
    # 6. The batch. A sequence reads 1,750 x 327,680 B = 0.57344 GB.
    "batch_size price": "64 | $3.00 per GPU-h",
    "step_bytes": "175.7 GB",  # 139.0034 + 64 x 0.57344 = 139.0034 + 36.7002
    "step_bytes_at[batch=1 256]": "139.6 GB | 285.8 GB",  # + 0.5734, + 146.8006
    "decode_flops": "143.6 GFLOP",  # 139.0034 + 4.5875
    "step_flops step_flops_at[batch=1 256]": "9.19 TFLOP | 0.14 TFLOP | 36.76 TFLOP",
    "reading[counted=*]": "6.56 ms | 8.20 ms | 8.20 ms",  # 175.7036 / 26.8, / 21.44
    "reading_at[counted=*, batch=1]": "5.21 ms | 6.51 ms | 6.51 ms",  # 139.5769
    "reading_at[counted=*, batch=256]": "10.66 ms | 13.33 ms | 13.33 ms",  # 285.8041
    "computing[counted=*]": "1.16 ms | 2.32 ms | 2.32 ms",  # 9.18982 / 7,915.2
    "computing_at[counted=*, batch=1]": "0.018 ms | 0.036 ms | 0.036 ms",
    "computing_at[counted=*, batch=256]": "4.64 ms | 9.29 ms | 9.29 ms",  # four times as much
    # 64 x 8,192 x 2 B x 7/4
    "step_sent step_sent_at[batch=1 256]": "1.84 MB | 0.029 MB | 7.34 MB",
    # 160 x (10 + 4.0778) µs; 160 x (10 + 0.0637); 160 x (10 + 16.3112)
    "all_reduce all_reduce_at[batch=1 256]": "2.25 ms | 1.61 ms | 4.21 ms",
    "waiting[counted=*]": "0 ms | 0 ms | 2.25 ms",
    "waiting_at[counted=*, batch=256]": "0 ms | 0 ms | 4.21 ms",
    "step[counted=*]": "6.56 ms | 8.20 ms | 10.45 ms",  # 8.1951 + 2.2524
    "step_at[counted=*, batch=1]": "5.21 ms | 6.51 ms | 8.12 ms",
    "step_at[counted=*, batch=256]": "10.66 ms | 13.33 ms | 17.54 ms",
    "cache_time[counted=*]": "1.37 ms | 1.71 ms | 1.71 ms",  # 36.7002 / 26.8, / 21.44
    "cache_time_at[counted=*, batch=256]": "5.48 ms | 6.85 ms | 6.85 ms",
    "step_waits": "waits for memory",  # 8.20 is more than 2.32
    "user_rate[counted=*]": "153 tokens/s | 122 tokens/s | 96 tokens/s",  # 1 / 6.5561 ms ...
    "user_rate_at[counted=*, batch=256]": "94 tokens/s | 75 tokens/s | 57 tokens/s",
    # 64 / 6.5561 ms ...
    "node_rate[counted=*]": "9,762 tokens/s | 7,810 tokens/s | 6,126 tokens/s",
    "node_rate_at[counted=*, batch=256]": "24,005 tokens/s | 19,204 tokens/s | 14,595 tokens/s",
    # A node is $24 an hour, $0.0066667 a second: over 9,762 ...
    "token_price[counted=*]": "$0.68 per Mtoken | $0.85 per Mtoken | $1.09 per Mtoken",
    "token_price_at[counted=*, batch=1]": (
        "$34.72 per Mtoken | $43.40 per Mtoken | $54.14 per Mtoken"
    ),
    "token_price_at[counted=*, batch=256]": (
        "$0.28 per Mtoken | $0.35 per Mtoken | $0.46 per Mtoken"
    ),
    # (15 - 2.2524) ms x 21.44 TB/s = 273.308 GB; less 139.003; / 0.57344 = 234.2
    "wanted_step step_latency": "15 ms | 1.60 ms",  # 2 x 80 x 10 us
    "batch_in_time": "187 sequences",  # (15 - 1.6 - 6.4833) / (0.026748 + 0.010194) = 187.2
    # 7. What batching cannot fix.
    "kv_equals_weights": "242 sequences",  # 139.0034 / 0.57344 = 242.40
    "attained": "140.2 TFLOP/s",  # 9.18982 / 8 / 8.19513 ms
    "batch_products products_time": "8.90 TFLOP | 2.25 ms",  # 64 x 0.139003; / 3,957.6
    "attained_uncached": "171.5 TFLOP/s",  # 8.89622 / 8 / 6.48337 ms
    "cache_intensity": "8.0 FLOP/B",  # 2 x 8 query heads / 2 B
    "one_cache": "0.573 GB",
    "one_reading[counted=*]": "21.4 µs | 26.7 µs | 26.7 µs",  # 0.57344 / 26.8 TB/s
    "one_computing[counted=*]": "18.1 µs | 36.3 µs | 36.3 µs",  # 0.143591 / 7,915.2
    "one_all_reduce": "10.2 µs",  # 160 x 28,672 B / 450 GB/s
    "one_waiting[counted=*]": "0 µs | 0 µs | 10.2 µs",
    "one_more[counted=*]": "21.4 µs | 36.3 µs | 46.5 µs",
    "rate_ceiling[counted=*]": "46,735 tokens/s | 27,562 tokens/s | 21,516 tokens/s",
    "ceiling_waits[counted=*]": "waits for memory | waits for arithmetic | waits for arithmetic",
    # $0.0066667 / 46,735 ...
    "price_floor[counted=*]": "$0.143 per Mtoken | $0.242 per Mtoken | $0.310 per Mtoken",
    "reached_ridge reached_ridge_tokens": "184.6 FLOP/B | 184.6 tokens",  # 494.7 / 2.68
    "cache_share": "21%",  # 36.7002 / 175.7036
    # 8. What fits.
    "gpu_memory memory_share block reserved_tokens": "80 GB | 90% | 16 tokens | 8,192 tokens",
    "usable cache_room weights_fit": "576 GB | 434.9 GB | fits",  # 640 x 0.9; less 141.107
    "sequences batch_fits": "663 sequences | fit",  # 434.8926 / 0.65536 = 663.6
    # / 2.62144 = 165.9, / 10.48576 = 41.5, / 41.94304 = 10.4
    "held_of[context=*]": "663 sequences | 165 sequences | 41 sequences | 10 sequences",
    "taken held[batch=512]": "9.7% | fits",  # 64 / 663
    "blocks block_bytes": "125 blocks | 5.24 MB",  # 2,000 / 16; 16 x 327,680
    "pool_blocks": "82,949 blocks",  # 434,892.587 / 5.24288 = 82,949.2
    "block_waste waste_share": "7.5 tokens | 0.38%",  # 0, 1 ... 15, on the average; / 2,000
    "reserved_waste": "75.6%",  # 6,192 / 8,192
    "reserved_sequences paging_gain": "162 sequences | 4.1×",  # 434.8926 / 2.68435; 663 / 162
    # 9. Continuous batching.
    "answer[asked=1..8]": (
        "40 tokens | 900 tokens | 120 tokens | 60 tokens | 500 tokens | 30 tokens | 250 tokens | "
        "80 tokens"
    ),
    "longest useful asked_count": "900 steps | 1,980 tokens | 8 requests",
    "static_idle mean_answer": "73% | 248 tokens",  # 1 - 1,980 / 7,200 = 0.725; 247.5
    "static_over_full": "3.64×",  # 900 / 247.5
    # 10. Chunks.
    "chunk stalled": "512 tokens | 6.7 steps",  # 70.322 / 10.4476
    # (6.5561 - 1.1610) ms x 7,915.2 / 0.139003 = 307.2; 5.8731 ms x 3,957.6 / 0.139003 = 167.2
    "free_tokens[counted=*]": "307 tokens | 167 tokens | 167 tokens",
    # 9.1898 + 211.4562 x 512 / 1,500 = 9.1898 + 72.1771; / 3,957.6 TFLOP/s
    "mixed_flops mixed_computing": "81.4 TFLOP | 20.6 ms",
    "mixed_tokens mixed_sent": "576 tokens | 16.52 MB",  # 64 + 512; 576 x 28,672 B
    # 160 x (10 + 36.7002) µs; 20.5597 + 7.4720
    "mixed_all_reduces mixed_step": "7.47 ms | 28.0 ms",
    "chunks chunked_prefill": "3 chunks | 84.1 ms",  # 1,500 / 512 = 2.93; 3 x 28.0317
    # 11. The prefix cache.
    "shared_tokens hit_share fresh found_tokens": "1,000 tokens | 90% | 500 tokens | 1,000 tokens",
    "hit_pairs hit_attention": "625,250 | 1.64 TFLOP",  # 1,125,750 - 500,500; x 2.62144e6
    "hit_products hit_flops": "69.5 TFLOP | 71.1 TFLOP",  # 500 x 0.139003; + 1.639
    "hit_computing": "18.0 ms",  # 71.1408 / 3,957.6
    # 500 x 28,672 B; 160 x (10 + 31.8578) µs
    "hit_sent hit_all_reduces": "14.34 MB | 6.7 ms",
    "hit_prefill mean_prefill": "24.7 ms | 29.2 ms",  # 0.9 x 24.673 + 0.1 x 70.322
    "prefix_bytes sharing_sequences": "0.328 GB | 1,326 sequences",  # 434.5649 / 0.32768 = 1,326.2
    "idle_room prefixes": "392.9 GB | 1,199",  # 434.8926 - 64 x 0.65536; / 0.32768 = 1,199.2
    # 12. Words. Over 0.8 the logits are 3.125, 1.875, 1.25, 0.625, -1.25; e to them 22.7599,
    # 6.5208, 3.4903, 1.8682, 0.2865: 34.9258 in all.
    "logit[word=*]": "2.5 | 1.5 | 1 | 0.5 | −1",
    "temperature top_k top_p": "0.8 | 2 words | 90%",
    "allowed[word=*]": "0 | 1 | 1 | 0 | 0",
    "chance_of[word=*]": "65.2% | 18.7% | 10.0% | 5.3% | 0.82%",
    "likeliest place_of[word=*]": "Paris | 1 | 2 | 3 | 4 | 5",
    "before_it[word=*]": "0% | 65.2% | 83.8% | 93.8% | 99.2%",
    "top_k_chance[word=*]": "77.7% | 22.3% | 0% | 0% | 0%",  # 22.7599 / 29.2807
    # The third word brings the sum from 83.8 % to 93.8 %: it is in. 22.7599 / 32.7711 ...
    "top_p_chance[word=*]": "69.5% | 19.9% | 10.7% | 0% | 0%",
    "some_allowed masked_chance[word=*]": "some | 0% | 65.1% | 34.9% | 0% | 0%",  # 6.5208 / 10.0112
    "begins[first=a b]": "60% | 40%",
    "goes_on[first=a, second=x y z]": "35% | 35% | 30%",
    "goes_on[first=b, second=x y z]": "90% | 5% | 5%",
    "path_chance[first=a, second=x y z]": "21.0% | 21.0% | 18.0%",  # 60 % of 35 ...
    "path_chance[first=b, second=x y z]": "36.0% | 2.0% | 2.0%",  # 40 % of 90 ...
    "greedy_path best_path": "21.0% | 36.0%",
    # 1.875, 0.625, 1.875, 1.25, 0: 6.5208, 1.8682, 6.5208, 3.4903, 1, together 19.4002
    "draft_logit[word=*]": "1.5 | 0.5 | 1.5 | 1 | 0",
    "draft_chance[word=*]": "33.6% | 9.6% | 33.6% | 18.0% | 5.2%",
    "accepted": "59.4%",  # 33.61 + 9.63 + 9.99 + 5.35 + 0.82
    "residual[word=*]": "77.7% | 22.3% | 0% | 0% | 0%",  # 31.554 / 40.595, 9.040 / 40.595
    # Accepted as drafted, or turned down (40.595 %) and drawn from the target again:
    # 33.612 + 0.40595 x 65.166; 9.630 + 0.40595 x 18.670; 1.40595 x 9.994 ...
    "redrawn[word=*]": "60.1% | 17.2% | 14.1% | 7.5% | 1.2%",
    # Drafts of an 8B.
    "acceptance draft_params": "70% | 8,030,261,248 params",
    "draft_layers draft_hidden draft_heads draft_kv_heads draft_head_dim": (
        "32 | 4,096 | 32 | 8 | 128"
    ),
    "chance_number[chance=50 90]": "50% | 90%",
    "round_tokens[chance=50, drafted=0 1 4]": "1.00 tokens | 1.50 tokens | 1.94 tokens",
    "round_tokens[chance=90, drafted=8]": "6.13 tokens",  # (1 - 0.9^9 = 0.612580) / 0.1
    # 1 + 0.7 + 0.49 + 0.343 ...
    "tokens_by_drafts[drafted=0..4]": (
        "1.00 tokens | 1.70 tokens | 2.19 tokens | 2.53 tokens | 2.77 tokens"
    ),
    "counted_singly[drafted=0 3 8]": "1.00 tokens | 3.10 tokens | 6.60 tokens",  # 1 + 0.7 k
    "draft_multiplied draft_read": "7.50 billion | 15.0 GB",  # 8,030,261,248 - 128,256 x 4,096
    "draft_kv_width draft_kv": "1,024 | 131,072 B",  # 2 x 32 x 1,024 x 2
    "draft_copies draft_kv_read": "1 | 131,072 B",  # eight heads on eight GPUs
    # 2 x 7.5049; 4 x 32 x 32 x 128 x 1,750
    "draft_products draft_attention": "15.0 GFLOP | 0.92 GFLOP",
    "draft_token_flops": "15.9 GFLOP",
    # 15.0098 + B x 1,750 x 131,072 B = 15.0098 + B x 0.229376; over 21.44 TB/s
    "draft_bytes draft_bytes_at[batch=1 256]": "29.7 GB | 15.2 GB | 73.7 GB",
    "draft_reading draft_reading_at[batch=1 256]": "1.38 ms | 0.71 ms | 3.44 ms",
    # B x 0.0150098; over 3,957.6
    "draft_flops draft_flops_at[batch=1 256]": "1.02 TFLOP | 0.016 TFLOP | 4.08 TFLOP",
    "draft_computing draft_computing_at[batch=1 256]": "0.26 ms | 0.0040 ms | 1.03 ms",
    # B x 4,096 x 2 x 7/4 = B x 14,336 B; 64 x (10 µs + that / 450 GB/s)
    "draft_sent draft_sent_at[batch=1 256]": "0.92 MB | 0.014 MB | 3.67 MB",
    "draft_waiting draft_waiting_at[batch=1 256]": "0.77 ms | 0.64 ms | 1.16 ms",
    # 1.3848 + 0.7705; 0.7108 + 0.6420; 3.4389 + 1.1620
    "draft_step draft_step_at[batch=1 256]": "2.16 ms | 1.35 ms | 4.60 ms",
    # Of k drafts: 64 (k + 1) tokens, x 0.143591; / 3,957.6; x 28,672 B; 160 x (10 µs + / 450 GB/s)
    "verify_tokens[drafted=0 3 8]": "64 tokens | 256 tokens | 576 tokens",
    "verify_flops[drafted=0 3 8]": "9.19 TFLOP | 36.76 TFLOP | 82.71 TFLOP",
    "verify_computing[drafted=0 3 8]": "2.32 ms | 9.29 ms | 20.90 ms",
    "verify_sent[drafted=0 3 8]": "1.84 MB | 7.34 MB | 16.52 MB",
    "verify_waiting[drafted=0 3 8]": "2.25 ms | 4.21 ms | 7.47 ms",
    # 8.1951 + 2.2524; two drafts still read longer: 8.1951 + 3.5573; 9.2883 + 4.2098; 20.90 + 7.47
    "verify[drafted=0 2 3 8]": "10.45 ms | 11.75 ms | 13.50 ms | 28.37 ms",
    "round_time[drafted=0 2 3 8]": "10.45 ms | 16.06 ms | 19.96 ms | 45.61 ms",  # + k x 2.1553
    # 2.19 x 10.4476 / 16.0630; 2.533 x 10.4476 / 19.9639; 3.1988 x 10.4476 / 45.6129
    "speedup[drafted=0 2 3 8] best_drafts": "1.00× | 1.42× | 1.33× | 0.73× | 2",
    # The same with three drafts at a batch of 256, where a plain step takes 17.540 ms.
    "verify_tokens_at[drafted=3, batch=256]": "1,024 tokens",
    "verify_flops_at[drafted=3, batch=256]": "147.04 TFLOP",
    "verify_computing_at[drafted=3, batch=256]": "37.15 ms",
    "verify_sent_at[drafted=3, batch=256]": "29.36 MB",
    "verify_waiting_at[drafted=3, batch=256]": "12.04 ms",  # 160 x (10 + 65.2447) µs
    "verify_at[drafted=3, batch=256]": "49.19 ms",
    "round_time_at[drafted=3, batch=256]": "62.99 ms",  # 3 x 4.6009 + 49.1923
    "speedup_at[drafted=3, batch=256]": "0.71×",  # 2.533 x 17.5402 / 62.9949
    # At 256 one draft already loses: 1.7 x 17.5402 / (4.6009 + 25.3981) = 0.994.
    "best_drafts_at[batch=64 256]": "2 | 0",
    "draft_held sequences_drafted": "16.1 GB | 456 sequences",  # (434.8926 - 16.0605) / 0.917504
    # 1.3528 / 8.1203; 2.533 / (1 + 3 x 0.16660); 3.1988 / (1 + 8 x 0.16660)
    "draft_cost alone_speedup[drafted=0 3 8]": "0.167 | 1.00× | 1.69× | 1.37×",
    # 13. Smaller numbers.
    "weight_bits[format=*]": "16 bit | 8 bit | 4 bit",
    "scale_bits[format=*] group": "0 bit | 0 bit | 32 bit | 128",
    "kv_bits[format=*] fp8_peak": "16 bit | 8 bit | 16 bit | 1,978.9 TFLOP/s",
    "held_bits[format=*]": "16.00 bit | 8.00 bit | 4.25 bit",  # 4 + 32 / 128
    "scales_over_weight": "1.063×",  # 4.25 / 4
    "format_peak[format=*]": "989.4 TFLOP/s | 1,978.9 TFLOP/s | 989.4 TFLOP/s",
    "format_weights[format=*]": "141.1 GB | 70.6 GB | 37.5 GB",  # 70.5537 x 2, 1, 0.53125
    "format_read[format=*]": "139.0 GB | 69.5 GB | 36.9 GB",
    "format_kv[format=*]": "327,680 B | 163,840 B | 327,680 B",
    "format_kv_read[format=*]": "327,680 B | 163,840 B | 327,680 B",
    "format_ridge[format=*]": "295.3 FLOP/B | 590.7 FLOP/B | 295.3 FLOP/B",  # 1,978.9 / 3.35
    "format_ridge_tokens[format=*]": "295.3 tokens | 295.4 tokens | 78.5 tokens",  # x 0.53125 / 2
    "format_rate[format=*]": "494.7 TFLOP/s | 989.5 TFLOP/s | 494.7 TFLOP/s",
    # 69.5017 + 18.3501; 36.9228 + 36.7002
    "format_bytes[format=*, batch=64]": "175.7 GB | 87.9 GB | 73.6 GB",
    "format_reading[format=*, batch=64]": "8.20 ms | 4.10 ms | 3.43 ms",
    "format_computing[format=*, batch=64]": "2.32 ms | 1.16 ms | 2.32 ms",
    "format_step[format=*, batch=64]": "10.45 ms | 6.35 ms | 5.69 ms",  # + 2.2524
    "format_gain[format=*, batch=64]": "1.00× | 1.65× | 1.84×",
    "format_room[format=*]": "434.9 GB | 505.4 GB | 538.5 GB",  # 576 less the weights
    # / 0.65536, 0.32768, 0.65536
    "format_sequences[format=*]": "663 sequences | 1,542 sequences | 821 sequences",
    "kept_weights mask_bits index_bits": "50% | 1 bit | 2 bit",
    "taught_tokens training_mfu": "200 billion | 40%",
    "way_width[smaller=*]": "2.000 B | 1.125 B | 1.125 B | 1.015 B",  # 1 + 1/8; (2 + 1/4) / 2
    "student": "35.3 billion",  # 1.0507 + 68.4510 / 2
    "way_weights[smaller=*]": "139.0 GB | 78.2 GB | 78.2 GB | 70.6 GB",
    "way_kv[smaller=*]": "327,680 B | 327,680 B | 327,680 B | 163,840 B",
    "way_bytes[smaller=*]": "175.7 GB | 114.9 GB | 114.9 GB | 88.9 GB",  # + 36.7002, + 18.3501
    "way_reading[smaller=*]": "8.20 ms | 5.36 ms | 5.36 ms | 4.15 ms",
    "attention_of_step": "0.29 TFLOP",  # 64 x 4.5875
    # 8.8962 / 2 + 0.2936; 128 x 0.0352762 + 0.1468
    "way_flops[smaller=*]": "9.19 TFLOP | 9.19 TFLOP | 4.74 TFLOP | 4.66 TFLOP",
    "way_computing[smaller=*]": "2.32 ms | 2.32 ms | 1.20 ms | 1.18 ms",
    "way_waiting[smaller=*]": "2.25 ms | 2.25 ms | 2.25 ms | 1.13 ms",
    "way_step[smaller=*] way_layers": "10.45 ms | 7.61 ms | 7.61 ms | 5.27 ms | 50%",
    # 200e9 x (2 + 6 / 2) x 69.5017e9 = 6.9502e22; / 395.76e12 = 1.75616e8 s; / 3,600; x 3
    "teaching_flops teaching_rate": "70,132 EFLOP | 395.8 TFLOP/s",
    "teaching_time teaching_cost": "49,225 GPU·h | $147,674",
    # 14. Experts, latents, adapters.
    "experts[mixture=*]": "8 experts | 256 experts",
    "drawn[mixture=*]": "2 experts | 8 experts",
    "mixture_params[mixture=*]": "46,702,792,704 params | 671,026,419,200 params",
    "active_params[mixture=*]": "12,879,925,248 params | 37,552,297,472 params",
    "touched[mixture=*, batch=1]": "2.0 experts | 8.0 experts",
    "touched[mixture=mixtral-8x7b, batch=8]": "7.2 experts",  # 8 (1 - 0.75^8 = 0.1001)
    "touched[mixture=deepseek-v3, batch=32]": "163.3 experts",  # 256 (1 - (31/32)^32 = 0.36206)
    "touched_share[mixture=mixtral-8x7b, batch=8]": "90%",
    "touched_share[mixture=deepseek-v3, batch=32]": "64%",
    # (46.7028 - 12.8799) / 6; (671.0264 - 37.5523) / 248
    "expert_params[mixture=*]": "5.64 billion | 2.55 billion",
    "touched_params[mixture=mixtral-8x7b, batch=8]": "42.2 billion",  # 12.8799 + 5.1991 x 5.6371
    # 37.5523 + 155.314 x 2.55433
    "touched_params[mixture=deepseek-v3, batch=32]": "434.3 billion",
    "touched_over_active[mixture=mixtral-8x7b, batch=8]": "3.3×",  # 42.188 / 12.880
    "touched_over_active[mixture=deepseek-v3, batch=32]": "11.6×",  # 434.28 / 37.552
    "latent_layers latent_rank rope_dim": "61 | 512 | 64",
    "latent_kv latent_gain": "70,272 B | 4.7×",  # 61 x 576 x 2; 327,680 / 70,272 = 4.663
    "latent_node latent_pays": "562,176 B | keeps more",  # 8 x 70,272, above 327,680
    "rank tenants": "16 | 200",
    # 16 x 80 x (2 x 16,384 + 2 x 9,216 + 3 x 36,864 = 161,792)
    "adapter_params adapter_bytes": "207,093,760 params | 414 MB",
    "adapters_bytes merged_bytes": "82.8 GB | 28.2 TB",  # 200 x 0.41419; 200 x 0.141107
    # 200 x (1 - 0.995^64 = 0.72557); x 0.41419; / 175.7036
    "adapters_touched adapters_read adapters_over_step": "54.9 adapters | 22.7 GB | 12.9%",
    "adapter_flops": "0.30%",  # 0.207094 / 69.5017
    # 15. The price of a request.
    "lot wanted_first wanted_gap wanted_price": "1,000 requests | 300 ms | 40 ms | $1.20",
    # 499 x 6.5561 / 64 ...; at 256: 499 x 10.6643 / 256 ...
    "decode_time[counted=*]": "51.1 ms | 63.9 ms | 81.5 ms",
    "decode_time_at[counted=*, batch=256]": "20.8 ms | 26.0 ms | 34.2 ms",
    "node_time[counted=*]": "77.8 ms | 117.3 ms | 151.8 ms",  # + 26.7, 53.4, 70.3
    "node_time_at[counted=*, batch=256]": "47.5 ms | 79.4 ms | 104.5 ms",
    "request_price[counted=*]": "$0.52 | $0.78 | $1.01",  # x 1,000 x $0.0066667
    "request_price_at[counted=*, batch=256]": "$0.32 | $0.53 | $0.70",
    "prefill_share[counted=*]": "34% | 46% | 46%",  # 26.7 / 77.8 ...
    "prefill_share_at[counted=*, batch=256]": "56% | 67% | 67%",
    # max(53.430 + 18.105, 63.896) + 16.892 + 17.562; at 256 the same arithmetic + 16.892 + 8.206
    "overlapped overlapped_at[batch=256]": "106.0 ms | 96.6 ms",
    "stay full_gap": "9.7 s | 19.5 ms",  # 64 x 0.151781 = 9.714; / 499
    # 26.715 ms x $0.0066667 / 1,500 ...
    "input_price[counted=*]": "$0.119 per Mtoken | $0.237 per Mtoken | $0.313 per Mtoken",
    "out_over_in[counted=*]": "5.8× | 3.6× | 3.5×",  # 0.6829 / 0.1187, 0.8537 / 0.2375, 1.0883
    "last_token": "5.3 s",  # 0.0703 + 499 x 0.0104476
    # 16. The fleet.
    "load": "40%",
    "busy_nodes[counted=*]": "6,306 nodes | 9,506 nodes | 12,297 nodes",  # 81,018.5 x 77.832 ms ...
    "busy_gpus[counted=*]": "50,447 GPUs | 76,045 GPUs | 98,376 GPUs",
    # 6,305.86 / 0.4 = 15,764.7; 9,505.65 / 0.4 = 23,764.1; 12,297.04 / 0.4 = 30,742.6
    "fleet_nodes[counted=*]": "15,765 nodes | 23,765 nodes | 30,743 nodes",
    "fleet_gpus[counted=*]": "126,120 GPUs | 190,120 GPUs | 245,944 GPUs",
    "fleet_price[counted=*]": (  # x $72 a day
        "$9,080,640 per day | $13,688,640 per day | $17,707,968 per day"
    ),
    "query_price[counted=*]": "$0.0013 | $0.0020 | $0.0025",  # over 7e9 queries a day
    "paid_over_busy": "2.50×",  # 245,944 / 98,376
    "decode_only_nodes": "6,600 nodes",  # 81,018.5 x 81.458 ms
    "missed sheet_missed": "1.86× | 1.95×",  # 12,297 / 6,600; 12,297 / 6,306
    "teach_requests": "0.12 billion",  # 146,347 / 0.00126485
}

OTHERS = {
    # Llama 3 8B's configuration: 2 x 32 layers x 8 heads x 128 x 2 B.
    "model=Llama 3 8B": {"params kv_token": "8,030,261,248 params | 131,072 B"},
    # Llama 2 7B keeps all 32 heads: half a MiB a token, as Kwon et al. compute for such shapes.
    "model=Llama 2 7B": {"params kv_token": "6,738,415,616 params | 524,288 B"},
    "model=Llama 2 70B": {"params kv_token": "68,976,648,192 params | 327,680 B"},
    "model=Mistral 7B": {"params kv_token": "7,241,732,096 params | 131,072 B"},
    # Biases: 80 x (8,192 + 2 x 1,024) = 819,200, beside the norms' 1,318,912.
    "model=Qwen2.5 72B": {
        "params": "72,706,203,648 params",
        "piece_params[piece=norms-and-biases]": "0.0021 billion",
    },
    # A tied model has one table, which is its head.
    "tied=1": {
        "params": "69,503,033,344 params",  # 70,553,706,496 - 1,050,673,152
        "piece_params[piece=look-up-table]": "0 billion",
        "multiplied": "69,501,714,432 params",
    },
    # As the plan of the chapter computed it: latency aside, 160 x 57.344 MB / 450 GB/s.
    "prompt_tokens=2000, hop_latency=0": {
        "prompt_flops prompt_attention": "278.0 TFLOP | 5.25 TFLOP",
        "prefill_products[counted=achieved-rates]": "71.6 ms",  # 283.252 / 3,957.6
        "prefill_all_reduces": "20.4 ms",  # 160 x 127.43 µs
    },
    # A cache of 2,000 tokens at every step, rates of the data sheet, scales left out.
    "prompt_tokens=1999, answer_tokens=2, bandwidth_share=100, scale_bits[format=int4-weights]=0": {
        "context_read": "2,000 tokens",
        "kv_equals_weights": "212 sequences",  # 139.0034 / 0.65536
        # 26.8 TB/s / 0.65536 GB; $0.0066667 / 40,894
        "rate_ceiling[counted=data-sheet]": "40,894 tokens/s",
        "price_floor[counted=data-sheet]": "$0.163 per Mtoken",
        "format_ridge_tokens[format=int4-weights]": "73.8 tokens",  # 295.343 / 4
        "format_reading[format=fp8, batch=64]": "3.38 ms",  # (69.5017 + 64 x 0.32768) / 26.8
        "format_reading[format=int4-weights, batch=1]": "1.32 ms",  # (34.7509 + 0.6554) / 26.8
        "format_reading[format=int4-weights, batch=256]": "7.56 ms",  # 34.7509 + 167.7722
    },
    # Two copies of each of eight heads on sixteen GPUs.
    "gpus=16": {
        "kv_copies kv_read": "2 | 655,360 B",
        "sequences": "771 sequences",  # (1,152 - 141.107) / 1.31072 = 771.3
        "latent_node": "1,124,352 B",
    },
    # A GPU alone sends nothing and waits for nobody.
    "gpus=1, gpu_memory=1024": {
        "prefill_sent prefill_all_reduces": "0 MB | 0 ms",
        "latent_pays": "keeps no more",  # 70,272 within 327,680
        # (921.6 - 141.107) / 0.65536 = 1,190.9
        "sequences": "1,190 sequences",
    },
    # 8 x 19.5 x 0.9 = 140.4 GB hold what is read, 139.0, not all that is kept, 141.1.
    "gpu_memory=19.5": {
        "weights_fit": "the weights take 141.1 GB, and the node has 140 GB for them and the "
        "caches: take more GPUs, narrower weights or a smaller model",
        "sequences": "0 sequences",
    },
    "gpu_memory=21": {
        # (151.2 - 141.107) / 0.65536 = 15.4
        "sequences": "15 sequences",
        "batch_fits": "the node holds 15 sequences of the whole length, not 64: take a smaller "
        "batch, a shorter request or more GPUs",
        "held[batch=8 16]": "fits | does not fit",
        "idle_room prefixes": "0 GB | 0",
    },
    # Twelve heads go to six GPUs in pairs, four of keys and values do not.
    "heads=12, kv_heads=4, gpus=6": {
        "kv_shared": "4 key-value heads and 6 GPUs: one number has to divide the other, so that "
        "every GPU has as many heads"
    },
    "gpus=3": {"heads_split": "64 query heads do not divide by 3 GPUs"},
    "kv_heads=7": {"heads_grouped": "64 query heads do not divide by 7 key-value heads"},
    # Where nothing is allowed there is nothing to draw from.
    "allowed[word=lyon]=0, allowed[word=nice]=0": {
        "some_allowed": "no word is left: the schema has to allow one"
    },
    # A prompt that is shared to its end still computes its last token.
    "shared_tokens=1500": {"fresh found_tokens": "1 token | 1,499 tokens", "hit_pairs": "1,500"},
    # A chunk is no more work than the whole prompt.
    "chunk=2048": {"mixed_flops": "220.6 TFLOP", "chunks": "1 chunk"},  # 9.190 + 211.456
    # Requests as long as what is reserved waste none of it.
    "prompt_tokens=9000": {"reserved_waste": "0%"},
    # 512 sequences of 150 tokens: 139.003 + 25.166 GB in 7.66 ms, 71.4 TFLOP in 18.03 ms
    "batch_size=512, prompt_tokens=100, answer_tokens=100": {
        "step_waits": "waits for arithmetic",
        "free_tokens[counted=achieved-rates]": "0 tokens",
    },
    # 2 - 1.6 ms leave no time to read the weights.
    "wanted_step=2": {"batch_in_time": "0 sequences"},
    # 1.2 times the teaching, $177,209, at $0.00126485 saved by each query: 140.10 million.
    "taught_tokens=240": {"teach_requests": "0.14 billion"},
    "draft_params=1e8": {"draft_multiplied": "0 billion"},  # its table alone would be more
    "logit[word=nice]=3, logit[word=the]=3": {
        "likeliest": "Nice",
        "place_of[word=*]": "3 | 4 | 1 | 2 | 5",
    },
}

_GPU = (
    "gpu_memory",
    "memory_bandwidth",
    "peak_flops",
    "fp8_peak",
    "nvlink_bandwidth",
    "price",
)
_MODEL = (
    "layers",
    "hidden",
    "heads",
    "kv_heads",
    "ffn",
    "vocab",
    "qkv_bias",
    "head_dim",
    "tied",
)

OPTION_PINS: dict[str, dict[str, dict[str, float]]] = {
    "gpu": {
        # GB, TB/s, dense bf16 and fp8 TFLOP/s, one-way GB/s, dollars an hour.
        name: dict(zip(_GPU, values, strict=True))
        for name, values in {
            "H100 SXM": (80, 3.35, 989.4, 1978.9, 450, 3),  # 3,958 sparse
            "H200 SXM": (141, 4.8, 989.4, 1978.9, 450, 4),
            "B200": (180, 7.7, 2250, 4500, 900, 5),  # 9 PFLOP/s sparse
            "MI300X": (192, 5.3, 1307.4, 2614.9, 448, 3.5),  # 5,229.8 sparse
            "A100 80GB SXM": (80, 2.039, 312, 312, 300, 2),  # no fp8: it multiplies as bf16
        }.items()
    },
    "model": {
        name: dict(zip(_MODEL, (*values, 128, 0), strict=True))
        for name, values in {
            "Atlas-70B": (80, 8192, 64, 8, 28672, 128256, 0),
            "Llama 2 70B": (80, 8192, 64, 8, 28672, 32000, 0),
            "Qwen2.5 72B": (80, 8192, 64, 8, 29568, 152064, 1),
            "Llama 3 8B": (32, 4096, 32, 8, 14336, 128256, 0),
            "Llama 2 7B": (32, 4096, 32, 32, 11008, 32000, 0),
            "Mistral 7B": (32, 4096, 32, 8, 14336, 32000, 0),
        }.items()
    },
}

PINS = cells(BOOK, **AXES)
OTHER_PINS = at_others(OTHERS, **AXES)
