# %% [markdown]
# # Lab: one tree, many knobs
#
# The chapter's numbers, redrawn with other settings, and the chapter's code beside the library. This page was run when the site was built; download the notebook, put it beside a
# clone of the project, and change what you like. It needs no GPU and downloads nothing.

# %%
import matplotlib.pyplot as plt
import numpy as np

from worked.chapters import graph

# settings
FIGURE = (6.4, 4)
lambdas = np.linspace(0, 4, 81)
gammas = np.geomspace(1, 1000, 200)
ROUNDS, BASE_SCORE = 10, 152.0
STREAM = 100_000

chapter = graph("xgboost")
book = chapter.evaluate()
for name in (
    "base",
    "best_gain[round=1]",
    "cut[round=1]",
    "kept[round=1]",
    "base_mse",
    "mse[round=3]",
):
    print(f"{chapter.called(name):45} {chapter.shown(name, book)}")

# %% [markdown]
# ## Where lambda moves the first split
#
# The gain of every candidate over lambda. The highest line wins; where the winner changes stands below the plot.

# %%
fig, ax = plt.subplots(figsize=FIGURE)
for k in range(1, 6):
    swept = chapter.sweep(f"gain[split={k}, round=1]", "reg_lambda", lambdas, {})
    threshold = chapter.shown(f"threshold[split={k}]", book)
    ax.plot(lambdas, [v for _, v in swept], label=f"below {threshold} km")
ax.set_xlabel("lambda")
ax.set_ylabel("gain of the first split")
ax.legend()
fig.tight_layout()

cuts = [v for _, v in chapter.sweep("cut[round=1]", "reg_lambda", lambdas, {})]
moves = [x for x, a, b in zip(lambdas[1:], cuts, cuts[1:], strict=False) if a != b]
print("the winner changes at about lambda =", ", ".join(f"{x:.2f}" for x in moves))

# %% [markdown]
# ## What gamma leaves standing

# %%
fig, ax = plt.subplots(figsize=FIGURE)
ax.step(gammas, [v for _, v in chapter.sweep("kept[round=1]", "gamma", gammas, {})], where="post")
ax.set_xscale("log")
ax.set_xlabel("gamma")
ax.set_ylabel("splits that survive")
ax.set_yticks(range(4))
fig.tight_layout()

# %% [markdown]
# ## The same trees as the library
#
# Both are trained on scikit-learn's diabetes data; every node is compared.

# %%
import xgboost as xgb
from sklearn.datasets import load_diabetes

from worked.xgboost.agreement import Tally, compare
from worked.xgboost.booster import train
from worked.xgboost.splits import TreeParameters
from worked.xgboost.tree import trees_in_model_json

data = load_diabetes()
x, y = data.data.astype(np.float32), data.target.astype(np.float32)
settings = TreeParameters(max_depth=4, reg_lambda=2.0)
mine = train(x, y, settings, rounds=ROUNDS, method="exact", base_score=BASE_SCORE)
theirs = xgb.train(
    {"max_depth": 4, "lambda": 2.0, "tree_method": "exact", "nthread": 1, "base_score": BASE_SCORE},
    xgb.DMatrix(x, label=y),
    ROUNDS,
)
tally = Tally()
trees = trees_in_model_json(bytes(theirs.save_raw("json")))
for own, library in zip((t[0] for t in mine.trees), trees, strict=True):
    compare(own, library, tally)
print(f"{tally.trees} trees, {tally.nodes} nodes, {tally.differing} that split differently")
print(f"largest difference of a leaf value: {max(tally.leaves):.1e}")

# %% [markdown]
# ## A quantile sketch at work
#
# A long stream of skewed values is summarised, then asked for the rank of each value that it kept.

# %%
from worked.xgboost.quantile_sketch import error, sketch_column

values = np.random.default_rng(1).lognormal(size=STREAM).astype(np.float32)
for eps in (0.1, 0.02, 0.004):
    summary = sketch_column(values, eps)
    doubt = error(summary) / len(values)
    print(f"eps {eps}: {len(summary):5} entries kept, widest doubt about a rank {doubt:.3%}")
