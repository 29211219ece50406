"""Weights in fewer bits: int8 with a scale a row, and 4 bits with a scale and a minimum a group.

A step of decoding reads every matrix once, so its time falls with the bytes that they take. What
is counted here is what the tensors hold, scales included. The products themselves are in the
activations' own format: the codes are turned back into numbers first (a GPU's kernel does so in
its registers, on the way from memory; here they lie in memory for a moment).

How far a weight moves is a law: half a step of its scale at most. What that does to answers is
not: it has to be measured on the model itself, and a random one, whose logits have no reason to
lie apart, says nothing of a trained one's quality.

Sources: Dettmers et al. 2022, "LLM.int8()", section 2.1 (absmax, a scale a row); Frantar et al.
2023, "GPTQ", section 4 (groups, asymmetric); Q4_1 of llama.cpp is the second with groups of 32.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from worked.forward_pass.transformer import Linear, dense

INT8_MOST = 127  # symmetric: -128 is not used
FOUR_BITS_MOST = 15


class Matrix(Protocol):
    """A quantised matrix (out, in), which takes a linear layer's place."""

    def __call__(self, x: Tensor) -> Tensor:
        """Map rows (rows, in) to rows (rows, out)."""

    def dequantised(self) -> Tensor:
        """Return the numbers that the codes stand for, float32 (out, in)."""

    @property
    def nbytes(self) -> int:
        """Bytes of the codes and of what is needed to read them."""

    @property
    def weights(self) -> int:
        """How many weights it holds."""


# --8<-- [start:int8]
@dataclass(frozen=True)
class Int8Matrix:
    """codes (out, in) int8, scales (out,) float32: weight = code * scale of its row."""

    codes: Tensor
    scales: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """A row's scale is a factor of the whole sum, so it is applied once, after the product."""
        return functional.linear(x, self.codes.to(x.dtype)) * self.scales.to(x.dtype)

    def dequantised(self) -> Tensor:
        """Return code * scale."""
        return self.codes * self.scales[:, None]

    @property
    def nbytes(self) -> int:
        """A byte a weight, four a row."""
        return self.codes.nbytes + self.scales.nbytes

    @property
    def weights(self) -> int:
        """A code each."""
        return self.codes.numel()


def int8(weight: Tensor) -> Int8Matrix:
    """Quantise a matrix (out, in): a row's largest absolute weight becomes 127 or -127.

    Raises:
        ValueError: it is no matrix, or a weight is not a finite number.
    """
    w = _checked(weight)
    scales = w.abs().amax(1) / INT8_MOST
    # A row of zeros has scale 0; any divisor gives it the codes 0. The smallest scales have an
    # inverse beyond float32, so that it is divided, which also rounds once only.
    codes = (w / torch.where(scales > 0, scales, 1.0)[:, None]).round()
    return Int8Matrix(codes.clamp(-INT8_MOST, INT8_MOST).to(torch.int8), scales)


# --8<-- [end:int8]


