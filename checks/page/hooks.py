"""The hooks that MkDocs calls; thin on purpose, the work is done in the modules beside this one.

Order for a page: the gate reads the Markdown, `place` fills it, Markdown turns it into
HTML, `maths` renders the formulas, `finish` tidies what the theme and the notebooks leave.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from checks.page.gate import Loose

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


_serving = False


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether pages are served while they are edited."""
    global _serving
    _serving = command == "serve"


def on_pre_build(config: Any) -> None:
    """When serving, forget the project's modules, so that an edited formula shows at once."""
    if _serving:
        for name in [n for n in sys.modules if n.partition(".")[0] in ("worked", "checks")]:
            del sys.modules[name]


def on_serve(server: Any, config: Any, builder: Any) -> Any:
    """Watch the code too: the numbers come from there."""
    for folder in ("worked", "checks"):
        server.watch(str(ROOT / folder))
    return server


@event_priority(50)
def on_files(files: Files, config: Any) -> Files:
    """Add what is generated: each chapter's model and cards, and the pages that show code."""
    from checks.page.gate import loose_outside_pages
    from checks.page.generated import documents

    with _plain_errors():
        if Path(config["docs_dir"]) == ROOT / "docs":
            _refuse(loose_outside_pages(ROOT))
        for uri, content in documents(ROOT):
            files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Check the page's text for loose numbers, then place figures, formulas and pictures."""
    from checks.page.gate import loose_in_file
    from checks.page.place import PageContext, place
    from checks.page.quiz import with_questions

    if page.file.generated_by is not None:
        return markdown
    source_file = Path(page.file.abs_src_path)
    path = f"docs/{page.file.src_uri}"
    source = source_file.read_text(encoding="utf-8-sig")
    _refuse(loose_in_file(source, path))
    if source_file.suffix != ".md":
        return markdown
    first_line = source.count("\n") - markdown.count("\n") + 1
    chapter = page.meta.get("chapter")
    context = PageContext(path, chapter, _to_root(page), ROOT, max(1, first_line))
    with _plain_errors():
        return place(with_questions(markdown, chapter), context)


def on_page_content(html: str, page: Any, config: Any, files: Files) -> str:
    """Render the formulas; for a notebook, strip its styles and scripts and place figures."""
    from checks.page import finish, maths
    from checks.page.place import PageContext

    with _plain_errors():
        if page.file.src_uri.endswith((".py", ".ipynb")):
            context = PageContext(f"docs/{page.file.src_uri}", base=_to_root(page), root=ROOT)
            html = finish.notebook(html, context)
        return finish.content(maths.render_page(html))


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Repair what the theme leaves inaccessible; name the page's chapter."""
    from checks.page import finish

    return finish.page(output, page.meta.get("chapter"))


def on_post_template(output_content: str, template_name: str, config: Any) -> str:
    """Repair the theme's other pages (404.html) likewise."""
    from checks.page import finish

    return finish.page(output_content) if template_name.endswith(".html") else output_content


def on_post_build(config: Any) -> None:
    """Leave out what no page loads."""
    from checks.page import finish

    finish.trim(Path(config["site_dir"]))


def _refuse(loose: Sequence[Loose]) -> None:
    if loose:
        raise PluginError("numbers typed by hand:\n" + "\n".join(map(str, loose)))


def _to_root(page: Any) -> str:
    depth = page.url.count("/") if page.url else 0
    return "../" * depth or "./"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn a mistake in a page or a graph into MkDocs' own error, without a traceback."""
    try:
        yield
    except (ValueError, AssertionError) as error:
        raise PluginError(str(error)) from error
