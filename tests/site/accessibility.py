"""Run axe-core on a page."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
STILL = "*,*::before,*::after{transition:none!important;animation:none!important}"


def assert_accessible(page: Any) -> None:
    """Run axe-core and name each violation with its elements."""
    # Transitions of the theme show half-way colours; the final ones are what counts.
    page.add_style_tag(content=STILL)
    page.evaluate(AXE)
    page.wait_for_timeout(150)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    said = [
        f"{v['id']}: {n['target']} {n['html'][:120]} {n['failureSummary'][-200:]}"
        for v in found
        for n in v["nodes"]
    ]
    assert not said, "\n".join(said)
