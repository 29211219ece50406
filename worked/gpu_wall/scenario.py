"""The 80 GB wall as a graph: every number of the chapter, in the order of its steps."""

from __future__ import annotations

from worked.figures import Choice, Derived, Given, Graph, Measured, Setting, Step
from worked.formulas import (
    checkpointing,
    communication,
    compute,
    cost,
    inference,
    memory,
    parallelism,
    scheduling,
)
from worked.givens import Fact, fact, given, setting, things
from worked.gpu_wall.pictures import PICTURES
from worked.recording import recorded

__all__ = ["GRAPH", "PICTURES"]

GPU = "H100 SXM"
FITS = ("does not fit", "fits")
IN_TIME = ("too late", "in time")
EVENLY = ("does not divide", "divides")
POSSIBLE = ("cannot be: at their peak the GPUs do {peak_rate}", "is below the peak")
# The GPUs that a reader may switch to, and the row of the price list that goes with each.
PRICED = {
    "H100 SXM": "H100",
    "H100 PCIe": "H100 PCIe",
    "H200 SXM": "H200",
    "B200": "B200",
    "MI300X": "MI300X",
    "A100 80GB SXM": "A100 80GB",
    "A100 40GB SXM": "A100 40GB",
    "V100 SXM2 32GB": "V100 32GB",
    "L40S": "L40S",
}
MODELS = (
    "Atlas-70B", "Llama 3 8B", "Llama 2 7B", "Llama 2 13B", "Llama 2 70B", "Llama 3 70B",
    "Llama 3.1 405B", "Mistral 7B", "Qwen2.5 32B", "Qwen2.5 72B", "GPT-3 175B",
)  # fmt: skip


def _price(gpu: str) -> Fact:
    return fact("prices", f"{PRICED[gpu]}, running example", "gpu_hour")


def gpu_settings() -> dict[str, dict[str, Setting]]:
    """Return what choosing a GPU sets: its memory, its rates and its price."""
    settings = {}
    for name in PRICED:
        device = things("hardware")[name]
        peak = device.facts.get("peak_bf16") or device.fact("peak_fp16")
        link = device.facts.get("interconnect_bandwidth") or device.fact("pcie_bandwidth")
        settings[name] = {
            "gpu_memory": setting(device.fact("memory_bytes"), "GB"),
            "reported_memory": setting(device.fact("memory_reported"), "MiB"),
            "memory_bandwidth": setting(device.fact("memory_bandwidth"), "TB/s"),
            "peak_flops": setting(peak, "TFLOP/s"),
            "nvlink_bandwidth": setting(link, "GB/s"),
            "price": setting(_price(name)),
        }
    return settings


def model_settings() -> dict[str, dict[str, Setting]]:
    """Return what choosing a model sets: its parameter count and its shape."""
    shape = ("params", "layers", "hidden", "heads", "kv_heads", "ffn")
    return {name: {n: setting(fact("models", name, n)) for n in shape} for name in MODELS}


def _hardware(
    name: str, figure: str, symbol: str, label: str, low: float, high: float, places: int = 0
) -> Given:
    return given(fact("hardware", GPU, name), figure, symbol, label, low, high, places)


def _atlas(name: str, symbol: str, label: str, low: int, high: int) -> Given:
    return given(fact("models", "Atlas-70B", name), name, symbol, label, low, high, integer=True)


ATLAS_PARAMS = fact("models", "Atlas-70B", "params")


def _real(record: str, *rows: tuple[str, str, str, str | None, int]) -> tuple[Measured, ...]:
    """Return recorded figures from rows of (figure, recorded value, label, unit, places)."""
    return tuple(
        recorded("gpu_wall", record, value, label, unit_name, places, name)
        for name, value, label, unit_name, places in rows
    )


COUNTED_MODELS = {
    "gpt2_xl": "GPT-2 XL", "gpt3_175b": "GPT-3 175B", "llama_2_7b": "Llama 2 7B",
    "llama_2_70b": "Llama 2 70B", "llama_3_8b": "Llama 3 8B", "llama_3_70b": "Llama 3 70B",
    "llama_3_1_405b": "Llama 3.1 405B", "mistral_7b": "Mistral 7B",
    "mixtral_8x7b": "Mixtral 8x7B", "qwen2_5_72b": "Qwen2.5 72B",
}  # fmt: skip
POLICIES = {
    "partial": "Worker by worker",
    "gang": "Gang, first come",
    "backfill": "Gang with backfill",
    "preemption": "Backfill and preemption",
    "topology_aware": "Backfill, topology-aware",
}

FAILURE = Step(
    "failure",
    "The failure",
    (
        Given("gpus", 64, "GPUs", "n", "GPUs of the job", 8, 4096, integer=True),
        Given("run_hours", 47, "h", r"t_\mathrm{run}", "Hours run before the eviction", 1, 2000),
        given(_price(GPU), "price", r"c_\mathrm{GPU}",
              "Price of a GPU-hour", 0.1, 50, places=2),
        Derived("lost_gpu_hours", cost.gpu_time, "GPU·h", "GPU-hours lost",
                r"T_\mathrm{lost}", inputs={"seconds": "run_hours"}),
        Derived("lost_cost", cost.cost, "USD", "Money lost", r"C_\mathrm{lost}",
                inputs={"gpu_seconds": "lost_gpu_hours"}),
        Given("mtbf", 12, "h", "M", "Mean time between preemptions", 0.25, 2000,
              note="of the whole job: one lost node stops all"),
        Derived("survival", checkpointing.completion_probability, "%",
                "Chance that the run meets no preemption", r"P_\mathrm{ok}", places=1,
                inputs={"work_seconds": "run_hours"}),
        Derived("stretch_bare", checkpointing.stretch_without_checkpoints, "×",
                "Expected time over work, nothing saved", r"S_0", places=1,
                inputs={"work_seconds": "run_hours"}),
    ),
)  # fmt: skip

