"""What serving a language model takes: FLOPs, bytes, seconds, sequences, dollars.

Symbols: L layers, h hidden size, a query heads, k key-value heads, d head size, P tokens of the
prompt, O tokens of the answer, B sequences decoded together, g GPUs that share the model by tensor
parallelism. FLOPs count a multiply and an add as two; rates are dense and one-way.
"""

from __future__ import annotations

from typing import Any

from worked.formulas.communication import all_reduce_bytes, transfer_seconds
from worked.formulas.ops import (
    along,
    at,
    ceil,
    count,
    floor,
    found,
    maximum,
    minimum,
    most,
    rank,
    renamed,
    softmax,
    sqrt,
    total,
    where,
    where_most,
)
from worked.formulas.parameters import attention_parameters, gated_mlp_parameters

# -- demand -----------------------------------------------------------------------------------


def request_tokens(prompt_tokens: Any, answer_tokens: Any) -> Any:
    """Tokens of one request, read and written."""
    return prompt_tokens + answer_tokens


def query_rate(people: Any, queries: Any) -> Any:
    """Queries a second of everybody; queries: per person and time."""
    return people * queries


def token_rate(query_rate: Any, request_tokens: Any) -> Any:
    """Tokens a second that all queries read and write."""
    return query_rate * request_tokens


def served_tokens(token_rate: Any, seconds: Any) -> Any:
    """Tokens served in a time."""
    return token_rate * seconds


def parity_seconds(training_tokens: Any, token_rate: Any) -> Any:
    """Seconds after which as many tokens were served as a training run read."""
    return training_tokens / token_rate


def flop_parity_seconds(parity: Any) -> Any:
    """Seconds after which serving has done the FLOPs of a training run.

    Training takes six FLOPs for each parameter and token, serving two, the parameters' own.
    Source: Kaplan et al. 2020, section 2.1.
    Often got wrong: the time of equal tokens taken for that of equal FLOPs.
    """
    return parity * 6 / 2


def served_over_trained(token_rate: Any, seconds: Any, training_tokens: Any) -> Any:
    """Tokens served in a time over those of a training run."""
    return served_tokens(token_rate, seconds) / training_tokens


# -- one token's path -------------------------------------------------------------------------


def parameters_by_piece(
    layers: Any,
    hidden: Any,
    heads: Any,
    kv_heads: Any,
    head_dim: Any,
    ffn: Any,
    vocab: Any,
    tied: Any,
    qkv_bias: Any,
) -> Any:
    """Parameters of each piece of a Llama-style decoder.

    A tied model's look-up table is its output head, counted there. Norms and biases are added or
    multiply one value each, they are in no matrix product.
    Source: Touvron et al. 2023 (Llama 2), section 2.2.
    """
    return along(
        "piece",
        attention=layers * attention_parameters(hidden, heads, kv_heads, head_dim),
        feed_forward=layers * gated_mlp_parameters(hidden, ffn),
        output_head=vocab * hidden,
        look_up_table=(1 - tied) * vocab * hidden,
        norms_and_biases=(2 * layers + 1) * hidden
        + layers * qkv_bias * (heads + 2 * kv_heads) * head_dim,
    )


def all_parameters(piece_params: Any) -> Any:
    """Parameters of a model, all pieces together."""
    return total(piece_params, "piece")


def multiplied_parameters(attention: Any, feed_forward: Any, output_head: Any) -> Any:
    """Parameters that a token is multiplied by: all but look-ups, norms and biases.

    Source: Kaplan et al. 2020, section 2.1, which leaves embeddings out; the output head stays,
    for it is a matrix product.
    Often got wrong: the look-up table counted, of which a token reads one row.
    """
    return attention + feed_forward + output_head


def without_look_up(params: Any, vocab: Any, hidden: Any) -> Any:
    """Parameters of an untied model without its look-up table; norms are too few to matter.

    A draft has the vocabulary of its target, else its tokens could not be checked.
    """
    return maximum(0, params - vocab * hidden)


def token_flops(multiplied: Any) -> Any:
    """FLOPs of a token's products with weights, a multiply and an add for each.

    Source: Kaplan et al. 2020, section 2.1.
    Often got wrong: the six of training in place of the two of a forward pass.
    """
    return 2 * multiplied


