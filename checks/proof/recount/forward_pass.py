"""Compute the inside of the forward pass once more, in one piece, from the chapter's words.

Formulas and their proofs say nothing about which figure goes into which argument. This file
does: it uses neither `worked/formulas` nor the scenario's wiring, only givens in base units
(bytes, seconds, dollars; a percentage as a fraction), and names its results as the figures are
named. Over axes they are arrays, their axes in the figure's order; a place counts from 0, and an
absent cell is NaN. Where a figure is swept over the batch, both it and its `_at` come of one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Givens = Mapping[str, Any]
Figures = dict[str, Any]

BATCHES = 2.0 ** np.arange(10)
CONTEXTS = 1000 * np.array([2, 8, 32, 128])
DRAFTS = np.arange(9)
CHANCES = np.array([5, 6, 7, 8, 9]) / 10
SHEET, REACHED, FULL = 0, 1, 2  # what is counted: data sheet, achieved rates, all-reduces too


def recount(g: Givens) -> Figures:
    """Return every derived figure of the chapter, in base units, from the givens `g`."""
    r: Figures = {}
    for part in (
        _demand,
        _parameters,
        _by_hand,
        _prefill,
        _decode,
        _cache,
        _sweep,
        _limits,
        _capacity,
        _slots,
        _chunks,
        _prefix,
        _words,
        _drafts,
        _formats,
        _smaller,
        _experts,
        _adapters,
        _price,
        _fleet,
    ):
        r |= part(g, r)
    return r


# -- what several steps count alike -------------------------------------------------------------


def _yes(condition: Any) -> Any:
    return np.asarray(condition) * 1.0


def _counted(rate: float, share: float) -> np.ndarray:
    """Return a rate as the data sheet has it, and twice as it is reached."""
    return rate * np.array([1, share, share])


def _only_last(seconds: Any) -> np.ndarray:
    """Return links' seconds, which the first two ways to count leave out."""
    return np.multiply.outer([0, 0, 1], seconds)


def _ring(g: Givens, tokens: Any, hidden: float) -> Any:
    """Return the bytes that a GPU sends: all but its own share, twice, to sum and to spread."""
    own = tokens * hidden * g["activation_width"] / g["gpus"]
    return 2 * own * (g["gpus"] - 1)


def _links(g: Givens, sent: Any, layers: float) -> Any:
    """Return the seconds of a pass's all-reduces; a GPU alone has nobody to wait for."""
    one = np.asarray(g["hop_latency"] + sent / g["nvlink_bandwidth"])
    return 2 * layers * one * (g["gpus"] > 1)


def _looking(g: Givens, pairs: Any) -> Any:
    """Return attention's FLOPs: a score and its use, a multiply and an add per component."""
    return pairs * (g["layers"] * g["heads"] * g["head_dim"]) * 2 * 2


def _up_to(tokens: Any) -> Any:
    """Return pairs in a prompt: its n-th token looks at n."""
    return (tokens + tokens**2) / 2


def _whole(number: Any) -> Any:
    """Return how many whole things a number has room for."""
    return np.floor(np.maximum(number, 0))


def _softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


def _swept(name: str, own: Any, at: Any) -> Figures:
    return {name: own, f"{name}_at": at}


# -- endgame, token -----------------------------------------------------------------------------


def _demand(g: Givens, r: Figures) -> Figures:
    read = np.array(g["training_tokens"])
    each = g["prompt_tokens"] + g["answer_tokens"]
    asked, heavy = g["people"] * g["queries"], g["people"] * g["heavy_queries"]
    return {
        "request_tokens": each,
        "query_rate": asked,
        "token_rate": asked * each,
        "served": asked * each * g["horizon"],
        "parity": read / (asked * each),
        "flop_parity": 6 * read / (2 * asked * each),
        "flop_ratio": 6 / 2,
        "served_over_trained": asked * each * g["horizon"] / read,
        "heavy_query_rate": heavy,
        "heavy_token_rate": heavy * each,
        "heavy_over_trained": heavy * each * g["horizon"] / read,
    }


