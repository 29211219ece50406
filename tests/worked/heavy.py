"""Which libraries an import loads, in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def assert_loads_none_of(heavy: set[str], modules: str) -> None:
    """Import `modules` (names after the word import) and see that none of `heavy` came along."""
    code = (
        f"import sys, {modules}\nheavy = {heavy!r} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
