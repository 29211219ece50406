"""Pictures of lines and of moves: what stands where, from the coordinates in the drawing."""

from __future__ import annotations

import re

import pytest

from checks.page.pictures import PictureError, svg

SLUG = "l1-gradient"


def circles(drawing: str, cls: str) -> list[tuple[float, float]]:
    """Return the centres of the circles of a class, the legend's sample not among them."""
    found = re.findall(rf'<circle cx="([-\d.]+)" cy="([-\d.]+)" r="[\d.]+" class="{cls}', drawing)
    return [(float(x), float(y)) for x, y in found][1:]


def curves(drawing: str) -> list[list[tuple[float, float]]]:
    """Return the points of each curve; the samples of the legend are relative and left out."""
    paths = re.findall(r'<path d="(M[^"h]+)" class="curve', drawing)
    return [[(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", d)] for d in paths]


def test_the_prediction_lies_on_the_line_and_the_residual_ends_at_the_point() -> None:
    """At x = 2, half of the axis from 0 to 4, the line is halfway between its ends."""
    drawing = svg(SLUG, "line")
    ((first, last),) = curves(drawing)
    ((at, height),) = circles(drawing, "dot")
    assert at == pytest.approx((first[0] + last[0]) / 2, abs=0.02)
    assert height == pytest.approx((first[1] + last[1]) / 2, abs=0.02)
    # The line rises by 4 over the axis; the residual of 4 is as long.
    ends = re.findall(
        r'<line x1="[\d.]+" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)" class="limit"', drawing
    )
    ((low, high),) = [(float(a), float(b)) for a, b in ends]
    assert low == pytest.approx(height, abs=0.02)
    assert low - high == pytest.approx(first[1] - last[1], abs=0.02)


def test_a_folded_line_is_a_v_with_its_tip_at_zero() -> None:
    """|r| from -3 to 3: both ends as high, the tip in the middle and below them."""
    (left, tip, right), _ = curves(svg(SLUG, "kink"))
    assert left[1] == right[1] < tip[1]
    assert tip[0] == pytest.approx((left[0] + right[0]) / 2, abs=0.02)


@pytest.mark.parametrize(
    ("outlier", "median", "mean"),
    [
        # Votes 1, 2, 3, 5 have the median 2.5 and the mean 2.75. The outlier 100 votes 48:
        # median 3, mean 59 / 5 = 11.8.
        (100, 3 - 2.5, 11.8 - 2.75),
        # -300 votes -152: median 2, mean (11 - 152) / 5 = -28.2.
        (-300, 2 - 2.5, -28.2 - 2.75),
    ],
)
def test_the_moves_are_as_long_as_the_numbers_say(
    outlier: float, median: float, mean: float
) -> None:
    drawing = svg(SLUG, "dragged", {"outlier": outlier})
    before, after = circles(drawing, "ring"), circles(drawing, "dot")
    # The first circle drawn after the legend's is of the first row, in both classes.
    (l1, l2) = (b[0] - a[0] for a, b in zip(before, after, strict=True))
    assert l2 / l1 == pytest.approx(mean / median, rel=0.02)
    assert (l1 > 0) == (median > 0)


def test_a_curve_around_figures_shows_them_all() -> None:
    """With the minimum at 23 and the weight at -10 the axis reaches beyond both."""
    drawing = svg(SLUG, "loss", {"m": -10, "y": 50})
    ticks = [
        float(t.replace("−", "-"))
        for t in re.findall(r'text-anchor="middle" class="tick">([^<]+)<', drawing)
    ]
    assert min(ticks) <= -10
    assert max(ticks) >= 20
    # The upright line is drawn only where it lies on the axis.
    assert "minimum: 23.00" in drawing


def test_an_unknown_figure_in_a_picture_is_named() -> None:
    with pytest.raises(PictureError, match="has no picture 'nonsense'"):
        svg(SLUG, "nonsense")


@pytest.mark.parametrize(
    ("slug", "picture", "sides"),
    [
        # Both curves rise: to the right of the dots they would run through the values.
        ("forward-pass", "roofline", {"end"}),
        # The straight line climbs through the room to its right, the flat one leaves it free.
        (SLUG, "descent", {"start", "end"}),
    ],
)
def test_a_value_stands_where_no_curve_runs(slug: str, picture: str, sides: set[str]) -> None:
    drawing = svg(slug, picture)
    values = re.findall(
        r'<text x="([-\d.]+)" y="([-\d.]+)"([^>]*) class="strong halo"[^>]*>([^<]+)<', drawing
    )
    assert {"end" if "end" in attributes else "start" for _, _, attributes, _ in values} == sides
    for x, y, attributes, written in values:
        wide = 9 * len(written)
        left = float(x) - (wide if "end" in attributes else 0)
        inside = [
            (u, v)
            for curve in curves(drawing)
            for u, v in curve
            if left < u < left + wide and float(y) - 12 < v < float(y)
        ]
        assert not inside
