"""Settings for all tests: their order, what only CI runs, and that CI skips nothing."""

from __future__ import annotations

import contextlib
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import FULL
from tests.skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# In CI the same examples every time; and no clock decides, on however slow a machine.
settings.register_profile(
    "workbook", derandomize=FULL, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("workbook")

# A shell that starts us in the background lets us, and all that we start, ignore Ctrl-C.
with contextlib.suppress(ValueError):  # not in the main thread
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST_FIRST = ("test_book.py", "test_mutations.py", "test_sharding_real.py", "test_proof.py")
"""Files that take minutes. Each is one worker's, so one that starts last keeps the other idle."""


def pytest_report_header() -> str:
    """Say whether the heavy tests run."""
    return f"heavy tests: {'run' if FULL else 'left to CI=1'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave heavy tests to CI; begin with the files that take longest."""
    if not FULL:
        heavy = [item for item in items if item.get_closest_marker("heavy")]
        config.hook.pytest_deselected(items=heavy)
        items[:] = [item for item in items if item not in heavy]
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
