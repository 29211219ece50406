"""Pictures keep within the boards that they are drawn on, whatever the reader sets."""

from __future__ import annotations

import re
from typing import Any

import pytest

from checks.page.pictures import svg
from worked.chapters import pictures

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "l1-gradient": [
        {},
        {"m": -10, "y": 50, "outlier": -1000, "x": 0.5},
        {
            "m": 3,
            "outlier": 10,
            "others.a": 10,
            "others.b": 10,
            "others.d": 10,
        },  # everything on one point
        {"x": 3, "rate.1": 0.25, "rate.2": 0.25, "look": 12, "line_slope": -2},  # L2 diverges
    ],
    "rope": [
        {},
        {"model": "Llama 3 8B"},
        {"query_position": 0, "key_position": 10_000, "factor": 1, "probe": -20},
        {
            "value.q.0": 0,
            "value.q.1": 0,
            "value.q.2": 0,
            "value.q.3": 0,
        },  # a score of nothing at every offset
        {
            "value.q.0": 10,
            "value.q.1": -10,
            "value.k.0": 10,
            "value.k.1": -10,
            "base": 1e9,
            "other_base": 1e9,
        },
        {"pairs": 8, "trained_length": 256, "rounded_position": 4900, "bf16_bits": 24},
    ],
}
DRAWN = [
    (slug, picture["id"], settings)
    for slug, chosen in SETTINGS.items()
    for picture in pictures(slug)
    for settings in chosen
]


@pytest.mark.parametrize(("slug", "picture", "settings"), DRAWN)
def test_a_picture_stays_on_its_board(slug: str, picture: str, settings: dict[str, Any]) -> None:
    """Whatever the reader sets, no coordinate is missing and none leaves the drawing."""
    drawing = svg(slug, picture, settings)
    assert not re.search("NaN|Infinity|undefined", drawing)
    (height,) = re.findall(r'viewBox="0 0 640 ([\d.]+)"', drawing)
    for name, most in (("x", 640), ("cx", 640), ("y", float(height)), ("cy", float(height))):
        for value in re.findall(rf' {name}="([-\d.]+)"', drawing):
            assert -0.01 <= float(value) <= most, (name, value)


@pytest.mark.parametrize(("slug", "picture", "settings"), [d for d in DRAWN if d[0] == "rope"])
def test_no_number_of_an_axis_is_cut_off(slug: str, picture: str, settings: dict[str, Any]) -> None:
    """A character is about 7 wide at the size of ticks; 1,000,000 needs nine."""
    drawing = svg(slug, picture, settings)
    ticks = re.findall(
        r'<text x="([\d.]+)" y="[\d.]+" text-anchor="end" class="tick">([^<]+)', drawing
    )
    for x, written in ticks:
        assert float(x) - 7 * len(written) >= 0, written
