"""`workbook drill`, `exam`, `verify` and `export anki`, as a reader types them."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from checks.drill import verify
from checks.drill.anki import as_html
from checks.drill.bank import bank, find
from checks.drill.draw import Asked, draw, shown_key
from checks.drill.portable_random import PortableRandom
from checks.drill.progress import Log, recorded
from checks.drill.questions import Choice, FindMistake, Number, Order, kind_of
from checks.drill.schedule import NEW_PER_DAY
from checks.drill.verify import typed
from checks.terminal import drill
from checks.terminal.export import notes
from checks.terminal.main import main
from checks.terminal.text import judge, solution_lines
from tests.skips import required
from worked.chapters import CHAPTERS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a reader of its own."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command with typed lines: (exit code, stdout, stderr)."""

    def go(command: str, *lines: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = main(command.split())
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return go


def seeded(seed: int) -> Iterator[tuple[str, str]]:
    """Yield (id, right answer) of the numbers that a drill with this seed asks."""
    pool = [drill.Entry("gpu-wall", q) for q in bank("gpu-wall") if isinstance(q, Number)]
    seeds = PortableRandom(seed)
    for entry in PortableRandom(seed).shuffled(pool):
        asked = draw(entry.slug, entry.question, seeds.word())
        yield entry.id, typed(asked.key, asked.unit)


DRILL = "drill --chapter gpu-wall --kind number"


# -- the drill --------------------------------------------------------------------------------


def test_right_answers_are_counted_and_saved_as_good(run: Run) -> None:
    keys = list(islice(seeded(7), 3))
    code, out, _ = run(f"{DRILL} --seed 7 --count 3", *(key for _, key in keys))
    assert code == 0
    assert "3 of 3 right" in out
    assert [(r.question, r.rating, r.mode, r.where) for r in recorded()] == [
        (id_, 3, "drill", "terminal") for id_, _ in keys
    ]


def test_a_hint_makes_a_right_answer_hard_and_a_wrong_one_is_answered_with_the_working(
    run: Run,
) -> None:
    keys = [key for _, key in islice(seeded(7), 2)]
    code, out, _ = run(f"{DRILL} --seed 7 --count 2", "?", keys[0], "1e30 parsec", keys[1] + "9e9")
    assert code == 0
    assert "hint:" in out
    assert "parsec" in out, "an unknown unit is asked about again"
    assert [r.rating for r in recorded()][:1] == [2]


def test_a_question_without_hints_says_so_at_once(run: Run) -> None:
    slug = "gpu-wall"
    bare = next(q for q in bank(slug) if isinstance(q, FindMistake) and not q.hints)
    pool = [q for q in bank(slug) if isinstance(q, FindMistake)]
    seed = next(s for s in range(500) if PortableRandom(s).shuffled(pool)[0] is bare)
    _, out, _ = run(f"drill --chapter {slug} --kind mistake --seed {seed} --count 1", "?", "q")
    assert "this question has no hints; ! shows the answer" in out
    _, out, _ = run(f"{DRILL} --seed 7 --count 1", *"?????", "q")
    assert "no more hints; ! shows the answer" in out


def test_one_question_is_singular(run: Run) -> None:
    assert "\n1 question. ? for" in "\n" + run(f"{DRILL} --seed 7 --count 1", "q")[1]
    assert "Exam: 1 question, 1 minute, no" in run("exam --count 1 --minutes 1", "q")[1]


def test_giving_up_shows_the_working_and_counts_as_wrong(run: Run) -> None:
    _, out, _ = run(f"{DRILL} --seed 7 --count 1", "!")
    assert "working" in out
    assert "inputs" in out
    assert [r.rating for r in recorded()] == [1]


def test_a_classic_mistake_is_named(run: Run) -> None:
    slug, question = find("gpu-wall/static-bytes")
    pool = [e for e in bank(slug) if isinstance(e, Number)]
    seed = next(s for s in range(500) if PortableRandom(s).shuffled(pool)[0] is question)
    asked = draw(slug, question, PortableRandom(seed).word())
    _, out, _ = run(f"{DRILL} --seed {seed} --count 1", typed(asked.key / 8, "GB"))
    assert "Those are the bf16 weights alone." in out


def test_stopping_keeps_what_was_answered(run: Run) -> None:
    first = next(seeded(7))[1]
    for last in ("q", None):
        code, out, _ = run(f"{DRILL} --seed 7 --count 5", first, *([last] if last else []))
        assert code == 0
        assert "1 of 1 right" in out
    assert len(recorded()) == 2


def test_the_same_seed_asks_the_same_questions(run: Run) -> None:
    outs = [run(f"{DRILL} --seed 11 --count 2", "!", "!")[1] for _ in range(2)]
    assert outs[0] == outs[1]
    assert outs[0] != run(f"{DRILL} --seed 12 --count 2", "!", "!")[1]


def test_what_was_wrong_comes_back_before_new_questions(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong answer of an hour ago is due; one that was right is not yet."""
    from datetime import UTC, datetime, timedelta

    ago = datetime.now(UTC) - timedelta(hours=1)
    with Log() as log:
        log.record("gpu-wall/young", 1, seed=1, mode="drill", now=ago)
        log.record("gpu-wall/waste", 4, seed=1, mode="drill", now=ago)
    _, out, _ = run(f"{DRILL} --count 1", "!")
    assert "by Young's rule" in " ".join(out.split())
    assert recorded()[-1].question == "gpu-wall/young"


def test_the_day_has_room_for_so_many_new_questions(run: Run) -> None:
    """After the day's new ones nothing is due, and --ahead goes on."""
    lines = ["!"] * (NEW_PER_DAY + 30)
    run(f"drill --chapter gpu-wall --count {NEW_PER_DAY + 20}", *lines)
    assert len({r.question for r in recorded()}) == NEW_PER_DAY
    code, out, _ = run("drill --chapter gpu-wall --count 2", "!", "!")
    assert code == 0
    assert "Nothing is due until" in out
    _, out, _ = run("drill --chapter gpu-wall --count 1 --ahead", "!")
    assert "0 of 1 right" in out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("drill --chapter gpu-wal", "did you mean gpu-wall"),
        ("drill --count 0", "at least one question"),
        ("exam --minutes 0", "above 0"),
        ("verify nonsense", "no such chapter"),
        ("verify rope/nonsense", "no such question"),
        ("verify --seeds 0", "at least one"),
        ("export anki deck.zip", "end in .apkg"),
    ],
)
def test_a_mistaken_option_is_explained(run: Run, command: str, said: str) -> None:
    code, _, err = run(command)
    assert code == 2
    assert said in err


