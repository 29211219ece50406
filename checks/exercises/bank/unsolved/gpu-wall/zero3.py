"""Bytes that one GPU keeps under ZeRO-3 when nothing divides evenly.

ZeRO-3 (FSDP) splits the weights, the gradients and the optimizer's state over all ranks. It
does so unit by unit (a unit is usually one transformer block): the unit's parameters are laid
end to end, padded until every rank can take the same whole number of them, and cut. A rank then
keeps its share of every unit, padding included.
"""


def zero3_bytes(unit_params: list[int], ranks: int, bytes_per_param: int) -> int:
    """Return the bytes that each rank keeps.

    unit_params: parameters of each unit; ranks: GPUs that share them; bytes_per_param: bytes
    that training keeps for one parameter.
    """
    raise NotImplementedError("TODO: add up one rank's share of every unit")
