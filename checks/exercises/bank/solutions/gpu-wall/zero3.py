"""Bytes that one GPU keeps under ZeRO-3 when nothing divides evenly: a solution."""


def zero3_bytes(unit_params: list[int], ranks: int, bytes_per_param: int) -> int:
    """Return the bytes that each rank keeps."""
    # -(-a // b) rounds up in whole numbers; math.ceil(a / b) goes through a float, which is
    # wrong above 2**53. Each unit is padded by itself, so round before adding up.
    return sum(-(-params // ranks) for params in unit_params) * bytes_per_param
