"""`workbook generate`: what it counts is what was computed, and every terminal shows the answer."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skips import required
from tests.worked.gguf_files import real_file, tiny_llama

required("torch")
required("tokenizers")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from checks.terminal import generate as command  # noqa: E402
from checks.terminal.main import main  # noqa: E402
from worked.forward_pass import run_sums  # noqa: E402
from worked.forward_pass.generate import Answer  # noqa: E402
from worked.forward_pass.gguf import GgufError  # noqa: E402
from worked.forward_pass.real_model import FILE, PACKAGE, RealModel, halves_from_pairs, load  # noqa: E402
from worked.forward_pass.sampling import Sampling  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HELLO = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a package like the real model's, a tiny random Llama in it."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / PACKAGE).mkdir()
    (folder / PACKAGE / "__init__.py").write_text("import an_engine_that_is_not_installed\n")
    (folder / PACKAGE / FILE).write_bytes(tiny_llama())
    return folder


@pytest.fixture(scope="module")
def tiny(installed: Path) -> RealModel:
    return load(installed / PACKAGE / FILE)


def finished(real: RealModel, **settings: Any) -> tuple[Answer, str]:
    """Return an answer that has been written, and its text."""
    answer = Answer(real, HELLO, **settings)
    return answer, "".join(answer)


# -- the answer -------------------------------------------------------------------------------


def test_chunks_and_blocks_change_no_token(tiny: RealModel) -> None:
    whole, text = finished(tiny, max_new=30)
    assert text == tiny.tokenizer.decode(whole.tokens)
    for settings in ({"chunk": 7}, {"chunk": 1}, {"block_size": 1}, {"block_size": 1_000}):
        assert finished(tiny, max_new=30, **settings)[0].tokens == whole.tokens


def test_a_seed_draws_the_same_answer_again(tiny: RealModel) -> None:
    drawn = [
        finished(tiny, max_new=30, sampling=Sampling(1.0, seed=seed))[0].tokens
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_counts_of_a_run_by_hand(tiny: RealModel) -> None:
    """99 tokens of prompt in chunks of 40, 5 new ones: the last is not run, so 103 are cached.

    A chunk's scores are of its tokens with all that stands before and in it: 40 x 40, 40 x 80 ...
    """
    answer, _ = finished(tiny, max_new=5, chunk=40)
    prompt = len(answer.prompt)
    assert prompt == 99
    assert (answer.read, answer.cached, answer.decode_steps) == (prompt, prompt + 4, 4)
    assert answer.pairs == 40 * 40 + 40 * 80 + 19 * 99
    # 103 tokens stand in 7 blocks of 16; 2 x 2 layers x 2 heads x 8 x 4 bytes = 256 bytes a token.
    assert answer.bytes_held == 7 * 16 * 256


@pytest.mark.parametrize("chunk", [512, 50, 1])
def test_the_sums_are_the_flops_that_torch_counts(tiny: RealModel, chunk: int) -> None:
    """Exactly: prefill's, and those of all decode steps together."""
    answer = Answer(tiny, HELLO, max_new=9, chunk=chunk)
    counted = {True: 0, False: 0}
    pieces = iter(answer)
    while not answer.reason:
        prefill = not answer.tokens
        with FlopCounterMode(display=False) as counter:
            next(pieces)
        counted[prefill] += counter.get_total_flops()
    graph = run_sums.sums(answer)
    figure = {name: graph.value(name, graph.base) for name in graph.figures}
    assert figure["prefill_flops"] == counted[True]
    assert figure["step_flops"] * answer.decode_steps == counted[False]


