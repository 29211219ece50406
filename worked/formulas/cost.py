"""What computing costs."""

from __future__ import annotations

from typing import Any


def gpu_time(gpus: Any, seconds: Any) -> Any:
    """GPU-time: devices times how long they are held."""
    return gpus * seconds


def cost(gpu_seconds: Any, price: Any) -> Any:
    """Dollars for a GPU-time at a price per GPU and time."""
    return gpu_seconds * price
