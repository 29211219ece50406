"""The book itself, built strictly: every page accessible in both themes, nothing from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.effort import some
from tests.site.accessibility import assert_accessible
from tests.site.browsing import PHONE, Browser, load, next_frame, watched
from tests.site.build import ROOT, ids_used_twice
from tests.site.serve import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book's site, built as `make site` builds it, its labs run."""
    folder = tmp_path_factory.mktemp("book")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
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


def test_every_page_is_accessible_and_self_contained(
    book: Path, address: str, browser: Browser
) -> None:
    """No violation in either colour scheme, no error, no request outside, on a desktop screen.

    The theme's button changes colours only: what it leads to is judged by the rules of colours.
    The next page is loaded in the scheme in which the last one was left.
    """
    button = "[data-md-component=palette] label:not([hidden])"
    with (
        browser.page(reduced_motion="reduce") as page,
        watched(page.context, address) as problems,
    ):
        for path in pages(book):
            load(page, f"{address}{path}/")
            assert_accessible(page)
            loaded_in = scheme(page)
            page.dispatch_event(button, "click")
            page.wait_for_function(
                "(one) => document.body.dataset.mdColorScheme !== one", arg=loaded_in
            )
            assert {loaded_in, scheme(page)} == {"default", "slate"}
            assert_accessible(page, only_colours=True)
            assert problems == [], path


def scheme(page: Any) -> str:
    """Return the name of the colour scheme that a page is shown in."""
    return page.get_attribute("body", "data-md-color-scheme")


def elements(page: Any) -> str:
    """Return what a page holds, but for what names its scheme, and what takes its time to come."""
    html = page.content()
    html = re.sub(
        r' data-(?:md-color-\w+|recomputed)="[^"]*"|<meta name="[\w-]*color[^>]*>', "", html
    )
    html = re.sub(r'(?<=<label class="md-header__button md-icon")([^>]*) hidden=""', r"\1", html)
    return re.sub(r'(?<=md-search-result__meta">)[^<]*', "", html)


@pytest.mark.parametrize("path", ["chapters/gpu-wall", "labs/gpu_wall_lab"])
def test_the_colour_schemes_have_the_same_elements(
    address: str, browser: Browser, path: str
) -> None:
    """A page loaded dark differs from one loaded light by what names the scheme."""
    shown = []
    for colours in ("light", "dark"):
        with browser.page(reduced_motion="reduce", color_scheme=colours) as page:
            load(page, f"{address}{path}/")
            shown.append((scheme(page), elements(page)))
    (light, in_light), (dark, in_dark) = shown
    assert (light, dark) == ("default", "slate")
    assert in_light == in_dark


def test_no_page_scrolls_sideways_on_a_phone(book: Path, address: str, browser: Browser) -> None:
    """390 pixels are enough for every page; a reader's run looks at every second one."""
    with browser.page(**PHONE) as page:
        for path in some(pages(book), each=2):
            load(page, f"{address}{path}/")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_no_page_uses_an_id_twice(book: Path) -> None:
    assert ids_used_twice(book) == {}


def test_search_knows_what_is_written_and_nothing_of_formulas_and_answers(book: Path) -> None:
    """Chapters, labs, units and terms are found; code, givens, proofs and questions are not."""
    found = json.loads((book / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    places = {d["location"].split("#")[0] for d in found}
    assert places == {"", "reference/units/", "reference/glossary/"} | {
        f"{path}/" for path in pages(book) if path.startswith(("chapters/", "labs/"))
    }
    everything = " ".join(d["title"] + " " + d["text"] for d in found)
    for left_out in ("katex", "x-maths", "mathrm", "<math", "\\(", "\\frac", "√"):
        assert left_out not in everything


def test_a_stepper_walks_by_keyboard(address: str, browser: Browser) -> None:
    """Next and Previous move the step, the table and the address follow, and it stops at the end.

    L1 climbs from 1 by 0.2 a step: 2.00 at step 5, 2.20 at step 6.
    """
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    load(page, f"{address}chapters/l1-gradient/")
    weight = page.locator(
        'article td .fig[data-fig="l1-gradient.look_weight[method=l1, pace=1]"]'
    ).first
    following = page.get_by_role("button", name="Step to look at: next")
    assert weight.inner_text() == "2.0000"
    following.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search === '?look=6'")
    assert weight.inner_text() == "2.2000"
    page.get_by_role("button", name="Step to look at: previous").press("Space")
    page.wait_for_function("location.search === ''")
    assert weight.inner_text() == "2.0000"
    for _ in range(9):
        following.press("Enter")
        next_frame(page)
    assert page.evaluate("location.search") == "?look=12"
    assert following.get_attribute("aria-disabled") == "true"
    assert page.evaluate("document.activeElement.textContent") == "Next"
    # A refusal stands beside the field that was typed in, though the large panel has it as well.
    small = page.locator("[data-only~=look]")
    small.locator('[data-given="rate[pace=1]"]').fill("9")
    small.locator('[data-given="rate[pace=1]"][aria-invalid]').wait_for()
    assert "outside its range" in small.locator(".given-error:not(:empty)").inner_text()
    context.close()