# -- the exam ---------------------------------------------------------------------------------


def paper(seed: int, count: int) -> list[tuple[str, str]]:
    """Return (id, right answer) of an exam's numbers."""
    pool = [drill.Entry("gpu-wall", q) for q in bank("gpu-wall") if isinstance(q, Number)]
    chosen = PortableRandom(seed).shuffled(pool)[:count]
    seeds = PortableRandom(seed ^ 0x5EED)
    drawn = [(e, draw(e.slug, e.question, seeds.word())) for e in chosen]
    return [(e.id, typed(a.key, a.unit)) for e, a in drawn]


def test_an_exam_reports_by_step_and_says_what_to_reread(run: Run) -> None:
    keys = paper(3, 4)
    answers = [keys[0][1], keys[1][1], "0", keys[3][1]]
    command = "exam --chapter gpu-wall --kind number --seed 3 --count 4"
    code, out, _ = run(command, *answers)
    assert code == 0
    assert "3 of 4 right." in out
    step = find(keys[2][0])[1].step
    assert f"chapters/gpu-wall/#{step}" in out
    assert re.search(r"workbook run gpu-wall --step \d+", out)
    assert "It is not zero." in out
    assert [(r.mode, r.rating) for r in recorded()] == [
        ("exam", 3),
        ("exam", 3),
        ("exam", 1),
        ("exam", 3),
    ]


def test_an_exam_gives_no_hints_and_no_verdict_before_its_end(run: Run) -> None:
    keys = paper(3, 2)
    command = "exam --chapter gpu-wall --kind number --seed 3 --count 2"
    _, out, _ = run(command, "?", keys[0][1], keys[1][1])
    before, _, after = out.partition("2 of 2 right.")
    assert "hint:" not in out
    assert "Right" not in before
    assert after


def test_what_an_exam_did_not_reach_is_said_and_not_held_against_the_reader(run: Run) -> None:
    keys = paper(3, 4)
    _, out, _ = run("exam --chapter gpu-wall --kind number --seed 3 --count 4", keys[0][1], "q")
    assert "1 of 1 answered right, 3 not reached." in out
    assert "Reread" not in out
    assert "Wrong" not in out
    rows, _, apart = out.partition("Not reached: The 80 GB wall, step")
    assert len(re.findall(r"^  \d of \d  ", rows, re.MULTILINE)) == 1
    assert re.match(r"s \d+, \d+(, \d+)?\.\n", apart), "their steps, in one line"
    assert len(recorded()) == 1


def test_a_skipped_question_counts_neither_as_right_nor_as_wrong(run: Run) -> None:
    keys = paper(3, 3)
    command = "exam --chapter gpu-wall --kind number --seed 3 --count 3"
    code, out, _ = run(command, "s", keys[1][1], "skip")
    assert code == 0
    assert "1 of 1 answered right, 2 skipped." in out
    assert "Skipped: The 80 GB wall, step" in out
    assert "not reached" not in out
    assert [r.question for r in recorded()] == [keys[1][0]]


