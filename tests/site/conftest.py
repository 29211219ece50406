"""A built site, a server for it under a base path, and a browser, once for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.build import BASE, build_fixture
from tests.site.serve import served


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture's site, built strictly with the book's own configuration."""
    return build_fixture(tmp_path_factory.mktemp("fixture-site"))


@pytest.fixture(scope="session")
def site(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the fixture's site, served below a base path as a project page is."""
    root = tmp_path_factory.mktemp("served")
    shutil.copytree(site_folder, root / BASE)
    with served(root) as address:
        yield f"{address}/{BASE}/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium; without one the test is skipped, and fails where CI=1."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "no Chromium on the path: the browser tests need one (apt install chromium)"
        if os.environ.get("CI") == "1":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
