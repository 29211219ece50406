"""What axe-core is to find is found, though it judges like texts by a few of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.site.accessibility import violations

pytestmark = pytest.mark.browser

MATHS = "".join(f"<mrow><mi>x</mi><mo>+</mo><mn>{i}</mn></mrow>" for i in range(100))
PAGE = f"""<!doctype html>
<html lang="en">
<title>A page</title>
<style>
  :root {{ --ink: #222; --ground: #fff; --box: #eee; --faint: #ccc;
      --mid: #666; --near: #444; --link: #00c }}
  @media (prefers-color-scheme: dark) {{
    :root {{ --ink: #ddd; --ground: #111; --box: #222; --faint: #444;
      --mid: #999; --near: #bbb; --link: #9bf }}
  }}
  body {{ color: var(--ink); background: var(--ground) }}
  a {{ color: var(--link) }}
  pre, th, .card {{ background: var(--box) }}
  .sr {{
    position: absolute; clip: rect(1px, 1px, 1px, 1px); width: 1px; height: 1px;
    overflow: hidden
  }}
</style>
<main>
  <h1>Heading</h1>
  <p id="prose">{"Words <b>and</b> <span>more of them</span>. " * 100}
    <a href="#prose">a link</a></p>
  <p><span class="sr"><math>{MATHS}</math></span></p>
  <p id="formula" aria-hidden="true">{"<span>xy</span><i>+</i> " * 100}</p>
  <pre id="code">{"<span>def</span> <span>f</span>(<b>12</b>)<br>" * 100}</pre>
  <table><tr><th scope="col">One</th><th scope="col">Two</th></tr>
    <tbody id="rows">{"<tr><td>1.5 GB</td><td>twelve</td></tr>" * 100}</tbody></table>
  <div id="card" class="card"><h2>Card</h2><p>{"<span>12 GB</span> " * 20}</p></div>
  <div id="place" style="position: relative"></div>
</main>
</html>"""

PLACES = {
    "in-prose": "#prose span:nth-of-type(57)",
    "in-formula": "#formula span:nth-of-type(83)",
    "in-code": "#code b:nth-of-type(70)",
    "in-table": "#rows tr:nth-child(70) td:last-child",
    "in-card": "#card span:nth-of-type(13)",
}
FAINT = {
    "colour": "color: var(--faint)",
    "ground": "background: var(--mid)",
    "opacity": "opacity: 0.4",
}
FAULTS = {
    "label": '<input type="text" id="unnamed">',
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="9" height="9">',
    "link-name": '<a href="#prose"></a>',
    "heading-order": "<h5>Too deep</h5>",
    "button-name": "<button></button>",
    "aria-allowed-attr": '<p aria-checked="true">text</p>',
    "scrollable-region-focusable": '<div style="height: 30px; overflow: scroll"><p>'
    "a<br>b<br>c<br>d<br>e</p></div>",
    "link-in-text-block": '<p>Many words before it, <a href="#prose" style="color: var(--near);'
    ' text-decoration: none">a link</a>, and many after it.</p>',
    # Good words among their like, but on a box that they do not stand in.
    "color-contrast": '<div style="background: var(--mid); height: 60px; margin-bottom: -60px">'
    "</div>"
    '<p style="position: relative">words on a box</p>',
}


@pytest.fixture(params=["light", "dark"])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page without a fault, in each colour scheme."""
    with browser.page(color_scheme=request.param) as page:
        page.set_content(PAGE)
        yield page


def test_a_page_without_a_fault_has_none(page: Any) -> None:
    assert violations(page) == []


@pytest.mark.parametrize("style", FAINT)
def test_one_faint_text_among_hundreds_of_good_ones_is_found(page: Any, style: str) -> None:
    for name, place in PLACES.items():
        page.eval_on_selector(
            place, "(e, [id, style]) => Object.assign(e, { id, style })", [name, FAINT[style]]
        )
    found = violations(page)
    assert {v.split(":")[0] for v in found} == {"color-contrast"}
    for name in PLACES:
        assert [name in v for v in found].count(True) == 1, (name, found)
    assert len(found) == len(PLACES)


def test_every_other_fault_is_found(page: Any) -> None:
    page.eval_on_selector("#place", "(e, html) => e.innerHTML = html", "".join(FAULTS.values()))
    found = violations(page)
    assert sorted(v.split(":")[0] for v in found) == sorted(FAULTS)