def _parameters(g: Givens, r: Figures) -> Figures:
    h, d = g["hidden"], g["head_dim"]
    queries, keys = g["heads"] * d, g["kv_heads"] * d
    per_layer = np.array(
        [
            2 * h * queries + 2 * h * keys,
            3 * h * g["ffn"],
            0,
            0,
            2 * h + g["qkv_bias"] * (queries + 2 * keys),
        ]
    )
    words = g["vocab"] * h
    pieces = per_layer * g["layers"] + [0, 0, words, words * (1 - g["tied"]), h]
    used = pieces[:3].sum()
    return {
        "piece_params": pieces,
        "params": pieces.sum(),
        "exact_over_round": pieces.sum() / g["round_params"],
        "multiplied": used,
        "token_flops": used * 2,
        "weight_bytes": pieces.sum() * g["weight_width"],
        "weights_read": used * g["weight_width"],
    }


def _by_hand(g: Givens, r: Figures) -> Figures:
    x, q, k, v = (np.array(g[n], float) for n in ("state", "question", "offer", "content"))
    rms = np.sqrt((x**2).mean())
    spread = np.sqrt(len(x))
    attention = _softmax(k @ q / spread)
    return {
        "rms": rms,
        "normed": x / np.where(rms, rms, np.nan),
        "width_by_hand": len(x),
        "score": k @ q,
        "spread": spread,
        "scaled_score": k @ q / spread,
        "attention_on": attention,
        "unscaled_attention": _softmax(k @ q),
        "attended": attention @ v,
        "real_spread": np.sqrt(g["head_dim"]),
    }


# -- prefill, decode, cache ---------------------------------------------------------------------


def _prefill(g: Givens, r: Figures) -> Figures:
    tokens, each = g["prompt_tokens"], r["token_flops"]
    pairs, square = _up_to(tokens), tokens * tokens
    flops, attention = each * tokens, _looking(g, pairs)
    rate = _counted(g["peak_flops"], g["mfu"])
    products = (flops + attention) / rate / g["gpus"]
    sent = _ring(g, tokens, g["hidden"])
    waiting = _links(g, sent, g["layers"])
    looked = _looking(g, _up_to(CONTEXTS))
    weights = r["weights_read"] / _counted(g["memory_bandwidth"], g["bandwidth_share"]) / g["gpus"]
    return {
        "heads_split": _yes(g["heads"] % g["gpus"] == 0),
        "heads_grouped": _yes(g["heads"] % g["kv_heads"] == 0),
        "prompt_flops": flops,
        "prompt_pairs": pairs,
        "square_pairs": square,
        "square_excess": square / pairs,
        "prompt_attention": attention,
        "prefill_flops": flops + attention,
        "attention_share": attention / flops,
        "product_rate": rate,
        "prefill_products": products,
        "prefill_sent": sent,
        "prefill_all_reduces": waiting,
        "prefill_waiting": _only_last(waiting),
        "prefill": np.maximum(products, weights) + _only_last(waiting),
        "waiting_over_products": waiting / products[FULL],
        "pairs_of": _up_to(CONTEXTS),
        "flops_of": each * CONTEXTS,
        "attention_of": looked,
        "attention_share_of": looked / (each * CONTEXTS),
        # A token looks at half of P on the average, so P tokens at P * P / 2.
        "crossover": each / _looking(g, 1 / 2),
    }


