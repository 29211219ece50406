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

from worked.forward_pass.transformer import Linear, dense

TYPICAL_ROWS = 32
"""For how many rows the order is chosen; other numbers of rows are as right, and near as fast."""
FEW_ROWS = range(2, 65)
"""Numbers of rows for which packing pays (measured: `workbook roofline`, both kinds of layer)."""


def packed(name: str, weight: Tensor) -> Linear:
    """Return the linear layer of a weight (out, in), x → x Wᵀ, on a packed copy of it.

    A single row uses each value once, so memory's pace decides and no order helps; many rows make
    up for it. Both go through the plain layer, so that each matrix is kept in two forms. Where the
    kernels are missing, or the weight is not fp32 on the CPU, there is the plain layer alone.
    """
    plain = dense(name, weight)
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or not _kernels():
        return plain
    tiles = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), TYPICAL_ROWS)

    def linear(x: Tensor) -> Tensor:
        if len(x) not in FEW_ROWS:
            return plain(x)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, tiles, None, "none", [], "")
        return product

    return linear


def _kernels() -> bool:
    """Whether this build of torch has oneDNN's linear layer on packed weights."""
    names = ("_reorder_linear_weight", "_linear_pointwise")
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in names
    )
