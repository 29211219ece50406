"""Count bytes of memory: build the tensors and add up what they take."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.counts.brute import at, dealt, draws, how_many_times, without


def tensor(*shape: int, width: int) -> Any:
    """Return an array of that shape whose elements take `width` bytes each."""
    return np.empty(shape, dtype=f"V{width}")


def in_memory(*tensors: Any) -> int:
    """Return the bytes of all the arrays."""
    return sum(t.nbytes for t in tensors)


def tensor_bytes(params: int, bytes_per_value: int) -> int:
    """Build the tensor."""
    return in_memory(tensor(params, width=bytes_per_value))


def adam_bytes_per_param(
    weight_bytes: int, gradient_bytes: int, master_bytes: int, momentum_bytes: int,
    variance_bytes: int,
) -> int:  # fmt: skip
    """Build the state of a model that has a single parameter."""
    state = {
        "weight": tensor(1, width=weight_bytes),
        "gradient": tensor(1, width=gradient_bytes),
        "master": tensor(1, width=master_bytes),
        "exp_avg": tensor(1, width=momentum_bytes),
        "exp_avg_sq": tensor(1, width=variance_bytes),
    }
    return in_memory(*state.values())


def optimizer_bytes_per_param(master_bytes: int, momentum_bytes: int, variance_bytes: int) -> int:
    """Build what a single parameter needs at the optimizer's step, beyond weight and gradient."""
    optimizer = [tensor(1, width=w) for w in (master_bytes, momentum_bytes, variance_bytes)]
    return in_memory(*optimizer)


def sum_bytes(first_bytes: int, second_bytes: int) -> int:
    """Hold both at once."""
    return len(bytearray(first_bytes) + bytearray(second_bytes))


def sum3_bytes(first_bytes: int, second_bytes: int, third_bytes: int) -> int:
    """Hold all three at once."""
    return len(b"".join(bytearray(n) for n in (first_bytes, second_bytes, third_bytes)))


def sum4_bytes(first_bytes: int, second_bytes: int, third_bytes: int, fourth_bytes: int) -> int:
    """Hold all four at once."""
    held = [bytearray(n) for n in (first_bytes, second_bytes, third_bytes, fourth_bytes)]
    return len(b"".join(held))


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
        self.outside = [norm_input, projection_input, attention_mask, second_norm_input,
                        feed_forward_input, feed_forward_mask]  # fmt: skip
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


def activation_bytes_with_scores(
    layers: int, seq: int, micro_batch: int, hidden: int, heads: int, saved_width: int,
    score_width: int,
) -> int:  # fmt: skip
    """Run the layers, keeping a tensor of states and one of scores for each."""
    kept = []
    for _ in range(layers):
        kept.append(tensor(micro_batch, seq, hidden, width=saved_width))
        kept.append(tensor(micro_batch, heads, seq, seq, width=score_width))
    return in_memory(*kept)


def activation_bytes_without_scores(
    layers: int, seq: int, micro_batch: int, hidden: int, saved_width: int
) -> int:
    """Run the layers, keeping the states and freeing the scores."""
    kept = [tensor(micro_batch, seq, hidden, width=saved_width) for _ in range(layers)]
    return in_memory(*kept)


def activation_bytes_full_recompute(
    layers: int, seq: int, micro_batch: int, hidden: int, activation_width: int
) -> int:
    """Run the layers, keeping nothing of each but its input, which is the last one's output."""
    state, kept = tensor(micro_batch, seq, hidden, width=activation_width), []
    for _ in range(layers):
        kept.append(state)
        state = np.empty_like(state)
    return in_memory(*kept)


def _splittable(randint: Any) -> tuple[int, ...]:
    t = randint(1, 4)
    heads = t * randint(1, 2)
    return t, heads, heads * randint(1, 3)


def _tensor_parallel_point(randint: Any) -> tuple[int, ...]:
    t, heads, hidden = _splittable(randint)
    free = [randint(1, 6) for _ in range(3)]
    widths = [randint(1, 12) for _ in range(3)]
    return (*free, hidden, heads, *widths, t)


