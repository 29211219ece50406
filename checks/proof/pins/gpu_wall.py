"""What the reader of the 80 GB wall must see, worked out by hand: arithmetic beside each figure.

None of it was copied from the program. `OTHER_PINS` holds other settings, chosen because at the
book's values some figures are zero, equal, or verdicts with room to spare. `OPTION_PINS` says what
each option of a choice must set, in the given's unit, read from data sheets and published
configurations once more.
"""

from __future__ import annotations

from checks.proof.pins.cells import at_others, cells

GPUS = "h100-sxm h100-pcie h200-sxm b200 mi300x a100-80gb-sxm a100-40gb-sxm v100-sxm2-32gb l40s"
MODELS = (
    "atlas-70b llama-3-8b llama-2-7b llama-2-13b llama-2-70b llama-3-70b llama-3-1-405b "
    "mistral-7b qwen2-5-32b qwen2-5-72b gpt-3-175b"
)
LAYOUTS = (
    "data-parallel zero-1 zero-2 zero-3 tensor-pipeline shorter-pipeline shorter-pipeline-zero-1"
)
KEPT = "weights gradients master-weights first-moment second-moment"
PARTS = "static-state gathered-layers activations runtime"
TIERS = "node-local-nvme parallel-file-system object-store"
KEEPING = (
    "everything no-scores full-recomputation everything-tensor-parallel no-scores-sequence-parallel"
)
TRAFFIC = "data-parallel-zero-1 zero-2 zero-3 tensor-parallel tensor-parallel-network pipeline"
FIT, NOT = "fits", "does not fit"

AXES = {
    "gpu": GPUS,
    "model": MODELS,
    "layout": LAYOUTS,
    "kept": KEPT,
    "part": PARTS,
    "tier": TIERS,
    "keeping": KEEPING,
    "traffic": TRAFFIC,
}