BILL = Step(
    "bill",
    "The memory bill",
    (
        Given("params", ATLAS_PARAMS.value, "params", "N", "Parameters", 1e6, 5e12,
              ATLAS_PARAMS.source, note="a round count, to be carried in the head"),
        Given("weight_width", 2, "B", "w", "Bytes of a weight (bf16)", 0.5, 8),
        Given("gradient_width", 2, "B", "g", "Bytes of a gradient (bf16)", 0.5, 8),
        Given("master_width", 4, "B", "w_{32}", "Bytes of a master weight (fp32)", 0, 8),
        Given("momentum_width", 4, "B", "m_1", "Bytes of Adam's first moment (fp32)", 0, 8),
        Given("variance_width", 4, "B", "m_2", "Bytes of Adam's second moment (fp32)", 0, 8),
        Derived("bytes_per_param", memory.adam_bytes_per_param, "B",
                "Bytes kept for each parameter", r"\beta", inputs={
                    "weight_bytes": "weight_width", "gradient_bytes": "gradient_width",
                    "master_bytes": "master_width", "momentum_bytes": "momentum_width",
                    "variance_bytes": "variance_width"}),
        Derived("optimizer_width", memory.optimizer_bytes_per_param, "B",
                "Bytes per parameter that only the optimizer reads", "k", inputs={
                    "master_bytes": "master_width", "momentum_bytes": "momentum_width",
                    "variance_bytes": "variance_width"}),
        *(
            Derived(name, memory.tensor_bytes, "GB", label, symbol,
                    inputs={"bytes_per_value": width})
            for name, label, symbol, width in (
                ("weight_bytes", "Weights", "B_w", "weight_width"),
                ("gradient_bytes", "Gradients", "B_g", "gradient_width"),
                ("master_bytes", "Master weights", "B_{32}", "master_width"),
                ("momentum_bytes", "Adam's first moment", "B_{m1}", "momentum_width"),
                ("variance_bytes", "Adam's second moment", "B_{m2}", "variance_width"),
                ("optimizer_bytes", "Optimizer state with master weights", "B_k",
                 "optimizer_width"),
                ("static_bytes", "Static training state", r"B_\mathrm{static}",
                 "bytes_per_param"),
            )
        ),
        _atlas("layers", "L", "Layers", 1, 200),
        _atlas("hidden", "h", "Hidden size", 64, 65536),
        _atlas("heads", "a", "Attention heads", 1, 256),
        _atlas("kv_heads", r"H_{kv}", "Key-value heads", 1, 256),
        _atlas("ffn", "f", "Feed-forward width", 64, 262144),
        Given("seq", 4096, "tokens", "s", "Sequence length", 128, 1048576, integer=True),
        Given("micro_batch", 1, "", "b", "Sequences in a micro-batch", 1, 1024, integer=True),
        Given("activation_width", 2, "B", "v", "Bytes of an activation (bf16)", 1, 8),
        Given("mask_width", 1, "B", "u", "Bytes of a dropout mask's element", 0, 8),
        Derived("whole_width", memory.whole_width, "B",
                "Saved outside the matrix products, per token and hidden unit",
                r"c_\mathrm{whole}"),
        Derived("split_width", memory.split_width, "B",
                "Saved inside them, per token and hidden unit", r"c_\mathrm{split}"),
        Derived("saved_width", memory.sum_bytes, "B",
                "Saved by a GPT block, per token and hidden unit", "c",
                inputs={"first_bytes": "whole_width", "second_bytes": "split_width"}),
        Derived("score_width", memory.score_width, "B", "Saved per attention score",
                r"c_\mathrm{score}"),
        Derived("acts_with_scores", memory.activation_bytes_with_scores, "GB",
                "Activations with stored attention scores", r"A_\mathrm{scores}", places=1),
        Derived("acts_without_scores", memory.activation_bytes_without_scores, "GB",
                "Activations without stored scores", r"A_\mathrm{sel}", places=1),
        Derived("acts_full_recompute", memory.activation_bytes_full_recompute, "GB",
                "Activations with full recomputation", r"A_\mathrm{full}", places=1),
        Given("tensor_parallel", 8, "", "t", "Tensor-parallel size", 1, 64, integer=True),
        Derived("acts_tensor_parallel", memory.activation_bytes_tensor_parallel, "GB",
                "Activations per GPU, tensor parallel, scores stored", r"A_t", places=1),
        Derived("acts_sequence_parallel", memory.activation_bytes_sequence_parallel, "GB",
                "Activations per GPU, tensor and sequence parallel, no scores", r"A_{t,s}",
                places=1),
        Derived("head_dim", memory.head_dim, "", "Size of an attention head", "d"),
        Derived("heads_share", parallelism.divides, "", "Heads over the hidden size", "v_h",
                inputs={"size": "hidden", "parts": "heads"}, must=True,
                words=("a hidden size of {hidden} does not divide by the number of heads, {heads}",
                       "divides")),
        Derived("kv_heads_share", parallelism.divides, "", "Heads over the key-value heads",
                "v_{kv}", inputs={"size": "heads", "parts": "kv_heads"}, must=True,
                words=("the number of heads, {heads}, does not divide by that of key-value heads, "
                       "{kv_heads}", "divides")),
        Derived("kv_width", memory.kv_width, "", "Width of one token's keys", r"d_{kv}"),
        Derived("acts_swiglu", memory.activation_bytes_swiglu, "GB",
                "Activations of Atlas's own block, no scores", r"A_\mathrm{SwiGLU}", places=1),
        Derived("swiglu_over_gpt", memory.ratio, "×", "Atlas's block over the GPT block",
                r"A_\mathrm{SwiGLU}/A_\mathrm{sel}", places=2,
                inputs={"part": "acts_swiglu", "whole": "acts_without_scores"}),
        Derived("train_bytes", memory.sum_bytes, "GB",
                "Static state and activations with full recomputation", r"B_\mathrm{train}",
                places=1,
                inputs={"first_bytes": "static_bytes", "second_bytes": "acts_full_recompute"}),
        *_real(
            "memory",
            ("real_params", "parameters", "Parameters of a small real model", None, 0),
            ("real_adam_bytes", "mixed_adam_bytes", "Bytes of its real tensors", "B", 0),
            ("real_bytes_per_param", "mixed_adam_bytes_per_parameter",
             "Bytes per parameter of the real tensors", "B", 0),
            ("real_block_saved", "gpt_layer_1_saved_bytes",
             "Bytes that autograd kept for one real GPT block", "B", 0),
            ("real_block_paper", "gpt_layer_1_paper_bytes",
             "Bytes that the paper's formula gives for it", "B", 0),
            ("real_block_norms", "gpt_layer_1_norm_statistics_bytes",
             "Bytes of the norms' means and deviations", "B", 0),
            ("real_block_recomputed", "gpt_layer_1_recompute_layer_saved_bytes",
             "Bytes kept for that block under full recomputation", "B", 0),
        ),
        *_real(
            "parameter_counts",
            *((f"count_{k}", f"{k}_parameters", f"Parameters of {v}, counted", "params", 0)
              for k, v in COUNTED_MODELS.items()),
            ("count_mixtral_active", "mixtral_8x7b_active_parameters",
             "Parameters of Mixtral 8x7B that a token uses", "params", 0),
        ),
    ),
)  # fmt: skip

