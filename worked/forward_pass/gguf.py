"""Read a GGUF file: its metadata, and its tensors as float32, whatever format keeps them.

A GGUF file is a header, key-value pairs, a list of tensors, and their bytes. Most are quantised in
blocks: 32 weights of a row share a scale (and a smallest value), and each is a few bits beside it.
A file is not trusted: nothing is read or allocated before the bytes that it asks for are known to
be there, and what does not fit is refused in words.

Source: the GGUF specification, version 3, and the block layouts of ggml (ggml-common.h).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


class GgufError(ValueError):
    """A file that is no GGUF file, is damaged, or keeps what this reader does not know."""


# -- formats ----------------------------------------------------------------------------------
# Each function takes blocks, (blocks, bytes of one), and returns weights, (blocks, weights of one).


def _half(blocks: Bytes) -> Floats:
    """Numbers of two bytes each, such as a block's scale."""
    return np.ascontiguousarray(blocks).view("<f2").astype(np.float32)


def _nibbles(packed: Bytes) -> Bytes:
    """Four-bit numbers of bytes (..., n): the low halves first, then the high ones, (..., 2n)."""
    return np.concatenate((packed & 15, packed >> 4), axis=-1)


def _f32(blocks: Bytes) -> Floats:
    return np.ascontiguousarray(blocks).view("<f4").astype(np.float32)


def _q8_0(blocks: Bytes) -> Floats:
    """A scale and 32 signed bytes."""
    return _half(blocks[:, :2]) * blocks[:, 2:].view(np.int8).astype(np.float32)


def _q4_0(blocks: Bytes) -> Floats:
    """A scale and 32 numbers from -8 to 7."""
    return _half(blocks[:, :2]) * (_nibbles(blocks[:, 2:]).astype(np.float32) - 8)


def _q4_1(blocks: Bytes) -> Floats:
    """A scale, the smallest weight, and 32 numbers from 0 to 15 above it."""
    return _half(blocks[:, :2]) * _nibbles(blocks[:, 4:]).astype(np.float32) + _half(blocks[:, 2:4])