BOOK = {
    # 1. The failure. Givens of the story, then what they make.
    "gpus run_hours price mtbf": "64 GPUs | 47 h | $3.00 per GPU-h | 12 h",
    "lost_gpu_hours": "3,008 GPU·h",  # 64 x 47 = 64 x 50 - 64 x 3 = 3,200 - 192
    "lost_cost": "$9,024",  # 3,008 x 3
    "survival": "2.0%",  # e^-(47/12) = e^-4 x e^(1/12) = 0.018316 x 1.08690 = 0.01991
    "stretch_bare": "12.6×",  # 12/47 x (1/0.019907 - 1) = 0.25532 x 49.23 = 12.57
    # 2. The bill.
    "params": "70,000,000,000 params",
    "width[kept=*]": "2 B | 2 B | 4 B | 4 B | 4 B",  # bf16 is 16 bits, fp32 32
    "bytes_per_param optimizer_width": "16 B | 12 B",  # 2 + 2 + 4 + 4 + 4; 4 + 4 + 4
    "tensor[kept=*]": "140 GB | 140 GB | 280 GB | 280 GB | 280 GB",  # 70 x 2, 70 x 4
    "optimizer_bytes static_bytes": "840 GB | 1,120 GB",  # 70 x 12; 70 x 16
    "layers": "80",  # the shape is that of Llama 3 70B
    "hidden heads kv_heads ffn seq micro_batch": "8,192 | 64 | 8 | 28,672 | 4,096 tokens | 1",
    "activation_width mask_width whole_width": "2 B | 1 B | 10 B",  # 4 x 2 + 2 x 1
    "split_width saved_width": "24 B | 34 B",  # (3 + 1 + 4 + 4) x 2; 10 + 24
    "score_width": "5 B",  # 2 + 1 + 2
    # One state is 4,096 x 8,192 = 2^25 = 33,554,432 values; 80 of them are 2.684355e9 =: U.
    # no-scores: U x 34 = 91.268; everything: Scores: 80 x 64 x 4,096^2 = 80 x 2^30 = 85.899e9, five
    # bytes each: 429.497 91.268 + 429.497 = 520.765; full-recomputation: U x 2 = 5.369
    "acts[keeping=no-scores everything full-recomputation]": "91.3 GB | 520.8 GB | 5.4 GB",
    "tensor_parallel": "8",
    # U x (10 + 24/8) + 429.497/8 = 34.897 + 53.687 = 88.584
    # no-scores-sequence-parallel: 91.268 / 8 = 11.409
    "acts[keeping=everything-tensor-parallel no-scores-sequence-parallel]": "88.6 GB | 11.4 GB",
    "head_dim heads_share": "128 | divides",  # 8,192 / 64; 64 x 128 = 8,192
    "kv_heads_share kv_width": "divides | 1,024",  # 8 x 8 = 64; 8 x 128
    # 6 x 8,192 + 2 x 1,024 + 4 x 28,672 = 49,152 + 2,048 + 114,688 = 165,888 values a token
    "acts_swiglu": "108.7 GB",  # 165,888 x 2 x 4,096 x 80 = 165,888 x 655,360 = 108.716e9
    "swiglu_over_gpt": "1.19×",  # 108.716 / 91.268 = 1.1912
    # 3. The wall.
    "gpu_memory devices_static": "80 GB | 14 GPUs",  # H100 SXM as sold; 1,120 / 80 = 14 exactly
    "left_over reported_memory": "0 GB | 81,559 MiB",  # 14 x 80 - 1,120; nvidia-smi on an H100 80GB
    "devices_reported": "14 GPUs",  # 81,559 x 1.048576e6 = 85.521e9; 1,120 / 85.521 = 13.1
    "reported_over_sold reserved": "1.069× | 6 GB",  # 85.521 / 80 = 1.06901
    # 80 - 6; 74 - 5.3687 - 1.1409 - 3.5 = 63.990; 1,120 / 63.990 = 17.503
    "usable room devices_train": "74.0 GB | 64.0 GB | 18 GPUs",
    "gpus_per_node devices_nodes": "8 GPUs | 24 GPUs",  # three nodes of 8
    "heads_by_devices": "does not divide",  # 64 = 4 x 14 + 8
    "layers_by_devices": "does not divide",  # 80 = 5 x 14 + 10
    # 4. Which parallelism.
    "layer_working one_layer layers_at_once": "1.1 GB | 1 | 1",  # 33,554,432 x 34 = 1.1409e9
    "acts_data_parallel": "6.5 GB",  # 5.3687 + 1.1409 = 6.5096
    # 70 x 4 + 840/64 = 280 + 13.125; 140 + 980/64 = 140 + 15.3125; 1,120/64; 1,120/(8 x 8);
    # 1,120/32; 70 x (4 + 12/2) / 32 = 700/32 = 21.875
    "state[layout=*]": ("1,120.0 GB | 293.1 GB | 155.3 GB | 17.5 GB | 17.5 GB | 35.0 GB | 21.9 GB"),
    "zero3_gathered pipeline_parallel pipeline_short": "3.5 GB | 8 | 4",  # 2 x 140 / 80
    # Beside the state: 6.5096 + 6 = 12.5096 without, 11.4085 + 6 = 17.4085 with tensor parallel.
    "memory_per_gpu[layout=*]": (
        "1,132.5 GB | 305.6 GB | 167.8 GB | 33.5 GB | 34.9 GB | 52.4 GB | 39.3 GB"
    ),
    "fits[layout=*]": "does not fit | does not fit | does not fit | fits | fits | fits | fits",
    "layout_verdict[layout=zero-2 zero-3 shorter-pipeline]": "does not fit | fits | fits",
    "batch_sequences tokens_per_step": "1,024 sequences | 4,194,304 tokens",  # 2^10 x 2^12 = 2^22
    "least_batch batch_feeds": "64 sequences | feeds every GPU",  # one for each; 1,024 are more
    "dp_micro_batches": "16 micro-batches",  # 1,024 / 64
    "micro_batches[layout=data-parallel]": "16 micro-batches",
    # of one replica, of two
    "micro_batches[layout=tensor-pipeline]": "1,024 micro-batches",
    "micro_batches[layout=shorter-pipeline]": "512 micro-batches",
    # 7 / 1,031 = 0.006790; 3 / 515 = 0.005825
    "bubble[layout=*]": "0% | 0% | 0% | 0% | 0.68% | 0.58% | 0.58%",
    "few_micro_batches": "16 micro-batches",
    "few_bubble": "30.4%",  # 7 / 23 = 0.30435
    # 5. Communication.
    "nvlink_bandwidth": "450 GB/s",  # 18 links x 25; 900 counts both ways
    "network_bandwidth node_count": "50 GB/s | 8 nodes",  # 400 Gbit/s / 8; 64 / 8
    "ar_bytes": "275.6 GB",  # 2 x 63/64 x 140 = 280 - 4.375
    "ag_bytes ar_one_port": "137.8 GB | 5.51 s",  # 63/64 x 140 = 137.8125; 275.625 / 50 = 5.5125
    "ar_per_port": "34.5 GB",  # 275.625 / 8 = 34.453
    "ar_railed": "0.69 s",  # 34.453 / 50 = 0.6891; NVLink 275.625 / 450 = 0.6125 is sooner
    # Inside 2 x 7/8 x 140 / 450 = 0.5444; between 2 x 7/8 x 17.5 / 50 = 0.6125
    "ar_hierarchical zero2_volume": "1.16 s | 2,343 GB",  # 1.1569; (16 + 1) x 137.8125 = 2,342.8
    "zero3_volume": "6,615 GB",  # 3 x 16 x 137.8125
    # A state is 2^25 x 2 B = 67.10886 MB; a ring sends 2 x 7/8 of it, four times a layer.
    "tp_volume": "4,810 GB",  # 7 x 10 x 1,024 x 67.10886e6 = 71,680 x 67.10886e6 = 4,810.36e9
    "tp_place tp_bandwidth": "inside a node | 450 GB/s",  # 8 of 8 GPUs; so NVLink
    "pp_volume": "137.4 GB",  # 2 x 1,024 x 67.10886e6 = 2^37 = 137.439e9
    "peak_flops mfu": "989.4 TFLOP/s | 40%",  # dense; 1,979 with sparsity
    "parameter_flops": "420 GFLOP/token",  # 6 x 70
    "attention_flops": "32.2 GFLOP/token",  # 12 x 80 x 2^25 = 960 x 33.554e6 = 32.212e9
    "train_flops": "452.2 GFLOP/token",
    # A GPU at 40 %: 989.4 x 0.4 = 395.76 TFLOP/s. Its work: 452.212e9 x 16 x 4,096 tokens
    "step_seconds": "74.9 s",  # 29,636.2 TFLOP / 395.76 = 74.884
    "backward_hiding ar_hides": "3.12 s | hides",  # 74.884 x 2/3 / 16 = 3.1202; 0.69 within 3.12
    "ar_exposed": "2.39 s",  # 5.5125 - 3.1202 = 2.3923
    "ar_railed_exposed": "0 s",  # 0.689 is less than 3.12
    # zero-3: 16.5375 / 74.884 = 0.22084; tensor-parallel: 10.690 / 74.884 = 0.14275
    "over_computing[traffic=zero-3 tensor-parallel] oversubscription": "22.1% | 14.3% | 2",
    "spine_bandwidth ar_spread": "25 GB/s | 1.38 s",  # 50 / 2; 34.453 / 25 = 1.3781
    "spread_penalty": "2.00×",  # 1.3781 / 0.6891
    # 6. Gangs.
    "free_gpus rival_jobs held missing": "96 GPUs | 2 jobs | 48 GPUs | 16 GPUs",  # 96 / 2; 64 - 48
    "deadlock gang_starts": "deadlock | 1 job",  # 48 is less than 64; 96 = 1 x 64 + 32
    "one_hour deadlock_gpu_hours deadlock_cost": "1 h | 96 GPU·h | $288",  # 96 x 3
    # 7. Inference.
    "small_params small_weights small_fits": "8,000,000,000 params | 16 GB | fits",  # 8 x 2
    "slice_bytes slice_fits stranded": "20 GB | fits | 80%",  # 80 x 2 / 8; 64 / 80
    "compute_slices memory_slices slice_compute": "7 slices | 8 slices | 2 slices",
    "compute_there memory_there": "yes | yes",  # 2 of 7 and of 8
    "slice_memory mig_instances": "2 slices | 3 instances",  # 7 = 3 x 2 + 1; memory would do for 4
    "memory_bandwidth batch[batching=one many]": "3.35 TB/s | 1 | 32",
    # Reading 16 GB takes 16 / 3,350 s = 4.776 ms; computing 16 / 989,400 s = 0.01617 ms each.
    "decode[batching=one many]": "4.78 ms | 4.78 ms",  # many: 32 x 0.01617 = 0.517 is less
    # one: 3,350 / 16 = 209.4; many: 32 x 209.375
    "throughput[batching=one many]": "209 tokens/s | 6,700 tokens/s",
    "ridge_batch": "295",  # 989.4 / 3.35 = 295.3
    # 8. MFU.
    "rate_params_only": "60,306 tokens/s",  # 25,328,640 / 420 = 60,306.3
    "rate": "56,011 tokens/s",  # 25,328,640 / 452.21225 = 56,010.5(1)
    "attention_share hfu": "7.1% | 53.3%",  # 32.212 / 452.212 = 0.07123; 40 x 4/3
    "tokens_lost": "9.5 billion",  # 56,010.5 x 47 x 3,600 = 56,010.5 x 169,200 = 9.477e9
    "logged_rate": "60,000 tokens/s",
    "logged_mfu": "42.8%",  # 60,000 x 452.212e9 / (64 x 989.4e12) = 27,132.7 / 63,321.6
    "peak_rate": "140,026 tokens/s",  # 63,321.6e12 / 452.2122547e9 = 140,026.3
    "logged_possible sparsity_factor": "is below the peak | 2×",
    "sparse_peak mfu_of_sparse": "1,978.8 TFLOP/s | 21.4%",  # 2 x 989.4; 42.849 / 2
    # 9. Preemption.
    "checkpoint": "980 GB",  # 70 x (2 + 12)
    "node_disk fs_bandwidth object_bandwidth": "5 GB/s | 20 GB/s | 5 GB/s",
    "tier_rate[tier=node-local-nvme] node_share": "40.0 GB/s | 122.5 GB",  # 8 nodes x 5; 980 / 8
    "long_notice short_notice": "2 min | 30 s",
    # M = 43,200 s. With z = sqrt(write / 2M), Young's interval is 2zM and its waste 2z.
    "write[tier=*]": "24.5 s | 49.0 s | 196.0 s",  # 980 / 40, / 20, / 5
    # sqrt(2 x 24.5 x 43,200) = sqrt(2,116,800) = 1,454.9 s = 24.249; sqrt(4,233,600) = 2,057.57 s
    # = 34.293; twice that of the file system, for four times the write
    "young[tier=*]": "24.2 min | 34.3 min | 68.6 min",
    "leaves_time[tier=*]": "leave time | leave time | leave time",  # all below 720 min
    # z = 0.016839: 1,454.92 x (1 + 0.005613 + 0.0000315) - 24.5 = 1,438.63 s = 23.977 min
    # z = 0.0238145: 2,057.571 x (1 + 0.0079382 + 0.0000630) - 49 = 2,025.034 s = 33.7506 min
    # z = 0.047629: 4,115.14 x (1 + 0.0158763 + 0.0002521) - 196 = 3,985.51 s = 66.425 min
    "daly[tier=*]": "24.0 min | 33.8 min | 66.4 min",
    "waste[tier=*]": "3.4% | 4.8% | 9.5%",  # 2 x 1.6839 %, 2 x 2.38145 %, 2 x 4.7629 %
    # 24.5 of 120 and of 30; 49; 196
    "in_time[tier=*, notice=longer]": "in time | in time | too late",
    "in_time[tier=*, notice=shorter]": "in time | too late | too late",
    "rate_for_notice": "32.7 GB/s",  # 980 / 30
    "saved_in_notice[tier=*]": "980 GB | 600 GB | 150 GB",  # all of it; 20 x 30; 5 x 30
    "mc_work restart": "30 day | 10 min",  # 2,592,000 s of recorded work / 86,400
    # Attempt: (2,057.57 + 49) / 43,200 = 0.0487632, e^x - 1 = 0.0499717; M/tau = 20.99563;
    # restart: e^(1/72) = 1.013986. Product: 0.0499717 x 20.99563 x 1.013986
    "fs_stretch": "1.064×",  # 1.06386
    # (1,454.92 + 24.5) / 2 = 739.71 s; (2,057.57 + 49) / 2 = 1,053.29; (4,115.14 + 196) / 2
    "loss[tier=*]": "12.3 min | 17.6 min | 35.9 min",
    # x 64 / 3,600: 13.1504, 18.725, 38.321; x 3: 39.45, 56.18, 114.96
    "loss_gpu_hours[tier=*]": "13.2 GPU·h | 18.7 GPU·h | 38.3 GPU·h",
    "loss_cost[tier=*] chosen_interval": "$39 | $56 | $115 | 30 min",
    "allowed_loss": "10%",
    # 1,800 s: half of it over M is 900 / 43,200 = 2.0833 %
    # 24.5/1,800 = 1.3611 %, together 3.444; 49/1,800 = 2.7222, 4.8056; 196/1,800 = 10.8889, 12.972
    "chosen_waste[tier=*]": "3.4% | 4.8% | 13.0%",
    # 1,849 / 43,200 = 0.0428009, e^x - 1 = 0.0437301, x 24 = 1.049523, x 1.013986
    "chosen_stretch chosen_overhead": "1.064× | 6.4%",  # 1.06420
    # 10. The chain.
    "headroom saving": "46.5 GB | 11.8×",  # 80 - 33.5096; 12.57 / 1.0637 = 11.817
    # The same over their axes, where it does not stand above.
    "model_params[model=*]": (
        "70,000,000,000 params | 8,030,261,248 params | 6,738,415,616 params | 13,015,864,320 "
        "params | 68,976,648,192 params | 70,553,706,496 params | 405,853,388,800 params | "
        "7,241,732,096 params | 32,763,876,352 params | 72,706,203,648 params | 174,604,259,328 "
        "params"
    ),
    # Times 16 bytes: 128.48, 107.81, 208.25, 1,103.63, 1,128.86, 6,493.65, 115.87, 524.22,
    # 1,163.30, 2,793.67; and over 80 GB 1.6, 1.3, 2.6, 13.8, 14.1, 81.2, 1.4, 6.6, 14.5, 34.9
    "model_static[model=*]": (
        "1,120 GB | 128 GB | 108 GB | 208 GB | 1,104 GB | 1,129 GB | 6,494 GB | 116 GB | 524 GB | "
        "1,163 GB | 2,794 GB"
    ),
    # 1,120 over 141 is 7.9, over 180 6.2, over 192 5.8, over 40 28, over 32 35, over 48 23.3
    "devices_of[gpu=*]": (
        "14 GPUs | 14 GPUs | 8 GPUs | 7 GPUs | 6 GPUs | 14 GPUs | 28 GPUs | 35 GPUs | 24 GPUs"
    ),
    "peak_of[gpu=*]": (
        "989.4 TFLOP/s | 756 TFLOP/s | 989.4 TFLOP/s | 2,250 TFLOP/s | 1,307.4 TFLOP/s | 312 "
        "TFLOP/s | 312 TFLOP/s | 125 TFLOP/s | 366.5 TFLOP/s"
    ),
    "price_of[gpu=*]": (
        "$3.00 per GPU-h | $2.50 per GPU-h | $4.00 per GPU-h | $5.00 per GPU-h | $3.50 per GPU-h | "
        "$2.00 per GPU-h | $1.50 per GPU-h | $1.00 per GPU-h | $1.20 per GPU-h"
    ),
    # A GPU's 29,636.2 TFLOP over 40 % of each peak: 302.4, 900, 522.96, 124.8, 50, 146.6
    "step_on[gpu=*]": (
        "74.9 s | 98.0 s | 74.9 s | 32.9 s | 56.7 s | 237.5 s | 237.5 s | 592.7 s | 202.2 s"
    ),
    # x 3, 2.5, 4, 5, 3.5, 2, 1.5, 1, 1.2: 3.9938, 4.3557, 5.3251, 2.9270, 3.5261, 8.4434, ...
    "step_cost_on[gpu=*]": "$3.99 | $4.36 | $5.33 | $2.93 | $3.53 | $8.44 | $6.33 | $10.54 | $4.31",
    # 34 + 5 x 64 x 4,096 / 8,192 = 34 + 160; 10 + (24 + 160) / 8; 34 / 8
    "saved[keeping=*]": "194.00 B | 34.00 B | 2.00 B | 33.00 B | 4.25 B",
    "replicas[layout=data-parallel tensor-pipeline shorter-pipeline]": (
        "64 replicas | 1 replica | 2 replicas"
    ),
    "stage_layers[layout=tensor-pipeline shorter-pipeline]": "10 layers | 20 layers",
    "model_devices[model=llama-3-8b llama-3-1-405b]": "2 GPUs | 82 GPUs",
    "sold_memory[gpu=*]": (
        "80 GB | 80 GB | 141 GB | 180 GB | 192 GB | 80 GB | 40 GB | 32 GB | 48 GB"
    ),
    "step_time_on[gpu=h100-pcie l40s]": "1.74 GPU·h | 3.59 GPU·h",  # x 64 / 3,600
    "tensor_ways[layout=*]": "1 | 1 | 1 | 1 | 8 | 8 | 8",
    "stages[layout=*]": "1 | 1 | 1 | 1 | 8 | 4 | 4",
    "replica_gpus[layout=*]": "1 GPU | 1 GPU | 1 GPU | 1 GPU | 64 GPUs | 32 GPUs | 32 GPUs",
    "sharing[layout=zero-3, kept=*]": "64",
    "sharing[layout=shorter-pipeline-zero-1, kept=*]": "1 | 1 | 2 | 2 | 2",
    # 140 / 64 = 2.1875, 280 / 64 = 4.375
    "kept_bytes[layout=zero-1, kept=*]": "140.0 GB | 140.0 GB | 4.4 GB | 4.4 GB | 4.4 GB",
    "kept_bytes[layout=zero-2, kept=*]": "140.0 GB | 2.2 GB | 4.4 GB | 4.4 GB | 4.4 GB",
    "kept_bytes[layout=zero-3, kept=*]": "2.2 GB | 2.2 GB | 4.4 GB | 4.4 GB | 4.4 GB",
    "memory_part[layout=zero-3, part=*]": "17.5 GB | 3.5 GB | 6.5 GB | 6.0 GB",
    "heads_divide[layout=*]": "divides",  # 64 by 1 and by 8
    "stages_have_layers[layout=*]": "yes",
    "sent[traffic=*]": ("275.6 GB | 2,342.8 GB | 6,615.0 GB | 4,810.4 GB | 4,810.4 GB | 137.4 GB"),
    # 34.453 / 50; 2,342.8 / 8 / 50 = 5.857, NVLink 5.2; 6,615 / 8 / 50 = 16.54, NVLink 14.7;
    # 4,810.36 / 450 = 10.690; 4,810.36 / 50 = 96.207; 137.439 / 50 = 2.749
    "sending[traffic=*]": "0.69 s | 5.9 s | 16.5 s | 10.7 s | 96.2 s | 2.7 s",
    # data-parallel-zero-1: 0.68906 / 74.884 = 0.009202; zero-2: 5.857 / 74.884 = 0.07821;
    # tensor-parallel-network: 96.207 / 74.884 = 1.28475; pipeline: 2.7488 / 74.884 = 0.03671
    "over_computing[traffic=data-parallel-zero-1 zero-2 tensor-parallel-network pipeline]": (
        "0.92% | 7.8% | 128.5% | 3.7%"
    ),
    "tier_rate[tier=parallel-file-system object-store]": "20.0 GB/s | 5.0 GB/s",
}

