"""Visible tests of leaf_and_gain.py."""

from leaf_and_gain import leaf_weight, split_gain

from checks.exercises.calls import called


def test_weight() -> None:
    """A leaf's weight goes against its gradient"""
    called(leaf_weight, -8, 3, 1, 0).gives(2, near=1e-12, because="-(-8) / (3 + 1)")


def test_alpha_moves_towards_zero() -> None:
    """The L1 penalty pulls the gradient towards zero, from either side"""
    called(leaf_weight, -8, 3, 1, 2).gives(1.5, near=1e-12, because="(8 - 2) / (3 + 1)")
    called(leaf_weight, 8, 3, 1, 2).gives(-1.5, near=1e-12, because="-(8 - 2) / (3 + 1)")


def test_gain() -> None:
    """A split against its parent"""
    called(split_gain, -6, 2, 6, 2, 1, 0, 0).gives(
        24, near=1e-12, because="36 / 3 + 36 / 3 - 0 / 5, with the parent's G = 0"
    )


def test_gamma() -> None:
    """Gamma is what a split must be worth"""
    called(split_gain, -6, 2, 6, 2, 1, 0, 30).gives(-6, near=1e-12, because="24 - 30")
