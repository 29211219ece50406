"""Reviews, the answers a reader has given, and the file that carries them between two places.

Progress is an append-only log of reviews; everything else is derived from it. Two logs merge
into their union by id, so that an import can neither lose nor double anything. Here are the
review, its checks, and the text of an export; nothing in this module touches a disk or a clock.

The page keeps the same log and must agree on everything said here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from worked.figures import FigureError

FORMAT = "mlsd-workbook-progress"
VERSION = 1
MOST_BYTES = 5_000_000
MOST_REVIEWS = 200_000
LARGEST_SEED = 2**32 - 1
LONGEST_SECONDS = 1_000_000
# Keys that a review may carry beyond its own: kept and written again, within these bounds.
LONGEST_EXTRA = 2_000
DEEPEST_EXTRA = 8

AGAIN, HARD, GOOD, EASY = RATINGS = (1, 2, 3, 4)
WHERE = ("terminal", "page")
MODES = ("drill", "exam", "step", "practice")

_ID = re.compile(r"[0-9a-f]{32}")
_QUESTION = re.compile(r"[a-z0-9-]{1,64}/[a-z0-9-]{1,64}")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
EARLIEST, LATEST = "1970-01-01T00:00:00.000Z", "2199-12-31T23:59:59.999Z"
_KEYS = ("id", "question", "seed", "at", "rating", "seconds", "where", "mode")


class ProgressError(FigureError):
    """Something is wrong with a reader's progress; the message is for the reader."""


class ReviewError(ProgressError):
    """A review, or a file of reviews, that cannot be taken; the message says which and why."""


class NewerError(ProgressError):
    """A file or log that a newer version of the workbook wrote; it is left as it is."""


@dataclass(frozen=True, slots=True)
class Review:
    """One answer that a reader gave; `extra` is the JSON text of keys of a later version.

    id: 32 hexadecimal digits. at: UTC, "2026-11-25T22:10:00.123Z". rating: 1 wrong, 2 right
    with a hint, 3 right, 4 easy. seconds: the time taken, or None where it is not known.

    Raises:
        ReviewError: a field has the wrong type, or is out of its range.
    """

    id: str
    question: str
    seed: int
    at: str
    rating: int
    seconds: float | None
    where: str
    mode: str
    extra: str = "{}"

    def __post_init__(self) -> None:
        _text("id", self.id, _ID, "32 hexadecimal digits")
        _text("question", self.question, _QUESTION, "like gpu-wall/static-bytes")
        _text("at", self.at, _AT, "like 2026-11-25T22:10:00.123Z")
        if not EARLIEST <= self.at <= LATEST:
            raise ReviewError(f"at: {self.at} is not in the years 1970 to 2199")
        try:
            self.when()
        except ValueError:
            raise ReviewError(f"at: {self.at} is no date and time that exists") from None
        _whole("seed", self.seed, 0, LARGEST_SEED)
        _whole("rating", self.rating, RATINGS[0], RATINGS[-1])
        if self.seconds is not None and not (
            _is_number(self.seconds) and 0 <= self.seconds <= LONGEST_SECONDS
        ):
            raise ReviewError(
                f"seconds: {_shown(self.seconds)} is not null or a number"
                f" from 0 to {LONGEST_SECONDS}"
            )
        for name, value, allowed in (("where", self.where, WHERE), ("mode", self.mode, MODES)):
            if not isinstance(value, str) or value not in allowed:
                raise ReviewError(f"{name}: {_shown(value)} is none of {', '.join(allowed)}")

    def when(self) -> datetime:
        """Return the moment of the review, in UTC."""
        return datetime.fromisoformat(self.at)

    def right(self) -> bool:
        """Return whether the answer was right, with or without a hint."""
        return self.rating > AGAIN


def timestamp(moment: datetime) -> str:
    """Return a moment as reviews write it: UTC, cut to milliseconds."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"


# ---- a review as JSON


def review_from(data: object) -> Review:
    """Return the review that parsed JSON describes.

    Raises:
        ReviewError: it is none; the message names the key and the reason.
    """
    if not isinstance(data, dict):
        raise ReviewError(f"{_shown(data)} is not a review")
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise ReviewError(f"{', '.join(missing)}: missing")
    values = {key: _plain(data[key]) for key in _KEYS}
    return Review(**values, extra=_extra({k: v for k, v in data.items() if k not in _KEYS}))


def review_text(review: Review) -> str:
    """Return a review as one line of JSON: its own keys in their order, then the extra ones."""
    own = {key: _plain(getattr(review, key)) for key in _KEYS}
    text = json.dumps(own, separators=(",", ":"))
    return text if review.extra == "{}" else f"{text[:-1]},{review.extra[1:]}"


def _plain(value: Any) -> Any:
    """Return 3 for 3.0: JSON, and JavaScript with it, knows one kind of number only."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _extra(data: Mapping[str, Any]) -> str:
    if not data:
        return "{}"
    try:
        text = json.dumps(_bounded(data, 0), sort_keys=True, allow_nan=False, separators=(",", ":"))
    except ReviewError:
        raise
    except ValueError:
        raise ReviewError("an extra key holds a number that is too large") from None
    if len(text) > LONGEST_EXTRA:
        raise ReviewError(f"its extra keys take more than {LONGEST_EXTRA} characters")
    return text