def test_the_sums_are_the_bytes_that_tensors_have(tiny: RealModel) -> None:
    """Matrices once, the head's too; and the cache of the tokens that a step looks back on."""
    answer, _ = finished(tiny, max_new=9)
    graph = run_sums.sums(answer)
    config = tiny.model.config
    assert graph.value("multiplied", graph.base) == config.multiplied_parameters
    assert graph.value("kv_token", graph.base) == answer.pool.bytes_per_token
    prompt = len(answer.prompt)
    # The steps look back on prompt + 1 ... prompt + 8 tokens.
    contexts = [prompt + j for j in range(1, 9)]
    read = [config.multiplied_parameters * 4 + c * answer.pool.bytes_per_token for c in contexts]
    assert graph.value("step_bytes", graph.base) == sum(read) / 8


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"max_new": 0}, "max_new = 0 must be a whole number from 1 to 256"),
        ({"max_new": 10**9}, "max_new = 1,000,000,000 must be"),
        ({"chunk": 0}, "chunk = 0 must be a whole number from 1 to 2,048"),
        ({"chunk": 4096}, "chunk = 4,096 must be"),
        ({"block_size": -1}, "block_size = -1 must be"),
        ({"max_new": 200}, "room for 1[0-9][0-9] new ones, not 200"),
    ],
)
def test_settings_out_of_their_range_are_refused(
    tiny: RealModel, settings: dict[str, int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Answer(tiny, HELLO, **settings)


def test_a_prompt_longer_than_the_model_looks_back_is_refused(tiny: RealModel) -> None:
    with pytest.raises(ValueError, match="looks back on 256: there is no room left"):
        Answer(tiny, [{"role": "user", "content": "x" * 100_000}])


# -- the file ---------------------------------------------------------------------------------


def test_rows_of_pairs_become_rows_of_halves() -> None:
    """Two heads of four rows: 0 1 2 3 are the pairs (0, 1), (2, 3); as halves 0 2 | 1 3."""
    import torch

    rows = torch.arange(8.0)[:, None]
    assert halves_from_pairs(rows, 4).flatten().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"general.architecture": "gpt2"}, "architecture is 'gpt2'"),
        ({"expert_count": 8}, "has experts"),
        ({"rope.scaling.type": "yarn"}, "scales its rotation"),
        ({"dimension_count": 4}, "a whole head"),
        ({"block_count": 2**31}, "tells of 2,147,483,648 layers"),
        ({"block_count": 1}, "no weight 'model.layers.1."),
        ({"block_count": None}, "does not say llama.block_count"),
        ({"block_count": "two"}, "block_count is 'two'"),
        ({"head_count": 0}, "head_count is 0"),
        ({"head_count": "4"}, "head_count is '4'"),
        ({"head_count_kv": 3}, "must be a multiple of kv_heads = 3"),
        ({"head_count_kv": [2, 2]}, "makes no model"),
        ({"embedding_length": 64, "dimension_count": 16}, "has shape"),
        ({"feed_forward_length": 64}, "has shape"),
        ({"freq_base": "fast"}, "makes no model"),
        ({"context_length": "long"}, "context_length is 'long'"),
        ({"context_length": 0}, "context_length is 0"),
        ({"merges": ["no such"]}, "the merge 'no such'"),
    ],
)
def test_a_file_that_is_no_such_model_is_refused_in_words(
    changes: dict[str, Any], why: str, tmp_path: Path
) -> None:
    changes = {key.removeprefix("general."): said for key, said in changes.items()}
    file = tmp_path / "model.gguf"
    file.write_bytes(tiny_llama(**changes))
    with pytest.raises(GgufError, match=why):
        load(file)


TINY = tiny_llama()
HEADER = TINY.index(b"blk.1.ffn_down.weight") + 100