def _q4_k(blocks: Bytes) -> Floats:
    """Eight groups of 32; a group's scale and smallest weight have six bits each, in twelve bytes.

    Two halves scale them; of bytes 0-3 and 4-7 the low six bits are the scales and the smallest
    weights of the first four groups; the others have four bits in bytes 8-11 and two above those.
    """
    scale, smallest = _half(blocks[:, :2]), _half(blocks[:, 2:4])
    first, second, rest = blocks[:, 4:8], blocks[:, 8:12], blocks[:, 12:16]
    scales = np.concatenate((first & 63, rest & 15 | first >> 2 & 48), axis=1)
    smallests = np.concatenate((second & 63, rest >> 4 | second >> 2 & 48), axis=1)
    numbers = _nibbles(blocks[:, 16:].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    weights = (scale * scales)[..., None] * numbers - (smallest * smallests)[..., None]
    return weights.reshape(-1, 256)


def _q6_k(blocks: Bytes) -> Floats:
    """Sixteen groups of 16 with signed bytes as scales; numbers from -32 to 31.

    Four bits of each number stand in the first 128 bytes, the upper two in the next 64.
    """
    low = _nibbles(blocks[:, :128].reshape(-1, 2, 64)).reshape(-1, 256)
    packed = blocks[:, 128:192].reshape(-1, 2, 1, 32) >> np.arange(0, 8, 2, dtype=np.uint8)[:, None]
    high = (packed & 3).reshape(-1, 256)
    numbers = (low | high << 4).astype(np.float32) - 32
    scales = _half(blocks[:, 208:]) * blocks[:, 192:208].view(np.int8)
    return (scales[..., None] * numbers.reshape(-1, 16, 16)).reshape(-1, 256)


@dataclass(frozen=True)
class Format:
    """How weights are kept: so many to a block of so many bytes, and how they are read."""

    name: str
    block_weights: int
    block_bytes: int
    read: Callable[[Bytes], Floats]

    @property
    def bits_per_weight(self) -> float:
        """Bits of a weight, its share of the scales included."""
        return 8 * self.block_bytes / self.block_weights


FORMATS = {
    0: Format("F32", 1, 4, _f32),
    1: Format("F16", 1, 2, _half),
    2: Format("Q4_0", 32, 18, _q4_0),
    3: Format("Q4_1", 32, 20, _q4_1),
    8: Format("Q8_0", 32, 34, _q8_0),
    12: Format("Q4_K", 256, 144, _q4_k),
    14: Format("Q6_K", 256, 210, _q6_k),
}


# -- the header -------------------------------------------------------------------------------

STRING, ARRAY = 8, 9
SCALARS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
MOST_DIMENSIONS = 4
MOST_NESTING = 4
LONGEST_NAME = 1_000


class _Header:
    """Takes one thing after the other from the start of a file; refuses what is not there."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int, what: str) -> bytes:
        left = len(self.data) - self.at
        if size > left:
            raise GgufError(
                f"the file ends too early: {what} takes {size:,} bytes at byte {self.at:,}, "
                f"and {left:,} are left; it was cut off or is damaged"
            )
        self.at += size
        return self.data[self.at - size : self.at].tobytes()

    def number(self, code: str, what: str) -> Any:
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code), what))[0]

    def text(self, what: str) -> str:
        raw = self.take(self.number("Q", f"the length of {what}"), what)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise GgufError(f"{what} before byte {self.at:,} is not UTF-8") from None

    def name(self, what: str) -> str:
        """A key or a tensor's name, which may stand in a message to the reader."""
        name = self.text(what)
        if not name.isascii() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise GgufError(f"{what} before byte {self.at:,} is not plain letters, or too long")
        return name

    def value(self, kind: int, key: str, nested: int = 0) -> Any:
        if kind in SCALARS:
            return self.number(SCALARS[kind], key)
        if kind == STRING:
            return self.text(key)
        if kind != ARRAY or nested == MOST_NESTING:
            what = "arrays nested too deep" if kind == ARRAY else f"a value of unknown type {kind}"
            raise GgufError(f"{key} is {what}")
        inner: int = self.number("I", key)
        items: int = self.number("Q", f"the number of items of {key}")
        if inner in SCALARS:
            code = f"<{items}{SCALARS[inner]}"
            width = struct.calcsize("<" + SCALARS[inner])
            return list(struct.unpack(code, self.take(items * width, f"{key}, {items:,} items,")))
        # However many are said to come, the first that is not there ends it.
        return [self.value(inner, key, nested + 1) for _ in range(items)]


# -- the file ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """A tensor in the file: its shape (outermost first), its format, where its bytes begin."""

    shape: tuple[int, ...]
    format: Format
    begin: int

    @property
    def weights(self) -> int:
        """How many it has."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that it takes in the file."""
        return self.weights // self.format.block_weights * self.format.block_bytes


class Gguf:
    """A GGUF file: `metadata` by key, `tensors` by name, and the weights of each.

    Raises:
        GgufError: it is no GGUF file, is damaged or cut off, contradicts itself, or keeps a tensor
            in a format that this reader does not know.
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise GgufError(f"{path.name} is no GGUF file: it does not begin with GGUF")
        self._data: Bytes = np.memmap(path, np.uint8, "r")
        header = _Header(self._data)
        header.take(4, "GGUF")
        version: int = header.number("I", "the version")
        if version not in (2, 3):
            foreign = "big-endian" if version & 0xFFFF == 0 and version else f"version {version}"
            raise GgufError(f"{path.name} is {foreign}; this reader knows little-endian 2 and 3")
        tensors: int = header.number("Q", "the number of tensors")
        pairs: int = header.number("Q", "the number of pairs of metadata")
        self.metadata: dict[str, Any] = {}
        for _ in range(pairs):
            key = header.name("a key of the metadata")
            if key in self.metadata:
                raise GgufError(f"the metadata says {key} more than once")
            self.metadata[key] = header.value(header.number("I", key), key)
        self.tensors: dict[str, Stored] = {}
        for _ in range(tensors):
            name = header.name("the name of a tensor")
            if name in self.tensors:
                raise GgufError(f"there are two tensors {name}")
            self.tensors[name] = _stored(header, name)
        self._place(header.at)

    def weights(self, name: str) -> Floats:
        """Return a tensor as float32, in the shape that it has.

        Raises:
            KeyError: there is none of this name.
        """
        stored = self.tensors[name]
        raw = self._data[stored.begin : stored.begin + stored.nbytes]
        return stored.format.read(raw.reshape(-1, stored.format.block_bytes)).reshape(stored.shape)

    def _place(self, header_bytes: int) -> None:
        """Count each tensor's begin from the file's, and refuse what lies outside or overlaps."""
        alignment = self.metadata.get("general.alignment", 32)
        if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
            raise GgufError(f"general.alignment is {alignment!r}; it must be a power of two")
        first = end = -(-header_bytes // alignment) * alignment
        for name, stored in sorted(self.tensors.items(), key=lambda item: item[1].begin):
            begin = first + stored.begin
            if stored.begin % alignment:
                raise GgufError(f"{name} begins at {stored.begin:,}, off the file's alignment")
            if begin < end:
                raise GgufError(f"{name} lies over another tensor")
            end = begin + stored.nbytes
            if end > len(self._data):
                raise GgufError(
                    f"{name} should end at byte {end:,}, and the file has {len(self._data):,}; "
                    "it was cut off or is damaged"
                )
            self.tensors[name] = Stored(stored.shape, stored.format, begin)


def _stored(header: _Header, name: str) -> Stored:
    """One entry of the list of tensors; `begin` is still counted from the end of the header."""
    dimensions: int = header.number("I", name)
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise GgufError(f"{name} has {dimensions} dimensions; 1 to {MOST_DIMENSIONS} are possible")
    shape = [header.number("Q", name) for _ in range(dimensions)]
    code: int = header.number("I", name)
    begin: int = header.number("Q", name)
    if code not in FORMATS:
        known = ", ".join(f.name for f in FORMATS.values())
        raise GgufError(f"{name} is in ggml's format {code}; this reader knows {known}")
    kept = FORMATS[code]
    if min(shape) < 1 or shape[0] % kept.block_weights:
        raise GgufError(
            f"{name} has rows of {shape[0]}, sizes {shape}: sizes must be at least 1, and rows "
            f"of {kept.name} whole blocks of {kept.block_weights}"
        )
    return Stored(tuple(reversed(shape)), kept, begin)
