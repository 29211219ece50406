"""Text to tokens and back, rebuilt from what a GGUF file says of its tokenizer.

Byte-pair encoding over bytes: a token may end in the middle of a character, and every character
can be written but a few control characters, for whose bytes the file has no token; those vanish,
as they do in transformers. The merging is the `tokenizers` library's; here stand the chat's
format, and decoding token by token, which holds the bytes of a character back until it is whole.

Sources: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2;
the chat template in SmolLM2's own file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tokenizers import Tokenizer as Merger
from tokenizers import models, pre_tokenizers

SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
ROLES = ("system", "user", "assistant")
CONTROL = 3  # the type of a token that is no text, such as the end of a message


def _bytes_of_signs() -> dict[str, int]:
    """Which byte each sign stands for: printable ones for themselves, the rest moved past 255."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + i): byte for i, byte in enumerate(moved)
    }


def _texts(said: Mapping[str, Any], name: str) -> list[str]:
    texts = said.get(name)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"the file's tokenizer has no list of {name}")
    return texts


class Tokenizer:
    """The tokenizer of a SmolLM2 file, from its metadata.

    stop: tokens that end an answer; vocabulary: how many tokens there are.

    Raises:
        ValueError: the file's tokenizer is of another kind, or what it says does not fit together.
    """

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        said = {k.removeprefix("tokenizer.ggml."): v for k, v in metadata.items()}
        kind = said.get("model"), said.get("pre")
        if kind != ("gpt2", "smollm"):
            raise ValueError(f"the file's tokenizer is of the kind {kind}, not ('gpt2', 'smollm')")
        tokens, types = _texts(said, "tokens"), said.get("token_type")
        merges = [
            (left, right) for left, _, right in (m.partition(" ") for m in _texts(said, "merges"))
        ]
        ids = {token: i for i, token in enumerate(tokens)}
        if len(ids) != len(tokens) or not isinstance(types, list) or len(types) != len(tokens):
            raise ValueError("the file's tokenizer has tokens twice, or not a type for each token")
        if strange := [m for m in merges if not {*m, "".join(m)} <= ids.keys()]:
            raise ValueError(f"the merge {' '.join(strange[0])!r} is not of tokens of the file")
        signs = _bytes_of_signs()
        self._bytes = [
            b"" if t == CONTROL else bytes(signs[c] for c in token if c in signs)
            for token, t in zip(tokens, types, strict=True)
        ]
        self._merger = Merger(models.BPE(vocab=ids, merges=merges))
        # No byte is added to a text, each digit is a word of its own, and GPT-2's pattern cuts
        # the rest into words.
        self._merger.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
        try:
            self._begin, self._end = ids["<|im_start|>"], ids["<|im_end|>"]
        except KeyError as missing:
            raise ValueError(f"the file's tokenizer has no token {missing}") from None
        self.stop = frozenset({self._end, ids.get("<|endoftext|>", self._end)})
        self.vocabulary = len(tokens)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text. What looks like a control token in it is text as well.

        Raises:
            ValueError: the text is not Unicode (bytes that a terminal could not read).
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("the text has bytes that are no UTF-8") from None
        ids: list[int] = self._merger.encode(text).ids
        return ids

    def chat(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """Return the tokens of a chat up to where the assistant's next message begins.

        messages: each with "role" (system, user or assistant) and "content". The model's own
        system message comes first where there is none. Nobody can end a message early by what
        they write: control tokens come from here alone.

        Raises:
            ValueError: there is no message, or one with an unknown role.
        """
        if not messages:
            raise ValueError("a chat needs a message")
        if messages[0]["role"] != "system":
            messages = [{"role": "system", "content": SYSTEM}, *messages]
        tokens: list[int] = []
        for message in messages:
            if message["role"] not in ROLES:
                raise ValueError(f"role {message['role']!r}: a message is of {', '.join(ROLES)}")
            body = self.encode(f"{message['role']}\n{message['content']}")
            tokens += [self._begin, *body, self._end, *self.encode("\n")]
        return [*tokens, self._begin, *self.encode("assistant\n")]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens: control tokens have none, broken characters show as U+FFFD."""
        reader = self.reader()
        return "".join(reader.read(token) for token in tokens) + reader.rest()

    def reader(self) -> Reader:
        """Return what reads an answer token by token."""
        return Reader(self._bytes)


class Reader:
    """Decodes one token after the other; gives only whole characters."""

    def __init__(self, bytes_of: Sequence[bytes]) -> None:
        self._bytes_of = bytes_of
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, token: int) -> str:
        """Return the characters that the token completes; "" where it ends within one.

        Raises:
            ValueError: the vocabulary has no such token.
        """
        if not 0 <= token < len(self._bytes_of):
            raise ValueError(f"token {token}: the vocabulary has 0 to {len(self._bytes_of) - 1}")
        return self._decoder.decode(self._bytes_of[token])

    def rest(self) -> str:
        """Return U+FFFD where the tokens ended within a character, else ""."""
        return self._decoder.decode(b"", final=True)
