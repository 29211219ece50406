"""The recorded results are what running the experiments again gives, and say what we claim."""

from collections.abc import Callable

import pytest

from tests.skips import required

required("sklearn", "the experiments read scikit-learn's data sets")

from worked.gradient_boosting.experiments import EXPERIMENTS, MEASURED  # noqa: E402
from worked.gradient_boosting.tie_experiment import spread_over_seeds, tied_nodes  # noqa: E402
from worked.recording import load  # noqa: E402

Values = dict[str, tuple[float, str]]


def recorded(name: str) -> dict[str, float]:
    """Return the recorded values of one experiment by name, without their units."""
    return {key: entry["value"] for key, entry in load(MEASURED / f"{name}.json")["values"].items()}


LONG = {"bias_variance"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.heavy] if name in LONG else [])
        for name in (*EXPERIMENTS, "tied_nodes")
    ],
)
def test_recorded_values_are_reproduced(name: str) -> None:
    """Deterministic: counts exactly, errors to 1e-6 relative (sums may round otherwise)."""
    experiment: Callable[[], Values] = EXPERIMENTS.get(name, tied_nodes)
    document = load(MEASURED / f"{name}.json")
    values = experiment()
    assert document["deterministic"] is True
    assert {key: entry["unit"] for key, entry in document["values"].items()} == {
        key: unit for key, (_, unit) in values.items()
    }
    for key, (value, _) in values.items():
        old = document["values"][key]["value"]
        if isinstance(value, int):
            assert value == old, key
        else:
            assert value == pytest.approx(old, rel=1e-6, abs=1e-9), key


def test_every_record_belongs_to_an_experiment() -> None:
    names = {path.stem for path in MEASURED.glob("*.json")}
    assert names == {*EXPERIMENTS, "tied_nodes", "spread_over_seeds"}


def test_trees_to_an_mse_below_one() -> None:
    small = recorded("small_data")
    counts = [small[f"trees_to_mse_below_1_at_eta_{eta}"] for eta in ("1", "0_5", "0_3", "0_1")]
    assert counts == [10, 6, 11, 36]


def test_trees_do_not_extrapolate_and_a_line_does() -> None:
    values = recorded("no_extrapolation")
    at_8 = values["predicted_minutes_at_8_km"]
    assert values["predicted_minutes_at_20_km"] == at_8
    assert values["predicted_minutes_at_1000_km"] == at_8
    assert values["straight_line_minutes_at_20_km"] > 2 * at_8


def test_more_rounds_go_on_lowering_the_training_error_but_not_the_test_error() -> None:
    values = recorded("shrinkage")
    for eta in ("1", "0_3", "0_1", "0_03"):
        assert values[f"best_round_at_eta_{eta}"] < 400
        best = values[f"test_mse_at_best_round_at_eta_{eta}"]
        after_all = values[f"test_mse_after_400_rounds_at_eta_{eta}"]
        assert values[f"train_mse_after_400_rounds_at_eta_{eta}"] < best < after_all
    rounds = [values[f"best_round_at_eta_{eta}"] for eta in ("1", "0_3", "0_1", "0_03")]
    assert rounds == sorted(rounds), "a smaller step needs more trees"


def test_early_stopping_beats_all_the_rounds() -> None:
    values = recorded("stopping_and_subsampling")
    assert values["rounds_with_early_stopping"] < values["rounds_with_all_rounds"] == 400
    assert values["test_mse_with_early_stopping"] < values["test_mse_with_all_rounds"]
    assert values["test_mse_with_early_stopping"] < values["test_mse_of_the_mean"]


def test_a_noise_column_of_distinct_values_is_the_most_important_by_impurity() -> None:
    """The order number decides nothing, yet gets the largest share of the impurity removed."""
    values = recorded("importance")
    share = "noise_column_impurity_share_of_"
    assert values[share + "order_number"] > values[share + "express"] > values[share + "floor"]
    training = values["noise_column_r2_lost_on_training_rows_without_order_number"]
    held_out = values["noise_column_r2_lost_on_held_out_rows_without_order_number"]
    assert training > 0.25, "on the rows it memorised it looks important by permutation too"
    assert held_out <= 0.01, "on held-out rows it is seen to be worth nothing"
    assert values["noise_column_r2_lost_on_held_out_rows_without_express"] > 0.25


def test_a_copy_shares_or_takes_the_importance() -> None:
    """With the first of tied splits the copy takes all; by lot both look less important."""
    values = recorded("importance")
    alone = values["noise_column_r2_lost_on_held_out_rows_without_express"]
    assert values["copy_first_wins_impurity_share_of_express"] == 0
    assert values["copy_first_wins_r2_lost_on_held_out_rows_without_express"] == 0
    for column in ("express", "express_copy"):
        assert 0 < values[f"copy_by_lot_r2_lost_on_held_out_rows_without_{column}"] < alone / 2
        share = values[f"copy_by_lot_impurity_share_of_{column}"]
        assert 0 < share < values["noise_column_impurity_share_of_express"]


def test_bagging_lowers_variance_and_boosting_lowers_bias() -> None:
    values = recorded("bias_variance")

    def bias(name: str) -> float:
        return values[f"squared_bias_of_{name}"]

    def variance(name: str) -> float:
        return values[f"variance_of_{name}"]

    assert variance("bagged_deep_trees") < variance("one_deep_tree") / 2
    assert variance("bagged_stumps") < variance("one_stump")
    assert bias("bagged_stumps") == pytest.approx(bias("one_stump"), rel=0.1)
    assert bias("boosted_stumps") < bias("one_stump") / 2
    # boosting trees that already fit every row changes neither
    assert bias("boosted_deep_trees") == pytest.approx(bias("one_deep_tree"), rel=0.05)
    assert variance("boosted_deep_trees") == pytest.approx(variance("one_deep_tree"), rel=0.05)


def test_newton_steps_run_away_only_with_the_full_step() -> None:
    values = recorded("runaway_newton_steps")
    assert values["decades_of_largest_log_odds_at_eta_0_1"] == 0
    assert values["decades_of_largest_log_odds_at_eta_1"] >= 5


def test_ties_matter_off_the_training_rows_and_on_them_for_absolute_error() -> None:
    """Tied splits of squared error cut the training rows alike; those of signs need not."""
    for values in (
        recorded("spread_over_seeds"),
        {k: v for k, (v, _) in spread_over_seeds().items()},
    ):
        assert values["largest_spread_on_training_rows_with_squared_error"] == 0
        assert values["largest_spread_on_training_rows_with_absolute_error"] > 1
        for loss in ("squared_error", "huber", "absolute_error"):
            assert values[f"largest_spread_on_held_out_rows_with_{loss}"] > 1