def test_an_exam_in_which_nothing_was_answered_says_so(run: Run) -> None:
    _, out, _ = run("exam --seed 3 --count 2", "q")
    assert "Nothing answered, 2 not reached." in out
    assert "Reread" not in out


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def wrong_answer(asked: Asked) -> tuple[str, list[str]]:
    """Return an answer that is not right, and all that the right one should be shown with."""
    match asked.question:
        case Choice() as q:
            wrong = next(n for n, i in enumerate(asked.order) if not q.options[i].right)
            right = next(o for o in q.options if o.right)
            return "abcdef"[wrong], [right.text, right.why]
        case Order() as q:
            items = [f"{n}. {item}" for n, item in enumerate(q.items, 1)]
            return " ".join("abcdefgh"[: len(items)]), [*items, q.why]
        case FindMistake() as q:
            return str(2 if q.wrong == 0 else 1), [f"Line {q.wrong + 1}. {q.why}", q.source, q.url]
        case Number():
            return f"0 {asked.unit}".strip(), [shown_key(asked), "working", "inputs"]
    return "12345", solution_lines(asked)


@pytest.mark.parametrize("kind", ["number", "formula", "choice", "order", "mistake"])
def test_an_exam_shows_each_missed_question_whole(run: Run, kind: str) -> None:
    """The question, the answer as it was typed, the verdict, and all of the right answer."""
    pool = [drill.Entry("rope", q) for q in bank("rope") if kind_of(q) == kind]
    chosen = PortableRandom(5).shuffled(pool)[:2]
    seeds = PortableRandom(5 ^ 0x5EED)
    papers = [draw(e.slug, e.question, seeds.word()) for e in chosen]
    answers = [wrong_answer(asked)[0] for asked in papers]
    code, out, _ = run(f"exam --chapter rope --kind {kind} --seed 5 --count 2", *answers)
    assert code == 0
    assert f"0 of {len(papers)} right." in out
    reports = out.partition("Reread")[2].split("Wrong: ")[1:]
    for report, asked, answer in zip(reports, papers, answers, strict=True):
        before, _, after = one_line(report).partition("The right answer:")
        verdict = " ".join(judge(asked, answer).says)
        assert one_line(asked.text) in before
        assert before.strip().endswith(one_line(f"You answered: {answer} {verdict}"))
        for part in wrong_answer(asked)[1]:
            assert one_line(asked.fill(part)) in after
        assert "worked/formulas" not in after


def test_an_exam_ends_when_its_time_is_over(tmp_path: Path) -> None:
    """The reader types nothing; after a second the report comes by itself."""
    own, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "checks.terminal.main", "exam", "--minutes", "0.02", "--count", "3"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(theirs)
    try:
        out, _ = process.communicate()
    finally:
        process.kill()
        os.close(own)
    assert process.returncode == 0
    assert "Time is up." in out
    assert "Nothing answered, 3 not reached." in out


# -- a process killed at any moment ----------------------------------------------------------------


def read_until(fd: int, text: str) -> None:
    """Read from a terminal until `text` came; its program's end is an error."""
    seen = b""
    while text.encode() not in seen:
        seen += os.read(fd, 65536)


