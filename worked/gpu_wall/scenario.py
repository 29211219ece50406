"""The 80 GB wall as a graph: every number of the chapter, in the order of its steps.

Training keeps five tensors (`kept`) and activations (`keeping`); a GPU's memory falls into parts
(`part`), and seven ways to lay the job out (`layout`) are held against it. What they send in a
step is `traffic`; a checkpoint goes to a storage `tier` before a `notice` ends. Things to choose
from are `gpu` and `model`; the other axes are those of what was measured.
"""

from __future__ import annotations

from worked.declare import derived, must, partial, shown, signed, step, steps, verdict
from worked.figures import Axis, Choice, Graph, Key, Knob, Requirement
from worked.formulas import (
    checkpointing,
    communication,
    compute,
    cost,
    inference,
    memory,
    parallelism,
    rows,
    scheduling,
)
from worked.givens.gpus import PRICED, gpu_settings
from worked.gpu_wall import givens, records
from worked.gpu_wall.pictures import PICTURES

__all__ = ["GRAPH", "PICTURES"]

# fmt: off
KEEPING = Axis("keeping", ("everything", "no scores", "full recomputation",
                           "everything, tensor parallel", "no scores, sequence parallel"))
LAYOUT = Axis("layout", ("data parallel", "ZeRO-1", "ZeRO-2", "ZeRO-3", "tensor × pipeline",
                         "shorter pipeline", "shorter pipeline, ZeRO-1"))
PART = Axis("part", ("static state", "gathered layers", "activations", "runtime"), symbol=r"\varpi")
TRAFFIC = Axis("traffic", ("data parallel, ZeRO-1", "ZeRO-2", "ZeRO-3", "tensor parallel",
                           "tensor parallel, network", "pipeline"), symbol=r"\kappa")
NOTICE = Axis("notice", ("longer", "shorter"))
# fmt: on
BY_HAND = (givens.KEPT, KEEPING, LAYOUT, PART, TRAFFIC, records.TIER, NOTICE, givens.BATCHING)
CATALOGUE = (givens.GPU_AXIS, givens.MODEL_AXIS)

FITS, EVENLY, CAN = ("does not fit", "fits"), ("does not divide", "divides"), ("no", "yes")
HEADS = ("a hidden size of {hidden} does not divide by the number of heads, {heads}", "divides")
KV_HEADS = (
    "the number of heads, {heads}, does not divide by that of key-value heads, {kv_heads}",
    "divides",
)
NO_REPLICA, ODD_CUT = "needs {replica_gpus}", "heads ({heads}) do not divide by {tensor_parallel}"
PLAN = (*FITS, NO_REPLICA, ODD_CUT, "needs a layer for every stage")
FED = ("is too small: it needs {least_batch} to feed every GPU", "feeds every GPU")
HELD = ("deadlock", "no deadlock", "too few GPUs for even one job")
POSSIBLE = ("cannot be: at their peak the GPUs do {peak_rate}", "is below the peak")
NO_COMPUTE = ("an instance of {slice_compute} needs a GPU of as many, not {compute_slices}", "yes")
NO_MEMORY = ("an instance of {slice_memory} needs a GPU of as many, not {memory_slices}", "yes")
TOO_SLOW = (
    "a write takes {write}, and a preemption comes every {mtbf}: too little time is left for work; "
    "take a faster tier, a smaller model or rarer preemptions",
    "leave time",
)
PLACED, HIDES = ("across nodes", "inside a node"), ("does not hide", "hides")
IN_TIME = ("too late", "in time")

