"""The GGUF reader: the package's weights bit for bit, and a sentence for whatever is damaged."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skips import required
from tests.worked.gguf_files import document, float_tensors, real_file, tiny_llama, value
from worked.forward_pass.gguf import FORMATS, Gguf, GgufError

ONE = {"a": (0, (2, 3), np.arange(6, dtype="<f4").tobytes())}
SAID = {
    "general.architecture": "llama",
    "whole": 7,
    "real": 0.5,
    "yes": True,
    "words": ["à", "b"],
    "numbers": [1, 2, 3],
    "nested": [[1, 2], [3]],
}


def opened(folder: Path, raw: bytes) -> Gguf:
    """Write a file and read it."""
    file = folder / "model.gguf"
    file.write_bytes(raw)
    return Gguf(file)


def code_of(name: str) -> int:
    return next(code for code, kept in FORMATS.items() if kept.name == name)


# -- what is read -------------------------------------------------------------------------------


def test_metadata_and_tensors_come_back(tmp_path: Path) -> None:
    gguf = opened(tmp_path, document(SAID, ONE))
    assert gguf.metadata == SAID
    assert gguf.weights("a").tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_block_by_hand(tmp_path: Path) -> None:
    """Q4_1: scale 1/2, smallest -1; byte 0x52 is weight 0, number 2, and weight 16, number 5."""
    block = np.array([0.5, -1.0], "<f2").tobytes() + b"\x52" + bytes(15)
    weights = opened(tmp_path, document({}, {"a": (3, (1, 32), block)})).weights("a")[0]
    assert weights[0] == 0.5 * 2 - 1
    assert weights[16] == 0.5 * 5 - 1
    assert set(np.delete(weights, [0, 16])) == {-1}


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("F32", 32),
        ("F16", 16),
        ("Q8_0", 8.5),  # (32 x 8 + 16) / 32
        ("Q4_0", 4.5),  # (32 x 4 + 16) / 32
        ("Q4_1", 5),  # (32 x 4 + 2 x 16) / 32
        ("Q4_K", 4.5),  # (256 x 4 + 2 x 16 + 12 x 8) / 256
        ("Q6_K", 6.5625),  # (256 x 6 + 16 + 16 x 8) / 256
    ],
)
def test_bits_per_weight_count_the_scales(name: str, bits: float) -> None:
    assert FORMATS[code_of(name)].bits_per_weight == bits


@pytest.mark.parametrize("name", [kept.name for kept in FORMATS.values()])
def test_every_format_is_the_packages_bit_for_bit(name: str) -> None:
    """Random blocks, whatever their bytes: finite numbers, infinities and none at all."""
    package = required("gguf")
    kept = FORMATS[code_of(name)]
    blocks = np.random.default_rng(1).integers(0, 256, (400, kept.block_bytes), np.uint8)
    with np.errstate(all="ignore"):
        ours = kept.read(blocks)
        theirs = package.quants.dequantize(blocks, package.GGMLQuantizationType[name])
    assert ours.dtype == np.float32
    assert ours.shape == (400, kept.block_weights)
    assert ours.tobytes() == np.ascontiguousarray(theirs, np.float32).tobytes()


def test_the_package_reads_our_files_alike(tmp_path: Path) -> None:
    """Otherwise the tests here would prove a format of our own."""
    package = required("gguf")
    gguf = opened(tmp_path, tiny_llama())
    theirs = package.GGUFReader(tmp_path / "model.gguf")
    fields = {k: f.contents() for k, f in theirs.fields.items() if not k.startswith("GGUF.")}
    assert fields == gguf.metadata
    assert [t.name for t in theirs.tensors] == list(gguf.tensors)
    for tensor in theirs.tensors:
        assert (gguf.weights(tensor.name) == tensor.data).all()


def test_the_real_file_is_read_as_the_package_reads_it() -> None:
    """All metadata, and all 272 tensors bit for bit."""
    package = required("gguf")
    file = real_file()
    gguf, theirs = Gguf(file), package.GGUFReader(file)
    fields = {k: f.contents() for k, f in theirs.fields.items() if not k.startswith("GGUF.")}
    assert fields == gguf.metadata
    assert [t.name for t in theirs.tensors] == list(gguf.tensors)
    assert len(gguf.tensors) == 272
    for tensor in theirs.tensors:
        wanted = package.quants.dequantize(tensor.data, tensor.tensor_type)
        assert gguf.weights(tensor.name).tobytes() == wanted.tobytes()
        stored = gguf.tensors[tensor.name]
        assert (stored.begin, stored.nbytes) == (tensor.data_offset, tensor.n_bytes)


# -- what is refused ----------------------------------------------------------------------------


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    """After each byte of header and weights: never a traceback, never a file that seems whole."""
    whole = document(SAID, ONE)
    last = whole.rindex(np.float32(5).tobytes()) + 4  # what follows is padding
    opened(tmp_path, whole[:last])
    for length in range(last):
        with pytest.raises(GgufError, match=r"too early|cut off|no GGUF"):
            opened(tmp_path, whole[:length])


def test_no_count_allocates_what_is_not_there(tmp_path: Path) -> None:
    """A count of 2^62 or 2^32, written over any eight bytes of the header, takes no memory."""
    whole = document(SAID, ONE)
    for count in (2**62, 2**32, 10**9):
        for at in range(4, len(whole) - 8):
            raw = whole[:at] + struct.pack("<Q", count) + whole[at + 8 :]
            tracemalloc.start()
            try:
                opened(tmp_path, raw)
            except GgufError:
                pass
            finally:
                _, most = tracemalloc.get_traced_memory()
                tracemalloc.stop()
            assert most < 200_000, at  # the file has under a thousand bytes


def with_tensor(code: int = 0, sizes: tuple[int, ...] = (2, 3), begin: int = 0) -> bytes:
    """Return a file with one entry of tensors as it is said, and 64 bytes of weights."""
    entry = struct.pack("<Q1sI", 1, b"a", len(sizes)) + struct.pack(
        f"<{len(sizes)}QIQ", *sizes, code, begin
    )
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + entry
    return head + bytes(-len(head) % 32) + bytes(64)


HOSTILE: list[tuple[bytes, str]] = [
    (b"", "no GGUF file"),
    (b"GG", "no GGUF file"),
    (b"PK\x03\x04" + bytes(100), "no GGUF file"),
    (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
    (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
    (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"\xff" + bytes(9), "UTF-8"),
    (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q1sI", 1, b"k", 99) + bytes(9),
        "unknown type 99",
    ),
    (document({"k": [[[[[[1]]]]]]}, {}), "nested too deep"),
    (document({"\x1b[2Jk": 1}, {}), "not plain letters"),
    (document({"k" * 1_001: 1}, {}), "too long"),
    (document({"general.alignment": 24}, ONE), "power of two"),
    (document({"general.alignment": 0}, ONE), "power of two"),
    (document({"general.alignment": "32"}, ONE), "power of two"),
    (with_tensor(code=77), "format 77"),
    (with_tensor(sizes=()), "0 dimensions"),
    (with_tensor(sizes=(1, 1, 1, 1, 1)), "5 dimensions"),
    (with_tensor(sizes=(0, 3)), "at least 1"),
    (with_tensor(code=8, sizes=(33, 1)), "whole blocks of 32"),
    (with_tensor(begin=8), "off the file's alignment"),
    (with_tensor(begin=2**40), "should end at byte"),
    (with_tensor(sizes=(2**31, 2**31, 2**31, 2**31)), "should end at byte"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "why"), HOSTILE)
def test_what_makes_no_sense_is_refused_in_words(raw: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(GgufError, match=why):
        opened(tmp_path, raw)


def twice(raw: bytes, entry: bytes, count_at: int) -> bytes:
    """Say an entry of the header a second time, and count it."""
    count = struct.unpack_from("<Q", raw, count_at)[0] + 1
    raw = raw[:count_at] + struct.pack("<Q", count) + raw[count_at + 8 :]
    at = raw.index(entry)
    return raw[:at] + entry + raw[at:]


def test_nothing_is_said_twice(tmp_path: Path) -> None:
    pair = struct.pack("<Q", 1) + b"k" + value(7)
    with pytest.raises(GgufError, match="says k more than once"):
        opened(tmp_path, twice(document({"k": 7}, {}), pair, 16))
    entry = struct.pack("<Q1sI2QIQ", 1, b"a", 2, 3, 2, 0, 0)
    with pytest.raises(GgufError, match="two tensors a"):
        opened(tmp_path, twice(document({}, ONE), entry, 8))


def test_tensors_do_not_lie_over_one_another(tmp_path: Path) -> None:
    """Else a small file could hold a great many large tensors."""
    raw = document({}, {"a": ONE["a"], "b": ONE["a"]})
    entry = struct.pack("<Q1sI2QIQ", 1, b"b", 2, 3, 2, 0, 32)
    assert entry in raw
    with pytest.raises(GgufError, match="over another"):
        opened(tmp_path, raw.replace(entry, entry[:-8] + bytes(8)))


BASE = document(SAID, ONE | float_tensors({"b": np.ones((4, 32))}))


@given(st.data())
def test_damage_anywhere_is_told_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed, left out or put in: the file is refused by GgufError, or can be read."""
    raw = bytearray(BASE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        new = data.draw(st.binary(max_size=9))
        raw[at : at + data.draw(st.integers(0, 9))] = new
    try:
        gguf = opened(tmp_path_factory.getbasetemp(), bytes(raw))
    except GgufError:
        return
    for name in gguf.tensors:
        assert gguf.weights(name).size == gguf.tensors[name].weights


def test_a_folder_and_a_missing_file_are_the_systems_errors(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "none.gguf"):
        with pytest.raises(OSError):
            Gguf(wrong)


def test_formats_name_what_ggml_calls_them() -> None:
    package: Any = required("gguf")
    for code, kept in FORMATS.items():
        assert package.GGMLQuantizationType(code).name == kept.name
        assert package.GGML_QUANT_SIZES[code] == (kept.block_weights, kept.block_bytes)
