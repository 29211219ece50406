"""The Anki package, imported by Anki's own library: notes, decks, updates, and due dates kept."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.drill.anki import AnkiError, Note, as_html, package, write
from checks.drill.progress import LogError
from tests.skips import required

NOW = datetime(2026, 11, 25, 22, 10, tzinfo=UTC)
TITLES = {"gpu-wall": "The 80 GB wall", "rope": "RoPE: turning queries"}
NOTES = [
    Note("gpu-wall/static-bytes", "<p>How much?</p>", "<b>1,120 GB</b>", ("step-2",), "gpu-wall"),
    Note("gpu-wall/young", "How often?", "Every 34 min", ("step-9", "mid"), "gpu-wall"),
    Note("rope/angle", "Which angle?", "10,000<sup>-2i/d</sup>", (), "rope"),
]


class Anki:
    """An empty collection of Anki's own, and what we look at in it."""

    def __init__(self, folder: Path) -> None:
        collection = required("anki.collection")
        self.requests = collection
        self.folder = folder
        self.collection = collection.Collection(str(folder / "collection.anki2"))

    def take(self, notes: list[Note], now: datetime = NOW) -> Any:
        """Import a package as Anki does by default; return its log."""
        path = self.folder / "workbook.apkg"
        path.write_bytes(package(notes, TITLES, now))
        request = self.requests.ImportAnkiPackageRequest(package_path=str(path))
        return self.collection.import_anki_package(request).log

    def notes(self) -> dict[str, Any]:
        found = [self.collection.get_note(n) for n in self.collection.find_notes("")]
        assert len({n["Question"] for n in found}) == len(found)
        return {n["Question"]: n for n in found}

    def deck(self, card: Any) -> str:
        name: str = self.collection.decks.name(card.did)
        return name


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    found = Anki(tmp_path)
    yield found
    found.collection.close()


def test_every_question_becomes_a_note_with_one_card_in_its_chapters_deck(anki: Anki) -> None:
    log = anki.take(NOTES)
    assert len(log.new) == 3
    found = anki.notes()
    assert set(found) == {n.id for n in NOTES}
    for note in NOTES:
        imported = found[note.id]
        assert (imported["Front"], imported["Back"]) == (note.front, note.back)
        assert sorted(imported.tags) == sorted(note.tags)
        (card,) = imported.cards()
        assert anki.deck(card) == f"ML system design workbook::{TITLES[note.chapter]}"
        assert note.front in card.question()
        assert note.back in card.answer()
        assert note.back not in card.question()


def test_the_new_cards_of_a_deck_come_in_the_books_order(anki: Anki) -> None:
    notes = [replace(NOTES[0], id=f"gpu-wall/{name}") for name in ("z", "m", "a")]
    anki.take(notes)
    due = {q: n.cards()[0].due for q, n in anki.notes().items()}
    assert due["gpu-wall/z"] < due["gpu-wall/m"] < due["gpu-wall/a"]


def test_importing_again_changes_and_doubles_nothing(anki: Anki) -> None:
    anki.take(NOTES)
    before = {q: (n.id, n.guid, n.fields) for q, n in anki.notes().items()}
    kinds = [len(k.all_names_and_ids()) for k in (anki.collection.models, anki.collection.decks)]
    for _ in range(2):
        assert not anki.take(NOTES).new
    assert {q: (n.id, n.guid, n.fields) for q, n in anki.notes().items()} == before
    assert anki.collection.card_count() == 3
    assert kinds == [
        len(k.all_names_and_ids()) for k in (anki.collection.models, anki.collection.decks)
    ]


