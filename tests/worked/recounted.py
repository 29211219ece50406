"""Hold a chapter's graph against its recount."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from worked.figures import Graph


def assert_recounted(
    g: Graph, recount: Callable[[dict[str, Any]], Mapping[str, Any]], settings: Mapping[str, float]
) -> None:
    """Hold every derived figure at `settings` against the recount, cell by cell."""
    values = g.evaluate(settings)
    again = recount({given.name: values[given.name] for given in g.givens})
    assert set(again) == {f.name for f in g.derived}
    for name, want in again.items():
        got, size = np.array(values[name], float), 1e-9 * max(1, np.abs(want).max())
        assert got.shape == np.shape(want), name
        assert got == pytest.approx(np.array(want, float), rel=1e-9, abs=size), (name, settings)
