"""The stump's formulas at points that a chapter's own numbers never meet: rows on a threshold."""

from __future__ import annotations

from worked.rows import Row


def goes_left(x: float, threshold: float) -> float:
    """A row on the threshold stands left of it: only what is beyond goes right."""
    return float(not x > threshold)


goes_left.points = [(1, 2), (2, 2), (3, 2), (2.5, 2.5)]  # type: ignore[attr-defined]


def leaf_at(x: float, cut: float, lower: float, upper: float) -> float:
    """A walk up the line: the leaf changes after the threshold has been passed."""
    return upper if x > cut else lower


leaf_at.points = [(1, 2, 5, 7), (2, 2, 5, 7), (3, 2, 5, 7)]  # type: ignore[attr-defined]


def split_error(residual: Row, goes_left: Row, left: float, right: float) -> float:
    """What is left on either side, squared and added row by row."""
    sides = zip(residual.nested("row"), goes_left.nested("row"), strict=True)
    return float(sum((r - left) ** 2 if is_left else (r - right) ** 2 for r, is_left in sides))


split_error.points = [  # type: ignore[attr-defined]
    (Row.of([1.0, 4.0, 6.0], "row"), Row.of([1, 1, 0], "row"), 2.5, 6.0),
    (Row.of([1.0, 4.0, 6.0], "row"), Row.of([1, 0, 0], "row"), 3.0, 2.0),
]
