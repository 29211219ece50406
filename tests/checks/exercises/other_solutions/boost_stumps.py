"""Floats, and a stump of its own."""


def fit(x, target):
    best = None
    for threshold in sorted(set(x))[:-1]:
        low = [t for a, t in zip(x, target, strict=True) if a <= threshold]
        high = [t for a, t in zip(x, target, strict=True) if a > threshold]
        means = sum(low) / len(low), sum(high) / len(high)
        error = sum((t - means[0]) ** 2 for t in low) + sum((t - means[1]) ** 2 for t in high)
        if best is None or error < best[0]:
            best = error, threshold, *means
    return best


def boost(x, y, learning_rate, rounds):
    x, y, rate = [float(a) for a in x], [float(b) for b in y], float(learning_rate)
    predicted = [sum(y) / len(y)] * len(y)
    for _ in range(rounds):
        residuals = [a - b for a, b in zip(y, predicted, strict=True)]
        _, threshold, low, high = fit(x, residuals)
        predicted = [
            p + rate * (low if a <= threshold else high) for a, p in zip(x, predicted, strict=True)
        ]
    return predicted
