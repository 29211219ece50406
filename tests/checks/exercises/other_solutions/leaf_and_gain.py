"""NumPy's sign."""

import numpy as np


def shrunk(G, alpha):
    return np.sign(G) * max(abs(G) - alpha, 0)


def leaf_weight(G, H, reg_lambda, reg_alpha):
    return -shrunk(G, reg_alpha) / (H + reg_lambda)


def split_gain(G_left, H_left, G_right, H_right, reg_lambda, reg_alpha, gamma):
    sides = [(G_left, H_left, 1), (G_right, H_right, 1), (G_left + G_right, H_left + H_right, -1)]
    return sum(s * shrunk(G, reg_alpha) ** 2 / (H + reg_lambda) for G, H, s in sides) - gamma
