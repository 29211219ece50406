"""What was measured and simulated for the 80 GB wall: rows of its records, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worked.figures import Axis, Measured
from worked.recording import recorded


def seen(
    record: str,
    over: Axis | tuple[Axis, ...] | None = None,
    called: Mapping[str, str] | None = None,
) -> Callable[..., Measured]:
    """Return what declares a value, or a row, that one of this chapter's records has."""

    def figure(
        name: str, key: str, label: str, unit: str | None = None, places: int = 0
    ) -> Measured:
        return recorded(
            "gpu_wall", record, key, label, unit, places, name, over=over, called=called
        )

    return figure


# fmt: off
TIER = Axis("tier", ("node-local NVMe", "parallel file system", "object store"))
COUNTED = Axis("counted", ("GPT-2 XL", "GPT-3 175B", "Llama 2 7B", "Llama 2 70B", "Llama 3 8B",
                           "Llama 3 70B", "Llama 3.1 405B", "Mistral 7B", "Mixtral 8x7B",
                           "Mixtral 8x7B, used by a token", "Qwen2.5 72B"), "model")
STRATEGY = Axis("strategy", ("data parallel", "ZeRO-1", "ZeRO-2", "ZeRO-3"))
CUTTING = Axis("cutting", ("tensor parallel", "sequence parallel"))
POLICY = Axis("policy", ("worker by worker", "gang, first come", "gang with backfill",
                         "backfill and preemption", "backfill, topology-aware"))
WAY = Axis("way", ("one at a time", "full batches only", "dynamic, waiting for company",
                   "dynamic, taking what is there"), "batches")
LOAD, PERCENTILE = Axis("load", ("light", "heavy")), Axis("percentile", ("p50", "p99"))
PROGRAM = Axis("program", ("large matrix products", "elementwise arithmetic",
                           "training of a tiny model"))
SPACING = Axis("spacing", ("far below Young's", "Young's", "far above Young's"), "interval")
SIGNAL = Axis("signal", ("SIGTERM", "SIGKILL"))
# What the records call places.
RECORDED = {"gpt-2-xl": "gpt2_xl", "gpt-3-175b": "gpt3_175b",
            "mixtral-8x7b-used-by-a-token": "mixtral_8x7b_active"}
STRATEGIES = {"data-parallel": "ddp", "zero-1": "zero1", "zero-2": "zero2", "zero-3": "zero3"}
POLICIES = {"worker-by-worker": "partial", "gang-first-come": "gang",
            "gang-with-backfill": "backfill", "backfill-and-preemption": "preemption",
            "backfill-topology-aware": "topology_aware"}
WAYS = {"one-at-a-time": "no_batching", "full-batches-only": "static",
        "dynamic-waiting-for-company": "dynamic",
        "dynamic-taking-what-is-there": "dynamic_no_wait"}
RUNS = {"large-matrix-products": "matrix_products", "elementwise-arithmetic": "elementwise",
        "training-of-a-tiny-model": "tiny_training"}
TIERS = {"node-local-nvme": "nvme", "parallel-file-system": "file_system"}
SPACINGS = {"far-below-young-s": "a_quarter_of_young", "young-s": "young",
            "far-above-young-s": "four_times_young"}
AXES = (COUNTED, STRATEGY, CUTTING, POLICY, WAY, LOAD, PERCENTILE, PROGRAM, SPACING, SIGNAL)

real = seen("memory")
counted = seen("parameter_counts", COUNTED, RECORDED)
ran = seen("sharding")
sharded = seen("sharding", STRATEGY, STRATEGIES)
cut = seen("sharding", CUTTING)
scheduled = seen("scheduling")
in_line = seen("deadlock_timeline")
by_policy = seen("scheduling", POLICY, POLICIES)
sliced = seen("mig")
batched = seen("batching")
loaded = seen("batching", LOAD)
waited = seen("batching", (WAY, LOAD, PERCENTILE), WAYS)
timed = seen("batching_timing")
ran_on_cpu = seen("mfu", PROGRAM, RUNS)
wasted = seen("waste")
by_tier = seen("waste", TIER, TIERS)
spaced = seen("waste", SPACING, SPACINGS)
resumed = seen("resume")
killed = seen("resume", SIGNAL)

