"""`working` explains one number: value, working, inputs, source and code."""

from __future__ import annotations

import pytest

from checks.faces.why import as_json, working
from checks.faces.working import lines
from tests.worked.axes_examples import BOOSTING, LAYOUTS, TWO_TOWER
from worked.chapters import graph
from worked.figures import FigureError


def test_a_working_is_formula_terms_and_result() -> None:
    """Delivery 4: 17.50 + 0.5 × 4.50 = 19.75 minutes."""
    assert lines(BOOSTING, "prediction[row=4, round=2]", BOOSTING.base) == [
        "prediction[row=4, round=2] = prediction[round − 1] + rate × leaf",
        "  = 17.50 + 0.5 × 4.50",
        "  = 19.75",
    ]


def test_the_first_of_a_recurrence_is_its_start() -> None:
    assert lines(BOOSTING, "prediction.1.1", BOOSTING.base)[0].endswith("= base + rate × leaf")


def test_a_sum_is_its_terms_where_its_mask_holds() -> None:
    assert lines(BOOSTING, "lower[split=3, round=1]", BOOSTING.base)[1:] == [
        "  = (−13.00 + (−12.00) + (−4.00)) / 3",
        "  = −9.67",
        "  (over delivery 1, 2, 3 only)",
    ]


def test_a_place_is_found_at_its_label() -> None:
    assert lines(BOOSTING, "best[round=3]", BOOSTING.base)[1:] == [
        "  = min(100.75, 70.00, 38.71, 63.06, 38.88) = 38.71, at split 4",
        "  = 4",
    ]


def test_a_softmax_is_exponentials_over_their_sum() -> None:
    assert lines(TWO_TOWER, "share[item=c]", TWO_TOWER.base)[1:] == [
        "  = exp(14.80) / (exp(13.71) + exp(6.61) + exp(14.80) + exp(4.32))",
        "  = 0.748",
    ]


def test_along_an_axis_only_this_places_formula_stands() -> None:
    assert lines(LAYOUTS, "bytes[layout=zero-3]", LAYOUTS.base) == [
        "bytes[layout=zero-3] = states / gpus",
        "  = 1,120 GB / 64",
        "  = 17.50 GB",
    ]


def test_a_count_says_where_it_holds_also_where_nothing_does() -> None:
    assert lines(LAYOUTS, "fitting", LAYOUTS.base)[-1] == "  (1 of 3: ZeRO-3)"
    assert lines(LAYOUTS, "fitting", LAYOUTS.evaluate({"limit": 1}))[-1] == "  (none of 3)"


def test_what_is_absent_has_no_value() -> None:
    assert lines(LAYOUTS, "fits[layout=ddp, gpu=v100]", LAYOUTS.base)[-1] == (
        "  = —, for want of a value"
    )


def test_a_verdict_is_no_factor() -> None:
    """5.5 km counts because the split is kept: not "keeps it × 5.5"."""
    g = graph("xgboost")
    assert lines(g, "leaf_start[leaf=highest, round=1]", g.base)[1:3] == [
        "  = 5.5",
        "  since child_stands[child=right] is 1 (keeps it)",
    ]


def test_a_verdict_ends_in_its_words_and_says_why() -> None:
    g = graph("gpu-wall")
    assert lines(g, "fits[layout=data-parallel]", g.base) == [
        "fits[layout=data-parallel] = fits if memory_per_gpu ≤ gpu_memory, otherwise does not fit",
        "  = does not fit",
        "  since 1,132.5 GB is more than 80 GB",
    ]


def test_a_number_that_its_inputs_cannot_give_at_three_more_digits_has_a_step_between() -> None:
    """2π / 0.0000025 is 2,513,274; 0.00000245514 is three digits and one more."""
    g = graph("rope")
    assert lines(g, "size_wavelength[size=larger, hand=slowest]", g.base)[1:] == [
        "  with size_frequency[size=larger, hand=slowest] = 1 rad/token × "
        "500,000^(−2 × 63 / 128) =",
        "      0.00000245514 rad/token",
        "  = 2 × π / 0.00000245514 rad/token",
        "  = 2,559,196 tokens",
    ]


def test_a_number_half_way_is_written_out_before_it_is_rounded() -> None:
    """12.4833... − 1.00833... is 11.475, whatever the digits of the two."""
    values = BOOSTING.evaluate({"threshold.3": 2.284, "rounds": 19, "distance.2": 7.719})
    assert lines(BOOSTING, "prediction.1.3", values)[-2:] == ["  = 11.475", "  = 11.48"]


def test_a_row_of_numbers_is_asked_for_by_the_cell() -> None:
    with pytest.raises(FigureError, match=r"ask for leaf\[row=1, round=2\]"):
        working(BOOSTING, "leaf[round=2]", BOOSTING.base)


def test_inputs_are_those_of_the_cell() -> None:
    found = [" ".join(line.split()) for line in working(BOOSTING, "residual.3.2", BOOSTING.base)]
    assert "minutes[row=3] 17 minutes, delivery 3 (given)" in found
    assert "prediction[row=3, round=1] 17.50 prediction, delivery 3, round 1 (computed)" in found
    assert as_json(BOOSTING, "residual.3.2", BOOSTING.base, {})["value"] == -0.5


def test_a_bare_number_in_a_reason_has_its_label() -> None:
    g = graph("gradient-boosting")
    assert lines(g, "late.3", g.base)[-1] == (
        "  since Minutes promised; longer is late (30) is at least Minutes of delivery 3 (17)"
    )
