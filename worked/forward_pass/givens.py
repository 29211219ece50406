"""The givens of the forward pass: who asks how much, the model, the node, and what is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from worked.figures import Axis, Given, Setting, Source
from worked.givens import fact, given, given_row, setting
from worked.givens.gpus import fact_of

GPU, MODEL, DRAFT = "H100 SXM", "Atlas-70B", "Llama 3 8B"
GPUS = (GPU, "H200 SXM", "B200", "MI300X", "A100 80GB SXM")
SET_BY_GPU = (
    "gpu_memory",
    "memory_bandwidth",
    "peak_flops",
    "fp8_peak",
    "nvlink_bandwidth",
    "price",
)
MODELS = (MODEL, "Llama 2 70B", "Qwen2.5 72B", "Llama 3 8B", "Llama 2 7B", "Mistral 7B")
SHAPED = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab")

# fmt: off
RUN = Axis("run", ("shorter", "longer"), "training run")
COMPONENT, KEY = Axis("component", (1, 2, 3, 4), "component"), Axis("key", (1, 2, 3), "token")
PIECE = Axis("piece", ("attention", "feed-forward", "output head", "look-up table",
                       "norms and biases"), "piece", r"\pi")
BATCH = Axis("batch", (1, 2, 4, 8, 16, 32, 64, 128, 256, 512), "batch", "B")
CONTEXT = Axis("context", (2_000, 8_000, 32_000, 128_000), "length", "T")
COUNTED = Axis("counted", ("data sheet", "achieved rates", "all-reduces too"), "counting",
               r"\kappa")
SHARING = Axis("sharing", ("multi-head", "grouped-query", "multi-query"), "heads", r"\varsigma")
ASKED = Axis("asked", (1, 2, 3, 4, 5, 6, 7, 8), "request", "i")
WORD = Axis("word", ("Paris", "Lyon", "Nice", "the", "a"), "word", "w")
RIVAL = Axis("rival", like="word", symbol="w'")
FIRST = Axis("first", ("A", "B"), "first word", "f")
SECOND = Axis("second", ("x", "y", "z"), "second word", "u")
DRAFTED = Axis("drafted", (0, 1, 2, 3, 4, 5, 6, 7, 8), "drafts", "k")
CHANCE = Axis("chance", (50, 60, 70, 80, 90), "acceptance", r"\alpha")
FORMAT = Axis("format", ("bf16", "fp8", "int4 weights"), "format", r"\phi")
SMALLER = Axis("smaller", ("as it is", "pruned anywhere", "pruned in a pattern",
                           "distilled"), "way", r"\omega")
MIXED = ("Mixtral 8x7B", "DeepSeek-V3")
MIXTURE = Axis("mixture", MIXED, "model", r"\mu")
AXES = (RUN, COMPONENT, KEY, PIECE, BATCH, CONTEXT, COUNTED, SHARING, ASKED, WORD, RIVAL, FIRST,
        SECOND, DRAFTED, CHANCE, FORMAT, SMALLER, MIXTURE)

READ = date(2026, 12, 1), date(2027, 12, 1)
KWON = Source("Kwon et al. 2023, Efficient Memory Management for Large Language Model Serving with "
              "PagedAttention, section 7.2", "https://arxiv.org/abs/2309.06180", *READ)


def _atlas(name: str, symbol: str, label: str, low: float, high: float) -> Given:
    return given(fact("models", MODEL, name), name, symbol, label, low, high, integer=True)


def _hardware(of: str, name: str, symbol: str, label: str, low: float, high: float,
              places: int = 0) -> Given:
    return given(fact("hardware", GPU, of), name, symbol, label, low, high, places)


def _mixture(of: str, name: str, symbol: str, label: str, most: float, unit: str = "") -> Given:
    facts = [fact("models", model, of) for model in MIXED]
    return given_row(facts, name, unit, symbol, label, 1, most, "mixture")


def _drafting(of: str, name: str, symbol: str, label: str, low: float, high: float) -> Given:
    return given(fact("models", DRAFT, of), name, symbol, label, low, high, integer=True)


def model_settings() -> dict[str, dict[str, Setting]]:
    """Return what choosing a model sets: its shape, and whether it ties and has biases."""
    also = {"tied": "tied_embeddings", "qkv_bias": "qkv_bias"}
    return {
        name: {n: setting(fact("models", name, n)) for n in SHAPED}
        | {n: setting(fact("models", name, of)) for n, of in also.items()}
        for name in MODELS
    }


DEMAND = (
    Given("people", 7, "billion", r"n_\mathrm{people}", "People who ask", 0.001, 10, places=1),
    Given("queries", 1, "queries/day", "q", "Queries of a person", 0.01, 1000, places=1),
    Given("prompt_tokens", 1500, "tokens", "P", "Tokens of the prompt", 2, 131072, integer=True),
    Given("answer_tokens", 500, "tokens", "O", "Tokens of the answer", 2, 16384, integer=True),
    Given("training_tokens", (15, 30), "trillion", r"D_{<run>}", "Tokens of the <run> training run",
          0.1, 200, places=1, over="run"),
    Given("heavy_queries", 100, "queries/day", r"q_\mathrm{heavy}", "Queries of a heavy user",
          1, 10000),
    Given("horizon", 1, "day", r"t_\mathrm{look}", "Time looked at", 0.1, 365, places=1),
)
SHAPE = (
    _atlas("layers", "L", "Layers", 1, 200),
    _atlas("hidden", "h", "Hidden size", 64, 65536),
    _atlas("heads", "a", "Query heads", 1, 256),
    _atlas("kv_heads", r"H_{kv}", "Key-value heads", 1, 256),
    _atlas("head_dim", "d", "Size of a head", 8, 512),
    _atlas("ffn", r"h_\mathrm{ff}", "Feed-forward width", 64, 262144),
    _atlas("vocab", "V", "Words of the vocabulary", 256, 1048576),
    given(fact("models", MODEL, "tied_embeddings"), "tied", r"\tau",
          "Whether the output head is the look-up table", 0, 1, integer=True),
    given(fact("models", MODEL, "qkv_bias"), "qkv_bias", "b_{qkv}",
          "Whether queries, keys and values have biases", 0, 1, integer=True),
)
ROUND = replace(given(fact("models", MODEL, "params"), "round_params", r"N_\circ",
                      "Parameters, as the 80 GB wall rounds them", 1e6, 5e12),
                unit="params", note="a round count, to be carried in the head")
WEIGHT = Given("weight_width", 2, "B", "w", "Bytes of a weight (bf16)", 0.5, 4, places=1)
BY_HAND = (
    Given("state", (2, -1, 0.5, 3), "", "x_{<component>}", "Component <component> of a token", -9,
          9, places=1, over="component"),
    Given("question", (1, 2, -1, 1), "", "q_{<component>}",
          "Component <component> of the last token's query", -9, 9, places=1, over="component"),
    Given("offer", ((1, 0, -1, 1), (2, 2, 0, 1), (0, 1, 1, -1)), "", "k_{<key><component>}",
          "Component <component> of the key of token <key>", -9, 9, places=1,
          over="key component"),
    Given("content", ((1, 0, 0, 2), (0, 3, 1, 0), (2, 0, 4, 1)), "", "v_{<key><component>}",
          "Component <component> of the value of token <key>", -9, 9, places=1,
          over="key component"),
)
NODE = (
    Given("gpus", 8, "GPUs", "g", "GPUs that share the model", 1, 64, integer=True),
    _hardware("peak_bf16", "peak_flops", "F", "Dense peak of a GPU, bf16", 20, 20000, 1),
    _hardware("memory_bandwidth", "memory_bandwidth", r"\beta", "Memory bandwidth of a GPU", 0.05,
              50, 2),
    Given("mfu", 50, "%", "u", "Share of the peak that large matrix products reach", 5, 95),
)
LINKS = (
    _hardware("interconnect_bandwidth", "nvlink_bandwidth", r"\beta_\mathrm{NV}",
              "Rate between GPUs of a node, one-way", 1, 5000),
    Given("hop_latency", 10, "µs", r"t_\mathrm{hop}", "Latency of an all-reduce", 0, 100),
    Given("activation_width", 2, "B", "v", "Bytes of an activation (bf16)", 1, 4),
)
SPARSITY = Given("sparsity_factor", 2, "×", r"\varsigma", "Sparse peak over dense peak", 1, 2)
ACHIEVED = Given("bandwidth_share", 80, "%", r"\eta", "Share of the memory bandwidth that a step "
                 "reaches", 20, 100)
KV_VALUE = Given("kv_value_width", 2, "B", "c", "Bytes of a cached value (bf16)", 0.5, 4, places=1)
PRICE = given(fact("prices", "H100, running example", "gpu_hour"), "price", r"p",
              "Price of a GPU-hour", 0.1, 50, 2)
DESIGN = Given("batch_size", 64, "", "B", "Sequences decoded together", 1, 4096, integer=True)
PATIENCE = Given("wanted_step", 15, "ms", r"t_\mathrm{want}", "A step that users would accept",
                 1, 200, places=1)
MEMORY = (
    _hardware("memory_bytes", "gpu_memory", r"M", "Memory of a GPU", 16, 1024),
    Given("memory_share", 90, "%", "m", "Share of it for weights and caches", 50, 98),
    Given("block", 16, "tokens", r"\sigma", "Tokens of a block of the cache", 1, 1024, KWON,
          integer=True),
    Given("reserved_tokens", 8192, "tokens", "R", "Tokens reserved for a sequence, unpaged", 256,
          131072, integer=True),
)
ANSWERS = Given("answer", (40, 900, 120, 60, 500, 30, 250, 80), "tokens", "O_{<asked>}",
                "Tokens of the answer to request <asked>", 1, 16384, integer=True, over="asked")
CHUNK = Given("chunk", 512, "tokens", "C", "Tokens of a prompt that ride along in a step", 1, 16384,
              integer=True)
PREFIX = (
    Given("shared_tokens", 1000, "tokens", "S", "Tokens at the start that prompts share", 1, 131072,
          integer=True),
    Given("hit_share", 90, "%", r"\chi", "Requests that find them in the cache", 0, 100),
)
DECODING = (
    Given("logit", (2.5, 1.5, 1.0, 0.5, -1), "", "z_{<word>}", "Logit of <word>", -20, 20,
          places=1, over="word"),
    Given("temperature", 0.8, "", r"\vartheta", "Temperature", 0.1, 5, places=1),
    Given("top_k", 2, "words", r"k_\mathrm{top}", "Words that top-k keeps", 1, 5, integer=True),
    Given("top_p", 90, "%", r"p_\mathrm{top}", "Chance that top-p keeps", 1, 100),
    Given("allowed", (0, 1, 1, 0, 0), "", "g_{<word>}", "Whether the schema allows <word>", 0, 1,
          integer=True, over="word"),
    Given("begins", (60, 40), "%", "P_{<first>}", "Chance that an answer begins with <first>", 1,
          99, over="first"),
    Given("goes_on", ((35, 35, 30), (90, 5, 5)), "%", "P_{<second>|<first>}",
          "Chance of <second> after <first>", 0, 100, over="first second"),
    Given("draft_logit", (1.5, 0.5, 1.5, 1.0, 0), "", r"\zeta_{<word>}",
          "The draft's logit of <word>", -20, 20, places=1, over="word"),
)
DRAFTING = (
    Given("acceptance", 70, "%", r"\alpha", "Chance that a draft is accepted", 1, 99),
    replace(given(fact("models", DRAFT, "params"), "draft_params", r"N_\mathrm{d}",
                  "Parameters of the draft model", 1e6, 1e12), unit="params"),
    _drafting("layers", "draft_layers", r"L_\mathrm{d}", "Layers of the draft model", 1, 200),
    _drafting("hidden", "draft_hidden", r"h_\mathrm{d}", "Hidden size of the draft model", 64,
              65536),
    _drafting("heads", "draft_heads", r"a_\mathrm{d}", "Query heads of the draft model", 1, 256),
    _drafting("kv_heads", "draft_kv_heads", r"k_\mathrm{d}", "Key-value heads of the draft model",
              1, 256),
    _drafting("head_dim", "draft_head_dim", r"d_\mathrm{d}", "Size of its heads", 8, 512),
)
FORMATS = (
    Given("weight_bits", (16, 8, 4), "bit", "w_{<format>}", "Bits of a weight", 1, 32,
          over="format"),
    Given("scale_bits", (0, 0, 32), "bit", r"\mathrm{sc}_{<format>}",
          "Bits of the scale and least value that a group of weights shares", 0, 64,
          over="format"),
    Given("group", 128, "", r"\gamma", "Weights that share a scale", 8, 1024, integer=True),
    Given("kv_bits", (16, 8, 16), "bit", "c_{<format>}", "Bits of a cached value", 2, 32,
          over="format"),
    given(fact_of(GPU, "fp8_peak")[0], "fp8_peak", "F_8", "Dense peak of a GPU, fp8", 20, 40000,
          1),
)
PRUNING = (
    Given("kept_weights", 50, "%", r"\rho", "Weights that pruning keeps", 1, 99),
    Given("mask_bits", 1, "bit", r"b_\mathrm{mask}", "Bits that say whether a weight is kept", 0,
          8),
    Given("index_bits", 2, "bit", r"b_\mathrm{ix}",
          "Bits that say where in its group a kept weight stood", 0, 8),
    Given("taught_tokens", 200, "billion", r"D_\mathrm{d}", "Tokens that a student is taught on",
          1, 100000),
    Given("training_mfu", 40, "%", r"u_\mathrm{train}", "Model FLOPs utilization of teaching", 1,
          75),
)
MIXTURES = (
    _mixture("experts", "experts", "E_{<mixture>}", "Experts of a layer", 1024, "experts"),
    _mixture("experts_per_token", "drawn", "e_{<mixture>}", "Experts that a token is sent to", 64,
             "experts"),
    _mixture("params", "mixture_params", "N_{<mixture>}", "Parameters", 1e13, "params"),
    _mixture("active_params", "active_params", r"N^\mathrm{act}_{<mixture>}",
             "Parameters that a token uses", 1e13, "params"),
)
LATENT = (
    given(fact("models", "DeepSeek-V3", "layers"), "latent_layers", r"L_\mathrm{lat}",
          "Layers of the model with latent attention", 1, 200, integer=True),
    given(fact("models", "DeepSeek-V3", "kv_lora_rank"), "latent_rank", r"r_\mathrm{lat}",
          "Rank of the latent", 1, 8192, integer=True),
    given(fact("models", "DeepSeek-V3", "qk_rope_head_dim"), "rope_dim", r"d_\mathrm{rope}",
          "Size of the rotary key beside it", 1, 1024, integer=True),
)
ADAPTERS = (
    Given("rank", 16, "", "r", "Rank of an adapter", 1, 1024, integer=True),
    Given("tenants", 200, "", "A", "Adapters that are served", 1, 100000, integer=True),
)
WANTED = (
    Given("lot", 1000, "requests", "n_C", "Requests of a lot, to have a price to compare", 1,
          1000000, integer=True),
    Given("wanted_first", 300, "ms", r"t_{1,\mathrm{want}}",
          "Wait for the first token that users would accept", 10, 60000),
    Given("wanted_gap", 40, "ms", r"g_\mathrm{want}", "Longest gap between tokens that they would",
          1, 10000),
    Given("wanted_price", 1.2, "USD", r"C_\mathrm{want}", "What a lot of requests may cost", 0.01,
          1000, places=2),
)
LOAD = Given("load", 40, "%", r"\ell", "Mean load of a node over a day", 1, 100)
# fmt: on
