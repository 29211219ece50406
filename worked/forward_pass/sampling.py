"""From logits to a token: an explicit distribution over the vocabulary, and one draw from it.

The distribution is in float64 and sums to one, so that what is drawn from is also what speculative
decoding accepts by. Each request has a generator of its own and takes one number from it for one
token: whoever shares its batch does not change its tokens.

Sources: Fan et al. 2018, "Hierarchical Neural Story Generation", section 5.4 (top-k); Holtzman et
al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1 (top-p).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import numpy.typing as npt

Distribution = npt.NDArray[np.float64]


class NoTokenAllowedError(Exception):
    """A mask left no token to choose from."""


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen.

    temperature: logits are divided by it; 0 is greedy, the likeliest token. top_k: only the k
    likeliest (0: all). top_p: only the likeliest that together reach this probability (1: all).
    seed: of the request's own generator.

    Raises:
        ValueError: a setting out of its range.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature = {self.temperature!r} must be a number from 0 on")
        if not _counts(self.top_k):
            raise ValueError(f"top_k = {self.top_k!r} must be a whole number from 0 (all) on")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p = {self.top_p!r} must be over 0 and at most 1")
        if not _counts(self.seed):
            raise ValueError(f"seed = {self.seed!r} must be a whole number from 0 on")

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0

    def generator(self) -> np.random.Generator:
        """A fresh generator at the seed."""
        return np.random.default_rng(self.seed)


def _counts(value: object) -> bool:
    """Whether it is a whole number from 0 on, of Python or of NumPy."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0


GREEDY = Sampling()


def distribution(
    logits: npt.ArrayLike, sampling: Sampling, allowed: Iterable[int] | None = None
) -> Distribution:
    """Return the probability of each token, (vocab,), summing to one.

    In this order: tokens that a mask does not allow go, the temperature divides, top-k cuts, top-p
    cuts. Greedy, all probability is on the likeliest token, the first of equals. Tokens as likely
    as the k-th all stay.

    Raises:
        NoTokenAllowedError: no token is allowed.
        ValueError: a logit is not a number, all that is allowed is impossible, or the mask gives
            something else than ids.
    """
    scores = np.array(logits, dtype=np.float64)
    if allowed is not None:
        ids = allowed if isinstance(allowed, np.ndarray) else np.array(list(allowed))
        if not len(ids):
            raise NoTokenAllowedError("the mask allows no token")
        if ids.dtype.kind not in "iu" or ids.min() < 0 or ids.max() >= len(scores):
            raise ValueError(
                f"a mask gives the ids of the tokens that it allows, from 0 to {len(scores) - 1}; "
                f"this one gave {ids.dtype} from {ids.min()} to {ids.max()}"
            )
        masked = np.full_like(scores, -np.inf)
        masked[ids] = scores[ids]
        scores = masked
    most = scores.max()
    if not np.isfinite(most):
        raise ValueError(f"the largest logit is {most}: the model's output is not a number")
    if sampling.greedy:
        return np.eye(1, len(scores), int(scores.argmax()))[0]
    scores = (scores - most) / sampling.temperature
    if 0 < sampling.top_k < len(scores):
        scores[scores < np.partition(scores, -sampling.top_k)[-sampling.top_k]] = -np.inf
    probabilities = _normalised(np.exp(scores))
    if sampling.top_p < 1:
        order = np.argsort(-scores, kind="stable")
        before = np.cumsum(probabilities[order]) - probabilities[order]
        # A token stays if those before it have not reached top_p; so the first always stays.
        probabilities[order[before >= sampling.top_p]] = 0
        probabilities = _normalised(probabilities)
    return probabilities


def _normalised(weights: Distribution) -> Distribution:
    return weights / weights.sum()


def draw(probabilities: Distribution, generator: np.random.Generator) -> int:
    """Draw one token with one number of the generator, by the inverse of the running sum."""
    running = np.cumsum(probabilities)
    token = int(np.searchsorted(running, generator.random() * running[-1], side="right"))
    return min(token, int(np.flatnonzero(probabilities)[-1]))