WALL = Step(
    "wall",
    "The wall",
    (
        _hardware("memory_bytes", "gpu_memory", r"B_\mathrm{GPU}", "Memory of a GPU", 8, 1024),
        Derived("devices_static", memory.devices_needed, "GPUs",
                "GPUs that hold the static state alone", r"n_\mathrm{static}",
                inputs={"total_bytes": "static_bytes", "device_bytes": "gpu_memory"}),
        Derived("left_over", memory.left_over_bytes, "GB", "Bytes left free on all of them",
                r"B_\mathrm{free}", inputs={"total_bytes": "static_bytes",
                "devices": "devices_static", "device_bytes": "gpu_memory"}),
        _hardware("memory_reported", "reported_memory", r"B_\mathrm{smi}",
                  "Memory that the driver reports", 8000, 1000000),
        Derived("devices_reported", memory.devices_needed, "GPUs",
                "GPUs that hold the static state by the driver's count", r"n_\mathrm{smi}",
                inputs={"total_bytes": "static_bytes", "device_bytes": "reported_memory"}),
        Derived("reported_over_sold", memory.ratio, "×", "Reported memory over memory as sold",
                r"B_\mathrm{smi}/B_\mathrm{GPU}", places=3,
                inputs={"part": "reported_memory", "whole": "gpu_memory"}),
        Given("reserved", 6, "GB", r"B_\mathrm{res}",
              "Taken by the runtime on each GPU", 0, 40, places=1,
              note="CUDA context, NCCL buffers, allocator fragmentation"),
        Derived("usable", memory.usable_bytes, "GB", "Memory of a GPU that training can use",
                r"B_\mathrm{use}", places=1, inputs={"reserved_bytes": "reserved"}),
        Derived("devices_train", memory.devices_needed, "GPUs",
                "GPUs that hold state and activations", r"n_\mathrm{train}",
                inputs={"total_bytes": "train_bytes", "device_bytes": "usable"}),
        Given("gpus_per_node", 8, "GPUs", "g", "GPUs in a node", 1, 72, integer=True),
        Derived("devices_nodes", memory.whole_node_devices, "GPUs",
                "GPUs when nodes come whole", r"n_\mathrm{nodes}",
                inputs={"devices": "devices_train"}),
        Derived("wall_share", memory.ratio, "×", "Static state over one GPU's memory",
                r"B_\mathrm{static}/B_\mathrm{GPU}", places=1,
                inputs={"part": "static_bytes", "whole": "gpu_memory"}),
        Derived("heads_by_14", parallelism.divides, "", "Heads over that many GPUs",
                r"v_a", words=EVENLY, inputs={"size": "heads", "parts": "devices_static"}),
        Derived("layers_by_14", parallelism.divides, "", "Layers over that many GPUs",
                r"v_L", words=EVENLY, inputs={"size": "layers", "parts": "devices_static"}),
    ),
)  # fmt: skip

_SPLIT = {"weight_bytes": "weight_width", "gradient_bytes": "gradient_width",
          "optimizer_bytes": "optimizer_width"}  # fmt: skip


def _total(
    name: str, label: str, symbol: str, state: str, activations: str, plan: str = ""
) -> tuple[Derived, ...]:
    """Return the total per GPU of a strategy, and the verdict: whether it fits under the wall.

    plan: for a model that is cut, the plan whose GPUs and stages must exist.
    """
    held = {"needed_bytes": f"{name}_total", "available_bytes": "gpu_memory"}
    words = (
        *FITS, f"needs {{{plan}_gpus}}", "heads ({heads}) do not divide by {tensor_parallel}",
        "needs a layer for every stage",
    )  # fmt: skip
    cut = {"ranks": f"{plan}_ranks"} | (
        {} if plan == "mp" else {"pipeline_parallel": f"pipeline_{plan}"}
    )
    return (
        Derived(f"{name}_total", memory.sum3_bytes, "GB", f"{label}: total per GPU",
                rf"B_\mathrm{{{symbol}}}", places=1,
                inputs={"first_bytes": state, "second_bytes": activations,
                        "third_bytes": "reserved"}),
        Derived(f"{name}_fits", parallelism.plan if plan else memory.fits, "",
                f"{label}: verdict", rf"v_\mathrm{{{symbol}}}", words=words if plan else FITS,
                inputs=held | cut if plan else held),
    )  # fmt: skip