def forward_flops(token_flops: Any, tokens: Any) -> Any:
    """FLOPs of so many tokens: a prompt's, or one of every sequence of a step."""
    return token_flops * tokens


def attention_flops(layers: Any, heads: Any, head_dim: Any, pairs: Any) -> Any:
    """FLOPs of scores and of their use on values; pairs: of a query and a key it looks at.

    Two products of d multiplies and adds for each head and layer.
    Source: Chowdhery et al. 2022 (PaLM), appendix B, of which the forward pass is a third.
    Often got wrong: one of the two products forgotten (museum: karpathy/nanoGPT 456).
    """
    return 4 * layers * heads * head_dim * pairs


def causal_pairs(tokens: Any) -> Any:
    """Pairs of a token and one that it looks at: itself and all before it.

    Often got wrong: the whole square, which is about twice as much; the prompts of a step counted
    as one (museum: sgl-project/sglang 34316).
    """
    return tokens * (tokens + 1) / 2


def square_pairs(tokens: Any) -> Any:
    """Pairs of all tokens with all, those that come later too."""
    return tokens**2


def pairs_after(tokens: Any, cached: Any) -> Any:
    """Pairs that are left when the keys and values of the first tokens are in the cache.

    Often got wrong: those with tokens in the cache left out (museum: sgl-project/sglang 34298).
    """
    return causal_pairs(tokens) - causal_pairs(cached)


# -- one attention head, by hand --------------------------------------------------------------


def crossover_tokens(multiplied: Any, layers: Any, heads: Any, head_dim: Any) -> Any:
    """Tokens of a prompt whose causal attention takes as many FLOPs as its products with weights.

    A token looks at half of the prompt on the average; that it looks at itself too is left out.
    """
    return multiplied / (layers * heads * head_dim)


def root_mean_square(x: Any, components: Any) -> Any:
    """Root of the mean square of a vector's components, which RMSNorm divides by.

    Source: Zhang and Sennrich 2019, Root Mean Square Layer Normalization, equation 4.
    """
    return sqrt(total(x**2, "component") / components)


def normed(x: Any, rms: Any) -> Any:
    """Component of a vector after RMSNorm, with gains of one."""
    return x / rms


def components_of(component: Any) -> Any:
    """Number of components of a small head; component: the places of their axis."""
    return count(found(component), "component")


def tokens_attended(key: Any) -> Any:
    """Number of tokens that a small head looks at; key: the places of their axis."""
    return count(found(key), "key")


def score(query: Any, key: Any) -> Any:
    """Dot product of a query with the key of a token that it looks at."""
    return total(query * key, "component")


def score_deviation(head_dim: Any) -> Any:
    """Standard deviation of a dot product of independent components of mean 0 and variance 1.

    Source: Vaswani et al. 2017, section 3.2.1, footnote 4.
    """
    return sqrt(head_dim)


def scaled_score(score: Any, spread: Any) -> Any:
    """Score over the standard deviation that scores of its size of head have."""
    return score / spread


def share_of_attention(score: Any) -> Any:
    """Share of the attention that each token gets: the softmax of the scores.

    Source: Vaswani et al. 2017, equation 1.
    """
    return softmax(score, "key")


def attended(attention_on: Any, value: Any) -> Any:
    """Component of what attention gives: the values, weighted by their shares."""
    return total(attention_on * value, "key")


# -- prefill and decode -----------------------------------------------------------------------


def product_seconds(flops: Any, gpus: Any, product_rate: Any) -> Any:
    """Seconds of matrix products that GPUs share evenly; product_rate: FLOP/s of one."""
    return flops / (gpus * product_rate)


def all_reduce_sent(tokens: Any, hidden: Any, activation_width: Any, gpus: Any) -> Any:
    """Bytes that each GPU sends in one all-reduce over h values a token.

    Source: Patarasu and Yuan 2009.
    """
    return all_reduce_bytes(tokens * hidden * activation_width, gpus)


def all_reduces_seconds(
    layers: Any, sent: Any, gpus: Any, nvlink_bandwidth: Any, hop_latency: Any
) -> Any:
    """Seconds of a forward pass's all-reduces under tensor parallelism, not overlapped.

    Two a layer, after attention and after the feed-forward block; hop_latency: of one of them.
    A single GPU has none.
    Source: Shoeybi et al. 2019 (Megatron-LM), section 3.
    Often got wrong: left out, so that tensor parallelism divides all by the GPUs.
    """
    once = hop_latency + transfer_seconds(sent, nvlink_bandwidth)
    return where(gpus > 1, 2 * layers * once, 0 * once)


