"""ZeRO-3's gathered layers on real tensors: two are held, or the one that there is."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch

from worked.formulas.parallelism import gathered_layer_bytes
from worked.gpu_wall import prefetch_real as pf
from worked.gpu_wall.process_group import run_group
from worked.gpu_wall.scenario import GRAPH
from worked.gpu_wall.transformer import GPTConfig

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIG = GPTConfig(layers=1, hidden=32, heads=4, vocab=64, positions=16, dropout=0.0, tied=False)
LAYER = 12_704  # parameters: 12 x 32^2 + 13 x 32
COUNTS = (1, 2, 5)
RANKS = 2


@cache
def found() -> list[dict[str, Any]]:
    """What each of two real processes found; run once for all tests."""
    return run_group(RANKS, pf.survey, CONFIG, COUNTS)


@pytest.mark.parametrize("layers", COUNTS)
def test_the_high_water_mark_of_fetching_one_ahead_is_the_formulas(layers: int) -> None:
    """fp32: 12,704 x 4 = 50,816 B a layer; two of them held, 101,632 B, but one of one layer."""
    formula = gathered_layer_bytes(layers * LAYER, 4, layers)
    for rank in found():
        held = rank[f"{layers} layers, 1 ahead"]
        assert held["layer"] == 50_816
        assert held["weights"] == formula == {1: 50_816, 2: 101_632, 5: 101_632}[layers]


@pytest.mark.parametrize("ahead", [0, 1, 2])
@pytest.mark.parametrize("layers", COUNTS)
def test_as_many_are_held_as_are_fetched_ahead_and_the_one_at_work(layers: int, ahead: int) -> None:
    """min(1 + ahead, layers) layers of weights; of whole gradients never more than one layer's.

    Each layer is gathered once forward and once backward, and nothing is left at the end.
    """
    for rank in found():
        held = rank[f"{layers} layers, {ahead} ahead"]
        assert held["weights"] == min(1 + ahead, layers) * held["layer"]
        assert held["gradients"] == held["layer"]
        assert held["gathers"] == 2 * layers
        assert held["left"] == 0


@pytest.mark.parametrize("ahead", [0, 1, 2])
@pytest.mark.parametrize("layers", COUNTS)
def test_the_weights_were_there_when_they_were_used(layers: int, ahead: int) -> None:
    """The gradients, summed over two ranks with the same input, are twice one process's.

    A layer that ran with an emptied or half-filled buffer would get others. Doubling is exact,
    so the bits are equal, if both compute on one thread.
    """
    config = GPTConfig(layers, 32, 4, 64, 16, dropout=0.0, tied=False)
    whole, x = pf.layers_and_input(config)
    for layer in whole:
        x = layer(x)
    (x**2).sum().div(2).backward()
    for number, layer in enumerate(whole):
        shards = [r[f"{layers} layers, {ahead} ahead"]["gradient_shards"][number] for r in found()]
        expected = torch.cat([p.grad.flatten() for p in layer.parameters() if p.grad is not None])
        assert torch.equal(torch.cat(shards), 2 * expected)


def test_the_graph_counts_one_layer_of_a_model_that_has_one() -> None:
    """70e9 x 2 B = 140 GB in one layer; of 80 layers two are held: 2 x 140 / 80 = 3.5 GB."""
    assert GRAPH.evaluate()["zero3_gathered"] == 3.5e9
    assert GRAPH.evaluate({"layers": 1})["zero3_gathered"] == 140e9


def test_what_cannot_be_fetched_ahead_is_refused() -> None:
    """The message says what was wrong."""
    with pytest.raises(ValueError, match="ahead = -1"):
        pf.high_water(CONFIG, -1)
