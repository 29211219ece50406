"""Count bytes of memory: build the tensors and add up what they take."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.proof.brute.brute import at, dealt, draws
from worked.rows import Row, as_row


def tensor(*shape: int, width: int) -> Any:
    """Return an array of that shape whose elements take `width` bytes each."""
    return np.empty(shape, dtype=f"V{width}")


def in_memory(*tensors: Any) -> int:
    """Return the bytes of all the arrays."""
    return sum(t.nbytes for t in tensors)


class GptBlock:
    """What one GPT block leaves behind for backward, as arrays, built in the order it runs.

    One sequence of `seq` tokens, `hidden` units in `heads` heads; `v` bytes an activation, `u`
    a mask element. Source: Korthikanti et al. 2022, figure 2.
    """

    def __init__(self, seq: int, hidden: int, heads: int, v: int, u: int) -> None:
        def state(width: int = v, times: int = 1) -> Any:
            return tensor(seq, times * hidden, width=width)

        def scores(width: int) -> Any:
            return tensor(heads, seq, seq, width=width)

        norm_input, projection_input = state(), state()
        query, key, value = state(), state(), state()
        softmax, score_mask, dropped = scores(v), scores(u), scores(v)
        attention_output, attention_mask = state(), state(u)
        second_norm_input, feed_forward_input = state(), state()
        gelu_input, gelu_output = state(times=4), state(times=4)
        feed_forward_mask = state(u)
        self.outside = [
            norm_input,
            projection_input,
            attention_mask,
            second_norm_input,
            feed_forward_input,
            feed_forward_mask,
        ]
        self.inside = [query, key, value, attention_output, gelu_input, gelu_output]
        self.core = [softmax, score_mask, dropped]


def whole_width(activation_width: int, mask_width: int) -> float:
    """Build a block with one token and one hidden unit and count outside the matrix products."""
    return in_memory(*GptBlock(1, 1, 1, activation_width, mask_width).outside)


def split_width(activation_width: int) -> float:
    """Build the same block and count inside them."""
    return in_memory(*GptBlock(1, 1, 1, activation_width, 1).inside)


def score_width(activation_width: int, mask_width: int) -> float:
    """Build a block of three tokens and two heads; divide the core's bytes by its 18 scores."""
    block = GptBlock(3, 2, 2, activation_width, mask_width)
    return dealt(in_memory(*block.core), block.core[0].size)


def _saved_point(randint: Any) -> tuple[Any, ...]:
    t = randint(1, 4)
    heads = t * randint(1, 2)
    hidden, seq = heads * randint(1, 3), t * randint(1, 4)
    whole, split, score, activation = (randint(1, 12) for _ in range(4))
    return (as_row(whole + split), whole, split, score, activation, heads, seq, hidden, t)


@at(*draws("saved", _saved_point))
def saved_per_unit(
    saved_width: Row,
    whole_width: int,
    split_width: int,
    score_width: int,
    activation_width: int,
    heads: int,
    seq: int,
    hidden: int,
    tensor_parallel: int,
) -> Row:
    """Build what one layer keeps in each way, cut what a GPU has a part of, count the last GPU's.

    Tensor parallelism cuts along the width and the heads. With sequence parallelism every byte
    of a state is cut, some along the sequence and the others along the width.
    """
    states = [tensor(seq, hidden, width=1) for _ in range(whole_width + split_width)]
    scores = tensor(heads, seq, seq, width=score_width)

    def last(whole: Any, axis: int) -> Any:
        return np.array_split(whole, tensor_parallel, axis=axis)[-1]

    inside = [last(s, 1) for s in states[whole_width:]]
    kept = [
        in_memory(*states, scores),
        in_memory(*states),
        in_memory(tensor(seq, hidden, width=activation_width)),
        in_memory(*states[:whole_width], *inside, last(scores, 0)),
        in_memory(*(last(s, 0) for s in states[:whole_width]), *inside),
    ]
    return Row.of([k / (seq * hidden) for k in kept], "keeping")


def activation_bytes_swiglu(
    layers: int,
    seq: int,
    micro_batch: int,
    activation_width: int,
    hidden: int,
    kv_width: int,
    ffn: int,
) -> int:
    """Run Llama-style blocks and keep what each product and nonlinearity needs for backward."""

    def state(features: int) -> Any:
        return tensor(micro_batch, seq, features, width=activation_width)

    kept: list[Any] = []
    for _ in range(layers):
        kept += [state(hidden), state(hidden)]  # into the norm, into the projections
        kept += [state(hidden), state(kv_width), state(kv_width)]  # queries, keys, values
        kept += [state(hidden)]  # into the output projection
        kept += [state(hidden), state(hidden)]  # into the norm, into gate and up
        kept += [state(ffn), state(ffn), state(ffn), state(ffn)]  # gate, its SiLU, up, product
    return in_memory(*kept)
