"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

PICTURES: list[dict[str, Any]] = []
