"""Measure the site: page weight and build time against mkdocs-jupyter's defaults, recompute time.

Prints ratios against a peer in the same run; nothing is asserted. The peer is the same notebook
built by mkdocs-jupyter as it comes, which inlines its style sheets and scripts in every page.

    python benchmarks/site.py
"""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAB = "gpu_wall_lab"
DEFAULT_CONFIG = """site_name: default
theme: material
plugins:
  - mkdocs-jupyter:
      execute: true
"""


def build(config: Path, target: Path, root: Path) -> float:
    """Build a site; return the seconds that it took."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(target)],
        cwd=root,
        check=True,
        capture_output=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
    )
    return time.perf_counter() - began


def weight(page: Path) -> tuple[int, int]:
    """Return the bytes of an HTML page, plain and gzipped."""
    data = page.read_bytes()
    return len(data), len(gzip.compress(data, 9))


def serve(folder: Path) -> str:
    """Serve a folder on a free port in the background; return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


# Set a given of the panel a little higher, or back to what it was.
NUDGE = """([name, up]) => {
  const field = document.querySelector(`.panel input[data-given="${name}"]`);
  field.book ??= field.value;
  const value = Number(field.book.replaceAll(",", ""));
  field.value = up ? String(Number.isInteger(value) ? value + 1 : value * 1.02) : field.book;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}"""


def in_browser(site: Path, chapter: str) -> tuple[list[float], float]:
    """Return milliseconds of recomputing a chapter's page, of 40 changes, and of its first card.

    The card's are from the click to the card with its working, its data not yet fetched.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"{serve(site)}chapters/{chapter}/")
        page.wait_for_selector("html[data-live=ready]")
        page.wait_for_timeout(1000)
        card = page.evaluate("""async () => {
          const began = performance.now();
          document.querySelector("article .fig.derived").click();
          const isThere = () => document.querySelector("dialog.card[open] .card-steps");
          while (!isThere()) await new Promise((next) => setTimeout(next, 1));
          return performance.now() - began;
        }""")
        names = page.eval_on_selector_all(
            ".panel input[data-given]", "all => all.map((e) => e.dataset.given)"
        )
        times = []
        for index in range(40):
            page.evaluate(NUDGE, [names[index // 2 % len(names)], index % 2 == 0])
            page.wait_for_timeout(200)
            times.append(float(page.evaluate("document.documentElement.dataset.recomputed")))
        browser.close()
    return sorted(times), float(card)


def main() -> None:
    """Run every measurement and print it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "docs").mkdir()
        shutil.copy(ROOT / "docs" / "labs" / f"{LAB}.py", folder / "docs" / f"{LAB}.py")
        (folder / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
        (folder / "mkdocs.yml").write_text(DEFAULT_CONFIG, encoding="utf-8")
        peer_seconds = build(folder / "mkdocs.yml", folder / "out", folder)
        ours_seconds = build(ROOT / "mkdocs.yml", folder / "ours", ROOT)
        peer, peer_gz = weight(folder / "out" / LAB / "index.html")
        ours, ours_gz = weight(folder / "ours" / "labs" / LAB / "index.html")
        pages = len(list((folder / "ours").rglob("index.html")))
        print(f"lab page, bytes:         ours {ours:,}  default {peer:,}  ratio {ours / peer:.3f}")
        print(
            f"lab page, gzipped:       ours {ours_gz:,}  default {peer_gz:,}  "
            f"ratio {ours_gz / peer_gz:.3f}"
        )
        print(
            f"build: {ours_seconds:.1f} s for {pages} pages; default {peer_seconds:.1f} s for 2; "
            f"per page ratio {ours_seconds / pages / (peer_seconds / 2):.3f}"
        )
        if shutil.which("chromium"):
            for chapter in sorted(
                p.parent.name for p in (folder / "ours/chapters").glob("*/*.html")
            ):
                times, card = in_browser(folder / "ours", chapter)
                median, worst = times[len(times) // 2], times[-1]
                print(
                    f"recompute {chapter}: median {median:.1f} ms, worst {worst:.1f} ms of "
                    f"{len(times)} changes; first card {card:.0f} ms"
                )
        else:
            print("recompute: no chromium on this machine, not measured")


if __name__ == "__main__":
    main()