BF16, NO_SCORES, INPUTS = (
    "width[kept=weights]",
    "acts[keeping=no-scores]",
    "acts[keeping=full-recomputation]",
)
OPTIMIZER = {
    "master_bytes": "width[kept=master-weights]",
    "momentum_bytes": "width[kept=first-moment]",
    "variance_bytes": "width[kept=second-moment]",
}
OF_MODEL = {"params": "model_params", "bytes_per_value": "bytes_per_param"}
STATE, LEAST = (
    {"total_bytes": "static_bytes"},
    {"devices": "devices_static", "device_bytes": "gpu_memory"},
)
MODEL_ON = {"total_bytes": "model_static", "device_bytes": "gpu_memory"}
BESIDE_STATE = {"acts": "acts_data_parallel", "gathered": "zero3_gathered"}
HEADS_CUT = {"size": "heads", "parts": "tensor_ways"}
ONE_LAYER = {"layers": "layers_at_once", "saved_per_unit": "saved_width"}
BESIDE = {
    "gathered": "zero3_gathered",
    "acts_model_parallel": "acts[keeping=no-scores-sequence-parallel]",
}
SMALL_STEP = {"stages": "pipeline_parallel", "micro_batches": "few_micro_batches"}
ALONE = {"micro_batches": "dp_micro_batches"}
CUT = {"micro_batches": "micro_batches[layout=tensor-pipeline]"}
STAGE = {"layers_per_stage": "stage_layers[layout=tensor-pipeline]"}
REDUCED = {"payload_bytes": "tensor[kept=gradients]", "ranks": "gpus"}
GATHERED = {"payload_bytes": "tensor[kept=weights]", "ranks": "gpus"}
RAILS = {"sent_bytes": "ar_bytes"}
ACROSS = {**RAILS, "network_bandwidth": "spine_bandwidth"}
ONE_PORT = {"moved_bytes": "ar_bytes", "bandwidth": "network_bandwidth"}
PHASES = {"payload_bytes": "tensor[kept=gradients]", "nodes": "node_count"}
RIVALS = {"jobs": "rival_jobs", "gpus_per_job": "gpus"}
SMALL = {"weights": "small_weights", "params": "small_params"}
PER_TOKEN = {"flops_per_token": "train_flops"}
ON_PEAK = {**PER_TOKEN, "peak_flops": "peak_of"}
LOGGED = {"tokens_per_second": "logged_rate", **PER_TOKEN}
RESUMED = {"weight_bytes": BF16, "optimizer_bytes": "optimizer_width"}
SAVED, RATE = {"checkpoint_bytes": "checkpoint"}, {"tier_bandwidth": "tier_rate"}
SHORT = {**SAVED, "notice_seconds": "short_notice"}
WRITE, CHOSEN = {"write_seconds": "write"}, {"interval": "chosen_interval"}
FS = "[tier=parallel-file-system]"
ON_FS = {"write_seconds": f"write{FS}", "restart_seconds": "restart"}