PARALLELISM = Step(
    "parallelism",
    "Which parallelism",
    (
        Derived("layer_working", memory.activation_bytes_without_scores, "GB",
                "Activations of the one layer being recomputed", r"A_1", places=1,
                inputs={"layers": "layers_at_once"}),
        Given("one_layer", 1, "", "L_1", "Layers recomputed at a time", 1, 200, integer=True),
        Derived("layers_at_once", memory.layers_recomputed, "",
                "Layers recomputed at a time, of those that there are", "L_r",
                inputs={"wanted": "one_layer"}),
        Derived("acts_data_parallel", memory.sum_bytes, "GB",
                "Activations per GPU, full recomputation, no tensor parallelism",
                r"A_\mathrm{DP}", places=1,
                inputs={"first_bytes": "acts_full_recompute", "second_bytes": "layer_working"}),
        Derived("ddp_state", parallelism.replica_bytes, "GB",
                "Data parallel: static state per GPU", r"B_\mathrm{DDP}", inputs=_SPLIT),
        Derived("zero1_state", parallelism.zero1_bytes, "GB", "ZeRO-1: static state per GPU",
                r"B_{Z1}", places=1, inputs={**_SPLIT, "ranks": "gpus"}),
        Derived("zero2_state", parallelism.zero2_bytes, "GB", "ZeRO-2: static state per GPU",
                r"B_{Z2}", places=1, inputs={**_SPLIT, "ranks": "gpus"}),
        Derived("zero3_state", parallelism.zero3_bytes, "GB", "ZeRO-3: static state per GPU",
                r"B_{Z3}", places=1, inputs={**_SPLIT, "ranks": "gpus"}),
        Derived("zero3_gathered", parallelism.gathered_layer_bytes, "GB",
                "ZeRO-3: layers gathered whole", r"B_\mathrm{gather}", places=1,
                inputs={"weight_bytes": "weight_width"}),
        Derived("zero3_working", memory.sum_bytes, "GB", "ZeRO-3: shard and gathered layers",
                r"B_{Z3}+B_\mathrm{gather}", places=1,
                inputs={"first_bytes": "zero3_state", "second_bytes": "zero3_gathered"}),
        Given("pipeline_parallel", 8, "", "p", "Pipeline-parallel size", 1, 64, integer=True),
        Given("pipeline_short", 4, "", "p'", "A shorter pipeline, to leave room for replicas",
              1, 64, integer=True),
        Derived("mp_state", parallelism.model_parallel_bytes, "GB",
                "Tensor and pipeline parallel: static state per GPU", r"B_{tp}", places=1),
        Derived("mp_gpus", parallelism.replica_gpus, "GPUs",
                "GPUs of a replica, tensor and pipeline parallel", "n_{tp}"),
        Derived("mp_ranks", parallelism.data_parallel_ranks, "replicas",
                "Replicas, tensor and pipeline parallel", "d_{tp}",
                inputs={"replica_gpus": "mp_gpus"}),
        Derived("short_gpus", parallelism.replica_gpus, "GPUs",
                "GPUs of a replica with the shorter pipeline", "n_{tp'}",
                inputs={"pipeline_parallel": "pipeline_short"}),
        Derived("short_ranks", parallelism.data_parallel_ranks, "replicas",
                "Replicas with the shorter pipeline", "d_{tp'}",
                inputs={"replica_gpus": "short_gpus"}),
        Derived("short_state", parallelism.model_parallel_bytes, "GB",
                "Shorter pipeline: static state per GPU", r"B_{tp'}", places=1,
                inputs={"stage_layers": "short_stage_layers"}),
        Derived("short_zero1_state", parallelism.model_parallel_zero1_bytes, "GB",
                "Shorter pipeline with ZeRO-1: static state per GPU", r"B_{tp',Z1}", places=1,
                inputs={**_SPLIT, "stage_layers": "short_stage_layers", "ranks": "short_ranks"}),
        *_total("ddp", "Data parallel", "DDP,tot", "ddp_state", "acts_data_parallel"),
        *_total("zero1", "ZeRO-1", "Z1,tot", "zero1_state", "acts_data_parallel"),
        *_total("zero2", "ZeRO-2", "Z2,tot", "zero2_state", "acts_data_parallel"),
        *_total("zero3", "ZeRO-3", "Z3,tot", "zero3_working", "acts_data_parallel"),
        *_total("mp", "Tensor and pipeline parallel", "tp,tot", "mp_state",
                "acts_sequence_parallel", "mp"),
        *_total("short", "Shorter pipeline", "tp',tot", "short_state", "acts_sequence_parallel",
                "short"),
        *_total("short_zero1", "Shorter pipeline with ZeRO-1", "tp',Z1,tot", "short_zero1_state",
                "acts_sequence_parallel", "short"),
        Derived("stage_layers", parallelism.layers_per_stage, "layers",
                "Layers of a pipeline stage", r"L_p"),
        Derived("short_stage_layers", parallelism.layers_per_stage, "layers",
                "Layers of a stage of the shorter pipeline", r"L_{p'}",
                inputs={"pipeline_parallel": "pipeline_short"}),
        Given("batch_sequences", 1024, "", "b_\\mathrm{step}", "Sequences in a step, all GPUs", 1,
              1048576, integer=True),
        Derived("tokens_per_step", parallelism.tokens_per_step, "tokens", "Tokens in a step",
                r"T_\mathrm{step}"),
        Derived("dp_micro_batches", parallelism.micro_batches, "micro-batches",
                "Micro-batches per step and GPU, data parallel", "m", inputs={"ranks": "gpus"}),
        Derived("least_batch", parallelism.least_batch, "",
                "Sequences that give every GPU a micro-batch", r"b_\mathrm{least}",
                inputs={"ranks": "gpus"}),
        Derived("batch_feeds", memory.fits, "", "Verdict on the step's size", "v_b",
                words=("is too small: it needs {least_batch} sequences to feed every GPU",
                       "feeds every GPU"),
                inputs={"needed_bytes": "least_batch", "available_bytes": "batch_sequences"}),
        Derived("mp_micro_batches", parallelism.micro_batches, "micro-batches",
                "Micro-batches per step and pipeline", "m_{tp}", inputs={"ranks": "mp_ranks"}),
        Derived("short_micro_batches", parallelism.micro_batches, "micro-batches",
                "Micro-batches per step and shorter pipeline", "m_{tp'}",
                inputs={"ranks": "short_ranks"}),
        Derived("mp_bubble", parallelism.bubble_fraction, "%", "Pipeline bubble", r"f_p",
                places=2, inputs={"micro_batches": "mp_micro_batches"}),
        Derived("short_bubble", parallelism.bubble_fraction, "%",
                "Bubble of the shorter pipeline", r"f_{p'}", places=2,
                inputs={"pipeline_parallel": "pipeline_short",
                        "micro_batches": "short_micro_batches"}),
        Given("few_micro_batches", 16, "", r"m_\mathrm{few}", "Micro-batches of a small step", 1,
              4096, integer=True),
        Derived("few_bubble", parallelism.bubble_fraction, "%",
                "Bubble with few micro-batches", r"f_\mathrm{few}", places=1,
                inputs={"micro_batches": "few_micro_batches"}),
        *_real(
            "sharding",
            ("real_ranks_params", "even_parameters", "Parameters of the sharded model", None, 0),
            *((f"real_{k}_bytes", f"ranks_4_{k}_bytes", f"Bytes that each of four ranks holds: {v}",
               "B", 0)
              for k, v in (("ddp", "data parallel"), ("zero1", "ZeRO-1"), ("zero2", "ZeRO-2"),
                           ("zero3", "ZeRO-3"))),
            *((f"real_{k}_per_param", f"ranks_4_{k}_bytes_per_parameter",
               f"The same per parameter: {v}", "B", 1)
              for k, v in (("ddp", "data parallel"), ("zero1", "ZeRO-1"), ("zero2", "ZeRO-2"),
                           ("zero3", "ZeRO-3"))),
        ),
    ),
)  # fmt: skip

