"""LaTeX to HTML at build time: KaTeX, run in quickjs-ng, so a page needs no script for it."""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache

import quickjs

from checks.page.javascript import ROOT, bundle, context

KATEX = ROOT / "docs" / "assets" / "vendor" / "katex" / "katex.min.js"

_RENDER = "function renderTex(...how) { return rendered(katex, ...how); }"

_ARITHMATEX = re.compile(
    r'<(span|div) class="arithmatex">\s*\\([(\[])(.*?)\\[)\]]\s*</\1>', re.DOTALL
)
_TEXT = re.compile(r"(>)([^<]+)(<)")
_MARKDOWN = str.maketrans({c: f"&#{ord(c)};" for c in "\\`*_[]|$~^=:!"})


class MathsError(ValueError):
    """LaTeX that KaTeX refuses."""


@cache
def _katex() -> quickjs.Context:
    return context(KATEX.read_text(encoding="utf-8"), bundle("maths.js"), _RENDER)


@lru_cache(maxsize=8192)
def render(tex: str, display: bool = False, spoken: str | None = None) -> str:
    r"""Return `tex` as HTML, left out of the search index.

    Its element has a name of its own: the index' parser takes the end of the first element of
    the same name inside for the end of what is left out.

    With `spoken`, that text is what a screen reader hears; otherwise MathML stands beside the
    drawn formula for it.

    Raises:
        MathsError: KaTeX does not accept the LaTeX.
    """
    output = "htmlAndMathml" if spoken is None else "html"
    if "<span" in tex:
        raise MathsError(
            f"a figure cannot stand inside $...$: {tex[:80]!r}; show the formula with "
            f"{{{{ eq: name }}}} or {{{{ sym: name }}}}"
        )
    try:
        body = str(_katex().get("renderTex")(tex, display, output))
    except quickjs.JSException as error:
        message = str(error).split("\n")[0]
        raise MathsError(f"KaTeX refuses {tex!r}: {message}") from None
    kind = "maths maths-block" if display else "maths"
    if spoken is None:
        return f'<x-maths class="{kind}" data-search-exclude>{body}</x-maths>'
    label = html.escape(spoken).replace("$", "&#36;")
    return (
        f'<x-maths class="{kind}" role="math" aria-label="{label}" data-search-exclude>{body}'
        "</x-maths>"
    )


def inline_safe(markup: str) -> str:
    """Return HTML whose text holds nothing that Markdown would take for its own signs."""
    return _TEXT.sub(lambda m: m[1] + _encoded(m[2]) + m[3], markup)


def _encoded(text: str) -> str:
    # Entities that are there already stay as they are.
    parts = re.split(r"(&[#\w]+;)", text)
    return "".join(p if i % 2 else p.translate(_MARKDOWN) for i, p in enumerate(parts))


def render_page(page: str) -> str:
    """Return the page's HTML with each formula that arithmatex marked rendered.

    Raises:
        MathsError: KaTeX does not accept a formula.
    """
    return _ARITHMATEX.sub(lambda m: render(html.unescape(m[3]).strip(), m[2] == "["), page)
