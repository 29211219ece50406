# %% [markdown]
# # Lab: the wall, in your hands
#
# Every plot of the chapter can be redrawn here with other numbers. This page was run when the site was built; download the notebook, put it beside a
# clone of the project, and change what you like. Nothing here needs a GPU.

# %%
import matplotlib.pyplot as plt

from worked.chapters import graph

wall = graph("gpu-wall")
book = wall.evaluate()
for name in ("static_bytes", "devices_static", "checkpoint", "lost_cost"):
    print(f"{wall.figure(name).label:45} {wall.shown(name, book)}")
for place in wall.keys["tier"]:
    cell = f"young[tier={place}]"
    print(f"{wall.called(cell):45} {wall.shown(cell, book)}")

# %%
# settings
SIZE = (6.4, 4)
RANKS = [2**k for k in range(3, 11)]
LENGTHS = [2**k for k in range(9, 16)]
SHORTEST, LONGEST, POINTS = 4, 300, 200
FACTORS = (0.25, 0.5, 1, 2, 4)
RUNS, STREAMS, JOBS = 100, 5, 300
GB, MINUTE, WEEK, PERCENT, TOP = 1e9, 60, 7 * 24 * 3600, 100, 40

# %% [markdown]
# ## The bill for other models
#
# A choice sets several givens at once. The exact parameter counts come from the published configurations.

# %%
for model in wall.choices["model"].options:
    values = wall.evaluate({"model": model})
    row = [
        wall.shown(n, values)
        for n in ("static_bytes", "devices_static", "memory_per_gpu[layout=zero-3]")
    ]
    print(f"{model:16} {row[0]:>10} {row[1]:>9}   ZeRO-3: {row[2]:>9} a GPU")

# %% [markdown]
# ## How the stages of ZeRO scale
#
# Splitting more does not help a strategy that keeps something whole: its curve has a floor.

# %%
fig, ax = plt.subplots(figsize=SIZE)
for place, label in (("zero-1", "ZeRO-1"), ("zero-2", "ZeRO-2"), ("zero-3", "ZeRO-3")):
    swept = wall.sweep(f"state[layout={place}]", "gpus", RANKS, {})
    ax.plot(RANKS, [v / GB for _, v in swept], marker="o", label=label)
ax.axhline(book["gpu_memory"] / GB, linestyle="--", color="grey", label="one GPU")
ax.set_xscale("log", base=2)
ax.set_yscale("log")
ax.set_xlabel("GPUs")
ax.set_ylabel("static state per GPU, GB")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Sequence length and what you store
#
# Stored attention scores grow with the square of the sequence, everything else in proportion.

# %%
fig, ax = plt.subplots(figsize=SIZE)
for place, label in (
    ("everything", "everything stored"),
    ("no-scores", "no scores"),
    ("full-recomputation", "full recomputation"),
):
    swept = wall.sweep(f"acts[keeping={place}]", "seq", LENGTHS, {})
    ax.plot(LENGTHS, [v / GB for _, v in swept], marker="o", label=label)
ax.set_xscale("log", base=2)
ax.set_yscale("log")
ax.set_xlabel("sequence length, tokens")
ax.set_ylabel("activations of one replica, GB")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Waste against the checkpoint interval
#
# The formulas take arrays as they take numbers. The dots are Young's interval for each tier, the crosses Daly's.

# %%
import numpy as np

from worked.formulas.checkpointing import (
    daly_interval_seconds,
    waste_fraction,
    young_interval_seconds,
)

minutes = np.geomspace(SHORTEST, LONGEST, POINTS)
fig, ax = plt.subplots(figsize=SIZE)
for write, label in zip(book["write"], wall.axes["tier"].labels, strict=True):
    mtbf = book["mtbf"]
    share = PERCENT * waste_fraction(write, minutes * MINUTE, mtbf)
    (line,) = ax.plot(minutes, share, label=label)
    for best, marker in ((young_interval_seconds, "o"), (daly_interval_seconds, "x")):
        tau = best(write, mtbf)
        share = PERCENT * waste_fraction(write, tau, mtbf)
        ax.plot(tau / MINUTE, share, marker, color=line.get_color())
ax.set_xscale("log")
ax.set_ylim(0, TOP)
ax.set_xlabel("interval, minutes")
ax.set_ylabel("time wasted, %")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## A failure-prone run, simulated
#
# The Monte Carlo of the chapter, on fewer jobs. Each job computes, writes, fails at random moments and comes back. Change the mean time between preemptions
# and see which interval wins.

# %%
from worked.gpu_wall.waste_simulation import Scenario, expected_overhead, simulate

FILE_SYSTEM = "[tier=parallel-file-system]"
write, young = (wall.value(f"{name}{FILE_SYSTEM}", book) for name in ("write", "young"))
job = Scenario(write=write, mtbf=book["mtbf"], restart=book["restart"])
for factor in FACTORS:
    seen = simulate(job, factor * young, useful=WEEK, replicas=RUNS, seed=1)
    exact = expected_overhead(job, factor * young)
    print(f"{factor * young / MINUTE:6.1f} min: {seen.mean:6.2%} simulated, {exact:6.2%} expected")

# %% [markdown]
# ## Scheduling policies on one stream of jobs
#
# The simulator of the chapter, on a shorter stream. Replace the stream by your own cluster's.

# %%
from worked.gpu_wall.scheduling_study import study

small = study(range(STREAMS), jobs=JOBS)
for policy in ("partial", "gang", "backfill", "preemption", "topology_aware"):
    useful, wait = small[f"{policy}_utilisation"][0], small[f"{policy}_mean_wait"][0]
    print(f"{policy:15} useful {useful:5.1%}   mean wait {wait:5.2f} h")