def latency_seconds(layers: Any, gpus: Any, hop_latency: Any) -> Any:
    """Seconds of a pass's all-reduces that no byte causes: two latencies a layer."""
    return where(gpus > 1, 2 * layers * hop_latency, 0 * hop_latency)


def all_reduces_added(
    layers: Any, hidden: Any, activation_width: Any, gpus: Any, nvlink_bandwidth: Any
) -> Any:
    """Seconds that one more token adds to a pass's all-reduces: its bytes, for latency is paid."""
    return 2 * layers * all_reduce_bytes(hidden * activation_width, gpus) / nvlink_bandwidth


def counted_rate(rate: Any, share: Any) -> Any:
    """Rate by what is counted: the data sheet's, or the share of it that is reached."""
    return along(
        "counted", data_sheet=rate, achieved_rates=rate * share, all_reduces_too=rate * share
    )


def counted_wait(seconds: Any) -> Any:
    """Seconds of all-reduces, by what is counted: they are only in the last."""
    return along("counted", data_sheet=0 * seconds, achieved_rates=0 * seconds,
                 all_reduces_too=seconds)  # fmt: skip


def read_seconds(read_bytes: Any, gpus: Any, bandwidth: Any) -> Any:
    """Seconds to read bytes that are spread evenly over GPUs' memories."""
    return read_bytes / (gpus * bandwidth)


def intensity(flops: Any, moved_bytes: Any) -> Any:
    """FLOPs done for each byte that is moved.

    Source: Williams et al. 2009 (Roofline), section 2.
    """
    return flops / moved_bytes


def ridge(peak_flops: Any, memory_bandwidth: Any) -> Any:
    """FLOPs a byte at which computing takes as long as reading.

    Source: Williams et al. 2009 (Roofline), section 2.
    Often got wrong: the peak with sparsity, twice the dense one (museum: deepseek-ai/FlashMLA
    75).
    """
    return peak_flops / memory_bandwidth


def ridge_tokens(ridge: Any, width: Any) -> Any:
    """Tokens in a forward pass at which its matrix products with weights reach the ridge.

    width: bytes of a weight, which is read once and used in two FLOPs a token.
    """
    return ridge * width / 2


def decode_steps(answer_tokens: Any) -> Any:
    """Decode steps of a request: its first token comes out of prefill."""
    return answer_tokens - 1


def mean_context(prompt_tokens: Any, answer_tokens: Any) -> Any:
    """Tokens in the cache of a sequence, on the average over its decode steps.

    The step that makes token j + 1 reads the prompt and j tokens, j = 1 ... O - 1.
    """
    return prompt_tokens + answer_tokens / 2


def step_bytes(weights_read: Any, batch: Any, context: Any, kv_read: Any) -> Any:
    """Bytes that a decode step reads: the weights once, the cache of every sequence.

    kv_read: bytes of a token's keys and values, all copies counted.
    Source: Pope et al. 2022, section 2.
    Often got wrong: the weights read once for each sequence; the cache left out.
    """
    return weights_read + batch * context * kv_read


def step_seconds(reading: Any, computing: Any, waiting: Any) -> Any:
    """Seconds of a step that reads and computes at the same time and then waits for links.

    Source: Williams et al. 2009 (Roofline), section 2; all-reduces are taken not to overlap.
    Often got wrong: reading and computing added.
    """
    return maximum(reading, computing) + waiting


def attained_rate(step_flops: Any, gpus: Any, reading: Any, computing: Any) -> Any:
    """FLOP/s that a GPU attains in a step, its all-reduces aside.

    Source: Williams et al. 2009 (Roofline), section 2.
    """
    return step_flops / (gpus * maximum(reading, computing))


def waits_on_memory(reading: Any, computing: Any) -> Any:
    """Whether reading takes longer than computing: 1 or 0."""
    return where(computing < reading, 1, 0)


def beyond(whole: Any, part: Any) -> Any:
    """What is left of a whole without a part."""
    return whole - part


def both(one: Any, other: Any) -> Any:
    """Two parts together."""
    return one + other


# -- the key-value cache ----------------------------------------------------------------------


