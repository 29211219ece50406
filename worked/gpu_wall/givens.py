"""The givens of the 80 GB wall: the story's, its hardware and its model.

Hardware, models and prices stand in `worked/givens/`. Each is a row over the axis of its names,
and choosing one sets the givens that the chapter computes with.
"""

from __future__ import annotations

from dataclasses import replace

from worked.figures import Axis, Given, Setting
from worked.givens import fact, given, given_row, setting
from worked.givens.gpus import PRICED, fact_of

GPU, MODEL = "H100 SXM", "Atlas-70B"
MODELS = (
    MODEL,
    "Llama 3 8B",
    "Llama 2 7B",
    "Llama 2 13B",
    "Llama 2 70B",
    "Llama 3 70B",
    "Llama 3.1 405B",
    "Mistral 7B",
    "Qwen2.5 32B",
    "Qwen2.5 72B",
    "GPT-3 175B",
)
KEPT = Axis(
    "kept", ("weights", "gradients", "master weights", "first moment", "second moment"), "tensor"
)
BATCHING = Axis("batching", ("one", "many"), "batch of")
GPU_AXIS, MODEL_AXIS = Axis("gpu", tuple(PRICED), "GPU"), Axis("model", MODELS)


def model_settings() -> dict[str, dict[str, Setting]]:
    """Return what choosing a model sets: its parameter count and its shape."""
    shape = ("params", "layers", "hidden", "heads", "kv_heads", "ffn")
    return {name: {n: setting(fact("models", name, n)) for n in shape} for name in MODELS}


def _of_gpus(of: str, name: str, symbol: str, label: str, low: float, high: float) -> Given:
    facts = [fact_of(gpu, of) for gpu in PRICED]
    unit = facts[0][1]
    return given_row(
        [f for f, _ in facts],
        name,
        unit,
        symbol,
        label,
        low,
        high,
        GPU_AXIS.name,
        places={"price": 2, "peak_flops": 1}.get(of, 0),
    )


def _hardware(
    of: str, name: str, symbol: str, label: str, low: float, high: float, places: int = 0
) -> Given:
    return given(fact("hardware", GPU, of), name, symbol, label, low, high, places)


def _atlas(name: str, symbol: str, label: str, low: float, high: float) -> Given:
    return given(fact("models", MODEL, name), name, symbol, label, low, high, integer=True)


# fmt: off
MISHAP = (
    Given("gpus", 64, "GPUs", "n", "GPUs of the job", 8, 4096, integer=True),
    Given("run_hours", 47, "h", r"t_\mathrm{run}", "Hours run before the eviction", 1, 168),
    given(fact("prices", "H100, running example", "gpu_hour"), "price", r"c_\mathrm{GPU}",
          "Price of a GPU-hour", 0.1, 50, 2),
)
MTBF = Given("mtbf", 12, "h", "M", "Mean time between preemptions", 0.25, 2000,
             note="of the whole job: one lost node stops all")
RECIPE = (
    replace(_atlas("params", "N", "Parameters", 1e9, 5e12), unit="params", integer=False,
            note="a round count, to be carried in the head"),
    Given("width", (2, 2, 4, 4, 4), "B", "w_{<kept>}", "Bytes for each parameter",
          (0.5, 0.5, 0, 0, 0), 8, over="kept", note="as wide as bf16, then fp32"),
)
MODEL_PARAMS = given_row([fact("models", m, "params") for m in MODELS], "model_params", "params",
                         "N_{<model>}", "Parameters as published", 1e6, 5e12, MODEL_AXIS.name)
SHAPE = (
    _atlas("layers", "L", "Layers", 1, 200),
    _atlas("hidden", "h", "Hidden size", 64, 65536),
    _atlas("heads", "a", "Attention heads", 1, 256),
    _atlas("kv_heads", r"H_{kv}", "Key-value heads", 1, 256),
    _atlas("ffn", "f", "Feed-forward width", 64, 262144),
    replace(_atlas("seq", "s", "Sequence length", 128, 1048576), unit="tokens"),
    Given("micro_batch", 1, "", "b", "Sequences in a micro-batch", 1, 1024, integer=True),
    Given("activation_width", 2, "B", "v", "Bytes of an activation (bf16)", 1, 8),
    Given("mask_width", 1, "B", "u", "Bytes of a dropout mask's element", 0, 8),
)
TENSOR = Given("tensor_parallel", 8, "", "t", "Tensor-parallel size", 1, 64, integer=True)
MEMORY = _hardware("memory_bytes", "gpu_memory", r"B_\mathrm{GPU}", "Memory of a GPU", 16, 1024)
REPORTED = _hardware("memory_reported", "reported_memory", r"B_\mathrm{smi}",
                     "Memory that the driver reports", 8000, 1000000)
RESERVED = Given("reserved", 6, "GB", r"B_\mathrm{res}", "Taken by the runtime on each GPU",
                 0, 15, places=1, note="CUDA context, NCCL buffers, allocator fragmentation")
