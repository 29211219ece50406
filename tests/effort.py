"""How much the tests do: a reader's run does less of what CI does in full."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

Case = TypeVar("Case")
FULL = os.environ.get("CI") == "1"
SEEDS = 1_000 if FULL else 200
"""At how many seeds each question is drawn."""
GRADED = 25 if FULL else 5
"""How many draws of a number are graded in both languages, with some thirty answers each."""
SETTINGS = 200 if FULL else 25
"""At how many settings every number of a chapter is rounded exactly."""
POINTS = 1_000 if FULL else 40
"""At how many settings Python and the page compute every number of a chapter."""
FUZZED = 20_000 if FULL else 5_000
"""How many inputs coverage-guided fuzzing makes for each parser."""


def some(cases: Iterable[Case], each: int = 4) -> list[Case]:
    """Return all cases, or one of `each` in a reader's run."""
    return list(cases)[:: 1 if FULL else each]