def kv_bytes_per_token(layers: Any, kv_width: Any, kv_value_width: Any) -> Any:
    """Bytes of keys and values that a token keeps in the cache.

    kv_width: key-value heads times head size; kv_value_width: bytes of one value.
    Source: Shazeer 2019; Ainslie et al. 2023 (GQA), section 2.2; Kwon et al. 2023, section 2.
    Often got wrong: query heads in place of key-value heads (museum: hahnyuan/LLM-Viewer 12);
    the hidden size in place of the width (museum: vllm-project/vllm 29736).
    """
    return 2 * layers * kv_width * kv_value_width


def heads_kept(heads: Any, kv_heads: Any) -> Any:
    """Heads whose keys and values are kept, by how query heads share them.

    Source: Ainslie et al. 2023 (GQA), figure 2.
    """
    return along("sharing", multi_head=heads, grouped_query=kv_heads, multi_query=1)


def sequence_bytes(tokens: Any, kv_token: Any) -> Any:
    """Bytes of keys and values of a sequence."""
    return tokens * kv_token


def kv_copies(gpus: Any, kv_heads: Any) -> Any:
    """How many times a node keeps each key-value head when g GPUs split the heads.

    Once while every GPU has a head of its own; beyond, heads are kept in several places.
    Source: Pope et al. 2022, section 3.3.
    """
    return maximum(1, gpus / kv_heads)


def shared_evenly(kv_copies: Any, kv_heads: Any, gpus: Any) -> Any:
    """Whether every GPU keeps whole key-value heads, and every head as many times: 1 or 0."""
    each = kv_copies * kv_heads / gpus
    return where(ceil(kv_copies) <= kv_copies, where(ceil(each) <= each, 1, 0), 0)


def group_intensity(heads: Any, kv_heads: Any, kv_value_width: Any) -> Any:
    """FLOPs that decoding does for each byte of the cache, whatever the batch.

    A value of a key is multiplied and added once for each query head of its group.
    """
    return 2 * heads / (kv_heads * kv_value_width)


# -- batches ----------------------------------------------------------------------------------


def token_pace(seconds: Any) -> Any:
    """Tokens a second when each takes so many seconds: a user's, or a node's one more sequence."""
    return 1 / seconds


def node_rate(step_seconds: Any, batch: Any) -> Any:
    """Tokens a second of a whole batch.

    Often got wrong: called the rate that a user sees.
    """
    return batch / step_seconds


def price_of_rate(rate: Any, gpus: Any, price: Any) -> Any:
    """Dollars of one token at a rate of a node."""
    return gpus * price / rate


def price_per_token(step_seconds: Any, batch: Any, gpus: Any, price: Any) -> Any:
    """Dollars of decoding one token; price: of one GPU and time.

    Often got wrong: the price of one GPU for a node's tokens, or the other way round (museum:
    skypilot-org/skypilot 9000).
    """
    return step_seconds * gpus * price / batch


def kv_equals_weights(weights_read: Any, context: Any, kv_read: Any) -> Any:
    """Batch at which a decode step reads as much cache as weights."""
    return weights_read / (context * kv_read)


def cache_share(bytes_read: Any, weights_read: Any) -> Any:
    """Share of what a step reads that is cache, not weights."""
    return 1 - weights_read / bytes_read


def batch_at_step(
    wanted: Any,
    latency: Any,
    weight_time: Any,
    one_reading: Any,
    one_computing: Any,
    one_all_reduce: Any,
) -> Any:
    """Sequences of a step of the wanted seconds, whole; none if it is too short.

    A step reads the weights and a cache for each sequence, or computes for each, whichever takes
    longer, and then waits: latency for all together, and bytes of each (`one_all_reduce`).
    """
    left = wanted - latency
    by_memory = (left - weight_time) / (one_reading + one_all_reduce)
    by_arithmetic = left / (one_computing + one_all_reduce)
    return maximum(0, floor(minimum(by_memory, by_arithmetic)))


# -- capacity and paging ----------------------------------------------------------------------


def usable_memory(gpus: Any, gpu_memory: Any, memory_share: Any) -> Any:
    """Bytes of a node that weights and caches may take."""
    return gpus * gpu_memory * memory_share


def cache_room(usable: Any, weight_bytes: Any) -> Any:
    """Bytes left for caches beside the weights; negative where the weights do not fit."""
    return usable - weight_bytes


