"""Run axe-core on a page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
STILL = "*,*::before,*::after{transition:none!important;animation:none!important}"


def violations(page: Any, *, only_colours: bool = False) -> list[str]:
    """Return what axe-core finds wrong on the page as it is shown now, element by element.

    `only_colours`: leave out the rules that read no colours.
    """
    # Transitions of the theme show half-way colours; the final ones are what counts.
    page.add_style_tag(content=STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(f"({VIOLATIONS})({str(only_colours).lower()})")


def assert_accessible(page: Any, *, only_colours: bool = False) -> None:
    """Nothing is wrong on the page as it is shown now."""
    found = violations(page, only_colours=only_colours)
    assert not found, "\n".join(found)
