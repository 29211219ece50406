# %% [markdown]
# # Lab: what the engine did
#
# The chapter's engine at work: which tokens each step computed and for whom, which blocks were shared, how the steps change with the batch. This page was
# run when the site was built; download the notebook, put it beside a clone of the project, and change what you like. Nothing here needs a GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from torch.utils.flop_counter import FlopCounterMode

from worked.chapters import graph
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.quantised import Quantiser, four_bits
from worked.forward_pass.sampling import Sampling
from worked.forward_pass.speculation import ModelDraft, tally
from worked.forward_pass.transformer import Config, Transformer, random_weights

chapter = graph("forward-pass")
book = chapter.evaluate()
for name in (
    "prefill[counted=all-reduces-too]",
    "step[counted=all-reduces-too]",
    "kv_sequence",
    "sequences",
    "node_time[counted=all-reduces-too]",
):
    print(f"{chapter.called(name):55} {chapter.shown(name, book)}")

# %%
# settings
SIZE = (6.4, 4)
SMALL = Config(vocab=128, hidden=64, layers=2, heads=4, kv_heads=2, head_dim=16, ffn=128)
BLOCKS, BLOCK_SIZE, BUDGET = 96, 4, 16
LENGTHS, ANSWER, LATE = (12, 20, 9, 40), 12, 6
SHARED, OWN = 16, (5, 9, 3, 7)
WIDE = (1, 2, 4, 8, 16, 32)
DRAFTS, GROUP, PROMPTS, LONG, ROOM, WIDE_BLOCK = 4, 32, 16, 48, 256, 16
SEED, MEGA = 0, 1e6

# %% [markdown]
# ## Steps, with and without chunks
#
# Some requests; the last has the longest prompt and comes while the others write. A bar is a step of one sequence, as wide as the step's tokens in all: that
# is how long everybody waits. Computed at once the long prompt is one wide step; in chunks it is spread over several narrow ones.

# %%
model = Transformer(SMALL, random_weights(SMALL, SEED))
rng = np.random.default_rng(SEED)
prompts = [rng.integers(0, SMALL.vocab, n).tolist() for n in LENGTHS]


def served(chunked):
    """Return the records of all steps; the last prompt comes late."""
    pool = Pool(BLOCKS, BLOCK_SIZE, SMALL)
    budget = BUDGET if chunked else sum(LENGTHS)
    engine = Engine(model, pool, token_budget=budget, max_running=len(LENGTHS), chunked=chunked)
    for prompt in prompts[:-1]:
        engine.submit(Request(prompt, ANSWER))
    records = []
    while engine.busy or len(records) <= LATE:
        if len(records) == LATE:
            engine.submit(Request(prompts[-1], ANSWER))
        records.append(engine.step())
    return records


fig, axes = plt.subplots(2, 1, figsize=SIZE, sharex=True)
for ax, chunked in zip(axes, (False, True), strict=True):
    start = 0
    for record in served(chunked):
        for work in record.work:
            colour = "tab:orange" if work.prompt else "tab:blue"
            ax.barh(work.sequence, record.computed, left=start, color=colour, edgecolor="white")
        start += record.computed
    ax.set_title("in chunks" if chunked else "prompts at once")
    ax.set(ylabel="request", yticks=range(len(LENGTHS)))
axes[-1].set_xlabel("tokens computed so far (orange: prompt, blue: answer)")
fig.tight_layout()

# %% [markdown]
# ## Blocks, before and after sharing
#
# Prompts that begin alike. Each row is a block table, each colour a block of the pool. The first request computes the common beginning; those that come later find its
# full blocks and hold the same ones.

# %%
common = rng.integers(0, SMALL.vocab, SHARED).tolist()
alike = [common + rng.integers(0, SMALL.vocab, n).tolist() for n in OWN]


def tables(prefix_cache):
    """Return the block tables once all requests run, and what they hold."""
    pool = Pool(BLOCKS, BLOCK_SIZE, SMALL)
    engine = Engine(model, pool, token_budget=sum(map(len, alike)), max_running=len(alike),
                    prefix_cache=prefix_cache)  # fmt: skip
    engine.submit(Request(alike[0], ANSWER))
    engine.step()
    for prompt in alike[1:]:
        engine.submit(Request(prompt, ANSWER))
    record = engine.step()
    return list(record.tables.values()), record.held


