"""Count what serving reads, sends and draws: arrays with bytes, heads dealt out, words in order."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np

from checks.proof.brute.brute import at, crossing, draws
from checks.proof.brute.communication import ring_all_reduce
from worked.rows import Row

# -- one pass -----------------------------------------------------------------------------------


def _matrices(
    hidden: int, heads: int, kv_heads: int, head_dim: int, ffn: int
) -> dict[str, tuple[int, int]]:
    """Return the matrices of a layer: values that go in, values that come out."""
    return {
        "query": (hidden, heads * head_dim),
        "key": (hidden, kv_heads * head_dim),
        "value": (hidden, kv_heads * head_dim),
        "output": (heads * head_dim, hidden),
        "gate": (hidden, ffn),
        "up": (hidden, ffn),
        "down": (ffn, hidden),
    }


def _shape(randint: Any) -> tuple[int, ...]:
    return tuple(randint(1, 6) for _ in range(7))


@at(*draws("pieces", lambda r: (*_shape(r), r(0, 1), r(0, 1))))
def parameters_by_piece(
    layers: int,
    hidden: int,
    heads: int,
    kv_heads: int,
    head_dim: int,
    ffn: int,
    vocab: int,
    tied: int,
    qkv_bias: int,
) -> Row:
    """Make every array of the model and count its values, piece by piece."""
    attention, feed_forward, others = 0, 0, np.empty(hidden).size  # the norm behind all layers
    for _ in range(layers):
        for name, shape in _matrices(hidden, heads, kv_heads, head_dim, ffn).items():
            size = np.empty(shape).size
            if name in ("gate", "up", "down"):
                feed_forward += size
            else:
                attention += size
            if qkv_bias and name in ("query", "key", "value"):
                others += shape[1]
        others += np.empty(hidden).size + np.empty(hidden).size
    head = np.empty((hidden, vocab))
    look_up = head[:, :0] if tied else np.empty((vocab, hidden))
    return Row.of([attention, feed_forward, head.size, look_up.size, others], "piece")


@at(*draws("adapters", lambda r: (r(1, 4), r(1, 3), *(r(1, 6) for _ in range(5)))))
def adapter_parameters(
    rank: int, layers: int, hidden: int, heads: int, kv_heads: int, head_dim: int, ffn: int
) -> int:
    """Put two thin matrices beside every matrix of every layer, and count their values."""
    found = 0
    for _ in range(layers):
        for into, out in _matrices(hidden, heads, kv_heads, head_dim, ffn).values():
            down, up = np.empty((into, rank)), np.empty((rank, out))
            assert (down @ up).shape == (into, out)
            found += down.size + up.size
    return found


@at(*draws("attention", lambda r: (r(1, 3), r(1, 4), r(1, 5), r(1, 12))))
def attention_flops(layers: int, heads: int, head_dim: int, pairs: int) -> int:
    """Run scores and their use on values number by number, and count each multiply and add."""
    flops = 0
    for _ in range(layers * heads * pairs):
        score, out = 0, [0] * head_dim
        for _ in range(head_dim):
            score += 1 * 1
            flops += 2
        for c in range(head_dim):
            out[c] += score * 1
            flops += 2
    return flops


def causal_pairs(tokens: int) -> int:
    """Count the places of a square mask that lets no token look ahead."""
    return int(np.tril(np.ones((tokens, tokens))).sum())


@at(*draws("left", lambda r: ((c := r(0, 12)) + r(1, 12), c)))
def pairs_after(tokens: int, cached: int) -> int:
    """Count the rows of the mask that are left when the first ones are in the cache."""
    return int(np.tril(np.ones((tokens, tokens)))[cached:].sum())


def _vectors() -> list[tuple[Row, int]]:
    rng = random.Random("vectors")
    sizes = [rng.randint(1, 6) for _ in range(12)]
    return [(Row.of([rng.randint(-9, 9) for _ in range(n)], "component"), n) for n in sizes]


@at(*_vectors())
def root_mean_square(x: Row, components: int) -> float:
    """Halve towards the number that has the vector's length when every component is it."""
    square = sum(float(c) ** 2 for c in x.nested("component"))
    return crossing(lambda one: sum(one * one for _ in range(components)) - square, 0, 10)


