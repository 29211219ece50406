"""The L1 chapter's graph over named axes, held against its recount."""

from __future__ import annotations

import random

from checks.proof.recount.l1_gradient import recount
from tests.worked.recounted import assert_recounted
from worked.l1_gradient.scenario import GRAPH as G


def test_the_chapter_computed_a_second_time_agrees_cell_by_cell() -> None:
    """At the book's values and at 100 draws: neat ones, with kinks and landings, and others."""
    rng = random.Random(11)
    for draw in range(101):
        settings: dict[str, float] = {}
        for g in G.givens if draw else ():
            digits = (0 if g.integer else 2 if g.name in ("rate", "quantile") else 1) + draw % 2 * 9
            for index in G.cells(g.name):
                value = round(rng.uniform(g.low, g.high), 0 if g.integer else digits)
                settings[G.cell_name(g, index)] = min(max(value, g.low), g.high)
        settings.pop("tolerance", None)
        assert_recounted(G, recount, settings)
