"""How much the tests do: a reader's run does less of what CI does in full."""

from __future__ import annotations

import os

FULL = os.environ.get("CI") == "1"
SEEDS = 1_000 if FULL else 200
"""At how many seeds each question is drawn."""
