"""Int8 a row against torch's own quantisation by channel: the same codes, the same numbers."""

from __future__ import annotations

import pytest
import torch

from worked.forward_pass.quantised import int8


@pytest.mark.filterwarnings("ignore:.*quantized tensor creation.*:UserWarning")
@pytest.mark.parametrize("seed", range(5))
def test_codes_and_numbers_are_those_of_torch(seed):
    """Codes of quantize_per_channel, and numbers of the fake quantisation that training uses."""
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(200, 300, generator=generator) * torch.rand(200, 1, generator=generator)
    ours = int8(w)
    zeros = torch.zeros(200, dtype=torch.long)
    theirs = torch.quantize_per_channel(w, ours.scales, zeros, 0, torch.qint8)
    assert (ours.codes == theirs.int_repr()).all()
    assert (ours.dequantised() == theirs.dequantize()).all()
    faked = torch.fake_quantize_per_channel_affine(w, ours.scales, zeros.int(), 0, -127, 127)
    assert (ours.dequantised() == faked).all()


def test_the_scale_is_that_of_torchs_observer():
    """Symmetric, by channel, codes from -127 to 127: the largest absolute weight over 127."""
    w = torch.randn(50, 30, generator=torch.Generator().manual_seed(9))
    observer = torch.ao.quantization.PerChannelMinMaxObserver(
        ch_axis=0,
        dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric,
        quant_min=-127,
        quant_max=127,
    )
    observer(w)
    scale, zero = observer.calculate_qparams()
    torch.testing.assert_close(scale, int8(w).scales, rtol=1e-6, atol=0)
    assert (zero == 0).all()
