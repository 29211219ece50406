"""Weights in fewer bits: half a step of error at most, the bytes counted, the layers in place."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from worked.formulas import serving
from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.quantised import (
    Quantiser,
    four_bits,
    int8,
    packed,
    relative_error,
    unpacked,
)
from worked.forward_pass.transformer import Config, Transformer, random_weights

CONFIG = Config(97, 64, 2, 4, 2, 16, 128)


def matrix(seed: int, rows: int, columns: int, scale: float, offset: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, columns, generator=generator) * scale + offset


scales = st.sampled_from([1e-30, 1e-9, 1e-4, 1.0, 300.0])


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 40), scales)
def test_int8_moves_no_weight_by_more_than_half_a_scale(seed, rows, columns, scale):
    """The largest of a row is met exactly up to rounding: it is 127 steps."""
    w = matrix(seed, rows, columns, scale)
    q = int8(w)
    off = (w.double() - q.codes.double() * q.scales.double()[:, None]).abs()
    # The codes come from a quotient rounded to float32, 127 * 2^-24 of a step off at most.
    assert (off <= q.scales.double()[:, None] * (0.5 + 1e-5)).all()
    assert (q.codes.abs().amax(1) == 127).all()


@given(
    st.integers(0, 10**6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([2, 32, 64]),
    scales,
    st.sampled_from([0.0, -3.0, 100.0]),
)
def test_four_bits_move_no_weight_by_more_than_half_a_scale(
    seed, rows, groups, group, scale, offset
):
    """Also where float16 is coarse: 100 and a little, or weights smaller than its least number."""
    w = matrix(seed, rows, groups * group, scale, offset)
    q = four_bits(w, group)
    codes = unpacked(q.packed).unflatten(1, (groups, group)).double()
    step = q.scales.double()[..., None]
    off = (
        w.double().unflatten(1, (groups, group)) - codes * step - q.minima.double()[..., None]
    ).abs()
    assert (off <= step * (0.5 + 1e-5)).all()
    # Nor is the scale much wider than it has to be: the range, and what rounding down added.
    spread = w.double().unflatten(1, (groups, group))
    needed = (spread.amax(2) - q.minima.double()) / 15
    assert (q.scales.double() <= needed * (1 + 2**-10) + 2**-24).all()


def test_int8_by_hand():
    """Row (1, -2.54, 0.013): scale 2.54 / 127 = 0.02; codes 50, -127, 0.65 -> 1."""
    q = int8(torch.tensor([[1.0, -2.54, 0.013]]))
    assert q.codes.tolist() == [[50, -127, 1]]
    assert q.scales.tolist() == pytest.approx([0.02])
    assert q.nbytes == 3 + 4


def test_four_bits_by_hand():
    """From -1 to 2.75: scale 3.75 / 15 = 0.25; codes 0, 15, 4 (exact), (0.6 + 1) / 0.25 = 6.4."""
    q = four_bits(torch.tensor([[-1.0, 2.75, 0.0, 0.6]]), 4)
    assert unpacked(q.packed).tolist() == [[0, 15, 4, 6]]
    assert (q.scales.item(), q.minima.item()) == (0.25, -1.0)
    assert q.packed.tolist() == [[0 + 16 * 15, 4 + 16 * 6]]
    assert q.dequantised().tolist() == [[-1.0, 2.75, 0.0, 0.5]]
    assert q.nbytes == 2 + 2 + 2


@pytest.mark.parametrize(("group", "bits"), [(32, 5.0), (64, 4.5), (128, 4.25)])
def test_a_group_adds_32_bits_to_its_codes(group, bits):
    """A float16 scale and minimum: 4 + 32 / group bits a weight."""
    q = four_bits(matrix(1, 8, 256, 1.0), group)
    assert q.nbytes * 8 / q.weights == bits == serving.bits_with_scales(4, 32, group)


@given(st.lists(st.integers(0, 15), min_size=2, max_size=40).filter(lambda c: len(c) % 2 == 0))
def test_packing_loses_nothing(codes):
    assert unpacked(packed(torch.tensor([codes], dtype=torch.uint8))).tolist() == [codes]


def test_rows_and_groups_of_one_value_are_kept():
    """A range of 0 has no scale to divide by."""
    zeros = torch.zeros(2, 4)
    assert (int8(zeros).dequantised() == 0).all()
    assert (four_bits(zeros, 4).dequantised() == 0).all()
    assert (four_bits(zeros + 0.5, 4).dequantised() == 0.5).all()


@pytest.mark.parametrize("quantise", [int8, lambda w: four_bits(w, 32)], ids=["int8", "4 bits"])
def test_the_layer_computes_with_the_numbers_that_its_codes_stand_for(quantise):
    w, x = matrix(1, 24, 64, 0.1), matrix(2, 5, 64, 1.0)
    q = quantise(w)
    torch.testing.assert_close(q(x), x @ q.dequantised().T, rtol=1e-5, atol=1e-5)


def test_in_the_engine_the_layers_take_the_places_of_all_matrices():
    """The engine with quantised layers says what it says with dense ones of the same numbers."""
    weights = random_weights(CONFIG, 3)
    for quantise in (int8, lambda w: four_bits(w, 32)):
        quantiser = Quantiser(quantise)
        model = Transformer(CONFIG, weights, quantiser)
        assert len(quantiser.matrices) == 7 * CONFIG.layers + 1
        replaced = {
            name: quantiser.matrices[name.removesuffix(".weight")].dequantised()
            if name.removesuffix(".weight") in quantiser.matrices
            else weight
            for name, weight in weights.items()
        }
        requests = [Request([i, 5, 9 * i], 12) for i in range(6)]
        got = Engine(model, Pool(40, 4, CONFIG)).generate(requests)
        wanted = Engine(Transformer(CONFIG, replaced), Pool(40, 4, CONFIG)).generate(requests)
        assert got == wanted


def test_bytes_of_a_model_are_counted_with_their_scales():
    """Int8: a byte a weight and four an output row. The head may stay whole and is not counted."""
    quantiser = Quantiser(int8, whole=("lm_head",))
    Transformer(CONFIG, random_weights(CONFIG, 3), quantiser)
    rows = CONFIG.layers * (64 + 32 + 32 + 64 + 128 + 128 + 64)
    weights = CONFIG.multiplied_parameters - 97 * 64
    assert quantiser.nbytes == weights + 4 * rows
    assert quantiser.bits_per_weight == pytest.approx(8 + 32 * rows / weights)


def test_the_error_falls_with_the_bits_and_with_smaller_groups():
    w = matrix(4, 64, 256, 0.3)
    errors = [
        relative_error(w, q.dequantised())
        for q in (int8(w), four_bits(w, 32), four_bits(w, 64), four_bits(w, 128))
    ]
    assert errors == sorted(errors)
    assert 8 * errors[0] < errors[1]


def test_what_cannot_be_quantised_is_refused_in_words():
    with pytest.raises(ValueError, match="is a matrix"):
        int8(torch.ones(3))
    with pytest.raises(ValueError, match="not a finite number"):
        int8(torch.tensor([[1.0, torch.nan]]))
    with pytest.raises(ValueError, match="rows of 48 weights in groups of 32"):
        four_bits(torch.ones(2, 48), 32)
    with pytest.raises(ValueError, match="even number"):
        four_bits(torch.ones(2, 9), 3)
    with pytest.raises(ValueError, match="beyond float16"):
        four_bits(torch.tensor([[1e6, 0.0]]), 2)
