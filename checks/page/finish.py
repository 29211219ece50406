"""Repairs to finished HTML: what the theme and the notebook converter leave behind."""

from __future__ import annotations

import html
import re
from pathlib import Path

from checks.page.place import PageContext, place

_STYLE_OR_SCRIPT = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_COPY_BUTTON = re.compile(
    r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>'
    r'|<div class="clipboard-copy-txt".*?</div>',
    re.DOTALL,
)
_CODE = re.compile(r'<div class="highlight[^"]*"><pre>(.*?)</pre>', re.DOTALL)
_HEADING_OR_IMAGE = re.compile(r"<h[1-6][^>]*>(?P<title>.*?)</h[1-6]>|<img [^>]*>", re.DOTALL)
_NO_ALT = 'alt="No description has been provided for this image"'
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def notebook(page_html: str, page: PageContext) -> str:
    """Return a notebook's HTML as the theme would have written it, its figures placed.

    Its own styles, scripts and copy buttons go, code and outputs get the theme's markup, and a
    plot without a description is named after the section that it stands in.

    Raises:
        PlacementError: a figure is not known.
    """
    text = _COPY_BUTTON.sub("", _STYLE_OR_SCRIPT.sub("", page_html))
    text = text.replace('class="jp-Cell-inputWrapper" tabindex="0"', 'class="jp-Cell-inputWrapper"')
    text = text.replace('class="anchor-link"', 'class="headerlink" title="Link to this section"')
    text = _CODE.sub(r'<div class="highlight"><pre><code>\1</code></pre>', text)
    text = _named_plots(text)
    return "".join(p if i % 2 else place(p, page) for i, p in enumerate(_PRE.split(text)))


def _named_plots(text: str) -> str:
    """Describe each plot by the heading that it stands under."""
    heading = "the notebook"

    def one(match: re.Match[str]) -> str:
        nonlocal heading
        if match["title"] is not None:
            heading = html.unescape(_TAG.sub("", match["title"])).replace("¶", "").strip()
            return match[0]
        alt = f"Plot of the section {heading}; the code above draws it"
        return match[0].replace(_NO_ALT, f'alt="{html.escape(alt)}"')

    return _HEADING_OR_IMAGE.sub(one, text)


def trim(site: Path) -> None:
    """Delete the theme's source maps and its search in other languages: nobody loads them."""
    for path in [*site.rglob("*.map"), *site.glob("assets/javascripts/lunr/**/*.js")]:
        path.unlink()


_EMPTY_HEADING = re.compile(r"<th([^>]*)></th>")


def content(page_html: str) -> str:
    """Return a page's content with the empty corner of a table as a plain cell, no heading."""
    return _EMPTY_HEADING.sub(r"<td\1></td>", page_html)


def page(page_html: str, chapter: str | None = None) -> str:
    """Return a whole page with what the theme leaves unnamed named: its search dialog.

    chapter: the chapter whose own page it is, for the page's script.
    """
    text = page_html.replace(
        'data-md-component="search" role="dialog"',
        'data-md-component="search" role="dialog" aria-label="Search"',
    )
    return text.replace("<body ", f'<body data-chapter="{chapter}" ', 1) if chapter else text
