"""The stump's rule at points that a chapter's own numbers never meet: rows on a threshold."""

from __future__ import annotations

from checks.proof.brute.brute import at


@at((1, 2), (2, 2), (3, 2), (2.5, 2.5))
def goes_left(x: float, threshold: float) -> float:
    """Hold rows below, on and above the threshold: only what is beyond goes right."""
    return float(not x > threshold)
