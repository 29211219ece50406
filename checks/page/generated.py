"""Every file of the site that no one writes by hand: (address, content) pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checks.drill.bank import bank
from checks.page import bank_module, browser_model, cards, code_pages, quiz_data
from worked.chapters import CHAPTERS, graph, pictures

if TYPE_CHECKING:
    from checks.proof.table import Proof


def documents(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the generated files.

    Per chapter its model and its cards; what the quiz takes from Python; per file of code its page.
    """
    for slug in CHAPTERS:
        g = graph(slug)
        yield f"assets/chapters/{slug}.js", browser_model.module(slug, g, pictures(slug))
        yield f"assets/chapters/{slug}.cards.json", cards.document(slug, g, root, _proofs(slug))
        if bank(slug):
            yield f"assets/quiz/{slug}.js", bank_module.module(slug)
    yield from quiz_data.modules()
    for path in code_pages.files(root):
        yield code_pages.source_uri(path), code_pages.page(root, path)


def _proofs(slug: str) -> dict[str, Proof]:
    """Return figure -> how its formula is proved."""
    from checks.proof.table import how

    return {f.name: how(f.formula) for f in graph(slug).derived}
