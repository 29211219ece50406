"""The RoPE chapter's pictures: hands at their angles, labels that keep apart, at any setting."""

from __future__ import annotations

import math
import re

import pytest

from checks.page.pictures import svg
from worked.chapters import graph

SLUG = "rope"


def hands(drawing: str) -> list[float]:
    """Return the angle at which each hand of each face points, anticlockwise from the right."""
    found = re.findall(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="curve', drawing)
    return [math.atan2(float(y) - float(b), float(a) - float(x)) for x, y, a, b in found]


@pytest.mark.parametrize(("query", "key"), [(3, 1), (1, 3), (0, 0), (157, 314), (50, 7)])
def test_the_hands_of_the_clocks_stand_at_the_angles_of_the_positions(query: int, key: int) -> None:
    """The fast hand at the position itself in radians, the slow one at a hundredth of it."""
    drawing = svg(SLUG, "clocks", {"query_position": query, "key_position": key})
    want = [query, key, query / 100, key / 100]
    for pointed, angle in zip(hands(drawing), want, strict=True):
        assert math.cos(pointed - angle) == pytest.approx(1, abs=1e-4)


def test_moving_both_positions_turns_the_hands_and_keeps_the_angle_between_them() -> None:
    """That angle is what the score sees: 2 rad on the fast face, 0.02 on the slow one."""
    for shift in (0, 5, 100):
        drawing = svg(SLUG, "clocks", {"query_position": 3 + shift, "key_position": 1 + shift})
        fast_q, fast_k, slow_q, slow_k = hands(drawing)
        assert math.cos(fast_q - fast_k) == pytest.approx(math.cos(2), abs=2e-3)
        assert math.sin(fast_q - fast_k) == pytest.approx(math.sin(2), abs=2e-3)
        assert math.sin(slow_q - slow_k) == pytest.approx(math.sin(0.02), abs=2e-3)


def test_each_hand_is_named_with_its_angle() -> None:
    drawing = svg(SLUG, "clocks")
    said = re.findall(r'data-fig="rope\.([^"]+)">([^<]+)', drawing)
    assert said == [
        ("angle[vector=q, pair=0]", "query: 3.00 rad"),
        ("angle[vector=k, pair=0]", "key: 1.00 rad"),
        ("angle[vector=q, pair=1]", "query: 0.030 rad"),
        ("angle[vector=k, pair=1]", "key: 0.010 rad"),
    ]


def test_the_curve_of_the_score_follows_query_key_base_and_scaling() -> None:
    drawings = {
        svg(SLUG, "score", s)
        for s in (
            {},
            {"value.q.0": 3},
            {"value.k.3": -2},
            {"base": 20_000},
            {"factor": 2},
            {"probe": 5},
        )
    }
    assert len(drawings) == 6


def test_the_dots_of_the_score_stand_where_the_working_says() -> None:
    """At the offset of the two positions the curve as trained passes through their score."""
    g = graph(SLUG)
    values = g.evaluate({"query_position": 9, "key_position": 4, "probe": 5})
    as_trained = "probe_score[slowing=as-trained]"
    assert g.value(as_trained, values) == pytest.approx(g.value("score", values), rel=1e-12)
    assert g.shown(as_trained, values) in svg(SLUG, "score", {"probe": 5})


def ticks_of_x(drawing: str) -> list[float]:
    """Return the numbers along the bottom axis."""
    found = re.findall(r'text-anchor="middle" class="tick">([^<]+)', drawing)
    return [float(t.replace(",", "").replace("−", "-")) for t in found]


@pytest.mark.parametrize(("position", "spacing"), [(5000, 32), (300, 2), (200, 1), (70_000, 512)])
def test_the_staircase_is_drawn_where_the_reader_is(position: int, spacing: int) -> None:
    """Four steps to either side: 2^(⌊log2 x⌋ + 1 - 8) tokens each, never less than a token."""
    drawing = svg(SLUG, "rounding", {"rounded_position": position})
    ticks = ticks_of_x(drawing)
    assert len(ticks) >= 3
    assert position - 4 * spacing <= ticks[0] < ticks[-1] <= position + 4 * spacing
    g = graph(SLUG)
    held = g.shown("held_position", g.evaluate({"rounded_position": position}))
    assert f">{held}</text>" in drawing  # beside the dot


def test_the_staircase_starts_at_the_first_position_that_a_reader_may_ask_for() -> None:
    assert min(ticks_of_x(svg(SLUG, "rounding", {"rounded_position": 1}))) >= 1


@pytest.mark.parametrize("picture", ["wavelengths", "scaled"])
@pytest.mark.parametrize("pairs", [8, 64, 512])
def test_wavelengths_are_drawn_for_all_pairs_and_no_others(picture: str, pairs: int) -> None:
    """Pairs count from 0, so the axis ends at one less than there are."""
    settings = {"pairs": pairs, "pair_wanted": pairs - 1}
    drawing = svg(SLUG, picture, settings)
    ticks = ticks_of_x(drawing)
    step = ticks[1] - ticks[0]
    assert ticks[0] == 0
    assert pairs - 1 - step < ticks[-1] <= pairs - 1


def test_the_name_of_an_axis_keeps_clear_of_the_labels_of_upright_lines() -> None:
    """With few pairs the lines stand at the left, and the name moves above their labels."""
    for settings in ({}, {"pairs": 8}):
        drawing = svg(SLUG, "wavelengths", settings)
        (name_y,) = map(float, re.findall(r'y="([\d.]+)"[^>]* class="axis">wavelength', drawing))
        labels = re.findall(
            r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)" class="strong">'
            r"(?:smaller|larger) base",
            drawing,
        )
        assert len(labels) == 2
        for x, y, anchor in labels:
            starts = float(x) if anchor == "start" else float(x) - 8 * len("smaller base: 45.03")
            # 18 characters of the name are about 140 wide, a line of text is 16 high.
            assert starts > 140 or abs(float(y) - name_y) >= 16
