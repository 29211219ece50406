"""NumPy's sign, an array as the answer."""

import numpy as np


def descend(x, y, intercept, start, rate, steps):
    m = np.float64(start)
    out = [m]
    for _ in range(steps):
        m = m + rate * np.sign(y - m * x - intercept) * x
        out.append(m)
    return np.array(out)