BILL = (
    real("real_params", "parameters", "Parameters of a small real model"),
    real("real_adam_bytes", "mixed_adam_bytes", "Bytes of its real tensors"),
    real("real_bytes_per_param", "mixed_adam_bytes_per_parameter",
         "Bytes per parameter of the real tensors", "B"),
    real("real_block_saved", "gpt_layer_1_saved_bytes",
         "Bytes that autograd kept for one real GPT block"),
    real("real_block_paper", "gpt_layer_1_paper_bytes",
         "Bytes that the paper's formula gives for it"),
    real("real_block_norms", "gpt_layer_1_norm_statistics_bytes",
         "Bytes of the norms' means and deviations"),
    real("real_block_recomputed", "gpt_layer_1_recompute_layer_saved_bytes",
         "Bytes kept for that block under full recomputation"),
    counted("count", "{}_parameters", "Parameters, counted", "params"),
)
PARALLELISM = (
    ran("real_ranks_params", "even_parameters", "Parameters of the sharded model"),
    sharded("real_bytes", "ranks_4_{}_bytes", "Bytes that each rank holds"),
    sharded("real_per_param", "ranks_4_{}_bytes_per_parameter",
            "Bytes that a rank holds, per parameter", "B", 1),
)
COMMUNICATION = (
    ran("real_payload", "ranks_4_ring_payload_bytes", "Payload of the real ring"),
    ran("real_ring_sent", "ranks_4_ring_all_reduce_sent_bytes",
        "Bytes that each real rank sent"),
    ran("real_ring_steps", "ranks_4_ring_all_reduce_steps", "Steps of that ring"),
    ran("real_ring_kernel", "ranks_4_kernel_ring_bytes", "Bytes that the kernel's counters saw"),
    sharded("real_sent", "ranks_4_{}_sent_bytes_per_step", "Bytes that a real rank sent in a step"),
    ran("real_tp_all_reduces", "ranks_2_tensor_parallel_forward_all_reduce_count",
        "All-reduces of a real block's forward pass"),
    cut("real_backward", "ranks_2_{}_backward_sent_bytes",
        "Bytes that a rank sent in its backward pass"),
)
GANG = (
    scheduled("sim_gpus", "cluster_gpus", "GPUs of the simulated cluster"),
    scheduled("sim_jobs", "jobs_per_stream", "Jobs in a stream"),
    scheduled("sim_streams", "streams", "Streams, each with its own seed"),
    scheduled("sim_load", "mean_offered_load", "Work offered over capacity", "%"),
    by_policy("utilisation", "{}_utilisation", "Useful share of capacity", "%", 1),
    by_policy("utilisation_ci", "{}_utilisation_ci95", "Its confidence interval, either side",
              "%", 1),
    by_policy("wait", "{}_mean_wait", "Mean waiting time", "h", 2),
    by_policy("urgent", "{}_urgent_mean_wait", "Mean waiting time of urgent jobs", "h", 2),
    by_policy("fragmentation", "{}_fragmentation", "Free GPUs in partly used nodes", "%"),
    by_policy("lost", "{}_lost_gpu_hours", "GPU-hours lost to eviction", "GPU·h"),
    in_line("line_held", "deadlock_gpus_held_each", "GPUs that each recorded job held", "GPUs"),
    in_line("line_wanted", "deadlock_gpus_wanted_each", "GPUs that each recorded job wanted",
            "GPUs"),
)
INFERENCE = (
    sliced("mig_layouts", "mig_maximal_layouts", "Layouts of a GPU that nothing can be added to"),
    sliced("mig_seven_stranded", "seven_1g_10gb_memory_stranded",
           "Memory stranded on a GPU full of the smallest instances", "GB"),
    sliced("mig_models", "fleet_models", "Models of a fleet"),
    sliced("mig_fleets", "fleets", "Fleets packed"),
    sliced("mig_exact", "fleet_gpus_exact_mean", "GPUs for a fleet, packed exactly", "", 1),
    sliced("mig_first_fit", "fleet_gpus_first_fit_mean", "GPUs for a fleet, first fit", "", 1),
    batched("batch_fixed", "fixed_time", "Time of a simulated batch, fixed part", "ms", 1),
    batched("batch_each", "time_per_request", "Time of it for each request", "ms", 1),
    loaded("batch_rate", "{}_rate", "Requests a second", "1/s"),
    batched("batch_max_wait", "max_wait", "Longest wait for a batch to fill", "ms"),
    waited("latency", "{}_{}_{}", "Latency", "ms"),
    timed("real_batch_one", "batch_of_1_time",
          "A real model on one CPU thread: batch of one", "ms", 1),
    timed("real_batch_many", "batch_of_32_time",
          "A real model on one CPU thread: the largest batch", "ms", 1),
)
MFU = (
    ran_on_cpu("cpu_busy", "{}_busy_share", "Share of the time busy", "%"),
    ran_on_cpu("cpu_peak", "{}_share_of_peak", "Share of the core's peak FLOP/s", "%"),
)
PREEMPTION = (
    wasted("mc_replicas", "waste_replicas", "Simulated jobs"),
    wasted("mc_work", "waste_job_useful_seconds", "Work of each simulated job", "day"),
    by_tier("mc_best", "waste_{}_best_interval_of_grid_seconds",
            "Best simulated interval", "min", 1),
    spaced("mc_overhead", "waste_file_system_overhead_at_{}",
           "Simulated overhead, parallel file system", "%", 2),
    wasted("mc_expected", "waste_file_system_expected_overhead_at_young",
           "Daly's exact expectation of that at Young's interval", "%", 2),
    wasted("mc_half", "waste_file_system_overhead_at_young_half_width",
           "The simulation's confidence interval at Young's, either side", "%", 2),
    resumed("kill_runs", "killed_runs", "Runs killed again and again"),
    resumed("kill_identical", "killed_runs_identical_to_uninterrupted",
            "Of these, equal to the uninterrupted run bit for bit"),
    killed("kills", "{}_kills", "Kills"),
    resumed("kill_in_write", "kills_during_a_write", "Kills that hit a write"),
    resumed("kill_interval", "killed_run_checkpoint_interval_steps",
            "Steps from checkpoint to checkpoint", "steps"),
    killed("kill_lost", "most_steps_lost_to_{}", "Most steps lost", "steps"),
)
# fmt: on
