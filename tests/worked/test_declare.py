"""Figures declared in two lines, and recorded rows."""

from __future__ import annotations

import pytest

from worked.declare import derived, must, partial, shown, signed, step, steps
from worked.figures import Axis, FigureError
from worked.formulas.trees import shrunken_step
from worked.recording import recorded

RATE = Axis("rate", (1, 0.3))


def test_what_computes_a_figure_and_how_it_is_shown_make_one_figure() -> None:
    figure = signed("p", shrunken_step, "row", leaf="w") | shown("Prediction", "F", 2, "%")
    assert (figure.name, figure.over, figure.inputs, figure.signed) == (
        "p",
        "row",
        {"leaf": "w"},
        True,
    )
    assert (figure.label, figure.symbol, figure.places, figure.unit) == ("Prediction", "F", 2, "%")
    assert not derived("p", shrunken_step).signed
    assert step("base", "The base", figure).figures == (figure,)


def test_a_chapter_s_figures_belong_to_the_step_that_they_stand_behind() -> None:
    one, other = derived("one", shrunken_step), partial("other", shrunken_step)
    assert (other.partial, other.signed) == (True, True)
    found = steps(step("a", "First"), one, other, step("b", "Second"), step("c", "Third"), one)
    assert [(s.slug, s.figures) for s in found] == [("a", (one, other)), ("b", ()), ("c", (one,))]
    with pytest.raises(FigureError, match=r"^one: stands before the first step"):
        steps(one)


def test_a_recorded_row_has_a_value_for_each_place() -> None:
    """The record has 4,409.13 at eta 1 and 3,348.69 at eta 0.3; the label comes with `shown`."""
    row = recorded(
        "gradient_boosting", "shrinkage", "test_mse_at_best_round_at_eta_{}", "", over=RATE
    ) | shown("Test error at eta <rate>", places=2)
    assert row.over == "rate"
    assert row.value == pytest.approx((4409.1301, 3348.6946), rel=1e-6)
    assert (row.label, row.unit) == ("Test error at eta <rate>", "")


def test_a_recorded_table_has_a_value_for_each_place_of_its_axes() -> None:
    """The study of small transformers calls the model as it was trained unscaled."""
    scaling, words = Axis("scaling", ("as trained", "linear")), Axis("words", ("familiar",))
    axes = (scaling, words)
    called = {"as-trained": "unscaled"}
    name = "rope_{}_2x_{}_words_accuracy_mean"
    f = recorded("rope", "extension", name, "Accuracy", "%", over=axes, called=called)
    assert f.over == "scaling words"
    one = recorded("rope", "extension", name.format("unscaled", "familiar"), "Accuracy", "%")
    other = recorded("rope", "extension", name.format("linear", "familiar"), "Accuracy", "%")
    assert f.value == ((one.value,), (other.value,))
    with pytest.raises(FigureError, match="records no 'rope_as_trained_2x_familiar_words"):
        recorded("rope", "extension", name, "Accuracy", "%", over=axes)


def test_a_recorded_row_that_lacks_a_place_is_refused() -> None:
    with pytest.raises(FigureError, match="records no 'best_round_at_eta_7'"):
        recorded(
            "gradient_boosting", "shrinkage", "best_round_at_eta_{}", "", over=Axis("rate", (7,))
        )


def test_what_must_hold_refuses_a_setting_in_the_words_for_otherwise() -> None:
    figure = must("even", shrunken_step, ("{leaf} is odd", "is even"), leaf="w")
    assert (figure.words, figure.must, figure.inputs) == (
        ("{leaf} is odd", "is even"),
        True,
        {"leaf": "w"},
    )