def _decode(g: Givens, r: Figures) -> Figures:
    rate = _counted(g["memory_bandwidth"], g["bandwidth_share"])
    reading = r["weights_read"] / rate / g["gpus"]
    computing = r["token_flops"] / r["product_rate"] / g["gpus"]
    ridge = g["peak_flops"] / g["memory_bandwidth"]
    return {
        "decode_steps": g["answer_tokens"] - 1,
        "bandwidth": rate,
        "weight_time": reading,
        "token_products": computing,
        "reading_over_computing": reading[SHEET] / computing[SHEET],
        "decode_intensity": r["token_flops"] / r["weights_read"],
        "prefill_intensity": r["token_flops"] * g["prompt_tokens"] / r["weights_read"],
        "ridge": ridge,
        "sparse_ridge": ridge * g["sparsity_factor"],
        "ridge_tokens": ridge * g["weight_width"] / 2,
    }


def _cache(g: Givens, r: Figures) -> Figures:
    kept = np.array([g["heads"], g["kv_heads"], 1])
    widths = kept * g["head_dim"]
    tokens = 2 * g["layers"] * widths * g["kv_value_width"]
    copies = max(1, g["gpus"] / g["kv_heads"])
    steps = np.arange(1, g["answer_tokens"])
    read = np.mean(g["prompt_tokens"] + steps)
    return {
        "kv_width": widths[1],
        "kv_token": tokens[1],
        "kv_shared": _yes(g["kv_heads"] % g["gpus"] == 0 or g["gpus"] % g["kv_heads"] == 0),
        "kv_copies": copies,
        "kv_read": tokens[1] * copies,
        "kv_sequence": tokens[1] * r["request_tokens"],
        "kv_over_weights": tokens[1] * r["request_tokens"] / r["weight_bytes"],
        "heads_kept": kept,
        "width_of": widths,
        "kv_of": tokens,
        "sequence_of": tokens * r["request_tokens"],
        "kv_context": tokens[1] * CONTEXTS,
        "decode_attention": _looking(g, read),
        "context_read": read,
    }


# -- the batch and its limits -------------------------------------------------------------------


def _sweep(g: Givens, r: Figures) -> Figures:
    own, at = _steps(g, r, g["batch_size"]), _steps(g, r, BATCHES)
    found = {k: v for name, value in own.items() for k, v in _swept(name, value, at[name]).items()}
    alone = _links(g, 0, g["layers"])
    added = _links(g, _ring(g, 1, g["hidden"]), g["layers"]) - alone
    node = g["gpus"] * r["bandwidth"][REACHED]
    left = g["wanted_step"] - alone
    read = (left - r["weights_read"] / node) / (r["context_read"] * r["kv_read"] / node + added)
    done = r["token_flops"] + r["decode_attention"]
    computed = left / (done / g["gpus"] / r["product_rate"][REACHED] + added)
    return found | {
        "decode_flops": r["token_flops"] + r["decode_attention"],
        "step_waits": _yes(own["reading"][FULL] > own["computing"][FULL]),
        "step_latency": alone,
        "batch_in_time": _whole(min(read, computed)),
    }


def _steps(g: Givens, r: Figures, batch: Any) -> Figures:
    """Return all of a decode step at a batch or at each of many."""

    def over(rate: np.ndarray) -> np.ndarray:
        return 1 / g["gpus"] / rate

    caches = batch * r["context_read"] * r["kv_read"]
    read = r["weights_read"] + caches
    flops = batch * (r["token_flops"] + r["decode_attention"])
    reading = np.multiply.outer(over(r["bandwidth"]), read)
    computing = np.multiply.outer(over(r["product_rate"]), flops)
    sent = _ring(g, batch, g["hidden"])
    waiting = _links(g, sent, g["layers"])
    step = np.where(reading > computing, reading, computing) + _only_last(waiting)
    return {
        "step_bytes": read,
        "step_flops": flops,
        "reading": reading,
        "computing": computing,
        "step_sent": sent,
        "all_reduce": waiting,
        "waiting": _only_last(waiting),
        "step": step,
        "cache_time": np.multiply.outer(over(r["bandwidth"]), caches),
        "user_rate": 1 / step,
        "node_rate": batch / step,
        "token_price": step * g["gpus"] * g["price"] / batch,
    }


