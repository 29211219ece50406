"""Count what computing costs: watch every GPU second by second."""

from __future__ import annotations


def gpu_time(gpus: int, seconds: int) -> int:
    """Count one for every GPU and second."""
    return sum(1 for _gpu in range(gpus) for _second in range(seconds))


def cost(gpu_seconds: int, price: int) -> int:
    """Pay for every unit of GPU-time as it passes."""
    paid = 0
    for _ in range(gpu_seconds):
        paid += price
    return paid
