"""The board that a picture is drawn on."""

from __future__ import annotations

import re


def assert_on_board(drawing: str) -> None:
    """No coordinate of a drawing is missing, and none leaves it."""
    assert not re.search("NaN|Infinity|undefined", drawing)
    (height,) = re.findall(r'viewBox="0 0 640 ([\d.]+)"', drawing)
    for name, most in (("x", 640), ("cx", 640), ("y", float(height)), ("cy", float(height))):
        for value in re.findall(rf' {name}="([-\d.]+)"', drawing):
            assert -0.01 <= float(value) <= most, (name, value)