@given(st.data())
def test_a_damaged_model_is_refused_or_loaded(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes of the header changed: GgufError, or a model, never another error."""
    raw = bytearray(TINY)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, HEADER))
        raw[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
    file = tmp_path_factory.getbasetemp() / "damaged.gguf"
    file.write_bytes(raw)
    with contextlib.suppress(GgufError):
        load(file)


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    """The last weight of the last tensor is overwritten: four bytes of ones are a NaN."""
    file = tmp_path / "model.gguf"
    file.write_bytes(TINY[:-4] + b"\xff" * 4)
    with pytest.raises(GgufError, match=r"blk\.1\.ffn_down\.weight is not a finite number"):
        load(file)


# -- the command ------------------------------------------------------------------------------


@pytest.fixture
def run(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Return what runs the command with the tiny model: exit code, stdout, stderr."""
    monkeypatch.syspath_prepend(installed)

    def ran(*arguments: str) -> tuple[int, str, str]:
        code = main(["generate", *arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return ran


def test_the_answer_comes_first_then_what_it_took(run: Any, tiny: RealModel) -> None:
    code, out, err = run("Hi", "--max-new", "9")
    answer, text = finished(tiny, max_new=9)
    assert (code, err) == (0, "")
    assert out.startswith(text + "\n")
    said = out.removeprefix(text)
    prompt = len(answer.prompt)
    assert "as long as --max-new allows" in said
    assert f"prefill: {prompt} tokens of prompt, the first token after" in said
    assert "decode: 8 further tokens, " in said
    assert f"cache: {prompt + 8} tokens, {answer.bytes_held:,} bytes in " in said
    assert "kv_token = 2 × layers × kv_width × width = 2 × 2 × 16 × 4 B = 256 B" in " ".join(
        said.split()
    )


def test_of_one_token_there_is_no_decode_to_tell(run: Any) -> None:
    code, out, _ = run("Hi", "--max-new", "1")
    assert code == 0
    assert "decode: 0 further tokens\n" in out
    assert "step_bytes" not in out


def test_a_run_as_data(run: Any, tiny: RealModel) -> None:
    code, out, _ = run("Hi", "--max-new", "9", "--json")
    answer, text = finished(tiny, max_new=9)
    said = json.loads(out)
    assert code == 0
    assert (said["answer"], said["ended"]) == (text, "length")
    assert (said["prompt_tokens"], said["answer_tokens"]) == (len(answer.prompt), 9)
    assert said["figures"]["kv_token"] == 256


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([""], "the prompt is empty; say something"),
        ([" \n"], "the prompt is empty"),
        (["x" * 100_000], "tokens, and the model looks back on 256: there is no room left"),
        (["Hi", "--max-new", "0"], "max_new = 0 must be"),
        (["Hi", "--max-new", "many"], "invalid int value: 'many'"),
        (["Hi", "--temperature", "-1"], "temperature = -1.0 must be"),
        (["Hi", "--temperature", "nan"], "temperature = nan must be"),
        (["Hi", "--top-k", "-2"], "top_k = -2 must be"),
        (["Hi", "--top-p", "0"], "top_p = 0.0 must be"),
        (["Hi", "--top-p", "1.5"], "top_p = 1.5 must be"),
        (["Hi", "--seed", "-1"], "seed = -1 must be"),
        (["Hi", "--draft", "big"], "invalid choice: 'big'"),
        (["Hi", "--block-size", "0"], "block_size = 0 must be"),
        (["Hi", "--chunk", "9999999"], "chunk = 9,999,999 must be"),
        (["\udcff"], "no UTF-8"),
    ],
)
def test_odd_inputs_are_answered_in_words(run: Any, arguments: list[str], why: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert why in err
    assert "Traceback" not in err


def test_without_the_model_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["generate", "Hi"]) == 2
    assert "make model" in capsys.readouterr().err


def environment(installed: Path, **more: str) -> dict[str, str]:
    found = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}", **more}
    return found | {"OMP_NUM_THREADS": "1"}


COMMAND = [sys.executable, "-m", "checks.terminal.main", "generate", "Hi"]


