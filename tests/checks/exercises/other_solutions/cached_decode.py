"""Complex rotations and matrix products."""

import numpy as np


def rotate(vector, position, base=10_000.0):
    v = np.array(vector, float)
    h = len(v) // 2
    theta = 1.0 / base ** (np.arange(0, len(v), 2) / len(v))
    z = (v[:h] + 1j * v[h:]) * np.exp(1j * position * theta)
    return np.concatenate([z.real, z.imag])


def decode_step(keys, values, q, k, v):
    p = len(keys)
    keys.append(rotate(k, p))
    values.append(v)
    s = np.array(keys) @ rotate(q, p) / np.sqrt(len(q))
    w = np.exp(s - s.max())
    w /= w.sum()
    return w @ np.array(values)
