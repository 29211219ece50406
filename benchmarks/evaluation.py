"""Time the graph: one evaluation, its import, and the import of NumPy to compare with.

Prints milliseconds, best of several; nothing is asserted, for machines differ. The aims are
5 ms for an evaluation and 200 ms for the import.
"""

from __future__ import annotations

import subprocess
import sys
import timeit
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from worked.chapters import CHAPTERS, graph  # noqa: E402


def milliseconds(statement: str, times: int = 5) -> float:
    """Return the best time of running a statement in a fresh interpreter, start-up taken off."""
    command = [sys.executable, "-c"]

    def once(code: str) -> float:
        run = timeit.timeit(
            lambda: subprocess.run([*command, code], check=True, cwd=ROOT), number=1
        )
        return run * 1000

    empty = min(once("pass") for _ in range(times))
    return min(once(statement) for _ in range(times)) - empty


def main() -> None:
    """Print a line for each chapter, and how its import compares with NumPy's."""
    numpy = milliseconds("import numpy")
    print(f"import numpy: {numpy:.0f} ms")
    for slug, module in CHAPTERS.items():
        g = graph(slug)
        evaluation = min(timeit.repeat(g.evaluate, number=20, repeat=10)) / 20 * 1000
        imported = milliseconds(f"import {module}")
        print(
            f"{slug}: {len(g.figures)} figures, evaluation {evaluation:.2f} ms, "
            f"import {imported:.0f} ms, {imported / numpy:.2f} of NumPy's"
        )


if __name__ == "__main__":
    main()
