# %% [markdown]
# # Lab: position as an angle
#
# The plots of the chapter, with other numbers. This page was run when the site was built; download the notebook, put it beside a clone of the project,
# and change what you like.

# %%
import matplotlib.pyplot as plt
import numpy as np

from worked.chapters import graph
from worked.rope import rotary_numpy as rope

chapter = graph("rope")
book = chapter.evaluate()
for name in (
    "turned[vector=q, pair=0, side=x]",
    "turned[vector=q, pair=0, side=y]",
    "score",
    "score_at[case=moved]",
    "score_at[case=swapped]",
    "lost_position",
):
    print(f"{chapter.called(name):55} {chapter.shown(name, book)}")

# %%
# settings
SIZE = (6.4, 4)
FARTHEST, EVERY = 200, 10
STARTS = 200, 5_000
LENGTHS = (256, 1024, 4096, 16_384, 65_536)

# %% [markdown]
# ## The score of a real head against the offset
#
# A random query and key of a real head's width. The score depends on the offset alone; its positions are drawn at random for every point, and the
# curve is smooth all the same.

# %%
rng = np.random.default_rng(0)
width = int(book["head_dim"])
q, k = rng.standard_normal((2, width))
frequencies = rope.inverse_frequencies(width, book["base"])
offsets = np.arange(-FARTHEST, FARTHEST + 1)
curve = rope.relative_score(q, k, offsets, frequencies)


def turned(vector, position):
    cos, sin = rope.rotary_tables([position], frequencies)
    return rope.rotate_adjacent(vector[None], cos, sin)[0]


starts = rng.integers(*STARTS, offsets.size)
points = [turned(q, n + d) @ turned(k, n) for n, d in zip(starts, offsets, strict=True)]
print(f"largest difference: {np.abs(points - curve).max():.1e}")

fig, ax = plt.subplots(figsize=SIZE)
ax.plot(offsets, curve, label="from the offset alone")
ax.plot(offsets[::EVERY], points[::EVERY], "o", label="from random positions")
ax.set_xlabel("offset, query minus key")
ax.set_ylabel("score, not yet divided by the root of the width")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## What each scaling does to every pair
#
# The ratio of the new wavelength to the trained one: one keeps a pair, the stretch interpolates it in full.

# %%
base, trained, stretch = book["base"], book["trained_length"], book["factor"]
scaled = {
    "linear": rope.linear_frequencies(width, base, stretch),
    "NTK-aware": rope.ntk_frequencies(width, base, stretch),
    "YaRN": rope.yarn_frequencies(width, base, stretch, trained),
    "Llama 3.1": rope.llama3_frequencies(width, base, stretch, trained),
}
fig, ax = plt.subplots(figsize=SIZE)
for label, new in scaled.items():
    ax.plot(frequencies / new, label=label)
ax.set_xlabel("pair")
ax.set_ylabel("wavelength over the trained one")
ax.legend()
fig.tight_layout()

# %% [markdown]
# ## The pairings and their permutation
#
# The same vectors give other scores in the halves layout than with neighbours as pairs, until they are reordered.

# %%
position = np.array([3.0])
cos, sin = rope.rotary_tables(position, frequencies)
order = rope.adjacent_to_halves(width)
adjacent = rope.rotate_adjacent(q[None], cos, sin)[0] @ k
halves = rope.rotate_halves(q[None], cos, sin)[0] @ k
converted = rope.rotate_halves(q[order][None], cos, sin)[0] @ k[order]
print(f"adjacent {adjacent:.6f}   halves layout {halves:.6f}   reordered {converted:.6f}")

# %% [markdown]
# ## Positions in bf16
#
# How many different positions are left, by the length of the text.

# %%
from worked.rope.precision import distinct_positions, round_to_bfloat16

for length in LENGTHS:
    left = distinct_positions(round_to_bfloat16, length)
    print(f"{length:6,} positions: {left:5,} different ones in bf16")