def sequences_held(cache_room: Any, tokens: Any, kv_read: Any) -> Any:
    """Whole sequences whose caches fit."""
    return floor(maximum(0, cache_room) / (tokens * kv_read))


def blocks_of(tokens: Any, block: Any) -> Any:
    """Blocks of a paged cache that a sequence takes."""
    return ceil(tokens / block)


def block_waste(block: Any) -> Any:
    """Slots that the last block of a sequence leaves empty, on the average.

    Every filling of the last block, from one slot to all, is taken to be as likely.
    Source: Kwon et al. 2023 (PagedAttention), section 4.
    """
    return (block - 1) / 2


def reserved_waste(tokens: Any, reserved: Any) -> Any:
    """Share of a reserved stretch that a sequence never fills."""
    return maximum(0, 1 - tokens / reserved)


# -- scheduling -------------------------------------------------------------------------------


def longest_answer(answer: Any) -> Any:
    """Steps of a static batch: it runs until its longest answer ends."""
    return most(answer, "asked")


def requests_asked(asked: Any) -> Any:
    """Requests of the batch; asked: the places of their axis."""
    return count(found(asked), "asked")


def useful_slots(answer: Any) -> Any:
    """Slots of a batch in which a token is made."""
    return total(answer, "asked")


def idle_share(useful: Any, steps: Any, batch: Any) -> Any:
    """Share of a batch's slots in which nothing is made."""
    return 1 - useful / (steps * batch)


def tokens_beside(
    reading: Any, computing: Any, gpus: Any, product_rate: Any, token_flops: Any
) -> Any:
    """Tokens of prompts that can be computed while a step still reads, whole.

    token_flops: of one token's matrix products.
    """
    return floor(maximum(0, reading - computing) * gpus * product_rate / token_flops)


def mixed_flops(decode_flops: Any, prefill_flops: Any, chunk: Any, prompt_tokens: Any) -> Any:
    """FLOPs of a step that decodes and computes a chunk of a prompt, at the prompt's mean cost.

    Source: Agrawal et al. 2024 (Sarathi-Serve), section 4.
    """
    return decode_flops + prefill_flops * minimum(1, chunk / prompt_tokens)


def stalled_steps(prefill: Any, step_seconds: Any) -> Any:
    """Decode steps that pass while one prompt is computed alone."""
    return prefill / step_seconds


def tokens_with_chunk(batch: Any, chunk: Any, prompt_tokens: Any) -> Any:
    """Tokens of a step that decodes and computes a chunk, which is no longer than its prompt."""
    return batch + minimum(chunk, prompt_tokens)


def chunks_of(prompt_tokens: Any, chunk: Any) -> Any:
    """Chunks that a prompt is cut into."""
    return ceil(prompt_tokens / chunk)


# -- prefix cache -----------------------------------------------------------------------------


def fresh_tokens(prompt_tokens: Any, shared_tokens: Any) -> Any:
    """Tokens of a prompt that are still to be computed after a hit; at least the last one."""
    return maximum(1, prompt_tokens - shared_tokens)


def found_tokens(prompt_tokens: Any, fresh: Any) -> Any:
    """Tokens of a prompt whose keys and values a hit finds."""
    return prompt_tokens - fresh


def sequences_sharing(cache_room: Any, request_tokens: Any, found_tokens: Any, kv_read: Any) -> Any:
    """Whole requests that fit when the blocks of their common start are kept once."""
    return floor(
        maximum(0, cache_room - found_tokens * kv_read)
        / ((request_tokens - found_tokens) * kv_read)
    )


def idle_room(cache_room: Any, batch_size: Any, request_tokens: Any, kv_read: Any) -> Any:
    """Bytes for caches that a batch of whole requests leaves; none if it is full."""
    return maximum(0, cache_room - batch_size * request_tokens * kv_read)


def expected_seconds(hit_share: Any, hit_seconds: Any, miss_seconds: Any) -> Any:
    """Mean seconds when a share of the requests finds its prefix."""
    return hit_share * hit_seconds + (1 - hit_share) * miss_seconds


# -- decoding and speculation -----------------------------------------------------------------


def tempered(logit: Any, temperature: Any) -> Any:
    """Chance of each word at a temperature: the softmax of its logits over the temperature."""
    return softmax(logit / temperature, "word")


