"""A review as the format of the progress file has it."""

from __future__ import annotations

from typing import Any

GOOD: dict[str, Any] = {
    "id": "0123456789abcdef0123456789abcdef",
    "question": "gpu-wall/static-bytes",
    "seed": 123456789,
    "at": "2026-11-25T22:10:00.123Z",
    "rating": 1,
    "seconds": 12.3,
    "where": "terminal",
    "mode": "drill",
}
