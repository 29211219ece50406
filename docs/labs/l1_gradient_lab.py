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

start, x, target, best = (book[name] for name in ("m", "x", "y", "best"))
rate, ratio = l1.value("rate[pace=2]", book), book["ratio"]

# %%
# settings
SIZE, WIDE = (6.4, 4), (8, 3.4)
DIVISORS = (10, 20, 40, 80)
FLOAT_STEPS, SETTLED = 2_000, 1_000
PER_UNIT, LOWEST, HIGHEST = 1_000, 20, 250
FIRST_RATE, SCHEDULE_STEPS = 0.5, 40
FARTHEST = 100
POINTS, WEIGHTS, HEIGHT, TAIL = 200, (1.0, -2.0, 0.5), 4.0, 1.5
DESCENT_STEPS = 2_000
RESIDUALS = (-4, 4, 401)
THRESHOLDS = (0.25, 1, 3)

# %% [markdown]
# ## Exact arithmetic and floats
#
# With fractions every weight is exact. With floats the same rate misses by a rounding error, and what happens next is luck: sometimes the gradient rounds to zero, sometimes the weight bounces for ever.

# %%
from worked.l1_gradient.descent import descend, fixed_rate, l1_fixed_rate_outcome
from worked.l1_gradient.float_study import float_descent
from worked.l1_gradient.losses import l1_gradient


def exact_gradient(m):
    return l1_gradient(m, Fraction(x), Fraction(target))


for divisor in DIVISORS:
    part = Fraction(1, divisor)
    exact = descend(exact_gradient, Fraction(start), fixed_rate(part), divisor + 2)
    late = float_descent(1 / divisor, FLOAT_STEPS)[SETTLED:]
    print(f"rate {part}: exact end {exact[-1]}, floats end within {max(late) - min(late):.3g}")

# %% [markdown]
# ## The bounce, for every rate
#
# The width of the bounce is one step whatever the distance; which weights it uses depends on the remainder.

# %%
rates = [Fraction(k, PER_UNIT) for k in range(LOWEST, HIGHEST + 1)]
ends = [l1_fixed_rate_outcome(start, x, target, r) for r in rates]
fig, ax = plt.subplots(figsize=SIZE)
for side in ("near_side", "far_side"):
    ax.plot([float(r) for r in rates], [float(getattr(e, side)) for e in ends], ".", markersize=3)
ax.axhline(best, color="grey", linestyle="--")
ax.set_xlabel("learning rate")
ax.set_ylabel("the weights of the bounce")
fig.tight_layout()

# %% [markdown]
# ## Schedules
#
# A fixed rate bounces unless it lands, one over k comes to rest, a geometric schedule may stop short of the minimum.

# %%
from worked.l1_gradient.descent import geometric_rate, harmonic_rate, square_root_rate

schedules = {
    "fixed": fixed_rate(rate),
    "1/k": harmonic_rate(FIRST_RATE),
    "1/sqrt(k)": square_root_rate(FIRST_RATE),
    f"geometric, ratio {ratio}": geometric_rate(rate, ratio),
}
fig, ax = plt.subplots(figsize=SIZE)
for label, schedule in schedules.items():
    path = descend(lambda m: l1_gradient(m, x, target), start, schedule, SCHEDULE_STEPS)
    ax.plot(path, marker=".", label=label)
ax.axhline(best, color="grey", linestyle="--")
ax.set_xlabel("step")
ax.set_ylabel("weight")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## How far an outlier drags each loss
#
# The chapter's graph, swept over the outlier's target. The median moves only while the outlier passes the middle.

# %%
targets = np.arange(-FARTHEST, FARTHEST + 1)
fig, ax = plt.subplots(figsize=SIZE)
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
X = rng.normal(size=(POINTS, len(WEIGHTS)))
y = X @ WEIGHTS + HEIGHT + rng.standard_t(df=TAIL, size=POINTS)
exact_fit = lad_linear_programme(X, y)
descent = lad_subgradient_descent(X, y, DESCENT_STEPS)
squares = np.linalg.lstsq(np.column_stack([X, np.ones(POINTS)]), y)[0]
print("true plane      ", np.array([*WEIGHTS, HEIGHT]))
print("least absolute  ", np.round([*exact_fit.coefficients, exact_fit.intercept], 3))
print("least squares   ", np.round(squares, 3))
excess = descent.fit.sum_of_absolute_errors / exact_fit.sum_of_absolute_errors - 1
print(f"descent is {excess:.5%} above the optimum after {DESCENT_STEPS:,} steps")

# %% [markdown]
# ## Huber against smooth L1
#
# One curve, scaled either way: with equal thresholds Huber is the threshold times smooth L1.

# %%
from worked.formulas.losses import huber_loss, smooth_l1_loss

r = np.linspace(*RESIDUALS)
fig, axes = plt.subplots(1, 2, figsize=WIDE, sharey=True)
for ax, loss, title in zip(axes, (huber_loss, smooth_l1_loss), ("Huber", "smooth L1"), strict=True):
    for threshold in THRESHOLDS:
        ax.plot(r, [float(loss(v, threshold)) for v in r], label=f"threshold {threshold}")
    ax.set_title(title)
    ax.set_xlabel("residual")
axes[0].set_ylabel("loss")
axes[0].legend()
fig.tight_layout()
