"""The graph of the chapter on rotary position embedding, held against its recount."""

from __future__ import annotations

import math
import random

from checks.proof.recount.rope import recount
from tests.worked.recounted import assert_recounted
from worked.figures import Given
from worked.rope.scenario import GRAPH as G


def drawn(given: Given, index: tuple[int, ...], rng: random.Random) -> float:
    """Return a value of a given's cell within its range; ranges over decades by their logarithm."""
    low, high = given.low, given.high
    for i in index:
        low, high = (x[i] if isinstance(x, tuple) else x for x in (low, high))
    if low > 0 and high > 100 * low:
        value = math.exp(rng.uniform(math.log(low), math.log(high)))
    else:
        value = rng.uniform(low, high)
    value = round(value) if given.integer else round(value, 2)
    return min(max(value, low), high)


def test_the_chapter_computed_a_second_time_agrees_cell_by_cell() -> None:
    """At the book's values and at 100 draws, each near some of them."""
    rng = random.Random(7)
    for draw in range(101):
        settings = {
            G.cell_name(g, index): drawn(g, index, rng)
            for g in G.givens
            for index in G.cells(g.name)
            if draw and rng.random() < 0.5
        }
        # More key-value heads than query heads are refused.
        heads, kv_heads = (settings.get(name, 32) for name in ("heads", "kv_heads"))
        assert_recounted(G, recount, settings | {"kv_heads": min(heads, kv_heads)})
