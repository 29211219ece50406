"""Count bytes of memory: build the tensors and add up what they take."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.proof.brute.brute import at, draws
from worked.rows import Row, as_row


def tensor(*shape: int, width: int) -> Any:
    """Return an array of that shape whose elements take `width` bytes each."""
    return np.empty(shape, dtype=f"V{width}")


def in_memory(*tensors: Any) -> int:
    """Return the bytes of all the arrays."""
    return sum(t.nbytes for t in tensors)


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
    """Build what a layer keeps in each way, cut what a GPU has a part of, count the last GPU's.

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