STEPS = steps(
    step("failure", "The failure"),
    *givens.MISHAP,
    derived("lost_gpu_hours", cost.gpu_time, seconds="run_hours")
    | shown("GPU-hours lost", r"T_\mathrm{lost}", 0, "GPU·h"),
    derived("lost_cost", cost.cost, gpu_seconds="lost_gpu_hours")
    | shown("Money lost", r"C_\mathrm{lost}", 0, "USD"),
    givens.MTBF,
    derived("survival", checkpointing.completion_probability, work_seconds="run_hours")
    | shown("Chance that the run meets no preemption", r"P_\mathrm{ok}", 1, "%"),
    derived("stretch_bare", checkpointing.stretch_without_checkpoints, work_seconds="run_hours")
    | shown("Expected time over work, nothing saved", "S_0", 1, "×"),
    step("bill", "The memory bill"),
    *givens.RECIPE,
    derived("bytes_per_param", memory.bytes_per_param)
    | shown("Bytes kept for each parameter", r"\beta", 0, "B"),
    derived("optimizer_width", memory.optimizer_bytes_per_param, **OPTIMIZER)
    | shown("Bytes per parameter that only the optimizer reads", "k", 0, "B"),
    derived("tensor", memory.tensor_bytes, "kept", bytes_per_value="width")
    | shown("Bytes for all parameters", "B_{<kept>}", 0, "GB"),
    derived("optimizer_bytes", memory.tensor_bytes, bytes_per_value="optimizer_width")
    | shown("Optimizer state with master weights", "B_k", 0, "GB"),
    derived("static_bytes", memory.tensor_bytes, bytes_per_value="bytes_per_param")
    | shown("Static training state", r"B_\mathrm{static}", 0, "GB"),
    givens.MODEL_PARAMS,
    derived("model_static", memory.tensor_bytes, "model", **OF_MODEL)
    | shown("Static training state of a published model", r"B^{<model>}_\mathrm{static}", 0, "GB"),
    *givens.SHAPE,
    derived("whole_width", memory.whole_width)
    | shown("Saved outside the matrix products, per token and unit", r"c_\mathrm{whole}", 0, "B"),
    derived("split_width", memory.split_width)
    | shown("Saved inside them, per token and unit", r"c_\mathrm{split}", 0, "B"),
    derived("saved_width", memory.together, one_bytes="whole_width", other_bytes="split_width")
    | shown("Saved by a GPT block, per token and unit", "c", 0, "B"),
    derived("score_width", memory.score_width)
    | shown("Saved per attention score", r"c_\mathrm{score}", 0, "B"),
    givens.TENSOR,
    derived("saved", memory.saved_per_unit, "keeping")
    | shown("Saved per token, hidden unit and layer: <keeping>", "c_{<keeping>}", 2, "B"),
    derived("acts", memory.activation_bytes, "keeping", saved_per_unit="saved")
    | shown("Activations a GPU keeps: <keeping>", "A_{<keeping>}", 1, "GB"),
    derived("head_dim", memory.head_dim) | shown("Size of an attention head", "d"),
    must("heads_share", parallelism.divides, HEADS, size="hidden", parts="heads")
    | shown("Heads over the hidden size", "v_h"),
    must("kv_heads_share", parallelism.divides, KV_HEADS, size="heads", parts="kv_heads")
    | shown("Heads over the key-value heads", "v_{kv}"),
    derived("kv_width", memory.kv_width) | shown("Width of one token's keys", "d_{kv}"),
    derived("acts_swiglu", memory.activation_bytes_swiglu)
    | shown("Activations of a SwiGLU block, no scores", r"A_\mathrm{SwiGLU}", 1, "GB"),
    derived("swiglu_over_gpt", rows.ratio, part="acts_swiglu", whole=NO_SCORES)
    | shown("The SwiGLU block over the GPT block", r"A_\mathrm{SwiGLU}/A_\mathrm{sel}", 2, "×"),
    *records.BILL,
    step("wall", "The wall"),
    givens.MEMORY,
    derived("devices_static", memory.devices_needed, **STATE, device_bytes="gpu_memory")
    | shown("GPUs that hold the static state alone", r"n_\mathrm{static}", 0, "GPUs"),
    derived("left_over", memory.left_over_bytes, **STATE, **LEAST)
    | shown("Left free on the GPUs that hold the static state", r"B_\mathrm{free}", 0, "GB"),
    givens.REPORTED,
    derived("devices_reported", memory.devices_needed, **STATE, device_bytes="reported_memory")
    | shown("GPUs that hold the static state by the driver's count", r"n_\mathrm{smi}", 0, "GPUs"),
    derived("reported_over_sold", rows.ratio, part="reported_memory", whole="gpu_memory")
    | shown("Reported memory over memory as sold", r"B_\mathrm{smi}/B_\mathrm{GPU}", 3, "×"),
    givens.RESERVED,
    derived("usable", memory.usable_bytes, reserved_bytes="reserved")
    | shown("Memory of a GPU that training can use", r"B_\mathrm{use}", 1, "GB"),
    givens.AT_ONCE,
    derived("layers_at_once", memory.layers_recomputed, wanted="one_layer")
    | shown("Layers recomputed at a time, of those that there are", "L_r"),
    derived("layer_working", memory.activation_bytes, **ONE_LAYER)
    | shown("Activations of the one layer being recomputed", "A_1", 1, "GB"),
    derived("acts_data_parallel", memory.together, one_bytes=INPUTS, other_bytes="layer_working")
    | shown("Activations per GPU, full recomputation, layers whole", r"A_\mathrm{DP}", 1, "GB"),
    derived("zero3_gathered", parallelism.gathered_layer_bytes, weight_bytes=BF16)
    | shown("ZeRO-3: layers gathered whole", r"B_\mathrm{gather}", 1, "GB"),
    signed("room", memory.state_room, **BESIDE_STATE)
    | shown("What a GPU has room for of the state", r"B_\mathrm{room}", 1, "GB"),
    partial("devices_train", memory.devices_with_room, **STATE, room_bytes="room")
    | shown("GPUs that hold the state beside what each needs", r"n_\mathrm{train}", 0, "GPUs"),
    givens.NODE,
    partial("devices_nodes", memory.whole_node_devices, devices="devices_train")
    | shown("GPUs when nodes come whole", r"n_\mathrm{nodes}", 0, "GPUs"),
    verdict("heads_by_devices", parallelism.divides, EVENLY, size="heads", parts="devices_static")
    | shown("Heads over that many GPUs", "v_a"),
    verdict("layers_by_devices", parallelism.divides, EVENLY, size="layers", parts="devices_static")
    | shown("Layers over that many GPUs", "v_L"),
    givens.SOLD,
    derived("devices_of", memory.devices_needed, "gpu", **STATE, device_bytes="sold_memory")
    | shown("GPUs that hold the static state", r"n^{<gpu>}_\mathrm{static}", 0, "GPUs"),
    derived("model_devices", memory.devices_needed, "model", **MODEL_ON)
    | shown("GPUs that hold its state", r"n^{<model>}_\mathrm{static}", 0, "GPUs"),
    step("parallelism", "Which parallelism"),
    *givens.PIPELINES,
    derived("tensor_ways", parallelism.tensor_ways, "layout")
    | shown("GPUs that share a layer's matrices", "t_{<layout>}"),
    derived("stages", parallelism.pipeline_stages, "layout")
    | shown("Pipeline stages", "p_{<layout>}"),
    derived("replica_gpus", parallelism.replica_gpus, "layout")
    | shown("GPUs of a replica", "n_{<layout>}", 0, "GPUs"),
    derived("replicas", parallelism.data_parallel_ranks, "layout")
    | shown("Replicas", "d_{<layout>}", 0, "replicas"),
    derived("stage_layers", parallelism.layers_per_stage, "layout")
    | shown("Layers of the fullest stage", "L_{<layout>}", 0, "layers"),
    derived("sharing", parallelism.sharing_ranks, "layout kept")
    | shown("Replicas that divide a tensor between them", "z_{<layout>,<kept>}"),
    derived("kept_bytes", parallelism.kept_bytes, "layout kept")
    | shown("What a GPU keeps of a tensor", "B_{<layout>,<kept>}", 1, "GB"),
    derived("state", parallelism.state_bytes, "layout")
    | shown("Static state per GPU", "B_{<layout>}", 1, "GB"),
    derived("memory_part", parallelism.memory_parts, "layout part", **BESIDE)
    | shown("A part of what a GPU holds", "M_{<layout>,<part>}", 1, "GB"),
    derived("memory_per_gpu", parallelism.memory_per_gpu, "layout")
    | shown("Memory per GPU, all included", "M_{<layout>}", 1, "GB"),
    verdict("fits", rows.reaches, FITS, "layout", value="gpu_memory", wanted="memory_per_gpu")
    | shown("Whether it fits", "f_{<layout>}"),
    verdict("heads_divide", parallelism.divides, EVENLY, "layout", **HEADS_CUT)
    | shown("Heads over the GPUs that share them", "a_{<layout>}"),
    verdict("stages_have_layers", rows.reaches, CAN, "layout", value="layers", wanted="stages")
    | shown("Whether every stage has a layer", r"\ell_{<layout>}"),
    verdict("layout_verdict", parallelism.layout_verdict, PLAN, "layout")
    | shown("Verdict", "v_{<layout>}"),
    givens.BATCH,
    derived("tokens_per_step", parallelism.tokens_per_step)
    | shown("Tokens in a step", r"T_\mathrm{step}", 0, "tokens"),
    derived("micro_batches", parallelism.micro_batches, "layout", ranks="replicas")
    | shown("Micro-batches per step and replica", "m_{<layout>}", 0, "micro-batches"),
    derived("dp_micro_batches", parallelism.micro_batches, ranks="gpus")
    | shown("Micro-batches per step and GPU, data parallel", "m", 0, "micro-batches"),
    derived("least_batch", parallelism.least_batch, ranks="gpus")
    | shown("Sequences that give every GPU a micro-batch", r"b_\mathrm{least}", 0, "sequences"),
    verdict("batch_feeds", rows.reaches, FED, value="batch_sequences", wanted="least_batch")
    | shown("Verdict on the step's size", "v_b"),
    derived("bubble", parallelism.bubble_fraction, "layout")
    | shown("Pipeline bubble", r"\phi_{<layout>}", 2, "%"),
    givens.FEW,
    derived("few_bubble", parallelism.bubble_fraction, **SMALL_STEP)
    | shown("Bubble with few micro-batches", r"f_\mathrm{few}", 1, "%"),
    *records.PARALLELISM,
    step("communication", "Communication"),
    *givens.LINKS,
    derived("node_count", communication.nodes) | shown("Nodes of the job", "n/g", 0, "nodes"),
    derived("ar_bytes", communication.all_reduce_bytes, **REDUCED)
    | shown("Ring all-reduce: sent by each GPU", r"V_\mathrm{AR}", 1, "GB"),
    derived("ag_bytes", communication.all_gather_bytes, **GATHERED)
    | shown("Ring all-gather or reduce-scatter: sent by each GPU", r"V_\mathrm{AG}", 1, "GB"),
    derived("ar_one_port", communication.transfer_seconds, **ONE_PORT)
    | shown("All-reduce as one ring through one port", r"t_\mathrm{ring}", 2, "s"),
    derived("ar_per_port", communication.ring_bytes_per_link, **RAILS)
    | shown("All-reduce: through each port with one ring a port", r"V_\mathrm{port}", 1, "GB"),
    derived("ar_railed", communication.railed_ring_seconds, **RAILS)
    | shown("All-reduce with one ring through every port", r"t_\mathrm{rails}", 2, "s"),
    derived("ar_hierarchical", communication.hierarchical_all_reduce_seconds, **PHASES)
    | shown("Hierarchical all-reduce", r"t_\mathrm{hier}", 2, "s"),
    derived("zero2_volume", communication.zero2_step_bytes, **REDUCED, **ALONE)
    | shown("ZeRO-2: sent by each GPU in a step", "V_{Z2}", 0, "GB"),
    derived("zero3_volume", communication.zero3_step_bytes, **GATHERED, **ALONE)
    | shown("ZeRO-3: sent by each GPU in a step", "V_{Z3}", 0, "GB"),
    derived("tp_volume", communication.tensor_parallel_step_bytes, **STAGE, **CUT)
    | shown("Tensor parallelism: sent by each GPU in a step", "V_t", 0, "GB"),
    verdict("tp_place", rows.reaches, PLACED, value="gpus_per_node", wanted="tensor_parallel")
    | shown("Where a tensor-parallel group stands", "v_t"),
    derived("tp_bandwidth", communication.group_bandwidth)
    | shown("Rate inside a tensor-parallel group, one-way", r"\beta_t", 0, "GB/s"),
    derived("pp_volume", communication.pipeline_step_bytes, **CUT)
    | shown("Pipeline: sent by each stage's GPU in a step", "V_p", 1, "GB"),
    derived("sent", communication.step_traffic, "traffic")
    | shown("Sent by each GPU in a step: <traffic>", "V_{<traffic>}", 1, "GB"),
    derived("sending", communication.traffic_seconds, "traffic")
    | shown("Communication in a step: <traffic>", "t_{<traffic>}", 1, "s"),
    *givens.SPEED,
    derived("parameter_flops", compute.parameter_flops_per_token)
    | shown("Training FLOPs a token, parameters", "6N", 0, "GFLOP/token"),
    derived("attention_flops", compute.attention_flops_per_token)
    | shown("Training FLOPs a token, attention", "12Lhs", 1, "GFLOP/token"),
    derived("train_flops", compute.train_flops_per_token)
    | shown("Training FLOPs a token", r"\phi", 1, "GFLOP/token"),
    derived("step_seconds", parallelism.compute_seconds, **PER_TOKEN, **ALONE)
    | shown("Computing in a step", r"t_\mathrm{step}", 1, "s"),
    derived("backward_hiding", parallelism.hiding_seconds, **ALONE)
    | shown("Backward of the last micro-batch", r"t_\mathrm{bwd}", 2, "s"),
    derived("ar_exposed", parallelism.exposed_seconds, communication_seconds="ar_one_port")
    | shown("All-reduce over one port: not hidden", r"t_\mathrm{exp}", 2, "s"),
    derived("ar_railed_exposed", parallelism.exposed_seconds, communication_seconds="ar_railed")
    | shown("All-reduce over all ports: not hidden", r"t_\mathrm{exp,rails}", 2, "s"),
    verdict("ar_hides", rows.reaches, HIDES, value="backward_hiding", wanted="ar_railed")
    | shown("Verdict: all-reduce over all ports", r"v_\mathrm{AR}"),
    derived("over_computing", rows.ratio, "traffic", part="sending", whole="step_seconds")
    | shown("Communication over computing: <traffic>", r"t_{<traffic>}/t_\mathrm{step}", 1, "%"),
    *givens.RATES_OF_GPUS,
    derived("step_on", parallelism.compute_seconds, "gpu", **ON_PEAK, **ALONE)
    | shown("Computing in a step on this GPU", r"t^{<gpu>}_\mathrm{step}", 1, "s"),
    derived("step_time_on", cost.gpu_time, "gpu", seconds="step_on")
    | shown("GPU-time of a step on this GPU", r"T^{<gpu>}_\mathrm{step}", 2, "GPU·h"),
    derived("step_cost_on", cost.cost, "gpu", gpu_seconds="step_time_on", price="price_of")
    | shown("What a step costs on this GPU", r"C^{<gpu>}_\mathrm{step}", 2, "USD"),
    givens.OVERSUBSCRIPTION,
    derived("spine_bandwidth", communication.oversubscribed_bandwidth)
    | shown("Network rate per GPU across leaves, one-way", r"\beta_\mathrm{spine}", 0, "GB/s"),
    derived("ar_spread", communication.railed_ring_seconds, **ACROSS)
    | shown("All-reduce of a job spread across leaves", r"t_\mathrm{spread}", 2, "s"),
    derived("spread_penalty", rows.ratio, part="ar_spread", whole="ar_railed")
    | shown("Spread over compact placement", r"t_\mathrm{spread}/t_\mathrm{rails}", 2, "×"),
    *records.COMMUNICATION,
    step("gang", "Gang scheduling"),
    *givens.RIVALS,
    derived("held", scheduling.held_per_job, **RIVALS)
    | shown("GPUs that each job comes to hold", r"n_\mathrm{held}", 0, "GPUs"),
    derived("missing", scheduling.missing_gpus, held_per_job="held", gpus_per_job="gpus")
    | shown("GPUs that each job still waits for", r"n_\mathrm{miss}", 0, "GPUs"),
    verdict("deadlock", scheduling.handed_out, HELD, **RIVALS)
    | shown("Verdict without gangs", "v_d"),
    derived("gang_starts", scheduling.jobs_that_start, **RIVALS)
    | shown("Jobs that a gang scheduler starts", r"J_\mathrm{gang}", 0, "jobs"),
    givens.WAIT,
    derived("deadlock_gpu_hours", cost.gpu_time, gpus="free_gpus", seconds="one_hour")
    | shown("GPU-hours held idle in that time", r"T_\mathrm{idle}", 0, "GPU·h"),
    derived("deadlock_cost", cost.cost, gpu_seconds="deadlock_gpu_hours")
    | shown("What that costs", r"C_\mathrm{idle}", 0, "USD"),
    *records.GANG,
    step("inference", "Inference turns the constraints over"),
    givens.SMALL,
    derived("small_weights", memory.tensor_bytes, params="small_params", bytes_per_value=BF16)
    | shown("Weights of the small model, bf16", "B_s", 0, "GB"),
    verdict("small_fits", rows.reaches, FITS, value="gpu_memory", wanted="small_weights")
    | shown("Verdict: the small model alone on a GPU", "v_s"),
    derived("stranded", inference.stranded_fraction, model_bytes="small_weights")
    | shown("Of a whole GPU left unused", r"f_\mathrm{idle}", 0, "%"),
    *givens.SLICES,
    must("compute_there", rows.reaches, NO_COMPUTE, value="compute_slices", wanted="slice_compute")
    | shown("Whether the GPU has as many compute slices", "v_c"),
    must("memory_there", rows.reaches, NO_MEMORY, value="memory_slices", wanted="slice_memory")
    | shown("Whether the GPU has as many memory slices", "v_m"),
    derived("slice_bytes", inference.slice_bytes) | shown("Memory of one instance", "B_i", 0, "GB"),
    verdict("slice_fits", rows.reaches, FITS, value="slice_bytes", wanted="small_weights")
    | shown("Verdict: the small model in an instance", "v_i"),
    derived("mig_instances", inference.instances_per_gpu)
    | shown("Instances on one GPU", r"n_\mathrm{MIG}", 0, "instances"),
    *givens.DECODING,
    derived("decode", inference.decode_step_seconds, "batching", **SMALL)
    | shown("Decode step", "t_{<batching>}", 2, "ms"),
    derived("throughput", inference.batch_throughput, "batching", step_seconds="decode")
    | shown("Tokens a second per GPU", "r_{<batching>}", 0, "tokens/s"),
    derived("ridge_batch", inference.ridge_batch, **SMALL)
    | shown("Batch at which computing takes over", "B^*"),
    *records.INFERENCE,
    step("mfu", "MFU, not utilization"),
    derived("rate_params_only", compute.tokens_per_second, flops_per_token="parameter_flops")
    | shown("Tokens a second, all GPUs, parameters only", "r_{6N}", 0, "tokens/s"),
    derived("rate", compute.tokens_per_second, **PER_TOKEN)
    | shown("Tokens a second, all GPUs, with attention", "r", 0, "tokens/s"),
    derived("attention_share", rows.ratio, part="attention_flops", whole="train_flops")
    | shown("Attention over all training FLOPs", r"12Lhs/\phi", 1, "%"),
    derived("hfu", compute.hardware_flops_utilization)
    | shown("HFU with full recomputation", r"\mathrm{HFU}", 1, "%"),
    derived("tokens_lost", compute.tokens_trained, tokens_per_second="rate", seconds="run_hours")
    | shown("Tokens trained and lost", r"T_\mathrm{lost}", 1, "billion"),
    givens.LOG,
    derived("peak_rate", compute.token_rate_at_peak, **PER_TOKEN)
    | shown("Tokens a second at the GPUs' peak", r"r_\mathrm{peak}", 0, "tokens/s"),
    verdict("logged_possible", rows.reaches, POSSIBLE, value="peak_rate", wanted="logged_rate")
    | shown("Verdict on that log", r"v_\mathrm{log}"),
    derived("logged_mfu", compute.model_flops_utilization, **LOGGED)
    | shown("MFU of that log", r"\mathrm{MFU}_\mathrm{log}", 1, "%"),
    givens.SPARSITY,
    derived("sparse_peak", compute.scaled, value="peak_flops", factor="sparsity_factor")
    | shown("The data sheet's sparse peak", r"F_\mathrm{sparse}", 1, "TFLOP/s"),
    derived("mfu_of_sparse", compute.model_flops_utilization, **LOGGED, peak_flops="sparse_peak")
    | shown("MFU of that log against the sparse peak", r"\mathrm{MFU}_\mathrm{sparse}", 1, "%"),
    *records.MFU,
    step("preemption", "Surviving preemption"),
    derived("checkpoint", checkpointing.checkpoint_bytes, **RESUMED)
    | shown("A full checkpoint", r"B_\mathrm{ck}", 0, "GB"),
    *givens.STORAGE,
    derived("tier_rate", checkpointing.tier_bandwidth, "tier")
    | shown("Rate of all nodes together", r"\beta_{<tier>}", 1, "GB/s"),
    derived("node_share", checkpointing.share_bytes, total_bytes="checkpoint", nodes="node_count")
    | shown("Each node's share of it", r"B_\mathrm{ck}/(n/g)", 1, "GB"),
    *givens.NOTICES,
    derived("write", checkpointing.write_seconds, "tier", **SAVED, **RATE)
    | shown("One write", r"\delta_{<tier>}", 1, "s"),
    derived("young", checkpointing.young_interval_seconds, "tier", **WRITE)
    | shown("Young's interval", r"\tau_{<tier>}", 1, "min"),
    must("leaves_time", rows.reaches, TOO_SLOW, "tier", value="mtbf", wanted="young")
    | shown("Whether writes leave time for work", r"v_{<tier>}"),
    derived("daly", checkpointing.daly_interval_seconds, "tier", **WRITE)
    | shown("Daly's interval", r"\tau^D_{<tier>}", 1, "min"),
    derived("waste", checkpointing.waste_fraction, "tier", **WRITE, interval="young")
    | shown("Time wasted at Young's interval", "f_{<tier>}", 1, "%"),
    verdict("in_time", checkpointing.in_notice, IN_TIME, "tier notice", **WRITE)
    | shown("Written within the notice", "v_{<tier>,<notice>}"),
    derived("rate_for_notice", checkpointing.bandwidth_for_notice, **SHORT)
    | shown("Rate that saves all within the shorter notice", r"\beta_\mathrm{need}", 1, "GB/s"),
    derived("saved_in_notice", checkpointing.bytes_within_notice, "tier", **RATE, **SHORT)
    | shown("What is saved in the shorter notice", r"B^{<tier>}_\mathrm{saved}", 0, "GB"),
    givens.RESTART,
    derived("fs_stretch", checkpointing.stretch, **ON_FS, interval=f"young{FS}")
    | shown("Expected time over work, parallel file system", r"S_\mathrm{fs}", 3, "×"),
    derived("loss", checkpointing.expected_loss_seconds, "tier", **WRITE, interval="young")
    | shown("Work lost at a preemption, on average", r"t^{<tier>}_\mathrm{loss}", 1, "min"),
    derived("loss_gpu_hours", cost.gpu_time, "tier", seconds="loss")
    | shown("Work lost at a preemption, GPU-hours", r"T^{<tier>}_\mathrm{loss}", 1, "GPU·h"),
    derived("loss_cost", cost.cost, "tier", gpu_seconds="loss_gpu_hours")
    | shown("Money lost at a preemption", r"C^{<tier>}_\mathrm{loss}", 0, "USD"),
    givens.INTERVAL,
    givens.ALLOWED,
    derived("chosen_waste", checkpointing.waste_fraction, "tier", **WRITE, **CHOSEN)
    | shown("Time wasted at an interval of your own", r"f_{<tier>}(\tau)", 1, "%"),
    derived("chosen_stretch", checkpointing.stretch, **ON_FS, **CHOSEN)
    | shown("Expected time over work at that interval, parallel file system", r"S(\tau)", 3, "×"),
    derived("chosen_overhead", checkpointing.overhead, stretch="chosen_stretch")
    | shown(
        "Extra time at that interval, failures in writes and restarts too", r"S(\tau) - 1", 1, "%"
    ),
    *records.PREEMPTION,
    step("chain", "Back to the bill"),
    signed("headroom", memory.usable_bytes, reserved_bytes="memory_per_gpu[layout=zero-3]")
    | shown("Left free of each GPU's memory under ZeRO-3", r"B_\mathrm{left}", 1, "GB"),
    derived("saving", rows.ratio, part="stretch_bare", whole="fs_stretch")
    | shown("Expected time without checkpoints over that with them", r"S_0/S_\mathrm{fs}", 1, "×"),
)

