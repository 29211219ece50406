"""Build the fixture's site, or the book's, into a folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "book"
FIXTURE = Path(__file__).parent / "fixture"


def build_fixture(folder: Path) -> Path:
    """Build the fixture's pages with the book's own configuration; return the site's folder."""
    docs = folder / "docs"
    shutil.copytree(FIXTURE / "docs", docs)
    shutil.copytree(ROOT / "docs" / "assets", docs / "assets")
    config = folder / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\n"
        f"docs_dir: {docs}\nsite_dir: {folder / 'site'}\n"
        f"hooks:\n  - {FIXTURE / 'register.py'}\n  - {ROOT / 'checks/page/hooks.py'}\n"
        "nav:\n  - Home: index.md\n"
        "  - Chapters:\n    - chapters/small.md\n    - chapters/other.md\n    - chapters/axes.md\n"
        "    - chapters/told.md\n"
        "  - Reference:\n    - givens.md\n  - Labs:\n    - labs/small_lab.py\n"
        "  - Practice:\n    - practice/index.md\n"
    )
    run_mkdocs(config)
    return folder / "site"


def run_mkdocs(config: Path) -> str:
    """Run `mkdocs build --strict` on a configuration; return what it printed.

    Raises:
        RuntimeError: the build fails; the message is the build's output.
    """
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    environment["SITE_URL"] = f"http://127.0.0.1/{BASE}/"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout + done.stderr


def ids_used_twice(site: Path) -> dict[str, list[str]]:
    """Return the ids that a page of a built site gives to several elements, by page."""
    twice = {}
    for file in site.rglob("*.html"):
        ids = Counter(re.findall(r'\sid="([^"]+)"', file.read_text(encoding="utf-8")))
        if repeated := [i for i, count in ids.items() if count > 1]:
            twice[file.relative_to(site).as_posix()] = repeated
    return twice


if __name__ == "__main__":
    print(build_fixture(Path(sys.argv[1])))