OTHERS = {
    # N = 8.030261e9, 32 layers of 4,096 with 32 heads of which 8 keep keys, width 14,336.
    "model=Llama 3 8B": {
        "params tensor[kept=weights]": "8,030,261,248 params | 16 GB",  # 16.0605
        "static_bytes devices_static": "128 GB | 2 GPUs",  # x 16 = 128.484; 1.606
        "left_over heads_by_devices": "32 GB | divides",  # 160 - 128.484 = 31.516; 32 over 2
        "layers_by_devices head_dim kv_width": "divides | 128 | 1,024",  # 4,096 / 32
        # 6 x 4,096 + 2 x 1,024 + 4 x 14,336 = 83,968; x 2 x 4,096 x 32 = x 262,144
        "acts_swiglu": "22.0 GB",  # 22.012
        "acts[keeping=full-recomputation]": "1.1 GB",  # 32 x 2^24 x 2 = 1.0737e9
        "layer_working": "0.57 GB",  # 2^24 x 34 = 0.57043e9
        # Beside the state: 1.0737 + 0.5704 + 6 = 7.6442.
        # 128.4842 + 7.6442; 32.1210 + 96.3631/64 + 7.6442; 16.0605 + 112.4237/64 + 7.6442
        "memory_per_gpu[layout=data-parallel zero-1 zero-2]": "136.1 GB | 41.3 GB | 25.5 GB",
        "layout_verdict[layout=data-parallel zero-1 zero-2]": "does not fit | fits | fits",
    },
    # Just under the wall and just over it: 16 x 4.2 = 67.2 and 16 x 4.5 = 72, beside them 12.51.
    "params=4.2e9": {"layout_verdict[layout=data-parallel]": FIT},
    "params=4.5e9": {"layout_verdict[layout=data-parallel]": NOT},
    # A network of a tenth: nothing can hide any more.
    "network_bandwidth=5": {
        "ar_one_port": "55.13 s",  # 275.625 / 5 = 55.125, a tie, rounded away from zero
        "ar_railed": "6.89 s",  # 34.453125 / 5 = 6.8906
        "ar_railed_exposed": "3.77 s",  # 6.8906 - 3.1202 = 3.7704
        "sending[traffic=zero-3]": "165.4 s",  # 6,615 / 8 / 5 = 165.375
    },
    "free_gpus=192, rival_jobs=3": {
        "held": "64 GPUs",  # 192 / 3, all that a job wants
        "missing deadlock gang_starts": "0 GPUs | no deadlock | 3 jobs",  # 192 / 64
    },
    # A write of 980 / 0.042 = 23,333 s is 0.54 of 12 h, so Young's interval is root 1.08 of it.
    "object_bandwidth=0.042": {
        "young[tier=object-store]": "748.3 min",  # 720 x root 1.08025 = 720 x 1.03935
        "leaves_time[tier=object-store]": "a write takes 23,333.3 s, and a preemption comes every "
        "12 h: too little time is left for work; take a faster tier, a smaller model or rarer "
        "preemptions",
        "leaves_time[tier=parallel-file-system]": "leave time",
    },
    # Two slices of the one that there is.
    "memory_slices=1, compute_slices=1": {
        "memory_there": "an instance of 2 slices needs a GPU of as many, not 1 slice",
        "compute_there": "an instance of 2 slices needs a GPU of as many, not 1 slice",
    },
    # One node: nothing that is cut over 64 or 32 GPUs can stand on it.
    "gpus=8": {
        "replicas[layout=tensor-pipeline shorter-pipeline]": "0 replicas | 0 replicas",
        "layout_verdict[layout=tensor-pipeline]": "needs 64 GPUs",
        "layout_verdict[layout=shorter-pipeline]": "needs 32 GPUs",
        # 70 x (4 + 12) / 32 + 17.4085, shared with nobody; 1,120/8 + 3.5 + 12.5096
        "memory_per_gpu[layout=shorter-pipeline-zero-1 zero-3]": "52.4 GB | 156.0 GB",
        "dp_micro_batches": "128 micro-batches",  # 1,024 / 8
        "micro_batches[layout=tensor-pipeline]": "1,024 micro-batches",  # of the one replica
        "node_count step_seconds": "1 node | 599.1 s",  # 8 x 74.884
        "held missing": "8 GPUs | 0 GPUs",  # all that a job wants
        "deadlock": "no deadlock",  # 96 free for 2 x 8
        "gang_starts": "2 jobs",  # all that there are, not 96 / 8
        "logged_mfu": "342.8%",  # 60,000 x 452.212e9 / (8 x 989.4e12) = 3.4279
        "peak_rate": "17,503 tokens/s",  # 8 x 989.4e12 / 452.212e9 = 17,503.2
        "logged_possible": "cannot be: at their peak the GPUs do 17,503 tokens/s",
    },
    # A GPU too few for the long pipeline; the short one leaves 31 idle.
    "gpus=63": {
        "layout_verdict[layout=tensor-pipeline shorter-pipeline]": "needs 64 GPUs | fits",
        "replicas[layout=shorter-pipeline] node_count": "1 replica | 8 nodes",
        "dp_micro_batches": "17 micro-batches",
    },
    "tensor_parallel=7": {
        "layout_verdict[layout=tensor-pipeline]": "heads (64) do not divide by 7"
    },
    "tensor_parallel=16": {
        "tp_place tp_bandwidth": "across nodes | 50 GB/s",
        "replica_gpus[layout=tensor-pipeline]": "128 GPUs",
        "layout_verdict[layout=tensor-pipeline]": "needs 128 GPUs",
    },
    # 80 layers over 26 stages: the fullest has 4, a twentieth of the model, not a 26th.
    "gpu=H200, tensor_parallel=1, pipeline_parallel=26": {
        "state[layout=tensor-pipeline]": "56.0 GB",  # 1,120 / 20
        # and 91.268 of activations, 6 of runtime
        "memory_per_gpu[layout=tensor-pipeline]": "153.3 GB",
        "layout_verdict[layout=tensor-pipeline]": NOT,
    },
    "one_layer=200": {"layers_at_once": "80", "layer_working": "91.3 GB"},  # all of them
    # A single stage has nobody to send to; the two of a pair send one way each.
    "pipeline_parallel=1": {"pp_volume bubble[layout=tensor-pipeline]": "0 GB | 0%"},
    "pipeline_parallel=2": {"pp_volume": "17.2 GB"},  # 256 micro-batches x 67.10886e6
    "network_bandwidth=10": {"ar_railed": "3.45 s", "ar_hides": "does not hide"},
    "slice_memory=1": {"slice_bytes": "10 GB", "slice_fits": NOT},
    "layers=4": {"layout_verdict[layout=tensor-pipeline]": "needs a layer for every stage"},
    "layers=1": {"zero3_gathered": "140.0 GB"},  # there is no second layer to fetch
    # 16 sequences keep 16 of 64 GPUs busy; the step takes as long as with 64.
    "batch_sequences=16": {
        "dp_micro_batches step_seconds": "1 micro-batch | 4.7 s",
        "batch_feeds": "is too small: it needs 64 sequences to feed every GPU",
    },
    # In turn, 127 make 64 and 63: the first starts. 126 make 63 and 63. 63 are enough for none.
    "free_gpus=127": {"held missing deadlock gang_starts": "63 GPUs | 1 GPU | no deadlock | 1 job"},
    "free_gpus=126": {"held": "63 GPUs", "deadlock": "deadlock"},
    "free_gpus=63": {
        "held deadlock gang_starts": "31 GPUs | too few GPUs for even one job | 0 jobs"
    },
    "fs_bandwidth=40": {"saved_in_notice[tier=parallel-file-system]": "980 GB"},
    "small_params=5e10": {"small_fits": NOT, "stranded": "0%"},  # 100 GB on 80
}

