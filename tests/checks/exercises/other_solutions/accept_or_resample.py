"""Without a division by q: a draft is kept where u q is below p."""

from itertools import accumulate


def draw(weights, u):
    sums = list(accumulate(weights))
    return next(
        (t for t, s in enumerate(sums) if s > u * sums[-1] and weights[t] > 0),
        max(t for t, w in enumerate(weights) if w > 0),
    )


def settle(drafted, target, draft, uniform):
    for i, token in enumerate(drafted):
        if uniform() * draft[i][token] >= target[i][token]:
            more = [p - min(p, q) for p, q in zip(target[i], draft[i], strict=True)]
            return [*drafted[:i], draw(more, uniform())]
    return [*drafted, draw(target[-1], uniform())]
