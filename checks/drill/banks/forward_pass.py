"""Questions on the forward pass."""

from __future__ import annotations

from fractions import Fraction

from checks.drill import questions as q
from checks.drill.answers import WithinPercent
from worked.formulas import serving
from worked.formulas.ops import exp, floor, maximum, minimum, where

FULL, REACHED, SHEET = "all-reduces-too", "achieved-rates", "data-sheet"
BATCHES = (16, 32, 48, 64, 96, 128, 192, 256)
PROMPTS = (500, 1000, 1500, 2000, 3000, 4000)
ANSWERS = (200, 300, 500, 800, 1000)

NUMBERS = (
    q.Number(
        "flop-parity", "endgame", "flop_parity[run=shorter]",
        "{{ people }} people ask {{ queries }} each, with {{ prompt_tokens }} in and "
        "{{ answer_tokens }} out. The model was trained on {{ training_tokens[run=shorter] }}. "
        "After how long has serving done as many FLOPs as the training?",
        {"people": (1, 2, 3, 4, 5, 7), "queries": (0.5, 1, 2, 3, 5), "prompt_tokens": PROMPTS,
         "answer_tokens": ANSWERS, "training_tokens.shorter": (8, 10, 15, 20, 30)},
        (
            q.Mistake("That is when as many tokens were served; a token of training takes more "
                      "FLOPs than one that is served.", lambda parity: parity,
                      {"parity": "parity[run=shorter]"}),
            q.Mistake("You divided by the ratio of the FLOPs a token; serving needs more tokens "
                      "for the same FLOPs.", lambda parity: parity / 3,
                      {"parity": "parity[run=shorter]"}),
            q.Mistake("You compared the backward pass with a forward pass; training does both.",
                      lambda parity: parity * 2, {"parity": "parity[run=shorter]"}),
            q.Mistake("You counted written tokens only; those of the prompt are computed as well.",
                      lambda key, request_tokens, answer_tokens:
                      key * request_tokens / answer_tokens),
            q.Mistake("You counted the prompts only.",
                      lambda key, request_tokens, prompt_tokens:
                      key * request_tokens / prompt_tokens),
            q.twice("A served token is a multiply and an add for each parameter, not one of them."),
        ),
        ("How many FLOPs for each parameter takes a token in training, and how many in serving?",
         "Backward takes the FLOPs of forward again for the weights and again for what came in. So "
         "the time of equal tokens, times the ratio."),
        level="senior",
    ),
    q.Number(
        "multiplied-parameters", "token", "multiplied",
        "A Llama-style decoder has {{ layers }} layers of hidden size {{ hidden }}, {{ heads }} "
        "query heads and {{ kv_heads }} key-value heads of {{ head_dim }}, a gated feed-forward "
        "block of width {{ ffn }}, and {{ vocab }} words with an output head of its own. By how "
        "many parameters is a token multiplied?",
        {"layers": (24, 28, 32, 36, 40), "hidden": (3072, 4096, 5120), "heads": (24, 32, 40),
         "kv_heads": (4, 8), "ffn": (8192, 11008, 14336, 17920),
         "vocab": (128256, 151936, 256000)},
        (
            q.Mistake("You counted the look-up table: a token reads one row of it, and is "
                      "multiplied by none.",
                      lambda key, vocab, hidden: key + vocab * hidden),
            q.Mistake("The output head is missing: every token that is to be continued is "
                      "multiplied by all of it.",
                      lambda key, vocab, hidden: key - vocab * hidden),
            q.Mistake("A gated block has a matrix more than up and down: the gate.",
                      lambda key, layers, hidden, ffn: key - layers * hidden * ffn),
            q.Mistake("You made keys and values as wide as queries; there are {{ kv_heads }} "
                      "key-value heads.",
                      lambda key, layers, hidden, heads, kv_heads, head_dim:
                      key + 2 * layers * hidden * (heads - kv_heads) * head_dim),
            q.Mistake("Attention's output matrix is missing.",
                      lambda key, layers, hidden, heads, head_dim:
                      key - layers * hidden * heads * head_dim),
            q.Mistake("Those are the feed-forward blocks alone.", lambda fed: fed,
                      {"fed": "piece_params[piece=feed-forward]"}),
        ),
        ("List the matrices of a layer, with their sizes.",
         "Query and output, key and value, gate, up and down, in every layer; and the output head "
         "once."),
        WithinPercent(Fraction(1, 2)),
        unit="billion",
    ),
    q.Number(
        "attention-by-hand", "token", "attention_on[key=2]",
        "A head has {{ width_by_hand | words }} components. The dot products of a query with the "
        "keys of its tokens are {{ score[key=1] }}, {{ score[key=2] }} and {{ score[key=3] }}. "
        "Which share of its attention goes to the second token? (Take a calculator.)",
        {"question.1": (-2, -1, 1, 2), "question.2": (-1, 0.5, 1, 1.5), "question.3": (-2, -1, 1),
         "question.4": (-1, 1, 2)},
        (
            q.Mistake("You left out the division by the root of the width.",
                      lambda unscaled: unscaled, {"unscaled": "unscaled_attention[key=2]"}),
            q.Mistake("You divided by the width; it is its root that scores spread by.",
                      lambda s1, s2, s3:
                      exp(s2 / 4) / (exp(s1 / 4) + exp(s2 / 4) + exp(s3 / 4)),
                      {"s1": "score[key=1]", "s2": "score[key=2]", "s3": "score[key=3]"}),
            q.Mistake("You took the score over the sum of scores; the exponentials are missing.",
                      lambda s1, s2, s3: s2 / (s1 + s2 + s3),
                      {"s1": "score[key=1]", "s2": "score[key=2]", "s3": "score[key=3]"}),
            q.Mistake("You did not divide by the sum of the exponentials.",
                      lambda s2: exp(s2), {"s2": "scaled_score[key=2]"}),
            q.Mistake("You left out the last token: a token attends to itself too.",
                      lambda s1, s2: exp(s2) / (exp(s1) + exp(s2)),
                      {"s1": "scaled_score[key=1]", "s2": "scaled_score[key=2]"}),
            q.Mistake("That is the first token's share.", lambda first: first,
                      {"first": "attention_on[key=1]"}),
        ),
        ("By what are scores divided before the softmax?",
         "The exponential of each score over the root of the width; then its share of their sum."),
        WithinPercent(2),
    ),
    q.Number(
        "causal-attention", "prefill", "prompt_attention",
        "A model of {{ layers }} layers has {{ heads }} query heads and {{ kv_heads }} key-value "
        "heads of {{ head_dim }}. How many FLOPs does causal attention take for a prompt of "
        "{{ prompt_tokens }}, scores and their use on values, the projections aside?",
        {"layers": (32, 40, 48, 60, 80), "heads": (32, 40, 64), "head_dim": (64, 128),
         "prompt_tokens": (1000, 2000, 4000, 8000, 16000, 32000)},
        (
            q.Mistake("You let every token look at all; a token looks at itself and those before "
                      "it.",
                      lambda layers, heads, head_dim, prompt_tokens:
                      4 * layers * heads * head_dim * prompt_tokens**2),
            q.half("You counted one of the products, or a multiply with its add as one FLOP."),
            q.Mistake("You counted key-value heads; every query head makes its own scores.",
                      lambda key, heads, kv_heads: key * kv_heads / heads),
            q.Mistake("That is one layer.", lambda key, layers: key / layers),
            q.Mistake("You counted a backward pass as well.", lambda key: key * 3),
        ),
        ("How many pairs of a token and one that it looks at are there?",
         "For each pair, layer and query head: a product for the score and one for the value, each "
         "as many multiplies and adds as the head is wide."),
    ),
    q.Number(
        "first-token", "prefill", f"prefill[counted={FULL}]",
        "A prompt takes {{ prefill_flops }} on {{ gpus }} with a dense peak of {{ peak_flops }} "
        "each, of which {{ mfu }} is reached. The model has {{ layers }} layers under tensor "
        "parallelism; an all-reduce has {{ hop_latency }} of latency, and each GPU sends "
        "{{ prefill_sent }} in it at {{ nvlink_bandwidth }}. When is the prompt computed, nothing "
        "overlapped?",
        {"prompt_tokens": PROMPTS, "gpus": (2, 4, 8), "mfu": (40, 50, 60),
         "hop_latency": (10, 20, 40)},
        (
            q.Mistake("The all-reduces are missing.", lambda products: products,
                      {"products": f"prefill_products[counted={FULL}]"}),
            q.Mistake("You counted one all-reduce a layer; attention and the feed-forward block "
                      "each end in one.",
                      lambda products, prefill_all_reduces: products + prefill_all_reduces / 2,
                      {"products": f"prefill_products[counted={FULL}]"}),
            q.Mistake("You took the whole peak; {{ mfu }} of it is reached.",
                      lambda products, prefill_all_reduces, mfu:
                      products * mfu + prefill_all_reduces,
                      {"products": f"prefill_products[counted={FULL}]"}),
            q.Mistake("You let one GPU do all the products; they are shared.",
                      lambda products, prefill_all_reduces, gpus:
                      products * gpus + prefill_all_reduces,
                      {"products": f"prefill_products[counted={FULL}]"}),
            q.Mistake("You counted the latency of one all-reduce, or of none; each has its own.",
                      lambda products, layers, prefill_sent, nvlink_bandwidth:
                      products + 2 * layers * prefill_sent / nvlink_bandwidth,
                      {"products": f"prefill_products[counted={FULL}]"}),
            q.Mistake("You counted latencies and forgot the bytes.",
                      lambda products, layers, hop_latency: products + 2 * layers * hop_latency,
                      {"products": f"prefill_products[counted={FULL}]"}),
        ),
        ("How many all-reduces has a forward pass?",
         "FLOPs over GPUs × peak × share; then the all-reduces, each with its latency and bytes; "
         "attention and the feed-forward block end in one."),
        level="senior",
    ),
    q.Number(
        "decode-floor", "decode", f"weight_time[counted={REACHED}]",
        "A token of a model is multiplied by {{ multiplied | billion 1 }} parameters of "
        "{{ weight_width }}, spread over {{ gpus }}. Each reads {{ memory_bandwidth }}, of which "
        "{{ bandwidth_share }} is reached, and computes {{ peak_flops }} at its peak. How long "
        "does a decode step of one sequence take at least?",
        {"layers": (32, 40, 48, 60, 80, 96), "gpus": (2, 4, 8),
         "bandwidth_share": (60, 70, 80, 90)},
        (
            q.Mistake("You divided FLOPs by the peak; with one sequence reading the weights takes "
                      "far longer.", lambda products: products,
                      {"products": f"token_products[counted={SHEET}]"}),
            q.Mistake("You let one GPU read everything; each reads its own part.",
                      lambda key, gpus: key * gpus),
            q.Mistake("You took the data sheet's bandwidth; {{ bandwidth_share }} is reached.",
                      lambda sheet: sheet, {"sheet": f"weight_time[counted={SHEET}]"}),
            q.half("You counted parameters, or a byte for each."),
            q.bits_for_bytes(),
            q.Mistake("You took the rate between GPUs; weights come from each GPU's own memory.",
                      lambda weights_read, gpus, nvlink_bandwidth:
                      weights_read / (gpus * nvlink_bandwidth)),
        ),
        ("What has to be read for each token?",
         "Bytes of the weights over all GPUs' bandwidth that is reached."),
    ),
    q.Number(
        "ridge-in-tokens", "decode", "ridge_tokens",
        "A GPU computes {{ peak_flops }} and reads {{ memory_bandwidth }}. Weights take "
        "{{ weight_width }} each, and are multiplied at that peak. From how many tokens in a "
        "forward pass on do products with weights take as long as reading them?",
        {"peak_flops": (312, 400, 989.4, 1200, 2250), "memory_bandwidth": (2, 3.35, 4.8, 8),
         "weight_width": (0.5, 4)},
        (
            q.Mistake("Those are FLOPs a byte; a weight has {{ weight_width }}, and each token "
                      "does a multiply and an add with it.", lambda ridge: ridge),
            q.twice("Each token does a multiply and an add with a weight, not one of them."),
            q.Mistake("It is upside down: bandwidth over peak.", lambda key: 1 / key),
            q.Mistake("You took the rate between GPUs; weights come from a GPU's own memory.",
                      lambda peak_flops, nvlink_bandwidth, weight_width:
                      peak_flops / nvlink_bandwidth * weight_width / 2),
            q.Mistake("You took bits for bytes.", lambda key: key * 8),
        ),
        ("How many FLOPs a byte does a token do with a weight?",
         "`peak / bandwidth * bytes / 2`, with the bytes of a weight."),
    ),
    q.Number(
        "cache-split-too-wide", "cache", "kv_read",
        "A model of {{ layers }} layers has {{ heads }} query heads and {{ kv_heads }} key-value "
        "heads of {{ head_dim }}, cached in {{ kv_value_width }} a value. Tensor parallelism "
        "splits its heads over {{ gpus }}. How many bytes of cache do all of them together keep "
        "for a token?",
        {"layers": (32, 36, 40, 48, 60, 80), "kv_heads": (2, 4, 8), "head_dim": (64, 96, 128),
         "gpus": (16, 32)},
        (
            q.Mistake("You kept each head once; every GPU needs the one that its query heads use, "
                      "and there are more GPUs than heads.", lambda kv_token: kv_token),
            q.Mistake("You let every GPU keep all heads; it keeps the one that it uses.",
                      lambda kv_token, gpus: kv_token * gpus),
            q.Mistake("That is one GPU's part.", lambda key, gpus: key / gpus),
            q.Mistake("You counted query heads; only keys and values are cached.",
                      lambda kv_token, heads, kv_heads: kv_token * heads / kv_heads),
            q.half("You counted keys or values; both are kept."),
            q.Mistake("You divided the cache among the GPUs, though a head cannot be divided.",
                      lambda kv_token, gpus: kv_token / gpus),
        ),
        ("How many GPUs share one key-value head, and can they split it?",
         "Keys and values × layers × heads × size × bytes, times GPUs over key-value heads."),
        level="senior",
    ),
    q.Number(
        "decode-step", "batch", f"step[counted={REACHED}]",
        "{{ gpus }} decode {{ batch_size }} sequences together, each with a prompt of "
        "{{ prompt_tokens }} and an answer of {{ answer_tokens }}. A step reads {{ weights_read }} "
        "of weights, a cached token takes {{ kv_read }}, a new token {{ decode_flops }}. Each GPU "
        "reaches {{ bandwidth_share }} of {{ memory_bandwidth }} and {{ mfu }} of "
        "{{ peak_flops }}. How long is a step on the average, all-reduces aside?",
        {"batch_size": BATCHES, "prompt_tokens": PROMPTS, "answer_tokens": ANSWERS, "gpus": (4, 8)},
        (
            q.Mistake("The cache is missing: each sequence's keys and values are read as well.",
                      lambda weights: weights, {"weights": f"weight_time[counted={REACHED}]"}),
            q.Mistake("You read the weights for each sequence; a step reads them once for all.",
                      lambda weights, reading, batch_size: reading + (batch_size - 1) * weights,
                      {"weights": f"weight_time[counted={REACHED}]",
                       "reading": f"reading[counted={REACHED}]"}),
            q.Mistake("You added reading and computing; they go on at the same time.",
                      lambda reading, computing: reading + computing,
                      {"reading": f"reading[counted={REACHED}]",
                       "computing": f"computing[counted={REACHED}]"}),
            q.Mistake("That is the arithmetic alone.", lambda computing: computing,
                      {"computing": f"computing[counted={REACHED}]"}),
            q.Mistake("You took the data sheet's rates.", lambda sheet: sheet,
                      {"sheet": f"step[counted={SHEET}]"}),
            q.Mistake("You let one GPU do it all.", lambda key, gpus: key * gpus),
            q.Mistake("You read the cache of the prompts only; on the average a sequence has "
                      "{{ context_read }} in the cache.",
                      lambda weights_read, batch_size, prompt_tokens, kv_read, gpus, bandwidth:
                      (weights_read + batch_size * prompt_tokens * kv_read) / (gpus * bandwidth),
                      {"bandwidth": f"bandwidth[counted={REACHED}]"}),
        ),
        ("What is read once in a step, and what for each sequence?",
         "`weights + sequences * (prompt + answer / 2) * bytes`, over the bandwidth that is "
         "reached; the arithmetic goes on beside it."),
        WithinPercent(1),
    ),
    q.Number(
        "price-of-a-token", "batch", f"token_price[counted={FULL}]",
        "A node of {{ gpus }} at {{ price }} decodes {{ batch_size }} sequences; a step takes "
        f"{{{{ step[counted={FULL}] }}}}. What do its tokens "
        "cost?",
        {"price": (2, 2.5, 3, 4), "batch_size": BATCHES, "gpus": (4, 8)},
        (
            q.Mistake("You paid for one GPU; the step takes all {{ gpus }}.",
                      lambda key, gpus: key / gpus),
            q.Mistake("A step makes a token for every sequence, not one.",
                      lambda key, batch_size: key * batch_size),
            q.Mistake("You took one user's rate and one GPU's price.",
                      lambda key, batch_size, gpus: key * batch_size / gpus),
            q.Mistake("That is the price of {{ lot | bare }} tokens.", lambda key: key / 1000),
            q.Mistake("The price is for an hour; you took it for a minute.", lambda key: key * 60),
        ),
        ("How many tokens does the node make a second?",
         "Step × GPUs × price of one, over the sequences."),
    ),
    q.Number(
        "batch-for-a-step", "batch", "batch_in_time",
        "Users accept {{ wanted_step }} a token. {{ gpus }} reach {{ bandwidth_share }} of "
        "{{ memory_bandwidth }} each; all-reduces take {{ all_reduce }} of a step. It reads "
        "{{ weights_read }} of weights, and {{ kv_read }} for each of the {{ context_read }} that "
        "a sequence has in the cache. How many sequences can a step read for?",
        {"wanted_step": (12, 15, 18, 20, 25, 30, 40), "gpus": (8, 16),
         "prompt_tokens": (1500, 2000, 3000, 4000, 6000, 8000), "bandwidth_share": (70, 80, 90)},
        (
            q.Mistake("You left no time for the all-reduces.",
                      lambda wanted_step, gpus, bandwidth, weights_read, context_read, kv_read:
                      floor((wanted_step * gpus * bandwidth - weights_read)
                            / (context_read * kv_read)),
                      {"bandwidth": f"bandwidth[counted={REACHED}]"}),
            q.Mistake("You forgot that the weights have to be read too.",
                      lambda wanted_step, all_reduce, gpus, bandwidth, context_read, kv_read:
                      floor((wanted_step - all_reduce) * gpus * bandwidth
                            / (context_read * kv_read)),
                      {"bandwidth": f"bandwidth[counted={REACHED}]"}),
            q.Mistake("You took the data sheet's bandwidth.",
                      lambda wanted_step, all_reduce, gpus, memory_bandwidth, weights_read,
                      context_read, kv_read:
                      floor(((wanted_step - all_reduce) * gpus * memory_bandwidth - weights_read)
                            / (context_read * kv_read))),
            q.Mistake("You asked how many sequences fit into memory, not how many can be read in "
                      "time.", lambda sequences: sequences),
            q.Mistake("You read the weights for each sequence.",
                      lambda wanted_step, all_reduce, gpus, bandwidth, weights_read, context_read,
                      kv_read:
                      (wanted_step - all_reduce) * gpus * bandwidth
                      / (weights_read + context_read * kv_read),
                      {"bandwidth": f"bandwidth[counted={REACHED}]"}),
        ),
        ("How many bytes can be read in the time that is left for reading?",
         "(Time × GPUs × bandwidth − weights) over a sequence's cache, rounded down."),
        WithinPercent(Fraction(3, 2)),
        level="senior",
    ),
    q.Number(
        "cache-as-large-as-weights", "limits", "kv_equals_weights",
        "A decode step reads {{ weights_read }} of weights, and {{ kv_read }} for each cached "
        "token. Prompts have {{ prompt_tokens }}, answers {{ answer_tokens }}. At which batch does "
        "it read as much cache as weights, on the average over the answers?",
        {"prompt_tokens": (500, 1000, 1500, 2000, 4000, 8000), "answer_tokens": (500, 1000, 2000),
         "kv_heads": (4, 8, 16), "layers": (40, 60, 80)},
        (
            q.Mistake("You took sequences of their whole length; on the average they have "
                      "{{ context_read }}.",
                      lambda weights_read, request_tokens, kv_read:
                      weights_read / (request_tokens * kv_read)),
            q.Mistake("You counted the prompts alone.",
                      lambda weights_read, prompt_tokens, kv_read:
                      weights_read / (prompt_tokens * kv_read)),
            q.Mistake("That is in tokens; a sequence has many of them.",
                      lambda weights_read, kv_read: weights_read / kv_read),
            q.Mistake("That many fit into memory; the question is what a step reads.",
                      lambda sequences: sequences),
            q.twice("You counted keys and forgot values, which are in the figure already."),
        ),
        ("How much cache does a step read for one sequence?",
         "`weights / ((prompt + answer / 2) * bytes)`."),
        WithinPercent(1),
    ),
    q.Number(
        "no-batch-exceeds", "limits", f"rate_ceiling[counted={FULL}]",
        "{{ gpus }} each reach {{ bandwidth_share }} of {{ memory_bandwidth }} and {{ mfu }} of "
        "{{ peak_flops }}. One more sequence in a decode step adds {{ one_cache }} to read, "
        "{{ decode_flops }} to compute and {{ one_all_reduce }} of all-reduces, which overlap with "
        "nothing. Memory aside, how many tokens a second does the node never exceed, whatever the "
        "batch?",
        {"prompt_tokens": (500, 1500, 3000, 4000, 6000, 8000), "gpus": (4, 8),
         "bandwidth_share": (70, 80, 90), "mfu": (40, 50, 60)},
        (
            q.Mistake("The all-reduces are missing.",
                      lambda reading, computing: 1 / maximum(reading, computing),
                      {"reading": f"one_reading[counted={FULL}]",
                       "computing": f"one_computing[counted={FULL}]"}),
            q.Mistake("You added reading and computing; the longer of them counts.",
                      lambda reading, computing, one_all_reduce:
                      1 / (reading + computing + one_all_reduce),
                      {"reading": f"one_reading[counted={FULL}]",
                       "computing": f"one_computing[counted={FULL}]"}),
            q.Mistake("You took the shorter of reading and computing; the longer one counts.",
                      lambda reading, computing, one_all_reduce:
                      1 / (minimum(reading, computing) + one_all_reduce),
                      {"reading": f"one_reading[counted={FULL}]",
                       "computing": f"one_computing[counted={FULL}]"}),
            q.Mistake("You took the data sheet's rates.", lambda sheet: sheet,
                      {"sheet": f"rate_ceiling[counted={SHEET}]"}),
            q.Mistake("That is one GPU; they share each sequence's work.",
                      lambda key, gpus: key / gpus),
        ),
        ("In a very large batch the weights' reading is spread over so many that it vanishes. "
         "What is left for each sequence?",
         "One over (the longer of reading and computing it, plus its all-reduces)."),
        level="staff",
    ),
    q.Number(
        "sequences-that-fit", "capacity", "sequences",
        "{{ gpus }} of {{ gpu_memory }} give {{ memory_share }} of it to weights and caches. The "
        "weights take {{ weight_bytes }}, a cached token {{ kv_read }}. How many requests of "
        "{{ prompt_tokens }} in and {{ answer_tokens }} out fit to their ends?",
        {"gpus": (4, 8), "gpu_memory": (80, 94, 141, 192), "memory_share": (80, 85, 90),
         "prompt_tokens": PROMPTS, "answer_tokens": ANSWERS},
        (
            q.Mistake("The weights are in that memory as well.",
                      lambda usable, request_tokens, kv_read:
                      floor(usable / (request_tokens * kv_read))),
            q.Mistake("You took all of the memory; {{ memory_share }} of it is given.",
                      lambda gpus, gpu_memory, weight_bytes, request_tokens, kv_read:
                      floor((gpus * gpu_memory - weight_bytes) / (request_tokens * kv_read))),
            q.Mistake("You made room for prompts alone; the answers are cached as well.",
                      lambda cache_room, prompt_tokens, kv_read:
                      floor(cache_room / (prompt_tokens * kv_read))),
            q.Mistake("You made room for what is cached on the average; to their ends they "
                      "need more.",
                      lambda cache_room, context_read, kv_read:
                      floor(cache_room / (context_read * kv_read))),
            q.Mistake("You counted query heads, not key-value heads.",
                      lambda cache_room, request_tokens, kv_read, heads, kv_heads:
                      floor(cache_room / (request_tokens * kv_read * heads / kv_heads))),
        ),
        ("What is left beside the weights?",
         "(GPUs × memory × share − weights) over (tokens × bytes a token), rounded down."),
        WithinPercent(1),
    ),
    q.Number(
        "paged-against-reserved", "capacity", "paging_gain",
        "A node has {{ cache_room }} for caches; a token takes {{ kv_read }}. Requests have "
        "{{ request_tokens }}; without pages each is given {{ reserved_tokens }} in one stretch. "
        "How many times as many whole sequences fit when they take only what they fill?",
        {"reserved_tokens": (4096, 8192, 16384, 32768), "prompt_tokens": PROMPTS,
         "answer_tokens": ANSWERS},
        (
            q.Mistake("It is upside down.", lambda key: 1 / key),
            q.Mistake("That is the share of a stretch that stays empty.",
                      lambda reserved_waste: reserved_waste),
            q.Mistake("You counted prompts alone; the answer fills blocks as well.",
                      lambda reserved_tokens, prompt_tokens: reserved_tokens / prompt_tokens),
            q.Mistake("You took what is cached on the average; to their ends they need more.",
                      lambda reserved_tokens, context_read: reserved_tokens / context_read),
            q.Mistake("You compared what is left of a stretch with what is filled.",
                      lambda reserved_tokens, request_tokens:
                      (reserved_tokens - request_tokens) / request_tokens),
        ),
        ("How many sequences fit each way, in whole numbers?",
         "Room over bytes of a request, and over bytes of a stretch, both rounded down."),
        WithinPercent(2),
    ),
    q.Number(
        "static-batch-idles", "continuous", "static_idle",
        "A static batch answers requests with {{ answer[asked=1] }}, {{ answer[asked=2] }}, "
        "{{ answer[asked=3] }}, {{ answer[asked=4] }}, {{ answer[asked=5] }}, "
        "{{ answer[asked=6] }}, {{ answer[asked=7] }} and {{ answer[asked=8] }}, and takes no "
        "other until the last one ends. Which share of its slots makes no token?",
        {"answer.1": (40, 200, 350), "answer.2": (700, 900, 1000), "answer.4": (60, 250, 400),
         "answer.5": (300, 500, 640), "answer.7": (100, 250, 420)},
        (
            q.Mistake("That is the share in which a token is made.", lambda key: 1 - key),
            q.Mistake("You divided the idle slots by those that work; the question is their share "
                      "of all.", lambda key: key / (1 - key)),
            q.Mistake("You compared the longest answer with the shortest; the others count too.",
                      lambda shortest, longest: 1 - shortest / longest,
                      {"shortest": "answer[asked=6]"}),
            q.Mistake("You left the longest answer out of the mean: its slot is one of them.",
                      lambda useful, longest, asked_count:
                      1 - (useful - longest) / ((asked_count - 1) * longest)),
            q.Mistake("That is how many times as many steps it takes as with full slots.",
                      lambda static_over_full: static_over_full),
        ),
        ("How many steps does the batch run, and how many slots has it in all?",
         "One minus the sum of the answers over (requests × longest answer)."),
        WithinPercent(1),
    ),
    q.Number(
        "tokens-for-nothing", "chunks", f"free_tokens[counted={REACHED}]",
        "A decode step of {{ batch_size }} sequences reads for "
        f"{{{{ reading[counted={REACHED}] }}}} and computes for "
        f"{{{{ computing[counted={REACHED}] }}}}, at the same time, on {{{{ gpus }}}} that reach "
        "{{ mfu }} of {{ peak_flops }}. A prompt's token takes {{ token_flops }}, its attention "
        "aside. How many can ride along before the step grows longer, all-reduces aside?",
        {"batch_size": (8, 16, 32, 48, 64, 80), "mfu": (40, 50, 60),
         "prompt_tokens": PROMPTS, "gpus": (4, 8)},
        (
            q.Mistake("The step computes already; only the rest of the reading time is free.",
                      lambda reading, gpus, rate, token_flops:
                      reading * gpus * rate / token_flops,
                      {"reading": f"reading[counted={REACHED}]",
                       "rate": f"product_rate[counted={REACHED}]"}),
            q.Mistake("You took the whole peak; {{ mfu }} of it is reached.",
                      lambda reading, computing, gpus, peak_flops, token_flops:
                      (reading - computing) * gpus * peak_flops / token_flops,
                      {"reading": f"reading[counted={REACHED}]",
                       "computing": f"computing[counted={REACHED}]"}),
            q.Mistake("That is one GPU; all of them compute.", lambda key, gpus: key / gpus),
            q.Mistake("You took away the batch after its computing was taken away.",
                      lambda key, batch_size: key - batch_size),
            q.Mistake("You counted from the ridge of the weights; a step that reads caches lasts "
                      "longer.",
                      lambda reached_ridge_tokens, batch_size: reached_ridge_tokens - batch_size),
        ),
        ("For how long do the tensor cores have nothing to do?",
         "(Reading − computing) × GPUs × FLOP/s that is reached, over FLOPs of a token."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "pairs-after-a-hit", "prefix", "hit_pairs",
        "A prompt has {{ prompt_tokens }}, and the keys and values of the first "
        "{{ shared_tokens | bare }} are found in the prefix cache. How many pairs of a token and "
        "one that it looks at are left to compute, under a causal mask?",
        {"prompt_tokens": (1200, 1500, 2000, 2500, 3000, 4000, 6000, 8000),
         "shared_tokens": (200, 400, 500, 600, 800, 1000)},
        (
            q.Mistake("You let the new tokens look at each other alone; they look at what is in "
                      "the cache as well.", lambda fresh: fresh * (fresh + 1) / 2),
            q.Mistake("You let every new token look at the whole prompt, also at what comes after "
                      "it.", lambda fresh, prompt_tokens: fresh * prompt_tokens),
            q.Mistake("Those are the pairs without a hit.", lambda prompt_pairs: prompt_pairs),
            q.Mistake("You took the share of the tokens; the tokens that are left have the most "
                      "to look at.",
                      lambda prompt_pairs, fresh, prompt_tokens:
                      prompt_pairs * fresh / prompt_tokens),
            q.Mistake("Those are the pairs with tokens in the cache; the new ones look at each "
                      "other too.", lambda fresh, found_tokens: fresh * found_tokens),
        ),
        ("Draw the triangle of all pairs. Which part of it is in the cache?",
         "The triangle of the prompt less the triangle of what was found."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "requests-that-share", "prefix", "sharing_sequences",
        "Caches have {{ cache_room }}; a token takes {{ kv_read }}. Every request has "
        "{{ request_tokens }}, of which the first {{ shared_tokens | bare }} are the same for all "
        "and are kept once. How many requests fit?",
        {"prompt_tokens": (1500, 2000, 3000, 4000), "answer_tokens": ANSWERS,
         "shared_tokens": (400, 600, 800, 1000, 1200)},
        (
            q.Mistake("You kept the start once for each request.", lambda sequences: sequences),
            q.Mistake("You counted query heads, not key-value heads.",
                      lambda cache_room, request_tokens, found_tokens, kv_read, heads, kv_heads:
                      floor(cache_room / ((request_tokens - found_tokens) * kv_read
                                          * heads / kv_heads))),
            q.Mistake("You counted prompts alone; answers are cached as well.",
                      lambda cache_room, found_tokens, prompt_tokens, kv_read:
                      floor((cache_room - found_tokens * kv_read)
                            / ((prompt_tokens - found_tokens) * kv_read))),
            q.Mistake("You let requests keep the shared start only.",
                      lambda cache_room, found_tokens, kv_read:
                      floor(cache_room / (found_tokens * kv_read))),
            q.Mistake("You made room for the answers only.",
                      lambda cache_room, found_tokens, answer_tokens, kv_read:
                      floor((cache_room - found_tokens * kv_read) / (answer_tokens * kv_read))),
        ),
        ("What does one more request take, once the start is there?",
         "(Room − shared bytes) over (tokens that are not shared × bytes a token), rounded down."),
        WithinPercent(1),
    ),
    q.Number(
        "chance-under-top-p", "speculation", "top_p_chance[word=paris]",
        "A model gives Paris {{ chance_of[word=paris] }}, Lyon {{ chance_of[word=lyon] }}, Nice "
        "{{ chance_of[word=nice] }}, “the” {{ chance_of[word=the] }} and “a” "
        "{{ chance_of[word=a] }}. With which chance is Paris drawn under top-p at {{ top_p }}?",
        {"temperature": (0.8, 1, 1.3, 1.6, 2), "top_p": (70, 75, 80, 85, 90, 95),
         "logit.paris": (2.2, 2.5, 2.8), "logit.lyon": (1.5, 1.8)},
        (
            q.Mistake("You did not scale up: the words that are kept share all of the chance.",
                      lambda p: p, {"p": "chance_of[word=paris]"}),
            q.Mistake("You divided by the threshold; the words that are kept have more than that.",
                      lambda p, top_p: p / top_p, {"p": "chance_of[word=paris]"}),
            q.Mistake("You left out the word with which the sum reaches the threshold.",
                      lambda p, lyon, nice, the, a, top_p:
                      p / (p + where(p + lyon <= top_p, lyon, 0)
                           + where(p + lyon + nice <= top_p, nice, 0)
                           + where(p + lyon + nice + the <= top_p, the, 0)
                           + where(p + lyon + nice + the + a <= top_p, a, 0)),
                      {"p": "chance_of[word=paris]", "lyon": "chance_of[word=lyon]",
                       "nice": "chance_of[word=nice]", "the": "chance_of[word=the]",
                       "a": "chance_of[word=a]"}),
            q.Mistake("You shared what is dropped evenly among the words that are kept; each is "
                      "scaled up by the same factor.",
                      lambda key, p, lyon, nice, the, top_p:
                      p + (1 - p / key)
                      / (1 + where(p < top_p, 1, 0) + where(p + lyon < top_p, 1, 0)
                         + where(p + lyon + nice < top_p, 1, 0)
                         + where(p + lyon + nice + the < top_p, 1, 0)),
                      {"p": "chance_of[word=paris]", "lyon": "chance_of[word=lyon]",
                       "nice": "chance_of[word=nice]", "the": "chance_of[word=the]"}),
            q.Mistake("You kept a word more than the threshold needs.",
                      lambda p, lyon, nice, the, a, top_p:
                      p / (p + lyon + where(p < top_p, nice, 0)
                           + where(p + lyon < top_p, the, 0)
                           + where(p + lyon + nice < top_p, a, 0)),
                      {"p": "chance_of[word=paris]", "lyon": "chance_of[word=lyon]",
                       "nice": "chance_of[word=nice]", "the": "chance_of[word=the]",
                       "a": "chance_of[word=a]"}),
        ),
        ("Add up chances, the likeliest first. Which words are needed to reach the threshold?",
         "Its chance over the sum of the words that are kept."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "acceptance-of-a-draft", "speculation", "accepted",
        "The target gives Paris {{ chance_of[word=paris] }}, Lyon {{ chance_of[word=lyon] }}, Nice "
        "{{ chance_of[word=nice] }}, “the” {{ chance_of[word=the] }}, “a” "
        "{{ chance_of[word=a] }}; the draft {{ draft_chance[word=paris] }}, "
        "{{ draft_chance[word=lyon] }}, {{ draft_chance[word=nice] }}, "
        "{{ draft_chance[word=the] }} and {{ draft_chance[word=a] }}. A word is drawn from the "
        "draft. With which chance is it accepted?",
        {"draft_logit.paris": (0.5, 1, 1.5, 2), "draft_logit.lyon": (0, 0.5, 1, 2),
         "draft_logit.nice": (0.5, 1.5, 2), "draft_logit.the": (0, 1, 1.5)},
        (
            q.Mistake("That is the chance that a draw of each agree; a draft is accepted more "
                      "often than that.",
                      lambda p1, p2, p3, p4, p5, q1, q2, q3, q4, q5:
                      p1 * q1 + p2 * q2 + p3 * q3 + p4 * q4 + p5 * q5,
                      {"p1": "chance_of[word=paris]", "p2": "chance_of[word=lyon]",
                       "p3": "chance_of[word=nice]", "p4": "chance_of[word=the]",
                       "p5": "chance_of[word=a]", "q1": "draft_chance[word=paris]",
                       "q2": "draft_chance[word=lyon]", "q3": "draft_chance[word=nice]",
                       "q4": "draft_chance[word=the]", "q5": "draft_chance[word=a]"}),
            q.Mistake("That is the chance that it is turned down.", lambda key: 1 - key),
            q.Mistake("You summed the larger of both chances; accepted is the smaller.",
                      lambda key: 2 - key),
            q.Mistake("That is the target's chance of its likeliest word; every word may be "
                      "drafted.", lambda p: p, {"p": "chance_of[word=paris]"}),
            q.Mistake("You subtracted all differences; what one word has too much another has too "
                      "little, so each was counted again.", lambda key: 1 - 2 * (1 - key)),
            q.Mistake("You took one word's part, that of Paris.",
                      lambda p, d: (p + d - maximum(p, d)) / 1,
                      {"p": "chance_of[word=paris]", "d": "draft_chance[word=paris]"}),
        ),
        ("A word is drafted with the draft's chance and kept with the target's over the draft's, "
         "at most one. What is the product?",
         "The sum over all words of the smaller chance, the target's or the draft's."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "tokens-of-a-round", "speculation", "tokens_by_drafts",
        "Each of {{ drafted }} drafts is accepted with a chance of {{ acceptance }}, if all before "
        "it were. How many tokens does a round make on the average, the target's own included?",
        {"acceptance": (50, 60, 65, 70, 75, 80, 85, 90)},
        (
            q.Mistake("You let drafts count after one that was turned down.",
                      lambda acceptance, checked, batch_size:
                      1 + (checked / batch_size - 1) * acceptance, {"checked": "verify_tokens"}),
            q.Mistake("You let drafts count after one that was turned down, and forgot the "
                      "target's own token.",
                      lambda acceptance, checked, batch_size:
                      (checked / batch_size - 1) * acceptance, {"checked": "verify_tokens"}),
            q.Mistake("The target's own token is missing.", lambda key: key - 1),
            q.Mistake("That is for drafts without end.", lambda acceptance: 1 / (1 - acceptance)),
            q.Mistake("You summed one power too few.",
                      lambda acceptance, checked, batch_size:
                      (1 - acceptance ** (checked / batch_size - 1)) / (1 - acceptance),
                      {"checked": "verify_tokens"}),
        ),
        ("With which chance does the second draft count? The third?",
         "One, plus the chance, plus its square, and so on to the power of the drafts."),
        WithinPercent(Fraction(1, 2)),
        cell={"drafted": ("2", "3", "4", "5", "6")},
    ),
    q.Number(
        "gain-of-a-round", "speculation", "speedup",
        f"At a batch of {{{{ batch_size }}}} a plain step takes {{{{ step[counted={FULL}] }}}}, a "
        "step of the draft model {{ draft_step }}. Checking {{ drafted }} drafts of each sequence "
        "takes {{ verify }}, and a round makes {{ tokens_by_drafts }} of each. How many times as "
        "fast as plain decoding is it?",
        {"batch_size": (8, 16, 32, 64, 96, 128, 192), "acceptance": (60, 70, 80, 90)},
        (
            q.Mistake("You let the check last as long as a plain step; it has more tokens to "
                      "compute and to all-reduce.",
                      lambda tokens, plain, draft_step, checked, batch_size:
                      tokens * plain / ((checked / batch_size - 1) * draft_step + plain),
                      {"tokens": "tokens_by_drafts", "plain": f"step[counted={FULL}]",
                       "checked": "verify_tokens"}),
            q.Mistake("The draft's own steps are missing.",
                      lambda tokens, plain, verify: tokens * plain / verify,
                      {"tokens": "tokens_by_drafts", "plain": f"step[counted={FULL}]"}),
            q.Mistake("The draft runs once for each token that it drafts, one after another.",
                      lambda tokens, plain, draft_step, verify:
                      tokens * plain / (draft_step + verify),
                      {"tokens": "tokens_by_drafts", "plain": f"step[counted={FULL}]"}),
            q.Mistake("You let every draft be accepted.",
                      lambda key, tokens, checked, batch_size: key / tokens * checked / batch_size,
                      {"tokens": "tokens_by_drafts", "checked": "verify_tokens"}),
            q.Mistake("It is upside down.", lambda key: 1 / key),
            q.Mistake("That is how many tokens a round makes; it lasts longer than a step.",
                      lambda tokens: tokens, {"tokens": "tokens_by_drafts"}),
        ),
        ("How long is a round, and how long would plain decoding take for its tokens?",
         "Tokens × plain step, over (drafts × draft's step + check)."),
        WithinPercent(1),
        level="staff",
        cell={"drafted": ("2", "3", "4", "5")},
    ),
    q.Number(
        "four-bits-and-scales", "formats", "format_read[format=int4-weights]",
        "A step reads {{ multiplied | billion 1 }} weights of {{ weight_bits[format=int4-weights] "
        "}}. Every {{ group }} of them share {{ scale_bits[format=int4-weights] }} of scale and "
        "least value. How many bytes are read?",
        {"group": (32, 64, 128), "scale_bits.int4-weights": (16, 24, 32),
         "layers": (32, 40, 48, 60, 80)},
        (
            q.Mistake("The scales are missing; they are read with the weights.",
                      lambda multiplied: multiplied / 2),
            q.Mistake("You gave every weight a scale of its own.",
                      lambda multiplied, scale: multiplied * (1 / 2 + scale),
                      {"scale": "scale_bits[format=int4-weights]"}),
            q.bits_for_bytes(),
            q.Mistake("You took the bits of the scale for bytes.",
                      lambda multiplied, scale, group: multiplied * (1 / 2 + 8 * scale / group),
                      {"scale": "scale_bits[format=int4-weights]"}),
            q.Mistake("That is bf16.", lambda multiplied: multiplied * 2),
            q.Mistake("Those are the bytes of fp8 weights.",
                      lambda multiplied: multiplied * 1),
        ),
        ("How many bits does a weight take with its share of the scale?",
         "Bits of a weight, plus bits of the scale over the group; then from bits to bytes."),
        WithinPercent(1),
    ),
    q.Number(
        "ridge-of-four-bits", "formats", "format_ridge_tokens[format=int4-weights]",
        "Weights of {{ weight_bits[format=int4-weights] }} with {{ scale_bits[format=int4-weights] "
        "}} of scale for every {{ group }} are widened as they arrive, and multiplied in bf16 at "
        "{{ peak_flops }}. The GPU reads {{ memory_bandwidth }}. From how many tokens in a pass on "
        "do the products take as long as reading the weights?",
        {"peak_flops": (312, 400, 989.4, 1200), "memory_bandwidth": (2, 3.35, 4.8),
         "group": (32, 64), "scale_bits.int4-weights": (16, 32)},
        (
            q.Mistake("You left the ridge where it is in bf16; a narrower weight is read sooner, "
                      "and its arithmetic is the same.", lambda wide: wide,
                      {"wide": "format_ridge_tokens[format=bf16]"}),
            q.Mistake("The scales are missing.",
                      lambda wide: wide / 4, {"wide": "format_ridge_tokens[format=bf16]"}),
            q.bits_for_bytes(),
            q.Mistake("You let narrower weights be multiplied as much faster; they are widened to "
                      "bf16 first.", lambda key: key * 4),
            q.twice("A token does a multiply and an add with each weight, not one of them."),
        ),
        ("How many bytes is a weight with its share of the scale, and how many FLOPs does a token "
         "do with it?",
         "`peak / bandwidth * bytes / 2`, with the bytes of a weight and its share of the scale."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "adapters-of-a-step", "experts", "adapters_read",
        "{{ tenants }} tenants have a low-rank adapter each, of {{ adapter_bytes }}. A decode step "
        "has {{ batch_size }} sequences, each of a tenant drawn at random. How many bytes of "
        "adapters does it read on the average?",
        {"tenants": (20, 50, 100, 200, 400), "batch_size": (32, 64, 96, 128, 256),
         "rank": (8, 16, 32)},
        (
            q.Mistake("You read an adapter for each sequence; several are of the same tenant.",
                      lambda adapter_bytes, batch_size: adapter_bytes * batch_size),
            q.Mistake("You read all adapters; those of tenants that are not in the batch stay "
                      "where they are.", lambda adapters_bytes: adapters_bytes),
            q.Mistake("You read one adapter.", lambda adapter_bytes: adapter_bytes),
            q.Mistake("That is the chance that a tenant is not in the batch, times all of them.",
                      lambda adapters_bytes, key: adapters_bytes - key),
            q.Mistake("You shared the adapters out evenly among the sequences.",
                      lambda adapters_bytes, batch_size: adapters_bytes / batch_size),
        ),
        ("With which chance is a given tenant in none of the sequences?",
         "`tenants * (1 - (1 - 1 / tenants) ** sequences)`, times the bytes of an adapter."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "latent-on-every-gpu", "experts", "latent_node",
        "Each of {{ latent_layers }} layers of latent attention caches a latent of "
        "{{ latent_rank }} and a rotary key of {{ rope_dim }}, in {{ kv_value_width }} a value. "
        "Tensor parallelism splits the query heads over {{ gpus }}. How many bytes do all of them "
        "together keep for a token?",
        {"latent_layers": (27, 48, 60, 61), "latent_rank": (256, 384, 512, 768),
         "rope_dim": (32, 64), "gpus": (2, 4, 8)},
        (
            q.Mistake("You split the latent; all heads read all of it, so every GPU keeps it "
                      "whole.", lambda latent_kv: latent_kv),
            q.twice("You kept keys and values; both are made from the one latent."),
            q.Mistake("The rotary key is missing.",
                      lambda latent_layers, latent_rank, kv_value_width, gpus:
                      latent_layers * latent_rank * kv_value_width * gpus),
            q.Mistake("You divided by the GPUs.", lambda latent_kv, gpus: latent_kv / gpus),
            q.half("You counted values, or a byte for each."),
        ),
        ("Which heads read the latent?",
         "Layers × (latent + rotary key) × bytes, on every GPU."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "price-of-requests", "price", f"request_price[counted={FULL}]",
        f"A node of {{{{ gpus }}}} at {{{{ price }}}} computes a prompt in {{{{ prefill[counted="
        f"{FULL}] }}}}, alone. A decode step of {{{{ batch_size }}}} sequences takes "
        f"{{{{ step[counted={FULL}] }}}}; an answer takes {{{{ decode_steps }}}}. What do "
        "{{ lot }} cost?",
        {"batch_size": BATCHES, "answer_tokens": ANSWERS, "prompt_tokens": PROMPTS,
         "price": (2, 2.5, 3, 4)},
        (
            q.Mistake("You counted decoding alone; prompts have to be computed.",
                      lambda lot, decode, gpus, price: lot * decode * gpus * price,
                      {"decode": f"decode_time[counted={FULL}]"}),
            q.Mistake("You paid for one GPU.", lambda key, gpus: key / gpus),
            q.Mistake("A step is shared by {{ batch_size }} requests; you charged it to each.",
                      lambda lot, first, decode, batch_size, gpus, price:
                      lot * (first + decode * batch_size) * gpus * price,
                      {"first": f"prefill[counted={FULL}]",
                       "decode": f"decode_time[counted={FULL}]"}),
            q.Mistake("You shared the prefill among the batch; a prompt has the node for itself.",
                      lambda lot, first, decode, batch_size, gpus, price:
                      lot * (first / batch_size + decode) * gpus * price,
                      {"first": f"prefill[counted={FULL}]",
                       "decode": f"decode_time[counted={FULL}]"}),
            q.Mistake("You counted prefill alone.",
                      lambda lot, first, gpus, price: lot * first * gpus * price,
                      {"first": f"prefill[counted={FULL}]"}),
            q.Mistake("The price is for an hour; you took it for a minute.", lambda key: key * 60),
        ),
        ("How long does one request have the node, for its prompt and for its share of the steps?",
         "(Prefill + steps × step / batch) × GPUs × price, times the requests."),
        level="senior",
    ),
    q.Number(
        "gpus-of-the-fleet", "fleet", f"fleet_gpus[counted={FULL}]",
        "{{ people }} people ask {{ queries }} each, evenly over the day. A request takes a node "
        f"of {{{{ gpus }}}} for {{{{ node_time[counted={FULL}] }}}}, prefill and its share of the "
        "decode steps. On the average a node is to be busy for {{ load }} of the time. How many "
        "GPUs has the fleet?",
        {"people": (0.2, 0.5, 1, 2, 4, 7), "queries": (0.5, 1, 2, 5), "load": (30, 40, 50, 60),
         "batch_size": (32, 64, 128)},
        (
            q.Mistake("So many are busy; nodes that wait for the evening are paid as well.",
                      lambda busy: busy, {"busy": f"busy_gpus[counted={FULL}]"}),
            q.Mistake("You multiplied by the load; a fleet that is busy for a part of the time has "
                      "to be larger.", lambda busy, load: busy * load,
                      {"busy": f"busy_gpus[counted={FULL}]"}),
            q.Mistake("Those are nodes.", lambda nodes: nodes,
                      {"nodes": f"fleet_nodes[counted={FULL}]"}),
            q.Mistake("Nodes were GPUs already when you multiplied: a node's GPUs count once.",
                      lambda key, gpus: key * gpus),
            q.Mistake("You counted decoding alone.",
                      lambda query_rate, decode, load, gpus: query_rate * decode / load * gpus,
                      {"decode": f"decode_time[counted={FULL}]"}),
        ),
        ("How many requests come in a second, and how many nodes do they keep busy?",
         "Requests a second × seconds of a node, over the load, times the GPUs of a node."),
        level="staff",
    ),
)  # fmt: skip

FORMULAS = (
    q.Formula(
        "crossover-formula", "prefill",
        "Write the length of a prompt at which causal attention takes as many FLOPs as the "
        "products with weights; on the average a token looks at "
        "`P / 2` tokens of a prompt of P.",
        serving.crossover_tokens,
        {"N": q.Symbol("multiplied", "parameters that a token is multiplied by", 1e9, 1e12),
         "L": q.Symbol("layers", "layers", 8, 128),
         "a": q.Symbol("heads", "query heads", 8, 128),
         "d": q.Symbol("head_dim", "size of a head", 64, 256)},
        (
            q.Mistake("You let every token look at the whole prompt.",
                      lambda multiplied, layers, heads, head_dim:
                      multiplied / (2 * layers * heads * head_dim)),
            q.Mistake("You counted one of attention's products: there are scores, and "
                      "their use on values.",
                      lambda multiplied, layers, heads, head_dim:
                      2 * multiplied / (layers * heads * head_dim)),
            q.Mistake("You looked at one layer.",
                      lambda multiplied, layers, heads, head_dim:
                      multiplied / (heads * head_dim) + 0 * layers),
        ),
        ("Set `2 * N` equal to what attention takes for one token that looks at `P / 2`.",),
        level="senior",
    ),
    q.Formula(
        "cache-intensity-formula", "limits",
        "Write the FLOPs that decoding does for each byte of cache that it reads, whatever the "
        "batch.",
        serving.group_intensity,
        {"a": q.Symbol("heads", "query heads", 8, 128),
         "k": q.Symbol("kv_heads", "key-value heads", 1, 16),
         "c": q.Symbol("kv_value_width", "bytes of a cached value", 1, 4)},
        (
            q.Mistake("A value of the cache is used by every query head of its group.",
                      lambda heads, kv_heads, kv_value_width:
                      2 / kv_value_width + 0 * heads * kv_heads),
            q.Mistake("A multiply and an add count as a FLOP each.",
                      lambda heads, kv_heads, kv_value_width:
                      heads / (kv_heads * kv_value_width)),
            q.Mistake("The group is query heads over key-value heads, not the other way round.",
                      lambda heads, kv_heads, kv_value_width:
                      2 * kv_heads / (heads * kv_value_width)),
        ),
        ("How often is a cached value used in a step, and for how many FLOPs each time?",),
        level="senior",
    ),
    q.Formula(
        "block-waste-formula", "capacity",
        "Write the slots that the last block of a sequence leaves empty on the average, if every "
        "filling of it, from one slot to all, is as likely.",
        serving.block_waste,
        {"s": q.Symbol("block", "tokens of a block", 2, 256)},
        (
            q.Mistake("That would be right if the block could also be empty.",
                      lambda block: block / 2),
            q.Mistake("Those are the slots that are filled.", lambda block: (block + 1) / 2),
            q.Mistake("That is the worst case.", lambda block: block - 1),
        ),
        ("How many slots are empty when one is filled, and when all are?",),
    ),
    q.Formula(
        "round-formula", "speculation",
        "Write the tokens that a round makes on the average, the target's own included.",
        serving.tokens_per_round,
        {"a": q.Symbol("acceptance", "chance that a draft is accepted", 0.1, 0.95),
         "k": q.Symbol("drafted", "drafts of a round", 1, 8)},
        (
            q.Mistake("A draft counts only where all before it were accepted.",
                      lambda acceptance, drafted: 1 + drafted * acceptance),
            q.Mistake("The target's own token is missing.",
                      lambda acceptance, drafted:
                      (acceptance - acceptance ** (drafted + 1)) / (1 - acceptance)),
            q.Mistake("You summed one power too few.",
                      lambda acceptance, drafted:
                      (1 - acceptance**drafted) / (1 - acceptance)),
            q.Mistake("That is for drafts without end.",
                      lambda acceptance, drafted: 1 / (1 - acceptance) + 0 * drafted),
        ),
        ("It is the sum of the powers of a, from the power of zero to that of k.",),
    ),
    q.Formula(
        "experts-formula", "experts",
        "Write how many different experts of a layer a step touches on the average, experts drawn "
        "evenly.",
        serving.distinct_drawn,
        {"E": q.Symbol("kinds", "experts of a layer", 4, 256),
         "e": q.Symbol("drawn", "experts of a token", 1, 3),
         "B": q.Symbol("batch", "tokens of the step", 1, 64)},
        (
            q.Mistake("Tokens meet at the same experts.",
                      lambda kinds, drawn, batch: drawn * batch + 0 * kinds),
            q.Mistake("That is how many are touched by nobody.",
                      lambda kinds, drawn, batch: kinds * (1 - drawn / kinds) ** batch),
            q.Mistake("A token draws different experts, so it misses one with `1 - e / E`.",
                      lambda kinds, drawn, batch: kinds * (1 - (1 - 1 / kinds) ** batch)
                      + 0 * drawn),
        ),
        ("With which chance is a given expert missed by all tokens?",),
        level="senior",
    ),
    q.Formula(
        "node-time-formula", "price",
        "Write the time of a node that a request takes, its prompt computed alone.",
        lambda prefill, answer, step, batch: prefill + (answer - 1) * step / batch,
        {"p": q.Symbol("prefill", "time of prefill", 0.01, 1),
         "n": q.Symbol("answer", "tokens of the answer", 2, 1000),
         "t": q.Symbol("step", "time of a decode step", 0.005, 0.05),
         "B": q.Symbol("batch", "sequences decoded together", 2, 256)},
        (
            q.Mistake("That is how long the user waits; a step serves the whole batch.",
                      lambda prefill, answer, step, batch:
                      prefill + (answer - 1) * step + 0 * batch),
            q.Mistake("The first token comes out of prefill.",
                      lambda prefill, answer, step, batch: prefill + answer * step / batch),
            q.Mistake("Prefill is missing.",
                      lambda prefill, answer, step, batch:
                      (answer - 1) * step / batch + 0 * prefill),
            q.Mistake("A prompt that is computed alone is not shared with the batch.",
                      lambda prefill, answer, step, batch:
                      (prefill + (answer - 1) * step) / batch),
        ),
        ("How many decode steps has an answer, and who shares one?",),
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "parity-of-tokens", "endgame",
        "After {{ parity[run=shorter] }} of serving, as many tokens were served as the model was "
        "trained on. Why has serving not done the training's FLOPs yet?",
        (
            q.Option("A token of training is run forward and backward, a served one only forward.",
                     "Forward and backward take {{ flop_ratio | times }} the FLOPs, so they are "
                     "equal after {{ flop_parity[run=shorter] }}.", right=True),
            q.Option("Training has many epochs.",
                     "The tokens of all of them are in the figure; and large runs read most of "
                     "their text once."),
            q.Option("Serving uses a smaller model.",
                     "It is the same model, and the same parameters multiply each token."),
            q.Option("Most served tokens are read from the cache.",
                     "Keys and values are. Every new token, of prompt or answer, runs through all "
                     "weights."),
        ),
        ("What happens to a token in training after its loss is known?",),
    ),
    q.Choice(
        "why-the-root", "token",
        "Why are scores divided by the root of a head's size?",
        (
            q.Option("Dot products spread as that root, and a softmax of large scores gives nearly "
                     "all to one token.",
                     "In the real head they would spread by {{ real_spread }}. In the small one "
                     "the second token's share goes from {{ attention_on[key=2] | 3 }} to "
                     "{{ unscaled_attention[key=2] | 3 }} without it.", right=True),
            q.Option("So that shares of attention add up to one.",
                     "The softmax sees to that, whatever the scores."),
            q.Option("So that vectors keep their length through the layers.",
                     "That is what the norm is for; scores are no vectors of the residual stream."),
            q.Option("Because several heads are added up.",
                     "Heads are put side by side; each has its own softmax over its own scores."),
        ),
        ("How large is a sum of so many random products?",),
    ),
    q.Choice(
        "why-the-norm-first", "token",
        "In a Llama block the norm stands before attention and before the feed-forward block, not "
        "after the sum. What does that buy?",
        (
            q.Option("The sum itself passes through all layers untouched, and its gradient with "
                     "it.",
                     "Each block reads a normed copy and adds to the stream. Deep models then "
                     "train without a careful warm-up.", right=True),
            q.Option("It saves the second norm of each layer.",
                     "Each block has its norm either way, and norms cost little."),
            q.Option("Keys and values become smaller, so the cache does.",
                     "The cache keeps as many values of the same width, whatever their size."),
            q.Option("Attention needs vectors of length one.",
                     "RMSNorm gives components a root mean square of one, and then multiplies by "
                     "learned gains; attention needs neither."),
        ),
        ("What lies on the way from the last layer back to the first?",),
        level="senior",
    ),
    q.Choice(
        "which-card", "decode",
        "The design's step is bound by memory. Offered for the same money are cards with more "
        "bf16 arithmetic, with more memory bandwidth, with more memory, and a faster link between "
        "them. Which makes the step shorter by most?",
        (
            q.Option("More memory bandwidth.",
                     f"Reading takes {{{{ reading[counted={FULL}] }}}} of "
                     f"{{{{ step[counted={FULL}] }}}}; computing, "
                     f"{{{{ computing[counted={FULL}] }}}}, goes on beside it.", right=True),
            q.Option("More arithmetic.",
                     f"The tensor cores wait already: {{{{ computing[counted={FULL}] }}}} of "
                     "work in that time. It would shorten prefill, not the step."),
            q.Option("More memory.",
                     "More sequences would fit, and the design takes {{ taken }} of those that fit "
                     "now. The step would not be shorter."),
            q.Option("A faster link.",
                     "All-reduces take {{ all_reduce }}, most of it latency, which more bytes a "
                     "second do not touch."),
        ),
        ("Of what does the step consist?",),
        level="senior",
    ),
    q.Choice(
        "one-group-wider", "cache",
        "A model is retrained with grouped queries instead of a key-value head for every query "
        "head. What becomes smaller?",
        (
            q.Option("The cache, from {{ kv_of[sharing=multi-head] }} a token to "
                     "{{ kv_of[sharing=grouped-query] }}.",
                     "So more sequences fit, and a step reads less for each of them.", right=True),
            q.Option("The FLOPs of scores.",
                     "Every query head still meets every key: attention takes as many FLOPs, on "
                     "fewer bytes."),
            q.Option("The number of all-reduces.",
                     "Each layer still ends attention and the feed-forward block with one."),
            q.Option("The weights, to the same share.",
                     "Only the key and value matrices shrink, a small part of the parameters."),
        ),
        ("What is kept for a token, and what is computed with it?",),
    ),
    q.Choice(
        "whose-rate", "batch",
        f"A report says that the node decodes {{{{ node_rate[counted={FULL}] }}}}. How fast does "
        "one user see the answer grow?",
        (
            q.Option(f"By {{{{ user_rate[counted={FULL}] }}}}: a step gives each a token.",
                     "The node's rate is that of {{ batch_size }} sequences together.", right=True),
            q.Option(f"By {{{{ node_rate[counted={FULL}] }}}}.",
                     "That is what all {{ batch_size }} users get together."),
            q.Option("It cannot be said without the length of the answers.",
                     "The time of an answer needs it; the rate follows from the step alone."),
            q.Option(f"By {{{{ node_rate_at[batch=1, counted={FULL}] }}}}, the rate of a batch of "
                     "one.",
                     "In a batch each step also reads the other sequences' caches, so it is "
                     "slower than alone."),
        ),
        ("How many tokens does a step make for one sequence?",),
    ),
    q.Choice(
        "cheaper-by-a-batch", "limits",
        "To make decoding cheaper, a colleague raises the batch from {{ batch_size }} to the "
        "largest of the sweep, and expects the price to fall by the same factor. Prompts and "
        "answers stay. What comes of it?",
        (
            q.Option(f"{{{{ token_price_at[batch=512, counted={FULL}] }}}} instead of "
                     f"{{{{ token_price[counted={FULL}] }}}}: caches, arithmetic and all-reduces "
                     "grow with the batch.",
                     "Only the reading of the weights is shared. No batch gets below "
                     f"{{{{ price_floor[counted={FULL}] }}}}, and users wait "
                     f"{{{{ step_at[batch=512, counted={FULL}] }}}} for a token.", right=True),
            q.Option("The price falls by that factor, as long as everything fits.",
                     "It would if the weights were all that a step reads, computes and sends."),
            q.Option("The price does not move: decoding is bound by memory.",
                     "The weights' part of a step is shared by more sequences, so it moves; "
                     "{{ cache_share }} of what the design's step reads is cache, which is not "
                     "shared."),
            q.Option("The price rises, because steps grow longer.",
                     "They grow by less than the batch does."),
        ),
        ("Which parts of a step does one more sequence not add to?",),
        level="staff",
    ),
    q.Choice(
        "pages-buy", "capacity",
        "What does a paged cache gain over a stretch of {{ reserved_tokens }} reserved for each "
        "sequence?",
        (
            q.Option("Sequences take what they fill: {{ sequences }} fit instead of "
                     "{{ reserved_sequences }}.",
                     "What is lost is {{ block_waste }} of a last block on the average, not "
                     "{{ reserved_waste }} of a stretch.", right=True),
            q.Option("Attention reads less.",
                     "It reads the keys and values that are there, wherever they lie; unfilled "
                     "places were never read."),
            q.Option("Keys and values become smaller.",
                     "A token takes {{ kv_token }} in either."),
            q.Option("Blocks are read faster than a stretch.",
                     "A look-up in the block table comes on top; kernels hide it, no more."),
        ),
        ("How long is a sequence when it comes in, and who knows how long it will be?",),
    ),
    q.Order(
        "life-of-a-request", "continuous",
        "Bring the life of a request in an engine with a paged cache and a prefix cache into "
        "order.",
        (
            "It is refused if prompt and answer could never fit the whole pool.",
            "Full blocks that its prompt begins with are looked up, compared by tokens and shared.",
            "Blocks for the rest of the prompt are taken from those that are free.",
            "The rest of the prompt is computed, in chunks beside the others' decode steps.",
            "Its first token is drawn from the logits of the last prompt token.",
            "It decodes a token a step, and takes a block whenever the last one is full.",
            "Its blocks are given back; full ones stay findable until they are needed.",
        ),
        "What can never be served is refused before it takes anything. The look-up comes before "
        "the blocks are counted, since what is found needs none; and the first token is prefill's.",
        ("What must be known before blocks are taken?",),
        level="senior",
    ),
    q.Choice(
        "larger-than-the-pool", "continuous",
        "A request's prompt fits the cache, its prompt and answer together do not fit even the "
        "empty pool. The engine admits it, and preempts by giving blocks back and computing anew. "
        "What happens?",
        (
            q.Option("It runs out of blocks, is pushed out, computed anew and runs out again, for "
                     "ever.",
                     "Nothing is wrong with any step, and no answer ever ends. It must be refused "
                     "when it comes.", right=True),
            q.Option("It ends with the part of the answer that fits.",
                     "Only if the engine cuts answers off; then the user should be told before."),
            q.Option("The others are pushed out until it ends.",
                     "They may be pushed out as well, but it does not end even alone."),
            q.Option("Its first blocks are given back while it goes on.",
                     "Every later token attends to them; that would be another model, with a "
                     "window."),
        ),
        ("How many blocks does it need at its end, and how many are there?",),
        level="senior",
    ),
    q.Choice(
        "how-large-a-chunk", "chunks",
        "Users accept no gap longer than {{ wanted_gap }} between tokens, and {{ wanted_first }} "
        "until the first. With chunks of {{ chunk }} a mixed step takes {{ mixed_step }} and the "
        "first token comes after {{ chunked_prefill }}, no queue. A colleague wants whole prompts "
        "in a step, for an earlier first token. What do you say?",
        (
            q.Option("That breaks the gap: a step that computes a whole prompt keeps everybody "
                     f"waiting for {{{{ prefill[counted={FULL}] }}}} at least.",
                     "The first token has time to spare, the gap has little. A chunk somewhat "
                     "larger is what the gap leaves room for.", right=True),
            q.Option("Agreed: the sum of the work is the same, so nobody loses.",
                     "It is about the same, but everybody who decodes waits while the prompt is "
                     "computed: {{ stalled }} are missed."),
            q.Option("Rather smaller chunks: the smaller, the better for all.",
                     "A step reads weights and caches whatever the chunk. Below the tokens that "
                     "ride along for nothing, smaller chunks only mean more steps."),
            q.Option("It makes no difference: decode steps are bound by memory.",
                     f"They are until {{{{ free_tokens[counted={REACHED}] }}}} ride along; a "
                     "larger chunk makes the step as long as its arithmetic."),
        ),
        ("Which requirement is nearer to its limit, and which one does the chunk move?",),
        level="staff",
    ),
    q.Choice(
        "stall-or-chunk", "chunks",
        "Chunked prefill does slightly more work than prompts computed whole: later chunks read "
        "what earlier ones wrote, and weights are read in every step. Why is it used?",
        (
            q.Option("The steps in which chunks ride along are run anyway, and nobody's answer "
                     "stands still.",
                     "A whole prompt makes everybody miss {{ stalled }}. In chunks of {{ chunk }} "
                     "the longest step is {{ mixed_step }}.", right=True),
            q.Option("It brings the first token earlier.",
                     "Later, as a rule: {{ chunked_prefill }} instead of "
                     f"{{{{ prefill[counted={FULL}] }}}} alone, when the node is free."),
            q.Option("It needs less cache.", "A prompt keeps the same keys and values in the end."),
            q.Option("It lets attention skip earlier chunks.",
                     "A chunk attends to all before it, from the cache."),
        ),
        ("What do the others do while a prompt is computed?",),
    ),
    q.Choice(
        "hash-hit", "prefix",
        "A prefix cache finds blocks by a hash of their tokens, for all tenants together. A review "
        "asks what could go wrong. Which answer names both holes and the right fix for each?",
        (
            q.Option("Different contents may share a hash: compare tokens and all before them. A "
                     "hit is seen by its time: put a salt of the tenant into what is compared.",
                     "After a hit prefill takes {{ hit_prefill }}, without one "
                     f"{{{{ prefill[counted={FULL}] }}}}: anybody can measure that, and so guess "
                     "what another has asked.", right=True),
            q.Option("Different contents may share a hash: take a longer one. A hit is seen by its "
                     "time: add random delays.",
                     "A longer hash makes it rare, not impossible for who chooses the tokens; "
                     "delays average out over a few tries."),
            q.Option("Blocks may be evicted while they are read, and hits may be stale: count "
                     "references, and let entries expire.",
                     "References are counted, and keys and values of fixed weights never go stale. "
                     "Neither is what a stranger could use."),
            q.Option("Keys and values hold the text: encrypt the blocks in memory.",
                     "The engine that reads them has the key; and the time of a hit still tells."),
        ),
        ("What does a stranger see of a hit, and what does he choose himself?",),
        level="staff",
    ),
    q.Choice(
        "block-not-full", "prefix",
        "Why does a prefix cache share full blocks only?",
        (
            q.Option("The last block of a sequence is still written on, each answer its own "
                     "way.",
                     "Shared, one sequence would overwrite the other's keys. A copy would do, but "
                     "computing the few tokens costs less than the care.", right=True),
            q.Option("A hash needs a whole block.", "Any tokens can be hashed."),
            q.Option("Attention can only read full blocks.",
                     "Every sequence has a last block that is not full, and reads it."),
            q.Option("Blocks that are not full are given back at once.",
                     "They are held as long as their sequence runs."),
        ),
        ("Who writes into a block, and until when?",),
    ),
    q.Choice(
        "mask-and-likeliest", "speculation",
        "A schema allows Lyon and Nice only. The mask sets the others' chances to zero and scales "
        "up the rest, word by word. What is true of whole answers made so?",
        (
            q.Option("Each obeys the schema, but they do not follow the model's own law of answers "
                     "that obey it.",
                     "A word is chosen without looking whether the model likes any allowed end "
                     "after it. Lyon's chance becomes {{ masked_chance[word=lyon] }} here, "
                     "whatever comes next.", right=True),
            q.Option("They are what the model would have said if it knew the schema.",
                     "That would weigh each beginning with the chance of all its allowed ends; a "
                     "mask looks one word ahead."),
            q.Option("They are the likeliest answers that the schema allows.",
                     "Only a search over whole answers finds those; greedy choice misses the best "
                     "path even without a schema: {{ greedy_path }} for {{ best_path }}."),
            q.Option("Nothing: the model may still leave the schema.",
                     "What is masked has chance zero; it cannot be drawn."),
        ),
        ("How far ahead does the mask look?",),
        level="senior",
    ),
    q.Choice(
        "drafts-fade", "speculation",
        "Drafts gained {{ speedup_at[drafted=3, batch=1] }} in a test with one sequence. In "
        "production, at a batch of {{ batch_size }}, they gain {{ speedup[drafted=3] }}, and at "
        "a larger one {{ speedup_at[drafted=3, batch=128] }}. The acceptance is the same. What do "
        "you change?",
        (
            q.Option("Draft fewer tokens as the batch grows, and none from some batch on.",
                     "Checks leave the memory roof: {{ verify_tokens[drafted=3] }} a pass are "
                     "above {{ reached_ridge_tokens }}, so each costs arithmetic, and more to "
                     "all-reduce. The best number is {{ best_drafts }} here.", right=True),
            q.Option("Train the draft on production's text, which it does not know.",
                     "It guesses as well as in the test. What grew is the check: "
                     f"{{{{ verify[drafted=3] }}}} for {{{{ step[counted={FULL}] }}}}."),
            q.Option("Draft more tokens, so that a round makes up for its cost.",
                     "Every further draft is accepted less often and checked at full price: "
                     "{{ speedup[drafted=6] }} with {{ verify_tokens[drafted=6] }} a pass."),
            q.Option("Give the draft a GPU of its own.",
                     "The draft's steps are {{ draft_step }} each; it is the target's check that "
                     "grew."),
        ),
        ("What did a check cost at a batch of one, and what does it cost now?",),
        level="staff",
    ),
    q.Choice(
        "int4-at-a-batch", "formats",
        "Weights of {{ weight_bits[format=int4-weights] }} make a batch of one "
        "{{ format_gain[format=int4-weights, batch=1] }} as fast as bf16, and the largest of the "
        "sweep {{ format_gain[format=int4-weights, batch=512] }}. Why so little there?",
        (
            q.Option("What grows with the batch stays as it was: caches are read, products done "
                     "and all-reduced in bf16.",
                     "The weights are a small part of a large step. fp8, with narrower caches "
                     "and a higher peak as well, still gains "
                     "{{ format_gain[format=fp8, batch=512] }}.", right=True),
            q.Option("Widening the weights takes longer, the larger the batch.",
                     "They are widened once in a step, whatever the batch."),
            q.Option("The scales are read for every sequence.",
                     "They are read with the weights, once in a step."),
            q.Option("Narrow weights are less exact, and the batch adds up the errors.",
                     "Sequences do not mix, and exactness does not set the time."),
        ),
        ("Which of a step's parts do narrow weights touch?",),
        level="senior",
    ),
    q.Choice(
        "pruned-to-half", "formats",
        "Of the weights {{ kept_weights }} are kept, wherever they are largest. The design's step "
        "takes {{ way_step[smaller=pruned-anywhere] }} instead of "
        "{{ way_step[smaller=as-it-is] }}. Why not {{ kept_weights }} of it?",
        (
            q.Option("A mask is read with the weights, caches and all-reduces stay, and tensor "
                     "cores skip nothing.",
                     "A weight of {{ weight_width }} still takes "
                     "{{ way_width[smaller=pruned-anywhere] }}. A distilled student with "
                     "{{ way_layers }} of the layers makes every part smaller: "
                     "{{ way_step[smaller=distilled] }}.", right=True),
            q.Option("Most of the others were zero already.",
                     "Trained weights are hardly ever zero before they are pruned."),
            q.Option("The pruned weights are still read as zeros.",
                     "Stored so, nothing would be gained at all; here only those that are kept are "
                     "read, and their mask."),
            q.Option("Pruning needs a second pass over the model.",
                     "It is done once, before serving."),
        ),
        ("Go through the parts of a step: which does a missing weight make smaller?",),
        level="senior",
    ),
    q.Choice(
        "mixture-at-a-batch", "experts",
        "A mixture sends a token to {{ drawn[mixture=mixtral-8x7b] }} of "
        "{{ experts[mixture=mixtral-8x7b] }}. Alone, a sequence reads "
        "{{ touched_share[mixture=mixtral-8x7b, batch=1] }} of the experts of a layer. What does "
        "a decode step of {{ batch_size }} sequences save against a dense model of the same "
        "parameters?",
        (
            q.Option("Arithmetic, but hardly any reading: together they touch "
                     "{{ touched[mixture=mixtral-8x7b, batch=64] }}.",
                     "Each token is multiplied by {{ active_params[mixture=mixtral-8x7b] | billion "
                     "1 }} parameters, but all that some token needs has to be read.", right=True),
            q.Option("Reading and arithmetic, as much as alone.",
                     "That holds while tokens choose the same experts; drawn evenly they do not."),
            q.Option("Reading, but no arithmetic.",
                     "It is the other way round."),
            q.Option("Memory: experts that are not drawn need not be there.",
                     "Another step draws them; all of them have to be held."),
        ),
        ("With which chance is an expert needed by none of the sequences?",),
        level="senior",
    ),
    q.Choice(
        "latent-and-parallel", "experts",
        "A model with latent attention keeps {{ latent_kv }} a token, the present one "
        "{{ kv_token }}. Served on the node like the present one, under tensor parallelism over "
        "{{ gpus }}, it holds fewer sequences, not more. What is the remedy?",
        (
            q.Option("Let each GPU do the attention of its own sequences, and split only the rest "
                     "of the model.",
                     "Under tensor parallelism every GPU keeps the whole latent, "
                     "{{ latent_node }} a token in all. Sequences spread over the GPUs keep it "
                     "once.", right=True),
            q.Option("Split the latent over the GPUs.",
                     "Every head makes its keys and values from all of it; split, it would have to "
                     "be gathered in every layer and step."),
            q.Option("Give back to every head its own keys and values.",
                     "That is many times as much: the latent is there to avoid it."),
            q.Option("Nothing: the weights are the trouble, not the cache.",
                     "The node's cache of a token grew from {{ kv_read }} to {{ latent_node }}."),
        ),
        ("Where is the latent kept, and who reads it?",),
        level="staff",
    ),
    q.Choice(
        "in-and-out", "price",
        "A written token costs {{ out_over_in[counted=all-reduces-too] | times }} what a read one "
        "does. Where does that come from?",
        (
            q.Option("A prompt's tokens share one reading of the weights; a written token shares "
                     "it with the batch only, and reads caches.",
                     "Prefill is bound by arithmetic, decoding at {{ batch_size }} by memory. Both "
                     "take about the same FLOPs a token.", right=True),
            q.Option("A written token takes that many times the FLOPs.",
                     "It takes {{ decode_flops }}, a read one {{ token_flops }} and some "
                     "attention."),
            q.Option("Providers want users to write less.",
                     "Perhaps; but this ratio follows from seconds of the node."),
            q.Option("Written tokens are kept in the cache, read ones are not.",
                     "Both are kept until the answer ends."),
        ),
        ("How many tokens share one reading of the weights in prefill, and in decoding?",),
    ),
    q.Choice(
        "where-to-cut", "fleet",
        "The fleet costs {{ fleet_price[counted=all-reduces-too] }}; a request takes a node for "
        "{{ node_time[counted=all-reduces-too] }}, {{ prefill[counted=all-reduces-too] }} of it "
        "for prefill. Each of these would take your team as long. Which "
        "one cuts the bill most?",
        (
            q.Option("A prefix cache: {{ hit_share }} of the prompts find {{ shared_tokens }}.",
                     "It brings mean prefill down to {{ mean_prefill }}, more than any other here "
                     "takes off.", right=True),
            q.Option("Drafts, which make a batch of {{ batch_size }} decode "
                     "{{ speedup[drafted=2] }} as fast.",
                     "They shorten {{ decode_time[counted=all-reduces-too] }} of decoding by less "
                     "than a prefix cache takes off prefill."),
            q.Option("Room for a larger batch.",
                     "At the next one of the sweep a request takes "
                     "{{ node_time_at[batch=128, counted=all-reduces-too] }}: the steps are "
                     "shared by more, prefill is not."),
            q.Option("Blocks of a single token, so that no slot is left empty.",
                     "That frees {{ waste_share }} of the cache, and memory is not what is short: "
                     "the design takes {{ taken }} of the sequences that fit."),
        ),
        ("Compute for each how many milliseconds of a node it takes off a request.",),
        level="staff",
    ),
    q.Order(
        "from-people-to-dollars", "fleet",
        "Bring the estimate of the fleet's price into an order in which each step uses the one "
        "before.",
        (
            "Parameters that a token is multiplied by, and bytes that a cached token takes.",
            "The time of a step, at a batch that fits and that users accept.",
            "The node's time for one request: prefill, and its share of the steps.",
            "Nodes that are busy at every moment: requests a second times that time.",
            "Nodes of the fleet: those that are busy over the mean load.",
            "Dollars a day: GPUs times the price of one.",
        ),
        "Each line takes what the line before gives. Who begins with tokens a second of a node "
        "counts decoding alone and finds too few: the truth is {{ missed }} as many.",
        ("What must be known before a request has a time?",),
    ),
    q.Open(
        "why-is-decode-slow", "decode",
        "Explain to an engineer who knows matrix products but no serving why one user's answer "
        "grows no faster than {{ user_rate_at[batch=1, counted=achieved-rates] }} on a node whose "
        "tensor cores hardly notice, and what can be done about it.",
        {
            "mid": (
                "Says that every token reads all weights once: {{ weights_read }} in "
                "{{ weight_time[counted=achieved-rates] }}.",
                "Compares with the arithmetic: {{ token_products[counted=data-sheet] }} at the "
                "peak.",
            ),
            "senior": (
                "Puts it as FLOPs a byte: {{ decode_intensity }} against a ridge of {{ ridge }}.",
                "Says that a batch shares the reading, and what it does not share.",
                "Counts the all-reduces: {{ all_reduce_at[batch=1] }} of a step even for one "
                "sequence.",
            ),
            "staff": (
                "Weighs narrower weights, drafts, and more GPUs with their latency, with numbers.",
                "Asks which is wanted, one user's rate or the price, since they pull apart.",
            ),
        },
        ("How many bytes does one token need, and how many FLOPs?",),
    ),
    q.Open(
        "review-an-estimate", "price",
        "A candidate's estimate: “A node does {{ node_rate_at[batch=256, counted=data-sheet] }} by "
        "the data sheet at a large batch, which makes a price of "
        "{{ token_price_at[batch=256, counted=data-sheet] }}; an answer has {{ answer_tokens }}, "
        "so a lot costs that times the tokens.” Review it.",
        {
            "mid": (
                "Prefill is missing: {{ prefill_share_at[batch=256, counted=all-reduces-too] }} of "
                "the bill at that batch.",
                "Data-sheet rates are not reached: {{ bandwidth_share }} of the bandwidth, "
                "{{ mfu }} of the peak.",
            ),
            "senior": (
                "All-reduces are missing: {{ all_reduce_at[batch=256] }} a step.",
                "Checks that the batch fits, and that users accept the step: "
                "{{ step_at[batch=256, counted=all-reduces-too] }}.",
                "Gives a price for a lot of requests: "
                "{{ request_price_at[batch=256, counted=all-reduces-too] }}.",
            ),
            "staff": (
                "Adds the load: idle time is paid as well, so a query costs "
                "{{ query_price[counted=all-reduces-too] }}, not the busy node's share.",
                "Says which of the assumptions to measure first, and how.",
                "Names what would lower the bill most: prefill, not decoding.",
            ),
        },
        ("What does a request take from a node besides decode steps?",),
    ),
    q.Open(
        "design-the-service", "fleet",
        "Design the serving of Atlas-70B for {{ people }} people at {{ queries }} each: node, "
        "batch, scheduling, caches, fleet, price. Answer aloud, with numbers.",
        {
            "mid": (
                "Gets the demand: {{ query_rate }}, {{ token_rate }}.",
                "Sizes weights and cache: {{ weight_bytes }}, {{ kv_token }} a token, "
                "{{ sequences }} on a node.",
                "Separates prefill (arithmetic) from decode (memory).",
            ),
            "senior": (
                "Chooses a batch from the step that users accept, with all-reduces in it.",
                "Uses continuous batching, chunks and a paged cache, and says what each is for.",
                "Computes the node's time of a request, "
                "{{ node_time[counted=all-reduces-too] }}, and its price.",
                "Decides on fp8, drafts and a prefix cache by what they gain at this batch.",
            ),
            "staff": (
                "Closes the chain: {{ fleet_gpus[counted=all-reduces-too] }} at {{ load }} load, "
                "{{ fleet_price[counted=all-reduces-too] }}, and says what it hangs on most.",
                "Refuses what cannot be served at admission, and isolates tenants in the prefix "
                "cache.",
                "Plans what to measure before buying: rates that are reached, answer lengths, "
                "hits.",
                "Says when distilling pays: after {{ teach_requests }}.",
            ),
        },
        ("From people to tokens, to a step, to a request, to nodes, to dollars.",),
        level="staff",
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
