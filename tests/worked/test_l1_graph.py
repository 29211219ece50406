"""The L1 chapter's graph over named axes, held against its pins and its recount."""

from __future__ import annotations

import random

import numpy as np
import pytest

from checks.proof.pins.l1_gradient import OTHER_PINS, PINS
from checks.proof.recount.l1_gradient import recount
from worked.l1_gradient.scenario import GRAPH as G


def test_what_is_pinned_is_shown() -> None:
    for settings, texts in [({}, PINS), *OTHER_PINS]:
        values = G.evaluate(settings)
        assert {cell: G.shown(cell, values) for cell in texts} == texts


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
        values = G.evaluate(settings)
        again = recount({g.name: values[g.name] for g in G.givens})
        assert set(again) == {f.name for f in G.derived}
        for name, want in again.items():
            got, size = np.array(values[name], float), 1e-9 * max(1, np.abs(want).max())
            assert got.shape == np.shape(want), name
            assert got == pytest.approx(np.array(want, float), rel=1e-9, abs=size), (name, settings)