COMMUNICATION = Step(
    "communication",
    "Communication",
    (
        _hardware("interconnect_bandwidth", "nvlink_bandwidth", r"\beta_\mathrm{NV}",
                  "Rate between GPUs of a node, one-way", 1, 5000),
        given(fact("storage", "InfiniBand NDR", "bandwidth"), "network_bandwidth",
              r"\beta_\mathrm{net}", "Network rate per GPU, one-way", 0.1, 1000),
        Derived("node_count", communication.nodes, "nodes", "Nodes of the job", r"n/g"),
        Derived("ar_bytes", communication.all_reduce_bytes, "GB",
                "Ring all-reduce: sent by each GPU", r"V_\mathrm{AR}", places=1,
                inputs={"payload_bytes": "gradient_bytes", "ranks": "gpus"}),
        Derived("ag_bytes", communication.all_gather_bytes, "GB",
                "Ring all-gather or reduce-scatter: sent by each GPU", r"V_\mathrm{AG}", places=1,
                inputs={"payload_bytes": "weight_bytes", "ranks": "gpus"}),
        Derived("ar_one_port", communication.transfer_seconds, "s",
                "All-reduce as one ring through one port", r"t_\mathrm{ring}", places=2,
                inputs={"moved_bytes": "ar_bytes", "bandwidth": "network_bandwidth"}),
        Derived("ar_per_port", communication.ring_bytes_per_link, "GB",
                "All-reduce: through each port with one ring a port", r"V_\mathrm{port}",
                places=1, inputs={"sent_bytes": "ar_bytes"}),
        Derived("ar_railed", communication.railed_ring_seconds, "s",
                "All-reduce with one ring through every port", r"t_\mathrm{rails}", places=2,
                inputs={"sent_bytes": "ar_bytes"}),
        Derived("ar_hierarchical", communication.hierarchical_all_reduce_seconds, "s",
                "All-reduce in three phases", r"t_\mathrm{hier}", places=2,
                inputs={"payload_bytes": "gradient_bytes", "nodes": "node_count"}),
        Derived("zero2_volume", communication.zero2_step_bytes, "GB",
                "ZeRO-2: sent by each GPU in a step", r"V_{Z2}",
                inputs={"payload_bytes": "gradient_bytes", "ranks": "gpus",
                        "micro_batches": "dp_micro_batches"}),
        Derived("zero2_seconds", communication.railed_ring_seconds, "s",
                "ZeRO-2: communication in a step", r"t_{Z2}", places=1,
                inputs={"sent_bytes": "zero2_volume"}),
        Derived("zero3_volume", communication.zero3_step_bytes, "GB",
                "ZeRO-3: sent by each GPU in a step", r"V_{Z3}",
                inputs={"payload_bytes": "weight_bytes", "ranks": "gpus",
                        "micro_batches": "dp_micro_batches"}),
        Derived("zero3_seconds", communication.railed_ring_seconds, "s",
                "ZeRO-3: communication in a step", r"t_{Z3}", places=1,
                inputs={"sent_bytes": "zero3_volume"}),
        Derived("tp_volume", communication.tensor_parallel_step_bytes, "GB",
                "Tensor parallelism: sent by each GPU in a step", r"V_t",
                inputs={"layers_per_stage": "stage_layers", "micro_batches": "mp_micro_batches"}),
        Derived("tp_place", memory.fits, "", "Where a tensor-parallel group stands", "v_t",
                words=("across nodes", "inside a node"),
                inputs={"needed_bytes": "tensor_parallel", "available_bytes": "gpus_per_node"}),
        Derived("tp_bandwidth", communication.group_bandwidth, "GB/s",
                "Rate inside a tensor-parallel group, one-way", r"\beta_t"),
        Derived("tp_seconds", communication.transfer_seconds, "s",
                "Tensor parallelism: communication in a step", r"t_t", places=1,
                inputs={"moved_bytes": "tp_volume", "bandwidth": "tp_bandwidth"}),
        Derived("tp_network_seconds", communication.transfer_seconds, "s",
                "The same traffic over the network", r"t_{t,\mathrm{net}}", places=1,
                inputs={"moved_bytes": "tp_volume", "bandwidth": "network_bandwidth"}),
        Derived("pp_volume", communication.pipeline_step_bytes, "GB",
                "Pipeline: sent by each stage's GPU in a step", r"V_p", places=1,
                inputs={"micro_batches": "mp_micro_batches"}),
        Derived("pp_seconds", communication.transfer_seconds, "s",
                "Pipeline: communication in a step", r"t_p", places=1,
                inputs={"moved_bytes": "pp_volume", "bandwidth": "network_bandwidth"}),
        _hardware("peak_bf16", "peak_flops", r"F", "Peak of a GPU, 16-bit dense", 1, 20000, 1),
        Given("mfu", 40, "%", r"\mathrm{MFU}", "Model FLOPs utilization", 1, 75, places=1,
              note="above 75 % full recomputation would take more than the peak"),
        Derived("parameter_flops", compute.parameter_flops_per_token, "GFLOP/token",
                "Training FLOPs a token, parameters", r"6N"),
        Derived("attention_flops", compute.attention_flops_per_token, "GFLOP/token",
                "Training FLOPs a token, attention", r"12Lhs", places=1),
        Derived("train_flops", compute.train_flops_per_token, "GFLOP/token",
                "Training FLOPs a token", r"\phi", places=1),
        Derived("step_seconds", parallelism.compute_seconds, "s", "Computing in a step",
                r"t_\mathrm{step}", places=1,
                inputs={"flops_per_token": "train_flops", "micro_batches": "dp_micro_batches"}),
        Derived("backward_hiding", parallelism.hiding_seconds, "s",
                "Backward of the last micro-batch", r"t_\mathrm{bwd}", places=2,
                inputs={"compute_seconds": "step_seconds", "micro_batches": "dp_micro_batches"}),
        Derived("ar_exposed", parallelism.exposed_seconds, "s",
                "All-reduce over one port: not hidden", r"t_\mathrm{exp}", places=2,
                inputs={"communication_seconds": "ar_one_port",
                        "hiding_seconds": "backward_hiding"}),
        Derived("ar_railed_exposed", parallelism.exposed_seconds, "s",
                "All-reduce over all ports: not hidden", r"t_\mathrm{exp,rails}", places=2,
                inputs={"communication_seconds": "ar_railed",
                        "hiding_seconds": "backward_hiding"}),
        Derived("ar_hides", memory.fits, "", "Verdict: all-reduce over all ports", r"v_\mathrm{AR}",
                words=("does not hide", "hides"),
                inputs={"needed_bytes": "ar_railed", "available_bytes": "backward_hiding"}),
        Derived("zero3_share", memory.ratio, "%", "ZeRO-3: communication over computing",
                r"t_{Z3}/t_\mathrm{step}", places=1,
                inputs={"part": "zero3_seconds", "whole": "step_seconds"}),
        Derived("tp_share", memory.ratio, "%", "Tensor parallelism: communication over computing",
                r"t_t/t_\mathrm{step}", places=1,
                inputs={"part": "tp_seconds", "whole": "step_seconds"}),
        Given("oversubscription", 2, "", "o", "Oversubscription above the leaf switch", 1, 16,
              places=1),
        Derived("spine_bandwidth", communication.oversubscribed_bandwidth, "GB/s",
                "Network rate per GPU across leaves, one-way", r"\beta_\mathrm{spine}"),
        Derived("ar_spread", communication.railed_ring_seconds, "s",
                "All-reduce of a job spread across leaves", r"t_\mathrm{spread}", places=2,
                inputs={"sent_bytes": "ar_bytes", "network_bandwidth": "spine_bandwidth"}),
        Derived("spread_penalty", memory.ratio, "×", "Spread placement over compact placement",
                r"t_\mathrm{spread}/t_\mathrm{rails}", places=2,
                inputs={"part": "ar_spread", "whole": "ar_railed"}),
        *_real(
            "sharding",
            ("real_payload", "ranks_4_ring_payload_bytes", "Payload of the real ring", "B", 0),
            ("real_ring_sent", "ranks_4_ring_all_reduce_sent_bytes",
             "Bytes that each of four real ranks sent", "B", 0),
            ("real_ring_steps", "ranks_4_ring_all_reduce_steps", "Steps of that ring", None, 0),
            ("real_ring_kernel", "ranks_4_kernel_ring_bytes",
             "Bytes that the kernel's counters saw", "B", 0),
            ("real_zero1_sent", "ranks_4_zero1_sent_bytes_per_step",
             "Bytes that a real rank sent in a step: ZeRO-1", "B", 0),
            ("real_zero3_sent", "ranks_4_zero3_sent_bytes_per_step",
             "Bytes that a real rank sent in a step: ZeRO-3", "B", 0),
            ("real_tp_all_reduces", "ranks_2_tensor_parallel_forward_all_reduce_count",
             "All-reduces of a real block's forward pass", None, 0),
            ("real_tp_sent", "ranks_2_tensor_parallel_backward_sent_bytes",
             "Bytes that a rank sent in its backward pass, tensor parallel", "B", 0),
            ("real_sp_sent", "ranks_2_sequence_parallel_backward_sent_bytes",
             "Bytes that a rank sent in its backward pass, with sequence parallelism", "B", 0),
        ),
    ),
)  # fmt: skip