@contextmanager
def at_a_terminal(command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a command at a terminal of its own, as a reader does; give the process and our end."""
    own, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "checks.terminal.main", *command.split()],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield process, own
    finally:
        process.kill()
        process.wait()
        os.close(own)


# With Enter: of a Ctrl-C that falls between a prompt and the wait for keys Python learns only then.
CTRL_C, LEFT = b"\x03\n", b"\x1b[D"


def test_ctrl_c_in_an_exam_ends_it_with_its_report() -> None:
    keys = paper(3, 3)
    command = "exam --chapter gpu-wall --kind number --seed 3 --count 3"
    with at_a_terminal(command) as (process, terminal):
        read_until(terminal, "answer with unit > ")
        os.write(terminal, f"{keys[0][1]}\n".encode())
        read_until(terminal, "answer with unit > ")
        os.write(terminal, b"12 G" + CTRL_C)
        read_until(terminal, "1 of 1 answered right, 2 not reached.")
        assert process.wait() == 130
    assert [r.rating for r in recorded()] == [3]


def test_ctrl_c_in_a_drill_ends_it_with_its_summary() -> None:
    key = next(seeded(7))[1]
    with at_a_terminal(f"{DRILL} --seed 7 --count 5") as (process, terminal):
        read_until(terminal, "answer with unit > ")
        os.write(terminal, f"{key}\n".encode())
        read_until(terminal, "answer with unit > ")
        os.write(terminal, CTRL_C)
        read_until(terminal, "1 of 1 right. Every answer is saved")
        assert process.wait() == 130


def test_the_arrow_keys_move_in_an_answer() -> None:
    """Typed with its first figure last: the arrow brings the cursor back to where it belongs."""
    required("readline")
    key = next(seeded(7))[1]
    with at_a_terminal(f"{DRILL} --seed 7 --count 1") as (_, terminal):
        read_until(terminal, "answer with unit > ")
        os.write(terminal, key[1:].encode() + LEFT * len(key[1:]) + key[:1].encode() + b"\n")
        read_until(terminal, "1 of 1 right.")


def test_an_exam_at_a_terminal_ends_when_its_time_is_over() -> None:
    with at_a_terminal("exam --minutes 0.02 --count 3") as (process, terminal):
        read_until(terminal, "Nothing answered, 3 not reached.")
        assert process.wait() == 0


def test_a_drill_killed_while_an_answer_is_typed_loses_only_that_answer(tmp_path: Path) -> None:
    keys = [key for _, key in islice(seeded(7), 2)]
    own, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "checks.terminal.main", *f"{DRILL} --seed 7 --count 5".split()],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    try:
        read_until(own, "answer with unit > ")
        for key in keys:
            os.write(own, f"{key}\n".encode())
            read_until(own, "answer with unit > ")
        os.write(own, b"12 G")
        read_until(own, "12 G")
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        process.kill()
        os.close(own)
    assert [r.rating for r in recorded()] == [3, 3]


# -- Anki and verify ------------------------------------------------------------------------------


def test_the_deck_holds_every_question_once_with_a_lasting_id(run: Run, tmp_path: Path) -> None:
    """A number comes as three notes, each other question as one."""
    file = tmp_path / "deck.apkg"
    code, out, _ = run(f"export anki {file} --chapter gpu-wall")
    assert code == 0
    wanted = sum(3 if isinstance(q, Number) else 1 for q in bank("gpu-wall"))
    assert f"{wanted} notes" in out
    assert zipfile.is_zipfile(file)
    made = list(notes("gpu-wall"))
    assert len({n.id for n in made}) == len(made) == wanted
    assert made == list(notes("gpu-wall"))
    assert all("<script" not in n.front + n.back for n in made)


def test_a_card_does_not_depend_on_the_terminal_that_exports_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Anki wraps lines itself; a paragraph of ours is one line of the card."""
    made = []
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        made.append([note for slug in CHAPTERS for note in notes(slug)])
    assert made[0] == made[1]
    asked = draw("rope", next(q for q in bank("rope") if isinstance(q, Choice)), 1)
    card = next(n for n in made[0] if n.id == asked.id)
    assert as_html(asked.text) in card.front


def test_verify_ends_with_the_questions_that_have_problems_and_their_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bank("rope")[0].name

    def found(slug: str, name: str, seeds: range) -> verify.Report:
        problems = ("it is wrong",) if name in wanted else ()
        return verify.Report(f"{slug}/{name}", "number", len(seeds), problems)

    monkeypatch.setattr(verify, "verify", found)
    wanted = {first}
    file = "checks/drill/banks/rope.py"
    said = f"\n1 question has problems:\n  {first}: {file}\n"
    assert run("verify rope --seeds 1")[1].endswith(said)
    assert run(f"verify rope/{first} --seeds 1")[1].endswith(said)
    second = bank("rope")[1].name
    wanted = {first, second}
    code, out, _ = run("verify rope --seeds 1")
    assert code == 1
    assert out.endswith(f"\n2 questions have problems:\n  {first}, {second}: {file}\n")


def test_verify_prints_a_line_for_each_question(run: Run) -> None:
    code, out, _ = run("verify gpu-wall --seeds 3")
    assert code == 0
    assert sum(line.startswith("  ok") for line in out.splitlines()) == len(bank("gpu-wall"))
    assert "all questions hold" in out


def test_the_drill_starts_no_library_that_listing_the_chapters_does_not_need() -> None:
    """`workbook list` imports neither fsrs nor sqlite nor the banks."""
    code = (
        "import json, sys; from checks.terminal.main import main; main(['list']); "
        "print(json.dumps([m for m in ('fsrs', 'sqlite3', 'genanki', 'checks.drill.bank') "
        "if m in sys.modules]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout.splitlines()[-1]) == []


def test_every_chapter_can_be_drilled(run: Run) -> None:
    for slug in CHAPTERS:
        code, out, _ = run(f"drill --chapter {slug} --seed 1 --count 1", "!")
        assert code == 0
        assert "0 of 1 right" in out
