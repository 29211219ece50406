"""Matrices packed once for the processor's kernels, so that products of few rows go faster.

A kernel multiplies tiles of a matrix and reads fastest what lies in the order of its tiles. Where
a product has many rows, putting the matrix into that order is a small part of the work. In a decode
step, a row for each sequence, it is not, and it would be done in every step anew. oneDNN lets it
be done once, when the model is made; torch calls that prepacking, and its compiler does it to the
weights of a frozen model (the two operations below are those that the compiler emits).

Source: Intel, oneDNN developer guide, "Inference and Training Aspects", on weights in the format
that the primitive chooses.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from worked.forward_pass.transformer import Linear, dense

TYPICAL_ROWS = 32
"""For how many rows the order is chosen; other numbers of rows are as right, and near as fast."""


def packed(name: str, weight: Tensor) -> Linear:
    """Return the linear layer of a weight (out, in), x → x Wᵀ, on a packed copy of it.

    One row goes through the matrix as it lies: each value is used once, so memory's pace decides
    and no order helps. So both are kept, which is twice the bytes. Where the kernels are missing
    or the weight is not fp32 on the CPU, it is the plain layer.
    """
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or not _kernels():
        return dense(name, weight)
    tiles = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), TYPICAL_ROWS)
    multiplied = torch.ops.mkldnn._linear_pointwise

    def linear(x: Tensor) -> Tensor:
        if len(x) == 1:
            return functional.linear(x, weight)
        product: Tensor = multiplied(x, tiles, None, "none", [], "")
        return product

    return linear


def _kernels() -> bool:
    """Whether this build of torch has oneDNN's linear layer on packed weights."""
    names = ("_reorder_linear_weight", "_linear_pointwise")
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in names
    )
