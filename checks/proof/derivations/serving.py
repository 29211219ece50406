"""Derive what a forward pass, its cache and its drafts cost: sums over tokens, and balances."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Integral,
    Rational,
    Sum,
    Symbol,
    binomial,
    combsimp,
    exp,
    oo,
    pi,
    simplify,
    solve,
    sqrt,
)

from checks.proof.steps import noted

# -- one pass -----------------------------------------------------------------------------------


def flop_parity_seconds(parity: Expr) -> Expr:
    """Solve for the time at which serving has done the products of forward and backward."""
    t, rate, params = (Symbol(n, positive=True) for n in ("t", "r", "N"))
    trained = noted(
        "By token parity a run read as many tokens as are served until then", rate * parity
    )
    forward = noted("Serving a token takes a multiply and an add per weight", 2 * params)
    backward = noted("Training also takes the gradients of inputs and of weights", 2 * forward)
    spent = noted(
        "FLOPs served until t are FLOPs of training",
        Eq(t * rate * forward, trained * (forward + backward)),
    )
    return noted("Solved for the time", solve(spent, t)[0])


def score_deviation(head_dim: Expr) -> Expr:
    """Add the variances of d products of independent components, each standard normal."""
    x, i = Symbol("x", real=True), Symbol("i", integer=True)
    density = exp(-(x**2) / 2) / sqrt(2 * pi)
    square = Integral(x**2 * density, (x, -oo, oo))
    noted("A component's mean square is its variance", Eq(square, square.doit()))
    product = noted("Of a product of two that know nothing of each other it is", square.doit() ** 2)
    added = noted("Variances of independent terms add", Sum(product, (i, 1, head_dim)).doit())
    return noted("The standard deviation is the root", sqrt(added))


def causal_pairs(tokens: Expr) -> Expr:
    """Add what each token looks at: the i-th at i, itself among them."""
    i = Symbol("i", integer=True)
    added = Sum(i, (i, 1, tokens))
    return noted("Token i looks at i tokens; in all", added.doit().factor())


def pairs_after(tokens: Expr, cached: Expr) -> Expr:
    """Add what each token behind the cached ones looks at: all before it, cached or not."""
    i = Symbol("i", integer=True)
    added = Sum(i, (i, cached + 1, tokens))
    return noted("The tokens that are left still look at the cached ones", added.doit())


def crossover_tokens(multiplied: Expr, layers: Expr, heads: Expr, head_dim: Expr) -> Expr:
    """Solve for the prompt at which scores and their use cost as much as the weights."""
    p = Symbol("P", positive=True)
    products = noted("Products with weights of P tokens", 2 * multiplied * p)
    seen = noted("A token looks at half of the prompt, on the average", p / 2)
    one = noted(
        "One look: a score and its use, in every head and layer", 4 * layers * heads * head_dim
    )
    return noted("They cost the same at", solve(Eq(p * seen * one, products), p)[0])


def all_reduces_added(
    layers: Expr, hidden: Expr, activation_width: Expr, gpus: Expr, nvlink_bandwidth: Expr
) -> Expr:
    """Take the all-reduces of a token more from those with it: latency drops out."""
    tokens, latency = Symbol("T", positive=True), Symbol("t", positive=True)

    def links(n: Expr) -> Expr:
        payload = n * hidden * activation_width
        sent = 2 * (payload - payload / gpus)
        return 2 * layers * (latency + sent / nvlink_bandwidth)

    noted("The all-reduces of T tokens take", links(tokens))
    return noted("One token more adds", simplify(links(tokens + 1) - links(tokens)))


# -- the roofline -------------------------------------------------------------------------------


def ridge(peak_flops: Expr, memory_bandwidth: Expr) -> Expr:
    """Solve for the FLOPs a byte at which neither computing nor reading waits."""
    intensity, moved = Symbol("I", positive=True), Symbol("n", positive=True)
    reading = noted("Reading n bytes takes", moved / memory_bandwidth)
    computing = noted("At I FLOPs for each, computing takes", moved * intensity / peak_flops)
    return noted("They take equally long at", solve(Eq(reading, computing), intensity)[0])


def ridge_tokens(ridge: Expr, width: Expr) -> Expr:
    """Solve for the tokens that give each byte of a weight the FLOPs of the ridge."""
    tokens = Symbol("B", positive=True)
    done = noted("Each token multiplies a weight and adds", 2 * tokens)
    intensity = noted("The weight is read once, whatever the number of tokens", done / width)
    return noted("That is the ridge at", solve(Eq(intensity, ridge), tokens)[0])


def group_intensity(heads: Expr, kv_heads: Expr, kv_value_width: Expr) -> Expr:
    """Count one cached token: what queries do with its keys and values, over their bytes."""
    d = Symbol("d", positive=True)
    score = noted("Every query head multiplies and adds d components of a key", 2 * heads * d)
    use = noted("and as many of a value", 2 * heads * d)
    read = noted(
        "Keys and values of the key-value heads are read", 2 * kv_heads * d * kv_value_width
    )
    return noted("FLOPs for each byte", (score + use) / read)


def kv_equals_weights(weights_read: Expr, context: Expr, kv_read: Expr) -> Expr:
    """Solve for the batch at which caches are as many bytes as the weights."""
    batch = Symbol("B", positive=True)
    caches = noted("B sequences read their caches", batch * context * kv_read)
    return noted("As many bytes as the weights at", solve(Eq(caches, weights_read), batch)[0])


# -- the cache ----------------------------------------------------------------------------------


def mean_context(prompt_tokens: Expr, answer_tokens: Expr) -> Expr:
    """Average the tokens that the steps read: the prompt and all that was written before."""
    j = Symbol("j", integer=True)
    read = noted("The step that makes token j + 1 reads", prompt_tokens + j)
    steps = noted("Prefill makes the first token, so there are as many steps", answer_tokens - 1)
    summed = noted("All of them read", Sum(read, (j, 1, steps)).doit().factor())
    return noted("On the average", simplify(summed / steps))


def block_waste(block: Expr) -> Expr:
    """Average the empty slots of a last block over its fillings, each as likely."""
    filled = Symbol("i", integer=True)
    empty = Sum((block - filled) / block, (filled, 1, block))
    return noted("With i slots filled the others are empty; the mean over i", empty.doit().factor())


# -- drafts -------------------------------------------------------------------------------------


def tokens_per_round(acceptance: Expr, drafted: Expr) -> Expr:
    """Sum the series: a round's i-th further token stands if i drafts in a row were accepted."""
    i = Symbol("i", integer=True)
    stands = noted("The token behind i drafts is made if all of them were accepted", acceptance**i)
    added = Sum(stands, (i, 0, drafted))
    return noted("The target's own token is made in any case; in all", added.doit().args[1][0])