def _limits(g: Givens, r: Figures) -> Figures:
    cache = r["context_read"] * r["kv_read"]
    products = g["batch_size"] * r["token_flops"]
    rate, bandwidth = r["product_rate"], r["bandwidth"]
    products_time = products / rate[REACHED] / g["gpus"]
    longer = max(r["reading"][REACHED], r["computing"][REACHED])
    longer_bare = max(r["weight_time"][REACHED], products_time)
    one_reading = cache / bandwidth / g["gpus"]
    one_computing = r["decode_flops"] / rate / g["gpus"]
    one_sent = 2 * g["layers"] * _ring(g, 1, g["hidden"]) / g["nvlink_bandwidth"]
    one_more = np.maximum(one_reading, one_computing) + _only_last(one_sent)
    ridge = rate[REACHED] / bandwidth[REACHED]
    return {
        "kv_equals_weights": r["weights_read"] / cache,
        "attained": r["step_flops"] / longer / g["gpus"],
        "batch_products": products,
        "attained_uncached": products / longer_bare / g["gpus"],
        "products_time": products_time,
        "cache_intensity": 2 * g["heads"] / g["kv_heads"] / g["kv_value_width"],
        "one_cache": cache,
        "one_reading": one_reading,
        "one_computing": one_computing,
        "one_all_reduce": one_sent,
        "one_waiting": _only_last(one_sent),
        "one_more": one_more,
        "rate_ceiling": 1 / one_more,
        "ceiling_waits": _yes(one_reading > one_computing),
        "price_floor": one_more * g["gpus"] * g["price"],
        "reached_ridge": ridge,
        "reached_ridge_tokens": ridge * g["weight_width"] / 2,
        "cache_share": g["batch_size"] * cache / r["step_bytes"],
    }


# -- what fits, and what scheduling does --------------------------------------------------------


def _capacity(g: Givens, r: Figures) -> Figures:
    usable = g["gpus"] * g["gpu_memory"] * g["memory_share"]
    room, token, each = usable - r["weight_bytes"], r["kv_read"], r["request_tokens"]
    held = _whole(room / token / each)
    reserved = _whole(room / token / g["reserved_tokens"])
    # The last block holds 1, 2 ... or all of its slots; the others are empty.
    empty = np.mean(g["block"] - np.arange(1, g["block"] + 1))
    return {
        "usable": usable,
        "cache_room": room,
        "weights_fit": _yes(usable >= r["weight_bytes"]),
        "sequences": held,
        "batch_fits": _yes(held >= g["batch_size"]),
        "held_of": _whole(room / token / CONTEXTS),
        "taken": g["batch_size"] / held if held else np.nan,
        "key_count": len(g["offer"]),
        "held": _yes(held >= BATCHES),
        "blocks": np.ceil(each / g["block"]),
        "block_bytes": g["block"] * r["kv_read"],
        "pool_blocks": _whole(room / token / g["block"]),
        "block_waste": empty,
        "waste_share": empty / each,
        "reserved_waste": max(g["reserved_tokens"] - each, 0) / g["reserved_tokens"],
        "reserved_sequences": reserved,
        "paging_gain": held / reserved if reserved else np.nan,
    }


def _slots(g: Givens, r: Figures) -> Figures:
    answers = np.array(g["answer"])
    made = np.arange(answers.max()) < answers[:, None]  # requests by steps
    return {
        "longest": answers.max(),
        "useful": answers.sum(),
        "asked_count": len(answers),
        "static_idle": 1 - made.mean(),
        "mean_answer": answers.mean(),
        "static_over_full": answers.max() / answers.mean(),
    }