def greedy(logit: Any) -> Any:
    """Place of the likeliest word, whatever the temperature."""
    return where_most(logit, "word")


def place_in_order(chance: Any) -> Any:
    """Number of each word when the likeliest is first."""
    return rank(chance, "word")


def chance_before(chance: Any, place_of: Any) -> Any:
    """Chance of all words that are likelier than a word."""
    other, others = renamed(chance, word="rival"), renamed(place_of, word="rival")
    return total(other, "rival", where=others < place_of)


def kept_of(chance: Any, condition: Any) -> Any:
    """Chance of each word when only those that meet a condition are left."""
    return where(condition, chance, 0) / total(chance, "word", where=condition)


def top_k_chance(chance: Any, place_of: Any, top_k: Any) -> Any:
    """Chance of each word under top-k: the k likeliest share all of it.

    Source: Fan et al. 2018, Hierarchical Neural Story Generation, section 5.
    """
    return kept_of(chance, place_of <= top_k)


def top_p_chance(chance: Any, before: Any, top_p: Any) -> Any:
    """Chance of each word under top-p: the fewest likeliest words that together reach it.

    before: the chance of all likelier words; a word is kept while that is short of top_p.
    Source: Holtzman et al. 2020, The Curious Case of Neural Text Degeneration, section 3.1.
    Often got wrong: the word left out with which the sum reaches top_p (museum:
    fishaudio/fish-speech 1171).
    """
    return kept_of(chance, before < top_p)


def any_allowed(allowed: Any) -> Any:
    """Whether a schema allows a word: 1 or 0."""
    return where(count(allowed > 0, "word") > 0, 1, 0)


def masked_chance(chance: Any, allowed: Any) -> Any:
    """Chance of each word when a schema forbids some: what is left is scaled up."""
    return kept_of(chance, allowed > 0)


def chance_of_path(begins: Any, goes_on: Any) -> Any:
    """Chance of two words in a row."""
    return begins * goes_on


def greedy_path(begins: Any, path_chance: Any) -> Any:
    """Chance of the answer that takes the likeliest word each time."""
    return at(most(path_chance, "second"), "first", where_most(begins, "first"))


def best_path(path_chance: Any) -> Any:
    """Chance of the likeliest answer, which a beam of two finds here."""
    return most(most(path_chance, "second"), "first")


def overlap(target: Any, draft: Any) -> Any:
    """Chance that a drafted token is accepted: the sum of the smaller of the two chances.

    Source: Leviathan et al. 2023, corollary 3.6; Chen et al. 2023, section 3.
    Often got wrong: the chance that a draw of each agree (museum: ml-explore/mlx-swift-lm 459).
    """
    return total(minimum(target, draft), "word")


def residual(target: Any, draft: Any, accepted: Any) -> Any:
    """Chance of a word when a draft is turned down: what the target has more of, normed.

    Source: Leviathan et al. 2023, algorithm 1.
    Often got wrong: drawn from the target again; put through a softmax
    (museum: huggingface/transformers 28508).
    """
    return maximum(0, target - draft) / (1 - accepted)


def redrawn(target: Any, draft: Any, accepted: Any) -> Any:
    """Chance of a word if one that is turned down is replaced from the target: the usual error."""
    return minimum(target, draft) + (1 - accepted) * target


def hundredths(percent: Any) -> Any:
    """Share that so many percent are."""
    return percent / 100


def tokens_per_round(acceptance: Any, drafted: Any) -> Any:
    """Tokens that a round makes when each of k drafts is accepted with the same chance.

    Source: Leviathan et al. 2023, equation 1.
    Often got wrong: 1 + k a, as though drafts after one that was turned down still counted.
    """
    return (1 - acceptance ** (drafted + 1)) / (1 - acceptance)


def tokens_counted_singly(acceptance: Any, drafted: Any) -> Any:
    """Tokens of a round if drafts after one that was turned down still counted: the usual error."""
    return 1 + drafted * acceptance


def speculative_speedup(tokens: Any, drafted: Any, draft_cost: Any) -> Any:
    """Times as fast as without drafts; draft_cost: a draft step over a step of the target.

    The target's pass over k + 1 tokens is taken to last as long as over one.
    Source: Leviathan et al. 2023, theorem 3.8.
    """
    return tokens / (drafted * draft_cost + 1)


