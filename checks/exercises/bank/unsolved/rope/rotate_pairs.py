"""Rotary position embedding of one vector, in the halves layout.

A vector of d elements is d/2 pairs. In the halves layout (GPT-NeoX, Llama as Hugging Face ships
it) pair i is made of the elements i and i + d/2. At position p it is turned anticlockwise by
p times theta_i radians, where theta_i = base ** (-2 i / d).
"""


def rotate(vector: list[float], position: int, base: float) -> list[float]:
    """Return `vector` as RoPE leaves it at `position`.

    vector: an even number of elements; position: in tokens, from 0; base: such as 10,000.
    """
    raise NotImplementedError("TODO: turn every pair by its angle")
