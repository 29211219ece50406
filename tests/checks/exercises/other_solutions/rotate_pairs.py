"""Complex numbers."""

import numpy as np


def rotate(vector, position, base):
    v = np.array(vector, float)
    h = len(v) // 2
    theta = 1.0 / base ** (np.arange(0, len(v), 2) / len(v))
    z = (v[:h] + 1j * v[h:]) * np.exp(1j * position * theta)
    return np.concatenate([z.real, z.imag])