GANG = Step(
    "gang",
    "Gang scheduling",
    (
        Given("free_gpus", 96, "GPUs", r"n_\mathrm{free}", "GPUs free in the cluster", 1, 100000,
              integer=True),
        Given("rival_jobs", 2, "jobs", "J", "Equal jobs that arrive together", 2, 100,
              integer=True),
        Derived("held", scheduling.held_per_job, "GPUs", "GPUs that each job comes to hold",
                r"n_\mathrm{held}", inputs={"jobs": "rival_jobs", "gpus_per_job": "gpus"}),
        Derived("missing", scheduling.missing_gpus, "GPUs", "GPUs that each job still waits for",
                r"n_\mathrm{miss}", inputs={"held_per_job": "held", "gpus_per_job": "gpus"}),
        Derived("deadlock", scheduling.handed_out, "", "Verdict without gangs", "v_d",
                words=("deadlock", "no deadlock", "too few GPUs for even one job"),
                inputs={"jobs": "rival_jobs", "gpus_per_job": "gpus"}),
        Derived("gang_starts", scheduling.jobs_that_start, "jobs",
                "Jobs that a gang scheduler starts", r"J_\mathrm{gang}",
                inputs={"jobs": "rival_jobs", "gpus_per_job": "gpus"}),
        Given("one_hour", 1, "h", r"t_1", "A time to wait", 0.1, 1000, places=1),
        Derived("deadlock_gpu_hours", cost.gpu_time, "GPU·h", "GPU-hours held idle in that time",
                r"T_\mathrm{idle}", inputs={"gpus": "free_gpus", "seconds": "one_hour"}),
        Derived("deadlock_cost", cost.cost, "USD", "What that costs", r"C_\mathrm{idle}",
                inputs={"gpu_seconds": "deadlock_gpu_hours"}),
        *_real(
            "scheduling",
            ("sim_gpus", "cluster_gpus", "GPUs of the simulated cluster", None, 0),
            ("sim_jobs", "jobs_per_stream", "Jobs in a stream", None, 0),
            ("sim_streams", "streams", "Streams, each with its own seed", None, 0),
            ("sim_load", "mean_offered_load", "Work offered over capacity", "%", 0),
            *((f"{p}_{figure}", f"{p}_{value}", f"{label}: {what}", unit_name, places)
              for p, label in POLICIES.items()
              for figure, value, what, unit_name, places in (
                  ("utilisation", "utilisation", "useful GPU time over capacity", "%", 1),
                  ("utilisation_ci", "utilisation_ci95", "its 95 % interval, half", "%", 1),
                  ("wait", "mean_wait", "mean waiting time", "h", 2),
                  ("urgent", "urgent_mean_wait", "mean waiting time of urgent jobs", "h", 2),
                  ("fragmentation", "fragmentation", "free GPUs in partly used nodes", "%", 0),
                  ("lost", "lost_gpu_hours", "GPU-hours lost to eviction", "h", 0),
                  ("cross", "cross_leaf_share", "multi-node jobs across leaves", "%", 0))),
        ),
    ),
)  # fmt: skip

INFERENCE = Step(
    "inference",
    "Inference turns the constraints over",
    (
        Given("small_params", 8e9, "params", r"N_s", "Parameters of a small model", 1e6, 1e11),
        Derived("small_weights", memory.tensor_bytes, "GB", "Its weights, 16 bits each", r"B_s",
                inputs={"params": "small_params", "bytes_per_value": "weight_width"}),
        Derived("small_fits", memory.fits, "", "Verdict: the small model alone on a GPU", "v_s",
                words=FITS,
                inputs={"needed_bytes": "small_weights", "available_bytes": "gpu_memory"}),
        Derived("stranded", inference.stranded_fraction, "%", "Of a whole GPU left unused",
                r"f_\mathrm{idle}", inputs={"model_bytes": "small_weights"}),
        Given("compute_slices", 7, "slices", r"c_\mathrm{GPU}", "Compute slices of a GPU", 1, 7,
              integer=True),
        Given("memory_slices", 8, "slices", r"m_\mathrm{GPU}", "Memory slices of a GPU", 1, 8,
              integer=True),
        Given("slice_compute", 2, "slices", "c_i", "Compute slices of one instance", 1, 7,
              integer=True),
        Given("slice_memory", 2, "slices", "m_i", "Memory slices of one instance", 1, 8,
              integer=True),
        Derived("slice_bytes", inference.slice_bytes, "GB", "Memory of one instance", "B_i"),
        Derived("slice_fits", memory.fits, "", "Verdict: the small model in an instance", "v_i",
                words=FITS,
                inputs={"needed_bytes": "small_weights", "available_bytes": "slice_bytes"}),
        Derived("mig_instances", inference.instances_per_gpu, "instances",
                "Instances on one GPU", r"n_\mathrm{MIG}"),
        _hardware("memory_bandwidth", "memory_bandwidth", r"\beta_\mathrm{HBM}",
                  "Memory bandwidth of a GPU", 0.05, 50, 2),
        Given("batch_one", 1, "", "B_1", "A batch of one", 1, 4096, integer=True),
        Given("batch_many", 32, "", "B_n", "A batch of many", 1, 4096, integer=True),
        Derived("decode_one", inference.decode_step_seconds, "ms", "Decode step, batch of one",
                "t_1", places=2, inputs={"weights": "small_weights", "params": "small_params",
                                         "batch": "batch_one"}),
        Derived("decode_many", inference.decode_step_seconds, "ms", "Decode step, batch of many",
                "t_n", places=2, inputs={"weights": "small_weights", "params": "small_params",
                                         "batch": "batch_many"}),
        Derived("throughput_one", inference.batch_throughput, "tokens/s",
                "Tokens a second per GPU, batch of one", "r_1",
                inputs={"batch": "batch_one", "step_seconds": "decode_one"}),
        Derived("throughput_many", inference.batch_throughput, "tokens/s",
                "Tokens a second per GPU, batch of many", "r_n",
                inputs={"batch": "batch_many", "step_seconds": "decode_many"}),
        Derived("ridge_batch", inference.ridge_batch, "", "Batch at which computing takes over",
                r"B^*", inputs={"weights": "small_weights", "params": "small_params"}),
        *_real(
            "mig",
            ("mig_layouts", "mig_maximal_layouts", "Layouts of a GPU that nothing can be added to",
             None, 0),
            ("mig_seven_stranded", "seven_1g_10gb_memory_stranded",
             "Memory stranded by seven of the smallest instances", "GB", 0),
            ("mig_models", "fleet_models", "Models of a fleet", None, 0),
            ("mig_fleets", "fleets", "Fleets packed", None, 0),
            ("mig_exact", "fleet_gpus_exact_mean", "GPUs for a fleet, packed exactly", "", 1),
            ("mig_first_fit", "fleet_gpus_first_fit_mean", "GPUs for a fleet, first fit", "", 1),
        ),
        *_real(
            "batching",
            ("batch_fixed", "fixed_time", "Time of a simulated batch, fixed part", "ms", 1),
            ("batch_each", "time_per_request", "Time of it for each request", "ms", 1),
            ("batch_heavy_rate", "heavy_rate", "Requests a second, heavy load", "1/s", 0),
            ("batch_light_rate", "light_rate", "Requests a second, light load", "1/s", 0),
            ("batch_max_wait", "max_wait", "Longest wait for a batch to fill", "ms", 0),
            *((f"batch_{k}_{load}_{q}", f"{k}_{load}_{q}", f"{label}, {load} load: {q}", "ms", 0)
              for k, label in (("no_batching", "One at a time"), ("static", "Full batches only"),
                               ("dynamic", "Dynamic batches, with a wait"),
                               ("dynamic_no_wait", "Dynamic batches, no wait"))
              for load in ("light", "heavy") for q in ("p50", "p99")),
        ),
        *_real(
            "batching_timing",
            ("real_batch_one", "batch_of_1_time", "A real model on one CPU thread: batch of one",
             "ms", 1),
            ("real_batch_many", "batch_of_32_time", "The same model: the largest batch", "ms", 1),
        ),
    ),
)  # fmt: skip

