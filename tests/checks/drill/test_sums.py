"""Sums in explanations: what they show, and that nothing in them is free."""

from __future__ import annotations

import pytest

from checks.drill.sums import filled

QUOTED = ("8 heads of 128, at 450 GB/s, 7 shares of 67.1 MB",)
NAMES = {"right": (2.5 * 2**30, "GiB"), "share": (1 / 3, "")}


def shown(body: str) -> str:
    return filled(f"It is {{{{ {body} }}}}.", QUOTED, NAMES).removeprefix("It is ")[:-1]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("8 × 128", "1,024"),  # 8 x 128
        ("8 × 128 =", "8 × 128 = 1,024"),
        ("7 × 67.1 MB / 450 GB/s = | ms 2", "7 × 67.1 MB / 450 GB/s = 1.04 ms"),  # 469.7 / 450
        ("right | GiB", "2.5 GiB"),
        ("right | GiB 2", "2.50 GiB"),
        ("right | MB 0 bare", "2,684"),  # 2.5 x 1,073.741824
        ("450 GB/s", "450 GB/s"),
        ("7 | Words", "Seven"),
        ("128 / 8 / 8 | times", "twice"),  # 16 / 8
        ("1 − 7 / 8 | fraction", "an eighth"),
        ("share | % 0 fraction", "a third"),
        ("1 | %", "100%"),
        ("1 KiB | B", "1,024 B"),
        ("7 − 8", "−1"),
        ("8^(1 / 8 × 8) + sqrt(8 × 8) × exp(1 − 1) + ln(1)", "16"),  # 8 + 8 x 1 + 0
    ],
)
def test_a_sum_is_worked_out_and_written_as_figures_are(body: str, wanted: str) -> None:
    assert shown(body) == wanted


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("9 × 128", "9 is not quoted"),
        ("64", "64 is not quoted"),
        ("wrong / 8", "knows no wrong; there are right, share"),
        ("right | s", "does not fit"),
        ("8 + 450 GB/s", "cannot add"),
        ("share", "say to how many decimals"),
        ("right | GiB MB", "two units"),
        ("right | GiB fraction", "fraction writes a share"),
        ("8 128", "is no sum"),
        ("8 × (128", "is no sum"),
        ("8 ; 128", "cannot be read from"),
        ("__import__", "cannot be read from"),
        ("exp", "is no sum"),
        ("8 / (7 − 7)", "is no sum"),
        ("8^8^8^8", "is no sum"),
    ],
)
def test_what_is_no_sum_of_quoted_numbers_is_refused(body: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace(".", r"\.")):
        shown(body)
