"""The simulated cost of checkpoints against Daly's exact expectation, and the best intervals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from worked.formulas.checkpointing import (
    checkpoint_bytes,
    daly_interval_seconds,
    stretch_without_checkpoints,
    young_interval_seconds,
)
from worked.gpu_wall import waste_simulation as ws
from worked.recording import load

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def test_the_chapter_s_write_times_and_young_s_intervals() -> None:
    """980 GB at 40, 20 and 5 GB/s; then sqrt(2 * write * 43,200 s)."""
    assert checkpoint_bytes(70e9, 2, 12) == 980e9  # bf16 weights; fp32 master, m and v
    for tier, write, young_seconds, young_minutes in [
        ("nvme", 24.5, 1454.92, 24),  # sqrt(2 * 24.5 * 43,200) = sqrt(2,116,800)
        ("file_system", 49.0, 2057.57, 34),  # sqrt(4,233,600)
        ("object_store", 196.0, 4115.14, 69),  # sqrt(16,934,400)
    ]:
        scenario = ws.chapter_scenario(tier)
        assert scenario.write == pytest.approx(write, rel=1e-12)
        young = young_interval_seconds(scenario.write, scenario.mtbf)
        assert young == pytest.approx(young_seconds, abs=0.005)
        assert round(young / MINUTE) == young_minutes


@pytest.mark.parametrize(
    ("mtbf", "published", "exact"),
    [(24 * HOUR, "117", "117"), (6 * HOUR, "57", "57"), (15 * MINUTE, "9.1", "9.2")],
)
def test_daly_s_own_published_optima(mtbf: float, published: str, exact: str) -> None:
    """Daly 2006, figures 3 to 5: writes of 5 min; optimum 117, 57 and 9.1 min.

    In the last his series, cut after three terms, is 0.03 min short: 9.141 for 9.167.
    """
    digits = 1 if "." in published else 0
    assert f"{daly_interval_seconds(5 * MINUTE, mtbf) / MINUTE:.{digits}f}" == published
    best = ws.exact_best_interval(ws.Scenario(5 * MINUTE, mtbf, 10 * MINUTE))
    assert f"{best / MINUTE:.{digits}f}" == exact


@settings(max_examples=100)
@given(write=st.floats(0.1, 1e4), mtbf=st.floats(60, 1e7), restart=st.floats(0, 1e3))
def test_no_interval_beats_the_exact_best(write: float, mtbf: float, restart: float) -> None:
    """The expectation is convex around it: a percent to either side costs at least as much."""
    scenario = ws.Scenario(write, mtbf, min(restart, mtbf))
    best = ws.exact_best_interval(scenario)
    lowest = ws.expected_overhead(scenario, best)
    if best > 1e-6 * mtbf:  # below that the difference drowns in rounding
        assert ws.expected_overhead(scenario, best * 1.01) >= lowest * (1 - 1e-9)
        assert ws.expected_overhead(scenario, best / 1.01) >= lowest * (1 - 1e-9)


@settings(max_examples=100)
@given(ratio=st.floats(1e-4, 0.5))
def test_how_far_young_and_daly_are_from_the_exact_best(ratio: float) -> None:
    """The exact best is M (u - u²/3 + u³/36 + u⁴/270 + ...) with u = sqrt(2δ/M).

    It solves t = 1 - e^-(t+δ/M), that is t = 1 + W(-e^-(1+δ/M)) with Lambert's W; its series
    -1 + p - p²/3 + 11p³/72 - 43p⁴/540 at p = u sqrt(1 - u²/4 + ...) gives the terms above.
    Young keeps the first, Daly the first three: u (1 + u/6 + u²/36) - u²/2.
    """
    exact = ws.exact_best_interval(ws.Scenario(ratio, 1.0, 0.0))
    assert exact == pytest.approx(1 + lambertw(-math.exp(-1 - ratio)).real, abs=1e-7)
    u = math.sqrt(2 * ratio)
    assert exact - daly_interval_seconds(ratio, 1.0) == pytest.approx(u**4 / 270, rel=0.06)
    young_too_long = young_interval_seconds(ratio, 1.0) - exact
    assert young_too_long == pytest.approx(u**2 / 3 - u**3 / 36 - u**4 / 270, rel=1e-3)


HARSH = [
    # write, MTBF, restart, interval, useful
    (49.0, 12 * HOUR, 600.0, 2057.6, 30 * DAY),  # the chapter's
    (5 * MINUTE, 24 * HOUR, 10 * MINUTE, 117 * MINUTE, 500 * HOUR),  # Daly's figure 3
    (5 * MINUTE, 6 * HOUR, 10 * MINUTE, 57 * MINUTE, 500 * HOUR),  # figure 4
    (5 * MINUTE, 15 * MINUTE, 10 * MINUTE, 9.1 * MINUTE, 50 * HOUR),  # figure 5: restarts fail too
    (10.0, 100.0, 200.0, 30.0, 3000.0),  # a restart takes twice the time between failures
    (0.0, 100.0, 0.0, 250.0, 2500.0),  # free writes, free restarts
    (300.0, 100.0, 0.0, 5.0, 50.0),  # the write is what fails
]


@pytest.mark.parametrize(("write", "mtbf", "restart", "interval", "useful"), HARSH)
def test_the_simulation_agrees_with_the_exact_expectation(
    write: float, mtbf: float, restart: float, interval: float, useful: float
) -> None:
    """Within four standard errors (the half-width is 1.96 of them), and they are small."""
    scenario = ws.Scenario(write, mtbf, restart)
    found = ws.simulate(scenario, interval, useful, replicas=2000, seed=7)
    exact = ws.expected_overhead(scenario, interval)
    assert abs(found.mean - exact) < 4 * found.half_width / 1.96
    assert found.half_width < 0.05 * exact
    assert found.writing + found.lost_work + found.coming_back == pytest.approx(found.mean)
    assert found.writing == pytest.approx(write / interval)


@pytest.mark.parametrize("tier", list(ws.TIER_BYTES_PER_SECOND))
def test_the_loss_per_failure_that_the_chapter_derives_is_the_simulated_one(tier: str) -> None:
    """The exact loss lies within the simulation's 95 % interval; (τ + δ)/2 is above it by S²/(12M).

    With 200 jobs of 30 days and a failure every 12 h there are some 12,400 failures. For the
    file system S = 2057.57 + 49 = 2106.57 s and S/2 = 1053.3 s; one loss is nearly uniform in
    0..S, so the mean's half-width is 1.96 S/√12 / √12,434 = 10.7 s. What first order leaves out,
    S²/(12M) = 8.6 s, is within that (4.2 s in 7.6 s for the disks): half an interval it is. For
    the object store it is 35.9 s in 21.3 s, and the simulation tells them apart: 1.7 % too much.
    """
    scenario = ws.chapter_scenario(tier)
    young = float(young_interval_seconds(scenario.write, scenario.mtbf))
    found = ws.simulate(scenario, young, ws.USEFUL_SECONDS, ws.REPLICAS, ws.SEED)
    loss, segment = found.loss_per_failure, young + scenario.write
    assert ws.first_order_loss(scenario, young) == segment / 2
    assert loss.half_width == pytest.approx(
        1.96 * segment / math.sqrt(12 * found.failures), rel=0.15
    )
    assert loss.holds(ws.exact_loss(scenario, young))
    left_out = segment**2 / (12 * scenario.mtbf)
    assert ws.exact_loss(scenario, young) + left_out == pytest.approx(segment / 2, rel=1e-5)
    assert (left_out < loss.half_width) == (tier != "object_store")
    assert loss.holds(segment / 2) == (tier != "object_store")
    assert found.return_per_failure.holds(ws.exact_return(scenario))


def test_where_first_order_is_wrong_the_exact_loss_is_the_simulated_one() -> None:
    """Daly's figure 5: writes of 5 min every 9.1 min, a failure every 15 min, restarts of 10.

    S = 14.1 min: half of it is 7.05 min, but 15 - 14.1/(e^0.94 - 1) = 15 - 9.039 = 5.961 min
    are lost. A restart of 10 min takes 15 (e^(2/3) - 1) = 14.216 min, for it fails too.
    """
    scenario = ws.Scenario(5 * MINUTE, 15 * MINUTE, 10 * MINUTE)
    interval = 9.1 * MINUTE
    found = ws.simulate(scenario, interval, 50 * HOUR, replicas=2000, seed=7)
    first, exact = ws.first_order_loss(scenario, interval), ws.exact_loss(scenario, interval)
    assert first / MINUTE == pytest.approx(7.05)
    assert exact / MINUTE == pytest.approx(5.961, abs=5e-4)
    assert found.loss_per_failure.holds(exact)
    assert not found.loss_per_failure.holds(first, standard_errors=100)
    assert ws.exact_return(scenario) / MINUTE == pytest.approx(14.216, abs=5e-4)
    assert found.return_per_failure.holds(ws.exact_return(scenario))
    assert not found.return_per_failure.holds(scenario.restart, standard_errors=100)


@settings(max_examples=100)
@given(ratio=st.floats(1e-3, 5))
def test_the_exact_loss_and_return_make_up_the_exact_expectation(ratio: float) -> None:
    """A segment fails e^(S/M) - 1 times on average; each time it costs the loss and the return.

    So S + (e^(S/M) - 1) (loss + M (e^(R/M) - 1)) is Daly's M e^(R/M) (e^(S/M) - 1).
    """
    scenario = ws.Scenario(ratio / 4, 1.0, ratio / 3)
    segment = ratio + scenario.write
    times = math.expm1(segment / scenario.mtbf)
    spent = segment + times * (ws.exact_loss(scenario, ratio) + ws.exact_return(scenario))
    assert spent / ratio - 1 == pytest.approx(ws.expected_overhead(scenario, ratio), rel=1e-9)


def test_a_loss_per_failure_s_interval_holds_the_truth_as_often_as_it_says() -> None:
    """95 % of 200 intervals: 190 expected, standard deviation 3.1; four of them is 178 to 200."""
    scenario = ws.Scenario(5 * MINUTE, 6 * HOUR, 10 * MINUTE)
    exact = ws.exact_loss(scenario, HOUR)
    hits = [
        ws.simulate(scenario, HOUR, 100 * HOUR, replicas=100, seed=seed).loss_per_failure.holds(
            exact
        )
        for seed in range(200)
    ]
    assert 178 <= sum(hits) <= 200


def test_the_confidence_interval_holds_the_truth_as_often_as_it_says() -> None:
    """95 % of 200 intervals: 190 expected, standard deviation 3.1; four of them is 178 to 200."""
    scenario = ws.Scenario(5 * MINUTE, 6 * HOUR, 10 * MINUTE)
    exact = ws.expected_overhead(scenario, HOUR)
    hits = 0
    for seed in range(200):
        found = ws.simulate(scenario, HOUR, 100 * HOUR, replicas=100, seed=seed)
        hits += abs(found.mean - exact) <= found.half_width
    assert 178 <= hits <= 200


def test_without_failures_only_the_writes_cost() -> None:
    """10 s of writing for each 100 s of computing: overhead 0.1, waste 10/110."""
    found = ws.simulate(ws.Scenario(10.0, 1e15, 60.0), 100.0, 1000.0, replicas=5, seed=0)
    assert found.mean == pytest.approx(0.1, rel=1e-12)
    assert found.half_width == pytest.approx(0, abs=1e-12)
    assert found.waste == pytest.approx(10 / 110)


def test_the_first_order_leaves_out_the_restart_and_the_write_that_fails() -> None:
    """Exact minus δ/τ + τ/(2M) tends to (δ + R)/M: each failure costs a restart and, on
    average, half of its segment's write; each write brings a failure's half-interval more.

    (τ+δ)²/(2Mτ) = τ/(2M) + δ/M + δ²/(2Mτ): δ/M beyond the first order; e^(R/M) adds R/M.
    """
    scenario = ws.Scenario(1.0, 1e8, 50.0)
    interval = 1000.0
    left_out = ws.expected_overhead(scenario, interval) - ws.first_order_overhead(
        scenario, interval
    )
    assert left_out == pytest.approx((1.0 + 50.0) / 1e8, rel=0.01)


@pytest.mark.parametrize("tier", list(ws.TIER_BYTES_PER_SECOND))
def test_the_simulated_optimum_is_where_young_and_daly_say(tier: str) -> None:
    """No interval of the grid beats Young's, beyond what chance explains; four times it does worse.

    The bottom is flat: within a quarter octave (19 %) of the best the cost hardly changes.
    """
    scenario = ws.chapter_scenario(tier)
    young = young_interval_seconds(scenario.write, scenario.mtbf)
    grid = ws.interval_grid(young)
    overheads = ws.sweep(scenario, grid, ws.USEFUL_SECONDS, replicas=100, seed=99)
    flat = ws.indistinguishable_from_best(overheads)
    middle = len(grid) // 2
    assert middle in flat
    assert 0.5 * young < grid[flat[0]] <= ws.exact_best_interval(scenario) * 2**0.25
    assert ws.exact_best_interval(scenario) / 2**0.25 <= grid[flat[-1]] < 2 * young
    for end in (0, -1):
        assert overheads[end].mean > overheads[middle].mean + 5 * overheads[end].half_width


def test_the_failed_run_and_what_it_cost() -> None:
    """47 h on 64 GPUs at 3 USD a GPU-hour: 3,008 GPU-hours, 9,024 USD.

    Restarting it from nothing each time, at a mean of 12 h between evictions, takes
    12/47 (e^(47/12) - 1) = 12.57 times 47 h.
    """
    assert 47 * 64 == 3008
    assert 3008 * 3 == 9024
    expected = stretch_without_checkpoints(47 * HOUR, 12 * HOUR)
    assert expected == pytest.approx(12.57, abs=0.005)
    found = ws.without_checkpoints(47 * HOUR, 12 * HOUR, replicas=4000, seed=3)
    assert abs(1 + found.mean - expected) < 4 * found.half_width / 1.96
    assert found.half_width < 0.05 * expected


def test_the_recorded_values_are_what_the_simulation_gives() -> None:
    recorded = load(ws.MEASURED)["values"]
    computed = ws.results()
    assert recorded.keys() == computed.keys()
    for name, (value, unit) in computed.items():
        assert recorded[name]["value"] == pytest.approx(value, rel=1e-12), name
        assert recorded[name]["unit"] == unit


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("which", ["write", "mtbf", "restart"])
def test_what_is_no_duration_is_refused(which: str, bad: float) -> None:
    durations = {"write": 1.0, "mtbf": 100.0, "restart": 1.0} | {which: bad}
    with pytest.raises(ValueError, match=which):
        ws.Scenario(**durations)


def test_a_simulation_that_makes_no_sense_is_refused() -> None:
    scenario = ws.Scenario(1.0, 100.0, 1.0)
    for interval, useful in [(0.0, 10.0), (-1.0, 10.0), (11.0, 10.0), (math.nan, 10.0)]:
        with pytest.raises(ValueError, match="interval"):
            ws.simulate(scenario, interval, useful, replicas=10, seed=0)
    with pytest.raises(ValueError, match="more than one"):
        ws.simulate(scenario, 1.0, 10.0, replicas=1, seed=0)
    with pytest.raises(ValueError, match="shorter is always better"):
        ws.exact_best_interval(ws.Scenario(0.0, 100.0, 1.0))
    with pytest.raises(ValueError, match="mtbf"):
        ws.Scenario(1.0, 0.0, 1.0)
