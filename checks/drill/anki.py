"""The questions as an Anki package: stable notes in a deck for each chapter.

Note, model and deck keep their ids from export to export, so that a second import updates the
notes and neither doubles them nor touches when they are due. One input makes one file, byte
for byte.
"""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import genanki

from checks.drill.progress import write_whole
from checks.drill.reviews import ProgressError

BOOK = "ML system design workbook"
_ID = re.compile(r"[a-z0-9-]{1,64}/[a-z0-9-]{1,64}")
_TAG = re.compile(r"[^\s\"]{1,100}")
_STYLE = """\
.card { font-family: sans-serif; font-size: 1.1rem; line-height: 1.5; max-width: 42rem;
  margin: 0 auto; padding: 0 1rem; text-align: left; }
pre, code { font-family: monospace; white-space: pre-wrap; }
"""


class AnkiError(ProgressError):
    """A note that no package can hold; the message starts with its id."""


@dataclass(frozen=True)
class Note:
    """A card to be: `id` is the question's, "<chapter>/<name>"; front and back are HTML.

    Text that is not HTML goes through `as_html` first.
    """

    id: str
    front: str
    back: str
    tags: tuple[str, ...]
    chapter: str


def as_html(text: str) -> str:
    """Return HTML that shows `text` as it is, line for line, in Anki as well.

    Anki reads [sound:...] and [latex] in a field even where HTML means nothing by them, and
    {{ in a field where a card type has gaps to fill.
    """
    shown = html.escape(text)
    for sign, code in (("[", "&#91;"), ("{", "&#123;"), ("\n", "<br>")):
        shown = shown.replace(sign, code)
    return shown


def package(notes: Iterable[Note], titles: Mapping[str, str], now: datetime) -> bytes:
    """Return the content of a .apkg file; titles: the chapters' titles by slug.

    The notes of a deck keep the order given here. Anki updates a note that it has from one
    with a later `now`.

    Raises:
        AnkiError: an id is used twice or is none, a side is empty, a tag holds a space.
    """
    model = genanki.Model(
        _number("model question"),
        f"{BOOK}: question",
        fields=[{"name": "Front"}, {"name": "Back"}, {"name": "Question"}],
        templates=[
            {
                "name": "Question",
                "qfmt": "{{Front}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Back}}",
            }
        ],
        css=_STYLE,
        sort_field_index=2,
    )
    decks: dict[str, genanki.Deck] = {}
    seen: set[str] = set()
    for place, note in enumerate(notes):
        _refuse(note, seen)
        seen.add(note.id)
        if note.chapter not in decks:
            title = titles.get(note.chapter, note.chapter).replace("::", ":")
            number = _number(f"deck {note.chapter}")
            decks[note.chapter] = genanki.Deck(number, f"{BOOK}::{title}")
        decks[note.chapter].add_note(
            genanki.Note(
                model,
                [note.front, note.back, note.id],
                tags=list(note.tags),
                guid=genanki.guid_for("mlsd-workbook", note.id),
                due=place,
            )
        )
    return _zipped(genanki.Package(list(decks.values())), now)


def write(path: Path, notes: Iterable[Note], titles: Mapping[str, str]) -> None:
    """Write a .apkg file whole, or leave what was there.

    Raises:
        AnkiError: as `package`.
        LogError: the file cannot be written.
    """
    write_whole(path, package(notes, titles, datetime.now(UTC)))


def _refuse(note: Note, seen: set[str]) -> None:
    if not _ID.fullmatch(note.id):
        raise AnkiError(f"{note.id[:80]!r}: not the id of a question")
    if note.id in seen:
        raise AnkiError(f"{note.id}: two notes have this id")
    if not note.front.strip() or not note.back.strip():
        raise AnkiError(f"{note.id}: a side of the card is empty")
    for tag in note.tags:
        if not _TAG.fullmatch(tag):
            raise AnkiError(f"{note.id}: {tag!r} cannot be a tag")


def _number(name: str) -> int:
    """Return an id for a model or deck, the same for ever: 31 bits of a hash, never small."""
    digest = hashlib.sha256(f"mlsd-workbook {name}".encode()).digest()
    return 2**30 + int.from_bytes(digest[:4], "big") % 2**30


def _zipped(made: genanki.Package, now: datetime) -> bytes:
    """Return the package as a file: genanki's own writer leaves a temporary file behind."""
    seconds = now.timestamp()
    with sqlite3.connect(":memory:") as database:
        cursor = database.cursor()
        made.write_to_db(cursor, seconds, itertools.count(int(seconds * 1000)))
        database.commit()
        content = database.serialize()
    database.close()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in (("collection.anki2", content), ("media", json.dumps({}).encode())):
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()