# -- smaller numbers --------------------------------------------------------------------------


def bits_with_scales(weight_bits: Any, scale_bits: Any, group: Any) -> Any:
    """Bytes of a weight with its share of what its group keeps: a scale, a least value.

    Source: Frantar et al. 2022 (GPTQ), section 4, on grouping.
    Often got wrong: four bits a weight, though the scales are read as well; a whole byte (museum:
    tobocop2/lilbee 740).
    """
    return weight_bits + scale_bits / group


def peak_in_format(peak_flops: Any, fp8_peak: Any) -> Any:
    """Dense peak by format: weights of four bits are widened, and multiplied as bf16."""
    return along("format", bf16=peak_flops, fp8=fp8_peak, int4_weights=peak_flops)


def student_parameters(multiplied: Any, output_head: Any) -> Any:
    """Parameters that a token multiplies in a student of half the layers and the same head."""
    return (multiplied - output_head) / 2 + output_head


def weights_of_way(
    multiplied: Any,
    student: Any,
    weight_width: Any,
    kept_weights: Any,
    mask_bits: Any,
    index_bits: Any,
) -> Any:
    """Bytes of weights that a step reads, by the way to make the model smaller.

    Pruned anywhere, a mask says for every weight whether it is kept; in a pattern two of four are,
    each of which says where it stood. A student has half the layers.
    Source: Mishra et al. 2021, Accelerating Sparse Deep Neural Networks, section 3.
    """
    return along(
        "smaller",
        as_it_is=multiplied * weight_width,
        pruned_anywhere=multiplied * (kept_weights * weight_width + mask_bits),
        pruned_in_a_pattern=multiplied * (weight_width + index_bits) / 2,
        distilled=student * weight_width,
    )


def flops_of_way(products: Any, attention: Any, student: Any, multiplied: Any) -> Any:
    """FLOPs that are left of a step: products with weights and attention apart.

    Tensor cores skip two of four weights and none that lie anywhere; attention has no weights.
    Source: Mishra et al. 2021, Accelerating Sparse Deep Neural Networks, section 3.
    """
    return along(
        "smaller",
        as_it_is=products + attention,
        pruned_anywhere=products + attention,
        pruned_in_a_pattern=products / 2 + attention,
        distilled=products * student / multiplied + attention / 2,
    )


def depth_of_way(whole: Any) -> Any:
    """What is left of what every layer has alike, caches or all-reduces: half the layers, half."""
    return along(
        "smaller",
        as_it_is=whole,
        pruned_anywhere=whole,
        pruned_in_a_pattern=whole,
        distilled=whole / 2,
    )


def teaching_flops(taught_tokens: Any, multiplied: Any, student: Any) -> Any:
    """FLOPs of teaching: the teacher's forward pass, two a parameter, the student's training, six.

    Source: Hinton et al. 2015 for the method; Kaplan et al. 2020, section 2.1, for the count.
    """
    return taught_tokens * (2 * multiplied + 6 * student)


def gpu_seconds(flops: Any, rate: Any) -> Any:
    """GPU-seconds of so many FLOPs; rate: FLOP/s of one GPU."""
    return flops / rate


def requests_to_repay(cost: Any, query_price: Any) -> Any:
    """Requests after which a cost is repaid if each then costs half."""
    return cost / (query_price / 2)


# -- drafts at a batch ------------------------------------------------------------------------


def sequences_with_draft(
    cache_room: Any, draft_held: Any, tokens: Any, kv_read: Any, draft_kv: Any
) -> Any:
    """Whole sequences that fit when a draft's weights and its caches of them have to fit too."""
    return floor(maximum(0, cache_room - draft_held) / (tokens * (kv_read + draft_kv)))


def tokens_checked(drafted: Any, batch: Any) -> Any:
    """Tokens of a pass that checks the drafts of every sequence, and adds one token to each."""
    return (drafted + 1) * batch


def round_seconds(drafted: Any, draft_step: Any, verifying: Any) -> Any:
    """Seconds of a round: the draft's steps, one after another, and the target's pass."""
    return drafted * draft_step + verifying


def speedup_of_round(tokens: Any, step_seconds: Any, round_seconds: Any) -> Any:
    """Times as fast as plain decoding that a round is: its tokens at a plain step's pace."""
    return tokens * step_seconds / round_seconds