def _chunks(g: Givens, r: Figures) -> Figures:
    rate = r["product_rate"] * g["gpus"]
    beside = (r["reading"] - r["computing"]) * rate / r["token_flops"]
    tokens = g["batch_size"] + min(g["chunk"], g["prompt_tokens"])
    of_prompt = min(g["chunk"] / g["prompt_tokens"], 1)
    flops = r["step_flops"] + r["prefill_flops"] * of_prompt
    sent = _ring(g, tokens, g["hidden"])
    waiting = _links(g, sent, g["layers"])
    step = max(r["reading"][REACHED], flops / rate[REACHED]) + waiting
    number = np.ceil(g["prompt_tokens"] / g["chunk"])
    return {
        "stalled": r["prefill"][FULL] / r["step"][FULL],
        "free_tokens": _whole(beside),
        "mixed_flops": flops,
        "mixed_computing": flops / rate[REACHED],
        "mixed_tokens": tokens,
        "mixed_sent": sent,
        "mixed_all_reduces": waiting,
        "mixed_step": step,
        "chunks": number,
        "chunked_prefill": number * step,
    }


def _prefix(g: Givens, r: Figures) -> Figures:
    found = min(g["shared_tokens"], g["prompt_tokens"] - 1)
    fresh = g["prompt_tokens"] - found
    pairs = _up_to(g["prompt_tokens"]) - _up_to(found)
    attention, products = _looking(g, pairs), fresh * r["token_flops"]
    computing = (attention + products) / r["product_rate"][REACHED] / g["gpus"]
    sent = _ring(g, fresh, g["hidden"])
    waiting = _links(g, sent, g["layers"])
    hit, token = max(computing, r["weight_time"][REACHED]) + waiting, r["kv_read"]
    own, kept = r["request_tokens"] * token, found * token
    idle = max(r["cache_room"] - g["batch_size"] * own, 0)
    return {
        "fresh": fresh,
        "found_tokens": found,
        "hit_pairs": pairs,
        "hit_attention": attention,
        "hit_products": products,
        "hit_flops": attention + products,
        "hit_computing": computing,
        "hit_sent": sent,
        "hit_all_reduces": waiting,
        "hit_prefill": hit,
        "mean_prefill": r["prefill"][FULL] + g["hit_share"] * (hit - r["prefill"][FULL]),
        "prefix_bytes": g["shared_tokens"] * r["kv_read"],
        "sharing_sequences": _whole((r["cache_room"] - kept) / (own - kept)),
        "idle_room": idle,
        "prefixes": _whole(idle / token / g["shared_tokens"]),
    }


# -- words and drafts ---------------------------------------------------------------------------


def _words(g: Givens, r: Figures) -> Figures:
    logits, allowed = np.array(g["logit"], float), np.array(g["allowed"])
    chance = _softmax(logits / g["temperature"])
    draft = _softmax(np.array(g["draft_logit"], float) / g["temperature"])
    order = np.argsort(-logits, kind="stable")  # of equals the first is taken first
    place = np.empty(5)
    place[order] = np.arange(1, 6)
    before = np.empty(5)
    before[order] = np.cumsum(chance[order]) - chance[order]
    begins, goes_on = np.array(g["begins"]), np.array(g["goes_on"])
    accepted = np.minimum(chance, draft).sum()
    more = np.where(chance > draft, chance - draft, 0)

    def kept(which: Any) -> np.ndarray:
        left = chance * which
        return left / (left.sum() or np.nan)

    return {
        "chance_of": chance,
        "likeliest": order[0],
        "place_of": place,
        "before_it": before,
        "top_k_chance": kept(place <= g["top_k"]),
        "top_p_chance": kept(before < g["top_p"]),
        "some_allowed": _yes(allowed.any()),
        "masked_chance": kept(allowed),
        "path_chance": begins[:, None] * goes_on,
        "greedy_path": begins.max() * goes_on[begins.argmax()].max(),
        "best_path": (begins[:, None] * goes_on).max(),
        "draft_chance": draft,
        "accepted": accepted,
        "residual": more / (more.sum() or np.nan),
        "redrawn": np.where(chance < draft, chance, draft) + chance * (1 - accepted),
    }