fig, axes = plt.subplots(1, 2, figsize=SIZE, sharey=True)
for ax, shared in zip(axes, (False, True), strict=True):
    rows, held = tables(shared)
    grid = np.full((len(rows), max(map(len, rows))), np.nan)
    for i, row in enumerate(rows):
        grid[i, : len(row)] = row
    ax.imshow(grid, cmap="tab20", aspect="auto")
    for i, row in enumerate(rows):
        for j, block in enumerate(row):
            ax.text(j, i, block, ha="center", va="center", fontsize="small")
    ax.set_title(f"{'shared' if shared else 'each its own'}: {held} blocks")
    ax.set_xlabel("place in the block table")
axes[0].set(ylabel="request", yticks=range(len(alike)))
fig.tight_layout()

# %% [markdown]
# ## Drafts, and how far they get
#
# The model drafts for itself with its weights narrowed, and a stranger drafts for it; answers are sampled. A bar is the share of rounds in which so many drafts were
# accepted. The dots are what independent acceptance at the mean rate would give: real drafts come in good runs and bad ones.

# %%
weights = random_weights(SMALL, SEED)
narrowed = Transformer(SMALL, weights, Quantiser(lambda w: four_bits(w, GROUP)))
stranger = Transformer(SMALL, random_weights(SMALL, SEED + 1))
asked = [
    Request(
        rng.integers(0, SMALL.vocab, LENGTHS[0]).tolist(), LONG, Sampling(temperature=1.0, seed=i)
    )
    for i in range(PROMPTS)
]

fig, axes = plt.subplots(1, 2, figsize=SIZE, sharey=True)
for ax, (name, small) in zip(
    axes, {"its own weights, narrowed": narrowed, "a stranger": stranger}.items(), strict=True
):
    draft = ModelDraft(small, Pool(ROOM, WIDE_BLOCK, SMALL), DRAFTS, SMALL)
    engine = Engine(model, Pool(ROOM, WIDE_BLOCK, SMALL), draft=draft)
    for request in asked:
        engine.submit(request)
    records = []
    while engine.busy:
        records.append(engine.step())
    counts = tally(records)
    shares = [counts.by_accepted.get(n, 0) / counts.rounds for n in range(DRAFTS + 1)]
    # The draft that is turned down was tried as well.
    tried = sum(min(n + 1, DRAFTS) * counts.by_accepted.get(n, 0) for n in range(DRAFTS + 1))
    rate = counts.accepted / tried
    alike = [rate**n * (1 - rate if n < DRAFTS else 1) for n in range(DRAFTS + 1)]
    ax.bar(range(DRAFTS + 1), shares)
    ax.plot(range(DRAFTS + 1), alike, "o", color="tab:orange")
    ax.set_title(f"{name}:\n{rate:.0%} accepted")
    ax.set_xlabel("drafts accepted in a round")
    print(f"{name}: {len(records)} steps, {counts.emitted / counts.rounds:.2f} tokens a round")
axes[0].set_ylabel("share of rounds")
fig.tight_layout()

# %% [markdown]
# ## Counted against computed
#
# The FLOPs that PyTorch counts in a step, and the chapter's formulas for the same small model.

# %%
from worked.formulas import memory, serving

multiplied = SMALL.multiplied_parameters
for batch in WIDE:
    pool = Pool(BLOCKS, BLOCK_SIZE, SMALL)
    engine = Engine(model, pool, prefix_cache=False)
    for _ in range(batch):
        engine.submit(Request(prompts[0][:BLOCK_SIZE], ANSWER))
    engine.step()
    with FlopCounterMode(display=False) as counter:
        engine.step()
    context = BLOCK_SIZE + 1
    products = serving.forward_flops(serving.token_flops(multiplied), batch)
    attention = serving.attention_flops(SMALL.layers, SMALL.heads, SMALL.head_dim, batch * context)
    print(f"batch {batch:3}: counted {counter.get_total_flops() / MEGA:8.3f} MFLOP, "
          f"computed {(products + attention) / MEGA:8.3f}")  # fmt: skip

width = memory.kv_width(SMALL.kv_heads, SMALL.head_dim)
per_token = serving.kv_bytes_per_token(SMALL.layers, width, pool.keys.element_size())
print(f"cache of a token: {pool.bytes_per_token} B in the pool, {per_token} B computed")