MFU = Step(
    "mfu",
    "MFU, not utilization",
    (
        Derived("rate_params_only", compute.tokens_per_second, "tokens/s",
                "Tokens a second, all GPUs, parameters only", r"r_{6N}",
                inputs={"flops_per_token": "parameter_flops"}),
        Derived("rate", compute.tokens_per_second, "tokens/s",
                "Tokens a second, all GPUs, with attention", "r",
                inputs={"flops_per_token": "train_flops"}),
        Derived("attention_share", memory.ratio, "%", "Attention over all training FLOPs",
                r"12Lhs/\phi", places=1,
                inputs={"part": "attention_flops", "whole": "train_flops"}),
        Derived("hfu", compute.hardware_flops_utilization, "%",
                "HFU with full recomputation", r"\mathrm{HFU}", places=1),
        Derived("tokens_lost", compute.tokens_trained, "billion",
                "Tokens trained and lost, in billions", r"T_\mathrm{lost}", places=1,
                inputs={"tokens_per_second": "rate", "seconds": "run_hours"}),
        Given("logged_rate", 60000, "tokens/s", r"r_\mathrm{log}",
              "Tokens a second in the log, all GPUs", 1, 1e9),
        Derived("peak_rate", compute.token_rate_at_peak, "tokens/s",
                "Tokens a second at the GPUs' peak", r"r_\mathrm{peak}",
                inputs={"flops_per_token": "train_flops"}),
        Derived("logged_possible", memory.fits, "", "Verdict on that log", r"v_\mathrm{log}",
                words=POSSIBLE,
                inputs={"needed_bytes": "logged_rate", "available_bytes": "peak_rate"}),
        Derived("logged_mfu", compute.model_flops_utilization, "%", "MFU of that log",
                r"\mathrm{MFU}_\mathrm{log}", places=1,
                inputs={"tokens_per_second": "logged_rate", "flops_per_token": "train_flops"}),
        Given("sparsity_factor", 2, "×", r"\sigma", "Sparse peak over dense peak", 1, 2),
        Derived("sparse_peak", compute.scaled, "TFLOP/s", "The data sheet's sparse peak",
                r"F_\mathrm{sparse}", places=1,
                inputs={"value": "peak_flops", "factor": "sparsity_factor"}),
        Derived("mfu_of_sparse", compute.model_flops_utilization, "%",
                "The same log against the sparse peak", r"\mathrm{MFU}_\mathrm{sparse}", places=1,
                inputs={"tokens_per_second": "logged_rate", "flops_per_token": "train_flops",
                        "peak_flops": "sparse_peak"}),
        *_real(
            "mfu",
            *((f"cpu_{p}_{figure}", f"{p}_{value}", f"{label}: {what}", "%", 0)
              for p, label in (("matrix_products", "Large matrix products"),
                               ("elementwise", "Elementwise arithmetic"),
                               ("tiny_training", "Training of a tiny model"))
              for figure, value, what in (("busy", "busy_share", "share of the time busy"),
                                          ("peak", "share_of_peak", "share of peak FLOP/s"))),
        ),
    ),
)  # fmt: skip


def _tier(name: str, label: str, symbol: str, bandwidth: str) -> tuple[Derived, ...]:
    """Return a storage tier's write time, best interval and waste at it."""
    return (
        Derived(f"{name}_write", checkpointing.write_seconds, "s", f"{label}: one write",
                rf"\delta_\mathrm{{{symbol}}}", places=1, inputs={"tier_bandwidth": bandwidth}),
        Derived(f"{name}_young", checkpointing.young_interval_seconds, "min",
                f"{label}: Young's interval", rf"\tau_\mathrm{{{symbol}}}", places=1,
                inputs={"write_seconds": f"{name}_write"}),
        Derived(f"{name}_daly", checkpointing.daly_interval_seconds, "min",
                f"{label}: Daly's interval", rf"\tau_\mathrm{{{symbol},D}}", places=1,
                inputs={"write_seconds": f"{name}_write"}),
        Derived(f"{name}_waste", checkpointing.waste_fraction, "%",
                f"{label}: time wasted at that interval", rf"f_\mathrm{{{symbol}}}", places=1,
                inputs={"write_seconds": f"{name}_write", "interval": f"{name}_young"}),
        Derived(f"{name}_aws", checkpointing.fits_notice, "",
                f"{label}: within the longer notice", rf"v_\mathrm{{{symbol},120}}",
                words=IN_TIME,
                inputs={"write_seconds": f"{name}_write", "notice_seconds": "long_notice"}),
        Derived(f"{name}_gcp", checkpointing.fits_notice, "",
                f"{label}: within the shorter notice", rf"v_\mathrm{{{symbol},30}}",
                words=IN_TIME,
                inputs={"write_seconds": f"{name}_write", "notice_seconds": "short_notice"}),
    )  # fmt: skip


