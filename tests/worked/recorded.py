"""Hold a deterministic record against its study, run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def assert_recorded(
    path: Path, values: Mapping[str, tuple[float, str]], near: Callable[[str, float], Any]
) -> None:
    """Hold the record at `path` against `values`; `near` gives what a value may be recorded as."""
    recorded = json.loads(path.read_text(encoding="utf-8"))
    assert recorded["deterministic"] is True
    assert set(recorded["values"]) == set(values)
    for name, (value, unit) in values.items():
        assert recorded["values"][name]["value"] == near(name, value), name
        assert recorded["values"][name]["unit"] == unit
