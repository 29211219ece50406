"""Small GGUF files for tests, and the real model where it is installed."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from worked.errors import FigureError

U32, I32, F32, BOOL, STRING, ARRAY, U64 = 4, 5, 6, 7, 8, 9, 10
CODES = {U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q"}
Tensors = Mapping[str, tuple[int, tuple[int, ...], bytes]]


def text(said: str) -> bytes:
    """Return a string as the format has it: its length, its bytes."""
    raw = said.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(said: Any) -> bytes:
    """Return a value with its type before it: whole, real, true or false, text, or a list."""
    if isinstance(said, list):
        kind, inner = value(said[0])[:4], b"".join(value(one)[4:] for one in said)
        return struct.pack("<I", ARRAY) + kind + struct.pack("<Q", len(said)) + inner
    if isinstance(said, str):
        return struct.pack("<I", STRING) + text(said)
    kind = {bool: BOOL, int: U32, float: F32}[type(said)]
    return struct.pack(f"<I{CODES[kind]}", kind, said)


def document(metadata: Mapping[str, Any], tensors: Tensors, alignment: int = 32) -> bytes:
    """Return a GGUF file, version 3.

    tensors: name to ggml's number of a format, shape with the outermost size first, and bytes.
    """
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + value(said) for key, said in metadata.items())
    body = b""
    for name, (code, shape, raw) in tensors.items():
        sizes = tuple(reversed(shape))
        head += text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, code, len(body))
        body += raw + bytes(-len(raw) % alignment)
    return head + bytes(-len(head) % alignment) + body


def float_tensors(
    weights: Mapping[str, np.ndarray],
) -> dict[str, tuple[int, tuple[int, ...], bytes]]:
    """Return weights as tensors in F32."""
    return {n: (0, w.shape, w.astype("<f4").tobytes()) for n, w in weights.items()}


# -- a tiny Llama that talks --------------------------------------------------------------------

CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def signs() -> list[str]:
    """Return GPT-2's sign of each byte, in order: printable ones themselves, others from 256 on."""
    found, moved = [], 256
    for byte in range(256):
        if 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174:
            found.append(chr(byte))
        else:
            found.append(chr(moved))
            moved += 1
    return found


def tokenizer_metadata(merges: tuple[str, ...] = ("t h", "th e")) -> dict[str, Any]:
    """Return a tokenizer of three control tokens, the bytes (byte b is token 3 + b), and merges."""
    tokens = [*CONTROLS, *signs(), *(merge.replace(" ", "") for merge in merges)]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3] * len(CONTROLS) + [1] * (len(tokens) - len(CONTROLS)),
        "tokenizer.ggml.merges": list(merges),
    }


def tiny_llama(seed: int = 0, **changes: Any) -> bytes:
    """Return a GGUF file of a Llama with random weights: two layers, four heads of eight.

    changes: metadata by its last name (layers="block_count" is `block_count=3`); None leaves it
    out.
    """
    metadata = {
        "general.architecture": "llama",
        "llama.block_count": 2,
        "llama.context_length": 256,
        "llama.embedding_length": 32,
        "llama.feed_forward_length": 48,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.rope.freq_base": 10_000.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": 8,
        **tokenizer_metadata(),
    }
    for last, said in changes.items():
        key = next((k for k in metadata if k.endswith(f".{last}")), f"llama.{last}")
        metadata[key] = said
    metadata = {key: said for key, said in metadata.items() if said is not None}
    shapes = {
        "attn_norm": (32,),
        "attn_q": (32, 32),
        "attn_k": (16, 32),
        "attn_v": (16, 32),
        "attn_output": (32, 32),
        "ffn_norm": (32,),
        "ffn_gate": (48, 32),
        "ffn_up": (48, 32),
        "ffn_down": (32, 48),
    }
    vocab = len(metadata.get("tokenizer.ggml.tokens", [0]))
    named = {"token_embd.weight": (vocab, 32), "output_norm.weight": (32,)}
    named |= {f"blk.{i}.{n}.weight": shape for i in range(2) for n, shape in shapes.items()}
    rng = np.random.default_rng(seed)
    return document(metadata, float_tensors({n: rng.normal(size=s) / 4 for n, s in named.items()}))


# -- the real one -------------------------------------------------------------------------------


def real_file() -> Path:
    """Return the real model's file; skip the test where it is not installed."""
    from worked.forward_pass.real_model import path

    try:
        return path()
    except FigureError as error:
        pytest.skip(str(error), allow_module_level=True)