def test_a_closed_pipe_ends_it_quietly(installed: Path) -> None:
    """`workbook generate ... | head -c 1`: nobody reads on, and nobody is told off."""
    process = subprocess.Popen(
        [*COMMAND, "--max-new", "100"],
        env=environment(installed),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_an_encoding_that_lacks_characters_gets_stand_ins(installed: Path) -> None:
    out = subprocess.run(
        [*COMMAND, "--max-new", "20"],
        env=environment(installed, PYTHONIOENCODING="ascii"),
        capture_output=True,
        check=True,
    )
    assert out.stdout.isascii()
    assert b"2 x 2 x 16 x 4 B" in out.stdout


def test_ctrl_c_stops_the_answer_and_shows_what_it_took(run: Any, monkeypatch: Any) -> None:
    """The run ends in the middle, after its third token: exit code 130, sums of those three."""
    ended = Answer.__iter__

    def interrupted(answer: Answer) -> Any:
        for text in ended(answer):
            yield text
            if len(answer.tokens) == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(Answer, "__iter__", interrupted)
    code, out, _ = run("Hi", "--max-new", "50")
    assert code == 130
    assert "you stopped it" in out
    assert "decode: 2 further tokens" in out
    assert "step_bytes" in out


def test_ctrl_c_before_the_first_token_says_how_far_it_had_read(run: Any, monkeypatch: Any) -> None:
    ended = Answer.__iter__

    def interrupted(answer: Answer) -> Any:
        yield next(ended(answer))
        raise KeyboardInterrupt

    monkeypatch.setattr(Answer, "__iter__", interrupted)
    code, out, _ = run("Hi", "--max-new", "50", "--chunk", "50")
    assert code == 130
    assert re.search(
        r"before the first token; 50 of 99 tokens of the prompt", " ".join(out.split())
    )


# -- the screen -------------------------------------------------------------------------------


def on_screen(written: str, columns: int) -> list[str]:
    """Return what a terminal shows after it was sent this: the few signs that we send, no more."""
    rows, row, column = [[]], 0, 0
    for sign in re.findall(r"\x1b\[[KA]|[^\x1b]", written, re.DOTALL):
        if sign == "\r":
            column = 0
        elif sign == "\n":
            row, column = row + 1, 0
            rows += [[]] * (row == len(rows))
        elif sign == "\x1b[K":
            del rows[row][column:]
        elif sign == "\x1b[A":
            row -= 1
            assert row >= 0
        else:
            assert sign.isprintable() or unicodedata.category(sign) == "Cf"
            rows[row][column:] = [sign]
            column += 1
            assert column <= columns, "a line reaches beyond the terminal"
    return ["".join(line) for line in rows]


# Marks that take no column are left out: the terminal above gives one to each sign.
SIGNS = st.characters(codec="utf-8").filter(lambda sign: command._width(sign) > 0)


@pytest.mark.parametrize("columns", [80, 40, 20])
@given(pieces=st.lists(st.text(SIGNS, max_size=12), max_size=30))
def test_the_screen_ends_with_the_answer_alone(pieces: list[str], columns: int) -> None:
    """Whatever it says while it writes: in lines that fit, all that can be seen, nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        written: list[str] = []
        screen = command._Screen(live=True)
        patch.setattr(sys, "stdout", _Sink(written))
        for i, piece in enumerate(pieces):
            screen.status([f"state {i} " + "long " * 30, f"state {i}"])
            screen.write(piece)
        screen.end()
        wanted = command._shown("".join(pieces))
    rows = on_screen("".join(written), columns)
    assert "".join("".join(rows).split()) == "".join(wanted.split())
    assert all(command._width(line) < columns for line in rows)


class _Sink:
    """A standard output that keeps what is written."""

    encoding = "utf-8"

    def __init__(self, written: list[str]) -> None:
        self.written = written

    def write(self, text: str) -> None:
        self.written.append(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_words_stay_whole_where_a_line_holds_them() -> None:
    """At 19 columns: "the quick brown fox" has 19 letters and blanks, so "jumps" is next."""
    assert command._filled("the quick brown fox jumps", 19) == ["the quick brown fox", "jumps"]
    assert command._filled("a" * 25, 19) == ["a" * 19, "a" * 6]
    assert command._filled("你好" * 6, 19) == ["你好" * 4 + "你", "好你好"]


def test_nothing_that_the_model_says_moves_the_cursor() -> None:
    assert "\x1b" not in command._shown("\x1b[2Jgone\x07\r\x9b")


@pytest.mark.parametrize("columns", [80, 40])
def test_at_a_terminal_the_state_is_shown_and_goes(installed: Path, columns: int) -> None:
    """In a real one: reading, prefill and decode are seen on the way, the answer alone stays."""
    own, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--max-new", "12"],
        env=environment(installed, COLUMNS=str(columns), TERM="xterm", NO_COLOR="1"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    try:
        while True:
            try:
                more = os.read(own, 65_536)
            except OSError:  # the command has ended
                break
            if not more:
                break
            seen += more
    finally:
        os.close(own)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        code = process.wait()
    written = seen.decode().replace("\r\n", "\n")
    assert code == 0
    for state in ("reading the model: 100%", "prefill 0 of ", "TTFT "):
        assert state in written
    assert set(re.findall(r"\x1b\[[^A-Za-z]*[A-Za-z]", written)) == {
        "\x1b[K",
        "\x1b[A",
    }  # no colour
    shown = "\n".join(on_screen(written, columns))
    assert "reading" not in shown
    assert "|" not in shown.partition("The sums")[2]
    assert "kv_token = " in shown


# -- the real model ---------------------------------------------------------------------------


def test_the_real_model_knows_the_capital_of_france(capsys: pytest.CaptureFixture[str]) -> None:
    real_file()
    assert main(["generate", "What is the capital of France?", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["answer"] == "The capital of France is Paris."
    assert said["ended"] == "stop"
    # 37 tokens: 2 x 106,168,320 x 37 + 2 x 28,311,552 + 4 x 30 x 9 x 64 x 37²
    assert said["figures"]["prefill_flops"] == 7_856_455_680 + 56_623_104 + 94_625_280
    assert said["figures"]["kv_token"] == 46_080
