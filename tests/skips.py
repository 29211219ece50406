"""Skipped tests: a reader's run may leave out what it lacks, CI may not.

Where CI=1 every skip, of a test or of a whole file, is a failure with its reason, so that no
oracle can vanish unnoticed because a library is not there.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator
from typing import Any

import pytest

from tests.effort import FULL


def required(module: str, why: str = "") -> Any:
    """Return a module that a test compares with; skip the test, or the file, where it is missing.

    `why` says what it is needed for.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        reason = f"{why or 'needed to compare with'}: {module} cannot be imported ({error})"
        pytest.skip(reason, allow_module_level=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a skip a failure; an expected failure, which pytest reports alike, is none."""
    if FULL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"CI=1 runs every test, and this one was not run. {_reason(report)}"


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Refuse what a test, its fixtures or its marks skip."""
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse a file that skips itself when it is read."""
    report = yield
    _refuse(report)
    return report
