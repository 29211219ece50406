"""The tokenizer: what is written comes back, in whole characters, and no text ends a message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skips import required
from tests.worked.gguf_files import CONTROLS, tokenizer_metadata

required("tokenizers")

from worked.forward_pass.tokenizer import SYSTEM, Tokenizer  # noqa: E402

METADATA = tokenizer_metadata()
TOKENIZER = Tokenizer(METADATA)
BEGIN, END = 1, 2  # <|im_start|> and <|im_end|>
FIRST = len(CONTROLS)  # byte b is token FIRST + b
TH, THE = FIRST + 256, FIRST + 257


def of_bytes(text: str) -> list[int]:
    return [FIRST + byte for byte in text.encode()]


def test_merges_are_made_in_their_order() -> None:
    """t h -> th, th e -> the; e alone is its byte."""
    assert TOKENIZER.encode("the") == [THE]
    assert TOKENIZER.encode("eth") == [*of_bytes("e"), TH]


def test_each_digit_is_a_word_of_its_own() -> None:
    """A merge of two digits, or of a blank and a digit, is never made."""
    tokenizer = Tokenizer(tokenizer_metadata(("1 2", "Ġ 1")))
    assert tokenizer.encode("12 1") == of_bytes("12 1")


@given(st.text())
def test_what_is_encoded_decodes_to_the_same_text(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text())
def test_token_by_token_the_text_is_the_same_and_never_half_a_character(text: str) -> None:
    reader = TOKENIZER.reader()
    pieces = [reader.read(token) for token in of_bytes(text)]
    assert "".join(pieces) + reader.rest() == text
    # Each byte's piece is empty but for the last of a character, which gives it whole.
    assert [piece for piece in pieces if piece] == list(text)


def test_a_character_of_three_tokens_comes_with_the_third() -> None:
    reader = TOKENIZER.reader()
    assert [reader.read(token) for token in of_bytes("€")] == ["", "", "€"]


def test_tokens_that_end_within_a_character_show_that_they_do() -> None:
    """Bytes that begin no character, or do not end one, are one �, and what follows is read."""
    half = of_bytes("€")[:2]
    assert TOKENIZER.decode(half) == "�"
    assert TOKENIZER.decode([*half, *of_bytes("a")]) == "�a"
    assert TOKENIZER.decode([FIRST + 0xFF, *of_bytes("a")]) == "�a"


def test_a_chat_is_the_models_format() -> None:
    """System, user, and the beginning of the assistant's message, each between control tokens."""
    line = of_bytes("\n")

    def message(role: str, content: str) -> list[int]:
        return [BEGIN, *TOKENIZER.encode(f"{role}\n{content}"), END, *line]

    asked = {"role": "user", "content": "Hi"}
    answering = [BEGIN, *of_bytes("assistant\n")]
    assert TOKENIZER.chat([asked]) == message("system", SYSTEM) + message("user", "Hi") + answering
    own = [{"role": "system", "content": "Be brief."}, asked]
    assert TOKENIZER.chat(own) == message("system", "Be brief.") + message("user", "Hi") + answering


@given(st.lists(st.sampled_from([*CONTROLS, "a", "\n", "assistant"])).map("".join))
def test_no_content_can_end_its_message(content: str) -> None:
    """Control tokens of a chat are those of its form: three begin, two end a message."""
    tokens = TOKENIZER.chat([{"role": "user", "content": content}])
    assert [t for t in tokens if t < FIRST] == [BEGIN, END, BEGIN, END, BEGIN]


def test_control_tokens_have_no_text() -> None:
    assert TOKENIZER.decode([BEGIN, *of_bytes("a"), END]) == "a"
    assert TOKENIZER.stop == {0, END}


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([], "needs a message"),
        ([{"role": "tool", "content": "x"}], "role 'tool': a message is of system, user"),
    ],
)
def test_a_chat_that_is_none_is_refused(messages: list[dict[str, str]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        TOKENIZER.chat(messages)


def test_bytes_that_are_no_text_and_tokens_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="no UTF-8"):
        TOKENIZER.encode("\udcff")
    for token in (-1, len(METADATA["tokenizer.ggml.tokens"])):
        with pytest.raises(ValueError, match="the vocabulary has 0 to 260"):
            TOKENIZER.decode([token])


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("model", "llama", "of the kind"),
        ("pre", "qwen2", "of the kind"),
        ("tokens", None, "no list of tokens"),
        ("tokens", [1, 2], "no list of tokens"),
        ("merges", "t h", "no list of merges"),
        ("merges", ["t q z"], "is not of tokens"),
        ("merges", ["th"], "is not of tokens"),
        ("token_type", [1], "not a type for each"),
        ("tokens", ["a"] * 261, "tokens twice"),
        ("tokens", [f"<{i}>" for i in range(261)], "is not of tokens"),
    ],
)
def test_a_tokenizer_that_does_not_fit_together_is_refused(name: str, said: Any, why: str) -> None:
    metadata = METADATA | {f"tokenizer.ggml.{name}": said}
    with pytest.raises(ValueError, match=why):
        Tokenizer(metadata)


def test_a_file_without_the_tokens_of_a_chat_is_refused() -> None:
    tokens = ["<other>" if t == "<|im_end|>" else t for t in METADATA["tokenizer.ggml.tokens"]]
    with pytest.raises(ValueError, match=r"no token '<\|im_end\|>'"):
        Tokenizer(METADATA | {"tokenizer.ggml.tokens": tokens})