def speculative_speedup(tokens: Expr, drafted: Expr, draft_cost: Expr) -> Expr:
    """Hold a round's tokens, made one a step, against the time of the round."""
    step = Symbol("t", positive=True)
    plain = noted("Without drafts each token takes a step", tokens * step)
    drafts = noted("A round has k steps of the draft", drafted * draft_cost * step)
    whole = noted("and one of the target, which is as long as for one token", drafts + step)
    return noted("Plain time over the round's", simplify(plain / whole))


# -- smaller numbers, experts, adapters ---------------------------------------------------------


def bits_with_scales(weight_bits: Expr, scale_bits: Expr, group: Expr) -> Expr:
    """Share what a whole group takes among its weights."""
    whole = noted(
        "A group keeps its weights and, once, what they share", group * weight_bits + scale_bits
    )
    return noted("For each weight", simplify(whole / group))


def distinct_drawn(kinds: Expr, drawn: Expr, batch: Expr) -> Expr:
    """Add over all kinds the chance that at least one sequence draws it."""
    one = noted(
        "Of all choices of k kinds these leave a given one out",
        combsimp(binomial(kinds - 1, drawn) / binomial(kinds, drawn)),
    )
    all_miss = noted("All sequences leave it out, each by itself", one**batch)
    return noted("Expected: as many kinds, each touched with what is left", kinds * (1 - all_miss))


def distinct_adapters(tenants: Expr, batch: Expr) -> Expr:
    """Add over all tenants the chance that at least one sequence is theirs."""
    other = noted("A sequence is another tenant's", 1 - Rational(1) / tenants)
    none = noted("All sequences are others'", other**batch)
    return noted("Expected: as many tenants, each there with what is left", tenants * (1 - none))


def expert_parameters(params: Expr, active: Expr, experts: Expr, drawn: Expr) -> Expr:
    """Solve for what is shared and what an expert has, from all and from what a token uses."""
    shared, one = Symbol("s"), Symbol("e")
    everything = noted("All experts beside what is shared", Eq(shared + experts * one, params))
    used = noted("Those that a token is sent to", Eq(shared + drawn * one, active))
    return noted("Solved for one expert", solve([everything, used], [shared, one])[one])


def parameters_touched(active: Expr, touched: Expr, drawn: Expr, expert: Expr) -> Expr:
    """Take a token's own experts off what it uses, and put the batch's in their place."""
    shared = noted("What every token uses, whatever its experts", active - drawn * expert)
    return noted("With the experts that the batch touches", shared + touched * expert)
