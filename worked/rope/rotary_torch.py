"""RoPE in PyTorch, with tables shaped so that a rotation is one product and one fused add.

Turning a pair (a, b) gives (a cos - b sin, b cos + a sin): every element times its cosine,
plus its partner times a signed sine. So the tables are as wide as the head, the sine carries
its sign, and no half of the data has to be negated at every call.
"""

from __future__ import annotations

import torch
from torch import Tensor


def _angles(positions: Tensor, frequencies: Tensor) -> Tensor:
    """Return positions times frequencies in float64, shape positions.shape + (pairs,)."""
    if positions.is_floating_point() or positions.is_complex():
        raise TypeError(f"positions are {positions.dtype}; give an integer type such as int64")
    return positions[..., None].double() * frequencies.double()


def halves_tables(
    positions: Tensor,
    frequencies: Tensor,
    dtype: torch.dtype = torch.float32,
    attention_factor: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Return (cos, signed sin) for `rotate_halves`: each positions.shape + (head_dim,), `dtype`.

    `positions` are whole tokens and must come in an integer type: positions in half precision
    are already wrong (`worked.rope.precision`). `frequencies` (head_dim / 2,) are in radians a
    token. The angles are computed in float64 whatever `dtype` is: the tables are built once,
    and an angle of a million radians has an error of 0.03 in float32. `attention_factor`
    multiplies both tables (YaRN). TypeError if the positions are not integers.
    """
    angles = _angles(positions, frequencies)
    cos, sin = angles.cos() * attention_factor, angles.sin() * attention_factor
    return torch.cat((cos, cos), -1).to(dtype), torch.cat((-sin, sin), -1).to(dtype)


def adjacent_tables(
    positions: Tensor,
    frequencies: Tensor,
    dtype: torch.dtype = torch.float32,
    attention_factor: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Return (cos, signed sin) for `rotate_adjacent`; arguments and errors as `halves_tables`."""
    angles = _angles(positions, frequencies)
    cos, sin = angles.cos() * attention_factor, angles.sin() * attention_factor
    return (
        torch.stack((cos, cos), -1).flatten(-2).to(dtype),
        torch.stack((-sin, sin), -1).flatten(-2).to(dtype),
    )


def _require_tables(x: Tensor, cos: Tensor, signed_sin: Tensor) -> None:
    if x.shape[-1] % 2 or cos.shape != signed_sin.shape or cos.shape[-1] != x.shape[-1]:
        raise ValueError(
            f"x has shape {tuple(x.shape)}, cos {tuple(cos.shape)} and sin "
            f"{tuple(signed_sin.shape)}; their last dimension must be the same even head_dim"
        )
    if not x.dtype == cos.dtype == signed_sin.dtype:
        raise ValueError(
            f"x is {x.dtype}, cos {cos.dtype} and sin {signed_sin.dtype}; "
            "build the tables in x's dtype"
        )


def rotate_halves(x: Tensor, cos: Tensor, signed_sin: Tensor) -> Tensor:
    """Return x with the pairs (x_0, x_{d/2}), (x_1, x_{d/2+1}), ... turned by their angles.

    `x` has shape (..., positions, head_dim); the tables, from `halves_tables`, share its dtype
    and broadcast against it. Differentiable. ValueError if widths or dtypes do not match.
    """
    _require_tables(x, cos, signed_sin)
    # The partners are a fresh copy: the result is written over it, and nothing else is allocated.
    partner = x.roll(x.shape[-1] // 2, -1)
    return partner.mul_(signed_sin).addcmul_(x, cos)


def rotate_adjacent(x: Tensor, cos: Tensor, signed_sin: Tensor) -> Tensor:
    """Return x with the pairs (x_0, x_1), (x_2, x_3), ... turned by their angles.

    The tables come from `adjacent_tables`; all else as for `rotate_halves`.
    """
    _require_tables(x, cos, signed_sin)
    partner = x.unflatten(-1, (-1, 2)).roll(1, -1).flatten(-2)
    return partner.mul_(signed_sin).addcmul_(x, cos)