def _run(chance: Any, drafts: Any) -> Any:
    """Return the tokens of a round: the target's own, and each draft if all before it held."""
    kept = np.asarray(chance)[..., None] ** np.arange(9)
    return np.cumsum(kept, axis=-1)[..., drafts]


def _drafts(g: Givens, r: Figures) -> Figures:
    used = max(g["draft_params"] - g["vocab"] * g["draft_hidden"], 0)
    width = g["draft_kv_heads"] * g["draft_head_dim"]
    cache = 2 * g["draft_layers"] * width * g["kv_value_width"]
    weights = g["draft_params"] * g["weight_width"]
    tokens = _run(g["acceptance"], DRAFTS)
    copies = max(1, g["gpus"] / g["draft_kv_heads"])
    looks = g["draft_layers"] * g["draft_heads"] * g["draft_head_dim"] * r["context_read"] * 4
    d = {"used": used, "cache": cache * copies, "tokens": tokens, "each": used * 2 + looks}
    own, at = (
        _rounds(g, r, d, g["batch_size"], r["step"][FULL], r["reading"][REACHED]),
        _rounds(g, r, d, BATCHES, r["step_at"][FULL], r["reading_at"][REACHED]),
    )
    found = {k: v for name, value in own.items() for k, v in _swept(name, value, at[name]).items()}
    cost = found["draft_step_at"][0] / r["step_at"][FULL, 0]
    request = r["request_tokens"] * (r["kv_read"] + cache * copies)
    return found | {
        "round_tokens": _run(CHANCES, DRAFTS),
        "chance_number": CHANCES,
        "tokens_by_drafts": tokens,
        "counted_singly": 1 + g["acceptance"] * DRAFTS,
        "draft_multiplied": used,
        "draft_read": used * g["weight_width"],
        "draft_kv_width": width,
        "draft_kv": cache,
        "draft_copies": copies,
        "draft_kv_read": cache * copies,
        "draft_products": used * 2,
        "draft_attention": looks,
        "draft_token_flops": used * 2 + looks,
        "best_drafts": own["speedup"].argmax(),
        "best_drafts_at": at["speedup"].argmax(axis=0),
        "draft_held": weights,
        "sequences_drafted": _whole((r["cache_room"] - weights) / request),
        "alone_speedup": tokens / (1 + DRAFTS * cost),
        "draft_cost": cost,
    }


def _rounds(
    g: Givens, r: Figures, d: Figures, batch: Any, plain: Any, target_reading: Any
) -> Figures:
    """Return a round's figures at a batch or at each of many: drafts are the first axis."""
    rate, bandwidth = r["product_rate"][REACHED], r["bandwidth"][REACHED]
    read = d["used"] * g["weight_width"] + batch * r["context_read"] * d["cache"]
    reading, flops = read / bandwidth / g["gpus"], batch * d["each"]
    computing, sent = flops / rate / g["gpus"], _ring(g, batch, g["draft_hidden"])
    waiting = _links(g, sent, g["draft_layers"])
    draft_step = np.maximum(reading, computing) + waiting
    checked = np.multiply.outer(DRAFTS + 1, batch)
    work = checked * r["decode_flops"]
    checking, sending = work / rate / g["gpus"], _ring(g, checked, g["hidden"])
    waits = _links(g, sending, g["layers"])
    check = np.maximum(target_reading, checking) + waits
    whole = check + np.multiply.outer(DRAFTS, draft_step)
    return {
        "draft_bytes": read,
        "draft_reading": reading,
        "draft_flops": flops,
        "draft_computing": computing,
        "draft_sent": sent,
        "draft_waiting": waiting,
        "draft_step": draft_step,
        "verify_tokens": checked,
        "verify_flops": work,
        "verify_computing": checking,
        "verify_sent": sending,
        "verify_waiting": waits,
        "verify": check,
        "round_time": whole,
        "speedup": (d["tokens"] * (plain / whole).T).T,
    }


