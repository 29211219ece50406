"""Where what a book states comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Source:
    """Where a given comes from, when it was read, and when to read it again."""

    text: str
    url: str | None = None
    read: date | None = None
    review_by: date | None = None

    @property
    def is_own_choice(self) -> bool:
        """Whether the value is the running example's own, not a fact about the world."""
        return self.text.startswith(OWN_CHOICE)


OWN_CHOICE = "the running example's own choice"
OWN = Source(OWN_CHOICE)
YOURS = Source("your own value")
EACH = Source("each of them has its own source")
