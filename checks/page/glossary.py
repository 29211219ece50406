"""Terms of the book: the sentence behind each, on hover or tap and on a page of their own."""

from __future__ import annotations

import html
import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "reference" / "glossary.toml"


@cache
def terms() -> dict[str, str]:
    """Return what each term means, a sentence or two in plain text."""
    found: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return found


def term(body: str, base: str) -> str:
    """Return `term` or `word in the text | term` as a link that says what it means.

    Raises:
        ValueError: there is no such term.
    """
    word, _, name = (x.strip() for x in body.partition("|"))
    name = name or word
    if name not in terms():
        raise ValueError(f"no term {name!r} in {FILE.relative_to(ROOT)}; add it with its meaning")
    says = html.escape(terms()[name])
    return (
        f'<a class="term" href="{base}reference/glossary/#{anchor(name)}" data-says="{says}">'
        f"{html.escape(word)}</a>"
    )


def anchor(name: str) -> str:
    """Return the id of a term on the page of terms."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def page() -> str:
    """Return all terms in their order as one list."""
    rows = "".join(
        f'<dt id="{anchor(name)}">{html.escape(name)}</dt><dd>{html.escape(says)}</dd>'
        for name, says in sorted(terms().items(), key=lambda item: item[0].lower())
    )
    return f'<dl class="glossary">{rows}</dl>'
