"""What the page's quiz takes from Python rather than write it a second time.

`units` is the table of units that answers may have, with its hints and words; `scheduler` is
the fsrs library's scheduler with its parameters, as the library itself writes it down.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from fsrs import Scheduler, scheduler

from checks.drill import answers


def modules() -> Iterator[tuple[str, str]]:
    """Yield (address, text) of each generated module of the quiz."""
    yield "assets/quiz/units.js", _module("units", units())
    yield "assets/quiz/scheduler.js", _module("scheduler", schedule())


def _module(name: str, value: Any) -> str:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"export const {name} = {data};\n"


def units() -> dict[str, Any]:
    """Return the table of units: rows of name, size (two integers), dimension, what it counts."""
    return {
        "table": [
            [name, str(u.size.numerator), str(u.size.denominator), u.dimension, *u.labels]
            for name, u in answers.TABLE.items()
        ],
        "folds": _folds(),
        "hints": list(answers._HINTS.items()),
        "kinds": list(answers._KINDS.items()),
        "counted": list(answers.COUNTED),
        "minutes": answers.DELIVERY_MINUTES,
    }


def _folds() -> list[tuple[str, str]]:
    """Return what str.casefold makes of the characters, not ASCII, that a unit's name may hold.

    With these, and the capitals of ASCII, every text that folds to the name of a unit is found.
    """
    known = {c for name in answers.TABLE for c in name.casefold()}
    every = (chr(code) for code in range(0x80, sys.maxunicode + 1))
    return [(c, c.casefold()) for c in every if known.issuperset(c.casefold())]


def schedule() -> dict[str, Any]:
    """Return the scheduler that both faces of the quiz use, with the library's bounds."""
    return {
        **Scheduler(enable_fuzzing=False).to_dict(),
        "stability_min": scheduler.STABILITY_MIN,
        "difficulty_min": scheduler.MIN_DIFFICULTY,
        "difficulty_max": scheduler.MAX_DIFFICULTY,
    }
