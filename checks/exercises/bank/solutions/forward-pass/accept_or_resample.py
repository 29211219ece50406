"""One round of speculative decoding: keep drafts, and end with one more token: a solution.

A small model has drafted tokens, each drawn from its own chances. The target has computed its
chances at the same places, and after the last draft, in one pass. A draft x is kept with the chance
min(1, p(x) / q(x)), p being the target's chances and q the draft's. The first that is not kept ends
the round, and the token in its place comes from what the target has more of: max(0, p - q), scaled
up to a sum of 1. Then every token follows p, whatever the draft is worth.
"""

from collections.abc import Callable


def pick(chances: list[float], u: float) -> int:
    """Return the first token at which the chances so far exceed u. This one is given."""
    so_far, last = 0.0, 0
    for token, chance in enumerate(chances):
        if chance > 0:
            so_far, last = so_far + chance, token
            if so_far > u:
                return token
    return last  # rounding left the sum a little short


def settle(
    drafted: list[int],
    target: list[list[float]],
    draft: list[list[float]],
    uniform: Callable[[], float],
) -> list[int]:
    """Return the tokens that the round adds: the drafts that are kept, and one more.

    drafted: the drafted tokens; draft[i]: the chances that drafted[i] was drawn from; target[i]:
    the target's chances there, and one list more, those after all drafts. uniform(): a new random
    number from 0 to 1. Call it once for each draft that you come to, keep the draft where the
    number is below its chance to be kept, and once more to `pick` the token that ends the round.
    """
    tokens = []
    for token, p, q in zip(drafted, target[:-1], draft, strict=True):
        if uniform() >= p[token] / q[token]:
            more = [max(0.0, a - b) for a, b in zip(p, q, strict=True)]
            residual = [m / sum(more) for m in more]
            return [*tokens, pick(residual, uniform())]
        tokens.append(token)
    return [*tokens, pick(target[-1], uniform())]