NODE = Given("gpus_per_node", 8, "GPUs", "g", "GPUs in a node", 1, 72, integer=True)
SOLD = _of_gpus("gpu_memory", "sold_memory", r"B_{<gpu>}", "Memory as sold", 8, 1024)
AT_ONCE = Given("one_layer", 1, "", "L_1", "Layers recomputed at a time", 1, 200, integer=True)
PIPELINES = (
    Given("pipeline_parallel", 8, "", "p", "Pipeline-parallel size", 1, 64, integer=True),
    Given("pipeline_short", 4, "", "p'", "A shorter pipeline, to leave room for replicas",
          1, 64, integer=True),
)
BATCH = Given("batch_sequences", 1024, "sequences", r"b_\mathrm{step}",
              "Sequences in a step, all GPUs", 1, 1048576, integer=True)
FEW = Given("few_micro_batches", 16, "micro-batches", r"m_\mathrm{few}",
            "Micro-batches of a small step", 1, 4096, integer=True)
LINKS = (
    _hardware("interconnect_bandwidth", "nvlink_bandwidth", r"\beta_\mathrm{NV}",
              "Rate between GPUs of a node, one-way", 1, 5000),
    given(fact("storage", "InfiniBand NDR", "bandwidth"), "network_bandwidth",
          r"\beta_\mathrm{net}", "Network rate per GPU, one-way", 0.1, 1000),
)
SPEED = (
    _hardware("peak_bf16", "peak_flops", "F", "Dense peak of a GPU, training format", 20, 20000, 1),
    Given("mfu", 40, "%", r"\mathrm{MFU}", "Model FLOPs utilization", 1, 75, places=1,
          note="any higher, and full recomputation would take more than the peak"),
)
RATES_OF_GPUS = (
    _of_gpus("peak_flops", "peak_of", "F_{<gpu>}", "Dense peak, training format", 1, 20000),
    _of_gpus("price", "price_of", "c_{<gpu>}", "Price of an hour", 0.1, 50),
)
OVERSUBSCRIPTION = Given("oversubscription", 2, "", "o", "Oversubscription above the leaf switch",
                         1, 16, places=1)
RIVALS = (
    Given("free_gpus", 96, "GPUs", r"n_\mathrm{free}", "GPUs free in the cluster", 1, 100000,
          integer=True),
    Given("rival_jobs", 2, "jobs", "J", "Equal jobs that arrive together", 2, 100, integer=True),
)
WAIT = Given("one_hour", 1, "h", "t_1", "A time to wait", 0.1, 1000, places=1)
SMALL = Given("small_params", 8e9, "params", "N_s", "Parameters of a small model", 1e6, 1e11)
SLICES = (
    Given("compute_slices", 7, "slices", r"c_\mathrm{GPU}", "Compute slices of a GPU", 1, 7,
          integer=True),
    Given("memory_slices", 8, "slices", r"m_\mathrm{GPU}", "Memory slices of a GPU", 1, 8,
          integer=True),
    Given("slice_compute", 2, "slices", "c_i", "Compute slices of one instance", 1, 7,
          integer=True),
    Given("slice_memory", 2, "slices", "m_i", "Memory slices of one instance", 1, 8,
          integer=True),
)
DECODING = (
    _hardware("memory_bandwidth", "memory_bandwidth", r"\beta_\mathrm{HBM}",
              "Memory bandwidth of a GPU", 0.05, 50, 2),
    Given("batch", (1, 32), "", r"B_{<batching>}", "Sequences decoded together", 1, (1, 4096),
          integer=True, over="batching"),
)
LOG = Given("logged_rate", 60000, "tokens/s", r"r_\mathrm{log}",
            "Tokens a second in the log, all GPUs", 1, 1e9)
SPARSITY = Given("sparsity_factor", 2, "×", r"\sigma", "Sparse peak over dense peak", 1, 2)
STORAGE = (
    given(fact("storage", "Local NVMe of a node", "bandwidth"), "node_disk",
          r"\beta_\mathrm{disk}", "Write rate of one node's disks", 0.01, 1000, 1),
    given(fact("storage", "Parallel file system", "bandwidth"), "fs_bandwidth",
          r"\beta_\mathrm{fs}", "Write rate of the parallel file system", 0.01, 10000, 1),
    given(fact("storage", "Object store", "bandwidth"), "object_bandwidth",
          r"\beta_\mathrm{obj}", "Write rate to the object store", 0.01, 10000, 1),
)
NOTICES = (
    given(fact("storage", "AWS spot", "notice"), "long_notice", r"t_\mathrm{long}",
          "Notice on AWS", 1, 3600),
    given(fact("storage", "Google Cloud spot", "notice"), "short_notice", r"t_\mathrm{short}",
          "Notice on Google Cloud", 1, 3600),
)
RESTART = Given("restart", 10, "min", "R", "Time to come back after a preemption", 0, 600,
                note="new nodes, process start, reading the checkpoint")
INTERVAL = Given("chosen_interval", 30, "min", r"\tau", "An interval of your own", 0.5, 3000,
                 places=1)
ALLOWED = Given("allowed_loss", 10, "%", r"f_\mathrm{max}", "Time that failures may take at most",
                0, 100, places=1)
# fmt: on