@at((1,), (2,), (3,), (4,), (5,))
def score_deviation(head_dim: int) -> float:
    """Score all queries with all keys whose components are 1 or -1, and take the deviation."""
    every = np.array(list(itertools.product((1, -1), repeat=head_dim)))
    return float(np.std(every @ every.T))


def _shares(odds: list[float]) -> list[float]:
    """Solve for shares whose ratios are the odds to the first, and which add up to one."""
    n = len(odds)
    a = np.zeros((n, n))
    a[0] = 1
    for i in range(1, n):
        a[i, 0], a[i, i] = -odds[i], 1
    found: list[float] = np.linalg.solve(a, [1] + [0] * (n - 1)).tolist()
    return found


def _logits(axis: str, seed: str) -> list[Row]:
    rng = random.Random(seed)
    return [Row.of([rng.randint(-6, 6) / 2 for _ in range(5)], axis) for _ in range(12)]


@at(*((row,) for row in _logits("key", "scores")))
def share_of_attention(score: Row) -> Row:
    """Solve for shares of which any two differ by e to the difference of their scores."""
    s = score.nested("key")
    return Row.of(_shares([np.exp(x - s[0]) for x in s]), "key")


@at(*((row, t / 4) for t, row in enumerate(_logits("word", "logits"), 1)))
def tempered(logit: Row, temperature: float) -> Row:
    """Solve for chances of which any two differ by e to the difference over the temperature."""
    z = logit.nested("word")
    return Row.of(_shares([np.exp((x - z[0]) / temperature) for x in z]), "word")


# -- links --------------------------------------------------------------------------------------


@at(*draws("rings", lambda r: ((n := r(1, 8)) * r(1, 3), r(1, 6), r(1, 4), n)))
def all_reduce_sent(tokens: int, hidden: int, activation_width: int, gpus: int) -> int:
    """Pass every chunk round a ring of ranks, and add up what each one sent."""
    return ring_all_reduce(tokens * hidden * activation_width, gpus)


@at(*draws("waits", lambda r: (r(1, 5), r(1, 40), r(1, 4), r(1, 9), r(0, 3))))
def all_reduces_seconds(
    layers: int, sent: int, gpus: int, nvlink_bandwidth: int, hop_latency: int
) -> float:
    """Walk through the layers with a clock: wherever GPUs hold parts of a sum, they wait."""
    clock = Fraction(0)
    for _ in range(layers):
        for _ in ("attention", "feed-forward"):
            if gpus > 1:
                clock += hop_latency
                clock += Fraction(sent, nvlink_bandwidth)
    return float(clock)


# -- the cache ----------------------------------------------------------------------------------


def kv_bytes_per_token(layers: int, kv_width: int, kv_value_width: int) -> int:
    """Keep a key and a value of every layer, and ask the arrays for their bytes."""
    kept = [np.zeros(kv_width, f"V{kv_value_width}") for _ in range(layers) for _ in "kv"]
    return sum(x.nbytes for x in kept)


