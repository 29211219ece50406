# %% [markdown]
# # Lab: boosting, in your hands
#
# The chapter's tables and curves with numbers of your own. This page was run when the site was built; download the notebook, put it beside a clone of the
# project, and change what you like.

# %%
import matplotlib.pyplot as plt
import numpy as np

from worked.chapters import graph

chapter = graph("gradient-boosting")
book = chapter.evaluate()
for name in (
    "base",
    "cut[round=1]",
    "lower[round=1]",
    "upper[round=1]",
    "mse[round=1]",
    "mse[round=5]",
):
    print(f"{chapter.called(name):55} {chapter.shown(name, book)}")

# %%
# settings
SIZE = (6.4, 4)
SYMMETRIC = (10, 20, 30, 30, 20, 10)
STUCK, TOP = 300, 80
LENGTHS = np.linspace(0, 10, 401)
STUMPS = 20
HELD_OUT, TREES = 0.25, 150
ASKED = (6, 8, 12, 20, 100)

# %% [markdown]
# ## The whiteboard table, in exact fractions
#
# No formula of the page is used here: this is the second route to the same numbers. Change the labels or the learning rate.

# %%
from fractions import Fraction

from worked.gradient_boosting.by_hand import DISTANCE_KM, MINUTES, boosting_rounds

for row in boosting_rounds(DISTANCE_KM, MINUTES, Fraction(1, 2), 5):
    residuals = " ".join(f"{float(r):7.2f}" for r in row.residuals)
    print(
        f"{row.number}: {residuals}   cut {float(row.split.threshold):3.1f}   mse {float(row.mse):6.2f}"
    )

# %% [markdown]
# ## A tie, and who wins it
#
# These labels are symmetric, so the first and the last cut leave the same error. The lower threshold wins.

# %%
tied = chapter.evaluate({f"minutes.{i}": y for i, y in enumerate(SYMMETRIC, 1)})
for k in range(1, 6):
    print(
        chapter.shown(f"threshold[split={k}]", tied),
        "km leaves",
        chapter.shown(f"error[split={k}, round=1]", tied),
    )
print("wins:", chapter.shown("cut[round=1]", tied), "km")

# %% [markdown]
# ## One wild label, several losses
#
# The sixth delivery gets stuck in snow. Watch what each loss makes of it on the others.

# %%
from worked.gradient_boosting.boosting import Settings, fit, predict_raw

X = np.array(DISTANCE_KM, dtype=float)[:, None]
y = np.array(MINUTES, dtype=float)
y[5] = STUCK
kilometres = LENGTHS[:, None]
fig, ax = plt.subplots(figsize=SIZE)
for loss in ("squared_error", "absolute_error", "huber"):
    model = fit(X, y, Settings(loss=loss, rounds=STUMPS, learning_rate=0.3, max_depth=1))
    ax.plot(kilometres[:, 0], predict_raw(model, kilometres), label=loss.replace("_", " "))
ax.plot(X[:, 0], y, "s", color="grey", label="deliveries")
ax.set_ylim(0, TOP)
ax.set_xlabel("distance, km")
ax.set_ylabel("minutes (the sixth delivery is off the chart)")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Learning rate and number of trees on real data
#
# Diabetes, with some patients held out. Each learning rate has its own best number of trees; a full step never gets as low.

# %%
from worked.gradient_boosting.boosting import staged_raw
from worked.gradient_boosting.real_data import diabetes, split_rows

X, y = diabetes()
train, test = split_rows(len(y), HELD_OUT, 0)
fig, ax = plt.subplots(figsize=SIZE)
for eta in (1.0, 0.3, 0.1):
    model = fit(X[train], y[train], Settings(rounds=TREES, learning_rate=eta, max_depth=2))
    held_out = [float(np.mean((y[test] - raw) ** 2)) for raw in staged_raw(model, X[test])]
    best = int(np.argmin(held_out))
    ax.plot(range(1, TREES + 1), held_out, label=f"eta {eta:g}: best after {best + 1}")
ax.set_xlabel("trees")
ax.set_ylabel("held-out mean squared error")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Beyond the data
#
# The fitted model and the straight line, asked for distances that nobody has driven.

# %%
for km in ASKED:
    values = chapter.evaluate({"query": km})
    print(
        f"{km:4} km: trees {chapter.shown('answer[round=last]', values):>6}   line {chapter.shown('line', values):>7}"
    )