SET_BY_GPU = ("gpu_memory", "reported_memory", "memory_bandwidth", "peak_flops",
              "nvlink_bandwidth", "price")  # fmt: skip
CHOICES = (
    Choice("model", "Model", givens.MODEL, givens.model_settings()),
    Choice("gpu", "GPU", givens.GPU, gpu_settings(PRICED, *SET_BY_GPU)),
)
AXES = (*BY_HAND, *CATALOGUE, *records.AXES)
WRITE_FS, YOUNG_FS = "write[tier=parallel-file-system]", "young[tier=parallel-file-system]"
ZERO_3 = "memory_per_gpu[layout=zero-3]"
KEYS = (
    Key("lost_cost", "gpus * run_hours * price"),
    Key("survival", "exp(-run_hours / mtbf)", 2),
    Key(
        "static_bytes",
        "bytes_per_param * params",
        2,
        "whether one node holds the state",
        "static_bytes <= gpus_per_node * gpu_memory",
        "gpu_memory",
    ),
    Key(
        ZERO_3,
        "static_bytes / gpus + zero3_gathered + acts_data_parallel + reserved",
        2,
        "whether a step fits under ZeRO-3",
        f"{ZERO_3} <= gpu_memory",
        "gpus",
    ),
    Key(
        "ar_railed",
        "2 * tensor[kept=gradients] / (gpus_per_node * network_bandwidth)",
        2,
        "whether the all-reduce hides behind the last backward pass",
        "ar_hides",
        "network_bandwidth",
    ),
    Key("rate", "gpus * peak_flops * mfu / train_flops"),
    Key("step_seconds", "tokens_per_step / rate"),
    Key("checkpoint", "(width[kept=weights] + optimizer_width) * params", 2),
    Key(
        WRITE_FS,
        "checkpoint / fs_bandwidth",
        1,
        "whether a whole checkpoint goes out within the shorter notice",
        f"{WRITE_FS} <= short_notice",
        "fs_bandwidth",
    ),
    Key(YOUNG_FS, f"sqrt(2 * {WRITE_FS} * mtbf)"),
    Key(
        "ridge_batch",
        "peak_flops * activation_width / (2 * memory_bandwidth)",
        1,
        "whether a decode step of the largest batch waits for memory",
        "batch[batching=many] < ridge_batch",
        "memory_bandwidth",
    ),
)
KNOBS = (
    Knob("gpu"),
    Knob("gpus", (16, 32, 64, 128, 256)),
    Knob("tensor_parallel", (1, 2, 4, 8)),
    Knob("pipeline_parallel", (1, 2, 4, 8, 16)),
    Knob("batch_sequences", (256, 512, 1024, 2048)),
    Knob("chosen_interval", (10, 20, 30, 60, 120)),
)
REQUIREMENTS = (
    Requirement("hold a training step on every GPU under ZeRO-3", f"{ZERO_3} <= gpu_memory"),
    Requirement("give every GPU a micro-batch", "batch_feeds"),
    Requirement("hide the all-reduce behind the backward pass", "ar_hides"),
    Requirement(
        "lose less than {{ allowed_loss }} of the time to failures",
        "chosen_overhead < allowed_loss",
    ),
)
GRAPH = Graph("gpu-wall", "The 80 GB wall", STEPS, CHOICES, AXES, KEYS, KNOBS, REQUIREMENTS)
