"""Inside the forward pass as a graph: every number of the chapter, in the order of its steps.

One request, a prompt and an answer, is followed through one node: what its tokens multiply by and
read, what a step takes at every `batch` as more is `counted`, what fits, what scheduling, the
prefix cache, drafts and smaller numbers save, to the price of the request and of the fleet. The
design's own batch has figures of its own (`step`); the same swept over `batch` ends in `_at`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from worked.declare import derived, must, partial, shown, signed, step, steps, verdict
from worked.figures import Choice, Derived, Graph, Key, Knob, Requirement, label
from worked.figures.kinds import Wire
from worked.formulas import compute, cost, memory, parallelism, rows, serving
from worked.forward_pass import givens, records
from worked.forward_pass.pictures import PICTURES
from worked.givens.gpus import gpu_settings

__all__ = ["GRAPH", "PICTURES"]

NO_ROOM = (
    "the weights take {weight_bytes}, and the node has {usable} for them and the caches: take more "
    "GPUs, narrower weights or a smaller model",
    "fits",
)
TOO_MANY = (
    "the node holds {sequences} of the whole length, not {batch_size}: take a smaller "
    "batch, a shorter request or more GPUs",
    "fit",
)
NOT_SPLIT = ("{heads} query heads do not divide by {gpus}", "divide")
NOT_GROUPED = ("{heads} query heads do not divide by {kv_heads} key-value heads", "divide")
NOT_DRAWN = ("no word is left: the schema has to allow one", "some")
NOT_SHARED = (
    "{kv_heads} key-value heads and {gpus}: one number has to divide the other, so that every GPU "
    "has as many heads",
    "divide",
)
WAITS = ("waits for arithmetic", "waits for memory")
FITS, PAYS = ("does not fit", "fits"), ("keeps more", "keeps no more")

MULTIPLIED = {
    "attention": "piece_params[piece=attention]",
    "feed_forward": "piece_params[piece=feed-forward]",
    "output_head": "piece_params[piece=output-head]",
}
FULL = "counted=all-reduces-too"
COMPUTING = f"computing[{FULL}]"
RATE = {"bandwidth": "bandwidth[counted=achieved-rates]"}
SWEPT: set[str] = set()


def swept(
    name: str, formula: Callable[..., Any], how: shown, over: str = "", **inputs: str | Wire
) -> tuple[Derived, Derived]:
    """Return a figure at the design's own batch, and the same at every batch, its name with _at.

    `batch` is the batch; what is swept itself comes from its own sweep.
    """
    SWEPT.add(name)
    own = derived(name, formula, over, **inputs)
    takes = {p: inputs.get(p, p) for p in own.parameters}
    at: dict[str, str | Wire] = {}
    for parameter, taken in takes.items():
        base, bracket, rest = str(taken).partition("[")
        if base == "batch":
            inputs[parameter], at[parameter] = "batch_size", label("batch")
        elif base in SWEPT:
            at[parameter] = f"{base}_at{bracket}{rest}"
        elif parameter in inputs:
            at[parameter] = inputs[parameter]
    every = derived(f"{name}_at", formula, f"{over} batch".strip(), **at)
    return (
        replace(own, inputs=inputs) | how,
        every
        | replace(how, label=f"{how.label}, <batch> together", symbol=f"{how.symbol}(<batch>)"),
    )


ENDGAME = steps(
    step("endgame", "Why inference is the endgame"),
    *givens.DEMAND,
    derived("request_tokens", serving.request_tokens)
    | shown("Tokens of a request", "T", 0, "tokens"),
    derived("query_rate", serving.query_rate)
    | shown("Queries a second", r"\lambda", 0, "queries/s"),
    derived("token_rate", serving.token_rate) | shown("Tokens of all queries", "r", 0, "Mtoken/s"),
    derived("served", serving.served_tokens, seconds="horizon")
    | shown("Tokens served in the time looked at", r"r t_\mathrm{look}", 1, "trillion"),
    derived("parity", serving.parity_seconds, "run")
    | shown("Time until as many tokens were served, <run> run", r"t_{<run>}", 2, "day"),
    derived("flop_parity", serving.flop_parity_seconds, "run")
    | shown("Time until as many FLOPs were spent, <run> run", r"t^F_{<run>}", 1, "day"),
    derived("flop_ratio", rows.ratio, part="flop_parity[run=shorter]", whole="parity[run=shorter]")
    | shown("Work of training on a token over that of serving it", r"t^F/t", 0, "×"),
    derived("served_over_trained", serving.served_over_trained, "run", seconds="horizon")
    | shown("Tokens served in that time over those trained on, <run> run", r"R_{<run>}", 2, "×"),
    derived("heavy_query_rate", serving.query_rate, queries="heavy_queries")
    | shown("Queries a second if all were heavy users", r"\lambda_h", 0, "queries/s"),
    derived("heavy_token_rate", serving.token_rate, query_rate="heavy_query_rate")
    | shown("Tokens of all queries if all were heavy users", "r_h", 0, "Mtoken/s"),
    derived(
        "heavy_over_trained",
        serving.served_over_trained,
        "run",
        token_rate="heavy_token_rate",
        seconds="horizon",
    )
    | shown(
        "Tokens served to heavy users over those trained on, <run> run", r"R^h_{<run>}", 0, "×"
    ),
)

TOKEN = steps(
    step("token", "One token's path"),
    *givens.SHAPE,
    derived("piece_params", serving.parameters_by_piece, "piece")
    | shown("Parameters: <piece>", "N_{<piece>}", 2, "billion"),
    derived("params", serving.all_parameters) | shown("Parameters of the model", "N", 0, "params"),
    givens.ROUND,
    derived("exact_over_round", rows.ratio, part="params", whole="round_params")
    | shown("Exact count over the round one", r"N/N_\circ", 4, "×"),
    derived("multiplied", serving.multiplied_parameters, **MULTIPLIED)
    | shown("Parameters that a token is multiplied by", r"N_\times", 0, "params"),
    derived("token_flops", serving.token_flops)
    | shown("FLOPs of a token's products with weights", r"f", 1, "GFLOP"),
    givens.WEIGHT,
    derived("weight_bytes", memory.tensor_bytes, bytes_per_value="weight_width")
    | shown("Bytes of all weights", "W", 1, "GB"),
    derived(
        "weights_read", memory.tensor_bytes, params="multiplied", bytes_per_value="weight_width"
    )
    | shown("Bytes of weights that a step reads", r"W_\times", 1, "GB"),
    *givens.BY_HAND,
    derived("rms", serving.root_mean_square, x="state", components="width_by_hand")
    | shown("Root mean square of the token", r"\mathrm{rms}", 4),
    signed("normed", serving.normed, "component", x="state")
    | shown("Component <component> after RMSNorm", r"\hat x_{<component>}", 3),
    derived("width_by_hand", serving.components_of)
    | shown("Components of the small head", r"d_\circ"),
    signed("score", serving.score, "key", query="question", key="offer")
    | shown("Score of token <key>", "s_{<key>}", 2),
    derived("spread", serving.score_deviation, head_dim="width_by_hand")
    | shown("What scores are divided by", r"\sqrt{d_\circ}", 2),
    signed("scaled_score", serving.scaled_score, "key")
    | shown("Score of token <key>, scaled", r"\tilde s_{<key>}", 3),
    derived("attention_on", serving.share_of_attention, "key", score="scaled_score")
    | shown("Attention on token <key>", r"\varphi_{<key>}", 3),
    derived("unscaled_attention", serving.share_of_attention, "key")
    | shown("Attention on token <key>, scores not scaled", r"\varphi'_{<key>}", 3),
    signed("attended", serving.attended, "component", value="content")
    | shown("Component <component> that attention gives", r"o_{<component>}", 3),
    derived("real_spread", serving.score_deviation)
    | shown("Standard deviation of a real head's unscaled scores", r"\sqrt{d}", 2),
)

PREFILL = steps(
    step("prefill", "Prefill"),
    *givens.NODE,
    must("heads_split", parallelism.divides, NOT_SPLIT, size="heads", parts="gpus")
    | shown("Query heads over GPUs", "v_g"),
    must("heads_grouped", parallelism.divides, NOT_GROUPED, size="heads", parts="kv_heads")
    | shown("Query heads over key-value heads", "v_k"),
    derived("prompt_flops", serving.forward_flops, tokens="prompt_tokens")
    | shown("FLOPs of the prompt's products with weights", "F_P", 1, "TFLOP"),
    derived("prompt_pairs", serving.causal_pairs, tokens="prompt_tokens")
    | shown("Pairs of a token and one that it looks at", "n_P", 0),
    derived("square_pairs", serving.square_pairs, tokens="prompt_tokens")
    | shown("Pairs if every token looked at all", "P^2", 0),
    derived("square_excess", rows.ratio, part="square_pairs", whole="prompt_pairs")
    | shown("All pairs over those of causal attention", "P^2/n_P", 2, "×"),
    derived("prompt_attention", serving.attention_flops, pairs="prompt_pairs")
    | shown("FLOPs of the prompt's attention", "A_P", 2, "TFLOP"),
    derived("prefill_flops", serving.both, one="prompt_flops", other="prompt_attention")
    | shown("FLOPs of prefill", "F", 1, "TFLOP"),
    derived("attention_share", rows.ratio, part="prompt_attention", whole="prompt_flops")
    | shown("Attention over products with weights", "A_P/F_P", 1, "%"),
    derived("product_rate", serving.counted_rate, "counted", rate="peak_flops", share="mfu")
    | shown("FLOP/s of a GPU: <counted>", "F_{<counted>}", 1, "TFLOP/s"),
    derived("prefill_products", serving.product_seconds, "counted", flops="prefill_flops")
    | shown("Products of prefill: <counted>", r"t^\times_{<counted>}", 1, "ms"),
    *givens.LINKS,
    derived("prefill_sent", serving.all_reduce_sent, tokens="prompt_tokens")
    | shown("Bytes that a GPU sends in one all-reduce of prefill", r"V_P", 1, "MB"),
    derived("prefill_all_reduces", serving.all_reduces_seconds, sent="prefill_sent")
    | shown("All-reduces of prefill", r"t^\leftrightarrow_P", 1, "ms"),
    derived("prefill_waiting", serving.counted_wait, "counted", seconds="prefill_all_reduces")
    | shown("All-reduces of prefill: <counted>", r"t^\leftrightarrow_{P,<counted>}", 1, "ms"),
    derived(
        "prefill",
        serving.step_seconds,
        "counted",
        reading="weight_time",
        computing="prefill_products",
        waiting="prefill_waiting",
    )
    | shown("Prefill: <counted>", "t_{P,<counted>}", 1, "ms"),
    derived(
        "waiting_over_products",
        rows.ratio,
        part="prefill_all_reduces",
        whole=f"prefill_products[{FULL}]",
    )
    | shown("All-reduces over products in prefill", r"t^\leftrightarrow_P/t^\times", 0, "%"),
    derived("pairs_of", serving.causal_pairs, "context", tokens=label("context"))
    | shown("Pairs in a prompt of <context> tokens", "n_{<context>}", 0),
    derived("flops_of", serving.forward_flops, "context", tokens=label("context"))
    | shown("Products with weights for a prompt of <context> tokens", "F_{<context>}", 0, "TFLOP"),
    derived("attention_of", serving.attention_flops, "context", pairs="pairs_of")
    | shown("Attention for a prompt of <context> tokens", "A_{<context>}", 0, "TFLOP"),
    derived("attention_share_of", rows.ratio, "context", part="attention_of", whole="flops_of")
    | shown("Attention over products, <context> tokens", "A_{<context>}/F_{<context>}", 1, "%"),
    derived("crossover", serving.crossover_tokens)
    | shown("Prompt whose attention costs as much as its products", "P^*", 0, "tokens"),
    *records.LINKED,
)

DECODE = steps(
    step("decode", "Decode, and the ridge"),
    derived("decode_steps", serving.decode_steps)
    | shown("Decode steps of a request", "n_O", 0, "steps"),
    givens.ACHIEVED,
    derived(
        "bandwidth",
        serving.counted_rate,
        "counted",
        rate="memory_bandwidth",
        share="bandwidth_share",
    )
    | shown("Memory bandwidth of a GPU: <counted>", r"\beta_{<counted>}", 2, "TB/s"),
    derived("weight_time", serving.read_seconds, "counted", read_bytes="weights_read")
    | shown("Reading the weights: <counted>", r"t^W_{<counted>}", 3, "ms"),
    derived("token_products", serving.product_seconds, "counted", flops="token_flops")
    | shown("Products of one token: <counted>", r"t^f_{<counted>}", 1, "µs"),
    derived(
        "reading_over_computing",
        rows.ratio,
        part="weight_time[counted=data-sheet]",
        whole="token_products[counted=data-sheet]",
    )
    | shown("Reading over computing, one sequence", r"t^W/t^f", 0, "×"),
    derived("decode_intensity", serving.intensity, flops="token_flops", moved_bytes="weights_read")
    | shown("FLOPs for each byte of weights, one sequence", "I_1", 2, "FLOP/B"),
    derived(
        "prefill_intensity", serving.intensity, flops="prompt_flops", moved_bytes="weights_read"
    )
    | shown("FLOPs for each byte of weights in prefill", "I_P", 0, "FLOP/B"),
    derived("ridge", serving.ridge) | shown("The ridge", r"I^*", 1, "FLOP/B"),
    givens.SPARSITY,
    derived("sparse_ridge", compute.scaled, value="ridge", factor="sparsity_factor")
    | shown("The ridge that the sparse peak would have", r"\varsigma I^*", 1, "FLOP/B"),
    derived("ridge_tokens", serving.ridge_tokens, width="weight_width")
    | shown("Tokens in a pass at the ridge", "B^*", 1, "tokens"),
    *records.ROOFLINE,
)

CACHE = steps(
    step("cache", "The key-value cache"),
    givens.KV_VALUE,
    derived("kv_width", memory.kv_width) | shown("Width of one token's keys", r"H_{kv}d", 0),
    derived("kv_token", serving.kv_bytes_per_token) | shown("Cache of a token", r"b", 0, "B"),
    must("kv_shared", serving.shared_evenly, NOT_SHARED)
    | shown("Key-value heads over GPUs", "v_{kv}"),
    derived("kv_copies", serving.kv_copies)
    | shown("Copies of each key-value head in the node", r"c_g", 0),
    derived("kv_read", compute.scaled, value="kv_token", factor="kv_copies")
    | shown("Cache of a token, all copies", r"b_g", 0, "B"),
    derived("kv_sequence", serving.sequence_bytes, tokens="request_tokens")
    | shown("Cache of a whole request", "b_T", 3, "GB"),
    derived("kv_over_weights", rows.ratio, part="kv_sequence", whole="weight_bytes")
    | shown("Cache of a request over the weights", "b_T/W", 2, "%"),
    derived("heads_kept", serving.heads_kept, "sharing")
    | shown("Heads kept: <sharing>", "H_{<sharing>}", 0),
    derived("width_of", memory.kv_width, "sharing", kv_heads="heads_kept")
    | shown("Width of a token's keys: <sharing>", "H_{<sharing>}d", 0),
    derived("kv_of", serving.kv_bytes_per_token, "sharing", kv_width="width_of")
    | shown("Cache of a token: <sharing>", "b_{<sharing>}", 0, "B"),
    derived(
        "sequence_of", serving.sequence_bytes, "sharing", tokens="request_tokens", kv_token="kv_of"
    )
    | shown("Cache of a request: <sharing>", "b_{T,<sharing>}", 3, "GB"),
    derived("kv_context", serving.sequence_bytes, "context", tokens=label("context"))
    | shown("Cache of <context> tokens", "b_{<context>}", 2, "GB"),
    derived("decode_attention", serving.attention_flops, pairs="context_read")
    | shown("FLOPs of attention in a decode step, one sequence", "A_O", 2, "GFLOP"),
    derived("context_read", serving.mean_context)
    | shown("Tokens in the cache on the average over a request's steps", r"\bar T", 0, "tokens"),
)

SWEEP = steps(
    step("batch", "The batch sweep"),
    givens.DESIGN,
    givens.PRICE,
    *swept(
        "step_bytes",
        serving.step_bytes,
        shown("Bytes that a step reads", "V", 1, "GB"),
        batch="batch",
        context="context_read",
    ),
    derived("decode_flops", serving.both, one="token_flops", other="decode_attention")
    | shown("FLOPs of a token in decode", "f_O", 1, "GFLOP"),
    *swept(
        "step_flops",
        serving.forward_flops,
        shown("FLOPs of a step", "F_O", 2, "TFLOP"),
        token_flops="decode_flops",
        tokens="batch",
    ),
    *swept(
        "reading",
        serving.read_seconds,
        shown("Reading: <counted>", r"t^V_{<counted>}", 2, "ms"),
        "counted",
        read_bytes="step_bytes",
    ),
    *swept(
        "computing",
        serving.product_seconds,
        shown("Computing: <counted>", r"t^F_{<counted>}", 2, "ms"),
        "counted",
        flops="step_flops",
    ),
    *swept(
        "step_sent",
        serving.all_reduce_sent,
        shown("Bytes that a GPU sends in an all-reduce", "V_s", 2, "MB"),
        tokens="batch",
    ),
    *swept(
        "all_reduce",
        serving.all_reduces_seconds,
        shown("All-reduces of a step", r"t^\leftrightarrow", 2, "ms"),
        sent="step_sent",
    ),
    *swept(
        "waiting",
        serving.counted_wait,
        shown("All-reduces: <counted>", r"t^\leftrightarrow_{<counted>}", 2, "ms"),
        "counted",
        seconds="all_reduce",
    ),
    *swept(
        "step",
        serving.step_seconds,
        shown("A step: <counted>", "t_{<counted>}", 2, "ms"),
        "counted",
    ),
    *swept(
        "cache_time",
        serving.beyond,
        shown("Reading caches: <counted>", r"t^b_{<counted>}", 2, "ms"),
        "counted",
        whole="reading",
        part="weight_time",
    ),
    verdict(
        "step_waits",
        serving.waits_on_memory,
        WAITS,
        reading=f"reading[{FULL}]",
        computing=f"computing[{FULL}]",
    )
    | shown("What the design's step waits for", "v_t"),
    *swept(
        "user_rate",
        serving.token_pace,
        shown("Tokens a second that a user sees: <counted>", "u_{<counted>}", 0, "tokens/s"),
        "counted",
        seconds="step",
    ),
    *swept(
        "node_rate",
        serving.node_rate,
        shown("Tokens a second of the node: <counted>", "r_{<counted>}", 0, "tokens/s"),
        "counted",
        step_seconds="step",
        batch="batch",
    ),
    *swept(
        "token_price",
        serving.price_per_token,
        shown("Price of a decoded token: <counted>", "c_{<counted>}", 2, "USD/Mtoken"),
        "counted",
        step_seconds="step",
        batch="batch",
    ),
    givens.PATIENCE,
    derived("step_latency", serving.latency_seconds)
    | shown("Latency of a step's all-reduces", r"t^\leftrightarrow_0", 2, "ms"),
    derived(
        "batch_in_time",
        serving.batch_at_step,
        wanted="wanted_step",
        latency="step_latency",
        weight_time=f"weight_time[{FULL}]",
        one_reading=f"one_reading[{FULL}]",
        one_computing=f"one_computing[{FULL}]",
    )
    | shown("Sequences of a step that users accept", r"B_\mathrm{want}", 0, "sequences"),
)

LIMITS = steps(
    step("limits", "What batching cannot fix"),
    derived("kv_equals_weights", serving.kv_equals_weights, context="context_read")
    | shown("Batch that reads as much cache as weights", "B_W", 0, "sequences"),
    derived("attained", serving.attained_rate, reading=f"reading[{FULL}]", computing=COMPUTING)
    | shown("FLOP/s that a GPU attains in the design's step", r"F_\mathrm{att}", 1, "TFLOP/s"),
    derived("batch_products", serving.forward_flops, tokens="batch_size")
    | shown("FLOPs of the step's products with weights", "Bf", 2, "TFLOP"),
    derived(
        "attained_uncached",
        serving.attained_rate,
        step_flops="batch_products",
        reading=f"weight_time[{FULL}]",
        computing="products_time",
    )
    | shown("FLOP/s that a GPU would attain without caches", r"F^W_\mathrm{att}", 1, "TFLOP/s"),
    derived(
        "products_time",
        serving.product_seconds,
        flops="batch_products",
        product_rate=f"product_rate[{FULL}]",
    )
    | shown("Computing the step's products with weights", "t^{Bf}", 2, "ms"),
    derived("cache_intensity", serving.group_intensity)
    | shown("FLOPs for each byte of cache, at any batch", "I_c", 1, "FLOP/B"),
    derived("one_cache", serving.sequence_bytes, tokens="context_read", kv_token="kv_read")
    | shown("Cache that one more sequence reads", r"b_{\bar T}", 3, "GB"),
    derived("one_reading", serving.read_seconds, "counted", read_bytes="one_cache")
    | shown("Reading it: <counted>", r"t^b_{1,<counted>}", 1, "µs"),
    derived("one_computing", serving.product_seconds, "counted", flops="decode_flops")
    | shown("Computing one more sequence: <counted>", r"t^F_{1,<counted>}", 1, "µs"),
    derived("one_all_reduce", serving.all_reduces_added)
    | shown("All-reduces of one more sequence", r"t^\leftrightarrow_1", 1, "µs"),
    derived("one_waiting", serving.counted_wait, "counted", seconds="one_all_reduce")
    | shown(
        "All-reduces of one more sequence: <counted>", r"t^\leftrightarrow_{1,<counted>}", 1, "µs"
    ),
    derived(
        "one_more",
        serving.step_seconds,
        "counted",
        reading="one_reading",
        computing="one_computing",
        waiting="one_waiting",
    )
    | shown("What one more sequence adds to a large step: <counted>", "t_{1,<counted>}", 1, "µs"),
    derived("rate_ceiling", serving.token_pace, "counted", seconds="one_more")
    | shown(
        "Tokens a second that no batch exceeds: <counted>", r"r^\infty_{<counted>}", 0, "tokens/s"
    ),
    verdict(
        "ceiling_waits",
        serving.waits_on_memory,
        WAITS,
        "counted",
        reading="one_reading",
        computing="one_computing",
    )
    | shown("What the largest batches do: <counted>", r"v^\infty_{<counted>}"),
    derived("price_floor", serving.price_of_rate, "counted", rate="rate_ceiling")
    | shown("Price that no batch undercuts: <counted>", r"c^\infty_{<counted>}", 3, "USD/Mtoken"),
    derived(
        "reached_ridge",
        serving.ridge,
        peak_flops=f"product_rate[{FULL}]",
        memory_bandwidth=f"bandwidth[{FULL}]",
    )
    | shown("The ridge at the rates that are reached", r"I^u", 1, "FLOP/B"),
    derived(
        "reached_ridge_tokens", serving.ridge_tokens, ridge="reached_ridge", width="weight_width"
    )
    | shown("Tokens in a pass at that ridge", "B^u", 1, "tokens"),
    derived("cache_share", serving.cache_share, bytes_read="step_bytes")
    | shown("Cache over all that the design's step reads", "s_c", 0, "%"),
)

CAPACITY = steps(
    step("capacity", "Capacity and paging"),
    *givens.MEMORY,
    derived("usable", serving.usable_memory)
    | shown("Memory for weights and caches", "M_u", 0, "GB"),
    signed("cache_room", serving.cache_room) | shown("Room for caches", "M_c", 1, "GB"),
    must("weights_fit", rows.reaches, NO_ROOM, value="usable", wanted="weight_bytes")
    | shown("Whether the weights fit", "v_W"),
    derived("sequences", serving.sequences_held, tokens="request_tokens")
    | shown("Whole requests whose caches fit", "B_M", 0, "sequences"),
    must("batch_fits", rows.reaches, TOO_MANY, value="sequences", wanted="batch_size")
    | shown("Whether the design's batch fits", "v_B"),
    derived("held_of", serving.sequences_held, "context", tokens=label("context"))
    | shown("Sequences of <context> tokens that fit", "B_{<context>}", 0, "sequences"),
    partial("taken", rows.ratio, part="batch_size", whole="sequences")
    | shown("The design's batch over what fits", "B/B_M", 0, "%"),
    derived("key_count", serving.tokens_attended)
    | shown("Tokens that the small head looks at", r"n_\circ"),
    verdict("held", rows.reaches, FITS, "batch", value="sequences", wanted=label("batch"))
    | shown("Whether <batch> whole requests fit", "v_B(<batch>)"),
    derived("blocks", serving.blocks_of, tokens="request_tokens")
    | shown("Blocks of a whole request", "n_s", 0, "blocks"),
    derived("block_bytes", serving.sequence_bytes, tokens="block", kv_token="kv_read")
    | shown("Bytes of a block", "b_s", 2, "MB"),
    derived("pool_blocks", serving.sequences_held, tokens="block")
    | shown("Blocks of the pool", "n_M", 0, "blocks"),
    derived("block_waste", serving.block_waste)
    | shown("Slots of the last block left empty, mean", r"\bar e", 1, "tokens"),
    derived("waste_share", rows.ratio, part="block_waste", whole="request_tokens")
    | shown("That waste over the request", r"\bar e/T", 2, "%"),
    derived(
        "reserved_waste",
        serving.reserved_waste,
        tokens="request_tokens",
        reserved="reserved_tokens",
    )
    | shown("Waste when a stretch is reserved", "e_R", 1, "%"),
    derived("reserved_sequences", serving.sequences_held, tokens="reserved_tokens")
    | shown("Sequences that fit when each reserves a stretch", "B_R", 0, "sequences"),
    partial("paging_gain", rows.ratio, part="sequences", whole="reserved_sequences")
    | shown("Sequences paged over sequences reserved", "B_M/B_R", 1, "×"),
    *records.BLOCKS,
)

CONTINUOUS = steps(
    step("continuous", "Continuous batching"),
    givens.ANSWERS,
    derived("longest", serving.longest_answer)
    | shown("Steps of a static batch", r"O_\mathrm{max}", 0, "steps"),
    derived("useful", serving.useful_slots)
    | shown("Slots that make a token", r"\Sigma O", 0, "tokens"),
    derived("asked_count", serving.requests_asked)
    | shown("Requests of the batch", "n_i", 0, "requests"),
    derived("static_idle", serving.idle_share, steps="longest", batch="asked_count")
    | shown("Slots of a static batch that idle", "e_i", 0, "%"),
    derived("mean_answer", rows.ratio, part="useful", whole="asked_count")
    | shown("Mean answer", r"\bar O", 0, "tokens"),
    derived("static_over_full", rows.ratio, part="longest", whole="mean_answer")
    | shown("Steps of a static batch over those of full slots", r"O_\mathrm{max}/\bar O", 2, "×"),
    *records.REQUESTS,
)

CHUNKS = steps(
    step("chunks", "Prefill against decode"),
    givens.CHUNK,
    derived(
        "stalled", serving.stalled_steps, prefill=f"prefill[{FULL}]", step_seconds=f"step[{FULL}]"
    )
    | shown("Steps that everybody misses while one prompt is computed", "n_P", 1, "steps"),
    derived("free_tokens", serving.tokens_beside, "counted")
    | shown(
        "Tokens of prompts computed while a step reads: <counted>", r"C^0_{<counted>}", 0, "tokens"
    ),
    derived("mixed_flops", serving.mixed_flops, decode_flops="step_flops")
    | shown("FLOPs of a step with a chunk", "F_C", 1, "TFLOP"),
    derived(
        "mixed_computing",
        serving.product_seconds,
        flops="mixed_flops",
        product_rate=f"product_rate[{FULL}]",
    )
    | shown("Computing in a step with a chunk", "t^F_C", 1, "ms"),
    derived("mixed_tokens", serving.tokens_with_chunk, batch="batch_size")
    | shown("Tokens of a step with a chunk", "B + C", 0, "tokens"),
    derived("mixed_sent", serving.all_reduce_sent, tokens="mixed_tokens")
    | shown("Bytes that a GPU sends in an all-reduce of it", "V_C", 2, "MB"),
    derived("mixed_all_reduces", serving.all_reduces_seconds, sent="mixed_sent")
    | shown("All-reduces of a step with a chunk", r"t^\leftrightarrow_C", 2, "ms"),
    derived(
        "mixed_step",
        serving.step_seconds,
        reading=f"reading[{FULL}]",
        computing="mixed_computing",
        waiting="mixed_all_reduces",
    )
    | shown("A step with a chunk", "t_C", 1, "ms"),
    derived("chunks", serving.chunks_of) | shown("Chunks of the prompt", "n_C", 0, "chunks"),
    derived("chunked_prefill", compute.scaled, value="mixed_step", factor="chunks")
    | shown("Time to the first token in chunks", "t_{P,C}", 1, "ms"),
    *records.CHUNKED,
)

PREFIX = steps(
    step("prefix", "The prefix cache"),
    *givens.PREFIX,
    derived("fresh", serving.fresh_tokens)
    | shown("Tokens left to compute after a hit", "P_f", 0, "tokens"),
    derived("found_tokens", serving.found_tokens, fresh="fresh")
    | shown("Tokens that a hit saves", "P_S", 0, "tokens"),
    derived("hit_pairs", serving.pairs_after, tokens="prompt_tokens", cached="found_tokens")
    | shown("Pairs that are left", "n_f", 0),
    derived("hit_attention", serving.attention_flops, pairs="hit_pairs")
    | shown("FLOPs of attention after a hit", "A_f", 2, "TFLOP"),
    derived("hit_products", serving.forward_flops, tokens="fresh")
    | shown("FLOPs of products with weights after a hit", "F_f", 1, "TFLOP"),
    derived("hit_flops", serving.both, one="hit_products", other="hit_attention")
    | shown("FLOPs of prefill after a hit", "F_h", 1, "TFLOP"),
    derived(
        "hit_computing",
        serving.product_seconds,
        flops="hit_flops",
        product_rate=f"product_rate[{FULL}]",
    )
    | shown("Computing a prompt after a hit", r"t^\times_h", 1, "ms"),
    derived("hit_sent", serving.all_reduce_sent, tokens="fresh")
    | shown("Bytes that a GPU sends in an all-reduce after a hit", "V_h", 2, "MB"),
    derived("hit_all_reduces", serving.all_reduces_seconds, sent="hit_sent")
    | shown("All-reduces of prefill after a hit", r"t^\leftrightarrow_h", 1, "ms"),
    derived(
        "hit_prefill",
        serving.step_seconds,
        reading=f"weight_time[{FULL}]",
        computing="hit_computing",
        waiting="hit_all_reduces",
    )
    | shown("Prefill after a hit", "t_h", 1, "ms"),
    derived(
        "mean_prefill",
        serving.expected_seconds,
        hit_seconds="hit_prefill",
        miss_seconds=f"prefill[{FULL}]",
    )
    | shown("Mean prefill with the cache", r"\bar t_P", 1, "ms"),
    derived("prefix_bytes", serving.sequence_bytes, tokens="shared_tokens", kv_token="kv_read")
    | shown("Cache of the shared tokens", "b_S", 3, "GB"),
    derived("sharing_sequences", serving.sequences_sharing)
    | shown("Requests that fit when they share those blocks", "B_S", 0, "sequences"),
    derived("idle_room", serving.idle_room)
    | shown("Room that the design's batch leaves", "M_i", 1, "GB"),
    derived("prefixes", serving.sequences_held, cache_room="idle_room", tokens="shared_tokens")
    | shown("Prefixes that fit into that room", "n_S", 0),
    *records.SHARED,
)

SPECULATION = steps(
    step("speculation", "Choosing words, and guessing them"),
    *givens.DECODING,
    derived("chance_of", serving.tempered, "word")
    | shown("Chance of <word>", "p_{<word>}", 1, "%"),
    derived("likeliest", serving.greedy) | shown("Word that greedy decoding takes", "w^*"),
    derived("place_of", serving.place_in_order, "word", chance="chance_of")
    | shown("Place of <word>, likeliest first", "j_{<word>}"),
    derived("before_it", serving.chance_before, "word", chance="chance_of")
    | shown("Chance of words likelier than <word>", "P_{<word>}", 1, "%"),
    derived("top_k_chance", serving.top_k_chance, "word", chance="chance_of")
    | shown("Chance of <word> under top-k", "p^k_{<word>}", 1, "%"),
    derived("top_p_chance", serving.top_p_chance, "word", chance="chance_of", before="before_it")
    | shown("Chance of <word> under top-p", "p^p_{<word>}", 1, "%"),
    must("some_allowed", serving.any_allowed, NOT_DRAWN)
    | shown("Words that the schema allows", "v_g"),
    partial("masked_chance", serving.masked_chance, "word", chance="chance_of")
    | shown("Chance of <word> under the schema", "p^g_{<word>}", 1, "%"),
    derived("path_chance", serving.chance_of_path, "first second")
    | shown("Chance of <first> <second>", "P_{<first><second>}", 1, "%"),
    derived("greedy_path", serving.greedy_path)
    | shown("Chance of the greedy answer", "P_g", 1, "%"),
    derived("best_path", serving.best_path) | shown("Chance of the best answer", "P_b", 1, "%"),
    derived("draft_chance", serving.tempered, "word", logit="draft_logit")
    | shown("The draft's chance of <word>", "q_{<word>}", 1, "%"),
    derived("accepted", serving.overlap, target="chance_of", draft="draft_chance")
    | shown("Chance that a draft of this word is accepted", "a", 1, "%"),
    partial("residual", serving.residual, "word", target="chance_of", draft="draft_chance")
    | shown("Chance of <word> once a draft is turned down", "r_{<word>}", 1, "%"),
    *givens.DRAFTING,
    derived(
        "round_tokens",
        serving.tokens_per_round,
        "chance drafted",
        acceptance="chance_number",
        drafted=label("drafted"),
    )
    | shown(
        "Tokens of a round at <chance> % with <drafted> drafted",
        "E_{<chance>,<drafted>}",
        2,
        "tokens",
    ),
    derived("chance_number", serving.hundredths, "chance", percent=label("chance"))
    | shown("Acceptance <chance> %", r"\alpha_{<chance>}", 0, "%"),
    derived("tokens_by_drafts", serving.tokens_per_round, "drafted", drafted=label("drafted"))
    | shown("Tokens of a round, <drafted> drafts", "E_{<drafted>}", 2, "tokens"),
    derived("redrawn", serving.redrawn, "word", target="chance_of", draft="draft_chance")
    | shown("Chance of <word> if drawn from the target again", "r'_{<word>}", 1, "%"),
    derived("counted_singly", serving.tokens_counted_singly, "drafted", drafted=label("drafted"))
    | shown("Tokens of a round as often counted, <drafted> drafts", "E'_{<drafted>}", 2, "tokens"),
    derived(
        "draft_multiplied", serving.without_look_up, params="draft_params", hidden="draft_hidden"
    )
    | shown(
        "Parameters of the draft that a token is multiplied by",
        r"N_{\times\mathrm{d}}",
        2,
        "billion",
    ),
    derived(
        "draft_read", memory.tensor_bytes, params="draft_multiplied", bytes_per_value="weight_width"
    )
    | shown("Bytes of weights that a draft's step reads", r"W_\mathrm{d}", 1, "GB"),
    derived("draft_kv_width", memory.kv_width, kv_heads="draft_kv_heads", head_dim="draft_head_dim")
    | shown("Width of the draft's keys", r"(H_{kv}d)_\mathrm{d}", 0),
    derived(
        "draft_kv", serving.kv_bytes_per_token, layers="draft_layers", kv_width="draft_kv_width"
    )
    | shown("The draft's cache of a token", r"b_\mathrm{d}", 0, "B"),
    derived("draft_copies", serving.kv_copies, kv_heads="draft_kv_heads")
    | shown("Copies of the draft's key-value heads in the node", r"c_\mathrm{d}", 0),
    derived("draft_kv_read", compute.scaled, value="draft_kv", factor="draft_copies")
    | shown("The draft's cache of a token, all copies", r"b_{g\mathrm{d}}", 0, "B"),
    derived("draft_products", serving.token_flops, multiplied="draft_multiplied")
    | shown("FLOPs of a token's products with the draft's weights", r"f_\mathrm{d}", 1, "GFLOP"),
    derived(
        "draft_attention",
        serving.attention_flops,
        layers="draft_layers",
        heads="draft_heads",
        head_dim="draft_head_dim",
        pairs="context_read",
    )
    | shown("FLOPs of the draft's attention in a step, one sequence", r"A_\mathrm{d}", 2, "GFLOP"),
    derived("draft_token_flops", serving.both, one="draft_products", other="draft_attention")
    | shown("FLOPs of a token of the draft", r"f_{O\mathrm{d}}", 1, "GFLOP"),
    *swept(
        "draft_bytes",
        serving.step_bytes,
        shown("Bytes that a draft's step reads", r"V_\mathrm{d}", 1, "GB"),
        weights_read="draft_read",
        batch="batch",
        context="context_read",
        kv_read="draft_kv_read",
    ),
    *swept(
        "draft_reading",
        serving.read_seconds,
        shown("Reading in a draft's step", r"t^V_\mathrm{d}", 2, "ms"),
        read_bytes="draft_bytes",
        **RATE,
    ),
    *swept(
        "draft_flops",
        serving.forward_flops,
        shown("FLOPs of a draft's step", r"F_\mathrm{d}", 2, "TFLOP"),
        token_flops="draft_token_flops",
        tokens="batch",
    ),
    *swept(
        "draft_computing",
        serving.product_seconds,
        shown("Computing in a draft's step", r"t^F_\mathrm{d}", 2, "ms"),
        flops="draft_flops",
        product_rate=f"product_rate[{FULL}]",
    ),
    *swept(
        "draft_sent",
        serving.all_reduce_sent,
        shown("Bytes sent in an all-reduce of the draft", r"V_{s\mathrm{d}}", 2, "MB"),
        tokens="batch",
        hidden="draft_hidden",
    ),
    *swept(
        "draft_waiting",
        serving.all_reduces_seconds,
        shown("All-reduces of a draft's step", r"t^\leftrightarrow_\mathrm{d}", 2, "ms"),
        layers="draft_layers",
        sent="draft_sent",
    ),
    *swept(
        "draft_step",
        serving.step_seconds,
        shown("A draft's step", r"t_\mathrm{d}", 2, "ms"),
        reading="draft_reading",
        computing="draft_computing",
        waiting="draft_waiting",
    ),
    *swept(
        "verify_tokens",
        serving.tokens_checked,
        shown("Tokens that the target checks, <drafted> drafts", "n_{<drafted>}", 0, "tokens"),
        "drafted",
        drafted=label("drafted"),
        batch="batch",
    ),
    *swept(
        "verify_flops",
        serving.forward_flops,
        shown("FLOPs of checking, <drafted> drafts", "F_{<drafted>}", 2, "TFLOP"),
        "drafted",
        token_flops="decode_flops",
        tokens="verify_tokens",
    ),
    *swept(
        "verify_computing",
        serving.product_seconds,
        shown("Computing in a check, <drafted> drafts", "t^F_{<drafted>}", 2, "ms"),
        "drafted",
        flops="verify_flops",
        product_rate=f"product_rate[{FULL}]",
    ),
    *swept(
        "verify_sent",
        serving.all_reduce_sent,
        shown("Bytes sent in an all-reduce of a check, <drafted> drafts", "V_{<drafted>}", 2, "MB"),
        "drafted",
        tokens="verify_tokens",
    ),
    *swept(
        "verify_waiting",
        serving.all_reduces_seconds,
        shown(
            "All-reduces of a check, <drafted> drafts", r"t^\leftrightarrow_{<drafted>}", 2, "ms"
        ),
        "drafted",
        sent="verify_sent",
    ),
    *swept(
        "verify",
        serving.step_seconds,
        shown("A check, <drafted> drafts", "t_{<drafted>}", 2, "ms"),
        "drafted",
        reading=f"reading[{FULL}]",
        computing="verify_computing",
        waiting="verify_waiting",
    ),
    *swept(
        "round_time",
        serving.round_seconds,
        shown("A round, <drafted> drafts", r"\Theta_{<drafted>}", 2, "ms"),
        "drafted",
        drafted=label("drafted"),
        verifying="verify",
    ),
    *swept(
        "speedup",
        serving.speedup_of_round,
        shown("Gain, <drafted> drafted", "S_{<drafted>}", 2, "×"),
        "drafted",
        tokens="tokens_by_drafts",
        step_seconds=f"step[{FULL}]",
        round_seconds="round_time",
    ),
    *swept("best_drafts", serving.best_drafts, shown("Drafts with the largest gain", "k^*")),
    derived(
        "draft_held", memory.tensor_bytes, params="draft_params", bytes_per_value="weight_width"
    )
    | shown("Bytes of the draft's weights", r"W^\circ_\mathrm{d}", 1, "GB"),
    derived(
        "sequences_drafted",
        serving.sequences_with_draft,
        tokens="request_tokens",
        draft_kv="draft_kv_read",
    )
    | shown(
        "Whole requests that fit beside a draft and its caches", r"B_{M\mathrm{d}}", 0, "sequences"
    ),
    derived(
        "alone_speedup",
        serving.speculative_speedup,
        "drafted",
        tokens="tokens_by_drafts",
        drafted=label("drafted"),
        draft_cost="draft_cost",
    )
    | shown("Gain by the paper's formula, <drafted> drafts", r"S^\circ_{<drafted>}", 2, "×"),
    derived(
        "draft_cost", rows.ratio, part="draft_step_at[batch=1]", whole=f"step_at[{FULL}, batch=1]"
    )
    | shown("A draft's step over the target's, one sequence", "c", 3),
    *records.GUESSES,
)

FORMATS = steps(
    step("formats", "Smaller numbers"),
    *givens.FORMATS,
    derived("held_bits", serving.bits_with_scales, "format")
    | shown("Bits of a weight, its share of the scale too: <format>", "w_{<format>}", 2, "bit"),
    derived(
        "scales_over_weight",
        rows.ratio,
        part="held_bits[format=int4-weights]",
        whole="weight_bits[format=int4-weights]",
    )
    | shown("A weight of int4 with its scale over one without", r"w/w_\circ", 3, "×"),
    derived("format_peak", serving.peak_in_format, "format")
    | shown("Dense peak of a GPU: <format>", "F_{<format>}", 1, "TFLOP/s"),
    derived("format_weights", memory.tensor_bytes, "format", bytes_per_value="held_bits")
    | shown("Bytes of all weights: <format>", "W_{<format>}", 1, "GB"),
    derived(
        "format_read",
        memory.tensor_bytes,
        "format",
        params="multiplied",
        bytes_per_value="held_bits",
    )
    | shown("Bytes of weights that a step reads: <format>", r"W^\times_{<format>}", 1, "GB"),
    derived("format_kv", serving.kv_bytes_per_token, "format", kv_value_width="kv_bits")
    | shown("Cache of a token: <format>", "b_{<format>}", 0, "B"),
    derived("format_kv_read", compute.scaled, "format", value="format_kv", factor="kv_copies")
    | shown("Cache of a token, all copies: <format>", "b_{g,<format>}", 0, "B"),
    derived("format_ridge", serving.ridge, "format", peak_flops="format_peak")
    | shown("The ridge: <format>", "I^*_{<format>}", 1, "FLOP/B"),
    derived(
        "format_ridge_tokens",
        serving.ridge_tokens,
        "format",
        ridge="format_ridge",
        width="held_bits",
    )
    | shown("Tokens in a pass at the ridge: <format>", "B^*_{<format>}", 1, "tokens"),
    derived("format_rate", compute.scaled, "format", value="format_peak", factor="mfu")
    | shown("FLOP/s reached by a GPU: <format>", "F^u_{<format>}", 1, "TFLOP/s"),
    derived(
        "format_bytes",
        serving.step_bytes,
        "format batch",
        weights_read="format_read",
        batch=label("batch"),
        context="context_read",
        kv_read="format_kv_read",
    )
    | shown(
        "Bytes that a step reads: <format>, <batch> together", "V_{<format>}(<batch>)", 1, "GB"
    ),
    derived(
        "format_reading", serving.read_seconds, "format batch", read_bytes="format_bytes", **RATE
    )
    | shown("Reading: <format>, <batch> together", "t^V_{<format>}(<batch>)", 2, "ms"),
    derived(
        "format_computing",
        serving.product_seconds,
        "format batch",
        flops="step_flops_at",
        product_rate="format_rate",
    )
    | shown("Computing: <format>, <batch> together", "t^F_{<format>}(<batch>)", 2, "ms"),
    derived(
        "format_step",
        serving.step_seconds,
        "format batch",
        reading="format_reading",
        computing="format_computing",
        waiting=f"waiting_at[{FULL}]",
    )
    | shown("A step: <format>, <batch> together", "t_{<format>}(<batch>)", 2, "ms"),
    derived("format_gain", rows.ratio, "format batch", part=f"step_at[{FULL}]", whole="format_step")
    | shown(
        "Times as fast as the panel's widths: <format>, <batch> together",
        "S_{<format>}(<batch>)",
        2,
        "×",
    ),
    partial("format_room", serving.cache_room, "format", weight_bytes="format_weights")
    | shown("Room for caches: <format>", "M_{c,<format>}", 1, "GB"),
    derived(
        "format_sequences",
        serving.sequences_held,
        "format",
        cache_room="format_room",
        tokens="request_tokens",
        kv_read="format_kv_read",
    )
    | shown("Whole requests whose caches fit: <format>", "B_{M,<format>}", 0, "sequences"),
    *givens.PRUNING,
    derived("student", serving.student_parameters, output_head=MULTIPLIED["output_head"])
    | shown("Parameters that a student multiplies", r"N'_\times", 1, "billion"),
    derived("way_weights", serving.weights_of_way, "smaller")
    | shown("Bytes of weights that a step reads: <smaller>", "W_{<smaller>}", 1, "GB"),
    derived("way_width", rows.ratio, "smaller", part="way_weights", whole="multiplied")
    | shown("Bytes read for each weight: <smaller>", "w_{<smaller>}", 3, "B"),
    derived("way_kv", serving.depth_of_way, "smaller", whole="kv_read")
    | shown("Cache of a token: <smaller>", "b_{<smaller>}", 0, "B"),
    derived(
        "way_bytes",
        serving.step_bytes,
        "smaller",
        weights_read="way_weights",
        batch="batch_size",
        context="context_read",
        kv_read="way_kv",
    )
    | shown("Bytes that the design's step reads: <smaller>", "V_{<smaller>}", 1, "GB"),
    derived("way_reading", serving.read_seconds, "smaller", read_bytes="way_bytes", **RATE)
    | shown("Reading: <smaller>", "t^V_{<smaller>}", 2, "ms"),
    derived("attention_of_step", serving.beyond, whole="step_flops", part="batch_products")
    | shown("FLOPs of the step's attention", "BA_O", 2, "TFLOP"),
    derived(
        "way_flops",
        serving.flops_of_way,
        "smaller",
        products="batch_products",
        attention="attention_of_step",
    )
    | shown("FLOPs of the design's step: <smaller>", "F_{<smaller>}", 2, "TFLOP"),
    derived(
        "way_computing",
        serving.product_seconds,
        "smaller",
        flops="way_flops",
        product_rate=f"product_rate[{FULL}]",
    )
    | shown("Computing: <smaller>", "t^F_{<smaller>}", 2, "ms"),
    derived("way_waiting", serving.depth_of_way, "smaller", whole="all_reduce")
    | shown("All-reduces: <smaller>", r"t^\leftrightarrow_{<smaller>}", 2, "ms"),
    derived(
        "way_step",
        serving.step_seconds,
        "smaller",
        reading="way_reading",
        computing="way_computing",
        waiting="way_waiting",
    )
    | shown("The design's step: <smaller>", "t_{<smaller>}", 2, "ms"),
    derived("way_layers", rows.ratio, part="way_kv[smaller=distilled]", whole="kv_read")
    | shown("Layers of the student over the model's", r"L'/L", 0, "%"),
    derived("teaching_flops", serving.teaching_flops)
    | shown("FLOPs of teaching a student", r"F_\mathrm{teach}", 0, "EFLOP"),
    derived("teaching_rate", compute.scaled, value="peak_flops", factor="training_mfu")
    | shown("FLOP/s of a GPU that teaches", r"F_\mathrm{t}", 1, "TFLOP/s"),
    derived("teaching_time", serving.gpu_seconds, flops="teaching_flops", rate="teaching_rate")
    | shown("GPU-hours of teaching", r"T_\mathrm{teach}", 0, "GPU·h"),
    derived("teaching_cost", cost.cost, gpu_seconds="teaching_time")
    | shown("What teaching costs", r"C_\mathrm{teach}", 0, "USD"),
    *records.NARROWED,
)

EXPERTS = steps(
    step("experts", "Experts, latent attention, adapters"),
    *givens.MIXTURES,
    derived(
        "touched", serving.distinct_drawn, "mixture batch", kinds="experts", batch=label("batch")
    )
    | shown(
        "Experts of a layer that <batch> together touch: <mixture>",
        "E_{<mixture>}(<batch>)",
        1,
        "experts",
    ),
    derived("touched_share", rows.ratio, "mixture batch", part="touched", whole="experts")
    | shown(
        "Share of the experts that <batch> together touch: <mixture>",
        "E_{<mixture>}(<batch>)/E",
        0,
        "%",
    ),
    derived(
        "expert_params",
        serving.expert_parameters,
        "mixture",
        params="mixture_params",
        active="active_params",
    )
    | shown("Parameters of an expert of every layer: <mixture>", "N^e_{<mixture>}", 2, "billion"),
    derived(
        "touched_params",
        serving.parameters_touched,
        "mixture batch",
        active="active_params",
        expert="expert_params",
    )
    | shown(
        "Parameters that a step reads, <batch> together: <mixture>",
        "N_{<mixture>}(<batch>)",
        1,
        "billion",
    ),
    derived(
        "touched_over_active",
        rows.ratio,
        "mixture batch",
        part="touched_params",
        whole="active_params",
    )
    | shown(
        "Parameters read over those of a token, <batch> together: <mixture>",
        r"N_{<mixture>}(<batch>)/N^\mathrm{act}",
        1,
        "×",
    ),
    *givens.LATENT,
    derived("latent_kv", serving.latent_kv_bytes, width="kv_value_width")
    | shown("Latent cache of a token", r"b_\mathrm{lat}", 0, "B"),
    derived("latent_gain", rows.ratio, part="kv_token", whole="latent_kv")
    | shown("The model's cache over the latent one", r"b/b_\mathrm{lat}", 1, "×"),
    derived("latent_node", compute.scaled, value="latent_kv", factor="gpus")
    | shown("Latent cache of a token when every GPU keeps it whole", r"b_{g,\mathrm{lat}}", 0, "B"),
    verdict("latent_pays", rows.reaches, PAYS, value="kv_read", wanted="latent_node")
    | shown("Latent attention under tensor parallelism, in memory", "v_l"),
    *givens.ADAPTERS,
    derived("adapter_params", serving.adapter_parameters)
    | shown("Parameters of an adapter", "N_r", 0, "params"),
    derived(
        "adapter_bytes",
        memory.tensor_bytes,
        params="adapter_params",
        bytes_per_value="weight_width",
    )
    | shown("Bytes of an adapter", "W_r", 0, "MB"),
    derived("adapters_bytes", compute.scaled, value="adapter_bytes", factor="tenants")
    | shown("Bytes of all adapters", "AW_r", 1, "GB"),
    derived("merged_bytes", compute.scaled, value="weight_bytes", factor="tenants")
    | shown("Bytes if each were merged into a model of its own", "AW", 1, "TB"),
    derived("adapters_touched", serving.distinct_adapters, batch="batch_size")
    | shown("Adapters that the design's batch touches", "A_B", 1, "adapters"),
    derived("adapters_read", compute.scaled, value="adapter_bytes", factor="adapters_touched")
    | shown("Bytes of adapters that a step reads", r"V_r", 1, "GB"),
    derived("adapters_over_step", rows.ratio, part="adapters_read", whole="step_bytes")
    | shown("Adapters over all else that a step reads", "V_r/V", 1, "%"),
    derived("adapter_flops", rows.ratio, part="adapter_params", whole="multiplied")
    | shown("FLOPs of an adapter over the model's", r"N_r/N_\times", 2, "%"),
)

REQUEST = steps(
    step("price", "The price of a request"),
    *givens.WANTED,
    *swept(
        "decode_time",
        serving.decode_share_seconds,
        shown("Node's time for decoding a request: <counted>", r"\Omega_{O,<counted>}", 1, "ms"),
        "counted",
        step_seconds="step",
        batch="batch",
    ),
    *swept(
        "node_time",
        serving.both,
        shown("Node's time for a request: <counted>", r"\Omega_{<counted>}", 1, "ms"),
        "counted",
        one="prefill",
        other="decode_time",
    ),
    *swept(
        "request_price",
        serving.lot_price,
        shown("Price of a lot of requests: <counted>", "C_{<counted>}", 2, "USD"),
        "counted",
        node_seconds="node_time",
    ),
    *swept(
        "prefill_share",
        rows.ratio,
        shown("Prefill's share of the bill: <counted>", "s_{P,<counted>}", 0, "%"),
        "counted",
        part="prefill",
        whole="node_time",
    ),
    *swept(
        "overlapped",
        serving.overlapped_seconds,
        shown(
            "Least node's time for a request, prompts packed beside reading",
            r"\Omega_\mathrm{min}",
            1,
            "ms",
        ),
        prefill_computing=f"prefill_products[{FULL}]",
        prefill_waiting="prefill_all_reduces",
        reading=f"reading[{FULL}]",
        computing=f"computing[{FULL}]",
        waiting="all_reduce",
        batch="batch",
    ),
    derived("stay", compute.scaled, value=f"node_time[{FULL}]", factor="batch_size")
    | shown("First to last token when the node never rests", r"t_\mathrm{full}", 1, "s"),
    derived("full_gap", rows.ratio, part="stay", whole="decode_steps")
    | shown("Mean gap between tokens then", r"g_\mathrm{full}", 1, "ms"),
    derived("input_price", serving.price_of_input, "counted")
    | shown("Price of a prompt's token: <counted>", "c_{P,<counted>}", 3, "USD/Mtoken"),
    derived("out_over_in", rows.ratio, "counted", part="token_price", whole="input_price")
    | shown("Price of a token written over one read: <counted>", "c/c_P", 1, "×"),
    derived("last_token", serving.latency, prefill=f"prefill[{FULL}]", step_seconds=f"step[{FULL}]")
    | shown("Time to the last token, no queue", "t_O", 1, "s"),
)

FLEET = steps(
    step("fleet", "The fleet"),
    givens.LOAD,
    derived("busy_nodes", serving.busy_nodes, "counted", node_seconds="node_time")
    | shown("Nodes busy at every moment: <counted>", "n_{<counted>}", 0, "nodes"),
    derived("busy_gpus", compute.scaled, "counted", value="busy_nodes", factor="gpus")
    | shown("GPUs busy at every moment: <counted>", "G_{<counted>}", 0, "GPUs"),
    derived("fleet_nodes", serving.nodes_at_load, "counted", busy="busy_nodes")
    | shown("Nodes at that load: <counted>", "n^\\ell_{<counted>}", 0, "nodes"),
    derived("fleet_gpus", compute.scaled, "counted", value="fleet_nodes", factor="gpus")
    | shown("GPUs of the fleet: <counted>", "G^\\ell_{<counted>}", 0, "GPUs"),
    derived("fleet_price", cost.cost, "counted", gpu_seconds="fleet_gpus")
    | shown("Price of the fleet: <counted>", "C_{<counted>}", 0, "USD/day"),
    derived("query_price", serving.fleet_query_price, "counted", fleet_price="fleet_price")
    | shown("Price of a query, idle time paid: <counted>", "c_{q,<counted>}", 3, "USD"),
    derived("paid_over_busy", rows.ratio, part=f"fleet_gpus[{FULL}]", whole=f"busy_gpus[{FULL}]")
    | shown("GPUs paid for over GPUs busy", r"G^\ell/G", 2, "×"),
    derived("decode_only_nodes", serving.busy_nodes, node_seconds=f"decode_time[{FULL}]")
    | shown("Nodes that a count of decoding alone finds", r"n_O", 0, "nodes"),
    derived("missed", rows.ratio, part=f"busy_nodes[{FULL}]", whole="decode_only_nodes")
    | shown("Nodes over those of decoding alone", "n/n_O", 2, "×"),
    derived(
        "sheet_missed",
        rows.ratio,
        part=f"busy_nodes[{FULL}]",
        whole="busy_nodes[counted=data-sheet]",
    )
    | shown("Nodes over those of the data sheet", r"n/n_{\mathrm{sheet}}", 2, "×"),
    derived(
        "teach_requests",
        serving.requests_to_repay,
        cost="teaching_cost",
        query_price=f"query_price[{FULL}]",
    )
    | shown("Queries after which teaching has paid", r"n_\mathrm{repay}", 0, "billion"),
)

CHOICES = (
    Choice("model", "Model", givens.MODEL, givens.model_settings()),
    Choice("gpu", "GPU", givens.GPU, gpu_settings(givens.GPUS, *givens.SET_BY_GPU)),
)
ALL = (
    ENDGAME,
    TOKEN,
    PREFILL,
    DECODE,
    CACHE,
    SWEEP,
    LIMITS,
    CAPACITY,
    CONTINUOUS,
    CHUNKS,
    PREFIX,
    SPECULATION,
    FORMATS,
    EXPERTS,
    REQUEST,
    FLEET,
)
KEYS = (
    Key("served", "people * queries * horizon * request_tokens"),
    Key("weights_read", "weight_width * multiplied"),
    Key(
        "ridge",
        "peak_flops / memory_bandwidth",
        1,
        "whether prefill waits for arithmetic",
        "prompt_tokens > ridge_tokens",
        "prompt_tokens",
    ),
    Key(
        "prefill_products[counted=achieved-rates]",
        "2 * multiplied * prompt_tokens / (gpus * peak_flops * mfu)",
        2,
    ),
    Key("kv_token", "2 * layers * kv_width * kv_value_width", 2),
    Key("kv_sequence", "request_tokens * kv_token"),
    Key(
        "reading[counted=achieved-rates]",
        "(weights_read + batch_size * context_read * kv_read) / (gpus * bandwidth[counted=last])",
        2,
        "whether the design's step waits for memory",
        "step_waits",
        "batch_size",
    ),
    Key("all_reduce", "2 * layers * (hop_latency + step_sent / nvlink_bandwidth)", 2),
    Key(
        "kv_equals_weights",
        "weights_read / (context_read * kv_read)",
        2,
        "whether the design's step reads more weights than cache",
        "batch_size < kv_equals_weights",
        "batch_size",
    ),
    Key("sequences", "(usable - weight_bytes) / (request_tokens * kv_read)", 2),
    Key(
        "tokens_by_drafts[drafted=3]",
        "(1 - acceptance ** 4) / (1 - acceptance)",
        1,
        "whether drafts make the design's step faster",
        "most(speedup, drafted) > 1",
        "batch_size",
    ),
    Key(
        f"node_time[{FULL}]",
        f"prefill[{FULL}] + decode_steps * step[{FULL}] / batch_size",
        2,
        "whether prefill is most of the bill",
        f"prefill_share[{FULL}] > 0.5",
        "batch_size",
    ),
    Key(f"request_price[{FULL}]", f"lot * node_time[{FULL}] * gpus * price", 2),
    Key(f"busy_gpus[{FULL}]", f"query_rate * node_time[{FULL}] * gpus", 2),
)
KNOBS = (
    Knob("gpu"),
    Knob("gpus", (2, 4, 8, 16)),
    Knob("batch_size", (1, 8, 16, 32, 64, 128, 256)),
    Knob("weight_width", (0.5, 1, 2)),
    Knob("kv_value_width", (1, 2)),
    Knob("chunk", (128, 256, 512, 1024, 2048)),
)
REQUIREMENTS = (
    Requirement(
        "make a token of each answer within {{ wanted_step }} while no prompt is computed",
        f"step[{FULL}] <= wanted_step",
    ),
    Requirement(
        "bring the first token within {{ wanted_first }}, in chunks and with no queue",
        "chunked_prefill <= wanted_first",
    ),
    Requirement(
        "let no answer wait longer than {{ wanted_gap }} for a token", "mixed_step <= wanted_gap"
    ),
    Requirement(
        "answer {{ lot }} for at most {{ wanted_price }}",
        f"request_price[{FULL}] <= wanted_price",
    ),
)
GRAPH = Graph(
    "forward-pass",
    "Inside the forward pass",
    (s for part in ALL for s in part),
    CHOICES,
    (*givens.AXES, *records.AXES),
    KEYS,
    KNOBS,
    REQUIREMENTS,
)
