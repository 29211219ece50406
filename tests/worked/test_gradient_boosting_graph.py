"""The chapter's graph against its own real code: the same rounds, the same ties, the same line."""

from __future__ import annotations

import inspect
import random
from fractions import Fraction

import numpy as np
import pytest

from checks.proof.recount.gradient_boosting import recount
from tests.skips import required
from worked.gradient_boosting.boosting import Settings, fit, predict_probability, predict_raw
from worked.gradient_boosting.by_hand import DISTANCE_KM, MINUTES, boosting_rounds
from worked.gradient_boosting.scenario import GRAPH as G


def assert_same_rounds(settings: dict[str, float], y: list[int], eta: Fraction) -> None:
    """Hold every round of the graph against exact fractions."""
    values = G.evaluate(settings)
    for i, row in enumerate(boosting_rounds(DISTANCE_KM, y, eta, int(values["rounds"]))):
        assert values["cut"][i] == float(row.split.threshold), (row.number, y, eta)
        found = {
            "lower": row.split.left_mean,
            "upper": row.split.right_mean,
            "least_error": row.split.error,
            "mse": row.mse,
            "prediction": row.predictions,
            "residual": row.residuals,
        }
        for name, want in found.items():
            got = np.array(values[name])[..., i]
            assert got == pytest.approx(np.array(want, float), rel=1e-9, abs=1e-9), (name, y, eta)


def test_the_book_s_rounds_are_those_of_exact_fractions() -> None:
    """With eta 1/2 the errors are 125.67, 52.17, 21.79, 10.29, 3.37, 1.64."""
    assert_same_rounds({}, list(MINUTES), Fraction(1, 2))
    shown = [G.shown("base_mse"), *(G.shown(f"mse[round={n}]") for n in range(1, 6))]
    assert shown == ["125.67", "52.17", "21.79", "10.29", "3.37", "1.64"]


def test_any_labels_and_steps_give_the_rounds_of_exact_fractions_ties_included() -> None:
    """300 draws of labels from a few values, where ties are common: the lower cut wins in both.

    Full steps leave residuals that sum to 0 on paper and to noise in floats.
    """
    rng = random.Random(8)
    tied = 0
    for _ in range(300):
        y = [rng.randint(0, 4) for _ in range(6)]
        eta = Fraction(rng.choice((1, 2, 3, 5, 10)), 10) if rng.random() < 0.7 else Fraction(1)
        settings = {f"minutes.{i}": float(v) for i, v in enumerate(y, 1)} | {"eta": float(eta)}
        settings["rounds"] = rng.choice((5, 5, 8, 20))
        assert_same_rounds(settings, y, eta)
        errors = G.value("error[round=1]", G.evaluate(settings))
        tied += sum(e <= min(errors) * (1 + 1e-9) for e in errors) > 1
    assert tied > 20


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.0])
def test_the_real_ensemble_says_what_the_graph_says_at_any_distance(eta: float) -> None:
    """Five stumps of the NumPy trees, asked below, between, at and beyond the thresholds."""
    X, y = np.array(DISTANCE_KM, float)[:, None], np.array(MINUTES, float)
    model = fit(X, y, Settings(rounds=5, learning_rate=eta, max_depth=1))
    for km in (0.5, 1.5, 2, 4, 5.5, 7, 7.5, 20, 1000):
        want = float(predict_raw(model, [[km]])[0])
        assert G.evaluate({"eta": eta, "query": km})["answer"][-1] == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("promise", [8.5, 20, 30, 35])
def test_the_real_classifier_s_first_round_is_the_graph_s(promise: float) -> None:
    """One stump with Newton leaves: the same six probabilities."""
    X = np.array(DISTANCE_KM, float)[:, None]
    late = (np.array(MINUTES) > promise).astype(float)
    model = fit(X, late, Settings(loss="logistic", rounds=1, learning_rate=0.5, max_depth=1))
    values = G.evaluate({"promise": promise})
    assert values["late_p"] == pytest.approx(predict_probability(model, X), rel=1e-9)


def test_the_straight_line_is_numpy_s() -> None:
    slope, intercept = np.polyfit(DISTANCE_KM, MINUTES, 1)
    assert G.base["slope"] == pytest.approx(slope, rel=1e-12)
    assert G.base["line"] == pytest.approx(slope * 20 + intercept, rel=1e-12)


def test_the_defaults_are_scikit_learn_s() -> None:
    """Read off the installed library's signature."""
    ensemble = required("sklearn.ensemble")
    known = inspect.signature(ensemble.GradientBoostingRegressor).parameters
    assert G.base["trees"] == known["n_estimators"].default
    assert G.base["depth"] == known["max_depth"].default


def test_the_chapter_computed_a_second_time_agrees_cell_by_cell() -> None:
    """At the book's values and at 100 draws of everything, ties and up to 20 rounds among them."""
    rng = random.Random(11)
    for draw in range(101):
        settings: dict[str, float] = {}
        for g in G.givens if draw else ():
            cells = [f"{g.name}.{i + 1}" for i in range(6)] if g.over else [g.name]
            for i, cell in enumerate(cells):
                low, high = (x[i] if isinstance(x, tuple) else x for x in (g.low, g.high))
                value = rng.uniform(low, min(high, 40))
                value = round(value, 0 if g.integer else draw % 2)
                settings[cell] = min(max(value, low), high)
        values = G.evaluate(settings)
        again = recount({g.name: values[g.name] for g in G.givens})
        assert set(again) == {f.name for f in G.derived}
        for name, want in again.items():
            got = np.array(values[name], float)
            assert got == pytest.approx(np.array(want, float), rel=1e-9, abs=1e-9), (name, settings)
