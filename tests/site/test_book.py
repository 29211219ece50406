"""The book itself, built strictly: every page accessible in both themes, nothing from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.accessibility import assert_accessible
from tests.site.build import ROOT
from tests.site.serve import served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book's site, built as `make site` builds it, its labs run."""
    folder = tmp_path_factory.mktemp("book")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
        timeout=450,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def address(book: Path) -> Iterator[str]:
    """The address of the book."""
    with served(book) as root:
        yield f"{root}/"


def pages(book: Path) -> list[str]:
    """The pages that people write, and two of those that only show code."""
    paths = [p.parent.relative_to(book).as_posix() for p in sorted(book.rglob("index.html"))]
    code = [p for p in paths if p.startswith("code/")]
    return [p for p in paths if p not in code] + code[:2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_self_contained(
    book: Path, address: str, browser: Any, scheme: str
) -> None:
    """No violation, no console error, no request outside, on a desktop screen in each theme."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    for path in pages(book):
        page, problems = context.new_page(), []
        page.on("console", lambda m, p=problems: m.type == "error" and p.append(m.text))
        page.on("pageerror", lambda e, p=problems: p.append(str(e)))
        page.on(
            "request",
            lambda r, p=problems: (
                r.url.startswith((address, "data:", "blob:")) or p.append(f"outside: {r.url}")
            ),
        )
        page.goto(f"{address}{path}/")
        if page.locator("[data-fig], [data-panel]").count():
            page.wait_for_selector("html[data-live=ready]")
        assert_accessible(page)
        assert problems == [], path
        page.close()
    context.close()


def test_no_page_scrolls_sideways_on_a_phone(book: Path, address: str, browser: Any) -> None:
    """390 pixels are enough for every page."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    for path in pages(book):
        page.goto(f"{address}{path}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()


def test_a_stepper_walks_by_keyboard(address: str, browser: Any) -> None:
    """Next and Previous move the step, the table and the address follow, and it stops at the end.

    L1 climbs from 1 by 0.2 a step: 2.00 at step 5, 2.20 at step 6.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}chapters/l1-gradient/")
    page.wait_for_selector("html[data-live=ready]")
    weight = page.locator('article td .fig[data-fig="l1-gradient.l1_at"]').first
    following = page.get_by_role("button", name="Step to look at: next")
    assert weight.inner_text() == "2.00"
    following.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search === '?step=6'")
    assert weight.inner_text() == "2.20"
    page.get_by_role("button", name="Step to look at: previous").press("Space")
    page.wait_for_function("location.search === ''")
    assert weight.inner_text() == "2.00"
    for _ in range(9):
        following.press("Enter")
        page.evaluate("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
    assert page.evaluate("location.search") == "?step=12"
    assert following.get_attribute("aria-disabled") == "true"
    assert page.evaluate("document.activeElement.textContent") == "Next"
    # A refusal stands beside the field that was typed in, though the large panel has it as well.
    small = page.locator("[data-only~=step]")
    small.locator("[data-given=rate]").fill("9")
    small.locator("[data-given=rate][aria-invalid]").wait_for()
    assert "outside its range" in small.locator(".given-error:not(:empty)").inner_text()
    context.close()