# -- smaller numbers ----------------------------------------------------------------------------


def _formats(g: Givens, r: Figures) -> Figures:
    each = np.array(g["weight_bits"]) + np.array(g["scale_bits"]) / g["group"]
    cache = 2 * g["layers"] * r["kv_width"] * np.array(g["kv_bits"])
    peak = np.array([g["peak_flops"], g["fp8_peak"], g["peak_flops"]])
    ridge, rate = peak / g["memory_bandwidth"], peak * g["mfu"]
    copied = cache * r["kv_copies"]
    read = (each * r["multiplied"])[:, None] + r["context_read"] * np.outer(copied, BATCHES)
    reading = read / r["bandwidth"][REACHED] / g["gpus"]
    computing = np.outer(1 / rate / g["gpus"], r["step_flops_at"])
    step = np.maximum(reading, computing) + r["all_reduce_at"]
    room = r["usable"] - r["params"] * each
    return {
        "held_bits": each,
        "scales_over_weight": each[2] / np.array(g["weight_bits"])[2],
        "format_peak": peak,
        "format_weights": r["params"] * each,
        "format_read": r["multiplied"] * each,
        "format_kv": cache,
        "format_kv_read": copied,
        "format_ridge": ridge,
        "format_ridge_tokens": ridge * each / 2,
        "format_rate": rate,
        "format_bytes": read,
        "format_reading": reading,
        "format_computing": computing,
        "format_step": step,
        "format_gain": r["step_at"][FULL] / step,
        "format_room": room,
        "format_sequences": _whole(room / copied / r["request_tokens"]),
    }


def _smaller(g: Givens, r: Figures) -> Figures:
    w, layers, all_weights = g["weight_width"], np.array([1, 1, 1, 0.5]), r["multiplied"]
    head = g["vocab"] * g["hidden"]
    student = head + (all_weights - head) * layers[3]
    two_of_four = 2 / 4
    pruned = [g["kept_weights"] * w + g["mask_bits"], two_of_four * (w + g["index_bits"])]
    weights = np.array([w * all_weights, *(all_weights * p for p in pruned), w * student])
    cache = r["kv_read"] * layers
    read = weights + g["batch_size"] * r["context_read"] * cache
    products = (
        g["batch_size"]
        * 2
        * np.array([all_weights, all_weights, two_of_four * all_weights, student])
    )
    looks = g["batch_size"] * r["decode_attention"]
    flops = products + looks * layers
    reading = read / r["bandwidth"][REACHED] / g["gpus"]
    computing = flops / r["product_rate"][REACHED] / g["gpus"]
    waiting = r["all_reduce"] * layers
    work = g["taught_tokens"] * (2 * all_weights + 6 * student)
    rate = g["training_mfu"] * g["peak_flops"]
    return {
        "student": student,
        "way_width": weights / all_weights,
        "way_weights": weights,
        "way_kv": cache,
        "way_bytes": read,
        "way_reading": reading,
        "attention_of_step": looks,
        "way_flops": flops,
        "way_computing": computing,
        "way_waiting": waiting,
        "way_step": np.maximum(reading, computing) + waiting,
        "way_layers": layers[3],
        "teaching_flops": work,
        "teaching_rate": rate,
        "teaching_time": work / rate,
        "teaching_cost": work / rate * g["price"],
    }


# -- experts, latent attention, adapters --------------------------------------------------------


def _experts(g: Givens, r: Figures) -> Figures:
    kinds, drawn = np.array(g["experts"], float), np.array(g["drawn"], float)
    unused = (1 - drawn / kinds)[:, None] ** BATCHES
    touched = kinds[:, None] * (1 - unused)
    active = np.array(g["active_params"])
    one = (np.array(g["mixture_params"]) - active) / np.where(kinds == drawn, np.nan, kinds - drawn)
    read = active[:, None] + one[:, None] * (touched - drawn[:, None])
    latent = g["latent_layers"] * (g["latent_rank"] + g["rope_dim"]) * g["kv_value_width"]
    return {
        "touched": touched,
        "touched_share": 1 - unused,
        "expert_params": one,
        "touched_params": read,
        "touched_over_active": read / active[:, None],
        "latent_kv": latent,
        "latent_gain": r["kv_token"] / latent,
        "latent_node": latent * g["gpus"],
        "latent_pays": _yes(r["kv_read"] >= latent * g["gpus"]),
    }