def _bounded(value: Any, depth: int) -> Any:
    """Return extra data with whole numbers as such, if it is not nested too deeply."""
    if depth > DEEPEST_EXTRA:
        raise ReviewError(f"its extra keys are nested more than {DEEPEST_EXTRA} deep")
    if isinstance(value, dict):
        return {k: _bounded(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_bounded(v, depth + 1) for v in value]
    return _plain(value) if isinstance(value, float) and abs(value) < 2**53 else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(name: str, value: object, pattern: re.Pattern[str], wanted: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ReviewError(f"{name}: {_shown(value)} is not {wanted}")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ReviewError(f"{name}: {_shown(value)} is not a whole number from {low} to {high}")


def _shown(value: object) -> str:
    """Return a short form of what a file holds that is safe to print."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    if isinstance(value, str) and len(value) > 40:
        value = value[:40] + "..."
    return json.dumps(value)


# ---- merging


def in_order(reviews: Iterable[Review]) -> list[Review]:
    """Return reviews in the order in which they count: by time, then by id."""
    return sorted(reviews, key=lambda r: (r.at, r.id))


def stronger(a: Review, b: Review) -> Review:
    """Return which of two reviews of one id stays; it is the same whichever comes first.

    A review never changes, so two that differ mean that somebody edited a file. The later one
    stays; after that whichever is greater field by field, so that all logs end up equal.
    """
    return max(a, b, key=_strength)


def _strength(r: Review) -> tuple[Any, ...]:
    seconds = -1 if r.seconds is None else r.seconds
    return (r.at, r.question, r.seed, r.rating, seconds, r.where, r.mode, r.extra)


def merge(*logs: Iterable[Review]) -> list[Review]:
    """Return the union of logs by id, in order."""
    found: dict[str, Review] = {}
    for log in logs:
        for review in log:
            known = found.get(review.id)
            found[review.id] = review if known is None else stronger(known, review)
    return in_order(found.values())


# ---- the export file


def export_texts(reviews: Sequence[Review], exported: datetime) -> list[str]:
    """Return the text of the export file; of several where one would be too large to import.

    Every part is an export in its own right: to import them all, in any order, gives the log.
    """
    head = (
        f'{{"format":"{FORMAT}","version":{VERSION},"exported":"{timestamp(exported)}",'
        '"reviews":[\n'
    )
    tail = "\n]}\n"
    parts: list[list[str]] = [[]]
    size = 0
    for line in (review_text(r) for r in merge(reviews)):
        size += len(line) + 2
        if size > MOST_BYTES - len(head) - len(tail) or len(parts[-1]) == MOST_REVIEWS:
            parts.append([])
            size = len(line) + 2
        parts[-1].append(line)
    return [head + ",\n".join(lines) + tail for lines in parts]


def import_text(data: bytes | str) -> list[Review]:
    """Return the reviews of an export file, in order; all of them or none.

    Raises:
        NewerError: a newer version of the workbook wrote the file.
        ReviewError: the file is no export, or a review in it is wrong: which one, and why.
    """
    content = _parsed(data)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReviewError("this is not a progress file of the workbook")
    version = _plain(content.get("version"))
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ReviewError(f"version: {_shown(version)} is not a whole number from 1")
    if version > VERSION:
        raise NewerError(
            f"the file has version {_shown(version)} and this workbook reads version {VERSION}:"
            " update the workbook; the file is left as it is"
        )
    _text("exported", content.get("exported"), _AT, "like 2026-11-25T22:10:00.123Z")
    reviews = content.get("reviews")
    if not isinstance(reviews, list):
        raise ReviewError(f"reviews: {_shown(reviews)} is not a list")
    if len(reviews) > MOST_REVIEWS:
        raise ReviewError(f"{len(reviews)} reviews; a file may hold {MOST_REVIEWS}")
    found: dict[str, Review] = {}
    for number, entry in enumerate(reviews, 1):
        try:
            review = review_from(entry)
            if found.setdefault(review.id, review) != review:
                raise ReviewError(f"id: {review.id} stands in the file twice, with a difference")
        except ReviewError as error:
            raise ReviewError(f"review {number} of {len(reviews)}: {error}") from None
    return in_order(found.values())


def _parsed(data: bytes | str) -> object:
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else data
    except UnicodeEncodeError:
        raise ReviewError("the text is not Unicode") from None
    if len(raw) > MOST_BYTES:
        raise ReviewError(f"the file has more than {MOST_BYTES} bytes")
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise ReviewError(f"the file is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise ReviewError(
            f"the file is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise ReviewError("the file is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits, NaN or Infinity
        raise ReviewError(f"the file is not JSON: {str(error)[:80]}") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")