def best_drafts(speedup: Any) -> Any:
    """Number of drafts with the largest gain."""
    return where_most(speedup, "drafted")


# -- experts, latent attention, adapters ------------------------------------------------------


def distinct_drawn(kinds: Any, drawn: Any, batch: Any) -> Any:
    """Of E kinds, those that a batch touches when each of B sequences draws k of them at random.

    kinds E, drawn k. Experts are not drawn evenly in a real model: then fewer are touched.
    Often got wrong: all draws counted, though several hit the same (museum:
    inference-sim/inference-sim 764).
    """
    return kinds * (1 - (1 - drawn / kinds) ** batch)


def distinct_adapters(tenants: Any, batch: Any) -> Any:
    """Adapters that a batch touches when each of its sequences is of a tenant drawn at random."""
    return distinct_drawn(tenants, 1, batch)


def expert_parameters(params: Any, active: Any, experts: Any, drawn: Any) -> Any:
    """Parameters of one expert of every layer: what a token leaves unused, by the experts unused.

    active: parameters that a token uses, shared ones included.
    """
    return (params - active) / (experts - drawn)


def parameters_touched(active: Any, touched: Any, drawn: Any, expert: Any) -> Any:
    """Parameters that a step reads when its batch touches so many experts of each layer."""
    return active + (touched - drawn) * expert


def latent_kv_bytes(latent_layers: Any, latent_rank: Any, rope_dim: Any, width: Any) -> Any:
    """Bytes that a token keeps under latent attention: one latent and one rotary key a layer.

    Source: DeepSeek-AI 2024 (DeepSeek-V2), section 2.1; table 1.
    Often got wrong: kept once for keys and once for values (museum: LMCache/LMCache 694).
    """
    return latent_layers * (latent_rank + rope_dim) * width


def adapter_parameters(
    rank: Any, layers: Any, hidden: Any, heads: Any, kv_heads: Any, head_dim: Any, ffn: Any
) -> Any:
    """Parameters of a low-rank adapter on every matrix of every layer: r (in + out) for each.

    Query and output, key and value, gate, up and down.
    Source: Hu et al. 2021 (LoRA), section 4.1.
    """
    return (
        rank
        * layers
        * (
            2 * (hidden + heads * head_dim)
            + 2 * (hidden + kv_heads * head_dim)
            + 3 * (hidden + ffn)
        )
    )


# -- a request and a fleet --------------------------------------------------------------------


def decode_share_seconds(decode_steps: Any, step_seconds: Any, batch: Any) -> Any:
    """Seconds of a node that decoding one request takes: its share of the batch's steps."""
    return decode_steps * step_seconds / batch


def overlapped_seconds(
    prefill_computing: Any,
    prefill_waiting: Any,
    decode_steps: Any,
    reading: Any,
    computing: Any,
    waiting: Any,
    batch: Any,
) -> Any:
    """Least seconds of a node for one request if prompts were computed while steps read.

    A bound: all arithmetic beside all reading, perfectly packed; links are waited for.
    """
    arithmetic = prefill_computing + decode_steps * computing / batch
    memory = decode_steps * reading / batch
    return maximum(arithmetic, memory) + prefill_waiting + decode_steps * waiting / batch


def latency(prefill: Any, decode_steps: Any, step_seconds: Any) -> Any:
    """Seconds from a request to its last token, no queue: time to first token, then steps."""
    return prefill + decode_steps * step_seconds


def lot_price(lot: Any, node_seconds: Any, gpus: Any, price: Any) -> Any:
    """Dollars of so many requests."""
    return lot * node_seconds * gpus * price


def price_of_input(prefill: Any, gpus: Any, price: Any, prompt_tokens: Any) -> Any:
    """Dollars of computing one token of a prompt."""
    return prefill * gpus * price / prompt_tokens


def busy_nodes(query_rate: Any, node_seconds: Any) -> Any:
    """Nodes that work at every moment: the queries of a second times the seconds of each.

    Source: Little 1961.
    """
    return query_rate * node_seconds


def nodes_at_load(busy: Any, load: Any) -> Any:
    """Whole nodes of a fleet whose nodes are busy for a share of the time."""
    return ceil(busy / load)


def fleet_query_price(fleet_price: Any, query_rate: Any) -> Any:
    """Dollars of a query when the fleet's idle time is paid as well."""
    return fleet_price / query_rate