# One divides the other, as servers ask for it.
@at((1, 8), (2, 8), (4, 4), (8, 8), (8, 4), (16, 8), (12, 3), (6, 1), (64, 8), (3, 6))
def kv_copies(gpus: int, kv_heads: int) -> float:
    """Deal query heads to GPUs, let each keep the key-value heads that its own ask for."""
    heads = gpus * kv_heads
    group, share = heads // kv_heads, heads // gpus
    kept = 0
    for gpu in range(gpus):
        own = range(gpu * share, (gpu + 1) * share)
        kept += len({head // group for head in own})
    return kept / kv_heads


@at(*draws("contexts", lambda r: (r(1, 30), r(2, 20))))
def mean_context(prompt_tokens: int, answer_tokens: int) -> float:
    """Write an answer token by token, and note how many are in the cache at each step."""
    cache, read = ["prompt"] * prompt_tokens, []
    written = 1  # prefill's own, not yet in the cache
    while written < answer_tokens:
        cache.append("answer")
        read.append(len(cache))
        written += 1
    return sum(read) / len(read)


@at((1,), (2,), (7,), (16,))
def block_waste(block: int) -> float:
    """Write sequences of many lengths into blocks, and average the slots left empty."""
    empty = []
    for length in range(1, 5 * block + 1):
        blocks = [list(range(start, length))[:block] for start in range(0, length, block)]
        empty.append(block - len(blocks[-1]))
    return sum(empty) / len(empty)


@at(*draws("blocks", lambda r: (r(1, 90), r(1, 16))))
def blocks_of(tokens: int, block: int) -> int:
    """Write token by token, and take a new block whenever the last one is full."""
    pool: list[int] = []
    for _ in range(tokens):
        if not pool or pool[-1] == block:
            pool.append(0)
        pool[-1] += 1
    return len(pool)


@at(*draws("held", lambda r: (r(-20, 300), r(1, 6), r(1, 6))), (24, 2, 3), (0, 1, 1))
def sequences_held(cache_room: int, tokens: int, kv_read: int) -> int:
    """Let sequences in one by one, each with its tokens, while there is room."""
    held = 0
    while cache_room - tokens * kv_read >= 0:
        cache_room -= tokens * kv_read
        held += 1
    return held


@at(*draws("patience", lambda r: (r(1, 60), r(0, 9), r(0, 20), r(1, 4), r(1, 4), r(0, 3))))
def batch_at_step(
    wanted: int,
    latency: int,
    weight_time: int,
    one_reading: int,
    one_computing: int,
    one_all_reduce: int,
) -> int:
    """Add sequences to a step one by one until it takes longer than is wanted."""
    batch = 0
    while True:
        more = batch + 1
        read, computed = weight_time, 0
        for _ in range(more):
            read, computed = read + one_reading, computed + one_computing
        if max(read, computed) + latency + more * one_all_reduce > wanted:
            return batch
        batch += 1


@at((1, 2), (2, 1), (2, 2), (5, 4))
def waits_on_memory(reading: int, computing: int) -> int:
    """Run both beside each other: memory is waited for if it still reads when all is computed."""
    clock = 0
    while clock < computing:
        clock += 1
    return int(clock < reading)


@at(*draws("beside", lambda r: (r(1, 30), r(0, 30), r(1, 4), r(1, 9), r(1, 20))), (4, 2, 1, 3, 2))
def tokens_beside(
    reading: int, computing: int, gpus: int, product_rate: int, token_flops: int
) -> int:
    """Compute prompts' tokens one by one for as long as each ends before the reading does."""
    clock, tokens = Fraction(computing), 0
    while (clock := clock + Fraction(token_flops, gpus * product_rate)) <= reading:
        tokens += 1
    return tokens


# -- words --------------------------------------------------------------------------------------


def _chances(seed: str, times: int) -> list[list[float]]:
    """Return chances of five words, equal ones among them, in any order."""
    rng = random.Random(seed)
    weights = [[2.0 ** rng.randint(0, 4) for _ in range(5)] for _ in range(times)]
    return [[x / sum(w) for x in w] for w in weights]


def _in_order(chance: list[float]) -> list[int]:
    """Take the likeliest word that is left, of equals the first, until none is."""
    left, order = dict(enumerate(chance)), []
    while left:
        word = max(left, key=lambda w: left[w])
        order.append(word)
        del left[word]
    return order


def _row(chance: list[float]) -> Row:
    return Row.of(chance, "word")


def _words(row: Row) -> list[float]:
    return list(row.nested("word"))


@at(*((_row(c),) for c in _chances("greedy", 12)))
def greedy(logit: Row) -> int:
    """Sort the words; the first is taken."""
    return _in_order(_words(logit))[0]


def _placed(chance: list[float]) -> Row:
    order = _in_order(chance)
    return _row([order.index(w) + 1 for w in range(5)])


@at(*((_row(c),) for c in _chances("places", 12)))
def place_in_order(chance: Row) -> Row:
    """Sort the words and look each up."""
    return _placed(_words(chance))


def _before(chance: list[float]) -> list[float]:
    """Return what is used up when each word's turn comes."""
    order = _in_order(chance)
    return [sum(chance[w] for w in order[: order.index(word)]) for word in range(5)]


def _scaled(chance: list[float], kept: list[int]) -> Row:
    """Throw away what is not kept, and scale up the rest."""
    left = [chance[w] if w in kept else 0.0 for w in range(5)]
    return _row([x / sum(left) for x in left])


@at(*((_row(c), _placed(c)) for c in _chances("before", 12)))
def chance_before(chance: Row, place_of: Row) -> Row:
    """Walk through the sorted words and note what is used up when each one's turn comes."""
    return _row(_before(_words(chance)))


@at(*((_row(c), _placed(c), k % 5 + 1) for k, c in enumerate(_chances("top-k", 15))))
def top_k_chance(chance: Row, place_of: Row, top_k: int) -> Row:
    """Sort the words, keep the first k, and scale what they have up to one."""
    c = _words(chance)
    return _scaled(c, _in_order(c)[:top_k])


@at(*((_row(c), _row(_before(c)), (k % 9 + 1) / 10) for k, c in enumerate(_chances("top-p", 20))))
def top_p_chance(chance: Row, before: Row, top_p: float) -> Row:
    """Sort the words and keep one after the other until they reach p; scale them up to one."""
    c, kept = _words(chance), []
    for word in _in_order(c):
        kept.append(word)
        if sum(c[w] for w in kept) >= top_p:
            break
    return _scaled(c, kept)


@at(*((_row(c), _row([int(b) for b in f"{k:05b}"])) for k, c in enumerate(_chances("mask", 31), 1)))
def masked_chance(chance: Row, allowed: Row) -> Row:
    """Throw away what the schema forbids, and scale up the rest."""
    may = _words(allowed)
    return _scaled(_words(chance), [w for w in range(5) if may[w]])


def _paths() -> list[tuple[list[float], list[list[float]]]]:
    rng = random.Random("paths")
    return [
        ([rng.randint(1, 9) for _ in range(2)], [[rng.randint(1, 9) for _ in "xyz"] for _ in "AB"])
        for _ in range(12)
    ]


@at(*((Row.of(b, "first"), Row.of(p, "first", "second")) for b, p in _paths()))
def greedy_path(begins: Row, path_chance: Row) -> float:
    """Take the likeliest first word, then the likeliest behind it."""
    starts, paths = begins.nested("first"), path_chance.nested("first", "second")
    return float(sorted(paths[starts.index(max(starts))])[-1])


@at(*((Row.of(p, "first", "second"),) for _, p in _paths()))
def best_path(path_chance: Row) -> float:
    """Write out all answers and take the best."""
    return float(sorted(itertools.chain(*path_chance.nested("first", "second")))[-1])


# -- drafts -------------------------------------------------------------------------------------


@at(*draws("rounds", lambda r: (r(1, 9) / 10, r(0, 7))))
def tokens_per_round(acceptance: float, drafted: int) -> float:
    """Play every run of accepted and refused drafts, and weigh what is made by its chance."""
    expected = 0.0
    for fates in itertools.product((True, False), repeat=drafted):
        chance, tokens = 1.0, 1  # the target's own token ends every round
        for accepted in fates:
            chance *= acceptance if accepted else 1 - acceptance
        for accepted in fates:
            if not accepted:
                break
            tokens += 1
        expected += chance * tokens
    return expected


def _pairs() -> list[tuple[list[float], list[float]]]:
    return list(zip(_chances("target", 15), _chances("draft", 15), strict=True))


def _accepted(target: list[float], draft: list[float]) -> list[Fraction]:
    """Draft every word, and accept it with the target's chance over the draft's, at most one."""
    exact = [(Fraction(p), Fraction(q)) for p, q in zip(target, draft, strict=True)]
    return [q * min(Fraction(1), p / q) for p, q in exact]


@at(*((_row(p), _row(q)) for p, q in _pairs()))
def overlap(target: Row, draft: Row) -> float:
    """Draft every word by its chance, accept by the rule, and add what is accepted."""
    return float(sum(_accepted(_words(target), _words(draft))))


@at(*((_row(p), _row(q), float(a)) for p, q in _pairs() if (a := sum(_accepted(p, q))) < 0.99))
def residual(target: Row, draft: Row, accepted: float) -> Row:
    """Solve for what must be drawn after a refusal so that words come as the target's do."""
    as_drafts = _accepted(_words(target), _words(draft))
    missing = [Fraction(p) - a for p, a in zip(_words(target), as_drafts, strict=True)]
    refused = sum(Fraction(q) - a for q, a in zip(_words(draft), as_drafts, strict=True))
    assert min(missing) >= 0
    return _row([float(m / refused) for m in missing])


@at((60, 3, 4), (12, 3, 4), (11, 3, 4), (1, 6, 2), (100, 7, 9))
def without_look_up(params: int, vocab: int, hidden: int) -> int:
    """Strike the look-up table's rows out of the model, one after the other, while any is left."""
    for _ in range(vocab * hidden):
        params -= params > 0
    return params


def _gains() -> list[Row]:
    rng = random.Random("gains")
    return [Row.of([rng.randint(1, 4) / 2 for _ in range(9)], "drafted") for _ in range(15)]


@at(*((gains,) for gains in _gains()))
def best_drafts(speedup: Row) -> int:
    """Draft more and more, and stay with fewer unless more is better."""
    gains, best = list(speedup.nested("drafted")), 0
    for drafted, gain in enumerate(gains):
        if gain > gains[best]:
            best = drafted
    return best


# -- experts and adapters -----------------------------------------------------------------------


@at(*((e, k, b) for e in (1, 2, 3, 4) for k in range(1, e + 1) for b in (1, 2, 3)))
def distinct_drawn(kinds: int, drawn: int, batch: int) -> float:
    """Write out every way in which the sequences can draw, and average the kinds touched."""
    draws_of_one = list(itertools.combinations(range(kinds), drawn))
    ways = list(itertools.product(draws_of_one, repeat=batch))
    return sum(len(set(itertools.chain(*way))) for way in ways) / len(ways)


@at(*((a, b) for a in (1, 2, 3, 5) for b in (1, 2, 3, 4)))
def distinct_adapters(tenants: int, batch: int) -> float:
    """Write out every way in which sequences can be tenants', and average the tenants there."""
    ways = list(itertools.product(range(tenants), repeat=batch))
    return sum(len(set(way)) for way in ways) / len(ways)


# -- scheduling ---------------------------------------------------------------------------------


def _answers() -> list[tuple[int, int, int]]:
    rng = random.Random("answers")
    lengths = [[rng.randint(1, 12) for _ in range(rng.randint(1, 6))] for _ in range(15)]
    return [(sum(a), max(a), len(a)) for a in lengths]


@at(*_answers())
def idle_share(useful: int, steps: int, batch: int) -> float:
    """Fill the slots of a batch until all tokens are made, and count the empty ones."""
    slots = np.zeros(steps * batch)
    slots[:useful] = 1
    return float((slots == 0).mean())


@at(*draws("chunks", lambda r: (r(1, 60), r(1, 12))))
def chunks_of(prompt_tokens: int, chunk: int) -> int:
    """Cut a prompt into chunks until nothing is left."""
    left, cut = list(range(prompt_tokens)), 0
    while left:
        left, cut = left[chunk:], cut + 1
    return cut
