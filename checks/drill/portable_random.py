"""A small random generator that gives the same numbers in Python and in a browser.

Questions are drawn from a seed, and the page must draw what the terminal draws. The generator
is mulberry32 (Tommy Ettinger, 2017, public domain): one 32-bit state, a few multiplications
modulo 2^32. It is good enough to draw questions from, and for nothing that must be secret.

In JavaScript, with `state` an integer and Math.imul the product modulo 2^32:

    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    word = (t ^ (t >>> 14)) >>> 0;
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
MASK = 0xFFFFFFFF
TWO_32 = 4294967296.0


def next_word(state: int) -> tuple[int, int]:
    """Return (the next state, the word drawn), both integers in 0 .. 2^32 - 1."""
    state = (state + 0x6D2B79F5) & MASK
    t = ((state ^ (state >> 15)) * (1 | state)) & MASK
    t = ((t + ((t ^ (t >> 7)) * (61 | t))) & MASK) ^ t
    return state, t ^ (t >> 14)


def seed_of(text: str) -> int:
    """Return a seed in 0 .. 2^32 - 1 for a text: the FNV-1a hash of its UTF-8 bytes.

    A surrogate that stands alone counts as U+FFFD, as the browser's TextEncoder takes it.
    """
    value = 2166136261
    lone_replaced = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for byte in lone_replaced.encode("utf-8"):
        value = ((value ^ byte) * 16777619) & MASK
    return value


class PortableRandom:
    """A stream of random numbers from one seed (any integer; its lowest 32 bits count)."""

    def __init__(self, seed: int) -> None:
        self.state = seed & MASK

    def word(self) -> int:
        """Return the next integer in 0 .. 2^32 - 1."""
        self.state, word = next_word(self.state)
        return word

    def uniform(self) -> float:
        """Return the next number in 0 <= u < 1, a multiple of 2^-32."""
        return self.word() / TWO_32

    def below(self, n: int) -> int:
        """Return the next integer in 0 .. n - 1: the whole part of uniform() * n.

        For n up to 2^20 the product is exact, so that every language gives the same integer;
        no integer is more than n / 2^32 more likely than another.

        Raises:
            ValueError: n is not in 1 .. 2^20.
        """
        if not 1 <= n <= 2**20:
            raise ValueError(f"below({n}): n must be 1 to 2^20")
        return int(self.uniform() * n)

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Return the items in a random order (Fisher and Yates, from the end)."""
        mixed = list(items)
        for i in range(len(mixed) - 1, 0, -1):
            j = self.below(i + 1)
            mixed[i], mixed[j] = mixed[j], mixed[i]
        return mixed
