"""Pins stand several on a line and are held one by one."""

from __future__ import annotations

import pytest

from checks.proof.pins.cells import at_others, cells


def test_a_line_pins_several_cells_places_or_figures() -> None:
    assert cells({"mse[round=1..3]": "9 | 4 | 1", "draw[kind=tree node, row=2]": "a | b"}) == {
        "mse[round=1]": "9",
        "mse[round=2]": "4",
        "mse[round=3]": "1",
        "draw[kind=tree, row=2]": "a",
        "draw[kind=node, row=2]": "b",
    }
    mixed = cells({"layers seen[gpu=*] heads": "80 | yes | no | 64"}, gpu="h100 l40s")
    assert mixed == {"layers": "80", "seen[gpu=h100]": "yes", "seen[gpu=l40s]": "no", "heads": "64"}


def test_one_text_is_that_of_all_cells() -> None:
    assert cells({"width[kept=*]": "2 B"}, kept="weights moments") == {
        "width[kept=weights]": "2 B",
        "width[kept=moments]": "2 B",
    }


def test_texts_that_are_not_as_many_as_the_cells_are_refused() -> None:
    """Else the last cells would be held against nothing."""
    with pytest.raises(ValueError, match="shorter"):
        cells({"mse[round=1..3]": "9 | 4"})


def test_other_settings_are_numbers_options_cells_and_rows() -> None:
    ((settings, pins),) = at_others(
        {"gpu=Llama 3 8B, rate[pace=1]=0.05, m=-2, params=4.2e9, minutes=2 -20 3.5": {"x": "1"}}
    )
    assert settings == {
        "gpu": "Llama 3 8B",
        "rate[pace=1]": 0.05,
        "m": -2,
        "params": 4.2e9,
        "minutes.1": 2,
        "minutes.2": -20,
        "minutes.3": 3.5,
    }
    assert pins == {"x": "1"}