def test_a_later_export_updates_notes_and_keeps_when_they_are_due(anki: Anki) -> None:
    anki.take(NOTES)
    note = anki.notes()["gpu-wall/static-bytes"]
    # The reader has studied the card: due in 12 days, after an interval of 12 days.
    anki.collection.sched.set_due_date([note.cards()[0].id], "12!")
    (card,) = note.cards()
    studied = (card.id, card.type, card.queue, card.due, card.ivl, card.factor, card.reps)
    assert card.ivl == 12
    changed = [replace(NOTES[0], back="<b>1,121 GB</b>", tags=("step-3",)), *NOTES[1:]]
    new = Note("rope/base", "Which base?", "10,000", (), "rope")
    log = anki.take([*changed, new], NOW + timedelta(days=3))
    assert len(log.new) == 1
    found = anki.notes()
    assert found["gpu-wall/static-bytes"]["Back"] == "<b>1,121 GB</b>"
    assert "step-3" in found["gpu-wall/static-bytes"].tags
    assert set(found) == {*(n.id for n in NOTES), new.id}
    (card,) = found["gpu-wall/static-bytes"].cards()
    assert studied == (card.id, card.type, card.queue, card.due, card.ivl, card.factor, card.reps)


def test_a_question_left_out_later_stays_with_the_reader(anki: Anki) -> None:
    anki.take(NOTES)
    anki.take(NOTES[:1], NOW + timedelta(days=3))
    assert set(anki.notes()) == {n.id for n in NOTES}


HOSTILE = '<script>alert(1)</script> & "5 < 6" [sound:x.mp3] [latex]x[/latex] {{Front}} {{c1::y}}'


def test_text_is_shown_as_it_is_and_runs_nothing(anki: Anki) -> None:
    anki.take([replace(NOTES[0], front=as_html(HOSTILE), back=as_html("two\nlines"))])
    (card,) = anki.notes()[NOTES[0].id].cards()
    question = card.question()
    assert "<script>" not in question
    # Anki has found nothing to play, to typeset or to fill in.
    assert card.question_av_tags() == []
    assert "[anki:play" not in question
    assert "<img" not in question
    assert as_html(HOSTILE) in question
    assert "two<br>lines" in card.answer()


@given(st.text())
def test_a_browser_shows_escaped_text_as_it_was(text: str) -> None:
    import html

    shown = as_html(text)
    assert not set('<>["{\n') & set(shown.replace("<br>", ""))
    assert html.unescape(shown.replace("<br>", "\n")) == html.unescape(html.escape(text))


def test_one_input_makes_one_file_byte_for_byte_and_leaves_nothing_else_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert package(NOTES, TITLES, NOW) == package(NOTES, TITLES, NOW)
    write(tmp_path / "a.apkg", NOTES, TITLES)
    assert [p.name for p in tmp_path.iterdir()] == ["a.apkg"]


def test_the_ids_never_change() -> None:
    """A reader's collection holds them: to change one would double every note or deck."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.apkg"
        write(path, NOTES[:1], TITLES)
        with zipfile.ZipFile(path) as file:
            file.extract("collection.anki2", folder)
        database = sqlite3.connect(Path(folder) / "collection.anki2")
        (guid,) = database.execute("SELECT guid FROM notes").fetchone()
        models, decks = database.execute("SELECT models, decks FROM col").fetchone()
        database.close()
    assert guid == "Hh2@;Ml2e)"
    assert list(json.loads(models)) == ["1699800448"]
    assert [key for key in json.loads(decks) if key != "1"] == ["1890124202"]


@pytest.mark.parametrize(
    ("notes", "message"),
    [
        ([NOTES[0], NOTES[0]], "^gpu-wall/static-bytes: two notes"),
        ([replace(NOTES[0], id="static bytes")], "not the id of a question"),
        ([replace(NOTES[0], front=" ")], "a side of the card is empty"),
        ([replace(NOTES[0], back="")], "a side of the card is empty"),
        ([replace(NOTES[0], tags=("two words",))], "cannot be a tag"),
        ([replace(NOTES[0], tags=("",))], "cannot be a tag"),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(notes: list[Note], message: str) -> None:
    with pytest.raises(AnkiError, match=message):
        package(notes, TITLES, NOW)


def test_a_package_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot write"):
        write(tmp_path / "nowhere" / "a.apkg", NOTES, TITLES)
