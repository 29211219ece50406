"""What the real model's file keeps: the record is the file's, and its bits add up."""

from __future__ import annotations

from tests.skips import required
from tests.worked.gguf_files import real_file
from tests.worked.recorded import assert_recorded
from worked.recording import load

required("torch")
required("tokenizers")

from worked.forward_pass.model_study import MEASURED, study  # noqa: E402


def test_the_record_is_what_the_file_keeps() -> None:
    real_file()
    assert_recorded(MEASURED, study(), lambda _, value: value)


def test_the_bits_of_a_parameter_by_hand() -> None:
    """Of 134,515,008 parameters 106,168,320 take 5 bits and 28,311,552 take 8.5, the norms 32."""
    values = {name: row["value"] for name, row in load(MEASURED)["values"].items()}
    assert values["params"] == 106_168_320 + 28_311_552 + 35_136
    assert values["bytes_q4_1"] == 106_168_320 // 32 * 20
    assert values["bytes_q8_0"] == 28_311_552 // 32 * 34
    assert values["bytes_f32"] == 35_136 * 4
    whole = 106_168_320 * 5 + 28_311_552 * 8.5 + 35_136 * 32
    assert values["tensor_bytes"] == whole / 8 == 96_576_768
    assert values["bits_per_param"] == whole / 134_515_008
    assert round(values["bits_per_param"], 3) == 5.744
