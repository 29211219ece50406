"""A built site, a server for it under a base path, and a browser, once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import Browser, load, watched
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
def browser() -> Iterator[Browser]:
    """A Chromium; without one the test is skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on the path: the browser tests need one (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield Browser(started)
        started.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Any]]:
    """Return visit(path, **a context's options) -> the live page; problems fail the test.

    Each visit is to a page of its own; `page` is one to be loaded anew, `within` a context in
    which to open another.
    """
    with ExitStack() as stack:
        seen: list[list[str]] = []

        def go(path: str, *, page: Any = None, within: Any = None, **options: Any) -> Any:
            if within:
                page = within.new_page()
            elif not page:
                page = stack.enter_context(browser.page(**options))
                seen.append(stack.enter_context(watched(page.context, site)))
            if options.get("java_script_enabled", True):
                load(page, site + path)
            else:
                page.goto(site + path)
            return page

        yield go
        assert not any(seen), seen
