# %% [markdown]
# # Lab: what the trees before got wrong
#
# The chapter's tables and plots with other numbers. This page was run when the site was built; download the notebook, put it beside a clone of the
# project, and change what you like.

# %%
import matplotlib.pyplot as plt
import numpy as np

from worked.chapters import graph

chapter = graph("gradient-boosting")
book = chapter.evaluate()
for name in ("base", "mse0", "cut1", "mse1", "mse2", "mse3", "q5", "line"):
    print(f"{chapter.figure(name).label:60} {chapter.shown(name, book)}")

# %% [markdown]
# ## The whiteboard, in exact fractions
#
# The same table that the chapter builds, computed without a float.

# %%
from fractions import Fraction

from worked.gradient_boosting.by_hand import MINUTES, boosting_rounds, mean, whiteboard

KM = (1, 2, 3, 5, 6, 8)
print(whiteboard(KM, MINUTES, Fraction(1, 2)))

# %% [markdown]
# ## The fitted curve, round by round
#
# A staircase with one more step in each round. Try another learning rate.

# %%
from worked.gradient_boosting.by_hand import predict

rate = Fraction(1, 2)
rounds = boosting_rounds(KM, MINUTES, rate, 20)
grid = np.linspace(0, 12, 481)
fig, ax = plt.subplots(figsize=(6.4, 4))
ax.plot(KM, MINUTES, "s", color="black", label="deliveries")
for count in (1, 3, 20):
    curve = [float(predict(mean(MINUTES), rate, rounds[:count], Fraction(x))) for x in grid]
    ax.plot(grid, curve, label=f"{count} rounds")
ax.set_xlabel("distance, km")
ax.set_ylabel("minutes")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Learning rate and number of trees on real data
#
# The diabetes data that scikit-learn brings along. The held-out error has its minimum earlier for larger rates, and it is sharper.

# %%
from worked.gradient_boosting.boosting import Settings, fit, staged_raw
from worked.gradient_boosting.real_data import diabetes, split_rows

X, y = diabetes()
train, test = split_rows(len(y), 0.3, seed=0)
fig, ax = plt.subplots(figsize=(6.4, 4))
for eta in (1.0, 0.3, 0.1, 0.03):
    model = fit(X[train], y[train], Settings(rounds=200, learning_rate=eta, max_depth=2))
    errors = [np.mean((raw - y[test]) ** 2) for raw in staged_raw(model, X[test])]
    ax.plot(range(1, len(errors) + 1), errors, label=f"eta {eta}")
ax.set_xlabel("trees")
ax.set_ylabel("mean squared error, held out")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Equal to scikit-learn
#
# The readable implementation and the library, on the same rows with the same settings.

# %%
from sklearn.ensemble import GradientBoostingRegressor

from worked.gradient_boosting.boosting import predict_raw

settings = Settings(rounds=50, learning_rate=0.1, max_depth=2)
ours = predict_raw(fit(X[train], y[train], settings), X[train])
library = GradientBoostingRegressor(
    n_estimators=50, learning_rate=0.1, max_depth=2, random_state=0
).fit(X[train], y[train])
print(f"largest difference on training rows: {np.abs(ours - library.predict(X[train])).max():.1e}")
