"""Rotary position embedding (RoPE) in NumPy: frequencies, both pairings, scaling methods.

Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021). A head's
vector is cut into pairs; the pair i at position p is turned by p * theta_i radians. Arrays
are (..., positions, head_dim); tables are (positions, head_dim / 2), one column a pair.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[np.floating]


def _require_head_dim(head_dim: int) -> None:
    if head_dim < 2 or head_dim % 2:
        raise ValueError(f"head_dim is {head_dim}; it must be even and positive to form pairs")


def _require_base(base: float) -> None:
    if not base > 1 or not math.isfinite(base):
        raise ValueError(f"base is {base}; it must be finite and greater than 1")


def _require_factor(factor: float) -> None:
    if not factor >= 1 or not math.isfinite(factor):
        raise ValueError(
            f"factor is {factor}; it must be at least 1 (the extended length over the trained one)"
        )


def _require_length(trained_length: float) -> None:
    if not trained_length > 0 or not math.isfinite(trained_length):
        raise ValueError(f"trained_length is {trained_length}; it must be a number of tokens > 0")


# --8<-- [start:frequencies]
def inverse_frequencies(head_dim: int, base: float = 10_000.0) -> Array:
    """Return theta_i = base^(-2i / head_dim) for i = 0 ... head_dim/2 - 1, in radians a token.

    Shape (head_dim / 2,), from 1 downwards (Su et al. 2021, section 3.2.2). `head_dim` is the
    width of one attention head and must be even; `base` > 1 has no unit. Libraries name this
    array `inv_freq`, after 1 / base^(2i / head_dim). ValueError for a bad argument.
    """
    _require_head_dim(head_dim)
    _require_base(base)
    return base ** (-np.arange(0, head_dim, 2) / head_dim)


def wavelengths(frequencies: Array) -> Array:
    """Return 2 pi / theta_i: after how many tokens each pair has made one full turn."""
    return 2 * np.pi / frequencies


def rotary_tables(
    positions: ArrayLike,
    frequencies: Array,
    dtype: DTypeLike = np.float64,
    attention_factor: float = 1.0,
) -> tuple[Array, Array]:
    """Return (cos, sin) of every position times every frequency.

    Each has shape positions.shape + (pairs,) and the given `dtype`; the angles are always
    computed in float64. `positions` are in tokens, `frequencies` in radians a token.
    `attention_factor` multiplies both tables (YaRN's temperature; one otherwise).
    """
    angles = np.asarray(positions, dtype=np.float64)[..., None] * frequencies
    return (
        (attention_factor * np.cos(angles)).astype(dtype),
        (attention_factor * np.sin(angles)).astype(dtype),
    )


# --8<-- [end:frequencies]


def _require_tables(x: Array, cos: Array, sin: Array) -> None:
    _require_head_dim(x.shape[-1])
    if cos.shape != sin.shape or cos.shape[-1] != x.shape[-1] // 2:
        raise ValueError(
            f"x has head_dim {x.shape[-1]}, so cos and sin need {x.shape[-1] // 2} columns, one a "
            f"pair; they have shapes {cos.shape} and {sin.shape}"
        )


# --8<-- [start:rotate_adjacent]
def rotate_adjacent(x: Array, cos: Array, sin: Array) -> Array:
    """Return x with each pair of neighbours (x_0, x_1), (x_2, x_3), ... turned by its angle.

    The pairing of the RoFormer paper, GPT-J, Meta's own Llama code and DeepSeek. `x` has
    shape (..., positions, head_dim), the tables (positions, head_dim / 2); the result has the
    shape of `x`. ValueError if the widths do not match.
    """
    _require_tables(x, cos, sin)
    first, second = x[..., 0::2], x[..., 1::2]
    turned = np.empty(x.shape, dtype=np.result_type(x, cos))
    turned[..., 0::2] = first * cos - second * sin
    turned[..., 1::2] = first * sin + second * cos
    return turned


# --8<-- [end:rotate_adjacent]


# --8<-- [start:rotate_halves]
def rotate_halves(x: Array, cos: Array, sin: Array) -> Array:
    """Return x with the pairs (x_0, x_{d/2}), (x_1, x_{d/2+1}), ... turned by their angles.

    The pairing of GPT-NeoX and of Llama as Hugging Face ships it ("rotate_half"). The same
    frequencies and the same rotation as `rotate_adjacent`: only which elements make a pair
    differs. Shapes and errors as there.
    """
    _require_tables(x, cos, sin)
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    # Every element times its cosine, plus its partner times a signed sine: the same sum as in
    # `rotate_adjacent`, in whole rows, which is faster than filling the result slice by slice.
    turned = np.concatenate([second, first], axis=-1) * np.concatenate([-sin, sin], axis=-1)
    turned += x * np.concatenate([cos, cos], axis=-1)
    return turned


# --8<-- [end:rotate_halves]


# --8<-- [start:permutation]
def adjacent_to_halves(head_dim: int) -> NDArray[np.intp]:
    """Return where the halves layout finds each element: at the even places, then at the odd ones.

    For every x: rotate_halves(x[..., order]) = rotate_adjacent(x)[..., order]. Shape
    (head_dim,). ValueError if `head_dim` is odd.
    """
    _require_head_dim(head_dim)
    return np.arange(head_dim).reshape(-1, 2).T.ravel()


def halves_to_adjacent(head_dim: int) -> NDArray[np.intp]:
    """Return the inverse order of `adjacent_to_halves`. Shape (head_dim,)."""
    return np.argsort(adjacent_to_halves(head_dim))


def convert_projection(weight: Array, head_dim: int) -> Array:
    """Return a query or key projection made for adjacent pairs, reordered for the halves layout.

    `weight` has shape (heads * head_dim, hidden), or (heads * head_dim,) for a bias. Apply it
    to the query and the key projection, not to the value projection, which is not rotated.
    Scores do not change, as q and k are reordered alike. ValueError if the rows are not a
    whole number of heads.
    """
    order = adjacent_to_halves(head_dim)
    if weight.shape[0] % head_dim:
        raise ValueError(
            f"the projection has {weight.shape[0]} rows, not a multiple of head_dim {head_dim}"
        )
    by_head = weight.reshape(-1, head_dim, *weight.shape[1:])
    return by_head[:, order].reshape(weight.shape)


# --8<-- [end:permutation]


# --8<-- [start:complex_form]
def rotate_complex(x: Array, positions: ArrayLike, frequencies: Array) -> Array:
    """Return `rotate_adjacent` of x, computed as multiplication by e^(i p theta).

    Each neighbouring pair is read as the complex number x_0 + i x_1, and turning it by an
    angle is multiplying it by a number of size one with that angle. `x` has shape
    (..., positions, head_dim), `positions` (positions,) in tokens, `frequencies` (pairs,) in
    radians a token. ValueError if the widths do not match.
    """
    angles = np.asarray(positions, dtype=np.float64)[..., None] * frequencies
    _require_tables(x, angles, angles)
    pairs = x[..., 0::2] + 1j * x[..., 1::2]
    turned = pairs * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape)


def relative_score(q: Array, k: Array, offset: ArrayLike, frequencies: Array) -> Array:
    """Return the score of q at position m with k at n as a function of offset = m - n alone.

    sum_i Re(q_i conj(k_i) e^(i offset theta_i)) over adjacent pairs read as complex numbers
    (Su et al. 2021, section 3.4.3), before the division by sqrt(head_dim). `q` and `k` have
    shape (head_dim,), `offset` any shape, in tokens; the result has the shape of `offset`.
    """
    product = (q[0::2] + 1j * q[1::2]) * np.conj(k[0::2] + 1j * k[1::2])
    turns = np.exp(1j * np.asarray(offset, dtype=np.float64)[..., None] * frequencies)
    return (turns * product).real.sum(axis=-1)


# --8<-- [end:complex_form]


# --8<-- [start:scaling]
def linear_frequencies(head_dim: int, base: float, factor: float) -> Array:
    """Return every frequency divided by `factor`: position interpolation (Chen et al. 2023).

    The same as dividing positions by it: all of the extended length is squeezed into the
    trained one, and neighbours come closer than they were in training.
    """
    _require_factor(factor)
    return inverse_frequencies(head_dim, base) / factor


def ntk_frequencies(head_dim: int, base: float, factor: float) -> Array:
    """Return the frequencies of `base * factor ** (d / (d - 2))`: NTK-aware scaling (bloc97 2023).

    The exponent makes the slowest pair slow down by exactly `factor` while the fastest keeps
    its frequency. Needs more than one pair, to have a slowest and a fastest.
    """
    _require_factor(factor)
    _require_head_dim(head_dim)
    if head_dim < 4:
        raise ValueError(f"head_dim is {head_dim}; NTK-aware scaling needs more than one pair")
    return inverse_frequencies(head_dim, base * factor ** (head_dim / (head_dim - 2)))


def dynamic_ntk_frequencies(
    head_dim: int, base: float, factor: float, length: float, trained_length: float
) -> Array:
    """Return NTK-aware frequencies for the present `length`, unscaled up to `trained_length`.

    The scale is `factor * length / trained_length - (factor - 1)`, which is one at the trained
    length; with a factor of one it is the plain ratio of the lengths (emozilla, 2023; the form
    Hugging Face uses). Lengths are in tokens. The frequencies change as the sequence grows,
    so keys already rotated and cached go stale.
    """
    _require_factor(factor)
    _require_length(trained_length)
    scale = factor * max(length, trained_length) / trained_length - (factor - 1)
    return ntk_frequencies(head_dim, base, scale)


# --8<-- [end:scaling]


# --8<-- [start:yarn]
def yarn_frequencies(
    head_dim: int,
    base: float,
    factor: float,
    trained_length: float,
    beta_fast: float = 32.0,
    beta_slow: float = 1.0,
) -> Array:
    """Return YaRN's frequencies: fast pairs as they are, slow ones interpolated, a ramp between.

    A pair that turns more than `beta_fast` times over the trained length keeps its frequency;
    one that turns fewer than `beta_slow` times has it divided by `factor`. The ramp is linear
    in the pair's number, with its ends rounded outwards to whole pairs as in the authors' code
    (Peng et al. 2023, section 3.2). Use with `yarn_attention_factor`.
    """
    _require_factor(factor)
    _require_length(trained_length)
    if not 0 < beta_slow < beta_fast:
        raise ValueError(
            f"need beta_slow < beta_fast, both positive, not {beta_slow} and {beta_fast}"
        )
    unscaled = inverse_frequencies(head_dim, base)

    def pair_that_turns(times: float) -> float:
        return head_dim * math.log(trained_length / (times * 2 * math.pi)) / (2 * math.log(base))

    start = max(math.floor(pair_that_turns(beta_fast)), 0)
    end = min(math.ceil(pair_that_turns(beta_slow)), head_dim - 1)
    width = end - start if end != start else 0.001
    interpolated = np.clip((np.arange(head_dim // 2) - start) / width, 0, 1)
    return unscaled * (1 - interpolated) + unscaled / factor * interpolated


def yarn_attention_factor(factor: float) -> float:
    """Return what multiplies YaRN's cos and sin tables; it grows with the logarithm of `factor`.

    As q and k are both scaled by it, scores grow by its square (Peng et al. 2023, section 3.4).
    """
    _require_factor(factor)
    return 0.1 * math.log(factor) + 1.0


# --8<-- [end:yarn]


# --8<-- [start:llama3]
def llama3_frequencies(
    head_dim: int,
    base: float,
    factor: float,
    trained_length: float,
    low_freq_factor: float = 1.0,
    high_freq_factor: float = 4.0,
) -> Array:
    """Return Llama 3.1's frequencies: as YaRN's, but the ramp is linear in turns, not in pairs.

    With turns = trained_length / wavelength: above `high_freq_factor` turns the frequency
    stays, below `low_freq_factor` it is divided by `factor`, and between them both are
    mixed in proportion to the turns (Meta's Llama 3.1 code, `apply_scaling`; the defaults are
    its values). There is no attention factor.
    """
    _require_factor(factor)
    _require_length(trained_length)
    if not 0 < low_freq_factor < high_freq_factor:
        raise ValueError(
            f"need low_freq_factor < high_freq_factor, both positive, not {low_freq_factor} and "
            f"{high_freq_factor}"
        )
    unscaled = inverse_frequencies(head_dim, base)
    turns = trained_length / wavelengths(unscaled)
    kept = np.clip((turns - low_freq_factor) / (high_freq_factor - low_freq_factor), 0, 1)
    return unscaled * kept + unscaled / factor * (1 - kept)


# --8<-- [end:llama3]