@at(*draws("tensor parallel", _tensor_parallel_point))
def activation_bytes_tensor_parallel(
    layers: int, seq: int, micro_batch: int, hidden: int, heads: int, whole_width: int,
    split_width: int, score_width: int, tensor_parallel: int,
) -> int:  # fmt: skip
    """Cut what can be cut into one piece a GPU, and count what the last GPU holds."""
    kept = []
    for _ in range(layers):
        kept.append(tensor(micro_batch, seq, hidden, width=whole_width))
        inside = tensor(micro_batch, seq, hidden, width=split_width)
        scores = tensor(micro_batch, heads, seq, seq, width=score_width)
        kept.append(np.array_split(inside, tensor_parallel, axis=2)[-1])
        kept.append(np.array_split(scores, tensor_parallel, axis=1)[-1])
    return in_memory(*kept)


def _sequence_parallel_point(randint: Any) -> tuple[int, ...]:
    t = randint(1, 4)
    return (randint(1, 5), t * randint(1, 3), randint(1, 4), t * randint(1, 4), randint(1, 12), t)


@at(*draws("sequence parallel", _sequence_parallel_point))
def activation_bytes_sequence_parallel(
    layers: int, seq: int, micro_batch: int, hidden: int, saved_width: int, tensor_parallel: int
) -> int:
    """Cut some tensors along the sequence and the others along the width, one piece a GPU."""
    kept = []
    for _ in range(layers):
        for byte in range(saved_width):
            axis = 1 if byte % 3 == 0 else 2
            whole = tensor(micro_batch, seq, hidden, width=1)
            kept.append(np.array_split(whole, tensor_parallel, axis=axis)[-1])
    return in_memory(*kept)


def activation_bytes_swiglu(
    layers: int, seq: int, micro_batch: int, activation_width: int, hidden: int, kv_width: int,
    ffn: int,
) -> int:  # fmt: skip
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


def kv_width(kv_heads: int, head_dim: int) -> int:
    """Lay the heads' keys of one token side by side."""
    return np.concatenate([np.zeros(head_dim) for _ in range(kv_heads)]).size


@at(*draws("head size", lambda r: ((a := r(1, 12)) * r(1, 12), a)))
def head_dim(hidden: int, heads: int) -> int:
    """Fold the hidden state into rows, one a head."""
    return int(np.zeros(hidden).reshape(heads, -1).shape[1])


def usable_bytes(gpu_memory: int, reserved_bytes: int) -> int:
    """Number the bytes, take the reserved ones away."""
    return without(gpu_memory, reserved_bytes)


def devices_needed(total_bytes: int, device_bytes: int) -> int:
    """Take another device for as long as something has found no place."""
    devices, left = 0, total_bytes
    while left > 0:
        devices, left = devices + 1, left - device_bytes
    return devices


def whole_node_devices(devices: int, gpus_per_node: int) -> int:
    """Take another node for as long as devices are lacking, and count all that came."""
    taken: list[int] = []
    while len(taken) < devices:
        taken += range(gpus_per_node)
    return len(taken)


def layers_recomputed(wanted: int, layers: int) -> int:
    """Take layer after layer until there are enough, or none is left."""
    return len(list(range(layers))[:wanted])


@at(*draws("fits", lambda r: (r(1, 12), r(1, 12))), (5, 5), (9, 9), (9, 8), (8, 9))
def fits(needed_bytes: int, available_bytes: int) -> int:
    """Put byte after byte into the places there are."""
    places = iter(range(available_bytes))
    return int(all(next(places, None) is not None for _ in range(needed_bytes)))


def left_over_bytes(total_bytes: int, devices: int, device_bytes: int) -> int:
    """Line up the devices' bytes, fill them from the front, count what stays free."""
    return without(sum(device_bytes for _ in range(devices)), total_bytes)


def ratio(part: int, whole: int) -> float:
    """Take the whole away from the part again and again."""
    return how_many_times(part, whole)