_GPU = (
    "gpu_memory",
    "reported_memory",
    "memory_bandwidth",
    "peak_flops",
    "nvlink_bandwidth",
    "price",
)
_MODEL = ("params", "layers", "hidden", "heads", "kv_heads", "ffn")

OPTION_PINS: dict[str, dict[str, dict[str, float]]] = {
    "gpu": {
        # GB as sold, MiB as reported, TB/s, dense bf16 TFLOP/s, one-way GB/s, dollars an hour.
        # Sheets print both ways: NVLink 3 is 600, 4 is 900, 5 is 1,800.
        name: dict(zip(_GPU, values, strict=True))
        for name, values in {
            "H100 SXM": (80, 81559, 3.35, 989.4, 450, 3),  # 1,979 sparse
            "H100 PCIe": (80, 81559, 2, 756, 300, 2.5),  # 1,513 sparse; bridge of 600 both ways
            "H200 SXM": (141, 143771, 4.8, 989.4, 450, 4),
            "B200": (180, 183359, 7.7, 2250, 900, 5),  # 4.5 PFLOP/s sparse
            "MI300X": (192, 196592, 5.3, 1307.4, 448, 3.5),  # 7 links x 64 one-way
            "A100 80GB SXM": (80, 81920, 2.039, 312, 300, 2),
            "A100 40GB SXM": (40, 40960, 1.555, 312, 300, 1.5),
            "V100 SXM2 32GB": (32, 32510, 0.9, 125, 150, 1),  # fp16: it has no bf16; NVLink 2
            "L40S": (48, 46068, 0.864, 366.5, 31.5, 1.2),  # 733 / 2; PCIe 4: 16 x 2 x 128/130
        }.items()
    },
    "model": {
        name: dict(zip(_MODEL, values, strict=True))
        for name, values in {
            "Atlas-70B": (70_000_000_000, 80, 8192, 64, 8, 28672),
            "Llama 3 8B": (8_030_261_248, 32, 4096, 32, 8, 14336),
            "Llama 2 7B": (6_738_415_616, 32, 4096, 32, 32, 11008),
            "Llama 2 13B": (13_015_864_320, 40, 5120, 40, 40, 13824),
            "Llama 2 70B": (68_976_648_192, 80, 8192, 64, 8, 28672),
            "Llama 3 70B": (70_553_706_496, 80, 8192, 64, 8, 28672),
            "Llama 3.1 405B": (405_853_388_800, 126, 16384, 128, 8, 53248),
            "Mistral 7B": (7_241_732_096, 32, 4096, 32, 8, 14336),
            "Qwen2.5 32B": (32_763_876_352, 64, 5120, 40, 8, 27648),
            "Qwen2.5 72B": (72_706_203_648, 80, 8192, 64, 8, 29568),
            "GPT-3 175B": (174_604_259_328, 96, 12288, 96, 96, 49152),
        }.items()
    },
}

PINS = cells(BOOK, **AXES)
OTHER_PINS = at_others(OTHERS, **AXES)