PREEMPTION = Step(
    "preemption",
    "Surviving preemption",
    (
        Derived("checkpoint", checkpointing.checkpoint_bytes, "GB", "A full checkpoint",
                r"B_\mathrm{ck}",
                inputs={"weight_bytes": "weight_width", "optimizer_bytes": "optimizer_width"}),
        given(fact("storage", "Local NVMe of a node", "bandwidth"), "node_disk",
              r"\beta_\mathrm{disk}", "Write rate of one node's disks", 0.01, 1000, 1),
        given(fact("storage", "Parallel file system", "bandwidth"), "fs_bandwidth",
              r"\beta_\mathrm{fs}", "Write rate of the parallel file system", 0.01, 10000, 1),
        given(fact("storage", "Object store", "bandwidth"), "object_bandwidth",
              r"\beta_\mathrm{obj}", "Write rate to the object store", 0.01, 10000, 1),
        Derived("nvme_bandwidth", checkpointing.tier_bandwidth, "GB/s",
                "All nodes' disks together", r"\beta_\mathrm{NVMe}", places=1,
                inputs={"node_bandwidth": "node_disk", "nodes": "node_count"}),
        Derived("node_share", checkpointing.share_bytes, "GB", "Each node's share of it",
                r"B_\mathrm{ck}/(n/g)", places=1,
                inputs={"total_bytes": "checkpoint", "nodes": "node_count"}),
        given(fact("storage", "AWS spot", "notice"), "long_notice",
              r"t_\mathrm{long}", "Notice on AWS", 1, 3600),
        given(fact("storage", "Google Cloud spot", "notice"), "short_notice",
              r"t_\mathrm{short}", "Notice on Google Cloud", 1, 3600),
        *(
            Derived(f.name, f.formula, f.unit, f.label, f.symbol, f.places,
                    {"checkpoint_bytes": "checkpoint", **f.wired}, f.words)
            for tier in (
                _tier("nvme", "Node-local NVMe", "NVMe", "nvme_bandwidth"),
                _tier("fs", "Parallel file system", "fs", "fs_bandwidth"),
                _tier("object", "Object store", "obj", "object_bandwidth"),
            )
            for f in tier
        ),
        Derived("rate_for_notice", checkpointing.bandwidth_for_notice, "GB/s",
                "Rate that saves all within the shorter notice", r"\beta_\mathrm{need}",
                places=1, inputs={"checkpoint_bytes": "checkpoint",
                                  "notice_seconds": "short_notice"}),
        Derived("saved_in_notice", checkpointing.bytes_within_notice, "GB",
                "What the parallel file system takes in the shorter notice",
                r"B_\mathrm{saved}", inputs={"checkpoint_bytes": "checkpoint",
                                             "tier_bandwidth": "fs_bandwidth",
                                             "notice_seconds": "short_notice"}),
        Given("restart", 10, "min", "R", "Time to come back after a preemption", 0, 600,
              note="new nodes, process start, reading the checkpoint"),
        Derived("fs_stretch", checkpointing.stretch, "×",
                "Expected time over work, parallel file system", r"S_\mathrm{fs}", places=3,
                inputs={"write_seconds": "fs_write", "interval": "fs_young",
                        "restart_seconds": "restart"}),
        Derived("fs_loss", checkpointing.expected_loss_seconds, "min",
                "Work lost at a preemption, on average", r"t_\mathrm{loss}", places=1,
                inputs={"interval": "fs_young", "write_seconds": "fs_write"}),
        Derived("fs_loss_gpu_hours", cost.gpu_time, "GPU·h", "The same in GPU-hours",
                r"T_\mathrm{loss}", places=1, inputs={"seconds": "fs_loss"}),
        Derived("fs_loss_cost", cost.cost, "USD", "The same in money", r"C_\mathrm{loss}",
                inputs={"gpu_seconds": "fs_loss_gpu_hours"}),
        Given("chosen_interval", 30, "min", r"\tau", "An interval of your own", 0.5, 3000,
              places=1),
        Derived("nvme_chosen_waste", checkpointing.waste_fraction, "%",
                "Time wasted at it, node-local NVMe", r"f_\mathrm{NVMe}(\tau)", places=1,
                inputs={"write_seconds": "nvme_write", "interval": "chosen_interval"}),
        Derived("chosen_waste", checkpointing.waste_fraction, "%",
                "Time wasted at it, parallel file system", r"f(\tau)", places=1,
                inputs={"write_seconds": "fs_write", "interval": "chosen_interval"}),
        Derived("object_chosen_waste", checkpointing.waste_fraction, "%",
                "Time wasted at it, object store", r"f_\mathrm{obj}(\tau)", places=1,
                inputs={"write_seconds": "object_write", "interval": "chosen_interval"}),
        Derived("chosen_stretch", checkpointing.stretch, "×",
                "Expected time over work at it, parallel file system", r"S(\tau)", places=3,
                inputs={"write_seconds": "fs_write", "interval": "chosen_interval",
                        "restart_seconds": "restart"}),
        Derived("chosen_overhead", checkpointing.overhead, "%",
                "Extra time at it, failures during writes and restarts included",
                r"S(\tau) - 1", places=1, inputs={"stretch": "chosen_stretch"}),
        *_real(
            "waste",
            ("mc_replicas", "waste_replicas", "Simulated jobs", None, 0),
            ("mc_work", "waste_job_useful_seconds", "Work of each simulated job", "day", 0),
            ("mc_bare", "waste_no_checkpoint_stretch",
             "Simulated time over work, nothing saved", "×", 1),
            *((f"mc_{k}_best", f"waste_{v}_best_interval_of_grid_seconds",
               f"Best simulated interval: {label}", "min", 1)
              for k, v, label in (("nvme", "nvme", "node-local NVMe"),
                                  ("fs", "file_system", "parallel file system"),
                                  ("object", "object_store", "object store"))),
            ("mc_fs_overhead", "waste_file_system_overhead_at_young",
             "Simulated overhead at Young's interval, parallel file system", "%", 2),
            ("mc_fs_expected", "waste_file_system_expected_overhead_at_young",
             "Daly's exact expectation of it", "%", 2),
            ("mc_fs_half", "waste_file_system_overhead_at_young_half_width",
             "Half of its 95 % interval", "%", 2),
            ("mc_fs_quarter", "waste_file_system_overhead_at_a_quarter_of_young",
             "Simulated overhead at a quarter of Young's interval", "%", 1),
            ("mc_fs_four", "waste_file_system_overhead_at_four_times_young",
             "Simulated overhead at four times Young's interval", "%", 1),
        ),
        *_real(
            "resume",
            ("kill_runs", "killed_runs", "Runs killed again and again", None, 0),
            ("kill_identical", "killed_runs_identical_to_uninterrupted",
             "Of these, equal to the uninterrupted run bit for bit", None, 0),
            ("kill_term", "sigterm_kills", "Kills by SIGTERM", None, 0),
            ("kill_kill", "sigkill_kills", "Kills by SIGKILL", None, 0),
            ("kill_in_write", "kills_during_a_write", "Kills that hit a write", None, 0),
            ("kill_interval", "killed_run_checkpoint_interval_steps",
             "Steps between two checkpoints", "steps", 0),
            ("kill_lost_term", "most_steps_lost_to_sigterm", "Most steps lost to a SIGTERM",
             "steps", 0),
            ("kill_lost_kill", "most_steps_lost_to_sigkill", "Most steps lost to a SIGKILL",
             "steps", 0),
        ),
    ),
)  # fmt: skip

CHAIN = Step(
    "chain",
    "Back to the bill",
    (
        Derived("memory_per_gpu", memory.sum4_bytes, "GB",
                "Memory per GPU under ZeRO-3, all included", r"B_\mathrm{per\,GPU}", places=1,
                inputs={"first_bytes": "zero3_state", "second_bytes": "zero3_gathered",
                        "third_bytes": "acts_data_parallel", "fourth_bytes": "reserved"}),
        Derived("headroom", memory.usable_bytes, "GB", "Left free of each GPU's memory",
                r"B_\mathrm{left}", places=1, signed=True,
                inputs={"reserved_bytes": "memory_per_gpu"}),
        Derived("saving", memory.ratio, "×", "Money lost over money lost per preemption now",
                r"C_\mathrm{lost}/C_\mathrm{loss}",
                inputs={"part": "lost_cost", "whole": "fs_loss_cost"}),
    ),
)  # fmt: skip

GRAPH = Graph(
    "gpu-wall",
    "The 80 GB wall",
    (
        FAILURE, BILL, WALL, PARALLELISM, COMMUNICATION, GANG, INFERENCE, MFU, PREEMPTION, CHAIN,
    ),
    (
        Choice("model", "Model", "Atlas-70B", model_settings()),
        Choice("gpu", "GPU", GPU, gpu_settings()),
    ),
)  # fmt: skip
