"""The chapters that exist, by the name that addresses, commands and files use."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from worked.figures import Graph, UnknownNameError, suggest

CHAPTERS: dict[str, str] = {
    "gpu-wall": "worked.gpu_wall.scenario",
    "l1-gradient": "worked.l1_gradient.scenario",
    "gradient-boosting": "worked.gradient_boosting.scenario",
    "xgboost": "worked.xgboost.scenario",
    "rope": "worked.rope.scenario",
    "forward-pass": "worked.forward_pass.scenario",
}


def load(slug: str) -> ModuleType:
    """Import the scenario of chapter `slug`.

    Raises:
        UnknownNameError: there is no such chapter; the nearest are suggested.
    """
    if slug not in CHAPTERS:
        raise UnknownNameError(
            f"{slug}: no such chapter; there are {', '.join(CHAPTERS)}{suggest(slug, CHAPTERS)}"
        )
    return importlib.import_module(CHAPTERS[slug])


def graph(slug: str) -> Graph:
    """Return the graph of chapter `slug`."""
    found: Graph = load(slug).GRAPH
    return found


def pictures(slug: str) -> list[dict[str, Any]]:
    """Return the picture specifications of chapter `slug`."""
    found: list[dict[str, Any]] = load(slug).PICTURES
    return found
