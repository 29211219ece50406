"""Laws of the default direction: no other sending of the missing rows together gains more."""

import math

import numpy as np
from default_direction import default_direction
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import called
from worked.xgboost import splits

ROW = st.tuples(
    st.sampled_from([1.0, 2.0, 3.0, 4.0, math.nan]),
    st.integers(-12, 12).map(float),
    st.sampled_from([0.25, 0.5, 1.0]),
)
# At least one row on each side, so that there is a split, and one that is missing.
ROWS = st.tuples(st.lists(ROW, max_size=6), st.integers(-12, 12)).map(
    lambda drawn: [(1.0, 2.0, 1.0), *drawn[0], (4.0, -1.0, 0.5), (math.nan, float(drawn[1]), 1.0)]
)
LAMBDA = st.sampled_from([0.5, 1.0, 3.0])


def gains(rows: list[tuple[float, float, float]], reg_lambda: float) -> dict[str, float]:
    """The chapter's gain with the missing rows on each side, threshold 2.5."""
    x, g, h = (np.array(column) for column in zip(*rows, strict=True))
    p = splits.TreeParameters(reg_lambda=reg_lambda, min_child_weight=0, gain_dtype="float64")
    parent = splits.node_score(g.sum(), h.sum(), p)
    found = {}
    for side in ("left", "right"):
        left = (x < 2.5) | (np.isnan(x) & (side == "left"))
        sums = [(g[rows_in].sum(), h[rows_in].sum()) for rows_in in (left, ~left)]
        found[side] = float(splits.split_gain(*sums, parent, p))
    return found


@given(ROWS, LAMBDA)
def test_the_better_way(rows: list[tuple[float, float, float]], reg_lambda: float) -> None:
    """The way with the larger gain, as the chapter's builder scores it"""
    x, g, h = (list(column) for column in zip(*rows, strict=True))
    both = gains(rows, reg_lambda)
    best = max(both.values())
    good = [side for side, gain in both.items() if gain >= best - 1e-9]
    called(default_direction, x, g, h, 2.5, reg_lambda).obeys(
        lambda found: found[0] in good and abs(found[1] - best) <= 1e-9 * max(1, abs(best)),
        f"{' or '.join(good)} with gain {best:.10g} (left {both['left']:.6g}, "
        f"right {both['right']:.6g})",
    )


@given(ROWS, LAMBDA)
def test_mirrored(rows: list[tuple[float, float, float]], reg_lambda: float) -> None:
    """Seen in a mirror, left is right and the gain is the same"""
    x, g, h = (list(column) for column in zip(*rows, strict=True))
    both = gains(rows, reg_lambda)
    first = called(default_direction, x, g, h, 2.5, reg_lambda).value
    clear = abs(both["left"] - both["right"]) > 1e-9
    other = {"left": "right", "right": "left"}[first[0]] if clear else first[0]
    called(default_direction, [5 - v for v in x], g, h, 2.5, reg_lambda).obeys(
        lambda found: (
            (found[0] == other or not clear)
            and abs(found[1] - first[1]) <= 1e-9 * max(1, abs(first[1]))
        ),
        f"{other} with gain {first[1]:.10g}: the mirror image of {x}, which gave {first[0]}",
    )
