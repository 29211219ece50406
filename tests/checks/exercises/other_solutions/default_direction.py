"""Masks, and both ways in a list."""

import numpy as np


def default_direction(x, gradients, hessians, threshold, reg_lambda):
    x, g, h = map(np.asarray, (x, gradients, hessians))

    def score(rows):
        return g[rows].sum() ** 2 / (h[rows].sum() + reg_lambda)

    missing, everything = np.isnan(x), np.full(len(x), True)
    found = []
    for side in ("right", "left"):
        left = (x < threshold) | (missing & (side == "left"))
        found.append((side, score(left) + score(~left) - score(everything)))
    return max(found, key=lambda one: one[1])