# --8<-- [start:four_bits]
@dataclass(frozen=True)
class FourBitMatrix:
    """weight = code * scale of its group + minimum of its group, codes from 0 to 15.

    packed (out, in / 2) uint8: two codes a byte, the even column in the low half; scales and
    minima (out, groups) float16.
    """

    packed: Tensor
    scales: Tensor
    minima: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Multiply by the weights that the codes stand for."""
        return functional.linear(x, self.dequantised().to(x.dtype))

    def dequantised(self) -> Tensor:
        """Return code * scale + minimum."""
        codes = unpacked(self.packed)
        grouped = codes.unflatten(1, (self.scales.shape[1], -1)).float()
        return (grouped * self.scales.float()[..., None] + self.minima.float()[..., None]).flatten(
            1
        )

    @property
    def nbytes(self) -> int:
        """Half a byte a weight, four a group."""
        return self.packed.nbytes + self.scales.nbytes + self.minima.nbytes

    @property
    def weights(self) -> int:
        """Two a byte."""
        return 2 * self.packed.numel()


def four_bits(weight: Tensor, group: int) -> FourBitMatrix:
    """Quantise a matrix (out, in) in groups of `group` neighbours of a row, least to most.

    The minimum is rounded down to float16 and the scale up, so that the sixteen values of a group
    still reach from its least to its most weight, and none is off by more than half a scale.

    Raises:
        ValueError: it is no matrix, a weight is not finite or beyond float16, or its rows are not
            whole groups of an even number.
    """
    w = _checked(weight)
    if group < 2 or group % 2 or w.shape[1] % group:
        raise ValueError(
            f"rows of {w.shape[1]} weights in groups of {group}: the group must be an even number "
            "that divides the row, since two codes share a byte"
        )
    grouped = w.unflatten(1, (-1, group))
    minima = _half_beyond(grouped.amin(2), -torch.inf)
    scales = _half_beyond((grouped.amax(2) - minima.float()) / FOUR_BITS_MOST, torch.inf)
    if not (minima.isfinite().all() and scales.isfinite().all()):
        raise ValueError(f"a weight of {w.abs().max():g} is beyond float16, which keeps the scales")
    steps = torch.where(scales > 0, scales.float(), 1.0)[..., None]
    codes = ((grouped - minima.float()[..., None]) / steps).round().clamp(0, FOUR_BITS_MOST)
    return FourBitMatrix(packed(codes.flatten(1).to(torch.uint8)), scales, minima)


def packed(codes: Tensor) -> Tensor:
    """Put codes (out, in) from 0 to 15, in even, into (out, in / 2) bytes."""
    return codes[:, 0::2] | codes[:, 1::2] << 4


def unpacked(pairs: Tensor) -> Tensor:
    """Return the codes (out, in) that `packed` put into bytes."""
    return torch.stack((pairs & FOUR_BITS_MOST, pairs >> 4), 2).flatten(1)


# --8<-- [end:four_bits]


def _half_beyond(x: Tensor, direction: float) -> Tensor:
    """Round to float16 towards -inf or inf: never short of x in that direction."""
    half = x.half()
    short = half.float() < x if direction > 0 else half.float() > x
    return torch.where(short, torch.nextafter(half, torch.full_like(half, direction)), half)


def _checked(weight: Tensor) -> Tensor:
    if weight.dim() != 2 or not weight.numel():
        raise ValueError(f"shape {tuple(weight.shape)}: what is quantised is a matrix (out, in)")
    if not weight.isfinite().all():
        raise ValueError("a weight is not a finite number")
    return weight.float()


@dataclass
class Quantiser:
    """Quantises a Transformer's matrices, as its `make_linear`, and keeps them in view.

    quantise: of one matrix; whole: names (less ".weight") of those that stay as they are, often
    the head. Embeddings and norms are not multiplied by and stay as well.
    """

    quantise: Callable[[Tensor], Matrix]
    whole: Collection[str] = ()
    matrices: dict[str, Matrix] = field(default_factory=dict)

    def __call__(self, name: str, weight: Tensor) -> Linear:
        """Return the quantised matrix, or the plain one if it is to stay."""
        if name in self.whole:
            return dense(name, weight)
        self.matrices[name] = self.quantise(weight)
        return self.matrices[name]

    @property
    def nbytes(self) -> int:
        """Bytes of all that was quantised."""
        return sum(matrix.nbytes for matrix in self.matrices.values())

    @property
    def bits_per_weight(self) -> float:
        """Bits that a quantised weight takes, scales included."""
        return 8 * self.nbytes / sum(matrix.weights for matrix in self.matrices.values())


def relative_error(exact: Tensor, approximate: Tensor) -> float:
    """Length of the difference over the length of the exact one, both as one long vector."""
    exact = exact.double()
    return float((approximate.double() - exact).norm() / exact.norm())
