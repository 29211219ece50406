# %% [markdown]
# # Lab: descent on a corner
#
# Every experiment of the chapter can be rerun here with other numbers. This page was run when the site was built; download the notebook, put it beside a
# clone of the project, and change what you like.

# %%
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np

from worked.chapters import graph

l1 = graph("l1-gradient")
book = l1.evaluate()
for name in (
    "prediction",
    "residual",
    "gradient",
    "squared_gradient",
    "arrival[pace=1]",
    "landing[pace=1]",
):
    print(f"{l1.called(name):50} {l1.shown(name, book)}")

# %% [markdown]
# ## Exact arithmetic and floats
#
# With fractions every weight is exact. With floats the same rate misses by a rounding error, and what happens next is luck: sometimes the gradient rounds to zero, sometimes the weight bounces for ever.

# %%
from worked.l1_gradient.descent import descend, fixed_rate, l1_fixed_rate_outcome
from worked.l1_gradient.float_study import float_descent
from worked.l1_gradient.losses import l1_gradient


def exact_gradient(m):
    return l1_gradient(m, Fraction(2), Fraction(10))


for divisor in (10, 20, 40, 80):
    exact = descend(exact_gradient, Fraction(1), fixed_rate(Fraction(1, divisor)), divisor + 2)
    late = float_descent(1 / divisor, 2000)[1000:]
    print(f"rate 1/{divisor}: exact end {exact[-1]}, floats end within {max(late) - min(late):.3g}")

# %% [markdown]
# ## The bounce, for every rate
#
# The width of the bounce is one step whatever the distance; which two weights it uses depends on the remainder.

# %%
rates = [Fraction(k, 1000) for k in range(20, 251)]
ends = [l1_fixed_rate_outcome(1, 2, 10, rate) for rate in rates]
fig, ax = plt.subplots(figsize=(6.4, 4))
for side in ("near_side", "far_side"):
    ax.plot([float(r) for r in rates], [float(getattr(e, side)) for e in ends], ".", markersize=3)
ax.axhline(3, color="grey", linestyle="--")
ax.set_xlabel("learning rate")
ax.set_ylabel("the two weights of the bounce")
fig.tight_layout()

# %% [markdown]
# ## Schedules
#
# A fixed rate bounces unless it lands, one over k comes to rest, a geometric schedule may stop short of the minimum.

# %%
from worked.l1_gradient.descent import geometric_rate, harmonic_rate, square_root_rate

schedules = {
    "fixed": fixed_rate(0.15),
    "1/k": harmonic_rate(0.5),
    "1/sqrt(k)": square_root_rate(0.5),
    "geometric, ratio 0.8": geometric_rate(0.15, 0.8),
}
fig, ax = plt.subplots(figsize=(6.4, 4))
for label, schedule in schedules.items():
    path = descend(lambda m: l1_gradient(m, 2.0, 10.0), 1.0, schedule, 40)
    ax.plot(path, marker=".", label=label)
ax.axhline(3, color="grey", linestyle="--")
ax.set_xlabel("step")
ax.set_ylabel("weight")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## How far an outlier drags each loss
#
# The chapter's graph, swept over the outlier's target. The median moves only while the outlier passes the middle.

# %%
targets = np.linspace(-100, 100, 201)
fig, ax = plt.subplots(figsize=(6.4, 4))
for name, label in (("median_with", "least absolute error"), ("mean_with", "least squares")):
    swept = l1.sweep(name, "outlier", targets, {})
    ax.plot([t for t, _ in swept], [v for _, v in swept], label=label)
ax.set_xlabel("the outlier's target")
ax.set_ylabel("fitted weight")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## Many inputs: linear programme and subgradient descent
#
# Your own data go here. These are seeded: a plane with heavy-tailed noise.

# %%
from worked.l1_gradient.least_absolute_deviations import (
    lad_linear_programme,
    lad_subgradient_descent,
)

rng = np.random.default_rng(7)
X = rng.normal(size=(200, 3))
y = X @ [1.0, -2.0, 0.5] + 4 + rng.standard_t(df=1.5, size=200)
exact_fit = lad_linear_programme(X, y)
descent = lad_subgradient_descent(X, y, 2000)
squares = np.linalg.lstsq(np.column_stack([X, np.ones(200)]), y)[0]
print("true weights     1, -2, 0.5 and 4")
print("least absolute  ", np.round([*exact_fit.coefficients, exact_fit.intercept], 3))
print("least squares   ", np.round(squares, 3))
excess = descent.fit.sum_of_absolute_errors / exact_fit.sum_of_absolute_errors - 1
print(f"descent is {excess:.5%} above the optimum after 2,000 steps")

# %% [markdown]
# ## Huber against smooth L1
#
# One curve, two scalings: with equal thresholds Huber is the threshold times smooth L1.

# %%
from worked.formulas.losses import huber_loss, smooth_l1_loss

r = np.linspace(-4, 4, 401)
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
for ax, loss, title in zip(axes, (huber_loss, smooth_l1_loss), ("Huber", "smooth L1"), strict=True):
    for threshold in (0.25, 1, 3):
        ax.plot(r, [float(loss(v, threshold)) for v in r], label=f"threshold {threshold}")
    ax.set_title(title)
    ax.set_xlabel("residual")
axes[0].set_ylabel("loss")
axes[0].legend()
fig.tight_layout()
