"""A page for each file of code that the book computes with, so that a card can link to a line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from worked.chapters import CHAPTERS


def files(root: Path) -> Iterator[str]:
    """Yield the paths (from the project's root) of the code that gets a page."""
    chapters = sorted({_folder(m) for m in CHAPTERS.values()})
    folders = ["worked/formulas", *chapters, "checks/proof/recount"]
    for folder in folders:
        for file in sorted((root / folder).glob("*.py")):
            if file.name != "__init__.py":
                yield file.relative_to(root).as_posix()


def _folder(module: str) -> str:
    return module.rpartition(".")[0].replace(".", "/")


def source_uri(path: str) -> str:
    """Return the page of a file as MkDocs knows it."""
    return f"code/{path.removesuffix('.py')}.md"


# Names, brackets and blanks look like plain text: two thirds of all marks of a highlighter.
_PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')


def page(root: Path, path: str) -> str:
    """Return the Markdown of the page that shows the file `path`, each line with an address."""
    code = (root / path).read_text(encoding="utf-8")
    marked = _PLAIN.sub(r"\1", highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
    lines = enumerate(marked.rstrip("\n").split("\n"), 1)
    shown = "\n".join(f'<span id="line-{n}">{line}</span>' for n, line in lines)
    return (
        f"---\ntitle: {path}\nhide: [navigation, toc]\nsearch:\n  exclude: true\n---\n"
        f"# <code>{path}</code>\n\n"
        '<div class="highlight whole-file"><pre tabindex="0"><code>'
        f"{shown}</code></pre></div>\n"
    )


def line_of(root: Path, function: Callable[..., Any]) -> tuple[str, int] | None:
    """Return (path, line) of a function of the project; None for one from elsewhere."""
    source = inspect.getsourcefile(function)
    if source is None:
        return None
    file = Path(source).resolve()
    if not file.is_relative_to(root):
        return None
    return file.relative_to(root).as_posix(), inspect.getsourcelines(function)[1]


def href(path: str, line: int) -> str:
    """Return the address of a line, from the site's root."""
    return f"code/{path.removesuffix('.py')}/#line-{line}"