def _adapters(g: Givens, r: Figures) -> Figures:
    h, f = g["hidden"], g["ffn"]
    queries, keys = g["heads"] * g["head_dim"], g["kv_heads"] * g["head_dim"]
    matrices = [(h, queries), (h, keys), (h, keys), (queries, h), (h, f), (h, f), (f, h)]
    params = g["layers"] * sum(g["rank"] * into + g["rank"] * out for into, out in matrices)
    one, many = params * g["weight_width"], g["tenants"]
    touched = many * (1 - (1 - 1 / many) ** g["batch_size"])
    return {
        "adapter_params": params,
        "adapter_bytes": one,
        "adapters_bytes": one * many,
        "merged_bytes": r["weight_bytes"] * many,
        "adapters_touched": touched,
        "adapters_read": one * touched,
        "adapters_over_step": one * touched / r["step_bytes"],
        "adapter_flops": params / r["multiplied"],
    }


# -- the bill -----------------------------------------------------------------------------------


def _price(g: Givens, r: Figures) -> Figures:
    own = _bill(g, r, g["batch_size"], "")
    at = _bill(g, r, BATCHES, "_at")
    found = {k: v for name, value in own.items() for k, v in _swept(name, value, at[name]).items()}
    read = r["prefill"] * g["gpus"] * g["price"] / g["prompt_tokens"]
    return found | {
        "stay": g["batch_size"] * own["node_time"][FULL],
        "full_gap": g["batch_size"] * own["node_time"][FULL] / r["decode_steps"],
        "input_price": read,
        "out_over_in": r["token_price"] / read,
        "last_token": r["prefill"][FULL] + r["decode_steps"] * r["step"][FULL],
    }


def _bill(g: Givens, r: Figures, batch: Any, ending: str) -> Figures:
    """Return what a request takes of the node, at a batch or at each of many."""
    steps = r["decode_steps"] / batch
    prefill = r["prefill"].reshape(3, *[1] * np.ndim(batch))
    decoding = r[f"step{ending}"] * steps
    node = prefill + decoding
    arithmetic = r["prefill_products"][REACHED] + steps * r[f"computing{ending}"][REACHED]
    reading = steps * r[f"reading{ending}"][REACHED]
    links = r["prefill_all_reduces"] + steps * r[f"all_reduce{ending}"]
    return {
        "decode_time": decoding,
        "node_time": node,
        "request_price": g["lot"] * node * g["gpus"] * g["price"],
        "prefill_share": prefill / node,
        "overlapped": np.maximum(arithmetic, reading) + links,
    }


def _fleet(g: Givens, r: Figures) -> Figures:
    rate, price = r["query_rate"], g["price"]
    busy = rate * r["node_time"]
    nodes = np.ceil(busy / g["load"])
    gpus = nodes * g["gpus"]
    query = gpus * price / rate
    decoding = rate * r["decode_time"][FULL]
    return {
        "busy_nodes": busy,
        "busy_gpus": busy * g["gpus"],
        "fleet_nodes": nodes,
        "fleet_gpus": gpus,
        "fleet_price": gpus * price,
        "query_price": query,
        "paid_over_busy": nodes[FULL] / busy[FULL],
        "decode_only_nodes": decoding,
        "missed": busy[FULL] / decoding,
        "sheet_missed": busy[FULL] / busy[SHEET],
        "teach_requests": r["teaching_cost"] / (query[FULL] / 2),
    }
