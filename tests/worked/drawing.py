"""Settings of a graph, drawn at random within its givens' ranges."""

from __future__ import annotations

import random
from typing import Any

from worked.figures import Graph


def settings(graph: Graph, rng: random.Random) -> dict[str, Any]:
    """Return values for a few givens, or cells of them: neat ones as often as not."""
    cells = [(g, i) for g in graph.givens for i in graph.cells(g.name)]
    found: dict[str, Any] = {}
    for given, index in rng.sample(cells, min(len(cells), rng.choice((1, 2, 3, 6)))):
        low, high = (x[index[0]] if isinstance(x, tuple) else x for x in (given.low, given.high))
        value = rng.uniform(low, high)
        if low > 0 and rng.random() < 0.5:
            value = low * (high / low) ** rng.random()
        if rng.random() < 0.5:
            value = float(f"{value:.2g}")
        value = min(max(value, low), high)
        found[graph.cell_name(given, index)] = round(value) if given.integer else value
    for choice in graph.choices.values():
        if rng.random() < 0.3:
            found[choice.name] = rng.choice(list(choice.options))
    return found
