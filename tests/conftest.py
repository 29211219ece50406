"""Settings for all tests: their order, and the same examples of Hypothesis every time in CI."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

LONGEST_FIRST = ("test_book.py", "test_mutations.py", "test_sharding_real.py", "test_proof.py")
"""Files that take minutes. Each is one worker's, so one that starts last keeps the other idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; all others keep their places."""
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
